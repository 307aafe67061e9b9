-- The roles of the platform. Run once per database, by a role that may create roles and extensions;
-- running it again changes nothing. Each password is set by whoever runs the installation.
--
-- parking           logs in, owns nothing, inherits nothing: without a door it can read nothing
-- parking_tenant    one tenant, the one named by app.current_tenant_id
-- parking_platform  reads across tenants for the platform admin, writes platform tables
-- parking_worker    ingest, jobs and look-ups before a tenant is known
-- parking_owner     owns the tables; migrations run as it and nothing else does
do $$
declare
  role_name text;
begin
  foreach role_name in array array['parking_owner', 'parking_tenant', 'parking_platform', 'parking_worker'] loop
    if not exists (select from pg_roles where rolname = role_name) then
      begin
        execute format('create role %I nologin noinherit', role_name);
      exception when duplicate_object or unique_violation then
        null; -- another migration was quicker
      end;
    end if;
  end loop;
  if not exists (select from pg_roles where rolname = 'parking') then
    begin
      create role parking login noinherit;
    exception when duplicate_object or unique_violation then
      null;
    end;
  end if;
end
$$;

grant parking_tenant, parking_platform, parking_worker to parking;
grant usage, create on schema public to parking_owner;
-- What the rule that no two reservations overlap compares tenants and bays with; the owner may not make it.
create extension if not exists btree_gist;
