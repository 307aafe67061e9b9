//! How full a site was during the last day.

use axum::extract::State;
use chrono::{DateTime, TimeDelta, Utc};
use parking_domain::bay_state::BayState;
use parking_http::{ApiError, Caller, Id};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::super::store::trend::{self as store, Turn};
use crate::Estate;
use crate::view::View;

const STEP_MINUTES: i32 = 30;
/// A day of them.
const STEPS: i32 = 48;

/// How many bays of a site were in which state, in equal steps up to now.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct SiteTrend {
    site_id: Uuid,
    step_minutes: i32,
    /// The oldest first; the last one is now.
    points: Vec<TrendPoint>,
}

/// How many bays of a site were in which state at one moment. Bays that are there now count as
/// though they had always been, and deleted ones not at all.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(super) struct TrendPoint {
    at: DateTime<Utc>,
    free: i64,
    occupied: i64,
    reserved: i64,
    maintenance: i64,
    unknown: i64,
}

/// How full a site was during the last 24 hours.
#[utoipa::path(get, path = "/api/v6/sites/{id}/occupancy/trend", params(("id" = Uuid, Path)), responses((status = 200, body = SiteTrend)))]
pub(super) async fn site_trend(
    State(estate): State<Estate>,
    caller: Caller,
    Id(id): Id,
) -> Result<axum::Json<SiteTrend>, ApiError> {
    let now = estate.clock.now();
    let since = now - TimeDelta::minutes(i64::from(STEP_MINUTES * STEPS));
    let mut view = View::of(&estate.db, &caller).await?;
    if !store::has_site(view.conn(), id).await? {
        return Err(ApiError::not_found());
    }
    let turns = store::turns(view.conn(), id, since, STEP_MINUTES * 60).await?;
    Ok(axum::Json(SiteTrend {
        site_id: id,
        step_minutes: STEP_MINUTES,
        points: points(&turns, now),
    }))
}

/// Goes back step by step from how things are, and takes back what happened in each.
fn points(turns: &[Turn], now: DateTime<Utc>) -> Vec<TrendPoint> {
    let mut point = TrendPoint {
        at: now,
        free: 0,
        occupied: 0,
        reserved: 0,
        maintenance: 0,
        unknown: 0,
    };
    for turn in turns.iter().filter(|turn| turn.step.is_none()) {
        *point.of(&turn.to_state) += turn.count;
    }
    let mut points = vec![point.clone()];
    for step in (0..STEPS).rev() {
        point.at -= TimeDelta::minutes(i64::from(STEP_MINUTES));
        // What changed in this very moment belongs to the last step.
        let is_of = |turn: &&Turn| turn.step.is_some_and(|of| of.min(STEPS - 1) == step);
        for turn in turns.iter().filter(is_of) {
            *point.of(&turn.to_state) -= turn.count;
            if let Some(before) = &turn.from_state {
                *point.of(before) += turn.count;
            }
        }
        points.push(point.clone());
    }
    points.reverse();
    points
}

impl TrendPoint {
    /// The number of a state by its name.
    fn of(&mut self, state: &str) -> &mut i64 {
        match BayState::ALL
            .into_iter()
            .find(|known| known.name() == state)
        {
            Some(BayState::Free) => &mut self.free,
            Some(BayState::Occupied) => &mut self.occupied,
            Some(BayState::Reserved) => &mut self.reserved,
            Some(BayState::Maintenance) => &mut self.maintenance,
            Some(BayState::Unknown) | None => &mut self.unknown,
        }
    }
}
