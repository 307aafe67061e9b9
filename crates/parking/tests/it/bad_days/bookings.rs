//! Two servers reserve the same bays, and one of them is killed over it.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use parking_domain::clock::Clock;
use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::actors::{Owner, text};
use crate::harness::http::{Answer, Api, try_send};
use crate::harness::server::serve;
use crate::harness::{Stage, eventually, side_by_side};

const RESERVATIONS: &str = "/api/v6/reservations";

/// How late anybody may hear of a boundary.
const LATE_MAX: TimeDelta = TimeDelta::seconds(5);

/// An hour that nobody else in these tests wants, the `n`-th from tomorrow on.
fn hour(n: i64) -> DateTime<Utc> {
    Clock::system().now() + TimeDelta::days(1) + TimeDelta::hours(n)
}

async fn bay(owner: &Owner, site: &Value, code: &str) -> Value {
    let wish = json!({ "site_id": site, "code": code });
    let made = owner.api.post("/api/v6/spaces", &wish).await;
    made.expect(201)["id"].clone()
}

async fn site(owner: &Owner) -> Value {
    let wish = json!({ "name": "Quay", "timezone": "Europe/Paris" });
    let made = owner.api.post("/api/v6/sites", &wish).await;
    made.expect(201)["id"].clone()
}

/// The same person at another server.
fn at(base: &str, owner: &Owner) -> Api {
    Api::at(base).bearing(owner.access_token())
}

#[tokio::test]
async fn of_many_who_want_one_slot_at_two_servers_exactly_one_gets_it() {
    let stage = Stage::set().await;
    let owner = stage.customer("Twins").await;
    let site = site(&owner).await;
    let bay = bay(&owner, &site, "A-1").await;
    let (mut second, base) = serve(stage.server.settings()).await;
    let servers = [owner.api.clone(), at(&base, &owner)];
    for round in 0..10 {
        let (start, end) = (hour(round), hour(round) + TimeDelta::minutes(30));
        let wish = json!({ "space_id": bay, "start_time": start, "end_time": end });
        let asked = (0..24).map(|n| servers[n % 2].post(RESERVATIONS, &wish));
        let mut answers: BTreeMap<(u16, String), usize> = BTreeMap::new();
        for answer in side_by_side(asked).await {
            *answers.entry((answer.status, answer.code())).or_default() += 1;
        }
        let expected = BTreeMap::from([
            ((201, String::new()), 1),
            ((409, "slot_taken".to_owned()), 23),
        ]);
        assert_eq!(answers, expected, "round {round}");
    }
    // The same under one name, at both: one reservation, which all of them are answered.
    let wish = json!({
        "site_id": site, "start_time": hour(50), "end_time": hour(51), "request_id": "order 7",
    });
    let any = format!("{RESERVATIONS}/any");
    let asked = (0..12).map(|n| servers[n % 2].post(&any, &wish));
    let mut ids: Vec<Value> = Vec::new();
    for answer in side_by_side(asked).await {
        ids.push(answer.expect(201)["id"].clone());
    }
    ids.dedup();
    assert_eq!(ids.len(), 1);
    second.kill();
}

#[tokio::test]
async fn what_a_killed_server_began_is_there_once_and_what_is_due_is_done_by_the_other_in_time() {
    const WISHES: i64 = 120;
    let stage = Stage::set().await;
    let owner = stage.customer("Survivors").await;
    let site = site(&owner).await;
    let [first, held] = ["A-1", "A-2"].map(|code| bay(&owner, &site, code));
    let (first, held) = (first.await, held.await);
    let (mut second, base) = serve(stage.server.settings()).await;
    let there = at(&base, &owner);

    let now = Clock::system().now();
    let until = now + TimeDelta::seconds(12);
    let wish = json!({
        "space_id": held, "start_time": now + TimeDelta::hours(1), "end_time": now + TimeDelta::hours(2),
        "hold_until": until,
    });
    let hold = there.post(RESERVATIONS, &wish).await.expect(201);
    let begun = hour(100);
    let wish = |n: i64| {
        let start = begun + TimeDelta::minutes(10 * n);
        json!({
            "space_id": first, "start_time": start, "end_time": start + TimeDelta::minutes(10),
            "request_id": format!("order {n}"),
        })
    };
    let asks = |n: i64| {
        let request = there.request(Method::POST, RESERVATIONS).json(&wish(n));
        async move { try_send(request).await }
    };
    let killed = async {
        eventually("some are made", async || {
            let made: i64 = sqlx::query_scalar(
                "select count(*) from reservations where request_id is not null",
            )
            .fetch_one(&mut stage.server.superuser().await)
            .await
            .unwrap();
            (made >= 5).then_some(())
        })
        .await;
        second.kill();
    };
    let (answered, ()) = tokio::join!(side_by_side((0..WISHES).map(asks)), killed);
    let is_lost = |answer: &Result<Answer, reqwest::Error>| answer.is_err();
    assert!(
        answered.iter().any(is_lost),
        "the server died too late to show anything"
    );

    let again = (0..WISHES).map(|n| {
        let wish = wish(n);
        let api = owner.api.clone();
        async move { ask_until_there_is_room(&api, &wish).await }
    });
    let again: Vec<Answer> = side_by_side(again).await;
    for (before, after) in answered.iter().zip(&again) {
        let made = after.expect(201);
        if let Ok(before) = before
            && before.status == 201
        {
            assert_eq!(text(&before.json(), "id"), text(&made, "id"));
        }
    }
    let path = format!(
        "{RESERVATIONS}?space_id={}&page_size=1",
        first.as_str().expect("an id")
    );
    let all = owner.api.get(&path).await.expect(200);
    assert_eq!(all["total"], WISHES);

    // Nobody is left who was told of the hold but the database.
    expires_in_time(&owner, &hold, until).await;
    let chain = owner.api.get("/api/v6/audit-log/verify").await.expect(200);
    assert_eq!(chain["is_intact"], true, "{chain}");
}

/// Where the machine is slow not all get a connection in time, and are told to ask once more.
async fn ask_until_there_is_room(api: &Api, wish: &Value) -> Answer {
    eventually("there is room", async || {
        let answer = api.post(RESERVATIONS, wish).await;
        (answer.status != 503).then_some(answer)
    })
    .await
}

async fn expires_in_time(owner: &Owner, hold: &Value, until: DateTime<Utc>) {
    let path = format!("{RESERVATIONS}/{}", text(hold, "id"));
    eventually("the hold expires", async || {
        let seen = owner.api.get(&path).await.expect(200);
        (seen["status"] == "expired").then_some(())
    })
    .await;
    let history = owner.api.get(&(path + "/history")).await.expect(200);
    let ended = &history["changes"][0];
    assert_eq!(ended["kind"], "expired");
    let at: DateTime<Utc> = text(ended, "at").parse().unwrap();
    assert!(until <= at && at <= until + LATE_MAX, "{at}, not {until}");
}
