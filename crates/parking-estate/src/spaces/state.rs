//! What state a bay is in, and the overrides by which people take one out of service.

use chrono::{DateTime, Utc};
use parking_access::audit::By;
use parking_db::{PlatformTx, TenantTx};
use parking_domain::bay_state::{
    BayFacts, OverrideKind, SensorState, Span, explained, next_boundary,
};
use parking_domain::ids::fresh;
use parking_domain::lamps::Emergency;
use serde_json::{Value, json};
use sqlx::PgConnection;
use uuid::Uuid;

use super::store::facts;
use super::store::state::{self as store, Bay, Settled};
use super::{SpaceError, held};
use crate::record::{Change, record};
use parking_http::IfMatch;

/// A bay that is to be out of use for a while.
#[derive(Clone, Debug)]
pub struct OverrideDraft {
    /// In which way.
    pub kind: OverrideKind,
    /// From when on.
    pub starts_at: DateTime<Utc>,
    /// Until when; until it is lifted, if `None`.
    pub ends_at: Option<DateTime<Utc>>,
    /// Why.
    pub reason: String,
    /// What else there is to say.
    pub notes: Option<String>,
}

/// Computes the states of bays again from their facts, and writes down what changed: the column,
/// the history, an event. Says how many changed.
pub async fn settle(
    conn: &mut PgConnection,
    ids: &[Uuid],
    now: DateTime<Utc>,
) -> Result<usize, parking_db::DbError> {
    let bays = store::of_tenants(conn, ids).await?;
    settle_across(conn, &bays, now).await
}

/// The same of bays of several tenants, each with its tenant.
pub async fn settle_across(
    conn: &mut PgConnection,
    bays: &[(Uuid, Uuid)],
    now: DateTime<Utc>,
) -> Result<usize, parking_db::DbError> {
    let bays = store::facts(conn, bays, now).await?;
    let settled: Vec<Settled> = bays.iter().map(|bay| settled(bay, now)).collect();
    store::write(conn, &settled, now).await?;
    Ok(settled.iter().filter(|bay| bay.from != bay.to).count())
}

/// A living bay, and the facts that its state and its lamp follow from.
#[derive(Clone, Debug)]
pub struct Known {
    /// Whose it is.
    pub tenant_id: Uuid,
    /// Where it is.
    pub site_id: Uuid,
    /// Which.
    pub id: Uuid,
    /// What its sensor said, what overrides it, and who has booked it.
    pub facts: BayFacts,
    /// Those of the reservations whose holder has checked in.
    pub checked_in: Vec<Span>,
    /// What its whole site shows.
    pub emergency: Option<Emergency>,
}

/// The facts of living bays, each named by its tenant and its id, in the order of their ids; nobody is
/// kept from changing them.
pub async fn known(
    conn: &mut PgConnection,
    bays: &[(Uuid, Uuid)],
    now: DateTime<Utc>,
) -> Result<Vec<Known>, parking_db::DbError> {
    facts::known(conn, bays, now).await
}

/// What is known of a bay that is held.
#[derive(Clone, Debug)]
pub struct Watched {
    /// Whose it is.
    pub tenant_id: Uuid,
    /// Where it is.
    pub site_id: Uuid,
    /// Which.
    pub id: Uuid,
    /// What its sensor is believed to say.
    pub sensed: SensorState,
    /// The message by which.
    pub uplink_id: Option<Uuid>,
    /// When the vehicle came that stands there; `None` if none does, or nobody saw it come.
    pub taken_at: Option<DateTime<Utc>>,
}

/// What is known of living bays, which are locked in the order of their ids.
pub async fn watched(
    conn: &mut PgConnection,
    bays: &[(Uuid, Uuid)],
    now: DateTime<Utc>,
) -> Result<Vec<Watched>, parking_db::DbError> {
    let held = store::facts(conn, bays, now).await?;
    let taken = store::taken_at(conn, bays).await?;
    let watched = held.into_iter().map(|bay| {
        let sensed = bay.facts.sensor.believed(now);
        let taken_at = taken.get(&bay.id).copied();
        Watched {
            tenant_id: bay.tenant_id,
            site_id: bay.site_id,
            id: bay.id,
            sensed,
            uplink_id: bay.facts.sensor.uplink_id,
            taken_at: taken_at.filter(|_| sensed == SensorState::Occupied),
        }
    });
    Ok(watched.collect())
}

/// What a bay's state is by its facts, beside what it was.
pub(super) fn settled(bay: &Bay, now: DateTime<Utc>) -> Settled {
    let (state, cause) = explained(&bay.facts, now);
    Settled {
        tenant_id: bay.tenant_id,
        site_id: bay.site_id,
        id: bay.id,
        change_id: fresh(),
        from: bay.state.clone(),
        to: state.name(),
        cause: cause.name(),
        due_at: next_boundary(&bay.facts, now),
        evidence: bay.evidence(),
    }
}

/// Living bays whose time has come, locked; those that somebody else is at are left to them.
pub(super) async fn due(
    tx: &mut PlatformTx,
    now: DateTime<Utc>,
    limit: i64,
) -> Result<Vec<(Uuid, Uuid)>, parking_db::DbError> {
    store::due(tx, now, limit).await
}

/// The most overrides of a bay that are not over: whoever asks for its state reads them all.
pub(super) const OPEN_MAX: i64 = 100;

/// The most overrides of a tenant that are not over.
pub(super) const OPEN_OF_TENANT_MAX: i64 = 100_000;

/// Refuses more overrides of these bays than there may be. Whoever asks holds the bays.
pub async fn must_have_room(
    tx: &mut TenantTx,
    bays: &[Uuid],
    now: DateTime<Utc>,
) -> Result<(), SpaceError> {
    if store::is_full(tx, bays, (OPEN_MAX, OPEN_OF_TENANT_MAX), now).await? {
        return Err(SpaceError::OverridesFull);
    }
    Ok(())
}

/// Takes a living bay out of use.
pub(super) async fn put_override(
    tx: &mut TenantTx,
    by: &By,
    space: Uuid,
    (draft, maker): (&OverrideDraft, &str),
    now: DateTime<Utc>,
) -> Result<(), SpaceError> {
    let spaces = held(tx, &[space], &IfMatch::default(), true).await?;
    let id = fresh();
    store::insert_override(tx, (id, space), (draft, maker), now).await?;
    must_have_room(tx, &[space], now).await?;
    settle(tx.conn(), &[space], now).await?;
    let new = json!({
        "kind": draft.kind.name(), "starts_at": draft.starts_at, "ends_at": draft.ends_at, "notes": draft.notes,
    });
    let about = (&spaces[0], "space.overridden", Some(draft.reason.as_str()));
    changed(tx, by, now, about, (None, Some(new))).await
}

/// Puts a living bay back into use: whatever overrides it now or later ends. Says how many did.
pub(super) async fn lift_overrides(
    tx: &mut TenantTx,
    by: &By,
    space: Uuid,
    (maker, reason): (&str, Option<&str>),
    now: DateTime<Utc>,
) -> Result<u64, SpaceError> {
    let spaces = held(tx, &[space], &IfMatch::default(), true).await?;
    let lifted = store::lift_overrides(tx, space, maker, now).await?;
    if lifted > 0 {
        settle(tx.conn(), &[space], now).await?;
        let about = (&spaces[0], "space.released", reason);
        changed(
            tx,
            by,
            now,
            about,
            (Some(json!({ "overrides": lifted })), None),
        )
        .await?;
    }
    Ok(lifted)
}

async fn changed(
    tx: &mut TenantTx,
    by: &By,
    now: DateTime<Utc>,
    (space, kind, reason): (&super::Space, &str, Option<&str>),
    values: (Option<Value>, Option<Value>),
) -> Result<(), SpaceError> {
    let change = Change {
        kind,
        entity: "space",
        id: space.id,
        name: space.fields.code.as_str(),
        site: Some(space.site_id),
        values,
        reason,
    };
    Ok(record(tx, by, now, change).await?)
}
