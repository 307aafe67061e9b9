//! A policy: what lamps show in which state, as a tenant wants it.

use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};

use super::{LampState, Look, Rgb};
use crate::bay_state::BayState;
use crate::codec::Hex;

/// How long before a reservation a free bay may be said to be reserved soon, in seconds.
pub const RESERVED_SOON_S: RangeInclusive<u32> = 0..=3_600;

/// For how long what a sensor said may be shown after it is no longer believed, in seconds.
pub const SENSOR_UNKNOWN_S: RangeInclusive<u32> = 0..=300;

/// For how long a blinking lamp may be on, and then off, in milliseconds.
pub const BLINK_MS: RangeInclusive<u16> = 100..=2_000;

/// How late a lamp may follow a change, in seconds.
pub const TRANSITION_S: RangeInclusive<u32> = 1..=300;

/// The most raw codes a policy has.
pub const CODES_MAX: usize = 64;

/// What lamps show in which state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// From how long before a reservation a free bay is shown as reserved soon.
    pub reserved_soon_threshold_s: u32,
    /// For how long what a sensor said last is shown after it is no longer believed.
    pub sensor_unknown_timeout_s: u32,
    /// The colours.
    pub colors: Colors,
    /// Whether reserved soon blinks.
    pub blink_reserved_soon: bool,
    /// For how long a blinking lamp is on, and then off.
    pub blink_pattern_ms: u16,
    /// Whether a bay that is taken though reserved, by somebody who has not checked in, is shown as
    /// occupied.
    pub allow_sensor_override: bool,
    /// What is shown of a bay whose sensor has been silent for too long.
    pub offline: Offline,
    /// What is shown of a bay of which nothing was ever said.
    pub default_state: DefaultState,
    /// What to send instead of what the colours come to, by model and state.
    pub codes: Vec<RawCode>,
    /// Changes that lamps follow late.
    pub transitions: Vec<Transition>,
}

/// The colour of each state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(
    missing_docs,
    reason = "each is the colour of the state it is named by"
)]
pub struct Colors {
    pub free: Rgb,
    pub occupied: Rgb,
    pub reserved: Rgb,
    pub reserved_soon: Rgb,
    pub blocked: Rgb,
    pub out_of_service: Rgb,
    pub unknown: Rgb,
}

/// What becomes of the last word of a sensor that is no longer believed, once the timeout is over.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Offline {
    /// It is shown for as long as nothing else is said.
    Hold,
    /// The lamp says that nobody knows.
    #[default]
    Unknown,
}

/// What a lamp shows when nothing was ever said of its bay.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DefaultState {
    /// That nobody knows.
    #[default]
    Unknown,
    /// That it is free, where bays have no sensors and are kept by reservations alone.
    Free,
}

/// A payload of its own for one state of one model.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawCode {
    /// The slug of a model of the catalogue, or the id of one of the tenant's own.
    pub model: String,
    /// For which state.
    pub state: LampState,
    /// On which port; the first the model listens on, if none is given.
    #[serde(default)]
    pub port: Option<u8>,
    /// What to send.
    pub payload: Hex,
}

/// A change of a bay's state that its lamp follows late, and not at all if it is taken back before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Transition {
    /// The state before; never maintenance.
    pub from: BayState,
    /// The state after; never maintenance.
    pub to: BayState,
    /// How late.
    pub after_s: u32,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            reserved_soon_threshold_s: 900,
            sensor_unknown_timeout_s: 60,
            colors: Colors::default(),
            blink_reserved_soon: false,
            blink_pattern_ms: 500,
            allow_sensor_override: true,
            offline: Offline::default(),
            default_state: DefaultState::default(),
            codes: Vec::new(),
            transitions: Vec::new(),
        }
    }
}

impl Default for Colors {
    fn default() -> Self {
        Self {
            free: Rgb::new(0x00, 0xff, 0x00),
            occupied: Rgb::new(0xff, 0x00, 0x00),
            reserved: Rgb::new(0xff, 0xa5, 0x00),
            reserved_soon: Rgb::new(0xff, 0xff, 0x00),
            blocked: Rgb::new(0x80, 0x80, 0x80),
            out_of_service: Rgb::new(0x80, 0x00, 0x80),
            unknown: Rgb::new(0xff, 0xff, 0xff),
        }
    }
}

impl Policy {
    /// What a lamp looks like in a state. The two of an emergency are nobody's to choose.
    pub fn look(&self, state: LampState) -> Look {
        let color = match state {
            LampState::Free => self.colors.free,
            LampState::Occupied => self.colors.occupied,
            LampState::Reserved => self.colors.reserved,
            LampState::ReservedSoon => self.colors.reserved_soon,
            LampState::Blocked => self.colors.blocked,
            LampState::OutOfService => self.colors.out_of_service,
            LampState::Unknown => self.colors.unknown,
            LampState::AllRed => Rgb::new(0xff, 0x00, 0x00),
            LampState::AllOff => Rgb::new(0x00, 0x00, 0x00),
        };
        let is_blinking = state == LampState::ReservedSoon && self.blink_reserved_soon;
        Look {
            state,
            color,
            blink_ms: is_blinking.then_some(self.blink_pattern_ms),
        }
    }

    /// The raw code for a state of a model, if there is one.
    pub fn code(&self, model: &str, state: LampState) -> Option<&RawCode> {
        let mut codes = self.codes.iter();
        codes.find(|code| code.model == model && code.state == state)
    }
}

impl Offline {
    /// The choice of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.name() == name)
    }

    /// Every choice.
    pub const ALL: [Self; 2] = [Self::Hold, Self::Unknown];

    /// The name in the API and the database.
    pub fn name(self) -> &'static str {
        match self {
            Self::Hold => "hold",
            Self::Unknown => "unknown",
        }
    }
}

impl DefaultState {
    /// The choice of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.name() == name)
    }

    /// Every choice.
    pub const ALL: [Self; 2] = [Self::Unknown, Self::Free];

    /// The name in the API and the database.
    pub fn name(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Free => "free",
        }
    }
}
