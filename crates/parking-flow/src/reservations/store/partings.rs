//! The SQL of those whose reservation became somebody else's, and who are to be told. Triggers write them down.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use parking_db::{PlatformTx, Result, TenantTx};
use uuid::Uuid;

/// A reservation that became somebody else's.
#[derive(Clone, Copy, Debug)]
pub struct Parted {
    /// Whose it is.
    pub tenant: Uuid,
    /// Which, or one of those of the series.
    pub reservation: Uuid,
    /// Its bay.
    pub space: Uuid,
    /// The series that it is of.
    pub series: Option<Uuid>,
}

/// The addresses of those who had reservations before, by reservation.
pub async fn partings(
    tx: &mut TenantTx,
    reservations: &[Uuid],
) -> Result<HashMap<Uuid, Vec<String>>> {
    let rows = sqlx::query!(
        "select reservation_id, email from reservation_partings where reservation_id = any($1) order by parted_at, email",
        reservations
    )
    .fetch_all(tx.conn())
    .await?;
    let mut partings: HashMap<Uuid, Vec<String>> = HashMap::new();
    for row in rows {
        let of_it = partings.entry(row.reservation_id).or_default();
        of_it.push(row.email);
    }
    Ok(partings)
}

/// Forgets who had which reservation before: they were told, or there is nothing to tell them.
pub async fn forget_partings(tx: &mut TenantTx, partings: &[(Uuid, String)]) -> Result<()> {
    let (reservations, emails): (Vec<Uuid>, Vec<String>) = partings.iter().cloned().unzip();
    sqlx::query!(
        "delete from reservation_partings p using unnest($1::uuid[], $2::text[]) as w (reservation_id, email)
         where p.reservation_id = w.reservation_id and p.email = w.email",
        &reservations,
        &emails
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Forgets everything that a person had before.
pub(in crate::reservations) async fn forget_person(tx: &mut TenantTx, key: &str) -> Result<()> {
    sqlx::query!(
        "delete from reservation_partings where holder_key = $1",
        key
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Reservations of active tenants that became somebody else's before an instant; of a series one.
pub async fn parted(tx: &mut PlatformTx, before: DateTime<Utc>, limit: i64) -> Result<Vec<Parted>> {
    let parted = sqlx::query_as!(
        Parted,
        "select distinct on (r.tenant_id, coalesce(r.series_id, r.id)) r.tenant_id as tenant, r.id as reservation,
           r.space_id as space, r.series_id as series
         from (select o.tenant_id, o.reservation_id from reservation_partings o
               join tenants t on t.id = o.tenant_id and t.status = 'active'
               where o.parted_at <= $1 order by o.parted_at limit $2) p
         join reservations r on r.tenant_id = p.tenant_id and r.id = p.reservation_id
         order by r.tenant_id, coalesce(r.series_id, r.id), r.id",
        before,
        limit
    );
    Ok(parted.fetch_all(tx.conn()).await?)
}

/// Forgets those of whom nobody could be told since an instant.
pub async fn forget_partings_before(tx: &mut PlatformTx, before: DateTime<Utc>) -> Result<()> {
    sqlx::query!(
        "delete from reservation_partings where parted_at <= $1",
        before
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}
