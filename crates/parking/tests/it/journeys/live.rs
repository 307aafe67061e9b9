//! What happens is told as it happens, to those who may know, without loss and in order.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use futures_util::{SinkExt as _, StreamExt as _};
use reqwest::{Method, Response};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use crate::harness::actors::{Owner, text};
use crate::harness::{Api, Stage, side_by_side};

/// Longer than any message may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);

/// An event of a stream.
#[derive(Clone, Debug)]
struct Told {
    kind: String,
    id: Option<String>,
    data: Value,
}

/// Somebody who listens to a stream.
struct Ear {
    response: Response,
    unread: String,
}

impl Ear {
    async fn open(api: &Api, query: &str, last: Option<&str>) -> Self {
        // As browsers ask; what is compressed would arrive late.
        let request = api
            .request(Method::GET, &format!("/api/v6/live{query}"))
            .header("accept-encoding", "gzip")
            .timeout(Duration::from_mins(10));
        let request = match last {
            Some(last) => request.header("last-event-id", last),
            None => request,
        };
        let response = request.send().await.expect("an answer");
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        Self {
            response,
            unread: String::new(),
        }
    }

    /// The next event; nothing when the stream is over.
    async fn next(&mut self) -> Option<Told> {
        loop {
            if let Some((block, rest)) = self.unread.split_once("\n\n") {
                let told = parse(block);
                self.unread = String::from(rest);
                match told {
                    Some(told) => return Some(told),
                    None => continue,
                }
            }
            let chunk = timeout(PATIENCE, self.response.chunk()).await;
            let chunk = chunk
                .expect("something is told in time")
                .expect("a whole stream")?;
            self.unread
                .push_str(std::str::from_utf8(&chunk).expect("text"));
        }
    }

    /// The next event that says more than that all is well.
    async fn news(&mut self) -> Option<Told> {
        loop {
            let told = self.next().await?;
            if told.kind != "heartbeat" {
                return Some(told);
            }
        }
    }

    async fn hears(&mut self, kind: &str) -> Told {
        let told = self.news().await.expect("the stream goes on");
        assert_eq!(told.kind, kind, "{told:?}");
        told
    }

    /// The farewell, after which there is nothing.
    async fn hears_bye(&mut self) -> String {
        loop {
            let told = self.news().await.expect("a farewell");
            if told.kind == "bye" {
                assert!(self.next().await.is_none());
                return text(&told.data, "code").to_owned();
            }
        }
    }
}

fn parse(block: &str) -> Option<Told> {
    let field = |name: &str| {
        let lines = block.lines().filter_map(|line| line.split_once(": "));
        let mut found = lines.filter(|(known, _)| *known == name);
        found.next().map(|(_, value)| value.to_owned())
    };
    Some(Told {
        kind: field("event")?,
        id: field("id"),
        data: serde_json::from_str(&field("data")?).expect("JSON"),
    })
}

/// A car park of somebody's, by the codes of its bays.
struct Lot {
    site: String,
    bays: BTreeMap<String, String>,
}

impl Lot {
    async fn of(owner: &Owner, name: &str, codes: &[&str]) -> Self {
        let site = json!({ "name": name, "timezone": "Europe/Paris" });
        let site = owner.api.post("/api/v6/sites", &site).await.expect(201);
        let site = text(&site, "id").to_owned();
        let mut bays = BTreeMap::new();
        for code in codes {
            let bay = json!({ "site_id": site, "code": code });
            let bay = owner.api.post("/api/v6/spaces", &bay).await.expect(201);
            bays.insert((*code).to_owned(), text(&bay, "id").to_owned());
        }
        Self { site, bays }
    }

    /// Blocks a bay, or has its facts decide again.
    async fn sets(&self, api: &Api, code: &str, is_blocked: bool) {
        let body = if is_blocked {
            json!({ "state": "maintenance", "reason": "paint" })
        } else {
            json!({ "state": "automatic" })
        };
        let path = format!("/api/v6/spaces/{}/state", self.bays[code]);
        let request = api.request(Method::PUT, &path).json(&body);
        crate::harness::http::send(request).await.expect(200);
    }
}

/// What somebody knows of bays who goes by what is told: state and sequence, by id.
#[derive(Default)]
struct Known {
    now: BTreeMap<String, (String, i64)>,
    /// The sequences that a snapshot showed.
    shown: BTreeMap<String, i64>,
}

impl Known {
    /// Takes in what was told, as every client must; says whether it was news.
    fn takes(&mut self, told: &Told) -> bool {
        match told.kind.as_str() {
            "snapshot" => {
                let sites = told.data["sites"].as_array().expect("sites");
                let bays = sites.iter().filter_map(|site| site["bays"].as_array());
                for bay in bays.flatten() {
                    let sequence = bay["sequence"].as_i64().expect("a number");
                    let now = (text(bay, "state").to_owned(), sequence);
                    self.now.insert(text(bay, "id").to_owned(), now);
                    self.shown.insert(text(bay, "id").to_owned(), sequence);
                }
                true
            }
            "change" => {
                let sequence = told.data["sequence"].as_i64().expect("a number");
                let known = self.now.entry(text(&told.data, "id").to_owned());
                let known = known.or_insert_with(|| (String::new(), -1));
                let is_news = known.1 < sequence;
                if is_news {
                    *known = (text(&told.data, "state").to_owned(), sequence);
                }
                is_news
            }
            _ => false,
        }
    }

    fn states(&self) -> BTreeMap<String, String> {
        let states = self.now.iter();
        states
            .map(|(id, (state, _))| (id.clone(), state.clone()))
            .collect()
    }
}

async fn states(api: &Api) -> BTreeMap<String, String> {
    let list = api.get("/api/v6/spaces?page_size=500").await.expect(200);
    let spaces = list["spaces"].as_array().expect("bays");
    spaces
        .iter()
        .map(|bay| (text(bay, "id").to_owned(), text(bay, "state").to_owned()))
        .collect()
}

#[tokio::test]
async fn whoever_may_know_is_told_within_a_second_and_nobody_else_is() {
    let stage = Stage::set().await;
    let (ours, theirs) = (stage.customer("Ours").await, stage.customer("Theirs").await);
    let lot = Lot::of(&ours, "Quay", &["A-1", "A-2"]).await;
    let other = Lot::of(&theirs, "Pier", &["B-1"]).await;
    let viewer = stage
        .person(ours.tenant_id(), "viewer", "v@ours.test")
        .await;
    let mut ear = Ear::open(&viewer.api, "", None).await;
    let mut stranger = Ear::open(&theirs.api, "", None).await;
    let snapshot = ear.hears("snapshot").await;
    // At once, so that nobody need wait to know that it is live.
    assert_eq!(ear.next().await.expect("more").kind, "heartbeat");
    let bays = snapshot.data["sites"][0]["bays"].as_array().expect("bays");
    let codes: Vec<_> = bays.iter().map(|bay| text(bay, "code")).collect();
    assert_eq!(
        (codes, snapshot.data["sites"][0]["name"].as_str()),
        (vec!["A-1", "A-2"], Some("Quay"))
    );
    assert_eq!(bays[0]["sequence"], 0);
    stranger.hears("snapshot").await;

    let began = Instant::now();
    lot.sets(&ours.api, "A-2", true).await;
    let change = ear.hears("change").await;
    assert!(
        began.elapsed() < Duration::from_secs(1),
        "{:?}",
        began.elapsed()
    );
    assert_eq!(text(&change.data, "id"), lot.bays["A-2"]);
    assert_eq!(text(&change.data, "state"), "maintenance");
    assert_eq!(
        (text(&change.data, "from"), &change.data["sequence"]),
        ("unknown", &json!(1))
    );
    assert_eq!(text(&change.data, "site_id"), lot.site);
    assert!(change.id.is_some());
    // The override itself is something that changed beside the state.
    let hint = ear.hears("changed").await;
    assert_eq!(text(&hint.data, "kind"), "space.overridden");

    // The first that the others hear is their own.
    other.sets(&theirs.api, "B-1", true).await;
    let change = stranger.hears("change").await;
    assert_eq!(text(&change.data, "id"), other.bays["B-1"]);
    let foreign = format!("/api/v6/live?site_id={}", other.site);
    ours.api.get(&foreign).await.refused(404, "not_found");
}

#[tokio::test]
async fn what_waits_for_a_change_under_way_is_told_as_soon_as_that_is_over() {
    let stage = Stage::set().await;
    let owner = stage.customer("Patient").await;
    let lot = Lot::of(&owner, "Quay", &["A-1"]).await;
    let mut ear = Ear::open(&owner.api, "", None).await;
    ear.hears("snapshot").await;
    // Somebody's change that is older, takes long and has nothing to tell in the end.
    let mut somebody = stage.server.superuser().await;
    let begin = sqlx::raw_sql("begin; select pg_current_xact_id()");
    begin.execute(&mut somebody).await.unwrap();
    lot.sets(&owner.api, "A-1", true).await;
    sleep(Duration::from_millis(300)).await;
    sqlx::raw_sql("rollback")
        .execute(&mut somebody)
        .await
        .unwrap();
    let began = Instant::now();
    ear.hears("change").await;
    assert!(
        began.elapsed() < Duration::from_secs(1),
        "{:?}",
        began.elapsed()
    );
}

#[tokio::test]
async fn whoever_watches_one_site_hears_of_no_other() {
    let stage = Stage::set().await;
    let owner = stage.customer("Two sites").await;
    let east = Lot::of(&owner, "East", &["E-1"]).await;
    let west = Lot::of(&owner, "West", &["W-1"]).await;
    let mut ear = Ear::open(&owner.api, &format!("?site_id={}", west.site), None).await;
    let snapshot = ear.hears("snapshot").await;
    assert_eq!(snapshot.data["sites"].as_array().map(Vec::len), Some(1));
    east.sets(&owner.api, "E-1", true).await;
    west.sets(&owner.api, "W-1", true).await;
    let change = ear.hears("change").await;
    assert_eq!(text(&change.data, "id"), west.bays["W-1"]);
}

#[tokio::test]
async fn an_id_that_says_nothing_gets_a_snapshot() {
    let stage = Stage::set().await;
    let owner = stage.customer("Lost").await;
    Lot::of(&owner, "Quay", &["A-1"]).await;
    for id in ["garbage", "0-0", "999999999999-1", "-1--1"] {
        let mut ear = Ear::open(&owner.api, "?follow=false", Some(id)).await;
        ear.hears("snapshot").await;
        assert!(ear.news().await.is_none(), "{id}");
    }
    // In the address, for those who cannot send the header.
    let mut ear = Ear::open(&owner.api, "?follow=false", None).await;
    let id = ear.hears("snapshot").await.id.expect("an id");
    let query = format!("?follow=false&last_event_id={id}");
    let mut ear = Ear::open(&owner.api, &query, None).await;
    assert!(ear.news().await.is_none(), "nothing was missed");
}

/// A number that follows from the one before, so that a failure can be run again.
fn next(seed: &mut u64) -> u64 {
    *seed = seed
        .wrapping_mul(6_364_136_223_846_793_005)
        .wrapping_add(1_442_695_040_888_963_407);
    *seed >> 33
}

const CODES: [&str; 4] = ["A-1", "A-2", "A-3", "A-4"];

/// Somebody changes bays at random.
async fn changes(api: &Api, lot: &Lot, mut seed: u64, times: usize) {
    for _ in 0..times {
        let code = CODES[usize::try_from(next(&mut seed) % 4).expect("small")];
        lot.sets(api, code, next(&mut seed).is_multiple_of(2)).await;
    }
}

/// Listens until a last bay changes, breaking off at random; what is known then, and how often each
/// change was told.
async fn listens(api: &Api, lot: &Lot, mut seed: u64) -> (Known, BTreeMap<(String, i64), usize>) {
    let (mut known, mut told_times) = (Known::default(), BTreeMap::new());
    let mut last: Option<String> = None;
    loop {
        let mut ear = Ear::open(api, "", last.as_deref()).await;
        let mut left = next(&mut seed) % 6 + 1;
        while left > 0 {
            let told = ear.next().await.expect("the stream goes on");
            assert!(
                last.is_none() || told.kind != "snapshot",
                "what was missed is known"
            );
            last = told.id.clone().or(last);
            known.takes(&told);
            if told.kind == "change" {
                left -= 1;
                let of = (
                    text(&told.data, "id").to_owned(),
                    told.data["sequence"].as_i64(),
                );
                *told_times
                    .entry((of.0, of.1.expect("a number")))
                    .or_default() += 1;
                let is_last = text(&told.data, "id") == lot.bays["Z-9"];
                if is_last && text(&told.data, "state") == "maintenance" {
                    return (known, told_times);
                }
            }
        }
    }
}

#[tokio::test]
async fn whoever_breaks_off_and_comes_back_misses_nothing_and_hears_nothing_twice() {
    let stage = Stage::set().await;
    let owner = stage.customer("Restless").await;
    let lot = Lot::of(&owner, "Quay", &["A-1", "A-2", "A-3", "A-4", "Z-9"]).await;
    for seed in [7, 1_312] {
        lot.sets(&owner.api, "Z-9", false).await;
        let busy = async {
            side_by_side([1, 2, 3].map(|n| changes(&owner.api, &lot, seed + n, 25))).await;
            lot.sets(&owner.api, "Z-9", true).await;
        };
        let ((), (known, told)) = tokio::join!(busy, listens(&owner.api, &lot, seed));
        assert_eq!(known.states(), states(&owner.api).await, "seed {seed}");
        let twice: Vec<_> = told.iter().filter(|(_, times)| **times > 1).collect();
        assert!(twice.is_empty(), "seed {seed}: {twice:?}");
        for (bay, (_, sequence)) in &known.now {
            // What a snapshot shows is told again only in part.
            let shown = known.shown[bay];
            let of_bay = told.keys().filter(|(id, n)| id == bay && *n > shown);
            let heard: Vec<i64> = of_bay.map(|(_, n)| *n).collect();
            let all: Vec<i64> = (shown + 1..=*sequence).collect();
            assert_eq!(heard, all, "seed {seed}: changes of {bay} are missing");
        }
    }
}

#[tokio::test]
async fn it_ends_when_whoever_listens_may_no_longer() {
    let stage = Stage::set().await;
    let owner = stage.customer("Fleeting").await;
    Lot::of(&owner, "Quay", &["A-1"]).await;
    let key = owner.makes_key("viewer", &["spaces:read"]).await;
    let narrowed = owner.makes_key("viewer", &["spaces:read"]).await;
    let viewer = stage
        .person(owner.tenant_id(), "viewer", "v@fleeting.test")
        .await;
    let removed = stage
        .person(owner.tenant_id(), "viewer", "r@fleeting.test")
        .await;
    let mut ears = Vec::new();
    for api in [
        &key.api,
        &narrowed.api,
        &viewer.api,
        &removed.api,
        &owner.api,
    ] {
        let mut ear = Ear::open(api, "", None).await;
        ear.hears("snapshot").await;
        ears.push(ear);
    }
    let began = Instant::now();
    let path = format!("/api/v6/api-keys/{}", key.id);
    owner.api.delete(&path).await.expect(204);
    assert_eq!(ears[0].hears_bye().await, "unauthenticated");
    let path = format!("/api/v6/api-keys/{}", narrowed.id);
    let scopes = json!({ "scopes": ["devices:read"] });
    owner.api.patch(&path, &scopes).await.expect(200);
    assert_eq!(ears[1].hears_bye().await, "forbidden");
    viewer
        .api
        .post(
            "/api/auth/logout",
            &json!({ "refresh_token": viewer.refresh_token() }),
        )
        .await;
    assert_eq!(ears[2].hears_bye().await, "session_ended");
    let membership = owner.finds_membership("r@fleeting.test").await;
    let path = format!("/api/v6/memberships/{}", text(&membership, "id"));
    owner.api.delete(&path).await.expect(204);
    assert_eq!(ears[3].hears_bye().await, "session_ended");
    let path = format!("/api/v6/tenants/{}/suspend", owner.tenant_id());
    stage
        .platform
        .api
        .post(&path, &json!({ "reason": "unpaid" }))
        .await
        .expect(200);
    assert_eq!(ears[4].hears_bye().await, "tenant_suspended");
    assert!(
        began.elapsed() < Duration::from_secs(20),
        "{:?}",
        began.elapsed()
    );
}

#[tokio::test]
async fn a_server_that_stops_says_farewell_and_stops() {
    let mut stage = Stage::set().await;
    let owner = stage.customer("Patient").await;
    Lot::of(&owner, "Quay", &["A-1"]).await;
    let mut ear = Ear::open(&owner.api, "", None).await;
    ear.hears("snapshot").await;
    let mut socket = Socket::open(&owner.api, &owner.ticket().await, "")
        .await
        .expect("open");
    socket.hears("connected").await;
    let began = Instant::now();
    let (ended, code, bye) =
        tokio::join!(stage.server.stop(), ear.hears_bye(), socket.hears("bye"));
    assert_eq!(ended.code(), Some(0), "{}", ended.text());
    assert_eq!(
        (code.as_str(), text(&bye, "code")),
        ("stopping", "stopping")
    );
    assert!(
        began.elapsed() < Duration::from_secs(10),
        "{:?}",
        began.elapsed()
    );
}

/// Somebody at a WebSocket.
struct Socket(WebSocketStream<MaybeTlsStream<TcpStream>>);

impl Socket {
    /// Opens one, or says with which status it was refused.
    async fn open(api: &Api, ticket: &str, more: &str) -> Result<Self, u16> {
        let base = api.base().replace("http://", "ws://");
        match connect_async(format!("{base}/ws?{ticket}{more}")).await {
            Ok((socket, _)) => Ok(Self(socket)),
            Err(Error::Http(answer)) => Err(answer.status().as_u16()),
            Err(error) => panic!("{error}"),
        }
    }

    async fn says(&mut self, message: Value) {
        self.0
            .send(Message::text(message.to_string()))
            .await
            .expect("sent");
    }

    /// The next message; nothing when it was closed.
    async fn next(&mut self) -> Option<Value> {
        loop {
            let frame = timeout(PATIENCE, self.0.next())
                .await
                .expect("something in time");
            match frame {
                Some(Ok(Message::Text(text))) => {
                    return Some(serde_json::from_str(&text).expect("JSON"));
                }
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                Some(Ok(_) | Err(_)) | None => return None,
            }
        }
    }

    async fn hears(&mut self, kind: &str) -> Value {
        loop {
            let told = self
                .next()
                .await
                .unwrap_or_else(|| panic!("closed before {kind}"));
            if told["type"] == kind {
                return told;
            }
            assert_eq!(told["type"], "heartbeat", "{told} instead of {kind}");
        }
    }
}

impl Owner {
    /// What opens a WebSocket once.
    async fn ticket(&self) -> String {
        ticket(&self.api).await
    }
}

async fn ticket(api: &Api) -> String {
    let made = api
        .post("/api/v6/live/tickets", &json!({}))
        .await
        .expect(201);
    format!("ticket={}", text(&made, "ticket"))
}

#[tokio::test]
async fn a_ticket_opens_a_socket_once_and_a_token_as_it_used_to() {
    let stage = Stage::set().await;
    let owner = stage.customer("Tickets").await;
    let lot = Lot::of(&owner, "Quay", &["A-1"]).await;
    let once = owner.ticket().await;
    let tries = side_by_side([(); 4].map(|()| Socket::open(&owner.api, &once, ""))).await;
    assert_eq!(tries.iter().filter(|one| one.is_ok()).count(), 1);
    assert!(
        tries
            .iter()
            .filter_map(|one| one.as_ref().err())
            .all(|status| *status == 401)
    );
    for wrong in ["", "ticket=wrong", "token=wrong"] {
        assert_eq!(
            Socket::open(&owner.api, wrong, "").await.err(),
            Some(401),
            "{wrong}"
        );
    }
    let token = format!("token={}", owner.access_token());
    let mut socket = Socket::open(&owner.api, &token, "").await.expect("open");
    let greeting = socket.hears("connected").await;
    assert_eq!(text(&greeting, "tenant_id"), owner.tenant_id());

    // Whoever may not read bays gets neither a ticket nor a stream, and no ticket outlives its key.
    let blind = owner.makes_key("operator", &["devices:write"]).await;
    blind
        .api
        .post("/api/v6/live/tickets", &json!({}))
        .await
        .refused(403, "forbidden");
    blind
        .api
        .get("/api/v6/live")
        .await
        .refused(403, "forbidden");
    let key = owner.makes_key("viewer", &["spaces:read"]).await;
    let good = ticket(&key.api).await;
    let late = ticket(&key.api).await;
    let site = format!("&site_id={}", lot.site);
    let mut socket = Socket::open(&owner.api, &good, &site).await.expect("open");
    socket.hears("connected").await;
    socket.hears("snapshot").await;
    let path = format!("/api/v6/api-keys/{}", key.id);
    owner.api.delete(&path).await.expect(204);
    let bye = socket.hears("bye").await;
    assert_eq!(text(&bye, "code"), "unauthenticated");
    assert!(socket.next().await.is_none());
    assert_eq!(Socket::open(&owner.api, &late, "").await.err(), Some(401));
}

#[tokio::test]
#[expect(
    clippy::too_many_lines,
    reason = "one conversation, from hello to the last refusal"
)]
async fn on_a_socket_one_says_what_one_wants_to_hear() {
    let stage = Stage::set().await;
    let owner = stage.customer("Talkers").await;
    let east = Lot::of(&owner, "East", &["E-1"]).await;
    let west = Lot::of(&owner, "West", &["W-1"]).await;
    let other = stage.customer("Others").await;
    let foreign = Lot::of(&other, "Pier", &["B-1"]).await;
    let mut socket = Socket::open(&owner.api, &owner.ticket().await, "")
        .await
        .expect("open");
    socket.hears("connected").await;
    // Nothing is told before it is asked for.
    east.sets(&owner.api, "E-1", true).await;
    socket.says(json!({ "type": "ping" })).await;
    socket.hears("pong").await;
    socket
        .says(json!({ "type": "subscribe", "site_id": west.site }))
        .await;
    assert_eq!(
        socket.hears("subscribed").await["site_id"],
        west.site.as_str()
    );
    let snapshot = socket.hears("snapshot").await;
    assert_eq!(snapshot["data"]["sites"][0]["id"], west.site.as_str());
    east.sets(&owner.api, "E-1", false).await;
    west.sets(&owner.api, "W-1", true).await;
    let change = socket.hears("change").await;
    assert_eq!(change["data"]["id"], west.bays["W-1"].as_str());
    assert_eq!(change["data"]["state"], "maintenance");
    socket.hears("changed").await;
    // As the predecessor's clients ask: for all of it.
    socket.says(json!({ "type": "unsubscribe" })).await;
    socket.hears("unsubscribed").await;
    socket
        .says(json!({ "type": "subscribe", "channel": "spaces" }))
        .await;
    socket.hears("subscribed").await;
    assert_eq!(
        socket.hears("snapshot").await["data"]["sites"]
            .as_array()
            .map(Vec::len),
        Some(2)
    );
    east.sets(&owner.api, "E-1", true).await;
    assert_eq!(
        socket.hears("change").await["data"]["id"],
        east.bays["E-1"].as_str()
    );
    socket.hears("changed").await;

    for (nonsense, code) in [
        (json!({ "type": "explode" }), "malformed_request"),
        (
            json!({ "type": "subscribe", "site": "x" }),
            "malformed_request",
        ),
        (
            json!({ "type": "subscribe", "channel": "metrics" }),
            "malformed_request",
        ),
        (
            json!({ "type": "subscribe", "site_id": foreign.site }),
            "not_found",
        ),
    ] {
        socket.says(nonsense.clone()).await;
        let error = socket.hears("error").await;
        assert_eq!(text(&error, "code"), code, "{nonsense}");
    }
    let mut flood = Socket::open(&owner.api, &owner.ticket().await, "")
        .await
        .expect("open");
    flood.hears("connected").await;
    for _ in 0..100 {
        drop(flood.0.send(Message::text(r#"{"type":"ping"}"#)).await);
    }
    let bye = loop {
        let told = flood.next().await.expect("a farewell");
        if told["type"] == "bye" {
            break told;
        }
    };
    assert_eq!(text(&bye, "code"), "too_many_messages");
    let mut large = Socket::open(&owner.api, &owner.ticket().await, "")
        .await
        .expect("open");
    large.hears("connected").await;
    drop(large.0.send(Message::text("x".repeat(100_000))).await);
    while large.next().await.is_some() {}
}
