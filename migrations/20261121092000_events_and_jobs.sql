-- What happened (events), what is to be done (jobs), and what was answered (idempotency keys).

-- One row a change. `(xid, id)` orders them so that a reader who stays below the oldest running
-- transaction never misses one that commits late.
create table events (
  tenant_id uuid not null,
  id bigint generated always as identity,
  xid xid8 not null default pg_current_xact_id(),
  at timestamptz not null,
  kind text not null,
  subject_type text not null,
  subject_id text not null,
  payload jsonb not null default '{}',
  primary key (tenant_id, id, at)
) partition by range (at);
create index events_order on events (xid, id);
create index events_newest on events (tenant_id, id desc);
create index events_subject on events (tenant_id, subject_type, subject_id, id desc);

alter table events enable row level security;
alter table events force row level security;
create policy events_own on events to parking_tenant
  using (tenant_id = (select current_tenant_id())) with check (tenant_id = (select current_tenant_id()));
create policy events_platform on events for select to parking_platform using (true);
create policy events_platform_appends on events for insert to parking_platform with check (true);
create policy events_worker on events to parking_worker using (true) with check (true);
grant select, insert on events to parking_tenant, parking_platform, parking_worker;

create function announce_events() returns trigger
  language plpgsql
  as $$
begin
  perform pg_notify('parking_events', tenant_id::text) from (select distinct tenant_id from added) as changed;
  return null;
end
$$;
create trigger events_announced after insert on events
  referencing new table as added for each statement execute function announce_events();

create table jobs (
  tenant_id uuid not null references tenants (id) on delete cascade,
  id uuid not null,
  kind text not null,
  payload jsonb not null,
  unique_key text,
  status text not null default 'queued' constraint jobs_status check (status in ('queued', 'failed')),
  run_at timestamptz not null,
  locked_until timestamptz,
  attempts int not null default 0,
  attempts_max int not null,
  last_error text,
  created_at timestamptz not null,
  failed_at timestamptz,
  primary key (tenant_id, id)
);
create index jobs_due on jobs (run_at) where status = 'queued';
create unique index jobs_one_waiting on jobs (tenant_id, kind, unique_key)
  where unique_key is not null and status = 'queued' and locked_until is null;

alter table jobs enable row level security;
alter table jobs force row level security;
create policy jobs_own on jobs to parking_tenant
  using (tenant_id = (select current_tenant_id())) with check (tenant_id = (select current_tenant_id()));
create policy jobs_platform on jobs for select to parking_platform using (true);
create policy jobs_platform_enqueues on jobs for insert to parking_platform with check (true);
create policy jobs_worker on jobs to parking_worker using (true) with check (true);
grant select, insert on jobs to parking_tenant, parking_platform;
grant select, insert, update, delete on jobs to parking_worker;

create function announce_jobs() returns trigger
  language plpgsql
  as $$
begin
  perform pg_notify('parking_jobs', '');
  return null;
end
$$;
create trigger jobs_announced after insert on jobs
  for each statement execute function announce_jobs();

-- When each recurring job is due next; whoever moves the row forward runs it.
create table schedules (
  name text primary key,
  next_run_at timestamptz not null,
  last_run_at timestamptz
);
alter table schedules enable row level security;
alter table schedules force row level security;
create policy schedules_worker on schedules to parking_worker using (true) with check (true);
grant select, insert, update on schedules to parking_worker;

create table idempotency_keys (
  tenant_id uuid not null references tenants (id) on delete cascade,
  caller text not null,
  key text not null,
  fingerprint bytea not null,
  status smallint,
  location text,
  version bigint,
  body jsonb,
  created_at timestamptz not null,
  primary key (tenant_id, caller, key)
);
create index idempotency_keys_age on idempotency_keys (created_at);

alter table idempotency_keys enable row level security;
alter table idempotency_keys force row level security;
create policy idempotency_keys_own on idempotency_keys to parking_tenant
  using (tenant_id = (select current_tenant_id())) with check (tenant_id = (select current_tenant_id()));
create policy idempotency_keys_platform on idempotency_keys to parking_platform
  using (tenant_id = '00000000-0000-0000-0000-000000000000') with check (tenant_id = '00000000-0000-0000-0000-000000000000');
create policy idempotency_keys_worker on idempotency_keys to parking_worker using (true) with check (true);
grant select, insert, update, delete on idempotency_keys to parking_tenant, parking_worker;
grant select, insert, update on idempotency_keys to parking_platform;

-- Partitions -------------------------------------------------------------------------------------

-- Makes the monthly partitions of a table around an instant. Runs as the owner, because the
-- roles that serve requests may create nothing.
create function ensure_partitions(parent text, around timestamptz, months_ahead int) returns int
  language plpgsql security definer set search_path = public, pg_temp
  as $$
declare
  first_day date := date_trunc('month', around at time zone 'UTC');
  month date;
  child text;
  made int := 0;
begin
  if parent not in ('audit_log', 'events') then
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

-- Drops the partitions of a table that end before an instant, and says how many.
create function drop_partitions(parent text, before timestamptz) returns int
  language plpgsql security definer set search_path = public, pg_temp
  as $$
declare
  child text;
  dropped int := 0;
begin
  if parent not in ('audit_log', 'events') then
    raise exception '% is not partitioned by month', parent;
  end if;
  for child in
    select c.relname from pg_inherits i join pg_class c on c.oid = i.inhrelid
    where i.inhparent = parent::regclass and c.relname ~ '_\d{4}_\d{2}$'
      and to_date(right(c.relname, 7), 'YYYY_MM') + interval '1 month' <= before at time zone 'UTC'
  loop
    execute format('drop table %I', child);
    dropped := dropped + 1;
  end loop;
  return dropped;
end
$$;

revoke execute on function ensure_partitions(text, timestamptz, int), drop_partitions(text, timestamptz) from public;
grant execute on function ensure_partitions(text, timestamptz, int), drop_partitions(text, timestamptz) to parking_worker;

-- Rows of a month nobody prepared (a clock that jumped) land here instead of failing.
create table audit_log_default partition of audit_log default;
alter table audit_log_default enable row level security;
alter table audit_log_default force row level security;
create policy audit_log_default_owner on audit_log_default to parking_owner using (true) with check (true);
create table events_default partition of events default;
alter table events_default enable row level security;
alter table events_default force row level security;
create policy events_default_owner on events_default to parking_owner using (true) with check (true);
