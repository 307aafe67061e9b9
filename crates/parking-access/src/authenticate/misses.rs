//! The record of callers who asked by id for what is not there, or not theirs, and of messages whose
//! signature is wrong.
//!
//! Whoever tries ids out leaves a trace in their own tenant's log, the same for another tenant's
//! thing and for one that never was. It is written beside the requests: an answer that took longer
//! for being recorded would tell the two apart from other refusals, and must not wait for the chain.

use parking_db::Db;
use parking_domain::clock::Clock;
use parking_domain::ids::TenantId;
use parking_http::Caller;
use parking_http::caller::{Miss, Request};
use tokio::sync::{Mutex, mpsc};
use tokio_util::sync::CancellationToken;
use tracing::warn;
use uuid::Uuid;

use crate::audit::{self, By, Entry};

/// Refusals that wait to be written down; what comes while they are this many is not.
const WAITING_MAX: usize = 256;

/// Refusals on their way to the log.
#[derive(Debug)]
pub(super) struct Misses {
    sender: mpsc::Sender<Refused>,
    /// Taken by whoever writes them down.
    receiver: Mutex<mpsc::Receiver<Refused>>,
}

/// What was refused.
#[derive(Debug)]
pub(super) struct Refused {
    tenant: TenantId,
    by: By,
    action: &'static str,
    entity_type: &'static str,
    entity_id: String,
    entity_name: String,
}

impl Refused {
    fn miss(caller: &Caller, miss: Miss) -> Self {
        Self {
            tenant: caller.tenant(),
            by: By::caller(caller),
            action: "access.refused",
            entity_type: "operation",
            entity_id: miss.id,
            entity_name: format!("{} {}", miss.method, miss.route),
        }
    }

    /// A message in the name of a credential that is not signed with its secret.
    pub(super) fn signature(
        tenant: TenantId,
        (credential, name): (Uuid, &str),
        request: &Request,
    ) -> Self {
        Self {
            tenant,
            by: By::anonymous(request),
            action: "webhook_secret.signature_refused",
            entity_type: "webhook_secret",
            entity_id: credential.to_string(),
            entity_name: name.to_owned(),
        }
    }
}

impl Default for Misses {
    fn default() -> Self {
        let (sender, receiver) = mpsc::channel(WAITING_MAX);
        Self {
            sender,
            receiver: Mutex::new(receiver),
        }
    }
}

impl Misses {
    /// Takes note of a miss.
    pub(super) fn note(&self, caller: &Caller, miss: Miss) {
        self.refused(Refused::miss(caller, miss));
    }

    /// Takes note of a refusal.
    pub(super) fn refused(&self, refused: Refused) {
        if self.sender.try_send(refused).is_err() {
            warn!("refusals come faster than they are written down");
        }
    }

    /// Writes them down until told to stop, and then those that wait.
    pub(super) async fn record(&self, db: &Db, clock: &Clock, stop: &CancellationToken) {
        let mut receiver = self.receiver.lock().await;
        loop {
            let next = tokio::select! {
                biased;
                next = receiver.recv() => next,
                () = stop.cancelled() => None,
            };
            let Some(refused) = next else {
                return;
            };
            if let Err(error) = append(db, clock, refused).await {
                warn!(error = %error, "a refusal was not written down");
            }
        }
    }
}

async fn append(db: &Db, clock: &Clock, refused: Refused) -> parking_db::Result<()> {
    let mut tx = db.tenant(refused.tenant).await?;
    let entry = Entry {
        action: refused.action,
        entity_type: refused.entity_type,
        entity_id: Some(refused.entity_id),
        entity_name: Some(&refused.entity_name),
        ..Entry::default()
    };
    audit::append(tx.conn(), refused.tenant, &refused.by, clock.now(), entry).await?;
    tx.commit().await
}
