//! What can become of a call.

use std::error::Error;

use thiserror::Error;
use tonic::{Code, ConnectError, Status};

use crate::downlinks::DoorError;

/// How much of what ChirpStack says is kept.
const SAID_CHARS_MAX: usize = 300;

/// What it says of a call that can never go well.
const REFUSALS: [&str; 9] = [
    "violates foreign key constraint",
    "violates check constraint",
    "value too long",
    "Record not found",
    "Object does not exist",
    "Validation error",
    "Invalid string length",
    "Invalid character",
    "Odd number of digits",
];

/// What it says when it got no further than to its own database's door.
const NOTHING_BEGUN: [&str; 3] = [
    "pool timed out",
    "Connection refused",
    "the database system is",
];

/// Why a call came to nothing.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum CallError {
    /// It was not reached, or takes no calls now: nothing was changed.
    #[error("ChirpStack is away: {0}")]
    Away(String),
    /// Too many of our own calls waited for their turn, so that it was not asked.
    #[error("too many calls to ChirpStack wait")]
    Crowded,
    /// The token is wrong, or this is not for its holder.
    #[error("ChirpStack does not let us: {0}")]
    Forbidden(String),
    /// It was reached and nobody knows what it did.
    #[error("ChirpStack did not answer: {0}")]
    Unanswered(String),
    /// There is no such thing.
    #[error("ChirpStack knows no such thing: {0}")]
    Absent(String),
    /// Somebody has it already; not necessarily somebody we may see.
    #[error("ChirpStack has it already: {0}")]
    Taken(String),
    /// It said no, and will say no again.
    #[error("ChirpStack refused: {0}")]
    Refused(String),
    /// It answered with what makes no sense.
    #[error("ChirpStack's answer cannot be understood: {0}")]
    Strange(String),
}

impl CallError {
    /// Whether the same call may fare better later.
    pub fn is_passing(&self) -> bool {
        matches!(
            self,
            Self::Away(_) | Self::Unanswered(_) | Self::Crowded | Self::Forbidden(_)
        )
    }

    /// Whether it says nothing of what was asked: it was not reached, or nobody answered.
    pub fn is_of_the_moment(&self) -> bool {
        self.is_silence() || *self == Self::Crowded
    }

    /// Whether nobody was there to answer.
    pub(super) fn is_silence(&self) -> bool {
        matches!(self, Self::Away(_) | Self::Unanswered(_))
    }

    pub(super) fn away(error: &(dyn Error + 'static)) -> Self {
        Self::Away(kept(&chain(error)))
    }

    pub(super) fn of(status: &Status) -> Self {
        let said = kept(status.message());
        match status.code() {
            Code::Unauthenticated | Code::PermissionDenied => Self::Forbidden(said),
            Code::NotFound => Self::Absent(said),
            Code::AlreadyExists => Self::Taken(said),
            // Its words for a row that is there already; the code is the same for everything else.
            Code::Internal if said.contains("duplicate key value") => Self::Taken(said),
            Code::Internal if status.source().is_none() => Self::internal(said),
            Code::Unavailable | Code::ResourceExhausted => Self::unavailable(status, said),
            Code::Internal
            | Code::InvalidArgument
            | Code::FailedPrecondition
            | Code::OutOfRange => Self::line_broke(status).unwrap_or(Self::Refused(said)),
            Code::Unimplemented => Self::Refused(format!("has no such method: {said}")),
            // Cancelled, deadline exceeded, unknown: the call may have been carried out.
            _ => Self::Unanswered(words(status, said)),
        }
    }

    /// It says the same of what it will never do and of its own faults: only what is known to be about
    /// what was asked is a refusal.
    fn internal(said: String) -> Self {
        let is_one_of = |texts: &[&str]| texts.iter().any(|text| said.contains(text));
        if is_one_of(&REFUSALS) {
            Self::Refused(said)
        } else if is_one_of(&NOTHING_BEGUN) {
            Self::Away(said)
        } else {
            Self::Unanswered(said)
        }
    }

    /// What the server said itself, and what came of an attempt to connect, changed nothing.
    fn unavailable(status: &Status, said: String) -> Self {
        match status.source() {
            None => Self::Away(said),
            Some(cause) if is_connecting(cause) => Self::away(cause),
            Some(cause) => Self::Unanswered(kept(&chain(cause))),
        }
    }

    /// A status that no server sent: our own words for a line that broke under way.
    fn line_broke(status: &Status) -> Option<Self> {
        let cause = status.source()?;
        Some(Self::Unanswered(kept(&chain(cause))))
    }
}

impl From<CallError> for DoorError {
    fn from(error: CallError) -> Self {
        match error {
            CallError::Away(said) => Self::Away(said),
            CallError::Crowded => Self::Busy,
            // To what is not for the key's holder it says no word; a key that is none it calls so, and
            // then nothing gets through.
            CallError::Forbidden(said) if said.is_empty() => Self::Forbidden,
            CallError::Forbidden(said) => Self::Away(format!("it does not let us in: {said}")),
            CallError::Unanswered(said) | CallError::Strange(said) => Self::Unanswered(said),
            CallError::Absent(said) | CallError::Taken(said) | CallError::Refused(said) => {
                Self::Refused(said)
            }
        }
    }
}

fn is_connecting(cause: &(dyn Error + 'static)) -> bool {
    let mut cause = Some(cause);
    while let Some(error) = cause {
        if error.is::<ConnectError>() {
            return true;
        }
        cause = error.source();
    }
    false
}

fn words(status: &Status, said: String) -> String {
    match status.source() {
        Some(cause) => kept(&chain(cause)),
        None if said.is_empty() => status.code().to_string(),
        None => said,
    }
}

/// An error with its causes, in one line.
pub(super) fn chain(error: &(dyn Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let more = error.to_string();
        if !text.contains(&more) {
            text = format!("{text}: {more}");
        }
        cause = error.source();
    }
    text
}

/// Without what PostgreSQL refuses to keep, and no longer than that.
fn kept(said: &str) -> String {
    let kept = said.chars().filter(|c| !c.is_control());
    kept.take(SAID_CHARS_MAX).collect()
}
