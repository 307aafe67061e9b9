//! Asking again: what a sender calls a reservation, so that asking twice reserves nothing twice.
//!
//! The name is theirs, and unique in the tenant, by whichever road it comes; the database has the last word
//! (`reservations_request_id`). A hash of what was asked for stands beside it, and goes with the person: it
//! tells whether the same is asked for again, and nobody can read in it for whom. Two who ask at once are
//! told of one reservation, whichever of them made it.

use chrono::{DateTime, SecondsFormat, Utc};
use parking_db::{DbError, TenantTx};
use parking_estate::Maker;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::book::{book, book_any};
use super::store::{self, Target};
use super::{Draft, Footing, Reservation, ReservationError};

/// A sender's name for a reservation, and a hash of what is asked for under it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Requested {
    id: String,
    hash: [u8; 32],
}

impl Requested {
    /// The name under which this is asked for of a bay.
    pub fn of(id: String, space: Uuid, draft: &Draft) -> Self {
        let hash = Sha256::digest(meaning(space.to_string(), draft)).into();
        Self { id, hash }
    }

    /// The name under which this is asked for of any bay that fits.
    pub fn of_any(id: String, target: &Target, draft: &Draft) -> Self {
        let place = [target.site, target.level, target.zone];
        let place = place.map(|id| id.map(|id| id.to_string()).unwrap_or_default());
        let of = format!(
            "any {} {}",
            place.join("/"),
            target.kind.unwrap_or_default()
        );
        let hash = Sha256::digest(meaning(of, draft)).into();
        Self { id, hash }
    }

    /// The name.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The hash.
    pub fn hash(&self) -> &[u8] {
        &self.hash
    }
}

/// What is asked for, so that it can be compared with what was asked for before.
fn meaning(of: String, draft: &Draft) -> String {
    let at = |at: DateTime<Utc>| at.to_rfc3339_opts(SecondsFormat::Micros, true);
    let (status, hold_until) = match draft.footing {
        Footing::Agreed => ("confirmed", None),
        Footing::Held(until) => ("pending", until),
        Footing::Offered => ("offered", None),
    };
    let holder = &draft.holder;
    let said = [
        Some(of),
        Some(at(draft.slot.start)),
        Some(at(draft.slot.end)),
        Some(status.to_owned()),
        hold_until.map(at),
        holder.name.clone(),
        holder.email.clone(),
        holder.plate.clone(),
        draft.notes.clone(),
    ];
    // Lines hold no such sign, and the notes come last: no two meanings are written alike.
    said.map(Option::unwrap_or_default).join("\u{0}")
}

/// What stands under a name already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Known {
    /// What is asked for.
    Same(Uuid),
    /// Something else was asked for.
    Other(Uuid),
}

/// What stands under the name of a draft, if it has one and anything does.
pub(super) async fn known(tx: &mut TenantTx, draft: &Draft) -> Result<Option<Known>, DbError> {
    let Some(request) = &draft.request else {
        return Ok(None);
    };
    let found = store::requested(tx, request.id()).await?;
    Ok(found.map(|(id, hash)| match hash {
        Some(hash) if hash != request.hash() => Known::Other(id),
        // Of one that was erased nobody knows any more what was asked for.
        _ => Known::Same(id),
    }))
}

/// Reserves a bay, unless that was done before under the same name: then it answers that reservation, as it
/// stands now, and that it was there.
pub async fn book_once(
    tx: &mut TenantTx,
    maker: &Maker,
    (space, draft): (Uuid, &Draft),
    now: DateTime<Utc>,
) -> Result<(Reservation, bool), ReservationError> {
    if let Some(made) = again(tx, draft).await? {
        return Ok((made, true));
    }
    let made = book(tx, maker, (space, draft), now).await;
    unless_a_file_was_quicker(tx, draft, made).await
}

/// The same of any bay that fits.
pub async fn book_any_once(
    tx: &mut TenantTx,
    maker: &Maker,
    (target, draft): (&Target, &Draft),
    now: DateTime<Utc>,
) -> Result<(Reservation, bool), ReservationError> {
    if let Some(made) = again(tx, draft).await? {
        return Ok((made, true));
    }
    let made = book_any(tx, maker, (target, draft), now).await;
    unless_a_file_was_quicker(tx, draft, made).await
}

/// Whoever reads a file holds bays and no names: a reservation of it may be what stands in the way.
async fn unless_a_file_was_quicker(
    tx: &mut TenantTx,
    draft: &Draft,
    made: Result<Reservation, ReservationError>,
) -> Result<(Reservation, bool), ReservationError> {
    match made {
        Ok(made) => Ok((made, false)),
        Err(ReservationError::Db(error)) => Err(error.into()),
        Err(refusal) => match again(tx, draft).await? {
            Some(made) => Ok((made, true)),
            None => Err(refusal),
        },
    }
}

/// What stands under the name of a draft, which nobody else asks for until the end of the transaction.
async fn again(tx: &mut TenantTx, draft: &Draft) -> Result<Option<Reservation>, ReservationError> {
    if let Some(request) = &draft.request {
        store::hold_request(tx, request.id()).await?;
    }
    match known(tx, draft).await? {
        None => Ok(None),
        Some(Known::Same(id)) => Ok(store::find(tx.conn(), id).await?),
        Some(Known::Other(_)) => Err(ReservationError::RequestIdReused),
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use parking_domain::reservations::Slot;

    use super::super::Holder;
    use super::*;

    fn draft() -> Draft {
        let start = DateTime::UNIX_EPOCH;
        Draft {
            slot: Slot {
                start,
                end: start + TimeDelta::hours(1),
            },
            footing: Footing::Agreed,
            holder: Holder {
                name: Some("Ada".to_owned()),
                ..Holder::default()
            },
            notes: None,
            request: None,
        }
    }

    #[test]
    fn whatever_is_asked_for_otherwise_has_another_hash() {
        let hash = |space: Uuid, draft: &Draft| Requested::of("r".to_owned(), space, draft).hash;
        let mut all = vec![hash(Uuid::nil(), &draft()), hash(Uuid::max(), &draft())];
        let changes: [fn(&mut Draft); 8] = [
            |draft| draft.slot.start -= TimeDelta::microseconds(1),
            |draft| draft.slot.end += TimeDelta::microseconds(1),
            |draft| draft.footing = Footing::Held(None),
            |draft| draft.footing = Footing::Held(Some(draft.slot.start)),
            |draft| draft.holder.name = None,
            |draft| {
                draft.holder.email = draft.holder.name.take();
            },
            |draft| draft.holder.plate = Some("A".to_owned()),
            |draft| draft.notes = Some("A".to_owned()),
        ];
        for change in changes {
            let mut other = draft();
            change(&mut other);
            all.push(hash(Uuid::nil(), &other));
        }
        let any = |zone| Target {
            zone,
            ..Target::default()
        };
        for target in [any(None), any(Some(Uuid::nil()))] {
            all.push(Requested::of_any("r".to_owned(), &target, &draft()).hash);
        }
        assert_eq!(all[0], hash(Uuid::nil(), &draft()));
        let count = all.len();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), count);
    }
}
