//! Accounts over a real database, behind the real edge, with letters that arrive.

mod letters;
mod me;
mod refresh;
mod rights;
mod sign_in;
mod switch;

use std::pin::Pin;
use std::sync::Arc;

use axum::http::{Method, header};
use chrono::TimeDelta;
use parking_db::queue::Worker;
use parking_domain::access::Role;
use parking_domain::ids::{TenantId, fresh};
use parking_domain::text::{Email, Language};
use parking_http::{ApiError, Authenticate, Code, Credentials, Identity, Routes, caller};
use parking_testkit::Mailbox;
use secrecy::SecretString;
use serde_json::{Value, json};
use uuid::Uuid;

use super::people::UserDraft;
use super::*;
use crate::audit::Witness;
use crate::authenticate::Callers;
use crate::mail::{SmtpOptions, SmtpSecurity};
use crate::members;
use crate::tests::{Answered, Served, Stage, name};

/// The password of everybody here.
pub(crate) const PASSWORD: &str = "correct horse battery";

/// A stage with accounts, a mail server and somebody who does the jobs.
pub(crate) struct House {
    pub(crate) stage: Stage,
    pub(crate) accounts: Accounts,
    pub(crate) mailbox: Mailbox,
    pub(crate) web: Served,
    pub(crate) worker: Worker,
}

/// Knows callers as the server does, but believes nothing for longer than a moment.
struct Unbelieving {
    accounts: Accounts,
    callers: Arc<Callers>,
}

impl Authenticate for Unbelieving {
    fn authenticate<'a>(
        &'a self,
        credentials: Credentials<'a>,
        request: &'a caller::Request,
    ) -> Pin<Box<dyn Future<Output = Result<Arc<Identity>, ApiError>> + Send + 'a>> {
        let Credentials::Bearer(token) = credentials else {
            return self.callers.authenticate(credentials, request);
        };
        Box::pin(async move {
            let now = self.accounts.clock.now();
            let claims = self.accounts.tokens.read(token, now)?;
            let found = identity(&self.accounts.db, &claims, now).await?;
            found
                .map(Arc::new)
                .ok_or_else(|| ApiError::new(Code::SessionEnded))
        })
    }
}

impl House {
    pub(crate) async fn built() -> Self {
        Self::built_with(AccountOptions::default(), |_| Vec::new()).await
    }

    /// A house with options, and the routes of a slice above beside the accounts' own.
    pub(crate) async fn built_with(
        options: AccountOptions,
        above: impl FnOnce(&Accounts) -> Vec<Routes>,
    ) -> Self {
        let stage = Stage::set().await;
        let mailbox = Mailbox::open().await;
        let smtp = SmtpOptions {
            host: mailbox.address().ip().to_string(),
            port: mailbox.address().port(),
            security: SmtpSecurity::None,
            credentials: None,
            from: "Parking <parking@example.org>".parse().unwrap(),
        };
        let quick = HashOptions {
            memory_kib: 64,
            passes: 1,
            threads: 2,
            queue_length_max: 128,
        };
        let secret = SecretString::from("the secret of the test installation");
        let accounts = Accounts {
            db: stage.db.clone(),
            clock: stage.clock.clone(),
            hasher: Hasher::start(quick).unwrap(),
            tokens: Tokens::new(&secret, "https://parking.example"),
            mailer: Mailer::smtp(smtp, "Parking", "https://parking.example").unwrap(),
            buckets: Arc::default(),
            options,
        };
        let callers = Unbelieving {
            accounts: accounts.clone(),
            callers: Callers::new(
                stage.db.clone(),
                stage.clock.clone(),
                accounts.tokens.clone(),
                crate::secrets::Vault::new(&secret),
            ),
        };
        let all = above(&accounts)
            .into_iter()
            .fold(routes(accounts.clone()), Routes::merge);
        let worker = Worker::new(stage.db.clone(), stage.clock.clone());
        Self {
            web: stage.serve_to(all, Arc::new(callers)),
            worker: jobs(worker, &accounts, &Witness::new(stage.db.clone())),
            stage,
            accounts,
            mailbox,
        }
    }

    /// An account with the usual password and a confirmed address.
    pub(crate) async fn account(&self, email: &str) -> Uuid {
        let password = SecretString::from(PASSWORD);
        let user = UserDraft {
            id: fresh(),
            email: Email::parse(email).unwrap(),
            name: name("Ada Lovelace"),
            password_hash: self.accounts.hasher.hash(&password).await.unwrap(),
            language: Language::En,
        };
        let mut tx = self.stage.worker().await;
        create(&mut tx, &user, self.stage.now()).await.unwrap();
        tx.commit().await.unwrap();
        user.id
    }

    pub(crate) async fn join(&self, user: Uuid, tenant: TenantId, role: Role) -> Uuid {
        let mut tx = self.stage.worker().await;
        let id = members::add(tx.conn(), tenant, user, role, self.stage.now())
            .await
            .unwrap();
        tx.commit().await.unwrap();
        id
    }

    /// An account that is a member of a fresh tenant.
    pub(crate) async fn member(&self, email: &str, role: Role) -> (Uuid, TenantId) {
        let tenant = self.stage.tenant("North Quay").await;
        let user = self.account(email).await;
        // A tenant keeps its owner, so that tests may change anybody else.
        if role != Role::Owner {
            self.stage.member(tenant, Role::Owner).await;
        }
        self.join(user, tenant, role).await;
        (user, tenant)
    }

    /// Somebody who runs the installation.
    pub(crate) async fn platform_admin(&self, email: &str) -> Uuid {
        let user = self.account(email).await;
        self.join(user, TenantId::PLATFORM, Role::PlatformAdmin)
            .await;
        user
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Answered {
        self.web.call(Method::POST, path, &[], Some(body)).await
    }

    pub(crate) async fn log_in(&self, email: &str, password: &str) -> Answered {
        let body = json!({ "email": email, "password": password });
        self.post("/api/auth/login", body).await
    }

    /// The session of somebody with the usual password.
    pub(crate) async fn session(&self, email: &str) -> Value {
        let answered = self.log_in(email, PASSWORD).await;
        assert_eq!(answered.status, 200, "{}", answered.text);
        answered.json()
    }

    pub(crate) async fn refresh(&self, token: &Value) -> Answered {
        let body = json!({ "refresh_token": token });
        self.post("/api/auth/refresh", body).await
    }

    /// A request of whoever a session was answered to.
    pub(crate) async fn call(
        &self,
        session: &Value,
        method: Method,
        path: &str,
        body: Option<Value>,
    ) -> Answered {
        let bearer = [("authorization", bearer(session))];
        self.web.call(method, path, &bearer, body).await
    }

    pub(crate) async fn get(&self, session: &Value, path: &str) -> Answered {
        self.call(session, Method::GET, path, None).await
    }

    /// Does what is waiting to be done.
    pub(crate) async fn work(&self) {
        self.worker.drain().await.unwrap();
    }

    pub(crate) async fn count(&self, query: &'static str) -> i64 {
        sqlx::query_scalar(query)
            .fetch_one(&mut self.stage.test.superuser().await)
            .await
            .unwrap()
    }

    pub(crate) async fn execute(&self, statement: &'static str, id: Uuid) {
        sqlx::query(statement)
            .bind(id)
            .execute(&mut self.stage.test.superuser().await)
            .await
            .unwrap();
    }

    /// What a tenant's audit log holds, oldest first: action, reason, actor type.
    pub(crate) async fn log(&self, tenant: TenantId) -> Vec<(String, Option<String>, String)> {
        sqlx::query_as(
            "select action, reason, actor_type from audit_log where tenant_id = $1 order by seq",
        )
        .bind(tenant.0)
        .fetch_all(&mut self.stage.test.superuser().await)
        .await
        .unwrap()
    }

    pub(crate) async fn actions(&self, tenant: TenantId) -> Vec<String> {
        let entries = self.log(tenant).await;
        entries.into_iter().map(|(action, ..)| action).collect()
    }

    pub(crate) fn later(&self, by: TimeDelta) {
        self.stage.clock.advance(by);
    }
}

pub(crate) fn bearer(session: &Value) -> String {
    format!("Bearer {}", session["access_token"].as_str().unwrap())
}

/// The cookie an answer sets: its value, and all of it.
pub(crate) fn cookie(answered: &Answered) -> (String, String) {
    let whole = answered.headers[header::SET_COOKIE].to_str().unwrap();
    let (pair, _) = whole.split_once(';').unwrap();
    let value = pair.strip_prefix("parking_refresh=").unwrap();
    (value.to_owned(), whole.to_owned())
}
