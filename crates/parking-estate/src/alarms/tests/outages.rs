//! Gateways that go down, and the silences that they explain.

use parking_testkit::Mailbox;
use serde_json::json;

use super::{hours, minutes};
use crate::tests::Stage;

#[tokio::test]
#[expect(clippy::too_many_lines, reason = "one story, told in its order")]
async fn silences_that_an_outage_explains_hang_under_it_and_stand_alone_after_it() {
    let mailbox = Mailbox::open().await;
    let stage = Stage::set().await;
    let admin = stage.admin("North").await;
    admin
        .makes(
            "/api/v6/alarms/recipients",
            json!({ "email": "night@north.test" }),
        )
        .await;
    let lots = [
        admin.has_lot(1).await,
        admin.has_lot(2).await,
        admin.has_lot(3).await,
    ];
    let (gateway, roof) = admin.has_gateway(1, lots[0].site).await;
    stage.looks().await;
    let postman = stage.postman(&mailbox);
    stage.hears_gateway(roof).await;
    stage.hears_device(&admin, lots[0].sensor, Some(roof)).await;
    stage.hears_device(&admin, lots[1].sensor, Some(roof)).await;
    // Another gateway hears the third too.
    stage.hears_device(&admin, lots[2].sensor, None).await;
    stage.looks().await;
    stage.passes(minutes(6)).await;
    assert_eq!(admin.open().await, ["gateway_down Roof 1"]);
    stage.passes(hours(3)).await;
    let open = admin.open().await;
    assert_eq!(open.len(), 4, "{open:?}");
    let outage = admin.alarms("kind=gateway_down").await.remove(0);
    assert_eq!(
        (&outage["children_count"], &outage["severity"]),
        (&json!(2), &json!("critical"))
    );
    let all = admin.alarms(&format!("gateway_id={gateway}")).await;
    assert_eq!(all.len(), 3);
    let alone = admin.alarms("include_explained=false&status=open").await;
    assert_eq!(alone.len(), 2);
    let summary = admin.get("/api/v6/alarms/summary").await.json();
    assert_eq!(
        (
            &summary["open"],
            &summary["waiting"],
            &summary["worst_waiting"]
        ),
        (&json!(4), &json!(2), &json!("critical"))
    );
    postman.drain().await.expect("jobs");
    stage.clock().advance(minutes(20));
    postman.drain().await.expect("jobs");
    let letters = mailbox.letters();
    let all: String = letters
        .iter()
        .map(parking_testkit::Received::text)
        .collect();
    assert!(all.contains("Roof 1") && all.contains("Sensor 3"), "{all}");
    assert!(
        !all.contains("Sensor 1") && !all.contains("Sensor 2"),
        "{all}"
    );
    assert!(all.contains("2 devices are silent because of it"), "{all}");

    // It is back, and so is one of its devices; the other has had its time.
    stage.hears_gateway(roof).await;
    stage.looks().await;
    stage.clock().advance(minutes(6));
    stage.hears_gateway(roof).await;
    stage.hears_device(&admin, lots[0].sensor, Some(roof)).await;
    stage.passes(minutes(0)).await;
    stage.clock().advance(minutes(11));
    stage.hears_gateway(roof).await;
    stage.passes(minutes(0)).await;
    let open = admin.open().await;
    assert!(
        !open.contains(&"gateway_down Roof 1".to_owned()),
        "{open:?}"
    );
    assert!(
        !open.contains(&"device_silent Sensor 1".to_owned()),
        "{open:?}"
    );
    stage.clock().advance(minutes(2));
    postman.drain().await.expect("jobs");
    let over = mailbox
        .wait_for("night@north.test", "over: Gateway down: Roof 1")
        .await;
    assert!(!over.text().contains("Sensor 2"));
    stage.clock().advance(hours(3));
    stage.hears_gateway(roof).await;
    stage.passes(minutes(0)).await;
    let second = admin
        .alarms(&format!("device_id={}", lots[1].sensor))
        .await
        .remove(0);
    assert_eq!(
        (&second["is_open"], &second["parent_id"]),
        (&json!(true), &json!(null))
    );
    stage.clock().advance(minutes(20));
    postman.drain().await.expect("jobs");
    mailbox.wait_for("night@north.test", "Sensor 2").await;
}

#[tokio::test]
async fn a_silence_that_was_there_before_the_outage_is_not_explained_by_it() {
    let stage = Stage::set().await;
    let admin = stage.admin("North").await;
    let lot = admin.has_lot(1).await;
    let (_, roof) = admin.has_gateway(1, lot.site).await;
    stage.looks().await;
    stage.hears_device(&admin, lot.sensor, Some(roof)).await;
    stage.passes(hours(3)).await;
    stage.hears_gateway(roof).await;
    stage.passes(hours(1)).await;
    let open = admin.open().await;
    assert_eq!(open, ["gateway_down Roof 1", "device_silent Sensor 1"]);
    assert_eq!(
        admin.alarms("kind=device_silent").await[0]["parent_id"],
        json!(null)
    );
}

#[tokio::test]
async fn a_device_is_not_blamed_before_its_late_gateway_is_judged() {
    let stage = Stage::set().await;
    let admin = stage.admin("North").await;
    let lot = admin.has_lot(1).await;
    let path = format!("/api/v6/devices/{}", lot.sensor);
    admin.patch(&path, json!({ "heartbeat_seconds": 60 })).await;
    let (_, roof) = admin.has_gateway(1, lot.site).await;
    stage.looks().await;
    stage.hears_gateway(roof).await;
    stage.hears_device(&admin, lot.sensor, Some(roof)).await;
    stage.looks().await;
    stage.passes(minutes(3)).await;
    assert_eq!(admin.open().await, [""; 0]);
    stage.passes(minutes(3)).await;
    assert_eq!(
        admin.open().await,
        ["gateway_down Roof 1", "device_silent Sensor 1"]
    );
    assert!(admin.alarms("kind=device_silent").await[0]["parent_id"].is_string());
}

#[tokio::test]
async fn a_gateway_that_is_deleted_takes_its_alarm_with_it() {
    let stage = Stage::set().await;
    let admin = stage.admin("North").await;
    let site = admin.makes_site("Quay").await;
    let (gateway, roof) = admin.has_gateway(1, site).await;
    stage.looks().await;
    stage.hears_gateway(roof).await;
    stage.passes(minutes(6)).await;
    stage.passes(minutes(6)).await;
    assert_eq!(admin.open().await, ["gateway_down Roof 1"]);
    admin.delete(&format!("/api/v6/gateways/{gateway}")).await;
    stage.looks().await;
    let cleared = admin.alarms("status=cleared").await.remove(0);
    assert_eq!(
        (&cleared["clear_reason"], &cleared["subject_name"]),
        (&json!("deleted"), &json!("Roof 1"))
    );
}
