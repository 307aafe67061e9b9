//! Gateways over HTTP.

mod change;
mod list;
mod wire;

use parking_domain::access::Permission;
use parking_http::{Access, ApiError, Code, Routes, sorted_by};
use utoipa_axum::routes;

use super::GatewayError;
use crate::Estate;

/// The routes of gateways.
pub fn routes(state: Estate) -> Routes {
    let [reads, manages] = [Permission::DevicesRead, Permission::DevicesManage].map(Access::Needs);
    Routes::new("Gateways")
        .add(
            reads,
            sorted_by(list::COLUMNS, routes!(list::list_gateways)),
        )
        .add(reads, routes!(list::get_gateway))
        .add(manages, routes!(change::create_gateway))
        .add(
            manages,
            routes!(
                change::patch_gateway,
                change::put_gateway,
                change::delete_gateway
            ),
        )
        .with_state(state)
}

impl From<GatewayError> for ApiError {
    fn from(error: GatewayError) -> Self {
        match error {
            GatewayError::Absent => Self::not_found(),
            GatewayError::Taken => Self::new(Code::GatewayTaken),
            GatewayError::LimitReached(limit) => Self::new(Code::LimitReached).detail(limit),
            GatewayError::Stale => Self::new(Code::PreconditionFailed),
            GatewayError::Db(error) => error.into(),
        }
    }
}
