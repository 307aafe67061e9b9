//! Connections: HTTP/2 in clear, as many as come.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use hyper::server::conn::http2;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::{Shared, calls};

/// After a failure to accept, it is tried again a little later.
const RETRY_AFTER: Duration = Duration::from_millis(50);

pub(super) async fn serve(
    listener: TcpListener,
    shared: Arc<Shared>,
    tasks: TaskTracker,
    stop: CancellationToken,
) {
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = stop.cancelled() => return,
        };
        let Ok((stream, _)) = accepted else {
            tokio::time::sleep(RETRY_AFTER).await;
            continue;
        };
        if !shared.faults().is_down {
            tasks.spawn(talk(stream, Arc::clone(&shared)));
        }
    }
}

async fn talk(stream: TcpStream, shared: Arc<Shared>) {
    let up = shared.up().clone();
    stream.set_nodelay(true).unwrap_or_default();
    let answering = Arc::clone(&shared);
    let answer = service_fn(move |request| {
        let shared = Arc::clone(&answering);
        async move {
            let [now, most] = &shared.in_flight;
            let under_way = now.fetch_add(1, Ordering::Relaxed) + 1;
            most.fetch_max(under_way, Ordering::Relaxed);
            shared.calls.fetch_add(1, Ordering::Relaxed);
            let answer = calls::answer(&shared, request).await;
            now.fetch_sub(1, Ordering::Relaxed);
            Ok::<_, Infallible>(answer)
        }
    });
    let connection =
        http2::Builder::new(TokioExecutor::new()).serve_connection(TokioIo::new(stream), answer);
    // Whoever is cut off notices; nobody here need.
    tokio::select! {
        ended = connection => ended.unwrap_or_default(),
        () = up.cancelled() => {}
    }
}
