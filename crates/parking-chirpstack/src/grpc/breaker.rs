//! The circuit breaker: whoever finds nobody several times in a row stops asking for a while.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use super::CallError;

/// After so many calls in a row that nobody answered, the circuit opens.
const SILENCES_MAX: u32 = 5;

/// For how long at first; each further time twice as long.
const REST_MIN: Duration = Duration::from_secs(1);

/// For how long at most.
const REST_MAX: Duration = Duration::from_secs(30);

/// How ChirpStack fared lately.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Health {
    /// Whether the last call was answered; none before the first.
    pub is_answering: Option<bool>,
    /// For how long it has been so.
    pub since: Option<Duration>,
    /// Whether calls are refused here for now.
    pub is_open: bool,
    /// Calls that were made.
    pub calls: u64,
    /// Calls that nobody answered.
    pub silences: u64,
    /// Calls that were refused here because the circuit was open.
    pub spared: u64,
    /// Calls under way.
    pub in_flight: u32,
    /// How long the last answer took.
    pub last_answer_after: Option<Duration>,
    /// What the last call came to that nobody answered.
    pub last_error: Option<String>,
}

#[derive(Debug, Default)]
pub(super) struct Breaker {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    health: Health,
    changed_at: Option<Instant>,
    in_a_row: u32,
    rest: Duration,
    /// While the circuit is open: when somebody may try again.
    opens_at: Option<Instant>,
    /// Whether somebody is trying.
    is_tried: bool,
}

/// A call under way; dropped without an end, it counts as one that nobody answered.
pub(super) struct Attempt<'a> {
    breaker: &'a Breaker,
    has_ended: bool,
}

impl Breaker {
    /// Lets a call through, or says why not.
    pub(super) fn attempt(&self) -> Result<Attempt<'_>, String> {
        let mut state = self.lock();
        if let Some(opens_at) = state.opens_at {
            let wait = opens_at.saturating_duration_since(Instant::now());
            if !wait.is_zero() || state.is_tried {
                state.health.spared += 1;
                let said = state.health.last_error.as_deref().unwrap_or("no answer");
                return Err(format!("not asked again yet, since {said}"));
            }
            state.is_tried = true;
        }
        state.health.calls += 1;
        state.health.in_flight += 1;
        Ok(Attempt {
            breaker: self,
            has_ended: false,
        })
    }

    pub(super) fn health(&self) -> Health {
        let state = self.lock();
        Health {
            since: state.changed_at.map(|at| at.elapsed()),
            is_open: state.opens_at.is_some(),
            ..state.health.clone()
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Attempt<'_> {
    /// How it went.
    pub(super) fn ended(mut self, error: Option<&CallError>, took: Duration) {
        self.has_ended = true;
        let mut state = self.breaker.lock();
        state.health.in_flight = state.health.in_flight.saturating_sub(1);
        match error.filter(|error| error.is_silence()) {
            Some(error) => state.silence(error),
            None => state.answered(took),
        }
    }
}

impl Drop for Attempt<'_> {
    /// Whoever waited was cancelled: that says nothing about ChirpStack, but the next one may try.
    fn drop(&mut self) {
        if !self.has_ended {
            let mut state = self.breaker.lock();
            state.health.in_flight = state.health.in_flight.saturating_sub(1);
            state.is_tried = false;
        }
    }
}

impl State {
    fn answered(&mut self, took: Duration) {
        self.turn(true);
        self.health.last_answer_after = Some(took);
        (self.in_a_row, self.is_tried) = (0, false);
        (self.rest, self.opens_at) = (Duration::ZERO, None);
    }

    fn silence(&mut self, error: &CallError) {
        self.turn(false);
        self.health.silences += 1;
        self.health.last_error = Some(error.to_string());
        self.in_a_row = self.in_a_row.saturating_add(1);
        self.is_tried = false;
        let is_due = self.opens_at.is_none_or(|at| at <= Instant::now());
        if self.in_a_row >= SILENCES_MAX && is_due {
            self.rest = (self.rest * 2).clamp(REST_MIN, REST_MAX);
            self.opens_at = Some(Instant::now() + self.rest);
        }
    }

    fn turn(&mut self, is_answering: bool) {
        if self.health.is_answering != Some(is_answering) {
            self.health.is_answering = Some(is_answering);
            self.changed_at = Some(Instant::now());
        }
    }
}
