//! Who acts now.

use std::collections::BTreeSet;
use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use chrono::{DateTime, Utc};
use parking_domain::access::{Permission, Role, Scope};
use parking_domain::ids::TenantId;
use uuid::Uuid;

use crate::{ApiError, Code};

/// Somebody or something with rights in one tenant.
#[derive(Clone, Debug)]
pub struct Caller {
    /// Who, and what for.
    pub identity: Arc<Identity>,
    /// The request, as the log and the audit name it.
    pub request: Request,
}

/// The part of a caller that outlives one request.
#[derive(Clone, Debug)]
pub struct Identity {
    /// The tenant the caller acts in.
    pub tenant: TenantId,
    /// Who acts.
    pub actor: Actor,
    /// What the caller may do there.
    pub role: Role,
    /// What an API key may be used for; a person has no scopes.
    pub scopes: Option<BTreeSet<Scope>>,
    /// Set while a platform admin acts inside a customer's tenant.
    pub acting: Option<Acting>,
    /// How fast the credential may ask.
    pub requests_per_minute: Option<u32>,
    /// How fast all callers of the tenant together may ask.
    pub tenant_requests_per_minute: u32,
}

/// Who acts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Actor {
    /// A signed-in person.
    User {
        /// The account.
        id: Uuid,
        /// The sign-in.
        session: Uuid,
        /// The name at this time, for the audit log.
        name: String,
    },
    /// A program with an API key, or with a webhook credential that it signs with.
    ApiKey {
        /// The key or credential.
        id: Uuid,
        /// The part of it that is not secret; a credential's is its id.
        public_id: String,
        /// The name at this time, for the audit log.
        name: String,
    },
}

/// Why and until when a platform admin acts inside a tenant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Acting {
    /// The reason that was given.
    pub reason: String,
    /// When it ends by itself.
    pub until: DateTime<Utc>,
}

/// What is known of the request itself.
#[derive(Clone, Debug)]
pub struct Request {
    /// Its name, from the client or made here.
    pub id: Arc<str>,
    /// Where it came from, past the trusted proxies.
    pub ip: IpAddr,
    /// The word that its signer gave it and no other message has; `None` of one that is not signed.
    pub nonce: Option<Arc<str>>,
}

/// What a request shows to prove who sent it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Credentials<'a> {
    /// `Authorization: Bearer …`.
    Bearer(&'a str),
    /// `X-API-Key: …`.
    ApiKey(&'a str),
    /// `X-Webhook-Signature: …` over the body, where messages are handed in.
    Signed(Signed<'a>),
}

/// A body and the signature it came with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Signed<'a> {
    /// `X-Webhook-Credential`: whose secret it claims to be signed with.
    pub credential: Uuid,
    /// `X-Webhook-Signature`.
    pub signature: &'a str,
    /// `X-Webhook-Timestamp`: when it was signed, in seconds since 1970, as it is signed.
    pub timestamp: Option<&'a str>,
    /// `X-Webhook-Nonce`: a word no other message has, as it is signed.
    pub nonce: Option<&'a str>,
    /// The body, byte for byte.
    pub body: &'a [u8],
}

/// What somebody asked for by id and was told is not there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Miss {
    /// The method.
    pub method: String,
    /// The template of the route.
    pub route: String,
    /// The id in the path, or that there was none that could be one.
    pub id: String,
}

/// Finds out who shows credentials. The edge knows this one thing about accounts.
pub trait Authenticate: Send + Sync + 'static {
    /// Whether these are no stranger's: an address that has shown too many bad credentials is
    /// heard on with them.
    fn knows(&self, _credentials: Credentials<'_>) -> bool {
        true
    }

    /// Takes note, without delay, that a caller asked by id for what is not there or not theirs.
    fn missed(&self, _caller: &Caller, _miss: Miss) {}

    /// Lets a tenant's nonce be shown again, without delay: the message it came with was not taken in.
    fn give_back(&self, _tenant: TenantId, _nonce: &str) {}

    /// Who it is, or why not.
    fn authenticate<'a>(
        &'a self,
        credentials: Credentials<'a>,
        request: &'a Request,
    ) -> std::pin::Pin<Box<dyn Future<Output = Result<Arc<Identity>, ApiError>> + Send + 'a>>;
}

impl Caller {
    /// The tenant the caller acts in.
    pub fn tenant(&self) -> TenantId {
        self.identity.tenant
    }

    /// The caller's role there.
    pub fn role(&self) -> Role {
        self.identity.role
    }

    /// Refuses unless the caller may do it.
    pub fn require(&self, permission: Permission) -> Result<(), ApiError> {
        if self.may(permission) {
            Ok(())
        } else {
            let grant = permission.grant();
            Err(ApiError::new(Code::Forbidden)
                .detail(format!("needs {} ({} or higher)", grant.name, grant.role)))
        }
    }

    /// Whether the caller may do it.
    pub fn may(&self, permission: Permission) -> bool {
        permission.allows(self.identity.role, self.identity.scopes.as_ref())
    }

    /// Whether the caller may do it where they are: most members of the platform's tenant see nothing of
    /// the estate, whatever their role.
    pub fn may_here(&self, permission: Permission) -> bool {
        self.may(permission) && (!permission.is_of_the_estate() || self.spans_tenants().is_ok())
    }

    /// Whether the caller looks at all tenants: with the platform's selected, and only those who run
    /// the platform. Its other members are refused.
    pub fn spans_tenants(&self) -> Result<bool, ApiError> {
        if !self.tenant().is_platform() {
            return Ok(false);
        }
        if self.role() < Role::PlatformAdmin {
            let detail = format!("needs the role {}", Role::PlatformAdmin);
            return Err(ApiError::new(Code::Forbidden).detail(detail));
        }
        Ok(true)
    }

    /// The person and the sign-in, or a refusal for programs.
    pub fn person(&self) -> Result<Person, ApiError> {
        match self.identity.actor {
            Actor::User { id, session, .. } => Ok(Person { id, session }),
            Actor::ApiKey { .. } => Err(ApiError::new(Code::PersonRequired)),
        }
    }

    /// The credential, as a name that no other credential has.
    pub fn credential(&self) -> String {
        match &self.identity.actor {
            Actor::User { id, .. } => format!("user:{id}"),
            Actor::ApiKey { id, .. } => format!("key:{id}"),
        }
    }
}

/// A signed-in person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Person {
    /// The account.
    pub id: Uuid,
    /// The sign-in.
    pub session: Uuid,
}

/// What the edge found out about who sent the request; put there before the guard looks.
#[derive(Clone, Debug)]
pub(crate) enum Seen {
    /// No credentials were shown.
    Nobody,
    /// Credentials were shown and are good.
    Known(Caller),
    /// Credentials were shown and are not.
    Refused(Arc<ApiError>),
}

impl<S: Send + Sync> FromRequestParts<S> for Caller {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        match parts.extensions.get::<Seen>() {
            Some(Seen::Known(caller)) => Ok(caller.clone()),
            Some(Seen::Refused(error)) => Err(ApiError::clone(error)),
            _ => Err(ApiError::new(Code::Unauthenticated)),
        }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Request {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        parts
            .extensions
            .get::<Self>()
            .cloned()
            .ok_or_else(|| ApiError::new(Code::InternalError))
    }
}
