//! Bays over HTTP.

mod bodies;
mod bulk;
mod change;
mod export;
mod list;
mod state;
mod trend;
mod wire;

use parking_domain::access::Permission;
use parking_http::{Access, ApiError, Code, Routes, sorted_by};
use utoipa_axum::routes;

use super::SpaceError;
use crate::Estate;

/// The routes of bays, and the one that deletes a site with them.
pub fn routes(state: Estate) -> Routes {
    let [reads, manages, overrides, sites] = [
        Permission::SpacesRead,
        Permission::SpacesManage,
        Permission::SpacesOverride,
        Permission::SitesManage,
    ]
    .map(Access::Needs);
    Routes::new("Bays")
        .add(reads, sorted_by(list::COLUMNS, routes!(list::list_spaces)))
        .add(
            reads,
            sorted_by(list::COLUMNS, routes!(export::export_spaces)),
        )
        .add(reads, routes!(list::space_counts))
        .add(reads, routes!(trend::site_trend))
        .add(reads, routes!(list::get_space))
        .add(reads, routes!(list::space_history))
        .add(manages, routes!(change::create_space))
        .add(
            manages,
            routes!(change::patch_space, change::put_space, change::delete_space),
        )
        .add(manages, routes!(change::restore_space))
        .add(manages, routes!(bulk::create_spaces, bulk::patch_spaces))
        .add(manages, routes!(bulk::delete_spaces))
        .add(manages, routes!(bulk::restore_spaces))
        .add(manages, routes!(bulk::draw_spaces))
        .add(overrides, routes!(state::set_state))
        .add(sites, routes!(change::delete_site))
        .with_state(state)
}

impl From<SpaceError> for ApiError {
    fn from(error: SpaceError) -> Self {
        match error {
            SpaceError::Absent => Self::not_found(),
            SpaceError::CodesTaken(codes) if codes.is_empty() => Self::new(Code::CodeTaken),
            SpaceError::CodesTaken(codes) => {
                let (shown, more) = (
                    &codes[..codes.len().min(20)],
                    codes.len().saturating_sub(20),
                );
                let more = if more > 0 {
                    format!(" and {more} more")
                } else {
                    String::new()
                };
                Self::new(Code::CodeTaken).detail(format!("taken: {}{more}", shown.join(", ")))
            }
            SpaceError::NoSuchLevel => Self::field("level_id", "must be a level of the site"),
            SpaceError::NoSuchZone => Self::field("zone_id", "must be a zone of the site"),
            SpaceError::ShapeWithoutLevel => {
                Self::field("shape", "needs a level on whose plan it lies")
            }
            SpaceError::LimitReached(limit) => Self::new(Code::LimitReached).detail(limit),
            SpaceError::InUse(count) => Self::new(Code::InUse).detail(format!(
                "{count} devices serve it; unassign them, or force it"
            )),
            SpaceError::Reserved(count) => Self::new(Code::InUse).detail(format!(
                "{count} reservations of it are not over; cancel them, or force it"
            )),
            SpaceError::OverridesFull => Self::field("starts_at", error),
            SpaceError::Stale => Self::new(Code::PreconditionFailed),
            SpaceError::Db(error) => error.into(),
        }
    }
}
