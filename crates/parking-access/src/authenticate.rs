//! Finding out who shows credentials, in microseconds when they were seen a moment ago.
//!
//! What the database knows of a session or a key is kept for at most five seconds, and thrown out
//! as soon as a notice says that it changed. What depends on the time (expiry, the end of acting)
//! and on the request (address, secret) is checked at each use.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use moka::future::Cache;
use parking_db::Db;
use parking_db::listen::{Notice, Subscription};
use parking_domain::clock::Clock;
use parking_http::caller::Request;
use parking_http::{Actor, ApiError, Authenticate, Code, Credentials, Identity};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::accounts::{self, tokens::Tokens};
use crate::api_keys::{self, KnownKey, ShownKey, Usage};

/// How long something may be believed without asking again.
const BELIEVED_FOR: Duration = Duration::from_secs(5);

/// Sessions and keys kept at a time.
const KEPT_MAX: u64 = 50_000;

/// Knows the callers.
pub struct Callers {
    db: Db,
    clock: Clock,
    tokens: Tokens,
    /// By session and tenant; `None` for a session that is not going on.
    people: Cache<(Uuid, Uuid), Option<Arc<Identity>>>,
    /// By the public part of the key; `None` for one that does not exist.
    keys: Cache<String, Option<Arc<Program>>>,
    usage: Usage,
}

/// A key and the identity it gives.
struct Program {
    key: KnownKey,
    identity: Arc<Identity>,
}

impl fmt::Debug for Callers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Callers")
    }
}

impl Callers {
    /// Nobody is known yet.
    pub fn new(db: Db, clock: Clock, tokens: Tokens) -> Arc<Self> {
        Arc::new(Self {
            db,
            clock,
            tokens,
            people: Cache::builder()
                .max_capacity(KEPT_MAX)
                .time_to_live(BELIEVED_FOR)
                .build(),
            keys: Cache::builder()
                .max_capacity(KEPT_MAX)
                .time_to_live(BELIEVED_FOR)
                .build(),
            usage: Usage::default(),
        })
    }

    /// Throws out what a notice says has changed, until told to stop.
    pub async fn watch(self: Arc<Self>, mut news: Subscription, stop: CancellationToken) {
        loop {
            let notice = tokio::select! {
                () = stop.cancelled() => return,
                notice = news.next() => notice,
            };
            match &notice {
                Notice::Access(what) => match what.split_once(':') {
                    Some(("key", public_id)) => self.keys.invalidate(public_id).await,
                    // Rights of people and tenants change seldom, and one of them may be behind
                    // many entries: asking everybody's again is simpler than finding out whose.
                    Some(("tenant", _)) | None => self.forget_all(),
                    Some(_) => self.people.invalidate_all(),
                },
                Notice::Missed => self.forget_all(),
                Notice::Events(_) | Notice::Jobs => {}
            }
        }
    }

    /// Writes down when keys were last used.
    pub async fn flush_usage(&self) -> parking_db::Result<()> {
        self.usage.flush(&self.db).await
    }

    fn forget_all(&self) {
        self.people.invalidate_all();
        self.keys.invalidate_all();
    }

    async fn person(&self, token: &str) -> Result<Arc<Identity>, ApiError> {
        let now = self.clock.now();
        let claims = self
            .tokens
            .read(token, now)
            .map_err(|_| ApiError::new(Code::Unauthenticated))?;
        let who = (claims.session, claims.tenant.0);
        let load = async {
            Ok(accounts::identity(&self.db, &claims, now)
                .await?
                .map(Arc::new))
        };
        let found = self
            .people
            .try_get_with(who, load)
            .await
            .map_err(|error: Arc<ApiError>| ApiError::clone(&error))?;
        found
            .filter(|identity| {
                identity
                    .acting
                    .as_ref()
                    .is_none_or(|acting| now < acting.until)
            })
            // The session is part of the token, and so is whose it is; both are signed.
            .filter(
                |identity| matches!(identity.actor, Actor::User { id, .. } if id == claims.user),
            )
            .ok_or_else(|| ApiError::new(Code::SessionEnded))
    }

    async fn program(&self, shown: &str, request: &Request) -> Result<Arc<Identity>, ApiError> {
        let refused = || ApiError::new(Code::Unauthenticated);
        let shown = ShownKey::parse(shown).ok_or_else(refused)?;
        let load = async {
            let key = api_keys::known(&self.db, shown.public_id).await?;
            Ok(key.map(|key| Arc::new(Program::new(key))))
        };
        let found = self
            .keys
            .try_get_with_by_ref(shown.public_id, load)
            .await
            .map_err(|error: Arc<ApiError>| ApiError::clone(&error))?;
        let now = self.clock.now();
        let program = found
            .filter(|program| shown.opens(&program.key) && program.key.is_good(now))
            .ok_or_else(refused)?;
        if !program.key.allows(request.ip) {
            return Err(ApiError::new(Code::AddressNotAllowed));
        }
        if !program.key.is_tenant_active {
            return Err(ApiError::new(Code::TenantSuspended));
        }
        self.usage.note(program.key.id, now, request.ip);
        Ok(Arc::clone(&program.identity))
    }
}

impl Program {
    fn new(key: KnownKey) -> Self {
        let identity = Identity {
            tenant: key.tenant,
            actor: Actor::ApiKey {
                id: key.id,
                name: key.name.clone(),
            },
            role: key.role,
            scopes: Some(key.scopes.clone()),
            acting: None,
            requests_per_minute: key.requests_per_minute,
            tenant_requests_per_minute: key.tenant_requests_per_minute,
        };
        Self {
            key,
            identity: Arc::new(identity),
        }
    }
}

impl Authenticate for Callers {
    fn authenticate<'a>(
        &'a self,
        credentials: Credentials<'a>,
        request: &'a Request,
    ) -> Pin<Box<dyn Future<Output = Result<Arc<Identity>, ApiError>> + Send + 'a>> {
        match credentials {
            Credentials::Bearer(token) => Box::pin(self.person(token)),
            Credentials::ApiKey(key) => Box::pin(self.program(key, request)),
        }
    }
}
