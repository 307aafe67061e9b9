-- What lamps show in which state, as a tenant wants it: for all its sites, or for one.

create table display_policies (
  tenant_id uuid not null references tenants (id) on delete cascade,
  id uuid not null,
  -- Null: for every site that has no active one of its own.
  site_id uuid,
  name text not null constraint display_policies_name_length check (char_length(name) between 1 and 100),
  description text constraint display_policies_description_length check (char_length(description) <= 2000),
  is_active boolean not null default false,
  reserved_soon_threshold_sec int not null
    constraint display_policies_reserved_soon check (reserved_soon_threshold_sec between 0 and 3600),
  sensor_unknown_timeout_sec int not null
    constraint display_policies_sensor_unknown check (sensor_unknown_timeout_sec between 0 and 300),
  -- Null: what each site says itself.
  debounce_window_sec int constraint display_policies_debounce check (debounce_window_sec between 0 and 30),
  free_color text not null constraint display_policies_free_color check (free_color ~ '^[0-9A-F]{6}$'),
  occupied_color text not null constraint display_policies_occupied_color check (occupied_color ~ '^[0-9A-F]{6}$'),
  reserved_color text not null constraint display_policies_reserved_color check (reserved_color ~ '^[0-9A-F]{6}$'),
  reserved_soon_color text not null
    constraint display_policies_reserved_soon_color check (reserved_soon_color ~ '^[0-9A-F]{6}$'),
  blocked_color text not null constraint display_policies_blocked_color check (blocked_color ~ '^[0-9A-F]{6}$'),
  out_of_service_color text not null
    constraint display_policies_out_of_service_color check (out_of_service_color ~ '^[0-9A-F]{6}$'),
  unknown_color text not null constraint display_policies_unknown_color check (unknown_color ~ '^[0-9A-F]{6}$'),
  blink_reserved_soon boolean not null,
  blink_pattern_ms int not null constraint display_policies_blink check (blink_pattern_ms between 100 and 2000),
  allow_sensor_override boolean not null,
  offline_rule text not null constraint display_policies_offline_rule check (offline_rule in ('hold', 'unknown')),
  default_state text not null constraint display_policies_default_state check (default_state in ('unknown', 'free')),
  -- Payloads for single states of single models, and changes that lamps follow late.
  codes jsonb not null default '[]' constraint display_policies_codes_are_a_list check (jsonb_typeof(codes) = 'array'),
  transitions jsonb not null default '[]'
    constraint display_policies_transitions_are_a_list check (jsonb_typeof(transitions) = 'array'),
  created_by text,
  activated_at timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  version bigint not null default 1,
  primary key (tenant_id, id),
  constraint display_policies_site_fkey foreign key (tenant_id, site_id) references sites (tenant_id, id) on delete cascade
);
create unique index display_policies_one_active on display_policies (tenant_id, site_id) nulls not distinct where is_active;
create unique index display_policies_name_unique on display_policies (tenant_id, lower(name));

alter table display_policies enable row level security;
alter table display_policies force row level security;
create policy display_policies_own on display_policies to parking_tenant
  using (tenant_id = (select current_tenant_id())) with check (tenant_id = (select current_tenant_id()));
create policy display_policies_platform on display_policies for select to parking_platform using (true);
-- Workers read, and delete what a tenant leaves behind.
create policy display_policies_worker on display_policies to parking_worker using (true) with check (true);
grant select, insert, update, delete on display_policies to parking_tenant;
grant select on display_policies to parking_platform;
grant select, delete on display_policies to parking_worker;
