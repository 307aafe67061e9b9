//! Changing reservations, and taking them through their life.

use axum::extract::State;
use axum::http::StatusCode;
use chrono::{DateTime, Utc};
use parking_db::TenantTx;
use parking_domain::access::Permission;
use parking_estate::{Maker, view};
use parking_http::{ApiError, Caller, Id, IfMatch, Json, Tagged};
use uuid::Uuid;

use super::super::{Reservation, ReservationError, Wish, change as operations};
use super::bodies::ReservationBody;
use super::wire::{CancelWish, ReadChange, ReservationChange};
use crate::Flow;

type Changed = Result<Tagged<ReservationBody>, ApiError>;

/// What somebody wants of a reservation.
enum Wanted {
    Change {
        change: ReadChange,
        may_be_late: bool,
    },
    Confirm,
    Cancel {
        reason: Option<String>,
        may_be_late: bool,
    },
    CheckIn,
    CheckOut,
}

impl Wanted {
    async fn be_done(
        &self,
        tx: &mut TenantTx,
        maker: &Maker,
        which: (Uuid, &IfMatch),
        now: DateTime<Utc>,
    ) -> Result<Reservation, ReservationError> {
        match self {
            Self::Change {
                change,
                may_be_late,
            } => {
                let how = (|wish: &mut Wish| change.onto(wish), *may_be_late);
                operations::change(tx, maker, which, how, now).await
            }
            Self::Confirm => operations::confirm(tx, maker, which, now).await,
            Self::Cancel {
                reason,
                may_be_late,
            } => {
                let how = (reason.as_deref(), *may_be_late);
                operations::cancel(tx, maker, which, how, now).await
            }
            Self::CheckIn => operations::check_in(tx, maker, which, now).await,
            Self::CheckOut => operations::check_out(tx, maker, which, now).await,
        }
    }
}

/// How often a change is tried that others stand in the way of.
pub(super) const TRIES: usize = 4;

/// Does in the caller's tenant what is wanted of a reservation, and commits it; again, if it lost against
/// another change.
async fn done(flow: &Flow, caller: &Caller, which: (Uuid, &IfMatch), wanted: Wanted) -> Changed {
    let (maker, now) = (Maker::caller(caller), flow.clock.now());
    let mut tried = 1;
    loop {
        let mut tx = view::change(&flow.db, caller).await?;
        let ended = match wanted.be_done(&mut tx, &maker, which, now).await {
            Ok(reservation) => match tx.commit().await {
                Ok(()) => Ok(reservation),
                Err(error) => Err(ReservationError::from(error)),
            },
            Err(error) => Err(error),
        };
        match ended {
            Err(error) if error.is_of_the_moment() && tried < TRIES => tried += 1,
            Err(error) => return Err(error.into()),
            Ok(reservation) => {
                let sees_people = caller.may(Permission::ReservationsPeople);
                let version = reservation.version;
                let body = ReservationBody::of(reservation, sees_people);
                return Ok(Tagged(version, body));
            }
        }
    }
}

/// Moves, extends or shortens a reservation that is not over, or changes what is said of it.
#[utoipa::path(patch, path = "/api/v6/reservations/{id}", params(("id" = Uuid, Path)), request_body = ReservationChange,
    responses((status = 200, body = ReservationBody),
        (status = 409, description = "`slot_taken`, with the times that are; `reservation_over`, `not_reservable`, `space_out_of_use`, `person_limit_reached`, `cancellation_closed`", body = parking_http::Problem, content_type = "application/problem+json"),
        (status = 412, description = "It was changed meanwhile", body = parking_http::Problem, content_type = "application/problem+json")))]
pub(super) async fn patch_reservation(
    State(flow): State<Flow>,
    caller: Caller,
    Id(id): Id,
    if_match: IfMatch,
    Json(wanted): Json<ReservationChange>,
) -> Changed {
    let wanted = Wanted::Change {
        change: wanted.read()?,
        may_be_late: caller.may(Permission::ReservationsTerms),
    };
    done(&flow, &caller, (id, &if_match), wanted).await
}

/// Moves, extends or shortens a reservation, or changes what is said of it; the same as PATCH.
#[utoipa::path(put, path = "/api/v6/reservations/{id}", params(("id" = Uuid, Path)), request_body = ReservationChange,
    responses((status = 200, body = ReservationBody),
        (status = 409, description = "`slot_taken`, with the times that are; `reservation_over`, `not_reservable`, `space_out_of_use`, `person_limit_reached`, `cancellation_closed`", body = parking_http::Problem, content_type = "application/problem+json"),
        (status = 412, description = "It was changed meanwhile", body = parking_http::Problem, content_type = "application/problem+json")))]
pub(super) async fn put_reservation(
    state: State<Flow>,
    caller: Caller,
    id: Id,
    if_match: IfMatch,
    wanted: Json<ReservationChange>,
) -> Changed {
    patch_reservation(state, caller, id, if_match, wanted).await
}

/// Calls a reservation off. It is kept, and one that was called off stays so.
#[utoipa::path(delete, path = "/api/v6/reservations/{id}", params(("id" = Uuid, Path)),
    responses((status = 204, description = "It is called off"),
        (status = 409, description = "`reservation_over`, `cancellation_closed`", body = parking_http::Problem, content_type = "application/problem+json"),
        (status = 412, description = "It was changed meanwhile", body = parking_http::Problem, content_type = "application/problem+json")))]
pub(super) async fn delete_reservation(
    state: State<Flow>,
    caller: Caller,
    id: Id,
    if_match: IfMatch,
) -> Result<StatusCode, ApiError> {
    cancel_reservation(state, caller, id, if_match, Json(CancelWish::default())).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Calls a reservation off, for a reason. One that was called off stays so.
#[utoipa::path(put, path = "/api/v6/reservations/{id}/cancel", params(("id" = Uuid, Path)), request_body = CancelWish,
    responses((status = 200, body = ReservationBody),
        (status = 409, description = "`reservation_over`, `cancellation_closed`", body = parking_http::Problem, content_type = "application/problem+json"),
        (status = 412, description = "It was changed meanwhile", body = parking_http::Problem, content_type = "application/problem+json")))]
pub(super) async fn cancel_reservation(
    State(flow): State<Flow>,
    caller: Caller,
    Id(id): Id,
    if_match: IfMatch,
    Json(wish): Json<CancelWish>,
) -> Changed {
    let wanted = Wanted::Cancel {
        reason: wish.read()?,
        may_be_late: caller.may(Permission::ReservationsTerms),
    };
    done(&flow, &caller, (id, &if_match), wanted).await
}

/// Makes a reservation of a bay that is held. One that is confirmed stays so.
#[utoipa::path(post, path = "/api/v6/reservations/{id}/confirm", params(("id" = Uuid, Path)),
    responses((status = 200, body = ReservationBody),
        (status = 409, description = "`reservation_over`: the hold has run out", body = parking_http::Problem, content_type = "application/problem+json"),
        (status = 412, description = "It was changed meanwhile", body = parking_http::Problem, content_type = "application/problem+json")))]
pub(super) async fn confirm_reservation(
    State(flow): State<Flow>,
    caller: Caller,
    Id(id): Id,
    if_match: IfMatch,
) -> Changed {
    done(&flow, &caller, (id, &if_match), Wanted::Confirm).await
}

/// Says that somebody has come. Said again it stays as it is.
#[utoipa::path(post, path = "/api/v6/reservations/{id}/check-in", params(("id" = Uuid, Path)),
    responses((status = 200, body = ReservationBody),
        (status = 409, description = "`check_in_closed`: it is too early, over, or not confirmed", body = parking_http::Problem, content_type = "application/problem+json"),
        (status = 412, description = "It was changed meanwhile", body = parking_http::Problem, content_type = "application/problem+json")))]
pub(super) async fn check_in_reservation(
    State(flow): State<Flow>,
    caller: Caller,
    Id(id): Id,
    if_match: IfMatch,
) -> Changed {
    done(&flow, &caller, (id, &if_match), Wanted::CheckIn).await
}

/// Says that somebody has left: the rest of the time can be had by others. Said again it stays as it is.
#[utoipa::path(post, path = "/api/v6/reservations/{id}/check-out", params(("id" = Uuid, Path)),
    responses((status = 200, body = ReservationBody),
        (status = 409, description = "`not_checked_in`, `reservation_over`", body = parking_http::Problem, content_type = "application/problem+json"),
        (status = 412, description = "It was changed meanwhile", body = parking_http::Problem, content_type = "application/problem+json")))]
pub(super) async fn check_out_reservation(
    State(flow): State<Flow>,
    caller: Caller,
    Id(id): Id,
    if_match: IfMatch,
) -> Changed {
    done(&flow, &caller, (id, &if_match), Wanted::CheckOut).await
}
