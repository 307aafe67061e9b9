//! One connection to the broker, from its first byte to its last.

use std::time::Duration;

use futures_util::{SinkExt as _, StreamExt as _};
use rumqttc::v5::mqttbytes::v5::{
    ConnectReturnCode, Disconnect, DisconnectReasonCode, Filter, Packet, PingReq, PubAck, Publish,
    RetainForwardRule, Subscribe, SubscribeReasonCode,
};
use rumqttc::v5::mqttbytes::{Error as PacketError, QoS};
use thiserror::Error;
use tokio::sync::mpsc;
use tokio::time::{Instant, Interval, MissedTickBehavior, interval_at, timeout};
use tokio_rustls::TlsConnector;
use tokio_util::codec::Framed;

use super::carrier::{Carrier, carrier};
use super::commands::{Outgoing, Posting};
use super::greeting::{codec, connect, terms};
use super::packets::Packets;
use super::window::{Settled, Token, Window};
use super::{Arrived, Road, Settings, topic};

/// How long the broker has to let us in.
const OPEN_TIME_MAX: Duration = Duration::from_secs(10);

/// How long the broker has to take what we say.
const WRITE_TIME_MAX: Duration = Duration::from_secs(10);

/// How long the consumer has to keep what it holds when we go.
const LAST_WORDS_TIME_MAX: Duration = Duration::from_secs(5);

/// How long the broker has to hang up when we have.
const HANG_UP_TIME_MAX: Duration = Duration::from_secs(1);

/// No line is so bad that it is tried more often.
const PING_PERIOD_MIN: Duration = Duration::from_secs(1);

/// The number of our one subscription; those of commands come after it.
pub(super) const SUBSCRIPTION_ID: u16 = 1;

/// Why a connection did not come about or ended.
#[derive(Debug, Error)]
pub(super) enum SessionError {
    #[error("cannot be reached: {0}")]
    Unreachable(std::io::Error),
    #[error("its certificate is not accepted, or it speaks no TLS: {0}")]
    Tls(std::io::Error),
    #[error("did not answer in time")]
    Late,
    #[error("refuses the connection: {0:?}")]
    Refused(ConnectReturnCode),
    #[error("refuses the subscription: {0:?}")]
    Unsubscribed(SubscribeReasonCode),
    #[error("offers no shared subscriptions")]
    Unshared,
    #[error("another client took the session over; each replica needs a client id of its own")]
    TakenOver,
    #[error("ended the connection: {0:?}")]
    Dismissed(DisconnectReasonCode),
    #[error("does not speak MQTT 5: {0}")]
    Packet(PacketError),
    #[error("the line to it broke: {0}")]
    Broken(std::io::Error),
    #[error("closed the connection without a word, as if another client of this id had come")]
    Closed,
    #[error("fell silent")]
    Silent,
    #[error("a message was given up and is asked for again")]
    LetGo,
}

impl From<PacketError> for SessionError {
    fn from(error: PacketError) -> Self {
        match error {
            PacketError::Io(error) => Self::Broken(error),
            error => Self::Packet(error),
        }
    }
}

/// The connection ended because it was to, or nobody listens any more.
pub(super) struct Ended;

/// A connection the broker let in.
pub(super) struct Session {
    frames: Framed<Box<dyn Carrier>, Packets>,
    pub(super) is_resumed: bool,
    window: Window,
    settled: mpsc::UnboundedReceiver<Settled>,
    pub(super) posting: Posting,
    pings: Interval,
    is_ping_unanswered: bool,
    /// A message for which the consumer has no room; nothing more is read until it has.
    held: Option<Arrived>,
}

#[expect(
    clippy::large_enum_variant,
    reason = "it lives for a moment, and there is one"
)]
enum Happening {
    Stop,
    NobodyListens,
    Room,
    Packet(Option<Result<Packet, PacketError>>),
    Settled(Settled),
    Command(Outgoing),
    Ping,
}

impl Session {
    /// Connects, resumes or begins our session and subscribes.
    pub(super) async fn open(
        settings: &Settings,
        tls: Option<&TlsConnector>,
    ) -> Result<Self, SessionError> {
        timeout(OPEN_TIME_MAX, Self::opened(settings, tls))
            .await
            .map_err(|_| SessionError::Late)?
    }

    async fn opened(settings: &Settings, tls: Option<&TlsConnector>) -> Result<Self, SessionError> {
        let carrier = carrier(settings, tls).await?;
        let mut frames = Framed::new(carrier, codec());
        frames.send(connect(settings)).await?;
        let welcome = match frames.next().await {
            Some(Ok(Packet::ConnAck(welcome))) => welcome,
            Some(Ok(_)) => return Err(PacketError::MalformedPacket.into()),
            Some(Err(error)) => return Err(error.into()),
            None => return Err(SessionError::Closed),
        };
        let terms = terms(settings, &welcome)?;
        let mut events = Filter::new(topic::filter(settings.group.as_deref()), QoS::AtLeastOnce);
        events.retain_forward_rule = RetainForwardRule::Never;
        let mut subscription = Subscribe::new(events, None);
        subscription.pkid = SUBSCRIPTION_ID;
        frames.send(Packet::Subscribe(subscription)).await?;
        let (window, settled) = Window::open();
        // Two a period: one may be late.
        let period = (terms.keep_alive / 2).max(PING_PERIOD_MIN);
        let mut pings = interval_at(Instant::now() + period, period);
        pings.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Ok(Self {
            frames,
            is_resumed: welcome.session_present,
            window,
            settled,
            posting: Posting::new(terms.under_way_max),
            pings,
            is_ping_unanswered: false,
            held: None,
        })
    }

    /// Hands over what comes and acknowledges what is kept, until it ends.
    pub(super) async fn serve(
        &mut self,
        road: &Road,
        arrived: &mpsc::Sender<Arrived>,
    ) -> Result<Ended, SessionError> {
        loop {
            match self.happens(road, arrived).await {
                Happening::Stop => return self.leave(road).await,
                Happening::NobodyListens => return Ok(Ended),
                Happening::Room => self.hand_over(arrived),
                Happening::Packet(Some(Ok(packet))) => {
                    self.take(packet, road, arrived)?;
                }
                Happening::Packet(Some(Err(error))) => return Err(error.into()),
                Happening::Packet(None) => return Err(SessionError::Closed),
                Happening::Settled(settled) => {
                    // What was stored together is acknowledged together: each by itself would be a
                    // write of its own, and bring the next messages one by one.
                    tokio::task::yield_now().await;
                    self.settle(settled)?;
                }
                Happening::Command(outgoing) => {
                    let packet = self.posting.packet(outgoing);
                    written(self.frames.send(packet)).await?;
                }
                Happening::Ping => self.ping().await?,
            }
            self.acknowledge(road).await?;
        }
    }

    async fn happens(&mut self, road: &Road, arrived: &mpsc::Sender<Arrived>) -> Happening {
        tokio::select! {
            () = road.stopping.cancelled() => Happening::Stop,
            () = arrived.closed() => Happening::NobodyListens,
            room = arrived.reserve(), if self.held.is_some() => match room {
                Ok(_) => Happening::Room,
                Err(_) => Happening::NobodyListens,
            },
            packet = self.frames.next(), if self.held.is_none() => Happening::Packet(packet),
            Some(settled) = self.settled.recv() => Happening::Settled(settled),
            outgoing = self.posting.next() => Happening::Command(outgoing),
            _ = self.pings.tick() => Happening::Ping,
        }
    }

    fn take(
        &mut self,
        packet: Packet,
        road: &Road,
        arrived: &mpsc::Sender<Arrived>,
    ) -> Result<(), SessionError> {
        match packet {
            Packet::Publish(publish) => {
                self.held = self.received(publish, road);
                self.hand_over(arrived);
            }
            Packet::SubAck(answer) => {
                let refused =
                    |code: &SubscribeReasonCode| !matches!(code, SubscribeReasonCode::Success(_));
                if let Some(code) = answer.return_codes.into_iter().find(refused) {
                    return Err(SessionError::Unsubscribed(code));
                }
                road.tally.subscribed();
            }
            Packet::PubAck(answer) => self.posting.answered(answer.pkid, answer.reason),
            Packet::PingResp(_) => self.is_ping_unanswered = false,
            Packet::Disconnect(last) => {
                return Err(match last.reason_code {
                    DisconnectReasonCode::SessionTakenOver => SessionError::TakenOver,
                    reason => SessionError::Dismissed(reason),
                });
            }
            _ => return Err(PacketError::MalformedPacket.into()),
        }
        Ok(())
    }

    /// The event in a message; one on a topic that is none of ours is acknowledged unseen.
    fn received(&mut self, publish: Publish, road: &Road) -> Option<Arrived> {
        let is_safe = publish.qos != QoS::AtMostOnce;
        let token = if is_safe {
            self.window.enter(publish.pkid)
        } else {
            Token::of_nothing()
        };
        let Some((application, dev_eui, kind)) = topic::parse(&publish.topic) else {
            road.tally.foreign();
            token.done();
            return None;
        };
        road.tally.arrived(is_safe, publish.dup);
        road.settings.commands.heard(&publish.payload);
        Some(Arrived {
            application,
            dev_eui,
            kind,
            body: publish.payload,
            arrived_at: road.clock.now(),
            is_repeated: publish.dup,
            token,
        })
    }

    fn hand_over(&mut self, arrived: &mpsc::Sender<Arrived>) {
        let Some(event) = self.held.take() else {
            return;
        };
        if let Err(mpsc::error::TrySendError::Full(event)) = arrived.try_send(event) {
            self.held = Some(event);
        } else {
            // While nothing was read no answer could be.
            self.is_ping_unanswered = false;
        }
    }

    fn settle(&mut self, settled: Settled) -> Result<(), SessionError> {
        let mut next = Some(settled);
        while let Some(settled) = next {
            match settled {
                Settled::Kept(number) => self.window.keep(number),
                Settled::LetGo(_) => return Err(SessionError::LetGo),
            }
            next = self.settled.try_recv().ok();
        }
        Ok(())
    }

    /// Sends what may be sent, all at once.
    async fn acknowledge(&mut self, road: &Road) -> Result<(), SessionError> {
        let mut is_any = false;
        while let Some(packet_id) = self.window.next_kept() {
            written(
                self.frames
                    .feed(Packet::PubAck(PubAck::new(packet_id, None))),
            )
            .await?;
            road.tally.acknowledged();
            is_any = true;
        }
        if is_any {
            written(self.frames.flush()).await?;
        }
        road.tally.under_way(self.window.len());
        Ok(())
    }

    async fn ping(&mut self) -> Result<(), SessionError> {
        if self.is_ping_unanswered && self.held.is_none() {
            return Err(SessionError::Silent);
        }
        self.is_ping_unanswered = true;
        written(self.frames.send(Packet::PingReq(PingReq))).await
    }

    /// Waits for what the consumer still holds, acknowledges it and says goodbye.
    ///
    /// What comes meanwhile is taken off the line and left to the broker: a line that is closed with
    /// something on it is reset, and the last acknowledgements with it.
    async fn leave(&mut self, road: &Road) -> Result<Ended, SessionError> {
        self.held = None;
        let until = Instant::now() + LAST_WORDS_TIME_MAX;
        while self.window.len() > 0 {
            let settled = tokio::select! {
                settled = self.settled.recv() => settled,
                packet = self.frames.next() => match packet {
                    Some(Ok(_)) => continue,
                    _ => return Ok(Ended),
                },
                () = tokio::time::sleep_until(until) => break,
            };
            match settled {
                Some(Settled::Kept(number)) => self.window.keep(number),
                Some(Settled::LetGo(number)) => self.window.cut(number),
                None => break,
            }
            self.acknowledge(road).await?;
        }
        let goodbye = Disconnect::new(DisconnectReasonCode::NormalDisconnection);
        written(self.frames.send(Packet::Disconnect(goodbye))).await?;
        written(self.frames.close()).await?;
        let rest = async { while let Some(Ok(_)) = self.frames.next().await {} };
        // A broker that does not hang up has heard us all the same.
        drop(timeout(HANG_UP_TIME_MAX, rest).await);
        Ok(Ended)
    }
}

async fn written(write: impl Future<Output = Result<(), PacketError>>) -> Result<(), SessionError> {
    let outcome = timeout(WRITE_TIME_MAX, write).await;
    Ok(outcome.map_err(|_| SessionError::Silent)??)
}
