//! Rules of telling events to programs elsewhere: which events, when to try again, when to stop
//! for a while, when to stop for good, and which addresses of the internet are nobody's inside.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use chrono::{DateTime, TimeDelta, Utc};
use thiserror::Error;

use crate::event_types::{self, EVENT_TYPES};

/// Which events a webhook wants: one type, all of a subject (`alarm.*`), or all (`*`).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Wanted(String);

/// A wish that no event fulfils.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error("must be a type of event, a subject with `.*` behind it, or `*`")]
pub struct NoSuchEvent;

impl Wanted {
    /// Accepts a wish that some event there is fulfils.
    pub fn parse(typed: &str) -> Result<Self, NoSuchEvent> {
        let wanted = Self(typed.trim().to_owned());
        let is_any = EVENT_TYPES.iter().any(|known| wanted.is(known.name));
        is_any.then_some(wanted).ok_or(NoSuchEvent)
    }

    /// Whether an event of this type is wanted. Tests go to one webhook by name, and are not.
    pub fn is(&self, event_type: &str) -> bool {
        if event_type == event_types::TEST {
            return false;
        }
        match self.0.strip_suffix('*') {
            Some("") => true,
            Some(subject) => subject.ends_with('.') && event_type.starts_with(subject),
            None => self.0 == event_type,
        }
    }

    /// The wish as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What was decided when it was stored is not decided again: types come, and none goes.
impl From<String> for Wanted {
    fn from(stored: String) -> Self {
        Self(stored)
    }
}

/// When a delivery is tried again after its failures, as Standard Webhooks has it: over three days.
const RETRIES: [TimeDelta; 9] = [
    TimeDelta::seconds(5),
    TimeDelta::minutes(5),
    TimeDelta::minutes(30),
    TimeDelta::hours(2),
    TimeDelta::hours(5),
    TimeDelta::hours(10),
    TimeDelta::hours(14),
    TimeDelta::hours(20),
    TimeDelta::hours(24),
];

/// How often a delivery is attempted before it has failed.
pub const ATTEMPTS_MAX: usize = RETRIES.len() + 1;

/// When to try again after so many attempts, or never. `jitter` spreads those that failed together:
/// it adds up to a fifth.
pub fn retry_after(attempts: i32, jitter: u8) -> Option<TimeDelta> {
    let retry = RETRIES.get(usize::try_from(attempts).ok()?.checked_sub(1)?)?;
    Some(*retry + *retry * i32::from(jitter) / (5 * i32::from(u8::MAX)))
}

/// Failures in a row after which a webhook is paused.
const FAILURES_UNTIL_PAUSE: i32 = 5;

/// The first pause; each that follows is twice as long.
const PAUSE: TimeDelta = TimeDelta::seconds(30);

/// The longest pause.
const PAUSE_MAX: TimeDelta = TimeDelta::hours(1);

/// How long a receiver may fail before it is given up.
const FAILING_MAX: TimeDelta = TimeDelta::days(5);

/// How a receiver behaved lately.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Health {
    /// Attempts that failed since the last that did not.
    pub consecutive_failures: i32,
    /// When the first of them failed.
    pub failing_since: Option<DateTime<Utc>>,
    /// Pauses since then.
    pub pauses: i32,
    /// Until when nothing is sent; then one attempt decides whether to go on or to pause again.
    pub paused_until: Option<DateTime<Utc>>,
}

impl Health {
    /// The health after one more attempt failed.
    #[must_use]
    pub fn failed(self, now: DateTime<Utc>) -> Self {
        let consecutive_failures = self.consecutive_failures.saturating_add(1);
        let is_paused = consecutive_failures >= FAILURES_UNTIL_PAUSE;
        let pause = PAUSE * (1 << self.pauses.clamp(0, 10));
        Self {
            consecutive_failures,
            failing_since: Some(self.failing_since.unwrap_or(now)),
            pauses: self.pauses.saturating_add(i32::from(is_paused)),
            paused_until: is_paused.then(|| now + pause.min(PAUSE_MAX)),
        }
    }

    /// Whether it has failed for so long that nobody seems to care.
    pub fn is_hopeless(&self, now: DateTime<Utc>) -> bool {
        self.failing_since
            .is_some_and(|since| now - since >= FAILING_MAX)
    }
}

/// Whether an address is one of the public internet: not this machine's, not its network's, not one
/// that stands for another.
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => match address.to_ipv4_mapped() {
            Some(mapped) => is_public_v4(mapped),
            None => is_public_v6(address),
        },
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let is_shared = a == 100 && (64..128).contains(&b);
    let is_protocol = (a, b, c) == (192, 0, 0) || (a, b, c) == (192, 88, 99);
    let is_benchmark = a == 198 && (b == 18 || b == 19);
    !(a == 0
        || a >= 240
        || is_shared
        || is_protocol
        || is_benchmark
        || address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_multicast()
        || address.is_documentation())
}

/// Of what is handed out as global unicast, without what is set aside in it: protocols and Teredo,
/// documentation, 6to4.
fn is_public_v6(address: Ipv6Addr) -> bool {
    let [a, b, ..] = address.segments();
    let is_global = a & 0xe000 == 0x2000;
    let is_protocol = a == 0x2001 && b < 0x0200;
    let is_documentation = (a == 0x2001 && b == 0x0db8) || (a == 0x3fff && b < 0x1000);
    let is_6to4 = a == 0x2002;
    is_global && !is_protocol && !is_documentation && !is_6to4
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(hours: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_800_000_000 + hours * 3_600, 0).unwrap()
    }

    #[test]
    fn a_wish_is_a_type_a_subject_or_everything() {
        let wants = |wish: &str, name: &str| Wanted::parse(wish).unwrap().is(name);
        assert!(wants("space.state_changed", "space.state_changed"));
        assert!(!wants("space.state_changed", "space.created"));
        assert!(wants("space.*", "space.created"));
        assert!(!wants("device.*", "device_model.created"));
        assert!(wants("*", "anything.later"));
        assert!(!wants("*", event_types::TEST));
        for bad in [
            "",
            "space",
            "space.",
            "spa*",
            "space.exploded",
            "nothing.*",
            "**",
            "webhook.test",
        ] {
            assert_eq!(Wanted::parse(bad), Err(NoSuchEvent), "{bad}");
        }
    }

    #[test]
    fn retries_take_three_days_and_end() {
        assert_eq!(retry_after(0, 0), None);
        assert_eq!(retry_after(1, 0), Some(TimeDelta::seconds(5)));
        assert_eq!(retry_after(1, 255), Some(TimeDelta::seconds(6)));
        assert_eq!(retry_after(9, 0), Some(TimeDelta::hours(24)));
        assert_eq!(retry_after(9, 255), Some(TimeDelta::minutes(28 * 60 + 48)));
        assert_eq!(retry_after(10, 0), None);
        assert_eq!(retry_after(i32::MAX, 0), None);
    }

    #[test]
    fn the_fifth_failure_pauses_and_pauses_grow_to_an_hour() {
        let mut health = Health::default();
        for _ in 0..4 {
            health = health.failed(at(0));
            assert_eq!(health.paused_until, None);
        }
        let mut pauses = Vec::new();
        for _ in 0..9 {
            health = health.failed(at(0));
            pauses.push((health.paused_until.unwrap() - at(0)).num_seconds());
        }
        assert_eq!(pauses, [30, 60, 120, 240, 480, 960, 1_920, 3_600, 3_600]);
        assert_eq!(health.failing_since, Some(at(0)));
    }

    #[test]
    fn five_days_of_failures_are_hopeless_and_silence_is_not() {
        let health = Health::default().failed(at(0));
        assert!(!health.is_hopeless(at(119)));
        assert!(health.is_hopeless(at(120)));
        assert!(!Health::default().is_hopeless(at(10_000)));
    }

    #[test]
    fn what_lies_inside_is_not_public_however_it_is_spelt() {
        for inside in [
            "0.0.0.0",
            "10.1.2.3",
            "100.64.0.1",
            "127.0.0.1",
            "127.255.0.9",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.8",
            "192.0.2.1",
            "192.88.99.1",
            "192.168.0.1",
            "198.18.0.1",
            "198.51.100.7",
            "203.0.113.9",
            "224.0.0.1",
            "239.1.1.1",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::7f00:1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "64:ff9b::7f00:1",
            "64:ff9b:1::1",
            "100::1",
            "2001::1",
            "2001:db8::1",
            "2002:7f00:1::",
            "3fff::1",
            "fc00::1",
            "fd12::1",
            "fe80::1",
            "fec0::1",
            "ff02::1",
        ] {
            assert!(!is_public(inside.parse().unwrap()), "{inside}");
        }
        for outside in [
            "1.1.1.1",
            "8.8.8.8",
            "100.63.0.1",
            "100.128.0.1",
            "172.15.0.1",
            "172.32.0.1",
            "192.0.1.1",
            "198.17.0.1",
            "223.255.255.254",
            "::ffff:8.8.8.8",
            "2001:4860:4860::8888",
            "2606:4700:4700::1111",
            "2a01:4f8::1",
        ] {
            assert!(is_public(outside.parse().unwrap()), "{outside}");
        }
    }

    proptest! {
        #[test]
        fn a_mapped_address_is_judged_as_what_it_is(bits in any::<u32>()) {
            let address = Ipv4Addr::from(bits);
            prop_assert_eq!(is_public(address.into()), is_public(address.to_ipv6_mapped().into()));
        }

        #[test]
        fn no_retry_is_sooner_or_a_fifth_later_than_it_should_be(attempts in 1..10_i32, jitter in any::<u8>()) {
            let (least, most) = (retry_after(attempts, 0).unwrap(), retry_after(attempts, u8::MAX).unwrap());
            let spread = retry_after(attempts, jitter).unwrap();
            prop_assert!(least <= spread && spread <= most && most <= least + least / 5);
        }
    }
}
