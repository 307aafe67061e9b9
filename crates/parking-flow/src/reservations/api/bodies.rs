//! What answers about reservations look like.

use chrono::{DateTime, Utc};
use parking_domain::reservations::{Letters, PER_PERSON, RETENTION, Slot, Terms};
use parking_http::{ApiError, PageExtent, Wrong};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use super::super::availability::FreeBay;
use super::super::store::Change;
use super::super::terms::Source;
use super::super::{Holder, Reservation};
use super::wire::StatusName;

/// For whom a bay is reserved.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ReservationHolder {
    name: Option<String>,
    email: Option<String>,
    plate: Option<String>,
}

impl From<Holder> for ReservationHolder {
    fn from(holder: Holder) -> Self {
        Self {
            name: holder.name,
            email: holder.email,
            plate: holder.plate,
        }
    }
}

/// A bay that is, was or will be somebody's for a while.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReservationBody {
    id: Uuid,
    tenant_id: Uuid,
    /// Whose it is, for lists that span tenants.
    tenant_name: String,
    space_id: Uuid,
    space_code: String,
    site_id: Uuid,
    site_name: String,
    /// The time zone of the site, for showing its times.
    timezone: String,
    #[schema(value_type = StatusName)]
    status: &'static str,
    start_time: DateTime<Utc>,
    end_time: DateTime<Utc>,
    /// From when until when nobody else can have the bay: the slot and the buffers around it.
    blocks_from: DateTime<Utc>,
    blocks_until: DateTime<Utc>,
    /// Until when it is held, if it is pending.
    hold_until: Option<DateTime<Utc>>,
    /// From when on one can check in.
    check_in_from: DateTime<Utc>,
    /// When the bay is released if it stayed free.
    no_show_at: DateTime<Utc>,
    checked_in_at: Option<DateTime<Utc>>,
    /// Who said so: `person` or `sensor`.
    checked_in_by: Option<String>,
    checked_out_at: Option<DateTime<Utc>>,
    /// When it had begun and somebody else stood there.
    contested_at: Option<DateTime<Utc>>,
    /// When it was over and its vehicle stood there still.
    overstayed_at: Option<DateTime<Utc>>,
    /// For whom it is; null without `reservations:people`.
    holder: Option<ReservationHolder>,
    /// What was noted; null without `reservations:people`.
    notes: Option<String>,
    cancel_reason: Option<String>,
    /// The series it is of, if it is of one.
    series_id: Option<Uuid>,
    /// When the series has it start.
    recurrence_time: Option<DateTime<Utc>>,
    /// Whether it was given another time or bay than the series has.
    is_detached: bool,
    created_by: Option<String>,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    /// When it was erased for whom it was, what was noted and why it was called off.
    erased_at: Option<DateTime<Utc>>,
    /// What whoever asked for it calls it.
    request_id: Option<String>,
}

impl ReservationBody {
    /// A reservation as those see it who may see people, or may not.
    pub fn of(one: Reservation, sees_people: bool) -> Self {
        let (booking, blocked) = (one.booking, one.blocked);
        Self {
            id: booking.id,
            tenant_id: one.tenant_id,
            tenant_name: one.tenant_name,
            space_id: one.space.0,
            space_code: one.space.1,
            site_id: one.site.0,
            site_name: one.site.1,
            timezone: one.timezone,
            status: booking.status.name(),
            start_time: booking.slot.start,
            end_time: booking.slot.end,
            blocks_from: blocked.start,
            blocks_until: blocked.end,
            hold_until: booking.hold_until,
            check_in_from: booking.opens_at,
            no_show_at: booking.no_show_at,
            checked_in_at: booking.checked_in_at,
            checked_in_by: one.checked_in_by,
            checked_out_at: one.checked_out_at,
            contested_at: one.contested_at,
            overstayed_at: one.overstayed_at,
            holder: sees_people.then(|| one.holder.into()),
            notes: one.notes.filter(|_| sees_people),
            cancel_reason: one.cancel_reason,
            series_id: one.recurs.map(|recurs| recurs.series),
            recurrence_time: one.recurs.map(|recurs| recurs.at),
            is_detached: one.recurs.is_some_and(|recurs| recurs.is_detached),
            created_by: one.created_by,
            created_at: one.created_at,
            updated_at: one.updated_at,
            erased_at: one.erased_at,
            request_id: one.request_id,
        }
    }
}

/// A page of reservations.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ReservationPage {
    pub(super) reservations: Vec<ReservationBody>,
    #[serde(flatten)]
    pub(super) page: PageExtent,
}

/// What a reservation was after a change.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReservationChangeBody {
    id: Uuid,
    at: DateTime<Utc>,
    /// What happened, as in the events of reservations.
    kind: String,
    space_id: Uuid,
    #[schema(value_type = StatusName)]
    status: String,
    start_time: DateTime<Utc>,
    end_time: DateTime<Utc>,
    /// Who did it; nobody, where time or a sensor did.
    made_by: Option<String>,
    reason: Option<String>,
    /// The facts it came about by, where nobody did it.
    #[schema(value_type = Object)]
    evidence: Value,
}

impl From<Change> for ReservationChangeBody {
    fn from(change: Change) -> Self {
        Self {
            id: change.id,
            at: change.at,
            kind: change.kind,
            space_id: change.space_id,
            status: change.status,
            start_time: change.start_time,
            end_time: change.end_time,
            made_by: change.made_by,
            reason: change.reason,
            evidence: change.evidence,
        }
    }
}

/// The history of a reservation.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ReservationHistory {
    pub(super) changes: Vec<ReservationChangeBody>,
}

/// A time in which a bay can be reserved.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct FreeWindow {
    start_time: DateTime<Utc>,
    end_time: DateTime<Utc>,
}

impl FreeWindow {
    pub(super) fn of(slot: Slot) -> Self {
        Self {
            start_time: slot.start,
            end_time: slot.end,
        }
    }
}

/// When a bay can be reserved.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct SpaceAvailability {
    space_id: Uuid,
    space_code: String,
    site_id: Uuid,
    /// Whether it can be had for all of the time that was asked about.
    is_free: bool,
    free: Vec<FreeWindow>,
}

/// When bays can be reserved, in the order of their codes.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AvailabilityBody {
    from: DateTime<Utc>,
    to: DateTime<Utc>,
    spaces: Vec<SpaceAvailability>,
    total: usize,
}

impl AvailabilityBody {
    pub(super) fn of(within: Slot, bays: Vec<FreeBay>) -> Self {
        let whole = |bay: &FreeBay| bay.windows.as_slice() == [within];
        let spaces = bays.into_iter().map(|bay| SpaceAvailability {
            is_free: whole(&bay),
            space_id: bay.space.0,
            space_code: bay.space.1,
            site_id: bay.site,
            free: bay.windows.into_iter().map(FreeWindow::of).collect(),
        });
        let spaces: Vec<_> = spaces.collect();
        Self {
            from: within.start,
            to: within.end,
            total: spaces.len(),
            spaces,
        }
    }
}

/// Whose the terms are.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum TermsSource {
    Site,
    Tenant,
    Standard,
}

/// Whether whoever a bay is reserved for is written to, and in which language.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ReservationLetters)]
pub(super) enum LettersName {
    Off,
    En,
    Fr,
}

impl From<Letters> for LettersName {
    fn from(letters: Letters) -> Self {
        match letters {
            Letters::Off => Self::Off,
            Letters::En => Self::En,
            Letters::Fr => Self::Fr,
        }
    }
}

impl From<LettersName> for Letters {
    fn from(name: LettersName) -> Self {
        match name {
            LettersName::Off => Self::Off,
            LettersName::En => Self::En,
            LettersName::Fr => Self::Fr,
        }
    }
}

macro_rules! terms {
    ($($(#[$doc:meta])* $field:ident: $min:tt, $max:tt;)+) => {
        /// On which terms bays can be reserved.
        #[derive(Debug, Serialize, ToSchema)]
        #[schema(as = ReservationTerms)]
        pub(super) struct TermsBody {
            /// The site they hold for; null for all without their own.
            site_id: Option<Uuid>,
            source: TermsSource,
            $($(#[$doc])* $field: i32,)+
            /// How many reservations one person, known by address or plate, may have that are not over;
            /// any number, if null.
            per_person_max: Option<i32>,
            /// Whether whoever a bay is reserved for is written to, and in which language.
            letters: LettersName,
            /// For how many days after the end reservations of the tenant say for whom they were; for
            /// good, if null.
            retention_days: Option<i32>,
        }

        /// What is to change about the terms. What is absent stays as it holds now.
        #[derive(Debug, Deserialize, ToSchema)]
        #[serde(deny_unknown_fields)]
        #[schema(as = ReservationTermsChange)]
        pub(super) struct TermsChange {
            $($(#[$doc])* #[schema(minimum = $min, maximum = $max)] $field: Option<i32>,)+
            /// How many reservations one person, known by address or plate, may have that are not over;
            /// any number, if null.
            #[serde(default)]
            #[schema(value_type = Option<i32>, minimum = 1, maximum = 1_000)]
            per_person_max: parking_http::wire::Change<i32>,
            /// Whether whoever a bay is reserved for is written to, and in which language.
            letters: Option<LettersName>,
            /// For how many days after the end reservations say for whom they were; for good, if null.
            /// It holds for the whole tenant, and cannot be given for a site.
            #[serde(default)]
            #[schema(value_type = Option<i32>, minimum = 1, maximum = 3_650)]
            retention_days: parking_http::wire::Change<i32>,
        }

        impl TermsBody {
            pub(super) fn of(terms: &Terms, site_id: Option<Uuid>, source: Source) -> Self {
                Self {
                    site_id,
                    source: match source {
                        Source::Site => TermsSource::Site,
                        Source::Tenant => TermsSource::Tenant,
                        Source::Standard => TermsSource::Standard,
                    },
                    $($field: terms.$field,)+
                    per_person_max: terms.per_person_max,
                    letters: terms.letters.into(),
                    retention_days: terms.retention_days,
                }
            }
        }

        impl TermsChange {
            /// Refuses numbers that are none of the terms'.
            pub(super) fn check(&self, site: Option<Uuid>) -> Result<(), ApiError> {
                let mut wrong = Wrong::default();
                let given = [$((stringify!($field), self.$field)),+];
                for (name, range) in Terms::RANGES {
                    let number = given.iter().find(|(field, _)| field == name);
                    let number = number.and_then(|(_, number)| *number);
                    if number.is_some_and(|number| !range.contains(&number)) {
                        wrong.note(name, format!("must be from {} to {}", range.start(), range.end()));
                    }
                }
                if self.per_person_max.value().is_some_and(|max| !PER_PERSON.contains(&max)) {
                    wrong.note("per_person_max", "must be from 1 to 1000");
                }
                if self.retention_days.value().is_some_and(|days| !RETENTION.contains(&days)) {
                    wrong.note("retention_days", "must be from 1 to 3650");
                }
                if site.is_some() && self.retention_days.is_any() {
                    wrong.note("retention_days", "must not be given for a site: it holds for the whole tenant");
                }
                wrong.settle(Some(()))
            }

            pub(super) fn onto(&self, terms: &mut Terms) {
                $(terms.$field = self.$field.unwrap_or(terms.$field);)+
                terms.per_person_max = self.per_person_max.onto(terms.per_person_max);
                terms.letters = self.letters.map_or(terms.letters, Into::into);
                terms.retention_days = self.retention_days.onto(terms.retention_days);
            }
        }
    };
}

terms! {
    /// The longest reservation, in minutes.
    duration_max_minutes: 5, 44_640;
    /// How many days ahead one can reserve.
    lead_max_days: 1, 730;
    /// For how many minutes before a reservation its bay must be free.
    buffer_before_minutes: 0, 720;
    /// For how many minutes after it.
    buffer_after_minutes: 0, 720;
    /// How many minutes before the start one can check in.
    early_minutes: 0, 240;
    /// How many minutes after the start a bay that stayed free is released.
    grace_minutes: 1, 1_440;
    /// For how many minutes a bay is held at most.
    hold_max_minutes: 1, 1_440;
    /// For how many minutes a bay is held for whoever waited and is offered it.
    claim_minutes: 5, 1_440;
    /// How many minutes before the start one can cancel at the latest; 0: until the end.
    cancel_notice_minutes: 0, 43_200;
    /// How many minutes before the start whoever it is for is reminded; 0: never.
    reminder_minutes: 0, 10_080;
}
