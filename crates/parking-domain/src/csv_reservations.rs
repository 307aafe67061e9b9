//! Reservations from a spreadsheet: what a row says, or every cell of it that is at fault.
//!
//! Nothing is looked up here, and no clock is read: whether the bay can be had then is for whoever holds the
//! database to say, in the same [`Message`]s.

use chrono::{DateTime, Datelike as _, Timelike as _, Utc};
use uuid::Uuid;

use crate::bays::BayCode;
use crate::csv_columns::{Mapping, ReservationColumn, folded};
use crate::csv_import::{Cells, Message, Refusal, bay_code, line, name, quoted};
use crate::csv_table::Row;
use crate::reservations::{Slot, Status};
use crate::text::{Email, Name, Plate};

/// The longest name that a sender gives a row, in characters.
pub const REQUEST_ID_LENGTH_MAX: usize = 100;

/// A reservation as a row describes it; what the row leaves empty is `None`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReservationRow {
    /// The line the row begins on.
    pub line: u64,
    /// Which reservation it was, if the row comes from an export.
    pub id: Option<Uuid>,
    /// The sender's name for it.
    pub request_id: Option<String>,
    /// The site of the bay, by name or slug.
    pub site: Option<Name>,
    /// The code of the bay.
    pub space_code: BayCode,
    /// From when until when.
    pub slot: Slot,
    /// Whether it is agreed or held; what is over stands in exports alone.
    pub status: Status,
    /// Until when it is held.
    pub hold_until: Option<DateTime<Utc>>,
    /// What the person is called.
    pub name: Option<Name>,
    /// Where they are written to.
    pub email: Option<Email>,
    /// What their vehicle is known by, in capitals.
    pub plate: Option<Plate>,
    /// What else there is to say.
    pub notes: Option<String>,
}

/// Reads a row as a reservation.
pub fn read_reservation(
    row: &Row,
    mapping: &Mapping<ReservationColumn>,
) -> Result<ReservationRow, Vec<Message>> {
    use ReservationColumn as C;
    let mut cells = Cells::of(row, mapping);
    // Elsewhere rows are numbered otherwise, and that is no fault.
    let id = cells
        .read(C::Id, |cell| Ok(cell.parse::<Uuid>().ok()))
        .flatten();
    let request_id = cells.read(C::RequestId, |cell| line(cell, REQUEST_ID_LENGTH_MAX));
    let site = cells.read(C::Site, name);
    let space_code = cells.read(C::SpaceCode, bay_code);
    let start = cells.read(C::StartTime, instant);
    let end = cells.read(C::EndTime, instant);
    let status = cells.read(C::Status, |cell| status(cell, id.is_some()));
    let hold_until = cells.read(C::HoldUntil, instant);
    if hold_until.is_some() && status == Some(Status::Confirmed) {
        let text = "must not be given unless it is pending";
        cells.refuse(Refusal::Unreadable, Some(C::HoldUntil), text.to_owned());
    }
    let called = cells.read(C::Name, name);
    let email = cells.read(C::Email, |cell| {
        Email::parse(cell).map_err(|error| error.to_string())
    });
    let plate = cells.read(C::Plate, |cell| {
        Plate::parse(name(cell)?.as_str()).map_err(|error| error.to_string())
    });
    let notes = cells.read(C::Notes, |cell| Ok(cell.to_owned()));
    let usual = if hold_until.is_some() {
        Status::Pending
    } else {
        Status::Confirmed
    };
    let read = space_code.zip(start).zip(end);
    cells.unless_refused(read.map(|((space_code, start), end)| ReservationRow {
        line: row.line,
        id,
        request_id,
        site,
        space_code,
        slot: Slot { start, end },
        status: status.unwrap_or(usual),
        hold_until,
        name: called,
        email,
        plate,
        notes,
    }))
}

/// An instant that says itself how far it is from UTC: of any other nobody knows when it is.
fn instant(cell: &str) -> Result<DateTime<Utc>, String> {
    let at = DateTime::parse_from_rfc3339(cell).map(|at| at.to_utc());
    // A sixty-first second is none that clocks show, and is counted from in more ways than one.
    let can_be =
        |at: &DateTime<Utc>| (1..=9_998).contains(&at.year()) && at.nanosecond() < 1_000_000_000;
    let at = at.ok().filter(can_be);
    at.ok_or_else(|| {
        format!(
            "{} is no time with its offset, such as 2026-11-21T08:00:00Z",
            quoted(cell)
        )
    })
}

/// How it begins; or, of a reservation that is known, where it stands.
fn status(cell: &str, is_known: bool) -> Result<Status, String> {
    match folded(cell).as_str() {
        "confirmed" | "confirmee" => Ok(Status::Confirmed), // French, not typos: ignore
        "pending" | "held" | "enattente" => Ok(Status::Pending),
        _ => {
            let over = cell.to_lowercase().parse().ok().filter(|_| is_known);
            over.ok_or_else(|| beginning(cell))
        }
    }
}

/// What is wrong with a status in which no reservation begins.
pub fn beginning(status: &str) -> String {
    format!("{} must be confirmed or pending", quoted(status))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::csv_import::tests::rows;

    fn read(file: &str) -> Vec<Result<ReservationRow, Vec<Message>>> {
        rows(file, read_reservation)
    }

    #[test]
    fn a_row_says_which_bay_when_and_for_whom() {
        let file = "\u{feff}bay;from;to;name;plate;email;notes\r\n\
            A-1;2026-11-21T08:00:00+01:00;2026-11-21T09:00:00Z;\"Ada; Lovelace\";ab-123;Ada@x.org;\"two\r\nlines\"\r\n";
        let rows = read(file);
        let row = rows[0].as_ref().unwrap();
        assert_eq!(row.line, 2);
        assert_eq!(row.slot.start.to_rfc3339(), "2026-11-21T07:00:00+00:00");
        assert_eq!(row.slot.end.to_rfc3339(), "2026-11-21T09:00:00+00:00");
        assert_eq!(row.name.as_ref().unwrap().as_str(), "Ada; Lovelace");
        assert_eq!(row.plate.as_ref().unwrap().as_str(), "AB-123");
        assert_eq!(row.notes.as_deref(), Some("two\r\nlines"));
        assert_eq!((row.status, row.hold_until), (Status::Confirmed, None));
    }

    #[test]
    fn every_cell_at_fault_is_named() {
        let file = "space_code,start_time,end_time,status,hold_until,email,plate\n\
            ,2026-11-21 08:00,tomorrow,completed,2026-11-21T08:00:00Z,nobody,123456789012345678901\n\
            A-1,2026-11-21T08:00:00Z,2026-11-21T09:00:00Z,confirmed,2026-11-21T08:30:00Z,,\n";
        let rows = read(file);
        let fields = |messages: &[Message]| -> Vec<_> {
            let named = messages.iter();
            named
                .map(|one| (one.field.unwrap_or("row"), one.code))
                .collect()
        };
        assert_eq!(
            fields(rows[0].as_ref().unwrap_err()),
            [
                ("space_code", "required"),
                ("start_time", "unreadable"),
                ("end_time", "unreadable"),
                ("status", "unreadable"),
                ("email", "unreadable"),
                ("plate", "unreadable"),
            ]
        );
        assert_eq!(
            fields(rows[1].as_ref().unwrap_err()),
            [("hold_until", "unreadable")]
        );
    }

    #[test]
    fn what_is_held_until_an_instant_is_pending() {
        let file = "code,start,end,hold_until\n\
            A-1,2026-11-21T08:00:00Z,2026-11-21T09:00:00Z,2026-11-21T07:30:00Z\n";
        assert_eq!(read(file)[0].as_ref().unwrap().status, Status::Pending);
    }

    #[test]
    fn only_a_row_of_an_export_says_of_what_is_over_where_it_stands() {
        let id = Uuid::from_u128(7);
        let file = format!(
            "id,code,start,end,status\n\
             {id},A-1,2026-11-21T08:00:00Z,2026-11-21T09:00:00Z,no_show\n\
             17,A-1,2026-11-21T08:00:00Z,2026-11-21T09:00:00Z,no_show\n\
             18,A-1,2026-11-21T08:00:00Z,2026-11-21T09:00:00Z,\n"
        );
        let rows = read(&file);
        let first = rows[0].as_ref().unwrap();
        assert_eq!((first.id, first.status), (Some(id), Status::NoShow));
        let second = rows[1].as_ref().unwrap_err();
        assert_eq!(
            second[0].message,
            "\"no_show\" must be confirmed or pending"
        );
        let third = rows[2].as_ref().unwrap();
        assert_eq!((third.id, third.status), (None, Status::Confirmed));
    }
}
