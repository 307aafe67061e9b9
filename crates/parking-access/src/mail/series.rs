//! The letters to whoever a bay is reserved for again and again: one for all dates, which says of each what
//! became of it where that is not the same. Times are those of the site, whose zone is named.

#[cfg(test)]
mod tests;

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
    /// What happened; to each, if not the same to all.
    pub kind: Kind,
    /// The secret part of the link to the first of them that is theirs; none, if none is any more.
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
    /// What happened to it.
    pub kind: Kind,
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

/// What can become of the dates of one series, in the order in which it is told.
const KINDS: [Kind; 3] = [Kind::Confirmation, Kind::Change, Kind::Cancellation];

impl SeriesNews<'_> {
    fn first(&self, format: &str) -> String {
        let first = self.dates.first();
        first.map_or_else(String::new, |date| {
            by_clock(date.slot.start, self.zone, format)
        })
    }

    /// How many there are of each of [`KINDS`], if something else became of some than of others.
    fn mixed(&self) -> Option<[usize; 3]> {
        let count = |kind| self.dates.iter().filter(|date| date.kind == kind).count();
        let is_mixed = self.dates.iter().any(|date| date.kind != self.kind);
        is_mixed.then(|| KINDS.map(count))
    }

    /// The dates, each in a line, and how many more there are; where not the same became of all, below what
    /// did.
    fn lines(
        &self,
        words: &Words,
        headings: [&str; 3],
        more: impl Fn(usize, String) -> String,
    ) -> Vec<String> {
        if self.mixed().is_none() {
            return self.named(&self.dates, words, &more);
        }
        let mut lines = Vec::new();
        for (kind, heading) in KINDS.into_iter().zip(headings) {
            let of_kind = self.dates.iter().filter(|date| date.kind == kind);
            let of_kind: Vec<SeriesDate<'_>> = of_kind.copied().collect();
            if !of_kind.is_empty() {
                lines.push(heading.to_owned());
                lines.extend(self.named(&of_kind, words, &more));
            }
        }
        lines
    }

    fn named(
        &self,
        dates: &[SeriesDate<'_>],
        words: &Words,
        more: &impl Fn(usize, String) -> String,
    ) -> Vec<String> {
        let at = |instant| by_clock(instant, self.zone, words.format);
        let named = dates.iter().take(NAMED_MAX).map(|date| {
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
        let rest = dates.len().saturating_sub(NAMED_MAX);
        let last = dates.last().filter(|_| rest > 0);
        lines.extend(last.map(|last| more(rest, at(last.slot.start))));
        lines
    }
}

/// How many there are of some, each with its word for one and for several, where there are any.
fn counted(counts: [usize; 3], words: [(&str, &str); 3]) -> String {
    let some = counts
        .into_iter()
        .zip(words)
        .filter(|(count, _)| *count > 0);
    let some = some.map(|(count, (one, many))| {
        let word = if count == 1 { one } else { many };
        format!("{count} {word}")
    });
    some.collect::<Vec<_>>().join(", ")
}

/// The subject, and what is said first.
fn said_in_english(news: &SeriesNews<'_>, words: &Words) -> (String, String) {
    let (space, site, count) = (news.space, news.site, news.dates.len());
    let words_of = [
        ("new", "new"),
        ("changed", "changed"),
        ("cancelled", "cancelled"),
    ];
    let mixed = news.mixed().map(|counts| counted(counts, words_of));
    if let Some(counts) = mixed {
        let said = format!("Your reservations of bay {space} at {site} have changed: {counts}");
        return (said.clone(), format!("{said}. What stands here holds now."));
    }
    let first = news.first(words.format);
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
    let (subject, opening) = said_in_english(news, &words);
    let mut body = vec![
        opening,
        format!("Bay {space}. {}", placed(site, &news.place)),
        format!("By the clocks of {}:", news.zone.name()),
    ];
    let more = |rest: usize, last: String| format!("And {rest} more, the last on {last}.");
    let headings = [
        "Reserved for you:",
        "Changed:",
        "Cancelled, and no longer yours:",
    ];
    body.extend(news.lines(&words, headings, more));
    if !news.kind.is_last() {
        body.push("With this link you can check in to the first of them, or cancel it. Whoever has it can: keep it to yourself.".to_owned());
        if news.is_reminded {
            body.push("Before each of them you are reminded, with a link to it.".to_owned());
        }
    }
    (subject, body, "See the first of them".to_owned())
}

/// The subject, and what is said first.
fn said_in_french(news: &SeriesNews<'_>, words: &Words) -> (String, String) {
    let (space, site, count) = (news.space, news.site, news.dates.len());
    let words_of = [
        ("nouvelle", "nouvelles"),
        ("modifiée", "modifiées"),
        ("annulée", "annulées"),
    ];
    let mixed = news.mixed().map(|counts| counted(counts, words_of));
    if let Some(counts) = mixed {
        let said = format!("Vos réservations de la place {space} à {site} ont changé : {counts}");
        return (
            said.clone(),
            format!("{said}. Voici ce qui vaut désormais."),
        );
    }
    let first = news.first(words.format);
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
    let (subject, opening) = said_in_french(news, &words);
    let mut body = vec![
        opening,
        format!("Place {space}. {}", placed(site, &news.place)),
        format!("À l’heure de {} :", news.zone.name()),
    ];
    let more = |rest: usize, last: String| match rest {
        1 => format!("Et 1 autre, le {last}."),
        rest => format!("Et {rest} autres, la dernière le {last}."),
    };
    let headings = [
        "Réservées pour vous :",
        "Modifiées :",
        "Annulées, elles ne sont plus à vous :",
    ];
    body.extend(news.lines(&words, headings, more));
    if !news.kind.is_last() {
        body.push("Avec ce lien, vous pouvez signaler votre arrivée pour la première, ou l’annuler. Qui l’a le peut : gardez-le pour vous.".to_owned());
        if news.is_reminded {
            body.push("Avant chacune, vous recevez un rappel, avec un lien vers elle.".to_owned());
        }
    }
    (subject, body, "Voir la première".to_owned())
}
