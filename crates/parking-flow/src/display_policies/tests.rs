//! Policies through the routes, and what lamps show under them, over a real database.

use axum::http::{Method, StatusCode};
use chrono::TimeDelta;
use parking_domain::access::Role;
use parking_domain::lamps::{LampState, Rule, Shown, shown};
use parking_testkit::{Answered, bearer};
use serde_json::{Value, json};
use uuid::Uuid;

use super::effective;
use crate::ingest::Lot;
use crate::tests::{seat, tenant};

const POLICIES: &str = "/api/v6/display-policies";

/// What the sensor of the lot sends.
const FREE: &[u8] = &[0x03, 0x07, 0x01, 0x06, 0x00, 0x12, 0x23];
const OCCUPIED: &[u8] = &[0x03, 0x07, 0x01, 0x06, 0x01, 0x12, 0x24];

impl Lot {
    async fn calls(&self, method: Method, path: &str, body: Option<Value>) -> Answered {
        let who = bearer(&self.token);
        self.served.call(method, path, &[who], body).await
    }

    async fn makes_policy(&self, body: Value) -> Value {
        let answer = self.calls(Method::POST, POLICIES, Some(body)).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text);
        answer.json()
    }

    async fn turns(&self, policy: &Value, step: &str) -> Value {
        let id = policy["id"].as_str().expect("an id");
        let path = format!("{POLICIES}/{id}/{step}");
        let answer = self.calls(Method::POST, &path, None).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
        answer.json()
    }

    /// What the lamp of a bay should show now.
    async fn lamp(&self, bay: usize) -> Shown {
        let mut tx = self.flow.db.tenant(self.tenant).await.expect("a door");
        let now = self.now();
        let facts = effective(tx.conn(), &[(self.tenant.0, self.bays[bay])], now)
            .await
            .expect("facts");
        shown(&facts[0].facts, &facts[0].policy, now)
    }

    /// What was announced of policies, and what the log says of them.
    async fn announced(&self) -> [Vec<String>; 2] {
        let mut all = self.test.superuser().await;
        let mut told = [Vec::new(), Vec::new()];
        for (told, query) in told.iter_mut().zip([
            "select kind from events where tenant_id = $1 and kind like 'display_policy.%' order by id",
            "select action from audit_log where tenant_id = $1 and action like 'display_policy.%' order by id",
        ]) {
            let query = sqlx::query_scalar(query).bind(self.tenant.0);
            *told = query.fetch_all(&mut all).await.expect("a log");
        }
        told
    }

    async fn color(&self, bay: usize) -> String {
        self.lamp(bay).await.look.color.to_string()
    }

    async fn site(&self) -> Uuid {
        let mut all = self.test.superuser().await;
        sqlx::query_scalar("select site_id from spaces where id = $1")
            .bind(self.bays[0])
            .fetch_one(&mut all)
            .await
            .expect("a site")
    }

    async fn is_told(&self, number: u32, payload: &[u8]) {
        let told = self.told(number, payload, self.now());
        assert_eq!(self.flow.intake.store(&told).await, Ok(true));
        self.act().await;
    }
}

#[tokio::test]
async fn a_new_tenant_is_governed_by_the_standard_until_it_activates_a_policy() {
    let lot = Lot::open().await;
    lot.is_told(1, FREE).await;
    let standard = format!("{POLICIES}/standard");
    let standard = lot.calls(Method::GET, &standard, None).await;
    let settings = standard.json()["settings"].clone();
    assert_eq!(
        (
            &settings["free_color"],
            &settings["reserved_soon_threshold_sec"]
        ),
        (&json!("00FF00"), &json!(900))
    );
    assert_eq!(lot.color(0).await, "00FF00");
    let draft =
        json!({ "name": "Blue", "settings": { "free_color": "0000ff", "default_state": "free" } });
    let policy = lot.makes_policy(draft).await;
    assert_eq!(
        (&policy["is_active"], &policy["settings"]["free_color"]),
        (&json!(false), &json!("0000FF"))
    );
    assert_eq!(lot.color(0).await, "00FF00", "made, and not in force");

    let preview = lot.turns(&policy, "preview").await;
    assert_eq!(
        (
            &preview["total"],
            &preview["changed"],
            &preview["changed_displays"]
        ),
        (&json!(2), &json!(2), &json!(0))
    );
    let site = &preview["sites"][0];
    assert_eq!(site["now"], json!({ "free": 1, "unknown": 1 }));
    assert_eq!(site["then"], json!({ "free": 2 }));
    let bay = &preview["spaces"][1];
    assert_eq!(
        (
            &bay["now"]["rule"],
            &bay["then"]["rule"],
            &bay["then"]["color"]
        ),
        (&json!("default"), &json!("default"), &json!("0000FF"))
    );
    assert_eq!(lot.color(0).await, "00FF00", "a preview changes nothing");

    let activated = lot.turns(&policy, "activate").await;
    assert_eq!(
        (
            &activated["display_policy"]["is_active"],
            &activated["replaced_id"]
        ),
        (&json!(true), &Value::Null)
    );
    assert_eq!(
        (lot.color(0).await, lot.color(1).await),
        ("0000FF".into(), "0000FF".into())
    );
    lot.turns(&policy, "deactivate").await;
    assert_eq!(lot.color(0).await, "00FF00");
    let wanted =
        ["created", "activated", "deactivated"].map(|verb| format!("display_policy.{verb}"));
    assert_eq!(lot.announced().await, [wanted.clone(), wanted]);
}

#[tokio::test]
async fn the_policy_of_a_site_governs_there_and_nowhere_else() {
    let lot = Lot::open().await;
    lot.is_told(1, FREE).await;
    let site = lot.site().await;
    let everywhere = json!({ "name": "All", "settings": { "free_color": "111111" } });
    let everywhere = lot.makes_policy(everywhere).await;
    let here = json!({ "name": "Quay", "site_id": site, "settings": { "free_color": "222222" } });
    let here = lot.makes_policy(here).await;
    lot.turns(&here, "activate").await;
    assert_eq!(lot.color(0).await, "222222");
    lot.turns(&everywhere, "activate").await;
    assert_eq!(lot.color(0).await, "222222", "the site's own goes first");
    let preview = lot.turns(&everywhere, "preview").await;
    assert_eq!(preview["total"], 0, "it governs no bay of that site");
    lot.turns(&here, "deactivate").await;
    assert_eq!(lot.color(0).await, "111111");
    let other = json!({ "name": "Another", "settings": {} });
    let other = lot.makes_policy(other).await;
    let swapped = lot.turns(&other, "activate").await;
    assert_eq!(swapped["replaced_id"], everywhere["id"]);
    let active = lot
        .calls(Method::GET, &format!("{POLICIES}?is_active=true"), None)
        .await
        .json();
    assert_eq!(
        (&active["total"], &active["display_policies"][0]["name"]),
        (&json!(1), &json!("Another"))
    );
    let path = format!("{POLICIES}/{}", other["id"].as_str().expect("an id"));
    let refused = lot.calls(Method::DELETE, &path, None).await;
    assert_eq!(
        (refused.status.as_u16(), refused.code()),
        (409, "in_use".into())
    );
    lot.turns(&other, "deactivate").await;
    let gone = lot.calls(Method::DELETE, &path, None).await;
    assert_eq!(gone.status, StatusCode::NO_CONTENT);
}

#[tokio::test]
async fn of_many_who_activate_at_once_one_governs() {
    let lot = Lot::open().await;
    let mut policies = Vec::new();
    for n in 0..6 {
        let draft = json!({ "name": format!("Policy {n}"), "settings": {} });
        policies.push(lot.makes_policy(draft).await);
    }
    let step = |n: usize| lot.turns(&policies[n], "activate");
    let answers = futures_util::future::join_all((0..policies.len()).map(step)).await;
    let replaced: Vec<_> = answers
        .iter()
        .filter(|answer| !answer["replaced_id"].is_null())
        .collect();
    assert_eq!(replaced.len(), 5, "each but the first replaced one");
    let mut all = lot.test.superuser().await;
    let active: i64 = sqlx::query_scalar("select count(*) from display_policies where is_active")
        .fetch_one(&mut all)
        .await
        .expect("a count");
    assert_eq!(active, 1);
}

#[tokio::test]
async fn what_is_activated_is_what_the_preview_was_of() {
    let lot = Lot::open().await;
    let policy = json!({ "name": "Blue", "settings": { "free_color": "0000FF" } });
    let policy = lot.makes_policy(policy).await;
    let path = format!("{POLICIES}/{}", policy["id"].as_str().expect("an id"));
    let preview = async || {
        let path = format!("{path}/preview");
        let preview = lot.calls(Method::POST, &path, None).await;
        preview.headers["etag"].to_str().expect("a tag").to_owned()
    };
    let activate = async |seen: &str| {
        let (path, seen) = (format!("{path}/activate"), ("if-match", seen.to_owned()));
        let headers = [bearer(&lot.token), seen];
        lot.served.call(Method::POST, &path, &headers, None).await
    };
    let seen = preview().await;
    let pink = json!({ "settings": { "free_color": "FF00FF" } });
    let changed = lot.calls(Method::PATCH, &path, Some(pink)).await;
    assert_eq!(changed.status, StatusCode::OK, "{}", changed.text);
    let refused = activate(&seen).await;
    assert_eq!(refused.status, StatusCode::PRECONDITION_FAILED);
    let now = lot.calls(Method::GET, &path, None).await.json();
    assert_eq!(now["is_active"], false);
    let activated = activate(&preview().await).await;
    assert_eq!(activated.status, StatusCode::OK, "{}", activated.text);
}

#[tokio::test]
async fn a_preview_looks_at_so_many_bays_and_says_of_how_many() {
    let lot = Lot::open().await;
    let mut all = lot.test.superuser().await;
    sqlx::query(
        "insert into spaces (tenant_id, id, site_id, code, code_order, state, state_changed_at, created_at, updated_at)
         select tenant_id, gen_random_uuid(), id, 'Z-' || n, 'z-' || lpad(n::text, 8, '0'), 'unknown', now(), now(), now()
         from sites, generate_series(1, 5100) n",
    )
    .execute(&mut all)
    .await
    .expect("bays");
    let path = format!("{POLICIES}/preview");
    let settings = json!({ "settings": { "unknown_color": "123456" } });
    let preview = lot.calls(Method::POST, &path, Some(settings)).await.json();
    let counts = ["total", "examined", "changed", "left_out"];
    let counts = counts.map(|field| preview[field].as_i64().expect("a count"));
    assert_eq!(counts, [5_102, 5_000, 5_000, 3_000]);
    assert_eq!(preview["sites"][0]["total"], 5_000);
    let mut codes = preview["spaces"].as_array().expect("bays").iter();
    assert_eq!(codes.len(), 2_000);
    assert!(codes.all(|bay| bay["changes"] == true));
}

#[tokio::test]
async fn people_and_emergencies_go_before_sensors() {
    let lot = Lot::open().await;
    lot.is_told(1, FREE).await;
    let state = format!("/api/v6/spaces/{}/state", lot.bays[0]);
    let blocked = json!({
        "state": "maintenance", "kind": "blocked", "reason": "market", "ends_at": lot.now() + TimeDelta::minutes(10),
    });
    lot.calls(Method::PUT, &state, Some(blocked)).await;
    let lamp = lot.lamp(0).await;
    assert_eq!(
        (lamp.rule, lamp.look.state),
        (Rule::Blocked, LampState::Blocked)
    );
    assert_eq!(lamp.until, Some(lot.now() + TimeDelta::minutes(10)));
    let emergency = format!("/api/v6/sites/{}/emergency", lot.site().await);
    let red = json!({ "kind": "all_red", "reason": "fire" });
    let thrown = lot.calls(Method::PUT, &emergency, Some(red)).await;
    assert_eq!(thrown.status, StatusCode::OK, "{}", thrown.text);
    for bay in [0, 1] {
        let lamp = lot.lamp(bay).await;
        assert_eq!(
            (lamp.rule, lamp.look.state, lamp.until),
            (Rule::Emergency, LampState::AllRed, None)
        );
    }
    let evidence = format!("/api/v6/spaces/{}/evidence", lot.bays[0]);
    let seen = lot.calls(Method::GET, &evidence, None).await.json();
    assert_eq!(
        (&seen["emergency"]["kind"], &seen["emergency"]["reason"]),
        (&json!("all_red"), &json!("fire"))
    );
    lot.calls(Method::DELETE, &emergency, None).await;
    assert_eq!(lot.lamp(0).await.rule, Rule::Blocked);
    lot.flow.clock.advance(TimeDelta::minutes(10));
    assert_eq!(
        lot.lamp(0).await.look.state,
        LampState::Free,
        "the window is over"
    );
}

#[tokio::test]
async fn a_lamp_follows_late_where_the_policy_says_so() {
    let lot = Lot::open().await;
    lot.is_told(1, OCCUPIED).await;
    let late = json!({
        "name": "Late",
        "settings": { "transitions": [{ "from": "occupied", "to": "free", "after_seconds": 20 }] },
    });
    let late = lot.makes_policy(late).await;
    lot.turns(&late, "activate").await;
    lot.flow.clock.advance(TimeDelta::minutes(1));
    lot.is_told(2, FREE).await;
    let lamp = lot.lamp(0).await;
    assert_eq!(
        (lamp.rule, lamp.look.state, lamp.until),
        (
            Rule::Transition,
            LampState::Occupied,
            Some(lot.now() + TimeDelta::seconds(20))
        )
    );
    lot.flow.clock.advance(TimeDelta::seconds(20));
    assert_eq!(lot.lamp(0).await.look.state, LampState::Free);
}

#[tokio::test]
async fn the_window_of_the_policy_that_governs_holds_changes_back() {
    let lot = Lot::open().await;
    lot.is_told(1, FREE).await;
    let patient = json!({ "name": "Patient", "settings": { "debounce_window_sec": 25 } });
    let patient = lot.makes_policy(patient).await;
    lot.turns(&patient, "activate").await;
    lot.flow.clock.advance(TimeDelta::minutes(1));
    lot.is_told(2, OCCUPIED).await;
    assert_eq!(lot.state(0).await, "free", "not believed yet");
    let lamp = lot.lamp(0).await;
    assert_eq!(lamp.until, Some(lot.now() + TimeDelta::seconds(25)));
    lot.flow.clock.advance(TimeDelta::seconds(25));
    assert_eq!(lot.lamp(0).await.look.state, LampState::Occupied);
}

#[tokio::test]
async fn what_a_policy_cannot_be_is_said_field_by_field() {
    let lot = Lot::open().await;
    let lamp = "plenom-busylight-omega";
    let wrong = |settings: Value| json!({ "name": "Wrong", "settings": settings });
    let same = json!({ "from": "free", "to": "free", "after_seconds": 0 });
    let late = json!({ "from": "maintenance", "to": "free", "after_seconds": 5 });
    let code = |payload: &str| json!([{ "model": lamp, "state": "free", "payload": payload }]);
    for (settings, field) in [
        (json!({ "free_color": "green" }), "settings.free_color"),
        (
            json!({ "reserved_soon_threshold_sec": 3601 }),
            "settings.reserved_soon_threshold_sec",
        ),
        (
            json!({ "sensor_unknown_timeout_sec": 301 }),
            "settings.sensor_unknown_timeout_sec",
        ),
        (
            json!({ "debounce_window_sec": 31 }),
            "settings.debounce_window_sec",
        ),
        (
            json!({ "blink_pattern_ms": 99 }),
            "settings.blink_pattern_ms",
        ),
        (
            json!({ "transitions": [same] }),
            "settings.transitions[0].after_seconds",
        ),
        (json!({ "transitions": [late] }), "settings.transitions[0]"),
        // A factory reset, half a byte, and a port on which nobody listens.
        (json!({ "codes": code("AA00") }), "settings.codes[0]"),
        (json!({ "codes": code("A") }), "settings.codes[0].payload"),
        (
            json!({ "codes": [{ "model": lamp, "state": "free", "payload": "00", "port": 9 }] }),
            "settings.codes[0]",
        ),
        // Under no policy is an emergency green.
        (
            json!({ "codes": [{ "model": lamp, "state": "all_red", "payload": "0000ff6400" }] }),
            "settings.codes[0].state",
        ),
        (
            json!({ "codes": [{ "model": "nothing", "state": "free", "payload": "00" }] }),
            "settings.codes[0]",
        ),
    ] {
        let answer = lot
            .calls(Method::POST, POLICIES, Some(wrong(settings)))
            .await;
        assert_eq!(answer.status.as_u16(), 422, "{field}: {}", answer.text);
        let errors = answer.json()["errors"].clone();
        let errors = errors.as_array().expect("a list").iter();
        assert!(
            errors.clone().any(|error| error["field"] == field),
            "{field}: {}",
            answer.text
        );
    }
}

#[tokio::test]
async fn a_policy_has_a_name_of_its_own_and_is_changed_in_parts() {
    let lot = Lot::open().await;
    let code =
        json!([{ "model": "plenom-busylight-omega", "state": "free", "payload": "0010ff6400" }]);
    let good = json!({ "name": "Good", "settings": { "codes": code } });
    let good = lot.makes_policy(good).await;
    assert_eq!(good["settings"]["codes"][0]["payload"], "0010ff6400");
    let again = json!({ "name": "GOOD", "settings": {} });
    let again = lot.calls(Method::POST, POLICIES, Some(again)).await;
    assert_eq!(
        (again.status.as_u16(), again.code()),
        (409, "name_taken".into())
    );
    let path = format!("{POLICIES}/{}", good["id"].as_str().expect("an id"));
    let body = json!({ "settings": { "codes": [] }, "description": "for the night" });
    let changed = lot.calls(Method::PATCH, &path, Some(body)).await.json();
    assert_eq!(
        (&changed["settings"]["codes"], &changed["description"]),
        (&json!([]), &json!("for the night"))
    );
}

#[tokio::test]
async fn the_policies_of_others_are_not_there() {
    let lot = Lot::open().await;
    let policy = lot
        .makes_policy(json!({ "name": "Ours", "settings": {} }))
        .await;
    let other = tenant(&lot.flow.db, &lot.flow.clock, "Station").await;
    let stranger = seat(&lot.people, other, Role::Admin);
    let path = format!("{POLICIES}/{}", policy["id"].as_str().expect("an id"));
    for (method, path) in [
        (Method::GET, path.clone()),
        (Method::PATCH, path.clone()),
        (Method::DELETE, path.clone()),
        (Method::POST, format!("{path}/activate")),
        (Method::POST, format!("{path}/preview")),
    ] {
        let body = (method == Method::PATCH).then(|| json!({ "name": "Theirs" }));
        let who = bearer(&stranger);
        let answer = lot.served.call(method, &path, &[who], body).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
    }
    let who = bearer(&stranger);
    let site = lot.site().await;
    let body = json!({ "name": "Theirs", "site_id": site, "settings": {} });
    let answer = lot
        .served
        .call(Method::POST, POLICIES, &[who], Some(body))
        .await;
    assert_eq!(answer.status.as_u16(), 422, "{}", answer.text);
    let viewer = seat(&lot.people, lot.tenant, Role::Operator);
    let who = bearer(&viewer);
    let activate = format!("{path}/activate");
    let answer = lot.served.call(Method::POST, &activate, &[who], None).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
}
