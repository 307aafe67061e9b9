//! The road from a broker: ours, and a Mosquitto where there is one.

mod commands;
mod stand;

use std::collections::BTreeSet;
use std::net::SocketAddr;

use rumqttc::v5::mqttbytes::QoS;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use super::*;
use crate::broker::{Broker, Door, Sessions};
use stand::Stand;

/// No test waits longer for what must come.
const PATIENCE: Duration = Duration::from_secs(20);

async fn eventually(what: &str, mut is_so: impl FnMut() -> bool) {
    let began = Instant::now();
    while !is_so() {
        assert!(began.elapsed() < PATIENCE, "never: {what}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

async fn next(events: &mut mpsc::Receiver<Arrived>) -> Arrived {
    let event = tokio::time::timeout(PATIENCE, events.recv()).await;
    event.expect("an event in time").expect("a source")
}

async fn connected(settings: Settings) -> (Source, mpsc::Receiver<Arrived>) {
    let (source, events) = Source::connect(settings, Clock::system()).unwrap();
    eventually("connected", || source.counts().is_connected).await;
    (source, events)
}

fn topic_of(application: &str) -> String {
    format!("application/{application}/device/70b3d57ed0000003/event/up")
}

fn numbered(numbers: std::ops::Range<u32>) -> Vec<(String, Vec<u8>)> {
    numbers
        .map(|number| (topic_of("a"), number.to_string().into_bytes()))
        .collect()
}

fn number_in(event: &Arrived) -> u32 {
    std::str::from_utf8(&event.body).unwrap().parse().unwrap()
}

#[tokio::test]
async fn a_message_is_the_brokers_until_it_is_done() {
    let mut stand = Stand::ours().await;
    let (source, mut events) = connected(stand.settings("one")).await;
    stand.publish(&numbered(0..3), QoS::AtLeastOnce).await;
    let arrived = [
        next(&mut events).await,
        next(&mut events).await,
        next(&mut events).await,
    ];
    assert_eq!(arrived.each_ref().map(number_in), [0, 1, 2]);
    let Stand::Ours(Some(broker), _) = &stand else {
        unreachable!()
    };
    assert_eq!(broker.waiting("one"), 3);
    let [first, second, third] = arrived;
    // The second may not be acknowledged before the first.
    second.token.done();
    third.token.done();
    tokio::task::yield_now().await;
    assert_eq!(broker.waiting("one"), 3);
    first.token.done();
    eventually("all acknowledged", || broker.waiting("one") == 0).await;
    assert_eq!(source.counts().unacknowledged, 0);
    source.stop().await;
    stand.stop().await;
}

#[tokio::test]
async fn what_was_not_done_when_the_consumer_died_comes_again() {
    for stand in Stand::all("died").await {
        let (source, mut events) = connected(stand.settings("one")).await;
        stand.publish(&numbered(0..5), QoS::AtLeastOnce).await;
        next(&mut events).await.token.done();
        eventually("one acknowledged", || source.counts().acknowledged == 1).await;
        let held = next(&mut events).await;
        drop(events);
        eventually("gone", || !source.counts().is_connected).await;
        // Too late: its connection is gone.
        held.token.done();

        let (source, mut events) = connected(stand.settings("one")).await;
        for number in 1..5 {
            let event = next(&mut events).await;
            assert_eq!(number_in(&event), number);
            event.token.done();
        }
        assert!(source.counts().repeated >= 1);
        eventually("acknowledged", || source.counts().acknowledged == 4).await;
        source.stop().await;
    }
}

#[tokio::test]
async fn a_broker_that_was_restarted_is_found_again_with_all_it_kept() {
    for mut stand in Stand::all("restarted").await {
        let (source, mut events) = connected(stand.settings("one")).await;
        stand.publish(&numbered(0..4), QoS::AtLeastOnce).await;
        next(&mut events).await.token.done();
        let held = next(&mut events).await;
        eventually("one acknowledged", || source.counts().acknowledged == 1).await;

        let sessions = stand.stop().await;
        eventually("noticed", || source.counts().failures > 0).await;
        assert!(!source.counts().is_connected);
        stand.start_again(sessions).await;
        eventually("back", || source.counts().connections == 2).await;
        stand.publish(&numbered(4..6), QoS::AtLeastOnce).await;
        held.token.done();

        let mut numbers = BTreeSet::new();
        while numbers.len() < 5 {
            let event = next(&mut events).await;
            numbers.insert(number_in(&event));
            event.token.done();
        }
        assert_eq!(numbers, BTreeSet::from([1, 2, 3, 4, 5]));
        assert_eq!(source.counts().sessions_lost, 0);
        source.stop().await;
    }
}

#[tokio::test]
async fn a_session_the_broker_forgot_is_counted_and_begun_anew() {
    let mut stand = Stand::ours().await;
    let (source, mut events) = connected(stand.settings("one")).await;
    drop(stand.stop().await);
    stand.start_again(Sessions::default()).await;
    eventually("back", || {
        source.counts().connections == 2 && source.counts().is_connected
    })
    .await;
    assert_eq!(source.counts().sessions_lost, 1);
    eventually("noticed", || source.counts().last_error.is_some()).await;
    let Stand::Ours(Some(broker), _) = &stand else {
        unreachable!()
    };
    // Subscribed anew: what is published from now on comes.
    broker.publish(&topic_of("a"), "7", true);
    assert_eq!(number_in(&next(&mut events).await), 7);
    source.stop().await;
}

#[tokio::test]
async fn a_consumer_that_stops_loses_nothing_and_holds_no_more_than_agreed() {
    for stand in Stand::all("stops").await {
        let mut settings = stand.settings("one");
        settings.in_flight_max = 5;
        let (source, mut events) = connected(settings).await;
        stand.publish(&numbered(0..200), QoS::AtLeastOnce).await;
        eventually("five under way", || source.counts().unacknowledged == 5).await;
        assert_eq!(source.counts().at_least_once, 5);
        for number in 0..200 {
            let event = next(&mut events).await;
            assert_eq!(number_in(&event), number);
            assert!(!event.is_repeated);
            assert!(source.counts().unacknowledged <= stand.under_way_max(5));
            event.token.done();
        }
        eventually("all acknowledged", || source.counts().acknowledged == 200).await;
        assert_eq!(source.counts().connections, 1);
        source.stop().await;
    }
}

#[tokio::test]
async fn messages_nobody_keeps_wait_on_the_line_and_are_told_of() {
    for stand in Stand::all("unsafe").await {
        let mut settings = stand.settings("one");
        settings.in_flight_max = 5;
        let (source, mut events) = connected(settings).await;
        assert!(!source.counts().is_published_unsafely);
        stand.publish(&numbered(0..50), QoS::AtMostOnce).await;
        eventually("as many as there is room for, and one in hand", || {
            source.counts().at_most_once == 6
        })
        .await;
        for number in 0..50 {
            let event = next(&mut events).await;
            assert_eq!(number_in(&event), number);
            event.token.done();
        }
        assert!(source.counts().is_published_unsafely);
        stand.publish(&numbered(0..1), QoS::AtLeastOnce).await;
        next(&mut events).await.token.done();
        assert!(!source.counts().is_published_unsafely);
        assert_eq!(source.counts().connections, 1);
        source.stop().await;
    }
}

#[tokio::test]
async fn two_replicas_of_a_group_share_the_messages() {
    for stand in Stand::all("shared").await {
        let of_group = |client_id| Settings {
            group: Some("parking".to_owned()),
            ..stand.settings(client_id)
        };
        let (one, mut to_one) = connected(of_group("one")).await;
        let (two, mut to_two) = connected(of_group("two")).await;
        let mut by_one = BTreeSet::new();
        let mut by_two = BTreeSet::new();
        stand.publish(&numbered(0..100), QoS::AtLeastOnce).await;
        for _ in 0..100 {
            let (event, mine) = tokio::select! {
                event = next(&mut to_one) => (event, &mut by_one),
                event = next(&mut to_two) => (event, &mut by_two),
            };
            assert!(mine.insert(number_in(&event)));
            event.token.done();
        }
        assert!(by_one.len() >= 20, "{} to {}", by_one.len(), by_two.len());
        assert!(by_two.len() >= 20, "{} to {}", by_one.len(), by_two.len());
        assert!(by_one.is_disjoint(&by_two));
        one.stop().await;
        two.stop().await;
    }
}

#[tokio::test]
async fn topics_that_are_none_of_ours_are_counted_and_do_not_stay() {
    for stand in Stand::all("foreign").await {
        let (source, mut events) = connected(stand.settings("one")).await;
        let garbage = [
            "application/a/device/not-an-eui/event/up",
            "application/a/device/70b3d57ed0000003/event/integration",
            "application/a/device/70b3d57ed0000003/command/down",
        ];
        let garbage = garbage.map(|topic| (topic.to_owned(), b"{}".to_vec()));
        stand.publish(&garbage, QoS::AtLeastOnce).await;
        stand.publish(&numbered(1..2), QoS::AtLeastOnce).await;
        let event = next(&mut events).await;
        assert_eq!(number_in(&event), 1);
        event.token.done();
        eventually("acknowledged", || source.counts().unacknowledged == 0).await;
        assert_eq!(source.counts().foreign, 2, "commands are not subscribed to");
        source.stop().await;
    }
}

#[tokio::test]
async fn a_message_that_is_given_up_comes_again() {
    for stand in Stand::all("given-up").await {
        let (source, mut events) = connected(stand.settings("one")).await;
        stand.publish(&numbered(0..2), QoS::AtLeastOnce).await;
        drop(next(&mut events).await);
        eventually("asked again", || source.counts().let_go == 1).await;
        let mut done = BTreeSet::new();
        while done.len() < 2 {
            let event = next(&mut events).await;
            // The second of the first connection is still in the channel.
            done.insert((number_in(&event), event.is_repeated));
            event.token.done();
            done.retain(|(_, is_repeated)| *is_repeated);
        }
        assert_eq!(done, BTreeSet::from([(0, true), (1, true)]));
        source.stop().await;
    }
}

#[tokio::test]
async fn a_source_that_stops_waits_for_what_is_being_kept() {
    for stand in Stand::all("stopping").await {
        let mut settings = stand.settings("one");
        settings.in_flight_max = 3;
        let (source, mut events) = connected(settings.clone()).await;
        stand.publish(&numbered(0..10), QoS::AtLeastOnce).await;
        let first = next(&mut events).await;
        let keeping = async {
            tokio::task::yield_now().await;
            first.token.done();
            let mut last = 0;
            while let Some(event) = events.recv().await {
                last = number_in(&event);
                event.token.done();
            }
            last
        };
        let ((), last) = tokio::join!(source.stop(), keeping);
        let (source, mut events) = Source::connect(settings, Clock::system()).unwrap();
        for number in last + 1..10 {
            let event = next(&mut events).await;
            assert_eq!(number_in(&event), number);
            event.token.done();
        }
        source.stop().await;
        assert!(events.recv().await.is_none());
    }
}

#[tokio::test]
async fn an_event_must_speak_of_the_device_of_its_topic() {
    let stand = Stand::ours().await;
    let (source, mut events) = connected(stand.settings("one")).await;
    let body = include_bytes!("../../../testdata/protobuf/up_unconfirmed_class_c_abp.bin");
    let application = "deb86e58-f3b2-43fc-b5cb-3e10d825b9f5";
    let elsewhere = format!("application/{application}/device/70b3d57ed0000004/event/up");
    let topics = [topic_of(application), topic_of("b"), elsewhere];
    let messages = topics.map(|topic| (topic, body.to_vec()));
    stand.publish(&messages, QoS::AtLeastOnce).await;
    let mut read = async || {
        let event = next(&mut events).await;
        let message = event.read();
        event.token.done();
        message
    };
    let message = read().await.unwrap();
    assert_eq!(message.application.as_deref(), Some(application));
    let another = read().await.unwrap_err();
    assert_eq!(
        another,
        WireError::Elsewhere {
            field: "applicationId"
        }
    );
    let another = read().await.unwrap_err();
    assert_eq!(another, WireError::Elsewhere { field: "devEui" });
    source.stop().await;
}

#[tokio::test]
async fn a_second_client_of_the_same_name_is_told_of() {
    for stand in Stand::all("taken").await {
        let (source, _events) = connected(stand.settings("one")).await;
        let _other = stand::connected(stand.address(), "one").await;
        eventually("noticed", || source.counts().last_error.is_some()).await;
        let error = source.counts().last_error.unwrap();
        // Mosquitto 2.0 says nothing and closes.
        assert!(error.contains("another client"), "{error}");
        source.stop().await;
    }
}

#[tokio::test]
async fn a_wrong_password_is_refused_and_the_right_one_lets_in() {
    let any = SocketAddr::from(([127, 0, 0, 1], 0));
    let door = Door {
        login: Some(("parking".to_owned(), "s3cret/ü".into())),
    };
    let broker = Broker::start(any, door, Sessions::default()).await.unwrap();
    let with = |login: &str| {
        let url = format!("mqtt://{login}@{}", broker.address());
        Settings::of(BrokerAddress::parse(&url).unwrap(), "one")
    };
    let (wrong, _events) = Source::connect(with("parking:nope"), Clock::system()).unwrap();
    eventually("refused", || wrong.counts().failures > 0).await;
    let error = wrong.counts().last_error.unwrap();
    assert_eq!(error, "refuses the connection: BadUserNamePassword");
    wrong.stop().await;
    let (right, _events) = connected(with("parking:s3cret%2F%C3%BC")).await;
    assert_eq!(broker.connected(), 1);
    right.stop().await;
}

#[tokio::test]
async fn a_broker_with_an_authority_of_its_own_is_trusted_when_told() {
    let stand = Stand::ours().await;
    let front = encrypted_front_of(stand.address()).await;
    let url = format!("mqtts://localhost:{}", front.port());
    let mut settings = Settings::of(BrokerAddress::parse(&url).unwrap(), "one");
    let (source, _events) = Source::connect(settings.clone(), Clock::system()).unwrap();
    eventually("refused", || source.counts().failures > 0).await;
    let error = source.counts().last_error.unwrap();
    assert!(
        error.starts_with("its certificate is not accepted"),
        "{error}"
    );
    source.stop().await;

    let authority = include_bytes!("../../../testdata/tls/authority.pem");
    settings.authority_pem = Some(authority.to_vec());
    let (source, mut events) = connected(settings).await;
    stand.publish(&numbered(1..2), QoS::AtLeastOnce).await;
    assert_eq!(number_in(&next(&mut events).await), 1);
    source.stop().await;
}

/// What takes off TLS before a broker that speaks none.
async fn encrypted_front_of(broker: SocketAddr) -> SocketAddr {
    let file = |name: &str| {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/testdata/tls/");
        std::fs::read(format!("{folder}{name}")).unwrap()
    };
    let certificate = CertificateDer::from_pem_slice(&file("broker.pem")).unwrap();
    let key = PrivateKeyDer::from_pem_slice(&file("broker.key.pem")).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    TaskTracker::new().spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let Ok(mut outer) = acceptor.accept(stream).await else {
                continue;
            };
            let mut inner = tokio::net::TcpStream::connect(broker).await.unwrap();
            drop(tokio::io::copy_bidirectional(&mut outer, &mut inner).await);
        }
    });
    address
}

#[tokio::test]
async fn a_broker_that_speaks_something_else_is_told_of() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("mqtt://{}", listener.local_addr().unwrap());
    let settings = Settings::of(BrokerAddress::parse(&url).unwrap(), "one");
    let (source, _events) = Source::connect(settings, Clock::system()).unwrap();
    let (mut stream, _) = listener.accept().await.unwrap();
    tokio::io::AsyncWriteExt::write_all(
        &mut stream,
        &[b"HTTP/1.1 400 Bad Request\r\n".as_slice(), &[b'x'; 200]].concat(),
    )
    .await
    .unwrap();
    eventually("noticed", || source.counts().failures > 0).await;
    let error = source.counts().last_error.unwrap();
    assert!(error.starts_with("does not speak MQTT 5"), "{error}");
    source.stop().await;
}

#[tokio::test]
async fn settings_that_cannot_work_are_refused_at_once() {
    let settings = Settings::of(BrokerAddress::parse("mqtts://localhost").unwrap(), "one");
    let refused = |settings: Settings| Source::connect(settings, Clock::system()).unwrap_err();
    let nameless = Settings {
        client_id: String::new(),
        ..settings.clone()
    };
    assert!(matches!(refused(nameless), SettingsError::ClientId));
    let group = Settings {
        group: Some("a/b".to_owned()),
        ..settings.clone()
    };
    assert!(matches!(refused(group), SettingsError::Group));
    let none = Settings {
        in_flight_max: 0,
        ..settings.clone()
    };
    assert!(matches!(refused(none), SettingsError::InFlight));
    let authority = Settings {
        authority_pem: Some(b"no certificate".to_vec()),
        ..settings
    };
    assert!(matches!(refused(authority), SettingsError::Authority));
}

#[test]
fn pauses_are_spread() {
    let pause = Duration::from_secs(8);
    let pauses: BTreeSet<_> = (0..50).map(|_| jittered(pause)).collect();
    assert!(pauses.len() > 10);
    assert!(pauses.iter().all(|one| (pause / 2..=pause).contains(one)));
}
