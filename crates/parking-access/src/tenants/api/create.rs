//! Creating a tenant.

use axum::extract::State;
use axum::response::Response;
use chrono::{DateTime, Utc};
use parking_db::PlatformTx;
use parking_domain::tenancy;
use parking_domain::text::{Email, Language, Name, Slug};
use parking_http::{Answer, ApiError, Caller, Once, Problem};
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;

use super::super::life::described;
use super::super::{Tenant, TenantDraft, create, entry, owner, record};
use super::Tenants;
use super::wire::{FeatureChanges, LimitChanges, TenantBody};
use crate::audit::{By, Entry};
use crate::wire;

/// A tenant that is to be.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CreateTenant {
    #[schema(value_type = wire::Name)]
    name: String,
    /// Its name in addresses; made from the name, and numbered when taken, if none is given.
    #[schema(value_type = Option<wire::Slug>)]
    slug: Option<String>,
    #[schema(value_type = wire::Tier)]
    tier: tenancy::Tier,
    /// Who is invited to own it, by mail.
    #[schema(value_type = Option<wire::Email>)]
    owner_email: Option<String>,
    /// What was agreed instead of the tier's limits.
    #[serde(default)]
    limits: LimitChanges,
    /// What was agreed instead of the tier's features.
    #[serde(default)]
    features: FeatureChanges,
    /// The language of people who have not chosen one.
    #[schema(value_type = Option<wire::Language>)]
    language: Option<Language>,
}

impl CreateTenant {
    fn owner(&self) -> Result<Option<Email>, ApiError> {
        let owner = self.owner_email.as_deref().map(Email::parse).transpose();
        owner.map_err(|error| ApiError::field("owner_email", error))
    }

    fn parsed(self) -> Result<TenantDraft, ApiError> {
        let slug = self.slug.as_deref().map(Slug::parse).transpose();
        Ok(TenantDraft {
            name: Name::parse(&self.name).map_err(|error| ApiError::field("name", error))?,
            slug: slug.map_err(|error| ApiError::field("slug", error))?,
            tier: self.tier,
            limit_overrides: self.limits.onto(tenancy::LimitOverrides::default())?,
            feature_overrides: self.features.onto(&std::collections::BTreeMap::new())?,
            language: self.language.unwrap_or_default(),
        })
    }
}

/// Creates a tenant, and invites its first owner if one is named. An `Idempotency-Key` repeats the
/// answer of an earlier request.
#[utoipa::path(post, path = "/api/v6/tenants", request_body = CreateTenant,
    responses((status = 201, description = "The tenant", body = TenantBody, headers(("Location" = String, description = "Where the tenant is"))),
        (status = 409, description = "`slug_taken`, `idempotency_key_reused`", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn create_tenant(
    State(state): State<Tenants>,
    caller: Caller,
    request: Once<CreateTenant>,
) -> Result<Response, ApiError> {
    let now = state.clock.now();
    let tx = state.administer().await?;
    let operate = async |tx: &mut PlatformTx, request: CreateTenant| {
        let tenant = found(tx, &caller, request, now).await?;
        let (location, version) = (format!("/api/v6/tenants/{}", tenant.id), tenant.version);
        Answer::created(location, version, &TenantBody::from(tenant))
    };
    request.run_across(tx, &caller, now, operate).await
}

async fn found(
    tx: &mut PlatformTx,
    caller: &Caller,
    request: CreateTenant,
    now: DateTime<Utc>,
) -> Result<Tenant, ApiError> {
    let (owner, new) = (request.owner()?, request.parsed()?);
    let language = new.language;
    let tenant = create(tx, now, new).await?;
    if let Some(email) = &owner {
        let invited_by = caller.person().ok().map(|person| person.id);
        owner::invite(tx, tenant.id, email, language, invited_by, now).await?;
    }
    let mut new = described(&tenant);
    new["owner_email"] = json!(owner.as_ref().map(Email::as_str));
    let entry = Entry {
        new: Some(new),
        ..entry("tenant.created", &tenant)
    };
    record(tx, tenant.id, &By::caller(caller), now, entry).await?;
    Ok(tenant)
}
