//! Judging rows of bays.

use std::collections::BTreeMap;

use parking_db::{DbError, TenantTx};
use parking_domain::bays::BayKind;
use parking_domain::csv_columns::SpaceColumn;
use parking_domain::csv_import::{Message, Refusal, repeated};
use parking_domain::csv_spaces::{SpaceRow, read_space};
use parking_domain::csv_table::Row;
use parking_domain::places::Coordinates;
use parking_domain::text::Name;
use serde_json::Map;
use uuid::Uuid;

use super::super::Import;
use super::super::store::facts::{self, BayFact, SiteFact};
use super::{Plan, Ruling, differs, repeats, site_named, take};
use crate::spaces::SpaceFields;

/// A row whose site is known.
type Placed = Result<(Uuid, SpaceRow), Vec<Message>>;

/// What is known about the sites that the rows name.
struct Known {
    /// Levels and zones by their sites, which of both they are, and their names in lower case.
    parts: BTreeMap<(Uuid, String, String), Uuid>,
    bays: BTreeMap<(Uuid, String), BayFact>,
    /// Lines that repeat an earlier one.
    repeated: BTreeMap<u64, u64>,
}

pub(super) async fn judge(
    tx: &mut TenantTx,
    import: &Import,
    rows: &[Row],
) -> Result<Vec<Ruling>, DbError> {
    let mapping = import.mapping::<SpaceColumn>();
    let sites = facts::sites(tx).await?;
    let placed: Vec<Placed> = rows
        .iter()
        .map(|row| {
            let row = read_space(row, &mapping)?;
            let site = site_of(&sites, import, &row).map_err(|message| vec![message])?;
            Ok((site, row))
        })
        .collect();
    let known = known(tx, &placed).await?;
    let mut room = facts::room(tx, "spaces").await?;
    let rulings = placed.into_iter().map(|placed| {
        let ruled = placed.and_then(|(site, row)| rule(&known, site, row));
        match ruled {
            Ok(Ruling::Ready(plan)) => match take(&mut room, "bays") {
                Ok(()) => Ruling::Ready(plan),
                Err(message) => Ruling::Refused(vec![message]),
            },
            Ok(ruling) => ruling,
            Err(messages) => Ruling::Refused(messages),
        }
    });
    Ok(rulings.collect())
}

/// The site a row names, else that of the import.
fn site_of(sites: &[SiteFact], import: &Import, row: &SpaceRow) -> Result<Uuid, Message> {
    if let Some(word) = &row.site {
        return site_named(sites, word);
    }
    let usual = sites.iter().find(|site| Some(site.id) == import.site_id);
    usual.map(|site| site.id).ok_or_else(|| {
        Message::new(
            Refusal::Required,
            Some("site"),
            "must name a site, unless one is chosen for the whole file",
        )
    })
}

async fn known(tx: &mut TenantTx, placed: &[Placed]) -> Result<Known, DbError> {
    let good = || placed.iter().flatten();
    let mut sites: Vec<Uuid> = good().map(|(site, _)| *site).collect();
    sites.sort_unstable();
    sites.dedup();
    let codes: Vec<&str> = good().map(|(_, row)| row.code.as_str()).collect();
    let key = |site: Uuid, code: &str| (site, code.to_lowercase());
    let bays = facts::bays(tx, Some(&sites), &codes).await?;
    Ok(Known {
        parts: facts::parts(tx, &sites)
            .await?
            .into_iter()
            .map(|part| ((part.site_id, part.kind, part.name.to_lowercase()), part.id))
            .collect(),
        bays: bays
            .into_iter()
            .map(|bay| (key(bay.site_id, &bay.code), bay))
            .collect(),
        repeated: repeated(good().map(|(site, row)| (row.line, key(*site, row.code.as_str())))),
    })
}

fn rule(known: &Known, site: Uuid, row: SpaceRow) -> Result<Ruling, Vec<Message>> {
    let mut messages = Vec::new();
    if let Some(first) = known.repeated.get(&row.line) {
        messages.push(repeats("code", *first));
    }
    let mut part = |kind: &str, word: Option<&Name>, refusal, field| {
        let wanted = word?.as_str().to_lowercase();
        let found = known.parts.get(&(site, kind.to_owned(), wanted)).copied();
        if found.is_none() {
            let text = format!("the site has no {kind} of this name");
            messages.push(Message::new(refusal, Some(field), text));
        }
        found
    };
    let level = part("level", row.level.as_ref(), Refusal::NoSuchLevel, "level");
    let zone = part("zone", row.zone.as_ref(), Refusal::NoSuchZone, "zone");
    if !messages.is_empty() {
        return Err(messages);
    }
    let there = known.bays.get(&(site, row.code.as_str().to_lowercase()));
    if let Some(bay) = there {
        let fields = differences(bay, &row, (level, zone));
        if fields.is_empty() {
            return Ok(Ruling::Same(bay.id));
        }
        return Err(vec![differs(Refusal::CodeTaken, "code", &fields)]);
    }
    let fields = SpaceFields {
        code: row.code,
        name: row.name.map(|name| name.as_str().to_owned()),
        level_id: level,
        zone_id: zone,
        kind: row.kind.unwrap_or_default(),
        latitude: row.coordinates.map(|at| at.latitude()),
        longitude: row.coordinates.map(|at| at.longitude()),
        shape: None,
        is_reservable: row.is_reservable.unwrap_or(true),
        auto_release_minutes: row.auto_release_minutes,
        metadata: Map::new(),
    };
    Ok(Ruling::Ready(Plan::Space(site, Box::new(fields))))
}

/// The columns in which a bay is not as a row says. An empty cell says nothing.
fn differences(
    bay: &BayFact,
    row: &SpaceRow,
    (level, zone): (Option<Uuid>, Option<Uuid>),
) -> Vec<&'static str> {
    fn says_otherwise<T: PartialEq>(said: Option<&T>, is: Option<&T>) -> bool {
        said.is_some() && said != is
    }
    let at = Coordinates::parse(bay.latitude, bay.longitude).unwrap_or_default();
    let name = row.name.as_ref().map(Name::as_str);
    let kind = row.kind.map(BayKind::name);
    let columns = [
        (
            "name",
            says_otherwise(name.as_ref(), bay.name.as_deref().as_ref()),
        ),
        (
            "level",
            says_otherwise(level.as_ref(), bay.level_id.as_ref()),
        ),
        ("zone", says_otherwise(zone.as_ref(), bay.zone_id.as_ref())),
        (
            "kind",
            says_otherwise(kind.as_ref(), Some(&bay.kind.as_str())),
        ),
        (
            "coordinates",
            says_otherwise(row.coordinates.as_ref(), at.as_ref()),
        ),
        (
            "is_reservable",
            says_otherwise(row.is_reservable.as_ref(), Some(&bay.is_reservable)),
        ),
        (
            "auto_release_minutes",
            says_otherwise(
                row.auto_release_minutes.as_ref(),
                bay.auto_release_minutes.as_ref(),
            ),
        ),
    ];
    let differing = columns.into_iter().filter(|(_, differs)| *differs);
    differing.map(|(name, _)| name).collect()
}
