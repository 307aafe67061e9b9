//! Whose things a caller sees: a tenant's own, or, with the platform tenant selected, everybody's,
//! and those only to read.

use parking_db::{Db, PlatformTx, Reason, TenantTx};
use parking_domain::ids::TenantId;
use parking_http::{ApiError, Caller, Code, Page, PageExtent};
use sqlx::PgConnection;

/// A transaction that reads what a caller may see.
pub enum View {
    /// One tenant's things.
    Tenant(TenantTx),
    /// Everybody's.
    Platform(PlatformTx),
}

impl View {
    /// Opens the door that fits the tenant the caller has selected.
    pub async fn of(db: &Db, caller: &Caller) -> Result<Self, ApiError> {
        Ok(if caller.spans_tenants()? {
            Self::Platform(db.platform(Reason::Platform("read the estate")).await?)
        } else {
            Self::Tenant(db.tenant(caller.tenant()).await?)
        })
    }

    /// The connection, for the statements of `store.rs` files.
    pub fn conn(&mut self) -> &mut PgConnection {
        match self {
            Self::Tenant(tx) => tx.conn(),
            Self::Platform(tx) => tx.conn(),
        }
    }

    /// How a page of a list lies in it.
    pub fn extent(&self, page: &Page, total: i64) -> PageExtent {
        match self {
            Self::Tenant(tx) => PageExtent::of_tenant(page, total, tx.tenant()),
            Self::Platform(_) => PageExtent::of_all(page, total, TenantId::PLATFORM),
        }
    }
}

/// The transaction in which a caller changes things of the tenant they have selected. With the
/// platform's own selected there is nothing to change, only to look at.
pub async fn change(db: &Db, caller: &Caller) -> Result<TenantTx, ApiError> {
    must_own(caller)?;
    Ok(db.tenant(caller.tenant()).await?)
}

/// Refuses a caller who has the platform's tenant selected.
pub fn must_own(caller: &Caller) -> Result<(), ApiError> {
    if caller.tenant().is_platform() {
        return Err(ApiError::new(Code::SelectTenant));
    }
    Ok(())
}
