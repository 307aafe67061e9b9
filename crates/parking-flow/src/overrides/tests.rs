//! Taking bays out of use and putting them back, through the routes.

mod bookings;

use axum::http::{Method, StatusCode};
use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use parking_db::Reason;
use parking_domain::access::Role;
use parking_domain::ids::TenantId;
use parking_estate::spaces;
use parking_testkit::{Answered, bearer};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::ingest::Lot;
use crate::tests::{seat, tenant};

/// Somebody of a tenant, who can call routes.
struct Person<'a> {
    lot: &'a Lot,
    tenant: TenantId,
    token: String,
}

impl<'a> Person<'a> {
    fn of(lot: &'a Lot, tenant: TenantId, role: Role) -> Self {
        let token = seat(&lot.people, tenant, role);
        Self { lot, tenant, token }
    }

    async fn asks(&self, method: Method, path: &str, body: Option<Value>) -> Answered {
        let who = bearer(&self.token);
        self.lot.served.call(method, path, &[who], body).await
    }

    async fn get(&self, path: &str) -> Answered {
        self.asks(Method::GET, path, None).await
    }

    async fn post(&self, path: &str, body: Value) -> Answered {
        self.asks(Method::POST, path, Some(body)).await
    }

    async fn patch(&self, path: &str, body: Value) -> Answered {
        self.asks(Method::PATCH, path, Some(body)).await
    }

    /// Posts what must be made, and answers it.
    async fn makes(&self, path: &str, body: Value) -> Value {
        let answer = self.post(path, body).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text);
        answer.json()
    }
}

fn id_of(body: &Value) -> Uuid {
    let id = body["id"].as_str().and_then(|id| id.parse().ok());
    id.expect("an id")
}

#[track_caller]
fn refused(answer: &Answered, status: u16, code: &str) {
    assert_eq!(
        (answer.status.as_u16(), answer.code().as_str()),
        (status, code),
        "{}",
        answer.text
    );
}

/// A site with a zone of three bays, and one bay outside it.
struct Yard<'a> {
    admin: Person<'a>,
    site: Uuid,
    zone: Uuid,
    bays: Vec<Uuid>,
}

impl<'a> Yard<'a> {
    async fn open(lot: &'a Lot, called: &str) -> Self {
        let of = tenant(&lot.flow.db, &lot.flow.clock, called).await;
        let admin = Person::of(lot, of, Role::Admin);
        let site = json!({ "name": "Quay", "timezone": "Europe/Paris" });
        let site = id_of(&admin.makes("/api/v6/sites", site).await);
        let zone = json!({ "site_id": site, "name": "East" });
        let zone = id_of(&admin.makes("/api/v6/zones", zone).await);
        let mut bays = Vec::new();
        for (code, zone) in [
            ("A-1", Some(zone)),
            ("A-2", Some(zone)),
            ("A-3", Some(zone)),
            ("B-1", None),
        ] {
            let bay = json!({ "site_id": site, "code": code, "zone_id": zone });
            bays.push(id_of(&admin.makes("/api/v6/spaces", bay).await));
        }
        Self {
            admin,
            site,
            zone,
            bays,
        }
    }

    async fn state(&self, bay: usize) -> Value {
        let path = format!("/api/v6/spaces/{}", self.bays[bay]);
        self.admin.get(&path).await.json()["state"].clone()
    }

    async fn states(&self) -> Vec<Value> {
        let mut states = Vec::new();
        for bay in 0..self.bays.len() {
            states.push(self.state(bay).await);
        }
        states
    }
}

/// A moment some minutes from now.
fn later(lot: &Lot, minutes: i64) -> String {
    let at = lot.now() + TimeDelta::minutes(minutes);
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// Settles what is due, as the job does.
async fn settle(lot: &Lot, bays: &[Uuid]) {
    let worker = Reason::Worker("test");
    let mut tx = lot.flow.db.platform(worker).await.expect("a door");
    spaces::settle(tx.conn(), bays, lot.now())
        .await
        .expect("settled");
    tx.commit().await.expect("a commit");
}

#[tokio::test]
async fn a_bay_has_a_bounded_number_of_overrides_that_are_not_over() {
    let lot = Lot::open().await;
    let yard = Yard::open(&lot, "North").await;
    let mut superuser = lot.test.superuser().await;
    sqlx::query(
        "insert into overrides (tenant_id, id, space_id, kind, starts_at, ends_at, reason, created_at)
         select s.tenant_id, gen_random_uuid(), s.id, 'blocked', $2::timestamptz + n * interval '1 day',
           $2::timestamptz + (n + 1) * interval '1 day', 'market', now()
         from spaces s, generate_series(1, 99) n where s.id = $1",
    )
    .bind(yard.bays[0])
    .bind(lot.now())
    .execute(&mut superuser)
    .await
    .expect("overrides");
    let body = json!({ "target": { "zone_id": yard.zone }, "kind": "blocked", "reason": "market", "ends_at": later(&lot, 60) });
    let hundredth = yard
        .admin
        .post("/api/v6/overrides/bulk", body.clone())
        .await;
    assert_eq!(hundredth.status, StatusCode::OK, "{}", hundredth.text);
    let refused = yard
        .admin
        .post("/api/v6/overrides/bulk", body.clone())
        .await;
    assert_eq!(
        refused.status,
        StatusCode::UNPROCESSABLE_ENTITY,
        "{}",
        refused.text
    );
    assert_eq!(refused.json()["errors"][0]["field"], "starts_at");
    let one = json!({ "state": "maintenance", "kind": "blocked", "reason": "market", "ends_at": later(&lot, 60) });
    let path = format!("/api/v6/spaces/{}/state", yard.bays[0]);
    let one = yard.admin.asks(Method::PUT, &path, Some(one)).await;
    assert_eq!(one.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", one.text);
    // What is over counts no longer.
    lot.flow.clock.advance(TimeDelta::minutes(61));
    let again = json!({ "target": { "zone_id": yard.zone }, "kind": "blocked", "reason": "market", "ends_at": later(&lot, 60) });
    let again = yard.admin.post("/api/v6/overrides/bulk", again).await;
    assert_eq!(again.status, StatusCode::OK, "{}", again.text);
}

#[tokio::test]
async fn a_zone_is_blocked_in_one_request_and_put_back_in_one() {
    let lot = Lot::open().await;
    let yard = Yard::open(&lot, "North").await;
    let body = json!({ "target": { "zone_id": yard.zone }, "kind": "blocked", "reason": "market" });
    let answer = yard.admin.post("/api/v6/overrides/bulk", body).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    let made = answer.json();
    assert_eq!(made["total"], 3);
    let wanted = ["maintenance", "maintenance", "maintenance", "unknown"];
    assert_eq!(yard.states().await, wanted);
    let listed = format!("/api/v6/overrides?zone_id={}&stage=in_force", yard.zone);
    let listed = yard.admin.get(&listed).await.json();
    assert_eq!(
        (&listed["total"], &listed["overrides"][0]["reason"]),
        (&json!(3), &json!("market"))
    );
    let ids: Vec<Value> = made["overrides"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|one| one["id"].clone())
        .collect();
    let ended = yard
        .admin
        .post("/api/v6/overrides/bulk/end", json!({ "ids": ids }))
        .await;
    assert_eq!(ended.json()["spaces"], 3, "{}", ended.text);
    assert_eq!(yard.state(0).await, "unknown");
    let again = yard
        .admin
        .post("/api/v6/overrides/bulk/end", json!({ "ids": ids }))
        .await;
    assert_eq!(again.json()["spaces"], 0, "what is over stays as it was");
    for (resumed, states) in [(3, wanted), (0, wanted)] {
        let again = yard
            .admin
            .post("/api/v6/overrides/bulk/resume", json!({ "ids": ids }))
            .await;
        assert_eq!(again.json()["total"], resumed, "{}", again.text);
        assert_eq!(yard.states().await, states);
    }
    let mut all = lot.test.superuser().await;
    let written: Vec<String> = sqlx::query_scalar(
        "select action from audit_log where tenant_id = $1 and action like 'spaces.%' order by seq",
    )
    .bind(yard.admin.tenant.0)
    .fetch_all(&mut all)
    .await
    .expect("a log");
    let out = "spaces.overridden";
    assert_eq!(written, [out, "spaces.released", out]);
}

#[tokio::test]
async fn an_override_can_be_planned_moved_and_ended_before_its_time() {
    let lot = Lot::open().await;
    let yard = Yard::open(&lot, "North").await;
    let operator = Person::of(&lot, yard.admin.tenant, Role::Operator);
    let body = json!({
        "space_id": yard.bays[0], "kind": "out_of_service", "reason": "dug up", "notes": "by the gas works",
        "starts_at": later(&lot, 10), "ends_at": later(&lot, 20),
    });
    let made = operator.makes("/api/v6/overrides", body).await;
    assert_eq!(made["stage"], "planned");
    assert_eq!(yard.state(0).await, "unknown");
    let path = format!("/api/v6/overrides/{}", id_of(&made));
    let moved = json!({ "starts_at": later(&lot, 0), "ends_at": null, "kind": "blocked" });
    let moved = operator.patch(&path, moved).await;
    assert_eq!(moved.status, StatusCode::OK, "{}", moved.text);
    let moved = moved.json();
    assert_eq!(
        (&moved["stage"], &moved["kind"], &moved["ends_at"]),
        (&json!("in_force"), &json!("blocked"), &Value::Null)
    );
    assert_eq!(yard.state(0).await, "maintenance");
    let backwards = json!({ "ends_at": later(&lot, -1) });
    let backwards = operator.patch(&path, backwards).await;
    refused(&backwards, 422, "validation_failed");
    let ended = operator.post(&format!("{path}/end"), json!({})).await;
    assert_eq!(ended.json()["stage"], "over", "{}", ended.text);
    assert_eq!(yard.state(0).await, "unknown");
    let late = operator.patch(&path, json!({ "reason": "never" })).await;
    refused(&late, 409, "conflict");
    let viewer = Person::of(&lot, yard.admin.tenant, Role::Viewer);
    refused(
        &viewer.post(&format!("{path}/end"), json!({})).await,
        403,
        "forbidden",
    );
}

#[tokio::test]
async fn a_closure_closes_for_its_window_and_gives_back_on_time() {
    let lot = Lot::open().await;
    let yard = Yard::open(&lot, "North").await;
    let body = json!({
        "name": "Regatta", "site_id": yard.site, "zone_id": yard.zone, "reason": "boats",
        "starts_at": later(&lot, 10), "ends_at": later(&lot, 70),
    });
    let made = yard.admin.makes("/api/v6/closures", body).await;
    assert_eq!(
        (&made["stage"], &made["spaces"], &made["kind"]),
        (&json!("planned"), &json!(3), &json!("blocked"))
    );
    assert_eq!(yard.state(0).await, "unknown");
    lot.test.clock().advance(TimeDelta::minutes(10));
    settle(&lot, &yard.bays).await;
    assert_eq!(
        yard.states().await,
        ["maintenance", "maintenance", "maintenance", "unknown"]
    );
    let path = format!("/api/v6/closures/{}", id_of(&made));
    let longer = json!({ "ends_at": later(&lot, 120) });
    let longer = yard.admin.patch(&path, longer).await;
    assert_eq!(longer.json()["stage"], "in_force", "{}", longer.text);
    lot.test.clock().advance(TimeDelta::minutes(119));
    settle(&lot, &yard.bays).await;
    assert_eq!(yard.state(1).await, "maintenance");
    lot.test.clock().advance(TimeDelta::minutes(1));
    settle(&lot, &yard.bays).await;
    assert_eq!(yard.states().await, ["unknown"; 4]);
    assert_eq!(yard.admin.get(&path).await.json()["stage"], "over");
    let over = yard.admin.post(&format!("{path}/end"), json!({})).await;
    refused(&over, 409, "conflict");
}

#[tokio::test]
async fn a_closure_that_is_ended_gives_its_bays_back_at_once() {
    let lot = Lot::open().await;
    let yard = Yard::open(&lot, "North").await;
    let body = json!({ "name": "Snow", "site_id": yard.site, "reason": "snow", "ends_at": later(&lot, 600) });
    let made = yard.admin.makes("/api/v6/closures", body).await;
    assert_eq!(made["spaces"], 4);
    assert_eq!(yard.states().await, ["maintenance"; 4]);
    let of_closure = format!("/api/v6/overrides?closure_id={}", id_of(&made));
    let overrides = yard.admin.get(&of_closure).await.json();
    assert_eq!(overrides["overrides"][0]["closure_name"], "Snow");
    let path = format!("/api/v6/closures/{}/end", id_of(&made));
    let ended = yard.admin.post(&path, json!({})).await;
    assert_eq!(ended.json()["stage"], "over", "{}", ended.text);
    assert_eq!(yard.states().await, ["unknown"; 4]);
    // What was ended too early is closed again, for the rest of its time and under the same name.
    let path = format!("/api/v6/closures/{}/resume", id_of(&made));
    for _ in 0..2 {
        let resumed = yard.admin.post(&path, json!({})).await;
        assert_eq!(resumed.json()["stage"], "in_force", "{}", resumed.text);
        assert_eq!(resumed.json()["spaces"], 4);
        assert_eq!(yard.states().await, ["maintenance"; 4]);
    }
    lot.test.clock().advance(TimeDelta::minutes(600));
    settle(&lot, &yard.bays).await;
    assert_eq!(yard.states().await, ["unknown"; 4]);
    refused(&yard.admin.post(&path, json!({})).await, 409, "conflict");
}

#[tokio::test]
async fn what_has_begun_keeps_its_beginning_and_nothing_begins_or_ends_before_now() {
    let lot = Lot::open().await;
    let yard = Yard::open(&lot, "North").await;
    let planned = json!({ "starts_at": later(&lot, 10), "ends_at": later(&lot, 20) });
    let with = |more: Value| {
        let mut body = planned.clone();
        for (name, value) in more.as_object().expect("an object") {
            body[name] = value.clone();
        }
        body
    };
    let one = with(json!({ "space_id": yard.bays[0], "kind": "blocked", "reason": "dug up" }));
    let closure = with(json!({ "name": "Fair", "site_id": yard.site, "reason": "fair" }));
    for (made, list) in [(one, "overrides"), (closure, "closures")] {
        let made = yard.admin.makes(&format!("/api/v6/{list}"), made).await;
        let path = format!("/api/v6/{list}/{}", id_of(&made));
        let began = json!({ "starts_at": later(&lot, -600) });
        let began = yard.admin.patch(&path, began).await.json();
        assert_eq!(began["stage"], "in_force", "{began}");
        let since = began["starts_at"].as_str().and_then(|at| at.parse().ok());
        let since: DateTime<Utc> = since.expect("a moment");
        let apart = (since - lot.now()).num_milliseconds();
        assert_eq!(apart, 0, "it begins now: {since}");

        lot.test.clock().advance(TimeDelta::minutes(1));
        for minutes in [-600, 5] {
            let moved = json!({ "starts_at": later(&lot, minutes) });
            let moved = yard.admin.patch(&path, moved).await;
            refused(&moved, 422, "validation_failed");
            assert_eq!(moved.json()["errors"][0]["field"], "starts_at");
        }
        let short = yard
            .admin
            .patch(&path, json!({ "ends_at": later(&lot, -1) }));
        let short = short.await;
        refused(&short, 422, "validation_failed");
        assert_eq!(short.json()["errors"][0]["field"], "ends_at");
        // What is said again as it is is no change.
        let same = json!({ "starts_at": began["starts_at"], "ends_at": later(&lot, 30) });
        let same = yard.admin.patch(&path, same).await;
        assert_eq!(
            same.json()["starts_at"],
            began["starts_at"],
            "{}",
            same.text
        );
    }
}

#[tokio::test]
async fn a_change_of_a_closure_leaves_alone_what_is_over_of_it() {
    let lot = Lot::open().await;
    let yard = Yard::open(&lot, "North").await;
    let body = json!({ "name": "Snow", "site_id": yard.site, "reason": "snow", "ends_at": later(&lot, 600) });
    let made = yard.admin.makes("/api/v6/closures", body).await;
    // As somebody could who changed a bay of it by itself.
    let mut superuser = lot.test.superuser().await;
    sqlx::query("update overrides set ends_at = $2 where space_id = $1")
        .bind(yard.bays[0])
        .bind(lot.now() + TimeDelta::minutes(1))
        .execute(&mut superuser)
        .await
        .expect("an override");
    lot.test.clock().advance(TimeDelta::minutes(2));
    settle(&lot, &yard.bays).await;
    assert_eq!(yard.state(0).await, "unknown");
    let path = format!("/api/v6/closures/{}", id_of(&made));
    let longer = json!({ "ends_at": later(&lot, 700) });
    let longer = yard.admin.patch(&path, longer).await;
    assert_eq!(longer.status, StatusCode::OK, "{}", longer.text);
    let states = ["unknown", "maintenance", "maintenance", "maintenance"];
    assert_eq!(yard.states().await, states);
}

#[tokio::test]
async fn a_bay_of_a_closure_is_given_back_by_itself_but_not_changed() {
    let lot = Lot::open().await;
    let yard = Yard::open(&lot, "North").await;
    let body = json!({ "name": "Snow", "site_id": yard.site, "reason": "snow", "ends_at": later(&lot, 600) });
    let made = yard.admin.makes("/api/v6/closures", body).await;
    let closure = id_of(&made);
    let parts = format!("/api/v6/overrides?closure_id={closure}");
    let parts = yard.admin.get(&parts).await.json();
    let part = |n: usize| format!("/api/v6/overrides/{}", id_of(&parts["overrides"][n]));
    let changed = json!({ "ends_at": later(&lot, 5) });
    let changed = yard.admin.patch(&part(0), changed).await;
    refused(&changed, 409, "conflict");
    let detail = changed.json()["detail"].clone();
    assert!(
        detail.as_str().is_some_and(|told| told.contains("Snow")),
        "{detail}"
    );

    // Resumed, its bays hold since then; a change of the closure does not say otherwise.
    let began = made["starts_at"].clone();
    lot.test.clock().advance(TimeDelta::minutes(10));
    let path = format!("/api/v6/closures/{closure}");
    yard.admin.post(&format!("{path}/end"), json!({})).await;
    lot.test.clock().advance(TimeDelta::minutes(10));
    let resumed = yard.admin.post(&format!("{path}/resume"), json!({})).await;
    assert_eq!(resumed.status, StatusCode::OK, "{}", resumed.text);
    let longer = json!({ "ends_at": later(&lot, 700) });
    let longer = yard.admin.patch(&path, longer).await;
    assert_eq!(longer.json()["starts_at"], began, "{}", longer.text);
    let listed = format!("/api/v6/overrides?closure_id={closure}&stage=in_force");
    let listed = yard.admin.get(&listed).await.json();
    assert_eq!(listed["total"], 4);
    assert_ne!(listed["overrides"][0]["starts_at"], began);

    let one = id_of(&listed["overrides"][0]);
    let end = format!("/api/v6/overrides/{one}/end");
    let ended = yard.admin.post(&end, json!({})).await;
    assert_eq!(ended.json()["stage"], "over", "{}", ended.text);
}

#[tokio::test]
async fn what_another_tenant_has_is_not_there() {
    let lot = Lot::open().await;
    let yard = Yard::open(&lot, "North").await;
    let other = Yard::open(&lot, "South").await;
    let body = json!({ "space_id": yard.bays[0], "kind": "blocked", "reason": "market" });
    refused(
        &other.admin.post("/api/v6/overrides", body.clone()).await,
        404,
        "not_found",
    );
    let made = id_of(&yard.admin.makes("/api/v6/overrides", body).await);
    for path in [format!("/api/v6/overrides/{made}")] {
        refused(&other.admin.get(&path).await, 404, "not_found");
        let end = other.admin.post(&format!("{path}/end"), json!({})).await;
        refused(&end, 404, "not_found");
    }
    let mixed = json!({
        "target": { "space_ids": [other.bays[0], yard.bays[1]] }, "kind": "blocked", "reason": "market",
    });
    let mixed = other.admin.post("/api/v6/overrides/bulk", mixed).await;
    refused(&mixed, 404, "not_found");
    assert_eq!(other.state(0).await, "unknown", "all of them or none");
    let foreign = json!({
        "name": "Raid", "site_id": yard.site, "reason": "theirs", "ends_at": later(&lot, 10),
    });
    let foreign = other.admin.post("/api/v6/closures", foreign).await;
    refused(&foreign, 404, "not_found");
    let nowhere =
        json!({ "target": { "zone_id": yard.zone }, "kind": "blocked", "reason": "market" });
    let nowhere = other.admin.post("/api/v6/overrides/bulk", nowhere).await;
    refused(&nowhere, 422, "validation_failed");
    let all = Person::of(&lot, TenantId::PLATFORM, Role::PlatformAdmin)
        .get("/api/v6/overrides")
        .await
        .json();
    assert_eq!(
        (&all["total"], &all["overrides"][0]["tenant_name"]),
        (&json!(1), &json!("North"))
    );
}
