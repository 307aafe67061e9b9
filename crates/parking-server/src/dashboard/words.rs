//! What happened, in words a person reads.

use super::figures::Happened;

/// What the kinds of things are called: one of them, and several.
const NOUNS: &[(&str, &str, &str)] = &[
    ("alarm", "alarm", "alarms"),
    (
        "alarm_recipient",
        "recipient of alarms",
        "recipients of alarms",
    ),
    ("alarm_rules", "alarm rules", "alarm rules"),
    ("api_key", "API key", "API keys"),
    ("calendar_feed", "calendar link", "calendar links"),
    ("closure", "closure", "closures"),
    ("device", "device", "devices"),
    ("device_model", "device model", "device models"),
    ("display", "lamp", "lamps"),
    ("display_policy", "display policy", "display policies"),
    ("downlink", "command", "commands"),
    ("gateway", "gateway", "gateways"),
    ("import", "import", "imports"),
    ("invitation", "invitation", "invitations"),
    ("level", "level", "levels"),
    ("membership", "membership", "memberships"),
    ("orphan", "unknown device", "unknown devices"),
    ("reservation", "reservation", "reservations"),
    (
        "reservation_series",
        "series of reservations",
        "series of reservations",
    ),
    (
        "reservation_terms",
        "terms of reservations",
        "terms of reservations",
    ),
    ("site", "site", "sites"),
    ("space", "bay", "bays"),
    ("tenant", "tenant", "tenants"),
    ("user", "user", "users"),
    (
        "waitlist",
        "place on the waiting list",
        "places on the waiting list",
    ),
    ("webhook", "webhook", "webhooks"),
    ("zone", "zone", "zones"),
];

/// A sentence without its full stop: “Bay A-12 overridden at Quay”, “24 bays created at Quay”.
pub(super) fn sentence(happened: &Happened) -> String {
    let verb = happened.kind.split_once('.').map_or("", |(_, verb)| verb);
    let noun = NOUNS
        .iter()
        .find(|(subject, ..)| *subject == happened.subject_type);
    let spoken = happened.subject_type.replace('_', " ");
    let who = match (happened.count, noun) {
        (1, Some((_, one, _))) => capital(one),
        (1, None) => capital(&spoken),
        (count, Some((.., many))) => format!("{count} {many}"),
        (count, None) => format!("{count} {spoken}"),
    };
    let mut text = who;
    if let (1, Some(name)) = (happened.count, &happened.name) {
        text = format!("{text} {name}");
    }
    text = format!("{text} {}", verb.replace('_', " "));
    match &happened.site_name {
        Some(site) if happened.subject_type != "site" => format!("{text} at {site}"),
        _ => text,
    }
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}

#[cfg(test)]
mod tests {
    use parking_domain::event_types::EVENT_TYPES;

    use super::*;

    #[test]
    fn there_are_words_for_whatever_can_happen_something_to() {
        for known in EVENT_TYPES {
            let subject = known.subject();
            assert!(NOUNS.iter().any(|(noun, ..)| *noun == subject), "{subject}");
        }
    }
}
