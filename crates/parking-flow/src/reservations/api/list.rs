//! Looking at reservations.

use axum::extract::State;
use chrono::{DateTime, Utc};
use parking_domain::access::Permission;
use parking_estate::view::View;
use parking_http::page::{List, PageParams};
use parking_http::wire::instant;
use parking_http::{ApiError, Caller, Id, Page, Tagged};
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

use super::super::store::{self, Filter};
use super::bodies::{ReservationBody, ReservationChangeBody, ReservationHistory, ReservationPage};
use super::wire::{StatusName, person_key};
use crate::Flow;

/// What the list can be sorted by.
pub(super) const COLUMNS: &[(&str, &str)] = &[
    ("-start_time", "r.start_time"),
    ("end_time", "r.end_time"),
    ("created_at", "r.created_at"),
    ("code", "s.code_order"),
];

/// Changes of one reservation that are shown.
const HISTORY_MAX: i64 = 200;

/// Which reservations are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct ReservationFilter {
    site_id: Option<Uuid>,
    space_id: Option<Uuid>,
    /// Those of one series.
    series_id: Option<Uuid>,
    #[param(inline)]
    status: Option<StatusName>,
    /// Those that are not over at this instant.
    #[serde(default, deserialize_with = "instant")]
    from: Option<DateTime<Utc>>,
    /// Those that begin before this instant.
    #[serde(default, deserialize_with = "instant")]
    to: Option<DateTime<Utc>>,
    /// Those of one person, by e-mail address or plate; needs `reservations:people`.
    #[param(max_length = 254, pattern = "^[^\\u0000]*$")]
    person: Option<String>,
}

/// The longest e-mail address.
const PERSON_MAX: usize = 254;

/// Reservations, the one that begins last first; with the platform tenant selected, all tenants'. `q`
/// looks in codes of bays and, with `reservations:people`, in notes. No more than ten thousand are counted.
#[utoipa::path(get, path = "/api/v6/reservations", params(PageParams, ReservationFilter), responses((status = 200, body = ReservationPage)))]
pub(super) async fn list_reservations(
    State(flow): State<Flow>,
    caller: Caller,
    List { page, filter }: List<ReservationFilter>,
) -> Result<axum::Json<ReservationPage>, ApiError> {
    let order = page.order_by(COLUMNS, "r.id")?;
    let sees_people = caller.may(Permission::ReservationsPeople);
    let wanted = wanted(&caller, &page, filter)?;
    let mut view = View::of(&flow.db, &caller).await?;
    let span = (page.offset, page.size);
    let (found, total) = store::page(view.conn(), &wanted, &order, span).await?;
    let found = found.into_iter();
    Ok(axum::Json(ReservationPage {
        reservations: found
            .map(|one| ReservationBody::of(one, sees_people))
            .collect(),
        page: view.extent(&page, total),
    }))
}

/// Which reservations somebody means, as far as they may ask for them.
pub(super) fn wanted(
    caller: &Caller,
    page: &Page,
    filter: ReservationFilter,
) -> Result<Filter, ApiError> {
    let sees_people = caller.may(Permission::ReservationsPeople);
    let person = filter.person.filter(|person| !person.is_empty());
    if let Some(person) = &person {
        if person.chars().count() > PERSON_MAX {
            let message = format!("must have at most {PERSON_MAX} characters");
            return Err(ApiError::field("person", message));
        }
        caller.require(Permission::ReservationsPeople)?;
    }
    Ok(Filter {
        site: filter.site_id,
        space: filter.space_id,
        series: filter.series_id,
        status: filter.status.map(StatusName::name),
        from: filter.from,
        to: filter.to,
        person: person.as_deref().map(person_key),
        pattern: page.pattern(),
        looks_in_notes: sees_people,
    })
}

/// One reservation, over or not.
#[utoipa::path(get, path = "/api/v6/reservations/{id}", params(("id" = Uuid, Path)), responses((status = 200, body = ReservationBody)))]
pub(super) async fn get_reservation(
    State(flow): State<Flow>,
    caller: Caller,
    Id(id): Id,
) -> Result<Tagged<ReservationBody>, ApiError> {
    let mut view = View::of(&flow.db, &caller).await?;
    let one = store::find(view.conn(), id).await?;
    let one = one.ok_or_else(ApiError::not_found)?;
    let sees_people = caller.may(Permission::ReservationsPeople);
    Ok(Tagged(one.version, ReservationBody::of(one, sees_people)))
}

/// What a reservation was after each of its last changes, the newest first.
#[utoipa::path(get, path = "/api/v6/reservations/{id}/history", params(("id" = Uuid, Path)), responses((status = 200, body = ReservationHistory)))]
pub(super) async fn reservation_history(
    State(flow): State<Flow>,
    caller: Caller,
    Id(id): Id,
) -> Result<axum::Json<ReservationHistory>, ApiError> {
    let mut view = View::of(&flow.db, &caller).await?;
    let one = store::find(view.conn(), id).await?;
    one.ok_or_else(ApiError::not_found)?;
    let changes = store::changes(view.conn(), id, HISTORY_MAX).await?;
    let changes = changes.into_iter().map(ReservationChangeBody::from);
    Ok(axum::Json(ReservationHistory {
        changes: changes.collect(),
    }))
}
