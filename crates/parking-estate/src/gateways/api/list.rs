//! Looking at gateways.

use axum::extract::State;
use parking_domain::eui::digits_of_search;
use parking_http::page::{List, PageParams};
use parking_http::{ApiError, Caller, Id, Tagged};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::super::GatewayStatus;
use super::super::store::{self, Filter};
use super::wire::{GatewayBody, GatewayPage};
use crate::Estate;
use crate::view::View;

/// What the list can be sorted by.
pub(super) const COLUMNS: &[(&str, &str)] = &[
    ("name", "lower(p.name)"),
    ("eui", "p.eui"),
    ("created_at", "p.created_at"),
    ("updated_at", "p.updated_at"),
    ("last_seen_at", "p.last_seen_at nulls last"),
];

/// Whether a gateway is heard.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum StatusName {
    NeverSeen,
    Online,
    Offline,
}

/// Which gateways are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct GatewayFilter {
    site_id: Option<Uuid>,
    #[param(inline)]
    status: Option<StatusName>,
    /// False leaves out those that are not heard.
    include_offline: Option<bool>,
}

impl GatewayFilter {
    fn status(&self) -> Result<Option<GatewayStatus>, ApiError> {
        let wanted = self.status.map(|status| match status {
            StatusName::NeverSeen => GatewayStatus::NeverSeen,
            StatusName::Online => GatewayStatus::Online,
            StatusName::Offline => GatewayStatus::Offline,
        });
        match (self.include_offline, wanted) {
            (Some(false), None | Some(GatewayStatus::Online)) => Ok(Some(GatewayStatus::Online)),
            (Some(false), Some(_)) => Err(ApiError::field("status", "contradicts include_offline")),
            (_, wanted) => Ok(wanted),
        }
    }
}

/// The tenant's gateways by name; with the platform tenant selected, all tenants'. `q` looks in name
/// and EUI, of which four digits in any notation are enough.
#[utoipa::path(get, path = "/api/v6/gateways", params(PageParams, GatewayFilter), responses((status = 200, body = GatewayPage)))]
pub(super) async fn list_gateways(
    State(estate): State<Estate>,
    caller: Caller,
    List { page, filter }: List<GatewayFilter>,
) -> Result<axum::Json<GatewayPage>, ApiError> {
    let order = page.order_by(COLUMNS, "p.id")?;
    let wanted = Filter {
        site: filter.site_id,
        status: filter.status()?,
        pattern: page.pattern(),
        digits: page.q.as_deref().and_then(digits_of_search),
    };
    let now = estate.clock.now();
    let mut view = View::of(&estate.db, &caller).await?;
    let part = (page.offset, page.size);
    let (gateways, total) = store::list(view.conn(), &wanted, &order, part, now).await?;
    let bodies = gateways
        .into_iter()
        .map(|gateway| GatewayBody::of(gateway, now));
    Ok(axum::Json(GatewayPage {
        gateways: bodies.collect(),
        page: view.extent(&page, total),
    }))
}

/// One gateway.
#[utoipa::path(get, path = "/api/v6/gateways/{id}", params(("id" = Uuid, Path)), responses((status = 200, body = GatewayBody)))]
pub(super) async fn get_gateway(
    State(estate): State<Estate>,
    caller: Caller,
    Id(id): Id,
) -> Result<Tagged<GatewayBody>, ApiError> {
    let mut view = View::of(&estate.db, &caller).await?;
    let gateway = store::find(view.conn(), id)
        .await?
        .ok_or_else(ApiError::not_found)?;
    let version = gateway.version;
    Ok(Tagged(
        version,
        GatewayBody::of(gateway, estate.clock.now()),
    ))
}
