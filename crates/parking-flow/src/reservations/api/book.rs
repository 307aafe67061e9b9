//! Reserving bays.

use axum::extract::State;
use axum::response::Response;
use parking_db::TenantTx;
use parking_domain::access::Permission;
use parking_estate::{Maker, view};
use parking_http::{Answer, ApiError, Caller, Once};

use super::super::Reservation;
use super::super::requests::{book_any_once, book_once};
use super::bodies::ReservationBody;
use super::wire::{AnySpaceWish, ReservationWish};
use crate::Flow;

/// Reserves a bay, or holds it. An `Idempotency-Key` repeats the answer of an earlier request for a day. A
/// `request_id` stays with the reservation: the same asked for again under it answers that reservation as it
/// stands now, with `Idempotency-Replayed: true`, whoever asks and whichever server; anything else is refused.
#[utoipa::path(post, path = "/api/v6/reservations", request_body = ReservationWish,
    responses((status = 404, description = "There is no such bay", body = parking_http::Problem, content_type = "application/problem+json"),
        (status = 201, body = ReservationBody, headers(("Location" = String, description = "Where the reservation is"))),
        (status = 409, description = "`slot_taken`, with the times that are; `not_reservable`, `space_out_of_use`, `person_limit_reached`, `request_id_reused`, `idempotency_key_reused`", body = parking_http::Problem, content_type = "application/problem+json")))]
pub(super) async fn create_reservation(
    State(flow): State<Flow>,
    caller: Caller,
    request: Once<ReservationWish>,
) -> Result<Response, ApiError> {
    view::must_own(&caller)?;
    let (maker, now) = (Maker::caller(&caller), flow.clock.now());
    let sees_people = caller.may(Permission::ReservationsPeople);
    let operate = async |tx: &mut TenantTx, wish: ReservationWish| {
        let (space, draft) = wish.read()?;
        let (made, was_there) = book_once(tx, &maker, (space, &draft), now).await?;
        let answer = answer(made, sees_people)?;
        Ok(if was_there { answer.again() } else { answer })
    };
    request.run(&flow.db, &caller, now, operate).await
}

/// Reserves any bay of a site that fits, or holds it: the first by its code, and of a time that begins
/// soon, rather one that nobody stands in. An `Idempotency-Key` and a `request_id` do what they do for one bay.
#[utoipa::path(post, path = "/api/v6/reservations/any", request_body = AnySpaceWish,
    responses((status = 404, description = "There is no such site", body = parking_http::Problem, content_type = "application/problem+json"),
        (status = 201, body = ReservationBody, headers(("Location" = String, description = "Where the reservation is"))),
        (status = 409, description = "`no_space_free`, `person_limit_reached`, `request_id_reused`, `idempotency_key_reused`", body = parking_http::Problem, content_type = "application/problem+json")))]
pub(super) async fn reserve_any_space(
    State(flow): State<Flow>,
    caller: Caller,
    request: Once<AnySpaceWish>,
) -> Result<Response, ApiError> {
    view::must_own(&caller)?;
    let (maker, now) = (Maker::caller(&caller), flow.clock.now());
    let sees_people = caller.may(Permission::ReservationsPeople);
    let operate = async |tx: &mut TenantTx, wish: AnySpaceWish| {
        let (target, draft) = wish.read()?;
        let (made, was_there) = book_any_once(tx, &maker, (&target, &draft), now).await?;
        let answer = answer(made, sees_people)?;
        Ok(if was_there { answer.again() } else { answer })
    };
    request.run(&flow.db, &caller, now, operate).await
}

fn answer(made: Reservation, sees_people: bool) -> Result<Answer, ApiError> {
    let location = format!("/api/v6/reservations/{}", made.booking.id);
    let version = made.version;
    Answer::created(location, version, &ReservationBody::of(made, sees_people))
}
