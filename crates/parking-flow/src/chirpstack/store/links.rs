//! The SQL of links.

use chrono::{DateTime, TimeDelta, Utc};
use parking_chirpstack::grpc::RemoteProfile;
use parking_db::{PlatformTx, Result};
use parking_domain::ids::TenantId;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sqlx::{FromRow, PgConnection};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::chirpstack::Wishes;
use crate::chirpstack::links::{LinkDraft, shortened};

/// A profile of devices there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = ChirpStackProfile)]
pub(in crate::chirpstack) struct Profile {
    pub(in crate::chirpstack) id: Uuid,
    pub(in crate::chirpstack) name: String,
    pub(in crate::chirpstack) supports_otaa: bool,
    pub(in crate::chirpstack) supports_class_c: bool,
}

/// A tenant's part of ChirpStack.
#[derive(Clone, Debug)]
pub(in crate::chirpstack) struct Link {
    pub(in crate::chirpstack) tenant_id: Uuid,
    pub(in crate::chirpstack) tenant_name: String,
    pub(in crate::chirpstack) id: Uuid,
    pub(in crate::chirpstack) remote_tenant_id: Uuid,
    pub(in crate::chirpstack) remote_tenant_name: String,
    pub(in crate::chirpstack) application_id: Uuid,
    pub(in crate::chirpstack) application_name: String,
    pub(in crate::chirpstack) gives: bool,
    pub(in crate::chirpstack) profile_a: Option<Uuid>,
    pub(in crate::chirpstack) profile_c: Option<Uuid>,
    pub(in crate::chirpstack) profiles: Vec<Profile>,
    pub(in crate::chirpstack) version: i64,
}

impl Link {
    /// The profile of a device that is made there: the one that was chosen, else the first that fits.
    pub(in crate::chirpstack) fn profile(&self, is_display: bool) -> Option<Uuid> {
        let chosen = if is_display {
            self.profile_c
        } else {
            self.profile_a
        };
        chosen.or_else(|| {
            let mut all = self.profiles.iter();
            let fits = |profile: &&Profile| {
                profile.supports_otaa && profile.supports_class_c == is_display
            };
            all.find(fits).map(|profile| profile.id)
        })
    }
}

#[derive(FromRow)]
struct LinkRow {
    tenant_id: Uuid,
    tenant_name: String,
    id: Uuid,
    remote_tenant_id: Uuid,
    remote_tenant_name: String,
    application_id: Uuid,
    application_name: String,
    gives: bool,
    profile_a: Option<Uuid>,
    profile_c: Option<Uuid>,
    profiles: Value,
    version: i64,
}

impl From<LinkRow> for Link {
    fn from(row: LinkRow) -> Self {
        Self {
            tenant_id: row.tenant_id,
            tenant_name: row.tenant_name,
            id: row.id,
            remote_tenant_id: row.remote_tenant_id,
            remote_tenant_name: row.remote_tenant_name,
            application_id: row.application_id,
            application_name: row.application_name,
            gives: row.gives,
            profile_a: row.profile_a,
            profile_c: row.profile_c,
            profiles: serde_json::from_value(row.profiles).unwrap_or_default(),
            version: row.version,
        }
    }
}

pub(in crate::chirpstack) async fn link(conn: &mut PgConnection) -> Result<Option<Link>> {
    let row = sqlx::query_as!(
        LinkRow,
        "select l.tenant_id, t.name as tenant_name, l.id, l.remote_tenant_id, l.remote_tenant_name, l.application_id,
           l.application_name, l.gives, l.profile_a, l.profile_c, l.profiles, l.version
         from chirpstack_links l join tenants t on t.id = l.tenant_id"
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(Link::from))
}

/// All links, by the names of their tenants.
pub(in crate::chirpstack) async fn links(tx: &mut PlatformTx) -> Result<Vec<Link>> {
    let rows = sqlx::query_as!(
        LinkRow,
        "select l.tenant_id, t.name as tenant_name, l.id, l.remote_tenant_id, l.remote_tenant_name, l.application_id,
           l.application_name, l.gives, l.profile_a, l.profile_c, l.profiles, l.version
         from chirpstack_links l join tenants t on t.id = l.tenant_id
         order by lower(t.name), l.id
         limit 10000"
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows.into_iter().map(Link::from).collect())
}

/// Says whether neither side was linked; the application's messages are the tenant's from now on.
pub(in crate::chirpstack) async fn insert_link(
    tx: &mut PlatformTx,
    draft: &LinkDraft,
    (id, tenant_name, application_name): (Uuid, &str, &str),
    now: DateTime<Utc>,
) -> Result<bool> {
    let inserted = sqlx::query!(
        "insert into chirpstack_links (tenant_id, id, remote_tenant_id, remote_tenant_name, application_id, application_name,
           due_at, created_at, updated_at)
         select t.id, $2, $3, $4, $5, $6, $7, $7, $7 from tenants t where t.id = $1 and t.kind = 'customer'
         on conflict do nothing",
        draft.tenant.0,
        id,
        draft.remote_tenant,
        tenant_name,
        draft.application,
        application_name,
        now
    )
    .execute(tx.conn())
    .await?;
    if inserted.rows_affected() == 0 {
        return Ok(false);
    }
    let given = sqlx::query!(
        "insert into applications as a (tenant_id, id, application, created_at) values ($1, $2, $3, $4)
         on conflict (application) do update set created_at = a.created_at where a.tenant_id = $1",
        draft.tenant.0,
        id,
        draft.application.to_string(),
        now
    )
    .execute(tx.conn())
    .await?;
    Ok(given.rows_affected() == 1)
}

/// Whose it was, and what it was called there.
pub(in crate::chirpstack) async fn delete_link(
    tx: &mut PlatformTx,
    id: Uuid,
) -> Result<Option<(TenantId, String)>> {
    let removed = sqlx::query!(
        "delete from chirpstack_links where id = $1 returning tenant_id, remote_tenant_name, application_id",
        id
    )
    .fetch_optional(tx.conn())
    .await?;
    let Some(removed) = removed else {
        return Ok(None);
    };
    sqlx::query!(
        "delete from applications where tenant_id = $1 and application = $2",
        removed.tenant_id,
        removed.application_id.to_string()
    )
    .execute(tx.conn())
    .await?;
    sqlx::query!(
        "delete from chirpstack_items where tenant_id = $1",
        removed.tenant_id
    )
    .execute(tx.conn())
    .await?;
    Ok(Some((
        TenantId(removed.tenant_id),
        removed.remote_tenant_name,
    )))
}

pub(in crate::chirpstack) async fn settle(
    conn: &mut PgConnection,
    wishes: Wishes,
    now: DateTime<Utc>,
) -> Result<()> {
    sqlx::query!(
        "update chirpstack_links set gives = coalesce($1, gives),
           profile_a = case when $2 then $3 else profile_a end,
           profile_c = case when $4 then $5 else profile_c end,
           updated_at = $6, version = version + 1",
        wishes.gives,
        wishes.profile_a.is_any(),
        wishes.profile_a.value(),
        wishes.profile_c.is_any(),
        wishes.profile_c.value(),
        now
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Holds the tenant's part until the end of the transaction, if it has one, and says which it is. Whoever
/// writes what was found, decided or asked for holds it first, so that it is done one after the other.
pub(in crate::chirpstack) async fn hold(conn: &mut PgConnection) -> Result<Option<Uuid>> {
    let held = sqlx::query_scalar!("select id from chirpstack_links for no key update")
        .fetch_optional(conn)
        .await?;
    Ok(held)
}

/// Tenants whose turn it is, with when it will be again: up to a tenth later, each its own, so that those
/// that came at once drift apart. What is due later than that is from a clock that was ahead.
pub(in crate::chirpstack) async fn take_due(
    tx: &mut PlatformTx,
    now: DateTime<Utc>,
    every: TimeDelta,
) -> Result<Vec<TenantId>> {
    let due = sqlx::query_scalar!(
        "update chirpstack_links
         set due_at = $2::timestamptz + $3::float8 * (get_byte(uuid_send(tenant_id), 15) / 255.0)::float8 * interval '1 second'
         where id in (
           select id from chirpstack_links where due_at <= $1 or due_at > $4 order by due_at for no key update skip locked)
         returning tenant_id",
        now,
        now + every,
        every.as_seconds_f64() / 10.0,
        now + every * 2
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(due.into_iter().map(TenantId).collect())
}

pub(in crate::chirpstack) async fn keep_profiles(
    conn: &mut PgConnection,
    profiles: &[RemoteProfile],
) -> Result<()> {
    let profiles: Vec<Profile> = profiles
        .iter()
        .take(200)
        .map(|profile| Profile {
            id: profile.id,
            name: shortened(&profile.name),
            supports_otaa: profile.supports_otaa,
            supports_class_c: profile.supports_class_c,
        })
        .collect();
    let told = serde_json::to_value(profiles).unwrap_or_default();
    sqlx::query!(
        "update chirpstack_links set profiles = $1, version = version + 1 where profiles is distinct from $1",
        told
    )
    .execute(conn)
    .await?;
    Ok(())
}
