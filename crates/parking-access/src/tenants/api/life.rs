//! Changing tenants, suspending them, sending them away.

use axum::Json as AnswerJson;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use parking_domain::tenancy;
use parking_domain::text::{Name, Slug};
use parking_http::{ApiError, Caller, Id, IfMatch, Json, Problem, Tagged};
use serde::Deserialize;
use utoipa::ToSchema;

use super::super::{Tenant, Terms, activate, delete, suspend, update};
use super::wire::{FeatureChanges, LimitChanges, TenantBody, tagged};
use super::{Tenants, hold};
use crate::audit::By;
use crate::wire;

/// What is to change; what is absent or null stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct UpdateTenant {
    #[schema(value_type = Option<wire::Name>)]
    name: Option<String>,
    #[schema(value_type = Option<wire::Slug>)]
    slug: Option<String>,
    #[schema(value_type = Option<wire::Tier>)]
    tier: Option<tenancy::Tier>,
    limits: Option<LimitChanges>,
    features: Option<FeatureChanges>,
}

impl UpdateTenant {
    fn terms(&self, tenant: &Tenant) -> Result<Terms, ApiError> {
        let name = self.name.as_deref().unwrap_or(&tenant.name);
        let slug = self.slug.as_deref().unwrap_or(&tenant.slug);
        Ok(Terms {
            name: Name::parse(name).map_err(|error| ApiError::field("name", error))?,
            slug: Slug::parse(slug).map_err(|error| ApiError::field("slug", error))?,
            tier: self.tier.unwrap_or(tenant.tier),
            limit_overrides: self
                .limits
                .unwrap_or_default()
                .onto(tenant.limit_overrides)?,
            feature_overrides: match &self.features {
                Some(features) => features.onto(&tenant.feature_overrides)?,
                None => tenant.feature_overrides.clone(),
            },
        })
    }
}

/// Changes a tenant. PATCH and PUT mean the same: what is absent stays. A limit may be set below
/// what is in use; then nothing can be added until it is free again.
#[utoipa::path(method(patch, put), path = "/api/v6/tenants/{id}", params(("id" = uuid::Uuid, Path)), request_body = UpdateTenant,
    responses((status = 200, description = "The tenant", body = TenantBody),
        (status = 409, description = "`slug_taken`, `platform_tenant_protected`", body = Problem, content_type = "application/problem+json"),
        (status = 412, description = "`precondition_failed`", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn update_tenant(
    State(state): State<Tenants>,
    caller: Caller,
    Id(id): Id,
    if_match: IfMatch,
    Json(request): Json<UpdateTenant>,
) -> Result<Tagged<TenantBody>, ApiError> {
    let mut tx = state.administer().await?;
    let tenant = hold(&mut tx, id, &if_match).await?;
    let (terms, by) = (request.terms(&tenant)?, By::caller(&caller));
    let changed = update(&mut tx, &tenant, &terms, &by, state.clock.now()).await?;
    tx.commit().await?;
    Ok(tagged(changed))
}

/// Why a tenant is suspended.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SuspendTenant {
    /// Why; the tenant's owners and the audit log see it.
    #[schema(value_type = wire::Name)]
    reason: String,
}

/// Locks a tenant's people and keys out until it is activated again.
#[utoipa::path(post, path = "/api/v6/tenants/{id}/suspend", params(("id" = uuid::Uuid, Path)), request_body = SuspendTenant,
    responses((status = 200, description = "The tenant", body = TenantBody),
        (status = 409, description = "`tenant_not_active`, `platform_tenant_protected`", body = Problem, content_type = "application/problem+json"),
        (status = 412, description = "`precondition_failed`", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn suspend_tenant(
    State(state): State<Tenants>,
    caller: Caller,
    Id(id): Id,
    if_match: IfMatch,
    Json(request): Json<SuspendTenant>,
) -> Result<Tagged<TenantBody>, ApiError> {
    let reason = Name::parse(&request.reason).map_err(|error| ApiError::field("reason", error))?;
    let mut tx = state.administer().await?;
    let tenant = hold(&mut tx, id, &if_match).await?;
    let by = By::caller(&caller);
    let changed = suspend(&mut tx, &tenant, &reason, &by, state.clock.now()).await?;
    tx.commit().await?;
    Ok(tagged(changed))
}

/// Nothing to say.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ActivateTenant {}

/// Lets a tenant back in that is suspended, or that is to be deleted and still in its grace period.
#[utoipa::path(post, path = "/api/v6/tenants/{id}/activate", params(("id" = uuid::Uuid, Path)), request_body = ActivateTenant,
    responses((status = 200, description = "The tenant", body = TenantBody),
        (status = 409, description = "`tenant_not_active`: the grace period is over", body = Problem, content_type = "application/problem+json"),
        (status = 412, description = "`precondition_failed`", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn activate_tenant(
    State(state): State<Tenants>,
    caller: Caller,
    Id(id): Id,
    if_match: IfMatch,
    Json(ActivateTenant {}): Json<ActivateTenant>,
) -> Result<Tagged<TenantBody>, ApiError> {
    let mut tx = state.administer().await?;
    let tenant = hold(&mut tx, id, &if_match).await?;
    let by = By::caller(&caller);
    let changed = activate(&mut tx, &tenant, &by, state.clock.now()).await?;
    tx.commit().await?;
    Ok(tagged(changed))
}

/// Locks a tenant out, and deletes it for good after 30 days. Until then it can be activated again.
#[utoipa::path(delete, path = "/api/v6/tenants/{id}", params(("id" = uuid::Uuid, Path)),
    responses((status = 202, description = "The tenant, with the day it goes", body = TenantBody),
        (status = 409, description = "`export_required`, `platform_tenant_protected`", body = Problem, content_type = "application/problem+json"),
        (status = 412, description = "`precondition_failed`", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn delete_tenant(
    State(state): State<Tenants>,
    caller: Caller,
    Id(id): Id,
    if_match: IfMatch,
) -> Result<Response, ApiError> {
    let mut tx = state.administer().await?;
    let tenant = hold(&mut tx, id, &if_match).await?;
    let by = By::caller(&caller);
    let changed = delete(&mut tx, &tenant, &by, state.clock.now()).await?;
    tx.commit().await?;
    let body = AnswerJson(TenantBody::from(changed));
    Ok((StatusCode::ACCEPTED, body).into_response())
}
