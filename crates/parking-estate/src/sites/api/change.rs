//! Making and changing sites.

use axum::extract::State;
use axum::response::Response;
use parking_access::audit::By;
use parking_db::TenantTx;
use parking_http::{Answer, ApiError, Caller, Id, IfMatch, Json, Once, Tagged};

use super::super::{change, create, end_emergency, restore, start_emergency};
use super::bodies::SiteBody;
use super::wire::{EmergencyDraft, SiteChange, SiteDraft};
use crate::{Estate, Maker, view};

/// Makes a site. An `Idempotency-Key` repeats the answer of an earlier request.
#[utoipa::path(post, path = "/api/v6/sites", request_body = SiteDraft,
    responses((status = 201, body = SiteBody, headers(("Location" = String, description = "Where the site is"))),
        (status = 409, description = "`slug_taken`, `limit_reached`, `idempotency_key_reused`", body = parking_http::Problem, content_type = "application/problem+json")))]
pub(super) async fn create_site(
    State(estate): State<Estate>,
    caller: Caller,
    request: Once<SiteDraft>,
) -> Result<Response, ApiError> {
    view::must_own(&caller)?;
    let (by, now) = (By::caller(&caller), estate.clock.now());
    let operate = async |tx: &mut TenantTx, draft: SiteDraft| {
        let site = create(tx, &by, draft.read()?, now).await?;
        let (location, version) = (format!("/api/v6/sites/{}", site.id), site.version);
        Answer::created(location, version, &SiteBody::of(site, None))
    };
    request.run(&estate.db, &caller, now, operate).await
}

/// Changes a site.
#[utoipa::path(patch, path = "/api/v6/sites/{id}", params(("id" = Uuid, Path)), request_body = SiteChange,
    responses((status = 200, body = SiteBody),
        (status = 409, description = "`slug_taken`", body = parking_http::Problem, content_type = "application/problem+json"),
        (status = 412, description = "It was changed meanwhile", body = parking_http::Problem, content_type = "application/problem+json")))]
pub(super) async fn patch_site(
    State(estate): State<Estate>,
    caller: Caller,
    Id(id): Id,
    if_match: IfMatch,
    Json(wanted): Json<SiteChange>,
) -> Result<Tagged<SiteBody>, ApiError> {
    let mut tx = view::change(&estate.db, &caller).await?;
    let (by, now) = (By::caller(&caller), estate.clock.now());
    let changes = |slug: &mut _, fields: &mut _| wanted.onto(slug, fields);
    let site = change::<ApiError>(&mut tx, &by, (id, &if_match), changes, now).await?;
    tx.commit().await?;
    Ok(Tagged(site.version, SiteBody::of(site, None)))
}

/// Changes a site; the same as PATCH.
#[utoipa::path(put, path = "/api/v6/sites/{id}", params(("id" = Uuid, Path)), request_body = SiteChange,
    responses((status = 200, body = SiteBody),
        (status = 409, description = "`slug_taken`", body = parking_http::Problem, content_type = "application/problem+json"),
        (status = 412, description = "It was changed meanwhile", body = parking_http::Problem, content_type = "application/problem+json")))]
pub(super) async fn put_site(
    state: State<Estate>,
    caller: Caller,
    id: Id,
    if_match: IfMatch,
    wanted: Json<SiteChange>,
) -> Result<Tagged<SiteBody>, ApiError> {
    patch_site(state, caller, id, if_match, wanted).await
}

/// Brings a deleted site back, without the bays that were deleted with it.
#[utoipa::path(post, path = "/api/v6/sites/{id}/restore", params(("id" = Uuid, Path)),
    responses((status = 200, body = SiteBody),
        (status = 409, description = "`slug_taken`, `limit_reached`", body = parking_http::Problem, content_type = "application/problem+json")))]
pub(super) async fn restore_site(
    State(estate): State<Estate>,
    caller: Caller,
    Id(id): Id,
) -> Result<Tagged<SiteBody>, ApiError> {
    let mut tx = view::change(&estate.db, &caller).await?;
    let site = restore(&mut tx, &By::caller(&caller), id, estate.clock.now()).await?;
    tx.commit().await?;
    Ok(Tagged(site.version, SiteBody::of(site, None)))
}

/// Lets all lamps of a site show one thing at once, whatever its bays are, until somebody takes it
/// back. Sent again, it turns to the other kind.
#[utoipa::path(put, path = "/api/v6/sites/{id}/emergency", params(("id" = Uuid, Path)), request_body = EmergencyDraft,
    responses((status = 200, body = SiteBody)))]
pub(super) async fn start_site_emergency(
    State(estate): State<Estate>,
    caller: Caller,
    Id(id): Id,
    Json(wanted): Json<EmergencyDraft>,
) -> Result<Tagged<SiteBody>, ApiError> {
    let reason = wanted.reason()?;
    let mut tx = view::change(&estate.db, &caller).await?;
    let (maker, now) = (Maker::caller(&caller), estate.clock.now());
    let site = start_emergency(&mut tx, &maker, id, (wanted.kind, &reason), now).await?;
    tx.commit().await?;
    Ok(Tagged(site.version, SiteBody::of(site, None)))
}

/// Lets the lamps of a site show again what its bays are.
#[utoipa::path(delete, path = "/api/v6/sites/{id}/emergency", params(("id" = Uuid, Path)), responses((status = 200, body = SiteBody)))]
pub(super) async fn end_site_emergency(
    State(estate): State<Estate>,
    caller: Caller,
    Id(id): Id,
) -> Result<Tagged<SiteBody>, ApiError> {
    let mut tx = view::change(&estate.db, &caller).await?;
    let (maker, now) = (Maker::caller(&caller), estate.clock.now());
    let site = end_emergency(&mut tx, &maker, id, now).await?;
    tx.commit().await?;
    Ok(Tagged(site.version, SiteBody::of(site, None)))
}
