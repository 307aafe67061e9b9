//! Bays and devices from a spreadsheet: what a row says, or every cell of it that is at fault.
//!
//! Nothing is looked up here. Whether what a row says can be made is for whoever holds the database
//! to say, in the same [`Message`]s.

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;

use crate::app_key::AppKey;
use crate::bays::{BayCode, BayKind};
use crate::csv_columns::{Column, DeviceColumn, Mapping, SpaceColumn, folded};
use crate::csv_table::Row;
use crate::eui::Eui64;
use crate::places::Coordinates;
use crate::text::{Name, TextError};

/// The longest serial number, in characters.
const SERIAL_LENGTH_MAX: usize = 100;

macro_rules! refusals {
    ($($variant:ident = $name:literal, $about:literal;)+) => {
        /// Why a row is refused, in a word that programs can compare.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Refusal { $(#[doc = $about] $variant),+ }

        impl Refusal {
            /// Every one of them.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// The word.
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name),+ }
            }
        }
    };
}

refusals! {
    Required = "required", "A cell is empty that must not be.";
    Unreadable = "unreadable", "A cell does not say what its column is for.";
    CellsMoved = "cells_moved", "The row has more cells than the header.";
    Repeated = "repeated", "An earlier row of the file says the same.";
    NoSuchSite = "no_such_site", "There is no such site.";
    SeveralSites = "several_sites", "Several sites have this name.";
    NoSuchLevel = "no_such_level", "The site has no such level.";
    NoSuchZone = "no_such_zone", "The site has no such zone.";
    NoSuchModel = "no_such_model", "There is no such model.";
    NoSuchSpace = "no_such_space", "There is no such bay.";
    SeveralSpaces = "several_spaces", "Several sites have a bay of this code.";
    CodeTaken = "code_taken", "The site has such a bay, and it is not as the row says.";
    DeviceTaken = "device_taken", "There is such a device, and it is not as the row says.";
    SpaceTaken = "space_taken", "Another device serves the bay already.";
    WrongRole = "wrong_role", "The device cannot be that to a bay.";
    LimitReached = "limit_reached", "The tenant may have no more.";
    NotAllowed = "not_allowed", "The terms of reservations do not allow it.";
    SlotTaken = "slot_taken", "The bay is reserved then.";
    NotReservable = "not_reservable", "The bay cannot be reserved.";
    SpaceOutOfUse = "space_out_of_use", "The bay is out of use then.";
    PersonLimitReached = "person_limit_reached", "The person has as many reservations as one may have.";
    RequestIdReused = "request_id_reused", "Another reservation was made under this name.";
    Touched = "touched", "What the row made was changed since, and stays.";
}

/// What is wrong with a cell, or with the whole row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Message {
    /// In a word.
    pub code: &'static str,
    /// The name of the column; `None` for the whole row.
    pub field: Option<&'static str>,
    /// For people.
    pub message: String,
}

impl Message {
    /// Something that is wrong.
    pub fn new(code: Refusal, field: Option<&'static str>, message: impl fmt::Display) -> Self {
        Self {
            code: code.name(),
            field,
            message: message.to_string(),
        }
    }
}

/// The lines that name what an earlier line has named, each with that line.
pub fn repeated<K: Ord>(keys: impl IntoIterator<Item = (u64, K)>) -> BTreeMap<u64, u64> {
    let mut seen = BTreeMap::new();
    let mut repeated = BTreeMap::new();
    for (line, key) in keys {
        let first = *seen.entry(key).or_insert(line);
        if first != line {
            repeated.insert(line, first);
        }
    }
    repeated
}

/// A bay as a row describes it; what the row leaves empty is `None`.
#[derive(Clone, Debug, PartialEq)]
pub struct SpaceRow {
    /// The line the row begins on.
    pub line: u64,
    /// Which site, by name or slug.
    pub site: Option<Name>,
    /// The code.
    pub code: BayCode,
    /// What it is called.
    pub name: Option<Name>,
    /// Which level.
    pub level: Option<Name>,
    /// Which zone.
    pub zone: Option<Name>,
    /// For whom.
    pub kind: Option<BayKind>,
    /// Where.
    pub coordinates: Option<Coordinates>,
    /// Whether it can be booked.
    pub is_reservable: Option<bool>,
    /// After how many minutes without a car a booking is released.
    pub auto_release_minutes: Option<i32>,
}

/// A device as a row describes it; what the row leaves empty is `None`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeviceRow {
    /// The line the row begins on.
    pub line: u64,
    /// Which device.
    pub dev_eui: Eui64,
    /// What it is called.
    pub name: Option<Name>,
    /// Which model, as it stands: a tenant may have its own.
    pub model: Option<Name>,
    /// Its key.
    pub app_key: Option<AppKey>,
    /// Its join server.
    pub join_eui: Option<Eui64>,
    /// Its maker's serial number.
    pub serial: Option<Name>,
    /// The site of its bay, by name or slug.
    pub site: Option<Name>,
    /// The code of its bay.
    pub space_code: Option<BayCode>,
    /// What it is to its bay, if it could be both.
    pub role: Option<Role>,
}

/// What a device is to a bay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// It watches.
    Sensor,
    /// It shows.
    Display,
}

/// Reads a row as a bay.
pub fn read_space(row: &Row, mapping: &Mapping<SpaceColumn>) -> Result<SpaceRow, Vec<Message>> {
    use SpaceColumn as C;
    let mut cells = Cells::of(row, mapping);
    let site = cells.read(C::Site, name);
    let code = cells.read(C::Code, bay_code);
    let called = cells.read(C::Name, name);
    let level = cells.read(C::Level, name);
    let zone = cells.read(C::Zone, name);
    let kind = cells.read(C::Kind, kind);
    let coordinates = coordinates(&mut cells);
    let is_reservable = cells.read(C::IsReservable, yes_or_no);
    let auto_release_minutes = cells.read(C::AutoReleaseMinutes, minutes);
    cells.unless_refused(code.map(|code| SpaceRow {
        line: row.line,
        site,
        code,
        name: called,
        level,
        zone,
        kind,
        coordinates,
        is_reservable,
        auto_release_minutes,
    }))
}

/// Reads a row as a device.
pub fn read_device(row: &Row, mapping: &Mapping<DeviceColumn>) -> Result<DeviceRow, Vec<Message>> {
    use DeviceColumn as C;
    let eui = |cell: &str| cell.parse::<Eui64>().map_err(|error| error.to_string());
    let mut cells = Cells::of(row, mapping);
    let dev_eui = cells.read(C::DevEui, eui);
    let called = cells.read(C::Name, name);
    let model = cells.read(C::Model, name);
    let app_key = cells.read(C::AppKey, AppKey::parse);
    let join_eui = cells.read(C::JoinEui, eui);
    let serial = cells.read(C::Serial, serial);
    let site = cells.read(C::Site, name);
    let space_code = cells.read(C::SpaceCode, bay_code);
    let role = cells.read(C::Role, role);
    cells.unless_refused(dev_eui.map(|dev_eui| DeviceRow {
        line: row.line,
        dev_eui,
        name: called,
        model,
        app_key,
        join_eui,
        serial,
        site,
        space_code,
        role,
    }))
}

/// The cells of a row, and what was found wrong with them so far.
pub(crate) struct Cells<'a, C> {
    row: &'a Row,
    mapping: &'a Mapping<C>,
    messages: Vec<Message>,
}

impl<'a, C: Column> Cells<'a, C> {
    pub(crate) fn of(row: &'a Row, mapping: &'a Mapping<C>) -> Self {
        let mut cells = Self {
            row,
            mapping,
            messages: Vec::new(),
        };
        // A comma in a number cuts it in two and moves whatever stands behind it.
        if row
            .cells
            .iter()
            .skip(mapping.width())
            .any(|cell| !cell.is_empty())
        {
            let (found, width) = (row.cells.len(), mapping.width());
            cells.refuse(
                Refusal::CellsMoved,
                None,
                format!("has {found} cells where the header has {width}"),
            );
        }
        cells
    }

    /// What a cell says, `None` if it is empty, missing or refused.
    pub(crate) fn read<T>(
        &mut self,
        column: C,
        parse: impl Fn(&str) -> Result<T, String>,
    ) -> Option<T> {
        let index = self.mapping.index(column);
        let cell = index.and_then(|index| self.row.cells.get(index));
        let Some(cell) = cell.filter(|cell| !cell.is_empty()) else {
            if column.is_required() {
                self.refuse(
                    Refusal::Required,
                    Some(column),
                    "must not be empty".to_owned(),
                );
            }
            return None;
        };
        match parse(cell) {
            Ok(value) => Some(value),
            Err(text) => {
                self.refuse(Refusal::Unreadable, Some(column), text);
                None
            }
        }
    }

    pub(crate) fn refuse(&mut self, code: Refusal, column: Option<C>, message: String) {
        let field = column.map(Column::name);
        self.messages.push(Message::new(code, field, message));
    }

    pub(crate) fn unless_refused<T>(self, read: Option<T>) -> Result<T, Vec<Message>> {
        match read {
            Some(read) if self.messages.is_empty() => Ok(read),
            _ => Err(self.messages),
        }
    }
}

fn coordinates(cells: &mut Cells<'_, SpaceColumn>) -> Option<Coordinates> {
    use SpaceColumn::{Latitude, Longitude};
    let told = cells.messages.len();
    let latitude = cells.read(Latitude, degrees);
    let longitude = cells.read(Longitude, degrees);
    // Half a point is no news if the other half was just refused.
    if cells.messages.len() > told {
        return None;
    }
    Coordinates::parse(latitude, longitude).unwrap_or_else(|error| {
        cells.refuse(Refusal::Unreadable, Some(Latitude), error.to_string());
        None
    })
}

/// A name in one line; a spreadsheet lets people break it.
pub(crate) fn name(cell: &str) -> Result<Name, String> {
    let line = cell.replace("\r\n", " ").replace(['\r', '\n', '\t'], " ");
    Name::parse(&line).map_err(|error| error.to_string())
}

pub(crate) fn bay_code(cell: &str) -> Result<BayCode, String> {
    BayCode::parse(cell).map_err(|error| error.to_string())
}

fn serial(cell: &str) -> Result<Name, String> {
    let serial = name(cell)?;
    if serial.as_str().chars().count() > SERIAL_LENGTH_MAX {
        return Err(TextError::TooLong(SERIAL_LENGTH_MAX).to_string());
    }
    Ok(serial)
}

fn minutes(cell: &str) -> Result<i32, String> {
    let minutes = cell.parse().ok().filter(|m| (1..=1440).contains(m));
    minutes.ok_or_else(|| format!("{} must be a whole number from 1 to 1440", quoted(cell)))
}

fn role(cell: &str) -> Result<Role, String> {
    match folded(cell).as_str() {
        "sensor" | "capteur" | "detecteur" => Ok(Role::Sensor), // French, not typos: ignore
        "display" | "lamp" | "afficheur" | "lampe" | "sign" => Ok(Role::Display),
        _ => Err(format!("{} must be sensor or display", quoted(cell))),
    }
}

/// A cell as a message repeats it: not the whole of a novel, and no key that strayed into it.
pub(crate) fn quoted(cell: &str) -> String {
    if AppKey::is_like(cell) {
        return "\"…\"".to_owned();
    }
    let mut shown: String = cell.chars().take(40).collect();
    if shown.len() < cell.len() {
        shown.push('…');
    }
    format!("{shown:?}")
}

/// A number as it is written in English or French.
fn degrees(cell: &str) -> Result<f64, String> {
    let number = cell.trim_end_matches('°').replace(',', ".").parse();
    number.map_err(|_| {
        format!(
            "{} is not a number of degrees such as 46.2044",
            quoted(cell)
        )
    })
}

fn yes_or_no(cell: &str) -> Result<bool, String> {
    match folded(cell).as_str() {
        "yes" | "y" | "true" | "1" | "x" | "oui" | "o" | "vrai" => Ok(true),
        "no" | "n" | "false" | "0" | "non" | "faux" => Ok(false),
        _ => Err(format!("{} must be yes or no", quoted(cell))),
    }
}

fn kind(cell: &str) -> Result<BayKind, String> {
    let cell_folded = folded(cell);
    let is_named = |kind: &&BayKind| folded(kind.name()) == cell_folded;
    let kind = match cell_folded.as_str() {
        "standard" | "normal" | "normale" | "generale" | "ordinaire" => Some(BayKind::General), // French, not typos: ignore
        "pmr" | "handicap" | "handicape" | "handicapped" | "accessible" => Some(BayKind::Disabled), // French, not typos: ignore
        "ev" | "electric" | "electrique" | "charging" | "recharge" => Some(BayKind::EvCharging),
        "famille" | "families" | "parentchild" => Some(BayKind::Family),
        "deposeminute" | "kissandride" | "dropoff" => Some(BayKind::ShortStay),
        "moto" | "motos" | "motorbike" | "deuxroues" => Some(BayKind::Motorcycle),
        "velo" | "velos" | "bike" => Some(BayKind::Bicycle),
        "camion" | "lorry" | "poidslourd" | "hgv" => Some(BayKind::Truck),
        "autocar" | "autobus" | "coach" => Some(BayKind::Bus),
        "livraison" | "delivery" => Some(BayKind::Loading),
        "autopartage" | "carshare" => Some(BayKind::CarSharing),
        "personnel" | "employee" | "employees" => Some(BayKind::Staff),
        "visiteur" | "visiteurs" | "guest" => Some(BayKind::Visitor),
        "riverain" | "residents" => Some(BayKind::Resident),
        "permit" | "permis" | "abonne" => Some(BayKind::ReservedPermit),
        _ => BayKind::ALL.iter().find(is_named).copied(),
    };
    kind.ok_or_else(|| {
        let names: Vec<_> = BayKind::ALL.iter().map(|kind| kind.name()).collect();
        format!("{} must be one of: {}", quoted(cell), names.join(", "))
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::csv_table::read_table;

    const MIB: usize = 1 << 20;

    fn spaces(file: &str) -> Vec<Result<SpaceRow, Vec<Message>>> {
        let table = read_table(file.as_bytes(), MIB).unwrap();
        let mapping = Mapping::guess(&table.header);
        let rows = table.rows.iter();
        rows.map(|row| read_space(row, &mapping)).collect()
    }

    fn devices(file: &str) -> Vec<Result<DeviceRow, Vec<Message>>> {
        let table = read_table(file.as_bytes(), MIB).unwrap();
        let mapping = Mapping::guess(&table.header);
        let rows = table.rows.iter();
        rows.map(|row| read_device(row, &mapping)).collect()
    }

    fn told(messages: &[Message]) -> Vec<String> {
        let messages = messages.iter();
        messages
            .map(|m| format!("{}: {}", m.field.unwrap_or("row"), m.message))
            .collect()
    }

    #[test]
    fn a_french_spreadsheet_is_understood() {
        let file = "N°;Libellé;Étage;Type;Latitude;Longitude;Réservable\r\n\
                    A-017;Près de l'entrée;-1;PMR;46,2044;6,1432;oui\r\n";
        let rows = spaces(&file.replace("N°", "Numéro"));
        let space = rows[0].as_ref().unwrap();
        assert_eq!(space.line, 2);
        assert_eq!(space.code.as_str(), "A-017");
        assert_eq!(space.name.as_ref().unwrap().as_str(), "Près de l'entrée");
        assert_eq!(space.level.as_ref().unwrap().as_str(), "-1");
        assert_eq!(space.kind, Some(BayKind::Disabled));
        assert_eq!(
            space.coordinates,
            Coordinates::parse(Some(46.2044), Some(6.1432)).unwrap()
        );
        assert_eq!(space.is_reservable, Some(true));
        assert_eq!((&space.site, &space.zone), (&None, &None));
    }

    #[test]
    fn every_cell_at_fault_is_named_at_once() {
        let rows = spaces(
            "code,kind,lat,lon,bookable\n\
             ,spaceship,91,north,perhaps\n\
             A-2,,46.2,,\n\
             A-3,general,46,2044,6\n\
             A-4,general,46,2,no,6\n",
        );
        let told_of_it = told(rows[0].as_ref().unwrap_err());
        assert_eq!(told_of_it[0], "code: must not be empty");
        assert!(told_of_it[1].starts_with("kind: \"spaceship\" must be one of: general, "));
        assert_eq!(
            told_of_it[2],
            "longitude: \"north\" is not a number of degrees such as 46.2044"
        );
        assert_eq!(
            told_of_it[3],
            "is_reservable: \"perhaps\" must be yes or no"
        );
        assert_eq!(
            told(rows[1].as_ref().unwrap_err()),
            ["latitude: latitude and longitude must be given together"]
        );
        assert_eq!(
            told(rows[2].as_ref().unwrap_err()),
            [
                "latitude: longitude must be a number from -180 to 180",
                "is_reservable: \"6\" must be yes or no"
            ]
        );
        assert_eq!(
            told(rows[3].as_ref().unwrap_err()),
            ["row: has 6 cells where the header has 5"]
        );
    }

    #[test]
    fn devices_come_with_their_keys_and_nobody_sees_them() {
        let rows = devices(
            "Device EUI\tModel\tAppKey\tAppEUI\tS/N\tBay\n\
             00-04-a3-0b-00-1f-ed-4f\tbosch-tps110\t000102030405060708090a0b0c0d0e0f\t\t'=17\tA-017\n\
             0004A30B\t\tsecret\t\t\t\n\
             0004A30B001FED50\t\t0011\t\t\t\n",
        );
        let device = rows[0].as_ref().unwrap();
        assert_eq!(device.dev_eui.to_string(), "0004A30B001FED4F");
        assert_eq!(
            device.app_key.unwrap().digits(),
            "000102030405060708090A0B0C0D0E0F"
        );
        assert_eq!(device.serial.as_ref().unwrap().as_str(), "=17");
        assert_eq!(device.space_code.as_ref().unwrap().as_str(), "A-017");
        assert!(!format!("{device:?}").contains("15"));
        assert_eq!(
            told(rows[1].as_ref().unwrap_err()),
            [
                "dev_eui: must have 16 hexadecimal digits; this has 8",
                "app_key: must be 32 hexadecimal digits"
            ]
        );
        assert_eq!(
            told(rows[2].as_ref().unwrap_err()),
            ["app_key: must have 32 hexadecimal digits; this has 4"]
        );
    }

    #[test]
    fn a_line_that_repeats_another_is_found() {
        let lines = [(2, "A-1"), (3, "A-2"), (5, "A-1"), (9, "A-1")];
        assert_eq!(repeated(lines), BTreeMap::from([(5, 2), (9, 2)]));
    }

    proptest! {
        #[test]
        fn no_row_makes_it_panic(cells in proptest::collection::vec("\\PC{0,20}", 0..12), line: u64) {
            let row = Row { line, cells };
            let header = |names: &[&str]| names.iter().copied().map(str::to_owned).collect::<Vec<_>>();
            let space = Mapping::guess(&header(&["code", "kind", "lat", "lon", "bookable", "name"]));
            let device = Mapping::guess(&header(&["deveui", "key", "join_eui", "bay", "model"]));
            for messages in [read_space(&row, &space).err(), read_device(&row, &device).err()].into_iter().flatten() {
                prop_assert!(!messages.is_empty());
            }
        }
    }
}
