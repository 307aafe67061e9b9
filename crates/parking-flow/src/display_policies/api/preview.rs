//! What every bay would show.

use std::collections::BTreeMap;

use axum::extract::State;
use chrono::{DateTime, Utc};
use parking_domain::lamps::{Look, Policy, Rule, Shown};
use parking_estate::view::{View, must_own};
use parking_http::wire::one_of;
use parking_http::{ApiError, Caller, Id, Json, Tagged, words};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::super::preview::{BayPreview, Preview, preview};
use super::super::store;
use super::wire::{LampStateName, PolicySettingsDraft, read_settings};
use crate::Flow;

/// The most bays that are listed one by one.
const LISTED_MAX: usize = 2_000;

words! {
    /// Which rung of the ladder decided.
    LampRuleName = one_of("What decides what a lamp shows, in the order in which it is asked for.", Rule::ALL.iter().map(|rule| rule.name()));
}

/// A policy that may come to be.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct LampPreviewDraft {
    /// The site it would govern; all without one of their own, if absent.
    site_id: Option<Uuid>,
    /// How lamps would look; the standard where it says nothing.
    #[serde(default)]
    #[schema(required = false)]
    settings: PolicySettingsDraft,
}

/// What lamps show now, and would show.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct LampPreview {
    /// As of when.
    at: DateTime<Utc>,
    /// Bays that would be governed.
    total: usize,
    /// Of those, the ones that were looked at: at most the first 5000, by site and code. All that
    /// follows is about them.
    examined: usize,
    /// Bays whose lamps would change.
    changed: usize,
    /// Of those, the ones that have a display.
    changed_displays: usize,
    sites: Vec<SiteLampPreview>,
    /// Bays one by one, those that change first.
    spaces: Vec<SpaceLampPreview>,
    /// Bays that are counted and not listed.
    left_out: usize,
}

/// What the lamps of a site show now, and would show.
#[derive(Debug, Serialize, ToSchema)]
struct SiteLampPreview {
    site_id: Uuid,
    site_name: String,
    total: usize,
    changed: usize,
    /// How many lamps say what now.
    now: BTreeMap<&'static str, usize>,
    /// How many would say what.
    then: BTreeMap<&'static str, usize>,
}

/// What the lamp of a bay shows now, and would show.
#[derive(Debug, Serialize, ToSchema)]
struct SpaceLampPreview {
    space_id: Uuid,
    code: String,
    site_id: Uuid,
    has_display: bool,
    changes: bool,
    now: ShownLamp,
    then: ShownLamp,
}

/// What a lamp shows, and why.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ShownLamp {
    #[schema(value_type = LampRuleName)]
    rule: &'static str,
    #[schema(value_type = LampStateName)]
    state: &'static str,
    /// Six hexadecimal digits.
    color: String,
    /// For how long it is on, and then off; null if it is steady.
    #[schema(value_type = Option<i32>)]
    blink_ms: Option<u16>,
    /// When time alone changes that.
    until: Option<DateTime<Utc>>,
}

impl From<Shown> for ShownLamp {
    fn from(shown: Shown) -> Self {
        let Look {
            state,
            color,
            blink_ms,
        } = shown.look;
        Self {
            rule: shown.rule.name(),
            state: state.name(),
            color: color.to_string(),
            blink_ms,
            until: shown.until,
        }
    }
}

impl LampPreview {
    fn of(preview: Preview, at: DateTime<Utc>) -> Self {
        let (total, previews) = (preview.total, preview.bays);
        let (examined, mut changed, mut changed_displays) = (previews.len(), 0, 0);
        let mut sites: BTreeMap<(String, Uuid), SiteLampPreview> = BTreeMap::new();
        for one in &previews {
            let key = (one.bay.site_name.to_lowercase(), one.bay.site_id);
            let site = sites.entry(key).or_insert_with(|| SiteLampPreview {
                site_id: one.bay.site_id,
                site_name: one.bay.site_name.clone(),
                total: 0,
                changed: 0,
                now: BTreeMap::new(),
                then: BTreeMap::new(),
            });
            site.total += 1;
            site.changed += usize::from(one.changes());
            changed += usize::from(one.changes());
            changed_displays += usize::from(one.changes() && one.bay.has_display);
            *site.now.entry(one.now.look.state.name()).or_default() += 1;
            *site.then.entry(one.then.look.state.name()).or_default() += 1;
        }
        let spaces = previews.into_iter().take(LISTED_MAX);
        Self {
            at,
            total,
            examined,
            changed,
            changed_displays,
            sites: sites.into_values().collect(),
            spaces: spaces.map(Into::into).collect(),
            left_out: examined.saturating_sub(LISTED_MAX),
        }
    }
}

impl From<BayPreview> for SpaceLampPreview {
    fn from(one: BayPreview) -> Self {
        Self {
            changes: one.changes(),
            space_id: one.bay.id,
            code: one.bay.code,
            site_id: one.bay.site_id,
            has_display: one.bay.has_display,
            now: one.now.into(),
            then: one.then.into(),
        }
    }
}

/// What every bay would show if a display policy governed its site, or all sites without one of
/// their own, and what each shows now. The `ETag` of the answer names the version of the policy: who
/// activates it with that in `If-Match` activates what was shown.
#[utoipa::path(post, path = "/api/v6/display-policies/{id}/preview", params(("id" = Uuid, Path)),
    responses((status = 200, body = LampPreview)))]
pub(super) async fn preview_display_policy(
    State(flow): State<Flow>,
    caller: Caller,
    Id(id): Id,
) -> Result<Tagged<LampPreview>, ApiError> {
    must_own(&caller)?;
    let mut view = View::of(&flow.db, &caller).await?;
    let policy = store::find(view.conn(), id).await?;
    let policy = policy.ok_or_else(ApiError::not_found)?;
    let scope = (policy.tenant_id, policy.site.map(|(site, _)| site));
    let preview = previewed(&flow, &mut view, scope, &policy.fields.policy).await?;
    Ok(Tagged(policy.version, preview))
}

/// What every bay would show under a policy that is not kept yet, and what each shows now.
#[utoipa::path(post, path = "/api/v6/display-policies/preview", request_body = LampPreviewDraft,
    responses((status = 200, body = LampPreview)))]
pub(super) async fn preview_display_settings(
    State(flow): State<Flow>,
    caller: Caller,
    Json(draft): Json<LampPreviewDraft>,
) -> Result<axum::Json<LampPreview>, ApiError> {
    must_own(&caller)?;
    let policy = read_settings(draft.settings)?;
    let mut view = View::of(&flow.db, &caller).await?;
    if let Some(site) = draft.site_id
        && !store::site_lives(view.conn(), site).await?
    {
        return Err(ApiError::field("site_id", "must be a site of the tenant"));
    }
    let scope = (caller.tenant().0, draft.site_id);
    let preview = previewed(&flow, &mut view, scope, &policy).await?;
    Ok(axum::Json(preview))
}

async fn previewed(
    flow: &Flow,
    view: &mut View,
    scope: (Uuid, Option<Uuid>),
    policy: &Policy,
) -> Result<LampPreview, ApiError> {
    let now = flow.clock.now();
    let preview = preview(view.conn(), scope, policy, now).await?;
    Ok(LampPreview::of(preview, now))
}
