-- Gateways, and radio devices nobody has claimed.

create table gateways (
  tenant_id uuid not null references tenants (id) on delete cascade,
  id uuid not null,
  eui text not null constraint gateways_eui_unique unique constraint gateways_eui_form check (eui ~ '^[0-9A-F]{16}$'),
  name text not null constraint gateways_name_length check (char_length(name) between 1 and 255),
  site_id uuid,
  latitude double precision constraint gateways_latitude check (latitude between -90 and 90),
  longitude double precision constraint gateways_longitude check (longitude between -180 and 180),
  altitude double precision,
  notes text constraint gateways_notes_length check (char_length(notes) <= 2000),
  metadata jsonb not null default '{}' constraint gateways_metadata_is_object check (jsonb_typeof(metadata) = 'object'),
  -- How often it says that it lives; written with `last_seen_at` by whoever reads the radio.
  heartbeat_seconds int not null default 30 constraint gateways_heartbeat check (heartbeat_seconds between 5 and 86400),
  last_seen_at timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  version bigint not null default 1,
  primary key (tenant_id, id),
  constraint gateways_site_fkey foreign key (tenant_id, site_id) references sites (tenant_id, id),
  constraint gateways_coordinates_whole check ((latitude is null) = (longitude is null))
);
create index gateways_by_name on gateways (tenant_id, lower(name), id);
create index gateways_newest on gateways (tenant_id, created_at desc, id desc);
create index gateways_of_site on gateways (tenant_id, site_id) where site_id is not null;

create trigger gateways_counted_in after insert on gateways
  referencing new table as added for each statement execute function count_towards_limit('gateways');
create trigger gateways_counted_out after delete on gateways
  referencing old table as removed for each statement execute function count_towards_limit('gateways');

create table orphan_devices (
  tenant_id uuid not null references tenants (id) on delete cascade,
  id uuid not null,
  dev_eui text not null constraint orphan_devices_dev_eui_form check (dev_eui ~ '^[0-9A-F]{16}$'),
  first_seen_at timestamptz not null,
  last_seen_at timestamptz not null,
  uplink_count bigint not null default 1,
  last_f_port int,
  last_payload bytea,
  last_rssi int,
  last_snr real,
  last_gateway_eui text,
  source text not null,
  guessed_model text,
  -- Set aside by somebody; heard again, it stays so.
  dismissed_at timestamptz,
  dismissed_by text,
  primary key (tenant_id, id),
  constraint orphan_devices_one_per_eui unique (tenant_id, dev_eui)
);
create index orphan_devices_last_seen on orphan_devices (tenant_id, last_seen_at desc, id desc);

do $$
declare
  name text;
begin
  foreach name in array array['gateways', 'orphan_devices'] loop
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
