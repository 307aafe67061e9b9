//! What it keeps, in memory: tenants, applications, profiles, gateways, devices and their queues.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use chrono::{DateTime, Utc};
use parking_chirpstack_api::api;
use parking_domain::eui::Eui64;
use parking_domain::models::Model;
use tokio::time::Instant;
use uuid::Uuid;

use super::Home;
use super::lamp::{Lamp, Light};
use crate::chance::Chance;
use crate::chirpstack::Network;
use crate::lot::Lot;

/// A lamp that is to be on the air.
#[derive(Clone, Debug)]
pub struct LampDraft {
    /// Its name on the air.
    pub dev_eui: Eui64,
    /// Its name for people.
    pub name: String,
    /// What it is.
    pub model: &'static Model,
    /// Its application; none for the one it has anyway.
    pub application: Option<Uuid>,
}

#[derive(Debug)]
pub(super) struct Tenant {
    pub(super) name: String,
    pub(super) at: DateTime<Utc>,
}

#[derive(Debug)]
pub(super) struct Application {
    pub(super) tenant: Uuid,
    pub(super) name: String,
    pub(super) at: DateTime<Utc>,
}

#[derive(Debug)]
pub(super) struct Profile {
    pub(super) tenant: Uuid,
    pub(super) name: String,
    pub(super) is_class_c: bool,
    pub(super) at: DateTime<Utc>,
}

#[derive(Debug)]
pub(super) struct Gateway {
    pub(super) told: api::Gateway,
    pub(super) created_at: DateTime<Utc>,
    pub(super) updated_at: DateTime<Utc>,
}

/// A session.
#[derive(Debug)]
pub(super) struct Session {
    pub(super) dev_addr: u32,
    pub(super) f_cnt_up: u32,
    pub(super) f_cnt_down: u32,
    /// Without a message in it there is no way to the device.
    pub(super) is_heard: bool,
}

#[derive(Debug)]
pub(super) struct Item {
    pub(super) id: Uuid,
    pub(super) told: api::DeviceQueueItem,
    /// Given with the first attempt, and kept.
    pub(super) f_cnt_down: Option<u32>,
    pub(super) queued_at: Instant,
}

#[derive(Debug)]
pub(super) struct Device {
    pub(super) told: api::Device,
    pub(super) keys: Option<api::DeviceKeys>,
    pub(super) session: Option<Session>,
    pub(super) queue: VecDeque<Item>,
    pub(super) locked_until: Option<Instant>,
    /// What hears it, if anything does.
    pub(super) lamp: Option<Lamp>,
    pub(super) created_at: DateTime<Utc>,
    pub(super) updated_at: DateTime<Utc>,
    pub(super) last_seen_at: Option<DateTime<Utc>>,
}

/// What every event says of a device.
#[derive(Clone, Debug)]
pub(super) struct About {
    pub(super) tenant: Uuid,
    pub(super) tenant_name: String,
    pub(super) application: Uuid,
    pub(super) application_name: String,
    pub(super) profile: Uuid,
    pub(super) profile_name: String,
    pub(super) name: String,
    pub(super) dev_eui: String,
    pub(super) class: &'static str,
    pub(super) gateway: String,
}

#[derive(Debug)]
pub(super) struct Estate {
    pub(super) tenants: BTreeMap<Uuid, Tenant>,
    pub(super) applications: BTreeMap<Uuid, Application>,
    pub(super) profiles: BTreeMap<Uuid, Profile>,
    pub(super) gateways: BTreeMap<Eui64, Gateway>,
    pub(super) devices: BTreeMap<Eui64, Device>,
    /// Those with something in their queues.
    pub(super) waiting: BTreeSet<Eui64>,
    /// The most commands that ever waited for one device.
    pub(super) deepest: usize,
    pub(super) chance: Chance,
    /// Those that whoever calls may not see.
    pub(super) forbidden: BTreeSet<Eui64>,
    home: Home,
    refused: bool,
}

impl Estate {
    pub(super) fn of(seed: u64, now: DateTime<Utc>) -> Self {
        let mut chance = Chance::of(seed, "network server");
        let home = Home {
            tenant: chance.uuid(),
            application: chance.uuid(),
            class_c: chance.uuid(),
            class_a: chance.uuid(),
        };
        let mut estate = Self {
            tenants: BTreeMap::new(),
            applications: BTreeMap::new(),
            profiles: BTreeMap::new(),
            gateways: BTreeMap::new(),
            devices: BTreeMap::new(),
            waiting: BTreeSet::new(),
            deepest: 0,
            chance,
            forbidden: BTreeSet::new(),
            home,
            refused: false,
        };
        let name = || "Simulated".to_owned();
        estate.tenants.insert(
            home.tenant,
            Tenant {
                name: name(),
                at: now,
            },
        );
        let application = Application {
            tenant: home.tenant,
            name: "parking".to_owned(),
            at: now,
        };
        estate.applications.insert(home.application, application);
        for (id, name, is_class_c) in [
            (home.class_c, "otaa-class-c", true),
            (home.class_a, "otaa-class-a", false),
        ] {
            let profile = Profile {
                tenant: home.tenant,
                name: name.to_owned(),
                is_class_c,
                at: now,
            };
            estate.profiles.insert(id, profile);
        }
        estate
    }

    pub(super) fn home(&self) -> Home {
        self.home
    }

    pub(super) fn count(&self) -> usize {
        self.devices.len()
    }

    pub(super) fn queued(&self) -> usize {
        let queues = self.waiting.iter().filter_map(|eui| self.devices.get(eui));
        queues.map(|device| device.queue.len()).sum()
    }

    pub(super) fn shows(&self, eui: Eui64) -> Option<Light> {
        let lamp = self.devices.get(&eui)?.lamp.as_ref()?;
        Some(lamp.light)
    }

    /// Every second one.
    pub(super) fn refuses(&mut self) -> bool {
        self.refused = !self.refused;
        self.refused
    }

    pub(super) fn add_lamp(&mut self, lamp: LampDraft, now: DateTime<Utc>) {
        let application = lamp.application.unwrap_or(self.home.application);
        let told = api::Device {
            dev_eui: lamp.dev_eui.to_string().to_lowercase(),
            name: lamp.name,
            application_id: application.to_string(),
            device_profile_id: self.home.class_c.to_string(),
            ..api::Device::default()
        };
        let mut device = Device::of(told, now);
        device.lamp = Some(Lamp::fresh(lamp.model));
        device.last_seen_at = Some(now);
        device.session = Some(Session {
            dev_addr: self.chance.word() >> 7,
            f_cnt_up: 0,
            f_cnt_down: 0,
            is_heard: true,
        });
        self.devices.insert(lamp.dev_eui, device);
    }

    pub(super) fn take_on(&mut self, lot: &Lot, network: &Network, now: DateTime<Utc>) {
        let (tenant, application) = (network.tenant(), network.application());
        let name = network.site().to_owned();
        self.tenants
            .entry(tenant)
            .or_insert(Tenant { name, at: now });
        self.applications.entry(application).or_insert(Application {
            tenant,
            name: "parking".to_owned(),
            at: now,
        });
        let profiles =
            [("otaa-class-a", false), ("otaa-class-c", true)].map(|(name, is_class_c)| {
                let id = self.chance.uuid();
                let profile = Profile {
                    tenant,
                    name: name.to_owned(),
                    is_class_c,
                    at: now,
                };
                self.profiles.insert(id, profile);
                id
            });
        for (number, eui) in lot.gateways().iter().enumerate() {
            let told = api::Gateway {
                gateway_id: eui.to_string().to_lowercase(),
                name: format!("{} gateway {}", network.site(), number + 1),
                tenant_id: tenant.to_string(),
                stats_interval: 30,
                downlink_priority: 10,
                ..api::Gateway::default()
            };
            self.gateways.entry(*eui).or_insert(Gateway {
                told,
                created_at: now,
                updated_at: now,
            });
        }
        for device in lot.devices() {
            let profile = profiles[usize::from(device.is_lamp())];
            let told = api::Device {
                dev_eui: device.eui.to_string().to_lowercase(),
                name: device.name.clone(),
                application_id: application.to_string(),
                device_profile_id: profile.to_string(),
                ..api::Device::default()
            };
            let kept = self.devices.entry(device.eui);
            let kept = kept.or_insert_with(|| Device::of(told, now));
            if device.is_lamp() {
                kept.lamp = Some(Lamp::fresh(device.model));
            }
        }
    }

    /// A device joins again: another session, an empty queue, and a lamp that knows nothing.
    pub(super) fn rejoin(&mut self, eui: Eui64) -> Option<u32> {
        let dev_addr = self.chance.word() >> 7;
        let device = self.devices.get_mut(&eui)?;
        device.session = Some(Session {
            dev_addr,
            f_cnt_up: 0,
            f_cnt_down: 0,
            is_heard: false,
        });
        device.queue.clear();
        device.locked_until = None;
        if let Some(lamp) = &mut device.lamp {
            *lamp = Lamp::fresh(lamp.model);
        }
        self.waiting.remove(&eui);
        Some(dev_addr)
    }

    pub(super) fn about(&self, eui: Eui64) -> Option<About> {
        let device = self.devices.get(&eui)?;
        let application = device.told.application_id.parse().ok()?;
        let profile = device.told.device_profile_id.parse().ok()?;
        let (group, kind) = (
            self.applications.get(&application)?,
            self.profiles.get(&profile)?,
        );
        let tenant = self.tenants.get(&group.tenant)?;
        // Whoever else has gateways here does not hear their devices.
        let of_tenant = group.tenant.to_string();
        let theirs = |gateway: &&Gateway| gateway.told.tenant_id == of_tenant;
        let gateway = self.gateways.iter().find(|(_, gateway)| theirs(gateway));
        let gateway = gateway.map(|(eui, _)| eui);
        let gateway = gateway.map_or_else(|| "0016c001f1500001".to_owned(), ToString::to_string);
        Some(About {
            tenant: group.tenant,
            tenant_name: tenant.name.clone(),
            application,
            application_name: group.name.clone(),
            profile,
            profile_name: kind.name.clone(),
            name: device.told.name.clone(),
            dev_eui: eui.to_string().to_lowercase(),
            class: if kind.is_class_c {
                "CLASS_C"
            } else {
                "CLASS_A"
            },
            gateway: gateway.to_lowercase(),
        })
    }

    pub(super) fn listens(&self, device: &Device) -> bool {
        let profile = device.told.device_profile_id.parse().ok();
        let profile = profile.and_then(|id: Uuid| self.profiles.get(&id));
        profile.is_some_and(|profile| profile.is_class_c) && !device.told.is_disabled
    }
}

impl Device {
    pub(super) fn of(told: api::Device, now: DateTime<Utc>) -> Self {
        Self {
            told,
            keys: None,
            session: None,
            queue: VecDeque::new(),
            locked_until: None,
            lamp: None,
            created_at: now,
            updated_at: now,
            last_seen_at: None,
        }
    }
}
