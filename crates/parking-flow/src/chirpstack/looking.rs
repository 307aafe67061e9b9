//! One run: both sides are read, compared, and what was found is written down; then what is wanted is
//! done.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use parking_chirpstack::grpc::{CallError, Client};
use parking_domain::eui::Eui64;
use parking_domain::ids::TenantId;
use serde_json::{Value, json};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use super::compare::{Found, Side, Sides, compare};
use super::links::shortened;
use super::store::{self, Kept, Link, Local, Row};
use super::{ChirpStackError, ChirpStacks};

/// Questions about single devices that are under way at once.
pub(super) const AT_ONCE: usize = 8;

/// A thing as ChirpStack lists it.
struct Listed {
    name: String,
    updated_at: Option<DateTime<Utc>>,
    is_disabled: bool,
}

/// What one run found.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Counts {
    pub(super) devices: usize,
    pub(super) gateways: usize,
    pub(super) here: usize,
    pub(super) there: usize,
    pub(super) differs: usize,
}

impl Counts {
    /// As it is kept.
    pub(super) fn told(self) -> Value {
        json!({
            "devices": self.devices, "gateways": self.gateways, "here": self.here,
            "there": self.there, "differs": self.differs,
        })
    }
}

/// Compares both sides of a tenant; written down unless it is dry.
pub(super) async fn look(
    state: &ChirpStacks,
    tenant: TenantId,
    is_dry: bool,
) -> Result<Counts, ChirpStackError> {
    let client = state.client()?;
    let mut tx = state.db.tenant(tenant).await?;
    let link = store::link(tx.conn())
        .await?
        .ok_or(ChirpStackError::Unlinked)?;
    drop(tx);
    let profiles = client.profiles(link.remote_tenant_id).await?;
    let gateways = gateways(client, &link).await?;
    let listed = client.devices(link.application_id).await?;
    // What is here is read after what is there: what was made meanwhile is found the next time.
    let mut tx = state.db.tenant(tenant).await?;
    let kept = store::kept(tx.conn()).await?;
    let locals = store::locals(tx.conn()).await?;
    drop(tx);
    let devices = told(client, listed, (&kept, &locals)).await?;
    let (rows, counts) = compared((devices, gateways), locals, &kept);
    if !is_dry {
        let now = state.clock.now();
        let mut tx = state.db.tenant(tenant).await?;
        store::keep_profiles(tx.conn(), &profiles).await?;
        store::keep(tx.conn(), tenant, &rows, now).await?;
        if link.gives {
            store::want_ours_given(tx.conn()).await?;
        }
        tx.commit().await?;
    }
    Ok(counts)
}

async fn gateways(client: &Client, link: &Link) -> Result<BTreeMap<Eui64, Listed>, CallError> {
    let gateways = client.gateways(link.remote_tenant_id).await?;
    let listed = gateways.into_iter().map(|gateway| {
        let listed = Listed {
            name: shortened(&gateway.name),
            updated_at: gateway.updated_at,
            is_disabled: false,
        };
        (gateway.eui, listed)
    });
    Ok(listed.collect())
}

/// A list does not say whether a device is disabled. Whoever has not changed since it was asked is not
/// asked again, so that ten thousand devices are ten thousand questions once.
async fn told(
    client: &Client,
    listed: Vec<parking_chirpstack::grpc::RemoteDevice>,
    (kept, locals): (&BTreeMap<(String, Eui64), Kept>, &[Local]),
) -> Result<BTreeMap<Eui64, Listed>, ChirpStackError> {
    let ours: std::collections::BTreeSet<Eui64> = locals
        .iter()
        .filter(|local| local.kind == "device")
        .map(|local| local.eui)
        .collect();
    let turns = Arc::new(Semaphore::new(AT_ONCE));
    let mut asked = JoinSet::new();
    let mut devices = BTreeMap::new();
    for device in listed {
        let known = kept.get(&("device".to_owned(), device.dev_eui));
        let known = known.filter(|kept| kept.there_updated_at == device.updated_at);
        let is_disabled = known.and_then(|kept| kept.there_disabled);
        if is_disabled.is_none() && ours.contains(&device.dev_eui) {
            let (client, turns, eui) = (client.clone(), Arc::clone(&turns), device.dev_eui);
            asked.spawn(async move {
                let _turn = turns.acquire_owned().await;
                (eui, client.device(eui).await)
            });
        }
        let listed = Listed {
            name: shortened(&device.name),
            updated_at: device.updated_at,
            is_disabled: is_disabled.unwrap_or_default(),
        };
        devices.insert(device.dev_eui, listed);
    }
    while let Some(answer) = asked.join_next().await {
        let Ok((eui, told)) = answer else { continue };
        // What was taken away meanwhile is found so the next time.
        if let (Some(told), Some(device)) = (told?, devices.get_mut(&eui)) {
            device.is_disabled = told.is_disabled;
        }
    }
    Ok(devices)
}

fn compared(
    (devices, gateways): (BTreeMap<Eui64, Listed>, BTreeMap<Eui64, Listed>),
    locals: Vec<Local>,
    kept: &BTreeMap<(String, Eui64), Kept>,
) -> (Vec<Row>, Counts) {
    let mut counts = Counts {
        devices: devices.len(),
        gateways: gateways.len(),
        ..Counts::default()
    };
    let mut remotes = BTreeMap::new();
    for (kind, listed) in [("device", devices), ("gateway", gateways)] {
        for (eui, listed) in listed {
            remotes.insert((kind.to_owned(), eui), listed);
        }
    }
    let mut rows = Vec::with_capacity(remotes.len());
    for local in locals {
        let key = (local.kind.clone(), local.eui);
        let remote = remotes.remove(&key);
        rows.extend(row(
            Some(&local),
            remote.as_ref(),
            key.clone(),
            kept.get(&key),
        ));
    }
    for (key, remote) in remotes {
        let kept = kept.get(&key);
        rows.extend(row(None, Some(&remote), key, kept));
    }
    for row in &rows {
        match row.found.state {
            "here" => counts.here += 1,
            "there" => counts.there += 1,
            "differs" => counts.differs += 1,
            _ => {}
        }
    }
    (rows, counts)
}

fn row(
    here: Option<&Local>,
    there: Option<&Listed>,
    (kind, eui): (String, Eui64),
    kept: Option<&Kept>,
) -> Option<Row> {
    let key_given = kept.and_then(|kept| kept.key_given.clone());
    let key_here = here.and_then(|local| local.key_digest.clone());
    // What is there already when it is seen first has the key it has.
    let key_given = match (&key_given, there, kept) {
        (None, Some(_), None) => key_here.clone(),
        _ => key_given,
    };
    let sides = Sides {
        here: here.map(|local| Side {
            name: local.name.clone(),
            is_disabled: local.is_disabled,
        }),
        there: there.map(|listed| Side {
            name: Some(listed.name.clone()),
            is_disabled: listed.is_disabled,
        }),
        agreed: kept.and_then(Kept::agreed),
        is_key_new: key_here.is_some() && there.is_some() && key_here != key_given,
    };
    let found: Found = compare(&sides)?;
    Some(Row {
        kind,
        eui: eui.to_string(),
        here_id: here.map(|local| local.id),
        here_name: here.and_then(|local| local.name.clone()),
        here_disabled: here.map(|local| local.is_disabled),
        there_name: there.map(|listed| listed.name.clone()),
        there_disabled: there.map(|listed| listed.is_disabled),
        there_updated_at: there.and_then(|listed| listed.updated_at),
        key_given,
        found,
    })
}
