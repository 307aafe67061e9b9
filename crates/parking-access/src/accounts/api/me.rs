//! What callers see and change about themselves.

use std::collections::BTreeMap;

use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use chrono::{DateTime, Utc};
use parking_db::Reason;
use parking_domain::access::PERMISSIONS;
use parking_domain::tenancy::is_near_limit;
use parking_domain::text::{Language, Name};
use parking_http::{Actor, ApiError, Caller, Code, IfMatch, Json, Tagged};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::bodies::{TenantAnswer, UserAnswer};
use crate::accounts::Accounts;
use crate::accounts::people::{ProfileChange, Standing, Theme};
use crate::accounts::profile::{self, ProfileError, Use};
use crate::wire;

/// Who calls, where, and what they may do.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Me {
    /// The person; null for an API key.
    user: Option<UserAnswer>,
    /// The API key; null for a person.
    api_key: Option<ApiKeyRef>,
    /// The tenant the caller works in.
    tenant: TenantAnswer,
    /// The tenants the person is an active member of; for an API key, its tenant.
    tenants: Vec<TenantAnswer>,
    /// The caller's role in the tenant.
    #[schema(value_type = wire::Role)]
    role: &'static str,
    /// What the caller may do in the tenant.
    permissions: Vec<&'static str>,
    /// What an API key may be used for; null for a person.
    #[schema(value_type = Option<Vec<wire::Scope>>)]
    scopes: Option<Vec<&'static str>>,
    /// Set while a platform admin acts inside a customer's tenant.
    acting: Option<ActingAnswer>,
    is_platform_admin: bool,
    /// The tenant's features, on or off.
    features: BTreeMap<String, bool>,
    /// The version of the server.
    version: &'static str,
}

/// The API key that calls.
#[derive(Debug, Serialize, ToSchema)]
struct ApiKeyRef {
    id: Uuid,
    name: String,
}

/// Why and until when a platform admin acts inside a tenant.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Acting)]
struct ActingAnswer {
    reason: String,
    expires_at: DateTime<Utc>,
}

/// What somebody changes about themselves; what is left out stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Profile {
    #[schema(value_type = Option<wire::Name>)]
    name: Option<String>,
    #[schema(value_type = Option<wire::Language>)]
    language: Option<String>,
    #[schema(value_type = Option<wire::Theme>)]
    theme: Option<String>,
}

impl Profile {
    fn parse(self) -> Result<ProfileChange, ApiError> {
        let name = self.name.as_deref().map(Name::parse).transpose();
        let language = self.language.as_deref().map(Language::parse).transpose();
        let theme = self.theme.as_deref().map(str::parse::<Theme>).transpose();
        Ok(ProfileChange {
            name: name.map_err(|error| ApiError::field("name", error))?,
            language: language.map_err(|error| ApiError::field("language", error))?,
            theme: theme
                .map_err(|_| ApiError::field("theme", "must be one of: light, dark, system"))?,
        })
    }
}

/// How much the tenant may have and has, and how fast the caller may ask.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct LimitsAnswer {
    tenant_id: Uuid,
    tenant_name: String,
    #[schema(value_type = wire::Tier)]
    tier: &'static str,
    resources: Vec<ResourceUse>,
    rate: Rate,
}

/// How much of one thing the tenant has.
#[derive(Debug, Serialize, ToSchema)]
struct ResourceUse {
    #[schema(value_type = wire::Resource)]
    resource: String,
    used: i32,
    max: i32,
    /// Whether four fifths are used.
    near_limit: bool,
}

/// How fast the caller may ask.
#[derive(Debug, Serialize, ToSchema)]
struct Rate {
    requests_per_minute: u32,
    /// Requests that may come at once.
    burst: u32,
    writes_per_minute: u32,
}

impl From<Use> for ResourceUse {
    fn from(row: Use) -> Self {
        let count = |number: i32| u32::try_from(number).unwrap_or_default();
        Self {
            near_limit: is_near_limit(count(row.used), count(row.max)),
            resource: row.resource,
            used: row.used,
            max: row.max,
        }
    }
}

/// The caller: who, in which tenant, with which rights.
#[utoipa::path(get, path = "/api/v6/me", responses((status = 200, body = Me)))]
pub(super) async fn get_me(
    State(accounts): State<Accounts>,
    caller: Caller,
) -> Result<Response, ApiError> {
    let mut tx = accounts.db.platform(Reason::Worker("who calls")).await?;
    let me = profile::me(&mut tx, &caller)
        .await?
        .ok_or_else(ApiError::not_found)?;
    Ok(answer(&caller, &me))
}

/// The same as `GET /api/v6/me`, beside the other addresses of signing in.
#[utoipa::path(get, path = "/api/auth/me", responses((status = 200, body = Me)))]
pub(super) async fn get_current_caller(
    state: State<Accounts>,
    caller: Caller,
) -> Result<Response, ApiError> {
    get_me(state, caller).await
}

/// Changes the caller's name, language or theme.
#[utoipa::path(patch, path = "/api/v6/me", request_body = Profile, responses(
    (status = 200, body = Me),
    (status = 412, description = "It was changed meanwhile"),
))]
pub(super) async fn update_me(
    State(accounts): State<Accounts>,
    caller: Caller,
    if_match: IfMatch,
    Json(body): Json<Profile>,
) -> Result<Response, ApiError> {
    let person = caller.person()?;
    let change = body.parse()?;
    let now = accounts.clock.now();
    let is_current = |version| if_match.check(version).is_ok();
    let mut tx = accounts
        .db
        .platform(Reason::Worker("change a profile"))
        .await?;
    profile::change(&mut tx, &caller, person, &change, is_current, now).await?;
    let me = profile::me(&mut tx, &caller)
        .await?
        .ok_or_else(ApiError::not_found)?;
    tx.commit().await?;
    Ok(answer(&caller, &me))
}

/// The same as PATCH: what is left out stays.
#[utoipa::path(put, path = "/api/v6/me", request_body = Profile, responses(
    (status = 200, body = Me),
    (status = 412, description = "It was changed meanwhile"),
))]
pub(super) async fn replace_me(
    state: State<Accounts>,
    caller: Caller,
    if_match: IfMatch,
    body: Json<Profile>,
) -> Result<Response, ApiError> {
    update_me(state, caller, if_match, body).await
}

/// How much the caller's tenant may have and has, and how fast the caller may ask.
#[utoipa::path(get, path = "/api/v6/me/limits", responses((status = 200, body = LimitsAnswer)))]
pub(super) async fn get_limits(
    State(accounts): State<Accounts>,
    caller: Caller,
) -> Result<axum::Json<LimitsAnswer>, ApiError> {
    let mut tx = accounts.db.tenant(caller.tenant()).await?;
    let limits = profile::limits(&mut tx, caller.tenant())
        .await?
        .ok_or_else(ApiError::not_found)?;
    let rate = accounts.options.rate_limits;
    let per_minute = caller
        .identity
        .requests_per_minute
        .unwrap_or(rate.requests_per_minute);
    Ok(axum::Json(LimitsAnswer {
        tenant_id: caller.tenant().0,
        tenant_name: limits.name,
        tier: limits.tier.name(),
        resources: limits
            .resources
            .into_iter()
            .map(ResourceUse::from)
            .collect(),
        rate: Rate {
            requests_per_minute: per_minute,
            burst: per_minute.saturating_mul(2),
            writes_per_minute: rate.writes_per_minute.max(per_minute / 2),
        },
    }))
}

fn answer(caller: &Caller, me: &profile::Me) -> Response {
    let identity = &caller.identity;
    let standing = me.standing.as_ref();
    let tenants = match standing {
        Some(standing) => standing.tenants.iter().map(TenantAnswer::from).collect(),
        None => vec![TenantAnswer::from(&me.tenant)],
    };
    let api_key = match &identity.actor {
        Actor::ApiKey { id, name, .. } => Some(ApiKeyRef {
            id: *id,
            name: name.clone(),
        }),
        Actor::User { .. } => None,
    };
    let body = Me {
        user: standing.map(|standing| UserAnswer::from(&standing.user)),
        api_key,
        tenant: TenantAnswer::from(&me.tenant),
        tenants,
        role: identity.role.name(),
        permissions: PERMISSIONS
            .iter()
            .filter(|grant| caller.may_here(grant.permission))
            .map(|grant| grant.name)
            .collect(),
        scopes: identity
            .scopes
            .as_ref()
            .map(|scopes| scopes.iter().map(|scope| scope.name()).collect()),
        acting: identity.acting.as_ref().map(|acting| ActingAnswer {
            reason: acting.reason.clone(),
            expires_at: acting.until,
        }),
        is_platform_admin: standing.is_some_and(Standing::is_platform_admin),
        features: me.features.clone(),
        version: env!("CARGO_PKG_VERSION"),
    };
    match standing {
        Some(standing) => Tagged(standing.user.version, body).into_response(),
        None => axum::Json(body).into_response(),
    }
}

impl From<ProfileError> for ApiError {
    fn from(error: ProfileError) -> Self {
        match error {
            ProfileError::NotFound => Self::not_found(),
            ProfileError::Stale => Self::new(Code::PreconditionFailed),
            ProfileError::Db(error) => error.into(),
        }
    }
}
