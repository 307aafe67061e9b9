//! Managing API keys.

mod bodies;
mod wire;

use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use parking_db::Db;
use parking_domain::access::Permission;
use parking_domain::clock::Clock;
use parking_http::page::{List, PageParams};
use parking_http::{
    Access, Actor, ApiError, Caller, Code, Id, IfMatch, Json, PageExtent, Routes, Tagged, sorted_by,
};
use secrecy::ExposeSecret as _;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::routes;

use super::store::{self, Filter};
use super::{KeyError, Maker, change, create, revoke};
use crate::audit::By;
use bodies::{ApiKey, ApiKeyPage, KeyStatus, MadeApiKey};
use wire::{ApiKeyChange, ApiKeyDraft};

/// What the list can be sorted by.
const COLUMNS: &[(&str, &str)] = &[
    ("-created_at", "k.created_at"),
    ("name", "lower(k.name)"),
    ("last_used_at", "k.last_used_at nulls last"),
    ("expires_at", "k.expires_at nulls last"),
];

/// What the slice works with.
#[derive(Clone, Debug)]
pub struct ApiKeys {
    /// The database.
    pub db: Db,
    /// The time.
    pub clock: Clock,
}

/// The routes of API keys.
pub fn routes(state: ApiKeys) -> Routes {
    let access = Access::Needs(Permission::ApiKeysManage);
    // A key that makes keys, or changes its own, outlives every bound that was put on it.
    let making = Access::PersonWith(Permission::ApiKeysManage);
    Routes::new("API keys")
        .add(access, sorted_by(COLUMNS, routes!(list_keys)))
        .add(making, routes!(create_key))
        .add(access, routes!(get_key, revoke_key))
        .add(making, routes!(patch_key, put_key))
        .with_state(state)
}

/// Which keys are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct KeyFilter {
    /// Whether the key works.
    #[param(inline)]
    status: Option<KeyStatus>,
}

impl From<KeyError> for ApiError {
    fn from(error: KeyError) -> Self {
        match error {
            KeyError::Absent => Self::not_found(),
            KeyError::Revoked => Self::new(Code::Conflict).detail("The key is revoked"),
            KeyError::TooFast(limit) => Self::field(
                "requests_per_minute",
                format!("must be at most {limit}, the tenant's"),
            ),
            KeyError::RoleTooHigh => Self::new(Code::RoleTooHigh),
            KeyError::AlreadyExpired => Self::field("expires_at", "must lie in the future"),
            KeyError::Stale => Self::new(Code::PreconditionFailed),
            KeyError::Db(error) => error.into(),
        }
    }
}

fn maker(caller: &Caller) -> Maker {
    let user = match caller.identity.actor {
        Actor::User { id, .. } => Some(id),
        Actor::ApiKey { .. } => None,
    };
    Maker {
        by: By::caller(caller),
        user,
        role: caller.role(),
    }
}

/// The tenant's API keys, newest first.
#[utoipa::path(get, path = "/api/v6/api-keys", params(PageParams, KeyFilter), responses((status = 200, body = ApiKeyPage)))]
async fn list_keys(
    State(keys): State<ApiKeys>,
    caller: Caller,
    List { page, filter }: List<KeyFilter>,
) -> Result<axum::Json<ApiKeyPage>, ApiError> {
    let order = page.order_by(COLUMNS, "k.id")?;
    let now = keys.clock.now();
    let pattern = page.pattern();
    let filter = Filter {
        status: filter.status.map(KeyStatus::name),
        pattern: pattern.as_deref(),
        now,
    };
    let mut tx = keys.db.tenant(caller.tenant()).await?;
    let (found, total) = store::list(&mut tx, filter, &order, page.offset, page.size).await?;
    let api_keys = found.into_iter().map(|key| ApiKey::of(key, now)).collect();
    Ok(axum::Json(ApiKeyPage {
        api_keys,
        page: PageExtent::of_tenant(&page, total, caller.tenant()),
    }))
}

/// Makes a key. Its secret is in the answer and nowhere else, so an `Idempotency-Key` is not
/// honoured: a lost answer means a lost key, to be revoked.
#[utoipa::path(post, path = "/api/v6/api-keys", request_body = ApiKeyDraft, responses((status = 201, body = MadeApiKey,
    headers(("Location" = String, description = "Where the key is")))))]
async fn create_key(
    State(keys): State<ApiKeys>,
    caller: Caller,
    Json(new): Json<ApiKeyDraft>,
) -> Result<Response, ApiError> {
    let (new, now) = (new.read()?, keys.clock.now());
    let mut tx = keys.db.tenant(caller.tenant()).await?;
    let (key, shown) = create(&mut tx, &maker(&caller), new, now).await?;
    tx.commit().await?;
    let location = format!("/api/v6/api-keys/{}", key.id);
    let made = MadeApiKey {
        api_key: ApiKey::of(key, now),
        key: shown.expose_secret().to_owned(),
    };
    let mut response = (StatusCode::CREATED, axum::Json(made)).into_response();
    if let Ok(location) = HeaderValue::from_str(&location) {
        response.headers_mut().insert(header::LOCATION, location);
    }
    Ok(response)
}

/// One key, without its secret.
#[utoipa::path(get, path = "/api/v6/api-keys/{id}", params(("id" = Uuid, Path)), responses((status = 200, body = ApiKey)))]
async fn get_key(
    State(keys): State<ApiKeys>,
    caller: Caller,
    Id(id): Id,
) -> Result<Tagged<ApiKey>, ApiError> {
    let mut tx = keys.db.tenant(caller.tenant()).await?;
    let key = store::find(&mut tx, id)
        .await?
        .ok_or_else(ApiError::not_found)?;
    Ok(Tagged(key.version, ApiKey::of(key, keys.clock.now())))
}

/// Changes a key that is not revoked.
#[utoipa::path(patch, path = "/api/v6/api-keys/{id}", params(("id" = Uuid, Path)), request_body = ApiKeyChange,
    responses((status = 200, body = ApiKey), (status = 409, description = "It is revoked", body = parking_http::Problem, content_type = "application/problem+json"),
        (status = 412, description = "It was changed meanwhile", body = parking_http::Problem, content_type = "application/problem+json")))]
async fn patch_key(
    State(keys): State<ApiKeys>,
    caller: Caller,
    Id(id): Id,
    if_match: IfMatch,
    Json(wanted): Json<ApiKeyChange>,
) -> Result<Tagged<ApiKey>, ApiError> {
    let (wanted, now) = (wanted.read()?, keys.clock.now());
    let mut tx = keys.db.tenant(caller.tenant()).await?;
    let key = change(&mut tx, &maker(&caller), (id, &if_match), wanted, now).await?;
    tx.commit().await?;
    Ok(Tagged(key.version, ApiKey::of(key, now)))
}

/// Changes a key that is not revoked; the same as PATCH.
#[utoipa::path(put, path = "/api/v6/api-keys/{id}", params(("id" = Uuid, Path)), request_body = ApiKeyChange,
    responses((status = 200, body = ApiKey), (status = 409, description = "It is revoked", body = parking_http::Problem, content_type = "application/problem+json"),
        (status = 412, description = "It was changed meanwhile", body = parking_http::Problem, content_type = "application/problem+json")))]
async fn put_key(
    state: State<ApiKeys>,
    caller: Caller,
    id: Id,
    if_match: IfMatch,
    wanted: Json<ApiKeyChange>,
) -> Result<Tagged<ApiKey>, ApiError> {
    patch_key(state, caller, id, if_match, wanted).await
}

/// Revokes a key for good. Programs that use it are refused at once.
#[utoipa::path(delete, path = "/api/v6/api-keys/{id}", params(("id" = Uuid, Path)),
    responses((status = 204, description = "It is revoked"), (status = 412, description = "It was changed meanwhile", body = parking_http::Problem, content_type = "application/problem+json")))]
async fn revoke_key(
    State(keys): State<ApiKeys>,
    caller: Caller,
    Id(id): Id,
    if_match: IfMatch,
) -> Result<StatusCode, ApiError> {
    let mut tx = keys.db.tenant(caller.tenant()).await?;
    revoke(&mut tx, &maker(&caller), (id, &if_match), keys.clock.now()).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}
