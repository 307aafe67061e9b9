//! The SQL of telling people.

use chrono::{DateTime, Utc};
use parking_db::{Result, TenantTx};
use parking_domain::text::Language;
use uuid::Uuid;

/// An alarm of which people are to be told.
#[derive(Clone, Debug)]
pub(in crate::alarms) struct Item {
    pub(in crate::alarms) id: Uuid,
    pub(in crate::alarms) kind: String,
    pub(in crate::alarms) severity: String,
    pub(in crate::alarms) subject_name: String,
    pub(in crate::alarms) space_code: Option<String>,
    pub(in crate::alarms) site_id: Option<Uuid>,
    pub(in crate::alarms) site_name: Option<String>,
    pub(in crate::alarms) is_cleared: bool,
    /// When it was raised, or cleared.
    pub(in crate::alarms) at: DateTime<Utc>,
    /// Silences that hang under it.
    pub(in crate::alarms) explained: i64,
}

/// Somebody who is told of some alarms.
#[derive(Clone, Debug)]
pub(in crate::alarms) struct Reader {
    pub(in crate::alarms) recipient_id: Uuid,
    pub(in crate::alarms) severity_min: String,
    pub(in crate::alarms) kinds: Vec<String>,
    pub(in crate::alarms) site_ids: Vec<Uuid>,
}

/// Where a letter goes.
#[derive(Clone, Debug)]
pub(in crate::alarms) struct Address {
    pub(in crate::alarms) email: String,
    pub(in crate::alarms) language: Language,
    pub(in crate::alarms) tenant: String,
}

/// What the tenant is called, if it is active.
pub(in crate::alarms) async fn active_tenant(tx: &mut TenantTx) -> Result<Option<String>> {
    let tenant = tx.tenant().0;
    let name = sqlx::query_scalar!(
        "select name from tenants where id = $1 and status = 'active'",
        tenant
    )
    .fetch_optional(tx.conn())
    .await?;
    Ok(name)
}

/// Takes what is news; what somebody has put aside meanwhile is dropped.
pub(in crate::alarms) async fn take(
    tx: &mut TenantTx,
    now: DateTime<Utc>,
    limit: i64,
) -> Result<Vec<Item>> {
    let items = sqlx::query_as!(
        Item,
        r#"with taken as (
             update alarms set is_news = false,
               told_at = case when cleared_at is null and acknowledged_at is null and (muted_until is null or muted_until <= $1)
                 then $1 else told_at end
             where id in (select id from alarms where is_news order by id limit $2 for no key update)
             returning *)
           select a.id, a.kind, a.severity, a.subject_name, a.space_code, a.site_id, s.name as "site_name?",
             a.cleared_at is not null as "is_cleared!", coalesce(a.cleared_at, a.raised_at) as "at!",
             (select count(*) from alarms c where c.tenant_id = a.tenant_id and c.parent_id = a.id and c.cleared_at is null)
               as "explained!"
           from taken a left join sites s on s.tenant_id = a.tenant_id and s.id = a.site_id
           where a.acknowledged_at is null and (a.muted_until is null or a.muted_until <= $1)"#,
        now,
        limit
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(items)
}

/// Everybody who is told of alarms.
pub(in crate::alarms) async fn readers(tx: &mut TenantTx) -> Result<Vec<Reader>> {
    let readers = sqlx::query_as!(
        Reader,
        "select id as recipient_id, severity_min, kinds, site_ids from alarm_recipients where is_active order by id"
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(readers)
}

/// Where a recipient's letters go, unless they or the tenant are active no more.
pub(in crate::alarms) async fn address(
    tx: &mut TenantTx,
    recipient: Uuid,
) -> Result<Option<Address>> {
    let found = sqlx::query!(
        r#"select coalesce(r.email, u.email) as "email!", coalesce(u.language, r.language) as "language!", t.name
           from alarm_recipients r
           join tenants t on t.id = r.tenant_id and t.status = 'active'
           left join memberships m on m.tenant_id = r.tenant_id and m.user_id = r.user_id and m.is_active
           left join users u on u.id = m.user_id and u.is_active
           where r.id = $1 and r.is_active and (r.email is not null or u.email is not null)"#,
        recipient
    )
    .fetch_optional(tx.conn())
    .await?;
    Ok(found.map(|row| Address {
        email: row.email,
        language: Language::parse(&row.language).unwrap_or_default(),
        tenant: row.name,
    }))
}
