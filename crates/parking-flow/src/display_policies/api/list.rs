//! Looking at display policies.

use axum::extract::State;
use parking_estate::view::View;
use parking_http::page::{List, PageParams};
use parking_http::{ApiError, Caller, Id, Tagged};
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

use super::super::store::{self, Filter};
use super::bodies::{DisplayPolicyBody, DisplayPolicyPage, StandardPolicyBody};
use crate::Flow;

/// What the list can be sorted by.
pub(super) const COLUMNS: &[(&str, &str)] = &[
    ("name", "lower(p.name)"),
    ("created_at", "p.created_at"),
    ("updated_at", "p.updated_at"),
];

/// Which policies are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct DisplayPolicyFilter {
    /// Those of one site.
    site_id: Option<Uuid>,
    /// Those that govern, or those that do not.
    is_active: Option<bool>,
}

/// The tenant's display policies by name; with the platform tenant selected, all tenants'. `q` looks
/// in name and description.
#[utoipa::path(get, path = "/api/v6/display-policies", params(PageParams, DisplayPolicyFilter),
    responses((status = 200, body = DisplayPolicyPage)))]
pub(super) async fn list_display_policies(
    State(flow): State<Flow>,
    caller: Caller,
    List { page, filter }: List<DisplayPolicyFilter>,
) -> Result<axum::Json<DisplayPolicyPage>, ApiError> {
    let order = page.order_by(COLUMNS, "p.id")?;
    let wanted = Filter {
        site: filter.site_id,
        is_active: filter.is_active,
        pattern: page.pattern(),
    };
    let mut view = View::of(&flow.db, &caller).await?;
    let span = (page.offset, page.size);
    let (policies, total) = store::list_page(view.conn(), &wanted, &order, span).await?;
    Ok(axum::Json(DisplayPolicyPage {
        display_policies: policies.into_iter().map(Into::into).collect(),
        page: view.extent(&page, total),
    }))
}

/// What lamps show where no policy is active.
#[utoipa::path(get, path = "/api/v6/display-policies/standard", responses((status = 200, body = StandardPolicyBody)))]
pub(super) async fn standard_display_policy(_: Caller) -> axum::Json<StandardPolicyBody> {
    axum::Json(StandardPolicyBody::default())
}

/// One display policy.
#[utoipa::path(get, path = "/api/v6/display-policies/{id}", params(("id" = Uuid, Path)),
    responses((status = 200, body = DisplayPolicyBody)))]
pub(super) async fn get_display_policy(
    State(flow): State<Flow>,
    caller: Caller,
    Id(id): Id,
) -> Result<Tagged<DisplayPolicyBody>, ApiError> {
    let mut view = View::of(&flow.db, &caller).await?;
    let policy = store::find(view.conn(), id).await?;
    let policy = policy.ok_or_else(ApiError::not_found)?;
    Ok(Tagged(policy.version, policy.into()))
}
