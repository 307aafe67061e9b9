//! What can happen: every type of event there is, and the facts each carries.
//!
//! Events leave the house in webhooks, so their names and fields are API. The log of events takes
//! none that is not described here, as the tests of whoever appends it find out.

/// One type of event.
#[derive(Clone, Copy, Debug)]
pub struct EventType {
    /// `<subject>.<verb>`.
    pub name: &'static str,
    /// What happened, for people.
    pub about: &'static str,
    /// The facts it carries besides what it happened to; each of them may be missing.
    pub fields: &'static [&'static str],
}

/// One fact that events carry.
#[derive(Clone, Copy, Debug)]
pub struct EventField {
    /// Its name.
    pub name: &'static str,
    /// What it says, for people.
    pub about: &'static str,
    /// A value, as JSON.
    pub example: &'static str,
}

/// The type of the event that is sent to try a webhook; nothing else brings it about.
pub const TEST: &str = "webhook.test";

/// What most events of the estate carry.
const NAMED: &[&str] = &["site_id", "name"];

/// What events of reservations carry: whose it is stays in the house.
const RESERVATION: &[&str] = &[
    "site_id",
    "space_id",
    "space_code",
    "status",
    "start_time",
    "end_time",
    "series_id",
    "reason",
    "evidence",
];

/// What events of series carry: how many occurrences something became of, and the first and last of them.
const SERIES: &[&str] = &[
    "site_id",
    "space_id",
    "space_code",
    "occurrences",
    "start_time",
    "end_time",
    "reason",
];

/// What events of the waiting list carry: who waits stays in the house.
const WAITLIST: &[&str] = &[
    "site_id",
    "space_id",
    "space_code",
    "start_time",
    "end_time",
    "reservation_id",
    "until",
];

/// What events of alarms carry besides what is particular to them.
macro_rules! alarm {
    ($($own:literal),*) => {
        &[
            "site_id", "name", "kind", "severity", "thing_type", "thing_id", "space_id", "space_code", "raised_at", $($own),*
        ]
    };
}

macro_rules! event_types {
    ($($name:literal, $fields:expr, $about:literal;)+) => {
        /// Every type of event, by subject.
        pub const EVENT_TYPES: &[EventType] = &[$(EventType {
            name: $name,
            about: $about,
            fields: $fields,
        }),+];
    };
}

event_types! {
    "alarm.acknowledged", alarm!["by"], "Somebody takes care of an alarm.";
    "alarm.cleared", alarm!["parent_id", "cleared_at", "reason"], "What was wrong is right again, or is nobody's business any more.";
    "alarm.commented", alarm!["by", "comment_id", "text"], "Somebody wrote something beside an alarm.";
    "alarm.muted", alarm!["by", "until", "reason"], "Nobody is told of an alarm for a while.";
    "alarm.raised", alarm!["parent_id", "evidence"], "Something is wrong with a device, a gateway or a bay.";
    "alarm.unacknowledged", alarm!["by"], "Nobody takes care of an alarm any more.";
    "alarm.unmuted", alarm!["by"], "People are told of an alarm again.";
    "alarm_recipient.created", NAMED, "Somebody is told of alarms from now on.";
    "alarm_recipient.deleted", NAMED, "Somebody is told of alarms no more.";
    "alarm_recipient.tested", NAMED, "Somebody wanted to know whether letters about alarms arrive.";
    "alarm_recipient.updated", NAMED, "Of which alarms somebody is told was changed.";
    "alarm_rules.updated", &[], "From when on something is wrong was changed.";
    "closure.created", NAMED, "Bays of a site were closed together for a while.";
    "closure.ended", NAMED, "A closure was ended before its time.";
    "closure.updated", NAMED, "A closure was changed.";
    "device.archived", NAMED, "A device was taken out of use for good.";
    "device.assigned", NAMED, "A device serves a bay from now on.";
    "device.created", NAMED, "A device was made.";
    "device.lifecycle_changed", NAMED, "A device went from one state of its life to another.";
    "device.received", NAMED, "A device came from another tenant.";
    "device.restored", NAMED, "A device that was archived is back.";
    "device.transferred", NAMED, "A device went to another tenant.";
    "device.unassigned", &["site_id", "name", "space_id"], "A device no longer serves its bay.";
    "device.updated", NAMED, "A device was changed.";
    "device_model.created", NAMED, "A model of the tenant's own was made.";
    "device_model.deleted", NAMED, "A model of the tenant's own was deleted.";
    "device_model.updated", NAMED, "A model of the tenant's own was changed.";
    "display.changed", &["site_id", "space_id"], "What a display should show, was told or says it shows became another.";
    "display_policy.activated", NAMED, "A display policy governs lamps from now on.";
    "display_policy.created", NAMED, "A display policy was made; it does not govern yet.";
    "display_policy.deactivated", NAMED, "A display policy no longer governs lamps.";
    "display_policy.deleted", NAMED, "A display policy was deleted.";
    "display_policy.updated", NAMED, "A display policy was changed.";
    "downlink.cancelled", &["site_id", "space_id", "device_id"], "A command to a display was called off before it was sent.";
    "downlink.created", &["site_id", "space_id", "device_id"], "Somebody made a command to a display.";
    "downlink.failed", &["site_id", "space_id", "device_id"], "A command to a display was given up after its last attempt.";
    "downlink.retried", &["site_id", "space_id", "device_id"], "Somebody has a command tried again that was given up.";
    "gateway.created", NAMED, "A gateway was made.";
    "gateway.deleted", NAMED, "A gateway was deleted.";
    "gateway.updated", NAMED, "A gateway was changed.";
    "import.cancelled", NAMED, "An import was called off before it was done.";
    "import.checked", NAMED, "The rows of an import were looked at; nothing was made yet.";
    "import.created", NAMED, "A file was uploaded to import from.";
    "import.failed", NAMED, "An import broke off.";
    "import.finished", NAMED, "An import is done; each of its rows has a verdict.";
    "import.started", NAMED, "An import began to make what its rows say.";
    "import.undo_started", NAMED, "What an import made is being taken away again.";
    "import.undone", NAMED, "What an import made was taken away again.";
    "import.updated", NAMED, "How the columns of an import are read was changed.";
    "invitation.accepted", &[], "Somebody accepted an invitation.";
    "invitation.created", &[], "Somebody was invited.";
    "invitation.revoked", &[], "An invitation was taken back.";
    "level.created", NAMED, "A level was made.";
    "level.deleted", NAMED, "A level was deleted.";
    "level.plan_drawn", NAMED, "A level has a plan, or another one.";
    "level.plan_erased", NAMED, "A level's plan was taken away.";
    "level.updated", NAMED, "A level was changed.";
    "membership.created", &[], "Somebody became a member.";
    "orphan.claimed", NAMED, "A radio device that nobody knew became one of the tenant's devices.";
    "orphan.dismissed", NAMED, "A radio device that nobody knows was set aside.";
    "orphan.restored", NAMED, "A radio device that was set aside is back.";
    "reservation.cancelled", RESERVATION, "A reservation was called off.";
    "reservation.checked_in", RESERVATION, "Somebody came for a reservation.";
    "reservation.checked_out", RESERVATION, "Somebody left the bay they had reserved.";
    "reservation.completed", RESERVATION, "A reservation that somebody had come for is over.";
    "reservation.confirmed", RESERVATION, "A bay that was held is reserved.";
    "reservation.contested", RESERVATION, "A reservation has begun, and somebody else stands in its bay; `evidence.instead` is a bay like it that is free.";
    "reservation.created", RESERVATION, "A bay was reserved, or is held.";
    "reservation.expired", RESERVATION, "A hold ran out, or a reservation is over that nobody had come for.";
    "reservation.no_show", RESERVATION, "Nobody came for a reservation in time, and its bay is released.";
    "reservation.overstayed", RESERVATION, "A reservation is over, and its vehicle stands there still.";
    "reservation.updated", RESERVATION, "A reservation was moved, extended, shortened or changed otherwise.";
    "reservation_series.cancelled", SERIES, "Reservations of a series that lay ahead were called off.";
    "reservation_series.created", SERIES, "A bay was reserved again and again.";
    "reservation_series.updated", SERIES, "Reservations of a series that lay ahead were changed; the series is a new one if earlier ones stayed in the old.";
    "reservation_terms.deleted", &["site_id"], "On which terms bays can be reserved is as usual again.";
    "reservation_terms.updated", &["site_id"], "On which terms bays can be reserved was changed.";
    "site.created", NAMED, "A site was made.";
    "site.deleted", NAMED, "A site was deleted.";
    "site.emergency_ended", NAMED, "The lamps of a site show again what its bays are.";
    "site.emergency_started", NAMED, "All lamps of a site show one thing, whatever its bays are.";
    "site.restored", NAMED, "A site that was deleted is back.";
    "site.updated", NAMED, "A site was changed.";
    "space.created", NAMED, "A bay was made.";
    "space.deleted", NAMED, "A bay was deleted.";
    "space.overridden", NAMED, "A bay was blocked or put out of service.";
    "space.override_changed", NAMED, "For how long or why a bay is out of use was changed.";
    "space.released", NAMED, "A bay was put back into service.";
    "space.restored", NAMED, "A bay that was deleted is back.";
    "space.state_changed", &["site_id", "from", "to", "cause", "change_id", "sequence"], "A bay's state became another: free, occupied, reserved, maintenance or unknown.";
    "space.updated", NAMED, "A bay was changed.";
    "tenant.activated", &[], "The tenant was activated.";
    "tenant.created", &[], "The tenant was made.";
    "tenant.deleted", &[], "The tenant was deleted.";
    "tenant.deletion_scheduled", &[], "The tenant is to be deleted.";
    "tenant.limit_near", &["resource", "used", "max"], "The tenant has used most of a limit.";
    "tenant.suspended", &[], "The tenant was suspended.";
    "tenant.updated", &[], "The tenant's terms or settings were changed.";
    "waitlist.claimed", WAITLIST, "Somebody who waited has claimed the bay they were offered.";
    "waitlist.declined", WAITLIST, "Somebody who waited does not want the bay they were offered.";
    "waitlist.expired", WAITLIST, "The time somebody waited for has begun, and no bay was free.";
    "waitlist.joined", WAITLIST, "Somebody waits for a bay.";
    "waitlist.lapsed", WAITLIST, "Somebody who waited did not claim the bay they were offered in time.";
    "waitlist.left", WAITLIST, "Somebody waits for a bay no more.";
    "waitlist.offered", WAITLIST, "A bay became free and is held for whoever has waited longest, until it is claimed.";
    "webhook.test", &["message"], "Somebody tries the webhook; sent to that one alone, whatever it wants.";
    "zone.created", NAMED, "A zone was made.";
    "zone.deleted", NAMED, "A zone was deleted.";
    "zone.updated", NAMED, "A zone was changed.";
}

macro_rules! event_fields {
    ($($name:literal = $example:literal, $about:literal;)+) => {
        /// Every fact that an event can carry.
        pub const EVENT_FIELDS: &[EventField] = &[$(EventField {
            name: $name,
            about: $about,
            example: $example,
        }),+];
    };
}

event_fields! {
    "by" = "\"Ada Lovelace\"", "Who did it.";
    "cause" = "\"sensor\"", "The fact that decided: `sensor`, `reservation`, `blocked`, `out_of_service`, `sensor_silent` or `no_reading`.";
    "change_id" = "\"019ab1f0-52e1-7c3f-9a35-0d5b6b1f4c11\"", "The change in the bay's history.";
    "cleared_at" = "\"2026-11-21T04:30:00Z\"", "When the alarm ended.";
    "comment_id" = "\"019ab1f2-1c8e-7b52-8f4e-0b7a4c1d9e33\"", "The comment.";
    "device_id" = "\"019ab1f0-4a11-7f0e-8f6b-7a1e0c2d9b44\"", "The display.";
    "end_time" = "\"2026-11-21T18:00:00Z\"", "Until just before when the bay is reserved, or wanted.";
    "evidence" = "{\"battery_percent\": 9}", "The facts it came about by; they differ by kind.";
    "from" = "\"free\"", "The state before.";
    "kind" = "\"device_silent\"", "What is wrong: `device_silent`, `battery_low`, `gateway_down`, `flapping`, `stuck`, `lamp_unreachable` or `lamp_mismatch`.";
    "max" = "500", "How many there may be.";
    "message" = "\"Hello\"", "A greeting.";
    "name" = "\"A-014\"", "What people call it.";
    "occurrences" = "12", "How many reservations of the series it is about.";
    "parent_id" = "\"019ab1f1-9a52-7d0b-9c0e-5f3f2c7a1b10\"", "The alarm that explains this one, such as a gateway's, or null.";
    "raised_at" = "\"2026-11-21T03:00:00Z\"", "When the alarm began.";
    "reason" = "\"recovered\"", "Why.";
    "reservation_id" = "\"019ab1f4-2c3d-7b11-8a77-9d2f6b0c4e21\"", "The hold that was offered; missing while there was none.";
    "resource" = "\"devices\"", "What is limited.";
    "sequence" = "42", "How many times the bay's state has changed; of two changes the one with the higher number is newer.";
    "series_id" = "\"019ab1f3-0b1d-7a42-9c55-1f6e2d3c4b5a\"", "The series that the reservation is of; missing if it is of none.";
    "severity" = "\"warning\"", "How bad it is: `info`, `warning` or `critical`.";
    "site_id" = "\"019ab1ee-0d0a-7d27-b9a4-3f6f0a2f7f02\"", "The site it belongs to, or null.";
    "space_code" = "\"A-014\"", "The code of the bay it is about, or null.";
    "space_id" = "\"019ab1ee-7a91-7b60-8d0e-52f1c6a0f3b5\"", "The bay it is about.";
    "start_time" = "\"2026-11-21T16:00:00Z\"", "From when on the bay is reserved, or wanted.";
    "status" = "\"confirmed\"", "Where it stands now: `pending`, `confirmed`, `completed`, `cancelled`, `expired` or `no_show`.";
    "text" = "\"A lorry stands before the antenna.\"", "What was written.";
    "thing_id" = "\"019ab1ee-4c3d-7e11-8a77-9d2f6b0c4e21\"", "The device, gateway or bay that something is wrong with.";
    "thing_type" = "\"device\"", "What it is: `device`, `gateway` or `space`.";
    "to" = "\"occupied\"", "The state it has now.";
    "until" = "\"2026-11-22T08:00:00Z\"", "Until when.";
    "used" = "412", "How many there are.";
}

impl EventType {
    /// What the event happened to: what stands before the dot.
    pub fn subject(&self) -> &'static str {
        self.name
            .split_once('.')
            .map_or(self.name, |(subject, _)| subject)
    }

    /// The facts, described.
    pub fn facts(&self) -> impl Iterator<Item = &'static EventField> {
        EVENT_FIELDS
            .iter()
            .filter(|field| self.fields.contains(&field.name))
    }
}

/// The type of this name, if there is one.
pub fn find(name: &str) -> Option<&'static EventType> {
    EVENT_TYPES.iter().find(|known| known.name == name)
}

/// Whether an event of this name may carry these facts.
pub fn describes<'a>(name: &str, mut facts: impl Iterator<Item = &'a String>) -> bool {
    find(name).is_some_and(|known| facts.all(|fact| known.fields.contains(&fact.as_str())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_and_fields_are_in_order_and_every_field_is_described_and_used() {
        assert!(EVENT_TYPES.is_sorted_by(|a, b| a.name < b.name));
        assert!(EVENT_FIELDS.is_sorted_by(|a, b| a.name < b.name));
        let used = |name: &str| EVENT_TYPES.iter().any(|known| known.fields.contains(&name));
        assert!(EVENT_FIELDS.iter().all(|field| used(field.name)));
        // A message says under these names what the event happened to, and would lose the fact.
        assert!(!used("subject_type") && !used("subject_id"));
        for known in EVENT_TYPES {
            assert_eq!(known.facts().count(), known.fields.len(), "{}", known.name);
            assert!(known.name.contains('.'), "{}", known.name);
        }
    }

    #[test]
    fn what_is_not_described_is_not_an_event() {
        let facts = |names: &[&str]| {
            names
                .iter()
                .map(|&name| name.to_owned())
                .collect::<Vec<_>>()
        };
        assert!(describes("site.created", facts(&["name"]).iter()));
        assert!(!describes("site.created", facts(&["app_key"]).iter()));
        assert!(!describes("site.exploded", facts(&[]).iter()));
    }
}
