//! Acting on messages: in turn, on what is so at the moment, and whatever they hold.

use std::time::{Duration, Instant};

use axum::http::{Method, StatusCode};
use parking_domain::ids::TenantId;
use parking_testkit::bearer;
use serde_json::json;
use sqlx::{Connection as _, PgConnection};

use super::*;
use crate::ingest::replay;

/// As the sensor of the lot says it.
const FREE: &[u8] = &[0x03, 0x07, 0x01, 0x06, 0x00, 0x12, 0x23];
const OCCUPIED: &[u8] = &[0x03, 0x07, 0x01, 0x06, 0x01, 0x12, 0x24];

impl Lot {
    async fn comes(&self, arrival: Arrival) {
        assert_eq!(self.flow.intake.store(&arrival).await, Ok(true));
    }

    async fn asks<T>(&self, query: &'static str) -> T
    where
        T: Send + Unpin + for<'r> sqlx::Decode<'r, sqlx::Postgres> + sqlx::Type<sqlx::Postgres>,
    {
        let mut admin = self.test.superuser().await;
        sqlx::query_scalar(query)
            .fetch_one(&mut admin)
            .await
            .expect("a row")
    }
}

async fn does(conn: &mut PgConnection, statement: &'static str) {
    sqlx::raw_sql(statement)
        .execute(conn)
        .await
        .expect("a statement");
}

/// Many observations of one device that nobody has claimed, all of one shard.
async fn floods(lot: &Lot, tenant: TenantId, count: u32) {
    let at = lot.now();
    let stranger: Eui64 = "0102030405060708".parse().expect("an EUI");
    let flood = (0..count).map(|number| Arrival {
        tenant,
        source: Source::Observation,
        at,
        told: Told::Observation(crate::ingest::Observation {
            about: crate::ingest::About::Device(stranger),
            state: parking_domain::bay_state::SensorState::Free,
            seen_at: at,
            name: Some(number.to_string()),
            sent_as: None,
        }),
    });
    let flood: Vec<Arrival> = flood.collect();
    assert_eq!(
        lot.flow.intake.store_all(&flood).await,
        Ok(usize::try_from(count).expect("few"))
    );
}

#[tokio::test]
async fn a_flood_of_one_tenant_holds_up_nobody_else() {
    let lot = Lot::open().await;
    let other = tenant(&lot.flow.db, &lot.flow.clock, "Station").await;
    floods(&lot, other, 1_500).await;
    lot.comes(lot.told(1, OCCUPIED, lot.now())).await;
    // All of it may be in one shard; the flood came first all the same.
    let mut admin = lot.test.superuser().await;
    does(&mut admin, "update uplinks set shard = 0").await;
    assert!(act(&lot.flow).await.expect("an activation"));
    assert_eq!(lot.state(0).await, "occupied");
    let left: i64 = lot
        .asks("select count(*) from uplinks where acted_at is null")
        .await;
    assert!((1_000..1_500).contains(&left), "{left}");
    lot.act().await;
    let left: i64 = lot
        .asks("select count(*) from uplinks where acted_at is null")
        .await;
    assert_eq!(left, 0);
}

#[tokio::test]
async fn what_is_acted_on_again_comes_after_what_is_new() {
    let lot = Lot::open().await;
    let since = lot.now();
    floods(&lot, lot.tenant, 700).await;
    lot.act().await;
    let again = replay(&lot.flow.db, None, since).await;
    assert_eq!(again.expect("a replay"), 700);
    lot.comes(lot.told(1, OCCUPIED, lot.now())).await;
    let mut admin = lot.test.superuser().await;
    does(&mut admin, "update uplinks set shard = 0").await;
    act(&lot.flow).await.expect("an activation");
    assert_eq!(lot.state(0).await, "occupied");
    let left: i64 = lot
        .asks("select count(*) from uplinks where acted_at is null")
        .await;
    assert_eq!(left, 600);
    lot.act().await;
    let left: i64 = lot
        .asks("select count(*) from uplinks where acted_at is null")
        .await;
    assert_eq!(left, 0);
}

#[tokio::test]
async fn many_messages_of_one_bay_leave_each_its_trace_in_order() {
    let lot = Lot::open().await;
    lot.test.clock().advance(TimeDelta::hours(1));
    let start = lot.now() - TimeDelta::minutes(30);
    for number in 0..120_u32 {
        let payload = if number % 3 == 0 { FREE } else { OCCUPIED };
        let at = start + TimeDelta::seconds(number.into());
        lot.comes(lot.told(number, payload, at)).await;
    }
    act(&lot.flow).await.expect("an activation");
    assert_eq!(lot.state(0).await, "occupied");
    let mut admin = lot.test.superuser().await;
    let changes: Vec<(String, String)> =
        sqlx::query_as("select from_state, to_state from state_changes order by id")
            .fetch_all(&mut admin)
            .await
            .expect("changes");
    let mut wanted = vec![("unknown".to_owned(), "free".to_owned())];
    for _ in 0..39 {
        wanted.push(("free".to_owned(), "occupied".to_owned()));
        wanted.push(("occupied".to_owned(), "free".to_owned()));
    }
    wanted.push(("free".to_owned(), "occupied".to_owned()));
    assert_eq!(changes, wanted);
    let sequences: Vec<(i64, String)> = sqlx::query_as(
        "select (payload ->> 'sequence')::bigint, payload ->> 'to' from events
         where kind = 'space.state_changed' order by id",
    )
    .fetch_all(&mut admin)
    .await
    .expect("events");
    let numbers: Vec<i64> = sequences.iter().map(|(number, _)| *number).collect();
    assert_eq!(numbers, (1..=80).collect::<Vec<i64>>());
    let told: Vec<&str> = sequences.iter().map(|(_, to)| to.as_str()).collect();
    let came: Vec<&str> = wanted.iter().map(|(_, to)| to.as_str()).collect();
    assert_eq!(told, came);
    let sequence: i64 = lot.asks("select max(state_sequence) from spaces").await;
    assert_eq!(sequence, 80);
    let facts: i64 = lot
        .asks("select count(*) from uplinks where sensor_fact is not null")
        .await;
    assert_eq!(facts, 120);
}

#[tokio::test]
async fn a_sensor_that_is_taken_off_meanwhile_says_nothing_of_its_old_bay() {
    let lot = Lot::open().await;
    lot.test.clock().advance(TimeDelta::minutes(1));
    lot.comes(lot.told(1, OCCUPIED, lot.now())).await;
    // An operator takes it off, and is not done yet.
    let mut operator = lot.test.superuser().await;
    does(
        &mut operator,
        "begin;
         select from spaces where id = (select space_id from device_assignments) for no key update;
         update device_assignments set unassigned_at = assigned_at + interval '1 minute'",
    )
    .await;
    let flow = lot.flow.clone();
    let acting = tokio::spawn(async move { act(&flow).await });
    let began = Instant::now();
    loop {
        let waits: bool = lot
            .asks(
                "select exists (select from pg_stat_activity
                   where datname = current_database() and wait_event_type = 'Lock')",
            )
            .await;
        if waits {
            break;
        }
        assert!(began.elapsed() < Duration::from_secs(10), "nobody waits");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    does(&mut operator, "commit").await;
    acting.await.expect("a task").expect("an activation");
    assert_eq!(lot.state(0).await, "unknown");
    assert_eq!(lot.outcomes().await, ["no_bay"]);
    let told: i64 = lot
        .asks("select count(*) from uplinks where space_id is not null or sensor_fact is not null")
        .await;
    assert_eq!(told, 0);
    operator.close().await.expect("closed");
}

#[tokio::test]
async fn a_shard_that_cannot_be_acted_on_holds_up_no_other() {
    let lot = Lot::open().await;
    let mut admin = lot.test.superuser().await;
    floods(&lot, lot.tenant, 1).await;
    lot.comes(lot.told(1, OCCUPIED, lot.now())).await;
    does(
        &mut admin,
        "update uplinks set shard = case dev_eui when '0102030405060708' then 0 else 3 end;
         create function slow() returns trigger language plpgsql as
           $$ begin raise exception 'too slow' using errcode = '57014'; end $$;
         create trigger slow before update on uplinks for each row
           when (new.dev_eui = '0102030405060708') execute function slow()",
    )
    .await;
    assert!(act(&lot.flow).await.is_err());
    assert_eq!(lot.state(0).await, "occupied");
}

#[tokio::test]
async fn a_battery_that_cannot_be_costs_no_message() {
    const MOKO: &str = "70B3D57ED00000AA";
    const FRAME: &str =
        "7e1165f027b200090016010002010c23030000002401ff250600010002000332010100007e";
    let lot = Lot::open().await;
    let device = json!({ "dev_eui": MOKO, "model": "moko-lw009-ig" });
    let device = lot.post("/api/v6/devices", device).await.json();
    let path = format!(
        "/api/v6/devices/{}/assign",
        device["id"].as_str().expect("an id")
    );
    let assigned = lot.post(&path, json!({ "space_id": lot.bays[1] })).await;
    assert_eq!(assigned.status, StatusCode::OK, "{}", assigned.text);
    lot.test.clock().advance(TimeDelta::minutes(1));
    let payload: Vec<u8> = (0..FRAME.len() / 2)
        .map(|at| u8::from_str_radix(&FRAME[2 * at..2 * at + 2], 16).expect("a byte"))
        .collect();
    let mut arrival = lot.told(1, &payload, lot.now());
    if let Told::Message(message) = &mut arrival.told {
        message.dev_eui = MOKO.parse().expect("an EUI");
    }
    lot.comes(arrival).await;
    lot.act().await;
    assert_eq!(lot.outcomes().await, ["read"]);
    assert_eq!(lot.state(1).await, "occupied");
    let said: String = lot
        .asks("select reading ->> 'battery_pct' from uplinks")
        .await;
    assert_eq!(said, "255");
}

#[tokio::test]
async fn a_status_leaves_the_signal_and_the_gateway_of_the_last_uplink() {
    let lot = Lot::open().await;
    let status = |at| {
        let mut arrival = lot.told(0, &[], at);
        if let Told::Message(message) = &mut arrival.told {
            message.receptions.clear();
            message.content = Content::Status {
                margin: Some(10),
                battery_percent: Some(77.0),
                is_mains: false,
            };
        }
        arrival
    };
    let heard = "select concat_ws(' ', rssi, snr, only_gateway_eui, battery_percent, battery_volts) from devices";
    lot.test.clock().advance(TimeDelta::minutes(1));
    // Together in one batch, and then one after the other.
    for number in [1, 2] {
        lot.comes(lot.told(number, OCCUPIED, lot.now())).await;
        if number == 2 {
            lot.act().await;
        }
        lot.test.clock().advance(TimeDelta::seconds(10));
        lot.comes(status(lot.now())).await;
        lot.act().await;
        let heard: String = lot.asks(heard).await;
        assert!(
            heard.starts_with("-70 9 0707070707070707 77 3."),
            "{number}: {heard}"
        );
    }
}

#[tokio::test]
async fn a_clock_of_ours_that_was_ahead_keeps_no_bay_from_hearing() {
    let lot = Lot::open().await;
    lot.test.clock().advance(TimeDelta::days(40));
    lot.comes(lot.told(1, OCCUPIED, lot.now())).await;
    lot.act().await;
    assert_eq!(lot.state(0).await, "occupied");
    lot.test.clock().advance(TimeDelta::days(-39));
    // The same number again, of another session two days on: known only by the wrong clock.
    lot.comes(lot.told(1, FREE, lot.now())).await;
    lot.act().await;
    assert_eq!(lot.state(0).await, "free");
}

#[tokio::test]
async fn a_sender_that_hangs_up_takes_no_message_along() {
    let folder = Folder::new();
    let spool = Spool::open(&folder.0, 1 << 20).expect("a spool");
    let lot = Lot::open_with(Some(spool.clone())).await;
    let mut admin = lot.test.superuser().await;
    let locked = "begin; lock table uplinks in access exclusive mode";
    does(&mut admin, locked).await;
    let (served, token) = (lot.served.clone(), lot.token.clone());
    let body = json!({ "observations": [{ "dev_eui": EUI, "state": "free" }] });
    let sender = tokio::spawn(async move {
        let path = "/api/v6/ingest/observations";
        let headers = [bearer(&token)];
        served.call(Method::POST, path, &headers, Some(body)).await
    });
    while lot.flow.intake.waiting_of(lot.tenant) == 0 {
        tokio::task::yield_now().await;
    }
    sender.abort();
    assert!(sender.await.is_err());
    // The database begins transactions and stores nothing in time.
    let began = Instant::now();
    while spool.depth() == 0 {
        assert!(began.elapsed() < Duration::from_secs(20), "it is lost");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    does(&mut admin, "rollback").await;
}

#[tokio::test]
async fn a_flood_over_http_leaves_the_tenants_own_broker_room() {
    let lot = Lot::open().await;
    let mut admin = lot.test.superuser().await;
    does(
        &mut admin,
        "begin; lock table uplink_keys in access exclusive mode",
    )
    .await;
    let flood: Vec<Arrival> = (0..2_100)
        .map(|number| lot.told(number, FREE, lot.now()))
        .collect();
    let intake = lot.flow.intake.clone();
    let flooding = tokio::spawn(async move { intake.store_all(&flood).await });
    while lot.flow.intake.waiting_of(lot.tenant) < 2_048 {
        tokio::task::yield_now().await;
    }
    let (intake, of_broker) = (lot.flow.intake.clone(), lot.told(9_999, FREE, lot.now()));
    let kept = tokio::spawn(async move { intake.store_kept(&of_broker).await });
    assert_eq!(
        lot.flow
            .intake
            .store(&lot.told(8_888, FREE, lot.now()))
            .await,
        Err(crate::ingest::IntakeError::Full)
    );
    does(&mut admin, "rollback").await;
    assert_eq!(kept.await.expect("a task"), Ok(true));
    assert_eq!(
        flooding.await.expect("a task"),
        Err(crate::ingest::IntakeError::Full)
    );
}

#[tokio::test]
async fn who_sends_what_nobody_can_make_out_fills_no_disk() {
    let lot = Lot::open().await;
    let padding = "x".repeat(100_000);
    for number in 0..25 {
        let body = json!({ "number": number, "padding": padding });
        let answer = lot.post("/api/v6/ingest/chirpstack", body).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
    let kept: i64 = lot.asks("select count(*) from uplinks").await;
    let longest: i32 = lot
        .asks("select max(octet_length(payload)) from uplinks")
        .await;
    assert_eq!((kept, longest), (20, 16 * 1024));
}
