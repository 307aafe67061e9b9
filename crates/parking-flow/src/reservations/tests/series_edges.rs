//! Series at the edges: where the clocks jump, where nothing changes, and where something stays.

use super::series::{SERIES, ok, starts, verdicts};
use super::*;

const DAYS: &str = "FREQ=DAILY;COUNT=5";

impl Lot {
    /// A bay somewhere else, with the clocks there.
    pub(super) async fn bay_in(&self, timezone: &str) -> Value {
        let site = json!({ "name": timezone, "timezone": timezone });
        let site = self.post("/api/v6/sites", site).await.json();
        let bay = json!({ "site_id": site["id"], "code": "Z-1" });
        self.post("/api/v6/spaces", bay).await.json()["id"].clone()
    }

    async fn changes_of(&self, reservation: &Value) -> usize {
        let path = format!(
            "{RESERVATIONS}/{}/history",
            reservation.as_str().expect("an id")
        );
        let history = ok(&self.does(Method::GET, &path, None).await);
        history["changes"].as_array().expect("a list").len()
    }

    /// How much was written about series and reservations: versions, news and what is in the log.
    pub(super) async fn written(&self) -> (i64, i64, i64) {
        let mut all = self.test.superuser().await;
        sqlx::query_as(
            "select (select sum(version) from reservations)::bigint + (select sum(version) from reservation_series)::bigint,
               (select count(*) from events), (select count(*) from audit_log)",
        )
        .fetch_one(&mut all)
        .await
        .expect("counts")
    }
}

#[tokio::test]
async fn what_stays_as_it_was_keeps_its_holder_and_notes_too() {
    let lot = Lot::open().await;
    let series = lot.makes_series(lot.series_wish(0, DAYS)).await;
    let other = json!({ "space_id": lot.bays[0], "start_time": "2027-01-23T17:00:00Z", "end_time": "2027-01-23T18:00:00Z" });
    lot.does(Method::POST, RESERVATIONS, Some(other)).await;
    let stays = &series["occurrences"][2]["reservation_id"];
    let before = lot.sees(&json!({ "id": stays })).await;
    let wish = json!({ "duration_minutes": 600, "holder": { "plate": "ab-1" }, "notes": "van", "on_clash": "skip" });
    let changed = ok(&lot.changes_series(&series, wish).await);
    assert_eq!(verdicts(&changed["kept"]), ["slot_taken"]);
    assert_eq!(changed["changed"], 4);
    let after = lot.sees(&json!({ "id": stays })).await;
    for fact in ["holder", "notes", "updated_at", "end_time"] {
        assert_eq!(after[fact], before[fact], "{fact}");
    }
    assert_eq!(lot.changes_of(stays).await, 1);
    let moved = &series["occurrences"][1]["reservation_id"];
    assert_eq!(lot.sees(&json!({ "id": moved })).await["notes"], "van");
    assert_eq!(lot.changes_of(moved).await, 2);
}

#[tokio::test]
async fn what_is_where_it_is_wanted_is_left_alone_though_its_buffers_grew_meanwhile() {
    let lot = Lot::open().await;
    let series = lot.makes_series(lot.series_wish(0, DAYS)).await;
    let next = json!({ "space_id": lot.bays[0], "start_time": "2027-01-22T16:00:00Z", "end_time": "2027-01-22T17:00:00Z" });
    let next = lot.does(Method::POST, RESERVATIONS, Some(next)).await;
    assert_eq!(next.status, StatusCode::CREATED);
    lot.sets_terms(json!({ "buffer_after_minutes": 30 })).await;
    let written = lot.written().await;
    let same = json!({ "start_time": "09:00", "duration_minutes": 480, "space_id": lot.bays[0] });
    assert_eq!(ok(&lot.changes_series(&series, same).await)["changed"], 0);
    assert_eq!(lot.written().await, written);
    // What is moved has the buffers of now, which are in the way of one.
    let shorter = json!({ "duration_minutes": 470 });
    let refusal = lot.changes_series(&series, shorter).await;
    refused(&refusal, 409, "series_clashes");
}

#[tokio::test]
async fn a_wish_for_nothing_and_one_that_is_fulfilled_write_nothing() {
    let lot = Lot::open().await;
    let mut wish = lot.series_wish(0, DAYS);
    wish["holder"] = json!({ "plate": "AB-1" });
    let series = lot.makes_series(wish).await;
    let one = json!({ "id": series["occurrences"][0]["reservation_id"] });
    ok(&lot.moves(&one, json!({ "notes": "van" })).await);
    let written = lot.written().await;
    for wish in [
        json!({}),
        json!({ "holder": { "plate": "ab-1" } }),
        json!({ "from": "2027-01-23T08:00:00Z", "start_time": "09:00", "notes": null }),
    ] {
        let answer = lot.changes_series(&series, wish.clone()).await;
        let told = ok(&answer);
        assert_eq!(
            (&told["changed"], &told["series"]["id"]),
            (&json!(0), &series["id"]),
            "{wish}"
        );
        assert_eq!(answer.headers["etag"], "\"v1\"", "{wish}");
    }
    assert_eq!(lot.written().await, written);
    // Of those that are meant only those are written that are something else afterwards.
    let told = ok(&lot.changes_series(&series, json!({ "notes": "van" })).await);
    assert_eq!(told["changed"], 4);
}

#[tokio::test]
async fn what_the_clocks_jump_over_is_told_and_never_an_error_of_ours() {
    let lot = Lot::open().await;
    // From 01:58 until 03:00 are two minutes in the night in which the clocks go forward.
    let gap = json!({ "space_id": lot.bays[0], "start_time": "2027-03-28T00:58:00Z", "end_time": "2027-03-28T01:00:00Z",
        "rule": "FREQ=DAILY;COUNT=2", "on_clash": "skip" });
    let series = lot.makes_series(gap).await;
    assert_eq!(starts(&series), ["03-28T23:58"]);
    assert_eq!(series["exceptions"][0]["reason"], "too_short");
    // In the night in which they go back an end may lie before its start, and the clocks do not show it.
    let back = json!({ "space_id": lot.bays[0], "start_time": "2027-10-31T01:10:00Z", "end_time": "2027-10-31T00:50:00Z",
        "rule": "FREQ=DAILY;COUNT=2", "on_clash": "skip" });
    wrong(
        &lot.does(Method::POST, SERIES, Some(back)).await,
        "end_time",
    );
    let nights = json!({ "space_id": lot.bays[1], "start_time": "2027-03-27T10:00:00Z", "end_time": "2027-03-27T11:00:00Z",
        "rule": "FREQ=DAILY;COUNT=3" });
    let nights = lot.makes_series(nights).await;
    let from = &nights["occurrences"][1]["recurrence_time"];
    let moved =
        json!({ "from": from, "start_time": "01:58", "duration_minutes": 62, "on_clash": "skip" });
    let moved = ok(&lot.changes_series(&nights, moved).await);
    assert_eq!(verdicts(&moved["kept"]), ["too_short"]);
    assert_eq!(starts(&moved["series"]), ["03-28T09:00", "03-28T23:58"]);
}

#[tokio::test]
async fn what_goes_far_east_stays_together_though_its_day_begins_before_ours() {
    let lot = Lot::open().await;
    let series = lot.makes_series(lot.series_wish(0, DAYS)).await;
    let tokyo = lot.bay_in("Asia/Tokyo").await;
    let from = &series["occurrences"][2]["recurrence_time"];
    let east = json!({ "from": from, "space_id": tokyo, "start_time": "06:00" });
    let later = ok(&lot.changes_series(&series, east).await)["series"].clone();
    assert_eq!(
        starts(&later),
        ["01-22T21:00", "01-23T21:00", "01-24T21:00"]
    );
    assert_eq!(later["timezone"], "Asia/Tokyo");
    assert_eq!(later["rule"], "FREQ=DAILY;UNTIL=20270124T210000Z");
    let earlier = lot.series_of(&series["id"]).await;
    assert_eq!(starts(&earlier), ["01-21T08:00", "01-22T08:00"]);
    assert_eq!(earlier["rule"], "FREQ=DAILY;UNTIL=20270122T080000Z");
}

#[tokio::test]
async fn days_back_to_back_make_room_for_each_other_where_the_site_has_other_clocks_now() {
    let lot = Lot::open().await;
    let days = json!({ "space_id": lot.bays[0], "start_time": "2027-01-20T23:00:00Z", "end_time": "2027-01-21T23:00:00Z",
        "rule": "FREQ=DAILY;COUNT=4" });
    let series = lot.makes_series(days).await;
    let site = series["site_id"].as_str().expect("an id");
    let site = format!("/api/v6/sites/{site}");
    let west = json!({ "timezone": "Europe/London" });
    ok(&lot.does(Method::PATCH, &site, Some(west)).await);
    let midnight = json!({ "start_time": "00:00" });
    let moved = ok(&lot.changes_series(&series, midnight).await);
    assert_eq!(
        starts(&moved["series"]),
        ["01-21T00:00", "01-22T00:00", "01-23T00:00", "01-24T00:00"]
    );
    assert_eq!(lot.overlaps().await, 0);
}

#[tokio::test]
async fn one_that_was_put_off_by_itself_takes_nothing_that_is_over_along_when_all_are_moved() {
    let lot = Lot::open().await;
    let mut wish = lot.series_wish(0, DAYS);
    wish["holder"] = json!({ "email": "ada@people.test" });
    let series = lot.makes_series(wish).await;
    let put_off = &series["occurrences"][0]["reservation_id"];
    let day = json!({ "start_time": "2027-01-24T18:00:00Z", "end_time": "2027-01-24T19:00:00Z" });
    ok(&lot.moves(&json!({ "id": put_off }), day).await);
    let now = DateTime::parse_from_rfc3339("2027-01-22T17:00:00Z").expect("an instant");
    lot.waits_until((now.with_timezone(&Utc) - at(0)).num_minutes())
        .await;
    let told_before = lot.events().await.len();
    let later = json!({ "start_time": "10:00", "notes": "van" });
    let told = ok(&lot.changes_series(&series, later).await);
    assert_eq!(told["changed"], 4);
    let later = &told["series"];
    assert_eq!(later["continues_id"], series["id"]);
    assert_eq!(later["start_time"], "2027-01-23T09:00:00Z");
    assert_eq!(starts(later), ["01-23T09:00", "01-24T09:00", "01-25T09:00"]);
    assert_eq!(later["occurrences_total"], 3);
    let earlier = lot.series_of(&series["id"]).await;
    assert_eq!(earlier["rule"], "FREQ=DAILY;UNTIL=20270122T080000Z");
    assert_eq!(starts(&earlier), ["01-24T18:00"]);
    // It is told of like the others, and its history has it.
    assert_eq!(lot.sees(&json!({ "id": put_off })).await["notes"], "van");
    assert_eq!(lot.changes_of(put_off).await, 3);
    let events = lot.events().await;
    assert_eq!(events[told_before..], ["reservation.updated"; 4]);
}

#[tokio::test]
async fn both_switches_of_the_clocks_in_new_york_leave_the_hours_what_they_are() {
    let lot = Lot::open().await;
    let bay = lot.bay_in("America/New_York").await;
    let makes = async |start: &str, end: &str| {
        let wish = json!({ "space_id": bay, "start_time": start, "end_time": end, "rule": "FREQ=DAILY;COUNT=3" });
        starts(&lot.makes_series(wish).await)
    };
    // Whole days: of 23 hours in March, of 25 in November, and none in the way of the next.
    assert_eq!(
        makes("2027-03-13T05:00:00Z", "2027-03-14T05:00:00Z").await,
        ["03-13T05:00", "03-14T05:00", "03-15T04:00"]
    );
    assert_eq!(
        makes("2027-11-06T04:00:00Z", "2027-11-07T04:00:00Z").await,
        ["11-06T04:00", "11-07T04:00", "11-08T05:00"]
    );
}

#[tokio::test]
async fn a_start_within_a_second_and_a_rule_nobody_can_plan_for() {
    let lot = Lot::open().await;
    let mut wish = lot.series_wish(0, "FREQ=DAILY;COUNT=2");
    wish["start_time"] = json!("2027-01-21T08:00:00.250Z");
    let series = lot.makes_series(wish).await;
    assert_eq!(starts(&series), ["01-21T08:00", "01-22T08:00"]);
    for rule in [
        "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=29;BYDAY=MO;COUNT=367",
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30;COUNT=1",
        "FREQ=DAILY;UNTIL=20280201",
        "FREQ=WEEKLY;BYDAY=1MO;COUNT=2",
        "EXRULE:FREQ=DAILY;COUNT=2",
        "FREQ=DAILY;COUNT=2;A:BYHOUR=9,10",
    ] {
        let wish = lot.series_wish(1, rule);
        wrong(&lot.does(Method::POST, SERIES, Some(wish)).await, "rule");
    }
}

#[tokio::test]
async fn a_series_cannot_be_deleted_from_under_its_reservations() {
    let lot = Lot::open().await;
    lot.makes_series(lot.series_wish(0, DAYS)).await;
    let mut tx = lot.flow.db.tenant(lot.tenant).await.expect("a door");
    let deleted = sqlx::query("delete from reservation_series")
        .execute(tx.conn())
        .await;
    let refusal = deleted.expect_err("it is not allowed").to_string();
    assert!(refusal.contains("permission denied"), "{refusal}");
}

#[tokio::test]
async fn what_is_not_done_has_no_version_and_what_is_left_of_a_series_is_not_called_off() {
    let lot = Lot::open().await;
    let series = lot.makes_series(lot.series_wish(0, DAYS)).await;
    let dry = json!({ "start_time": "10:00", "dry_run": true });
    let dry = lot.changes_series(&series, dry).await;
    assert_eq!(ok(&dry)["changed"], 5);
    assert_eq!(dry.headers.get("etag"), None);
    let done = lot
        .changes_series(&series, json!({ "start_time": "10:00" }))
        .await;
    assert_eq!(done.headers["etag"], "\"v2\"");
    // An hour before the first; of the five it alone is too near to be called off.
    lot.sets_terms(json!({ "cancel_notice_minutes": 90 })).await;
    let now = DateTime::parse_from_rfc3339("2027-01-21T08:00:00Z").expect("an instant");
    lot.waits_until((now.with_timezone(&Utc) - at(0)).num_minutes())
        .await;
    let operator = seat(&lot.people, lot.tenant, Role::Operator);
    let path = format!("{SERIES}/{}/cancel", series["id"].as_str().expect("an id"));
    let off = ok(&lot
        .asks_as(&operator, Method::PUT, &path, Some(json!({})))
        .await);
    assert_eq!(
        (&off["changed"], &off["series"]["cancelled_at"]),
        (&json!(4), &Value::Null)
    );
    assert_eq!(off["series"]["next_start_time"], "2027-01-21T09:00:00Z");
    // From the first on is all of it.
    let rest = json!({ "from": "2027-01-21T09:00:00Z" });
    let off = ok(&lot.cancels_series(&series, rest).await);
    assert_eq!(
        off["series"]["cancelled_at"],
        json!(now.with_timezone(&Utc))
    );
    assert_eq!(off["series"]["next_start_time"], Value::Null);
}
