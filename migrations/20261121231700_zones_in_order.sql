-- no-transaction
create index concurrently zones_in_order on zones (tenant_id, lower(name), id);
