//! Devices and gateways here and in ChirpStack, over HTTP here and over gRPC there.

use std::net::{Ipv4Addr, SocketAddr};

use parking_chirpstack::grpc::{Client, DeviceDraft, DeviceKeys, GatewayDraft, Settings};
use parking_domain::clock::Clock;
use parking_domain::eui::Eui64;
use parking_domain::models;
use parking_sim::chirpstack::Event;
use parking_sim::server::{Home, LampDraft, NetworkServer, Options};
use reqwest::Method;
use secrecy::SecretString;
use serde_json::{Value, json};
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use super::items;
use crate::harness::actors::{Owner, text};
use crate::harness::http::send;
use crate::harness::{Api, Stage, eventually};

const TOKEN: &str = "the-key-of-its-administrator";
const KEY: &str = "000102030405060708090a0b0c0d0e0f";

struct Both {
    stage: Stage,
    network: NetworkServer,
    /// What happens on the air, which nobody is told.
    events: mpsc::Receiver<Event>,
    client: Client,
    home: Home,
    owner: Owner,
}

/// A server, a ChirpStack, and a customer linked to it.
async fn both() -> Both {
    let options = Options {
        token: TOKEN.to_owned(),
        seed: 5,
        pace: 0.02,
    };
    let any = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let (network, events) = NetworkServer::start(any, options, Clock::system())
        .await
        .unwrap();
    let port = network.address().port();
    let stage = Stage::set_with(&[
        ("CHIRPSTACK_HOST", "127.0.0.1"),
        ("CHIRPSTACK_PORT", &port.to_string()),
        ("CHIRPSTACK_API_KEY", TOKEN),
        ("CHIRPSTACK_SYNC_INTERVAL", "86400"),
    ])
    .await;
    let client = Client::open(&Settings::of("127.0.0.1", port, SecretString::from(TOKEN))).unwrap();
    let home = network.home();
    let owner = stage.customer_of_tier("Harbour", "enterprise").await;
    let link = json!({
        "tenant_id": owner.tenant_id(), "remote_tenant_id": home.tenant, "application_id": home.application,
    });
    let made = stage
        .platform
        .api
        .post("/api/v6/chirpstack/links", &link)
        .await;
    made.expect(201);
    Both {
        stage,
        network,
        events,
        client,
        home,
        owner,
    }
}

fn eui(number: u64) -> Eui64 {
    Eui64::from_bytes((0x70b3_d57e_d100_0000 + number).to_be_bytes())
}

impl Both {
    fn draft(&self, number: u64, name: &str) -> DeviceDraft {
        DeviceDraft {
            dev_eui: eui(number),
            name: name.to_owned(),
            application: self.home.application,
            profile: self.home.class_a,
            join_eui: None,
            is_disabled: false,
        }
    }

    /// Compares both sides and waits until that is done.
    async fn run(&self, is_dry: bool) -> Value {
        let asked = json!({ "is_dry": is_dry });
        let asked = self
            .owner
            .api
            .post("/api/v6/chirpstack/runs", &asked)
            .await
            .expect(202);
        let id = text(&asked, "id").to_owned();
        eventually("the run ends", async || {
            let runs = self
                .owner
                .api
                .get("/api/v6/chirpstack/runs")
                .await
                .expect(200);
            let run = items(&runs, "runs")
                .iter()
                .find(|run| run["id"] == id.as_str())?
                .clone();
            run["ended_at"].is_string().then_some(run)
        })
        .await
    }

    async fn differences(&self) -> Vec<Value> {
        let list = self
            .owner
            .api
            .get("/api/v6/chirpstack/differences?sort=eui")
            .await;
        items(&list.expect(200), "differences").to_vec()
    }

    async fn decides(&self, of: &[&Value], way: &str) {
        let ids: Vec<&Value> = of.iter().map(|one| &one["id"]).collect();
        let decision = json!({ "ids": ids, "way": way });
        let path = "/api/v6/chirpstack/differences/decide";
        let decided = self.owner.api.post(path, &decision).await.expect(200);
        assert_eq!(decided["decided"], ids.len());
    }

    async fn ends(self) {
        drop(self.stage);
        self.network.stop().await;
    }
}

#[tokio::test]
async fn what_differs_is_found_and_mended_in_either_direction() {
    let both = both().await;
    let api = &both.owner.api;
    let ours = json!({ "dev_eui": eui(1), "name": "Ours", "model": "plenom-busylight-omega", "app_key": KEY });
    let made = api.post("/api/v6/devices", &ours).await.expect(201);
    both.client
        .create_device(&both.draft(2, "Theirs"))
        .await
        .unwrap();
    let third = json!({ "dev_eui": eui(3), "name": "By the door" });
    api.post("/api/v6/devices", &third).await.expect(201);
    both.client
        .create_device(&both.draft(3, "By the gate"))
        .await
        .unwrap();
    let gateway = GatewayDraft {
        eui: eui(9),
        name: "Roof".to_owned(),
        tenant: both.home.tenant,
        place: None,
    };
    both.client.create_gateway(&gateway).await.unwrap();

    let dry = both.run(true).await;
    assert_eq!(dry["counts"]["here"], 1);
    assert_eq!(both.differences().await.len(), 0, "looking writes nothing");
    let run = both.run(false).await;
    assert_eq!(
        (&run["counts"]["there"], &run["counts"]["differs"]),
        (&json!(2), &json!(1)),
        "{run}"
    );
    let found = both.differences().await;
    let states: Vec<&str> = found.iter().map(|one| text(one, "state")).collect();
    assert_eq!(states, ["here", "there", "differs", "there"]);

    both.decides(&[&found[0], &found[2]], "give").await;
    both.decides(&[&found[1], &found[3]], "take").await;
    eventually("all is mended", async || {
        both.differences().await.is_empty().then_some(())
    })
    .await;
    is_mended(&both).await;
    let again = both.run(false).await;
    assert_eq!(
        (&again["counts"]["here"], &again["counts"]["differs"]),
        (&json!(0), &json!(0)),
        "{again}"
    );
    let path = format!("/api/v6/chirpstack/devices/{}", text(&made, "id"));
    let ready = api.get(&path).await.expect(200);
    assert_eq!(
        (
            &ready["is_known"],
            &ready["supports_class_c"],
            &ready["has_our_key"],
            &ready["has_joined"]
        ),
        (&json!(true), &json!(true), &json!(true), &json!(false))
    );
    both.ends().await;
}

/// What was given is there, and what was taken is here.
async fn is_mended(both: &Both) {
    let api = &both.owner.api;
    let there = both.client.device(eui(1)).await.unwrap().unwrap();
    let expected = ("Ours", both.home.class_c);
    assert_eq!((there.name.as_str(), there.profile), expected);
    let key = DeviceKeys {
        app_key: SecretString::from(KEY),
    };
    assert_eq!(both.client.has_keys(eui(1), &key).await, Ok(Some(true)));
    let third = both.client.device(eui(3)).await.unwrap().unwrap();
    assert_eq!(third.name, "By the door");
    let path = format!("/api/v6/devices?q={}", eui(2));
    let here = api.get(&path).await.expect(200);
    assert_eq!(items(&here, "devices")[0]["name"], "Theirs");
    let gateways = api.get("/api/v6/gateways").await.expect(200);
    assert_eq!(items(&gateways, "gateways")[0]["name"], "Roof");
}

#[tokio::test]
async fn where_the_tenant_wants_it_what_changes_here_changes_there() {
    let both = both().await;
    let api = &both.owner.api;
    api.patch("/api/v6/chirpstack", &json!({ "gives": true }))
        .await
        .expect(204);
    let ours = json!({ "dev_eui": eui(1), "name": "Ours", "app_key": KEY });
    let made = api.post("/api/v6/devices", &ours).await.expect(201);
    let device = format!("/api/v6/devices/{}", text(&made, "id"));
    both.run(false).await;
    assert_eq!(
        both.client.device(eui(1)).await.unwrap().unwrap().name,
        "Ours"
    );

    let rekeyed = json!({ "name": "Renamed", "app_key": "f".repeat(32) });
    api.patch(&device, &rekeyed).await.expect(200);
    both.run(false).await;
    assert_eq!(
        both.client.device(eui(1)).await.unwrap().unwrap().name,
        "Renamed"
    );
    let key = DeviceKeys {
        app_key: SecretString::from("f".repeat(32)),
    };
    assert_eq!(both.client.has_keys(eui(1), &key).await, Ok(Some(true)));

    let theirs = both.draft(1, "Renamed there");
    both.client.update_device(&theirs).await.unwrap();
    both.run(false).await;
    let found = both.differences().await;
    assert_eq!(
        (found.len(), &found[0]["changed_side"]),
        (1, &json!("there")),
        "never overwritten unasked"
    );
    both.decides(&[&found[0]], "take").await;
    eventually("it is taken over", async || {
        both.differences().await.is_empty().then_some(())
    })
    .await;

    api.delete(&device).await.expect(204);
    both.run(false).await;
    assert!(
        both.client
            .device(eui(1))
            .await
            .unwrap()
            .unwrap()
            .is_disabled
    );

    both.network.set_faults(|faults| faults.is_down = true);
    both.network.restart();
    let failed = both.run(false).await;
    assert!(failed["error"].is_string(), "{failed}");
    both.network.set_faults(|faults| faults.is_down = false);
    both.ends().await;
}

#[tokio::test]
async fn what_is_not_told_of_one_device_is_no_reason_to_forget_the_others() {
    let both = both().await;
    let api = &both.owner.api;
    for number in 1..=3 {
        let ours = json!({ "dev_eui": eui(number), "name": format!("Ours {number}") });
        api.post("/api/v6/devices", &ours).await.expect(201);
        let theirs = both.draft(number, &format!("Theirs {number}"));
        both.client.create_device(&theirs).await.unwrap();
    }
    both.network.forbid(eui(2));
    let run = both.run(false).await;
    assert_eq!(
        (
            &run["error"],
            &run["counts"]["differs"],
            &run["counts"]["unknown"]
        ),
        (&Value::Null, &json!(2), &json!(1)),
        "{run}"
    );
    let found = both.differences().await;
    let euis: Vec<&str> = found.iter().map(|one| text(one, "eui")).collect();
    assert_eq!(euis, [eui(1).to_string(), eui(3).to_string()]);
    both.ends().await;
}

#[tokio::test]
async fn what_may_not_be_given_keeps_nothing_else_from_being_given() {
    let both = both().await;
    let api = &both.owner.api;
    let gives = json!({ "gives": true });
    api.patch("/api/v6/chirpstack", &gives).await.expect(204);
    for number in 1..=6 {
        let ours = json!({ "dev_eui": eui(number), "name": format!("Ours {number}") });
        api.post("/api/v6/devices", &ours).await.expect(201);
    }
    for number in 1..=4 {
        both.network.forbid(eui(number));
    }
    let run = both.run(false).await;
    assert_eq!(
        (
            &run["error"],
            &run["counts"]["done"],
            &run["counts"]["failed"]
        ),
        (&Value::Null, &json!(2), &json!(4)),
        "{run}"
    );
    assert_eq!(both.network.devices(), 2);
    let found = both.differences().await;
    assert_eq!(found.len(), 4);
    for one in &found {
        assert_eq!(one["error"], "ChirpStack does not let us do this");
        assert_eq!(one["wanted"], Value::Null);
    }
    both.ends().await;
}

#[tokio::test]
async fn what_nobody_answered_is_no_failure_of_the_device_and_stays_wanted() {
    let both = both().await;
    let api = &both.owner.api;
    let ours = json!({ "dev_eui": eui(1), "name": "Ours" });
    api.post("/api/v6/devices", &ours).await.expect(201);
    both.run(false).await;
    let found = both.differences().await;
    both.network.set_faults(|faults| faults.is_down = true);
    both.network.restart();
    both.decides(&[&found[0]], "give").await;
    let silent = eventually("it was tried", async || {
        let one = both.differences().await.remove(0);
        one["error"].is_string().then_some(one)
    })
    .await;
    assert_eq!(
        (&silent["wanted"], &silent["error"]),
        (&json!("give"), &json!("ChirpStack did not answer"))
    );
    both.network.set_faults(|faults| faults.is_down = false);
    eventually("it is given", async || {
        both.run(false).await;
        both.differences().await.is_empty().then_some(())
    })
    .await;
    assert_eq!(both.network.devices(), 1);
    both.ends().await;
}

#[tokio::test]
async fn of_what_is_others_in_chirpstack_a_tenant_learns_nothing() {
    let both = both().await;
    let api = &both.owner.api;
    both.network.add_lamp(LampDraft {
        dev_eui: eui(1),
        name: "Somebody else's".to_owned(),
        model: models::find("plenom-busylight-omega").unwrap(),
        application: Some(uuid::Uuid::max()),
    });
    let ours = json!({ "dev_eui": eui(1), "name": "Ours" });
    let made = api.post("/api/v6/devices", &ours).await.expect(201);
    let device = format!("/api/v6/chirpstack/devices/{}", text(&made, "id"));
    let theirs = api.get(&device).await.expect(200);
    both.run(false).await;
    let found = both.differences().await;
    assert_eq!(found[0]["state"], "here");
    both.decides(&[&found[0]], "give").await;
    let refused = eventually("it was tried", async || {
        let one = both.differences().await.remove(0);
        one["error"].is_string().then_some(one)
    })
    .await;
    assert_eq!(refused["error"], "ChirpStack cannot have it under this EUI");
    // One that nobody has is told of in the same words.
    let ours = json!({ "dev_eui": eui(2), "name": "Ours" });
    let made = api.post("/api/v6/devices", &ours).await.expect(201);
    let nobodys = format!("/api/v6/chirpstack/devices/{}", text(&made, "id"));
    assert_eq!(theirs, api.get(&nobodys).await.expect(200));

    both.network.set_faults(|faults| faults.is_down = true);
    both.network.restart();
    let away = api.get(&device).await;
    assert!(!away.text().contains("127.0.0.1"));
    let seen = api.get("/api/v6/chirpstack").await.expect(200);
    assert_eq!(
        (&seen["is_answering"], &seen["last_error"]),
        (&json!(false), &Value::Null)
    );
    let platform = &both.stage.platform.api;
    let seen = platform.get("/api/v6/chirpstack").await.expect(200);
    assert!(seen["last_error"].is_string(), "{seen}");
    both.ends().await;
}

#[tokio::test]
async fn whoever_asks_again_before_a_run_has_ended_gets_the_same() {
    let both = both().await;
    let slow = std::time::Duration::from_millis(400);
    both.network.set_faults(|faults| faults.thinks_for = slow);
    let ask = async |is_dry: bool| {
        let asked = json!({ "is_dry": is_dry });
        let asked = both.owner.api.post("/api/v6/chirpstack/runs", &asked).await;
        text(&asked.expect(202), "id").to_owned()
    };
    let (first, second, dry) = (ask(true).await, ask(true).await, ask(false).await);
    assert_eq!(first, second);
    assert_ne!(first, dry);
    both.ends().await;
}

#[tokio::test]
async fn ten_thousand_devices_are_compared_without_harm() {
    const DEVICES: u64 = 10_000;
    let both = both().await;
    let mut superuser = both.stage.server.superuser().await;
    sqlx::query(
        "insert into devices (tenant_id, id, dev_eui, name, lifecycle_changed_at, created_at, updated_at)
         select $1::uuid, gen_random_uuid(), '70B3D57ED1' || upper(lpad(to_hex(n), 6, '0')), 'Sensor ' || n, now(), now(), now()
         from generate_series(0, $2 - 1) n",
    )
    .bind(both.owner.tenant_id())
    .bind(i64::try_from(DEVICES).unwrap())
    .execute(&mut superuser)
    .await
    .unwrap();
    for number in 0..DEVICES {
        both.client
            .create_device(&both.draft(number, &format!("Sensor {number}")))
            .await
            .unwrap();
    }
    let (before, _) = both.network.calls();
    let began = std::time::Instant::now();
    let run = both.run(false).await;
    let first = began.elapsed();
    let (after, at_once) = both.network.calls();
    assert_eq!(
        (&run["counts"]["devices"], &run["counts"]["differs"]),
        (&json!(DEVICES), &json!(0)),
        "{run}"
    );
    let began = std::time::Instant::now();
    both.run(false).await;
    let (last, _) = both.network.calls();
    println!(
        "{DEVICES} devices: first {first:?} with {} calls, {at_once} at once at most; again {:?} with {}",
        after - before,
        began.elapsed(),
        last - after
    );
    assert!(at_once <= 16, "{at_once}");
    assert!(last - after < 100, "{}", last - after);
    both.ends().await;
}

/// Tells the server what happens on the air.
async fn tell(mut events: mpsc::Receiver<Event>, told: Api) {
    while let Some(event) = events.recv().await {
        let path = format!("/api/v6/ingest/chirpstack?event={}", event.kind);
        send(told.request(Method::POST, &path).body(event.body)).await;
    }
}

#[tokio::test]
async fn the_first_command_that_a_gateway_sends_proves_that_a_lamp_is_reached() {
    let Both {
        stage,
        network,
        events,
        owner,
        ..
    } = both().await;
    let api = &owner.api;
    let key = owner.makes_key("operator", &["webhook:ingest"]).await;
    let mut tasks = JoinSet::new();
    tasks.spawn(tell(events, key.api.clone()));
    let site = json!({ "name": "Harbour", "timezone": "Europe/Paris" });
    let site = api.post("/api/v6/sites", &site).await.expect(201);
    let bay = json!({ "site_id": site["id"], "code": "A-1" });
    let bay = api.post("/api/v6/spaces", &bay).await.expect(201);
    let lamp = json!({ "dev_eui": eui(7), "model": "plenom-busylight-omega" });
    let lamp = api.post("/api/v6/devices", &lamp).await.expect(201);
    network.add_lamp(LampDraft {
        dev_eui: eui(7),
        name: "Lamp".to_owned(),
        model: models::find("plenom-busylight-omega").unwrap(),
        application: None,
    });
    let path = format!("/api/v6/chirpstack/devices/{}", text(&lamp, "id"));
    let before = api.get(&path).await.expect(200);
    assert_eq!(
        (&before["is_known"], &before["first_txack_ms"]),
        (&json!(true), &Value::Null),
        "{before}"
    );

    let shows = json!({ "space_id": bay["id"], "role": "display" });
    let assign = format!("/api/v6/devices/{}/assign", text(&lamp, "id"));
    api.post(&assign, &shows).await.expect(200);
    let reached = eventually("it is reached", async || {
        let ready = api.get(&path).await.expect(200);
        ready["first_txack_ms"].as_i64().map(|took| (took, ready))
    })
    .await;
    assert!((0..60_000).contains(&reached.0), "{}", reached.1);
    assert!(reached.1["first_txack_at"].is_string(), "{}", reached.1);

    // In a new session nothing is proven yet, and a gateway that cannot send proves nothing.
    network.set_faults(|faults| faults.is_gateway_silent = true);
    network.rejoin(eui(7));
    let waits = eventually("a command waits", async || {
        let ready = api.get(&path).await.expect(200);
        ready["command_waits_since"].is_string().then_some(ready)
    })
    .await;
    assert_eq!(waits["first_txack_ms"], Value::Null, "{waits}");
    drop(stage);
    network.stop().await;
}
