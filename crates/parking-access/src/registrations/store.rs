//! The SQL of registrations.

use chrono::{DateTime, Utc};
use parking_db::Result;
use parking_domain::text::Slug;
use sqlx::PgConnection;
use uuid::Uuid;

use super::{Asked, Wish};

pub(super) async fn insert(
    conn: &mut PgConnection,
    id: Uuid,
    wish: &Wish,
    now: DateTime<Utc>,
    expires_at: DateTime<Utc>,
) -> Result<()> {
    sqlx::query!(
        "insert into registrations (id, email, email_key, name, tenant_name, tenant_slug, language, created_at, expires_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        id,
        wish.email.as_str(),
        wish.email.key(),
        wish.name.as_str(),
        wish.tenant_name.as_str(),
        wish.tenant_slug.as_ref().map(Slug::as_str),
        wish.language.code(),
        now,
        expires_at,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// A registration that waits for its letter, and whether its address has an account already.
pub(super) async fn find(conn: &mut PgConnection, id: Uuid) -> Result<Option<Asked>> {
    let asked = sqlx::query_as!(
        Asked,
        r#"select r.id, r.email, r.name, r.tenant_name, r.tenant_slug, r.language,
             exists (select from users u where u.email_key = r.email_key) as "has_account!"
           from registrations r where r.id = $1 and r.completed_at is null"#,
        id,
    )
    .fetch_optional(conn)
    .await?;
    Ok(asked)
}

/// The same by the token of its letter, as long as the letter is good.
pub(super) async fn find_by_token(
    conn: &mut PgConnection,
    hash: &[u8],
    now: DateTime<Utc>,
) -> Result<Option<Asked>> {
    let asked = sqlx::query_as!(
        Asked,
        r#"select r.id, r.email, r.name, r.tenant_name, r.tenant_slug, r.language,
             exists (select from users u where u.email_key = r.email_key) as "has_account!"
           from registrations r where r.token_hash = $1 and r.completed_at is null and r.expires_at > $2"#,
        hash,
        now,
    )
    .fetch_optional(conn)
    .await?;
    Ok(asked)
}

pub(super) async fn set_token(conn: &mut PgConnection, id: Uuid, hash: &[u8]) -> Result<()> {
    sqlx::query!(
        "update registrations set token_hash = $2 where id = $1",
        id,
        hash
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Closes a registration; false if somebody else was faster.
pub(super) async fn complete(
    conn: &mut PgConnection,
    id: Uuid,
    now: DateTime<Utc>,
) -> Result<bool> {
    let completed = sqlx::query!(
        "update registrations set completed_at = $2 where id = $1 and completed_at is null",
        id,
        now,
    )
    .execute(conn)
    .await?;
    Ok(completed.rows_affected() == 1)
}

/// Forgets some registrations that ran out before an instant.
pub(super) async fn delete_expired(
    conn: &mut PgConnection,
    before: DateTime<Utc>,
    limit: i64,
) -> Result<u64> {
    let deleted = sqlx::query!(
        "delete from registrations where id in (
           select id from registrations where expires_at < $1 limit $2)",
        before,
        limit,
    )
    .execute(conn)
    .await?;
    Ok(deleted.rows_affected())
}
