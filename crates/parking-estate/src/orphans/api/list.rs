//! Looking at orphans.

use axum::extract::State;
use chrono::{DateTime, Utc};
use parking_domain::eui::digits_of_search;
use parking_http::page::{List, PageParams};
use parking_http::wire::instant;
use parking_http::{ApiError, Caller, Id};
use serde::Deserialize;
use utoipa::IntoParams;

use super::super::store::{self, Filter};
use super::wire::{OrphanBody, OrphanPage};
use crate::Estate;
use crate::view::View;

/// What the list can be sorted by.
pub(super) const COLUMNS: &[(&str, &str)] = &[
    ("-last_seen_at", "p.last_seen_at"),
    ("first_seen_at", "p.first_seen_at"),
    ("uplink_count", "p.uplink_count"),
    ("dev_eui", "p.dev_eui"),
];

/// Which orphans are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct OrphanFilter {
    /// Those set aside instead of those in view.
    #[serde(default)]
    #[param(required = false)]
    dismissed: bool,
    /// Those heard then or later.
    #[serde(default, deserialize_with = "instant")]
    since: Option<DateTime<Utc>>,
}

/// Devices heard of that nobody has claimed, the last heard first; with the platform tenant selected,
/// all tenants'. `q` looks in `DevEUI`, guessed model and source.
#[utoipa::path(get, path = "/api/v6/orphans", params(PageParams, OrphanFilter), responses((status = 200, body = OrphanPage)))]
pub(super) async fn list_orphans(
    State(estate): State<Estate>,
    caller: Caller,
    List { page, filter }: List<OrphanFilter>,
) -> Result<axum::Json<OrphanPage>, ApiError> {
    let order = page.order_by(COLUMNS, "p.id")?;
    let wanted = Filter {
        is_dismissed: filter.dismissed,
        since: filter.since,
        pattern: page.pattern(),
        digits: page.q.as_deref().and_then(digits_of_search),
    };
    let mut view = View::of(&estate.db, &caller).await?;
    let (orphans, total) =
        store::list(view.conn(), &wanted, &order, (page.offset, page.size)).await?;
    Ok(axum::Json(OrphanPage {
        orphans: orphans.into_iter().map(OrphanBody::of).collect(),
        page: view.extent(&page, total),
    }))
}

/// One orphan.
#[utoipa::path(get, path = "/api/v6/orphans/{id}", params(("id" = Uuid, Path)), responses((status = 200, body = OrphanBody)))]
pub(super) async fn get_orphan(
    State(estate): State<Estate>,
    caller: Caller,
    Id(id): Id,
) -> Result<axum::Json<OrphanBody>, ApiError> {
    let mut view = View::of(&estate.db, &caller).await?;
    let orphan = store::find(view.conn(), id)
        .await?
        .ok_or_else(ApiError::not_found)?;
    Ok(axum::Json(OrphanBody::of(orphan)))
}
