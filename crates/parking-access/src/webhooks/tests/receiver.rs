//! A receiver of webhooks that behaves as it is told.

use std::convert::Infallible;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use http_body_util::{BodyExt as _, Either, Full, StreamBody};
use hyper::body::{Bytes, Frame, Incoming};
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use sha2::Sha256;
use tokio::net::TcpListener;
use tokio::sync::Notify;

/// A message as it arrived.
#[derive(Clone, Debug)]
pub(super) struct Got {
    pub(super) id: String,
    pub(super) timestamp: String,
    pub(super) signature: String,
    pub(super) headers: hyper::HeaderMap,
    pub(super) body: String,
}

/// What a receiver does with a message.
#[derive(Clone, Debug)]
pub(super) enum Manner {
    /// Answers with a status and a text.
    Answers(u16, &'static str),
    /// Answers with a status and a header.
    Says(u16, &'static str, String),
    /// Answers well, and goes on talking for ever.
    Babbles,
    /// Takes the message and never answers.
    Hangs,
    /// Refuses what is about this.
    Dislikes(&'static str),
}

#[derive(Debug)]
struct Inside {
    manner: Mutex<Manner>,
    got: Mutex<Vec<Got>>,
    arrived: Notify,
}

/// A receiver on a port of its own.
#[derive(Clone, Debug)]
pub(in crate::webhooks) struct Receiver {
    port: u16,
    inside: Arc<Inside>,
}

impl Receiver {
    #[expect(
        clippy::disallowed_methods,
        reason = "the test's own task, which ends with its runtime"
    )]
    pub(super) async fn open(manner: Manner) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let inside = Arc::new(Inside {
            manner: Mutex::new(manner),
            got: Mutex::default(),
            arrived: Notify::new(),
        });
        let shared = Arc::clone(&inside);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let inside = Arc::clone(&shared);
                let service = hyper::service::service_fn(move |request| {
                    let inside = Arc::clone(&inside);
                    async move { Ok::<_, Infallible>(answer(&inside, request).await) }
                });
                let serving = hyper::server::conn::http1::Builder::new()
                    .serve_connection(TokioIo::new(stream), service);
                tokio::spawn(async move { drop(serving.await) });
            }
        });
        Self { port, inside }
    }

    pub(super) fn url(&self) -> String {
        format!("http://127.0.0.1:{}/hook?a=b", self.port)
    }

    pub(super) fn behave(&self, manner: Manner) {
        *self.inside.manner.lock().unwrap() = manner;
    }

    /// Everything that arrived, in its order.
    pub(super) fn got(&self) -> Vec<Got> {
        self.inside.got.lock().unwrap().clone()
    }

    /// What the messages were about, in their order.
    pub(super) fn subjects(&self) -> Vec<String> {
        let subject = |got: Got| {
            got.json()["data"]["subject_id"]
                .as_str()
                .unwrap()
                .to_owned()
        };
        self.got().into_iter().map(subject).collect()
    }

    /// Forgets what arrived.
    pub(super) fn forget(&self) {
        self.inside.got.lock().unwrap().clear();
    }

    /// Waits for a message.
    pub(super) async fn arrival(&self) {
        self.inside.arrived.notified().await;
    }
}

impl Got {
    pub(super) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    /// Whether a receiver that holds a secret believes the message: it looks for one good signature.
    pub(super) fn is_signed_with(&self, secret: &str) -> bool {
        let key = STANDARD
            .decode(secret.strip_prefix("whsec_").unwrap())
            .unwrap();
        let signed = format!("{}.{}.{}", self.id, self.timestamp, self.body);
        self.signature.split(' ').any(|one| {
            let shown = STANDARD.decode(one.strip_prefix("v1,").unwrap()).unwrap();
            Hmac::<Sha256>::new_from_slice(&key)
                .unwrap()
                .chain_update(&signed)
                .verify_slice(&shown)
                .is_ok()
        })
    }
}

type Body = Either<
    Full<Bytes>,
    StreamBody<
        std::pin::Pin<
            Box<dyn futures_util::Stream<Item = Result<Frame<Bytes>, Infallible>> + Send>,
        >,
    >,
>;

async fn answer(inside: &Inside, request: Request<Incoming>) -> Response<Body> {
    let (head, body) = request.into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    let header = |name: &str| {
        let value = head.headers.get(name);
        value.unwrap().to_str().unwrap().to_owned()
    };
    let got = Got {
        id: header("webhook-id"),
        timestamp: header("webhook-timestamp"),
        signature: header("webhook-signature"),
        body: String::from_utf8(body.to_vec()).unwrap(),
        headers: head.headers.clone(),
    };
    assert_eq!(head.uri, "/hook?a=b");
    let dislikes = |what: &str| got.body.contains(what);
    let manner = inside.manner.lock().unwrap().clone();
    let manner = match manner {
        Manner::Dislikes(what) if dislikes(what) => Manner::Answers(500, "no"),
        Manner::Dislikes(_) => Manner::Answers(200, "ok"),
        manner => manner,
    };
    inside.got.lock().unwrap().push(got);
    inside.arrived.notify_one();
    let response = Response::builder();
    match manner {
        Manner::Answers(status, text) => response
            .status(status)
            .body(Either::Left(Full::from(text)))
            .unwrap(),
        Manner::Says(status, name, value) => response
            .status(status)
            .header(name, value)
            .body(Either::Left(Full::default()))
            .unwrap(),
        Manner::Babbles => {
            let chunk = || Ok(Frame::data(Bytes::from(vec![b'x'; 16 * 1_024])));
            let babble = futures_util::stream::repeat_with(chunk);
            response
                .body(Either::Right(StreamBody::new(Box::pin(babble) as _)))
                .unwrap()
        }
        Manner::Hangs => {
            tokio::time::sleep(Duration::from_mins(10)).await;
            response.body(Either::Left(Full::default())).unwrap()
        }
        Manner::Dislikes(_) => unreachable!(),
    }
}
