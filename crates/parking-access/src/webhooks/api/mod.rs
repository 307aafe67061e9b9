//! Managing webhooks, and looking after what they send.

mod catalogue;
mod change;
mod deliveries;
mod list;
mod wire;

use parking_domain::access::Permission;
use parking_http::{Access, Actor, ApiError, Caller, Code, Routes, sorted_by};
use utoipa_axum::routes;

use super::{Keeper, WebhookError, Webhooks};
use crate::audit::By;
use deliveries::DELIVERY_COLUMNS;
use list::COLUMNS;

/// The routes of webhooks.
pub fn routes(state: Webhooks) -> Routes {
    let access = Access::Needs(Permission::WebhooksManage);
    // A webhook has no end and no addresses it may be used from; a key that has both must not come
    // by one, nor turn one its own way.
    let making = Access::PersonWith(Permission::WebhooksManage);
    Routes::new("Webhooks")
        .add(Access::Authenticated, routes!(catalogue::list_event_types))
        .add(access, sorted_by(COLUMNS, routes!(list::list_webhooks)))
        .add(making, routes!(change::create_webhook))
        .add(access, routes!(list::get_webhook, change::delete_webhook))
        .add(making, routes!(change::patch_webhook, change::put_webhook))
        .add(making, routes!(change::rotate_webhook))
        .add(access, routes!(change::enable_webhook))
        .add(access, routes!(change::disable_webhook))
        .add(access, routes!(deliveries::test_webhook))
        .add(access, routes!(deliveries::replay_webhook))
        .add(
            access,
            sorted_by(DELIVERY_COLUMNS, routes!(deliveries::list_deliveries)),
        )
        .add(access, routes!(deliveries::get_delivery))
        .add(access, routes!(deliveries::replay_delivery))
        .with_state(state)
}

impl From<WebhookError> for ApiError {
    fn from(error: WebhookError) -> Self {
        match error {
            WebhookError::Absent => Self::not_found(),
            WebhookError::TooMany => Self::new(Code::LimitReached).detail(error),
            WebhookError::Disabled => Self::new(Code::WebhookDisabled),
            WebhookError::Stale => Self::new(Code::PreconditionFailed),
            WebhookError::Busy => {
                Self::new(Code::Unavailable).retry_after(std::time::Duration::from_secs(5))
            }
            WebhookError::Db(error) => error.into(),
        }
    }
}

fn keeper(caller: &Caller) -> Keeper {
    let user = match caller.identity.actor {
        Actor::User { id, .. } => Some(id),
        Actor::ApiKey { .. } => None,
    };
    Keeper {
        by: By::caller(caller),
        user,
    }
}
