//! Plans over HTTP: the file itself is the body.

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use parking_access::audit::By;
use parking_access::secrets::hex;
use parking_domain::plan_files::read_plan;
use parking_http::extract::{BodyLimit, read_body};
use parking_http::{ApiError, Caller, Id};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::super::plans::{PLAN_BYTES_MAX, draw, erase};
use super::super::store;
use crate::Estate;
use crate::view::{self, View};

/// What a drawing was recognised as.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct PlanBody {
    level_id: Uuid,
    /// `image/svg+xml`, `image/png` or `image/jpeg`.
    media_type: String,
    width: u32,
    height: u32,
    /// Its size in bytes, as it is kept.
    bytes: usize,
}

/// Gives a level its drawing: an SVG, PNG or JPEG file of at most 10 MiB, recognised by its content.
/// Of an SVG only what draws is kept; scripts, links and what loads from elsewhere are left out.
#[utoipa::path(put, path = "/api/v6/levels/{id}/plan", params(("id" = Uuid, Path)),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses((status = 200, body = PlanBody)))]
pub(super) async fn put_plan(
    State(estate): State<Estate>,
    caller: Caller,
    Id(id): Id,
    request: Request,
) -> Result<axum::Json<PlanBody>, ApiError> {
    view::must_own(&caller)?;
    let (mut parts, body) = request.into_parts();
    parts.extensions.insert(BodyLimit(PLAN_BYTES_MAX));
    let bytes = read_body(&parts, body).await?;
    let file = read_plan(&bytes, PLAN_BYTES_MAX).map_err(|error| ApiError::field("body", error))?;
    let mut tx = view::change(&estate.db, &caller).await?;
    let (by, now) = (By::caller(&caller), estate.clock.now());
    draw(&mut tx, &by, (id, &file), now).await?;
    tx.commit().await?;
    Ok(axum::Json(PlanBody {
        level_id: id,
        media_type: file.format.media_type().to_owned(),
        width: file.width,
        height: file.height,
        bytes: file.bytes.len(),
    }))
}

/// The drawing of a level, as a file. Its `ETag` is the drawing's own.
#[utoipa::path(get, path = "/api/v6/levels/{id}/plan", params(("id" = Uuid, Path)),
    responses((status = 200, description = "The file", content_type = "image/*", body = Vec<u8>),
        (status = 304, description = "It is the one whose `ETag` came in `If-None-Match`")))]
pub(super) async fn get_plan(
    State(estate): State<Estate>,
    caller: Caller,
    Id(id): Id,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let mut view = View::of(&estate.db, &caller).await?;
    let plan = store::plans::find(view.conn(), id)
        .await?
        .ok_or_else(ApiError::not_found)?;
    let digits = hex(&plan.sha256);
    let tag =
        HeaderValue::from_str(&format!("\"{digits}\"")).unwrap_or(HeaderValue::from_static("\"\""));
    if headers.get(header::IF_NONE_MATCH) == Some(&tag) {
        return Ok((StatusCode::NOT_MODIFIED, [(header::ETAG, tag)]).into_response());
    }
    let kind = HeaderValue::from_str(&plan.media_type)
        .unwrap_or(HeaderValue::from_static("application/octet-stream"));
    let headers = [(header::CONTENT_TYPE, kind), (header::ETAG, tag)];
    Ok((headers, Body::from(plan.image)).into_response())
}

/// Takes a level's drawing away; the outlines of its bays stay.
#[utoipa::path(delete, path = "/api/v6/levels/{id}/plan", params(("id" = Uuid, Path)),
    responses((status = 204, description = "It is gone")))]
pub(super) async fn delete_plan(
    State(estate): State<Estate>,
    caller: Caller,
    Id(id): Id,
) -> Result<StatusCode, ApiError> {
    let mut tx = view::change(&estate.db, &caller).await?;
    erase(&mut tx, &By::caller(&caller), id, estate.clock.now()).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}
