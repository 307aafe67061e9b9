-- The waiting list: who wants a bay when none is free, and where bays became free since it was looked at last.

-- How long whoever is offered a bay has to claim it.
alter table reservation_terms
  add column claim_minutes int not null default 30,
  add constraint reservation_terms_claim check (claim_minutes between 5 and 1440) not valid;

create table waitlist_entries (
  tenant_id uuid not null references tenants (id) on delete cascade,
  id uuid not null,
  site_id uuid not null,
  -- This bay, or any of the site's on this level, in this zone, of this kind.
  space_id uuid,
  level_id uuid,
  zone_id uuid,
  kind text,
  start_time timestamptz not null,
  end_time timestamptz not null,
  holder_name text constraint waitlist_entries_holder_name_length check (char_length(holder_name) between 1 and 255),
  holder_email text constraint waitlist_entries_holder_email_length check (char_length(holder_email) between 3 and 254),
  holder_plate text constraint waitlist_entries_holder_plate_length check (char_length(holder_plate) between 1 and 20),
  -- The person by what tells persons apart, as in reservations.
  holder_key text,
  notes text constraint waitlist_entries_notes_length check (char_length(notes) <= 2000),
  status text not null
    constraint waitlist_entries_status check (status in ('waiting', 'offered', 'claimed', 'lapsed', 'expired', 'cancelled')),
  -- The hold they were offered, and until when they can claim it.
  reservation_id uuid,
  claim_until timestamptz,
  created_by text,
  -- Who asked first is offered first.
  created_at timestamptz not null,
  updated_at timestamptz not null,
  version bigint not null default 1,
  primary key (tenant_id, id),
  constraint waitlist_entries_site_fkey foreign key (tenant_id, site_id) references sites (tenant_id, id) on delete cascade,
  constraint waitlist_entries_space_fkey foreign key (tenant_id, space_id) references spaces (tenant_id, id) on delete cascade,
  constraint waitlist_entries_level_fkey foreign key (tenant_id, level_id)
    references levels (tenant_id, id) on delete set null (level_id),
  constraint waitlist_entries_zone_fkey foreign key (tenant_id, zone_id)
    references zones (tenant_id, id) on delete set null (zone_id),
  constraint waitlist_entries_reservation_fkey foreign key (tenant_id, reservation_id)
    references reservations (tenant_id, id) on delete cascade,
  constraint waitlist_entries_last_five_minutes check (end_time >= start_time + interval '5 minutes'),
  constraint waitlist_entries_offer_whole check (num_nulls(reservation_id, claim_until) in (0, 2)),
  constraint waitlist_entries_offered_something check (reservation_id is not null or status not in ('offered', 'claimed', 'lapsed'))
);
create index waitlist_entries_by_age on waitlist_entries (tenant_id, created_at, id);
create index waitlist_entries_by_start on waitlist_entries (tenant_id, start_time, id);
create index waitlist_entries_of_site on waitlist_entries (tenant_id, site_id, created_at, id);
create index waitlist_entries_open on waitlist_entries (tenant_id, status, site_id, created_at, id)
  where status in ('waiting', 'offered');
create index waitlist_entries_of_holder on waitlist_entries (tenant_id, holder_key) where holder_key is not null;
create unique index waitlist_entries_of_reservation on waitlist_entries (tenant_id, reservation_id)
  where reservation_id is not null;
-- For the job, which looks across tenants.
create index waitlist_entries_over on waitlist_entries (start_time) where status = 'waiting';

-- Where somebody who waits may find something now: at a bay, or anywhere in a site.
create table waitlist_marks (
  tenant_id uuid not null,
  id bigint generated always as identity,
  site_id uuid not null,
  space_id uuid,
  free_from timestamptz not null,
  free_until timestamptz not null,
  primary key (tenant_id, id)
);

do $$
declare
  name text;
begin
  foreach name in array array['waitlist_entries', 'waitlist_marks'] loop
    execute format('alter table %I enable row level security', name);
    execute format('alter table %I force row level security', name);
    execute format('create policy %I on %I to parking_tenant
      using (tenant_id = (select current_tenant_id())) with check (tenant_id = (select current_tenant_id()))', name || '_own', name);
    execute format('create policy %I on %I to parking_worker using (true) with check (true)', name || '_worker', name);
  end loop;
end
$$;
create policy waitlist_entries_platform on waitlist_entries for select to parking_platform using (true);
grant select on waitlist_entries to parking_platform;
grant select, insert, update on waitlist_entries to parking_tenant;
grant select, update, delete on waitlist_entries to parking_worker;
-- Whoever frees a bay leaves a mark, and the job takes it away.
grant select, insert on waitlist_marks to parking_tenant;
grant select, insert, delete on waitlist_marks to parking_worker;

-- Reservations that no longer block what they blocked, and holds that became something else: whoever was
-- offered one has claimed it, or let it go.
create function mark_waitlist_of_reservations() returns trigger
  language plpgsql
  as $$
begin
  insert into waitlist_marks (tenant_id, site_id, space_id, free_from, free_until)
    select o.tenant_id, s.site_id, o.space_id, o.blocks_from, o.blocks_until
    from removed o
    join added n on n.tenant_id = o.tenant_id and n.id = o.id
    join spaces s on s.tenant_id = o.tenant_id and s.id = o.space_id
    where o.status = 'pending' and n.status <> 'pending'
      or o.status in ('pending', 'confirmed') and o.blocks_until > n.updated_at
        and (n.status not in ('pending', 'confirmed') or n.space_id <> o.space_id
          or n.blocks_from > o.blocks_from or n.blocks_until < o.blocks_until);
  return null;
end
$$;
create trigger reservations_mark_waitlist after update on reservations
  referencing old table as removed new table as added for each statement execute function mark_waitlist_of_reservations();

create function mark_waitlist_of_overrides() returns trigger
  language plpgsql
  as $$
begin
  insert into waitlist_marks (tenant_id, site_id, space_id, free_from, free_until)
    select o.tenant_id, s.site_id, o.space_id, o.starts_at, coalesce(o.ends_at, 'infinity')
    from removed o
    join added n on n.tenant_id = o.tenant_id and n.id = o.id
    join spaces s on s.tenant_id = o.tenant_id and s.id = o.space_id
    where o.lifted_at is null
      and (n.lifted_at is not null or n.starts_at > o.starts_at
        or coalesce(n.ends_at, 'infinity') < coalesce(o.ends_at, 'infinity'));
  return null;
end
$$;
create trigger overrides_mark_waitlist after update on overrides
  referencing old table as removed new table as added for each statement execute function mark_waitlist_of_overrides();
