//! A day on a site that is not there, told to a server that is: at its end the server knows of each
//! bay, device and gateway what is true there.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use chrono::{DateTime, TimeDelta, Utc};
use parking_chirpstack::broker::{Broker, Door, Sessions};
use parking_domain::codec;
use parking_domain::models;
use parking_sim::audience::Profile;
use parking_sim::lot::{Content, Faults, Happening, Lot, LotDraft, Message, Outage, Role, What};
use serde_json::{Value, json};

use super::items;
use crate::harness::actors::{Owner, text};
use crate::harness::process::{Ended, run};
use crate::harness::{Stage, eventually};

const SITE: &str = "Day Quay";
const SPACES: usize = 210;
const MODELS: [&str; 4] = [
    "bosch-tps110",
    "pni-placepod",
    "nwave-nps405",
    "plenom-busylight-omega",
];
const START: &str = "2026-11-16T05:00:00Z";
const HOURS: i64 = 24;
/// Two hours of the lot in one second.
const SPEED: i32 = 7_200;
/// The second gateway goes after this, and stays away.
const OUT_AFTER_HOURS: i64 = 23;
/// What the network server adds to the instant of a message, and the rounding of scaled time.
const SLACK: TimeDelta = TimeDelta::milliseconds(10);

/// The same day as the command simulates, lived by the test, and what is true at its end.
struct Day {
    lot: Lot,
    /// When each bay changed for the last time.
    changed: Vec<DateTime<Utc>>,
    /// When each device said for the last time whether its bay is taken, and what it said; of what
    /// reached the network server.
    said: Vec<Option<(DateTime<Utc>, bool)>>,
    /// When each device was heard for the last time.
    heard: Vec<Option<DateTime<Utc>>>,
    /// When each gateway heard something for the last time.
    gateways: Vec<Option<DateTime<Utc>>>,
}

impl Day {
    fn lived() -> Self {
        let start: DateTime<Utc> = START.parse().unwrap();
        let lot = Lot::of(LotDraft {
            site: SITE.to_owned(),
            spaces: SPACES,
            seed: 11,
            run: 0,
            models: MODELS.map(|slug| models::find(slug).unwrap()).to_vec(),
            profile: *Profile::find("mixed").unwrap(),
            timezone: chrono_tz::Europe::Paris,
            start,
            faults: Faults::ROUGH,
            outages: vec![Outage {
                gateway: 1,
                from: start + TimeDelta::hours(OUT_AFTER_HOURS),
                until: start + TimeDelta::hours(OUT_AFTER_HOURS + 10),
            }],
        });
        let mut day = Self {
            changed: vec![start; lot.ground().bays().len()],
            said: vec![None; lot.devices().len()],
            heard: vec![None; lot.devices().len()],
            gateways: vec![None; lot.gateways().len()],
            lot,
        };
        let end = start + TimeDelta::hours(HOURS);
        while day.lot.next_at().is_some_and(|at| at < end) {
            let Some(Happening { at, what }) = day.lot.step() else {
                continue;
            };
            match what {
                What::Parked { bay } | What::Left { bay } => day.changed[bay] = at,
                What::Told(message) => day.tell(&message),
            }
        }
        day
    }

    fn tell(&mut self, message: &Message) {
        let device = message.device;
        let at = Some(message.at);
        match &message.content {
            Content::Up(up) => {
                self.heard[device] = self.heard[device].max(at);
                for heard in &up.receptions {
                    self.gateways[heard.gateway] = self.gateways[heard.gateway].max(at);
                }
                let codec = codec::find(self.lot.devices()[device].model.codec).unwrap();
                let reading = codec.decode(Some(up.frame.port), &up.frame.bytes);
                let said = reading.ok().and_then(|reading| reading.occupied());
                let said = said.map(|is_taken| (message.at, is_taken));
                self.said[device] = self.said[device].max(said);
            }
            Content::Join { .. } | Content::Status { .. } => {
                self.heard[device] = self.heard[device].max(at);
            }
            // The network server says it, not the device.
            Content::Retransmitted { .. } => {}
        }
    }

    /// The bays whose sensor has noticed the last change and told it, by their code: whether a vehicle
    /// stands there.
    fn truth(&self) -> BTreeMap<&str, bool> {
        let sensors = self.lot.devices().iter().zip(&self.said);
        sensors
            .filter_map(|(device, said)| match (device.role, said) {
                (Role::Sensor(bay), Some((at, said))) => Some((bay, *at, *said)),
                _ => None,
            })
            .filter(|(bay, at, said)| *at >= self.changed[*bay] && *said == self.lot.is_taken(*bay))
            .map(|(bay, _, is_taken)| (self.lot.ground().bays()[bay].code.as_str(), is_taken))
            .collect()
    }

    /// Instants of the lot, by the name of whom they are about, as seconds of the receiver.
    fn scaled<'a>(
        all: impl Iterator<Item = (String, Option<DateTime<Utc>>)> + 'a,
    ) -> BTreeMap<String, TimeDelta> {
        let start: DateTime<Utc> = START.parse().unwrap();
        all.filter_map(|(name, at)| Some((name, (at? - start) / SPEED)))
            .collect()
    }
}

/// A customer with a server of its own, and the day told to it.
struct Told {
    stage: Stage,
    owner: Owner,
    key: String,
}

impl Told {
    async fn prepared(settings: &[(&str, &str)]) -> Self {
        let stage = Stage::set_with(settings).await;
        let owner = stage.customer("Steelless").await;
        let draft = json!({ "name": "simulator", "role": "admin", "scopes": ["admin:*"] });
        let made = owner.api.post("/api/v6/api-keys", &draft).await;
        let key = text(&made.expect(201), "key").to_owned();
        Self { stage, owner, key }
    }

    /// Runs the command to its end.
    async fn simulate(&self, to: &str, speed: i32, duration: &str, more: &[&str]) -> Ended {
        let (spaces, speed) = (SPACES.to_string(), speed.to_string());
        let (models, out) = (MODELS.join(","), format!("2@{OUT_AFTER_HOURS}h+10h"));
        let asked = [
            "simulate",
            "--site",
            SITE,
            "--spaces",
            &spaces,
            "--models",
            &models,
            "--seed",
            "11",
            "--start",
            START,
            "--faults",
            "rough",
            "--outage",
            &out,
            "--to",
            to,
            "--speed",
            &speed,
            "--duration",
            duration,
        ];
        let ended = run(&[&asked[..], more].concat(), &Vec::new()).await;
        assert_eq!(ended.code(), Some(0), "{}", ended.text());
        for said in ["0 refused, 0 given up", "0 waiting"] {
            assert!(ended.text().contains(said), "{}", ended.text());
        }
        ended
    }

    async fn sees(&self, path: &str) -> Value {
        self.owner.api.get(path).await.expect(200)
    }

    /// Waits until each bay of which the truth was told is what it is.
    async fn agrees_on_bays(&self, day: &Day) {
        let truth = day.truth();
        // Some changed a moment ago, or their last frame was lost; the others are many.
        assert!(truth.len() * 5 > SPACES * 4, "{} of {SPACES}", truth.len());
        let mut admin = self.stage.server.superuser().await;
        eventually("every message is acted on", async || {
            let query = "select count(*) from uplinks where acted_at is null";
            let waiting: i64 = sqlx::query_scalar(query)
                .fetch_one(&mut admin)
                .await
                .unwrap();
            (waiting == 0).then_some(())
        })
        .await;
        let spaces = self.sees("/api/v6/spaces?page_size=500").await;
        let wrong: Vec<String> = items(&spaces, "spaces")
            .iter()
            .filter_map(|bay| {
                let is_taken = truth.get(text(bay, "code"))?;
                let should = if *is_taken { "occupied" } else { "free" };
                (bay["state"] != should)
                    .then(|| format!("{} is {}, not {should}", bay["code"], bay["state"]))
            })
            .collect();
        assert!(wrong.is_empty(), "{wrong:#?}");
    }

    /// Each device and gateway was heard for the last time when it was.
    async fn agrees_on_health(&self, day: &Day) {
        let devices = day.lot.devices().iter().zip(&day.heard);
        let devices = Day::scaled(devices.map(|(device, at)| (device.eui.to_string(), *at)));
        let gateways = day.lot.gateways().iter().zip(&day.gateways);
        let gateways = Day::scaled(gateways.map(|(eui, at)| (eui.to_string(), *at)));
        assert!(devices.len() > SPACES && gateways.len() == 2);
        let mut begun = Vec::new();
        for (path, name, eui, expected) in [
            (
                "/api/v6/devices?page_size=500",
                "devices",
                "dev_eui",
                devices,
            ),
            (
                "/api/v6/gateways?page_size=500",
                "gateways",
                "eui",
                gateways,
            ),
        ] {
            let list = self.sees(path).await;
            let seen = items(&list, name).iter().filter_map(|one| {
                let after = expected.get(text(one, eui))?;
                let seen: DateTime<Utc> = text(one, "last_seen_at").parse().unwrap();
                Some((seen - *after, text(one, eui).to_owned()))
            });
            let before = begun.len();
            begun.extend(seen);
            assert_eq!(begun.len() - before, expected.len(), "{name}");
        }
        // All of them say the same of when the day began.
        let (first, last) = (begun.iter().min().unwrap(), begun.iter().max().unwrap());
        assert!(last.0 - first.0 <= SLACK, "{first:?} {last:?}");
    }
}

#[tokio::test]
async fn a_simulated_day_over_http_ends_with_the_states_that_are_true() {
    let told = Told::prepared(&[]).await;
    let base = told.stage.server.anonymous().base().to_owned();
    let hours = format!("{HOURS}h");
    let more = ["--estate", "--key", &told.key];
    told.simulate(&base, SPEED, &hours, &more).await;
    let day = Day::lived();
    told.agrees_on_bays(&day).await;
    told.agrees_on_health(&day).await;
}

#[tokio::test]
async fn the_same_day_over_mqtt_ends_alike() {
    const APPLICATION: &str = "deb86e58-f3b2-43fc-b5cb-3e10d825b9f5";
    let any = SocketAddr::from(([127, 0, 0, 1], 0));
    let broker = Broker::start(any, Door::default(), Sessions::default());
    let broker = broker.await.expect("a broker");
    let url = format!("mqtt://{}", broker.address());
    let told = Told::prepared(&[("MQTT_URL", &url)]).await;
    let base = told.stage.server.anonymous().base().to_owned();
    // The estate is made through the API; a second of the lot says little.
    let more = ["--estate", "--key", &told.key];
    told.simulate(&base, 1, "1s", &more).await;
    let arguments = ["applications", "give", APPLICATION, "--tenant", "steelless"];
    let given = told.stage.server.command(&arguments).await;
    assert_eq!(given.code(), Some(0), "{}", given.text());

    let hours = format!("{HOURS}h");
    let more = ["--application", APPLICATION];
    told.simulate(&url, SPEED, &hours, &more).await;
    eventually("the server has taken all", async || {
        (broker.waiting("parking") == 0).then_some(())
    })
    .await;
    let day = Day::lived();
    told.agrees_on_bays(&day).await;
    told.agrees_on_health(&day).await;
    drop(told);
    broker.stop().await;
}
