//! Giving ChirpStack what is here.

use parking_chirpstack::grpc::{CallError, Client, DeviceDraft, DeviceKeys, GatewayDraft};
use parking_db::TenantTx;
use parking_domain::eui::Eui64;
use parking_domain::ids::TenantId;
use parking_estate::devices::unseal;
use uuid::Uuid;

use super::store::{self, Link};
use super::{ChirpStackError, ChirpStacks};

/// What both sides have now.
#[derive(Clone, Debug)]
pub(super) struct Given {
    pub(super) name: String,
    pub(super) is_disabled: bool,
    /// The digest of the sealed key that went with it.
    pub(super) key: Option<Vec<u8>>,
}

/// Makes or changes a device there, and gives it its key.
pub(super) async fn device(
    state: &ChirpStacks,
    tenant: TenantId,
    link: &Link,
    id: Uuid,
) -> Result<Given, ChirpStackError> {
    let mut tx = state.db.tenant(tenant).await?;
    must_be_linked(&mut tx, link).await?;
    let device = store::device(tx.conn(), id).await?;
    drop(tx);
    let device = device.ok_or(ChirpStackError::Absent)?;
    let client = state.client()?;
    let there = client.device(device.eui).await?;
    let name = device.name.clone();
    let name = name.or_else(|| there.as_ref().map(|there| there.name.clone()));
    let name = name.unwrap_or_else(|| device.eui.to_string());
    // What is there keeps its profile: somebody may have chosen it with care.
    let profile = match &there {
        Some(there) => there.profile,
        None => link
            .profile(device.is_display)
            .ok_or(ChirpStackError::NotThere(
                "there is no profile for such a device; choose one on the page of ChirpStack",
            ))?,
    };
    let draft = DeviceDraft {
        dev_eui: device.eui,
        name: name.clone(),
        application: link.application_id,
        profile,
        join_eui: device.join_eui,
        is_disabled: device.is_disabled,
    };
    if there.is_some() {
        client.update_device(&draft).await?;
    } else {
        made_or_there(client, &draft).await?;
    }
    let key = match &device.sealed_app_key {
        Some(sealed) => Some(give_key(state, client, device.eui, sealed).await?),
        None => None,
    };
    Ok(Given {
        name,
        is_disabled: device.is_disabled,
        key,
    })
}

/// What was unlinked meanwhile is somebody else's, perhaps.
async fn must_be_linked(tx: &mut TenantTx, link: &Link) -> Result<(), ChirpStackError> {
    let present = store::link(tx.conn()).await?;
    let is_same = present.is_some_and(|present| present.id == link.id);
    is_same.then_some(()).ok_or(ChirpStackError::Unlinked)
}

/// Who made it in the same moment may have been we, in an attempt whose answer was lost.
async fn made_or_there(client: &Client, draft: &DeviceDraft) -> Result<(), CallError> {
    match client.create_device(draft).await {
        Err(CallError::Taken(said)) => match client.device(draft.dev_eui).await? {
            Some(_) => client.update_device(draft).await,
            // Somebody has it whom we may not see.
            None => Err(CallError::Taken(said)),
        },
        made => made,
    }
}

async fn give_key(
    state: &ChirpStacks,
    client: &Client,
    eui: Eui64,
    sealed: &[u8],
) -> Result<Vec<u8>, ChirpStackError> {
    use sha2::{Digest as _, Sha256};
    let unreadable =
        |_| ChirpStackError::NotThere("the key of the device cannot be read here; enter it again");
    let app_key = unseal(&state.vault, eui, sealed).map_err(unreadable)?;
    client.set_keys(eui, &DeviceKeys { app_key }).await?;
    Ok(Sha256::digest(sealed).to_vec())
}

/// Makes or changes a gateway there.
pub(super) async fn gateway(
    state: &ChirpStacks,
    tenant: TenantId,
    link: &Link,
    (id, eui): (Uuid, Eui64),
) -> Result<Given, ChirpStackError> {
    let mut tx = state.db.tenant(tenant).await?;
    must_be_linked(&mut tx, link).await?;
    let gateway = store::gateway(tx.conn(), id).await?;
    drop(tx);
    let gateway = gateway.ok_or(ChirpStackError::Absent)?;
    let client = state.client()?;
    let draft = GatewayDraft {
        eui,
        name: gateway.name,
        tenant: link.remote_tenant_id,
        place: gateway.place,
    };
    match client.update_gateway(&draft).await {
        Err(CallError::Absent(_)) => client.create_gateway(&draft).await?,
        changed => changed?,
    }
    Ok(Given {
        name: draft.name,
        is_disabled: false,
        key: None,
    })
}
