-- What a lamp was told follows from its bay as a bay's state does from its sensor: both come by the thousand, and
-- neither is news on the dashboard.
drop index events_told;
drop index events_told_by_all;
create index events_told on events (tenant_id, id desc)
  where kind <> 'space.state_changed' and kind <> 'display.changed';
create index events_told_by_all on events (xid, id)
  where kind <> 'space.state_changed' and kind <> 'display.changed';
