//! Archiving and restoring many devices at once, all of them or none.

use axum::extract::State;
use axum::http::StatusCode;
use parking_http::{ApiError, Caller, IfMatch, Json};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::super::store::list::by_ids;
use super::super::{BULK_MAX, archive, restore};
use super::assign::reason_of;
use super::bodies::DeviceBody;
use crate::{Estate, Maker, view, wire};

/// Which devices.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct DeviceIds {
    #[schema(min_items = 1, max_items = 500)]
    ids: Vec<Uuid>,
    /// Archives those too that serve a bay.
    #[serde(default)]
    #[schema(required = false)]
    force: bool,
    #[schema(value_type = Option<wire::Name>)]
    reason: Option<String>,
}

/// Devices that were restored.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct DevicesBody {
    devices: Vec<DeviceBody>,
    total: usize,
}

/// Ids in an order, each once.
fn distinct(mut ids: Vec<Uuid>) -> Result<Vec<Uuid>, ApiError> {
    ids.sort_unstable();
    ids.dedup();
    if !(1..=BULK_MAX).contains(&ids.len()) {
        let message = format!("must be from 1 to {BULK_MAX}");
        return Err(ApiError::field("ids", message));
    }
    Ok(ids)
}

/// Archives many devices, all or none; they can be restored.
#[utoipa::path(post, path = "/api/v6/devices/bulk/archive", request_body = DeviceIds,
    responses((status = 404, description = "A device of the request is not there", body = parking_http::Problem, content_type = "application/problem+json"),
        (status = 204, description = "They are archived"),
        (status = 409, description = "`in_use`: some serve a bay", body = parking_http::Problem, content_type = "application/problem+json")))]
pub(super) async fn archive_devices(
    State(estate): State<Estate>,
    caller: Caller,
    Json(wanted): Json<DeviceIds>,
) -> Result<StatusCode, ApiError> {
    let (ids, reason) = (distinct(wanted.ids)?, reason_of(wanted.reason)?);
    let mut tx = view::change(&estate.db, &caller).await?;
    let (maker, now) = (Maker::caller(&caller), estate.clock.now());
    let which = (ids.as_slice(), &IfMatch::default());
    let how = (wanted.force, reason.as_deref());
    archive(&mut tx, &maker, which, how, now).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Brings many archived devices back, all or none.
#[utoipa::path(post, path = "/api/v6/devices/bulk/restore", request_body = DeviceIds,
    responses((status = 404, description = "A device of the request is not there", body = parking_http::Problem, content_type = "application/problem+json"),
        (status = 200, body = DevicesBody),
        (status = 409, description = "`device_taken`, `limit_reached`", body = parking_http::Problem, content_type = "application/problem+json")))]
pub(super) async fn restore_devices(
    State(estate): State<Estate>,
    caller: Caller,
    Json(wanted): Json<DeviceIds>,
) -> Result<axum::Json<DevicesBody>, ApiError> {
    let ids = distinct(wanted.ids)?;
    let mut tx = view::change(&estate.db, &caller).await?;
    restore(&mut tx, &Maker::caller(&caller), &ids, estate.clock.now()).await?;
    let devices = by_ids(tx.conn(), &ids).await?;
    tx.commit().await?;
    Ok(axum::Json(DevicesBody {
        total: devices.len(),
        devices: devices.into_iter().map(DeviceBody::of).collect(),
    }))
}
