//! Somebody wants to see the product: one command, and two sites live in the browser.

use std::collections::BTreeMap;

use rustix::process::Signal;
use serde_json::Value;

use super::items;
use crate::bad_days::crashes::{Installation, is_gone};
use crate::harness::Api;
use crate::harness::actors::{Member, fresh_address, log_in, text};
use crate::harness::eventually;
use crate::harness::process::{Running, Settings, run, settings};

/// The customers of the demonstration, and what they have.
const CUSTOMERS: [(&str, &str, usize); 2] = [
    ("owner@harbour.example", "Harbour Quay", 96),
    ("owner@station.example", "Station Forecourt", 64),
];

/// Starts the command and waits until its sites live; says where it listens.
async fn demo(settings: &Settings) -> (Running, Api) {
    let mut process = Running::start(&["demo"], settings);
    let listening = process.until_logged("listening").await;
    process.until_logged("the sites live").await;
    let address = text(&listening, "server.address").to_owned();
    let api = Api::at(&format!("http://{address}"));
    (process, api.coming_from(&fresh_address()))
}

/// The password that was shown for an address.
fn password(lines: &[String], email: &str) -> Option<String> {
    let line = lines.iter().find(|line| line.contains(email))?;
    let (_, rest) = line.split_once("password ")?;
    rest.split_whitespace().next().map(str::to_owned)
}

/// The states of a customer's bays, by their codes.
async fn states(member: &Member) -> BTreeMap<String, String> {
    let bays = member.api.get("/api/v6/spaces?page_size=500").await;
    let state = |bay: &Value| (text(bay, "code").to_owned(), text(bay, "state").to_owned());
    items(&bays.expect(200), "spaces")
        .iter()
        .map(state)
        .collect()
}

/// Waits until every bay has told its state, and then until some change by themselves.
async fn lives(member: &Member, bays: usize) {
    let first = eventually("no bay is grey", async || {
        let states = states(member).await;
        let is_told = |state: &String| ["free", "occupied"].contains(&state.as_str());
        (states.len() == bays && states.values().all(is_told)).then_some(states)
    })
    .await;
    eventually("bays change by themselves", async || {
        let now = states(member).await;
        let changed = first.iter().filter(|(code, state)| now[*code] != **state);
        (changed.count() >= 3).then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_demonstration_shows_two_sites_that_live_and_goes_on_where_it_was_killed() {
    let mut installation = Installation::new();
    // Passwords are made and shown where nobody chose one.
    let chosen = |name: &String| name == "PARKING_ADMIN_PASSWORD";
    installation.settings.retain(|(name, _)| !chosen(name));
    let (mut first, api) = demo(&installation.settings).await;
    let lines = first.lines();
    let mut sites = Vec::new();
    let mut members = Vec::new();
    for (email, site, bays) in CUSTOMERS {
        let password = password(&lines, email).expect("a password is shown");
        let session = log_in(&api, email, &password).await.expect(200);
        let member = Member::with_session(&api, &session);
        let seen = member.api.get("/api/v6/sites").await.expect(200);
        let [only] = items(&seen, "sites") else {
            panic!("one site: {seen}");
        };
        assert_eq!(text(only, "name"), site);
        sites.push(text(only, "id").to_owned());
        let levels = member.api.get("/api/v6/levels").await.expect(200);
        assert_eq!(items(&levels, "levels")[0]["has_plan"], true);
        let displays = "/api/v6/spaces?has_display=true";
        let lamps = member.api.get(displays).await.expect(200);
        assert!(lamps["total"].as_u64() > Some(2), "{lamps}");
        lives(&member, bays).await;
        members.push((email, password, bays));
    }

    let postmaster = installation.postmaster().expect("a postmaster");
    first.kill();
    eventually("no orphan is left", async || {
        is_gone(postmaster).then_some(())
    })
    .await;

    let (again, api) = demo(&installation.settings).await;
    let said = again.lines().join("\n");
    assert!(!said.contains("shown this once"), "{said}");
    assert!(!said.contains("could not be made whole"), "{said}");
    for ((email, password, bays), id) in members.iter().zip(&sites) {
        let session = log_in(&api, email, password).await.expect(200);
        let member = Member::with_session(&api, &session);
        let seen = member.api.get("/api/v6/sites").await.expect(200);
        assert_eq!(seen["total"], 1, "{seen}");
        assert_eq!(text(&items(&seen, "sites")[0], "id"), id);
        lives(&member, *bays).await;
    }

    let postmaster = installation.postmaster().expect("a postmaster");
    again.signal(Signal::INT);
    let ended = again.until_ended().await;
    assert_eq!(ended.code(), Some(0), "{}", ended.text());
    for bad in ["ERROR", "were not published", "still connected"] {
        assert!(!ended.text().contains(bad), "{}", ended.text());
    }
    assert!(is_gone(postmaster), "PostgreSQL is left behind");
}

#[tokio::test]
async fn a_demonstration_has_a_broker_of_its_own_and_takes_no_other() {
    let mut installation = Installation::new();
    let broker = settings(&[("MQTT_URL", "mqtt://127.0.0.1:1")]);
    installation.settings.extend(broker);
    let refused = run(&["demo"], &installation.settings).await;
    assert_eq!(refused.code(), Some(78), "{}", refused.text());
    let said = "a broker of its own";
    assert!(refused.text().contains(said), "{}", refused.text());
}
