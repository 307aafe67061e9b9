//! Handing in what was seen of bays.

use axum::extract::State;
use axum::response::Response;
use chrono::{DateTime, Utc};
use parking_domain::bay_state::SensorState;
use parking_domain::eui::Eui64;
use parking_domain::radio::{AGE_MAX, AHEAD_MAX};
use parking_estate::spaces;
use parking_http::wire::instant;
use parking_http::{ApiError, Caller, Code, Wrong};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{Spooled, Stored};
use crate::Flow;
use crate::ingest::{About, Coded, Observation, Parcel, Told, take_in};

/// The most observations in one request.
const OBSERVATIONS_MAX: usize = 500;

/// The longest code of a bay.
const CODE_MAX: usize = 50;

/// The longest name a teller gives an observation, or slug of a site.
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
    /// The `DevEUI` of the device that watches the bay, in any notation; or else `space_id` or
    /// `space_code`.
    #[schema(max_length = 50)]
    dev_eui: Option<String>,
    /// The bay.
    space_id: Option<Uuid>,
    /// The bay, by what is painted on the ground, in capitals or not.
    #[schema(min_length = 1, max_length = 50)]
    space_code: Option<String>,
    /// The site of `space_code`, by its id or its slug; needed where several sites have such a bay.
    #[schema(min_length = 1, max_length = 100)]
    site: Option<String>,
    /// What was seen: `free` or `occupied`; `unknown` takes back what was said before.
    #[schema(value_type = String, pattern = "^(free|occupied|unknown)$")]
    state: String,
    /// When; at most two minutes ahead of the server's clock and thirty days behind it. Now, if absent.
    #[serde(default, deserialize_with = "instant")]
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
        (status = 404, description = "`not_found`: a bay that does not exist; `detail` says which observation names it", body = parking_http::Problem, content_type = "application/problem+json"),
        (status = 503, description = "`unavailable`: more comes in than can be stored or kept", body = parking_http::Problem, content_type = "application/problem+json")))]
pub(super) async fn post_observations(
    State(flow): State<Flow>,
    caller: Caller,
    parking_http::Json(draft): parking_http::Json<ObservationsDraft>,
) -> Result<Response, ApiError> {
    let now = flow.clock.now();
    let nonce = caller.request.nonce.as_deref();
    let mut observations = draft.read(now, nonce)?;
    match find_bays(&flow, &caller, &mut observations).await {
        // Nobody can say now.
        Err(error) if error.code == Code::Unavailable => {}
        found => found?,
    }
    let parcel = Parcel::of_observations(caller.tenant(), now, &observations);
    let told = observations.into_iter().map(Told::Observation).collect();
    Ok(take_in(&flow, parcel, told).await?.answer())
}

/// Bays that observations name must be there: who names one by mistake would never find out.
async fn find_bays(
    flow: &Flow,
    caller: &Caller,
    observations: &mut [Observation],
) -> Result<(), ApiError> {
    let names_a_bay = |seen: &Observation| !matches!(seen.about, About::Device(_));
    if !observations.iter().any(names_a_bay) || flow.db.is_away() {
        return Ok(());
    }
    let (mut ids, mut codes) = (Vec::new(), Vec::new());
    for seen in &*observations {
        match &seen.about {
            About::Space(id) => ids.push(*id),
            About::Code(bay) => codes.push((bay.site.as_deref(), &*bay.code)),
            About::Device(_) => {}
        }
    }
    let mut tx = flow.db.tenant(caller.tenant()).await?;
    let living = spaces::living(&mut tx, &ids).await?;
    let mut coded = spaces::coded(tx.conn(), caller.tenant(), &codes).await?;
    let coded = (0..codes.len()).map(|place| coded.remove(&place).unwrap_or_default());
    let mut coded = coded.collect::<Vec<_>>().into_iter();
    for (at, seen) in observations.iter_mut().enumerate() {
        match &mut seen.about {
            About::Space(id) if !living.contains(id) => return Err(no_bay(at)),
            About::Code(bay) => match coded.next().unwrap_or_default().as_slice() {
                [] => return Err(no_bay(at)),
                [one] => bay.space = Some(*one),
                _ => {
                    let field = format!("observations[{at}].site");
                    return Err(ApiError::field(
                        &field,
                        "must say which: several sites have such a bay",
                    ));
                }
            },
            About::Space(_) | About::Device(_) => {}
        }
    }
    Ok(())
}

fn no_bay(at: usize) -> ApiError {
    ApiError::not_found().detail(format!(
        "observations[{at}] names a bay that does not exist"
    ))
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
        let about = match (self.dev_eui, self.space_id, self.space_code) {
            (Some(eui), None, None) => wrong
                .read(&field("dev_eui"), eui.parse::<Eui64>())
                .map(About::Device),
            (None, Some(id), None) => Some(About::Space(id)),
            (None, None, Some(code)) => {
                note_text(wrong, &field("space_code"), &code, CODE_MAX);
                if let Some(site) = &self.site {
                    note_text(wrong, &field("site"), site, NAME_MAX);
                }
                Some(About::Code(Coded {
                    site: self.site.clone(),
                    code,
                    space: None,
                }))
            }
            _ => {
                let one = "exactly one of this, space_id and space_code must be given";
                wrong.note(&field("dev_eui"), one);
                None
            }
        };
        if self.site.is_some() && !matches!(about, Some(About::Code(_))) {
            wrong.note(&field("site"), "goes with space_code");
        }
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
        if let Some(name) = &self.id {
            note_text(wrong, &field("id"), name, NAME_MAX);
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

/// Notes a text that is empty, too long, or not to be stored.
fn note_text(wrong: &mut Wrong, field: &str, text: &str, max: usize) {
    if text.is_empty() || text.chars().count() > max || text.contains('\0') {
        wrong.note(field, format!("must have from 1 to {max} characters"));
    }
}
