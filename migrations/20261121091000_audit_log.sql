-- The audit log: append-only, one hash chain a tenant, partitioned by month.

create table audit_log (
  tenant_id uuid not null,
  id uuid not null,
  seq bigint not null,
  at timestamptz not null,
  actor_type text not null constraint audit_log_actor_type check (actor_type in ('user', 'api_key', 'platform_admin', 'system', 'anonymous')),
  actor_id text,
  actor_name text,
  action text not null,
  entity_type text not null,
  entity_id text,
  entity_name text,
  old jsonb,
  new jsonb,
  reason text,
  request_id text,
  ip text,
  prev_hash bytea not null,
  hash bytea not null,
  primary key (tenant_id, id, at)
) partition by range (at);
create index audit_log_newest on audit_log (tenant_id, seq desc);
create index audit_log_entity on audit_log (tenant_id, entity_type, entity_id, seq desc);

-- Where each tenant's chain ends. Only the trigger below, as the owner, can reach it.
create table audit_heads (
  tenant_id uuid primary key,
  seq bigint not null,
  hash bytea not null
);

-- A field in the hashed text: its length, a colon, itself; `-` for null. Nothing can be shifted
-- from one field into the next without changing a length.
create function audit_field(value text) returns text
  language sql immutable
  as $$ select case when value is null then '-' else octet_length(value) || ':' || value end $$;

create function chain_audit_entry() returns trigger
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
  update audit_heads set seq = new.seq, hash = new.hash where tenant_id = new.tenant_id;
  return new;
end
$$;

create trigger audit_log_chained before insert on audit_log
  for each row execute function chain_audit_entry();

alter table audit_log enable row level security;
alter table audit_log force row level security;
create policy audit_log_own on audit_log to parking_tenant
  using (tenant_id = (select current_tenant_id())) with check (tenant_id = (select current_tenant_id()));
create policy audit_log_platform on audit_log for select to parking_platform using (true);
create policy audit_log_platform_appends on audit_log for insert to parking_platform with check (true);
create policy audit_log_worker on audit_log to parking_worker using (true) with check (true);
grant select, insert on audit_log to parking_tenant, parking_platform, parking_worker;

alter table audit_heads enable row level security;
alter table audit_heads force row level security;
create policy audit_heads_owner on audit_heads to parking_owner using (true) with check (true);
create policy audit_heads_own on audit_heads for select to parking_tenant using (tenant_id = (select current_tenant_id()));
create policy audit_heads_worker on audit_heads for select to parking_worker using (true);
grant select on audit_heads to parking_tenant, parking_worker;
