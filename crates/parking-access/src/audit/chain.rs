//! Computing a tenant's chain again, outside of the database that keeps it.

use parking_db::{Db, Reason, Result};
use parking_domain::ids::TenantId;
use sha2::{Digest as _, Sha256};
use sqlx::PgConnection;

use super::store::{self, Row};

/// Entries read at a time.
const BATCH: i64 = 1_000;

/// What a chain turned out to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verification {
    /// Whose chain.
    pub tenant: TenantId,
    /// Entries that were looked at.
    pub checked: i64,
    /// Where it breaks first.
    pub fault: Option<Fault>,
}

/// A place where a chain breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The number of the entry at which it shows.
    pub seq: i64,
    /// What is wrong there.
    pub kind: FaultKind,
}

/// What is wrong with a chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FaultKind {
    /// The entry is not what it was when it was written.
    Changed,
    /// The entry before it is gone.
    Removed,
    /// The entry does not follow the one before it.
    Reordered,
    /// The last entries are gone.
    CutOff,
}

impl FaultKind {
    /// The name in the API.
    pub fn name(self) -> &'static str {
        match self {
            Self::Changed => "changed",
            Self::Removed => "removed",
            Self::Reordered => "reordered",
            Self::CutOff => "cut_off",
        }
    }

    /// What it means, for people.
    pub fn message(self) -> &'static str {
        match self {
            Self::Changed => "this entry is not what it was when it was written",
            Self::Removed => "one or more entries before this one are gone",
            Self::Reordered => "this entry does not follow the one before it",
            Self::CutOff => "the entries after this one are gone",
        }
    }
}

/// Verifies the chains of all tenants.
pub async fn verify(db: &Db) -> Result<Vec<Verification>> {
    let mut tx = db.platform(Reason::Worker("audit verify")).await?;
    let tenants = store::tenants(&mut tx).await?;
    let mut found = Vec::with_capacity(tenants.len());
    for tenant in tenants {
        found.push(verify_tenant(tx.conn(), tenant).await?);
    }
    Ok(found)
}

/// Verifies one tenant's chain. The oldest entry kept is taken at its word, because months
/// before it may have been dropped.
pub(super) async fn verify_tenant(
    conn: &mut PgConnection,
    tenant: TenantId,
) -> Result<Verification> {
    // The head first: entries written meanwhile are beyond it and not its business.
    let head = store::head(&mut *conn, tenant).await?;
    let mut checked = 0;
    let mut last: Option<Row> = None;
    loop {
        let after = last.as_ref().map_or(i64::MIN, |row| row.seq);
        let batch = store::chain_after(&mut *conn, tenant, after, BATCH).await?;
        let is_last = i64::try_from(batch.len()).unwrap_or(BATCH) < BATCH;
        for row in batch {
            if let Some(kind) = fault(last.as_ref(), &row) {
                let fault = Some(Fault { seq: row.seq, kind });
                return Ok(Verification {
                    tenant,
                    checked,
                    fault,
                });
            }
            checked += 1;
            last = Some(row);
        }
        if is_last {
            break;
        }
    }
    let is_whole = match (&head, &last) {
        (Some((seq, _)), Some(row)) if row.seq < *seq => false,
        (Some((seq, hash)), Some(row)) if row.seq == *seq => *hash == row.hash,
        // Dropping every month leaves a head without entries, which proves nothing either way.
        (None, Some(_)) => false,
        _ => true,
    };
    let fault = (!is_whole).then(|| Fault {
        seq: last.as_ref().map_or(0, |row| row.seq),
        kind: FaultKind::CutOff,
    });
    Ok(Verification {
        tenant,
        checked,
        fault,
    })
}

fn fault(last: Option<&Row>, row: &Row) -> Option<FaultKind> {
    if hash(row) != row.hash[..] {
        return Some(FaultKind::Changed);
    }
    match last {
        Some(last) if row.seq > last.seq + 1 => Some(FaultKind::Removed),
        Some(last) if row.seq != last.seq + 1 || row.prev_hash != last.hash => {
            Some(FaultKind::Reordered)
        }
        _ => None,
    }
}

/// The hash the trigger `chain_audit_entry` gave this entry, computed from what is there now.
fn hash(row: &Row) -> [u8; 32] {
    let id = |id: uuid::Uuid| Some(id.to_string());
    let fields = [
        id(row.tenant_id),
        id(row.id),
        Some(row.seq.to_string()),
        Some(row.at.timestamp_micros().to_string()),
        Some(row.actor_type.clone()),
        row.actor_id.clone(),
        row.actor_name.clone(),
        Some(row.action.clone()),
        Some(row.entity_type.clone()),
        row.entity_id.clone(),
        row.entity_name.clone(),
        row.old.clone(),
        row.new.clone(),
        row.reason.clone(),
        row.request_id.clone(),
        row.ip.clone(),
    ];
    let mut hash = Sha256::new_with_prefix(&row.prev_hash);
    for field in fields {
        match field {
            Some(text) => hash.update(format!("{}:{text}", text.len())),
            None => hash.update("-"),
        }
    }
    hash.finalize().into()
}
