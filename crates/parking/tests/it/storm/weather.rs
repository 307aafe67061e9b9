//! What a device says, and what becomes of it on its way.

use chrono::{DateTime, TimeDelta, Utc};
use parking_sim::chance::Chance;
use serde_json::{Value, json};
use uuid::Uuid;

use super::written;

/// Frames of a device, three minutes apart.
const FRAMES: u32 = 60;
/// Two hours of them.
const LATE_MAX: f64 = 40.0;
/// As long before now the first was sent.
const BEGAN_BEFORE: TimeDelta = TimeDelta::minutes(3 * 60 + 5);

/// A device and what is told of it, in the order of telling.
pub(super) struct Device {
    pub(super) dev_eui: String,
    /// Whether all that is told of a session is told before the next one begins. Where it is not, a
    /// late frame cannot be told from one that was counted as lost.
    pub(super) is_told_in_sessions: bool,
    pub(super) tellings: Vec<Telling>,
}

/// Something that is told.
#[derive(Clone)]
pub(super) struct Telling {
    pub(super) kind: &'static str,
    pub(super) body: Body,
    /// Its session and its number there; none for a join and for what means nothing.
    pub(super) session: String,
    pub(super) number: Option<u32>,
    /// When it was received, by the clocks that can be believed; none if it is when it comes.
    pub(super) received_at: Option<DateTime<Utc>>,
    /// What it says of the bay; nothing where nobody can read it.
    pub(super) is_taken: Option<bool>,
}

/// What is sent.
#[derive(Clone)]
pub(super) enum Body {
    Event(Value),
    Garbled(String),
}

/// The clocks of a frame: the network server's, the one it gives, and when it counts.
struct Clocks {
    ns_time: Option<DateTime<Utc>>,
    time: DateTime<Utc>,
    received_at: Option<DateTime<Utc>>,
}

impl Clocks {
    fn of(at: DateTime<Utc>, now: DateTime<Utc>, chance: &mut Chance) -> Self {
        let hour = TimeDelta::hours(1);
        let long_ago = DateTime::UNIX_EPOCH + TimeDelta::days(15_000);
        let (ns_time, time, received_at) = match chance.below(14) {
            0 => (Some(at), at - hour, Some(at)),
            1 => (None, at, Some(at)),
            2 => (None, at - hour, Some(at - hour)),
            3 => (Some(at), long_ago, Some(at)),
            4 => (None, long_ago, None),
            5 => (Some(now + hour), at, Some(at)),
            6 => (Some(now + hour), now + hour, None),
            _ => (Some(at), at, Some(at)),
        };
        Self {
            ns_time,
            time,
            received_at,
        }
    }
}

impl Device {
    pub(super) fn of(seed: u64, number: usize, now: DateTime<Utc>) -> Self {
        let mut chance = Chance::of(seed, &format!("storm of {number}"));
        let chance = &mut chance;
        let dev_eui = format!(
            "A25153{:02X}{:04X}{number:04X}",
            seed & 0xff,
            chance.word() & 0xffff
        );
        let is_told_in_sessions = !number.is_multiple_of(4);
        // Each with its place in the order of telling.
        let mut tellings: Vec<(f64, Telling)> = Vec::new();
        let mut session = String::new();
        let (mut count, mut is_taken, mut begun_at) = (0, chance.happens(0.5), 0.0);
        for frame in 0..FRAMES {
            let place = f64::from(frame);
            if frame == 0 || chance.happens(0.05) {
                if is_told_in_sessions {
                    // What is late of the old session comes before the new one.
                    for (at, _) in &mut tellings {
                        *at = at.min(place - 0.9 + 0.1 * chance.share());
                    }
                }
                session = format!("{:08x}", chance.word() & 0x01ff_ffff);
                (count, begun_at) = (0, place - 0.5);
                let (at, id) = (sent_at(now, frame, chance), chance.uuid());
                tellings.push((begun_at, join(&dev_eui, &session, at, id)));
            }
            is_taken ^= chance.happens(0.4);
            count += 1;
            if chance.happens(0.1) {
                continue;
            }
            let clocks = Clocks::of(sent_at(now, frame, chance), now, chance);
            let says = (!chance.happens(0.08)).then_some(is_taken);
            let telling = up(&dev_eui, (&session, count - 1), &clocks, says, chance);
            let place = match chance.below(10) {
                0 => place + 1.5,
                1 => place + LATE_MAX * chance.share(),
                _ => place,
            };
            if chance.happens(0.15) {
                let again = again(&telling, chance);
                tellings.push((place + 0.2 + 10.0 * chance.share(), again));
            }
            if chance.happens(0.03) {
                let text = format!("{{\"deviceInfo\": \"storm {seed}:{number}:{frame}\", ");
                tellings.push((place, garbled(text)));
            }
            tellings.push((place.max(begun_at), telling));
        }
        tellings.sort_by(|one, other| one.0.total_cmp(&other.0));
        Self {
            dev_eui,
            is_told_in_sessions,
            tellings: tellings.into_iter().map(|(_, telling)| telling).collect(),
        }
    }
}

fn sent_at(now: DateTime<Utc>, frame: u32, chance: &mut Chance) -> DateTime<Utc> {
    let after = TimeDelta::seconds(180 * i64::from(frame));
    now - BEGAN_BEFORE + after + TimeDelta::microseconds(i64::from(chance.word() % 60_000_000))
}

fn about(dev_eui: &str) -> Value {
    json!({ "applicationId": "deb86e58-f3b2-43fc-b5cb-3e10d825b9f5", "devEui": dev_eui.to_lowercase() })
}

fn join(dev_eui: &str, session: &str, at: DateTime<Utc>, id: Uuid) -> Telling {
    let event = json!({
        "deduplicationId": id, "time": written(at), "deviceInfo": about(dev_eui), "devAddr": session,
    });
    Telling {
        kind: "join",
        body: Body::Event(event),
        session: session.to_owned(),
        number: None,
        received_at: Some(at),
        is_taken: None,
    }
}

fn up(
    dev_eui: &str,
    (session, number): (&str, u32),
    clocks: &Clocks,
    says: Option<bool>,
    chance: &mut Chance,
) -> Telling {
    let (port, data) = match says {
        Some(true) => (1, "AQ=="),
        Some(false) => (1, "AA=="),
        // A port of nobody's.
        None => (223, "7u7u"),
    };
    let mut heard = json!({
        "gatewayId": "0016c001f1500001", "uplinkId": chance.word(), "rssi": -57, "snr": 9.5,
    });
    if let Some(at) = clocks.ns_time {
        heard["nsTime"] = written(at);
    }
    let event = json!({
        "deduplicationId": chance.uuid(), "time": written(clocks.time), "deviceInfo": about(dev_eui),
        "devAddr": session, "fCnt": number, "fPort": port, "data": data, "rxInfo": [heard],
    });
    Telling {
        kind: "up",
        body: Body::Event(event),
        session: session.to_owned(),
        number: Some(number),
        received_at: clocks.received_at,
        is_taken: says,
    }
}

/// The same once more; sometimes as the network server tells what reached it by a slow gateway.
fn again(telling: &Telling, chance: &mut Chance) -> Telling {
    let mut again = telling.clone();
    if let Body::Event(event) = &mut again.body
        && chance.happens(0.5)
    {
        event["deduplicationId"] = json!(chance.uuid());
    }
    again
}

fn garbled(text: String) -> Telling {
    Telling {
        kind: "up",
        body: Body::Garbled(text),
        session: String::new(),
        number: None,
        received_at: None,
        is_taken: None,
    }
}
