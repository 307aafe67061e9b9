//! Rows of a spreadsheet: how their cells are read, and what there is to say about those at fault.
//!
//! What a row is comes from [`csv_spaces`](crate::csv_spaces), [`csv_devices`](crate::csv_devices) and
//! [`csv_reservations`](crate::csv_reservations). Nothing is looked up here: whether what a row says can be
//! made is for whoever holds the database to say, in the same [`Message`]s.

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;

use crate::app_key::AppKey;
use crate::bays::BayCode;
use crate::csv_columns::{Column, Mapping};
use crate::csv_table::Row;
use crate::text::{Name, TextError};

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

    /// How much was found wrong so far.
    pub(crate) fn faults(&self) -> usize {
        self.messages.len()
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

/// A name in one line; a spreadsheet lets people break it.
pub(crate) fn name(cell: &str) -> Result<Name, String> {
    let line = cell.replace("\r\n", " ").replace(['\r', '\n', '\t'], " ");
    Name::parse(&line).map_err(|error| error.to_string())
}

/// A line of text of a certain length.
pub(crate) fn line(cell: &str, length_max: usize) -> Result<String, String> {
    let line = name(cell)?;
    if line.as_str().chars().count() > length_max {
        return Err(TextError::TooLong(length_max).to_string());
    }
    Ok(line.as_str().to_owned())
}

pub(crate) fn bay_code(cell: &str) -> Result<BayCode, String> {
    BayCode::parse(cell).map_err(|error| error.to_string())
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

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::csv_table::read_table;

    /// What each row of a file is read as.
    pub(crate) fn rows<C: Column, R>(
        file: &str,
        read: fn(&Row, &Mapping<C>) -> Result<R, Vec<Message>>,
    ) -> Vec<Result<R, Vec<Message>>> {
        let table = read_table(file.as_bytes(), 1 << 20).unwrap();
        let mapping = Mapping::guess(&table.header);
        let rows = table.rows.iter();
        rows.map(|row| read(row, &mapping)).collect()
    }

    /// What is said of each cell at fault.
    pub(crate) fn told(messages: &[Message]) -> Vec<String> {
        let messages = messages.iter();
        messages
            .map(|m| format!("{}: {}", m.field.unwrap_or("row"), m.message))
            .collect()
    }

    #[test]
    fn a_line_that_repeats_another_is_found() {
        let lines = [(2, "A-1"), (3, "A-2"), (5, "A-1"), (9, "A-1")];
        assert_eq!(repeated(lines), BTreeMap::from([(5, 2), (9, 2)]));
    }
}
