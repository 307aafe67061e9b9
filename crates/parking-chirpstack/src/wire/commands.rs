//! A command to a device in protobuf: of ChirpStack's `integration.proto`, without what needs its codecs.

use chrono::{DateTime, Utc};
use prost::Message;
use uuid::Uuid;

use super::protobuf::Timestamp;
use crate::downlinks::Downlink;

/// A command as ChirpStack takes it from a broker.
#[derive(Clone, PartialEq, Message)]
pub(crate) struct DownlinkCommand {
    #[prost(string, tag = "1")]
    id: String,
    #[prost(string, tag = "2")]
    dev_eui: String,
    #[prost(bool, tag = "3")]
    confirmed: bool,
    #[prost(uint32, tag = "4")]
    f_port: u32,
    #[prost(bytes = "vec", tag = "5")]
    data: Vec<u8>,
    #[prost(message, optional, tag = "7")]
    expires_at: Option<Timestamp>,
}

impl DownlinkCommand {
    /// The command in these words.
    pub(crate) fn new(
        dev_eui: &str,
        downlink: &Downlink,
        id: Uuid,
        expires_at: DateTime<Utc>,
    ) -> Self {
        Self {
            id: id.to_string(),
            dev_eui: dev_eui.to_owned(),
            confirmed: downlink.is_confirmed,
            f_port: downlink.f_port.into(),
            data: downlink.payload.clone(),
            expires_at: Some(Timestamp::at(expires_at)),
        }
    }
}
