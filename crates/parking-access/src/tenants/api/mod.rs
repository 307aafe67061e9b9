//! Tenants over HTTP: one's own for members, all of them for platform admins.

mod create;
mod current;
mod export;
mod life;
mod list;
mod wire;

use parking_db::{Db, PlatformTx, Reason};
use parking_domain::access::Permission;
use parking_domain::clock::Clock;
use parking_http::{Access, ApiError, IfMatch, Routes, sorted_by};
use utoipa_axum::routes;
use uuid::Uuid;

use super::Tenant;
use crate::exports::Exports;
use crate::mail::Mailer;

/// What the tenants slice works with.
#[derive(Clone, Debug)]
pub struct Tenants {
    /// The database.
    pub db: Db,
    /// The time.
    pub clock: Clock,
    /// Tells owners that a limit is near.
    pub mailer: Mailer,
    pub(in crate::tenants) exports: Exports,
}

impl Tenants {
    /// Tenants kept in a database, by a clock; letters go out by a mailer.
    pub fn new(db: Db, clock: Clock, mailer: Mailer) -> Self {
        Self {
            db,
            clock,
            mailer,
            exports: Exports::default(),
        }
    }

    async fn read(&self) -> Result<PlatformTx, ApiError> {
        Ok(self.db.platform(Reason::Platform("read tenants")).await?)
    }

    async fn administer(&self) -> Result<PlatformTx, ApiError> {
        Ok(self
            .db
            .platform(Reason::Platform("administer tenants"))
            .await?)
    }
}

/// The routes of tenants.
pub fn routes(state: Tenants) -> Routes {
    let (reads, manages) = (
        Access::Needs(Permission::TenantsRead),
        Access::Needs(Permission::TenantsManage),
    );
    Routes::new("Tenants")
        .add(reads, sorted_by(list::COLUMNS, routes!(list::list_tenants)))
        .add(manages, routes!(create::create_tenant))
        .add(reads, routes!(list::tenant_stats))
        .add(reads, routes!(list::tiers))
        .add(
            Access::Needs(Permission::TenantRead),
            routes!(current::get_current_tenant),
        )
        .add(
            Access::Needs(Permission::TenantUpdate),
            routes!(current::update_current_tenant),
        )
        .add(
            Access::Needs(Permission::DataExport),
            routes!(export::export_current_tenant),
        )
        .add(reads, routes!(list::get_tenant))
        .add(manages, routes!(life::update_tenant, life::delete_tenant))
        .add(manages, routes!(life::suspend_tenant))
        .add(manages, routes!(life::activate_tenant))
        .add(manages, routes!(export::export_tenant))
        .with_state(state)
}

/// The tenant of a path, held for a change, if its version is the one the caller saw.
async fn hold(tx: &mut PlatformTx, id: Uuid, if_match: &IfMatch) -> Result<Tenant, ApiError> {
    let tenant = super::lock(tx.conn(), parking_domain::ids::TenantId(id))
        .await?
        .ok_or_else(ApiError::not_found)?;
    if_match.check(tenant.version)?;
    Ok(tenant)
}
