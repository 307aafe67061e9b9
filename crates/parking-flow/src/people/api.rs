//! What is held of a person, over HTTP. Whoever asks names the person in the body, which stands in no log.

use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse as _, Response};
use chrono::{DateTime, Utc};
use parking_db::DbError;
use parking_domain::access::Permission;
use parking_estate::wire::a_line;
use parking_estate::{Maker, view};
use parking_http::{Access, ApiError, Caller, Code, Json, Routes, Wrong};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::routes;
use uuid::Uuid;

use super::{EraseError, Erased, Exported, Held, erase, export, held};
use crate::Flow;
use crate::reservations::{ReservationBody, ReservationChangeBody, ReservationHolder, person_key};
use crate::waitlist::Waited;

/// The longest e-mail address.
const PERSON_MAX: usize = 254;

/// How often it is tried to erase somebody whose bays others want at the same moment.
const TRIES: usize = 4;

/// The routes of people.
pub fn routes(flow: Flow) -> Routes {
    let manages = Access::Needs(Permission::PeopleManage);
    Routes::new("People")
        .add(manages, routes!(export_person))
        .add(manages, routes!(erase_person))
        .with_state(flow)
}

impl From<EraseError> for ApiError {
    fn from(error: EraseError) -> Self {
        match error {
            EraseError::Ahead(_) => Self::new(Code::ReservationsAhead).detail(error),
            EraseError::Db(error) => error.into(),
        }
    }
}

/// Which person is meant.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PersonQuestion {
    /// By e-mail address, or, if their reservations name none, by plate.
    #[schema(min_length = 1, max_length = 254)]
    person: String,
}

/// Which person is to be erased, and how.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PersonEraseWish {
    /// By e-mail address, or, if their reservations name none, by plate.
    #[schema(min_length = 1, max_length = 254)]
    person: String,
    /// Only to say how much is held; nothing is changed.
    dry_run: bool,
    /// Whether their reservations that are not over are called off. They are in the way otherwise.
    #[serde(default)]
    cancel_ahead: bool,
}

/// How much is held of a person, and what was done about it.
#[derive(Debug, Serialize, ToSchema)]
struct PersonHeld {
    /// What they are known by.
    person: String,
    /// Whether nothing was changed.
    dry_run: bool,
    /// Reservations that were over when it was asked.
    over: i64,
    /// Those that were not.
    ahead: i64,
    /// When the first of all begins.
    first_time: Option<DateTime<Utc>>,
    /// When the last of all ends.
    last_time: Option<DateTime<Utc>>,
    /// What their vehicles are known by. Reservations that name only a plate are held under that.
    plates: Vec<String>,
    /// Calendar links that show their reservations alone.
    calendar_feeds: i64,
    /// Places on the waiting list, whatever became of them. Erasing takes the person off it.
    waitlist: i64,
    /// Reservations they were erased from.
    erased: i64,
    /// Those of them that were called off for it.
    cancelled: usize,
    /// Reservations and places on the waiting list that are left, to be erased by asking again: at most 10000
    /// are erased and 500 called off at once, and what others change at this moment is left.
    remaining: i64,
}

impl PersonHeld {
    fn of(person: String, held: Held, done: Option<Erased>) -> Self {
        let all = held.rows();
        let done_or_nothing = done.unwrap_or(Erased {
            remaining: all,
            ..Erased::default()
        });
        Self {
            person,
            dry_run: done.is_none(),
            over: held.reservations.over,
            ahead: held.reservations.ahead,
            first_time: held.reservations.first,
            last_time: held.reservations.last,
            plates: held.reservations.plates,
            calendar_feeds: held.calendar_feeds,
            waitlist: held.waitlist,
            erased: done_or_nothing.reservations,
            cancelled: done_or_nothing.cancelled,
            remaining: done_or_nothing.remaining,
        }
    }
}

/// A reservation with all that became of it.
#[derive(Debug, Serialize, ToSchema)]
struct PersonReservation {
    #[serde(flatten)]
    reservation: ReservationBody,
    history: Vec<ReservationChangeBody>,
}

/// A calendar link that shows one person's reservations.
#[derive(Debug, Serialize, ToSchema)]
struct PersonCalendarFeed {
    name: String,
    /// Who made it.
    user_name: String,
    created_at: DateTime<Utc>,
}

/// A bay that a person waits for, or did.
#[derive(Debug, Serialize, ToSchema)]
struct PersonWaited {
    id: Uuid,
    site_name: String,
    start_time: DateTime<Utc>,
    end_time: DateTime<Utc>,
    /// What became of it.
    status: &'static str,
    holder: ReservationHolder,
    notes: Option<String>,
    created_at: DateTime<Utc>,
}

impl From<Waited> for PersonWaited {
    fn from(one: Waited) -> Self {
        Self {
            id: one.id,
            site_name: one.site,
            start_time: one.slot.start,
            end_time: one.slot.end,
            status: one.status,
            holder: one.holder.into(),
            notes: one.notes,
            created_at: one.created_at,
        }
    }
}

/// Everything that is held of a person.
#[derive(Debug, Serialize, ToSchema)]
struct PersonExport {
    /// What they are known by.
    person: String,
    exported_at: DateTime<Utc>,
    /// Whether this is all; the 5000 reservations that begin last and the latest 5000 places on the waiting
    /// list, otherwise.
    is_complete: bool,
    reservations: Vec<PersonReservation>,
    calendar_feeds: Vec<PersonCalendarFeed>,
    /// Where they wait for a bay, or did, the latest first.
    waitlist: Vec<PersonWaited>,
}

impl PersonExport {
    fn of(person: String, exported: Exported, exported_at: DateTime<Utc>) -> Self {
        let reservations = exported.reservations.into_iter();
        let feeds = exported.calendar_feeds.into_iter();
        Self {
            person,
            exported_at,
            is_complete: exported.is_complete,
            reservations: reservations
                .map(|(one, history)| PersonReservation {
                    reservation: ReservationBody::of(one, true),
                    history: history.into_iter().map(Into::into).collect(),
                })
                .collect(),
            waitlist: exported.waitlist.into_iter().map(Into::into).collect(),
            calendar_feeds: feeds
                .map(|(name, user_name, created_at)| PersonCalendarFeed {
                    name,
                    user_name,
                    created_at,
                })
                .collect(),
        }
    }
}

/// What tells the person from others, as typed.
fn key(typed: String) -> Result<String, ApiError> {
    let mut wrong = Wrong::default();
    let line = a_line(&mut wrong, "person", Some(typed), PERSON_MAX);
    wrong.settle(Some(()))?;
    let line = line.ok_or_else(|| ApiError::field("person", "must not be empty"))?;
    Ok(person_key(&line))
}

/// Everything that is held of a person, with its times, to be handed to them. That it was asked for is written
/// into the log, by a hash of the person.
#[utoipa::path(post, path = "/api/v6/people/export", request_body = PersonQuestion,
    responses((status = 200, body = PersonExport)))]
async fn export_person(
    State(flow): State<Flow>,
    caller: Caller,
    Json(question): Json<PersonQuestion>,
) -> Result<Response, ApiError> {
    let person = key(question.person)?;
    let mut tx = view::change(&flow.db, &caller).await?;
    let (maker, now) = (Maker::caller(&caller), flow.clock.now());
    let exported = export(&mut tx, &maker, &person, now).await?;
    tx.commit().await?;
    let disposition = HeaderValue::from_static("attachment; filename=\"person.json\"");
    let body = axum::Json(PersonExport::of(person, exported, now));
    Ok(([(header::CONTENT_DISPOSITION, disposition)], body).into_response())
}

/// Erases a person, or says how much is held of them. Their reservations stay as figures: for whom they were,
/// what was noted and why they were called off is gone for good, calendar links that show them alone are
/// revoked, and tickets lead nowhere.
#[utoipa::path(post, path = "/api/v6/people/erase", request_body = PersonEraseWish,
    responses((status = 200, body = PersonHeld),
        (status = 409, description = "`reservations_ahead`: some are not over, and `cancel_ahead` does not say that they are to be called off", body = parking_http::Problem, content_type = "application/problem+json")))]
async fn erase_person(
    State(flow): State<Flow>,
    caller: Caller,
    Json(wish): Json<PersonEraseWish>,
) -> Result<axum::Json<PersonHeld>, ApiError> {
    view::must_own(&caller)?;
    let person = key(wish.person.clone())?;
    let mut tried = 1;
    loop {
        match answer(&flow, &caller, (&person, &wish)).await {
            Err(EraseError::Db(DbError::Conflict(_))) if tried < TRIES => tried += 1,
            ended => {
                let (before, done) = ended?;
                return Ok(axum::Json(PersonHeld::of(person, before, done)));
            }
        }
    }
}

/// Looks, and erases if that is wanted.
async fn answer(
    flow: &Flow,
    caller: &Caller,
    (person, wish): (&str, &PersonEraseWish),
) -> Result<(Held, Option<Erased>), EraseError> {
    let (maker, now) = (Maker::caller(caller), flow.clock.now());
    let mut tx = flow.db.tenant(caller.tenant()).await?;
    let before = held(tx.conn(), person).await?;
    let mut done = None;
    if !wish.dry_run {
        let wanted = (person, wish.cancel_ahead);
        done = Some(erase(&mut tx, &maker, wanted, now).await?);
    }
    tx.commit().await?;
    Ok((before, done))
}
