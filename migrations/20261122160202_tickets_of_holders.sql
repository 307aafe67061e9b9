-- The link that a letter brought to an address is good for nothing once the reservation is somebody else's,
-- whoever changes that.
create function renew_ticket_of_holder() returns trigger
  language plpgsql
  as $$
begin
  new.ticket_number := greatest(new.ticket_number, old.ticket_number + 1);
  return new;
end
$$;
create trigger reservations_address_changed before update of holder_email on reservations
  for each row when (old.holder_email is not null and lower(old.holder_email) is distinct from lower(new.holder_email))
  execute function renew_ticket_of_holder();
