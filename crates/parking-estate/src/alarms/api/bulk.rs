//! Marking many alarms at once, all of them or none.

use axum::extract::State;
use chrono::{DateTime, Utc};
use parking_http::{ApiError, Caller, IfMatch, Json};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::super::store::list::by_ids;
use super::super::{BULK_MAX, Mark, mark};
use super::list::bodies;
use super::wire::{AlarmsBody, MuteDraft};
use crate::{Estate, Maker, view};

/// Which alarms.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct AlarmIds {
    #[schema(min_items = 1, max_items = 500)]
    ids: Vec<Uuid>,
}

/// Which alarms, and until when nobody is to be told of them.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct MuteManyDraft {
    #[schema(min_items = 1, max_items = 500)]
    ids: Vec<Uuid>,
    mute: MuteDraft,
}

/// Ids in an order, each once.
fn distinct(mut ids: Vec<Uuid>) -> Result<Vec<Uuid>, ApiError> {
    ids.sort_unstable();
    ids.dedup();
    if !(1..=BULK_MAX).contains(&ids.len()) {
        let message = format!("must be from 1 to {BULK_MAX}");
        return Err(ApiError::field("ids", message));
    }
    Ok(ids)
}

async fn marked(
    estate: &Estate,
    caller: &Caller,
    ids: Vec<Uuid>,
    (wanted, now): (&Mark, DateTime<Utc>),
) -> Result<axum::Json<AlarmsBody>, ApiError> {
    let ids = distinct(ids)?;
    let mut tx = view::change(&estate.db, caller).await?;
    let which = (ids.as_slice(), &IfMatch::default());
    let changed = mark(&mut tx, &Maker::caller(caller), which, wanted, now).await?;
    let alarms = by_ids(tx.conn(), &ids).await?;
    tx.commit().await?;
    Ok(axum::Json(AlarmsBody {
        alarms: bodies(alarms, now),
        changed,
    }))
}

/// Says that somebody sees to them, all or none.
#[utoipa::path(post, path = "/api/v6/alarms/bulk/acknowledge", request_body = AlarmIds,
    responses((status = 200, body = AlarmsBody),
        (status = 404, description = "An alarm of the request is not there", body = parking_http::Problem, content_type = "application/problem+json")))]
pub(super) async fn acknowledge_alarms(
    State(estate): State<Estate>,
    caller: Caller,
    Json(wanted): Json<AlarmIds>,
) -> Result<axum::Json<AlarmsBody>, ApiError> {
    let now = estate.clock.now();
    marked(&estate, &caller, wanted.ids, (&Mark::Acknowledge, now)).await
}

/// Takes acknowledgements back, all or none.
#[utoipa::path(post, path = "/api/v6/alarms/bulk/unacknowledge", request_body = AlarmIds,
    responses((status = 200, body = AlarmsBody),
        (status = 404, description = "An alarm of the request is not there", body = parking_http::Problem, content_type = "application/problem+json")))]
pub(super) async fn unacknowledge_alarms(
    State(estate): State<Estate>,
    caller: Caller,
    Json(wanted): Json<AlarmIds>,
) -> Result<axum::Json<AlarmsBody>, ApiError> {
    let now = estate.clock.now();
    marked(&estate, &caller, wanted.ids, (&Mark::Unacknowledge, now)).await
}

/// Lets people be told of them again, all or none.
#[utoipa::path(post, path = "/api/v6/alarms/bulk/unmute", request_body = AlarmIds,
    responses((status = 200, body = AlarmsBody),
        (status = 404, description = "An alarm of the request is not there", body = parking_http::Problem, content_type = "application/problem+json")))]
pub(super) async fn unmute_alarms(
    State(estate): State<Estate>,
    caller: Caller,
    Json(wanted): Json<AlarmIds>,
) -> Result<axum::Json<AlarmsBody>, ApiError> {
    let now = estate.clock.now();
    marked(&estate, &caller, wanted.ids, (&Mark::Unmute, now)).await
}

/// Lets nobody be told of them until then, all or none.
#[utoipa::path(post, path = "/api/v6/alarms/bulk/mute", request_body = MuteManyDraft,
    responses((status = 200, body = AlarmsBody),
        (status = 404, description = "An alarm of the request is not there", body = parking_http::Problem, content_type = "application/problem+json")))]
pub(super) async fn mute_alarms(
    State(estate): State<Estate>,
    caller: Caller,
    Json(wanted): Json<MuteManyDraft>,
) -> Result<axum::Json<AlarmsBody>, ApiError> {
    let now = estate.clock.now();
    let mute = wanted.mute.read(now)?;
    marked(&estate, &caller, wanted.ids, (&mute, now)).await
}
