//! Exports under way. Each holds a connection for as long as its reader takes, so there are few at
//! a time, and a tenant has one: who reads slowly waits for nobody but themselves.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use parking_domain::ids::TenantId;
use parking_http::{ApiError, Code};

/// Exports of a kind at a time.
const AT_A_TIME: usize = 3;

/// How long the reader may take over the whole of one.
pub const TIME_MAX: Duration = Duration::from_mins(10);

/// The tenants that are being exported.
#[derive(Clone, Debug, Default)]
pub struct Exports(Arc<Mutex<HashSet<TenantId>>>);

/// A tenant's place among them, given back when it is dropped.
#[derive(Debug)]
pub struct ExportPlace {
    exports: Exports,
    tenant: TenantId,
}

impl Exports {
    /// A place for a tenant's export, if there is one.
    pub fn begin(&self, tenant: TenantId) -> Result<ExportPlace, ApiError> {
        let mut running = self.running();
        let refused = if running.contains(&tenant) {
            Some("another export of this tenant is running")
        } else if running.len() >= AT_A_TIME {
            Some("other exports are running")
        } else {
            None
        };
        if let Some(why) = refused {
            return Err(ApiError::new(Code::Unavailable)
                .detail(why)
                .retry_after(Duration::from_secs(10)));
        }
        running.insert(tenant);
        Ok(ExportPlace {
            exports: self.clone(),
            tenant,
        })
    }

    fn running(&self) -> MutexGuard<'_, HashSet<TenantId>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for ExportPlace {
    fn drop(&mut self) {
        self.exports.running().remove(&self.tenant);
    }
}
