-- no-transaction
-- Commands that were sent, by when, until their displays say that they show them.
create index concurrently downlinks_not_confirmed on downlinks (tenant_id, device_id, transmitted_at) where status = 'transmitted';
