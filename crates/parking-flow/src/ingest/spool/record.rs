//! How a record of the spool lies in its file, and how it is found again.
//!
//! A mark, the length, a digest, then what it holds: two bytes for the length of its head, the head
//! in JSON, the body as it came. Mark and digest are made with the salt of the file, which no sender
//! knows: a body that looks like a record is none, wherever the file breaks, and nobody can have us
//! look for records where there are none.

use chrono::{DateTime, Utc};
use parking_domain::ids::TenantId;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use crate::ingest::{Parcel, Road};

/// The random part of a file's head.
pub(super) type Salt = [u8; 16];

/// What a record begins with, before the salt is mixed in.
const MARK: [u8; 8] = *b"\xa7parcel\n";

/// The mark, the length and the digest.
const PREFIX_BYTES: usize = 8 + 4 + 8;

/// The longest record.
pub(super) const RECORD_BYTES_MAX: usize = 1024 * 1024;

/// What a record says before its body.
#[derive(Serialize, Deserialize)]
struct Head {
    tenant: Uuid,
    at: DateTime<Utc>,
    road: Road,
}

/// What stands next in a file.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Piece<'a> {
    /// A whole record: what it holds, and how many bytes it takes.
    Record(&'a [u8], usize),
    /// So many bytes are no record; after them comes one.
    Damaged(usize),
    /// Nothing that follows is a whole record.
    Torn,
    /// Nothing follows.
    End,
}

/// A parcel as a record, unless it is too long for one.
pub(super) fn write(salt: &Salt, parcel: &Parcel) -> Option<Vec<u8>> {
    let head = Head {
        tenant: parcel.tenant.0,
        at: parcel.at,
        road: parcel.road,
    };
    let head = serde_json::to_vec(&head).ok()?;
    let head_bytes = u16::try_from(head.len()).ok()?;
    let held = [&head_bytes.to_le_bytes()[..], &head, &parcel.body].concat();
    if held.len() + PREFIX_BYTES > RECORD_BYTES_MAX {
        return None;
    }
    let length = u32::try_from(held.len()).ok()?.to_le_bytes();
    Some([&mark(salt)[..], &length, &digest(salt, &held), &held].concat())
}

/// The parcel that a record holds, if this program understands it.
pub(super) fn read(held: &[u8]) -> Option<Parcel> {
    let (length, rest) = held.split_first_chunk::<2>()?;
    let (head, body) = rest.split_at_checked(usize::from(u16::from_le_bytes(*length)))?;
    let head: Head = serde_json::from_slice(head).ok()?;
    Some(Parcel {
        tenant: TenantId(head.tenant),
        at: head.at,
        road: head.road,
        body: body.to_vec(),
    })
}

/// What stands at the beginning of these bytes of a file.
pub(super) fn next<'a>(salt: &Salt, bytes: &'a [u8]) -> Piece<'a> {
    if bytes.is_empty() {
        return Piece::End;
    }
    if let Some(held) = whole(salt, bytes) {
        return Piece::Record(held, PREFIX_BYTES + held.len());
    }
    let mark = mark(salt);
    let marks = bytes.windows(mark.len()).enumerate().skip(1);
    let next = marks
        .filter(|(_, window)| *window == mark)
        .find(|(at, _)| whole(salt, &bytes[*at..]).is_some());
    next.map_or(Piece::Torn, |(at, _)| Piece::Damaged(at))
}

fn whole<'a>(salt: &Salt, bytes: &'a [u8]) -> Option<&'a [u8]> {
    let rest = bytes.strip_prefix(&mark(salt))?;
    let (length, rest) = rest.split_first_chunk::<4>()?;
    let (shown, rest) = rest.split_first_chunk::<8>()?;
    let held = rest.get(..usize::try_from(u32::from_le_bytes(*length)).ok()?)?;
    (digest(salt, held) == *shown).then_some(held)
}

fn mark(salt: &Salt) -> [u8; 8] {
    let mut mark = MARK;
    for (byte, salt) in mark.iter_mut().zip(salt) {
        *byte ^= salt;
    }
    mark
}

fn digest(salt: &Salt, held: &[u8]) -> [u8; 8] {
    let digest = Sha256::new()
        .chain_update(salt)
        .chain_update(held)
        .finalize();
    let mut beginning = [0; 8];
    beginning.copy_from_slice(&digest[..8]);
    beginning
}
