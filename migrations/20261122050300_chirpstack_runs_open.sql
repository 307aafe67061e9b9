-- no-transaction
create index concurrently chirpstack_runs_open on chirpstack_runs (tenant_id, is_dry) where ended_at is null;
