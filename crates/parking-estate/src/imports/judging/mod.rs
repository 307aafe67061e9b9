//! What becomes of a row: made, there already, or refused and why.
//!
//! All facts about all rows are read first, each kind with one statement; the rulings follow from
//! them. Between a ruling and the deed others may act, so whoever acts on one lets the database have
//! the last word.

mod devices;
mod spaces;

use std::collections::BTreeSet;

use parking_access::secrets::Vault;
use parking_db::{DbError, Reason, TenantTx};
use parking_domain::csv_columns::DeviceColumn;
use parking_domain::csv_devices::read_device;
use parking_domain::csv_import::{Message, Refusal};
use parking_domain::csv_table::Row;
use parking_domain::ids::TenantId;
use parking_domain::text::Name;
use serde_json::{Value, json};
use uuid::Uuid;

use super::rows::opened;
use super::store::facts::{self, Room, SiteFact};
use super::{Import, ImportError, Kind, store};
use crate::Estate;
use crate::devices::{AssignmentDraft, DeviceDraft};
use crate::spaces::SpaceFields;

/// What a good row is to become.
#[derive(Debug)]
pub(super) enum Plan {
    /// A bay of a site.
    Space(Uuid, Box<SpaceFields>),
    /// A device, which may go to work at once.
    Device(Box<DeviceDraft>, Option<AssignmentDraft>),
}

/// What becomes of a row.
#[derive(Debug)]
pub(super) enum Ruling {
    /// It can be made.
    Ready(Plan),
    /// It is there already, and everything is as the row says.
    Same(Uuid),
    /// It cannot be made.
    Refused(Vec<Message>),
}

/// A ruling as it is kept.
#[derive(Debug)]
pub(super) struct Verdict {
    pub(super) line: i32,
    pub(super) word: &'static str,
    pub(super) messages: Value,
    /// What the row made, or what was there, and its version if it was made.
    pub(super) target: Option<Uuid>,
    pub(super) target_version: Option<i64>,
}

impl Verdict {
    /// A verdict with nothing more to say.
    pub(super) fn plain(line: i32, word: &'static str) -> Self {
        Self {
            line,
            word,
            messages: json!([]),
            target: None,
            target_version: None,
        }
    }
}

impl Ruling {
    /// The ruling about a line, as it is kept.
    pub(super) fn verdict(&self, line: u64) -> Verdict {
        let line = i32::try_from(line).unwrap_or(i32::MAX);
        match self {
            Self::Ready(_) => Verdict::plain(line, "ready"),
            Self::Same(id) => Verdict {
                target: Some(*id),
                ..Verdict::plain(line, "same")
            },
            Self::Refused(messages) => Verdict {
                messages: json!(messages),
                ..Verdict::plain(line, "refused")
            },
        }
    }
}

/// Judges rows, each by what it says and what is there.
pub(super) async fn judge(
    tx: &mut TenantTx,
    (vault, taken): (&Vault, &BTreeSet<String>),
    import: &Import,
    rows: &[Row],
) -> Result<Vec<Ruling>, DbError> {
    match import.kind {
        Kind::Spaces => spaces::judge(tx, import, rows).await,
        Kind::Devices => devices::judge(tx, (vault, taken), import, rows).await,
    }
}

/// Which of the `DevEUI`s in a file of devices other tenants have.
///
/// To be asked before the check, which would hold a connection while it waits for another one: as
/// many checks as there are connections would wait for each other. Should the columns be mapped
/// anew in between, the database has the last word when the rows are carried out.
pub async fn taken_elsewhere(
    estate: &Estate,
    tenant: TenantId,
    id: Uuid,
) -> Result<BTreeSet<String>, ImportError> {
    let mut tx = estate.db.tenant(tenant).await?;
    let import = super::found(&mut tx, id).await?;
    if import.kind == Kind::Spaces {
        return Ok(BTreeSet::new());
    }
    let rows = store::all_rows(&mut tx, id).await?;
    tx.commit().await?;
    let euis = euis(&import, &opened(&estate.vault, id, rows));
    let mut across = estate
        .db
        .platform(Reason::Worker("see which DevEUIs of a file others have"))
        .await?;
    Ok(facts::taken_elsewhere(&mut across, &euis, import.tenant_id).await?)
}

/// The `DevEUI`s that a file of devices names.
fn euis(import: &Import, rows: &[Row]) -> Vec<String> {
    let mapping = import.mapping::<DeviceColumn>();
    let read = rows
        .iter()
        .filter_map(|row| read_device(row, &mapping).ok());
    read.map(|row| row.dev_eui.to_string()).collect()
}

/// The site that a row names, by its name or else by its slug: what an export writes is a name.
fn site_named(sites: &[SiteFact], word: &Name) -> Result<Uuid, Message> {
    let wanted = word.as_str().to_lowercase();
    let mut named = sites.iter().filter(|site| site.name == wanted);
    let (refusal, text) = match (named.next(), named.next()) {
        (Some(site), None) => return Ok(site.id),
        (Some(_), Some(_)) => (
            Refusal::SeveralSites,
            "several sites have this name; write the slug instead, or rename one",
        ),
        (None, _) => match sites.iter().find(|site| site.slug == wanted) {
            Some(site) => return Ok(site.id),
            None => (Refusal::NoSuchSite, "there is no site of this name or slug"),
        },
    };
    Err(Message::new(refusal, Some("site"), text))
}

/// Takes a place within the tenant's limit.
fn take(room: &mut Room, noun: &str) -> Result<(), Message> {
    if room.taken < room.max {
        room.taken += 1;
        return Ok(());
    }
    let (max, used) = (room.max, room.used);
    Err(Message::new(
        Refusal::LimitReached,
        None,
        format!("the limit of {max} {noun} is reached; {used} are in use"),
    ))
}

/// The message about a line that repeats another.
fn repeats(field: &'static str, first: u64) -> Message {
    Message::new(
        Refusal::Repeated,
        Some(field),
        format!("line {first} says the same"),
    )
}

/// The message about something that is there and differs.
fn differs(code: Refusal, field: &'static str, fields: &[&str]) -> Message {
    let fields = fields.join(", ");
    Message::new(
        code,
        Some(field),
        format!("is there already and differs in: {fields}; an import changes nothing"),
    )
}
