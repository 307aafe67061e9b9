//! Reservations through the routes, and what time makes of them, over a real database.

#![expect(
    clippy::disallowed_methods,
    reason = "clients and jobs really work at once"
)]

mod edges;
mod files;
mod life;
mod oracle;
mod oracle_rules;
mod races;
mod requests;
mod round_trip;
mod series;
mod series_edges;
mod series_exceptions;
mod series_races;
mod series_rule;

use axum::http::{Method, StatusCode};
use chrono::{DateTime, TimeDelta, Utc};
use parking_access::audit::Witness;
use parking_domain::access::Role;
use parking_domain::reservations::Slot;
use parking_testkit::{Answered, bearer};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Target, availability, keep};
use crate::ingest::Lot;
use crate::tests::{seat, tenant};

const RESERVATIONS: &str = "/api/v6/reservations";

/// Minutes from the test's noon.
fn at(minute: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_014_400, 0).expect("an instant") + TimeDelta::minutes(minute)
}

impl Lot {
    async fn asks_as(
        &self,
        token: &String,
        method: Method,
        path: &str,
        body: Option<Value>,
    ) -> Answered {
        self.served.call(method, path, &[bearer(token)], body).await
    }

    async fn does(&self, method: Method, path: &str, body: Option<Value>) -> Answered {
        self.asks_as(&self.token, method, path, body).await
    }

    fn wish(&self, bay: usize, start: i64, end: i64) -> Value {
        json!({ "space_id": self.bays[bay], "start_time": at(start), "end_time": at(end) })
    }

    async fn tries(&self, bay: usize, start: i64, end: i64) -> Answered {
        let wish = self.wish(bay, start, end);
        self.does(Method::POST, RESERVATIONS, Some(wish)).await
    }

    async fn reserves(&self, bay: usize, start: i64, end: i64) -> Value {
        let answer = self.tries(bay, start, end).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text);
        answer.json()
    }

    async fn takes(&self, reservation: &Value, step: &str) -> Answered {
        let path = format!("{}/{step}", path_of(reservation));
        self.does(Method::POST, &path, None).await
    }

    async fn cancels(&self, reservation: &Value) -> Answered {
        let path = format!("{}/cancel", path_of(reservation));
        self.does(Method::PUT, &path, Some(json!({ "reason": "rain" })))
            .await
    }

    async fn moves(&self, reservation: &Value, change: Value) -> Answered {
        self.does(Method::PATCH, &path_of(reservation), Some(change))
            .await
    }

    async fn sees(&self, reservation: &Value) -> Value {
        let answer = self.does(Method::GET, &path_of(reservation), None).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
        answer.json()
    }

    async fn sets_terms(&self, terms: Value) {
        let path = format!("{RESERVATIONS}/terms");
        let answer = self.does(Method::PUT, &path, Some(terms)).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    }

    /// The clock goes on, and everything that is due is done.
    async fn waits_until(&self, minute: i64) {
        self.test.clock().advance(at(minute) - self.now());
        self.keeps().await;
    }

    /// Everything that is due is done, by a server that was just started.
    async fn keeps(&self) {
        self.test.rests().await;
        let witness = Witness::new(self.flow.db.clone());
        keep(&self.flow, &witness)
            .await
            .expect("reservations are looked after");
    }

    /// What is wrong with bays, after a look.
    async fn alarms(&self) -> Vec<String> {
        parking_estate::alarms::look(&self.flow.db, self.now())
            .await
            .expect("a look");
        let mut all = self.test.superuser().await;
        sqlx::query_scalar("select kind from alarms where cleared_at is null and subject_type = 'space' order by kind")
            .fetch_all(&mut all)
            .await
            .expect("rows")
    }

    async fn events(&self) -> Vec<String> {
        let mut all = self.test.superuser().await;
        sqlx::query_scalar("select kind from events where kind like 'reservation.%' order by id")
            .fetch_all(&mut all)
            .await
            .expect("rows")
    }

    /// How many pairs of reservations block the same moment of a bay, which none may.
    async fn overlaps(&self) -> i64 {
        let mut all = self.test.superuser().await;
        sqlx::query_scalar(
            "select count(*) from reservations a join reservations b
               on a.tenant_id = b.tenant_id and a.space_id = b.space_id and a.id < b.id
             where a.status in ('pending', 'confirmed') and b.status in ('pending', 'confirmed')
               and a.blocks_from < b.blocks_until and b.blocks_from < a.blocks_until",
        )
        .fetch_one(&mut all)
        .await
        .expect("a count")
    }
}

fn path_of(reservation: &Value) -> String {
    let id = reservation["id"].as_str().expect("an id");
    format!("{RESERVATIONS}/{id}")
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

#[track_caller]
fn wrong(answer: &Answered, field: &str) {
    refused(answer, 422, "validation_failed");
    assert_eq!(
        answer.json()["errors"][0]["field"],
        field,
        "{}",
        answer.text
    );
}

#[tokio::test]
async fn a_second_reservation_of_the_same_hour_is_refused_with_the_times_that_are_taken() {
    let lot = Lot::open().await;
    let first = lot.reserves(0, 60, 120).await;
    assert_eq!(first["status"], "confirmed");
    assert_eq!(first["timezone"], "Europe/Paris");
    let second = lot.tries(0, 90, 150).await;
    refused(&second, 409, "slot_taken");
    let taken = json!([{ "start_time": at(60), "end_time": at(120) }]);
    assert_eq!(second.json()["conflicts"], taken);
    // Back to back, and the other bay, are legal.
    lot.reserves(0, 120, 150).await;
    lot.reserves(0, 55, 60).await;
    lot.reserves(1, 60, 120).await;
    assert_eq!(lot.events().await, ["reservation.created"; 4]);
}

#[tokio::test]
async fn buffers_count_for_who_books_and_for_who_asks_alike() {
    let lot = Lot::open().await;
    lot.sets_terms(json!({ "buffer_before_minutes": 10, "buffer_after_minutes": 5 }))
        .await;
    let first = lot.reserves(0, 60, 120).await;
    assert_eq!(first["blocks_from"], json!(at(50)));
    assert_eq!(first["blocks_until"], json!(at(125)));
    refused(&lot.tries(0, 134, 150).await, 409, "slot_taken");
    let question = json!({ "space_id": lot.bays[0], "from": at(0), "to": at(240) });
    let path = format!("{RESERVATIONS}/check-availability");
    let free = lot.does(Method::POST, &path, Some(question)).await.json();
    let windows = json!([
        { "start_time": at(0), "end_time": at(45) }, { "start_time": at(135), "end_time": at(240) },
    ]);
    assert_eq!(free["spaces"][0]["free"], windows);
    lot.reserves(0, 135, 240).await;
    lot.reserves(0, 0, 45).await;
}

#[tokio::test]
async fn what_cannot_be_a_reservation_is_refused_with_the_field() {
    let lot = Lot::open().await;
    wrong(&lot.tries(0, 60, 60).await, "end_time");
    wrong(&lot.tries(0, 60, 30).await, "end_time");
    wrong(&lot.tries(0, 60, 64).await, "end_time");
    wrong(&lot.tries(0, 60, 61 + 1_440).await, "end_time");
    wrong(&lot.tries(0, -6, 60).await, "start_time");
    wrong(
        &lot.tries(0, 366 * 1_440, 366 * 1_440 + 60).await,
        "start_time",
    );
    let mut wish = lot.wish(0, 60, 120);
    wish["start_time"] = json!("9998-12-31T22:00:00Z");
    wish["end_time"] = json!("9998-12-31T23:00:00Z");
    let far = lot
        .does(Method::POST, RESERVATIONS, Some(wish.clone()))
        .await;
    wrong(&far, "start_time");
    wish["start_time"] = json!("2027-01-15T12:00:00");
    let naive = lot.does(Method::POST, RESERVATIONS, Some(wish)).await;
    wrong(&naive, "start_time");
    let mut wish = lot.wish(0, 60, 120);
    wish["holder"] = json!({ "email": "nobody" });
    let nobody = lot.does(Method::POST, RESERVATIONS, Some(wish)).await;
    wrong(&nobody, "holder.email");
    let mut wish = lot.wish(0, 60, 120);
    wish["hold_until"] = json!(at(16));
    let long = lot.does(Method::POST, RESERVATIONS, Some(wish)).await;
    wrong(&long, "hold_until");
    assert_eq!(lot.events().await, Vec::<String>::new());
}

#[tokio::test]
async fn a_reservation_is_moved_extended_and_shortened_and_never_onto_another() {
    let lot = Lot::open().await;
    let first = lot.reserves(0, 60, 120).await;
    lot.reserves(0, 180, 240).await;
    let longer = lot.moves(&first, json!({ "end_time": at(180) })).await;
    assert_eq!(longer.status, StatusCode::OK, "{}", longer.text);
    assert_eq!(longer.json()["no_show_at"], first["no_show_at"]);
    let onto = lot.moves(&first, json!({ "end_time": at(181) })).await;
    refused(&onto, 409, "slot_taken");
    assert_eq!(onto.json()["conflicts"][0]["start_time"], json!(at(180)));
    let shorter = lot.moves(&first, json!({ "end_time": at(90) })).await;
    assert_eq!(shorter.status, StatusCode::OK);
    lot.reserves(0, 90, 180).await;
    let there = json!({ "space_id": lot.bays[1], "start_time": at(200), "end_time": at(260) });
    let there = lot.moves(&first, there).await.json();
    assert_eq!(
        (&there["space_code"], &there["no_show_at"]),
        (&json!("A-2"), &json!(at(215)))
    );
    lot.reserves(0, 60, 90).await;
    refused(&lot.tries(1, 210, 220).await, 409, "slot_taken");
    let path = format!("{}/history", path_of(&first));
    let history = lot.does(Method::GET, &path, None).await.json();
    let changes = history["changes"].as_array().expect("changes");
    let kinds: Vec<_> = changes.iter().map(|one| one["kind"].clone()).collect();
    assert_eq!(kinds, ["updated", "updated", "updated", "created"]);
}

#[tokio::test]
async fn any_bay_that_fits_is_found_until_none_is_left() {
    let lot = Lot::open().await;
    let site = lot.reserves(0, 60, 120).await["site_id"].clone();
    let path = format!("{RESERVATIONS}/any");
    let wish = json!({ "site_id": site, "start_time": at(90), "end_time": at(150) });
    let found = lot.does(Method::POST, &path, Some(wish.clone())).await;
    assert_eq!(found.status, StatusCode::CREATED, "{}", found.text);
    assert_eq!(found.json()["space_code"], "A-2");
    let none = lot.does(Method::POST, &path, Some(wish)).await;
    refused(&none, 409, "no_space_free");
    let electric = json!({ "site_id": site, "kind": "ev_charging", "start_time": at(300), "end_time": at(360) });
    let electric = lot.does(Method::POST, &path, Some(electric)).await;
    assert!(
        [409, 422].contains(&electric.status.as_u16()),
        "{}",
        electric.text
    );
}

#[tokio::test]
async fn a_bay_that_is_out_of_use_cannot_be_reserved_for_then() {
    let lot = Lot::open().await;
    let block =
        json!({ "state": "maintenance", "kind": "blocked", "reason": "market", "ends_at": at(90) });
    let path = format!("/api/v6/spaces/{}/state", lot.bays[0]);
    let blocked = lot.does(Method::PUT, &path, Some(block)).await;
    assert_eq!(blocked.status, StatusCode::OK, "{}", blocked.text);
    refused(&lot.tries(0, 60, 120).await, 409, "space_out_of_use");
    lot.reserves(0, 90, 120).await;
    let never = json!({ "is_reservable": false });
    let path = format!("/api/v6/spaces/{}", lot.bays[1]);
    let never = lot.does(Method::PATCH, &path, Some(never)).await;
    assert_eq!(never.status, StatusCode::OK, "{}", never.text);
    refused(&lot.tries(1, 60, 120).await, 409, "not_reservable");
}

#[tokio::test]
async fn one_person_has_so_many_reservations_and_no_more() {
    let lot = Lot::open().await;
    lot.sets_terms(json!({ "per_person_max": 1 })).await;
    let wish = |bay: usize, start: i64, email: &str| {
        let mut wish = lot.wish(bay, start, start + 60);
        wish["holder"] = json!({ "email": email, "name": "Ada" });
        wish
    };
    let books = |wish| lot.does(Method::POST, RESERVATIONS, Some(wish));
    let first = books(wish(0, 60, "Ada@example.org")).await.json();
    assert_eq!(first["holder"]["email"], "Ada@example.org");
    let second = books(wish(1, 300, "ada@example.org")).await;
    refused(&second, 409, "person_limit_reached");
    assert_eq!(
        books(wish(1, 300, "bob@example.org")).await.status,
        StatusCode::CREATED
    );
    assert_eq!(lot.cancels(&first).await.status, StatusCode::OK);
    assert_eq!(
        books(wish(1, 600, "ada@example.org")).await.status,
        StatusCode::CREATED
    );
    // A viewer sees that the bay is reserved, and not for whom.
    let viewer = seat(&lot.people, lot.tenant, Role::Viewer);
    let seen = lot
        .asks_as(&viewer, Method::GET, &path_of(&first), None)
        .await;
    assert_eq!(seen.json()["holder"], Value::Null);
    let path = format!("{RESERVATIONS}?person=ADA@example.org");
    let found = lot.does(Method::GET, &path, None).await.json();
    assert_eq!(found["total"], 2);
    let hidden = lot.asks_as(&viewer, Method::GET, &path, None).await;
    refused(&hidden, 403, "forbidden");
}

#[tokio::test]
async fn what_was_cancelled_stays_so_and_its_time_can_be_had_again() {
    let lot = Lot::open().await;
    let first = lot.reserves(0, 60, 120).await;
    let cancelled = lot.cancels(&first).await.json();
    assert_eq!(
        (&cancelled["status"], &cancelled["cancel_reason"]),
        (&json!("cancelled"), &json!("rain"))
    );
    lot.reserves(0, 60, 120).await;
    assert_eq!(lot.cancels(&first).await.status, StatusCode::OK);
    let back = lot.moves(&first, json!({ "end_time": at(90) })).await;
    refused(&back, 409, "reservation_over");
    refused(&lot.takes(&first, "check-in").await, 409, "check_in_closed");
    let delete = lot.does(Method::DELETE, &path_of(&first), None).await;
    assert_eq!(delete.status, StatusCode::NO_CONTENT);
    let created = "reservation.created".to_owned();
    let cancelled = "reservation.cancelled".to_owned();
    assert_eq!(lot.events().await, [created.clone(), cancelled, created]);
}

#[tokio::test]
async fn the_notice_binds_operators_and_not_who_sets_the_terms() {
    let lot = Lot::open().await;
    lot.sets_terms(json!({ "cancel_notice_minutes": 60 })).await;
    let first = lot.reserves(0, 30, 120).await;
    let operator = seat(&lot.people, lot.tenant, Role::Operator);
    let path = path_of(&first);
    let late = lot.asks_as(&operator, Method::DELETE, &path, None).await;
    refused(&late, 409, "cancellation_closed");
    let admin = lot.does(Method::DELETE, &path, None).await;
    assert_eq!(admin.status, StatusCode::NO_CONTENT);
}

#[tokio::test]
async fn who_cannot_cancel_any_more_gives_no_time_back_by_moving() {
    let lot = Lot::open().await;
    lot.sets_terms(json!({ "cancel_notice_minutes": 60 })).await;
    let first = lot.reserves(0, 30, 120).await;
    let operator = seat(&lot.people, lot.tenant, Role::Operator);
    let path = path_of(&first);
    let moves = |change| lot.asks_as(&operator, Method::PATCH, &path, Some(change));
    for change in [
        json!({ "start_time": at(2_000), "end_time": at(2_060) }),
        json!({ "start_time": at(40) }),
        json!({ "end_time": at(60) }),
        json!({ "start_time": at(10), "end_time": at(100) }),
    ] {
        refused(&moves(change).await, 409, "cancellation_closed");
    }
    for change in [
        json!({ "end_time": at(150) }),
        json!({ "start_time": at(20) }),
        json!({ "notes": "by the door" }),
    ] {
        let done = moves(change).await;
        assert_eq!(done.status, StatusCode::OK, "{}", done.text);
    }
    let later = json!({ "start_time": at(2_000), "end_time": at(2_060) });
    assert_eq!(lot.moves(&first, later).await.status, StatusCode::OK);
    // Then there is time again.
    let done = moves(json!({ "start_time": at(2_010) })).await;
    assert_eq!(done.status, StatusCode::OK, "{}", done.text);
}

#[tokio::test]
async fn whoever_asks_about_the_end_of_time_learns_that_nothing_is_to_be_had_then() {
    let lot = Lot::open().await;
    let target = Target {
        spaces: Some(lot.bays.clone()),
        ..Target::default()
    };
    let (first, last) = (DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC);
    let year = TimeDelta::days(365);
    for (start, end, is_free) in [
        (last - year, last, false),
        (first, first + year, false),
        (first, last, true),
    ] {
        let mut tx = lot.flow.db.tenant(lot.tenant).await.expect("a door");
        let question = (Slot { start, end }, TimeDelta::minutes(5));
        let free = availability(tx.conn(), &target, question, lot.now()).await;
        let free = free.expect("an answer");
        assert_eq!(free.len(), 2);
        assert_eq!(free.iter().all(|bay| bay.windows.len() == 1), is_free);
    }
}

#[tokio::test]
async fn another_tenant_finds_nothing_and_is_in_nobodys_way() {
    let lot = Lot::open().await;
    let first = lot.reserves(0, 60, 120).await;
    let other = tenant(&lot.flow.db, &lot.flow.clock, "Pier").await;
    let other = seat(&lot.people, other, Role::Owner);
    for (method, path, body) in [
        (Method::GET, path_of(&first), None),
        (Method::GET, path_of(&first) + "/history", None),
        (Method::DELETE, path_of(&first), None),
        (
            Method::PATCH,
            path_of(&first),
            Some(json!({ "notes": "x" })),
        ),
        (Method::POST, path_of(&first) + "/check-in", None),
        (Method::POST, path_of(&first) + "/check-out", None),
        (Method::POST, path_of(&first) + "/confirm", None),
        (
            Method::POST,
            RESERVATIONS.to_owned(),
            Some(lot.wish(0, 300, 360)),
        ),
        (
            Method::POST,
            format!("{RESERVATIONS}/check-availability"),
            Some(json!({ "space_id": lot.bays[0], "from": at(0), "to": at(60) })),
        ),
    ] {
        let answer = lot.asks_as(&other, method, &path, body).await;
        refused(&answer, 404, "not_found");
    }
    let list = lot.asks_as(&other, Method::GET, RESERVATIONS, None).await;
    assert_eq!(list.json()["total"], 0);
}

#[tokio::test]
async fn the_same_request_from_two_replicas_at_once_makes_one_reservation() {
    let lot = Lot::open().await;
    let ask = || {
        let headers = [
            bearer(&lot.token),
            ("idempotency-key", "the-same".to_owned()),
        ];
        let (served, wish) = (lot.served.clone(), lot.wish(0, 60, 120));
        tokio::spawn(async move {
            let path = RESERVATIONS;
            served.call(Method::POST, path, &headers, Some(wish)).await
        })
    };
    let both = [ask(), ask()];
    let mut ids = Vec::new();
    for one in both {
        let answer = one.await.expect("no panic");
        assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text);
        ids.push(answer.json()["id"].clone());
    }
    assert_eq!(ids[0], ids[1]);
    let headers = [
        bearer(&lot.token),
        ("idempotency-key", "the-same".to_owned()),
    ];
    let wish = Some(lot.wish(0, 300, 360));
    let other = lot
        .served
        .call(Method::POST, RESERVATIONS, &headers, wish)
        .await;
    refused(&other, 409, "idempotency_key_reused");
    assert_eq!(lot.events().await.len(), 1);
}

#[tokio::test]
async fn lists_are_narrowed_by_what_overlaps_a_time_and_by_where() {
    let lot = Lot::open().await;
    let first = lot.reserves(0, 60, 120).await;
    lot.reserves(1, 90, 150).await;
    lot.cancels(&lot.reserves(0, 200, 260).await).await;
    let count = async |query: String| {
        let path = format!("{RESERVATIONS}?{query}");
        let answer = lot.does(Method::GET, &path, None).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
        answer.json()["total"].as_i64().expect("a total")
    };
    let site = first["site_id"].as_str().expect("a site");
    assert_eq!(count(format!("site_id={site}")).await, 3);
    assert_eq!(count(format!("space_id={}", lot.bays[0])).await, 2);
    assert_eq!(count("status=cancelled".into()).await, 1);
    let instant = |minute| at(minute).format("%Y-%m-%dT%H:%M:%SZ");
    let within = |from, to| format!("from={}&to={}", instant(from), instant(to));
    assert_eq!(count(within(120, 200)).await, 1);
    assert_eq!(count(within(100, 201)).await, 3);
    assert_eq!(count(within(0, 60)).await, 0);
    assert_eq!(count("q=A-2".into()).await, 1);
}

#[tokio::test]
async fn a_bay_that_somebody_has_reserved_is_deleted_only_by_force() {
    let lot = Lot::open().await;
    let first = lot.reserves(1, 60, 120).await;
    let path = format!("/api/v6/spaces/{}", lot.bays[1]);
    let kept = lot.does(Method::DELETE, &path, None).await;
    refused(&kept, 409, "in_use");
    let path = format!("{path}?force=true");
    let gone = lot.does(Method::DELETE, &path, None).await;
    assert_eq!(gone.status, StatusCode::NO_CONTENT, "{}", gone.text);
    assert_eq!(lot.sees(&first).await["status"], "cancelled");
    let kinds = lot.events().await;
    assert_eq!(kinds, ["reservation.created", "reservation.cancelled"]);
}

#[tokio::test]
async fn terms_are_the_sites_else_the_tenants_else_the_standard() {
    let lot = Lot::open().await;
    let site = lot.reserves(0, 60, 120).await["site_id"].clone();
    let site: Uuid = serde_json::from_value(site).expect("an id");
    let path = format!("{RESERVATIONS}/terms");
    let of_site = format!("{path}?site_id={site}");
    let source = async |path: &str| {
        let terms = lot.does(Method::GET, path, None).await.json();
        (terms["source"].clone(), terms["grace_minutes"].clone())
    };
    assert_eq!(source(&of_site).await, (json!("standard"), json!(15)));
    lot.sets_terms(json!({ "grace_minutes": 20 })).await;
    assert_eq!(source(&of_site).await, (json!("tenant"), json!(20)));
    let own = json!({ "early_minutes": 0 });
    lot.does(Method::PUT, &of_site, Some(own)).await;
    assert_eq!(source(&of_site).await, (json!("site"), json!(20)));
    let bad = lot
        .does(Method::PUT, &path, Some(json!({ "grace_minutes": 0 })))
        .await;
    wrong(&bad, "grace_minutes");
    for minutes in [-1, 10_081] {
        let bad = json!({ "reminder_minutes": minutes });
        let bad = lot.does(Method::PUT, &path, Some(bad)).await;
        wrong(&bad, "reminder_minutes");
    }
    for language in [json!("de"), json!("EN"), json!("")] {
        let bad = json!({ "letters": language });
        let bad = lot.does(Method::PUT, &path, Some(bad)).await;
        assert_eq!(bad.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", bad.text);
    }
    let told = lot.does(Method::GET, &path, None).await.json();
    assert_eq!(
        (&told["letters"], &told["reminder_minutes"]),
        (&json!("en"), &json!(60))
    );
    let gone = lot.does(Method::DELETE, &of_site, None).await;
    assert_eq!(gone.status, StatusCode::NO_CONTENT, "{}", gone.text);
    assert_eq!(source(&of_site).await, (json!("tenant"), json!(20)));
    let nowhere = format!("{path}?site_id={}", Uuid::max());
    let nowhere = lot.does(Method::PUT, &nowhere, Some(json!({}))).await;
    refused(&nowhere, 404, "not_found");
}
