//! A lot that lives: vehicles come and go, sensors notice, radio carries what they say, or not.
//!
//! [`Lot::step`] gives what happens in its order: what is true (a vehicle parked, a vehicle left) and
//! what the network server would tell. The same draft gives the same happenings, always. Nothing here
//! waits, sends or looks at a clock.
//!
//! A device begins with a join, what it has to say at a start, and the state of its bay; it then speaks
//! when the bay changes and as often as its model does. What becomes of a frame on its way is drawn
//! from [`Faults`]; a gateway that is out hears nothing, and a device that only it hears is silent.

mod device;
mod faults;
mod hand;
mod message;
mod plan;
mod radio;
#[cfg(test)]
mod tests;
mod traffic;

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use parking_domain::eui::Eui64;
use parking_domain::models::Model;

pub use device::{Device, Role};
pub use faults::{Counts, Faults, Outage};
pub use message::{Content, GatewayClock, Message, Reception, Up};

use crate::audience::Profile;
use crate::chance::Chance;
use crate::ground::{Ground, count};
use device::State;
use plan::{Deed, Planned};
use traffic::FREE_FOR_MIN;

/// The most bays of one lot.
pub const SPACES_MAX: usize = 20_000;

/// How long the lot lived before anybody looked, so that it is not empty when they do.
const WARM_UP: TimeDelta = TimeDelta::days(2);

/// Within this all devices have joined.
const JOIN_WITHIN_S: f64 = 120.0;

/// Devices that do not watch a bay: one for so many bays.
const BAYS_A_COMPANION: usize = 20;

/// What a lot is made from.
#[derive(Clone, Debug)]
pub struct LotDraft {
    /// Its name.
    pub site: String,
    /// How many bays, at most [`SPACES_MAX`].
    pub spaces: usize,
    /// Where its chance comes from.
    pub seed: u64,
    /// Which run of the same lot: other sessions and other names of messages, the same life.
    pub run: u64,
    /// The models of its devices: those that watch a bay take turns, of the others there are a few.
    pub models: Vec<&'static Model>,
    /// Who comes.
    pub profile: Profile,
    /// Where the sun stands.
    pub timezone: Tz,
    /// When it begins.
    pub start: DateTime<Utc>,
    /// What goes wrong.
    pub faults: Faults,
    /// Which gateways are out when.
    pub outages: Vec<Outage>,
}

/// What happened.
#[derive(Clone, Debug, PartialEq)]
pub struct Happening {
    /// When it is known: a late message happens late.
    pub at: DateTime<Utc>,
    /// What.
    pub what: What,
}

/// What happened.
#[derive(Clone, Debug, PartialEq)]
pub enum What {
    /// A vehicle stands there now.
    Parked {
        /// Where.
        bay: usize,
    },
    /// No vehicle stands there any more.
    Left {
        /// Where.
        bay: usize,
    },
    /// The network server tells something.
    Told(Message),
}

/// A bay as it is.
#[derive(Clone, Copy, Debug)]
struct BayNow {
    is_taken: bool,
    since: DateTime<Utc>,
    sensor: Option<usize>,
    /// How many vehicles have stood here: whoever leaves must be the last of them.
    visit: u32,
    /// Whether vehicles come and go here only as they are told.
    is_kept: bool,
}

/// A lot.
#[derive(Debug)]
pub struct Lot {
    draft: LotDraft,
    ground: Ground,
    bays: Vec<BayNow>,
    devices: Vec<Device>,
    states: Vec<State>,
    gateways: Vec<Eui64>,
    counts: Counts,
    plan: BinaryHeap<Reverse<Planned>>,
    planned: u64,
    cars: Chance,
    radio: Chance,
    /// For what must differ from run to run.
    names: Chance,
    arrivals_max: f64,
    /// Whether all gateways are out, because somebody said so.
    is_deaf: bool,
}

impl Lot {
    /// The lot of a draft, a moment before it begins.
    pub fn of(draft: LotDraft) -> Self {
        let ground = Ground::of(draft.spaces.clamp(1, SPACES_MAX));
        let begins = draft.start - WARM_UP;
        let empty = BayNow {
            is_taken: false,
            since: begins - FREE_FOR_MIN,
            sensor: None,
            visit: 0,
            is_kept: false,
        };
        let bays = ground.bays().len();
        let eui = |kind, index| eui(draft.seed, &draft.site, kind, index);
        let mut lot = Self {
            gateways: (0..ground.gateways())
                .map(|index| eui(0x47, index))
                .collect(),
            bays: vec![empty; bays],
            devices: Vec::new(),
            states: Vec::new(),
            counts: Counts::default(),
            plan: BinaryHeap::new(),
            planned: 0,
            cars: Chance::of(draft.seed, "cars"),
            radio: Chance::of(draft.seed, "radio"),
            names: Chance::of(draft.seed ^ draft.run.rotate_left(32), "names"),
            arrivals_max: draft.profile.arrivals_max(count(bays)),
            is_deaf: false,
            ground,
            draft,
        };
        lot.plan_at(begins, Deed::Knock);
        lot.live_until_start();
        lot.install();
        lot
    }

    /// Its bays, in order.
    pub fn ground(&self) -> &Ground {
        &self.ground
    }

    /// Its devices; messages name them by their place here.
    pub fn devices(&self) -> &[Device] {
        &self.devices
    }

    /// Its gateways.
    pub fn gateways(&self) -> &[Eui64] {
        &self.gateways
    }

    /// What it was made from.
    pub fn draft(&self) -> &LotDraft {
        &self.draft
    }

    /// Whether a vehicle stands there.
    pub fn is_taken(&self, bay: usize) -> bool {
        self.bays.get(bay).is_some_and(|bay| bay.is_taken)
    }

    /// How many bays are taken.
    pub fn taken(&self) -> usize {
        self.bays.iter().filter(|bay| bay.is_taken).count()
    }

    /// What has happened so far.
    pub fn counts(&self) -> Counts {
        self.counts
    }

    /// When the next thing happens, at the earliest.
    pub fn next_at(&self) -> Option<DateTime<Utc>> {
        self.plan.peek().map(|Reverse(planned)| planned.0)
    }

    /// Does what is next; mostly that is nobody's business. A lot never ends.
    pub fn step(&mut self) -> Option<Happening> {
        let Reverse(Planned(at, _, deed)) = self.plan.pop()?;
        let what = self.happen(at, deed)?;
        Some(Happening { at, what })
    }

    fn plan_at(&mut self, at: DateTime<Utc>, deed: Deed) {
        self.planned += 1;
        self.plan.push(Reverse(Planned(at, self.planned, deed)));
    }

    fn live_until_start(&mut self) {
        while self.next_at().is_some_and(|at| at < self.draft.start) {
            self.step();
        }
        self.counts = Counts::default();
    }

    fn install(&mut self) {
        let (sensing, others): (Vec<&Model>, Vec<&Model>) = self
            .draft
            .models
            .iter()
            .partition(|model| model.can_sense());
        let mut chance = Chance::of(self.draft.seed, "devices");
        if !sensing.is_empty() {
            for bay in 0..self.bays.len() {
                let model = sensing[bay % sensing.len()];
                self.bays[bay].sensor = Some(self.devices.len());
                self.add(model, Role::Sensor(bay), &mut chance);
            }
        }
        let each = self.bays.len().div_ceil(BAYS_A_COMPANION);
        for (nth, model) in others.into_iter().enumerate() {
            for index in 0..each {
                // Each kind of display has bays of its own.
                let bay = index * BAYS_A_COMPANION + nth;
                let is_for_a_bay =
                    model.can_display() && nth < BAYS_A_COMPANION && bay < self.bays.len();
                let role = if is_for_a_bay {
                    Role::Display(bay)
                } else {
                    Role::Alone
                };
                self.add(model, role, &mut chance);
            }
        }
    }

    fn add(&mut self, model: &'static Model, role: Role, chance: &mut Chance) {
        let index = self.devices.len();
        let start = self.draft.start;
        let is_weak = model.has_battery && chance.happens(self.draft.faults.weak_batteries);
        let reach = self.ground.heard_by(role.bay().unwrap_or_default(), chance);
        let mut state = State::fresh(start, is_weak, reach, chance);
        if let Role::Sensor(bay) = role {
            state.is_taken = self.bays[bay].is_taken;
            state.changed_at = self.bays[bay].since;
        }
        let kind = if model.can_sense() {
            "sensor"
        } else {
            "device"
        };
        let name = match role.bay() {
            Some(bay) => format!("{} {}", model.vendor, self.ground.bays()[bay].code),
            None => format!("{} {kind} {}", model.vendor, index + 1),
        };
        self.devices.push(Device {
            eui: eui(self.draft.seed, &self.draft.site, 0x44, index),
            name,
            model,
            role,
        });
        self.states.push(state);
        let joins_at = start + span(chance.between(0.0, JOIN_WITHIN_S));
        self.plan_at(joins_at, Deed::Join(index));
    }

    /// Does a deed; most are nobody's business.
    fn happen(&mut self, at: DateTime<Utc>, deed: Deed) -> Option<What> {
        match deed {
            Deed::Knock => self.knock(at),
            Deed::Leave { bay, visit } => self.leave(at, bay, visit),
            Deed::Deliver(message) => {
                self.counts.delivered += 1;
                Some(What::Told(*message))
            }
            Deed::Notice(bay) => {
                self.notice(at, bay);
                None
            }
            Deed::Join(device) => {
                self.join(at, device);
                None
            }
            Deed::Beat { device, session } => {
                self.beat(at, device, session);
                None
            }
            Deed::Ask(device) => {
                self.ask(at, device);
                None
            }
            Deed::Garble(device) => {
                self.garble(at, device);
                None
            }
        }
    }
}

/// A span of so many seconds, to the millisecond.
fn span(seconds: f64) -> TimeDelta {
    #[expect(clippy::cast_possible_truncation, reason = "spans are days at most")]
    let millis = (seconds * 1_000.0) as i64;
    TimeDelta::milliseconds(millis)
}

/// A name on the air that is the same each time; its first byte is nobody's.
fn eui(seed: u64, site: &str, kind: u8, index: usize) -> Eui64 {
    let drawn = Chance::of(seed, &format!("{site}/{kind}/{index}")).draw();
    let mut bytes = drawn.to_be_bytes();
    bytes[..3].copy_from_slice(&[0xa2, 0x51, kind]);
    Eui64::from_bytes(bytes)
}
