//! The SQL of messages.

use chrono::{DateTime, Utc};
use parking_db::{PlatformTx, Result, TenantTx};
use serde_json::Value;
use uuid::Uuid;

use super::Row;

/// A message that has not been acted on.
#[derive(Clone, Debug)]
pub(super) struct Pending {
    pub(super) tenant_id: Uuid,
    pub(super) id: Uuid,
    pub(super) at: DateTime<Utc>,
    pub(super) received_at: DateTime<Utc>,
    pub(super) source: String,
    pub(super) kind: String,
    pub(super) dev_eui: Option<String>,
    pub(super) f_port: Option<i16>,
    pub(super) f_cnt: Option<i64>,
    pub(super) replays: i32,
    pub(super) payload: Option<Vec<u8>>,
    pub(super) receptions: Value,
    pub(super) content: Value,
    pub(super) space_id: Option<Uuid>,
}

/// What came of a message.
#[derive(Clone, Debug)]
pub(super) struct Acted {
    pub(super) tenant_id: Uuid,
    pub(super) id: Uuid,
    pub(super) at: DateTime<Utc>,
    pub(super) outcome: &'static str,
    pub(super) device_id: Option<Uuid>,
    pub(super) space_id: Option<Uuid>,
    pub(super) reading: Option<Value>,
    pub(super) problem: Option<&'static str>,
    /// What is known of the bay's sensor after it, if that is something else than before.
    pub(super) sensor_fact: Option<Value>,
    /// How many messages it shows to be lost; less than none if it was itself counted as lost.
    pub(super) frames_lost: Option<i64>,
}

impl Acted {
    /// Of a message that cannot be acted on.
    pub(super) const fn failed(message: &Pending) -> Self {
        Self {
            tenant_id: message.tenant_id,
            id: message.id,
            at: message.at,
            outcome: "failed",
            device_id: None,
            space_id: message.space_id,
            reading: None,
            problem: Some("cannot_be_acted_on"),
            sensor_fact: None,
            frames_lost: None,
        }
    }
}

/// Stores messages, each once, and says which were told for the first time.
///
/// Keys are taken in one order, so that two servers with the same messages wait and do not die.
pub(super) async fn insert(tx: &mut PlatformTx, rows: &[&Row]) -> Result<Vec<Uuid>> {
    macro_rules! column {
        ($of:expr) => {
            rows.iter().map(|row| $of(*row)).collect::<Vec<_>>()
        };
    }
    let sources: Vec<String> = column!(|row: &Row| row.source.to_owned());
    let kinds: Vec<String> = column!(|row: &Row| row.kind.to_owned());
    let new = sqlx::query_scalar!(
        r#"with w as materialized (
             select * from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::timestamptz[], $5::timestamptz[], $6::text[],
               $7::text[], $8::text[], $9::smallint[], $10::bigint[], $11::bytea[], $12::jsonb[], $13::jsonb[], $14::uuid[],
               $15::smallint[]) with ordinality
               as w (tenant_id, id, key, at, received_at, source, kind, dev_eui, f_port, f_cnt, payload, receptions, content,
                 space_id, shard, place)),
           fresh as (
             insert into uplink_keys as known (tenant_id, key, at)
             select distinct on (tenant_id, key) tenant_id, key, at from w order by tenant_id, key
             on conflict (tenant_id, key) do update set at = excluded.at
             -- One that lies as far ahead was written by a clock that was wrong.
             where known.at not between excluded.at - interval '48 hours' and excluded.at + interval '48 hours'
             returning tenant_id, key),
           told_first as (
             select distinct on (w.tenant_id, w.key) w.* from w join fresh using (tenant_id, key)
             order by w.tenant_id, w.key, w.place)
           insert into uplinks (tenant_id, id, at, received_at, source, kind, dev_eui, f_port, f_cnt, payload, receptions,
             content, space_id, shard)
           select tenant_id, id, at, received_at, source, kind, dev_eui, f_port, f_cnt, payload, receptions, content, space_id,
             shard
           from told_first order by place
           returning id"#,
        &column!(|row: &Row| row.tenant),
        &column!(|row: &Row| row.id),
        &column!(|row: &Row| row.key),
        &column!(|row: &Row| row.at),
        &column!(|row: &Row| row.received_at),
        &sources,
        &kinds,
        &column!(|row: &Row| row.dev_eui.clone()) as &[Option<String>],
        &column!(|row: &Row| row.f_port) as &[Option<i16>],
        &column!(|row: &Row| row.f_cnt) as &[Option<i64>],
        &column!(|row: &Row| row.payload.clone()) as &[Option<Vec<u8>>],
        &column!(|row: &Row| row.receptions.clone()),
        &column!(|row: &Row| row.content.clone()),
        &column!(|row: &Row| row.space) as &[Option<Uuid>],
        &column!(|row: &Row| row.shard),
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(new)
}

/// Takes shards until the end of the transaction, those that nobody else has, and says which. PostgreSQL
/// does not sort until [`looked`], where an index has the order: whatever the statistics say, a tenant's
/// oldest messages are not found by sorting all of a flood.
pub(super) async fn take(tx: &mut PlatformTx, shards: &[i16]) -> Result<Vec<i16>> {
    // The first number names what is locked: nothing else in the product takes locks by it.
    let row = sqlx::query!(
        r#"select set_config('enable_sort', 'off', true),
             array(select shard from unnest($1::smallint[]) shard where pg_try_advisory_xact_lock(7423, shard)) as "taken!""#,
        shards
    )
    .fetch_one(tx.conn())
    .await?;
    Ok(row.taken)
}

/// Lets PostgreSQL sort again for the rest of the transaction.
pub(super) async fn looked(tx: &mut PlatformTx) -> Result<()> {
    sqlx::query_scalar!("select set_config('enable_sort', 'on', true)")
        .fetch_one(tx.conn())
        .await?;
    Ok(())
}

/// Tenants among which a batch is dealt out: those whose messages wait longest.
const TENANTS_MAX: i64 = 500;

/// The least of a batch that is dealt to a tenant.
pub(super) const SHARE_MIN: i64 = 20;

/// How much of a batch those may take that are acted on again.
const REPLAYED_MAX: i64 = 100;

/// Messages of a shard that wait, in the order they came: of each tenant its oldest, as many as is
/// its share, so that no flood of one holds up another's. Those that are acted on again come after
/// all that are new.
pub(super) async fn waiting(tx: &mut PlatformTx, shard: i16, limit: i64) -> Result<Vec<Pending>> {
    let mut pending = sqlx::query_as!(
        Pending,
        r#"with recursive first as (
             (select tenant_id, id from uplinks where shard = $1 and acted_at is null and (replays > 0)::int = 0
              order by tenant_id, id limit 1)
             union all
             select next.tenant_id, next.id from first cross join lateral (
               select tenant_id, id from uplinks
               where shard = $1 and acted_at is null and (replays > 0)::int = 0 and tenant_id > first.tenant_id
               order by tenant_id, id limit 1) next),
           sharing as materialized (
             select tenant_id, greatest($4, $2 / count(*) over ()) as share
             from (select * from first order by id limit $3) f),
           new as (
             select u.* from sharing cross join lateral (
               select * from uplinks
               where shard = $1 and acted_at is null and (replays > 0)::int = 0 and tenant_id = sharing.tenant_id
               order by tenant_id, id limit sharing.share) u
             order by u.id limit $2),
           again as (
             select * from uplinks where shard = $1 and acted_at is null and (replays > 0)::int = 1
             order by tenant_id, id limit $5)
           select u.tenant_id as "tenant_id!", u.id as "id!", u.at as "at!", u.received_at as "received_at!",
             u.source as "source!", u.kind as "kind!", u.dev_eui, u.f_port, u.f_cnt, u.replays as "replays!", u.payload,
             u.receptions as "receptions!", u.content as "content!", u.space_id
           from (select * from new union all select * from again) u"#,
        shard,
        limit,
        TENANTS_MAX,
        SHARE_MIN,
        limit.min(REPLAYED_MAX),
    )
    .fetch_all(tx.conn())
    .await?;
    pending.sort_unstable_by_key(|one| (one.replays > 0, one.id));
    pending.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    Ok(pending)
}

/// How many messages are stored and not acted on, of so many at most, and when the oldest of those
/// came.
pub(super) async fn unacted(
    tx: &mut PlatformTx,
    limit: i64,
) -> Result<(i64, Option<DateTime<Utc>>)> {
    // As for those that are acted on: of a flood only the beginning is read.
    sqlx::query_scalar!("select set_config('enable_sort', 'off', true)")
        .fetch_one(tx.conn())
        .await?;
    let row = sqlx::query!(
        r#"select count(*) as "count!", min(at) as oldest from (
             select at from uplinks where acted_at is null and (replays > 0)::int = 0
             order by shard, (replays > 0)::int, tenant_id, id limit $1) w"#,
        limit
    )
    .fetch_one(tx.conn())
    .await?;
    Ok((row.count, row.oldest))
}

/// Writes down what came of messages. One that is acted on again and changes nothing stays evidence
/// of what it was the first time, and from when.
pub(super) async fn settle(tx: &mut PlatformTx, acted: &[Acted], now: DateTime<Utc>) -> Result<()> {
    macro_rules! column {
        ($of:expr) => {
            acted.iter().map($of).collect::<Vec<_>>()
        };
    }
    let outcomes: Vec<String> = column!(|one| one.outcome.to_owned());
    let problems: Vec<Option<String>> = column!(|one| one.problem.map(str::to_owned));
    sqlx::query!(
        "update uplinks u set acted_at = case when w.sensor_fact is null then coalesce(u.first_acted_at, $9) else $9 end,
           outcome = w.outcome, device_id = w.device_id, space_id = w.space_id, reading = w.reading, problem = w.problem,
           sensor_fact = coalesce(w.sensor_fact, u.sensor_fact), frames_lost = coalesce(w.frames_lost, u.frames_lost)
         from unnest($1::uuid[], $2::uuid[], $3::timestamptz[], $4::text[], $5::uuid[], $6::uuid[], $7::jsonb[], $8::text[],
           $10::jsonb[], $11::bigint[])
           as w (tenant_id, id, at, outcome, device_id, space_id, reading, problem, sensor_fact, frames_lost)
         where u.tenant_id = w.tenant_id and u.id = w.id and u.at = w.at",
        &column!(|one| one.tenant_id),
        &column!(|one| one.id),
        &column!(|one| one.at),
        &outcomes,
        &column!(|one| one.device_id) as &[Option<Uuid>],
        &column!(|one| one.space_id) as &[Option<Uuid>],
        &column!(|one| one.reading.clone()) as &[Option<Value>],
        &problems as &[Option<String>],
        now,
        &column!(|one| one.sensor_fact.clone()) as &[Option<Value>],
        &column!(|one| one.frames_lost) as &[Option<i64>],
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Forgets keys that are older, the oldest first.
pub(super) async fn delete_keys(
    tx: &mut PlatformTx,
    before: DateTime<Utc>,
    limit: i64,
) -> Result<u64> {
    let deleted = sqlx::query!(
        "delete from uplink_keys k using (
           select tenant_id, key from uplink_keys where at < $1 order by at limit $2 for update skip locked) old
         where k.tenant_id = old.tenant_id and k.key = old.key",
        before,
        limit
    )
    .execute(tx.conn())
    .await?;
    Ok(deleted.rows_affected())
}

/// Has messages wait again that came to nothing, of one tenant or of all, in the order of tenants and
/// ids, and says which.
pub(super) async fn revive(
    tx: &mut PlatformTx,
    tenant: Option<Uuid>,
    since: DateTime<Utc>,
    (after, limit): ((Uuid, Uuid), i64),
) -> Result<Vec<(Uuid, Uuid)>> {
    let revived = sqlx::query!(
        "update uplinks u set acted_at = null, outcome = null, problem = null, reading = null, replays = u.replays + 1,
           first_acted_at = coalesce(u.first_acted_at, u.acted_at)
         from (
           select tenant_id, id, at from uplinks
           where at >= $2 and (tenant_id, id) > ($3, $4) and tenant_id <= $1
             and outcome in ('orphan', 'no_bay', 'unreadable', 'failed') and kind <> 'garbled'
           order by tenant_id, id limit $5 for update) w
         where u.tenant_id = w.tenant_id and u.id = w.id and u.at = w.at
         returning u.tenant_id, u.id",
        tenant.unwrap_or(Uuid::max()),
        since,
        after.0,
        after.1,
        limit
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(revived
        .into_iter()
        .map(|row| (row.tenant_id, row.id))
        .collect())
}

/// The bay that a device of the tenant watches, by its code and with its state; nothing if there is
/// no such device.
pub(super) async fn watched_by(
    tx: &mut TenantTx,
    dev_eui: &str,
) -> Result<Option<(Option<String>, Option<String>)>> {
    let found = sqlx::query!(
        r#"select s.code as "code?", s.state as "state?"
           from devices d
           left join device_assignments a
             on a.tenant_id = d.tenant_id and a.device_id = d.id and a.role = 'sensor' and a.unassigned_at is null
           left join spaces s on s.tenant_id = a.tenant_id and s.id = a.space_id
           where d.dev_eui = $1 and d.archived_at is null"#,
        dev_eui
    )
    .fetch_optional(tx.conn())
    .await?;
    Ok(found.map(|row| (row.code, row.state)))
}
