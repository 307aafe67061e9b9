//! Callers over a real database, with and without its notices.

use std::time::{Duration, Instant};

use chrono::TimeDelta;
use parking_db::listen::Notices;
use parking_domain::access::{Role, Scope};
use parking_domain::ids::{TenantId, fresh};
use parking_http::IfMatch;
use secrecy::{ExposeSecret as _, SecretString};
use sqlx::{Connection as _, PgConnection};

use super::*;
use crate::api_keys::{KeyDraft, Maker};
use crate::audit::By;
use crate::members;
use crate::tenants;
use crate::tests::{Person, Stage, name, request_from};

/// Sooner than belief ends by itself, with room for a busy machine.
const AT_ONCE: Duration = Duration::from_secs(4);

fn tokens() -> Tokens {
    Tokens::new(&SecretString::from("a secret of this test"), "parking")
}

/// Callers without notices.
fn callers(stage: &Stage) -> Arc<Callers> {
    Callers::new(stage.db.clone(), stage.clock.clone(), tokens())
}

/// Callers that hear the database's notices for as long as the guard lives.
#[expect(
    clippy::disallowed_methods,
    reason = "the test's own tasks, ended by the guard"
)]
async fn listening(stage: &Stage) -> (Arc<Callers>, tokio_util::sync::DropGuard) {
    let (notices, stop, callers) = (Notices::default(), CancellationToken::new(), callers(stage));
    let mut first = notices.subscribe();
    tokio::spawn(Arc::clone(&callers).watch(notices.subscribe(), stop.clone()));
    let (db, until) = (stage.db.clone(), stop.clone());
    tokio::spawn(async move { notices.listen(db, until).await });
    assert_eq!(first.next().await, Notice::Missed);
    (callers, stop.drop_guard())
}

fn owner() -> Maker {
    Maker {
        by: By::system("test"),
        user: None,
        role: Role::Owner,
    }
}

fn plain() -> KeyDraft {
    KeyDraft {
        name: name("Gate"),
        role: Role::Operator,
        scopes: vec![Scope::SitesRead],
        expires_at: None,
        allowed_ips: vec![],
        requests_per_minute: Some(100),
    }
}

/// A new key: its identity and the whole of it.
async fn key(stage: &Stage, tenant: TenantId, new: KeyDraft) -> (Uuid, String) {
    let mut tx = stage.db.tenant(tenant).await.unwrap();
    let (key, shown) = api_keys::create(&mut tx, &owner(), new, stage.now())
        .await
        .unwrap();
    tx.commit().await.unwrap();
    (key.id, shown.expose_secret().to_owned())
}

async fn show(callers: &Callers, key: &str) -> Result<Arc<Identity>, ApiError> {
    let request = request_from("192.0.2.7");
    callers
        .authenticate(Credentials::ApiKey(key), &request)
        .await
}

async fn code(callers: &Callers, key: &str) -> Option<Code> {
    show(callers, key).await.err().map(|error| error.code)
}

/// A new sign-in of a person, as a token.
async fn sign_in(stage: &Stage, person: &Person) -> String {
    let session = fresh();
    sqlx::query(
        "insert into sessions (id, user_id, selected_tenant_id, created_at, last_used_at, expires_at)
         values ($1, $2, $3, $4, $4, $5)",
    )
    .bind(session)
    .bind(person.id)
    .bind(person.tenant.0)
    .bind(stage.now())
    .bind(stage.now() + TimeDelta::days(30))
    .execute(&mut stage.test.superuser().await)
    .await
    .unwrap();
    let claims = Claims {
        user: person.id,
        session,
        tenant: person.tenant,
        issued_at: stage.now(),
        expires_at: stage.now() + TimeDelta::days(1),
    };
    tokens().sign(&claims).unwrap().expose_secret().to_owned()
}

async fn bear(callers: &Callers, token: &str) -> Result<Arc<Identity>, ApiError> {
    let request = request_from("192.0.2.7");
    callers
        .authenticate(Credentials::Bearer(token), &request)
        .await
}

/// Waits until something is so, and says how long that took.
async fn until<F: Future<Output = bool>>(mut so: impl FnMut() -> F) -> Duration {
    let began = Instant::now();
    while !so().await {
        assert!(began.elapsed() < Duration::from_secs(20), "it never came");
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    began.elapsed()
}

async fn execute(connection: &mut PgConnection, statement: &str) {
    sqlx::raw_sql(sqlx::AssertSqlSafe(statement.to_owned()))
        .execute(connection)
        .await
        .unwrap();
}

#[tokio::test]
async fn a_key_is_who_it_says_and_every_other_gets_the_same_refusal() {
    let stage = Stage::set().await;
    let tenant = stage.tenant("Quay").await;
    let callers = callers(&stage);
    let (id, shown) = key(&stage, tenant, plain()).await;
    let identity = show(&callers, &shown).await.unwrap();
    assert_eq!((identity.tenant, identity.role), (tenant, Role::Operator));
    assert!(matches!(identity.actor, Actor::ApiKey { id: found, .. } if found == id));
    assert_eq!(identity.scopes, Some([Scope::SitesRead].into()));

    let (public_id, _) = shown[3..].split_once('_').unwrap();
    let wrong_secret = format!("pk_{public_id}_{}", "A".repeat(43));
    let unknown = format!("pk_0123456789ab_{}", "A".repeat(43));
    let refusals = [
        show(&callers, &wrong_secret).await.unwrap_err(),
        show(&callers, &unknown).await.unwrap_err(),
        show(&callers, "pk_").await.unwrap_err(),
        show(&callers, "").await.unwrap_err(),
    ];
    for refusal in &refusals {
        assert_eq!(refusal.code, Code::Unauthenticated);
        assert_eq!(refusal.problem("r").detail, refusals[0].problem("r").detail);
    }
    assert!(show(&callers, &shown).await.is_ok());
}

#[tokio::test]
async fn a_key_ends_by_the_clock_although_it_is_believed() {
    let stage = Stage::set().await;
    let tenant = stage.tenant("Quay").await;
    let callers = callers(&stage);
    let expires_at = Some(stage.now() + TimeDelta::seconds(2));
    let new = KeyDraft {
        expires_at,
        ..plain()
    };
    let (_, shown) = key(&stage, tenant, new).await;
    assert_eq!(code(&callers, &shown).await, None);
    stage.clock.advance(TimeDelta::seconds(2));
    assert_eq!(code(&callers, &shown).await, Some(Code::Unauthenticated));
}

#[tokio::test]
async fn a_key_comes_only_from_its_addresses() {
    let stage = Stage::set().await;
    let tenant = stage.tenant("Quay").await;
    let callers = callers(&stage);
    let new = KeyDraft {
        allowed_ips: vec!["192.0.2.0/28".parse().unwrap()],
        ..plain()
    };
    let (_, shown) = key(&stage, tenant, new).await;
    assert_eq!(code(&callers, &shown).await, None);
    let elsewhere = request_from("192.0.2.16");
    let refused = callers
        .authenticate(Credentials::ApiKey(&shown), &elsewhere)
        .await;
    assert_eq!(refused.unwrap_err().code, Code::AddressNotAllowed);
}

#[tokio::test]
async fn a_key_never_asks_faster_than_its_tenant_may_now() {
    let stage = Stage::set().await;
    let tenant = stage.tenant("Quay").await;
    let callers = callers(&stage);
    let (_, shown) = key(&stage, tenant, plain()).await;
    execute(
        &mut stage.test.superuser().await,
        "update tenants set requests_per_minute = 30",
    )
    .await;
    let identity = show(&callers, &shown).await.unwrap();
    assert_eq!(identity.requests_per_minute, Some(30));
}

#[tokio::test]
async fn a_revoked_key_is_refused_as_soon_as_the_notice_comes() {
    let stage = Stage::set().await;
    let tenant = stage.tenant("Quay").await;
    let (callers, _guard) = listening(&stage).await;
    let (id, shown) = key(&stage, tenant, plain()).await;
    let (_, other) = key(&stage, tenant, plain()).await;
    for key in [&shown, &other] {
        assert_eq!(code(&callers, key).await, None);
    }
    let mut tx = stage.db.tenant(tenant).await.unwrap();
    api_keys::revoke(&mut tx, &owner(), (id, &IfMatch::default()), stage.now())
        .await
        .unwrap();
    assert_eq!(code(&callers, &shown).await, None, "not before the commit");
    tx.commit().await.unwrap();
    let took = until(async || code(&callers, &shown).await.is_some()).await;
    assert!(took < AT_ONCE, "{took:?}");
    assert_eq!(code(&callers, &other).await, None);
}

#[tokio::test]
async fn without_notices_a_revoked_key_works_for_five_seconds_at_most() {
    let stage = Stage::set().await;
    let tenant = stage.tenant("Quay").await;
    let callers = callers(&stage);
    let (_, shown) = key(&stage, tenant, plain()).await;
    assert_eq!(code(&callers, &shown).await, None);
    execute(
        &mut stage.test.superuser().await,
        "update api_keys set revoked_at = now()",
    )
    .await;
    let took = until(async || code(&callers, &shown).await.is_some()).await;
    assert!(took <= BELIEVED_FOR + Duration::from_secs(3), "{took:?}");
}

#[tokio::test]
async fn suspending_a_tenant_locks_keys_and_people_out_and_activating_lets_them_in() {
    let stage = Stage::set().await;
    let tenant = stage.tenant("Quay").await;
    let person = stage.member(tenant, Role::Owner).await;
    let (callers, _guard) = listening(&stage).await;
    let (_, shown) = key(&stage, tenant, plain()).await;
    let token = sign_in(&stage, &person).await;
    let seen = async || {
        let key = code(&callers, &shown).await;
        let person = bear(&callers, &token).await.err().map(|error| error.code);
        (key, person)
    };
    assert_eq!(seen().await, (None, None));
    let by = By::system("test");
    let mut tx = stage.worker().await;
    let held = tenants::lock(tx.conn(), tenant).await.unwrap().unwrap();
    tenants::suspend(&mut tx, &held, &name("unpaid"), &by, stage.now())
        .await
        .unwrap();
    tx.commit().await.unwrap();
    let out = (Some(Code::TenantSuspended), Some(Code::TenantSuspended));
    let took = until(async || seen().await == out).await;
    assert!(took < AT_ONCE, "{took:?}");
    let mut tx = stage.worker().await;
    let held = tenants::lock(tx.conn(), tenant).await.unwrap().unwrap();
    tenants::activate(&mut tx, &held, &by, stage.now())
        .await
        .unwrap();
    tx.commit().await.unwrap();
    let took = until(async || seen().await == (None, None)).await;
    assert!(took < AT_ONCE, "{took:?}");
}

#[tokio::test]
async fn a_member_who_is_removed_or_switched_off_is_out_at_once_in_this_tenant_alone() {
    let stage = Stage::set().await;
    let (tenant, other) = (stage.tenant("Quay").await, stage.tenant("Other").await);
    stage.member(tenant, Role::Owner).await;
    let (callers, _guard) = listening(&stage).await;
    for ends in [
        "update memberships set is_active = false",
        "delete from memberships",
    ] {
        let person = stage.member(tenant, Role::Operator).await;
        let mut tx = stage.worker().await;
        let elsewhere = members::add(tx.conn(), other, person.id, Role::Viewer, stage.now()).await;
        elsewhere.unwrap();
        tx.commit().await.unwrap();
        let token = sign_in(&stage, &person).await;
        let claims = tokens().read(&token, stage.now()).unwrap();
        let there = Claims {
            tenant: other,
            ..claims
        };
        let there = tokens().sign(&there).unwrap().expose_secret().to_owned();
        assert_eq!(bear(&callers, &token).await.unwrap().role, Role::Operator);
        assert_eq!(bear(&callers, &there).await.unwrap().role, Role::Viewer);
        let statement = format!(
            "{ends} where tenant_id = '{tenant}' and user_id = '{}'",
            person.id
        );
        execute(&mut stage.test.superuser().await, &statement).await;
        let took = until(async || bear(&callers, &token).await.is_err()).await;
        assert!(took < AT_ONCE, "{took:?}");
        assert_eq!(bear(&callers, &there).await.unwrap().role, Role::Viewer);
    }
}

#[tokio::test]
async fn another_role_holds_from_the_next_request_on() {
    let stage = Stage::set().await;
    let tenant = stage.tenant("Quay").await;
    let person = stage.member(tenant, Role::Viewer).await;
    let (callers, _guard) = listening(&stage).await;
    let token = sign_in(&stage, &person).await;
    assert_eq!(bear(&callers, &token).await.unwrap().role, Role::Viewer);
    execute(
        &mut stage.test.superuser().await,
        "update memberships set role = 'admin'",
    )
    .await;
    let is_admin = async || bear(&callers, &token).await.unwrap().role == Role::Admin;
    assert!(until(is_admin).await < AT_ONCE);
    execute(
        &mut stage.test.superuser().await,
        "update sessions set ended_at = now()",
    )
    .await;
    let is_over = async || bear(&callers, &token).await.is_err();
    assert!(until(is_over).await < AT_ONCE);
}

#[tokio::test]
async fn what_was_seen_a_moment_ago_needs_no_database() {
    let stage = Stage::set().await;
    let tenant = stage.tenant("Quay").await;
    let person = stage.member(tenant, Role::Viewer).await;
    let callers = callers(&stage);
    let (_, shown) = key(&stage, tenant, plain()).await;
    let token = sign_in(&stage, &person).await;
    assert!(show(&callers, &shown).await.is_ok() && bear(&callers, &token).await.is_ok());
    stage.db.close().await;
    for _ in 0..100 {
        assert!(show(&callers, &shown).await.is_ok() && bear(&callers, &token).await.is_ok());
    }
    let unknown = format!("pk_0123456789ab_{}", "A".repeat(43));
    assert_eq!(code(&callers, &unknown).await, Some(Code::Unavailable));
}

#[tokio::test]
async fn a_hundred_requests_that_come_at_once_look_once() {
    let stage = Stage::set().await;
    let tenant = stage.tenant("Quay").await;
    let callers = callers(&stage);
    let (_, shown) = key(&stage, tenant, plain()).await;
    let mut superuser = stage.test.superuser().await;
    let mut held = superuser.begin().await.unwrap();
    execute(&mut held, "lock table api_keys in access exclusive mode").await;
    let herd = futures_util::future::join_all((0..100).map(|_| show(&callers, &shown)));
    let look = async {
        let mut watcher = stage.test.superuser().await;
        let waiting = async |watcher: &mut PgConnection| -> i64 {
            sqlx::query_scalar(
                "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'",
            )
            .fetch_one(watcher)
            .await
            .unwrap()
        };
        let mut most = 0;
        while most == 0 {
            most = waiting(&mut watcher).await;
        }
        for _ in 0..20 {
            most = most.max(waiting(&mut watcher).await);
        }
        held.rollback().await.unwrap();
        most
    };
    let (herd, most) = tokio::join!(herd, look);
    assert!(herd.iter().all(Result::is_ok));
    assert_eq!(most, 1);
}

#[tokio::test]
async fn tokens_of_others_and_old_ones_are_refused() {
    let stage = Stage::set().await;
    let tenant = stage.tenant("Quay").await;
    let (person, other) = (
        stage.member(tenant, Role::Viewer).await,
        stage.member(tenant, Role::Owner).await,
    );
    let callers = callers(&stage);
    let token = sign_in(&stage, &person).await;
    let claims = tokens().read(&token, stage.now()).unwrap();
    let forged = Claims {
        user: other.id,
        ..claims
    };
    let forged = tokens().sign(&forged).unwrap().expose_secret().to_owned();
    assert!(bear(&callers, &token).await.is_ok());
    assert!(
        bear(&callers, &forged).await.is_err(),
        "not this person's session"
    );
    stage.clock.advance(TimeDelta::days(1));
    let expired = bear(&callers, &token).await.unwrap_err();
    assert_eq!(expired.code, Code::Unauthenticated);
    for odd in ["", "a.b.c", "pk_x_y"] {
        let refused = bear(&callers, odd).await.unwrap_err();
        assert_eq!(refused.code, Code::Unauthenticated);
    }
}

#[tokio::test]
async fn the_last_use_of_a_key_is_written_when_it_is_flushed_and_not_before() {
    let stage = Stage::set().await;
    let tenant = stage.tenant("Quay").await;
    let callers = callers(&stage);
    let (_, shown) = key(&stage, tenant, plain()).await;
    show(&callers, &shown).await.unwrap();
    let read = async || -> Option<String> {
        sqlx::query_scalar("select last_used_ip from api_keys")
            .fetch_one(&mut stage.test.superuser().await)
            .await
            .unwrap()
    };
    assert_eq!(read().await, None);
    callers.flush_usage().await.unwrap();
    assert_eq!(read().await.as_deref(), Some("192.0.2.7"));
}

#[tokio::test]
async fn a_key_that_was_good_a_while_ago_is_no_stranger_and_a_guessed_one_is() {
    let stage = Stage::set().await;
    let tenant = stage.tenant("Regulars").await;
    let callers = callers(&stage);
    let (_, good) = key(&stage, tenant, plain()).await;
    let guessed = "pk_0000000000000000_0000000000000000000000000000000000000000000";
    assert!(!callers.knows(Credentials::ApiKey(&good)));
    show(&callers, &good).await.unwrap();
    assert_eq!(code(&callers, guessed).await, Some(Code::Unauthenticated));
    // What was believed of them is forgotten, as it is after five seconds.
    callers.keys.invalidate_all();
    assert!(callers.knows(Credentials::ApiKey(&good)));
    assert!(!callers.knows(Credentials::ApiKey(guessed)));
}
