//! The broker's end of the wire, as far as one subscriber needs it: hands out messages at `QoS` 1, and takes
//! the time until each is acknowledged. MQTT 5, by hand: there is little of it.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};

use crate::load::Sample;

/// What each packet begins with.
const CONNECT: u8 = 0x10;
const SUBSCRIBE: u8 = 0x82;
const PINGREQ: u8 = 0xc0;
const PUBACK: u8 = 0x40;
/// At least once.
const PUBLISH: u8 = 0x32;

/// Longer than this no acknowledgement takes.
const PATIENCE: Duration = Duration::from_secs(30);
/// The server tries less and less often.
const RETURNS_WITHIN: Duration = Duration::from_mins(3);

/// The server that has subscribed.
pub(super) struct Subscriber {
    reader: BufReader<OwnedReadHalf>,
    writer: OwnedWriteHalf,
    /// When the message of each number was sent that is not acknowledged.
    sent: Vec<Option<Instant>>,
    next: u16,
    under_way: usize,
}

impl Subscriber {
    /// Waits for the server to subscribe. It has tried before, when nobody answered, and those connections are dead.
    pub(super) async fn accept(listener: &TcpListener) -> Result<Self> {
        tokio::time::timeout(RETURNS_WITHIN, async {
            loop {
                let stream = listener.accept().await?.0;
                if let Ok(subscriber) = Self::greeted(stream).await {
                    return Ok(subscriber);
                }
            }
        })
        .await?
    }

    async fn greeted(stream: TcpStream) -> Result<Self> {
        stream.set_nodelay(true)?;
        let (reader, writer) = stream.into_split();
        let mut subscriber = Self {
            reader: BufReader::new(reader),
            writer,
            sent: vec![None; usize::from(u16::MAX) + 1],
            next: 0,
            under_way: 0,
        };
        loop {
            if tokio::time::timeout(PATIENCE, subscriber.hear()).await?? == SUBSCRIBE {
                return Ok(subscriber);
            }
        }
    }

    /// Hands out messages for so long, so many at a time, and waits for the last.
    pub(super) async fn deliver(
        &mut self,
        window: usize,
        span: Duration,
        mut message: impl FnMut() -> (String, String),
    ) -> Result<Sample> {
        let (begun, mut took, mut packets) = (Instant::now(), Vec::new(), Vec::new());
        loop {
            let goes_on = begun.elapsed() < span;
            while goes_on && self.under_way < window {
                let (topic, body) = message();
                self.publish(&mut packets, &topic, &body)?;
            }
            if !packets.is_empty() {
                self.writer.write_all(&packets).await?;
                packets.clear();
            }
            if self.under_way == 0 {
                return Ok(Sample::of(took, begun.elapsed()));
            }
            self.settle(&mut took).await?;
        }
    }

    /// Reads the acknowledgements that are there, at least one.
    async fn settle(&mut self, took: &mut Vec<Duration>) -> Result<()> {
        loop {
            let before = self.under_way;
            let kind = tokio::time::timeout(PATIENCE, self.hear_into(took)).await??;
            if kind == PUBACK && before > self.under_way && self.reader.buffer().is_empty() {
                return Ok(());
            }
        }
    }

    fn publish(&mut self, packets: &mut Vec<u8>, topic: &str, body: &str) -> Result<()> {
        // Numbers begin at 1, and one that is in use is left out.
        loop {
            self.next = self.next.wrapping_add(1).max(1);
            if self.sent[usize::from(self.next)].is_none() {
                break;
            }
        }
        packets.push(PUBLISH);
        let mut rest = 2 + topic.len() + 2 + 1 + body.len();
        while rest >= 0x80 {
            packets.push(u8::try_from(rest & 0x7f)? | 0x80);
            rest >>= 7;
        }
        packets.push(u8::try_from(rest)?);
        packets.extend(u16::try_from(topic.len())?.to_be_bytes());
        packets.extend(topic.as_bytes());
        packets.extend(self.next.to_be_bytes());
        // No properties.
        packets.push(0);
        packets.extend(body.as_bytes());
        self.sent[usize::from(self.next)] = Some(Instant::now());
        self.under_way += 1;
        Ok(())
    }

    async fn hear(&mut self) -> Result<u8> {
        self.hear_into(&mut Vec::new()).await
    }

    /// Reads a packet and answers it; says what it was.
    async fn hear_into(&mut self, took: &mut Vec<Duration>) -> Result<u8> {
        let kind = self.reader.read_u8().await?;
        let length = number(&mut self.reader).await?;
        let mut body = vec![0; length];
        self.reader.read_exact(&mut body).await?;
        match kind {
            CONNECT => self.writer.write_all(&[0x20, 3, 0, 0, 0]).await?,
            PINGREQ => self.writer.write_all(&[0xd0, 0]).await?,
            SUBSCRIBE => self.writer.write_all(&granted(&body)?).await?,
            PUBACK => {
                let number = u16::from_be_bytes([body[0], body[1]]);
                let sent = self.sent[usize::from(number)].take();
                took.push(sent.context("a number nobody sent")?.elapsed());
                self.under_way -= 1;
            }
            other => bail!("the server sends a packet {other:#x}"),
        }
        Ok(kind)
    }
}

async fn number(reader: &mut BufReader<OwnedReadHalf>) -> Result<usize> {
    let mut number = 0;
    for shift in [0, 7, 14, 21] {
        let byte = usize::from(reader.read_u8().await?);
        number |= (byte & 0x7f) << shift;
        if byte < 0x80 {
            break;
        }
    }
    Ok(number)
}

/// What is answered to a subscription: each filter is granted at least once.
fn granted(body: &[u8]) -> Result<Vec<u8>> {
    let id = body.get(..2).context("a number")?;
    let mut at = 3 + usize::from(*body.get(2).context("properties")?);
    let mut filters = 0_usize;
    while let Some(length) = body.get(at..at + 2) {
        at += 2 + usize::from(u16::from_be_bytes([length[0], length[1]])) + 1;
        filters += 1;
    }
    let mut answer = vec![0x90, u8::try_from(3 + filters)?, id[0], id[1], 0];
    answer.extend(std::iter::repeat_n(1, filters));
    Ok(answer)
}
