//! Places: where a site is, what time it is there, and when it is open.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Datelike as _, NaiveDateTime, TimeDelta, TimeZone as _, Utc};
use chrono_tz::{TZ_VARIANTS, Tz};
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// A point on the earth, in degrees of WGS 84.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Coordinates {
    latitude: f64,
    longitude: f64,
}

/// Why two numbers are no point; the message is shown to the person who typed them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum CoordinatesError {
    /// One without the other.
    #[error("latitude and longitude must be given together")]
    Half,
    /// Beyond a pole, or no number.
    #[error("latitude must be a number from -90 to 90")]
    Latitude,
    /// More than once around, or no number.
    #[error("longitude must be a number from -180 to 180")]
    Longitude,
}

impl Coordinates {
    /// Accepts both or neither.
    pub fn parse(
        latitude: Option<f64>,
        longitude: Option<f64>,
    ) -> Result<Option<Self>, CoordinatesError> {
        match (latitude, longitude) {
            (None, None) => Ok(None),
            // What is not a number lies in no range.
            (Some(latitude), _) if !(-90.0..=90.0).contains(&latitude) => {
                Err(CoordinatesError::Latitude)
            }
            (_, Some(longitude)) if !(-180.0..=180.0).contains(&longitude) => {
                Err(CoordinatesError::Longitude)
            }
            (Some(latitude), Some(longitude)) => Ok(Some(Self {
                latitude,
                longitude,
            })),
            _ => Err(CoordinatesError::Half),
        }
    }

    /// Degrees north.
    pub fn latitude(&self) -> f64 {
        self.latitude
    }

    /// Degrees east.
    pub fn longitude(&self) -> f64 {
        self.longitude
    }
}

/// A time zone of the IANA database, by its exact name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct TimeZone(Tz);

/// A name the database does not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("must be an IANA time zone such as Europe/Zurich{}", did_you_mean(*.nearest))]
pub struct TimeZoneError {
    /// What may have been meant.
    pub nearest: Option<&'static str>,
}

impl TimeZone {
    /// The one that all others are told by.
    pub const UTC: Self = Self(Tz::UTC);

    /// The time zone.
    pub fn tz(self) -> Tz {
        self.0
    }

    /// Its name in the database.
    pub fn name(self) -> &'static str {
        self.0.name()
    }
}

impl FromStr for TimeZone {
    type Err = TimeZoneError;

    fn from_str(name: &str) -> Result<Self, TimeZoneError> {
        let zone = name.parse().map(Self);
        zone.map_err(|_| TimeZoneError {
            nearest: nearest_zone(name),
        })
    }
}

fn did_you_mean(nearest: Option<&str>) -> String {
    nearest.map_or_else(String::new, |name| format!("; did you mean {name}?"))
}

/// The zone whose name differs least, if it differs little. A city alone is enough.
fn nearest_zone(typed: &str) -> Option<&'static str> {
    const LENGTH_MAX: usize = 64;
    let plain = |name: &str| name.to_ascii_lowercase().replace([' ', '-'], "_");
    let typed = plain(typed.trim());
    if typed.is_empty() || typed.len() > LENGTH_MAX {
        return None;
    }
    let distance = |zone: &Tz| {
        let name = plain(zone.name());
        let city = name.rsplit('/').next().unwrap_or_default();
        edits(&typed, &name).min(edits(&typed, city))
    };
    let zones = TZ_VARIANTS.iter().map(|zone| (distance(zone), zone.name()));
    let (edits, name) = zones.min()?;
    (edits * 3 <= typed.chars().count()).then_some(name)
}

/// How many letters must be put in, taken out or changed to make one text of the other.
fn edits(from: &str, to: &str) -> usize {
    let mut row: Vec<usize> = (0..=to.chars().count()).collect();
    for (line, a) in from.chars().enumerate() {
        let mut diagonal = line;
        let mut left = line + 1;
        for (cell, b) in row.iter_mut().skip(1).zip(to.chars()) {
            let above = *cell;
            left = (diagonal + usize::from(a != b))
                .min(above + 1)
                .min(left + 1);
            diagonal = above;
            *cell = left;
        }
        if let Some(first) = row.first_mut() {
            *first = line + 1;
        }
    }
    row.last().copied().unwrap_or_default()
}

/// A country, by its two letters of ISO 3166-1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Country(&'static str);

/// Two letters no country has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("must be a country's two letters by ISO 3166-1, such as CH")]
pub struct CountryError;

impl Country {
    /// The two letters, in upper case.
    pub fn code(self) -> &'static str {
        self.0
    }

    /// Every country, in the order of the alphabet.
    pub fn all() -> impl Iterator<Item = Self> {
        COUNTRIES
            .iter()
            .flat_map(|line| {
                (0..line.len())
                    .step_by(2)
                    .filter_map(|at| line.get(at..at + 2))
            })
            .map(Self)
    }
}

impl FromStr for Country {
    type Err = CountryError;

    fn from_str(typed: &str) -> Result<Self, CountryError> {
        let code = typed.trim();
        Self::all()
            .find(|country| country.0.eq_ignore_ascii_case(code))
            .ok_or(CountryError)
    }
}

/// The officially assigned codes, a line a letter.
const COUNTRIES: &[&str] = &[
    "ADAEAFAGAIALAMAOAQARASATAUAWAXAZ",
    "BABBBDBEBFBGBHBIBJBLBMBNBOBQBRBSBTBVBWBYBZ",
    "CACCCDCFCGCHCICKCLCMCNCOCRCUCVCWCXCYCZ",
    "DEDJDKDMDODZ",
    "ECEEEGEHERESET",
    "FIFJFKFMFOFR",
    "GAGBGDGEGFGGGHGIGLGMGNGPGQGRGSGTGUGWGY",
    "HKHMHNHRHTHU",
    "IDIEILIMINIOIQIRISIT",
    "JEJMJOJP",
    "KEKGKHKIKMKNKPKRKWKYKZ",
    "LALBLCLILKLRLSLTLULVLY",
    "MAMCMDMEMFMGMHMKMLMMMNMOMPMQMRMSMTMUMVMWMXMYMZ",
    "NANCNENFNGNINLNONPNRNUNZ",
    "OM",
    "PAPEPFPGPHPKPLPMPNPRPSPTPWPY",
    "QA",
    "RERORSRURW",
    "SASBSCSDSESGSHSISJSKSLSMSNSOSRSSSTSVSXSYSZ",
    "TCTDTFTGTHTJTKTLTMTNTOTRTTTVTWTZ",
    "UAUGUMUSUYUZ",
    "VAVCVEVGVIVNVU",
    "WFWS",
    "YEYT",
    "ZAZMZW",
];

/// When a place is open, in the notation of OpenStreetMap: `Mo-Fr 07:00-22:00; Sa,Su 09:00-20:00`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpeningHours {
    text: String,
    hours: opening_hours::OpeningHours,
}

/// Why a text says nothing about opening; the message is shown to the person who typed it.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum OpeningHoursError {
    /// Nothing was typed.
    #[error("must not be empty")]
    Empty,
    /// Longer than a value in OpenStreetMap can be.
    #[error("must have at most {} characters", OpeningHours::LENGTH_MAX)]
    TooLong,
    /// It cannot be read from some place on.
    #[error(
        "cannot be read from character {position} on; write it as in Mo-Fr 07:00-22:00; Sa 09:00-20:00"
    )]
    Syntax {
        /// Which, counted from 1.
        position: usize,
    },
    /// It can be read and makes no sense.
    #[error("{0}")]
    Meaning(String),
}

/// How far ahead a change of opening is looked for.
const OPENING_HORIZON: TimeDelta = TimeDelta::days(14);

/// Whether a place is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Opening {
    /// Yes.
    Open,
    /// No.
    Closed,
    /// The hours themselves say that nobody knows.
    Unknown,
}

impl Opening {
    /// The word for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Closed => "closed",
            Self::Unknown => "unknown",
        }
    }
}

impl OpeningHours {
    /// The longest text, in characters, as OpenStreetMap has it.
    pub const LENGTH_MAX: usize = 255;

    /// Accepts what somebody typed, without the spaces around it.
    pub fn parse(typed: &str) -> Result<Self, OpeningHoursError> {
        let text = typed.trim();
        if text.is_empty() {
            return Err(OpeningHoursError::Empty);
        }
        if text.chars().count() > Self::LENGTH_MAX {
            return Err(OpeningHoursError::TooLong);
        }
        match text.parse() {
            Ok(hours) => Ok(Self {
                text: text.to_owned(),
                hours,
            }),
            Err(error) => Err(refusal(&error.to_string())),
        }
    }

    /// The text as it was typed.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether a place in this time zone is open, and when that changes if it does within a
    /// fortnight. Public holidays are days like others: which days they are depends on more than
    /// the country.
    pub fn opening(&self, at: DateTime<Utc>, zone: TimeZone) -> (Opening, Option<DateTime<Utc>>) {
        let at_local = at.with_timezone(&zone.tz()).naive_local();
        // Beyond its calendar the library overflows rather than answers.
        if !(1900..=9998).contains(&at_local.year()) {
            return (Opening::Unknown, None);
        }
        // Not the library's own search, which looks as far as its calendar goes.
        let end = at_local + OPENING_HORIZON;
        let mut spans = self.hours.iter_range(at_local, end);
        let Some(first) = spans.next() else {
            return (Opening::Closed, None);
        };
        // What is said beside the hours divides a span, too, and changes nothing.
        let change = spans.find(|span| span.kind != first.kind);
        let opening = match first.kind {
            opening_hours::RuleKind::Open => Opening::Open,
            opening_hours::RuleKind::Closed => Opening::Closed,
            opening_hours::RuleKind::Unknown => Opening::Unknown,
        };
        let changes_at = change.and_then(|span| instant(span.range.start, zone));
        (opening, changes_at)
    }
}

/// When the clocks of a zone show this; where they jump over it, when they have jumped.
fn instant(local: NaiveDateTime, zone: TimeZone) -> Option<DateTime<Utc>> {
    let found = zone.tz().from_local_datetime(&local).earliest();
    let later = || {
        let after = local + TimeDelta::hours(1);
        zone.tz().from_local_datetime(&after).earliest()
    };
    found.or_else(later).map(|at| at.with_timezone(&Utc))
}

/// The library draws an arrow under the place; of that, the place is kept.
fn refusal(message: &str) -> OpeningHoursError {
    let position = message.split_once("--> 1:").and_then(|(_, behind)| {
        let digits = behind.split(|c: char| !c.is_ascii_digit()).next()?;
        digits.parse().ok()
    });
    match position {
        Some(position) => OpeningHoursError::Syntax { position },
        None => OpeningHoursError::Meaning(message.to_owned()),
    }
}

impl fmt::Display for TimeZone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl From<TimeZone> for String {
    fn from(zone: TimeZone) -> Self {
        zone.name().to_owned()
    }
}

impl TryFrom<String> for TimeZone {
    type Error = TimeZoneError;

    fn try_from(name: String) -> Result<Self, TimeZoneError> {
        name.parse()
    }
}

impl fmt::Display for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl From<Country> for String {
    fn from(country: Country) -> Self {
        country.0.to_owned()
    }
}

impl TryFrom<String> for Country {
    type Error = CountryError;

    fn try_from(typed: String) -> Result<Self, CountryError> {
        typed.parse()
    }
}

#[cfg(test)]
mod tests {
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
}
