//! Overrides and closures over HTTP.

mod bodies;
mod bookings;
mod change;
mod closures;
mod list;
mod wire;

use parking_domain::access::Permission;
use parking_http::{Access, ApiError, BookingInTheWay, Code, Routes, WhyInTheWay, sorted_by};
use utoipa_axum::routes;

use super::OverrideError;
use crate::Flow;
use crate::reservations::{ClearError, Reservation, Why};

/// The routes of overrides and closures.
pub fn routes(flow: Flow) -> Routes {
    let [reads, overrides] =
        [Permission::SpacesRead, Permission::SpacesOverride].map(Access::Needs);
    Routes::new("Overrides")
        .add(
            reads,
            sorted_by(list::COLUMNS, routes!(list::list_overrides)),
        )
        .add(reads, routes!(list::get_override))
        .add(overrides, routes!(change::create_override))
        .add(overrides, routes!(change::create_overrides))
        .add(overrides, routes!(change::patch_override))
        .add(overrides, routes!(change::end_override))
        .add(overrides, routes!(change::end_overrides))
        .add(overrides, routes!(change::resume_overrides))
        .add(
            reads,
            sorted_by(closures::COLUMNS, routes!(closures::list_closures)),
        )
        .add(reads, routes!(closures::get_closure))
        .add(overrides, routes!(closures::create_closure))
        .add(overrides, routes!(closures::patch_closure))
        .add(overrides, routes!(closures::end_closure))
        .add(overrides, routes!(closures::resume_closure))
        .with_state(flow)
}

impl From<OverrideError> for ApiError {
    fn from(error: OverrideError) -> Self {
        match error {
            OverrideError::Absent => Self::not_found(),
            OverrideError::NoSpaces => Self::field("target", "must hold at least one bay"),
            OverrideError::TooMany => Self::field("target", error),
            OverrideError::Over | OverrideError::Part(_) => Self::new(Code::Conflict).detail(error),
            OverrideError::Begun => Self::field("starts_at", error),
            OverrideError::Window => Self::field("ends_at", error),
            OverrideError::Stale => Self::new(Code::PreconditionFailed),
            OverrideError::Clear(error) => in_the_way(&error),
            OverrideError::Space(error) => error.into(),
            OverrideError::Db(error) => error.into(),
        }
    }
}

fn in_the_way(error: &ClearError) -> ApiError {
    let named = match error {
        ClearError::InTheWay { named, .. } | ClearError::Stuck { named, .. } => named.as_slice(),
        ClearError::TooMany(_) | ClearError::Db(_) => &[],
    };
    let bookings = named.iter().map(|(one, why)| booking(one, *why));
    ApiError::new(Code::ReservationsInTheWay)
        .detail(error)
        .bookings(bookings.collect())
}

fn booking(one: &Reservation, why: Why) -> BookingInTheWay {
    BookingInTheWay {
        id: one.booking.id,
        space_id: one.space.0,
        space_code: one.space.1.clone(),
        start_time: one.booking.slot.start,
        end_time: one.booking.slot.end,
        why: match why {
            Why::Refused => WhyInTheWay::Refused,
            Why::NoSpaceFree => WhyInTheWay::NoSpaceFree,
            Why::CheckedIn => WhyInTheWay::CheckedIn,
        },
    }
}
