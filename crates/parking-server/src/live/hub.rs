//! Who watches, and what is told to whom.
//!
//! Those who watch a site share one channel, and so do those who watch all sites of a tenant; each
//! holds no more than a place in it. A channel keeps so many portions; who lags behind further has
//! lost some, and is shown out.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chrono::{DateTime, Utc};
use parking_access::authenticate::Standing;
use parking_db::events::{Cursor, Event};
use parking_domain::ids::TenantId;
use parking_estate::spaces::LampBody;
use parking_http::{ApiError, Caller, Code, Identity};
use tokio::sync::{broadcast, oneshot, watch};
use tracing::debug;
use uuid::Uuid;

use super::guest::Guest;
use super::message::{self, Message, Rights};
use super::metrics::LiveMetrics;

/// Portions a channel keeps for those who are slow.
pub(super) const BACKLOG: usize = 64;

/// When those for whom there is no place may try again.
const FULL_FOR: Duration = Duration::from_secs(30);

/// What was read of the log at once, as far as a channel is told of it.
pub(super) type Portion = Arc<[Arc<Message>]>;

/// How many may watch.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// Of one tenant.
    pub(crate) tenant_max: usize,
    /// Of all together.
    pub(crate) server_max: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            tenant_max: 2_000,
            // Less than there are connections, so that requests still get in.
            server_max: 6_000,
        }
    }
}

/// Why somebody is shown out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Bye {
    /// They did not keep up.
    TooSlow,
    /// They send more than anybody needs to.
    TooMany,
    /// They would not be let in any more.
    Refused(Code),
    /// The server stops.
    Stopping,
}

impl Bye {
    /// The code, for programs.
    pub(super) fn code(self) -> &'static str {
        match self {
            Self::TooSlow => "too_slow",
            Self::TooMany => "too_many_messages",
            Self::Refused(code) => code.name(),
            Self::Stopping => "stopping",
        }
    }

    /// What it means, for people.
    pub(super) fn detail(self) -> &'static str {
        match self {
            Self::TooSlow => "What happens was not taken fast enough; come back with the last id",
            Self::TooMany => "Too many messages were sent; wait a little",
            Self::Refused(code) => code.title(),
            Self::Stopping => "The server stops; come back with the last id",
        }
    }
}

/// Those who watch.
pub(super) struct Hub {
    limits: Limits,
    metrics: LiveMetrics,
    state: Mutex<State>,
    /// How far the log was told; nothing while nobody watches. Changes under the lock alone.
    position: watch::Sender<Option<Cursor>>,
}

#[derive(Default)]
struct State {
    is_closed: bool,
    /// Up to when everything was told.
    as_of: Option<DateTime<Utc>>,
    seats: HashMap<u64, Seat>,
    last_seat: u64,
    tenants: HashMap<TenantId, Tenant>,
    /// About whose rights there is doubt.
    doubted: HashSet<Standing>,
}

#[derive(Default)]
struct Tenant {
    seats: usize,
    /// By site; those who watch all of them are at none.
    channels: HashMap<Option<Uuid>, broadcast::Sender<Portion>>,
}

struct Seat {
    tenant: TenantId,
    site: Option<Uuid>,
    standing: Standing,
    rights: Arc<AtomicU8>,
    asked_at: DateTime<Utc>,
    ends_at: Option<DateTime<Utc>>,
    bye: Option<oneshot::Sender<Bye>>,
}

impl Hub {
    pub(super) fn new(limits: Limits, metrics: LiveMetrics) -> Arc<Self> {
        Arc::new(Self {
            limits,
            metrics,
            state: Mutex::default(),
            position: watch::Sender::new(None),
        })
    }

    /// A seat from which everything that is told from now on is heard.
    pub(super) fn sit_down(
        self: &Arc<Self>,
        caller: &Caller,
        site: Option<Uuid>,
        now: DateTime<Utc>,
    ) -> Result<Guest, ApiError> {
        let tenant = caller.tenant();
        let mut state = self.state();
        self.expect_room(&state, tenant)?;
        state.last_seat += 1;
        let number = state.last_seat;
        let (bye, told_bye) = oneshot::channel();
        let rights = Arc::new(AtomicU8::new(Rights::of(&caller.identity).0));
        let seat = Seat {
            tenant,
            site,
            standing: Standing::of(caller),
            rights: Arc::clone(&rights),
            asked_at: now,
            ends_at: caller.identity.acting.as_ref().map(|acting| acting.until),
            bye: Some(bye),
        };
        state.seats.insert(number, seat);
        let row = state.tenants.entry(tenant).or_default();
        row.seats += 1;
        let channel = row.channels.entry(site);
        let channel = channel.or_insert_with(|| broadcast::Sender::new(BACKLOG));
        let portions = channel.subscribe();
        drop(state);
        self.metrics.connections.inc();
        Ok(Guest::new(
            (Arc::clone(self), number),
            portions,
            told_bye,
            rights,
        ))
    }

    fn expect_room(&self, state: &State, tenant: TenantId) -> Result<(), ApiError> {
        let of_tenant = state.tenants.get(&tenant).map_or(0, |row| row.seats);
        if state.is_closed {
            return Err(ApiError::new(Code::Unavailable)
                .detail("the server stops")
                .retry_after(Duration::from_secs(1)));
        }
        if state.seats.len() >= self.limits.server_max {
            return Err(ApiError::new(Code::Unavailable)
                .detail("as many connections as this server takes are told what happens already")
                .retry_after(FULL_FOR));
        }
        if of_tenant >= self.limits.tenant_max {
            return Err(ApiError::new(Code::RateLimited)
                .detail("the tenant has as many connections of this kind as it may")
                .retry_after(FULL_FOR));
        }
        Ok(())
    }

    /// Somebody leaves.
    pub(super) fn stand_up(&self, number: u64) {
        let mut state = self.state();
        let Some(seat) = state.seats.remove(&number) else {
            return;
        };
        if let Some(row) = state.tenants.get_mut(&seat.tenant) {
            row.seats -= 1;
            let is_left = |channel: &mut broadcast::Sender<_>| channel.receiver_count() == 0;
            if row.channels.get_mut(&seat.site).is_some_and(is_left) {
                row.channels.remove(&seat.site);
            }
            if row.seats == 0 {
                state.tenants.remove(&seat.tenant);
            }
        }
        if state.seats.is_empty() {
            // Nobody will hear what happens until the next one comes.
            state.as_of = None;
            self.position.send_replace(None);
        }
        drop(state);
        self.metrics.connections.dec();
    }

    pub(super) fn is_empty(&self) -> bool {
        self.state().seats.is_empty()
    }

    /// Whether anybody of a tenant watches.
    pub(super) fn watches(&self, tenant: &str) -> bool {
        let tenant = tenant.parse().map(TenantId);
        tenant.is_ok_and(|tenant| self.state().tenants.contains_key(&tenant))
    }

    /// From where on to read: where it was left, or `end`, where the log ended at that time, for those
    /// who have just come. Nothing when they left meanwhile.
    pub(super) fn begin(&self, end: Cursor, as_of: DateTime<Utc>) -> Option<Cursor> {
        let mut state = self.state();
        if state.seats.is_empty() {
            return None;
        }
        state.as_of.get_or_insert(as_of);
        let from = self.position.borrow().unwrap_or(end);
        self.position.send_replace(Some(from));
        drop(state);
        Some(from)
    }

    /// Waits until the reader knows from where on it tells.
    pub(super) async fn begun(&self) {
        let mut position = self.position.subscribe();
        // The sender lives as long as this.
        drop(position.wait_for(Option::is_some).await);
    }

    /// Tells everybody what was read of the log, which goes up to `to`.
    pub(super) fn tell(
        &self,
        (events, lamps): (&[Event], &HashMap<Uuid, LampBody>),
        to: Cursor,
        as_of: Option<DateTime<Utc>>,
    ) {
        let mut state = self.state();
        let mut of_tenant: HashMap<TenantId, Vec<Arc<Message>>> = HashMap::new();
        for event in events {
            if state.tenants.contains_key(&event.tenant)
                && let Some(message) = Message::of_event(event, lamps)
            {
                let messages = of_tenant.entry(event.tenant).or_default();
                messages.push(Arc::new(message));
            }
        }
        for (tenant, messages) in of_tenant {
            self.metrics
                .events
                .inc_by(u64::try_from(messages.len()).unwrap_or_default());
            let channels = state.tenants.get(&tenant).map(|row| &row.channels);
            for (site, channel) in channels.into_iter().flatten() {
                let theirs = messages.iter().filter(|message| message.is_for(*site));
                let portion: Portion = theirs.cloned().collect();
                if !portion.is_empty() {
                    // Nobody left in it is no error.
                    drop(channel.send(portion));
                }
            }
        }
        state.as_of = as_of.max(state.as_of);
        if !state.seats.is_empty() {
            self.position.send_replace(Some(to));
        }
    }

    /// The displays that somebody is told of, each with its tenant.
    pub(super) fn displays_among(&self, events: &[Event]) -> Vec<(Uuid, Uuid)> {
        let state = self.state();
        let watched = |event: &&Event| state.tenants.contains_key(&event.tenant);
        let of = |event: &Event| Some((event.tenant.0, message::display_of(event)?));
        let mut displays: Vec<_> = events.iter().filter(watched).filter_map(of).collect();
        displays.sort_unstable();
        displays.dedup();
        displays
    }

    /// Up to when and to where everything was told.
    pub(super) fn heartbeat(&self) -> Option<Arc<Message>> {
        let state = self.state();
        let position = *self.position.borrow();
        Some(Arc::new(Message::heartbeat(position?, state.as_of?)))
    }

    /// Tells everybody that they still hear everything, or up to when they did.
    pub(super) fn beat(&self) {
        let Some(beat) = self.heartbeat() else {
            return;
        };
        let portion: Portion = [beat].into();
        for row in self.state().tenants.values() {
            for channel in row.channels.values() {
                drop(channel.send(Arc::clone(&portion)));
            }
        }
    }

    /// Notes those about whose rights there is doubt.
    pub(super) fn doubt(&self, is_doubted: impl Fn(&Standing) -> bool) {
        self.doubt_seats(|seat| is_doubted(&seat.standing));
    }

    /// Notes those who were not asked about since `before`, and those whose time is over.
    pub(super) fn doubt_old(&self, before: DateTime<Utc>, now: DateTime<Utc>) {
        let is_over = |end: Option<DateTime<Utc>>| end.is_some_and(|end| end <= now);
        self.doubt_seats(|seat| seat.asked_at < before || is_over(seat.ends_at));
    }

    fn doubt_seats(&self, is_doubted: impl Fn(&Seat) -> bool) {
        let mut state = self.state();
        let State { seats, doubted, .. } = &mut *state;
        // Who is shown out already is not asked about again.
        let found = seats
            .values()
            .filter(|seat| seat.bye.is_some() && is_doubted(seat));
        doubted.extend(found.map(|seat| seat.standing.clone()));
    }

    /// One about whom there is doubt, until they are doubted again.
    pub(super) fn next_doubted(&self) -> Option<Standing> {
        let mut state = self.state();
        let next = state.doubted.iter().next().cloned()?;
        state.doubted.remove(&next);
        Some(next)
    }

    /// Somebody may stay, with these rights.
    pub(super) fn vouch(&self, standing: &Standing, identity: &Identity, now: DateTime<Utc>) {
        let rights = Rights::of(identity);
        for seat in self.state().seats.values_mut() {
            if seat.standing == *standing {
                seat.rights.store(rights.0, Ordering::Relaxed);
                seat.asked_at = now;
                seat.ends_at = identity.acting.as_ref().map(|acting| acting.until);
            }
        }
    }

    /// Somebody must go.
    pub(super) fn show_out(&self, standing: &Standing, why: Bye) {
        self.dismiss(why, |seat| seat.standing == *standing);
    }

    /// Everybody must go, and nobody comes any more.
    pub(super) fn close(&self) {
        self.state().is_closed = true;
        self.dismiss(Bye::Stopping, |_| true);
    }

    fn dismiss(&self, why: Bye, is_meant: impl Fn(&Seat) -> bool) {
        let mut state = self.state();
        for seat in state.seats.values_mut().filter(|seat| is_meant(seat)) {
            if let Some(bye) = seat.bye.take()
                && bye.send(why).is_err()
            {
                debug!("somebody who was to be shown out has left");
            }
        }
    }

    /// Somebody goes for this reason.
    pub(super) fn note_end(&self, why: Bye) {
        self.metrics.ended(why.code());
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
