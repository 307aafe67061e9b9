//! A ChirpStack that is not there: its API over gRPC, its MQTT integration, its queues, and lamps that hear what
//! is queued.
//!
//! It keeps what is made through its API, in memory, and answers as ChirpStack 4.19 was seen to
//! answer, mistakes included: `INTERNAL` for a duplicate, `UNAUTHENTICATED` for what one may not do, a
//! count for a list without a limit. Lamps listen at all times: a second after a command was queued it
//! goes out, and of one device the next one five seconds later. What it tells of that are events, as
//! its integrations would get them. What may go wrong is in [`Faults`] and can be changed while it runs.
//!
//! Deliberately absent: radio. Sensors and what becomes of their messages are in [`crate::lot`].

mod air;
mod answers;
mod broker;
mod calls;
mod estate;
mod faults;
mod lamp;
mod listening;
mod told;

use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use parking_domain::clock::Clock;
use parking_domain::eui::Eui64;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use uuid::Uuid;

pub use faults::Faults;

use crate::chirpstack::{Event, Network};
use crate::lot::Lot;
use estate::Estate;
pub use estate::LampDraft;
pub use lamp::Light;

/// Events that wait for whoever takes them; more are lost, as where nobody listens.
const EVENTS_MAX: usize = 65_536;

/// How a network server is.
#[derive(Clone, Debug)]
pub struct Options {
    /// The key of its administrator; whoever shows another is not let in.
    pub token: String,
    /// Where its chance comes from.
    pub seed: u64,
    /// How long a second lasts: all of its own delays are longer or shorter by this.
    pub pace: f64,
}

/// A network server that runs.
#[derive(Debug)]
pub struct NetworkServer {
    shared: Arc<Shared>,
    address: SocketAddr,
    tasks: TaskTracker,
    stop: CancellationToken,
}

/// What its parts have in common.
#[derive(Debug)]
struct Shared {
    estate: Mutex<Estate>,
    faults: Mutex<Faults>,
    clock: Clock,
    options: Options,
    events: mpsc::Sender<Event>,
    calls: AtomicU64,
    /// Commands that came by a broker, and those of them that were none.
    commands: [AtomicU64; 2],
    /// Calls under way, and the most there ever were.
    in_flight: [AtomicU64; 2],
    /// Ends every connection when it is cancelled, and is then replaced.
    up: Mutex<CancellationToken>,
}

impl Shared {
    fn estate(&self) -> MutexGuard<'_, Estate> {
        self.estate.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn faults(&self) -> Faults {
        let faults = self.faults.lock();
        faults.unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn up(&self) -> MutexGuard<'_, CancellationToken> {
        self.up.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// So long in this server's time.
    fn span(&self, seconds: f64) -> Duration {
        Duration::from_secs_f64((seconds * self.options.pace).max(0.000_1))
    }
}

impl NetworkServer {
    /// Starts at an address; what it tells comes out of the receiver.
    pub async fn start(
        address: SocketAddr,
        options: Options,
        clock: Clock,
    ) -> std::io::Result<(Self, mpsc::Receiver<Event>)> {
        let listener = tokio::net::TcpListener::bind(address).await?;
        let address = listener.local_addr()?;
        let (events, receiver) = mpsc::channel(EVENTS_MAX);
        let shared = Arc::new(Shared {
            estate: Mutex::new(Estate::of(options.seed, clock.now())),
            faults: Mutex::default(),
            clock,
            options,
            events,
            calls: AtomicU64::new(0),
            commands: [AtomicU64::new(0), AtomicU64::new(0)],
            in_flight: [AtomicU64::new(0), AtomicU64::new(0)],
            up: Mutex::default(),
        });
        let (tasks, stop) = (TaskTracker::new(), CancellationToken::new());
        let serving = listening::serve(listener, Arc::clone(&shared), tasks.clone(), stop.clone());
        tasks.spawn(serving);
        tasks.spawn(air::carry(Arc::clone(&shared), stop.clone()));
        let server = Self {
            shared,
            address,
            tasks,
            stop,
        };
        Ok((server, receiver))
    }

    /// Where its API listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Its first tenant, with one application and a profile of each class.
    pub fn home(&self) -> Home {
        self.shared.estate().home()
    }

    /// Puts a lamp on the air that is known to it: with a session, and heard.
    pub fn add_lamp(&self, lamp: LampDraft) {
        let now = self.shared.clock.now();
        self.shared.estate().add_lamp(lamp, now);
    }

    /// Takes on what a lot consists of: its tenant and application, its gateways and devices; its lamps
    /// are on the air from now on, and say so. What is there already stays.
    pub fn take_on(&self, lot: &Lot, network: &Network) {
        let now = self.shared.clock.now();
        self.shared.estate().take_on(lot, network, now);
        for lamp in lot.devices().iter().filter(|device| device.is_lamp()) {
            self.rejoin(lamp.eui);
        }
    }

    /// From now on a device or gateway is not for whoever calls.
    pub fn forbid(&self, eui: Eui64) {
        self.shared.estate().forbidden.insert(eui);
    }

    /// What a lamp shows; nothing if there is no such lamp.
    pub fn shows(&self, dev_eui: Eui64) -> Option<Light> {
        self.shared.estate().shows(dev_eui)
    }

    /// A lamp joins again: green, its queue forgotten.
    pub fn rejoin(&self, dev_eui: Eui64) {
        air::rejoin(&self.shared, dev_eui);
    }

    /// From now on lamps say what they show so often, though nobody told them anything.
    pub fn speaks_every(&self, period: Duration) {
        let (shared, stop) = (Arc::clone(&self.shared), self.stop.clone());
        self.tasks.spawn(async move {
            loop {
                tokio::select! {
                    () = stop.cancelled() => return,
                    () = tokio::time::sleep(period) => air::all_speak(&shared),
                }
            }
        });
    }

    /// The gateways of an application are out, or hear and send again.
    pub fn set_out(&self, application: Uuid, is_out: bool) {
        self.set_faults(|faults| {
            if is_out {
                faults.out.insert(application);
            } else {
                faults.out.remove(&application);
            }
        });
    }

    /// Devices it knows.
    pub fn devices(&self) -> usize {
        self.shared.estate().count()
    }

    /// Commands that wait in its queues.
    pub fn queued(&self) -> usize {
        self.shared.estate().queued()
    }

    /// The most commands that ever waited for one device.
    pub fn deepest(&self) -> usize {
        self.shared.estate().deepest
    }

    /// Calls it took, and the most that were under way at once.
    pub fn calls(&self) -> (u64, u64) {
        let [_, most] = &self.shared.in_flight;
        let calls = self.shared.calls.load(Ordering::Relaxed);
        (calls, most.load(Ordering::Relaxed))
    }

    /// Changes what goes wrong from now on.
    pub fn set_faults(&self, change: impl FnOnce(&mut Faults)) {
        let faults = self.shared.faults.lock();
        change(&mut faults.unwrap_or_else(PoisonError::into_inner));
    }

    /// Drops every connection, as a restart does; queues survive it.
    pub fn restart(&self) {
        std::mem::take(&mut *self.shared.up()).cancel();
    }

    /// Takes nothing more and ends.
    pub async fn stop(self) {
        self.stop.cancel();
        self.restart();
        self.tasks.close();
        self.tasks.wait().await;
    }
}

/// Where things are made that nobody asked for elsewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Home {
    /// A tenant.
    pub tenant: Uuid,
    /// Its application.
    pub application: Uuid,
    /// The profile of devices that listen at all times.
    pub class_c: Uuid,
    /// The profile of devices that listen after they spoke.
    pub class_a: Uuid,
}
