//! Making, changing and deleting webhooks.

use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use chrono::{DateTime, TimeDelta, Utc};
use parking_http::{ApiError, Caller, Id, IfMatch, Json, Problem, Tagged};
use secrecy::{ExposeSecret as _, SecretString};

use super::super::{Webhook, Webhooks, change, create, delete, disable, enable, rotate};
use super::keeper;
use super::wire::{MadeWebhook, WebhookBody, WebhookChange, WebhookDraft, WebhookRotation};

/// How long the secret before signs too unless asked otherwise.
const OVERLAP_HOURS: u32 = 24;

/// The longest it may: a week.
const OVERLAP_HOURS_MAX: u32 = 168;

fn shown(
    status: StatusCode,
    webhook: Webhook,
    secret: &SecretString,
    now: DateTime<Utc>,
) -> Response {
    let location = format!("/api/v6/webhooks/{}", webhook.id);
    let body = MadeWebhook {
        webhook: WebhookBody::of(webhook, now),
        secret: secret.expose_secret().to_owned(),
    };
    let mut response = (status, axum::Json(body)).into_response();
    if status == StatusCode::CREATED
        && let Ok(location) = HeaderValue::from_str(&location)
    {
        response.headers_mut().insert(header::LOCATION, location);
    }
    response
}

/// Makes a webhook. The secret is in the answer and nowhere else, so an `Idempotency-Key` is not
/// honoured.
#[utoipa::path(post, path = "/api/v6/webhooks", request_body = WebhookDraft, responses(
    (status = 201, body = MadeWebhook, headers(("Location" = String, description = "Where the webhook is"))),
    (status = 409, description = "There are as many as there may be", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn create_webhook(
    State(state): State<Webhooks>,
    caller: Caller,
    Json(draft): Json<WebhookDraft>,
) -> Result<Response, ApiError> {
    let fields = draft.read(state.courier.allows_private())?;
    let now = state.clock.now();
    let mut tx = state.db.tenant(caller.tenant()).await?;
    let keeper = keeper(&caller);
    let (webhook, secret) = create(&mut tx, &state.vault, &keeper, &fields, now).await?;
    tx.commit().await?;
    Ok(shown(StatusCode::CREATED, webhook, &secret, now))
}

/// Changes a webhook. What waits to be sent goes to the new address.
#[utoipa::path(patch, path = "/api/v6/webhooks/{id}", params(("id" = Uuid, Path)), request_body = WebhookChange, responses(
    (status = 200, body = WebhookBody),
    (status = 412, description = "It was changed meanwhile", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn patch_webhook(
    State(state): State<Webhooks>,
    caller: Caller,
    Id(id): Id,
    if_match: IfMatch,
    Json(wanted): Json<WebhookChange>,
) -> Result<Tagged<WebhookBody>, ApiError> {
    let (now, allows_private) = (state.clock.now(), state.courier.allows_private());
    let mut tx = state.db.tenant(caller.tenant()).await?;
    let onto = |old: &Webhook| wanted.onto(old, allows_private);
    let webhook = change(&mut tx, &keeper(&caller), (id, &if_match), onto, now).await?;
    tx.commit().await?;
    Ok(Tagged(webhook.version, WebhookBody::of(webhook, now)))
}

/// Changes a webhook; the same as PATCH.
#[utoipa::path(put, path = "/api/v6/webhooks/{id}", params(("id" = Uuid, Path)), request_body = WebhookChange, responses(
    (status = 200, body = WebhookBody),
    (status = 412, description = "It was changed meanwhile", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn put_webhook(
    state: State<Webhooks>,
    caller: Caller,
    id: Id,
    if_match: IfMatch,
    wanted: Json<WebhookChange>,
) -> Result<Tagged<WebhookBody>, ApiError> {
    patch_webhook(state, caller, id, if_match, wanted).await
}

/// Gives a webhook another secret. The one before signs beside it for the overlap, so receivers can
/// be changed without losing a message; one that was still retiring ends now.
#[utoipa::path(post, path = "/api/v6/webhooks/{id}/rotate", params(("id" = Uuid, Path)), request_body = WebhookRotation, responses(
    (status = 200, body = MadeWebhook),
    (status = 412, description = "It was changed meanwhile", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn rotate_webhook(
    State(state): State<Webhooks>,
    caller: Caller,
    Id(id): Id,
    if_match: IfMatch,
    Json(rotation): Json<WebhookRotation>,
) -> Result<Response, ApiError> {
    let hours = rotation.overlap_hours.unwrap_or(OVERLAP_HOURS);
    if hours > OVERLAP_HOURS_MAX {
        let message = format!("must be from 0 to {OVERLAP_HOURS_MAX}");
        return Err(ApiError::field("overlap_hours", message));
    }
    let (now, overlap) = (state.clock.now(), TimeDelta::hours(i64::from(hours)));
    let mut tx = state.db.tenant(caller.tenant()).await?;
    let which = ((id, &if_match), overlap);
    let (webhook, secret) = rotate(&mut tx, &state.vault, &keeper(&caller), which, now).await?;
    tx.commit().await?;
    Ok(shown(StatusCode::OK, webhook, &secret, now))
}

/// Begins to send again, at once, as if nothing had failed. What waited and has not expired is sent.
#[utoipa::path(post, path = "/api/v6/webhooks/{id}/enable", params(("id" = Uuid, Path)), responses(
    (status = 200, body = WebhookBody),
    (status = 412, description = "It was changed meanwhile", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn enable_webhook(
    State(state): State<Webhooks>,
    caller: Caller,
    Id(id): Id,
    if_match: IfMatch,
) -> Result<Tagged<WebhookBody>, ApiError> {
    let now = state.clock.now();
    let mut tx = state.db.tenant(caller.tenant()).await?;
    let webhook = enable(&mut tx, &keeper(&caller), (id, &if_match), now).await?;
    tx.commit().await?;
    state.nudge.now();
    Ok(Tagged(webhook.version, WebhookBody::of(webhook, now)))
}

/// Stops to send. Events that happen meanwhile are not kept for it; what waited goes on waiting.
#[utoipa::path(post, path = "/api/v6/webhooks/{id}/disable", params(("id" = Uuid, Path)), responses(
    (status = 200, body = WebhookBody),
    (status = 412, description = "It was changed meanwhile", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn disable_webhook(
    State(state): State<Webhooks>,
    caller: Caller,
    Id(id): Id,
    if_match: IfMatch,
) -> Result<Tagged<WebhookBody>, ApiError> {
    let now = state.clock.now();
    let mut tx = state.db.tenant(caller.tenant()).await?;
    let webhook = disable(&mut tx, &keeper(&caller), (id, &if_match), now).await?;
    tx.commit().await?;
    Ok(Tagged(webhook.version, WebhookBody::of(webhook, now)))
}

/// Deletes a webhook with everything that was or is to be sent.
#[utoipa::path(delete, path = "/api/v6/webhooks/{id}", params(("id" = Uuid, Path)), responses(
    (status = 204, description = "It is deleted"),
    (status = 412, description = "It was changed meanwhile", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn delete_webhook(
    State(state): State<Webhooks>,
    caller: Caller,
    Id(id): Id,
    if_match: IfMatch,
) -> Result<StatusCode, ApiError> {
    let mut tx = state.db.tenant(caller.tenant()).await?;
    let now = state.clock.now();
    delete(&mut tx, &keeper(&caller), (id, &if_match), now).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}
