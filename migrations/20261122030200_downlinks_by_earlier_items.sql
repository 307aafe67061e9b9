-- no-transaction
-- Commands that were handed over more than once, of which word may come under an earlier name: a few.
create index concurrently downlinks_by_earlier_items on downlinks (tenant_id, device_id) where earlier_items <> '{}';
