//! Making, changing and ending overrides.

use axum::extract::State;
use axum::response::Response;
use parking_db::TenantTx;
use parking_estate::spaces::BULK_MAX;
use parking_estate::{Maker, view};
use parking_http::{Answer, ApiError, Caller, Id, IfMatch, Json, Once, Tagged};
use uuid::Uuid;

use super::super::{Target, change, create, end, resume, store};
use super::bodies::{EndedOverrides, ListedOverride, MadeOverrides};
use super::wire::{OverrideChange, OverrideIds, OverrideWish, OverridesWish};
use crate::Flow;

/// Takes one bay out of use. An `Idempotency-Key` repeats the answer of an earlier request.
#[utoipa::path(post, path = "/api/v6/overrides", request_body = OverrideWish,
    responses((status = 404, description = "There is no such bay", body = parking_http::Problem, content_type = "application/problem+json"),
        (status = 201, body = ListedOverride, headers(("Location" = String, description = "Where the override is"))),
        (status = 409, description = "`idempotency_key_reused`", body = parking_http::Problem, content_type = "application/problem+json")))]
pub(super) async fn create_override(
    State(flow): State<Flow>,
    caller: Caller,
    request: Once<OverrideWish>,
) -> Result<Response, ApiError> {
    view::must_own(&caller)?;
    let (maker, now) = (Maker::caller(&caller), flow.clock.now());
    let operate = async |tx: &mut TenantTx, draft: OverrideWish| {
        let target = Target {
            spaces: Some(vec![draft.space_id]),
            ..Target::default()
        };
        let made = create(tx, &maker, &target, &draft.read(now)?, now).await?;
        let made = store::by_ids(tx.conn(), &made).await?;
        let one = made.into_iter().next().ok_or_else(ApiError::not_found)?;
        let (location, version) = (format!("/api/v6/overrides/{}", one.id), one.version);
        Answer::created(location, version, &ListedOverride::of(one, now))
    };
    request.run(&flow.db, &caller, now, operate).await
}

/// Takes many bays out of use, all or none: a list of them, or those of a site, level or zone. An
/// `Idempotency-Key` repeats the answer of an earlier request.
#[utoipa::path(post, path = "/api/v6/overrides/bulk", request_body = OverridesWish,
    responses((status = 404, description = "A bay of the request is not there", body = parking_http::Problem, content_type = "application/problem+json"),
        (status = 200, body = MadeOverrides),
        (status = 409, description = "`idempotency_key_reused`", body = parking_http::Problem, content_type = "application/problem+json")))]
pub(super) async fn create_overrides(
    State(flow): State<Flow>,
    caller: Caller,
    request: Once<OverridesWish>,
) -> Result<Response, ApiError> {
    view::must_own(&caller)?;
    let (maker, now) = (Maker::caller(&caller), flow.clock.now());
    let operate = async |tx: &mut TenantTx, draft: OverridesWish| {
        let (target, draft) = draft.read(now)?;
        let made = create(tx, &maker, &target, &draft, now).await?;
        let made = store::by_ids(tx.conn(), &made).await?.into_iter();
        let overrides: Vec<_> = made.map(|one| ListedOverride::of(one, now)).collect();
        let total = overrides.len();
        Answer::ok(&MadeOverrides { overrides, total })
    };
    request.run(&flow.db, &caller, now, operate).await
}

/// Changes an override that is not over. Since when it holds stays as it was once it has begun; before,
/// it can begin now at the earliest. One that is part of a closure is changed with that.
#[utoipa::path(patch, path = "/api/v6/overrides/{id}", params(("id" = Uuid, Path)), request_body = OverrideChange,
    responses((status = 200, body = ListedOverride),
        (status = 409, description = "`conflict`: it is over, or part of a closure", body = parking_http::Problem, content_type = "application/problem+json"),
        (status = 412, description = "It was changed meanwhile", body = parking_http::Problem, content_type = "application/problem+json")))]
pub(super) async fn patch_override(
    State(flow): State<Flow>,
    caller: Caller,
    Id(id): Id,
    if_match: IfMatch,
    Json(wanted): Json<OverrideChange>,
) -> Result<Tagged<ListedOverride>, ApiError> {
    let mut tx = view::change(&flow.db, &caller).await?;
    let (maker, now) = (Maker::caller(&caller), flow.clock.now());
    let onto = |draft: &mut _| wanted.onto(draft);
    let one = change::<ApiError>(&mut tx, &maker, (id, &if_match), onto, now).await?;
    tx.commit().await?;
    Ok(Tagged(one.version, ListedOverride::of(one, now)))
}

/// Ends an override before its time: the bay is back. One that is over stays as it was.
#[utoipa::path(post, path = "/api/v6/overrides/{id}/end", params(("id" = Uuid, Path)), responses((status = 200, body = ListedOverride)))]
pub(super) async fn end_override(
    State(flow): State<Flow>,
    caller: Caller,
    Id(id): Id,
) -> Result<Tagged<ListedOverride>, ApiError> {
    let mut tx = view::change(&flow.db, &caller).await?;
    let (maker, now) = (Maker::caller(&caller), flow.clock.now());
    end(&mut tx, &maker, &[id], now).await?;
    let one = store::find(tx.conn(), id).await?;
    tx.commit().await?;
    let one = one.ok_or_else(ApiError::not_found)?;
    Ok(Tagged(one.version, ListedOverride::of(one, now)))
}

/// Ends many overrides before their time, all or none; those that are over stay as they were.
#[utoipa::path(post, path = "/api/v6/overrides/bulk/end", request_body = OverrideIds,
    responses((status = 404, description = "An override of the request is not there", body = parking_http::Problem, content_type = "application/problem+json"),
        (status = 200, body = EndedOverrides)))]
pub(super) async fn end_overrides(
    State(flow): State<Flow>,
    caller: Caller,
    Json(wanted): Json<OverrideIds>,
) -> Result<axum::Json<EndedOverrides>, ApiError> {
    bounded(&wanted.ids)?;
    let mut tx = view::change(&flow.db, &caller).await?;
    let (maker, now) = (Maker::caller(&caller), flow.clock.now());
    let ended = end(&mut tx, &maker, &wanted.ids, now).await?;
    tx.commit().await?;
    Ok(axum::Json(EndedOverrides {
        spaces: ended.bays.len(),
        ids: ended.overrides,
    }))
}

/// Takes bays out of use again whose overrides were ended before their time, all or none, until they would
/// have ended. Those that are not over, or whose time is, are left as they are.
#[utoipa::path(post, path = "/api/v6/overrides/bulk/resume", request_body = OverrideIds,
    responses((status = 404, description = "An override of the request, or its bay, is not there", body = parking_http::Problem, content_type = "application/problem+json"),
        (status = 200, body = MadeOverrides)))]
pub(super) async fn resume_overrides(
    State(flow): State<Flow>,
    caller: Caller,
    Json(wanted): Json<OverrideIds>,
) -> Result<axum::Json<MadeOverrides>, ApiError> {
    bounded(&wanted.ids)?;
    let mut tx = view::change(&flow.db, &caller).await?;
    let (maker, now) = (Maker::caller(&caller), flow.clock.now());
    let made = resume(&mut tx, &maker, &wanted.ids, now).await?;
    let made = store::by_ids(tx.conn(), &made).await?.into_iter();
    tx.commit().await?;
    let overrides: Vec<_> = made.map(|one| ListedOverride::of(one, now)).collect();
    let total = overrides.len();
    Ok(axum::Json(MadeOverrides { overrides, total }))
}

fn bounded(ids: &[Uuid]) -> Result<(), ApiError> {
    if (1..=BULK_MAX).contains(&ids.len()) {
        return Ok(());
    }
    Err(ApiError::field(
        "ids",
        format!("must be from 1 to {BULK_MAX}"),
    ))
}
