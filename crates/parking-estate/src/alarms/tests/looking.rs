//! What is raised and cleared, when, and once.

use std::sync::Arc;

use parking_domain::bay_state::BayState;
use serde_json::json;

use super::{eui, hours, minutes};
use crate::alarms::look;
use crate::devices::Heard;
use crate::spaces;
use crate::tests::Stage;

#[tokio::test]
async fn a_device_that_falls_silent_raises_one_alarm_until_it_is_heard_for_a_while() {
    let stage = Stage::set().await;
    let admin = stage.admin("North").await;
    let lot = admin.has_lot(1).await;
    stage.looks().await;
    stage.hears_device(&admin, lot.sensor, None).await;
    stage.passes(minutes(149)).await;
    assert_eq!(admin.open().await, [""; 0]);
    stage.passes(minutes(2)).await;
    assert_eq!(admin.open().await, ["device_silent Sensor 1"]);
    stage.passes(hours(3)).await;
    let alarm = admin.alarms("").await.remove(0);
    assert_eq!(
        (&alarm["space_id"], &alarm["site_id"], &alarm["severity"]),
        (&json!(lot.bay), &json!(lot.site), &json!("warning"))
    );
    assert_eq!(alarm["evidence"]["heartbeat_seconds"], 3600);

    stage.hears_device(&admin, lot.sensor, None).await;
    assert_eq!(stage.passes(minutes(1)).await, 1);
    let recovering = admin.alarms("status=open").await.remove(0);
    assert!(recovering["recovering_since"].is_string(), "{recovering}");
    stage.passes(minutes(11)).await;
    assert_eq!(admin.open().await, [""; 0]);
    let cleared = admin.alarms("status=cleared").await.remove(0);
    assert_eq!(cleared["clear_reason"], "recovered");
    assert_eq!(stage.told_events().await, ["alarm.raised", "alarm.cleared"]);
    // Whoever is told by a webhook learns which device it is: no name of a fact is one of the envelope's.
    let mut tx = stage.worker().await;
    let things: Vec<(String, String)> = sqlx::query_as(
        "select payload->>'thing_type', payload->>'thing_id' from events where subject_type = 'alarm'",
    )
    .fetch_all(tx.conn())
    .await
    .unwrap();
    drop(tx);
    assert_eq!(things, vec![("device".into(), lot.sensor.to_string()); 2]);
    // Silent once more: another alarm.
    stage.passes(hours(3)).await;
    assert_eq!(admin.alarms("").await.len(), 2);
}

#[tokio::test]
async fn a_device_that_was_never_heard_has_a_day_and_one_nobody_knows_is_never_silent() {
    let stage = Stage::set().await;
    let admin = stage.admin("North").await;
    admin.has_lot(1).await;
    let site = admin.makes_site("Quay").await;
    let bay = admin.makes_space(site, "Q-1").await;
    // A lamp says nothing of how often it speaks.
    let lamp = json!({ "dev_eui": eui(9), "model": "milesight-ds3604" });
    let lamp = crate::tests::id_of(&admin.makes("/api/v6/devices", lamp).await);
    admin.assigns(lamp, bay).await;
    // On the shelf.
    admin.makes_sensor(10).await;
    stage.looks().await;
    stage.passes(hours(23)).await;
    assert_eq!(admin.open().await, [""; 0]);
    stage.passes(hours(2)).await;
    assert_eq!(admin.open().await, ["device_silent Sensor 1"]);
    stage.passes(hours(2_000)).await;
    assert_eq!(admin.open().await, ["device_silent Sensor 1"]);
}

#[tokio::test]
async fn ten_servers_that_look_at_once_raise_one_alarm_each() {
    let stage = Arc::new(Stage::set().await);
    let admin = stage.admin("North").await;
    for number in 0..20 {
        admin.has_lot(number).await;
    }
    stage.looks().await;
    stage.clock().advance(hours(25));
    let at = stage.now();
    stage
        .sql(&format!(
            "update alarm_clock set at = '{at}', newest_heard_at = '{at}'"
        ))
        .await;
    #[expect(clippy::disallowed_methods, reason = "ten servers really look at once")]
    let looks: Vec<_> = (0..10)
        .map(|_| {
            let (db, now) = (stage.estate.db.clone(), at);
            tokio::spawn(async move { look(&db, now).await.expect("a look") })
        })
        .collect();
    for one in looks {
        one.await.expect("no panic");
    }
    assert_eq!(admin.alarms("").await.len(), 20);
    assert_eq!(admin.get("/api/v6/alarms").await.json()["total"], 20);
    assert_eq!(stage.told_events().await, ["alarm.raised"; 20]);
}

#[tokio::test]
async fn what_is_no_longer_watched_has_no_alarms() {
    let stage = Stage::set().await;
    let admin = stage.admin("North").await;
    let mut lots = Vec::new();
    for number in 0..5 {
        lots.push(admin.has_lot(number).await);
    }
    let spare = admin.makes_space(lots[3].site, "B-1").await;
    stage.looks().await;
    stage.passes(hours(25)).await;
    assert_eq!(admin.open().await.len(), 5);
    let path = |lot: usize, verb: &str| format!("/api/v6/devices/{}{verb}", lots[lot].sensor);
    let maintain = json!({ "to": "maintenance", "reason": "R" });
    admin.post(&path(0, "/lifecycle"), maintain).await;
    admin.post(&path(1, "/unassign"), json!({})).await;
    admin
        .post(
            "/api/v6/devices/bulk/archive",
            json!({ "ids": [lots[2].sensor], "force": true }),
        )
        .await;
    admin.post(&path(3, "/unassign"), json!({})).await;
    admin.assigns(lots[3].sensor, spare).await;
    admin.post(&path(4, "/unassign"), json!({})).await;
    let other = stage.tenant("South").await;
    let moved = stage
        .platform()
        .post(
            &path(4, "/transfer"),
            json!({ "tenant_id": other, "reason": "R" }),
        )
        .await;
    assert_eq!(moved.status.as_u16(), 200, "{}", moved.text);
    stage.looks().await;
    let cleared = admin.alarms("status=cleared&sort=subject").await;
    let reasons: Vec<_> = cleared.iter().map(|alarm| &alarm["clear_reason"]).collect();
    assert_eq!(
        reasons,
        [
            "out_of_service",
            "unassigned",
            "archived",
            "reassigned",
            "archived"
        ]
    );
    // At its other bay it has a day again.
    stage.passes(hours(23)).await;
    assert_eq!(admin.open().await, [""; 0]);
    stage.passes(hours(2)).await;
    assert_eq!(admin.open().await, ["device_silent Sensor 3"]);
    // In maintenance nothing is raised, and back from there it is judged again.
    let back = json!({ "to": "operational", "reason": "R" });
    admin.post(&path(0, "/lifecycle"), back).await;
    stage.looks().await;
    assert_eq!(admin.open().await.len(), 2);
}

#[tokio::test]
async fn a_battery_around_its_threshold_raises_one_alarm() {
    let stage = Stage::set().await;
    let admin = stage.admin("North").await;
    let lot = admin.has_lot(1).await;
    for percent in [40.0, 21.0, 20.0, 25.0, 19.0, 29.0, 18.0] {
        stage.clock().advance(minutes(1));
        let message = Heard {
            tenant_id: admin.tenant.0,
            device_id: lot.sensor,
            at: stage.now(),
            battery_percent: Some(percent),
            ..Heard::default()
        };
        stage.hears_all(&[message]).await;
        stage.looks().await;
    }
    assert_eq!(stage.told_events().await, ["alarm.raised"]);
    assert_eq!(admin.open().await, ["battery_low Sensor 1"]);
    // Nobody changed the battery; the rule changed.
    let rules = json!({ "battery_low_percent": 5, "battery_clear_percent": 10 });
    assert_eq!(
        admin
            .put("/api/v6/alarms/rules", rules)
            .await
            .status
            .as_u16(),
        200
    );
    let mailbox = parking_testkit::Mailbox::open().await;
    stage.postman(&mailbox).drain().await.expect("jobs");
    stage.looks().await;
    assert_eq!(admin.open().await, [""; 0]);
}

#[tokio::test]
async fn a_bay_that_flaps_and_one_that_never_changes_are_told_apart() {
    let stage = Stage::set().await;
    let admin = stage.admin("North").await;
    let (busy, stuck) = (admin.has_lot(1).await, admin.has_lot(2).await);
    stage.looks().await;
    let settles = async |bay: uuid::Uuid, state: BayState| {
        let mut tx = stage.worker().await;
        let now = stage.now();
        sqlx::query("update spaces set sensor_state = $2, sensor_observed_at = $3 where id = $1")
            .bind(bay)
            .bind(state.name())
            .bind(now)
            .execute(tx.conn())
            .await
            .expect("a fact");
        spaces::settle(tx.conn(), &[bay], now)
            .await
            .expect("a state");
        tx.commit().await.expect("a commit");
    };
    settles(stuck.bay, BayState::Occupied).await;
    settles(busy.bay, BayState::Free).await;
    for change in 0..22 {
        stage.clock().advance(minutes(1));
        let state = if change % 2 == 0 {
            BayState::Occupied
        } else {
            BayState::Free
        };
        settles(busy.bay, state).await;
    }
    stage.passes(minutes(2)).await;
    assert_eq!(admin.open().await, ["flapping A-1"]);
    stage.passes(minutes(40)).await;
    assert_eq!(admin.open().await, ["flapping A-1"]);
    stage.passes(minutes(30)).await;
    let flapping = admin.alarms("kind=flapping").await.remove(0);
    assert_eq!(flapping["clear_reason"], "recovered");
    stage.passes(hours(169)).await;
    let stuck_now = admin.alarms("kind=stuck&sort=subject").await;
    assert_eq!(stuck_now.len(), 2, "both have stood for a week");
    settles(stuck.bay, BayState::Free).await;
    stage.passes(minutes(2)).await;
    assert_eq!(admin.alarms("kind=stuck&status=open").await.len(), 1);
    assert_eq!(
        admin
            .alarms(&format!("space_id={}&kind=stuck", stuck.bay))
            .await[0]["clear_reason"],
        "recovered"
    );
}

#[tokio::test]
async fn a_clock_that_jumps_ahead_finds_nobody_silent() {
    let stage = Stage::set().await;
    let admin = stage.admin("North").await;
    let mut sensors = Vec::new();
    for number in 0..10 {
        sensors.push(admin.has_lot(number).await.sensor);
    }
    let (_, roof) = admin.has_gateway(1, admin.makes_site("Quay").await).await;
    stage.looks().await;
    for sensor in &sensors {
        stage.hears_device(&admin, *sensor, Some(roof)).await;
    }
    stage.hears_gateway(roof).await;
    stage.looks().await;
    // The server's clock leaps five hours, or it was away for them. Nothing was heard meanwhile.
    stage.clock().advance(hours(5));
    for _ in 0..10 {
        stage.looks().await;
        stage.clock().advance(chrono::TimeDelta::seconds(5));
    }
    assert_eq!(admin.open().await, [""; 0]);
    // It was away, and hears again: those that speak no more are silent after all.
    stage.hears_gateway(roof).await;
    stage.looks().await;
    assert_eq!(admin.open().await.len(), 10);
}

#[tokio::test]
async fn nothing_happens_in_a_tenant_that_is_suspended() {
    let stage = Stage::set().await;
    let admin = stage.admin("North").await;
    admin.has_lot(1).await;
    let status = |status: &str| {
        format!(
            "update tenants set status = '{status}' where id = '{}'",
            admin.tenant
        )
    };
    stage.looks().await;
    stage.sql(&status("suspended")).await;
    stage.passes(hours(30)).await;
    stage.passes(hours(1)).await;
    assert_eq!(stage.told_events().await, [""; 0]);
    stage.sql(&status("active")).await;
    stage.passes(minutes(11)).await;
    assert_eq!(admin.open().await, ["device_silent Sensor 1"]);
}

#[tokio::test]
async fn what_is_due_is_found_by_its_index_and_nothing_else_is_looked_at() {
    let stage = Stage::set().await;
    let tenant = stage.tenant("North").await;
    stage
        .sql(&format!(
            "insert into alarm_watches (tenant_id, subject_id, subject_type, due_at)
             select '{tenant}', gen_random_uuid(), 'device', '{now}'::timestamptz + n * interval '1 minute'
             from generate_series(1, 20000) n;",
            now = stage.now()
        ))
        .await;
    stage.looks().await;
    stage.clock().advance(minutes(30));
    let mut tx = stage.worker().await;
    let plan: Vec<String> = sqlx::query_scalar(
        "explain (analyze, costs off, timing off, summary off)
         select tenant_id, subject_id, subject_type from alarm_watches
         where due_at <= $1 order by due_at limit 500 for update skip locked",
    )
    .bind(stage.now())
    .fetch_all(tx.conn())
    .await
    .expect("a plan");
    drop(tx);
    let plan = plan.join("\n");
    assert!(
        plan.contains("alarm_watches_due") && !plan.contains("Seq Scan"),
        "{plan}"
    );
    assert!(plan.contains("rows=30"), "{plan}");
    assert_eq!(stage.passes(minutes(0)).await, 30);
}

#[tokio::test]
async fn a_battery_is_low_where_the_tenants_alarms_say_so_whoever_shows_it() {
    let stage = Stage::set().await;
    let admin = stage.admin("North").await;
    let lot = admin.has_lot(1).await;
    let message = Heard {
        tenant_id: admin.tenant.0,
        device_id: lot.sensor,
        at: stage.now(),
        battery_percent: Some(25.0),
        ..Heard::default()
    };
    stage.hears_all(&[message]).await;
    let path = format!("/api/v6/devices/{}", lot.sensor);
    for (rule, is_low) in [
        (json!(10), false),
        (json!(25), true),
        (json!(30), true),
        (json!(null), false),
    ] {
        let rules = json!({ "battery_low_percent": rule, "battery_clear_percent": 40 });
        let changed = admin.put("/api/v6/alarms/rules", rules).await;
        assert_eq!(changed.status.as_u16(), 200, "{}", changed.text);
        let device = admin.get(&path).await.json();
        assert_eq!(device["is_battery_low"], is_low, "{rule}");
    }
}
