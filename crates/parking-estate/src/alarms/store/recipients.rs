//! The SQL of recipients.

use chrono::{DateTime, Utc};
use parking_db::{DbError, Result, TenantTx};
use parking_domain::alarms::Severity;
use parking_domain::text::{Email, Language};
use sqlx::postgres::PgRow;
use sqlx::{AssertSqlSafe, FromRow, PgConnection, Row as _};
use uuid::Uuid;

use crate::alarms::recipients::{Reachable, Recipient, RecipientError, RecipientFields};

const SELECT: &str = "select r.*, u.name as member_name, coalesce(r.email, u.email) as address, u.language as member_language
  from alarm_recipients r
  left join memberships m on m.tenant_id = r.tenant_id and m.user_id = r.user_id and m.is_active
  left join users u on u.id = m.user_id and u.is_active";

impl FromRow<'_, PgRow> for Recipient {
    fn from_row(row: &PgRow) -> sqlx::Result<Self> {
        let (email, user): (Option<String>, Option<Uuid>) =
            (row.try_get("email")?, row.try_get("user_id")?);
        let email = email.and_then(|email| Email::parse(&email).ok());
        let kinds: Vec<String> = row.try_get("kinds")?;
        let (language, severity): (String, String) =
            (row.try_get("language")?, row.try_get("severity_min")?);
        Ok(Self {
            tenant_id: row.try_get("tenant_id")?,
            id: row.try_get("id")?,
            fields: RecipientFields {
                to: email.map_or(
                    Reachable::Member(user.unwrap_or_default()),
                    Reachable::Address,
                ),
                language: Language::parse(&language).unwrap_or_default(),
                severity_min: severity.parse().unwrap_or(Severity::Info),
                kinds: kinds.iter().filter_map(|kind| kind.parse().ok()).collect(),
                site_ids: row.try_get("site_ids")?,
                is_active: row.try_get("is_active")?,
            },
            member_name: row.try_get("member_name")?,
            address: row.try_get("address")?,
            created_at: row.try_get("created_at")?,
            updated_at: row.try_get("updated_at")?,
            version: row.try_get("version")?,
        })
    }
}

/// One page of recipients in the order in which they were entered, and how many there are.
pub(in crate::alarms) async fn list(
    conn: &mut PgConnection,
    order: &str,
    (offset, limit): (i64, i64),
) -> Result<(Vec<Recipient>, i64)> {
    // `order` is made of literals by `Page::order_by`; everything else is bound.
    let query = format!("{SELECT} order by {order} offset $1 limit $2");
    let recipients = sqlx::query_as(AssertSqlSafe(query))
        .bind(offset)
        .bind(limit);
    let recipients = recipients.fetch_all(&mut *conn).await?;
    let total = sqlx::query_scalar!(r#"select count(*) as "count!" from alarm_recipients"#);
    Ok((recipients, total.fetch_one(conn).await?))
}

pub(in crate::alarms) async fn find(
    conn: &mut PgConnection,
    id: Uuid,
) -> Result<Option<Recipient>> {
    let query = sqlx::query_as(AssertSqlSafe(format!("{SELECT} where r.id = $1"))).bind(id);
    Ok(query.fetch_optional(conn).await?)
}

/// Holds the recipient until the end of the transaction.
pub(in crate::alarms) async fn lock(tx: &mut TenantTx, id: Uuid) -> Result<()> {
    sqlx::query!(
        "select id from alarm_recipients where id = $1 for no key update",
        id
    )
    .fetch_optional(tx.conn())
    .await?;
    Ok(())
}

/// Lets those who enter recipients of a tenant wait for each other.
pub(in crate::alarms) async fn hold(tx: &mut TenantTx) -> Result<()> {
    let tenant = tx.tenant().to_string();
    sqlx::query!(
        "select pg_advisory_xact_lock(hashtextextended('alarm recipients of ' || $1, 0))",
        tenant
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

pub(in crate::alarms) async fn count(tx: &mut TenantTx) -> Result<i64> {
    let count = sqlx::query_scalar!(r#"select count(*) as "count!" from alarm_recipients"#)
        .fetch_one(tx.conn())
        .await?;
    Ok(count)
}

/// How many of these sites there are.
pub(in crate::alarms) async fn count_sites(tx: &mut TenantTx, ids: &[Uuid]) -> Result<usize> {
    let count = sqlx::query_scalar!(
        r#"select count(*) as "count!" from sites where id = any($1)"#,
        ids
    )
    .fetch_one(tx.conn())
    .await?;
    Ok(usize::try_from(count).unwrap_or_default())
}

/// The columns that say who it is.
fn columns(fields: &RecipientFields) -> (Option<String>, Option<Uuid>) {
    match &fields.to {
        Reachable::Address(email) => (Some(email.to_string()), None),
        Reachable::Member(user) => (None, Some(*user)),
    }
}

fn kinds(fields: &RecipientFields) -> Vec<String> {
    let names = fields.kinds.iter().map(|kind| kind.name().to_owned());
    names.collect()
}

pub(in crate::alarms) async fn insert(
    tx: &mut TenantTx,
    (id, fields): (Uuid, &RecipientFields),
    now: DateTime<Utc>,
) -> Result<(), RecipientError> {
    let tenant = tx.tenant().0;
    let (email, user) = columns(fields);
    sqlx::query!(
        "insert into alarm_recipients (tenant_id, id, email, user_id, language, severity_min, kinds, site_ids, is_active,
           created_at, updated_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10)",
        tenant,
        id,
        email,
        user,
        fields.language.code(),
        fields.severity_min.name(),
        &kinds(fields),
        &fields.site_ids,
        fields.is_active,
        now
    )
    .execute(tx.conn())
    .await
    .map_err(refused)?;
    Ok(())
}

pub(in crate::alarms) async fn update(
    tx: &mut TenantTx,
    (id, fields): (Uuid, &RecipientFields),
    now: DateTime<Utc>,
) -> Result<(), RecipientError> {
    let (email, user) = columns(fields);
    sqlx::query!(
        "update alarm_recipients set email = $2, user_id = $3, language = $4, severity_min = $5, kinds = $6, site_ids = $7,
           is_active = $8, updated_at = $9, version = version + 1
         where id = $1",
        id,
        email,
        user,
        fields.language.code(),
        fields.severity_min.name(),
        &kinds(fields),
        &fields.site_ids,
        fields.is_active,
        now
    )
    .execute(tx.conn())
    .await
    .map_err(refused)?;
    Ok(())
}

pub(in crate::alarms) async fn delete(tx: &mut TenantTx, id: Uuid) -> Result<()> {
    sqlx::query!("delete from alarm_recipients where id = $1", id)
        .execute(tx.conn())
        .await?;
    Ok(())
}

fn refused(error: sqlx::Error) -> RecipientError {
    let error = DbError::from(error);
    match error.constraint() {
        Some("alarm_recipients_email_unique" | "alarm_recipients_member_unique") => {
            RecipientError::Taken
        }
        Some("alarm_recipients_member_fkey") => RecipientError::NoSuchMember,
        _ => RecipientError::Db(error),
    }
}
