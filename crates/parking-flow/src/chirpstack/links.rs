//! Which tenant is which there; the platform says it.

use chrono::{DateTime, Utc};
use parking_access::audit::{self, By, Entry};
use parking_db::{Db, PlatformTx, Reason};
use parking_domain::ids::{TenantId, fresh};
use serde_json::json;
use uuid::Uuid;

use super::{ChirpStackError, ChirpStacks, store};

/// A tenant's part of ChirpStack that is to be.
#[derive(Clone, Copy, Debug)]
pub struct LinkDraft {
    /// Whose it is to be.
    pub tenant: TenantId,
    /// The tenant there.
    pub remote_tenant: Uuid,
    /// Where its devices are there.
    pub application: Uuid,
}

/// Links a tenant to one of ChirpStack's, and gives it the messages of the application.
pub async fn link(
    state: &ChirpStacks,
    draft: LinkDraft,
    by: &By,
    now: DateTime<Utc>,
) -> Result<Uuid, ChirpStackError> {
    let client = state.client()?;
    let remote = client.tenant(draft.remote_tenant).await?;
    let remote = remote.ok_or(ChirpStackError::NotThere("there is no such tenant there"))?;
    let applications = client.applications(draft.remote_tenant).await?;
    let mut applications = applications.into_iter();
    let application = applications
        .find(|application| application.id == draft.application)
        .ok_or(ChirpStackError::NotThere(
            "that tenant has no such application",
        ))?;
    let mut tx = door(&state.db).await?;
    let id = fresh();
    let names = (shortened(&remote.name), shortened(&application.name));
    if !store::insert_link(&mut tx, &draft, (id, &names.0, &names.1), now).await? {
        return Err(ChirpStackError::Linked);
    }
    note(
        &mut tx,
        (draft.tenant, "chirpstack.linked", &names.0),
        by,
        now,
    )
    .await?;
    tx.commit().await?;
    Ok(id)
}

/// Undoes it; devices and gateways stay where they are, and the messages of the application are the
/// platform's.
pub(super) async fn unlink(
    state: &ChirpStacks,
    id: Uuid,
    by: &By,
    now: DateTime<Utc>,
) -> Result<(), ChirpStackError> {
    let mut tx = door(&state.db).await?;
    let removed = store::delete_link(&mut tx, id).await?;
    let (tenant, name) = removed.ok_or(ChirpStackError::Absent)?;
    note(&mut tx, (tenant, "chirpstack.unlinked", &name), by, now).await?;
    Ok(tx.commit().await?)
}

async fn door(db: &Db) -> parking_db::Result<PlatformTx> {
    db.platform(Reason::Worker("link a tenant to ChirpStack"))
        .await
}

async fn note(
    tx: &mut PlatformTx,
    (tenant, action, name): (TenantId, &str, &str),
    by: &By,
    now: DateTime<Utc>,
) -> Result<(), ChirpStackError> {
    let entry = Entry {
        action,
        entity_type: "chirpstack",
        entity_id: None,
        entity_name: Some(name),
        new: Some(json!({ "tenant_there": name })),
        ..Entry::default()
    };
    Ok(audit::append(tx.conn(), tenant, by, now, entry).await?)
}

/// As much of a name as is kept.
pub(super) fn shortened(name: &str) -> String {
    name.chars().filter(|c| *c != '\0').take(255).collect()
}
