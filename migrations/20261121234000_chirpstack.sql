-- ChirpStack: which tenant is which there, what was found on either side, and how looking went.

-- A tenant's part of ChirpStack.
create table chirpstack_links (
  tenant_id uuid not null references tenants (id) on delete cascade constraint chirpstack_links_one_each unique,
  id uuid not null,
  remote_tenant_id uuid not null constraint chirpstack_links_remote_unique unique,
  remote_tenant_name text not null constraint chirpstack_links_remote_name check (char_length(remote_tenant_name) <= 255),
  -- Where its devices are.
  application_id uuid not null constraint chirpstack_links_application_unique unique,
  application_name text not null constraint chirpstack_links_application_name check (char_length(application_name) <= 255),
  -- Whether what is made, renamed, re-keyed or put out of use here is so there too.
  gives boolean not null default false,
  -- The profiles of what is made there: of devices that listen after they spoke, and at all times.
  profile_a uuid,
  profile_c uuid,
  profiles jsonb not null default '[]' constraint chirpstack_links_profiles_are_listed check (jsonb_typeof(profiles) = 'array'),
  -- When it is looked at next.
  due_at timestamptz not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  version bigint not null default 1,
  primary key (tenant_id, id)
);
create index chirpstack_links_due on chirpstack_links (tenant_id, due_at);

-- Devices and gateways, as both sides had them when they were last compared.
create table chirpstack_items (
  tenant_id uuid not null references tenants (id) on delete cascade,
  id uuid not null,
  kind text not null constraint chirpstack_items_kind check (kind in ('device', 'gateway')),
  eui text not null constraint chirpstack_items_eui_form check (eui ~ '^[0-9A-F]{16}$'),
  state text not null constraint chirpstack_items_state check (state in ('same', 'here', 'there', 'differs')),
  -- Which parts differ, and whether one side alone changed since they were last the same.
  differs text[] not null default '{}',
  changed_side text constraint chirpstack_items_changed_side check (changed_side in ('here', 'there')),
  here_id uuid,
  here_name text,
  here_disabled boolean,
  there_name text,
  there_disabled boolean,
  there_updated_at timestamptz,
  agreed_name text,
  agreed_disabled boolean,
  -- The digest of the sealed key that was given last.
  key_given bytea,
  wanted text constraint chirpstack_items_wanted check (wanted in ('give', 'take')),
  ignored_at timestamptz,
  error text constraint chirpstack_items_error check (char_length(error) <= 500),
  failures int not null default 0,
  tried_at timestamptz,
  changed_at timestamptz not null,
  primary key (tenant_id, id),
  constraint chirpstack_items_one_each unique (tenant_id, kind, eui)
);
create index chirpstack_items_drift on chirpstack_items (tenant_id, eui, id) where state <> 'same';
create index chirpstack_items_wanted_ones on chirpstack_items (tenant_id, id) where wanted is not null;

-- Each time both sides were compared.
create table chirpstack_runs (
  tenant_id uuid not null references tenants (id) on delete cascade,
  id uuid not null,
  cause text not null constraint chirpstack_runs_cause check (cause in ('schedule', 'demand')),
  is_dry boolean not null,
  asked_by text constraint chirpstack_runs_asked_by check (char_length(asked_by) <= 255),
  asked_at timestamptz not null,
  began_at timestamptz,
  ended_at timestamptz,
  counts jsonb not null default '{}' constraint chirpstack_runs_counts_are_named check (jsonb_typeof(counts) = 'object'),
  error text constraint chirpstack_runs_error check (char_length(error) <= 500),
  primary key (tenant_id, id)
);
create index chirpstack_runs_newest on chirpstack_runs (tenant_id, id desc);

do $$
declare
  name text;
begin
  foreach name in array array['chirpstack_links', 'chirpstack_items', 'chirpstack_runs'] loop
    execute format('alter table %I enable row level security', name);
    execute format('alter table %I force row level security', name);
    execute format('create policy %I on %I to parking_tenant
      using (tenant_id = (select current_tenant_id())) with check (tenant_id = (select current_tenant_id()))', name || '_own', name);
    execute format('create policy %I on %I for select to parking_platform using (true)', name || '_platform', name);
    execute format('create policy %I on %I to parking_worker using (true) with check (true)', name || '_worker', name);
    execute format('grant select on %I to parking_platform', name);
    execute format('grant select, insert, update, delete on %I to parking_worker', name);
  end loop;
end
$$;
-- Which tenant is which there, the platform says.
grant select, update on chirpstack_links to parking_tenant;
grant select, insert, update, delete on chirpstack_items to parking_tenant;
grant select, insert, update, delete on chirpstack_runs to parking_tenant;
