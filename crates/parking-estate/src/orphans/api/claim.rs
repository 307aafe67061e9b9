//! Claiming orphans and setting them aside.

use axum::extract::State;
use axum::response::Response;
use parking_db::TenantTx;
use parking_http::{Answer, ApiError, Caller, Id, Json, Once, Tagged};

use super::super::store::by_ids;
use super::super::{claim, set_aside};
use super::wire::{ClaimDraft, OrphanBody, OrphanIds, OrphansBody};
use crate::devices::{DeviceBody, read_one};
use crate::{Estate, Maker, view};

/// Makes a device of an orphan, and puts it to work if a bay is named: both or neither. An
/// `Idempotency-Key` repeats the answer of an earlier request.
#[utoipa::path(post, path = "/api/v6/orphans/{id}/claim", params(("id" = Uuid, Path)), request_body = ClaimDraft,
    responses((status = 201, body = DeviceBody, headers(("Location" = String, description = "Where the device is"))),
        (status = 409, description = "`device_taken`, `already_assigned`, `limit_reached`, `idempotency_key_reused`", body = parking_http::Problem, content_type = "application/problem+json")))]
pub(super) async fn claim_orphan(
    State(estate): State<Estate>,
    caller: Caller,
    Id(id): Id,
    request: Once<ClaimDraft>,
) -> Result<Response, ApiError> {
    view::must_own(&caller)?;
    let (maker, now) = (Maker::caller(&caller), estate.clock.now());
    let operate = async |tx: &mut TenantTx, draft: ClaimDraft| {
        let wanted = draft.read(tx.conn()).await?;
        let device = claim(tx, &maker, id, wanted, now).await?;
        let Tagged(version, body) = read_one(tx.conn(), device).await?;
        Answer::created(format!("/api/v6/devices/{device}"), version, &body)
    };
    request.run(&estate.db, &caller, now, operate).await
}

/// Sets an orphan aside; heard again, it stays so.
#[utoipa::path(post, path = "/api/v6/orphans/{id}/dismiss", params(("id" = Uuid, Path)), responses((status = 200, body = OrphanBody)))]
pub(super) async fn dismiss_orphan(
    State(estate): State<Estate>,
    caller: Caller,
    Id(id): Id,
) -> Result<axum::Json<OrphanBody>, ApiError> {
    put(&estate, &caller, id, true).await
}

/// Takes an orphan that was set aside back into view.
#[utoipa::path(post, path = "/api/v6/orphans/{id}/restore", params(("id" = Uuid, Path)), responses((status = 200, body = OrphanBody)))]
pub(super) async fn restore_orphan(
    State(estate): State<Estate>,
    caller: Caller,
    Id(id): Id,
) -> Result<axum::Json<OrphanBody>, ApiError> {
    put(&estate, &caller, id, false).await
}

/// Sets orphans aside, all or none; heard again, they stay so.
#[utoipa::path(post, path = "/api/v6/orphans/bulk/dismiss", request_body = OrphanIds,
    responses((status = 200, body = OrphansBody),
        (status = 404, description = "An orphan of the request is not there", body = parking_http::Problem, content_type = "application/problem+json")))]
pub(super) async fn dismiss_orphans(
    State(estate): State<Estate>,
    caller: Caller,
    Json(wanted): Json<OrphanIds>,
) -> Result<axum::Json<OrphansBody>, ApiError> {
    put_all(&estate, &caller, &wanted.distinct()?, true).await
}

/// Takes orphans that were set aside back into view, all or none.
#[utoipa::path(post, path = "/api/v6/orphans/bulk/restore", request_body = OrphanIds,
    responses((status = 200, body = OrphansBody),
        (status = 404, description = "An orphan of the request is not there", body = parking_http::Problem, content_type = "application/problem+json")))]
pub(super) async fn restore_orphans(
    State(estate): State<Estate>,
    caller: Caller,
    Json(wanted): Json<OrphanIds>,
) -> Result<axum::Json<OrphansBody>, ApiError> {
    put_all(&estate, &caller, &wanted.distinct()?, false).await
}

async fn put(
    estate: &Estate,
    caller: &Caller,
    id: uuid::Uuid,
    is_aside: bool,
) -> Result<axum::Json<OrphanBody>, ApiError> {
    let axum::Json(mut all) = put_all(estate, caller, &[id], is_aside).await?;
    let one = all.orphans.pop().ok_or_else(ApiError::not_found)?;
    Ok(axum::Json(one))
}

async fn put_all(
    estate: &Estate,
    caller: &Caller,
    ids: &[uuid::Uuid],
    is_aside: bool,
) -> Result<axum::Json<OrphansBody>, ApiError> {
    let mut tx = view::change(&estate.db, caller).await?;
    let (maker, now) = (Maker::caller(caller), estate.clock.now());
    let changed = set_aside(&mut tx, &maker, ids, is_aside, now).await?;
    let orphans = by_ids(tx.conn(), ids).await?;
    tx.commit().await?;
    Ok(axum::Json(OrphansBody {
        orphans: orphans.into_iter().map(OrphanBody::of).collect(),
        changed,
    }))
}
