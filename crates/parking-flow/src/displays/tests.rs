//! Displays over a real database, from the state of a bay to what the network server was handed, and
//! back by messages of the radio.

#![expect(clippy::disallowed_methods, reason = "two servers really work at once")]

mod counted;
mod late;
mod paths;
mod poison;
mod shares;
mod shown;
mod storm;
mod strangers;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use axum::http::{Method, StatusCode};
use chrono::{DateTime, TimeDelta, Utc};
use parking_chirpstack::downlinks::{Asked, DoorError, Downlink, QueueItem, Queues};
use parking_domain::eui::Eui64;
use parking_domain::ids::{TenantId, fresh};
use parking_domain::radio::{Content, Message, Reception, Uplink};
use parking_testkit::{Answered, bearer};
use serde_json::{Value, json};
use sqlx::Row as _;
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};
use uuid::Uuid;

use super::{CommandPath, Displays, Paths, Planned, Settings, Taker, plan, send, watch};
use crate::Flow;
use crate::ingest::{Arrival, Lot, Source, Told};

/// A lamp.
const LAMP: &str = "2020200000000001";

/// The gateway that hears it.
const GATEWAY: [u8; 8] = [9; 8];

/// The application of the lot's tenant at the network server.
const HOME: &str = "0f9f0e2c-5c1e-4d2a-9f0a-000000000001";

/// What a network server does that day.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Mood {
    /// What it should.
    #[default]
    Well,
    /// It is not there.
    Away,
    /// It takes what it is given and says nothing.
    Mute,
    /// It takes what it is given, and nobody is there any more to hear what it answers.
    Unheard,
    /// It loses what it is given and says nothing.
    Lossy,
    /// It refuses.
    Unwilling,
}

/// A network server in memory, with faults.
#[derive(Debug, Default)]
pub(super) struct NetworkServer {
    inner: Mutex<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    mood: Mood,
    queues: BTreeMap<Eui64, Vec<QueueItem>>,
    asked: usize,
    flushed: usize,
    deepest: usize,
    /// Devices that are in no application of the lot's tenant, and where they are instead.
    elsewhere: BTreeMap<Eui64, Option<String>>,
}

impl NetworkServer {
    pub(super) fn feels(&self, mood: Mood) {
        self.inner.lock().unwrap().mood = mood;
    }

    /// How often a command was handed over.
    pub(super) fn asked(&self) -> usize {
        self.inner.lock().unwrap().asked
    }

    /// How often a queue was emptied.
    pub(super) fn flushed(&self) -> usize {
        self.inner.lock().unwrap().flushed
    }

    /// A device is in another application from now on, or in none.
    pub(super) fn moves(&self, dev_eui: &str, application: Option<&str>) {
        let elsewhere = &mut self.inner.lock().unwrap().elsewhere;
        elsewhere.insert(dev_eui.parse().unwrap(), application.map(str::to_owned));
    }

    /// The most commands that ever waited for one device.
    pub(super) fn deepest(&self) -> usize {
        self.inner.lock().unwrap().deepest
    }

    /// A gateway sends the first command of a device.
    pub(super) fn sends(&self, dev_eui: Eui64) -> Option<QueueItem> {
        let mut inner = self.inner.lock().unwrap();
        let queue = inner.queues.get_mut(&dev_eui)?;
        (!queue.is_empty()).then(|| queue.remove(0))
    }

    pub(super) fn waits(&self, dev_eui: Eui64) -> Vec<QueueItem> {
        let inner = self.inner.lock().unwrap();
        inner.queues.get(&dev_eui).cloned().unwrap_or_default()
    }
}

impl Queues for NetworkServer {
    fn enqueue<'a>(&'a self, downlink: &'a Downlink) -> Asked<'a, String> {
        let mut inner = self.inner.lock().unwrap();
        let mood = inner.mood;
        inner.asked += usize::from(mood != Mood::Away);
        let id = fresh().to_string();
        if matches!(mood, Mood::Well | Mood::Mute | Mood::Unheard) {
            let queue = inner.queues.entry(downlink.dev_eui).or_default();
            queue.push(QueueItem {
                id: id.clone(),
                f_port: downlink.f_port,
                payload: downlink.payload.clone(),
                is_pending: false,
            });
            let depth = queue.len();
            inner.deepest = inner.deepest.max(depth);
        }
        Box::pin(async move {
            match mood {
                Mood::Well => Ok(id),
                Mood::Unheard => std::future::pending().await,
                Mood::Away => Err(DoorError::Away("refused".into())),
                Mood::Mute | Mood::Lossy => Err(DoorError::Unanswered("deadline".into())),
                Mood::Unwilling => Err(DoorError::Refused("no such device".into())),
            }
        })
    }

    fn flush(&self, dev_eui: Eui64) -> Asked<'_, ()> {
        let mut inner = self.inner.lock().unwrap();
        let mood = inner.mood;
        inner.flushed += 1;
        if matches!(
            mood,
            Mood::Well | Mood::Unwilling | Mood::Mute | Mood::Unheard
        ) {
            inner.queues.remove(&dev_eui);
        }
        Box::pin(async move {
            match mood {
                Mood::Well | Mood::Unwilling | Mood::Unheard => Ok(()),
                Mood::Away => Err(DoorError::Away("refused".into())),
                Mood::Mute | Mood::Lossy => Err(DoorError::Unanswered("deadline".into())),
            }
        })
    }

    fn application(&self, dev_eui: Eui64) -> Asked<'_, Option<String>> {
        let inner = self.inner.lock().unwrap();
        let is_away = inner.mood == Mood::Away;
        let elsewhere = inner.elsewhere.get(&dev_eui).cloned();
        Box::pin(async move {
            if is_away {
                return Err(DoorError::Away("refused".into()));
            }
            Ok(elsewhere.unwrap_or_else(|| Some(HOME.to_owned())))
        })
    }

    fn queue(&self, dev_eui: Eui64) -> Asked<'_, Vec<QueueItem>> {
        let items = self.waits(dev_eui);
        Box::pin(async move { Ok(items) })
    }
}

/// The path to a network server that takes commands back.
fn by_api(server: &Arc<NetworkServer>) -> Paths {
    let queues = Arc::clone(server) as Arc<dyn Queues>;
    Paths {
        chirpstack: Some(CommandPath::Api(queues)),
        stack: None,
    }
}

/// A lot whose second bay has a lamp, and the network server it is reached by.
pub(super) struct Lit {
    pub(super) lot: Lot,
    pub(super) server: Arc<NetworkServer>,
    pub(super) lamp: Uuid,
    pub(super) flow: Flow,
}

impl Lit {
    pub(super) async fn open() -> Self {
        Self::open_with(Settings::default()).await
    }

    pub(super) async fn open_with(settings: Settings) -> Self {
        let lot = Lot::open().await;
        let server = Arc::<NetworkServer>::default();
        let mut flow = lot.flow.clone();
        flow.displays = Displays::new(settings, by_api(&server));
        let mut lit = Self {
            lot,
            server,
            lamp: Uuid::nil(),
            flow,
        };
        lit.is_given(HOME, lit.lot.tenant).await;
        lit.lamp = lit.hangs_lamp(LAMP, lit.lot.bays[1]).await;
        lit
    }

    /// An application of the network server is a tenant's.
    pub(super) async fn is_given(&self, application: &str, tenant: TenantId) {
        let mut admin = self.lot.test.superuser().await;
        sqlx::query("insert into applications (tenant_id, id, application, created_at) values ($1, $2, $3, now())")
            .bind(tenant.0)
            .bind(fresh())
            .bind(application)
            .execute(&mut admin)
            .await
            .unwrap();
    }

    /// Something happens to the database that nothing here does.
    pub(super) async fn is_done(&self, statement: &'static str) {
        let mut admin = self.lot.test.superuser().await;
        sqlx::raw_sql(statement)
            .execute(&mut admin)
            .await
            .expect(statement);
    }

    /// Another server on the same database.
    pub(super) fn replica(&self) -> Flow {
        let mut flow = self.flow.clone();
        flow.displays = Displays::new(self.flow.displays.settings, by_api(&self.server));
        flow
    }

    pub(super) async fn hangs_lamp(&self, eui: &str, bay: Uuid) -> Uuid {
        let body = json!({ "dev_eui": eui, "model": "plenom-busylight-omega" });
        let made = self.lot.post("/api/v6/devices", body).await;
        assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
        let id: Uuid = made.json()["id"].as_str().unwrap().parse().unwrap();
        let assign = json!({ "space_id": bay, "role": "display" });
        let path = format!("/api/v6/devices/{id}/assign");
        let assigned = self.lot.post(&path, assign).await;
        assert_eq!(assigned.status, StatusCode::OK, "{}", assigned.text);
        self.hears(eui, Content::Uplink(status([0, 0, 0, 0, 0])))
            .await;
        id
    }

    pub(super) async fn observes(&self, bay: usize, state: &str) {
        let seen = json!([{ "space_id": self.lot.bays[bay], "state": state }]);
        assert_eq!(self.lot.observe(seen).await.status, StatusCode::OK);
        self.acts().await;
    }

    pub(super) async fn acts(&self) {
        while crate::ingest::act(&self.flow).await.expect("an activation") {}
    }

    /// A message of a device, acted on at once.
    pub(super) async fn hears(&self, eui: &str, content: Content) {
        let arrival = Arrival {
            tenant: self.lot.tenant,
            source: Source::ChirpStackMqtt,
            at: self.now(),
            told: Told::Message(Box::new(Message {
                dev_eui: eui.parse().unwrap(),
                application: None,
                device_name: None,
                received_at: self.now(),
                receptions: vec![Reception {
                    gateway: Eui64::from_bytes(GATEWAY),
                    rssi: Some(-70),
                    snr: Some(9.0),
                }],
                content,
            })),
        };
        assert_eq!(self.flow.intake.store(&arrival).await, Ok(true));
        self.acts().await;
    }

    /// The gateway sends the lamp's first command, and says so.
    pub(super) async fn transmits(&self, eui: &str) -> Option<Vec<u8>> {
        let item = self.server.sends(eui.parse().unwrap())?;
        self.hears(eui, transmitted(&item.id)).await;
        Some(item.payload)
    }

    pub(super) async fn plans(&self) -> Planned {
        let mut all = Planned::default();
        loop {
            let (planned, has_more) = plan(&self.flow).await.expect("a plan");
            all.looked += planned.looked;
            all.made += planned.made;
            all.superseded += planned.superseded;
            if !has_more {
                return all;
            }
        }
    }

    pub(super) async fn sends(&self) {
        while send(&self.flow, Taker::ChirpStack).await.expect("a turn") {}
    }

    pub(super) async fn watches(&self) {
        while watch(&self.flow).await.expect("a watch") {}
    }

    /// Everything that a server does by itself, for so long.
    pub(super) async fn runs(&self, seconds: i64) {
        for _ in 0..seconds {
            self.lot.test.clock().advance(TimeDelta::seconds(1));
            self.plans().await;
            self.sends().await;
            self.watches().await;
        }
    }

    pub(super) fn now(&self) -> DateTime<Utc> {
        self.flow.clock.now()
    }

    pub(super) async fn get(&self, path: &str) -> Answered {
        let token = bearer(&self.lot.token);
        self.lot
            .served
            .call(Method::GET, path, &[token], None)
            .await
    }

    pub(super) async fn display(&self) -> Value {
        self.get(&format!("/api/v6/displays/{}", self.lamp))
            .await
            .json()
    }

    pub(super) async fn statuses(&self) -> Vec<String> {
        let mut admin = self.lot.test.superuser().await;
        sqlx::query_scalar("select status from downlinks order by id")
            .fetch_all(&mut admin)
            .await
            .unwrap()
    }

    pub(super) async fn scalar(&self, query: &'static str) -> i64 {
        let mut admin = self.lot.test.superuser().await;
        sqlx::query(query)
            .fetch_one(&mut admin)
            .await
            .unwrap()
            .get(0)
    }
}

/// A status of the lamp: what it was sent, as red, blue, green, on and off.
pub(super) fn status(light: [u8; 5]) -> Uplink {
    let mut payload = vec![0; 4];
    payload.extend(light);
    payload.push(0);
    Uplink {
        dev_addr: Some("01020304".into()),
        f_cnt: None,
        f_port: Some(15),
        payload,
        deduplication_id: Some(fresh().to_string()),
    }
}

pub(super) fn transmitted(item: &str) -> Content {
    Content::Transmitted {
        queue_item: item.to_owned(),
        f_cnt_down: Some(1),
        gateway: Some(Eui64::from_bytes(GATEWAY)),
    }
}

/// Red, blue, green, on, off, and the wish to be told.
const GREEN: [u8; 6] = [0, 0, 255, 100, 0, 1];
const RED: [u8; 6] = [255, 0, 0, 100, 0, 1];

#[tokio::test]
async fn a_lamp_follows_its_bay_and_says_that_it_does() {
    let lit = Lit::open().await;
    lit.observes(1, "occupied").await;
    lit.plans().await;
    lit.sends().await;
    assert_eq!(lit.transmits(LAMP).await.as_deref(), Some(&RED[..]));
    lit.plans().await;
    let display = lit.display().await;
    assert_eq!(display["status"], "in_step");
    assert_eq!(display["wanted"]["look"]["color"], "FF0000");
    assert_eq!(display["transmitted"]["payload"], "ff0000640001");
    assert_eq!(lit.statuses().await, ["transmitted"]);

    lit.lot.test.clock().advance(TimeDelta::seconds(2));
    lit.hears(LAMP, Content::Uplink(status([255, 0, 0, 100, 0])))
        .await;
    lit.plans().await;
    let why = format!("/api/v6/spaces/{}/evidence", lit.lot.bays[1]);
    let lamp = lit.get(&why).await.json()["lamp"].clone();
    assert_eq!(
        (&lamp["wanted_color"], &lamp["told_color"]),
        (&json!("FF0000"), &json!("FF0000"))
    );
    let display = lit.display().await;
    assert_eq!(display["shown"]["color"], "FF0000");
    assert_eq!(display["shown"]["agrees"], true);
    assert_eq!(lit.statuses().await, ["confirmed"]);
}

#[tokio::test]
async fn of_many_changes_the_last_is_told_and_nothing_is_sent_for_one_that_was_taken_back() {
    let lit = Lit::open().await;
    for state in ["occupied", "free", "occupied", "free"] {
        lit.observes(1, state).await;
        lit.lot.test.clock().advance(TimeDelta::seconds(1));
        lit.plans().await;
    }
    lit.sends().await;
    assert_eq!(lit.server.asked(), 1);
    assert_eq!(lit.transmits(LAMP).await.as_deref(), Some(&GREEN[..]));
    lit.observes(1, "occupied").await;
    lit.plans().await;
    lit.lot.test.clock().advance(TimeDelta::seconds(1));
    lit.observes(1, "free").await;
    lit.plans().await;
    lit.sends().await;
    assert_eq!(lit.server.asked(), 1, "it shows green already");
}

#[tokio::test]
async fn a_newer_command_waits_until_the_one_before_it_has_left() {
    let lit = Lit::open().await;
    lit.observes(1, "occupied").await;
    lit.plans().await;
    lit.sends().await;
    lit.observes(1, "free").await;
    lit.plans().await;
    lit.sends().await;
    assert_eq!(lit.server.asked(), 1, "one is on its way");
    assert_eq!(lit.transmits(LAMP).await.as_deref(), Some(&RED[..]));
    lit.sends().await;
    assert_eq!(lit.transmits(LAMP).await.as_deref(), Some(&GREEN[..]));
    assert_eq!(lit.server.deepest(), 1);
}

#[tokio::test]
async fn a_silent_gateway_costs_bounded_attempts_and_raises_an_alarm_until_the_lamp_is_reached() {
    let lit = Lit::open().await;
    lit.observes(1, "occupied").await;
    lit.runs(240).await;
    assert_eq!(lit.server.asked(), 5);
    assert_eq!(
        lit.server.deepest(),
        1,
        "the queue is emptied before the next attempt"
    );
    let failed = lit.get("/api/v6/downlinks?status=failed").await.json();
    assert_eq!(failed["total"], 1, "{failed}");
    let story = failed["downlinks"][0]["story"].as_array().unwrap();
    assert!(
        story.iter().any(|step| step["what"] == "not_transmitted"),
        "{story:?}"
    );
    assert_eq!(lit.display().await["status"], "unreachable");
    let fault = "select count(*) from devices where display_fault = 'unreachable'";
    assert_eq!(lit.scalar(fault).await, 1);
    // Whoever looks at it hears of it at once, and not when they happen to ask again.
    let told = "select count(*) from events e join devices d on d.id::text = e.subject_id
         where e.kind = 'display.changed' and e.at = d.display_fault_since";
    assert_eq!(lit.scalar(told).await, 1);

    // After a rest it is tried again, and this time a gateway is there.
    lit.runs(255).await;
    assert!(lit.transmits(LAMP).await.is_some());
    lit.hears(LAMP, Content::Uplink(status([255, 0, 0, 100, 0])))
        .await;
    lit.runs(2).await;
    assert_eq!(lit.display().await["status"], "in_step");
    assert_eq!(lit.scalar(fault).await, 0);
}

#[tokio::test]
async fn no_minute_holds_more_than_the_budgets_and_to_wait_is_no_attempt() {
    let settings = Settings {
        gateway_per_minute: 3,
        ..Settings::default()
    };
    let lit = Lit::open_with(settings).await;
    let mut euis = vec![LAMP.to_owned()];
    for number in 2..=8 {
        let body = json!({ "site_id": lit.site().await, "code": format!("B-{number}") });
        let bay = lit.lot.post("/api/v6/spaces", body).await;
        let bay = bay.json()["id"].as_str().unwrap().parse().unwrap();
        let eui = format!("202020000000000{number}");
        lit.hangs_lamp(&eui, bay).await;
        euis.push(eui);
    }
    let mut handed = Vec::new();
    for second in 0..200 {
        let before = lit.server.asked();
        lit.runs(1).await;
        handed.extend((before..lit.server.asked()).map(|_| second));
        for eui in &euis {
            lit.transmits(eui).await;
        }
    }
    assert!(handed.len() >= 8, "{handed:?}");
    for start in &handed {
        let within = handed
            .iter()
            .filter(|at| (*start..start + 60).contains(*at));
        assert!(within.count() <= 3, "{handed:?}");
    }
    assert_eq!(
        lit.scalar("select max(attempts)::bigint from downlinks")
            .await,
        1
    );
    let airtime = lit.get("/api/v6/downlinks/airtime?add=30").await.json();
    let gateway = &airtime["gateways"][0];
    assert_eq!(gateway["lamps"], 8, "{airtime}");
    assert!(gateway["all_wait_seconds_with_more"].as_i64() > gateway["all_wait_seconds"].as_i64());
}

impl Lit {
    async fn site(&self) -> Value {
        let bay = self
            .get(&format!("/api/v6/spaces/{}", self.lot.bays[0]))
            .await;
        bay.json()["site_id"].clone()
    }
}

#[tokio::test]
async fn a_server_that_dies_between_handing_over_and_writing_down_loses_and_doubles_nothing() {
    let lit = Lit::open().await;
    lit.observes(1, "occupied").await;
    lit.plans().await;
    // The network server takes it; whoever handed it over never writes that down.
    lit.server.feels(Mood::Unheard);
    let is_handed_over = async {
        while lit.server.asked() == 0 {
            tokio::time::sleep(std::time::Duration::from_millis(1)).await;
        }
    };
    tokio::select! {
        _ = send(&lit.flow, Taker::ChirpStack) => panic!("nobody answered"),
        () = is_handed_over => {}
    }
    lit.server.feels(Mood::Well);
    assert_eq!(lit.server.asked(), 1);
    assert_eq!(lit.statuses().await.last().unwrap(), "sending");
    // Until its lease is over nobody touches it; then its queue is emptied and it is said again.
    lit.runs(100).await;
    assert_eq!(lit.server.asked(), 1);
    lit.runs(85).await;
    assert_eq!(lit.server.asked(), 2);
    assert_eq!(lit.server.deepest(), 1);
    assert_eq!(lit.transmits(LAMP).await.as_deref(), Some(&RED[..]));
    lit.runs(1).await;
    assert_eq!(lit.display().await["status"], "in_step");
}

#[tokio::test]
async fn a_word_of_the_gateway_that_comes_before_the_name_is_written_down_is_believed() {
    let lit = Lit::open().await;
    lit.observes(1, "occupied").await;
    lit.plans().await;
    lit.sends().await;
    let item = lit.server.sends(LAMP.parse().unwrap()).unwrap();
    let mut admin = lit.lot.test.superuser().await;
    sqlx::query("update downlinks set status = 'sending', queue_item = null, deadline_at = null, leased_until = now() + interval '9 years' where status = 'queued'")
        .execute(&mut admin)
        .await
        .unwrap();
    lit.hears(LAMP, transmitted(&item.id)).await;
    assert_eq!(lit.statuses().await.last().unwrap(), "transmitted");
    lit.runs(1).await;
    assert_eq!(lit.display().await["status"], "in_step");
}

#[tokio::test]
async fn a_network_server_that_is_away_costs_no_attempts_and_is_spared() {
    let lit = Lit::open().await;
    lit.server.feels(Mood::Away);
    lit.observes(1, "occupied").await;
    lit.runs(600).await;
    assert_eq!(
        lit.scalar("select max(attempts)::bigint from downlinks")
            .await,
        0
    );
    assert_eq!(lit.statuses().await.last().unwrap(), "waiting");
    lit.server.feels(Mood::Well);
    lit.runs(61).await;
    assert_eq!(lit.transmits(LAMP).await.as_deref(), Some(&RED[..]));
}

#[tokio::test]
async fn what_nobody_answers_for_is_never_in_the_queue_twice() {
    let lit = Lit::open().await;
    lit.server.feels(Mood::Mute);
    lit.observes(1, "occupied").await;
    lit.runs(10).await;
    lit.server.feels(Mood::Well);
    lit.runs(20).await;
    assert_eq!(lit.server.deepest(), 1);
    assert_eq!(lit.transmits(LAMP).await.as_deref(), Some(&RED[..]));
}

#[tokio::test]
async fn an_hour_without_an_answer_is_made_good_minutes_after_the_network_server_is_back() {
    let lit = Lit::open().await;
    let pass = async || {
        lit.lot.test.clock().advance(TimeDelta::seconds(10));
        lit.plans().await;
        lit.sends().await;
        lit.watches().await;
    };
    lit.server.feels(Mood::Lossy);
    lit.observes(1, "occupied").await;
    for _ in 0..60 * 6 {
        pass().await;
    }
    let fault = "select count(*) from devices where display_fault is not null";
    assert_eq!(lit.scalar(fault).await, 0, "it is not the lamp's");
    lit.server.feels(Mood::Well);
    let mut told = None;
    for _ in 0..7 * 6 {
        pass().await;
        // The gateway takes what is there: at the last moment it may just have been taken back.
        told = told.or(lit.transmits(LAMP).await);
    }
    assert_eq!(told.as_deref(), Some(&RED[..]));
    assert_eq!(lit.server.deepest(), 1);
}

#[tokio::test]
async fn a_lamp_that_joins_anew_is_told_again() {
    let lit = Lit::open().await;
    lit.observes(1, "occupied").await;
    lit.runs(1).await;
    lit.transmits(LAMP).await.unwrap();
    lit.runs(1).await;
    lit.lot.test.clock().advance(TimeDelta::seconds(5));
    lit.hears(LAMP, Content::Join { dev_addr: None }).await;
    lit.runs(1).await;
    assert_eq!(lit.transmits(LAMP).await.as_deref(), Some(&RED[..]));
}

#[tokio::test]
async fn a_lamp_that_says_something_else_is_told_again_and_an_alarm_is_raised_if_it_lasts() {
    let lit = Lit::open().await;
    lit.observes(1, "occupied").await;
    lit.runs(1).await;
    lit.transmits(LAMP).await.unwrap();
    for _ in 0..4 {
        lit.lot.test.clock().advance(TimeDelta::seconds(10));
        lit.hears(LAMP, Content::Uplink(status([0, 0, 255, 100, 0])))
            .await;
        lit.runs(2).await;
        lit.transmits(LAMP).await.expect("it is told again");
        lit.runs(68).await;
    }
    assert_eq!(lit.display().await["shown"]["agrees"], false);
    let asked = lit.server.asked();
    assert!(
        (3..=7).contains(&asked),
        "told again, and not all the time: {asked}"
    );
    let fault = "select count(*) from devices where display_fault = 'mismatch'";
    assert_eq!(lit.scalar(fault).await, 1);
}

#[tokio::test]
async fn two_servers_hand_over_each_command_once() {
    let lit = Lit::open().await;
    let other = lit.replica();
    for state in ["occupied", "free", "occupied"] {
        lit.observes(1, state).await;
        let (mine, theirs) = (lit.flow.clone(), other.clone());
        let round = |flow: Flow| async move {
            for _ in 0..4 {
                plan(&flow).await.expect("a plan");
                send(&flow, Taker::ChirpStack).await.expect("a turn");
            }
        };
        let (mine, theirs) = (tokio::spawn(round(mine)), tokio::spawn(round(theirs)));
        mine.await.unwrap();
        theirs.await.unwrap();
        lit.transmits(LAMP).await;
        lit.lot.test.clock().advance(TimeDelta::seconds(3));
    }
    assert_eq!(lit.server.deepest(), 1);
    assert_eq!(lit.server.asked(), 3);
}

#[tokio::test]
async fn somebody_tries_a_lamp_out_and_it_returns_to_what_it_should_show() {
    let lit = Lit::open().await;
    lit.observes(1, "occupied").await;
    lit.runs(1).await;
    lit.transmits(LAMP).await.unwrap();
    let path = format!("/api/v6/displays/{}/test", lit.lamp);
    let tried = lit
        .lot
        .post(&path, json!({ "color": "0000FF", "seconds": 20 }))
        .await;
    assert_eq!(tried.status, StatusCode::OK, "{}", tried.text);
    lit.runs(1).await;
    assert_eq!(
        lit.transmits(LAMP).await.as_deref(),
        Some(&[0, 255, 0, 100, 0, 1][..])
    );
    lit.runs(25).await;
    assert_eq!(lit.transmits(LAMP).await.as_deref(), Some(&RED[..]));
    let wrong = lit
        .lot
        .post(&path, json!({ "color": "blue", "seconds": 1 }))
        .await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(wrong.json()["errors"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn a_command_of_somebodys_own_is_sent_and_the_lamp_then_told_what_it_should_show() {
    let lit = Lit::open().await;
    lit.observes(1, "occupied").await;
    lit.runs(1).await;
    lit.transmits(LAMP).await.unwrap();
    let draft = json!({ "device_id": lit.lamp, "f_port": 15, "payload": "09 03" });
    let made = lit.lot.post("/api/v6/downlinks", draft).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
    lit.runs(1).await;
    assert_eq!(lit.transmits(LAMP).await.as_deref(), Some(&[9, 3][..]));
    lit.runs(1).await;
    assert_eq!(lit.transmits(LAMP).await.as_deref(), Some(&RED[..]));
    let sensor = lit.get("/api/v6/devices?q=70B3").await.json()["devices"][0]["id"].clone();
    let refused = lit
        .lot
        .post(
            "/api/v6/downlinks",
            json!({ "device_id": sensor, "f_port": 0, "payload": "0" }),
        )
        .await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    let refused = lit
        .lot
        .post(
            "/api/v6/downlinks",
            json!({ "device_id": sensor, "f_port": 1, "payload": "00" }),
        )
        .await;
    assert_eq!(
        refused.json()["errors"][0]["field"],
        "device_id",
        "{}",
        refused.text
    );
}

#[tokio::test]
async fn a_command_is_called_off_while_it_waits_and_tried_again_after_it_was_given_up() {
    let lit = Lit::open().await;
    lit.observes(1, "occupied").await;
    lit.plans().await;
    let waiting = lit.get("/api/v6/downlinks?open=true").await.json();
    let id = waiting["downlinks"][0]["id"].as_str().unwrap().to_owned();
    let path = |what: &str| format!("/api/v6/downlinks/{id}/{what}");
    assert_eq!(
        lit.lot.post(&path("retry"), json!({})).await.status,
        StatusCode::CONFLICT
    );
    let called_off = lit.lot.post(&path("cancel"), json!({})).await;
    assert_eq!(
        called_off.json()["status"],
        "cancelled",
        "{}",
        called_off.text
    );
    assert_eq!(
        lit.lot.post(&path("cancel"), json!({})).await.status,
        StatusCode::CONFLICT
    );

    lit.server.feels(Mood::Unwilling);
    lit.observes(1, "free").await;
    lit.runs(200).await;
    let failed = lit.get("/api/v6/downlinks?status=failed").await.json();
    assert_eq!(failed["downlinks"][0]["attempts"], 5, "{failed}");
    assert_eq!(failed["downlinks"][0]["error"], "no such device");
    let id = failed["downlinks"][0]["id"].as_str().unwrap();
    lit.server.feels(Mood::Well);
    let retried = lit
        .lot
        .post(&format!("/api/v6/downlinks/{id}/retry"), json!({}))
        .await;
    assert_eq!(retried.json()["status"], "waiting", "{}", retried.text);
    lit.runs(1).await;
    assert_eq!(lit.transmits(LAMP).await.as_deref(), Some(&GREEN[..]));
    let health = lit.get("/api/v6/downlinks/queue/health").await;
    assert_eq!(health.status, StatusCode::OK, "{}", health.text);
    let metrics = lit.get("/api/v6/downlinks/queue/metrics").await.json();
    assert!(
        metrics["throughput"]["total_enqueued"].as_i64() >= Some(2),
        "{metrics}"
    );
}

#[tokio::test]
async fn a_list_of_bays_tells_the_three_truths_of_their_lamps_to_who_may_see_them() {
    let lit = Lit::open().await;
    lit.observes(1, "occupied").await;
    lit.runs(1).await;
    lit.transmits(LAMP).await.unwrap();
    lit.runs(1).await;
    let path = "/api/v6/spaces?sort=code&include_lamps=true";
    let listed = lit.get(path).await.json();
    let (dark, lit_bay) = (&listed["spaces"][0], &listed["spaces"][1]);
    assert_eq!(dark.get("lamp"), None, "{dark}");
    let lamp = &lit_bay["lamp"];
    assert_eq!(lamp["id"], json!(lit.lamp));
    assert_eq!(lamp["wanted"]["look"]["state"], "occupied", "{lamp}");
    assert_eq!(lamp["transmitted"]["payload"], lamp["wanted"]["payload"]);
    for truth in ["wanted", "transmitted", "shown"] {
        assert!(lamp[truth]["at"].is_string(), "{truth}: {lamp}");
    }
    let display = lit.display().await;
    for word in ["status", "wanted", "transmitted", "shown", "behind_since"] {
        assert_eq!(
            lamp[word], display[word],
            "as the lamp itself says it: {word}"
        );
    }
    let unasked = lit.get("/api/v6/spaces").await.json();
    assert!(
        unasked["spaces"]
            .as_array()
            .unwrap()
            .iter()
            .all(|one| one.get("lamp").is_none())
    );
    // A key for bays alone is not told of lamps.
    let token = fresh().to_string();
    let identity = parking_http::Identity {
        tenant: lit.lot.tenant,
        actor: parking_http::Actor::ApiKey {
            id: fresh(),
            public_id: "gate".into(),
            name: "Gate".into(),
        },
        role: parking_domain::access::Role::Viewer,
        scopes: Some([parking_domain::access::Scope::SpacesRead].into()),
        acting: None,
        requests_per_minute: None,
        tenant_requests_per_minute: 1_000,
    };
    lit.lot.people.seat(&token, identity);
    let told = lit.lot.served.get(&token, path).await;
    assert_eq!(told.status, StatusCode::FORBIDDEN, "{}", told.text);
    assert_eq!(
        lit.lot.served.get(&token, "/api/v6/spaces").await.status,
        StatusCode::OK
    );
}

/// What became of each command, in words.
fn verdicts(answer: &Value) -> Vec<String> {
    let all = answer["downlinks"].as_array().expect("a list").iter();
    all.map(|one| one["verdict"].as_str().expect("a word").to_owned())
        .collect()
}

#[tokio::test]
async fn dead_letters_are_tried_again_together_and_never_over_what_is_newer() {
    let lit = Lit::open().await;
    let retries = async |body: Value| {
        let answer = lit.lot.post("/api/v6/downlinks/retry", body).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
        answer.json()
    };
    lit.server.feels(Mood::Unwilling);
    for (state, payload) in [("occupied", "0901"), ("free", "0902")] {
        lit.observes(1, state).await;
        lit.runs(200).await;
        let draft = json!({ "device_id": lit.lamp, "f_port": 15, "payload": payload });
        let made = lit.lot.post("/api/v6/downlinks", draft).await;
        assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
        lit.runs(200).await;
    }
    let failed = lit.get("/api/v6/downlinks?status=failed").await.json();
    let dead = failed["total"].as_i64().unwrap();
    assert!(dead >= 4, "{failed}");
    lit.server.feels(Mood::Well);
    let of_nobody = json!({ "filter": { "device_id": fresh() } });
    assert_eq!(retries(of_nobody).await["retried"], 0);
    let all = retries(json!({ "filter": {} })).await;
    assert_eq!(
        (&all["left"], &all["retried"]),
        (&json!(0), &json!(2)),
        "{all}"
    );
    let overtaken = usize::try_from(dead - 2).unwrap();
    let words = verdicts(&all);
    let count = |word| words.iter().filter(|one| *one == word).count();
    assert_eq!((count("overtaken"), count("retried")), (overtaken, 2));
    assert_eq!(words.len(), overtaken + 2);
    lit.runs(1).await;
    let mut told = vec![lit.transmits(LAMP).await.unwrap()];
    lit.runs(1).await;
    told.extend(lit.transmits(LAMP).await);
    for newest in [vec![9, 2], GREEN.to_vec()] {
        assert!(told.contains(&newest), "of each sort: {told:?}");
    }
    // What is told by now is not told again, whatever was given up before.
    let ids: Vec<Value> = all["downlinks"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["id"].clone())
        .collect();
    let mut asked = ids.clone();
    asked.push(json!(fresh()));
    let again = retries(json!({ "ids": asked })).await;
    assert_eq!(again["retried"], 0, "{again}");
    let words = verdicts(&again);
    assert_eq!(words.last().map(String::as_str), Some("absent"));
    let not_given_up = words.iter().filter(|word| *word == "not_given_up");
    assert_eq!(not_given_up.count(), 2, "{again}");
    let both = json!({ "ids": ids, "filter": {} });
    let both = lit.lot.post("/api/v6/downlinks/retry", both).await;
    assert_eq!(both.status, StatusCode::UNPROCESSABLE_ENTITY);
    let written = lit
        .scalar("select count(*) from audit_log where action = 'downlinks.retried'")
        .await;
    assert_eq!(written, 1);
}

#[tokio::test]
async fn what_came_to_its_end_long_ago_is_forgotten() {
    let lit = Lit::open().await;
    lit.observes(1, "occupied").await;
    lit.runs(1).await;
    lit.transmits(LAMP).await.unwrap();
    lit.lot.test.clock().advance(TimeDelta::days(31));
    super::jobs::forget(&lit.flow).await.unwrap();
    assert!(lit.statuses().await.is_empty());
}

#[tokio::test]
async fn two_thousand_lamps_are_planned_anew_by_a_handful_of_statements() {
    let lit = Lit::open().await;
    lit.runs(1).await;
    let mut admin = lit.lot.test.superuser().await;
    for statement in [
        "insert into spaces (tenant_id, id, site_id, code, code_order, sensor_state, sensor_observed_at, state, state_changed_at, created_at, updated_at)
         select tenant_id, gen_random_uuid(), id, 'L-' || n, 'L-' || lpad(n::text, 8, '0'), 'free', now(), 'free', now(), now(), now()
         from sites, generate_series(1, 2000) n",
        "insert into devices (tenant_id, id, dev_eui, model, is_display, lifecycle, lifecycle_changed_at, created_at, updated_at)
         select tenant_id, gen_random_uuid(), '2020201' || lpad(substr(code, 3), 9, '0'), 'plenom-busylight-omega', true, 'operational', now(), now(), now()
         from spaces where code like 'L-%'",
        "insert into device_assignments (tenant_id, id, device_id, space_id, role, assigned_at)
         select s.tenant_id, gen_random_uuid(), d.id, s.id, 'display', now()
         from spaces s join devices d on d.dev_eui = '2020201' || lpad(substr(s.code, 3), 9, '0') and s.code like 'L-%'",
    ] {
        sqlx::query(statement).execute(&mut admin).await.expect(statement);
    }
    let statements = Statements::default();
    let counting = tracing::subscriber::set_default(statements.clone());
    let begun = std::time::Instant::now();
    let planned = lit.plans().await;
    let took = begun.elapsed();
    let count = statements.count();
    println!(
        "{} lamps were looked at and {} commands made in {took:?} by {count} statements",
        planned.looked, planned.made
    );
    assert_eq!(planned.made, 2_000);
    assert!((10..=60).contains(&count), "{count} statements");
    sqlx::query("insert into lamp_marks (tenant_id, device_id) select tenant_id, id from lamps")
        .execute(&mut admin)
        .await
        .unwrap();
    sqlx::query("update spaces set sensor_state = 'occupied' where code like 'L-%'")
        .execute(&mut admin)
        .await
        .unwrap();
    let (begun, before) = (std::time::Instant::now(), statements.count());
    let planned = lit.plans().await;
    let count = statements.count() - before;
    println!(
        "{} lamps were planned anew, {} commands made and {} superseded in {:?} by {count} statements",
        planned.looked,
        planned.made,
        planned.superseded,
        begun.elapsed()
    );
    assert_eq!((planned.made, planned.superseded), (2_000, 2_000));
    assert!((10..=60).contains(&count), "{count} statements");
    drop(counting);
}

/// Counts the statements that the thread which watches with it has executed.
#[derive(Clone, Debug, Default)]
struct Statements(Arc<AtomicUsize>);

impl Statements {
    fn count(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }
}

impl Subscriber for Statements {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == "sqlx::query"
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, _: &Event<'_>) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}
