//! The SQL of what the radio says of displays and of commands. Displays are locked before.

use chrono::{DateTime, Utc};
use parking_db::{PlatformTx, Result};
use serde_json::Value;
use uuid::Uuid;

/// What was heard of a display, all messages of a batch in one.
#[derive(Clone, Debug)]
pub(in crate::displays) struct HeardOf {
    pub(in crate::displays) tenant_id: Uuid,
    pub(in crate::displays) id: Uuid,
    pub(in crate::displays) at: DateTime<Utc>,
    pub(in crate::displays) gateway_eui: Option<String>,
    /// Whether that came by the installation's own road.
    pub(in crate::displays) is_vouched: bool,
    pub(in crate::displays) heard_by: String,
    pub(in crate::displays) application: Option<String>,
    pub(in crate::displays) joined_at: Option<DateTime<Utc>>,
    pub(in crate::displays) shown: Option<Value>,
    pub(in crate::displays) shown_at: Option<DateTime<Utc>>,
}

/// Writes down what was heard of displays, and has those looked at of which it is news: one that
/// joined, spoke for the first time or by another network server, said what it shows, or was given up and
/// lives. A display that has news is not left alone any longer. That a gateway hears it is believed of the
/// installation's own road and of the tenant's own gateways; of others only as long as nothing better is known.
pub(in crate::displays) async fn heard(tx: &mut PlatformTx, heard: &[HeardOf]) -> Result<()> {
    let of = |part: fn(&HeardOf) -> Uuid| heard.iter().map(part).collect::<Vec<_>>();
    let ats: Vec<_> = heard.iter().map(|one| one.at).collect();
    let gateways: Vec<_> = heard.iter().map(|one| one.gateway_eui.clone()).collect();
    let joins: Vec<_> = heard.iter().map(|one| one.joined_at).collect();
    let shown: Vec<_> = heard.iter().map(|one| one.shown.clone()).collect();
    let shown_at: Vec<_> = heard.iter().map(|one| one.shown_at).collect();
    let vouched: Vec<_> = heard.iter().map(|one| one.is_vouched).collect();
    let heard_by: Vec<_> = heard.iter().map(|one| one.heard_by.clone()).collect();
    let applications: Vec<_> = heard.iter().map(|one| one.application.clone()).collect();
    sqlx::query!(
        "with w as (
           select w.*, l.heard_at is null or w.joined_at is not null
               or (w.at >= l.heard_at and coalesce(l.heard_by = 'tts', false) <> (w.heard_by = 'tts'))
               or (l.application is null and w.application is not null) as is_new,
             -- What comes late, from a spool say, does not tell by which road the lamp is reached now.
             l.heard_at is null or w.at >= l.heard_at as is_newest,
             w.shown is not null and (l.shown_at is null or l.shown_at <= w.shown_at) as says,
             l.failures > 0 and l.behind_since is not null and (l.drive_at is null or l.drive_at > w.at)
               and (l.heard_at is null or l.heard_at < l.behind_since) as is_back,
             w.is_own_road or exists (select from gateways g where g.tenant_id = w.tenant_id and g.eui = w.gateway_eui) as is_vouched
           from unnest($1::uuid[], $2::uuid[], $3::timestamptz[], $4::text[], $5::timestamptz[], $6::jsonb[], $7::timestamptz[],
             $8::boolean[], $9::text[], $10::text[])
             as w (tenant_id, id, at, gateway_eui, joined_at, shown, shown_at, is_own_road, heard_by, application)
           join lamps l on l.tenant_id = w.tenant_id and l.id = w.id),
         written as (
           update lamps l set heard_at = greatest(l.heard_at, w.at),
             heard_by = case when w.is_newest then w.heard_by else l.heard_by end,
             application = case when w.is_newest then coalesce(w.application, l.application)
               else coalesce(l.application, w.application) end,
             gateway_eui = case when w.is_vouched or not l.is_gateway_vouched then coalesce(w.gateway_eui, l.gateway_eui)
               else l.gateway_eui end,
             is_gateway_vouched = l.is_gateway_vouched or (w.is_vouched and w.gateway_eui is not null),
             joined_at = greatest(l.joined_at, w.joined_at),
             shown = case when w.says then w.shown else l.shown end,
             shown_at = case when w.says then w.shown_at else l.shown_at end,
             drive_at = case when w.is_new or w.is_back then null else l.drive_at end
           from w where l.tenant_id = w.tenant_id and l.id = w.id)
         insert into lamp_marks (tenant_id, device_id) select tenant_id, id from w where is_new or says or is_back",
        &of(|one| one.tenant_id),
        &of(|one| one.id),
        &ats,
        &gateways as &[Option<String>],
        &joins as &[Option<DateTime<Utc>>],
        &shown as &[Option<Value>],
        &shown_at as &[Option<DateTime<Utc>>],
        &vouched,
        &heard_by,
        &applications as &[Option<String>],
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// A command that a gateway sent.
#[derive(Clone, Debug)]
pub(in crate::displays) struct SentBy {
    pub(in crate::displays) tenant_id: Uuid,
    pub(in crate::displays) device_id: Uuid,
    pub(in crate::displays) queue_item: String,
    pub(in crate::displays) gateway_eui: Option<String>,
    pub(in crate::displays) at: DateTime<Utc>,
}

/// A command that is known to have been sent now.
#[derive(Clone, Debug)]
pub(in crate::displays) struct Transmitted {
    pub(in crate::displays) created_at: DateTime<Utc>,
    pub(in crate::displays) at: DateTime<Utc>,
}

/// A command of which a gateway has spoken.
struct Found {
    tenant_id: Uuid,
    id: Uuid,
    queue_item: String,
    gateway_eui: Option<String>,
    at: DateTime<Utc>,
    /// Whether its acknowledgement is waited for.
    is_awaited: bool,
}

/// The commands that these words are about, of which none was said to be sent before. An item nobody has
/// heard of is the one that was being handed over when its name was lost: of one command, and rather of
/// the one that is in somebody's hands than of what was left behind. One that waits for an
/// acknowledgement is on its way, so that none is waited for of a command behind which another is.
async fn found(tx: &mut PlatformTx, sent: &[SentBy]) -> Result<Vec<Found>> {
    let of = |part: fn(&SentBy) -> Uuid| sent.iter().map(part).collect::<Vec<_>>();
    let items: Vec<_> = sent.iter().map(|one| one.queue_item.clone()).collect();
    let gateways: Vec<_> = sent.iter().map(|one| one.gateway_eui.clone()).collect();
    let ats: Vec<_> = sent.iter().map(|one| one.at).collect();
    let found = sqlx::query_as!(
        Found,
        r#"with w as (
             select * from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::timestamptz[])
               as w (tenant_id, device_id, queue_item, gateway_eui, at)),
           known as (
             select w.*, d.id from w join downlinks d on d.tenant_id = w.tenant_id and d.device_id = w.device_id
               and d.queue_item = w.queue_item
             union
             select w.*, d.id from w join downlinks d on d.tenant_id = w.tenant_id and d.device_id = w.device_id
               and d.earlier_items <> '{}' and w.queue_item = any (d.earlier_items)),
           named as (
             select distinct on (tenant_id, id) tenant_id, id, queue_item, gateway_eui, at from known order by tenant_id, id, at),
           unnamed as (
             select d.tenant_id, d.device_id, d.id, d.created_at, true as is_in_hand
             from (select distinct tenant_id, device_id from w) w
             join downlinks d on d.tenant_id = w.tenant_id and d.device_id = w.device_id and d.queue_item is null and d.status = 'sending'
             union all
             select d.tenant_id, d.device_id, d.id, d.created_at, false
             from (select distinct tenant_id, device_id from w) w
             join downlinks d on d.tenant_id = w.tenant_id and d.device_id = w.device_id and d.queue_item is null and d.is_left_behind
               and d.status in ('waiting', 'failed')),
           nameless as (
             select distinct on (w.tenant_id, w.device_id) u.tenant_id, u.id, w.queue_item, w.gateway_eui, w.at
             from w join unnamed u on u.tenant_id = w.tenant_id and u.device_id = w.device_id
             where not exists (select from known k where k.tenant_id = w.tenant_id and k.device_id = w.device_id
               and k.queue_item = w.queue_item)
             order by w.tenant_id, w.device_id, u.is_in_hand desc, u.created_at desc, w.at)
             select f.tenant_id as "tenant_id!", f.id as "id!", f.queue_item as "queue_item!", f.gateway_eui, f.at as "at!",
               d.is_confirmed and d.status in ('sending', 'queued', 'waiting', 'failed')
                 and not exists (select from downlinks o where o.tenant_id = d.tenant_id and o.device_id = d.device_id and o.id <> d.id
                   and o.status in ('sending', 'queued', 'awaiting_ack'))
                 and row_number() over (partition by d.tenant_id, d.device_id
                   order by d.status in ('sending', 'queued') desc, d.created_at desc) = 1 as "is_awaited!"
             from (select * from named union all select * from nameless) f
             join downlinks d on d.tenant_id = f.tenant_id and d.id = f.id
             where d.transmitted_at is null"#,
        &of(|one| one.tenant_id),
        &of(|one| one.device_id),
        &items,
        &gateways as &[Option<String>],
        &ats,
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(found)
}

/// Writes down that gateways sent commands, and with it what their displays were told.
pub(in crate::displays) async fn transmitted(
    tx: &mut PlatformTx,
    sent: &[SentBy],
    now: DateTime<Utc>,
) -> Result<Vec<Transmitted>> {
    let found = found(tx, sent).await?;
    if found.is_empty() {
        return Ok(Vec::new());
    }
    let of = |part: fn(&Found) -> Uuid| found.iter().map(part).collect::<Vec<_>>();
    let items: Vec<_> = found.iter().map(|one| one.queue_item.clone()).collect();
    let gateways: Vec<_> = found.iter().map(|one| one.gateway_eui.clone()).collect();
    let ats: Vec<_> = found.iter().map(|one| one.at).collect();
    let awaited: Vec<_> = found.iter().map(|one| one.is_awaited).collect();
    let transmitted = sqlx::query_as!(
        Transmitted,
        r#"with f as (
             select * from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::timestamptz[], $7::boolean[])
               as f (tenant_id, id, queue_item, gateway_eui, at, is_awaited)),
           written as (
             update downlinks d set
               status = case when d.status in ('superseded', 'cancelled', 'transmitted', 'confirmed', 'awaiting_ack') then d.status
                 when f.is_awaited then 'awaiting_ack' else 'transmitted' end,
               transmitted_at = f.at, queue_item = f.queue_item, due_at = null, leased_until = null,
               earlier_items = case when coalesce(d.queue_item, f.queue_item) = f.queue_item then d.earlier_items
                 else (array_prepend(d.queue_item, d.earlier_items))[1:20] end,
               deadline_at = case when f.is_awaited then $6::timestamptz + d.patience_seconds * interval '1 second' else d.deadline_at end,
               gateway_eui = coalesce(f.gateway_eui, d.gateway_eui), error = null, version = d.version + 1,
               finished_at = case when f.is_awaited or d.status = 'awaiting_ack' then null else coalesce(d.finished_at, $6) end,
               is_left_behind = false,
               story = d.story || jsonb_build_array(jsonb_strip_nulls(jsonb_build_object('at', f.at, 'what', 'transmitted',
                 'gateway', f.gateway_eui)))
             from f where d.tenant_id = f.tenant_id and d.id = f.id and d.transmitted_at is null
             returning d.tenant_id, d.device_id, d.space_id, d.site_id, d.f_port, d.payload, d.look, d.created_at, f.at),
           told as (
             update lamps l set transmitted_f_port = t.f_port, transmitted_payload = t.payload, transmitted_look = t.look,
               transmitted_at = t.at, drive_at = null
             from (select distinct on (tenant_id, device_id) * from written order by tenant_id, device_id, at desc) t
             where l.tenant_id = t.tenant_id and l.id = t.device_id and (l.transmitted_at is null or l.transmitted_at <= t.at)),
           marked as (
             insert into lamp_marks (tenant_id, device_id) select tenant_id, device_id from written),
           noted as (
             insert into events (tenant_id, at, kind, subject_type, subject_id, payload)
             select tenant_id, $6, 'display.changed', 'display', device_id::text,
               jsonb_build_object('site_id', site_id, 'space_id', space_id)
             from written)
           select created_at as "created_at!", at as "at!" from written"#,
        &of(|one| one.tenant_id),
        &of(|one| one.id),
        &items,
        &gateways as &[Option<String>],
        &ats,
        now,
        &awaited,
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(transmitted)
}

/// What was said of a command by its name.
#[derive(Clone, Debug)]
pub(in crate::displays) struct SaidOf {
    pub(in crate::displays) tenant_id: Uuid,
    pub(in crate::displays) device_id: Uuid,
    pub(in crate::displays) queue_item: String,
}

/// Writes down that displays acknowledged commands.
pub(in crate::displays) async fn acknowledged(
    tx: &mut PlatformTx,
    said: &[SaidOf],
    now: DateTime<Utc>,
) -> Result<()> {
    let tenants: Vec<_> = said.iter().map(|one| one.tenant_id).collect();
    let devices: Vec<_> = said.iter().map(|one| one.device_id).collect();
    let items: Vec<_> = said.iter().map(|one| one.queue_item.clone()).collect();
    sqlx::query!(
        "update downlinks d set status = 'confirmed', confirmed_at = $4, finished_at = coalesce(d.finished_at, $4),
           deadline_at = null, version = d.version + 1,
           story = d.story || jsonb_build_array(jsonb_build_object('at', $4::timestamptz, 'what', 'acknowledged'))
         from unnest($1::uuid[], $2::uuid[], $3::text[]) as w (tenant_id, device_id, queue_item)
         where d.tenant_id = w.tenant_id and d.device_id = w.device_id and d.queue_item = w.queue_item
           and d.status in ('queued', 'awaiting_ack', 'transmitted')",
        &tenants,
        &devices,
        &items,
        now,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// A command on its way, by the name that the network server gave it.
#[derive(Clone, Debug)]
pub(in crate::displays) struct OnItsWay {
    pub(in crate::displays) tenant_id: Uuid,
    pub(in crate::displays) id: Uuid,
    pub(in crate::displays) device_id: Uuid,
    pub(in crate::displays) queue_item: String,
    pub(in crate::displays) attempts: i32,
    pub(in crate::displays) status: String,
}

/// Those of these commands that are on their way.
pub(in crate::displays) async fn on_their_way(
    tx: &mut PlatformTx,
    said: &[SaidOf],
) -> Result<Vec<OnItsWay>> {
    let tenants: Vec<_> = said.iter().map(|one| one.tenant_id).collect();
    let devices: Vec<_> = said.iter().map(|one| one.device_id).collect();
    let items: Vec<_> = said.iter().map(|one| one.queue_item.clone()).collect();
    let found = sqlx::query_as!(
        OnItsWay,
        r#"select d.tenant_id, d.id, d.device_id, d.queue_item as "queue_item!", d.attempts, d.status
           from unnest($1::uuid[], $2::uuid[], $3::text[]) as w (tenant_id, device_id, queue_item)
           join downlinks d on d.tenant_id = w.tenant_id and d.device_id = w.device_id and d.queue_item = w.queue_item
           where d.status in ('queued', 'awaiting_ack')"#,
        &tenants,
        &devices,
        &items,
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(found)
}
