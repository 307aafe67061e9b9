//! The narrow door by which commands leave: what a network server is asked to do with a device's
//! queue, and what can become of asking.
//!
//! Whoever sends knows this door alone; gRPC, MQTT and stand-ins of tests are behind it.

use std::fmt;
use std::future::Future;
use std::pin::Pin;

use parking_domain::eui::Eui64;
use thiserror::Error;

/// A command on its way to a device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Downlink {
    /// Which device.
    pub dev_eui: Eui64,
    /// At which port.
    pub f_port: u8,
    /// What it is told.
    pub payload: Vec<u8>,
    /// Whether the device has to acknowledge it.
    pub is_confirmed: bool,
}

/// A command that waits in a network server's queue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueueItem {
    /// How the network server names it; its events name it so too.
    pub id: String,
    /// At which port.
    pub f_port: u8,
    /// What the device is told.
    pub payload: Vec<u8>,
    /// Whether it was transmitted and its acknowledgement is awaited.
    pub is_pending: bool,
}

/// Why a network server did not do what it was asked.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum DoorError {
    /// It was not reached, or takes nothing from us (a wrong token): nothing was changed.
    #[error("the network server is away: {0}")]
    Away(String),
    /// Too many wait for it here, so that it was not asked.
    #[error("too many calls to the network server wait")]
    Busy,
    /// It was reached and nobody knows what it did: no answer in time, a connection that broke.
    #[error("the network server did not answer: {0}")]
    Unanswered(String),
    /// It said no to this command, and will say no again: the device is unknown to it, say.
    #[error("the network server refused: {0}")]
    Refused(String),
    /// The device is not ours to command, or not any more.
    #[error("the network server does not let us command this device")]
    Forbidden,
}

/// An answer that is awaited.
pub type Asked<'a, T> = Pin<Box<dyn Future<Output = Result<T, DoorError>> + Send + 'a>>;

/// The queues of devices, as a network server keeps them. Every call ends within a deadline of its own.
pub trait Queues: fmt::Debug + Send + Sync {
    /// Puts a command at the end of its device's queue and says how the item is named.
    fn enqueue<'a>(&'a self, downlink: &'a Downlink) -> Asked<'a, String>;

    /// Empties a device's queue. To empty an empty one, or that of an unknown device, is no error.
    fn flush(&self, dev_eui: Eui64) -> Asked<'_, ()>;

    /// In which application a device is; `None` of a device that is unknown there.
    fn application(&self, dev_eui: Eui64) -> Asked<'_, Option<String>>;

    /// What waits in a device's queue, the oldest first.
    fn queue(&self, dev_eui: Eui64) -> Asked<'_, Vec<QueueItem>>;
}
