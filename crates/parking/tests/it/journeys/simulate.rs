//! Somebody has no sensors yet and wants to see a site live.

use std::collections::BTreeSet;

use rustix::process::Signal;
use serde_json::{Value, json};

use super::{each, items};
use crate::harness::Stage;
use crate::harness::actors::text;
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
        (&["--spaces", "10"][..], 2, "required"),
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
        (&["--estate", "--dry-run"], 1, "--to"),
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

#[tokio::test]
async fn a_stranger_gets_a_site_with_everything_in_its_place_and_once_only() {
    let stage = Stage::set().await;
    let owner = stage.customer("Steelless").await;
    let draft = json!({ "name": "simulator", "role": "admin", "scopes": ["admin:*"] });
    let made = owner.api.post("/api/v6/api-keys", &draft).await.expect(201);
    let key = text(&made, "key").to_owned();
    let base = stage.server.anonymous().base().to_owned();
    let models = "bosch-tps110,pni-placepod,plenom-busylight-omega,nwave-ncc405";
    let asked = [
        "--site",
        "North Quay",
        "--spaces",
        "60",
        "--models",
        models,
        "--estate",
        "--to",
        &base,
        "--key",
        &key,
        "--speed",
        "0",
        "--duration",
        "1s",
    ];
    let first = simulate(&asked).await;
    let wanted = "1 levels, 60 bays, 2 gateways and 66 devices made";
    assert!(first.text().contains(wanted), "{}", first.text());

    let sites = owner
        .api
        .get("/api/v6/sites?q=north-quay")
        .await
        .expect(200);
    let site = &items(&sites, "sites")[0];
    assert_eq!(
        (text(site, "name"), text(site, "timezone")),
        ("North Quay", "Europe/Paris")
    );
    let of_site = format!("site_id={}", text(site, "id"));
    let levels = owner
        .api
        .get(&format!("/api/v6/levels?{of_site}"))
        .await
        .expect(200);
    let level = &items(&levels, "levels")[0];
    assert_eq!(
        (&level["has_plan"], &level["spaces"]),
        (&json!(true), &json!(60))
    );
    let plan = owner
        .api
        .get(&format!("/api/v6/levels/{}/plan", text(level, "id")))
        .await;
    plan.expect(200);
    assert!(plan.text().contains("<rect"), "{}", plan.text());

    let bays = owner
        .api
        .get(&format!("/api/v6/spaces?page_size=100&{of_site}"))
        .await
        .expect(200);
    let bays = items(&bays, "spaces");
    assert_eq!(bays.len(), 60);
    assert_eq!(each(bays, "code").iter().collect::<BTreeSet<_>>().len(), 60);
    assert!(bays.iter().all(|bay| {
        bay["shape"]
            .as_array()
            .is_some_and(|shape| shape.len() == 4)
    }));
    let count = |path: String| {
        let api = owner.api.clone();
        async move { api.get(&path).await.expect(200)["total"].clone() }
    };
    assert_eq!(
        count(format!("/api/v6/spaces?has_sensor=true&{of_site}")).await,
        60
    );
    assert_eq!(
        count(format!("/api/v6/spaces?has_display=true&{of_site}")).await,
        3
    );
    assert_eq!(count(format!("/api/v6/gateways?{of_site}")).await, 2);
    assert_eq!(count("/api/v6/devices".to_owned()).await, 66);
    assert_eq!(
        count("/api/v6/devices?model=nwave-ncc405".to_owned()).await,
        3
    );

    let again = simulate(&asked).await;
    let wanted = "0 levels, 0 bays, 0 gateways and 0 devices made";
    assert!(again.text().contains(wanted), "{}", again.text());
    assert!(!again.text().contains("warning"), "{}", again.text());

    let reader = json!({ "name": "reader", "role": "viewer", "scopes": ["sites:read"] });
    let reader = owner
        .api
        .post("/api/v6/api-keys", &reader)
        .await
        .expect(201);
    let mut weak = asked;
    weak[10] = text(&reader, "key");
    weak[1] = "South Quay";
    let refused = simulate(&weak).await;
    assert_eq!(refused.code(), Some(1));
    assert!(
        refused.text().contains("could not be made: 403"),
        "{}",
        refused.text()
    );
    let unasked: Vec<_> = weak
        .into_iter()
        .filter(|word| *word != "--estate")
        .collect();
    let told = simulate(&unasked).await;
    assert!(
        told.text().contains("not good for making a site"),
        "{}",
        told.text()
    );
    let unasked: Vec<_> = asked
        .into_iter()
        .filter(|word| *word != "--estate")
        .collect();
    let made = simulate(&unasked).await;
    assert!(
        made.text()
            .contains("0 bays, 0 gateways and 0 devices made"),
        "{}",
        made.text()
    );
    let none = simulate(&[&unasked[..], &["--no-estate"]].concat()).await;
    assert!(!none.text().contains("devices made"), "{}", none.text());
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
