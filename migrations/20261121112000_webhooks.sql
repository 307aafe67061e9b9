-- Events told to programs elsewhere: where to, what was sent, and how far the log was read for it.

-- How far each reader of `events` has come. A reader holds its row while it reads on, so that of
-- many servers one reads, and what it makes of the events commits with the place it reached.
create table event_cursors (
  reader text primary key,
  xid bigint not null,
  event_id bigint not null
);
alter table event_cursors enable row level security;
alter table event_cursors force row level security;
create policy event_cursors_worker on event_cursors to parking_worker using (true) with check (true);
create policy event_cursors_owner on event_cursors to parking_owner using (true) with check (true);
grant select, update on event_cursors to parking_worker;

-- Nobody wants what happened before there were webhooks.
insert into event_cursors (reader, xid, event_id)
values ('webhooks', pg_snapshot_xmin(pg_current_snapshot())::text::bigint - 1, 9223372036854775807);

-- A secret is needed in clear to sign, so it is sealed with the data key, not hashed.
create table webhooks (
  tenant_id uuid not null references tenants (id) on delete cascade,
  id uuid not null,
  name text not null constraint webhooks_name_length check (char_length(name) between 1 and 255),
  url text not null constraint webhooks_url_length check (char_length(url) between 1 and 2000),
  event_types text[] not null constraint webhooks_event_types_count check (cardinality(event_types) between 1 and 100),
  sealed_secret bytea not null,
  -- The secret before, which signs beside the present one for a while.
  sealed_previous bytea,
  previous_until timestamptz,
  -- Why nothing is sent: somebody said so, the receiver is gone, or it failed for too long.
  disabled_at timestamptz,
  disabled_why text constraint webhooks_disabled_why check (disabled_why in ('person', 'gone', 'failing')),
  -- How it went lately. Paused means: one probe when the pause is over, and the rest waits.
  consecutive_failures int not null default 0,
  failing_since timestamptz,
  pauses int not null default 0,
  paused_until timestamptz,
  last_success_at timestamptz,
  last_failure_at timestamptz,
  last_error text,
  -- When there is something to send next, and until when a server has it in hand.
  due_at timestamptz,
  leased_until timestamptz,
  created_by uuid references users (id) on delete set null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  -- Its deliveries go in portions, and then the row.
  deleted_at timestamptz,
  version bigint not null default 1,
  primary key (tenant_id, id),
  constraint webhooks_disabled_whole check ((disabled_at is null) = (disabled_why is null)),
  constraint webhooks_previous_whole check ((sealed_previous is null) = (previous_until is null))
);
create index webhooks_newest on webhooks (tenant_id, created_at desc, id desc) where deleted_at is null;
create index webhooks_due on webhooks (due_at) where due_at is not null;
create index webhooks_in_hand on webhooks (leased_until) where leased_until is not null;
create index webhooks_deleted on webhooks (deleted_at) where deleted_at is not null;

create table webhook_deliveries (
  tenant_id uuid not null references tenants (id) on delete cascade,
  id uuid not null,
  webhook_id uuid not null,
  -- The order in which the events became true.
  seq bigint generated always as identity,
  -- Nothing for a test, which follows from no event.
  event_id bigint,
  event_type text not null,
  -- What is sent, byte for byte, at each attempt.
  body text not null,
  status text not null constraint webhook_deliveries_status check (status in ('pending', 'delivered', 'failed', 'expired')),
  -- Attempts since it was first or last put into the queue.
  attempt_count int not null default 0,
  next_attempt_at timestamptz,
  response_status int,
  error text,
  duration_ms int,
  -- The last attempts, with what was answered.
  attempts jsonb not null default '[]' constraint webhook_deliveries_attempts_are_list check (jsonb_typeof(attempts) = 'array'),
  created_at timestamptz not null,
  finished_at timestamptz,
  primary key (tenant_id, id),
  constraint webhook_deliveries_webhook_fkey foreign key (tenant_id, webhook_id) references webhooks (tenant_id, id),
  constraint webhook_deliveries_once unique (tenant_id, webhook_id, event_id),
  constraint webhook_deliveries_pending_has_time check ((status = 'pending') = (next_attempt_at is not null))
);
create index webhook_deliveries_newest on webhook_deliveries (tenant_id, webhook_id, created_at desc, seq desc);
create index webhook_deliveries_by_status on webhook_deliveries (tenant_id, webhook_id, status, created_at desc, seq desc);
create index webhook_deliveries_next on webhook_deliveries (tenant_id, webhook_id, next_attempt_at, seq) where status = 'pending';
create index webhook_deliveries_waiting on webhook_deliveries (tenant_id, webhook_id, seq desc) where status = 'pending';

do $$
declare
  name text;
begin
  foreach name in array array['webhooks', 'webhook_deliveries'] loop
    execute format('alter table %I enable row level security', name);
    execute format('alter table %I force row level security', name);
    execute format('create policy %I on %I to parking_tenant
      using (tenant_id = (select current_tenant_id())) with check (tenant_id = (select current_tenant_id()))', name || '_own', name);
    execute format('create policy %I on %I to parking_worker using (true) with check (true)', name || '_worker', name);
    execute format('grant select, insert, update on %I to parking_tenant', name);
    execute format('grant select, insert, update, delete on %I to parking_worker', name);
  end loop;
end
$$;
