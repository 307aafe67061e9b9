//! The ways to a server and to a broker, against receivers that behave as they are told.

use std::collections::{BTreeMap, VecDeque};
use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use http_body_util::{BodyExt as _, Full};
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::task::TaskTracker;
use url::Url;
use uuid::Uuid;

use super::*;

fn event(device: u8, number: u32) -> Event {
    Event {
        kind: if number == 0 { "join" } else { "up" },
        application: Uuid::nil(),
        dev_eui: format!("a2514400000000{device:02x}"),
        body: format!("{{\"fCnt\":{number}}}"),
    }
}

/// What came over the wire.
#[derive(Clone, Debug)]
struct Got {
    line: String,
    headers: BTreeMap<String, String>,
    body: String,
}

/// A status, and when to come back.
type Told = (u16, Option<&'static str>);

/// Answers with the statuses it was given, then with 202.
#[derive(Clone, Default)]
struct Receiver {
    got: Arc<Mutex<Vec<Got>>>,
    statuses: Arc<Mutex<VecDeque<Told>>>,
    tasks: TaskTracker,
}

impl Receiver {
    async fn open(statuses: &[Told]) -> (Self, SocketAddr) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let receiver = Self::default();
        receiver.statuses.lock().unwrap().extend(statuses);
        let (here, tasks) = (receiver.clone(), receiver.tasks.clone());
        receiver.tasks.spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let here = here.clone();
                tasks.spawn(async move {
                    let answer = service_fn(move |request| here.clone().answer(request));
                    let serving =
                        http1::Builder::new().serve_connection(TokioIo::new(stream), answer);
                    drop(serving.await);
                });
            }
        });
        (receiver, address)
    }

    async fn answer(self, request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
        let (parts, body) = request.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        let text = |value: &hyper::header::HeaderValue| value.to_str().unwrap().to_owned();
        let (status, retry_after) = {
            let mut statuses = self.statuses.lock().unwrap();
            statuses.pop_front().unwrap_or((202, None))
        };
        self.got.lock().unwrap().push(Got {
            line: format!("{} {}", parts.method, parts.uri),
            headers: parts
                .headers
                .iter()
                .map(|(name, value)| (name.to_string(), text(value)))
                .collect(),
            body: String::from_utf8(body.to_vec()).unwrap(),
        });
        let mut response = Response::builder().status(status);
        if let Some(seconds) = retry_after {
            response = response.header("retry-after", seconds);
        }
        Ok(response
            .body(Full::from("{\"detail\":\"as told\"}"))
            .unwrap())
    }

    fn got(&self) -> Vec<Got> {
        self.got.lock().unwrap().clone()
    }
}

async fn handed(url: &str, events: impl IntoIterator<Item = Event>) -> Handed {
    let sink = Sink::open(&url.parse().unwrap(), Some("a key")).unwrap();
    for event in events {
        sink.send(event).await;
    }
    sink.close(Duration::from_secs(20)).await
}

#[tokio::test]
async fn an_event_is_posted_as_the_integration_does_with_a_credential() {
    let (receiver, address) = Receiver::open(&[]).await;
    let handed = handed(&format!("http://{address}"), [event(1, 0), event(1, 1)]).await;
    assert_eq!((handed.accepted, handed.waiting), (2, 0), "{handed:?}");
    let got = receiver.got();
    let lines: Vec<_> = got.iter().map(|got| got.line.as_str()).collect();
    let path = "POST /api/v6/ingest/chirpstack?event=";
    assert_eq!(lines, [format!("{path}join"), format!("{path}up")]);
    assert_eq!(got[1].body, "{\"fCnt\":1}");
    let header = |name: &str| got[1].headers[name].clone();
    assert_eq!(header("x-api-key"), "a key");
    assert_eq!(header("content-type"), "application/json");
    assert_eq!(header("host"), address.to_string());
    assert_eq!(header("content-length"), "10");
}

#[tokio::test]
async fn a_place_of_ones_own_and_its_query_are_kept() {
    let (receiver, address) = Receiver::open(&[]).await;
    let url = format!("http://{address}/hook?second=1");
    assert_eq!(handed(&url, [event(1, 1)]).await.accepted, 1);
    assert_eq!(receiver.got()[0].line, "POST /hook?second=1&event=up");
}

#[tokio::test]
async fn the_events_of_a_device_keep_their_order_and_many_go_at_once() {
    let (receiver, address) = Receiver::open(&[]).await;
    let events = (0..50).flat_map(|number| (0..20).map(move |device| event(device, number)));
    let handed = handed(&format!("http://{address}"), events).await;
    assert_eq!(handed.accepted, 1_000);
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    // The body does not name the device, so the connections are compared: each number 20 times.
    for got in receiver.got() {
        *seen.entry(got.body).or_default() += 1;
    }
    assert!(seen.values().all(|count| *count == 20) && seen.len() == 50);

    let (receiver, address) = Receiver::open(&[]).await;
    let one = (0..200).map(|number| event(7, number));
    assert_eq!(
        self::handed(&format!("http://{address}"), one)
            .await
            .accepted,
        200
    );
    let order: Vec<_> = receiver.got().into_iter().map(|got| got.body).collect();
    let expected: Vec<_> = (0..200).map(|number| event(7, number).body).collect();
    assert_eq!(order, expected);
}

#[tokio::test]
async fn what_is_not_taken_now_is_offered_again_and_what_is_refused_is_not() {
    let statuses = [(503, Some("1")), (429, None), (500, None)];
    let (receiver, address) = Receiver::open(&statuses).await;
    let begun = std::time::Instant::now();
    let handed = handed(&format!("http://{address}"), [event(1, 1)]).await;
    assert_eq!((handed.accepted, handed.retried, handed.refused), (1, 3, 0));
    assert!(
        begun.elapsed() >= Duration::from_secs(1),
        "it waits as it was asked to"
    );
    assert_eq!(receiver.got().len(), 4);

    let (receiver, address) = Receiver::open(&[(422, None)]).await;
    let handed = self::handed(&format!("http://{address}"), [event(1, 1), event(1, 2)]).await;
    assert_eq!((handed.accepted, handed.refused, handed.retried), (1, 1, 0));
    assert_eq!(
        handed.trouble.as_deref(),
        Some("422: {\"detail\":\"as told\"}")
    );
    assert_eq!(receiver.got().len(), 2);
}

#[tokio::test]
async fn a_server_that_is_not_there_is_waited_for_and_then_given_up() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let url: Url = format!("http://{address}").parse().unwrap();
    let sink = Sink::open(&url, None).unwrap();
    sink.send(event(1, 1)).await;
    let handed = sink.close(Duration::from_millis(300)).await;
    assert_eq!(
        (handed.accepted, handed.given_up, handed.waiting),
        (0, 1, 0)
    );
    let trouble = handed.trouble.unwrap();
    assert!(trouble.contains("accepts no connection"), "{trouble}");
}

#[test]
fn an_address_for_something_else_is_refused() {
    let refused = |url: &str| {
        Sink::open(&url.parse().unwrap(), None)
            .err()
            .unwrap()
            .to_string()
    };
    assert!(refused("ftp://somewhere").contains("not with ftp://"));
}

/// A broker that knows three packets.
async fn broker() -> (SocketAddr, Arc<Mutex<Vec<(String, String)>>>, TaskTracker) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (kept, tasks) = (Arc::<Mutex<Vec<_>>>::default(), TaskTracker::new());
    let (published, connections) = (Arc::clone(&kept), tasks.clone());
    tasks.spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            connections.spawn(serve(stream, Arc::clone(&published)));
        }
    });
    (address, kept, tasks)
}

async fn serve(mut stream: TcpStream, published: Arc<Mutex<Vec<(String, String)>>>) -> Option<()> {
    loop {
        let kind = stream.read_u8().await.ok()?;
        let mut length = 0_usize;
        for shift in [0, 7, 14, 21] {
            let byte = usize::from(stream.read_u8().await.ok()?);
            length |= (byte & 0x7f) << shift;
            if byte < 0x80 {
                break;
            }
        }
        let mut body = vec![0; length];
        stream.read_exact(&mut body).await.ok()?;
        match kind >> 4 {
            1 => stream.write_all(&[0x20, 3, 0, 0, 0]).await.ok()?,
            3 => {
                assert_eq!(kind & 0b110, 0b010, "QoS 1, and not retained");
                let topic_end = 2 + usize::from(u16::from_be_bytes([body[0], body[1]]));
                let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
                let (topic, rest) = (text(&body[2..topic_end]), &body[topic_end..]);
                // Two bytes are its number, one says that it has no properties.
                published.lock().unwrap().push((topic, text(&rest[3..])));
                stream.write_all(&[0x40, 2, rest[0], rest[1]]).await.ok()?;
            }
            12 => stream.write_all(&[0xd0, 0]).await.ok()?,
            _ => return None,
        }
    }
}

#[tokio::test]
async fn events_are_published_to_their_topics_until_the_broker_has_them() {
    let (address, published, _tasks) = broker().await;
    let events = (0..300).map(|number| event(3, number));
    let handed = handed(&format!("mqtt://{address}"), events).await;
    assert_eq!(
        (handed.accepted, handed.waiting, handed.given_up),
        (300, 0, 0),
        "{handed:?}"
    );
    let published = published.lock().unwrap();
    assert_eq!(published.len(), 300);
    let topic = |kind| {
        format!(
            "application/00000000-0000-0000-0000-000000000000/device/a251440000000003/event/{kind}"
        )
    };
    assert_eq!(published[0], (topic("join"), "{\"fCnt\":0}".to_owned()));
    assert_eq!(published[299], (topic("up"), "{\"fCnt\":299}".to_owned()));
}

#[tokio::test]
async fn a_broker_that_is_not_there_is_given_up_when_patience_ends() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let sink = Sink::open(&format!("mqtt://{address}").parse().unwrap(), None).unwrap();
    sink.send(event(1, 1)).await;
    let handed = sink.close(Duration::from_millis(300)).await;
    assert_eq!((handed.accepted, handed.given_up), (0, 1), "{handed:?}");
    assert!(handed.trouble.is_some());
}
