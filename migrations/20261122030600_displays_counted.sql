-- Pages that ask every few seconds how many displays and commands there are do not have them counted.
alter table list_totals
  drop constraint list_totals_list,
  add constraint list_totals_list check (list in ('levels', 'zones', 'alarms', 'downlinks', 'lamps')) not valid;

create trigger downlinks_listed_in after insert on downlinks referencing new table as added
  for each statement execute function count_listed();
create trigger downlinks_listed_out after delete on downlinks referencing old table as removed
  for each statement execute function count_listed();
create trigger lamps_listed_in after insert on lamps referencing new table as added
  for each statement execute function count_listed();
create trigger lamps_listed_out after delete on lamps referencing old table as removed
  for each statement execute function count_listed();
-- What is there already. The owner writes no rows of a table whose row-level security is forced.
alter table list_totals no force row level security;
insert into list_totals (tenant_id, list, total) select tenant_id, 'downlinks', count(*) from downlinks group by tenant_id;
insert into list_totals (tenant_id, list, total) select tenant_id, 'lamps', count(*) from lamps group by tenant_id;
alter table list_totals force row level security;
