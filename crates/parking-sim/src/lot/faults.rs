//! What goes wrong between a sensor and the server, and how often.

use chrono::{DateTime, Utc};

/// How often things go wrong.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Faults {
    /// Frames that no gateway hears.
    pub lost: f64,
    /// Messages that come twice, byte by byte.
    pub repeated: f64,
    /// Frames that a device sends again, which the network server notices and notes.
    pub retransmitted: f64,
    /// Messages that come behind the next one of their device.
    pub reordered: f64,
    /// Messages that come minutes to hours late.
    pub late: f64,
    /// Frames behind which comes one that means nothing.
    pub garbled: f64,
    /// Frames heard by a gateway without a clock, or with a wrong one.
    pub wrong_clock: f64,
    /// How often a device joins anew, a day.
    pub rejoins_a_day: f64,
    /// Devices whose battery is nearly empty.
    pub weak_batteries: f64,
}

/// When a gateway hears nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outage {
    /// Which, from 0.
    pub gateway: usize,
    /// From when on.
    pub from: DateTime<Utc>,
    /// Until when.
    pub until: DateTime<Utc>,
}

impl Faults {
    /// Nothing goes wrong.
    pub const NONE: Self = Self {
        lost: 0.0,
        repeated: 0.0,
        retransmitted: 0.0,
        reordered: 0.0,
        late: 0.0,
        garbled: 0.0,
        wrong_clock: 0.0,
        rejoins_a_day: 0.0,
        weak_batteries: 0.0,
    };

    /// What a lot in good order has.
    pub const USUAL: Self = Self {
        lost: 0.01,
        repeated: 0.005,
        retransmitted: 0.005,
        reordered: 0.002,
        late: 0.002,
        garbled: 0.000_5,
        wrong_clock: 0.01,
        rejoins_a_day: 0.02,
        weak_batteries: 0.03,
    };

    /// What nobody would want.
    pub const ROUGH: Self = Self {
        lost: 0.08,
        repeated: 0.05,
        retransmitted: 0.03,
        reordered: 0.05,
        late: 0.03,
        garbled: 0.02,
        wrong_clock: 0.1,
        rejoins_a_day: 0.5,
        weak_batteries: 0.15,
    };
}

/// What has happened so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Vehicles that parked.
    pub parked: u64,
    /// Vehicles that found no bay.
    pub turned_away: u64,
    /// Frames sent.
    pub frames: u64,
    /// Frames lost by chance.
    pub lost: u64,
    /// Frames whose gateways were all out.
    pub silenced: u64,
    /// Messages delivered, all kinds together.
    pub delivered: u64,
    /// Messages that came twice.
    pub repeated: u64,
    /// Frames a device sent again.
    pub retransmitted: u64,
    /// Messages that came behind a later one.
    pub reordered: u64,
    /// Messages that came late.
    pub late: u64,
    /// Frames that mean nothing.
    pub garbled: u64,
    /// Frames with a wrong time.
    pub wrong_clock: u64,
    /// Joins after the first.
    pub rejoins: u64,
}
