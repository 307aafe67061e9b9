//! The columns of an import: what they are called, and which column of a file is which.

use std::collections::BTreeMap;
use std::fmt;

use thiserror::Error;

use crate::csv_table::write_table;
use crate::text::Slug;

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
    /// Whether people fill it in: what the platform calls a thing stands in exports alone.
    fn is_filled_in(self) -> bool {
        self.name() != "id"
    }
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
        /// After how many minutes without a car a booking is released.
        AutoReleaseMinutes = "auto_release_minutes", false, ["autorelease", "releaseminutes", "liberationautomatique"]; // French, not typos: ignore
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
        /// What it is to its bay.
        Role = "role", false, ["servesas", "fonction"]; // French, not typos: ignore
    }
}

columns! {
    /// The columns of an import of reservations.
    ReservationColumn {
        /// The sender's name for the row, so that sending it again reserves nothing twice.
        RequestId = "request_id", false, ["reference", "ref", "externalid", "requestreference", "identifiantexterne"];
        /// Which site, by name or slug.
        Site = "site", false, ["siteslug", "sitename", "parking", "carpark", "lot", "nomdusite"];
        /// The code of the bay.
        SpaceCode = "space_code", true, ["space", "bay", "baycode", "code", "place", "codeplace", "emplacement"];
        /// From when on.
        StartTime = "start_time", true, ["start", "from", "begin", "begins", "debut"];
        /// Until when.
        EndTime = "end_time", true, ["end", "to", "until", "ends", "fin"];
        /// Whether it is agreed or held.
        Status = "status", false, ["state", "statut", "etat"];
        /// Until when it is held.
        HoldUntil = "hold_until", false, ["heldto", "option"];
        /// What the person is called.
        Name = "name", false, ["holder", "holdername", "person", "nom", "titulaire"];
        /// Where they are written to.
        Email = "email", false, ["mail", "holderemail", "courriel", "adresseemail"];
        /// What their vehicle is known by.
        Plate = "plate", false, ["holderplate", "licenceplate", "licenseplate", "plaque", "immatriculation"];
        /// What else there is to say.
        Notes = "notes", false, ["note", "comment", "remarque", "remarques"];
        /// Which reservation it was in the export it comes from.
        Id = "id", false, ["reservationid"];
    }
}

/// Which column of a file is which.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mapping<C> {
    indexes: BTreeMap<C, usize>,
    width: usize,
}

/// Why what somebody chose is no mapping; the message is shown to them.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum MappingError {
    /// An import of this kind has no such column.
    #[error("`{0}` is no column of this kind of import")]
    Unknown(String),
    /// The file has no such column.
    #[error("`{0}` is beyond the last column of the file")]
    Beyond(&'static str),
    /// Without them there is nothing to do.
    #[error("must say where `{0}` is")]
    Missing(&'static str),
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

    /// Takes what somebody chose, by the names of the columns.
    pub fn chosen(names: &BTreeMap<String, usize>, width: usize) -> Result<Self, MappingError> {
        let mut indexes = BTreeMap::new();
        for (name, index) in names {
            let column = C::ALL.iter().find(|column| column.name() == name);
            let column = *column.ok_or_else(|| MappingError::Unknown(name.clone()))?;
            if *index >= width {
                return Err(MappingError::Beyond(column.name()));
            }
            indexes.insert(column, *index);
        }
        Ok(Self { indexes, width })
    }

    /// The same by the names of the columns, as it is kept.
    pub fn names(&self) -> BTreeMap<String, usize> {
        let named = |(column, index): (&C, &usize)| (column.name().to_owned(), *index);
        self.indexes.iter().map(named).collect()
    }

    /// Where a column is.
    pub fn index(&self, column: C) -> Option<usize> {
        self.indexes.get(&column).copied()
    }

    /// How many columns the file has.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Refuses a mapping without which there is nothing to do.
    pub fn must_be_whole(&self) -> Result<(), MappingError> {
        let all = C::ALL.iter();
        let mut missing =
            all.filter(|column| column.is_required() && !self.indexes.contains_key(column));
        missing
            .next()
            .map_or(Ok(()), |column| Err(MappingError::Missing(column.name())))
    }
}

/// An empty table with the names of the columns, to be filled in.
pub fn template<C: Column>() -> Vec<u8> {
    let columns = C::ALL.iter().filter(|column| column.is_filled_in());
    let names: Vec<_> = columns.map(|column| column.name()).collect();
    write_table(&names, std::iter::empty::<[&str; 0]>())
}

/// A word as it is compared: `Dev EUI`, `dev_eui` and `DevEUI` are the same, so are `Étage` and `etage`.
pub(crate) fn folded(word: &str) -> String {
    let slug = Slug::from_name_or(word, "-");
    slug.as_str().replace('-', "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_templates_are_understood_and_what_is_missing_is_known() {
        fn check<C: Column>() {
            let file = String::from_utf8(template::<C>()).unwrap();
            let header = file.trim_matches(['\u{feff}', '\r', '\n']).split(',');
            let header: Vec<_> = header.map(str::to_owned).collect();
            let mapping = Mapping::<C>::guess(&header);
            let filled_in = C::ALL.iter().filter(|column| column.is_filled_in());
            for (at, column) in filled_in.enumerate() {
                assert_eq!(mapping.index(*column), Some(at));
            }
            assert_eq!(mapping.must_be_whole(), Ok(()));
            assert_eq!(Mapping::chosen(&mapping.names(), header.len()), Ok(mapping));
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
        check::<ReservationColumn>();
        let header = ["colour", "name", "label"].map(str::to_owned);
        let mapping = Mapping::<SpaceColumn>::guess(&header);
        assert_eq!(mapping.names(), BTreeMap::from([("name".to_owned(), 1)]));
        assert_eq!(mapping.must_be_whole(), Err(MappingError::Missing("code")));
        let chosen = |name: &str, index| {
            Mapping::<SpaceColumn>::chosen(&BTreeMap::from([(name.to_owned(), index)]), 3)
        };
        assert_eq!(chosen("code", 3), Err(MappingError::Beyond("code")));
        assert_eq!(
            chosen("dev_eui", 0),
            Err(MappingError::Unknown("dev_eui".into()))
        );
        assert_eq!(chosen("code", 2).unwrap().index(SpaceColumn::Code), Some(2));
    }
}
