//! Reservations over HTTP.

mod availability;
mod bodies;
mod book;
mod change;
mod export;
mod import;
mod list;
mod series;
mod series_bodies;
mod series_wire;
mod terms;
mod wire;

use parking_domain::access::Permission;
use parking_http::{Access, ApiError, Code, Routes, TakenSlot, sorted_by};
use utoipa_axum::routes;

pub(crate) use bodies::ReservationHolder;
pub use bodies::{ReservationBody, ReservationChangeBody};
pub(crate) use wire::HolderWish;
pub use wire::person_key;

use super::ReservationError;
use crate::Flow;

/// The routes of reservations.
pub fn routes(flow: Flow) -> Routes {
    let [reads, books, sets, imports] = [
        Permission::ReservationsRead,
        Permission::ReservationsBook,
        Permission::ReservationsTerms,
        Permission::ReservationsImport,
    ]
    .map(Access::Needs);
    Routes::new("Reservations")
        .add(
            reads,
            sorted_by(list::COLUMNS, routes!(list::list_reservations)),
        )
        .add(
            reads,
            sorted_by(list::COLUMNS, routes!(export::export_reservations)),
        )
        .add(imports, routes!(import::reservation_template))
        .add(imports, routes!(import::import_reservations))
        .add(reads, routes!(list::get_reservation))
        .add(reads, routes!(list::reservation_history))
        .add(reads, routes!(availability::check_availability))
        .add(reads, routes!(terms::get_terms))
        .add(
            reads,
            sorted_by(series::COLUMNS, routes!(series::list_series)),
        )
        .add(reads, routes!(series::get_series))
        .add(books, routes!(series::create_series))
        .add(books, routes!(series::preview_series))
        .add(books, routes!(series::patch_series))
        .add(books, routes!(series::cancel_series))
        .add(books, routes!(book::create_reservation))
        .add(books, routes!(book::reserve_any_space))
        .add(
            books,
            routes!(
                change::patch_reservation,
                change::put_reservation,
                change::delete_reservation
            ),
        )
        .add(books, routes!(change::cancel_reservation))
        .add(books, routes!(change::confirm_reservation))
        .add(books, routes!(change::check_in_reservation))
        .add(books, routes!(change::check_out_reservation))
        .add(sets, routes!(terms::put_terms, terms::delete_terms))
        .with_state(flow)
}

impl From<ReservationError> for ApiError {
    fn from(error: ReservationError) -> Self {
        use ReservationError as E;
        match error {
            E::Absent => Self::not_found(),
            E::Slot(why) => Self::field(why.field(), why),
            E::Hold(_) => Self::field("hold_until", error),
            E::Taken(slots) => {
                let taken = slots.into_iter().map(|slot| TakenSlot {
                    start_time: slot.start,
                    end_time: slot.end,
                });
                Self::new(Code::SlotTaken).conflicts(taken.collect())
            }
            E::Rule(why) => Self::field(why.field(), why),
            E::Clashes { ref clashes, .. } => {
                let clashes = clashes.iter().map(|slot| TakenSlot {
                    start_time: slot.start,
                    end_time: slot.end,
                });
                let clashes = clashes.collect();
                Self::new(Code::SeriesClashes)
                    .detail(error)
                    .conflicts(clashes)
            }
            E::RequestReused => Self::new(Code::IdempotencyKeyReused).detail(error),
            E::NoneFree => Self::new(Code::NoSpaceFree),
            E::NotReservable => Self::new(Code::NotReservable),
            E::OutOfUse => Self::new(Code::SpaceOutOfUse),
            E::PersonLimit(_) => Self::new(Code::PersonLimitReached).detail(error),
            E::Over(_) | E::HoldOver | E::SeriesOver => {
                Self::new(Code::ReservationOver).detail(error)
            }
            E::Begun => Self::field("start_time", error),
            E::LateToCancel(_) => Self::new(Code::CancellationClosed).detail(error),
            E::CheckIn(why) => Self::new(Code::CheckInClosed).detail(why),
            E::NotCheckedIn => Self::new(Code::NotCheckedIn),
            E::Stale => Self::new(Code::PreconditionFailed),
            E::Moved => Self::new(Code::Conflict).detail(error),
            E::Db(error) => error.into(),
        }
    }
}
