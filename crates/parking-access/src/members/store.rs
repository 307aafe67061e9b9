//! The SQL of memberships.

use std::str::FromStr as _;

use chrono::{DateTime, Utc};
use parking_db::{DbError, Result, TenantTx};
use parking_domain::access::Role;
use parking_domain::ids::TenantId;
use sqlx::{AssertSqlSafe, PgConnection};
use uuid::Uuid;

use super::Membership;

/// A membership and its person as they are kept.
#[derive(Debug, sqlx::FromRow)]
pub(super) struct Row {
    pub(super) id: Uuid,
    pub(super) role: String,
    pub(super) is_active: bool,
    pub(super) created_at: DateTime<Utc>,
    pub(super) updated_at: DateTime<Utc>,
    pub(super) version: i64,
    pub(super) user_id: Uuid,
    pub(super) email: String,
    pub(super) name: String,
    pub(super) is_account_active: bool,
    pub(super) is_email_verified: bool,
}

impl TryFrom<Row> for Membership {
    type Error = DbError;

    fn try_from(row: Row) -> Result<Self> {
        Ok(Self {
            id: row.id,
            user_id: row.user_id,
            email: row.email,
            name: row.name,
            // A check constraint holds it to the list.
            role: Role::from_str(&row.role)
                .map_err(|unknown| DbError::from(sqlx::Error::Decode(unknown.into())))?,
            is_active: row.is_active,
            created_at: row.created_at,
            updated_at: row.updated_at,
            version: row.version,
        })
    }
}

const MEMBERS: &str =
    "select m.id, m.role, m.is_active, m.created_at, m.updated_at, m.version, m.user_id,
    u.email, u.name, u.is_active as is_account_active,
    u.email_verified_at is not null as is_email_verified
  from memberships m join users u on u.id = m.user_id";

/// Which members are wanted.
#[derive(Clone, Debug, Default)]
pub(super) struct Filter {
    pub(super) role: Option<Role>,
    pub(super) is_active: Option<bool>,
    pub(super) pattern: Option<String>,
}

/// One page, in the order that the page's own `order_by` wrote.
pub(super) async fn page(
    tx: &mut TenantTx,
    filter: &Filter,
    order: &str,
    offset: i64,
    limit: i64,
) -> Result<Vec<Row>> {
    let select = format!(
        "{MEMBERS}
         where ($1::text is null or m.role = $1) and ($2::bool is null or m.is_active = $2)
           and ($3::text is null or u.name ilike $3 or u.email ilike $3)
         order by {order} offset $4 limit $5"
    );
    let rows = sqlx::query_as(AssertSqlSafe(select))
        .bind(filter.role.map(Role::name))
        .bind(filter.is_active)
        .bind(filter.pattern.as_deref())
        .bind(offset)
        .bind(limit)
        .fetch_all(tx.conn())
        .await?;
    Ok(rows)
}

pub(super) async fn count(tx: &mut TenantTx, filter: &Filter) -> Result<i64> {
    let total = sqlx::query_scalar!(
        r#"select count(*) as "total!" from memberships m join users u on u.id = m.user_id
           where ($1::text is null or m.role = $1) and ($2::bool is null or m.is_active = $2)
             and ($3::text is null or u.name ilike $3 or u.email ilike $3)"#,
        filter.role.map(Role::name),
        filter.is_active,
        filter.pattern,
    )
    .fetch_one(tx.conn())
    .await?;
    Ok(total)
}

/// A member by the membership.
pub(super) async fn find(tx: &mut TenantTx, id: Uuid) -> Result<Option<Row>> {
    let row = sqlx::query_as(AssertSqlSafe(format!("{MEMBERS} where m.id = $1")))
        .bind(id)
        .fetch_optional(tx.conn())
        .await?;
    Ok(row)
}

/// A member by the person.
pub(super) async fn find_user(tx: &mut TenantTx, user_id: Uuid) -> Result<Option<Row>> {
    let row = sqlx::query_as(AssertSqlSafe(format!("{MEMBERS} where m.user_id = $1")))
        .bind(user_id)
        .fetch_optional(tx.conn())
        .await?;
    Ok(row)
}

/// The membership, locked until the end of the transaction.
pub(super) async fn lock(tx: &mut TenantTx, id: Uuid) -> Result<Option<Membership>> {
    sqlx::query!("select id from memberships where id = $1 for update", id)
        .fetch_optional(tx.conn())
        .await?;
    find(tx, id).await?.map(Membership::try_from).transpose()
}

pub(super) async fn insert(
    conn: &mut PgConnection,
    tenant: TenantId,
    id: Uuid,
    user_id: Uuid,
    role: Role,
    now: DateTime<Utc>,
) -> Result<()> {
    sqlx::query!(
        "insert into memberships (tenant_id, id, user_id, role, created_at, updated_at)
         values ($1, $2, $3, $4, $5, $5)",
        tenant.0,
        id,
        user_id,
        role.name(),
        now,
    )
    .execute(conn)
    .await?;
    Ok(())
}

pub(super) async fn update(tx: &mut TenantTx, membership: &Membership) -> Result<()> {
    sqlx::query!(
        "update memberships set role = $2, is_active = $3, updated_at = $4, version = $5 where id = $1",
        membership.id,
        membership.role.name(),
        membership.is_active,
        membership.updated_at,
        membership.version,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

pub(super) async fn delete(tx: &mut TenantTx, id: Uuid) -> Result<()> {
    sqlx::query!("delete from memberships where id = $1", id)
        .execute(tx.conn())
        .await?;
    Ok(())
}
