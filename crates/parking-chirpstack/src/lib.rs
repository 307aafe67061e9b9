//! The network server: the only crate that knows protobuf, MQTT and the shapes of network servers'
//! messages. What leaves it is a [`parking_domain::radio::Message`].
//!
//! * [`wire`] reads what ChirpStack says, in JSON or protobuf, by whatever road it came.
//! * [`tts`] reads what The Things Stack says to a webhook.
//! * [`mqtt`] is the road from ChirpStack's broker; a message is acknowledged when the consumer
//!   says it is kept.
//! * [`downlinks`] is the door by which commands leave.
//! * [`grpc`] is its API; behind [`downlinks`] stand its queues.
//! * [`broker`] is a small broker in memory, for the demonstration and for tests.
//!
//! Deliberately absent: what a payload means (codecs are in `parking-domain`), whose a device is,
//! and any storing.

pub mod broker;
pub mod downlinks;
pub mod grpc;
pub mod mqtt;
pub mod tts;
pub mod wire;
