//! What requests and answers about alarms look like.

use chrono::{DateTime, TimeDelta, Utc};
use parking_http::{ApiError, PageExtent, Wrong};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use super::super::store::list::{Comment, Count};
use super::super::{Alarm, Mark};
use crate::wire::{self, REASON_MAX, a_line};

/// The longest an alarm is muted, in minutes: a year.
const MUTED_MAX: i64 = 525_600;

/// For how long nobody is to be told of an alarm, and why. A span and not a moment, so that the clock
/// of whoever asks does not matter.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct MuteDraft {
    #[schema(minimum = 1, maximum = 525_600)]
    minutes: i64,
    #[schema(value_type = Option<wire::Name>)]
    reason: Option<String>,
}

impl MuteDraft {
    pub(super) fn read(self, now: DateTime<Utc>) -> Result<Mark, ApiError> {
        let mut wrong = Wrong::default();
        if !(1..=MUTED_MAX).contains(&self.minutes) {
            wrong.note("minutes", format!("must be from 1 to {MUTED_MAX}"));
        }
        let reason = a_line(&mut wrong, "reason", self.reason, REASON_MAX);
        let span = TimeDelta::try_minutes(self.minutes).unwrap_or_default();
        wrong.settle(Some(Mark::Mute {
            until: now + span.min(TimeDelta::minutes(MUTED_MAX)),
            reason,
        }))
    }
}

/// Something to be said of an alarm.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct AlarmCommentDraft {
    #[schema(value_type = wire::CommentText)]
    text: String,
}

impl AlarmCommentDraft {
    pub(super) fn read(self) -> Result<String, ApiError> {
        let text = self.text.trim();
        if text.is_empty() || text.chars().count() > 2_000 || text.contains('\0') {
            return Err(ApiError::field(
                "text",
                "must have from 1 to 2000 characters",
            ));
        }
        Ok(text.to_owned())
    }
}

/// Something that is or was wrong.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AlarmBody {
    id: Uuid,
    tenant_id: Uuid,
    /// Whose it is, for lists that span tenants.
    tenant_name: String,
    #[schema(value_type = wire::AlarmKindName)]
    kind: String,
    #[schema(value_type = wire::SeverityName)]
    severity: String,
    /// Whether it is not cleared.
    is_open: bool,
    #[schema(value_type = wire::AlarmSubjectType)]
    subject_type: String,
    subject_id: Uuid,
    /// What it was known by when the alarm was raised.
    subject_name: String,
    /// The bay it is about: the subject, or the one that the device served.
    space_id: Option<Uuid>,
    space_code: Option<String>,
    site_id: Option<Uuid>,
    site_name: Option<String>,
    raised_at: DateTime<Utc>,
    cleared_at: Option<DateTime<Utc>>,
    #[schema(value_type = Option<wire::ClearReasonName>)]
    clear_reason: Option<String>,
    /// Since when it has been getting better, while it is not certain that it stays so.
    recovering_since: Option<DateTime<Utc>>,
    acknowledged_at: Option<DateTime<Utc>>,
    acknowledged_by: Option<String>,
    /// Until when nobody is told of it, however often it is raised.
    muted_until: Option<DateTime<Utc>>,
    muted_by: Option<String>,
    mute_reason: Option<String>,
    /// Whether it is muted now.
    is_muted: bool,
    /// The outage that explains it.
    parent_id: Option<Uuid>,
    /// The gateway that is out.
    parent_name: Option<String>,
    /// How many alarms it explains.
    children_count: i64,
    comments_count: i64,
    /// What it was judged by, as it was then.
    #[schema(value_type = wire::Metadata)]
    evidence: Value,
    /// When people were told of it.
    told_at: Option<DateTime<Utc>>,
}

/// A page of alarms.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AlarmPage {
    pub(super) alarms: Vec<AlarmBody>,
    #[serde(flatten)]
    pub(super) page: PageExtent,
}

/// Alarms that were marked.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AlarmsBody {
    pub(super) alarms: Vec<AlarmBody>,
    /// Those that are not as they were before.
    pub(super) changed: Vec<Uuid>,
}

/// An alarm with what was said of it and what it explains.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AlarmDetailBody {
    #[serde(flatten)]
    pub(super) alarm: AlarmBody,
    pub(super) comments: Vec<AlarmCommentBody>,
    /// The first hundred alarms that it explains.
    pub(super) children: Vec<AlarmBody>,
}

/// What somebody said of an alarm.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AlarmCommentBody {
    id: Uuid,
    at: DateTime<Utc>,
    by: String,
    text: String,
}

/// How many alarms are open.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AlarmSummaryBody {
    open: i64,
    /// That nobody has taken on or put aside, and no open outage explains.
    waiting: i64,
    /// The worst of those that wait.
    #[schema(value_type = Option<wire::SeverityName>)]
    worst_waiting: Option<&'static str>,
    counts: Vec<AlarmCountBody>,
    /// When it was counted.
    as_of: DateTime<Utc>,
}

/// How many alarms of a kind and severity are open.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AlarmCountBody {
    #[schema(value_type = wire::AlarmKindName)]
    kind: String,
    #[schema(value_type = wire::SeverityName)]
    severity: String,
    open: i64,
    waiting: i64,
}

impl AlarmBody {
    pub(super) fn of(alarm: Alarm, now: DateTime<Utc>) -> Self {
        Self {
            id: alarm.id,
            tenant_id: alarm.tenant_id,
            tenant_name: alarm.tenant_name,
            kind: alarm.kind,
            severity: alarm.severity,
            is_open: alarm.cleared_at.is_none(),
            subject_type: alarm.subject_type,
            subject_id: alarm.subject_id,
            subject_name: alarm.subject_name,
            space_id: alarm.space_id,
            space_code: alarm.space_code,
            site_id: alarm.site_id,
            site_name: alarm.site_name,
            raised_at: alarm.raised_at,
            cleared_at: alarm.cleared_at,
            clear_reason: alarm.clear_reason,
            recovering_since: alarm.recovering_since,
            acknowledged_at: alarm.acknowledged_at,
            acknowledged_by: alarm.acknowledged_by,
            is_muted: alarm.muted_until.is_some_and(|until| until > now),
            muted_until: alarm.muted_until,
            muted_by: alarm.muted_by,
            mute_reason: alarm.mute_reason,
            parent_id: alarm.parent_id,
            parent_name: alarm.parent_name,
            children_count: alarm.children,
            comments_count: alarm.comments,
            evidence: alarm.evidence,
            told_at: alarm.told_at,
        }
    }
}

impl AlarmCommentBody {
    pub(super) fn of(comment: Comment) -> Self {
        Self {
            id: comment.id,
            at: comment.at,
            by: comment.by_name,
            text: comment.text,
        }
    }
}

impl AlarmSummaryBody {
    pub(super) fn of(counts: Vec<Count>, as_of: DateTime<Utc>) -> Self {
        let waiting = counts.iter().filter(|count| count.waiting > 0);
        let severities = waiting.filter_map(|count| count.severity.parse().ok());
        let worst: Option<parking_domain::alarms::Severity> = severities.max();
        Self {
            open: counts.iter().map(|count| count.open).sum(),
            waiting: counts.iter().map(|count| count.waiting).sum(),
            worst_waiting: worst.map(parking_domain::alarms::Severity::name),
            counts: counts.into_iter().map(AlarmCountBody::of).collect(),
            as_of,
        }
    }
}

impl AlarmCountBody {
    fn of(count: Count) -> Self {
        Self {
            kind: count.kind,
            severity: count.severity,
            open: count.open,
            waiting: count.waiting,
        }
    }
}
