-- Messages are acted on in turn: of each tenant its oldest, and those that are acted on again after
-- all that are new.
drop index uplinks_waiting;
create index uplinks_waiting on uplinks (shard, ((replays > 0)::int), tenant_id, id) where acted_at is null;

-- Those a replay takes up again.
create index uplinks_to_replay on uplinks (tenant_id, id)
  where outcome in ('orphan', 'no_bay', 'unreadable', 'failed') and kind <> 'garbled';

-- Of a message that was acted on again: when it was the first time. Its evidence is of then.
alter table uplinks add column first_acted_at timestamptz;

-- How many messages of its device a message showed to be lost, as it was counted when it was acted on;
-- less than none for one that had been counted as lost itself.
alter table uplinks add column frames_lost bigint;
