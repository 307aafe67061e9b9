//! What the tests of the slices stand on: customers and their people in a database of their own,
//! and the estate's routes behind the real edge.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::http::{Method, StatusCode};
use parking_access::exports::Exports;
use parking_access::secrets::Vault;
use parking_access::tenants::{self, TenantDraft};
use parking_db::Reason;
use parking_domain::access::Role;
use parking_domain::clock::Clock;
use parking_domain::ids::{TenantId, fresh};
use parking_domain::tenancy::{LimitOverrides, Tier};
use parking_domain::text::{Language, Name, Slug};
use parking_http::{Actor, Authenticate, Identity};
use parking_testkit::{Answered, People, Served, TestDb, bearer};
use secrecy::SecretString;
use serde_json::Value;
use uuid::Uuid;

use crate::Estate;

/// A database with the platform's tenant in it, and all routes of the estate.
pub(crate) struct Stage {
    /// The database is gone with it.
    test: TestDb,
    pub(crate) estate: Estate,
    people: Arc<People>,
    served: Served,
}

/// Somebody of a tenant, who can call routes.
#[derive(Clone)]
pub(crate) struct Person<'a> {
    pub(crate) tenant: TenantId,
    token: String,
    served: &'a Served,
}

impl Stage {
    pub(crate) async fn set() -> Self {
        let test = TestDb::new().await;
        let estate = Estate {
            db: test.db(),
            clock: test.clock(),
            vault: Vault::new(&SecretString::from("a".repeat(32))),
            exports: Exports::default(),
        };
        let mut tx = estate
            .db
            .platform(Reason::Worker("test"))
            .await
            .expect("a door");
        let (name, slug) = (
            Name::parse("Platform").expect("a name"),
            Slug::parse("platform").expect("a slug"),
        );
        tenants::ensure_platform(&mut tx, name, slug, estate.clock.now())
            .await
            .expect("a platform tenant");
        tx.commit().await.expect("a commit");
        let people = Arc::<People>::default();
        let callers = Arc::clone(&people) as Arc<dyn Authenticate>;
        let served = Served::new(crate::routes(estate.clone()), &estate.clock, callers);
        Self {
            test,
            estate,
            people,
            served,
        }
    }

    /// Somebody who sees every row of every table.
    pub(crate) async fn superuser(&self) -> sqlx::PgConnection {
        self.test.superuser().await
    }

    /// Waits until so many statements wait for locks that others hold.
    pub(crate) async fn until_waiting(&self, count: i64) {
        let mut conn = self.superuser().await;
        loop {
            let waiting: i64 = sqlx::query_scalar(
                "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'",
            )
            .fetch_one(&mut conn)
            .await
            .expect("a count");
            if waiting == count {
                return;
            }
            tokio::task::yield_now().await;
        }
    }

    pub(crate) fn clock(&self) -> &Clock {
        &self.estate.clock
    }

    /// A tenant with the limits of its tier.
    pub(crate) async fn tenant(&self, called: &str) -> TenantId {
        self.tenant_with(called, LimitOverrides::default()).await
    }

    /// A tenant with limits of its own.
    pub(crate) async fn tenant_with(&self, called: &str, limits: LimitOverrides) -> TenantId {
        let worker = Reason::Worker("test");
        let mut tx = self.estate.db.platform(worker).await.expect("a door");
        let draft = TenantDraft {
            name: Name::parse(called).expect("a name"),
            slug: None,
            tier: Tier::Enterprise,
            limit_overrides: limits,
            feature_overrides: BTreeMap::new(),
            language: Language::En,
        };
        let tenant = tenants::create(&mut tx, self.estate.clock.now(), draft)
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
        self.person(self.tenant(called).await, Role::Admin)
    }

    /// Somebody who has the platform's tenant selected.
    pub(crate) fn platform(&self) -> Person<'_> {
        self.person(TenantId::PLATFORM, Role::PlatformAdmin)
    }
}

impl Person<'_> {
    pub(crate) async fn get(&self, path: &str) -> Answered {
        self.asks(Method::GET, path, None).await
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Answered {
        self.asks(Method::POST, path, Some(body)).await
    }

    pub(crate) async fn put(&self, path: &str, body: Value) -> Answered {
        self.asks(Method::PUT, path, Some(body)).await
    }

    pub(crate) async fn patch(&self, path: &str, body: Value) -> Answered {
        self.asks(Method::PATCH, path, Some(body)).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Answered {
        self.asks(Method::DELETE, path, None).await
    }

    /// Posts what must be made, and answers it.
    pub(crate) async fn makes(&self, path: &str, body: Value) -> Value {
        let answer = self.post(path, body).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text);
        answer.json()
    }

    /// Makes a site and answers its id.
    pub(crate) async fn makes_site(&self, name: &str) -> Uuid {
        let body = serde_json::json!({ "name": name, "timezone": "Europe/Paris" });
        id_of(&self.makes("/api/v6/sites", body).await)
    }

    async fn asks(&self, method: Method, path: &str, body: Option<Value>) -> Answered {
        let who = bearer(&self.token);
        self.served.call(method, path, &[who], body).await
    }

    /// Puts a file.
    pub(crate) async fn uploads(&self, path: &str, bytes: &[u8]) -> Answered {
        let headers = [
            bearer(&self.token),
            ("content-type", "application/octet-stream".to_owned()),
        ];
        self.served
            .send(Method::PUT, path, &headers, bytes.to_vec())
            .await
    }

    /// Posts a CSV file.
    pub(crate) async fn posts_file(&self, path: &str, bytes: &[u8]) -> Answered {
        let headers = [bearer(&self.token), ("content-type", "text/csv".to_owned())];
        self.served
            .send(Method::POST, path, &headers, bytes.to_vec())
            .await
    }

    /// Any request with further headers.
    pub(crate) async fn sends(
        &self,
        method: Method,
        path: &str,
        headers: &[(&'static str, String)],
        body: Option<Value>,
    ) -> Answered {
        let mut all = vec![bearer(&self.token)];
        all.extend_from_slice(headers);
        self.served.call(method, path, &all, body).await
    }
}

/// The id of something that was answered.
pub(crate) fn id_of(body: &Value) -> Uuid {
    body["id"]
        .as_str()
        .and_then(|id| id.parse().ok())
        .expect("an id")
}

/// Asserts that a request was refused with a status and a code.
#[track_caller]
pub(crate) fn refused(answer: &Answered, status: u16, code: &str) {
    assert_eq!(
        (answer.status.as_u16(), answer.code().as_str()),
        (status, code),
        "{}",
        answer.text
    );
}
