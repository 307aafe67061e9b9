//! Places: where a site is, what time it is there, and when it is open.

#[cfg(test)]
mod tests;

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
