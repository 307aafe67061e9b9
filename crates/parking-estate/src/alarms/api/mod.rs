//! Alarms over HTTP.

mod bulk;
mod list;
mod marks;
mod recipients;
mod rules;
mod wire;

use parking_domain::access::Permission;
use parking_http::{Access, ApiError, Code, Routes, sorted_by};
use utoipa_axum::routes;

use super::{AlarmError, RecipientError, RulesError};
use crate::Estate;

/// The routes of alarms.
pub fn routes(state: Estate) -> Routes {
    let [reads, handles, manages] = [
        Permission::AlarmsRead,
        Permission::AlarmsHandle,
        Permission::AlarmsManage,
    ]
    .map(Access::Needs);
    Routes::new("Alarms")
        .add(reads, sorted_by(list::COLUMNS, routes!(list::list_alarms)))
        .add(reads, routes!(list::alarm_summary))
        .add(reads, routes!(rules::get_alarm_rules))
        .add(manages, routes!(rules::put_alarm_rules))
        .add(
            manages,
            sorted_by(
                recipients::COLUMNS,
                routes!(recipients::list_alarm_recipients),
            ),
        )
        .add(manages, routes!(recipients::create_alarm_recipient))
        .add(
            manages,
            routes!(
                recipients::get_alarm_recipient,
                recipients::patch_alarm_recipient,
                recipients::delete_alarm_recipient
            ),
        )
        .add(manages, routes!(recipients::test_alarm_recipient))
        .add(handles, routes!(bulk::acknowledge_alarms))
        .add(handles, routes!(bulk::unacknowledge_alarms))
        .add(handles, routes!(bulk::mute_alarms))
        .add(handles, routes!(bulk::unmute_alarms))
        .add(reads, routes!(list::get_alarm))
        .add(handles, routes!(marks::acknowledge_alarm))
        .add(handles, routes!(marks::unacknowledge_alarm))
        .add(handles, routes!(marks::mute_alarm))
        .add(handles, routes!(marks::unmute_alarm))
        .add(handles, routes!(marks::comment_alarm))
        .with_state(state)
}

impl From<AlarmError> for ApiError {
    fn from(error: AlarmError) -> Self {
        match error {
            AlarmError::Absent => Self::not_found(),
            AlarmError::Stale => Self::new(Code::PreconditionFailed),
            AlarmError::TooManyComments => Self::new(Code::LimitReached).detail(error),
            AlarmError::Db(error) => error.into(),
        }
    }
}

impl From<RulesError> for ApiError {
    fn from(error: RulesError) -> Self {
        match error {
            RulesError::Stale => Self::new(Code::PreconditionFailed),
            RulesError::Db(error) => error.into(),
        }
    }
}

impl From<RecipientError> for ApiError {
    fn from(error: RecipientError) -> Self {
        match error {
            RecipientError::Absent => Self::not_found(),
            RecipientError::NoSuchMember => Self::field("user_id", error),
            RecipientError::NoSuchSite => Self::field("site_ids", error),
            RecipientError::Taken => Self::new(Code::EmailTaken).detail(error),
            RecipientError::TooMany => Self::new(Code::LimitReached).detail(error),
            RecipientError::Stale => Self::new(Code::PreconditionFailed),
            RecipientError::Db(error) => error.into(),
        }
    }
}
