//! Computing a tenant's chain again, outside of the database that keeps it.

use parking_db::{Db, Reason, Result};
use parking_domain::ids::TenantId;
use sha2::{Digest as _, Sha256};
use sqlx::PgConnection;

use super::store::{self, Head, Row};

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

/// Verifies one tenant's chain: from the last entry of the months that were dropped, or from
/// nothing, to the head.
pub(super) async fn verify_tenant(
    conn: &mut PgConnection,
    tenant: TenantId,
) -> Result<Verification> {
    // The head first: entries written meanwhile are beyond it and not its business.
    let head = store::head(&mut *conn, tenant).await?;
    let mut last = head
        .as_ref()
        .map_or_else(Place::default, Place::before_front);
    let (front, mut checked, mut after) = (last.seq, 0, i64::MIN);
    loop {
        let batch = store::chain_after(&mut *conn, tenant, after, BATCH).await?;
        for row in &batch {
            if let Some(kind) = fault(&last, front, row) {
                let fault = Some(Fault { seq: row.seq, kind });
                return Ok(Verification {
                    tenant,
                    checked,
                    fault,
                });
            }
            checked += 1;
            after = row.seq;
            if row.seq > front {
                last = Place::of(row);
            }
        }
        if i64::try_from(batch.len()).unwrap_or(BATCH) < BATCH {
            break;
        }
    }
    let is_whole = match head {
        Some(head) if head.seq == last.seq => head.hash == last.hash,
        Some(head) => head.seq < last.seq,
        None => checked == 0,
    };
    let fault = (!is_whole).then_some(Fault {
        seq: last.seq,
        kind: FaultKind::CutOff,
    });
    Ok(Verification {
        tenant,
        checked,
        fault,
    })
}

/// An entry as far as the next one depends on it; by default what is before the first.
#[derive(Debug, Default)]
struct Place {
    seq: i64,
    hash: Vec<u8>,
}

impl Place {
    fn of(row: &Row) -> Self {
        Self {
            seq: row.seq,
            hash: row.hash.clone(),
        }
    }

    /// The last entry that was dropped with its month.
    fn before_front(head: &Head) -> Self {
        Self {
            seq: head.dropped_seq,
            hash: head.dropped_hash.clone(),
        }
    }
}

fn fault(last: &Place, front: i64, row: &Row) -> Option<FaultKind> {
    if hash(row) != row.hash[..] {
        return Some(FaultKind::Changed);
    }
    if row.seq <= front {
        // Entries of one moment may lie in two months. What went before one that was dropped has
        // nothing to follow any more; it still has to be what was written.
        return None;
    }
    if row.seq > last.seq + 1 {
        return Some(FaultKind::Removed);
    }
    (row.seq != last.seq + 1 || row.prev_hash != last.hash).then_some(FaultKind::Reordered)
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
