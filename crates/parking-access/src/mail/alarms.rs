//! The letter about alarms: one for many of them, the worst first.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::letters::Parts;

/// Alarms that were raised or cleared since the last letter. Lists may be cut; totals are not.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct AlarmNews {
    /// Whose they are.
    pub tenant: String,
    /// What was raised, the worst first.
    pub raised: Vec<AlarmLine>,
    /// How many were raised.
    pub raised_total: usize,
    /// What was cleared.
    pub cleared: Vec<AlarmLine>,
    /// How many were cleared.
    pub cleared_total: usize,
}

/// One alarm in a letter.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct AlarmLine {
    /// What is wrong, by the name of its kind.
    pub kind: String,
    /// With what.
    pub subject: String,
    /// At which bay.
    pub space: Option<String>,
    /// In which site.
    pub site: Option<String>,
    /// When it began, or ceased.
    pub at: DateTime<Utc>,
    /// Devices that are silent because of it.
    pub explained: i64,
}

impl AlarmNews {
    /// What there is to say, if it is one thing: whatever is over beside it is in the letter.
    fn only(&self) -> Option<(&AlarmLine, bool)> {
        match (self.raised_total, self.cleared_total) {
            (1, _) => self.raised.first().map(|line| (line, true)),
            (0, 1) => self.cleared.first().map(|line| (line, false)),
            _ => None,
        }
    }

    /// The lists with their titles, and what is left out of each.
    fn body(
        &self,
        titles: [&str; 2],
        line: impl Fn(&AlarmLine) -> String,
        more: impl Fn(usize) -> String,
    ) -> Vec<String> {
        let lists = [
            (titles[0], &self.raised, self.raised_total),
            (titles[1], &self.cleared, self.cleared_total),
        ];
        let mut body = Vec::new();
        for (title, lines, total) in lists.into_iter().filter(|(.., total)| *total > 0) {
            body.push(title.to_owned());
            body.extend(lines.iter().map(&line));
            if total > lines.len() {
                body.push(more(total - lines.len()));
            }
        }
        body
    }
}

impl AlarmLine {
    /// Where it is, as far as that is known.
    fn place(&self, bay: &str) -> String {
        let space = self.space.as_ref().filter(|space| **space != self.subject);
        let parts = [
            space.map(|space| format!("{bay} {space}")),
            self.site.clone(),
        ];
        let place: Vec<String> = parts.into_iter().flatten().collect();
        if place.is_empty() {
            String::new()
        } else {
            format!(" ({})", place.join(", "))
        }
    }
}

pub(super) fn english(news: &AlarmNews) -> Parts {
    let what = |kind: &str| match kind {
        "device_silent" => "Device silent",
        "battery_low" => "Battery low",
        "gateway_down" => "Gateway down",
        "flapping" => "Bay changes too often",
        "stuck" => "Bay never changes",
        "lamp_unreachable" => "Lamp unreachable",
        "lamp_mismatch" => "Lamp shows something else",
        "contested" => "Reserved bay taken by others",
        "overstayed" => "Vehicle stayed beyond its reservation",
        _ => "Alarm",
    };
    let tenant = &news.tenant;
    let subject = match news.only() {
        Some((line, true)) => format!("{tenant}: {}: {}", what(&line.kind), line.subject),
        Some((line, false)) => format!("{tenant}: over: {}: {}", what(&line.kind), line.subject),
        None if news.raised_total == 0 => {
            format!("{tenant}: {} alarms are over", news.cleared_total)
        }
        None => format!("{tenant}: {} alarms", news.raised_total),
    };
    let line = |line: &AlarmLine| {
        let at = line.at.format("%Y-%m-%d %H:%M");
        let explained = match line.explained {
            0 => String::new(),
            1 => "; 1 device is silent because of it".to_owned(),
            many => format!("; {many} devices are silent because of it"),
        };
        let (kind, place) = (what(&line.kind), line.place("bay"));
        format!("{kind}: {}{place}, {at} UTC{explained}.", line.subject)
    };
    let titles = ["These alarms were raised:", "These alarms are over:"];
    let body = news.body(titles, line, |more| format!("And {more} more."));
    (subject, body, "See the alarms".to_owned())
}

pub(super) fn french(news: &AlarmNews) -> Parts {
    let what = |kind: &str| match kind {
        "device_silent" => "Appareil muet",
        "battery_low" => "Batterie faible",
        "gateway_down" => "Passerelle hors ligne",
        "flapping" => "Place qui change trop souvent",
        "stuck" => "Place qui ne change jamais",
        "lamp_unreachable" => "Lampe injoignable",
        "lamp_mismatch" => "Lampe qui montre autre chose",
        "contested" => "Place réservée prise par un tiers",
        "overstayed" => "Véhicule resté après sa réservation",
        _ => "Alarme",
    };
    let tenant = &news.tenant;
    let subject = match news.only() {
        Some((line, true)) => format!("{tenant} : {} : {}", what(&line.kind), line.subject),
        Some((line, false)) => format!(
            "{tenant} : terminé : {} : {}",
            what(&line.kind),
            line.subject
        ),
        None if news.raised_total == 0 => {
            format!("{tenant} : {} alarmes terminées", news.cleared_total)
        }
        None => format!("{tenant} : {} alarmes", news.raised_total),
    };
    let line = |line: &AlarmLine| {
        let at = line.at.format("%d.%m.%Y à %H:%M");
        let explained = match line.explained {
            0 => String::new(),
            1 => " ; 1 appareil est muet à cause d’elle".to_owned(),
            many => format!(" ; {many} appareils sont muets à cause d’elle"),
        };
        let (kind, place) = (what(&line.kind), line.place("place"));
        format!("{kind} : {}{place}, le {at} UTC{explained}.", line.subject)
    };
    let titles = [
        "Ces alarmes ont été déclenchées :",
        "Ces alarmes sont terminées :",
    ];
    let body = news.body(titles, line, |more| match more {
        1 => "Et 1 autre.".to_owned(),
        more => format!("Et {more} autres."),
    });
    (subject, body, "Voir les alarmes".to_owned())
}

#[cfg(test)]
mod tests {
    use parking_domain::text::Language;

    use super::super::{Letter, write};
    use super::*;

    fn line(subject: &str) -> AlarmLine {
        AlarmLine {
            kind: "gateway_down".into(),
            subject: subject.into(),
            space: None,
            site: Some("Quay".into()),
            at: DateTime::from_timestamp(1_800_000_000, 0).unwrap(),
            explained: 37,
        }
    }

    fn news(raised: Vec<AlarmLine>, raised_total: usize) -> AlarmNews {
        AlarmNews {
            tenant: "North".into(),
            raised,
            raised_total,
            cleared: vec![],
            cleared_total: 0,
        }
    }

    #[test]
    fn one_alarm_is_the_subject_of_its_letter() {
        let news = news(vec![line("<b>Roof</b>")], 1);
        let english = write(
            &Letter::AlarmNews(&news),
            Language::En,
            "Parking",
            "https://p",
        );
        assert_eq!(english.subject, "North: Gateway down: <b>Roof</b>");
        assert!(
            english
                .text
                .contains("(Quay), 2027-01-15 08:00 UTC; 37 devices are silent because of it.")
        );
        assert!(english.text.contains("https://p/alarms") && !english.html.contains("<b>"));
        let french = write(
            &Letter::AlarmNews(&news),
            Language::Fr,
            "Parking",
            "https://p",
        );
        assert!(
            french.text.contains("Passerelle hors ligne") && french.text.contains("37 appareils")
        );
    }

    #[test]
    fn one_alarm_is_the_subject_though_others_are_over() {
        let news = AlarmNews {
            cleared: vec![line("Cellar"), line("Yard")],
            cleared_total: 3,
            ..news(vec![line("Roof")], 1)
        };
        let written = |language| write(&Letter::AlarmNews(&news), language, "Parking", "https://p");
        let english = written(Language::En);
        assert_eq!(english.subject, "North: Gateway down: Roof");
        assert!(english.text.contains("And 1 more."));
        assert!(written(Language::Fr).text.contains("Et 1 autre."));
    }

    #[test]
    fn what_a_letter_leaves_out_it_counts() {
        let news = news(vec![line("Roof"), line("Cellar")], 500);
        let written = write(
            &Letter::AlarmNews(&news),
            Language::En,
            "Parking",
            "https://p",
        );
        assert_eq!(written.subject, "North: 500 alarms");
        assert!(written.text.contains("And 498 more."));
    }
}
