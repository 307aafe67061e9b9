-- The checks of the columns before, of rows that were there already.
alter table lamps validate constraint lamps_heard_by;
alter table lamps validate constraint lamps_application_length;
alter table lamps validate constraint lamps_stack_address_length;
alter table lamps validate constraint lamps_stack_digest_length;
alter table lamps validate constraint lamps_stack_whole;
alter table downlinks validate constraint downlinks_path;
