//! What the network server has to tell of one device.

use chrono::{DateTime, Utc};
use parking_domain::codec::Frame;
use uuid::Uuid;

/// One message.
#[derive(Clone, Debug, PartialEq)]
pub struct Message {
    /// Whose, by its place among the devices of the lot.
    pub device: usize,
    /// When it went through the air.
    pub at: DateTime<Utc>,
    /// The network server's name for it.
    pub id: Uuid,
    /// What it says.
    pub content: Content,
}

/// What a message says.
#[derive(Clone, Debug, PartialEq)]
pub enum Content {
    /// The device spoke.
    Up(Up),
    /// It joined.
    Join {
        /// The address of its session.
        dev_addr: u32,
    },
    /// What its radio says of its battery.
    Status {
        /// Decibels to spare.
        margin: i8,
        /// How full; none if it does not say.
        battery_percent: Option<f32>,
        /// Whether it hangs on a wire.
        is_mains: bool,
    },
    /// It sent a frame again.
    Retransmitted {
        /// Which.
        f_cnt: u32,
    },
}

/// What a device said, and who heard it.
#[derive(Clone, Debug, PartialEq)]
pub struct Up {
    /// The address of the session.
    pub dev_addr: u32,
    /// The number of the frame in the session.
    pub f_cnt: u32,
    /// The port and the payload.
    pub frame: Frame,
    /// Whether it wants an answer.
    pub is_confirmed: bool,
    /// Who heard it, in no order.
    pub receptions: Vec<Reception>,
    /// Its channel, of eight.
    pub channel: u8,
    /// From 7, fast, to 12, far.
    pub spreading_factor: u8,
    /// What the first gateway's clock says.
    pub clock: GatewayClock,
}

/// One gateway that heard a frame.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Reception {
    /// Which, by its place among the gateways of the lot.
    pub gateway: usize,
    /// The gateway's number of the frame.
    pub uplink_id: u32,
    /// How strong, in dBm.
    pub rssi: i16,
    /// How far above the noise, in quarters of a dB.
    pub snr_quarters: i8,
}

/// What a gateway says of the time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GatewayClock {
    /// The truth.
    Right,
    /// Nothing.
    Absent,
    /// An hour too little.
    HourBehind,
    /// That it is 2011.
    LongAgo,
}
