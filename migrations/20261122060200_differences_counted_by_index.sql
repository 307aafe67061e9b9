-- Differences that nobody ignores are counted without a look at the rows.
drop index chirpstack_items_drift;
create index chirpstack_items_drift on chirpstack_items (tenant_id, eui, id) include (ignored_at) where state <> 'same';
