//! Bays and devices from a spreadsheet: which column is which, what a row says, what becomes of it.
//!
//! Nothing is looked up here. A row is read into what it says or into a refusal that names every
//! cell at fault; whether that makes something, changes something or changes nothing is for whoever
//! holds the database to say, in the same [`Verdict`].

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;

use crate::bays::{BayCode, BayKind};
use crate::csv_table::{Row, write_table};
use crate::eui::Eui64;
use crate::places::Coordinates;
use crate::text::{Name, Slug};

/// What becomes of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Something is made.
    Create,
    /// Something that is there is changed.
    Update,
    /// Everything is already as it says.
    Skip,
    /// It cannot be done.
    Refuse,
}

/// What becomes of a row, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Verdict {
    /// The line of the file the row begins on.
    pub line: u64,
    /// What becomes of it.
    pub outcome: Outcome,
    /// What there is to say about it.
    pub messages: Vec<Message>,
}

/// Something about a cell, or about the whole row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Message {
    /// The name of the column; `None` for the whole row.
    pub column: Option<&'static str>,
    /// What there is to say, for people.
    pub text: String,
}

/// A column an import knows.
pub trait Column: Copy + Ord + fmt::Debug + 'static {
    /// All of them, in the order of the template.
    const ALL: &'static [Self];
    /// Its name in the template and in the API.
    fn name(self) -> &'static str;
    /// What else people call it: folded to lower-case letters and digits.
    fn synonyms(self) -> &'static [&'static str];
    /// Whether there is nothing to do without it.
    fn is_required(self) -> bool;
}

/// Which column of a file is which.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mapping<C> {
    indexes: BTreeMap<C, usize>,
    width: usize,
}

macro_rules! columns {
    ($(#[$about:meta])* $type:ident { $($(#[$doc:meta])* $variant:ident = $name:literal, $required:literal, [$($synonym:literal),*];)+ }) => {
        $(#[$about])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $type { $($(#[$doc])* $variant),+ }

        impl Column for $type {
            const ALL: &'static [Self] = &[$(Self::$variant),+];

            fn name(self) -> &'static str {
                match self { $(Self::$variant => $name),+ }
            }

            fn synonyms(self) -> &'static [&'static str] {
                match self { $(Self::$variant => &[$($synonym),*]),+ }
            }

            fn is_required(self) -> bool {
                match self { $(Self::$variant => $required),+ }
            }
        }
    };
}

columns! {
    /// The columns of an import of bays.
    SpaceColumn {
        /// Which site, by name or slug.
        Site = "site", false, ["siteslug", "sitename", "parking", "carpark", "lot", "nomdusite"];
        /// The code.
        Code = "code", true, ["spacecode", "baycode", "bay", "space", "number", "numero", "no", "place", "codeplace", "emplacement"];
        /// What it is called.
        Name = "name", false, ["spacename", "bayname", "label", "nom", "libelle", "designation"];
        /// Which level.
        Level = "level", false, ["floor", "storey", "niveau", "etage"];
        /// Which zone.
        Zone = "zone", false, ["area", "section", "secteur"];
        /// For whom.
        Kind = "kind", false, ["type", "spacetype", "baykind", "category", "categorie", "typedeplace"]; // French, not typos: ignore
        /// Degrees north.
        Latitude = "latitude", false, ["lat", "y", "gpslatitude"];
        /// Degrees east.
        Longitude = "longitude", false, ["lon", "lng", "long", "x", "gpslongitude"];
        /// Whether it can be booked.
        IsReservable = "is_reservable", false, ["reservable", "bookable", "canbereserved"];
    }
}

columns! {
    /// The columns of an import of devices.
    DeviceColumn {
        /// Which device.
        DevEui = "dev_eui", true, ["eui", "deviceeui", "hardwareid", "identifiant"];
        /// What it is called.
        Name = "name", false, ["devicename", "label", "nom", "libelle", "designation"];
        /// Which model, by slug or name.
        Model = "model", false, ["devicemodel", "type", "devicetype", "modele", "typedappareil"];
        /// Its key.
        AppKey = "app_key", false, ["key", "applicationkey", "nwkkey", "cle", "cleapp"];
        /// Its join server.
        JoinEui = "join_eui", false, ["appeui", "applicationeui"];
        /// Its maker's serial number.
        Serial = "serial", false, ["serialnumber", "sn", "numerodeserie", "serie"]; // French, not typos: ignore
        /// The site of its bay, by name or slug.
        Site = "site", false, ["siteslug", "sitename", "parking", "carpark", "lot", "nomdusite"];
        /// The code of its bay.
        SpaceCode = "space_code", false, ["space", "bay", "baycode", "place", "codeplace", "emplacement"];
    }
}

impl<C: Column> Mapping<C> {
    /// Guesses from the header; the first of two columns of one name counts.
    pub fn guess(header: &[String]) -> Self {
        let header: Vec<_> = header.iter().map(|name| folded(name)).collect();
        let mut indexes = BTreeMap::new();
        // A column's own name goes before what else it may be called.
        for (index, found) in header.iter().enumerate() {
            if let Some(column) = C::ALL.iter().find(|column| folded(column.name()) == *found) {
                indexes.entry(*column).or_insert(index);
            }
        }
        for (index, found) in header.iter().enumerate() {
            let is_known = |column: &&C| column.synonyms().contains(&found.as_str());
            let is_free = !indexes.values().any(|taken| *taken == index);
            if let Some(column) = C::ALL.iter().find(is_known).filter(|_| is_free) {
                indexes.entry(*column).or_insert(index);
            }
        }
        let width = header.len();
        Self { indexes, width }
    }

    /// Takes what somebody chose; `None` if a column of theirs is not in the file.
    pub fn chosen(indexes: BTreeMap<C, usize>, width: usize) -> Option<Self> {
        let is_there = indexes.values().all(|index| *index < width);
        is_there.then_some(Self { indexes, width })
    }

    /// Where a column is.
    pub fn index(&self, column: C) -> Option<usize> {
        self.indexes.get(&column).copied()
    }

    /// The columns of the file that nothing is read from.
    pub fn unused(&self) -> impl Iterator<Item = usize> {
        (0..self.width).filter(|index| !self.indexes.values().any(|used| used == index))
    }

    /// The columns without which there is nothing to do.
    pub fn missing(&self) -> impl Iterator<Item = C> {
        let all = C::ALL.iter().copied();
        all.filter(|column| column.is_required() && !self.indexes.contains_key(column))
    }
}

/// An empty table with the names of the columns, to be filled in.
pub fn template<C: Column>() -> Vec<u8> {
    let names: Vec<_> = C::ALL.iter().map(|column| column.name()).collect();
    write_table(&names, std::iter::empty::<[&str; 0]>())
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
}

/// A root key of a device. Shown to nobody, not even in a log.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct AppKey([u8; 16]);

/// Reads a row as a bay.
pub fn read_space(row: &Row, mapping: &Mapping<SpaceColumn>) -> Result<SpaceRow, Verdict> {
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
    }))
}

/// Reads a row as a device.
pub fn read_device(row: &Row, mapping: &Mapping<DeviceColumn>) -> Result<DeviceRow, Verdict> {
    use DeviceColumn as C;
    let eui = |cell: &str| cell.parse::<Eui64>().map_err(|error| error.to_string());
    let mut cells = Cells::of(row, mapping);
    let dev_eui = cells.read(C::DevEui, eui);
    let called = cells.read(C::Name, name);
    let model = cells.read(C::Model, name);
    let app_key = cells.read(C::AppKey, AppKey::parse);
    let join_eui = cells.read(C::JoinEui, eui);
    let serial = cells.read(C::Serial, name);
    let site = cells.read(C::Site, name);
    let space_code = cells.read(C::SpaceCode, bay_code);
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
    }))
}

/// The cells of a row, and what was found wrong with them so far.
struct Cells<'a, C> {
    row: &'a Row,
    mapping: &'a Mapping<C>,
    messages: Vec<Message>,
}

impl<'a, C: Column> Cells<'a, C> {
    fn of(row: &'a Row, mapping: &'a Mapping<C>) -> Self {
        let mut cells = Self {
            row,
            mapping,
            messages: Vec::new(),
        };
        // A comma in a number cuts it in two and moves whatever stands behind it.
        if row
            .cells
            .iter()
            .skip(mapping.width)
            .any(|cell| !cell.is_empty())
        {
            let (found, width) = (row.cells.len(), mapping.width);
            cells.refuse(
                None,
                format!("has {found} cells where the header has {width}"),
            );
        }
        cells
    }

    /// What a cell says, `None` if it is empty, missing or refused.
    fn read<T>(&mut self, column: C, parse: impl Fn(&str) -> Result<T, String>) -> Option<T> {
        let index = self.mapping.index(column);
        let cell = index.and_then(|index| self.row.cells.get(index));
        let Some(cell) = cell.filter(|cell| !cell.is_empty()) else {
            if column.is_required() {
                self.refuse(Some(column), "must not be empty".to_owned());
            }
            return None;
        };
        match parse(cell) {
            Ok(value) => Some(value),
            Err(text) => {
                self.refuse(Some(column), text);
                None
            }
        }
    }

    fn refuse(&mut self, column: Option<C>, text: String) {
        let column = column.map(Column::name);
        self.messages.push(Message { column, text });
    }

    fn unless_refused<T>(self, read: Option<T>) -> Result<T, Verdict> {
        match read {
            Some(read) if self.messages.is_empty() => Ok(read),
            _ => Err(Verdict {
                line: self.row.line,
                outcome: Outcome::Refuse,
                messages: self.messages,
            }),
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
        cells.refuse(Some(Latitude), error.to_string());
        None
    })
}

fn name(cell: &str) -> Result<Name, String> {
    Name::parse(cell).map_err(|error| error.to_string())
}

fn bay_code(cell: &str) -> Result<BayCode, String> {
    BayCode::parse(cell).map_err(|error| error.to_string())
}

/// A number as it is written in English or French.
fn degrees(cell: &str) -> Result<f64, String> {
    let number = cell.trim_end_matches('°').replace(',', ".").parse();
    number.map_err(|_| format!("{cell:?} is not a number of degrees such as 46.2044"))
}

fn yes_or_no(cell: &str) -> Result<bool, String> {
    match folded(cell).as_str() {
        "yes" | "y" | "true" | "1" | "x" | "oui" | "o" | "vrai" => Ok(true),
        "no" | "n" | "false" | "0" | "non" | "faux" => Ok(false),
        _ => Err(format!("{cell:?} must be yes or no")),
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
        format!("{cell:?} must be one of: {}", names.join(", "))
    })
}

/// A word as it is compared: `Dev EUI`, `dev_eui` and `DevEUI` are the same, so are `Étage` and `etage`.
fn folded(word: &str) -> String {
    let slug = Slug::from_name_or(word, "-");
    slug.as_str().replace('-', "")
}

impl AppKey {
    fn parse(cell: &str) -> Result<Self, String> {
        let mut key = [0_u8; 16];
        let mut digits = 0;
        let is_separator = |c: &char| c.is_whitespace() || matches!(c, '-' | ':' | '.' | '_');
        for c in cell.chars().filter(|c| !is_separator(c)) {
            // Not which character: an error message must not spell the key.
            let value = c.to_digit(16).and_then(|value| u8::try_from(value).ok());
            let value = value.ok_or("must be 32 hexadecimal digits")?;
            if let Some(byte) = key.get_mut(digits / 2) {
                *byte = *byte << 4 | value;
            }
            digits += 1;
        }
        match digits {
            32 => Ok(Self(key)),
            _ => Err(format!(
                "must have 32 hexadecimal digits; this has {digits}"
            )),
        }
    }

    /// The key, to be sealed.
    pub fn bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

impl fmt::Debug for AppKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AppKey(…)")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::csv_table::read_table;

    const MIB: usize = 1 << 20;

    fn spaces(file: &str) -> Vec<Result<SpaceRow, Verdict>> {
        let table = read_table(file.as_bytes(), MIB).unwrap();
        let mapping = Mapping::guess(&table.header);
        let rows = table.rows.iter();
        rows.map(|row| read_space(row, &mapping)).collect()
    }

    fn devices(file: &str) -> Vec<Result<DeviceRow, Verdict>> {
        let table = read_table(file.as_bytes(), MIB).unwrap();
        let mapping = Mapping::guess(&table.header);
        let rows = table.rows.iter();
        rows.map(|row| read_device(row, &mapping)).collect()
    }

    fn told(verdict: &Verdict) -> Vec<String> {
        let messages = verdict.messages.iter();
        messages
            .map(|m| format!("{}: {}", m.column.unwrap_or("row"), m.text))
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
        let verdict = rows[0].as_ref().unwrap_err();
        assert_eq!((verdict.line, verdict.outcome), (2, Outcome::Refuse));
        let told_of_it = told(verdict);
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
        assert_eq!(device.app_key.unwrap().bytes()[15], 15);
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
    fn the_templates_are_understood_and_what_is_missing_is_known() {
        fn check<C: Column>() {
            let file = String::from_utf8(template::<C>()).unwrap();
            let header: Vec<_> = file
                .trim_matches(['\u{feff}', '\r', '\n'])
                .split(',')
                .collect();
            let header: Vec<_> = header.into_iter().map(str::to_owned).collect();
            let mapping = Mapping::<C>::guess(&header);
            assert!(
                C::ALL
                    .iter()
                    .enumerate()
                    .all(|(at, column)| mapping.index(*column) == Some(at))
            );
            assert_eq!(mapping.unused().count() + mapping.missing().count(), 0);
            for column in C::ALL {
                for synonym in column.synonyms() {
                    assert_eq!(folded(synonym), *synonym);
                    let meant = C::ALL.iter().filter(|other| {
                        folded(other.name()) == *synonym || other.synonyms().contains(synonym)
                    });
                    assert_eq!(meant.count(), 1, "{synonym}");
                }
            }
        }
        check::<SpaceColumn>();
        check::<DeviceColumn>();
        let header = ["colour", "name", "label"].map(str::to_owned);
        let mapping = Mapping::<SpaceColumn>::guess(&header);
        assert_eq!(mapping.missing().collect::<Vec<_>>(), [SpaceColumn::Code]);
        assert_eq!(mapping.unused().collect::<Vec<_>>(), [0, 2]);
        assert_eq!(
            Mapping::chosen(BTreeMap::from([(SpaceColumn::Code, 3)]), 3),
            None
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
            for verdict in [read_space(&row, &space).err(), read_device(&row, &device).err()].into_iter().flatten() {
                prop_assert!(!verdict.messages.is_empty() && verdict.outcome == Outcome::Refuse);
            }
        }
    }
}
