//! What an attempt came to: written down, and counted against the command.

use chrono::{DateTime, Utc};
use parking_db::{DbError, PlatformTx};
use parking_domain::downlinks::{Trouble, backoff, rest};
use uuid::Uuid;

use super::Settings;
use super::plan::{FAILURES_MAX, rest_after};
use super::store::failures::{self, Unreached};
use super::store::plan::Keys;
use super::store::turn::{self as store, Ended, Lost};

/// A command and the attempt that came to nothing.
pub(super) struct Failed<'a> {
    pub(super) key: (Uuid, Uuid, Uuid),
    pub(super) attempts: i32,
    /// Where it stood when that was seen.
    pub(super) status: &'a str,
    pub(super) trouble: Trouble,
    pub(super) detail: Option<&'a str>,
    pub(super) is_left_behind: bool,
    /// When nobody was asked, and nobody will be before then.
    pub(super) not_before: Option<DateTime<Utc>>,
}

/// A little chance, so that not all come at once. Without any, they do.
pub(super) fn jitter() -> u8 {
    let mut byte = [0];
    match getrandom::fill(&mut byte) {
        Ok(()) => byte[0],
        Err(_) => 0,
    }
}

/// The longest of what somebody said that is kept.
const DETAIL_MAX: usize = 300;

impl Failed<'_> {
    /// As it is written down. One that was interrupted is tried again at once, another after a pause.
    pub(super) fn lost(&self, settings: &Settings, jitter: u8, now: DateTime<Utc>) -> Lost {
        let attempts = u32::try_from(self.attempts).unwrap_or(1);
        let pause = backoff(settings.backoff_base_s, attempts, jitter);
        let due_at = match self.trouble {
            Trouble::Interrupted => now,
            _ => self.not_before.unwrap_or(now + pause),
        };
        let (tenant_id, id, device_id) = self.key;
        Lost {
            tenant_id,
            id,
            device_id,
            attempts: self.attempts,
            status: self.status.to_owned(),
            trouble: self.trouble.name(),
            detail: self
                .detail
                .map(|detail| detail.chars().take(DETAIL_MAX).collect()),
            is_attempt: self.trouble != Trouble::Away,
            is_left_behind: self.is_left_behind,
            due_at,
        }
    }
}

/// Gives commands back, and notes of displays whose command was given up that nobody reaches them.
pub(super) async fn give_back(
    tx: &mut PlatformTx,
    lost: &[Lost],
    settings: &Settings,
    now: DateTime<Utc>,
) -> Result<Vec<Ended>, DbError> {
    if lost.is_empty() {
        return Ok(Vec::new());
    }
    let devices: Keys = lost
        .iter()
        .map(|one| (one.tenant_id, one.device_id))
        .unzip();
    store::lock_lamps(tx, &devices).await?;
    let attempts_max = i32::try_from(settings.attempts_max).unwrap_or(5);
    let ended = store::give_back(tx, lost, attempts_max, now).await?;
    let failed: Vec<&Ended> = ended.iter().filter(|one| one.status == "failed").collect();
    if !failed.is_empty() {
        let keys: Keys = failed
            .iter()
            .map(|one| (one.tenant_id, one.device_id))
            .unzip();
        // Of one that nobody answered for nobody can say that the display does not hear.
        let is_theirs = |device: Uuid| {
            let mut lost = lost.iter().filter(|lost| lost.device_id == device);
            lost.any(|lost| lost.trouble != Trouble::Unanswered.name())
        };
        let unreached = failures::failures(tx, &keys).await?.into_iter();
        let unreached: Vec<_> = unreached
            .map(|one| unreached_again(one, &is_theirs, now))
            .collect();
        failures::note_failures(tx, &unreached).await?;
        failures::tell_failed(tx, &failed, now).await?;
    }
    Ok(ended)
}

/// A display that a command was given up to, and until when it rests. Where the network server is to
/// blame no failure is its own, and it rests the shortest.
fn unreached_again(
    mut one: Unreached,
    is_theirs: &impl Fn(Uuid) -> bool,
    now: DateTime<Utc>,
) -> (Unreached, DateTime<Utc>) {
    if !is_theirs(one.id) {
        return (one, now + rest(1));
    }
    one.failures = one.failures.saturating_add(FAILURES_MAX);
    let until = now + rest_after(one.failures);
    (one, until)
}
