//! The SQL of sessions and their refresh tokens.

use chrono::{DateTime, Utc};
use parking_db::Result;
use parking_domain::ids::TenantId;
use parking_http::caller::Acting;
use sqlx::{AssertSqlSafe, PgConnection};
use uuid::Uuid;

use super::super::sessions::{KnownToken, ListedSession, Session, SessionDraft};

pub(in super::super) async fn insert(
    conn: &mut PgConnection,
    session: &SessionDraft<'_>,
    now: DateTime<Utc>,
) -> Result<()> {
    sqlx::query!(
        "insert into sessions (id, user_id, selected_tenant_id, ip, user_agent, created_at, last_used_at, expires_at)
         values ($1, $2, $3, $4, $5, $6, $6, $7)",
        session.id,
        session.user,
        session.tenant.0,
        session.ip,
        session.user_agent,
        now,
        session.expires_at,
    )
    .execute(conn)
    .await?;
    Ok(())
}

pub(in super::super) async fn insert_token(
    conn: &mut PgConnection,
    hash: &[u8],
    session: Uuid,
    now: DateTime<Utc>,
    expires_at: DateTime<Utc>,
) -> Result<()> {
    sqlx::query!(
        "insert into refresh_tokens (hash, session_id, created_at, expires_at)
         values ($1, $2, $3, $4)",
        hash,
        session,
        now,
        expires_at,
    )
    .execute(conn)
    .await?;
    Ok(())
}

struct KnownTokenRow {
    expires_at: DateTime<Utc>,
    used_at: Option<DateTime<Utc>>,
    session_id: Uuid,
    user_id: Uuid,
    selected_tenant_id: Option<Uuid>,
    acting_reason: Option<String>,
    acting_until: Option<DateTime<Utc>>,
    ended_at: Option<DateTime<Utc>>,
    session_expires_at: DateTime<Utc>,
}

/// A refresh token and its session, locked: whoever comes second sees what the first one did.
pub(in super::super) async fn lock_token(
    conn: &mut PgConnection,
    hash: &[u8],
) -> Result<Option<KnownToken>> {
    let row = sqlx::query_as!(
        KnownTokenRow,
        "select t.expires_at, t.used_at, t.session_id, s.user_id, s.selected_tenant_id, s.acting_reason, s.acting_until,
           s.ended_at, s.expires_at as session_expires_at
         from refresh_tokens t join sessions s on s.id = t.session_id
         where t.hash = $1
         for no key update of t, s",
        hash,
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(|row| KnownToken {
        expires_at: row.expires_at,
        used_at: row.used_at,
        session: Session {
            id: row.session_id,
            user: row.user_id,
            tenant: row.selected_tenant_id.map(TenantId),
            acting: acting(row.acting_reason, row.acting_until),
            ended_at: row.ended_at,
            expires_at: row.session_expires_at,
        },
    }))
}

fn acting(reason: Option<String>, until: Option<DateTime<Utc>>) -> Option<Acting> {
    Some(Acting {
        reason: reason?,
        until: until?,
    })
}

pub(in super::super) async fn use_token(
    conn: &mut PgConnection,
    hash: &[u8],
    now: DateTime<Utc>,
) -> Result<()> {
    sqlx::query!(
        "update refresh_tokens set used_at = $2 where hash = $1",
        hash,
        now
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Somebody's session, locked.
pub(in super::super) async fn lock(
    conn: &mut PgConnection,
    id: Uuid,
    user: Uuid,
) -> Result<Option<Session>> {
    let row = sqlx::query!(
        "select id, user_id, selected_tenant_id, acting_reason, acting_until, ended_at, expires_at
         from sessions where id = $1 and user_id = $2
         for no key update",
        id,
        user,
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(|row| Session {
        id: row.id,
        user: row.user_id,
        tenant: row.selected_tenant_id.map(TenantId),
        acting: acting(row.acting_reason, row.acting_until),
        ended_at: row.ended_at,
        expires_at: row.expires_at,
    }))
}

/// Notes that a session is in use, which is what keeps it alive.
pub(in super::super) async fn touch(
    conn: &mut PgConnection,
    id: Uuid,
    ip: &str,
    now: DateTime<Utc>,
    expires_at: DateTime<Utc>,
) -> Result<()> {
    sqlx::query!(
        "update sessions set last_used_at = $3, ip = $2, expires_at = $4 where id = $1",
        id,
        ip,
        now,
        expires_at,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Moves a session to a tenant.
pub(in super::super) async fn select_tenant(
    conn: &mut PgConnection,
    id: Uuid,
    tenant: TenantId,
    acting: Option<&Acting>,
) -> Result<()> {
    sqlx::query!(
        "update sessions set selected_tenant_id = $2, acting_reason = $3, acting_until = $4 where id = $1",
        id,
        tenant.0,
        acting.map(|acting| acting.reason.as_str()),
        acting.map(|acting| acting.until),
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Ends one of somebody's sessions; false if there is no such one going on.
pub(in super::super) async fn end(
    conn: &mut PgConnection,
    id: Uuid,
    user: Uuid,
    reason: &str,
    now: DateTime<Utc>,
) -> Result<bool> {
    let ended = sqlx::query!(
        "update sessions set ended_at = $4, ended_reason = $3
         where id = $1 and user_id = $2 and ended_at is null and expires_at > $4",
        id,
        user,
        reason,
        now,
    )
    .execute(conn)
    .await?;
    Ok(ended.rows_affected() == 1)
}

/// Ends all of somebody's sessions but one, and says how many.
pub(in super::super) async fn end_all(
    conn: &mut PgConnection,
    user: Uuid,
    but: Option<Uuid>,
    reason: &str,
    now: DateTime<Utc>,
) -> Result<u64> {
    let ended = sqlx::query!(
        "update sessions set ended_at = $4, ended_reason = $3
         where user_id = $1 and id is distinct from $2 and ended_at is null and expires_at > $4",
        user,
        but,
        reason,
        now,
    )
    .execute(conn)
    .await?;
    Ok(ended.rows_affected())
}

/// Ends what somebody left open longest, so that `kept` sessions remain.
pub(in super::super) async fn end_surplus(
    conn: &mut PgConnection,
    user: Uuid,
    kept: i64,
    now: DateTime<Utc>,
) -> Result<()> {
    sqlx::query!(
        "update sessions set ended_at = $3, ended_reason = 'too_many'
         where id in (
           select id from sessions
           where user_id = $1 and ended_at is null and expires_at > $3
           order by last_used_at desc, id desc
           offset $2
           for no key update skip locked)",
        user,
        kept,
        now,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// A page of somebody's sessions that are going on, in an order that `Page::order_by` made.
pub(in super::super) async fn page(
    conn: &mut PgConnection,
    user: Uuid,
    now: DateTime<Utc>,
    order: &str,
    (offset, limit): (i64, i64),
) -> Result<Vec<ListedSession>> {
    let select = format!(
        "select id, created_at, last_used_at, expires_at, ip, user_agent from sessions
         where user_id = $1 and ended_at is null and expires_at > $2
         order by {order} offset $3 limit $4"
    );
    let sessions = sqlx::query_as::<_, ListedSession>(AssertSqlSafe(select))
        .bind(user)
        .bind(now)
        .bind(offset)
        .bind(limit)
        .fetch_all(conn)
        .await?;
    Ok(sessions)
}

pub(in super::super) async fn count(
    conn: &mut PgConnection,
    user: Uuid,
    now: DateTime<Utc>,
) -> Result<i64> {
    let total = sqlx::query_scalar!(
        r#"select count(*) as "total!" from sessions
           where user_id = $1 and ended_at is null and expires_at > $2"#,
        user,
        now,
    )
    .fetch_one(conn)
    .await?;
    Ok(total)
}

/// Forgets some sessions that ended or ran out before an instant, with their tokens.
pub(in super::super) async fn delete_ended(
    conn: &mut PgConnection,
    before: DateTime<Utc>,
    limit: i64,
) -> Result<u64> {
    let deleted = sqlx::query!(
        "delete from sessions where id in (
           select id from sessions where ended_at < $1 or expires_at < $1 limit $2)",
        before,
        limit,
    )
    .execute(conn)
    .await?;
    Ok(deleted.rows_affected())
}

/// Forgets some refresh tokens that ran out before an instant.
pub(in super::super) async fn delete_expired_tokens(
    conn: &mut PgConnection,
    before: DateTime<Utc>,
    limit: i64,
) -> Result<u64> {
    let deleted = sqlx::query!(
        "delete from refresh_tokens where hash in (
           select hash from refresh_tokens where expires_at < $1 limit $2)",
        before,
        limit,
    )
    .execute(conn)
    .await?;
    Ok(deleted.rows_affected())
}
