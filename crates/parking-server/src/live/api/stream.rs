//! A stream of events (server-sent events).

use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::response::{IntoResponse as _, Response};
use futures_util::stream::unfold;
use parking_http::{ApiError, Caller, Query};
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

use crate::live::Live;
use crate::live::guest::{Guest, Heard};
use crate::live::message::{frame, read, reason};

/// Tells browsers when to come back after a connection broke.
const RETRY: Bytes = Bytes::from_static(b"retry: 2000\n\n");

/// What to be told, and from where on.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct LiveQuery {
    /// One site; all of them, if absent.
    site_id: Option<Uuid>,
    /// The id of the last event that was taken, for those who cannot send it as `Last-Event-ID`.
    last_event_id: Option<String>,
    /// Whether to go on after the snapshot, or what was missed; yes, if absent.
    follow: Option<bool>,
}

/// Tells what happens, as it happens: first a `snapshot` of the bays, then each `change` of one, and
/// `changed` where something else did; a `heartbeat` says up to when everything was told, and `bye` why
/// it ends. Who comes back with the id of the last event gets what they missed instead of a snapshot, if
/// that is not too much.
#[utoipa::path(get, path = "/api/v6/live", params(LiveQuery, ("Last-Event-ID" = Option<String>, Header, description =
    "The id of the last event that was taken.")),
    responses((status = 200, content_type = "text/event-stream", body = serde_json::Value),
        (status = 404, description = "There is no such site", body = parking_http::Problem, content_type = "application/problem+json")))]
pub(super) async fn follow_live(
    State(live): State<Arc<Live>>,
    caller: Caller,
    Query(query): Query<LiveQuery>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let in_header = headers.get("last-event-id");
    let in_header = in_header.and_then(|id| id.to_str().ok());
    let last = in_header.or(query.last_event_id.as_deref()).and_then(read);
    let (guest, opening) = live.watch(&caller, query.site_id, last).await?;
    let mut frames = VecDeque::from([RETRY]);
    frames.extend(opening.iter().map(|message| message.frame.clone()));
    let follow = query.follow.unwrap_or(true);
    let body = Body::from_stream(unfold(
        (frames, follow.then_some(guest)),
        async |(mut frames, mut guest)| {
            let frame = match frames.pop_front() {
                Some(frame) => frame,
                None => next(&mut guest).await?,
            };
            Some((Ok::<_, Infallible>(frame), (frames, guest)))
        },
    ));
    let headers = [
        (
            header::CONTENT_TYPE,
            HeaderValue::from_static("text/event-stream"),
        ),
        // A proxy that gathers before it passes on would make news old.
        (
            HeaderName::from_static("x-accel-buffering"),
            HeaderValue::from_static("no"),
        ),
    ];
    Ok((headers, body).into_response())
}

/// What comes next; after a farewell nothing does.
async fn next(guest: &mut Option<Guest>) -> Option<Bytes> {
    match guest.as_mut()?.next().await {
        Heard::Message(message) => Some(message.frame.clone()),
        Heard::Bye(why) => {
            *guest = None;
            Some(frame("bye", None, &reason(why.code(), why.detail())))
        }
    }
}
