-- What the dashboard asks for again and again.

-- Bays change their state all day long and say so in their sites' figures; what people want to be
-- told is everything else. One index for a tenant, one for those who look across tenants.
create index events_told on events (tenant_id, id desc) where kind <> 'space.state_changed';
create index events_told_by_all on events (xid, id) where kind <> 'space.state_changed';
