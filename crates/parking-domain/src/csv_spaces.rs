//! Bays from a spreadsheet: what a row says, or every cell of it that is at fault.

use crate::bays::{BayCode, BayKind};
use crate::csv_columns::{Mapping, SpaceColumn, folded};
use crate::csv_import::{Cells, Message, Refusal, bay_code, name, quoted};
use crate::csv_table::Row;
use crate::places::Coordinates;
use crate::text::Name;

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

fn coordinates(cells: &mut Cells<'_, SpaceColumn>) -> Option<Coordinates> {
    use SpaceColumn::{Latitude, Longitude};
    let told = cells.faults();
    let latitude = cells.read(Latitude, degrees);
    let longitude = cells.read(Longitude, degrees);
    // Half a point is no news if the other half was just refused.
    if cells.faults() > told {
        return None;
    }
    Coordinates::parse(latitude, longitude).unwrap_or_else(|error| {
        cells.refuse(Refusal::Unreadable, Some(Latitude), error.to_string());
        None
    })
}

fn minutes(cell: &str) -> Result<i32, String> {
    let minutes = cell.parse().ok().filter(|m| (1..=1440).contains(m));
    minutes.ok_or_else(|| format!("{} must be a whole number from 1 to 1440", quoted(cell)))
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
    use crate::csv_import::tests::{rows, told};

    #[test]
    fn a_french_spreadsheet_is_understood() {
        let file = "N°;Libellé;Étage;Type;Latitude;Longitude;Réservable\r\n\
                    A-017;Près de l'entrée;-1;PMR;46,2044;6,1432;oui\r\n";
        let rows = rows(&file.replace("N°", "Numéro"), read_space);
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
        let file = "code,kind,lat,lon,bookable\n\
             ,spaceship,91,north,perhaps\n\
             A-2,,46.2,,\n\
             A-3,general,46,2044,6\n\
             A-4,general,46,2,no,6\n";
        let rows = rows(file, read_space);
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

    proptest! {
        #[test]
        fn no_row_makes_it_panic(cells in proptest::collection::vec("\\PC{0,20}", 0..12), line: u64) {
            let row = Row { line, cells };
            let header = ["code", "kind", "lat", "lon", "bookable", "name"].map(str::to_owned);
            let messages = read_space(&row, &Mapping::guess(&header)).err();
            prop_assert!(messages.is_none_or(|messages| !messages.is_empty()));
        }
    }
}
