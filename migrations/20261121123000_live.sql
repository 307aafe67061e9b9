-- What is told as it happens: which change of a bay is newer, and tickets for those who cannot send a header.

-- Counts the changes of a bay's state. The log of events is in the order of transactions, and of two
-- that change the same bay the later one may have begun earlier; this number does not err.
alter table spaces add column state_sequence bigint not null default 0;

-- Good once and for a moment, for whoever was somebody when it was made.
create table live_tickets (
  tenant_id uuid not null references tenants (id) on delete cascade,
  id uuid not null,
  hash bytea not null constraint live_tickets_hash_unique unique,
  -- No reference: a tenant's row points to no row of others, and whoever uses the ticket is looked up.
  session_id uuid,
  key_id uuid,
  expires_at timestamptz not null,
  primary key (tenant_id, id),
  constraint live_tickets_key_fkey foreign key (tenant_id, key_id) references api_keys (tenant_id, id) on delete cascade,
  constraint live_tickets_of_one check ((session_id is null) <> (key_id is null))
);
create index live_tickets_age on live_tickets (expires_at);
create index live_tickets_key on live_tickets (tenant_id, key_id) where key_id is not null;

alter table live_tickets enable row level security;
alter table live_tickets force row level security;
create policy live_tickets_own on live_tickets to parking_tenant
  using (tenant_id = (select current_tenant_id())) with check (tenant_id = (select current_tenant_id()));
create policy live_tickets_worker on live_tickets to parking_worker using (true) with check (true);
grant select, insert on live_tickets to parking_tenant;
grant select, insert, update, delete on live_tickets to parking_worker;
