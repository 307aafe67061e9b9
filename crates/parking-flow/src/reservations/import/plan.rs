//! Rows of a file as reservations to be.

use std::collections::HashMap;

use parking_domain::csv_import::{Message, Refusal};
use parking_domain::csv_reservations::ReservationRow;
use parking_domain::reservations::Status;
use uuid::Uuid;

use super::super::store::import::NamedBay;
use super::super::{Draft, Footing, Holder, Requested, Reservation, ReservationError};
use super::Verdict;

/// A row whose bay is known.
pub(super) struct Plan {
    pub(super) space: Uuid,
    pub(super) draft: Draft,
    /// Where it is to stand: in the export it comes from it may be over.
    pub(super) status: Status,
    /// Which reservation it was in an export.
    pub(super) id: Option<Uuid>,
}

/// A row that can be tried, or why it cannot.
pub(super) type Planned = Result<Plan, Verdict>;

/// The code of the bay that a row names.
pub(super) fn code(row: &ReservationRow) -> String {
    row.space_code.as_str().to_owned()
}

/// The bays that rows may name.
pub(super) struct Bays {
    /// Those that live, by their codes.
    pub(super) named: Vec<NamedBay>,
    /// Those of reservations that rows describe: what was exported may be of a bay that is gone.
    pub(super) of: HashMap<Uuid, NamedBay>,
}

/// Finds the bay that a row names.
pub(super) fn plan(bays: &Bays, usual: Option<Uuid>, row: ReservationRow) -> Planned {
    // Small letters are ours on both sides: the database makes others of some capitals.
    let wanted = code(&row).to_lowercase();
    let site = row.site.as_ref().map(|site| site.as_str().to_lowercase());
    let of_site = |bay: &&NamedBay| match (&site, usual) {
        (Some(site), _) => bay.site_name.to_lowercase() == *site || bay.site_slug == *site,
        (None, Some(usual)) => bay.site_id == usual,
        (None, None) => true,
    };
    let is_named = |bay: &&NamedBay| bay.code.to_lowercase() == wanted && of_site(bay);
    let described = row.id.and_then(|id| bays.of.get(&id)).filter(is_named);
    if let Some(bay) = described {
        return Ok(Plan::of(bay.id, row));
    }
    let mut found = bays.named.iter().filter(is_named);
    let (code, text) = match (found.next(), found.next()) {
        (Some(bay), None) => return Ok(Plan::of(bay.id, row)),
        (Some(_), Some(_)) => (
            Refusal::SeveralSpaces,
            "several sites have a bay of this code; name the site",
        ),
        (None, _) => (Refusal::NoSuchSpace, "there is no such bay"),
    };
    let field = Some("space_code");
    Err(refused(Message::new(code, field, text)))
}

impl Plan {
    fn of(space: Uuid, row: ReservationRow) -> Self {
        let mut draft = Draft {
            slot: row.slot,
            footing: match row.status {
                Status::Pending => Footing::Held(row.hold_until),
                _ => Footing::Agreed,
            },
            holder: Holder {
                name: row.name.map(|name| name.as_str().to_owned()),
                email: row.email.map(|email| email.as_str().to_owned()),
                plate: row.plate.map(|plate| plate.as_str().to_owned()),
            },
            notes: row.notes,
            request: None,
        };
        draft.request = row.request_id.map(|id| Requested::of(id, space, &draft));
        Self {
            space,
            draft,
            status: row.status,
            id: row.id,
        }
    }

    /// Whether it says of a reservation what is so.
    pub(super) fn describes(&self, one: &Reservation) -> bool {
        let margins =
            |notes: &Option<String>| notes.as_deref().map(|notes| notes.trim().to_owned());
        let (draft, booking) = (&self.draft, &one.booking);
        let held_until = match draft.footing {
            Footing::Held(until) => until,
            // Of a hold that is over the file says until when it was one; that changes nothing.
            _ => booking.hold_until,
        };
        (self.space, self.status, held_until) == (one.space.0, booking.status, booking.hold_until)
            && draft.slot == booking.slot
            && draft.holder == one.holder
            // Cells have no spaces around them.
            && margins(&draft.notes) == margins(&one.notes)
    }
}

pub(super) fn refused(message: Message) -> Verdict {
    Verdict::Refused(vec![message], Vec::new())
}

/// What the refusal of a reservation means for its row.
pub(super) fn told(error: ReservationError) -> Verdict {
    use ReservationError as E;
    let (code, field) = match &error {
        E::Taken(_) => (Refusal::SlotTaken, Some("start_time")),
        E::Slot(why) => (Refusal::NotAllowed, Some(why.field())),
        E::Hold(_) => (Refusal::NotAllowed, Some("hold_until")),
        E::NotReservable => (Refusal::NotReservable, Some("space_code")),
        E::OutOfUse => (Refusal::SpaceOutOfUse, Some("start_time")),
        E::PersonLimit(_) => (Refusal::PersonLimitReached, Some("email")),
        // It was deleted since.
        _ => (Refusal::NoSuchSpace, Some("space_code")),
    };
    let message = Message::new(code, field, &error);
    let slots = match error {
        E::Taken(slots) => slots,
        _ => Vec::new(),
    };
    Verdict::Refused(vec![message], slots)
}
