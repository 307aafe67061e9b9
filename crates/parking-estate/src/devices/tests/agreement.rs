//! Random sequences of what people do to devices and bays, beside a model of what should come of it.

use std::collections::BTreeMap;
use std::sync::Mutex;

use axum::http::Method;
use parking_db::Reason;
use parking_domain::lifecycle::Lifecycle;
use serde_json::{Value, json};
use uuid::Uuid;

use super::eui;
use crate::tests::{Person, Stage, id_of};

/// Few enough that people want the same ones.
const EUIS: [u64; 12] = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12];
const BAYS: usize = 3;

/// Chance that can be had again, by its seed.
struct Chance(u64);

impl Chance {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % bound as u64).expect("small")
    }

    fn one_of<T: Copy>(&mut self, things: &[T]) -> T {
        things[self.below(things.len())]
    }
}

/// Something somebody does. Tenants are named by 0 and 1, devices and bays by their ids.
#[derive(Clone, Copy, Debug)]
enum Deed {
    Create(u64),
    Assign(Uuid, Uuid),
    Unassign(Uuid),
    Archive(Uuid, bool),
    Restore(Uuid),
    Step(Uuid, Lifecycle),
    DeleteBay(Uuid, bool),
    RestoreBay(Uuid),
    Transfer(Uuid, usize),
}

impl Deed {
    fn by_chance(chance: &mut Chance, devices: &[Uuid], bays: &[Uuid]) -> Self {
        let which = if devices.is_empty() {
            0
        } else {
            chance.below(14)
        };
        let device = devices.get(chance.below(devices.len().max(1)));
        let (device, bay) = (device.copied().unwrap_or_default(), chance.one_of(bays));
        let force = chance.below(2) == 0;
        match which {
            0 | 1 => Self::Create(chance.one_of(&EUIS)),
            2..=5 => Self::Assign(device, bay),
            6 | 7 => Self::Unassign(device),
            8 => Self::Archive(device, force),
            9 => Self::Restore(device),
            10 => Self::Step(device, chance.one_of(&Lifecycle::ALL[..4])),
            11 => Self::DeleteBay(bay, force),
            12 => Self::RestoreBay(bay),
            _ => Self::Transfer(device, chance.below(2)),
        }
    }

    fn request(self, tenants: [Uuid; 2]) -> (Method, String, Option<Value>) {
        let device = |id: Uuid, verb: &str| format!("/api/v6/devices/{id}/{verb}");
        match self {
            Self::Create(number) => {
                let body = json!({ "dev_eui": eui(number), "model": "bosch-tps110" });
                (Method::POST, "/api/v6/devices".into(), Some(body))
            }
            Self::Assign(id, bay) => (
                Method::POST,
                device(id, "assign"),
                Some(json!({ "space_id": bay })),
            ),
            Self::Unassign(id) => (Method::POST, device(id, "unassign"), Some(json!({}))),
            Self::Archive(id, force) => {
                let path = format!("/api/v6/devices/{id}?force={force}");
                (Method::DELETE, path, None)
            }
            Self::Restore(id) => (Method::POST, device(id, "restore"), Some(json!({}))),
            Self::Step(id, to) => (
                Method::POST,
                device(id, "lifecycle"),
                Some(json!({ "to": to })),
            ),
            Self::DeleteBay(id, force) => {
                let path = format!("/api/v6/spaces/{id}?force={force}");
                (Method::DELETE, path, None)
            }
            Self::RestoreBay(id) => {
                let path = format!("/api/v6/spaces/{id}/restore");
                (Method::POST, path, Some(json!({})))
            }
            Self::Transfer(id, to) => (
                Method::POST,
                device(id, "transfer"),
                Some(json!({ "tenant_id": tenants[to] })),
            ),
        }
    }
}

/// A device as the model has it: whose, which, in use, at which bay, where in its life.
#[derive(Clone, Debug, PartialEq)]
struct Thing {
    tenant: Uuid,
    dev_eui: String,
    is_archived: bool,
    bay: Option<Uuid>,
    lifecycle: Lifecycle,
}

/// What should be.
#[derive(Clone, Debug, Default, PartialEq)]
struct World {
    devices: BTreeMap<Uuid, Thing>,
    /// Whose a bay is, and whether it is deleted.
    bays: BTreeMap<Uuid, (Uuid, bool)>,
}

type Outcome = Result<(), &'static str>;

impl World {
    fn is_taken(&self, dev_eui: &str) -> bool {
        let mut devices = self.devices.values();
        devices.any(|device| !device.is_archived && device.dev_eui == dev_eui)
    }

    fn own(&mut self, tenant: Uuid, id: Uuid) -> Result<&mut Thing, &'static str> {
        let device = self.devices.get_mut(&id);
        device
            .filter(|device| device.tenant == tenant)
            .ok_or("not_found")
    }

    fn in_use(&mut self, tenant: Uuid, id: Uuid) -> Result<&mut Thing, &'static str> {
        let device = self.own(tenant, id)?;
        if device.is_archived {
            return Err("not_found");
        }
        Ok(device)
    }

    fn living_bay(&self, tenant: Uuid, id: Uuid) -> Outcome {
        match self.bays.get(&id) {
            Some((owner, false)) if *owner == tenant => Ok(()),
            _ => Err("not_found"),
        }
    }

    /// What should come of a deed; `made` is the device that it made, if it did.
    fn does(&mut self, (by, tenants): (Uuid, [Uuid; 2]), deed: Deed, made: Uuid) -> Outcome {
        match deed {
            Deed::Create(number) => {
                if self.is_taken(&eui(number)) {
                    return Err("device_taken");
                }
                self.appears(by, eui(number), made);
            }
            Deed::Assign(id, bay) => self.assigns(by, id, bay)?,
            Deed::Unassign(id) => release(self.in_use(by, id)?),
            Deed::Archive(id, force) => {
                let device = self.in_use(by, id)?;
                if device.bay.is_some() && !force {
                    return Err("in_use");
                }
                release(device);
                device.is_archived = true;
            }
            Deed::Restore(id) => {
                let device = self.own(by, id)?.clone();
                if device.is_archived && self.is_taken(&device.dev_eui) {
                    return Err("device_taken");
                }
                self.own(by, id)?.is_archived = false;
            }
            Deed::Step(id, to) => {
                let device = self.in_use(by, id)?;
                let to = device.lifecycle.become_stage(to);
                let to = to.map_err(|_| "lifecycle_refused")?;
                if device.bay.is_some() && to == Lifecycle::Commissioned {
                    return Err("in_use");
                }
                device.lifecycle = to;
            }
            Deed::DeleteBay(bay, force) => {
                self.living_bay(by, bay)?;
                let serves = |device: &&mut Thing| device.bay == Some(bay);
                let serving: Vec<_> = self.devices.values_mut().filter(serves).collect();
                if !serving.is_empty() && !force {
                    return Err("in_use");
                }
                serving.into_iter().for_each(release);
                self.bays.insert(bay, (by, true));
            }
            Deed::RestoreBay(bay) => {
                let owner = self.bays[&bay].0;
                if owner != by {
                    return Err("not_found");
                }
                self.bays.insert(bay, (by, false));
            }
            Deed::Transfer(id, to) => {
                let device = self.devices.get_mut(&id).ok_or("not_found")?;
                if device.is_archived {
                    return Err("not_found");
                }
                if device.bay.is_some() || device.tenant == tenants[to] {
                    return Err("conflict");
                }
                device.is_archived = true;
                let dev_eui = device.dev_eui.clone();
                self.appears(tenants[to], dev_eui, made);
            }
        }
        Ok(())
    }

    fn appears(&mut self, tenant: Uuid, dev_eui: String, id: Uuid) {
        let device = Thing {
            tenant,
            dev_eui,
            is_archived: false,
            bay: None,
            lifecycle: Lifecycle::Provisioned,
        };
        self.devices.insert(id, device);
    }

    fn assigns(&mut self, by: Uuid, id: Uuid, bay: Uuid) -> Outcome {
        self.living_bay(by, bay)?;
        let is_served = self.devices.values().any(|other| other.bay == Some(bay));
        let device = self.in_use(by, id)?;
        let stage = device.lifecycle.assigned();
        let stage = stage.map_err(|_| "lifecycle_refused")?;
        if device.bay.is_some() || is_served {
            return Err("already_assigned");
        }
        (device.bay, device.lifecycle) = (Some(bay), stage);
        Ok(())
    }
}

fn release(device: &mut Thing) {
    if device.bay.take().is_some() {
        device.lifecycle = device.lifecycle.unassigned();
    }
}

/// Two tenants with bays, and those who act in them.
struct Scene<'a> {
    stage: &'a Stage,
    people: [Person<'a>; 2],
    platform: Person<'a>,
    bays: Vec<Uuid>,
}

impl<'a> Scene<'a> {
    async fn set(stage: &'a Stage) -> Self {
        let people = [stage.admin("One").await, stage.admin("Two").await];
        let mut bays = Vec::new();
        for person in &people {
            let site = person.makes_site("Site").await;
            for number in 0..BAYS {
                bays.push(person.makes_space(site, &format!("A-{number}")).await);
            }
        }
        Self {
            stage,
            people,
            platform: stage.platform(),
            bays,
        }
    }

    fn tenants(&self) -> [Uuid; 2] {
        [self.people[0].tenant.0, self.people[1].tenant.0]
    }

    /// Does it, and answers the status, the code of a refusal and the device that was made.
    async fn does(&self, who: usize, deed: Deed) -> (u16, String, Uuid) {
        let (method, path, body) = deed.request(self.tenants());
        let person = match deed {
            Deed::Transfer(..) => &self.platform,
            _ => &self.people[who],
        };
        let answer = person.sends(method, &path, &[], body).await;
        let made = match (deed, answer.status.is_success()) {
            (Deed::Create(_), true) => id_of(&answer.json()),
            (Deed::Transfer(..), true) => id_of(&answer.json()["device"]),
            _ => Uuid::nil(),
        };
        // A bay has a code too, and it is no refusal.
        let code = if answer.status.is_success() {
            String::new()
        } else {
            answer.code()
        };
        (answer.status.as_u16(), code, made)
    }

    /// What is.
    async fn found(&self) -> World {
        let reason = Reason::Worker("test");
        let mut tx = self.stage.estate.db.platform(reason).await.expect("a door");
        let devices: Vec<(Uuid, Uuid, String, bool, Option<Uuid>, String)> = sqlx::query_as(
            "select d.id, d.tenant_id, d.dev_eui, d.archived_at is not null, a.space_id, d.lifecycle
             from devices d left join device_assignments a
               on a.tenant_id = d.tenant_id and a.device_id = d.id and a.unassigned_at is null",
        )
        .fetch_all(tx.conn())
        .await
        .expect("devices");
        let bays: Vec<(Uuid, Uuid, bool)> =
            sqlx::query_as("select id, tenant_id, deleted_at is not null from spaces")
                .fetch_all(tx.conn())
                .await
                .expect("bays");
        let devices = devices
            .into_iter()
            .map(|(id, tenant, dev_eui, is_archived, bay, stage)| {
                let lifecycle = stage.parse().expect("a stage");
                let thing = Thing {
                    tenant,
                    dev_eui,
                    is_archived,
                    bay,
                    lifecycle,
                };
                (id, thing)
            });
        World {
            devices: devices.collect(),
            bays: bays
                .into_iter()
                .map(|(id, tenant, gone)| (id, (tenant, gone)))
                .collect(),
        }
    }

    /// What must hold whatever was done.
    async fn is_sound(&self) {
        let reason = Reason::Worker("test");
        let mut tx = self.stage.estate.db.platform(reason).await.expect("a door");
        for (what, query) in [
            ("a count is not what is counted", "select count(*) from tenant_usage u where resource = 'devices' and used <>
                (select count(*) from devices d where d.tenant_id = u.tenant_id and d.archived_at is null)"),
            ("a deleted bay or an archived device is assigned", "select count(*) from device_assignments a
                join devices d on d.tenant_id = a.tenant_id and d.id = a.device_id
                join spaces s on s.tenant_id = a.tenant_id and s.id = a.space_id
                where a.unassigned_at is null and (d.archived_at is not null or s.deleted_at is not null)"),
            ("an assigned device is not at work", "select count(*) from device_assignments a
                join devices d on d.tenant_id = a.tenant_id and d.id = a.device_id
                where a.unassigned_at is null and d.lifecycle not in ('operational', 'maintenance')"),
            ("a life is not what its history says", "select count(*) from devices d where d.lifecycle <> coalesce(
                (select to_state from lifecycle_changes c where c.device_id = d.id order by at desc, id desc limit 1), 'provisioned')"),
            ("a deadlock was broken", "select deadlocks from pg_stat_database where datname = current_database()"),
        ] {
            let found: i64 = sqlx::query_scalar(query).fetch_one(tx.conn()).await.expect("a count");
            assert_eq!(found, 0, "{what}");
        }
    }
}

#[tokio::test]
async fn whatever_people_do_in_turn_the_database_agrees_with_the_model() {
    let stage = Stage::set().await;
    let scene = Scene::set(&stage).await;
    for seed in 1..=4_u64 {
        let mut chance = Chance(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let mut world = scene.found().await;
        for step in 0..120 {
            let devices: Vec<Uuid> = world.devices.keys().copied().collect();
            let deed = Deed::by_chance(&mut chance, &devices, &scene.bays);
            let who = chance.below(2);
            let (status, code, made) = scene.does(who, deed).await;
            let tenants = scene.tenants();
            let expected = world.does((tenants[who], tenants), deed, made);
            let about = format!("seed {seed}, step {step}: {who} does {deed:?}: {status} {code}");
            assert_eq!(expected.err().unwrap_or_default(), code, "{about}");
            assert_eq!(status >= 300, expected.is_err(), "{about}");
            assert_eq!(scene.found().await, world, "{about}");
            scene.is_sound().await;
        }
    }
}

#[tokio::test]
async fn whatever_eight_people_do_at_once_no_deadlock_surfaces_and_the_database_is_sound() {
    let stage = Stage::set().await;
    let scene = Scene::set(&stage).await;
    let devices = Mutex::new(Vec::new());
    let works = async |seed: u64| {
        let mut chance = Chance(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        for step in 0..100 {
            let known = devices.lock().expect("not poisoned").clone();
            let deed = Deed::by_chance(&mut chance, &known, &scene.bays);
            let who = chance.below(2);
            let (status, code, made) = scene.does(who, deed).await;
            let is_fine = matches!(status, 200 | 201 | 204 | 404 | 409);
            assert!(
                is_fine,
                "seed {seed}, step {step}: {deed:?}: {status} {code}"
            );
            if !made.is_nil() {
                devices.lock().expect("not poisoned").push(made);
            }
        }
    };
    let sweeps = async |who: usize, start: u64| {
        for round in 0..60_u64 {
            let is_own = |device: &Thing| device.tenant == scene.tenants()[who];
            let devices = scene.found().await.devices;
            let own: Vec<_> = devices
                .iter()
                .filter(|(_, device)| is_own(device))
                .collect();
            let ids: Vec<&Uuid> = own.iter().map(|(id, _)| *id).take(12).collect();
            let verb = if round % 2 == 0 { "archive" } else { "restore" };
            for (id, bay) in ids.iter().zip(&scene.bays[who * BAYS..]).take(BAYS) {
                scene.does(who, Deed::Assign(**id, *bay)).await;
            }
            // Devices are made beside, because what counts them is locked by both.
            let newcomer = Deed::Create(100 + 1_000 * start + round);
            let body = json!({ "ids": ids, "force": true });
            let path = format!("/api/v6/devices/bulk/{verb}");
            let ((status, ..), answer) = tokio::join!(
                scene.does(who, newcomer),
                scene.people[who].post(&path, body)
            );
            assert_eq!(status, 201);
            assert!(answer.status.as_u16() < 500, "{verb}: {}", answer.text);
        }
    };
    tokio::join!(
        works(1),
        works(2),
        works(3),
        works(4),
        works(5),
        works(6),
        works(7),
        works(8),
        sweeps(0, 0),
        sweeps(1, 1)
    );
    scene.is_sound().await;
    assert!(!scene.found().await.devices.is_empty());
}
