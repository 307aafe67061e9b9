//! What requests about series look like.

use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Utc};
use parking_domain::recurrence::{OCCURRENCES_MAX, Rule};
use parking_domain::reservations::Slot;
use parking_estate::wire::{a_line, a_note};
use parking_http::wire::{Change, Name, instant};
use parking_http::{ApiError, Wrong};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::super::series::{SeriesChange, SeriesDraft};
use super::wire::{HolderWish, NAME_MAX};

/// What becomes of a series of which not every occurrence can be had.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum OnClash {
    /// Nothing is done.
    #[default]
    Refuse,
    /// Those are left out, or stay as they are.
    Skip,
}

/// A bay that is to be reserved again and again.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ReservationSeriesWish)]
pub(super) struct SeriesWish {
    space_id: Uuid,
    /// The slot that is repeated, as the clocks of the site show it: the first occurrence, if it fits the rule.
    #[serde(deserialize_with = "instant")]
    start_time: DateTime<Utc>,
    #[serde(deserialize_with = "instant")]
    end_time: DateTime<Utc>,
    /// A rule of RFC 5545 that recurs daily, weekly, monthly or yearly, and ends.
    #[schema(
        min_length = 1,
        max_length = 500,
        example = "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR;UNTIL=20270131"
    )]
    rule: String,
    /// Days of the site on which it is not.
    #[schema(max_items = 367)]
    except: Option<Vec<NaiveDate>>,
    /// `refuse`, unless said otherwise.
    on_clash: Option<OnClash>,
    holder: Option<HolderWish>,
    #[schema(max_length = 2000)]
    notes: Option<String>,
}

impl SeriesWish {
    /// What is wanted, once it is certain that it can be read.
    pub(super) fn read(self) -> Result<SeriesDraft, ApiError> {
        let mut wrong = Wrong::default();
        let rule = wrong.read("rule", Rule::parse(&self.rule));
        let except = self.except.unwrap_or_default();
        if except.len() > OCCURRENCES_MAX {
            wrong.note("except", format!("must be at most {OCCURRENCES_MAX}"));
        }
        let holder = self.holder.unwrap_or_default().read(&mut wrong);
        let notes = a_note(&mut wrong, "notes", self.notes);
        wrong.settle(rule.map(|rule| SeriesDraft {
            space: self.space_id,
            first: Slot {
                start: self.start_time,
                end: self.end_time,
            },
            rule,
            except,
            skips: self.on_clash == Some(OnClash::Skip),
            holder,
            notes,
        }))
    }
}

/// What is to change about what lies ahead of a series. What is absent stays as it is; `null` clears.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ReservationSeriesChange)]
pub(super) struct SeriesChangeWish {
    /// Only occurrences whose `recurrence_time` is this or later: *this and following*. All that lie ahead,
    /// if absent.
    #[serde(default, deserialize_with = "instant")]
    from: Option<DateTime<Utc>>,
    space_id: Option<Uuid>,
    /// At which time of the day each is to start, by the clocks of the site: `HH:MM`.
    #[schema(pattern = "^([01][0-9]|2[0-3]):[0-5][0-9]$", example = "09:00")]
    start_time: Option<String>,
    /// How long each is to be, by those clocks.
    #[schema(minimum = 5, maximum = 10_080)]
    duration_minutes: Option<i32>,
    #[serde(default)]
    #[schema(value_type = Option<HolderWish>)]
    holder: Change<HolderWish>,
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 2000)]
    notes: Change<String>,
    /// By which rule they are to come, of RFC 5545 as when a series is made. It is told from where the series
    /// begins, and with `from` from there on: so `COUNT` counts, and every second week is one.
    #[schema(
        min_length = 1,
        max_length = 500,
        example = "FREQ=WEEKLY;BYDAY=TU,TH;UNTIL=20270331"
    )]
    rule: Option<String>,
    /// Why those are called off that the rule no longer has; only with `rule`.
    #[schema(value_type = Option<Name>)]
    reason: Option<String>,
    /// `refuse`, unless said otherwise.
    on_clash: Option<OnClash>,
    /// Answers what would be, and does nothing.
    #[serde(default)]
    dry_run: bool,
}

/// The same, read.
pub(super) struct ReadSeriesChange {
    pub(super) from: Option<DateTime<Utc>>,
    pub(super) change: SeriesChange,
    pub(super) is_dry: bool,
}

impl SeriesChangeWish {
    pub(super) fn read(self) -> Result<ReadSeriesChange, ApiError> {
        let mut wrong = Wrong::default();
        let start = self.start_time.and_then(|typed| {
            let read = NaiveTime::parse_from_str(&typed, "%H:%M");
            wrong.read(
                "start_time",
                read.map_err(|_| "must be a time of the day, such as 09:00"),
            )
        });
        let length = self.duration_minutes;
        if length.is_some_and(|minutes| !(5..=10_080).contains(&minutes)) {
            wrong.note("duration_minutes", "must be from 5 to 10080");
        }
        let holder = match self.holder {
            Change::Keep => None,
            Change::Clear => Some(HolderWish::default().read(&mut wrong)),
            Change::Set(holder) => Some(holder.read(&mut wrong)),
        };
        let notes = match self.notes {
            Change::Keep => None,
            Change::Clear => Some(None),
            Change::Set(notes) => Some(a_note(&mut wrong, "notes", Some(notes))),
        };
        if self.reason.is_some() && self.rule.is_none() {
            wrong.note("reason", "must not be given unless the rule is");
        }
        let rule = self
            .rule
            .and_then(|typed| wrong.read("rule", Rule::parse(&typed)));
        let reason = a_line(&mut wrong, "reason", self.reason, NAME_MAX);
        wrong.settle(Some(ReadSeriesChange {
            from: self.from,
            change: SeriesChange {
                space: self.space_id,
                start,
                length: length.map(|minutes| TimeDelta::minutes(minutes.into())),
                holder,
                notes,
                rule,
                reason,
                skips: self.on_clash == Some(OnClash::Skip),
            },
            is_dry: self.dry_run,
        }))
    }
}

/// What lies ahead of a series is to be called off.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ReservationSeriesCancelWish)]
pub(super) struct SeriesCancelWish {
    /// Only occurrences whose `recurrence_time` is this or later; all that lie ahead, if absent.
    #[serde(default, deserialize_with = "instant")]
    pub(super) from: Option<DateTime<Utc>>,
    #[schema(value_type = Option<Name>)]
    reason: Option<String>,
}

impl SeriesCancelWish {
    pub(super) fn reason(self) -> Result<Option<String>, ApiError> {
        let mut wrong = Wrong::default();
        let reason = a_line(&mut wrong, "reason", self.reason, NAME_MAX);
        wrong.settle(Some(reason))
    }
}
