//! The letters to whoever a bay is reserved for. Times are those of the site, whose zone is named.

use chrono::{DateTime, Offset as _, Utc};
use parking_domain::places::TimeZone;
use parking_domain::reservations::{Letter as Kind, Slot};
use secrecy::SecretString;

use super::letters::Parts;

/// What there is to tell of a reservation.
#[derive(Debug)]
pub struct ReservationNews<'a> {
    /// What happened.
    pub kind: Kind,
    /// The secret part of the link to it; none, if it is not theirs any more.
    pub ticket: Option<&'a SecretString>,
    /// What is painted on the bay.
    pub space: &'a str,
    /// Where that lies.
    pub site: &'a str,
    /// Where in it, and where that is: lines of an address, a level, a zone.
    pub place: Vec<&'a str>,
    /// From when until when.
    pub slot: Slot,
    /// From when on one can check in.
    pub check_in_from: DateTime<Utc>,
    /// Until when it can be claimed, if it is only offered.
    pub claim_until: Option<DateTime<Utc>>,
    /// By whose clocks.
    pub zone: TimeZone,
    /// The same for the reader's calendar.
    pub calendar: Option<String>,
}

const WAITS_NO_MORE_ENGLISH: &str =
    "You are not on the waiting list any more: ask again if you still want a bay.";
const WAITS_NO_MORE_FRENCH: &str =
    "Vous n’êtes plus sur la liste d’attente : redemandez si vous voulez toujours une place.";

pub(super) const DEAD_LINKS_ENGLISH: &str = "Links that you were sent lead nowhere any more.";
pub(super) const DEAD_LINKS_FRENCH: &str =
    "Les liens que vous avez reçus ne mènent plus nulle part.";

/// An instant by the clocks of a site, and how far these are ahead then.
pub(super) fn by_clock(at: DateTime<Utc>, zone: TimeZone, format: &str) -> String {
    let local = at.with_timezone(&zone.tz());
    let minutes = local.offset().fix().local_minus_utc() / 60;
    let sign = if minutes < 0 { '−' } else { '+' };
    let (hours, rest) = (minutes.abs() / 60, minutes.abs() % 60);
    let offset = match (hours, rest) {
        (0, 0) => "UTC".to_owned(),
        (hours, 0) => format!("UTC{sign}{hours}"),
        (hours, rest) => format!("UTC{sign}{hours}:{rest:02}"),
    };
    format!("{} ({offset})", local.format(format))
}

/// Where a bay is, in one line.
pub(super) fn placed(site: &str, place: &[&str]) -> String {
    let mut parts = vec![site];
    parts.extend(place);
    format!("{}.", parts.join(", "))
}

pub(super) fn english(news: &ReservationNews<'_>) -> Parts {
    let (space, site) = (news.space, news.site);
    let at = |instant| by_clock(instant, news.zone, "%Y-%m-%d %H:%M");
    let from = at(news.slot.start);
    let (subject, opening) = match news.kind {
        Kind::Offer => (
            format!("Bay {space} at {site} is offered to you, {from}"),
            format!("Bay {space} at {site} has become free, and is held for you."),
        ),
        Kind::Lapse => (
            format!("Bay {space} at {site} is no longer held for you"),
            format!(
                "Nobody claimed bay {space} at {site} in time, so it is no longer held for you. {WAITS_NO_MORE_ENGLISH}"
            ),
        ),
        Kind::Withdrawal => (
            format!("Bay {space} at {site} is no longer held for you"),
            format!(
                "Bay {space} at {site} was offered to you, and is no longer held: the offer was declined or withdrawn. {WAITS_NO_MORE_ENGLISH}"
            ),
        ),
        Kind::Confirmation => (
            format!("Bay {space} at {site} is reserved for you, {from}"),
            format!("Bay {space} at {site} is reserved for you."),
        ),
        Kind::Change => (
            format!("Your reservation has changed: bay {space} at {site}, {from}"),
            "Your reservation has changed. What stands here holds now.".to_owned(),
        ),
        Kind::Reminder => (
            format!("Your reservation begins soon: bay {space} at {site}, {from}"),
            format!("Your reservation of bay {space} at {site} begins soon."),
        ),
        Kind::Cancellation => (
            format!("Your reservation of bay {space} at {site} is cancelled"),
            format!(
                "Your reservation of bay {space} at {site} is cancelled. The bay is no longer yours."
            ),
        ),
        Kind::Release => (
            format!("Bay {space} at {site} was given to others"),
            format!("Nobody came to bay {space} at {site} in time, so it was given to others."),
        ),
        Kind::Handover => (
            format!("Your reservation of bay {space} at {site} is somebody else's now"),
            format!(
                "Your reservation of bay {space} at {site} was given to somebody else. The bay is no longer yours. {DEAD_LINKS_ENGLISH}"
            ),
        ),
    };
    let mut body = vec![
        opening,
        format!("Bay {space}. {}", placed(site, &news.place)),
        format!(
            "From {from} until {}, by the clocks of {}.",
            at(news.slot.end),
            news.zone.name()
        ),
    ];
    let (said, action) = english_link(news, at);
    body.extend(said);
    (subject, body, action.to_owned())
}

/// What the link is for, if for anything still, and what it is called.
fn english_link(
    news: &ReservationNews<'_>,
    at: impl Fn(DateTime<Utc>) -> String,
) -> (Vec<String>, &'static str) {
    if let (Kind::Offer, Some(until)) = (news.kind, news.claim_until) {
        let said = [
            format!(
                "Claim it before {}: after that it is offered to the next who waits.",
                at(until)
            ),
            "With this link you can claim or decline it. Whoever has it can: keep it to yourself."
                .to_owned(),
        ];
        return (said.to_vec(), "Claim or decline the bay");
    }
    let said = (!news.kind.is_last()).then(|| {
        format!(
            "With this link you can check in from {} on, or cancel. Whoever has it can: keep it to yourself.",
            at(news.check_in_from)
        )
    });
    (said.into_iter().collect(), "See your reservation")
}

pub(super) fn french(news: &ReservationNews<'_>) -> Parts {
    let (space, site) = (news.space, news.site);
    let at = |instant| by_clock(instant, news.zone, "%d.%m.%Y à %H:%M");
    let from = at(news.slot.start);
    let (subject, opening) = match news.kind {
        Kind::Offer => (
            format!("La place {space} à {site} vous est proposée, le {from}"),
            format!("La place {space} à {site} s’est libérée et est retenue pour vous."),
        ),
        Kind::Lapse => (
            format!("La place {space} à {site} n’est plus retenue pour vous"),
            format!(
                "La place {space} à {site} n’a pas été acceptée à temps : elle n’est plus retenue pour vous. {WAITS_NO_MORE_FRENCH}"
            ),
        ),
        Kind::Withdrawal => (
            format!("La place {space} à {site} n’est plus retenue pour vous"),
            format!(
                "La place {space} à {site} vous était proposée et n’est plus retenue : l’offre a été refusée ou retirée. {WAITS_NO_MORE_FRENCH}"
            ),
        ),
        Kind::Confirmation => (
            format!("La place {space} à {site} vous est réservée, le {from}"),
            format!("La place {space} à {site} vous est réservée."),
        ),
        Kind::Change => (
            format!("Votre réservation a changé : place {space} à {site}, le {from}"),
            "Votre réservation a changé. Voici ce qui vaut désormais.".to_owned(),
        ),
        Kind::Reminder => (
            format!("Votre réservation commence bientôt : place {space} à {site}, le {from}"),
            format!("Votre réservation de la place {space} à {site} commence bientôt."),
        ),
        Kind::Cancellation => (
            format!("Votre réservation de la place {space} à {site} est annulée"),
            format!(
                "Votre réservation de la place {space} à {site} est annulée. La place n’est plus à vous."
            ),
        ),
        Kind::Release => (
            format!("La place {space} à {site} a été rendue à d’autres"),
            format!(
                "Personne n’est venu à temps à la place {space} à {site} : elle a été rendue à d’autres."
            ),
        ),
        Kind::Handover => (
            format!("Votre réservation de la place {space} à {site} est à quelqu’un d’autre"),
            format!(
                "Votre réservation de la place {space} à {site} a été donnée à quelqu’un d’autre. La place n’est plus à vous. {DEAD_LINKS_FRENCH}"
            ),
        ),
    };
    let mut body = vec![
        opening,
        format!("Place {space}. {}", placed(site, &news.place)),
        format!(
            "Du {from} au {}, à l’heure de {}.",
            at(news.slot.end),
            news.zone.name()
        ),
    ];
    let (said, action) = french_link(news, at);
    body.extend(said);
    (subject, body, action.to_owned())
}

fn french_link(
    news: &ReservationNews<'_>,
    at: impl Fn(DateTime<Utc>) -> String,
) -> (Vec<String>, &'static str) {
    if let (Kind::Offer, Some(until)) = (news.kind, news.claim_until) {
        let said = [
            format!("Acceptez-la avant le {} : ensuite, elle est proposée à la personne suivante.", at(until)),
            "Avec ce lien, vous pouvez l’accepter ou la refuser. Qui l’a le peut : gardez-le pour vous.".to_owned(),
        ];
        return (said.to_vec(), "Accepter ou refuser la place");
    }
    let said = (!news.kind.is_last()).then(|| {
        format!(
            "Avec ce lien, vous pouvez signaler votre arrivée à partir du {}, ou annuler. Qui l’a le peut : gardez-le pour vous.",
            at(news.check_in_from)
        )
    });
    (said.into_iter().collect(), "Voir votre réservation")
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use parking_domain::text::Language;

    use super::super::{Letter, write};
    use super::*;

    fn written(
        kind: Kind,
        start: &str,
        zone: &str,
        language: Language,
    ) -> (String, String, String) {
        let start: DateTime<Utc> = start.parse().unwrap();
        let ticket = SecretString::from("T1cket");
        let news = ReservationNews {
            kind,
            ticket: (kind != Kind::Handover).then_some(&ticket),
            space: "A-<7>",
            site: "Quay & Fils",
            place: vec!["1 Quay Street", "56100 Lorient"],
            slot: Slot {
                start,
                end: start + TimeDelta::hours(2),
            },
            check_in_from: start - TimeDelta::minutes(15),
            claim_until: (kind == Kind::Offer).then(|| start - TimeDelta::minutes(30)),
            zone: zone.parse().unwrap(),
            calendar: None,
        };
        let letter = write(
            &Letter::Reservation(&news),
            language,
            "Parking",
            "https://p",
        );
        (letter.subject, letter.text, letter.html)
    }

    #[test]
    fn times_are_those_of_the_site_over_the_night_its_clocks_go_back() {
        let of = |language| {
            written(
                Kind::Confirmation,
                "2026-10-24T23:30:00Z",
                "Europe/Paris",
                language,
            )
        };
        let (subject, text, html) = of(Language::En);
        assert_eq!(
            subject,
            "Bay A-<7> at Quay & Fils is reserved for you, 2026-10-25 01:30 (UTC+2)"
        );
        let span = "From 2026-10-25 01:30 (UTC+2) until 2026-10-25 02:30 (UTC+1), by the clocks of Europe/Paris.";
        assert!(text.contains(span), "{text}");
        assert!(
            text.contains("https://p/ticket#T1cket") && html.contains("https://p/ticket#T1cket")
        );
        assert!(
            !html.contains("A-<7>") && html.contains("Quay &amp; Fils"),
            "{html}"
        );
        let (_, text, _) = of(Language::Fr);
        let span = "Du 25.10.2026 à 01:30 (UTC+2) au 25.10.2026 à 02:30 (UTC+1), à l’heure de Europe/Paris.";
        assert!(text.contains(span), "{text}");
    }

    #[test]
    fn clocks_behind_utc_and_by_half_hours_are_said_as_such() {
        let at = |zone| written(Kind::Reminder, "2026-07-01T12:00:00Z", zone, Language::En).0;
        assert!(at("America/St_Johns").contains("09:30 (UTC−2:30)"));
        assert!(at("Asia/Kolkata").contains("17:30 (UTC+5:30)"));
        assert!(at("UTC").contains("12:00 (UTC)"));
    }

    #[test]
    fn of_what_is_no_longer_theirs_nobody_is_told_to_come() {
        for kind in Kind::ALL {
            for (language, come) in [(Language::En, "check in"), (Language::Fr, "signaler")] {
                let (subject, text, _) = written(kind, "2026-07-01T12:00:00Z", "UTC", language);
                let is_theirs = matches!(kind, Kind::Confirmation | Kind::Change | Kind::Reminder);
                assert_eq!(text.contains(come), is_theirs, "{subject}");
            }
        }
    }

    #[test]
    fn whose_it_was_reads_that_it_is_somebody_elses_and_is_given_no_link() {
        for (language, words) in [
            (Language::En, "was given to somebody else"),
            (Language::Fr, "a été donnée à quelqu’un d’autre"),
        ] {
            let (_, text, html) = written(
                Kind::Handover,
                "2026-10-24T23:30:00Z",
                "Europe/Paris",
                language,
            );
            assert!(text.contains(words) && html.contains(words), "{text}");
            assert!(text.contains("01:30 (UTC+2)"), "{text}");
            for part in [&text, &html] {
                assert!(!part.contains("https://"), "{part}");
            }
        }
    }

    #[test]
    fn an_offer_says_until_when_by_the_clocks_of_that_moment_and_that_it_must_be_claimed() {
        // Half an hour before the start the clocks of Paris have not gone back yet.
        let of = |language| {
            written(
                Kind::Offer,
                "2026-10-25T01:15:00Z",
                "Europe/Paris",
                language,
            )
        };
        let (subject, text, _) = of(Language::En);
        assert_eq!(
            subject,
            "Bay A-<7> at Quay & Fils is offered to you, 2026-10-25 02:15 (UTC+1)"
        );
        for words in [
            "Claim it before 2026-10-25 02:45 (UTC+2): after that",
            "Claim or decline the bay:\nhttps://p/ticket#T1cket",
        ] {
            assert!(text.contains(words), "{words}: {text}");
        }
        let (_, text, _) = of(Language::Fr);
        for words in [
            "est retenue pour vous",
            "Acceptez-la avant le 25.10.2026 à 02:45 (UTC+2) : ensuite",
            "Accepter ou refuser la place:\nhttps://p/ticket#T1cket",
        ] {
            assert!(text.contains(words), "{words}: {text}");
        }
    }
}
