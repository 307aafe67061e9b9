-- Tenants, the people in them, and how people and systems prove who they are.

create function current_tenant_id() returns uuid
  language sql stable
  as $$ select nullif(current_setting('app.current_tenant_id', true), '')::uuid $$;

create table tenants (
  id uuid primary key,
  name text not null constraint tenants_name_length check (char_length(name) between 1 and 255),
  slug text not null constraint tenants_slug_unique unique,
  kind text not null default 'customer' constraint tenants_kind check (kind in ('platform', 'customer')),
  status text not null default 'active' constraint tenants_status check (status in ('active', 'suspended', 'deleting')),
  tier text not null constraint tenants_tier check (tier in ('basic', 'professional', 'enterprise')),
  requests_per_minute int not null constraint tenants_requests_positive check (requests_per_minute > 0),
  limit_overrides jsonb not null default '{}',
  features jsonb not null default '{}',
  settings jsonb not null default '{}',
  suspended_at timestamptz,
  suspended_reason text,
  exported_at timestamptz,
  delete_after timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  version bigint not null default 1,
  constraint tenants_platform_is_nil check ((kind = 'platform') = (id = '00000000-0000-0000-0000-000000000000')),
  constraint tenants_platform_stays_active check (kind = 'customer' or status = 'active')
);

-- How much a tenant has of each limited thing. The row lock makes "one more" exact.
create table tenant_usage (
  tenant_id uuid not null references tenants (id) on delete cascade,
  resource text not null constraint tenant_usage_resource check (resource in ('users', 'sites', 'spaces', 'devices', 'gateways')),
  used int not null default 0 constraint tenant_usage_not_negative check (used >= 0),
  max int not null constraint tenant_usage_max_not_negative check (max >= 0),
  announced_at timestamptz,
  primary key (tenant_id, resource)
);

create table users (
  id uuid primary key,
  email text not null,
  email_key text not null constraint users_email_unique unique,
  name text not null constraint users_name_length check (char_length(name) between 1 and 255),
  password_hash text,
  language text not null default 'en' constraint users_language check (language in ('en', 'fr')),
  theme text not null default 'system' constraint users_theme check (theme in ('light', 'dark', 'system')),
  is_active boolean not null default true,
  email_verified_at timestamptz,
  password_changed_at timestamptz,
  last_login_at timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  version bigint not null default 1
);

create table memberships (
  tenant_id uuid not null references tenants (id) on delete cascade,
  id uuid not null,
  user_id uuid not null references users (id) on delete cascade,
  role text not null constraint memberships_role check (role in ('viewer', 'operator', 'admin', 'owner', 'platform_admin')),
  is_active boolean not null default true,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  version bigint not null default 1,
  primary key (tenant_id, id),
  constraint memberships_user_unique unique (tenant_id, user_id),
  constraint memberships_platform_admin_in_platform
    check (role <> 'platform_admin' or tenant_id = '00000000-0000-0000-0000-000000000000')
);
create index memberships_user on memberships (user_id);

create table invitations (
  tenant_id uuid not null references tenants (id) on delete cascade,
  id uuid not null,
  email text not null,
  email_key text not null,
  role text not null constraint invitations_role check (role in ('viewer', 'operator', 'admin', 'owner', 'platform_admin')),
  language text not null constraint invitations_language check (language in ('en', 'fr')),
  token_hash bytea constraint invitations_token_unique unique,
  invited_by uuid references users (id) on delete set null,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  last_sent_at timestamptz,
  accepted_at timestamptz,
  revoked_at timestamptz,
  -- When it was put aside because its time had run out; until then it only has `expires_at` behind it.
  closed_at timestamptz,
  version bigint not null default 1,
  primary key (tenant_id, id),
  constraint invitations_end_once check (num_nonnulls(accepted_at, revoked_at, closed_at) <= 1),
  constraint invitations_platform_admin_in_platform
    check (role <> 'platform_admin' or tenant_id = '00000000-0000-0000-0000-000000000000')
);
create unique index invitations_one_open on invitations (tenant_id, email_key)
  where accepted_at is null and revoked_at is null and closed_at is null;
create index invitations_newest on invitations (tenant_id, created_at desc);

-- One row a sign-in: the family of all refresh tokens that descend from it.
create table sessions (
  id uuid primary key,
  user_id uuid not null references users (id) on delete cascade,
  selected_tenant_id uuid references tenants (id) on delete set null,
  acting_reason text,
  acting_until timestamptz,
  ip text,
  user_agent text,
  created_at timestamptz not null,
  last_used_at timestamptz not null,
  expires_at timestamptz not null,
  ended_at timestamptz,
  ended_reason text,
  constraint sessions_acting_is_whole check ((acting_reason is null) = (acting_until is null))
);
create index sessions_user on sessions (user_id, last_used_at desc);
create index sessions_expiry on sessions (expires_at);

create table refresh_tokens (
  hash bytea primary key,
  session_id uuid not null references sessions (id) on delete cascade,
  parent_hash bytea,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  used_at timestamptz
);
create index refresh_tokens_session on refresh_tokens (session_id);

-- Mailed links: reset a password, confirm an address.
create table account_tokens (
  hash bytea primary key,
  user_id uuid not null references users (id) on delete cascade,
  purpose text not null constraint account_tokens_purpose check (purpose in ('reset_password', 'verify_email')),
  email_key text not null,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  used_at timestamptz
);
create index account_tokens_user on account_tokens (user_id, purpose);

-- Somebody wants to become a customer; nothing is made before they show that the address is theirs.
create table registrations (
  id uuid primary key,
  email text not null,
  email_key text not null,
  name text not null,
  tenant_name text not null,
  tenant_slug text,
  language text not null constraint registrations_language check (language in ('en', 'fr')),
  token_hash bytea constraint registrations_token_unique unique,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  completed_at timestamptz
);
create index registrations_expiry on registrations (expires_at);

create table api_keys (
  tenant_id uuid not null references tenants (id) on delete cascade,
  id uuid not null,
  public_id text not null constraint api_keys_public_id_unique unique,
  secret_hash bytea not null,
  name text not null constraint api_keys_name_length check (char_length(name) between 1 and 255),
  role text not null constraint api_keys_role check (role in ('viewer', 'operator', 'admin', 'owner')),
  scopes text[] not null,
  allowed_ips text[] not null default '{}',
  requests_per_minute int constraint api_keys_requests_positive check (requests_per_minute > 0),
  expires_at timestamptz,
  revoked_at timestamptz,
  last_used_at timestamptz,
  last_used_ip text,
  created_by uuid references users (id) on delete set null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  version bigint not null default 1,
  primary key (tenant_id, id)
);

-- The secret is needed in clear to check a signature, so it is sealed with the data key, not hashed.
create table webhook_secrets (
  tenant_id uuid not null references tenants (id) on delete cascade,
  id uuid not null,
  name text not null constraint webhook_secrets_name_length check (char_length(name) between 1 and 255),
  sealed_secret bytea not null,
  rotated_from uuid,
  expires_at timestamptz,
  revoked_at timestamptz,
  last_used_at timestamptz,
  created_by uuid references users (id) on delete set null,
  created_at timestamptz not null,
  version bigint not null default 1,
  primary key (tenant_id, id),
  constraint webhook_secrets_rotated_from_fkey foreign key (tenant_id, rotated_from) references webhook_secrets (tenant_id, id)
);
create unique index webhook_secrets_one_active on webhook_secrets (tenant_id)
  where expires_at is null and revoked_at is null;

-- Limits -----------------------------------------------------------------------------------------

-- Counts the rows a statement adds or removes towards the limit named by the trigger's argument.
create function count_towards_limit() returns trigger
  language plpgsql
  as $$
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

create trigger memberships_counted_in after insert on memberships
  referencing new table as added for each statement execute function count_towards_limit('users');
create trigger memberships_counted_out after delete on memberships
  referencing old table as removed for each statement execute function count_towards_limit('users');

-- A tenant never loses its last owner, nor the platform its last administrator.
create function keep_an_owner() returns trigger
  language plpgsql
  as $$
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

create trigger memberships_keep_an_owner after update or delete on memberships
  for each row execute function keep_an_owner();

-- Row-level security -----------------------------------------------------------------------------

alter table tenants enable row level security;
alter table tenants force row level security;
create policy tenants_own on tenants to parking_tenant
  using (id = (select current_tenant_id())) with check (id = (select current_tenant_id()));
create policy tenants_platform on tenants to parking_platform using (true) with check (true);
create policy tenants_worker on tenants to parking_worker using (true) with check (true);
grant select, update (name, settings, exported_at, updated_at, version) on tenants to parking_tenant;
grant select, insert, update on tenants to parking_platform;
grant select, insert, update, delete on tenants to parking_worker;

alter table tenant_usage enable row level security;
alter table tenant_usage force row level security;
create policy tenant_usage_own on tenant_usage to parking_tenant
  using (tenant_id = (select current_tenant_id())) with check (tenant_id = (select current_tenant_id()));
create policy tenant_usage_platform on tenant_usage to parking_platform using (true) with check (true);
create policy tenant_usage_worker on tenant_usage to parking_worker using (true) with check (true);
grant select, update (used) on tenant_usage to parking_tenant;
grant select, insert, update on tenant_usage to parking_platform;
grant select, insert, update, delete on tenant_usage to parking_worker;

alter table users enable row level security;
alter table users force row level security;
create policy users_of_own_tenant on users for select to parking_tenant
  using (exists (select from memberships where memberships.user_id = users.id));
create policy users_platform on users for select to parking_platform using (true);
create policy users_worker on users to parking_worker using (true) with check (true);
grant select (id, email, email_key, name, language, theme, is_active, email_verified_at, last_login_at, created_at, updated_at, version)
  on users to parking_tenant, parking_platform;
grant select, insert, update, delete on users to parking_worker;

alter table memberships enable row level security;
alter table memberships force row level security;
create policy memberships_own on memberships to parking_tenant
  using (tenant_id = (select current_tenant_id())) with check (tenant_id = (select current_tenant_id()));
create policy memberships_platform on memberships for select to parking_platform using (true);
create policy memberships_worker on memberships to parking_worker using (true) with check (true);
grant select, insert, update, delete on memberships to parking_tenant, parking_worker;
grant select on memberships to parking_platform;

alter table invitations enable row level security;
alter table invitations force row level security;
create policy invitations_own on invitations to parking_tenant
  using (tenant_id = (select current_tenant_id())) with check (tenant_id = (select current_tenant_id()));
create policy invitations_platform on invitations for select to parking_platform using (true);
create policy invitations_worker on invitations to parking_worker using (true) with check (true);
grant select, insert, update on invitations to parking_tenant;
grant select on invitations to parking_platform;
grant select, insert, update, delete on invitations to parking_worker;

alter table sessions enable row level security;
alter table sessions force row level security;
create policy sessions_worker on sessions to parking_worker using (true) with check (true);
grant select, insert, update, delete on sessions to parking_worker;

alter table refresh_tokens enable row level security;
alter table refresh_tokens force row level security;
create policy refresh_tokens_worker on refresh_tokens to parking_worker using (true) with check (true);
grant select, insert, update, delete on refresh_tokens to parking_worker;

alter table account_tokens enable row level security;
alter table account_tokens force row level security;
create policy account_tokens_worker on account_tokens to parking_worker using (true) with check (true);
grant select, insert, update, delete on account_tokens to parking_worker;

alter table registrations enable row level security;
alter table registrations force row level security;
create policy registrations_worker on registrations to parking_worker using (true) with check (true);
grant select, insert, update, delete on registrations to parking_worker;

alter table api_keys enable row level security;
alter table api_keys force row level security;
create policy api_keys_own on api_keys to parking_tenant
  using (tenant_id = (select current_tenant_id())) with check (tenant_id = (select current_tenant_id()));
create policy api_keys_platform on api_keys for select to parking_platform using (true);
create policy api_keys_worker on api_keys to parking_worker using (true) with check (true);
grant select, insert, update on api_keys to parking_tenant;
grant select (tenant_id, id, name, role, scopes, expires_at, revoked_at, last_used_at, created_at) on api_keys to parking_platform;
grant select, update (last_used_at, last_used_ip), delete on api_keys to parking_worker;

alter table webhook_secrets enable row level security;
alter table webhook_secrets force row level security;
create policy webhook_secrets_own on webhook_secrets to parking_tenant
  using (tenant_id = (select current_tenant_id())) with check (tenant_id = (select current_tenant_id()));
create policy webhook_secrets_worker on webhook_secrets to parking_worker using (true) with check (true);
grant select, insert, update on webhook_secrets to parking_tenant;
grant select, update (last_used_at), delete on webhook_secrets to parking_worker;

-- News for the caches of who may do what ---------------------------------------------------------

-- The payload names what changed: `user:<id>`, `session:<id>`, `key:<public id>`, `tenant:<id>`.
create function announce_access() returns trigger
  language plpgsql
  as $$
declare
  changed jsonb := to_jsonb(coalesce(new, old));
begin
  perform pg_notify('parking_access', tg_argv[0] || ':' || (changed ->> tg_argv[1]));
  return null;
end
$$;

create trigger tenants_announced after update of status, tier, requests_per_minute, name, slug, features or delete on tenants
  for each row execute function announce_access('tenant', 'id');
create trigger memberships_announced after insert or update or delete on memberships
  for each row execute function announce_access('user', 'user_id');
create trigger users_announced after update of is_active, name, language, theme or delete on users
  for each row execute function announce_access('user', 'id');
create trigger sessions_announced after update of ended_at, selected_tenant_id, acting_until or delete on sessions
  for each row execute function announce_access('session', 'id');
create trigger api_keys_announced after update of name, role, scopes, allowed_ips, requests_per_minute, expires_at, revoked_at or delete on api_keys
  for each row execute function announce_access('key', 'public_id');
