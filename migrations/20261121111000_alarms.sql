-- Alarms: what is wrong with devices, gateways and bays, who is told, and when what is looked at again.

-- The gateway that heard a device's last message, if it was one alone; written with `last_seen_at`.
alter table devices
  add column only_gateway_eui text collate "C" constraint devices_only_gateway_eui_form check (only_gateway_eui ~ '^[0-9A-F]{16}$');
create index devices_of_gateway on devices (tenant_id, only_gateway_eui) where only_gateway_eui is not null;

-- Something wrong with a device, a gateway or a bay, from when until when. It outlives its subject,
-- so it knows that by name and does not refer to it.
create table alarms (
  tenant_id uuid not null references tenants (id) on delete cascade,
  id uuid not null,
  kind text not null
    constraint alarms_kind check (kind in ('device_silent', 'battery_low', 'gateway_down', 'flapping', 'stuck')),
  severity text not null constraint alarms_severity check (severity in ('info', 'warning', 'critical')),
  subject_type text not null constraint alarms_subject_type check (subject_type in ('device', 'gateway', 'space')),
  subject_id uuid not null,
  subject_name text not null,
  -- The bay it is about: the subject itself, or the one that the device served.
  space_id uuid,
  space_code text,
  site_id uuid,
  raised_at timestamptz not null,
  cleared_at timestamptz,
  clear_reason text
    constraint alarms_clear_reason check (clear_reason in
      ('recovered', 'archived', 'deleted', 'out_of_service', 'unassigned', 'reassigned', 'rules_changed')),
  -- Since when the subject has been well again, while it is not certain that it stays so.
  recovering_since timestamptz,
  acknowledged_at timestamptz,
  acknowledged_by text,
  muted_until timestamptz,
  muted_by text,
  mute_reason text constraint alarms_mute_reason_length check (char_length(mute_reason) between 1 and 500),
  -- The outage that explains it.
  parent_id uuid,
  evidence jsonb not null default '{}' constraint alarms_evidence_is_object check (jsonb_typeof(evidence) = 'object'),
  -- Whether people are to be told of its last change, and when they were told that it was raised.
  is_news boolean not null default false,
  told_at timestamptz,
  version bigint not null default 1,
  primary key (tenant_id, id),
  constraint alarms_site_fkey foreign key (tenant_id, site_id) references sites (tenant_id, id),
  constraint alarms_parent_fkey foreign key (tenant_id, parent_id) references alarms (tenant_id, id) on delete set null (parent_id),
  constraint alarms_no_parent_of_its_own check (parent_id <> id),
  constraint alarms_cleared_for_a_reason check ((cleared_at is null) = (clear_reason is null)),
  constraint alarms_acknowledged_by_somebody check ((acknowledged_at is null) = (acknowledged_by is null))
);
create unique index alarms_one_open on alarms (tenant_id, kind, subject_id) where cleared_at is null;
create index alarms_newest on alarms (tenant_id, raised_at desc, id desc);
create index alarms_open on alarms (tenant_id, raised_at desc, id desc) where cleared_at is null;
create index alarms_of_subject on alarms (tenant_id, subject_id, raised_at desc);
create index alarms_of_space on alarms (tenant_id, space_id, raised_at desc) where space_id is not null;
create index alarms_of_parent on alarms (tenant_id, parent_id) where parent_id is not null;
create index alarms_news on alarms (tenant_id) where is_news;
create index alarms_told on alarms (tenant_id, told_at desc) where told_at is not null;
create index alarms_cleared on alarms (tenant_id, cleared_at) where cleared_at is not null;

create table alarm_comments (
  tenant_id uuid not null,
  id uuid not null,
  alarm_id uuid not null,
  at timestamptz not null,
  by_name text not null,
  text text not null constraint alarm_comments_length check (char_length(text) between 1 and 2000),
  primary key (tenant_id, id),
  constraint alarm_comments_alarm_fkey foreign key (tenant_id, alarm_id) references alarms (tenant_id, id) on delete cascade
);
create index alarm_comments_of_alarm on alarm_comments (tenant_id, alarm_id, at, id);

-- From when on something is wrong, as a tenant sees it. A threshold that is null is never reached.
create table alarm_rules (
  tenant_id uuid not null references tenants (id) on delete cascade,
  silent_factor double precision constraint alarm_rules_silent_factor check (silent_factor between 1.5 and 100),
  never_seen_hours int not null constraint alarm_rules_never_seen check (never_seen_hours between 1 and 720),
  battery_low_percent int constraint alarm_rules_battery_low check (battery_low_percent between 1 and 90),
  battery_clear_percent int not null constraint alarm_rules_battery_clear check (battery_clear_percent between 2 and 100),
  gateway_down_minutes int constraint alarm_rules_gateway_down check (gateway_down_minutes between 1 and 1440),
  flapping_changes_per_hour int constraint alarm_rules_flapping check (flapping_changes_per_hour between 4 and 600),
  stuck_hours int constraint alarm_rules_stuck check (stuck_hours between 1 and 8760),
  updated_at timestamptz not null,
  version bigint not null default 1,
  primary key (tenant_id),
  constraint alarm_rules_battery_order check (battery_low_percent < battery_clear_percent)
);

-- Who is written to: an address, or a member, whose address may change. Empty lists leave nothing out.
create table alarm_recipients (
  tenant_id uuid not null references tenants (id) on delete cascade,
  id uuid not null,
  email text constraint alarm_recipients_email_length check (char_length(email) between 3 and 254),
  user_id uuid,
  language text not null constraint alarm_recipients_language check (language in ('en', 'fr')),
  severity_min text not null constraint alarm_recipients_severity check (severity_min in ('info', 'warning', 'critical')),
  kinds text[] not null default '{}',
  site_ids uuid[] not null default '{}' constraint alarm_recipients_sites_max check (cardinality(site_ids) <= 200),
  is_active boolean not null default true,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  version bigint not null default 1,
  primary key (tenant_id, id),
  constraint alarm_recipients_member_fkey foreign key (tenant_id, user_id) references memberships (tenant_id, user_id) on delete cascade,
  constraint alarm_recipients_address_or_member check (num_nonnulls(email, user_id) = 1)
);
create unique index alarm_recipients_email_unique on alarm_recipients (tenant_id, lower(email)) where email is not null;
create unique index alarm_recipients_member_unique on alarm_recipients (tenant_id, user_id) where user_id is not null;

-- When a device, gateway or bay is to be looked at next, at the latest. Whoever changes one need not
-- think of it: triggers do. Apart from the things themselves, so that a look holds up no message.
create table alarm_watches (
  tenant_id uuid not null references tenants (id) on delete cascade,
  subject_id uuid not null,
  subject_type text not null constraint alarm_watches_subject_type check (subject_type in ('device', 'gateway', 'space')),
  due_at timestamptz not null,
  primary key (tenant_id, subject_id)
);
create index alarm_watches_due on alarm_watches (due_at);

create function watch_devices() returns trigger
  language plpgsql
  as $$
begin
  -- A device that is heard is looked at when its deadline comes, and not at every message; unless
  -- it was missed.
  insert into alarm_watches (tenant_id, subject_id, subject_type, due_at)
    select n.tenant_id, n.id, 'device', timestamptz 'epoch'
    from added n
    join removed o on o.tenant_id = n.tenant_id and o.id = n.id
    where (n.lifecycle, n.archived_at, n.model, n.own_model_id, n.heartbeat_seconds)
        is distinct from (o.lifecycle, o.archived_at, o.model, o.own_model_id, o.heartbeat_seconds)
      or n.battery_percent is distinct from o.battery_percent
      or (o.last_seen_at is null and n.last_seen_at is not null)
      or (n.last_seen_at is distinct from o.last_seen_at and exists (
        select from alarms a where a.tenant_id = n.tenant_id and a.subject_id = n.id and a.kind = 'device_silent' and a.cleared_at is null))
    order by n.tenant_id, n.id
    on conflict (tenant_id, subject_id) do update set due_at = excluded.due_at where alarm_watches.due_at > excluded.due_at;
  return null;
end
$$;
create trigger devices_watched after update on devices
  referencing old table as removed new table as added for each statement execute function watch_devices();

create function watch_gateways() returns trigger
  language plpgsql
  as $$
begin
  insert into alarm_watches (tenant_id, subject_id, subject_type, due_at)
    select n.tenant_id, n.id, 'gateway', timestamptz 'epoch'
    from added n
    join removed o on o.tenant_id = n.tenant_id and o.id = n.id
    where (n.heartbeat_seconds, n.site_id) is distinct from (o.heartbeat_seconds, o.site_id)
      or (o.last_seen_at is null and n.last_seen_at is not null)
      or (n.last_seen_at is distinct from o.last_seen_at and exists (
        select from alarms a where a.tenant_id = n.tenant_id and a.subject_id = n.id and a.kind = 'gateway_down' and a.cleared_at is null))
    order by n.tenant_id, n.id
    on conflict (tenant_id, subject_id) do update set due_at = excluded.due_at where alarm_watches.due_at > excluded.due_at;
  return null;
end
$$;
create trigger gateways_watched after update on gateways
  referencing old table as removed new table as added for each statement execute function watch_gateways();

-- What is new. The argument says what it is.
create function watch_added() returns trigger
  language plpgsql
  as $$
begin
  insert into alarm_watches (tenant_id, subject_id, subject_type, due_at)
    select tenant_id, id, tg_argv[0], timestamptz 'epoch' from added order by tenant_id, id
    on conflict do nothing;
  return null;
end
$$;
create trigger devices_watched_anew after insert on devices
  referencing new table as added for each statement execute function watch_added('device');
create trigger gateways_watched_anew after insert on gateways
  referencing new table as added for each statement execute function watch_added('gateway');

-- Of what is gone, the alarms are cleared.
create function watch_removed() returns trigger
  language plpgsql
  as $$
begin
  update alarm_watches w set due_at = 'epoch' from removed r where w.tenant_id = r.tenant_id and w.subject_id = r.id;
  return null;
end
$$;
create trigger gateways_watched_out after delete on gateways
  referencing old table as removed for each statement execute function watch_removed();

create function watch_spaces() returns trigger
  language plpgsql
  as $$
begin
  -- A minute later, because one that changes often changes again until then.
  insert into alarm_watches (tenant_id, subject_id, subject_type, due_at)
    select n.tenant_id, n.id, 'space', n.state_changed_at + interval '1 minute'
    from added n
    join removed o on o.tenant_id = n.tenant_id and o.id = n.id
    where n.state <> o.state or n.deleted_at is distinct from o.deleted_at
    order by n.tenant_id, n.id
    on conflict (tenant_id, subject_id) do update set due_at = excluded.due_at where alarm_watches.due_at > excluded.due_at;
  return null;
end
$$;
create trigger spaces_watched after update on spaces
  referencing old table as removed new table as added for each statement execute function watch_spaces();

-- What is there already. The owner sees no rows of a table whose row-level security is forced.
alter table devices no force row level security;
alter table gateways no force row level security;
alter table spaces no force row level security;
insert into alarm_watches (tenant_id, subject_id, subject_type, due_at)
  select tenant_id, id, 'device', timestamptz 'epoch' from devices where archived_at is null
  union all select tenant_id, id, 'gateway', timestamptz 'epoch' from gateways
  union all select tenant_id, id, 'space', timestamptz 'epoch' from spaces where deleted_at is null and state <> 'unknown';
alter table devices force row level security;
alter table gateways force row level security;
alter table spaces force row level security;

do $$
declare
  name text;
begin
  foreach name in array array['alarms', 'alarm_comments', 'alarm_rules', 'alarm_recipients', 'alarm_watches'] loop
    execute format('alter table %I enable row level security', name);
    execute format('alter table %I force row level security', name);
    execute format('create policy %I on %I to parking_tenant
      using (tenant_id = (select current_tenant_id())) with check (tenant_id = (select current_tenant_id()))', name || '_own', name);
    execute format('create policy %I on %I for select to parking_platform using (true)', name || '_platform', name);
    execute format('create policy %I on %I to parking_worker using (true) with check (true)', name || '_worker', name);
    execute format('grant select, insert, update, delete on %I to parking_tenant, parking_worker', name);
    execute format('grant select on %I to parking_platform', name);
  end loop;
end
$$;

-- The time by which alarms are judged; one row. It follows the server's clock, but never jumps with it.
create table alarm_clock (
  is_only boolean primary key default true constraint alarm_clock_one_row check (is_only),
  at timestamptz not null,
  newest_heard_at timestamptz
);
alter table alarm_clock enable row level security;
alter table alarm_clock force row level security;
create policy alarm_clock_worker on alarm_clock to parking_worker using (true) with check (true);
grant select, insert, update on alarm_clock to parking_worker;
