-- no-transaction
-- Whose turn it is, dealt out by tenant.
create index concurrently downlinks_turn_of_tenant on downlinks (tenant_id, due_at, urgency, id) where due_at is not null;
