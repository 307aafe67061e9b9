//! What the tests of the slices stand on: customers in a database of their own, and the routes of the
//! estate beside those of this crate, behind the real edge.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::http::{Method, StatusCode};
use parking_access::exports::Exports;
use parking_access::secrets::Vault;
use parking_access::tenants::{self, TenantDraft};
use parking_db::listen::Notices;
use parking_db::{Db, Reason};
use parking_domain::access::Role;
use parking_domain::clock::Clock;
use parking_domain::ids::{TenantId, fresh};
use parking_domain::tenancy::{LimitOverrides, Tier};
use parking_domain::text::{Language, Name, Slug};
use parking_estate::Estate;
use parking_http::{Actor, Authenticate, Identity};
use parking_testkit::{Answered, People, Served, TestDb, bearer};
use prometheus_client::registry::Registry;
use secrecy::SecretString;
use serde_json::{Value, json};
use tokio_util::sync::{CancellationToken, DropGuard};
use uuid::Uuid;

use crate::dashboard::{self, Dashboard};
use crate::health::Health;
use crate::metrics::Metrics;
use crate::platform;
use crate::readiness::Readiness;

/// A database with the platform's tenant in it, and routes that look at it.
pub(crate) struct Stage {
    pub(crate) test: TestDb,
    pub(crate) db: Db,
    people: Arc<People>,
    served: Served,
    _listening: DropGuard,
}

/// Somebody of a tenant, who can call routes.
#[derive(Clone)]
pub(crate) struct Person<'a> {
    pub(crate) tenant: TenantId,
    token: String,
    served: &'a Served,
}

impl Stage {
    #[expect(
        clippy::disallowed_methods,
        reason = "what runs beside requests ends with the test"
    )]
    pub(crate) async fn set() -> Self {
        let test = TestDb::new().await;
        let (db, clock) = (test.db(), test.clock());
        let mut tx = db.platform(Reason::Worker("test")).await.expect("a door");
        let name = Name::parse("Platform").expect("a name");
        let slug = Slug::parse("platform").expect("a slug");
        tenants::ensure_platform(&mut tx, name, slug, clock.now())
            .await
            .expect("a platform tenant");
        tx.commit().await.expect("a commit");
        let dashboard = Dashboard::new(db.clone(), clock.clone(), health(&db, &clock));
        let stop = CancellationToken::new();
        let notices = Notices::default();
        tokio::spawn(Arc::clone(&dashboard).watch(notices.subscribe(), stop.clone()));
        tokio::spawn({
            let (db, stop) = (db.clone(), stop.clone());
            async move { notices.listen(db, stop).await }
        });
        let estate = Estate {
            db: db.clone(),
            clock: clock.clone(),
            vault: Vault::new(&SecretString::from("a".repeat(32))),
            exports: Exports::default(),
        };
        let routes = parking_estate::routes(estate)
            .merge(dashboard::routes(dashboard))
            .merge(platform::routes(db.clone()));
        let people = Arc::<People>::default();
        let callers = Arc::clone(&people) as Arc<dyn Authenticate>;
        let served = Served::new(routes, &clock, callers);
        Self {
            test,
            db,
            people,
            served,
            _listening: stop.drop_guard(),
        }
    }

    /// A tenant with the limits of its tier, or some of its own.
    pub(crate) async fn tenant(&self, called: &str, limits: LimitOverrides) -> TenantId {
        let worker = Reason::Worker("test");
        let mut tx = self.db.platform(worker).await.expect("a door");
        let draft = TenantDraft {
            name: Name::parse(called).expect("a name"),
            slug: None,
            tier: Tier::Enterprise,
            limit_overrides: limits,
            feature_overrides: BTreeMap::new(),
            language: Language::En,
        };
        let tenant = tenants::create(&mut tx, self.test.clock().now(), draft)
            .await
            .expect("a tenant");
        tx.commit().await.expect("a commit");
        tenant.id
    }

    /// Somebody with a role in a tenant.
    pub(crate) fn person(&self, tenant: TenantId, role: Role) -> Person<'_> {
        let token = fresh().to_string();
        let identity = Identity {
            tenant,
            actor: Actor::User {
                id: fresh(),
                session: fresh(),
                name: "Ada Lovelace".into(),
            },
            role,
            scopes: None,
            acting: None,
            requests_per_minute: None,
            tenant_requests_per_minute: 1_000,
        };
        self.people.seat(&token, identity);
        Person {
            tenant,
            token,
            served: &self.served,
        }
    }

    /// A new tenant's admin.
    pub(crate) async fn admin(&self, called: &str) -> Person<'_> {
        let tenant = self.tenant(called, LimitOverrides::default()).await;
        self.person(tenant, Role::Admin)
    }

    /// Somebody who has the platform's tenant selected.
    pub(crate) fn platform(&self) -> Person<'_> {
        self.person(TenantId::PLATFORM, Role::PlatformAdmin)
    }

    /// Does something as superuser, as the radio will.
    pub(crate) async fn does(&self, statement: &'static str, id: Uuid) {
        let mut superuser = self.test.superuser().await;
        let done = sqlx::query(statement).bind(id);
        done.execute(&mut superuser).await.expect("it runs");
    }
}

fn health(db: &Db, clock: &Clock) -> Health {
    let (intake, _) = parking_flow::ingest::writers();
    Health {
        db: db.clone(),
        clock: clock.clone(),
        readiness: Readiness::default(),
        data_dir: None,
        version: "test",
        metrics: Metrics::new(Registry::default(), db.clone(), intake.clone()),
        intake,
        last: Arc::new(Mutex::new(None)),
        answered: Arc::default(),
    }
}

impl Person<'_> {
    pub(crate) async fn get(&self, path: &str) -> Answered {
        self.calls(Method::GET, path, None).await
    }

    pub(crate) async fn reads(&self, path: &str) -> Value {
        let answer = self.get(path).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
        answer.json()
    }

    pub(crate) async fn calls(&self, method: Method, path: &str, body: Option<Value>) -> Answered {
        let who = bearer(&self.token);
        self.served.call(method, path, &[who], body).await
    }

    /// Posts what must be done, and answers it.
    pub(crate) async fn posts(&self, path: &str, body: Value) -> Value {
        let answer = self.calls(Method::POST, path, Some(body)).await;
        assert!(answer.status.is_success(), "{path}: {}", answer.text);
        answer.json()
    }

    /// Makes something and answers its id.
    pub(crate) async fn makes(&self, path: &str, body: Value) -> Uuid {
        let made = self.posts(path, body).await;
        let id = made["id"].as_str().and_then(|id| id.parse().ok());
        id.expect("an id")
    }

    pub(crate) async fn makes_site(&self, name: &str) -> Uuid {
        let body = json!({ "name": name, "timezone": "Europe/Paris" });
        self.makes("/api/v6/sites", body).await
    }

    pub(crate) async fn makes_space(&self, site: Uuid, code: &str) -> Uuid {
        let body = json!({ "site_id": site, "code": code });
        self.makes("/api/v6/spaces", body).await
    }

    pub(crate) async fn makes_device(&self, number: u32) -> Uuid {
        let body =
            json!({ "dev_eui": format!("70B3D5000000{number:04X}"), "model": "browan-tbms100" });
        self.makes("/api/v6/devices", body).await
    }
}

/// Waits until something holds.
pub(crate) async fn eventually(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    for _ in 0..1_000 {
        if holds().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("not within ten seconds: {what}");
}
