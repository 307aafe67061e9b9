//! How many questions of one tenant ChirpStack is asked at once while somebody waits for the answer.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use parking_chirpstack::grpc::CallError;
use parking_domain::ids::TenantId;

/// Questions of one tenant at once; each is several calls, and all tenants share the few there are.
const OF_ONE_MAX: usize = 2;

/// Who asks ChirpStack about a device at this moment; clones are the same.
#[derive(Clone, Debug, Default)]
pub struct Asking(Arc<Mutex<HashMap<TenantId, usize>>>);

/// A question that is being asked, until it is dropped.
#[derive(Debug)]
pub(super) struct Question {
    asking: Asking,
    tenant: TenantId,
}

impl Asking {
    /// Begins a question, unless the tenant asks enough already.
    pub(super) fn begin(&self, tenant: TenantId) -> Result<Question, CallError> {
        let mut asking = self.lock();
        let count = asking.entry(tenant).or_default();
        if *count >= OF_ONE_MAX {
            return Err(CallError::Crowded);
        }
        *count += 1;
        let asking = self.clone();
        Ok(Question { asking, tenant })
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<TenantId, usize>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Question {
    fn drop(&mut self) {
        let mut asking = self.asking.lock();
        if let Some(count) = asking.get_mut(&self.tenant) {
            *count -= 1;
            if *count == 0 {
                asking.remove(&self.tenant);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use parking_domain::ids::fresh;

    use super::*;

    #[test]
    fn a_tenant_that_asks_much_waits_and_no_other_does() {
        let (asking, one, other) = (Asking::default(), TenantId(fresh()), TenantId(fresh()));
        let first = asking.begin(one).unwrap();
        let _second = asking.begin(one).unwrap();
        assert_eq!(asking.begin(one).err(), Some(CallError::Crowded));
        assert!(asking.begin(other).is_ok());
        drop(first);
        assert!(asking.begin(one).is_ok());
        assert_eq!(asking.lock().len(), 1);
    }
}
