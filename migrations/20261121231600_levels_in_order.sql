-- no-transaction
create index concurrently levels_in_order on levels (tenant_id, ordinal, id);
