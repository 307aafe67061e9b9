//! What answers about series look like.

use chrono::{DateTime, Utc};
use parking_http::PageExtent;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::super::series::{Changed, Fate, Judged, Outcome, Preview, Series, Verdict};
use super::super::{Reservation, series};
use super::bodies::FreeWindow;
use super::wire::StatusName;

/// Whether an occurrence can be had, or why not.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = OccurrenceVerdict)]
pub(super) enum VerdictName {
    Free,
    /// Others, or another occurrence, have the bay then.
    SlotTaken,
    SpaceOutOfUse,
    PersonLimitReached,
    /// The clocks jump over nearly all of it.
    TooShort,
    /// The day was to be left out.
    Excluded,
    /// It is too late to give its time back.
    CancellationClosed,
    /// It would have begun by now.
    InThePast,
}

impl From<&Verdict> for VerdictName {
    fn from(verdict: &Verdict) -> Self {
        match verdict {
            Verdict::Free => Self::Free,
            Verdict::Taken(_) => Self::SlotTaken,
            Verdict::OutOfUse => Self::SpaceOutOfUse,
            Verdict::PersonLimit => Self::PersonLimitReached,
            Verdict::TooShort => Self::TooShort,
            Verdict::Excluded => Self::Excluded,
            Verdict::TooLate => Self::CancellationClosed,
            Verdict::Past => Self::InThePast,
        }
    }
}

/// An occurrence, and whether it can be had.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = JudgedOccurrence)]
pub(super) struct JudgedBody {
    /// Which reservation stays as it was; null where there is none.
    reservation_id: Option<Uuid>,
    start_time: DateTime<Utc>,
    end_time: DateTime<Utc>,
    verdict: VerdictName,
    /// When the bay is blocked by others, with the buffers around it; the first of these times.
    conflicts: Vec<FreeWindow>,
}

impl From<Judged> for JudgedBody {
    fn from(one: Judged) -> Self {
        let verdict = VerdictName::from(&one.verdict);
        let conflicts = match one.verdict {
            Verdict::Taken(slots) => slots.into_iter().map(FreeWindow::of).collect(),
            _ => Vec::new(),
        };
        Self {
            reservation_id: one.reservation,
            start_time: one.slot.start,
            end_time: one.slot.end,
            verdict,
            conflicts,
        }
    }
}

/// What a series would be.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ReservationSeriesPreview)]
pub(super) struct PreviewBody {
    /// By whose clocks the rule is told.
    timezone: String,
    occurrences: Vec<JudgedBody>,
    total: usize,
    /// How many can be had.
    free: usize,
    /// How many cannot.
    clashes: usize,
}

impl From<Preview> for PreviewBody {
    fn from(preview: Preview) -> Self {
        let all = &preview.occurrences;
        let count = |is: fn(&Verdict) -> bool| all.iter().filter(|one| is(&one.verdict)).count();
        Self {
            total: all.len(),
            free: count(|verdict| *verdict == Verdict::Free),
            clashes: count(Verdict::is_clash),
            timezone: preview.timezone,
            occurrences: preview
                .occurrences
                .into_iter()
                .map(JudgedBody::from)
                .collect(),
        }
    }
}

/// An occurrence of the rule that nobody reserved, and why.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ReservationSeriesException)]
pub(super) struct ExceptionBody {
    start_time: DateTime<Utc>,
    end_time: DateTime<Utc>,
    #[schema(value_type = VerdictName)]
    reason: String,
}

/// A bay that is reserved again and again.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ReservationSeries)]
pub(super) struct SeriesBody {
    id: Uuid,
    tenant_id: Uuid,
    /// Whose it is, for lists that span tenants.
    tenant_name: String,
    space_id: Uuid,
    space_code: String,
    site_id: Uuid,
    site_name: String,
    /// By whose clocks the rule is told.
    timezone: String,
    /// The rule, as RFC 5545 has it.
    rule: String,
    /// The slot that it repeats.
    start_time: DateTime<Utc>,
    end_time: DateTime<Utc>,
    /// How many reservations are of it.
    occurrences_total: i64,
    /// How many of them lie ahead.
    occurrences_ahead: i64,
    /// When the first of these starts; null if there is none.
    next_start_time: Option<DateTime<Utc>>,
    /// Occurrences that nobody reserved.
    exceptions: Vec<ExceptionBody>,
    /// The series that it was cut from, when the later occurrences of that were changed.
    continues_id: Option<Uuid>,
    /// When all that lay ahead was called off.
    cancelled_at: Option<DateTime<Utc>>,
    cancel_reason: Option<String>,
    created_by: Option<String>,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

impl From<Series> for SeriesBody {
    fn from(one: Series) -> Self {
        let exception = |one: series::Exception| ExceptionBody {
            start_time: one.start_time,
            end_time: one.end_time,
            reason: one.why,
        };
        Self {
            id: one.id,
            tenant_id: one.tenant_id,
            tenant_name: one.tenant_name,
            space_id: one.space.0,
            space_code: one.space.1,
            site_id: one.site.0,
            site_name: one.site.1,
            timezone: one.timezone,
            rule: one.rule,
            start_time: one.slot.start,
            end_time: one.slot.end,
            occurrences_total: one.total,
            occurrences_ahead: one.ahead,
            next_start_time: one.next,
            exceptions: one.exceptions.into_iter().map(exception).collect(),
            continues_id: one.continues,
            cancelled_at: one.cancelled_at,
            cancel_reason: one.cancel_reason,
            created_by: one.created_by,
            created_at: one.created_at,
            updated_at: one.updated_at,
        }
    }
}

/// A page of series.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ReservationSeriesPage)]
pub(super) struct SeriesPage {
    pub(super) series: Vec<SeriesBody>,
    #[serde(flatten)]
    pub(super) page: PageExtent,
}

/// A reservation of a series.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ReservationOccurrence)]
pub(super) struct OccurrenceBody {
    reservation_id: Uuid,
    /// When the series has it start.
    recurrence_time: DateTime<Utc>,
    start_time: DateTime<Utc>,
    end_time: DateTime<Utc>,
    space_id: Uuid,
    space_code: String,
    #[schema(value_type = StatusName)]
    status: &'static str,
    /// Whether it was given another time or bay by itself.
    is_detached: bool,
}

impl OccurrenceBody {
    fn of(one: Reservation) -> Option<Self> {
        let recurs = one.recurs?;
        Some(Self {
            reservation_id: one.booking.id,
            recurrence_time: recurs.at,
            start_time: one.booking.slot.start,
            end_time: one.booking.slot.end,
            space_id: one.space.0,
            space_code: one.space.1,
            status: one.booking.status.name(),
            is_detached: recurs.is_detached,
        })
    }
}

/// A series with its reservations, in the order of its occurrences.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ReservationSeriesDetail)]
pub(super) struct SeriesDetail {
    #[serde(flatten)]
    series: SeriesBody,
    occurrences: Vec<OccurrenceBody>,
}

impl SeriesDetail {
    pub(super) fn of((series, reservations): (Series, Vec<Reservation>)) -> Self {
        Self {
            series: series.into(),
            occurrences: reservations
                .into_iter()
                .filter_map(OccurrenceBody::of)
                .collect(),
        }
    }
}

/// What another rule makes of an occurrence.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = OccurrenceFate)]
pub(super) enum FateName {
    /// Its reservation is what it was.
    Kept,
    /// Its reservation has another bay, time or holder.
    Changed,
    /// It is reserved, and was not before.
    New,
    /// Its reservation is called off.
    Removed,
    /// Nobody reserves it.
    LeftOut,
}

impl From<Fate> for FateName {
    fn from(fate: Fate) -> Self {
        match fate {
            Fate::Kept => Self::Kept,
            Fate::Changed => Self::Changed,
            Fate::New => Self::New,
            Fate::Removed => Self::Removed,
            Fate::LeftOut => Self::LeftOut,
        }
    }
}

/// An occurrence by the rule as it was or as it is, and what becomes of it. One that is `kept` or `left_out`
/// with another verdict than `free` was to be changed, called off or reserved, and this is why it is not.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OccurrenceOutcome)]
pub(super) struct OutcomeBody {
    fate: FateName,
    #[serde(flatten)]
    of: JudgedBody,
}

impl From<Outcome> for OutcomeBody {
    fn from(one: Outcome) -> Self {
        Self {
            fate: one.fate.into(),
            of: one.of.into(),
        }
    }
}

/// What became of a series, or would.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ReservationSeriesChanged)]
pub(super) struct SeriesChangedBody {
    /// The series as it is; a new one, if earlier occurrences stay in the old.
    series: SeriesDetail,
    /// How many of its reservations became something else, were called off or are new.
    changed: usize,
    /// Those that stay as they were, with the time they were to have, and why.
    kept: Vec<JudgedBody>,
    /// By another rule, what becomes of each occurrence that lies ahead, in the order of time; empty if the
    /// rule has the same days.
    outcomes: Vec<OutcomeBody>,
}

impl From<Changed> for SeriesChangedBody {
    fn from(changed: Changed) -> Self {
        Self {
            series: SeriesDetail::of((changed.series, changed.reservations)),
            changed: changed.changed,
            kept: changed.kept.into_iter().map(JudgedBody::from).collect(),
            outcomes: changed
                .outcomes
                .into_iter()
                .map(OutcomeBody::from)
                .collect(),
        }
    }
}
