-- Why a bay is in its state can be asked of any moment, and a change may be held back for a while
-- before it is believed.

-- What was known of the bay's sensor after this message; nothing if the message changed nothing of it.
alter table uplinks add column sensor_fact jsonb;

-- Messages are asked for in the order they came: those of a device, those of a bay, and those few that
-- came to nothing or are no plain uplinks.
drop index uplinks_of_device;
drop index uplinks_of_space;
create index uplinks_of_device on uplinks (tenant_id, dev_eui, id desc);
create index uplinks_of_space on uplinks (tenant_id, space_id, id desc) where space_id is not null;
create index uplinks_come_to_nothing on uplinks (tenant_id, outcome, id desc)
  where outcome in ('unreadable', 'orphan', 'no_bay', 'failed');
create index uplinks_of_kind on uplinks (tenant_id, kind, id desc) where kind <> 'up';

-- What overrode a bay at any moment, lifted since or not.
create index overrides_ever on overrides (tenant_id, space_id, created_at desc);

-- For how long a change that a sensor reports must stand before it is believed.
alter table sites add column debounce_seconds int not null default 0
  constraint sites_debounce check (debounce_seconds between 0 and 30);

-- What a sensor said against what is believed, and from when on that is believed instead.
alter table spaces
  add column sensor_held_state text constraint spaces_sensor_held_state check (sensor_held_state in ('free', 'occupied', 'unknown')),
  add column sensor_held_until timestamptz,
  add constraint spaces_sensor_held_whole check ((sensor_held_state is null) = (sensor_held_until is null));
