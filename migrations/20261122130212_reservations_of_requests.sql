-- no-transaction
create unique index concurrently reservations_request_id on reservations (tenant_id, request_id) where request_id is not null;
