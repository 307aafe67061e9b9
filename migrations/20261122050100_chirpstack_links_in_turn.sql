-- no-transaction
-- For the job, which looks across tenants.
create index concurrently chirpstack_links_in_turn on chirpstack_links (due_at);
