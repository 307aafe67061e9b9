-- no-transaction
-- Commands by the name that the network server gave them: of each that is sent it says so.
create index concurrently downlinks_by_item on downlinks (tenant_id, device_id, queue_item) where queue_item is not null;
