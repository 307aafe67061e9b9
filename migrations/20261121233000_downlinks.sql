-- Lamps: what each should show, was told and says it shows; the commands on their way to them; how
-- much of the air a gateway and a tenant have used.

-- Who is to be looked at again. Whoever changes what a lamp should show need not think of it: triggers
-- do. Only ever added to, so that no message waits for a lamp that is being looked at.
create table lamp_marks (
  tenant_id uuid not null,
  id bigint generated always as identity,
  device_id uuid not null,
  primary key (tenant_id, id)
);
create index lamp_marks_oldest on lamp_marks (id);

-- One row a display. What it should show follows from its bay and the policy; what it was told is what
-- a gateway last sent it; what it shows it says itself, if it can.
create table lamps (
  tenant_id uuid not null,
  -- The device's.
  id uuid not null,
  -- The bay it serves.
  space_id uuid,
  wanted_f_port smallint,
  wanted_payload bytea,
  wanted_look jsonb,
  wanted_why text,
  wanted_at timestamptz,
  transmitted_f_port smallint,
  transmitted_payload bytea,
  transmitted_look jsonb,
  transmitted_at timestamptz,
  -- As it said itself, and whether that is what it was told.
  shown jsonb,
  shown_agrees boolean,
  shown_at timestamptz,
  -- A test: this is wanted until then, whatever the bay says.
  test_f_port smallint,
  test_payload bytea,
  test_look jsonb,
  test_until timestamptz,
  -- How it is reached: the gateway that heard it best, and when it last spoke and joined.
  gateway_eui text collate "C" constraint lamps_gateway_eui_form check (gateway_eui ~ '^[0-9A-F]{16}$'),
  heard_at timestamptz,
  joined_at timestamptz,
  -- Since when it was out of step with what it should show, and with what it said.
  behind_since timestamptz,
  mismatched_since timestamptz,
  -- Commands given up in a row, and before when none is made without news.
  failures int not null default 0 constraint lamps_failures check (failures >= 0),
  drive_at timestamptz,
  -- When time alone makes a look worth it.
  due_at timestamptz not null,
  planned_at timestamptz,
  primary key (tenant_id, id),
  constraint lamps_device_fkey foreign key (tenant_id, id) references devices (tenant_id, id) on delete cascade,
  constraint lamps_wanted_whole check ((wanted_payload is null) = (wanted_f_port is null)),
  constraint lamps_transmitted_whole check ((transmitted_payload is null) = (transmitted_at is null)),
  constraint lamps_test_whole check ((test_payload is null) = (test_until is null))
);
create index lamps_due on lamps (due_at);
create index lamps_of_space on lamps (tenant_id, space_id) where space_id is not null;
create index lamps_of_gateway on lamps (tenant_id, gateway_eui) where gateway_eui is not null;
create index lamps_behind on lamps (tenant_id, behind_since, id) where behind_since is not null;
create index lamps_mismatched on lamps (tenant_id, mismatched_since, id) where mismatched_since is not null;

-- A command on its way to a display, and those of before.
create table downlinks (
  tenant_id uuid not null,
  id uuid not null,
  device_id uuid not null,
  dev_eui text collate "C" not null constraint downlinks_dev_eui_form check (dev_eui ~ '^[0-9A-F]{16}$'),
  space_id uuid,
  site_id uuid,
  kind text not null constraint downlinks_kind check (kind in ('state', 'test', 'raw')),
  f_port smallint not null constraint downlinks_f_port check (f_port between 1 and 223),
  payload bytea not null constraint downlinks_payload_length check (octet_length(payload) between 1 and 242),
  is_confirmed boolean not null default false,
  look jsonb,
  why text,
  -- The smaller goes first.
  urgency smallint not null default 1 constraint downlinks_urgency check (urgency between 0 and 2),
  status text not null constraint downlinks_status check (status in
    ('waiting', 'sending', 'queued', 'awaiting_ack', 'transmitted', 'confirmed', 'superseded', 'cancelled', 'failed')),
  attempts int not null default 0 constraint downlinks_attempts check (attempts between 0 and 20),
  -- For how long the network server may keep it before a gateway must have sent it.
  patience_seconds int not null constraint downlinks_patience check (patience_seconds between 5 and 604800),
  -- Of one that waits: when its turn comes at the earliest.
  due_at timestamptz,
  -- Of one in the hands of a server: until when, should the server die.
  leased_until timestamptz,
  -- Of one that the network server has: until when a gateway must have sent it.
  deadline_at timestamptz,
  queue_item text constraint downlinks_queue_item_length check (char_length(queue_item) <= 100),
  -- The names of earlier attempts, of which word may come late.
  earlier_items text[] not null default '{}' constraint downlinks_earlier_items_max check (cardinality(earlier_items) <= 20),
  gateway_eui text,
  -- Whether the network server may still have it, though it is not counted on any more.
  is_left_behind boolean not null default false,
  error text constraint downlinks_error_length check (char_length(error) <= 500),
  -- What happened to it, step by step.
  story jsonb not null default '[]' constraint downlinks_story_is_list check (jsonb_typeof(story) = 'array'),
  created_by text,
  created_at timestamptz not null,
  queued_at timestamptz,
  transmitted_at timestamptz,
  confirmed_at timestamptz,
  finished_at timestamptz,
  version bigint not null default 1,
  primary key (tenant_id, id),
  constraint downlinks_device_fkey foreign key (tenant_id, device_id) references devices (tenant_id, id) on delete cascade,
  constraint downlinks_waiting_has_time check ((status = 'waiting') = (due_at is not null)),
  constraint downlinks_sending_is_leased check (status <> 'sending' or leased_until is not null),
  constraint downlinks_queued_has_deadline check (status not in ('queued', 'awaiting_ack') or deadline_at is not null),
  constraint downlinks_finished check ((status in ('transmitted', 'confirmed', 'superseded', 'cancelled', 'failed')) = (finished_at is not null))
);
-- Of what a display should show the newest waits, and one command at most is on its way.
create unique index downlinks_one_waiting on downlinks (tenant_id, device_id) where status = 'waiting' and kind <> 'raw';
create unique index downlinks_one_raw_waiting on downlinks (tenant_id, device_id) where status = 'waiting' and kind = 'raw';
create unique index downlinks_one_in_flight on downlinks (tenant_id, device_id) where status in ('sending', 'queued', 'awaiting_ack');
-- Of those that wait. It does not say so, or whoever looks at a tenant's would be sent here too.
create index downlinks_turn on downlinks (due_at, urgency, id) where due_at is not null;
create index downlinks_leases on downlinks (leased_until) where leased_until is not null;
create index downlinks_deadlines on downlinks (deadline_at) where status in ('queued', 'awaiting_ack');
create index downlinks_left_behind on downlinks (tenant_id, device_id) where is_left_behind;
create index downlinks_newest on downlinks (tenant_id, created_at desc, id desc);
create index downlinks_of_device on downlinks (tenant_id, device_id, created_at desc, id desc);
create index downlinks_of_space on downlinks (tenant_id, space_id, created_at desc, id desc) where space_id is not null;
create index downlinks_of_site on downlinks (tenant_id, site_id, created_at desc, id desc) where site_id is not null;
create index downlinks_by_status on downlinks (tenant_id, status, created_at desc, id desc);
create index downlinks_finished on downlinks (finished_at) where finished_at is not null;

do $$
declare
  name text;
begin
  foreach name in array array['lamps', 'downlinks', 'lamp_marks'] loop
    execute format('alter table %I enable row level security', name);
    execute format('alter table %I force row level security', name);
    execute format('create policy %I on %I to parking_tenant
      using (tenant_id = (select current_tenant_id())) with check (tenant_id = (select current_tenant_id()))', name || '_own', name);
    execute format('create policy %I on %I for select to parking_platform using (true)', name || '_platform', name);
    execute format('create policy %I on %I to parking_worker using (true) with check (true)', name || '_worker', name);
    execute format('create policy %I on %I to parking_owner using (true) with check (true)', name || '_owner', name);
    execute format('grant select, insert, update, delete on %I to parking_tenant, parking_worker', name);
    execute format('grant select on %I to parking_platform', name);
  end loop;
end
$$;

-- How much a gateway or a tenant was given lately: when, and how many commands at once. A gateway is a
-- thing of the air and may serve several tenants.
create table downlink_budgets (
  key text primary key,
  taken_at timestamptz[] not null default '{}',
  taken int[] not null default '{}',
  updated_at timestamptz not null,
  constraint downlink_budgets_pairs check (cardinality(taken_at) = cardinality(taken))
);
alter table downlink_budgets enable row level security;
alter table downlink_budgets force row level security;
create policy downlink_budgets_worker on downlink_budgets to parking_worker using (true) with check (true);
grant select, insert, update, delete on downlink_budgets to parking_worker;

-- What changes what lamps show.
create function mark_lamps_of_spaces() returns trigger
  language plpgsql
  as $$
begin
  insert into lamp_marks (tenant_id, device_id)
    select n.tenant_id, a.device_id
    from added n
    join removed o on o.tenant_id = n.tenant_id and o.id = n.id
    join device_assignments a
      on a.tenant_id = n.tenant_id and a.space_id = n.id and a.role = 'display' and a.unassigned_at is null
    where (n.state, n.sensor_state, n.sensor_observed_at, n.site_id, n.deleted_at)
      is distinct from (o.state, o.sensor_state, o.sensor_observed_at, o.site_id, o.deleted_at);
  return null;
end
$$;
create trigger spaces_mark_lamps after update on spaces
  referencing old table as removed new table as added for each statement execute function mark_lamps_of_spaces();

create function mark_lamps_of_overrides() returns trigger
  language plpgsql
  as $$
begin
  insert into lamp_marks (tenant_id, device_id)
    select n.tenant_id, a.device_id
    from added n
    join device_assignments a
      on a.tenant_id = n.tenant_id and a.space_id = n.space_id and a.role = 'display' and a.unassigned_at is null;
  return null;
end
$$;
create trigger overrides_mark_lamps after insert on overrides
  referencing new table as added for each statement execute function mark_lamps_of_overrides();
create trigger overrides_mark_lamps_anew after update on overrides
  referencing new table as added for each statement execute function mark_lamps_of_overrides();

create function mark_lamps_of_assignments() returns trigger
  language plpgsql
  as $$
begin
  insert into lamp_marks (tenant_id, device_id) select tenant_id, device_id from added where role = 'display';
  return null;
end
$$;
create trigger device_assignments_mark_lamps after insert on device_assignments
  referencing new table as added for each statement execute function mark_lamps_of_assignments();
create trigger device_assignments_mark_lamps_anew after update on device_assignments
  referencing new table as added for each statement execute function mark_lamps_of_assignments();

create function mark_lamps_of_devices() returns trigger
  language plpgsql
  as $$
begin
  insert into lamp_marks (tenant_id, device_id)
    select n.tenant_id, n.id
    from added n
    join removed o on o.tenant_id = n.tenant_id and o.id = n.id
    where (n.is_display or o.is_display) and (n.model, n.own_model_id, n.lifecycle, n.archived_at)
      is distinct from (o.model, o.own_model_id, o.lifecycle, o.archived_at);
  return null;
end
$$;
create trigger devices_mark_lamps after update on devices
  referencing old table as removed new table as added for each statement execute function mark_lamps_of_devices();

create function mark_lamps_of_models() returns trigger
  language plpgsql
  as $$
begin
  insert into lamp_marks (tenant_id, device_id)
    select d.tenant_id, d.id from added n
    join devices d on d.tenant_id = n.tenant_id and d.own_model_id = n.id and d.is_display;
  return null;
end
$$;
create trigger device_models_mark_lamps after update on device_models
  referencing new table as added for each statement execute function mark_lamps_of_models();

-- Of policies and emergencies: the lamps of every bay they govern.
create function mark_lamps_of_policies() returns trigger
  language plpgsql
  as $$
begin
  if tg_op = 'DELETE' then
    insert into lamp_marks (tenant_id, device_id)
      select distinct a.tenant_id, a.device_id
      from removed p
      join spaces s on s.tenant_id = p.tenant_id and (p.site_id is null or s.site_id = p.site_id)
      join device_assignments a
        on a.tenant_id = s.tenant_id and a.space_id = s.id and a.role = 'display' and a.unassigned_at is null
      where p.is_active;
  elsif tg_op = 'INSERT' then
    insert into lamp_marks (tenant_id, device_id)
      select distinct a.tenant_id, a.device_id
      from added p
      join spaces s on s.tenant_id = p.tenant_id and (p.site_id is null or s.site_id = p.site_id)
      join device_assignments a
        on a.tenant_id = s.tenant_id and a.space_id = s.id and a.role = 'display' and a.unassigned_at is null
      where p.is_active;
  else
    insert into lamp_marks (tenant_id, device_id)
      select distinct a.tenant_id, a.device_id
      from added n
      join removed o on o.tenant_id = n.tenant_id and o.id = n.id
      join spaces s on s.tenant_id = n.tenant_id
        and (n.site_id is null or o.site_id is null or s.site_id in (n.site_id, o.site_id))
      join device_assignments a
        on a.tenant_id = s.tenant_id and a.space_id = s.id and a.role = 'display' and a.unassigned_at is null
      where n.is_active or o.is_active;
  end if;
  return null;
end
$$;
create trigger display_policies_mark_lamps after insert on display_policies
  referencing new table as added for each statement execute function mark_lamps_of_policies();
create trigger display_policies_mark_lamps_anew after update on display_policies
  referencing old table as removed new table as added for each statement execute function mark_lamps_of_policies();
create trigger display_policies_mark_lamps_out after delete on display_policies
  referencing old table as removed for each statement execute function mark_lamps_of_policies();

create function mark_lamps_of_sites() returns trigger
  language plpgsql
  as $$
begin
  insert into lamp_marks (tenant_id, device_id)
    select a.tenant_id, a.device_id
    from added n
    join removed o on o.tenant_id = n.tenant_id and o.id = n.id
    join spaces s on s.tenant_id = n.tenant_id and s.site_id = n.id
    join device_assignments a
      on a.tenant_id = s.tenant_id and a.space_id = s.id and a.role = 'display' and a.unassigned_at is null
    where n.emergency is distinct from o.emergency;
  return null;
end
$$;
create trigger sites_mark_lamps after update on sites
  referencing old table as removed new table as added for each statement execute function mark_lamps_of_sites();

-- What serves already. The owner sees no rows of a table whose row-level security is forced.
alter table device_assignments no force row level security;
insert into lamp_marks (tenant_id, device_id)
  select tenant_id, device_id from device_assignments where role = 'display' and unassigned_at is null;
alter table device_assignments force row level security;

-- What is wrong with a display, and since when, for the alarms.
alter table devices
  add column display_fault text constraint devices_display_fault check (display_fault in ('unreachable', 'mismatch')),
  add column display_fault_since timestamptz,
  add constraint devices_display_fault_whole check ((display_fault is null) = (display_fault_since is null));

alter table alarms drop constraint alarms_kind, add constraint alarms_kind check
  (kind in ('device_silent', 'battery_low', 'gateway_down', 'flapping', 'stuck', 'lamp_unreachable', 'lamp_mismatch')) not valid;

create or replace function watch_devices() returns trigger
  language plpgsql
  as $$
begin
  -- A device that is heard is looked at when its deadline comes, and not at every message; unless
  -- it was missed.
  insert into alarm_watches (tenant_id, subject_id, subject_type, due_at)
    select n.tenant_id, n.id, 'device', timestamptz 'epoch'
    from added n
    join removed o on o.tenant_id = n.tenant_id and o.id = n.id
    where (n.lifecycle, n.archived_at, n.model, n.own_model_id, n.heartbeat_seconds, n.display_fault)
        is distinct from (o.lifecycle, o.archived_at, o.model, o.own_model_id, o.heartbeat_seconds, o.display_fault)
      or n.battery_percent is distinct from o.battery_percent
      or (o.last_seen_at is null and n.last_seen_at is not null)
      or (n.last_seen_at is distinct from o.last_seen_at and exists (
        select from alarms a where a.tenant_id = n.tenant_id and a.subject_id = n.id and a.kind = 'device_silent' and a.cleared_at is null))
    order by n.tenant_id, n.id
    on conflict (tenant_id, subject_id) do update set due_at = excluded.due_at where alarm_watches.due_at > excluded.due_at;
  return null;
end
$$;
