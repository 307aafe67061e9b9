//! Judging rows of devices.

use std::collections::{BTreeMap, BTreeSet};

use parking_access::secrets::Vault;
use parking_db::{DbError, TenantTx};
use parking_domain::bays::BayCode;
use parking_domain::csv_columns::DeviceColumn;
use parking_domain::csv_devices::{DeviceRow, Role, read_device};
use parking_domain::csv_import::{Message, Refusal, repeated};
use parking_domain::csv_table::Row;
use parking_domain::models::Model;
use parking_domain::text::Name;
use secrecy::SecretString;

use super::super::Import;
use super::super::store::facts::{self, BayFact, DeviceFact, SiteFact};
use super::{Plan, Ruling, differs, repeats, site_named, take};
use crate::devices::{AssignmentDraft, DeviceDraft, DeviceFields, seal};
use crate::models::{self, AnyModel};
use crate::wire::DeviceType;

/// What is known about what the rows name.
struct Known<'a> {
    vault: &'a Vault,
    import: &'a Import,
    models: Models,
    sites: Vec<SiteFact>,
    /// Bays by their codes; those of several sites may share one.
    bays: BTreeMap<String, Vec<BayFact>>,
    devices: BTreeMap<String, DeviceFact>,
    /// Devices of others, as far as it was asked.
    taken: &'a BTreeSet<String>,
}

/// A row whose model and bay are known.
struct Placed {
    row: DeviceRow,
    model: Option<AnyModel>,
    /// The bay it is to serve, and as what.
    serves: Option<(BayFact, DeviceType)>,
}

pub(super) async fn judge(
    tx: &mut TenantTx,
    (vault, taken): (&Vault, &BTreeSet<String>),
    import: &Import,
    rows: &[Row],
) -> Result<Vec<Ruling>, DbError> {
    let mapping = import.mapping::<DeviceColumn>();
    let read: Vec<_> = rows.iter().map(|row| read_device(row, &mapping)).collect();
    let known = known(tx, (vault, taken, import), &read).await?;
    let placed: Vec<_> = read
        .into_iter()
        .map(|row| row.and_then(|row| place(&known, row)))
        .collect();
    let good = || placed.iter().flatten();
    let devices = repeated(good().map(|one| (one.row.line, one.row.dev_eui)));
    // A device that is there already keeps its place, whatever other rows want of it.
    let is_there = |one: &&Placed| known.devices.contains_key(&one.row.dev_eui.to_string());
    let places = repeated(good().filter(|one| !is_there(one)).filter_map(|one| {
        let (bay, role) = one.serves.as_ref()?;
        Some((one.row.line, (bay.id, *role)))
    }));
    let mut room = facts::room(tx, "devices").await?;
    let rulings = placed.into_iter().map(|placed| {
        let ruled = placed.and_then(|placed| {
            let line = &placed.row.line;
            if let Some(first) = devices.get(line) {
                return Err(vec![repeats("dev_eui", *first)]);
            }
            if let Some(first) = places.get(line) {
                return Err(vec![repeats("space_code", *first)]);
            }
            rule(&known, placed)
        });
        match ruled {
            Ok(Ruling::Ready(plan)) => match take(&mut room, "devices") {
                Ok(()) => Ruling::Ready(plan),
                Err(message) => Ruling::Refused(vec![message]),
            },
            Ok(ruling) => ruling,
            Err(messages) => Ruling::Refused(messages),
        }
    });
    Ok(rulings.collect())
}

async fn known<'a>(
    tx: &mut TenantTx,
    (vault, taken, import): (&'a Vault, &'a BTreeSet<String>, &'a Import),
    read: &[Result<DeviceRow, Vec<Message>>],
) -> Result<Known<'a>, DbError> {
    let good = || read.iter().flatten();
    let euis: Vec<String> = good().map(|row| row.dev_eui.to_string()).collect();
    let codes: Vec<&str> = good()
        .filter_map(|row| row.space_code.as_ref())
        .map(BayCode::as_str)
        .collect();
    let mut bays: BTreeMap<String, Vec<BayFact>> = BTreeMap::new();
    for bay in facts::bays(tx, None, &codes).await? {
        bays.entry(bay.code.to_lowercase()).or_default().push(bay);
    }
    let devices = facts::devices(tx, &euis).await?.into_iter();
    Ok(Known {
        vault,
        import,
        models: Models::of(models::all(tx).await?),
        sites: facts::sites(tx).await?,
        bays,
        devices: devices.map(|one| (one.dev_eui.clone(), one)).collect(),
        taken,
    })
}

/// Finds what a row names.
fn place(known: &Known<'_>, row: DeviceRow) -> Result<Placed, Vec<Message>> {
    let mut messages = Vec::new();
    let mut note = |message| messages.push(message);
    let model = row.model.as_ref().map(|word| known.models.named(word));
    let model = model.transpose().map_err(&mut note);
    let bay = bay_of(known, &row).map_err(&mut note);
    let (Ok(model), Ok(bay)) = (model, bay) else {
        return Err(messages);
    };
    let role = match &bay {
        Some(_) => Some(role_of(row.role, model.as_ref()).map_err(|message| vec![message])?),
        None => None,
    };
    let serves = bay.cloned().zip(role);
    Ok(Placed { row, model, serves })
}

/// Models by what rows may call them, in lower case.
#[derive(Default)]
struct Models {
    /// By their slugs, and a tenant's own by their ids too.
    by_slug: BTreeMap<String, AnyModel>,
    /// By their names, with and without their vendors'.
    by_name: BTreeMap<String, Vec<AnyModel>>,
}

impl Models {
    fn of(all: Vec<AnyModel>) -> Self {
        let mut models = Self::default();
        for model in all {
            let (vendor, name) = match &model {
                AnyModel::Catalogue(one) => (one.vendor.to_owned(), one.name.to_owned()),
                AnyModel::Own(own) => {
                    let slug = own.slug.clone();
                    models.by_slug.insert(slug, model.clone());
                    (own.fields.vendor.clone(), own.fields.name.clone())
                }
            };
            for word in [format!("{vendor} {name}"), name] {
                let of_name = models.by_name.entry(word.to_lowercase());
                of_name.or_default().push(model.clone());
            }
            models.by_slug.insert(model.id(), model);
        }
        models
    }

    /// The model a row names.
    fn named(&self, word: &Name) -> Result<AnyModel, Message> {
        let wanted = word.as_str().to_lowercase();
        if let Some(model) = self.by_slug.get(&wanted) {
            return Ok(model.clone());
        }
        let why = match self.by_name.get(&wanted).map(Vec::as_slice) {
            Some([model]) => return Ok(model.clone()),
            Some(_) => "several models have this name; write the slug instead",
            None => "there is no model of this slug or name",
        };
        Err(Message::new(Refusal::NoSuchModel, Some("model"), why))
    }
}

/// The bay a row names, if it names one.
fn bay_of<'a>(known: &'a Known<'_>, row: &DeviceRow) -> Result<Option<&'a BayFact>, Message> {
    let Some(code) = &row.space_code else {
        return Ok(None);
    };
    let site = row.site.as_ref().map(|word| site_named(&known.sites, word));
    let site = site.transpose()?.or(known.import.site_id);
    let of_code = known.bays.get(&code.as_str().to_lowercase());
    let is_there = |bay: &&BayFact| site.is_none_or(|site| site == bay.site_id);
    let mut found = of_code.into_iter().flatten().filter(is_there);
    let message = |code, text: &str| Message::new(code, Some("space_code"), text);
    match (found.next(), found.next()) {
        (Some(bay), None) => Ok(Some(bay)),
        (Some(_), Some(_)) => Err(message(
            Refusal::SeveralSpaces,
            "several sites have a bay of this code; name the site",
        )),
        (None, _) => Err(message(
            Refusal::NoSuchSpace,
            "there is no bay of this code",
        )),
    }
}

/// What a device of a model is to its bay.
fn role_of(said: Option<Role>, model: Option<&AnyModel>) -> Result<DeviceType, Message> {
    let can = |of: fn(&Model) -> bool| model.is_some_and(|model| of(model.base()));
    let (senses, displays) = (can(Model::can_sense), can(Model::can_display));
    let why = match (said, senses, displays) {
        (_, false, false) => "needs a model that can be a bay's sensor or display",
        (Some(Role::Sensor), true, _) | (None, true, false) => return Ok(DeviceType::Sensor),
        (Some(Role::Display), _, true) | (None, false, true) => return Ok(DeviceType::Display),
        (Some(Role::Sensor), ..) => "the model is no sensor",
        (Some(Role::Display), ..) => "the model is no display",
        (None, true, true) => "the model can be sensor and display; say which in the column role",
    };
    Err(Message::new(Refusal::WrongRole, Some("role"), why))
}

fn rule(known: &Known<'_>, placed: Placed) -> Result<Ruling, Vec<Message>> {
    let eui = placed.row.dev_eui.to_string();
    if let Some(device) = known.devices.get(&eui) {
        let fields = differences(device, &placed);
        if fields.is_empty() {
            return Ok(Ruling::Same(device.id));
        }
        return Err(vec![differs(Refusal::DeviceTaken, "dev_eui", &fields)]);
    }
    if known.taken.contains(&eui) {
        let text = "is in use already";
        return Err(vec![Message::new(
            Refusal::DeviceTaken,
            Some("dev_eui"),
            text,
        )]);
    }
    if let Some((bay, role)) = &placed.serves
        && bay.roles.iter().any(|taken| taken == role.name())
    {
        let text = format!("another device serves bay {} already", bay.code);
        return Err(vec![Message::new(
            Refusal::SpaceTaken,
            Some("space_code"),
            text,
        )]);
    }
    let Placed { row, model, serves } = placed;
    let key = row.app_key.map(|key| {
        let digits = SecretString::from(key.digits());
        seal(known.vault, row.dev_eui, &digits)
    });
    let text = |word: Option<Name>| word.map(|word| word.as_str().to_owned());
    let draft = DeviceDraft {
        dev_eui: row.dev_eui,
        model,
        sealed_app_key: key,
        fields: DeviceFields {
            name: text(row.name),
            join_eui: row.join_eui,
            serial_number: text(row.serial),
            ..DeviceFields::default()
        },
    };
    let assignment = serves.map(|(bay, role)| AssignmentDraft {
        space: bay.id,
        role: Some(role),
        reason: Some(known.import.file_name.clone()),
    });
    Ok(Ruling::Ready(Plan::Device(Box::new(draft), assignment)))
}

/// The columns in which a device is not as a row says. An empty cell says nothing, and of a key
/// nobody is told whether it is the right one.
fn differences(device: &DeviceFact, placed: &Placed) -> Vec<&'static str> {
    fn says_otherwise<T: PartialEq>(said: Option<&T>, is: Option<&T>) -> bool {
        said.is_some() && said != is
    }
    let row = &placed.row;
    let word = |word: &Option<Name>| word.as_ref().map(|word| word.as_str().to_owned());
    let model = placed.model.as_ref().map(AnyModel::id);
    let join_eui = row.join_eui.map(|eui| eui.to_string());
    let serves = |(bay, role): &(BayFact, DeviceType)| {
        let mut open = device.spaces.iter().zip(&device.roles);
        open.any(|(space, as_what)| *space == bay.id && as_what == role.name())
    };
    let columns = [
        (
            "name",
            says_otherwise(word(&row.name).as_ref(), device.name.as_ref()),
        ),
        (
            "model",
            says_otherwise(model.as_ref(), device.model.as_ref()),
        ),
        (
            "join_eui",
            says_otherwise(join_eui.as_ref(), device.join_eui.as_ref()),
        ),
        (
            "serial",
            says_otherwise(word(&row.serial).as_ref(), device.serial_number.as_ref()),
        ),
        (
            "space_code",
            placed.serves.as_ref().is_some_and(|place| !serves(place)),
        ),
    ];
    let differing = columns.into_iter().filter(|(_, differs)| *differs);
    differing.map(|(name, _)| name).collect()
}
