//! Senders that sign what they send.
//!
//! A message names a credential and is signed with a secret of the credential's tenant. One that
//! says when it was signed is refused when that is more than five minutes off, and one with a nonce
//! when the nonce was seen in that time. One whose message could not be taken in is good again. A
//! server forgets nonces when it is started anew, and another has its own, which does no harm: a
//! message told twice counts once, whoever is told it.
//!
//! Wrong signatures are counted. In the tenant's log stands one of them in ten minutes: strangers may
//! know the name of a credential, and must not fill the log by it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use moka::future::Cache;
use moka::policy::EvictionPolicy;
use parking_db::Db;
use parking_domain::access::{Role, Scope};
use parking_domain::ids::TenantId;
use parking_http::caller::Request;
use parking_http::{Actor, ApiError, Code, Identity, Signed};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::registry::Registry;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::Callers;
use super::misses::Refused;
use super::shelf::{Believed, Shelf};
use crate::secrets::Vault;
use crate::webhook_secrets::{self, Signer};

/// How far the instant of signing may be from now.
const WINDOW: TimeDelta = TimeDelta::minutes(5);

/// How long a nonce is remembered: as long as a message with it may be shown, ahead and behind.
const NONCES_KEPT_FOR: Duration = Duration::from_mins(11);

/// Nonces and credentials kept at a time.
const KEPT_MAX: u64 = 100_000;

/// In what time one wrong signature of a tenant is written down.
const COMPLAINT_PER: Duration = Duration::from_mins(10);

/// How long a credential is no stranger after something was signed with it.
const REGULAR_FOR: Duration = Duration::from_hours(1);

/// Knows who signs.
pub(super) struct Signers {
    vault: Vault,
    pub(super) known: Shelf<Uuid, Signer>,
    /// Asked and told without waiting: what is given back is so at once.
    nonces: moka::sync::Cache<[u8; 32], ()>,
    complaints: Cache<TenantId, ()>,
    regulars: Cache<Uuid, ()>,
    uses: Mutex<BTreeMap<Uuid, DateTime<Utc>>>,
    failures: Counter,
}

fn kept_for<K: std::hash::Hash + Eq + Send + Sync + 'static>(time: Duration) -> Cache<K, ()> {
    Cache::builder()
        .max_capacity(KEPT_MAX)
        // What comes last is what may come again; who floods pushes out the oldest.
        .eviction_policy(EvictionPolicy::lru())
        .time_to_live(time)
        .build()
}

impl Signers {
    pub(super) fn new(vault: Vault) -> Self {
        Self {
            vault,
            known: Shelf::that_remembers(KEPT_MAX),
            nonces: moka::sync::Cache::builder()
                .max_capacity(KEPT_MAX)
                .eviction_policy(EvictionPolicy::lru())
                .time_to_live(NONCES_KEPT_FOR)
                .build(),
            complaints: kept_for(COMPLAINT_PER),
            regulars: kept_for(REGULAR_FOR),
            uses: Mutex::default(),
            failures: Counter::default(),
        }
    }

    /// Whether something was well signed with a credential a while ago.
    pub(super) fn knows(&self, credential: Uuid) -> bool {
        self.regulars.contains_key(&credential)
    }

    pub(super) fn register(&self, registry: &mut Registry) {
        registry.register(
            "webhook_signature_failures",
            "Messages refused because their signature is wrong, old or repeated",
            self.failures.clone(),
        );
    }

    /// Writes the last uses down that were gathered.
    pub(super) async fn flush_usage(&self, db: &Db) -> parking_db::Result<()> {
        let gathered =
            std::mem::take(&mut *self.uses.lock().unwrap_or_else(PoisonError::into_inner));
        if gathered.is_empty() {
            return Ok(());
        }
        webhook_secrets::used(db, &gathered).await
    }

    /// A nonce of a tenant is good for one message.
    fn take_nonce(&self, tenant: TenantId, nonce: Option<&str>) -> Result<(), ApiError> {
        let Some(nonce) = nonce else {
            return Ok(());
        };
        if self
            .nonces
            .entry(digest(tenant, nonce))
            .or_insert(())
            .is_fresh()
        {
            Ok(())
        } else {
            Err(ApiError::new(Code::NonceReused))
        }
    }

    /// Its message was not taken in.
    pub(super) fn give_back(&self, tenant: TenantId, nonce: &str) {
        self.nonces.invalidate(&digest(tenant, nonce));
    }

    fn note(&self, credential: Uuid, now: DateTime<Utc>) {
        let mut uses = self.uses.lock().unwrap_or_else(PoisonError::into_inner);
        uses.insert(credential, now);
    }
}

impl Callers {
    /// Who signed a message.
    pub(super) async fn signed(
        &self,
        shown: Signed<'_>,
        request: &Request,
    ) -> Result<Arc<Identity>, ApiError> {
        let identified = self.identify_signer(shown, request).await;
        if identified
            .as_ref()
            .is_err_and(|error| is_of_signature(error.code))
        {
            self.signers.failures.inc();
        }
        identified
    }

    async fn identify_signer(
        &self,
        shown: Signed<'_>,
        request: &Request,
    ) -> Result<Arc<Identity>, ApiError> {
        let named = shown.credential;
        let found = self
            .believe(&self.signers.known, named, || self.load_signer(named))
            .await?;
        let refused = || ApiError::new(Code::SignatureInvalid);
        let signer = found.value.ok_or_else(refused)?;
        let now = self.clock.now();
        let Some(credential) = signer.signed(&parts(&shown), shown.signature, now) else {
            self.complain(&signer, named, request).await;
            return Err(refused());
        };
        self.signers.regulars.insert(named, ()).await;
        is_of_now(&shown, now)?;
        if !signer.is_tenant_active {
            return Err(ApiError::new(Code::TenantSuspended));
        }
        self.signers.take_nonce(signer.tenant, shown.nonce)?;
        self.signers.note(credential, now);
        Ok(identity(&signer, credential))
    }

    async fn load_signer(&self, credential: Uuid) -> Result<Believed<Signer>, ApiError> {
        let look = self.freshness.look();
        let found = webhook_secrets::signer(&self.db, &self.signers.vault, credential).await?;
        let look = match &found {
            Some(signer) => look
                .of(&format!("signer:{}", signer.tenant))
                .of(&format!("tenant:{}", signer.tenant)),
            None => look,
        };
        Ok(Believed {
            found: found.map(Arc::new),
            seen: look.into(),
        })
    }

    /// Has a wrong signature written down, unless one was a while ago.
    async fn complain(&self, signer: &Signer, credential: Uuid, request: &Request) {
        let complaints = &self.signers.complaints;
        if complaints
            .entry(signer.tenant)
            .or_insert(())
            .await
            .is_fresh()
        {
            self.misses.refused(Refused::signature(
                signer.tenant,
                (credential, &signer.name),
                request,
            ));
        }
    }
}

/// A tenant's nonce, as it is remembered.
fn digest(tenant: TenantId, nonce: &str) -> [u8; 32] {
    Sha256::new()
        .chain_update(tenant.0)
        .chain_update(nonce)
        .finalize()
        .into()
}

/// What is signed: the body, after the timestamp and the nonce where there are any, each with a dot.
fn parts<'a>(shown: &Signed<'a>) -> Vec<&'a [u8]> {
    let stamps = [shown.timestamp, shown.nonce];
    let mut parts: Vec<&[u8]> = stamps
        .into_iter()
        .flatten()
        .flat_map(|stamp| [stamp.as_bytes(), b".".as_slice()])
        .collect();
    parts.push(shown.body);
    parts
}

/// Whether a message was signed about now, if it says when.
fn is_of_now(shown: &Signed<'_>, now: DateTime<Utc>) -> Result<(), ApiError> {
    let Some(timestamp) = shown.timestamp else {
        return Ok(());
    };
    let signed_at = timestamp.parse().ok();
    let signed_at = signed_at.and_then(|seconds| DateTime::from_timestamp(seconds, 0));
    let Some(signed_at) = signed_at else {
        let detail = "X-Webhook-Timestamp must be a number of seconds since 1970";
        return Err(ApiError::new(Code::SignatureStale).detail(detail));
    };
    if (now - signed_at).abs() > WINDOW {
        let detail = "X-Webhook-Timestamp is more than five minutes from now";
        return Err(ApiError::new(Code::SignatureStale).detail(detail));
    }
    Ok(())
}

const fn is_of_signature(code: Code) -> bool {
    matches!(
        code,
        Code::SignatureInvalid | Code::SignatureStale | Code::NonceReused
    )
}

/// Whoever signs hands in messages for the tenant and does nothing else.
fn identity(signer: &Signer, credential: Uuid) -> Arc<Identity> {
    Arc::new(Identity {
        tenant: signer.tenant,
        actor: Actor::ApiKey {
            id: credential,
            public_id: credential.to_string(),
            name: signer.name.clone(),
        },
        role: Role::Operator,
        scopes: Some([Scope::WebhookIngest].into()),
        acting: None,
        requests_per_minute: None,
        tenant_requests_per_minute: signer.tenant_requests_per_minute,
    })
}
