//! Claiming orphans and setting them aside.

use axum::extract::State;
use axum::response::Response;
use parking_db::TenantTx;
use parking_http::{Answer, ApiError, Caller, Id, Once, Tagged};

use super::super::{claim, set_aside};
use super::wire::{ClaimDraft, OrphanBody};
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

async fn put(
    estate: &Estate,
    caller: &Caller,
    id: uuid::Uuid,
    is_aside: bool,
) -> Result<axum::Json<OrphanBody>, ApiError> {
    let mut tx = view::change(&estate.db, caller).await?;
    let (maker, now) = (Maker::caller(caller), estate.clock.now());
    let orphan = set_aside(&mut tx, &maker, id, is_aside, now).await?;
    tx.commit().await?;
    Ok(axum::Json(OrphanBody::of(orphan)))
}
