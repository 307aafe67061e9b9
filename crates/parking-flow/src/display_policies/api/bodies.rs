//! What answers about display policies look like.

use chrono::{DateTime, Utc};
use parking_domain::codec::Hex;
use parking_domain::lamps::{Policy, Rgb};
use parking_http::PageExtent;
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;
use uuid::Uuid;

use super::super::{DisplayPolicy, PolicyFields};
use super::wire::{
    DefaultStateName, FollowedStateName, LampColor, LampPayload, LampStateName, OfflineRuleName,
};

/// How lamps look under a policy.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct PolicySettingsBody {
    reserved_soon_threshold_sec: u32,
    sensor_unknown_timeout_sec: u32,
    /// Null for what each site says itself.
    debounce_window_sec: Option<i32>,
    #[schema(value_type = LampColor)]
    free_color: Rgb,
    #[schema(value_type = LampColor)]
    occupied_color: Rgb,
    #[schema(value_type = LampColor)]
    reserved_color: Rgb,
    #[schema(value_type = LampColor)]
    reserved_soon_color: Rgb,
    #[schema(value_type = LampColor)]
    blocked_color: Rgb,
    #[schema(value_type = LampColor)]
    out_of_service_color: Rgb,
    #[schema(value_type = LampColor)]
    unknown_color: Rgb,
    blink_reserved_soon: bool,
    #[schema(value_type = i32)]
    blink_pattern_ms: u16,
    allow_sensor_override: bool,
    #[schema(value_type = OfflineRuleName)]
    offline_rule: &'static str,
    #[schema(value_type = DefaultStateName)]
    default_state: &'static str,
    codes: Vec<LampCodeBody>,
    transitions: Vec<LampTransitionBody>,
}

/// A payload for one state of one model.
#[derive(Debug, Serialize, ToSchema)]
struct LampCodeBody {
    model: String,
    #[schema(value_type = LampStateName)]
    state: &'static str,
    #[schema(value_type = Option<i32>)]
    port: Option<u8>,
    #[schema(value_type = LampPayload)]
    payload: Hex,
}

/// A change that lamps follow late.
#[derive(Debug, Serialize, ToSchema)]
struct LampTransitionBody {
    #[schema(value_type = FollowedStateName)]
    from: &'static str,
    #[schema(value_type = FollowedStateName)]
    to: &'static str,
    after_seconds: u32,
}

/// What a tenant's lamps show.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct DisplayPolicyBody {
    id: Uuid,
    tenant_id: Uuid,
    /// Whose it is, for lists that span tenants.
    tenant_name: String,
    name: String,
    description: Option<String>,
    /// The site it is for; null for all sites without one of their own.
    site_id: Option<Uuid>,
    site_name: Option<String>,
    /// Whether it governs.
    is_active: bool,
    /// When it was activated last.
    activated_at: Option<DateTime<Utc>>,
    settings: PolicySettingsBody,
    created_by: Option<String>,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

/// A policy that governs from now on.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ActivatedPolicyBody {
    pub(super) display_policy: DisplayPolicyBody,
    /// The one that governed before, if there was one.
    pub(super) replaced_id: Option<Uuid>,
}

/// What lamps show where no policy is active.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct StandardPolicyBody {
    settings: PolicySettingsBody,
}

/// A page of display policies.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct DisplayPolicyPage {
    pub(super) display_policies: Vec<DisplayPolicyBody>,
    #[serde(flatten)]
    pub(super) page: PageExtent,
}

/// How lamps look, for the audit log.
pub(in crate::display_policies) fn settings(fields: &PolicyFields) -> Value {
    json!(PolicySettingsBody::of(
        fields.policy.clone(),
        fields.debounce_window_s
    ))
}

impl PolicySettingsBody {
    fn of(policy: Policy, debounce_window_sec: Option<i32>) -> Self {
        let colors = policy.colors;
        let codes = policy.codes.into_iter().map(|code| LampCodeBody {
            model: code.model,
            state: code.state.name(),
            port: code.port,
            payload: code.payload,
        });
        let transitions = policy.transitions.iter().map(|one| LampTransitionBody {
            from: one.from.name(),
            to: one.to.name(),
            after_seconds: one.after_s,
        });
        Self {
            reserved_soon_threshold_sec: policy.reserved_soon_threshold_s,
            sensor_unknown_timeout_sec: policy.sensor_unknown_timeout_s,
            debounce_window_sec,
            free_color: colors.free,
            occupied_color: colors.occupied,
            reserved_color: colors.reserved,
            reserved_soon_color: colors.reserved_soon,
            blocked_color: colors.blocked,
            out_of_service_color: colors.out_of_service,
            unknown_color: colors.unknown,
            blink_reserved_soon: policy.blink_reserved_soon,
            blink_pattern_ms: policy.blink_pattern_ms,
            allow_sensor_override: policy.allow_sensor_override,
            offline_rule: policy.offline.name(),
            default_state: policy.default_state.name(),
            codes: codes.collect(),
            transitions: transitions.collect(),
        }
    }
}

impl Default for StandardPolicyBody {
    fn default() -> Self {
        Self {
            settings: PolicySettingsBody::of(Policy::default(), None),
        }
    }
}

impl From<DisplayPolicy> for DisplayPolicyBody {
    fn from(policy: DisplayPolicy) -> Self {
        let fields = policy.fields;
        let (site_id, site_name) = policy.site.unzip();
        Self {
            id: policy.id,
            tenant_id: policy.tenant_id,
            tenant_name: policy.tenant_name,
            name: fields.name,
            description: fields.description,
            site_id,
            site_name,
            is_active: policy.is_active,
            activated_at: policy.activated_at,
            settings: PolicySettingsBody::of(fields.policy, fields.debounce_window_s),
            created_by: policy.created_by,
            created_at: policy.created_at,
            updated_at: policy.updated_at,
        }
    }
}
