//! The SQL of raising and clearing, each with its event in the same statement.

use chrono::{DateTime, Utc};
use parking_db::{PlatformTx, Result};
use parking_domain::alarms::{AlarmKind, ClearReason};
use serde_json::Value;
use uuid::Uuid;

/// An alarm that is to be raised.
#[derive(Clone, Debug)]
pub(in crate::alarms) struct Raised {
    pub(in crate::alarms) tenant_id: Uuid,
    pub(in crate::alarms) id: Uuid,
    pub(in crate::alarms) kind: AlarmKind,
    pub(in crate::alarms) subject_type: &'static str,
    pub(in crate::alarms) subject_id: Uuid,
    pub(in crate::alarms) subject_name: String,
    pub(in crate::alarms) space: Option<(Uuid, String)>,
    pub(in crate::alarms) site_id: Option<Uuid>,
    pub(in crate::alarms) parent_id: Option<Uuid>,
    pub(in crate::alarms) evidence: Value,
}

/// News of a tenant, which people are to be told; critical ones soon.
pub(in crate::alarms) struct News {
    pub(in crate::alarms) tenant_id: Uuid,
    pub(in crate::alarms) is_critical: bool,
}

/// Holds alarms that are about to be written, and those that an outage of these gateways explains, in
/// the order of their ids: people mark many at once in the same.
pub(in crate::alarms) async fn hold(
    tx: &mut PlatformTx,
    (tenants, ids): (&[Uuid], &[Uuid]),
    (owners, gateways): (&[Uuid], &[Uuid]),
) -> Result<()> {
    sqlx::query!(
        "with wanted as materialized (
           select tenant_id, id from unnest($1::uuid[], $2::uuid[]) as w (tenant_id, id)
           union
           select c.tenant_id, c.id from unnest($3::uuid[], $4::uuid[]) as w (tenant_id, id)
           join gateways g on g.tenant_id = w.tenant_id and g.id = w.id
           join devices d on d.tenant_id = g.tenant_id and d.only_gateway_eui = g.eui
           join alarms c on c.tenant_id = d.tenant_id and c.subject_id = d.id and c.kind = 'device_silent' and c.cleared_at is null)
         select a.id from alarms a join wanted w on w.tenant_id = a.tenant_id and w.id = a.id
         order by a.id for no key update of a",
        tenants,
        ids,
        owners,
        gateways,
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(())
}

/// Raises alarms, unless they are open. A mute outlives the alarm it was put on.
pub(in crate::alarms) async fn raise(
    tx: &mut PlatformTx,
    raised: &[Raised],
    now: DateTime<Utc>,
) -> Result<Vec<News>> {
    let each = |of: fn(&Raised) -> Uuid| raised.iter().map(of).collect::<Vec<_>>();
    let text = |of: fn(&Raised) -> &str| raised.iter().map(|one| of(one).to_owned()).collect();
    let kinds: Vec<String> = text(|one| one.kind.name());
    let severities: Vec<String> = text(|one| one.kind.severity().name());
    let types: Vec<String> = text(|one| one.subject_type);
    let names: Vec<String> = text(|one| &one.subject_name);
    let space = |one: &Raised| one.space.clone().unzip();
    let (spaces, codes): (Vec<_>, Vec<_>) = raised.iter().map(space).unzip();
    let sites: Vec<_> = raised.iter().map(|one| one.site_id).collect();
    let parents: Vec<_> = raised.iter().map(|one| one.parent_id).collect();
    let evidence: Vec<Value> = raised.iter().map(|one| one.evidence.clone()).collect();
    let rows = sqlx::query!(
        r#"with made as (
             insert into alarms (tenant_id, id, kind, severity, subject_type, subject_id, subject_name, space_id, space_code,
               site_id, raised_at, parent_id, evidence, muted_until, muted_by, mute_reason, is_news)
             select w.tenant_id, w.id, w.kind, w.severity, w.subject_type, w.subject_id, w.subject_name, w.space_id, w.space_code,
               w.site_id, $13, w.parent_id, w.evidence, m.muted_until, m.muted_by, m.mute_reason,
               w.parent_id is null and m.muted_until is null
             from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::uuid[], $7::text[], $8::uuid[], $9::text[],
               $10::uuid[], $11::uuid[], $12::jsonb[])
               as w (tenant_id, id, kind, severity, subject_type, subject_id, subject_name, space_id, space_code,
                 site_id, parent_id, evidence)
             left join lateral (
               select a.muted_until, a.muted_by, a.mute_reason from alarms a
               where a.tenant_id = w.tenant_id and a.subject_id = w.subject_id and a.kind = w.kind
               order by a.raised_at desc limit 1) m on m.muted_until > $13
             on conflict (tenant_id, kind, subject_id) where cleared_at is null do nothing
             returning *),
           appended as (
             insert into events (tenant_id, at, kind, subject_type, subject_id, payload)
             select tenant_id, $13, 'alarm.raised', 'alarm', id::text, jsonb_build_object('site_id', site_id, 'name', subject_name,
               'kind', kind, 'severity', severity, 'thing_type', subject_type, 'thing_id', subject_id, 'space_id', space_id,
               'space_code', space_code, 'parent_id', parent_id, 'raised_at', raised_at, 'evidence', evidence)
             from made order by id)
           select tenant_id as "tenant_id!", severity = 'critical' as "is_critical!" from made where is_news"#,
        &each(|one| one.tenant_id),
        &each(|one| one.id),
        &kinds,
        &severities,
        &types,
        &each(|one| one.subject_id),
        &names,
        &spaces as &[Option<Uuid>],
        &codes as &[Option<String>],
        &sites as &[Option<Uuid>],
        &parents as &[Option<Uuid>],
        &evidence,
        now,
    )
    .fetch_all(tx.conn())
    .await?;
    let news = rows.into_iter().map(|row| News {
        tenant_id: row.tenant_id,
        is_critical: row.is_critical,
    });
    Ok(news.collect())
}

/// Clears alarms. People are told of it who were told of a critical one, and have not put it aside.
pub(in crate::alarms) async fn clear(
    tx: &mut PlatformTx,
    cleared: &[(Uuid, Uuid, ClearReason)],
    now: DateTime<Utc>,
) -> Result<Vec<News>> {
    let tenants: Vec<Uuid> = cleared.iter().map(|(tenant, ..)| *tenant).collect();
    let ids: Vec<Uuid> = cleared.iter().map(|(_, id, _)| *id).collect();
    let reason = |(.., reason): &(Uuid, Uuid, ClearReason)| reason.name().to_owned();
    let reasons: Vec<String> = cleared.iter().map(reason).collect();
    let rows = sqlx::query!(
        r#"with gone as (
             update alarms a set cleared_at = greatest($4, a.raised_at), clear_reason = w.reason, recovering_since = null,
               version = a.version + 1,
               is_news = a.severity = 'critical' and a.told_at is not null and a.acknowledged_at is null
                 and (a.muted_until is null or a.muted_until <= $4)
             from unnest($1::uuid[], $2::uuid[], $3::text[]) as w (tenant_id, id, reason)
             where a.tenant_id = w.tenant_id and a.id = w.id and a.cleared_at is null
             returning a.*),
           appended as (
             insert into events (tenant_id, at, kind, subject_type, subject_id, payload)
             select tenant_id, $4, 'alarm.cleared', 'alarm', id::text, jsonb_build_object('site_id', site_id, 'name', subject_name,
               'kind', kind, 'severity', severity, 'thing_type', subject_type, 'thing_id', subject_id, 'space_id', space_id,
               'space_code', space_code, 'parent_id', parent_id, 'raised_at', raised_at, 'cleared_at', cleared_at,
               'reason', clear_reason)
             from gone order by id)
           select tenant_id as "tenant_id!", severity = 'critical' as "is_critical!" from gone where is_news"#,
        &tenants,
        &ids,
        &reasons,
        now,
    )
    .fetch_all(tx.conn())
    .await?;
    let news = rows.into_iter().map(|row| News {
        tenant_id: row.tenant_id,
        is_critical: row.is_critical,
    });
    Ok(news.collect())
}

/// Writes since when silences have been getting better.
pub(in crate::alarms) async fn note_recovery(
    tx: &mut PlatformTx,
    noted: &[(Uuid, Uuid, Option<DateTime<Utc>>)],
) -> Result<()> {
    let tenants: Vec<Uuid> = noted.iter().map(|(tenant, ..)| *tenant).collect();
    let ids: Vec<Uuid> = noted.iter().map(|(_, id, _)| *id).collect();
    let since: Vec<_> = noted.iter().map(|(.., since)| *since).collect();
    sqlx::query!(
        "update alarms a set recovering_since = w.since, version = a.version + 1
         from unnest($1::uuid[], $2::uuid[], $3::timestamptz[]) as w (tenant_id, id, since)
         where a.tenant_id = w.tenant_id and a.id = w.id and a.cleared_at is null",
        &tenants,
        &ids,
        &since as &[Option<DateTime<Utc>>],
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Hangs alarms under an outage, or lets them stand alone, which is news.
pub(in crate::alarms) async fn regroup(
    tx: &mut PlatformTx,
    grouped: &[(Uuid, Uuid, Option<Uuid>)],
    now: DateTime<Utc>,
) -> Result<Vec<News>> {
    let tenants: Vec<Uuid> = grouped.iter().map(|(tenant, ..)| *tenant).collect();
    let ids: Vec<Uuid> = grouped.iter().map(|(_, id, _)| *id).collect();
    let parents: Vec<_> = grouped.iter().map(|(.., parent)| *parent).collect();
    let rows = sqlx::query!(
        r#"update alarms a set parent_id = w.parent_id, version = a.version + 1,
             is_news = w.parent_id is null and a.told_at is null and a.acknowledged_at is null
               and (a.muted_until is null or a.muted_until <= $4)
           from unnest($1::uuid[], $2::uuid[], $3::uuid[]) as w (tenant_id, id, parent_id)
           where a.tenant_id = w.tenant_id and a.id = w.id and a.cleared_at is null
           returning a.tenant_id, a.is_news, a.severity = 'critical' as "is_critical!""#,
        &tenants,
        &ids,
        &parents as &[Option<Uuid>],
        now,
    )
    .fetch_all(tx.conn())
    .await?;
    let news = rows.into_iter().filter(|row| row.is_news).map(|row| News {
        tenant_id: row.tenant_id,
        is_critical: row.is_critical,
    });
    Ok(news.collect())
}

/// Hangs silences that began after a gateway was heard last under its outage.
pub(in crate::alarms) async fn adopt(
    tx: &mut PlatformTx,
    (tenants, gateways): (&[Uuid], &[Uuid]),
) -> Result<()> {
    sqlx::query!(
        "update alarms c set parent_id = o.id, is_news = false, version = c.version + 1
         from unnest($1::uuid[], $2::uuid[]) as w (tenant_id, id)
         join gateways g on g.tenant_id = w.tenant_id and g.id = w.id
         join alarms o on o.tenant_id = g.tenant_id and o.subject_id = g.id and o.kind = 'gateway_down' and o.cleared_at is null
         join devices d on d.tenant_id = g.tenant_id and d.only_gateway_eui = g.eui
         where c.tenant_id = d.tenant_id and c.subject_id = d.id and c.kind = 'device_silent' and c.cleared_at is null
           and c.parent_id is null and c.raised_at > g.last_seen_at",
        tenants,
        gateways,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Writes when things are to be looked at again; those that are not are forgotten.
pub(in crate::alarms) async fn look_again(
    tx: &mut PlatformTx,
    looks: &[(Uuid, Uuid, Option<DateTime<Utc>>)],
) -> Result<()> {
    let tenants: Vec<Uuid> = looks.iter().map(|(tenant, ..)| *tenant).collect();
    let ids: Vec<Uuid> = looks.iter().map(|(_, id, _)| *id).collect();
    let dues: Vec<_> = looks.iter().map(|(.., due)| *due).collect();
    sqlx::query!(
        "with w as (select * from unnest($1::uuid[], $2::uuid[], $3::timestamptz[]) as w (tenant_id, id, due_at)),
         forgotten as (
           delete from alarm_watches a using w where a.tenant_id = w.tenant_id and a.subject_id = w.id and w.due_at is null)
         update alarm_watches a set due_at = w.due_at from w
         where a.tenant_id = w.tenant_id and a.subject_id = w.id and w.due_at is not null",
        &tenants,
        &ids,
        &dues as &[Option<DateTime<Utc>>],
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Lets the silences under outages that are over be looked at.
pub(in crate::alarms) async fn look_at_children(
    tx: &mut PlatformTx,
    (tenants, parents): (&[Uuid], &[Uuid]),
    at: DateTime<Utc>,
) -> Result<()> {
    sqlx::query!(
        "insert into alarm_watches (tenant_id, subject_id, subject_type, due_at)
         select c.tenant_id, c.subject_id, c.subject_type, $3
         from unnest($1::uuid[], $2::uuid[]) as w (tenant_id, id)
         join alarms c on c.tenant_id = w.tenant_id and c.parent_id = w.id and c.cleared_at is null
         order by c.tenant_id, c.subject_id
         on conflict (tenant_id, subject_id) do update set due_at = excluded.due_at where alarm_watches.due_at > excluded.due_at",
        tenants,
        parents,
        at,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Forgets some of the alarms that were cleared before an instant, and says how many. An outage goes
/// with or after what hung under it.
pub(in crate::alarms) async fn forget_cleared(
    tx: &mut PlatformTx,
    before: DateTime<Utc>,
    limit: i64,
) -> Result<u64> {
    let done = sqlx::query!(
        "with old as materialized (
           select a.tenant_id, a.id from tenants t cross join lateral (
             select tenant_id, id from alarms where tenant_id = t.id and cleared_at < $1 order by cleared_at limit $2) a
           limit $2),
         held as materialized (
           select a.tenant_id, a.id from alarms a join old on old.tenant_id = a.tenant_id and old.id = a.id
           order by a.id for update of a)
         delete from alarms a using held where a.tenant_id = held.tenant_id and a.id = held.id",
        before,
        limit
    )
    .execute(tx.conn())
    .await?;
    Ok(done.rows_affected())
}

/// Lets some more of what a tenant has be looked at, after an id, and says which was the last.
pub(in crate::alarms) async fn look_at_all(
    tx: &mut PlatformTx,
    (tenant, after): (Uuid, Uuid),
    limit: i64,
) -> Result<Option<Uuid>> {
    let last = sqlx::query_scalar!(
        r#"with things as (
             select id, 'device' as kind from devices where tenant_id = $1 and id > $2 and archived_at is null
             union all select id, 'gateway' from gateways where tenant_id = $1 and id > $2
             union all select id, 'space' from spaces where tenant_id = $1 and id > $2 and deleted_at is null and state <> 'unknown'
             order by id limit $3),
           looked as (
             insert into alarm_watches (tenant_id, subject_id, subject_type, due_at)
             select $1, id, kind, timestamptz 'epoch' from things order by id
             on conflict (tenant_id, subject_id) do update set due_at = excluded.due_at)
           select id as "id!" from things order by id desc limit 1"#,
        tenant,
        after,
        limit
    )
    .fetch_optional(tx.conn())
    .await?;
    Ok(last)
}

/// When people of a tenant were last told of anything.
pub(in crate::alarms) async fn last_told(
    tx: &mut PlatformTx,
    tenant: Uuid,
) -> Result<Option<DateTime<Utc>>> {
    let last = sqlx::query_scalar!(
        "select told_at from alarms where tenant_id = $1 and told_at is not null order by told_at desc limit 1",
        tenant
    )
    .fetch_optional(tx.conn())
    .await?;
    Ok(last.flatten())
}
