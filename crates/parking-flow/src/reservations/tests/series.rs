//! Reservations that recur: what they would be, what they are, and what becomes of them together.

use super::*;

pub(super) const SERIES: &str = "/api/v6/reservations/series";
const WEEKDAYS: &str = "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR;COUNT=5";

impl Lot {
    /// From nine until five in Paris, from a Thursday in January on.
    pub(super) fn series_wish(&self, bay: usize, rule: &str) -> Value {
        json!({
            "space_id": self.bays[bay], "start_time": "2027-01-21T08:00:00Z", "end_time": "2027-01-21T16:00:00Z", "rule": rule,
        })
    }

    pub(super) async fn makes_series(&self, wish: Value) -> Value {
        let answer = self.does(Method::POST, SERIES, Some(wish)).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text);
        answer.json()
    }

    pub(super) async fn series_of(&self, id: &Value) -> Value {
        let path = format!("{SERIES}/{}", id.as_str().expect("an id"));
        let answer = self.does(Method::GET, &path, None).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
        answer.json()
    }

    pub(super) async fn changes_series(&self, series: &Value, change: Value) -> Answered {
        let path = format!("{SERIES}/{}", series["id"].as_str().expect("an id"));
        self.does(Method::PATCH, &path, Some(change)).await
    }

    pub(super) async fn cancels_series(&self, series: &Value, wish: Value) -> Answered {
        let path = format!("{SERIES}/{}/cancel", series["id"].as_str().expect("an id"));
        self.does(Method::PUT, &path, Some(wish)).await
    }

    /// What the log says was done to series, with what it is now.
    pub(super) async fn series_log(&self) -> Vec<(String, Value)> {
        let mut all = self.test.superuser().await;
        sqlx::query_as(
            "select action, coalesce(new, '{}') from audit_log where entity_type = 'reservation_series' order by seq",
        )
        .fetch_all(&mut all)
        .await
        .expect("rows")
    }
}

pub(super) fn ok(answer: &Answered) -> Value {
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    answer.json()
}

/// When the occurrences start, in short: day and hour in UTC, with what is left of those called off.
pub(super) fn starts(series: &Value) -> Vec<String> {
    let all = series["occurrences"].as_array().expect("a list").iter();
    let all = all.filter(|one| one["status"] == "confirmed");
    let short = |one: &Value| one["start_time"].as_str().expect("an instant")[5..16].to_owned();
    all.map(short).collect()
}

pub(super) fn verdicts(judged: &Value) -> Vec<&str> {
    let all = judged.as_array().expect("a list").iter();
    all.map(|one| one["verdict"].as_str().expect("a verdict"))
        .collect()
}

#[tokio::test]
async fn every_weekday_is_reserved_as_it_was_told_before_and_each_names_its_series() {
    let lot = Lot::open().await;
    let wish = lot.series_wish(0, WEEKDAYS);
    let preview = format!("{SERIES}/preview");
    let told = ok(&lot.does(Method::POST, &preview, Some(wish.clone())).await);
    assert_eq!(
        (&told["timezone"], &told["free"]),
        (&json!("Europe/Paris"), &json!(5))
    );
    assert_eq!(lot.events().await, [""; 0], "a preview reserves nothing");
    let series = lot.makes_series(wish).await;
    let days = [
        "01-21T08:00",
        "01-22T08:00",
        "01-25T08:00",
        "01-26T08:00",
        "01-27T08:00",
    ];
    assert_eq!(starts(&series), days);
    assert_eq!(series["occurrences_ahead"], 5);
    assert_eq!(
        lot.events().await,
        [[""; 0].as_slice(), &["reservation.created"; 5]].concat()
    );
    let found = format!(
        "{RESERVATIONS}?series_id={}",
        series["id"].as_str().expect("an id")
    );
    let found = ok(&lot.does(Method::GET, &found, None).await);
    assert_eq!(found["total"], 5);
    let last = &found["reservations"][0];
    assert_eq!(last["series_id"], series["id"]);
    assert_eq!(last["recurrence_time"], last["start_time"]);
    // It holds its bay as any other does.
    let other = json!({ "space_id": lot.bays[0], "start_time": "2027-01-25T09:00:00Z", "end_time": "2027-01-25T10:00:00Z" });
    refused(
        &lot.does(Method::POST, RESERVATIONS, Some(other)).await,
        409,
        "slot_taken",
    );
    let all = ok(&lot.does(Method::GET, SERIES, None).await);
    assert_eq!(all["series"][0]["rule"], WEEKDAYS);
    let log = lot.series_log().await;
    assert_eq!(log[0].0, "reservation_series.created");
    assert_eq!(log[0].1["occurrences"], 5);
}

#[tokio::test]
async fn the_clocks_of_the_site_decide_over_the_switch_to_summer_time() {
    let lot = Lot::open().await;
    let wish = |bay: usize, start: &str, end: &str| {
        json!({
            "space_id": lot.bays[bay], "start_time": start, "end_time": end, "rule": "FREQ=DAILY;COUNT=3",
        })
    };
    let nights = lot
        .makes_series(wish(0, "2027-03-26T21:00:00Z", "2027-03-27T05:00:00Z"))
        .await;
    let ends: Vec<&Value> = nights["occurrences"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|one| &one["end_time"])
        .collect();
    assert_eq!(
        ends,
        [
            "2027-03-27T05:00:00Z",
            "2027-03-28T04:00:00Z",
            "2027-03-29T04:00:00Z"
        ]
    );
    // Days back to back: of 25 hours where the terms allow 24, and none in the way of the next.
    let days = lot
        .makes_series(wish(1, "2027-10-29T22:00:00Z", "2027-10-30T22:00:00Z"))
        .await;
    assert_eq!(starts(&days), ["10-29T22:00", "10-30T22:00", "10-31T23:00"]);
}

#[tokio::test]
async fn what_clashes_is_told_with_its_reason_and_refused_or_left_out() {
    let lot = Lot::open().await;
    let taken = json!({ "space_id": lot.bays[0], "start_time": "2027-01-22T15:00:00Z", "end_time": "2027-01-22T17:00:00Z" });
    let taken = lot
        .does(Method::POST, RESERVATIONS, Some(taken))
        .await
        .json();
    let closed = json!({ "space_id": lot.bays[0], "kind": "blocked", "reason": "paint",
        "starts_at": "2027-01-26T10:00:00Z", "ends_at": "2027-01-26T11:00:00Z" });
    let closed = lot
        .does(Method::POST, "/api/v6/overrides", Some(closed))
        .await;
    assert!(closed.status.is_success(), "{}", closed.text);
    let mut wish = lot.series_wish(0, WEEKDAYS);
    wish["except"] = json!(["2027-01-25"]);
    let preview = format!("{SERIES}/preview");
    let told = ok(&lot.does(Method::POST, &preview, Some(wish.clone())).await);
    let expected = ["free", "slot_taken", "excluded", "space_out_of_use", "free"];
    assert_eq!(verdicts(&told["occurrences"]), expected);
    let times = json!([{ "start_time": taken["start_time"], "end_time": taken["end_time"] }]);
    assert_eq!(told["occurrences"][1]["conflicts"], times);
    let refusal = lot.does(Method::POST, SERIES, Some(wish.clone())).await;
    refused(&refusal, 409, "series_clashes");
    let clashes = refusal.json()["conflicts"].as_array().map(Vec::len);
    assert_eq!(clashes, Some(2), "{}", refusal.text);
    let none = ok(&lot.does(Method::GET, SERIES, None).await);
    assert_eq!(none["total"], 0);
    wish["on_clash"] = json!("skip");
    let series = lot.makes_series(wish.clone()).await;
    assert_eq!(starts(&series), ["01-21T08:00", "01-27T08:00"]);
    let reasons: Vec<&Value> = series["exceptions"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|one| &one["reason"])
        .collect();
    assert_eq!(reasons, ["slot_taken", "excluded", "space_out_of_use"]);
    // Nothing is left to be had, so that there is nothing to skip to.
    refused(
        &lot.does(Method::POST, SERIES, Some(wish)).await,
        409,
        "series_clashes",
    );
}

#[tokio::test]
async fn this_one_is_changed_as_a_reservation_and_is_left_alone_when_all_are_moved() {
    let lot = Lot::open().await;
    let series = lot.makes_series(lot.series_wish(0, WEEKDAYS)).await;
    let one = json!({ "id": series["occurrences"][1]["reservation_id"] });
    let moved = json!({ "start_time": "2027-01-22T18:00:00Z", "end_time": "2027-01-22T19:00:00Z" });
    assert_eq!(ok(&lot.moves(&one, moved).await)["is_detached"], true);
    lot.cancels(&json!({ "id": series["occurrences"][2]["reservation_id"] }))
        .await;
    let changed = ok(&lot
        .changes_series(
            &series,
            json!({ "start_time": "07:30", "duration_minutes": 60, "space_id": lot.bays[1] }),
        )
        .await);
    assert_eq!(changed["changed"], 3);
    let now = &changed["series"];
    assert_eq!(now["id"], series["id"], "nothing of it was over");
    assert_eq!(
        starts(now),
        ["01-21T06:30", "01-22T18:00", "01-26T06:30", "01-27T06:30"]
    );
    assert_eq!(
        now["occurrences"][1]["recurrence_time"],
        "2027-01-22T06:30:00Z"
    );
    assert_eq!(now["occurrences"][1]["space_id"], json!(lot.bays[0]));
    assert_eq!(now["occurrences"][0]["space_id"], json!(lot.bays[1]));
    assert_eq!(
        now["rule"],
        "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR;UNTIL=20270127T063000Z"
    );
    // What was said before is said to a version that is gone.
    let path = format!("{SERIES}/{}", series["id"].as_str().expect("an id"));
    let stale = [bearer(&lot.token), ("if-match", "\"1\"".to_owned())];
    let stale = lot
        .served
        .call(Method::PATCH, &path, &stale, Some(json!({ "notes": "x" })))
        .await;
    refused(&stale, 412, "precondition_failed");
}

#[tokio::test]
async fn this_and_following_become_a_series_of_their_own() {
    let lot = Lot::open().await;
    let series = lot.makes_series(lot.series_wish(0, WEEKDAYS)).await;
    let from = &series["occurrences"][3]["recurrence_time"];
    let change = json!({ "from": from, "start_time": "10:00" });
    let mut dry = change.clone();
    dry["dry_run"] = json!(true);
    assert_eq!(ok(&lot.changes_series(&series, dry).await)["changed"], 2);
    assert_eq!(
        starts(&lot.series_of(&series["id"]).await).len(),
        5,
        "it was a dry run"
    );
    let later = ok(&lot.changes_series(&series, change).await)["series"].clone();
    assert_eq!(later["continues_id"], series["id"]);
    assert_eq!(starts(&later), ["01-26T09:00", "01-27T09:00"]);
    let earlier = lot.series_of(&series["id"]).await;
    assert_eq!(
        starts(&earlier),
        ["01-21T08:00", "01-22T08:00", "01-25T08:00"]
    );
    assert_eq!(
        earlier["rule"],
        "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR;UNTIL=20270125T080000Z"
    );
    // For whom it is changes nothing about when, so nothing is cut.
    let holder = json!({ "from": later["occurrences"][1]["recurrence_time"], "holder": { "plate": "ab-1" } });
    let held = ok(&lot.changes_series(&later, holder).await);
    assert_eq!(
        (&held["series"]["id"], &held["changed"]),
        (&later["id"], &json!(1))
    );
}

#[tokio::test]
async fn what_cannot_be_moved_is_refused_with_all_or_stays() {
    let lot = Lot::open().await;
    let series = lot.makes_series(lot.series_wish(0, WEEKDAYS)).await;
    let other = json!({ "space_id": lot.bays[0], "start_time": "2027-01-26T17:00:00Z", "end_time": "2027-01-26T18:00:00Z" });
    lot.does(Method::POST, RESERVATIONS, Some(other)).await;
    let longer = json!({ "duration_minutes": 600 });
    let refusal = lot.changes_series(&series, longer.clone()).await;
    refused(&refusal, 409, "series_clashes");
    let wanted =
        json!([{ "start_time": "2027-01-26T08:00:00Z", "end_time": "2027-01-26T18:00:00Z" }]);
    assert_eq!(refusal.json()["conflicts"], wanted);
    let mut skipping = longer;
    skipping["on_clash"] = json!("skip");
    let changed = ok(&lot.changes_series(&series, skipping).await);
    assert_eq!(
        (&changed["changed"], verdicts(&changed["kept"])),
        (&json!(4), vec!["slot_taken"])
    );
    let kept = &changed["series"]["occurrences"][3];
    assert_eq!(
        (&kept["is_detached"], &kept["end_time"]),
        (&json!(true), &json!("2027-01-26T16:00:00Z"))
    );
    wrong(
        &lot.changes_series(&series, json!({ "duration_minutes": 1_441 }))
            .await,
        "duration_minutes",
    );
    wrong(
        &lot.changes_series(&series, json!({ "start_time": "24:00" }))
            .await,
        "start_time",
    );
    assert_eq!(lot.overlaps().await, 0);
}

#[tokio::test]
async fn days_back_to_back_are_moved_without_being_in_each_others_way() {
    let lot = Lot::open().await;
    let days = json!({ "space_id": lot.bays[0], "start_time": "2027-01-20T23:00:00Z", "end_time": "2027-01-21T23:00:00Z",
        "rule": "FREQ=DAILY;COUNT=4" });
    let series = lot.makes_series(days).await;
    let later = ok(&lot
        .changes_series(&series, json!({ "start_time": "06:00" }))
        .await);
    assert_eq!(
        starts(&later["series"]),
        ["01-21T05:00", "01-22T05:00", "01-23T05:00", "01-24T05:00"]
    );
    let earlier = ok(&lot
        .changes_series(&series, json!({ "start_time": "03:00" }))
        .await);
    assert_eq!(earlier["changed"], 4);
    assert_eq!(lot.overlaps().await, 0);
}

#[tokio::test]
async fn following_ones_or_all_are_called_off_and_what_is_too_near_stays() {
    let lot = Lot::open().await;
    let series = lot.makes_series(lot.series_wish(0, WEEKDAYS)).await;
    let from = json!({ "from": "2027-01-26T08:00:00Z", "reason": "holiday" });
    let off = ok(&lot.cancels_series(&series, from).await);
    assert_eq!(
        (&off["changed"], &off["series"]["cancelled_at"]),
        (&json!(2), &Value::Null)
    );
    assert_eq!(
        off["series"]["rule"],
        "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR;UNTIL=20270125T080000Z"
    );
    // An hour before the second, the first is over and the second is too near for whom the notice binds.
    lot.sets_terms(json!({ "cancel_notice_minutes": 90 })).await;
    let now = DateTime::parse_from_rfc3339("2027-01-22T07:00:00Z").expect("an instant");
    lot.waits_until((now.with_timezone(&Utc) - at(0)).num_minutes())
        .await;
    let operator = seat(&lot.people, lot.tenant, Role::Operator);
    let path = format!("{SERIES}/{}/cancel", series["id"].as_str().expect("an id"));
    let cancels = |token: String| {
        let (lot, path) = (&lot, &path);
        async move {
            lot.asks_as(&token, Method::PUT, path, Some(json!({ "reason": "rain" })))
                .await
        }
    };
    let off = ok(&cancels(operator.clone()).await);
    assert_eq!(verdicts(&off["kept"]), ["cancellation_closed"]);
    assert_eq!(starts(&off["series"]), ["01-22T08:00"]);
    refused(&cancels(operator).await, 409, "cancellation_closed");
    let off = ok(&cancels(lot.token.clone()).await);
    assert_eq!(off["series"]["cancel_reason"], "rain");
    refused(&cancels(lot.token.clone()).await, 409, "reservation_over");
    let log: Vec<String> = lot
        .series_log()
        .await
        .into_iter()
        .map(|(action, _)| action)
        .collect();
    assert_eq!(log[1..], ["reservation_series.cancelled"; 3]);
}

#[tokio::test]
async fn what_cannot_recur_is_refused_with_the_field() {
    let lot = Lot::open().await;
    for rule in [
        "FREQ=DAILY",
        "FREQ=DAILY;COUNT=10000",
        "FREQ=DAILY;UNTIL=99991231",
        "FREQ=HOURLY;COUNT=2",
        "daily",
        "FREQ=YEARLY;COUNT=3",
    ] {
        wrong(
            &lot.does(Method::POST, SERIES, Some(lot.series_wish(0, rule)))
                .await,
            "rule",
        );
    }
    for (field, value) in [
        ("end_time", "2027-01-21T08:00:00Z"),
        ("end_time", "2027-01-23T08:00:00Z"),
        ("start_time", "2027-01-14T08:00:00Z"),
        ("start_time", "9999-01-21T08:00:00Z"),
        ("end_time", "9999-01-21T16:00:00Z"),
        ("start_time", "2027-01-21T08:00:00 Mars/Olympus"),
    ] {
        let mut wish = lot.series_wish(0, WEEKDAYS);
        wish[field] = json!(value);
        if value.starts_with("2027-01-14") {
            wish["end_time"] = json!("2027-01-14T16:00:00Z");
        }
        wrong(&lot.does(Method::POST, SERIES, Some(wish)).await, field);
    }
    let mut wish = lot.series_wish(0, WEEKDAYS);
    wish["start_time"] = json!("2027-01-21T08:00:00");
    let naive = lot.does(Method::POST, SERIES, Some(wish)).await;
    wrong(&naive, "start_time");
    let series = lot.makes_series(lot.series_wish(0, WEEKDAYS)).await;
    let naive = json!({ "from": "2027-01-21T08:00:00", "notes": "x" });
    wrong(&lot.changes_series(&series, naive).await, "from");
}

#[tokio::test]
async fn a_person_has_no_more_by_reserving_again_and_again() {
    let lot = Lot::open().await;
    lot.sets_terms(json!({ "per_person_max": 3 })).await;
    let mut wish = lot.series_wish(0, WEEKDAYS);
    wish["holder"] = json!({ "email": "ada@example.org" });
    wish["on_clash"] = json!("skip");
    let series = lot.makes_series(wish.clone()).await;
    assert_eq!(starts(&series).len(), 3);
    let (mut nobodys, ada) = (lot.series_wish(1, WEEKDAYS), wish["holder"].clone());
    nobodys["rule"] = json!("FREQ=DAILY;COUNT=2");
    let nobodys = lot.makes_series(nobodys).await;
    let given = lot.changes_series(&nobodys, json!({ "holder": ada })).await;
    refused(&given, 409, "person_limit_reached");
}

#[tokio::test]
async fn a_request_that_is_repeated_makes_one_series_and_strangers_see_none() {
    let lot = Lot::open().await;
    let wish = lot.series_wish(0, WEEKDAYS);
    let headers = [bearer(&lot.token), ("idempotency-key", "once".to_owned())];
    let first = lot
        .served
        .call(Method::POST, SERIES, &headers, Some(wish.clone()))
        .await;
    let again = lot
        .served
        .call(Method::POST, SERIES, &headers, Some(wish.clone()))
        .await;
    assert_eq!(
        (first.status, &first.text),
        (StatusCode::CREATED, &again.text)
    );
    let viewer = seat(&lot.people, lot.tenant, Role::Viewer);
    refused(
        &lot.asks_as(&viewer, Method::POST, SERIES, Some(wish)).await,
        403,
        "forbidden",
    );
    let path = format!("{SERIES}/{}", first.json()["id"].as_str().expect("an id"));
    assert_eq!(
        lot.asks_as(&viewer, Method::GET, &path, None).await.status,
        StatusCode::OK
    );
    let other = tenant(&lot.flow.db, &lot.flow.clock, "Pier").await;
    let other = seat(&lot.people, other, Role::Owner);
    let off = format!("{path}/cancel");
    for (method, path, body) in [
        (Method::GET, &path, None),
        (Method::PATCH, &path, Some(json!({ "notes": "x" }))),
        (Method::PUT, &off, Some(json!({}))),
    ] {
        refused(
            &lot.asks_as(&other, method, path, body).await,
            404,
            "not_found",
        );
    }
}
