//! The life of a device, from the carton to the scrap heap.
//!
//! The table says what a person may ask for. Assigning and unassigning move a device along too;
//! whether it is assigned is not kept here but follows from its assignments.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::access::UnknownName;

/// Where a device stands in its life.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Lifecycle {
    /// Known to the system, perhaps still in its box.
    #[default]
    Provisioned,
    /// Ready for a bay: keyed, joined, tried.
    Commissioned,
    /// At work.
    Operational,
    /// Being looked after; what it reports is not trusted to be complete.
    Maintenance,
    /// Never to be used again.
    Decommissioned,
}

/// A step the table does not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("a device that is {from} cannot become {to}; it may become {}", or_list(from.next()))]
pub struct LifecycleError {
    /// Where the device stands.
    pub from: Lifecycle,
    /// Where somebody wanted it.
    pub to: Lifecycle,
}

impl Lifecycle {
    /// Every stage, in the order of a life.
    pub const ALL: [Self; 5] = [
        Self::Provisioned,
        Self::Commissioned,
        Self::Operational,
        Self::Maintenance,
        Self::Decommissioned,
    ];

    /// The name in the API and the database.
    pub fn name(self) -> &'static str {
        match self {
            Self::Provisioned => "provisioned",
            Self::Commissioned => "commissioned",
            Self::Operational => "operational",
            Self::Maintenance => "maintenance",
            Self::Decommissioned => "decommissioned",
        }
    }

    /// The transition table: what may come next.
    ///
    /// Not from operational to decommissioned: a device at work is first taken from its bay or into
    /// maintenance, so that no bay loses its sensor by one click.
    pub fn next(self) -> &'static [Self] {
        match self {
            Self::Commissioned => &[Self::Operational, Self::Maintenance, Self::Decommissioned],
            Self::Operational => &[Self::Commissioned, Self::Maintenance],
            Self::Provisioned | Self::Maintenance => {
                &[Self::Commissioned, Self::Operational, Self::Decommissioned]
            }
            Self::Decommissioned => &[],
        }
    }

    /// Whether the table has the step. To stay is no step.
    pub fn may_become(self, to: Self) -> bool {
        self.next().contains(&to)
    }

    /// Takes the step, or says why not.
    pub fn become_stage(self, to: Self) -> Result<Self, LifecycleError> {
        if self.may_become(to) {
            Ok(to)
        } else {
            Err(LifecycleError { from: self, to })
        }
    }

    /// Where a device stands once it serves a bay.
    pub fn assigned(self) -> Result<Self, LifecycleError> {
        match self {
            Self::Operational => Ok(self),
            _ => self.become_stage(Self::Operational),
        }
    }

    /// Where a device stands once its last bay is taken from it. Never fails: a device that should
    /// not have had one must be able to lose it.
    #[must_use]
    pub fn unassigned(self) -> Self {
        match self {
            Self::Operational | Self::Maintenance => Self::Commissioned,
            Self::Provisioned | Self::Commissioned | Self::Decommissioned => self,
        }
    }
}

/// `commissioned, operational or decommissioned`; `nothing else` for the end of the road.
fn or_list(stages: &[Lifecycle]) -> String {
    match stages {
        [] => "nothing else".to_owned(),
        [only] => only.to_string(),
        [first @ .., last] => {
            let first: Vec<_> = first.iter().map(|stage| stage.name()).collect();
            format!("{} or {last}", first.join(", "))
        }
    }
}

impl fmt::Display for Lifecycle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Lifecycle {
    type Err = UnknownName;

    fn from_str(name: &str) -> Result<Self, UnknownName> {
        Self::ALL
            .into_iter()
            .find(|stage| stage.name() == name)
            .ok_or(UnknownName)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn a_device_goes_its_usual_way() {
        let way = [
            Lifecycle::Provisioned,
            Lifecycle::Commissioned,
            Lifecycle::Operational,
            Lifecycle::Maintenance,
            Lifecycle::Operational,
            Lifecycle::Maintenance,
            Lifecycle::Decommissioned,
        ];
        for step in way.windows(2) {
            assert_eq!(step[0].become_stage(step[1]), Ok(step[1]));
        }
    }

    #[test]
    fn the_refusal_names_both_and_lists_what_is_allowed() {
        let refusal = Lifecycle::Operational
            .become_stage(Lifecycle::Decommissioned)
            .unwrap_err();
        assert_eq!(
            refusal.to_string(),
            "a device that is operational cannot become decommissioned; \
             it may become commissioned or maintenance"
        );
        let refusal = Lifecycle::Decommissioned.assigned().unwrap_err();
        assert_eq!(
            refusal.to_string(),
            "a device that is decommissioned cannot become operational; it may become nothing else"
        );
    }

    #[test]
    fn assigning_puts_to_work_and_unassigning_back_on_the_shelf() {
        for stage in Lifecycle::ALL {
            let is_scrap = stage == Lifecycle::Decommissioned;
            assert_eq!(stage.assigned().is_err(), is_scrap);
            if !is_scrap {
                let worked = stage.assigned().unwrap();
                assert_eq!(worked, Lifecycle::Operational);
                assert_eq!(worked.unassigned(), Lifecycle::Commissioned);
            }
        }
        assert_eq!(
            Lifecycle::Decommissioned.unassigned(),
            Lifecycle::Decommissioned
        );
    }

    #[test]
    fn every_stage_can_be_reached_and_only_the_last_is_final() {
        let mut reached = BTreeSet::from([Lifecycle::default()]);
        for _ in Lifecycle::ALL {
            let next: Vec<_> = reached.iter().flat_map(|stage| stage.next()).collect();
            reached.extend(next);
        }
        assert_eq!(reached.len(), Lifecycle::ALL.len());
        for stage in Lifecycle::ALL {
            assert!(!stage.may_become(stage));
            assert!(!stage.may_become(Lifecycle::Provisioned), "{stage}");
            assert_eq!(stage.next().is_empty(), stage == Lifecycle::Decommissioned);
        }
    }

    #[test]
    fn names_read_back_as_what_they_name() {
        for stage in Lifecycle::ALL {
            assert_eq!(stage.name().parse(), Ok(stage));
        }
    }
}
