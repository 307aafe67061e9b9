//! The values that readings are made of, each as exact as the bytes it comes from.

use std::fmt;

use serde::{Serialize, Serializer};

/// A voltage in thousandths of a volt; shown in volts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Millivolts(pub i32);

/// A temperature in tenths of a degree Celsius; shown in degrees.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Temperature(i16);

/// A version of what runs in a device, or of the device.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Firmware {
    /// Major, minor, patch.
    Three([u8; 3]),
    /// Major, minor.
    Two([u8; 2]),
    /// A number.
    One(u8),
    /// Tenths: 101 is version 10.1.
    Tenths(u8),
    /// Two digits, one in each half of the byte.
    Digits(u8),
}

/// Why a device started.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ResetCause {
    /// It joined the network again.
    Rejoin,
    /// It hung.
    Watchdog,
    /// It got power.
    PowerOn,
    /// Its own software wanted to.
    SystemRequest,
    /// A person wanted it to.
    UserRequest,
    /// By a wire.
    ExternalPin,
    /// Its processor locked up.
    Lockup,
    /// Too little power.
    Brownout,
    /// Anything else.
    Other,
}

/// What a lamp acknowledges.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Ack {
    /// Another join server.
    JoinEui,
    /// Another key.
    AppKey,
}

/// The number of a tag; shown as eight digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TagId(pub u32);

/// A time of day by a device's own clock, right or wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TimeOfDay {
    /// The hour.
    pub hour: u8,
    /// The minute.
    pub minute: u8,
}

/// A date, two digits a byte: year, year, month, day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct BcdDate(pub [u8; 4]);

impl Millivolts {
    /// From tenths of a volt.
    pub(super) fn tenths(tenths: u8) -> Self {
        Self(i32::from(tenths) * 100)
    }

    /// In volts.
    pub fn volts(self) -> f64 {
        f64::from(self.0) / 1_000.0
    }
}

impl Temperature {
    /// From whole degrees.
    pub fn degrees(degrees: i8) -> Self {
        Self(i16::from(degrees) * 10)
    }

    /// From tenths of a degree.
    pub fn tenths(tenths: i16) -> Self {
        Self(tenths)
    }

    /// In tenths of a degree.
    pub fn in_tenths(self) -> i16 {
        self.0
    }

    /// In degrees.
    pub fn celsius(self) -> f64 {
        f64::from(self.0) / 10.0
    }
}

impl Serialize for Millivolts {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_f64(self.volts())
    }
}

impl Serialize for Temperature {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_f64(self.celsius())
    }
}

/// Writes a value as the text it is shown as.
macro_rules! serialize_as_text {
    ($($kind:ty),+) => {
        $(impl Serialize for $kind {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        })+
    };
}

serialize_as_text!(Firmware, TagId, TimeOfDay, BcdDate);

impl fmt::Display for Firmware {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Three([major, minor, patch]) => write!(f, "{major}.{minor}.{patch}"),
            Self::Two([major, minor]) => write!(f, "{major}.{minor}"),
            Self::One(number) => write!(f, "{number}"),
            Self::Tenths(tenths) if tenths % 10 == 0 => write!(f, "{}", tenths / 10),
            Self::Tenths(tenths) => write!(f, "{}.{}", tenths / 10, tenths % 10),
            Self::Digits(digits) => write!(f, "{digits:02x}"),
        }
    }
}

impl fmt::Display for TagId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:08X}", self.0)
    }
}

impl fmt::Display for TimeOfDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}", self.hour, self.minute)
    }
}

impl fmt::Display for BcdDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}
