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

/// Every time that what starts like `first` recurs, within ten years of it.
fn found(rule: &str, first: Slot, place: &str) -> Result<Vec<Occurrence>, RuleError> {
    Rule::parse(rule)?.occurrences(first, zone(place), (first.start, 3_653))
}

/// What the clocks of the zone show at each start and end, and how many minutes lie between.
fn shown(rule: &str, first: Slot, place: &str) -> Vec<String> {
    let found = found(rule, first, place).expect(rule);
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
    found(rule, first, "Europe/Paris").expect_err(rule)
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
    let autumn = slot("2026-10-23T07:00:00Z", "2026-10-23T15:00:00Z");
    assert_eq!(
        shown(rule, autumn, "Europe/Paris"),
        [
            "Fri 23.10. 09:00 17:00 480",
            "Mon 26.10. 09:00 17:00 480",
            "Tue 27.10. 09:00 17:00 480"
        ]
    );
    let spring = slot("2026-03-06T14:00:00Z", "2026-03-06T22:00:00Z");
    assert_eq!(
        shown(rule, spring, "America/New_York"),
        [
            "Fri 06.03. 09:00 17:00 480",
            "Mon 09.03. 09:00 17:00 480",
            "Tue 10.03. 09:00 17:00 480"
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
    let night = slot("2026-10-31T02:00:00Z", "2026-10-31T10:00:00Z");
    assert_eq!(
        shown("FREQ=DAILY;COUNT=3", night, "America/New_York"),
        [
            "Fri 30.10. 22:00 06:00 480",
            "Sat 31.10. 22:00 06:00 540",
            "Sun 01.11. 22:00 06:00 480"
        ]
    );
    let short = slot("2026-03-27T23:00:00Z", "2026-03-28T23:00:00Z");
    assert_eq!(
        shown("FREQ=DAILY;COUNT=2", short, "Europe/Paris"),
        ["Sat 28.03. 00:00 00:00 1440", "Sun 29.03. 00:00 00:00 1380"]
    );
    let long = slot("2026-11-01T04:00:00Z", "2026-11-02T05:00:00Z");
    assert_eq!(
        shown("FREQ=DAILY;COUNT=2", long, "America/New_York"),
        ["Sun 01.11. 00:00 00:00 1500", "Mon 02.11. 00:00 00:00 1440"]
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
    let times = found("FREQ=DAILY;COUNT=2", twice, "Europe/Paris").expect("occurrences");
    assert_eq!(times[1].slot.start, at("2026-10-25T00:30:00Z"));
    // The one that was given is the one that is meant.
    let second = slot("2026-10-25T01:30:00Z", "2026-10-25T02:30:00Z");
    let times = found("FREQ=DAILY;COUNT=2", second, "Europe/Paris").expect("occurrences");
    assert_eq!(times[0].slot, second);
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
    let years = found("freq=yearly;count=2", leap, "UTC").expect("occurrences");
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
    let all = found("FREQ=DAILY;COUNT=5", first, "Europe/Paris").expect("occurrences");
    let shorter = rule.ending_at(all[3].slot.start).to_string();
    assert_eq!(shorter, "FREQ=DAILY;UNTIL=20261026T233000Z");
    let some = found(&shorter, first, "Europe/Paris").expect("occurrences");
    assert_eq!(some, all[..4]);
}

#[test]
fn the_days_of_a_rule_that_is_kept_are_those_it_was_made_with_however_long_ago() {
    let first = slot("2026-10-23T22:30:00Z", "2026-10-24T03:30:00Z");
    for rule in [
        "FREQ=DAILY;COUNT=9",
        "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,SA;COUNT=9",
        "FREQ=MONTHLY;BYDAY=-1FR;UNTIL=20270801",
    ] {
        let kept = Rule::parse(rule).expect("a rule");
        let all = found(rule, first, "Europe/Paris").expect("occurrences");
        let dates: BTreeSet<NaiveDate> = all.iter().map(|one| one.date).collect();
        let days = |rule: &Rule| rule.days_of(first, zone("Europe/Paris"));
        assert_eq!(days(&kept), Ok(dates.clone()), "{rule}");
        // Told by its end it is the same, and one that would not end is not followed for ever.
        let last = all.last().expect("one").slot.start;
        assert_eq!(days(&kept.ending_at(last)), Ok(dates), "{rule}");
    }
    let far = Rule::parse("FREQ=YEARLY;UNTIL=99991231").expect("a rule");
    let days = far.days_of(first, zone("UTC")).expect("days");
    assert_eq!(days.len(), 21);
    let never = Rule::parse("FREQ=DAILY;UNTIL=20200101").expect("a rule");
    assert_eq!(never.days_of(first, zone("UTC")), Err(RuleError::Never));
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
    assert_eq!(refusal("FREQ=DAILY;UNTIL=20280101"), RuleError::TooMany);
    assert_eq!(
        refusal("FREQ=DAILY;UNTIL=99991231"),
        RuleError::TooFarAhead(3_653)
    );
    for never in [
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30;COUNT=1",
        "FREQ=DAILY;UNTIL=20200101",
        "FREQ=DAILY;INTERVAL=0;COUNT=1",
        "FREQ=DAILY;COUNT=0",
    ] {
        assert_eq!(refusal(never), RuleError::Never, "{never}");
    }
    assert_eq!(
        refusal(&format!("FREQ=DAILY;COUNT={}", "1".repeat(500))),
        RuleError::TooLong
    );
    for typed in [
        "",
        "daily",
        "FREQ=DAILY;COUNT=x",
        "FREQ=OFTEN;COUNT=2",
        "FREQ=DAILY;UNTIL=soon",
        "FREQ=DAILY;COUNT=2;COUNT=3",
        "FREQ=DAILY;COUNT=2\nDTSTART:20260101T000000Z",
        "FREQ=DAILY;COUNT=2;UNTIL=20261231",
        "FREQ=DAILY;UNTIL=+2621421231T235959Z",
    ] {
        let error = refusal(typed);
        let is_no_rule = matches!(error, RuleError::Syntax(_) | RuleError::Endless);
        assert!(is_no_rule, "{typed:?}: {error:?}");
    }
    let nothing = slot("2026-11-23T08:00:00Z", "2026-11-23T08:00:00Z");
    assert_eq!(
        found("FREQ=DAILY;COUNT=2", nothing, "UTC"),
        Err(RuleError::Length)
    );
}

#[test]
fn nobody_looks_for_what_lies_later_than_anybody_plans() {
    // A leap day that is a Monday comes every 28 years.
    for rule in [
        "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=29;BYDAY=MO;COUNT=286",
        "FREQ=YEARLY;COUNT=12",
        "FREQ=YEARLY;UNTIL=20361231",
    ] {
        let first = slot("2028-02-29T08:00:00Z", "2028-02-29T09:00:00Z");
        let times =
            Rule::parse(rule)
                .expect(rule)
                .occurrences(first, zone("UTC"), (first.start, 730));
        let refused = matches!(times, Err(RuleError::TooFarAhead(730) | RuleError::Never));
        assert!(refused, "{rule}: {times:?}");
    }
    // The last day that can be planned is one of them, whatever its hour.
    let first = slot("2026-11-23T08:00:00Z", "2026-11-23T09:00:00Z");
    let ends = |until: &str, days: i32| {
        let rule = Rule::parse(&format!("FREQ=DAILY;UNTIL={until}")).expect("a rule");
        let times = rule.occurrences(first, zone("UTC"), (first.start, days));
        times.map(|times| times.len())
    };
    assert_eq!(ends("20261203", 10), Ok(11));
    assert_eq!(ends("20261204", 10), Err(RuleError::TooFarAhead(10)));
}

#[test]
fn days_of_the_week_are_counted_within_months_and_years_and_not_beside_others() {
    let first = slot("2026-11-23T08:00:00Z", "2026-11-23T09:00:00Z");
    for rule in [
        "FREQ=MONTHLY;BYDAY=1MO,-1FR,+2TU",
        "FREQ=YEARLY;BYDAY=53MO,-52SU,10WE",
        "FREQ=YEARLY;BYWEEKNO=10;BYDAY=MO",
        "FREQ=WEEKLY;WKST=SU;BYDAY=MO,SU",
    ] {
        let read = found(&format!("{rule};COUNT=1"), first, "UTC");
        assert!(read.is_ok(), "{rule}: {read:?}");
    }
    for rule in [
        "FREQ=WEEKLY;BYDAY=1MO",
        "FREQ=DAILY;BYDAY=2MO",
        "FREQ=MONTHLY;BYDAY=6MO",
        "FREQ=MONTHLY;BYDAY=99999MO",
        "FREQ=MONTHLY;BYDAY=0MO",
        "FREQ=MONTHLY;BYDAY=++1MO",
        "FREQ=MONTHLY;BYDAY=001MO",
        "FREQ=MONTHLY;BYDAY=1MO,TU",
        "FREQ=YEARLY;BYDAY=54MO",
        "FREQ=YEARLY;BYWEEKNO=10;BYDAY=1MO",
        "FREQ=WEEKLY;BYDAY=XXMO",
        "FREQ=WEEKLY;BYDAY=M",
        "FREQ=WEEKLY;BYDAY=MO,,TU",
        "FREQ=WEEKLY;BYDAY=1",
    ] {
        let read = Rule::parse(&format!("{rule};COUNT=1"));
        assert!(
            matches!(read, Err(RuleError::Syntax(_))),
            "{rule}: {read:?}"
        );
    }
}

#[test]
fn a_part_that_rfc_5545_does_not_name_is_none_whatever_stands_before_it() {
    for rule in [
        "EXRULE:FREQ=DAILY;COUNT=2",
        "DTSTART:FREQ=DAILY;COUNT=2",
        "DTSTART;TZID=Mars/Olympus:FREQ=DAILY;COUNT=2",
        "FREQ=DAILY;COUNT=2;A:BYHOUR=9,10",
        "FREQ=DAILY;COUNT=2;BYWEEKDAY=MO",
        "FREQ=DAILY;COUNT=2;X-PART=1",
        "RRULE:RRULE:FREQ=DAILY;COUNT=2",
    ] {
        let read = Rule::parse(rule);
        assert!(
            matches!(read, Err(RuleError::Syntax(_))),
            "{rule}: {read:?}"
        );
    }
}

#[test]
fn a_start_within_a_second_is_the_first_occurrence() {
    let first = slot("2026-11-23T08:00:00.123456Z", "2026-11-23T09:00:00Z");
    let times = found("FREQ=DAILY;COUNT=2", first, "Europe/Paris").expect("occurrences");
    assert_eq!(times[0].slot, first);
    assert_eq!(times[1].slot.start, at("2026-11-24T08:00:00.123456Z"));
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
        let found = found(&rule, first, "Europe/Paris").expect("occurrences");
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

/// Values that a part of a rule may have, and some that it may not.
fn value() -> impl Strategy<Value = String> {
    let number = prop_oneof![
        -400_i64..400,
        Just(0),
        Just(i64::from(u16::MAX)),
        Just(i64::from(i16::MIN)),
        Just(i64::MAX)
    ];
    prop::collection::vec(number, 1..4).prop_map(|all| {
        let all: Vec<String> = all.iter().map(ToString::to_string).collect();
        all.join(",")
    })
}

proptest! {
    /// Whatever stands in a rule, it is worked out or refused, within bounds.
    #[test]
    fn no_rule_breaks_whoever_works_it_out(
        frequency in prop::sample::select(vec!["DAILY", "WEEKLY", "MONTHLY", "YEARLY"]),
        interval in prop::sample::select(vec![0_u64, 1, 2, 53, 400, 32_768, 65_535, 65_536]),
        count in 1_u32..400,
        parts in prop::collection::btree_map(
            prop::sample::select(vec!["BYMONTHDAY", "BYYEARDAY", "BYWEEKNO", "BYMONTH", "BYSETPOS"]), value(), 0..3),
        weekday in prop::sample::select(vec!["", ";BYDAY=MO", ";BYDAY=TU,SU", ";BYDAY=-1FR", ";BYDAY=53SA"]),
        start in 0_i64..1_460,
    ) {
        let parts: Vec<String> = parts.iter().map(|(name, value)| format!(";{name}={value}")).collect();
        let rule = format!("FREQ={frequency};INTERVAL={interval};COUNT={count}{}{weekday}", parts.concat());
        let from = at("2026-01-01T10:00:00Z") + TimeDelta::days(start);
        let first = Slot { start: from, end: from + TimeDelta::hours(1) };
        let found = Rule::parse(&rule).and_then(|rule| rule.occurrences(first, zone("Europe/Paris"), (from, 730)));
        if let Ok(found) = found {
            prop_assert!((1..=OCCURRENCES_MAX).contains(&found.len()), "{rule}");
            prop_assert!(found.iter().all(|one| one.slot.start >= from && one.slot.end > one.slot.start), "{rule}");
        }
    }
}
