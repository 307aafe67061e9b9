//! The broker is started anew; two servers share what it has.

use std::collections::BTreeSet;
use std::net::SocketAddr;

use parking_chirpstack::broker::{Broker, Door, Sessions};
use rustix::process::Signal;

use super::{APPLICATION, Numbered, Street};
use crate::harness::process::settings;
use crate::harness::server::{Folder, serve};
use crate::harness::{Stage, TestServer, eventually};

/// A broker, somewhere.
pub(super) async fn broker() -> Broker {
    let any = SocketAddr::from(([127, 0, 0, 1], 0));
    broker_at(any, Sessions::default()).await
}

async fn broker_at(address: SocketAddr, sessions: Sessions) -> Broker {
    let started = Broker::start(address, Door::default(), sessions).await;
    started.expect("a broker")
}

/// Says that the application's messages are a tenant's.
pub(super) async fn gives_application(server: &TestServer, slug: &str) {
    let arguments = ["applications", "give", APPLICATION, "--tenant", slug];
    let given = server.command(&arguments).await;
    assert_eq!(given.code(), Some(0), "{}", given.text());
}

/// Publishes so many messages, some of each sensor.
fn publish(broker: &Broker, street: &Street, numbers: std::ops::Range<u32>) -> BTreeSet<Numbered> {
    let messages: BTreeSet<_> = numbers
        .flat_map(|number| (0..street.sensors).map(move |sensor| (sensor, number)))
        .collect();
    for message in &messages {
        let body = street.up(*message).to_string();
        broker.publish(&Street::topic(message.0), body, true);
    }
    messages
}

#[tokio::test]
async fn a_broker_started_anew_costs_no_message_and_needs_no_hand() {
    let first = broker().await;
    let url = format!("mqtt://{}", first.address());
    let stage = Stage::set_with(&[("MQTT_URL", &url), ("MQTT_CLIENT_ID", "server")]).await;
    let owner = stage.customer("Quay").await;
    let street = Street::of(&owner, 5).await;
    gives_application(&stage.server, "quay").await;
    eventually("connected", async || (first.connected() == 1).then_some(())).await;
    let mut published = publish(&first, &street, 1..40);
    let address = first.address();
    let sessions = first.stop().await;
    let second = broker_at(address, sessions).await;
    published.extend(publish(&second, &street, 40..80));
    eventually("the broker is rid of all", async || {
        (second.connected() == 1 && second.waiting("server") == 0).then_some(())
    })
    .await;
    let mut admin = stage.server.superuser().await;
    street.check(&mut admin, &published).await;
    let metrics = stage.server.anonymous().get("/metrics").await.text();
    for line in [
        "mqtt_connected 1",
        "mqtt_unacknowledged 0",
        "mqtt_connections 2",
    ] {
        assert!(
            metrics.contains(&format!("\n{line}\n")),
            "{line}: {metrics}"
        );
    }
}

#[tokio::test]
async fn two_servers_that_share_the_messages_come_to_the_same_and_one_may_die() {
    let broker = broker().await;
    let url = format!("mqtt://{}", broker.address());
    let own = [
        ("MQTT_URL", url.as_str()),
        ("MQTT_CLIENT_ID", "one"),
        ("MQTT_GROUP", "parking"),
    ];
    let stage = Stage::set_with(&own).await;
    let owner = stage.customer("Quay").await;
    let street = Street::of(&owner, 5).await;
    gives_application(&stage.server, "quay").await;
    let spool = Folder::default();
    let mut other = stage.server.settings().clone();
    other.extend(settings(&[
        ("MQTT_CLIENT_ID", "two"),
        ("WEBHOOK_SPOOL_DIR", spool.path()),
    ]));
    let (mut second, _) = serve(&other).await;
    eventually("both are connected", async || {
        (broker.connected() == 2).then_some(())
    })
    .await;
    let mut published = publish(&broker, &street, 1..60);
    second.kill();
    eventually("one is left", async || {
        (broker.connected() == 1).then_some(())
    })
    .await;
    published.extend(publish(&broker, &street, 60..120));
    // Its share waits for it.
    let (second, _) = serve(&other).await;
    eventually("the broker is rid of all", async || {
        (broker.waiting("one") + broker.waiting("two") == 0).then_some(())
    })
    .await;
    let mut admin = stage.server.superuser().await;
    street.check(&mut admin, &published).await;
    second.signal(Signal::TERM);
    let ended = second.until_ended().await;
    assert_eq!(ended.code(), Some(0), "{}", ended.text());
}
