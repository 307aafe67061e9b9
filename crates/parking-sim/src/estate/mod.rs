//! Making through the public API what a lot consists of, so that the server knows it.
//!
//! A site, its levels with their drawings, its bays with their places on them, its gateways, its
//! devices and what each is for. What is there already is left as it is: doing it twice makes nothing
//! twice, and what somebody has changed since stays changed. Devices go in as an import, since a
//! thousand requests would not get past the rate limit.

mod api;

use std::collections::BTreeSet;
use std::time::Duration;

use parking_domain::csv_table::write_table;
use parking_domain::text::Slug;
use serde_json::{Value, json};
use thiserror::Error;
use url::Url;

use crate::chirpstack;
use crate::lot::{Device, Lot, Role};
use crate::wire::{AddressError, WireError};
use api::Api;

/// Bays or devices of one request.
const PORTION: usize = 500;

/// Devices of one import.
const IMPORT_ROWS_MAX: usize = 5_000;

/// How long an import may take.
const IMPORT_FOR_MAX: Duration = Duration::from_mins(10);

/// Why the estate cannot be made; the message is shown to whoever asked for it.
#[derive(Debug, Error)]
pub enum EstateError {
    /// It is no address.
    #[error(transparent)]
    Address(#[from] AddressError),
    /// Nobody answers.
    #[error(transparent)]
    Wire(#[from] WireError),
    /// The server does not want it.
    #[error("{what} could not be made: {status}: {said}")]
    Refused {
        /// What was to be made or seen.
        what: String,
        /// The status of the answer.
        status: u16,
        /// What it says.
        said: String,
    },
    /// The answer makes no sense to us.
    #[error("the server's answer about {0} cannot be understood")]
    Strange(String),
    /// An import does not end.
    #[error("the import of the devices does not come to its end")]
    Stuck,
}

/// What was made, and what was there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Made {
    /// The site.
    pub site: String,
    /// Levels made.
    pub levels: usize,
    /// Bays made.
    pub bays: usize,
    /// Gateways made.
    pub gateways: usize,
    /// Devices made.
    pub devices: usize,
    /// Devices that are there and differ, or are somebody else's.
    pub devices_left: usize,
}

/// Makes what is not there yet.
pub async fn prepare(lot: &Lot, url: &Url, key: &str) -> Result<Made, EstateError> {
    let mut api = Api::at(url, key)?;
    let (site, slug) = site(&mut api, lot).await?;
    let mut made = Made {
        site: site.clone(),
        ..Made::default()
    };
    let levels = levels(&mut api, lot, &site, &mut made).await?;
    bays(&mut api, lot, &site, &levels, &mut made).await?;
    gateways(&mut api, lot, &site, &mut made).await?;
    for devices in lot.devices().chunks(IMPORT_ROWS_MAX) {
        import(&mut api, lot, &slug, devices, &mut made).await?;
    }
    Ok(made)
}

/// The site of this name, and its slug.
async fn site(api: &mut Api, lot: &Lot) -> Result<(String, String), EstateError> {
    let name = &lot.draft().site;
    let slug = Slug::from_name_or(name, "simulated").as_str().to_owned();
    let known = api
        .list("/api/v6/sites", "sites", &format!("q={slug}"))
        .await?;
    if let Some(site) = known.iter().find(|site| site["slug"] == slug.as_str()) {
        return Ok((text(site, "id")?, slug));
    }
    let [latitude, longitude] = chirpstack::place(lot.draft().seed);
    let draft = json!({
        "name": name, "slug": slug, "timezone": lot.draft().timezone.name(),
        "latitude": latitude, "longitude": longitude,
        "metadata": { "simulated": true, "seed": lot.draft().seed },
    });
    let site = api.make("the site", "/api/v6/sites", &draft).await?;
    Ok((text(&site, "id")?, slug))
}

/// The ids of the levels, from the bottom up; each has its drawing.
async fn levels(
    api: &mut Api,
    lot: &Lot,
    site: &str,
    made: &mut Made,
) -> Result<Vec<String>, EstateError> {
    let query = format!("site_id={site}");
    let known = api.list("/api/v6/levels", "levels", &query).await?;
    let mut ids = Vec::with_capacity(lot.ground().levels());
    for number in 0..lot.ground().levels() {
        let name = format!("Level {number}");
        let there = known.iter().find(|level| level["name"] == name.as_str());
        let level = if let Some(level) = there {
            level.clone()
        } else {
            made.levels += 1;
            let draft = json!({ "site_id": site, "name": name, "ordinal": number });
            api.make("a level", "/api/v6/levels", &draft).await?
        };
        let id = text(&level, "id")?;
        if let Some(drawing) = lot
            .ground()
            .drawing(number)
            .filter(|_| level["has_plan"] != true)
        {
            api.draw(&format!("/api/v6/levels/{id}/plan"), drawing)
                .await?;
        }
        ids.push(id);
    }
    Ok(ids)
}

async fn bays(
    api: &mut Api,
    lot: &Lot,
    site: &str,
    levels: &[String],
    made: &mut Made,
) -> Result<(), EstateError> {
    let query = format!("site_id={site}");
    let known = api.list("/api/v6/spaces", "spaces", &query).await?;
    let known: BTreeSet<&str> = known
        .iter()
        .filter_map(|bay| bay["code"].as_str())
        .collect();
    let missing: Vec<Value> = lot
        .ground()
        .bays()
        .iter()
        .filter(|bay| !known.contains(bay.code.as_str()))
        .map(|bay| {
            json!({
                "code": bay.code, "kind": bay.kind, "level_id": levels.get(bay.level),
                "shape": bay.corners, "is_reservable": true,
            })
        })
        .collect();
    for portion in missing.chunks(PORTION) {
        let draft = json!({ "site_id": site, "spaces": portion });
        api.make("the bays", "/api/v6/spaces/bulk", &draft).await?;
        made.bays += portion.len();
    }
    Ok(())
}

async fn gateways(
    api: &mut Api,
    lot: &Lot,
    site: &str,
    made: &mut Made,
) -> Result<(), EstateError> {
    let query = format!("site_id={site}");
    let known = api.list("/api/v6/gateways", "gateways", &query).await?;
    let network = chirpstack::Network::of(lot, None);
    for (number, eui) in lot.gateways().iter().enumerate() {
        if known
            .iter()
            .any(|gateway| gateway["eui"] == eui.to_string().as_str())
        {
            continue;
        }
        let place = network.location(number);
        let draft = json!({
            "eui": eui, "name": format!("{} gateway {}", lot.draft().site, number + 1), "site_id": site,
            "latitude": place.latitude, "longitude": place.longitude, "altitude": place.altitude,
        });
        api.make("a gateway", "/api/v6/gateways", &draft).await?;
        made.gateways += 1;
    }
    Ok(())
}

/// Devices with what they are for. Rows that are there as they should be make nothing.
async fn import(
    api: &mut Api,
    lot: &Lot,
    slug: &str,
    devices: &[Device],
    made: &mut Made,
) -> Result<(), EstateError> {
    let uploaded = api.upload(table(lot, slug, devices)).await?;
    let path = format!("/api/v6/imports/{}", text(&uploaded, "id")?);
    let checked = api
        .make(
            "the check of the devices",
            &format!("{path}/check"),
            &Value::Null,
        )
        .await?;
    let rows = |import: &Value, fate: &str| {
        let count = import["rows"][fate].as_u64().unwrap_or_default();
        usize::try_from(count).unwrap_or_default()
    };
    made.devices_left += rows(&checked, "refused");
    if rows(&checked, "ready") == 0 {
        api.make(
            "the end of the import",
            &format!("{path}/cancel"),
            &Value::Null,
        )
        .await?;
        return Ok(());
    }
    let start = json!({ "skip_refused": true });
    api.make("the devices", &format!("{path}/start"), &start)
        .await?;
    let done = tokio::time::timeout(IMPORT_FOR_MAX, api.done(&path)).await;
    made.devices += rows(&done.map_err(|_| EstateError::Stuck)??, "created");
    Ok(())
}

fn table(lot: &Lot, slug: &str, devices: &[Device]) -> Vec<u8> {
    let header = ["dev_eui", "name", "model", "site", "space_code", "role"];
    let rows = devices.iter().map(|device| {
        let bay = device
            .role
            .bay()
            .and_then(|bay| lot.ground().bays().get(bay));
        let code = bay.map(|bay| bay.code.clone()).unwrap_or_default();
        let (site, role) = match device.role {
            Role::Sensor(_) => (slug, "sensor"),
            Role::Display(_) => (slug, "display"),
            Role::Alone => ("", ""),
        };
        [
            device.eui.to_string(),
            device.name.clone(),
            device.model.slug.to_owned(),
            site.to_owned(),
            code,
            role.to_owned(),
        ]
    });
    write_table(&header, rows)
}

fn text(value: &Value, field: &str) -> Result<String, EstateError> {
    let found = value[field].as_str().map(str::to_owned);
    found.ok_or_else(|| EstateError::Strange(field.to_owned()))
}
