//! The air: what is queued goes out, lamps hear it, and events tell of it.

use std::sync::Arc;

use parking_domain::bay_state::SensorState;
use parking_domain::codec::{Battery, Event as Cause, Extra, Reading, Shown};
use parking_domain::eui::Eui64;
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::Shared;
use super::estate::{Device, Estate};
use super::faults::Faults;
use super::told::{Told, event};
use crate::payload::payload;

/// How often the queues are looked at, in seconds.
const LOOK_EVERY_S: f64 = 0.25;

/// How long a command lies in its queue at least, in seconds.
const LIES_FOR_S: f64 = 0.25;

/// How long a device is left alone after a command, in seconds.
const ALONE_FOR_S: f64 = 5.0;

/// How long an acknowledgement is waited for, in seconds.
const ACK_WITHIN_S: f64 = 5.0;

/// How long a lamp takes to say what it shows, in seconds.
const SPEAKS_AFTER_S: f64 = 0.4;

/// The most bytes of one command at the slowest rate.
const BYTES_MAX: usize = 51;

/// Lets time pass until it is stopped.
pub(super) async fn carry(shared: Arc<Shared>, stop: CancellationToken) {
    let mut later: Vec<(Instant, Eui64, Later)> = Vec::new();
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            () = sleep(shared.span(LOOK_EVERY_S)) => {}
        }
        let now = Instant::now();
        let (due, rest) = later.drain(..).partition(|(at, ..)| *at <= now);
        later = rest;
        let due: Vec<(Instant, Eui64, Later)> = due;
        for (_, eui, what) in due {
            happen(&shared, eui, what);
        }
        transmit(&shared, now, &mut later);
    }
}

/// What is told, and what happens later, of which device.
type Consequences<'a> = (
    &'a mut Vec<(Eui64, Told)>,
    &'a mut Vec<(Instant, Eui64, Later)>,
);

/// What happens a while after a command went out.
#[derive(Clone, Copy)]
enum Later {
    /// The lamp says what it shows, and acknowledges this.
    Speaks { acknowledges: Option<(Uuid, u32)> },
    /// Nobody acknowledged this.
    Unheard { item: (Uuid, u32) },
}

fn transmit(shared: &Shared, now: Instant, later: &mut Vec<(Instant, Eui64, Later)>) {
    let faults = shared.faults();
    let mut estate = shared.estate();
    let waiting: Vec<Eui64> = estate.waiting.iter().copied().collect();
    let mut told = Vec::new();
    for eui in waiting {
        if is_ready(shared, &estate, eui, now) {
            one(shared, (&mut estate, &faults), eui, (&mut told, later));
        }
        if estate
            .devices
            .get(&eui)
            .is_none_or(|device| device.queue.is_empty())
        {
            estate.waiting.remove(&eui);
        }
    }
    drop(estate);
    for (eui, what) in told {
        tell(shared, eui, &what);
    }
}

fn is_ready(shared: &Shared, estate: &Estate, eui: Eui64, now: Instant) -> bool {
    let Some(device) = estate.devices.get(&eui) else {
        return false;
    };
    let is_heard = device
        .session
        .as_ref()
        .is_some_and(|session| session.is_heard);
    let is_alone = device.locked_until.is_some_and(|until| until > now);
    let lies = shared.span(LIES_FOR_S);
    let is_due = device
        .queue
        .front()
        .is_some_and(|item| item.queued_at + lies <= now);
    is_heard && !is_alone && is_due && estate.listens(device)
}

/// Sends the first item of one device.
fn one(
    shared: &Shared,
    (estate, faults): (&mut Estate, &Faults),
    eui: Eui64,
    (told, later): Consequences<'_>,
) {
    let (now, alone) = (Instant::now(), shared.span(ALONE_FOR_S));
    let Some(device) = estate.devices.get_mut(&eui) else {
        return;
    };
    let is_silent = faults.is_gateway_silent || is_out(faults, device);
    let (Some(item), Some(session)) = (device.queue.front_mut(), device.session.as_mut()) else {
        return;
    };
    let id = item.id;
    let expires = item.told.expires_at.map(|at| at.seconds);
    if expires.is_some_and(|at| at < shared.clock.now().timestamp()) {
        device.queue.pop_front();
        return told.push((eui, Told::Expired { item: id }));
    }
    let bytes = item.told.data.len();
    if bytes > BYTES_MAX {
        device.queue.pop_front();
        let bytes_max = BYTES_MAX;
        return told.push((
            eui,
            Told::TooLong {
                item: id,
                bytes,
                bytes_max,
            },
        ));
    }
    let f_cnt_down = *item.f_cnt_down.get_or_insert_with(|| {
        session.f_cnt_down += 1;
        session.f_cnt_down - 1
    });
    device.locked_until = Some(now + alone);
    if is_silent {
        return;
    }
    if faults.is_gateway_late {
        return told.push((eui, Told::TooLate));
    }
    let is_confirmed = item.told.confirmed;
    let sent = item.told.clone();
    item.told.is_pending = is_confirmed;
    if !is_confirmed {
        device.queue.pop_front();
    }
    let transmitted = Told::TxAck {
        item: id,
        f_cnt_down,
    };
    told.push((eui, transmitted));
    let hearing = device.lamp.as_mut().filter(|_| !faults.are_lamps_deaf);
    let lamp = hearing.is_some();
    if let Some(lamp) = hearing {
        // ChirpStack keeps a port in a byte, and what does not fit wraps around.
        let [.., f_port] = sent.f_port.to_be_bytes();
        lamp.hears(f_port, &sent.data);
    }
    let item = (id, f_cnt_down);
    let acknowledges = (is_confirmed && !faults.are_lamps_mute).then_some(item);
    if lamp {
        let at = now + shared.span(SPEAKS_AFTER_S);
        later.push((at, eui, Later::Speaks { acknowledges }));
    }
    if is_confirmed && !(lamp && acknowledges.is_some()) {
        let at = now + shared.span(ACK_WITHIN_S);
        later.push((at, eui, Later::Unheard { item }));
    }
}

fn happen(shared: &Shared, eui: Eui64, what: Later) {
    match what {
        Later::Speaks { acknowledges } => {
            if let Some((item, f_cnt_down)) = acknowledges {
                forget(shared, eui, item);
                let is_heard = true;
                tell(
                    shared,
                    eui,
                    &Told::Ack {
                        item,
                        is_heard,
                        f_cnt_down,
                    },
                );
            }
            speak(shared, eui);
        }
        Later::Unheard {
            item: (item, f_cnt_down),
        } => {
            forget(shared, eui, item);
            let is_heard = false;
            tell(
                shared,
                eui,
                &Told::Ack {
                    item,
                    is_heard,
                    f_cnt_down,
                },
            );
        }
    }
}

/// Whether the gateways that a device reaches are out.
fn is_out(faults: &Faults, device: &Device) -> bool {
    let application = device.told.application_id.parse();
    application.is_ok_and(|id| faults.out.contains(&id))
}

fn forget(shared: &Shared, eui: Eui64, item: Uuid) {
    if let Some(device) = shared.estate().devices.get_mut(&eui) {
        device.queue.retain(|queued| queued.id != item);
    }
}

/// A device joins again, and says so with its first message.
pub(super) fn rejoin(shared: &Shared, eui: Eui64) {
    let joined = shared.estate().rejoin(eui);
    let Some(dev_addr) = joined else {
        return;
    };
    tell(shared, eui, &Told::Join { dev_addr });
    speak(shared, eui);
}

/// Every lamp that has a session says what it shows.
pub(super) fn all_speak(shared: &Shared) {
    let estate = shared.estate();
    let lamps = estate.devices.iter();
    let lamps = lamps.filter(|(_, device)| device.lamp.is_some() && device.session.is_some());
    let lamps: Vec<Eui64> = lamps.map(|(eui, _)| *eui).collect();
    drop(estate);
    for lamp in lamps {
        speak(shared, lamp);
    }
}

/// A lamp says what it shows, if anybody can hear it.
fn speak(shared: &Shared, eui: Eui64) {
    let faults = shared.faults();
    let mut estate = shared.estate();
    let Some(device) = estate.devices.get_mut(&eui) else {
        return;
    };
    let is_out = is_out(&faults, device);
    let (Some(lamp), Some(session)) = (&device.lamp, device.session.as_mut()) else {
        return;
    };
    if is_out {
        return;
    }
    let f_cnt = session.f_cnt_up;
    session.f_cnt_up += 1;
    session.is_heard = true;
    let (dev_addr, sent) = (session.dev_addr, session.f_cnt_down);
    device.last_seen_at = Some(shared.clock.now());
    let Some(frame) = payload(lamp.model.codec, &reading(lamp.shown(), (f_cnt, sent))) else {
        return;
    };
    drop(estate);
    let up = Told::Up {
        dev_addr,
        f_cnt,
        f_port: frame.port,
        bytes: frame.bytes,
    };
    tell(shared, eui, &up);
}

fn reading(shown: Shown, (f_cnt, heard): (u32, u32)) -> Reading {
    Reading {
        event: Cause::DisplayStatus,
        sensor: SensorState::Unknown,
        battery: Battery {
            voltage: None,
            percent: None,
            is_low: None,
            health: None,
        },
        temperature: None,
        shown: Some(shown),
        extras: vec![
            Extra::Rssi(-71),
            Extra::DownlinksReceived(heard),
            Extra::UplinksSent(f_cnt),
            Extra::UplinkCounter(u16::try_from(f_cnt & 0xffff).unwrap_or_default()),
        ],
    }
}

fn tell(shared: &Shared, eui: Eui64, what: &Told) {
    let mut estate = shared.estate();
    let id = estate.chance.uuid();
    let about = estate.about(eui);
    drop(estate);
    let told = about.and_then(|about| event(&about, what, id, shared.clock.now()));
    if let Some(told) = told {
        // Where nobody takes them they are lost, as ChirpStack's are.
        shared.events.try_send(told).unwrap_or_default();
    }
}
