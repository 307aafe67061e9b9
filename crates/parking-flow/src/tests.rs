//! What the tests of all slices stand on.

use std::collections::BTreeMap;

use parking_access::tenants::{self, TenantDraft};
use parking_db::{Db, Reason};
use parking_domain::access::Role;
use parking_domain::clock::Clock;
use parking_domain::ids::{TenantId, fresh};
use parking_domain::tenancy::{LimitOverrides, Tier};
use parking_domain::text::{Language, Name, Slug};
use parking_http::{Actor, Identity};
use parking_testkit::People;

/// A tenant, beside the platform's.
pub(crate) async fn tenant(db: &Db, clock: &Clock, called: &str) -> TenantId {
    let mut tx = db.platform(Reason::Worker("test")).await.expect("a door");
    let named = (
        Name::parse("Platform").expect("a name"),
        Slug::parse("platform").expect("a slug"),
    );
    tenants::ensure_platform(&mut tx, named.0, named.1, clock.now())
        .await
        .expect("a platform tenant");
    let draft = TenantDraft {
        name: Name::parse(called).expect("a name"),
        slug: None,
        tier: Tier::Enterprise,
        limit_overrides: LimitOverrides::default(),
        feature_overrides: BTreeMap::new(),
        language: Language::En,
    };
    let tenant = tenants::create(&mut tx, clock.now(), draft)
        .await
        .expect("a tenant");
    tx.commit().await.expect("a commit");
    tenant.id
}

/// Somebody with a role in a tenant, by the token they show.
pub(crate) fn seat(people: &People, tenant: TenantId, role: Role) -> String {
    let token = fresh().to_string();
    let actor = Actor::User {
        id: fresh(),
        session: fresh(),
        name: "Ada Lovelace".into(),
    };
    let identity = Identity {
        tenant,
        actor,
        role,
        scopes: None,
        acting: None,
        requests_per_minute: None,
        tenant_requests_per_minute: 1_000,
    };
    people.seat(&token, identity);
    token
}
