-- Devices, what they are (models), where they serve (assignments), and how they fare (lifecycle).

-- Models a tenant defines beside the catalogue that comes with the product; each names a codec of it.
create table device_models (
  tenant_id uuid not null references tenants (id) on delete cascade,
  id uuid not null,
  slug text not null constraint device_models_slug_form check (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$' and char_length(slug) <= 63),
  vendor text not null constraint device_models_vendor_length check (char_length(vendor) between 1 and 100),
  name text not null constraint device_models_name_length check (char_length(name) between 1 and 100),
  -- The model of the catalogue whose codec, ports and lamp codes it shares.
  based_on text not null,
  heartbeat_seconds int constraint device_models_heartbeat check (heartbeat_seconds between 10 and 2592000),
  lamp_codes jsonb not null default '{}' constraint device_models_lamp_codes_is_object check (jsonb_typeof(lamp_codes) = 'object'),
  notes text constraint device_models_notes_length check (char_length(notes) <= 2000),
  created_at timestamptz not null,
  updated_at timestamptz not null,
  version bigint not null default 1,
  primary key (tenant_id, id),
  constraint device_models_slug_unique unique (tenant_id, slug)
);

create table devices (
  tenant_id uuid not null references tenants (id) on delete cascade,
  id uuid not null,
  dev_eui text collate "C" not null constraint devices_dev_eui_form check (dev_eui ~ '^[0-9A-F]{16}$'),
  name text constraint devices_name_length check (char_length(name) between 1 and 255),
  -- A model of the catalogue, or of the tenant's own.
  model text,
  own_model_id uuid,
  -- What the model can do, kept here so that lists and constraints can ask.
  is_sensor boolean not null default false,
  is_display boolean not null default false,
  heartbeat_seconds int constraint devices_heartbeat check (heartbeat_seconds between 10 and 2592000),
  join_eui text constraint devices_join_eui_form check (join_eui ~ '^[0-9A-F]{16}$'),
  -- Handed to the network server and never shown.
  sealed_app_key bytea,
  serial_number text constraint devices_serial_number_length check (char_length(serial_number) between 1 and 100),
  notes text constraint devices_notes_length check (char_length(notes) <= 2000),
  metadata jsonb not null default '{}' constraint devices_metadata_is_object check (jsonb_typeof(metadata) = 'object'),
  lifecycle text not null default 'provisioned'
    constraint devices_lifecycle check (lifecycle in ('provisioned', 'commissioned', 'operational', 'maintenance', 'decommissioned')),
  lifecycle_changed_at timestamptz not null,
  -- How it was heard last; written by whoever reads the radio.
  last_seen_at timestamptz,
  battery_percent real constraint devices_battery_percent check (battery_percent between 0 and 100),
  battery_volts real,
  rssi int,
  snr real,
  archived_at timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  version bigint not null default 1,
  primary key (tenant_id, id),
  constraint devices_own_model_fkey foreign key (tenant_id, own_model_id) references device_models (tenant_id, id),
  constraint devices_one_model check (num_nonnulls(model, own_model_id) <= 1)
);
-- One physical thing belongs to one tenant; which, the refusal does not say.
create unique index devices_dev_eui_unique on devices (dev_eui) where archived_at is null;
-- For lists in this order, which name the collation: by the column's own they would walk the index above,
-- through every tenant's devices.
create index devices_by_eui on devices (tenant_id, dev_eui collate "POSIX", id);
create index devices_newest on devices (tenant_id, created_at desc, id desc);
create index devices_by_name on devices (tenant_id, lower(name), id);
create index devices_seen on devices (tenant_id, last_seen_at desc nulls last, id desc);
create index devices_of_model on devices (tenant_id, model, id);
create index devices_of_own_model on devices (tenant_id, own_model_id) where own_model_id is not null;
create index devices_lifecycle_of_tenant on devices (tenant_id, lifecycle, id);

create trigger devices_counted_in after insert on devices
  referencing new table as added for each statement execute function count_living_towards_limit('devices', 'archived_at');
create trigger devices_counted_anew after update on devices
  referencing old table as removed new table as added for each statement execute function count_living_towards_limit('devices', 'archived_at');
create trigger devices_counted_out after delete on devices
  referencing old table as removed for each statement execute function count_living_towards_limit('devices', 'archived_at');

-- A device serves a bay in a role from one instant to another. What is open is now.
create table device_assignments (
  tenant_id uuid not null,
  id uuid not null,
  device_id uuid not null,
  space_id uuid not null,
  role text not null constraint device_assignments_role check (role in ('sensor', 'display')),
  assigned_at timestamptz not null,
  assigned_by text,
  assign_reason text constraint device_assignments_assign_reason_length check (char_length(assign_reason) <= 500),
  unassigned_at timestamptz,
  unassigned_by text,
  unassign_reason text constraint device_assignments_unassign_reason_length check (char_length(unassign_reason) <= 500),
  primary key (tenant_id, id),
  constraint device_assignments_device_fkey foreign key (tenant_id, device_id) references devices (tenant_id, id),
  constraint device_assignments_space_fkey foreign key (tenant_id, space_id) references spaces (tenant_id, id),
  constraint device_assignments_end_after_start check (unassigned_at is null or unassigned_at >= assigned_at)
);
create unique index device_assignments_one_per_space on device_assignments (tenant_id, space_id, role) where unassigned_at is null;
create unique index device_assignments_one_per_device on device_assignments (tenant_id, device_id, role) where unassigned_at is null;
create index device_assignments_of_device on device_assignments (tenant_id, device_id, assigned_at desc);
create index device_assignments_of_space on device_assignments (tenant_id, space_id, assigned_at desc);

create table lifecycle_changes (
  tenant_id uuid not null,
  id uuid not null,
  device_id uuid not null,
  at timestamptz not null,
  from_state text not null,
  to_state text not null,
  by_name text,
  reason text constraint lifecycle_changes_reason_length check (char_length(reason) <= 500),
  primary key (tenant_id, id),
  constraint lifecycle_changes_device_fkey foreign key (tenant_id, device_id) references devices (tenant_id, id) on delete cascade
);
create index lifecycle_changes_of_device on lifecycle_changes (tenant_id, device_id, at desc, id desc);

do $$
declare
  name text;
begin
  foreach name in array array['device_models', 'devices', 'device_assignments', 'lifecycle_changes'] loop
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

-- The predecessors' names, for reports.
create view sensor_devices with (security_invoker = true) as
  select d.tenant_id, d.id, d.dev_eui, d.name, d.model as device_model, d.lifecycle as lifecycle_state,
    case when a.id is null then 'unassigned' else 'assigned' end as status,
    a.space_id as assigned_space_id, a.assigned_at, d.last_seen_at, d.created_at, d.updated_at
  from devices d
  left join device_assignments a
    on a.tenant_id = d.tenant_id and a.device_id = d.id and a.role = 'sensor' and a.unassigned_at is null
  where d.is_sensor and d.archived_at is null;
create view display_devices with (security_invoker = true) as
  select d.tenant_id, d.id, d.dev_eui, d.name, d.model as device_model, d.lifecycle as lifecycle_state,
    case when a.id is null then 'unassigned' else 'assigned' end as status,
    a.space_id as assigned_space_id, a.assigned_at, d.last_seen_at, d.created_at, d.updated_at
  from devices d
  left join device_assignments a
    on a.tenant_id = d.tenant_id and a.device_id = d.id and a.role = 'display' and a.unassigned_at is null
  where d.is_display and d.archived_at is null;
grant select on sensor_devices, display_devices to parking_tenant, parking_platform, parking_worker;
