//! Making, changing and deleting gateways.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use parking_access::audit::By;
use parking_db::TenantTx;
use parking_http::{Answer, ApiError, Caller, Id, IfMatch, Json, Once, Tagged};

use super::super::{change, create, delete};
use super::wire::{GatewayBody, GatewayChange, GatewayDraft};
use crate::{Estate, view};

/// Makes a gateway. An `Idempotency-Key` repeats the answer of an earlier request.
#[utoipa::path(post, path = "/api/v6/gateways", request_body = GatewayDraft,
    responses((status = 201, body = GatewayBody, headers(("Location" = String, description = "Where the gateway is"))),
        (status = 409, description = "`gateway_taken`, `limit_reached`, `idempotency_key_reused`", body = parking_http::Problem, content_type = "application/problem+json")))]
pub(super) async fn create_gateway(
    State(estate): State<Estate>,
    caller: Caller,
    request: Once<GatewayDraft>,
) -> Result<Response, ApiError> {
    view::must_own(&caller)?;
    let (by, now) = (By::caller(&caller), estate.clock.now());
    let operate = async |tx: &mut TenantTx, draft: GatewayDraft| {
        let (eui, fields) = draft.read()?;
        let gateway = create(tx, &by, (eui, &fields), now).await?;
        let (location, version) = (format!("/api/v6/gateways/{}", gateway.id), gateway.version);
        Answer::created(location, version, &GatewayBody::of(gateway, now))
    };
    request.run(&estate.db, &caller, now, operate).await
}

/// Changes a gateway.
#[utoipa::path(patch, path = "/api/v6/gateways/{id}", params(("id" = Uuid, Path)), request_body = GatewayChange,
    responses((status = 200, body = GatewayBody),
        (status = 412, description = "It was changed meanwhile", body = parking_http::Problem, content_type = "application/problem+json")))]
pub(super) async fn patch_gateway(
    State(estate): State<Estate>,
    caller: Caller,
    Id(id): Id,
    if_match: IfMatch,
    Json(wanted): Json<GatewayChange>,
) -> Result<Tagged<GatewayBody>, ApiError> {
    let mut tx = view::change(&estate.db, &caller).await?;
    let (by, now) = (By::caller(&caller), estate.clock.now());
    let onto = |fields: &mut _| wanted.onto(fields);
    let gateway = change::<ApiError>(&mut tx, &by, (id, &if_match), onto, now).await?;
    tx.commit().await?;
    Ok(Tagged(gateway.version, GatewayBody::of(gateway, now)))
}

/// Changes a gateway; the same as PATCH.
#[utoipa::path(put, path = "/api/v6/gateways/{id}", params(("id" = Uuid, Path)), request_body = GatewayChange,
    responses((status = 200, body = GatewayBody),
        (status = 412, description = "It was changed meanwhile", body = parking_http::Problem, content_type = "application/problem+json")))]
pub(super) async fn put_gateway(
    state: State<Estate>,
    caller: Caller,
    id: Id,
    if_match: IfMatch,
    wanted: Json<GatewayChange>,
) -> Result<Tagged<GatewayBody>, ApiError> {
    patch_gateway(state, caller, id, if_match, wanted).await
}

/// Deletes a gateway for good.
#[utoipa::path(delete, path = "/api/v6/gateways/{id}", params(("id" = Uuid, Path)),
    responses((status = 204, description = "It is deleted"),
        (status = 412, description = "It was changed meanwhile", body = parking_http::Problem, content_type = "application/problem+json")))]
pub(super) async fn delete_gateway(
    State(estate): State<Estate>,
    caller: Caller,
    Id(id): Id,
    if_match: IfMatch,
) -> Result<StatusCode, ApiError> {
    let mut tx = view::change(&estate.db, &caller).await?;
    let (by, now) = (By::caller(&caller), estate.clock.now());
    delete(&mut tx, &by, (id, &if_match), now).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}
