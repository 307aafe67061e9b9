//! The waiting list over HTTP.

mod bodies;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use chrono::{DateTime, Utc};
use parking_db::TenantTx;
use parking_domain::access::Permission;
use parking_estate::view::View;
use parking_estate::{Maker, view};
use parking_http::page::{List, PageParams};
use parking_http::wire::instant;
use parking_http::{
    Access, Answer, ApiError, Caller, Code, Id, IfMatch, Once, Routes, Tagged, sorted_by,
};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::routes;
use uuid::Uuid;

use bodies::{StandingName, WaitlistBody, WaitlistPage, WaitlistWish};

use super::store::{self, Filter};
use super::{Waiting, WaitlistError, claim, decline, join, leave};
use crate::Flow;

/// What the list can be sorted by.
const COLUMNS: &[(&str, &str)] = &[
    ("created_at", "e.created_at"),
    ("start_time", "e.start_time"),
];

/// How often a change is tried that others stand in the way of.
const TRIES: usize = 4;

/// The routes of the waiting list.
pub fn routes(flow: Flow) -> Routes {
    let [reads, books] =
        [Permission::ReservationsRead, Permission::ReservationsBook].map(Access::Needs);
    Routes::new("Waiting list")
        .add(reads, sorted_by(COLUMNS, routes!(list_waitlist)))
        .add(reads, routes!(get_waitlist_entry))
        .add(books, routes!(join_waitlist))
        .add(books, routes!(claim_offer))
        .add(books, routes!(decline_offer))
        .add(books, routes!(leave_waitlist))
        .with_state(flow)
}

impl From<WaitlistError> for ApiError {
    fn from(error: WaitlistError) -> Self {
        use WaitlistError as E;
        match error {
            E::Free => Self::new(Code::SpaceFree),
            E::Full => Self::new(Code::WaitlistFull).detail(error),
            E::NotOffered => Self::new(Code::NotOffered),
            E::Over(_) => Self::new(Code::WaitlistEntryOver).detail(error),
            E::Reservation(error) => error.into(),
        }
    }
}

/// Waits for a bay that is not free: a certain one, or any of a site. Whoever waits longest is offered the
/// first that becomes so. What is free is not waited for, but reserved. An `Idempotency-Key` repeats the
/// answer of an earlier request.
#[utoipa::path(post, path = "/api/v6/reservations/waitlist", request_body = WaitlistWish,
    responses((status = 404, description = "There is no such bay or site", body = parking_http::Problem, content_type = "application/problem+json"),
        (status = 201, body = WaitlistBody, headers(("Location" = String, description = "Where the entry is"))),
        (status = 409, description = "`space_free`: reserve it by `POST /api/v6/reservations`, or `/any`; `not_reservable`, `person_limit_reached`, `waitlist_full`, `idempotency_key_reused`", body = parking_http::Problem, content_type = "application/problem+json")))]
async fn join_waitlist(
    State(flow): State<Flow>,
    caller: Caller,
    request: Once<WaitlistWish>,
) -> Result<Response, ApiError> {
    view::must_own(&caller)?;
    let (maker, now) = (Maker::caller(&caller), flow.clock.now());
    let sees_people = caller.may(Permission::ReservationsPeople);
    let operate = async |tx: &mut TenantTx, wish: WaitlistWish| {
        let wanted = wish.read()?;
        let joined = join(tx, &maker, &wanted, now).await?;
        let location = format!("/api/v6/reservations/waitlist/{}", joined.id);
        let version = joined.version;
        Answer::created(location, version, &WaitlistBody::of(joined, sees_people))
    };
    request.run(&flow.db, &caller, now, operate).await
}

/// Which entries are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct WaitlistFilter {
    site_id: Option<Uuid>,
    /// Those who wait for this bay and no other.
    space_id: Option<Uuid>,
    #[param(inline)]
    status: Option<StandingName>,
    /// Those who wait or are offered a bay; the others, if false.
    is_open: Option<bool>,
    /// Those whose time is not over at this instant.
    #[serde(default, deserialize_with = "instant")]
    from: Option<DateTime<Utc>>,
    /// Those whose time begins before this instant.
    #[serde(default, deserialize_with = "instant")]
    to: Option<DateTime<Utc>>,
}

/// Who waits, or did, the one who asked first first; with the platform tenant selected, all tenants'. No
/// more than ten thousand are counted.
#[utoipa::path(get, path = "/api/v6/reservations/waitlist", params(PageParams, WaitlistFilter), responses((status = 200, body = WaitlistPage)))]
async fn list_waitlist(
    State(flow): State<Flow>,
    caller: Caller,
    List { page, filter }: List<WaitlistFilter>,
) -> Result<axum::Json<WaitlistPage>, ApiError> {
    let order = page.order_by(COLUMNS, "e.id")?;
    let wanted = Filter {
        site: filter.site_id,
        space: filter.space_id,
        status: filter.status.map(StandingName::name),
        is_open: filter.is_open,
        from: filter.from,
        to: filter.to,
    };
    let mut view = View::of(&flow.db, &caller).await?;
    let span = (page.offset, page.size);
    let (found, total) = store::page(view.conn(), &wanted, &order, span).await?;
    let sees_people = caller.may(Permission::ReservationsPeople);
    let found = found.into_iter();
    Ok(axum::Json(WaitlistPage {
        waitlist: found
            .map(|one| WaitlistBody::of(one, sees_people))
            .collect(),
        page: view.extent(&page, total),
    }))
}

/// One who waits, or did.
#[utoipa::path(get, path = "/api/v6/reservations/waitlist/{id}", params(("id" = Uuid, Path)), responses((status = 200, body = WaitlistBody)))]
async fn get_waitlist_entry(
    State(flow): State<Flow>,
    caller: Caller,
    Id(id): Id,
) -> Result<Tagged<WaitlistBody>, ApiError> {
    let mut view = View::of(&flow.db, &caller).await?;
    let one = store::find(view.conn(), id).await?;
    let one = one.ok_or_else(ApiError::not_found)?;
    let sees_people = caller.may(Permission::ReservationsPeople);
    Ok(Tagged(one.version, WaitlistBody::of(one, sees_people)))
}

/// What somebody does about an entry.
#[derive(Clone, Copy, Debug)]
enum Deed {
    Claim,
    Decline,
    Leave,
}

/// Does it in the caller's tenant, and commits it; again, if it lost against another change.
async fn done(
    flow: &Flow,
    caller: &Caller,
    which: (Uuid, &IfMatch),
    deed: Deed,
) -> Result<Waiting, ApiError> {
    let (maker, now) = (Maker::caller(caller), flow.clock.now());
    let mut tried = 1;
    loop {
        let mut tx = view::change(&flow.db, caller).await?;
        let ended = match deed {
            Deed::Claim => claim(&mut tx, &maker, which, now).await,
            Deed::Decline => decline(&mut tx, &maker, which, now).await,
            Deed::Leave => leave(&mut tx, &maker, which, now).await,
        };
        let ended = match ended {
            Ok(entry) => tx.commit().await.map(|()| entry).map_err(Into::into),
            Err(error) => Err(error),
        };
        match ended {
            Err(error) if error.is_of_the_moment() && tried < TRIES => tried += 1,
            ended => return Ok(ended?),
        }
    }
}

type Changed = Result<Tagged<WaitlistBody>, ApiError>;

fn answer(entry: Waiting, caller: &Caller) -> Tagged<WaitlistBody> {
    let sees_people = caller.may(Permission::ReservationsPeople);
    Tagged(entry.version, WaitlistBody::of(entry, sees_people))
}

/// Takes the bay that was offered: its hold becomes a reservation. Said again it stays as it is.
#[utoipa::path(post, path = "/api/v6/reservations/waitlist/{id}/claim", params(("id" = Uuid, Path)),
    responses((status = 200, body = WaitlistBody),
        (status = 409, description = "`not_offered`; `waitlist_entry_over`: the time to claim it is over", body = parking_http::Problem, content_type = "application/problem+json"),
        (status = 412, description = "It was changed meanwhile", body = parking_http::Problem, content_type = "application/problem+json")))]
async fn claim_offer(
    State(flow): State<Flow>,
    caller: Caller,
    Id(id): Id,
    if_match: IfMatch,
) -> Changed {
    let entry = done(&flow, &caller, (id, &if_match), Deed::Claim).await?;
    Ok(answer(entry, &caller))
}

/// Lets the bay go that was offered: the next is offered it, and this one waits no more. Said again it
/// stays as it is.
#[utoipa::path(post, path = "/api/v6/reservations/waitlist/{id}/decline", params(("id" = Uuid, Path)),
    responses((status = 200, body = WaitlistBody),
        (status = 409, description = "`not_offered`, `waitlist_entry_over`", body = parking_http::Problem, content_type = "application/problem+json"),
        (status = 412, description = "It was changed meanwhile", body = parking_http::Problem, content_type = "application/problem+json")))]
async fn decline_offer(
    State(flow): State<Flow>,
    caller: Caller,
    Id(id): Id,
    if_match: IfMatch,
) -> Changed {
    let entry = done(&flow, &caller, (id, &if_match), Deed::Decline).await?;
    Ok(answer(entry, &caller))
}

/// Waits no more; a bay that was offered is let go. The entry is kept, and one that was left stays so.
#[utoipa::path(delete, path = "/api/v6/reservations/waitlist/{id}", params(("id" = Uuid, Path)),
    responses((status = 204, description = "It is left"),
        (status = 409, description = "`waitlist_entry_over`", body = parking_http::Problem, content_type = "application/problem+json"),
        (status = 412, description = "It was changed meanwhile", body = parking_http::Problem, content_type = "application/problem+json")))]
async fn leave_waitlist(
    State(flow): State<Flow>,
    caller: Caller,
    Id(id): Id,
    if_match: IfMatch,
) -> Result<StatusCode, ApiError> {
    done(&flow, &caller, (id, &if_match), Deed::Leave).await?;
    Ok(StatusCode::NO_CONTENT)
}
