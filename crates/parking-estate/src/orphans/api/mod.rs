//! Orphans over HTTP.

mod claim;
mod list;
mod wire;

use parking_domain::access::Permission;
use parking_http::{Access, ApiError, Routes, sorted_by};
use utoipa_axum::routes;

use super::OrphanError;
use crate::Estate;

/// The routes of orphans.
pub fn routes(state: Estate) -> Routes {
    let [reads, assigns] = [Permission::DevicesRead, Permission::DevicesAssign].map(Access::Needs);
    Routes::new("Orphans")
        .add(reads, sorted_by(list::COLUMNS, routes!(list::list_orphans)))
        .add(reads, routes!(list::get_orphan))
        .add(assigns, routes!(claim::claim_orphan))
        .add(assigns, routes!(claim::dismiss_orphan))
        .add(assigns, routes!(claim::restore_orphan))
        .add(assigns, routes!(claim::dismiss_orphans))
        .add(assigns, routes!(claim::restore_orphans))
        .with_state(state)
}

impl From<OrphanError> for ApiError {
    fn from(error: OrphanError) -> Self {
        match error {
            OrphanError::Absent => Self::not_found(),
            OrphanError::Device(error) => error.into(),
            OrphanError::Db(error) => error.into(),
        }
    }
}
