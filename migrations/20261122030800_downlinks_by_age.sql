-- no-transaction
-- The commands of a day, of all tenants.
create index concurrently downlinks_by_age on downlinks (created_at);
