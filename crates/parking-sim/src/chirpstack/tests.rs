//! Events against samples of a real ChirpStack.

use std::collections::BTreeSet;

use chrono::DateTime;
use parking_domain::models;
use serde_json::Value;

use super::*;
use crate::audience::Profile;
use crate::lot::{Faults, LotDraft, What};

fn lot() -> Lot {
    Lot::of(LotDraft {
        site: "Samples".to_owned(),
        spaces: 60,
        seed: 3,
        run: 0,
        models: vec![
            models::find("bosch-tps110").unwrap(),
            models::find("pni-placepod").unwrap(),
            models::find("plenom-busylight-omega").unwrap(),
        ],
        profile: *Profile::find("shops").unwrap(),
        timezone: chrono_tz::Europe::Paris,
        start: DateTime::from_timestamp(1_800_014_400, 0).unwrap(),
        faults: Faults {
            wrong_clock: 0.5,
            ..Faults::ROUGH
        },
        outages: Vec::new(),
    })
}

fn told() -> Vec<(Message, Event)> {
    let mut lot = lot();
    let network = Network::of(&lot, None);
    let mut told = Vec::new();
    while told.len() < 4_000 {
        let what = lot.step().map(|happening| happening.what);
        if let Some(What::Told(message)) = what {
            let event = network.tells(&lot, &message, |at| at).unwrap();
            told.push((message, event));
        }
    }
    told
}

/// The fields of a body in their order, each with what kind of value it has; of a list its items.
fn shape(body: &str) -> Vec<String> {
    fn walk(path: &str, value: &Value, into: &mut Vec<String>) {
        match value {
            Value::Object(fields) => {
                for (name, value) in fields {
                    walk(&format!("{path}/{name}"), value, into);
                }
            }
            Value::Array(items) => items
                .iter()
                .for_each(|item| walk(&format!("{path}[]"), item, into)),
            Value::String(_) => into.push(format!("{path} text")),
            Value::Number(number) => {
                let kind = if number.is_f64() { "float" } else { "whole" };
                into.push(format!("{path} {kind}"));
            }
            Value::Bool(_) => into.push(format!("{path} flag")),
            Value::Null => into.push(format!("{path} null")),
        }
    }
    let mut found = Vec::new();
    walk("", &serde_json::from_str(body).unwrap(), &mut found);
    found
}

fn sample(name: &str) -> Vec<String> {
    let path = format!("{}/testdata/{name}.json", env!("CARGO_MANIFEST_DIR"));
    let told = std::fs::read_to_string(path).unwrap();
    // What a codec on the network server made of it, which ours has none of.
    let mut fields = shape(&told);
    fields.retain(|field| !field.starts_with("/object"));
    fields
}

fn found(name: &str, events: &[(Message, Event)], is_meant: impl Fn(&Message) -> bool) {
    let wanted: BTreeSet<_> = sample(name).into_iter().collect();
    let mut meant = events.iter().filter(|(message, _)| is_meant(message));
    // Channel 0 and chain 0 are left out, so that not every event has every field.
    let is_alike = |event: &Event| {
        let mut fields: BTreeSet<_> = shape(&event.body).into_iter().collect();
        fields.remove("/rxInfo[]/channel whole");
        fields == wanted
    };
    assert!(
        meant.any(|(_, event)| is_alike(event)),
        "{name}: {wanted:?}"
    );
}

#[test]
fn events_have_the_fields_of_the_samples() {
    let events = told();
    let up = |message: &Message, receptions: usize, clock: GatewayClock| {
        matches!(&message.content, Content::Up(up)
            if up.receptions.len() == receptions && up.clock == clock)
    };
    found("up_unconfirmed_class_c_abp", &events, |message| {
        up(message, 1, GatewayClock::Right)
    });
    found("up_confirmed_two_gateways_codec", &events, |message| {
        up(message, 2, GatewayClock::Right)
    });
    found("up_gateway_without_clock", &events, |message| {
        up(message, 1, GatewayClock::Absent)
    });
    found("up_gateway_clock_1h_behind", &events, |message| {
        up(message, 1, GatewayClock::HourBehind)
    });
    found("up_time_wrong_gps_epoch", &events, |message| {
        up(message, 1, GatewayClock::LongAgo)
    });
    found("join_otaa", &events, |message| {
        matches!(message.content, Content::Join { .. })
    });
    found("log_uplink_f_cnt_retransmission", &events, |message| {
        matches!(message.content, Content::Retransmitted { .. })
    });
    for (name, has_percent, mains) in [
        ("status_battery", true, false),
        ("status_battery_unavailable", false, false),
        ("status_external_power", false, true),
    ] {
        found(name, &events, |message| {
            matches!(message.content, Content::Status { battery_percent, is_mains, .. }
                if is_mains == mains && battery_percent.is_some() == has_percent)
        });
    }
}

#[test]
fn fields_come_in_the_order_of_the_samples() {
    // As it came over the wire; the samples beside it were sorted into a better look.
    let order = [
        "deduplicationId",
        "time",
        "deviceInfo",
        "tenantId",
        "tenantName",
        "applicationId",
        "applicationName",
        "deviceProfileId",
        "deviceProfileName",
        "deviceName",
        "devEui",
        "deviceClassEnabled",
        "tags",
        "devAddr",
        "adr",
        "dr",
        "fCnt",
        "fPort",
        "confirmed",
        "data",
        "rxInfo",
        "gatewayId",
        "uplinkId",
        "gwTime",
        "nsTime",
        "rssi",
        "snr",
        "location",
        "latitude",
        "longitude",
        "altitude",
        "context",
        "crcStatus",
        "txInfo",
        "frequency",
        "modulation",
        "lora",
        "bandwidth",
        "spreadingFactor",
        "codeRate",
        "regionConfigId",
    ];
    let events = told();
    let (_, event) = events
        .iter()
        .find(|(message, _)| {
            matches!(&message.content, Content::Up(up) if up.clock == GatewayClock::Right)
        })
        .unwrap();
    let places = order.map(|name| event.body.find(&format!("\"{name}\":")));
    assert!(
        places.iter().all(Option::is_some),
        "{places:?} {}",
        event.body
    );
    assert!(places.is_sorted(), "{}", event.body);
    assert!(!event.body.contains(": "), "no blanks: {}", event.body);
}

#[test]
fn an_event_names_its_device_and_its_times_as_chirpstack_does() {
    for (message, event) in told() {
        let body: Value = serde_json::from_str(&event.body).unwrap();
        let eui = body["deviceInfo"]["devEui"].as_str().unwrap();
        assert_eq!(eui, event.dev_eui);
        assert_eq!(eui, eui.to_lowercase());
        let application = body["deviceInfo"]["applicationId"].as_str().unwrap();
        let topic = format!(
            "application/{application}/device/{eui}/event/{}",
            event.kind
        );
        assert_eq!(event.topic(), topic);
        let time = body["time"].as_str().unwrap();
        assert!(time.ends_with("+00:00"), "{time}");
        let time: DateTime<Utc> = time.parse().unwrap();
        let off = (time - message.at).abs();
        let Content::Up(up) = &message.content else {
            assert!(off < TimeDelta::seconds(1), "{off}");
            continue;
        };
        match up.clock {
            GatewayClock::Right => assert_eq!(body["time"], body["rxInfo"][0]["gwTime"]),
            GatewayClock::LongAgo => assert_eq!(time.to_rfc3339()[..4], *"2011"),
            _ => assert!(off < TimeDelta::seconds(1), "{off}"),
        }
        // The one clock that is always right.
        for heard in body["rxInfo"].as_array().unwrap() {
            let ns_time: DateTime<Utc> = heard["nsTime"].as_str().unwrap().parse().unwrap();
            assert!((ns_time - message.at).abs() < TimeDelta::seconds(1));
        }
        let dr = body["dr"].as_u64().unwrap();
        let spreading = &body["txInfo"]["modulation"]["lora"]["spreadingFactor"];
        assert_eq!(dr + spreading.as_u64().unwrap(), 12);
    }
}
