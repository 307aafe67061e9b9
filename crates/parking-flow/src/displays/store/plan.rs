//! The SQL of looking at displays. What is planned is locked before its facts are read: whoever plans later
//! reads later.

use chrono::{DateTime, Utc};
use parking_db::{PlatformTx, Result};
use serde_json::Value;
use uuid::Uuid;

/// Tenants and devices, as statements take them.
pub(in crate::displays) type Keys = (Vec<Uuid>, Vec<Uuid>);

/// A display and everything that is known of it.
#[derive(Clone, Debug)]
pub(in crate::displays) struct Lamp {
    pub(in crate::displays) tenant_id: Uuid,
    pub(in crate::displays) id: Uuid,
    pub(in crate::displays) dev_eui: String,
    /// The model of the catalogue it is, or is based on.
    pub(in crate::displays) model: Option<String>,
    pub(in crate::displays) own_model_id: Option<Uuid>,
    pub(in crate::displays) own_codes: Option<Value>,
    pub(in crate::displays) heartbeat_seconds: Option<i32>,
    /// Whether it is still the tenant's.
    pub(in crate::displays) is_living: bool,
    /// Whether it is to be told anything: neither archived nor being worked on.
    pub(in crate::displays) is_in_service: bool,
    pub(in crate::displays) space_id: Option<Uuid>,
    pub(in crate::displays) site_id: Option<Uuid>,
    pub(in crate::displays) wanted_f_port: Option<i16>,
    pub(in crate::displays) wanted_payload: Option<Vec<u8>>,
    pub(in crate::displays) wanted_at: Option<DateTime<Utc>>,
    pub(in crate::displays) wanted_why: Option<String>,
    pub(in crate::displays) transmitted_f_port: Option<i16>,
    pub(in crate::displays) transmitted_payload: Option<Vec<u8>>,
    pub(in crate::displays) transmitted_at: Option<DateTime<Utc>>,
    pub(in crate::displays) shown: Option<Value>,
    pub(in crate::displays) shown_at: Option<DateTime<Utc>>,
    pub(in crate::displays) shown_agrees: Option<bool>,
    pub(in crate::displays) test_f_port: Option<i16>,
    pub(in crate::displays) test_payload: Option<Vec<u8>>,
    pub(in crate::displays) test_look: Option<Value>,
    pub(in crate::displays) test_until: Option<DateTime<Utc>>,
    pub(in crate::displays) joined_at: Option<DateTime<Utc>>,
    pub(in crate::displays) behind_since: Option<DateTime<Utc>>,
    pub(in crate::displays) mismatched_since: Option<DateTime<Utc>>,
    pub(in crate::displays) failures: i32,
    pub(in crate::displays) drive_at: Option<DateTime<Utc>>,
    pub(in crate::displays) display_fault: Option<String>,
    pub(in crate::displays) waiting_f_port: Option<i16>,
    pub(in crate::displays) waiting_payload: Option<Vec<u8>>,
    pub(in crate::displays) flying_f_port: Option<i16>,
    pub(in crate::displays) flying_payload: Option<Vec<u8>>,
}

/// Tenants among which a batch is dealt out: those whose marks are the oldest.
const TENANTS_MAX: i64 = 500;

/// The least of a batch that is dealt to a tenant.
pub(in crate::displays) const SHARE_MIN: i64 = 20;

/// Takes marks away, of each tenant the oldest, as many as is its share, and says whom they name. All
/// that are there for a display go at once: whoever looks at it looks after all of them.
pub(in crate::displays) async fn take_marks(
    tx: &mut PlatformTx,
    limit: i64,
) -> Result<Vec<(Uuid, Uuid)>> {
    let rows = sqlx::query!(
        "with recursive first as (
           (select tenant_id, id from lamp_marks order by tenant_id, id limit 1)
           union all
           select next.tenant_id, next.id from first cross join lateral (
             select tenant_id, id from lamp_marks where tenant_id > first.tenant_id order by tenant_id, id limit 1) next),
         dealt as materialized (
           select tenant_id, greatest($3, $1 / count(*) over ()) as share from (select * from first order by id limit $2) f),
         oldest as materialized (
           select m.tenant_id, m.device_id from dealt cross join lateral (
             select tenant_id, id, device_id from lamp_marks where tenant_id = dealt.tenant_id
             order by id limit dealt.share for update skip locked) m
           order by m.id limit $1),
         all_of_them as materialized (
           select m.tenant_id, m.id from lamp_marks m
           where (m.tenant_id, m.device_id) in (select tenant_id, device_id from oldest)
           for update skip locked)
         delete from lamp_marks m using all_of_them o where m.tenant_id = o.tenant_id and m.id = o.id
         returning m.tenant_id, m.device_id",
        limit,
        TENANTS_MAX,
        SHARE_MIN,
    )
    .fetch_all(tx.conn())
    .await?;
    let pairs = rows.into_iter().map(|row| (row.tenant_id, row.device_id));
    Ok(pairs.collect())
}

/// Takes the marks of these displays away that nobody else is at.
pub(in crate::displays) async fn take_marks_of(tx: &mut PlatformTx, keys: &Keys) -> Result<()> {
    sqlx::query!(
        "with theirs as (
           select m.tenant_id, m.id from lamp_marks m
           where (m.tenant_id, m.device_id) in (select * from unnest($1::uuid[], $2::uuid[]))
           for update skip locked)
         delete from lamp_marks m using theirs t where m.tenant_id = t.tenant_id and m.id = t.id",
        &keys.0,
        &keys.1,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Leaves a display alone until then.
pub(in crate::displays) async fn set_aside(
    tx: &mut PlatformTx,
    (tenant, id): (Uuid, Uuid),
    until: DateTime<Utc>,
) -> Result<()> {
    sqlx::query!(
        "update lamps set due_at = $3 where tenant_id = $1 and id = $2",
        tenant,
        id,
        until
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Displays that time alone makes worth a look.
pub(in crate::displays) async fn due(
    tx: &mut PlatformTx,
    now: DateTime<Utc>,
    limit: i64,
) -> Result<Vec<(Uuid, Uuid)>> {
    let rows = sqlx::query!(
        "select tenant_id, id from lamps where due_at <= $1 order by due_at limit $2",
        now,
        limit
    )
    .fetch_all(tx.conn())
    .await?;
    let pairs = rows.into_iter().map(|row| (row.tenant_id, row.id));
    Ok(pairs.collect())
}

/// Makes a row for each that has none yet, and locks them all in one order.
pub(in crate::displays) async fn lock(
    tx: &mut PlatformTx,
    keys: &Keys,
    now: DateTime<Utc>,
) -> Result<()> {
    sqlx::query!(
        "insert into lamps (tenant_id, id, due_at)
         select distinct d.tenant_id, d.id, $3::timestamptz
         from unnest($1::uuid[], $2::uuid[]) as w (tenant_id, id)
         join devices d on d.tenant_id = w.tenant_id and d.id = w.id and d.is_display
         where not exists (select from lamps l where l.tenant_id = w.tenant_id and l.id = w.id)
         order by 1, 2
         on conflict do nothing",
        &keys.0,
        &keys.1,
        now,
    )
    .execute(tx.conn())
    .await?;
    super::turn::lock_lamps(tx, keys).await
}

/// Displays and what is known of them. They are locked already.
pub(in crate::displays) async fn lamps(tx: &mut PlatformTx, keys: &Keys) -> Result<Vec<Lamp>> {
    let lamps = sqlx::query_as!(
        Lamp,
        r#"select l.tenant_id, l.id, d.dev_eui, coalesce(d.model, m.based_on) as model, d.own_model_id,
             m.lamp_codes as "own_codes?", coalesce(d.heartbeat_seconds, m.heartbeat_seconds) as heartbeat_seconds,
             d.archived_at is null as "is_living!",
             (d.archived_at is null and d.is_display and d.lifecycle not in ('maintenance', 'decommissioned')) as "is_in_service!",
             s.id as "space_id?", s.site_id as "site_id?",
             l.wanted_f_port, l.wanted_payload, l.wanted_at, l.wanted_why,
             l.transmitted_f_port, l.transmitted_payload, l.transmitted_at, l.shown, l.shown_at, l.shown_agrees,
             l.test_f_port, l.test_payload, l.test_look, l.test_until, l.joined_at, l.behind_since, l.mismatched_since,
             l.failures, l.drive_at, d.display_fault,
             wt.f_port as "waiting_f_port?", wt.payload as "waiting_payload?",
             fl.f_port as "flying_f_port?", fl.payload as "flying_payload?"
           from (select distinct * from unnest($1::uuid[], $2::uuid[]) as w (tenant_id, id)) w
           join lamps l on l.tenant_id = w.tenant_id and l.id = w.id
           join devices d on d.tenant_id = l.tenant_id and d.id = l.id
           left join device_models m on m.tenant_id = d.tenant_id and m.id = d.own_model_id
           left join device_assignments a
             on a.tenant_id = l.tenant_id and a.device_id = l.id and a.role = 'display' and a.unassigned_at is null
           left join spaces s on s.tenant_id = a.tenant_id and s.id = a.space_id and s.deleted_at is null
           left join downlinks wt
             on wt.tenant_id = l.tenant_id and wt.device_id = l.id and wt.status = 'waiting' and wt.kind <> 'raw'
           left join downlinks fl
             on fl.tenant_id = l.tenant_id and fl.device_id = l.id and fl.status in ('sending', 'queued', 'awaiting_ack')
               and fl.kind <> 'raw'"#,
        &keys.0,
        &keys.1
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(lamps)
}

/// What a display has become by a look.
#[derive(Clone, Debug)]
pub(in crate::displays) struct Looked {
    pub(in crate::displays) tenant_id: Uuid,
    pub(in crate::displays) id: Uuid,
    pub(in crate::displays) space_id: Option<Uuid>,
    pub(in crate::displays) f_port: Option<i16>,
    pub(in crate::displays) payload: Option<Vec<u8>>,
    pub(in crate::displays) look: Option<Value>,
    pub(in crate::displays) why: Option<String>,
    pub(in crate::displays) wanted_at: Option<DateTime<Utc>>,
    pub(in crate::displays) shown_agrees: Option<bool>,
    pub(in crate::displays) behind_since: Option<DateTime<Utc>>,
    pub(in crate::displays) mismatched_since: Option<DateTime<Utc>>,
    pub(in crate::displays) failures: i32,
    pub(in crate::displays) drive_at: Option<DateTime<Utc>>,
    pub(in crate::displays) due_at: DateTime<Utc>,
}

/// Writes what displays have become, in one statement. A test that is over is forgotten.
pub(in crate::displays) async fn write(
    tx: &mut PlatformTx,
    looked: &[Looked],
    now: DateTime<Utc>,
) -> Result<()> {
    let of = |part: fn(&Looked) -> Uuid| looked.iter().map(part).collect::<Vec<_>>();
    let at =
        |part: fn(&Looked) -> Option<DateTime<Utc>>| looked.iter().map(part).collect::<Vec<_>>();
    let spaces: Vec<_> = looked.iter().map(|one| one.space_id).collect();
    let ports: Vec<_> = looked.iter().map(|one| one.f_port).collect();
    let payloads: Vec<_> = looked.iter().map(|one| one.payload.clone()).collect();
    let looks: Vec<_> = looked.iter().map(|one| one.look.clone()).collect();
    let whys: Vec<_> = looked.iter().map(|one| one.why.clone()).collect();
    let agreements: Vec<_> = looked.iter().map(|one| one.shown_agrees).collect();
    let failures: Vec<_> = looked.iter().map(|one| one.failures).collect();
    let dues: Vec<_> = looked.iter().map(|one| one.due_at).collect();
    sqlx::query!(
        "update lamps l set space_id = w.space_id, wanted_f_port = w.f_port, wanted_payload = w.payload, wanted_look = w.look,
           wanted_why = w.why, wanted_at = w.wanted_at, shown_agrees = w.shown_agrees, behind_since = w.behind_since,
           mismatched_since = w.mismatched_since, failures = w.failures, drive_at = w.drive_at, due_at = w.due_at,
           test_f_port = case when l.test_until > $15 then l.test_f_port end,
           test_payload = case when l.test_until > $15 then l.test_payload end,
           test_look = case when l.test_until > $15 then l.test_look end,
           test_until = case when l.test_until > $15 then l.test_until end
         from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::smallint[], $5::bytea[], $6::jsonb[], $7::text[], $8::timestamptz[],
           $9::boolean[], $10::timestamptz[], $11::timestamptz[], $12::int[], $13::timestamptz[], $14::timestamptz[])
           as w (tenant_id, id, space_id, f_port, payload, look, why, wanted_at, shown_agrees, behind_since, mismatched_since,
             failures, drive_at, due_at)
         where l.tenant_id = w.tenant_id and l.id = w.id",
        &of(|one| one.tenant_id),
        &of(|one| one.id),
        &spaces as &[Option<Uuid>],
        &ports as &[Option<i16>],
        &payloads as &[Option<Vec<u8>>],
        &looks as &[Option<Value>],
        &whys as &[Option<String>],
        &at(|one| one.wanted_at) as &[Option<DateTime<Utc>>],
        &agreements as &[Option<bool>],
        &at(|one| one.behind_since) as &[Option<DateTime<Utc>>],
        &at(|one| one.mismatched_since) as &[Option<DateTime<Utc>>],
        &failures,
        &at(|one| one.drive_at) as &[Option<DateTime<Utc>>],
        &dues,
        now,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// A display of which something is news.
#[derive(Clone, Debug)]
pub(in crate::displays) struct Told {
    pub(in crate::displays) tenant_id: Uuid,
    pub(in crate::displays) id: Uuid,
    pub(in crate::displays) space_id: Option<Uuid>,
    pub(in crate::displays) site_id: Option<Uuid>,
}

/// Appends an event of each display, for those who watch.
pub(in crate::displays) async fn tell(
    tx: &mut PlatformTx,
    told: &[Told],
    now: DateTime<Utc>,
) -> Result<()> {
    let tenants: Vec<_> = told.iter().map(|one| one.tenant_id).collect();
    let ids: Vec<_> = told.iter().map(|one| one.id.to_string()).collect();
    let spaces: Vec<_> = told.iter().map(|one| one.space_id).collect();
    let sites: Vec<_> = told.iter().map(|one| one.site_id).collect();
    sqlx::query!(
        "insert into events (tenant_id, at, kind, subject_type, subject_id, payload)
         select w.tenant_id, $5, 'display.changed', 'display', w.id,
           jsonb_build_object('site_id', w.site_id, 'space_id', w.space_id)
         from unnest($1::uuid[], $2::text[], $3::uuid[], $4::uuid[]) as w (tenant_id, id, space_id, site_id)",
        &tenants,
        &ids,
        &spaces as &[Option<Uuid>],
        &sites as &[Option<Uuid>],
        now,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}
