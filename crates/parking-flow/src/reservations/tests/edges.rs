//! What lies between two looks of the clock, between two servers, and between old terms and new ones.

use std::time::Duration;

use super::series::ok;
use super::*;

/// What is held of `wish` until a minute.
fn held(mut wish: Value, until: i64) -> Value {
    wish["hold_until"] = json!(at(until));
    wish
}

impl Lot {
    async fn books_as(&self, wish: Value) -> Answered {
        self.does(Method::POST, RESERVATIONS, Some(wish)).await
    }

    async fn makes(&self, wish: Value) -> Value {
        let answer = self.books_as(wish).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text);
        answer.json()
    }

    /// The clock goes on, and nobody has looked at anything yet.
    fn passes(&self, minute: i64) {
        self.test.clock().advance(at(minute) - self.now());
    }

    async fn stands(&self, reservation: &Value) -> Value {
        self.sees(reservation).await["status"].clone()
    }

    /// It is looked at until nobody is at its bay any more: whoever was refused may still hold it for a moment.
    async fn ends_as(&self, reservation: &Value, status: &str) {
        for _ in 0..100 {
            self.keeps().await;
            if self.stands(reservation).await == status {
                return;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("it stands {}, not {status}", self.stands(reservation).await);
    }
}

#[tokio::test]
async fn whoever_touches_what_is_over_before_anybody_looked_keeps_it_from_ending_in_no_way() {
    let lot = Lot::open().await;
    let hold = lot.makes(held(lot.wish(0, 60, 120), 10)).await;
    let first = lot.reserves(1, 60, 120).await;
    let came = lot.reserves(0, 130, 180).await;
    lot.passes(11);
    let note = || json!({ "notes": "by the door" });
    refused(&lot.moves(&hold, note()).await, 409, "reservation_over");
    refused(&lot.cancels(&hold).await, 409, "reservation_over");
    refused(&lot.takes(&hold, "confirm").await, 409, "reservation_over");
    lot.ends_as(&hold, "expired").await;
    lot.reserves(0, 60, 120).await;

    lot.passes(121);
    refused(&lot.moves(&first, note()).await, 409, "reservation_over");
    refused(&lot.cancels(&first).await, 409, "reservation_over");
    let later = json!({ "start_time": at(300), "end_time": at(360) });
    refused(&lot.moves(&first, later).await, 409, "reservation_over");
    lot.ends_as(&first, "expired").await;
    assert_eq!(lot.takes(&came, "check-in").await.status, StatusCode::OK);
    lot.passes(181);
    refused(&lot.cancels(&came).await, 409, "reservation_over");
    lot.ends_as(&came, "completed").await;
}

#[tokio::test]
async fn a_hold_that_ran_out_and_is_moved_by_a_closure_ends_all_the_same() {
    let lot = Lot::open().await;
    let hold = lot.makes(held(lot.wish(0, 60, 120), 10)).await;
    lot.passes(11);
    let market = json!({
        "name": "Market", "site_id": hold["site_id"], "space_ids": [lot.bays[0]], "reason": "market",
        "starts_at": at(50), "ends_at": at(90), "bookings": "move",
    });
    let closed = lot.post("/api/v6/closures", market).await;
    assert_eq!(closed.status, StatusCode::CREATED, "{}", closed.text);
    assert_eq!(lot.sees(&hold).await["space_code"], "A-2");
    lot.keeps().await;
    assert_eq!(lot.stands(&hold).await, "expired");
    lot.reserves(1, 60, 120).await;
}

#[tokio::test]
async fn who_is_at_one_bay_for_long_keeps_nobody_waiting_at_another() {
    let lot = Lot::open().await;
    let [first, second] = [0, 1].map(|bay| lot.makes(held(lot.wish(bay, 60, 120), 10)));
    let (first, second) = (first.await, second.await);
    let third = lot.reserves(1, 15, 50).await;
    let mut other = lot.test.superuser().await;
    let hold = "begin; select from spaces where code = 'A-1' for no key update";
    sqlx::raw_sql(hold)
        .execute(&mut other)
        .await
        .expect("a lock");
    lot.passes(11);
    let look = tokio::time::timeout(Duration::from_secs(2), lot.keeps());
    look.await.expect("nobody is waited for");
    assert_eq!(lot.stands(&first).await, "pending");
    assert_eq!(lot.stands(&second).await, "expired");
    // Nor where somebody is awaited.
    lot.passes(16);
    let told = json!([{ "space_id": lot.bays[1], "state": "occupied" }]);
    assert_eq!(lot.observe(told).await.status, StatusCode::OK);
    lot.act().await;
    lot.keeps().await;
    assert_eq!(lot.sees(&third).await["checked_in_by"], "sensor");
    sqlx::raw_sql("rollback")
        .execute(&mut other)
        .await
        .expect("a way back");
    lot.keeps().await;
    assert_eq!(lot.stands(&first).await, "expired");
}

#[tokio::test]
async fn what_is_sent_again_under_its_name_is_the_same_and_what_differs_is_refused() {
    let lot = Lot::open().await;
    let named = |mut wish: Value, name: &str| {
        wish["request_id"] = json!(name);
        wish
    };
    let wish = || named(lot.wish(0, 60, 120), "order 7");
    let first = lot.makes(wish()).await;
    // By whoever of the tenant, in whichever words, and whatever became of it.
    let operator = seat(&lot.people, lot.tenant, Role::Operator);
    let mut again = wish();
    again["start_time"] = json!(at(60).to_rfc3339());
    again["status"] = json!("confirmed");
    let again = lot
        .asks_as(&operator, Method::POST, RESERVATIONS, Some(again))
        .await;
    assert_eq!(
        (again.status, &again.json()["id"]),
        (StatusCode::CREATED, &first["id"])
    );
    assert_eq!(lot.cancels(&first).await.status, StatusCode::OK);
    let once_more = lot.makes(wish()).await;
    assert_eq!(
        (&once_more["id"], &once_more["status"]),
        (&first["id"], &json!("cancelled"))
    );
    for other in [
        named(lot.wish(0, 60, 121), "order 7"),
        named(lot.wish(1, 60, 120), "order 7"),
        held(named(lot.wish(0, 60, 120), "order 7"), 10),
    ] {
        refused(&lot.books_as(other).await, 409, "request_id_reused");
    }
    let any = json!({ "site_id": first["site_id"], "start_time": at(60), "end_time": at(120), "request_id": "order 7" });
    let path = format!("{RESERVATIONS}/any");
    refused(
        &lot.does(Method::POST, &path, Some(any.clone())).await,
        409,
        "request_id_reused",
    );
    let any = named(any, "order 8");
    let [one, other] = [0, 1].map(|_| lot.does(Method::POST, &path, Some(any.clone())));
    let (one, other) = (one.await, other.await);
    assert_eq!(
        (one.status, &one.json()["id"]),
        (StatusCode::CREATED, &other.json()["id"])
    );
    wrong(
        &lot.books_as(named(lot.wish(0, 300, 360), &"x".repeat(101)))
            .await,
        "request_id",
    );
    // Another tenant has names of its own, and learns nothing of these.
    let pier = tenant(&lot.flow.db, &lot.flow.clock, "Pier").await;
    let pier = seat(&lot.people, pier, Role::Owner);
    let strange = lot
        .asks_as(&pier, Method::POST, RESERVATIONS, Some(wish()))
        .await;
    refused(&strange, 404, "not_found");
    let created = lot.events().await;
    let created = created.iter().filter(|kind| *kind == "reservation.created");
    assert_eq!(created.count(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_name_sent_from_many_places_at_once_is_one_reservation() {
    let lot = Lot::open().await;
    let site = lot.makes(lot.wish(1, 900, 910)).await["site_id"].clone();
    lot.sets_terms(json!({ "per_person_max": 1 })).await;
    for round in 0..10 {
        let (start, end) = (at(60 + round * 30), at(80 + round * 30));
        let name = format!("order {round}");
        let holder = json!({ "email": format!("guest{round}@example.org") });
        // Half of them name the bay and half take any: what differs is refused, whoever was first.
        let any = json!({ "site_id": site, "start_time": start, "end_time": end, "request_id": name, "holder": holder });
        let mut certain = any.clone();
        certain["space_id"] = json!(lot.bays[0]);
        certain
            .as_object_mut()
            .expect("an object")
            .remove("site_id");
        let askers: Vec<_> = (0..16)
            .map(|n| {
                let (served, token) = (lot.served.clone(), lot.token.clone());
                let (path, wish) = if n % 2 == 0 {
                    (format!("{RESERVATIONS}/any"), any.clone())
                } else {
                    (RESERVATIONS.to_owned(), certain.clone())
                };
                tokio::spawn(async move { served.post(&token, &path, wish).await })
            })
            .collect();
        let (mut made, mut refusals) = (Vec::new(), 0);
        for asker in askers {
            let answer = asker.await.expect("no panic");
            if answer.status == StatusCode::CREATED {
                made.push(answer.json()["id"].clone());
            } else {
                refused(&answer, 409, "request_id_reused");
                refusals += 1;
            }
        }
        made.dedup();
        assert_eq!((made.len(), refusals), (1, 8), "round {round}");
    }
}

#[tokio::test]
async fn whoever_gives_time_back_is_not_held_to_terms_that_came_later() {
    let lot = Lot::open().await;
    lot.reserves(0, 0, 60).await;
    let first = lot.reserves(0, 60, 180).await;
    lot.reserves(0, 180, 240).await;
    let strict = json!({ "buffer_before_minutes": 30, "buffer_after_minutes": 30, "duration_max_minutes": 30 });
    lot.sets_terms(strict).await;
    let shorter = ok(&lot.moves(&first, json!({ "end_time": at(170) })).await);
    assert_eq!(
        (&shorter["blocks_from"], &shorter["blocks_until"]),
        (&json!(at(60)), &json!(at(180)))
    );
    let shorter = ok(&lot
        .moves(&first, json!({ "start_time": at(70), "end_time": at(90) }))
        .await);
    assert_eq!(
        (&shorter["blocks_from"], &shorter["blocks_until"]),
        (&json!(at(60)), &json!(at(120)))
    );
    // What takes time is, and what is no time at all stays none.
    wrong(
        &lot.moves(&first, json!({ "end_time": at(105) })).await,
        "end_time",
    );
    refused(
        &lot.moves(&first, json!({ "end_time": at(95) })).await,
        409,
        "slot_taken",
    );
    wrong(
        &lot.moves(&first, json!({ "end_time": at(72) })).await,
        "end_time",
    );
    wrong(
        &lot.moves(&first, json!({ "start_time": at(85), "end_time": at(75) }))
            .await,
        "end_time",
    );
    assert_eq!(lot.overlaps().await, 0);
}

#[tokio::test]
async fn what_is_free_is_what_could_be_reserved_also_at_the_edges_of_the_terms() {
    let lot = Lot::open().await;
    lot.sets_terms(json!({ "duration_max_minutes": 60, "lead_max_days": 2 }))
        .await;
    let path = format!("{RESERVATIONS}/check-availability");
    let asks = async |from: i64, to: i64, minutes: i64| {
        let question = json!({ "space_id": lot.bays[0], "from": at(from), "to": at(to), "duration_minutes": minutes });
        ok(&lot.does(Method::POST, &path, Some(question)).await)["spaces"][0].clone()
    };
    lot.passes(3);
    // Whose clock is a little late asks about what has just been, and can have it.
    assert_eq!(asks(0, 30, 30).await["is_free"], true);
    assert_eq!(asks(-3, 30, 5).await["is_free"], false);
    let none = asks(0, 120, 61).await;
    assert_eq!(
        (&none["is_free"], &none["free"]),
        (&json!(false), &json!([]))
    );
    refused(&lot.tries(0, 0, 61).await, 422, "validation_failed");
    let beyond = 2 * 1_440 + 4;
    assert_eq!(asks(beyond, beyond + 30, 5).await["free"], json!([]));
    refused(
        &lot.tries(0, beyond, beyond + 30).await,
        422,
        "validation_failed",
    );
    assert_eq!(asks(beyond - 1, beyond + 29, 5).await["is_free"], true);
    lot.reserves(0, beyond - 1, beyond + 29).await;
    lot.reserves(0, 0, 30).await;
}

#[tokio::test]
async fn a_change_that_changes_nothing_is_none() {
    let lot = Lot::open().await;
    let first = lot.reserves(0, 60, 120).await;
    for same in [
        json!({}),
        json!({ "end_time": at(120), "space_id": lot.bays[0], "notes": null }),
    ] {
        let answer = lot.moves(&first, same).await;
        assert_eq!(ok(&answer), first);
    }
    assert_eq!(lot.events().await, ["reservation.created"]);
    let wish = json!({ "end_time": at(120) });
    let path = path_of(&first);
    let stale = [bearer(&lot.token), ("if-match", "\"7\"".to_owned())];
    let stale = lot
        .served
        .call(Method::PATCH, &path, &stale, Some(wish))
        .await;
    refused(&stale, 412, "precondition_failed");
}

#[tokio::test]
async fn a_name_is_corrected_also_where_one_has_more_than_one_may_by_now() {
    let lot = Lot::open().await;
    let of = |bay: usize| {
        let mut wish = lot.wish(bay, 60, 120);
        wish["holder"] = json!({ "email": "ada@example.org", "name": "Ada Lovlace" });
        wish
    };
    let first = lot.makes(of(0)).await;
    lot.makes(of(1)).await;
    lot.sets_terms(json!({ "per_person_max": 1 })).await;
    let holder = json!({ "holder": { "email": "Ada@example.org", "name": "Ada Lovelace" } });
    let corrected = ok(&lot.moves(&first, holder).await);
    assert_eq!(corrected["holder"]["name"], "Ada Lovelace");
    let other = lot.reserves(0, 300, 360).await;
    let hers = json!({ "holder": { "email": "ada@example.org" } });
    refused(&lot.moves(&other, hers).await, 409, "person_limit_reached");
}

#[tokio::test]
async fn two_who_find_their_bays_taken_are_not_sent_to_the_same_one() {
    let mut lot = Lot::open().await;
    let [first, second] = [0, 1].map(|bay| lot.reserves(bay, 60, 120));
    let (first, second) = (first.await, second.await);
    for code in ["Z-8", "Z-9"] {
        let bay = json!({ "site_id": first["site_id"], "code": code });
        let made = lot.post("/api/v6/spaces", bay).await.json();
        lot.bays
            .push(serde_json::from_value(made["id"].clone()).expect("an id"));
    }
    lot.passes(30);
    let states = ["occupied", "occupied", "free", "free"]
        .into_iter()
        .zip(&lot.bays);
    let told: Vec<Value> = states
        .map(|(state, bay)| json!({ "space_id": bay, "state": state }))
        .collect();
    assert_eq!(lot.observe(json!(told)).await.status, StatusCode::OK);
    lot.act().await;
    lot.waits_until(60).await;
    let mut offered = Vec::new();
    for one in [&first, &second] {
        let history = lot
            .does(Method::GET, &(path_of(one) + "/history"), None)
            .await
            .json();
        let newest = &history["changes"][0];
        assert_eq!(newest["kind"], "contested");
        offered.push(
            newest["evidence"]["instead"]["space_code"]
                .as_str()
                .expect("an offer")
                .to_owned(),
        );
    }
    offered.sort_unstable();
    assert_eq!(offered, ["Z-8", "Z-9"]);
}

#[tokio::test]
async fn the_last_day_of_the_calendar_is_refused_with_its_field() {
    let lot = Lot::open().await;
    for (start, end) in [
        ("9999-12-31T22:00:00Z", "9999-12-31T23:00:00Z"),
        ("2027-01-15T13:00:00Z", "9999-12-31T23:59:59Z"),
    ] {
        let mut wish = lot.wish(0, 60, 120);
        (wish["start_time"], wish["end_time"]) = (json!(start), json!(end));
        let answer = lot.books_as(wish).await;
        refused(&answer, 422, "validation_failed");
        let field = answer.json()["errors"][0]["field"]
            .as_str()
            .expect("a field")
            .to_owned();
        assert!(field == "start_time" || field == "end_time", "{field}");
    }
}

#[tokio::test]
async fn an_instant_that_clocks_do_not_show_is_refused_with_its_field() {
    let lot = Lot::open().await;
    let day = at(24 * 60).format("%Y-%m-%d").to_string();
    // A sixty-first second: five minutes by one way of counting, and less by another.
    for (start, end, field) in [
        ("12:00:60", "12:05:59", "start_time"),
        ("12:00:60.5", "12:06:00", "start_time"),
        ("12:00:00", "12:04:60", "end_time"),
        ("23:59:60", "23:59:60", "end_time"),
    ] {
        let mut wish = lot.wish(0, 60, 120);
        wish["start_time"] = json!(format!("{day}T{start}Z"));
        wish["end_time"] = json!(format!("{day}T{end}Z"));
        let answer = lot.books_as(wish).await;
        refused(&answer, 422, "validation_failed");
        assert_eq!(
            answer.json()["errors"][0]["field"],
            field,
            "{}",
            answer.text
        );
    }
    let leap = format!("{day}T12:00:60Z");
    let kept = lot.reserves(0, 60, 120).await;
    let moved = lot.moves(&kept, json!({ "end_time": leap })).await;
    refused(&moved, 422, "validation_failed");
    let row = format!("space_code,start_time,end_time\nA-1,{leap},{day}T12:05:59Z\n");
    let verdicts = lot.imports("", &row).await;
    assert_eq!(verdicts["rows"][0]["verdict"], "refused", "{verdicts}");
}
