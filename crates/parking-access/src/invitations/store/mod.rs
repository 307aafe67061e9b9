//! The SQL of invitations.

pub(super) mod offers;

use chrono::{DateTime, Utc};
use parking_db::{PlatformTx, Result, TenantTx};
use parking_domain::ids::TenantId;
use sqlx::{AssertSqlSafe, PgConnection};
use uuid::Uuid;

use super::Invite;

/// Where an invitation stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Status {
    Pending,
    Accepted,
    Revoked,
    Expired,
}

impl Status {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Accepted => "accepted",
            Self::Revoked => "revoked",
            Self::Expired => "expired",
        }
    }
}

/// An invitation as it is kept.
#[derive(Clone, Debug, sqlx::FromRow)]
pub(super) struct Invitation {
    pub(super) id: Uuid,
    pub(super) email: String,
    pub(super) role: String,
    pub(super) status: String,
    pub(super) language: String,
    pub(super) invited_by: Option<Uuid>,
    pub(super) invited_by_name: Option<String>,
    pub(super) created_at: DateTime<Utc>,
    pub(super) expires_at: DateTime<Utc>,
    pub(super) last_sent_at: Option<DateTime<Utc>>,
    pub(super) accepted_at: Option<DateTime<Utc>>,
    pub(super) revoked_at: Option<DateTime<Utc>>,
    pub(super) version: i64,
}

/// Which invitations are wanted.
#[derive(Clone, Debug)]
pub(super) struct Filter {
    pub(super) status: Option<&'static str>,
    pub(super) pattern: Option<String>,
    pub(super) now: DateTime<Utc>,
}

/// Whether somebody with the address is a member, active or not.
pub(super) async fn is_member(
    conn: &mut PgConnection,
    tenant: TenantId,
    email_key: &str,
) -> Result<bool> {
    let is_member = sqlx::query_scalar!(
        r#"select exists (
             select from memberships m join users u on u.id = m.user_id
             where m.tenant_id = $1 and u.email_key = $2) as "is_member!""#,
        tenant.0,
        email_key,
    )
    .fetch_one(conn)
    .await?;
    Ok(is_member)
}

/// Holds the tenant's limit of users until the end of the transaction, and tells it.
///
/// The tenant before its limit: what is inserted afterwards takes the tenant anyway, and whoever
/// changes a tenant takes it first and then its limits.
pub(super) async fn lock_limit(conn: &mut PgConnection, tenant: TenantId) -> Result<i64> {
    sqlx::query!(
        "select id from tenants where id = $1 for key share",
        tenant.0
    )
    .fetch_optional(&mut *conn)
    .await?;
    let max = sqlx::query_scalar!(
        "select max from tenant_usage where tenant_id = $1 and resource = 'users' for no key update",
        tenant.0,
    )
    .fetch_optional(conn)
    .await?;
    Ok(max.map_or(0, i64::from))
}

/// The members, and the invitations that may still make some.
pub(super) async fn count_taken(
    conn: &mut PgConnection,
    tenant: TenantId,
    now: DateTime<Utc>,
) -> Result<i64> {
    let taken = sqlx::query_scalar!(
        r#"select (select used from tenant_usage where tenant_id = $1 and resource = 'users')
             + (select count(*) from invitations
                where tenant_id = $1 and accepted_at is null and revoked_at is null and closed_at is null
                  and expires_at > $2) as "taken""#,
        tenant.0,
        now,
    )
    .fetch_one(conn)
    .await?;
    Ok(taken.unwrap_or(0))
}

pub(super) async fn insert(
    conn: &mut PgConnection,
    (tenant, id): (TenantId, Uuid),
    invite: &Invite,
    now: DateTime<Utc>,
    expires_at: DateTime<Utc>,
) -> Result<()> {
    sqlx::query!(
        "insert into invitations (tenant_id, id, email, email_key, role, language, invited_by, created_at, expires_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        tenant.0,
        id,
        invite.email.as_str(),
        invite.email.key(),
        invite.role.name(),
        invite.language.code(),
        invite.invited_by,
        now,
        expires_at,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Closes an address's open invitation if its time is up.
pub(super) async fn close_expired(
    conn: &mut PgConnection,
    tenant: TenantId,
    email_key: &str,
    now: DateTime<Utc>,
) -> Result<()> {
    sqlx::query!(
        "update invitations set closed_at = $3, token_hash = null, version = version + 1
         where tenant_id = $1 and email_key = $2 and expires_at <= $3
           and accepted_at is null and revoked_at is null and closed_at is null",
        tenant.0,
        email_key,
        now,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// An invitation that was closed because its time was up.
#[derive(Debug)]
pub(super) struct Closed {
    pub(super) tenant_id: Uuid,
    pub(super) id: Uuid,
    pub(super) email: String,
}

/// Closes some of all tenants' open invitations whose time is up, in the order of tenants.
pub(super) async fn close_some(
    tx: &mut PlatformTx,
    now: DateTime<Utc>,
    limit: i64,
) -> Result<Vec<Closed>> {
    let mut closed = sqlx::query_as!(
        Closed,
        "update invitations set closed_at = $1, token_hash = null, version = version + 1
         where (tenant_id, id) in (
           select tenant_id, id from invitations
           where expires_at <= $1 and accepted_at is null and revoked_at is null and closed_at is null
           limit $2
           for update skip locked)
         returning tenant_id, id, email",
        now,
        limit,
    )
    .fetch_all(tx.conn())
    .await?;
    closed.sort_by_key(|closed| closed.tenant_id);
    Ok(closed)
}

pub(super) async fn find(
    conn: &mut PgConnection,
    id: Uuid,
    now: DateTime<Utc>,
) -> Result<Option<Invitation>> {
    let invitation = sqlx::query_as!(
        Invitation,
        r#"select i.id, i.email, i.role,
             case when i.accepted_at is not null then 'accepted' when i.revoked_at is not null then 'revoked'
               when i.closed_at is not null or i.expires_at <= $2 then 'expired' else 'pending' end as "status!",
             i.language, i.invited_by, u.name as "invited_by_name?", i.created_at, i.expires_at, i.last_sent_at,
             i.accepted_at, i.revoked_at, i.version
           from invitations i left join users u on u.id = i.invited_by
           where i.id = $1"#,
        id,
        now,
    )
    .fetch_optional(conn)
    .await?;
    Ok(invitation)
}

/// Holds an invitation until the end of the transaction.
pub(super) async fn lock(conn: &mut PgConnection, id: Uuid) -> Result<()> {
    sqlx::query!("select id from invitations where id = $1 for update", id)
        .fetch_optional(conn)
        .await?;
    Ok(())
}

/// A page of the tenant's invitations, in an order that `Page::order_by` made.
pub(super) async fn page(
    tx: &mut TenantTx,
    filter: &Filter,
    order: &str,
    (offset, limit): (i64, i64),
) -> Result<Vec<Invitation>> {
    let select = format!(
        "select * from (
           select i.id, i.email, i.role,
             case when i.accepted_at is not null then 'accepted' when i.revoked_at is not null then 'revoked'
               when i.closed_at is not null or i.expires_at <= $3 then 'expired' else 'pending' end as status,
             i.language, i.invited_by, u.name as invited_by_name, i.created_at, i.expires_at, i.last_sent_at,
             i.accepted_at, i.revoked_at, i.version
           from invitations i left join users u on u.id = i.invited_by
           where $2::text is null or i.email ilike $2
         ) as found
         where $1::text is null or status = $1
         order by {order} offset $4 limit $5"
    );
    let invitations = sqlx::query_as::<_, Invitation>(AssertSqlSafe(select))
        .bind(filter.status)
        .bind(&filter.pattern)
        .bind(filter.now)
        .bind(offset)
        .bind(limit)
        .fetch_all(tx.conn())
        .await?;
    Ok(invitations)
}

pub(super) async fn count(tx: &mut TenantTx, filter: &Filter) -> Result<i64> {
    let total = sqlx::query_scalar!(
        r#"select count(*) as "total!" from (
             select case when accepted_at is not null then 'accepted' when revoked_at is not null then 'revoked'
                 when closed_at is not null or expires_at <= $3 then 'expired' else 'pending' end as status
             from invitations where $2::text is null or email ilike $2
           ) as found
           where $1::text is null or status = $1"#,
        filter.status,
        filter.pattern,
        filter.now,
    )
    .fetch_one(tx.conn())
    .await?;
    Ok(total)
}

/// Gives an invitation more time; the link that is out is good no longer.
pub(super) async fn renew(
    conn: &mut PgConnection,
    id: Uuid,
    expires_at: DateTime<Utc>,
) -> Result<()> {
    sqlx::query!(
        "update invitations set expires_at = $2, token_hash = null, version = version + 1 where id = $1",
        id,
        expires_at,
    )
    .execute(conn)
    .await?;
    Ok(())
}

pub(super) async fn revoke(conn: &mut PgConnection, id: Uuid, now: DateTime<Utc>) -> Result<()> {
    sqlx::query!(
        "update invitations set revoked_at = $2, token_hash = null, version = version + 1 where id = $1",
        id,
        now,
    )
    .execute(conn)
    .await?;
    Ok(())
}
