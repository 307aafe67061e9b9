//! The SQL of what both sides have.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use parking_db::Result;
use parking_domain::eui::Eui64;
use parking_domain::ids::{TenantId, fresh};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::chirpstack::compare::{Found, Side};

/// A device or gateway of ours.
#[derive(Clone, Debug)]
pub(in crate::chirpstack) struct Local {
    pub(in crate::chirpstack) kind: String,
    pub(in crate::chirpstack) id: Uuid,
    pub(in crate::chirpstack) eui: Eui64,
    pub(in crate::chirpstack) name: Option<String>,
    pub(in crate::chirpstack) is_disabled: bool,
    pub(in crate::chirpstack) key_digest: Option<Vec<u8>>,
}

/// Everything here that ChirpStack may have. A device that was archived counts as put out of use for as
/// long as ChirpStack has it.
pub(in crate::chirpstack) async fn locals(conn: &mut PgConnection) -> Result<Vec<Local>> {
    let rows = sqlx::query!(
        r#"select 'device' as "kind!", id as "id!", dev_eui as "eui!", name,
             (archived_at is not null or lifecycle = 'decommissioned') as "is_disabled!",
             sha256(sealed_app_key) as key_digest
           from (
             select distinct on (dev_eui) * from devices
             where archived_at is null or dev_eui in (select eui from chirpstack_items where kind = 'device')
             order by dev_eui, archived_at desc nulls first
           ) d
           union all
           select 'gateway', id, eui, name, false, null from gateways"#
    )
    .fetch_all(conn)
    .await?;
    let locals = rows.into_iter().filter_map(|row| {
        Some(Local {
            kind: row.kind,
            id: row.id,
            eui: row.eui.parse().ok()?,
            name: row.name,
            is_disabled: row.is_disabled,
            key_digest: row.key_digest,
        })
    });
    Ok(locals.collect())
}

/// What is remembered of a thing.
#[derive(Clone, Debug)]
pub(in crate::chirpstack) struct Kept {
    agreed_name: Option<String>,
    agreed_disabled: Option<bool>,
    pub(in crate::chirpstack) there_disabled: Option<bool>,
    pub(in crate::chirpstack) there_updated_at: Option<DateTime<Utc>>,
    pub(in crate::chirpstack) key_given: Option<Vec<u8>>,
}

impl Kept {
    pub(in crate::chirpstack) fn agreed(&self) -> Option<Side> {
        Some(Side {
            name: self.agreed_name.clone(),
            is_disabled: self.agreed_disabled?,
        })
    }
}

pub(in crate::chirpstack) async fn kept(
    conn: &mut PgConnection,
) -> Result<BTreeMap<(String, Eui64), Kept>> {
    let rows = sqlx::query!(
        "select kind, eui, agreed_name, agreed_disabled, there_disabled, there_updated_at, key_given from chirpstack_items"
    )
    .fetch_all(conn)
    .await?;
    let kept = rows.into_iter().filter_map(|row| {
        let kept = Kept {
            agreed_name: row.agreed_name,
            agreed_disabled: row.agreed_disabled,
            there_disabled: row.there_disabled,
            there_updated_at: row.there_updated_at,
            key_given: row.key_given,
        };
        Some(((row.kind, row.eui.parse().ok()?), kept))
    });
    Ok(kept.collect())
}

/// A thing as it was found.
#[derive(Clone, Debug)]
pub(in crate::chirpstack) struct Row {
    pub(in crate::chirpstack) kind: String,
    pub(in crate::chirpstack) eui: String,
    pub(in crate::chirpstack) here_id: Option<Uuid>,
    pub(in crate::chirpstack) here_name: Option<String>,
    pub(in crate::chirpstack) here_disabled: Option<bool>,
    pub(in crate::chirpstack) there_name: Option<String>,
    pub(in crate::chirpstack) there_disabled: Option<bool>,
    pub(in crate::chirpstack) there_updated_at: Option<DateTime<Utc>>,
    pub(in crate::chirpstack) key_given: Option<Vec<u8>>,
    pub(in crate::chirpstack) found: Found,
}

/// What is written of all things at once, in columns.
#[derive(Default)]
struct Columns {
    ids: Vec<Uuid>,
    kinds: Vec<String>,
    euis: Vec<String>,
    states: Vec<String>,
    differs: Vec<String>,
    changed: Vec<Option<String>>,
    here_ids: Vec<Option<Uuid>>,
    here_names: Vec<Option<String>>,
    here_disabled: Vec<Option<bool>>,
    there_names: Vec<Option<String>>,
    there_disabled: Vec<Option<bool>>,
    there_updated: Vec<Option<DateTime<Utc>>>,
    keys: Vec<Option<Vec<u8>>>,
}

impl Columns {
    fn of(rows: &[Row]) -> Self {
        let mut columns = Self::default();
        for row in rows {
            columns.ids.push(fresh());
            columns.kinds.push(row.kind.clone());
            columns.euis.push(row.eui.clone());
            columns.states.push(row.found.state.to_owned());
            columns.differs.push(row.found.differs.join(","));
            columns.changed.push(row.found.changed.map(str::to_owned));
            columns.here_ids.push(row.here_id);
            columns.here_names.push(row.here_name.clone());
            columns.here_disabled.push(row.here_disabled);
            columns.there_names.push(row.there_name.clone());
            columns.there_disabled.push(row.there_disabled);
            columns.there_updated.push(row.there_updated_at);
            columns.keys.push(row.key_given.clone());
        }
        columns
    }
}

/// Forgets what neither side has any more: everything but what was found.
pub(in crate::chirpstack) async fn forget_others(
    conn: &mut PgConnection,
    found: &[(String, Eui64)],
    (began, now): (DateTime<Utc>, DateTime<Utc>),
) -> Result<()> {
    let kinds: Vec<String> = found.iter().map(|(kind, _)| kind.clone()).collect();
    let euis: Vec<String> = found.iter().map(|(_, eui)| eui.to_string()).collect();
    sqlx::query!(
        "delete from chirpstack_items i
         where not exists (
             select from unnest($1::text[], $2::text[]) as f (kind, eui) where f.kind = i.kind and f.eui = i.eui)
           and i.changed_at not between $3 and $4 and (i.tried_at is null or i.tried_at not between $3 and $4)",
        &kinds,
        &euis,
        began,
        now
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Writes down what was found since an instant. Only what changed is written, and not over what was done
/// meanwhile. What is the same now is agreed, and nothing is wanted of it.
pub(in crate::chirpstack) async fn keep(
    conn: &mut PgConnection,
    tenant: TenantId,
    rows: &[Row],
    (began, now): (DateTime<Utc>, DateTime<Utc>),
) -> Result<()> {
    let all = Columns::of(rows);
    sqlx::query!(
        "insert into chirpstack_items as i (tenant_id, id, kind, eui, state, differs, changed_side, here_id, here_name,
           here_disabled, there_name, there_disabled, there_updated_at, agreed_name, agreed_disabled, key_given, changed_at)
         select $1, f.id, f.kind, f.eui, f.state, coalesce(string_to_array(nullif(f.differs, ''), ','), '{}'), f.changed, f.here_id, f.here_name,
           f.here_disabled, f.there_name, f.there_disabled, f.there_updated,
           case when f.state = 'same' then f.there_name end, case when f.state = 'same' then f.there_disabled end, f.key_given, $2
         from unnest($3::uuid[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::uuid[], $10::text[], $11::bool[],
           $12::text[], $13::bool[], $14::timestamptz[], $15::bytea[])
           as f (id, kind, eui, state, differs, changed, here_id, here_name, here_disabled, there_name, there_disabled,
             there_updated, key_given)
         on conflict (tenant_id, kind, eui) do update set
           state = excluded.state, differs = excluded.differs, changed_side = excluded.changed_side,
           here_id = excluded.here_id, here_name = excluded.here_name, here_disabled = excluded.here_disabled,
           there_name = excluded.there_name, there_disabled = excluded.there_disabled,
           there_updated_at = excluded.there_updated_at,
           agreed_name = case when excluded.state = 'same' then excluded.there_name else i.agreed_name end,
           agreed_disabled = case when excluded.state = 'same' then excluded.there_disabled else i.agreed_disabled end,
           key_given = excluded.key_given,
           wanted = case when excluded.state = 'same' then null else i.wanted end,
           ignored_at = case when excluded.state = 'same' then null else i.ignored_at end,
           error = case when excluded.state = 'same' then null else i.error end,
           failures = case when excluded.state = 'same' then 0 else i.failures end,
           changed_at = case when i.state <> excluded.state then excluded.changed_at else i.changed_at end
         where (i.tried_at is null or i.tried_at not between $16 and $2) and (i.state, i.differs, i.changed_side, i.here_id, i.here_name, i.here_disabled, i.there_name, i.there_disabled,
             i.there_updated_at, i.key_given)
           is distinct from (excluded.state, excluded.differs, excluded.changed_side, excluded.here_id,
             excluded.here_name, excluded.here_disabled, excluded.there_name, excluded.there_disabled,
             excluded.there_updated_at, excluded.key_given)",
        tenant.0,
        now,
        &all.ids,
        &all.kinds,
        &all.euis,
        &all.states,
        &all.differs,
        &all.changed as &[Option<String>],
        &all.here_ids as &[Option<Uuid>],
        &all.here_names as &[Option<String>],
        &all.here_disabled as &[Option<bool>],
        &all.there_names as &[Option<String>],
        &all.there_disabled as &[Option<bool>],
        &all.there_updated as &[Option<DateTime<Utc>>],
        &all.keys as &[Option<Vec<u8>>],
        began
    )
    .execute(conn)
    .await?;
    Ok(())
}
