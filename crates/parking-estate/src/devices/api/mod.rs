//! Devices over HTTP.

mod assign;
mod bodies;
mod bulk;
mod change;
mod export;
mod list;
mod onboard;
mod pool;
mod transfer;
mod wire;

use parking_domain::access::Permission;
use parking_http::{Access, ApiError, Code, Routes, sorted_by};
use utoipa_axum::routes;

use super::DeviceError;
use crate::Estate;

pub(crate) use bodies::DeviceBody;
pub(crate) use list::read_one;
pub(crate) use wire::named_model;

/// The routes of devices.
pub fn routes(state: Estate) -> Routes {
    let [reads, manages, assigns, pools, transfers] = [
        Permission::DevicesRead,
        Permission::DevicesManage,
        Permission::DevicesAssign,
        Permission::TenantsRead,
        Permission::TenantsManage,
    ]
    .map(Access::Needs);
    let counting = pool::Counting::new(state.db.clone());
    let pool = Routes::new("Devices")
        .add(pools, routes!(pool::pool_stats))
        .with_state(counting);
    Routes::new("Devices")
        .add(reads, sorted_by(list::COLUMNS, routes!(list::list_devices)))
        .add(
            reads,
            sorted_by(list::COLUMNS, routes!(export::export_devices)),
        )
        .add(reads, routes!(list::get_device))
        .add(reads, routes!(list::device_history))
        .add(manages, routes!(change::create_device))
        .add(manages, routes!(onboard::onboard_device))
        .add(transfers, routes!(transfer::transfer_device))
        .add(
            manages,
            routes!(
                change::patch_device,
                change::put_device,
                change::archive_device
            ),
        )
        .add(manages, routes!(change::restore_device))
        .add(manages, routes!(assign::become_stage))
        .add(manages, routes!(bulk::archive_devices))
        .add(manages, routes!(bulk::restore_devices))
        .add(assigns, routes!(assign::assign_device))
        .add(assigns, routes!(assign::unassign_device))
        .with_state(state)
        .merge(pool)
}

impl From<DeviceError> for ApiError {
    fn from(error: DeviceError) -> Self {
        let code = match &error {
            DeviceError::Absent => return Self::not_found(),
            DeviceError::Taken => return Self::new(Code::DeviceTaken),
            DeviceError::Stale => return Self::new(Code::PreconditionFailed),
            DeviceError::NoSuchModel => return no_such_model(),
            DeviceError::WrongRole(message) => return Self::field("role", message),
            DeviceError::LimitReached(_) => Code::LimitReached,
            DeviceError::AlreadyAssigned(_) => Code::AlreadyAssigned,
            DeviceError::Lifecycle(_) => Code::LifecycleRefused,
            DeviceError::Serving(_) | DeviceError::RoleInUse(_) => Code::InUse,
            DeviceError::Moved => Code::Conflict,
            DeviceError::Db(_) => Code::InternalError,
        };
        match error {
            DeviceError::Db(error) => error.into(),
            error => Self::new(code).detail(error),
        }
    }
}

/// Says that a model was named that is not there.
pub(super) fn no_such_model() -> ApiError {
    ApiError::field(
        "model",
        "must be the slug of a model of the catalogue, or the id of one of your own",
    )
}
