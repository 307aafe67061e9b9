-- no-transaction
-- What there is to erase, that which ended first before others; what was erased is not in it.
create index concurrently reservations_with_people on reservations (tenant_id, end_time)
  where holder_key is not null or holder_name is not null or notes is not null or cancel_reason is not null;
