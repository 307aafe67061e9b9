//! Whether a device can be reached: what ChirpStack says of it, asked now.

use chrono::{DateTime, TimeDelta, Utc};
use parking_access::audit::By;
use parking_chirpstack::grpc::DeviceKeys;
use parking_domain::ids::TenantId;
use parking_estate::devices::unseal;
use serde_json::json;
use uuid::Uuid;

use super::store::{self, Link};
use super::{ChirpStackError, ChirpStacks, jobs, looking, note};

/// What ChirpStack says of a device.
#[derive(Clone, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is asked by itself")]
pub(super) struct Readiness {
    /// Whether there was anybody to ask: a ChirpStack, and a part of it that is the tenant's.
    pub(super) is_connected: bool,
    /// Whether it is there, in the tenant's application.
    pub(super) is_known: bool,
    pub(super) is_disabled: bool,
    pub(super) profile_name: Option<String>,
    /// Whether its profile lets it listen at all times; none where the profile is not known.
    pub(super) supports_class_c: Option<bool>,
    /// Whether it has the key that is here; none where either has none.
    pub(super) has_our_key: Option<bool>,
    pub(super) has_joined: bool,
    /// Whether it spoke in its present session: without that there is no way to it.
    pub(super) has_spoken: bool,
    pub(super) last_seen_at: Option<DateTime<Utc>>,
    /// When a gateway sent it a command for the first time since it joined.
    pub(super) first_txack_at: Option<DateTime<Utc>>,
    /// How long that took from when ChirpStack had the command.
    pub(super) first_txack_after: Option<TimeDelta>,
    /// Since when ChirpStack has a command for it that no gateway has sent.
    pub(super) command_waits_since: Option<DateTime<Utc>>,
}

/// Asks ChirpStack about a device.
pub(super) async fn check(
    state: &ChirpStacks,
    tenant: TenantId,
    id: Uuid,
) -> Result<Readiness, ChirpStackError> {
    let (link, device) = match found(state, tenant, id).await {
        Err(ChirpStackError::Unlinked) => return Ok(Readiness::default()),
        found => found?,
    };
    let Ok(client) = state.client() else {
        return Ok(Readiness::default());
    };
    let connected = Readiness {
        is_connected: true,
        ..Readiness::default()
    };
    // One in another application is somebody else's, perhaps: not even that it is there is told.
    let there = client.device(device.eui).await?;
    let there = there.filter(|there| there.application == link.application_id);
    let Some(there) = there else {
        return Ok(connected);
    };
    let profile = link
        .profiles
        .iter()
        .find(|profile| profile.id == there.profile);
    let mut readiness = Readiness {
        is_known: true,
        is_disabled: there.is_disabled,
        profile_name: profile.map(|profile| profile.name.clone()),
        supports_class_c: profile.map(|profile| profile.supports_class_c),
        last_seen_at: there.last_seen_at,
        ..connected
    };
    if let Some(sealed) = &device.sealed_app_key
        && let Ok(app_key) = unseal(&state.vault, device.eui, sealed)
    {
        readiness.has_our_key = client.has_keys(device.eui, &DeviceKeys { app_key }).await?;
    }
    if let Some(session) = client.activation(device.eui).await? {
        readiness.has_joined = true;
        readiness.has_spoken = session.f_cnt_up > 0 || there.is_class_c;
    }
    let mut tx = state.db.tenant(tenant).await?;
    if let Some(told) = store::told(tx.conn(), id).await? {
        readiness.first_txack_at = told.first_txack_at;
        // The clocks are two, and nothing is sent before it is there.
        let took = told.first_txack_at.zip(told.first_queued_at);
        readiness.first_txack_after =
            took.map(|(sent, queued)| (sent - queued).max(TimeDelta::zero()));
        readiness.command_waits_since = told.waits_since;
    }
    Ok(readiness)
}

/// Gives ChirpStack a device now, and says what came of it.
pub(super) async fn give_now(
    state: &ChirpStacks,
    (tenant, id): (TenantId, Uuid),
    by: &By,
) -> Result<(), ChirpStackError> {
    let (link, device) = found(state, tenant, id).await?;
    state.client()?;
    let now = state.clock.now();
    let mut tx = looking::held(state, tenant, &link).await?;
    let item = store::remember(tx.conn(), tenant, (id, device.eui), now).await?;
    let new = json!({ "device": id });
    let eui = device.eui.to_string();
    note(&mut tx, by, now, ("chirpstack.given", &eui, Some(new))).await?;
    tx.commit().await?;
    let given = super::giving::device(state, tenant, &link, id).await;
    jobs::note(state, tenant, (item, device.eui), &given).await?;
    given.map(drop)
}

async fn found(
    state: &ChirpStacks,
    tenant: TenantId,
    id: Uuid,
) -> Result<(Link, store::Device), ChirpStackError> {
    let mut tx = state.db.tenant(tenant).await?;
    let device = store::device(tx.conn(), id).await?;
    let device = device.ok_or(ChirpStackError::Absent)?;
    let link = store::link(tx.conn()).await?;
    Ok((link.ok_or(ChirpStackError::Unlinked)?, device))
}
