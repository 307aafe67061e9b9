//! Series beside the naive engine, which knows them day by day: another rule for one of them.

use std::collections::BTreeSet;

use parking_domain::reservations::{Slot, Status};

use super::oracle::{Naive, is_free};
use super::series::{SERIES, ok};
use super::*;

/// A series as it is by the rules: days, counted from the slot that it repeats.
pub(super) struct Repeats {
    id: Value,
    bay: usize,
    first: Slot,
    days: BTreeSet<i64>,
    /// Which of all reservations it has, each with its day.
    has: Vec<(usize, i64)>,
    /// Days that nobody could have.
    left_out: BTreeSet<i64>,
}

/// What another rule makes of it.
struct Expected {
    asked: BTreeSet<i64>,
    removed: Vec<usize>,
    free: Vec<i64>,
    taken: BTreeSet<i64>,
    /// The first day that it decides over.
    cut: i64,
}

/// How it is refused, or that it is nothing new.
enum Otherwise {
    Over,
    NoDay,
    Clashes,
    Same,
}

impl Repeats {
    /// Three days, of which some were had.
    pub(super) fn of_three(
        series: &Value,
        bay: usize,
        first: Slot,
        has: Vec<(usize, i64)>,
    ) -> Self {
        let had: BTreeSet<i64> = has.iter().map(|(_, day)| *day).collect();
        Self {
            id: series["id"].clone(),
            bay,
            first,
            days: (0..3).collect(),
            left_out: (0..3).filter(|day| !had.contains(day)).collect(),
            has,
        }
    }

    fn on(&self, day: i64) -> Slot {
        Slot {
            start: self.first.start + TimeDelta::days(day),
            end: self.first.end + TimeDelta::days(day),
        }
    }

    /// What a rule of these days makes of it, looked up one by one.
    fn expects(
        &self,
        all: &[(Value, Naive)],
        (days, skips): (&[i64], bool),
        now: DateTime<Utc>,
    ) -> Result<Expected, Otherwise> {
        let lies_ahead = |day: &i64| self.on(*day).start > now;
        let one = |n: usize| &all[n].1;
        let is_open = |n: usize| {
            let one = one(n);
            one.blocks() && !one.has_come && one.slot.start > now
        };
        let ahead: Vec<(usize, i64)> = self
            .has
            .iter()
            .copied()
            .filter(|(n, _)| is_open(*n))
            .collect();
        if ahead.is_empty() {
            return Err(Otherwise::Over);
        }
        let asked: BTreeSet<i64> = days.iter().copied().filter(lies_ahead).collect();
        let Some(first) = asked.first() else {
            return Err(Otherwise::NoDay);
        };
        if asked == self.days.iter().copied().filter(lies_ahead).collect() {
            return Err(Otherwise::Same);
        }
        let stays = |(n, day): &(usize, i64)| one(*n).is_detached || asked.contains(day);
        let removed = ahead.iter().filter(|at| !stays(at)).map(|(n, _)| *n);
        let removed: Vec<usize> = removed.collect();
        let mut after = all.to_vec();
        for n in &removed {
            after[*n].1.status = Status::Cancelled;
        }
        let is_spoken_for = |day: &i64| {
            self.has.iter().any(|(n, its)| {
                its == day && (one(*n).status != Status::Cancelled || self.days.contains(day))
            })
        };
        let open = asked.iter().copied().filter(|day| !is_spoken_for(day));
        let (free, taken): (Vec<i64>, Vec<i64>) =
            open.partition(|day| is_free(&after, None, self.bay, self.on(*day)));
        let is_news = taken.iter().any(|day| !self.left_out.contains(day));
        let is_vain = removed.is_empty() && free.is_empty();
        if is_news && (is_vain || !skips) {
            return Err(Otherwise::Clashes);
        }
        // What was put elsewhere and would be over stays with what is over.
        let goes_on = |(n, day): &&(usize, i64)| !one(*n).is_detached || lies_ahead(day);
        let goes: Vec<i64> = ahead.iter().filter(goes_on).map(|(_, day)| *day).collect();
        let is_fixed = |(n, day): &(usize, i64)| {
            lies_ahead(day) && one(*n).status != Status::Cancelled && !is_open(*n)
        };
        if free.is_empty() && goes.len() == removed.len() && !self.has.iter().any(is_fixed) {
            return Err(Otherwise::NoDay);
        }
        let cut = goes.into_iter().chain([*first]).min();
        Ok(Expected {
            cut: cut.expect("a day"),
            removed,
            free,
            taken: taken.into_iter().collect(),
            asked,
        })
    }

    /// It begins on another day: that is day zero now.
    fn begins(&mut self, start: DateTime<Utc>) {
        let by = (start - self.first.start).num_days();
        self.first = self.on(by);
        let moved = |days: &BTreeSet<i64>| days.iter().map(|day| day - by).collect();
        (self.days, self.left_out) = (moved(&self.days), moved(&self.left_out));
        for (_, day) in &mut self.has {
            *day -= by;
        }
    }
}

/// Gives a series another rule.
pub(super) async fn rule_one(
    lot: &Lot,
    all: &mut Vec<(Value, Naive)>,
    one: &mut Repeats,
    (interval, count, skips): (i64, i64, bool),
) -> bool {
    let now = lot.now();
    let days: Vec<i64> = (0..count).map(|n| n * interval).collect();
    let wish = json!({
        "rule": format!("FREQ=DAILY;INTERVAL={interval};COUNT={count}"), "on_clash": if skips { "skip" } else { "refuse" },
    });
    let answer = lot.changes_series(&json!({ "id": one.id }), wish).await;
    let expected = match one.expects(all, (&days, skips), now) {
        Ok(expected) => expected,
        Err(otherwise) => {
            match otherwise {
                Otherwise::Over => refused(&answer, 409, "reservation_over"),
                Otherwise::NoDay => wrong(&answer, "rule"),
                Otherwise::Clashes => refused(&answer, 409, "series_clashes"),
                Otherwise::Same => assert_eq!(ok(&answer)["changed"], 0),
            }
            return false;
        }
    };
    let told = ok(&answer);
    let count = expected.removed.len() + expected.free.len();
    assert_eq!(told["changed"], count, "{told}");
    for n in &expected.removed {
        all[*n].1.status = Status::Cancelled;
    }
    let now_is = &told["series"];
    if now_is["id"] != one.id {
        one.has.retain(|(_, day)| *day >= expected.cut);
    }
    let outcomes = told["outcomes"].as_array().expect("a list").iter();
    let came: Vec<&Value> = outcomes.filter(|one| one["fate"] == "new").collect();
    let starts: Vec<&Value> = came.iter().map(|one| &one["start_time"]).collect();
    let wanted: Vec<Value> = expected
        .free
        .iter()
        .map(|day| json!(one.on(*day).start))
        .collect();
    assert_eq!(starts, wanted.iter().collect::<Vec<_>>());
    for (came, day) in came.into_iter().zip(&expected.free) {
        one.has.push((all.len(), *day));
        let body = lot.sees(&json!({ "id": came["reservation_id"] })).await;
        all.push((body, Naive::agreed(one.bay, one.on(*day))));
    }
    one.days
        .retain(|day| one.first.start + TimeDelta::days(*day) <= now);
    one.days.extend(expected.asked);
    one.left_out = expected.taken;
    one.id = now_is["id"].clone();
    one.begins(serde_json::from_value(now_is["start_time"].clone()).expect("an instant"));
    // It is told as it is: each that it has, on its day.
    let path = format!("{SERIES}/{}", one.id.as_str().expect("an id"));
    let seen = ok(&lot.does(Method::GET, &path, None).await);
    let on_days = seen["occurrences"].as_array().expect("a list").iter();
    let on_days = on_days.filter(|one| one["status"] == "confirmed");
    let mut on_days: Vec<&Value> = on_days.map(|one| &one["recurrence_time"]).collect();
    let has = one.has.iter().filter(|(n, _)| all[*n].1.blocks());
    let mut has: Vec<Value> = has.map(|(_, day)| json!(one.on(*day).start)).collect();
    on_days.sort_by_key(ToString::to_string);
    has.sort_by_key(Value::to_string);
    assert_eq!(on_days, has.iter().collect::<Vec<_>>());
    true
}
