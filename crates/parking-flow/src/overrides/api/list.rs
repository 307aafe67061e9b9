//! Looking at overrides.

use axum::extract::State;
use parking_domain::bay_state::OverrideKind;
use parking_estate::view::View;
use parking_estate::wire;
use parking_http::page::{List, PageParams};
use parking_http::{ApiError, Caller, Id, Tagged};
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

use super::super::store::{self, Filter};
use super::bodies::{ListedOverride, OverridePage};
use super::wire::StageName;
use crate::Flow;

/// What the list can be sorted by.
pub(super) const COLUMNS: &[(&str, &str)] = &[
    ("-starts_at", "p.starts_at"),
    ("ends_at", "p.ends_at nulls last"),
    ("created_at", "p.created_at"),
    ("code", "s.code_order"),
];

/// Which overrides are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct OverrideFilter {
    site_id: Option<Uuid>,
    level_id: Option<Uuid>,
    zone_id: Option<Uuid>,
    space_id: Option<Uuid>,
    closure_id: Option<Uuid>,
    #[param(inline, value_type = Option<wire::OverrideKind>)]
    kind: Option<OverrideKind>,
    /// Where they stand in time.
    #[param(inline)]
    stage: Option<StageName>,
}

/// Overrides, the one that began last first; with the platform tenant selected, all tenants'. `q`
/// looks in the codes of bays and the reasons.
#[utoipa::path(get, path = "/api/v6/overrides", params(PageParams, OverrideFilter), responses((status = 200, body = OverridePage)))]
pub(super) async fn list_overrides(
    State(flow): State<Flow>,
    caller: Caller,
    List { page, filter }: List<OverrideFilter>,
) -> Result<axum::Json<OverridePage>, ApiError> {
    let (order, now) = (page.order_by(COLUMNS, "p.id")?, flow.clock.now());
    let wanted = Filter {
        site: filter.site_id,
        level: filter.level_id,
        zone: filter.zone_id,
        space: filter.space_id,
        closure: filter.closure_id,
        kind: filter.kind.map(OverrideKind::name),
        stage: filter.stage.map(Into::into),
        pattern: page.pattern(),
    };
    let mut view = View::of(&flow.db, &caller).await?;
    let span = (page.offset, page.size);
    let (overrides, total) = store::page(view.conn(), (&wanted, now), &order, span).await?;
    let overrides = overrides.into_iter();
    Ok(axum::Json(OverridePage {
        overrides: overrides.map(|one| ListedOverride::of(one, now)).collect(),
        page: view.extent(&page, total),
    }))
}

/// One override, over or not.
#[utoipa::path(get, path = "/api/v6/overrides/{id}", params(("id" = Uuid, Path)), responses((status = 200, body = ListedOverride)))]
pub(super) async fn get_override(
    State(flow): State<Flow>,
    caller: Caller,
    Id(id): Id,
) -> Result<Tagged<ListedOverride>, ApiError> {
    let mut view = View::of(&flow.db, &caller).await?;
    let one = store::find(view.conn(), id).await?;
    let one = one.ok_or_else(ApiError::not_found)?;
    Ok(Tagged(
        one.version,
        ListedOverride::of(one, flow.clock.now()),
    ))
}
