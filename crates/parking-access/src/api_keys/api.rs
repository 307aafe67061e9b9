//! Managing API keys.

use std::collections::BTreeSet;

use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use chrono::{DateTime, Utc};
use ipnet::IpNet;
use parking_db::Db;
use parking_domain::access::{Permission, Role, Scope};
use parking_domain::clock::Clock;
use parking_domain::text::Name;
use parking_http::page::{List, PageParams};
use parking_http::wire::instant;
use parking_http::{
    Access, Actor, ApiError, Caller, Code, Id, IfMatch, Json, PageExtent, Routes, Tagged, Wrong,
    sorted_by,
};
use secrecy::ExposeSecret as _;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::routes;
use uuid::Uuid;

use super::store::{self, Filter};
use super::{Key, KeyChange, KeyDraft, KeyError, Maker, change, create, revoke};
use crate::audit::By;
use crate::wire::{self, Change};

/// The most addresses a key lists.
const ALLOWED_IPS_MAX: usize = 50;

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

/// A key to be made.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ApiKeyDraft {
    #[schema(value_type = wire::Name)]
    name: String,
    /// The role it never exceeds; at most one's own.
    #[schema(value_type = wire::KeyRole)]
    role: String,
    /// What it may be used for.
    #[schema(value_type = Vec<wire::Scope>, min_items = 1, max_items = 16)]
    scopes: Vec<String>,
    /// When it stops working; never, if absent.
    #[serde(default, deserialize_with = "instant")]
    expires_at: Option<DateTime<Utc>>,
    /// Addresses or networks it may come from; anywhere, if empty.
    #[serde(default)]
    #[schema(max_items = 50)]
    allowed_ips: Vec<String>,
    /// How fast it may ask, at most as fast as its tenant; like everybody, if absent.
    #[schema(minimum = 1, maximum = 100_000)]
    requests_per_minute: Option<i32>,
}

/// What is to change about a key. What is absent stays as it is; `null` clears.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ApiKeyChange {
    #[schema(value_type = Option<wire::Name>)]
    name: Option<String>,
    #[schema(value_type = Option<wire::KeyRole>)]
    role: Option<String>,
    #[schema(value_type = Option<Vec<wire::Scope>>, min_items = 1, max_items = 16)]
    scopes: Option<Vec<String>>,
    #[serde(default, deserialize_with = "instant")]
    #[schema(value_type = Option<DateTime<Utc>>)]
    expires_at: Change<DateTime<Utc>>,
    #[schema(max_items = 50)]
    allowed_ips: Option<Vec<String>>,
    #[serde(default)]
    #[schema(value_type = Option<i32>, minimum = 1, maximum = 100_000)]
    requests_per_minute: Change<i32>,
}

/// A key without its secret.
#[derive(Debug, Serialize, ToSchema)]
struct ApiKey {
    id: Uuid,
    name: String,
    /// How the key begins: `pk_<public id>`.
    prefix: String,
    status: KeyStatus,
    #[schema(value_type = wire::KeyRole)]
    role: String,
    #[schema(value_type = Vec<wire::Scope>)]
    scopes: Vec<String>,
    allowed_ips: Vec<String>,
    requests_per_minute: Option<i32>,
    expires_at: Option<DateTime<Utc>>,
    /// When it was last used, to half a minute.
    last_used_at: Option<DateTime<Utc>>,
    last_used_ip: Option<String>,
    revoked_at: Option<DateTime<Utc>>,
    created_by: Option<KeyMaker>,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

/// Who made a key.
#[derive(Debug, Serialize, ToSchema)]
struct KeyMaker {
    id: Uuid,
    name: Option<String>,
}

/// A key with its secret, the only time it is shown.
#[derive(Debug, Serialize, ToSchema)]
struct MadeApiKey {
    #[serde(flatten)]
    api_key: ApiKey,
    /// The whole key. Keep it; it cannot be shown again.
    key: String,
}

/// A page of keys.
#[derive(Debug, Serialize, ToSchema)]
struct ApiKeyPage {
    api_keys: Vec<ApiKey>,
    #[serde(flatten)]
    page: PageExtent,
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

/// Whether a key works.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum KeyStatus {
    Active,
    Expired,
    Revoked,
}

impl KeyStatus {
    fn name(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Expired => "expired",
            Self::Revoked => "revoked",
        }
    }
}

impl ApiKey {
    fn of(key: Key, now: DateTime<Utc>) -> Self {
        let status = if key.revoked_at.is_some() {
            KeyStatus::Revoked
        } else if key.expires_at.is_some_and(|end| end <= now) {
            KeyStatus::Expired
        } else {
            KeyStatus::Active
        };
        Self {
            id: key.id,
            name: key.name,
            prefix: format!("pk_{}", key.public_id),
            status,
            role: key.role,
            scopes: key.scopes,
            allowed_ips: key.allowed_ips,
            requests_per_minute: key.requests_per_minute,
            expires_at: key.expires_at,
            last_used_at: key.last_used_at,
            last_used_ip: key.last_used_ip,
            revoked_at: key.revoked_at,
            created_by: key.created_by.map(|id| KeyMaker {
                id,
                name: key.created_by_name,
            }),
            created_at: key.created_at,
            updated_at: key.updated_at,
        }
    }
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

/// Reads the fields of a key, and collects what is wrong with them.
trait KeyFields {
    fn role(&mut self, role: &str) -> Option<Role>;
    fn scopes(&mut self, scopes: &[String]) -> Option<Vec<Scope>>;
    fn allowed_ips(&mut self, ips: &[String]) -> Option<Vec<IpNet>>;
    fn rate(&mut self, rate: Option<i32>);
}

impl KeyFields for Wrong {
    fn role(&mut self, role: &str) -> Option<Role> {
        let read = role.parse().ok().filter(|role| *role <= Role::Owner);
        self.read(
            "role",
            read.ok_or("must be one of: viewer, operator, admin, owner"),
        )
    }

    fn scopes(&mut self, scopes: &[String]) -> Option<Vec<Scope>> {
        if scopes.is_empty() {
            return self.read("scopes", Err("must name at least one scope"));
        }
        let read: Result<BTreeSet<Scope>, String> = scopes
            .iter()
            .map(|scope| {
                scope
                    .parse()
                    .map_err(|_| format!("{scope:?} is not a scope"))
            })
            .collect();
        self.read("scopes", read)
            .map(|scopes| scopes.into_iter().collect())
    }

    fn allowed_ips(&mut self, ips: &[String]) -> Option<Vec<IpNet>> {
        if ips.len() > ALLOWED_IPS_MAX {
            return self.read(
                "allowed_ips",
                Err(format!("must have at most {ALLOWED_IPS_MAX} entries")),
            );
        }
        let net = |ip: &String| {
            ip.parse::<IpNet>()
                .or_else(|_| {
                    ip.parse::<std::net::IpAddr>()
                        .map(|ip| IpNet::from(ip.to_canonical()))
                })
                .map_err(|_| {
                    format!("{ip:?} is neither an address nor a network such as 192.0.2.0/24")
                })
        };
        self.read("allowed_ips", ips.iter().map(net).collect())
    }

    fn rate(&mut self, rate: Option<i32>) {
        if rate.is_some_and(|rate| !(1..=100_000).contains(&rate)) {
            self.read::<(), _>("requests_per_minute", Err("must be from 1 to 100000"));
        }
    }
}

impl ApiKeyDraft {
    fn read(self) -> Result<KeyDraft, ApiError> {
        let mut wrong = Wrong::default();
        let name = wrong.read("name", Name::parse(&self.name));
        let role = wrong.role(&self.role);
        let scopes = wrong.scopes(&self.scopes);
        let allowed_ips = wrong.allowed_ips(&self.allowed_ips);
        wrong.rate(self.requests_per_minute);
        let (expires_at, requests_per_minute) = (self.expires_at, self.requests_per_minute);
        let new = (|| {
            let (name, role, scopes, allowed_ips) = (name?, role?, scopes?, allowed_ips?);
            Some(KeyDraft {
                name,
                role,
                scopes,
                expires_at,
                allowed_ips,
                requests_per_minute,
            })
        })();
        wrong.settle(new)
    }
}

impl ApiKeyChange {
    fn read(self) -> Result<KeyChange, ApiError> {
        let mut wrong = Wrong::default();
        let name = self
            .name
            .and_then(|name| wrong.read("name", Name::parse(&name)));
        let role = self.role.and_then(|role| wrong.role(&role));
        let scopes = self.scopes.and_then(|scopes| wrong.scopes(&scopes));
        let allowed_ips = self.allowed_ips.and_then(|ips| wrong.allowed_ips(&ips));
        wrong.rate(self.requests_per_minute.value());
        let (expires_at, requests_per_minute) = (self.expires_at, self.requests_per_minute);
        wrong.settle(Some(KeyChange {
            name,
            role,
            scopes,
            expires_at,
            allowed_ips,
            requests_per_minute,
        }))
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
