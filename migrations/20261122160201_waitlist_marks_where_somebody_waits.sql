-- What frees a bay is marked only where somebody waits. Who frees it does not see who begins to wait in a
-- transaction of the same moment, so the mark of whoever begins to wait is looked at twice: at once, and when
-- all has ended that was under way at the first look. What was under way when they had begun to wait was
-- under way then, or had ended.
alter table waitlist_marks
  add column is_of_entry boolean not null default false,
  -- The first transaction that was not under way yet at the first look; not looked at yet, if null.
  add column again_after xid8;
grant update on waitlist_marks to parking_worker;

create or replace function mark_waitlist_of_reservations() returns trigger
  language plpgsql
  as $$
begin
  insert into waitlist_marks (tenant_id, site_id, space_id, free_from, free_until)
    select o.tenant_id, s.site_id, o.space_id, o.blocks_from, o.blocks_until
    from removed o
    join added n on n.tenant_id = o.tenant_id and n.id = o.id
    join spaces s on s.tenant_id = o.tenant_id and s.id = o.space_id
    where
      -- A hold that became something else: whoever was offered it has claimed it, or let it go.
      o.status = 'pending' and n.status <> 'pending' and exists (
        select from waitlist_entries e
        where e.tenant_id = o.tenant_id and e.reservation_id = o.id and e.status = 'offered')
      or o.status in ('pending', 'confirmed') and o.blocks_until > n.updated_at
        and (n.status not in ('pending', 'confirmed') or n.space_id <> o.space_id
          or n.blocks_from > o.blocks_from or n.blocks_until < o.blocks_until)
        and exists (
          select from waitlist_entries e
          where e.tenant_id = o.tenant_id and e.status = 'waiting' and e.site_id = s.site_id
            and (e.space_id is null or e.space_id = o.space_id));
  return null;
end
$$;

create or replace function mark_waitlist_of_overrides() returns trigger
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
        or coalesce(n.ends_at, 'infinity') < coalesce(o.ends_at, 'infinity'))
      and exists (
        select from waitlist_entries e
        where e.tenant_id = o.tenant_id and e.status = 'waiting' and e.site_id = s.site_id
          and (e.space_id is null or e.space_id = o.space_id));
  return null;
end
$$;
