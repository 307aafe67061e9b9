//! One device: what it is, what it knows, and how it puts it.

use chrono::{DateTime, TimeDelta, Timelike as _, Utc};
use chrono_tz::Tz;
use parking_domain::bay_state::SensorState;
use parking_domain::codec::{
    Battery, Event, Extra, Frame, Millivolts, Reading, Temperature, TimeOfDay,
};
use parking_domain::eui::Eui64;
use parking_domain::models::Model;

use super::message::Message;
use crate::chance::Chance;
use crate::payload::payload;

/// How often a model speaks of which nobody has written it down, in seconds.
const HEARTBEAT_S: u32 = 4 * 3_600;

/// Below this it says that its battery is low.
const BATTERY_LOW: f64 = 10.0;

/// A device of the lot.
#[derive(Clone, Debug)]
pub struct Device {
    /// Its name on the air.
    pub eui: Eui64,
    /// Its name for people.
    pub name: String,
    /// What it is.
    pub model: &'static Model,
    /// What it does.
    pub role: Role,
}

/// What a device does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// It watches this bay.
    Sensor(usize),
    /// It shows the state of this bay.
    Display(usize),
    /// It is merely there.
    Alone,
}

impl Role {
    /// The bay it is for.
    pub fn bay(self) -> Option<usize> {
        match self {
            Self::Sensor(bay) | Self::Display(bay) => Some(bay),
            Self::Alone => None,
        }
    }
}

impl Device {
    /// How often it speaks though nothing happened.
    pub(super) fn heartbeat(&self) -> TimeDelta {
        TimeDelta::seconds(self.model.heartbeat_s.unwrap_or(HEARTBEAT_S).into())
    }

    /// Whether it listens at all times and shows something.
    pub fn is_lamp(&self) -> bool {
        self.model.can_display() && self.model.class == parking_domain::models::Class::C
    }

    /// Whether it wants an answer to its signs of life.
    pub(super) fn confirms_heartbeats(&self) -> bool {
        matches!(self.model.vendor, "Bosch" | "Nwave")
    }
}

/// What makes it speak.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cause {
    /// Its bay changed.
    Change,
    /// Nothing happened for a while.
    Beat,
    /// It started.
    Start,
}

/// What a device has in it.
#[derive(Clone, Debug)]
pub(super) struct State {
    /// How often it joined; 0 before the first time.
    pub(super) session: u32,
    pub(super) dev_addr: u32,
    pub(super) f_cnt: u32,
    /// What it last noticed.
    pub(super) is_taken: bool,
    /// When that was, and how long the state before had lasted.
    pub(super) changed_at: DateTime<Utc>,
    pub(super) previous: TimeDelta,
    pub(super) changes: u32,
    pub(super) frames: u32,
    /// How full its battery was at the beginning, in percent, and what a day takes of it.
    battery: (f64, f64),
    since: DateTime<Utc>,
    /// Warmer or colder than the others, in tenths.
    warmth: f64,
    /// The gateways it reaches.
    pub(super) reach: Vec<usize>,
    /// A message that waits for the next one to overtake it.
    pub(super) held: Option<Box<Message>>,
}

impl State {
    pub(super) fn fresh(
        start: DateTime<Utc>,
        is_weak: bool,
        reach: Vec<usize>,
        chance: &mut Chance,
    ) -> Self {
        let battery = if is_weak {
            (chance.between(8.0, 13.0), 2.0)
        } else {
            (chance.between(45.0, 100.0), 0.055)
        };
        Self {
            session: 0,
            dev_addr: 0,
            f_cnt: 0,
            is_taken: false,
            changed_at: start,
            previous: TimeDelta::zero(),
            changes: 0,
            frames: 0,
            battery,
            since: start,
            warmth: chance.around() * 8.0,
            reach,
            held: None,
        }
    }

    /// How full its battery is, in percent.
    pub(super) fn percent(&self, now: DateTime<Utc>) -> f64 {
        const A_FRAME: f64 = 0.000_8;
        let days = seconds(now - self.since) / 86_400.0;
        let (begun, daily) = self.battery;
        (begun - daily * days - A_FRAME * f64::from(self.frames)).max(0.0)
    }

    /// The frame by which it says so, if its model can.
    pub(super) fn says(
        &self,
        device: &Device,
        cause: Cause,
        now: DateTime<Utc>,
        timezone: Tz,
    ) -> Option<Frame> {
        let local = now.with_timezone(&timezone);
        let state = if self.is_taken {
            SensorState::Occupied
        } else {
            SensorState::Free
        };
        let reading = Reading {
            event: match cause {
                Cause::Change => Event::OccupancyChange,
                Cause::Beat => Event::Heartbeat,
                Cause::Start => Event::Startup,
            },
            sensor: state,
            battery: self.battery_now(now),
            temperature: Some(self.temperature(local.hour())),
            shown: None,
            extras: self.extras(device, now, local.hour(), local.minute()),
        };
        payload(device.model.codec, &reading)
    }

    fn battery_now(&self, now: DateTime<Utc>) -> Battery {
        let percent = self.percent(now);
        // Flat for most of its life, then steep.
        let millivolts = 2_700.0 + 45.0 * percent.min(20.0);
        Battery {
            voltage: Some(Millivolts(whole(millivolts))),
            percent: u8::try_from(whole(percent)).ok(),
            is_low: Some(percent < BATTERY_LOW),
            health: None,
        }
    }

    /// Warmest at three in the afternoon.
    fn temperature(&self, hour: u32) -> Temperature {
        let turn = (f64::from(hour) - 15.0) / 24.0 * std::f64::consts::TAU;
        let tenths = whole(110.0 + 60.0 * turn.cos() + self.warmth);
        Temperature::tenths(i16::try_from(tenths).unwrap_or_default())
    }

    fn extras(&self, device: &Device, now: DateTime<Utc>, hour: u32, minute: u32) -> Vec<Extra> {
        let minutes = |span: TimeDelta| u16::try_from(span.num_minutes()).unwrap_or(u16::MAX);
        // Steel bends the field.
        let field = if self.is_taken { 310 } else { 12 };
        let part = |number: u32| u8::try_from(number).unwrap_or_default();
        let low = self.changes.to_be_bytes();
        vec![
            Extra::Sequence(u16::from_be_bytes([
                self.frames.to_be_bytes()[2],
                self.frames.to_be_bytes()[3],
            ])),
            Extra::PreviousStateMin(minutes(self.previous)),
            Extra::DeviceTimeUnix(u32::try_from(now.timestamp()).unwrap_or_default()),
            Extra::DeviceTimeHhmm(TimeOfDay {
                hour: part(hour),
                minute: part(minute),
            }),
            Extra::HumidityPct(58),
            Extra::MagX(field),
            Extra::MagY(field / 3),
            Extra::MagZ(-field),
            Extra::MinutesSinceEvent(minutes(now - self.changed_at)),
            Extra::EventCount(self.changes & 0x00ff_ffff),
            Extra::VehicleCount(u16::from_be_bytes([low[2], low[3]])),
            Extra::OpenCount(self.changes & 0x00ff_ffff),
            Extra::UplinksSent(self.f_cnt),
            Extra::UplinkCounter(u16::try_from(self.f_cnt & 0xffff).unwrap_or_default()),
            Extra::ParkingId(part(
                u32::try_from(device.role.bay().unwrap_or_default() % 256).unwrap_or_default(),
            )),
        ]
    }
}

/// The nearest whole number.
fn whole(value: f64) -> i32 {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "voltages, percents and degrees are small"
    )]
    let whole = value.round() as i32;
    whole
}

/// A span in seconds.
pub(super) fn seconds(span: TimeDelta) -> f64 {
    span.as_seconds_f64()
}
