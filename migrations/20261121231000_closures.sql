-- Bays that are closed together for a while, and the switch by which a whole site shows one thing.

-- Some bays of a site, taken out of use from one instant until another, and back in use by themselves.
create table closures (
  tenant_id uuid not null references tenants (id) on delete cascade,
  id uuid not null,
  site_id uuid not null,
  name text not null constraint closures_name_length check (char_length(name) between 1 and 100),
  kind text not null constraint closures_kind check (kind in ('blocked', 'out_of_service')),
  starts_at timestamptz not null,
  ends_at timestamptz not null,
  reason text not null constraint closures_reason_length check (char_length(reason) between 1 and 500),
  notes text constraint closures_notes_length check (char_length(notes) <= 2000),
  created_by text,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  -- Ended by hand before its time.
  ended_at timestamptz,
  ended_by text,
  version bigint not null default 1,
  primary key (tenant_id, id),
  constraint closures_site_fkey foreign key (tenant_id, site_id) references sites (tenant_id, id) on delete cascade,
  constraint closures_end_after_start check (ends_at > starts_at)
);
create index closures_newest on closures (tenant_id, starts_at desc, id desc);
create index closures_of_site on closures (tenant_id, site_id, starts_at desc, id desc);

alter table closures enable row level security;
alter table closures force row level security;
create policy closures_own on closures to parking_tenant
  using (tenant_id = (select current_tenant_id())) with check (tenant_id = (select current_tenant_id()));
create policy closures_platform on closures for select to parking_platform using (true);
-- Workers read, and delete what a tenant leaves behind.
create policy closures_worker on closures to parking_worker using (true) with check (true);
grant select, insert, update, delete on closures to parking_tenant;
grant select on closures to parking_platform;
grant select, delete on closures to parking_worker;

-- Which closure an override belongs to; it is changed and ended with it.
alter table overrides
  add column closure_id uuid,
  add constraint overrides_closure_fkey foreign key (tenant_id, closure_id)
    references closures (tenant_id, id) on delete cascade not valid;
create index overrides_of_closure on overrides (tenant_id, closure_id) where closure_id is not null;
create index overrides_newest on overrides (tenant_id, starts_at desc, id desc);

-- What every lamp of a site shows, whatever its bays are, until somebody takes it back.
alter table sites
  add column emergency text constraint sites_emergency check (emergency in ('all_red', 'all_off')),
  add column emergency_since timestamptz,
  add column emergency_by text,
  add column emergency_reason text constraint sites_emergency_reason_length check (char_length(emergency_reason) between 1 and 500),
  add constraint sites_emergency_whole check (num_nulls(emergency, emergency_since, emergency_reason) in (0, 3));
