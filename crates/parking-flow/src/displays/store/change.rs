//! The SQL of what people do about displays and commands.

use chrono::{DateTime, Utc};
use parking_db::{Result, TenantTx};
use serde_json::Value;
use uuid::Uuid;

/// A device that somebody wants to command.
#[derive(Clone, Debug)]
pub(in crate::displays) struct Target {
    pub(in crate::displays) id: Uuid,
    pub(in crate::displays) dev_eui: String,
    pub(in crate::displays) name: Option<String>,
    pub(in crate::displays) model: Option<String>,
    pub(in crate::displays) is_display: bool,
    pub(in crate::displays) space_id: Option<Uuid>,
    pub(in crate::displays) site_id: Option<Uuid>,
}

/// A living device.
pub(in crate::displays) async fn target(tx: &mut TenantTx, id: Uuid) -> Result<Option<Target>> {
    let found = sqlx::query_as!(
        Target,
        r#"select d.id, d.dev_eui, d.name, coalesce(d.model, m.based_on) as model, d.is_display, s.id as "space_id?",
             s.site_id as "site_id?"
           from devices d
           left join device_models m on m.tenant_id = d.tenant_id and m.id = d.own_model_id
           left join device_assignments a
             on a.tenant_id = d.tenant_id and a.device_id = d.id and a.role = 'display' and a.unassigned_at is null
           left join spaces s on s.tenant_id = a.tenant_id and s.id = a.space_id and s.deleted_at is null
           where d.id = $1 and d.archived_at is null"#,
        id
    )
    .fetch_optional(tx.conn())
    .await?;
    Ok(found)
}

/// Makes sure that a display has a row, locks it, and has it looked at.
pub(in crate::displays) async fn touch(
    tx: &mut TenantTx,
    id: Uuid,
    now: DateTime<Utc>,
) -> Result<()> {
    let tenant = tx.tenant().0;
    sqlx::query!(
        "insert into lamps (tenant_id, id, due_at) values ($1, $2, $3) on conflict do nothing",
        tenant,
        id,
        now
    )
    .execute(tx.conn())
    .await?;
    sqlx::query!(
        "select 1 as one from lamps where id = $1 for no key update",
        id
    )
    .fetch_all(tx.conn())
    .await?;
    sqlx::query!(
        "insert into lamp_marks (tenant_id, device_id) values ($1, $2)",
        tenant,
        id
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// What a display shows for a while, whatever its bay says.
pub(in crate::displays) async fn set_test(
    tx: &mut TenantTx,
    id: Uuid,
    (f_port, payload, look): (i16, &[u8], &Value),
    until: DateTime<Utc>,
) -> Result<()> {
    sqlx::query!(
        "update lamps set test_f_port = $2, test_payload = $3, test_look = $4, test_until = $5, drive_at = null where id = $1",
        id,
        f_port,
        payload,
        look,
        until
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// A command that somebody wrote themselves. Another such that waits gives way to it.
pub(in crate::displays) async fn insert_raw(
    tx: &mut TenantTx,
    (id, target, maker): (Uuid, &Target, &str),
    (f_port, payload, is_confirmed, patience_seconds): (i16, &[u8], bool, i32),
    now: DateTime<Utc>,
) -> Result<()> {
    let tenant = tx.tenant().0;
    sqlx::query!(
        "update downlinks set status = 'superseded', due_at = null, finished_at = $2, version = version + 1
         where device_id = $1 and status = 'waiting' and kind = 'raw'",
        target.id,
        now
    )
    .execute(tx.conn())
    .await?;
    sqlx::query!(
        "insert into downlinks (tenant_id, id, device_id, dev_eui, space_id, site_id, kind, f_port, payload, is_confirmed, urgency,
           patience_seconds, status, due_at, created_by, created_at)
         values ($1, $2, $3, $4, $5, $6, 'raw', $7, $8, $9, 0, $10, 'waiting', $11, $12, $11)",
        tenant,
        id,
        target.id,
        target.dev_eui,
        target.space_id,
        target.site_id,
        f_port,
        payload,
        is_confirmed,
        patience_seconds,
        now,
        maker,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// A command, as far as one who wants to change it must know.
#[derive(Clone, Debug)]
pub(in crate::displays) struct Held {
    pub(in crate::displays) id: Uuid,
    pub(in crate::displays) device_id: Uuid,
    pub(in crate::displays) dev_eui: String,
    pub(in crate::displays) site_id: Option<Uuid>,
    pub(in crate::displays) space_id: Option<Uuid>,
    pub(in crate::displays) kind: String,
    pub(in crate::displays) status: String,
    /// Whether its display is still the tenant's.
    pub(in crate::displays) is_living: bool,
}

/// A command and its display, locked in the order in which everybody does.
pub(in crate::displays) async fn hold(tx: &mut TenantTx, id: Uuid) -> Result<Option<Held>> {
    sqlx::query!(
        "select 1 as one from lamps where id = (select device_id from downlinks where id = $1) for no key update",
        id
    )
    .fetch_all(tx.conn())
    .await?;
    let held = sqlx::query_as!(
        Held,
        r#"select p.id, p.device_id, p.dev_eui, p.site_id, p.space_id, p.kind, p.status,
             exists (select from devices v where v.tenant_id = p.tenant_id and v.id = p.device_id and v.archived_at is null)
               as "is_living!"
           from downlinks p where p.id = $1 for no key update"#,
        id
    )
    .fetch_optional(tx.conn())
    .await?;
    Ok(held)
}

/// Commands that were given up, which of them are wanted, and of each display the newest first.
pub(in crate::displays) async fn given_up(
    tx: &mut TenantTx,
    (site, device): (Option<Uuid>, Option<Uuid>),
    limit: i64,
) -> Result<Vec<Uuid>> {
    let ids = sqlx::query_scalar!(
        "select id from downlinks
         where status = 'failed' and ($1::uuid is null or site_id = $1) and ($2::uuid is null or device_id = $2)
         order by created_at desc, id desc limit $3",
        site,
        device,
        limit
    );
    Ok(ids.fetch_all(tx.conn()).await?)
}

/// How many commands were given up, of those that are wanted.
pub(in crate::displays) async fn count_given_up(
    tx: &mut TenantTx,
    (site, device): (Option<Uuid>, Option<Uuid>),
) -> Result<i64> {
    let count = sqlx::query_scalar!(
        r#"select count(*) as "count!" from downlinks
         where status = 'failed' and ($1::uuid is null or site_id = $1) and ($2::uuid is null or device_id = $2)"#,
        site,
        device
    );
    Ok(count.fetch_one(tx.conn()).await?)
}

/// Commands and their displays, locked in the order in which everybody does: the displays by their ids,
/// then the commands.
pub(in crate::displays) async fn hold_many(tx: &mut TenantTx, ids: &[Uuid]) -> Result<Vec<Held>> {
    sqlx::query!(
        "select 1 as one from lamps where id in (select device_id from downlinks where id = any($1)) order by id
         for no key update",
        ids
    )
    .fetch_all(tx.conn())
    .await?;
    let held = sqlx::query_as!(
        Held,
        r#"select p.id, p.device_id, p.dev_eui, p.site_id, p.space_id, p.kind, p.status,
             exists (select from devices v where v.tenant_id = p.tenant_id and v.id = p.device_id and v.archived_at is null)
               as "is_living!"
           from downlinks p where p.id = any($1) order by p.id for no key update"#,
        ids
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(held)
}

/// Has of each display the newest of some commands wait again that were given up, unless it has been told
/// something newer since, or will be. Answers those that wait.
pub(in crate::displays) async fn retry_many(
    tx: &mut TenantTx,
    (ids, maker): (&[Uuid], &str),
    now: DateTime<Utc>,
) -> Result<Vec<Uuid>> {
    let retried = sqlx::query_scalar!(
        "update downlinks d set status = 'waiting', attempts = 0, due_at = $3, finished_at = null, error = null,
           version = d.version + 1,
           story = d.story || jsonb_build_array(jsonb_build_object('at', $3::timestamptz, 'what', 'retried', 'by', $2::text))
         from (select distinct on (f.device_id, f.kind = 'raw') f.id from downlinks f
               where f.id = any($1) and f.status = 'failed'
               order by f.device_id, f.kind = 'raw', f.created_at desc, f.id desc) newest
         where d.id = newest.id and d.status = 'failed' and not exists (
           select from downlinks n where n.device_id = d.device_id and (n.kind = 'raw') = (d.kind = 'raw') and n.id <> d.id
             and (n.status = 'waiting' or (n.created_at >= d.created_at and n.status not in ('failed', 'cancelled', 'superseded'))))
         returning d.id",
        ids,
        maker,
        now
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(retried)
}

/// Calls off a command that waits.
pub(in crate::displays) async fn cancel(
    tx: &mut TenantTx,
    (id, maker): (Uuid, &str),
    now: DateTime<Utc>,
) -> Result<()> {
    sqlx::query!(
        "update downlinks set status = 'cancelled', due_at = null, finished_at = $3, version = version + 1,
           story = story || jsonb_build_array(jsonb_build_object('at', $3::timestamptz, 'what', 'cancelled', 'by', $2::text))
         where id = $1",
        id,
        maker,
        now
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Has a command wait again that was given up, unless a newer one waits for its display.
pub(in crate::displays) async fn retry(
    tx: &mut TenantTx,
    (id, maker): (Uuid, &str),
    now: DateTime<Utc>,
) -> Result<bool> {
    let done = sqlx::query!(
        "update downlinks d set status = 'waiting', attempts = 0, due_at = $3, finished_at = null, error = null, urgency = 0,
           version = d.version + 1,
           story = d.story || jsonb_build_array(jsonb_build_object('at', $3::timestamptz, 'what', 'retried', 'by', $2::text))
         where d.id = $1 and d.status = 'failed' and not exists (
           select from downlinks n where n.device_id = d.device_id and n.status = 'waiting' and (n.kind = 'raw') = (d.kind = 'raw'))",
        id,
        maker,
        now
    )
    .execute(tx.conn())
    .await?;
    Ok(done.rows_affected() == 1)
}
