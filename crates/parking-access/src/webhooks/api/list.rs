//! Looking at webhooks.

use axum::extract::State;
use parking_http::page::{List, NoFilter, PageParams};
use parking_http::{ApiError, Caller, Id, PageExtent, Tagged};

use super::super::{Webhooks, store};
use super::wire::{WebhookBody, WebhookPage};

/// What the list can be sorted by.
pub(super) const COLUMNS: &[(&str, &str)] =
    &[("-created_at", "w.created_at"), ("name", "lower(w.name)")];

/// The tenant's webhooks, newest first.
#[utoipa::path(get, path = "/api/v6/webhooks", params(PageParams), responses((status = 200, body = WebhookPage)))]
pub(super) async fn list_webhooks(
    State(state): State<Webhooks>,
    caller: Caller,
    List {
        page,
        filter: NoFilter {},
    }: List<NoFilter>,
) -> Result<axum::Json<WebhookPage>, ApiError> {
    let order = page.order_by(COLUMNS, "w.id")?;
    let mut tx = state.db.tenant(caller.tenant()).await?;
    let (found, total) = store::list(&mut tx, page.pattern().as_deref(), &page, &order).await?;
    let now = state.clock.now();
    let webhooks = found.into_iter().map(|one| WebhookBody::of(one, now));
    Ok(axum::Json(WebhookPage {
        webhooks: webhooks.collect(),
        page: PageExtent::of_tenant(&page, total, caller.tenant()),
    }))
}

/// One webhook, without its secret.
#[utoipa::path(get, path = "/api/v6/webhooks/{id}", params(("id" = Uuid, Path)), responses((status = 200, body = WebhookBody)))]
pub(super) async fn get_webhook(
    State(state): State<Webhooks>,
    caller: Caller,
    Id(id): Id,
) -> Result<Tagged<WebhookBody>, ApiError> {
    let mut tx = state.db.tenant(caller.tenant()).await?;
    let webhook = store::find(&mut tx, id)
        .await?
        .ok_or_else(ApiError::not_found)?;
    Ok(Tagged(
        webhook.version,
        WebhookBody::of(webhook, state.clock.now()),
    ))
}
