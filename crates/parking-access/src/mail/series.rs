//! The letters to whoever a bay is reserved for again and again: one for all dates of which there is the
//! same to say. Times are those of the site, whose zone is named.

use parking_domain::places::TimeZone;
use parking_domain::reservations::{Letter as Kind, Slot};
use secrecy::SecretString;

use super::letters::Parts;
use super::reservations::{DEAD_LINKS_ENGLISH, DEAD_LINKS_FRENCH, by_clock, placed};

/// The dates that a letter names.
const NAMED_MAX: usize = 12;

/// What there is to tell of several reservations at one site.
#[derive(Debug)]
pub struct SeriesNews<'a> {
    /// What happened.
    pub kind: Kind,
    /// The secret part of the link to the first of them; none, if they are not theirs any more.
    pub ticket: Option<&'a SecretString>,
    /// What is painted on the bay, or on the first of them.
    pub space: &'a str,
    /// Where that lies.
    pub site: &'a str,
    /// Where in it, and where that is: lines of an address, a level, a zone.
    pub place: Vec<&'a str>,
    /// When, the first before the next.
    pub dates: Vec<SeriesDate<'a>>,
    /// By whose clocks.
    pub zone: TimeZone,
    /// Whether they are reminded of each.
    pub is_reminded: bool,
    /// The same for the reader's calendar.
    pub calendar: Option<String>,
}

/// One of several reservations.
#[derive(Clone, Copy, Debug)]
pub struct SeriesDate<'a> {
    /// From when until when.
    pub slot: Slot,
    /// What is painted on its bay.
    pub space: &'a str,
}

/// How one language writes dates.
struct Words {
    format: &'static str,
    until: &'static str,
    bay: &'static str,
}

impl SeriesNews<'_> {
    fn first(&self, format: &str) -> String {
        let first = self.dates.first();
        first.map_or_else(String::new, |date| {
            by_clock(date.slot.start, self.zone, format)
        })
    }

    /// The dates, each in a line, and how many more there are.
    fn lines(&self, words: &Words, more: impl Fn(usize, String) -> String) -> Vec<String> {
        let at = |instant| by_clock(instant, self.zone, words.format);
        let named = self.dates.iter().take(NAMED_MAX).map(|date| {
            let (from, until) = (at(date.slot.start), at(date.slot.end));
            // Only what differs from the bay that stands above.
            let bay = if date.space == self.space {
                String::new()
            } else {
                format!(", {} {}", words.bay, date.space)
            };
            format!("{from} {} {until}{bay}", words.until)
        });
        let mut lines: Vec<String> = named.collect();
        let rest = self.dates.len().saturating_sub(NAMED_MAX);
        let last = self.dates.last().filter(|_| rest > 0);
        lines.extend(last.map(|last| more(rest, at(last.slot.start))));
        lines
    }
}

/// What English letters begin with: the subject, and the first sentence.
fn english_opening(news: &SeriesNews<'_>, first: &str) -> (String, String) {
    let (space, site, count) = (news.space, news.site, news.dates.len());
    match news.kind {
        // Nobody waits for a series, so each is told by itself.
        Kind::Offer | Kind::Lapse | Kind::Withdrawal => (
            format!("News of {count} of your reservations: bay {space} at {site}, first {first}"),
            format!("There is news of {count} of your reservations. The link shows what holds."),
        ),
        Kind::Confirmation => (
            format!("Bay {space} at {site} is reserved for you {count} times, first {first}"),
            format!("Bay {space} at {site} is reserved for you {count} times."),
        ),
        Kind::Change => (
            format!(
                "{count} of your reservations have changed: bay {space} at {site}, first {first}"
            ),
            format!("{count} of your reservations have changed. What stands here holds now."),
        ),
        Kind::Reminder => (
            format!(
                "{count} of your reservations begin soon: bay {space} at {site}, first {first}"
            ),
            format!("{count} of your reservations of bay {space} at {site} begin soon."),
        ),
        Kind::Cancellation => (
            format!("{count} of your reservations of bay {space} at {site} are cancelled"),
            format!(
                "{count} of your reservations of bay {space} at {site} are cancelled. The bay is no longer yours then."
            ),
        ),
        Kind::Release => (
            format!("Bay {space} at {site} was given to others {count} times"),
            format!(
                "Nobody came to bay {space} at {site} in time, so it was given to others {count} times."
            ),
        ),
        Kind::Handover => (
            format!(
                "{count} of your reservations of bay {space} at {site} are somebody else's now"
            ),
            format!(
                "{count} of your reservations of bay {space} at {site} were given to somebody else. The bay is no longer yours then. {DEAD_LINKS_ENGLISH}"
            ),
        ),
    }
}

pub(super) fn english(news: &SeriesNews<'_>) -> Parts {
    let (space, site) = (news.space, news.site);
    let words = Words {
        format: "%Y-%m-%d %H:%M",
        until: "until",
        bay: "bay",
    };
    let (subject, opening) = english_opening(news, &news.first(words.format));
    let mut body = vec![
        opening,
        format!("Bay {space}. {}", placed(site, &news.place)),
        format!("By the clocks of {}:", news.zone.name()),
    ];
    let more = |rest: usize, last: String| format!("And {rest} more, the last on {last}.");
    body.extend(news.lines(&words, more));
    if !news.kind.is_last() {
        body.push("With this link you can check in to the first of them, or cancel it. Whoever has it can: keep it to yourself.".to_owned());
        if news.is_reminded {
            body.push("Before each of them you are reminded, with a link to it.".to_owned());
        }
    }
    (subject, body, "See the first of them".to_owned())
}

/// What French letters begin with: the subject, and the first sentence.
fn french_opening(news: &SeriesNews<'_>, first: &str) -> (String, String) {
    let (space, site, count) = (news.space, news.site, news.dates.len());
    match news.kind {
        Kind::Offer | Kind::Lapse | Kind::Withdrawal => (
            format!(
                "Du nouveau pour {count} de vos réservations : place {space} à {site}, d’abord le {first}"
            ),
            format!(
                "Il y a du nouveau pour {count} de vos réservations. Le lien montre ce qui vaut."
            ),
        ),
        Kind::Confirmation => (
            format!("La place {space} à {site} vous est réservée {count} fois, d’abord le {first}"),
            format!("La place {space} à {site} vous est réservée {count} fois."),
        ),
        Kind::Change => (
            format!(
                "{count} de vos réservations ont changé : place {space} à {site}, d’abord le {first}"
            ),
            format!("{count} de vos réservations ont changé. Voici ce qui vaut désormais."),
        ),
        Kind::Reminder => (
            format!(
                "{count} de vos réservations commencent bientôt : place {space} à {site}, d’abord le {first}"
            ),
            format!("{count} de vos réservations de la place {space} à {site} commencent bientôt."),
        ),
        Kind::Cancellation => (
            format!("{count} de vos réservations de la place {space} à {site} sont annulées"),
            format!(
                "{count} de vos réservations de la place {space} à {site} sont annulées. La place n’est alors plus à vous."
            ),
        ),
        Kind::Release => (
            format!("La place {space} à {site} a été rendue à d’autres {count} fois"),
            format!(
                "Personne n’est venu à temps à la place {space} à {site} : elle a été rendue à d’autres {count} fois."
            ),
        ),
        Kind::Handover => (
            format!(
                "{count} de vos réservations de la place {space} à {site} sont à quelqu’un d’autre"
            ),
            format!(
                "{count} de vos réservations de la place {space} à {site} ont été données à quelqu’un d’autre. La place n’est alors plus à vous. {DEAD_LINKS_FRENCH}"
            ),
        ),
    }
}

pub(super) fn french(news: &SeriesNews<'_>) -> Parts {
    let (space, site) = (news.space, news.site);
    let words = Words {
        format: "%d.%m.%Y à %H:%M",
        until: "–",
        bay: "place",
    };
    let (subject, opening) = french_opening(news, &news.first(words.format));
    let mut body = vec![
        opening,
        format!("Place {space}. {}", placed(site, &news.place)),
        format!("À l’heure de {} :", news.zone.name()),
    ];
    let more = |rest: usize, last: String| match rest {
        1 => format!("Et 1 autre, le {last}."),
        rest => format!("Et {rest} autres, la dernière le {last}."),
    };
    body.extend(news.lines(&words, more));
    if !news.kind.is_last() {
        body.push("Avec ce lien, vous pouvez signaler votre arrivée pour la première, ou l’annuler. Qui l’a le peut : gardez-le pour vous.".to_owned());
        if news.is_reminded {
            body.push("Avant chacune, vous recevez un rappel, avec un lien vers elle.".to_owned());
        }
    }
    (subject, body, "Voir la première".to_owned())
}

#[cfg(test)]
mod tests {
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
            SeriesDate { slot, space }
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
}
