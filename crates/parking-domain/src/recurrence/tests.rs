//! Rules over switches of the clocks, their ends, and beside a calendar that is counted day by day.

use proptest::prelude::*;

use super::*;

fn zone(name: &str) -> TimeZone {
    name.parse().expect("a zone")
}

fn at(text: &str) -> DateTime<Utc> {
    DateTime::parse_from_rfc3339(text)
        .expect("an instant")
        .with_timezone(&Utc)
}

fn slot(start: &str, end: &str) -> Slot {
    Slot {
        start: at(start),
        end: at(end),
    }
}

/// What the clocks of the zone show at each start and end, and how many minutes lie between.
fn shown(rule: &str, first: Slot, place: &str) -> Vec<String> {
    let found = Rule::parse(rule)
        .expect("a rule")
        .occurrences(first, zone(place));
    let found = found.expect("occurrences");
    let line = |one: &Occurrence| {
        let (start, end) = (
            reading(one.slot.start, zone(place)),
            reading(one.slot.end, zone(place)),
        );
        let minutes = one.slot.length().num_minutes();
        format!(
            "{} {} {minutes}",
            start.format("%a %d.%m. %H:%M"),
            end.format("%H:%M")
        )
    };
    found.iter().map(line).collect()
}

fn refusal(rule: &str) -> RuleError {
    let first = slot("2026-11-23T08:00:00Z", "2026-11-23T17:00:00Z");
    let read = Rule::parse(rule).and_then(|rule| rule.occurrences(first, zone("Europe/Paris")));
    read.expect_err(rule)
}

#[test]
fn working_hours_stay_what_the_clock_shows_over_both_switches() {
    let spring = slot("2026-03-27T08:00:00Z", "2026-03-27T16:00:00Z");
    let rule = "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR;COUNT=3";
    assert_eq!(
        shown(rule, spring, "Europe/Paris"),
        [
            "Fri 27.03. 09:00 17:00 480",
            "Mon 30.03. 09:00 17:00 480",
            "Tue 31.03. 09:00 17:00 480"
        ]
    );
    let autumn = slot("2026-10-30T13:00:00Z", "2026-10-30T21:00:00Z");
    assert_eq!(
        shown(rule, autumn, "America/New_York"),
        [
            "Fri 30.10. 09:00 17:00 480",
            "Mon 02.11. 09:00 17:00 480",
            "Tue 03.11. 09:00 17:00 480"
        ]
    );
}

#[test]
fn a_night_ends_at_six_and_a_day_has_as_many_hours_as_it_has() {
    let night = slot("2026-03-27T21:00:00Z", "2026-03-28T05:00:00Z");
    assert_eq!(
        shown("FREQ=DAILY;COUNT=3", night, "Europe/Paris"),
        [
            "Fri 27.03. 22:00 06:00 480",
            "Sat 28.03. 22:00 06:00 420",
            "Sun 29.03. 22:00 06:00 480"
        ]
    );
    let day = slot("2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z");
    assert_eq!(
        shown("FREQ=DAILY;COUNT=2", day, "Europe/Paris"),
        ["Sun 25.10. 00:00 00:00 1500", "Mon 26.10. 00:00 00:00 1440"]
    );
    let short = slot("2026-03-07T05:00:00Z", "2026-03-08T05:00:00Z");
    assert_eq!(
        shown("FREQ=DAILY;COUNT=2", short, "America/New_York"),
        ["Sat 07.03. 00:00 00:00 1440", "Sun 08.03. 00:00 00:00 1380"]
    );
}

#[test]
fn what_the_clocks_jump_over_is_when_they_would_have_shown_it_and_what_comes_twice_is_the_first() {
    let gap = slot("2026-03-28T01:30:00Z", "2026-03-28T02:30:00Z");
    assert_eq!(
        shown("FREQ=DAILY;COUNT=3", gap, "Europe/Paris"),
        [
            "Sat 28.03. 02:30 03:30 60",
            "Sun 29.03. 03:30 04:30 60",
            "Mon 30.03. 02:30 03:30 60"
        ]
    );
    let twice = slot("2026-10-24T00:30:00Z", "2026-10-24T01:30:00Z");
    let found = Rule::parse("FREQ=DAILY;COUNT=2").expect("a rule");
    let found = found
        .occurrences(twice, zone("Europe/Paris"))
        .expect("occurrences");
    assert_eq!(found[1].slot.start, at("2026-10-25T00:30:00Z"));
    // The one that was given is the one that is meant.
    let second = slot("2026-10-25T01:30:00Z", "2026-10-25T02:30:00Z");
    let found = Rule::parse("FREQ=DAILY;COUNT=2").expect("a rule");
    let found = found
        .occurrences(second, zone("Europe/Paris"))
        .expect("occurrences");
    assert_eq!(found[0].slot, second);
}

#[test]
fn months_and_years_have_the_days_they_have() {
    let last = slot("2027-01-31T09:00:00Z", "2027-01-31T10:00:00Z");
    assert_eq!(
        shown("FREQ=MONTHLY;COUNT=3", last, "UTC"),
        [
            "Sun 31.01. 09:00 10:00 60",
            "Wed 31.03. 09:00 10:00 60",
            "Mon 31.05. 09:00 10:00 60"
        ]
    );
    assert_eq!(
        shown("RRULE:FREQ=MONTHLY;BYDAY=-1FR;COUNT=2", last, "UTC"),
        ["Fri 26.02. 09:00 10:00 60", "Fri 26.03. 09:00 10:00 60"]
    );
    let leap = slot("2028-02-29T09:00:00Z", "2028-02-29T10:00:00Z");
    let years = Rule::parse("freq=yearly;count=2").expect("a rule");
    let years = years.occurrences(leap, zone("UTC")).expect("occurrences");
    assert_eq!(
        years[1].date,
        NaiveDate::from_ymd_opt(2032, 2, 29).expect("a day")
    );
}

#[test]
fn until_is_a_day_of_the_site_or_an_instant_and_is_itself_inside() {
    let first = slot("2026-11-23T22:30:00Z", "2026-11-23T23:30:00Z");
    for until in ["20261125", "20261125T233000", "20261125T223000Z"] {
        let rule = format!("FREQ=DAILY;UNTIL={until}");
        assert_eq!(shown(&rule, first, "Europe/Paris").len(), 3, "{until}");
    }
    assert_eq!(
        shown("FREQ=DAILY;UNTIL=20261125T222959Z", first, "Europe/Paris").len(),
        2
    );
}

#[test]
fn a_rule_that_ends_with_an_occurrence_has_those_up_to_it() {
    let first = slot("2026-10-23T22:30:00Z", "2026-10-24T03:30:00Z");
    let rule = Rule::parse("FREQ=DAILY;COUNT=5").expect("a rule");
    let all = rule
        .occurrences(first, zone("Europe/Paris"))
        .expect("occurrences");
    let shorter = rule.ending_at(all[3].slot.start);
    assert_eq!(shorter.to_string(), "FREQ=DAILY;UNTIL=20261026T233000Z");
    let some = shorter
        .occurrences(first, zone("Europe/Paris"))
        .expect("occurrences");
    assert_eq!(some, all[..4]);
}

#[test]
fn what_is_no_rule_has_no_end_or_too_many_is_refused() {
    assert_eq!(refusal("FREQ=DAILY"), RuleError::Endless);
    assert_eq!(refusal("FREQ=HOURLY;COUNT=3"), RuleError::WithinDays);
    assert_eq!(
        refusal("FREQ=DAILY;BYHOUR=9,10;COUNT=3"),
        RuleError::WithinDays
    );
    assert_eq!(refusal("FREQ=DAILY;COUNT=10000"), RuleError::TooMany);
    assert_eq!(refusal("FREQ=DAILY;UNTIL=99991231"), RuleError::TooMany);
    assert_eq!(
        refusal("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30;COUNT=1"),
        RuleError::Never
    );
    assert_eq!(
        refusal(&format!("FREQ=DAILY;COUNT={}", "1".repeat(500))),
        RuleError::TooLong
    );
    for typed in [
        "",
        "daily",
        "FREQ=DAILY;COUNT=x",
        "FREQ=OFTEN;COUNT=2",
        "FREQ=DAILY;COUNT=0",
        "FREQ=DAILY;UNTIL=soon",
        "FREQ=DAILY;COUNT=2;COUNT=3",
        "FREQ=DAILY;COUNT=2\nDTSTART:20260101T000000Z",
        "FREQ=DAILY;UNTIL=20200101",
    ] {
        let error = refusal(typed);
        assert!(
            matches!(
                error,
                RuleError::Syntax(_) | RuleError::Endless | RuleError::Never
            ),
            "{typed:?}: {error:?}"
        );
    }
    let rule = Rule::parse("FREQ=DAILY;COUNT=2").expect("a rule");
    let nothing = slot("2026-11-23T08:00:00Z", "2026-11-23T08:00:00Z");
    assert_eq!(
        rule.occurrences(nothing, zone("UTC")),
        Err(RuleError::Length)
    );
}

proptest! {
    /// Days counted one by one on the calendar are those that the rule finds.
    #[test]
    fn weekdays_are_those_of_the_calendar(start in 0_i64..700, minute in 0_i64..1_440, count in 1_usize..60, days in 1_u8..128) {
        let names = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"];
        let picked: Vec<&str> = (0..7).filter(|n| days & (1 << n) != 0).map(|n| names[n]).collect();
        let rule = format!("FREQ=WEEKLY;BYDAY={};COUNT={count}", picked.join(","));
        let paris = zone("Europe/Paris");
        let from = at("2026-01-01T00:00:00Z") + TimeDelta::days(start) + TimeDelta::minutes(minute);
        let first = Slot { start: from, end: from + TimeDelta::minutes(30) };
        // At a switch even half an hour by the clock may be none.
        prop_assume!(Hours::of(first, paris).length == TimeDelta::minutes(30));
        let found = Rule::parse(&rule).expect("a rule").occurrences(first, paris).expect("occurrences");
        let mut day = day_of(from, paris);
        let mut expected = Vec::new();
        while expected.len() < count {
            let weekday = chrono::Datelike::weekday(&day).num_days_from_monday();
            if days & (1 << weekday) != 0 {
                expected.push(day);
            }
            day = day.succ_opt().expect("a day");
        }
        let dates: Vec<NaiveDate> = found.iter().map(|one| one.date).collect();
        prop_assert_eq!(dates, expected);
        prop_assert!(found.iter().all(|one| one.slot.length() >= TimeDelta::minutes(30)));
    }
}
