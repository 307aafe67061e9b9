//! The sensors of Dingtek: one frame for everything.

use parking_domain::codec::{Frame, Reading};

use super::{bit, degrees, frame, is_of_the_bay, said};

const PORT: u8 = 3;

pub(super) fn do200(reading: &Reading) -> Option<Frame> {
    let mut bytes = report(reading, 0x02, 21)?;
    bytes.extend(said!(reading, Sequence, 0).to_be_bytes());
    // A byte nobody has described, and the end.
    bytes.extend([0, 0x81]);
    frame(PORT, bytes)
}

pub(super) fn do201(reading: &Reading) -> Option<Frame> {
    with_climate(reading, 0x31)
}

pub(super) fn do202(reading: &Reading) -> Option<Frame> {
    with_climate(reading, 0x32)
}

fn with_climate(reading: &Reading, kind: u8) -> Option<Frame> {
    let mut bytes = report(reading, kind, 23)?;
    bytes.extend([
        degrees(reading.temperature),
        said!(reading, HumidityPct, 50),
    ]);
    bytes.extend(said!(reading, Sequence, 0).to_be_bytes());
    // A byte nobody has described, and the end.
    bytes.extend([0, 0x81]);
    frame(PORT, bytes)
}

fn report(reading: &Reading, kind: u8, length: u8) -> Option<Vec<u8>> {
    is_of_the_bay(reading.event).then_some(())?;
    let state = bit(reading)?;
    let is_low = reading.battery.is_low.unwrap_or_default();
    let alarms = [
        u8::from(said!(reading, AlarmLevel, state == 1)),
        u8::from(said!(reading, AlarmMagnet, state == 1)),
    ];
    let hundredths = reading
        .battery
        .voltage
        .map_or(360, |voltage| voltage.0 / 10);
    let distance = said!(reading, DistanceMm, if state == 1 { 220 } else { 3_000 });

    let mut bytes = vec![0x80, 0x00, kind, 1, length];
    bytes.extend(distance.to_be_bytes());
    bytes.push(state << 4 | alarms[0]);
    bytes.push(alarms[1] << 4 | u8::from(is_low));
    bytes.extend(u16::try_from(hundredths).ok()?.to_be_bytes());
    for axis in [
        said!(reading, MagX, 0),
        said!(reading, MagY, 0),
        said!(reading, MagZ, 0),
    ] {
        bytes.extend(axis.to_be_bytes());
    }
    Some(bytes)
}
