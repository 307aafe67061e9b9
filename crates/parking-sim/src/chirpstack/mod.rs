//! What ChirpStack would tell an integration, as it tells it: JSON, field by field in its order.
//!
//! Observed on ChirpStack 4.19: names in camel case; defaults are written at the top and left out
//! below; `time` is the gateway's if that is within half a minute of the server's, else the server's,
//! and whatever GPS says if it says anything; `nsTime` is the server's and can be trusted. What
//! retransmissions cause is a `log`, not a second `up`. What was here is held against the samples in
//! `testdata/`.

#[cfg(test)]
mod tests;
mod wire;

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use parking_domain::models::Model;
use uuid::Uuid;

use crate::chance::Chance;
use crate::lot::{Content, Device, GatewayClock, Lot, Message, Role, Up};
pub use wire::Location;
use wire::{
    DeviceTold, JoinTold, LogContext, LogTold, Lora, Modulation, RxTold, StatusTold, Tags, TxTold,
    UpTold,
};

/// One event, ready to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// `up`, `join`, `status` or `log`.
    pub kind: &'static str,
    /// The application it belongs to.
    pub application: Uuid,
    /// The device, in lower case, as it stands in topics.
    pub dev_eui: String,
    /// The body.
    pub body: String,
}

impl Event {
    /// The topic it is published to.
    pub fn topic(&self) -> String {
        let Self {
            kind,
            application,
            dev_eui,
            ..
        } = self;
        format!("application/{application}/device/{dev_eui}/event/{kind}")
    }
}

/// A network server with one application, whose devices are those of a lot.
#[derive(Clone, Debug)]
pub struct Network {
    tenant: Uuid,
    application: Uuid,
    seed: u64,
    site: String,
    /// Where its gateways hang.
    place: [f64; 2],
    /// Whether lamps are told of by somebody else.
    is_without_lamps: bool,
}

impl Network {
    /// The network server of a lot; the application has this id, if it matters.
    pub fn of(lot: &Lot, application: Option<Uuid>) -> Self {
        let draft = lot.draft();
        let mut chance = Chance::of(draft.seed, &format!("{}/network", draft.site));
        let (tenant, drawn) = (chance.uuid(), chance.uuid());
        Self {
            tenant,
            application: application.unwrap_or(drawn),
            seed: draft.seed,
            site: draft.site.clone(),
            place: place(draft.seed),
            is_without_lamps: false,
        }
    }

    /// The same, where a [`crate::server::NetworkServer`] tells of the lamps.
    #[must_use]
    pub fn without_lamps(self) -> Self {
        Self {
            is_without_lamps: true,
            ..self
        }
    }

    /// The tenant of its application.
    pub fn tenant(&self) -> Uuid {
        self.tenant
    }

    /// What its site is called.
    pub fn site(&self) -> &str {
        &self.site
    }

    /// The application of its devices.
    pub fn application(&self) -> Uuid {
        self.application
    }

    /// Tells a message. `stamp` says at which instant of the receiver's time it went through the air.
    pub fn tells(
        &self,
        lot: &Lot,
        message: &Message,
        stamp: impl Fn(DateTime<Utc>) -> DateTime<Utc>,
    ) -> Option<Event> {
        let device = lot.devices().get(message.device)?;
        if self.is_without_lamps && device.is_lamp() {
            return None;
        }
        let at = stamp(message.at) + fraction(message.id);
        let (kind, body) = match &message.content {
            Content::Up(up) => ("up", self.up(lot, device, message.id, up, at)),
            Content::Join { dev_addr } => {
                ("join", self.join(lot, device, message.id, *dev_addr, at))
            }
            Content::Status {
                margin,
                battery_percent,
                is_mains,
            } => {
                let told = StatusTold {
                    deduplication_id: message.id,
                    time: micros(at),
                    device_info: self.about(lot, device, class_of(device)),
                    margin: *margin,
                    external_power_source: *is_mains,
                    battery_level_unavailable: battery_percent.is_none() && !is_mains,
                    battery_level: battery_percent.unwrap_or_default(),
                };
                ("status", serde_json::to_string(&told))
            }
            Content::Retransmitted { f_cnt } => {
                let told = LogTold {
                    time: micros(at),
                    device_info: self.about(lot, device, class_of(device)),
                    level: "WARNING",
                    code: "UPLINK_F_CNT_RETRANSMISSION",
                    description: "Uplink was flagged as re-transmission / frame-counter did not increment",
                    context: LogContext {
                        f_cnt_up: f_cnt.to_string(),
                        deduplication_id: message.id,
                    },
                };
                ("log", serde_json::to_string(&told))
            }
        };
        Some(Event {
            kind,
            application: self.application,
            dev_eui: device.eui.to_string().to_lowercase(),
            // What consists of texts and numbers can be written.
            body: body.ok()?,
        })
    }

    fn join(
        &self,
        lot: &Lot,
        device: &Device,
        id: Uuid,
        dev_addr: u32,
        at: DateTime<Utc>,
    ) -> serde_json::Result<String> {
        serde_json::to_string(&JoinTold {
            deduplication_id: id,
            time: micros(at),
            // It is told before the class is switched on.
            device_info: self.about(lot, device, "CLASS_A"),
            dev_addr: format!("{dev_addr:08x}"),
            region_config_id: REGION,
        })
    }

    fn up(
        &self,
        lot: &Lot,
        device: &Device,
        id: Uuid,
        up: &Up,
        at: DateTime<Utc>,
    ) -> serde_json::Result<String> {
        let rx_info: Vec<_> = self.receptions(lot, up, at);
        let server_time = at + TimeDelta::milliseconds(214);
        let time = match up.clock {
            GatewayClock::Right => micros(at),
            GatewayClock::Absent | GatewayClock::HourBehind => nanos(server_time),
            GatewayClock::LongAgo => "2011-09-14T01:46:25+00:00".to_owned(),
        };
        serde_json::to_string(&UpTold {
            deduplication_id: id,
            time,
            device_info: self.about(lot, device, class_of(device)),
            dev_addr: format!("{:08x}", up.dev_addr),
            adr: true,
            dr: 12_u8.saturating_sub(up.spreading_factor),
            f_cnt: up.f_cnt,
            f_port: up.frame.port,
            confirmed: up.is_confirmed,
            data: &up.frame.bytes,
            rx_info,
            tx_info: TxTold {
                frequency: frequency(up.channel),
                modulation: Modulation {
                    lora: Lora {
                        bandwidth: 125_000,
                        spreading_factor: up.spreading_factor,
                        code_rate: "CR_4_5",
                    },
                },
            },
            region_config_id: REGION,
        })
    }

    fn receptions(&self, lot: &Lot, up: &Up, at: DateTime<Utc>) -> Vec<RxTold> {
        let mut told = Vec::with_capacity(up.receptions.len());
        for (nth, heard) in up.receptions.iter().enumerate() {
            let Some(gateway) = lot.gateways().get(heard.gateway) else {
                continue;
            };
            // The first one's clock is the event's; the others heard it a little later.
            let later = if nth == 0 { 0 } else { heard.uplink_id % 900 };
            let behind = TimeDelta::microseconds(later.into());
            let ns_time =
                at + behind + TimeDelta::nanoseconds(1_400_372 + i64::from(heard.uplink_id % 999));
            let clock = if nth == 0 {
                up.clock
            } else {
                GatewayClock::Right
            };
            let gw_time = match clock {
                GatewayClock::Absent => None,
                GatewayClock::HourBehind => Some(micros(at + behind - TimeDelta::hours(1))),
                GatewayClock::Right | GatewayClock::LongAgo => Some(micros(at + behind)),
            };
            told.push(RxTold {
                gateway_id: gateway.to_string().to_lowercase(),
                uplink_id: heard.uplink_id,
                gw_time,
                ns_time: nanos(ns_time),
                time_since_gps_epoch: (clock == GatewayClock::LongAgo).then_some("1000000000s"),
                rssi: heard.rssi,
                snr: f32::from(heard.snr_quarters) / 4.0,
                channel: up.channel,
                rf_chain: u8::from(up.channel < 4),
                location: self.location(heard.gateway),
                context: heard.uplink_id.to_be_bytes(),
                crc_status: "CRC_OK",
            });
        }
        told
    }

    /// Where a gateway hangs: some hundred metres from the next.
    pub fn location(&self, gateway: usize) -> Location {
        let [latitude, longitude] = self.place;
        let step = 0.001 * crate::ground::count(gateway);
        Location {
            latitude: rounded(latitude + step),
            longitude: rounded(longitude),
            altitude: 3.0,
        }
    }

    fn about<'a>(
        &'a self,
        lot: &'a Lot,
        device: &'a Device,
        class: &'static str,
    ) -> DeviceTold<'a> {
        let bay = device
            .role
            .bay()
            .and_then(|bay| lot.ground().bays().get(bay));
        DeviceTold {
            tenant_id: self.tenant,
            tenant_name: "Simulated",
            application_id: self.application,
            application_name: "parking",
            device_profile_id: self.profile(device.model),
            device_profile_name: device.model.slug,
            device_name: &device.name,
            dev_eui: device.eui.to_string().to_lowercase(),
            device_class_enabled: class,
            tags: Tags {
                site: &self.site,
                model: device.model.slug,
                bay: bay.map(|bay| bay.code.as_str()),
            },
        }
    }

    fn profile(&self, model: &Model) -> Uuid {
        Chance::of(self.seed, &format!("{}/profile/{}", self.site, model.slug)).uuid()
    }
}

const REGION: &str = "eu868";

/// Somewhere in Lyon, and elsewhere for another seed.
pub fn place(seed: u64) -> [f64; 2] {
    let mut chance = Chance::of(seed, "place");
    [
        rounded(45.75 + chance.between(-0.02, 0.02)),
        rounded(4.85 + chance.between(-0.03, 0.03)),
    ]
}

fn rounded(degrees: f64) -> f64 {
    (degrees * 100_000.0).round() / 100_000.0
}

fn class_of(device: &Device) -> &'static str {
    match (device.role, device.model.class) {
        (Role::Display(_) | Role::Alone, parking_domain::models::Class::C) => "CLASS_C",
        _ => "CLASS_A",
    }
}

/// The eight channels of the region.
fn frequency(channel: u8) -> u32 {
    const HERTZ: [u32; 8] = [
        868_100_000,
        868_300_000,
        868_500_000,
        867_100_000,
        867_300_000,
        867_500_000,
        867_700_000,
        867_900_000,
    ];
    HERTZ[usize::from(channel % 8)]
}

/// What a lot does not count: the part of a second below its own steps.
fn fraction(id: Uuid) -> TimeDelta {
    let [a, b, ..] = *id.as_bytes();
    TimeDelta::microseconds((u16::from_be_bytes([a, b]) % 1_000).into())
}

fn micros(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Micros, false)
}

fn nanos(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Nanos, false)
}
