//! On which terms bays can be reserved: those of the site, else the tenant's, else the standard.

use chrono::{DateTime, Utc};
use parking_access::audit::{self, Entry};
use parking_db::events::{self, EventDraft};
use parking_db::{DbError, OnConstraint as _, TenantTx};
use parking_domain::reservations::Terms;
use parking_estate::Maker;
use serde_json::{Value, json};
use sqlx::PgConnection;
use uuid::Uuid;

use super::{ReservationError, store};

/// Whose terms hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Source {
    /// The site's own.
    Site,
    /// Those of the tenant, for all sites without their own.
    Tenant,
    /// What holds where nobody said anything.
    Standard,
}

impl Source {
    /// Whose the terms are that were set for a site, or for all without their own.
    pub(super) fn own(site: Option<Uuid>) -> Self {
        if site.is_some() {
            Self::Site
        } else {
            Self::Tenant
        }
    }
}

/// The terms that hold for a site, or for those without their own, and whose they are. For how long people
/// are known the tenant says for all its sites.
pub(super) async fn effective(
    conn: &mut PgConnection,
    tenant: Uuid,
    site: Option<Uuid>,
) -> Result<(Terms, Source), DbError> {
    let terms = store::terms_of(conn, tenant, None).await?;
    let usual = terms.map_or((Terms::STANDARD, Source::Standard), |terms| {
        (terms, Source::Tenant)
    });
    if site.is_some()
        && let Some(terms) = store::terms_of(conn, tenant, site).await?
    {
        let retention_days = usual.0.retention_days;
        let terms = Terms {
            retention_days,
            ..terms
        };
        return Ok((terms, Source::Site));
    }
    Ok(usual)
}

/// Sets the terms of a site, or of all others: those that hold become what `change` makes of them.
/// What is reserved already stays as it is.
pub(super) async fn put(
    tx: &mut TenantTx,
    maker: &Maker,
    site: Option<Uuid>,
    change: impl Fn(&mut Terms),
    now: DateTime<Utc>,
) -> Result<Terms, ReservationError> {
    let tenant = tx.tenant().0;
    let (old, source) = effective(tx.conn(), tenant, site).await?;
    let mut new = old;
    change(&mut new);
    store::put_terms(tx, (site, &new), now)
        .await
        .on_constraint("reservation_terms_site_fkey", || ReservationError::Absent)?;
    let is_own = match source {
        Source::Site => site.is_some(),
        Source::Tenant => site.is_none(),
        Source::Standard => false,
    };
    let old = if is_own { json!(old) } else { json!({}) };
    let values = audit::difference(&old, &json!(new));
    changed(tx, maker, (site, "updated"), values, now).await?;
    Ok(new)
}

/// Forgets the terms of a site, or of all others.
pub(super) async fn delete(
    tx: &mut TenantTx,
    maker: &Maker,
    site: Option<Uuid>,
    now: DateTime<Utc>,
) -> Result<(), ReservationError> {
    let tenant = tx.tenant().0;
    let old = store::terms_of(tx.conn(), tenant, site).await?;
    if !store::delete_terms(tx, site).await? {
        return Err(ReservationError::Absent);
    }
    let values = (old.map(|terms| json!(terms)), None);
    Ok(changed(tx, maker, (site, "deleted"), values, now).await?)
}

async fn changed(
    tx: &mut TenantTx,
    maker: &Maker,
    (site, verb): (Option<Uuid>, &str),
    (old, new): (Option<Value>, Option<Value>),
    now: DateTime<Utc>,
) -> Result<(), DbError> {
    let tenant = tx.tenant();
    let (kind, id) = (
        format!("reservation_terms.{verb}"),
        site.unwrap_or(tenant.0).to_string(),
    );
    let event = EventDraft {
        kind: &kind,
        subject_type: "reservation_terms",
        subject_id: &id,
        payload: &json!({ "site_id": site }),
    };
    events::append(tx.conn(), tenant, now, event).await?;
    let entry = Entry {
        action: &kind,
        entity_type: "reservation_terms",
        entity_id: Some(id),
        entity_name: None,
        old,
        new,
        reason: None,
    };
    audit::append(tx.conn(), tenant, &maker.by, now, entry).await
}
