//! Proof, from PostgreSQL's own catalogue, that tenants cannot see each other.
//!
//! The server runs this at start and refuses to serve when a line comes back. Each check is one
//! query that names its offenders, so that a new table is covered the moment it exists.

use sqlx::PgConnection;

use crate::{Db, Result};

/// One way in which isolation could be got round.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Breach {
    /// The rule that is broken.
    pub rule: &'static str,
    /// What breaks it: a table, a policy, a role.
    pub offender: String,
}

/// The rules, and a query that lists what breaks each.
const RULES: &[(&str, &str)] = &[
    (
        "the login role must not be a superuser, bypass row-level security, inherit, or create roles",
        "select rolname::text from pg_roles where rolname = session_user
           and (rolsuper or rolbypassrls or rolinherit or rolcreaterole or rolreplication)",
    ),
    (
        "the roles taken in a transaction must not be superusers or bypass row-level security",
        "select rolname::text from pg_roles
         where rolname in ('parking_tenant', 'parking_platform', 'parking_worker', 'parking_owner')
           and (rolsuper or rolbypassrls or rolcanlogin)",
    ),
    (
        "the login role must not be able to become any other role",
        "select rolname::text from pg_roles
         where pg_has_role(session_user, oid, 'member') and rolname <> session_user
           and rolname not in ('parking_tenant', 'parking_platform', 'parking_worker')",
    ),
    (
        "the roles taken in a transaction must not be members of another role",
        "select m.member::regrole || ' in ' || m.roleid::regrole from pg_auth_members m
         where m.member::regrole::text in ('parking_tenant', 'parking_platform', 'parking_worker')",
    ),
    (
        "every table must enable and force row-level security",
        "select c.oid::regclass::text from pg_class c
         where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
           and c.relname <> '_sqlx_migrations' and not (c.relrowsecurity and c.relforcerowsecurity)",
    ),
    (
        "every table must belong to parking_owner",
        "select c.oid::regclass::text from pg_class c
         where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'v', 'm')
           and c.relowner <> 'parking_owner'::regrole",
    ),
    (
        "the login role and PUBLIC must hold no privilege on any table",
        "select c.oid::regclass::text from pg_class c, aclexplode(c.relacl) as acl
         where c.relnamespace = 'public'::regnamespace
           and (acl.grantee = 0 or acl.grantee = session_user::regrole)",
    ),
    (
        "the login role and PUBLIC must hold no privilege on any column",
        "select a.attrelid::regclass || '.' || a.attname from pg_class c
         join pg_attribute a on a.attrelid = c.oid, aclexplode(a.attacl) as acl
         where c.relnamespace = 'public'::regnamespace and (acl.grantee = 0 or acl.grantee = session_user::regrole)",
    ),
    (
        "only the owner, the tenant, the platform and the worker role may hold privileges",
        "select distinct c.oid::regclass || ': ' || acl.grantee::regrole
         from pg_class c
         left join pg_attribute a on a.attrelid = c.oid and a.attacl is not null,
         lateral (select * from aclexplode(c.relacl) union all select * from aclexplode(a.attacl)) as acl
         where c.relnamespace = 'public'::regnamespace and c.relname <> '_sqlx_migrations' and acl.grantee <> 0
           and acl.grantee::regrole::text not in ('parking_owner', 'parking_tenant', 'parking_platform', 'parking_worker')",
    ),
    (
        "outside of the product's schema nobody may be let in: what lies there has no row-level security of ours",
        "select distinct c.oid::regclass || ': ' || case acl.grantee when 0 then 'public' else acl.grantee::regrole::text end
         from pg_class c
         join pg_namespace n on n.oid = c.relnamespace
           and n.nspname not in ('public', 'pg_catalog', 'information_schema') and n.nspname !~ '^pg_(toast|temp)'
         left join pg_attribute a on a.attrelid = c.oid and a.attacl is not null,
         lateral (select * from aclexplode(c.relacl) union all select * from aclexplode(a.attacl)) as acl
         where (acl.grantee in (0, session_user::regrole)
             or acl.grantee::regrole::text in ('parking_tenant', 'parking_platform', 'parking_worker'))
           and not exists (select from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e')",
    ),
    (
        "nobody but the owner may truncate, nor change the audit log or the events",
        "select distinct c.oid::regclass || ': ' || acl.privilege_type
         from pg_class c
         left join pg_attribute a on a.attrelid = c.oid and a.attacl is not null,
         lateral (select * from aclexplode(c.relacl) union all select * from aclexplode(a.attacl)) as acl
         where c.relnamespace = 'public'::regnamespace and acl.grantee <> 'parking_owner'::regrole
           and (acl.privilege_type = 'TRUNCATE'
             or (c.relname ~ '^(audit_log|audit_heads|events)' and acl.privilege_type in ('UPDATE', 'DELETE')))",
    ),
    (
        "the tenant and the platform role may read of people what is listed here, and change nothing",
        "select role || ': users.' || a.attname from pg_attribute a, unnest(array['parking_tenant', 'parking_platform']) as role
         where a.attrelid = 'users'::regclass and a.attnum > 0 and not a.attisdropped
           and (has_column_privilege(role, a.attrelid, a.attnum, 'insert, update')
             or (has_column_privilege(role, a.attrelid, a.attnum, 'select') and a.attname not in ('id', 'email', 'email_key',
               'name', 'language', 'theme', 'is_active', 'email_verified_at', 'last_login_at', 'created_at', 'updated_at', 'version')))",
    ),
    (
        "the tenant role must not make anybody a member: whom it makes one it may read",
        "select 'memberships.' || a.attname from pg_attribute a
         where a.attrelid = 'memberships'::regclass and a.attnum > 0 and not a.attisdropped
           and (has_column_privilege('parking_tenant', a.attrelid, a.attnum, 'insert')
             or (has_column_privilege('parking_tenant', a.attrelid, a.attnum, 'update')
               and a.attname in ('tenant_id', 'id', 'user_id')))",
    ),
    (
        "a policy must name its role",
        "select polrelid::regclass || '.' || polname from pg_policy where 0 = any(polroles)",
    ),
    (
        "a policy of the tenant role must compare with the current tenant and hold no OR",
        "select polrelid::regclass || '.' || polname from pg_policy
         where 'parking_tenant'::regrole = any(polroles)
           and polrelid <> 'users'::regclass
           and (pg_get_expr(polqual, polrelid) is distinct from
                  case when polcmd = 'a' then null else
                  case when polrelid = 'tenants'::regclass
                    then '(id = ( SELECT current_tenant_id() AS current_tenant_id))'
                    else '(tenant_id = ( SELECT current_tenant_id() AS current_tenant_id))' end end
             or (polcmd in ('a', 'w', '*') and pg_get_expr(polwithcheck, polrelid) is distinct from
                  case when polrelid = 'tenants'::regclass
                    then '(id = ( SELECT current_tenant_id() AS current_tenant_id))'
                    else '(tenant_id = ( SELECT current_tenant_id() AS current_tenant_id))' end))",
    ),
    (
        "people are seen by the tenants they are members of, by the platform, and by the worker",
        "select 'users.' || polname from pg_policy
         where polrelid = 'users'::regclass
           and (polname, polcmd, polpermissive, polroles::regrole[]::text, regexp_replace(pg_get_expr(polqual, polrelid), '\\s+', ' ', 'g'),
                coalesce(pg_get_expr(polwithcheck, polrelid), '')) not in (
             ('users_of_own_tenant', 'r', true, '{parking_tenant}',
              '(EXISTS ( SELECT FROM memberships WHERE (memberships.user_id = users.id)))', ''),
             ('users_platform', 'r', true, '{parking_platform}', 'true', ''),
             ('users_worker', '*', true, '{parking_worker}', 'true', 'true'))",
    ),
    (
        "a privilege of the tenant role must be covered by a policy",
        "select c.oid::regclass::text from pg_class c
         where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
           and (exists (select from aclexplode(c.relacl) acl where acl.grantee = 'parking_tenant'::regrole)
             or exists (select from pg_attribute a, aclexplode(a.attacl) acl
                        where a.attrelid = c.oid and acl.grantee = 'parking_tenant'::regrole))
           and not exists (select from pg_policy p where p.polrelid = c.oid and 'parking_tenant'::regrole = any(p.polroles))",
    ),
    (
        "the primary key of a tenant's table must begin with tenant_id",
        "select a.attrelid::regclass::text from pg_attribute a
         join pg_class c on c.oid = a.attrelid
         where a.attname = 'tenant_id' and not a.attisdropped and c.relkind in ('r', 'p')
           and c.relnamespace = 'public'::regnamespace
           and not exists (select from pg_index i where i.indrelid = c.oid and i.indisprimary and i.indkey[0] = a.attnum)",
    ),
    (
        "tenant_id must not be null",
        "select a.attrelid::regclass::text from pg_attribute a
         join pg_class c on c.oid = a.attrelid
         where a.attname = 'tenant_id' and not a.attisdropped and c.relkind in ('r', 'p')
           and c.relnamespace = 'public'::regnamespace and not a.attnotnull",
    ),
    (
        "a foreign key between two tenant tables must carry tenant_id on both sides",
        "select k.conrelid::regclass || '.' || k.conname from pg_constraint k
         join pg_attribute mine on mine.attrelid = k.conrelid and mine.attname = 'tenant_id' and not mine.attisdropped
         join pg_attribute theirs on theirs.attrelid = k.confrelid and theirs.attname = 'tenant_id' and not theirs.attisdropped
         where k.contype = 'f' and k.connamespace = 'public'::regnamespace
           and not exists (select from generate_subscripts(k.conkey, 1) as i
                           where k.conkey[i] = mine.attnum and k.confkey[i] = theirs.attnum)",
    ),
    (
        "a view must check the rights of whoever asks",
        "select c.oid::regclass::text from pg_class c
         where c.relnamespace = 'public'::regnamespace
           and ((c.relkind = 'v' and not coalesce('security_invoker=true' = any(c.reloptions) or 'security_invoker=on' = any(c.reloptions), false))
             or c.relkind = 'm')",
    ),
    (
        "a function that runs as its owner must fix its search path and be closed to PUBLIC unless it is a trigger",
        "select p.oid::regprocedure::text from pg_proc p
         where p.pronamespace = 'public'::regnamespace and p.prosecdef
           and (not coalesce(p.proconfig::text like '%search_path%', false)
             or (p.prorettype <> 'trigger'::regtype and has_function_privilege('public', p.oid, 'execute')))",
    ),
    (
        "a function that runs as its owner must be one of those the product knows, and belong to parking_owner",
        "select p.oid::regprocedure::text from pg_proc p
         join pg_namespace n on n.oid = p.pronamespace and n.nspname not in ('pg_catalog', 'information_schema')
         where p.prosecdef
           and (n.nspname = 'public' or exists (
             select from unnest(array[session_user, 'parking_tenant', 'parking_platform', 'parking_worker']) as role
             where has_schema_privilege(role, n.oid, 'usage') and has_function_privilege(role, p.oid, 'execute')))
           and (p.proowner <> 'parking_owner'::regrole or n.nspname <> 'public'
             or p.oid::regprocedure::text not in ('chain_audit_entry()',
               'ensure_partitions(text,timestamp with time zone,integer)', 'drop_partitions(text,timestamp with time zone)'))
           and not exists (select from pg_depend d where d.classid = 'pg_proc'::regclass and d.objid = p.oid and d.deptype = 'e')",
    ),
];

/// Runs every rule as the login role and returns what is broken; empty means isolated.
#[expect(
    clippy::disallowed_methods,
    reason = "the login role itself is what is checked, before any door"
)]
pub async fn check(db: &Db) -> Result<Vec<Breach>> {
    let mut conn = db.pool().acquire().await?;
    check_on(&mut conn).await
}

/// Runs every rule on a given connection, which must be the login role's own.
pub async fn check_on(conn: &mut PgConnection) -> Result<Vec<Breach>> {
    let mut breaches = Vec::new();
    for (rule, query) in RULES {
        let offenders: Vec<String> = sqlx::query_scalar(*query).fetch_all(&mut *conn).await?;
        breaches.extend(
            offenders
                .into_iter()
                .map(|offender| Breach { rule, offender }),
        );
    }
    Ok(breaches)
}

/// What a server says about itself and this session.
#[derive(Clone, Debug)]
pub struct ServerFacts {
    /// `server_version_num`, such as 150018.
    pub version: i32,
    /// Who logged in.
    pub login: String,
    /// The server's clock.
    pub now: chrono::DateTime<chrono::Utc>,
}

/// Asks the server who it is, for `doctor` and the health check.
pub async fn facts(db: &Db) -> Result<ServerFacts> {
    let (version, login, now) = sqlx::query_as(
        "select current_setting('server_version_num')::int, session_user::text, clock_timestamp()",
    )
    .fetch_one(db.pool())
    .await?;
    Ok(ServerFacts {
        version,
        login,
        now,
    })
}
