//! What people do about one alarm.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use parking_http::{ApiError, Caller, Id, IfMatch, Json, Tagged};
use uuid::Uuid;

use super::super::{Mark, comment, mark};
use super::list::read_one;
use super::wire::{AlarmCommentDraft, AlarmDetailBody, MuteDraft};
use crate::{Estate, Maker, view};

/// Marks one alarm, and answers it.
async fn marked(
    estate: &Estate,
    caller: &Caller,
    (id, seen): (Uuid, &IfMatch),
    wanted: &Mark,
) -> Result<Tagged<AlarmDetailBody>, ApiError> {
    let mut tx = view::change(&estate.db, caller).await?;
    let now = estate.clock.now();
    mark(&mut tx, &Maker::caller(caller), (&[id], seen), wanted, now).await?;
    let body = read_one(tx.conn(), id, now).await?;
    tx.commit().await?;
    Ok(body)
}

/// Says that somebody sees to it: nobody is told of it again. A cleared alarm stays as it is.
#[utoipa::path(post, path = "/api/v6/alarms/{id}/acknowledge", params(("id" = Uuid, Path)),
    responses((status = 200, body = AlarmDetailBody),
        (status = 412, description = "It was changed meanwhile", body = parking_http::Problem, content_type = "application/problem+json")))]
pub(super) async fn acknowledge_alarm(
    State(estate): State<Estate>,
    caller: Caller,
    Id(id): Id,
    if_match: IfMatch,
) -> Result<Tagged<AlarmDetailBody>, ApiError> {
    marked(&estate, &caller, (id, &if_match), &Mark::Acknowledge).await
}

/// Takes an acknowledgement back.
#[utoipa::path(post, path = "/api/v6/alarms/{id}/unacknowledge", params(("id" = Uuid, Path)),
    responses((status = 200, body = AlarmDetailBody),
        (status = 412, description = "It was changed meanwhile", body = parking_http::Problem, content_type = "application/problem+json")))]
pub(super) async fn unacknowledge_alarm(
    State(estate): State<Estate>,
    caller: Caller,
    Id(id): Id,
    if_match: IfMatch,
) -> Result<Tagged<AlarmDetailBody>, ApiError> {
    marked(&estate, &caller, (id, &if_match), &Mark::Unacknowledge).await
}

/// Lets nobody be told of it until then, however often it is raised.
#[utoipa::path(post, path = "/api/v6/alarms/{id}/mute", params(("id" = Uuid, Path)), request_body = MuteDraft,
    responses((status = 200, body = AlarmDetailBody),
        (status = 412, description = "It was changed meanwhile", body = parking_http::Problem, content_type = "application/problem+json")))]
pub(super) async fn mute_alarm(
    State(estate): State<Estate>,
    caller: Caller,
    Id(id): Id,
    if_match: IfMatch,
    Json(wanted): Json<MuteDraft>,
) -> Result<Tagged<AlarmDetailBody>, ApiError> {
    let wanted = wanted.read(estate.clock.now())?;
    marked(&estate, &caller, (id, &if_match), &wanted).await
}

/// Lets people be told of it again.
#[utoipa::path(post, path = "/api/v6/alarms/{id}/unmute", params(("id" = Uuid, Path)),
    responses((status = 200, body = AlarmDetailBody),
        (status = 412, description = "It was changed meanwhile", body = parking_http::Problem, content_type = "application/problem+json")))]
pub(super) async fn unmute_alarm(
    State(estate): State<Estate>,
    caller: Caller,
    Id(id): Id,
    if_match: IfMatch,
) -> Result<Tagged<AlarmDetailBody>, ApiError> {
    marked(&estate, &caller, (id, &if_match), &Mark::Unmute).await
}

/// Says something about it, for those who come after.
#[utoipa::path(post, path = "/api/v6/alarms/{id}/comments", params(("id" = Uuid, Path)), request_body = AlarmCommentDraft,
    responses((status = 201, body = AlarmDetailBody),
        (status = 409, description = "`limit_reached`", body = parking_http::Problem, content_type = "application/problem+json")))]
pub(super) async fn comment_alarm(
    State(estate): State<Estate>,
    caller: Caller,
    Id(id): Id,
    Json(wanted): Json<AlarmCommentDraft>,
) -> Result<Response, ApiError> {
    let text = wanted.read()?;
    let mut tx = view::change(&estate.db, &caller).await?;
    let now = estate.clock.now();
    comment(&mut tx, &Maker::caller(&caller), (id, &text), now).await?;
    let Tagged(_, body) = read_one(tx.conn(), id, now).await?;
    tx.commit().await?;
    Ok((StatusCode::CREATED, axum::Json(body)).into_response())
}
