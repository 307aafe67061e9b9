//! One run: both sides are read, compared, and what was found is written down; then what is wanted is
//! done.
//!
//! It is written down in portions, so that what was learned stays learned if the rest was not.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use futures_util::stream::{self, StreamExt as _};
use parking_chirpstack::grpc::{CallError, Client};
use parking_db::TenantTx;
use parking_domain::eui::Eui64;
use parking_domain::ids::TenantId;
use parking_http::error::causes;
use serde_json::{Value, json};
use tracing::warn;

use super::compare::{Found, Side, Sides, compare};
use super::links::shortened;
use super::store::{self, Kept, Link, Local, Row};
use super::{ChirpStackError, ChirpStacks};

/// Questions and changes of one tenant that are under way at once.
pub(super) const AT_ONCE: usize = 8;

/// Things that are written down at once.
const PORTION: usize = 500;

/// What a thing is known by: what it is, and its EUI.
type Key = (String, Eui64);

/// A thing as ChirpStack lists it.
struct Listed {
    name: String,
    updated_at: Option<DateTime<Utc>>,
    /// Nothing where it has to be asked.
    is_disabled: Option<bool>,
}

/// A thing on either side.
#[derive(Default)]
struct Pair {
    here: Option<Local>,
    there: Option<Listed>,
}

/// What one run found.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Counts {
    pub(super) devices: usize,
    pub(super) gateways: usize,
    pub(super) here: usize,
    pub(super) there: usize,
    pub(super) differs: usize,
    /// Devices of which ChirpStack did not say whether they are disabled.
    pub(super) unknown: usize,
}

impl Counts {
    /// As it is kept.
    pub(super) fn told(self) -> Value {
        json!({
            "devices": self.devices, "gateways": self.gateways, "here": self.here,
            "there": self.there, "differs": self.differs, "unknown": self.unknown,
        })
    }

    fn count(&mut self, rows: &[Row]) {
        for row in rows {
            match row.found.state {
                "here" => self.here += 1,
                "there" => self.there += 1,
                "differs" => self.differs += 1,
                _ => {}
            }
        }
    }
}

/// Compares both sides of a tenant; written down unless it is dry.
pub(super) async fn look(
    state: &ChirpStacks,
    tenant: TenantId,
    is_dry: bool,
) -> Result<Counts, ChirpStackError> {
    let (client, began) = (state.client()?, state.clock.now());
    let mut tx = state.db.tenant(tenant).await?;
    let link = store::link(tx.conn()).await?;
    let link = link.ok_or(ChirpStackError::Unlinked)?;
    drop(tx);
    let profiles = client.profiles(link.remote_tenant_id).await?;
    let gateways = gateways(client, &link).await?;
    let listed = client.devices(link.application_id).await?;
    // What is here is read after what is there: what was made meanwhile is found the next time.
    let mut tx = state.db.tenant(tenant).await?;
    let kept = store::kept(tx.conn()).await?;
    let locals = store::locals(tx.conn()).await?;
    drop(tx);
    let mut counts = Counts {
        devices: listed.len(),
        gateways: gateways.len(),
        ..Counts::default()
    };
    let mut pairs = paired(listed, gateways, locals, &kept);
    let keys: Vec<Key> = pairs.keys().cloned().collect();
    for keys in keys.chunks(PORTION) {
        counts.unknown += ask(client, keys, &mut pairs).await;
        let rows: Vec<Row> = keys
            .iter()
            .filter_map(|key| row(pairs.get(key)?, key, kept.get(key)))
            .collect();
        counts.count(&rows);
        if !is_dry {
            let mut tx = held(state, tenant, &link).await?;
            let now = state.clock.now();
            store::keep(tx.conn(), tenant, &rows, (began, now)).await?;
            tx.commit().await?;
        }
    }
    if !is_dry {
        let mut tx = held(state, tenant, &link).await?;
        store::forget_others(tx.conn(), &keys, (began, state.clock.now())).await?;
        store::keep_profiles(tx.conn(), &profiles).await?;
        if link.gives {
            store::want_ours_given(tx.conn()).await?;
        }
        tx.commit().await?;
    }
    Ok(counts)
}

/// A transaction in which the tenant's part is held, and is the tenant's still.
pub(super) async fn held(
    state: &ChirpStacks,
    tenant: TenantId,
    link: &Link,
) -> Result<TenantTx, ChirpStackError> {
    let mut tx = state.db.tenant(tenant).await?;
    if store::hold(tx.conn()).await? == Some(link.id) {
        Ok(tx)
    } else {
        Err(ChirpStackError::Unlinked)
    }
}

async fn gateways(client: &Client, link: &Link) -> Result<BTreeMap<Eui64, Listed>, CallError> {
    let gateways = client.gateways(link.remote_tenant_id).await?;
    let listed = gateways.into_iter().map(|gateway| {
        let listed = Listed {
            name: shortened(&gateway.name),
            updated_at: gateway.updated_at,
            is_disabled: Some(false),
        };
        (gateway.eui, listed)
    });
    Ok(listed.collect())
}

/// Both sides, in one order for everybody. A list does not say whether a device is disabled: of ours that
/// changed since it was asked, it is asked again, so that ten thousand devices are ten thousand questions
/// once.
fn paired(
    listed: Vec<parking_chirpstack::grpc::RemoteDevice>,
    gateways: BTreeMap<Eui64, Listed>,
    locals: Vec<Local>,
    kept: &BTreeMap<Key, Kept>,
) -> BTreeMap<Key, Pair> {
    let mut pairs: BTreeMap<Key, Pair> = BTreeMap::new();
    for local in locals {
        let key = (local.kind.clone(), local.eui);
        pairs.entry(key).or_default().here = Some(local);
    }
    for (eui, gateway) in gateways {
        let key = ("gateway".to_owned(), eui);
        pairs.entry(key).or_default().there = Some(gateway);
    }
    for device in listed {
        let key = ("device".to_owned(), device.dev_eui);
        let known = kept.get(&key);
        let known = known.filter(|kept| kept.there_updated_at == device.updated_at);
        let known = known.and_then(|kept| kept.there_disabled);
        let pair = pairs.entry(key).or_default();
        pair.there = Some(Listed {
            name: shortened(&device.name),
            updated_at: device.updated_at,
            is_disabled: known.or(pair.here.is_none().then_some(false)),
        });
    }
    pairs
}

/// Asks of some devices whether they are disabled, and says how many of them stay unknown: those are left
/// as they were, until the next run.
async fn ask(client: &Client, keys: &[Key], pairs: &mut BTreeMap<Key, Pair>) -> usize {
    let is_open = |key: &&Key| {
        let there = pairs.get(*key).and_then(|pair| pair.there.as_ref());
        there.is_some_and(|listed| listed.is_disabled.is_none())
    };
    let open: Vec<Key> = keys.iter().filter(is_open).cloned().collect();
    let mut answers = stream::iter(open)
        .map(|key| {
            let client = client.clone();
            async move {
                let told = client.device(key.1).await;
                (key, told)
            }
        })
        .buffer_unordered(AT_ONCE);
    let (mut unknown, mut failed) = (0, None);
    while let Some((key, answer)) = answers.next().await {
        let told = match answer {
            Ok(told) => told.map(|told| told.is_disabled),
            Err(error) => {
                failed = Some(error);
                None
            }
        };
        let there = pairs.get_mut(&key).and_then(|pair| pair.there.as_mut());
        match (told, there) {
            (Some(is_disabled), Some(there)) => there.is_disabled = Some(is_disabled),
            _ => unknown += 1,
        }
    }
    if let Some(error) = failed {
        warn!(
            device.count = unknown,
            error = causes(&error),
            "ChirpStack did not say of some devices whether they are disabled"
        );
    }
    unknown
}

/// What is found of a thing; nothing where that is not known yet.
fn row(pair: &Pair, (kind, eui): &Key, kept: Option<&Kept>) -> Option<Row> {
    let (here, there) = (pair.here.as_ref(), pair.there.as_ref());
    let there_disabled = match there {
        Some(listed) => Some(listed.is_disabled?),
        None => None,
    };
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
            is_disabled: listed.is_disabled.unwrap_or_default(),
        }),
        agreed: kept.and_then(Kept::agreed),
        is_key_new: key_here.is_some() && there.is_some() && key_here != key_given,
    };
    let found: Found = compare(&sides)?;
    Some(Row {
        kind: kind.clone(),
        eui: eui.to_string(),
        here_id: here.map(|local| local.id),
        here_name: here.and_then(|local| local.name.clone()),
        here_disabled: here.map(|local| local.is_disabled),
        there_name: there.map(|listed| listed.name.clone()),
        there_disabled,
        there_updated_at: there.and_then(|listed| listed.updated_at),
        key_given,
        found,
    })
}
