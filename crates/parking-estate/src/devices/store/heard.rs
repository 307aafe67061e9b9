//! The SQL of what the radio heard of devices.

use chrono::{DateTime, Utc};
use parking_db::{PlatformTx, Result};
use uuid::Uuid;

use crate::devices::{DisplayFault, Heard};

/// A device by its name, with what its messages are read by.
pub(in crate::devices) struct Known {
    pub(in crate::devices) tenant_id: Uuid,
    pub(in crate::devices) dev_eui: String,
    pub(in crate::devices) id: Uuid,
    /// The model of the catalogue it is, or is based on.
    pub(in crate::devices) model: Option<String>,
    /// Its own heartbeat, or that of a model of the tenant's own.
    pub(in crate::devices) heartbeat: Option<i32>,
    pub(in crate::devices) space_id: Option<Uuid>,
    pub(in crate::devices) assigned_at: Option<DateTime<Utc>>,
    pub(in crate::devices) session: Option<String>,
    pub(in crate::devices) session_before: Option<String>,
    pub(in crate::devices) f_cnt: Option<i64>,
    pub(in crate::devices) frames_lost: i64,
    pub(in crate::devices) is_display: bool,
}

pub(in crate::devices) async fn known(
    tx: &mut PlatformTx,
    names: &[(Uuid, &str)],
) -> Result<Vec<Known>> {
    let tenants: Vec<Uuid> = names.iter().map(|(tenant, _)| *tenant).collect();
    let euis: Vec<String> = names.iter().map(|(_, eui)| (*eui).to_owned()).collect();
    let known = sqlx::query_as!(
        Known,
        r#"select d.tenant_id, d.dev_eui, d.id, coalesce(d.model, m.based_on) as model,
             coalesce(d.heartbeat_seconds, m.heartbeat_seconds) as heartbeat,
             a.space_id as "space_id?", a.assigned_at as "assigned_at?", d.radio_session as session,
             d.radio_session_before as session_before, d.radio_f_cnt as f_cnt, d.frames_lost, d.is_display
           from (select distinct * from unnest($1::uuid[], $2::text[]) as w (tenant_id, dev_eui)) w
           join devices d on d.dev_eui = w.dev_eui and d.archived_at is null and d.tenant_id = w.tenant_id
           left join device_models m on m.tenant_id = d.tenant_id and m.id = d.own_model_id
           left join device_assignments a
             on a.tenant_id = d.tenant_id and a.device_id = d.id and a.role = 'sensor' and a.unassigned_at is null"#,
        &tenants,
        &euis
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(known)
}

pub(in crate::devices) async fn write(tx: &mut PlatformTx, messages: &[Heard]) -> Result<()> {
    macro_rules! column {
        ($of:expr) => {
            messages.iter().map($of).collect::<Vec<_>>()
        };
    }
    macro_rules! numbered {
        ($of:expr) => {
            column!(|one| one.numbering.as_ref().and_then($of))
        };
    }
    // Locked in one order, because two batches may hold messages of the same devices.
    sqlx::query!(
        "with told as materialized (
           select *, rssi is not null or snr is not null or gateway is not null as is_received
           from unnest($1::uuid[], $2::uuid[], $3::timestamptz[], $4::real[], $5::real[], $6::int[], $7::real[], $8::text[],
               $9::text[], $10::bigint[], $11::bigint[], $12::text[]) with ordinality
             as w (tenant_id, id, at, battery_percent, battery_volts, rssi, snr, gateway, session, f_cnt, lost, session_before,
               place)),
         w as materialized (
           -- Of each thing what the newest message says that says anything of it.
           select tenant_id, id, max(at) as at, bool_or(is_received) as is_received,
             (array_agg(rssi order by at desc, place desc) filter (where is_received))[1] as rssi,
             (array_agg(snr order by at desc, place desc) filter (where is_received))[1] as snr,
             (array_agg(gateway order by at desc, place desc) filter (where is_received))[1] as gateway,
             (array_agg(battery_percent order by at desc, place desc) filter (where battery_percent is not null))[1]
               as battery_percent,
             (array_agg(battery_volts order by at desc, place desc) filter (where battery_volts is not null))[1] as battery_volts,
             (array_agg(session order by place desc))[1] as session, (array_agg(f_cnt order by place desc))[1] as f_cnt,
             (array_agg(session_before order by place desc))[1] as session_before,
             (array_agg(lost order by place desc))[1] as lost
           from told group by tenant_id, id),
         held as materialized (
           select w.*, d.last_seen_at is null or d.last_seen_at <= w.at as is_newest
           from devices d join w on w.tenant_id = d.tenant_id and w.id = d.id
           where d.archived_at is null order by d.tenant_id, d.id for no key update of d)
         update devices d set
           last_seen_at = greatest(d.last_seen_at, w.at),
           rssi = case when w.is_newest and w.is_received then w.rssi else d.rssi end,
           snr = case when w.is_newest and w.is_received then w.snr else d.snr end,
           only_gateway_eui = case when w.is_newest and w.is_received then w.gateway else d.only_gateway_eui end,
           battery_percent = case when w.is_newest then coalesce(w.battery_percent, d.battery_percent) else d.battery_percent end,
           battery_volts = case when w.is_newest then coalesce(w.battery_volts, d.battery_volts) else d.battery_volts end,
           radio_session = case when w.lost is null then d.radio_session else w.session end,
           radio_session_before = case when w.lost is null then d.radio_session_before else w.session_before end,
           radio_f_cnt = case when w.lost is null then d.radio_f_cnt else w.f_cnt end,
           frames_lost = coalesce(w.lost, d.frames_lost)
         from held w
         where d.tenant_id = w.tenant_id and d.id = w.id and (w.is_newest or w.lost is not null)",
        &column!(|one| one.tenant_id),
        &column!(|one| one.device_id),
        &column!(|one| one.at),
        &column!(|one| one.battery_percent) as &[Option<f32>],
        &column!(|one| one.battery_volts) as &[Option<f32>],
        &column!(|one| one.rssi) as &[Option<i32>],
        &column!(|one| one.snr) as &[Option<f32>],
        &column!(|one| one.only_gateway.map(|eui| eui.to_string())) as &[Option<String>],
        &numbered!(|of| of.session.clone()) as &[Option<String>],
        &numbered!(|of| of.highest.map(i64::from)) as &[Option<i64>],
        &numbered!(|of| Some(i64::try_from(of.lost).unwrap_or(i64::MAX))) as &[Option<i64>],
        &numbered!(|of| of.session_before.clone()) as &[Option<String>],
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

pub(in crate::devices) async fn note_faults(
    tx: &mut PlatformTx,
    faults: &[(Uuid, Uuid, Option<DisplayFault>)],
    now: DateTime<Utc>,
) -> Result<()> {
    let tenants: Vec<Uuid> = faults.iter().map(|one| one.0).collect();
    let ids: Vec<Uuid> = faults.iter().map(|one| one.1).collect();
    let words: Vec<_> = faults
        .iter()
        .map(|one| one.2.map(|fault| fault.name().to_owned()))
        .collect();
    sqlx::query!(
        "with w as materialized (
           select * from unnest($1::uuid[], $2::uuid[], $3::text[]) as w (tenant_id, id, fault)),
         held as materialized (
           select w.* from devices d join w on w.tenant_id = d.tenant_id and w.id = d.id
           order by d.tenant_id, d.id for no key update of d)
         update devices d set display_fault = h.fault, display_fault_since = case when h.fault is null then null else $4::timestamptz end
         from held h where d.tenant_id = h.tenant_id and d.id = h.id and d.display_fault is distinct from h.fault",
        &tenants,
        &ids,
        &words as &[Option<String>],
        now,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}
