//! Callers over a real database, with and without its notices.

use std::time::{Duration, Instant};

use chrono::TimeDelta;
use hmac::{Hmac, KeyInit as _, Mac as _};
use parking_db::listen::Notices;
use parking_domain::access::{Role, Scope};
use parking_domain::ids::{TenantId, fresh};
use parking_http::IfMatch;
use parking_http::Signed;
use prometheus_client::registry::Registry;
use secrecy::{ExposeSecret as _, SecretString};
use sha2::Sha256;
use sqlx::{Connection as _, PgConnection};

use super::shelf::BELIEVED_FOR;
use super::*;
use crate::api_keys::{KeyDraft, Maker};
use crate::audit::By;
use crate::members;
use crate::tenants;
use crate::tests::{Person, Stage, name, request_from};
use crate::webhook_secrets;

/// Sooner than belief ends by itself, with room for a busy machine.
const AT_ONCE: Duration = Duration::from_secs(4);

fn tokens() -> Tokens {
    Tokens::new(&SecretString::from("a secret of this test"), "parking")
}

fn vault() -> Vault {
    Vault::new(&SecretString::from("the data key of this test"))
}

/// Callers without notices.
fn callers(stage: &Stage) -> Arc<Callers> {
    Callers::new(stage.db.clone(), stage.clock.clone(), tokens(), vault())
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
    callers.keys.forget_moments();
    assert!(callers.knows(Credentials::ApiKey(&good)));
    assert!(!callers.knows(Credentials::ApiKey(guessed)));
}

/// A tenant's webhook credential and its secret.
async fn credential(stage: &Stage, tenant: TenantId) -> (Uuid, SecretString) {
    let keeper = webhook_secrets::Keeper {
        by: By::system("test"),
        user: None,
    };
    let mut tx = stage.db.tenant(tenant).await.unwrap();
    let made =
        webhook_secrets::create(&mut tx, &vault(), &keeper, &name("Relay"), stage.now()).await;
    let (secret, shown) = made.unwrap();
    tx.commit().await.unwrap();
    (secret.id, shown)
}

fn sign(secret: &SecretString, text: &str) -> String {
    let key = secret.expose_secret().as_bytes();
    let mac = Hmac::<Sha256>::new_from_slice(key).unwrap();
    crate::secrets::hex(&mac.chain_update(text).finalize().into_bytes())
}

async fn shows(callers: &Callers, shown: Signed<'_>) -> Result<Arc<Identity>, ApiError> {
    let request = request_from("192.0.2.7");
    callers
        .authenticate(Credentials::Signed(shown), &request)
        .await
}

async fn refusal(callers: &Callers, shown: Signed<'_>) -> Option<Code> {
    shows(callers, shown).await.err().map(|error| error.code)
}

/// A body, without any word about when it was signed.
fn plainly<'a>(credential: Uuid, body: &'a str, signature: &'a str) -> Signed<'a> {
    Signed {
        credential,
        signature,
        timestamp: None,
        nonce: None,
        body: body.as_bytes(),
    }
}

#[tokio::test]
async fn who_signs_hands_in_messages_of_the_credentials_tenant_and_does_nothing_else() {
    let stage = Stage::set().await;
    let (tenant, other) = (stage.tenant("Quay").await, stage.tenant("Other").await);
    let callers = callers(&stage);
    let (id, secret) = credential(&stage, tenant).await;
    let (theirs, _) = credential(&stage, other).await;
    let signature = sign(&secret, "{}");
    let identity = shows(&callers, plainly(id, "{}", &signature))
        .await
        .unwrap();
    assert_eq!((identity.tenant, identity.role), (tenant, Role::Operator));
    assert_eq!(identity.scopes, Some([Scope::WebhookIngest].into()));
    let invalid = Some(Code::SignatureInvalid);
    assert_eq!(
        refusal(&callers, plainly(id, "{ }", &signature)).await,
        invalid
    );
    assert_eq!(
        refusal(&callers, plainly(theirs, "{}", &signature)).await,
        invalid
    );
    assert_eq!(
        refusal(&callers, plainly(fresh(), "{}", &signature)).await,
        invalid
    );
    callers.flush_usage().await.unwrap();
    let used: Vec<Uuid> =
        sqlx::query_scalar("select id from webhook_secrets where last_used_at is not null")
            .fetch_all(&mut stage.test.superuser().await)
            .await
            .unwrap();
    assert_eq!(used, [id]);
}

#[tokio::test]
async fn while_a_credential_is_rotated_both_secrets_sign_by_either_name_and_then_one() {
    let stage = Stage::set().await;
    let tenant = stage.tenant("Quay").await;
    let (callers, _guard) = listening(&stage).await;
    let (first, old) = credential(&stage, tenant).await;
    let keeper = webhook_secrets::Keeper {
        by: By::system("test"),
        user: None,
    };
    let by_old = sign(&old, "{}");
    assert!(shows(&callers, plainly(first, "{}", &by_old)).await.is_ok());
    let mut tx = stage.db.tenant(tenant).await.unwrap();
    let overlap = TimeDelta::hours(1);
    let turned = webhook_secrets::rotate(&mut tx, &vault(), &keeper, overlap, stage.now()).await;
    let (second, new) = turned.unwrap();
    tx.commit().await.unwrap();
    let by_new = sign(&new, "{}");
    // The server hears of the new one at once.
    let took = until(async || shows(&callers, plainly(first, "{}", &by_new)).await.is_ok()).await;
    assert!(took < AT_ONCE, "{took:?}");
    assert!(
        shows(&callers, plainly(second.id, "{}", &by_old))
            .await
            .is_ok()
    );
    stage.clock.advance(TimeDelta::hours(1));
    let invalid = Some(Code::SignatureInvalid);
    assert_eq!(
        refusal(&callers, plainly(second.id, "{}", &by_old)).await,
        invalid
    );
    assert!(shows(&callers, plainly(first, "{}", &by_new)).await.is_ok());
}

#[tokio::test]
async fn a_signature_with_a_time_ends_with_it_and_a_nonce_is_good_once() {
    let stage = Stage::set().await;
    let tenant = stage.tenant("Quay").await;
    let callers = callers(&stage);
    let (id, secret) = credential(&stage, tenant).await;
    let now = stage.now().timestamp().to_string();
    let stamped = |timestamp: &str, nonce: Option<&str>| {
        let nonce = nonce.map(|nonce| format!("{nonce}.")).unwrap_or_default();
        sign(&secret, &format!("{timestamp}.{nonce}{{}}"))
    };
    let at = async |timestamp: &str, nonce: Option<&str>, signature: &str| {
        let shown = Signed {
            timestamp: Some(timestamp),
            nonce,
            ..plainly(id, "{}", signature)
        };
        refusal(&callers, shown).await
    };
    assert_eq!(at(&now, None, &stamped(&now, None)).await, None);
    assert_eq!(at(&now, Some("a"), &stamped(&now, Some("a"))).await, None);
    let again = at(&now, Some("a"), &stamped(&now, Some("a"))).await;
    assert_eq!(again, Some(Code::NonceReused));
    // Its message could not be taken in after all; another tenant's nonce is another.
    callers.give_back(TenantId(fresh()), "a");
    let again = at(&now, Some("a"), &stamped(&now, Some("a"))).await;
    assert_eq!(again, Some(Code::NonceReused));
    callers.give_back(tenant, "a");
    assert_eq!(at(&now, Some("a"), &stamped(&now, Some("a"))).await, None);
    let again = at(&now, Some("a"), &stamped(&now, Some("a"))).await;
    assert_eq!(again, Some(Code::NonceReused));
    // Neither is worth anything that is not signed.
    let invalid = Some(Code::SignatureInvalid);
    assert_eq!(
        at(&now, Some("b"), &stamped(&now, Some("c"))).await,
        invalid
    );
    assert_eq!(at("1", None, &stamped(&now, None)).await, invalid);
    let stale = Some(Code::SignatureStale);
    assert_eq!(at("soon", None, &stamped("soon", None)).await, stale);
    stage.clock.advance(TimeDelta::seconds(301));
    assert_eq!(at(&now, None, &stamped(&now, None)).await, stale);
}

#[tokio::test]
async fn of_many_wrong_signatures_one_stands_in_the_log() {
    let stage = Stage::set().await;
    let tenant = stage.tenant("Quay").await;
    let callers = callers(&stage);
    let (id, _) = credential(&stage, tenant).await;
    let wrong = "00".repeat(32);
    for _ in 0..50 {
        assert!(shows(&callers, plainly(id, "{}", &wrong)).await.is_err());
    }
    let stop = CancellationToken::new();
    stop.cancel();
    Arc::clone(&callers).record_misses(stop).await;
    let written: Vec<(String, String)> = sqlx::query_as(
        "select action, ip from audit_log where tenant_id = $1 and action like '%refused'",
    )
    .bind(tenant.0)
    .fetch_all(&mut stage.test.superuser().await)
    .await
    .unwrap();
    let expected = (
        "webhook_secret.signature_refused".to_owned(),
        "192.0.2.7".to_owned(),
    );
    assert_eq!(written, [expected]);
    let mut registry = Registry::default();
    callers.register(&mut registry);
    let mut shown = String::new();
    prometheus_client::encoding::text::encode(&mut shown, &registry).unwrap();
    assert!(
        shown.contains("webhook_signature_failures_total 50"),
        "{shown}"
    );
}

#[tokio::test]
async fn without_a_database_who_was_known_lately_hands_in_messages_and_does_nothing_else() {
    let stage = Stage::set().await;
    let tenant = stage.tenant("Quay").await;
    let callers = callers(&stage);
    let ingests = KeyDraft {
        scopes: vec![Scope::WebhookIngest, Scope::SitesWrite],
        ..plain()
    };
    let (_, sensor) = key(&stage, tenant, ingests).await;
    let (_, gate) = key(&stage, tenant, plain()).await;
    let (_, stranger) = key(&stage, tenant, plain()).await;
    let (id, secret) = credential(&stage, tenant).await;
    let signature = sign(&secret, "{}");
    assert!(show(&callers, &sensor).await.is_ok() && show(&callers, &gate).await.is_ok());
    assert!(shows(&callers, plainly(id, "{}", &signature)).await.is_ok());
    stage.db.close().await;
    callers.keys.forget_moments();
    callers.signers.known.forget_moments();
    let identity = show(&callers, &sensor).await.unwrap();
    assert_eq!(identity.scopes, Some([Scope::WebhookIngest].into()));
    assert!(shows(&callers, plainly(id, "{}", &signature)).await.is_ok());
    assert!(
        shows(&callers, plainly(id, "{ }", &signature))
            .await
            .is_err()
    );
    for key in [&gate, &stranger] {
        assert_eq!(code(&callers, key).await, Some(Code::Unavailable));
    }
    let guessed = format!("{}x", &sensor[..sensor.len() - 1]);
    assert_eq!(code(&callers, &guessed).await, Some(Code::Unauthenticated));
    // What changed before the database went, or may have, counts no more.
    callers.freshness.everything_changed();
    assert_eq!(code(&callers, &sensor).await, Some(Code::Unavailable));
}
