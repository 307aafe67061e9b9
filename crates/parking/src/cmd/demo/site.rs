//! A site that lives: by itself, and as somebody wishes.

use chrono::{DateTime, TimeDelta, Utc};
use parking_domain::clock::Clock;
use parking_sim::chirpstack::Network;
use parking_sim::drive::{Timeline, drive};
use parking_sim::lot::Lot;
use parking_sim::server::NetworkServer;
use parking_sim::sink::Sink;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

/// How fast time passes at first, and for how long in the world's hours.
const FAST: f64 = 60.0;
const FAST_FOR_HOURS: i64 = 3;
/// How fast after that.
const SLOW: f64 = 2.0;

/// Wishes that wait for a site; nobody types as fast.
const WISHES_MAX: usize = 16;

/// What somebody wants to happen at a site.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Wish {
    /// Its gateways are out, or are back.
    Gateways { are_out: bool },
    /// Whether a vehicle stands at a bay from now on; as it comes, if `None`.
    Bay {
        code: String,
        is_taken: Option<bool>,
    },
}

/// A way to a site.
pub(super) struct Wishes {
    /// What it is called.
    pub(super) name: String,
    sender: mpsc::Sender<Wish>,
}

/// A site, a moment before it lives.
pub(super) struct Site<'a> {
    lot: Lot,
    sink: &'a Sink,
    network: &'a NetworkServer,
    wishes: mpsc::Receiver<Wish>,
}

/// The sites that lots are, and the ways to them.
pub(super) fn sites<'a, const N: usize>(
    lots: [Lot; N],
    (sink, network): (&'a Sink, &'a NetworkServer),
) -> ([Site<'a>; N], Vec<Wishes>) {
    let mut ways = Vec::with_capacity(N);
    let sites = lots.map(|lot| {
        let (sender, wishes) = mpsc::channel(WISHES_MAX);
        let name = lot.draft().site.clone();
        ways.push(Wishes { name, sender });
        Site {
            lot,
            sink,
            network,
            wishes,
        }
    });
    (sites, ways)
}

impl Wishes {
    /// Whether a word means it: its name with dashes, or a part of it.
    pub(super) fn is_called(&self, word: &str) -> bool {
        let parts: Vec<String> = self.name.split(' ').map(str::to_lowercase).collect();
        parts.join("-") == word || parts.iter().any(|part| part == word)
    }

    /// Hands a wish over; where nobody lives any more it is forgotten.
    pub(super) async fn send(&self, wish: Wish) {
        self.sender.send(wish).await.unwrap_or_default();
    }
}

impl Site<'_> {
    /// Lives fast, then slowly, until it is stopped.
    pub(super) async fn live(mut self, (clock, stop): (&Clock, &CancellationToken)) {
        let network = Network::of(&self.lot, None).without_lamps();
        let start = self.lot.draft().start;
        for (speed, until) in [(FAST, Some(slow_from(start))), (SLOW, None)] {
            let from = self.lot.next_at().unwrap_or(start);
            let timeline = Timeline::at_speed(from, clock.now(), speed);
            loop {
                let wish = {
                    let pause = stop.child_token();
                    let (way, time) = ((&network, self.sink), (clock, &pause));
                    let driven = drive(&mut self.lot, way, timeline, until, time, |_| {});
                    tokio::pin!(driven);
                    let wish = tokio::select! {
                        () = &mut driven => break,
                        Some(wish) = self.wishes.recv() => wish,
                    };
                    pause.cancel();
                    driven.await;
                    wish
                };
                let now = timeline.lot_time(clock.now()).unwrap_or(from);
                let done = fulfil(&mut self.lot, (self.network, &network), &wish, now);
                say!("{done}");
            }
        }
    }
}

/// Does what somebody wishes, and says what that was.
fn fulfil(
    lot: &mut Lot,
    (server, network): (&NetworkServer, &Network),
    wish: &Wish,
    now: DateTime<Utc>,
) -> String {
    let site = lot.draft().site.clone();
    let (code, is_taken) = match wish {
        Wish::Gateways { are_out } => {
            lot.set_deaf(*are_out);
            server.set_out(network.application(), *are_out);
            let word = if *are_out { "out" } else { "back" };
            return format!("{site}: the gateways are {word}");
        }
        Wish::Bay { code, is_taken } => (code, *is_taken),
    };
    let Some(bay) = lot.bay(code) else {
        let bays = lot.ground().bays();
        let [first, last] = [bays.first(), bays.last()];
        let [first, last] = [first, last].map(|bay| bay.map_or("", |bay| bay.code.as_str()));
        return format!("{site}: no bay {code}; there are {first} to {last}");
    };
    let Some(is_taken) = is_taken else {
        lot.let_be(now, bay);
        return format!("{site} {code}: as it comes");
    };
    let word = match (is_taken, lot.keep(now, bay, is_taken)) {
        (true, true) => "a vehicle parks",
        (true, false) => "a vehicle stands there already and stays",
        (false, true) => "the vehicle leaves",
        (false, false) => "free already, and stays so",
    };
    format!("{site} {code}: {word}")
}

fn slow_from(start: DateTime<Utc>) -> DateTime<Utc> {
    #[expect(clippy::cast_possible_truncation, reason = "a whole number")]
    let speed = FAST as i32;
    start + TimeDelta::hours(FAST_FOR_HOURS) * speed
}
