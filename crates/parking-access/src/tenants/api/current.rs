//! The tenant one acts in.

use axum::extract::State;
use parking_domain::text::{Language, Name};
use parking_http::{ApiError, Caller, IfMatch, Json, Problem, Tagged};
use serde::Deserialize;
use utoipa::ToSchema;

use super::super::{Settings, Tenant, find, lock, update_own};
use super::Tenants;
use super::wire::{TenantBody, tagged};
use crate::audit::By;
use crate::wire;

/// The tenant the caller acts in.
#[utoipa::path(get, path = "/api/v6/tenants/current",
    responses((status = 200, description = "The tenant", body = TenantBody)))]
pub(super) async fn get_current_tenant(
    State(state): State<Tenants>,
    caller: Caller,
) -> Result<Tagged<TenantBody>, ApiError> {
    let mut tx = state.db.tenant(caller.tenant()).await?;
    let found = find(tx.conn(), caller.tenant()).await?;
    Ok(tagged(found.ok_or_else(ApiError::not_found)?))
}

/// What is to change; what is absent or null stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct UpdateCurrentTenant {
    #[schema(value_type = Option<wire::Name>)]
    name: Option<String>,
    settings: Option<SettingsChanges>,
}

/// What is to change of the settings; what is absent or null stays.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SettingsChanges {
    /// The language of people who have not chosen one.
    #[schema(value_type = Option<wire::Language>)]
    locale: Option<Language>,
}

impl UpdateCurrentTenant {
    fn onto(&self, tenant: &Tenant) -> Result<(Name, Settings), ApiError> {
        let name = self.name.as_deref().unwrap_or(&tenant.name);
        let name = Name::parse(name).map_err(|error| ApiError::field("name", error))?;
        let locale = self.settings.and_then(|settings| settings.locale);
        let settings = Settings {
            locale: locale.unwrap_or(tenant.settings.locale),
        };
        Ok((name, settings))
    }
}

/// Changes the name and the settings of the tenant the caller acts in. PATCH and PUT mean the same.
#[utoipa::path(method(patch, put), path = "/api/v6/tenants/current", request_body = UpdateCurrentTenant,
    responses((status = 200, description = "The tenant", body = TenantBody),
        (status = 412, description = "`precondition_failed`", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn update_current_tenant(
    State(state): State<Tenants>,
    caller: Caller,
    if_match: IfMatch,
    Json(request): Json<UpdateCurrentTenant>,
) -> Result<Tagged<TenantBody>, ApiError> {
    let mut tx = state.db.tenant(caller.tenant()).await?;
    let tenant = lock(tx.conn(), caller.tenant())
        .await?
        .ok_or_else(ApiError::not_found)?;
    if_match.check(tenant.version)?;
    let (name, settings) = request.onto(&tenant)?;
    let (by, now) = (By::caller(&caller), state.clock.now());
    let changed = update_own(&mut tx, &tenant, &name, settings, &by, now).await?;
    tx.commit().await?;
    Ok(tagged(changed))
}
