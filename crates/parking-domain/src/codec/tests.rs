//! The codecs against the published vectors, against arbitrary bytes, and against themselves.
//!
//! The properties run 256 cases each; `PROPTEST_CASES=1000000 cargo test -p parking-domain codec` is the
//! long run.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde::Deserialize as _;
use serde_json::{Value, json};

use super::vectors::{VectorsError, Verdict, check};
use super::*;
use crate::models;

const VECTORS: &str = include_str!("../../testdata/codecs/vectors.json");
const README: &str = include_str!("../../testdata/codecs/README.md");

fn vectors() -> Vec<Value> {
    serde_json::from_str(VECTORS).unwrap()
}

fn verdict(vector: &Value) -> Verdict {
    let outcomes = check(&json!([vector]).to_string()).unwrap();
    outcomes.into_iter().next().unwrap().verdict
}

fn bytes(hex: &str) -> Vec<u8> {
    hex.parse::<Hex>().unwrap().0
}

fn reading(codec: &str, port: u8, hex: &str) -> Value {
    json!(
        find(codec)
            .unwrap()
            .decode(Some(port), &bytes(hex))
            .unwrap()
    )
}

fn refusal(codec: &str, port: u8, hex: &str) -> &'static str {
    let decoded = find(codec).unwrap().decode(Some(port), &bytes(hex));
    decoded.unwrap_err().code()
}

fn command(json: Value) -> Command {
    Command::deserialize(json).unwrap()
}

/// The rows of the table of decisions: the vector, and whether the answer is the expected one.
fn decisions() -> BTreeMap<&'static str, bool> {
    README
        .lines()
        .filter_map(|line| {
            let mut cells = line.strip_prefix("| v-")?.split('|').map(str::trim);
            let (number, decision, reason) = (cells.next()?, cells.next()?, cells.next()?);
            assert!(reason.len() > 7, "v-{number} has a reason");
            let at = README.find(&format!("v-{number} "))?;
            Some((
                &README[at..at + 2 + number.len()],
                decision == "as expected",
            ))
        })
        .collect()
}

#[test]
fn every_published_vector_is_met_and_every_disputed_one_is_decided() {
    let outcomes = check(VECTORS).unwrap();
    assert_eq!(outcomes.len(), 285);
    let decisions = decisions();
    for outcome in &outcomes {
        let decided = decisions.get(outcome.id.as_str());
        match &outcome.verdict {
            Verdict::Passed => assert_ne!(decided, Some(&false), "{outcome:?}"),
            Verdict::SetAside(_) => assert_eq!(decided, Some(&false), "{outcome:?}"),
            Verdict::Failed(_) => panic!("{outcome:?}"),
        }
    }
    let vectors = vectors();
    let disputed: BTreeSet<_> = vectors
        .iter()
        .filter(|vector| vector["disputed"] == true)
        .map(|vector| vector["id"].as_str().unwrap())
        .collect();
    assert_eq!(disputed, decisions.into_keys().collect());
}

#[test]
fn a_vector_with_another_answer_is_not_met() {
    let mut changed = 0;
    for mut vector in vectors() {
        vector["disputed"] = json!(false);
        let fields: Vec<String> = {
            let expected = vector["expected"].as_object().unwrap();
            expected.keys().cloned().collect()
        };
        for name in fields {
            let part = &vector["expected"][&name];
            let other = match part {
                Value::Bool(part) => json!(!part),
                Value::Null => json!(true),
                Value::Number(part) => json!(part.as_f64().unwrap() + 0.002),
                Value::Object(part) => {
                    let mut part = part.clone();
                    let first = part.keys().find(|key| *key != "name" || part.len() == 1);
                    let first = first.unwrap().clone();
                    part[&first] = json!({ "other": 1 });
                    Value::Object(part)
                }
                Value::String(_) | Value::Array(_) => json!("something else"),
            };
            let mut vector = vector.clone();
            vector["expected"][&name] = other;
            let verdict = verdict(&vector);
            assert!(matches!(verdict, Verdict::Failed(_)), "{name} of {vector}");
            changed += 1;
        }
    }
    assert!(changed > 1_000, "{changed}");
}

#[test]
fn a_command_that_would_write_other_bytes_is_not_met() {
    let mut vector = json!({
        "id": "x", "device": { "vendor": "Plenom", "model": "kuando Busylight IoT Omega" },
        "direction": "down", "fport": 15, "bytes_hex": "0000ff6400",
        "expected": { "command": { "name": "set_color", "r": 0, "g": 255, "b": 0, "on": 100, "off": 0 } },
    });
    assert_eq!(verdict(&vector), Verdict::Passed);
    vector["bytes_hex"] = json!("00ff006400");
    assert!(matches!(verdict(&vector), Verdict::Failed(_)));
    vector["bytes_hex"] = json!("0000ff6400");
    vector["fport"] = json!(14);
    assert!(matches!(verdict(&vector), Verdict::Failed(_)));
}

#[test]
fn a_command_is_known_by_each_of_its_names_and_a_mistake_by_what_is_right() {
    let entry = |vendor: &str, model: &str, hex: &str, expected: Value| {
        json!({ "id": "x", "device": { "vendor": vendor, "model": model }, "direction": "down",
                "fport": match vendor { "Bosch" => 51, "Netvox" => 7, _ => 1 },
                "bytes_hex": hex, "expected": expected })
    };
    for value in ["not_confirmable", "unconfirmable", "unconfirmed"] {
        let asked = json!({ "command": { "name": "set_confirmable", "value": value } });
        assert_eq!(
            verdict(&entry("Bosch", "TPS110", "01", asked.clone())),
            Verdict::Passed
        );
        assert!(matches!(
            verdict(&entry("Bosch", "TPS110", "00", asked)),
            Verdict::Failed(_)
        ));
    }
    let asked = json!({ "command": { "name": "read_config_report" } });
    for of_either in ["0259000000000000000000", "02af000000000000000000"] {
        assert_eq!(
            verdict(&entry("Netvox", "R719A", of_either, asked.clone())),
            Verdict::Passed
        );
    }
    let zone = |hex: &str, value: i64, right: &str| {
        let expected = json!({ "error": "wrong_encoding", "name": "set_count", "value": value, "correct_hex": right });
        verdict(&entry("Heltec", "heltec-v3-zone", hex, expected))
    };
    assert_eq!(zone("18", 24, "3234"), Verdict::Passed);
    assert_eq!(zone("37", 55, "3535"), Verdict::Passed);
    for (hex, value, right) in [
        ("18", 24, "3235"),
        ("3234", 24, "3234"),
        ("18", 10_000, "3234"),
    ] {
        assert!(
            matches!(zone(hex, value, right), Verdict::Failed(_)),
            "{hex}"
        );
    }
}

#[test]
fn garbage_is_no_file_of_vectors_and_a_bad_entry_is_named() {
    for garbage in ["", "{}", "\u{0}\u{1}", "[1,", "null", "\"vectors\""] {
        assert!(
            matches!(check(garbage), Err(VectorsError::NotAList(_))),
            "{garbage}"
        );
    }
    assert!(matches!(check("[]"), Err(VectorsError::Empty)));

    let device = json!({ "vendor": "Bosch", "model": "TPS110" });
    let good = json!({ "event_type": "occupancy_change", "occupied": true });
    let entry = |hex: Value, expected: &Value| json!({ "id": "x", "device": device, "direction": "up", "fport": 1, "bytes_hex": hex, "expected": expected });
    assert_eq!(verdict(&entry(json!("01"), &good)), Verdict::Passed);
    let bad = [
        (json!(7), "is no vector"),
        (json!({ "id": "x", "device": device }), "missing field"),
        (entry(json!("0"), &good), "one digit is left over"),
        (entry(json!("0g"), &good), "hexadecimal"),
        (entry(Value::Null, &good), "has bytes_hex"),
        (entry(json!("01"), &json!({})), "event_type"),
        (
            entry(json!("01"), &json!({ "event_type": "occupancy_change" })),
            "occupied",
        ),
        (entry(json!(""), &good), "short_payload"),
        (
            json!({ "id": "x", "device": { "vendor": "Acme", "model": "1" }, "direction": "up", "expected": {} }),
            "no codec",
        ),
    ];
    for (entry, why) in bad {
        match verdict(&entry) {
            Verdict::Failed(text) => assert!(text.contains(why), "{text}"),
            other => panic!("{entry}: {other:?}"),
        }
    }
}

#[test]
fn every_model_has_its_codec_and_every_codec_its_model() {
    let models: Vec<_> = models::CATALOGUE.iter().map(|model| model.codec).collect();
    let codecs: Vec<_> = CODECS.iter().map(|codec| codec.id).collect();
    assert_eq!(models, codecs);
    for codec in &CODECS {
        let model = codec.model().unwrap();
        assert_eq!(find(codec.id).unwrap().id, codec.id);
        assert_eq!(
            codec.downlinks.is_some(),
            !model.ports_down.is_empty(),
            "{codec:?}"
        );
        let names: BTreeSet<_> = codec.fields.iter().collect();
        assert_eq!(names.len(), codec.fields.len(), "{codec:?}");
    }
    assert!(find("acme").is_none());
}

#[test]
fn a_codec_is_found_by_what_people_call_its_model() {
    for vector in vectors() {
        let device = &vector["device"];
        let (vendor, model) = (device["vendor"].as_str(), device["model"].as_str());
        assert!(named(vendor.unwrap(), model.unwrap()).is_some(), "{device}");
    }
    for codec in &CODECS {
        let model = codec.model().unwrap();
        for name in [model.slug, model.name, codec.id]
            .iter()
            .chain(codec.also_called)
        {
            assert_eq!(named(model.vendor, name).unwrap().id, codec.id, "{name}");
        }
    }
    assert_eq!(named("nwave", "nps405fm").unwrap().id, "nwave_nps405");
    assert_eq!(named("NETVOX", "r719-B").unwrap().id, "netvox_r719a");
    assert!(
        named("Libelium", "Smart Parking").is_none(),
        "which of the two?"
    );
    assert!(named("Bosch", "NPS405").is_none());
    assert!(named("", "").is_none());
}

#[test]
fn ports_of_the_catalogue_are_those_of_the_codecs() {
    for codec in &CODECS {
        let model = codec.model().unwrap();
        if model.ports_up.is_empty() {
            continue;
        }
        for port in 0..=255 {
            let is_refused = codec.decode(Some(port), &[]) == Err(DecodeError::WrongPort);
            assert_eq!(
                !is_refused,
                model.ports_up.contains(&port),
                "{codec:?} {port}"
            );
        }
        assert_eq!(codec.decode(None, &[]), Err(DecodeError::WrongPort));
    }
}

#[test]
fn lamp_codes_of_the_catalogue_are_commands_that_are_written_so() {
    for codec in &CODECS {
        let model = codec.model().unwrap();
        let Some(codes) = model.lamp_codes else {
            continue;
        };
        let codes = [
            codes.free,
            codes.occupied,
            codes.reserved,
            codes.maintenance,
            codes.unknown,
        ];
        for code in codes {
            let meant = codec.interpret(model.ports_down.first().copied(), &bytes(code));
            let frame = codec.encode(&meant.unwrap()).unwrap();
            assert!(model.ports_down.contains(&frame.port));
            assert_eq!(frame.bytes, bytes(code), "{codec:?}");
        }
    }
}

#[test]
fn a_start_of_bosch_is_named_only_where_the_firmware_is_known() {
    let cause = |version: &str, code: &str| {
        let frame = format!("{}{version}{code}01", "00".repeat(12));
        reading("bosch_tps110", 3, &frame)["reset_cause"].clone()
    };
    assert_eq!(cause("001703", "03"), "system_request");
    assert_eq!(cause("001d02", "04"), "other");
    assert_eq!(cause("001d02", "05"), Value::Null);
    assert_eq!(cause("002702", "04"), "external_pin");
    assert_eq!(cause("002702", "05"), "lockup");
    assert_eq!(cause("002702", "06"), "brownout");
    assert_eq!(cause("002702", "07"), "other");
    assert_eq!(cause("002303", "04"), Value::Null);
    assert_eq!(cause("031700", "04"), Value::Null);
    assert_eq!(cause("002702", "00"), Value::Null);
}

#[test]
fn what_no_vector_shows_is_read_by_the_layout() {
    assert_eq!(reading("bosch_tps110", 4, "001703")["fw_version"], "0.23.3");
    assert_eq!(
        reading("nwave_ncc405", 3, "010d0006")["reset_cause"],
        "brownout"
    );
    assert_eq!(refusal("nwave_ncc405", 3, "010d00"), "short_payload");
    assert_eq!(refusal("nwave_nps405", 10, "d11f3456"), "short_payload");
    assert_eq!(
        reading("nwave_nps405", 10, "d120c0345678")["tag_id"],
        "C0345678"
    );
    let cold = reading("nwave_nps405", 2, "0164e2");
    assert_eq!(cold["temperature_c"], -5.0);
    assert_eq!(cold["battery_health"], "low");
    assert_eq!(
        reading("nwave_nps405", 2, "0164e1")["battery_health"],
        "normal"
    );

    assert_eq!(reading("pni_placepod", 2, "210081")["vehicle_count"], 129);
    assert_eq!(
        reading("pni_placepod", 2, "0267fda8")["temperature_c"],
        -60.0
    );
    assert_eq!(
        reading("pni_placepod", 2, "0267fda7")["implausible"],
        json!(["temperature_c"])
    );
    assert_eq!(
        reading("pni_placepod", 2, "026700c33f0101")["event_type"],
        "startup"
    );
    assert_eq!(
        reading("pni_placepod", 2, "376600010100")["recalibrate_ok"],
        false
    );

    assert_eq!(
        refusal("netvox_r719a", 6, "0259012401000000000000"),
        "bad_header"
    );
    assert_eq!(
        refusal("netvox_r719a", 6, "0159022401000000000000"),
        "unknown_type"
    );
    assert_eq!(
        reading("netvox_r719a", 7, "8159010000000000000000")["config_ok"],
        false
    );
    assert_eq!(
        reading("netvox_r719a", 6, "015900650b202004240000")["fw_version"],
        "10.1"
    );
}

#[test]
fn what_no_vector_shows_of_fixed_frames_is_read_by_the_layout() {
    let settings = reading("dingtek_do201", 3, "80003103100101181e3c003c14000081");
    assert_eq!(settings["detect_interval_min"], 30);
    assert_eq!(settings["level_threshold_cm"], 60);
    assert_eq!(settings["mag_threshold"], 60);
    assert_eq!(settings["battery_threshold_pct"], 20);
    let long = "800031011600fa11100168fc7c002804b0143200020081";
    assert_eq!(refusal("dingtek_do201", 3, long), "bad_length");
    let open = "800031011700fa11100168fc7c002804b0143200020080";
    assert_eq!(refusal("dingtek_do201", 3, open), "bad_header");

    let refused = reading("libelium_parking_2019", 1, "b0c60014053300d90c80c8");
    assert_eq!(refused["configuration_refused"], true);
    assert_eq!(refused["recalibrated"], true);
    assert_eq!(refused["occupied"], true);
    assert_eq!(
        reading("libelium_parking_2018", 1, "8203071e01921085853ac6")["event_type"],
        "daily_report"
    );

    let kosmos = reading("kosmos_parking", 9, "0307010001010d");
    assert_eq!(
        (&kosmos["battery_low"], &kosmos["battery_v"]),
        (&json!(true), &Value::Null)
    );
    assert_eq!(
        reading("kosmos_parking", 9, "03070106ff1222")["occupied"],
        Value::Null
    );
}

#[test]
fn fields_of_moko_may_come_in_any_order_and_bad_ones_say_nothing() {
    let frame = |fields: &str| {
        let length = bytes(fields).len();
        format!("7e1165f027b20009{length:04x}0100{fields}00007e")
    };
    let first = reading("moko_lw009_sm", 1, &frame("02010c320101240150"));
    let second = reading("moko_lw009_sm", 1, &frame("32010124015002010c"));
    assert_eq!(first, second);
    assert_eq!(first["occupied"], true);
    assert_eq!(
        reading("moko_lw009_sm", 1, &frame("320102"))["occupied"],
        Value::Null
    );
    assert_eq!(
        reading("moko_lw009_sm", 1, &frame("32020100"))["occupied"],
        Value::Null
    );
    assert_eq!(
        reading("moko_lw009_sm", 1, &frame("020112320101"))["event_type"],
        "fault"
    );
    assert_eq!(
        refusal("moko_lw009_sm", 1, &frame("02010c3205")),
        "short_payload"
    );
    let sealed = frame("02010c").replace("0100", "0101");
    assert_eq!(refusal("moko_lw009_sm", 1, &sealed), "unknown_type");
    let loud = format!("{}00", frame("02010c"));
    assert_eq!(refusal("moko_lw009_sm", 1, &loud), "bad_length");
}

#[test]
fn a_lamp_answers_what_it_is_asked() {
    let answer = |hex| reading("plenom_busylight_omega", 15, hex);
    assert_eq!(answer("090120")["cpu_temperature_c"], 32);
    assert_eq!(answer("0901f6")["cpu_temperature_c"], -10);
    assert_eq!(answer("090203")["throttle"], 3);
    assert_eq!(answer("090401")["adr"], true);
    assert_eq!(answer("0905d0ffffff")["rssi"], -48);
    assert_eq!(answer("09061e000000")["snr"], 30);
    assert_eq!(answer("ff11")["ack"], "app_key");
    for (frame, code) in [
        ("", "short_payload"),
        ("09", "short_payload"),
        ("0901", "short_payload"),
        ("0905d0ff", "short_payload"),
        ("090701", "unknown_type"),
        ("09012000", "unknown_type"),
        ("ff12", "unknown_type"),
        ("0102030405060708", "unknown_type"),
    ] {
        assert_eq!(
            refusal("plenom_busylight_omega", 15, frame),
            code,
            "{frame}"
        );
    }
}

#[test]
fn a_value_a_device_does_not_take_is_refused_and_never_cut() {
    let refused = |codec: &str, asked: Value| {
        let error = find(codec).unwrap().encode(&command(asked)).unwrap_err();
        error.code()
    };
    for value in [-1, 6, 256, i64::MAX, i64::MIN] {
        let asked = json!({ "name": "set_data_rate", "value": value });
        assert_eq!(refused("bosch_tps110", asked), "out_of_range");
    }
    for (name, low, high) in [
        ("set_upload_interval_h", 1, 168),
        ("set_detect_interval_min", 1, 60),
        ("set_level_threshold_cm", 15, 255),
        ("set_mag_threshold", 1, 65_535),
        ("set_battery_threshold_pct", 5, 99),
    ] {
        for codec in ["dingtek_do201", "dingtek_do202"] {
            let asked = |value: i64| json!({ "name": name, "value": value });
            assert_eq!(refused(codec, asked(low - 1)), "out_of_range");
            assert_eq!(refused(codec, asked(high + 1)), "out_of_range");
            for value in [low, high] {
                assert!(find(codec).unwrap().encode(&command(asked(value))).is_ok());
            }
        }
    }
    let color =
        |r: i64| json!({ "name": "set_color", "r": r, "g": 0, "b": 0, "on": 255, "off": 0 });
    assert_eq!(
        refused("plenom_busylight_omega", color(256)),
        "out_of_range"
    );
    assert_eq!(refused("plenom_busylight_omega", color(-1)), "out_of_range");
    let text = |text: &str| json!({ "name": "set_text", "text": text });
    assert_eq!(refused("heltec_v3_zone", text("12345")), "out_of_range");
    assert_eq!(refused("heltec_v3_zone", text("")), "out_of_range");
    assert_eq!(refused("heltec_v3_zone", text("é")), "wrong_encoding");
    let config = |volts: f64| json!({ "name": "config_report", "min_time_s": 60, "max_time_s": 60, "battery_change_v": volts });
    assert_eq!(refused("netvox_r719a", config(25.6)), "out_of_range");
    assert_eq!(refused("netvox_r719a", config(-1e300)), "out_of_range");
    assert_eq!(
        refused("heltec_v3_zone", json!({ "name": "reboot" })),
        "unknown_command"
    );
    assert_eq!(
        refused("pni_placepod", json!({ "name": "reboot" })),
        "unknown_command"
    );
}

#[test]
fn digits_sent_as_numbers_are_recognised_as_the_mistake_they_are() {
    let dingtek = find("dingtek_do201").unwrap();
    let meant = dingtek.interpret(Some(3), &bytes("80029999010481"));
    assert_eq!(meant, Err(DecodeError::WrongEncoding));
    let signed = dingtek.interpret(Some(3), b"8002999901+481");
    assert_eq!(signed, Err(DecodeError::WrongEncoding));
    let too_much = dingtek.interpret(Some(3), b"8002999901FF81");
    assert_eq!(too_much, Err(DecodeError::OutOfRange));
    let of_another = dingtek.interpret(Some(3), b"80028888010481");
    assert_eq!(of_another, Err(DecodeError::BadHeader));
}

#[test]
fn a_text_counts_its_bytes_and_fits_into_one_message() {
    let display = find("milesight_ds3604").unwrap();
    let text = |text: String| {
        command(
            json!({ "name": "multi", "refresh": true, "beep": true, "show_template": 4,
                        "set_text": { "template": 1, "block": "qrcode", "text": text } }),
        )
    };
    let frame = display.encode(&text("é".to_owned())).unwrap();
    assert_eq!(frame.bytes[..6], bytes("fb010a02c3a9"));
    let longest = display.encode(&text("x".repeat(229))).unwrap();
    assert_eq!(longest.bytes.len(), 242);
    let refused = display.encode(&text("x".repeat(230))).unwrap_err();
    assert_eq!(refused.code(), "out_of_range");
    let nothing = display.encode(&command(json!({ "name": "multi" })));
    assert_eq!(nothing, Err(EncodeError::UnknownCommand));
}

#[test]
fn nothing_sends_what_costs_a_walk_on_its_own() {
    for codec in &CODECS {
        let model = codec.model().unwrap();
        for code in model
            .lamp_codes
            .iter()
            .flat_map(|codes| [codes.free, codes.unknown])
        {
            let port = model.ports_down.first().copied();
            assert!(!codec.interpret(port, &bytes(code)).unwrap().is_drastic());
        }
    }
    let lamp = find("plenom_busylight_omega").unwrap();
    let reset = lamp.interpret(Some(15), &bytes("aa00")).unwrap();
    assert!(reset.is_drastic());
    for key in ["10", "11"] {
        let frame = bytes(&format!(
            "{key}{}",
            "ab".repeat(if key == "10" { 8 } else { 16 })
        ));
        assert_eq!(
            lamp.interpret(Some(15), &frame),
            Err(DecodeError::UnknownType)
        );
    }
}

/// A codec, and frames that look as if they were for it: those of the vectors, broken.
fn codec_and_frame() -> impl Strategy<Value = (&'static Codec, Option<u8>, Vec<u8>)> {
    let frames: Vec<(Option<u8>, Vec<u8>)> = vectors()
        .iter()
        .filter_map(|vector| {
            let port = vector["fport"]
                .as_u64()
                .and_then(|port| u8::try_from(port).ok());
            Some((port, bytes(vector["bytes_hex"].as_str()?)))
        })
        .collect();
    let noise = (
        any::<Option<u8>>(),
        prop::collection::vec(any::<u8>(), 0..300),
    );
    let broken = (
        select(frames),
        prop::collection::vec((any::<Index>(), any::<u8>()), 0..4),
        any::<Index>(),
        prop::collection::vec(any::<u8>(), 0..6),
        prop::bool::weighted(0.7),
    );
    let broken = broken.prop_map(|((port, mut frame), flips, cut, tail, is_whole)| {
        if !is_whole && !frame.is_empty() {
            frame.truncate(cut.index(frame.len()));
            frame.extend(tail);
        }
        for (at, byte) in flips {
            if !frame.is_empty() {
                let at = at.index(frame.len());
                frame[at] = byte;
            }
        }
        (port, frame)
    });
    (0..CODECS.len(), prop_oneof![noise, broken])
        .prop_map(|(codec, (port, frame))| (&CODECS[codec], port, frame))
}

/// How many bytes a reading holds outside itself, counting room it does not use.
fn heap(reading: &Reading) -> usize {
    let texts = match &reading.shown {
        Some(Shown::Page { texts, .. }) => {
            let held: usize = texts.iter().map(|text| text.text.capacity()).sum();
            held + texts.capacity() * size_of::<BlockText>()
        }
        _ => 0,
    };
    let extras: usize = reading
        .extras
        .iter()
        .map(|extra| match extra {
            Extra::UnparsedHex(hex) => hex.0.capacity(),
            Extra::OccupiedSequence(states) => states.capacity(),
            Extra::Beacons(beacons) => beacons.capacity() * 2,
            Extra::Implausible(names) => names.capacity() * size_of::<&str>(),
            _ => 0,
        })
        .sum();
    texts + extras + reading.extras.capacity() * size_of::<Extra>()
}

proptest! {
    #[test]
    fn no_frame_makes_a_codec_panic_or_hoard((codec, port, frame) in codec_and_frame()) {
        let Ok(reading) = codec.decode(port, &frame) else { return Ok(()) };
        // A page of texts is the greediest: 16 lists of places for empty texts of four bytes each.
        prop_assert!(heap(&reading) <= 4_096 + 64 * frame.len(), "{reading:?}");
        let written = json!(reading);
        for name in written.as_object().unwrap().keys() {
            let is_known = ["event_type", "occupied"].contains(&name.as_str());
            prop_assert!(is_known || codec.fields.contains(&name.as_str()), "{codec:?} {name}");
        }
        prop_assert_eq!(reading.is_heartbeat(), written["event_type"] == "heartbeat");
    }

    #[test]
    fn what_a_frame_means_is_written_so_that_it_means_the_same((codec, port, frame) in codec_and_frame()) {
        let Ok(meant) = codec.interpret(port, &frame) else { return Ok(()) };
        let written = codec.encode(&meant).unwrap();
        prop_assert_eq!(codec.interpret(Some(written.port), &written.bytes), Ok(meant.clone()));
        prop_assert_eq!(&command(json!(meant)), &meant, "and as JSON too");
        let commands = codec.downlinks.as_ref().unwrap().commands;
        let name = json!(meant)["name"].as_str().unwrap().to_owned();
        prop_assert!(commands.contains(&name.as_str()), "{}", name);
    }

    #[test]
    fn a_number_is_taken_or_refused_and_comes_back_as_it_was(
        codec in 0..CODECS.len(),
        command_at in any::<Index>(),
        value in prop_oneof![0_i64..=300, any::<i64>()],
    ) {
        let codec = &CODECS[codec];
        let Some(downlinks) = &codec.downlinks else { return Ok(()) };
        let name = *command_at.get(downlinks.commands);
        let asked = json!({ "name": name, "value": value });
        let Ok(asked) = Command::deserialize(asked) else { return Ok(()) };
        let Ok(frame) = codec.encode(&asked) else { return Ok(()) };
        let read = codec.interpret(Some(frame.port), &frame.bytes).unwrap();
        if name == "set_count" {
            let digits = json!({ "name": "set_text", "text": value.to_string() });
            prop_assert_eq!(read, command(digits));
        } else {
            prop_assert_eq!(read, asked);
        }
    }

    #[test]
    fn a_lamp_reports_the_light_it_was_sent(r: u8, g: u8, b: u8, on: u8, off: u8, head: [u8; 16]) {
        let lamp = find("plenom_busylight_omega").unwrap();
        let asked = json!({ "name": "set_color", "r": r, "g": g, "b": b, "on": on, "off": off });
        let sent = lamp.encode(&command(asked)).unwrap();
        let report = [&head[..], &sent.bytes, &[41, 12, 1]].concat();
        let light = Shown::Light { red: r, green: g, blue: b, on, off };
        prop_assert_eq!(lamp.decode(Some(15), &report).unwrap().shown, Some(light.clone()));
        let short = [&head[..4], &sent.bytes, &[0]].concat();
        prop_assert_eq!(lamp.decode(Some(15), &short).unwrap().shown, Some(light));
    }

    #[test]
    fn a_sign_reports_the_first_byte_it_was_sent(count in 0_u16..10_000, counter: u16) {
        for (codec, asked) in [
            ("heltec_v3_bay", json!({ "name": "set_state", "state": "reserved" })),
            ("heltec_v3_zone", json!({ "name": "set_count", "value": count })),
        ] {
            let sign = find(codec).unwrap();
            let sent = sign.encode(&command(asked)).unwrap();
            let report = [&counter.to_be_bytes()[..], &sent.bytes[..1]].concat();
            let shown = sign.decode(Some(1), &report).unwrap().shown;
            prop_assert_eq!(shown, Some(Shown::Status(sent.bytes[0])));
        }
    }

    #[test]
    fn a_page_reports_the_text_it_was_sent(template in 1_u8..=4, block in 0_u8..=10, text in "\\PC{0,40}") {
        let page = find("milesight_ds3604").unwrap();
        let block: Block = Block::of(block);
        let asked = json!({ "name": "set_text", "template": template, "block": block, "text": text });
        let sent = page.encode(&command(asked)).unwrap();
        let shown = page.decode(Some(85), &sent.bytes).unwrap().shown;
        let texts = vec![BlockText { template, block, text }];
        prop_assert_eq!(shown, Some(Shown::Page { template: None, texts }));
    }
}
