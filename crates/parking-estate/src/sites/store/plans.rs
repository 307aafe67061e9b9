//! The SQL of plans.

use chrono::{DateTime, Utc};
use parking_db::{Result, TenantTx};
use parking_domain::plan_files::PlanFile;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::sites::plans::Plan;

pub(in crate::sites) async fn put(
    tx: &mut TenantTx,
    level: Uuid,
    (file, sha256): (&PlanFile, &[u8]),
    now: DateTime<Utc>,
) -> Result<()> {
    let tenant = tx.tenant().0;
    let side = |pixels: u32| i32::try_from(pixels).unwrap_or(i32::MAX);
    sqlx::query!(
        "insert into plans (tenant_id, level_id, media_type, width, height, image, sha256, uploaded_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8)
         on conflict (tenant_id, level_id) do update set media_type = excluded.media_type, width = excluded.width,
           height = excluded.height, image = excluded.image, sha256 = excluded.sha256, uploaded_at = excluded.uploaded_at",
        tenant,
        level,
        file.format.media_type(),
        side(file.width),
        side(file.height),
        file.bytes,
        sha256,
        now,
    )
    .execute(tx.conn())
    .await?;
    // Whoever has read the level has to read it again.
    sqlx::query!(
        "update levels set updated_at = $2, version = version + 1 where id = $1",
        level,
        now
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

pub(in crate::sites) async fn find(conn: &mut PgConnection, level: Uuid) -> Result<Option<Plan>> {
    let plan = sqlx::query_as!(
        Plan,
        "select media_type, image, sha256 from plans where level_id = $1",
        level
    )
    .fetch_optional(conn)
    .await?;
    Ok(plan)
}

/// Deletes a plan, and says whether there was one.
pub(in crate::sites) async fn delete(tx: &mut TenantTx, level: Uuid) -> Result<bool> {
    let done = sqlx::query!("delete from plans where level_id = $1", level)
        .execute(tx.conn())
        .await?;
    Ok(done.rows_affected() == 1)
}
