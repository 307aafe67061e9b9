//! What happens, told as it happens: every change of a bay, and hints that something else changed.
//!
//! One reader a server reads the log of events, and only while somebody watches. It reads each event
//! once and writes it down once; all who watch share the bytes. Whoever begins to watch gets a
//! snapshot and then every change after it, in the order of the log, each with a cursor; whoever
//! comes back with a cursor gets what they missed, or a snapshot where that cannot be told for
//! certain. A snapshot may show already what a change behind it tells: of two changes of a bay the
//! one with the higher sequence is newer, and the others are to be left out.
//!
//! Who watches may go on only as long as they may begin: notices about their rights, and time, make
//! the server ask again. Who does not keep up is told so and shown out. Table: `live_tickets`, for
//! browsers that cannot send a header; reads `spaces`, `sites`, `lamps` and `events`.

mod api;
mod guest;
mod hub;
mod message;
mod metrics;
mod store;
#[cfg(test)]
mod tests;
mod tickets;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use parking_access::authenticate::{Callers, Standing};
use parking_db::events::{self, Cursor};
use parking_db::listen::{Notice, Notices, Subscription};
use parking_db::reconcile::{self, Nudge};
use parking_db::{Db, DbError, Reason};
use parking_domain::access::Permission;
use parking_domain::clock::Clock;
use parking_estate::spaces;
use parking_http::{ApiError, Caller, Code};
use prometheus_client::registry::Registry;
use tokio::time::{MissedTickBehavior, interval, sleep, timeout};
use tokio_util::sync::CancellationToken;
use tracing::warn;
use uuid::Uuid;

use guest::Guest;
use hub::{Bye, Hub};
use message::{Message, Rights};
use metrics::LiveMetrics;

pub(crate) use api::routes;
pub(crate) use hub::Limits;
pub(crate) use tickets::forget_tickets;

/// Events that are read at a time.
const READ_MAX: i64 = 500;

/// How often the log is looked at when nobody says that something happened.
const READ_PERIOD: Duration = Duration::from_secs(2);

/// How often those who watch hear that they still hear everything.
const HEARTBEAT: Duration = Duration::from_secs(15);

/// How long those who come wait for the reader to begin.
const BEGIN_MAX: Duration = Duration::from_secs(3);

/// Events of everybody that may be looked through for what one has missed.
const MISSED_MAX: i64 = 20_000;

/// How long rights are believed without a notice, and how often that is looked at.
const BELIEVED_FOR: TimeDelta = TimeDelta::seconds(60);
const RIGHTS_PERIOD: Duration = Duration::from_secs(5);

/// How long those who watch get to hear that the server stops.
const FAREWELL_MAX: Duration = Duration::from_secs(3);

/// Tells what happens.
pub(crate) struct Live {
    db: Db,
    clock: Clock,
    callers: Arc<Callers>,
    hub: Arc<Hub>,
    /// Wakes the reader.
    news: Nudge,
    /// Wakes whoever asks again what those who watch may do.
    doubts: Nudge,
}

impl Live {
    /// Nobody watches yet.
    pub(crate) fn new(
        (db, clock): (Db, Clock),
        callers: Arc<Callers>,
        limits: Limits,
        registry: &mut Registry,
    ) -> Arc<Self> {
        let metrics = LiveMetrics::new(registry);
        Arc::new(Self {
            db,
            clock,
            callers,
            hub: Hub::new(limits, metrics),
            news: Nudge::default(),
            doubts: Nudge::default(),
        })
    }

    /// A seat for somebody, and what they are told first: what they missed since `last`, or how
    /// everything stands.
    async fn watch(
        &self,
        caller: &Caller,
        site: Option<Uuid>,
        last: Option<Cursor>,
    ) -> Result<(Guest, Vec<Arc<Message>>), ApiError> {
        let mut guest = self.sit_down(caller, site).await?;
        let missed = match last {
            Some(last) => self.missed(caller, site, last).await?,
            None => None,
        };
        let mut opening = if let Some(missed) = missed {
            guest.has_heard(last.into_iter().chain(missed.last().map(|one| one.cursor)));
            missed
        } else {
            let snapshot = self.snapshot(caller, site).await?;
            guest.has_heard([snapshot.cursor]);
            vec![snapshot]
        };
        opening.extend(self.hub.heartbeat());
        Ok((guest, opening))
    }

    /// A seat at which everything is heard from now on.
    async fn sit_down(&self, caller: &Caller, site: Option<Uuid>) -> Result<Guest, ApiError> {
        let now = self.clock.now();
        let guest = self.hub.sit_down(caller, site, now)?;
        self.news.now();
        // Before the reader has begun, nobody knows which events it will tell.
        match timeout(BEGIN_MAX, self.hub.begun()).await {
            Ok(()) => Ok(guest),
            Err(_) => Err(ApiError::new(Code::Unavailable).retry_after(BEGIN_MAX)),
        }
    }

    /// What one missed since a cursor, if that can be told for certain.
    async fn missed(
        &self,
        caller: &Caller,
        site: Option<Uuid>,
        last: Cursor,
    ) -> Result<Option<Vec<Arc<Message>>>, ApiError> {
        let rights = Rights::of(&caller.identity);
        let mut tx = self
            .db
            .platform(Reason::Worker("read what somebody who watches has missed"))
            .await?;
        let Some(events) = events::missed(&mut tx, caller.tenant(), last, MISSED_MAX).await? else {
            return Ok(None);
        };
        // How lamps stand is asked for by whoever missed it.
        let lamps = HashMap::new();
        let messages = events
            .iter()
            .filter_map(|event| Message::of_event(event, &lamps));
        let messages = messages.filter(|one| one.is_for(site) && rights.cover(one));
        Ok(Some(messages.map(Arc::new).collect()))
    }

    /// How the bays of a site stand, or those of all sites.
    async fn snapshot(
        &self,
        caller: &Caller,
        site: Option<Uuid>,
    ) -> Result<Arc<Message>, ApiError> {
        let as_of = self.clock.now();
        let mut tx = self.db.tenant(caller.tenant()).await?;
        let (cursor, sites) = store::snapshot(&mut tx, site).await?;
        if site.is_some() && sites.is_empty() {
            return Err(ApiError::not_found());
        }
        let bays: usize = sites.iter().map(|site| site.bays.len()).sum();
        if bays > store::BAYS_MAX || sites.len() > store::SITES_MAX {
            let why = format!("name a site: there are more than {} bays", store::BAYS_MAX);
            return Err(ApiError::field("site_id", why));
        }
        Ok(Arc::new(Message::snapshot(cursor, as_of, site, &sites)))
    }

    /// Reads on, and tells those who watch; says whether there is more.
    async fn read(&self) -> Result<bool, DbError> {
        if self.hub.is_empty() {
            return Ok(false);
        }
        let as_of = self.clock.now();
        let mut tx = self
            .db
            .platform(Reason::Worker("read what happened for those who watch"))
            .await?;
        let end = events::end(&mut tx).await?;
        let Some(from) = self.hub.begin(end, as_of) else {
            return Ok(false);
        };
        // What happened and cannot be told yet, because somebody's change is still under way: nobody is
        // told that they know how things are now.
        let waiting = events::waiting_since(&mut tx).await?;
        let as_of = waiting.map_or(as_of, |at| at.min(as_of));
        let read = events::read_after(&mut tx, from, READ_MAX).await?;
        let has_more = i64::try_from(read.len()) == Ok(READ_MAX);
        // After the events, so that what is told of a lamp is not older than they are.
        let lamps = spaces::lamps(tx.conn(), &self.hub.displays_among(&read)).await?;
        drop(tx);
        let last = read.last().map_or(from, |event| event.cursor);
        let to = if has_more { last } else { last.max(end) };
        self.hub
            .tell((&read, &lamps), to, (!has_more).then_some(as_of));
        Ok(has_more)
    }

    /// Asks again what those may do about whom there is doubt, one after the other.
    async fn ask_again(&self) -> Result<bool, DbError> {
        let Some(doubted) = self.hub.next_doubted() else {
            return Ok(false);
        };
        match self.callers.ask_again(&doubted).await {
            Ok(identity)
                if Permission::SpacesRead.allows(identity.role, identity.scopes.as_ref()) =>
            {
                self.hub.vouch(&doubted, &identity, self.clock.now());
            }
            Ok(_) => self.hub.show_out(&doubted, Bye::Refused(Code::Forbidden)),
            // That the database is away says nothing about anybody; they are asked about again.
            Err(error) if error.code == Code::Unavailable => {
                warn!(
                    error.code = error.code.name(),
                    "who watches could not be asked about"
                );
                self.hub.doubt(|standing| *standing == doubted);
                return Ok(false);
            }
            Err(error) => self.hub.show_out(&doubted, Bye::Refused(error.code)),
        }
        Ok(true)
    }

    /// Who shows a ticket, as somebody who calls from there.
    async fn redeem(
        &self,
        ticket: &str,
        request: parking_http::caller::Request,
    ) -> Result<Caller, ApiError> {
        let found = tickets::redeem(&self.db, ticket, request.ip, self.clock.now()).await?;
        let standing: Standing = found.ok_or_else(|| {
            ApiError::new(Code::Unauthenticated).detail("the ticket is wrong, used or expired")
        })?;
        let identity = self.callers.ask_again(&standing).await?;
        Ok(Caller { identity, request })
    }
}

/// Reads, tells and asks again until told to stop; then says farewell.
pub(crate) async fn run(live: Arc<Live>, notices: Notices, stop: CancellationToken) {
    let read = reconcile::run("live", READ_PERIOD, live.news.clone(), stop.clone(), || {
        let live = Arc::clone(&live);
        async move { live.read().await }
    });
    let (doubts, until) = (live.doubts.clone(), stop.clone());
    let rights = reconcile::run("live rights", RIGHTS_PERIOD, doubts, until, || {
        let live = Arc::clone(&live);
        async move {
            live.hub
                .doubt_old(live.clock.now() - BELIEVED_FOR, live.clock.now());
            live.ask_again().await
        }
    });
    let hear = hear(&live, notices.subscribe(), stop.clone());
    let beat = beat(&live, stop.clone());
    tokio::join!(read, rights, hear, beat);
    live.hub.close();
    for _ in 0..100 {
        if live.hub.is_empty() {
            return;
        }
        sleep(FAREWELL_MAX / 100).await;
    }
}

/// Takes notices without delay: what they mean is looked at by others.
async fn hear(live: &Live, mut notices: Subscription, stop: CancellationToken) {
    loop {
        let notice = tokio::select! {
            () = stop.cancelled() => return,
            notice = notices.next() => notice,
        };
        match notice {
            Notice::Events(tenant) if live.hub.watches(&tenant) => live.news.now(),
            Notice::Access(subject) => {
                live.hub.doubt(|standing| standing.rests_on(&subject));
                live.doubts.now();
            }
            Notice::Missed => {
                live.hub.doubt(|_| true);
                live.news.now();
                live.doubts.now();
            }
            Notice::Events(_) | Notice::Jobs => {}
        }
    }
}

/// Says at the same intervals up to when everything was told.
async fn beat(live: &Live, stop: CancellationToken) {
    let mut ticks = interval(HEARTBEAT);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            _ = ticks.tick() => live.hub.beat(),
        }
    }
}
