//! The estate of many customers: lists, assignments, dashboard and pool, each beside PostgreSQL alone
//! with the same SQL, and each list of a small customer beside that of a large one.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use hyper::Method;
use parking_domain::clock::Clock;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::client::Client;
use crate::database::{
    Overheard, Server, pgbench_all, script_in, script_of, scripts_in, write_script,
};
use crate::estate_report::{EstateReport, Growth, Measured};
use crate::load::{Load, Sample};
use crate::product::{Folder, Product};
use crate::repeat::repeatable;
use crate::seed::{self, PER_SMALL_SITE, Part, Size, made, tenant};

/// Connections at the same time.
const CONNECTIONS: u32 = 16;
/// Longer than the figures of a dashboard are kept.
const FIGURES_AGED: Duration = Duration::from_millis(10_500);
/// How often each dashboard is read anew.
const ROUNDS: usize = 3;

const DEVICES: &str = "/api/v6/devices";
const DASHBOARD: &str = "/api/v6/dashboard/data";
const POOL: &str = "/api/v6/devices/pool/stats";

/// What the measurements work with.
struct Bench {
    folder: Folder,
    nobody: Client,
    load: Load,
    size: Size,
}

/// The whole of it, in one installation that is gone afterwards.
pub(crate) async fn measure(binary: &Path, span: Duration, size: Size) -> Result<EstateReport> {
    let folder = Folder::new()?;
    let product = Product::start(binary, &folder).await?;
    eprintln!("bench: {} bays and as many devices, twice", size.all());
    let begun = Instant::now();
    let server = Server::of(&folder)?;
    let mut psql = server.program("psql", "postgres")?;
    let (small, large) = (size.customers + 1, size.customers + 2);
    let one = |customer, bays| Part {
        first: customer,
        last: customer,
        bays,
        per_site: PER_SMALL_SITE,
    };
    let parts = [
        size.part(),
        one(small, (size.all() / 100).max(1)),
        one(large, size.all()),
    ];
    seed::estates(&mut psql, &parts)?;
    let mut report = EstateReport::about(size)?;
    report.seeded_in = begun.elapsed();
    server.settle().await?;

    let connections = CONNECTIONS as usize;
    let bench = Bench {
        nobody: Client::new(&product.address),
        load: Load { connections, span },
        folder,
        size,
    };
    bench.lists(&mut report).await?;
    bench.assignments(&mut report).await?;
    bench.dashboards(&mut report).await?;
    bench.pool(&mut report).await?;
    bench.growth(&mut report).await?;
    product.stop().await?;
    Ok(report)
}

impl Bench {
    /// Somebody in each of some customers' tenants.
    async fn people(&self, customers: impl Iterator<Item = u32>) -> Result<Vec<Client>> {
        let mut people = Vec::new();
        for customer in customers {
            people.push(self.nobody.in_tenant(&tenant(customer)).await?);
        }
        Ok(people)
    }

    /// One for each connection, or as many as there are customers.
    fn in_turn(&self) -> impl Iterator<Item = u32> {
        1..=self.size.customers.min(CONNECTIONS)
    }

    async fn alone(&self, script: &Path) -> Result<Sample> {
        let scripts = vec![script.to_owned(); self.load.connections];
        pgbench_all(&self.folder, &scripts, self.load.span).await
    }

    async fn lists(&self, report: &mut EstateReport) -> Result<()> {
        eprintln!("bench: the list of devices");
        let people = self.people(self.in_turn()).await?;
        self.load.warm_up().ask_as(&people, DEVICES).await?;
        let http = self.load.ask_as(&people, DEVICES).await?;
        let script = script_of(&self.folder, &people[0], DEVICES).await?;
        report.rows.push(Measured {
            what: format!("`GET {DEVICES}`, 50 of {}", self.size.bays),
            ceiling_ms: Some(200),
            http,
            alone: Some(self.alone(&script).await?),
        });
        Ok(())
    }

    /// How long each assignment took, and each with what undoes it, while all of them work.
    async fn assigned(
        &self,
        people: &[Client],
        span: Duration,
    ) -> Result<(Vec<Duration>, Vec<Duration>)> {
        let mut tasks = JoinSet::new();
        for (customer, client) in self.in_turn().zip(people.iter().cloned()) {
            let bays = self.size.bays;
            tasks.spawn(async move { work(&client, customer, bays, span).await });
        }
        let mut took = Vec::new();
        for done in tasks.join_all().await {
            took.extend(done?);
        }
        Ok(took.into_iter().unzip())
    }

    /// Each connection puts the free devices of its own customer to work, one after another, and takes
    /// each off again.
    async fn assignments(&self, report: &mut EstateReport) -> Result<()> {
        eprintln!("bench: assignments");
        let people = self.people(self.in_turn()).await?;
        self.assigned(&people, self.load.warm_up().span).await?;
        let (assigned, pairs) = self.assigned(&people, self.load.span).await?;
        let scripts = self.scripts_of_pairs(&people).await?;
        let alone = pgbench_all(&self.folder, &scripts, self.load.span).await?;
        report.rows.push(Measured {
            what: "`POST /api/v6/devices/{id}/assign`".to_owned(),
            ceiling_ms: Some(100),
            http: Sample::of(assigned, self.load.span),
            alone: None,
        });
        report.rows.push(Measured {
            what: "the same and `unassign`, one after the other".to_owned(),
            ceiling_ms: None,
            http: Sample::of(pairs, self.load.span),
            alone: Some(alone),
        });
        Ok(())
    }

    /// What PostgreSQL executes when a device of each customer is assigned and unassigned.
    async fn scripts_of_pairs(&self, people: &[Client]) -> Result<Vec<PathBuf>> {
        let mut scripts = Vec::new();
        for (customer, client) in self.in_turn().zip(people) {
            let overheard = Overheard::begin(&self.folder)?;
            client.get("/api/v6/me").await?;
            let (begun, at) = (overheard.so_far()?, Clock::system().now());
            let (device, space) = free_pairs(customer, self.size.bays)
                .next()
                .context("a bay")?;
            assign(client, &device, &space).await?;
            unassign(client, &device).await?;
            let log = overheard.end(begun).await?;
            // Whatever works in the background meanwhile writes down nobody's deeds.
            let mut both = scripts_in(&log, "parking_tenant")?;
            both.retain(|script| script.contains("insert into audit_log"));
            let both = both.concat();
            let again = repeatable(&both, at);
            scripts.push(write_script(
                &self.folder,
                &format!("pair-{customer}"),
                &again,
            )?);
        }
        Ok(scripts)
    }

    /// Kept figures as fast as they come, and figures that have to be read anew.
    async fn dashboards(&self, report: &mut EstateReport) -> Result<()> {
        eprintln!("bench: dashboards");
        let people = self.people(1..=self.size.customers).await?;
        self.load.warm_up().ask_as(&people, DASHBOARD).await?;
        let kept = self.load.ask_as(&people, DASHBOARD).await?;
        let mut anew = Vec::new();
        for _ in 0..ROUNDS {
            tokio::time::sleep(FIGURES_AGED).await;
            anew.extend(self.each_once(&people).await?);
        }
        let overheard = Overheard::begin(&self.folder)?;
        people[0].get("/api/v6/me").await?;
        tokio::time::sleep(FIGURES_AGED).await;
        let begun = overheard.so_far()?;
        people[0].get(DASHBOARD).await?;
        let log = overheard.end(begun).await?;
        let script = script_in(&log, "parking_tenant")?;
        let script = write_script(&self.folder, "dashboard", &script)?;
        report.rows.push(Measured {
            what: format!("`GET {DASHBOARD}`, {} devices, read anew", self.size.bays),
            ceiling_ms: Some(1_000),
            http: Sample::of(anew, self.load.span),
            alone: Some(self.alone(&script).await?),
        });
        report.rows.push(Measured {
            what: "the same, as it was kept".to_owned(),
            ceiling_ms: Some(1_000),
            http: kept,
            alone: None,
        });
        Ok(())
    }

    /// Every person looks at their dashboard once, so many at a time.
    async fn each_once(&self, people: &[Client]) -> Result<Vec<Duration>> {
        let mut tasks = JoinSet::new();
        let share = people.len().div_ceil(self.load.connections).max(1);
        for some in people.chunks(share) {
            let some = some.to_vec();
            tasks.spawn(async move {
                let mut took = Vec::new();
                for client in some {
                    let mut connection = client.connect().await?;
                    took.push(timed(&client, &mut connection, DASHBOARD).await?);
                }
                Ok(took)
            });
        }
        let parts: Result<Vec<Vec<Duration>>> = tasks.join_all().await.into_iter().collect();
        Ok(parts?.concat())
    }

    async fn pool(&self, report: &mut EstateReport) -> Result<()> {
        eprintln!("bench: the pool of devices");
        let platform = self.nobody.bearing(&self.nobody.sign_in().await?);
        self.load.warm_up().ask(&platform, POOL).await?;
        let http = self.load.ask(&platform, POOL).await?;
        let overheard = Overheard::begin(&self.folder)?;
        platform.get(POOL).await?;
        let begun = overheard.so_far()?;
        platform.get(POOL).await?;
        let log = overheard.end(begun).await?;
        let script = write_script(&self.folder, "pool", &script_in(&log, "parking_platform")?)?;
        report.rows.push(Measured {
            what: format!("`GET {POOL}`, {} devices of all", 2 * self.size.all()),
            ceiling_ms: Some(500),
            http,
            alone: Some(self.alone(&script).await?),
        });
        Ok(())
    }

    /// Each list of a customer of a hundredth beside that of a customer of all.
    async fn growth(&self, report: &mut EstateReport) -> Result<()> {
        let described = self.nobody.get("/openapi.json").await?;
        let (small, large) = (self.size.customers + 1, self.size.customers + 2);
        for path in lists(&described) {
            // Tokens do not live for as long as this may take.
            let small = self.people([small].into_iter()).await?;
            if small[0].get(&path).await.is_err() {
                continue;
            }
            eprintln!("bench: {path}");
            let large = self.people([large].into_iter()).await?;
            self.load.warm_up().ask_as(&small, &path).await?;
            let of_small = self.load.ask_as(&small, &path).await?;
            self.load.warm_up().ask_as(&large, &path).await?;
            let of_large = self.load.ask_as(&large, &path).await?;
            report.growth.push(Growth {
                path,
                small: of_small,
                large: of_large,
            });
        }
        report
            .growth
            .push(self.growth_of_figures((small, large)).await?);
        Ok(())
    }

    async fn growth_of_figures(&self, (small, large): (u32, u32)) -> Result<Growth> {
        let people = self.people([small, large].into_iter()).await?;
        let mut took: BTreeMap<usize, Vec<Duration>> = BTreeMap::new();
        for _ in 0..ROUNDS + 2 {
            tokio::time::sleep(FIGURES_AGED).await;
            for (which, client) in people.iter().enumerate() {
                let mut connection = client.connect().await?;
                let one = timed(client, &mut connection, DASHBOARD).await?;
                took.entry(which).or_default().push(one);
            }
        }
        let mut of = |which| Sample::of(took.remove(&which).unwrap_or_default(), self.load.span);
        Ok(Growth {
            path: format!("{DASHBOARD}, one at a time, read anew"),
            small: of(0),
            large: of(1),
        })
    }
}

/// The lists a tenant has, and its figures, as the API describes them.
fn lists(described: &Value) -> Vec<String> {
    let paths = described["paths"].as_object().into_iter().flatten();
    let wanted = paths.filter(|(path, methods)| {
        let get = &methods["get"];
        let parameters = get["parameters"].as_array().into_iter().flatten();
        let is_list = parameters.into_iter().any(|one| one["name"] == "page_size");
        let is_small = path.contains('{') || path.ends_with("/export");
        let is_tenants = !get["x-access"]
            .as_str()
            .unwrap_or("tenants:")
            .starts_with("tenants:");
        let is_figures = path.starts_with("/api/v6/dashboard/");
        path.starts_with("/api/v6/") && is_tenants && !is_small && (is_list || is_figures)
    });
    wanted.map(|(path, _)| path.clone()).collect()
}

async fn timed(
    client: &Client,
    connection: &mut crate::client::Connection,
    path: &str,
) -> Result<Duration> {
    let request = client.request(Method::GET, path, "")?;
    let asked = Instant::now();
    let (status, _) = connection.send(request).await?;
    if !status.is_success() {
        bail!("{path}: {status}");
    }
    Ok(asked.elapsed())
}

/// Devices and bays of a customer that the seed leaves free.
fn free_pairs(customer: u32, bays: u32) -> impl Iterator<Item = (String, String)> {
    let free = (0..bays).filter(|number| number % 10 == 8);
    free.map(move |number| (made(7, customer, number), made(4, customer, number)))
}

async fn assign(client: &Client, device: &str, space: &str) -> Result<Value> {
    let body = json!({ "space_id": space, "reason": "The benchmark" });
    client
        .post(&format!("{DEVICES}/{device}/assign"), &body)
        .await
}

async fn unassign(client: &Client, device: &str) -> Result<Value> {
    client
        .post(&format!("{DEVICES}/{device}/unassign"), &json!({}))
        .await
}

/// How long each assignment took, and each with what undoes it.
async fn work(
    client: &Client,
    customer: u32,
    bays: u32,
    span: Duration,
) -> Result<Vec<(Duration, Duration)>> {
    let mut connection = client.connect().await?;
    let begun = Instant::now();
    let mut took = Vec::new();
    let pairs: Vec<_> = free_pairs(customer, bays).collect();
    for (device, space) in pairs.iter().cycle() {
        if begun.elapsed() > span {
            break;
        }
        let body = json!({ "space_id": space, "reason": "The benchmark" }).to_string();
        let path = format!("{DEVICES}/{device}/assign");
        let there = client.request(Method::POST, &path, &body)?;
        let path = format!("{DEVICES}/{device}/unassign");
        let back = client.request(Method::POST, &path, "{}")?;
        let asked = Instant::now();
        let (status, said) = connection.send(there).await?;
        let assigned = asked.elapsed();
        let (undone, _) = connection.send(back).await?;
        if !status.is_success() || !undone.is_success() {
            bail!(
                "{path}: {status}, {undone}: {}",
                String::from_utf8_lossy(&said)
            );
        }
        took.push((assigned, asked.elapsed()));
    }
    Ok(took)
}
