//! Series: a bay reserved again and again, by a rule of RFC 5545.
//!
//! Each occurrence is a reservation like any other, made under the same lock and the same constraint;
//! the series says which rule they came from, and which of its occurrences nobody got. What a series
//! would be is told before it is made, by the same judgement. One occurrence is changed as a
//! reservation, and is then no longer where the series has it; several together keep what the rule and
//! the clocks of the site make of them. Whoever changes the later ones of a series cuts it in two, so
//! that each rule tells what is. By another rule those that both have keep their reservations, the others
//! are called off, and what is new is judged and reserved as when a series is made.

mod cancel;
mod change;
mod course;
mod cut;
mod judge;
mod shift;
mod stand;

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, Utc};
use parking_access::audit::{self, Entry};
use parking_db::events::{self, EventDraft};
use parking_db::queue::enqueue;
use parking_db::{DbError, TenantTx};
use parking_domain::ids::fresh;
use parking_domain::places::TimeZone;
use parking_domain::recurrence::Rule;
use parking_domain::reservations::Slot;
use parking_estate::{Maker, spaces};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sqlx::PgConnection;
use uuid::Uuid;

use super::book::booking;
use super::store::{self, HeldBay};
use super::{
    Draft, Footing, Holder, Reservation, ReservationError, SETTLES_WITHIN, WriteOfSeries, facts,
};

use judge::{expand, judge, must_be_had};

pub use cancel::cancel;
pub use change::{Changed, Reach, SeriesChange, change};
pub use course::{Fate, Outcome};
pub use judge::{Judged, Preview, Verdict, preview};

/// What is to be reserved again and again.
#[derive(Clone, Debug)]
pub struct SeriesDraft {
    /// Which bay.
    pub space: Uuid,
    /// The slot that is repeated.
    pub first: Slot,
    /// How.
    pub rule: Rule,
    /// Days, where the bay is, on which it is not.
    pub except: Vec<NaiveDate>,
    /// Whether occurrences that cannot be had are left out; otherwise there may be none.
    pub skips: bool,
    /// For whom.
    pub holder: Holder,
    /// What else there is to say.
    pub notes: Option<String>,
}

/// An occurrence of the rule that nobody reserved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exception {
    /// From when.
    pub start_time: DateTime<Utc>,
    /// Until just before when.
    pub end_time: DateTime<Utc>,
    /// Why not: a verdict.
    pub why: String,
}

/// A series as it is kept.
#[derive(Clone, Debug)]
pub struct Series {
    /// Whose it is.
    pub tenant_id: Uuid,
    /// Their name, when others look.
    pub tenant_name: String,
    /// Its identity.
    pub id: Uuid,
    /// Which bay, and what is painted on it.
    pub space: (Uuid, String),
    /// Where that lies.
    pub site: (Uuid, String),
    /// By whose clocks the rule is told.
    pub timezone: String,
    /// The rule, as RFC 5545 has it.
    pub rule: String,
    /// The slot that it repeats.
    pub slot: Slot,
    /// Occurrences that nobody reserved.
    pub exceptions: Vec<Exception>,
    /// The series it was cut from.
    pub continues: Option<Uuid>,
    /// When all that lay ahead was called off.
    pub cancelled_at: Option<DateTime<Utc>>,
    /// Why.
    pub cancel_reason: Option<String>,
    /// Who made it.
    pub created_by: Option<String>,
    /// When.
    pub created_at: DateTime<Utc>,
    /// When it was changed.
    pub updated_at: DateTime<Utc>,
    /// How often it was changed.
    pub version: i64,
    /// How many reservations are of it.
    pub total: i64,
    /// How many of them lie ahead.
    pub ahead: i64,
    /// When the first of these starts.
    pub next: Option<DateTime<Utc>>,
}

/// Makes a series and reserves its bay for every occurrence that can be had.
pub async fn create(
    tx: &mut TenantTx,
    maker: &Maker,
    draft: &SeriesDraft,
    now: DateTime<Utc>,
) -> Result<(Series, Vec<Reservation>), ReservationError> {
    let (timezone, occurrences) = expand(tx, draft, now).await?;
    store::hold_person(tx, &draft.holder).await?;
    let bay = store::hold_bay(tx, draft.space).await?;
    let bay = bay.filter(|bay| bay.is_living);
    let bay = bay.ok_or(ReservationError::Absent)?;
    if !bay.is_reservable {
        return Err(ReservationError::NotReservable);
    }
    let judged = judge(tx, (bay.id, &bay.terms), (draft, occurrences)).await?;
    must_be_had(&judged, draft.skips)?;
    let series = drafted(tx, (draft, &maker.name), (timezone, &judged), now);
    store::series::insert(tx, &series).await?;
    let said = (draft, maker.name.as_str());
    let ids = reserve_all(tx, (series.id, &bay), said, &judged, now).await?;
    let tenant = tx.tenant().0;
    spaces::settle_across(tx.conn(), &[(tenant, bay.id)], now).await?;
    let (said, became) = (
        (series.id, "created", None),
        [("created", ids.as_slice(), None)],
    );
    let (series, reservations) = told(tx, maker, said, &became, now).await?;
    let record = series.record();
    log(
        tx,
        maker,
        (&series, "created"),
        (None, Some(record)),
        None,
        now,
    )
    .await?;
    Ok((series, reservations))
}

/// Reserves a bay for those occurrences of a series that can be had, and says which they are.
async fn reserve_all(
    tx: &mut TenantTx,
    (series, bay): (Uuid, &HeldBay),
    (draft, maker): (&SeriesDraft, &str),
    judged: &[Judged],
    now: DateTime<Utc>,
) -> Result<Vec<Uuid>, ReservationError> {
    let free = judged.iter().filter(|one| one.verdict == Verdict::Free);
    let bookings = free.map(|one| {
        let booked = booking(bay, &draft.of(one.slot), now);
        (booked, bay.terms.blocked(one.slot))
    });
    let bookings: Vec<_> = bookings.collect();
    let said = (&draft.of(draft.first), maker);
    let of = (series, bay.id);
    let made = store::series::insert_all(tx, of, &bookings, said, now).await?;
    if made != bookings.len() as u64 {
        return Err(ReservationError::Taken(Vec::new()));
    }
    Ok(bookings.iter().map(|(booking, _)| booking.id).collect())
}

impl SeriesDraft {
    /// One occurrence, as a reservation to be.
    fn of(&self, slot: Slot) -> Draft {
        Draft {
            slot,
            footing: Footing::Agreed,
            holder: self.holder.clone(),
            notes: self.notes.clone(),
            request: None,
        }
    }
}

impl Series {
    /// What is written about it in the log: not for whom it is.
    fn record(&self) -> Value {
        json!({
            "space_id": self.space.0, "space_code": self.space.1, "rule": self.rule, "timezone": self.timezone,
            "start_time": self.slot.start, "end_time": self.slot.end, "occurrences": self.total,
            "exceptions": self.exceptions.len(), "continues_id": self.continues, "cancelled_at": self.cancelled_at,
        })
    }

    /// By whose clocks the rule is told.
    fn zone(&self) -> TimeZone {
        zone(&self.timezone)
    }
}

/// A time zone by its name, which was one when it was written down.
fn zone(name: &str) -> TimeZone {
    name.parse().unwrap_or(TimeZone::UTC)
}

/// A series that is to be made.
fn drafted(
    tx: &TenantTx,
    (draft, maker): (&SeriesDraft, &str),
    (timezone, judged): (String, &[Judged]),
    now: DateTime<Utc>,
) -> Series {
    let left_out = judged.iter().filter(|one| one.verdict != Verdict::Free);
    Series {
        tenant_id: tx.tenant().0,
        tenant_name: String::new(),
        id: fresh(),
        space: (draft.space, String::new()),
        site: (Uuid::nil(), String::new()),
        timezone,
        rule: draft.rule.to_string(),
        slot: draft.first,
        exceptions: left_out.map(Exception::of).collect(),
        continues: None,
        cancelled_at: None,
        cancel_reason: None,
        created_by: Some(maker.to_owned()),
        created_at: now,
        updated_at: now,
        version: 1,
        total: 0,
        ahead: 0,
        next: None,
    }
}

impl Exception {
    fn of(judged: &Judged) -> Self {
        Self {
            start_time: judged.slot.start,
            end_time: judged.slot.end,
            why: judged.verdict.name().to_owned(),
        }
    }
}

/// What became of some reservations, which they are, and why.
type Became<'a> = (&'static str, &'a [Uuid], Option<&'a str>);

/// Writes what became of reservations of a series into their history, tells those who follow, and answers
/// the series with them.
async fn told(
    tx: &mut TenantTx,
    maker: &Maker,
    (id, verb, reason): (Uuid, &'static str, Option<&str>),
    became: &[Became<'_>],
    now: DateTime<Utc>,
) -> Result<(Series, Vec<Reservation>), ReservationError> {
    let (series, all) = detail(tx.conn(), id, now).await?;
    let (tenant, mut these) = (tx.tenant(), Vec::new());
    for (verb, ids, why) in became.iter().filter(|(_, ids, _)| !ids.is_empty()) {
        let said = (*verb, maker.name.as_str(), *why);
        store::series::remember_all(tx, said, ids, now).await?;
        // Some may have stayed in the series that this one was cut from.
        let found = store::by_ids(tx.conn(), ids).await?;
        let subjects = found.iter().map(|one| {
            let subject = one.booking.id.to_string();
            (subject, facts(one, *why, None))
        });
        let subjects: Vec<(String, Value)> = subjects.collect();
        let kind = format!("reservation.{verb}");
        let of = (kind.as_str(), "reservation");
        events::append_many(tx.conn(), tenant, now, of, &subjects).await?;
        these.extend(found);
    }
    let of_both = all.iter().chain(&these);
    let written = of_both.filter(|one| one.holder.email.is_some());
    let written: BTreeSet<Uuid> = written.filter_map(|one| Some(one.recurs?.series)).collect();
    for series_id in written {
        let job = WriteOfSeries {
            series_id,
            space_id: series.space.0,
        };
        enqueue(tx.conn(), tenant, &job, now + SETTLES_WITHIN).await?;
    }
    let starts = these.iter().map(|one| one.booking.slot.start).min();
    let ends = these.iter().map(|one| one.booking.slot.end).max();
    let mut payload = json!({
        "site_id": series.site.0, "space_id": series.space.0, "space_code": series.space.1, "occurrences": these.len(),
    });
    for (fact, value) in [
        ("start_time", json!(starts)),
        ("end_time", json!(ends)),
        ("reason", json!(reason)),
    ] {
        if !value.is_null() {
            payload[fact] = value;
        }
    }
    let event = EventDraft {
        kind: &format!("reservation_series.{verb}"),
        subject_type: "reservation_series",
        subject_id: &series.id.to_string(),
        payload: &payload,
    };
    events::append(tx.conn(), tenant, now, event).await?;
    Ok((series, all))
}

/// Writes what became of a series into the log. One entry stands for all its reservations; their own
/// histories tell the rest.
async fn log(
    tx: &mut TenantTx,
    maker: &Maker,
    (series, verb): (&Series, &str),
    (old, new): (Option<Value>, Option<Value>),
    reason: Option<&str>,
    now: DateTime<Utc>,
) -> Result<(), DbError> {
    let entry = Entry {
        action: &format!("reservation_series.{verb}"),
        entity_type: "reservation_series",
        entity_id: Some(series.id.to_string()),
        entity_name: Some(&series.space.1),
        old,
        new,
        reason,
    };
    let tenant = tx.tenant();
    audit::append(tx.conn(), tenant, &maker.by, now, entry).await
}

/// The most reservations of one series that are shown.
const SHOWN_MAX: i64 = 1_000;

/// A series with its reservations.
pub async fn detail(
    conn: &mut PgConnection,
    id: Uuid,
    now: DateTime<Utc>,
) -> Result<(Series, Vec<Reservation>), ReservationError> {
    let series = store::series::find(conn, id, now).await?;
    let series = series.ok_or(ReservationError::Absent)?;
    let reservations = store::series::occurrences(conn, id, SHOWN_MAX).await?;
    Ok((series, reservations))
}
