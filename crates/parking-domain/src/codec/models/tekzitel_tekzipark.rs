//! TEKZITEL TEKZIPARK. Class A.
//!
//! Port 1: flags, temperature, number of the bay; then, maybe, how loud the beacon was and which
//! beacons there were. Port 2: the same three bytes and nine for the maker. Of the flags bit 7 is the
//! state, 5 a good battery, 4 something on top, 3 radar, 2 no beacon, 1 a start, 0 a sign of life;
//! without either of the last two it is a change. There is no voltage.
//!
//! It takes its settings on port 3, eight bytes packed bit by bit.

use crate::codec::bytes::{Bytes, Hex};
use crate::codec::command::within;
use crate::codec::reading::taken;
use crate::codec::{
    Battery, Codec, Command, DecodeError, Downlinks, EncodeError, Event, Extra, Frame, Reading,
    TekziparkConfig, Temperature,
};

const PORT_CONFIG: u8 = 3;
const CONFIG_LENGTH: usize = 8;

pub(super) const CODEC: Codec = Codec {
    id: "tekzitel_tekzipark",
    also_called: &[],
    fields: &[
        "battery_low",
        "temperature_c",
        "parking_id",
        "radar",
        "no_beacon",
        "obstruction",
        "beacon_rssi",
        "beacons",
        "unparsed_hex",
        "debug_frame",
        "fault_code",
        "deflection",
        "baseline",
        "obstruction_level",
        "reflection",
    ],
    downlinks: Some(Downlinks {
        commands: &["configure"],
        encode,
        interpret,
    }),
    decode,
};

fn decode(port: Option<u8>, frame: &[u8]) -> Result<Reading, DecodeError> {
    let mut bytes = Bytes::of(frame);
    let add = match port {
        Some(1) => beacons,
        Some(2) => debug,
        _ => return Err(DecodeError::WrongPort),
    };
    let mut reading = status(&mut bytes)?;
    add(bytes, &mut reading.extras)?;
    Ok(reading)
}

fn status(bytes: &mut Bytes<'_>) -> Result<Reading, DecodeError> {
    let flags = bytes.u8()?;
    let has = |bit: u8| flags >> bit & 1 == 1;
    let event = if has(1) {
        Event::Startup
    } else if has(0) {
        Event::Heartbeat
    } else {
        Event::OccupancyChange
    };
    Ok(Reading {
        sensor: taken(has(7)),
        battery: Battery {
            is_low: Some(!has(5)),
            ..Battery::default()
        },
        temperature: Some(Temperature::degrees(bytes.i8()?)),
        extras: vec![
            Extra::ParkingId(bytes.u8()?),
            Extra::Radar(has(3)),
            Extra::NoBeacon(has(2)),
            Extra::Obstruction(has(4)),
        ],
        ..Reading::of(event)
    })
}

fn beacons(mut bytes: Bytes<'_>, extras: &mut Vec<Extra>) -> Result<(), DecodeError> {
    if bytes.is_empty() {
        return Ok(());
    }
    extras.push(Extra::BeaconRssi(bytes.i8()?));
    let mut beacons = Vec::with_capacity(bytes.rest().len() / 2);
    while let Ok(beacon) = bytes.u16() {
        beacons.push(beacon);
    }
    if !beacons.is_empty() {
        extras.push(Extra::Beacons(beacons));
    }
    if !bytes.is_empty() {
        extras.push(Extra::UnparsedHex(Hex(bytes.rest().to_vec())));
    }
    Ok(())
}

fn debug(mut bytes: Bytes<'_>, extras: &mut Vec<Extra>) -> Result<(), DecodeError> {
    let deflection = bytes.take()?.map(u8::cast_signed);
    let baseline = bytes.take()?.map(u8::cast_signed);
    extras.extend([
        Extra::DebugFrame(true),
        Extra::Deflection(deflection),
        Extra::Baseline(baseline),
        Extra::FaultCode(bytes.u8()?),
        Extra::ObstructionLevel(bytes.u8()?),
        Extra::Reflection(bytes.u8()?),
    ]);
    Ok(())
}

/// The settings with the width of each in bits, in the order they are packed.
fn packed(config: &mut TekziparkConfig) -> [(&'static str, &mut i64, u32); 27] {
    let c = config;
    [
        (
            "suppress_baseline_offset",
            &mut c.suppress_baseline_offset,
            1,
        ),
        ("radar_start_range", &mut c.radar_start_range, 3),
        ("fluctuations_count", &mut c.fluctuations_count, 4),
        ("downlink_frequency", &mut c.downlink_frequency, 1),
        ("axis_deflection", &mut c.axis_deflection, 2),
        ("debug_mode", &mut c.debug_mode, 1),
        (
            "deflection_threshold_mag",
            &mut c.deflection_threshold_mag,
            4,
        ),
        ("zero_neg_drop", &mut c.zero_neg_drop, 1),
        ("oversampling", &mut c.oversampling, 2),
        ("hw_acc_samples_no", &mut c.hw_acc_samples_no, 2),
        (
            "fluctuation_threshold_XY",
            &mut c.fluctuation_threshold_xy,
            3,
        ),
        ("sleep_time", &mut c.sleep_time, 3),
        ("reset_control", &mut c.reset_control, 1),
        ("mag_reboot", &mut c.mag_reboot, 1),
        ("fluctuation_delay_time", &mut c.fluctuation_delay_time, 3),
        ("axis_fluctuations", &mut c.axis_fluctuations, 2),
        ("fluctuation_threshold_Z", &mut c.fluctuation_threshold_z, 3),
        ("self_heal", &mut c.self_heal, 1),
        ("keepalive_period", &mut c.keepalive_period, 2),
        ("radar_scan_count", &mut c.radar_scan_count, 4),
        ("obstruction_check", &mut c.obstruction_check, 1),
        (
            "reflection_threshold_radar",
            &mut c.reflection_threshold_radar,
            3,
        ),
        ("OI", &mut c.oi, 1),
        ("send_rssi", &mut c.send_rssi, 1),
        ("beacons_scan_no", &mut c.beacons_scan_no, 3),
        ("ble_scan_window", &mut c.ble_scan_window, 3),
        ("ble_scan_rssi", &mut c.ble_scan_rssi, 8),
    ]
}

fn encode(command: &Command) -> Result<Frame, EncodeError> {
    let Command::Configure(config) = command else {
        return Err(EncodeError::UnknownCommand);
    };
    let mut config = **config;
    let mut bits = 0_u64;
    for (name, value, width) in packed(&mut config) {
        let value: u64 = within(name, *value, 0..=(1 << width) - 1)?;
        bits = bits << width | value;
    }
    Ok(Frame {
        port: PORT_CONFIG,
        bytes: bits.to_be_bytes().to_vec(),
    })
}

fn interpret(port: Option<u8>, frame: &[u8]) -> Result<Command, DecodeError> {
    if port != Some(PORT_CONFIG) {
        return Err(DecodeError::WrongPort);
    }
    let bytes: [u8; CONFIG_LENGTH] = frame.try_into().map_err(|_| DecodeError::BadLength)?;
    let mut bits = u64::from_be_bytes(bytes);
    let mut config = TekziparkConfig::default();
    for (_, value, width) in packed(&mut config).into_iter().rev() {
        *value = (bits & ((1 << width) - 1)).cast_signed();
        bits >>= width;
    }
    Ok(Command::Configure(Box::new(config)))
}
