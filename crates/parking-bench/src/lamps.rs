//! How soon lamps follow their bays: from a change to the command at the network server, and what a policy
//! costs that changes what they all show.
//!
//! The network server is the simulator's, asked over gRPC as a real one is; its lamps are a hundred times as
//! quick as real ones, and the budgets of the air are out of the way: what is measured is the server.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use hyper::Method;
use parking_domain::clock::Clock;
use parking_domain::eui::Eui64;
use parking_domain::models;
use parking_sim::chirpstack::Event;
use parking_sim::server::{LampDraft, NetworkServer, Options};
use serde_json::{Value, json};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::{interval, sleep};

use crate::USAGE;
use crate::client::Client;
use crate::database::{Overheard, Server, scripts_in};
use crate::product::{Folder, Product};
use crate::report::machine;

/// Lamps, unless asked otherwise.
const LAMPS: u32 = 2_000;
/// Bays that change within a second.
const CHANGES_PER_SECOND: u32 = 100;
/// What a change may take, of the slowest of a hundred, in milliseconds.
const ASKED_FOR_MS: f64 = 300.0;
/// Connections over which the network server tells what happens; of one lamp by one of them.
const TELLERS: usize = 8;
/// Longer than anything may take that is waited for.
const PATIENCE: Duration = Duration::from_mins(5);
const TOKEN: &str = "the-key-of-its-administrator";
const MODEL: &str = "plenom-busylight-omega";

/// How much red, green and blue.
type Color = (u8, u8, u8);
const RED: Color = (255, 0, 0);
const BLUE: Color = (0, 0, 255);
const VIOLET: Color = (128, 0, 255);

/// Bays with lamps by the thousand, as if they had been there for long.
const SEED: [&str; 3] = [
    "insert into spaces (tenant_id, id, site_id, code, code_order, state_changed_at, created_at, updated_at)
     select i.tenant_id, gen_random_uuid(), i.id, 'M-' || n, 'M-' || lpad(n::text, 8, '0'), now(), now(), now()
     from sites i, generate_series(0, LAMPS - 1) n",
    "insert into devices (tenant_id, id, dev_eui, model, is_display, lifecycle, lifecycle_changed_at, created_at, updated_at)
     select i.tenant_id, gen_random_uuid(), '20202000' || lpad(upper(to_hex(65536 + n)), 8, '0'), 'plenom-busylight-omega', true,
       'operational', now(), now(), now()
     from sites i, generate_series(0, LAMPS - 1) n",
    "insert into device_assignments (tenant_id, id, device_id, space_id, role, assigned_at)
     select s.tenant_id, gen_random_uuid(), d.id, s.id, 'display', now()
     from generate_series(0, LAMPS - 1) n join spaces s on s.code = 'M-' || n
     join devices d on d.dev_eui = '20202000' || lpad(upper(to_hex(65536 + n)), 8, '0')",
];

/// Whose the customer is: whoever is a guest there makes no keys.
const OWNED: &str = "insert into memberships (tenant_id, id, user_id, role, created_at, updated_at)
  select 'TENANT', gen_random_uuid(), user_id, 'owner', now(), now() from memberships";

/// Whose the application of the lamps is: nobody commands what is in somebody else's.
const GIVEN: &str = "insert into applications (tenant_id, id, application, created_at)
  select i.tenant_id, gen_random_uuid(), 'APPLICATION', now() from sites i";

/// From the change of a bay until the network server had said that it has the command: the middle one and the
/// slowest of a hundred, in milliseconds.
const DELAYS: &str = "select count(*), percentile_cont(0.5) within group (order by took), percentile_cont(0.99) within group (order by took)
  from (select extract(epoch from d.queued_at - s.state_changed_at) * 1000 as took
    from downlinks d join spaces s on s.tenant_id = d.tenant_id and s.id = d.space_id
    where d.look ->> 'state' = 'occupied' and d.queued_at > s.state_changed_at) delays";

/// Of the commands made since an instant: how many, in how many rounds, and how long after that instant the last
/// was made and the last was at the network server, in milliseconds.
const SINCE: &str = "select count(*), count(distinct created_at), extract(epoch from max(created_at) - 'SINCE') * 1000,
    extract(epoch from max(queued_at) - 'SINCE') * 1000
  from downlinks where created_at > 'SINCE'";

/// A customer whose every bay has a lamp, and the network server that the lamps hang on.
struct Lot {
    product: Product,
    database: Server,
    network: NetworkServer,
    api: Client,
    lamps: Vec<Eui64>,
    _tellers: JoinSet<()>,
}

/// What a policy did that changed what all lamps show.
struct Switch {
    commands: u64,
    rounds: u64,
    answered: Duration,
    planned_ms: f64,
    handed_over_ms: f64,
    followed: Duration,
}

/// How many lamps are asked for.
pub(crate) fn count(words: &[&str]) -> Result<u32> {
    match words {
        [] => Ok(LAMPS),
        [one] => Ok(one.parse().context(USAGE)?),
        _ => bail!(USAGE),
    }
}

/// Measures it, and answers a report as Markdown.
pub(crate) async fn measure(binary: &Path, lamps: u32) -> Result<String> {
    let folder = Folder::new()?;
    let lot = Lot::open(binary, &folder, lamps).await?;
    eprintln!("bench: {lamps} lamps are told for the first time");
    let begun = Instant::now();
    let told =
        format!("select count(*) >= {lamps} from downlinks where transmitted_at is not null");
    lot.until(&told).await?;
    let first = begun.elapsed();
    lot.database.sql("vacuum analyze")?;

    eprintln!("bench: bays change");
    let before = lot.product.processor_time()?;
    let changing = lot.change_all().await?;
    lot.follow(RED).await?;
    let cost = lot.product.processor_time()?.saturating_sub(before);
    let delays = numbers(&lot.database.sql(DELAYS)?)?;

    eprintln!("bench: the policy is another");
    let switch = lot.switch("0000FF", BLUE).await?;
    let overheard = Overheard::begin(&folder)?;
    let begun = overheard.so_far()?;
    lot.switch("8000FF", VIOLET).await?;
    let log = overheard.end(begun).await?;
    let rounds = scripts_in(&log, "parking_worker")?;
    let plans = rounds
        .iter()
        .filter(|one| one.contains("insert into downlinks "));
    let statements: Vec<usize> = plans.map(|one| one.matches(";\n").count()).collect();
    lot.close().await?;
    report(
        (lamps, first),
        (&delays, changing, cost),
        (&switch, &statements),
    )
}

impl Lot {
    async fn open(binary: &Path, folder: &Folder, lamps: u32) -> Result<Self> {
        let options = Options {
            token: TOKEN.to_owned(),
            seed: 1,
            pace: 0.01,
        };
        let any = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let (network, events) = NetworkServer::start(any, options, Clock::system()).await?;
        let settings = [
            ("CHIRPSTACK_HOST", "127.0.0.1"),
            ("CHIRPSTACK_PORT", &*network.address().port().to_string()),
            ("CHIRPSTACK_API_KEY", TOKEN),
            ("CHIRPSTACK_SYNC_INTERVAL", "86400"),
            ("DOWNLINK_RATE_LIMIT_GATEWAY", "100000"),
            ("DOWNLINK_RATE_LIMIT_TENANT", "100000"),
        ];
        let product = Product::start_with(binary, folder, &settings).await?;
        let nobody = Client::new(&product.address);
        let admin = nobody.bearing(&nobody.sign_in().await?);
        let tenant = json!({ "name": "Lamps", "tier": "enterprise" });
        let tenant = admin.post("/api/v6/tenants", &tenant).await?;
        let database = Server::of(folder)?;
        database.sql(&OWNED.replace("TENANT", id(&tenant)?))?;
        let owner = nobody.in_tenant(id(&tenant)?).await?;
        let site = json!({ "name": "Lamps", "timezone": "Europe/Paris" });
        owner.post("/api/v6/sites", &site).await?;
        let api = nobody.with_key(&owner.make_key("the bench").await?);
        let tellers = tellers(&api, events);
        let mut euis = Vec::new();
        for number in 0..lamps {
            let dev_eui: Eui64 = format!("20202000{:08X}", 65_536 + number).parse()?;
            network.add_lamp(LampDraft {
                dev_eui,
                name: format!("Lamp {number}"),
                model: models::find(MODEL).context("the lamp's model")?,
                application: None,
            });
            euis.push(dev_eui);
        }
        for statement in SEED {
            database.sql(&statement.replace("LAMPS", &lamps.to_string()))?;
        }
        let application = network.home().application.to_string();
        database.sql(&GIVEN.replace("APPLICATION", &application))?;
        Ok(Self {
            product,
            database,
            network,
            api,
            lamps: euis,
            _tellers: tellers,
        })
    }

    /// A vehicle comes to every bay, so many a second; how long that took.
    async fn change_all(&self) -> Result<Duration> {
        let bays = self
            .database
            .sql("select id from spaces order by code_order")?;
        let mut connection = self.api.connect().await?;
        let mut ticks = interval(Duration::from_secs(1) / CHANGES_PER_SECOND);
        let begun = Instant::now();
        for bay in bays.lines() {
            ticks.tick().await;
            let seen = json!({ "observations": [{ "space_id": bay, "state": "occupied" }] });
            let path = "/api/v6/ingest/observations";
            let request = self.api.request(Method::POST, path, &seen.to_string())?;
            let (status, _) = connection.send(request).await?;
            if !status.is_success() {
                bail!("{path}: {status}");
            }
        }
        Ok(begun.elapsed())
    }

    /// Another policy governs, by which a taken bay is of another colour.
    async fn switch(&self, hex: &str, color: Color) -> Result<Switch> {
        let policy = json!({ "name": hex, "settings": { "occupied_color": hex } });
        let policy = self.api.post("/api/v6/display-policies", &policy).await?;
        let since = self.database.sql("select clock_timestamp()")?;
        let path = format!("/api/v6/display-policies/{}/activate", id(&policy)?);
        let begun = Instant::now();
        self.api.post(&path, &json!({})).await?;
        let answered = begun.elapsed();
        self.follow(color).await?;
        let followed = begun.elapsed();
        let found = numbers(&self.database.sql(&SINCE.replace("SINCE", &since))?)?;
        let [commands, rounds, planned_ms, handed_over_ms] = found[..] else {
            bail!("no commands after a policy was activated");
        };
        Ok(Switch {
            commands: whole(commands),
            rounds: whole(rounds),
            answered,
            planned_ms,
            handed_over_ms,
            followed,
        })
    }

    /// Waits until every lamp shows a colour.
    async fn follow(&self, color: Color) -> Result<()> {
        let begun = Instant::now();
        let shows = |eui: &Eui64| {
            let light = self.network.shows(*eui);
            light.is_some_and(|light| (light.red, light.green, light.blue) == color)
        };
        while !self.lamps.iter().all(shows) {
            if begun.elapsed() > PATIENCE {
                bail!("some lamps do not follow");
            }
            sleep(Duration::from_millis(20)).await;
        }
        Ok(())
    }

    /// Waits until a query says yes.
    async fn until(&self, query: &str) -> Result<()> {
        let begun = Instant::now();
        while self.database.sql(query)? != "t" {
            if begun.elapsed() > PATIENCE {
                bail!("never: {query}");
            }
            sleep(Duration::from_millis(200)).await;
        }
        Ok(())
    }

    async fn close(self) -> Result<()> {
        self.product.stop().await?;
        self.network.stop().await;
        Ok(())
    }
}

/// Tells the server what happens on the air, of each lamp in its order.
fn tellers(api: &Client, mut events: mpsc::Receiver<Event>) -> JoinSet<()> {
    let mut tasks = JoinSet::new();
    let mut queues = BTreeMap::new();
    for number in 0..TELLERS {
        let (queue, own) = mpsc::channel(4_096);
        queues.insert(number, queue);
        let api = api.clone();
        tasks.spawn(async move {
            if let Err(error) = tell(&api, own).await {
                eprintln!("bench: what happens on the air is not told any more: {error:#}");
            }
        });
    }
    tasks.spawn(async move {
        while let Some(event) = events.recv().await {
            let sum: usize = event.dev_eui.bytes().map(usize::from).sum();
            if let Some(queue) = queues.get(&(sum % TELLERS)) {
                drop(queue.send(event).await);
            }
        }
    });
    tasks
}

async fn tell(api: &Client, mut events: mpsc::Receiver<Event>) -> Result<()> {
    let mut connection = api.connect().await?;
    while let Some(event) = events.recv().await {
        let path = format!("/api/v6/ingest/chirpstack?event={}", event.kind);
        let request = api.request(Method::POST, &path, &event.body)?;
        let (status, _) = connection.send(request).await?;
        if !status.is_success() {
            bail!("{path}: {status}");
        }
    }
    Ok(())
}

fn id(made: &Value) -> Result<&str> {
    made["id"].as_str().context("an id")
}

/// The numbers of one row, as psql prints them.
fn numbers(row: &str) -> Result<Vec<f64>> {
    let each = row.split('|').map(|number| number.trim().parse());
    each.collect::<Result<_, _>>()
        .with_context(|| format!("numbers: {row}"))
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a count"
)]
fn whole(number: f64) -> u64 {
    number as u64
}

fn report(
    (lamps, first): (u32, Duration),
    (delays, changing, cost): (&[f64], Duration, Duration),
    (switch, statements): (&Switch, &[usize]),
) -> Result<String> {
    let [changes, half, slowest] = delays[..] else {
        bail!("no command followed a change");
    };
    let mut text = format!("Machine: {}. {lamps} lamps.\n\n", machine()?);
    text.push_str("| from the change of a bay to its command at the network server | changes/s | p50 ms | p99 ms | asked for, p99 ms | server CPU ms/change |\n|--:|--:|--:|--:|--:|--:|\n");
    let rate = changes / changing.as_secs_f64();
    let each = cost.as_secs_f64() * 1_000.0 / changes.max(1.0);
    writeln!(
        text,
        "| {changes:.0} changes | {rate:.0} | {half:.0} | {slowest:.0} | {ASKED_FOR_MS:.0} | {each:.2} |"
    )?;
    text.push_str("\n| another policy governs | value |\n|---|--:|\n");
    let ms = |span: Duration| span.as_secs_f64() * 1_000.0;
    let most = statements.iter().max().copied().unwrap_or_default();
    for (what, value) in [
        ("answered after, ms", format!("{:.0}", ms(switch.answered))),
        ("commands made", switch.commands.to_string()),
        (
            "rounds of planning that made them",
            switch.rounds.to_string(),
        ),
        (
            "statements of a round, with its begin and commit",
            most.to_string(),
        ),
        (
            "the last made after, ms",
            format!("{:.0}", switch.planned_ms),
        ),
        (
            "the last at the network server after, ms",
            format!("{:.0}", switch.handed_over_ms),
        ),
        (
            "all lamps show it after, ms",
            format!("{:.0}", ms(switch.followed)),
        ),
        (
            "all lamps told for the first time after, s",
            format!("{:.1}", first.as_secs_f64()),
        ),
    ] {
        writeln!(text, "| {what} | {value} |")?;
    }
    Ok(text)
}
