//! Bad days of messages: whatever dies, what was acknowledged is in the database once, and the bays
//! show what the messages say.

mod broker;
mod crashes;
mod spool;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use parking_domain::clock::Clock;
use serde_json::{Value, json};
use sqlx::PgConnection;
use tokio::sync::watch;

use crate::harness::actors::{Owner, text};
use crate::harness::http::try_send;
use crate::harness::{Api, eventually};

/// A message: of which sensor, and its number.
type Numbered = (usize, u32);

/// Whom ChirpStack's messages of the street belong to.
const APPLICATION: &str = "deb86e58-f3b2-43fc-b5cb-3e10d825b9f5";

/// Bays with a sensor each, and the key their messages come by.
struct Street {
    key: String,
    sensors: usize,
    began_ms: i64,
}

impl Street {
    /// As many bays, all watched since a while ago.
    async fn of(owner: &Owner, sensors: usize) -> Self {
        let site = json!({ "name": "Quay", "timezone": "Europe/Paris" });
        let site = owner.api.post("/api/v6/sites", &site).await.expect(201);
        for sensor in 0..sensors {
            let bay = json!({ "site_id": site["id"], "code": format!("A-{sensor:03}") });
            let bay = owner.api.post("/api/v6/spaces", &bay).await.expect(201);
            let device = json!({ "dev_eui": eui(sensor), "model": "bosch-tps110" });
            let device = owner.api.post("/api/v6/devices", &device).await.expect(201);
            let path = format!("/api/v6/devices/{}/assign", text(&device, "id"));
            let watches = json!({ "space_id": bay["id"], "reason": "installed" });
            owner.api.post(&path, &watches).await.expect(200);
        }
        let key = owner.makes_key("operator", &["webhook:ingest"]).await;
        Self {
            key: key.secret,
            sensors,
            began_ms: Clock::system().now().timestamp_millis(),
        }
    }

    /// What the network server says of a message; it was received a millisecond after the one before.
    fn up(&self, (sensor, number): Numbered) -> Value {
        let at = chrono::DateTime::from_timestamp_millis(self.began_ms + i64::from(number));
        let data = if is_occupied((sensor, number)) {
            "AQ=="
        } else {
            "AA=="
        };
        json!({
            "deviceInfo": { "applicationId": APPLICATION, "devEui": eui(sensor).to_lowercase() },
            "devAddr": format!("{sensor:08x}"), "fCnt": number, "fPort": 1, "data": data,
            "time": at.expect("an instant").to_rfc3339(),
            "rxInfo": [{ "gatewayId": "0016c001f1500001", "rssi": -57, "snr": 9.5 }],
        })
    }

    fn topic(sensor: usize) -> String {
        let eui = eui(sensor).to_lowercase();
        format!("application/{APPLICATION}/device/{eui}/event/up")
    }

    /// Posts a message; the status of the answer, if there is one.
    async fn posts(&self, api: &Api, message: Numbered) -> Option<u16> {
        let path = "/api/v6/ingest/chirpstack?event=up";
        let request = api.request(reqwest::Method::POST, path);
        let request = request
            .header("x-api-key", &self.key)
            .json(&self.up(message));
        try_send(request).await.ok().map(|answer| answer.status)
    }

    /// Every message that was acknowledged is there, none is there twice, each has been acted on, and
    /// the bays are as the newest of them say.
    async fn check(&self, admin: &mut PgConnection, acknowledged: &BTreeSet<Numbered>) {
        eventually("every message is acted on", async || {
            let query = "select count(*) from uplinks where acted_at is null";
            let waiting: i64 = sqlx::query_scalar(query)
                .fetch_one(&mut *admin)
                .await
                .unwrap();
            (waiting == 0).then_some(())
        })
        .await;
        let query = "select dev_eui, f_cnt, count(*) from uplinks group by 1, 2";
        let stored: Vec<(String, i64, i64)> =
            sqlx::query_as(query).fetch_all(&mut *admin).await.unwrap();
        assert!(stored.iter().all(|(.., count)| *count == 1), "stored twice");
        let stored: BTreeSet<Numbered> = stored
            .iter()
            .map(|(eui, number, _)| (sensor_of(eui), u32::try_from(*number).unwrap()))
            .collect();
        let lost: Vec<_> = acknowledged.difference(&stored).collect();
        assert!(lost.is_empty(), "acknowledged and lost: {lost:?}");
        let newest: BTreeMap<usize, u32> = stored.iter().copied().collect();
        let query = "select d.dev_eui, s.state from spaces s
             join device_assignments a on a.space_id = s.id join devices d on d.id = a.device_id";
        let states: Vec<(String, String)> =
            sqlx::query_as(query).fetch_all(&mut *admin).await.unwrap();
        assert_eq!(states.len(), self.sensors);
        for (eui, state) in states {
            let sensor = sensor_of(&eui);
            let expected = newest
                .get(&sensor)
                .map(|number| is_occupied((sensor, *number)));
            let expected = expected.map_or("unknown", |is| if is { "occupied" } else { "free" });
            assert_eq!(
                state,
                expected,
                "the bay of {eui} after {:?}",
                newest.get(&sensor)
            );
        }
    }
}

fn eui(sensor: usize) -> String {
    format!("70B3D57ED1{sensor:06X}")
}

fn sensor_of(eui: &str) -> usize {
    usize::from_str_radix(&eui[10..], 16).unwrap()
}

/// Whether a message says that a vehicle is there: as good as by chance, and always the same.
fn is_occupied((sensor, number): Numbered) -> bool {
    let mixed = (sensor as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ u64::from(number);
    mixed.wrapping_mul(0xbf58_476d_1ce4_e5b9) >> 63 == 1
}

/// Numbers as good as random, the same at each run.
struct Chance(u64);

impl Chance {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        usize::try_from(self.0 >> 33).unwrap() % end
    }
}

/// Senders that post as fast as they are answered, each for sensors of its own, and do not give up on
/// a message before it is acknowledged.
struct Senders {
    tasks: tokio::task::JoinSet<()>,
    acknowledged: Arc<Mutex<BTreeSet<Numbered>>>,
    server: watch::Sender<Api>,
    stop: watch::Sender<bool>,
}

impl Senders {
    fn start(street: &Arc<Street>, server: Api, sensors: std::ops::Range<usize>) -> Self {
        let (server, address) = watch::channel(server);
        let (stop, stopped) = watch::channel(false);
        let acknowledged = Arc::<Mutex<BTreeSet<Numbered>>>::default();
        let mut tasks = tokio::task::JoinSet::new();
        for sensor in sensors {
            let (street, address, stopped) = (Arc::clone(street), address.clone(), stopped.clone());
            let acknowledged = Arc::clone(&acknowledged);
            tasks.spawn(async move {
                for number in 1.. {
                    loop {
                        if *stopped.borrow() {
                            return;
                        }
                        let api = address.borrow().clone();
                        if matches!(street.posts(&api, (sensor, number)).await, Some(200 | 202)) {
                            break;
                        }
                        // Who is turned away comes again, and does not run the door in.
                        tokio::time::sleep(Duration::from_millis(5)).await;
                    }
                    let mut all = acknowledged.lock().unwrap_or_else(PoisonError::into_inner);
                    all.insert((sensor, number));
                }
            });
        }
        Self {
            tasks,
            acknowledged,
            server,
            stop,
        }
    }

    fn acknowledged(&self) -> usize {
        let all = self
            .acknowledged
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        all.len()
    }

    /// Waits for so many more acknowledgements.
    async fn get_on_by(&self, more: usize) {
        let wanted = self.acknowledged() + more;
        while self.acknowledged() < wanted {
            tokio::task::yield_now().await;
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }

    /// From now on to another address.
    fn turn_to(&self, server: Api) {
        self.server.send_replace(server);
    }

    /// Ends, and says what was acknowledged.
    async fn end(self) -> BTreeSet<Numbered> {
        self.stop.send_replace(true);
        self.tasks.join_all().await;
        let mut all = self
            .acknowledged
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut *all)
    }
}
