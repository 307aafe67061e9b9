//! What a simulation says of itself: a line that changes once a second on a terminal, little elsewhere.

use std::io::{Write as _, stderr};

use chrono::SecondsFormat;
use parking_sim::chirpstack::Network;
use parking_sim::drive::Progress;
use parking_sim::estate::Made;
use parking_sim::lot::Lot;

/// Says what begins.
pub(super) fn begins(lot: &Lot, network: &Network, speed: f64) {
    let draft = lot.draft();
    let pace = if speed > 0.0 {
        format!("{speed} times as fast as the world")
    } else {
        "as fast as possible".to_owned()
    };
    eprintln!(
        "{}: {} bays, {} devices, {} gateways, seed {}, application {}, {pace}",
        draft.site,
        lot.ground().bays().len(),
        lot.devices().len(),
        lot.gateways().len(),
        draft.seed,
        network.application(),
    );
}

/// Says how far it is.
pub(super) struct Reporter {
    is_terminal: bool,
}

impl Reporter {
    pub(super) fn new(is_terminal: bool) -> Self {
        Self { is_terminal }
    }

    /// On a terminal the same line again and again.
    pub(super) fn tell(&self, progress: &Progress) {
        if !self.is_terminal {
            return;
        }
        let line = line(progress);
        // A terminal that went away is no reason to stop.
        drop(write!(stderr().lock(), "\r\x1b[2K{line}"));
    }

    pub(super) fn ends(&self, progress: &Progress) {
        if self.is_terminal {
            eprintln!();
        }
        eprintln!("{}", line(progress));
        let (counts, handed) = (progress.counts, &progress.handed);
        eprintln!(
            "{} vehicles parked, {} found no bay; {} frames: {} lost, {} unheard, {} meaningless, {} with a wrong time",
            counts.parked,
            counts.turned_away,
            counts.frames,
            counts.lost,
            counts.silenced,
            counts.garbled,
            counts.wrong_clock,
        );
        eprintln!(
            "{} messages: {} twice, {} out of order, {} late, {} sent again by their device; {} rejoins",
            counts.delivered,
            counts.repeated,
            counts.reordered,
            counts.late,
            counts.retransmitted,
            counts.rejoins,
        );
        eprintln!(
            "{} accepted, {} refused, {} given up, {} attempts repeated",
            handed.accepted, handed.refused, handed.given_up, handed.retried
        );
        if let Some(trouble) = &handed.trouble {
            eprintln!("the first trouble: {trouble}");
        }
    }
}

fn line(progress: &Progress) -> String {
    let Progress {
        at,
        taken,
        bays,
        counts,
        handed,
    } = progress;
    format!(
        "{} {taken}/{bays} bays taken, {} messages, {} accepted, {} waiting",
        at.to_rfc3339_opts(SecondsFormat::Secs, true),
        counts.delivered,
        handed.accepted,
        handed.waiting,
    )
}

/// What became of the estate.
pub(super) fn estate(made: &Made) {
    eprintln!(
        "site {}: {} levels, {} bays, {} gateways and {} devices made, the rest was there",
        made.site, made.levels, made.bays, made.gateways, made.devices
    );
    if made.devices_left > 0 {
        eprintln!(
            "parking: warning: {} devices differ from what they should be, or belong to somebody else, and stay as they are",
            made.devices_left
        );
    }
}
