//! The SQL of what is told.

use std::net::IpAddr;

use chrono::{DateTime, SecondsFormat, Utc};
use parking_access::authenticate::Standing;
use parking_db::events::Cursor;
use parking_db::{PlatformTx, Result, TenantTx};
use parking_domain::ids::TenantId;
use serde::{Serialize, Serializer};
use uuid::Uuid;

/// Bays of one snapshot at most.
pub(super) const BAYS_MAX: usize = 20_000;

/// Sites of one snapshot at most.
pub(super) const SITES_MAX: usize = 5_000;

/// A site, as it stands.
#[derive(Debug, Serialize)]
pub(super) struct SiteNow {
    id: Uuid,
    name: String,
    pub(super) bays: Vec<BayNow>,
}

/// A bay, as it stands.
#[derive(Debug, Serialize)]
pub(super) struct BayNow {
    #[serde(skip)]
    site_id: Uuid,
    id: Uuid,
    code: String,
    state: String,
    #[serde(serialize_with = "as_instant")]
    since: DateTime<Utc>,
    sequence: i64,
}

fn as_instant<S: Serializer>(at: &DateTime<Utc>, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(&at.to_rfc3339_opts(SecondsFormat::AutoSi, true))
}

/// How the bays of a site stand, or of all, and from where on the log tells what the snapshot does not
/// show. One more than the bounds is read, so that who asked for too many can be told so.
pub(super) async fn snapshot(
    tx: &mut TenantTx,
    site: Option<Uuid>,
) -> Result<(Cursor, Vec<SiteNow>)> {
    // First, so that what happens meanwhile is rather told twice than not at all.
    let xid = sqlx::query_scalar!(r#"select (events_horizon()::text::bigint - 1) as "xid!""#)
        .fetch_one(tx.conn())
        .await?;
    let mut sites = sites(tx, site).await?;
    for bay in bays(tx, site).await? {
        if let Ok(at) = sites.binary_search_by_key(&bay.site_id, |one| one.id) {
            sites[at].bays.push(bay);
        }
    }
    Ok((Cursor { xid, id: i64::MAX }, sites))
}

async fn sites(tx: &mut TenantTx, site: Option<Uuid>) -> Result<Vec<SiteNow>> {
    let row = |id, name| SiteNow {
        id,
        name,
        bays: Vec::new(),
    };
    if let Some(site) = site {
        let found = sqlx::query!(
            "select id, name from sites where id = $1 and deleted_at is null",
            site
        );
        let found = found.map(|one| row(one.id, one.name));
        return Ok(found.fetch_all(tx.conn()).await?);
    }
    let found = sqlx::query!(
        "select id, name from sites where deleted_at is null order by id limit $1",
        one_more_than(SITES_MAX)
    );
    let found = found.map(|one| row(one.id, one.name));
    Ok(found.fetch_all(tx.conn()).await?)
}

async fn bays(tx: &mut TenantTx, site: Option<Uuid>) -> Result<Vec<BayNow>> {
    let limit = one_more_than(BAYS_MAX);
    let found = match site {
        Some(site) => {
            sqlx::query_as!(
                BayNow,
                "select site_id, id, code, state, state_changed_at as since, state_sequence as sequence from spaces
                 where site_id = $1 and deleted_at is null order by code_order, id limit $2",
                site,
                limit
            )
            .fetch_all(tx.conn())
            .await?
        }
        None => {
            sqlx::query_as!(
                BayNow,
                "select site_id, id, code, state, state_changed_at as since, state_sequence as sequence from spaces
                 where deleted_at is null order by code_order, id limit $1",
                limit
            )
            .fetch_all(tx.conn())
            .await?
        }
    };
    Ok(found)
}

fn one_more_than(bound: usize) -> i64 {
    i64::try_from(bound).unwrap_or(i64::MAX).saturating_add(1)
}

/// Whose ticket it is: a sign-in, or a key.
#[derive(Clone, Copy, Debug)]
pub(super) enum Holder {
    Session(Uuid),
    Key(Uuid),
}

pub(super) async fn insert_ticket(
    tx: &mut TenantTx,
    (id, hash): (Uuid, &[u8]),
    holder: Holder,
    expires_at: DateTime<Utc>,
) -> Result<()> {
    let (session, key) = match holder {
        Holder::Session(id) => (Some(id), None),
        Holder::Key(id) => (None, Some(id)),
    };
    let tenant = tx.tenant().0;
    sqlx::query!(
        "insert into live_tickets (tenant_id, id, hash, session_id, key_id, expires_at) values ($1, $2, $3, $4, $5, $6)",
        tenant,
        id,
        hash,
        session,
        key,
        expires_at
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Uses a ticket up, and says whose it was; of many who show it at once, one gets an answer.
pub(super) async fn take_ticket(
    tx: &mut PlatformTx,
    hash: &[u8],
    ip: IpAddr,
    now: DateTime<Utc>,
) -> Result<Option<Standing>> {
    let taken = sqlx::query!(
        r#"with taken as (delete from live_tickets where hash = $1 returning tenant_id, session_id, key_id, expires_at)
           select t.tenant_id as "tenant_id: Uuid", t.session_id, s.user_id as "user_id?", k.public_id as "public_id?"
           from taken t
           left join sessions s on s.id = t.session_id
           left join api_keys k on k.tenant_id = t.tenant_id and k.id = t.key_id
           where t.expires_at > $2"#,
        hash,
        now
    )
    .fetch_optional(tx.conn())
    .await?;
    Ok(taken.and_then(|row| {
        let tenant = TenantId(row.tenant_id);
        match (row.session_id, row.user_id, row.public_id) {
            (Some(session), Some(user), _) => Some(Standing::Session {
                user,
                session,
                tenant,
            }),
            (_, _, Some(public_id)) => Some(Standing::Key {
                public_id,
                tenant,
                ip,
            }),
            _ => None,
        }
    }))
}

pub(super) async fn delete_expired(
    tx: &mut PlatformTx,
    now: DateTime<Utc>,
    limit: i64,
) -> Result<u64> {
    let done = sqlx::query!(
        "delete from live_tickets where (tenant_id, id) in (
           select tenant_id, id from live_tickets where expires_at <= $1 order by expires_at limit $2)",
        now,
        limit
    )
    .execute(tx.conn())
    .await?;
    Ok(done.rows_affected())
}
