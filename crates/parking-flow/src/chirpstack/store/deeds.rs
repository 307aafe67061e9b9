//! The SQL of what is to be done, and of what came of it.

use chrono::{DateTime, Utc};
use parking_db::Result;
use parking_domain::eui::Eui64;
use parking_domain::ids::{TenantId, fresh};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::chirpstack::Way;

/// Where the tenant wants it, what only we changed is to be given. What failed often is left to people.
pub(in crate::chirpstack) async fn want_ours_given(conn: &mut PgConnection) -> Result<()> {
    sqlx::query!(
        "update chirpstack_items set wanted = 'give'
         where state in ('here', 'differs') and changed_side = 'here' and wanted is null and ignored_at is null and failures < 5"
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Decides about differences; says of how many.
pub(in crate::chirpstack) async fn decide(
    conn: &mut PgConnection,
    items: &[Uuid],
    way: Way,
    now: DateTime<Utc>,
) -> Result<u64> {
    let wanted = match way {
        Way::Give => Some("give"),
        Way::Take => Some("take"),
        Way::Ignore | Way::Regard => None,
    };
    let decided = sqlx::query!(
        "update chirpstack_items set wanted = $2, ignored_at = case when $3 then $4::timestamptz end, error = null, failures = 0
         where id = any ($1) and state <> 'same'
           and ($2::text is null or $2 = 'take' and state <> 'here' or $2 = 'give' and state <> 'there')",
        items,
        wanted,
        way == Way::Ignore,
        now
    )
    .execute(conn)
    .await?;
    Ok(decided.rows_affected())
}

/// Something that is to be done about a difference.
#[derive(Clone, Debug)]
pub(in crate::chirpstack) struct Deed {
    pub(in crate::chirpstack) id: Uuid,
    pub(in crate::chirpstack) kind: String,
    pub(in crate::chirpstack) eui: Eui64,
    pub(in crate::chirpstack) way: String,
    pub(in crate::chirpstack) here_id: Option<Uuid>,
    pub(in crate::chirpstack) there_name: Option<String>,
}

/// What is to be done next and was not tried since an instant; what was never tried comes first.
pub(in crate::chirpstack) async fn deeds(
    conn: &mut PgConnection,
    (began, now): (DateTime<Utc>, DateTime<Utc>),
    count_max: i64,
) -> Result<Vec<Deed>> {
    let rows = sqlx::query!(
        r#"select id, kind, eui, wanted as "wanted!", here_id, there_name from chirpstack_items
           where wanted is not null and (tried_at is null or tried_at not between $1 and $2)
           order by tried_at nulls first, id limit $3"#,
        began,
        now,
        count_max
    )
    .fetch_all(conn)
    .await?;
    let deeds = rows.into_iter().filter_map(|row| {
        Some(Deed {
            id: row.id,
            kind: row.kind,
            eui: row.eui.parse().ok()?,
            way: row.wanted,
            here_id: row.here_id,
            there_name: row.there_name,
        })
    });
    Ok(deeds.collect())
}

/// Notes that both sides are the same now.
pub(in crate::chirpstack) async fn done(
    conn: &mut PgConnection,
    item: Uuid,
    (name, is_disabled, key): (&str, bool, Option<&[u8]>),
    now: DateTime<Utc>,
) -> Result<()> {
    sqlx::query!(
        "update chirpstack_items set state = 'same', differs = '{}', changed_side = null, wanted = null, ignored_at = null,
           error = null, failures = 0, there_name = $2, there_disabled = $3, agreed_name = $2, agreed_disabled = $3,
           there_updated_at = null, key_given = coalesce($4, key_given), tried_at = $5, changed_at = $5
         where id = $1",
        item,
        name,
        is_disabled,
        key,
        now
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Notes why nothing came of it. What says nothing of the thing itself is no failure of it: that stays
/// wanted.
pub(in crate::chirpstack) async fn failed(
    conn: &mut PgConnection,
    item: Uuid,
    (error, is_of_the_moment): (&str, bool),
    now: DateTime<Utc>,
) -> Result<()> {
    let error: String = error.chars().take(500).collect();
    sqlx::query!(
        "update chirpstack_items set error = $2, tried_at = $4, failures = case when $3 then failures else failures + 1 end,
           wanted = case when $3 then wanted end
         where id = $1",
        item,
        error,
        is_of_the_moment,
        now
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// A device of ours as ChirpStack is to have it.
#[derive(Clone, Debug)]
pub(in crate::chirpstack) struct Device {
    pub(in crate::chirpstack) eui: Eui64,
    pub(in crate::chirpstack) name: Option<String>,
    pub(in crate::chirpstack) is_disabled: bool,
    pub(in crate::chirpstack) is_display: bool,
    pub(in crate::chirpstack) join_eui: Option<Eui64>,
    pub(in crate::chirpstack) sealed_app_key: Option<Vec<u8>>,
}

pub(in crate::chirpstack) async fn device(
    conn: &mut PgConnection,
    id: Uuid,
) -> Result<Option<Device>> {
    let row = sqlx::query!(
        r#"select dev_eui, name, (archived_at is not null or lifecycle = 'decommissioned') as "is_disabled!", is_display,
             join_eui, sealed_app_key
           from devices where id = $1"#,
        id
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.and_then(|row| {
        Some(Device {
            eui: row.dev_eui.parse().ok()?,
            name: row.name,
            is_disabled: row.is_disabled,
            is_display: row.is_display,
            join_eui: row.join_eui.and_then(|eui| eui.parse().ok()),
            sealed_app_key: row.sealed_app_key,
        })
    }))
}

/// What became of commands to a display.
#[derive(Clone, Copy, Debug)]
pub(in crate::chirpstack) struct Told {
    /// When ChirpStack had the first that was sent since the display joined.
    pub(in crate::chirpstack) first_queued_at: Option<DateTime<Utc>>,
    /// When a gateway sent that.
    pub(in crate::chirpstack) first_txack_at: Option<DateTime<Utc>>,
    /// Since when ChirpStack has one that no gateway has sent.
    pub(in crate::chirpstack) waits_since: Option<DateTime<Utc>>,
}

/// What became of commands to a display; none if the device is none. What `displays` writes down is read here as
/// the facts of a device are: nothing is asked of that slice.
pub(in crate::chirpstack) async fn told(conn: &mut PgConnection, id: Uuid) -> Result<Option<Told>> {
    let told = sqlx::query_as!(
        Told,
        "select f.queued_at as first_queued_at, f.transmitted_at as first_txack_at, w.queued_at as waits_since
         from lamps l
         left join lateral (
           select d.queued_at, d.transmitted_at from downlinks d
           where d.tenant_id = l.tenant_id and d.device_id = l.id and d.queued_at is not null
             and d.transmitted_at > coalesce(l.joined_at, '-infinity')
           order by d.transmitted_at limit 1) f on true
         left join lateral (
           select d.queued_at from downlinks d
           where d.tenant_id = l.tenant_id and d.device_id = l.id and d.status = 'queued' limit 1) w on true
         where l.id = $1",
        id
    )
    .fetch_optional(conn)
    .await?;
    Ok(told)
}

/// A gateway of ours as ChirpStack is to have it.
#[derive(Clone, Debug)]
pub(in crate::chirpstack) struct Gateway {
    pub(in crate::chirpstack) name: String,
    pub(in crate::chirpstack) place: Option<(f64, f64, f64)>,
}

pub(in crate::chirpstack) async fn gateway(
    conn: &mut PgConnection,
    id: Uuid,
) -> Result<Option<Gateway>> {
    let row = sqlx::query!(
        "select name, latitude, longitude, altitude from gateways where id = $1",
        id
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(|row| Gateway {
        name: row.name,
        place: row
            .latitude
            .zip(row.longitude)
            .map(|(latitude, longitude)| (latitude, longitude, row.altitude.unwrap_or_default())),
    }))
}

/// Remembers a device that is to be given though no run has found it yet; says which item it is.
pub(in crate::chirpstack) async fn remember(
    conn: &mut PgConnection,
    tenant: TenantId,
    (id, eui): (Uuid, Eui64),
    now: DateTime<Utc>,
) -> Result<Uuid> {
    let item = sqlx::query_scalar!(
        "insert into chirpstack_items as i (tenant_id, id, kind, eui, state, changed_side, here_id, changed_at)
         values ($1, $2, 'device', $3, 'here', 'here', $4, $5)
         on conflict (tenant_id, kind, eui) do update set here_id = excluded.here_id returning i.id",
        tenant.0,
        fresh(),
        eui.to_string(),
        id,
        now
    )
    .fetch_one(conn)
    .await?;
    Ok(item)
}
