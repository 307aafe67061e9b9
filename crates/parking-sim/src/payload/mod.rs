//! Writing what a device says: the other side of the codecs in `parking-domain`.
//!
//! A reading becomes the frame that a device of the model would send to say it. What the model has no
//! bytes for is left out, and what it says in coarser steps is rounded; what it cannot say at all is
//! no frame. Read again, a frame gives the reading a codec makes of it, and that written again is the
//! same frame's meaning: `tests.rs` holds that against every published vector.

mod dingtek;
mod envelope;
mod nwave;
mod others;
mod pieces;
#[cfg(test)]
mod tests;

use parking_domain::bay_state::SensorState;
use parking_domain::codec::{Event, Firmware, Frame, Reading, Temperature};

/// Takes what a reading says besides, or something else where it does not.
macro_rules! said {
    ($reading:expr, $kind:ident) => {
        $reading.extras.iter().find_map(|extra| match extra {
            parking_domain::codec::Extra::$kind(value) => Some(value.clone()),
            _ => None,
        })
    };
    ($reading:expr, $kind:ident, $else:expr) => {
        said!($reading, $kind).unwrap_or($else)
    };
}
use said;

/// The frame by which a device with this codec says this; none where it cannot.
pub fn payload(codec: &str, reading: &Reading) -> Option<Frame> {
    match codec {
        "bosch_tps110" => pieces::bosch(reading),
        "nwave_nps405" => nwave::nps405(reading),
        "nwave_nps310sm" => nwave::nps310sm(reading),
        "nwave_ncc405" => nwave::ncc405(reading),
        "pni_placepod" => pieces::placepod(reading),
        "netvox_r719a" => pieces::netvox(reading),
        "tekzitel_tekzipark" => pieces::tekzipark(reading),
        "dingtek_do200" => dingtek::do200(reading),
        "dingtek_do201" => dingtek::do201(reading),
        "dingtek_do202" => dingtek::do202(reading),
        "libelium_parking_2018" => envelope::libelium_2018(reading),
        "libelium_parking_2019" => envelope::libelium_2019(reading),
        "moko_lw009_sm" => envelope::moko(reading, 0x85),
        "moko_lw009_ig" => envelope::moko(reading, 0x82),
        "kosmos_parking" => envelope::kosmos(reading),
        "macnman_parkomate" => envelope::parkomate(reading),
        "browan_tbms100" => others::tbms100(reading),
        "dragino_lds02" => others::lds02(reading),
        "plenom_busylight_omega" => others::busylight(reading),
        "heltec_v3_bay" | "heltec_v3_zone" => others::heltec(reading),
        "milesight_ds3604" => others::ds3604(reading),
        _ => None,
    }
}

/// The port of a format that has none of its own.
const PORT_OF_ANY: u8 = 2;

#[expect(
    clippy::unnecessary_wraps,
    reason = "it ends what may end without a frame"
)]
fn frame(port: u8, bytes: Vec<u8>) -> Option<Frame> {
    Some(Frame { port, bytes })
}

/// One bit: a sensor that has only that cannot say that it does not know.
fn bit(reading: &Reading) -> Option<u8> {
    match reading.sensor {
        SensorState::Free => Some(0),
        SensorState::Occupied => Some(1),
        SensorState::Unknown => None,
    }
}

/// Whether it speaks because the bay changed, or as if it did where it does not tell.
fn is_of_the_bay(event: Event) -> bool {
    matches!(
        event,
        Event::OccupancyChange | Event::Heartbeat | Event::Telemetry
    )
}

/// Whole degrees in a signed byte.
fn degrees(temperature: Option<Temperature>) -> u8 {
    let tenths = temperature.map_or(200, Temperature::in_tenths);
    let whole = (tenths + 5 * tenths.signum()) / 10;
    i8::try_from(whole.clamp(-128, 127))
        .unwrap_or_default()
        .cast_unsigned()
}

/// A voltage in steps from a base, as one byte.
fn steps(reading: &Reading, base: i32, step: i32) -> u8 {
    let millivolts = reading.battery.voltage.map_or(3_600, |voltage| voltage.0);
    clamped((millivolts - base + step / 2) / step)
}

/// The nearest byte.
fn clamped(value: i32) -> u8 {
    u8::try_from(value.clamp(0, 255)).unwrap_or_default()
}

/// Three bytes of a version, whatever it is counted in.
fn version(reading: &Reading) -> [u8; 3] {
    match said!(reading, FwVersion) {
        Some(Firmware::Three(version)) => version,
        Some(Firmware::Two([major, minor])) => [major, minor, 0],
        Some(Firmware::One(number) | Firmware::Tenths(number) | Firmware::Digits(number)) => {
            [number, 0, 0]
        }
        None => [0, 39, 2],
    }
}
