//! Displays and commands over HTTP.

mod airtime;
mod change;
mod list;
mod retry;
mod wire;

use parking_domain::access::Permission;
use parking_domain::lamps::Unshowable;
use parking_http::{Access, ApiError, Code, Routes, sorted_by};
use utoipa_axum::routes;

pub(super) use airtime::FiguresAtHand;

use super::change::CommandError;
use crate::Flow;

/// The routes of displays and of commands to them.
pub fn routes(flow: Flow) -> Routes {
    let [reads, tests, commands] = [
        Permission::DisplaysRead,
        Permission::DisplaysTest,
        Permission::DisplaysCommand,
    ]
    .map(Access::Needs);
    Routes::new("Displays")
        .add(
            reads,
            sorted_by(list::LAMP_COLUMNS, routes!(list::list_displays)),
        )
        .add(reads, routes!(list::get_display))
        .add(tests, routes!(change::test_display))
        .add(
            reads,
            sorted_by(list::COLUMNS, routes!(list::list_downlinks)),
        )
        .add(commands, routes!(change::create_downlink))
        .add(reads, routes!(airtime::downlink_airtime))
        .add(reads, routes!(airtime::downlink_queue_metrics))
        .add(reads, routes!(airtime::downlink_queue_health))
        .add(reads, routes!(list::get_downlink))
        .add(tests, routes!(change::retry_downlink))
        .add(tests, routes!(retry::retry_downlinks))
        .add(tests, routes!(change::cancel_downlink))
        .with_state(flow)
}

impl From<CommandError> for ApiError {
    fn from(error: CommandError) -> Self {
        match error {
            CommandError::Absent => Self::not_found(),
            CommandError::Unshowable(Unshowable::Refused(error)) => Self::field("color", error),
            CommandError::NotADisplay | CommandError::Unshowable(_) => {
                Self::field("device_id", error)
            }
            CommandError::Forbidden => Self::new(Code::Forbidden).detail(error.to_string()),
            CommandError::NotNow(_) => Self::new(Code::Conflict).detail(error.to_string()),
            CommandError::Db(error) => error.into(),
        }
    }
}
