//! A calendar link, read back by a parser that is not ours (`icalendar`, from PyPI).
//!
//! Left out of a plain `cargo nextest run`, because it needs `.venv`: CI runs it.

use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::harness::Stage;
use crate::harness::actors::text;
use crate::harness::http::send;

/// What the parser makes of a calendar.
const READER: &str = r#"
import json, sys
from icalendar import Calendar
calendar = Calendar.from_ical(sys.stdin.buffer.read())
def told(event):
    return {
        "uid": str(event["UID"]), "sequence": int(event["SEQUENCE"]), "status": str(event["STATUS"]),
        "start": event.decoded("DTSTART").isoformat(), "end": event.decoded("DTEND").isoformat(),
        "zone": str(event.decoded("DTSTART").tzinfo), "summary": str(event["SUMMARY"]),
        "location": str(event["LOCATION"]), "errors": [str(error) for error in event.errors],
        "modified": event.decoded("LAST-MODIFIED").isoformat(), "stamp": event.decoded("DTSTAMP").isoformat(),
    }
json.dump({
    "version": str(calendar["VERSION"]), "name": str(calendar["NAME"]), "errors": [str(error) for error in calendar.errors],
    "events": [told(event) for event in calendar.walk("VEVENT")],
}, sys.stdout)
"#;

fn read_back(file: &str) -> Value {
    use std::io::Write as _;
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let root = here
        .ancestors()
        .nth(2)
        .expect("crates/parking is two below");
    let mut reader = Command::new(root.join(".venv/bin/python"))
        .args(["-c", READER])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect(".venv/bin/python starts; `cargo xtask setup` installs it");
    let mut input = reader.stdin.take().unwrap();
    input.write_all(file.as_bytes()).unwrap();
    drop(input);
    let output = reader.wait_with_output().unwrap();
    assert!(output.status.success(), "the parser refuses it:\n{file}");
    serde_json::from_slice(&output.stdout).unwrap()
}

/// A site whose name needs every kind of escape, and is long enough to be folded within a character.
const SITE: &str =
    "Zürich; Hardbrücke, \\ « Île-de-la-Cité » – stationnement souterrain réservé aux employés";

/// A calendar that holds what a series reserved, and no more.
fn reads_as(told: &Value, series: &Value) {
    assert_eq!(
        (&told["version"], &told["name"]),
        (&json!("2.0"), &json!("Cars and more"))
    );
    assert_eq!(told["errors"], json!([]));
    let events = told["events"].as_array().unwrap();
    assert_eq!(events.len(), 3);
    for (event, one) in events.iter().zip(series["occurrences"].as_array().unwrap()) {
        let start = text(one, "start_time").replace('Z', "+00:00");
        let end = text(one, "end_time").replace('Z', "+00:00");
        assert_eq!(
            (text(event, "start"), text(event, "end")),
            (start.as_str(), end.as_str())
        );
        assert_eq!(event["uid"], one["reservation_id"]);
        assert_eq!(
            (&event["status"], &event["zone"]),
            (&json!("CONFIRMED"), &json!("UTC"))
        );
        assert_eq!(event["location"], format!("{SITE}, Ä-7"));
        assert_eq!(
            (&event["sequence"], &event["errors"]),
            (&json!(0), &json!([]))
        );
    }
}

#[tokio::test]
async fn an_independent_parser_reads_back_what_was_reserved() {
    let stage = Stage::set().await;
    let owner = stage.customer("Calendars").await;
    let api = &owner.api;
    let site = json!({ "name": SITE, "timezone": "Europe/Zurich" });
    let site = api.post("/api/v6/sites", &site).await.expect(201);
    let space = json!({ "site_id": site["id"], "code": "Ä-7" });
    let space = api.post("/api/v6/spaces", &space).await.expect(201);
    #[expect(
        clippy::disallowed_methods,
        reason = "the server under test goes by the clock of the machine"
    )]
    let today = chrono::Utc::now().date_naive();
    let day = today + chrono::Days::new(2);
    let series = json!({
        "space_id": space["id"], "start_time": format!("{day}T08:00:00Z"), "end_time": format!("{day}T09:30:00Z"),
        "rule": "FREQ=DAILY;COUNT=3", "holder": { "name": "Grace Hopper", "email": "grace@people.test" },
    });
    let series = api
        .post("/api/v6/reservations/series", &series)
        .await
        .expect(201);
    let first = text(&series["occurrences"][0], "reservation_id").to_owned();
    let feed = json!({ "name": "Cars and more", "space_id": space["id"] });
    let feed = api.post("/api/v6/calendar-feeds", &feed).await.expect(201);
    let path = text(&feed, "path");

    let anybody = stage.server.anonymous();
    let answer = anybody.get(path).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(
        answer.header("content-type"),
        "text/calendar; charset=utf-8"
    );
    let file = answer.text();
    assert!(
        !file.contains("Grace") && !file.contains("grace@"),
        "{file}"
    );
    reads_as(&read_back(&file), &series);

    // Nothing changed, so nothing is sent again.
    let known = answer.header("etag").to_owned();
    let again = anybody.request(reqwest::Method::GET, path);
    let again = send(again.header("if-none-match", &known)).await;
    assert_eq!((again.status, again.text().as_str()), (304, ""));

    // What is called off stays for a while, under its name, as what it is; what is moved says so.
    api.delete(&format!("/api/v6/reservations/{first}"))
        .await
        .expect(204);
    let answer = anybody.get(path).await;
    assert_ne!(answer.header("etag"), known);
    let told = read_back(&answer.text());
    let event = &told["events"][0];
    assert_eq!(
        (&event["uid"], &event["status"]),
        (&json!(first), &json!("CANCELLED"))
    );
    assert!(event["sequence"].as_i64() >= Some(1), "{event}");
    assert_eq!(event["modified"], event["stamp"]);

    let id = text(&feed["calendar_feed"], "id");
    api.delete(&format!("/api/v6/calendar-feeds/{id}"))
        .await
        .expect(204);
    anybody.get(path).await.refused(404, "not_found");
}
