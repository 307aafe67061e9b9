//! Calendar feeds: secret links by which calendars elsewhere read reservations.
//!
//! A link is shown once and kept as SHA-256. It shows what its maker may see, of all sites, one site or
//! one bay, and for as long as they may: whoever leaves, or is suspended with the tenant, takes their
//! links along. For whom a bay is reserved stands in none of them. Table: `calendar_feeds`.

mod api;
mod store;
#[cfg(test)]
mod tests;

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use parking_access::audit::{self, Entry};
use parking_access::secrets::{fingerprint, hex, random_token};
use parking_db::{Db, DbError, OnConstraint as _, Reason, TenantTx};
use parking_domain::access::{Permission, Role};
use parking_domain::icalendar::{self, Calendar, Certainty, Event};
use parking_domain::ids::{TenantId, fresh};
use parking_domain::reservations::Status;
use parking_estate::Maker;
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use sqlx::PgConnection;
use thiserror::Error;
use uuid::Uuid;

use crate::reservations::{self, OfCalendar, Reservation, Shown};

pub use api::routes;
pub use store::{count_of_person, of_person, revoke_of_person};

/// The most links that one person has.
const FEEDS_MAX: i64 = 20;

/// How long a calendar shows what is over.
const LOOK_BACK: TimeDelta = TimeDelta::days(30);

/// The most events of one calendar.
const EVENTS_MAX: usize = 2_000;

/// How long it is not written down again that a link is used: calendars look often, and some are many.
const USED_AGAIN_AFTER: TimeDelta = TimeDelta::minutes(5);

/// How often a reader is asked to look.
const REFRESH_MINUTES: u32 = 15;

/// What a link is to show.
#[derive(Clone, Debug)]
pub struct FeedDraft {
    /// What it is called.
    pub name: String,
    /// Only reservations of this site.
    pub site: Option<Uuid>,
    /// Only those of this bay.
    pub space: Option<Uuid>,
    /// Only those of this person, by address or plate.
    pub person: Option<String>,
}

/// A link as people see it: without its secret.
#[derive(Clone, Debug)]
pub struct Feed {
    /// Its identity.
    pub id: Uuid,
    /// What it is called.
    pub name: String,
    /// Whose it is.
    pub user: (Uuid, String),
    /// The site it is of.
    pub site: Option<(Uuid, String)>,
    /// The bay it is of.
    pub space: Option<(Uuid, String)>,
    /// The person whose reservations it shows.
    pub person: Option<String>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When a calendar last read it, or a few minutes before.
    pub last_used_at: Option<DateTime<Utc>>,
}

impl Feed {
    /// What it is called, for the audit log, where nothing can be erased: what shows one person's reservations
    /// is called by that person, as a rule.
    fn logged_name(&self) -> Option<&str> {
        self.person.is_none().then_some(self.name.as_str())
    }

    /// The link for the audit log: not whose reservations it shows.
    fn record(&self) -> Value {
        json!({
            "name": self.logged_name(), "site_id": self.site.as_ref().map(|site| site.0),
            "space_id": self.space.as_ref().map(|space| space.0), "is_of_person": self.person.is_some(),
        })
    }
}

/// Why a link was not made or revoked.
#[derive(Debug, Error)]
pub enum FeedError {
    /// There is no such link, site or bay in this tenant.
    #[error("there is no such link, site or bay")]
    Absent,
    /// Whoever asks is in the tenant for a while only.
    #[error("only members of the tenant have calendar links")]
    NotMember,
    /// They have enough.
    #[error("one person may have {FEEDS_MAX} calendar links")]
    Limit,
    /// The database refused.
    #[error(transparent)]
    Db(#[from] DbError),
}

/// Makes a link for a person, and answers its secret, which nobody can read again.
pub async fn create(
    tx: &mut TenantTx,
    (maker, user): (&Maker, Uuid),
    draft: &FeedDraft,
    now: DateTime<Utc>,
) -> Result<(Feed, SecretString), FeedError> {
    if !store::hold_member(tx, user).await? {
        return Err(FeedError::NotMember);
    }
    if store::count_of(tx, user).await? >= FEEDS_MAX {
        return Err(FeedError::Limit);
    }
    let (id, secret) = (fresh(), random_token());
    let hash = fingerprint(secret.expose_secret());
    store::insert(tx, (id, user), (draft, &hash), now)
        .await
        .on_constraint("calendar_feeds_site_fkey", || FeedError::Absent)
        .or_else(|error| match error {
            FeedError::Db(error) => {
                Err(error).on_constraint("calendar_feeds_space_fkey", || FeedError::Absent)
            }
            error => Err(error),
        })?;
    let feed = store::find(tx, id).await?.ok_or(FeedError::Absent)?;
    let values = (None, Some(feed.record()));
    record(tx, maker, (&feed, "created"), values, now).await?;
    Ok((feed, secret))
}

/// Revokes a link: whoever holds it finds nothing from then on. Those who do not `manage` only their own.
pub async fn revoke(
    tx: &mut TenantTx,
    (maker, user): (&Maker, Uuid),
    (id, manages): (Uuid, bool),
    now: DateTime<Utc>,
) -> Result<(), FeedError> {
    let found = store::find(tx, id).await?;
    let found = found.filter(|feed| manages || feed.user.0 == user);
    let feed = found.ok_or(FeedError::Absent)?;
    if !store::delete(tx, id).await? {
        return Err(FeedError::Absent);
    }
    let values = (Some(feed.record()), None);
    Ok(record(tx, maker, (&feed, "revoked"), values, now).await?)
}

async fn record(
    tx: &mut TenantTx,
    maker: &Maker,
    (feed, verb): (&Feed, &str),
    (old, new): (Option<Value>, Option<Value>),
    now: DateTime<Utc>,
) -> Result<(), DbError> {
    let entry = Entry {
        action: &format!("calendar_feed.{verb}"),
        entity_type: "calendar_feed",
        entity_id: Some(feed.id.to_string()),
        entity_name: feed.logged_name(),
        old,
        new,
        reason: None,
    };
    let tenant = tx.tenant();
    audit::append(tx.conn(), tenant, &maker.by, now, entry).await
}

/// A calendar that somebody asked for.
#[derive(Debug)]
pub struct File {
    /// What it says; nothing, if whoever asked has it.
    pub text: Option<String>,
    /// Another one whenever it says something else.
    pub tag: String,
}

/// The calendar behind a link, if there is one and its maker may still see what it shows. It is written
/// only if its tag is not known.
pub async fn read(
    db: &Db,
    secret: &str,
    is_known: impl Fn(&str) -> bool,
    now: DateTime<Utc>,
) -> Result<Option<File>, DbError> {
    let hash = fingerprint(secret);
    let mut tx = db.platform(Reason::Worker("find a calendar feed")).await?;
    let known = store::known(&mut tx, &hash).await?;
    tx.commit().await?;
    let Some(known) = known else {
        return Ok(None);
    };
    let role: Option<Role> = known.role.parse().ok();
    let may = |permission: Permission| role.is_some_and(|role| permission.allows(role, None));
    let is_of_person = known.draft.person.is_some();
    if !may(Permission::ReservationsRead) || is_of_person && !may(Permission::ReservationsPeople) {
        return Ok(None);
    }
    let mut tx = db.tenant(TenantId(known.tenant)).await?;
    let wanted = OfCalendar {
        site: known.draft.site,
        space: known.draft.space,
        person: known.draft.person,
        since: now - LOOK_BACK,
        limit: EVENTS_MAX,
    };
    let shown = reservations::of_calendar(tx.conn(), &wanted, now).await?;
    let tag = tag(&known.draft.name, &shown);
    let mut text = None;
    if !is_known(&tag) {
        let ids: Vec<Uuid> = shown.iter().map(|one| one.id).collect();
        let found = reservations::by_ids(tx.conn(), &ids).await?;
        let calendar = Calendar {
            name: &known.draft.name,
            refresh_minutes: REFRESH_MINUTES,
        };
        text = Some(written(Some(&calendar), &found, &shown));
    }
    // Last, so that those who read at once wait for each other no longer than this takes.
    if is_to_be_marked(known.last_used_at, now) {
        store::mark_used(&mut tx, (known.id, known.last_used_at), now).await?;
    }
    tx.commit().await?;
    Ok(Some(File { text, tag }))
}

/// Whether it is to be written down that a link is used. What a clock wrote that was fast is written anew.
fn is_to_be_marked(last: Option<DateTime<Utc>>, now: DateTime<Utc>) -> bool {
    last.is_none_or(|last| (now - last).abs() >= USED_AGAIN_AFTER)
}

/// A name for what a calendar says.
fn tag(name: &str, shown: &[Shown]) -> String {
    let mut hash = Sha256::new();
    // Another version of the program may say it otherwise.
    for word in [env!("CARGO_PKG_VERSION"), name] {
        hash.update(word);
        hash.update([0]);
    }
    for one in shown {
        hash.update(one.id);
        hash.update(one.version.to_be_bytes());
        hash.update(one.modified_at.timestamp_micros().to_be_bytes());
    }
    hex(&hash.finalize())
}

/// Reservations as a file that a calendar takes in, each as the one that it is in the feeds.
pub(crate) async fn file_of(
    conn: &mut PgConnection,
    found: &[Reservation],
) -> Result<String, DbError> {
    let ids: Vec<Uuid> = found.iter().map(|one| one.booking.id).collect();
    let shown = reservations::shown(conn, &ids).await?;
    Ok(written(None, found, &shown))
}

fn written(calendar: Option<&Calendar<'_>>, found: &[Reservation], shown: &[Shown]) -> String {
    let texts = found.iter().map(|one| {
        let (bay, site) = (&one.space.1, &one.site.1);
        (format!("{bay} ({site})"), format!("{site}, {bay}"))
    });
    let texts: Vec<(String, String)> = texts.collect();
    let modified: HashMap<Uuid, DateTime<Utc>> =
        shown.iter().map(|one| (one.id, one.modified_at)).collect();
    let events = found.iter().zip(&texts).map(|(one, (summary, location))| {
        let modified = modified.get(&one.booking.id).copied();
        let modified = modified.map_or(one.updated_at, |at| at.max(one.updated_at));
        Event {
            uid: one.booking.id.to_string(),
            // Changes of the reservation are counted. What its bay or site is called changes by the
            // clock, so that this only ever grows, wherever the reservation goes. Of a clock that was put
            // back nothing is counted: readers refuse less than nothing.
            sequence: one.version - 1 + (modified - one.created_at).num_seconds().max(0),
            created: one.created_at,
            modified,
            start: one.booking.slot.start,
            end: one.booking.slot.end,
            summary,
            location,
            certainty: certainty(one.booking.status),
        }
    });
    icalendar::written(calendar, &events.collect::<Vec<_>>())
}

fn certainty(status: Status) -> Certainty {
    match status {
        Status::Pending => Certainty::Tentative,
        Status::Confirmed | Status::Completed => Certainty::Confirmed,
        Status::Cancelled | Status::Expired | Status::NoShow => Certainty::Cancelled,
    }
}
