//! Tenants cannot see each other: by the catalogue, and by trying.

use parking_db::{Reason, catalogue, roles};
use parking_domain::ids::{TenantId, fresh};
use parking_testkit::TestDb;
use sqlx::{AssertSqlSafe, Connection as _, PgConnection, Row as _};

/// A row for every tenant table, owned by tenant `$t`; `$u` is a user of that tenant.
const SEED: &str = "
insert into tenants (id, name, slug, tier, requests_per_minute, created_at, updated_at) values ($t, 'T', 's' || $n, 'basic', 100, now(), now());
insert into tenant_usage (tenant_id, resource, max) select $t, r, 5 from unnest(array['users','sites','spaces','devices','gateways']) r;
insert into users (id, email, email_key, name, created_at, updated_at) values ($u, 'u' || $n, 'u' || $n, 'U', now(), now());
insert into memberships (tenant_id, id, user_id, role, created_at, updated_at) values ($t, gen_random_uuid(), $u, 'owner', now(), now());
insert into invitations (tenant_id, id, email, email_key, role, language, created_at, expires_at) values ($t, gen_random_uuid(), 'i', 'i', 'viewer', 'en', now(), now());
insert into api_keys (tenant_id, id, public_id, secret_hash, name, role, scopes, created_at, updated_at) values ($t, gen_random_uuid(), 'k' || $n, '', 'K', 'viewer', '{}', now(), now());
insert into live_tickets (tenant_id, id, hash, key_id, expires_at) select tenant_id, gen_random_uuid(), uuid_send($t), id, now() from api_keys where tenant_id = $t;
insert into webhook_secrets (tenant_id, id, name, sealed_secret, created_at) values ($t, gen_random_uuid(), 'W', '', now());
insert into webhooks (tenant_id, id, name, url, event_types, sealed_secret, created_at, updated_at) values ($t, $t, 'W', 'https://a.b', '{*}', '', now(), now());
insert into webhook_deliveries (tenant_id, id, webhook_id, event_type, body, status, created_at) values ($t, $t, $t, 'a.b', '{}', 'delivered', now());
insert into audit_log (tenant_id, id, seq, at, actor_type, action, entity_type, prev_hash, hash) values ($t, gen_random_uuid(), 0, now(), 'system', 'a.b', 'a', '', '');
insert into events (tenant_id, at, kind, subject_type, subject_id) values ($t, now(), 'a.b', 'a', '1');
insert into jobs (tenant_id, id, kind, payload, run_at, attempts_max, created_at) values ($t, gen_random_uuid(), 'k', '{}', now() + interval '1 year', 1, now());
insert into idempotency_keys (tenant_id, caller, key, fingerprint, created_at) values ($t, 'c', 'k', '', now());
insert into sites (tenant_id, id, name, slug, timezone, created_at, updated_at) values ($t, $t, 'S', 's', 'UTC', now(), now());
insert into levels (tenant_id, id, site_id, name, created_at, updated_at) values ($t, $t, $t, 'L', now(), now());
insert into zones (tenant_id, id, site_id, name, created_at, updated_at) values ($t, $t, $t, 'Z', now(), now());
insert into plans (tenant_id, level_id, media_type, width, height, image, sha256, uploaded_at) values ($t, $t, 'image/png', 1, 1, '', '', now());
insert into spaces (tenant_id, id, site_id, code, code_order, state_changed_at, deleted_at, created_at, updated_at) values ($t, $t, $t, 'B', 'B', now(), now(), now(), now());
insert into overrides (tenant_id, id, space_id, kind, starts_at, reason, created_at) values ($t, $t, $t, 'blocked', now(), 'r', now());
insert into closures (tenant_id, id, site_id, name, kind, starts_at, ends_at, reason, created_at, updated_at) values ($t, $t, $t, 'C', 'blocked', now(), now() + interval '1 day', 'r', now(), now());
insert into display_policies (tenant_id, id, name, reserved_soon_threshold_sec, sensor_unknown_timeout_sec, free_color, occupied_color, reserved_color, reserved_soon_color, blocked_color, out_of_service_color, unknown_color, blink_reserved_soon, blink_pattern_ms, allow_sensor_override, offline_rule, default_state, created_at, updated_at) values ($t, $t, 'P', 900, 60, '00FF00', 'FF0000', 'FFA500', 'FFFF00', '808080', '800080', 'FFFFFF', false, 500, true, 'unknown', 'unknown', now(), now());
insert into state_changes (tenant_id, id, space_id, at, from_state, to_state, cause) values ($t, $t, $t, now(), 'free', 'occupied', 'sensor');
insert into reservation_terms (tenant_id, id, duration_max_minutes, lead_max_days, buffer_before_minutes, buffer_after_minutes, early_minutes, grace_minutes, hold_max_minutes, cancel_notice_minutes, updated_at) values ($t, $t, 60, 30, 0, 0, 15, 15, 15, 0, now());
insert into reservation_series (tenant_id, id, space_id, rule, timezone, start_time, end_time, created_at, updated_at) values ($t, $t, $t, 'FREQ=DAILY;COUNT=1', 'UTC', now(), now() + interval '1 hour', now(), now());
insert into reservations (tenant_id, id, space_id, status, start_time, end_time, blocks_from, blocks_until, opens_at, no_show_at, holder_key, series_id, recurs_at, created_at, updated_at) values ($t, $t, $t, 'confirmed', now(), now() + interval '1 hour', now(), now() + interval '1 hour', now(), now(), 'p', $t, now(), now(), now());
insert into calendar_feeds (tenant_id, id, user_id, name, secret_hash, created_at) values ($t, $t, $u, 'F', uuid_send($t), now());
insert into waitlist_entries (tenant_id, id, site_id, space_id, start_time, end_time, status, reservation_id, claim_until, created_at, updated_at) values ($t, $t, $t, $t, now(), now() + interval '1 hour', 'claimed', $t, now(), now(), now());
insert into waitlist_marks (tenant_id, site_id, free_from, free_until) values ($t, $t, now(), now());
insert into reservation_changes (tenant_id, id, reservation_id, at, kind, space_id, status, start_time, end_time) values ($t, $t, $t, now(), 'created', $t, 'confirmed', now(), now() + interval '1 hour');
insert into reservation_letters (tenant_id, reservation_id) values ($t, $t);
insert into reservation_partings (tenant_id, reservation_id, email, holder_key, parted_at) values ($t, $t, 'a@b.test', 'a@b.test', now());
insert into device_models (tenant_id, id, slug, vendor, name, based_on, created_at, updated_at) values ($t, $t, 'm', 'V', 'M', 'b', now(), now());
insert into devices (tenant_id, id, dev_eui, lifecycle_changed_at, archived_at, created_at, updated_at) values ($t, $t, $eui, now(), now(), now(), now());
insert into device_assignments (tenant_id, id, device_id, space_id, role, assigned_at, unassigned_at) values ($t, $t, $t, $t, 'sensor', now(), now());
insert into lamps (tenant_id, id, due_at) values ($t, $t, now());
insert into downlinks (tenant_id, id, device_id, dev_eui, kind, f_port, payload, patience_seconds, status, created_at, finished_at) values ($t, $t, $t, $eui, 'state', 1, '\\x01', 30, 'transmitted', now(), now());
insert into lamp_marks (tenant_id, device_id) values ($t, $t);
insert into lifecycle_changes (tenant_id, id, device_id, at, from_state, to_state) values ($t, $t, $t, now(), 'provisioned', 'commissioned');
insert into gateways (tenant_id, id, eui, name, created_at, updated_at) values ($t, $t, $eui, 'G', now(), now());
insert into uplinks (tenant_id, id, at, received_at, source, kind, dev_eui, shard) values ($t, $t, now(), now(), 'observation', 'observation', $eui, 0);
insert into uplink_keys (tenant_id, key, at) values ($t, $t, now());
insert into applications (tenant_id, id, application, created_at) values ($t, $t, $t::text, now());
insert into chirpstack_links (tenant_id, id, remote_tenant_id, remote_tenant_name, application_id, application_name, due_at, created_at, updated_at) values ($t, $t, $t, 'T', $t, 'A', now(), now(), now());
insert into chirpstack_items (tenant_id, id, kind, eui, state, changed_at) values ($t, $t, 'device', $eui, 'there', now());
insert into chirpstack_runs (tenant_id, id, cause, is_dry, asked_at) values ($t, $t, 'demand', true, now());
insert into orphan_devices (tenant_id, id, dev_eui, first_seen_at, last_seen_at, source) values ($t, $t, $eui, now(), now(), 's');
insert into alarms (tenant_id, id, kind, severity, subject_type, subject_id, subject_name, raised_at) values ($t, $t, 'stuck', 'info', 'space', $t, 'B', now());
insert into alarm_comments (tenant_id, id, alarm_id, at, by_name, text) values ($t, $t, $t, now(), 'U', 't');
insert into alarm_rules (tenant_id, never_seen_hours, battery_clear_percent, updated_at) values ($t, 24, 30, now());
insert into alarm_recipients (tenant_id, id, user_id, language, severity_min, created_at, updated_at) values ($t, $t, $u, 'en', 'info', now(), now());
insert into alarm_watches (tenant_id, subject_id, subject_type, due_at) values ($t, $t, 'space', now()) on conflict do nothing;
insert into imports (tenant_id, id, kind, file_name, header, mapping, rows_total, created_by, created_at, updated_at) values ($t, $t, 'spaces', 'f', '{}', '{}', 1, 'c', now(), now());
insert into import_rows (tenant_id, import_id, line, sealed_cells) values ($t, $t, 2, '');
";

/// An EUI-64 nobody has.
fn an_eui() -> String {
    fresh().simple().to_string()[16..].to_uppercase()
}

async fn seed(admin: &mut PgConnection, name: &str) -> TenantId {
    let tenant = TenantId(fresh());
    let statements = SEED
        .replace("$eui", &format!("'{}'", an_eui()))
        .replace("$t", &format!("'{tenant}'::uuid"))
        .replace("$u", &format!("'{}'::uuid", fresh()))
        .replace("$n", &format!("'{name}'"));
    sqlx::raw_sql(AssertSqlSafe(statements))
        .execute(admin)
        .await
        .unwrap();
    tenant
}

/// Every table that has a tenant, partitions aside.
async fn tenant_tables(admin: &mut PgConnection) -> Vec<String> {
    sqlx::query_scalar(
        "select c.relname::text from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'tenant_id'
         where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition order by 1",
    )
    .fetch_all(admin)
    .await
    .unwrap()
}

#[tokio::test]
async fn the_catalogue_shows_no_way_round_isolation() {
    let test = TestDb::new().await;
    assert_eq!(catalogue::check(&test.db()).await.unwrap(), vec![]);
}

/// Statements that open a way round isolation, each with the one that closes it.
const HOLES: &[(&str, &str)] = &[
    ("alter table memberships no force row level security", "alter table memberships force row level security"),
    ("alter table jobs disable row level security", "alter table jobs enable row level security"),
    ("create policy hole on api_keys to parking_tenant using (true)", "drop policy hole on api_keys"),
    (
        "create policy hole on api_keys to parking_tenant using (tenant_id = (select current_tenant_id()) or true)",
        "drop policy hole on api_keys",
    ),
    ("create policy hole on api_keys using (true)", "drop policy hole on api_keys"),
    ("grant select on users to parking", "revoke select on users from parking"),
    ("grant select on users to public", "revoke select on users from public"),
    ("grant delete on audit_log to parking_worker", "revoke delete on audit_log from parking_worker"),
    ("grant truncate on jobs to parking_worker", "revoke truncate on jobs from parking_worker"),
    ("create table hole (tenant_id uuid, id uuid)", "drop table hole"),
    ("create view hole as select * from users", "drop view hole"),
    ("create materialized view hole as select 1", "drop materialized view hole"),
    (
        "set role parking_owner; create table hole (tenant_id uuid not null, id uuid, user_tenant uuid, m uuid, primary key (tenant_id, id),
           foreign key (user_tenant, m) references memberships (tenant_id, id));
         alter table hole enable row level security; alter table hole force row level security; reset role",
        "drop table hole",
    ),
    (
        "drop policy users_of_own_tenant on users; create policy users_of_own_tenant on users for select to parking_tenant using (true)",
        "drop policy users_of_own_tenant on users; create policy users_of_own_tenant on users for select to parking_tenant
           using (exists (select from memberships where memberships.user_id = users.id))",
    ),
    ("create policy hole on users to parking_tenant using (true)", "drop policy hole on users"),
    ("create policy hole on users to parking_platform using (true)", "drop policy hole on users"),
    ("grant select (password_hash) on users to public", "revoke select (password_hash) on users from public"),
    ("grant select (password_hash) on users to parking", "revoke select (password_hash) on users from parking"),
    (
        "grant select (password_hash) on users to parking_tenant",
        "revoke select (password_hash) on users from parking_tenant",
    ),
    (
        "grant select (password_hash) on users to parking_platform",
        "revoke select (password_hash) on users from parking_platform",
    ),
    ("grant update (email_key) on users to parking_tenant", "revoke update (email_key) on users from parking_tenant"),
    ("grant select (hash) on refresh_tokens to parking_tenant", "revoke select (hash) on refresh_tokens from parking_tenant"),
    (
        "grant select (email) on users to pg_monitor",
        "revoke select (email) on users from pg_monitor",
    ),
    ("grant update (actor_name) on audit_log to parking_worker", "revoke update (actor_name) on audit_log from parking_worker"),
    ("grant update on audit_heads to parking_worker", "revoke update on audit_heads from parking_worker"),
    ("grant insert on memberships to parking_tenant", "revoke insert on memberships from parking_tenant"),
    ("grant update (user_id) on memberships to parking_tenant", "revoke update (user_id) on memberships from parking_tenant"),
    (
        "create function hole() returns bigint language sql security definer set search_path = public as 'select count(*) from users';
         revoke execute on function hole() from public; alter function hole() owner to parking_owner",
        "drop function hole()",
    ),
    (
        "alter function drop_partitions(text, timestamptz) owner to postgres",
        "alter function drop_partitions(text, timestamptz) owner to parking_owner",
    ),
    (
        "create schema hole; grant usage on schema hole to public;
         create function hole.hole() returns bigint language sql security definer set search_path = public as 'select count(*) from users'",
        "drop schema hole cascade",
    ),
    (
        "create schema hole; create table hole.users as select * from users; grant select on hole.users to parking_tenant",
        "drop schema hole cascade",
    ),
    (
        "create schema hole; create view hole.people as select * from users; grant select (email) on hole.people to public",
        "drop schema hole cascade",
    ),
];

#[tokio::test]
async fn the_catalogue_check_notices_every_kind_of_hole() {
    let test = TestDb::new().await;
    let mut admin = test.superuser().await;
    for &(make, mend) in HOLES {
        sqlx::raw_sql(make).execute(&mut admin).await.unwrap();
        assert_ne!(
            catalogue::check(&test.db()).await.unwrap(),
            vec![],
            "unnoticed: {make}"
        );
        sqlx::raw_sql(mend).execute(&mut admin).await.unwrap();
        assert_eq!(
            catalogue::check(&test.db()).await.unwrap(),
            vec![],
            "not mended: {mend}"
        );
    }
}

#[tokio::test]
async fn a_superuser_as_login_role_is_a_breach() {
    let test = TestDb::new().await;
    let mut admin = test.superuser().await;
    assert!(!catalogue::check_on(&mut admin).await.unwrap().is_empty());
}

#[tokio::test]
async fn the_login_role_alone_reads_nothing() {
    let test = TestDb::new().await;
    let tables = tenant_tables(&mut test.superuser().await).await;
    let mut login = PgConnection::connect_with(&test.login_options())
        .await
        .unwrap();
    for table in
        tables
            .iter()
            .map(String::as_str)
            .chain(["tenants", "users", "sessions", "refresh_tokens"])
    {
        let read = format!("select * from {table}");
        let refused = sqlx::raw_sql(AssertSqlSafe(read))
            .fetch_all(&mut login)
            .await
            .unwrap_err();
        assert_eq!(
            refused.as_database_error().unwrap().code().as_deref(),
            Some("42501"),
            "{table}"
        );
    }
}

/// Whether the tenant role may do what a statement begins with, to any column of its table.
async fn may(admin: &mut PgConnection, table: &str, verb: &str) -> bool {
    sqlx::query_scalar(
        "select has_table_privilege('parking_tenant', $1, $2)
           or ($2 <> 'delete' and has_any_column_privilege('parking_tenant', $1, $2))",
    )
    .bind(table)
    .bind(verb)
    .fetch_one(admin)
    .await
    .unwrap()
}

/// Whether the role may change every column that a statement names after `set`, or that there is.
async fn may_change(admin: &mut PgConnection, table: &str, column: &str) -> bool {
    sqlx::query_scalar("select has_column_privilege('parking_tenant', $1, $2, 'update')")
        .bind(table)
        .bind(column)
        .fetch_one(admin)
        .await
        .unwrap()
}

/// A refusal for the right reason: by a policy or a constraint where the role holds the privilege,
/// for want of it where it does not.
async fn refused(admin: &mut PgConnection, table: &str, statement: &str, error: &sqlx::Error) {
    let error = error.as_database_error().unwrap();
    let verb = statement.split(' ').next().unwrap();
    let is_held = match verb {
        "update" => {
            let column = statement.split(' ').nth(3).unwrap();
            may_change(admin, table, column).await
        }
        verb => may(admin, table, verb).await,
    };
    let by_policy = error.message().contains("row-level security");
    match error.code().as_deref() {
        Some("42501") => assert!(by_policy == is_held, "{statement}: {error}"),
        Some("23503") => {}
        other => panic!("{statement}: {other:?} {error}"),
    }
}

/// Every foreign key that a tenant's table could follow to somebody else's row: table, column,
/// the table it leads to, and the column there.
async fn references(admin: &mut PgConnection) -> Vec<(String, String, String, String)> {
    sqlx::query_as(
        "select k.conrelid::regclass::text, mine.attname::text, k.confrelid::regclass::text, theirs.attname::text
         from pg_constraint k
         cross join lateral generate_subscripts(k.conkey, 1) as i
         join pg_attribute mine on mine.attrelid = k.conrelid and mine.attnum = k.conkey[i]
         join pg_attribute theirs on theirs.attrelid = k.confrelid and theirs.attnum = k.confkey[i]
         where k.contype = 'f' and k.connamespace = 'public'::regnamespace and mine.attname <> 'tenant_id'
           and exists (select from pg_attribute a where a.attrelid = k.conrelid and a.attname = 'tenant_id' and not a.attisdropped)",
    )
    .fetch_all(admin)
    .await
    .unwrap()
}

fn code_of(error: &sqlx::Error) -> String {
    let refusal = error.as_database_error().unwrap();
    refusal.code().unwrap().into_owned()
}

#[tokio::test]
async fn a_reference_to_a_strangers_row_is_refused_or_shows_nothing_of_it() {
    let test = TestDb::new().await;
    let mut admin = test.superuser().await;
    let (ours, theirs) = (seed(&mut admin, "a").await, seed(&mut admin, "b").await);
    let stranger: uuid::Uuid =
        sqlx::query_scalar("select user_id from memberships where tenant_id = $1")
            .bind(theirs.0)
            .fetch_one(&mut admin)
            .await
            .unwrap();
    let references = references(&mut admin).await;
    assert!(references.len() >= 5, "{references:?}");
    for (table, column, to, key) in references {
        let foreign: String = if to == "users" {
            stranger.to_string()
        } else {
            let find = format!("select {key}::text from {to} where tenant_id = '{theirs}' limit 1");
            sqlx::query_scalar(AssertSqlSafe(find))
                .fetch_one(&mut admin)
                .await
                .unwrap()
        };
        let points = [
            format!("update {table} set {column} = '{foreign}'"),
            format!(
                "insert into {table} select (jsonb_populate_record(x, jsonb_build_object('{column}', '{foreign}', 'id', gen_random_uuid(), 'eui', '{}'))).*
                 from {table} x limit 1",
                an_eui(),
            ),
        ];
        for statement in points {
            let mut tx = test.db().tenant(ours).await.unwrap();
            let pointed = sqlx::raw_sql(AssertSqlSafe(statement.clone()))
                .execute(tx.conn())
                .await;
            match pointed {
                // A name that is noted down is no door: nothing of its bearer can be read by it.
                Ok(_) if to == "users" => {
                    let seen: i64 = sqlx::query_scalar("select count(*) from users where id = $1")
                        .bind(stranger)
                        .fetch_one(tx.conn())
                        .await
                        .unwrap();
                    assert_eq!(seen, 0, "{statement}");
                }
                Ok(done) => assert_eq!(done.rows_affected(), 0, "{statement}"),
                // 23505, 23P01: the copy collides with its original before anybody looks where it points.
                Err(error) => assert!(
                    ["42501", "23503", "23505", "23P01"].contains(&code_of(&error).as_str()),
                    "{statement}: {error}"
                ),
            }
        }
    }
    let mut tx = test.db().tenant(ours).await.unwrap();
    let add = "insert into memberships (tenant_id, id, user_id, role, created_at, updated_at)
               values (current_tenant_id(), gen_random_uuid(), $1, 'viewer', now(), now())";
    let refused = sqlx::query(add).bind(stranger).execute(tx.conn()).await;
    assert_eq!(code_of(&refused.unwrap_err()), "42501");
}

#[tokio::test]
async fn one_tenant_reads_writes_and_references_nothing_of_another() {
    let test = TestDb::new().await;
    let mut admin = test.superuser().await;
    let (ours, theirs) = (seed(&mut admin, "a").await, seed(&mut admin, "b").await);
    for table in tenant_tables(&mut admin).await {
        let count =
            |tenant: TenantId| format!("select count(*) from {table} where tenant_id = '{tenant}'");
        let there: i64 = sqlx::query_scalar(AssertSqlSafe(count(theirs)))
            .fetch_one(&mut admin)
            .await
            .unwrap();
        assert!(there > 0, "the test has no row of {table} to be refused");

        let mut tx = test.db().tenant(ours).await.unwrap();
        let own: i64 = sqlx::query_scalar(AssertSqlSafe(count(ours)))
            .fetch_one(tx.conn())
            .await
            .unwrap();
        let seen: i64 = sqlx::query_scalar(AssertSqlSafe(count(theirs)))
            .fetch_one(tx.conn())
            .await
            .unwrap();
        assert!(
            own > 0 && seen == 0,
            "{table}: sees {own} of its own and {seen} of the other"
        );

        for statement in [
            format!("update {table} set tenant_id = tenant_id where tenant_id = '{theirs}'"),
            format!("delete from {table} where tenant_id = '{theirs}'"),
            format!(
                "insert into {table} overriding system value select (jsonb_populate_record(x, jsonb_build_object('tenant_id', '{theirs}'))).* from {table} x limit 1"
            ),
            format!("update {table} set tenant_id = '{theirs}'"),
        ] {
            let mut tx = test.db().tenant(ours).await.unwrap();
            let touched = sqlx::raw_sql(AssertSqlSafe(statement.clone()))
                .execute(tx.conn())
                .await;
            match touched {
                Ok(done) => assert_eq!(done.rows_affected(), 0, "{statement}"),
                Err(error) => refused(&mut admin, &table, &statement, &error).await,
            }
        }
    }
    let after: i64 = sqlx::query_scalar("select count(*) from memberships where tenant_id = $1")
        .bind(theirs.0)
        .fetch_one(&mut admin)
        .await
        .unwrap();
    assert_eq!(after, 1);
}

#[tokio::test]
async fn a_transaction_leaves_no_trace_on_the_pooled_connection() {
    let test = TestDb::new().await;
    let tenant = seed(&mut test.superuser().await, "a").await;
    for _ in 0..30 {
        drop(test.db().tenant(tenant).await.unwrap());
        let mut tx = test.db().platform(Reason::Worker("test")).await.unwrap();
        let row = sqlx::query("select current_tenant_id()::text, current_user::text")
            .fetch_one(tx.conn())
            .await
            .unwrap();
        assert_eq!(row.get::<Option<String>, _>(0), None);
        assert_eq!(row.get::<String, _>(1), "parking_worker");
    }
}

#[tokio::test]
async fn nobody_rewrites_the_audit_log_or_the_events() {
    let test = TestDb::new().await;
    let tenant = seed(&mut test.superuser().await, "a").await;
    for table in ["audit_log", "events", "audit_heads"] {
        for verb in [
            "update {} set tenant_id = tenant_id",
            "delete from {}",
            "truncate {}",
        ] {
            let statement = verb.replace("{}", table);
            for role in ["tenant", "worker", "platform"] {
                let refused = match role {
                    "tenant" => {
                        let mut tx = test.db().tenant(tenant).await.unwrap();
                        sqlx::raw_sql(AssertSqlSafe(statement.clone()))
                            .execute(tx.conn())
                            .await
                    }
                    role => {
                        let reason = if role == "worker" {
                            Reason::Worker("test")
                        } else {
                            Reason::Platform("test")
                        };
                        let mut tx = test.db().platform(reason).await.unwrap();
                        sqlx::raw_sql(AssertSqlSafe(statement.clone()))
                            .execute(tx.conn())
                            .await
                    }
                };
                assert!(refused.is_err(), "{role} may {statement}");
            }
        }
    }
}

#[tokio::test]
async fn making_the_roles_twice_at_once_is_harmless() {
    let test = TestDb::new().await;
    let options = test.superuser_options();
    let (first, second) = tokio::join!(
        roles::ensure(&options, "parking", None),
        roles::ensure(&options, "parking", None)
    );
    first.unwrap();
    second.unwrap();
}

#[tokio::test]
async fn an_account_that_may_not_make_roles_is_told_so() {
    let test = TestDb::new().await;
    let refused = roles::ensure(&test.login_options(), "some_other_login", None)
        .await
        .unwrap_err();
    assert!(matches!(refused, roles::RolesError::NotAllowed));
}

#[tokio::test]
async fn rows_of_a_month_nobody_prepared_move_when_it_is() {
    let test = TestDb::new().await;
    let tenant = seed(&mut test.superuser().await, "a").await;
    let mut tx = test.db().tenant(tenant).await.unwrap();
    for statement in [
        "insert into events (tenant_id, at, kind, subject_type, subject_id) values (current_tenant_id(), '2031-05-31T23:59:59Z', 'a.b', 'a', '1')",
        "insert into audit_log (tenant_id, id, seq, at, actor_type, action, entity_type, prev_hash, hash)
         values (current_tenant_id(), gen_random_uuid(), 0, '2031-05-01T00:00:00Z', 'system', 'a.b', 'a', '', '')",
    ] {
        sqlx::raw_sql(statement).execute(tx.conn()).await.unwrap();
    }
    tx.commit().await.unwrap();
    let mut admin = test.superuser().await;
    let where_from = async |admin: &mut PgConnection, table: &str| -> String {
        let query =
            format!("select tableoid::regclass::text from {table} where at >= '2031-01-01'");
        sqlx::query_scalar(AssertSqlSafe(query))
            .fetch_one(admin)
            .await
            .unwrap()
    };
    assert_eq!(where_from(&mut admin, "events").await, "events_default");
    for _ in 0..2 {
        let mut tx = test.db().platform(Reason::Worker("test")).await.unwrap();
        sqlx::raw_sql("select ensure_partitions(parent, '2031-05-15', 0) from unnest(array['audit_log', 'events']) as parent")
            .execute(tx.conn())
            .await
            .unwrap();
        tx.commit().await.unwrap();
    }
    assert_eq!(where_from(&mut admin, "events").await, "events_2031_05");
    assert_eq!(
        where_from(&mut admin, "audit_log").await,
        "audit_log_2031_05"
    );
    assert_eq!(catalogue::check(&test.db()).await.unwrap(), vec![]);
}
