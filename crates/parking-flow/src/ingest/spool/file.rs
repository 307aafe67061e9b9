//! The file of the spool: records one after the other, written by one thread.

use std::collections::HashMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, FileExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use parking_domain::ids::TenantId;
use thiserror::Error;
use tracing::{error, warn};

use super::record::{self, Piece, RECORD_BYTES_MAX, Salt};
use crate::ingest::Parcel;

/// What a file begins with; another form of records gets another number.
const NAME: [u8; 8] = *b"PKSPOOL2";

/// The name and the salt.
const HEAD_BYTES: u64 = 8 + 16;

/// How much of the file is looked at together.
const WINDOW_BYTES: usize = 4 * RECORD_BYTES_MAX;

/// The most parcels handed out together.
const BATCH_MAX: usize = 500;

/// Why there is no spool.
#[derive(Debug, Error)]
pub enum OpenError {
    /// The folder or the file cannot be used.
    #[error("the spool cannot be used: {0}")]
    Io(#[from] io::Error),
    /// Another server has it.
    #[error("another server uses the spool")]
    Taken,
}

/// Why a parcel was not kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub(in crate::ingest) enum KeepError {
    /// There is no room for it: in the spool, or on the disk.
    #[error("the spool is full")]
    Full,
}

/// Parcels in the order they came.
#[derive(Debug, Default)]
pub(super) struct Batch {
    pub(super) parcels: Vec<Parcel>,
    /// Where the next batch begins.
    pub(super) ends_at: u64,
    /// Whether nothing follows.
    pub(super) is_last: bool,
}

/// The open file. What is between `drained` and `end` waits.
pub(super) struct SpoolFile {
    file: File,
    salt: Salt,
    bytes_max: u64,
    drained: u64,
    end: u64,
    /// Where what is damaged is copied to, for somebody to look at.
    aside: PathBuf,
    /// Where those wait that the database would not have.
    refused: PathBuf,
    /// Whether what stands after `end` could not be taken away.
    is_broken: bool,
    /// How much of the file is whose, since it was empty: nobody may have more than half of it.
    shares: HashMap<TenantId, u64>,
    pub(super) depth: u64,
}

impl SpoolFile {
    /// Opens the spool in a folder, which is made if it is not there. What a crash left half written
    /// is cut off and set aside.
    pub(super) fn open(folder: &Path, bytes_max: u64) -> Result<Self, OpenError> {
        fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(folder)?;
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).mode(0o600);
        let file = options.open(folder.join("messages"))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(fs::TryLockError::WouldBlock) => return Err(OpenError::Taken),
            Err(fs::TryLockError::Error(error)) => return Err(error.into()),
        }
        let mut spool = Self {
            file,
            salt: Salt::default(),
            bytes_max: bytes_max.max(HEAD_BYTES),
            drained: HEAD_BYTES,
            end: HEAD_BYTES,
            aside: folder.join("set-aside"),
            refused: folder.join("refused"),
            is_broken: false,
            shares: HashMap::new(),
            depth: 0,
        };
        spool.recover()?;
        if let Err(error) = spool.readmit() {
            error!(%error, "what the database would not have cannot be tried again");
        }
        File::open(folder)?.sync_all()?;
        Ok(spool)
    }

    /// Bytes that wait.
    pub(super) const fn bytes(&self) -> u64 {
        self.end - self.drained
    }

    fn recover(&mut self) -> Result<(), OpenError> {
        let length = self.file.metadata()?.len();
        let mut head = [0; NAME.len() + size_of::<Salt>()];
        let is_ours = length >= HEAD_BYTES && {
            self.file.read_exact_at(&mut head, 0)?;
            head.starts_with(&NAME)
        };
        if !is_ours {
            return self.begin_anew(length);
        }
        self.salt.copy_from_slice(&head[NAME.len()..]);
        let mut at = HEAD_BYTES;
        loop {
            let window = self.window(at, length)?;
            let reaches_end = at + window.len() as u64 == length;
            match record::next(&self.salt, &window) {
                Piece::Record(held, bytes) => {
                    if let Some(parcel) = record::read(held) {
                        *self.shares.entry(parcel.tenant).or_default() += bytes as u64;
                    }
                    at += bytes as u64;
                    self.end = at;
                    self.depth += 1;
                }
                Piece::Damaged(bytes) => at += bytes as u64,
                Piece::Torn if !reaches_end => at += (window.len() - RECORD_BYTES_MAX) as u64,
                Piece::Torn | Piece::End => break,
            }
        }
        if self.end < length {
            warn!(
                bytes = length - self.end,
                "the spool ends in what a crash left half written; it is set aside"
            );
            self.set_aside(self.end, length);
            self.file.set_len(self.end)?;
            self.file.sync_all()?;
        }
        Ok(())
    }

    /// Has those wait again that the database would not have: it, or this program, may have been
    /// mended since. What was stored meanwhile counts once.
    fn readmit(&mut self) -> io::Result<()> {
        let bytes = match fs::read(&self.refused) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            read => read?,
        };
        let mut parcels = Vec::new();
        let mut rest = bytes.as_slice();
        loop {
            let taken = match record::next(&self.salt, rest) {
                Piece::Record(held, taken) => {
                    parcels.extend(record::read(held));
                    taken
                }
                Piece::Damaged(taken) => taken,
                Piece::Torn | Piece::End => break,
            };
            rest = &rest[taken..];
        }
        let is_whole = !parcels.is_empty() && self.keep(&parcels).iter().all(Result::is_ok);
        if is_whole {
            fs::remove_file(&self.refused)?;
            warn!(
                requests = parcels.len(),
                "what the database would not have is tried again"
            );
        }
        Ok(())
    }

    /// Bytes of those that the database would not have.
    pub(super) fn refused_bytes(&self) -> u64 {
        fs::metadata(&self.refused).map_or(0, |file| file.len())
    }

    /// Writes the head of a new file, over what was no spool.
    fn begin_anew(&mut self, length: u64) -> Result<(), OpenError> {
        if length > 0 {
            error!(
                bytes = length,
                "the file of the spool is none; what it holds is set aside"
            );
            self.set_aside(0, length);
        }
        getrandom::fill(&mut self.salt).map_err(io::Error::other)?;
        self.file.set_len(0)?;
        self.file
            .write_all_at(&[&NAME[..], &self.salt].concat(), 0)?;
        self.file.sync_all()?;
        Ok(())
    }

    /// Writes parcels down, as many as there is room for, and says of each whether it was. When this
    /// returns they survive the machine.
    pub(super) fn keep(&mut self, parcels: &[Parcel]) -> Vec<Result<(), KeepError>> {
        let mut bytes = Vec::new();
        let mut verdicts = Vec::with_capacity(parcels.len());
        let mut shares = self.shares.clone();
        for parcel in parcels {
            let share = shares.entry(parcel.tenant).or_default();
            let record = record::write(&self.salt, parcel).filter(|record| {
                let grown = self.end + (bytes.len() + record.len()) as u64;
                let is_fair = *share + record.len() as u64 <= self.bytes_max / 2;
                grown <= self.bytes_max && is_fair && !self.is_broken
            });
            verdicts.push(record.as_ref().map(|_| ()).ok_or(KeepError::Full));
            if let Some(record) = record {
                *share += record.len() as u64;
                bytes.extend(record);
            }
        }
        if bytes.is_empty() {
            return verdicts;
        }
        if let Err(error) = self.append(&bytes) {
            error!(%error, "messages cannot be written to the spool");
            self.is_broken |= self.file.set_len(self.end).is_err();
            return vec![Err(KeepError::Full); parcels.len()];
        }
        self.shares = shares;
        self.end += bytes.len() as u64;
        self.depth += verdicts.iter().filter(|verdict| verdict.is_ok()).count() as u64;
        verdicts
    }

    fn append(&self, bytes: &[u8]) -> io::Result<()> {
        self.file.write_all_at(bytes, self.end)?;
        self.file.sync_data()
    }

    /// The oldest that wait. What is damaged among them is set aside.
    pub(super) fn next(&mut self) -> io::Result<Batch> {
        let mut batch = Batch {
            ends_at: self.drained,
            ..Batch::default()
        };
        let window = self.window(self.drained, self.end)?;
        let mut rest = window.as_slice();
        while batch.parcels.len() < BATCH_MAX {
            let reaches_end = batch.ends_at + rest.len() as u64 == self.end;
            let (held, bytes) = match record::next(&self.salt, rest) {
                Piece::Record(held, bytes) => (record::read(held), bytes),
                Piece::Damaged(bytes) => (None, bytes),
                Piece::Torn if reaches_end => (None, rest.len()),
                // The rest of it is beyond the window.
                Piece::Torn if !batch.parcels.is_empty() => break,
                Piece::Torn => (None, rest.len().saturating_sub(RECORD_BYTES_MAX).max(1)),
                Piece::End => break,
            };
            let next = batch.ends_at + bytes as u64;
            match held {
                Some(parcel) => batch.parcels.push(parcel),
                None => self.set_aside(batch.ends_at, next),
            }
            batch.ends_at = next;
            rest = &rest[bytes..];
        }
        batch.is_last = batch.ends_at == self.end;
        Ok(batch)
    }

    /// Everything before a place has been stored. An empty file is made short again.
    pub(super) fn drained(&mut self, batch: &Batch) {
        self.drained = batch.ends_at;
        self.depth = self.depth.saturating_sub(batch.parcels.len() as u64);
        if self.drained < self.end {
            return;
        }
        self.depth = 0;
        // What cannot be cut off now is stored again at worst, and counts once.
        match self
            .file
            .set_len(HEAD_BYTES)
            .and_then(|()| self.file.sync_data())
        {
            Ok(()) => {
                (self.drained, self.end) = (HEAD_BYTES, HEAD_BYTES);
                self.shares.clear();
                self.is_broken = false;
            }
            Err(error) => warn!(%error, "the spool cannot be emptied"),
        }
    }

    fn window(&self, from: u64, to: u64) -> io::Result<Vec<u8>> {
        let length = usize::try_from(to - from).map_or(WINDOW_BYTES, |all| all.min(WINDOW_BYTES));
        let mut bytes = vec![0; length];
        self.file.read_exact_at(&mut bytes, from)?;
        Ok(bytes)
    }

    /// Copies what cannot be read to where somebody can look at it, as long as there is room.
    fn set_aside(&self, from: u64, to: u64) {
        let copied = (|| {
            let mut options = OpenOptions::new();
            let aside = options
                .create(true)
                .write(true)
                .mode(0o600)
                .open(&self.aside)?;
            let (mut at, mut end) = (from, aside.metadata()?.len());
            while at < to && end < self.bytes_max {
                let bytes = self.window(at, to)?;
                aside.write_all_at(&bytes, end)?;
                at += bytes.len() as u64;
                end += bytes.len() as u64;
            }
            aside.sync_all()
        })();
        match copied {
            Ok(()) => error!(
                bytes = to - from,
                "a part of the spool is damaged and was set aside"
            ),
            Err(error) => error!(%error, bytes = to - from, "a damaged part of the spool is lost"),
        }
    }

    /// Writes down those that the database would not have. When this returns they survive the
    /// machine; where there is no room for them they are not done with.
    pub(super) fn refuse(&self, parcels: &[Parcel]) -> io::Result<()> {
        if parcels.is_empty() {
            return Ok(());
        }
        let records = parcels.iter().map(|one| record::write(&self.salt, one));
        let records: Vec<u8> = records.flatten().flatten().collect();
        if self.refused_bytes() + records.len() as u64 > self.bytes_max {
            return Err(io::ErrorKind::StorageFull.into());
        }
        let mut options = OpenOptions::new();
        let mut refused = options
            .create(true)
            .append(true)
            .mode(0o600)
            .open(&self.refused)?;
        refused.write_all(&records)?;
        refused.sync_all()
    }
}
