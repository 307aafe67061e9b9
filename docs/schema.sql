-- PostgreSQL 15. Generated from migrations/; `make gen` rewrites it.

CREATE EXTENSION IF NOT EXISTS btree_gist WITH SCHEMA public;

COMMENT ON EXTENSION btree_gist IS 'support for indexing common datatypes in GiST';

CREATE FUNCTION public.announce_access() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
declare
  changed jsonb := to_jsonb(coalesce(new, old));
begin
  perform pg_notify('parking_access', tg_argv[0] || ':' || (changed ->> tg_argv[1]));
  return null;
end
$$;

ALTER FUNCTION public.announce_access() OWNER TO parking_owner;

CREATE FUNCTION public.announce_events() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
  perform pg_notify('parking_events', tenant_id::text) from (select distinct tenant_id from added) as changed;
  return null;
end
$$;

ALTER FUNCTION public.announce_events() OWNER TO parking_owner;

CREATE FUNCTION public.announce_jobs() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
  perform pg_notify('parking_jobs', '');
  return null;
end
$$;

ALTER FUNCTION public.announce_jobs() OWNER TO parking_owner;

CREATE FUNCTION public.audit_field(value text) RETURNS text
    LANGUAGE sql IMMUTABLE
    AS $$ select case when value is null then '-' else octet_length(value) || ':' || value end $$;

ALTER FUNCTION public.audit_field(value text) OWNER TO parking_owner;

CREATE FUNCTION public.chain_audit_entry() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
begin
  insert into audit_heads (tenant_id, seq, hash) values (new.tenant_id, 0, '\x') on conflict do nothing;
  select seq + 1, hash into new.seq, new.prev_hash from audit_heads where tenant_id = new.tenant_id for update;
  new.hash := sha256(new.prev_hash || convert_to(
    audit_field(new.tenant_id::text) || audit_field(new.id::text) || audit_field(new.seq::text)
      || audit_field((extract(epoch from new.at) * 1000000)::bigint::text)
      || audit_field(new.actor_type) || audit_field(new.actor_id) || audit_field(new.actor_name)
      || audit_field(new.action) || audit_field(new.entity_type) || audit_field(new.entity_id)
      || audit_field(new.entity_name) || audit_field(new.old::text) || audit_field(new.new::text)
      || audit_field(new.reason) || audit_field(new.request_id) || audit_field(new.ip), 'UTF8'));
  update audit_heads set seq = new.seq, hash = new.hash, at = new.at where tenant_id = new.tenant_id;
  return new;
end
$$;

ALTER FUNCTION public.chain_audit_entry() OWNER TO parking_owner;

CREATE FUNCTION public.count_listed() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
declare
  change record;
begin
  if tg_op = 'INSERT' then
    insert into list_totals (tenant_id, list, total)
      select tenant_id, tg_table_name, count(*) from added group by tenant_id order by tenant_id
      on conflict (tenant_id, list) do update set total = list_totals.total + excluded.total;
  else
    for change in select tenant_id, count(*) as gone from removed group by tenant_id order by tenant_id loop
      update list_totals set total = total - change.gone
        where tenant_id = change.tenant_id and list = tg_table_name;
    end loop;
  end if;
  return null;
end
$$;

ALTER FUNCTION public.count_listed() OWNER TO parking_owner;

CREATE FUNCTION public.count_living_towards_limit() RETURNS trigger
    LANGUAGE plpgsql
    AS $_$
declare
  living text := format('where %I is null', tg_argv[1]);
  change record;
  now_used int;
  now_max int;
begin
  for change in
    execute case tg_op
      when 'INSERT' then format('select tenant_id, count(*)::int as rows from added %s group by 1 order by 1', living)
      when 'DELETE' then format('select tenant_id, -count(*)::int as rows from removed %s group by 1 order by 1', living)
      else format('select tenant_id, sum(n)::int as rows from (
          select tenant_id, count(*) as n from added %1$s group by 1
          union all select tenant_id, -count(*) from removed %1$s group by 1) as both_sides
        group by 1 having sum(n) <> 0 order by 1', living)
    end
  loop
    update tenant_usage set used = used + change.rows
      where tenant_id = change.tenant_id and resource = tg_argv[0]
      returning used, max into now_used, now_max;
    if change.rows > 0 and now_used > now_max then
      raise exception 'the limit of % % is reached', now_max, tg_argv[0]
        using errcode = 'check_violation', constraint = 'tenant_limit_' || tg_argv[0];
    end if;
  end loop;
  return null;
end
$_$;

ALTER FUNCTION public.count_living_towards_limit() OWNER TO parking_owner;

CREATE FUNCTION public.count_towards_limit() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
declare
  change record;
  now_used int;
  now_max int;
begin
  for change in
    execute case tg_op
      when 'INSERT' then 'select tenant_id, count(*)::int as rows from added group by tenant_id order by tenant_id'
      else 'select tenant_id, -count(*)::int as rows from removed group by tenant_id order by tenant_id'
    end
  loop
    update tenant_usage set used = used + change.rows
      where tenant_id = change.tenant_id and resource = tg_argv[0]
      returning used, max into now_used, now_max;
    if change.rows > 0 and now_used > now_max then
      raise exception 'the limit of % % is reached', now_max, tg_argv[0]
        using errcode = 'check_violation', constraint = 'tenant_limit_' || tg_argv[0];
    end if;
  end loop;
  return null;
end
$$;

ALTER FUNCTION public.count_towards_limit() OWNER TO parking_owner;

CREATE FUNCTION public.current_tenant_id() RETURNS uuid
    LANGUAGE sql STABLE
    AS $$ select nullif(current_setting('app.current_tenant_id', true), '')::uuid $$;

ALTER FUNCTION public.current_tenant_id() OWNER TO parking_owner;

CREATE FUNCTION public.drop_partitions(parent text, before timestamp with time zone) RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $_$
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
$_$;

ALTER FUNCTION public.drop_partitions(parent text, before timestamp with time zone) OWNER TO parking_owner;

CREATE FUNCTION public.ensure_partitions(parent text, around timestamp with time zone, months_ahead integer) RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
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

ALTER FUNCTION public.ensure_partitions(parent text, around timestamp with time zone, months_ahead integer) OWNER TO parking_owner;

CREATE FUNCTION public.events_horizon() RETURNS xid8
    LANGUAGE sql STABLE
    AS $$
    select coalesce(
      (select x from pg_snapshot_xip(pg_current_snapshot()) x
       where x::xid not in (
         select l.transactionid from pg_locks l
         where l.locktype = 'transactionid' and l.mode = 'ExclusiveLock' and l.granted and l.pid in (
           select a.pid from pg_stat_get_activity(null) a
           where a.datid <> (select d.oid from pg_database d where d.datname = current_database())))
       order by x limit 1),
      pg_snapshot_xmax(pg_current_snapshot()))
  $$;

ALTER FUNCTION public.events_horizon() OWNER TO parking_owner;

CREATE FUNCTION public.forget_who_was_told() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
declare
  is_same constant boolean := new.holder_email is null
    and (coalesce(new.holder_name = old.holder_name, false) or coalesce(new.holder_plate = old.holder_plate, false));
begin
  if new.erased_at is null and not is_same and num_nonnulls(new.holder_email, new.holder_name, new.holder_plate) > 0 then
    insert into reservation_partings (tenant_id, reservation_id, email, holder_key, parted_at)
      values (new.tenant_id, new.id, old.holder_email, old.holder_key, new.updated_at) on conflict do nothing;
  else
    delete from reservation_letters where tenant_id = new.tenant_id and reservation_id = new.id;
    delete from reservation_partings where tenant_id = new.tenant_id and reservation_id = new.id;
  end if;
  return null;
end
$$;

ALTER FUNCTION public.forget_who_was_told() OWNER TO parking_owner;

CREATE FUNCTION public.keep_an_owner() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
declare
  needed text := case when old.tenant_id = '00000000-0000-0000-0000-000000000000' then 'platform_admin' else 'owner' end;
begin
  if old.role <> needed or not old.is_active then
    return null;
  end if;
  -- Two owners who demote each other at the same moment must not both succeed.
  perform pg_advisory_xact_lock(hashtextextended('owners of ' || old.tenant_id, 0));
  if exists (select from tenants where id = old.tenant_id and status <> 'deleting')
    and not exists (
      select from memberships where tenant_id = old.tenant_id and role = needed and is_active
    ) then
    raise exception 'a tenant keeps at least one owner'
      using errcode = 'check_violation', constraint = 'memberships_last_owner';
  end if;
  return null;
end
$$;

ALTER FUNCTION public.keep_an_owner() OWNER TO parking_owner;

CREATE FUNCTION public.mark_lamps_of_assignments() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
  insert into lamp_marks (tenant_id, device_id) select tenant_id, device_id from added where role = 'display';
  return null;
end
$$;

ALTER FUNCTION public.mark_lamps_of_assignments() OWNER TO parking_owner;

CREATE FUNCTION public.mark_lamps_of_changed_reservations() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
  insert into lamp_marks (tenant_id, device_id)
    select distinct a.tenant_id, a.device_id
    from added n
    join removed o on o.tenant_id = n.tenant_id and o.id = n.id
    join device_assignments a on a.tenant_id = n.tenant_id and a.space_id in (n.space_id, o.space_id)
      and a.role = 'display' and a.unassigned_at is null
    where (n.status, n.space_id, n.start_time, n.end_time, n.checked_in_at)
      is distinct from (o.status, o.space_id, o.start_time, o.end_time, o.checked_in_at);
  return null;
end
$$;

ALTER FUNCTION public.mark_lamps_of_changed_reservations() OWNER TO parking_owner;

CREATE FUNCTION public.mark_lamps_of_devices() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
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

ALTER FUNCTION public.mark_lamps_of_devices() OWNER TO parking_owner;

CREATE FUNCTION public.mark_lamps_of_models() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
  insert into lamp_marks (tenant_id, device_id)
    select d.tenant_id, d.id from added n
    join devices d on d.tenant_id = n.tenant_id and d.own_model_id = n.id and d.is_display;
  return null;
end
$$;

ALTER FUNCTION public.mark_lamps_of_models() OWNER TO parking_owner;

CREATE FUNCTION public.mark_lamps_of_overrides() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
  insert into lamp_marks (tenant_id, device_id)
    select n.tenant_id, a.device_id
    from added n
    join device_assignments a
      on a.tenant_id = n.tenant_id and a.space_id = n.space_id and a.role = 'display' and a.unassigned_at is null;
  return null;
end
$$;

ALTER FUNCTION public.mark_lamps_of_overrides() OWNER TO parking_owner;

CREATE FUNCTION public.mark_lamps_of_policies() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
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

ALTER FUNCTION public.mark_lamps_of_policies() OWNER TO parking_owner;

CREATE FUNCTION public.mark_lamps_of_reservations() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
  insert into lamp_marks (tenant_id, device_id)
    select distinct a.tenant_id, a.device_id
    from added n
    join device_assignments a
      on a.tenant_id = n.tenant_id and a.space_id = n.space_id and a.role = 'display' and a.unassigned_at is null;
  return null;
end
$$;

ALTER FUNCTION public.mark_lamps_of_reservations() OWNER TO parking_owner;

CREATE FUNCTION public.mark_lamps_of_sites() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
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

ALTER FUNCTION public.mark_lamps_of_sites() OWNER TO parking_owner;

CREATE FUNCTION public.mark_lamps_of_spaces() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
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

ALTER FUNCTION public.mark_lamps_of_spaces() OWNER TO parking_owner;

CREATE FUNCTION public.mark_waitlist_of_overrides() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
  insert into waitlist_marks (tenant_id, site_id, space_id, free_from, free_until)
    select o.tenant_id, s.site_id, o.space_id, o.starts_at, coalesce(o.ends_at, 'infinity')
    from removed o
    join added n on n.tenant_id = o.tenant_id and n.id = o.id
    join spaces s on s.tenant_id = o.tenant_id and s.id = o.space_id
    where o.lifted_at is null
      and (n.lifted_at is not null or n.starts_at > o.starts_at
        or coalesce(n.ends_at, 'infinity') < coalesce(o.ends_at, 'infinity'))
      and exists (
        select from waitlist_entries e
        where e.tenant_id = o.tenant_id and e.status = 'waiting' and e.site_id = s.site_id
          and (e.space_id is null or e.space_id = o.space_id));
  return null;
end
$$;

ALTER FUNCTION public.mark_waitlist_of_overrides() OWNER TO parking_owner;

CREATE FUNCTION public.mark_waitlist_of_persons() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
  insert into waitlist_marks (tenant_id, site_id, space_id, free_from, free_until)
    select distinct e.tenant_id, e.site_id, e.space_id, e.start_time, e.end_time
    from removed o
    join added n on n.tenant_id = o.tenant_id and n.id = o.id
    join waitlist_entries e on e.tenant_id = o.tenant_id and e.holder_key = o.holder_key and e.status = 'waiting'
    where o.status in ('pending', 'confirmed')
      and (n.status not in ('pending', 'confirmed') or n.holder_key is distinct from o.holder_key);
  return null;
end
$$;

ALTER FUNCTION public.mark_waitlist_of_persons() OWNER TO parking_owner;

CREATE FUNCTION public.mark_waitlist_of_reservations() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
  insert into waitlist_marks (tenant_id, site_id, space_id, free_from, free_until)
    select o.tenant_id, s.site_id, o.space_id, o.blocks_from, o.blocks_until
    from removed o
    join added n on n.tenant_id = o.tenant_id and n.id = o.id
    join spaces s on s.tenant_id = o.tenant_id and s.id = o.space_id
    where
      -- A hold that became something else: whoever was offered it has claimed it, or let it go.
      o.status = 'pending' and n.status <> 'pending' and exists (
        select from waitlist_entries e
        where e.tenant_id = o.tenant_id and e.reservation_id = o.id and e.status = 'offered')
      or o.status in ('pending', 'confirmed') and o.blocks_until > n.updated_at
        and (n.status not in ('pending', 'confirmed') or n.space_id <> o.space_id
          or n.blocks_from > o.blocks_from or n.blocks_until < o.blocks_until)
        and exists (
          select from waitlist_entries e
          where e.tenant_id = o.tenant_id and e.status = 'waiting' and e.site_id = s.site_id
            and (e.space_id is null or e.space_id = o.space_id));
  return null;
end
$$;

ALTER FUNCTION public.mark_waitlist_of_reservations() OWNER TO parking_owner;

CREATE FUNCTION public.trim_downlink_story() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
  new.story := (
    select jsonb_agg(s.step order by s.place) from jsonb_array_elements(new.story) with ordinality as s (step, place)
    where s.place > jsonb_array_length(new.story) - 60);
  return new;
end
$$;

ALTER FUNCTION public.trim_downlink_story() OWNER TO parking_owner;

CREATE FUNCTION public.watch_added() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
  insert into alarm_watches (tenant_id, subject_id, subject_type, due_at)
    select tenant_id, id, tg_argv[0], timestamptz 'epoch' from added order by tenant_id, id
    on conflict do nothing;
  return null;
end
$$;

ALTER FUNCTION public.watch_added() OWNER TO parking_owner;

CREATE FUNCTION public.watch_devices() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
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

ALTER FUNCTION public.watch_devices() OWNER TO parking_owner;

CREATE FUNCTION public.watch_gateways() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
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

ALTER FUNCTION public.watch_gateways() OWNER TO parking_owner;

CREATE FUNCTION public.watch_removed() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
  update alarm_watches w set due_at = 'epoch' from removed r where w.tenant_id = r.tenant_id and w.subject_id = r.id;
  return null;
end
$$;

ALTER FUNCTION public.watch_removed() OWNER TO parking_owner;

CREATE FUNCTION public.watch_spaces() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
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

ALTER FUNCTION public.watch_spaces() OWNER TO parking_owner;

CREATE FUNCTION public.watch_trespass() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
  insert into alarm_watches (tenant_id, subject_id, subject_type, due_at)
    select distinct n.tenant_id, b.space_id, 'space', timestamptz 'epoch'
    from added n
    join removed o on o.tenant_id = n.tenant_id and o.id = n.id
    cross join lateral (values (o.space_id), (n.space_id)) b (space_id)
    where (o.contested_at is not null or n.contested_at is not null or n.overstayed_at is not null)
      and (o.space_id, o.status, o.checked_in_at, o.contested_at, o.overstayed_at, o.end_time)
        is distinct from (n.space_id, n.status, n.checked_in_at, n.contested_at, n.overstayed_at, n.end_time)
    order by n.tenant_id, b.space_id
    on conflict (tenant_id, subject_id) do update set due_at = excluded.due_at where alarm_watches.due_at > excluded.due_at;
  return null;
end
$$;

ALTER FUNCTION public.watch_trespass() OWNER TO parking_owner;

CREATE TABLE public.account_tokens (
    hash bytea NOT NULL,
    user_id uuid NOT NULL,
    purpose text NOT NULL,
    email_key text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    used_at timestamp with time zone,
    CONSTRAINT account_tokens_purpose CHECK ((purpose = ANY (ARRAY['reset_password'::text, 'verify_email'::text])))
);

ALTER TABLE ONLY public.account_tokens FORCE ROW LEVEL SECURITY;

ALTER TABLE public.account_tokens OWNER TO parking_owner;

CREATE TABLE public.alarm_clock (
    is_only boolean DEFAULT true NOT NULL,
    at timestamp with time zone NOT NULL,
    newest_heard_at timestamp with time zone,
    CONSTRAINT alarm_clock_one_row CHECK (is_only)
);

ALTER TABLE ONLY public.alarm_clock FORCE ROW LEVEL SECURITY;

ALTER TABLE public.alarm_clock OWNER TO parking_owner;

CREATE TABLE public.alarm_comments (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    alarm_id uuid NOT NULL,
    at timestamp with time zone NOT NULL,
    by_name text NOT NULL,
    text text NOT NULL,
    CONSTRAINT alarm_comments_length CHECK (((char_length(text) >= 1) AND (char_length(text) <= 2000)))
);

ALTER TABLE ONLY public.alarm_comments FORCE ROW LEVEL SECURITY;

ALTER TABLE public.alarm_comments OWNER TO parking_owner;

CREATE TABLE public.alarm_recipients (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    email text,
    user_id uuid,
    language text NOT NULL,
    severity_min text NOT NULL,
    kinds text[] DEFAULT '{}'::text[] NOT NULL,
    site_ids uuid[] DEFAULT '{}'::uuid[] NOT NULL,
    is_active boolean DEFAULT true NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    version bigint DEFAULT 1 NOT NULL,
    CONSTRAINT alarm_recipients_address_or_member CHECK ((num_nonnulls(email, user_id) = 1)),
    CONSTRAINT alarm_recipients_email_length CHECK (((char_length(email) >= 3) AND (char_length(email) <= 254))),
    CONSTRAINT alarm_recipients_language CHECK ((language = ANY (ARRAY['en'::text, 'fr'::text]))),
    CONSTRAINT alarm_recipients_severity CHECK ((severity_min = ANY (ARRAY['info'::text, 'warning'::text, 'critical'::text]))),
    CONSTRAINT alarm_recipients_sites_max CHECK ((cardinality(site_ids) <= 200))
);

ALTER TABLE ONLY public.alarm_recipients FORCE ROW LEVEL SECURITY;

ALTER TABLE public.alarm_recipients OWNER TO parking_owner;

CREATE TABLE public.alarm_rules (
    tenant_id uuid NOT NULL,
    silent_factor double precision,
    never_seen_hours integer NOT NULL,
    battery_low_percent integer,
    battery_clear_percent integer NOT NULL,
    gateway_down_minutes integer,
    flapping_changes_per_hour integer,
    stuck_hours integer,
    updated_at timestamp with time zone NOT NULL,
    version bigint DEFAULT 1 NOT NULL,
    CONSTRAINT alarm_rules_battery_clear CHECK (((battery_clear_percent >= 2) AND (battery_clear_percent <= 100))),
    CONSTRAINT alarm_rules_battery_low CHECK (((battery_low_percent >= 1) AND (battery_low_percent <= 90))),
    CONSTRAINT alarm_rules_battery_order CHECK ((battery_low_percent < battery_clear_percent)),
    CONSTRAINT alarm_rules_flapping CHECK (((flapping_changes_per_hour >= 4) AND (flapping_changes_per_hour <= 600))),
    CONSTRAINT alarm_rules_gateway_down CHECK (((gateway_down_minutes >= 1) AND (gateway_down_minutes <= 1440))),
    CONSTRAINT alarm_rules_never_seen CHECK (((never_seen_hours >= 1) AND (never_seen_hours <= 720))),
    CONSTRAINT alarm_rules_silent_factor CHECK (((silent_factor >= (1.5)::double precision) AND (silent_factor <= (100)::double precision))),
    CONSTRAINT alarm_rules_stuck CHECK (((stuck_hours >= 1) AND (stuck_hours <= 8760)))
);

ALTER TABLE ONLY public.alarm_rules FORCE ROW LEVEL SECURITY;

ALTER TABLE public.alarm_rules OWNER TO parking_owner;

CREATE TABLE public.alarm_watches (
    tenant_id uuid NOT NULL,
    subject_id uuid NOT NULL,
    subject_type text NOT NULL,
    due_at timestamp with time zone NOT NULL,
    CONSTRAINT alarm_watches_subject_type CHECK ((subject_type = ANY (ARRAY['device'::text, 'gateway'::text, 'space'::text])))
);

ALTER TABLE ONLY public.alarm_watches FORCE ROW LEVEL SECURITY;

ALTER TABLE public.alarm_watches OWNER TO parking_owner;

CREATE TABLE public.alarms (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    kind text NOT NULL,
    severity text NOT NULL,
    subject_type text NOT NULL,
    subject_id uuid NOT NULL,
    subject_name text NOT NULL,
    space_id uuid,
    space_code text,
    site_id uuid,
    raised_at timestamp with time zone NOT NULL,
    cleared_at timestamp with time zone,
    clear_reason text,
    recovering_since timestamp with time zone,
    acknowledged_at timestamp with time zone,
    acknowledged_by text,
    muted_until timestamp with time zone,
    muted_by text,
    mute_reason text,
    parent_id uuid,
    evidence jsonb DEFAULT '{}'::jsonb NOT NULL,
    is_news boolean DEFAULT false NOT NULL,
    told_at timestamp with time zone,
    version bigint DEFAULT 1 NOT NULL,
    CONSTRAINT alarms_acknowledged_by_somebody CHECK (((acknowledged_at IS NULL) = (acknowledged_by IS NULL))),
    CONSTRAINT alarms_clear_reason CHECK ((clear_reason = ANY (ARRAY['recovered'::text, 'archived'::text, 'deleted'::text, 'out_of_service'::text, 'unassigned'::text, 'reassigned'::text, 'rules_changed'::text]))),
    CONSTRAINT alarms_cleared_for_a_reason CHECK (((cleared_at IS NULL) = (clear_reason IS NULL))),
    CONSTRAINT alarms_evidence_is_object CHECK ((jsonb_typeof(evidence) = 'object'::text)),
    CONSTRAINT alarms_kind CHECK ((kind = ANY (ARRAY['device_silent'::text, 'battery_low'::text, 'gateway_down'::text, 'flapping'::text, 'stuck'::text, 'lamp_unreachable'::text, 'lamp_mismatch'::text, 'contested'::text, 'overstayed'::text]))),
    CONSTRAINT alarms_mute_reason_length CHECK (((char_length(mute_reason) >= 1) AND (char_length(mute_reason) <= 500))),
    CONSTRAINT alarms_no_parent_of_its_own CHECK ((parent_id <> id)),
    CONSTRAINT alarms_severity CHECK ((severity = ANY (ARRAY['info'::text, 'warning'::text, 'critical'::text]))),
    CONSTRAINT alarms_subject_type CHECK ((subject_type = ANY (ARRAY['device'::text, 'gateway'::text, 'space'::text])))
);

ALTER TABLE ONLY public.alarms FORCE ROW LEVEL SECURITY;

ALTER TABLE public.alarms OWNER TO parking_owner;

CREATE TABLE public.api_keys (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    public_id text NOT NULL,
    secret_hash bytea NOT NULL,
    name text NOT NULL,
    role text NOT NULL,
    scopes text[] NOT NULL,
    allowed_ips text[] DEFAULT '{}'::text[] NOT NULL,
    requests_per_minute integer,
    expires_at timestamp with time zone,
    revoked_at timestamp with time zone,
    last_used_at timestamp with time zone,
    last_used_ip text,
    created_by uuid,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    version bigint DEFAULT 1 NOT NULL,
    CONSTRAINT api_keys_name_length CHECK (((char_length(name) >= 1) AND (char_length(name) <= 255))),
    CONSTRAINT api_keys_requests_positive CHECK ((requests_per_minute > 0)),
    CONSTRAINT api_keys_role CHECK ((role = ANY (ARRAY['viewer'::text, 'operator'::text, 'admin'::text, 'owner'::text])))
);

ALTER TABLE ONLY public.api_keys FORCE ROW LEVEL SECURITY;

ALTER TABLE public.api_keys OWNER TO parking_owner;

CREATE TABLE public.applications (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    application text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    CONSTRAINT applications_length CHECK (((char_length(application) >= 1) AND (char_length(application) <= 100)))
);

ALTER TABLE ONLY public.applications FORCE ROW LEVEL SECURITY;

ALTER TABLE public.applications OWNER TO parking_owner;

CREATE TABLE public.audit_heads (
    tenant_id uuid NOT NULL,
    seq bigint NOT NULL,
    hash bytea NOT NULL,
    at timestamp with time zone,
    dropped_seq bigint DEFAULT 0 NOT NULL,
    dropped_hash bytea DEFAULT '\x'::bytea NOT NULL
);

ALTER TABLE ONLY public.audit_heads FORCE ROW LEVEL SECURITY;

ALTER TABLE public.audit_heads OWNER TO parking_owner;

CREATE TABLE public.audit_log (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    seq bigint NOT NULL,
    at timestamp with time zone NOT NULL,
    actor_type text NOT NULL,
    actor_id text,
    actor_name text,
    action text NOT NULL,
    entity_type text NOT NULL,
    entity_id text,
    entity_name text,
    old jsonb,
    new jsonb,
    reason text,
    request_id text,
    ip text,
    prev_hash bytea NOT NULL,
    hash bytea NOT NULL,
    CONSTRAINT audit_log_actor_type CHECK ((actor_type = ANY (ARRAY['user'::text, 'api_key'::text, 'platform_admin'::text, 'system'::text, 'anonymous'::text])))
)
PARTITION BY RANGE (at);

ALTER TABLE ONLY public.audit_log FORCE ROW LEVEL SECURITY;

ALTER TABLE public.audit_log OWNER TO parking_owner;

CREATE TABLE public.audit_log_default (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    seq bigint NOT NULL,
    at timestamp with time zone NOT NULL,
    actor_type text NOT NULL,
    actor_id text,
    actor_name text,
    action text NOT NULL,
    entity_type text NOT NULL,
    entity_id text,
    entity_name text,
    old jsonb,
    new jsonb,
    reason text,
    request_id text,
    ip text,
    prev_hash bytea NOT NULL,
    hash bytea NOT NULL,
    CONSTRAINT audit_log_actor_type CHECK ((actor_type = ANY (ARRAY['user'::text, 'api_key'::text, 'platform_admin'::text, 'system'::text, 'anonymous'::text])))
);

ALTER TABLE ONLY public.audit_log_default FORCE ROW LEVEL SECURITY;

ALTER TABLE public.audit_log_default OWNER TO parking_owner;

CREATE TABLE public.calendar_feeds (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    user_id uuid NOT NULL,
    name text NOT NULL,
    site_id uuid,
    space_id uuid,
    person text,
    secret_hash bytea NOT NULL,
    created_at timestamp with time zone NOT NULL,
    last_used_at timestamp with time zone,
    CONSTRAINT calendar_feeds_name_length CHECK (((char_length(name) >= 1) AND (char_length(name) <= 100))),
    CONSTRAINT calendar_feeds_person_length CHECK (((char_length(person) >= 1) AND (char_length(person) <= 254)))
);

ALTER TABLE ONLY public.calendar_feeds FORCE ROW LEVEL SECURITY;

ALTER TABLE public.calendar_feeds OWNER TO parking_owner;

CREATE TABLE public.chirpstack_items (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    kind text NOT NULL,
    eui text NOT NULL,
    state text NOT NULL,
    differs text[] DEFAULT '{}'::text[] NOT NULL,
    changed_side text,
    here_id uuid,
    here_name text,
    here_disabled boolean,
    there_name text,
    there_disabled boolean,
    there_updated_at timestamp with time zone,
    agreed_name text,
    agreed_disabled boolean,
    key_given bytea,
    wanted text,
    ignored_at timestamp with time zone,
    error text,
    failures integer DEFAULT 0 NOT NULL,
    tried_at timestamp with time zone,
    changed_at timestamp with time zone NOT NULL,
    CONSTRAINT chirpstack_items_changed_side CHECK ((changed_side = ANY (ARRAY['here'::text, 'there'::text]))),
    CONSTRAINT chirpstack_items_error CHECK ((char_length(error) <= 500)),
    CONSTRAINT chirpstack_items_eui_form CHECK ((eui ~ '^[0-9A-F]{16}$'::text)),
    CONSTRAINT chirpstack_items_kind CHECK ((kind = ANY (ARRAY['device'::text, 'gateway'::text]))),
    CONSTRAINT chirpstack_items_state CHECK ((state = ANY (ARRAY['same'::text, 'here'::text, 'there'::text, 'differs'::text]))),
    CONSTRAINT chirpstack_items_wanted CHECK ((wanted = ANY (ARRAY['give'::text, 'take'::text])))
);

ALTER TABLE ONLY public.chirpstack_items FORCE ROW LEVEL SECURITY;

ALTER TABLE public.chirpstack_items OWNER TO parking_owner;

CREATE TABLE public.chirpstack_links (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    remote_tenant_id uuid NOT NULL,
    remote_tenant_name text NOT NULL,
    application_id uuid NOT NULL,
    application_name text NOT NULL,
    gives boolean DEFAULT false NOT NULL,
    profile_a uuid,
    profile_c uuid,
    profiles jsonb DEFAULT '[]'::jsonb NOT NULL,
    due_at timestamp with time zone NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    version bigint DEFAULT 1 NOT NULL,
    CONSTRAINT chirpstack_links_application_name CHECK ((char_length(application_name) <= 255)),
    CONSTRAINT chirpstack_links_profiles_are_listed CHECK ((jsonb_typeof(profiles) = 'array'::text)),
    CONSTRAINT chirpstack_links_remote_name CHECK ((char_length(remote_tenant_name) <= 255))
);

ALTER TABLE ONLY public.chirpstack_links FORCE ROW LEVEL SECURITY;

ALTER TABLE public.chirpstack_links OWNER TO parking_owner;

CREATE TABLE public.chirpstack_runs (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    cause text NOT NULL,
    is_dry boolean NOT NULL,
    asked_by text,
    asked_at timestamp with time zone NOT NULL,
    began_at timestamp with time zone,
    ended_at timestamp with time zone,
    counts jsonb DEFAULT '{}'::jsonb NOT NULL,
    error text,
    CONSTRAINT chirpstack_runs_asked_by CHECK ((char_length(asked_by) <= 255)),
    CONSTRAINT chirpstack_runs_cause CHECK ((cause = ANY (ARRAY['schedule'::text, 'demand'::text]))),
    CONSTRAINT chirpstack_runs_counts_are_named CHECK ((jsonb_typeof(counts) = 'object'::text)),
    CONSTRAINT chirpstack_runs_error CHECK ((char_length(error) <= 500))
);

ALTER TABLE ONLY public.chirpstack_runs FORCE ROW LEVEL SECURITY;

ALTER TABLE public.chirpstack_runs OWNER TO parking_owner;

CREATE TABLE public.closures (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    site_id uuid NOT NULL,
    name text NOT NULL,
    kind text NOT NULL,
    starts_at timestamp with time zone NOT NULL,
    ends_at timestamp with time zone NOT NULL,
    reason text NOT NULL,
    notes text,
    created_by text,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    ended_at timestamp with time zone,
    ended_by text,
    version bigint DEFAULT 1 NOT NULL,
    CONSTRAINT closures_end_after_start CHECK ((ends_at > starts_at)),
    CONSTRAINT closures_kind CHECK ((kind = ANY (ARRAY['blocked'::text, 'out_of_service'::text]))),
    CONSTRAINT closures_name_length CHECK (((char_length(name) >= 1) AND (char_length(name) <= 100))),
    CONSTRAINT closures_notes_length CHECK ((char_length(notes) <= 2000)),
    CONSTRAINT closures_reason_length CHECK (((char_length(reason) >= 1) AND (char_length(reason) <= 500)))
);

ALTER TABLE ONLY public.closures FORCE ROW LEVEL SECURITY;

ALTER TABLE public.closures OWNER TO parking_owner;

CREATE TABLE public.device_assignments (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    device_id uuid NOT NULL,
    space_id uuid NOT NULL,
    role text NOT NULL,
    assigned_at timestamp with time zone NOT NULL,
    assigned_by text,
    assign_reason text,
    unassigned_at timestamp with time zone,
    unassigned_by text,
    unassign_reason text,
    CONSTRAINT device_assignments_assign_reason_length CHECK ((char_length(assign_reason) <= 500)),
    CONSTRAINT device_assignments_end_after_start CHECK (((unassigned_at IS NULL) OR (unassigned_at >= assigned_at))),
    CONSTRAINT device_assignments_role CHECK ((role = ANY (ARRAY['sensor'::text, 'display'::text]))),
    CONSTRAINT device_assignments_unassign_reason_length CHECK ((char_length(unassign_reason) <= 500))
);

ALTER TABLE ONLY public.device_assignments FORCE ROW LEVEL SECURITY;

ALTER TABLE public.device_assignments OWNER TO parking_owner;

CREATE TABLE public.device_models (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    slug text NOT NULL,
    vendor text NOT NULL,
    name text NOT NULL,
    based_on text NOT NULL,
    heartbeat_seconds integer,
    lamp_codes jsonb DEFAULT '{}'::jsonb NOT NULL,
    notes text,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    version bigint DEFAULT 1 NOT NULL,
    CONSTRAINT device_models_heartbeat CHECK (((heartbeat_seconds >= 10) AND (heartbeat_seconds <= 2592000))),
    CONSTRAINT device_models_lamp_codes_is_object CHECK ((jsonb_typeof(lamp_codes) = 'object'::text)),
    CONSTRAINT device_models_name_length CHECK (((char_length(name) >= 1) AND (char_length(name) <= 100))),
    CONSTRAINT device_models_notes_length CHECK ((char_length(notes) <= 2000)),
    CONSTRAINT device_models_slug_form CHECK (((slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'::text) AND (char_length(slug) <= 63))),
    CONSTRAINT device_models_vendor_length CHECK (((char_length(vendor) >= 1) AND (char_length(vendor) <= 100)))
);

ALTER TABLE ONLY public.device_models FORCE ROW LEVEL SECURITY;

ALTER TABLE public.device_models OWNER TO parking_owner;

CREATE TABLE public.devices (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    dev_eui text NOT NULL COLLATE pg_catalog."C",
    name text,
    model text,
    own_model_id uuid,
    is_sensor boolean DEFAULT false NOT NULL,
    is_display boolean DEFAULT false NOT NULL,
    heartbeat_seconds integer,
    join_eui text,
    sealed_app_key bytea,
    serial_number text,
    notes text,
    metadata jsonb DEFAULT '{}'::jsonb NOT NULL,
    lifecycle text DEFAULT 'provisioned'::text NOT NULL,
    lifecycle_changed_at timestamp with time zone NOT NULL,
    last_seen_at timestamp with time zone,
    battery_percent real,
    battery_volts real,
    rssi integer,
    snr real,
    archived_at timestamp with time zone,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    version bigint DEFAULT 1 NOT NULL,
    only_gateway_eui text COLLATE pg_catalog."C",
    radio_session text,
    radio_f_cnt bigint,
    frames_lost bigint DEFAULT 0 NOT NULL,
    radio_session_before text,
    display_fault text,
    display_fault_since timestamp with time zone,
    CONSTRAINT devices_battery_percent CHECK (((battery_percent >= (0)::double precision) AND (battery_percent <= (100)::double precision))),
    CONSTRAINT devices_dev_eui_form CHECK ((dev_eui ~ '^[0-9A-F]{16}$'::text)),
    CONSTRAINT devices_display_fault CHECK ((display_fault = ANY (ARRAY['unreachable'::text, 'mismatch'::text]))),
    CONSTRAINT devices_display_fault_whole CHECK (((display_fault IS NULL) = (display_fault_since IS NULL))),
    CONSTRAINT devices_heartbeat CHECK (((heartbeat_seconds >= 10) AND (heartbeat_seconds <= 2592000))),
    CONSTRAINT devices_join_eui_form CHECK ((join_eui ~ '^[0-9A-F]{16}$'::text)),
    CONSTRAINT devices_lifecycle CHECK ((lifecycle = ANY (ARRAY['provisioned'::text, 'commissioned'::text, 'operational'::text, 'maintenance'::text, 'decommissioned'::text]))),
    CONSTRAINT devices_metadata_is_object CHECK ((jsonb_typeof(metadata) = 'object'::text)),
    CONSTRAINT devices_name_length CHECK (((char_length(name) >= 1) AND (char_length(name) <= 255))),
    CONSTRAINT devices_notes_length CHECK ((char_length(notes) <= 2000)),
    CONSTRAINT devices_one_model CHECK ((num_nonnulls(model, own_model_id) <= 1)),
    CONSTRAINT devices_only_gateway_eui_form CHECK ((only_gateway_eui ~ '^[0-9A-F]{16}$'::text)),
    CONSTRAINT devices_serial_number_length CHECK (((char_length(serial_number) >= 1) AND (char_length(serial_number) <= 100)))
);

ALTER TABLE ONLY public.devices FORCE ROW LEVEL SECURITY;

ALTER TABLE public.devices OWNER TO parking_owner;

CREATE VIEW public.display_devices WITH (security_invoker='true') AS
 SELECT d.tenant_id,
    d.id,
    d.dev_eui,
    d.name,
    d.model AS device_model,
    d.lifecycle AS lifecycle_state,
        CASE
            WHEN (a.id IS NULL) THEN 'unassigned'::text
            ELSE 'assigned'::text
        END AS status,
    a.space_id AS assigned_space_id,
    a.assigned_at,
    d.last_seen_at,
    d.created_at,
    d.updated_at
   FROM (public.devices d
     LEFT JOIN public.device_assignments a ON (((a.tenant_id = d.tenant_id) AND (a.device_id = d.id) AND (a.role = 'display'::text) AND (a.unassigned_at IS NULL))))
  WHERE (d.is_display AND (d.archived_at IS NULL));

ALTER TABLE public.display_devices OWNER TO parking_owner;

CREATE TABLE public.display_policies (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    site_id uuid,
    name text NOT NULL,
    description text,
    is_active boolean DEFAULT false NOT NULL,
    reserved_soon_threshold_sec integer NOT NULL,
    sensor_unknown_timeout_sec integer NOT NULL,
    debounce_window_sec integer,
    free_color text NOT NULL,
    occupied_color text NOT NULL,
    reserved_color text NOT NULL,
    reserved_soon_color text NOT NULL,
    blocked_color text NOT NULL,
    out_of_service_color text NOT NULL,
    unknown_color text NOT NULL,
    blink_reserved_soon boolean NOT NULL,
    blink_pattern_ms integer NOT NULL,
    allow_sensor_override boolean NOT NULL,
    offline_rule text NOT NULL,
    default_state text NOT NULL,
    codes jsonb DEFAULT '[]'::jsonb NOT NULL,
    transitions jsonb DEFAULT '[]'::jsonb NOT NULL,
    created_by text,
    activated_at timestamp with time zone,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    version bigint DEFAULT 1 NOT NULL,
    CONSTRAINT display_policies_blink CHECK (((blink_pattern_ms >= 100) AND (blink_pattern_ms <= 2000))),
    CONSTRAINT display_policies_blocked_color CHECK ((blocked_color ~ '^[0-9A-F]{6}$'::text)),
    CONSTRAINT display_policies_codes_are_a_list CHECK ((jsonb_typeof(codes) = 'array'::text)),
    CONSTRAINT display_policies_debounce CHECK (((debounce_window_sec >= 0) AND (debounce_window_sec <= 30))),
    CONSTRAINT display_policies_default_state CHECK ((default_state = ANY (ARRAY['unknown'::text, 'free'::text]))),
    CONSTRAINT display_policies_description_length CHECK ((char_length(description) <= 2000)),
    CONSTRAINT display_policies_free_color CHECK ((free_color ~ '^[0-9A-F]{6}$'::text)),
    CONSTRAINT display_policies_name_length CHECK (((char_length(name) >= 1) AND (char_length(name) <= 100))),
    CONSTRAINT display_policies_occupied_color CHECK ((occupied_color ~ '^[0-9A-F]{6}$'::text)),
    CONSTRAINT display_policies_offline_rule CHECK ((offline_rule = ANY (ARRAY['hold'::text, 'unknown'::text]))),
    CONSTRAINT display_policies_out_of_service_color CHECK ((out_of_service_color ~ '^[0-9A-F]{6}$'::text)),
    CONSTRAINT display_policies_reserved_color CHECK ((reserved_color ~ '^[0-9A-F]{6}$'::text)),
    CONSTRAINT display_policies_reserved_soon CHECK (((reserved_soon_threshold_sec >= 0) AND (reserved_soon_threshold_sec <= 3600))),
    CONSTRAINT display_policies_reserved_soon_color CHECK ((reserved_soon_color ~ '^[0-9A-F]{6}$'::text)),
    CONSTRAINT display_policies_sensor_unknown CHECK (((sensor_unknown_timeout_sec >= 0) AND (sensor_unknown_timeout_sec <= 300))),
    CONSTRAINT display_policies_transitions_are_a_list CHECK ((jsonb_typeof(transitions) = 'array'::text)),
    CONSTRAINT display_policies_unknown_color CHECK ((unknown_color ~ '^[0-9A-F]{6}$'::text))
);

ALTER TABLE ONLY public.display_policies FORCE ROW LEVEL SECURITY;

ALTER TABLE public.display_policies OWNER TO parking_owner;

CREATE TABLE public.downlink_budgets (
    key text NOT NULL,
    taken_at timestamp with time zone[] DEFAULT '{}'::timestamp with time zone[] NOT NULL,
    taken integer[] DEFAULT '{}'::integer[] NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    CONSTRAINT downlink_budgets_pairs CHECK ((cardinality(taken_at) = cardinality(taken)))
);

ALTER TABLE ONLY public.downlink_budgets FORCE ROW LEVEL SECURITY;

ALTER TABLE public.downlink_budgets OWNER TO parking_owner;

CREATE TABLE public.downlinks (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    device_id uuid NOT NULL,
    dev_eui text NOT NULL COLLATE pg_catalog."C",
    space_id uuid,
    site_id uuid,
    kind text NOT NULL,
    f_port smallint NOT NULL,
    payload bytea NOT NULL,
    is_confirmed boolean DEFAULT false NOT NULL,
    look jsonb,
    why text,
    urgency smallint DEFAULT 1 NOT NULL,
    status text NOT NULL,
    attempts integer DEFAULT 0 NOT NULL,
    patience_seconds integer NOT NULL,
    due_at timestamp with time zone,
    leased_until timestamp with time zone,
    deadline_at timestamp with time zone,
    queue_item text,
    earlier_items text[] DEFAULT '{}'::text[] NOT NULL,
    gateway_eui text,
    is_left_behind boolean DEFAULT false NOT NULL,
    error text,
    story jsonb DEFAULT '[]'::jsonb NOT NULL,
    created_by text,
    created_at timestamp with time zone NOT NULL,
    queued_at timestamp with time zone,
    transmitted_at timestamp with time zone,
    confirmed_at timestamp with time zone,
    finished_at timestamp with time zone,
    version bigint DEFAULT 1 NOT NULL,
    path text,
    expires_at timestamp with time zone,
    CONSTRAINT downlinks_attempts CHECK (((attempts >= 0) AND (attempts <= 20))),
    CONSTRAINT downlinks_dev_eui_form CHECK ((dev_eui ~ '^[0-9A-F]{16}$'::text)),
    CONSTRAINT downlinks_earlier_items_max CHECK ((cardinality(earlier_items) <= 20)),
    CONSTRAINT downlinks_error_length CHECK ((char_length(error) <= 500)),
    CONSTRAINT downlinks_f_port CHECK (((f_port >= 1) AND (f_port <= 223))),
    CONSTRAINT downlinks_finished CHECK (((status = ANY (ARRAY['transmitted'::text, 'confirmed'::text, 'superseded'::text, 'cancelled'::text, 'failed'::text])) = (finished_at IS NOT NULL))),
    CONSTRAINT downlinks_kind CHECK ((kind = ANY (ARRAY['state'::text, 'test'::text, 'raw'::text]))),
    CONSTRAINT downlinks_path CHECK ((path = ANY (ARRAY['api'::text, 'broker'::text, 'stack'::text]))),
    CONSTRAINT downlinks_patience CHECK (((patience_seconds >= 5) AND (patience_seconds <= 604800))),
    CONSTRAINT downlinks_payload_length CHECK (((octet_length(payload) >= 1) AND (octet_length(payload) <= 242))),
    CONSTRAINT downlinks_queue_item_length CHECK ((char_length(queue_item) <= 100)),
    CONSTRAINT downlinks_queued_has_deadline CHECK (((status <> ALL (ARRAY['queued'::text, 'awaiting_ack'::text])) OR (deadline_at IS NOT NULL))),
    CONSTRAINT downlinks_sending_is_leased CHECK (((status <> 'sending'::text) OR (leased_until IS NOT NULL))),
    CONSTRAINT downlinks_status CHECK ((status = ANY (ARRAY['waiting'::text, 'sending'::text, 'queued'::text, 'awaiting_ack'::text, 'transmitted'::text, 'confirmed'::text, 'superseded'::text, 'cancelled'::text, 'failed'::text]))),
    CONSTRAINT downlinks_story_is_list CHECK ((jsonb_typeof(story) = 'array'::text)),
    CONSTRAINT downlinks_urgency CHECK (((urgency >= 0) AND (urgency <= 2))),
    CONSTRAINT downlinks_waiting_has_time CHECK (((status = 'waiting'::text) = (due_at IS NOT NULL)))
);

ALTER TABLE ONLY public.downlinks FORCE ROW LEVEL SECURITY;

ALTER TABLE public.downlinks OWNER TO parking_owner;

CREATE TABLE public.event_cursors (
    reader text NOT NULL,
    xid bigint NOT NULL,
    event_id bigint NOT NULL
);

ALTER TABLE ONLY public.event_cursors FORCE ROW LEVEL SECURITY;

ALTER TABLE public.event_cursors OWNER TO parking_owner;

CREATE TABLE public.events (
    tenant_id uuid NOT NULL,
    id bigint NOT NULL,
    xid xid8 DEFAULT pg_current_xact_id() NOT NULL,
    at timestamp with time zone NOT NULL,
    kind text NOT NULL,
    subject_type text NOT NULL,
    subject_id text NOT NULL,
    payload jsonb DEFAULT '{}'::jsonb NOT NULL
)
PARTITION BY RANGE (at);

ALTER TABLE ONLY public.events FORCE ROW LEVEL SECURITY;

ALTER TABLE public.events OWNER TO parking_owner;

CREATE TABLE public.events_default (
    tenant_id uuid NOT NULL,
    id bigint NOT NULL,
    xid xid8 DEFAULT pg_current_xact_id() NOT NULL,
    at timestamp with time zone NOT NULL,
    kind text NOT NULL,
    subject_type text NOT NULL,
    subject_id text NOT NULL,
    payload jsonb DEFAULT '{}'::jsonb NOT NULL
);

ALTER TABLE ONLY public.events_default FORCE ROW LEVEL SECURITY;

ALTER TABLE public.events_default OWNER TO parking_owner;

ALTER TABLE public.events ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.events_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.gateways (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    eui text NOT NULL,
    name text NOT NULL,
    site_id uuid,
    latitude double precision,
    longitude double precision,
    altitude double precision,
    notes text,
    metadata jsonb DEFAULT '{}'::jsonb NOT NULL,
    heartbeat_seconds integer DEFAULT 30 NOT NULL,
    last_seen_at timestamp with time zone,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    version bigint DEFAULT 1 NOT NULL,
    CONSTRAINT gateways_coordinates_whole CHECK (((latitude IS NULL) = (longitude IS NULL))),
    CONSTRAINT gateways_eui_form CHECK ((eui ~ '^[0-9A-F]{16}$'::text)),
    CONSTRAINT gateways_heartbeat CHECK (((heartbeat_seconds >= 5) AND (heartbeat_seconds <= 86400))),
    CONSTRAINT gateways_latitude CHECK (((latitude >= ('-90'::integer)::double precision) AND (latitude <= (90)::double precision))),
    CONSTRAINT gateways_longitude CHECK (((longitude >= ('-180'::integer)::double precision) AND (longitude <= (180)::double precision))),
    CONSTRAINT gateways_metadata_is_object CHECK ((jsonb_typeof(metadata) = 'object'::text)),
    CONSTRAINT gateways_name_length CHECK (((char_length(name) >= 1) AND (char_length(name) <= 255))),
    CONSTRAINT gateways_notes_length CHECK ((char_length(notes) <= 2000))
);

ALTER TABLE ONLY public.gateways FORCE ROW LEVEL SECURITY;

ALTER TABLE public.gateways OWNER TO parking_owner;

CREATE TABLE public.idempotency_keys (
    tenant_id uuid NOT NULL,
    caller text NOT NULL,
    key text NOT NULL,
    fingerprint bytea NOT NULL,
    status smallint,
    location text,
    version bigint,
    body jsonb,
    created_at timestamp with time zone NOT NULL
);

ALTER TABLE ONLY public.idempotency_keys FORCE ROW LEVEL SECURITY;

ALTER TABLE public.idempotency_keys OWNER TO parking_owner;

CREATE TABLE public.import_rows (
    tenant_id uuid NOT NULL,
    import_id uuid NOT NULL,
    line integer NOT NULL,
    sealed_cells bytea NOT NULL,
    verdict text DEFAULT 'unchecked'::text NOT NULL,
    messages jsonb DEFAULT '[]'::jsonb NOT NULL,
    target_id uuid,
    target_version bigint,
    CONSTRAINT import_rows_messages_is_array CHECK ((jsonb_typeof(messages) = 'array'::text)),
    CONSTRAINT import_rows_verdict CHECK ((verdict = ANY (ARRAY['unchecked'::text, 'ready'::text, 'same'::text, 'refused'::text, 'created'::text, 'removed'::text])))
);

ALTER TABLE ONLY public.import_rows FORCE ROW LEVEL SECURITY;

ALTER TABLE public.import_rows OWNER TO parking_owner;

CREATE TABLE public.imports (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    kind text NOT NULL,
    file_name text NOT NULL,
    site_id uuid,
    header text[] NOT NULL,
    mapping jsonb NOT NULL,
    status text DEFAULT 'uploaded'::text NOT NULL,
    trouble text,
    rows_total integer NOT NULL,
    rows_ready integer DEFAULT 0 NOT NULL,
    rows_same integer DEFAULT 0 NOT NULL,
    rows_refused integer DEFAULT 0 NOT NULL,
    rows_created integer DEFAULT 0 NOT NULL,
    rows_removed integer DEFAULT 0 NOT NULL,
    created_by text NOT NULL,
    maker jsonb,
    created_at timestamp with time zone NOT NULL,
    started_at timestamp with time zone,
    finished_at timestamp with time zone,
    updated_at timestamp with time zone NOT NULL,
    rows_forgotten_at timestamp with time zone,
    version bigint DEFAULT 1 NOT NULL,
    CONSTRAINT imports_file_name_length CHECK (((char_length(file_name) >= 1) AND (char_length(file_name) <= 255))),
    CONSTRAINT imports_kind CHECK ((kind = ANY (ARRAY['spaces'::text, 'devices'::text]))),
    CONSTRAINT imports_mapping_is_object CHECK ((jsonb_typeof(mapping) = 'object'::text)),
    CONSTRAINT imports_status CHECK ((status = ANY (ARRAY['uploaded'::text, 'checked'::text, 'running'::text, 'done'::text, 'failed'::text, 'cancelled'::text, 'undoing'::text, 'undone'::text])))
);

ALTER TABLE ONLY public.imports FORCE ROW LEVEL SECURITY;

ALTER TABLE public.imports OWNER TO parking_owner;

CREATE TABLE public.invitations (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    email text NOT NULL,
    email_key text NOT NULL,
    role text NOT NULL,
    language text NOT NULL,
    token_hash bytea,
    invited_by uuid,
    created_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    last_sent_at timestamp with time zone,
    accepted_at timestamp with time zone,
    revoked_at timestamp with time zone,
    closed_at timestamp with time zone,
    version bigint DEFAULT 1 NOT NULL,
    CONSTRAINT invitations_end_once CHECK ((num_nonnulls(accepted_at, revoked_at, closed_at) <= 1)),
    CONSTRAINT invitations_language CHECK ((language = ANY (ARRAY['en'::text, 'fr'::text]))),
    CONSTRAINT invitations_platform_admin_in_platform CHECK (((role <> 'platform_admin'::text) OR (tenant_id = '00000000-0000-0000-0000-000000000000'::uuid))),
    CONSTRAINT invitations_role CHECK ((role = ANY (ARRAY['viewer'::text, 'operator'::text, 'admin'::text, 'owner'::text, 'platform_admin'::text])))
);

ALTER TABLE ONLY public.invitations FORCE ROW LEVEL SECURITY;

ALTER TABLE public.invitations OWNER TO parking_owner;

CREATE TABLE public.jobs (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    kind text NOT NULL,
    payload jsonb NOT NULL,
    unique_key text,
    status text DEFAULT 'queued'::text NOT NULL,
    run_at timestamp with time zone NOT NULL,
    locked_until timestamp with time zone,
    attempts integer DEFAULT 0 NOT NULL,
    attempts_max integer NOT NULL,
    last_error text,
    created_at timestamp with time zone NOT NULL,
    failed_at timestamp with time zone,
    CONSTRAINT jobs_status CHECK ((status = ANY (ARRAY['queued'::text, 'failed'::text])))
);

ALTER TABLE ONLY public.jobs FORCE ROW LEVEL SECURITY;

ALTER TABLE public.jobs OWNER TO parking_owner;

CREATE TABLE public.lamp_marks (
    tenant_id uuid NOT NULL,
    id bigint NOT NULL,
    device_id uuid NOT NULL
);

ALTER TABLE ONLY public.lamp_marks FORCE ROW LEVEL SECURITY;

ALTER TABLE public.lamp_marks OWNER TO parking_owner;

ALTER TABLE public.lamp_marks ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.lamp_marks_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.lamps (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    space_id uuid,
    wanted_f_port smallint,
    wanted_payload bytea,
    wanted_look jsonb,
    wanted_why text,
    wanted_at timestamp with time zone,
    transmitted_f_port smallint,
    transmitted_payload bytea,
    transmitted_look jsonb,
    transmitted_at timestamp with time zone,
    shown jsonb,
    shown_agrees boolean,
    shown_at timestamp with time zone,
    test_f_port smallint,
    test_payload bytea,
    test_look jsonb,
    test_until timestamp with time zone,
    gateway_eui text COLLATE pg_catalog."C",
    heard_at timestamp with time zone,
    joined_at timestamp with time zone,
    behind_since timestamp with time zone,
    mismatched_since timestamp with time zone,
    failures integer DEFAULT 0 NOT NULL,
    drive_at timestamp with time zone,
    due_at timestamp with time zone NOT NULL,
    is_gateway_vouched boolean DEFAULT false NOT NULL,
    heard_by text,
    application text,
    stack_address bytea,
    stack_digest bytea,
    CONSTRAINT lamps_application_length CHECK (((char_length(application) >= 1) AND (char_length(application) <= 100))),
    CONSTRAINT lamps_failures CHECK ((failures >= 0)),
    CONSTRAINT lamps_gateway_eui_form CHECK ((gateway_eui ~ '^[0-9A-F]{16}$'::text)),
    CONSTRAINT lamps_heard_by CHECK ((heard_by = ANY (ARRAY['chirpstack_mqtt'::text, 'chirpstack_http'::text, 'tts'::text]))),
    CONSTRAINT lamps_stack_address_length CHECK ((octet_length(stack_address) <= 8192)),
    CONSTRAINT lamps_stack_digest_length CHECK ((octet_length(stack_digest) = 32)),
    CONSTRAINT lamps_stack_whole CHECK (((stack_address IS NULL) = (stack_digest IS NULL))),
    CONSTRAINT lamps_test_whole CHECK (((test_payload IS NULL) = (test_until IS NULL))),
    CONSTRAINT lamps_transmitted_whole CHECK (((transmitted_payload IS NULL) = (transmitted_at IS NULL))),
    CONSTRAINT lamps_wanted_whole CHECK (((wanted_payload IS NULL) = (wanted_f_port IS NULL)))
);

ALTER TABLE ONLY public.lamps FORCE ROW LEVEL SECURITY;

ALTER TABLE public.lamps OWNER TO parking_owner;

CREATE TABLE public.levels (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    site_id uuid NOT NULL,
    name text NOT NULL,
    ordinal integer DEFAULT 0 NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    version bigint DEFAULT 1 NOT NULL,
    CONSTRAINT levels_name_length CHECK (((char_length(name) >= 1) AND (char_length(name) <= 100)))
);

ALTER TABLE ONLY public.levels FORCE ROW LEVEL SECURITY;

ALTER TABLE public.levels OWNER TO parking_owner;

CREATE TABLE public.lifecycle_changes (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    device_id uuid NOT NULL,
    at timestamp with time zone NOT NULL,
    from_state text NOT NULL,
    to_state text NOT NULL,
    by_name text,
    reason text,
    CONSTRAINT lifecycle_changes_reason_length CHECK ((char_length(reason) <= 500))
);

ALTER TABLE ONLY public.lifecycle_changes FORCE ROW LEVEL SECURITY;

ALTER TABLE public.lifecycle_changes OWNER TO parking_owner;

CREATE TABLE public.list_totals (
    tenant_id uuid NOT NULL,
    list text NOT NULL,
    total bigint NOT NULL,
    CONSTRAINT list_totals_list CHECK ((list = ANY (ARRAY['levels'::text, 'zones'::text, 'alarms'::text, 'downlinks'::text, 'lamps'::text]))),
    CONSTRAINT list_totals_not_negative CHECK ((total >= 0))
);

ALTER TABLE ONLY public.list_totals FORCE ROW LEVEL SECURITY;

ALTER TABLE public.list_totals OWNER TO parking_owner;

CREATE TABLE public.live_tickets (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    hash bytea NOT NULL,
    session_id uuid,
    key_id uuid,
    expires_at timestamp with time zone NOT NULL,
    CONSTRAINT live_tickets_of_one CHECK (((session_id IS NULL) <> (key_id IS NULL)))
);

ALTER TABLE ONLY public.live_tickets FORCE ROW LEVEL SECURITY;

ALTER TABLE public.live_tickets OWNER TO parking_owner;

CREATE TABLE public.memberships (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    user_id uuid NOT NULL,
    role text NOT NULL,
    is_active boolean DEFAULT true NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    version bigint DEFAULT 1 NOT NULL,
    CONSTRAINT memberships_platform_admin_in_platform CHECK (((role <> 'platform_admin'::text) OR (tenant_id = '00000000-0000-0000-0000-000000000000'::uuid))),
    CONSTRAINT memberships_role CHECK ((role = ANY (ARRAY['viewer'::text, 'operator'::text, 'admin'::text, 'owner'::text, 'platform_admin'::text])))
);

ALTER TABLE ONLY public.memberships FORCE ROW LEVEL SECURITY;

ALTER TABLE public.memberships OWNER TO parking_owner;

CREATE TABLE public.orphan_devices (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    dev_eui text NOT NULL,
    first_seen_at timestamp with time zone NOT NULL,
    last_seen_at timestamp with time zone NOT NULL,
    uplink_count bigint DEFAULT 1 NOT NULL,
    last_f_port integer,
    last_payload bytea,
    last_rssi integer,
    last_snr real,
    last_gateway_eui text,
    source text NOT NULL,
    guessed_model text,
    dismissed_at timestamp with time zone,
    dismissed_by text,
    CONSTRAINT orphan_devices_dev_eui_form CHECK ((dev_eui ~ '^[0-9A-F]{16}$'::text))
);

ALTER TABLE ONLY public.orphan_devices FORCE ROW LEVEL SECURITY;

ALTER TABLE public.orphan_devices OWNER TO parking_owner;

CREATE TABLE public.overrides (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    space_id uuid NOT NULL,
    kind text NOT NULL,
    starts_at timestamp with time zone NOT NULL,
    ends_at timestamp with time zone,
    reason text NOT NULL,
    notes text,
    created_by text,
    created_at timestamp with time zone NOT NULL,
    lifted_at timestamp with time zone,
    lifted_by text,
    version bigint DEFAULT 1 NOT NULL,
    closure_id uuid,
    CONSTRAINT overrides_end_after_start CHECK (((ends_at IS NULL) OR (ends_at > starts_at))),
    CONSTRAINT overrides_kind CHECK ((kind = ANY (ARRAY['blocked'::text, 'out_of_service'::text]))),
    CONSTRAINT overrides_notes_length CHECK ((char_length(notes) <= 2000)),
    CONSTRAINT overrides_reason_length CHECK (((char_length(reason) >= 1) AND (char_length(reason) <= 500)))
);

ALTER TABLE ONLY public.overrides FORCE ROW LEVEL SECURITY;

ALTER TABLE public.overrides OWNER TO parking_owner;

CREATE TABLE public.plans (
    tenant_id uuid NOT NULL,
    level_id uuid NOT NULL,
    media_type text NOT NULL,
    width integer NOT NULL,
    height integer NOT NULL,
    image bytea NOT NULL,
    sha256 bytea NOT NULL,
    uploaded_at timestamp with time zone NOT NULL,
    CONSTRAINT plans_height CHECK ((height > 0)),
    CONSTRAINT plans_media_type CHECK ((media_type = ANY (ARRAY['image/svg+xml'::text, 'image/png'::text, 'image/jpeg'::text]))),
    CONSTRAINT plans_size CHECK ((octet_length(image) <= 10485760)),
    CONSTRAINT plans_width CHECK ((width > 0))
);

ALTER TABLE ONLY public.plans FORCE ROW LEVEL SECURITY;

ALTER TABLE public.plans OWNER TO parking_owner;

CREATE TABLE public.refresh_tokens (
    hash bytea NOT NULL,
    session_id uuid NOT NULL,
    parent_hash bytea,
    created_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    used_at timestamp with time zone
);

ALTER TABLE ONLY public.refresh_tokens FORCE ROW LEVEL SECURITY;

ALTER TABLE public.refresh_tokens OWNER TO parking_owner;

CREATE TABLE public.registrations (
    id uuid NOT NULL,
    email text NOT NULL,
    email_key text NOT NULL,
    name text NOT NULL,
    tenant_name text NOT NULL,
    tenant_slug text,
    language text NOT NULL,
    token_hash bytea,
    created_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    completed_at timestamp with time zone,
    CONSTRAINT registrations_language CHECK ((language = ANY (ARRAY['en'::text, 'fr'::text])))
);

ALTER TABLE ONLY public.registrations FORCE ROW LEVEL SECURITY;

ALTER TABLE public.registrations OWNER TO parking_owner;

CREATE TABLE public.reservation_changes (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    reservation_id uuid NOT NULL,
    at timestamp with time zone NOT NULL,
    kind text NOT NULL,
    space_id uuid NOT NULL,
    status text NOT NULL,
    start_time timestamp with time zone NOT NULL,
    end_time timestamp with time zone NOT NULL,
    made_by text,
    reason text,
    evidence jsonb DEFAULT '{}'::jsonb NOT NULL,
    CONSTRAINT reservation_changes_kind CHECK ((kind = ANY (ARRAY['created'::text, 'updated'::text, 'confirmed'::text, 'cancelled'::text, 'checked_in'::text, 'checked_out'::text, 'contested'::text, 'overstayed'::text, 'completed'::text, 'expired'::text, 'no_show'::text]))),
    CONSTRAINT reservation_changes_reason_length CHECK (((char_length(reason) >= 1) AND (char_length(reason) <= 255)))
);

ALTER TABLE ONLY public.reservation_changes FORCE ROW LEVEL SECURITY;

ALTER TABLE public.reservation_changes OWNER TO parking_owner;

CREATE TABLE public.reservation_letters (
    tenant_id uuid NOT NULL,
    reservation_id uuid NOT NULL,
    told_space_id uuid,
    told_start timestamp with time zone,
    told_end timestamp with time zone,
    told_to bytea,
    told_is_over boolean DEFAULT false NOT NULL,
    reminded_for timestamp with time zone,
    remind_at timestamp with time zone,
    written_until timestamp with time zone,
    told_is_offer boolean DEFAULT false NOT NULL,
    CONSTRAINT reservation_letters_told_whole CHECK ((num_nulls(told_space_id, told_start, told_end, told_to) = ANY (ARRAY[0, 4])))
);

ALTER TABLE ONLY public.reservation_letters FORCE ROW LEVEL SECURITY;

ALTER TABLE public.reservation_letters OWNER TO parking_owner;

CREATE TABLE public.reservation_partings (
    tenant_id uuid NOT NULL,
    reservation_id uuid NOT NULL,
    email text NOT NULL,
    holder_key text NOT NULL,
    parted_at timestamp with time zone NOT NULL,
    CONSTRAINT reservation_partings_email_length CHECK (((char_length(email) >= 3) AND (char_length(email) <= 254)))
);

ALTER TABLE ONLY public.reservation_partings FORCE ROW LEVEL SECURITY;

ALTER TABLE public.reservation_partings OWNER TO parking_owner;

CREATE TABLE public.reservation_series (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    space_id uuid NOT NULL,
    rule text NOT NULL,
    timezone text NOT NULL,
    start_time timestamp with time zone NOT NULL,
    end_time timestamp with time zone NOT NULL,
    exceptions jsonb DEFAULT '[]'::jsonb NOT NULL,
    continues_id uuid,
    cancelled_at timestamp with time zone,
    cancel_reason text,
    created_by text,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    version bigint DEFAULT 1 NOT NULL,
    CONSTRAINT reservation_series_ends_after_start CHECK ((end_time > start_time)),
    CONSTRAINT reservation_series_reason_length CHECK (((char_length(cancel_reason) >= 1) AND (char_length(cancel_reason) <= 255))),
    CONSTRAINT reservation_series_rule_length CHECK (((char_length(rule) >= 1) AND (char_length(rule) <= 600)))
);

ALTER TABLE ONLY public.reservation_series FORCE ROW LEVEL SECURITY;

ALTER TABLE public.reservation_series OWNER TO parking_owner;

CREATE TABLE public.reservation_terms (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    site_id uuid,
    duration_max_minutes integer NOT NULL,
    lead_max_days integer NOT NULL,
    buffer_before_minutes integer NOT NULL,
    buffer_after_minutes integer NOT NULL,
    early_minutes integer NOT NULL,
    grace_minutes integer NOT NULL,
    hold_max_minutes integer NOT NULL,
    cancel_notice_minutes integer NOT NULL,
    per_person_max integer,
    updated_at timestamp with time zone NOT NULL,
    letters text DEFAULT 'en'::text NOT NULL,
    reminder_minutes integer DEFAULT 60 NOT NULL,
    claim_minutes integer DEFAULT 30 NOT NULL,
    retention_days integer DEFAULT 365,
    CONSTRAINT reservation_terms_buffer_after CHECK (((buffer_after_minutes >= 0) AND (buffer_after_minutes <= 720))),
    CONSTRAINT reservation_terms_buffer_before CHECK (((buffer_before_minutes >= 0) AND (buffer_before_minutes <= 720))),
    CONSTRAINT reservation_terms_claim CHECK (((claim_minutes >= 5) AND (claim_minutes <= 1440))),
    CONSTRAINT reservation_terms_duration CHECK (((duration_max_minutes >= 5) AND (duration_max_minutes <= 44640))),
    CONSTRAINT reservation_terms_early CHECK (((early_minutes >= 0) AND (early_minutes <= 240))),
    CONSTRAINT reservation_terms_grace CHECK (((grace_minutes >= 1) AND (grace_minutes <= 1440))),
    CONSTRAINT reservation_terms_hold CHECK (((hold_max_minutes >= 1) AND (hold_max_minutes <= 1440))),
    CONSTRAINT reservation_terms_lead CHECK (((lead_max_days >= 1) AND (lead_max_days <= 730))),
    CONSTRAINT reservation_terms_letters CHECK ((letters = ANY (ARRAY['off'::text, 'en'::text, 'fr'::text]))),
    CONSTRAINT reservation_terms_notice CHECK (((cancel_notice_minutes >= 0) AND (cancel_notice_minutes <= 43200))),
    CONSTRAINT reservation_terms_per_person CHECK (((per_person_max >= 1) AND (per_person_max <= 1000))),
    CONSTRAINT reservation_terms_reminder CHECK (((reminder_minutes >= 0) AND (reminder_minutes <= 10080))),
    CONSTRAINT reservation_terms_retention CHECK (((retention_days >= 1) AND (retention_days <= 3650)))
);

ALTER TABLE ONLY public.reservation_terms FORCE ROW LEVEL SECURITY;

ALTER TABLE public.reservation_terms OWNER TO parking_owner;

CREATE TABLE public.reservations (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    space_id uuid NOT NULL,
    status text NOT NULL,
    start_time timestamp with time zone NOT NULL,
    end_time timestamp with time zone NOT NULL,
    blocks_from timestamp with time zone NOT NULL,
    blocks_until timestamp with time zone NOT NULL,
    hold_until timestamp with time zone,
    opens_at timestamp with time zone NOT NULL,
    no_show_at timestamp with time zone NOT NULL,
    checked_in_at timestamp with time zone,
    checked_in_by text,
    checked_out_at timestamp with time zone,
    contested_at timestamp with time zone,
    overstayed_at timestamp with time zone,
    due_at timestamp with time zone,
    holder_name text,
    holder_email text,
    holder_plate text,
    holder_key text,
    notes text,
    cancel_reason text,
    created_by text,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    version bigint DEFAULT 1 NOT NULL,
    series_id uuid,
    recurs_at timestamp with time zone,
    is_detached boolean DEFAULT false NOT NULL,
    ticket_number integer DEFAULT 1 NOT NULL,
    erased_at timestamp with time zone,
    request_id text,
    request_hash bytea,
    CONSTRAINT reservations_block_so_long CHECK ((blocks_until <= (blocks_from + '768:00:00'::interval))),
    CONSTRAINT reservations_block_their_slot CHECK (((blocks_from <= start_time) AND (blocks_until >= end_time))),
    CONSTRAINT reservations_cancel_reason_length CHECK (((char_length(cancel_reason) >= 1) AND (char_length(cancel_reason) <= 255))),
    CONSTRAINT reservations_checked_in_by CHECK ((checked_in_by = ANY (ARRAY['person'::text, 'sensor'::text]))),
    CONSTRAINT reservations_checked_in_whole CHECK (((checked_in_at IS NULL) = (checked_in_by IS NULL))),
    CONSTRAINT reservations_holder_email_length CHECK (((char_length(holder_email) >= 3) AND (char_length(holder_email) <= 254))),
    CONSTRAINT reservations_holder_name_length CHECK (((char_length(holder_name) >= 1) AND (char_length(holder_name) <= 255))),
    CONSTRAINT reservations_holder_plate_length CHECK (((char_length(holder_plate) >= 1) AND (char_length(holder_plate) <= 20))),
    CONSTRAINT reservations_last_five_minutes CHECK ((end_time >= (start_time + '00:05:00'::interval))),
    CONSTRAINT reservations_notes_length CHECK ((char_length(notes) <= 2000)),
    CONSTRAINT reservations_request_id_length CHECK (((char_length(request_id) >= 1) AND (char_length(request_id) <= 100))),
    CONSTRAINT reservations_series_whole CHECK ((num_nulls(series_id, recurs_at) = ANY (ARRAY[0, 2]))),
    CONSTRAINT reservations_status CHECK ((status = ANY (ARRAY['pending'::text, 'confirmed'::text, 'completed'::text, 'cancelled'::text, 'expired'::text, 'no_show'::text])))
);

ALTER TABLE ONLY public.reservations FORCE ROW LEVEL SECURITY;

ALTER TABLE public.reservations OWNER TO parking_owner;

CREATE TABLE public.schedules (
    name text NOT NULL,
    next_run_at timestamp with time zone NOT NULL,
    last_run_at timestamp with time zone
);

ALTER TABLE ONLY public.schedules FORCE ROW LEVEL SECURITY;

ALTER TABLE public.schedules OWNER TO parking_owner;

CREATE VIEW public.sensor_devices WITH (security_invoker='true') AS
 SELECT d.tenant_id,
    d.id,
    d.dev_eui,
    d.name,
    d.model AS device_model,
    d.lifecycle AS lifecycle_state,
        CASE
            WHEN (a.id IS NULL) THEN 'unassigned'::text
            ELSE 'assigned'::text
        END AS status,
    a.space_id AS assigned_space_id,
    a.assigned_at,
    d.last_seen_at,
    d.created_at,
    d.updated_at
   FROM (public.devices d
     LEFT JOIN public.device_assignments a ON (((a.tenant_id = d.tenant_id) AND (a.device_id = d.id) AND (a.role = 'sensor'::text) AND (a.unassigned_at IS NULL))))
  WHERE (d.is_sensor AND (d.archived_at IS NULL));

ALTER TABLE public.sensor_devices OWNER TO parking_owner;

CREATE TABLE public.sessions (
    id uuid NOT NULL,
    user_id uuid NOT NULL,
    selected_tenant_id uuid,
    acting_reason text,
    acting_until timestamp with time zone,
    ip text,
    user_agent text,
    created_at timestamp with time zone NOT NULL,
    last_used_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    ended_at timestamp with time zone,
    ended_reason text,
    CONSTRAINT sessions_acting_is_whole CHECK (((acting_reason IS NULL) = (acting_until IS NULL)))
);

ALTER TABLE ONLY public.sessions FORCE ROW LEVEL SECURITY;

ALTER TABLE public.sessions OWNER TO parking_owner;

CREATE TABLE public.sites (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    name text NOT NULL,
    slug text NOT NULL,
    address text,
    city text,
    state text,
    postal_code text,
    country text,
    latitude double precision,
    longitude double precision,
    timezone text NOT NULL,
    opening_hours text,
    metadata jsonb DEFAULT '{}'::jsonb NOT NULL,
    is_active boolean DEFAULT true NOT NULL,
    deleted_at timestamp with time zone,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    version bigint DEFAULT 1 NOT NULL,
    debounce_seconds integer DEFAULT 0 NOT NULL,
    emergency text,
    emergency_since timestamp with time zone,
    emergency_by text,
    emergency_reason text,
    CONSTRAINT sites_coordinates_whole CHECK (((latitude IS NULL) = (longitude IS NULL))),
    CONSTRAINT sites_country CHECK ((country ~ '^[A-Z]{2}$'::text)),
    CONSTRAINT sites_debounce CHECK (((debounce_seconds >= 0) AND (debounce_seconds <= 30))),
    CONSTRAINT sites_emergency CHECK ((emergency = ANY (ARRAY['all_red'::text, 'all_off'::text]))),
    CONSTRAINT sites_emergency_reason_length CHECK (((char_length(emergency_reason) >= 1) AND (char_length(emergency_reason) <= 500))),
    CONSTRAINT sites_emergency_whole CHECK ((num_nulls(emergency, emergency_since, emergency_reason) = ANY (ARRAY[0, 3]))),
    CONSTRAINT sites_latitude CHECK (((latitude >= ('-90'::integer)::double precision) AND (latitude <= (90)::double precision))),
    CONSTRAINT sites_longitude CHECK (((longitude >= ('-180'::integer)::double precision) AND (longitude <= (180)::double precision))),
    CONSTRAINT sites_metadata_is_object CHECK ((jsonb_typeof(metadata) = 'object'::text)),
    CONSTRAINT sites_name_length CHECK (((char_length(name) >= 1) AND (char_length(name) <= 255)))
);

ALTER TABLE ONLY public.sites FORCE ROW LEVEL SECURITY;

ALTER TABLE public.sites OWNER TO parking_owner;

CREATE TABLE public.spaces (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    site_id uuid NOT NULL,
    code text NOT NULL,
    code_order text NOT NULL COLLATE pg_catalog."C",
    name text,
    level_id uuid,
    zone_id uuid,
    kind text DEFAULT 'general'::text NOT NULL,
    latitude double precision,
    longitude double precision,
    shape double precision[],
    is_reservable boolean DEFAULT true NOT NULL,
    auto_release_minutes integer,
    metadata jsonb DEFAULT '{}'::jsonb NOT NULL,
    sensor_state text DEFAULT 'unknown'::text NOT NULL,
    sensor_observed_at timestamp with time zone,
    sensor_stale_at timestamp with time zone,
    state text DEFAULT 'unknown'::text NOT NULL,
    state_changed_at timestamp with time zone NOT NULL,
    state_due_at timestamp with time zone,
    deleted_at timestamp with time zone,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    version bigint DEFAULT 1 NOT NULL,
    state_sequence bigint DEFAULT 0 NOT NULL,
    sensor_uplink_id uuid,
    sensor_held_state text,
    sensor_held_until timestamp with time zone,
    CONSTRAINT spaces_auto_release CHECK (((auto_release_minutes >= 1) AND (auto_release_minutes <= 1440))),
    CONSTRAINT spaces_code_length CHECK (((char_length(code) >= 1) AND (char_length(code) <= 50))),
    CONSTRAINT spaces_coordinates_whole CHECK (((latitude IS NULL) = (longitude IS NULL))),
    CONSTRAINT spaces_latitude CHECK (((latitude >= ('-90'::integer)::double precision) AND (latitude <= (90)::double precision))),
    CONSTRAINT spaces_longitude CHECK (((longitude >= ('-180'::integer)::double precision) AND (longitude <= (180)::double precision))),
    CONSTRAINT spaces_metadata_is_object CHECK ((jsonb_typeof(metadata) = 'object'::text)),
    CONSTRAINT spaces_name_length CHECK (((char_length(name) >= 1) AND (char_length(name) <= 255))),
    CONSTRAINT spaces_sensor_held_state CHECK ((sensor_held_state = ANY (ARRAY['free'::text, 'occupied'::text, 'unknown'::text]))),
    CONSTRAINT spaces_sensor_held_whole CHECK (((sensor_held_state IS NULL) = (sensor_held_until IS NULL))),
    CONSTRAINT spaces_sensor_state CHECK ((sensor_state = ANY (ARRAY['free'::text, 'occupied'::text, 'unknown'::text]))),
    CONSTRAINT spaces_shape_is_pairs CHECK (((shape IS NULL) OR (((cardinality(shape) >= 6) AND (cardinality(shape) <= 24)) AND ((cardinality(shape) % 2) = 0)))),
    CONSTRAINT spaces_shape_on_a_level CHECK (((shape IS NULL) OR (level_id IS NOT NULL))),
    CONSTRAINT spaces_state CHECK ((state = ANY (ARRAY['free'::text, 'occupied'::text, 'reserved'::text, 'maintenance'::text, 'unknown'::text])))
);

ALTER TABLE ONLY public.spaces FORCE ROW LEVEL SECURITY;

ALTER TABLE public.spaces OWNER TO parking_owner;

CREATE TABLE public.state_changes (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    space_id uuid NOT NULL,
    at timestamp with time zone NOT NULL,
    from_state text NOT NULL,
    to_state text NOT NULL,
    cause text NOT NULL,
    evidence jsonb DEFAULT '{}'::jsonb NOT NULL
);

ALTER TABLE ONLY public.state_changes FORCE ROW LEVEL SECURITY;

ALTER TABLE public.state_changes OWNER TO parking_owner;

CREATE TABLE public.tenant_usage (
    tenant_id uuid NOT NULL,
    resource text NOT NULL,
    used integer DEFAULT 0 NOT NULL,
    max integer NOT NULL,
    announced_at timestamp with time zone,
    CONSTRAINT tenant_usage_max_not_negative CHECK ((max >= 0)),
    CONSTRAINT tenant_usage_not_negative CHECK ((used >= 0)),
    CONSTRAINT tenant_usage_resource CHECK ((resource = ANY (ARRAY['users'::text, 'sites'::text, 'spaces'::text, 'devices'::text, 'gateways'::text])))
);

ALTER TABLE ONLY public.tenant_usage FORCE ROW LEVEL SECURITY;

ALTER TABLE public.tenant_usage OWNER TO parking_owner;

CREATE TABLE public.tenants (
    id uuid NOT NULL,
    name text NOT NULL,
    slug text NOT NULL,
    kind text DEFAULT 'customer'::text NOT NULL,
    status text DEFAULT 'active'::text NOT NULL,
    tier text NOT NULL,
    requests_per_minute integer NOT NULL,
    limit_overrides jsonb DEFAULT '{}'::jsonb NOT NULL,
    features jsonb DEFAULT '{}'::jsonb NOT NULL,
    settings jsonb DEFAULT '{}'::jsonb NOT NULL,
    suspended_at timestamp with time zone,
    suspended_reason text,
    exported_at timestamp with time zone,
    delete_after timestamp with time zone,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    version bigint DEFAULT 1 NOT NULL,
    CONSTRAINT tenants_kind CHECK ((kind = ANY (ARRAY['platform'::text, 'customer'::text]))),
    CONSTRAINT tenants_name_length CHECK (((char_length(name) >= 1) AND (char_length(name) <= 255))),
    CONSTRAINT tenants_platform_is_nil CHECK (((kind = 'platform'::text) = (id = '00000000-0000-0000-0000-000000000000'::uuid))),
    CONSTRAINT tenants_platform_stays_active CHECK (((kind = 'customer'::text) OR (status = 'active'::text))),
    CONSTRAINT tenants_requests_positive CHECK ((requests_per_minute > 0)),
    CONSTRAINT tenants_status CHECK ((status = ANY (ARRAY['active'::text, 'suspended'::text, 'deleting'::text]))),
    CONSTRAINT tenants_tier CHECK ((tier = ANY (ARRAY['basic'::text, 'professional'::text, 'enterprise'::text])))
);

ALTER TABLE ONLY public.tenants FORCE ROW LEVEL SECURITY;

ALTER TABLE public.tenants OWNER TO parking_owner;

CREATE TABLE public.uplink_keys (
    tenant_id uuid NOT NULL,
    key uuid NOT NULL,
    at timestamp with time zone NOT NULL
);

ALTER TABLE ONLY public.uplink_keys FORCE ROW LEVEL SECURITY;

ALTER TABLE public.uplink_keys OWNER TO parking_owner;

CREATE TABLE public.uplinks (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    at timestamp with time zone NOT NULL,
    received_at timestamp with time zone NOT NULL,
    source text NOT NULL,
    kind text NOT NULL,
    dev_eui text COLLATE pg_catalog."C",
    f_port smallint,
    f_cnt bigint,
    payload bytea,
    receptions jsonb DEFAULT '[]'::jsonb NOT NULL,
    content jsonb DEFAULT '{}'::jsonb NOT NULL,
    shard smallint NOT NULL,
    acted_at timestamp with time zone,
    outcome text,
    device_id uuid,
    space_id uuid,
    reading jsonb,
    problem text,
    replays integer DEFAULT 0 NOT NULL,
    sensor_fact jsonb,
    first_acted_at timestamp with time zone,
    frames_lost bigint,
    CONSTRAINT uplinks_about_something CHECK (((dev_eui IS NOT NULL) OR (kind = ANY (ARRAY['observation'::text, 'garbled'::text])))),
    CONSTRAINT uplinks_acted_with_an_outcome CHECK (((acted_at IS NULL) = (outcome IS NULL))),
    CONSTRAINT uplinks_dev_eui_form CHECK ((dev_eui ~ '^[0-9A-F]{16}$'::text)),
    CONSTRAINT uplinks_kind CHECK ((kind = ANY (ARRAY['up'::text, 'join'::text, 'status'::text, 'txack'::text, 'ack'::text, 'log'::text, 'location'::text, 'observation'::text, 'garbled'::text]))),
    CONSTRAINT uplinks_outcome CHECK ((outcome = ANY (ARRAY['read'::text, 'heard'::text, 'unreadable'::text, 'orphan'::text, 'no_bay'::text, 'superseded'::text, 'failed'::text]))),
    CONSTRAINT uplinks_source CHECK ((source = ANY (ARRAY['chirpstack_mqtt'::text, 'chirpstack_http'::text, 'tts'::text, 'observation'::text])))
)
PARTITION BY RANGE (at);

ALTER TABLE ONLY public.uplinks FORCE ROW LEVEL SECURITY;

ALTER TABLE public.uplinks OWNER TO parking_owner;

CREATE TABLE public.uplinks_default (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    at timestamp with time zone NOT NULL,
    received_at timestamp with time zone NOT NULL,
    source text NOT NULL,
    kind text NOT NULL,
    dev_eui text COLLATE pg_catalog."C",
    f_port smallint,
    f_cnt bigint,
    payload bytea,
    receptions jsonb DEFAULT '[]'::jsonb NOT NULL,
    content jsonb DEFAULT '{}'::jsonb NOT NULL,
    shard smallint NOT NULL,
    acted_at timestamp with time zone,
    outcome text,
    device_id uuid,
    space_id uuid,
    reading jsonb,
    problem text,
    replays integer DEFAULT 0 NOT NULL,
    sensor_fact jsonb,
    first_acted_at timestamp with time zone,
    frames_lost bigint,
    CONSTRAINT uplinks_about_something CHECK (((dev_eui IS NOT NULL) OR (kind = ANY (ARRAY['observation'::text, 'garbled'::text])))),
    CONSTRAINT uplinks_acted_with_an_outcome CHECK (((acted_at IS NULL) = (outcome IS NULL))),
    CONSTRAINT uplinks_dev_eui_form CHECK ((dev_eui ~ '^[0-9A-F]{16}$'::text)),
    CONSTRAINT uplinks_kind CHECK ((kind = ANY (ARRAY['up'::text, 'join'::text, 'status'::text, 'txack'::text, 'ack'::text, 'log'::text, 'location'::text, 'observation'::text, 'garbled'::text]))),
    CONSTRAINT uplinks_outcome CHECK ((outcome = ANY (ARRAY['read'::text, 'heard'::text, 'unreadable'::text, 'orphan'::text, 'no_bay'::text, 'superseded'::text, 'failed'::text]))),
    CONSTRAINT uplinks_source CHECK ((source = ANY (ARRAY['chirpstack_mqtt'::text, 'chirpstack_http'::text, 'tts'::text, 'observation'::text])))
);

ALTER TABLE ONLY public.uplinks_default FORCE ROW LEVEL SECURITY;

ALTER TABLE public.uplinks_default OWNER TO parking_owner;

CREATE TABLE public.users (
    id uuid NOT NULL,
    email text NOT NULL,
    email_key text NOT NULL,
    name text NOT NULL,
    password_hash text,
    language text DEFAULT 'en'::text NOT NULL,
    theme text DEFAULT 'system'::text NOT NULL,
    is_active boolean DEFAULT true NOT NULL,
    email_verified_at timestamp with time zone,
    password_changed_at timestamp with time zone,
    last_login_at timestamp with time zone,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    version bigint DEFAULT 1 NOT NULL,
    CONSTRAINT users_language CHECK ((language = ANY (ARRAY['en'::text, 'fr'::text]))),
    CONSTRAINT users_name_length CHECK (((char_length(name) >= 1) AND (char_length(name) <= 255))),
    CONSTRAINT users_theme CHECK ((theme = ANY (ARRAY['light'::text, 'dark'::text, 'system'::text])))
);

ALTER TABLE ONLY public.users FORCE ROW LEVEL SECURITY;

ALTER TABLE public.users OWNER TO parking_owner;

CREATE TABLE public.waitlist_entries (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    site_id uuid NOT NULL,
    space_id uuid,
    level_id uuid,
    zone_id uuid,
    kind text,
    start_time timestamp with time zone NOT NULL,
    end_time timestamp with time zone NOT NULL,
    holder_name text,
    holder_email text,
    holder_plate text,
    holder_key text,
    notes text,
    status text NOT NULL,
    reservation_id uuid,
    claim_until timestamp with time zone,
    created_by text,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    version bigint DEFAULT 1 NOT NULL,
    CONSTRAINT waitlist_entries_holder_email_length CHECK (((char_length(holder_email) >= 3) AND (char_length(holder_email) <= 254))),
    CONSTRAINT waitlist_entries_holder_name_length CHECK (((char_length(holder_name) >= 1) AND (char_length(holder_name) <= 255))),
    CONSTRAINT waitlist_entries_holder_plate_length CHECK (((char_length(holder_plate) >= 1) AND (char_length(holder_plate) <= 20))),
    CONSTRAINT waitlist_entries_last_five_minutes CHECK ((end_time >= (start_time + '00:05:00'::interval))),
    CONSTRAINT waitlist_entries_notes_length CHECK ((char_length(notes) <= 2000)),
    CONSTRAINT waitlist_entries_offer_whole CHECK ((num_nulls(reservation_id, claim_until) = ANY (ARRAY[0, 2]))),
    CONSTRAINT waitlist_entries_offered_something CHECK (((reservation_id IS NOT NULL) OR (status <> ALL (ARRAY['offered'::text, 'claimed'::text, 'lapsed'::text])))),
    CONSTRAINT waitlist_entries_status CHECK ((status = ANY (ARRAY['waiting'::text, 'offered'::text, 'claimed'::text, 'lapsed'::text, 'expired'::text, 'cancelled'::text])))
);

ALTER TABLE ONLY public.waitlist_entries FORCE ROW LEVEL SECURITY;

ALTER TABLE public.waitlist_entries OWNER TO parking_owner;

CREATE TABLE public.waitlist_marks (
    tenant_id uuid NOT NULL,
    id bigint NOT NULL,
    site_id uuid NOT NULL,
    space_id uuid,
    free_from timestamp with time zone NOT NULL,
    free_until timestamp with time zone NOT NULL,
    is_of_entry boolean DEFAULT false NOT NULL,
    again_after xid8
);

ALTER TABLE ONLY public.waitlist_marks FORCE ROW LEVEL SECURITY;

ALTER TABLE public.waitlist_marks OWNER TO parking_owner;

ALTER TABLE public.waitlist_marks ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.waitlist_marks_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.webhook_deliveries (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    webhook_id uuid NOT NULL,
    seq bigint NOT NULL,
    event_id bigint,
    event_type text NOT NULL,
    body text NOT NULL,
    status text NOT NULL,
    attempt_count integer DEFAULT 0 NOT NULL,
    next_attempt_at timestamp with time zone,
    response_status integer,
    error text,
    duration_ms integer,
    attempts jsonb DEFAULT '[]'::jsonb NOT NULL,
    created_at timestamp with time zone NOT NULL,
    finished_at timestamp with time zone,
    CONSTRAINT webhook_deliveries_attempts_are_list CHECK ((jsonb_typeof(attempts) = 'array'::text)),
    CONSTRAINT webhook_deliveries_pending_has_time CHECK (((status = 'pending'::text) = (next_attempt_at IS NOT NULL))),
    CONSTRAINT webhook_deliveries_status CHECK ((status = ANY (ARRAY['pending'::text, 'delivered'::text, 'failed'::text, 'expired'::text])))
);

ALTER TABLE ONLY public.webhook_deliveries FORCE ROW LEVEL SECURITY;

ALTER TABLE public.webhook_deliveries OWNER TO parking_owner;

ALTER TABLE public.webhook_deliveries ALTER COLUMN seq ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.webhook_deliveries_seq_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.webhook_secrets (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    name text NOT NULL,
    sealed_secret bytea NOT NULL,
    rotated_from uuid,
    expires_at timestamp with time zone,
    revoked_at timestamp with time zone,
    last_used_at timestamp with time zone,
    created_by uuid,
    created_at timestamp with time zone NOT NULL,
    version bigint DEFAULT 1 NOT NULL,
    CONSTRAINT webhook_secrets_name_length CHECK (((char_length(name) >= 1) AND (char_length(name) <= 255)))
);

ALTER TABLE ONLY public.webhook_secrets FORCE ROW LEVEL SECURITY;

ALTER TABLE public.webhook_secrets OWNER TO parking_owner;

CREATE TABLE public.webhooks (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    name text NOT NULL,
    url text NOT NULL,
    event_types text[] NOT NULL,
    sealed_secret bytea NOT NULL,
    sealed_previous bytea,
    previous_until timestamp with time zone,
    disabled_at timestamp with time zone,
    disabled_why text,
    consecutive_failures integer DEFAULT 0 NOT NULL,
    failing_since timestamp with time zone,
    pauses integer DEFAULT 0 NOT NULL,
    paused_until timestamp with time zone,
    last_success_at timestamp with time zone,
    last_failure_at timestamp with time zone,
    last_error text,
    due_at timestamp with time zone,
    leased_until timestamp with time zone,
    created_by uuid,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    deleted_at timestamp with time zone,
    version bigint DEFAULT 1 NOT NULL,
    CONSTRAINT webhooks_disabled_whole CHECK (((disabled_at IS NULL) = (disabled_why IS NULL))),
    CONSTRAINT webhooks_disabled_why CHECK ((disabled_why = ANY (ARRAY['person'::text, 'gone'::text, 'failing'::text]))),
    CONSTRAINT webhooks_event_types_count CHECK (((cardinality(event_types) >= 1) AND (cardinality(event_types) <= 100))),
    CONSTRAINT webhooks_name_length CHECK (((char_length(name) >= 1) AND (char_length(name) <= 255))),
    CONSTRAINT webhooks_previous_whole CHECK (((sealed_previous IS NULL) = (previous_until IS NULL))),
    CONSTRAINT webhooks_url_length CHECK (((char_length(url) >= 1) AND (char_length(url) <= 2000)))
);

ALTER TABLE ONLY public.webhooks FORCE ROW LEVEL SECURITY;

ALTER TABLE public.webhooks OWNER TO parking_owner;

CREATE TABLE public.zones (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    site_id uuid NOT NULL,
    name text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    version bigint DEFAULT 1 NOT NULL,
    CONSTRAINT zones_name_length CHECK (((char_length(name) >= 1) AND (char_length(name) <= 100)))
);

ALTER TABLE ONLY public.zones FORCE ROW LEVEL SECURITY;

ALTER TABLE public.zones OWNER TO parking_owner;

ALTER TABLE ONLY public.audit_log ATTACH PARTITION public.audit_log_default DEFAULT;

ALTER TABLE ONLY public.events ATTACH PARTITION public.events_default DEFAULT;

ALTER TABLE ONLY public.uplinks ATTACH PARTITION public.uplinks_default DEFAULT;

ALTER TABLE ONLY public.account_tokens
    ADD CONSTRAINT account_tokens_pkey PRIMARY KEY (hash);

ALTER TABLE ONLY public.alarm_clock
    ADD CONSTRAINT alarm_clock_pkey PRIMARY KEY (is_only);

ALTER TABLE ONLY public.alarm_comments
    ADD CONSTRAINT alarm_comments_pkey PRIMARY KEY (tenant_id, id);

ALTER TABLE ONLY public.alarm_recipients
    ADD CONSTRAINT alarm_recipients_pkey PRIMARY KEY (tenant_id, id);

ALTER TABLE ONLY public.alarm_rules
    ADD CONSTRAINT alarm_rules_pkey PRIMARY KEY (tenant_id);

ALTER TABLE ONLY public.alarm_watches
    ADD CONSTRAINT alarm_watches_pkey PRIMARY KEY (tenant_id, subject_id);

ALTER TABLE ONLY public.alarms
    ADD CONSTRAINT alarms_pkey PRIMARY KEY (tenant_id, id);

ALTER TABLE ONLY public.api_keys
    ADD CONSTRAINT api_keys_pkey PRIMARY KEY (tenant_id, id);

ALTER TABLE ONLY public.api_keys
    ADD CONSTRAINT api_keys_public_id_unique UNIQUE (public_id);

ALTER TABLE ONLY public.applications
    ADD CONSTRAINT applications_one_tenant UNIQUE (application);

ALTER TABLE ONLY public.applications
    ADD CONSTRAINT applications_pkey PRIMARY KEY (tenant_id, id);

ALTER TABLE ONLY public.audit_heads
    ADD CONSTRAINT audit_heads_pkey PRIMARY KEY (tenant_id);

ALTER TABLE ONLY public.audit_log
    ADD CONSTRAINT audit_log_pkey PRIMARY KEY (tenant_id, id, at);

ALTER TABLE ONLY public.audit_log_default
    ADD CONSTRAINT audit_log_default_pkey PRIMARY KEY (tenant_id, id, at);

ALTER TABLE ONLY public.calendar_feeds
    ADD CONSTRAINT calendar_feeds_pkey PRIMARY KEY (tenant_id, id);

ALTER TABLE ONLY public.calendar_feeds
    ADD CONSTRAINT calendar_feeds_secret_unique UNIQUE (secret_hash);

ALTER TABLE ONLY public.chirpstack_items
    ADD CONSTRAINT chirpstack_items_one_each UNIQUE (tenant_id, kind, eui);

ALTER TABLE ONLY public.chirpstack_items
    ADD CONSTRAINT chirpstack_items_pkey PRIMARY KEY (tenant_id, id);

ALTER TABLE ONLY public.chirpstack_links
    ADD CONSTRAINT chirpstack_links_application_unique UNIQUE (application_id);

ALTER TABLE ONLY public.chirpstack_links
    ADD CONSTRAINT chirpstack_links_one_each UNIQUE (tenant_id);

ALTER TABLE ONLY public.chirpstack_links
    ADD CONSTRAINT chirpstack_links_pkey PRIMARY KEY (tenant_id, id);

ALTER TABLE ONLY public.chirpstack_links
    ADD CONSTRAINT chirpstack_links_remote_unique UNIQUE (remote_tenant_id);

ALTER TABLE ONLY public.chirpstack_runs
    ADD CONSTRAINT chirpstack_runs_pkey PRIMARY KEY (tenant_id, id);

ALTER TABLE public.closures
    ADD CONSTRAINT closures_in_reach CHECK (((ended_at IS NOT NULL) OR (ends_at < '9999-01-01 00:00:00+00'::timestamp with time zone))) NOT VALID;

ALTER TABLE ONLY public.closures
    ADD CONSTRAINT closures_pkey PRIMARY KEY (tenant_id, id);

ALTER TABLE ONLY public.device_assignments
    ADD CONSTRAINT device_assignments_pkey PRIMARY KEY (tenant_id, id);

ALTER TABLE ONLY public.device_models
    ADD CONSTRAINT device_models_pkey PRIMARY KEY (tenant_id, id);

ALTER TABLE ONLY public.device_models
    ADD CONSTRAINT device_models_slug_unique UNIQUE (tenant_id, slug);

ALTER TABLE ONLY public.devices
    ADD CONSTRAINT devices_pkey PRIMARY KEY (tenant_id, id);

ALTER TABLE ONLY public.display_policies
    ADD CONSTRAINT display_policies_pkey PRIMARY KEY (tenant_id, id);

ALTER TABLE ONLY public.downlink_budgets
    ADD CONSTRAINT downlink_budgets_pkey PRIMARY KEY (key);

ALTER TABLE ONLY public.downlinks
    ADD CONSTRAINT downlinks_pkey PRIMARY KEY (tenant_id, id);

ALTER TABLE ONLY public.event_cursors
    ADD CONSTRAINT event_cursors_pkey PRIMARY KEY (reader);

ALTER TABLE ONLY public.events
    ADD CONSTRAINT events_pkey PRIMARY KEY (tenant_id, id, at);

ALTER TABLE ONLY public.events_default
    ADD CONSTRAINT events_default_pkey PRIMARY KEY (tenant_id, id, at);

ALTER TABLE ONLY public.gateways
    ADD CONSTRAINT gateways_eui_unique UNIQUE (eui);

ALTER TABLE ONLY public.gateways
    ADD CONSTRAINT gateways_pkey PRIMARY KEY (tenant_id, id);

ALTER TABLE ONLY public.idempotency_keys
    ADD CONSTRAINT idempotency_keys_pkey PRIMARY KEY (tenant_id, caller, key);

ALTER TABLE ONLY public.import_rows
    ADD CONSTRAINT import_rows_pkey PRIMARY KEY (tenant_id, import_id, line);

ALTER TABLE ONLY public.imports
    ADD CONSTRAINT imports_pkey PRIMARY KEY (tenant_id, id);

ALTER TABLE ONLY public.invitations
    ADD CONSTRAINT invitations_pkey PRIMARY KEY (tenant_id, id);

ALTER TABLE ONLY public.invitations
    ADD CONSTRAINT invitations_token_unique UNIQUE (token_hash);

ALTER TABLE ONLY public.jobs
    ADD CONSTRAINT jobs_pkey PRIMARY KEY (tenant_id, id);

ALTER TABLE ONLY public.lamp_marks
    ADD CONSTRAINT lamp_marks_pkey PRIMARY KEY (tenant_id, id);

ALTER TABLE ONLY public.lamps
    ADD CONSTRAINT lamps_pkey PRIMARY KEY (tenant_id, id);

ALTER TABLE ONLY public.levels
    ADD CONSTRAINT levels_of_site UNIQUE (tenant_id, site_id, id);

ALTER TABLE ONLY public.levels
    ADD CONSTRAINT levels_pkey PRIMARY KEY (tenant_id, id);

ALTER TABLE ONLY public.lifecycle_changes
    ADD CONSTRAINT lifecycle_changes_pkey PRIMARY KEY (tenant_id, id);

ALTER TABLE ONLY public.list_totals
    ADD CONSTRAINT list_totals_pkey PRIMARY KEY (tenant_id, list);

ALTER TABLE ONLY public.live_tickets
    ADD CONSTRAINT live_tickets_hash_unique UNIQUE (hash);

ALTER TABLE ONLY public.live_tickets
    ADD CONSTRAINT live_tickets_pkey PRIMARY KEY (tenant_id, id);

ALTER TABLE ONLY public.memberships
    ADD CONSTRAINT memberships_pkey PRIMARY KEY (tenant_id, id);

ALTER TABLE ONLY public.memberships
    ADD CONSTRAINT memberships_user_unique UNIQUE (tenant_id, user_id);

ALTER TABLE ONLY public.orphan_devices
    ADD CONSTRAINT orphan_devices_one_per_eui UNIQUE (tenant_id, dev_eui);

ALTER TABLE ONLY public.orphan_devices
    ADD CONSTRAINT orphan_devices_pkey PRIMARY KEY (tenant_id, id);

ALTER TABLE public.overrides
    ADD CONSTRAINT overrides_in_reach CHECK (((lifted_at IS NOT NULL) OR ((starts_at < '9999-01-01 00:00:00+00'::timestamp with time zone) AND ((ends_at IS NULL) OR (ends_at < '9999-01-01 00:00:00+00'::timestamp with time zone))))) NOT VALID;

ALTER TABLE ONLY public.overrides
    ADD CONSTRAINT overrides_pkey PRIMARY KEY (tenant_id, id);

ALTER TABLE ONLY public.plans
    ADD CONSTRAINT plans_pkey PRIMARY KEY (tenant_id, level_id);

ALTER TABLE ONLY public.refresh_tokens
    ADD CONSTRAINT refresh_tokens_pkey PRIMARY KEY (hash);

ALTER TABLE ONLY public.registrations
    ADD CONSTRAINT registrations_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.registrations
    ADD CONSTRAINT registrations_token_unique UNIQUE (token_hash);

ALTER TABLE ONLY public.reservation_changes
    ADD CONSTRAINT reservation_changes_pkey PRIMARY KEY (tenant_id, id);

ALTER TABLE ONLY public.reservation_letters
    ADD CONSTRAINT reservation_letters_pkey PRIMARY KEY (tenant_id, reservation_id);

ALTER TABLE ONLY public.reservation_partings
    ADD CONSTRAINT reservation_partings_pkey PRIMARY KEY (tenant_id, reservation_id, email);

ALTER TABLE ONLY public.reservation_series
    ADD CONSTRAINT reservation_series_pkey PRIMARY KEY (tenant_id, id);

ALTER TABLE ONLY public.reservation_terms
    ADD CONSTRAINT reservation_terms_one_of_site UNIQUE NULLS NOT DISTINCT (tenant_id, site_id);

ALTER TABLE ONLY public.reservation_terms
    ADD CONSTRAINT reservation_terms_pkey PRIMARY KEY (tenant_id, id);

ALTER TABLE ONLY public.reservations
    ADD CONSTRAINT reservations_no_overlap EXCLUDE USING gist (tenant_id WITH =, space_id WITH =, tstzrange(blocks_from, blocks_until, '[)'::text) WITH &&) WHERE ((status = ANY (ARRAY['pending'::text, 'confirmed'::text])));

ALTER TABLE ONLY public.reservations
    ADD CONSTRAINT reservations_pkey PRIMARY KEY (tenant_id, id);

ALTER TABLE ONLY public.schedules
    ADD CONSTRAINT schedules_pkey PRIMARY KEY (name);

ALTER TABLE ONLY public.sessions
    ADD CONSTRAINT sessions_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.sites
    ADD CONSTRAINT sites_pkey PRIMARY KEY (tenant_id, id);

ALTER TABLE ONLY public.spaces
    ADD CONSTRAINT spaces_pkey PRIMARY KEY (tenant_id, id);

ALTER TABLE ONLY public.state_changes
    ADD CONSTRAINT state_changes_pkey PRIMARY KEY (tenant_id, id);

ALTER TABLE ONLY public.tenant_usage
    ADD CONSTRAINT tenant_usage_pkey PRIMARY KEY (tenant_id, resource);

ALTER TABLE ONLY public.tenants
    ADD CONSTRAINT tenants_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.tenants
    ADD CONSTRAINT tenants_slug_unique UNIQUE (slug);

ALTER TABLE ONLY public.uplink_keys
    ADD CONSTRAINT uplink_keys_pkey PRIMARY KEY (tenant_id, key);

ALTER TABLE ONLY public.uplinks
    ADD CONSTRAINT uplinks_pkey PRIMARY KEY (tenant_id, id, at);

ALTER TABLE ONLY public.uplinks_default
    ADD CONSTRAINT uplinks_default_pkey PRIMARY KEY (tenant_id, id, at);

ALTER TABLE ONLY public.users
    ADD CONSTRAINT users_email_unique UNIQUE (email_key);

ALTER TABLE ONLY public.users
    ADD CONSTRAINT users_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.waitlist_entries
    ADD CONSTRAINT waitlist_entries_pkey PRIMARY KEY (tenant_id, id);

ALTER TABLE ONLY public.waitlist_marks
    ADD CONSTRAINT waitlist_marks_pkey PRIMARY KEY (tenant_id, id);

ALTER TABLE ONLY public.webhook_deliveries
    ADD CONSTRAINT webhook_deliveries_once UNIQUE (tenant_id, webhook_id, event_id);

ALTER TABLE ONLY public.webhook_deliveries
    ADD CONSTRAINT webhook_deliveries_pkey PRIMARY KEY (tenant_id, id);

ALTER TABLE ONLY public.webhook_secrets
    ADD CONSTRAINT webhook_secrets_pkey PRIMARY KEY (tenant_id, id);

ALTER TABLE ONLY public.webhooks
    ADD CONSTRAINT webhooks_pkey PRIMARY KEY (tenant_id, id);

ALTER TABLE ONLY public.zones
    ADD CONSTRAINT zones_of_site UNIQUE (tenant_id, site_id, id);

ALTER TABLE ONLY public.zones
    ADD CONSTRAINT zones_pkey PRIMARY KEY (tenant_id, id);

CREATE INDEX account_tokens_expiry ON public.account_tokens USING btree (expires_at);

CREATE INDEX account_tokens_user ON public.account_tokens USING btree (user_id, purpose);

CREATE INDEX alarm_comments_of_alarm ON public.alarm_comments USING btree (tenant_id, alarm_id, at, id);

CREATE UNIQUE INDEX alarm_recipients_email_unique ON public.alarm_recipients USING btree (tenant_id, lower(email)) WHERE (email IS NOT NULL);

CREATE UNIQUE INDEX alarm_recipients_member_unique ON public.alarm_recipients USING btree (tenant_id, user_id) WHERE (user_id IS NOT NULL);

CREATE INDEX alarm_watches_due ON public.alarm_watches USING btree (due_at);

CREATE INDEX alarms_cleared ON public.alarms USING btree (tenant_id, cleared_at) WHERE (cleared_at IS NOT NULL);

CREATE INDEX alarms_newest ON public.alarms USING btree (tenant_id, raised_at DESC, id DESC);

CREATE INDEX alarms_news ON public.alarms USING btree (tenant_id) WHERE is_news;

CREATE INDEX alarms_of_parent ON public.alarms USING btree (tenant_id, parent_id) WHERE (parent_id IS NOT NULL);

CREATE INDEX alarms_of_space ON public.alarms USING btree (tenant_id, space_id, raised_at DESC) WHERE (space_id IS NOT NULL);

CREATE INDEX alarms_of_subject ON public.alarms USING btree (tenant_id, subject_id, raised_at DESC);

CREATE UNIQUE INDEX alarms_one_open ON public.alarms USING btree (tenant_id, kind, subject_id) WHERE (cleared_at IS NULL);

CREATE INDEX alarms_open ON public.alarms USING btree (tenant_id, raised_at DESC, id DESC) WHERE (cleared_at IS NULL);

CREATE INDEX alarms_told ON public.alarms USING btree (tenant_id, told_at DESC) WHERE (told_at IS NOT NULL);

CREATE INDEX audit_log_entity ON ONLY public.audit_log USING btree (tenant_id, entity_type, entity_id, seq DESC);

CREATE INDEX audit_log_default_tenant_id_entity_type_entity_id_seq_idx ON public.audit_log_default USING btree (tenant_id, entity_type, entity_id, seq DESC);

CREATE INDEX audit_log_newest ON ONLY public.audit_log USING btree (tenant_id, seq DESC);

CREATE INDEX audit_log_default_tenant_id_seq_idx ON public.audit_log_default USING btree (tenant_id, seq DESC);

CREATE INDEX calendar_feeds_newest ON public.calendar_feeds USING btree (tenant_id, created_at DESC, id DESC);

CREATE INDEX calendar_feeds_of_member ON public.calendar_feeds USING btree (tenant_id, user_id, created_at DESC, id DESC);

CREATE INDEX chirpstack_items_drift ON public.chirpstack_items USING btree (tenant_id, eui, id) INCLUDE (ignored_at) WHERE (state <> 'same'::text);

CREATE INDEX chirpstack_items_wanted_ones ON public.chirpstack_items USING btree (tenant_id, id) WHERE (wanted IS NOT NULL);

CREATE INDEX chirpstack_links_in_turn ON public.chirpstack_links USING btree (due_at);

CREATE INDEX chirpstack_runs_by_age ON public.chirpstack_runs USING btree (asked_at);

CREATE INDEX chirpstack_runs_newest ON public.chirpstack_runs USING btree (tenant_id, id DESC);

CREATE INDEX chirpstack_runs_open ON public.chirpstack_runs USING btree (tenant_id, is_dry) WHERE (ended_at IS NULL);

CREATE INDEX closures_newest ON public.closures USING btree (tenant_id, starts_at DESC, id DESC);

CREATE INDEX closures_of_site ON public.closures USING btree (tenant_id, site_id, starts_at DESC, id DESC);

CREATE INDEX device_assignments_of_device ON public.device_assignments USING btree (tenant_id, device_id, assigned_at DESC);

CREATE INDEX device_assignments_of_space ON public.device_assignments USING btree (tenant_id, space_id, assigned_at DESC);

CREATE UNIQUE INDEX device_assignments_one_per_device ON public.device_assignments USING btree (tenant_id, device_id, role) WHERE (unassigned_at IS NULL);

CREATE UNIQUE INDEX device_assignments_one_per_space ON public.device_assignments USING btree (tenant_id, space_id, role) WHERE (unassigned_at IS NULL);

CREATE INDEX devices_by_eui ON public.devices USING btree (tenant_id, dev_eui COLLATE "POSIX", id);

CREATE INDEX devices_by_name ON public.devices USING btree (tenant_id, lower(name), id);

CREATE UNIQUE INDEX devices_dev_eui_unique ON public.devices USING btree (dev_eui) WHERE (archived_at IS NULL);

CREATE INDEX devices_lifecycle_of_tenant ON public.devices USING btree (tenant_id, lifecycle, id);

CREATE INDEX devices_newest ON public.devices USING btree (tenant_id, created_at DESC, id DESC);

CREATE INDEX devices_of_gateway ON public.devices USING btree (tenant_id, only_gateway_eui) WHERE (only_gateway_eui IS NOT NULL);

CREATE INDEX devices_of_model ON public.devices USING btree (tenant_id, model, id);

CREATE INDEX devices_of_own_model ON public.devices USING btree (tenant_id, own_model_id) WHERE (own_model_id IS NOT NULL);

CREATE INDEX devices_seen ON public.devices USING btree (tenant_id, last_seen_at DESC NULLS LAST, id DESC);

CREATE UNIQUE INDEX display_policies_name_unique ON public.display_policies USING btree (tenant_id, lower(name));

CREATE UNIQUE INDEX display_policies_one_active ON public.display_policies USING btree (tenant_id, site_id) NULLS NOT DISTINCT WHERE is_active;

CREATE INDEX downlinks_by_age ON public.downlinks USING btree (created_at);

CREATE INDEX downlinks_by_earlier_items ON public.downlinks USING btree (tenant_id, device_id) WHERE (earlier_items <> '{}'::text[]);

CREATE INDEX downlinks_by_item ON public.downlinks USING btree (tenant_id, device_id, queue_item) WHERE (queue_item IS NOT NULL);

CREATE INDEX downlinks_by_status ON public.downlinks USING btree (tenant_id, status, created_at DESC, id DESC);

CREATE INDEX downlinks_deadlines ON public.downlinks USING btree (deadline_at) WHERE (status = ANY (ARRAY['queued'::text, 'awaiting_ack'::text]));

CREATE INDEX downlinks_finished ON public.downlinks USING btree (finished_at) WHERE (finished_at IS NOT NULL);

CREATE INDEX downlinks_leases ON public.downlinks USING btree (leased_until) WHERE (leased_until IS NOT NULL);

CREATE INDEX downlinks_left_behind ON public.downlinks USING btree (tenant_id, device_id) WHERE is_left_behind;

CREATE INDEX downlinks_newest ON public.downlinks USING btree (tenant_id, created_at DESC, id DESC);

CREATE INDEX downlinks_not_confirmed ON public.downlinks USING btree (tenant_id, device_id, transmitted_at) WHERE (status = 'transmitted'::text);

CREATE INDEX downlinks_of_device ON public.downlinks USING btree (tenant_id, device_id, created_at DESC, id DESC);

CREATE INDEX downlinks_of_site ON public.downlinks USING btree (tenant_id, site_id, created_at DESC, id DESC) WHERE (site_id IS NOT NULL);

CREATE INDEX downlinks_of_space ON public.downlinks USING btree (tenant_id, space_id, created_at DESC, id DESC) WHERE (space_id IS NOT NULL);

CREATE UNIQUE INDEX downlinks_one_in_flight ON public.downlinks USING btree (tenant_id, device_id) WHERE (status = ANY (ARRAY['sending'::text, 'queued'::text, 'awaiting_ack'::text]));

CREATE UNIQUE INDEX downlinks_one_raw_waiting ON public.downlinks USING btree (tenant_id, device_id) WHERE ((status = 'waiting'::text) AND (kind = 'raw'::text));

CREATE UNIQUE INDEX downlinks_one_waiting ON public.downlinks USING btree (tenant_id, device_id) WHERE ((status = 'waiting'::text) AND (kind <> 'raw'::text));

CREATE INDEX downlinks_turn ON public.downlinks USING btree (due_at, urgency, id) WHERE (due_at IS NOT NULL);

CREATE INDEX downlinks_turn_of_tenant ON public.downlinks USING btree (tenant_id, due_at, urgency, id) WHERE (due_at IS NOT NULL);

CREATE INDEX events_newest ON ONLY public.events USING btree (tenant_id, id DESC);

CREATE INDEX events_default_tenant_id_id_idx ON public.events_default USING btree (tenant_id, id DESC);

CREATE INDEX events_told ON ONLY public.events USING btree (tenant_id, id DESC) WHERE ((kind <> 'space.state_changed'::text) AND (kind <> 'display.changed'::text));

CREATE INDEX events_default_tenant_id_id_idx1 ON public.events_default USING btree (tenant_id, id DESC) WHERE ((kind <> 'space.state_changed'::text) AND (kind <> 'display.changed'::text));

CREATE INDEX events_subject ON ONLY public.events USING btree (tenant_id, subject_type, subject_id, id DESC);

CREATE INDEX events_default_tenant_id_subject_type_subject_id_id_idx ON public.events_default USING btree (tenant_id, subject_type, subject_id, id DESC);

CREATE INDEX events_order ON ONLY public.events USING btree (xid, id);

CREATE INDEX events_default_xid_id_idx ON public.events_default USING btree (xid, id);

CREATE INDEX events_told_by_all ON ONLY public.events USING btree (xid, id) WHERE ((kind <> 'space.state_changed'::text) AND (kind <> 'display.changed'::text));

CREATE INDEX events_default_xid_id_idx1 ON public.events_default USING btree (xid, id) WHERE ((kind <> 'space.state_changed'::text) AND (kind <> 'display.changed'::text));

CREATE INDEX gateways_by_name ON public.gateways USING btree (tenant_id, lower(name), id);

CREATE INDEX gateways_newest ON public.gateways USING btree (tenant_id, created_at DESC, id DESC);

CREATE INDEX gateways_of_site ON public.gateways USING btree (tenant_id, site_id) WHERE (site_id IS NOT NULL);

CREATE INDEX idempotency_keys_age ON public.idempotency_keys USING btree (created_at);

CREATE INDEX import_rows_by_verdict ON public.import_rows USING btree (tenant_id, import_id, verdict, line);

CREATE INDEX imports_newest ON public.imports USING btree (tenant_id, created_at DESC, id DESC);

CREATE INDEX imports_under_way ON public.imports USING btree (tenant_id, updated_at) WHERE (status = ANY (ARRAY['running'::text, 'undoing'::text]));

CREATE INDEX imports_with_rows ON public.imports USING btree (updated_at) WHERE (rows_forgotten_at IS NULL);

CREATE INDEX invitations_expiry ON public.invitations USING btree (expires_at) WHERE ((accepted_at IS NULL) AND (revoked_at IS NULL) AND (closed_at IS NULL));

CREATE INDEX invitations_newest ON public.invitations USING btree (tenant_id, created_at DESC);

CREATE UNIQUE INDEX invitations_one_open ON public.invitations USING btree (tenant_id, email_key) WHERE ((accepted_at IS NULL) AND (revoked_at IS NULL) AND (closed_at IS NULL));

CREATE INDEX jobs_due ON public.jobs USING btree (run_at) WHERE (status = 'queued'::text);

CREATE INDEX jobs_given_up ON public.jobs USING btree (failed_at) WHERE (status = 'failed'::text);

CREATE UNIQUE INDEX jobs_one_waiting ON public.jobs USING btree (tenant_id, kind, unique_key) WHERE ((unique_key IS NOT NULL) AND (status = 'queued'::text) AND (locked_until IS NULL));

CREATE INDEX lamp_marks_of_device ON public.lamp_marks USING btree (tenant_id, device_id);

CREATE INDEX lamp_marks_oldest ON public.lamp_marks USING btree (id);

CREATE INDEX lamps_behind ON public.lamps USING btree (tenant_id, behind_since, id) WHERE (behind_since IS NOT NULL);

CREATE INDEX lamps_due ON public.lamps USING btree (due_at);

CREATE INDEX lamps_mismatched ON public.lamps USING btree (tenant_id, mismatched_since, id) WHERE (mismatched_since IS NOT NULL);

CREATE INDEX lamps_of_gateway ON public.lamps USING btree (tenant_id, gateway_eui) WHERE (gateway_eui IS NOT NULL);

CREATE INDEX lamps_of_space ON public.lamps USING btree (tenant_id, space_id) WHERE (space_id IS NOT NULL);

CREATE INDEX levels_in_order ON public.levels USING btree (tenant_id, ordinal, id);

CREATE UNIQUE INDEX levels_name_unique ON public.levels USING btree (tenant_id, site_id, lower(name));

CREATE INDEX lifecycle_changes_of_device ON public.lifecycle_changes USING btree (tenant_id, device_id, at DESC, id DESC);

CREATE INDEX live_tickets_age ON public.live_tickets USING btree (expires_at);

CREATE INDEX live_tickets_key ON public.live_tickets USING btree (tenant_id, key_id) WHERE (key_id IS NOT NULL);

CREATE INDEX memberships_user ON public.memberships USING btree (user_id);

CREATE INDEX orphan_devices_last_seen ON public.orphan_devices USING btree (tenant_id, last_seen_at DESC, id DESC);

CREATE INDEX overrides_ever ON public.overrides USING btree (tenant_id, space_id, created_at DESC);

CREATE INDEX overrides_newest ON public.overrides USING btree (tenant_id, starts_at DESC, id DESC);

CREATE INDEX overrides_of_closure ON public.overrides USING btree (tenant_id, closure_id) WHERE (closure_id IS NOT NULL);

CREATE INDEX overrides_of_space ON public.overrides USING btree (tenant_id, space_id, starts_at DESC) WHERE (lifted_at IS NULL);

CREATE INDEX refresh_tokens_expiry ON public.refresh_tokens USING btree (expires_at);

CREATE INDEX refresh_tokens_session ON public.refresh_tokens USING btree (session_id);

CREATE INDEX registrations_expiry ON public.registrations USING btree (expires_at);

CREATE INDEX reservation_changes_of_reservation ON public.reservation_changes USING btree (tenant_id, reservation_id, at DESC, id DESC);

CREATE INDEX reservation_changes_of_space ON public.reservation_changes USING btree (tenant_id, space_id, end_time);

CREATE INDEX reservation_letters_remind ON public.reservation_letters USING btree (remind_at) WHERE (remind_at IS NOT NULL);

CREATE INDEX reservation_partings_by_age ON public.reservation_partings USING btree (parted_at);

CREATE INDEX reservation_series_newest ON public.reservation_series USING btree (tenant_id, start_time DESC, id DESC);

CREATE INDEX reservation_series_of_space ON public.reservation_series USING btree (tenant_id, space_id, start_time DESC, id DESC);

CREATE INDEX reservations_awaited ON public.reservations USING btree (opens_at) WHERE ((status = 'confirmed'::text) AND (checked_in_at IS NULL));

CREATE INDEX reservations_blocking ON public.reservations USING btree (tenant_id, space_id, blocks_from) WHERE (status = ANY (ARRAY['pending'::text, 'confirmed'::text]));

CREATE INDEX reservations_by_start ON public.reservations USING btree (tenant_id, start_time DESC, id DESC);

CREATE INDEX reservations_due ON public.reservations USING btree (due_at) WHERE (due_at IS NOT NULL);

CREATE INDEX reservations_of_holder ON public.reservations USING btree (tenant_id, holder_key, start_time DESC) WHERE (holder_key IS NOT NULL);

CREATE INDEX reservations_of_series ON public.reservations USING btree (tenant_id, series_id, recurs_at) WHERE (series_id IS NOT NULL);

CREATE INDEX reservations_of_space ON public.reservations USING btree (tenant_id, space_id, start_time DESC, id DESC);

CREATE INDEX reservations_of_status ON public.reservations USING btree (tenant_id, status, start_time DESC, id DESC);

CREATE UNIQUE INDEX reservations_request_id ON public.reservations USING btree (tenant_id, request_id) WHERE (request_id IS NOT NULL);

CREATE INDEX reservations_with_people ON public.reservations USING btree (tenant_id, end_time) WHERE ((holder_key IS NOT NULL) OR (holder_name IS NOT NULL) OR (notes IS NOT NULL) OR (cancel_reason IS NOT NULL));

CREATE INDEX sessions_ended ON public.sessions USING btree (ended_at) WHERE (ended_at IS NOT NULL);

CREATE INDEX sessions_expiry ON public.sessions USING btree (expires_at);

CREATE INDEX sessions_user ON public.sessions USING btree (user_id, last_used_at DESC);

CREATE INDEX sites_by_name ON public.sites USING btree (tenant_id, lower(name), id);

CREATE INDEX sites_newest ON public.sites USING btree (tenant_id, created_at DESC, id DESC);

CREATE UNIQUE INDEX sites_slug_unique ON public.sites USING btree (tenant_id, slug) WHERE (deleted_at IS NULL);

CREATE INDEX spaces_by_code ON public.spaces USING btree (tenant_id, code_order, id);

CREATE INDEX spaces_changed ON public.spaces USING btree (tenant_id, state_changed_at DESC, id DESC);

CREATE UNIQUE INDEX spaces_code_unique ON public.spaces USING btree (tenant_id, site_id, lower(code)) WHERE (deleted_at IS NULL);

CREATE INDEX spaces_due ON public.spaces USING btree (state_due_at) WHERE ((state_due_at IS NOT NULL) AND (deleted_at IS NULL));

CREATE INDEX spaces_newest ON public.spaces USING btree (tenant_id, created_at DESC, id DESC);

CREATE INDEX spaces_of_level ON public.spaces USING btree (tenant_id, level_id) WHERE (level_id IS NOT NULL);

CREATE INDEX spaces_of_site ON public.spaces USING btree (tenant_id, site_id, code_order, id);

CREATE INDEX spaces_of_zone ON public.spaces USING btree (tenant_id, zone_id) WHERE (zone_id IS NOT NULL);

CREATE INDEX spaces_states ON public.spaces USING btree (tenant_id, site_id, state) WHERE (deleted_at IS NULL);

CREATE INDEX state_changes_of_space ON public.state_changes USING btree (tenant_id, space_id, at DESC, id DESC);

CREATE INDEX uplink_keys_age ON public.uplink_keys USING btree (at);

CREATE INDEX uplinks_come_to_nothing ON ONLY public.uplinks USING btree (tenant_id, outcome, id DESC) WHERE (outcome = ANY (ARRAY['unreadable'::text, 'orphan'::text, 'no_bay'::text, 'failed'::text]));

CREATE INDEX uplinks_waiting ON ONLY public.uplinks USING btree (shard, (((replays > 0))::integer), tenant_id, id) WHERE (acted_at IS NULL);

CREATE INDEX uplinks_default_shard_int4_tenant_id_id_idx ON public.uplinks_default USING btree (shard, (((replays > 0))::integer), tenant_id, id) WHERE (acted_at IS NULL);

CREATE INDEX uplinks_of_device ON ONLY public.uplinks USING btree (tenant_id, dev_eui, id DESC);

CREATE INDEX uplinks_default_tenant_id_dev_eui_id_idx ON public.uplinks_default USING btree (tenant_id, dev_eui, id DESC);

CREATE INDEX uplinks_newest ON ONLY public.uplinks USING btree (tenant_id, id DESC);

CREATE INDEX uplinks_default_tenant_id_id_idx ON public.uplinks_default USING btree (tenant_id, id DESC);

CREATE INDEX uplinks_to_replay ON ONLY public.uplinks USING btree (tenant_id, id) WHERE ((outcome = ANY (ARRAY['orphan'::text, 'no_bay'::text, 'unreadable'::text, 'failed'::text])) AND (kind <> 'garbled'::text));

CREATE INDEX uplinks_default_tenant_id_id_idx1 ON public.uplinks_default USING btree (tenant_id, id) WHERE ((outcome = ANY (ARRAY['orphan'::text, 'no_bay'::text, 'unreadable'::text, 'failed'::text])) AND (kind <> 'garbled'::text));

CREATE INDEX uplinks_of_kind ON ONLY public.uplinks USING btree (tenant_id, kind, id DESC) WHERE (kind <> 'up'::text);

CREATE INDEX uplinks_default_tenant_id_kind_id_idx ON public.uplinks_default USING btree (tenant_id, kind, id DESC) WHERE (kind <> 'up'::text);

CREATE INDEX uplinks_default_tenant_id_outcome_id_idx ON public.uplinks_default USING btree (tenant_id, outcome, id DESC) WHERE (outcome = ANY (ARRAY['unreadable'::text, 'orphan'::text, 'no_bay'::text, 'failed'::text]));

CREATE INDEX uplinks_of_space ON ONLY public.uplinks USING btree (tenant_id, space_id, id DESC) WHERE (space_id IS NOT NULL);

CREATE INDEX uplinks_default_tenant_id_space_id_id_idx ON public.uplinks_default USING btree (tenant_id, space_id, id DESC) WHERE (space_id IS NOT NULL);

CREATE INDEX waitlist_entries_by_age ON public.waitlist_entries USING btree (tenant_id, created_at, id);

CREATE INDEX waitlist_entries_by_start ON public.waitlist_entries USING btree (tenant_id, start_time, id);

CREATE INDEX waitlist_entries_of_holder ON public.waitlist_entries USING btree (tenant_id, holder_key) WHERE (holder_key IS NOT NULL);

CREATE UNIQUE INDEX waitlist_entries_of_reservation ON public.waitlist_entries USING btree (tenant_id, reservation_id) WHERE (reservation_id IS NOT NULL);

CREATE INDEX waitlist_entries_of_site ON public.waitlist_entries USING btree (tenant_id, site_id, created_at, id);

CREATE INDEX waitlist_entries_open ON public.waitlist_entries USING btree (tenant_id, status, site_id, created_at, id) WHERE (status = ANY (ARRAY['waiting'::text, 'offered'::text]));

CREATE INDEX waitlist_entries_over ON public.waitlist_entries USING btree (start_time) WHERE (status = 'waiting'::text);

CREATE INDEX webhook_deliveries_by_status ON public.webhook_deliveries USING btree (tenant_id, webhook_id, status, created_at DESC, seq DESC);

CREATE INDEX webhook_deliveries_newest ON public.webhook_deliveries USING btree (tenant_id, webhook_id, created_at DESC, seq DESC);

CREATE INDEX webhook_deliveries_next ON public.webhook_deliveries USING btree (tenant_id, webhook_id, next_attempt_at, seq) WHERE (status = 'pending'::text);

CREATE INDEX webhook_deliveries_waiting ON public.webhook_deliveries USING btree (tenant_id, webhook_id, seq DESC) WHERE (status = 'pending'::text);

CREATE INDEX webhook_secrets_by_id ON public.webhook_secrets USING btree (id);

CREATE UNIQUE INDEX webhook_secrets_one_active ON public.webhook_secrets USING btree (tenant_id) WHERE ((expires_at IS NULL) AND (revoked_at IS NULL));

CREATE INDEX webhooks_deleted ON public.webhooks USING btree (deleted_at) WHERE (deleted_at IS NOT NULL);

CREATE INDEX webhooks_due ON public.webhooks USING btree (due_at) WHERE (due_at IS NOT NULL);

CREATE INDEX webhooks_in_hand ON public.webhooks USING btree (leased_until) WHERE (leased_until IS NOT NULL);

CREATE INDEX webhooks_newest ON public.webhooks USING btree (tenant_id, created_at DESC, id DESC) WHERE (deleted_at IS NULL);

CREATE INDEX zones_in_order ON public.zones USING btree (tenant_id, lower(name), id);

CREATE UNIQUE INDEX zones_name_unique ON public.zones USING btree (tenant_id, site_id, lower(name));

ALTER INDEX public.audit_log_pkey ATTACH PARTITION public.audit_log_default_pkey;

ALTER INDEX public.audit_log_entity ATTACH PARTITION public.audit_log_default_tenant_id_entity_type_entity_id_seq_idx;

ALTER INDEX public.audit_log_newest ATTACH PARTITION public.audit_log_default_tenant_id_seq_idx;

ALTER INDEX public.events_pkey ATTACH PARTITION public.events_default_pkey;

ALTER INDEX public.events_newest ATTACH PARTITION public.events_default_tenant_id_id_idx;

ALTER INDEX public.events_told ATTACH PARTITION public.events_default_tenant_id_id_idx1;

ALTER INDEX public.events_subject ATTACH PARTITION public.events_default_tenant_id_subject_type_subject_id_id_idx;

ALTER INDEX public.events_order ATTACH PARTITION public.events_default_xid_id_idx;

ALTER INDEX public.events_told_by_all ATTACH PARTITION public.events_default_xid_id_idx1;

ALTER INDEX public.uplinks_pkey ATTACH PARTITION public.uplinks_default_pkey;

ALTER INDEX public.uplinks_waiting ATTACH PARTITION public.uplinks_default_shard_int4_tenant_id_id_idx;

ALTER INDEX public.uplinks_of_device ATTACH PARTITION public.uplinks_default_tenant_id_dev_eui_id_idx;

ALTER INDEX public.uplinks_newest ATTACH PARTITION public.uplinks_default_tenant_id_id_idx;

ALTER INDEX public.uplinks_to_replay ATTACH PARTITION public.uplinks_default_tenant_id_id_idx1;

ALTER INDEX public.uplinks_of_kind ATTACH PARTITION public.uplinks_default_tenant_id_kind_id_idx;

ALTER INDEX public.uplinks_come_to_nothing ATTACH PARTITION public.uplinks_default_tenant_id_outcome_id_idx;

ALTER INDEX public.uplinks_of_space ATTACH PARTITION public.uplinks_default_tenant_id_space_id_id_idx;

CREATE TRIGGER alarms_listed_in AFTER INSERT ON public.alarms REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION public.count_listed();

CREATE TRIGGER alarms_listed_out AFTER DELETE ON public.alarms REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION public.count_listed();

CREATE TRIGGER api_keys_announced AFTER DELETE OR UPDATE OF name, role, scopes, allowed_ips, requests_per_minute, expires_at, revoked_at ON public.api_keys FOR EACH ROW EXECUTE FUNCTION public.announce_access('key', 'public_id');

CREATE TRIGGER audit_log_chained BEFORE INSERT ON public.audit_log FOR EACH ROW EXECUTE FUNCTION public.chain_audit_entry();

CREATE TRIGGER device_assignments_mark_lamps AFTER INSERT ON public.device_assignments REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION public.mark_lamps_of_assignments();

CREATE TRIGGER device_assignments_mark_lamps_anew AFTER UPDATE ON public.device_assignments REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION public.mark_lamps_of_assignments();

CREATE TRIGGER device_models_mark_lamps AFTER UPDATE ON public.device_models REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION public.mark_lamps_of_models();

CREATE TRIGGER devices_counted_anew AFTER UPDATE ON public.devices REFERENCING OLD TABLE AS removed NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION public.count_living_towards_limit('devices', 'archived_at');

CREATE TRIGGER devices_counted_in AFTER INSERT ON public.devices REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION public.count_living_towards_limit('devices', 'archived_at');

CREATE TRIGGER devices_counted_out AFTER DELETE ON public.devices REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION public.count_living_towards_limit('devices', 'archived_at');

CREATE TRIGGER devices_mark_lamps AFTER UPDATE ON public.devices REFERENCING OLD TABLE AS removed NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION public.mark_lamps_of_devices();

CREATE TRIGGER devices_watched AFTER UPDATE ON public.devices REFERENCING OLD TABLE AS removed NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION public.watch_devices();

CREATE TRIGGER devices_watched_anew AFTER INSERT ON public.devices REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION public.watch_added('device');

CREATE TRIGGER display_policies_mark_lamps AFTER INSERT ON public.display_policies REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION public.mark_lamps_of_policies();

CREATE TRIGGER display_policies_mark_lamps_anew AFTER UPDATE ON public.display_policies REFERENCING OLD TABLE AS removed NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION public.mark_lamps_of_policies();

CREATE TRIGGER display_policies_mark_lamps_out AFTER DELETE ON public.display_policies REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION public.mark_lamps_of_policies();

CREATE TRIGGER downlinks_listed_in AFTER INSERT ON public.downlinks REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION public.count_listed();

CREATE TRIGGER downlinks_listed_out AFTER DELETE ON public.downlinks REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION public.count_listed();

CREATE TRIGGER downlinks_story_trimmed BEFORE UPDATE OF story ON public.downlinks FOR EACH ROW WHEN ((jsonb_array_length(new.story) > 60)) EXECUTE FUNCTION public.trim_downlink_story();

CREATE TRIGGER events_announced AFTER INSERT ON public.events REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION public.announce_events();

CREATE TRIGGER gateways_counted_in AFTER INSERT ON public.gateways REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION public.count_towards_limit('gateways');

CREATE TRIGGER gateways_counted_out AFTER DELETE ON public.gateways REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION public.count_towards_limit('gateways');

CREATE TRIGGER gateways_watched AFTER UPDATE ON public.gateways REFERENCING OLD TABLE AS removed NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION public.watch_gateways();

CREATE TRIGGER gateways_watched_anew AFTER INSERT ON public.gateways REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION public.watch_added('gateway');

CREATE TRIGGER gateways_watched_out AFTER DELETE ON public.gateways REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION public.watch_removed();

CREATE TRIGGER jobs_announced AFTER INSERT ON public.jobs FOR EACH STATEMENT EXECUTE FUNCTION public.announce_jobs();

CREATE TRIGGER lamps_listed_in AFTER INSERT ON public.lamps REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION public.count_listed();

CREATE TRIGGER lamps_listed_out AFTER DELETE ON public.lamps REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION public.count_listed();

CREATE TRIGGER levels_listed_in AFTER INSERT ON public.levels REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION public.count_listed();

CREATE TRIGGER levels_listed_out AFTER DELETE ON public.levels REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION public.count_listed();

CREATE TRIGGER memberships_announced AFTER INSERT OR DELETE OR UPDATE ON public.memberships FOR EACH ROW EXECUTE FUNCTION public.announce_access('user', 'user_id');

CREATE TRIGGER memberships_counted_in AFTER INSERT ON public.memberships REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION public.count_towards_limit('users');

CREATE TRIGGER memberships_counted_out AFTER DELETE ON public.memberships REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION public.count_towards_limit('users');

CREATE TRIGGER memberships_keep_an_owner AFTER DELETE OR UPDATE ON public.memberships FOR EACH ROW EXECUTE FUNCTION public.keep_an_owner();

CREATE TRIGGER overrides_mark_lamps AFTER INSERT ON public.overrides REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION public.mark_lamps_of_overrides();

CREATE TRIGGER overrides_mark_lamps_anew AFTER UPDATE ON public.overrides REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION public.mark_lamps_of_overrides();

CREATE TRIGGER overrides_mark_waitlist AFTER UPDATE ON public.overrides REFERENCING OLD TABLE AS removed NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION public.mark_waitlist_of_overrides();

CREATE TRIGGER reservations_address_changed AFTER UPDATE OF holder_email ON public.reservations FOR EACH ROW WHEN (((old.holder_email IS NOT NULL) AND (new.holder_email IS NOT NULL) AND (new.holder_key IS DISTINCT FROM old.holder_key))) EXECUTE FUNCTION public.forget_who_was_told();

CREATE TRIGGER reservations_address_gone AFTER UPDATE OF holder_email ON public.reservations FOR EACH ROW WHEN (((old.holder_email IS NOT NULL) AND (new.holder_email IS NULL))) EXECUTE FUNCTION public.forget_who_was_told();

CREATE TRIGGER reservations_mark_lamps AFTER INSERT ON public.reservations REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION public.mark_lamps_of_reservations();

CREATE TRIGGER reservations_mark_lamps_anew AFTER UPDATE ON public.reservations REFERENCING OLD TABLE AS removed NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION public.mark_lamps_of_changed_reservations();

CREATE TRIGGER reservations_mark_waitlist AFTER UPDATE ON public.reservations REFERENCING OLD TABLE AS removed NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION public.mark_waitlist_of_reservations();

CREATE TRIGGER reservations_mark_waitlist_of_persons AFTER UPDATE ON public.reservations REFERENCING OLD TABLE AS removed NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION public.mark_waitlist_of_persons();

CREATE TRIGGER reservations_trespassed AFTER UPDATE ON public.reservations REFERENCING OLD TABLE AS removed NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION public.watch_trespass();

CREATE TRIGGER sessions_announced AFTER DELETE OR UPDATE OF ended_at, selected_tenant_id, acting_until ON public.sessions FOR EACH ROW EXECUTE FUNCTION public.announce_access('session', 'id');

CREATE TRIGGER sites_counted_anew AFTER UPDATE ON public.sites REFERENCING OLD TABLE AS removed NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION public.count_living_towards_limit('sites', 'deleted_at');

CREATE TRIGGER sites_counted_in AFTER INSERT ON public.sites REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION public.count_living_towards_limit('sites', 'deleted_at');

CREATE TRIGGER sites_counted_out AFTER DELETE ON public.sites REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION public.count_living_towards_limit('sites', 'deleted_at');

CREATE TRIGGER sites_mark_lamps AFTER UPDATE ON public.sites REFERENCING OLD TABLE AS removed NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION public.mark_lamps_of_sites();

CREATE TRIGGER spaces_counted_anew AFTER UPDATE ON public.spaces REFERENCING OLD TABLE AS removed NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION public.count_living_towards_limit('spaces', 'deleted_at');

CREATE TRIGGER spaces_counted_in AFTER INSERT ON public.spaces REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION public.count_living_towards_limit('spaces', 'deleted_at');

CREATE TRIGGER spaces_counted_out AFTER DELETE ON public.spaces REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION public.count_living_towards_limit('spaces', 'deleted_at');

CREATE TRIGGER spaces_mark_lamps AFTER UPDATE ON public.spaces REFERENCING OLD TABLE AS removed NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION public.mark_lamps_of_spaces();

CREATE TRIGGER spaces_watched AFTER UPDATE ON public.spaces REFERENCING OLD TABLE AS removed NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION public.watch_spaces();

CREATE TRIGGER tenants_announced AFTER DELETE OR UPDATE OF status, tier, requests_per_minute, name, slug, features ON public.tenants FOR EACH ROW EXECUTE FUNCTION public.announce_access('tenant', 'id');

CREATE TRIGGER users_announced AFTER DELETE OR UPDATE OF is_active, name, language, theme ON public.users FOR EACH ROW EXECUTE FUNCTION public.announce_access('user', 'id');

CREATE TRIGGER webhook_secrets_announced AFTER INSERT OR DELETE OR UPDATE OF expires_at, revoked_at, sealed_secret ON public.webhook_secrets FOR EACH ROW EXECUTE FUNCTION public.announce_access('signer', 'tenant_id');

CREATE TRIGGER zones_listed_in AFTER INSERT ON public.zones REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION public.count_listed();

CREATE TRIGGER zones_listed_out AFTER DELETE ON public.zones REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION public.count_listed();

ALTER TABLE ONLY public.account_tokens
    ADD CONSTRAINT account_tokens_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.alarm_comments
    ADD CONSTRAINT alarm_comments_alarm_fkey FOREIGN KEY (tenant_id, alarm_id) REFERENCES public.alarms(tenant_id, id) ON DELETE CASCADE;

ALTER TABLE ONLY public.alarm_recipients
    ADD CONSTRAINT alarm_recipients_member_fkey FOREIGN KEY (tenant_id, user_id) REFERENCES public.memberships(tenant_id, user_id) ON DELETE CASCADE;

ALTER TABLE ONLY public.alarm_recipients
    ADD CONSTRAINT alarm_recipients_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenants(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.alarm_rules
    ADD CONSTRAINT alarm_rules_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenants(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.alarm_watches
    ADD CONSTRAINT alarm_watches_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenants(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.alarms
    ADD CONSTRAINT alarms_parent_fkey FOREIGN KEY (tenant_id, parent_id) REFERENCES public.alarms(tenant_id, id) ON DELETE SET NULL (parent_id);

ALTER TABLE ONLY public.alarms
    ADD CONSTRAINT alarms_site_fkey FOREIGN KEY (tenant_id, site_id) REFERENCES public.sites(tenant_id, id);

ALTER TABLE ONLY public.alarms
    ADD CONSTRAINT alarms_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenants(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.api_keys
    ADD CONSTRAINT api_keys_created_by_fkey FOREIGN KEY (created_by) REFERENCES public.users(id) ON DELETE SET NULL;

ALTER TABLE ONLY public.api_keys
    ADD CONSTRAINT api_keys_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenants(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.applications
    ADD CONSTRAINT applications_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenants(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.calendar_feeds
    ADD CONSTRAINT calendar_feeds_member_fkey FOREIGN KEY (tenant_id, user_id) REFERENCES public.memberships(tenant_id, user_id) ON DELETE CASCADE;

ALTER TABLE ONLY public.calendar_feeds
    ADD CONSTRAINT calendar_feeds_site_fkey FOREIGN KEY (tenant_id, site_id) REFERENCES public.sites(tenant_id, id) ON DELETE CASCADE;

ALTER TABLE ONLY public.calendar_feeds
    ADD CONSTRAINT calendar_feeds_space_fkey FOREIGN KEY (tenant_id, space_id) REFERENCES public.spaces(tenant_id, id) ON DELETE CASCADE;

ALTER TABLE ONLY public.calendar_feeds
    ADD CONSTRAINT calendar_feeds_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenants(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.chirpstack_items
    ADD CONSTRAINT chirpstack_items_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenants(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.chirpstack_links
    ADD CONSTRAINT chirpstack_links_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenants(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.chirpstack_runs
    ADD CONSTRAINT chirpstack_runs_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenants(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.closures
    ADD CONSTRAINT closures_site_fkey FOREIGN KEY (tenant_id, site_id) REFERENCES public.sites(tenant_id, id) ON DELETE CASCADE;

ALTER TABLE ONLY public.closures
    ADD CONSTRAINT closures_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenants(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.device_assignments
    ADD CONSTRAINT device_assignments_device_fkey FOREIGN KEY (tenant_id, device_id) REFERENCES public.devices(tenant_id, id);

ALTER TABLE ONLY public.device_assignments
    ADD CONSTRAINT device_assignments_space_fkey FOREIGN KEY (tenant_id, space_id) REFERENCES public.spaces(tenant_id, id);

ALTER TABLE ONLY public.device_models
    ADD CONSTRAINT device_models_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenants(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.devices
    ADD CONSTRAINT devices_own_model_fkey FOREIGN KEY (tenant_id, own_model_id) REFERENCES public.device_models(tenant_id, id);

ALTER TABLE ONLY public.devices
    ADD CONSTRAINT devices_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenants(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.display_policies
    ADD CONSTRAINT display_policies_site_fkey FOREIGN KEY (tenant_id, site_id) REFERENCES public.sites(tenant_id, id) ON DELETE CASCADE;

ALTER TABLE ONLY public.display_policies
    ADD CONSTRAINT display_policies_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenants(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.downlinks
    ADD CONSTRAINT downlinks_device_fkey FOREIGN KEY (tenant_id, device_id) REFERENCES public.devices(tenant_id, id) ON DELETE CASCADE;

ALTER TABLE ONLY public.gateways
    ADD CONSTRAINT gateways_site_fkey FOREIGN KEY (tenant_id, site_id) REFERENCES public.sites(tenant_id, id);

ALTER TABLE ONLY public.gateways
    ADD CONSTRAINT gateways_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenants(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.idempotency_keys
    ADD CONSTRAINT idempotency_keys_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenants(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.import_rows
    ADD CONSTRAINT import_rows_import_fkey FOREIGN KEY (tenant_id, import_id) REFERENCES public.imports(tenant_id, id) ON DELETE CASCADE;

ALTER TABLE ONLY public.imports
    ADD CONSTRAINT imports_site_fkey FOREIGN KEY (tenant_id, site_id) REFERENCES public.sites(tenant_id, id);

ALTER TABLE ONLY public.imports
    ADD CONSTRAINT imports_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenants(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.invitations
    ADD CONSTRAINT invitations_invited_by_fkey FOREIGN KEY (invited_by) REFERENCES public.users(id) ON DELETE SET NULL;

ALTER TABLE ONLY public.invitations
    ADD CONSTRAINT invitations_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenants(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.jobs
    ADD CONSTRAINT jobs_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenants(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.lamps
    ADD CONSTRAINT lamps_device_fkey FOREIGN KEY (tenant_id, id) REFERENCES public.devices(tenant_id, id) ON DELETE CASCADE;

ALTER TABLE ONLY public.levels
    ADD CONSTRAINT levels_site_fkey FOREIGN KEY (tenant_id, site_id) REFERENCES public.sites(tenant_id, id) ON DELETE CASCADE;

ALTER TABLE ONLY public.lifecycle_changes
    ADD CONSTRAINT lifecycle_changes_device_fkey FOREIGN KEY (tenant_id, device_id) REFERENCES public.devices(tenant_id, id) ON DELETE CASCADE;

ALTER TABLE ONLY public.list_totals
    ADD CONSTRAINT list_totals_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenants(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.live_tickets
    ADD CONSTRAINT live_tickets_key_fkey FOREIGN KEY (tenant_id, key_id) REFERENCES public.api_keys(tenant_id, id) ON DELETE CASCADE;

ALTER TABLE ONLY public.live_tickets
    ADD CONSTRAINT live_tickets_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenants(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.memberships
    ADD CONSTRAINT memberships_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenants(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.memberships
    ADD CONSTRAINT memberships_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.orphan_devices
    ADD CONSTRAINT orphan_devices_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenants(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.overrides
    ADD CONSTRAINT overrides_closure_fkey FOREIGN KEY (tenant_id, closure_id) REFERENCES public.closures(tenant_id, id) ON DELETE CASCADE;

ALTER TABLE ONLY public.overrides
    ADD CONSTRAINT overrides_space_fkey FOREIGN KEY (tenant_id, space_id) REFERENCES public.spaces(tenant_id, id) ON DELETE CASCADE;

ALTER TABLE ONLY public.plans
    ADD CONSTRAINT plans_level_fkey FOREIGN KEY (tenant_id, level_id) REFERENCES public.levels(tenant_id, id) ON DELETE CASCADE;

ALTER TABLE ONLY public.refresh_tokens
    ADD CONSTRAINT refresh_tokens_session_id_fkey FOREIGN KEY (session_id) REFERENCES public.sessions(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.reservation_changes
    ADD CONSTRAINT reservation_changes_reservation_fkey FOREIGN KEY (tenant_id, reservation_id) REFERENCES public.reservations(tenant_id, id) ON DELETE CASCADE;

ALTER TABLE ONLY public.reservation_letters
    ADD CONSTRAINT reservation_letters_reservation_fkey FOREIGN KEY (tenant_id, reservation_id) REFERENCES public.reservations(tenant_id, id) ON DELETE CASCADE;

ALTER TABLE ONLY public.reservation_partings
    ADD CONSTRAINT reservation_partings_reservation_fkey FOREIGN KEY (tenant_id, reservation_id) REFERENCES public.reservations(tenant_id, id) ON DELETE CASCADE;

ALTER TABLE ONLY public.reservation_series
    ADD CONSTRAINT reservation_series_space_fkey FOREIGN KEY (tenant_id, space_id) REFERENCES public.spaces(tenant_id, id) ON DELETE CASCADE;

ALTER TABLE ONLY public.reservation_series
    ADD CONSTRAINT reservation_series_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenants(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.reservation_terms
    ADD CONSTRAINT reservation_terms_site_fkey FOREIGN KEY (tenant_id, site_id) REFERENCES public.sites(tenant_id, id) ON DELETE CASCADE;

ALTER TABLE ONLY public.reservation_terms
    ADD CONSTRAINT reservation_terms_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenants(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.reservations
    ADD CONSTRAINT reservations_series_fkey FOREIGN KEY (tenant_id, series_id) REFERENCES public.reservation_series(tenant_id, id) ON DELETE CASCADE;

ALTER TABLE ONLY public.reservations
    ADD CONSTRAINT reservations_space_fkey FOREIGN KEY (tenant_id, space_id) REFERENCES public.spaces(tenant_id, id) ON DELETE CASCADE;

ALTER TABLE ONLY public.sessions
    ADD CONSTRAINT sessions_selected_tenant_id_fkey FOREIGN KEY (selected_tenant_id) REFERENCES public.tenants(id) ON DELETE SET NULL;

ALTER TABLE ONLY public.sessions
    ADD CONSTRAINT sessions_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.sites
    ADD CONSTRAINT sites_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenants(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.spaces
    ADD CONSTRAINT spaces_level_fkey FOREIGN KEY (tenant_id, site_id, level_id) REFERENCES public.levels(tenant_id, site_id, id);

ALTER TABLE ONLY public.spaces
    ADD CONSTRAINT spaces_site_fkey FOREIGN KEY (tenant_id, site_id) REFERENCES public.sites(tenant_id, id);

ALTER TABLE ONLY public.spaces
    ADD CONSTRAINT spaces_zone_fkey FOREIGN KEY (tenant_id, site_id, zone_id) REFERENCES public.zones(tenant_id, site_id, id);

ALTER TABLE ONLY public.state_changes
    ADD CONSTRAINT state_changes_space_fkey FOREIGN KEY (tenant_id, space_id) REFERENCES public.spaces(tenant_id, id) ON DELETE CASCADE;

ALTER TABLE ONLY public.tenant_usage
    ADD CONSTRAINT tenant_usage_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenants(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.waitlist_entries
    ADD CONSTRAINT waitlist_entries_level_fkey FOREIGN KEY (tenant_id, level_id) REFERENCES public.levels(tenant_id, id) ON DELETE SET NULL (level_id);

ALTER TABLE ONLY public.waitlist_entries
    ADD CONSTRAINT waitlist_entries_reservation_fkey FOREIGN KEY (tenant_id, reservation_id) REFERENCES public.reservations(tenant_id, id) ON DELETE CASCADE;

ALTER TABLE ONLY public.waitlist_entries
    ADD CONSTRAINT waitlist_entries_site_fkey FOREIGN KEY (tenant_id, site_id) REFERENCES public.sites(tenant_id, id) ON DELETE CASCADE;

ALTER TABLE ONLY public.waitlist_entries
    ADD CONSTRAINT waitlist_entries_space_fkey FOREIGN KEY (tenant_id, space_id) REFERENCES public.spaces(tenant_id, id) ON DELETE CASCADE;

ALTER TABLE ONLY public.waitlist_entries
    ADD CONSTRAINT waitlist_entries_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenants(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.waitlist_entries
    ADD CONSTRAINT waitlist_entries_zone_fkey FOREIGN KEY (tenant_id, zone_id) REFERENCES public.zones(tenant_id, id) ON DELETE SET NULL (zone_id);

ALTER TABLE ONLY public.webhook_deliveries
    ADD CONSTRAINT webhook_deliveries_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenants(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.webhook_deliveries
    ADD CONSTRAINT webhook_deliveries_webhook_fkey FOREIGN KEY (tenant_id, webhook_id) REFERENCES public.webhooks(tenant_id, id);

ALTER TABLE ONLY public.webhook_secrets
    ADD CONSTRAINT webhook_secrets_created_by_fkey FOREIGN KEY (created_by) REFERENCES public.users(id) ON DELETE SET NULL;

ALTER TABLE ONLY public.webhook_secrets
    ADD CONSTRAINT webhook_secrets_rotated_from_fkey FOREIGN KEY (tenant_id, rotated_from) REFERENCES public.webhook_secrets(tenant_id, id);

ALTER TABLE ONLY public.webhook_secrets
    ADD CONSTRAINT webhook_secrets_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenants(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.webhooks
    ADD CONSTRAINT webhooks_created_by_fkey FOREIGN KEY (created_by) REFERENCES public.users(id) ON DELETE SET NULL;

ALTER TABLE ONLY public.webhooks
    ADD CONSTRAINT webhooks_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenants(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.zones
    ADD CONSTRAINT zones_site_fkey FOREIGN KEY (tenant_id, site_id) REFERENCES public.sites(tenant_id, id) ON DELETE CASCADE;

ALTER TABLE public.account_tokens ENABLE ROW LEVEL SECURITY;

CREATE POLICY account_tokens_worker ON public.account_tokens TO parking_worker USING (true) WITH CHECK (true);

ALTER TABLE public.alarm_clock ENABLE ROW LEVEL SECURITY;

CREATE POLICY alarm_clock_worker ON public.alarm_clock TO parking_worker USING (true) WITH CHECK (true);

ALTER TABLE public.alarm_comments ENABLE ROW LEVEL SECURITY;

CREATE POLICY alarm_comments_own ON public.alarm_comments TO parking_tenant USING ((tenant_id = ( SELECT public.current_tenant_id() AS current_tenant_id))) WITH CHECK ((tenant_id = ( SELECT public.current_tenant_id() AS current_tenant_id)));

CREATE POLICY alarm_comments_platform ON public.alarm_comments FOR SELECT TO parking_platform USING (true);

CREATE POLICY alarm_comments_worker ON public.alarm_comments TO parking_worker USING (true) WITH CHECK (true);

ALTER TABLE public.alarm_recipients ENABLE ROW LEVEL SECURITY;

CREATE POLICY alarm_recipients_own ON public.alarm_recipients TO parking_tenant USING ((tenant_id = ( SELECT public.current_tenant_id() AS current_tenant_id))) WITH CHECK ((tenant_id = ( SELECT public.current_tenant_id() AS current_tenant_id)));

CREATE POLICY alarm_recipients_platform ON public.alarm_recipients FOR SELECT TO parking_platform USING (true);

CREATE POLICY alarm_recipients_worker ON public.alarm_recipients TO parking_worker USING (true) WITH CHECK (true);

ALTER TABLE public.alarm_rules ENABLE ROW LEVEL SECURITY;

CREATE POLICY alarm_rules_own ON public.alarm_rules TO parking_tenant USING ((tenant_id = ( SELECT public.current_tenant_id() AS current_tenant_id))) WITH CHECK ((tenant_id = ( SELECT public.current_tenant_id() AS current_tenant_id)));

CREATE POLICY alarm_rules_platform ON public.alarm_rules FOR SELECT TO parking_platform USING (true);

CREATE POLICY alarm_rules_worker ON public.alarm_rules TO parking_worker USING (true) WITH CHECK (true);

ALTER TABLE public.alarm_watches ENABLE ROW LEVEL SECURITY;

CREATE POLICY alarm_watches_own ON public.alarm_watches TO parking_tenant USING ((tenant_id = ( SELECT public.current_tenant_id() AS current_tenant_id))) WITH CHECK ((tenant_id = ( SELECT public.current_tenant_id() AS current_tenant_id)));

CREATE POLICY alarm_watches_platform ON public.alarm_watches FOR SELECT TO parking_platform USING (true);

CREATE POLICY alarm_watches_worker ON public.alarm_watches TO parking_worker USING (true) WITH CHECK (true);

ALTER TABLE public.alarms ENABLE ROW LEVEL SECURITY;

CREATE POLICY alarms_own ON public.alarms TO parking_tenant USING ((tenant_id = ( SELECT public.current_tenant_id() AS current_tenant_id))) WITH CHECK ((tenant_id = ( SELECT public.current_tenant_id() AS current_tenant_id)));

CREATE POLICY alarms_platform ON public.alarms FOR SELECT TO parking_platform USING (true);

CREATE POLICY alarms_worker ON public.alarms TO parking_worker USING (true) WITH CHECK (true);

ALTER TABLE public.api_keys ENABLE ROW LEVEL SECURITY;

CREATE POLICY api_keys_own ON public.api_keys TO parking_tenant USING ((tenant_id = ( SELECT public.current_tenant_id() AS current_tenant_id))) WITH CHECK ((tenant_id = ( SELECT public.current_tenant_id() AS current_tenant_id)));

CREATE POLICY api_keys_platform ON public.api_keys FOR SELECT TO parking_platform USING (true);

CREATE POLICY api_keys_worker ON public.api_keys TO parking_worker USING (true) WITH CHECK (true);

ALTER TABLE public.applications ENABLE ROW LEVEL SECURITY;

CREATE POLICY applications_own ON public.applications FOR SELECT TO parking_tenant USING ((tenant_id = ( SELECT public.current_tenant_id() AS current_tenant_id)));

CREATE POLICY applications_owner ON public.applications TO parking_owner USING (true) WITH CHECK (true);

CREATE POLICY applications_platform ON public.applications FOR SELECT TO parking_platform USING (true);

CREATE POLICY applications_worker ON public.applications TO parking_worker USING (true) WITH CHECK (true);

ALTER TABLE public.audit_heads ENABLE ROW LEVEL SECURITY;

CREATE POLICY audit_heads_own ON public.audit_heads FOR SELECT TO parking_tenant USING ((tenant_id = ( SELECT public.current_tenant_id() AS current_tenant_id)));

CREATE POLICY audit_heads_owner ON public.audit_heads TO parking_owner USING (true) WITH CHECK (true);

CREATE POLICY audit_heads_worker ON public.audit_heads FOR SELECT TO parking_worker USING (true);

ALTER TABLE public.audit_log ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.audit_log_default ENABLE ROW LEVEL SECURITY;

CREATE POLICY audit_log_default_owner ON public.audit_log_default TO parking_owner USING (true) WITH CHECK (true);

CREATE POLICY audit_log_own ON public.audit_log TO parking_tenant USING ((tenant_id = ( SELECT public.current_tenant_id() AS current_tenant_id))) WITH CHECK ((tenant_id = ( SELECT public.current_tenant_id() AS current_tenant_id)));

CREATE POLICY audit_log_owner ON public.audit_log FOR SELECT TO parking_owner USING (true);

CREATE POLICY audit_log_platform ON public.audit_log FOR SELECT TO parking_platform USING (true);

CREATE POLICY audit_log_platform_appends ON public.audit_log FOR INSERT TO parking_platform WITH CHECK (true);

CREATE POLICY audit_log_worker ON public.audit_log TO parking_worker USING (true) WITH CHECK (true);

ALTER TABLE public.calendar_feeds ENABLE ROW LEVEL SECURITY;

CREATE POLICY calendar_feeds_own ON public.calendar_feeds TO parking_tenant USING ((tenant_id = ( SELECT public.current_tenant_id() AS current_tenant_id))) WITH CHECK ((tenant_id = ( SELECT public.current_tenant_id() AS current_tenant_id)));

CREATE POLICY calendar_feeds_worker ON public.calendar_feeds TO parking_worker USING (true) WITH CHECK (true);

ALTER TABLE public.chirpstack_items ENABLE ROW LEVEL SECURITY;

CREATE POLICY chirpstack_items_own ON public.chirpstack_items TO parking_tenant USING ((tenant_id = ( SELECT public.current_tenant_id() AS current_tenant_id))) WITH CHECK ((tenant_id = ( SELECT public.current_tenant_id() AS current_tenant_id)));

CREATE POLICY chirpstack_items_platform ON public.chirpstack_items FOR SELECT TO parking_platform USING (true);

CREATE POLICY chirpstack_items_worker ON public.chirpstack_items TO parking_worker USING (true) WITH CHECK (true);

ALTER TABLE public.chirpstack_links ENABLE ROW LEVEL SECURITY;

CREATE POLICY chirpstack_links_own ON public.chirpstack_links TO parking_tenant USING ((tenant_id = ( SELECT public.current_tenant_id() AS current_tenant_id))) WITH CHECK ((tenant_id = ( SELECT public.current_tenant_id() AS current_tenant_id)));

CREATE POLICY chirpstack_links_platform ON public.chirpstack_links FOR SELECT TO parking_platform USING (true);

CREATE POLICY chirpstack_links_worker ON public.chirpstack_links TO parking_worker USING (true) WITH CHECK (true);

ALTER TABLE public.chirpstack_runs ENABLE ROW LEVEL SECURITY;

CREATE POLICY chirpstack_runs_own ON public.chirpstack_runs TO parking_tenant USING ((tenant_id = ( SELECT public.current_tenant_id() AS current_tenant_id))) WITH CHECK ((tenant_id = ( SELECT public.current_tenant_id() AS current_tenant_id)));

CREATE POLICY chirpstack_runs_platform ON public.chirpstack_runs FOR SELECT TO parking_platform USING (true);

CREATE POLICY chirpstack_runs_worker ON public.chirpstack_runs TO parking_worker USING (true) WITH CHECK (true);

ALTER TABLE public.closures ENABLE ROW LEVEL SECURITY;

CREATE POLICY closures_own ON public.closures TO parking_tenant USING ((tenant_id = ( SELECT public.current_tenant_id() AS current_tenant_id))) WITH CHECK ((tenant_id = ( SELECT public.current_tenant_id() AS current_tenant_id)));

CREATE POLICY closures_platform ON public.closures FOR SELECT TO parking_platform USING (true);

CREATE POLICY closures_worker ON public.closures TO parking_worker USING (true) WITH CHECK (true);

ALTER TABLE public.device_assignments ENABLE ROW LEVEL SECURITY;

CREATE POLICY device_assignments_own ON public.device_assignments TO parking_tenant USING ((tenant_id = ( SELECT public.current_tenant_id() AS current_tenant_id))) WITH CHECK ((tenant_id = ( SELECT public.current_tenant_id() AS current_tenant_id)));

CREATE POLICY device_assignments_platform ON public.device_assignments FOR SELECT TO parking_platform USING (true);

CREATE POLICY device_assignments_worker ON public.device_assignments TO parking_worker USING (true) WITH CHECK (true);

ALTER TABLE public.device_models ENABLE ROW LEVEL SECURITY;

CREATE POLICY device_models_own ON public.device_models TO parking_tenant USING ((tenant_id = ( SELECT public.current_tenant_id() AS current_tenant_id))) WITH CHECK ((tenant_id = ( SELECT public.current_tenant_id() AS current_tenant_id)));

CREATE POLICY device_models_platform ON public.device_models FOR SELECT TO parking_platform USING (true);

CREATE POLICY device_models_worker ON public.device_models TO parking_worker USING (true) WITH CHECK (true);

ALTER TABLE public.devices ENABLE ROW LEVEL SECURITY;

CREATE POLICY devices_own ON public.devices TO parking_tenant USING ((tenant_id = ( SELECT public.current_tenant_id() AS current_tenant_id))) WITH CHECK ((tenant_id = ( SELECT public.current_tenant_id() AS current_tenant_id)));

CREATE POLICY devices_platform ON public.devices FOR SELECT TO parking_platform USING (true);

CREATE POLICY devices_worker ON public.devices TO parking_worker USING (true) WITH CHECK (true);

ALTER TABLE public.display_policies ENABLE ROW LEVEL SECURITY;

CREATE POLICY display_policies_own ON public.display_policies TO parking_tenant USING ((tenant_id = ( SELECT public.current_tenant_id() AS current_tenant_id))) WITH CHECK ((tenant_id = ( SELECT public.current_tenant_id() AS current_tenant_id)));

CREATE POLICY display_policies_platform ON public.display_policies FOR SELECT TO parking_platform USING (true);

CREATE POLICY display_policies_worker ON public.display_policies TO parking_worker USING (true) WITH CHECK (true);

ALTER TABLE public.downlink_budgets ENABLE ROW LEVEL SECURITY;

CREATE POLICY downlink_budgets_worker ON public.downlink_budgets TO parking_worker USING (true) WITH CHECK (true);

ALTER TABLE public.downlinks ENABLE ROW LEVEL SECURITY;

CREATE POLICY downlinks_own ON public.downlinks TO parking_tenant USING ((tenant_id = ( SELECT public.current_tenant_id() AS current_tenant_id))) WITH CHECK ((tenant_id = ( SELECT public.current_tenant_id() AS current_tenant_id)));

CREATE POLICY downlinks_owner ON public.downlinks TO parking_owner USING (true) WITH CHECK (true);

CREATE POLICY downlinks_platform ON public.downlinks FOR SELECT TO parking_platform USING (true);

CREATE POLICY downlinks_worker ON public.downlinks TO parking_worker USING (true) WITH CHECK (true);

ALTER TABLE public.event_cursors ENABLE ROW LEVEL SECURITY;

CREATE POLICY event_cursors_owner ON public.event_cursors TO parking_owner USING (true) WITH CHECK (true);

CREATE POLICY event_cursors_worker ON public.event_cursors TO parking_worker USING (true) WITH CHECK (true);

ALTER TABLE public.events ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.events_default ENABLE ROW LEVEL SECURITY;

CREATE POLICY events_default_owner ON public.events_default TO parking_owner USING (true) WITH CHECK (true);

CREATE POLICY events_own ON public.events TO parking_tenant USING ((tenant_id = ( SELECT public.current_tenant_id() AS current_tenant_id))) WITH CHECK ((tenant_id = ( SELECT public.current_tenant_id() AS current_tenant_id)));

CREATE POLICY events_owner ON public.events FOR SELECT TO parking_owner USING (true);

CREATE POLICY events_platform ON public.events FOR SELECT TO parking_platform USING (true);

CREATE POLICY events_platform_appends ON public.events FOR INSERT TO parking_platform WITH CHECK (true);

CREATE POLICY events_worker ON public.events TO parking_worker USING (true) WITH CHECK (true);

ALTER TABLE public.gateways ENABLE ROW LEVEL SECURITY;

CREATE POLICY gateways_own ON public.gateways TO parking_tenant USING ((tenant_id = ( SELECT public.current_tenant_id() AS current_tenant_id))) WITH CHECK ((tenant_id = ( SELECT public.current_tenant_id() AS current_tenant_id)));

CREATE POLICY gateways_platform ON public.gateways FOR SELECT TO parking_platform USING (true);

CREATE POLICY gateways_worker ON public.gateways TO parking_worker USING (true) WITH CHECK (true);

ALTER TABLE public.idempotency_keys ENABLE ROW LEVEL SECURITY;

CREATE POLICY idempotency_keys_own ON public.idempotency_keys TO parking_tenant USING ((tenant_id = ( SELECT public.current_tenant_id() AS current_tenant_id))) WITH CHECK ((tenant_id = ( SELECT public.current_tenant_id() AS current_tenant_id)));

CREATE POLICY idempotency_keys_platform ON public.idempotency_keys TO parking_platform USING ((tenant_id = '00000000-0000-0000-0000-000000000000'::uuid)) WITH CHECK ((tenant_id = '00000000-0000-0000-0000-000000000000'::uuid));

CREATE POLICY idempotency_keys_worker ON public.idempotency_keys TO parking_worker USING (true) WITH CHECK (true);

ALTER TABLE public.import_rows ENABLE ROW LEVEL SECURITY;

CREATE POLICY import_rows_own ON public.import_rows TO parking_tenant USING ((tenant_id = ( SELECT public.current_tenant_id() AS current_tenant_id))) WITH CHECK ((tenant_id = ( SELECT public.current_tenant_id() AS current_tenant_id)));

CREATE POLICY import_rows_platform ON public.import_rows FOR SELECT TO parking_platform USING (true);

CREATE POLICY import_rows_worker ON public.import_rows TO parking_worker USING (true) WITH CHECK (true);

ALTER TABLE public.imports ENABLE ROW LEVEL SECURITY;

CREATE POLICY imports_own ON public.imports TO parking_tenant USING ((tenant_id = ( SELECT public.current_tenant_id() AS current_tenant_id))) WITH CHECK ((tenant_id = ( SELECT public.current_tenant_id() AS current_tenant_id)));

CREATE POLICY imports_platform ON public.imports FOR SELECT TO parking_platform USING (true);

CREATE POLICY imports_worker ON public.imports TO parking_worker USING (true) WITH CHECK (true);

ALTER TABLE public.invitations ENABLE ROW LEVEL SECURITY;

CREATE POLICY invitations_own ON public.invitations TO parking_tenant USING ((tenant_id = ( SELECT public.current_tenant_id() AS current_tenant_id))) WITH CHECK ((tenant_id = ( SELECT public.current_tenant_id() AS current_tenant_id)));

CREATE POLICY invitations_platform ON public.invitations FOR SELECT TO parking_platform USING (true);

CREATE POLICY invitations_worker ON public.invitations TO parking_worker USING (true) WITH CHECK (true);

ALTER TABLE public.jobs ENABLE ROW LEVEL SECURITY;

CREATE POLICY jobs_own ON public.jobs TO parking_tenant USING ((tenant_id = ( SELECT public.current_tenant_id() AS current_tenant_id))) WITH CHECK ((tenant_id = ( SELECT public.current_tenant_id() AS current_tenant_id)));

CREATE POLICY jobs_platform ON public.jobs FOR SELECT TO parking_platform USING (true);

CREATE POLICY jobs_platform_enqueues ON public.jobs FOR INSERT TO parking_platform WITH CHECK (true);

CREATE POLICY jobs_worker ON public.jobs TO parking_worker USING (true) WITH CHECK (true);

ALTER TABLE public.lamp_marks ENABLE ROW LEVEL SECURITY;

CREATE POLICY lamp_marks_own ON public.lamp_marks TO parking_tenant USING ((tenant_id = ( SELECT public.current_tenant_id() AS current_tenant_id))) WITH CHECK ((tenant_id = ( SELECT public.current_tenant_id() AS current_tenant_id)));

CREATE POLICY lamp_marks_owner ON public.lamp_marks TO parking_owner USING (true) WITH CHECK (true);

CREATE POLICY lamp_marks_platform ON public.lamp_marks FOR SELECT TO parking_platform USING (true);

CREATE POLICY lamp_marks_worker ON public.lamp_marks TO parking_worker USING (true) WITH CHECK (true);

ALTER TABLE public.lamps ENABLE ROW LEVEL SECURITY;

CREATE POLICY lamps_own ON public.lamps TO parking_tenant USING ((tenant_id = ( SELECT public.current_tenant_id() AS current_tenant_id))) WITH CHECK ((tenant_id = ( SELECT public.current_tenant_id() AS current_tenant_id)));

CREATE POLICY lamps_owner ON public.lamps TO parking_owner USING (true) WITH CHECK (true);

CREATE POLICY lamps_platform ON public.lamps FOR SELECT TO parking_platform USING (true);

CREATE POLICY lamps_worker ON public.lamps TO parking_worker USING (true) WITH CHECK (true);

ALTER TABLE public.levels ENABLE ROW LEVEL SECURITY;

CREATE POLICY levels_own ON public.levels TO parking_tenant USING ((tenant_id = ( SELECT public.current_tenant_id() AS current_tenant_id))) WITH CHECK ((tenant_id = ( SELECT public.current_tenant_id() AS current_tenant_id)));

CREATE POLICY levels_platform ON public.levels FOR SELECT TO parking_platform USING (true);

CREATE POLICY levels_worker ON public.levels TO parking_worker USING (true) WITH CHECK (true);

ALTER TABLE public.lifecycle_changes ENABLE ROW LEVEL SECURITY;

CREATE POLICY lifecycle_changes_own ON public.lifecycle_changes TO parking_tenant USING ((tenant_id = ( SELECT public.current_tenant_id() AS current_tenant_id))) WITH CHECK ((tenant_id = ( SELECT public.current_tenant_id() AS current_tenant_id)));

CREATE POLICY lifecycle_changes_platform ON public.lifecycle_changes FOR SELECT TO parking_platform USING (true);

CREATE POLICY lifecycle_changes_worker ON public.lifecycle_changes TO parking_worker USING (true) WITH CHECK (true);

ALTER TABLE public.list_totals ENABLE ROW LEVEL SECURITY;

CREATE POLICY list_totals_own ON public.list_totals TO parking_tenant USING ((tenant_id = ( SELECT public.current_tenant_id() AS current_tenant_id))) WITH CHECK ((tenant_id = ( SELECT public.current_tenant_id() AS current_tenant_id)));

CREATE POLICY list_totals_platform ON public.list_totals FOR SELECT TO parking_platform USING (true);

CREATE POLICY list_totals_worker ON public.list_totals TO parking_worker USING (true) WITH CHECK (true);

ALTER TABLE public.live_tickets ENABLE ROW LEVEL SECURITY;

CREATE POLICY live_tickets_own ON public.live_tickets TO parking_tenant USING ((tenant_id = ( SELECT public.current_tenant_id() AS current_tenant_id))) WITH CHECK ((tenant_id = ( SELECT public.current_tenant_id() AS current_tenant_id)));

CREATE POLICY live_tickets_worker ON public.live_tickets TO parking_worker USING (true) WITH CHECK (true);

ALTER TABLE public.memberships ENABLE ROW LEVEL SECURITY;

CREATE POLICY memberships_own ON public.memberships TO parking_tenant USING ((tenant_id = ( SELECT public.current_tenant_id() AS current_tenant_id))) WITH CHECK ((tenant_id = ( SELECT public.current_tenant_id() AS current_tenant_id)));

CREATE POLICY memberships_platform ON public.memberships FOR SELECT TO parking_platform USING (true);

CREATE POLICY memberships_worker ON public.memberships TO parking_worker USING (true) WITH CHECK (true);

ALTER TABLE public.orphan_devices ENABLE ROW LEVEL SECURITY;

CREATE POLICY orphan_devices_own ON public.orphan_devices TO parking_tenant USING ((tenant_id = ( SELECT public.current_tenant_id() AS current_tenant_id))) WITH CHECK ((tenant_id = ( SELECT public.current_tenant_id() AS current_tenant_id)));

CREATE POLICY orphan_devices_platform ON public.orphan_devices FOR SELECT TO parking_platform USING (true);

CREATE POLICY orphan_devices_worker ON public.orphan_devices TO parking_worker USING (true) WITH CHECK (true);

ALTER TABLE public.overrides ENABLE ROW LEVEL SECURITY;

CREATE POLICY overrides_own ON public.overrides TO parking_tenant USING ((tenant_id = ( SELECT public.current_tenant_id() AS current_tenant_id))) WITH CHECK ((tenant_id = ( SELECT public.current_tenant_id() AS current_tenant_id)));

CREATE POLICY overrides_platform ON public.overrides FOR SELECT TO parking_platform USING (true);

CREATE POLICY overrides_worker ON public.overrides TO parking_worker USING (true) WITH CHECK (true);

ALTER TABLE public.plans ENABLE ROW LEVEL SECURITY;

CREATE POLICY plans_own ON public.plans TO parking_tenant USING ((tenant_id = ( SELECT public.current_tenant_id() AS current_tenant_id))) WITH CHECK ((tenant_id = ( SELECT public.current_tenant_id() AS current_tenant_id)));

CREATE POLICY plans_platform ON public.plans FOR SELECT TO parking_platform USING (true);

CREATE POLICY plans_worker ON public.plans TO parking_worker USING (true) WITH CHECK (true);

ALTER TABLE public.refresh_tokens ENABLE ROW LEVEL SECURITY;

CREATE POLICY refresh_tokens_worker ON public.refresh_tokens TO parking_worker USING (true) WITH CHECK (true);

ALTER TABLE public.registrations ENABLE ROW LEVEL SECURITY;

CREATE POLICY registrations_worker ON public.registrations TO parking_worker USING (true) WITH CHECK (true);

ALTER TABLE public.reservation_changes ENABLE ROW LEVEL SECURITY;

CREATE POLICY reservation_changes_own ON public.reservation_changes TO parking_tenant USING ((tenant_id = ( SELECT public.current_tenant_id() AS current_tenant_id))) WITH CHECK ((tenant_id = ( SELECT public.current_tenant_id() AS current_tenant_id)));

CREATE POLICY reservation_changes_platform ON public.reservation_changes FOR SELECT TO parking_platform USING (true);

CREATE POLICY reservation_changes_worker ON public.reservation_changes TO parking_worker USING (true) WITH CHECK (true);

ALTER TABLE public.reservation_letters ENABLE ROW LEVEL SECURITY;

CREATE POLICY reservation_letters_own ON public.reservation_letters TO parking_tenant USING ((tenant_id = ( SELECT public.current_tenant_id() AS current_tenant_id))) WITH CHECK ((tenant_id = ( SELECT public.current_tenant_id() AS current_tenant_id)));

CREATE POLICY reservation_letters_worker ON public.reservation_letters TO parking_worker USING (true) WITH CHECK (true);

ALTER TABLE public.reservation_partings ENABLE ROW LEVEL SECURITY;

CREATE POLICY reservation_partings_own ON public.reservation_partings TO parking_tenant USING ((tenant_id = ( SELECT public.current_tenant_id() AS current_tenant_id))) WITH CHECK ((tenant_id = ( SELECT public.current_tenant_id() AS current_tenant_id)));

CREATE POLICY reservation_partings_worker ON public.reservation_partings TO parking_worker USING (true) WITH CHECK (true);

ALTER TABLE public.reservation_series ENABLE ROW LEVEL SECURITY;

CREATE POLICY reservation_series_own ON public.reservation_series TO parking_tenant USING ((tenant_id = ( SELECT public.current_tenant_id() AS current_tenant_id))) WITH CHECK ((tenant_id = ( SELECT public.current_tenant_id() AS current_tenant_id)));

CREATE POLICY reservation_series_platform ON public.reservation_series FOR SELECT TO parking_platform USING (true);

CREATE POLICY reservation_series_worker ON public.reservation_series TO parking_worker USING (true) WITH CHECK (true);

ALTER TABLE public.reservation_terms ENABLE ROW LEVEL SECURITY;

CREATE POLICY reservation_terms_own ON public.reservation_terms TO parking_tenant USING ((tenant_id = ( SELECT public.current_tenant_id() AS current_tenant_id))) WITH CHECK ((tenant_id = ( SELECT public.current_tenant_id() AS current_tenant_id)));

CREATE POLICY reservation_terms_platform ON public.reservation_terms FOR SELECT TO parking_platform USING (true);

CREATE POLICY reservation_terms_worker ON public.reservation_terms TO parking_worker USING (true) WITH CHECK (true);

ALTER TABLE public.reservations ENABLE ROW LEVEL SECURITY;

CREATE POLICY reservations_own ON public.reservations TO parking_tenant USING ((tenant_id = ( SELECT public.current_tenant_id() AS current_tenant_id))) WITH CHECK ((tenant_id = ( SELECT public.current_tenant_id() AS current_tenant_id)));

CREATE POLICY reservations_platform ON public.reservations FOR SELECT TO parking_platform USING (true);

CREATE POLICY reservations_worker ON public.reservations TO parking_worker USING (true) WITH CHECK (true);

ALTER TABLE public.schedules ENABLE ROW LEVEL SECURITY;

CREATE POLICY schedules_worker ON public.schedules TO parking_worker USING (true) WITH CHECK (true);

ALTER TABLE public.sessions ENABLE ROW LEVEL SECURITY;

CREATE POLICY sessions_worker ON public.sessions TO parking_worker USING (true) WITH CHECK (true);

ALTER TABLE public.sites ENABLE ROW LEVEL SECURITY;

CREATE POLICY sites_own ON public.sites TO parking_tenant USING ((tenant_id = ( SELECT public.current_tenant_id() AS current_tenant_id))) WITH CHECK ((tenant_id = ( SELECT public.current_tenant_id() AS current_tenant_id)));

CREATE POLICY sites_platform ON public.sites FOR SELECT TO parking_platform USING (true);

CREATE POLICY sites_worker ON public.sites TO parking_worker USING (true) WITH CHECK (true);

ALTER TABLE public.spaces ENABLE ROW LEVEL SECURITY;

CREATE POLICY spaces_own ON public.spaces TO parking_tenant USING ((tenant_id = ( SELECT public.current_tenant_id() AS current_tenant_id))) WITH CHECK ((tenant_id = ( SELECT public.current_tenant_id() AS current_tenant_id)));

CREATE POLICY spaces_platform ON public.spaces FOR SELECT TO parking_platform USING (true);

CREATE POLICY spaces_worker ON public.spaces TO parking_worker USING (true) WITH CHECK (true);

ALTER TABLE public.state_changes ENABLE ROW LEVEL SECURITY;

CREATE POLICY state_changes_own ON public.state_changes TO parking_tenant USING ((tenant_id = ( SELECT public.current_tenant_id() AS current_tenant_id))) WITH CHECK ((tenant_id = ( SELECT public.current_tenant_id() AS current_tenant_id)));

CREATE POLICY state_changes_platform ON public.state_changes FOR SELECT TO parking_platform USING (true);

CREATE POLICY state_changes_worker ON public.state_changes TO parking_worker USING (true) WITH CHECK (true);

ALTER TABLE public.tenant_usage ENABLE ROW LEVEL SECURITY;

CREATE POLICY tenant_usage_own ON public.tenant_usage TO parking_tenant USING ((tenant_id = ( SELECT public.current_tenant_id() AS current_tenant_id))) WITH CHECK ((tenant_id = ( SELECT public.current_tenant_id() AS current_tenant_id)));

CREATE POLICY tenant_usage_platform ON public.tenant_usage TO parking_platform USING (true) WITH CHECK (true);

CREATE POLICY tenant_usage_worker ON public.tenant_usage TO parking_worker USING (true) WITH CHECK (true);

ALTER TABLE public.tenants ENABLE ROW LEVEL SECURITY;

CREATE POLICY tenants_own ON public.tenants TO parking_tenant USING ((id = ( SELECT public.current_tenant_id() AS current_tenant_id))) WITH CHECK ((id = ( SELECT public.current_tenant_id() AS current_tenant_id)));

CREATE POLICY tenants_platform ON public.tenants TO parking_platform USING (true) WITH CHECK (true);

CREATE POLICY tenants_worker ON public.tenants TO parking_worker USING (true) WITH CHECK (true);

ALTER TABLE public.uplink_keys ENABLE ROW LEVEL SECURITY;

CREATE POLICY uplink_keys_own ON public.uplink_keys FOR SELECT TO parking_tenant USING ((tenant_id = ( SELECT public.current_tenant_id() AS current_tenant_id)));

CREATE POLICY uplink_keys_owner ON public.uplink_keys FOR SELECT TO parking_owner USING (true);

CREATE POLICY uplink_keys_platform ON public.uplink_keys FOR SELECT TO parking_platform USING (true);

CREATE POLICY uplink_keys_worker ON public.uplink_keys TO parking_worker USING (true) WITH CHECK (true);

ALTER TABLE public.uplinks ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.uplinks_default ENABLE ROW LEVEL SECURITY;

CREATE POLICY uplinks_default_owner ON public.uplinks_default TO parking_owner USING (true) WITH CHECK (true);

CREATE POLICY uplinks_own ON public.uplinks FOR SELECT TO parking_tenant USING ((tenant_id = ( SELECT public.current_tenant_id() AS current_tenant_id)));

CREATE POLICY uplinks_owner ON public.uplinks TO parking_owner USING (true) WITH CHECK (true);

CREATE POLICY uplinks_platform ON public.uplinks FOR SELECT TO parking_platform USING (true);

CREATE POLICY uplinks_worker ON public.uplinks TO parking_worker USING (true) WITH CHECK (true);

ALTER TABLE public.users ENABLE ROW LEVEL SECURITY;

CREATE POLICY users_of_own_tenant ON public.users FOR SELECT TO parking_tenant USING ((EXISTS ( SELECT
   FROM public.memberships
  WHERE (memberships.user_id = users.id))));

CREATE POLICY users_platform ON public.users FOR SELECT TO parking_platform USING (true);

CREATE POLICY users_worker ON public.users TO parking_worker USING (true) WITH CHECK (true);

ALTER TABLE public.waitlist_entries ENABLE ROW LEVEL SECURITY;

CREATE POLICY waitlist_entries_own ON public.waitlist_entries TO parking_tenant USING ((tenant_id = ( SELECT public.current_tenant_id() AS current_tenant_id))) WITH CHECK ((tenant_id = ( SELECT public.current_tenant_id() AS current_tenant_id)));

CREATE POLICY waitlist_entries_platform ON public.waitlist_entries FOR SELECT TO parking_platform USING (true);

CREATE POLICY waitlist_entries_worker ON public.waitlist_entries TO parking_worker USING (true) WITH CHECK (true);

ALTER TABLE public.waitlist_marks ENABLE ROW LEVEL SECURITY;

CREATE POLICY waitlist_marks_own ON public.waitlist_marks TO parking_tenant USING ((tenant_id = ( SELECT public.current_tenant_id() AS current_tenant_id))) WITH CHECK ((tenant_id = ( SELECT public.current_tenant_id() AS current_tenant_id)));

CREATE POLICY waitlist_marks_worker ON public.waitlist_marks TO parking_worker USING (true) WITH CHECK (true);

ALTER TABLE public.webhook_deliveries ENABLE ROW LEVEL SECURITY;

CREATE POLICY webhook_deliveries_own ON public.webhook_deliveries TO parking_tenant USING ((tenant_id = ( SELECT public.current_tenant_id() AS current_tenant_id))) WITH CHECK ((tenant_id = ( SELECT public.current_tenant_id() AS current_tenant_id)));

CREATE POLICY webhook_deliveries_worker ON public.webhook_deliveries TO parking_worker USING (true) WITH CHECK (true);

ALTER TABLE public.webhook_secrets ENABLE ROW LEVEL SECURITY;

CREATE POLICY webhook_secrets_own ON public.webhook_secrets TO parking_tenant USING ((tenant_id = ( SELECT public.current_tenant_id() AS current_tenant_id))) WITH CHECK ((tenant_id = ( SELECT public.current_tenant_id() AS current_tenant_id)));

CREATE POLICY webhook_secrets_worker ON public.webhook_secrets TO parking_worker USING (true) WITH CHECK (true);

ALTER TABLE public.webhooks ENABLE ROW LEVEL SECURITY;

CREATE POLICY webhooks_own ON public.webhooks TO parking_tenant USING ((tenant_id = ( SELECT public.current_tenant_id() AS current_tenant_id))) WITH CHECK ((tenant_id = ( SELECT public.current_tenant_id() AS current_tenant_id)));

CREATE POLICY webhooks_worker ON public.webhooks TO parking_worker USING (true) WITH CHECK (true);

ALTER TABLE public.zones ENABLE ROW LEVEL SECURITY;

CREATE POLICY zones_own ON public.zones TO parking_tenant USING ((tenant_id = ( SELECT public.current_tenant_id() AS current_tenant_id))) WITH CHECK ((tenant_id = ( SELECT public.current_tenant_id() AS current_tenant_id)));

CREATE POLICY zones_platform ON public.zones FOR SELECT TO parking_platform USING (true);

CREATE POLICY zones_worker ON public.zones TO parking_worker USING (true) WITH CHECK (true);

GRANT ALL ON SCHEMA public TO parking_owner;

REVOKE ALL ON FUNCTION public.drop_partitions(parent text, before timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION public.drop_partitions(parent text, before timestamp with time zone) TO parking_worker;

REVOKE ALL ON FUNCTION public.ensure_partitions(parent text, around timestamp with time zone, months_ahead integer) FROM PUBLIC;
GRANT ALL ON FUNCTION public.ensure_partitions(parent text, around timestamp with time zone, months_ahead integer) TO parking_worker;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.account_tokens TO parking_worker;

GRANT SELECT,INSERT,UPDATE ON TABLE public.alarm_clock TO parking_worker;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.alarm_comments TO parking_tenant;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.alarm_comments TO parking_worker;
GRANT SELECT ON TABLE public.alarm_comments TO parking_platform;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.alarm_recipients TO parking_tenant;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.alarm_recipients TO parking_worker;
GRANT SELECT ON TABLE public.alarm_recipients TO parking_platform;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.alarm_rules TO parking_tenant;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.alarm_rules TO parking_worker;
GRANT SELECT ON TABLE public.alarm_rules TO parking_platform;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.alarm_watches TO parking_tenant;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.alarm_watches TO parking_worker;
GRANT SELECT ON TABLE public.alarm_watches TO parking_platform;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.alarms TO parking_tenant;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.alarms TO parking_worker;
GRANT SELECT ON TABLE public.alarms TO parking_platform;

GRANT SELECT,INSERT,UPDATE ON TABLE public.api_keys TO parking_tenant;
GRANT SELECT,DELETE ON TABLE public.api_keys TO parking_worker;

GRANT SELECT(tenant_id) ON TABLE public.api_keys TO parking_platform;

GRANT SELECT(id) ON TABLE public.api_keys TO parking_platform;

GRANT SELECT(name) ON TABLE public.api_keys TO parking_platform;

GRANT SELECT(role) ON TABLE public.api_keys TO parking_platform;

GRANT SELECT(scopes) ON TABLE public.api_keys TO parking_platform;

GRANT SELECT(expires_at) ON TABLE public.api_keys TO parking_platform;

GRANT SELECT(revoked_at) ON TABLE public.api_keys TO parking_platform;

GRANT SELECT(last_used_at) ON TABLE public.api_keys TO parking_platform;
GRANT UPDATE(last_used_at) ON TABLE public.api_keys TO parking_worker;

GRANT UPDATE(last_used_ip) ON TABLE public.api_keys TO parking_worker;

GRANT SELECT(created_at) ON TABLE public.api_keys TO parking_platform;

GRANT SELECT ON TABLE public.applications TO parking_tenant;
GRANT SELECT ON TABLE public.applications TO parking_platform;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.applications TO parking_worker;

GRANT SELECT ON TABLE public.audit_heads TO parking_tenant;
GRANT SELECT ON TABLE public.audit_heads TO parking_worker;

GRANT SELECT,INSERT ON TABLE public.audit_log TO parking_tenant;
GRANT SELECT,INSERT ON TABLE public.audit_log TO parking_platform;
GRANT SELECT,INSERT ON TABLE public.audit_log TO parking_worker;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.calendar_feeds TO parking_tenant;
GRANT SELECT,DELETE ON TABLE public.calendar_feeds TO parking_worker;

GRANT SELECT ON TABLE public.chirpstack_items TO parking_platform;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.chirpstack_items TO parking_worker;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.chirpstack_items TO parking_tenant;

GRANT SELECT ON TABLE public.chirpstack_links TO parking_platform;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.chirpstack_links TO parking_worker;
GRANT SELECT ON TABLE public.chirpstack_links TO parking_tenant;

GRANT UPDATE(gives) ON TABLE public.chirpstack_links TO parking_tenant;

GRANT UPDATE(profile_a) ON TABLE public.chirpstack_links TO parking_tenant;

GRANT UPDATE(profile_c) ON TABLE public.chirpstack_links TO parking_tenant;

GRANT UPDATE(profiles) ON TABLE public.chirpstack_links TO parking_tenant;

GRANT UPDATE(updated_at) ON TABLE public.chirpstack_links TO parking_tenant;

GRANT UPDATE(version) ON TABLE public.chirpstack_links TO parking_tenant;

GRANT SELECT ON TABLE public.chirpstack_runs TO parking_platform;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.chirpstack_runs TO parking_worker;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.chirpstack_runs TO parking_tenant;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.closures TO parking_tenant;
GRANT SELECT ON TABLE public.closures TO parking_platform;
GRANT SELECT,DELETE ON TABLE public.closures TO parking_worker;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.device_assignments TO parking_tenant;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.device_assignments TO parking_worker;
GRANT SELECT ON TABLE public.device_assignments TO parking_platform;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.device_models TO parking_tenant;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.device_models TO parking_worker;
GRANT SELECT ON TABLE public.device_models TO parking_platform;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.devices TO parking_tenant;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.devices TO parking_worker;
GRANT SELECT ON TABLE public.devices TO parking_platform;

GRANT SELECT ON TABLE public.display_devices TO parking_tenant;
GRANT SELECT ON TABLE public.display_devices TO parking_platform;
GRANT SELECT ON TABLE public.display_devices TO parking_worker;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.display_policies TO parking_tenant;
GRANT SELECT ON TABLE public.display_policies TO parking_platform;
GRANT SELECT,DELETE ON TABLE public.display_policies TO parking_worker;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.downlink_budgets TO parking_worker;

GRANT SELECT,INSERT,UPDATE ON TABLE public.downlinks TO parking_tenant;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.downlinks TO parking_worker;
GRANT SELECT ON TABLE public.downlinks TO parking_platform;

GRANT SELECT,UPDATE ON TABLE public.event_cursors TO parking_worker;

GRANT SELECT,INSERT ON TABLE public.events TO parking_tenant;
GRANT SELECT,INSERT ON TABLE public.events TO parking_platform;
GRANT SELECT,INSERT ON TABLE public.events TO parking_worker;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.gateways TO parking_tenant;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.gateways TO parking_worker;
GRANT SELECT ON TABLE public.gateways TO parking_platform;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.idempotency_keys TO parking_tenant;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.idempotency_keys TO parking_worker;
GRANT SELECT,INSERT,UPDATE ON TABLE public.idempotency_keys TO parking_platform;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.import_rows TO parking_tenant;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.import_rows TO parking_worker;
GRANT SELECT ON TABLE public.import_rows TO parking_platform;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.imports TO parking_tenant;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.imports TO parking_worker;
GRANT SELECT ON TABLE public.imports TO parking_platform;

GRANT SELECT,INSERT,UPDATE ON TABLE public.invitations TO parking_tenant;
GRANT SELECT ON TABLE public.invitations TO parking_platform;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.invitations TO parking_worker;

GRANT SELECT,INSERT ON TABLE public.jobs TO parking_tenant;
GRANT SELECT,INSERT ON TABLE public.jobs TO parking_platform;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.jobs TO parking_worker;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.lamp_marks TO parking_tenant;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.lamp_marks TO parking_worker;
GRANT SELECT ON TABLE public.lamp_marks TO parking_platform;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.lamps TO parking_tenant;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.lamps TO parking_worker;
GRANT SELECT ON TABLE public.lamps TO parking_platform;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.levels TO parking_tenant;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.levels TO parking_worker;
GRANT SELECT ON TABLE public.levels TO parking_platform;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.lifecycle_changes TO parking_tenant;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.lifecycle_changes TO parking_worker;
GRANT SELECT ON TABLE public.lifecycle_changes TO parking_platform;

GRANT SELECT,INSERT ON TABLE public.list_totals TO parking_tenant;
GRANT SELECT ON TABLE public.list_totals TO parking_platform;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.list_totals TO parking_worker;

GRANT UPDATE(total) ON TABLE public.list_totals TO parking_tenant;

GRANT SELECT,INSERT ON TABLE public.live_tickets TO parking_tenant;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.live_tickets TO parking_worker;

GRANT SELECT,DELETE ON TABLE public.memberships TO parking_tenant;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.memberships TO parking_worker;
GRANT SELECT ON TABLE public.memberships TO parking_platform;

GRANT UPDATE(role) ON TABLE public.memberships TO parking_tenant;

GRANT UPDATE(is_active) ON TABLE public.memberships TO parking_tenant;

GRANT UPDATE(updated_at) ON TABLE public.memberships TO parking_tenant;

GRANT UPDATE(version) ON TABLE public.memberships TO parking_tenant;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.orphan_devices TO parking_tenant;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.orphan_devices TO parking_worker;
GRANT SELECT ON TABLE public.orphan_devices TO parking_platform;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.overrides TO parking_tenant;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.overrides TO parking_worker;
GRANT SELECT ON TABLE public.overrides TO parking_platform;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.plans TO parking_tenant;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.plans TO parking_worker;
GRANT SELECT ON TABLE public.plans TO parking_platform;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.refresh_tokens TO parking_worker;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.registrations TO parking_worker;

GRANT SELECT,INSERT,UPDATE ON TABLE public.reservation_changes TO parking_tenant;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.reservation_changes TO parking_worker;
GRANT SELECT ON TABLE public.reservation_changes TO parking_platform;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.reservation_letters TO parking_tenant;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.reservation_letters TO parking_worker;

GRANT SELECT,INSERT,DELETE ON TABLE public.reservation_partings TO parking_tenant;
GRANT SELECT,INSERT,DELETE ON TABLE public.reservation_partings TO parking_worker;

GRANT SELECT,INSERT,UPDATE ON TABLE public.reservation_series TO parking_tenant;
GRANT SELECT,DELETE,UPDATE ON TABLE public.reservation_series TO parking_worker;
GRANT SELECT ON TABLE public.reservation_series TO parking_platform;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.reservation_terms TO parking_tenant;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.reservation_terms TO parking_worker;
GRANT SELECT ON TABLE public.reservation_terms TO parking_platform;

GRANT SELECT,INSERT,UPDATE ON TABLE public.reservations TO parking_tenant;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.reservations TO parking_worker;
GRANT SELECT ON TABLE public.reservations TO parking_platform;

GRANT SELECT,INSERT,UPDATE ON TABLE public.schedules TO parking_worker;

GRANT SELECT ON TABLE public.sensor_devices TO parking_tenant;
GRANT SELECT ON TABLE public.sensor_devices TO parking_platform;
GRANT SELECT ON TABLE public.sensor_devices TO parking_worker;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.sessions TO parking_worker;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.sites TO parking_tenant;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.sites TO parking_worker;
GRANT SELECT ON TABLE public.sites TO parking_platform;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.spaces TO parking_tenant;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.spaces TO parking_worker;
GRANT SELECT ON TABLE public.spaces TO parking_platform;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.state_changes TO parking_tenant;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.state_changes TO parking_worker;
GRANT SELECT ON TABLE public.state_changes TO parking_platform;

GRANT SELECT ON TABLE public.tenant_usage TO parking_tenant;
GRANT SELECT,INSERT,UPDATE ON TABLE public.tenant_usage TO parking_platform;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.tenant_usage TO parking_worker;

GRANT UPDATE(used) ON TABLE public.tenant_usage TO parking_tenant;

GRANT SELECT ON TABLE public.tenants TO parking_tenant;
GRANT SELECT,INSERT,UPDATE ON TABLE public.tenants TO parking_platform;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.tenants TO parking_worker;

GRANT UPDATE(name) ON TABLE public.tenants TO parking_tenant;

GRANT UPDATE(settings) ON TABLE public.tenants TO parking_tenant;

GRANT UPDATE(exported_at) ON TABLE public.tenants TO parking_tenant;

GRANT UPDATE(updated_at) ON TABLE public.tenants TO parking_tenant;

GRANT UPDATE(version) ON TABLE public.tenants TO parking_tenant;

GRANT SELECT ON TABLE public.uplink_keys TO parking_tenant;
GRANT SELECT ON TABLE public.uplink_keys TO parking_platform;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.uplink_keys TO parking_worker;

GRANT SELECT ON TABLE public.uplinks TO parking_tenant;
GRANT SELECT ON TABLE public.uplinks TO parking_platform;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.uplinks TO parking_worker;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.users TO parking_worker;

GRANT SELECT(id) ON TABLE public.users TO parking_tenant;
GRANT SELECT(id) ON TABLE public.users TO parking_platform;

GRANT SELECT(email) ON TABLE public.users TO parking_tenant;
GRANT SELECT(email) ON TABLE public.users TO parking_platform;

GRANT SELECT(email_key) ON TABLE public.users TO parking_tenant;
GRANT SELECT(email_key) ON TABLE public.users TO parking_platform;

GRANT SELECT(name) ON TABLE public.users TO parking_tenant;
GRANT SELECT(name) ON TABLE public.users TO parking_platform;

GRANT SELECT(language) ON TABLE public.users TO parking_tenant;
GRANT SELECT(language) ON TABLE public.users TO parking_platform;

GRANT SELECT(theme) ON TABLE public.users TO parking_tenant;
GRANT SELECT(theme) ON TABLE public.users TO parking_platform;

GRANT SELECT(is_active) ON TABLE public.users TO parking_tenant;
GRANT SELECT(is_active) ON TABLE public.users TO parking_platform;

GRANT SELECT(email_verified_at) ON TABLE public.users TO parking_tenant;
GRANT SELECT(email_verified_at) ON TABLE public.users TO parking_platform;

GRANT SELECT(last_login_at) ON TABLE public.users TO parking_tenant;
GRANT SELECT(last_login_at) ON TABLE public.users TO parking_platform;

GRANT SELECT(created_at) ON TABLE public.users TO parking_tenant;
GRANT SELECT(created_at) ON TABLE public.users TO parking_platform;

GRANT SELECT(updated_at) ON TABLE public.users TO parking_tenant;
GRANT SELECT(updated_at) ON TABLE public.users TO parking_platform;

GRANT SELECT(version) ON TABLE public.users TO parking_tenant;
GRANT SELECT(version) ON TABLE public.users TO parking_platform;

GRANT SELECT ON TABLE public.waitlist_entries TO parking_platform;
GRANT SELECT,INSERT,UPDATE ON TABLE public.waitlist_entries TO parking_tenant;
GRANT SELECT,DELETE,UPDATE ON TABLE public.waitlist_entries TO parking_worker;

GRANT SELECT,INSERT ON TABLE public.waitlist_marks TO parking_tenant;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.waitlist_marks TO parking_worker;

GRANT SELECT,INSERT,UPDATE ON TABLE public.webhook_deliveries TO parking_tenant;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.webhook_deliveries TO parking_worker;

GRANT SELECT,INSERT,UPDATE ON TABLE public.webhook_secrets TO parking_tenant;
GRANT SELECT,DELETE ON TABLE public.webhook_secrets TO parking_worker;

GRANT UPDATE(last_used_at) ON TABLE public.webhook_secrets TO parking_worker;

GRANT SELECT,INSERT,UPDATE ON TABLE public.webhooks TO parking_tenant;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.webhooks TO parking_worker;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.zones TO parking_tenant;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.zones TO parking_worker;
GRANT SELECT ON TABLE public.zones TO parking_platform;
