//! Bad days of lamps: the network server is not there, slow, unwilling, forgets to answer, starts
//! again; a gateway sends nothing or too late; lamps hear nothing and join anew; of two servers one is
//! killed while it hands commands over. Afterwards every lamp shows what its bay is, no minute held
//! more commands than there may be, and no lamp ever had two in its queue.
//!
//! And a good day with many of them: what changes at bays reaches the network server at once.
//!
//! `PARKING_TEST_LAMPS_SEED` repeats a day, `PARKING_TEST_LAMPS_ROUNDS` has more of them;
//! `PARKING_TEST_LAMPS_MANY` says how many many are.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use parking_domain::clock::Clock;
use parking_domain::eui::Eui64;
use parking_domain::models;
use parking_sim::chance::Chance;
use parking_sim::chirpstack::Event;
use parking_sim::server::{Faults, LampDraft, NetworkServer, Options};
use reqwest::Method;
use serde_json::{Value, json};
use sqlx::PgConnection;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::sleep;

use crate::harness::actors::{Key, text};
use crate::harness::http::try_send;
use crate::harness::{Api, Stage, asked, server};

const TOKEN: &str = "the-key-of-its-administrator";
const LAMPS: u64 = 8;
/// Commands that may be sent within a minute.
const PER_MINUTE: i64 = 90;
/// How long the worst of it may take to be put right.
const PATIENCE: Duration = Duration::from_secs(100);

/// Something that goes wrong at the network server.
type Trouble = (&'static str, fn(&mut Faults));

const TROUBLES: [Trouble; 8] = [
    ("it is not there", |faults| faults.is_down = true),
    ("it is slow", |faults| {
        faults.thinks_for = Duration::from_millis(900);
    }),
    ("it does not come to an end", |faults| {
        faults.thinks_for = Duration::from_secs(9);
    }),
    ("it refuses half", |faults| faults.refuses_half = true),
    ("it forgets to answer", |faults| {
        faults.forgets_to_answer = true;
    }),
    ("no gateway sends", |faults| faults.is_gateway_silent = true),
    ("a gateway is too late", |faults| {
        faults.is_gateway_late = true;
    }),
    ("lamps hear nothing", |faults| faults.are_lamps_deaf = true),
];

struct Lamp {
    eui: Eui64,
    bay: String,
    is_taken: bool,
}

/// Lamps, what they are sent by, and where what happens is told.
struct Lot {
    stage: Stage,
    network: NetworkServer,
    key: Key,
    /// The server that is told what happens on the air.
    told: Arc<Mutex<Api>>,
    lamps: Vec<Lamp>,
    chance: Chance,
    _events: JoinSet<()>,
}

fn eui(number: u64) -> Eui64 {
    Eui64::from_bytes((0x2020_2000_0000_1000 + number).to_be_bytes())
}

fn lamp_draft(dev_eui: Eui64) -> LampDraft {
    LampDraft {
        dev_eui,
        name: format!("Lamp {dev_eui}"),
        model: models::find("plenom-busylight-omega").unwrap(),
        application: None,
    }
}

/// The lamps' application is the tenant's: nobody else may command what is in it.
async fn give(stage: &Stage, tenant: &str, network: &NetworkServer) {
    sqlx::query("insert into applications (tenant_id, id, application, created_at) values ($1, gen_random_uuid(), $2, now())")
        .bind(tenant.parse::<sqlx::types::Uuid>().expect("an id"))
        .bind(network.home().application.to_string())
        .execute(&mut stage.server.superuser().await)
        .await
        .expect("an application");
}

const RED: (u8, u8, u8) = (255, 0, 0);
const GREEN: (u8, u8, u8) = (0, 255, 0);
const WHITE: (u8, u8, u8) = (255, 255, 255);

impl Lot {
    async fn open(seed: u64) -> Self {
        Self::with(seed, LAMPS, PER_MINUTE).await
    }

    async fn with(seed: u64, lamps: u64, per_minute: i64) -> Self {
        let options = Options {
            token: TOKEN.to_owned(),
            seed,
            pace: 0.02,
        };
        let any = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let (network, events) = NetworkServer::start(any, options, Clock::system())
            .await
            .unwrap();
        let mut stage = Stage::set_with(&[
            ("CHIRPSTACK_HOST", "127.0.0.1"),
            ("CHIRPSTACK_PORT", &network.address().port().to_string()),
            ("CHIRPSTACK_API_KEY", TOKEN),
            ("CHIRPSTACK_SYNC_INTERVAL", "86400"),
            ("DOWNLINK_RATE_LIMIT_GATEWAY", &per_minute.to_string()),
            ("DOWNLINK_RATE_LIMIT_TENANT", &per_minute.to_string()),
            ("DOWNLINK_RETRY_BACKOFF_BASE", "1"),
            ("DOWNLINK_DEADLINE", "5"),
        ])
        .await;
        // That it is away for a while is what this is about.
        stage.server.may_log_errors = true;
        let owner = stage.customer("Lamps").await;
        give(&stage, owner.tenant_id(), &network).await;
        let key = owner.makes_key("operator", &["webhook:ingest"]).await;
        let site = json!({ "name": format!("Lamps {seed}"), "timezone": "Europe/Paris" });
        let site = owner.api.post("/api/v6/sites", &site).await.expect(201);
        let numbers = 0..lamps;
        let mut lamps = Vec::new();
        for number in numbers {
            let bay = json!({ "site_id": site["id"], "code": format!("L-{number}") });
            let bay = owner.api.post("/api/v6/spaces", &bay).await.expect(201);
            let draft = json!({ "dev_eui": eui(number), "model": "plenom-busylight-omega" });
            let made = owner.api.post("/api/v6/devices", &draft).await.expect(201);
            let path = format!("/api/v6/devices/{}/assign", text(&made, "id"));
            let shows = json!({ "space_id": bay["id"], "role": "display" });
            owner.api.post(&path, &shows).await.expect(200);
            network.add_lamp(lamp_draft(eui(number)));
            lamps.push(Lamp {
                eui: eui(number),
                bay: text(&bay, "id").to_owned(),
                is_taken: false,
            });
        }
        let told = Arc::new(Mutex::new(key.api.clone()));
        let mut tasks = JoinSet::new();
        tasks.spawn(tell(events, Arc::clone(&told)));
        Self {
            stage,
            network,
            key,
            told,
            lamps,
            chance: Chance::of(seed, "bad days of lamps"),
            _events: tasks,
        }
    }

    /// Says of bays what they are from now on; each lamp should follow.
    async fn observe(&mut self, is_chosen: impl Fn(&mut Chance) -> bool) {
        let mut seen = Vec::new();
        for lamp in &mut self.lamps {
            if is_chosen(&mut self.chance) {
                lamp.is_taken = !lamp.is_taken;
            }
            let state = if lamp.is_taken { "occupied" } else { "free" };
            seen.push(json!({ "space_id": lamp.bay, "state": state }));
        }
        let api = self.told.lock().unwrap().clone();
        let observed = api
            .post(
                "/api/v6/ingest/observations",
                &json!({ "observations": seen }),
            )
            .await;
        observed.expect(200);
    }

    /// Lamps that show something else than what their bay is.
    fn wrong(&self) -> Vec<&Lamp> {
        let is_wrong = |lamp: &&Lamp| self.color(lamp) != if lamp.is_taken { RED } else { GREEN };
        self.lamps.iter().filter(is_wrong).collect()
    }

    /// How much red, green and blue a lamp shows.
    fn color(&self, lamp: &Lamp) -> (u8, u8, u8) {
        let light = self.network.shows(lamp.eui).unwrap();
        (light.red, light.green, light.blue)
    }

    /// Something is wrong for a while, and bays go on changing.
    async fn suffer(&mut self, (about, wrong): Trouble) {
        let begun = Instant::now();
        self.network.set_faults(wrong);
        for turn in 0..5 {
            self.observe(|chance| chance.happens(0.4)).await;
            sleep(Duration::from_millis(300)).await;
            if turn == 2 {
                self.network.restart();
            }
        }
        self.network
            .set_faults(|faults| *faults = Faults::default());
        let rejoins = self.chance.below(self.lamps.len());
        self.network.rejoin(self.lamps[rejoins].eui);
        let queued = self.network.queued();
        println!("{about}: {:?}, {queued} queued", begun.elapsed());
    }

    /// The server is killed while it hands commands over, and starts again.
    async fn be_killed(&mut self, admin: &mut PgConnection) {
        let slow = |faults: &mut Faults| faults.thinks_for = Duration::from_secs(2);
        self.network.set_faults(slow);
        self.observe(|_| true).await;
        let begun = Instant::now();
        let in_hand = "select count(*) from downlinks where status = 'sending'";
        loop {
            let in_hand: i64 = sqlx::query_scalar(in_hand)
                .fetch_one(&mut *admin)
                .await
                .unwrap();
            if in_hand > 0 {
                break;
            }
            assert!(begun.elapsed() < PATIENCE, "nothing is handed over");
            sleep(Duration::from_millis(5)).await;
        }
        self.stage.server.kill();
        self.network
            .set_faults(|faults| *faults = Faults::default());
        self.stage.server.start_again().await;
        let again = Api::at(self.stage.server.anonymous().base());
        *self.told.lock().unwrap() = again.with("x-api-key", &self.key.secret);
    }
}

/// Tells the server what happens on the air; what it does not take it is told again.
async fn tell(mut events: mpsc::Receiver<Event>, told: Arc<Mutex<Api>>) {
    while let Some(event) = events.recv().await {
        let path = format!("/api/v6/ingest/chirpstack?event={}", event.kind);
        loop {
            let api = told.lock().unwrap().clone();
            let request = api.request(Method::POST, &path).body(event.body.clone());
            match try_send(request).await {
                Ok(answer) if answer.status == 200 => break,
                _ => sleep(Duration::from_millis(50)).await,
            }
        }
    }
}

/// An hour passes: whatever rests, waits or is leased has done so for long. What was spent of the
/// minute stays spent. Lamps are locked in the order in which the server does.
const AN_HOUR: &str = "begin;
  select 1 from lamps order by tenant_id, id for update;
  update lamps set transmitted_at = transmitted_at - interval '1 hour', shown_at = shown_at - interval '1 hour',
    joined_at = joined_at - interval '1 hour', drive_at = drive_at - interval '1 hour', due_at = due_at - interval '1 hour';
  update downlinks set due_at = due_at - interval '1 hour', leased_until = leased_until - interval '1 hour',
    deadline_at = deadline_at - interval '1 hour'
  where finished_at is null;
  commit";

/// The most commands that were taken in hand within a minute.
const FULLEST: &str = "with sent as (
    select (step ->> 'at')::timestamptz as at from downlinks, jsonb_array_elements(story) step where step ->> 'what' = 'sending'),
  minutes as (select count(*) over (order by at range between interval '59.999 seconds' preceding and current row) as n from sent)
  select coalesce(max(n), 0) from minutes";

const ATTEMPTS: &str = "select coalesce(max(attempts), 0)::bigint from downlinks";

async fn number(admin: &mut PgConnection, query: &'static str) -> i64 {
    sqlx::query_scalar(query).fetch_one(admin).await.unwrap()
}

/// Until every lamp shows what it should; an hour passes now and then.
async fn come_to_rest(lot: &Lot, admin: &mut PgConnection) {
    let begun = Instant::now();
    let mut hours = 0_u32;
    while !lot.wrong().is_empty() {
        if begun.elapsed() > Duration::from_secs(8) * (hours + 1) {
            sqlx::raw_sql(AN_HOUR).execute(&mut *admin).await.unwrap();
            hours += 1;
        }
        if begun.elapsed() > PATIENCE {
            let wrong = lot.wrong().into_iter().map(|lamp| lamp.eui.to_string());
            let wrong: Vec<String> = wrong.collect();
            let story = "select coalesce(json_agg(json_build_object('lamp', dev_eui, 'status', status, 'story', story)
                order by created_at)::text, '') from downlinks where dev_eui = any($1)";
            let story: String = sqlx::query_scalar(story)
                .bind(&wrong)
                .fetch_one(&mut *admin)
                .await
                .unwrap();
            panic!("{wrong:?} are wrong: {story}");
        }
        sleep(Duration::from_millis(50)).await;
    }
    println!(
        "all is well after {:?}, {hours} times an hour",
        begun.elapsed()
    );
}

async fn day(seed: u64) {
    let mut lot = Lot::open(seed).await;
    let mut admin = lot.stage.server.superuser().await;
    for lamp in &lot.lamps {
        lot.network.rejoin(lamp.eui);
    }
    lot.observe(|_| true).await;
    come_to_rest(&lot, &mut admin).await;

    lot.be_killed(&mut admin).await;
    come_to_rest(&lot, &mut admin).await;
    let (mut second, _) = server::serve(lot.stage.server.settings()).await;
    for trouble in TROUBLES {
        lot.suffer(trouble).await;
    }
    come_to_rest(&lot, &mut admin).await;
    lot.observe(|_| true).await;
    come_to_rest(&lot, &mut admin).await;

    let (fullest, deepest) = (number(&mut admin, FULLEST).await, lot.network.deepest());
    println!("seed {seed}: at most {fullest} a minute, {deepest} in a queue");
    assert!(fullest <= PER_MINUTE, "{fullest} within a minute");
    assert_eq!(deepest, 1, "a lamp had more than one command in its queue");
    assert!(number(&mut admin, ATTEMPTS).await <= 5);
    let told = |running: &crate::harness::process::Running| {
        let log = running.log();
        let said = |what: &str| log.iter().any(|line| line["message"] == what);
        said("the network server does not answer: commands wait")
            && said("the network server answers again")
    };
    assert!(
        told(lot.stage.server.process()) || told(&second),
        "the log tells that the network server was away, and that it is back"
    );
    second.kill();
    drop(lot.stage);
    lot.network.stop().await;
}

#[tokio::test]
async fn after_bad_days_every_lamp_shows_what_its_bay_is() {
    let first = asked("PARKING_TEST_LAMPS_SEED", 11);
    for seed in first..first + asked("PARKING_TEST_LAMPS_ROUNDS", 1) {
        day(seed).await;
    }
}

/// Bays that change within a second.
const CHANGES: u64 = 100;

/// Bays and lamps by the thousand, as if they had been there for long.
const MANY: [&str; 3] = [
    "insert into spaces (tenant_id, id, site_id, code, code_order, state_changed_at, created_at, updated_at)
     select i.tenant_id, gen_random_uuid(), i.id, 'M-' || n, 'M-' || lpad(n::text, 8, '0'), now(), now(), now()
     from sites i, generate_series(0, $1 - 1) n",
    "insert into devices (tenant_id, id, dev_eui, model, is_display, lifecycle, lifecycle_changed_at, created_at, updated_at)
     select i.tenant_id, gen_random_uuid(), '20202000' || lpad(upper(to_hex(65536 + n)), 8, '0'), 'plenom-busylight-omega', true,
       'operational', now(), now(), now()
     from sites i, generate_series(0, $1 - 1) n",
    "insert into device_assignments (tenant_id, id, device_id, space_id, role, assigned_at)
     select s.tenant_id, gen_random_uuid(), d.id, s.id, 'display', now()
     from generate_series(0, $1 - 1) n join spaces s on s.code = 'M-' || n
     join devices d on d.dev_eui = '20202000' || lpad(upper(to_hex(65536 + n)), 8, '0')",
];

/// How long after a bay changed the network server had the command, of the slowest of a hundred and of
/// the middle one.
const SPEED: &str = "select percentile_cont(array[0.5, 0.99]) within group (order by
    extract(epoch from d.queued_at - s.state_changed_at)::float8 * 1000)
  from downlinks d join spaces s on s.tenant_id = d.tenant_id and s.id = d.space_id
  where d.queued_at > s.state_changed_at";

#[tokio::test]
async fn what_changes_at_a_hundred_bays_a_second_is_what_their_lamps_show() {
    let many = asked("PARKING_TEST_LAMPS_MANY", 200);
    let mut lot = Lot::with(3, 0, 100_000).await;
    let mut admin = lot.stage.server.superuser().await;
    for statement in MANY {
        let made = sqlx::query(statement).bind(i32::try_from(many).unwrap());
        made.execute(&mut admin).await.unwrap();
    }
    let bays: Vec<(String, String)> = sqlx::query_as(
        "select d.dev_eui, a.space_id::text from device_assignments a
         join devices d on d.tenant_id = a.tenant_id and d.id = a.device_id order by d.dev_eui",
    )
    .fetch_all(&mut admin)
    .await
    .unwrap();
    for (dev_eui, bay) in bays {
        let eui = dev_eui.parse().unwrap();
        lot.network.add_lamp(lamp_draft(eui));
        let is_taken = false;
        lot.lamps.push(Lamp { eui, bay, is_taken });
    }
    let begun = Instant::now();
    while lot.lamps.iter().any(|lamp| lot.color(lamp) != WHITE) {
        assert!(begun.elapsed() < PATIENCE, "lamps are not told at first");
        sleep(Duration::from_millis(50)).await;
    }
    println!(
        "{many} lamps were told for the first time within {:?}",
        begun.elapsed()
    );

    // Some at a time, as sensors speak.
    let mut ticks = tokio::time::interval(Duration::from_millis(1_000 * 10 / CHANGES));
    let begun = Instant::now();
    for some in 0..many.div_ceil(10) {
        ticks.tick().await;
        let (from, to) = (some * 10, (some * 10 + 10).min(many));
        let some = &mut lot.lamps[usize::try_from(from).unwrap()..usize::try_from(to).unwrap()];
        let seen = some.iter_mut().map(|lamp| {
            lamp.is_taken = true;
            json!({ "space_id": lamp.bay, "state": "occupied" })
        });
        let seen = json!({ "observations": seen.collect::<Vec<Value>>() });
        let path = "/api/v6/ingest/observations";
        lot.key.api.post(path, &seen).await.expect(200);
    }
    println!("{many} bays changed within {:?}", begun.elapsed());
    come_to_rest(&lot, &mut admin).await;
    let speed: Vec<f64> = sqlx::query_scalar(SPEED)
        .fetch_one(&mut admin)
        .await
        .unwrap();
    println!(
        "from bay to network server: p50 {:.0} ms, p99 {:.0} ms",
        speed[0], speed[1]
    );
    assert_eq!(lot.network.deepest(), 1);
    drop(lot.stage);
    lot.network.stop().await;
}
