//! What whoever has a series is told of its dates.

use chrono::{DateTime, TimeDelta, Utc};
use parking_domain::text::Language;

use super::super::letters::Written;
use super::super::{Letter, write};
use super::*;

fn written(kind: Kind, count: usize, is_reminded: bool, language: Language) -> Written {
    // A Saturday at nine in Paris, the day before its clocks go back, and every day after it.
    let start: DateTime<Utc> = "2026-10-24T07:00:00Z".parse().unwrap();
    let date = |day: usize| {
        let jump = i64::from(day > 0);
        let start = start + TimeDelta::hours(24 * i64::try_from(day).unwrap() + jump);
        let slot = Slot {
            start,
            end: start + TimeDelta::hours(8),
        };
        let space = if day == 1 { "B-2" } else { "A-<7>" };
        SeriesDate { kind, slot, space }
    };
    let ticket = SecretString::from("T1cket");
    let news = SeriesNews {
        kind,
        ticket: Some(&ticket),
        space: "A-<7>",
        site: "Quay & Fils",
        place: vec!["56100 Lorient"],
        dates: (0..count).map(date).collect(),
        zone: "Europe/Paris".parse().unwrap(),
        is_reminded,
        calendar: Some("BEGIN:VCALENDAR".to_owned()),
    };
    write(&Letter::Series(&news), language, "Parking", "https://p")
}

#[test]
fn each_date_is_named_by_the_clocks_of_the_site_and_the_rest_are_counted() {
    let letter = written(Kind::Confirmation, 40, true, Language::En);
    assert_eq!(
        letter.subject,
        "Bay A-<7> at Quay & Fils is reserved for you 40 times, first 2026-10-24 09:00 (UTC+2)"
    );
    for line in [
        "By the clocks of Europe/Paris:",
        "2026-10-24 09:00 (UTC+2) until 2026-10-24 17:00 (UTC+2)\n",
        "2026-10-25 09:00 (UTC+1) until 2026-10-25 17:00 (UTC+1), bay B-2",
        "And 28 more, the last on 2026-12-02 09:00 (UTC+1).",
        "Before each of them you are reminded",
        "https://p/ticket#T1cket",
    ] {
        assert!(letter.text.contains(line), "{line}: {}", letter.text);
    }
    assert!(!letter.html.contains("A-<7>"), "{}", letter.html);
    assert_eq!(letter.calendar.as_deref(), Some("BEGIN:VCALENDAR"));
    let letter = written(Kind::Confirmation, 13, false, Language::Fr);
    for line in [
        "La place A-<7> à Quay & Fils vous est réservée 13 fois.",
        "25.10.2026 à 09:00 (UTC+1) – 25.10.2026 à 17:00 (UTC+1), place B-2",
        "Et 1 autre, le 05.11.2026 à 09:00 (UTC+1).",
    ] {
        assert!(letter.text.contains(line), "{line}: {}", letter.text);
    }
    assert!(!letter.text.contains("rappel"), "nobody reminds them");
}

#[test]
fn where_not_the_same_became_of_all_each_stands_below_what_did() {
    let start: DateTime<Utc> = "2026-10-26T08:00:00Z".parse().unwrap();
    let date = |(n, kind): (usize, Kind)| {
        let start = start + TimeDelta::days(i64::try_from(n).unwrap());
        let slot = Slot {
            start,
            end: start + TimeDelta::hours(8),
        };
        SeriesDate {
            kind,
            slot,
            space: "A-7",
        }
    };
    let kinds = [
        Kind::Cancellation,
        Kind::Confirmation,
        Kind::Cancellation,
        Kind::Change,
    ];
    let ticket = SecretString::from("T1cket");
    let news = SeriesNews {
        kind: Kind::Change,
        ticket: Some(&ticket),
        space: "A-7",
        site: "Quay",
        place: vec![],
        dates: kinds.into_iter().enumerate().map(date).collect(),
        zone: "Europe/Paris".parse().unwrap(),
        is_reminded: false,
        calendar: None,
    };
    let told = |language| write(&Letter::Series(&news), language, "Parking", "https://p");
    let letter = told(Language::En);
    assert_eq!(
        letter.subject,
        "Your reservations of bay A-7 at Quay have changed: 1 new, 1 changed, 2 cancelled"
    );
    let mut rest = letter.text.as_str();
    for line in [
        "Reserved for you:",
        "2026-10-27 09:00",
        "Changed:",
        "2026-10-29 09:00",
        "Cancelled, and no longer yours:",
        "2026-10-26 09:00",
        "2026-10-28 09:00",
        "check in to the first",
    ] {
        let (_, after) = rest.split_once(line).expect(line);
        rest = after;
    }
    let letter = told(Language::Fr);
    assert!(
        letter
            .subject
            .ends_with("1 nouvelle, 1 modifiée, 2 annulées")
    );
    assert!(
        letter
            .text
            .contains("Annulées, elles ne sont plus à vous :")
    );
}

#[test]
fn of_what_is_no_longer_theirs_nobody_is_told_to_come() {
    for kind in Kind::ALL {
        for (language, come) in [(Language::En, "check in"), (Language::Fr, "signaler")] {
            let letter = written(kind, 3, true, language);
            assert_eq!(
                letter.text.contains(come),
                !kind.is_last(),
                "{}",
                letter.subject
            );
        }
    }
}
