//! The SQL of letters.

use chrono::{DateTime, Utc};
use parking_db::{PlatformTx, Result, TenantTx};
use parking_domain::reservations::{Slot, Told};
use uuid::Uuid;

/// What is known of what a holder was told, locked until the end of the transaction.
pub(super) struct Standing {
    told: Option<(Vec<u8>, Told)>,
    pub(super) written_until: Option<DateTime<Utc>>,
    pub(super) is_tenant_active: bool,
}

impl Standing {
    /// What whoever has this address was told.
    pub(super) fn told(&self, to: &[u8]) -> Option<&Told> {
        let told = self.told.as_ref().filter(|(whom, _)| whom == to);
        told.map(|(_, told)| told)
    }
}

pub(super) async fn hold(tx: &mut TenantTx, reservation: Uuid) -> Result<Standing> {
    let tenant = tx.tenant().0;
    sqlx::query!(
        "insert into reservation_letters (tenant_id, reservation_id) values ($1, $2) on conflict do nothing",
        tenant,
        reservation
    )
    .execute(tx.conn())
    .await?;
    let row = sqlx::query!(
        r#"select l.told_space_id, l.told_start, l.told_end, l.told_is_over, l.reminded_for, l.written_until,
             l.told_to, t.status = 'active' as "is_active!"
           from reservation_letters l join tenants t on t.id = l.tenant_id
           where l.reservation_id = $1 for update of l"#,
        reservation
    )
    .fetch_one(tx.conn())
    .await?;
    let slot = row.told_start.zip(row.told_end);
    let told = row
        .told_space_id
        .zip(slot)
        .map(|(space, (start, end))| Told {
            space,
            slot: Slot { start, end },
            is_over: row.told_is_over,
            reminded_for: row.reminded_for,
        });
    let told = row.told_to.zip(told);
    Ok(Standing {
        told,
        written_until: row.written_until,
        is_tenant_active: row.is_active,
    })
}

/// Keeps others from writing to them until an instant.
pub(super) async fn claim(
    tx: &mut TenantTx,
    reservation: Uuid,
    until: DateTime<Utc>,
) -> Result<()> {
    sqlx::query!(
        "update reservation_letters set written_until = $2 where reservation_id = $1",
        reservation,
        until
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Lets others write to them.
pub(super) async fn let_go(tx: &mut TenantTx, reservation: Uuid) -> Result<()> {
    sqlx::query!(
        "update reservation_letters set written_until = null where reservation_id = $1",
        reservation
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Writes down what they were told, and when they are to be reminded.
pub(super) async fn tell(
    tx: &mut TenantTx,
    reservation: Uuid,
    (to, told, remind_at): (&[u8], &Told, Option<DateTime<Utc>>),
) -> Result<()> {
    sqlx::query!(
        "update reservation_letters set told_space_id = $2, told_start = $3, told_end = $4, told_is_over = $5,
           reminded_for = $6, remind_at = $7, told_to = $8, written_until = null
         where reservation_id = $1",
        reservation,
        told.space,
        told.slot.start,
        told.slot.end,
        told.is_over,
        told.reminded_for,
        remind_at,
        to
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Writes down when they are to be reminded.
pub(super) async fn remind(
    tx: &mut TenantTx,
    reservation: Uuid,
    at: Option<DateTime<Utc>>,
) -> Result<()> {
    sqlx::query!(
        "update reservation_letters set remind_at = $2 where reservation_id = $1",
        reservation,
        at
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Takes those whose time to be reminded has come, each once, whoever else looks.
pub(super) async fn take_due(
    tx: &mut PlatformTx,
    now: DateTime<Utc>,
    limit: i64,
) -> Result<Vec<(Uuid, Uuid)>> {
    let rows = sqlx::query!(
        "update reservation_letters set remind_at = null
         where (tenant_id, reservation_id) in (
           select tenant_id, reservation_id from reservation_letters where remind_at <= $1
           order by remind_at limit $2 for update skip locked)
         returning tenant_id, reservation_id",
        now,
        limit
    )
    .fetch_all(tx.conn())
    .await?;
    let due = rows
        .into_iter()
        .map(|row| (row.tenant_id, row.reservation_id));
    Ok(due.collect())
}
