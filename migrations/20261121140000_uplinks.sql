-- What came in over the radio: stored before anybody is answered, acted on in order, kept to be asked.

create table uplinks (
  tenant_id uuid not null,
  id uuid not null,
  -- When it came to us.
  at timestamptz not null,
  -- When it counts: when it was received, as far as the source's clocks can be believed.
  received_at timestamptz not null,
  source text not null constraint uplinks_source check (source in ('chirpstack_mqtt', 'chirpstack_http', 'tts', 'observation')),
  kind text not null
    constraint uplinks_kind check (kind in ('up', 'join', 'status', 'txack', 'ack', 'log', 'location', 'observation', 'garbled')),
  -- Nothing only for an observation that names a bay, and for what nobody could make out.
  dev_eui text collate "C" constraint uplinks_dev_eui_form check (dev_eui ~ '^[0-9A-F]{16}$'),
  f_port smallint,
  f_cnt bigint,
  payload bytea,
  receptions jsonb not null default '[]',
  -- What else it says, by its kind.
  content jsonb not null default '{}',
  -- All messages of a device are of one shard, and one worker at a time acts on a shard.
  shard smallint not null,
  acted_at timestamptz,
  outcome text
    constraint uplinks_outcome check (outcome in ('read', 'heard', 'unreadable', 'orphan', 'no_bay', 'superseded', 'failed')),
  device_id uuid,
  space_id uuid,
  reading jsonb,
  -- Why it could not be read, by its code.
  problem text,
  -- How often somebody had it acted on again.
  replays int not null default 0,
  primary key (tenant_id, id, at),
  constraint uplinks_about_something check (dev_eui is not null or kind in ('observation', 'garbled')),
  constraint uplinks_acted_with_an_outcome check ((acted_at is null) = (outcome is null))
) partition by range (at);
create index uplinks_waiting on uplinks (shard, id) where acted_at is null;
create index uplinks_of_device on uplinks (tenant_id, dev_eui, received_at desc, id desc);
create index uplinks_of_space on uplinks (tenant_id, space_id, received_at desc, id desc) where space_id is not null;
create index uplinks_newest on uplinks (tenant_id, id desc);

alter table uplinks enable row level security;
alter table uplinks force row level security;
create policy uplinks_own on uplinks for select to parking_tenant using (tenant_id = (select current_tenant_id()));
create policy uplinks_platform on uplinks for select to parking_platform using (true);
create policy uplinks_owner on uplinks to parking_owner using (true) with check (true);
create policy uplinks_worker on uplinks to parking_worker using (true) with check (true);
grant select on uplinks to parking_tenant, parking_platform;
grant select, insert, update, delete on uplinks to parking_worker;

-- By what a message told twice is known, for two days. The key is the beginning of a digest.
-- No reference to tenants: its check at each row would be half of what storing costs.
create table uplink_keys (
  tenant_id uuid not null,
  key uuid not null,
  at timestamptz not null,
  primary key (tenant_id, key)
);
create index uplink_keys_age on uplink_keys (at);

alter table uplink_keys enable row level security;
alter table uplink_keys force row level security;
create policy uplink_keys_own on uplink_keys for select to parking_tenant using (tenant_id = (select current_tenant_id()));
create policy uplink_keys_platform on uplink_keys for select to parking_platform using (true);
create policy uplink_keys_owner on uplink_keys for select to parking_owner using (true);
create policy uplink_keys_worker on uplink_keys to parking_worker using (true) with check (true);
grant select on uplink_keys to parking_tenant, parking_platform;
grant select, insert, update, delete on uplink_keys to parking_worker;

-- Whose the messages of an application of the network server are, where they come by a road that
-- belongs to the installation.
create table applications (
  tenant_id uuid not null references tenants (id) on delete cascade,
  id uuid not null,
  -- As the network server names it.
  application text not null
    constraint applications_one_tenant unique constraint applications_length check (char_length(application) between 1 and 100),
  created_at timestamptz not null,
  primary key (tenant_id, id)
);

alter table applications enable row level security;
alter table applications force row level security;
create policy applications_own on applications for select to parking_tenant using (tenant_id = (select current_tenant_id()));
create policy applications_platform on applications for select to parking_platform using (true);
create policy applications_owner on applications to parking_owner using (true) with check (true);
create policy applications_worker on applications to parking_worker using (true) with check (true);
grant select on applications to parking_tenant, parking_platform;
grant select, insert, update, delete on applications to parking_worker;

-- How the messages of a device are numbered: the session they are of, the highest number in it, and
-- how many numbers nobody heard.
alter table devices
  add column radio_session text,
  add column radio_f_cnt bigint,
  add column frames_lost bigint not null default 0;

-- The message that a bay's sensor fact came by.
alter table spaces add column sensor_uplink_id uuid;

create or replace function ensure_partitions(parent text, around timestamptz, months_ahead int) returns int
  language plpgsql security definer set search_path = public, pg_temp
  as $$
declare
  first_day date := date_trunc('month', around at time zone 'UTC');
  month date;
  child text;
  made int := 0;
begin
  if parent not in ('audit_log', 'events', 'uplinks') then
    raise exception '% is not partitioned by month', parent;
  end if;
  for month in select generate_series(first_day, first_day + make_interval(months => months_ahead), '1 month')::date loop
    child := parent || '_' || to_char(month, 'YYYY_MM');
    if to_regclass(child) is null then
      -- Rows of this month that came while nobody had prepared it are in the default partition,
      -- and PostgreSQL refuses to cut the month out around them: they move first.
      execute format('create table %I (like %I including defaults including constraints including indexes)', child, parent);
      execute format('with moved as (delete from %I where at >= %L and at < %L returning *) insert into %I select * from moved',
        parent || '_default', month::timestamp at time zone 'UTC', (month + interval '1 month')::timestamp at time zone 'UTC', child);
      execute format('alter table %I attach partition %I for values from (%L) to (%L)', parent, child,
        month::timestamp at time zone 'UTC', (month + interval '1 month')::timestamp at time zone 'UTC');
      execute format('alter table %I enable row level security', child);
      execute format('alter table %I force row level security', child);
      made := made + 1;
    end if;
  end loop;
  return made;
end
$$;

create or replace function drop_partitions(parent text, before timestamptz) returns int
  language plpgsql security definer set search_path = public, pg_temp
  as $$
declare
  newest timestamptz;
  oldest text;
  month timestamp;
  has_rows boolean;
  months_with_rows int := 0;
  months_kept int;
begin
  if parent = 'audit_log' then
    months_kept := 36;
    select max(at) into newest from audit_heads;
  elsif parent = 'events' then
    months_kept := 12;
    select at into newest from events order by xid desc, id desc limit 1;
  elsif parent = 'uplinks' then
    months_kept := 2;
    select max(at) into newest from uplink_keys;
  else
    raise exception '% is not partitioned by month', parent;
  end if;
  select c.relname into oldest
    from pg_inherits i join pg_class c on c.oid = i.inhrelid
    where i.inhparent = parent::regclass and c.relname ~ '_\d{4}_\d{2}$'
    order by c.relname limit 1;
  if newest is null or oldest is null or before > newest - interval '30 days'
    or to_date(right(oldest, 7), 'YYYY_MM') + interval '1 month' > before at time zone 'UTC' then
    return 0;
  end if;
  for month in
    select to_date(right(c.relname, 7), 'YYYY_MM')
    from pg_inherits i join pg_class c on c.oid = i.inhrelid
    where i.inhparent = parent::regclass and c.relname ~ '_\d{4}_\d{2}$' and c.relname > oldest
  loop
    execute format('select exists (select from %I where at >= %L and at < %L)', parent,
      month at time zone 'UTC', (month + interval '1 month') at time zone 'UTC') into has_rows;
    months_with_rows := months_with_rows + has_rows::int;
  end loop;
  if months_with_rows < months_kept then
    return 0;
  end if;
  if parent = 'audit_log' then
    -- Whoever appends holds the table before their tenant's head: the same order here.
    lock table audit_log in access exclusive mode;
    month := to_date(right(oldest, 7), 'YYYY_MM');
    update audit_heads set dropped_seq = gone.seq, dropped_hash = gone.hash
      from (
        select distinct on (tenant_id) tenant_id, seq, hash from audit_log
        where at >= month at time zone 'UTC' and at < (month + interval '1 month') at time zone 'UTC'
        order by tenant_id, seq desc) as gone
      where audit_heads.tenant_id = gone.tenant_id and audit_heads.dropped_seq < gone.seq;
  end if;
  execute format('drop table %I', oldest);
  return 1;
end
$$;

-- Messages of a month nobody prepared (a clock that jumped) land here instead of failing.
create table uplinks_default partition of uplinks default;
alter table uplinks_default enable row level security;
alter table uplinks_default force row level security;
create policy uplinks_default_owner on uplinks_default to parking_owner using (true) with check (true);
