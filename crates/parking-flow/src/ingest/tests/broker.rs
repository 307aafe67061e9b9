//! What comes from a broker, over a real connection.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use parking_access::audit::By;
use parking_chirpstack::broker::{Broker, Door, Sessions};
use parking_chirpstack::mqtt::{Arrived, BrokerAddress, Settings, Source};
use serde_json::json;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::Lot;
use crate::applications;
use crate::ingest::receive;

const APPLICATION: &str = "deb86e58-f3b2-43fc-b5cb-3e10d825b9f5";
const TOPIC: &str =
    "application/deb86e58-f3b2-43fc-b5cb-3e10d825b9f5/device/70b3d57ed0000001/event/up";

/// A message of the lot's own sensor.
fn up(number: u32) -> Vec<u8> {
    let up = json!({
        "deviceInfo": { "applicationId": APPLICATION, "devEui": "70b3d57ed0000001" },
        "devAddr": "01000001", "fCnt": number, "fPort": 1, "data": "/w==",
        "rxInfo": [{ "gatewayId": "0016c001f1500001", "rssi": -57, "snr": 9.5 }],
    });
    up.to_string().into_bytes()
}

async fn eventually(what: &str, mut is_so: impl AsyncFnMut() -> bool) {
    let began = Instant::now();
    while !is_so().await {
        assert!(began.elapsed() < Duration::from_secs(20), "never: {what}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// A broker whose application is the lot's, and the road from it.
async fn connect(lot: &Lot) -> (Broker, Source, mpsc::Receiver<Arrived>) {
    let slug = lot
        .one("select slug from tenants where id = $1", lot.tenant.0)
        .await;
    let given = (APPLICATION, slug.as_str());
    applications::give(&lot.flow.db, given, &By::system("test"), lot.now())
        .await
        .expect("given");
    let any = SocketAddr::from(([127, 0, 0, 1], 0));
    let broker = Broker::start(any, Door::default(), Sessions::default())
        .await
        .expect("a broker");
    let address = format!("mqtt://{}", broker.address());
    let address = BrokerAddress::parse(&address).expect("an address");
    let (source, events) =
        Source::connect(Settings::of(address, "server"), lot.flow.clock.clone()).expect("settings");
    eventually("connected", async || source.counts().is_connected).await;
    (broker, source, events)
}

#[tokio::test]
async fn a_message_from_the_broker_is_acknowledged_when_it_is_stored_and_its_tenants() {
    let lot = Lot::open().await;
    let (broker, source, events) = connect(&lot).await;

    // The database will not have anything: nothing is acknowledged.
    let mut admin = lot.test.superuser().await;
    let locked = "begin; lock table uplinks in access exclusive mode";
    sqlx::raw_sql(locked)
        .execute(&mut admin)
        .await
        .expect("a lock");
    let stop = CancellationToken::new();
    let receiving = tokio::spawn(receive(lot.flow.clone(), events, stop.clone()));
    for number in 0..20 {
        broker.publish(TOPIC, up(number), true);
    }
    // One is told twice, one is none.
    broker.publish(TOPIC, up(7), true);
    broker.publish(TOPIC, "{}", true);
    eventually("all there", async || source.counts().unacknowledged == 22).await;
    assert_eq!(
        (broker.waiting("server"), source.counts().acknowledged),
        (22, 0)
    );
    sqlx::raw_sql("rollback")
        .execute(&mut admin)
        .await
        .expect("unlocked");
    eventually("acknowledged", async || broker.waiting("server") == 0).await;

    lot.act().await;
    let mut outcomes = lot.outcomes().await;
    assert_eq!(outcomes.len(), 21);
    outcomes.dedup();
    assert_eq!(outcomes, ["unreadable"]);
    let of_tenant: i64 = sqlx::query_scalar(
        "select count(*) from uplinks where tenant_id = $1 and device_id is not null and source = 'chirpstack_mqtt'",
    )
    .bind(lot.tenant.0)
    .fetch_one(&mut admin)
    .await
    .expect("a count");
    assert_eq!(of_tenant, 20);
    stop.cancel();
    receiving.await.expect("an end");
    source.stop().await;
    broker.stop().await;
}

#[tokio::test]
async fn messages_of_a_device_are_stored_in_their_order_even_if_one_has_to_wait() {
    let lot = Lot::open().await;
    let (broker, source, events) = connect(&lot).await;
    let mut admin = lot.test.superuser().await;
    let locked = "begin; lock table uplink_keys in access exclusive mode";
    sqlx::raw_sql(locked)
        .execute(&mut admin)
        .await
        .expect("a lock");
    let stop = CancellationToken::new();
    let receiving = tokio::spawn(receive(lot.flow.clone(), events, stop.clone()));
    let stuck = async || -> Vec<i32> {
        let mut asking = lot.test.superuser().await;
        let query = "select l.pid from pg_locks l join pg_database d on d.oid = l.database
                     where d.datname = current_database() and not l.granted";
        let waiting = sqlx::query_scalar(query).fetch_all(&mut asking).await;
        waiting.expect("who waits")
    };
    // The first cannot be stored and has to come again; the second comes while it waits.
    broker.publish(TOPIC, up(1), true);
    eventually("handed in", async || !stuck().await.is_empty()).await;
    let first = stuck().await;
    broker.publish(TOPIC, up(2), true);
    let is_another = |pid: &i32| !first.contains(pid);
    eventually("come again", async || stuck().await.iter().any(is_another)).await;
    eventually("one waits", async || source.counts().unacknowledged == 2).await;
    sqlx::raw_sql("rollback")
        .execute(&mut admin)
        .await
        .expect("unlocked");
    eventually("acknowledged", async || broker.waiting("server") == 0).await;
    let numbers: Vec<i64> = sqlx::query_scalar("select f_cnt from uplinks order by id")
        .fetch_all(&mut admin)
        .await
        .expect("rows");
    assert_eq!(numbers, [1, 2]);
    stop.cancel();
    receiving.await.expect("an end");
    source.stop().await;
    broker.stop().await;
}
