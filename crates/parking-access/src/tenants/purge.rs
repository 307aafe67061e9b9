//! Deleting for good what a tenant left behind when its grace period is over.
//!
//! Rows go table by table, those that refer to others first, in batches that commit: a tenant of
//! any size fits, and a purge that broke off goes on where it stopped. Which tables there are is
//! asked of the catalogue. The tenant's row goes last, together with the record of it.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use parking_db::{Db, DbError, PlatformTx, Reason};
use parking_domain::ids::TenantId;
use parking_domain::tenancy::TenantStatus;

use super::{Tenant, entry, happened, lock, store};
use crate::audit::{self, By};

/// Tables whose rows outlive the tenant, until their months are dropped.
pub(super) const KEPT: &[&str] = &["audit_log", "audit_heads", "events"];

/// Rows deleted in one transaction.
const BATCH: i64 = 5_000;

/// Deletes every tenant whose grace period is over, and says how many.
pub(super) async fn purge_due(db: &Db, now: DateTime<Utc>) -> Result<usize, DbError> {
    let mut tx = begin(db).await?;
    let due = store::due_for_purge(&mut tx, now).await?;
    let tables = in_order(
        store::tenant_tables(&mut tx).await?,
        &store::references(&mut tx).await?,
    );
    drop(tx);
    for id in &due {
        purge(db, *id, &tables, now).await?;
    }
    Ok(due.len())
}

async fn purge(
    db: &Db,
    id: TenantId,
    tables: &[String],
    now: DateTime<Utc>,
) -> Result<(), DbError> {
    for table in tables {
        loop {
            let mut tx = begin(db).await?;
            if doomed(&mut tx, id, now).await?.is_none() {
                return Ok(());
            }
            let deleted = store::delete_rows(&mut tx, table, id, BATCH).await?;
            tx.commit().await?;
            if deleted < BATCH.unsigned_abs() {
                break;
            }
        }
    }
    let mut tx = begin(db).await?;
    let Some(tenant) = doomed(&mut tx, id, now).await? else {
        return Ok(());
    };
    store::delete(&mut tx, id).await?;
    happened(tx.conn(), id, "tenant.deleted", now).await?;
    let by = By::system("purge of deleted tenants");
    let entry = entry("tenant.deleted", &tenant);
    audit::append(tx.conn(), TenantId::PLATFORM, &by, now, entry).await?;
    tx.commit().await
}

async fn begin(db: &Db) -> Result<PlatformTx, DbError> {
    db.platform(Reason::Worker("purge deleted tenants")).await
}

/// The tenant, held, if it is still to be deleted. Activation refuses from that instant on.
async fn doomed(
    tx: &mut PlatformTx,
    id: TenantId,
    now: DateTime<Utc>,
) -> Result<Option<Tenant>, DbError> {
    let tenant = lock(tx.conn(), id).await?;
    Ok(tenant.filter(|tenant| {
        tenant.status == TenantStatus::Deleting && tenant.delete_after.is_some_and(|at| at <= now)
    }))
}

/// The tables without those that are kept, each before the ones it refers to. `references` are
/// pairs of a table and one it refers to.
fn in_order(tables: Vec<String>, references: &[(String, String)]) -> Vec<String> {
    let mut left: BTreeSet<String> = tables
        .into_iter()
        .filter(|table| !KEPT.contains(&table.as_str()))
        .collect();
    let mut order = Vec::with_capacity(left.len());
    while !left.is_empty() {
        let is_free = |table: &&String| {
            references
                .iter()
                .all(|(from, to)| to != *table || from == to || !left.contains(from))
        };
        // Tables that refer to each other in a ring are for their own slice to untie.
        let next = left.iter().find(is_free).or(left.first()).cloned();
        let Some(next) = next else { break };
        left.remove(&next);
        order.push(next);
    }
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_refers_goes_before_whom_it_refers_to() {
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        let references = [
            ("devices".to_owned(), "sites".to_owned()),
            ("assignments".to_owned(), "devices".to_owned()),
            ("sites".to_owned(), "sites".to_owned()),
        ];
        let tables = names(&["audit_log", "sites", "devices", "assignments"]);
        let order: Vec<String> = names(&["assignments", "devices", "sites"]);
        assert_eq!(in_order(tables, &references), order);
    }
}
