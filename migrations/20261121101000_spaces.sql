-- Bays, what overrides their state, and the history of it.

create table spaces (
  tenant_id uuid not null,
  id uuid not null,
  site_id uuid not null,
  code text not null constraint spaces_code_length check (char_length(code) between 1 and 50),
  -- The code with its numbers padded, so that A-2 comes before A-10.
  code_order text collate "C" not null,
  name text constraint spaces_name_length check (char_length(name) between 1 and 255),
  level_id uuid,
  zone_id uuid,
  kind text not null default 'general',
  latitude double precision constraint spaces_latitude check (latitude between -90 and 90),
  longitude double precision constraint spaces_longitude check (longitude between -180 and 180),
  -- The corners on the level's plan, x and y in turn, in parts of its width and height.
  shape double precision[],
  is_reservable boolean not null default true,
  auto_release_minutes int constraint spaces_auto_release check (auto_release_minutes between 1 and 1440),
  metadata jsonb not null default '{}' constraint spaces_metadata_is_object check (jsonb_typeof(metadata) = 'object'),
  -- What the sensor said last, and when; written by whoever reads sensors.
  sensor_state text not null default 'unknown' constraint spaces_sensor_state check (sensor_state in ('free', 'occupied', 'unknown')),
  sensor_observed_at timestamptz,
  -- From when on that is no longer believed.
  sensor_stale_at timestamptz,
  -- What follows from sensor, overrides and reservations; recomputed when a fact changes or its time comes.
  state text not null default 'unknown'
    constraint spaces_state check (state in ('free', 'occupied', 'reserved', 'maintenance', 'unknown')),
  state_changed_at timestamptz not null,
  state_due_at timestamptz,
  deleted_at timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  version bigint not null default 1,
  primary key (tenant_id, id),
  constraint spaces_site_fkey foreign key (tenant_id, site_id) references sites (tenant_id, id),
  constraint spaces_level_fkey foreign key (tenant_id, site_id, level_id) references levels (tenant_id, site_id, id),
  constraint spaces_zone_fkey foreign key (tenant_id, site_id, zone_id) references zones (tenant_id, site_id, id),
  constraint spaces_coordinates_whole check ((latitude is null) = (longitude is null)),
  constraint spaces_shape_on_a_level check (shape is null or level_id is not null),
  constraint spaces_shape_is_pairs check (shape is null or (cardinality(shape) between 6 and 24 and cardinality(shape) % 2 = 0))
);
create unique index spaces_code_unique on spaces (tenant_id, site_id, lower(code)) where deleted_at is null;
create index spaces_by_code on spaces (tenant_id, code_order, id);
create index spaces_of_site on spaces (tenant_id, site_id, code_order, id);
create index spaces_of_level on spaces (tenant_id, level_id) where level_id is not null;
create index spaces_of_zone on spaces (tenant_id, zone_id) where zone_id is not null;
create index spaces_newest on spaces (tenant_id, created_at desc, id desc);
create index spaces_changed on spaces (tenant_id, state_changed_at desc, id desc);
-- Counting states reads nothing but this.
create index spaces_states on spaces (tenant_id, site_id, state) where deleted_at is null;
create index spaces_due on spaces (state_due_at) where state_due_at is not null and deleted_at is null;

create trigger spaces_counted_in after insert on spaces
  referencing new table as added for each statement execute function count_living_towards_limit('spaces', 'deleted_at');
create trigger spaces_counted_anew after update on spaces
  referencing old table as removed new table as added for each statement execute function count_living_towards_limit('spaces', 'deleted_at');
create trigger spaces_counted_out after delete on spaces
  referencing old table as removed for each statement execute function count_living_towards_limit('spaces', 'deleted_at');

-- A bay taken out of use for a while, by somebody, for a reason. `ends_at` null: until it is lifted.
create table overrides (
  tenant_id uuid not null,
  id uuid not null,
  space_id uuid not null,
  kind text not null constraint overrides_kind check (kind in ('blocked', 'out_of_service')),
  starts_at timestamptz not null,
  ends_at timestamptz,
  reason text not null constraint overrides_reason_length check (char_length(reason) between 1 and 500),
  notes text constraint overrides_notes_length check (char_length(notes) <= 2000),
  created_by text,
  created_at timestamptz not null,
  lifted_at timestamptz,
  lifted_by text,
  version bigint not null default 1,
  primary key (tenant_id, id),
  constraint overrides_space_fkey foreign key (tenant_id, space_id) references spaces (tenant_id, id) on delete cascade,
  constraint overrides_end_after_start check (ends_at is null or ends_at > starts_at)
);
create index overrides_of_space on overrides (tenant_id, space_id, starts_at desc) where lifted_at is null;

-- What a bay's state was, from when on and why. `cause` is a word, `evidence` names the facts.
create table state_changes (
  tenant_id uuid not null,
  id uuid not null,
  space_id uuid not null,
  at timestamptz not null,
  from_state text not null,
  to_state text not null,
  cause text not null,
  evidence jsonb not null default '{}',
  primary key (tenant_id, id),
  constraint state_changes_space_fkey foreign key (tenant_id, space_id) references spaces (tenant_id, id) on delete cascade
);
create index state_changes_of_space on state_changes (tenant_id, space_id, at desc, id desc);

do $$
declare
  name text;
begin
  foreach name in array array['spaces', 'overrides', 'state_changes'] loop
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
