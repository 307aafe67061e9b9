//! The people and programs who use the product, with what they do in their own words.

use std::ops::Deref;
use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::{Value, json};

use super::server::{ADMIN_EMAIL, PASSWORD};
use super::{Answer, Api, TestServer};

/// An address nobody else in this test has.
pub(crate) fn fresh_address() -> String {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let [_, b, c, d] = NEXT.fetch_add(1, Ordering::Relaxed).to_be_bytes();
    format!("10.{b}.{c}.{d}")
}

/// Somebody who is signed in, whatever they may do.
#[derive(Clone, Debug)]
pub(crate) struct Member {
    pub(crate) api: Api,
    pub(crate) email: String,
    session: Value,
}

impl Member {
    /// Signs in with the usual password.
    pub(crate) async fn signs_in(server: &TestServer, email: &str) -> Self {
        let anonymous = server.anonymous().coming_from(&fresh_address());
        let answer = log_in(&anonymous, email, PASSWORD).await;
        Self::with_session(&anonymous, &answer.expect(200))
    }

    /// Whoever was handed this session.
    pub(crate) fn with_session(anonymous: &Api, session: &Value) -> Self {
        Self {
            api: anonymous.bearing(text(session, "access_token")),
            email: text(&session["user"], "email").to_owned(),
            session: session.clone(),
        }
    }

    /// The account.
    pub(crate) fn id(&self) -> &str {
        text(&self.session["user"], "id")
    }

    /// The tenant they are in.
    pub(crate) fn tenant_id(&self) -> &str {
        text(&self.session["tenant"], "id")
    }

    /// The token that goes with their requests.
    pub(crate) fn access_token(&self) -> &str {
        text(&self.session, "access_token")
    }

    /// The token that gets the next pair.
    pub(crate) fn refresh_token(&self) -> &str {
        text(&self.session, "refresh_token")
    }

    /// Exchanges the refresh token; the same person with the next pair.
    pub(crate) async fn refreshes(&self) -> Answer {
        let body = json!({ "refresh_token": self.refresh_token() });
        self.api.post("/api/auth/refresh", &body).await
    }

    /// Looks at who they are.
    pub(crate) async fn looks_at_me(&self) -> Answer {
        self.api.get("/api/v6/me").await
    }

    /// Goes over to another tenant they belong to.
    pub(crate) async fn switches_to(&self, tenant: &str) -> Self {
        let body = json!({ "tenant_id": tenant });
        let answer = self.api.post("/api/auth/switch-tenant", &body).await;
        Self::with_session(&self.api, &answer.expect(200))
    }
}

/// Somebody who answers for a tenant.
#[derive(Clone, Debug)]
pub(crate) struct Owner(pub(crate) Member);

impl Deref for Owner {
    type Target = Member;

    fn deref(&self) -> &Member {
        &self.0
    }
}

impl Owner {
    /// Invites somebody into the tenant.
    pub(crate) async fn invites(&self, email: &str, role: &str) -> Answer {
        let body = json!({ "email": email, "role": role });
        self.api.post("/api/v6/invitations", &body).await
    }

    /// Makes an API key and keeps what is shown once.
    pub(crate) async fn makes_key(&self, role: &str, scopes: &[&str]) -> Key {
        let body = json!({ "name": format!("a {role} key"), "role": role, "scopes": scopes });
        let answer = self.api.post("/api/v6/api-keys", &body).await;
        Key::made(&self.api, &answer.expect(201))
    }

    /// The membership of somebody in the tenant.
    pub(crate) async fn finds_membership(&self, email: &str) -> Value {
        let list = self
            .api
            .get("/api/v6/memberships?page_size=500")
            .await
            .expect(200);
        let all = list["memberships"]
            .as_array()
            .expect("a list of memberships");
        let found = all.iter().find(|one| one["user"]["email"] == email);
        found
            .unwrap_or_else(|| panic!("{email} is no member: {list}"))
            .clone()
    }

    /// Gives a member another role.
    pub(crate) async fn gives_role(&self, email: &str, role: &str) -> Answer {
        let membership = self.finds_membership(email).await;
        let path = format!("/api/v6/memberships/{}", text(&membership, "id"));
        self.api.patch(&path, &json!({ "role": role })).await
    }

    /// What the audit log says was done, newest first.
    pub(crate) async fn reads_actions(&self) -> Vec<String> {
        let log = self
            .api
            .get("/api/v6/audit-log?page_size=500")
            .await
            .expect(200);
        let entries = log["entries"].as_array().expect("a list of entries");
        entries
            .iter()
            .map(|entry| text(entry, "action").to_owned())
            .collect()
    }
}

/// Somebody who runs the installation.
#[derive(Clone, Debug)]
pub(crate) struct PlatformAdmin(pub(crate) Owner);

impl Deref for PlatformAdmin {
    type Target = Owner;

    fn deref(&self) -> &Owner {
        &self.0
    }
}

impl PlatformAdmin {
    /// The first one, whom the server made.
    pub(crate) async fn signs_in(server: &TestServer) -> Self {
        Self(Owner(Member::signs_in(server, ADMIN_EMAIL).await))
    }

    /// Makes a tenant.
    pub(crate) async fn creates_tenant(&self, request: &Value) -> Value {
        self.api.post("/api/v6/tenants", request).await.expect(201)
    }

    /// Goes into a customer's tenant for a while.
    pub(crate) async fn steps_into(&self, tenant: &str, reason: &str) -> Answer {
        let body = json!({ "tenant_id": tenant, "reason": reason, "minutes": 30 });
        self.api.post("/api/auth/switch-tenant", &body).await
    }
}

/// A program with an API key.
#[derive(Clone, Debug)]
pub(crate) struct Key {
    pub(crate) api: Api,
    pub(crate) id: String,
    /// What was shown once.
    pub(crate) secret: String,
}

impl Key {
    fn made(maker: &Api, created: &Value) -> Self {
        let secret = text(created, "key").to_owned();
        let api = Api::at(maker.base())
            .coming_from(&fresh_address())
            .with("x-api-key", &secret);
        Self {
            api,
            id: text(created, "id").to_owned(),
            secret,
        }
    }
}

/// Tries to sign in.
pub(crate) async fn log_in(api: &Api, email: &str, password: &str) -> Answer {
    let body = json!({ "email": email, "password": password });
    api.post("/api/auth/login", &body).await
}

/// A field that must be text.
#[track_caller]
pub(crate) fn text<'a>(value: &'a Value, field: &str) -> &'a str {
    value[field]
        .as_str()
        .unwrap_or_else(|| panic!("{field} is no text in {value}"))
}
