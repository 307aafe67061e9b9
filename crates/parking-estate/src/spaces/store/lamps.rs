//! The SQL of what lamps of bays should show, were told, and say they show. Everything else about them
//! is for the slice that keeps them truthful.

use chrono::{DateTime, Utc};
use parking_db::Result;
use serde_json::Value;
use sqlx::PgConnection;
use uuid::Uuid;

/// A lamp and its three truths.
#[derive(Clone, Debug)]
pub(in crate::spaces) struct LampRow {
    pub(in crate::spaces) id: Uuid,
    pub(in crate::spaces) wanted_f_port: Option<i16>,
    pub(in crate::spaces) wanted_payload: Option<Vec<u8>>,
    pub(in crate::spaces) wanted_look: Option<Value>,
    pub(in crate::spaces) wanted_why: Option<String>,
    pub(in crate::spaces) wanted_at: Option<DateTime<Utc>>,
    pub(in crate::spaces) transmitted_f_port: Option<i16>,
    pub(in crate::spaces) transmitted_payload: Option<Vec<u8>>,
    pub(in crate::spaces) transmitted_look: Option<Value>,
    pub(in crate::spaces) transmitted_at: Option<DateTime<Utc>>,
    pub(in crate::spaces) shown: Option<Value>,
    pub(in crate::spaces) shown_agrees: Option<bool>,
    pub(in crate::spaces) shown_at: Option<DateTime<Utc>>,
    pub(in crate::spaces) behind_since: Option<DateTime<Utc>>,
    pub(in crate::spaces) mismatched_since: Option<DateTime<Utc>>,
    pub(in crate::spaces) display_fault: Option<String>,
}

/// Lamps by their devices, each with its tenant.
pub(in crate::spaces) async fn lamps(
    conn: &mut PgConnection,
    devices: &[(Uuid, Uuid)],
) -> Result<Vec<LampRow>> {
    let (tenants, ids): (Vec<Uuid>, Vec<Uuid>) = devices.iter().copied().unzip();
    let rows = sqlx::query_as!(
        LampRow,
        "select l.id, l.wanted_f_port, l.wanted_payload, l.wanted_look, l.wanted_why, l.wanted_at, l.transmitted_f_port,
           l.transmitted_payload, l.transmitted_look, l.transmitted_at, l.shown, l.shown_agrees, l.shown_at, l.behind_since,
           l.mismatched_since, d.display_fault
         from unnest($1::uuid[], $2::uuid[]) as w (tenant_id, id)
         join lamps l on l.tenant_id = w.tenant_id and l.id = w.id
         join devices d on d.tenant_id = l.tenant_id and d.id = l.id",
        &tenants,
        &ids
    )
    .fetch_all(conn)
    .await?;
    Ok(rows)
}
