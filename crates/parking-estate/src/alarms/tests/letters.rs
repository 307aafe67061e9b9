//! What people are told, and how often.

use chrono::TimeDelta;
use parking_db::Reason;
use parking_domain::tenancy::LimitOverrides;
use parking_testkit::Mailbox;
use serde_json::json;

use super::{hours, minutes};
use crate::devices::Heard;
use crate::tests::{Stage, id_of};

#[tokio::test]
async fn ten_thousand_devices_silent_at_once_are_one_letter() {
    let mailbox = Mailbox::open().await;
    let stage = Stage::set().await;
    let many = LimitOverrides {
        devices: Some(20_000),
        spaces: Some(20_000),
        ..LimitOverrides::default()
    };
    let tenant = stage.tenant_with("North", many).await;
    let admin = stage.person(tenant, parking_domain::access::Role::Admin);
    let site = admin.makes_site("Quay").await;
    let now = stage.now();
    stage.sql(&format!(
        "insert into spaces (tenant_id, id, site_id, code, code_order, state_changed_at, created_at, updated_at)
           select '{tenant}', gen_random_uuid(), '{site}', 'A-' || n, 'A-' || n, '{now}', '{now}', '{now}' from generate_series(1, 10000) n;
         insert into devices (tenant_id, id, dev_eui, is_sensor, heartbeat_seconds, lifecycle, lifecycle_changed_at, created_at, updated_at)
           select '{tenant}', gen_random_uuid(), lpad(to_hex(n), 16, '0'), true, 3600, 'operational', '{now}', '{now}', '{now}'
           from (select generate_series(1, 10000) n) as numbers where upper(lpad(to_hex(n), 16, '0')) = lpad(to_hex(n), 16, '0');
         insert into devices (tenant_id, id, dev_eui, is_sensor, heartbeat_seconds, lifecycle, lifecycle_changed_at, created_at, updated_at)
           select '{tenant}', gen_random_uuid(), upper(lpad(to_hex(n), 16, '0')), true, 3600, 'operational', '{now}', '{now}', '{now}'
           from (select generate_series(1, 10000) n) as numbers where upper(lpad(to_hex(n), 16, '0')) <> lpad(to_hex(n), 16, '0');
         insert into device_assignments (tenant_id, id, device_id, space_id, role, assigned_at)
           select '{tenant}', gen_random_uuid(), d.id, s.id, 'sensor', '{now}'
           from (select id, row_number() over () n from devices) d join (select id, row_number() over () n from spaces) s using (n);"
    )).await;
    admin
        .makes(
            "/api/v6/alarms/recipients",
            json!({ "email": "night@north.test" }),
        )
        .await;
    stage.looks().await;
    let started = std::time::Instant::now();
    assert_eq!(stage.passes(hours(25)).await, 10_000);
    println!("10000 devices judged and raised in {:?}", started.elapsed());
    let summary = admin.get("/api/v6/alarms/summary").await.json();
    assert_eq!(
        summary["counts"],
        json!([{ "kind": "device_silent", "severity": "warning", "open": 10_000, "waiting": 10_000 }])
    );
    stage.clock().advance(minutes(2));
    stage.postman(&mailbox).drain().await.expect("jobs");
    let letters = mailbox.letters();
    assert_eq!(letters.len(), 1);
    let text = letters[0].text();
    assert!(
        text.contains("North: 10000 alarms") && text.contains("And 9975 more."),
        "{text}"
    );
}

#[tokio::test]
async fn people_are_told_once_of_what_concerns_them_in_their_language() {
    let mailbox = Mailbox::open().await;
    let stage = Stage::set().await;
    let admin = stage.admin("North").await;
    let lots = [admin.has_lot(1).await, admin.has_lot(2).await];
    for recipient in [
        json!({ "email": "all@north.test", "language": "fr" }),
        json!({ "email": "second@north.test", "site_ids": [lots[1].site] }),
        json!({ "email": "batteries@north.test", "kinds": ["battery_low"] }),
        json!({ "email": "worst@north.test", "severity_min": "critical" }),
    ] {
        admin.makes("/api/v6/alarms/recipients", recipient).await;
    }
    let off = json!({ "email": "off@north.test" });
    let off = id_of(&admin.makes("/api/v6/alarms/recipients", off).await);
    admin
        .patch(
            &format!("/api/v6/alarms/recipients/{off}"),
            json!({ "is_active": false }),
        )
        .await;
    stage.looks().await;
    stage.passes(hours(25)).await;
    let postman = stage.postman(&mailbox);
    postman.drain().await.expect("jobs");
    assert_eq!(
        mailbox.letters().len(),
        0,
        "what comes within a minute is told with it"
    );
    stage.clock().advance(minutes(2));
    postman.drain().await.expect("jobs");
    let mut told: Vec<_> = mailbox
        .letters()
        .iter()
        .map(|letter| letter.to.clone())
        .collect();
    told.sort();
    assert_eq!(told, ["all@north.test", "second@north.test"]);
    let french = mailbox
        .wait_for("all@north.test", "Ces alarmes ont été déclenchées")
        .await;
    assert!(
        french.text().contains("Sensor 1 (place A-1, Site 1)"),
        "{}",
        french.text()
    );
    // What stays so is not told again.
    stage.passes(hours(30)).await;
    stage.clock().advance(hours(1));
    postman.drain().await.expect("jobs");
    assert_eq!(mailbox.letters().len(), 2);
}

#[tokio::test]
async fn what_somebody_took_on_or_muted_is_not_told_and_a_mute_outlives_the_alarm() {
    let mailbox = Mailbox::open().await;
    let stage = Stage::set().await;
    let admin = stage.admin("North").await;
    let lots = [admin.has_lot(1).await, admin.has_lot(2).await];
    admin
        .makes(
            "/api/v6/alarms/recipients",
            json!({ "email": "night@north.test" }),
        )
        .await;
    stage.looks().await;
    stage.passes(hours(25)).await;
    let alarms = admin.alarms("sort=subject").await;
    let path = |of: usize, verb: &str| {
        format!(
            "/api/v6/alarms/{}/{verb}",
            alarms[of]["id"].as_str().expect("an id")
        )
    };
    admin.post(&path(0, "acknowledge"), json!({})).await;
    let mute = json!({ "minutes": 5_400, "reason": "Roadworks" });
    let muted = admin.post(&path(1, "mute"), mute).await;
    assert_eq!(muted.json()["is_muted"], true, "{}", muted.text);
    let postman = stage.postman(&mailbox);
    stage.clock().advance(minutes(2));
    postman.drain().await.expect("jobs");
    // It recovers and falls silent again, still muted.
    stage.hears_device(&admin, lots[1].sensor, None).await;
    stage.looks().await;
    stage.passes(minutes(11)).await;
    stage.passes(hours(4)).await;
    let again = admin
        .alarms(&format!("device_id={}&status=open", lots[1].sensor))
        .await;
    assert_eq!(
        (&again[0]["is_muted"], &again[0]["mute_reason"]),
        (&json!(true), &json!("Roadworks"))
    );
    stage.clock().advance(hours(1));
    postman.drain().await.expect("jobs");
    assert_eq!(mailbox.letters().len(), 0);
}

#[tokio::test]
async fn a_server_that_dies_after_raising_has_the_letter_sent_by_the_next_and_a_full_mailbox_later()
{
    let mailbox = Mailbox::open().await;
    let stage = Stage::set().await;
    let admin = stage.admin("North").await;
    admin.has_lot(1).await;
    admin
        .makes(
            "/api/v6/alarms/recipients",
            json!({ "email": "night@north.test" }),
        )
        .await;
    stage.looks().await;
    stage.passes(hours(25)).await;
    let mut tx = stage
        .estate
        .db
        .platform(Reason::Worker("test"))
        .await
        .expect("a door");
    let waiting: Vec<String> = sqlx::query_scalar("select kind from jobs order by kind")
        .fetch_all(tx.conn())
        .await
        .expect("jobs");
    drop(tx);
    assert_eq!(waiting, ["gather_alarm_news"], "written with the alarm");
    stage.clock().advance(minutes(2));
    mailbox.refuse(Some("452 try later"));
    // Another server, which knows nothing of the first.
    stage.postman(&mailbox).drain().await.expect("jobs");
    assert_eq!(mailbox.letters().len(), 0);
    mailbox.refuse(None);
    stage.clock().advance(hours(2));
    stage.postman(&mailbox).drain().await.expect("jobs");
    stage.postman(&mailbox).drain().await.expect("jobs");
    assert_eq!(mailbox.letters().len(), 1);
}

#[tokio::test]
async fn one_sensor_a_minute_is_not_a_letter_a_minute() {
    let mailbox = Mailbox::open().await;
    let stage = Stage::set().await;
    let admin = stage.admin("North").await;
    admin
        .makes(
            "/api/v6/alarms/recipients",
            json!({ "email": "night@north.test" }),
        )
        .await;
    for number in 0..30 {
        admin.has_lot(number).await;
        stage.clock().advance(minutes(1));
    }
    stage.looks().await;
    let postman = stage.postman(&mailbox);
    stage.passes(hours(24) - minutes(31)).await;
    for _ in 0..90 {
        stage.passes(minutes(1)).await;
        postman.drain().await.expect("jobs");
    }
    assert_eq!(admin.open().await.len(), 30);
    let letters = mailbox.letters().len();
    assert!((2..=4).contains(&letters), "{letters} letters");
}

#[tokio::test]
async fn a_test_letter_arrives_and_alarms_cleared_a_year_ago_are_forgotten() {
    let mailbox = Mailbox::open().await;
    let stage = Stage::set().await;
    let admin = stage.admin("North").await;
    let lot = admin.has_lot(1).await;
    let recipient = json!({ "email": "night@north.test", "language": "fr" });
    let id = id_of(&admin.makes("/api/v6/alarms/recipients", recipient).await);
    let test = format!("/api/v6/alarms/recipients/{id}/test");
    for _ in 0..3 {
        assert_eq!(admin.post(&test, json!({})).await.status.as_u16(), 202);
    }
    let postman = stage.postman(&mailbox);
    postman.drain().await.expect("jobs");
    assert_eq!(mailbox.letters().len(), 1);
    mailbox
        .wait_for("night@north.test", "Ceci est un essai")
        .await;

    stage.looks().await;
    stage.passes(hours(25)).await;
    admin
        .post(
            &format!("/api/v6/devices/{}/unassign", lot.sensor),
            json!({}),
        )
        .await;
    stage.looks().await;
    assert_eq!(admin.alarms("status=cleared").await.len(), 1);
    for days in [360, 10] {
        // Somebody was there meanwhile, so the clock is believed.
        for _ in 0..days / 10 {
            stage.clock().advance(chrono::TimeDelta::days(10));
            let schedules = crate::schedules();
            parking_db::queue::run_due_schedules(&stage.estate.db, &schedules, stage.now())
                .await
                .expect("schedules");
            postman.drain().await.expect("jobs");
        }
        let left = admin.alarms("").await.len();
        assert_eq!(left, usize::from(days == 360), "after {days} days");
        let page = admin.get("/api/v6/alarms").await.json();
        assert_eq!(page["total"], left, "after {days} days");
    }
}

#[tokio::test]
async fn a_letter_from_a_clock_that_was_a_year_ahead_holds_up_no_later_one() {
    let mailbox = Mailbox::open().await;
    let stage = Stage::set().await;
    let admin = stage.admin("North").await;
    let recipient = json!({ "email": "night@north.test" });
    admin.makes("/api/v6/alarms/recipients", recipient).await;
    let (first, second) = (admin.has_lot(1).await, admin.has_lot(2).await);
    let low = async |sensor| {
        let message = Heard {
            tenant_id: admin.tenant.0,
            device_id: sensor,
            at: stage.now(),
            battery_percent: Some(5.0),
            ..Heard::default()
        };
        stage.hears_all(&[message]).await;
        stage.looks().await;
    };
    let postman = stage.postman(&mailbox);
    low(first.sensor).await;
    stage.clock().advance(TimeDelta::days(365));
    postman.drain().await.expect("jobs");
    assert_eq!(mailbox.letters().len(), 1);
    stage.clock().advance(-TimeDelta::days(365));
    low(second.sensor).await;
    stage.clock().advance(minutes(16));
    postman.drain().await.expect("jobs");
    assert_eq!(mailbox.letters().len(), 2);
}
