-- What whoever a bay is reserved for is told: in which language, if at all, when they are reminded, and what
-- they were told last.
alter table reservation_terms add column letters text not null default 'en',
  add column reminder_minutes integer not null default 60,
  add constraint reservation_terms_letters check (letters in ('off', 'en', 'fr')) not valid,
  add constraint reservation_terms_reminder check (reminder_minutes between 0 and 10080) not valid;

create table reservation_letters (
  tenant_id uuid not null,
  reservation_id uuid not null,
  -- What they were told last; nothing yet, if null.
  told_space_id uuid,
  told_start timestamptz,
  told_end timestamptz,
  -- The address that was told, as SHA-256: whoever has another was told nothing.
  told_to bytea,
  told_is_over boolean not null default false,
  reminded_for timestamptz,
  -- When they are to be reminded.
  remind_at timestamptz,
  -- Until when somebody is writing to them.
  written_until timestamptz,
  primary key (tenant_id, reservation_id),
  constraint reservation_letters_reservation_fkey foreign key (tenant_id, reservation_id)
    references reservations (tenant_id, id) on delete cascade,
  constraint reservation_letters_told_whole check (num_nulls(told_space_id, told_start, told_end, told_to) in (0, 4))
);
-- For the job, which looks across tenants.
create index reservation_letters_remind on reservation_letters (remind_at) where remind_at is not null;

alter table reservation_letters enable row level security;
alter table reservation_letters force row level security;
create policy reservation_letters_own on reservation_letters to parking_tenant
  using (tenant_id = (select current_tenant_id())) with check (tenant_id = (select current_tenant_id()));
create policy reservation_letters_worker on reservation_letters to parking_worker using (true) with check (true);
grant select, insert, update, delete on reservation_letters to parking_tenant, parking_worker;

-- With the address of a holder goes what is known of whom was told, whoever takes it out.
create function forget_who_was_told() returns trigger
  language plpgsql
  as $$
begin
  delete from reservation_letters where tenant_id = new.tenant_id and reservation_id = new.id;
  return null;
end
$$;
create trigger reservations_address_gone after update of holder_email on reservations
  for each row when (old.holder_email is not null and new.holder_email is null)
  execute function forget_who_was_told();
