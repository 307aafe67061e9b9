//! Tenants over a real database, through their routes and jobs.

use std::collections::BTreeSet;

use axum::http::{Method, StatusCode};
use chrono::TimeDelta;
use parking_db::queue::{Worker, run_due_schedules};
use parking_domain::access::Role;
use parking_domain::ids::{TenantId, fresh};
use parking_domain::tenancy::{LimitOverrides, Tier};
use serde_json::{Value, json};
use sqlx::Row as _;

use super::{Tenants, create, export, purge};
use crate::audit::Witness;
use crate::mail::Mailer;
use crate::tests::{Person, Served, Stage, bearer};
use crate::{audit, members};

/// A stage with a platform admin, and the routes of tenants.
async fn stage() -> (Stage, Person, Served, Tenants) {
    let stage = Stage::set().await;
    let admin = stage.member(TenantId::PLATFORM, Role::PlatformAdmin).await;
    let mailer = Mailer::nowhere("Parking", "http://localhost");
    let state = Tenants::new(stage.db.clone(), stage.clock.clone(), mailer);
    let served = stage.serve(super::routes(state.clone()));
    (stage, admin, served, state)
}

fn ids(page: &Value) -> Vec<&str> {
    let tenants = page["tenants"].as_array().unwrap();
    tenants
        .iter()
        .map(|tenant| tenant["slug"].as_str().unwrap())
        .collect()
}

#[tokio::test]
async fn a_tenant_is_created_with_its_tiers_limits_and_its_own() {
    let (_stage, admin, api, _) = stage().await;
    let body = json!({"name": " Nord Quay ", "tier": "professional", "limits": {"spaces": 7}, "features": {"displays": true}, "language": "fr"});
    let made = api.post(&admin, "/api/v6/tenants", body).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
    let tenant = made.json();
    assert_eq!(tenant["name"], "Nord Quay");
    assert_eq!(tenant["slug"], "nord-quay");
    assert_eq!(tenant["kind"], "customer");
    assert_eq!(tenant["limits"]["spaces"], 7);
    assert_eq!(tenant["limits"]["users"], 25);
    assert_eq!(tenant["limit_overrides"], json!({"spaces": 7}));
    assert_eq!(
        tenant["features"],
        json!({"analytics": true, "custom_branding": false, "displays": true})
    );
    assert_eq!(tenant["settings"], json!({"locale": "fr"}));
    assert_eq!(tenant["usage"]["sites"], 0);
    let location = made.headers["location"].to_str().unwrap();
    let again = api.get(&admin, location).await;
    assert_eq!(again.json(), tenant);
    assert_eq!(again.etag(), "\"v1\"");
}

#[tokio::test]
async fn a_slug_is_numbered_when_it_is_made_and_refused_when_it_is_chosen() {
    let (_stage, admin, api, _) = stage().await;
    let mut slugs = Vec::new();
    for _ in 0..3 {
        let body = json!({"name": "Nord Quay", "tier": "basic"});
        let made = api.post(&admin, "/api/v6/tenants", body).await;
        slugs.push(made.json()["slug"].as_str().unwrap().to_owned());
    }
    assert_eq!(slugs, ["nord-quay", "nord-quay-2", "nord-quay-3"]);
    let chosen = json!({"name": "X", "slug": "nord-quay-2", "tier": "basic"});
    let refused = api.post(&admin, "/api/v6/tenants", chosen).await;
    assert_eq!(
        (refused.status, refused.code().as_str()),
        (StatusCode::CONFLICT, "slug_taken")
    );
    let listed = api.get(&admin, "/api/v6/tenants?sort=slug").await.json();
    assert_eq!(
        ids(&listed),
        ["nord-quay", "nord-quay-2", "nord-quay-3", "platform"]
    );
}

#[tokio::test]
async fn tenants_founded_at_the_same_moment_get_different_slugs() {
    let (stage, ..) = stage().await;
    let found = |_| stage.tenant("Same Name");
    let made = futures_util::future::join_all((0..6).map(found)).await;
    let mut tx = stage.worker().await;
    let mut slugs = BTreeSet::new();
    for id in made {
        slugs.insert(super::find(tx.conn(), id).await.unwrap().unwrap().slug);
    }
    assert_eq!(slugs.len(), 6);
}

#[tokio::test]
async fn a_repeated_request_makes_one_tenant() {
    let (_stage, admin, api, _) = stage().await;
    let send = |name: &'static str| {
        let key = ("idempotency-key", "abc".to_owned());
        let body = json!({"name": name, "tier": "basic"});
        let headers = [bearer(&admin), key];
        let api = api.clone();
        async move {
            api.call(Method::POST, "/api/v6/tenants", &headers, Some(body))
                .await
        }
    };
    let (first, second) = (send("Once").await, send("Once").await);
    assert_eq!(first.json(), second.json());
    assert_eq!(second.headers["idempotency-replayed"], "true");
    assert_eq!(send("Twice").await.code(), "idempotency_key_reused");
    let listed = api.get(&admin, "/api/v6/tenants?q=once").await.json();
    assert_eq!(listed["total"], 1);
}

#[tokio::test]
async fn the_first_owner_is_invited_in_the_transaction_that_creates_the_tenant() {
    let (stage, admin, api, _) = stage().await;
    let body = json!({"name": "Quay", "tier": "basic", "owner_email": "Ada@Example.org", "language": "fr"});
    let made = api.post(&admin, "/api/v6/tenants", body).await.json();
    let wished = async || -> Vec<(String, Value)> {
        sqlx::query_as("select tenant_id::text, payload from jobs where kind = 'invite_owner'")
            .fetch_all(&mut stage.test.superuser().await)
            .await
            .unwrap()
    };
    let job = json!({"email": "Ada@Example.org", "language": "fr", "invited_by": admin.id});
    let tenant = made["id"].as_str().unwrap().to_owned();
    assert_eq!(wished().await, [(tenant, job)]);
    for bad in [
        json!({"name": "X", "tier": "basic", "owner_email": "nobody"}),
        json!({"name": "X", "slug": "quay", "tier": "basic", "owner_email": "b@example.org"}),
    ] {
        let refused = api.post(&admin, "/api/v6/tenants", bad).await;
        assert!(refused.status.is_client_error());
    }
    assert_eq!(wished().await.len(), 1);
}

#[tokio::test]
async fn lists_filter_sort_search_and_say_that_they_span_tenants() {
    let (stage, admin, api, _) = stage().await;
    for name in ["100% Parking", "100 Parking", "Under_score", "Underscore"] {
        stage.tenant(name).await;
    }
    let list = |query: &'static str| {
        let (api, admin) = (api.clone(), admin.clone());
        async move {
            api.get(&admin, &format!("/api/v6/tenants{query}"))
                .await
                .json()
        }
    };
    let found = list("?q=0%25").await;
    assert_eq!(ids(&found), ["100-parking"]);
    assert_eq!(found["tenants"][0]["name"], "100% Parking");
    assert_eq!(ids(&list("?q=r_s").await), ["under-score"]);
    assert_eq!(list("?status=suspended").await["total"], 0);
    assert_eq!(ids(&list("?tier=enterprise").await), ["platform"]);
    let page = list("?sort=-name&page=2&page_size=2").await;
    assert_eq!(ids(&page), ["platform", "100-parking"]);
    assert_eq!(page["total_pages"], 3);
    assert_eq!(page["is_cross_tenant"], true);
    assert_eq!(page["tenant_scope"], "all");
    assert_eq!(list("?tier=gold").await["errors"][0]["field"], "tier");
    assert_eq!(list("?sort=slug;drop").await["errors"][0]["field"], "sort");
}

#[tokio::test]
async fn only_platform_admins_see_other_tenants() {
    let (stage, admin, api, _) = stage().await;
    let (mine, other) = (stage.tenant("Mine").await, stage.tenant("Other").await);
    let owner = stage.member(mine, Role::Owner).await;
    for path in [format!("/api/v6/tenants/{other}"), "/api/v6/tenants".into()] {
        assert_eq!(api.get(&owner, &path).await.code(), "forbidden");
    }
    let absent = format!("/api/v6/tenants/{}", fresh());
    assert_eq!(api.get(&admin, &absent).await.code(), "not_found");
    assert_eq!(
        api.get(&admin, &format!("{absent}/export")).await.code(),
        "not_found"
    );
    let stats = api.get(&admin, "/api/v6/tenants/stats").await.json();
    assert_eq!(
        stats,
        json!({"total": 3, "active": 3, "suspended": 0, "deleting": 0, "users": 2})
    );
    let tiers = api.get(&admin, "/api/v6/tenants/tiers").await.json();
    assert_eq!(tiers["tiers"][0]["limits"]["users"], 5);
}

#[tokio::test]
async fn a_change_names_its_version_and_only_the_first_of_two_wins() {
    let (stage, admin, api, _) = stage().await;
    let path = format!("/api/v6/tenants/{}", stage.tenant("Quay").await);
    let seen = api.get(&admin, &path).await.etag();
    let change = |name: &'static str| {
        let headers = [bearer(&admin), ("if-match", seen.clone())];
        let (api, path) = (api.clone(), path.clone());
        async move {
            let body = json!({ "name": name });
            api.call(Method::PUT, &path, &headers, Some(body)).await
        }
    };
    assert_eq!(change("First").await.json()["name"], "First");
    let second = change("Second").await;
    assert_eq!(second.status, StatusCode::PRECONDITION_FAILED);
    assert_eq!(api.get(&admin, &path).await.json()["name"], "First");
}

#[tokio::test]
async fn another_tier_changes_the_limits_that_were_not_agreed() {
    let (stage, admin, api, _) = stage().await;
    let tenant = stage.tenant("Quay").await;
    let path = format!("/api/v6/tenants/{tenant}");
    let body = json!({"tier": "enterprise", "limits": {"users": 1, "requests_per_minute": 33}});
    let changed = api.patch(&admin, &path, body).await.json();
    assert_eq!(changed["limits"]["users"], 1);
    assert_eq!(changed["limits"]["sites"], 100);
    stage.member(tenant, Role::Owner).await;
    let (id, _) = stage.account().await;
    let mut tx = stage.worker().await;
    let refused = members::add(tx.conn(), tenant, id, Role::Viewer, stage.now())
        .await
        .unwrap_err();
    assert!(
        matches!(refused, members::AddError::Db(error) if error.constraint() == Some("tenant_limit_users"))
    );
    let back = json!({"limits": {"users": null}, "tier": "basic", "features": {"x": true}});
    let changed = api.patch(&admin, &path, back).await.json();
    assert_eq!(changed["limits"]["users"], 5);
    assert_eq!(
        changed["limit_overrides"],
        json!({"requests_per_minute": 33})
    );
    let cleared = json!({"features": {"x": null}});
    let changed = api.patch(&admin, &path, cleared).await.json();
    assert_eq!(changed["features"].get("x"), None);
}

#[tokio::test]
async fn a_limit_below_what_is_in_use_is_allowed_and_shown() {
    let (stage, admin, api, _) = stage().await;
    let tenant = stage.tenant("Quay").await;
    stage.member(tenant, Role::Owner).await;
    stage.member(tenant, Role::Viewer).await;
    let path = format!("/api/v6/tenants/{tenant}");
    let lowered = api
        .patch(&admin, &path, json!({"limits": {"users": 0}}))
        .await;
    assert_eq!(lowered.json()["limits"]["users"], 0);
    assert_eq!(lowered.json()["usage"]["users"], 2);
    for (field, bad) in [
        ("limits.users", json!({"limits": {"users": -1}})),
        (
            "limits.requests_per_minute",
            json!({"limits": {"requests_per_minute": 0}}),
        ),
        ("limits.rooms", json!({"limits": {"rooms": 1}})),
        ("features", json!({"features": {"No!": true}})),
        ("slug", json!({"slug": "No!"})),
        ("name", json!({"name": "\u{200b}"})),
        ("tier", json!({"tier": "gold"})),
        ("id", json!({"id": "x"})),
    ] {
        let refused = api.patch(&admin, &path, bad).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(refused.json()["errors"][0]["field"], field);
    }
}

#[tokio::test]
async fn parallel_additions_stop_exactly_at_the_limit() {
    let stage = Stage::set().await;
    let limits = LimitOverrides {
        users: Some(3),
        ..LimitOverrides::default()
    };
    let tenant = stage.tenant_with("Full", limits).await;
    stage.member(tenant, Role::Owner).await;
    stage.member(tenant, Role::Viewer).await;
    let mut people = Vec::new();
    for _ in 0..8 {
        people.push(stage.account().await.0);
    }
    let add = |id| {
        let stage = &stage;
        async move {
            let mut tx = stage.worker().await;
            members::add(tx.conn(), tenant, id, Role::Viewer, stage.now()).await?;
            tx.commit().await?;
            Ok::<_, members::AddError>(())
        }
    };
    let added = futures_util::future::join_all(people.into_iter().map(add)).await;
    assert_eq!(added.iter().filter(|added| added.is_ok()).count(), 1);
    let mut tx = stage.worker().await;
    let tenant = super::find(tx.conn(), tenant).await.unwrap().unwrap();
    assert_eq!(tenant.usage["users"], super::Usage { used: 3, max: 3 });
}

#[tokio::test]
async fn suspending_needs_a_reason_and_activating_undoes_it() {
    let (stage, admin, api, _) = stage().await;
    let path = format!("/api/v6/tenants/{}", stage.tenant("Quay").await);
    let suspend = format!("{path}/suspend");
    let refused = api.post(&admin, &suspend, json!({"reason": " "})).await;
    assert_eq!(refused.json()["errors"][0]["field"], "reason");
    let done = api
        .post(&admin, &suspend, json!({"reason": "unpaid"}))
        .await
        .json();
    assert_eq!(done["status"], "suspended");
    assert_eq!(done["suspended_reason"], "unpaid");
    let twice = api.post(&admin, &suspend, json!({"reason": "x"})).await;
    assert_eq!(twice.code(), "tenant_not_active");
    let back = api
        .post(&admin, &format!("{path}/activate"), json!({}))
        .await
        .json();
    assert_eq!(
        (&back["status"], &back["suspended_at"]),
        (&json!("active"), &Value::Null)
    );
    for (verb, body) in [("suspend", json!({"reason": "x"})), ("", Value::Null)] {
        let path = format!("/api/v6/tenants/{}/{verb}", TenantId::PLATFORM);
        let refused = if verb.is_empty() {
            api.delete(&admin, path.trim_end_matches('/')).await
        } else {
            api.post(&admin, &path, body).await
        };
        assert_eq!(refused.code(), "platform_tenant_protected");
    }
}

#[tokio::test]
async fn the_platforms_own_tenant_has_a_name_and_no_terms() {
    let (_stage, admin, api, _) = stage().await;
    let path = format!("/api/v6/tenants/{}", TenantId::PLATFORM);
    for terms in [
        json!({ "tier": "basic" }),
        json!({ "limits": { "users": 3 } }),
        json!({ "features": { "displays": false } }),
    ] {
        let refused = api.patch(&admin, &path, terms).await;
        assert_eq!(refused.code(), "platform_tenant_protected");
    }
    let renamed = api.patch(&admin, &path, json!({ "name": "Us" })).await;
    assert_eq!(renamed.json()["name"], "Us", "{}", renamed.text);
}

#[tokio::test]
async fn what_a_platform_admin_does_to_a_tenant_is_in_both_logs() {
    let (stage, admin, api, _) = stage().await;
    let tenant = stage.tenant("Quay").await;
    let suspend = format!("/api/v6/tenants/{tenant}/suspend");
    api.post(&admin, &suspend, json!({"reason": "unpaid"}))
        .await;
    for log in [tenant, TenantId::PLATFORM] {
        let entry = sqlx::query(
            "select actor_type, reason, old, new from audit_log where tenant_id = $1 and action = 'tenant.suspended'",
        )
        .bind(log.0)
        .fetch_one(&mut stage.test.superuser().await)
        .await
        .unwrap();
        assert_eq!(entry.get::<String, _>("actor_type"), "platform_admin");
        assert_eq!(entry.get::<String, _>("reason"), "unpaid");
        assert_eq!(
            entry.get::<Value, _>("old"),
            json!({"status": "active", "suspended_reason": null})
        );
        assert_eq!(
            entry.get::<Value, _>("new"),
            json!({"status": "suspended", "suspended_reason": "unpaid"})
        );
    }
    let found = audit::verify(&stage.db).await.unwrap();
    assert!(found.iter().all(|chain| chain.fault.is_none()));
}

#[tokio::test]
async fn owners_name_their_tenant_and_nobody_else_does() {
    let (stage, _, api, _) = stage().await;
    let tenant = stage.tenant("Quay").await;
    let owner = stage.member(tenant, Role::Owner).await;
    let viewer = stage.member(tenant, Role::Viewer).await;
    let path = "/api/v6/tenants/current";
    let body = json!({"name": "Harbour", "settings": {"locale": "fr"}});
    assert_eq!(
        api.patch(&viewer, path, body.clone()).await.code(),
        "forbidden"
    );
    let changed = api.patch(&owner, path, body).await;
    assert_eq!(changed.json()["name"], "Harbour");
    let seen = api.get(&viewer, path).await;
    assert_eq!(seen.json(), changed.json());
    assert_eq!(seen.json()["settings"]["locale"], "fr");
    let refused = api.patch(&owner, path, json!({"tier": "enterprise"})).await;
    assert_eq!(refused.json()["errors"][0]["field"], "tier");
}

#[tokio::test]
async fn a_tenant_goes_after_an_export_and_thirty_days_and_can_be_brought_back_before() {
    let (stage, admin, api, state) = stage().await;
    let tenant = stage.tenant("Quay").await;
    let owner = stage.member(tenant, Role::Owner).await;
    let path = format!("/api/v6/tenants/{tenant}");
    assert_eq!(api.delete(&admin, &path).await.code(), "export_required");
    assert_eq!(
        api.get(&admin, &format!("{path}/export")).await.status,
        StatusCode::OK
    );
    stage.clock.advance(TimeDelta::hours(25));
    assert_eq!(api.delete(&admin, &path).await.code(), "export_required");
    api.get(&admin, &format!("{path}/export")).await;
    let going = api.delete(&admin, &path).await;
    assert_eq!(going.status, StatusCode::ACCEPTED);
    assert_eq!(going.json()["status"], "deleting");
    let activate = format!("{path}/activate");
    assert_eq!(
        api.post(&admin, &activate, json!({})).await.json()["delete_after"],
        Value::Null
    );
    api.delete(&admin, &path).await;

    stage
        .clock
        .advance(TimeDelta::days(30) - TimeDelta::seconds(1));
    assert_eq!(purge::purge_due(&stage.db, stage.now()).await.unwrap(), 0);
    stage.clock.advance(TimeDelta::seconds(1));
    assert_eq!(
        api.post(&admin, &activate, json!({})).await.code(),
        "tenant_not_active"
    );
    let worker = super::jobs(
        Worker::new(stage.db.clone(), stage.clock.clone()),
        &state,
        &Witness::new(stage.db.clone()),
    );
    run_due_schedules(&stage.db, &super::schedules(), stage.now())
        .await
        .unwrap();
    worker.drain().await.unwrap();
    assert_eq!(api.get(&admin, &path).await.code(), "not_found");
    let mut superuser = stage.test.superuser().await;
    for (table, left) in left_behind(&mut superuser, tenant).await {
        assert!(
            left == 0 || purge::KEPT.contains(&table.as_str()),
            "{left} rows stayed in {table}"
        );
    }
    let recorded: i64 = sqlx::query_scalar(
        "select count(*) from audit_log where tenant_id = $1 and action = 'tenant.deleted' and entity_id = $2",
    )
    .bind(TenantId::PLATFORM.0)
    .bind(tenant.to_string())
    .fetch_one(&mut superuser)
    .await
    .unwrap();
    assert_eq!(recorded, 1);
    assert_eq!(
        api.get(&owner, "/api/v6/tenants/current").await.code(),
        "not_found"
    );
}

/// How many rows of a tenant each table holds.
async fn left_behind(superuser: &mut sqlx::PgConnection, tenant: TenantId) -> Vec<(String, i64)> {
    let tables: Vec<String> = sqlx::query_scalar(
        "select c.relname::text from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'tenant_id'
         where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition order by 1",
    )
    .fetch_all(&mut *superuser)
    .await
    .unwrap();
    let mut counted = Vec::new();
    for table in tables {
        let count = format!("select count(*) from {table} where tenant_id = $1");
        let left = sqlx::query_scalar(sqlx::AssertSqlSafe(count))
            .bind(tenant.0)
            .fetch_one(&mut *superuser)
            .await
            .unwrap();
        counted.push((table, left));
    }
    counted
}

/// A row in every table a tenant can have rows in.
async fn fill(stage: &Stage, tenant: TenantId) {
    let user = stage.member(tenant, Role::Owner).await.id;
    let statements = "
insert into invitations (tenant_id, id, email, email_key, role, language, token_hash, created_at, expires_at) values ($t, gen_random_uuid(), 'i', 'i', 'viewer', 'en', 'SECRET'::bytea || uuid_send($t), now(), now());
insert into api_keys (tenant_id, id, public_id, secret_hash, name, role, scopes, created_by, created_at, updated_at) values ($t, gen_random_uuid(), $t::text, 'SECRET'::bytea, 'K', 'viewer', '{}', $u, now(), now());
insert into live_tickets (tenant_id, id, hash, key_id, expires_at) select tenant_id, gen_random_uuid(), 'SECRET'::bytea || uuid_send($t), id, now() from api_keys where tenant_id = $t;
insert into webhook_secrets (tenant_id, id, name, sealed_secret, expires_at, created_at) values ($t, '00000000-0000-0000-0000-0000000000aa', 'W', 'SECRET'::bytea, now(), now());
insert into webhook_secrets (tenant_id, id, name, sealed_secret, rotated_from, created_at) values ($t, gen_random_uuid(), 'W', 'SECRET'::bytea, '00000000-0000-0000-0000-0000000000aa', now());
insert into webhooks (tenant_id, id, name, url, event_types, sealed_secret, sealed_previous, previous_until, created_at, updated_at) values ($t, $t, 'W', 'https://a.b', '{*}', 'SECRET'::bytea, 'SECRET'::bytea, now(), now(), now());
insert into webhook_deliveries (tenant_id, id, webhook_id, event_type, body, status, created_at) values ($t, $t, $t, 'a.b', '{}', 'delivered', now());
insert into audit_log (tenant_id, id, seq, at, actor_type, action, entity_type, prev_hash, hash) values ($t, gen_random_uuid(), 0, now(), 'system', 'a.b', 'a', '', '');
insert into events (tenant_id, at, kind, subject_type, subject_id) values ($t, now(), 'a.b', 'a', '1');
insert into jobs (tenant_id, id, kind, payload, run_at, attempts_max, created_at) values ($t, gen_random_uuid(), 'k', '{}', now() + interval '9 years', 1, now());
insert into idempotency_keys (tenant_id, caller, key, fingerprint, body, created_at) values ($t, 'c', 'k', 'SECRET'::bytea, '{\"key\": \"SECRET\"}', now());
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
insert into reservations (tenant_id, id, space_id, status, start_time, end_time, blocks_from, blocks_until, opens_at, no_show_at, holder_key, created_at, updated_at) values ($t, $t, $t, 'confirmed', now(), now() + interval '1 hour', now(), now() + interval '1 hour', now(), now(), 'p', now(), now());
insert into reservation_series (tenant_id, id, space_id, rule, timezone, start_time, end_time, created_at, updated_at) values ($t, $t, $t, 'FREQ=DAILY;COUNT=1', 'UTC', now(), now() + interval '1 hour', now(), now());
insert into calendar_feeds (tenant_id, id, user_id, name, secret_hash, created_at) values ($t, $t, $u, 'F', 'SECRET'::bytea || uuid_send($t), now());
insert into waitlist_entries (tenant_id, id, site_id, space_id, start_time, end_time, status, created_at, updated_at) values ($t, $t, $t, $t, now(), now() + interval '1 hour', 'cancelled', now(), now());
insert into waitlist_marks (tenant_id, site_id, free_from, free_until) values ($t, $t, now(), now());
insert into reservation_changes (tenant_id, id, reservation_id, at, kind, space_id, status, start_time, end_time) values ($t, $t, $t, now(), 'created', $t, 'confirmed', now(), now() + interval '1 hour');
insert into reservation_letters (tenant_id, reservation_id) values ($t, $t);
insert into reservation_partings (tenant_id, reservation_id, email, holder_key, parted_at) values ($t, $t, 'a@b.test', 'a@b.test', now());
insert into device_models (tenant_id, id, slug, vendor, name, based_on, created_at, updated_at) values ($t, $t, 'm', 'V', 'M', 'b', now(), now());
insert into devices (tenant_id, id, dev_eui, sealed_app_key, lifecycle_changed_at, archived_at, created_at, updated_at) values ($t, $t, $eui, 'SECRET'::bytea, now(), now(), now(), now());
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
insert into alarm_recipients (tenant_id, id, email, language, severity_min, created_at, updated_at) values ($t, $t, 'a@b.test', 'en', 'info', now(), now());
insert into alarm_watches (tenant_id, subject_id, subject_type, due_at) values ($t, $t, 'space', now()) on conflict do nothing;
insert into imports (tenant_id, id, kind, file_name, header, mapping, rows_total, created_by, created_at, updated_at) values ($t, $t, 'spaces', 'f', '{}', '{}', 1, 'c', now(), now());
insert into import_rows (tenant_id, import_id, line, sealed_cells) values ($t, $t, 2, 'SECRET'::bytea);
update users set password_hash = 'SECRET' where id = $u;
insert into sessions (id, user_id, selected_tenant_id, created_at, last_used_at, expires_at) values (gen_random_uuid(), $u, $t, now(), now(), now());
"
    .replace("$eui", &format!("'{}'", fresh().simple().to_string()[16..].to_uppercase()))
    .replace("$t", &format!("'{tenant}'::uuid"))
    .replace("$u", &format!("'{user}'::uuid"));
    sqlx::raw_sql(sqlx::AssertSqlSafe(statements))
        .execute(&mut stage.test.superuser().await)
        .await
        .unwrap();
}

#[tokio::test]
async fn an_export_holds_every_table_and_no_secret_and_nothing_of_others() {
    let (stage, _, api, _) = stage().await;
    let (mine, other) = (stage.tenant("Mine").await, stage.tenant("Other").await);
    fill(&stage, mine).await;
    fill(&stage, other).await;
    let owner = stage.member(mine, Role::Owner).await;
    let file = api.get(&owner, "/api/v6/tenants/current/export").await;
    assert_eq!(
        file.headers["content-disposition"],
        "attachment; filename=\"mine.json\""
    );
    let document = file.json();
    assert_eq!(document["tenant"]["id"], mine.to_string());
    for (table, _) in left_behind(&mut stage.test.superuser().await, mine).await {
        let rows = document["tables"][&table].as_array();
        assert!(
            rows.is_some_and(|rows| !rows.is_empty()),
            "{table} is missing"
        );
    }
    assert_eq!(document["tables"]["users"].as_array().unwrap().len(), 2);
    for hidden in ["SECRET", "534543524554", &other.to_string()] {
        assert!(!file.text.contains(hidden), "{hidden} got out");
    }
    let seen = api.get(&owner, "/api/v6/tenants/current").await.json();
    assert_eq!(
        seen["exported_at"],
        document["exported_at"]
            .as_str()
            .unwrap()
            .replace(".000000", "")
    );
    let viewer = stage.member(mine, Role::Admin).await;
    let refused = api.get(&viewer, "/api/v6/tenants/current/export").await;
    assert_eq!(refused.code(), "forbidden");
}

#[tokio::test]
async fn columns_that_sound_like_secrets_are_left_out_of_exports_or_known_to_be_harmless() {
    const HARMLESS: &[(&str, &str)] = &[
        ("audit_heads", "dropped_hash"),
        ("audit_heads", "hash"),
        ("audit_log", "hash"),
        ("audit_log", "prev_hash"),
        ("downlinks", "payload"),
        ("idempotency_keys", "key"),
        ("invitations", "email_key"),
        ("jobs", "unique_key"),
        ("lamps", "test_payload"),
        ("lamps", "transmitted_payload"),
        ("lamps", "wanted_payload"),
        ("orphan_devices", "last_payload"),
        ("reservations", "request_hash"),
        ("plans", "image"),
        ("plans", "sha256"),
        ("registrations", "email_key"),
        ("reservation_letters", "told_to"),
        ("reservation_partings", "holder_key"),
        ("reservations", "holder_key"),
        ("uplink_keys", "key"),
        ("uplinks", "payload"),
        ("users", "email_key"),
        ("waitlist_entries", "holder_key"),
    ];
    let stage = Stage::set().await;
    let suspects: Vec<(String, String)> = sqlx::query_as(
        "select c.relname::text, a.attname::text from pg_class c join pg_attribute a on a.attrelid = c.oid
         where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
           and a.attnum > 0 and not a.attisdropped and c.relname <> '_sqlx_migrations'
           and has_column_privilege('parking_tenant', c.oid, a.attnum, 'select')
           and (a.atttypid = 'bytea'::regtype or a.attname ~ 'secret|token|hash|password|private|credential|(^|_)key$')",
    )
    .fetch_all(&mut stage.test.superuser().await)
    .await
    .unwrap();
    assert!(suspects.len() >= 10);
    for (table, column) in &suspects {
        let pair = (table.as_str(), column.as_str());
        let is_settled = export::SECRETS.contains(&pair) || HARMLESS.contains(&pair);
        assert!(
            is_settled,
            "{table}.{column}: name it in SECRETS, or here if it is harmless"
        );
    }
}

#[tokio::test]
async fn an_export_that_breaks_off_does_not_count() {
    let (stage, _, api, state) = stage().await;
    let tenant = stage.tenant("Quay").await;
    let owner = stage.member(tenant, Role::Owner).await;
    let by = audit::By::system("test");
    let place = state.exports.begin(tenant).unwrap();
    let (_, document) = export::export(&state.db, tenant, by, stage.now(), place)
        .await
        .unwrap()
        .unwrap();
    let mut document = Box::pin(document);
    let head = futures_util::StreamExt::next(&mut document).await;
    assert!(head.unwrap().unwrap().starts_with("{\"tenant\""));
    // While it is being read, the tenant has no other, and that is nobody else's business.
    let path = "/api/v6/tenants/current/export";
    assert_eq!(api.get(&owner, path).await.code(), "unavailable");
    for other in ["Other", "Third"] {
        let other = stage.tenant(other).await;
        let owner = stage.member(other, Role::Owner).await;
        assert_eq!(api.get(&owner, path).await.status, 200);
    }
    drop(document);
    let seen = api.get(&owner, "/api/v6/tenants/current").await.json();
    assert_eq!(seen["exported_at"], Value::Null);
}

#[tokio::test]
async fn a_purged_tenant_leaves_nothing_but_its_logs() {
    let (stage, ..) = stage().await;
    let (gone, other) = (stage.tenant("Gone").await, stage.tenant("Other").await);
    fill(&stage, gone).await;
    fill(&stage, other).await;
    let mut superuser = stage.test.superuser().await;
    let before = left_behind(&mut superuser, other).await;
    sqlx::query("update tenants set status = 'deleting', delete_after = $2 where id = $1")
        .bind(gone.0)
        .bind(stage.now())
        .execute(&mut superuser)
        .await
        .unwrap();
    assert_eq!(purge::purge_due(&stage.db, stage.now()).await.unwrap(), 1);
    for (table, left) in left_behind(&mut superuser, gone).await {
        let is_kept = purge::KEPT.contains(&table.as_str());
        assert_eq!(left > 0, is_kept, "{left} rows in {table}");
    }
    assert_eq!(left_behind(&mut superuser, other).await, before);
    assert_eq!(purge::purge_due(&stage.db, stage.now()).await.unwrap(), 0);
}

#[tokio::test]
async fn owners_hear_once_that_a_limit_is_near() {
    let mailbox = parking_testkit::Mailbox::open().await;
    let (stage, _, _, mut state) = stage().await;
    state.mailer = Mailer::smtp(
        crate::mail::SmtpOptions {
            host: "127.0.0.1".into(),
            port: mailbox.address().port(),
            security: crate::mail::SmtpSecurity::None,
            credentials: None,
            from: "Parking <noreply@example.org>".parse().unwrap(),
        },
        "Parking",
        "http://localhost",
    )
    .unwrap();
    let limits = LimitOverrides {
        users: Some(5),
        ..LimitOverrides::default()
    };
    let tenant = stage.tenant_with("Quay", limits).await;
    let owner = stage.member(tenant, Role::Owner).await;
    stage.member(tenant, Role::Viewer).await;
    let worker = super::jobs(
        Worker::new(stage.db.clone(), stage.clock.clone()),
        &state,
        &Witness::new(stage.db.clone()),
    );
    let look = async || {
        stage.clock.advance(TimeDelta::minutes(1));
        run_due_schedules(&stage.db, &super::schedules(), stage.now())
            .await
            .unwrap();
        worker.drain().await.unwrap();
        mailbox.letters().len()
    };
    assert_eq!(look().await, 0);
    stage.member(tenant, Role::Viewer).await;
    let fourth = stage.member(tenant, Role::Viewer).await;
    assert_eq!(look().await, 1);
    mailbox.wait_for(&owner.email, "4 of 5 users").await;
    assert_eq!(look().await, 1);
    let events: i64 = sqlx::query_scalar(
        "select count(*) from events where tenant_id = $1 and kind = 'tenant.limit_near'",
    )
    .bind(tenant.0)
    .fetch_one(&mut stage.test.superuser().await)
    .await
    .unwrap();
    assert_eq!(events, 1);
    sqlx::query("delete from memberships where id = $1")
        .bind(fourth.membership)
        .execute(&mut stage.test.superuser().await)
        .await
        .unwrap();
    assert_eq!(look().await, 1);
    stage.member(tenant, Role::Viewer).await;
    assert_eq!(look().await, 2);
}

#[tokio::test]
async fn the_platform_tenant_is_made_once() {
    let (stage, ..) = stage().await;
    let mut tx = stage.worker().await;
    let (name, slug) = (
        crate::tests::name("Other"),
        super::Slug::parse("other").unwrap(),
    );
    super::ensure_platform(&mut tx, name, slug, stage.now())
        .await
        .unwrap();
    let recorded: i64 = sqlx::query_scalar(
        "select count(*) from audit_log where action = 'tenant.created' and tenant_id = $1",
    )
    .bind(TenantId::PLATFORM.0)
    .fetch_one(&mut stage.test.superuser().await)
    .await
    .unwrap();
    assert_eq!(recorded, 1);
    let platform = super::find(tx.conn(), TenantId::PLATFORM)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        (platform.slug.as_str(), platform.tier),
        ("platform", Tier::Enterprise)
    );
    let taken = super::TenantDraft {
        name: crate::tests::name("X"),
        slug: Some(super::Slug::parse("platform").unwrap()),
        tier: Tier::Basic,
        limit_overrides: LimitOverrides::default(),
        feature_overrides: std::collections::BTreeMap::new(),
        language: super::Language::En,
    };
    let refused = create(&mut tx, stage.now(), taken).await.unwrap_err();
    assert!(matches!(refused, super::CreateError::SlugTaken));
}
