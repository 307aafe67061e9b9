//! The SQL of sending: whose turn it is, what there is to give, and what became of it. Displays are
//! locked before their commands, and those before budgets.

use chrono::{DateTime, Utc};
use parking_db::{PlatformTx, Result};
use sqlx::postgres::types::PgInterval;
use uuid::Uuid;

use super::plan::Keys;
use crate::displays::paths::CLOCKS_APART;
use crate::displays::send::Taker;

/// A command whose turn it is.
#[derive(Clone, Debug)]
pub(in crate::displays) struct Turn {
    pub(in crate::displays) tenant_id: Uuid,
    pub(in crate::displays) id: Uuid,
    pub(in crate::displays) device_id: Uuid,
    pub(in crate::displays) dev_eui: String,
    pub(in crate::displays) f_port: i16,
    pub(in crate::displays) payload: Vec<u8>,
    pub(in crate::displays) is_confirmed: bool,
    pub(in crate::displays) urgency: i16,
    pub(in crate::displays) attempts: i32,
    pub(in crate::displays) created_at: DateTime<Utc>,
    /// The gateway that heard the display best.
    pub(in crate::displays) gateway_eui: Option<String>,
    /// Whether that is known by more than the word of its tenant.
    pub(in crate::displays) is_gateway_vouched: bool,
    /// Whether the network server may hold something that is not counted on any more.
    pub(in crate::displays) must_flush: bool,
    /// Until when, of what is known to be dropped there by itself.
    pub(in crate::displays) left_until: Option<DateTime<Utc>>,
    pub(in crate::displays) patience_seconds: i32,
    /// By which road the display was heard last.
    pub(in crate::displays) heard_by: Option<String>,
    pub(in crate::displays) application: Option<String>,
    pub(in crate::displays) stack_address: Option<Vec<u8>>,
    /// The applications of its tenant at the network server.
    pub(in crate::displays) applications: Vec<String>,
    /// How many of its tenant were looked for.
    pub(in crate::displays) share: i64,
}

/// Locks displays in one order.
pub(in crate::displays) async fn lock_lamps(tx: &mut PlatformTx, keys: &Keys) -> Result<()> {
    sqlx::query!(
        "select 1 as one from lamps l
         where (l.tenant_id, l.id) in (select * from unnest($1::uuid[], $2::uuid[]))
         order by l.tenant_id, l.id for no key update",
        &keys.0,
        &keys.1
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(())
}

/// The least of a batch that is dealt to a tenant.
pub(in crate::displays) const SHARE_MIN: i64 = 20;

/// Commands whose turn it is, to living displays that have nothing on its way and were heard by this taker's
/// road last: of each tenant its oldest, as many as is its share, so that no flood of one holds up another's.
/// What somebody else is at is left to them.
pub(in crate::displays) async fn turns(
    tx: &mut PlatformTx,
    limit: i64,
    taker: Taker,
    now: DateTime<Utc>,
) -> Result<Vec<Turn>> {
    let turns = sqlx::query_as!(
        Turn,
        r#"with recursive every as (
             (select tenant_id from downlinks where due_at is not null order by tenant_id limit 1)
             union all
             select next.tenant_id from every cross join lateral (
               select tenant_id from downlinks where due_at is not null and tenant_id > every.tenant_id
               order by tenant_id limit 1) next),
           dealt as materialized (
             select tenant_id, greatest($3, $2 / count(*) over ()) as share from every
             where exists (select from downlinks d where d.tenant_id = every.tenant_id and d.due_at <= $1)),
           due as materialized (
             select of_tenant.*, dealt.share from dealt cross join lateral (
               select d.tenant_id, d.id, d.due_at, d.urgency, v.dev_eui from downlinks d
               join devices v on v.tenant_id = d.tenant_id and v.id = d.device_id and v.archived_at is null
               join lamps l on l.tenant_id = d.tenant_id and l.id = d.device_id
                 and (l.heard_by is not distinct from 'tts') = $4::boolean
               where d.tenant_id = dealt.tenant_id and d.due_at <= $1
                 and not exists (select from downlinks f where f.tenant_id = d.tenant_id and f.device_id = d.device_id
                   and f.status in ('sending', 'queued', 'awaiting_ack'))
               order by d.due_at, d.urgency, d.id limit dealt.share) of_tenant
             order by of_tenant.due_at, of_tenant.urgency, of_tenant.id limit $2)
           select d.tenant_id, d.id, d.device_id, due.dev_eui, d.f_port, d.payload, d.is_confirmed, d.urgency, d.attempts,
             d.created_at, l.gateway_eui, l.is_gateway_vouched, d.patience_seconds, l.heard_by, l.application, l.stack_address,
             exists (select from downlinks b where b.tenant_id = d.tenant_id and b.device_id = d.device_id and b.is_left_behind)
               as "must_flush!", due.share as "share!",
             (select max(b.expires_at) from downlinks b
              where b.tenant_id = d.tenant_id and b.device_id = d.device_id and b.is_left_behind) as left_until,
             array(select a.application from applications a where a.tenant_id = d.tenant_id order by a.application limit 1000)
               as "applications!"
           from due
           join downlinks d on d.tenant_id = due.tenant_id and d.id = due.id
           join lamps l on l.tenant_id = d.tenant_id and l.id = d.device_id
           where d.status = 'waiting' and d.due_at <= $1
             and not exists (select from downlinks f where f.tenant_id = d.tenant_id and f.device_id = d.device_id
               and f.status in ('sending', 'queued', 'awaiting_ack'))
           order by d.due_at, d.urgency, d.id
           for no key update of l, d skip locked"#,
        now,
        limit,
        SHARE_MIN,
        taker == Taker::Stacks,
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(turns)
}

/// A command that is to be handed over: by which path, and from when on it is dropped there.
pub(in crate::displays) type Claimed<'a> = (&'a Turn, &'static str, Option<DateTime<Utc>>);

/// Puts commands into this server's hands, each for one attempt. Of the names of earlier attempts the
/// newest are remembered.
pub(in crate::displays) async fn claim(
    tx: &mut PlatformTx,
    claimed: &[Claimed<'_>],
    (now, until): (DateTime<Utc>, DateTime<Utc>),
) -> Result<()> {
    let turns: Vec<&Turn> = claimed.iter().map(|(turn, ..)| *turn).collect();
    let tenants: Vec<_> = turns.iter().map(|one| one.tenant_id).collect();
    let ids: Vec<_> = turns.iter().map(|one| one.id).collect();
    let gateways: Vec<_> = turns.iter().map(|one| one.gateway_eui.clone()).collect();
    let paths: Vec<_> = claimed.iter().map(|one| one.1.to_owned()).collect();
    let expiries: Vec<_> = claimed.iter().map(|one| one.2).collect();
    sqlx::query!(
        "update downlinks d set status = 'sending', due_at = null, leased_until = $4, attempts = d.attempts + 1, transmitted_at = null,
           gateway_eui = w.gateway_eui, earlier_items = (array_remove(d.queue_item || d.earlier_items, null))[1:20], queue_item = null,
           path = w.path, expires_at = w.expires_at, version = d.version + 1,
           story = d.story || jsonb_build_array(jsonb_build_object('at', $5::timestamptz, 'what', 'sending', 'attempt', d.attempts + 1))
         from unnest($1::uuid[], $2::uuid[], $3::text[], $6::text[], $7::timestamptz[]) as w (tenant_id, id, gateway_eui, path, expires_at)
         where d.tenant_id = w.tenant_id and d.id = w.id",
        &tenants,
        &ids,
        &gateways as &[Option<String>],
        until,
        now,
        &paths,
        &expiries as &[Option<DateTime<Utc>>],
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Has commands wait for their budgets until then.
pub(in crate::displays) async fn defer(
    tx: &mut PlatformTx,
    deferred: &[(Uuid, Uuid, DateTime<Utc>)],
) -> Result<()> {
    let tenants: Vec<_> = deferred.iter().map(|one| one.0).collect();
    let ids: Vec<_> = deferred.iter().map(|one| one.1).collect();
    let dues: Vec<_> = deferred.iter().map(|one| one.2).collect();
    sqlx::query!(
        "update downlinks d set due_at = w.due_at
         from unnest($1::uuid[], $2::uuid[], $3::timestamptz[]) as w (tenant_id, id, due_at)
         where d.tenant_id = w.tenant_id and d.id = w.id and d.status = 'waiting'",
        &tenants,
        &ids,
        &dues,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// A command that the network server took.
#[derive(Clone, Debug)]
pub(in crate::displays) struct Taken {
    pub(in crate::displays) tenant_id: Uuid,
    pub(in crate::displays) id: Uuid,
    /// At which attempt.
    pub(in crate::displays) attempts: i32,
    pub(in crate::displays) queue_item: String,
}

/// Writes down which commands the network server took. One of which a gateway has spoken meanwhile is
/// further on already; of one that was taken back meanwhile the name is remembered, for what comes of it.
/// What cannot be taken back is waited for until it is dropped there, by whichever clock.
pub(in crate::displays) async fn queued(
    tx: &mut PlatformTx,
    taken: &[Taken],
    now: DateTime<Utc>,
) -> Result<()> {
    let tenants: Vec<_> = taken.iter().map(|one| one.tenant_id).collect();
    let ids: Vec<_> = taken.iter().map(|one| one.id).collect();
    let attempts: Vec<_> = taken.iter().map(|one| one.attempts).collect();
    let items: Vec<_> = taken.iter().map(|one| one.queue_item.clone()).collect();
    sqlx::query!(
        "with w as (
           select w.*, d.attempts = w.attempts and d.status = 'sending' as is_in_hand,
             d.attempts = w.attempts and coalesce(d.queue_item, w.queue_item) = w.queue_item as is_its_name
           from unnest($1::uuid[], $2::uuid[], $3::int[], $4::text[]) as w (tenant_id, id, attempts, queue_item)
           join downlinks d on d.tenant_id = w.tenant_id and d.id = w.id)
         update downlinks d set version = d.version + 1,
           queue_item = case when w.is_its_name then w.queue_item else d.queue_item end,
           earlier_items = case when w.is_its_name then d.earlier_items else (array_prepend(w.queue_item, d.earlier_items))[1:20] end,
           is_left_behind = d.is_left_behind or not w.is_its_name,
           queued_at = case when w.is_its_name then $5::timestamptz else d.queued_at end,
           status = case when w.is_in_hand then 'queued' else d.status end,
           leased_until = case when w.is_in_hand then null else d.leased_until end,
           deadline_at = case when w.is_in_hand
             then greatest($5::timestamptz + d.patience_seconds * interval '1 second', d.expires_at + $6::interval) else d.deadline_at end,
           story = d.story || jsonb_build_array(jsonb_build_object('at', $5::timestamptz, 'what', 'queued', 'item', w.queue_item))
         from w where d.tenant_id = w.tenant_id and d.id = w.id",
        &tenants,
        &ids,
        &attempts,
        &items,
        now,
        PgInterval::try_from(CLOCKS_APART).unwrap_or_default(),
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// An attempt that came to nothing.
#[derive(Clone, Debug)]
pub(in crate::displays) struct Lost {
    pub(in crate::displays) tenant_id: Uuid,
    pub(in crate::displays) id: Uuid,
    pub(in crate::displays) device_id: Uuid,
    /// At which attempt, and where it stood: one that moved on meanwhile is left alone.
    pub(in crate::displays) attempts: i32,
    pub(in crate::displays) status: String,
    /// Why, as a word, and in the words of whoever said so.
    pub(in crate::displays) trouble: &'static str,
    pub(in crate::displays) detail: Option<String>,
    /// Whether it counts: nobody was asked, if not.
    pub(in crate::displays) is_attempt: bool,
    /// Whether the network server may have it all the same.
    pub(in crate::displays) is_left_behind: bool,
    /// When it may be tried again.
    pub(in crate::displays) due_at: DateTime<Utc>,
}

/// A command that came to its end.
#[derive(Clone, Debug)]
pub(in crate::displays) struct Ended {
    pub(in crate::displays) tenant_id: Uuid,
    pub(in crate::displays) id: Uuid,
    pub(in crate::displays) device_id: Uuid,
    pub(in crate::displays) site_id: Option<Uuid>,
    pub(in crate::displays) space_id: Option<Uuid>,
    pub(in crate::displays) status: String,
}

/// Gives commands back that came to nothing: they wait for another attempt, are given up after the
/// last, give way to a newer one, or are called off with their device. Those that moved on since somebody looked are somebody else's. Lock
/// the displays before.
pub(in crate::displays) async fn give_back(
    tx: &mut PlatformTx,
    lost: &[Lost],
    attempts_max: i32,
    now: DateTime<Utc>,
) -> Result<Vec<Ended>> {
    let of = |part: fn(&Lost) -> Uuid| lost.iter().map(part).collect::<Vec<_>>();
    let troubles: Vec<_> = lost.iter().map(|one| one.trouble.to_owned()).collect();
    let details: Vec<_> = lost.iter().map(|one| one.detail.clone()).collect();
    let counted: Vec<_> = lost.iter().map(|one| one.is_attempt).collect();
    let left: Vec<_> = lost.iter().map(|one| one.is_left_behind).collect();
    let dues: Vec<_> = lost.iter().map(|one| one.due_at).collect();
    let attempts: Vec<_> = lost.iter().map(|one| one.attempts).collect();
    let seen: Vec<_> = lost.iter().map(|one| one.status.clone()).collect();
    let ended = sqlx::query_as!(
        Ended,
        r#"with w as (
             select w.*, d.attempts - (not w.is_attempt)::int as counted,
               exists (select from downlinks n where n.tenant_id = d.tenant_id and n.device_id = d.device_id
                 and n.status = 'waiting' and (n.kind = 'raw') = (d.kind = 'raw')) as is_overtaken,
               exists (select from devices v where v.tenant_id = d.tenant_id and v.id = d.device_id and v.archived_at is not null) as is_gone
             from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::boolean[], $6::boolean[], $7::timestamptz[], $10::int[],
               $11::text[]) as w (tenant_id, id, trouble, detail, is_attempt, is_left_behind, due_at, attempts, seen)
             join downlinks d on d.tenant_id = w.tenant_id and d.id = w.id),
           judged as (
             select w.*, case when w.is_overtaken then 'superseded' when w.is_gone then 'cancelled' when w.counted >= $8 then 'failed' else 'waiting' end as status
             from w)
           update downlinks d set status = j.status, attempts = j.counted, leased_until = null, deadline_at = null,
             due_at = case when j.status = 'waiting' then j.due_at end,
             finished_at = case when j.status <> 'waiting' then $9::timestamptz end,
             is_left_behind = d.is_left_behind or j.is_left_behind, error = coalesce(j.detail, j.trouble), version = d.version + 1,
             story = d.story || jsonb_build_array(jsonb_strip_nulls(jsonb_build_object('at', $9::timestamptz, 'what', j.trouble,
               'detail', j.detail, 'then', j.status)))
           from judged j
           where d.tenant_id = j.tenant_id and d.id = j.id and d.attempts = j.attempts and d.status = j.seen
             and d.status in ('sending', 'queued', 'awaiting_ack')
           returning d.tenant_id, d.id, d.device_id, d.site_id, d.space_id, d.status"#,
        &of(|one| one.tenant_id),
        &of(|one| one.id),
        &troubles,
        &details as &[Option<String>],
        &counted,
        &left,
        &dues,
        attempts_max,
        now,
        &attempts,
        &seen,
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(ended)
}

/// Leaves a command alone until then that could not be taken in hand.
pub(in crate::displays) async fn set_aside(
    tx: &mut PlatformTx,
    (tenant, id): (Uuid, Uuid),
    until: DateTime<Utc>,
) -> Result<()> {
    sqlx::query!(
        "update downlinks set due_at = $3, error = 'set_aside' where tenant_id = $1 and id = $2 and status = 'waiting'",
        tenant,
        id,
        until
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}
