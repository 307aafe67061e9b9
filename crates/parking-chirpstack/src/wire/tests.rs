//! Real events, damaged ones and garbage.

use std::fs;
use std::path::PathBuf;

use chrono::TimeDelta;
use proptest::prelude::*;

use super::*;

/// A moment after all samples were captured.
fn arrived_at() -> DateTime<Utc> {
    "2026-11-21T00:00:00Z".parse().unwrap()
}

/// Each sample: its name, its kind, its JSON and the same event in protobuf.
fn samples() -> Vec<(String, EventKind, Vec<u8>, Vec<u8>)> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("testdata");
    let mut samples: Vec<_> = fs::read_dir(folder.join("json"))
        .unwrap()
        .map(|entry| {
            let path = entry.unwrap().path();
            let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
            let kind = EventKind::by_name(name.split('_').next().unwrap()).unwrap();
            let twin = folder.join("protobuf").join(&name).with_extension("bin");
            (name, kind, fs::read(path).unwrap(), fs::read(twin).unwrap())
        })
        .collect();
    samples.sort_by(|one, other| one.0.cmp(&other.0));
    samples
}

fn sample(wanted: &str) -> Message {
    let samples = samples();
    let (_, kind, json, _) = samples.iter().find(|(name, ..)| name == wanted).unwrap();
    read_json(*kind, json, arrived_at()).unwrap()
}

/// An event made from a sample by putting other values at some paths.
fn changed(name: &str, changes: &[(&str, serde_json::Value)]) -> Result<Message, WireError> {
    let samples = samples();
    let (_, kind, json, _) = samples.iter().find(|(other, ..)| other == name).unwrap();
    let mut event: serde_json::Value = serde_json::from_slice(json).unwrap();
    for (pointer, value) in changes {
        *event.pointer_mut(pointer).unwrap() = value.clone();
    }
    read_json(*kind, event.to_string().as_bytes(), arrived_at())
}

#[test]
fn every_sample_is_read_and_means_what_it_meant() {
    let samples = samples();
    assert_eq!(samples.len(), 39);
    let read = samples.into_iter().map(|(name, kind, json, _)| {
        let message = read_json(kind, &json, arrived_at()).unwrap();
        format!("{name}\n{message:#?}\n")
    });
    insta::assert_snapshot!(read.collect::<Vec<_>>().join("\n"));
}

#[test]
fn json_and_protobuf_tell_the_same() {
    for (name, kind, json, protobuf) in samples() {
        let from_json = read_json(kind, &json, arrived_at()).unwrap();
        let from_protobuf = read_protobuf(kind, &protobuf, arrived_at()).unwrap();
        assert_eq!(from_json, from_protobuf, "{name}");
        assert_eq!(
            read(kind, &json, arrived_at()).unwrap(),
            from_json,
            "{name}"
        );
        assert_eq!(
            read(kind, &protobuf, arrived_at()).unwrap(),
            from_json,
            "{name}"
        );
    }
}

#[test]
fn a_request_of_the_http_integration_has_the_same_body() {
    let text = include_str!("../../testdata/http_request_up_two_gateways.json");
    let request: serde_json::Value = serde_json::from_str(text).unwrap();
    let line = request["request_line"].as_str().unwrap();
    let kind = line.split(['=', ' ']).nth(2).and_then(EventKind::by_name);
    let body = request["body"].as_str().unwrap().as_bytes();
    let message = read(kind.unwrap(), body, arrived_at()).unwrap();
    assert_eq!(message, sample("up_confirmed_two_gateways_codec"));
    assert_eq!(message.receptions.len(), 2);
}

#[test]
fn a_kind_has_one_word_and_others_have_none() {
    for kind in EventKind::ALL {
        assert_eq!(EventKind::by_name(kind.name()), Some(kind));
    }
    assert_eq!(EventKind::by_name("integration"), None);
    assert_eq!(EventKind::by_name("UP"), None);
}

#[test]
fn a_clock_of_a_gateway_that_is_years_off_is_not_believed() {
    let message = sample("up_time_wrong_gps_epoch");
    assert_eq!(
        message.received_at.to_rfc3339(),
        "2026-11-20T23:54:18.180349+00:00"
    );
}

#[test]
fn a_time_that_is_none_costs_no_message() {
    let changes = [
        ("/time", "yesterday".into()),
        ("/rxInfo/0/nsTime", "".into()),
    ];
    let message = changed("up_unconfirmed_class_c_abp", &changes).unwrap();
    assert_eq!(message.received_at, arrived_at());
    let without = changed(
        "up_unconfirmed_class_c_abp",
        &[("/rxInfo/0/nsTime", "x".into())],
    );
    assert!(without.unwrap().received_at < arrived_at() - TimeDelta::minutes(1));
}

#[test]
fn the_receptions_are_bounded_and_the_strongest_is_first() {
    let heard = |gateway: usize, rssi: i64| serde_json::json!({ "gatewayId": format!("{gateway:016x}"), "rssi": rssi });
    let mut list: Vec<_> = (1..100).map(|index| heard(index, -120)).collect();
    list.push(heard(200, -40));
    list.push(heard(1, -50));
    list.push(serde_json::json!({ "gatewayId": "not an EUI", "rssi": -1 }));
    list.push(serde_json::json!({ "gatewayId": "00000000000000ff", "snr": "NaN" }));
    let changes = [("/rxInfo", serde_json::Value::from(list))];
    let kept = changed("up_unconfirmed_class_c_abp", &changes)
        .unwrap()
        .receptions;
    assert_eq!(kept.len(), RECEPTIONS_MAX);
    let first: Vec<_> = kept.iter().take(3).map(|one| one.rssi).collect();
    assert_eq!(first, [Some(-40), Some(-50), Some(-120)]);
    let gateways: std::collections::BTreeSet<_> = kept.iter().map(|one| one.gateway).collect();
    assert_eq!(gateways.len(), kept.len());
}

#[test]
fn a_battery_level_is_only_one_when_neither_flag_denies_it() {
    let battery = |name| match sample(name).content {
        Content::Status {
            battery_percent,
            is_mains,
            ..
        } => (battery_percent, is_mains),
        other => panic!("{other:?}"),
    };
    assert_eq!(battery("status_battery"), (Some(78.740_16), false));
    assert_eq!(battery("status_battery_unavailable"), (None, false));
    assert_eq!(battery("status_external_power"), (None, true));
    let nonsense = changed("status_battery", &[("/batteryLevel", "Infinity".into())]);
    assert!(matches!(
        nonsense.unwrap().content,
        Content::Status {
            battery_percent: None,
            ..
        }
    ));
}

#[test]
fn what_is_wrong_is_said_by_its_place_and_not_by_its_content() {
    let refused = |changes: &[(&str, serde_json::Value)]| {
        changed("up_unconfirmed_class_c_abp", changes)
            .unwrap_err()
            .to_string()
    };
    assert_eq!(
        refused(&[("/rxInfo/0/rssi", "hunter2".into())]),
        "not what belongs there at rxInfo[0].rssi"
    );
    assert_eq!(refused(&[("/fPort", 256.into())]), "fPort is invalid");
    assert_eq!(refused(&[("/data", "hunter2!".into())]), "data is invalid");
    assert_eq!(
        refused(&[("/data", "A".repeat(345).into())]),
        "data is invalid"
    );
    assert_eq!(
        refused(&[("/deviceInfo/devEui", "".into())]),
        "devEui is missing"
    );
    assert_eq!(
        refused(&[("/deviceInfo/devEui", "hunter2".into())]),
        "devEui is invalid"
    );
    assert_eq!(
        refused(&[("/deviceInfo", serde_json::json!({}))]),
        "devEui is missing"
    );
    let cut = read_json(EventKind::Up, b"{\"devAddr\":\"hunter2", arrived_at());
    assert_eq!(cut.unwrap_err().to_string(), "cut off at devAddr");
    let array = read_json(EventKind::Up, b"hunter2", arrived_at());
    assert_eq!(array.unwrap_err().to_string(), "not JSON at .");
    let ack = changed("ack_true_class_a", &[("/queueItemId", "".into())]);
    assert_eq!(ack.unwrap_err().to_string(), "queueItemId is missing");
    let place = changed(
        "location_written_by_hand",
        &[("/location/latitude", 91.into())],
    );
    assert_eq!(place.unwrap_err().to_string(), "location is invalid");
    let long = read_json(EventKind::Up, &vec![b' '; BODY_BYTES_MAX + 1], arrived_at());
    assert!(matches!(long, Err(WireError::TooLong { .. })));
    let protobuf = read_protobuf(EventKind::Up, b"hunter2", arrived_at());
    assert_eq!(protobuf.unwrap_err(), WireError::Protobuf);
}

#[test]
fn a_payload_of_255_bytes_is_the_longest() {
    let payload = |bytes: usize| {
        let data = base64::prelude::BASE64_STANDARD.encode(vec![7; bytes]);
        changed("up_unconfirmed_class_c_abp", &[("/data", data.into())])
    };
    assert!(payload(255).is_ok());
    assert_eq!(payload(256), Err(WireError::Invalid { field: "data" }));
}

#[test]
fn a_text_is_cut_and_loses_what_the_database_refuses() {
    let name = format!("bay\0{}", "é".repeat(500));
    let changes = [("/deviceInfo/deviceName", name.into())];
    let kept = changed("join_otaa", &changes).unwrap().device_name.unwrap();
    assert_eq!(kept.chars().count(), 100);
    assert!(kept.starts_with("bayé"));
}

#[test]
fn nesting_without_end_is_refused_or_skipped() {
    let deep = format!("{{\"object\":{}", "[".repeat(100_000));
    assert!(read_json(EventKind::Up, deep.as_bytes(), arrived_at()).is_err());
    let closed = format!(
        "{{\"object\":{}{},\"deviceInfo\":{{\"devEui\":\"70b3d57ed0000003\"}}}}",
        "[".repeat(50_000),
        "]".repeat(50_000)
    );
    assert!(read_json(EventKind::Up, closed.as_bytes(), arrived_at()).is_ok());
    // A group in a group in a group: field 1, wire type 3.
    let groups = vec![0x0b; 100_000];
    assert!(read_protobuf(EventKind::Up, &groups, arrived_at()).is_err());
}

fn kinds() -> impl Strategy<Value = EventKind> {
    proptest::sample::select(&EventKind::ALL[..])
}

/// Any JSON, often with the names an event has.
fn anything() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(Into::into),
        any::<i64>().prop_map(Into::into),
        any::<f64>().prop_map(Into::into),
        ".{0,12}".prop_map(Into::into),
        "[0-9a-f]{16}".prop_map(Into::into),
    ];
    let key = prop_oneof![
        proptest::sample::select(vec![
            "deviceInfo",
            "devEui",
            "time",
            "rxInfo",
            "nsTime",
            "rssi",
            "snr",
            "data",
            "fCnt",
            "fPort",
            "context",
            "location",
            "latitude",
            "batteryLevel",
            "queueItemId",
            "end_device_ids",
            "dev_eui",
            "uplink_message",
            "rx_metadata",
            "downlink_ack",
        ])
        .prop_map(str::to_owned),
        ".{0,6}",
    ];
    leaf.prop_recursive(5, 64, 8, move |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..6).prop_map(Into::into),
            proptest::collection::btree_map(key.clone(), inner, 0..8)
                .prop_map(|map| map.into_iter().collect::<serde_json::Map<_, _>>().into()),
        ]
    })
}

proptest! {
    #[test]
    fn any_json_is_a_message_or_an_error(kind in kinds(), value in anything()) {
        let body = value.to_string();
        drop(read_json(kind, body.as_bytes(), arrived_at()));
        drop(crate::tts::read(body.as_bytes(), arrived_at()));
    }

    #[test]
    fn any_bytes_are_a_message_or_an_error(kind in kinds(), body in proptest::collection::vec(any::<u8>(), 0..400)) {
        drop(read(kind, &body, arrived_at()));
        drop(read_json(kind, &body, arrived_at()));
        drop(read_protobuf(kind, &body, arrived_at()));
        drop(crate::tts::read(&body, arrived_at()));
    }

    /// The nearest thing to a fuzzer that fits in a normal run: real events with a few bytes changed,
    /// dropped or doubled.
    #[test]
    fn a_damaged_event_is_a_message_within_bounds_or_an_error(
        which in any::<prop::sample::Index>(),
        damage in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0..3_u8), 1..6),
        is_json in any::<bool>(),
    ) {
        let samples = samples();
        let (_, kind, json, protobuf) = which.get(&samples);
        let mut body = if is_json { json.clone() } else { protobuf.clone() };
        for (place, byte, how) in damage {
            let at = place.index(body.len());
            match how {
                0 => body[at] = byte,
                1 => { body.remove(at); }
                _ => body.insert(at, byte),
            }
        }
        if let Ok(message) = read(*kind, &body, arrived_at()) {
            prop_assert!(message.received_at <= arrived_at());
            prop_assert!(message.receptions.len() <= RECEPTIONS_MAX);
            if let Content::Uplink(uplink) = &message.content {
                prop_assert!(uplink.payload.len() <= PAYLOAD_MAX);
            }
            prop_assert!(message.key().len() < 400);
        }
    }
}
