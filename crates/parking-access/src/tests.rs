//! What the tests of the slices stand on: tenants and people in a database of their own, and the
//! slice's routes behind the real edge.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use parking_db::{Db, Reason};
use parking_domain::access::Role;
use parking_domain::clock::Clock;
use parking_domain::ids::{TenantId, fresh};
use parking_domain::tenancy::{LimitOverrides, Tier};
use parking_domain::text::{Language, Name, Slug};
use parking_http::{Actor, Authenticate, Identity, Routes, caller};
pub(crate) use parking_testkit::{Answered, Served, bearer};
use parking_testkit::{People, TestDb};
use uuid::Uuid;

use crate::{members, tenants};

/// A database with the platform's tenant in it.
pub(crate) struct Stage {
    pub(crate) test: TestDb,
    pub(crate) db: Db,
    pub(crate) clock: Clock,
    people: Arc<People>,
}

/// Somebody who can call routes: a bearer token that stands for an identity.
#[derive(Clone, Debug)]
pub(crate) struct Person {
    pub(crate) id: Uuid,
    pub(crate) email: String,
    pub(crate) tenant: TenantId,
    pub(crate) membership: Uuid,
    token: String,
}

impl Stage {
    pub(crate) async fn set() -> Self {
        let test = TestDb::new().await;
        let (db, clock) = (test.db(), test.clock());
        let mut tx = db.platform(Reason::Worker("test")).await.expect("a door");
        let (name, slug) = (name("Platform"), Slug::parse("platform").expect("a slug"));
        tenants::ensure_platform(&mut tx, name, slug, clock.now())
            .await
            .expect("a platform tenant");
        tx.commit().await.expect("a commit");
        Self {
            test,
            db,
            clock,
            people: Arc::default(),
        }
    }

    pub(crate) fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// A tenant with nobody in it.
    pub(crate) async fn tenant(&self, called: &str) -> TenantId {
        self.tenant_with(called, LimitOverrides::default()).await
    }

    /// A tenant with nobody in it, and limits of its own.
    pub(crate) async fn tenant_with(&self, called: &str, limits: LimitOverrides) -> TenantId {
        let mut tx = self.worker().await;
        let new = tenants::TenantDraft {
            name: name(called),
            slug: None,
            tier: Tier::Basic,
            limit_overrides: limits,
            feature_overrides: BTreeMap::new(),
            language: Language::En,
        };
        let tenant = tenants::create(&mut tx, self.now(), new)
            .await
            .expect("a tenant");
        tx.commit().await.expect("a commit");
        tenant.id
    }

    /// An account that belongs nowhere.
    pub(crate) async fn account(&self) -> (Uuid, String) {
        let id = fresh();
        let email = format!("u{}@example.org", id.simple());
        sqlx::query(
            "insert into users (id, email, email_key, name, created_at, updated_at) values ($1, $2, $2, $3, $4, $4)",
        )
        .bind(id)
        .bind(&email)
        .bind("Ada Lovelace")
        .bind(self.now())
        .execute(&mut self.test.superuser().await)
        .await
        .expect("an account");
        (id, email)
    }

    /// A new member of a tenant, who can call routes.
    pub(crate) async fn member(&self, tenant: TenantId, role: Role) -> Person {
        let (id, email) = self.account().await;
        let mut tx = self.worker().await;
        let membership = members::add(tx.conn(), tenant, id, role, self.now())
            .await
            .expect("a membership");
        tx.commit().await.expect("a commit");
        let person = Person {
            id,
            email,
            tenant,
            membership,
            token: fresh().to_string(),
        };
        self.seat(&person, role);
        person
    }

    /// Lets a person's token stand for a role, whatever the database says.
    pub(crate) fn seat(&self, person: &Person, role: Role) {
        let identity = Identity {
            tenant: person.tenant,
            actor: Actor::User {
                id: person.id,
                session: fresh(),
                name: "Ada Lovelace".into(),
            },
            role,
            scopes: None,
            acting: None,
            requests_per_minute: None,
            tenant_requests_per_minute: 1_000,
        };
        self.people.seat(&person.token, identity);
    }

    pub(crate) async fn worker(&self) -> parking_db::PlatformTx {
        let reason = Reason::Worker("test");
        self.db.platform(reason).await.expect("a door")
    }

    /// A slice's routes behind the edge, which knows the stage's people.
    pub(crate) fn serve(&self, routes: Routes) -> Served {
        self.serve_to(routes, Arc::clone(&self.people) as Arc<dyn Authenticate>)
    }

    /// A slice's routes behind the edge, which asks somebody else who is calling.
    pub(crate) fn serve_to(&self, routes: Routes, callers: Arc<dyn Authenticate>) -> Served {
        Served::new(routes, &self.clock, callers)
    }
}

impl AsRef<str> for Person {
    fn as_ref(&self) -> &str {
        &self.token
    }
}

pub(crate) fn name(name: &str) -> Name {
    Name::parse(name).expect("a name")
}

/// A request as `Authenticate` sees it, from an address.
pub(crate) fn request_from(ip: &str) -> caller::Request {
    caller::Request {
        id: "req_test".into(),
        ip: ip.parse::<IpAddr>().expect("an address"),
        nonce: None,
    }
}
