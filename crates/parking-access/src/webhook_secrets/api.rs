//! Managing webhook credentials.

use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use chrono::{DateTime, TimeDelta, Utc};
use parking_db::Db;
use parking_domain::access::Permission;
use parking_domain::clock::Clock;
use parking_domain::text::Name;
use parking_http::page::{List, NoFilter, PageParams};
use parking_http::{
    Access, Actor, ApiError, Caller, Code, Id, IfMatch, Json, PageExtent, Problem, Routes,
    sorted_by,
};
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::routes;
use uuid::Uuid;

use super::{Keeper, Secret, SecretError, create, revoke, rotate, store};
use crate::audit::By;
use crate::secrets::Vault;
use crate::wire;

/// The header signatures come in.
const HEADER: &str = "X-Webhook-Signature";

/// How long the credential before stays good unless asked otherwise.
const OVERLAP_HOURS: u32 = 24;

/// The longest it may stay good: a week.
const OVERLAP_HOURS_MAX: u32 = 168;

/// What the slice works with.
#[derive(Clone, Debug)]
pub struct WebhookSecrets {
    /// The database.
    pub db: Db,
    /// The time.
    pub clock: Clock,
    /// Where secrets are sealed.
    pub vault: Vault,
}

/// The routes of webhook credentials.
pub fn routes(state: WebhookSecrets) -> Routes {
    let access = Access::Needs(Permission::WebhookSecretsManage);
    // A secret has no end and no addresses; a key that has both must not come by one.
    let making = Access::PersonWith(Permission::WebhookSecretsManage);
    Routes::new("Webhook credentials")
        .add(access, sorted_by(COLUMNS, routes!(list_secrets)))
        .add(making, routes!(create_secret))
        .add(making, routes!(rotate_secret))
        .add(access, routes!(get_secret, revoke_secret))
        .with_state(state)
}

/// A credential to be made.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct WebhookSecretDraft {
    #[schema(value_type = Option<wire::Name>)]
    name: Option<String>,
}

/// How to rotate.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Rotation {
    /// How long the credential before stays good: 24 unless asked otherwise.
    #[schema(minimum = 0, maximum = 168)]
    overlap_hours: Option<u32>,
}

/// A credential without its secret.
#[derive(Debug, Serialize, ToSchema)]
struct WebhookSecret {
    id: Uuid,
    name: String,
    status: SecretStatus,
    created_at: DateTime<Utc>,
    /// When it stops being good, once it was rotated.
    expires_at: Option<DateTime<Utc>>,
    revoked_at: Option<DateTime<Utc>>,
    last_used_at: Option<DateTime<Utc>>,
    created_by: Option<SecretMaker>,
}

/// Whether a credential is good: a retiring one is, for a while.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum SecretStatus {
    Active,
    Retiring,
    Expired,
    Revoked,
}

/// Who made a credential.
#[derive(Debug, Serialize, ToSchema)]
struct SecretMaker {
    id: Uuid,
    name: Option<String>,
}

/// A credential with its secret, the only time it is shown.
#[derive(Debug, Serialize, ToSchema)]
struct MadeWebhookSecret {
    #[serde(flatten)]
    credential: WebhookSecret,
    /// The secret: 64 hex digits, used as text. Keep it; it cannot be shown again.
    secret: String,
    /// How messages are signed: HMAC with this hash over the raw body, in hex.
    algorithm: &'static str,
    /// The header the signature goes into.
    header_name: &'static str,
}

/// A page of credentials.
#[derive(Debug, Serialize, ToSchema)]
struct WebhookSecretPage {
    webhook_secrets: Vec<WebhookSecret>,
    #[serde(flatten)]
    page: PageExtent,
}

impl WebhookSecret {
    fn of(secret: Secret, now: DateTime<Utc>) -> Self {
        let status = match (secret.revoked_at, secret.expires_at) {
            (Some(_), _) => SecretStatus::Revoked,
            (None, None) => SecretStatus::Active,
            (None, Some(end)) if now < end => SecretStatus::Retiring,
            (None, Some(_)) => SecretStatus::Expired,
        };
        Self {
            id: secret.id,
            name: secret.name,
            status,
            created_at: secret.created_at,
            expires_at: secret.expires_at,
            revoked_at: secret.revoked_at,
            last_used_at: secret.last_used_at,
            created_by: secret.created_by.map(|id| SecretMaker {
                id,
                name: secret.created_by_name,
            }),
        }
    }
}

impl From<SecretError> for ApiError {
    fn from(error: SecretError) -> Self {
        match error {
            SecretError::Absent => Self::not_found(),
            SecretError::Exists => Self::new(Code::SecretExists),
            SecretError::NoneActive => Self::new(Code::NoActiveSecret),
            SecretError::Stale => Self::new(Code::PreconditionFailed),
            SecretError::Db(error) => error.into(),
        }
    }
}

fn keeper(caller: &Caller) -> Keeper {
    let user = match caller.identity.actor {
        Actor::User { id, .. } => Some(id),
        Actor::ApiKey { .. } => None,
    };
    Keeper {
        by: By::caller(caller),
        user,
    }
}

fn made(secret: Secret, shown: &SecretString, now: DateTime<Utc>) -> Response {
    let location = format!("/api/v6/webhook-secrets/{}", secret.id);
    let body = MadeWebhookSecret {
        credential: WebhookSecret::of(secret, now),
        secret: shown.expose_secret().to_owned(),
        algorithm: "sha256",
        header_name: HEADER,
    };
    let mut response = (StatusCode::CREATED, axum::Json(body)).into_response();
    if let Ok(location) = HeaderValue::from_str(&location) {
        response.headers_mut().insert(header::LOCATION, location);
    }
    response
}

/// What the list can be sorted by.
const COLUMNS: &[(&str, &str)] = &[("-created_at", "s.created_at")];

/// The tenant's webhook credentials, newest first.
#[utoipa::path(get, path = "/api/v6/webhook-secrets", params(PageParams), responses((status = 200, body = WebhookSecretPage)))]
async fn list_secrets(
    State(secrets): State<WebhookSecrets>,
    caller: Caller,
    List {
        page,
        filter: NoFilter {},
    }: List<NoFilter>,
) -> Result<axum::Json<WebhookSecretPage>, ApiError> {
    let (_, oldest_first) = page.order(COLUMNS)?;
    let mut tx = secrets.db.tenant(caller.tenant()).await?;
    let (found, total) =
        store::list(&mut tx, page.pattern().as_deref(), &page, oldest_first).await?;
    let now = secrets.clock.now();
    let webhook_secrets = found
        .into_iter()
        .map(|secret| WebhookSecret::of(secret, now))
        .collect();
    Ok(axum::Json(WebhookSecretPage {
        webhook_secrets,
        page: PageExtent::of_tenant(&page, total, caller.tenant()),
    }))
}

/// Makes the tenant's credential. The secret is in the answer and nowhere else, so an
/// `Idempotency-Key` is not honoured.
#[utoipa::path(post, path = "/api/v6/webhook-secrets", request_body = WebhookSecretDraft, responses(
    (status = 201, body = MadeWebhookSecret, headers(("Location" = String, description = "Where the credential is"))),
    (status = 409, description = "There is an active one: rotate it", body = Problem, content_type = "application/problem+json")))]
async fn create_secret(
    State(secrets): State<WebhookSecrets>,
    caller: Caller,
    Json(new): Json<WebhookSecretDraft>,
) -> Result<Response, ApiError> {
    let name = Name::parse(new.name.as_deref().unwrap_or("Webhook"))
        .map_err(|error| ApiError::field("name", error))?;
    let now = secrets.clock.now();
    let mut tx = secrets.db.tenant(caller.tenant()).await?;
    let (secret, shown) = create(&mut tx, &secrets.vault, &keeper(&caller), &name, now).await?;
    tx.commit().await?;
    Ok(made(secret, &shown, now))
}

/// Replaces the active credential. The one before stays good for the overlap, so senders can be
/// changed one by one; one that was still retiring from an earlier rotation ends now.
#[utoipa::path(post, path = "/api/v6/webhook-secrets/rotate", request_body = Rotation, responses(
    (status = 201, body = MadeWebhookSecret, headers(("Location" = String, description = "Where the credential is"))),
    (status = 409, description = "There is no active one to rotate", body = Problem, content_type = "application/problem+json")))]
async fn rotate_secret(
    State(secrets): State<WebhookSecrets>,
    caller: Caller,
    Json(rotation): Json<Rotation>,
) -> Result<Response, ApiError> {
    let hours = rotation.overlap_hours.unwrap_or(OVERLAP_HOURS);
    if hours > OVERLAP_HOURS_MAX {
        return Err(ApiError::field(
            "overlap_hours",
            format!("must be from 0 to {OVERLAP_HOURS_MAX}"),
        ));
    }
    let now = secrets.clock.now();
    let mut tx = secrets.db.tenant(caller.tenant()).await?;
    let overlap = TimeDelta::hours(i64::from(hours));
    let (secret, shown) = rotate(&mut tx, &secrets.vault, &keeper(&caller), overlap, now).await?;
    tx.commit().await?;
    Ok(made(secret, &shown, now))
}

/// One credential, without its secret.
#[utoipa::path(get, path = "/api/v6/webhook-secrets/{id}", params(("id" = Uuid, Path)), responses((status = 200, body = WebhookSecret)))]
async fn get_secret(
    State(secrets): State<WebhookSecrets>,
    caller: Caller,
    Id(id): Id,
) -> Result<parking_http::Tagged<WebhookSecret>, ApiError> {
    let mut tx = secrets.db.tenant(caller.tenant()).await?;
    let secret = store::find(&mut tx, id)
        .await?
        .ok_or_else(ApiError::not_found)?;
    Ok(parking_http::Tagged(
        secret.version,
        WebhookSecret::of(secret, secrets.clock.now()),
    ))
}

/// Ends a credential at once.
#[utoipa::path(delete, path = "/api/v6/webhook-secrets/{id}", params(("id" = Uuid, Path)), responses(
    (status = 204, description = "It is revoked"),
    (status = 412, description = "It was changed meanwhile", body = Problem, content_type = "application/problem+json")))]
async fn revoke_secret(
    State(secrets): State<WebhookSecrets>,
    caller: Caller,
    Id(id): Id,
    if_match: IfMatch,
) -> Result<StatusCode, ApiError> {
    let mut tx = secrets.db.tenant(caller.tenant()).await?;
    revoke(
        &mut tx,
        &keeper(&caller),
        (id, &if_match),
        secrets.clock.now(),
    )
    .await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}
