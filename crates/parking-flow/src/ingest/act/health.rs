//! What messages say of the health of devices and gateways, and of devices nobody has claimed.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use parking_db::{DbError, PlatformTx};
use parking_domain::eui::Eui64;
use parking_domain::radio::Numbering;
use parking_estate::devices::{self, Heard};
use parking_estate::gateways::{self, Sign};
use parking_estate::orphans::{self, Stray};
use uuid::Uuid;

use super::Understood;
use crate::ingest::{Source, strongest};

/// Writes down how devices and gateways were heard.
pub(super) async fn note(
    tx: &mut PlatformTx,
    understood: &mut [Understood<'_>],
) -> Result<(), DbError> {
    let numberings = numberings(understood);
    let mut heard = Vec::new();
    let mut signs: HashMap<(Eui64, Option<Uuid>), DateTime<Utc>> = HashMap::new();
    for one in &*understood {
        let receptions = one.receptions();
        for reception in &receptions {
            let seen = signs
                .entry((reception.gateway, teller(one)))
                .or_insert(one.message.received_at);
            *seen = one.message.received_at.max(*seen);
        }
        let Some(device) = one.device else { continue };
        if !is_its_own(one) {
            continue;
        }
        let best = strongest(&receptions);
        heard.push(Heard {
            tenant_id: device.tenant_id,
            device_id: device.id,
            at: one.message.received_at,
            // Many say 255 for "unknown"; the reading keeps the number.
            battery_percent: (one.battery_percent).filter(|p| (0.0..=100.0).contains(p)),
            battery_volts: one.battery_volts.filter(|volts| volts.is_finite()),
            rssi: best.and_then(|best| best.rssi),
            snr: best.and_then(|best| best.snr),
            only_gateway: match receptions.as_slice() {
                [one] => Some(one.gateway),
                _ => None,
            },
            numbering: numberings.get(&(device.tenant_id, device.id)).cloned(),
        });
    }
    devices::heard(tx, &heard).await?;
    let mut signs: Vec<Sign> = signs
        .into_iter()
        .map(|((eui, told_by), at)| Sign { eui, told_by, at })
        .collect();
    signs.sort_unstable();
    gateways::heard(tx, &signs).await
}

/// Whether a device speaks here: what a gateway or the network server says of it is no sign that it
/// lives.
fn is_its_own(one: &Understood<'_>) -> bool {
    let kind = one.message.kind.as_str();
    matches!(kind, "up" | "join" | "status" | "observation")
}

/// Who says that a gateway was heard. What comes with a tenant's credential could be made up.
fn teller(one: &Understood<'_>) -> Option<Uuid> {
    let is_our_own = one.message.source == Source::ChirpStackMqtt.name();
    (!is_our_own).then_some(one.message.tenant_id)
}

/// How the messages of devices are numbered after these; each is told how many it shows to be lost,
/// or not lost after all. One that is acted on again was counted the first time, if it was its
/// device's then.
fn numberings(understood: &mut [Understood<'_>]) -> HashMap<(Uuid, Uuid), Numbering> {
    let mut numberings: HashMap<(Uuid, Uuid), Numbering> = HashMap::new();
    for one in understood {
        let Some(device) = one.device.filter(|_| one.message.replays == 0) else {
            continue;
        };
        let session = one.message.content["dev_addr"].as_str();
        let number = one.message.f_cnt.and_then(|n| u32::try_from(n).ok());
        let of_device = || device.numbering.clone();
        let key = (device.tenant_id, device.id);
        match (one.message.kind.as_str(), number) {
            ("join", _) => numberings
                .entry(key)
                .or_insert_with(of_device)
                .join(session),
            ("up", Some(number)) => {
                let numbering = numberings.entry(key).or_insert_with(of_device);
                let before = numbering.lost;
                numbering.hear(session, number);
                one.acted.frames_lost = i64::try_from(numbering.lost)
                    .ok()
                    .zip(i64::try_from(before).ok())
                    .map(|(after, before)| after - before);
            }
            _ => {}
        }
    }
    numberings
}

/// Notes devices nobody has claimed, by what they themselves said.
pub(super) async fn note_strays(
    tx: &mut PlatformTx,
    understood: &[Understood<'_>],
) -> Result<(), DbError> {
    let strays: Vec<Stray> = understood
        .iter()
        .filter(|one| one.acted.outcome == "orphan" && one.message.replays == 0)
        .filter(|one| is_its_own(one))
        .filter_map(|one| {
            let receptions = one.receptions();
            let best = strongest(&receptions);
            Some(Stray {
                tenant_id: one.message.tenant_id,
                dev_eui: one.message.dev_eui.clone()?,
                at: one.message.received_at,
                f_port: one.message.f_port.map(i32::from),
                payload: one.message.payload.clone(),
                rssi: best.and_then(|best| best.rssi),
                snr: best.and_then(|best| best.snr),
                gateway: best.map(|best| best.gateway.to_string()),
                source: one.message.source.clone(),
            })
        })
        .collect();
    orphans::heard(tx, &strays).await
}
