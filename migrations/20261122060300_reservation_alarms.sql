-- Who stands in a bay against a reservation raises an alarm.
alter table alarms drop constraint alarms_kind, add constraint alarms_kind check
  (kind in ('device_silent', 'battery_low', 'gateway_down', 'flapping', 'stuck', 'lamp_unreachable', 'lamp_mismatch',
    'contested', 'overstayed')) not valid;

-- Where a reservation was found to be stood in the way of, or is no longer, the bay is looked at.
create function watch_trespass() returns trigger
  language plpgsql
  as $$
begin
  insert into alarm_watches (tenant_id, subject_id, subject_type, due_at)
    select distinct n.tenant_id, b.space_id, 'space', timestamptz 'epoch'
    from added n
    join removed o on o.tenant_id = n.tenant_id and o.id = n.id
    cross join lateral (values (o.space_id), (n.space_id)) b (space_id)
    where (o.contested_at is not null or n.contested_at is not null or n.overstayed_at is not null)
      and (o.space_id, o.status, o.checked_in_at, o.contested_at, o.overstayed_at, o.end_time)
        is distinct from (n.space_id, n.status, n.checked_in_at, n.contested_at, n.overstayed_at, n.end_time)
    order by n.tenant_id, b.space_id
    on conflict (tenant_id, subject_id) do update set due_at = excluded.due_at where alarm_watches.due_at > excluded.due_at;
  return null;
end
$$;
create trigger reservations_trespassed after update on reservations
  referencing old table as removed new table as added for each statement execute function watch_trespass();
