//! Tickets over HTTP: handed over by those who book, used by whoever has the link.

use axum::extract::{FromRequestParts, State};
use axum::http::request::Parts;
use chrono::{DateTime, Utc};
use parking_access::audit::By;
use parking_domain::access::Permission;
use parking_domain::reservations::Hindrance;
use parking_estate::view;
use parking_http::{Access, ApiError, Caller, Id, Routes, caller};
use secrecy::ExposeSecret as _;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::routes;

use super::{Issued, Links, Step, Ticket, Visit, issue, renew, take, visit};
use crate::Flow;

/// Where a guest shows the secret part of the link: in a header, which no log and no address holds.
const HEADER: &str = "x-ticket";

/// The routes of tickets.
pub fn routes(flow: Flow) -> Routes {
    // Whoever has the link can check in and cancel, so it is for those who can.
    let books = Access::Needs(Permission::ReservationsBook);
    Routes::new("Tickets")
        .add(books, routes!(get_ticket, renew_ticket))
        .add(Access::Public, routes!(read_ticket))
        .add(Access::Public, routes!(claim_by_ticket))
        .add(Access::Public, routes!(check_in_by_ticket))
        .add(Access::Public, routes!(check_out_by_ticket))
        .add(Access::Public, routes!(cancel_by_ticket))
        .with_state(flow)
}

/// The link by which somebody without an account sees a reservation, checks in and cancels.
#[derive(Debug, Serialize, ToSchema)]
struct ReservationTicket {
    /// The whole link. Whoever has it may do what a guest may.
    url: String,
    /// When it ends by itself.
    valid_until: DateTime<Utc>,
}

impl ReservationTicket {
    fn of(issued: &Issued, links: &Links) -> Self {
        Self {
            url: links.url(&issued.ticket).expose_secret().to_owned(),
            valid_until: issued.valid_until,
        }
    }
}

/// The link to a reservation, to be handed to whoever it is for. That it was asked for is written into
/// the log.
#[utoipa::path(get, path = "/api/v6/reservations/{id}/ticket", params(("id" = Uuid, Path)),
    responses((status = 200, body = ReservationTicket),
        (status = 409, description = "`reservation_over`: it ended more than 30 days ago", body = parking_http::Problem, content_type = "application/problem+json")))]
async fn get_ticket(
    State(flow): State<Flow>,
    caller: Caller,
    Id(id): Id,
) -> Result<axum::Json<ReservationTicket>, ApiError> {
    let mut tx = view::change(&flow.db, &caller).await?;
    let issued = issue(&mut tx, &By::caller(&caller), id, flow.clock.now()).await?;
    tx.commit().await?;
    Ok(axum::Json(ReservationTicket::of(&issued, &flow.links)))
}

/// A new link to a reservation: those handed out before are good for nothing from then on.
#[utoipa::path(post, path = "/api/v6/reservations/{id}/ticket", params(("id" = Uuid, Path)),
    responses((status = 200, body = ReservationTicket),
        (status = 409, description = "`reservation_over`: it ended more than 30 days ago", body = parking_http::Problem, content_type = "application/problem+json")))]
async fn renew_ticket(
    State(flow): State<Flow>,
    caller: Caller,
    Id(id): Id,
) -> Result<axum::Json<ReservationTicket>, ApiError> {
    let mut tx = view::change(&flow.db, &caller).await?;
    let issued = renew(&mut tx, &By::caller(&caller), id, flow.clock.now()).await?;
    tx.commit().await?;
    Ok(axum::Json(ReservationTicket::of(&issued, &flow.links)))
}

/// Why a step cannot be taken.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum TicketHindrance {
    /// The bay is only held, nothing is agreed.
    Unconfirmed,
    /// It is too early.
    Early,
    /// It is too late.
    Late,
    /// It was done.
    Done,
    /// Nobody has checked in.
    NotCheckedIn,
    /// Nobody waited for it and was offered it.
    NotOffered,
    /// The reservation is over.
    Over,
}

impl From<Hindrance> for TicketHindrance {
    fn from(hindrance: Hindrance) -> Self {
        match hindrance {
            Hindrance::Unconfirmed => Self::Unconfirmed,
            Hindrance::Early => Self::Early,
            Hindrance::Late => Self::Late,
            Hindrance::Done => Self::Done,
            Hindrance::NotCheckedIn => Self::NotCheckedIn,
            Hindrance::NotOffered => Self::NotOffered,
            Hindrance::Over => Self::Over,
        }
    }
}

/// A step that a guest may take.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
struct TicketStep {
    /// Whether it can be taken now.
    is_open: bool,
    /// Why not, if it cannot.
    hindrance: Option<TicketHindrance>,
}

impl From<Option<Hindrance>> for TicketStep {
    fn from(hindrance: Option<Hindrance>) -> Self {
        Self {
            is_open: hindrance.is_none(),
            hindrance: hindrance.map(Into::into),
        }
    }
}

/// A reservation as its guest sees it.
#[derive(Debug, Serialize, ToSchema)]
struct TicketBody {
    site_name: String,
    address: Option<String>,
    postal_code: Option<String>,
    city: Option<String>,
    level_name: Option<String>,
    zone_name: Option<String>,
    space_code: String,
    /// The time zone of the site, for showing its times.
    timezone: String,
    /// As in reservations.
    status: &'static str,
    start_time: DateTime<Utc>,
    end_time: DateTime<Utc>,
    /// Until when the bay is held, if it is only held.
    hold_until: Option<DateTime<Utc>>,
    /// From when on one can check in.
    check_in_from: DateTime<Utc>,
    checked_in_at: Option<DateTime<Utc>>,
    checked_out_at: Option<DateTime<Utc>>,
    /// Until when one can cancel; until the end, if null.
    cancel_until: Option<DateTime<Utc>>,
    /// Claiming what one waited for, until `hold_until`.
    claim: TicketStep,
    check_in: TicketStep,
    check_out: TicketStep,
    /// Calling it off; declining what is only offered.
    cancel: TicketStep,
    /// The server's clock when it said so.
    as_of: DateTime<Utc>,
}

impl TicketBody {
    fn of(visit: Visit, as_of: DateTime<Utc>) -> Self {
        let Visit {
            reservation,
            place,
            steps,
            cancel_until,
        } = visit;
        let booking = reservation.booking;
        Self {
            site_name: reservation.site.1,
            address: place.address,
            postal_code: place.postal_code,
            city: place.city,
            level_name: place.level,
            zone_name: place.zone,
            space_code: reservation.space.1,
            timezone: reservation.timezone,
            status: booking.status.name(),
            start_time: booking.slot.start,
            end_time: booking.slot.end,
            hold_until: booking.hold_until,
            check_in_from: booking.opens_at,
            checked_in_at: booking.checked_in_at,
            checked_out_at: reservation.checked_out_at,
            cancel_until,
            claim: steps.claim.into(),
            check_in: steps.check_in.into(),
            check_out: steps.check_out.into(),
            cancel: steps.cancel.into(),
            as_of,
        }
    }
}

/// Whoever has the link.
struct Guest {
    flow: Flow,
    ticket: Ticket,
    request: caller::Request,
}

impl FromRequestParts<Flow> for Guest {
    type Rejection = ApiError;

    /// Whatever is wrong with what the guest shows is answered alike: there is no such thing.
    async fn from_request_parts(parts: &mut Parts, flow: &Flow) -> Result<Self, ApiError> {
        let token = parts.headers.get(HEADER);
        let token = token.and_then(|value| value.to_str().ok());
        let ticket = token.and_then(|token| flow.links.read(token));
        Ok(Self {
            ticket: ticket.ok_or_else(ApiError::not_found)?,
            request: caller::Request::from_request_parts(parts, flow).await?,
            flow: flow.clone(),
        })
    }
}

impl Guest {
    async fn takes(&self, step: Step) -> Result<axum::Json<TicketBody>, ApiError> {
        let now = self.flow.clock.now();
        let visit = take(&self.flow, (&self.ticket, &self.request), step, now).await?;
        Ok(axum::Json(TicketBody::of(visit, now)))
    }
}

/// The reservation behind a link. `X-Ticket` holds what stands behind `#` in it.
#[utoipa::path(get, path = "/api/v6/ticket", params(("X-Ticket" = Option<String>, Header, description = "The secret part of the link; nothing is found without")),
    responses((status = 200, body = TicketBody),
        (status = 404, description = "The link is wrong, renewed, or its time is up", body = parking_http::Problem, content_type = "application/problem+json")))]
async fn read_ticket(guest: Guest) -> Result<axum::Json<TicketBody>, ApiError> {
    let now = guest.flow.clock.now();
    let mut tx = guest.flow.db.tenant(guest.ticket.tenant).await?;
    let visit = visit(&mut tx, &guest.ticket, now).await?;
    Ok(axum::Json(TicketBody::of(visit, now)))
}

/// Takes the bay that the guest waited for and was offered. Said again it stays as it is.
#[utoipa::path(put, path = "/api/v6/ticket/claim", params(("X-Ticket" = Option<String>, Header, description = "The secret part of the link; nothing is found without")),
    responses((status = 200, body = TicketBody),
        (status = 404, description = "The link is wrong, renewed, or its time is up", body = parking_http::Problem, content_type = "application/problem+json"),
        (status = 409, description = "`not_offered`: nobody waited for it; `waitlist_entry_over`: the time to claim it is over", body = parking_http::Problem, content_type = "application/problem+json")))]
async fn claim_by_ticket(guest: Guest) -> Result<axum::Json<TicketBody>, ApiError> {
    guest.takes(Step::Claim).await
}

/// Says that the guest has come. Said again it stays as it is.
#[utoipa::path(put, path = "/api/v6/ticket/check-in", params(("X-Ticket" = Option<String>, Header, description = "The secret part of the link; nothing is found without")),
    responses((status = 200, body = TicketBody),
        (status = 404, description = "The link is wrong, renewed, or its time is up", body = parking_http::Problem, content_type = "application/problem+json"),
        (status = 409, description = "`check_in_closed`: it is too early, over, or not confirmed", body = parking_http::Problem, content_type = "application/problem+json")))]
async fn check_in_by_ticket(guest: Guest) -> Result<axum::Json<TicketBody>, ApiError> {
    guest.takes(Step::CheckIn).await
}

/// Says that the guest has left: the rest of the time can be had by others. Said again it stays as it is.
#[utoipa::path(put, path = "/api/v6/ticket/check-out", params(("X-Ticket" = Option<String>, Header, description = "The secret part of the link; nothing is found without")),
    responses((status = 200, body = TicketBody),
        (status = 404, description = "The link is wrong, renewed, or its time is up", body = parking_http::Problem, content_type = "application/problem+json"),
        (status = 409, description = "`not_checked_in`, `reservation_over`", body = parking_http::Problem, content_type = "application/problem+json")))]
async fn check_out_by_ticket(guest: Guest) -> Result<axum::Json<TicketBody>, ApiError> {
    guest.takes(Step::CheckOut).await
}

/// Calls the guest's reservation off, or declines what is only offered: the next who waits is offered it. One
/// that was called off stays so.
#[utoipa::path(put, path = "/api/v6/ticket/cancel", params(("X-Ticket" = Option<String>, Header, description = "The secret part of the link; nothing is found without")),
    responses((status = 200, body = TicketBody),
        (status = 404, description = "The link is wrong, renewed, or its time is up", body = parking_http::Problem, content_type = "application/problem+json"),
        (status = 409, description = "`reservation_over`, `cancellation_closed`", body = parking_http::Problem, content_type = "application/problem+json")))]
async fn cancel_by_ticket(guest: Guest) -> Result<axum::Json<TicketBody>, ApiError> {
    guest.takes(Step::Cancel).await
}
