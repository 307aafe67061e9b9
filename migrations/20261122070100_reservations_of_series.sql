-- no-transaction
create index concurrently reservations_of_series on reservations (tenant_id, series_id, recurs_at) where series_id is not null;
