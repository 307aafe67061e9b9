//! The SQL of which devices somebody should look at. A device is called `p` in it.

use parking_domain::models::CATALOGUE;

/// That somebody cares how a device in use fares.
pub const WANTED: &str = "p.lifecycle <> 'decommissioned'";

/// From when on a device is silent for too long, of [`measured`]; null if it was never heard, or
/// nobody knows how often it speaks.
pub const SILENT_AT: &str = "p.last_seen_at + coalesce(p.heartbeat_seconds, m.heartbeat_seconds, c.heartbeat) * interval '2.5 seconds'";

/// That a device's battery is low, of [`measured`]: by the number its tenant raises alarms at, or the
/// usual one where they want none.
pub const LOW_BATTERY: &str = "p.battery_percent <= coalesce(r.battery_low_percent, 20)";

/// That a device was never heard.
pub const NEVER_SEEN: &str = "p.last_seen_at is null";

/// That a device serves no bay.
pub const UNASSIGNED: &str = "not exists (select from device_assignments a where a.tenant_id = p.tenant_id and a.device_id = p.id
    and a.unassigned_at is null)";

/// Devices beside what they are measured by. What says how often they speak, where they do not say so
/// themselves: `m`, a model of the tenant's own, and `c`, one of the catalogue, which is written in the
/// program and nowhere else. And `r`, what their tenant wants to be told of.
pub fn measured() -> String {
    let speaks = |seconds: Option<u32>| seconds.map_or("null::int".to_owned(), |s| s.to_string());
    let models = CATALOGUE
        .iter()
        .map(|model| format!("('{}', {})", model.slug, speaks(model.heartbeat_s)));
    let models: Vec<_> = models.collect();
    format!(
        "devices p
         left join device_models m on m.tenant_id = p.tenant_id and m.id = p.own_model_id
         left join (values {}) as c (slug, heartbeat) on c.slug = coalesce(p.model, m.based_on)
         left join alarm_rules r on r.tenant_id = p.tenant_id",
        models.join(", ")
    )
}
