//! Handing in what was seen of bays.

use axum::extract::State;
use axum::response::Response;
use chrono::{DateTime, Utc};
use parking_domain::bay_state::SensorState;
use parking_domain::eui::Eui64;
use parking_domain::radio::{AGE_MAX, AHEAD_MAX};
use parking_estate::spaces;
use parking_http::{ApiError, Caller, Code, Wrong};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{Spooled, Stored};
use crate::Flow;
use crate::ingest::{About, Observation, Parcel, take_in};

/// The most observations in one request.
const OBSERVATIONS_MAX: usize = 500;

/// The longest name a teller gives an observation.
const NAME_MAX: usize = 100;

/// What somebody, or something, saw of bays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ObservationsDraft {
    #[schema(min_items = 1, max_items = 500)]
    observations: Vec<ObservationDraft>,
}

/// What was seen of one bay: by the device that watches it, or of the bay itself.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ObservationDraft {
    /// The `DevEUI` of the device that watches the bay, in any notation; or else `space_id`.
    #[schema(max_length = 50)]
    dev_eui: Option<String>,
    /// The bay; or else `dev_eui`.
    space_id: Option<Uuid>,
    /// What was seen: `free` or `occupied`; `unknown` takes back what was said before.
    #[schema(value_type = String, pattern = "^(free|occupied|unknown)$")]
    state: String,
    /// When; at most two minutes ahead of the server's clock and thirty days behind it. Now, if absent.
    observed_at: Option<DateTime<Utc>>,
    /// Your own name for it. An observation of the same bay or device and the same name within two
    /// days is the same one, and counts once; without a name, one of the same instant and state.
    #[schema(min_length = 1, max_length = 100)]
    id: Option<String>,
}

/// Hands in observations: the state of bays as seen by any system. They are stored when the answer
/// comes, and show in the states of the bays a moment later. Free of the rate limit; when more comes
/// in than can be stored the answer is 503 with `Retry-After`, and sending the same again does no
/// harm. With a bad observation among them none is stored.
#[utoipa::path(post, path = "/api/v6/ingest/observations", request_body = ObservationsDraft,
    responses((status = 200, body = Stored),
        (status = 202, description = "The database is away: they are kept on disk and stored when that is back; of a bay that does not exist nothing comes then", body = Spooled),
        (status = 404, description = "`not_found`: a bay that does not exist", body = parking_http::Problem, content_type = "application/problem+json"),
        (status = 503, description = "`unavailable`: more comes in than can be stored or kept", body = parking_http::Problem, content_type = "application/problem+json")))]
pub(super) async fn post_observations(
    State(flow): State<Flow>,
    caller: Caller,
    parking_http::Json(draft): parking_http::Json<ObservationsDraft>,
) -> Result<Response, ApiError> {
    let now = flow.clock.now();
    let nonce = caller.request.nonce.as_deref();
    let observations = draft.read(now, nonce)?;
    match know_spaces(&flow, &caller, &observations).await {
        // Nobody can say now.
        Err(error) if error.code == Code::Unavailable => {}
        known => known?,
    }
    let parcel = Parcel::of_observations(caller.tenant(), now, &observations);
    let told = parcel.open().told;
    Ok(take_in(&flow, &parcel, told).await?.answer())
}

/// Bays that observations name must be there: who names one by mistake would never find out.
async fn know_spaces(
    flow: &Flow,
    caller: &Caller,
    observations: &[Observation],
) -> Result<(), ApiError> {
    let mut wanted: Vec<Uuid> = observations
        .iter()
        .filter_map(|seen| match seen.about {
            About::Space(id) => Some(id),
            About::Device(_) => None,
        })
        .collect();
    wanted.sort_unstable();
    wanted.dedup();
    if wanted.is_empty() || flow.db.is_away() {
        return Ok(());
    }
    let mut tx = flow.db.tenant(caller.tenant()).await?;
    let known = spaces::living(&mut tx, &wanted).await?;
    if known < wanted.len() {
        return Err(ApiError::not_found());
    }
    Ok(())
}

impl ObservationsDraft {
    fn read(self, now: DateTime<Utc>, nonce: Option<&str>) -> Result<Vec<Observation>, ApiError> {
        let mut wrong = Wrong::default();
        let count = self.observations.len();
        if count == 0 || count > OBSERVATIONS_MAX {
            wrong.note(
                "observations",
                format!("must have from 1 to {OBSERVATIONS_MAX} items"),
            );
            return wrong.settle(None);
        }
        let read: Vec<Option<Observation>> = self
            .observations
            .into_iter()
            .enumerate()
            .map(|(at, draft)| {
                let nameless = draft.id.is_none() && draft.observed_at.is_none();
                let sent_as = nonce
                    .filter(|_| nameless)
                    .map(|nonce| format!("{nonce}:{at}"));
                let seen = draft.read(&mut wrong, at, now)?;
                Some(Observation { sent_as, ..seen })
            })
            .collect();
        wrong.settle(read.into_iter().collect())
    }
}

impl ObservationDraft {
    fn read(self, wrong: &mut Wrong, at: usize, now: DateTime<Utc>) -> Option<Observation> {
        let field = |name: &str| format!("observations[{at}].{name}");
        let about = match (self.dev_eui, self.space_id) {
            (Some(eui), None) => wrong
                .read(&field("dev_eui"), eui.parse::<Eui64>())
                .map(About::Device),
            (None, Some(id)) => Some(About::Space(id)),
            _ => {
                wrong.note(&field("dev_eui"), "either this or space_id must be given");
                None
            }
        };
        let state = match self.state.as_str() {
            "free" => Some(SensorState::Free),
            "occupied" => Some(SensorState::Occupied),
            "unknown" => Some(SensorState::Unknown),
            _ => {
                wrong.note(&field("state"), "must be one of free, occupied, unknown");
                None
            }
        };
        let seen_at = self.observed_at.unwrap_or(now);
        if seen_at > now + AHEAD_MAX || seen_at < now - AGE_MAX {
            wrong.note(
                &field("observed_at"),
                "must be at most two minutes ahead and thirty days back",
            );
        }
        let is_named = self.id.as_ref().is_none_or(|name| {
            !name.is_empty() && name.chars().count() <= NAME_MAX && !name.contains('\0')
        });
        if !is_named {
            wrong.note(
                &field("id"),
                format!("must have from 1 to {NAME_MAX} characters"),
            );
        }
        Some(Observation {
            about: about?,
            state: state?,
            seen_at: seen_at.min(now),
            name: self.id,
            sent_as: None,
        })
    }
}
