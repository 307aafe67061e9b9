//! The SQL of calendar feeds.

use chrono::{DateTime, Utc};
use parking_db::{PlatformTx, Result, TenantTx};
use sqlx::{AssertSqlSafe, FromRow, Row as _};
use uuid::Uuid;

use super::{Feed, FeedDraft};

const SELECT: &str = "select f.id, f.name, f.user_id, u.name as user_name, f.site_id, i.name as site_name, f.space_id,
  s.code, f.person, f.created_at, f.last_used_at
  from calendar_feeds f join users u on u.id = f.user_id
  left join sites i on i.tenant_id = f.tenant_id and i.id = f.site_id
  left join spaces s on s.tenant_id = f.tenant_id and s.id = f.space_id";

impl FromRow<'_, sqlx::postgres::PgRow> for Feed {
    fn from_row(row: &sqlx::postgres::PgRow) -> sqlx::Result<Self> {
        let site: Option<Uuid> = row.try_get("site_id")?;
        let space: Option<Uuid> = row.try_get("space_id")?;
        Ok(Self {
            id: row.try_get("id")?,
            name: row.try_get("name")?,
            user: (row.try_get("user_id")?, row.try_get("user_name")?),
            site: site.zip(row.try_get("site_name")?),
            space: space.zip(row.try_get("code")?),
            person: row.try_get("person")?,
            created_at: row.try_get("created_at")?,
            last_used_at: row.try_get("last_used_at")?,
        })
    }
}

pub(super) async fn find(tx: &mut TenantTx, id: Uuid) -> Result<Option<Feed>> {
    let found = sqlx::query_as(AssertSqlSafe(format!("{SELECT} where f.id = $1")));
    Ok(found.bind(id).fetch_optional(tx.conn()).await?)
}

/// One page of links, of one person or of all, and how many there are on all pages.
pub(super) async fn page(
    tx: &mut TenantTx,
    user: Option<Uuid>,
    (order, offset, limit): (&str, i64, i64),
) -> Result<(Vec<Feed>, i64)> {
    // `order` is made of literals by `Page::order_by`; everything else is bound.
    let query = format!(
        "{SELECT} where ($1::uuid is null or f.user_id = $1) order by {order} offset $2 limit $3"
    );
    let found = sqlx::query_as(AssertSqlSafe(query))
        .bind(user)
        .bind(offset)
        .bind(limit)
        .fetch_all(tx.conn())
        .await?;
    let total = sqlx::query_scalar!(
        r#"select count(*) as "count!" from calendar_feeds where ($1::uuid is null or user_id = $1)"#,
        user
    )
    .fetch_one(tx.conn())
    .await?;
    Ok((found, total))
}

/// Holds a member until the end of the transaction, so that nobody else counts what they have; says whether
/// they are one.
pub(super) async fn hold_member(tx: &mut TenantTx, user: Uuid) -> Result<bool> {
    let held = sqlx::query_scalar!(
        "select id from memberships where user_id = $1 and is_active for no key update",
        user
    );
    Ok(held.fetch_optional(tx.conn()).await?.is_some())
}

pub(super) async fn count_of(tx: &mut TenantTx, user: Uuid) -> Result<i64> {
    let count = sqlx::query_scalar!(
        r#"select count(*) as "count!" from calendar_feeds where user_id = $1"#,
        user
    );
    Ok(count.fetch_one(tx.conn()).await?)
}

pub(super) async fn insert(
    tx: &mut TenantTx,
    (id, user): (Uuid, Uuid),
    (draft, hash): (&FeedDraft, &[u8]),
    now: DateTime<Utc>,
) -> Result<()> {
    let tenant = tx.tenant().0;
    sqlx::query!(
        "insert into calendar_feeds (tenant_id, id, user_id, name, site_id, space_id, person, secret_hash, created_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        tenant,
        id,
        user,
        draft.name,
        draft.site,
        draft.space,
        draft.person,
        hash,
        now
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Forgets a link, and says whether there was one.
pub(super) async fn delete(tx: &mut TenantTx, id: Uuid) -> Result<bool> {
    let deleted = sqlx::query!("delete from calendar_feeds where id = $1", id);
    Ok(deleted.execute(tx.conn()).await?.rows_affected() == 1)
}

/// A link that somebody shows.
pub(super) struct Known {
    pub(super) tenant: Uuid,
    pub(super) id: Uuid,
    pub(super) last_used_at: Option<DateTime<Utc>>,
    pub(super) draft: FeedDraft,
    /// What its maker is in the tenant.
    pub(super) role: String,
}

/// The link with this secret, if its maker is still somebody in a tenant that is served.
pub(super) async fn known(tx: &mut PlatformTx, hash: &[u8]) -> Result<Option<Known>> {
    let row = sqlx::query!(
        "select f.tenant_id, f.id, f.last_used_at, f.name, f.site_id, f.space_id, f.person, m.role from calendar_feeds f
         join memberships m on m.tenant_id = f.tenant_id and m.user_id = f.user_id and m.is_active
         join users u on u.id = f.user_id and u.is_active
         join tenants t on t.id = f.tenant_id and t.status = 'active'
         where f.secret_hash = $1",
        hash
    )
    .fetch_optional(tx.conn())
    .await?;
    Ok(row.map(|row| Known {
        tenant: row.tenant_id,
        id: row.id,
        last_used_at: row.last_used_at,
        draft: FeedDraft {
            name: row.name,
            site: row.site_id,
            space: row.space_id,
            person: row.person,
        },
        role: row.role,
    }))
}

/// Writes down that a link was used, unless somebody else has meanwhile.
pub(super) async fn mark_used(
    tx: &mut TenantTx,
    (id, seen): (Uuid, Option<DateTime<Utc>>),
    now: DateTime<Utc>,
) -> Result<()> {
    sqlx::query!(
        "update calendar_feeds set last_used_at = $3 where id = $1 and last_used_at is not distinct from $2",
        id,
        seen,
        now
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// How many links show a person's reservations alone.
pub async fn count_of_person(conn: &mut sqlx::PgConnection, person: &str) -> Result<i64> {
    let count = sqlx::query_scalar!(
        r#"select count(*) as "count!" from calendar_feeds where person = $1"#,
        person
    );
    Ok(count.fetch_one(conn).await?)
}

/// Revokes the links that show a person's reservations alone, and says how many there were.
pub async fn revoke_of_person(tx: &mut TenantTx, person: &str) -> Result<u64> {
    let revoked = sqlx::query!("delete from calendar_feeds where person = $1", person);
    Ok(revoked.execute(tx.conn()).await?.rows_affected())
}

/// The links that show a person's reservations alone: what each is called, who made it, and when.
pub async fn of_person(
    conn: &mut sqlx::PgConnection,
    person: &str,
) -> Result<Vec<(String, String, DateTime<Utc>)>> {
    let rows = sqlx::query!(
        "select f.name, u.name as user_name, f.created_at from calendar_feeds f join users u on u.id = f.user_id
         where f.person = $1 order by f.created_at, f.id",
        person
    )
    .fetch_all(conn)
    .await?;
    let feeds = rows
        .into_iter()
        .map(|row| (row.name, row.user_name, row.created_at));
    Ok(feeds.collect())
}
