//! What a codec makes of a message: the one form all models are brought into.

use std::collections::BTreeMap;

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use super::Block;
use super::extra::Extra;
use super::values::{Millivolts, Temperature};
use crate::bay_state::SensorState;

/// What a device said.
#[derive(Clone, Debug, PartialEq)]
pub struct Reading {
    /// What made it speak.
    pub event: Event,
    /// What it says of its bay.
    pub sensor: SensorState,
    /// What it says of its battery.
    pub battery: Battery,
    /// How warm it is.
    pub temperature: Option<Temperature>,
    /// What it shows.
    pub shown: Option<Shown>,
    /// What else it says.
    pub extras: Vec<Extra>,
}

/// What made a device speak.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// The state of the bay changed.
    OccupancyChange,
    /// Nothing happened for a while.
    Heartbeat,
    /// One of the two; the model does not tell them apart.
    Telemetry,
    /// It started.
    Startup,
    /// It counted.
    Counter,
    /// A tag or a person registered at it.
    Registration,
    /// It answers a command.
    ConfigResponse,
    /// It says what it is.
    DeviceInfo,
    /// It says how much it was used.
    Usage,
    /// Something for its maker.
    Debug,
    /// Something outside it is not as it should be.
    Alarm,
    /// Something in it is not as it should be.
    Fault,
    /// The sum of a day.
    DailyReport,
    /// It minds itself: its clock, its settings, its link.
    Service,
    /// It says what it shows.
    DisplayStatus,
    /// Nobody has described it.
    Unknown,
}

/// What a device says of its battery; each model says something else, many nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Battery {
    /// Its voltage.
    pub voltage: Option<Millivolts>,
    /// How much is left, in percent.
    pub percent: Option<u8>,
    /// Whether it should be changed.
    pub is_low: Option<bool>,
    /// How it fares at this temperature.
    pub health: Option<BatteryHealth>,
}

/// How a battery fares.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum BatteryHealth {
    /// As it should.
    Normal,
    /// It should be changed.
    Low,
    /// It is about to fail.
    Critical,
}

/// What a display says it shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shown {
    /// A light.
    Light {
        /// How much red, of 255.
        red: u8,
        /// How much green, of 255.
        green: u8,
        /// How much blue, of 255.
        blue: u8,
        /// How long it is on, as it was sent.
        on: u8,
        /// How long it is off, as it was sent; steady when nought.
        off: u8,
    },
    /// The last byte it was sent that it acts upon.
    Status(u8),
    /// A page with texts.
    Page {
        /// Which, counted from 1.
        template: Option<u8>,
        /// The texts it mentions, in its order.
        texts: Vec<BlockText>,
    },
}

/// A text of a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BlockText {
    /// On which page, counted from 1.
    pub template: u8,
    /// Where on the page.
    pub block: Block,
    /// What it says.
    pub text: String,
}

impl Reading {
    /// A reading that says nothing yet but what made the device speak.
    pub(super) fn of(event: Event) -> Self {
        Self {
            event,
            sensor: SensorState::Unknown,
            battery: Battery::default(),
            temperature: None,
            shown: None,
            extras: Vec::new(),
        }
    }

    /// Whether it only says that the device is alive.
    pub fn is_heartbeat(&self) -> bool {
        self.event == Event::Heartbeat
    }

    /// Whether a vehicle stands there, if the message says so.
    pub fn occupied(&self) -> Option<bool> {
        match self.sensor {
            SensorState::Free => Some(false),
            SensorState::Occupied => Some(true),
            SensorState::Unknown => None,
        }
    }
}

/// What one bit says of a bay.
pub(super) fn taken(is_occupied: bool) -> SensorState {
    if is_occupied {
        SensorState::Occupied
    } else {
        SensorState::Free
    }
}

impl Battery {
    /// All that is known is the voltage.
    pub(super) fn of(voltage: Millivolts) -> Self {
        Self {
            voltage: Some(voltage),
            ..Self::default()
        }
    }
}

impl Serialize for Reading {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("event_type", &self.event)?;
        map.serialize_entry("occupied", &self.occupied())?;
        optional(&mut map, "battery_v", self.battery.voltage)?;
        optional(&mut map, "battery_pct", self.battery.percent)?;
        optional(&mut map, "battery_low", self.battery.is_low)?;
        optional(&mut map, "battery_health", self.battery.health)?;
        optional(&mut map, "temperature_c", self.temperature)?;
        if let Some(shown) = &self.shown {
            shown.write(&mut map)?;
        }
        self.extras
            .iter()
            .try_for_each(|extra| extra.write(&mut map))?;
        map.end()
    }
}

fn optional<M: SerializeMap>(
    map: &mut M,
    name: &'static str,
    value: Option<impl Serialize>,
) -> Result<(), M::Error> {
    value.map_or(Ok(()), |value| map.serialize_entry(name, &value))
}

impl Shown {
    fn write<M: SerializeMap>(&self, map: &mut M) -> Result<(), M::Error> {
        match self {
            Self::Light {
                red,
                green,
                blue,
                on,
                off,
            } => {
                let color = BTreeMap::from([("r", red), ("g", green), ("b", blue)]);
                map.serialize_entry("color", &color)?;
                map.serialize_entry("on", on)?;
                map.serialize_entry("off", off)
            }
            Self::Status(status) => map.serialize_entry("last_status", status),
            Self::Page { template, texts } => {
                optional(map, "current_template", *template)?;
                if texts.is_empty() {
                    return Ok(());
                }
                let mut by_template: BTreeMap<String, BTreeMap<Block, &str>> = BTreeMap::new();
                for BlockText {
                    template,
                    block,
                    text,
                } in texts
                {
                    let page = by_template.entry(format!("template_{template}"));
                    page.or_default().insert(*block, text);
                }
                map.serialize_entry("texts", &by_template)
            }
        }
    }
}
