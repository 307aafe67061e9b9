//! Asking why a bay is in its state.

use axum::extract::State;
use chrono::{DateTime, Utc};
use parking_domain::access::Permission;
use parking_domain::bay_state::{Held, SensorFact, Span};
use parking_domain::radio::AHEAD_MAX;
use parking_estate::view::View;
use parking_estate::wire;
use parking_http::wire::{instant, one_of};
use parking_http::{Access, ApiError, Caller, Id, Query, Routes, words};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::routes;
use uuid::Uuid;

use super::store::{self, Bay, Change, Overriding, Serving};
use super::{Evidence, gather};
use crate::Flow;
use crate::displays::{self, LampEvidence};
use crate::uplinks::{self, About, UplinkBody};

/// The most messages that are shown.
const MESSAGES_MAX: i64 = 20;

/// The routes of evidence.
pub fn routes(flow: Flow) -> Routes {
    Routes::new("Bays")
        .add(
            Access::Needs(Permission::SpacesRead),
            routes!(space_evidence),
        )
        .with_state(flow)
}

words! {
    /// What decides a bay's state.
    StateCause = one_of(
        "Which fact decided, in the order in which they are asked for: somebody took it out of service, somebody blocked it, \
         its sensor says so (before a reservation if it says occupied, after it if it says free), it is booked, its sensor \
         has been silent for too long, no sensor has said anything.",
        parking_domain::bay_state::Cause::ALL.iter().map(|cause| cause.name()));
    /// What a sensor says.
    SensorStateName = one_of("What a sensor says.", ["free", "occupied", "unknown"]);
}

/// Of which moment.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Moment {
    /// The moment that is asked about; now, if absent. Not before the bay and not in the future.
    #[serde(default, deserialize_with = "instant")]
    at: Option<DateTime<Utc>>,
}

/// Why a bay was in its state at a moment, by what was known then.
#[derive(Debug, Serialize, ToSchema)]
struct EvidenceBody {
    tenant_id: Uuid,
    space_id: Uuid,
    site_id: Uuid,
    code: String,
    at: DateTime<Utc>,
    /// What follows from the facts.
    #[schema(value_type = wire::SpaceState)]
    state: &'static str,
    /// The rule that decided.
    #[schema(value_type = StateCause)]
    cause: &'static str,
    /// What everybody was shown. It follows the facts within seconds where time alone changes them.
    shown: ShownState,
    sensor: SensorEvidence,
    /// The site's emergency, if it had begun by then and was not taken back since: its lamps show that,
    /// whatever the state.
    emergency: Option<EmergencyEvidence>,
    /// What took it out of use then, or was to later.
    overrides: Vec<OverrideEvidence>,
    /// The reservations that held it then or were to later, as they were known then.
    reservations: Vec<ReservationEvidence>,
    /// The devices that served it then.
    devices: Vec<DeviceEvidence>,
    /// The last messages that had come by then, the newest first: those about the bay, and what else
    /// its devices said. The one that `sensor` names is among them as long as it is kept. Null
    /// without `telemetry:read`.
    messages: Option<Vec<UplinkBody>>,
    /// What its lamp was meant to show and had been told, as far as commands are kept. Null without one, and without
    /// `displays:read`.
    lamp: Option<LampEvidence>,
    /// The last changes up to then and the next ones after it, the newest first.
    changes: Vec<StateChangeEvidence>,
}

/// The state that was shown.
#[derive(Debug, Serialize, ToSchema)]
struct ShownState {
    #[schema(value_type = wire::SpaceState)]
    state: String,
    since: DateTime<Utc>,
}

/// What was known of a bay's sensor.
#[derive(Debug, Serialize, ToSchema)]
struct SensorEvidence {
    /// What it said, whether that is believed or not.
    #[schema(value_type = SensorStateName)]
    state: &'static str,
    /// What it is taken to say: unknown after too long a silence, and a change only after it stood
    /// for as long as the site wants.
    #[schema(value_type = SensorStateName)]
    believed: &'static str,
    /// When the last message that said anything was received.
    observed_at: Option<DateTime<Utc>>,
    /// From when on it is no longer believed; null if silence means nothing.
    stale_at: Option<DateTime<Utc>>,
    is_stale: bool,
    /// A change that is held back.
    held: Option<HeldChange>,
    /// The message.
    uplink_id: Option<Uuid>,
}

/// A change that is held back until it has stood for a while.
#[derive(Debug, Serialize, ToSchema)]
struct HeldChange {
    #[schema(value_type = SensorStateName)]
    state: &'static str,
    /// From when on it is believed, if nothing contradicts it.
    until: DateTime<Utc>,
}

/// What all lamps of a site show, whatever its bays are.
#[derive(Debug, Serialize, ToSchema)]
struct EmergencyEvidence {
    #[schema(value_type = wire::EmergencyName)]
    kind: String,
    since: DateTime<Utc>,
    by: Option<String>,
    reason: Option<String>,
}

/// What takes a bay out of use.
#[derive(Debug, Serialize, ToSchema)]
struct OverrideEvidence {
    id: Uuid,
    #[schema(value_type = wire::OverrideKind)]
    kind: String,
    starts_at: DateTime<Utc>,
    ends_at: Option<DateTime<Utc>>,
    reason: String,
    notes: Option<String>,
    created_by: Option<String>,
    created_at: DateTime<Utc>,
    /// When it was lifted since.
    lifted_at: Option<DateTime<Utc>>,
    lifted_by: Option<String>,
    /// Whether it held at the moment.
    is_in_force: bool,
}

/// What holds a bay for somebody.
#[derive(Debug, Serialize, ToSchema)]
struct ReservationEvidence {
    id: Uuid,
    starts_at: DateTime<Utc>,
    ends_at: Option<DateTime<Utc>>,
    is_in_force: bool,
}

/// A device that served a bay.
#[derive(Debug, Serialize, ToSchema)]
struct DeviceEvidence {
    device_id: Uuid,
    dev_eui: String,
    name: Option<String>,
    #[schema(value_type = wire::DeviceTypeName)]
    role: String,
    assigned_at: DateTime<Utc>,
    unassigned_at: Option<DateTime<Utc>>,
}

/// A change of a bay's state.
#[derive(Debug, Serialize, ToSchema)]
struct StateChangeEvidence {
    id: Uuid,
    at: DateTime<Utc>,
    #[schema(value_type = wire::SpaceState)]
    from: String,
    #[schema(value_type = wire::SpaceState)]
    to: String,
    #[schema(value_type = StateCause)]
    cause: String,
    /// The facts as they were: the sensor with the message's id, and the ids of overrides.
    evidence: Value,
}

/// Why a bay is in its state, or was at any moment: the facts as they were known then, the rule that
/// decided, the messages and the changes around it. A message that came later is no evidence, even
/// if it was received before. An API key needs `telemetry:read` besides to see the messages.
#[utoipa::path(get, path = "/api/v6/spaces/{id}/evidence", params(("id" = Uuid, Path), Moment), responses((status = 200, body = EvidenceBody)))]
async fn space_evidence(
    State(flow): State<Flow>,
    caller: Caller,
    Id(id): Id,
    Query(moment): Query<Moment>,
) -> Result<axum::Json<EvidenceBody>, ApiError> {
    let now = flow.clock.now();
    // A clock that is a little ahead of ours asks about now.
    let at = moment.at.unwrap_or(now);
    let at = if at > now + AHEAD_MAX {
        at
    } else {
        at.min(now)
    };
    let mut view = View::of(&flow.db, &caller).await?;
    let bay = store::bay(view.conn(), id).await?;
    let bay = bay.ok_or_else(ApiError::not_found)?;
    if at > now || at < bay.created_at {
        let message = format!("must lie between {} and now", bay.created_at.to_rfc3339());
        return Err(ApiError::field("at", message));
    }
    let evidence = gather(view.conn(), &bay, at).await?;
    let messages = if caller.may(Permission::TelemetryRead) {
        let about = About {
            tenant: bay.tenant_id,
            space: bay.id,
            dev_euis: evidence.dev_euis(),
        };
        let wanted = (evidence.facts.sensor.uplink_id, MESSAGES_MAX);
        Some(uplinks::up_to(view.conn(), &about, at, wanted).await?)
    } else {
        None
    };
    let lamp = if caller.may(Permission::DisplaysRead) {
        displays::lamp_then(view.conn(), (bay.tenant_id, bay.id), at).await?
    } else {
        None
    };
    let body = EvidenceBody::of(bay, evidence, at, (messages, lamp));
    Ok(axum::Json(body))
}

impl Evidence {
    fn dev_euis(&self) -> Vec<String> {
        let serving = self.serving.iter();
        serving.map(|device| device.dev_eui.clone()).collect()
    }
}

impl EvidenceBody {
    fn of(
        bay: Bay,
        evidence: Evidence,
        at: DateTime<Utc>,
        (messages, lamp): (Option<Vec<UplinkBody>>, Option<LampEvidence>),
    ) -> Self {
        let shown = evidence.changes.iter().find(|change| change.at <= at);
        let overrides = evidence.overrides.into_iter();
        let reservations = evidence.reserved.iter();
        let emergency = bay.emergency.zip(bay.emergency_since);
        let emergency = emergency.filter(|(_, since)| *since <= at);
        Self {
            tenant_id: bay.tenant_id,
            space_id: bay.id,
            site_id: bay.site_id,
            code: bay.code,
            at,
            state: evidence.state.name(),
            cause: evidence.cause.name(),
            shown: ShownState {
                state: shown.map_or_else(|| "unknown".to_owned(), |change| change.to_state.clone()),
                since: shown.map_or(bay.created_at, |change| change.at),
            },
            sensor: SensorEvidence::of(&evidence.facts.sensor, at),
            emergency: emergency.map(|(kind, since)| EmergencyEvidence {
                kind,
                since,
                by: bay.emergency_by,
                reason: bay.emergency_reason,
            }),
            reservations: reservations
                .map(|(id, span)| ReservationEvidence::of(*id, span, at))
                .collect(),
            overrides: overrides.map(|one| OverrideEvidence::of(one, at)).collect(),
            devices: evidence.serving.into_iter().map(Into::into).collect(),
            messages,
            lamp,
            changes: evidence.changes.into_iter().map(Into::into).collect(),
        }
    }
}

impl SensorEvidence {
    fn of(fact: &SensorFact, at: DateTime<Utc>) -> Self {
        Self {
            state: fact.state.name(),
            believed: fact.believed(at).name(),
            observed_at: fact.observed_at,
            stale_at: fact.stale_at,
            is_stale: fact.is_stale(at),
            held: fact.held.map(HeldChange::from),
            uplink_id: fact.uplink_id,
        }
    }
}

impl From<Held> for HeldChange {
    fn from(held: Held) -> Self {
        Self {
            state: held.state.name(),
            until: held.until,
        }
    }
}

impl OverrideEvidence {
    fn of(one: Overriding, at: DateTime<Utc>) -> Self {
        Self {
            is_in_force: one.fact().is_some_and(|fact| fact.span.contains(at)),
            id: one.id,
            kind: one.kind,
            starts_at: one.starts_at,
            ends_at: one.ends_at,
            reason: one.reason,
            notes: one.notes,
            created_by: one.created_by,
            created_at: one.created_at,
            lifted_at: one.lifted_at,
            lifted_by: one.lifted_by,
        }
    }
}

impl ReservationEvidence {
    fn of(id: Uuid, span: &Span, at: DateTime<Utc>) -> Self {
        Self {
            id,
            starts_at: span.from,
            ends_at: span.until,
            is_in_force: span.contains(at),
        }
    }
}

impl From<Serving> for DeviceEvidence {
    fn from(serving: Serving) -> Self {
        Self {
            device_id: serving.device_id,
            dev_eui: serving.dev_eui,
            name: serving.name,
            role: serving.role,
            assigned_at: serving.assigned_at,
            unassigned_at: serving.unassigned_at,
        }
    }
}

impl From<Change> for StateChangeEvidence {
    fn from(change: Change) -> Self {
        Self {
            id: change.id,
            at: change.at,
            from: change.from_state,
            to: change.to_state,
            cause: change.cause,
            evidence: change.evidence,
        }
    }
}
