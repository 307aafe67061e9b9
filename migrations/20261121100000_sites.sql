-- Sites, their levels and zones, and the plan of a level.

-- Counts towards a limit what is living: rows without the instant named by the second argument.
create function count_living_towards_limit() returns trigger
  language plpgsql
  as $$
declare
  living text := format('where %I is null', tg_argv[1]);
  change record;
  now_used int;
  now_max int;
begin
  for change in
    execute case tg_op
      when 'INSERT' then format('select tenant_id, count(*)::int as rows from added %s group by 1 order by 1', living)
      when 'DELETE' then format('select tenant_id, -count(*)::int as rows from removed %s group by 1 order by 1', living)
      else format('select tenant_id, sum(n)::int as rows from (
          select tenant_id, count(*) as n from added %1$s group by 1
          union all select tenant_id, -count(*) from removed %1$s group by 1) as both_sides
        group by 1 having sum(n) <> 0 order by 1', living)
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

create table sites (
  tenant_id uuid not null references tenants (id) on delete cascade,
  id uuid not null,
  name text not null constraint sites_name_length check (char_length(name) between 1 and 255),
  slug text not null,
  address text,
  city text,
  state text,
  postal_code text,
  country text constraint sites_country check (country ~ '^[A-Z]{2}$'),
  latitude double precision constraint sites_latitude check (latitude between -90 and 90),
  longitude double precision constraint sites_longitude check (longitude between -180 and 180),
  timezone text not null,
  opening_hours text,
  metadata jsonb not null default '{}' constraint sites_metadata_is_object check (jsonb_typeof(metadata) = 'object'),
  is_active boolean not null default true,
  deleted_at timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  version bigint not null default 1,
  primary key (tenant_id, id),
  constraint sites_coordinates_whole check ((latitude is null) = (longitude is null))
);
create unique index sites_slug_unique on sites (tenant_id, slug) where deleted_at is null;
create index sites_by_name on sites (tenant_id, lower(name), id);
create index sites_newest on sites (tenant_id, created_at desc, id desc);

create trigger sites_counted_in after insert on sites
  referencing new table as added for each statement execute function count_living_towards_limit('sites', 'deleted_at');
create trigger sites_counted_anew after update on sites
  referencing old table as removed new table as added for each statement execute function count_living_towards_limit('sites', 'deleted_at');
create trigger sites_counted_out after delete on sites
  referencing old table as removed for each statement execute function count_living_towards_limit('sites', 'deleted_at');

-- A floor or deck of a site; `ordinal` orders them from the bottom up.
create table levels (
  tenant_id uuid not null,
  id uuid not null,
  site_id uuid not null,
  name text not null constraint levels_name_length check (char_length(name) between 1 and 100),
  ordinal int not null default 0,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  version bigint not null default 1,
  primary key (tenant_id, id),
  constraint levels_site_fkey foreign key (tenant_id, site_id) references sites (tenant_id, id) on delete cascade,
  constraint levels_of_site unique (tenant_id, site_id, id)
);
create unique index levels_name_unique on levels (tenant_id, site_id, lower(name));

-- A named part of a site, across or within levels.
create table zones (
  tenant_id uuid not null,
  id uuid not null,
  site_id uuid not null,
  name text not null constraint zones_name_length check (char_length(name) between 1 and 100),
  created_at timestamptz not null,
  updated_at timestamptz not null,
  version bigint not null default 1,
  primary key (tenant_id, id),
  constraint zones_site_fkey foreign key (tenant_id, site_id) references sites (tenant_id, id) on delete cascade,
  constraint zones_of_site unique (tenant_id, site_id, id)
);
create unique index zones_name_unique on zones (tenant_id, site_id, lower(name));

-- The drawing of a level. Its bays' shapes are theirs, in parts of its width and height.
create table plans (
  tenant_id uuid not null,
  level_id uuid not null,
  media_type text not null constraint plans_media_type check (media_type in ('image/svg+xml', 'image/png', 'image/jpeg')),
  width int not null constraint plans_width check (width > 0),
  height int not null constraint plans_height check (height > 0),
  image bytea not null constraint plans_size check (octet_length(image) <= 10485760),
  sha256 bytea not null,
  uploaded_at timestamptz not null,
  primary key (tenant_id, level_id),
  constraint plans_level_fkey foreign key (tenant_id, level_id) references levels (tenant_id, id) on delete cascade
);

do $$
declare
  name text;
begin
  foreach name in array array['sites', 'levels', 'zones', 'plans'] loop
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
