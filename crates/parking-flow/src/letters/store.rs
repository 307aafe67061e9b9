//! The SQL of letters.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use parking_db::{PlatformTx, Result, TenantTx};
use parking_domain::reservations::{Slot, Told};
use uuid::Uuid;

/// What is known of what a holder was told.
pub(super) struct Standing {
    /// Whom, by the fingerprint of the address, and what.
    pub(super) last: Option<(Vec<u8>, Told)>,
    pub(super) written_until: Option<DateTime<Utc>>,
}

impl Standing {
    /// What whoever has this address was told.
    pub(super) fn told(&self, to: &[u8]) -> Option<&Told> {
        let told = self.last.as_ref().filter(|(whom, _)| whom == to);
        told.map(|(_, told)| told)
    }
}

/// What is known of reservations, locked until the end of the transaction.
pub(super) async fn hold(
    tx: &mut TenantTx,
    reservations: &[Uuid],
) -> Result<HashMap<Uuid, Standing>> {
    // Whoever holds several takes them in the same order.
    sqlx::query!(
        "insert into reservation_letters (tenant_id, reservation_id)
         select tenant_id, id from reservations where id = any($1) order by id on conflict do nothing",
        reservations
    )
    .execute(tx.conn())
    .await?;
    let rows = sqlx::query!(
        "select reservation_id, told_space_id, told_start, told_end, told_is_over, told_is_offer, reminded_for, written_until,
           told_to
         from reservation_letters where reservation_id = any($1) order by reservation_id for update",
        reservations
    )
    .fetch_all(tx.conn())
    .await?;
    let standings = rows.into_iter().map(|row| {
        let slot = row.told_start.zip(row.told_end);
        let told = row
            .told_space_id
            .zip(slot)
            .map(|(space, (start, end))| Told {
                space,
                slot: Slot { start, end },
                is_over: row.told_is_over,
                is_offer: row.told_is_offer,
                reminded_for: row.reminded_for,
            });
        let standing = Standing {
            last: row.told_to.zip(told),
            written_until: row.written_until,
        };
        (row.reservation_id, standing)
    });
    Ok(standings.collect())
}

/// What is painted on a bay, living or not, and where it lies.
pub(super) struct Bay {
    pub(super) code: String,
    pub(super) site_id: Uuid,
    pub(super) site_name: String,
    pub(super) timezone: String,
}

/// A bay, living or not.
pub(super) async fn bay(tx: &mut TenantTx, space: Uuid) -> Result<Option<Bay>> {
    let bay = sqlx::query_as!(
        Bay,
        "select s.code, s.site_id, i.name as site_name, i.timezone
         from spaces s join sites i on i.tenant_id = s.tenant_id and i.id = s.site_id where s.id = $1",
        space
    );
    Ok(bay.fetch_optional(tx.conn()).await?)
}

/// Keeps others from writing of reservations until an instant.
pub(super) async fn claim(
    tx: &mut TenantTx,
    reservations: &[Uuid],
    until: DateTime<Utc>,
) -> Result<()> {
    sqlx::query!(
        "update reservation_letters set written_until = $2 where reservation_id = any($1)",
        reservations,
        until
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Lets others write of those that were claimed until an instant.
pub(super) async fn let_go(
    tx: &mut TenantTx,
    reservations: &[Uuid],
    claimed: DateTime<Utc>,
) -> Result<()> {
    lock(tx, reservations).await?;
    sqlx::query!(
        "update reservation_letters set written_until = null where reservation_id = any($1) and written_until = $2",
        reservations,
        claimed
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Writes down what they were told of each that was claimed until an instant, and when they are to be
/// reminded of it. Of an address that was taken out meanwhile nothing is written down.
pub(super) async fn tell(
    tx: &mut TenantTx,
    (to, claimed): (&[u8], DateTime<Utc>),
    told: &[(Uuid, Told, Option<DateTime<Utc>>)],
) -> Result<()> {
    let ids: Vec<Uuid> = told.iter().map(|one| one.0).collect();
    let spaces: Vec<Uuid> = told.iter().map(|one| one.1.space).collect();
    let starts: Vec<DateTime<Utc>> = told.iter().map(|one| one.1.slot.start).collect();
    let ends: Vec<DateTime<Utc>> = told.iter().map(|one| one.1.slot.end).collect();
    let over: Vec<bool> = told.iter().map(|one| one.1.is_over).collect();
    let offers: Vec<bool> = told.iter().map(|one| one.1.is_offer).collect();
    let reminded: Vec<Option<DateTime<Utc>>> = told.iter().map(|one| one.1.reminded_for).collect();
    let remind: Vec<Option<DateTime<Utc>>> = told.iter().map(|one| one.2).collect();
    lock(tx, &ids).await?;
    sqlx::query!(
        "update reservation_letters l set told_to = $1, told_space_id = w.space, told_start = w.starts, told_end = w.ends,
           told_is_over = w.is_over, told_is_offer = w.is_offer, reminded_for = w.reminded, remind_at = w.remind,
           written_until = null
         from unnest($3::uuid[], $4::uuid[], $5::timestamptz[], $6::timestamptz[], $7::boolean[], $8::boolean[],
           $9::timestamptz[], $10::timestamptz[]) as w (id, space, starts, ends, is_over, is_offer, reminded, remind)
         where l.reservation_id = w.id and l.written_until = $2",
        to,
        claimed,
        &ids,
        &spaces,
        &starts,
        &ends,
        &over,
        &offers,
        &reminded as &[Option<DateTime<Utc>>],
        &remind as &[Option<DateTime<Utc>>]
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Writes down of each that was claimed until an instant that whoever was told of it last has no more to do
/// with it: whoever has it is told anew, also if it is the same again.
pub(super) async fn part(
    tx: &mut TenantTx,
    claimed: DateTime<Utc>,
    reservations: &[Uuid],
) -> Result<()> {
    lock(tx, reservations).await?;
    sqlx::query!(
        "update reservation_letters set told_to = null, told_space_id = null, told_start = null, told_end = null,
           told_is_over = false, told_is_offer = false, reminded_for = null, remind_at = null, written_until = null
         where reservation_id = any($1) and written_until = $2",
        reservations,
        claimed
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Locks in the order in which everybody does.
async fn lock(tx: &mut TenantTx, reservations: &[Uuid]) -> Result<()> {
    sqlx::query!(
        "select reservation_id from reservation_letters where reservation_id = any($1)
         order by reservation_id for update",
        reservations
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(())
}

/// Writes down when they are to be reminded of reservations, which the caller holds.
pub(super) async fn remind(
    tx: &mut TenantTx,
    reminders: &[(Uuid, Option<DateTime<Utc>>)],
) -> Result<()> {
    let ids: Vec<Uuid> = reminders.iter().map(|one| one.0).collect();
    let at: Vec<Option<DateTime<Utc>>> = reminders.iter().map(|one| one.1).collect();
    sqlx::query!(
        "update reservation_letters l set remind_at = w.at
         from unnest($1::uuid[], $2::timestamptz[]) as w (id, at)
         where l.reservation_id = w.id and l.remind_at is distinct from w.at",
        &ids,
        &at as &[Option<DateTime<Utc>>]
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Takes those of active tenants whose time to be reminded has come, each once, whoever else looks.
pub(super) async fn take_due(
    tx: &mut PlatformTx,
    now: DateTime<Utc>,
    limit: i64,
) -> Result<Vec<(Uuid, Uuid)>> {
    let rows = sqlx::query!(
        "update reservation_letters set remind_at = null
         where (tenant_id, reservation_id) in (
           select l.tenant_id, l.reservation_id from reservation_letters l
           join tenants t on t.id = l.tenant_id and t.status = 'active'
           where l.remind_at <= $1 order by l.remind_at limit $2 for update of l skip locked)
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
