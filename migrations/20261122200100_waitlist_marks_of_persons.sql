-- Whoever has as many reservations as one person may have is passed over. When one of theirs is over, called off or
-- another's, what they wait for is looked at again, wherever that is.
create function mark_waitlist_of_persons() returns trigger
  language plpgsql
  as $$
begin
  insert into waitlist_marks (tenant_id, site_id, space_id, free_from, free_until)
    select distinct e.tenant_id, e.site_id, e.space_id, e.start_time, e.end_time
    from removed o
    join added n on n.tenant_id = o.tenant_id and n.id = o.id
    join waitlist_entries e on e.tenant_id = o.tenant_id and e.holder_key = o.holder_key and e.status = 'waiting'
    where o.status in ('pending', 'confirmed')
      and (n.status not in ('pending', 'confirmed') or n.holder_key is distinct from o.holder_key);
  return null;
end
$$;
create trigger reservations_mark_waitlist_of_persons after update on reservations
  referencing old table as removed new table as added for each statement execute function mark_waitlist_of_persons();
