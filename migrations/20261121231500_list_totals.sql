-- How many rows some lists of a tenant have: every page says so, and counting ten thousand takes longer than
-- reading the page. Lists that count towards a limit have their total in tenant_usage.
create table list_totals (
  tenant_id uuid not null references tenants (id) on delete cascade,
  list text not null constraint list_totals_list check (list in ('levels', 'zones', 'alarms')),
  total bigint not null constraint list_totals_not_negative check (total >= 0),
  primary key (tenant_id, list)
);
alter table list_totals enable row level security;
alter table list_totals force row level security;
create policy list_totals_own on list_totals to parking_tenant
  using (tenant_id = (select current_tenant_id()))
  with check (tenant_id = (select current_tenant_id()));
create policy list_totals_platform on list_totals for select to parking_platform using (true);
create policy list_totals_worker on list_totals to parking_worker using (true) with check (true);
grant select, insert on list_totals to parking_tenant;
grant update (total) on list_totals to parking_tenant;
grant select on list_totals to parking_platform;
grant select, insert, update, delete on list_totals to parking_worker;

-- In the order of tenants, so that two statements about several of them never wait for each other.
create function count_listed() returns trigger
  language plpgsql
  as $$
declare
  change record;
begin
  if tg_op = 'INSERT' then
    insert into list_totals (tenant_id, list, total)
      select tenant_id, tg_table_name, count(*) from added group by tenant_id order by tenant_id
      on conflict (tenant_id, list) do update set total = list_totals.total + excluded.total;
  else
    for change in select tenant_id, count(*) as gone from removed group by tenant_id order by tenant_id loop
      update list_totals set total = total - change.gone
        where tenant_id = change.tenant_id and list = tg_table_name;
    end loop;
  end if;
  return null;
end
$$;

-- A trigger keeps writers away until this is committed, so nothing is counted twice or not at all.
create trigger levels_listed_in after insert on levels referencing new table as added
  for each statement execute function count_listed();
create trigger levels_listed_out after delete on levels referencing old table as removed
  for each statement execute function count_listed();
create trigger zones_listed_in after insert on zones referencing new table as added
  for each statement execute function count_listed();
create trigger zones_listed_out after delete on zones referencing old table as removed
  for each statement execute function count_listed();
create trigger alarms_listed_in after insert on alarms referencing new table as added
  for each statement execute function count_listed();
create trigger alarms_listed_out after delete on alarms referencing old table as removed
  for each statement execute function count_listed();
insert into list_totals (tenant_id, list, total) select tenant_id, 'levels', count(*) from levels group by tenant_id;
insert into list_totals (tenant_id, list, total) select tenant_id, 'zones', count(*) from zones group by tenant_id;
insert into list_totals (tenant_id, list, total) select tenant_id, 'alarms', count(*) from alarms group by tenant_id;
