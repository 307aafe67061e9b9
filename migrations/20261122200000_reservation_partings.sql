-- Whose a reservation was before it became somebody else's. They are to be told so; the address goes when they were
-- told, or when it is found that there is nothing to tell them.
create table reservation_partings (
  tenant_id uuid not null,
  reservation_id uuid not null,
  email text not null constraint reservation_partings_email_length check (char_length(email) between 3 and 254),
  -- The person by what tells persons apart, as in reservations.
  holder_key text not null,
  parted_at timestamptz not null,
  primary key (tenant_id, reservation_id, email),
  constraint reservation_partings_reservation_fkey foreign key (tenant_id, reservation_id)
    references reservations (tenant_id, id) on delete cascade
);
-- For the job, which looks across tenants.
create index reservation_partings_by_age on reservation_partings (parted_at);

alter table reservation_partings enable row level security;
alter table reservation_partings force row level security;
create policy reservation_partings_own on reservation_partings to parking_tenant
  using (tenant_id = (select current_tenant_id())) with check (tenant_id = (select current_tenant_id()));
create policy reservation_partings_worker on reservation_partings to parking_worker using (true) with check (true);
grant select, insert, delete on reservation_partings to parking_tenant, parking_worker;

-- An address that changes or goes. Whoever has another address is somebody else; whoever has none is, unless they
-- have the name or the plate that there was. Otherwise somebody took the address out, and what is known of whom was
-- told goes with it.
create or replace function forget_who_was_told() returns trigger
  language plpgsql
  as $$
declare
  is_same constant boolean := new.holder_email is null
    and (coalesce(new.holder_name = old.holder_name, false) or coalesce(new.holder_plate = old.holder_plate, false));
begin
  if new.erased_at is null and not is_same and num_nonnulls(new.holder_email, new.holder_name, new.holder_plate) > 0 then
    insert into reservation_partings (tenant_id, reservation_id, email, holder_key, parted_at)
      values (new.tenant_id, new.id, old.holder_email, old.holder_key, new.updated_at) on conflict do nothing;
  else
    delete from reservation_letters where tenant_id = new.tenant_id and reservation_id = new.id;
    delete from reservation_partings where tenant_id = new.tenant_id and reservation_id = new.id;
  end if;
  return null;
end
$$;
create trigger reservations_address_changed after update of holder_email on reservations
  for each row when (old.holder_email is not null and new.holder_email is not null and new.holder_key is distinct from old.holder_key)
  execute function forget_who_was_told();
