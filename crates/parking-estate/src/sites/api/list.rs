//! Looking at sites.

use axum::extract::State;
use parking_http::page::{List, NoFilter, PageParams};
use parking_http::{ApiError, Caller, Id, Tagged};
use serde::Deserialize;
use utoipa::IntoParams;

use super::super::store::{self, Filter};
use super::bodies::{OccupancyBody, OccupancyPage, SiteBody, SitePage};
use crate::Estate;
use crate::view::View;

/// What the list can be sorted by.
pub(super) const COLUMNS: &[(&str, &str)] = &[
    ("name", "lower(s.name)"),
    ("slug", "s.slug"),
    ("city", "lower(s.city) nulls last"),
    ("created_at", "s.created_at"),
    ("updated_at", "s.updated_at"),
];

/// Which sites are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct SiteFilter {
    /// Only those in use, or only those not.
    is_active: Option<bool>,
    /// Deleted sites instead of living ones.
    #[serde(default)]
    #[param(required = false)]
    deleted: bool,
    /// Whether each comes with what it holds.
    #[serde(default)]
    #[param(required = false)]
    include_stats: bool,
}

/// The tenant's sites by name; with the platform tenant selected, all tenants'. `q` looks in name,
/// slug, city and address.
#[utoipa::path(get, path = "/api/v6/sites", params(PageParams, SiteFilter), responses((status = 200, body = SitePage)))]
pub(super) async fn list_sites(
    State(estate): State<Estate>,
    caller: Caller,
    List { page, filter }: List<SiteFilter>,
) -> Result<axum::Json<SitePage>, ApiError> {
    let order = page.order_by(COLUMNS, "s.id")?;
    let wanted = Filter {
        is_active: filter.is_active,
        is_deleted: filter.deleted,
        pattern: page.pattern(),
    };
    let mut view = View::of(&estate.db, &caller).await?;
    let (sites, total) =
        store::list(view.conn(), &wanted, &order, (page.offset, page.size)).await?;
    let bodies = if filter.include_stats {
        let counts = store::counts(view.conn(), &sites).await?;
        let pairs = sites.into_iter().zip(counts);
        pairs
            .map(|(site, counts)| SiteBody::of(site, Some(counts)))
            .collect()
    } else {
        let bodies = sites.into_iter().map(|site| SiteBody::of(site, None));
        bodies.collect()
    };
    Ok(axum::Json(SitePage {
        sites: bodies,
        page: view.extent(&page, total),
    }))
}

/// One site with what it holds, deleted or not.
#[utoipa::path(get, path = "/api/v6/sites/{id}", params(("id" = Uuid, Path)), responses((status = 200, body = SiteBody)))]
pub(super) async fn get_site(
    State(estate): State<Estate>,
    caller: Caller,
    Id(id): Id,
) -> Result<Tagged<SiteBody>, ApiError> {
    let mut view = View::of(&estate.db, &caller).await?;
    let site = store::find(view.conn(), id)
        .await?
        .ok_or_else(ApiError::not_found)?;
    let counts = store::counts(view.conn(), std::slice::from_ref(&site)).await?;
    let version = site.version;
    let body = SiteBody::of(site, counts.into_iter().next());
    Ok(Tagged(version, body.opened(estate.clock.now())))
}

/// How full each site is, by name.
#[utoipa::path(get, path = "/api/v6/sites/occupancy/all", params(PageParams), responses((status = 200, body = OccupancyPage)))]
pub(super) async fn all_occupancy(
    State(estate): State<Estate>,
    caller: Caller,
    List { page, .. }: List<NoFilter>,
) -> Result<axum::Json<OccupancyPage>, ApiError> {
    let order = page.order_by(COLUMNS, "s.id")?;
    let wanted = Filter {
        pattern: page.pattern(),
        ..Filter::default()
    };
    let mut view = View::of(&estate.db, &caller).await?;
    let (sites, total) =
        store::list(view.conn(), &wanted, &order, (page.offset, page.size)).await?;
    let counts = store::counts(view.conn(), &sites).await?;
    let now = estate.clock.now();
    let pairs = sites.into_iter().zip(counts);
    Ok(axum::Json(OccupancyPage {
        sites: pairs
            .map(|(site, counts)| OccupancyBody::of(site, counts, now))
            .collect(),
        page: view.extent(&page, total),
    }))
}

/// How full one site is.
#[utoipa::path(get, path = "/api/v6/sites/{id}/occupancy", params(("id" = Uuid, Path)), responses((status = 200, body = OccupancyBody)))]
pub(super) async fn site_occupancy(
    State(estate): State<Estate>,
    caller: Caller,
    Id(id): Id,
) -> Result<axum::Json<OccupancyBody>, ApiError> {
    let mut view = View::of(&estate.db, &caller).await?;
    let site = store::find(view.conn(), id)
        .await?
        .filter(|site| site.deleted_at.is_none())
        .ok_or_else(ApiError::not_found)?;
    let counts = store::counts(view.conn(), std::slice::from_ref(&site)).await?;
    let counts = counts.into_iter().next().unwrap_or_default();
    Ok(axum::Json(OccupancyBody::of(
        site,
        counts,
        estate.clock.now(),
    )))
}
