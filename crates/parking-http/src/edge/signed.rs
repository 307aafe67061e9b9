//! Messages that are signed: who sent them is found out from the body, so it is read first.

use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderName, StatusCode};
use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::Edge;
use crate::caller::{self, Seen};
use crate::extract::{BodyLimit, read_body};
use crate::{ApiError, Authenticate, Caller, Code, Credentials, Signed};

const CREDENTIAL: HeaderName = HeaderName::from_static("x-webhook-credential");
const SIGNATURE: HeaderName = HeaderName::from_static("x-webhook-signature");
const TIMESTAMP: HeaderName = HeaderName::from_static("x-webhook-timestamp");
const NONCE: HeaderName = HeaderName::from_static("x-webhook-nonce");

/// The longest nonce.
const NONCE_LENGTH_MAX: usize = 100;

/// Whether a request shows a signature; it counts then, whatever else is shown.
pub(super) fn is_signed(headers: &HeaderMap) -> bool {
    headers.contains_key(SIGNATURE)
}

/// A nonce whose message is being taken in. Unless that is settled it is given back, so that whoever
/// is told to come again, or is told nothing, may come with the same request.
pub(super) struct TakenNonce {
    authenticate: Arc<dyn Authenticate>,
    caller: Caller,
    is_settled: bool,
}

impl TakenNonce {
    /// Says how the request was answered.
    pub(super) fn answered(mut self, status: StatusCode) {
        self.is_settled = !status.is_server_error();
    }
}

impl Drop for TakenNonce {
    fn drop(&mut self) {
        if let Some(nonce) = self.caller.request.nonce.as_deref()
            && !self.is_settled
        {
            self.authenticate.give_back(self.caller.tenant(), nonce);
        }
    }
}

impl Edge {
    /// What a good signer's nonce was taken for, if there was one.
    pub(super) fn taken_nonce(&self, seen: &Seen) -> Option<TakenNonce> {
        let Seen::Known(caller) = seen else {
            return None;
        };
        caller.request.nonce.as_ref()?;
        Some(TakenNonce {
            authenticate: Arc::clone(&self.authenticate),
            caller: caller.clone(),
            is_settled: false,
        })
    }

    /// Who signed a request. Its body is read, and put back for the handler. Of an address that has
    /// shown too much that was bad not a byte is read.
    pub(super) async fn see_signed(
        &self,
        request: &mut Request,
        facts: caller::Request,
        now: DateTime<Utc>,
    ) -> Seen {
        let headers = request.headers().clone();
        let body = match signed(&headers, &[]) {
            Ok(shown) => match self.hear(Credentials::Signed(shown), &facts, now) {
                Ok(()) => self.take_body(request).await,
                Err(error) => Err(error),
            },
            Err(error) => Err(error),
        };
        match body {
            Ok(body) => match signed(&headers, &body) {
                Ok(shown) => {
                    let nonce = shown.nonce.map(Arc::from);
                    let facts = caller::Request { nonce, ..facts };
                    self.ask(Credentials::Signed(shown), facts, now).await
                }
                Err(error) => Seen::Refused(Arc::new(error)),
            },
            Err(error) => Seen::Refused(Arc::new(error)),
        }
    }

    async fn take_body(&self, request: &mut Request) -> Result<Bytes, ApiError> {
        request
            .extensions_mut()
            .insert(BodyLimit(self.options.body_size_max));
        let (parts, body) = std::mem::take(request).into_parts();
        let body = read_body(&parts, body).await;
        let again = body
            .as_ref()
            .map_or_else(|_| Body::empty(), |body| Body::from(body.clone()));
        *request = Request::from_parts(parts, again);
        body
    }
}

/// What the headers say of a body.
fn signed<'a>(headers: &'a HeaderMap, body: &'a [u8]) -> Result<Signed<'a>, ApiError> {
    let refused = |detail| ApiError::new(Code::SignatureInvalid).detail(detail);
    let text = |name: &HeaderName| match headers.get(name).map(|value| value.to_str()) {
        None => Ok(None),
        Some(Ok(value)) => Ok(Some(value.trim())),
        Some(Err(_)) => Err(refused("a header holds characters that are not text")),
    };
    let credential = text(&CREDENTIAL)?.and_then(|id| Uuid::parse_str(id).ok());
    let credential = credential
        .ok_or_else(|| refused("X-Webhook-Credential must be the id of a webhook credential"))?;
    let (timestamp, nonce) = (text(&TIMESTAMP)?, text(&NONCE)?);
    if nonce.is_some_and(|nonce| nonce.is_empty() || nonce.len() > NONCE_LENGTH_MAX) {
        return Err(refused(
            "X-Webhook-Nonce must have from 1 to 100 characters",
        ));
    }
    if nonce.is_some() && timestamp.is_none() {
        return Err(refused("X-Webhook-Nonce needs X-Webhook-Timestamp"));
    }
    Ok(Signed {
        credential,
        signature: text(&SIGNATURE)?.unwrap_or_default(),
        timestamp,
        nonce,
        body,
    })
}
