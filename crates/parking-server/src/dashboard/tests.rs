//! The dashboard beside a recount, after changes of all kinds.

use axum::http::{Method, StatusCode};
use chrono::TimeDelta;
use parking_domain::access::Role;
use parking_domain::ids::TenantId;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::tests::{Person, Stage, eventually};

const STATS: &str = "/api/v6/dashboard/stats";
const DATA: &str = "/api/v6/dashboard/data";

/// Random numbers that are the same in each run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        usize::try_from(self.0 >> 33).expect("31 bits") % bound
    }

    fn one_of(&mut self, ids: &[Uuid]) -> Option<Uuid> {
        (!ids.is_empty()).then(|| ids[self.below(ids.len())])
    }
}

/// The same figures from the lists, one thing after another.
async fn recount(admin: &Person<'_>) -> Value {
    let list = async |path: &str, name: &str| -> Vec<Value> {
        let body = admin.reads(&format!("{path}?page_size=500")).await;
        body[name].as_array().expect("a list").clone()
    };
    let spaces = list("/api/v6/spaces", "spaces").await;
    let devices = list("/api/v6/devices", "devices").await;
    let sites = list("/api/v6/sites", "sites").await;
    let gateways = list("/api/v6/gateways", "gateways").await;
    let states = |state: &str| spaces.iter().filter(|one| one["state"] == state).count();
    let assigned = devices.iter().filter(|one| !one["space_id"].is_null());
    let assigned = assigned.count();
    json!({
        "sites": sites.len(), "spaces": spaces.len(), "devices": devices.len(), "gateways": gateways.len(),
        "free": states("free"), "occupied": states("occupied"), "reserved": states("reserved"),
        "maintenance": states("maintenance"), "unknown": states("unknown"),
        "assigned": assigned, "unassigned": devices.len() - assigned,
    })
}

/// What the dashboard says of the same.
fn shown(stats: &Value) -> Value {
    let (counts, occupancy) = (&stats["counts"], &stats["occupancy"]);
    json!({
        "sites": counts["sites"], "spaces": occupancy["total"], "devices": stats["devices"]["total"],
        "gateways": stats["gateways"]["total"], "free": occupancy["free"], "occupied": occupancy["occupied"],
        "reserved": occupancy["reserved"], "maintenance": occupancy["maintenance"], "unknown": occupancy["unknown"],
        "assigned": stats["devices"]["assigned"], "unassigned": stats["devices"]["unassigned"],
    })
}

#[tokio::test]
async fn figures_are_what_a_recount_finds_after_changes_of_all_kinds() {
    let stage = Stage::set().await;
    let admin = stage.admin("North").await;
    let mut dice = Dice(20_270_118);
    let mut sites = vec![
        admin.makes_site("Quay").await,
        admin.makes_site("Mill").await,
    ];
    let (mut spaces, mut devices) = (Vec::new(), Vec::new());
    for step in 0..80 {
        match dice.below(8) {
            0 if sites.len() < 5 => sites.push(admin.makes_site(&format!("Site {step}")).await),
            0..=2 => {
                let site = dice.one_of(&sites).expect("a site");
                spaces.push(admin.makes_space(site, &format!("A-{step}")).await);
            }
            3 => devices.push(admin.makes_device(step).await),
            4 | 5 => {
                if let (Some(device), Some(space)) = (dice.one_of(&devices), dice.one_of(&spaces)) {
                    let path = format!("/api/v6/devices/{device}/assign");
                    let body = json!({ "space_id": space });
                    // Either may be taken already, which is as good a change as any.
                    admin.calls(Method::POST, &path, Some(body)).await;
                }
            }
            6 => {
                if let Some(device) = dice.one_of(&devices) {
                    admin
                        .posts(&format!("/api/v6/devices/{device}/unassign"), json!({}))
                        .await;
                }
            }
            _ => {
                if let Some(space) = dice.one_of(&spaces) {
                    let body = json!({ "state": "maintenance", "reason": "Snow" });
                    let path = format!("/api/v6/spaces/{space}/state");
                    admin.calls(Method::PUT, &path, Some(body)).await;
                    if dice.below(2) == 0 {
                        spaces.retain(|one| *one != space);
                        let path = format!("/api/v6/spaces/{space}");
                        admin.calls(Method::DELETE, &path, None).await;
                    }
                }
            }
        }
        if step % 20 == 19 {
            let wanted = recount(&admin).await;
            eventually("the figures follow", async || {
                shown(&admin.reads(STATS).await) == wanted
            })
            .await;
        }
    }
    let data = admin.reads(DATA).await;
    let in_sites = data["sites"].as_array().expect("sites").iter();
    let in_sites: i64 = in_sites
        .filter_map(|site| site["occupancy"]["total"].as_i64())
        .sum();
    assert_eq!(data["occupancy"]["total"], in_sites);
    assert!(recount(&admin).await["maintenance"].as_u64() > Some(0));
}

#[tokio::test]
async fn a_change_shows_within_a_moment_and_to_its_own_tenant_alone() {
    let stage = Stage::set().await;
    let (mine, theirs) = (stage.admin("Mine").await, stage.admin("Theirs").await);
    let platform = stage.platform();
    // Whoever listens has missed everything before, and forgets once what was read meanwhile.
    let mut last = Value::Null;
    eventually("figures that stay", async || {
        let as_of = theirs.reads(STATS).await["as_of"].clone();
        std::mem::replace(&mut last, as_of.clone()) == as_of
    })
    .await;
    let before = theirs.reads(DATA).await;
    assert_eq!(platform.reads(STATS).await["counts"]["sites"], 0);
    let site = mine.makes_site("Quay").await;
    mine.makes_space(site, "A-1").await;
    for who in [&mine, &platform] {
        eventually("the new site and bay", async || {
            let data = who.reads(DATA).await;
            data["counts"]["sites"] == 1 && data["occupancy"]["unknown"] == 1
        })
        .await;
    }
    assert_eq!(theirs.reads(DATA).await, before);
    // A viewer sees the same, and nobody's clock moved: only events told of the changes.
    let viewer = stage.person(mine.tenant, Role::Viewer);
    assert_eq!(viewer.reads(DATA).await, mine.reads(DATA).await);
}

#[tokio::test]
async fn figures_are_no_older_than_ten_seconds_though_nothing_happens() {
    let stage = Stage::set().await;
    let admin = stage.admin("North").await;
    let device = admin.makes_device(1).await;
    let heard = "update devices set last_seen_at = to_timestamp(1800014400), battery_percent = 19 where id = $1";
    stage.does(heard, device).await;
    stage.test.clock().advance(TimeDelta::seconds(10));
    let before = admin.reads(STATS).await;
    assert_eq!(
        [
            &before["attention"]["silent"],
            &before["attention"]["low_battery"]
        ],
        [0, 1]
    );
    // A sensor that speaks each hour is silent after two and a half; no event says so.
    stage.test.clock().advance(TimeDelta::seconds(9_000 - 10));
    assert_eq!(admin.reads(STATS).await["attention"]["silent"], 0);
    stage.test.clock().advance(TimeDelta::seconds(10));
    let after = admin.reads(STATS).await;
    assert_eq!(after["attention"]["silent"], 1);
    assert_ne!(after["as_of"], before["as_of"]);
}

#[tokio::test]
async fn a_battery_is_low_here_where_the_tenants_alarms_say_so() {
    let stage = Stage::set().await;
    let (admin, other) = (stage.admin("North").await, stage.admin("South").await);
    for (who, number) in [(&admin, 1), (&other, 2)] {
        let device = who.makes_device(number).await;
        let charge = "update devices set battery_percent = 35 where id = $1";
        stage.does(charge, device).await;
    }
    let rules = json!({ "battery_low_percent": 35, "battery_clear_percent": 40 });
    let saved = admin.calls(Method::PUT, "/api/v6/alarms/rules", Some(rules));
    assert_eq!(saved.await.status, StatusCode::OK);
    stage.test.clock().advance(TimeDelta::seconds(10));
    for (who, low) in [(&admin, 1), (&other, 0)] {
        assert_eq!(who.reads(STATS).await["attention"]["low_battery"], low);
        let listed = who.reads("/api/v6/devices?attention=low_battery").await;
        assert_eq!(listed["total"], low);
    }
}

#[tokio::test]
async fn devices_that_need_attention_are_named_the_worst_first_and_not_without_end() {
    let stage = Stage::set().await;
    let admin = stage.admin("North").await;
    let site = admin.makes_site("Quay").await;
    for number in 0..12 {
        let device = admin.makes_device(number).await;
        if number < 4 {
            let space = admin.makes_space(site, &format!("A-{number}")).await;
            let path = format!("/api/v6/devices/{device}/assign");
            admin.posts(&path, json!({ "space_id": space })).await;
        }
        if number < 2 {
            let heard = "update devices set last_seen_at = to_timestamp(1800000000) - (right(dev_eui, 1)::int * interval '1 hour')
                where id = $1";
            stage.does(heard, device).await;
        }
    }
    let retired = admin.makes_device(99).await;
    stage
        .does(
            "update devices set lifecycle = 'decommissioned' where id = $1",
            retired,
        )
        .await;
    let own = json!({ "based_on": "browan-tbms100", "vendor": "V", "name": "Patient", "heartbeat_seconds": 1_000_000 });
    let model = admin.makes("/api/v6/device-models", own).await;
    let patient = json!({ "dev_eui": "70B3D50000000100", "model": model });
    let patient = admin.makes("/api/v6/devices", patient).await;
    stage
        .does(
            "update devices set last_seen_at = to_timestamp(1800000000) where id = $1",
            patient,
        )
        .await;
    stage.test.clock().advance(TimeDelta::seconds(11));
    let data = admin.reads(DATA).await;
    let found: Vec<String> = data["attention"]
        .as_array()
        .expect("attention")
        .iter()
        .map(|one| {
            let named = one["devices"].as_array().map_or(0, Vec::len);
            let worst = one["devices"][0]["dev_eui"].as_str().unwrap_or_default();
            format!("{} {} {named} {}", one["kind"], one["count"], &worst[12..])
        })
        .collect();
    assert_eq!(
        found,
        [
            "\"silent\" 2 2 0001",
            "\"never_seen\" 10 10 0002",
            "\"unassigned\" 9 9 0004"
        ]
    );
    assert_eq!(data["devices"]["total"], 14);
}

/// The devices of an answer, by their `DevEUI`s.
fn euis(devices: &Value) -> Vec<&str> {
    let devices = devices.as_array().expect("devices").iter();
    let mut euis: Vec<_> = devices
        .filter_map(|device| device["dev_eui"].as_str())
        .collect();
    euis.sort_unstable();
    euis
}

#[tokio::test]
async fn each_number_of_what_needs_attention_leads_to_exactly_those_devices() {
    let stage = Stage::set().await;
    let (admin, other) = (stage.admin("North").await, stage.admin("South").await);
    let site = admin.makes_site("Quay").await;
    let own = json!({ "based_on": "browan-tbms100", "vendor": "V", "name": "Patient", "heartbeat_seconds": 1_000_000 });
    let patient = admin.makes("/api/v6/device-models", own).await;
    let now = stage.test.clock().now();
    for number in 0..24_u32 {
        let model = match number % 4 {
            0 => json!(patient),
            1 => json!(null),
            _ => json!("browan-tbms100"),
        };
        let body = json!({
            "dev_eui": format!("70B3D5000000{number:04X}"), "model": model,
            "heartbeat_seconds": (number % 5 == 0).then_some(60),
        });
        let device = admin.makes("/api/v6/devices", body).await;
        if number % 4 > 1 && number % 3 == 0 {
            let space = admin.makes_space(site, &format!("A-{number}")).await;
            let path = format!("/api/v6/devices/{device}/assign");
            admin.posts(&path, json!({ "space_id": space })).await;
        }
        // From never, over hours ago, to now; the battery about where it begins to be low.
        stage
            .does("update devices set last_seen_at = to_timestamp(1800014400) - (right(dev_eui, 1)::text || 'h')::interval,
                battery_percent = 10 + 2 * mod(('x' || right(dev_eui, 2))::bit(8)::int, 9) where id = $1 and dev_eui ~ '[0-9]$'", device)
            .await;
        if number % 11 == 10 {
            stage
                .does(
                    "update devices set lifecycle = 'decommissioned' where id = $1",
                    device,
                )
                .await;
        }
        if number % 13 == 12 {
            let path = format!("/api/v6/devices/{device}");
            let gone = admin.calls(Method::DELETE, &path, None).await;
            assert!(gone.status.is_success(), "{}", gone.text);
        }
    }
    other.makes_device(999).await;
    assert_eq!(now.timestamp(), 1_800_014_400);
    stage.test.clock().advance(TimeDelta::seconds(11));
    for who in [admin, stage.platform()] {
        let data = who.reads(DATA).await;
        let found = data["attention"].as_array().expect("attention").clone();
        assert_eq!(found.len(), 4, "{found:?}");
        for one in found {
            let kind = one["kind"].as_str().expect("a kind");
            let list = who
                .reads(&format!("/api/v6/devices?attention={kind}&page_size=500"))
                .await;
            assert_eq!(list["total"], one["count"], "{kind}");
            let (named, listed) = (euis(&one["devices"]), euis(&list["devices"]));
            assert_eq!(json!(listed.len()), one["count"], "{kind}");
            assert!(listed.len() > 2 && listed.len() < 22, "{kind}: {listed:?}");
            assert!(
                named.iter().all(|eui| listed.contains(eui)),
                "{kind}: {named:?} {listed:?}"
            );
            let path = format!("/api/v6/devices/export?attention={kind}");
            let lines = who.get(&path).await.text.lines().count();
            assert_eq!(json!(lines - 1), one["count"], "{kind}");
        }
    }
}

/// Three sensors at work: two that only a gateway which is out as well could hear, and one whose
/// battery is low.
async fn goes_wrong(stage: &Stage, admin: &Person<'_>) {
    let site = admin.makes_site("Quay").await;
    let gateway = json!({ "eui": "A84041FFFF1EE2B4", "name": "Roof", "site_id": site });
    let gateway = admin.makes("/api/v6/gateways", gateway).await;
    for number in 0..3_u32 {
        let device = admin.makes_device(number).await;
        let space = admin.makes_space(site, &format!("A-{number}")).await;
        let path = format!("/api/v6/devices/{device}/assign");
        admin.posts(&path, json!({ "space_id": space })).await;
        stage
            .does("update device_assignments set assigned_at = to_timestamp(1799000000) where device_id = $1", device)
            .await;
        let heard = if number < 2 {
            "update devices set last_seen_at = to_timestamp(1800014400) - interval '6 hours', only_gateway_eui = 'A84041FFFF1EE2B4'
             where id = $1"
        } else {
            "update devices set last_seen_at = to_timestamp(1800014400), battery_percent = 12 where id = $1"
        };
        stage.does(heard, device).await;
    }
    stage
        .does("update gateways set last_seen_at = to_timestamp(1800014400) - interval '5 hours' where id = $1", gateway)
        .await;
    stage
        .does(
            "update alarm_watches set due_at = 'epoch' where subject_id <> $1",
            Uuid::nil(),
        )
        .await;
    parking_estate::alarms::look(&stage.db, stage.test.clock().now())
        .await
        .expect("a look");
}

#[tokio::test]
async fn open_alarms_are_counted_as_their_list_does_and_the_newest_are_named() {
    let stage = Stage::set().await;
    let (admin, other) = (stage.admin("North").await, stage.admin("South").await);
    goes_wrong(&stage, &admin).await;
    // The clock stands still: an alarm is an event, and events make the figures new.
    eventually("four alarms", async || {
        admin.reads(STATS).await["alarms"] == json!({ "open": 4, "waiting": 2 })
    })
    .await;
    for who in [&admin, &stage.platform()] {
        eventually("the alarms with all there is to them", async || {
            who.reads(DATA).await["alarms"]["open"] == 4
        })
        .await;
        let alarms = who.reads(DATA).await["alarms"].clone();
        let count = |kind: &str, severity: &str, open: u32, waiting: u32| json!({ "kind": kind, "severity": severity, "open": open, "waiting": waiting });
        let counts = [
            count("gateway_down", "critical", 1, 1),
            count("battery_low", "warning", 1, 1),
            count("device_silent", "warning", 2, 0),
        ];
        assert_eq!(alarms["counts"], json!(counts));
        for one in alarms["counts"].as_array().expect("counts") {
            let those = format!(
                "/api/v6/alarms?status=open&kind={}&severity={}",
                one["kind"].as_str().expect("a kind"),
                one["severity"].as_str().expect("a severity")
            );
            assert_eq!(who.reads(&those).await["total"], one["open"], "{those}");
            let waiting = format!("{those}&acknowledged=false&muted=false&include_explained=false");
            assert_eq!(
                who.reads(&waiting).await["total"],
                one["waiting"],
                "{waiting}"
            );
        }
        let newest = alarms["newest"].as_array().expect("alarms").iter();
        let mut newest: Vec<_> = newest
            .map(|one| {
                assert_eq!(
                    (&one["tenant_name"], &one["site_name"]),
                    (&json!("North"), &json!("Quay"))
                );
                format!("{} {}", one["kind"], one["subject_name"])
            })
            .collect();
        newest.sort_unstable();
        // What the outage explains is not news.
        assert_eq!(
            newest,
            [
                "\"battery_low\" \"70B3D50000000002\"",
                "\"gateway_down\" \"Roof\""
            ]
        );
    }
    assert_eq!(other.reads(DATA).await["alarms"]["open"], 0);

    let down = admin.reads("/api/v6/alarms?kind=gateway_down").await;
    let down = down["alarms"][0]["id"]
        .as_str()
        .expect("an alarm")
        .to_owned();
    let path = format!("/api/v6/alarms/{down}/acknowledge");
    admin.posts(&path, json!({})).await;
    eventually("one alarm less that waits", async || {
        admin.reads(STATS).await["alarms"] == json!({ "open": 4, "waiting": 1 })
    })
    .await;
}

#[tokio::test]
async fn what_happened_is_told_in_words_and_what_was_done_at_once_in_one_line() {
    let stage = Stage::set().await;
    let admin = stage.admin("North").await;
    let site = admin.makes_site("Quay").await;
    let body = json!({ "site_id": site, "pattern": "A-001…A-024" });
    admin.posts("/api/v6/spaces/bulk", body).await;
    let space = admin.makes_space(site, "B-1").await;
    let body = json!({ "state": "maintenance", "reason": "Snow" });
    let path = format!("/api/v6/spaces/{space}/state");
    admin.calls(Method::PUT, &path, Some(body)).await;
    eventually("the story", async || {
        let data = admin.reads(DATA).await;
        let recent = data["recent"].as_array().expect("events").clone();
        let story: Vec<_> = recent
            .iter()
            .filter_map(|one| one["text"].as_str())
            .collect();
        story.starts_with(&[
            "Bay B-1 overridden at Quay",
            "Bay B-1 created at Quay",
            "24 bays created at Quay",
            "Site Quay created",
        ])
    })
    .await;
}

#[tokio::test]
async fn gateways_are_counted_by_whether_they_are_heard() {
    let stage = Stage::set().await;
    let admin = stage.admin("North").await;
    for (number, seen) in [None, Some(1_800_014_400), Some(1_800_014_000)]
        .into_iter()
        .enumerate()
    {
        let body =
            json!({ "eui": format!("70B3D5FFFE00000{number}"), "name": format!("g{number}") });
        let id = admin.makes("/api/v6/gateways", body).await;
        if let Some(seen) = seen {
            let statement = if seen == 1_800_014_400 {
                "update gateways set last_seen_at = to_timestamp(1800014400) where id = $1"
            } else {
                "update gateways set last_seen_at = to_timestamp(1800014000) where id = $1"
            };
            stage.does(statement, id).await;
        }
    }
    stage.test.clock().advance(TimeDelta::seconds(11));
    let data = admin.reads(DATA).await;
    assert_eq!(
        data["gateways"],
        json!({ "total": 3, "online": 1, "offline": 1, "never_seen": 1 })
    );
    let unheard = data["unheard_gateways"].as_array().expect("gateways");
    let names: Vec<_> = unheard.iter().map(|one| one["name"].clone()).collect();
    assert_eq!(names, ["g2", "g0"]);
}

#[tokio::test]
async fn the_platform_sees_all_tenants_together_and_says_so() {
    let stage = Stage::set().await;
    let platform = stage.platform();
    for name in ["North", "South"] {
        let admin = stage.admin(name).await;
        let site = admin.makes_site("Quay").await;
        admin.makes_space(site, "A-1").await;
    }
    eventually("both tenants", async || {
        platform.reads(STATS).await["occupancy"]["total"] == 2
    })
    .await;
    let data = platform.reads(DATA).await;
    assert_eq!(
        (&data["is_cross_tenant"], &data["tenant_scope"]),
        (&json!(true), &json!("all"))
    );
    let sites = data["sites"].as_array().expect("sites").iter();
    let names: Vec<_> = sites
        .filter_map(|site| site["tenant_name"].as_str())
        .collect();
    assert_eq!(names, ["North", "South"]);
}

#[tokio::test]
async fn a_viewer_does_not_learn_the_addresses_of_those_who_are_told_of_alarms() {
    let stage = Stage::set().await;
    let admin = stage.admin("North").await;
    let viewer = stage.person(admin.tenant, Role::Viewer);
    let body = json!({ "email": "ada@home.example" });
    let id = admin.makes("/api/v6/alarms/recipients", body).await;
    let path = format!("/api/v6/alarms/recipients/{id}");
    assert_eq!(viewer.get(&path).await.status, StatusCode::FORBIDDEN);
    let off = json!({ "is_active": false });
    admin.calls(Method::PATCH, &path, Some(off)).await;
    admin.posts(&format!("{path}/test"), json!(null)).await;
    admin.calls(Method::DELETE, &path, None).await;
    let seen = viewer.reads(DATA).await;
    let text = seen.to_string();
    assert!(text.contains("alarm_recipient.deleted"), "{text}");
    assert!(!text.contains("ada@home.example"), "{text}");
}

#[tokio::test]
async fn all_tenants_together_are_shown_to_platform_admins_alone() {
    let stage = Stage::set().await;
    stage.admin("North").await.makes_site("Quay").await;
    for role in [Role::Viewer, Role::Operator, Role::Admin, Role::Owner] {
        let somebody = stage.person(TenantId::PLATFORM, role);
        for path in [STATS, DATA, "/api/v6/sites", "/api/v6/spaces/export"] {
            let answer = somebody.get(path).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{role} {path}");
        }
    }
}
