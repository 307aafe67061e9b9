//! The first person of an installation, made from its command line.

use chrono::{DateTime, Utc};
use parking_db::{DbError, PlatformTx};
use parking_domain::ids::{TenantId, fresh};
use parking_domain::text::{Email, Language, Name};
use serde_json::json;
use uuid::Uuid;

use super::people::UserDraft;
use super::store::{sessions, users};
use crate::audit::{self, By, Entry};

/// Somebody who is to run the installation.
#[derive(Clone, Debug)]
pub struct Administrator {
    /// Their address. An account that has it is promoted and gets the password.
    pub email: Email,
    /// Their name, for an account that is made.
    pub name: Name,
    /// Their password as [`Hasher::hash`](super::Hasher::hash) made it.
    pub password_hash: String,
    /// Their language, for an account that is made.
    pub language: Language,
}

/// Whether anybody can sign in to run the installation.
pub async fn has_administrator(tx: &mut PlatformTx) -> Result<bool, DbError> {
    users::has_platform_admin(tx.conn()).await
}

/// Makes somebody an active platform admin with this password, and returns their account. The
/// platform tenant must exist. Their sessions end: whoever knew another password is out.
pub async fn create_administrator(
    tx: &mut PlatformTx,
    administrator: Administrator,
    now: DateTime<Utc>,
) -> Result<Uuid, DbError> {
    let wanted = UserDraft {
        id: fresh(),
        email: administrator.email,
        name: administrator.name,
        password_hash: administrator.password_hash,
        language: administrator.language,
    };
    let id = users::upsert_administrator(tx.conn(), &wanted, now).await?;
    let is_promoted = users::upsert_platform_admin(tx.conn(), fresh(), id, now).await?;
    sessions::end_all(tx.conn(), id, None, "password_changed", now).await?;
    let entry = Entry {
        action: if id == wanted.id {
            "user.created"
        } else {
            "user.password_changed"
        },
        entity_type: "user",
        entity_id: Some(id.to_string()),
        entity_name: Some(wanted.name.as_str()),
        new: Some(json!({ "email": wanted.email.as_str(), "is_promoted": is_promoted })),
        ..Entry::default()
    };
    let by = By::system("command line");
    audit::append(tx.conn(), TenantId::PLATFORM, &by, now, entry).await?;
    Ok(id)
}
