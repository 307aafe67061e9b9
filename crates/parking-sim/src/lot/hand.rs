//! What somebody does by hand to a lot that lives by itself.
//!
//! Nothing of it is drawn by chance, and a lot that nobody touches lives as if this did not exist.

use chrono::{DateTime, Utc};

use super::Lot;

impl Lot {
    /// The bay with this code, whatever its letters' case.
    pub fn bay(&self, code: &str) -> Option<usize> {
        let mut bays = self.ground.bays().iter();
        bays.position(|bay| bay.code.eq_ignore_ascii_case(code))
    }

    /// A vehicle parks at a bay or leaves it, and from then on it stays so until somebody says
    /// otherwise: nobody else comes, and nothing of what its sensor says is lost. Says whether
    /// anything changed.
    pub fn keep(&mut self, at: DateTime<Utc>, bay: usize, is_taken: bool) -> bool {
        let Some(now) = self.bays.get_mut(bay) else {
            return false;
        };
        now.is_kept = true;
        let changes = now.is_taken != is_taken;
        if changes {
            self.turn(at, bay, is_taken);
        }
        changes
    }

    /// Vehicles come and go at a bay by themselves again.
    pub fn let_be(&mut self, at: DateTime<Utc>, bay: usize) {
        let Some(now) = self.bays.get_mut(bay).filter(|bay| bay.is_kept) else {
            return;
        };
        now.is_kept = false;
        if now.is_taken {
            self.stay(at, bay);
        }
    }

    /// From now on no gateway hears anything, or all hear again.
    pub fn set_deaf(&mut self, is_deaf: bool) {
        self.is_deaf = is_deaf;
    }
}
