//! Somebody who watches, from their seat.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use chrono::{DateTime, Utc};
use parking_db::events::Cursor;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::{broadcast, oneshot};

use super::hub::{Bye, Hub, Portion};
use super::message::{Message, Rights};

/// Somebody who watches. They leave by being dropped.
pub(super) struct Guest {
    hub: Arc<Hub>,
    number: u64,
    /// Taken when they leave.
    portions: Option<broadcast::Receiver<Portion>>,
    bye: oneshot::Receiver<Bye>,
    rights: Arc<AtomicU8>,
    /// What they know already.
    heard: Cursor,
    /// What is being told, and how much of it was.
    portion: Option<(Portion, usize)>,
}

/// What somebody who watches hears next.
#[derive(Debug)]
pub(super) enum Heard {
    /// Something that happened.
    Message(Arc<Message>),
    /// That it ends here.
    Bye(Bye),
}

impl Guest {
    pub(super) fn new(
        (hub, number): (Arc<Hub>, u64),
        portions: broadcast::Receiver<Portion>,
        bye: oneshot::Receiver<Bye>,
        rights: Arc<AtomicU8>,
    ) -> Self {
        Self {
            hub,
            number,
            portions: Some(portions),
            bye,
            rights,
            heard: Cursor::default(),
            portion: None,
        }
    }

    /// They know everything up to the last of these.
    pub(super) fn has_heard(&mut self, cursors: impl IntoIterator<Item = Cursor>) {
        self.heard = cursors.into_iter().fold(self.heard, Ord::max);
    }

    /// That they know everything up to an instant.
    pub(super) fn heartbeat(&self, as_of: DateTime<Utc>) -> Message {
        Message::heartbeat(self.heard, as_of)
    }

    /// What happens next. Dropping the future loses nothing; after a farewell there is nothing more.
    pub(super) async fn next(&mut self) -> Heard {
        loop {
            if let Some(message) = self.next_of_portion() {
                return Heard::Message(message);
            }
            let why = tokio::select! {
                biased;
                // A seat without anybody to say farewell is one of a server that is gone.
                why = &mut self.bye => why.unwrap_or(Bye::Stopping),
                portion = next_portion(self.portions.as_mut()) => match portion {
                    Ok(portion) => {
                        self.portion = Some((portion, 0));
                        continue;
                    }
                    Err(RecvError::Lagged(_)) => Bye::TooSlow,
                    Err(RecvError::Closed) => Bye::Stopping,
                },
            };
            self.hub.note_end(why);
            return Heard::Bye(why);
        }
    }

    /// The next message of what was told last that is theirs to hear and new to them.
    fn next_of_portion(&mut self) -> Option<Arc<Message>> {
        let (portion, told) = self.portion.as_mut()?;
        let rights = Rights(self.rights.load(Ordering::Relaxed));
        while let Some(message) = portion.get(*told) {
            *told += 1;
            // A heartbeat says where to come back to, which is never before what they know already.
            let is_new = if message.is_heartbeat {
                message.cursor >= self.heard
            } else {
                message.cursor > self.heard
            };
            if is_new && rights.cover(message) {
                return Some(Arc::clone(message));
            }
        }
        self.portion = None;
        None
    }
}

async fn next_portion(
    portions: Option<&mut broadcast::Receiver<Portion>>,
) -> Result<Portion, RecvError> {
    match portions {
        Some(portions) => portions.recv().await,
        None => Err(RecvError::Closed),
    }
}

impl Drop for Guest {
    fn drop(&mut self) {
        // First, so that the last one to leave a channel is seen to be the last.
        self.portions = None;
        self.hub.stand_up(self.number);
    }
}
