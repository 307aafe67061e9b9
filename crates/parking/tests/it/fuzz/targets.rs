//! What strangers may send, who reads it, and samples of it.

use std::fs;
use std::path::PathBuf;

use chrono::{DateTime, Utc};
use parking_chirpstack::tts;
use parking_chirpstack::wire::{self, EventKind};
use parking_domain::codec::CODECS;
use parking_domain::csv_columns::Mapping;
use parking_domain::csv_devices::read_device;
use parking_domain::csv_spaces::read_space;
use parking_domain::csv_table::read_table;
use parking_domain::onboarding::{self, CodeError};
use parking_domain::plan_files::read_plan;
use parking_domain::radio::{PAYLOAD_MAX, RECEPTIONS_MAX};
use serde_json::Value;

/// Something that is read.
pub(super) struct Target {
    pub(super) name: &'static str,
    /// Longer than this it does not get there.
    pub(super) bytes_max: usize,
    pub(super) samples: fn() -> Vec<Vec<u8>>,
    /// Reads it, and says in a few words how that ended.
    pub(super) read: fn(&[u8]) -> String,
}

pub(super) const TARGETS: &[Target] = &[
    Target {
        name: "codecs",
        bytes_max: 258,
        samples: frames,
        read: decode,
    },
    Target {
        name: "events in JSON",
        bytes_max: 65_536,
        samples: || events("json"),
        read: |bytes| event(bytes, wire::read_json),
    },
    Target {
        name: "events in protobuf",
        bytes_max: 65_536,
        samples: || events("protobuf"),
        read: |bytes| event(bytes, wire::read_protobuf),
    },
    Target {
        name: "The Things Stack",
        bytes_max: 65_536,
        samples: || {
            files("parking-chirpstack/testdata/tts")
                .into_iter()
                .map(|(_, body)| body)
                .collect()
        },
        read: |bytes| match tts::read(bytes, arrived_at()) {
            Ok(message) => message
                .map_or("nothing", |message| message.content.name())
                .to_owned(),
            Err(error) => words(&error, 4),
        },
    },
    Target {
        name: "labels of devices",
        bytes_max: 1_024,
        samples: labels,
        read: label,
    },
    Target {
        name: "tables",
        bytes_max: 65_536,
        samples: tables,
        read: table,
    },
    Target {
        name: "drawings",
        bytes_max: 65_536,
        samples: drawings,
        read: |bytes| match read_plan(bytes, 65_536) {
            Ok(plan) => plan.format.media_type().to_owned(),
            Err(error) => word(&error),
        },
    },
];

fn arrived_at() -> DateTime<Utc> {
    "2026-11-21T00:00:00Z".parse().unwrap()
}

/// The name of a value, without what is in it.
fn word(value: &impl std::fmt::Debug) -> String {
    words(value, 1)
}

/// The first words of a value that holds no more than names of ours.
fn words(value: &impl std::fmt::Debug, count: usize) -> String {
    let text = format!("{value:?}");
    let words = text.split(|letter: char| !letter.is_ascii_alphabetic());
    let words: Vec<_> = words.filter(|word| !word.is_empty()).take(count).collect();
    words.join(" ")
}

/// The files of a folder, by their names.
fn files(folder: &str) -> Vec<(String, Vec<u8>)> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("..")
        .join(folder);
    let mut files: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            (name, fs::read(path).unwrap())
        })
        .collect();
    files.sort();
    files
}

/// Frames of each model: its place among the codecs, whether it has a port and which, and the bytes.
fn frames() -> Vec<Vec<u8>> {
    let mut all = files("parking-domain/testdata/codecs");
    all.retain(|(name, _)| name == "vectors.json");
    let vectors: Value = serde_json::from_slice(&all[0].1).unwrap();
    let vectors = vectors.as_array().or(vectors["vectors"].as_array());
    let frames = vectors
        .expect("a list of vectors")
        .iter()
        .filter_map(|vector| {
            let hex = vector["bytes_hex"].as_str()?.as_bytes();
            let bytes = hex
                .chunks(2)
                .filter_map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok());
            let port = vector["fport"].as_u64();
            let port = u8::try_from(port.unwrap_or_default()).ok()?;
            let about = [u8::from(port > 0), port];
            let frame: Vec<u8> = about.into_iter().chain(bytes).collect();
            Some(frame)
        });
    let frames: Vec<_> = frames.collect();
    // Each codec is handed the frames of all: what is meant for another must not hurt either.
    (0..u8::try_from(CODECS.len()).unwrap())
        .flat_map(|codec| {
            frames
                .iter()
                .map(move |frame| [&[codec], &frame[..]].concat())
        })
        .collect()
}

fn decode(bytes: &[u8]) -> String {
    let [codec, has_port, port, frame @ ..] = bytes else {
        return "short".to_owned();
    };
    let codec = &CODECS[usize::from(*codec) % CODECS.len()];
    let port = (has_port % 2 == 1).then_some(*port);
    let read = match codec.decode(port, frame) {
        Ok(reading) => {
            let written = serde_json::to_string(&reading).unwrap();
            assert!(written.len() < 16_384, "{written}");
            format!(
                "{:?} {:?} {}",
                reading.event,
                reading.sensor,
                reading.extras.len()
            )
        }
        Err(error) => error.code().to_owned(),
    };
    let meant = match codec.interpret(port, frame) {
        Ok(command) => word(&command),
        Err(error) => error.code().to_owned(),
    };
    format!("{} {read} {meant}", codec.id)
}

/// Events of ChirpStack: the kind as one byte, and the body.
fn events(form: &str) -> Vec<Vec<u8>> {
    let files = files(&format!("parking-chirpstack/testdata/{form}"));
    let event = |(name, body): &(String, Vec<u8>)| {
        let kind = EventKind::by_name(name.split('_').next()?)?;
        let place = EventKind::ALL.iter().position(|one| *one == kind)?;
        Some([&[u8::try_from(place).ok()?], &body[..]].concat())
    };
    files.iter().map(|file| event(file).unwrap()).collect()
}

type ReadEvent =
    fn(EventKind, &[u8], DateTime<Utc>) -> Result<parking_domain::radio::Message, wire::WireError>;

fn event(bytes: &[u8], read: ReadEvent) -> String {
    let Some((kind, body)) = bytes.split_first() else {
        return "short".to_owned();
    };
    let kind = EventKind::ALL[usize::from(*kind) % EventKind::ALL.len()];
    match read(kind, body, arrived_at()) {
        Ok(message) => {
            assert!(message.received_at <= arrived_at());
            assert!(message.receptions.len() <= RECEPTIONS_MAX);
            if let parking_domain::radio::Content::Uplink(uplink) = &message.content {
                assert!(uplink.payload.len() <= PAYLOAD_MAX);
            }
            format!("{} {}", kind.name(), message.receptions.len())
        }
        Err(error) => format!("{} {}", kind.name(), words(&error, 4)),
    }
}

fn labels() -> Vec<Vec<u8>> {
    [
        "LW:D0:1122334455667788:AABBCCDDEEFF0011:AABB1122:OAABBCCDDEEFF:SYYWWNNNNNN:PFOOBAR:CAF2C",
        "URN:DEV:LW:42FFFFFFFFFFFFFF_4242FFFFFFFFFFFF_42FFFF42_V0102_SSERIAL",
        "URN:LW:DP:42FFFFFFFFFFFFFF:4242FFFFFFFFFFFF:42FFFF42:%V0102%SSERIAL",
        "DevEUI: AA:BB:CC:DD:EE:FF:00:11 JoinEUI=1122334455667788 SN: 6136A3",
        "https://maker.example/?deveui=AABBCCDDEEFF0011&appkey=000102030405060708090a0b0c0d0e0f",
        "aa-bb-cc-dd-ee-ff-00-11",
    ]
    .map(|label| label.as_bytes().to_vec())
    .into()
}

fn label(bytes: &[u8]) -> String {
    match onboarding::read(&String::from_utf8_lossy(bytes)) {
        Ok(code) => {
            let again = onboarding::read(&code.to_text()).map(|again| again.dev_eui);
            // Written in the usual form, a label may have become longer than what is read.
            assert!(
                again == Ok(code.dev_eui) || again == Err(CodeError::TooLong),
                "{again:?}"
            );
            format!("{:?} {:?}", code.form, code.checksum)
        }
        Err(refusal) => word(&refusal),
    }
}

fn tables() -> Vec<Vec<u8>> {
    [
        "code;site;level;kind;latitude;longitude;is_reservable\nA-1;quay;0;standard;45,75;4,85;yes\n\"A-2\";quay;1;disabled;;;no\n",
        "\u{feff}dev_eui,name,model,app_key,site,space_code,role\r\n70B3D57ED0000003,\"North, 1\",bosch-tps110,000102030405060708090A0B0C0D0E0F,quay,A-1,sensor\r\n",
        "Numéro\tNiveau\tType\n12\t-1\tVoiture\n13\t-1\t=1+1\n",
    ]
    .map(|table| table.as_bytes().to_vec())
    .into()
}

fn table(bytes: &[u8]) -> String {
    let table = match read_table(bytes, 65_536) {
        Ok(table) => table,
        Err(error) => return word(&error),
    };
    let (spaces, devices) = (Mapping::guess(&table.header), Mapping::guess(&table.header));
    let mut outcomes = std::collections::BTreeSet::new();
    for row in table.rows.iter().take(20) {
        let space = read_space(row, &spaces).err();
        let device = read_device(row, &devices).err();
        for message in [space, device].into_iter().flatten().flatten() {
            assert!(message.message.len() < 2_000, "{}", message.message);
            outcomes.insert((message.code, message.field));
        }
    }
    format!("{:?} {outcomes:?}", table.delimiter)
}

fn drawings() -> Vec<Vec<u8>> {
    let ground = parking_sim::ground::Ground::of(12);
    let png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x10\0\0\0\x10\x08\x06\0\0\0";
    let jpeg = b"\xff\xd8\xff\xe0\0\x10JFIF\0\x01\x01\0\0\x01\0\x01\0\0\xff\xc0\0\x11\x08\0\x10\0\x10\x03\x01\"\0\x02\x11\x01\x03\x11\x01";
    let svg = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 10 10\"><style>a{fill:url(#b)}</style><use href=\"#a\"/></svg>";
    vec![
        ground.drawing(0).unwrap().into_bytes(),
        svg.as_bytes().to_vec(),
        png.to_vec(),
        jpeg.to_vec(),
    ]
}
