//! The way of a frame from a device to the network server.

use chrono::{DateTime, TimeDelta, Utc};
use parking_domain::codec::Frame;

use super::device::Cause;
use super::message::{Content, GatewayClock, Message, Reception, Up};
use super::{Deed, Faults, Lot, span};

/// A port nobody uses, for what means nothing.
const GARBLED_PORT: u8 = 223;

/// What a frame of no meaning begins with: no model takes it for anything.
const GARBLED_MARK: u8 = 0xee;

/// How long the network server collects what several gateways heard, in seconds.
const COLLECTED_FOR_S: f64 = 0.2;

impl Lot {
    /// A device joins: a new session, what it says at a start, and soon the state of its bay.
    pub(super) fn join(&mut self, at: DateTime<Utc>, device: usize) {
        let dev_addr = self.names.word() & 0x01ff_ffff;
        let state = &mut self.states[device];
        state.session += 1;
        (state.dev_addr, state.f_cnt) = (dev_addr, 0);
        let session = state.session;
        if session > 1 {
            self.counts.rejoins += 1;
        } else {
            let first = self.radio.between(600.0, 86_400.0);
            self.plan_at(at + span(first), Deed::Ask(device));
        }
        // What was said in the old session is not said in the new one.
        if let Some(held) = self.states[device].held.take() {
            self.plan_at(at, Deed::Deliver(held));
        }
        let joined = self.message(at, device, Content::Join { dev_addr });
        if !self.hears(at, device).is_empty() {
            self.plan_at(at, Deed::Deliver(Box::new(joined)));
        }
        self.speak(at + TimeDelta::seconds(1), device, Cause::Start);
        self.plan_at(at + TimeDelta::seconds(4), Deed::Beat { device, session });

        let rejoins = self.draft.faults.rejoins_a_day;
        if rejoins > 0.0 {
            let next = self.radio.wait(86_400.0 / rejoins);
            self.plan_at(at + span(next.max(60.0)), Deed::Join(device));
        }
    }

    /// What the network server hears when it asks for the battery, once a day.
    pub(super) fn ask(&mut self, at: DateTime<Utc>, device: usize) {
        const DO_NOT_SAY: usize = 5;
        let model = self.devices[device].model;
        #[expect(
            clippy::cast_possible_truncation,
            reason = "a percentage of few digits"
        )]
        let percent = self.states[device].percent(at) as f32;
        let says = model.has_battery && !device.is_multiple_of(DO_NOT_SAY);
        let content = Content::Status {
            margin: i8::try_from(self.radio.below(20)).unwrap_or_default() + 4,
            battery_percent: says.then_some(percent),
            is_mains: !model.has_battery,
        };
        let message = self.message(at, device, content);
        if !self.hears(at, device).is_empty() {
            self.plan_at(at, Deed::Deliver(Box::new(message)));
        }
        self.plan_at(at + TimeDelta::days(1), Deed::Ask(device));
    }

    pub(super) fn garble(&mut self, at: DateTime<Utc>, device: usize) {
        let mut bytes = vec![GARBLED_MARK];
        for _ in 0..=self.radio.below(3) {
            bytes.push(self.radio.byte());
        }
        self.counts.garbled += 1;
        let frame = Frame {
            port: GARBLED_PORT,
            bytes,
        };
        self.transmit(at, device, frame, false);
    }

    pub(super) fn speak(&mut self, at: DateTime<Utc>, device: usize, cause: Cause) {
        let (it, state) = (&self.devices[device], &self.states[device]);
        let is_confirmed = cause == Cause::Beat && it.confirms_heartbeats();
        let Some(frame) = state.says(it, cause, at, self.draft.timezone) else {
            return;
        };
        self.transmit(at, device, frame, is_confirmed);
        if self.radio.happens(self.draft.faults.garbled) {
            let next = at + span(self.radio.between(5.0, 30.0));
            self.plan_at(next, Deed::Garble(device));
        }
    }

    /// The gateways that hear it now.
    fn hears(&self, at: DateTime<Utc>, device: usize) -> Vec<usize> {
        if self.is_deaf {
            return Vec::new();
        }
        let is_out = |gateway: usize| {
            let mut outages = self.draft.outages.iter();
            outages.any(|out| out.gateway == gateway && (out.from..out.until).contains(&at))
        };
        let reach = self.states[device].reach.iter().copied();
        reach.filter(|gateway| !is_out(*gateway)).collect()
    }

    /// What goes wrong with what a device says: nothing where somebody shows what a sensor does.
    fn faults_of(&self, device: usize) -> Faults {
        let bay = self.devices[device].role.bay();
        if bay.is_some_and(|bay| self.bays[bay].is_kept) {
            Faults::NONE
        } else {
            self.draft.faults
        }
    }

    fn transmit(&mut self, at: DateTime<Utc>, device: usize, frame: Frame, is_confirmed: bool) {
        let faults = self.faults_of(device);
        let state = &mut self.states[device];
        let (dev_addr, f_cnt) = (state.dev_addr, state.f_cnt);
        state.f_cnt += 1;
        state.frames += 1;
        self.counts.frames += 1;
        let gateways = self.hears(at, device);
        if gateways.is_empty() {
            self.counts.silenced += 1;
            return;
        }
        if self.radio.happens(faults.lost) {
            self.counts.lost += 1;
            return;
        }
        let receptions = self.receptions(device, &gateways);
        let best = receptions.iter().map(|heard| heard.rssi).max();
        let clock = self.clock();
        let up = Up {
            dev_addr,
            f_cnt,
            frame,
            is_confirmed,
            spreading_factor: spreading_factor(best.unwrap_or_default()),
            channel: self.radio.byte() % 8,
            receptions,
            clock,
        };
        let message = self.message(at, device, Content::Up(up));
        self.carry(message, f_cnt);
    }

    /// Some come as they should, some twice, some later, some behind the next.
    fn carry(&mut self, message: Message, f_cnt: u32) {
        let (device, sent_at) = (message.device, message.at);
        let faults = self.faults_of(device);
        let mut comes_at = sent_at + span(COLLECTED_FOR_S + self.radio.between(0.0, 0.05));
        if let Some(held) = self.states[device].held.take() {
            self.counts.reordered += 1;
            self.plan_at(comes_at + span(0.2), Deed::Deliver(held));
        } else if self.radio.happens(faults.reordered) {
            self.states[device].held = Some(Box::new(message));
            return;
        }
        if self.radio.happens(faults.late) {
            self.counts.late += 1;
            comes_at += span(self.radio.between(300.0, 7_200.0));
        }
        if self.radio.happens(faults.repeated) {
            self.counts.repeated += 1;
            let again = comes_at + span(self.radio.between(1.0, 60.0));
            self.plan_at(again, Deed::Deliver(Box::new(message.clone())));
        }
        if self.radio.happens(faults.retransmitted) {
            self.counts.retransmitted += 1;
            let again = sent_at + span(self.radio.between(4.0, 12.0));
            let noted = self.message(again, device, Content::Retransmitted { f_cnt });
            self.plan_at(again, Deed::Deliver(Box::new(noted)));
        }
        self.plan_at(comes_at, Deed::Deliver(Box::new(message)));
    }

    fn message(&mut self, at: DateTime<Utc>, device: usize, content: Content) -> Message {
        Message {
            device,
            at,
            id: self.names.uuid(),
            content,
        }
    }

    /// The first is the nearest and hears best; a vehicle above the sensor takes a good part away.
    fn receptions(&mut self, device: usize, gateways: &[usize]) -> Vec<Reception> {
        let bay = self.devices[device].role.bay().unwrap_or_default();
        let far = 28.0 * self.ground.remoteness(bay);
        let steel = if self.states[device].is_taken {
            9.0
        } else {
            0.0
        };
        let nearest = self.states[device].reach.first().copied();
        let mut heard = Vec::with_capacity(gateways.len());
        for gateway in gateways {
            let behind = if Some(*gateway) == nearest { 0.0 } else { 17.0 };
            let rssi = -64.0 - far - steel - behind + 3.0 * self.radio.around();
            let snr = ((rssi + 118.0) / 4.0).clamp(-18.0, 10.5);
            #[expect(clippy::cast_possible_truncation, reason = "decibels are small")]
            heard.push(Reception {
                gateway: *gateway,
                uplink_id: self.names.word(),
                rssi: rssi.clamp(-128.0, -30.0) as i16,
                snr_quarters: (4.0 * snr) as i8,
            });
        }
        heard
    }

    fn clock(&mut self) -> GatewayClock {
        const WRONG: [GatewayClock; 3] = [
            GatewayClock::Absent,
            GatewayClock::HourBehind,
            GatewayClock::LongAgo,
        ];
        if !self.radio.happens(self.draft.faults.wrong_clock) {
            return GatewayClock::Right;
        }
        self.counts.wrong_clock += 1;
        WRONG[self.radio.below(WRONG.len())]
    }
}

/// The fastest that carries so far.
fn spreading_factor(rssi: i16) -> u8 {
    match rssi {
        -98.. => 7,
        -104..-98 => 8,
        -108..-104 => 9,
        -112..-108 => 10,
        -116..-112 => 11,
        _ => 12,
    }
}
