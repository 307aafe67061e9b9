//! Making, changing and deleting bays one by one, and a site with all of them.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use parking_access::audit::By;
use parking_db::TenantTx;
use parking_http::{Answer, ApiError, Caller, Id, IfMatch, Json, Once, Query, Tagged};
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

use super::super::closing::{Fate, close_site};
use super::super::{change, create, delete, restore};
use super::bodies::SpaceBody;
use super::list::read_one;
use super::wire::{SpaceChange, SpaceDraft};
use crate::{Estate, view};

/// Makes a bay. An `Idempotency-Key` repeats the answer of an earlier request.
#[utoipa::path(post, path = "/api/v6/spaces", request_body = SpaceDraft,
    responses((status = 404, description = "There is no such site", body = parking_http::Problem, content_type = "application/problem+json"),
        (status = 201, body = SpaceBody, headers(("Location" = String, description = "Where the bay is"))),
        (status = 409, description = "`code_taken`, `limit_reached`, `idempotency_key_reused`", body = parking_http::Problem, content_type = "application/problem+json")))]
pub(super) async fn create_space(
    State(estate): State<Estate>,
    caller: Caller,
    request: Once<SpaceDraft>,
) -> Result<Response, ApiError> {
    view::must_own(&caller)?;
    let (by, now) = (By::caller(&caller), estate.clock.now());
    let operate = async |tx: &mut TenantTx, draft: SpaceDraft| {
        let site = draft.site_id;
        let ids = create(tx, &by, (site, &[draft.read()?]), now).await?;
        let id = ids.first().copied().unwrap_or_default();
        let Tagged(version, body) = read_one(tx.conn(), id, now).await?;
        Answer::created(format!("/api/v6/spaces/{id}"), version, &body)
    };
    request.run(&estate.db, &caller, now, operate).await
}

/// Changes a bay.
#[utoipa::path(patch, path = "/api/v6/spaces/{id}", params(("id" = Uuid, Path)), request_body = SpaceChange,
    responses((status = 200, body = SpaceBody),
        (status = 409, description = "`code_taken`", body = parking_http::Problem, content_type = "application/problem+json"),
        (status = 412, description = "It was changed meanwhile", body = parking_http::Problem, content_type = "application/problem+json")))]
pub(super) async fn patch_space(
    State(estate): State<Estate>,
    caller: Caller,
    Id(id): Id,
    if_match: IfMatch,
    Json(wanted): Json<SpaceChange>,
) -> Result<Tagged<SpaceBody>, ApiError> {
    let mut tx = view::change(&estate.db, &caller).await?;
    let (by, now) = (By::caller(&caller), estate.clock.now());
    let onto = |space: &mut _| wanted.clone().onto(space);
    change::<ApiError>(&mut tx, &by, &[id], &if_match, onto, now).await?;
    let body = read_one(tx.conn(), id, now).await?;
    tx.commit().await?;
    Ok(body)
}

/// Changes a bay; the same as PATCH.
#[utoipa::path(put, path = "/api/v6/spaces/{id}", params(("id" = Uuid, Path)), request_body = SpaceChange,
    responses((status = 200, body = SpaceBody),
        (status = 409, description = "`code_taken`", body = parking_http::Problem, content_type = "application/problem+json"),
        (status = 412, description = "It was changed meanwhile", body = parking_http::Problem, content_type = "application/problem+json")))]
pub(super) async fn put_space(
    state: State<Estate>,
    caller: Caller,
    id: Id,
    if_match: IfMatch,
    wanted: Json<SpaceChange>,
) -> Result<Tagged<SpaceBody>, ApiError> {
    patch_space(state, caller, id, if_match, wanted).await
}

/// Whether something goes although something else needs it.
#[derive(Clone, Copy, Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Force {
    /// Takes the devices off that serve it.
    #[serde(default)]
    #[param(required = false)]
    force: bool,
}

/// Deletes a bay; it can be restored.
#[utoipa::path(delete, path = "/api/v6/spaces/{id}", params(("id" = Uuid, Path), Force),
    responses((status = 204, description = "It is deleted"),
        (status = 409, description = "`in_use`: devices serve it, or it is reserved", body = parking_http::Problem, content_type = "application/problem+json"),
        (status = 412, description = "It was changed meanwhile", body = parking_http::Problem, content_type = "application/problem+json")))]
pub(super) async fn delete_space(
    State(estate): State<Estate>,
    caller: Caller,
    Id(id): Id,
    if_match: IfMatch,
    Query(Force { force }): Query<Force>,
) -> Result<StatusCode, ApiError> {
    let mut tx = view::change(&estate.db, &caller).await?;
    let (by, now) = (By::caller(&caller), estate.clock.now());
    delete(&mut tx, &by, (&[id], &if_match), force, now).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Brings a deleted bay back, without the devices that served it.
#[utoipa::path(post, path = "/api/v6/spaces/{id}/restore", params(("id" = Uuid, Path)),
    responses((status = 200, body = SpaceBody),
        (status = 409, description = "`code_taken`, `limit_reached`", body = parking_http::Problem, content_type = "application/problem+json")))]
pub(super) async fn restore_space(
    State(estate): State<Estate>,
    caller: Caller,
    Id(id): Id,
) -> Result<Tagged<SpaceBody>, ApiError> {
    let mut tx = view::change(&estate.db, &caller).await?;
    let now = estate.clock.now();
    restore(&mut tx, &By::caller(&caller), &[id], now).await?;
    let body = read_one(tx.conn(), id, now).await?;
    tx.commit().await?;
    Ok(body)
}

/// What becomes of the bays of a site that is deleted.
#[derive(Clone, Copy, Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Closing {
    /// Deletes its bays with it.
    #[serde(default)]
    #[param(required = false)]
    force: bool,
    /// Moves its bays and gateways to this site.
    move_to: Option<Uuid>,
}

/// Deletes a site; it can be restored. One with bays is refused, unless they move or go with it.
#[utoipa::path(delete, path = "/api/v6/sites/{id}", params(("id" = Uuid, Path), Closing),
    responses((status = 204, description = "It is deleted"),
        (status = 409, description = "`site_has_spaces`, `code_taken`", body = parking_http::Problem, content_type = "application/problem+json"),
        (status = 412, description = "It was changed meanwhile", body = parking_http::Problem, content_type = "application/problem+json")))]
pub(super) async fn delete_site(
    State(estate): State<Estate>,
    caller: Caller,
    Id(id): Id,
    if_match: IfMatch,
    Query(closing): Query<Closing>,
) -> Result<StatusCode, ApiError> {
    let fate = match closing {
        Closing {
            move_to: Some(_),
            force: true,
        } => {
            return Err(ApiError::field("move_to", "contradicts force"));
        }
        Closing {
            move_to: Some(to), ..
        } if to == id => {
            return Err(ApiError::field("move_to", "must be another site"));
        }
        Closing {
            move_to: Some(to), ..
        } => Fate::Move(to),
        Closing { force: true, .. } => Fate::Delete,
        Closing { .. } => Fate::None,
    };
    let mut tx = view::change(&estate.db, &caller).await?;
    let (by, now) = (By::caller(&caller), estate.clock.now());
    close_site(&mut tx, &by, (id, &if_match), fate, now).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}
