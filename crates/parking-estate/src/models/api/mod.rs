//! Models over HTTP.

mod change;
mod list;
mod wire;

use parking_domain::access::Permission;
use parking_http::{Access, ApiError, Code, Routes, sorted_by};
use utoipa_axum::routes;

use super::ModelError;
use crate::Estate;

/// The routes of models.
pub fn routes(state: Estate) -> Routes {
    let [reads, manages] = [Permission::DevicesRead, Permission::DevicesManage].map(Access::Needs);
    Routes::new("Device models")
        .add(reads, sorted_by(list::COLUMNS, routes!(list::list_models)))
        .add(reads, routes!(list::get_model))
        .add(manages, routes!(change::create_model))
        .add(manages, routes!(change::patch_model, change::delete_model))
        .with_state(state)
}

impl From<ModelError> for ApiError {
    fn from(error: ModelError) -> Self {
        match error {
            ModelError::Absent => Self::not_found(),
            ModelError::SlugTaken => Self::new(Code::SlugTaken),
            ModelError::TooMany => Self::new(Code::LimitReached).detail(error),
            ModelError::InUse(count) => {
                Self::new(Code::InUse).detail(format!("{count} devices are of this model"))
            }
            ModelError::Stale => Self::new(Code::PreconditionFailed),
            ModelError::Db(error) => error.into(),
        }
    }
}
