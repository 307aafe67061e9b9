//! Members over HTTP: as people (`users`) to be seen, as memberships to be changed.

mod memberships;
mod users;

use parking_db::Db;
use parking_domain::access::Permission;
use parking_domain::clock::Clock;
use parking_http::{Access, Routes, sorted_by};
use utoipa_axum::routes;

/// What the slice works with.
#[derive(Clone, Debug)]
pub struct Members {
    /// The database.
    pub db: Db,
    /// The time.
    pub clock: Clock,
}

/// The routes of members.
pub fn routes(state: Members) -> Routes {
    let (reads, manages) = (
        Access::Needs(Permission::UsersRead),
        Access::Needs(Permission::UsersManage),
    );
    Routes::new("Users")
        .add(reads, sorted_by(users::COLUMNS, routes!(users::list_users)))
        .add(reads, routes!(users::get_user))
        .add(
            reads,
            sorted_by(users::COLUMNS, routes!(memberships::list_memberships)),
        )
        .add(reads, routes!(memberships::get_membership))
        .add(
            manages,
            routes!(
                memberships::update_membership,
                memberships::remove_membership
            ),
        )
        .with_state(state)
}
