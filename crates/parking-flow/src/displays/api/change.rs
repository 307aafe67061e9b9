//! What people do about displays and commands.

use axum::extract::State;
use axum::response::Response;
use parking_db::TenantTx;
use parking_domain::access::Permission;
use parking_estate::{Maker, view};
use parking_http::{Answer, ApiError, Caller, Id, Json, Once, Tagged};
use uuid::Uuid;

use super::super::change::{cancel, command, retry, test};
use super::super::store::list as store;
use super::list::read_one;
use super::wire::{DisplayBody, DisplayTestDraft, DownlinkBody, DownlinkDraft};
use crate::Flow;

/// Has a lamp show a colour for a while; afterwards it shows again what it should.
#[utoipa::path(post, path = "/api/v6/displays/{id}/test", params(("id" = Uuid, Path)), request_body = DisplayTestDraft,
    responses((status = 200, body = DisplayBody)))]
pub(super) async fn test_display(
    State(flow): State<Flow>,
    caller: Caller,
    Id(id): Id,
    Json(wanted): Json<DisplayTestDraft>,
) -> Result<axum::Json<DisplayBody>, ApiError> {
    let wanted = wanted.read()?;
    let mut tx = view::change(&flow.db, &caller).await?;
    test(
        &mut tx,
        &Maker::caller(&caller),
        (id, wanted),
        flow.clock.now(),
    )
    .await?;
    let body = read_one(tx.conn(), id).await?;
    tx.commit().await?;
    flow.displays.to_plan.now();
    Ok(axum::Json(body))
}

/// Sends a display any command. An `Idempotency-Key` repeats the answer of an earlier request.
#[utoipa::path(post, path = "/api/v6/downlinks", request_body = DownlinkDraft,
    responses((status = 201, body = DownlinkBody, headers(("Location" = String, description = "Where the command is"))),
        (status = 404, description = "There is no such device", body = parking_http::Problem, content_type = "application/problem+json"),
        (status = 409, description = "`idempotency_key_reused`", body = parking_http::Problem, content_type = "application/problem+json")))]
pub(super) async fn create_downlink(
    State(flow): State<Flow>,
    caller: Caller,
    request: Once<DownlinkDraft>,
) -> Result<Response, ApiError> {
    view::must_own(&caller)?;
    let (maker, now) = (Maker::caller(&caller), flow.clock.now());
    let patience = flow.displays.settings.patience;
    let operate = async |tx: &mut TenantTx, draft: DownlinkDraft| {
        let (device, raw) = draft.read()?;
        let id = command(tx, &maker, (device, &raw, patience), now).await?;
        let made = store::one(tx.conn(), id)
            .await?
            .ok_or_else(ApiError::not_found)?;
        let (location, version) = (format!("/api/v6/downlinks/{id}"), made.version);
        Answer::created(location, version, &DownlinkBody::of(made))
    };
    let answer = request.run(&flow.db, &caller, now, operate).await;
    flow.displays.wake_senders();
    answer
}

/// Has a command tried again that was given up; a raw one only by whoever may send any command.
#[utoipa::path(post, path = "/api/v6/downlinks/{id}/retry", params(("id" = Uuid, Path)),
    responses((status = 200, body = DownlinkBody),
        (status = 409, description = "It was not given up, or a newer one waits", body = parking_http::Problem, content_type = "application/problem+json")))]
pub(super) async fn retry_downlink(
    State(flow): State<Flow>,
    caller: Caller,
    Id(id): Id,
) -> Result<Tagged<DownlinkBody>, ApiError> {
    let mut tx = view::change(&flow.db, &caller).await?;
    let who = (
        &Maker::caller(&caller),
        caller.may(Permission::DisplaysCommand),
    );
    retry(&mut tx, who, id, flow.clock.now()).await?;
    let body = read(&mut tx, id).await?;
    tx.commit().await?;
    flow.displays.wake_senders();
    Ok(body)
}

/// Calls off a command that has not been sent. What the display should show is looked at again within
/// minutes, and may lead to another.
#[utoipa::path(post, path = "/api/v6/downlinks/{id}/cancel", params(("id" = Uuid, Path)),
    responses((status = 200, body = DownlinkBody),
        (status = 409, description = "It is on its way or at its end", body = parking_http::Problem, content_type = "application/problem+json")))]
pub(super) async fn cancel_downlink(
    State(flow): State<Flow>,
    caller: Caller,
    Id(id): Id,
) -> Result<Tagged<DownlinkBody>, ApiError> {
    let mut tx = view::change(&flow.db, &caller).await?;
    cancel(&mut tx, &Maker::caller(&caller), id, flow.clock.now()).await?;
    let body = read(&mut tx, id).await?;
    tx.commit().await?;
    Ok(body)
}

async fn read(tx: &mut TenantTx, id: Uuid) -> Result<Tagged<DownlinkBody>, ApiError> {
    let found = store::one(tx.conn(), id)
        .await?
        .ok_or_else(ApiError::not_found)?;
    Ok(Tagged(found.version, DownlinkBody::of(found)))
}
