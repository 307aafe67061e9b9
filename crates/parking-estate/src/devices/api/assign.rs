//! Putting devices to work and taking them off, and moving them on in their lives.

use axum::extract::State;
use parking_domain::lifecycle::Lifecycle;
use parking_http::{ApiError, Caller, Id, IfMatch, Json, Tagged, Wrong};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::super::{AssignmentDraft, assign, become_stage as move_on, unassign};
use super::bodies::DeviceBody;
use super::list::read_one;
use crate::wire::{self, DeviceType, REASON_MAX, a_line};
use crate::{Estate, Maker, view};

/// A bay for a device.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Assignment {
    space_id: Uuid,
    /// As what; as the only thing its model can be, if absent.
    #[schema(value_type = Option<wire::DeviceTypeName>)]
    role: Option<DeviceType>,
    #[schema(value_type = Option<wire::Name>)]
    reason: Option<String>,
}

/// The end of a device's work at a bay.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Unassignment {
    /// As what it is taken off; as everything, if absent.
    #[schema(value_type = Option<wire::DeviceTypeName>)]
    role: Option<DeviceType>,
    #[schema(value_type = Option<wire::Name>)]
    reason: Option<String>,
}

/// A step in a device's life.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct LifecycleStep {
    #[schema(value_type = wire::LifecycleName)]
    to: Lifecycle,
    #[schema(value_type = Option<wire::Name>)]
    reason: Option<String>,
}

/// What became of a device.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AssignmentResult {
    /// Whether anything was done.
    success: bool,
    message: String,
    device: DeviceBody,
}

/// Why somebody does it, as it is kept.
pub(in crate::devices) fn reason_of(typed: Option<String>) -> Result<Option<String>, ApiError> {
    let mut wrong = Wrong::default();
    let reason = a_line(&mut wrong, "reason", typed, REASON_MAX);
    wrong.settle(Some(reason))
}

/// Puts a device to work at a bay. One device of a kind serves a bay, and a device one bay.
#[utoipa::path(post, path = "/api/v6/devices/{id}/assign", params(("id" = Uuid, Path)), request_body = Assignment,
    responses((status = 200, body = AssignmentResult),
        (status = 409, description = "`already_assigned`, `lifecycle_refused`", body = parking_http::Problem, content_type = "application/problem+json"),
        (status = 412, description = "It was changed meanwhile", body = parking_http::Problem, content_type = "application/problem+json")))]
pub(super) async fn assign_device(
    State(estate): State<Estate>,
    caller: Caller,
    Id(id): Id,
    if_match: IfMatch,
    Json(wanted): Json<Assignment>,
) -> Result<Tagged<AssignmentResult>, ApiError> {
    let mut tx = view::change(&estate.db, &caller).await?;
    let (maker, now) = (Maker::caller(&caller), estate.clock.now());
    let draft = AssignmentDraft {
        space: wanted.space_id,
        role: wanted.role,
        reason: reason_of(wanted.reason)?,
    };
    assign(&mut tx, &maker, (id, &if_match), &draft, now).await?;
    let Tagged(version, device) = read_one(tx.conn(), id).await?;
    tx.commit().await?;
    let result = AssignmentResult {
        success: true,
        message: "the device is assigned".into(),
        device,
    };
    Ok(Tagged(version, result))
}

/// Takes a device off its bay. One that serves none is left as it is, which `success` says.
#[utoipa::path(post, path = "/api/v6/devices/{id}/unassign", params(("id" = Uuid, Path)), request_body = Unassignment,
    responses((status = 200, body = AssignmentResult),
        (status = 409, description = "`conflict`: it was assigned elsewhere in the same moment", body = parking_http::Problem, content_type = "application/problem+json"),
        (status = 412, description = "It was changed meanwhile", body = parking_http::Problem, content_type = "application/problem+json")))]
pub(super) async fn unassign_device(
    State(estate): State<Estate>,
    caller: Caller,
    Id(id): Id,
    if_match: IfMatch,
    Json(wanted): Json<Unassignment>,
) -> Result<Tagged<AssignmentResult>, ApiError> {
    let mut tx = view::change(&estate.db, &caller).await?;
    let (maker, now) = (Maker::caller(&caller), estate.clock.now());
    let reason = reason_of(wanted.reason)?;
    let why = (wanted.role, reason.as_deref());
    let success = unassign(&mut tx, &maker, (id, &if_match), why, now).await?;
    let Tagged(version, device) = read_one(tx.conn(), id).await?;
    tx.commit().await?;
    let message = if success {
        "the device is unassigned"
    } else {
        "the device was not assigned"
    };
    let result = AssignmentResult {
        success,
        message: message.into(),
        device,
    };
    Ok(Tagged(version, result))
}

/// Moves a device on in its life. One that serves a bay is taken off before it is put out of use.
#[utoipa::path(post, path = "/api/v6/devices/{id}/lifecycle", params(("id" = Uuid, Path)), request_body = LifecycleStep,
    responses((status = 200, body = DeviceBody),
        (status = 409, description = "`lifecycle_refused`, `in_use`", body = parking_http::Problem, content_type = "application/problem+json"),
        (status = 412, description = "It was changed meanwhile", body = parking_http::Problem, content_type = "application/problem+json")))]
pub(super) async fn become_stage(
    State(estate): State<Estate>,
    caller: Caller,
    Id(id): Id,
    if_match: IfMatch,
    Json(wanted): Json<LifecycleStep>,
) -> Result<Tagged<DeviceBody>, ApiError> {
    let mut tx = view::change(&estate.db, &caller).await?;
    let (maker, now) = (Maker::caller(&caller), estate.clock.now());
    let reason = reason_of(wanted.reason)?;
    let step = (wanted.to, reason.as_deref());
    move_on(&mut tx, &maker, (id, &if_match), step, now).await?;
    let body = read_one(tx.conn(), id).await?;
    tx.commit().await?;
    Ok(body)
}
