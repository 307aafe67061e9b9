//! The packets of `rumqttc` on the line, and the one it cannot read.

use bytes::{Buf as _, BytesMut};
use rumqttc::v5::mqttbytes::Error as PacketError;
use rumqttc::v5::mqttbytes::v5::{Codec, Disconnect, DisconnectReasonCode, Packet};
use tokio_util::codec::{Decoder, Encoder};

/// The first byte of a farewell.
const DISCONNECT: u8 = 0xE0;

/// `rumqttc`'s, but a farewell may leave out its properties, as MQTT 5 lets it: so does `rumqttc`
/// where it writes one, and waits for them where it reads one.
#[derive(Debug)]
pub(super) struct Packets(pub(super) Codec);

impl Decoder for Packets {
    type Item = Packet;
    type Error = PacketError;

    fn decode(&mut self, line: &mut BytesMut) -> Result<Option<Packet>, PacketError> {
        let (bytes, reason) = match line.as_ref() {
            [DISCONNECT, 0, ..] => (2, 0),
            [DISCONNECT, 1, reason, ..] => (3, *reason),
            [DISCONNECT, 1] => return Ok(None),
            _ => return self.0.decode(line),
        };
        line.advance(bytes);
        let reason = DisconnectReasonCode::try_from(reason)?;
        Ok(Some(Packet::Disconnect(Disconnect::new(reason))))
    }
}

impl Encoder<Packet> for Packets {
    type Error = PacketError;

    fn encode(&mut self, packet: Packet, line: &mut BytesMut) -> Result<(), PacketError> {
        self.0.encode(packet, line)
    }
}
