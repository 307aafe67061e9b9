-- no-transaction
-- For the job, which forgets across tenants.
create index concurrently chirpstack_runs_by_age on chirpstack_runs (asked_at);
