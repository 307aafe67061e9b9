//! The examples of its documentation, and what they leave open.

use super::*;

fn arrived_at() -> DateTime<Utc> {
    "2020-02-17T12:00:00Z".parse().unwrap()
}

fn message(body: &str) -> Message {
    read(body.as_bytes(), arrived_at()).unwrap().unwrap()
}

#[test]
fn the_documented_examples_are_read() {
    let read: Vec<_> = [
        include_str!("../../testdata/tts/uplink_message.json"),
        include_str!("../../testdata/tts/join_accept.json"),
        include_str!("../../testdata/tts/downlink_ack.json"),
        include_str!("../../testdata/tts/downlink_sent.json"),
        include_str!("../../testdata/tts/location_solved.json"),
    ]
    .map(message)
    .into();
    insta::assert_debug_snapshot!(read);
}

#[test]
fn a_command_that_failed_needs_the_name_of_its_device() {
    let example = include_str!("../../testdata/tts/downlink_failed.json");
    let refused = read(example.as_bytes(), arrived_at()).unwrap_err();
    assert_eq!(refused, WireError::Missing { field: "devEui" });
    let named = example.replacen(
        "\"device_id\": \"dev1\",",
        "\"device_id\": \"dev1\", \"dev_eui\": \"0004A30B001C0530\",",
        1,
    );
    assert_eq!(
        message(&named).content,
        Content::Notice {
            level: "ERROR".to_owned(),
            code: "application_downlink_too_long".to_owned(),
            description: "application downlink payload is too long".to_owned(),
            queue_item: Some("as:downlink:01E19Z5W3BZBG7CXSJE9C0A3CE".to_owned()),
        }
    );
}

#[test]
fn what_is_left_out_is_zero() {
    let body = r#"{"end_device_ids":{"dev_eui":"0004A30B001C0530","dev_addr":"00BCB929"},
        "uplink_message":{"rx_metadata":[{"gateway_ids":{"eui":"9C5C8E00001A05C4"},"rssi":-70.6},
        {"gateway_ids":{"gateway_id":"packetbroker"},"rssi":-60}]}}"#;
    let message = message(body);
    let Content::Uplink(uplink) = &message.content else {
        panic!("{message:?}");
    };
    assert_eq!((uplink.f_cnt, uplink.f_port), (Some(0), None));
    assert_eq!(uplink.dev_addr.as_deref(), Some("00bcb929"));
    assert_eq!(message.receptions.len(), 1);
    assert_eq!(message.receptions[0].rssi, Some(-71));
    assert_eq!(message.receptions[0].snr, Some(0.0));
    assert_eq!(message.received_at, arrived_at());
}

#[test]
fn a_refusal_is_told_from_an_answer() {
    let nack = include_str!("../../testdata/tts/downlink_ack.json")
        .replace("\"downlink_ack\"", "\"downlink_nack\"");
    assert!(matches!(
        message(&nack).content,
        Content::Acknowledged {
            is_acknowledged: false,
            f_cnt_down: Some(1),
            ..
        }
    ));
}

#[test]
fn nothing_follows_from_a_command_that_was_queued() {
    let queued = include_str!("../../testdata/tts/downlink_ack.json")
        .replace("\"downlink_ack\"", "\"downlink_queued\"");
    assert_eq!(read(queued.as_bytes(), arrived_at()), Ok(None));
}

#[test]
fn what_names_no_device_is_no_message() {
    for body in ["{}", "[]", "[1,2]", r#"{"colour": "blue"}"#] {
        assert!(read(body.as_bytes(), arrived_at()).is_err(), "{body}");
    }
}
