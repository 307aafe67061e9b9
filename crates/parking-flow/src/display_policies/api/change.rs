//! Making, changing, activating and deleting display policies.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use parking_db::TenantTx;
use parking_estate::{Maker, view};
use parking_http::{Answer, ApiError, Caller, Id, IfMatch, Json, Once, Tagged};

use super::super::{activate, change, create, deactivate, delete};
use super::bodies::{ActivatedPolicyBody, DisplayPolicyBody};
use super::wire::{DisplayPolicyChange, DisplayPolicyDraft};
use crate::Flow;

/// Makes a display policy, for all sites or for one. It does not govern before it is activated. An
/// `Idempotency-Key` repeats the answer of an earlier request.
#[utoipa::path(post, path = "/api/v6/display-policies", request_body = DisplayPolicyDraft,
    responses((status = 201, body = DisplayPolicyBody, headers(("Location" = String, description = "Where the policy is"))),
        (status = 409, description = "`name_taken`, `limit_reached`, `idempotency_key_reused`", body = parking_http::Problem, content_type = "application/problem+json")))]
pub(super) async fn create_display_policy(
    State(flow): State<Flow>,
    caller: Caller,
    request: Once<DisplayPolicyDraft>,
) -> Result<Response, ApiError> {
    view::must_own(&caller)?;
    let (maker, now) = (Maker::caller(&caller), flow.clock.now());
    let operate = async |tx: &mut TenantTx, draft: DisplayPolicyDraft| {
        let (site, fields) = draft.read()?;
        let wanted = (site, fields, maker.name.as_str());
        let policy = create(tx, &maker.by, wanted, now).await?;
        let location = format!("/api/v6/display-policies/{}", policy.id);
        Answer::created(location, policy.version, &DisplayPolicyBody::from(policy))
    };
    request.run(&flow.db, &caller, now, operate).await
}

/// Changes a display policy. If it governs, lamps follow.
#[utoipa::path(patch, path = "/api/v6/display-policies/{id}", params(("id" = Uuid, Path)), request_body = DisplayPolicyChange,
    responses((status = 200, body = DisplayPolicyBody),
        (status = 409, description = "`name_taken`", body = parking_http::Problem, content_type = "application/problem+json"),
        (status = 412, description = "It was changed meanwhile", body = parking_http::Problem, content_type = "application/problem+json")))]
pub(super) async fn patch_display_policy(
    State(flow): State<Flow>,
    caller: Caller,
    Id(id): Id,
    if_match: IfMatch,
    Json(wanted): Json<DisplayPolicyChange>,
) -> Result<Tagged<DisplayPolicyBody>, ApiError> {
    let mut tx = view::change(&flow.db, &caller).await?;
    let (maker, now) = (Maker::caller(&caller), flow.clock.now());
    let onto = |fields: &mut _| wanted.onto(fields);
    let policy = change::<ApiError>(&mut tx, &maker.by, (id, &if_match), onto, now).await?;
    tx.commit().await?;
    Ok(Tagged(policy.version, policy.into()))
}

/// Deletes a display policy that does not govern.
#[utoipa::path(delete, path = "/api/v6/display-policies/{id}", params(("id" = Uuid, Path)),
    responses((status = 204, description = "It is deleted"),
        (status = 409, description = "`in_use`: it is active", body = parking_http::Problem, content_type = "application/problem+json"),
        (status = 412, description = "It was changed meanwhile", body = parking_http::Problem, content_type = "application/problem+json")))]
pub(super) async fn delete_display_policy(
    State(flow): State<Flow>,
    caller: Caller,
    Id(id): Id,
    if_match: IfMatch,
) -> Result<StatusCode, ApiError> {
    let mut tx = view::change(&flow.db, &caller).await?;
    let (maker, now) = (Maker::caller(&caller), flow.clock.now());
    delete(&mut tx, &maker.by, (id, &if_match), now).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Lets a display policy govern its site, or all sites, in place of the one that did. The answer
/// names that one, by which the step can be taken back.
#[utoipa::path(post, path = "/api/v6/display-policies/{id}/activate", params(("id" = Uuid, Path)),
    responses((status = 200, body = ActivatedPolicyBody),
        (status = 412, description = "It was changed meanwhile", body = parking_http::Problem, content_type = "application/problem+json")))]
pub(super) async fn activate_display_policy(
    State(flow): State<Flow>,
    caller: Caller,
    Id(id): Id,
    if_match: IfMatch,
) -> Result<Tagged<ActivatedPolicyBody>, ApiError> {
    let mut tx = view::change(&flow.db, &caller).await?;
    let (maker, now) = (Maker::caller(&caller), flow.clock.now());
    let (policy, replaced) = activate(&mut tx, &maker.by, (id, &if_match), now).await?;
    tx.commit().await?;
    let version = policy.version;
    let display_policy = policy.into();
    let body = ActivatedPolicyBody {
        display_policy,
        replaced_id: replaced,
    };
    Ok(Tagged(version, body))
}

/// Takes a display policy out of force: its site is governed as all others again, or all of them by
/// the standard.
#[utoipa::path(post, path = "/api/v6/display-policies/{id}/deactivate", params(("id" = Uuid, Path)),
    responses((status = 200, body = DisplayPolicyBody),
        (status = 412, description = "It was changed meanwhile", body = parking_http::Problem, content_type = "application/problem+json")))]
pub(super) async fn deactivate_display_policy(
    State(flow): State<Flow>,
    caller: Caller,
    Id(id): Id,
    if_match: IfMatch,
) -> Result<Tagged<DisplayPolicyBody>, ApiError> {
    let mut tx = view::change(&flow.db, &caller).await?;
    let (maker, now) = (Maker::caller(&caller), flow.clock.now());
    let policy = deactivate(&mut tx, &maker.by, (id, &if_match), now).await?;
    tx.commit().await?;
    Ok(Tagged(policy.version, policy.into()))
}
