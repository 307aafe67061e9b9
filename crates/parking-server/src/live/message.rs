//! What is told, written down once for everybody: as an event of a stream and as a message of a WebSocket.

use std::collections::HashMap;
use std::fmt::Display;

use axum::body::Bytes;
use axum::extract::ws::Utf8Bytes;
use chrono::{DateTime, SecondsFormat, Utc};
use parking_db::events::{Cursor, Event};
use parking_domain::access::Permission;
use parking_estate::spaces::LampBody;
use parking_http::Identity;
use serde::Serialize;
use serde_json::{Value, json};
use uuid::Uuid;

use super::store::SiteNow;

/// The event that tells a change of a bay's state.
const STATE_CHANGED: &str = "space.state_changed";

/// The event that says that a display should show, was told or shows something else.
const DISPLAY_CHANGED: &str = "display.changed";

/// What one needs to be told a message, as bits: the order of this list.
const NEEDED: [Permission; 6] = [
    Permission::SpacesRead,
    Permission::SitesRead,
    Permission::DevicesRead,
    Permission::AlarmsRead,
    Permission::DisplaysRead,
    Permission::ReservationsRead,
];

/// Something that is told.
#[derive(Debug)]
pub(super) struct Message {
    /// Where in the log it stands.
    pub(super) cursor: Cursor,
    /// The site it is about, if it is about one.
    pub(super) site: Option<Uuid>,
    /// Whether it says only that nothing is missing.
    pub(super) is_heartbeat: bool,
    needs: u8,
    /// As an event of a stream.
    pub(super) frame: Bytes,
    /// As a message of a WebSocket.
    pub(super) text: Utf8Bytes,
}

/// What somebody may be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Rights(pub(super) u8);

impl Rights {
    /// What somebody may be told.
    pub(super) fn of(identity: &Identity) -> Self {
        let scopes = identity.scopes.as_ref();
        let may = NEEDED.map(|needed| needed.allows(identity.role, scopes));
        let bits = may.iter().enumerate();
        Self(bits.fold(0, |all, (bit, may)| all | (u8::from(*may) << bit)))
    }

    /// Whether that includes this.
    pub(super) fn cover(self, message: &Message) -> bool {
        self.0 & message.needs == message.needs
    }
}

fn bit(needed: Permission) -> u8 {
    let at = NEEDED.iter().position(|one| *one == needed);
    at.map_or(u8::MAX, |at| 1 << at)
}

/// What one must be allowed to read to hear that such a thing changed; nothing for what nobody is told.
fn needed_for(subject: &str) -> Option<u8> {
    Some(bit(match subject {
        "space" | "closure" => Permission::SpacesRead,
        "site" | "level" | "zone" => Permission::SitesRead,
        "device" | "device_model" | "gateway" | "orphan" => Permission::DevicesRead,
        "alarm" | "alarm_rules" => Permission::AlarmsRead,
        "display" | "display_policy" | "downlink" => Permission::DisplaysRead,
        "reservation" | "reservation_series" | "reservation_terms" | "waitlist" => {
            Permission::ReservationsRead
        }
        _ => return None,
    }))
}

/// The display that an event says to have changed.
pub(super) fn display_of(event: &Event) -> Option<Uuid> {
    let is_display = event.kind == DISPLAY_CHANGED;
    event.subject_id.parse().ok().filter(|_| is_display)
}

/// Where in the log a stream stands, as clients keep it.
pub(super) fn written(cursor: Cursor) -> String {
    format!("{}-{}", cursor.xid, cursor.id)
}

/// The same read back; nothing for what was never written so.
pub(super) fn read(text: &str) -> Option<Cursor> {
    let (xid, id) = text.split_once('-')?;
    let number = |digits: &str| digits.parse().ok().filter(|number| *number >= 0);
    Some(Cursor {
        xid: number(xid)?,
        id: number(id)?,
    })
}

/// An instant as the API writes it.
pub(super) fn instant(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::AutoSi, true)
}

/// How everything stands.
#[derive(Serialize)]
struct Snapshot<'a> {
    as_of: String,
    /// The one that was asked for; all of them, if absent.
    site_id: Option<Uuid>,
    sites: &'a [SiteNow],
}

/// The whole of a message to a WebSocket.
#[derive(Serialize)]
struct Envelope<'a, T> {
    #[serde(rename = "type")]
    kind: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'a str>,
    data: &'a T,
}

impl Message {
    /// What an event of the log is told as, if anybody is told of it: of a lamp among these how it stands.
    pub(super) fn of_event(event: &Event, lamps: &HashMap<Uuid, LampBody>) -> Option<Self> {
        let needs = needed_for(&event.subject_type)?;
        let site = event.payload["site_id"].as_str();
        let site = match event.subject_type.as_str() {
            "site" => Some(event.subject_id.as_str()),
            _ => site,
        };
        let site = site.and_then(|site| site.parse().ok());
        let facts = &event.payload;
        let (kind, data) = if event.kind == STATE_CHANGED {
            let data = json!({
                "site_id": site, "id": event.subject_id, "state": facts["to"], "from": facts["from"],
                "cause": facts["cause"], "since": instant(event.at), "sequence": facts["sequence"],
            });
            ("change", data)
        } else if let Some(lamp) = display_of(event).and_then(|id| lamps.get(&id)) {
            let mut data = json!(lamp);
            data["site_id"] = json!(site);
            data["space_id"] = facts["space_id"].clone();
            ("lamp", data)
        } else {
            let data = json!({
                "kind": event.kind, "subject_type": event.subject_type, "subject_id": event.subject_id, "site_id": site,
            });
            ("changed", data)
        };
        Some(Self::write((kind, needs), event.cursor, site, &data))
    }

    /// How the bays stand.
    pub(super) fn snapshot(
        cursor: Cursor,
        as_of: DateTime<Utc>,
        site_id: Option<Uuid>,
        sites: &[SiteNow],
    ) -> Self {
        let data = Snapshot {
            as_of: instant(as_of),
            site_id,
            sites,
        };
        let kind = ("snapshot", bit(Permission::SpacesRead));
        Self::write(kind, cursor, site_id, &data)
    }

    /// That everything up to an instant was told.
    pub(super) fn heartbeat(cursor: Cursor, as_of: DateTime<Utc>) -> Self {
        let data = json!({ "as_of": instant(as_of) });
        Self {
            is_heartbeat: true,
            ..Self::write(("heartbeat", 0), cursor, None, &data)
        }
    }

    fn write(
        (kind, needs): (&str, u8),
        cursor: Cursor,
        site: Option<Uuid>,
        data: &impl Serialize,
    ) -> Self {
        let id = written(cursor);
        Self {
            cursor,
            site,
            is_heartbeat: false,
            needs,
            frame: frame(kind, Some(&id), data),
            text: text(kind, Some(&id), data),
        }
    }

    /// Whether somebody who follows a site, or all, is told of it.
    pub(super) fn is_for(&self, site: Option<Uuid>) -> bool {
        site.is_none() || self.site.is_none() || self.site == site
    }
}

/// An event of a stream. JSON has no line breaks, so one line of data will do.
pub(super) fn frame(kind: &str, id: Option<&str>, data: &impl Serialize) -> Bytes {
    let data = serde_json::to_string(data).unwrap_or_default();
    let id = id.map_or(String::new(), |id| format!("id: {id}\n"));
    Bytes::from(format!("event: {kind}\n{id}data: {data}\n\n"))
}

/// A message to a WebSocket.
pub(super) fn text(kind: &str, id: Option<&str>, data: &impl Serialize) -> Utf8Bytes {
    let envelope = Envelope { kind, id, data };
    serde_json::to_string(&envelope).unwrap_or_default().into()
}

/// Why it ends, for programs and for people.
pub(super) fn reason(code: &str, detail: impl Display) -> Value {
    json!({ "code": code, "detail": detail.to_string() })
}

#[cfg(test)]
mod tests {
    use parking_domain::access::{Role, Scope};
    use parking_domain::event_types::EVENT_TYPES;
    use parking_domain::ids::{TenantId, fresh};
    use parking_estate::spaces::TruthBody;
    use parking_http::Actor;

    use super::*;

    fn event(kind: &str) -> Event {
        Event {
            tenant: TenantId(fresh()),
            cursor: Cursor { xid: 7, id: 3 },
            at: DateTime::from_timestamp(1_800_000_000, 0).unwrap(),
            kind: kind.to_owned(),
            subject_type: kind.split_once('.').unwrap().0.to_owned(),
            subject_id: "a".to_owned(),
            payload: json!({ "to": "free", "from": "occupied", "sequence": 4, "name": "a secret\nname" }),
        }
    }

    fn somebody(role: Role, scopes: Option<&[Scope]>) -> Rights {
        Rights::of(&Identity {
            tenant: TenantId(fresh()),
            actor: Actor::ApiKey {
                id: fresh(),
                public_id: "a".to_owned(),
                name: "Gate".to_owned(),
            },
            role,
            scopes: scopes.map(|scopes| scopes.iter().copied().collect()),
            acting: None,
            requests_per_minute: None,
            tenant_requests_per_minute: 100,
        })
    }

    #[test]
    fn a_cursor_reads_back_and_garbage_is_none() {
        for cursor in [
            Cursor { xid: 0, id: 0 },
            Cursor {
                xid: i64::MAX,
                id: i64::MAX,
            },
        ] {
            assert_eq!(read(&written(cursor)), Some(cursor));
        }
        for garbage in [
            "",
            "-",
            "1",
            "1-",
            "-1-2",
            "1--2",
            "a-b",
            "1-2-3",
            "99999999999999999999-1",
        ] {
            assert_eq!(read(garbage), None, "{garbage}");
        }
    }

    #[test]
    fn a_change_is_one_event_of_a_stream_and_one_message_of_a_socket() {
        let told = Message::of_event(&event(STATE_CHANGED), &HashMap::new()).unwrap();
        let frame = String::from_utf8(told.frame.to_vec()).unwrap();
        assert!(
            frame.starts_with("event: change\nid: 7-3\ndata: {"),
            "{frame}"
        );
        assert!(
            frame.ends_with("}\n\n") && frame.matches('\n').count() == 4,
            "{frame}"
        );
        let text: Value = serde_json::from_str(told.text.as_str()).unwrap();
        assert_eq!(text["type"], "change");
        assert_eq!(text["data"]["sequence"], 4);
        assert_eq!(text["data"]["since"], "2027-01-15T08:00:00Z");
    }

    #[test]
    fn a_hint_names_what_changed_and_nothing_of_what_it_is() {
        let told = Message::of_event(&event("device.updated"), &HashMap::new()).unwrap();
        assert!(!told.text.as_str().contains("secret"), "{:?}", told.text);
    }

    #[test]
    fn a_lamp_is_told_with_its_truths_where_they_are_known() {
        let (device, site, space) = (fresh(), fresh(), fresh());
        let mut changed = event(DISPLAY_CHANGED);
        changed.subject_id = device.to_string();
        changed.payload = json!({ "site_id": site, "space_id": space });
        let hint = Message::of_event(&changed, &HashMap::new()).unwrap();
        assert!(hint.text.as_str().contains(r#""type":"changed""#));
        let at = DateTime::from_timestamp(1_800_000_000, 0);
        let look = json!({ "state": "occupied", "color": "FF0000", "blink_ms": null });
        let lamp = LampBody {
            id: device,
            wanted: TruthBody::of((Some(15), Some(vec![255])), Some(look), at, None),
            ..LampBody::default()
        };
        let told = Message::of_event(&changed, &HashMap::from([(device, lamp)])).unwrap();
        assert_eq!((told.site, told.needs), (Some(site), hint.needs));
        let text: Value = serde_json::from_str(told.text.as_str()).unwrap();
        assert_eq!(text["type"], "lamp");
        assert_eq!(text["data"]["id"], json!(device));
        assert_eq!(text["data"]["space_id"], json!(space));
        assert_eq!(text["data"]["wanted"]["look"]["color"], "FF0000");
        assert_eq!(text["data"]["wanted"]["at"], "2027-01-15T08:00:00Z");
    }

    #[test]
    fn nobody_hears_of_what_they_may_not_read() {
        let (viewer, bays) = (
            somebody(Role::Viewer, None),
            somebody(Role::Viewer, Some(&[Scope::SpacesRead])),
        );
        let mut silent = Vec::new();
        for kind in EVENT_TYPES {
            let Some(told) = Message::of_event(&event(kind.name), &HashMap::new()) else {
                silent.push(kind.subject());
                continue;
            };
            assert!(viewer.cover(&told), "{}", kind.name);
            assert_eq!(
                bays.cover(&told),
                ["space", "closure"].contains(&kind.subject()),
                "{}",
                kind.name
            );
        }
        silent.dedup();
        let never = [
            "alarm_recipient",
            "import",
            "invitation",
            "membership",
            "tenant",
            "webhook",
        ];
        assert_eq!(silent, never);
        let beat = Message::heartbeat(Cursor::default(), DateTime::UNIX_EPOCH);
        assert!(somebody(Role::Viewer, Some(&[])).cover(&beat));
    }
}
