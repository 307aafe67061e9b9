//! Sensors whose frames are a few fields: Bosch, PNI, Netvox, TEKZITEL.

use parking_domain::codec::{BcdDate, Event, Firmware, Frame, Reading};

use super::{PORT_OF_ANY, bit, degrees, frame, is_of_the_bay, said, steps, version};

pub(super) fn bosch(reading: &Reading) -> Option<Frame> {
    let state = bit(reading)?;
    match reading.event {
        Event::OccupancyChange | Event::Telemetry => frame(1, vec![state]),
        Event::Heartbeat => {
            let mut bytes = vec![state];
            bytes.extend(reading.temperature.map(|_| degrees(reading.temperature)));
            frame(2, bytes)
        }
        Event::Startup => {
            let mut bytes = Vec::with_capacity(17);
            for code in said!(reading, DebugCodes, [0; 3]) {
                bytes.extend(code.to_le_bytes());
                bytes.extend([0, 0]);
            }
            bytes.extend(version(reading));
            bytes.extend([said!(reading, ResetCode, 2), state]);
            frame(3, bytes)
        }
        _ => None,
    }
}

pub(super) fn placepod(reading: &Reading) -> Option<Frame> {
    let mut bytes = Vec::new();
    match reading.event {
        // An empty frame is a start.
        Event::Startup if said!(reading, RebootOk).is_none() => return frame(PORT_OF_ANY, bytes),
        Event::OccupancyChange | Event::Telemetry | Event::Heartbeat => {}
        _ => return None,
    }
    let kind = match reading.event {
        Event::Heartbeat => 0x37,
        _ => 0x15,
    };
    match said!(reading, OccupiedSequence) {
        Some(states) => {
            for is_taken in states {
                bytes.extend([kind, 0x66, u8::from(is_taken)]);
            }
        }
        None => bytes.extend(
            bit(reading)
                .into_iter()
                .flat_map(|state| [kind, 0x66, state]),
        ),
    }
    if let Some(temperature) = reading.temperature {
        bytes.extend([0x02, 0x67]);
        bytes.extend(temperature.in_tenths().to_be_bytes());
    }
    if let Some(voltage) = reading.battery.voltage {
        let hundredths = (voltage.0 + 5 * voltage.0.signum()) / 10;
        bytes.extend([0x03, 0x02]);
        bytes.extend(i16::try_from(hundredths).ok()?.to_be_bytes());
    }
    (!bytes.is_empty()).then_some(())?;
    frame(PORT_OF_ANY, bytes)
}

pub(super) fn netvox(reading: &Reading) -> Option<Frame> {
    const R719A: u8 = 0x59;
    let mut bytes = vec![0x01, R719A];
    match reading.event {
        Event::Startup => {
            let [software, ..] = version(reading);
            let hardware = said!(reading, HwVersion).map_or(1, |version| match version {
                Firmware::One(number) => number,
                _ => 1,
            });
            bytes.extend([0, software, hardware]);
            bytes.extend(said!(reading, DateCode, BcdDate([0x20, 0x24, 0x01, 0x15])).0);
        }
        event if is_of_the_bay(event) => {
            let tenths = steps(reading, 0, 100).min(0x7f);
            let is_low = reading.battery.is_low.unwrap_or_default();
            // Anything but 0 and 1 is neither.
            let state = bit(reading).unwrap_or(2);
            bytes.extend([1, u8::from(is_low) << 7 | tenths, state]);
        }
        _ => return None,
    }
    bytes.resize(11, 0);
    frame(6, bytes)
}

pub(super) fn tekzipark(reading: &Reading) -> Option<Frame> {
    let kind = match reading.event {
        Event::Startup => 0b10,
        Event::Heartbeat => 0b01,
        Event::OccupancyChange | Event::Telemetry => 0,
        _ => return None,
    };
    let is_low = reading.battery.is_low.unwrap_or_default();
    let flags = bit(reading)? << 7
        | u8::from(!is_low) << 5
        | u8::from(said!(reading, Obstruction, false)) << 4
        | u8::from(said!(reading, Radar, false)) << 3
        | u8::from(said!(reading, NoBeacon, false)) << 2
        | kind;
    let parking = said!(reading, ParkingId, 0);
    let mut bytes = vec![flags, degrees(reading.temperature), parking];
    if let Some(frame_of_debugging) = debugging(reading) {
        bytes.extend(frame_of_debugging);
        return frame(2, bytes);
    }
    if let Some(rssi) = said!(reading, BeaconRssi) {
        bytes.push(rssi.cast_unsigned());
        for beacon in said!(reading, Beacons, Vec::new()) {
            bytes.extend(beacon.to_be_bytes());
        }
    }
    frame(1, bytes)
}

fn debugging(reading: &Reading) -> Option<Vec<u8>> {
    let mut bytes: Vec<u8> = said!(reading, Deflection)?.map(i8::cast_unsigned).into();
    bytes.extend(said!(reading, Baseline, [0; 3]).map(i8::cast_unsigned));
    bytes.push(said!(reading, FaultCode, 0));
    bytes.push(said!(reading, ObstructionLevel, 0));
    bytes.push(said!(reading, Reflection, 0));
    Some(bytes)
}
