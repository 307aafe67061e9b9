//! The SQL of tickets.

use chrono::{DateTime, Utc};
use parking_db::{Result, TenantTx};
use uuid::Uuid;

use super::{Place, Ticket};

/// Whether a link is the one of its reservation, of an active tenant, and the reservation ended after an
/// instant.
pub(super) async fn is_good(
    tx: &mut TenantTx,
    ticket: &Ticket,
    ended_after: DateTime<Utc>,
) -> Result<bool> {
    let is_good = sqlx::query_scalar!(
        r#"select exists (select from reservations r join tenants t on t.id = r.tenant_id
           where r.id = $1 and r.ticket_number = $2 and r.end_time > $3 and t.status = 'active') as "is_good!""#,
        ticket.reservation,
        ticket.number,
        ended_after
    );
    Ok(is_good.fetch_one(tx.conn()).await?)
}

/// Where a bay is found, living or not.
pub(crate) async fn place(tx: &mut TenantTx, space: Uuid) -> Result<Option<Place>> {
    let place = sqlx::query_as!(
        Place,
        r#"select i.address, i.postal_code, i.city, l.name as "level?", z.name as "zone?"
         from spaces s join sites i on i.tenant_id = s.tenant_id and i.id = s.site_id
         left join levels l on l.tenant_id = s.tenant_id and l.id = s.level_id
         left join zones z on z.tenant_id = s.tenant_id and z.id = s.zone_id
         where s.id = $1"#,
        space
    );
    Ok(place.fetch_optional(tx.conn()).await?)
}

/// The number of the link that is good.
pub(super) async fn number(tx: &mut TenantTx, reservation: Uuid) -> Result<Option<i32>> {
    let number = sqlx::query_scalar!(
        "select ticket_number from reservations where id = $1",
        reservation
    );
    Ok(number.fetch_optional(tx.conn()).await?)
}

/// The same, if the reservation has this version still.
pub(super) async fn number_of(
    tx: &mut TenantTx,
    (reservation, version): (Uuid, i64),
) -> Result<Option<i32>> {
    let number = sqlx::query_scalar!(
        "select ticket_number from reservations where id = $1 and version = $2",
        reservation,
        version
    );
    Ok(number.fetch_optional(tx.conn()).await?)
}

/// Counts the number of the link up, and answers it.
pub(super) async fn count_up(tx: &mut TenantTx, reservation: Uuid) -> Result<Option<i32>> {
    let number = sqlx::query_scalar!(
        "update reservations set ticket_number = ticket_number + 1 where id = $1 returning ticket_number",
        reservation
    );
    Ok(number.fetch_optional(tx.conn()).await?)
}
