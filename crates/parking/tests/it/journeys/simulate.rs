//! Somebody has no sensors yet and wants to see a site live.

use std::collections::BTreeSet;

use rustix::process::Signal;
use serde_json::{Value, json};

use super::{each, items};
use crate::harness::Stage;
use crate::harness::actors::{Owner, text};
use crate::harness::process::{Ended, Running, run};

async fn simulate(arguments: &[&str]) -> Ended {
    run(&[&["simulate"], arguments].concat(), &Vec::new()).await
}

#[tokio::test]
async fn a_dry_run_prints_the_events_of_the_same_day_for_the_same_seed() {
    let asked = [
        "--dry-run",
        "--spaces",
        "12",
        "--duration",
        "6h",
        "--start",
        "2026-11-16T06:00:00Z",
        "--faults",
        "rough",
        "--seed",
    ];
    let seeded =
        |seed: &'static str| async move { simulate(&[&asked[..], &[seed]].concat()).await };
    let first = seeded("7").await;
    assert_eq!(first.code(), Some(0), "{}", first.text());
    assert!(first.lines.len() > 40, "{}", first.lines.len());
    let mut kinds = BTreeSet::new();
    for line in &first.lines {
        let event: Value = serde_json::from_str(line).unwrap();
        let kind = text(&event, "event").to_owned();
        let topic = text(&event, "topic");
        let about = &event["body"]["deviceInfo"];
        let eui = text(about, "devEui");
        let application = text(about, "applicationId");
        assert_eq!(
            topic,
            format!("application/{application}/device/{eui}/event/{kind}")
        );
        kinds.insert(kind);
    }
    assert!(kinds.contains("up") && kinds.contains("join"), "{kinds:?}");
    assert_eq!(first.lines, seeded("7").await.lines);
    assert_ne!(first.lines, seeded("8").await.lines);
}

#[tokio::test]
async fn what_cannot_be_simulated_is_refused_in_words() {
    for (arguments, code, why) in [
        (&["--spaces", "10"][..], 1, "--key-file"),
        (&["--dry-run", "--spaces", "0"], 2, "from 1 to 20000"),
        (&["--dry-run", "--models", "acme-1"], 1, "no model acme-1"),
        (
            &["--dry-run", "--models", "bosch-tps110,bosch-tps110"],
            1,
            "named twice",
        ),
        (&["--dry-run", "--profile", "airport"], 2, "mixed, office"),
        (&["--dry-run", "--outage", "1@soon"], 2, "1@2h+30m"),
        (&["--dry-run", "--outage", "9@1h+1h"], 1, "no gateway 9"),
        (&["--to", "ftp://there"], 2, "must be an address"),
        (&["--estate", "--dry-run"], 2, "cannot be used with"),
        (
            &["--estate", "--to", "mqtt://127.0.0.1:1", "--key", "k"],
            1,
            "through the API",
        ),
        (&["--estate", "--to", "http://127.0.0.1:1"], 1, "--key"),
        (
            &["--estate", "--to", "http://127.0.0.1:1", "--key", "k"],
            1,
            "accepts no connection",
        ),
        (
            &["--to", "http://127.0.0.1:1", "--key-file", "/nowhere"],
            1,
            "cannot be read",
        ),
    ] {
        let refused = simulate(arguments).await;
        assert_eq!(
            refused.code(),
            Some(code),
            "{arguments:?}: {}",
            refused.text()
        );
        assert!(
            refused.text().contains(why),
            "{arguments:?}: {}",
            refused.text()
        );
    }
}

/// Somebody with a key, who wants a site.
struct Stranger {
    stage: Stage,
    owner: Owner,
    base: String,
}

const MODELS: &str = "bosch-tps110,pni-placepod,plenom-busylight-omega,nwave-ncc405";

impl Stranger {
    async fn arrives() -> Self {
        let stage = Stage::set().await;
        let owner = stage.customer("Steelless").await;
        let base = stage.server.anonymous().base().to_owned();
        Self { stage, owner, base }
    }

    async fn key(&self, role: &str, scope: &str) -> String {
        let draft = json!({ "name": role, "role": role, "scopes": [scope] });
        let made = self.owner.api.post("/api/v6/api-keys", &draft).await;
        text(&made.expect(201), "key").to_owned()
    }

    /// One second of a site with sixty bays.
    async fn simulates(&self, site: &str, key: &str, more: &[&str]) -> Ended {
        let asked = [
            "--site",
            site,
            "--spaces",
            "60",
            "--models",
            MODELS,
            "--to",
            &self.base,
            "--key",
            key,
            "--speed",
            "0",
            "--duration",
            "1s",
        ];
        simulate(&[&asked[..], more].concat()).await
    }

    async fn sees(&self, path: &str) -> Value {
        self.owner.api.get(path).await.expect(200)
    }
}

#[tokio::test]
async fn a_stranger_gets_a_site_with_everything_in_its_place() {
    let stranger = Stranger::arrives().await;
    let key = stranger.key("admin", "admin:*").await;
    let told = stranger.simulates("North Quay", &key, &["--estate"]).await;
    let wanted = "1 levels, 60 bays, 2 gateways and 66 devices made";
    assert!(told.text().contains(wanted), "{}", told.text());

    let sites = stranger.sees("/api/v6/sites?q=north-quay").await;
    let site = &items(&sites, "sites")[0];
    let named = (text(site, "name"), text(site, "timezone"));
    assert_eq!(named, ("North Quay", "Europe/Paris"));
    let of_site = format!("site_id={}", text(site, "id"));
    let levels = stranger
        .sees(&format!("/api/v6/levels?{of_site}&include_stats=true"))
        .await;
    let level = &items(&levels, "levels")[0];
    assert_eq!(
        (&level["has_plan"], &level["spaces"]),
        (&json!(true), &json!(60))
    );
    let path = format!("/api/v6/levels/{}/plan", text(level, "id"));
    let plan = stranger.owner.api.get(&path).await;
    plan.expect(200);
    assert!(plan.text().contains("<rect"), "{}", plan.text());

    let bays = stranger
        .sees(&format!("/api/v6/spaces?page_size=100&{of_site}"))
        .await;
    let bays = items(&bays, "spaces");
    assert_eq!(each(bays, "code").iter().collect::<BTreeSet<_>>().len(), 60);
    let has_place = |bay: &Value| {
        bay["shape"]
            .as_array()
            .is_some_and(|shape| shape.len() == 4)
    };
    assert!(bays.iter().all(has_place));
    for (path, count) in [
        (format!("/api/v6/spaces?has_sensor=true&{of_site}"), 60),
        (format!("/api/v6/spaces?has_display=true&{of_site}"), 3),
        (format!("/api/v6/gateways?{of_site}"), 2),
        ("/api/v6/devices".to_owned(), 66),
        ("/api/v6/devices?model=nwave-ncc405".to_owned(), 3),
    ] {
        assert_eq!(stranger.sees(&path).await["total"], count, "{path}");
    }
}

#[tokio::test]
async fn a_site_is_made_once_and_only_by_whoever_may() {
    let stranger = Stranger::arrives().await;
    let key = stranger.key("admin", "admin:*").await;
    let nothing = "0 levels, 0 bays, 0 gateways and 0 devices made";
    // A key that is good for it makes it unasked, unless that is not wanted.
    let none = stranger
        .simulates("North Quay", &key, &["--no-estate"])
        .await;
    assert!(!none.text().contains("made"), "{}", none.text());
    let first = stranger.simulates("North Quay", &key, &[]).await;
    assert!(first.text().contains("60 bays"), "{}", first.text());
    for more in [&["--estate"][..], &[]] {
        let again = stranger.simulates("North Quay", &key, more).await;
        assert!(again.text().contains(nothing), "{}", again.text());
        assert!(!again.text().contains("warning"), "{}", again.text());
    }

    let weak = stranger.key("viewer", "sites:read").await;
    let refused = stranger.simulates("South Quay", &weak, &["--estate"]).await;
    assert_eq!(refused.code(), Some(1));
    let why = "the site could not be made: 403";
    assert!(refused.text().contains(why), "{}", refused.text());
    let unasked = stranger.simulates("South Quay", &weak, &[]).await;
    let why = "not good for making a site";
    assert!(unasked.text().contains(why), "{}", unasked.text());
    let sites = stranger.sees("/api/v6/sites").await;
    assert_eq!(each(items(&sites, "sites"), "name"), ["North Quay"]);
    drop(stranger.stage);
}

#[tokio::test]
async fn whoever_interrupts_it_is_told_how_it_went() {
    // Nobody listens there, and it is waited for.
    let arguments = [
        "simulate",
        "--spaces",
        "5",
        "--to",
        "mqtt://127.0.0.1:1",
        "--speed",
        "600",
    ];
    let running = Running::start(&arguments, &Vec::new());
    crate::harness::eventually("it has begun", async || {
        let lines = running.lines();
        lines
            .iter()
            .any(|line| line.contains("5 bays, 5 devices"))
            .then_some(())
    })
    .await;
    running.signal(Signal::INT);
    let ended = running.until_ended().await;
    assert_eq!(ended.code(), Some(1), "{}", ended.text());
    for said in ["/5 bays taken", "0 accepted", "nothing was taken"] {
        assert!(ended.text().contains(said), "{}", ended.text());
    }
}
