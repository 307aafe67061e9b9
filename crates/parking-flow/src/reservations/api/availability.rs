//! Asking when bays are free.

use axum::extract::State;
use parking_estate::view;
use parking_http::{ApiError, Caller, Json};

use super::super::availability::availability;
use super::bodies::AvailabilityBody;
use super::wire::AvailabilityQuestion;
use crate::Flow;

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
