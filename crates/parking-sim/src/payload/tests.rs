//! Frames are written and read again: against the published vectors, and against whatever may be said.

use parking_domain::bay_state::SensorState;
use parking_domain::codec::{
    self, Battery, CODECS, Codec, Event, Extra, Hex, Millivolts, Reading, Temperature,
};
use parking_domain::models::Sense;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::payload;

const VECTORS: &str = include_str!("../../../parking-domain/testdata/codecs/vectors.json");

/// What only answers, alarms and frames that were cut off carry; nobody here says it.
const UNSAID: [&str; 9] = [
    "unparsed_hex",
    "implausible",
    "reboot_ok",
    "reboot_or_recalibration",
    "recalibrate_ok",
    "deactivate_done",
    "fault_register",
    "fault_state",
    "texts",
];

/// The meaning of a reading, in whatever order it was said.
fn meaning(reading: &Reading) -> Value {
    json!(reading)
}

fn read_again(codec: &Codec, reading: &Reading) -> Option<Reading> {
    let frame = payload(codec.id, reading)?;
    let read = codec.decode(Some(frame.port), &frame.bytes);
    Some(read.unwrap_or_else(|error| panic!("{}: {error}: {frame:?}", codec.id)))
}

#[test]
fn what_the_published_vectors_say_of_a_bay_can_be_said_again() {
    let vectors: Vec<Value> = serde_json::from_str(VECTORS).unwrap();
    let mut again = 0;
    let mut models = std::collections::BTreeSet::new();
    for vector in vectors.iter().filter(|vector| vector["direction"] == "up") {
        let device = &vector["device"];
        let name = |field: &str| device[field].as_str().unwrap();
        let codec = codec::named(name("vendor"), name("model")).unwrap();
        let bytes: Hex = vector["bytes_hex"].as_str().unwrap().parse().unwrap();
        let port = vector["fport"]
            .as_u64()
            .and_then(|port| u8::try_from(port).ok());
        let Ok(reading) = codec.decode(port, &bytes.0) else {
            continue;
        };
        let is_said = |name: &str| !meaning(&reading)[name].is_null();
        if UNSAID.iter().any(|name| is_said(name)) {
            continue;
        }
        let Some(read) = read_again(codec, &reading) else {
            continue;
        };
        assert_eq!(meaning(&read), meaning(&reading), "{}", vector["id"]);
        again += 1;
        models.insert(codec.id);
    }
    println!("{again} vectors of {} models", models.len());
    assert!(again >= 90, "{again}");
    let missing: Vec<_> = CODECS
        .iter()
        .filter(|codec| !models.contains(codec.id))
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
}

fn sensing() -> impl Iterator<Item = &'static Codec> {
    CODECS
        .iter()
        .filter(|codec| codec.model().unwrap().can_sense())
}

prop_compose! {
    fn said()(
        is_heartbeat: bool,
        is_taken: bool,
        millivolts in 2_600..3_520_i32,
        percent in 0..=100_u8,
        is_low: bool,
        tenths in -250..600_i16,
        sequence: u16,
        minutes in 0..2_000_u16,
        at: u32,
        humidity in 0..=100_u8,
    ) -> Reading {
        Reading {
            event: if is_heartbeat { Event::Heartbeat } else { Event::OccupancyChange },
            sensor: if is_taken { SensorState::Occupied } else { SensorState::Free },
            battery: Battery {
                voltage: Some(Millivolts(millivolts)),
                percent: Some(percent),
                is_low: Some(is_low),
                health: None,
            },
            temperature: Some(Temperature::tenths(tenths)),
            shown: None,
            extras: vec![
                Extra::Sequence(sequence),
                Extra::PreviousStateMin(minutes),
                Extra::DeviceTimeUnix(at),
                Extra::HumidityPct(humidity),
                Extra::MagX(12),
                Extra::MagY(-7),
                Extra::MagZ(401),
            ],
        }
    }
}

proptest! {
    #[test]
    fn what_any_sensor_says_is_what_is_read(reading in said()) {
        for codec in sensing() {
            let read = read_again(codec, &reading).unwrap();
            prop_assert_eq!(read.sensor, reading.sensor, "{}", codec.id);
            let is_told_apart = read.event != Event::Telemetry;
            prop_assert!(!is_told_apart || read.event == reading.event, "{}", codec.id);
            let volts = |reading: &Reading| reading.battery.voltage.map(|voltage| voltage.0);
            if let (Some(read), Some(said)) = (volts(&read), volts(&reading)) {
                // KOSMOS begins at 3.1 volts, Libelium at 2.8.
                prop_assert!((read - said).abs() <= 100 || said < 3_200, "{}: {read}", codec.id);
            }
            if let (Some(read), Some(said)) = (read.temperature, reading.temperature) {
                let off = (read.in_tenths() - said.in_tenths()).abs();
                prop_assert!(off <= 9, "{}: {off}", codec.id);
            }
            // Once rounded to what the model can say, it is said and read exactly.
            let twice = read_again(codec, &read).unwrap();
            prop_assert_eq!(meaning(&twice), meaning(&read), "{}", codec.id);
        }
    }
}

#[test]
fn every_model_has_something_to_say() {
    for codec in &CODECS {
        let senses = codec.model().unwrap().senses;
        let reading = Reading {
            event: match senses {
                None => Event::DisplayStatus,
                Some(_) => Event::Heartbeat,
            },
            sensor: SensorState::Free,
            battery: Battery {
                percent: Some(80),
                ..Battery::default()
            },
            temperature: None,
            shown: None,
            extras: Vec::new(),
        };
        let read = read_again(codec, &reading).unwrap();
        let is_of_a_bay = matches!(senses, Some(Sense::Occupancy | Sense::Motion));
        assert_eq!(
            read.occupied(),
            is_of_a_bay.then_some(false),
            "{}",
            codec.id
        );
    }
    assert_eq!(sensing().count(), 16);
    let nothing = Reading {
        event: Event::Heartbeat,
        sensor: SensorState::Unknown,
        battery: Battery::default(),
        temperature: None,
        shown: None,
        extras: Vec::new(),
    };
    // What has one bit for the bay cannot say that it does not know.
    assert_eq!(payload("bosch_tps110", &nothing), None);
    assert_eq!(payload("no_such_codec", &nothing), None);
}
