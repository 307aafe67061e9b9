//! Calendars as other programs read them: RFC 5545, with what RFC 7986 adds for whole calendars.
//!
//! Every instant is written in UTC, so that a reader needs no rules of time zones from us.

use chrono::{DateTime, Utc};

/// What a calendar is served as.
pub const MEDIA_TYPE: &str = "text/calendar; charset=utf-8";

/// The longest line in bytes, without its end.
const LINE_MAX: usize = 75;

/// How sure an event is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Certainty {
    /// It may yet not come.
    Tentative,
    /// It is agreed.
    Confirmed,
    /// It does not take place.
    Cancelled,
}

/// One event of a calendar.
#[derive(Clone, Debug)]
pub struct Event<'a> {
    /// A name that no other event anywhere has, and that stays.
    pub uid: String,
    /// Larger after each change.
    pub sequence: i64,
    /// When it was made.
    pub created: DateTime<Utc>,
    /// When it was changed last.
    pub modified: DateTime<Utc>,
    /// From when.
    pub start: DateTime<Utc>,
    /// Until just before when.
    pub end: DateTime<Utc>,
    /// What it is.
    pub summary: &'a str,
    /// Where.
    pub location: &'a str,
    /// How sure it is.
    pub certainty: Certainty,
}

/// A calendar that people subscribe to.
#[derive(Clone, Debug)]
pub struct Calendar<'a> {
    /// What it is called.
    pub name: &'a str,
    /// How many minutes a reader is asked to wait before it looks again.
    pub refresh_minutes: u32,
}

/// Events as a file: those of a calendar that people subscribe to, or by themselves.
pub fn written(calendar: Option<&Calendar<'_>>, events: &[Event<'_>]) -> String {
    let mut file = String::new();
    line(&mut file, "BEGIN", "VCALENDAR");
    line(&mut file, "VERSION", "2.0");
    line(
        &mut file,
        "PRODID",
        "-//Smart Parking Platform//Reservations//EN",
    );
    line(&mut file, "CALSCALE", "GREGORIAN");
    line(&mut file, "METHOD", "PUBLISH");
    if let Some(calendar) = calendar {
        write_calendar(&mut file, calendar);
    }
    for event in events {
        write_event(&mut file, event);
    }
    line(&mut file, "END", "VCALENDAR");
    file
}

fn write_calendar(file: &mut String, calendar: &Calendar<'_>) {
    let name = escaped(calendar.name);
    line(file, "NAME", &name);
    // The name and the pause as readers know them that are older than RFC 7986.
    line(file, "X-WR-CALNAME", &name);
    let pause = format!("PT{}M", calendar.refresh_minutes);
    line(file, "REFRESH-INTERVAL;VALUE=DURATION", &pause);
    line(file, "X-PUBLISHED-TTL", &pause);
}

fn write_event(file: &mut String, event: &Event<'_>) {
    line(file, "BEGIN", "VEVENT");
    line(file, "UID", &escaped(&event.uid));
    // When the event became what it says, so that a file in which nothing changed stays the same.
    line(file, "DTSTAMP", &instant(event.modified));
    line(file, "CREATED", &instant(event.created));
    line(file, "LAST-MODIFIED", &instant(event.modified));
    line(file, "SEQUENCE", &event.sequence.to_string());
    line(file, "DTSTART", &instant(event.start));
    line(file, "DTEND", &instant(event.end));
    line(file, "SUMMARY", &escaped(event.summary));
    line(file, "LOCATION", &escaped(event.location));
    let status = match event.certainty {
        Certainty::Tentative => "TENTATIVE",
        Certainty::Confirmed => "CONFIRMED",
        Certainty::Cancelled => "CANCELLED",
    };
    line(file, "STATUS", status);
    let is_off = event.certainty == Certainty::Cancelled;
    line(
        file,
        "TRANSP",
        if is_off { "TRANSPARENT" } else { "OPAQUE" },
    );
    line(file, "END", "VEVENT");
}

/// Writes a line, folded where it is too long: never within a character.
fn line(file: &mut String, name: &str, value: &str) {
    let whole = format!("{name}:{value}");
    let mut room = LINE_MAX;
    for c in whole.chars() {
        if c.len_utf8() > room {
            file.push_str("\r\n ");
            // The space counts.
            room = LINE_MAX - 1;
        }
        room -= c.len_utf8();
        file.push(c);
    }
    file.push_str("\r\n");
}

/// A text, in which some characters mean something; those that no text may hold are left out.
fn escaped(text: &str) -> String {
    let mut escaped = String::new();
    for c in text.replace("\r\n", "\n").chars() {
        match c {
            '\\' | ';' | ',' => {
                escaped.push('\\');
                escaped.push(c);
            }
            '\n' => escaped.push_str("\\n"),
            c if c.is_control() && c != '\t' => {}
            c => escaped.push(c),
        }
    }
    escaped
}

fn instant(at: DateTime<Utc>) -> String {
    at.format("%Y%m%dT%H%M%SZ").to_string()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn unfolded(file: &str) -> String {
        file.replace("\r\n ", "")
    }

    fn one_line(value: &str) -> String {
        let mut file = String::new();
        line(&mut file, "SUMMARY", &escaped(value));
        file
    }

    #[test]
    fn what_means_something_is_escaped_and_no_line_can_be_smuggled_in() {
        assert_eq!(
            one_line("A, B; C\\D\r\nSTATUS:CANCELLED\u{7}"),
            "SUMMARY:A\\, B\\; C\\\\D\\nSTATUS:CANCELLED\r\n"
        );
    }

    #[test]
    fn instants_are_in_utc_and_to_the_second() {
        let at = DateTime::parse_from_rfc3339("2026-11-22T05:30:07.9+02:00").expect("an instant");
        assert_eq!(instant(at.with_timezone(&Utc)), "20261122T033007Z");
    }

    proptest! {
        #[test]
        fn no_line_is_too_long_and_unfolded_it_is_what_was_written(text in "\\PC{0,300}") {
            let file = one_line(&text);
            for line in file.split("\r\n") {
                prop_assert!(line.len() <= LINE_MAX, "{line:?}");
            }
            let expected = format!("SUMMARY:{}\r\n", escaped(&text));
            prop_assert_eq!(unfolded(&file), expected);
        }
    }
}
