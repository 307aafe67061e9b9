-- Reservations that recur, and secret links by which calendars read reservations.

create table reservation_series (
  tenant_id uuid not null references tenants (id) on delete cascade,
  id uuid not null,
  -- Which bay the occurrences have that were not moved by themselves.
  space_id uuid not null,
  -- RFC 5545, told by the clocks of this time zone.
  rule text not null constraint reservation_series_rule_length check (char_length(rule) between 1 and 600),
  timezone text not null,
  -- The slot that the rule repeats.
  start_time timestamptz not null,
  end_time timestamptz not null,
  -- Occurrences of the rule that nobody reserved, each with the reason.
  exceptions jsonb not null default '[]',
  -- The series this one was cut from, when the later occurrences of it were changed.
  continues_id uuid,
  cancelled_at timestamptz,
  cancel_reason text constraint reservation_series_reason_length check (char_length(cancel_reason) between 1 and 255),
  created_by text,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  version bigint not null default 1,
  primary key (tenant_id, id),
  constraint reservation_series_space_fkey foreign key (tenant_id, space_id)
    references spaces (tenant_id, id) on delete cascade,
  -- By the clocks it is longer; where they jump, next to nothing may be left of it.
  constraint reservation_series_ends_after_start check (end_time > start_time)
);
create index reservation_series_newest on reservation_series (tenant_id, start_time desc, id desc);
create index reservation_series_of_space on reservation_series (tenant_id, space_id, start_time desc, id desc);

-- A secret link by which a calendar reads reservations, as long as the person who made it may.
create table calendar_feeds (
  tenant_id uuid not null references tenants (id) on delete cascade,
  id uuid not null,
  user_id uuid not null,
  name text not null constraint calendar_feeds_name_length check (char_length(name) between 1 and 100),
  site_id uuid,
  space_id uuid,
  -- The person whose reservations it shows, by what tells persons apart.
  person text constraint calendar_feeds_person_length check (char_length(person) between 1 and 254),
  secret_hash bytea not null,
  created_at timestamptz not null,
  primary key (tenant_id, id),
  constraint calendar_feeds_secret_unique unique (secret_hash),
  constraint calendar_feeds_member_fkey foreign key (tenant_id, user_id)
    references memberships (tenant_id, user_id) on delete cascade,
  constraint calendar_feeds_site_fkey foreign key (tenant_id, site_id) references sites (tenant_id, id) on delete cascade,
  constraint calendar_feeds_space_fkey foreign key (tenant_id, space_id) references spaces (tenant_id, id) on delete cascade
);
create index calendar_feeds_of_member on calendar_feeds (tenant_id, user_id, created_at desc, id desc);
create index calendar_feeds_newest on calendar_feeds (tenant_id, created_at desc, id desc);

do $$
declare
  name text;
begin
  foreach name in array array['reservation_series', 'calendar_feeds'] loop
    execute format('alter table %I enable row level security', name);
    execute format('alter table %I force row level security', name);
    execute format('create policy %I on %I to parking_tenant
      using (tenant_id = (select current_tenant_id())) with check (tenant_id = (select current_tenant_id()))', name || '_own', name);
    -- Workers read, and delete what a tenant leaves behind.
    execute format('create policy %I on %I to parking_worker using (true) with check (true)', name || '_worker', name);
    execute format('grant select, insert, update on %I to parking_tenant', name);
    execute format('grant select, delete on %I to parking_worker', name);
  end loop;
end
$$;
-- A series stays with its reservations, which would go with it.
grant delete on calendar_feeds to parking_tenant;
create policy reservation_series_platform on reservation_series for select to parking_platform using (true);
grant select on reservation_series to parking_platform;

-- Which series a reservation is of, for which time of its rule, and whether it was moved away from there.
alter table reservations
  add column series_id uuid,
  add column recurs_at timestamptz,
  add column is_detached boolean not null default false,
  add constraint reservations_series_fkey foreign key (tenant_id, series_id)
    references reservation_series (tenant_id, id) on delete cascade not valid,
  add constraint reservations_series_whole check (num_nulls(series_id, recurs_at) in (0, 2)) not valid;
