//! Series beside each other, and beside somebody who books every occurrence by hand.

use std::collections::BTreeMap;

use super::races::Chance;
use super::series::{SERIES, ok, starts};
use super::*;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_sixteen_who_want_series_that_cross_exactly_one_gets_all_of_its_own() {
    let lot = Lot::open().await;
    let racers: Vec<_> = (0..16)
        .map(|n| {
            let mut wish = lot.series_wish(0, "FREQ=DAILY;COUNT=20");
            wish["start_time"] = json!(format!("2027-01-21T08:{n:02}:00Z"));
            if n % 2 == 1 {
                // Somebody who wants a single one in the middle of all.
                wish = json!({ "space_id": lot.bays[0], "start_time": "2027-01-30T09:00:00Z", "end_time": "2027-01-30T10:00:00Z" });
            }
            let path = if n % 2 == 1 { RESERVATIONS } else { SERIES };
            let (served, token) = (lot.served.clone(), lot.token.clone());
            tokio::spawn(async move { served.post(&token, path, wish).await })
        })
        .collect();
    let mut answers: BTreeMap<u16, usize> = BTreeMap::new();
    for racer in racers {
        *answers
            .entry(racer.await.expect("no panic").status.as_u16())
            .or_default() += 1;
    }
    assert_eq!(answers, BTreeMap::from([(201, 1), (409, 15)]));
    assert_eq!(lot.overlaps().await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_those_who_give_a_series_another_day_and_those_who_book_it_one_side_wins() {
    let lot = Lot::open().await;
    for hour in 8..14 {
        let slot =
            |day: u32| [hour, hour + 1].map(|hour| format!("2027-01-{day}T{hour:02}:00:00Z"));
        let [start, end] = slot(21);
        let series = json!({ "space_id": lot.bays[0], "start_time": start, "end_time": end, "rule": "FREQ=DAILY;COUNT=3" });
        let series = lot.makes_series(series).await;
        let path = format!("{SERIES}/{}", series["id"].as_str().expect("an id"));
        let [start, end] = slot(27);
        let racers: Vec<_> = (0..16)
            .map(|n| {
                let one = json!({ "space_id": lot.bays[0], "start_time": start, "end_time": end });
                let rule = json!({ "rule": "FREQ=DAILY;COUNT=9" });
                let (served, token, path) = (lot.served.clone(), lot.token.clone(), path.clone());
                tokio::spawn(async move {
                    if (n + hour) % 2 == 0 {
                        return served.post(&token, RESERVATIONS, one).await;
                    }
                    let headers = [bearer(&token)];
                    served
                        .call(Method::PATCH, &path, &headers, Some(rule))
                        .await
                })
            })
            .collect();
        let mut answers: BTreeMap<(u16, String), usize> = BTreeMap::new();
        for racer in racers {
            let answer = racer.await.expect("no panic");
            let how = (answer.status.as_u16(), answer.code());
            *answers.entry(how).or_default() += 1;
        }
        let of = |status: u16, code: &str, count: usize| ((status, code.to_owned()), count);
        let is_longer = answers.contains_key(&(200, String::new()));
        let expected = if is_longer {
            [of(200, "", 8), of(409, "slot_taken", 8)].into()
        } else {
            [
                of(201, "", 1),
                of(409, "slot_taken", 7),
                of(409, "series_clashes", 8),
            ]
            .into()
        };
        assert_eq!(answers, expected);
        let ahead = lot.series_of(&series["id"]).await["occurrences_ahead"].clone();
        assert_eq!(ahead, if is_longer { 9 } else { 3 });
        assert_eq!(lot.overlaps().await, 0);
    }
}

#[tokio::test]
async fn a_series_gets_what_one_would_get_who_books_each_occurrence_by_hand() {
    let lot = Lot::open().await;
    let rules = [
        "FREQ=DAILY;COUNT=12",
        "FREQ=WEEKLY;BYDAY=MO,WE,SA;COUNT=12",
        "FREQ=DAILY;INTERVAL=3;UNTIL=20270402",
        "FREQ=MONTHLY;BYDAY=-1SU,1MO;COUNT=4",
    ];
    // Both bays have the same reservations in the way.
    let mut chance = Chance(7);
    for _ in 0..20 {
        let start = (60 + 24 * 60 * chance.minute(75)) + 30 * chance.minute(40);
        let end = start + 60 + 30 * chance.minute(12);
        let [one, other] = [0, 1].map(|bay| lot.tries(bay, start, end));
        assert_eq!(one.await.status, other.await.status);
    }
    for (n, rule) in rules.into_iter().enumerate() {
        // From a time of the night on that the clocks jump over once.
        let start = format!("2027-03-{:02}T01:{:02}:00Z", 20 + n, 10 + n);
        let end = format!("2027-03-{:02}T0{}:30:00Z", 20 + n, 3 + n);
        let wish = |bay: usize| {
            json!({
                "space_id": lot.bays[bay], "start_time": start, "end_time": end, "rule": rule, "on_clash": "skip",
            })
        };
        let preview = format!("{SERIES}/preview");
        let told = ok(&lot.does(Method::POST, &preview, Some(wish(1))).await);
        let mut by_hand = Vec::new();
        for one in told["occurrences"].as_array().expect("a list") {
            let (from, until) = (&one["start_time"], &one["end_time"]);
            let booking = json!({ "space_id": lot.bays[1], "start_time": from, "end_time": until });
            let booked = lot.does(Method::POST, RESERVATIONS, Some(booking)).await;
            let is_told = one["verdict"] == "free";
            assert_eq!(
                booked.status == StatusCode::CREATED,
                is_told,
                "{one} {}",
                booked.text
            );
            if is_told {
                by_hand.push(from.as_str().expect("an instant")[5..16].to_owned());
            }
        }
        // Where nothing is left to be had there is no series.
        if by_hand.is_empty() {
            let none = lot.does(Method::POST, SERIES, Some(wish(0))).await;
            refused(&none, 409, "series_clashes");
            continue;
        }
        let series = lot.makes_series(wish(0)).await;
        assert_eq!(starts(&series), by_hand, "{rule}");
    }
    assert_eq!(lot.overlaps().await, 0);
}

#[tokio::test]
async fn every_day_of_a_year_is_one_series_that_is_moved_and_called_off_as_a_whole() {
    let lot = Lot::open().await;
    lot.sets_terms(json!({ "lead_max_days": 400 })).await;
    let year = lot
        .makes_series(lot.series_wish(0, "FREQ=DAILY;COUNT=366"))
        .await;
    assert_eq!(year["occurrences_ahead"], 366);
    let path = format!("{SERIES}/{}", year["id"].as_str().expect("an id"));
    let moved = json!({ "start_time": "10:15", "space_id": lot.bays[1] });
    let moved = ok(&lot.does(Method::PATCH, &path, Some(moved)).await);
    assert_eq!(moved["changed"], 366);
    let off = format!("{path}/cancel");
    let off = ok(&lot.does(Method::PUT, &off, Some(json!({}))).await);
    assert_eq!(
        (&off["changed"], &off["series"]["occurrences_ahead"]),
        (&json!(366), &json!(0))
    );
    // Whoever follows heard of each, and of the series once.
    let heard = lot.events().await;
    assert_eq!(heard.len(), 3 * 366);
}
