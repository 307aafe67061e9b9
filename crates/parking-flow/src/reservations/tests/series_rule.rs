//! Another rule for a series that there is: what stays, what goes, what comes, and what is in the way.

use super::series::{SERIES, ok, starts, verdicts};
use super::*;

/// From a Thursday until the Wednesday after, without the weekend.
const WEEKDAYS: &str = "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR;COUNT=5";

impl Lot {
    /// What a change would do, and that nobody notices.
    async fn would_change(&self, series: &Value, change: &Value) -> Value {
        let before = self.written().await;
        let mut dry = change.clone();
        dry["dry_run"] = json!(true);
        dry["on_clash"] = json!("skip");
        let told = ok(&self.changes_series(series, dry).await);
        assert_eq!(self.written().await, before, "it was a dry run");
        told
    }

    async fn goes_on_until(&self, instant: &str) {
        let now = DateTime::parse_from_rfc3339(instant).expect("an instant");
        self.waits_until((now.with_timezone(&Utc) - at(0)).num_minutes())
            .await;
    }

    /// Which rules the log says there were before others.
    async fn rule_before(&self) -> Vec<String> {
        let mut all = self.test.superuser().await;
        sqlx::query_scalar(
            "select old ->> 'rule' from audit_log where action = 'reservation_series.updated' order by seq",
        )
        .fetch_all(&mut all)
        .await
        .expect("rows")
    }

    /// Somebody else has a bay for an hour on a day in January, and can give it back.
    async fn has_on(&self, bay: usize, day: u32) -> Value {
        let wish = json!({
            "space_id": self.bays[bay], "start_time": format!("2027-01-{day}T10:00:00Z"),
            "end_time": format!("2027-01-{day}T11:00:00Z"),
        });
        let had = self.does(Method::POST, RESERVATIONS, Some(wish)).await;
        assert_eq!(had.status, StatusCode::CREATED, "{}", had.text);
        had.json()
    }
}

/// What becomes of each: day, fate, and the verdict if it is not as it was to be.
fn fates(changed: &Value) -> Vec<String> {
    let all = changed["outcomes"].as_array().expect("a list").iter();
    let short = |one: &Value| {
        let [start, fate, verdict] =
            ["start_time", "fate", "verdict"].map(|field| one[field].as_str().expect("a text"));
        let why = if verdict == "free" { "" } else { verdict };
        format!("{} {fate} {why}", &start[5..10])
            .trim_end()
            .to_owned()
    };
    all.map(short).collect()
}

/// The reservation that a series has on a day, called off or not.
fn on(series: &Value, day: &str) -> Value {
    let all = series["occurrences"].as_array().expect("a list").iter();
    let mut found =
        all.filter(|one| one["recurrence_time"].as_str().expect("an instant")[5..10] == *day);
    let one = found.next().unwrap_or_else(|| panic!("{day}: {series}"));
    json!({ "id": one["reservation_id"] })
}

#[tokio::test]
async fn what_both_rules_have_stays_what_the_other_has_not_goes_and_the_rest_is_reserved() {
    let lot = Lot::open().await;
    let mut wish = lot.series_wish(0, WEEKDAYS);
    wish["holder"] = json!({ "email": "ada@people.test" });
    wish["notes"] = json!("van");
    let series = lot.makes_series(wish).await;
    let rule = "FREQ=WEEKLY;BYDAY=TU,TH;UNTIL=20270204";
    let change = json!({ "rule": rule, "reason": "four days off" });
    let expected = [
        "01-21 kept",
        "01-22 removed",
        "01-25 removed",
        "01-26 kept",
        "01-27 removed",
        "01-28 new",
        "02-02 new",
        "02-04 new",
    ];
    let told = lot.would_change(&series, &change).await;
    assert_eq!(
        (fates(&told), &told["changed"]),
        (expected.map(str::to_owned).to_vec(), &json!(6))
    );
    let done = lot.changes_series(&series, change).await;
    let told = ok(&done);
    assert_eq!(
        (fates(&told), &told["changed"]),
        (expected.map(str::to_owned).to_vec(), &json!(6))
    );
    let now = &told["series"];
    assert_eq!((&now["id"], &now["rule"]), (&series["id"], &json!(rule)));
    assert_eq!(done.headers["etag"], "\"v2\"");
    let days = ["01-21", "01-26", "01-28", "02-02", "02-04"];
    assert_eq!(starts(now), days.map(|day| format!("{day}T08:00")));
    for day in ["01-21", "01-26"] {
        let (before, after) = (on(&series, day), on(now, day));
        assert_eq!(before, after, "it is the same reservation");
        let seen = lot.sees(&after).await;
        assert_eq!(
            seen["updated_at"], seen["created_at"],
            "and was not touched"
        );
    }
    let gone = lot.sees(&on(&series, "01-25")).await;
    assert_eq!(
        (&gone["status"], &gone["cancel_reason"]),
        (&json!("cancelled"), &json!("four days off"))
    );
    let came = lot.sees(&on(now, "02-02")).await;
    assert_eq!(
        (&came["notes"], &came["holder"]["email"]),
        (&json!("van"), &json!("ada@people.test"))
    );
    let events = lot.events().await;
    let mut expected = vec!["reservation.created"; 5];
    expected.extend(["reservation.cancelled"; 3]);
    expected.extend(["reservation.created"; 3]);
    assert_eq!(events, expected);
    let log = lot.series_log().await;
    assert_eq!(
        (log[1].0.as_str(), &log[1].1["rule"]),
        ("reservation_series.updated", &json!(rule))
    );
    assert_eq!(lot.rule_before().await, [WEEKDAYS]);
}

#[tokio::test]
async fn another_rule_that_is_asked_for_again_is_nothing_new_and_what_it_gave_back_is_anybodys() {
    let lot = Lot::open().await;
    let series = lot.makes_series(lot.series_wish(0, WEEKDAYS)).await;
    let change =
        json!({ "rule": "FREQ=WEEKLY;BYDAY=TU,TH;UNTIL=20270204", "reason": "four days off" });
    ok(&lot.changes_series(&series, change.clone()).await);
    let written = lot.written().await;
    let again = lot.changes_series(&series, change).await;
    assert_eq!(ok(&again)["changed"], 0);
    assert_eq!(again.headers["etag"], "\"v2\"");
    assert_eq!(lot.written().await, written);
    lot.has_on(0, 25).await;
    assert_eq!(lot.overlaps().await, 0);
}

#[tokio::test]
async fn a_series_that_runs_is_made_longer_or_shorter_and_stays_one() {
    let lot = Lot::open().await;
    let series = lot.makes_series(lot.series_wish(0, WEEKDAYS)).await;
    lot.goes_on_until("2027-01-22T09:00:00Z").await;
    let longer = json!({ "rule": "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR;COUNT=7" });
    let told = ok(&lot.changes_series(&series, longer).await);
    let expected = [
        "01-25 kept",
        "01-26 kept",
        "01-27 kept",
        "01-28 new",
        "01-29 new",
    ];
    assert_eq!(fates(&told), expected, "of what has begun nothing is said");
    assert_eq!(told["series"]["id"], series["id"]);
    assert_eq!(told["series"]["occurrences_total"], 7);
    let shorter = json!({ "rule": "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR;UNTIL=20270126" });
    let told = ok(&lot.changes_series(&series, shorter).await);
    assert_eq!(
        (&told["series"]["id"], &told["changed"]),
        (&series["id"], &json!(3))
    );
    assert_eq!(told["series"]["occurrences_ahead"], 2);
    // Other days would belie what has been: that stays by itself, with the rule that it came by.
    let other = json!({ "rule": "FREQ=WEEKLY;BYDAY=MO,WE,SA;UNTIL=20270201" });
    let told = ok(&lot.changes_series(&series, other).await);
    let expected = [
        "01-23 new",
        "01-25 kept",
        "01-26 removed",
        "01-27 new",
        "01-30 new",
        "02-01 new",
    ];
    assert_eq!(fates(&told), expected);
    let later = &told["series"];
    assert_eq!(later["continues_id"], series["id"]);
    assert_eq!(
        later["rule"],
        "FREQ=WEEKLY;BYDAY=MO,WE,SA;UNTIL=20270201T080000Z"
    );
    assert_eq!(later["start_time"], "2027-01-23T08:00:00Z");
    let earlier = lot.series_of(&series["id"]).await;
    assert_eq!(
        earlier["rule"],
        "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR;UNTIL=20270122T080000Z"
    );
    assert_eq!(earlier["occurrences_ahead"], 0);
}

#[tokio::test]
async fn from_one_occurrence_on_the_rest_is_a_series_of_its_own() {
    let lot = Lot::open().await;
    let series = lot.makes_series(lot.series_wish(0, WEEKDAYS)).await;
    let from = &series["occurrences"][2]["recurrence_time"];
    let change = json!({ "from": from, "rule": "FREQ=WEEKLY;BYDAY=WE;COUNT=2" });
    let told = ok(&lot.changes_series(&series, change).await);
    assert_eq!(
        fates(&told),
        ["01-25 removed", "01-26 removed", "01-27 kept", "02-03 new"]
    );
    let later = &told["series"];
    assert_eq!(later["continues_id"], series["id"]);
    assert_eq!(later["rule"], "FREQ=WEEKLY;BYDAY=WE;UNTIL=20270203T080000Z");
    assert_eq!(later["start_time"], "2027-01-27T08:00:00Z");
    let earlier = lot.series_of(&series["id"]).await;
    assert_eq!(starts(&earlier), ["01-21T08:00", "01-22T08:00"]);
    assert_eq!(
        earlier["rule"],
        "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR;UNTIL=20270122T080000Z"
    );
    // From a day on that the series does not have, and from the hour on at which that would have begun.
    let change = json!({ "from": "2027-01-28T08:00:01Z", "rule": "FREQ=DAILY;COUNT=2" });
    let told = ok(&lot.changes_series(later, change).await);
    assert_eq!(fates(&told), ["01-29 new", "01-30 new", "02-03 removed"]);
    assert_eq!(starts(&lot.series_of(&later["id"]).await), ["01-27T08:00"]);
    assert_eq!(lot.overlaps().await, 0);
}

#[tokio::test]
async fn what_somebody_did_to_single_ones_is_left_as_they_did_it() {
    let lot = Lot::open().await;
    let mut wish = lot.series_wish(0, WEEKDAYS);
    wish["except"] = json!(["2027-01-26"]);
    let series = lot.makes_series(wish).await;
    let moved = json!({ "start_time": "2027-01-22T17:00:00Z", "end_time": "2027-01-22T18:00:00Z" });
    let elsewhere = on(&series, "01-22");
    ok(&lot.moves(&elsewhere, moved).await);
    lot.cancels(&on(&series, "01-25")).await;
    let fewer = json!({ "rule": "FREQ=WEEKLY;BYDAY=MO,TU,WE;COUNT=6" });
    let told = ok(&lot.changes_series(&series, fewer).await);
    let expected = [
        "01-21 removed",
        "01-22 kept",
        "01-25 left_out excluded",
        "01-26 left_out excluded",
        "01-27 kept",
        "02-01 new",
        "02-02 new",
        "02-03 new",
    ];
    assert_eq!(fates(&told), expected);
    assert_eq!(
        lot.sees(&elsewhere).await["start_time"],
        "2027-01-22T17:00:00Z"
    );
    // And back: what only the rule took away comes again.
    let more = json!({ "rule": "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR;COUNT=10" });
    let told = ok(&lot.changes_series(&told["series"], more).await);
    let expected = [
        "01-21 new",
        "01-22 kept",
        "01-25 left_out excluded",
        "01-26 left_out excluded",
        "01-27 kept",
        "01-28 new",
        "01-29 new",
        "02-01 kept",
        "02-02 kept",
        "02-03 kept",
    ];
    assert_eq!(fates(&told), expected);
    let left_out: Vec<&Value> = told["series"]["exceptions"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|one| &one["start_time"])
        .collect();
    assert_eq!(left_out, ["2027-01-26T08:00:00Z"]);
    // When all are moved it stays where it was put, as ever.
    let later = json!({ "rule": "FREQ=DAILY;COUNT=3", "start_time": "10:00" });
    let told = ok(&lot.changes_series(&told["series"], later).await);
    let moved: Vec<String> = fates(&told)
        .into_iter()
        .filter(|fate| !fate.contains("removed"))
        .collect();
    assert_eq!(moved, ["01-21 changed", "01-22 kept", "01-23 new"]);
    assert_eq!(
        starts(&told["series"]),
        ["01-21T09:00", "01-22T17:00", "01-23T09:00"]
    );
    assert_eq!(lot.overlaps().await, 0);
}

#[tokio::test]
async fn what_is_in_the_way_is_told_with_its_reason_and_refused_or_left_out() {
    let lot = Lot::open().await;
    let series = lot.makes_series(lot.series_wish(0, WEEKDAYS)).await;
    let other = lot.has_on(0, 23).await;
    let daily = |count: u32| json!({ "rule": format!("FREQ=DAILY;COUNT={count}") });
    let told = lot.would_change(&series, &daily(5)).await;
    let expected = [
        "01-21 kept",
        "01-22 kept",
        "01-23 left_out slot_taken",
        "01-24 new",
        "01-25 kept",
        "01-26 removed",
        "01-27 removed",
    ];
    assert_eq!(fates(&told), expected);
    let times = json!([{ "start_time": other["start_time"], "end_time": other["end_time"] }]);
    assert_eq!(told["outcomes"][2]["conflicts"], times);
    let before = lot.written().await;
    let refusal = lot.changes_series(&series, daily(5)).await;
    refused(&refusal, 409, "series_clashes");
    let wanted =
        json!([{ "start_time": "2027-01-23T08:00:00Z", "end_time": "2027-01-23T16:00:00Z" }]);
    assert_eq!(refusal.json()["conflicts"], wanted);
    assert_eq!(lot.written().await, before);
    let mut skipping = daily(5);
    skipping["on_clash"] = json!("skip");
    let told = ok(&lot.changes_series(&series, skipping).await);
    assert_eq!(told["series"]["exceptions"][0]["reason"], "slot_taken");
    // What nobody could have before is in nobody's way, and is had once it can be.
    let told = ok(&lot.changes_series(&series, daily(6)).await);
    assert_eq!(
        fates(&told)[2..],
        [
            "01-23 left_out slot_taken",
            "01-24 kept",
            "01-25 kept",
            "01-26 new"
        ]
    );
    lot.cancels(&other).await;
    let told = ok(&lot.changes_series(&series, daily(7)).await);
    assert_eq!(fates(&told)[2], "01-23 new");
    assert_eq!(told["series"]["exceptions"], json!([]));
    // Where nothing comes of it, nothing is left to skip to.
    lot.has_on(0, 28).await;
    let mut vain = daily(8);
    vain["on_clash"] = json!("skip");
    refused(
        &lot.changes_series(&series, vain).await,
        409,
        "series_clashes",
    );
    assert_eq!(lot.overlaps().await, 0);
}

#[tokio::test]
async fn what_is_too_near_or_was_checked_in_to_stays() {
    let lot = Lot::open().await;
    let series = lot.makes_series(lot.series_wish(0, WEEKDAYS)).await;
    lot.sets_terms(json!({ "cancel_notice_minutes": 60 * 25 }))
        .await;
    lot.goes_on_until("2027-01-21T07:50:00Z").await;
    let first = on(&series, "01-21");
    ok(&lot.takes(&first, "check-in").await);
    let operator = seat(&lot.people, lot.tenant, Role::Operator);
    let path = format!("{SERIES}/{}", series["id"].as_str().expect("an id"));
    let asks = |on_clash: &'static str| {
        let (lot, path, operator) = (&lot, &path, &operator);
        async move {
            let wish = json!({ "rule": "FREQ=WEEKLY;BYDAY=WE;COUNT=2", "on_clash": on_clash });
            lot.asks_as(operator, Method::PATCH, path, Some(wish)).await
        }
    };
    let refusal = asks("refuse").await;
    refused(&refusal, 409, "series_clashes");
    assert_eq!(
        refusal.json()["conflicts"][0]["start_time"],
        "2027-01-22T08:00:00Z"
    );
    let told = ok(&asks("skip").await);
    let expected = [
        "01-21 kept",
        "01-22 kept cancellation_closed",
        "01-25 removed",
        "01-26 removed",
        "01-27 kept",
        "02-03 new",
    ];
    assert_eq!(fates(&told), expected);
    assert_eq!(verdicts(&told["kept"]), ["cancellation_closed"]);
    assert_eq!(lot.sees(&first).await["status"], "confirmed");
    // It is where the series has it no more; whom the notice does not bind takes it away by itself.
    let near = on(&series, "01-22");
    assert_eq!(lot.sees(&near).await["is_detached"], true);
    assert_eq!(lot.cancels(&near).await.status, StatusCode::OK);
}

#[tokio::test]
async fn the_clocks_of_the_site_decide_over_days_that_come() {
    let lot = Lot::open().await;
    let wish = |start: &str, end: &str, bay: &Value| json!({ "space_id": bay, "start_time": start, "end_time": end, "rule": "FREQ=DAILY;COUNT=2" });
    let (paris, york) = (json!(lot.bays[0]), lot.bay_in("America/New_York").await);
    let made = [
        ("2027-03-26T08:00:00Z", "2027-03-26T16:00:00Z", &paris),
        ("2027-10-29T07:00:00Z", "2027-10-29T15:00:00Z", &paris),
        ("2027-03-12T14:00:00Z", "2027-03-12T22:00:00Z", &york),
        ("2027-11-05T13:00:00Z", "2027-11-05T21:00:00Z", &york),
    ];
    let after = [
        ["03-26T08:00", "03-27T08:00", "03-28T07:00", "03-29T07:00"],
        ["10-29T07:00", "10-30T07:00", "10-31T08:00", "11-01T08:00"],
        ["03-12T14:00", "03-13T14:00", "03-14T13:00", "03-15T13:00"],
        ["11-05T13:00", "11-06T13:00", "11-07T14:00", "11-08T14:00"],
    ];
    for ((start, end, bay), after) in made.into_iter().zip(after) {
        let series = lot.makes_series(wish(start, end, bay)).await;
        let longer = json!({ "rule": "FREQ=DAILY;COUNT=4" });
        let told = ok(&lot.changes_series(&series, longer).await);
        assert_eq!(
            (starts(&told["series"]), &told["series"]["id"]),
            (after.map(str::to_owned).to_vec(), &series["id"])
        );
        // From after the switch on, by the same clocks.
        let from = &told["series"]["occurrences"][3]["recurrence_time"];
        let rest = json!({ "from": from, "rule": "FREQ=DAILY;COUNT=2" });
        let rest = ok(&lot.changes_series(&series, rest).await);
        assert_eq!(rest["series"]["id"], series["id"], "one rule tells all");
        assert_eq!((fates(&rest).len(), starts(&rest["series"]).len()), (2, 5));
    }
    // Two minutes that are left of an hour in the night of the switch are no reservation.
    let gap = wish(
        "2027-03-26T00:58:00Z",
        "2027-03-26T02:00:00Z",
        &json!(lot.bays[1]),
    );
    let gap = lot.makes_series(gap).await;
    let longer = json!({ "rule": "FREQ=DAILY;COUNT=4", "on_clash": "skip" });
    let told = ok(&lot.changes_series(&gap, longer).await);
    assert_eq!(fates(&told)[2..], ["03-28 left_out too_short", "03-28 new"]);
}

#[tokio::test]
async fn another_rule_comes_with_another_time_and_bay_if_that_is_wanted() {
    let lot = Lot::open().await;
    let series = lot.makes_series(lot.series_wish(0, WEEKDAYS)).await;
    let all = json!({ "rule": "FREQ=DAILY;COUNT=4", "start_time": "11:00", "space_id": lot.bays[1], "notes": "van" });
    let told = ok(&lot.changes_series(&series, all).await);
    let expected = [
        "01-21 changed",
        "01-22 changed",
        "01-23 new",
        "01-24 new",
        "01-25 removed",
        "01-26 removed",
        "01-27 removed",
    ];
    assert_eq!(fates(&told), expected);
    let now = &told["series"];
    assert_eq!(
        starts(now),
        ["01-21T10:00", "01-22T10:00", "01-23T10:00", "01-24T10:00"]
    );
    assert_eq!(
        (&now["space_id"], &now["start_time"]),
        (&json!(lot.bays[1]), &json!("2027-01-21T10:00:00Z"))
    );
    for day in ["01-21", "01-24"] {
        let one = lot.sees(&on(now, day)).await;
        assert_eq!(
            (&one["notes"], &one["space_id"]),
            (&json!("van"), &json!(lot.bays[1]))
        );
    }
    assert_eq!(now["rule"], "FREQ=DAILY;UNTIL=20270124T100000Z");
}

#[tokio::test]
async fn what_is_no_rule_for_it_is_refused_with_the_field_and_what_is_over_stays() {
    let lot = Lot::open().await;
    let series = lot.makes_series(lot.series_wish(0, WEEKDAYS)).await;
    for rule in [
        "FREQ=DAILY;COUNT=10000",
        "FREQ=DAILY",
        "FREQ=DAILY;UNTIL=99991231",
        "FREQ=YEARLY;COUNT=3",
        "FREQ=HOURLY;COUNT=3",
        "FREQ=DAILY;UNTIL=20270110",
        "daily",
        "",
    ] {
        wrong(
            &lot.changes_series(&series, json!({ "rule": rule })).await,
            "rule",
        );
    }
    wrong(
        &lot.changes_series(&series, json!({ "reason": "rain" }))
            .await,
        "reason",
    );
    let empty = json!({ "from": "2027-01-26T08:00:00Z", "rule": "FREQ=DAILY;UNTIL=20270125" });
    wrong(&lot.changes_series(&series, empty).await, "rule");
    let path = format!("{SERIES}/{}", series["id"].as_str().expect("an id"));
    let rule = json!({ "rule": "FREQ=DAILY;COUNT=3" });
    let viewer = seat(&lot.people, lot.tenant, Role::Viewer);
    let refusal = lot
        .asks_as(&viewer, Method::PATCH, &path, Some(rule.clone()))
        .await;
    refused(&refusal, 403, "forbidden");
    let other = tenant(&lot.flow.db, &lot.flow.clock, "Pier").await;
    let other = seat(&lot.people, other, Role::Owner);
    let refusal = lot
        .asks_as(&other, Method::PATCH, &path, Some(rule.clone()))
        .await;
    refused(&refusal, 404, "not_found");
    let stale = [bearer(&lot.token), ("if-match", "\"v7\"".to_owned())];
    let stale = lot
        .served
        .call(Method::PATCH, &path, &stale, Some(rule.clone()))
        .await;
    refused(&stale, 412, "precondition_failed");
    assert_eq!(lot.written().await.0, 6, "nothing was written");
    lot.cancels_series(&series, json!({})).await;
    refused(
        &lot.changes_series(&series, rule).await,
        409,
        "reservation_over",
    );
}

#[tokio::test]
async fn what_comes_is_reserved_by_the_terms_and_only_of_a_bay_that_is_for_it() {
    let lot = Lot::open().await;
    let mut wish = lot.series_wish(0, WEEKDAYS);
    wish["holder"] = json!({ "email": "ada@people.test" });
    let series = lot.makes_series(wish).await;
    lot.sets_terms(json!({ "per_person_max": 6 })).await;
    let more = json!({ "rule": "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR;COUNT=7" });
    let told = lot.would_change(&series, &more).await;
    assert_eq!(
        fates(&told)[5..],
        ["01-28 new", "01-29 left_out person_limit_reached"]
    );
    refused(
        &lot.changes_series(&series, more).await,
        409,
        "series_clashes",
    );
    // What is called off at once makes room for what comes.
    let swapped = json!({ "rule": "FREQ=WEEKLY;BYDAY=TH,FR,SA;COUNT=6" });
    assert_eq!(
        ok(&lot.changes_series(&series, swapped).await)["series"]["occurrences_ahead"],
        6
    );
    lot.sets_terms(json!({ "duration_max_minutes": 60 })).await;
    let longer = json!({ "rule": "FREQ=WEEKLY;BYDAY=TH,FR,SA;COUNT=7" });
    wrong(
        &lot.changes_series(&series, longer.clone()).await,
        "duration_minutes",
    );
    let bay = format!("/api/v6/spaces/{}", lot.bays[0]);
    ok(&lot
        .does(Method::PATCH, &bay, Some(json!({ "is_reservable": false })))
        .await);
    refused(
        &lot.changes_series(&series, longer).await,
        409,
        "not_reservable",
    );
    let fewer = json!({ "rule": "FREQ=WEEKLY;BYDAY=TH,FR,SA;COUNT=3" });
    assert_eq!(ok(&lot.changes_series(&series, fewer).await)["changed"], 3);
}

#[tokio::test]
async fn every_day_of_a_year_becomes_every_other_day_and_back() {
    let lot = Lot::open().await;
    lot.sets_terms(json!({ "lead_max_days": 400 })).await;
    let year = lot
        .makes_series(lot.series_wish(0, "FREQ=DAILY;COUNT=366"))
        .await;
    for (rule, changed, ahead) in [
        ("FREQ=DAILY;INTERVAL=2;COUNT=183", 183, 183),
        ("FREQ=DAILY;COUNT=366", 183, 366),
        ("FREQ=DAILY;INTERVAL=2;COUNT=183", 183, 183),
        ("FREQ=DAILY;COUNT=366", 183, 366),
    ] {
        let told = ok(&lot.changes_series(&year, json!({ "rule": rule })).await);
        assert_eq!(
            (&told["changed"], &told["series"]["occurrences_ahead"]),
            (&json!(changed), &json!(ahead))
        );
        assert_eq!(told["series"]["id"], year["id"]);
    }
    assert_eq!(lot.overlaps().await, 0);
}
