-- Files of bays or devices that somebody imports, and what becomes of each of their rows.

create table imports (
  tenant_id uuid not null references tenants (id) on delete cascade,
  id uuid not null,
  kind text not null constraint imports_kind check (kind in ('spaces', 'devices')),
  file_name text not null constraint imports_file_name_length check (char_length(file_name) between 1 and 255),
  -- The site of bays whose rows name none.
  site_id uuid,
  -- The file's own names of its columns, and which of them is which of ours.
  header text[] not null,
  mapping jsonb not null constraint imports_mapping_is_object check (jsonb_typeof(mapping) = 'object'),
  status text not null default 'uploaded'
    constraint imports_status check (status in ('uploaded', 'checked', 'running', 'done', 'failed', 'cancelled', 'undoing', 'undone')),
  -- Why it stopped, if it did not end by itself.
  trouble text,
  rows_total int not null,
  -- Counts of `import_rows` by verdict, written with them, because those do not stay.
  rows_ready int not null default 0,
  rows_same int not null default 0,
  rows_refused int not null default 0,
  rows_created int not null default 0,
  rows_removed int not null default 0,
  created_by text not null,
  -- Whom the work is done for, as the audit log names them.
  maker jsonb,
  created_at timestamptz not null,
  started_at timestamptz,
  finished_at timestamptz,
  updated_at timestamptz not null,
  -- When the rows were forgotten; the counts stay.
  rows_forgotten_at timestamptz,
  version bigint not null default 1,
  primary key (tenant_id, id),
  constraint imports_site_fkey foreign key (tenant_id, site_id) references sites (tenant_id, id)
);
create index imports_newest on imports (tenant_id, created_at desc, id desc);
-- What went on too long, and what is old, is looked for across tenants.
create index imports_under_way on imports (tenant_id, updated_at) where status in ('running', 'undoing');
create index imports_with_rows on imports (updated_at) where rows_forgotten_at is null;

create table import_rows (
  tenant_id uuid not null,
  import_id uuid not null,
  -- The line of the file it begins on.
  line int not null,
  -- As they stand in the file, sealed: some hold keys of devices, and which is known only later.
  sealed_cells bytea not null,
  verdict text not null default 'unchecked'
    constraint import_rows_verdict check (verdict in ('unchecked', 'ready', 'same', 'refused', 'created', 'removed')),
  messages jsonb not null default '[]' constraint import_rows_messages_is_array check (jsonb_typeof(messages) = 'array'),
  -- What the row made, and its version then.
  target_id uuid,
  target_version bigint,
  primary key (tenant_id, import_id, line),
  constraint import_rows_import_fkey foreign key (tenant_id, import_id) references imports (tenant_id, id) on delete cascade
);
create index import_rows_by_verdict on import_rows (tenant_id, import_id, verdict, line);

do $$
declare
  name text;
begin
  foreach name in array array['imports', 'import_rows'] loop
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
