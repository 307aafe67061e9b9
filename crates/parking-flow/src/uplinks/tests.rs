//! The list of messages, over a real database.

use axum::http::StatusCode;
use chrono::TimeDelta;
use parking_domain::access::Role;
use serde_json::{Value, json};

use crate::ingest::{Arrival, EUI, Garbled, Lot, Source, Told};
use crate::tests::{seat, tenant};

const OCCUPIED: &[u8] = &[0x03, 0x07, 0x01, 0x06, 0x01, 0x12, 0x24];

impl Lot {
    async fn listed(&self, query: &str) -> Value {
        let answer = self
            .served
            .get(&self.token, &format!("/api/v6/uplinks{query}"))
            .await;
        assert_eq!(answer.status, StatusCode::OK, "{query}: {}", answer.text);
        answer.json()
    }

    async fn numbers(&self, query: &str) -> Vec<i64> {
        numbers(&self.listed(query).await)
    }

    async fn stores(&self, numbers: std::ops::Range<u32>) {
        for number in numbers {
            let stored = self
                .flow
                .intake
                .store(&self.told(number, OCCUPIED, self.now()))
                .await;
            assert_eq!(stored, Ok(true));
        }
    }
}

fn numbers(page: &Value) -> Vec<i64> {
    let uplinks = page["uplinks"].as_array().expect("a list").iter();
    uplinks.filter_map(|one| one["f_cnt"].as_i64()).collect()
}

#[tokio::test]
async fn messages_are_listed_newest_first_and_paged_back_without_a_gap() {
    let lot = Lot::open().await;
    lot.stores(1..8).await;
    let first = lot.listed("?limit=3").await;
    assert_eq!(
        (numbers(&first), &first["has_more"]),
        (vec![7, 6, 5], &json!(true))
    );
    assert_eq!(first["uplinks"][0]["outcome"], "waiting");
    let before = first["before"].as_str().expect("a cursor");
    let second = lot.listed(&format!("?limit=3&before={before}")).await;
    assert_eq!(numbers(&second), [4, 3, 2]);
    let before = second["before"].as_str().expect("a cursor");
    let last = lot.listed(&format!("?limit=3&before={before}")).await;
    assert_eq!(
        (numbers(&last), &last["has_more"]),
        (vec![1], &json!(false))
    );
}

#[tokio::test]
async fn what_is_rare_among_many_is_looked_for_in_portions() {
    let lot = Lot::open().await;
    let rare = json!([{ "dev_eui": EUI, "state": "free" }]);
    lot.observe(rare).await;
    for number in 0..50 {
        let arrival = Arrival {
            source: Source::ChirpStackHttp,
            ..lot.told(number, OCCUPIED, lot.now())
        };
        assert_eq!(lot.flow.intake.store(&arrival).await, Ok(true));
    }
    let (mut pages, mut before) = (0, String::new());
    let found = loop {
        let page = lot.listed(&format!("?source=observation{before}")).await;
        pages += 1;
        let found = page["uplinks"].as_array().expect("a list").len();
        if page["has_more"] == false {
            break found;
        }
        assert_eq!(found, 0);
        before = format!("&before={}", page["before"].as_str().expect("a cursor"));
    };
    assert_eq!((pages, found), (3, 1));
}

#[tokio::test]
async fn whoever_follows_misses_nothing_however_much_comes_at_once() {
    let lot = Lot::open().await;
    assert_eq!(lot.listed("").await["after"], Value::Null);
    lot.stores(1..3).await;
    let mut cursor = lot.listed("").await["after"].clone();
    lot.stores(3..40).await;
    let mut seen = std::collections::BTreeSet::from([1, 2]);
    loop {
        let after = cursor.as_str().expect("a cursor").to_owned();
        let page = lot.listed(&format!("?limit=10&after={after}")).await;
        seen.extend(numbers(&page));
        cursor = page["after"].clone();
        if page["has_more"] == false {
            break;
        }
    }
    assert_eq!(seen, (1..40).collect());
}

#[tokio::test]
async fn each_filter_leaves_what_it_says() {
    let lot = Lot::open().await;
    lot.stores(1..3).await;
    let odd = lot.told(9, &[0xff], lot.now());
    lot.flow.intake.store(&odd).await.expect("stored");
    lot.observe(json!([{ "space_id": lot.bays[1], "state": "free" }, { "dev_eui": "0102030405060708", "state": "free" }]))
        .await;
    lot.act().await;
    lot.test.clock().advance(TimeDelta::minutes(1));
    let now = lot.now().to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
    let device = lot.listed("?limit=500").await["uplinks"][4]["device"]["id"].clone();
    let device = device.as_str().expect("a device").to_owned();
    let site = lot.listed("?limit=500").await["uplinks"][4]["space"]["site_id"].clone();
    let site = site.as_str().expect("a site").to_owned();
    let bays = &lot.bays;
    for (query, count) in [
        (format!("?dev_eui={}", EUI.to_lowercase()), 3),
        ("?dev_eui=01-02-03-04-05-06-07-08".to_owned(), 1),
        (format!("?device_id={device}"), 3),
        (format!("?space_id={}", bays[0]), 3),
        (format!("?space_id={}", bays[1]), 1),
        (format!("?site_id={site}"), 4),
        ("?kind=up".to_owned(), 3),
        ("?kind=observation".to_owned(), 2),
        ("?outcome=unreadable".to_owned(), 1),
        ("?outcome=orphan".to_owned(), 1),
        ("?outcome=waiting".to_owned(), 0),
        ("?source=observation".to_owned(), 5),
        ("?source=tts".to_owned(), 0),
        (format!("?to={now}"), 5),
        (format!("?from={now}"), 0),
        ("?kind=up&outcome=read".to_owned(), 2),
    ] {
        let listed = lot.listed(&query).await;
        assert_eq!(
            listed["uplinks"].as_array().map(Vec::len),
            Some(count),
            "{query}"
        );
    }
    lot.test.clock().advance(TimeDelta::days(32));
    assert_eq!(lot.numbers("").await, [0_i64; 0]);
}

#[tokio::test]
async fn what_nobody_can_make_out_is_shown_as_it_came_and_not_more_than_anybody_reads() {
    let lot = Lot::open().await;
    let body = vec![b'x'; 40_000];
    let garbled = Arrival {
        tenant: lot.tenant,
        source: Source::ChirpStackHttp,
        at: lot.now(),
        told: Told::Garbled(Garbled::new("up", &body, "not JSON".into())),
    };
    lot.flow.intake.store(&garbled).await.expect("stored");
    lot.act().await;
    let listed = lot.listed("?kind=garbled").await["uplinks"][0].clone();
    assert_eq!(listed["payload"].as_str().map(str::len), Some(512));
    assert_eq!(listed["payload_bytes"], 40_000);
    assert_eq!(
        (&listed["problem"], &listed["content"]["problem"]),
        (&json!("not_a_message"), &json!("not JSON"))
    );
    let path = format!("/api/v6/uplinks/{}", listed["id"].as_str().expect("an id"));
    let alone = lot.served.get(&lot.token, &path).await.json();
    assert_eq!(alone["payload"].as_str().map(str::len), Some(32 * 1024));
    let other = tenant(&lot.flow.db, &lot.flow.clock, "Station").await;
    let stranger = seat(&lot.people, other, Role::Owner);
    assert_eq!(
        lot.served.get(&stranger, &path).await.status,
        StatusCode::NOT_FOUND
    );
    let theirs = lot.served.get(&stranger, "/api/v6/uplinks").await;
    assert_eq!(theirs.json()["uplinks"], json!([]));
}

#[tokio::test]
async fn a_question_that_makes_no_sense_is_refused_by_name() {
    let lot = Lot::open().await;
    let id = lot.bays[0];
    for (query, field) in [
        ("?limit=0".to_owned(), "limit"),
        ("?limit=501".to_owned(), "limit"),
        ("?dev_eui=12".to_owned(), "dev_eui"),
        (format!("?after={id}&before={id}"), "before"),
        ("?after=newest".to_owned(), "after"),
        ("?kind=down".to_owned(), "kind"),
        ("?page=2".to_owned(), "page"),
    ] {
        let answer = lot
            .served
            .get(&lot.token, &format!("/api/v6/uplinks{query}"))
            .await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{query}");
        let named = answer.json()["errors"][0]["field"].clone();
        assert!(
            [json!(field), json!("query")].contains(&named),
            "{query}: {named}"
        );
    }
}

#[tokio::test]
async fn how_a_device_fared_is_counted_in_equal_steps_with_the_silent_ones() {
    let lot = Lot::open().await;
    for (number, pause) in [(1, 1), (2, 20), (6, 5), (5, 1), (7, 90)] {
        lot.test.clock().advance(TimeDelta::minutes(pause));
        lot.stores(number..number + 1).await;
    }
    lot.act().await;
    let listed = lot.listed("").await["uplinks"][0]["device"]["id"].clone();
    let path = format!("/api/v6/devices/{}/health", listed.as_str().expect("an id"));
    lot.test.clock().advance(TimeDelta::seconds(1));
    let health = lot.served.get(&lot.token, &path).await;
    assert_eq!(health.status, StatusCode::OK, "{}", health.text);
    let health = health.json();
    assert_eq!(
        (&health["messages"], &health["step_seconds"]),
        (&json!(5), &json!(900))
    );
    // Of 3, 4 and 5, which 6 left out, 5 came late.
    assert_eq!(health["lost"], 2);
    let steps = health["steps"].as_array().expect("steps");
    assert!((96..=97).contains(&steps.len()), "{}", steps.len());
    let last = steps.last().expect("a step");
    assert_eq!(
        (&last["messages"], &last["rssi"]),
        (&json!(1), &json!(-70.0))
    );
    assert_eq!(
        (&last["snr"], &last["battery_volts"]),
        (&json!(9.0), &json!(3.6))
    );
    let silent = &steps[0];
    assert_eq!(
        (&silent["messages"], &silent["rssi"]),
        (&json!(0), &Value::Null)
    );
    for query in [
        "?from=2027-01-15T12:00:00Z&to=2027-01-15T12:00:00Z",
        "?from=2020-01-01T00:00:00Z",
        "?step=60",
    ] {
        let answer = lot.served.get(&lot.token, &format!("{path}{query}")).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{query}");
    }
    let other = tenant(&lot.flow.db, &lot.flow.clock, "Station").await;
    let stranger = seat(&lot.people, other, Role::Owner);
    assert_eq!(
        lot.served.get(&stranger, &path).await.status,
        StatusCode::NOT_FOUND
    );
}
