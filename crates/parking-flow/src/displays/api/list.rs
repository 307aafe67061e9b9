//! Looking at displays and at commands.

use axum::extract::State;
use parking_domain::eui::Eui64;
use parking_estate::view::View;
use parking_http::page::{List, PageParams};
use parking_http::{ApiError, Caller, Id, Tagged};
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

use super::super::store::list::{self as store, Filter, Seen};
use super::wire::{
    DisplayBody, DisplayPage, DownlinkBody, DownlinkKind, DownlinkPage, DownlinkStatus,
};
use crate::Flow;

/// What the list of commands can be sorted by.
pub(super) const COLUMNS: &[(&str, &str)] = &[("-created_at", "p.created_at")];

/// What the list of displays can be sorted by.
pub(super) const LAMP_COLUMNS: &[(&str, &str)] = &[
    ("id", "p.id"),
    ("behind_since", "p.behind_since nulls last"),
];

/// Which commands are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct DownlinkFilter {
    device_id: Option<Uuid>,
    space_id: Option<Uuid>,
    site_id: Option<Uuid>,
    /// `failed` are the ones that were given up.
    #[param(inline)]
    status: Option<DownlinkStatus>,
    #[param(inline)]
    kind: Option<DownlinkKind>,
    /// True leaves only those that wait or are on their way.
    open: Option<bool>,
}

/// The tenant's commands to displays, the newest first.
#[utoipa::path(get, path = "/api/v6/downlinks", params(PageParams, DownlinkFilter), responses((status = 200, body = DownlinkPage)))]
pub(super) async fn list_downlinks(
    State(flow): State<Flow>,
    caller: Caller,
    List { page, filter }: List<DownlinkFilter>,
) -> Result<axum::Json<DownlinkPage>, ApiError> {
    let order = page.order_by(COLUMNS, "p.id")?;
    let statuses = match (filter.status, filter.open) {
        (Some(status), _) => vec![status.name()],
        (None, Some(true)) => vec!["waiting", "sending", "queued", "awaiting_ack"],
        _ => Vec::new(),
    };
    let wanted = Filter {
        device: filter.device_id,
        space: filter.space_id,
        site: filter.site_id,
        statuses,
        kind: filter.kind.map(DownlinkKind::name),
    };
    let mut view = View::of(&flow.db, &caller).await?;
    let (found, total) =
        store::page(view.conn(), &wanted, &order, (page.offset, page.size)).await?;
    Ok(axum::Json(DownlinkPage {
        downlinks: found.into_iter().map(DownlinkBody::of).collect(),
        page: view.extent(&page, total),
    }))
}

/// One command, with its story.
#[utoipa::path(get, path = "/api/v6/downlinks/{id}", params(("id" = Uuid, Path)), responses((status = 200, body = DownlinkBody)))]
pub(super) async fn get_downlink(
    State(flow): State<Flow>,
    caller: Caller,
    Id(id): Id,
) -> Result<Tagged<DownlinkBody>, ApiError> {
    let mut view = View::of(&flow.db, &caller).await?;
    let found = store::one(view.conn(), id)
        .await?
        .ok_or_else(ApiError::not_found)?;
    Ok(Tagged(found.version, DownlinkBody::of(found)))
}

/// Which displays are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct DisplayFilter {
    site_id: Option<Uuid>,
    space_id: Option<Uuid>,
    /// Displays that this gateway hears best, by its EUI.
    #[param(max_length = 50)]
    gateway_eui: Option<String>,
    /// Whether it is not certain that they show what they should.
    behind: Option<bool>,
}

/// The tenant's displays, and what each should show, was told, and says it shows.
#[utoipa::path(get, path = "/api/v6/displays", params(PageParams, DisplayFilter), responses((status = 200, body = DisplayPage)))]
pub(super) async fn list_displays(
    State(flow): State<Flow>,
    caller: Caller,
    List { page, filter }: List<DisplayFilter>,
) -> Result<axum::Json<DisplayPage>, ApiError> {
    let order = page.order_by(LAMP_COLUMNS, "p.id")?;
    let gateway = filter.gateway_eui.map(|eui| eui.parse::<Eui64>());
    let gateway = gateway
        .transpose()
        .map_err(|error| ApiError::field("gateway_eui", error))?;
    let wanted = Seen {
        id: None,
        site: filter.site_id,
        space: filter.space_id,
        gateway: gateway.map(|eui| eui.to_string()),
        is_behind: filter.behind,
    };
    let mut view = View::of(&flow.db, &caller).await?;
    let (found, total) =
        store::lamps(view.conn(), &wanted, &order, (page.offset, page.size)).await?;
    Ok(axum::Json(DisplayPage {
        displays: found.into_iter().map(DisplayBody::of).collect(),
        page: view.extent(&page, total),
    }))
}

/// One display, by the id of the device.
#[utoipa::path(get, path = "/api/v6/displays/{id}", params(("id" = Uuid, Path)), responses((status = 200, body = DisplayBody)))]
pub(super) async fn get_display(
    State(flow): State<Flow>,
    caller: Caller,
    Id(id): Id,
) -> Result<axum::Json<DisplayBody>, ApiError> {
    let mut view = View::of(&flow.db, &caller).await?;
    Ok(axum::Json(read_one(view.conn(), id).await?))
}

/// One display as it is answered.
pub(super) async fn read_one(
    conn: &mut sqlx::PgConnection,
    id: Uuid,
) -> Result<DisplayBody, ApiError> {
    let wanted = Seen {
        id: Some(id),
        ..Seen::default()
    };
    let (mut found, _) = store::lamps(conn, &wanted, "p.id", (0, 1)).await?;
    found
        .pop()
        .map(DisplayBody::of)
        .ok_or_else(ApiError::not_found)
}
