//! Time zones, countries and opening hours as people write them.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use proptest::prelude::*;

use super::*;
use crate::text::Slug;

#[test]
fn a_point_has_both_numbers_and_lies_on_the_earth() {
    let parse = Coordinates::parse;
    let point = parse(Some(46.2), Some(-6.1)).unwrap().unwrap();
    assert_eq!((point.latitude(), point.longitude()), (46.2, -6.1));
    assert_eq!(parse(None, None), Ok(None));
    assert_eq!(parse(Some(1.0), None), Err(CoordinatesError::Half));
    assert_eq!(parse(None, Some(1.0)), Err(CoordinatesError::Half));
    assert_eq!(
        parse(Some(90.1), Some(0.0)),
        Err(CoordinatesError::Latitude)
    );
    assert_eq!(
        parse(Some(f64::NAN), Some(0.0)),
        Err(CoordinatesError::Latitude)
    );
    assert_eq!(
        parse(Some(0.0), Some(-180.5)),
        Err(CoordinatesError::Longitude)
    );
    assert_eq!(
        parse(Some(0.0), Some(f64::INFINITY)),
        Err(CoordinatesError::Longitude)
    );
    assert!(parse(Some(-90.0), Some(180.0)).is_ok());
}

#[test]
fn a_second_site_of_the_same_name_gets_a_number() {
    let taken = BTreeSet::from(["gare-de-l-est", "gare-de-l-est-2", "site"]);
    let free = |name| {
        let plain = Slug::from_name_or(name, "site");
        plain.free(|slug| taken.contains(slug)).to_string()
    };
    assert_eq!(free("Gare de l'Est"), "gare-de-l-est-3");
    assert_eq!(free("Hôtel Édouard VII"), "hotel-edouard-vii");
    assert_eq!(free("停車場"), "site-2");
    assert!(free(&"Straße ".repeat(50)).len() <= 60);
}

#[test]
fn a_time_zone_is_known_by_its_exact_name_and_a_near_one_is_offered() {
    let zone: TimeZone = "Europe/Zurich".parse().unwrap();
    assert_eq!(zone.to_string(), "Europe/Zurich");
    let nearest = |name: &str| name.parse::<TimeZone>().unwrap_err().nearest;
    assert_eq!(nearest("europe/zurich"), Some("Europe/Zurich"));
    assert_eq!(nearest("Europe/Zürich"), Some("Europe/Zurich"));
    assert_eq!(nearest("Zurich"), Some("Europe/Zurich"));
    assert_eq!(nearest("Europa/Paris"), Some("Europe/Paris"));
    assert_eq!(nearest("America/New York"), Some("America/New_York"));
    assert_eq!(nearest("tomorrow morning"), None);
    assert_eq!(nearest(""), None);
    assert_eq!(
        "Europe/Parid".parse::<TimeZone>().unwrap_err().to_string(),
        "must be an IANA time zone such as Europe/Zurich; did you mean Europe/Paris?"
    );
}

#[test]
fn a_country_is_one_of_those_there_are() {
    assert_eq!(Country::all().count(), 249);
    assert!(Country::all().is_sorted_by_key(Country::code));
    for country in Country::all() {
        assert_eq!(country.code().to_lowercase().parse(), Ok(country));
    }
    assert_eq!("UK".parse::<Country>(), Err(CountryError));
    assert_eq!("".parse::<Country>(), Err(CountryError));
    assert_eq!("FRA".parse::<Country>(), Err(CountryError));
}

#[test]
fn opening_hours_say_when_a_place_is_open() {
    let hours = OpeningHours::parse(" Mo-Fr 07:00-22:00; Sa 09:00-20:00; Su off ").unwrap();
    let zone: TimeZone = "Europe/Paris".parse().unwrap();
    // In November the clocks of Paris are an hour ahead.
    let at = |day, hour: u32| Utc.with_ymd_and_hms(2026, 11, day, hour - 1, 0, 0).unwrap();
    let opening = |day, hour| hours.opening(at(day, hour), zone);
    let (open, closed) = (Opening::Open, Opening::Closed);
    assert_eq!(opening(20, 21), (open, Some(at(20, 22))), "Friday");
    assert_eq!(opening(20, 22), (closed, Some(at(21, 9))), "Friday");
    assert_eq!(opening(21, 21), (closed, Some(at(23, 7))), "Saturday");
    assert_eq!(opening(22, 12), (closed, Some(at(23, 7))), "Sunday");
    let always = OpeningHours::parse("24/7").unwrap();
    assert_eq!(always.opening(at(20, 3), zone), (open, None));
    let end = DateTime::<Utc>::MAX_UTC;
    assert_eq!(
        always.opening(end, "UTC".parse().unwrap()),
        (Opening::Unknown, None)
    );
    let seldom = OpeningHours::parse("Dec 24 10:00-12:00").unwrap();
    assert_eq!(seldom.opening(at(20, 3), zone), (closed, None));
    assert_eq!(hours.as_str(), "Mo-Fr 07:00-22:00; Sa 09:00-20:00; Su off");
}

#[test]
fn what_opens_in_an_hour_that_is_left_out_opens_after_it() {
    let hours = OpeningHours::parse("02:30-05:00").unwrap();
    let zone: TimeZone = "Europe/Paris".parse().unwrap();
    let midnight = Utc.with_ymd_and_hms(2026, 3, 29, 0, 0, 0).unwrap();
    let half_past_one = Utc.with_ymd_and_hms(2026, 3, 29, 1, 30, 0).unwrap();
    assert_eq!(
        hours.opening(midnight, zone),
        (Opening::Closed, Some(half_past_one))
    );
}

#[test]
fn hours_that_cannot_be_read_are_refused_with_the_place() {
    assert_eq!(OpeningHours::parse(" "), Err(OpeningHoursError::Empty));
    assert_eq!(
        OpeningHours::parse(&"Mo,".repeat(90)),
        Err(OpeningHoursError::TooLong)
    );
    let refusal = |text| OpeningHours::parse(text).unwrap_err();
    // So far it might have been Friday.
    let syntax = |position| OpeningHoursError::Syntax { position };
    assert_eq!(refusal("from nine to five"), syntax(3));
    assert_eq!(refusal("Mo-Fr 07:00-22:00; Sx 09:00"), syntax(20));
}

proptest! {
    #[test]
    fn the_distance_of_two_texts_is_the_same_from_both_ends(a in "[a-c]{0,6}", b in "[a-c]{0,6}") {
        prop_assert_eq!(edits(&a, &b), edits(&b, &a));
        prop_assert_eq!(edits(&a, &b) == 0, a == b);
        prop_assert!(edits(&a, &b) <= a.len().max(b.len()));
    }

    #[test]
    fn no_text_makes_the_parsers_panic(text in "\\PC*|.*") {
        let seen = (text.parse::<TimeZone>().is_ok(), text.parse::<Country>().is_ok());
        prop_assert!(!(seen.0 && seen.1) || text.len() == 2);
    }

    #[test]
    fn no_hours_make_the_library_panic(
        text in "((Mo|Tu|Su|PH|SH|Jan|Dec|week|easter|sunrise|off|24/7|2026|[0-9]{1,2}:[0-9]{2}|[0-9]{1,3})[-, ;+/|]?){1,8}",
        day in 0_i32..4_000_000, minute in 0_u32..1_440,
    ) {
        let at = NaiveDate::from_num_days_from_ce_opt(day)
            .and_then(|day| day.and_hms_opt(minute / 60, minute % 60, 0))
            .unwrap();
        if let Ok(hours) = OpeningHours::parse(&text) {
            hours.opening(at.and_utc(), "America/Caracas".parse().unwrap());
        }
    }
}
