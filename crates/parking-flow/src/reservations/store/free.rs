//! The SQL of which bays there are to choose from, and what blocks them.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use parking_db::{Result, TenantTx};
use parking_domain::reservations::{Slot, Terms};
use sqlx::{PgConnection, QueryBuilder, Row as _};
use uuid::Uuid;

use super::{BLOCKS_MAX, terms};

/// Which bays of a site are meant.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Target {
    /// The site.
    pub site: Option<Uuid>,
    /// These, instead of a site.
    pub spaces: Option<Vec<Uuid>>,
    /// Those on a level.
    pub level: Option<Uuid>,
    /// Those in a zone.
    pub zone: Option<Uuid>,
    /// Those of a kind.
    pub kind: Option<&'static str>,
}

impl Target {
    fn push_onto(&self, query: &mut QueryBuilder<sqlx::Postgres>) {
        for (column, id) in [
            ("s.site_id", self.site),
            ("s.level_id", self.level),
            ("s.zone_id", self.zone),
        ] {
            if let Some(id) = id {
                query.push(format!(" and {column} = ")).push_bind(id);
            }
        }
        if let Some(spaces) = &self.spaces {
            query
                .push(" and s.id = any(")
                .push_bind(spaces.clone())
                .push(")");
        }
        if let Some(kind) = self.kind {
            query.push(" and s.kind = ").push_bind(kind);
        }
    }
}

const RESERVABLE: &str =
    " from spaces s join sites i on i.tenant_id = s.tenant_id and i.id = s.site_id
  where s.deleted_at is null and s.is_reservable and i.deleted_at is null and i.is_active";

/// The condition that nothing has a bay in a slot: no reservation, with its buffers, and no override.
pub(super) fn is_free(query: &mut QueryBuilder<sqlx::Postgres>, slot: Slot, blocked: Slot) {
    query.push(
        " and not exists (select from reservations r where r.tenant_id = s.tenant_id and r.space_id = s.id
         and r.status in ('pending', 'confirmed') and r.blocks_from < ",
    );
    query.push_bind(blocked.end).push(" and r.blocks_from > ");
    query.push_bind(blocked.start - BLOCKS_MAX);
    query
        .push(" and r.blocks_until > ")
        .push_bind(blocked.start);
    query.push(
        ") and not exists (select from overrides o where o.tenant_id = s.tenant_id and o.space_id = s.id
         and o.lifted_at is null and o.starts_at < ",
    );
    query.push_bind(slot.end);
    query.push(" and (o.ends_at is null or o.ends_at > ");
    query.push_bind(slot.start).push("))");
}

/// A bay that can be had in a slot, the first by its code, and locked until the end of the transaction;
/// of a slot that begins soon, rather one that nobody stands in. With `unless_locked`, one that nobody
/// else holds at this moment.
pub(in crate::reservations) async fn free_bay(
    tx: &mut TenantTx,
    target: &Target,
    (slot, blocked, is_soon): (Slot, Slot, bool),
    unless_locked: bool,
) -> Result<Option<Uuid>> {
    let mut query = QueryBuilder::new(format!("select s.id{RESERVABLE}"));
    target.push_onto(&mut query);
    is_free(&mut query, slot, blocked);
    query.push(" order by (s.state = 'occupied' and ");
    query.push_bind(is_soon);
    query.push("), s.code_order, s.id limit 1 for no key update of s");
    if unless_locked {
        query.push(" skip locked");
    }
    Ok(query.build_query_scalar().fetch_optional(tx.conn()).await?)
}

/// Marks a place in the transaction that can be gone back to.
pub(in crate::reservations) async fn mark(tx: &mut TenantTx) -> Result<()> {
    sqlx::query("savepoint pick").execute(tx.conn()).await?;
    Ok(())
}

/// Goes back to the mark: the bays that were held since are let go.
pub(in crate::reservations) async fn go_back(tx: &mut TenantTx) -> Result<()> {
    sqlx::query("rollback to savepoint pick")
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// A bay that somebody asks about.
pub(in crate::reservations) struct AskedBay {
    pub(in crate::reservations) id: Uuid,
    pub(in crate::reservations) code: String,
    pub(in crate::reservations) site: Uuid,
    pub(in crate::reservations) terms: Terms,
}

/// The bays for reservation that are meant, in the order of their codes.
pub(in crate::reservations) async fn asked_bays(
    conn: &mut PgConnection,
    target: &Target,
    limit: i64,
) -> Result<Vec<AskedBay>> {
    let mut query = QueryBuilder::new(format!(
        "select s.id, s.code, s.site_id, (select to_jsonb(m) from reservation_terms m
         where m.tenant_id = s.tenant_id and (m.site_id = s.site_id or m.site_id is null)
         order by m.site_id nulls last limit 1) as terms{RESERVABLE}"
    ));
    target.push_onto(&mut query);
    query.push(" order by s.code_order, s.id limit ");
    query.push_bind(limit);
    let rows = query.build().fetch_all(conn).await?;
    let bays = rows.iter().map(|row| {
        Ok(AskedBay {
            id: row.try_get("id")?,
            code: row.try_get("code")?,
            site: row.try_get("site_id")?,
            terms: terms::read(row.try_get("terms")?),
        })
    });
    Ok(bays.collect::<sqlx::Result<_>>()?)
}

/// Whether every bay that is named is there, or the place.
pub(in crate::reservations) async fn are_there(
    conn: &mut PgConnection,
    target: &Target,
) -> Result<bool> {
    let missing = sqlx::query_scalar!(
        r#"select count(*) as "count!" from (
             select w.id from unnest($1::uuid[]) as w (id)
             where not exists (select from spaces s where s.id = w.id and s.deleted_at is null)
             union all
             select w.id from (values ($2::uuid)) as w (id)
             where w.id is not null and not exists (select from sites i where i.id = w.id and i.deleted_at is null)) m"#,
        target.spaces.as_deref().unwrap_or_default(),
        target.site
    )
    .fetch_one(conn)
    .await?;
    Ok(missing == 0)
}

/// The widest buffer there can be.
const BUFFER_MAX: TimeDelta = TimeDelta::hours(12);

/// What blocks each of some bays in a slot and around it: reservations with their buffers, and
/// overrides, of which those without an end never end.
pub(in crate::reservations) async fn blocked_times(
    conn: &mut PgConnection,
    bays: &[Uuid],
    within: Slot,
) -> Result<(HashMap<Uuid, Vec<Slot>>, HashMap<Uuid, Vec<Slot>>)> {
    let (from, until) = (within.start - BUFFER_MAX, within.end + BUFFER_MAX);
    let reserved = sqlx::query!(
        "select space_id, blocks_from, blocks_until from reservations
         where space_id = any($1) and status in ('pending', 'confirmed') and blocks_from < $3 and blocks_from > $4
           and blocks_until > $2",
        bays,
        from,
        until,
        from - BLOCKS_MAX
    )
    .fetch_all(&mut *conn)
    .await?;
    let mut by_reservations: HashMap<Uuid, Vec<Slot>> = HashMap::new();
    for row in reserved {
        let slot = Slot {
            start: row.blocks_from,
            end: row.blocks_until,
        };
        by_reservations.entry(row.space_id).or_default().push(slot);
    }
    let overridden = sqlx::query!(
        "select space_id, starts_at, ends_at from overrides
         where space_id = any($1) and lifted_at is null and starts_at < $3 and (ends_at is null or ends_at > $2)",
        bays,
        within.start,
        within.end
    )
    .fetch_all(conn)
    .await?;
    let mut by_overrides: HashMap<Uuid, Vec<Slot>> = HashMap::new();
    for row in overridden {
        let slot = Slot {
            start: row.starts_at,
            end: row.ends_at.unwrap_or(DateTime::<Utc>::MAX_UTC),
        };
        by_overrides.entry(row.space_id).or_default().push(slot);
    }
    Ok((by_reservations, by_overrides))
}
