//! Everything a tenant holds, as a file.

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse as _, Response};
use parking_domain::ids::TenantId;
use parking_http::{ApiError, Caller, Id};

use super::super::export::export;
use super::Tenants;
use crate::audit::By;

/// Everything the caller's tenant holds but its secrets: `{tenant, exported_at, tables: {name:
/// [row]}}`. The export is recorded when it is complete.
#[utoipa::path(get, path = "/api/v6/tenants/current/export",
    responses((status = 200, description = "The document, as an attachment", content_type = "application/json", body = Value)))]
pub(super) async fn export_current_tenant(
    State(state): State<Tenants>,
    caller: Caller,
) -> Result<Response, ApiError> {
    begin(&state, caller.tenant(), &caller).await
}

/// Everything a tenant holds but its secrets: `{tenant, exported_at, tables: {name: [row]}}`. The
/// export is recorded when it is complete, and is needed before the tenant can be deleted.
#[utoipa::path(get, path = "/api/v6/tenants/{id}/export", params(("id" = uuid::Uuid, Path)),
    responses((status = 200, description = "The document, as an attachment", content_type = "application/json", body = Value)))]
pub(super) async fn export_tenant(
    State(state): State<Tenants>,
    caller: Caller,
    Id(id): Id,
) -> Result<Response, ApiError> {
    begin(&state, TenantId(id), &caller).await
}

async fn begin(state: &Tenants, id: TenantId, caller: &Caller) -> Result<Response, ApiError> {
    let place = state.exports.begin(id)?;
    let (by, now) = (By::caller(caller), state.clock.now());
    let (slug, document) = export(&state.db, id, by, now, place)
        .await?
        .ok_or_else(ApiError::not_found)?;
    let name = format!("attachment; filename=\"{slug}.json\"");
    let headers = [
        (
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/json"),
        ),
        (
            header::CONTENT_DISPOSITION,
            HeaderValue::from_str(&name).unwrap_or(HeaderValue::from_static("attachment")),
        ),
    ];
    Ok((headers, Body::from_stream(document)).into_response())
}
