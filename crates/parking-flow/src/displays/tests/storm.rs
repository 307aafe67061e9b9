//! A model of everything that can go wrong, played with a clock in the hand: bays change, gateways are
//! silent, the network server is away, mute, unwilling, servers die. Whatever happens, nothing of the
//! promises is broken; and once it is over every lamp shows what it should.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use parking_domain::radio::Content;
use serde_json::json;

use super::{LAMP, Lit, Mood, Settings, status};
use crate::displays::{Taker, send};

/// A die that falls the same way for the same seed.
struct Die(u64);

impl Die {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % sides
    }
}

/// How many days of bad weather are played.
const SEEDS: u64 = 4;

const PER_MINUTE: u32 = 6;
const ATTEMPTS: i64 = 5;

async fn is_sound(lit: &Lit, handed: &[i64], now: i64) {
    let on_their_way = lit
        .scalar(
            "select coalesce(max(count), 0) from (select count(*) from downlinks
             where status in ('sending', 'queued', 'awaiting_ack') group by device_id) as by_device (count)",
        )
        .await;
    assert!(on_their_way <= 1);
    assert!(
        lit.server.deepest() <= 1,
        "a device has two commands in its queue"
    );
    assert!(
        lit.scalar("select coalesce(max(attempts), 0)::bigint from downlinks")
            .await
            <= ATTEMPTS
    );
    let within = handed.iter().filter(|at| now - **at < 60).count();
    assert!(within <= PER_MINUTE as usize, "{within} within a minute");
}

/// Something happens to a lamp, its bay, or the network server. Says how often a command was handed over.
async fn happens(
    lit: &Lit,
    die: &mut Die,
    (eui, bay): (&'static str, usize),
    truth: &mut BTreeMap<&'static str, Vec<u8>>,
) -> usize {
    match die.roll(12) {
        0..=2 => {
            lit.observes(
                bay,
                ["free", "occupied"][usize::try_from(die.roll(2)).unwrap()],
            )
            .await;
        }
        3 => lit.server.feels(match die.roll(5) {
            0 => Mood::Away,
            1 => Mood::Mute,
            2 => Mood::Lossy,
            3 => Mood::Unwilling,
            _ => Mood::Well,
        }),
        4 => {
            truth.remove(eui);
            lit.hears(eui, Content::Join { dev_addr: None }).await;
        }
        5 => {
            // A gateway sends it, and nobody hears of that.
            if let Some(item) = lit.server.sends(eui.parse().unwrap()) {
                truth.insert(eui, item.payload);
            }
        }
        6 => {
            // A server dies in the middle of its turn.
            let before = lit.server.asked();
            let one = tokio::time::timeout(
                std::time::Duration::from_millis(die.roll(12)),
                send(&lit.flow, Taker::ChirpStack),
            );
            let _died = one.await;
            return lit.server.asked() - before;
        }
        _ => {
            if let Some(payload) = lit.transmits(eui).await {
                truth.insert(eui, payload);
            }
        }
    }
    0
}

async fn play(seed: u64) {
    let settings = Settings {
        gateway_per_minute: PER_MINUTE,
        tenant_per_minute: PER_MINUTE,
        ..Settings::default()
    };
    let lit = Lit::open_with(settings).await;
    let second = "2020200000000002";
    lit.hangs_lamp(second, lit.lot.bays[0]).await;
    let lamps = [(LAMP, 1), (second, 0)];
    let mut die = Die(seed * 2_654_435_761 + 88_172_645_463_325_252);
    let mut truth: BTreeMap<&'static str, Vec<u8>> = BTreeMap::new();
    let (mut handed, mut now) = (Vec::new(), 0_i64);
    for _ in 0..120 {
        let (eui, bay) = lamps[usize::try_from(die.roll(2)).unwrap()];
        let handed_now = happens(&lit, &mut die, (eui, bay), &mut truth).await;
        handed.extend((0..handed_now).map(|_| now));
        let seconds = i64::try_from(die.roll(20)).unwrap();
        for _ in 0..=seconds / 4 {
            now += 4;
            lit.lot.test.clock().advance(TimeDelta::seconds(4));
            let before = lit.server.asked();
            lit.plans().await;
            lit.sends().await;
            lit.watches().await;
            handed.extend((before..lit.server.asked()).map(|_| now));
        }
        is_sound(&lit, &handed, now).await;
    }
    calm(&lit, &lamps, &mut truth).await;
    for (eui, bay) in lamps {
        let state = lit.lot.state(bay).await;
        let wanted: &[u8] = match state.as_str() {
            "free" => &super::GREEN,
            "occupied" => &super::RED,
            _ => continue,
        };
        assert_eq!(
            truth.get(eui).map(Vec::as_slice),
            Some(wanted),
            "seed {seed}: {eui} at a bay that is {state}"
        );
    }
}

/// Everything is well again, for long enough.
async fn calm(
    lit: &Lit,
    lamps: &[(&'static str, usize)],
    truth: &mut BTreeMap<&'static str, Vec<u8>>,
) {
    lit.server.feels(Mood::Well);
    for _ in 0..260 {
        lit.lot.test.clock().advance(TimeDelta::seconds(20));
        lit.plans().await;
        lit.sends().await;
        lit.watches().await;
        for (eui, _) in lamps {
            if let Some(payload) = lit.transmits(eui).await {
                let light = [payload[0], payload[1], payload[2], payload[3], payload[4]];
                truth.insert(*eui, payload);
                lit.hears(eui, Content::Uplink(status(light))).await;
            }
        }
        let behind = lit.get("/api/v6/displays?behind=true").await.json();
        if behind["total"] == json!(0) && lit.server.waits(LAMP.parse().unwrap()).is_empty() {
            lit.plans().await;
            return;
        }
    }
    panic!(
        "lamps are behind an hour after everything was well: {}",
        lit.get("/api/v6/downlinks").await.text
    );
}

#[tokio::test]
async fn whatever_happens_the_promises_hold_and_in_the_end_lamps_show_what_they_should() {
    for seed in 1..=SEEDS {
        play(seed).await;
    }
}
