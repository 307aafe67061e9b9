//! Those who were let in and stay: what their rights depend on, without what they showed.

use std::net::IpAddr;
use std::sync::Arc;

use parking_domain::ids::TenantId;
use parking_http::{Actor, ApiError, Caller, Code, Identity};
use uuid::Uuid;

use super::{Callers, Program};
use crate::accounts::{self, Claims};
use crate::api_keys;

/// What the rights of a caller rest on for as long as a connection is open.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Standing {
    /// A sign-in, in the tenant that was selected.
    Session {
        /// The account.
        user: Uuid,
        /// The sign-in.
        session: Uuid,
        /// The tenant.
        tenant: TenantId,
    },
    /// An API key.
    Key {
        /// The part of it that is not secret.
        public_id: String,
        /// The tenant.
        tenant: TenantId,
        /// Where it is used from.
        ip: IpAddr,
    },
}

impl Standing {
    /// What the rights of a caller rest on.
    pub fn of(caller: &Caller) -> Self {
        let tenant = caller.tenant();
        match &caller.identity.actor {
            Actor::User { id, session, .. } => Self::Session {
                user: *id,
                session: *session,
                tenant,
            },
            Actor::ApiKey { public_id, .. } => Self::Key {
                public_id: public_id.clone(),
                tenant,
                ip: caller.request.ip,
            },
        }
    }

    /// Whether a notice about this subject may be about it.
    pub fn rests_on(&self, subject: &str) -> bool {
        let Some((kind, name)) = subject.split_once(':') else {
            return false;
        };
        match (kind, self) {
            ("tenant", Self::Session { tenant, .. } | Self::Key { tenant, .. }) => {
                tenant.to_string() == name
            }
            ("user", Self::Session { user, .. }) => user.to_string() == name,
            ("session", Self::Session { session, .. }) => session.to_string() == name,
            ("key", Self::Key { public_id, .. }) => public_id == name,
            _ => false,
        }
    }
}

impl Callers {
    /// What somebody who stays may do now. It is asked of the database: who is told that something
    /// changed must not be answered from before.
    pub async fn ask_again(&self, standing: &Standing) -> Result<Arc<Identity>, ApiError> {
        let now = self.clock.now();
        match standing {
            &Standing::Session {
                user,
                session,
                tenant,
            } => {
                let claims = Claims {
                    user,
                    session,
                    tenant,
                    issued_at: now,
                    expires_at: now,
                };
                let found = accounts::identity(&self.db, &claims, now).await?;
                let found = found.ok_or_else(|| ApiError::new(Code::SessionEnded))?;
                Ok(Arc::new(found))
            }
            Standing::Key { public_id, ip, .. } => {
                let key = api_keys::known(&self.db, public_id).await?;
                let key = key.filter(|key| key.is_good(now));
                let key = key.ok_or_else(|| ApiError::new(Code::Unauthenticated))?;
                if !key.allows(*ip) {
                    return Err(ApiError::new(Code::AddressNotAllowed));
                }
                if !key.is_tenant_active {
                    return Err(ApiError::new(Code::TenantSuspended));
                }
                Ok(Program::new(key, public_id).identity)
            }
        }
    }
}
