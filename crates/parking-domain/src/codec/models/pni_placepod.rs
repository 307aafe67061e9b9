//! PNI PlacePod. Class A. Its port is not part of the format.
//!
//! Readings in the manner of Cayenne LPP, each a channel, a type and a value; several in a frame, and
//! the last of a kind is the present one. An empty frame is a start.
//!
//! | channel, type | what it says |
//! |---|---|
//! | 15 66 | the state changed: bit 0 |
//! | 37 66 | it lives: bit 0 the state |
//! | 21 00, 37 00 | how many vehicles, or 80: it was started or takes the bay for empty |
//! | 02 67 | temperature in tenths of a degree |
//! | 03 02 | battery in hundredths of a volt |
//! | 01 01, 1c 01, 3f 01 | answers: taken for empty, asleep for good, started; 1 = done |
//! | 05 00, 06 00 | what is wrong with it |

use crate::codec::bytes::{Bytes, Hex};
use crate::codec::reading::taken;
use crate::codec::{Battery, Codec, DecodeError, Event, Extra, Millivolts, Reading, Temperature};

/// Not a count: it was started or takes the bay for empty.
const COUNT_BEGINS: u8 = 0x80;
/// Outside this the sensor is wrong, or somebody else's idea of a sign was used.
const PLAUSIBLE_TENTHS: std::ops::RangeInclusive<i16> = -600..=1_200;

pub(super) const CODEC: Codec = Codec {
    id: "pni_placepod",
    also_called: &["Place Pod"],
    fields: &[
        "temperature_c",
        "battery_v",
        "vehicle_count",
        "reboot_or_recalibration",
        "recalibrate_ok",
        "deactivate_done",
        "reboot_ok",
        "fault_register",
        "fault_state",
        "occupied_sequence",
        "implausible",
        "unparsed_hex",
    ],
    downlinks: None,
    decode,
};

/// What a frame has said so far.
#[derive(Default)]
struct Said {
    /// The most telling of it.
    event: Option<Event>,
    states: Vec<bool>,
    temperature: Option<Temperature>,
    is_temperature_implausible: bool,
    battery: Battery,
    count: Option<Extra>,
    recalibrated: Option<bool>,
    deactivated: Option<bool>,
    rebooted: Option<bool>,
    fault_register: Option<u8>,
    fault_state: Option<u8>,
}

#[expect(clippy::unnecessary_wraps, reason = "other codecs refuse frames")]
fn decode(_port: Option<u8>, frame: &[u8]) -> Result<Reading, DecodeError> {
    if frame.is_empty() {
        return Ok(Reading::of(Event::Startup));
    }
    let mut said = Said::default();
    let mut bytes = Bytes::of(frame);
    // A reading nobody has described has a length nobody has described: what follows is lost.
    while let Ok(Some(rest)) = said.take(bytes) {
        bytes = rest;
    }
    Ok(said.reading(bytes.rest()))
}

/// Events, the least telling first.
const TELLING: [Event; 7] = [
    Event::Telemetry,
    Event::ConfigResponse,
    Event::Fault,
    Event::Startup,
    Event::Counter,
    Event::Heartbeat,
    Event::OccupancyChange,
];

impl Said {
    /// Takes the next reading and gives what is behind it, or nothing if it is of an unknown kind.
    fn take<'a>(&mut self, mut bytes: Bytes<'a>) -> Result<Option<Bytes<'a>>, DecodeError> {
        let event = match bytes.take()? {
            [0x15, 0x66] => {
                self.states.push(bytes.u8()? & 1 == 1);
                Event::OccupancyChange
            }
            [0x37, 0x66] => {
                self.states.push(bytes.u8()? & 1 == 1);
                Event::Heartbeat
            }
            [channel @ (0x21 | 0x37), 0x00] => {
                self.count = Some(count(bytes.u8()?));
                if channel == 0x21 {
                    Event::Counter
                } else {
                    Event::Heartbeat
                }
            }
            [0x02, 0x67] => {
                self.take_temperature(bytes.i16()?);
                Event::Telemetry
            }
            [0x03, 0x02] => {
                self.battery = Battery::of(Millivolts(i32::from(bytes.i16()?) * 10));
                Event::Telemetry
            }
            [0x01, 0x01] => {
                self.recalibrated = Some(bytes.u8()? == 1);
                Event::ConfigResponse
            }
            [0x1c, 0x01] => {
                self.deactivated = Some(bytes.u8()? == 1);
                Event::ConfigResponse
            }
            [0x3f, 0x01] => {
                self.rebooted = Some(bytes.u8()? == 1);
                Event::Startup
            }
            [0x05, 0x00] => {
                self.fault_register = Some(bytes.u8()?);
                Event::Fault
            }
            [0x06, 0x00] => {
                self.fault_state = Some(bytes.u8()?);
                Event::Fault
            }
            _ => return Ok(None),
        };
        let rank = |event: &Event| TELLING.iter().position(|other| other == event);
        let events = self.event.into_iter().chain([event]);
        self.event = events.max_by_key(rank);
        Ok(Some(bytes))
    }

    fn take_temperature(&mut self, tenths: i16) {
        let is_plausible = PLAUSIBLE_TENTHS.contains(&tenths);
        self.is_temperature_implausible = !is_plausible;
        self.temperature = is_plausible.then(|| Temperature::tenths(tenths));
    }

    fn reading(self, unread: &[u8]) -> Reading {
        let mut reading = Reading::of(self.event.unwrap_or(Event::Unknown));
        if let Some(is_occupied) = self.states.last() {
            reading.sensor = taken(*is_occupied);
        }
        reading.temperature = self.temperature;
        reading.battery = self.battery;
        let extras = &mut reading.extras;
        extras.extend(self.count);
        extras.extend(self.recalibrated.map(Extra::RecalibrateOk));
        extras.extend(self.deactivated.map(Extra::DeactivateDone));
        extras.extend(self.rebooted.map(Extra::RebootOk));
        extras.extend(self.fault_register.map(Extra::FaultRegister));
        extras.extend(self.fault_state.map(Extra::FaultState));
        if self.states.len() > 1 {
            extras.push(Extra::OccupiedSequence(self.states));
        }
        if self.is_temperature_implausible {
            extras.push(Extra::Implausible(vec!["temperature_c"]));
        }
        if !unread.is_empty() {
            extras.push(Extra::UnparsedHex(Hex(unread.to_vec())));
        }
        reading
    }
}

fn count(byte: u8) -> Extra {
    match byte {
        COUNT_BEGINS => Extra::RebootOrRecalibration(true),
        count => Extra::VehicleCount(count.into()),
    }
}
