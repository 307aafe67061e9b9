//! Finding out who shows credentials, in microseconds when they were seen a moment ago.
//!
//! What the database knows of a session or a key is believed for at most five seconds, and no
//! longer than until a notice says that it changed (`parking_db::freshness`). What depends on the time
//! (expiry, the end of acting) and on the request (address, secret) is checked at each use.
//! Requests that ask for the same thing at once share one look into the database.
//!
//! While the database is away, keys and signers that it vouched for in the last day may hand
//! in messages and do nothing else: what they send is kept until it is back.

mod misses;
mod shelf;
mod signers;
mod standing;
#[cfg(test)]
mod tests;

use std::fmt;
use std::hash::Hash;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use moka::future::Cache;
use parking_db::Db;
use parking_db::freshness::Freshness;
use parking_db::listen::{Notice, Subscription};
use parking_domain::access::{Permission, Scope};
use parking_domain::clock::Clock;
use parking_domain::ids::TenantId;
use parking_http::caller::{Miss, Request};
use parking_http::{Actor, ApiError, Authenticate, Caller, Code, Credentials, Identity};
use prometheus_client::registry::Registry;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::accounts::{self, Claims, tokens::Tokens};
use crate::api_keys::{self, KnownKey, ShownKey, Usage};
use crate::secrets::Vault;
use misses::Misses;
use shelf::{Believed, Found, Shelf};
use signers::Signers;

pub use standing::Standing;

/// How long a key is no stranger after it was shown with its secret.
const REMEMBERED_FOR: Duration = Duration::from_hours(1);

/// Sessions and keys kept at a time.
const KEPT_MAX: u64 = 50_000;

/// Knows the callers.
pub struct Callers {
    db: Db,
    clock: Clock,
    tokens: Tokens,
    /// By session and tenant; nothing for a session that is not going on.
    people: Shelf<(Uuid, Uuid), Identity>,
    /// By the public part of the key; nothing for one that does not exist.
    keys: Shelf<String, Program>,
    signers: Signers,
    /// The public parts of keys that were good a while ago. Says nothing of whether they still are:
    /// only that whoever guesses keys from the same address is somebody else.
    regulars: Cache<String, ()>,
    freshness: Freshness,
    usage: Usage,
    misses: Misses,
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
    pub fn new(db: Db, clock: Clock, tokens: Tokens, vault: Vault) -> Arc<Self> {
        Arc::new(Self {
            db,
            clock,
            tokens,
            people: Shelf::of_the_moment(KEPT_MAX),
            keys: Shelf::that_remembers(KEPT_MAX),
            signers: Signers::new(vault),
            regulars: Cache::builder()
                .max_capacity(KEPT_MAX)
                .time_to_live(REMEMBERED_FOR)
                .build(),
            freshness: Freshness::default(),
            usage: Usage::default(),
            misses: Misses::default(),
        })
    }

    /// Stops believing what a notice says has changed, until told to stop.
    pub async fn watch(self: Arc<Self>, mut news: Subscription, stop: CancellationToken) {
        loop {
            let notice = tokio::select! {
                () = stop.cancelled() => return,
                notice = news.next() => notice,
            };
            match &notice {
                Notice::Access(subject) => self.freshness.changed(subject),
                Notice::Missed => self.freshness.everything_changed(),
                Notice::Events(_) | Notice::Jobs => {}
            }
        }
    }

    /// Writes down when keys and webhook credentials were last used.
    pub async fn flush_usage(&self) -> parking_db::Result<()> {
        self.usage.flush(&self.db).await?;
        self.signers.flush_usage(&self.db).await
    }

    /// Shows among the metrics how many signatures were wrong.
    pub fn register(&self, registry: &mut Registry) {
        self.signers.register(registry);
    }

    /// Writes down who asked for what is not there, until told to stop.
    pub async fn record_misses(self: Arc<Self>, stop: CancellationToken) {
        self.misses.record(&self.db, &self.clock, &stop).await;
    }

    async fn person(&self, token: &str) -> Result<Arc<Identity>, ApiError> {
        let now = self.clock.now();
        let claims = self.tokens.read(token, now)?;
        let who = (claims.session, claims.tenant.0);
        let found = self
            .believe(&self.people, who, || self.load_person(&claims))
            .await?;
        found
            .value
            .filter(|identity| {
                let acting = identity.acting.as_ref();
                acting.is_none_or(|acting| now < acting.until)
            })
            // The session is part of the token, and so is whose it is; both are signed.
            .filter(
                |identity| matches!(identity.actor, Actor::User { id, .. } if id == claims.user),
            )
            .ok_or_else(|| ApiError::new(Code::SessionEnded))
    }

    async fn load_person(&self, claims: &Claims) -> Result<Believed<Identity>, ApiError> {
        let seen = self.freshness.look();
        let found = accounts::identity(&self.db, claims, self.clock.now()).await?;
        let seen = seen
            .of(&format!("user:{}", claims.user))
            .of(&format!("session:{}", claims.session))
            .of(&format!("tenant:{}", claims.tenant));
        Ok(Believed {
            found: found.map(Arc::new),
            seen: seen.into(),
        })
    }

    async fn program(&self, shown: &str, request: &Request) -> Result<Arc<Identity>, ApiError> {
        let refused = || ApiError::new(Code::Unauthenticated);
        let shown = ShownKey::parse(shown).ok_or_else(refused)?;
        let public_id = shown.public_id.to_owned();
        let found = self
            .believe(&self.keys, public_id, || self.load_key(shown.public_id))
            .await?;
        let now = self.clock.now();
        let program = found
            .value
            .filter(|program| shown.opens(&program.key) && program.key.is_good(now))
            .ok_or_else(refused)?;
        let public_id = shown.public_id.to_owned();
        self.regulars.insert(public_id, ()).await;
        if !program.key.allows(request.ip) {
            return Err(ApiError::new(Code::AddressNotAllowed));
        }
        if !program.key.is_tenant_active {
            return Err(ApiError::new(Code::TenantSuspended));
        }
        self.usage.note(program.key.id, now, request.ip);
        if found.is_remembered {
            return hands_in_alone(&program.identity);
        }
        Ok(Arc::clone(&program.identity))
    }

    async fn load_key(&self, public_id: &str) -> Result<Believed<Program>, ApiError> {
        let seen = self.freshness.look().of(&format!("key:{public_id}"));
        let found = api_keys::known(&self.db, public_id).await?;
        let seen = match &found {
            Some(key) => seen.of(&format!("tenant:{}", key.tenant)),
            None => seen,
        };
        Ok(Believed {
            found: found.map(|key| Arc::new(Program::new(key, public_id))),
            seen: seen.into(),
        })
    }

    /// What a shelf knows and nothing has changed since, else what `load` finds.
    async fn believe<K, T, F>(
        &self,
        shelf: &Shelf<K, T>,
        key: K,
        load: impl Fn() -> F,
    ) -> Result<Found<T>, ApiError>
    where
        K: Hash + Eq + Clone + Send + Sync + 'static,
        T: Send + Sync + 'static,
        F: Future<Output = Result<Believed<T>, ApiError>>,
    {
        shelf.find((&self.db, &self.freshness), key, load).await
    }
}

/// What is left of the rights of somebody whom the database vouched for a while ago and cannot now.
fn hands_in_alone(identity: &Identity) -> Result<Arc<Identity>, ApiError> {
    let scopes = identity.scopes.as_ref();
    if !Permission::TelemetryIngest.allows(identity.role, scopes) {
        return Err(ApiError::new(Code::Unavailable).retry_after(Duration::from_secs(1)));
    }
    Ok(Arc::new(Identity {
        scopes: Some([Scope::WebhookIngest].into()),
        ..identity.clone()
    }))
}

impl Program {
    fn new(key: KnownKey, public_id: &str) -> Self {
        let tenant_requests_per_minute = key.tenant_requests_per_minute;
        let identity = Identity {
            tenant: key.tenant,
            actor: Actor::ApiKey {
                id: key.id,
                public_id: public_id.to_owned(),
                name: key.name.clone(),
            },
            role: key.role,
            scopes: Some(key.scopes.clone()),
            acting: None,
            // A tenant's limit may have been lowered since the key was made.
            requests_per_minute: key
                .requests_per_minute
                .map(|rate| rate.min(tenant_requests_per_minute)),
            tenant_requests_per_minute,
        };
        Self {
            key,
            identity: Arc::new(identity),
        }
    }
}

impl Authenticate for Callers {
    fn knows(&self, credentials: Credentials<'_>) -> bool {
        match credentials {
            // Only what we have signed gets as far as the database.
            Credentials::Bearer(_) => true,
            Credentials::ApiKey(key) => {
                ShownKey::parse(key).is_none_or(|shown| self.regulars.contains_key(shown.public_id))
            }
            Credentials::Signed(shown) => self.signers.knows(shown.credential),
        }
    }

    fn missed(&self, caller: &Caller, miss: Miss) {
        self.misses.note(caller, miss);
    }

    fn give_back(&self, tenant: TenantId, nonce: &str) {
        self.signers.give_back(tenant, nonce);
    }

    fn authenticate<'a>(
        &'a self,
        credentials: Credentials<'a>,
        request: &'a Request,
    ) -> Pin<Box<dyn Future<Output = Result<Arc<Identity>, ApiError>> + Send + 'a>> {
        match credentials {
            Credentials::Bearer(token) => Box::pin(self.person(token)),
            Credentials::ApiKey(key) => Box::pin(self.program(key, request)),
            Credentials::Signed(shown) => Box::pin(self.signed(shown, request)),
        }
    }
}
