-- What may be forgotten, who may add a member, and indexes for what is cleaned up every hour.

-- The audit log knows where its front was cut --------------------------------------------------------

-- When the last entry was written, by the clock of whoever wrote it; and the last entry of the
-- months that were dropped, which the oldest one that is left has to follow.
alter table audit_heads
  add column at timestamptz,
  add column dropped_seq bigint not null default 0,
  add column dropped_hash bytea not null default '\x';

-- The functions below run as the owner, whom row-level security binds too.
create policy audit_log_owner on audit_log for select to parking_owner using (true);
create policy events_owner on events for select to parking_owner using (true);

-- One row a tenant.
update audit_heads set at = (
  select audit_log.at from audit_log where audit_log.tenant_id = audit_heads.tenant_id order by audit_log.seq desc limit 1);

create or replace function chain_audit_entry() returns trigger
  language plpgsql security definer set search_path = public, pg_temp
  as $$
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

-- Drops the oldest month of a table if it ends before an instant, and says how many it dropped.
-- What is dropped is gone, so the caller's clock is not believed. Nothing is dropped unless the
-- instant lies 30 days before the newest row, and as many younger months as are to be kept have
-- rows: a clock that jumps makes rows look old, but it does not fill three years with entries.
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

-- Only who has accepted becomes a member ------------------------------------------------------------

-- Accepting is the worker's business. A tenant that could add a stranger by their id, or turn a
-- membership over to them, would see them from then on.
revoke insert, update on memberships from parking_tenant;
grant update (role, is_active, updated_at, version) on memberships to parking_tenant;

-- What is cleaned up every hour --------------------------------------------------------------------

-- Not concurrently: rows of these tables live for days, so they are small when a server starts.
create index sessions_ended on sessions (ended_at) where ended_at is not null;
create index refresh_tokens_expiry on refresh_tokens (expires_at);
create index account_tokens_expiry on account_tokens (expires_at);
create index invitations_expiry on invitations (expires_at)
  where accepted_at is null and revoked_at is null and closed_at is null;
create index jobs_given_up on jobs (failed_at) where status = 'failed';

-- `refresh_tokens.parent_hash` is written by nobody any more. It is dropped by a later release,
-- because servers of the one before still write it while this one starts.
