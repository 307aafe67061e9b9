//! Moving an import on: mapped, checked, started, stopped, undone.

use axum::extract::State;
use parking_access::audit::By;
use parking_http::{ApiError, Caller, Id, IfMatch, Json, Tagged};

use super::super::{Import, cancel, check, remap, start, taken_elsewhere, undo};
use super::wire::{ImportBody, ImportMapping, ImportStart};
use crate::{Estate, Maker, view};

fn answer(import: Import) -> Tagged<ImportBody> {
    Tagged(import.version, import.into())
}

/// Says which column of the file is which. Rows that were checked have to be checked again.
#[utoipa::path(put, path = "/api/v6/imports/{id}/mapping", params(("id" = uuid::Uuid, Path)), request_body = ImportMapping,
    responses((status = 200, body = ImportBody),
        (status = 409, description = "`conflict`: it was started or is over", body = parking_http::Problem, content_type = "application/problem+json")))]
pub(super) async fn map_import(
    State(estate): State<Estate>,
    caller: Caller,
    Id(id): Id,
    seen: IfMatch,
    Json(wanted): Json<ImportMapping>,
) -> Result<Tagged<ImportBody>, ApiError> {
    let mut tx = view::change(&estate.db, &caller).await?;
    let (by, now) = (By::caller(&caller), estate.clock.now());
    let mapping = (&wanted.columns, wanted.site_id);
    let import = remap(&mut tx, &by, (id, &seen), mapping, now).await?;
    tx.commit().await?;
    Ok(answer(import))
}

/// A dry run: gives each row its verdict and makes nothing.
#[utoipa::path(post, path = "/api/v6/imports/{id}/check", params(("id" = uuid::Uuid, Path)),
    responses((status = 200, body = ImportBody),
        (status = 409, description = "`conflict`: it was started or is over", body = parking_http::Problem, content_type = "application/problem+json"),
        (status = 422, description = "A column is not mapped that must be", body = parking_http::Problem, content_type = "application/problem+json")))]
pub(super) async fn check_import(
    State(estate): State<Estate>,
    caller: Caller,
    Id(id): Id,
    seen: IfMatch,
) -> Result<Tagged<ImportBody>, ApiError> {
    view::must_own(&caller)?;
    let taken = taken_elsewhere(&estate, caller.tenant(), id).await?;
    let mut tx = view::change(&estate.db, &caller).await?;
    let (by, now) = (By::caller(&caller), estate.clock.now());
    let import = check(&mut tx, (&estate.vault, &by), (id, &seen), &taken, now).await?;
    tx.commit().await?;
    Ok(answer(import))
}

/// Carries out the good rows of an import that was checked, or what is left of one that failed.
#[utoipa::path(post, path = "/api/v6/imports/{id}/start", params(("id" = uuid::Uuid, Path)), request_body = ImportStart,
    responses((status = 200, body = ImportBody),
        (status = 409, description = "`rows_refused`, `conflict`", body = parking_http::Problem, content_type = "application/problem+json")))]
pub(super) async fn start_import(
    State(estate): State<Estate>,
    caller: Caller,
    Id(id): Id,
    seen: IfMatch,
    Json(wanted): Json<ImportStart>,
) -> Result<Tagged<ImportBody>, ApiError> {
    let mut tx = view::change(&estate.db, &caller).await?;
    let (maker, now) = (Maker::caller(&caller), estate.clock.now());
    let import = start(&mut tx, &maker, (id, &seen), wanted.skip_refused, now).await?;
    tx.commit().await?;
    Ok(answer(import))
}

/// Stops an import where it is; what it made stays.
#[utoipa::path(post, path = "/api/v6/imports/{id}/cancel", params(("id" = uuid::Uuid, Path)),
    responses((status = 200, body = ImportBody),
        (status = 409, description = "`conflict`: it is over", body = parking_http::Problem, content_type = "application/problem+json")))]
pub(super) async fn cancel_import(
    State(estate): State<Estate>,
    caller: Caller,
    Id(id): Id,
    seen: IfMatch,
) -> Result<Tagged<ImportBody>, ApiError> {
    let mut tx = view::change(&estate.db, &caller).await?;
    let (by, now) = (By::caller(&caller), estate.clock.now());
    let import = cancel(&mut tx, &by, (id, &seen), now).await?;
    tx.commit().await?;
    Ok(answer(import))
}

/// Takes back what an import made, as far as nobody changed it or put it to use since.
#[utoipa::path(post, path = "/api/v6/imports/{id}/undo", params(("id" = uuid::Uuid, Path)),
    responses((status = 200, body = ImportBody),
        (status = 409, description = "`conflict`: it made nothing, or is under way", body = parking_http::Problem, content_type = "application/problem+json")))]
pub(super) async fn undo_import(
    State(estate): State<Estate>,
    caller: Caller,
    Id(id): Id,
    seen: IfMatch,
) -> Result<Tagged<ImportBody>, ApiError> {
    let mut tx = view::change(&estate.db, &caller).await?;
    let (maker, now) = (Maker::caller(&caller), estate.clock.now());
    let import = undo(&mut tx, &maker, (id, &seen), now).await?;
    tx.commit().await?;
    Ok(answer(import))
}
