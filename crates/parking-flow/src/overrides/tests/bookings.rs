//! Closures and reservations: who was there first, who gives way, and that both at once cannot be.

#![expect(clippy::disallowed_methods, reason = "clients really work at once")]

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use parking_domain::access::Scope;
use parking_domain::ids::fresh;
use parking_http::{Actor, Identity};

use super::*;

const CLOSURES: &str = "/api/v6/closures";
const RESERVATIONS: &str = "/api/v6/reservations";

impl Yard<'_> {
    fn at(&self, minutes: i64) -> DateTime<Utc> {
        self.admin.lot.now() + TimeDelta::minutes(minutes)
    }

    fn wish(&self, bay: usize, (start, end): (i64, i64)) -> Value {
        json!({ "space_id": self.bays[bay], "start_time": self.at(start), "end_time": self.at(end) })
    }

    async fn reserves(&self, bay: usize, slot: (i64, i64)) -> Value {
        self.admin.makes(RESERVATIONS, self.wish(bay, slot)).await
    }

    async fn sees(&self, reservation: &Value) -> Value {
        let path = format!("{RESERVATIONS}/{}", id_of(reservation));
        self.admin.get(&path).await.json()
    }

    /// A closure of some bays from one minute until another.
    fn closing(&self, bays: &[usize], (start, end): (i64, i64), bookings: &str) -> Value {
        let spaces: Vec<Uuid> = bays.iter().map(|bay| self.bays[*bay]).collect();
        json!({
            "name": "Market", "site_id": self.site, "space_ids": spaces, "reason": "Saturday's market",
            "starts_at": self.at(start), "ends_at": self.at(end), "bookings": bookings,
        })
    }

    async fn closes(&self, bays: &[usize], window: (i64, i64), bookings: &str) -> Answered {
        let closing = self.closing(bays, window, bookings);
        self.admin.post(CLOSURES, closing).await
    }

    async fn kinds(&self, reservation: &Value) -> Vec<(Value, Value)> {
        let path = format!("{RESERVATIONS}/{}/history", id_of(reservation));
        let history = self.admin.get(&path).await.json();
        let changes = history["changes"].as_array().expect("changes");
        let kinds = changes.iter();
        kinds
            .map(|one| (one["kind"].clone(), one["reason"].clone()))
            .collect()
    }

    async fn closures(&self) -> Value {
        self.admin.get(CLOSURES).await.json()["total"].clone()
    }
}

#[tokio::test]
async fn what_is_closed_for_a_while_cannot_be_reserved_for_then_and_is_not_offered() {
    let lot = Lot::open().await;
    let yard = Yard::open(&lot, "North").await;
    let closed = yard.closes(&[0, 1], (60, 120), "refuse").await;
    assert_eq!(closed.status, StatusCode::CREATED, "{}", closed.text);
    for slot in [(30, 61), (70, 90), (119, 180), (30, 180)] {
        let refusal = yard.admin.post(RESERVATIONS, yard.wish(0, slot)).await;
        refused(&refusal, 409, "space_out_of_use");
    }
    yard.reserves(0, (30, 60)).await;
    let after = yard.reserves(1, (120, 180)).await;
    // Nobody moves into it either.
    let path = format!("{RESERVATIONS}/{}", id_of(&after));
    let back = json!({ "start_time": yard.at(100) });
    refused(
        &yard.admin.patch(&path, back).await,
        409,
        "space_out_of_use",
    );
    let question = json!({ "site_id": yard.site, "from": yard.at(0), "to": yard.at(240) });
    let path = format!("{RESERVATIONS}/check-availability");
    let offered = yard.admin.post(&path, question).await.json();
    let free = |bay: usize| offered["spaces"][bay]["free"].clone();
    let span = |start, end| json!({ "start_time": yard.at(start), "end_time": yard.at(end) });
    assert_eq!(free(0), json!([span(0, 30), span(120, 240)]));
    assert_eq!(free(1), json!([span(0, 60), span(180, 240)]));
    assert_eq!(free(2), json!([span(0, 240)]));
    let any = json!({
        "site_id": yard.site, "zone_id": yard.zone, "start_time": yard.at(70), "end_time": yard.at(100),
    });
    let any = yard.admin.makes(&format!("{RESERVATIONS}/any"), any).await;
    assert_eq!(any["space_code"], "A-3");
}

#[tokio::test]
async fn a_closure_is_refused_with_the_reservations_in_its_way() {
    let lot = Lot::open().await;
    let yard = Yard::open(&lot, "North").await;
    let first = yard.reserves(0, (30, 90)).await;
    let second = yard.reserves(1, (100, 160)).await;
    yard.reserves(0, (120, 180)).await;
    yard.reserves(2, (60, 120)).await;
    let mut unsaid = yard.closing(&[0, 1], (60, 120), "refuse");
    unsaid.as_object_mut().expect("fields").remove("bookings");
    let refusal = yard.admin.post(CLOSURES, unsaid).await;
    refused(&refusal, 409, "reservations_in_the_way");
    let problem = refusal.json();
    assert_eq!(problem["detail"], "2 reservations are in the way");
    let named = |one: &Value| {
        json!({
            "id": one["id"], "space_id": one["space_id"], "space_code": one["space_code"],
            "start_time": one["start_time"], "end_time": one["end_time"], "why": "refused",
        })
    };
    assert_eq!(
        problem["bookings"],
        json!([named(&first), named(&second)]),
        "those of the closed bays in the window, and nothing about whose they are"
    );
    assert_eq!(yard.closures().await, 0);
    assert_eq!(yard.states().await, ["unknown"; 4]);
    let kept = yard.closes(&[0, 1], (60, 120), "keep").await;
    assert_eq!(kept.status, StatusCode::CREATED, "{}", kept.text);
    assert_eq!(yard.sees(&first).await["status"], "confirmed");
    assert_eq!(yard.sees(&first).await["space_code"], "A-1");
}

#[tokio::test]
async fn reservations_in_the_way_move_to_bays_of_their_kind_rather_on_their_level() {
    let lot = Lot::open().await;
    let yard = Yard::open(&lot, "North").await;
    let level = json!({ "site_id": yard.site, "name": "Roof" });
    let level = id_of(&yard.admin.makes("/api/v6/levels", level).await);
    for bay in [0, 3] {
        let path = format!("/api/v6/spaces/{}", yard.bays[bay]);
        let raised = yard.admin.patch(&path, json!({ "level_id": level })).await;
        assert_eq!(raised.status, StatusCode::OK, "{}", raised.text);
    }
    let electric =
        json!({ "site_id": yard.site, "code": "A-0", "kind": "ev_charging", "level_id": level });
    yard.admin.makes("/api/v6/spaces", electric).await;
    let roof = yard.reserves(0, (30, 90)).await;
    let ground = yard.reserves(1, (60, 120)).await;
    let closed = yard.closes(&[0, 1], (60, 120), "move").await;
    assert_eq!(closed.status, StatusCode::CREATED, "{}", closed.text);
    let closure = closed.json();
    assert_eq!(closure["cancelled"], json!([]));
    let moves: Vec<(Value, Value)> = closure["moved"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|one| (one["from_space_code"].clone(), one["space_code"].clone()))
        .collect();
    // B-1 lies on the roof; A-0 does too, and is for vehicles that charge.
    let wanted = [("A-1", "B-1"), ("A-2", "A-3")].map(|(from, to)| (json!(from), json!(to)));
    assert_eq!(moves, wanted);
    for (one, code) in [(&roof, "B-1"), (&ground, "A-3")] {
        let now = yard.sees(one).await;
        assert_eq!(
            (&now["space_code"], &now["status"], &now["start_time"]),
            (&json!(code), &json!("confirmed"), &one["start_time"])
        );
        let because = (json!("updated"), json!("Saturday's market"));
        assert_eq!(
            yard.kinds(one).await,
            [because, (json!("created"), Value::Null)]
        );
    }
    let mut all = lot.test.superuser().await;
    let told: Vec<String> = sqlx::query_scalar(
        "select kind from events where tenant_id = $1 and (kind like 'reservation.u%' or kind like 'closure.%') order by id",
    )
    .bind(yard.admin.tenant.0)
    .fetch_all(&mut all)
    .await
    .expect("events");
    let updated = "reservation.updated";
    assert_eq!(told, [updated, updated, "closure.created"]);
    let written: Value = sqlx::query_scalar(
        "select new from audit_log where tenant_id = $1 and action = 'closure.created'",
    )
    .bind(yard.admin.tenant.0)
    .fetch_one(&mut all)
    .await
    .expect("an entry");
    assert_eq!(written["moved"], 2);
}

#[tokio::test]
async fn one_that_cannot_be_moved_keeps_all_where_they_are() {
    let lot = Lot::open().await;
    let yard = Yard::open(&lot, "North").await;
    let first = yard.reserves(0, (60, 120)).await;
    let second = yard.reserves(1, (60, 120)).await;
    yard.reserves(3, (100, 140)).await;
    let refusal = yard.closes(&[0, 1], (60, 120), "move").await;
    refused(&refusal, 409, "reservations_in_the_way");
    let problem = refusal.json();
    assert_eq!(
        problem["detail"],
        "1 of 2 reservations in the way cannot be moved"
    );
    assert_eq!(problem["bookings"][0]["id"], second["id"]);
    assert_eq!(problem["bookings"][0]["why"], "no_space_free");
    assert_eq!(yard.sees(&first).await["space_code"], "A-1");
    assert_eq!(yard.kinds(&first).await.len(), 1);
    // A vehicle that stands there is not moved by anybody.
    let now = yard.reserves(2, (5, 30)).await;
    let path = format!("{RESERVATIONS}/{}/check-in", id_of(&now));
    let came = yard.admin.post(&path, json!({})).await;
    assert_eq!(came.status, StatusCode::OK, "{}", came.text);
    let refusal = yard.closes(&[2], (10, 20), "move").await;
    refused(&refusal, 409, "reservations_in_the_way");
    assert_eq!(refusal.json()["bookings"][0]["why"], "checked_in");
    assert_eq!(yard.closures().await, 0);
}

#[tokio::test]
async fn reservations_in_the_way_are_called_off_for_the_reason_of_the_closure() {
    let lot = Lot::open().await;
    let yard = Yard::open(&lot, "North").await;
    let notice = json!({ "cancel_notice_minutes": 600 });
    let path = format!("{RESERVATIONS}/terms");
    let set = yard.admin.asks(Method::PUT, &path, Some(notice)).await;
    assert_eq!(set.status, StatusCode::OK, "{}", set.text);
    let first = yard.reserves(0, (60, 120)).await;
    let later = yard.reserves(0, (120, 180)).await;
    let operator = Person::of(&lot, yard.admin.tenant, Role::Operator);
    let closing = yard.closing(&[0, 1], (60, 120), "cancel");
    let closed = operator.makes(CLOSURES, closing).await;
    assert_eq!(closed["cancelled"][0]["id"], first["id"]);
    assert_eq!(closed["cancelled"].as_array().map(Vec::len), Some(1));
    let gone = yard.sees(&first).await;
    assert_eq!(
        (&gone["status"], &gone["cancel_reason"]),
        (&json!("cancelled"), &json!("Saturday's market"))
    );
    assert_eq!(yard.kinds(&first).await[0].0, "cancelled");
    assert_eq!(yard.sees(&later).await["status"], "confirmed");
}

#[tokio::test]
async fn a_closure_that_is_prolonged_asks_about_what_comes_into_its_way_and_not_again() {
    let lot = Lot::open().await;
    let yard = Yard::open(&lot, "North").await;
    let kept = yard.reserves(0, (60, 90)).await;
    let later = yard.reserves(0, (120, 180)).await;
    let closure = yard.closes(&[0], (60, 120), "keep").await.json();
    let path = format!("{CLOSURES}/{}", id_of(&closure));
    let renamed = yard.admin.patch(&path, json!({ "name": "Fair" })).await;
    assert_eq!(renamed.status, StatusCode::OK, "{}", renamed.text);
    let longer = json!({ "ends_at": yard.at(150) });
    let refusal = yard.admin.patch(&path, longer.clone()).await;
    refused(&refusal, 409, "reservations_in_the_way");
    assert_eq!(refusal.json()["bookings"][0]["id"], later["id"]);
    assert_eq!(refusal.json()["bookings"][1], Value::Null);
    let mut moving = longer;
    moving["bookings"] = json!("move");
    let moved = yard.admin.patch(&path, moving).await;
    assert_eq!(moved.status, StatusCode::OK, "{}", moved.text);
    assert_eq!(moved.json()["moved"][0]["id"], later["id"]);
    assert_eq!(yard.sees(&kept).await["space_code"], "A-1");
    assert_eq!(yard.sees(&later).await["space_code"], "A-2");
    // What was freed can be had again once the closure is over.
    let ended = yard.admin.post(&format!("{path}/end"), json!({})).await;
    assert_eq!(ended.status, StatusCode::OK, "{}", ended.text);
    yard.reserves(0, (120, 180)).await;
}

#[tokio::test]
async fn a_key_for_bays_alone_touches_no_reservation_and_sees_none() {
    let lot = Lot::open().await;
    let yard = Yard::open(&lot, "North").await;
    yard.reserves(0, (60, 120)).await;
    let token = fresh().to_string();
    let identity = Identity {
        tenant: yard.admin.tenant,
        actor: Actor::ApiKey {
            id: fresh(),
            public_id: "gate".into(),
            name: "Gate".into(),
        },
        role: Role::Operator,
        scopes: Some(BTreeSet::from([Scope::SpacesWrite])),
        acting: None,
        requests_per_minute: None,
        tenant_requests_per_minute: 1_000,
    };
    lot.people.seat(&token, identity);
    let key = Person {
        lot: &lot,
        tenant: yard.admin.tenant,
        token,
    };
    let refusal = key
        .post(CLOSURES, yard.closing(&[0], (60, 120), "refuse"))
        .await;
    refused(&refusal, 409, "reservations_in_the_way");
    assert_eq!(refusal.json()["bookings"], Value::Null);
    for bookings in ["move", "cancel"] {
        let closing = yard.closing(&[0], (60, 120), bookings);
        refused(&key.post(CLOSURES, closing).await, 403, "forbidden");
    }
    key.makes(CLOSURES, yard.closing(&[0], (60, 120), "keep"))
        .await;
}

/// How often who books and who closes meet.
const ROUNDS: i64 = 40;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_who_books_a_bay_and_who_closes_it_exactly_one_succeeds() {
    let lot = Lot::open().await;
    let yard = Yard::open(&lot, "North").await;
    let mut winners = BTreeSet::new();
    for round in 0..ROUNDS {
        let start = 60 + round * 30;
        let closing = yard.closing(&[0, 1, 2], (start, start + 20), "refuse");
        let booking = yard.wish(1, (start + 5, start + 15));
        let asks = |path: &'static str, body: Value| {
            let (served, token) = (lot.served.clone(), yard.admin.token.clone());
            tokio::spawn(async move { served.post(&token, path, body).await })
        };
        // Who asks first is not always who is first.
        let (closed, booked) = if round % 2 == 0 {
            let closed = asks(CLOSURES, closing);
            (closed, asks(RESERVATIONS, booking))
        } else {
            let booked = asks(RESERVATIONS, booking);
            (asks(CLOSURES, closing), booked)
        };
        let (closed, booked) = (closed.await.expect("no panic"), booked.await);
        let booked = booked.expect("no panic");
        let outcome = (
            (closed.status.as_u16(), closed.code()),
            (booked.status.as_u16(), booked.code()),
        );
        let closure_won = ((201, String::new()), (409, "space_out_of_use".to_owned()));
        let booking_won = (
            (409, "reservations_in_the_way".to_owned()),
            (201, String::new()),
        );
        assert!(
            outcome == closure_won || outcome == booking_won,
            "round {round}: {outcome:?}"
        );
        winners.insert(outcome.0.0);
    }
    assert_eq!(lot_is_torn(&lot).await, 0);
    assert_eq!(winners.len(), 2, "both sides won some rounds");
}

/// Reservations that block a bay while it is out of use.
async fn lot_is_torn(lot: &Lot) -> i64 {
    let mut all = lot.test.superuser().await;
    sqlx::query_scalar(
        "select count(*) from reservations r join overrides o
           on o.tenant_id = r.tenant_id and o.space_id = r.space_id and o.lifted_at is null
         where r.status in ('pending', 'confirmed') and o.starts_at < r.end_time
           and (o.ends_at is null or o.ends_at > r.start_time)",
    )
    .fetch_one(&mut all)
    .await
    .expect("a count")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_many_book_and_many_close_nobody_has_a_bay_that_is_closed() {
    let lot = Lot::open().await;
    let yard = Yard::open(&lot, "North").await;
    let mut bays = yard.bays.clone();
    for n in 0..8 {
        let bay = json!({ "site_id": yard.site, "code": format!("C-{n}"), "zone_id": yard.zone });
        bays.push(id_of(&yard.admin.makes("/api/v6/spaces", bay).await));
    }
    let (now, site) = (lot.now(), yard.site);
    let clients: Vec<_> = (0..8_usize)
        .map(|client| {
            let (served, token) = (lot.served.clone(), yard.admin.token.clone());
            let bays = bays.clone();
            tokio::spawn(async move {
                let mut answers: BTreeMap<(u16, String), usize> = BTreeMap::new();
                for n in 0..12_usize {
                    let slot = i64::try_from((client * 5 + n * 3) % 7).expect("small") * 30;
                    let start = now + TimeDelta::minutes(60 + slot);
                    let end = start + TimeDelta::minutes(40);
                    let bay = bays[(client * 7 + n * 5) % bays.len()];
                    let (path, body) = match (client + n) % 4 {
                        0 => {
                            let closed = [bay, bays[(client + n) % bays.len()]];
                            let bookings = ["move", "cancel", "refuse"][n % 3];
                            let closing = json!({
                                "name": "Works", "site_id": site, "space_ids": closed, "reason": "works",
                                "starts_at": start, "ends_at": end, "bookings": bookings,
                            });
                            (CLOSURES.to_owned(), closing)
                        }
                        1 => (
                            format!("{RESERVATIONS}/any"),
                            json!({ "site_id": site, "start_time": start, "end_time": end }),
                        ),
                        _ => (
                            RESERVATIONS.to_owned(),
                            json!({ "space_id": bay, "start_time": start, "end_time": end }),
                        ),
                    };
                    let answer = served.post(&token, &path, body).await;
                    let how = (answer.status.as_u16(), answer.code());
                    *answers.entry(how).or_default() += 1;
                }
                answers
            })
        })
        .collect();
    let mut answers: BTreeMap<(u16, String), usize> = BTreeMap::new();
    for client in clients {
        for (how, count) in client.await.expect("no panic") {
            *answers.entry(how).or_default() += count;
        }
    }
    let known = [201, 409];
    assert!(
        answers.keys().all(|(status, _)| known.contains(status)),
        "{answers:?}"
    );
    assert!(
        answers.contains_key(&(409, "space_out_of_use".to_owned())),
        "{answers:?}"
    );
    assert_eq!(lot_is_torn(&lot).await, 0, "{answers:?}");
}
