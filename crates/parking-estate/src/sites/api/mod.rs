//! Sites, levels, zones and plans over HTTP.

mod bodies;
mod change;
mod list;
mod parts;
mod plans;
mod wire;

use parking_domain::access::Permission;
use parking_http::{Access, ApiError, Code, Routes, sorted_by};
use utoipa_axum::routes;

use super::SiteError;
use crate::Estate;

/// The routes of sites and their parts.
pub fn routes(state: Estate) -> Routes {
    let (reads, manages) = (
        Access::Needs(Permission::SitesRead),
        Access::Needs(Permission::SitesManage),
    );
    Routes::new("Sites")
        .add(reads, sorted_by(list::COLUMNS, routes!(list::list_sites)))
        .add(reads, routes!(list::get_site))
        .add(
            reads,
            sorted_by(list::COLUMNS, routes!(list::all_occupancy)),
        )
        .add(reads, routes!(list::site_occupancy))
        .add(manages, routes!(change::create_site))
        .add(manages, routes!(change::patch_site, change::put_site))
        .add(manages, routes!(change::restore_site))
        .add(
            Access::Needs(Permission::SpacesOverride),
            routes!(change::start_site_emergency, change::end_site_emergency),
        )
        .add(
            reads,
            sorted_by(parts::LEVEL_COLUMNS, routes!(parts::list_levels)),
        )
        .add(manages, routes!(parts::create_level))
        .add(manages, routes!(parts::patch_level, parts::delete_level))
        .add(
            reads,
            sorted_by(parts::ZONE_COLUMNS, routes!(parts::list_zones)),
        )
        .add(manages, routes!(parts::create_zone))
        .add(manages, routes!(parts::patch_zone, parts::delete_zone))
        .add(reads, routes!(plans::get_plan))
        .add(manages, routes!(plans::put_plan, plans::delete_plan))
        .with_state(state)
}

impl From<SiteError> for ApiError {
    fn from(error: SiteError) -> Self {
        match error {
            SiteError::Absent => Self::not_found(),
            SiteError::SlugTaken => Self::new(Code::SlugTaken),
            SiteError::NameTaken => Self::new(Code::NameTaken),
            SiteError::LimitReached(limit) => Self::new(Code::LimitReached).detail(limit),
            SiteError::HasSpaces(count) => Self::new(Code::SiteHasSpaces).detail(format!(
                "{count} bays live in it; move them, or delete them with it"
            )),
            SiteError::InUse(count) => {
                Self::new(Code::InUse).detail(format!("{count} bays lie on it"))
            }
            SiteError::Stale => Self::new(Code::PreconditionFailed),
            SiteError::Db(error) => error.into(),
        }
    }
}
