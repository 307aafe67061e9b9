-- PostgreSQL 15. Generated from migrations/; `make gen` rewrites it.

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
  update audit_heads set seq = new.seq, hash = new.hash where tenant_id = new.tenant_id;
  return new;
end
$$;

ALTER FUNCTION public.chain_audit_entry() OWNER TO parking_owner;

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

ALTER FUNCTION public.ensure_partitions(parent text, around timestamp with time zone, months_ahead integer) OWNER TO parking_owner;

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

CREATE TABLE public.audit_heads (
    tenant_id uuid NOT NULL,
    seq bigint NOT NULL,
    hash bytea NOT NULL
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

CREATE TABLE public.schedules (
    name text NOT NULL,
    next_run_at timestamp with time zone NOT NULL,
    last_run_at timestamp with time zone
);

ALTER TABLE ONLY public.schedules FORCE ROW LEVEL SECURITY;

ALTER TABLE public.schedules OWNER TO parking_owner;

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

ALTER TABLE ONLY public.audit_log ATTACH PARTITION public.audit_log_default DEFAULT;

ALTER TABLE ONLY public.events ATTACH PARTITION public.events_default DEFAULT;

ALTER TABLE ONLY public.account_tokens
    ADD CONSTRAINT account_tokens_pkey PRIMARY KEY (hash);

ALTER TABLE ONLY public.api_keys
    ADD CONSTRAINT api_keys_pkey PRIMARY KEY (tenant_id, id);

ALTER TABLE ONLY public.api_keys
    ADD CONSTRAINT api_keys_public_id_unique UNIQUE (public_id);

ALTER TABLE ONLY public.audit_heads
    ADD CONSTRAINT audit_heads_pkey PRIMARY KEY (tenant_id);

ALTER TABLE ONLY public.audit_log
    ADD CONSTRAINT audit_log_pkey PRIMARY KEY (tenant_id, id, at);

ALTER TABLE ONLY public.audit_log_default
    ADD CONSTRAINT audit_log_default_pkey PRIMARY KEY (tenant_id, id, at);

ALTER TABLE ONLY public.events
    ADD CONSTRAINT events_pkey PRIMARY KEY (tenant_id, id, at);

ALTER TABLE ONLY public.events_default
    ADD CONSTRAINT events_default_pkey PRIMARY KEY (tenant_id, id, at);

ALTER TABLE ONLY public.idempotency_keys
    ADD CONSTRAINT idempotency_keys_pkey PRIMARY KEY (tenant_id, caller, key);

ALTER TABLE ONLY public.invitations
    ADD CONSTRAINT invitations_pkey PRIMARY KEY (tenant_id, id);

ALTER TABLE ONLY public.invitations
    ADD CONSTRAINT invitations_token_unique UNIQUE (token_hash);

ALTER TABLE ONLY public.jobs
    ADD CONSTRAINT jobs_pkey PRIMARY KEY (tenant_id, id);

ALTER TABLE ONLY public.memberships
    ADD CONSTRAINT memberships_pkey PRIMARY KEY (tenant_id, id);

ALTER TABLE ONLY public.memberships
    ADD CONSTRAINT memberships_user_unique UNIQUE (tenant_id, user_id);

ALTER TABLE ONLY public.refresh_tokens
    ADD CONSTRAINT refresh_tokens_pkey PRIMARY KEY (hash);

ALTER TABLE ONLY public.registrations
    ADD CONSTRAINT registrations_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.registrations
    ADD CONSTRAINT registrations_token_unique UNIQUE (token_hash);

ALTER TABLE ONLY public.schedules
    ADD CONSTRAINT schedules_pkey PRIMARY KEY (name);

ALTER TABLE ONLY public.sessions
    ADD CONSTRAINT sessions_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.tenant_usage
    ADD CONSTRAINT tenant_usage_pkey PRIMARY KEY (tenant_id, resource);

ALTER TABLE ONLY public.tenants
    ADD CONSTRAINT tenants_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.tenants
    ADD CONSTRAINT tenants_slug_unique UNIQUE (slug);

ALTER TABLE ONLY public.users
    ADD CONSTRAINT users_email_unique UNIQUE (email_key);

ALTER TABLE ONLY public.users
    ADD CONSTRAINT users_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.webhook_secrets
    ADD CONSTRAINT webhook_secrets_pkey PRIMARY KEY (tenant_id, id);

CREATE INDEX account_tokens_user ON public.account_tokens USING btree (user_id, purpose);

CREATE INDEX audit_log_entity ON ONLY public.audit_log USING btree (tenant_id, entity_type, entity_id, seq DESC);

CREATE INDEX audit_log_default_tenant_id_entity_type_entity_id_seq_idx ON public.audit_log_default USING btree (tenant_id, entity_type, entity_id, seq DESC);

CREATE INDEX audit_log_newest ON ONLY public.audit_log USING btree (tenant_id, seq DESC);

CREATE INDEX audit_log_default_tenant_id_seq_idx ON public.audit_log_default USING btree (tenant_id, seq DESC);

CREATE INDEX events_newest ON ONLY public.events USING btree (tenant_id, id DESC);

CREATE INDEX events_default_tenant_id_id_idx ON public.events_default USING btree (tenant_id, id DESC);

CREATE INDEX events_subject ON ONLY public.events USING btree (tenant_id, subject_type, subject_id, id DESC);

CREATE INDEX events_default_tenant_id_subject_type_subject_id_id_idx ON public.events_default USING btree (tenant_id, subject_type, subject_id, id DESC);

CREATE INDEX events_order ON ONLY public.events USING btree (xid, id);

CREATE INDEX events_default_xid_id_idx ON public.events_default USING btree (xid, id);

CREATE INDEX idempotency_keys_age ON public.idempotency_keys USING btree (created_at);

CREATE INDEX invitations_newest ON public.invitations USING btree (tenant_id, created_at DESC);

CREATE UNIQUE INDEX invitations_one_open ON public.invitations USING btree (tenant_id, email_key) WHERE ((accepted_at IS NULL) AND (revoked_at IS NULL) AND (closed_at IS NULL));

CREATE INDEX jobs_due ON public.jobs USING btree (run_at) WHERE (status = 'queued'::text);

CREATE UNIQUE INDEX jobs_one_waiting ON public.jobs USING btree (tenant_id, kind, unique_key) WHERE ((unique_key IS NOT NULL) AND (status = 'queued'::text) AND (locked_until IS NULL));

CREATE INDEX memberships_user ON public.memberships USING btree (user_id);

CREATE INDEX refresh_tokens_session ON public.refresh_tokens USING btree (session_id);

CREATE INDEX registrations_expiry ON public.registrations USING btree (expires_at);

CREATE INDEX sessions_expiry ON public.sessions USING btree (expires_at);

CREATE INDEX sessions_user ON public.sessions USING btree (user_id, last_used_at DESC);

CREATE UNIQUE INDEX webhook_secrets_one_active ON public.webhook_secrets USING btree (tenant_id) WHERE ((expires_at IS NULL) AND (revoked_at IS NULL));

ALTER INDEX public.audit_log_pkey ATTACH PARTITION public.audit_log_default_pkey;

ALTER INDEX public.audit_log_entity ATTACH PARTITION public.audit_log_default_tenant_id_entity_type_entity_id_seq_idx;

ALTER INDEX public.audit_log_newest ATTACH PARTITION public.audit_log_default_tenant_id_seq_idx;

ALTER INDEX public.events_pkey ATTACH PARTITION public.events_default_pkey;

ALTER INDEX public.events_newest ATTACH PARTITION public.events_default_tenant_id_id_idx;

ALTER INDEX public.events_subject ATTACH PARTITION public.events_default_tenant_id_subject_type_subject_id_id_idx;

ALTER INDEX public.events_order ATTACH PARTITION public.events_default_xid_id_idx;

CREATE TRIGGER api_keys_announced AFTER DELETE OR UPDATE OF name, role, scopes, allowed_ips, requests_per_minute, expires_at, revoked_at ON public.api_keys FOR EACH ROW EXECUTE FUNCTION public.announce_access('key', 'public_id');

CREATE TRIGGER audit_log_chained BEFORE INSERT ON public.audit_log FOR EACH ROW EXECUTE FUNCTION public.chain_audit_entry();

CREATE TRIGGER events_announced AFTER INSERT ON public.events REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION public.announce_events();

CREATE TRIGGER jobs_announced AFTER INSERT ON public.jobs FOR EACH STATEMENT EXECUTE FUNCTION public.announce_jobs();

CREATE TRIGGER memberships_announced AFTER INSERT OR DELETE OR UPDATE ON public.memberships FOR EACH ROW EXECUTE FUNCTION public.announce_access('user', 'user_id');

CREATE TRIGGER memberships_counted_in AFTER INSERT ON public.memberships REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION public.count_towards_limit('users');

CREATE TRIGGER memberships_counted_out AFTER DELETE ON public.memberships REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION public.count_towards_limit('users');

CREATE TRIGGER memberships_keep_an_owner AFTER DELETE OR UPDATE ON public.memberships FOR EACH ROW EXECUTE FUNCTION public.keep_an_owner();

CREATE TRIGGER sessions_announced AFTER DELETE OR UPDATE OF ended_at, selected_tenant_id, acting_until ON public.sessions FOR EACH ROW EXECUTE FUNCTION public.announce_access('session', 'id');

CREATE TRIGGER tenants_announced AFTER DELETE OR UPDATE OF status, tier, requests_per_minute, name, slug, features ON public.tenants FOR EACH ROW EXECUTE FUNCTION public.announce_access('tenant', 'id');

CREATE TRIGGER users_announced AFTER DELETE OR UPDATE OF is_active, name, language, theme ON public.users FOR EACH ROW EXECUTE FUNCTION public.announce_access('user', 'id');

ALTER TABLE ONLY public.account_tokens
    ADD CONSTRAINT account_tokens_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.api_keys
    ADD CONSTRAINT api_keys_created_by_fkey FOREIGN KEY (created_by) REFERENCES public.users(id) ON DELETE SET NULL;

ALTER TABLE ONLY public.api_keys
    ADD CONSTRAINT api_keys_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenants(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.idempotency_keys
    ADD CONSTRAINT idempotency_keys_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenants(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.invitations
    ADD CONSTRAINT invitations_invited_by_fkey FOREIGN KEY (invited_by) REFERENCES public.users(id) ON DELETE SET NULL;

ALTER TABLE ONLY public.invitations
    ADD CONSTRAINT invitations_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenants(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.jobs
    ADD CONSTRAINT jobs_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenants(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.memberships
    ADD CONSTRAINT memberships_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenants(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.memberships
    ADD CONSTRAINT memberships_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.refresh_tokens
    ADD CONSTRAINT refresh_tokens_session_id_fkey FOREIGN KEY (session_id) REFERENCES public.sessions(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.sessions
    ADD CONSTRAINT sessions_selected_tenant_id_fkey FOREIGN KEY (selected_tenant_id) REFERENCES public.tenants(id) ON DELETE SET NULL;

ALTER TABLE ONLY public.sessions
    ADD CONSTRAINT sessions_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.tenant_usage
    ADD CONSTRAINT tenant_usage_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenants(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.webhook_secrets
    ADD CONSTRAINT webhook_secrets_created_by_fkey FOREIGN KEY (created_by) REFERENCES public.users(id) ON DELETE SET NULL;

ALTER TABLE ONLY public.webhook_secrets
    ADD CONSTRAINT webhook_secrets_rotated_from_fkey FOREIGN KEY (tenant_id, rotated_from) REFERENCES public.webhook_secrets(tenant_id, id);

ALTER TABLE ONLY public.webhook_secrets
    ADD CONSTRAINT webhook_secrets_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES public.tenants(id) ON DELETE CASCADE;

ALTER TABLE public.account_tokens ENABLE ROW LEVEL SECURITY;

CREATE POLICY account_tokens_worker ON public.account_tokens TO parking_worker USING (true) WITH CHECK (true);

ALTER TABLE public.api_keys ENABLE ROW LEVEL SECURITY;

CREATE POLICY api_keys_own ON public.api_keys TO parking_tenant USING ((tenant_id = ( SELECT public.current_tenant_id() AS current_tenant_id))) WITH CHECK ((tenant_id = ( SELECT public.current_tenant_id() AS current_tenant_id)));

CREATE POLICY api_keys_platform ON public.api_keys FOR SELECT TO parking_platform USING (true);

CREATE POLICY api_keys_worker ON public.api_keys TO parking_worker USING (true) WITH CHECK (true);

ALTER TABLE public.audit_heads ENABLE ROW LEVEL SECURITY;

CREATE POLICY audit_heads_own ON public.audit_heads FOR SELECT TO parking_tenant USING ((tenant_id = ( SELECT public.current_tenant_id() AS current_tenant_id)));

CREATE POLICY audit_heads_owner ON public.audit_heads TO parking_owner USING (true) WITH CHECK (true);

CREATE POLICY audit_heads_worker ON public.audit_heads FOR SELECT TO parking_worker USING (true);

ALTER TABLE public.audit_log ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.audit_log_default ENABLE ROW LEVEL SECURITY;

CREATE POLICY audit_log_default_owner ON public.audit_log_default TO parking_owner USING (true) WITH CHECK (true);

CREATE POLICY audit_log_own ON public.audit_log TO parking_tenant USING ((tenant_id = ( SELECT public.current_tenant_id() AS current_tenant_id))) WITH CHECK ((tenant_id = ( SELECT public.current_tenant_id() AS current_tenant_id)));

CREATE POLICY audit_log_platform ON public.audit_log FOR SELECT TO parking_platform USING (true);

CREATE POLICY audit_log_platform_appends ON public.audit_log FOR INSERT TO parking_platform WITH CHECK (true);

CREATE POLICY audit_log_worker ON public.audit_log TO parking_worker USING (true) WITH CHECK (true);

ALTER TABLE public.events ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.events_default ENABLE ROW LEVEL SECURITY;

CREATE POLICY events_default_owner ON public.events_default TO parking_owner USING (true) WITH CHECK (true);

CREATE POLICY events_own ON public.events TO parking_tenant USING ((tenant_id = ( SELECT public.current_tenant_id() AS current_tenant_id))) WITH CHECK ((tenant_id = ( SELECT public.current_tenant_id() AS current_tenant_id)));

CREATE POLICY events_platform ON public.events FOR SELECT TO parking_platform USING (true);

CREATE POLICY events_platform_appends ON public.events FOR INSERT TO parking_platform WITH CHECK (true);

CREATE POLICY events_worker ON public.events TO parking_worker USING (true) WITH CHECK (true);

ALTER TABLE public.idempotency_keys ENABLE ROW LEVEL SECURITY;

CREATE POLICY idempotency_keys_own ON public.idempotency_keys TO parking_tenant USING ((tenant_id = ( SELECT public.current_tenant_id() AS current_tenant_id))) WITH CHECK ((tenant_id = ( SELECT public.current_tenant_id() AS current_tenant_id)));

CREATE POLICY idempotency_keys_platform ON public.idempotency_keys TO parking_platform USING ((tenant_id = '00000000-0000-0000-0000-000000000000'::uuid)) WITH CHECK ((tenant_id = '00000000-0000-0000-0000-000000000000'::uuid));

CREATE POLICY idempotency_keys_worker ON public.idempotency_keys TO parking_worker USING (true) WITH CHECK (true);

ALTER TABLE public.invitations ENABLE ROW LEVEL SECURITY;

CREATE POLICY invitations_own ON public.invitations TO parking_tenant USING ((tenant_id = ( SELECT public.current_tenant_id() AS current_tenant_id))) WITH CHECK ((tenant_id = ( SELECT public.current_tenant_id() AS current_tenant_id)));

CREATE POLICY invitations_platform ON public.invitations FOR SELECT TO parking_platform USING (true);

CREATE POLICY invitations_worker ON public.invitations TO parking_worker USING (true) WITH CHECK (true);

ALTER TABLE public.jobs ENABLE ROW LEVEL SECURITY;

CREATE POLICY jobs_own ON public.jobs TO parking_tenant USING ((tenant_id = ( SELECT public.current_tenant_id() AS current_tenant_id))) WITH CHECK ((tenant_id = ( SELECT public.current_tenant_id() AS current_tenant_id)));

CREATE POLICY jobs_platform ON public.jobs FOR SELECT TO parking_platform USING (true);

CREATE POLICY jobs_platform_enqueues ON public.jobs FOR INSERT TO parking_platform WITH CHECK (true);

CREATE POLICY jobs_worker ON public.jobs TO parking_worker USING (true) WITH CHECK (true);

ALTER TABLE public.memberships ENABLE ROW LEVEL SECURITY;

CREATE POLICY memberships_own ON public.memberships TO parking_tenant USING ((tenant_id = ( SELECT public.current_tenant_id() AS current_tenant_id))) WITH CHECK ((tenant_id = ( SELECT public.current_tenant_id() AS current_tenant_id)));

CREATE POLICY memberships_platform ON public.memberships FOR SELECT TO parking_platform USING (true);

CREATE POLICY memberships_worker ON public.memberships TO parking_worker USING (true) WITH CHECK (true);

ALTER TABLE public.refresh_tokens ENABLE ROW LEVEL SECURITY;

CREATE POLICY refresh_tokens_worker ON public.refresh_tokens TO parking_worker USING (true) WITH CHECK (true);

ALTER TABLE public.registrations ENABLE ROW LEVEL SECURITY;

CREATE POLICY registrations_worker ON public.registrations TO parking_worker USING (true) WITH CHECK (true);

ALTER TABLE public.schedules ENABLE ROW LEVEL SECURITY;

CREATE POLICY schedules_worker ON public.schedules TO parking_worker USING (true) WITH CHECK (true);

ALTER TABLE public.sessions ENABLE ROW LEVEL SECURITY;

CREATE POLICY sessions_worker ON public.sessions TO parking_worker USING (true) WITH CHECK (true);

ALTER TABLE public.tenant_usage ENABLE ROW LEVEL SECURITY;

CREATE POLICY tenant_usage_own ON public.tenant_usage TO parking_tenant USING ((tenant_id = ( SELECT public.current_tenant_id() AS current_tenant_id))) WITH CHECK ((tenant_id = ( SELECT public.current_tenant_id() AS current_tenant_id)));

CREATE POLICY tenant_usage_platform ON public.tenant_usage TO parking_platform USING (true) WITH CHECK (true);

CREATE POLICY tenant_usage_worker ON public.tenant_usage TO parking_worker USING (true) WITH CHECK (true);

ALTER TABLE public.tenants ENABLE ROW LEVEL SECURITY;

CREATE POLICY tenants_own ON public.tenants TO parking_tenant USING ((id = ( SELECT public.current_tenant_id() AS current_tenant_id))) WITH CHECK ((id = ( SELECT public.current_tenant_id() AS current_tenant_id)));

CREATE POLICY tenants_platform ON public.tenants TO parking_platform USING (true) WITH CHECK (true);

CREATE POLICY tenants_worker ON public.tenants TO parking_worker USING (true) WITH CHECK (true);

ALTER TABLE public.users ENABLE ROW LEVEL SECURITY;

CREATE POLICY users_of_own_tenant ON public.users FOR SELECT TO parking_tenant USING ((EXISTS ( SELECT
   FROM public.memberships
  WHERE (memberships.user_id = users.id))));

CREATE POLICY users_platform ON public.users FOR SELECT TO parking_platform USING (true);

CREATE POLICY users_worker ON public.users TO parking_worker USING (true) WITH CHECK (true);

ALTER TABLE public.webhook_secrets ENABLE ROW LEVEL SECURITY;

CREATE POLICY webhook_secrets_own ON public.webhook_secrets TO parking_tenant USING ((tenant_id = ( SELECT public.current_tenant_id() AS current_tenant_id))) WITH CHECK ((tenant_id = ( SELECT public.current_tenant_id() AS current_tenant_id)));

CREATE POLICY webhook_secrets_worker ON public.webhook_secrets TO parking_worker USING (true) WITH CHECK (true);

GRANT ALL ON SCHEMA public TO parking_owner;

REVOKE ALL ON FUNCTION public.drop_partitions(parent text, before timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION public.drop_partitions(parent text, before timestamp with time zone) TO parking_worker;

REVOKE ALL ON FUNCTION public.ensure_partitions(parent text, around timestamp with time zone, months_ahead integer) FROM PUBLIC;
GRANT ALL ON FUNCTION public.ensure_partitions(parent text, around timestamp with time zone, months_ahead integer) TO parking_worker;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.account_tokens TO parking_worker;

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

GRANT SELECT ON TABLE public.audit_heads TO parking_tenant;
GRANT SELECT ON TABLE public.audit_heads TO parking_worker;

GRANT SELECT,INSERT ON TABLE public.audit_log TO parking_tenant;
GRANT SELECT,INSERT ON TABLE public.audit_log TO parking_platform;
GRANT SELECT,INSERT ON TABLE public.audit_log TO parking_worker;

GRANT SELECT,INSERT ON TABLE public.events TO parking_tenant;
GRANT SELECT,INSERT ON TABLE public.events TO parking_platform;
GRANT SELECT,INSERT ON TABLE public.events TO parking_worker;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.idempotency_keys TO parking_tenant;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.idempotency_keys TO parking_worker;
GRANT SELECT,INSERT,UPDATE ON TABLE public.idempotency_keys TO parking_platform;

GRANT SELECT,INSERT,UPDATE ON TABLE public.invitations TO parking_tenant;
GRANT SELECT ON TABLE public.invitations TO parking_platform;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.invitations TO parking_worker;

GRANT SELECT,INSERT ON TABLE public.jobs TO parking_tenant;
GRANT SELECT,INSERT ON TABLE public.jobs TO parking_platform;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.jobs TO parking_worker;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.memberships TO parking_tenant;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.memberships TO parking_worker;
GRANT SELECT ON TABLE public.memberships TO parking_platform;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.refresh_tokens TO parking_worker;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.registrations TO parking_worker;

GRANT SELECT,INSERT,UPDATE ON TABLE public.schedules TO parking_worker;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.sessions TO parking_worker;

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

GRANT SELECT,INSERT,UPDATE ON TABLE public.webhook_secrets TO parking_tenant;
GRANT SELECT,DELETE ON TABLE public.webhook_secrets TO parking_worker;

GRANT UPDATE(last_used_at) ON TABLE public.webhook_secrets TO parking_worker;
