//! Vehicles that come and go, and sensors that notice.

use chrono::{DateTime, Datelike as _, TimeDelta, Timelike as _, Utc};

use super::device::{Cause, seconds};
use super::{BayNow, Deed, Lot, Role, What, span};
use crate::ground::count;

/// A bay stays free at least this long, so that its sensor has noticed.
pub(super) const FREE_FOR_MIN: TimeDelta = TimeDelta::seconds(60);

impl Lot {
    /// Somebody comes, or nobody: the busiest hour is drawn from, and thinned to the present one.
    pub(super) fn knock(&mut self, at: DateTime<Utc>) -> Option<What> {
        let next = self.cars.wait(3_600.0 / self.arrivals_max.max(0.001));
        self.plan_at(at + span(next), Deed::Knock);
        let local = at.with_timezone(&self.draft.timezone);
        let (day, hour) = (local.weekday(), local.hour());
        let rate = self
            .draft
            .profile
            .arrivals(count(self.bays.len()), day, hour);
        if !self.cars.happens(rate / self.arrivals_max) {
            return None;
        }
        let Some(bay) = self.free_bay(at) else {
            self.counts.turned_away += 1;
            return None;
        };
        self.counts.parked += 1;
        let parked = self.turn(at, bay, true);
        self.stay(at, bay);
        Some(parked)
    }

    /// Whoever stands there stays for as long as people do, and leaves.
    pub(super) fn stay(&mut self, at: DateTime<Utc>, bay: usize) {
        let local = at.with_timezone(&self.draft.timezone);
        let (day, hour) = (local.weekday(), local.hour());
        let minutes = self.draft.profile.stay_minutes(day, hour, &mut self.cars);
        let visit = self.bays[bay].visit;
        self.plan_at(at + span(60.0 * minutes), Deed::Leave { bay, visit });
    }

    /// Whoever came with that visit leaves; nobody, where somebody saw to it meanwhile.
    pub(super) fn leave(&mut self, at: DateTime<Utc>, bay: usize, visit: u32) -> Option<What> {
        let now = self.bays[bay];
        let is_theirs = now.is_taken && now.visit == visit && !now.is_kept;
        is_theirs.then(|| self.turn(at, bay, false))
    }

    /// People look at a few bays and take the one nearest the entrance; then they take any.
    fn free_bay(&mut self, at: DateTime<Utc>) -> Option<usize> {
        const LOOKS: usize = 4;
        let bays = self.bays.len();
        let is_free =
            |bay: &BayNow| !bay.is_taken && !bay.is_kept && at - bay.since >= FREE_FOR_MIN;
        let looks = [(); LOOKS].map(|()| self.cars.below(bays));
        let begin = self.cars.below(bays);
        let nearest = looks
            .into_iter()
            .filter(|bay| is_free(&self.bays[*bay]))
            .min();
        nearest.or_else(|| {
            let mut all = (begin..bays).chain(0..begin);
            all.find(|bay| is_free(&self.bays[*bay]))
        })
    }

    pub(super) fn turn(&mut self, at: DateTime<Utc>, bay: usize, is_taken: bool) -> What {
        let now = &mut self.bays[bay];
        (now.is_taken, now.since) = (is_taken, at);
        now.visit += u32::from(is_taken);
        let notices = self.radio.between(3.0, 20.0);
        self.plan_at(at + span(notices), Deed::Notice(bay));
        if is_taken {
            What::Parked { bay }
        } else {
            What::Left { bay }
        }
    }

    pub(super) fn notice(&mut self, at: DateTime<Utc>, bay: usize) {
        let now = self.bays[bay];
        let Some(device) = now.sensor else {
            return;
        };
        let state = &mut self.states[device];
        if state.is_taken == now.is_taken {
            return;
        }
        state.previous = at - state.changed_at;
        state.changed_at = at;
        state.is_taken = now.is_taken;
        state.changes += 1;
        // Before it joined it cannot say so; it will with its first sign of life.
        if state.session > 0 {
            self.speak(at, device, Cause::Change);
        }
    }

    pub(super) fn beat(&mut self, at: DateTime<Utc>, device: usize, session: u32) {
        if self.states[device].session != session {
            return;
        }
        if matches!(self.devices[device].role, Role::Alone) {
            self.states[device].changes += 1;
        }
        self.speak(at, device, Cause::Beat);
        let period = seconds(self.devices[device].heartbeat());
        let next = period * self.radio.between(0.98, 1.02);
        self.plan_at(at + span(next), Deed::Beat { device, session });
    }
}
