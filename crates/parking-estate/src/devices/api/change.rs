//! Making, changing, archiving and restoring devices one by one.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use parking_db::TenantTx;
use parking_http::{Answer, ApiError, Caller, Id, IfMatch, Json, Once, Query, Tagged};
use serde::Deserialize;
use utoipa::IntoParams;

use super::super::store::list::by_ids;
use super::super::{archive, change, create, restore};
use super::bodies::DeviceBody;
use super::list::read_one;
use super::wire::{DeviceChange, DeviceDraft};
use crate::{Estate, Maker, view};

/// Makes a device. An `Idempotency-Key` repeats the answer of an earlier request.
#[utoipa::path(post, path = "/api/v6/devices", request_body = DeviceDraft,
    responses((status = 201, body = DeviceBody, headers(("Location" = String, description = "Where the device is"))),
        (status = 409, description = "`device_taken`, `limit_reached`, `idempotency_key_reused`", body = parking_http::Problem, content_type = "application/problem+json")))]
pub(super) async fn create_device(
    State(estate): State<Estate>,
    caller: Caller,
    request: Once<DeviceDraft>,
) -> Result<Response, ApiError> {
    view::must_own(&caller)?;
    let (maker, now) = (Maker::caller(&caller), estate.clock.now());
    let operate = async |tx: &mut TenantTx, draft: DeviceDraft| {
        let draft = draft.read(tx.conn(), &estate.vault).await?;
        let device = create(tx, &maker, (&draft, None), now).await?;
        let Tagged(version, body) = read_one(tx.conn(), device.id).await?;
        Answer::created(format!("/api/v6/devices/{}", device.id), version, &body)
    };
    request.run(&estate.db, &caller, now, operate).await
}

/// Changes a device. Another model says anew what it can be; one that serves a bay must still be able to.
#[utoipa::path(patch, path = "/api/v6/devices/{id}", params(("id" = Uuid, Path)), request_body = DeviceChange,
    responses((status = 200, body = DeviceBody),
        (status = 409, description = "`in_use`: it serves a bay as what it would no longer be", body = parking_http::Problem, content_type = "application/problem+json"),
        (status = 412, description = "It was changed meanwhile", body = parking_http::Problem, content_type = "application/problem+json")))]
pub(super) async fn patch_device(
    State(estate): State<Estate>,
    caller: Caller,
    Id(id): Id,
    if_match: IfMatch,
    Json(mut wanted): Json<DeviceChange>,
) -> Result<Tagged<DeviceBody>, ApiError> {
    let mut tx = view::change(&estate.db, &caller).await?;
    let (maker, now) = (Maker::caller(&caller), estate.clock.now());
    // A device's DevEUI never changes, so it can be read before the device is locked.
    let device = by_ids(tx.conn(), &[id])
        .await?
        .pop()
        .ok_or_else(ApiError::not_found)?;
    let dev_eui = device.dev_eui.parse().ok();
    let rework = wanted.rework(tx.conn(), &estate.vault, dev_eui).await?;
    let onto = |fields: &mut _| wanted.onto(fields);
    change::<ApiError>(&mut tx, &maker, (id, &if_match), (rework, onto), now).await?;
    let body = read_one(tx.conn(), id).await?;
    tx.commit().await?;
    Ok(body)
}

/// Changes a device; the same as PATCH.
#[utoipa::path(put, path = "/api/v6/devices/{id}", params(("id" = Uuid, Path)), request_body = DeviceChange,
    responses((status = 200, body = DeviceBody),
        (status = 409, description = "`in_use`: it serves a bay as what it would no longer be", body = parking_http::Problem, content_type = "application/problem+json"),
        (status = 412, description = "It was changed meanwhile", body = parking_http::Problem, content_type = "application/problem+json")))]
pub(super) async fn put_device(
    state: State<Estate>,
    caller: Caller,
    id: Id,
    if_match: IfMatch,
    wanted: Json<DeviceChange>,
) -> Result<Tagged<DeviceBody>, ApiError> {
    patch_device(state, caller, id, if_match, wanted).await
}

/// Whether something goes although something else needs it.
#[derive(Clone, Copy, Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Force {
    /// Takes it off the bay it serves.
    #[serde(default)]
    #[param(required = false)]
    force: bool,
}

/// Archives a device; its `DevEUI` is free for others, and it can be restored while it is.
#[utoipa::path(delete, path = "/api/v6/devices/{id}", params(("id" = Uuid, Path), Force),
    responses((status = 204, description = "It is archived"),
        (status = 409, description = "`in_use`: it serves a bay", body = parking_http::Problem, content_type = "application/problem+json"),
        (status = 412, description = "It was changed meanwhile", body = parking_http::Problem, content_type = "application/problem+json")))]
pub(super) async fn archive_device(
    State(estate): State<Estate>,
    caller: Caller,
    Id(id): Id,
    if_match: IfMatch,
    Query(Force { force }): Query<Force>,
) -> Result<StatusCode, ApiError> {
    let mut tx = view::change(&estate.db, &caller).await?;
    let (maker, now) = (Maker::caller(&caller), estate.clock.now());
    archive(&mut tx, &maker, (&[id], &if_match), (force, None), now).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Brings an archived device back, without the bay it served.
#[utoipa::path(post, path = "/api/v6/devices/{id}/restore", params(("id" = Uuid, Path)),
    responses((status = 200, body = DeviceBody),
        (status = 409, description = "`device_taken`, `limit_reached`", body = parking_http::Problem, content_type = "application/problem+json")))]
pub(super) async fn restore_device(
    State(estate): State<Estate>,
    caller: Caller,
    Id(id): Id,
) -> Result<Tagged<DeviceBody>, ApiError> {
    let mut tx = view::change(&estate.db, &caller).await?;
    restore(&mut tx, &Maker::caller(&caller), &[id], estate.clock.now()).await?;
    let body = read_one(tx.conn(), id).await?;
    tx.commit().await?;
    Ok(body)
}
