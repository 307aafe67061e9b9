//! What does not watch a bay, or was not made for it: motion, doors, lamps, signs.

use parking_domain::codec::{Event, Frame, Reading, Shown, Temperature};

use super::{bit, frame, is_of_the_bay, said, steps};

pub(super) fn tbms100(reading: &Reading) -> Option<Frame> {
    is_of_the_bay(reading.event).then_some(())?;
    let battery = steps(reading, 2_500, 100).min(0x0f);
    let tenths = reading.temperature.map_or(200, Temperature::in_tenths);
    let climate = u8::try_from((tenths / 10 + 32).clamp(0, 0x7f)).ok()?;
    let mut bytes = vec![bit(reading)?, battery, climate];
    bytes.extend(said!(reading, MinutesSinceEvent, 0).to_le_bytes());
    bytes.extend(&said!(reading, EventCount, 0).to_le_bytes()[..3]);
    frame(102, bytes)
}

const MODE_DOOR: u8 = 1;

pub(super) fn lds02(reading: &Reading) -> Option<Frame> {
    is_of_the_bay(reading.event).then_some(())?;
    let millivolts = reading.battery.voltage.map_or(3_000, |voltage| voltage.0);
    let millivolts = u16::try_from(millivolts.clamp(0, 0x3fff)).ok()?;
    let is_open = u16::from(said!(reading, DoorOpen, false));
    let mut bytes: Vec<u8> = (is_open << 15 | millivolts).to_be_bytes().into();
    bytes.push(MODE_DOOR);
    bytes.extend(&said!(reading, OpenCount, 0).to_be_bytes()[1..]);
    bytes.extend(&said!(reading, LastOpenMin, 0).to_be_bytes()[1..]);
    bytes.push(u8::from(said!(reading, Alarm, false)));
    frame(10, bytes)
}

/// What it shows, with everything it knows or in ten bytes; the still shorter ones are answers.
pub(super) fn busylight(reading: &Reading) -> Option<Frame> {
    if reading.event == Event::ConfigResponse {
        return None;
    }
    let Shown::Light {
        red,
        green,
        blue,
        on,
        off,
    } = reading.shown.clone().unwrap_or(Shown::Light {
        red: 0,
        green: 255,
        blue: 0,
        on: 255,
        off: 0,
    })
    else {
        return None;
    };
    let mut bytes = Vec::with_capacity(25);
    if let (None, Some(is_bright)) = (said!(reading, Rssi), said!(reading, HighBrightness)) {
        bytes.extend(said!(reading, UplinksSent, 0).to_le_bytes());
        bytes.extend([red, blue, green, on, off, u8::from(is_bright)]);
        return frame(15, bytes);
    }
    bytes.extend(said!(reading, Rssi, -60).to_le_bytes());
    bytes.extend(said!(reading, Snr, 9).to_le_bytes());
    bytes.extend(said!(reading, DownlinksReceived, 0).to_le_bytes());
    bytes.extend(said!(reading, UplinksSent, 0).to_le_bytes());
    bytes.extend([red, blue, green, on, off]);
    bytes.push(said!(reading, SwRev, 41));
    bytes.push(said!(reading, HwRev, 12));
    bytes.push(u8::from(said!(reading, Adr, true)));
    bytes.extend(said!(reading, HighBrightness).map(u8::from));
    frame(15, bytes)
}

pub(super) fn heltec(reading: &Reading) -> Option<Frame> {
    if reading.event == Event::Startup {
        return frame(1, vec![0xff, 0xc3]);
    }
    let status = match &reading.shown {
        Some(Shown::Status(status)) => *status,
        _ => 1,
    };
    let mut bytes: Vec<u8> = said!(reading, UplinkCounter, 0).to_be_bytes().into();
    bytes.push(status);
    frame(1, bytes)
}

/// Its battery and the page it shows. Not the texts: it does not repeat them unasked.
pub(super) fn ds3604(reading: &Reading) -> Option<Frame> {
    let mut bytes = Vec::new();
    if let Some(percent) = reading.battery.percent {
        bytes.extend([0x01, 0x75, percent]);
    }
    if let Some(Shown::Page {
        template: Some(template),
        ..
    }) = &reading.shown
    {
        bytes.extend([0xff, 0x73, template.checked_sub(1)?]);
    }
    if let Some(button) = said!(reading, Button) {
        bytes.extend([0xff, 0x2e, button]);
    }
    frame(85, bytes)
}
