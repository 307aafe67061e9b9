//! The SQL of webhooks.

pub(super) mod deliveries;
pub(super) mod fan_out;
pub(super) mod sending;

use chrono::{DateTime, Utc};
use parking_db::{PlatformTx, Result, TenantTx};
use parking_domain::ids::TenantId;
use parking_domain::text::Language;
use parking_domain::webhooks::{Health, Wanted};
use parking_http::Page;
use sqlx::postgres::PgRow;
use sqlx::{AssertSqlSafe, FromRow, PgConnection, Row as _};
use uuid::Uuid;

use super::{DisabledWhy, Fields, Webhook};

/// Waiting deliveries are counted up to here; fan-out keeps no more.
const SELECT: &str = "select w.*, u.name as created_by_name,
    (select count(*) from webhook_deliveries d
     where d.tenant_id = w.tenant_id and d.webhook_id = w.id and d.status = 'pending') as waiting
  from webhooks w left join users u on u.id = w.created_by
  where w.deleted_at is null";

impl FromRow<'_, PgRow> for Webhook {
    fn from_row(row: &PgRow) -> sqlx::Result<Self> {
        Ok(Self {
            id: row.try_get("id")?,
            name: row.try_get("name")?,
            url: row.try_get("url")?,
            event_types: row.try_get("event_types")?,
            disabled_at: row.try_get("disabled_at")?,
            disabled_why: row.try_get("disabled_why")?,
            health: Health {
                consecutive_failures: row.try_get("consecutive_failures")?,
                failing_since: row.try_get("failing_since")?,
                pauses: row.try_get("pauses")?,
                paused_until: row.try_get("paused_until")?,
            },
            last_success_at: row.try_get("last_success_at")?,
            last_failure_at: row.try_get("last_failure_at")?,
            last_error: row.try_get("last_error")?,
            previous_until: row.try_get("previous_until")?,
            waiting: row.try_get("waiting")?,
            created_by: row.try_get("created_by")?,
            created_by_name: row.try_get("created_by_name")?,
            created_at: row.try_get("created_at")?,
            updated_at: row.try_get("updated_at")?,
            version: row.try_get("version")?,
        })
    }
}

/// Waits for others who make webhooks in this tenant, and keeps later ones waiting until the end of
/// the transaction.
pub(super) async fn take_turn(tx: &mut TenantTx) -> Result<()> {
    sqlx::query_scalar!(
        "select pg_advisory_xact_lock(hashtextextended('webhooks of ' || current_tenant_id(), 0))",
    )
    .fetch_one(tx.conn())
    .await?;
    Ok(())
}

pub(super) async fn count(tx: &mut TenantTx) -> Result<i64> {
    let count = sqlx::query_scalar!(
        r#"select count(*) as "count!" from webhooks where deleted_at is null"#
    );
    Ok(count.fetch_one(tx.conn()).await?)
}

fn texts(wanted: &[Wanted]) -> Vec<String> {
    wanted.iter().map(|one| one.as_str().to_owned()).collect()
}

pub(super) async fn insert(
    tx: &mut TenantTx,
    (id, created_by): (Uuid, Option<Uuid>),
    fields: &Fields,
    sealed: &[u8],
    now: DateTime<Utc>,
) -> Result<()> {
    let tenant = tx.tenant().0;
    sqlx::query!(
        "insert into webhooks (tenant_id, id, name, url, event_types, sealed_secret, created_by, created_at, updated_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $8)",
        tenant,
        id,
        fields.name.as_str(),
        fields.url.url().as_str(),
        &texts(&fields.event_types),
        sealed,
        created_by,
        now,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

pub(super) async fn find(tx: &mut TenantTx, id: Uuid) -> Result<Option<Webhook>> {
    let query = format!("{SELECT} and w.id = $1");
    let webhook = sqlx::query_as(AssertSqlSafe(query)).bind(id);
    Ok(webhook.fetch_optional(tx.conn()).await?)
}

/// The sealed secrets that sign now: the present one, and the one before for as long as it does.
pub(super) async fn sealed(
    tx: &mut TenantTx,
    id: Uuid,
    now: DateTime<Utc>,
) -> Result<Option<(Vec<u8>, Option<Vec<u8>>)>> {
    let found = sqlx::query!(
        "select sealed_secret, case when previous_until > $2 then sealed_previous end as sealed_previous
         from webhooks where id = $1 and deleted_at is null",
        id,
        now,
    )
    .fetch_optional(tx.conn())
    .await?;
    Ok(found.map(|row| (row.sealed_secret, row.sealed_previous)))
}

/// Holds the webhook until the end of the transaction.
pub(super) async fn lock(tx: &mut TenantTx, id: Uuid) -> Result<()> {
    sqlx::query!(
        "select id from webhooks where id = $1 for no key update",
        id
    )
    .fetch_optional(tx.conn())
    .await?;
    Ok(())
}

/// One page, and how many there are.
pub(super) async fn list(
    tx: &mut TenantTx,
    pattern: Option<&str>,
    page: &Page,
    order: &str,
) -> Result<(Vec<Webhook>, i64)> {
    // `order` is made of literals by `Page::order_by`; everything else is bound.
    let query = format!(
        "{SELECT} and ($1::text is null or w.name ilike $1 or w.url ilike $1) order by {order} offset $2 limit $3"
    );
    let webhooks = sqlx::query_as(AssertSqlSafe(query))
        .bind(pattern)
        .bind(page.offset)
        .bind(page.size)
        .fetch_all(tx.conn())
        .await?;
    let total = sqlx::query_scalar!(
        r#"select count(*) as "total!" from webhooks w
           where w.deleted_at is null and ($1::text is null or w.name ilike $1 or w.url ilike $1)"#,
        pattern
    )
    .fetch_one(tx.conn())
    .await?;
    Ok((webhooks, total))
}

pub(super) async fn update(
    tx: &mut TenantTx,
    id: Uuid,
    fields: &Fields,
    now: DateTime<Utc>,
) -> Result<()> {
    sqlx::query!(
        "update webhooks set name = $2, url = $3, event_types = $4, updated_at = $5, version = version + 1
         where id = $1",
        id,
        fields.name.as_str(),
        fields.url.url().as_str(),
        &texts(&fields.event_types),
        now,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Puts another secret in the place of the present one, which stays beside it until an instant.
pub(super) async fn rotate(
    tx: &mut TenantTx,
    id: Uuid,
    sealed: &[u8],
    previous_until: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> Result<()> {
    sqlx::query!(
        "update webhooks set sealed_secret = $2,
           sealed_previous = case when $3::timestamptz is not null then sealed_secret end, previous_until = $3,
           updated_at = $4, version = version + 1
         where id = $1",
        id,
        sealed,
        previous_until,
        now,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Forgets that anything was wrong.
pub(super) async fn enable(tx: &mut TenantTx, id: Uuid, now: DateTime<Utc>) -> Result<()> {
    sqlx::query!(
        "update webhooks set disabled_at = null, disabled_why = null, consecutive_failures = 0, failing_since = null,
           pauses = 0, paused_until = null, updated_at = $2, version = version + 1
         where id = $1",
        id,
        now,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

pub(super) async fn disable(
    conn: &mut PgConnection,
    (tenant, id): (TenantId, Uuid),
    why: DisabledWhy,
    now: DateTime<Utc>,
) -> Result<()> {
    sqlx::query!(
        "update webhooks set disabled_at = $3, disabled_why = $4, due_at = null, updated_at = $3, version = version + 1
         where tenant_id = $1 and id = $2",
        tenant.0,
        id,
        now,
        why.name(),
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Marks the webhook as gone, without its secrets.
pub(super) async fn delete(tx: &mut TenantTx, id: Uuid, now: DateTime<Utc>) -> Result<()> {
    sqlx::query!(
        "update webhooks set deleted_at = $2, sealed_secret = '', sealed_previous = null, previous_until = null,
           due_at = null
         where id = $1",
        id,
        now,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// The people who answer for a tenant.
pub(super) async fn owners(tx: &mut PlatformTx, tenant: TenantId) -> Result<Vec<Uuid>> {
    let owners = sqlx::query_scalar!(
        "select users.id from memberships join users on users.id = memberships.user_id
         where tenant_id = $1 and role in ('owner', 'platform_admin') and memberships.is_active and users.is_active
         order by users.id",
        tenant.0,
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(owners)
}

/// What to write to whom about a webhook that was disabled.
#[derive(Debug)]
pub(super) struct Notification {
    pub(super) tenant: String,
    pub(super) webhook: String,
    pub(super) is_gone: bool,
    pub(super) email: String,
    pub(super) language: Language,
}

/// Whom to write to about a webhook, if it is still disabled and they still answer for it.
pub(super) async fn notification(
    tx: &mut TenantTx,
    id: Uuid,
    user: Uuid,
) -> Result<Option<Notification>> {
    let found = sqlx::query!(
        r#"select t.name as tenant, w.name as webhook, w.disabled_why = 'gone' as "is_gone!", u.email, u.language
           from webhooks w
           join tenants t on t.id = w.tenant_id
           join memberships m on m.tenant_id = w.tenant_id and m.is_active
           join users u on u.id = m.user_id and u.is_active
           where w.id = $1 and u.id = $2 and w.disabled_why in ('gone', 'failing') and w.deleted_at is null"#,
        id,
        user,
    )
    .fetch_optional(tx.conn())
    .await?;
    Ok(found.map(|row| Notification {
        tenant: row.tenant,
        webhook: row.webhook,
        is_gone: row.is_gone,
        email: row.email,
        language: Language::parse(&row.language).unwrap_or_default(),
    }))
}
