//! Looking at alarms.

use axum::extract::State;
use chrono::{DateTime, Utc};
use parking_domain::alarms::{AlarmKind, Severity};
use parking_http::page::{List, PageParams};
use parking_http::{ApiError, Caller, Id, Tagged};
use serde::Deserialize;
use sqlx::PgConnection;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::super::Alarm;
use super::super::store::list::{self as store, Filter};
use super::wire::{AlarmBody, AlarmCommentBody, AlarmDetailBody, AlarmPage, AlarmSummaryBody};
use crate::view::View;
use crate::{Estate, wire};

/// What the list can be sorted by.
pub(super) const COLUMNS: &[(&str, &str)] = &[
    ("-raised_at", "p.raised_at"),
    ("cleared_at", "p.cleared_at nulls last"),
    (
        "severity",
        "array_position(array['info', 'warning', 'critical'], p.severity)",
    ),
    ("kind", "p.kind"),
    ("subject", "lower(p.subject_name)"),
];

/// The most alarms that are shown with the outage which explains them.
const CHILDREN_MAX: i64 = 100;

/// Whether an alarm is cleared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum AlarmStatusName {
    Open,
    Cleared,
}

/// Which alarms are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct AlarmFilter {
    #[param(inline)]
    status: Option<AlarmStatusName>,
    #[param(inline, value_type = Option<wire::AlarmKindName>)]
    kind: Option<AlarmKind>,
    #[param(inline, value_type = Option<wire::SeverityName>)]
    severity: Option<Severity>,
    site_id: Option<Uuid>,
    /// Alarms of this device.
    device_id: Option<Uuid>,
    /// Alarms of this gateway, and those that its outages explain.
    gateway_id: Option<Uuid>,
    /// Alarms of this bay, and of devices while they served it.
    space_id: Option<Uuid>,
    acknowledged: Option<bool>,
    muted: Option<bool>,
    /// False leaves out what an open outage explains.
    include_explained: Option<bool>,
}

impl AlarmFilter {
    fn wanted(&self, pattern: Option<String>) -> Filter {
        Filter {
            is_open: self.status.map(|status| status == AlarmStatusName::Open),
            kind: self.kind.map(AlarmKind::name),
            severity: self.severity.map(Severity::name),
            site: self.site_id,
            device: self.device_id,
            gateway: self.gateway_id,
            space: self.space_id,
            is_acknowledged: self.acknowledged,
            is_muted: self.muted,
            is_ungrouped: self.include_explained == Some(false),
            pattern,
        }
    }
}

/// The tenant's alarms, the newest first; with the platform tenant selected, all tenants'. `q` looks
/// in the subject's name, the bay's code and the EUI.
#[utoipa::path(get, path = "/api/v6/alarms", params(PageParams, AlarmFilter), responses((status = 200, body = AlarmPage)))]
pub(super) async fn list_alarms(
    State(estate): State<Estate>,
    caller: Caller,
    List { page, filter }: List<AlarmFilter>,
) -> Result<axum::Json<AlarmPage>, ApiError> {
    let order = page.order_by(COLUMNS, "p.id")?;
    let (wanted, now) = (filter.wanted(page.pattern()), estate.clock.now());
    let mut view = View::of(&estate.db, &caller).await?;
    let part = (page.offset, page.size);
    let (alarms, total) = store::page(view.conn(), &wanted, &order, part, now).await?;
    Ok(axum::Json(AlarmPage {
        alarms: bodies(alarms, now),
        page: view.extent(&page, total),
    }))
}

/// How many alarms are open, by kind and severity.
#[utoipa::path(get, path = "/api/v6/alarms/summary", responses((status = 200, body = AlarmSummaryBody)))]
pub(super) async fn alarm_summary(
    State(estate): State<Estate>,
    caller: Caller,
) -> Result<axum::Json<AlarmSummaryBody>, ApiError> {
    let now = estate.clock.now();
    let mut view = View::of(&estate.db, &caller).await?;
    let counts = store::counts(view.conn(), now).await?;
    Ok(axum::Json(AlarmSummaryBody::of(counts, now)))
}

/// One alarm, with what was said of it and what it explains.
#[utoipa::path(get, path = "/api/v6/alarms/{id}", params(("id" = Uuid, Path)), responses((status = 200, body = AlarmDetailBody)))]
pub(super) async fn get_alarm(
    State(estate): State<Estate>,
    caller: Caller,
    Id(id): Id,
) -> Result<Tagged<AlarmDetailBody>, ApiError> {
    let mut view = View::of(&estate.db, &caller).await?;
    read_one(view.conn(), id, estate.clock.now()).await
}

/// Alarms as they are answered.
pub(super) fn bodies(alarms: Vec<Alarm>, now: DateTime<Utc>) -> Vec<AlarmBody> {
    let body = |alarm| AlarmBody::of(alarm, now);
    alarms.into_iter().map(body).collect()
}

/// One alarm as it is answered.
pub(super) async fn read_one(
    conn: &mut PgConnection,
    id: Uuid,
    now: DateTime<Utc>,
) -> Result<Tagged<AlarmDetailBody>, ApiError> {
    let alarm = store::by_ids(conn, &[id]).await?.pop();
    let alarm = alarm.ok_or_else(ApiError::not_found)?;
    let comments = store::comments(conn, id).await?;
    let children = store::children(conn, id, CHILDREN_MAX).await?;
    let body = AlarmDetailBody {
        comments: comments.into_iter().map(AlarmCommentBody::of).collect(),
        children: bodies(children, now),
        alarm: AlarmBody::of(alarm.clone(), now),
    };
    Ok(Tagged(alarm.version, body))
}
