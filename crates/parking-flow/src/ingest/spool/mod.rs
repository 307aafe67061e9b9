//! Where messages wait that came over HTTP while the database is away.
//!
//! * What [`Spool::keep`] took is on the disk when it returns: it survives the process and the
//!   machine. Messages that come together are written together.
//! * They are stored in the order they came, once the database is back, and nothing that comes
//!   after them passes them. One stored twice counts once.
//! * The file is bounded, and nobody's messages take more than half of it. Where there is no room, in
//!   it or on the disk, nothing of a message is kept and its sender is told so.
//! * A crash while it is written costs nothing that was told to be kept: what is half written is
//!   recognised and cut off. What is damaged, and what the database will never have, is set aside
//!   and holds up nothing; the latter is tried again when the server starts.
//!
//! One thread does all that is done with the file. Not here: messages from a broker, which keeps
//! them itself.

mod drain;
mod file;
mod record;
#[cfg(test)]
mod tests;

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::sync::{RwLock, mpsc, oneshot};

use self::file::{Batch, SpoolFile};
use super::Parcel;

pub use drain::drain;
pub(super) use file::KeepError;
pub use file::OpenError;

/// Parcels that wait to be written down at most.
const WAITING_MAX: usize = 1_024;

/// Parcels written down together at most.
const TOGETHER_MAX: usize = 256;

/// Where parcels wait; clones are the same one.
#[derive(Clone, Debug)]
pub struct Spool {
    asked: mpsc::Sender<Asked>,
    state: Arc<State>,
}

/// How the spool stands, for whoever looks.
#[derive(Debug, Default)]
struct State {
    depth: AtomicU64,
    bytes: AtomicU64,
    refused_bytes: AtomicU64,
    /// Held for reading by who decides to keep a parcel here, for writing by who stores the last of
    /// them: what comes then waits for that moment, and passes nothing.
    gate: RwLock<()>,
}

/// What the thread of the file is asked for.
enum Asked {
    Keep(Parcel, oneshot::Sender<Result<(), KeepError>>),
    Next(oneshot::Sender<io::Result<Batch>>),
    Drained(Batch, Vec<Parcel>, oneshot::Sender<io::Result<()>>),
}

impl Spool {
    /// Opens the spool in a folder. It ends with its last clone.
    pub fn open(folder: &Path, bytes_max: u64) -> Result<Self, OpenError> {
        let file = SpoolFile::open(folder, bytes_max)?;
        let (asked, asking) = mpsc::channel(WAITING_MAX);
        let state = Arc::<State>::default();
        state.show(&file);
        let shown = Arc::clone(&state);
        std::thread::Builder::new()
            .name("spool".to_owned())
            .spawn(move || work(file, asking, &shown))?;
        Ok(Self { asked, state })
    }

    /// Keeps a parcel, if the database is away or others wait already; says whether it did.
    pub(super) async fn keep_if(&self, is_away: bool, parcel: &Parcel) -> Result<bool, KeepError> {
        let _passing = self.state.gate.read().await;
        if !is_away && self.depth() == 0 {
            return Ok(false);
        }
        self.keep(parcel).await.map(|()| true)
    }

    /// How many parcels wait.
    pub fn depth(&self) -> u64 {
        self.state.depth.load(Ordering::SeqCst)
    }

    /// How many bytes they have.
    pub fn bytes(&self) -> u64 {
        self.state.bytes.load(Ordering::Relaxed)
    }

    /// How many bytes have been set aside that the database would not have.
    pub fn refused_bytes(&self) -> u64 {
        self.state.refused_bytes.load(Ordering::Relaxed)
    }

    async fn keep(&self, parcel: &Parcel) -> Result<(), KeepError> {
        let (answer, answered) = oneshot::channel();
        self.asked
            .try_send(Asked::Keep(parcel.clone(), answer))
            .map_err(|_| KeepError::Full)?;
        answered.await.unwrap_or(Err(KeepError::Full))
    }

    async fn next(&self) -> io::Result<Batch> {
        let (answer, answered) = oneshot::channel();
        let gone = || io::Error::other("the spool has ended");
        let asked = self.asked.send(Asked::Next(answer)).await;
        asked.map_err(|_| gone())?;
        answered.await.map_err(|_| gone())?
    }

    /// Forgets a batch, once what of it cannot be stored is set aside.
    async fn drained(&self, batch: Batch, aside: Vec<Parcel>) -> io::Result<()> {
        let (answer, answered) = oneshot::channel();
        let gone = || io::Error::other("the spool has ended");
        let asked = self.asked.send(Asked::Drained(batch, aside, answer)).await;
        asked.map_err(|_| gone())?;
        answered.await.map_err(|_| gone())?
    }
}

impl State {
    fn show(&self, file: &SpoolFile) {
        self.bytes.store(file.bytes(), Ordering::Relaxed);
        self.depth.store(file.depth, Ordering::SeqCst);
        self.refused_bytes
            .store(file.refused_bytes(), Ordering::Relaxed);
    }
}

/// Does what is asked, in order, until nobody is left to ask. Whoever asks for the same thing
/// meanwhile is served with it.
fn work(mut file: SpoolFile, mut asking: mpsc::Receiver<Asked>, state: &State) {
    let mut next = None;
    while let Some(asked) = next.take().or_else(|| asking.blocking_recv()) {
        match asked {
            Asked::Keep(parcel, answer) => {
                let (mut parcels, mut answers) = (vec![parcel], vec![answer]);
                while parcels.len() < TOGETHER_MAX {
                    match asking.try_recv() {
                        Ok(Asked::Keep(parcel, answer)) => {
                            parcels.push(parcel);
                            answers.push(answer);
                        }
                        other => {
                            next = other.ok();
                            break;
                        }
                    }
                }
                let verdicts = file.keep(&parcels);
                state.show(&file);
                for (verdict, answer) in verdicts.into_iter().zip(answers) {
                    // Who has gone away is not told; the message is kept all the same.
                    let _gone = answer.send(verdict);
                }
            }
            Asked::Next(answer) => drop(answer.send(file.next())),
            Asked::Drained(batch, aside, answer) => {
                let kept = file.refuse(&aside).map(|()| file.drained(&batch));
                state.show(&file);
                let _gone = answer.send(kept);
            }
        }
    }
}
