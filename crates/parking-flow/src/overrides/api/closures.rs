//! Closures over HTTP.

use axum::extract::State;
use axum::response::Response;
use parking_db::TenantTx;
use parking_estate::view::View;
use parking_estate::{Maker, view};
use parking_http::page::{List, PageParams};
use parking_http::{Answer, ApiError, Caller, Id, IfMatch, Json, Once, Tagged};
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

use super::super::closures::{change, create, end, resume};
use super::super::store::closures::{self as store, Filter};
use super::bodies::{ClosureBody, ClosurePage};
use super::bookings::{ClearedClosure, ClosureResumption, seen_by};
use super::wire::{ClosureChange, ClosureWish, StageName};
use crate::Flow;

/// What the list can be sorted by.
pub(super) const COLUMNS: &[(&str, &str)] = &[
    ("-starts_at", "p.starts_at"),
    ("ends_at", "p.ends_at"),
    ("name", "lower(p.name)"),
];

/// Which closures are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct ClosureFilter {
    site_id: Option<Uuid>,
    /// Where they stand in time.
    #[param(inline)]
    stage: Option<StageName>,
}

/// Closures, the one that begins last first; with the platform tenant selected, all tenants'. `q`
/// looks in names and reasons.
#[utoipa::path(get, path = "/api/v6/closures", params(PageParams, ClosureFilter), responses((status = 200, body = ClosurePage)))]
pub(super) async fn list_closures(
    State(flow): State<Flow>,
    caller: Caller,
    List { page, filter }: List<ClosureFilter>,
) -> Result<axum::Json<ClosurePage>, ApiError> {
    let (order, now) = (page.order_by(COLUMNS, "p.id")?, flow.clock.now());
    let wanted = Filter {
        site: filter.site_id,
        stage: filter.stage.map(Into::into),
        pattern: page.pattern(),
    };
    let mut view = View::of(&flow.db, &caller).await?;
    let span = (page.offset, page.size);
    let (closures, total) = store::page(view.conn(), (&wanted, now), &order, span).await?;
    let closures = closures.into_iter();
    Ok(axum::Json(ClosurePage {
        closures: closures.map(|one| ClosureBody::of(one, now)).collect(),
        page: view.extent(&page, total),
    }))
}

/// One closure, over or not.
#[utoipa::path(get, path = "/api/v6/closures/{id}", params(("id" = Uuid, Path)), responses((status = 200, body = ClosureBody)))]
pub(super) async fn get_closure(
    State(flow): State<Flow>,
    caller: Caller,
    Id(id): Id,
) -> Result<Tagged<ClosureBody>, ApiError> {
    let mut view = View::of(&flow.db, &caller).await?;
    let one = store::find(view.conn(), id).await?;
    let one = one.ok_or_else(ApiError::not_found)?;
    Ok(Tagged(one.version, ClosureBody::of(one, flow.clock.now())))
}

/// Closes bays of a site for a while, all or none; when it is over they are back by themselves. Nobody
/// reserves them for that time, and `bookings` says what becomes of those that are reserved. An
/// `Idempotency-Key` repeats the answer of an earlier request.
#[utoipa::path(post, path = "/api/v6/closures", request_body = ClosureWish,
    responses((status = 404, description = "The site, or a bay of the request, is not there", body = parking_http::Problem, content_type = "application/problem+json"),
        (status = 201, body = ClearedClosure, headers(("Location" = String, description = "Where the closure is"))),
        (status = 409, description = "`reservations_in_the_way`, with the first hundred of them; `idempotency_key_reused`", body = parking_http::Problem, content_type = "application/problem+json")))]
pub(super) async fn create_closure(
    State(flow): State<Flow>,
    caller: Caller,
    request: Once<ClosureWish>,
) -> Result<Response, ApiError> {
    view::must_own(&caller)?;
    let (maker, now) = (Maker::caller(&caller), flow.clock.now());
    let operate = async |tx: &mut TenantTx, draft: ClosureWish| {
        let how = draft.bookings.unwrap_or_default().read(&caller)?;
        let (site, target, fields) = draft.read(now)?;
        let made = create(tx, &maker, (site, &target), (&fields, how), now).await;
        let (one, cleared) = made.map_err(|error| seen_by(error.into(), &caller))?;
        let (location, version) = (format!("/api/v6/closures/{}", one.id), one.version);
        let body = ClearedClosure::of(ClosureBody::of(one, now), cleared);
        Answer::created(location, version, &body)
    };
    request.run(&flow.db, &caller, now, operate).await
}

/// Changes a closure that is not over, with all its bays that it has not given back. Since when it holds
/// stays as it was once it has begun; before, it can begin now at the earliest. `bookings` says what becomes
/// of reservations in the time that it did not cover before.
#[utoipa::path(patch, path = "/api/v6/closures/{id}", params(("id" = Uuid, Path)), request_body = ClosureChange,
    responses((status = 200, body = ClearedClosure),
        (status = 409, description = "`conflict`: it is over; `reservations_in_the_way`, with the first hundred of them", body = parking_http::Problem, content_type = "application/problem+json"),
        (status = 412, description = "It was changed meanwhile", body = parking_http::Problem, content_type = "application/problem+json")))]
pub(super) async fn patch_closure(
    State(flow): State<Flow>,
    caller: Caller,
    Id(id): Id,
    if_match: IfMatch,
    Json(wanted): Json<ClosureChange>,
) -> Result<Tagged<ClearedClosure>, ApiError> {
    let mut tx = view::change(&flow.db, &caller).await?;
    let (maker, now) = (Maker::caller(&caller), flow.clock.now());
    let how = wanted.bookings.unwrap_or_default().read(&caller)?;
    let onto = |fields: &mut _| wanted.onto(fields);
    let changed = change::<ApiError>(&mut tx, &maker, (id, &if_match), (onto, how), now).await;
    let (one, cleared) = changed.map_err(|error| seen_by(error, &caller))?;
    tx.commit().await?;
    let version = one.version;
    let body = ClearedClosure::of(ClosureBody::of(one, now), cleared);
    Ok(Tagged(version, body))
}

/// Ends a closure before its time: its bays are back at once.
#[utoipa::path(post, path = "/api/v6/closures/{id}/end", params(("id" = Uuid, Path)),
    responses((status = 200, body = ClosureBody),
        (status = 409, description = "`conflict`: it is over", body = parking_http::Problem, content_type = "application/problem+json"),
        (status = 412, description = "It was changed meanwhile", body = parking_http::Problem, content_type = "application/problem+json")))]
pub(super) async fn end_closure(
    State(flow): State<Flow>,
    caller: Caller,
    Id(id): Id,
    if_match: IfMatch,
) -> Result<Tagged<ClosureBody>, ApiError> {
    let mut tx = view::change(&flow.db, &caller).await?;
    let (maker, now) = (Maker::caller(&caller), flow.clock.now());
    let one = end(&mut tx, &maker, (id, &if_match), now).await?;
    tx.commit().await?;
    Ok(Tagged(one.version, ClosureBody::of(one, now)))
}

/// Closes the bays of a closure again that was ended before its time, until it would have ended.
#[utoipa::path(post, path = "/api/v6/closures/{id}/resume", params(("id" = Uuid, Path)), request_body = ClosureResumption,
    responses((status = 200, body = ClearedClosure),
        (status = 409, description = "`conflict`: its time is over; `reservations_in_the_way`, with the first hundred of them", body = parking_http::Problem, content_type = "application/problem+json"),
        (status = 412, description = "It was changed meanwhile", body = parking_http::Problem, content_type = "application/problem+json")))]
pub(super) async fn resume_closure(
    State(flow): State<Flow>,
    caller: Caller,
    Id(id): Id,
    if_match: IfMatch,
    Json(wanted): Json<ClosureResumption>,
) -> Result<Tagged<ClearedClosure>, ApiError> {
    let mut tx = view::change(&flow.db, &caller).await?;
    let (maker, now) = (Maker::caller(&caller), flow.clock.now());
    let how = wanted.read(&caller)?;
    let resumed = resume(&mut tx, &maker, (id, &if_match), how, now).await;
    let (one, cleared) = resumed.map_err(|error| seen_by(error.into(), &caller))?;
    tx.commit().await?;
    let version = one.version;
    let body = ClearedClosure::of(ClosureBody::of(one, now), cleared);
    Ok(Tagged(version, body))
}
