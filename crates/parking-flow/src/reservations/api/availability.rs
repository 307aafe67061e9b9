//! Asking when bays are free.

use axum::extract::State;
use chrono::{DateTime, TimeDelta, Utc};
use parking_domain::reservations::Slot;
use parking_estate::{view, wire};
use parking_http::wire::instant;
use parking_http::{ApiError, Caller, Json, Wrong};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::super::availability::{BAYS_MAX, availability};
use super::super::store::Target;
use super::bodies::AvailabilityBody;
use super::wire::kind;
use crate::Flow;

/// The longest time that one question about availability spans.
const SPAN_MAX: TimeDelta = TimeDelta::days(62);

/// Which bays are asked about, and for when: one bay, several, or those of a site.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct AvailabilityQuestion {
    space_id: Option<Uuid>,
    #[schema(min_items = 1, max_items = 2_000)]
    space_ids: Option<Vec<Uuid>>,
    site_id: Option<Uuid>,
    /// Of the site, those on this level.
    level_id: Option<Uuid>,
    /// Of the site, those in this zone.
    zone_id: Option<Uuid>,
    /// Those of this kind.
    #[schema(value_type = Option<wire::BayKind>)]
    kind: Option<String>,
    #[serde(deserialize_with = "instant")]
    from: DateTime<Utc>,
    /// At most 62 days after `from`.
    #[serde(deserialize_with = "instant")]
    to: DateTime<Utc>,
    /// For how long at least; 5 minutes if absent.
    #[schema(minimum = 5, maximum = 44_640)]
    duration_minutes: Option<i32>,
}

impl AvailabilityQuestion {
    fn read(self) -> Result<(Target, Slot, TimeDelta), ApiError> {
        let mut wrong = Wrong::default();
        let given = [
            self.space_id.is_some(),
            self.space_ids.is_some(),
            self.site_id.is_some(),
        ];
        if given.into_iter().filter(|is_given| *is_given).count() != 1 {
            wrong.note("site_id", "give a bay, a list of bays or a site");
        }
        if self.site_id.is_none() && (self.level_id.is_some() || self.zone_id.is_some()) {
            wrong.note("site_id", "must be given with a level or zone");
        }
        let spaces = self.space_ids.or(self.space_id.map(|id| vec![id]));
        let is_bounded = |ids: &Vec<Uuid>| (1..=BAYS_MAX).contains(&ids.len());
        if !spaces.as_ref().is_none_or(is_bounded) {
            wrong.note("space_ids", format!("must be from 1 to {BAYS_MAX}"));
        }
        if self.to <= self.from || self.to - self.from > SPAN_MAX {
            wrong.note("to", "must lie after from, and at most 62 days");
        }
        let minutes = self.duration_minutes.unwrap_or(5);
        if !(5..=44_640).contains(&minutes) {
            wrong.note("duration_minutes", "must be from 5 to 44640");
        }
        let target = Target {
            site: self.site_id,
            spaces,
            level: self.level_id,
            zone: self.zone_id,
            kind: kind(&mut wrong, self.kind),
        };
        let within = Slot {
            start: self.from,
            end: self.to,
        };
        wrong.settle(Some((target, within, TimeDelta::minutes(minutes.into()))))
    }
}

/// When one bay, several, or those of a site can be reserved, by the rules by which they are: each slot
/// inside a window can be, as long as nobody is quicker. Bays that are not for reservation are left out.
#[utoipa::path(post, path = "/api/v6/reservations/check-availability", request_body = AvailabilityQuestion,
    responses((status = 404, description = "There is no such bay or site", body = parking_http::Problem, content_type = "application/problem+json"),
        (status = 200, body = AvailabilityBody)))]
pub(super) async fn check_availability(
    State(flow): State<Flow>,
    caller: Caller,
    Json(question): Json<AvailabilityQuestion>,
) -> Result<axum::Json<AvailabilityBody>, ApiError> {
    let (target, within, at_least) = question.read()?;
    let mut tx = view::change(&flow.db, &caller).await?;
    let now = flow.clock.now();
    let bays = availability(tx.conn(), &target, (within, at_least), now).await?;
    Ok(axum::Json(AvailabilityBody::of(within, bays)))
}
