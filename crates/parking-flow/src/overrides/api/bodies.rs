//! What answers about overrides and closures look like.

use chrono::{DateTime, Utc};
use parking_estate::wire;
use parking_http::PageExtent;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::super::{Closure, Overriding};
use super::wire::StageName;

/// A bay that is, was or will be out of use.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ListedOverride {
    id: Uuid,
    tenant_id: Uuid,
    /// Whose it is, for lists that span tenants.
    tenant_name: String,
    space_id: Uuid,
    space_code: String,
    site_id: Uuid,
    site_name: String,
    /// The closure it is part of.
    closure_id: Option<Uuid>,
    closure_name: Option<String>,
    #[schema(value_type = wire::OverrideKind)]
    kind: &'static str,
    #[schema(value_type = StageName)]
    stage: &'static str,
    starts_at: DateTime<Utc>,
    ends_at: Option<DateTime<Utc>>,
    reason: String,
    notes: Option<String>,
    created_by: Option<String>,
    created_at: DateTime<Utc>,
    /// When it was ended before its time.
    lifted_at: Option<DateTime<Utc>>,
    lifted_by: Option<String>,
}

impl ListedOverride {
    pub(super) fn of(one: Overriding, now: DateTime<Utc>) -> Self {
        let stage = one.stage(now).name();
        let (closure_id, closure_name) = one.closure.unzip();
        Self {
            id: one.id,
            tenant_id: one.tenant_id,
            tenant_name: one.tenant_name,
            space_id: one.space.0,
            space_code: one.space.1,
            site_id: one.site.0,
            site_name: one.site.1,
            closure_id,
            closure_name,
            kind: one.draft.kind.name(),
            stage,
            starts_at: one.draft.starts_at,
            ends_at: one.draft.ends_at,
            reason: one.draft.reason,
            notes: one.draft.notes,
            created_by: one.created_by,
            created_at: one.created_at,
            lifted_at: one.lifted_at,
            lifted_by: one.lifted_by,
        }
    }
}

/// A page of overrides.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct OverridePage {
    pub(super) overrides: Vec<ListedOverride>,
    #[serde(flatten)]
    pub(super) page: PageExtent,
}

/// Overrides that were made together.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct MadeOverrides {
    pub(super) overrides: Vec<ListedOverride>,
    pub(super) total: usize,
}

/// What was ended, and how many bays are back.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct EndedOverrides {
    pub(super) spaces: usize,
    /// The overrides that were ended: those of the request that were not over.
    pub(super) ids: Vec<Uuid>,
}

/// Bays of a site that are, were or will be closed together.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ClosureBody {
    id: Uuid,
    tenant_id: Uuid,
    /// Whose it is, for lists that span tenants.
    tenant_name: String,
    name: String,
    site_id: Uuid,
    site_name: String,
    #[schema(value_type = wire::OverrideKind)]
    kind: &'static str,
    #[schema(value_type = StageName)]
    stage: &'static str,
    starts_at: DateTime<Utc>,
    ends_at: Option<DateTime<Utc>>,
    reason: String,
    notes: Option<String>,
    /// How many bays it closes.
    spaces: i64,
    created_by: Option<String>,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    /// When it was ended before its time.
    ended_at: Option<DateTime<Utc>>,
    ended_by: Option<String>,
}

impl ClosureBody {
    pub(super) fn of(one: Closure, now: DateTime<Utc>) -> Self {
        let stage = one.stage(now).name();
        let fields = one.fields;
        Self {
            id: one.id,
            tenant_id: one.tenant_id,
            tenant_name: one.tenant_name,
            name: fields.name,
            site_id: one.site.0,
            site_name: one.site.1,
            kind: fields.draft.kind.name(),
            stage,
            starts_at: fields.draft.starts_at,
            ends_at: fields.draft.ends_at,
            reason: fields.draft.reason,
            notes: fields.draft.notes,
            spaces: one.spaces,
            created_by: one.created_by,
            created_at: one.created_at,
            updated_at: one.updated_at,
            ended_at: one.ended_at,
            ended_by: one.ended_by,
        }
    }
}

/// A page of closures.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ClosurePage {
    pub(super) closures: Vec<ClosureBody>,
    #[serde(flatten)]
    pub(super) page: PageExtent,
}
