//! Our client of ChirpStack's API against the simulator's ChirpStack, each made without the other.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use parking_chirpstack::downlinks::{DoorError, Downlink, Queues as _};
use parking_chirpstack::grpc::{
    CallError, Client, DeviceDraft, DeviceKeys, GatewayDraft, Settings,
};
use parking_domain::clock::Clock;
use parking_domain::eui::Eui64;
use parking_domain::models;
use parking_sim::audience::PROFILES;
use parking_sim::chirpstack::{Event, Network};
use parking_sim::lot::{Lot, LotDraft};
use parking_sim::server::{LampDraft, Light, NetworkServer, Options};
use secrecy::SecretString;
use tokio::sync::mpsc;

const TOKEN: &str = "the-key-of-its-administrator";

struct Stand {
    server: NetworkServer,
    events: mpsc::Receiver<Event>,
    client: Client,
}

async fn stand() -> Stand {
    let options = Options {
        token: TOKEN.to_owned(),
        seed: 7,
        pace: 0.02,
    };
    let any = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let (server, events) = NetworkServer::start(any, options, Clock::system())
        .await
        .unwrap();
    let client = connect(&server, TOKEN);
    Stand {
        server,
        events,
        client,
    }
}

fn connect(server: &NetworkServer, token: &str) -> Client {
    let token = SecretString::from(token);
    let settings = Settings {
        call_time_max: Duration::from_millis(1_500),
        ..Settings::of("127.0.0.1", server.address().port(), token)
    };
    Client::open(&settings).unwrap()
}

fn eui(number: u64) -> Eui64 {
    Eui64::from_bytes((0x70b3_d57e_d000_0000 + number).to_be_bytes())
}

impl Stand {
    fn lamp(&self, number: u64) -> Eui64 {
        self.server.add_lamp(LampDraft {
            dev_eui: eui(number),
            name: format!("Lamp {number}"),
            model: models::find("plenom-busylight-omega").unwrap(),
            application: None,
        });
        eui(number)
    }

    fn draft(&self, number: u64) -> DeviceDraft {
        let home = self.server.home();
        DeviceDraft {
            dev_eui: eui(number),
            name: format!("Bay {number}"),
            application: home.application,
            profile: home.class_a,
            join_eui: None,
            is_disabled: false,
        }
    }

    async fn event(&mut self, kind: &str) -> serde_json::Value {
        let next = async {
            loop {
                let event = self.events.recv().await.unwrap();
                if event.kind == kind {
                    return serde_json::from_str(&event.body).unwrap();
                }
            }
        };
        tokio::time::timeout(Duration::from_secs(10), next)
            .await
            .unwrap()
    }
}

/// Kuando's order: red, blue, green, then on and off.
fn red(dev_eui: Eui64) -> Downlink {
    Downlink {
        dev_eui,
        f_port: 15,
        payload: vec![255, 0, 0, 255, 0],
        is_confirmed: false,
    }
}

const RED: Light = Light {
    red: 255,
    green: 0,
    blue: 0,
    on: 255,
    off: 0,
};

#[tokio::test]
async fn devices_and_gateways_are_made_changed_and_listed_page_by_page() {
    let stand = stand().await;
    let (client, home) = (&stand.client, stand.server.home());
    for number in 0..1_203 {
        client.create_device(&stand.draft(number)).await.unwrap();
    }
    let listed = client.devices(home.application).await.unwrap();
    assert_eq!(listed.len(), 1_203);
    assert_eq!(
        (listed[0].dev_eui, listed[0].name.as_str()),
        (eui(0), "Bay 0")
    );
    let again = client.create_device(&stand.draft(3)).await;
    assert!(matches!(again, Err(CallError::Taken(_))), "{again:?}");

    let keys = |key: &str| DeviceKeys {
        app_key: SecretString::from(key),
    };
    let (one, other) = (
        keys("000102030405060708090A0B0C0D0E0F"),
        keys(&"f".repeat(32)),
    );
    assert_eq!(client.has_keys(eui(3), &one).await, Ok(None));
    client.set_keys(eui(3), &one).await.unwrap();
    assert_eq!(client.has_keys(eui(3), &one).await, Ok(Some(true)));
    client.set_keys(eui(3), &other).await.unwrap();
    assert_eq!(client.has_keys(eui(3), &one).await, Ok(Some(false)));

    let renamed = DeviceDraft {
        name: "By the door".to_owned(),
        is_disabled: true,
        ..stand.draft(3)
    };
    client.update_device(&renamed).await.unwrap();
    let details = client.device(eui(3)).await.unwrap().unwrap();
    assert_eq!(
        (details.name.as_str(), details.is_disabled),
        ("By the door", true)
    );
    assert_eq!(client.activation(eui(3)).await, Ok(None));
    client.delete_device(eui(3)).await.unwrap();
    client.delete_device(eui(3)).await.unwrap();
    assert_eq!(client.device(eui(3)).await, Ok(None));

    let gateway = GatewayDraft {
        eui: eui(9_001),
        name: "Roof".to_owned(),
        tenant: home.tenant,
        place: Some((45.75, 4.85, 12.0)),
    };
    client.create_gateway(&gateway).await.unwrap();
    let again = client.create_gateway(&gateway).await;
    assert!(matches!(again, Err(CallError::Taken(_))), "{again:?}");
    let renamed = GatewayDraft {
        name: "Mast".to_owned(),
        ..gateway
    };
    client.update_gateway(&renamed).await.unwrap();
    assert_eq!(client.gateways(home.tenant).await.unwrap()[0].name, "Mast");
    assert_eq!(client.tenants().await.unwrap().len(), 1);
    assert_eq!(client.applications(home.tenant).await.unwrap().len(), 1);
    assert_eq!(client.profiles(home.tenant).await.unwrap().len(), 2);
    stand.server.stop().await;
}

#[tokio::test]
async fn a_wrong_key_is_not_let_in_and_that_is_no_silence() {
    let stand = stand().await;
    let stranger = connect(&stand.server, "another-key");
    for _ in 0..8 {
        let refused = stranger.tenants().await;
        assert!(
            matches!(refused, Err(CallError::Forbidden(_))),
            "{refused:?}"
        );
    }
    assert_eq!(stranger.health().is_answering, Some(true));
    let door = stranger.enqueue(&red(eui(1))).await;
    assert!(matches!(door, Err(DoorError::Away(_))), "{door:?}");
    // What is not for the key's holder is one thing, and the others are as they were.
    let (ours, theirs) = (stand.lamp(2), stand.lamp(3));
    stand.server.forbid(theirs);
    let door = stand.client.enqueue(&red(theirs)).await;
    assert_eq!(door, Err(DoorError::Forbidden));
    assert!(stand.client.enqueue(&red(ours)).await.is_ok());
}

#[tokio::test]
async fn a_lamp_shows_what_was_queued_and_events_tell_of_it_by_the_name_of_the_item() {
    let mut stand = stand().await;
    let lamp = stand.lamp(1);
    let item = stand.client.enqueue(&red(lamp)).await.unwrap();
    let sent = stand.event("txack").await;
    assert_eq!(sent["queueItemId"], item.as_str());
    let said = stand.event("up").await;
    assert_eq!(
        (&said["fPort"], &said["deviceInfo"]["deviceClassEnabled"]),
        (&15.into(), &"CLASS_C".into())
    );
    assert_eq!(stand.server.shows(lamp), Some(RED));
    assert_eq!(stand.client.queue(lamp).await, Ok(Vec::new()));

    let confirmed = Downlink {
        is_confirmed: true,
        ..red(lamp)
    };
    let item = stand.client.enqueue(&confirmed).await.unwrap();
    let heard = stand.event("ack").await;
    assert_eq!(
        (&heard["queueItemId"], &heard["acknowledged"]),
        (&item.as_str().into(), &true.into())
    );
    stand
        .server
        .set_faults(|faults| faults.are_lamps_mute = true);
    stand.client.enqueue(&confirmed).await.unwrap();
    assert_eq!(stand.event("ack").await["acknowledged"], false);

    let unknown = stand.client.enqueue(&red(eui(404))).await;
    assert!(matches!(unknown, Err(DoorError::Refused(_))), "{unknown:?}");
    assert_eq!(stand.client.flush(eui(404)).await, Ok(()));
    let long = Downlink {
        payload: vec![0; 60],
        ..red(lamp)
    };
    stand.client.enqueue(&long).await.unwrap();
    assert_eq!(stand.event("log").await["code"], "DOWNLINK_PAYLOAD_SIZE");
}

#[tokio::test]
async fn a_silent_gateway_blocks_a_queue_without_a_word_until_it_is_flushed() {
    let mut stand = stand().await;
    let lamp = stand.lamp(1);
    stand
        .server
        .set_faults(|faults| faults.is_gateway_silent = true);
    let first = stand.client.enqueue(&red(lamp)).await.unwrap();
    stand.client.enqueue(&red(lamp)).await.unwrap();
    tokio::time::sleep(Duration::from_millis(400)).await;
    let waiting = stand.client.queue(lamp).await.unwrap();
    assert_eq!((waiting.len(), &waiting[0].id), (2, &first));
    assert!(stand.events.try_recv().is_err(), "nothing tells of it");
    stand.client.flush(lamp).await.unwrap();
    stand
        .server
        .set_faults(|faults| faults.is_gateway_silent = false);
    let item = stand.client.enqueue(&red(lamp)).await.unwrap();
    assert_eq!(stand.event("txack").await["queueItemId"], item.as_str());
    stand.server.rejoin(lamp);
    stand.event("join").await;
    assert_ne!(
        stand.server.shows(lamp),
        Some(RED),
        "it knows nothing any more"
    );
}

#[tokio::test]
async fn gateways_that_are_out_send_nothing_and_nobody_hears_a_lamp_until_they_are_back() {
    let mut stand = stand().await;
    let lamp = stand.lamp(1);
    let application = stand.server.home().application;
    stand.server.set_out(application, true);
    stand.server.speaks_every(Duration::from_millis(20));
    stand.client.enqueue(&red(lamp)).await.unwrap();
    tokio::time::sleep(Duration::from_millis(400)).await;
    assert!(stand.events.try_recv().is_err(), "nothing tells of it");
    assert_ne!(stand.server.shows(lamp), Some(RED));
    stand.server.set_out(application, false);
    stand.event("txack").await;
    // By themselves: the command asked for no answer.
    for _ in 0..3 {
        assert_eq!(
            stand.event("up").await["deviceInfo"]["devEui"],
            lamp.to_string().to_lowercase()
        );
    }
    assert_eq!(stand.server.shows(lamp), Some(RED));
}

#[tokio::test]
async fn lamps_are_heard_by_the_gateways_of_their_own_lot() {
    let mut stand = stand().await;
    let lots = ["North", "South"].map(|site| {
        Lot::of(LotDraft {
            site: site.to_owned(),
            spaces: 20,
            seed: 3,
            run: 1,
            models: vec![models::find("plenom-busylight-omega").unwrap()],
            profile: PROFILES[0],
            timezone: chrono_tz::Europe::Paris,
            start: "2027-01-12T07:00:00Z".parse().unwrap(),
            faults: parking_sim::lot::Faults::NONE,
            outages: Vec::new(),
        })
    });
    for lot in &lots {
        stand.server.take_on(lot, &Network::of(lot, None));
        let heard = stand.event("up").await;
        let gateway = heard["rxInfo"][0]["gatewayId"].as_str().unwrap();
        let mut theirs = lot
            .gateways()
            .iter()
            .map(|eui| eui.to_string().to_lowercase());
        assert!(theirs.any(|eui| eui == gateway), "{gateway}");
    }
}

#[tokio::test]
async fn a_display_of_states_says_the_state_that_it_was_told() {
    let mut stand = stand().await;
    let display = eui(8);
    stand.server.add_lamp(LampDraft {
        dev_eui: display,
        name: "Display".to_owned(),
        model: models::find("heltec-v3-bay").unwrap(),
        application: None,
    });
    for state in [2, 3, 1] {
        let told = Downlink {
            dev_eui: display,
            f_port: 1,
            payload: vec![state],
            is_confirmed: false,
        };
        stand.client.enqueue(&told).await.unwrap();
        stand.event("txack").await;
        let said = stand.event("up").await["data"].clone();
        let said = STANDARD.decode(said.as_str().unwrap()).unwrap();
        assert_eq!(said.last(), Some(&state), "{said:?}");
    }
}

#[tokio::test]
async fn what_breaks_on_the_way_is_told_apart_from_what_never_left() {
    let stand = stand().await;
    let lamp = stand.lamp(1);
    stand.client.enqueue(&red(lamp)).await.unwrap();
    stand
        .server
        .set_faults(|faults| faults.forgets_to_answer = true);
    let taken = stand.client.enqueue(&red(lamp)).await;
    assert!(matches!(taken, Err(DoorError::Unanswered(_))), "{taken:?}");
    stand.server.set_faults(|faults| {
        faults.forgets_to_answer = false;
        faults.thinks_for = Duration::from_secs(3);
    });
    let slow = stand.client.enqueue(&red(lamp)).await;
    assert!(matches!(slow, Err(DoorError::Unanswered(_))), "{slow:?}");
    stand
        .server
        .set_faults(|faults| faults.thinks_for = Duration::ZERO);
    stand.server.restart();
    let mut outcomes = Vec::new();
    for _ in 0..4 {
        outcomes.push(stand.client.enqueue(&red(lamp)).await.is_ok());
    }
    assert!(outcomes[3], "it connects again: {outcomes:?}");
    stand.server.set_faults(|faults| faults.refuses_half = true);
    let mut refused = 0;
    for _ in 0..10 {
        let outcome = stand.client.enqueue(&red(lamp)).await;
        // Its own database is busy: that is no answer to what was asked.
        refused += u32::from(matches!(outcome, Err(DoorError::Away(_))));
    }
    assert_eq!(refused, 5);
}
