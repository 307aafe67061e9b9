//! The SQL of holding what nobody else may change meanwhile, in the order in which all do: a sender's name
//! for a reservation, a person, bays; and whether anything is to be done for the tenant at all.

use parking_db::{Result, TenantTx};
use parking_domain::reservations::Terms;
use uuid::Uuid;

use super::terms;
use crate::reservations::Holder;

/// A bay that is locked until the end of the transaction.
pub(in crate::reservations) struct HeldBay {
    pub(in crate::reservations) id: Uuid,
    pub(in crate::reservations) is_living: bool,
    pub(in crate::reservations) is_reservable: bool,
    /// For how long a reservation of it waits for its vehicle, if the bay has a rule of its own.
    pub(in crate::reservations) grace: Option<i32>,
    pub(in crate::reservations) terms: Terms,
}

/// Holds a person until the end of the transaction, so that nobody else counts what they have. Before
/// any bay is held.
pub async fn hold_person(tx: &mut TenantTx, holder: &Holder) -> Result<()> {
    let Some(key) = holder.key() else {
        return Ok(());
    };
    let key = format!("{}/{key}", tx.tenant().0);
    sqlx::query!(
        r#"select 'held' as "held!" from pg_advisory_xact_lock(hashtextextended($1, 7275744))"#,
        key
    )
    .fetch_one(tx.conn())
    .await?;
    Ok(())
}

/// Whether somebody may come into the tenant, and things are done in its name.
pub async fn is_tenant_active(tx: &mut TenantTx) -> Result<bool> {
    let tenant = tx.tenant().0;
    let is_active = sqlx::query_scalar!(
        r#"select status = 'active' as "is_active!" from tenants where id = $1"#,
        tenant
    );
    Ok(is_active.fetch_optional(tx.conn()).await? == Some(true))
}

/// Holds a sender's name for a reservation until the end of the transaction. Before any person is held.
pub(in crate::reservations) async fn hold_request(tx: &mut TenantTx, request: &str) -> Result<()> {
    let key = format!("{}/{request}", tx.tenant().0);
    sqlx::query!(
        r#"select 'held' as "held!" from pg_advisory_xact_lock(hashtextextended($1, 7275747))"#,
        key
    )
    .fetch_one(tx.conn())
    .await?;
    Ok(())
}

/// A bay, locked until the end of the transaction, with the terms that hold for it.
pub(in crate::reservations) async fn hold_bay(
    tx: &mut TenantTx,
    space: Uuid,
) -> Result<Option<HeldBay>> {
    let row = sqlx::query!(
        r#"select s.id, s.deleted_at is null and i.is_active and i.deleted_at is null as "is_living!", s.is_reservable,
             s.auto_release_minutes,
             (select to_jsonb(m) from reservation_terms m
              where m.tenant_id = s.tenant_id and (m.site_id = s.site_id or m.site_id is null)
              order by m.site_id nulls last limit 1) as terms
           from spaces s join sites i on i.tenant_id = s.tenant_id and i.id = s.site_id
           where s.id = $1 for no key update of s"#,
        space
    )
    .fetch_optional(tx.conn())
    .await?;
    Ok(row.map(|row| HeldBay {
        id: row.id,
        is_living: row.is_living,
        is_reservable: row.is_reservable,
        grace: row.auto_release_minutes,
        terms: terms::read(row.terms),
    }))
}
