//! From the state of a bay to its lamp where no API of a network server takes commands: by ChirpStack's broker,
//! and where The Things Stack's webhook says.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use parking_chirpstack::broker::{Broker, Door, Sessions};
use parking_domain::clock::Clock;
use parking_domain::eui::Eui64;
use parking_domain::models;
use parking_sim::server::{LampDraft, NetworkServer, Options};
use reqwest::Method;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use super::items;
use crate::harness::actors::{Key, Owner, text};
use crate::harness::http::send;
use crate::harness::{Stage, eventually};

const LAMP: &str = "2020200000000007";
const RED: (u8, u8, u8) = (255, 0, 0);
const GREEN: (u8, u8, u8) = (0, 255, 0);

/// Red, blue, green, on, off, and the wish to be told, as the lamp is told to be red, and green.
const TOLD_RED: &str = "/wAAZAAB";
const TOLD_GREEN: &str = "AAD/ZAAB";

/// A bay with a lamp, and how the bay is told of.
struct Lot {
    stage: Stage,
    owner: Owner,
    key: Key,
    bay: String,
}

impl Lot {
    async fn open(settings: &[(&str, &str)]) -> Self {
        let stage = Stage::set_with(settings).await;
        let owner = stage.customer("Quay").await;
        let site = json!({ "name": "Quay", "timezone": "Europe/Paris" });
        let site = owner.api.post("/api/v6/sites", &site).await.expect(201);
        let bay = json!({ "site_id": site["id"], "code": "A-1" });
        let bay = owner.api.post("/api/v6/spaces", &bay).await.expect(201);
        let lamp = json!({ "dev_eui": LAMP, "model": "plenom-busylight-omega" });
        let lamp = owner.api.post("/api/v6/devices", &lamp).await.expect(201);
        let shows = json!({ "space_id": bay["id"], "role": "display" });
        let path = format!("/api/v6/devices/{}/assign", text(&lamp, "id"));
        owner.api.post(&path, &shows).await.expect(200);
        let key = owner.makes_key("operator", &["webhook:ingest"]).await;
        Self {
            stage,
            key,
            bay: text(&bay, "id").to_owned(),
            owner,
        }
    }

    async fn becomes(&self, state: &str) {
        let seen = json!({ "observations": [{ "space_id": self.bay, "state": state }] });
        let observed = self
            .key
            .api
            .post("/api/v6/ingest/observations", &seen)
            .await;
        observed.expect(200);
    }

    /// The commands there are, the newest first.
    async fn commands(&self) -> Vec<Value> {
        let list = self.owner.api.get("/api/v6/downlinks").await.expect(200);
        items(&list, "downlinks").to_vec()
    }

    /// Waits until the newest command has a status.
    async fn newest_is(&self, status: &str) {
        eventually(status, async || {
            let newest = self.commands().await.first().cloned()?;
            (newest["status"] == status).then_some(())
        })
        .await;
    }

    async fn number(&self, query: &'static str) -> i64 {
        let mut admin = self.stage.server.superuser().await;
        let found = sqlx::query_scalar(query).fetch_one(&mut admin).await;
        found.expect("a number")
    }
}

/// A network server that is reached by a broker alone.
struct Radio {
    lot: Lot,
    network: NetworkServer,
    broker: Broker,
}

impl Radio {
    async fn open() -> Self {
        let any = SocketAddr::from(([127, 0, 0, 1], 0));
        let broker = Broker::start(any, Door::default(), Sessions::default())
            .await
            .expect("a broker");
        let options = Options {
            token: "nobody has it".to_owned(),
            seed: 7,
            pace: 0.02,
        };
        let started = NetworkServer::start(any, options, Clock::system()).await;
        let (network, events) = started.expect("a network server");
        network.joins(broker.address(), events);
        network.add_lamp(LampDraft {
            dev_eui: eui(),
            name: "Lamp".to_owned(),
            model: models::find("plenom-busylight-omega").expect("the lamp"),
            application: None,
        });
        let lot = Lot::open(&[
            ("MQTT_URL", &format!("mqtt://{}", broker.address())),
            ("MQTT_CLIENT_ID", "server"),
            ("DOWNLINK_DEADLINE", "5"),
            ("DOWNLINK_RETRY_BACKOFF_BASE", "1"),
        ])
        .await;
        let application = network.home().application.to_string();
        let give = ["applications", "give", &application, "--tenant", "quay"];
        let given = lot.stage.server.command(&give).await;
        assert_eq!(given.code(), Some(0), "{}", given.text());
        eventually("both are connected", async || {
            (broker.connected() == 2).then_some(())
        })
        .await;
        Self {
            lot,
            network,
            broker,
        }
    }

    async fn shows(&self, color: (u8, u8, u8)) {
        eventually("the lamp follows", async || {
            let light = self.network.shows(eui())?;
            ((light.red, light.green, light.blue) == color).then_some(())
        })
        .await;
    }

    async fn close(self) {
        drop(self.lot);
        self.network.stop().await;
        self.broker.stop().await;
    }
}

fn eui() -> Eui64 {
    LAMP.parse().expect("a DevEUI")
}

#[tokio::test]
async fn without_an_api_commands_go_by_the_broker_that_brings_the_messages() {
    let radio = Radio::open().await;
    let lot = &radio.lot;
    // Its application is known from the topic of what it says.
    radio.network.rejoin(eui());
    lot.becomes("occupied").await;
    radio.shows(RED).await;
    lot.newest_is("confirmed").await;
    lot.becomes("free").await;
    radio.shows(GREEN).await;
    let (commands, wrong) = radio.network.commanded();
    assert!(commands >= 2 && wrong == 0, "{commands}, {wrong} wrong");
    assert_eq!(radio.network.calls().0, 0, "nobody asked the API");
    let health = "/api/v6/downlinks/queue/health";
    let health = lot.owner.api.get(health).await.expect(200);
    assert_eq!(health["is_connected"], true);
    let doctor = lot.stage.server.command(&["doctor"]).await;
    assert!(doctor.text().contains("by the broker"), "{}", doctor.text());
    radio.close().await;
}

/// Commands that ran out at the network server, unsent.
const RAN_OUT: &str = "select count(*) from downlinks, jsonb_array_elements(story) step
  where step ->> 'what' = 'not_transmitted'";

/// How much longer than until its deadline the next one was kept back, at the least: attempts of one lamp
/// never overlap.
const OVERLAPS: &str = "with attempts as (
    select (step ->> 'at')::timestamptz as at from downlinks, jsonb_array_elements(story) step where step ->> 'what' = 'sending'),
  gaps as (select at - lag(at) over (order by at) as gap from attempts)
  select count(*) from gaps where gap < interval '4 seconds'";

#[tokio::test]
async fn what_cannot_be_taken_back_runs_out_before_the_lamp_is_given_another() {
    let radio = Radio::open().await;
    let lot = &radio.lot;
    radio.network.rejoin(eui());
    lot.becomes("occupied").await;
    radio.shows(RED).await;
    lot.newest_is("confirmed").await;
    sqlx::raw_sql("update downlinks set story = '[]'")
        .execute(&mut lot.stage.server.superuser().await)
        .await
        .expect("the story begins here");

    radio
        .network
        .set_faults(|faults| faults.is_gateway_silent = true);
    for state in ["free", "occupied", "free"] {
        lot.becomes(state).await;
        eventually("a command lies there", async || {
            (radio.network.queued() == 1).then_some(())
        })
        .await;
    }
    eventually("one ran out, and another was handed over", async || {
        (lot.number(RAN_OUT).await > 0 && radio.network.queued() == 1).then_some(())
    })
    .await;
    radio
        .network
        .set_faults(|faults| *faults = parking_sim::server::Faults::default());
    radio.shows(GREEN).await;
    assert_eq!(radio.network.deepest(), 1, "there was never a second one");
    assert_eq!(lot.number(OVERLAPS).await, 0);
    radio.close().await;
}

/// The Things Stack's side: takes what is posted, and keeps it.
struct Receiver {
    address: SocketAddr,
    posted: Arc<Mutex<Vec<Posted>>>,
    answer: Arc<Mutex<&'static str>>,
    _tasks: JoinSet<()>,
}

/// What was posted: to which path, with which key, and what.
#[derive(Clone, Debug)]
struct Posted {
    path: String,
    authorization: String,
    body: Value,
}

impl Receiver {
    async fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let posted = Arc::<Mutex<Vec<Posted>>>::default();
        let answer = Arc::new(Mutex::new("200 OK"));
        let mut tasks = JoinSet::new();
        let (kept, answers) = (Arc::clone(&posted), Arc::clone(&answer));
        tasks.spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let status = *answers.lock().expect("no panic");
                if let Some(one) = receive(stream, status).await {
                    kept.lock().expect("no panic").push(one);
                }
            }
        });
        Self {
            address,
            posted,
            answer,
            _tasks: tasks,
        }
    }

    fn url(&self, what: &str) -> String {
        let device = "api/v3/as/applications/quay/webhooks/parking/devices/lamp-7";
        format!("http://{}/{device}/down/{what}", self.address)
    }

    /// Waits for the nth thing that is posted.
    async fn nth(&self, n: usize) -> Posted {
        eventually("something is posted", async || {
            self.posted.lock().expect("no panic").get(n).cloned()
        })
        .await
    }
}

/// One request; the connection is over then.
async fn receive(mut stream: TcpStream, status: &str) -> Option<Posted> {
    let mut bytes = Vec::new();
    let (head, rest) = loop {
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
        let end = bytes.windows(4).position(|four| four == b"\r\n\r\n");
        if let Some(end) = end {
            let head = String::from_utf8(bytes[..end].to_vec()).ok()?;
            break (head, bytes.split_off(end + 4));
        }
    };
    let header = |name: &str| {
        let mut lines = head.lines().filter_map(|line| line.split_once(": "));
        lines.find_map(|(key, value)| key.eq_ignore_ascii_case(name).then(|| value.to_owned()))
    };
    let length: usize = header("content-length")?.parse().ok()?;
    let mut body = rest;
    while body.len() < length {
        if stream.read_buf(&mut body).await.ok()? == 0 {
            return None;
        }
    }
    let answer = format!("HTTP/1.1 {status}\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{{}}");
    stream.write_all(answer.as_bytes()).await.ok()?;
    Some(Posted {
        path: head.split(' ').nth(1)?.to_owned(),
        authorization: header("authorization").unwrap_or_default(),
        body: serde_json::from_slice(&body).ok()?,
    })
}

const STACK_KEY: &str = "NNSXS.DOWNLINKKEYOFTHEWEBHOOK.SECRET";

/// What The Things Stack says, with where it takes commands.
async fn says(lot: &Lot, replace: &str, key: &str, body: &Value) {
    let request = lot.key.api.request(Method::POST, "/api/v6/ingest/tts");
    let request = request
        .header("X-Downlink-Push", replace.replace("replace", "push"))
        .header("X-Downlink-Replace", replace)
        .header("X-Downlink-Apikey", key)
        .json(body);
    send(request).await.expect(200);
}

/// The lamp says what it shows: nothing yet.
fn up(number: u32) -> Value {
    let payload = STANDARD.encode([0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    json!({
        "end_device_ids": named(),
        "correlation_ids": [format!("as:up:{number}")],
        "uplink_message": {
            "f_cnt": number, "f_port": 15, "frm_payload": payload,
            "rx_metadata": [{ "gateway_ids": { "eui": "9C5C8E00001A05C4" }, "rssi": -35, "snr": 5 }],
        },
    })
}

fn named() -> Value {
    json!({ "device_id": "lamp-7", "application_ids": { "application_id": "quay" }, "dev_eui": LAMP, "dev_addr": "00BCB929" })
}

/// What became of a command.
fn fate(what: &str, name: &str) -> Value {
    let ids = json!(["as:downlink:01E19B99501X84X6CV471TVSZ2", name]);
    let downlink = json!({ "f_port": 15, "correlation_ids": ids });
    let told = match what {
        "downlink_failed" => json!({
            "downlink": downlink,
            "error": { "name": "application_downlink_too_long", "message_format": "too long" },
        }),
        _ => downlink,
    };
    json!({ "end_device_ids": named(), "correlation_ids": ids, what: told })
}

fn name_of(posted: &Posted) -> String {
    let name = &posted.body["downlinks"][0]["correlation_ids"][0];
    name.as_str().expect("a name").to_owned()
}

/// A lamp of The Things Stack that was told to be red.
struct Reached {
    stack: Receiver,
    lot: Lot,
    replace: String,
    red: Posted,
}

impl Reached {
    async fn open() -> Self {
        let stack = Receiver::open().await;
        let lot = Lot::open(&[
            ("WEBHOOK_ALLOW_PRIVATE", "true"),
            ("DOWNLINK_RETRY_BACKOFF_BASE", "1"),
        ])
        .await;
        let replace = stack.url("replace");
        says(&lot, &replace, STACK_KEY, &up(1)).await;
        lot.becomes("occupied").await;
        // Before the bay was seen the lamp may have been told that nothing is known of it.
        let red = eventually("it is told to be red", async || {
            let posted = stack.posted.lock().expect("no panic").clone();
            for one in &posted {
                for what in ["downlink_queued", "downlink_sent"] {
                    says(&lot, &replace, STACK_KEY, &fate(what, &name_of(one))).await;
                }
            }
            let is_red = |one: &Posted| one.body["downlinks"][0]["frm_payload"] == TOLD_RED;
            posted.into_iter().find(is_red)
        })
        .await;
        lot.newest_is("transmitted").await;
        Self {
            stack,
            lot,
            replace,
            red,
        }
    }

    /// The Things Stack says what became of a command.
    async fn says(&self, what: &str, of: &Posted) {
        let told = fate(what, &name_of(of));
        says(&self.lot, &self.replace, STACK_KEY, &told).await;
    }
}

#[tokio::test]
async fn a_lamp_of_the_things_stack_is_commanded_where_its_webhook_says() {
    let reached = Reached::open().await;
    let (lot, red) = (&reached.lot, &reached.red);
    assert!(
        red.path.ends_with("/devices/lamp-7/down/replace"),
        "{red:?}"
    );
    assert_eq!(red.authorization, format!("Bearer {STACK_KEY}"));
    let command = &red.body["downlinks"][0];
    assert_eq!(
        (
            &command["f_port"],
            &command["priority"],
            &command["confirmed"]
        ),
        (&json!(15), &json!("NORMAL"), &json!(false))
    );
    // The key lies there sealed, and leaves with no export.
    let clear = "select count(*) from lamps where position('NNSXS'::bytea in stack_address) > 0 or stack_address is null";
    assert_eq!(lot.number(clear).await, 0);
    let export = lot.owner.api.get("/api/v6/tenants/current/export").await;
    assert_eq!(export.status, 200);
    assert!(
        !export.text().contains("stack_address"),
        "the export names it"
    );
}

#[tokio::test]
async fn what_failed_at_the_things_stack_is_said_again_under_another_name() {
    let reached = Reached::open().await;
    let (lot, stack) = (&reached.lot, &reached.stack);
    let before = stack.posted.lock().expect("no panic").len();
    lot.becomes("free").await;
    let failed = stack.nth(before).await;
    assert_eq!(failed.body["downlinks"][0]["frm_payload"], TOLD_GREEN);
    reached.says("downlink_failed", &failed).await;
    let again = stack.nth(before + 1).await;
    assert_eq!(again.body["downlinks"][0]["frm_payload"], TOLD_GREEN);
    assert_ne!(name_of(&again), name_of(&failed));
    reached.says("downlink_sent", &again).await;
    lot.newest_is("transmitted").await;
    let newest = &lot.commands().await[0];
    assert_eq!(newest["attempts"], 2);
}

#[tokio::test]
async fn a_key_of_the_things_stack_that_was_withdrawn_is_a_refusal_until_a_message_brings_another()
{
    let reached = Reached::open().await;
    let (lot, stack) = (&reached.lot, &reached.stack);
    *stack.answer.lock().expect("no panic") = "403 Forbidden";
    lot.becomes("free").await;
    let refused = eventually("it is refused", async || {
        let newest = lot.commands().await.first().cloned()?;
        newest["error"].as_str()?.contains("403").then_some(newest)
    })
    .await;
    assert_eq!(refused["look"]["state"], "free");
    *stack.answer.lock().expect("no panic") = "200 OK";
    says(lot, &reached.replace, "NNSXS.ANOTHER", &up(2)).await;
    eventually("the other key is shown", async || {
        let posted = stack.posted.lock().expect("no panic").clone();
        let last = posted.last()?.authorization.clone();
        (last == "Bearer NNSXS.ANOTHER").then_some(())
    })
    .await;
}

#[tokio::test]
async fn the_things_stack_leads_commands_nowhere_inside() {
    let stack = Receiver::open().await;
    let lot = Lot::open(&[]).await;
    says(&lot, &stack.url("replace"), STACK_KEY, &up(1)).await;
    says(&lot, "https://localhost/down/replace", STACK_KEY, &up(2)).await;
    lot.becomes("occupied").await;
    let newest = eventually("it is refused", async || {
        let newest = lot.commands().await.first().cloned()?;
        newest["error"].is_string().then_some(newest)
    })
    .await;
    let why = text(&newest, "error");
    assert!(
        why.contains("has not said where it takes commands"),
        "{why}"
    );
    assert_eq!(
        lot.number("select count(*) from lamps where stack_address is not null")
            .await,
        0
    );
    assert!(stack.posted.lock().expect("no panic").is_empty());
}
