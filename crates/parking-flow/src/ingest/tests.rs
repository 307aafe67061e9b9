//! Ingestion over a real database, from HTTP to the state of a bay.

#![expect(
    clippy::disallowed_methods,
    reason = "writers, senders and brokers really work at once"
)]

mod acting;
mod broker;
mod network;
mod spool;

use std::sync::Arc;

use axum::http::{Method, StatusCode};
use chrono::{DateTime, TimeDelta, Utc};
use parking_access::exports::Exports;
use parking_access::secrets::Vault;
use parking_db::reconcile::Nudge;
use parking_domain::access::Role;
use parking_domain::eui::Eui64;
use parking_domain::ids::{TenantId, fresh};
use parking_domain::radio::{Content, Message, Reception, Uplink};
use parking_estate::{Estate, orphans};
use parking_http::Authenticate;
use parking_testkit::{Answered, People, Served, TestDb, bearer};
use secrecy::SecretString;
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::{Arrival, Intake, Source, Spool, Told, act, forget_keys, writers};
use crate::Flow;
use crate::applications::Applications;
use crate::displays::Displays;
use crate::tests::{seat, tenant};
use crate::tickets::Links;
pub(in crate::ingest) use spool::Folder;

/// A lot with two bays, the first watched by a sensor, and everything that makes it live.
pub(crate) struct Lot {
    pub(crate) test: TestDb,
    pub(crate) flow: Flow,
    pub(crate) served: Served,
    pub(crate) people: Arc<People>,
    pub(crate) tenant: TenantId,
    pub(crate) token: String,
    pub(crate) bays: Vec<Uuid>,
    stop: CancellationToken,
}

/// A sensor whose first bit of one byte says whether a vehicle is there.
pub(crate) const EUI: &str = "70B3D57ED0000001";

impl Lot {
    /// Waits until somebody waits for what somebody else holds in the database.
    pub(crate) async fn until_somebody_waits(&self) {
        let mut all = self.test.superuser().await;
        for _ in 0..200 {
            let waits: bool = sqlx::query_scalar(
                "select exists (select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock')",
            )
            .fetch_one(&mut all)
            .await
            .expect("a look");
            if waits {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        panic!("nobody waits");
    }

    pub(crate) async fn open() -> Self {
        Self::open_with(None).await
    }

    async fn open_with(spool: Option<Spool>) -> Self {
        let test = TestDb::new().await;
        let (db, clock) = (test.db(), test.clock());
        let (intake, writers) = writers();
        let intake = spool.into_iter().fold(intake, Intake::with_spool);
        let stop = CancellationToken::new();
        for writer in writers {
            tokio::spawn(writer.run(db.clone(), Nudge::default(), stop.clone()));
        }
        let flow = Flow {
            db: db.clone(),
            clock: clock.clone(),
            intake,
            applications: Applications::new(db.clone()),
            displays: Displays::new(
                crate::displays::Settings::default(),
                crate::displays::Paths::default(),
            ),
            links: Links::new(
                Vault::new(&SecretString::from("a".repeat(32))),
                "https://parking.example",
            ),
            exports: Exports::default(),
        };
        let estate = Estate {
            db: db.clone(),
            clock: clock.clone(),
            vault: Vault::new(&SecretString::from("a".repeat(32))),
            exports: Exports::default(),
        };
        let people = Arc::<People>::default();
        let routes = parking_estate::routes(estate)
            .merge(crate::ingest::routes(flow.clone()))
            .merge(crate::routes(flow.clone()));
        let callers = Arc::clone(&people) as Arc<dyn Authenticate>;
        let served = Served::new(routes, &clock, callers);
        let tenant = tenant(&db, &clock, "Harbour").await;
        let token = seat(&people, tenant, Role::Admin);
        let mut lot = Self {
            test,
            flow,
            served,
            people,
            tenant,
            token,
            bays: Vec::new(),
            stop,
        };
        lot.furnish().await;
        lot
    }

    async fn furnish(&mut self) {
        let site = self
            .post(
                "/api/v6/sites",
                json!({ "name": "Quay", "timezone": "Europe/Paris" }),
            )
            .await;
        let site = site.json()["id"].clone();
        for code in ["A-1", "A-2"] {
            let bay = self
                .post("/api/v6/spaces", json!({ "site_id": site, "code": code }))
                .await;
            self.bays
                .push(serde_json::from_value(bay.json()["id"].clone()).expect("an id"));
        }
        let device = self
            .post(
                "/api/v6/devices",
                json!({ "dev_eui": EUI, "model": "kosmos-parking", "heartbeat_seconds": 3600 }),
            )
            .await;
        let device = device.json()["id"].as_str().expect("an id").to_owned();
        let assigned = self
            .post(
                &format!("/api/v6/devices/{device}/assign"),
                json!({ "space_id": self.bays[0], "reason": "installed" }),
            )
            .await;
        assert_eq!(assigned.status, StatusCode::OK, "{:?}", assigned.json());
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Answered {
        let token = bearer(&self.token);
        self.served
            .call(Method::POST, path, &[token], Some(body))
            .await
    }

    pub(crate) async fn observe(&self, observations: Value) -> Answered {
        let body = json!({ "observations": observations });
        self.post("/api/v6/ingest/observations", body).await
    }

    /// Acts on everything that waits.
    pub(crate) async fn act(&self) {
        while act(&self.flow).await.expect("an activation") {}
    }

    pub(crate) async fn state(&self, bay: usize) -> String {
        self.one("select state from spaces where id = $1", self.bays[bay])
            .await
    }

    async fn one(&self, query: &'static str, id: Uuid) -> String {
        let mut admin = self.test.superuser().await;
        sqlx::query_scalar(query)
            .bind(id)
            .fetch_one(&mut admin)
            .await
            .expect("a row")
    }

    async fn outcomes(&self) -> Vec<String> {
        let mut admin = self.test.superuser().await;
        sqlx::query_scalar("select coalesce(outcome, 'waiting') from uplinks order by id")
            .fetch_all(&mut admin)
            .await
            .expect("rows")
    }

    pub(crate) fn now(&self) -> DateTime<Utc> {
        self.flow.clock.now()
    }

    /// A message of the sensor as a network server tells it.
    pub(crate) fn told(&self, number: u32, payload: &[u8], at: DateTime<Utc>) -> Arrival {
        Arrival {
            tenant: self.tenant,
            source: Source::Observation,
            at: self.now(),
            told: Told::Message(Box::new(Message {
                dev_eui: EUI.parse().expect("an EUI"),
                application: None,
                device_name: None,
                received_at: at,
                receptions: vec![Reception {
                    gateway: Eui64::from_bytes([7; 8]),
                    rssi: Some(-70),
                    snr: Some(9.0),
                }],
                content: Content::Uplink(Uplink {
                    dev_addr: Some("01020304".into()),
                    f_cnt: Some(number),
                    f_port: Some(1),
                    payload: payload.to_vec(),
                    deduplication_id: Some(fresh().to_string()),
                }),
            })),
        }
    }
}

impl Drop for Lot {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

#[tokio::test]
async fn an_observation_of_a_bay_becomes_its_state_and_names_itself_as_the_reason() {
    let lot = Lot::open().await;
    let answer = lot
        .observe(json!([{ "space_id": lot.bays[1], "state": "occupied" }]))
        .await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(answer.json(), json!({ "stored": 1, "duplicates": 0 }));
    assert_eq!(lot.state(1).await, "unknown");
    lot.act().await;
    assert_eq!(lot.state(1).await, "occupied");
    let named = lot
        .one(
            "select (c.evidence -> 'sensor' ->> 'uplink_id' = u.id::text)::text from state_changes c
             join uplinks u on u.tenant_id = c.tenant_id and u.space_id = c.space_id where c.space_id = $1",
            lot.bays[1],
        )
        .await;
    assert_eq!(named, "true");
}

#[tokio::test]
async fn an_observation_names_a_bay_by_what_is_painted_on_the_ground() {
    let lot = Lot::open().await;
    let told = json!([{ "space_code": "a-2", "state": "occupied" }]);
    assert_eq!(lot.observe(told).await.status, StatusCode::OK);
    lot.act().await;
    assert_eq!(lot.state(1).await, "occupied");
    let absent =
        json!([{ "space_code": "A-1", "state": "free" }, { "space_code": "Z-9", "state": "free" }]);
    let absent = lot.observe(absent).await;
    assert_eq!(absent.status, StatusCode::NOT_FOUND);
    assert!(absent.text.contains("observations[1]"), "{}", absent.text);
    // Another site has such a bay too.
    let site = json!({ "name": "Pier", "slug": "pier", "timezone": "Europe/Paris" });
    let site = lot.post("/api/v6/sites", site).await.json()["id"].clone();
    let bay = json!({ "site_id": site, "code": "A-2" });
    let bay = lot.post("/api/v6/spaces", bay).await.json()["id"].clone();
    let which = json!([{ "space_code": "A-2", "state": "free" }]);
    let which = lot.observe(which).await;
    assert_eq!(which.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(which.json()["errors"][0]["field"], "observations[0].site");
    for (site, state) in [(json!("pier"), "free"), (site, "occupied")] {
        let told = json!([{ "space_code": "A-2", "site": site, "state": state }]);
        assert_eq!(lot.observe(told).await.status, StatusCode::OK);
        lot.act().await;
        let path = format!("/api/v6/spaces/{}", bay.as_str().expect("an id"));
        let seen = lot.served.get(&lot.token, &path).await.json();
        assert_eq!(seen["state"], state);
        lot.test.clock().advance(TimeDelta::seconds(1));
    }
    assert_eq!(lot.state(1).await, "occupied");
    let both = json!([{ "space_code": "A-2", "dev_eui": EUI, "state": "free" }]);
    assert_eq!(
        lot.observe(both).await.status,
        StatusCode::UNPROCESSABLE_ENTITY
    );
}

#[tokio::test]
async fn an_observation_by_a_device_is_of_the_bay_it_watches() {
    let lot = Lot::open().await;
    let told = json!([{ "dev_eui": "70-b3-d5-7e-d0-00-00-01", "state": "free" }]);
    assert_eq!(lot.observe(told).await.status, StatusCode::OK);
    lot.act().await;
    assert_eq!(lot.state(0).await, "free");
    assert_eq!(lot.outcomes().await, ["read"]);
}

#[tokio::test]
async fn what_is_told_twice_counts_once() {
    let lot = Lot::open().await;
    let told = json!([
        { "space_id": lot.bays[0], "state": "occupied", "id": "camera-17" },
        { "space_id": lot.bays[0], "state": "occupied", "id": "camera-17" },
    ]);
    let first = lot.observe(told.clone()).await;
    assert_eq!(first.json(), json!({ "stored": 1, "duplicates": 1 }));
    let again = lot.observe(told.clone()).await;
    assert_eq!(again.json(), json!({ "stored": 0, "duplicates": 2 }));
    assert_eq!(lot.outcomes().await.len(), 1);
    lot.test.clock().advance(TimeDelta::hours(49));
    let later = lot.observe(told.clone()).await;
    assert_eq!(later.json(), json!({ "stored": 1, "duplicates": 1 }));
    lot.test.clock().advance(TimeDelta::hours(49));
    forget_keys(&lot.flow.db, lot.now())
        .await
        .expect("a clean-up");
    let mut admin = lot.test.superuser().await;
    let left: i64 = sqlx::query_scalar("select count(*) from uplink_keys")
        .fetch_one(&mut admin)
        .await
        .expect("a count");
    assert_eq!(left, 0);
}

#[tokio::test]
async fn what_is_older_than_what_is_known_changes_nothing_and_is_kept() {
    let lot = Lot::open().await;
    let (now, before) = (lot.now(), lot.now() - TimeDelta::minutes(5));
    lot.observe(json!([{ "space_id": lot.bays[0], "state": "free", "observed_at": now }]))
        .await;
    lot.act().await;
    lot.observe(json!([{ "space_id": lot.bays[0], "state": "occupied", "observed_at": before }]))
        .await;
    lot.act().await;
    assert_eq!(lot.state(0).await, "free");
    assert_eq!(lot.outcomes().await, ["read", "superseded"]);
}

#[tokio::test]
async fn a_bay_that_changed_twice_while_nobody_looked_has_both_changes_in_its_history() {
    let lot = Lot::open().await;
    let now = lot.now();
    let told = json!([
        { "space_id": lot.bays[0], "state": "free", "observed_at": now },
        { "space_id": lot.bays[0], "state": "occupied", "observed_at": now - TimeDelta::minutes(1) },
    ]);
    lot.observe(told).await;
    lot.act().await;
    let history = lot
        .one(
            "select string_agg(to_state, ' ' order by id) from state_changes where space_id = $1",
            lot.bays[0],
        )
        .await;
    assert_eq!(history, "occupied free");
}

#[tokio::test]
async fn a_radio_message_is_read_by_the_codec_of_its_model() {
    let lot = Lot::open().await;
    let frame = [0x03, 0x07, 0x01, 0x01, 0x00, 0x00];
    let sum = frame.iter().fold(0_u8, |sum, byte| sum.wrapping_add(*byte));
    let payload = [&frame[..], &[sum]].concat();
    let arrival = lot.told(1, &payload, lot.now());
    assert_eq!(lot.flow.intake.store(&arrival).await, Ok(true));
    // Told again by the server under another name, as after a late gateway.
    assert_eq!(
        lot.flow
            .intake
            .store(&lot.told(1, &payload, lot.now()))
            .await,
        Ok(false)
    );
    lot.act().await;
    let reading = lot
        .one(
            "select reading::text from uplinks where space_id = $1",
            lot.bays[0],
        )
        .await;
    assert!(
        ["occupied", "free"].contains(&lot.state(0).await.as_str()),
        "{reading}"
    );
    let seen = lot
        .one(
            "select (d.last_seen_at is not null and d.rssi = -70)::text from devices d
             join device_assignments a on a.device_id = d.id where a.space_id = $1",
            lot.bays[0],
        )
        .await;
    assert_eq!(seen, "true");
}

#[tokio::test]
async fn a_message_nobody_can_read_is_kept_with_the_reason_and_holds_up_no_other() {
    let lot = Lot::open().await;
    lot.flow
        .intake
        .store(&lot.told(1, &[0xff; 3], lot.now()))
        .await
        .expect("stored");
    lot.observe(json!([{ "dev_eui": EUI, "state": "occupied" }]))
        .await;
    lot.act().await;
    assert_eq!(lot.outcomes().await, ["unreadable", "read"]);
    assert_eq!(lot.state(0).await, "occupied");
}

#[tokio::test]
async fn a_message_that_cannot_be_acted_on_is_set_aside_and_holds_up_no_other() {
    let lot = Lot::open().await;
    let mut admin = lot.test.superuser().await;
    let refuses = "alter table uplinks add constraint poison check (f_cnt is distinct from 2 or device_id is null)";
    sqlx::raw_sql(refuses)
        .execute(&mut admin)
        .await
        .expect("a constraint");
    for number in 1..=3 {
        let at = lot.now() + TimeDelta::milliseconds(number.into());
        let stored = lot.flow.intake.store(&lot.told(number, &[0xff], at)).await;
        assert_eq!(stored, Ok(true));
    }
    lot.observe(json!([{ "dev_eui": EUI, "state": "occupied" }]))
        .await;
    lot.act().await;
    assert_eq!(
        lot.outcomes().await,
        ["unreadable", "failed", "unreadable", "read"]
    );
    assert_eq!(lot.state(0).await, "occupied");
}

#[tokio::test]
async fn who_floods_is_turned_away_for_a_moment_and_leaves_room_for_others() {
    let lot = Lot::open().await;
    let other = tenant(&lot.flow.db, &lot.flow.clock, "Station").await;
    let (mine, theirs) = (lot.token.clone(), seat(&lot.people, other, Role::Admin));
    let mut admin = lot.test.superuser().await;
    let locked = "begin; lock table uplink_keys in access exclusive mode";
    sqlx::raw_sql(locked)
        .execute(&mut admin)
        .await
        .expect("a lock");
    let tells = |token: &str, request: u32, count: u32| {
        let numbers = request * 500..request * 500 + count;
        let observations: Vec<Value> = numbers
            .map(|number| json!({ "dev_eui": EUI, "state": "free", "id": number.to_string() }))
            .collect();
        let (served, token) = (lot.served.clone(), token.to_owned());
        let body = json!({ "observations": observations });
        tokio::spawn(async move {
            let path = "/api/v6/ingest/observations";
            served.post(&token, path, body).await
        })
    };
    let waiting: Vec<_> = (0..4).map(|request| tells(&mine, request, 500)).collect();
    // Their places are taken before anybody else asks.
    while lot.flow.intake.waiting_of(lot.tenant) < 2_000 {
        tokio::task::yield_now().await;
    }
    let refused = tells(&mine, 4, 500);
    while lot.flow.intake.waiting_of(lot.tenant) < 2_048 {
        tokio::task::yield_now().await;
    }
    let others = tells(&theirs, 5, 500);
    while lot.flow.intake.waiting_of(other) < 500 {
        tokio::task::yield_now().await;
    }
    sqlx::raw_sql("rollback")
        .execute(&mut admin)
        .await
        .expect("unlocked");
    let refused = refused.await.expect("an answer");
    assert_eq!(refused.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(refused.headers["retry-after"], "1");
    for answer in waiting {
        assert_eq!(answer.await.expect("an answer").json()["stored"], 500);
    }
    let others = others.await.expect("an answer");
    assert_eq!(others.json()["stored"], 500, "{}", others.text);
    // Sent again, those that found room the first time are not stored twice.
    let again = tells(&mine, 4, 500).await.expect("an answer");
    assert_eq!(again.json(), json!({ "stored": 452, "duplicates": 48 }));
}

#[tokio::test]
async fn an_observation_that_is_signed_with_a_nonce_counts_once_on_any_server() {
    let lot = Lot::open().await;
    // A server that has not seen the nonce: only the database remembers.
    let signed = |nonce: &str| {
        let named = [
            ("x-webhook-credential", lot.token.clone()),
            ("x-webhook-signature", "00".repeat(32)),
            ("x-webhook-timestamp", lot.now().timestamp().to_string()),
        ];
        let nonce = (!nonce.is_empty()).then(|| ("x-webhook-nonce", nonce.to_owned()));
        named.into_iter().chain(nonce).collect::<Vec<_>>()
    };
    let seen = json!({ "dev_eui": EUI, "state": "occupied" });
    let body = json!({ "observations": [&seen, &seen] });
    let sends = async |nonce: &str| {
        let path = "/api/v6/ingest/observations";
        let answer = lot
            .served
            .call(Method::POST, path, &signed(nonce), Some(body.clone()))
            .await;
        lot.test.clock().advance(TimeDelta::seconds(1));
        answer.json()
    };
    assert_eq!(sends("n-1").await, json!({ "stored": 2, "duplicates": 0 }));
    assert_eq!(sends("n-1").await, json!({ "stored": 0, "duplicates": 2 }));
    assert_eq!(sends("n-2").await, json!({ "stored": 2, "duplicates": 0 }));
    // Nobody says that these are the same: only those of one instant are.
    assert_eq!(sends("").await, json!({ "stored": 1, "duplicates": 1 }));
    assert_eq!(sends("").await, json!({ "stored": 1, "duplicates": 1 }));
}

#[tokio::test]
async fn a_device_nobody_has_claimed_waits_among_the_orphans() {
    let lot = Lot::open().await;
    let stranger = json!([{ "dev_eui": "0102030405060708", "state": "free" }]);
    lot.observe(stranger.clone()).await;
    lot.test.clock().advance(TimeDelta::minutes(1));
    lot.observe(stranger).await;
    lot.act().await;
    let mut admin = lot.test.superuser().await;
    let heard: i64 = sqlx::query_scalar(
        "select uplink_count from orphan_devices where dev_eui = '0102030405060708'",
    )
    .fetch_one(&mut admin)
    .await
    .expect("an orphan");
    assert_eq!(heard, 2);
    assert_eq!(lot.outcomes().await, ["orphan", "orphan"]);
    lot.test.clock().advance(TimeDelta::days(31));
    orphans::forget(&lot.flow.db, lot.now())
        .await
        .expect("a clean-up");
    let left: i64 = sqlx::query_scalar("select count(*) from orphan_devices")
        .fetch_one(&mut admin)
        .await
        .expect("a count");
    assert_eq!(left, 0);
}

#[tokio::test]
async fn another_tenants_bay_or_device_is_not_there() {
    let lot = Lot::open().await;
    let other = tenant(&lot.flow.db, &lot.flow.clock, "Station").await;
    let token = seat(&lot.people, other, Role::Admin);
    let send = async |observation: Value| {
        let body = json!({ "observations": [observation] });
        let path = "/api/v6/ingest/observations";
        lot.served
            .call(Method::POST, path, &[bearer(&token)], Some(body))
            .await
    };
    let refused = send(json!({ "space_id": lot.bays[0], "state": "occupied" })).await;
    assert_eq!(refused.status, StatusCode::NOT_FOUND);
    // A device has no tenant until it is claimed: it becomes an orphan of who told of it.
    let told = send(json!({ "dev_eui": EUI, "state": "occupied" })).await;
    assert_eq!(told.status, StatusCode::OK);
    lot.act().await;
    assert_eq!(lot.state(0).await, "unknown");
    assert_eq!(lot.outcomes().await, ["orphan"]);
}

#[tokio::test]
async fn bad_observations_are_refused_whole_with_their_places() {
    let lot = Lot::open().await;
    let late = lot.now() + TimeDelta::minutes(3);
    let answer = lot
        .observe(json!([
            { "space_id": lot.bays[0], "state": "occupied" },
            { "dev_eui": "12", "state": "full" },
            { "state": "free", "observed_at": late },
        ]))
        .await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    let fields: Vec<String> = answer.json()["errors"]
        .as_array()
        .expect("errors")
        .iter()
        .map(|error| error["field"].as_str().unwrap_or_default().to_owned())
        .collect();
    assert_eq!(
        fields,
        [
            "observations[1].dev_eui",
            "observations[1].state",
            "observations[2].dev_eui",
            "observations[2].observed_at",
        ]
    );
    assert!(lot.outcomes().await.is_empty());
}

#[tokio::test]
async fn many_tellers_at_once_are_all_stored_once_and_answered_after_the_commit() {
    let lot = Lot::open().await;
    let tellers = (0..40_u32).map(|teller| {
        let intake: Intake = lot.flow.intake.clone();
        let arrivals: Vec<Arrival> = (0..50)
            .map(|number| lot.told(number + 50 * (teller % 20), &[1], lot.now()))
            .collect();
        tokio::spawn(async move {
            let mut new = 0;
            for arrival in &arrivals {
                new += usize::from(intake.store(arrival).await.expect("stored"));
            }
            new
        })
    });
    let mut new = 0;
    for teller in tellers.collect::<Vec<_>>() {
        new += teller.await.expect("a teller");
    }
    // Twenty tellers tell the same as twenty others.
    assert_eq!((new, lot.outcomes().await.len()), (1_000, 1_000));
}
