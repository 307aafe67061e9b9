//! The sensors of Nwave: they share their ports, and each has a layout of its own.

use parking_domain::codec::{Event, Frame, Millivolts, Reading, Temperature};

use super::{bit, clamped, frame, said, steps, version};

pub(super) fn nps405(reading: &Reading) -> Option<Frame> {
    let state = bit(reading)?;
    match reading.event {
        Event::OccupancyChange | Event::Telemetry => {
            let minutes = said!(reading, PreviousStateMin, 0);
            frame(1, vec![duration(minutes) << 1 | state])
        }
        Event::Heartbeat => {
            let health = said!(reading, HwHealth, 0) & !1;
            let battery = steps(reading, 2_500, 4);
            frame(
                2,
                vec![health | state, battery, halves(reading.temperature)],
            )
        }
        Event::Startup => startup(reading, Some(state)),
        _ => None,
    }
}

/// Minutes, then steps of five, then hours, then no end.
fn duration(minutes: u16) -> u8 {
    let code = match minutes {
        ..90 => minutes,
        90..240 => 90 + (minutes - 90) / 5,
        240..660 => 120 + (minutes - 240) / 60,
        660.. => 127,
    };
    u8::try_from(code).unwrap_or(127)
}

/// Half degrees from 10 on.
fn halves(temperature: Option<Temperature>) -> u8 {
    let tenths = temperature
        .map_or(200, Temperature::in_tenths)
        .saturating_sub(100);
    let halves = (tenths + 2 * tenths.signum()) / 5;
    i8::try_from(halves.clamp(-128, 127))
        .unwrap_or_default()
        .cast_unsigned()
}

pub(super) fn nps310sm(reading: &Reading) -> Option<Frame> {
    let state = bit(reading)?;
    match reading.event {
        Event::OccupancyChange | Event::Telemetry => frame(1, vec![state]),
        Event::Heartbeat => frame(2, vec![state]),
        Event::Startup => startup(reading, Some(state)),
        _ => None,
    }
}

pub(super) fn ncc405(reading: &Reading) -> Option<Frame> {
    match reading.event {
        Event::Counter | Event::OccupancyChange | Event::Telemetry => {
            frame(1, said!(reading, VehicleCount, 0).to_be_bytes().into())
        }
        Event::Heartbeat => {
            let battery = steps(reading, 2_500, 4);
            let mean = said!(reading, BatteryMeanV)
                .map_or(battery, |Millivolts(mean)| clamped((mean - 2_500) / 4));
            frame(2, vec![said!(reading, HwHealth, 0) & 0x7f, battery, mean])
        }
        Event::Startup => startup(reading, None),
        _ => None,
    }
}

fn startup(reading: &Reading, state: Option<u8>) -> Option<Frame> {
    let mut bytes: Vec<u8> = version(reading).into();
    bytes.push(said!(reading, ResetCode, 2));
    bytes.extend(state);
    frame(3, bytes)
}
