-- Reservations: the terms on which bays can be had, who has which one when, and the history of it.

-- Compares tenants and bays in the exclusion constraint below. Whoever makes the roles makes it, because
-- the owner of the tables may not; if it is there, this says so and goes on.
create extension if not exists btree_gist;

-- The terms of a site, or, without one, of all others of the tenant.
create table reservation_terms (
  tenant_id uuid not null references tenants (id) on delete cascade,
  id uuid not null,
  site_id uuid,
  duration_max_minutes int not null constraint reservation_terms_duration check (duration_max_minutes between 5 and 44640),
  lead_max_days int not null constraint reservation_terms_lead check (lead_max_days between 1 and 730),
  buffer_before_minutes int not null constraint reservation_terms_buffer_before check (buffer_before_minutes between 0 and 720),
  buffer_after_minutes int not null constraint reservation_terms_buffer_after check (buffer_after_minutes between 0 and 720),
  early_minutes int not null constraint reservation_terms_early check (early_minutes between 0 and 240),
  grace_minutes int not null constraint reservation_terms_grace check (grace_minutes between 1 and 1440),
  hold_max_minutes int not null constraint reservation_terms_hold check (hold_max_minutes between 1 and 1440),
  cancel_notice_minutes int not null constraint reservation_terms_notice check (cancel_notice_minutes between 0 and 43200),
  per_person_max int constraint reservation_terms_per_person check (per_person_max between 1 and 1000),
  updated_at timestamptz not null,
  primary key (tenant_id, id),
  constraint reservation_terms_one_of_site unique nulls not distinct (tenant_id, site_id),
  constraint reservation_terms_site_fkey foreign key (tenant_id, site_id) references sites (tenant_id, id) on delete cascade
);

create table reservations (
  tenant_id uuid not null,
  id uuid not null,
  space_id uuid not null,
  status text not null
    constraint reservations_status check (status in ('pending', 'confirmed', 'completed', 'cancelled', 'expired', 'no_show')),
  start_time timestamptz not null,
  end_time timestamptz not null,
  -- The slot and its buffers, by the terms when it was booked.
  blocks_from timestamptz not null,
  blocks_until timestamptz not null,
  -- Until when a pending one is held; for good if null.
  hold_until timestamptz,
  -- From when on one can check in, and when a bay that stayed free is released, by the terms as well.
  opens_at timestamptz not null,
  no_show_at timestamptz not null,
  checked_in_at timestamptz,
  checked_in_by text constraint reservations_checked_in_by check (checked_in_by in ('person', 'sensor')),
  checked_out_at timestamptz,
  -- When it was said that somebody else stands there, and that its vehicle stayed.
  contested_at timestamptz,
  overstayed_at timestamptz,
  -- When time may next make something of it.
  due_at timestamptz,
  holder_name text constraint reservations_holder_name_length check (char_length(holder_name) between 1 and 255),
  holder_email text constraint reservations_holder_email_length check (char_length(holder_email) between 3 and 254),
  holder_plate text constraint reservations_holder_plate_length check (char_length(holder_plate) between 1 and 20),
  -- The person by what tells persons apart: the address in small letters, else the plate.
  holder_key text,
  notes text constraint reservations_notes_length check (char_length(notes) <= 2000),
  cancel_reason text constraint reservations_cancel_reason_length check (char_length(cancel_reason) between 1 and 255),
  created_by text,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  version bigint not null default 1,
  primary key (tenant_id, id),
  constraint reservations_space_fkey foreign key (tenant_id, space_id) references spaces (tenant_id, id) on delete cascade,
  constraint reservations_last_five_minutes check (end_time >= start_time + interval '5 minutes'),
  constraint reservations_block_their_slot check (blocks_from <= start_time and blocks_until >= end_time),
  -- 31 days and two half days at most: who looks for what blocks an instant need not look further back.
  constraint reservations_block_so_long check (blocks_until <= blocks_from + interval '768 hours'),
  constraint reservations_checked_in_whole check ((checked_in_at is null) = (checked_in_by is null)),
  -- No two that block overlap, whoever writes them.
  constraint reservations_no_overlap exclude using gist
    (tenant_id with =, space_id with =, tstzrange(blocks_from, blocks_until, '[)') with &&)
    where (status in ('pending', 'confirmed'))
);
create index reservations_by_start on reservations (tenant_id, start_time desc, id desc);
create index reservations_of_space on reservations (tenant_id, space_id, start_time desc, id desc);
create index reservations_of_status on reservations (tenant_id, status, start_time desc, id desc);
create index reservations_of_holder on reservations (tenant_id, holder_key, start_time desc) where holder_key is not null;
create index reservations_blocking on reservations (tenant_id, space_id, blocks_from) where status in ('pending', 'confirmed');
-- For the job, which looks across tenants.
create index reservations_due on reservations (due_at) where due_at is not null;
create index reservations_awaited on reservations (opens_at) where status = 'confirmed' and checked_in_at is null;

-- What a reservation was after each change, so that any past moment can be told.
create table reservation_changes (
  tenant_id uuid not null,
  id uuid not null,
  reservation_id uuid not null,
  at timestamptz not null,
  kind text not null constraint reservation_changes_kind check (kind in ('created', 'updated', 'confirmed', 'cancelled',
    'checked_in', 'checked_out', 'contested', 'overstayed', 'completed', 'expired', 'no_show')),
  space_id uuid not null,
  status text not null,
  start_time timestamptz not null,
  end_time timestamptz not null,
  made_by text,
  reason text constraint reservation_changes_reason_length check (char_length(reason) between 1 and 255),
  evidence jsonb not null default '{}',
  primary key (tenant_id, id),
  constraint reservation_changes_reservation_fkey foreign key (tenant_id, reservation_id)
    references reservations (tenant_id, id) on delete cascade
);
create index reservation_changes_of_reservation on reservation_changes (tenant_id, reservation_id, at desc, id desc);
create index reservation_changes_of_space on reservation_changes (tenant_id, space_id, end_time);

do $$
declare
  name text;
begin
  foreach name in array array['reservation_terms', 'reservations', 'reservation_changes'] loop
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

-- What lamps show follows from reservations too: those of the bay it is of, and of the bay it was of.
create function mark_lamps_of_reservations() returns trigger
  language plpgsql
  as $$
begin
  insert into lamp_marks (tenant_id, device_id)
    select distinct a.tenant_id, a.device_id
    from added n
    join device_assignments a
      on a.tenant_id = n.tenant_id and a.space_id = n.space_id and a.role = 'display' and a.unassigned_at is null;
  return null;
end
$$;
create trigger reservations_mark_lamps after insert on reservations
  referencing new table as added for each statement execute function mark_lamps_of_reservations();

create function mark_lamps_of_changed_reservations() returns trigger
  language plpgsql
  as $$
begin
  insert into lamp_marks (tenant_id, device_id)
    select distinct a.tenant_id, a.device_id
    from added n
    join removed o on o.tenant_id = n.tenant_id and o.id = n.id
    join device_assignments a on a.tenant_id = n.tenant_id and a.space_id in (n.space_id, o.space_id)
      and a.role = 'display' and a.unassigned_at is null
    where (n.status, n.space_id, n.start_time, n.end_time, n.checked_in_at)
      is distinct from (o.status, o.space_id, o.start_time, o.end_time, o.checked_in_at);
  return null;
end
$$;
create trigger reservations_mark_lamps_anew after update on reservations
  referencing old table as removed new table as added for each statement execute function mark_lamps_of_changed_reservations();
