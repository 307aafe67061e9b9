//! Looking at what was sent, trying, and sending again.

use axum::extract::State;
use chrono::{DateTime, Utc};
use parking_http::page::{List, PageParams};
use parking_http::wire::instant;
use parking_http::{ApiError, Caller, Id, Json, PageExtent, Problem};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::super::Webhooks;
use super::super::replay::{replay_one, replay_since};
use super::super::store::{self, deliveries::Filter};
use super::super::trial::try_out;
use super::keeper;
use super::wire::{WebhookDeliveryPage, WebhookReplay, WebhookReplayed, WholeWebhookDelivery};

/// What the list can be sorted by.
pub(super) const DELIVERY_COLUMNS: &[(&str, &str)] = &[("-created_at", "d.created_at")];

/// Where a delivery stands.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum WantedStatus {
    Pending,
    Delivered,
    Failed,
    Expired,
}

impl WantedStatus {
    fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Delivered => "delivered",
            Self::Failed => "failed",
            Self::Expired => "expired",
        }
    }
}

/// Which deliveries are wanted.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct DeliveryFilter {
    /// Only those that stand there.
    #[param(inline)]
    status: Option<WantedStatus>,
    /// Only those of this type of event.
    #[param(max_length = 100)]
    event_type: Option<String>,
    /// Only those since then.
    #[serde(default, deserialize_with = "instant")]
    from: Option<DateTime<Utc>>,
    /// Only those before then.
    #[serde(default, deserialize_with = "instant")]
    to: Option<DateTime<Utc>>,
}

/// What was and is to be sent to a webhook, newest first, for 30 days.
#[utoipa::path(get, path = "/api/v6/webhooks/{id}/deliveries", params(("id" = Uuid, Path), PageParams, DeliveryFilter),
    responses((status = 200, body = WebhookDeliveryPage)))]
pub(super) async fn list_deliveries(
    State(state): State<Webhooks>,
    caller: Caller,
    Id(id): Id,
    List { page, filter }: List<DeliveryFilter>,
) -> Result<axum::Json<WebhookDeliveryPage>, ApiError> {
    let order = page.order_by(DELIVERY_COLUMNS, "d.seq")?;
    let filter = Filter {
        webhook: id,
        status: filter.status.map(WantedStatus::name),
        event_type: filter.event_type,
        from: filter.from,
        to: filter.to,
        pattern: page.pattern(),
    };
    let mut tx = state.db.tenant(caller.tenant()).await?;
    store::find(&mut tx, id)
        .await?
        .ok_or_else(ApiError::not_found)?;
    let part = (page.offset, page.size);
    let (found, total) = store::deliveries::list(&mut tx, &filter, &order, part).await?;
    Ok(axum::Json(WebhookDeliveryPage {
        deliveries: found.into_iter().map(Into::into).collect(),
        page: PageExtent::of_tenant(&page, total, caller.tenant()),
    }))
}

/// One delivery, with what is sent and what was answered.
#[utoipa::path(get, path = "/api/v6/webhooks/deliveries/{id}", params(("id" = Uuid, Path)), responses((status = 200, body = WholeWebhookDelivery)))]
pub(super) async fn get_delivery(
    State(state): State<Webhooks>,
    caller: Caller,
    Id(id): Id,
) -> Result<axum::Json<WholeWebhookDelivery>, ApiError> {
    let mut tx = state.db.tenant(caller.tenant()).await?;
    let found = store::deliveries::find(&mut tx, id).await?;
    let found = found.ok_or_else(ApiError::not_found)?;
    Ok(axum::Json(found.into()))
}

/// Sends one delivery again, whatever came of it; one that waits is sent at once.
#[utoipa::path(post, path = "/api/v6/webhooks/deliveries/{id}/replay", params(("id" = Uuid, Path)), responses(
    (status = 200, body = WholeWebhookDelivery),
    (status = 409, description = "The webhook is disabled", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn replay_delivery(
    State(state): State<Webhooks>,
    caller: Caller,
    Id(id): Id,
) -> Result<axum::Json<WholeWebhookDelivery>, ApiError> {
    let now = state.clock.now();
    let mut tx = state.db.tenant(caller.tenant()).await?;
    let queued = replay_one(&mut tx, &keeper(&caller), id, now).await?;
    tx.commit().await?;
    state.nudge.now();
    Ok(axum::Json(queued.into()))
}

/// Sends everything again that failed or expired since an instant, oldest first. At most 10 000
/// wait; ask again for the rest.
#[utoipa::path(post, path = "/api/v6/webhooks/{id}/replay", params(("id" = Uuid, Path)), request_body = WebhookReplay, responses(
    (status = 200, body = WebhookReplayed),
    (status = 409, description = "The webhook is disabled", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn replay_webhook(
    State(state): State<Webhooks>,
    caller: Caller,
    Id(id): Id,
    Json(replay): Json<WebhookReplay>,
) -> Result<axum::Json<WebhookReplayed>, ApiError> {
    let now = state.clock.now();
    let mut tx = state.db.tenant(caller.tenant()).await?;
    let which = (id, replay.since);
    let deliveries = replay_since(&mut tx, &keeper(&caller), which, now).await?;
    tx.commit().await?;
    state.nudge.now();
    Ok(axum::Json(WebhookReplayed { deliveries }))
}

/// Sends a `webhook.test` now, and answers with what came of it. A disabled webhook can be tried too.
#[utoipa::path(post, path = "/api/v6/webhooks/{id}/test", params(("id" = Uuid, Path)), responses(
    (status = 200, body = WholeWebhookDelivery)))]
pub(super) async fn test_webhook(
    State(state): State<Webhooks>,
    caller: Caller,
    Id(id): Id,
) -> Result<axum::Json<WholeWebhookDelivery>, ApiError> {
    let tried = try_out(&state, &keeper(&caller), (caller.tenant(), id)).await?;
    Ok(axum::Json(tried.into()))
}
