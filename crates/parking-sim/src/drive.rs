//! Letting a lot live in time: at the pace of the world, faster, or as fast as the receiver takes it.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use parking_domain::clock::Clock;
use tokio::task::yield_now;
use tokio::time::{MissedTickBehavior, interval, sleep};
use tokio_util::sync::CancellationToken;

use crate::chirpstack::Network;
use crate::lot::{Counts, Lot, What};
use crate::sink::{Handed, Sink};

/// How often somebody is told how far it is.
const TELL_EVERY: Duration = Duration::from_secs(1);

/// How the lot's time becomes the receiver's.
#[derive(Clone, Copy, Debug)]
pub struct Timeline {
    /// The lot's first instant.
    start: DateTime<Utc>,
    /// When that is.
    begun: DateTime<Utc>,
    /// How many seconds of the lot pass in one; none: as many as the receiver takes, each at the
    /// instant the lot gives it.
    speed: Option<f64>,
}

/// How far it is.
#[derive(Clone, Debug)]
pub struct Progress {
    /// The lot's time.
    pub at: DateTime<Utc>,
    /// Bays that are taken.
    pub taken: usize,
    /// All bays.
    pub bays: usize,
    /// What has happened.
    pub counts: Counts,
    /// What has been handed over.
    pub handed: Handed,
}

impl Timeline {
    /// A lot that starts now and lives at this speed.
    pub fn at_speed(start: DateTime<Utc>, begun: DateTime<Utc>, speed: f64) -> Self {
        Self {
            start,
            begun,
            speed: (speed > 0.0).then_some(speed),
        }
    }

    /// The instant of the receiver's time at which something happens.
    pub fn stamp(&self, at: DateTime<Utc>) -> DateTime<Utc> {
        match self.speed {
            Some(speed) => self.begun + scaled(at - self.start, speed),
            None => at,
        }
    }

    /// The lot's time at an instant of the receiver's; none where nobody waits.
    pub fn lot_time(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let speed = self.speed?;
        Some(self.start + scaled(now - self.begun, speed.recip()))
    }

    /// How long until then; nothing if nobody waits.
    fn wait(&self, at: DateTime<Utc>, now: DateTime<Utc>) -> Duration {
        match self.speed {
            Some(_) => (self.stamp(at) - now).to_std().unwrap_or_default(),
            None => Duration::ZERO,
        }
    }
}

fn scaled(span: TimeDelta, speed: f64) -> TimeDelta {
    #[expect(clippy::cast_possible_truncation, reason = "spans are days at most")]
    let micros = (span.as_seconds_f64() / speed * 1e6) as i64;
    TimeDelta::microseconds(micros)
}

/// Lets the lot live until then, or until somebody stops it, and tells once a second how far it is.
pub async fn drive(
    lot: &mut Lot,
    (network, sink): (&Network, &Sink),
    timeline: Timeline,
    until: Option<DateTime<Utc>>,
    (clock, stop): (&Clock, &CancellationToken),
    mut tell: impl FnMut(&Progress),
) {
    let mut told = interval(TELL_EVERY);
    told.set_missed_tick_behavior(MissedTickBehavior::Skip);
    while let Some(at) = lot.next_at().filter(|at| until.is_none_or(|end| *at < end)) {
        let wait = timeline.wait(at, clock.now());
        let due = async {
            if wait.is_zero() {
                // Whoever never waits must let others have a turn.
                yield_now().await;
            } else {
                sleep(wait).await;
            }
        };
        tokio::pin!(due);
        loop {
            tokio::select! {
                biased;
                () = stop.cancelled() => return,
                _ = told.tick() => tell(&progress(lot, sink, at)),
                () = &mut due => break,
            }
        }
        let Some(What::Told(message)) = lot.step().map(|happening| happening.what) else {
            continue;
        };
        let Some(event) = network.tells(lot, &message, |at| timeline.stamp(at)) else {
            continue;
        };
        // What can be handed over at once is, even to the last.
        tokio::select! {
            biased;
            () = sink.send(event) => {}
            () = stop.cancelled() => return,
        }
    }
}

/// How far it is, at that instant of the lot.
pub fn progress(lot: &Lot, sink: &Sink, at: DateTime<Utc>) -> Progress {
    Progress {
        at,
        taken: lot.taken(),
        bays: lot.ground().bays().len(),
        counts: lot.counts(),
        handed: sink.handed(),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};
    use std::time::Instant;

    use parking_domain::models;
    use serde_json::Value;

    use super::*;
    use crate::audience::PROFILES;
    use crate::chirpstack::Event;
    use crate::lot::{Faults, LotDraft};

    fn lot(start: DateTime<Utc>) -> Lot {
        Lot::of(LotDraft {
            site: "Pace".to_owned(),
            spaces: 40,
            seed: 1,
            run: 1,
            models: vec![models::find("nwave-nps405").unwrap()],
            profile: PROFILES[0],
            timezone: chrono_tz::Europe::Paris,
            start,
            faults: Faults::NONE,
            outages: Vec::new(),
        })
    }

    fn lines() -> (Sink, Arc<Mutex<Vec<Event>>>) {
        let lines = Arc::<Mutex<Vec<Event>>>::default();
        let kept = Arc::clone(&lines);
        let print = move |event: &Event| kept.lock().unwrap().push(event.clone());
        (Sink::Lines(Box::new(print)), lines)
    }

    fn time(event: &Event) -> DateTime<Utc> {
        let body: Value = serde_json::from_str(&event.body).unwrap();
        body["time"].as_str().unwrap().parse().unwrap()
    }

    #[tokio::test]
    async fn ten_minutes_of_the_lot_pass_in_one_second_and_are_stamped_so() {
        let clock = Clock::system();
        let start: DateTime<Utc> = "2027-01-12T07:00:00Z".parse().unwrap();
        let (begun, watch) = (clock.now(), Instant::now());
        let mut lot = lot(start);
        let (sink, lines) = lines();
        let (network, stop) = (Network::of(&lot, None), CancellationToken::new());
        let timeline = Timeline::at_speed(start, begun, 600.0);
        let end = Some(start + TimeDelta::minutes(10));
        let mut told = 0;
        let count = |_: &Progress| told += 1;
        drive(
            &mut lot,
            (&network, &sink),
            timeline,
            end,
            (&clock, &stop),
            count,
        )
        .await;
        let took = watch.elapsed();
        assert!(took >= Duration::from_millis(500), "{took:?}");
        assert!(told >= 1);
        let events = lines.lock().unwrap();
        assert!(events.len() > 80, "{}", events.len());
        for event in events.iter() {
            let off = time(event) - begun;
            let expected = TimeDelta::milliseconds(-5)..TimeDelta::milliseconds(1_300);
            assert!(expected.contains(&off), "{off}: {}", event.body);
        }
    }

    #[tokio::test]
    async fn at_no_speed_the_past_is_told_at_once_with_its_own_times() {
        let clock = Clock::system();
        let start: DateTime<Utc> = "2026-01-12T07:00:00Z".parse().unwrap();
        let mut lot = lot(start);
        let (sink, lines) = lines();
        let (network, stop) = (Network::of(&lot, None), CancellationToken::new());
        let timeline = Timeline::at_speed(start, clock.now(), 0.0);
        let end = start + TimeDelta::hours(12);
        drive(
            &mut lot,
            (&network, &sink),
            timeline,
            Some(end),
            (&clock, &stop),
            |_| (),
        )
        .await;
        let events = lines.lock().unwrap();
        assert!(
            events
                .iter()
                .all(|event| (start..end).contains(&time(event)))
        );
        let last = time(events.last().unwrap());
        assert!(end - last < TimeDelta::hours(1));
    }

    #[test]
    fn the_time_of_the_lot_and_of_the_receiver_are_found_from_each_other() {
        let start: DateTime<Utc> = "2027-01-12T07:00:00Z".parse().unwrap();
        let begun: DateTime<Utc> = "2027-03-01T12:00:00Z".parse().unwrap();
        let timeline = Timeline::at_speed(start, begun, 60.0);
        let at = start + TimeDelta::hours(2);
        assert_eq!(timeline.stamp(at), begun + TimeDelta::minutes(2));
        assert_eq!(timeline.lot_time(timeline.stamp(at)), Some(at));
        let nobody_waits = Timeline::at_speed(start, begun, 0.0);
        assert_eq!(nobody_waits.lot_time(begun), None);
    }

    #[tokio::test]
    async fn whoever_stops_it_does_not_wait() {
        let clock = Clock::system();
        let mut lot = lot(clock.now());
        let (sink, _lines) = lines();
        let (network, stop) = (Network::of(&lot, None), CancellationToken::new());
        let timeline = Timeline::at_speed(clock.now(), clock.now(), 0.000_1);
        let stopping = stop.clone();
        let stops = |progress: &Progress| {
            assert_eq!(progress.bays, 40);
            stopping.cancel();
        };
        let begun = Instant::now();
        drive(
            &mut lot,
            (&network, &sink),
            timeline,
            None,
            (&clock, &stop),
            stops,
        )
        .await;
        assert!(begun.elapsed() < Duration::from_secs(5));
    }
}
