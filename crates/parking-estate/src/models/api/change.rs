//! Making, changing and deleting models of a tenant's own.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use parking_access::audit::By;
use parking_db::TenantTx;
use parking_http::{Answer, ApiError, Caller, Id, IfMatch, Json, Once, Tagged};

use super::super::{change, create, delete};
use super::wire::{ModelBody, ModelChange, ModelDraft};
use crate::{Estate, view};

/// Makes a model of the tenant's own. An `Idempotency-Key` repeats the answer of an earlier request.
#[utoipa::path(post, path = "/api/v6/device-models", request_body = ModelDraft,
    responses((status = 201, body = ModelBody, headers(("Location" = String, description = "Where the model is"))),
        (status = 409, description = "`slug_taken`, `limit_reached`, `idempotency_key_reused`", body = parking_http::Problem, content_type = "application/problem+json")))]
pub(super) async fn create_model(
    State(estate): State<Estate>,
    caller: Caller,
    request: Once<ModelDraft>,
) -> Result<Response, ApiError> {
    view::must_own(&caller)?;
    let (by, now) = (By::caller(&caller), estate.clock.now());
    let operate = async |tx: &mut TenantTx, draft: ModelDraft| {
        let model = create(tx, &by, draft.read()?, now).await?;
        let location = format!("/api/v6/device-models/{}", model.id);
        Answer::created(location, model.version, &ModelBody::of_own(&model))
    };
    request.run(&estate.db, &caller, now, operate).await
}

/// Changes a model of the tenant's own. What it is based on cannot change.
#[utoipa::path(patch, path = "/api/v6/device-models/{id}", params(("id" = Uuid, Path)), request_body = ModelChange,
    responses((status = 200, body = ModelBody),
        (status = 412, description = "It was changed meanwhile", body = parking_http::Problem, content_type = "application/problem+json")))]
pub(super) async fn patch_model(
    State(estate): State<Estate>,
    caller: Caller,
    Id(id): Id,
    if_match: IfMatch,
    Json(wanted): Json<ModelChange>,
) -> Result<Tagged<ModelBody>, ApiError> {
    let mut tx = view::change(&estate.db, &caller).await?;
    let (by, now) = (By::caller(&caller), estate.clock.now());
    let onto = |fields: &mut _| wanted.onto(fields);
    let model = change::<ApiError>(&mut tx, &by, (id, &if_match), onto, now).await?;
    tx.commit().await?;
    Ok(Tagged(model.version, ModelBody::of_own(&model)))
}

/// Deletes a model of the tenant's own that no device is of.
#[utoipa::path(delete, path = "/api/v6/device-models/{id}", params(("id" = Uuid, Path)),
    responses((status = 204, description = "It is deleted"),
        (status = 409, description = "`in_use`: devices are of this model", body = parking_http::Problem, content_type = "application/problem+json"),
        (status = 412, description = "It was changed meanwhile", body = parking_http::Problem, content_type = "application/problem+json")))]
pub(super) async fn delete_model(
    State(estate): State<Estate>,
    caller: Caller,
    Id(id): Id,
    if_match: IfMatch,
) -> Result<StatusCode, ApiError> {
    let mut tx = view::change(&estate.db, &caller).await?;
    let (by, now) = (By::caller(&caller), estate.clock.now());
    delete(&mut tx, &by, (id, &if_match), now).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}
