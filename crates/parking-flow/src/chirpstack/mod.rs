//! Devices and gateways, here and in ChirpStack, and what becomes of the difference.
//!
//! Who runs the installation says which tenant is which there; a tenant that could would see another's.
//! Then both sides are compared, every so often and when somebody asks: a list is read, not a database.
//! What changed on one side since both were the same is known (`compare`), so that what was made,
//! renamed, re-keyed or put out of use here can be given to ChirpStack where the tenant wants that, and
//! what changed there is never overwritten unasked. Everything else waits for somebody who decides, item
//! by item or in bulk. Looking alone (a dry run) changes nothing on either side.
//!
//! A key is never read back to compare it: what is remembered is a digest of what was given.
//! Tables: `chirpstack_links`, `chirpstack_items`, `chirpstack_runs`. Not here: commands to lamps.

mod api;
mod asking;
mod compare;
mod giving;
mod jobs;
mod links;
mod looking;
mod readiness;
mod store;
mod taking;
#[cfg(test)]
mod tests;

use std::time::Duration;

use chrono::{DateTime, Utc};
use parking_access::audit::{self, By, Entry};
use parking_access::secrets::Vault;
use parking_chirpstack::grpc::{CallError, Client};
use parking_db::{Db, DbError, TenantTx};
use parking_domain::clock::Clock;
use parking_http::wire::Change;
use serde_json::{Value, json};
use thiserror::Error;
use uuid::Uuid;

pub use api::routes;
pub use asking::Asking;
pub use jobs::{comparing, jobs, mending, schedules};
pub use links::{LinkDraft, link};

/// Items that one request decides about.
pub const DECIDED_MAX: usize = 500;

/// The network server's API, and how often everything is compared with it.
#[derive(Clone, Debug)]
pub struct ChirpStack {
    /// The connection everybody shares.
    pub client: Client,
    /// How often everything is compared.
    pub every: Duration,
}

/// What the slice works with.
#[derive(Clone, Debug)]
pub struct ChirpStacks {
    /// The database.
    pub db: Db,
    /// The time.
    pub clock: Clock,
    /// What the devices' keys are sealed with.
    pub vault: Vault,
    /// The network server, if there is one.
    pub remote: Option<ChirpStack>,
    /// Who asks it about a device at this moment.
    pub asking: Asking,
}

/// Why something about ChirpStack was not done.
#[derive(Debug, Error)]
pub enum ChirpStackError {
    /// No network server is configured.
    #[error("there is no ChirpStack here: CHIRPSTACK_HOST is not set")]
    Nowhere,
    /// The tenant is none of ChirpStack's.
    #[error("the tenant has no part of ChirpStack yet")]
    Unlinked,
    /// There is no such thing in this tenant.
    #[error("there is no such thing")]
    Absent,
    /// Either side is linked already.
    #[error("this tenant, the tenant there or its application is linked already")]
    Linked,
    /// There is no such tenant, application or profile there.
    #[error("{0}")]
    NotThere(&'static str),
    /// Somebody changed it meanwhile.
    #[error("it was changed meanwhile")]
    Stale,
    /// ChirpStack did not do it.
    #[error(transparent)]
    Remote(#[from] CallError),
    /// The database refused.
    #[error(transparent)]
    Db(#[from] DbError),
}

impl ChirpStackError {
    /// What a tenant is told: in which way it failed. What ChirpStack said itself is about the
    /// installation, and of things that are others'.
    fn told(&self) -> String {
        let told = match self {
            Self::Remote(CallError::Away(_) | CallError::Unanswered(_)) => {
                "ChirpStack did not answer"
            }
            Self::Remote(CallError::Crowded) => "too much is asked of ChirpStack at this moment",
            Self::Remote(CallError::Forbidden(_)) => "ChirpStack does not let us do this",
            Self::Remote(CallError::Absent(_)) => "ChirpStack knows no such thing",
            Self::Remote(CallError::Taken(_)) => "ChirpStack cannot have it under this EUI",
            Self::Remote(CallError::Refused(_)) => "ChirpStack refused",
            Self::Remote(CallError::Strange(_)) => "ChirpStack's answer cannot be understood",
            Self::Db(_) => "the database did not take it",
            own => return own.to_string(),
        };
        told.to_owned()
    }
}

impl ChirpStacks {
    fn client(&self) -> Result<&Client, ChirpStackError> {
        let remote = self.remote.as_ref();
        remote
            .map(|remote| &remote.client)
            .ok_or(ChirpStackError::Nowhere)
    }
}

/// What a tenant wants of its part of ChirpStack; what is not said stays.
#[derive(Clone, Copy, Debug, Default)]
pub struct Wishes {
    /// Whether what changes here is to change there.
    pub gives: Option<bool>,
    /// The profile of devices made there that listen after they spoke.
    pub profile_a: Change<Uuid>,
    /// The profile of devices made there that listen at all times.
    pub profile_c: Change<Uuid>,
}

/// Changes what a tenant wants.
pub async fn settle(
    tx: &mut TenantTx,
    by: &By,
    (wishes, seen): (Wishes, &parking_http::IfMatch),
    now: DateTime<Utc>,
) -> Result<(), ChirpStackError> {
    let link = store::link(tx.conn())
        .await?
        .ok_or(ChirpStackError::Unlinked)?;
    seen.check(link.version)
        .map_err(|_| ChirpStackError::Stale)?;
    for wanted in [wishes.profile_a, wishes.profile_c] {
        let is_known = |id: Uuid| link.profiles.iter().any(|profile| profile.id == id);
        if wanted.value().is_some_and(|id| !is_known(id)) {
            return Err(ChirpStackError::NotThere("there is no such profile there"));
        }
    }
    store::settle(tx.conn(), wishes, now).await?;
    let new = json!({ "gives": wishes.gives, "profile_a": wishes.profile_a.value(), "profile_c": wishes.profile_c.value() });
    note(tx, by, now, ("chirpstack.changed", "settings", Some(new))).await
}

/// What is to become of a difference.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// ChirpStack is to have what is here.
    Give,
    /// What ChirpStack has is to be here.
    Take,
    /// Neither: it is left as it is, and not shown any more.
    Ignore,
    /// It is shown again.
    Regard,
}

impl Way {
    fn name(self) -> &'static str {
        match self {
            Self::Give => "give",
            Self::Take => "take",
            Self::Ignore => "ignore",
            Self::Regard => "regard",
        }
    }
}

/// Decides about differences; what is to change is done soon after, and each says what came of it.
pub async fn decide(
    tx: &mut TenantTx,
    by: &By,
    (items, way): (&[Uuid], Way),
    now: DateTime<Utc>,
) -> Result<u64, ChirpStackError> {
    let held = store::hold(tx.conn()).await?;
    held.ok_or(ChirpStackError::Unlinked)?;
    let decided = store::decide(tx.conn(), items, way, now).await?;
    if decided > 0 {
        if matches!(way, Way::Give | Way::Take) {
            let tenant = tx.tenant();
            jobs::mend_soon(tx.conn(), tenant, now).await?;
        }
        let new = json!({ "way": way.name(), "items": decided });
        note(
            tx,
            by,
            now,
            ("chirpstack.decided", "differences", Some(new)),
        )
        .await?;
    }
    Ok(decided)
}

/// Asks for both sides to be compared now; the id is that of the run. Whoever asks again before it has
/// ended gets the same.
pub async fn ask(
    tx: &mut TenantTx,
    by: &By,
    (is_dry, asked_by): (bool, &str),
    now: DateTime<Utc>,
) -> Result<Uuid, ChirpStackError> {
    let held = store::hold(tx.conn()).await?;
    held.ok_or(ChirpStackError::Unlinked)?;
    let tenant = tx.tenant();
    let id = jobs::ask(tx.conn(), tenant, (is_dry, Some(asked_by)), now).await?;
    let new = json!({ "is_dry": is_dry });
    note(
        tx,
        by,
        now,
        ("chirpstack.run_asked", "comparison", Some(new)),
    )
    .await?;
    Ok(id)
}

async fn note(
    tx: &mut TenantTx,
    by: &By,
    now: DateTime<Utc>,
    (action, name, new): (&str, &str, Option<Value>),
) -> Result<(), ChirpStackError> {
    let tenant = tx.tenant();
    let entry = Entry {
        action,
        entity_type: "chirpstack",
        entity_id: None,
        entity_name: Some(name),
        new,
        ..Entry::default()
    };
    Ok(audit::append(tx.conn(), tenant, by, now, entry).await?)
}
