//! Bodies that the answer did not wait for.
//!
//! A request that is refused by its head is answered while its body is still on the way. hyper then
//! reads what is there at once, and when that is not all, closes the connection without a word: a
//! client that keeps connections sends its next request into the void. So what is left of a short
//! body is read before the answer goes out, and otherwise the answer says that the connection ends.

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::http::{HeaderMap, HeaderValue, Request, Response, header};
use hyper::body::{Body, Bytes, Frame, Incoming, SizeHint};
use tokio::time::timeout;

/// What is read for the sake of the connection, and how long it may take to come.
const BYTES_MAX: u64 = 64 * 1024;
const WAIT_MAX: Duration = Duration::from_secs(1);

/// A body that can be looked at after whoever was to read it is done with it.
#[derive(Debug)]
pub(crate) struct Shared(Arc<Mutex<Incoming>>);

/// What may be left of a body when the answer is there.
#[derive(Debug)]
pub(crate) struct Rest {
    body: Arc<Mutex<Incoming>>,
    /// Whether the client sends nothing until it is asked to: reading would ask.
    waits_to_be_asked: bool,
}

/// The request with a body that can be looked at later, and what to look at.
pub(crate) fn share(request: Request<Incoming>) -> (Request<Shared>, Rest) {
    let waits_to_be_asked = request.headers().contains_key(header::EXPECT);
    let (parts, body) = request.into_parts();
    let body = Arc::new(Mutex::new(body));
    let rest = Rest {
        body: Arc::clone(&body),
        waits_to_be_asked,
    };
    (Request::from_parts(parts, Shared(body)), rest)
}

impl Rest {
    /// Reads what is left; if that is too much, the answer says that the connection ends with it.
    pub(crate) async fn settle<B>(mut self, response: &mut Response<B>) {
        let is_read = timeout(WAIT_MAX, self.read()).await.unwrap_or(false);
        if !is_read {
            say_close(response.headers_mut());
        }
    }

    /// Whether nothing of the body is left.
    async fn read(&mut self) -> bool {
        let mut bytes_left = BYTES_MAX;
        loop {
            let (is_over, least) = self.look();
            if is_over {
                return true;
            }
            // Somebody who reads on while the answer is sent is not to be robbed of what comes.
            let is_in_use = Arc::strong_count(&self.body) > 1;
            if self.waits_to_be_asked || is_in_use || least > bytes_left {
                return false;
            }
            let frame = std::future::poll_fn(|context| poll(&self.body, context)).await;
            match frame {
                None => return true,
                Some(Err(_)) => return false,
                Some(Ok(frame)) => {
                    let count = frame.data_ref().map_or(0, Bytes::len);
                    let count = u64::try_from(count).unwrap_or(u64::MAX);
                    match bytes_left.checked_sub(count) {
                        Some(left) => bytes_left = left,
                        None => return false,
                    }
                }
            }
        }
    }

    fn look(&self) -> (bool, u64) {
        let body = self.body.lock().unwrap_or_else(PoisonError::into_inner);
        (body.is_end_stream(), body.size_hint().lower())
    }
}

fn say_close(headers: &mut HeaderMap) {
    headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
}

type Next = Option<Result<Frame<Bytes>, hyper::Error>>;

fn poll(body: &Mutex<Incoming>, context: &mut Context<'_>) -> Poll<Next> {
    let mut body = body.lock().unwrap_or_else(PoisonError::into_inner);
    Pin::new(&mut *body).poll_frame(context)
}

impl Body for Shared {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Next> {
        poll(&self.0, context)
    }

    fn is_end_stream(&self) -> bool {
        let body = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        let body = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        body.size_hint()
    }
}
