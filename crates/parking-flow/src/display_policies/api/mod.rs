//! Display policies over HTTP.

mod bodies;
mod change;
mod list;
mod preview;
mod wire;

use parking_domain::access::Permission;
use parking_http::{Access, ApiError, Code, Routes, sorted_by};
use utoipa_axum::routes;

use super::PolicyError;
use crate::Flow;

pub(super) use bodies::settings;

/// The routes of display policies.
pub fn routes(flow: Flow) -> Routes {
    let [reads, manages] =
        [Permission::DisplaysRead, Permission::DisplaysManage].map(Access::Needs);
    Routes::new("Display policies")
        .add(
            reads,
            sorted_by(list::COLUMNS, routes!(list::list_display_policies)),
        )
        .add(reads, routes!(list::standard_display_policy))
        .add(reads, routes!(list::get_display_policy))
        .add(reads, routes!(preview::preview_display_policy))
        .add(reads, routes!(preview::preview_display_settings))
        .add(manages, routes!(change::create_display_policy))
        .add(
            manages,
            routes!(change::patch_display_policy, change::delete_display_policy),
        )
        .add(manages, routes!(change::activate_display_policy))
        .add(manages, routes!(change::deactivate_display_policy))
        .with_state(flow)
}

impl From<PolicyError> for ApiError {
    fn from(error: PolicyError) -> Self {
        match error {
            PolicyError::Absent => Self::not_found(),
            PolicyError::NoSuchSite => Self::field("site_id", "must be a site of the tenant"),
            PolicyError::NameTaken => Self::new(Code::NameTaken),
            PolicyError::TooMany => Self::new(Code::LimitReached).detail(error),
            PolicyError::Active => Self::new(Code::InUse).detail(error),
            PolicyError::Code(n, why) => Self::field(format!("settings.codes[{n}]"), why),
            PolicyError::Stale => Self::new(Code::PreconditionFailed),
            PolicyError::Db(error) => error.into(),
        }
    }
}
