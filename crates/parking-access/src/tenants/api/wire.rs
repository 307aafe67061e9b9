//! Tenants as they are answered.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use parking_domain::tenancy;
use parking_http::{ApiError, Tagged};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::super::{Settings, Tenant};
use crate::wire::{self, Change};

/// A customer, or the platform itself.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Tenant)]
pub(super) struct TenantBody {
    id: Uuid,
    name: String,
    /// Its name in addresses.
    slug: String,
    #[schema(inline)]
    kind: TenantKind,
    #[schema(value_type = wire::TenantStatus)]
    status: tenancy::TenantStatus,
    #[schema(value_type = wire::Tier)]
    tier: tenancy::Tier,
    /// The limits that hold.
    #[schema(value_type = LimitsBody)]
    limits: tenancy::Limits,
    /// What was agreed instead of the tier's limits.
    #[schema(value_type = LimitOverridesBody)]
    limit_overrides: tenancy::LimitOverrides,
    /// The features that are on and off.
    features: BTreeMap<String, bool>,
    settings: SettingsBody,
    /// How many there are of each limited thing.
    usage: BTreeMap<String, u32>,
    /// When its data was last exported whole.
    exported_at: Option<DateTime<Utc>>,
    suspended_at: Option<DateTime<Utc>>,
    suspended_reason: Option<String>,
    /// When it is deleted for good; set while its status is `deleting`.
    delete_after: Option<DateTime<Utc>>,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

/// The platform's own tenant, or a customer.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum TenantKind {
    /// The people who run the installation.
    Platform,
    /// Everybody else.
    Customer,
}

/// How much of each thing a tenant may have.
#[derive(Debug, ToSchema)]
#[schema(as = Limits)]
#[expect(dead_code, reason = "describes `tenancy::Limits`")]
pub(super) struct LimitsBody {
    users: u32,
    sites: u32,
    spaces: u32,
    devices: u32,
    gateways: u32,
    /// API requests of all the tenant's callers together.
    requests_per_minute: u32,
}

/// Limits that were agreed with this tenant alone; the tier's hold where none is named.
#[derive(Debug, ToSchema)]
#[schema(as = LimitOverrides)]
#[expect(dead_code, reason = "describes `tenancy::LimitOverrides`")]
pub(super) struct LimitOverridesBody {
    #[schema(nullable = false)]
    users: Option<u32>,
    #[schema(nullable = false)]
    sites: Option<u32>,
    #[schema(nullable = false)]
    spaces: Option<u32>,
    #[schema(nullable = false)]
    devices: Option<u32>,
    #[schema(nullable = false)]
    gateways: Option<u32>,
    #[schema(nullable = false)]
    requests_per_minute: Option<u32>,
}

/// What a tenant's owners chose for it.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = TenantSettings)]
pub(super) struct SettingsBody {
    /// The language of people who have not chosen one.
    #[schema(value_type = wire::Language)]
    pub(super) locale: parking_domain::text::Language,
}

/// Limits to agree with this tenant: a number sets one, null returns to the tier's.
#[derive(Clone, Copy, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct LimitChanges {
    #[serde(default)]
    #[schema(value_type = Option<u32>, maximum = 1_000_000_000)]
    users: Change<u32>,
    #[serde(default)]
    #[schema(value_type = Option<u32>, maximum = 1_000_000_000)]
    sites: Change<u32>,
    #[serde(default)]
    #[schema(value_type = Option<u32>, maximum = 1_000_000_000)]
    spaces: Change<u32>,
    #[serde(default)]
    #[schema(value_type = Option<u32>, maximum = 1_000_000_000)]
    devices: Change<u32>,
    #[serde(default)]
    #[schema(value_type = Option<u32>, maximum = 1_000_000_000)]
    gateways: Change<u32>,
    #[serde(default)]
    #[schema(value_type = Option<u32>, minimum = 1, maximum = 1_000_000_000)]
    requests_per_minute: Change<u32>,
}

/// More of anything than this is a typing mistake.
const LIMIT_MAX: u32 = 1_000_000_000;

impl LimitChanges {
    /// The overrides that hold after these changes.
    pub(super) fn onto(
        self,
        agreed: tenancy::LimitOverrides,
    ) -> Result<tenancy::LimitOverrides, ApiError> {
        let changed = |name: &str, min: u32, change: Change<u32>, agreed: Option<u32>| {
            let limit = change.onto(agreed);
            if limit.is_some_and(|limit| !(min..=LIMIT_MAX).contains(&limit)) {
                let message = format!("must be a whole number from {min} to {LIMIT_MAX}");
                return Err(ApiError::field(format!("limits.{name}"), message));
            }
            Ok(limit)
        };
        let requests = (self.requests_per_minute, agreed.requests_per_minute);
        Ok(tenancy::LimitOverrides {
            users: changed("users", 0, self.users, agreed.users)?,
            sites: changed("sites", 0, self.sites, agreed.sites)?,
            spaces: changed("spaces", 0, self.spaces, agreed.spaces)?,
            devices: changed("devices", 0, self.devices, agreed.devices)?,
            gateways: changed("gateways", 0, self.gateways, agreed.gateways)?,
            requests_per_minute: changed("requests_per_minute", 1, requests.0, requests.1)?,
        })
    }
}

/// Features to agree with this tenant, by name: true or false sets one, null returns to the tier's.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(try_from = "BTreeMap<String, Option<bool>>")]
pub(super) struct FeatureChanges(BTreeMap<String, Option<bool>>);

/// The most features that can be agreed with one tenant.
const FEATURES_MAX: usize = 50;

impl TryFrom<BTreeMap<String, Option<bool>>> for FeatureChanges {
    type Error = String;

    fn try_from(features: BTreeMap<String, Option<bool>>) -> Result<Self, String> {
        let is_name = |name: &String| {
            (1..=50).contains(&name.len())
                && name
                    .bytes()
                    .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == b'_')
        };
        if features.len() > FEATURES_MAX {
            return Err(format!("must name at most {FEATURES_MAX} features"));
        }
        if let Some(name) = features.keys().find(|name| !is_name(name)) {
            return Err(format!(
                "{name:?} is not a feature's name: at most 50 of a-z, 0-9 and _"
            ));
        }
        Ok(Self(features))
    }
}

impl utoipa::PartialSchema for FeatureChanges {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        use utoipa::openapi::schema::{ObjectBuilder, SchemaType, Type};
        let name = ObjectBuilder::new()
            .schema_type(SchemaType::new(Type::String))
            .min_length(Some(1))
            .max_length(Some(50))
            .pattern(Some("^[a-z0-9_]+$"))
            .build();
        let is_on = ObjectBuilder::new()
            .schema_type(SchemaType::from_iter([Type::Boolean, Type::Null]))
            .build();
        ObjectBuilder::new()
            .description(Some(
                "Features by name: true or false sets one, null returns to the tier's. At most 50.",
            ))
            .property_names(Some(name))
            .additional_properties(Some(utoipa::openapi::schema::Schema::Object(is_on)))
            .max_properties(Some(FEATURES_MAX))
            .build()
            .into()
    }
}

impl ToSchema for FeatureChanges {}

impl FeatureChanges {
    /// The features agreed after these changes; too many are refused.
    pub(super) fn onto(
        &self,
        agreed: &BTreeMap<String, bool>,
    ) -> Result<BTreeMap<String, bool>, ApiError> {
        let mut agreed = agreed.clone();
        for (name, is_on) in &self.0 {
            match is_on {
                Some(is_on) => agreed.insert(name.clone(), *is_on),
                None => agreed.remove(name),
            };
        }
        if agreed.len() > FEATURES_MAX {
            let message = format!("at most {FEATURES_MAX} can be agreed");
            return Err(ApiError::field("features", message));
        }
        Ok(agreed)
    }
}

impl From<Settings> for SettingsBody {
    fn from(Settings { locale }: Settings) -> Self {
        Self { locale }
    }
}

impl From<Tenant> for TenantBody {
    fn from(tenant: Tenant) -> Self {
        Self {
            limits: tenant.limits(),
            features: tenant.features(),
            id: tenant.id.0,
            name: tenant.name,
            slug: tenant.slug,
            kind: if tenant.id.is_platform() {
                TenantKind::Platform
            } else {
                TenantKind::Customer
            },
            status: tenant.status,
            tier: tenant.tier,
            limit_overrides: tenant.limit_overrides,
            settings: tenant.settings.into(),
            usage: tenant
                .usage
                .into_iter()
                .map(|(resource, usage)| (resource, usage.used))
                .collect(),
            exported_at: tenant.exported_at,
            suspended_at: tenant.suspended_at,
            suspended_reason: tenant.suspended_reason,
            delete_after: tenant.delete_after,
            created_at: tenant.created_at,
            updated_at: tenant.updated_at,
        }
    }
}

/// The tenant as an answer, with its version.
pub(super) fn tagged(tenant: Tenant) -> Tagged<TenantBody> {
    Tagged(tenant.version, tenant.into())
}
