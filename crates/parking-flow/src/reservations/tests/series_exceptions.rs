//! Days that a series leaves out: told before, reserved by others, and what they are once it is changed.

use super::series::{SERIES, ok, starts, verdicts};
use super::*;

/// From a Thursday until the Wednesday after, without the weekend.
const WEEKDAYS: &str = "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR;COUNT=5";

impl Lot {
    async fn makes_series_without(&self, days: &[&str]) -> Value {
        let mut wish = self.series_wish(0, WEEKDAYS);
        wish["except"] = json!(days);
        self.makes_series(wish).await
    }
}

/// What is left out, in short, with the reason.
fn left_out(series: &Value) -> Vec<String> {
    let all = series["exceptions"].as_array().expect("a list").iter();
    let short = |one: &Value| {
        let [start, end, reason] =
            ["start_time", "end_time", "reason"].map(|field| one[field].as_str().expect("a text"));
        format!("{}/{} {reason}", &start[5..16], &end[11..16])
    };
    all.map(short).collect()
}

fn until(series: &Value) -> &str {
    let rule = series["rule"].as_str().expect("a rule");
    rule.rsplit_once("UNTIL=").expect("an end").1
}

#[tokio::test]
async fn days_left_out_are_told_before_and_are_anybodys() {
    let lot = Lot::open().await;
    let mut wish = lot.series_wish(0, WEEKDAYS);
    // A holiday on a Sunday takes nothing away, and one that is named twice no more than once.
    wish["except"] = json!(["2027-01-22", "2027-01-27", "2027-01-24", "2027-01-22"]);
    let preview = format!("{SERIES}/preview");
    let told = ok(&lot.does(Method::POST, &preview, Some(wish.clone())).await);
    let expected = ["free", "excluded", "free", "free", "excluded"];
    assert_eq!(verdicts(&told["occurrences"]), expected);
    let counts = ["total", "free", "clashes"].map(|count| told[count].clone());
    assert_eq!(counts, [5, 3, 0].map(Value::from));
    let series = lot.makes_series(wish.clone()).await;
    assert_eq!(
        starts(&series),
        ["01-21T08:00", "01-25T08:00", "01-26T08:00"]
    );
    let expected = ["01-22T08:00/16:00 excluded", "01-27T08:00/16:00 excluded"];
    assert_eq!(left_out(&series), expected);
    let other = json!({ "space_id": lot.bays[0], "start_time": "2027-01-22T08:00:00Z", "end_time": "2027-01-22T16:00:00Z" });
    let other = lot.does(Method::POST, RESERVATIONS, Some(other)).await;
    assert_eq!(other.status, StatusCode::CREATED, "{}", other.text);
    // What others have is in nobody's way on a day that is left out.
    wish["except"] = json!(["2027-01-21", "2027-01-22", "2027-01-25", "2027-01-26"]);
    let rest = lot.makes_series(wish).await;
    assert_eq!(starts(&rest), ["01-27T08:00"]);
    assert_eq!(lot.overlaps().await, 0);
}

#[tokio::test]
async fn days_left_out_stay_so_when_all_are_moved_and_move_with_them() {
    let lot = Lot::open().await;
    let series = lot
        .makes_series_without(&["2027-01-22", "2027-01-27"])
        .await;
    let later = json!({ "start_time": "10:00", "duration_minutes": 60 });
    let all = ok(&lot.changes_series(&series, later).await)["series"].clone();
    assert_eq!(starts(&all), ["01-21T09:00", "01-25T09:00", "01-26T09:00"]);
    let expected = ["01-22T09:00/10:00 excluded", "01-27T09:00/10:00 excluded"];
    assert_eq!(left_out(&all), expected);
    assert_eq!(until(&all), "20270127T090000Z");
}

#[tokio::test]
async fn days_left_out_go_with_this_and_following_or_stay_with_what_came_before() {
    let lot = Lot::open().await;
    let series = lot
        .makes_series_without(&["2027-01-22", "2027-01-25", "2027-01-27"])
        .await;
    let from = &series["occurrences"][1]["recurrence_time"];
    assert_eq!(from, "2027-01-26T08:00:00Z");
    let later = json!({ "from": from, "start_time": "11:00" });
    let later = ok(&lot.changes_series(&series, later).await)["series"].clone();
    assert_eq!(starts(&later), ["01-26T10:00"]);
    assert_eq!(left_out(&later), ["01-27T10:00/18:00 excluded"]);
    assert_eq!(until(&later), "20270127T100000Z");
    let earlier = lot.series_of(&series["id"]).await;
    assert_eq!(starts(&earlier), ["01-21T08:00"]);
    let expected = ["01-22T08:00/16:00 excluded", "01-25T08:00/16:00 excluded"];
    assert_eq!(left_out(&earlier), expected);
    // What was left out last is the last of the rule, as it is read back.
    assert_eq!(until(&earlier), "20270125T080000Z");
}

#[tokio::test]
async fn a_series_that_is_called_off_leaves_nothing_out_after_its_end() {
    let lot = Lot::open().await;
    let series = lot
        .makes_series_without(&["2027-01-22", "2027-01-25", "2027-01-27"])
        .await;
    let from = json!({ "from": "2027-01-26T08:00:00Z" });
    let off = ok(&lot.cancels_series(&series, from).await)["series"].clone();
    assert_eq!(starts(&off), ["01-21T08:00"]);
    let expected = ["01-22T08:00/16:00 excluded", "01-25T08:00/16:00 excluded"];
    assert_eq!(left_out(&off), expected);
    assert_eq!(until(&off), "20270125T080000Z");
}

#[tokio::test]
async fn a_series_that_leaves_everything_out_and_days_that_are_none_are_refused() {
    let lot = Lot::open().await;
    let mut wish = lot.series_wish(0, "FREQ=DAILY;COUNT=2");
    wish["except"] = json!(["2027-01-21", "2027-01-22"]);
    let preview = format!("{SERIES}/preview");
    let told = ok(&lot.does(Method::POST, &preview, Some(wish.clone())).await);
    assert_eq!(
        (&told["free"], &told["clashes"]),
        (&json!(0), &json!(0)),
        "{told}"
    );
    for on_clash in ["refuse", "skip"] {
        wish["on_clash"] = json!(on_clash);
        let nothing = lot.does(Method::POST, SERIES, Some(wish.clone())).await;
        wrong(&nothing, "except");
    }
    for (days, field) in [
        (json!(["2027-02-30"]), "except[0]"),
        (json!(["2027-01-21", "soon"]), "except[1]"),
        (json!(["2027-01-21T08:00:00Z"]), "except[0]"),
        (json!("2027-01-21"), "except"),
        (json!(vec!["2027-01-21"; 368]), "except"),
    ] {
        wish["except"] = days;
        wrong(
            &lot.does(Method::POST, SERIES, Some(wish.clone())).await,
            field,
        );
    }
}
