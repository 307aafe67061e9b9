//! Overrides and closures over HTTP.

mod change;
mod closures;
mod list;
mod wire;

use parking_domain::access::Permission;
use parking_http::{Access, ApiError, Code, Routes, sorted_by};
use utoipa_axum::routes;

use super::OverrideError;
use crate::Estate;

/// The routes of overrides and closures.
pub fn routes(state: Estate) -> Routes {
    let [reads, overrides] =
        [Permission::SpacesRead, Permission::SpacesOverride].map(Access::Needs);
    Routes::new("Overrides")
        .add(
            reads,
            sorted_by(list::COLUMNS, routes!(list::list_overrides)),
        )
        .add(reads, routes!(list::get_override))
        .add(overrides, routes!(change::create_override))
        .add(overrides, routes!(change::create_overrides))
        .add(overrides, routes!(change::patch_override))
        .add(overrides, routes!(change::end_override))
        .add(overrides, routes!(change::end_overrides))
        .add(
            reads,
            sorted_by(closures::COLUMNS, routes!(closures::list_closures)),
        )
        .add(reads, routes!(closures::get_closure))
        .add(overrides, routes!(closures::create_closure))
        .add(overrides, routes!(closures::patch_closure))
        .add(overrides, routes!(closures::end_closure))
        .with_state(state)
}

impl From<OverrideError> for ApiError {
    fn from(error: OverrideError) -> Self {
        match error {
            OverrideError::Absent => Self::not_found(),
            OverrideError::NoSpaces => Self::field("target", "must hold at least one bay"),
            OverrideError::TooMany => Self::field("target", error),
            OverrideError::Over => Self::new(Code::Conflict).detail(error),
            OverrideError::Window => Self::field("ends_at", error),
            OverrideError::Stale => Self::new(Code::PreconditionFailed),
            OverrideError::Space(error) => error.into(),
            OverrideError::Db(error) => error.into(),
        }
    }
}
