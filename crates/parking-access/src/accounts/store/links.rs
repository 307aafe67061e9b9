//! The SQL of mailed links: reset a password, confirm an address.

use chrono::{DateTime, Utc};
use parking_db::Result;
use sqlx::PgConnection;
use uuid::Uuid;

use super::super::recovery::{Link, Purpose};

pub(in super::super) async fn insert(
    conn: &mut PgConnection,
    hash: &[u8],
    user: Uuid,
    purpose: Purpose,
    now: DateTime<Utc>,
    expires_at: DateTime<Utc>,
) -> Result<()> {
    sqlx::query!(
        "insert into account_tokens (hash, user_id, purpose, email_key, created_at, expires_at)
         select $1, id, $3, email_key, $4, $5 from users where id = $2",
        hash,
        user,
        purpose.name(),
        now,
        expires_at,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Whose link it is, as long as it is good and leads to the address the account still has.
pub(in super::super) async fn find(
    conn: &mut PgConnection,
    hash: &[u8],
    purpose: Purpose,
    now: DateTime<Utc>,
) -> Result<Option<Link>> {
    let link = sqlx::query_as!(
        Link,
        "select u.id as user, u.email
         from account_tokens t join users u on u.id = t.user_id and u.email_key = t.email_key and u.is_active
         where t.hash = $1 and t.purpose = $2 and t.used_at is null and t.expires_at > $3",
        hash,
        purpose.name(),
        now,
    )
    .fetch_optional(conn)
    .await?;
    Ok(link)
}

/// Uses a link up; false if somebody else was faster.
pub(in super::super) async fn claim(
    conn: &mut PgConnection,
    hash: &[u8],
    purpose: Purpose,
    now: DateTime<Utc>,
) -> Result<bool> {
    let claimed = sqlx::query!(
        "update account_tokens set used_at = $3
         where hash = $1 and purpose = $2 and used_at is null and expires_at > $3",
        hash,
        purpose.name(),
        now,
    )
    .execute(conn)
    .await?;
    Ok(claimed.rows_affected() == 1)
}

/// Makes somebody's other links of a kind worthless.
pub(in super::super) async fn retire(
    conn: &mut PgConnection,
    user: Uuid,
    purpose: Purpose,
    now: DateTime<Utc>,
) -> Result<()> {
    sqlx::query!(
        "update account_tokens set used_at = $3 where user_id = $1 and purpose = $2 and used_at is null",
        user,
        purpose.name(),
        now,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Forgets some links that ran out before an instant.
pub(in super::super) async fn delete_expired(
    conn: &mut PgConnection,
    before: DateTime<Utc>,
    limit: i64,
) -> Result<u64> {
    let deleted = sqlx::query!(
        "delete from account_tokens where hash in (
           select hash from account_tokens where expires_at < $1 limit $2)",
        before,
        limit,
    )
    .execute(conn)
    .await?;
    Ok(deleted.rows_affected())
}
