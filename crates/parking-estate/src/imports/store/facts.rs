//! What is there already, for many rows at once.

use std::collections::BTreeSet;

use parking_db::{PlatformTx, Result, TenantTx};
use parking_domain::bays::order_key;
use uuid::Uuid;

/// A living site.
#[derive(Clone, Debug)]
pub(in crate::imports) struct SiteFact {
    pub(in crate::imports) id: Uuid,
    /// In lower case.
    pub(in crate::imports) name: String,
    pub(in crate::imports) slug: String,
}

/// A level or zone.
#[derive(Clone, Debug)]
pub(in crate::imports) struct PartFact {
    pub(in crate::imports) id: Uuid,
    pub(in crate::imports) site_id: Uuid,
    /// `level` or `zone`.
    pub(in crate::imports) kind: String,
    pub(in crate::imports) name: String,
}

/// A living bay.
#[derive(Clone, Debug)]
pub(in crate::imports) struct BayFact {
    pub(in crate::imports) id: Uuid,
    pub(in crate::imports) site_id: Uuid,
    pub(in crate::imports) code: String,
    pub(in crate::imports) name: Option<String>,
    pub(in crate::imports) level_id: Option<Uuid>,
    pub(in crate::imports) zone_id: Option<Uuid>,
    pub(in crate::imports) kind: String,
    pub(in crate::imports) latitude: Option<f64>,
    pub(in crate::imports) longitude: Option<f64>,
    pub(in crate::imports) is_reservable: bool,
    pub(in crate::imports) auto_release_minutes: Option<i32>,
    /// As what devices serve it.
    pub(in crate::imports) roles: Vec<String>,
}

/// A device in use.
#[derive(Clone, Debug)]
pub(in crate::imports) struct DeviceFact {
    pub(in crate::imports) id: Uuid,
    pub(in crate::imports) dev_eui: String,
    pub(in crate::imports) name: Option<String>,
    pub(in crate::imports) model: Option<String>,
    pub(in crate::imports) join_eui: Option<String>,
    pub(in crate::imports) serial_number: Option<String>,
    /// The bays it serves, and as what.
    pub(in crate::imports) spaces: Vec<Uuid>,
    pub(in crate::imports) roles: Vec<String>,
}

/// How many of a thing a tenant may have.
#[derive(Clone, Copy, Debug)]
pub(in crate::imports) struct Room {
    /// That many.
    pub(in crate::imports) max: i32,
    /// That many it has.
    pub(in crate::imports) used: i32,
    /// That many it will have, as rows are judged.
    pub(in crate::imports) taken: i32,
}

pub(in crate::imports) async fn sites(tx: &mut TenantTx) -> Result<Vec<SiteFact>> {
    let sites = sqlx::query_as!(
        SiteFact,
        "select id, name, slug from sites where deleted_at is null order by id"
    );
    let mut sites = sites.fetch_all(tx.conn()).await?;
    for site in &mut sites {
        site.name = site.name.to_lowercase();
    }
    Ok(sites)
}

/// The levels and zones of sites.
pub(in crate::imports) async fn parts(tx: &mut TenantTx, sites: &[Uuid]) -> Result<Vec<PartFact>> {
    let parts = sqlx::query_as!(
        PartFact,
        r#"select id as "id!", site_id as "site_id!", 'level' as "kind!", name as "name!" from levels where site_id = any($1)
           union all select id, site_id, 'zone', name from zones where site_id = any($1)"#,
        sites
    );
    Ok(parts.fetch_all(tx.conn()).await?)
}

/// The living bays of these codes, whatever their case and zeros; of some sites or of all. Found by
/// the key codes are sorted by, because that an index answers under row-level security.
pub(in crate::imports) async fn bays(
    tx: &mut TenantTx,
    sites: Option<&[Uuid]>,
    codes: &[&str],
) -> Result<Vec<BayFact>> {
    let mut keys: Vec<String> = codes.iter().map(|code| order_key(code)).collect();
    keys.sort_unstable();
    keys.dedup();
    let bays = sqlx::query_as!(
        BayFact,
        r#"select s.id, s.site_id, s.code, s.name, s.level_id, s.zone_id, s.kind, s.latitude, s.longitude, s.is_reservable,
             s.auto_release_minutes,
             array(select a.role from device_assignments a where a.tenant_id = s.tenant_id and a.space_id = s.id
                     and a.unassigned_at is null) as "roles!"
           from spaces s
           where s.code_order = any($1) and s.deleted_at is null and ($2::uuid[] is null or s.site_id = any($2))"#,
        &keys,
        sites
    );
    Ok(bays.fetch_all(tx.conn()).await?)
}

/// The tenant's own devices of these `DevEUI`s.
pub(in crate::imports) async fn devices(
    tx: &mut TenantTx,
    euis: &[String],
) -> Result<Vec<DeviceFact>> {
    let devices = sqlx::query_as!(
        DeviceFact,
        r#"select d.id, d.dev_eui, d.name, coalesce(d.model, d.own_model_id::text) as model, d.join_eui, d.serial_number,
             array(select a.space_id from device_assignments a where a.tenant_id = d.tenant_id and a.device_id = d.id
                     and a.unassigned_at is null order by a.role) as "spaces!",
             array(select a.role from device_assignments a where a.tenant_id = d.tenant_id and a.device_id = d.id
                     and a.unassigned_at is null order by a.role) as "roles!"
           from devices d where d.dev_eui = any($1) and d.archived_at is null"#,
        euis
    );
    Ok(devices.fetch_all(tx.conn()).await?)
}

/// Which of these `DevEUI`s other tenants have.
pub(in crate::imports) async fn taken_elsewhere(
    tx: &mut PlatformTx,
    euis: &[String],
    tenant: Uuid,
) -> Result<BTreeSet<String>> {
    let taken = sqlx::query_scalar!(
        "select dev_eui from devices where dev_eui = any($1) and archived_at is null and tenant_id <> $2",
        euis,
        tenant
    );
    Ok(taken.fetch_all(tx.conn()).await?.into_iter().collect())
}

pub(in crate::imports) async fn room(tx: &mut TenantTx, resource: &str) -> Result<Room> {
    let room = sqlx::query_as!(
        Room,
        r#"select max, used, used as "taken!" from tenant_usage where resource = $1"#,
        resource
    );
    Ok(room.fetch_one(tx.conn()).await?)
}

/// Which of the bays that were made are still as they were, and serve nobody's purpose.
pub(in crate::imports) async fn untouched_spaces(
    tx: &mut TenantTx,
    (ids, versions): (&[Uuid], &[i64]),
) -> Result<Vec<Uuid>> {
    let ids = sqlx::query_scalar!(
        "select s.id from spaces s join unnest($1::uuid[], $2::bigint[]) as w (id, version) on w.id = s.id and w.version = s.version
         where s.deleted_at is null
           and not exists (select from device_assignments a where a.tenant_id = s.tenant_id and a.space_id = s.id
             and a.unassigned_at is null)
           and not exists (select from overrides o where o.tenant_id = s.tenant_id and o.space_id = s.id
             and o.lifted_at is null)",
        ids,
        versions
    );
    Ok(ids.fetch_all(tx.conn()).await?)
}

/// Which of the devices that were made are still as they were.
pub(in crate::imports) async fn untouched_devices(
    tx: &mut TenantTx,
    (ids, versions): (&[Uuid], &[i64]),
) -> Result<Vec<Uuid>> {
    let ids = sqlx::query_scalar!(
        "select d.id from devices d join unnest($1::uuid[], $2::bigint[]) as w (id, version) on w.id = d.id and w.version = d.version
         where d.archived_at is null",
        ids,
        versions
    );
    Ok(ids.fetch_all(tx.conn()).await?)
}
