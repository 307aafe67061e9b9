//! What answers about API keys look like.

use chrono::{DateTime, Utc};
use parking_http::PageExtent;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::super::Key;
use crate::wire;

/// A key without its secret.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ApiKey {
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
pub(super) struct MadeApiKey {
    #[serde(flatten)]
    pub(super) api_key: ApiKey,
    /// The whole key. Keep it; it cannot be shown again.
    pub(super) key: String,
}

/// A page of keys.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ApiKeyPage {
    pub(super) api_keys: Vec<ApiKey>,
    #[serde(flatten)]
    pub(super) page: PageExtent,
}

/// Whether a key works.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum KeyStatus {
    Active,
    Expired,
    Revoked,
}

impl KeyStatus {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Expired => "expired",
            Self::Revoked => "revoked",
        }
    }
}

impl ApiKey {
    pub(super) fn of(key: Key, now: DateTime<Utc>) -> Self {
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
