//! Listening: connections with bounds, and an orderly end.

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum::extract::ConnectInfo;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use ipnet::IpNet;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt as _;
use tracing::{debug, warn};

use crate::crowd::Crowd;
use crate::linger::Lingering;
use crate::unread;

/// The bounds of a listener.
#[derive(Clone, Debug)]
pub struct ServeOptions {
    /// Connections at a time; more are turned away.
    pub connections_max: usize,
    /// Proxies, which may have any number of them.
    pub trusted_proxies: Vec<IpNet>,
    /// How long a client that has just connected may take over the head of its first request.
    pub first_header_timeout: Duration,
    /// How long a client may take over the head of a request, and may idle between two.
    pub header_timeout: Duration,
}

impl Default for ServeOptions {
    fn default() -> Self {
        Self {
            connections_max: 8_192,
            trusted_proxies: Vec::new(),
            first_header_timeout: Duration::from_secs(10),
            header_timeout: Duration::from_mins(1),
        }
    }
}

/// How long a client may be silent: at first, and later.
#[derive(Clone, Copy, Debug)]
struct Patience {
    first_head: Duration,
    head: Duration,
}

/// Serves until told to stop, then lets every request that has begun finish. Dropping the future
/// cuts the connections that are left.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    options: ServeOptions,
    stop: CancellationToken,
) -> io::Result<()> {
    let crowd = Crowd::new(options.connections_max, options.trusted_proxies);
    let patience = Patience {
        first_head: options.first_header_timeout,
        head: options.header_timeout,
    };
    let mut connections = JoinSet::new();
    loop {
        let accepted = tokio::select! {
            () = stop.cancelled() => break,
            Some(_) = connections.join_next() => continue,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, peer)) => {
                let Some(place) = crowd.admit(peer.ip()) else {
                    debug!(client.ip = %peer.ip(), "a connection is turned away");
                    continue;
                };
                let (router, stop) = (router.clone(), stop.clone());
                let talk = talk(stream, peer, router, patience, stop);
                connections.spawn(async move {
                    if let Err(error) = talk.await {
                        debug!(client.ip = %peer.ip(), error = %error, "a connection broke");
                    }
                    drop(place);
                });
            }
            Err(error) => {
                // Out of file descriptors, most likely: those that are open must end first.
                warn!(error = %error, "cannot accept a connection");
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        }
    }
    drop(listener);
    while connections.join_next().await.is_some() {}
    Ok(())
}

/// Serves one connection to its end; told to stop, it ends after the request it is in.
async fn talk(
    stream: TcpStream,
    peer: SocketAddr,
    router: Router,
    patience: Patience,
    stop: CancellationToken,
) -> hyper::Result<()> {
    if let Err(error) = stream.set_nodelay(true) {
        debug!(error = %error, "a connection stays with delayed sending");
    }
    let spoke = CancellationToken::new();
    let heard = spoke.clone();
    let service = service_fn(move |mut request: hyper::Request<Incoming>| {
        heard.cancel();
        request.extensions_mut().insert(ConnectInfo(peer));
        let (request, rest) = unread::share(request);
        let answer = router.clone().oneshot(request);
        async move {
            let mut response = answer.await?;
            rest.settle(&mut response).await;
            Ok::<_, Infallible>(response)
        }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(patience.head)
        .max_buf_size(64 * 1024)
        .serve_connection(TokioIo::new(Lingering::new(stream)), service)
        .with_upgrades();
    let mut connection = std::pin::pin!(connection);
    tokio::select! {
        ended = connection.as_mut() => return ended,
        () = silence(&spoke, patience.first_head) => return Ok(()),
        () = stop.cancelled() => connection.as_mut().graceful_shutdown(),
    }
    connection.await
}

/// Comes to an end only if a client says nothing for too long after it has connected.
async fn silence(spoke: &CancellationToken, wait_max: Duration) {
    if timeout(wait_max, spoke.cancelled()).await.is_ok() {
        std::future::pending::<()>().await;
    }
}

#[cfg(test)]
mod tests {
    use axum::http::StatusCode;
    use axum::routing::{get, post};
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    use super::*;

    const HEAD: &str = "POST /refuses HTTP/1.1\r\nhost: x\r\n";

    /// A listener with a route that answers without reading, until it is dropped.
    async fn listening(options: ServeOptions) -> (SocketAddr, JoinSet<io::Result<()>>) {
        let router = Router::new()
            .route("/refuses", post(async || StatusCode::UNAUTHORIZED))
            .route("/reads", post(async |body: String| body))
            .route("/there", get(async || "still there"));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let mut served = JoinSet::new();
        served.spawn(serve(listener, router, options, CancellationToken::new()));
        (address, served)
    }

    async fn open(address: SocketAddr) -> TcpStream {
        TcpStream::connect(address).await.unwrap()
    }

    /// Reads until the text is there or the other side has ended.
    async fn read_until(stream: &mut TcpStream, end: &str) -> String {
        let mut text = String::new();
        let mut bytes = [0; 1024];
        while !text.contains(end) {
            let read = timeout(Duration::from_secs(20), stream.read(&mut bytes));
            let count = read.await.expect("an answer or an end").unwrap_or(0);
            if count == 0 {
                break;
            }
            text.push_str(std::str::from_utf8(&bytes[..count]).unwrap());
        }
        text
    }

    #[tokio::test]
    async fn after_a_refusal_the_next_request_of_the_connection_is_answered() {
        let (address, _served) = listening(ServeOptions::default()).await;
        for (length, body) in [
            ("content-length: 12", r#"{"name":"x"}"#),
            ("transfer-encoding: chunked", "3\r\nabc\r\n0\r\n\r\n"),
        ] {
            let mut stream = open(address).await;
            let head = format!("{HEAD}{length}\r\n\r\n");
            stream.write_all(head.as_bytes()).await.unwrap();
            // The body is a segment of its own, after the head was looked at.
            tokio::time::sleep(Duration::from_millis(20)).await;
            stream.write_all(body.as_bytes()).await.unwrap();
            let refusal = read_until(&mut stream, "\r\n\r\n").await;
            assert!(refusal.starts_with("HTTP/1.1 401"), "{refusal}");
            assert!(!refusal.contains("connection: close"), "{refusal}");
            let next = b"GET /there HTTP/1.1\r\nhost: x\r\n\r\n";
            stream.write_all(next).await.unwrap();
            let answer = read_until(&mut stream, "still there").await;
            assert!(answer.contains("still there"), "{length}: {answer}");
        }
    }

    #[tokio::test]
    async fn a_body_that_was_read_leaves_the_connection_as_it_was() {
        let (address, _served) = listening(ServeOptions::default()).await;
        let mut stream = open(address).await;
        for _ in 0..2 {
            let request = "POST /reads HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n\
                           4\r\nread\r\n0\r\n\r\n";
            stream.write_all(request.as_bytes()).await.unwrap();
            let answer = read_until(&mut stream, "\r\n\r\nread").await;
            assert!(!answer.contains("connection: close"), "{answer}");
        }
    }

    #[tokio::test]
    async fn a_body_that_does_not_come_ends_the_connection_and_the_answer_says_so() {
        let (address, _served) = listening(ServeOptions::default()).await;
        for rest in [
            "content-length: 12\r\n\r\n",
            "content-length: 1000000\r\n\r\n",
            "content-length: 12\r\nexpect: 100-continue\r\n\r\n",
        ] {
            let mut stream = open(address).await;
            let head = format!("{HEAD}{rest}");
            stream.write_all(head.as_bytes()).await.unwrap();
            let refusal = read_until(&mut stream, "\r\n\r\n").await;
            assert!(refusal.starts_with("HTTP/1.1 401"), "{refusal}");
            assert!(refusal.contains("connection: close"), "{rest}: {refusal}");
        }
    }

    #[tokio::test]
    async fn whoever_connects_and_says_nothing_is_soon_shown_out() {
        let (address, _served) = listening(ServeOptions {
            first_header_timeout: Duration::from_millis(50),
            ..ServeOptions::default()
        })
        .await;
        let mut silent = open(address).await;
        assert_eq!(read_until(&mut silent, "never").await, "");
        // Whoever has spoken may idle.
        let mut polite = open(address).await;
        for _ in 0..2 {
            let request = b"GET /there HTTP/1.1\r\nhost: x\r\n\r\n";
            polite.write_all(request).await.unwrap();
            let answer = read_until(&mut polite, "still there").await;
            assert!(answer.contains("still there"), "{answer}");
            tokio::time::sleep(Duration::from_millis(80)).await;
        }
    }

    #[tokio::test]
    async fn a_crowd_from_one_address_keeps_nobody_else_out() {
        let (address, _served) = listening(ServeOptions {
            connections_max: 32,
            ..ServeOptions::default()
        })
        .await;
        let mut crowd = Vec::new();
        for _ in 0..64 {
            let socket = tokio::net::TcpSocket::new_v4().unwrap();
            socket.bind("127.0.0.2:0".parse().unwrap()).unwrap();
            crowd.push(socket.connect(address).await);
        }
        let mut other = open(address).await;
        let request = b"GET /there HTTP/1.1\r\nhost: x\r\n\r\n";
        other.write_all(request).await.unwrap();
        let answer = read_until(&mut other, "still there").await;
        assert!(answer.contains("still there"), "{answer}");
    }
}
