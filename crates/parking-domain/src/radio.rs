//! Radio messages, whoever relayed them: what was heard of a device, when, and by which gateways.
//!
//! A network server tells the same message more than once and not in order; [`Message::key`] is
//! what the tellings have in common, [`received_at`] when it counts.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use crate::eui::Eui64;

/// The largest payload LoRaWAN carries, and then some.
pub const PAYLOAD_MAX: usize = 255;

/// The most gateways of one message that are kept.
pub const RECEPTIONS_MAX: usize = 16;

/// How far a clock may be ahead of ours before it is not believed.
pub const AHEAD_MAX: TimeDelta = TimeDelta::minutes(2);

/// How old a message may be before its clock is not believed: a network server holds what a
/// broken line kept from us, but nobody holds it for a month.
pub const AGE_MAX: TimeDelta = TimeDelta::days(30);

/// One message about one device.
#[derive(Clone, Debug, PartialEq)]
pub struct Message {
    /// The device.
    pub dev_eui: Eui64,
    /// The application of the network server it belongs to, as the server names it.
    pub application: Option<String>,
    /// What the source says of its name there.
    pub device_name: Option<String>,
    /// When it was received, as far as the source's clocks can be believed.
    pub received_at: DateTime<Utc>,
    /// Who heard it, the strongest first.
    pub receptions: Vec<Reception>,
    /// What it says.
    pub content: Content,
}

/// One gateway that heard a message.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Reception {
    /// Which.
    pub gateway: Eui64,
    /// How strong, in dBm.
    pub rssi: Option<i32>,
    /// How far above the noise, in dB.
    pub snr: Option<f32>,
}

/// What a message says.
#[derive(Clone, Debug, PartialEq)]
pub enum Content {
    /// The device spoke.
    Uplink(Uplink),
    /// It joined the network: counters begin anew.
    Join {
        /// The address of the new session.
        dev_addr: Option<String>,
    },
    /// What the device's radio says of itself.
    Status {
        /// Decibels to spare on the way down.
        margin: Option<i32>,
        /// Its battery, in percent; none when it does not say or hangs on a wire.
        battery_percent: Option<f32>,
        /// Whether it hangs on a wire.
        is_mains: bool,
    },
    /// A gateway sent a command.
    Transmitted {
        /// Which, by the server's name for it.
        queue_item: String,
        /// Its number in the session.
        f_cnt_down: Option<u32>,
        /// Who sent it.
        gateway: Option<Eui64>,
    },
    /// The device answered a command that wanted an answer, or did not.
    Acknowledged {
        /// Which command.
        queue_item: String,
        /// Whether it did.
        is_acknowledged: bool,
        /// Its number in the session.
        f_cnt_down: Option<u32>,
    },
    /// The network server noticed something.
    Notice {
        /// Whether it is an error, in its words: `INFO`, `WARNING`, `ERROR`.
        level: String,
        /// What kind, in its words.
        code: String,
        /// Said for people.
        description: String,
        /// The command it is about.
        queue_item: Option<String>,
    },
    /// Where the network server thinks the device is.
    Location {
        /// Degrees north.
        latitude: f64,
        /// Degrees east.
        longitude: f64,
    },
}

/// What a device said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Uplink {
    /// The address of its session; a new one after each join.
    pub dev_addr: Option<String>,
    /// The number of the message in its session.
    pub f_cnt: Option<u32>,
    /// The port; 0 and none carry nothing for us.
    pub f_port: Option<u8>,
    /// The payload.
    pub payload: Vec<u8>,
    /// The server's own name for this reception.
    pub deduplication_id: Option<String>,
}

/// By how much a message's number may be lower than the highest of its session and still be a late
/// one; lower than that, the device has begun to count anew without a join.
const LATE_MAX: u32 = 64;

/// How the messages of a device are numbered, as far as they were heard.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Numbering {
    /// The address of the session.
    pub session: Option<String>,
    /// The address of the session before it: what comes of that now comes late.
    pub session_before: Option<String>,
    /// The highest number heard in it; none right after a join.
    pub highest: Option<u32>,
    /// How many numbers have been left out, in this session and those before it.
    pub lost: u64,
}

impl Numbering {
    /// The device has joined: it counts from 0.
    pub fn join(&mut self, session: Option<&str>) {
        self.begin(session);
        self.highest = None;
    }

    fn begin(&mut self, session: Option<&str>) {
        if self.session.as_deref() != session {
            self.session_before = self.session.take();
            self.session = session.map(str::to_owned);
        }
    }

    /// A message of this number came, which has not come before.
    pub fn hear(&mut self, session: Option<&str>, number: u32) {
        // Whether it was counted as lost nobody remembers; what matters is the session that goes on.
        if session.is_some()
            && self.session.as_deref() != session
            && self.session_before.as_deref() == session
        {
            return;
        }
        let left_out = match self.highest {
            // Of a session whose beginning nobody saw, it is not known what came before.
            _ if self.session.as_deref() != session => 0,
            None => u64::from(number),
            Some(highest) if number > highest => u64::from(number - highest - 1),
            Some(highest) if highest - number <= LATE_MAX => {
                self.lost = self.lost.saturating_sub(1);
                return;
            }
            Some(_) => 0,
        };
        self.lost = self.lost.saturating_add(left_out);
        self.begin(session);
        self.highest = Some(number);
    }
}

impl Content {
    /// Its word in the database and the API.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Uplink(_) => "up",
            Self::Join { .. } => "join",
            Self::Status { .. } => "status",
            Self::Transmitted { .. } => "txack",
            Self::Acknowledged { .. } => "ack",
            Self::Notice { .. } => "log",
            Self::Location { .. } => "location",
        }
    }
}

impl Message {
    /// What all tellings of this message have in common and no other message of the device does
    /// within two days.
    ///
    /// An uplink is known by its number in its session: a device that is heard by a gateway too
    /// late for the server's own sorting comes again with another name but the same number.
    pub fn key(&self) -> String {
        let about = match &self.content {
            Content::Uplink(uplink) => match (&uplink.dev_addr, uplink.f_cnt) {
                (Some(session), Some(number)) => format!("{session}:{number}"),
                _ => uplink
                    .deduplication_id
                    .clone()
                    .unwrap_or_else(|| self.instant()),
            },
            Content::Join { dev_addr } => dev_addr.clone().unwrap_or_else(|| self.instant()),
            Content::Transmitted {
                queue_item,
                f_cnt_down,
                ..
            } => {
                format!("{queue_item}:{}", f_cnt_down.unwrap_or_default())
            }
            Content::Acknowledged {
                queue_item,
                is_acknowledged,
                ..
            } => format!("{queue_item}:{is_acknowledged}"),
            Content::Status { .. } | Content::Notice { .. } | Content::Location { .. } => {
                self.instant()
            }
        };
        format!("{}:{}:{about}", self.dev_eui, self.content.name())
    }

    fn instant(&self) -> String {
        self.received_at.timestamp_micros().to_string()
    }
}

/// When a message counts: by the network server's clock, else by the time it gives for it, else
/// when it came to us; a clock that is ahead of ours or a month behind is not asked.
pub fn received_at(
    server_clock: Option<DateTime<Utc>>,
    given: Option<DateTime<Utc>>,
    arrived_at: DateTime<Utc>,
) -> DateTime<Utc> {
    let is_sane = |at: &DateTime<Utc>| *at <= arrived_at + AHEAD_MAX && *at >= arrived_at - AGE_MAX;
    server_clock
        .filter(is_sane)
        .or_else(|| given.filter(is_sane))
        // A little ahead is still not the future.
        .map_or(arrived_at, |at| at.min(arrived_at))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minute: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::days(20_000) + TimeDelta::minutes(minute)
    }

    fn uplink(session: &str, number: u32, name: &str) -> Message {
        Message {
            dev_eui: Eui64::from_bytes([1, 2, 3, 4, 5, 6, 7, 8]),
            application: None,
            device_name: None,
            received_at: at(0),
            receptions: Vec::new(),
            content: Content::Uplink(Uplink {
                dev_addr: Some(session.to_owned()),
                f_cnt: Some(number),
                f_port: Some(1),
                payload: Vec::new(),
                deduplication_id: Some(name.to_owned()),
            }),
        }
    }

    #[test]
    fn a_message_told_twice_has_one_key_and_a_new_session_begins_anew() {
        assert_eq!(uplink("01", 7, "a").key(), uplink("01", 7, "b").key());
        assert_ne!(uplink("01", 7, "a").key(), uplink("01", 8, "a").key());
        assert_ne!(uplink("01", 7, "a").key(), uplink("02", 7, "a").key());
    }

    #[test]
    fn a_message_counts_when_it_was_received() {
        assert_eq!(received_at(Some(at(-120)), Some(at(-1)), at(0)), at(-120));
        assert_eq!(received_at(None, Some(at(-1)), at(0)), at(-1));
        assert_eq!(received_at(None, None, at(0)), at(0));
    }

    #[test]
    fn a_clock_that_cannot_be_right_is_not_asked() {
        let years_ago = at(0) - TimeDelta::days(5_500);
        assert_eq!(received_at(None, Some(years_ago), at(0)), at(0));
        assert_eq!(received_at(Some(years_ago), Some(at(-3)), at(0)), at(-3));
        assert_eq!(received_at(Some(at(60)), None, at(0)), at(0));
        assert_eq!(received_at(Some(at(1)), None, at(0)), at(0));
    }

    #[test]
    fn numbers_that_are_left_out_are_counted_until_they_come_late() {
        let mut numbering = Numbering::default();
        for number in [10, 11, 14] {
            numbering.hear(Some("01"), number);
        }
        assert_eq!(numbering.lost, 2);
        numbering.hear(Some("01"), 12);
        assert_eq!((numbering.lost, numbering.highest), (1, Some(14)));
    }

    #[test]
    fn a_device_that_joins_again_or_begins_anew_has_lost_nothing() {
        let mut numbering = Numbering::default();
        numbering.hear(Some("01"), 5_000);
        numbering.join(Some("02"));
        numbering.hear(Some("02"), 1);
        // Its first message after the join, number 0, was not heard.
        assert_eq!(numbering.lost, 1);
        numbering.hear(Some("02"), 900);
        numbering.hear(Some("02"), 0);
        assert_eq!((numbering.lost, numbering.highest), (899, Some(0)));
        // A late message of the old session and the next of the new one.
        numbering.hear(Some("01"), 4_990);
        numbering.hear(Some("02"), 1);
        assert_eq!(numbering.lost, 899);
    }

    #[test]
    fn a_late_message_of_the_session_before_hides_no_gap_of_the_one_that_goes_on() {
        let mut numbering = Numbering::default();
        numbering.hear(Some("01"), 5_000);
        numbering.join(Some("02"));
        numbering.hear(Some("01"), 4_990);
        numbering.hear(Some("02"), 2);
        assert_eq!(numbering.lost, 2);
        numbering.hear(Some("01"), 5_001);
        numbering.hear(Some("01"), 4_000);
        numbering.hear(Some("02"), 5);
        assert_eq!(numbering.lost, 4);
        // Late within its session it is not lost, whatever came of the other in between.
        numbering.hear(Some("02"), 3);
        assert_eq!((numbering.lost, numbering.highest), (3, Some(5)));
        // A third session, whose join nobody heard.
        numbering.hear(Some("03"), 7);
        numbering.hear(Some("02"), 6);
        numbering.hear(Some("03"), 9);
        assert_eq!((numbering.lost, numbering.highest), (4, Some(9)));
    }
}
