//! The same over a WebSocket, on which one says which sites to be told about.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::State;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::ws::{CloseFrame, Message as Frame, Utf8Bytes, WebSocket, WebSocketUpgrade};
use axum::response::Response;
use parking_domain::access::Permission;
use parking_http::caller::Request;
use parking_http::{ApiError, Authenticate as _, Caller, Code, Credentials, Query};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::time::timeout;
use utoipa::IntoParams;
use uuid::Uuid;

use crate::live::Live;
use crate::live::guest::{Guest, Heard};
use crate::live::hub::Bye;
use crate::live::message::{Message, instant, reason};

/// The longest message a client may send.
const MESSAGE_MAX: usize = 4 * 1024;

/// What is kept for reading; most never say anything.
const READ_BUFFER: usize = 1024;

/// How long a client may take to take a message.
const SEND_MAX: Duration = Duration::from_secs(10);

/// How long a client who is shown out is listened to.
const LINGER_MAX: Duration = Duration::from_secs(2);

/// Messages a client may send between two heartbeats, and heartbeats it may leave unanswered.
const MESSAGES_MAX: u32 = 60;
const SILENT_MAX: u32 = 4;

/// Sites one connection may name.
const SITES_MAX: usize = 200;

/// Who asks, and about what.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct SocketQuery {
    /// A ticket of `POST /api/v6/live/tickets`.
    #[param(max_length = 100)]
    ticket: Option<String>,
    /// An access token, for older clients: prefer a ticket, for what is in an address is in logs.
    #[param(max_length = 4096)]
    token: Option<String>,
    /// A site to be told about from the beginning.
    site_id: Option<Uuid>,
}

/// What a client may say.
#[derive(Debug, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
enum Said {
    /// Tell me about a site, or all.
    Subscribe(About),
    /// No longer.
    Unsubscribe(About),
    /// Are you there?
    Ping {},
}

/// A site, or all. Older clients name a channel; there is one.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct About {
    site_id: Option<Uuid>,
    #[expect(dead_code, reason = "read to refuse channels there are not")]
    channel: Option<Channel>,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Channel {
    Spaces,
}

/// What a connection is told about.
#[derive(Debug, Default)]
struct Following {
    all: bool,
    sites: HashSet<Uuid>,
}

/// Opens a WebSocket on which one is told what `/api/v6/live` tells, once one subscribes. Who asks is
/// said by a ticket, or by the headers that every other route takes.
#[utoipa::path(get, path = "/ws", params(SocketQuery), responses(
    (status = 101, description = "The WebSocket is open"),
    (status = 401, description = "No credentials, or they are not good (any more)", body = parking_http::Problem, content_type = "application/problem+json"),
    (status = 403, description = "The role or the scope does not allow it", body = parking_http::Problem, content_type = "application/problem+json")))]
pub(super) async fn live_socket(
    State(live): State<Arc<Live>>,
    Query(query): Query<SocketQuery>,
    request: Request,
    caller: Result<Caller, ApiError>,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Result<Response, ApiError> {
    // Before a ticket is used up.
    let upgrade = upgrade.map_err(|why| ApiError::new(Code::MalformedRequest).detail(why))?;
    let caller = match (&query.ticket, &query.token) {
        (Some(ticket), _) => live.redeem(ticket, request).await?,
        (None, Some(token)) => {
            let token = Credentials::Bearer(token);
            let identity = live.callers.authenticate(token, &request).await?;
            Caller { identity, request }
        }
        (None, None) => caller?,
    };
    caller.require(Permission::SpacesRead)?;
    let guest = live.sit_down(&caller, None).await?;
    let opening = match query.site_id {
        Some(site) => Some(live.snapshot(&caller, Some(site)).await?),
        None => None,
    };
    let talk = Talk {
        live,
        caller,
        following: Following {
            all: false,
            sites: query.site_id.into_iter().collect(),
        },
        said: 0,
        silent: 0,
    };
    Ok(upgrade
        .max_message_size(MESSAGE_MAX)
        .max_frame_size(MESSAGE_MAX)
        .read_buffer_size(READ_BUFFER)
        .on_upgrade(|socket| talk.hold(socket, guest, opening)))
}

/// One connection.
struct Talk {
    live: Arc<Live>,
    caller: Caller,
    following: Following,
    /// Messages since the last heartbeat.
    said: u32,
    /// Heartbeats since anything was heard.
    silent: u32,
}

/// Why a connection is over.
enum End {
    /// The other side is gone.
    Gone,
    /// It is shown out.
    Bye(Bye),
}

impl Talk {
    async fn hold(
        mut self,
        mut socket: WebSocket,
        mut guest: Guest,
        opening: Option<Arc<Message>>,
    ) {
        let end = match self.greet(&mut socket, opening).await {
            Ok(()) => self.go_on(&mut socket, &mut guest).await,
            Err(end) => end,
        };
        // The seat is free before the farewell has arrived, which may take a while.
        drop(guest);
        if let End::Bye(why) = end {
            let text = tagged("bye", reason(why.code(), why.detail()));
            let close = CloseFrame {
                code: match why {
                    Bye::Stopping => 1001,
                    Bye::TooSlow => 1013,
                    Bye::TooMany | Bye::Refused(_) => 1008,
                },
                reason: why.code().into(),
            };
            if send(&mut socket, Frame::Text(text)).await.is_ok()
                && send(&mut socket, Frame::Close(Some(close))).await.is_ok()
            {
                // What is still on its way here would break the connection off, farewell and all.
                let rest = async { while let Some(Ok(_)) = socket.recv().await {} };
                drop(timeout(LINGER_MAX, rest).await);
            }
        }
    }

    async fn greet(
        &self,
        socket: &mut WebSocket,
        opening: Option<Arc<Message>>,
    ) -> Result<(), End> {
        let greeting = json!({
            "type": "connected", "message": "subscribe to be told what happens",
            "tenant_id": self.caller.tenant().0, "timestamp": instant(self.live.clock.now()),
        });
        send(socket, Frame::Text(greeting.to_string().into())).await?;
        match opening {
            Some(snapshot) => send(socket, Frame::Text(snapshot.text.clone())).await,
            None => Ok(()),
        }
    }

    async fn go_on(&mut self, socket: &mut WebSocket, guest: &mut Guest) -> End {
        loop {
            let went = tokio::select! {
                heard = guest.next() => match heard {
                    Heard::Message(message) => self.tell(socket, &message).await,
                    Heard::Bye(why) => Err(End::Bye(why)),
                },
                frame = socket.recv() => match frame {
                    Some(Ok(frame)) => self.hear(socket, frame).await,
                    Some(Err(_)) | None => Err(End::Gone),
                },
            };
            if let Err(end) = went {
                return end;
            }
        }
    }

    async fn tell(&mut self, socket: &mut WebSocket, message: &Message) -> Result<(), End> {
        if message.is_heartbeat {
            self.said = 0;
            self.silent += 1;
            if self.silent > SILENT_MAX {
                return Err(End::Gone);
            }
            // Whoever is there answers it by itself.
            send(socket, Frame::Ping(Bytes::new())).await?;
        } else if !self.following.covers(message.site) {
            return Ok(());
        }
        send(socket, Frame::Text(message.text.clone())).await
    }

    async fn hear(&mut self, socket: &mut WebSocket, frame: Frame) -> Result<(), End> {
        self.silent = 0;
        self.said += 1;
        if self.said > MESSAGES_MAX {
            return Err(End::Bye(Bye::TooMany));
        }
        let answers = match frame {
            Frame::Text(text) => match serde_json::from_str::<Said>(text.as_str()) {
                Ok(said) => self.answer(said).await,
                Err(why) => vec![fault("malformed_request", &why.to_string())],
            },
            Frame::Binary(_) => vec![fault("malformed_request", "text is expected")],
            Frame::Close(_) => return Err(End::Gone),
            Frame::Ping(_) | Frame::Pong(_) => return Ok(()),
        };
        for answer in answers {
            send(socket, Frame::Text(answer)).await?;
        }
        Ok(())
    }

    async fn answer(&mut self, said: Said) -> Vec<Utf8Bytes> {
        let about = |kind: &str, site: Option<Uuid>| {
            let answer = json!({ "type": kind, "channel": "spaces", "site_id": site });
            Utf8Bytes::from(answer.to_string())
        };
        match said {
            Said::Ping {} => {
                let at = instant(self.live.clock.now());
                vec![
                    json!({ "type": "pong", "timestamp": at })
                        .to_string()
                        .into(),
                ]
            }
            Said::Unsubscribe(About { site_id, .. }) => {
                self.following.leave(site_id);
                vec![about("unsubscribed", site_id)]
            }
            Said::Subscribe(_) if self.following.sites.len() >= SITES_MAX => {
                vec![fault(
                    "validation_failed",
                    "no more sites can be named; subscribe to all",
                )]
            }
            Said::Subscribe(About { site_id, .. }) => {
                // What happens from here on is told; the snapshot may show some of it already.
                match self.live.snapshot(&self.caller, site_id).await {
                    Ok(snapshot) => {
                        self.following.join(site_id);
                        vec![about("subscribed", site_id), snapshot.text.clone()]
                    }
                    Err(error) => {
                        let problem = error.problem("");
                        vec![fault(&problem.code, &problem.detail)]
                    }
                }
            }
        }
    }
}

impl Following {
    fn covers(&self, site: Option<Uuid>) -> bool {
        match site {
            Some(site) => self.all || self.sites.contains(&site),
            None => self.all || !self.sites.is_empty(),
        }
    }

    fn join(&mut self, site: Option<Uuid>) {
        match site {
            Some(site) => _ = self.sites.insert(site),
            None => self.all = true,
        }
    }

    fn leave(&mut self, site: Option<Uuid>) {
        match site {
            Some(site) => _ = self.sites.remove(&site),
            None => *self = Self::default(),
        }
    }
}

fn fault(code: &str, detail: &str) -> Utf8Bytes {
    tagged("error", reason(code, detail))
}

fn tagged(kind: &str, mut message: Value) -> Utf8Bytes {
    message["type"] = kind.into();
    message.to_string().into()
}

/// Sends within bounds: who does not take it is gone.
async fn send(socket: &mut WebSocket, frame: Frame) -> Result<(), End> {
    match timeout(SEND_MAX, socket.send(frame)).await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(_)) | Err(_) => Err(End::Gone),
    }
}
