//! What it costs to tell what happens: memory of those who only listen, and how long a change takes
//! from its answer to a listener's socket, alone and among thousands.

use std::fmt::Write as _;
use std::net::SocketAddr;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use hyper::Method;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::{interval, timeout};

use crate::client::Client;
use crate::load::{Load, Sample};
use crate::product::{Folder, Product, raise_file_limit};
use crate::report::machine;
use crate::seed::tenant;
use crate::{ingest, live_uplinks};

/// Those who listen and hear nothing, and how many of them one tenant has.
const IDLE: usize = 5_000;
const IDLE_OF_TENANT: usize = 1_250;
/// As many connections as the server is told to take, and how many of them come from one address: it
/// may hold an eighth.
const CONNECTIONS_MAX: &str = "8192";
const FROM_ONE_ADDRESS: usize = 900;
/// A customer with devices, and how many send at the same time as fast as they can.
const CUSTOMER: u32 = 1;
const DEVICES: u32 = 1_000;
const SENDERS: usize = 64;
/// Changes a second.
const CHANGES_PER_SECOND: u32 = 100;
/// Longer than anything may take that is waited for.
const PATIENCE: Duration = Duration::from_mins(1);

/// A tenant with a site and a bay in it.
struct Lot {
    api: Client,
    token: String,
    site: String,
    bay: String,
}

/// How long changes took, shortest first.
pub(crate) struct Delays(Vec<Duration>);

/// What was measured alone, among many, and alone again.
struct Moments {
    alone: Moment,
    crowded: Moment,
    again: Moment,
}

/// What was measured at one time.
struct Moment {
    memory: u64,
    changes: Delays,
    uplinks: Delays,
    ingest: Sample,
}

/// Measures it, and answers a report as Markdown.
pub(crate) async fn measure(binary: &Path, span: Duration) -> Result<String> {
    let folder = Folder::new()?;
    raise_file_limit()?;
    let settings = [("PARKING_MAX_CONNECTIONS", CONNECTIONS_MAX)];
    let product = Product::start_with(binary, &folder, &settings).await?;
    let nobody = Client::new(&product.address);
    let busy = Lot::make(&nobody, "Busy").await?;
    let network = ingest::network_server(&product).await?;
    let mut uplinks = ingest::customer(binary, &folder, CUSTOMER, DEVICES)?;
    let token = nobody.token_in_tenant(&tenant(CUSTOMER)).await?;
    let mut moment = async || -> Result<Moment> {
        let memory = product.memory()?;
        let changes = delays(&product.address, &busy, span).await?;
        let stream = listen(&product.address, 1, &token, None).await?;
        let told = live_uplinks::delays(&network, stream, &mut uplinks, span).await?;
        let load = Load {
            connections: SENDERS,
            span,
        };
        ingest::post(&network, load.warm_up(), &mut uplinks).await?;
        let ingest = ingest::post(&network, load, &mut uplinks).await?;
        Ok(Moment {
            memory,
            changes,
            uplinks: told,
            ingest,
        })
    };
    let alone = moment().await?;
    let before = product.memory()?;
    eprintln!("bench: {IDLE} listen");
    let idle = crowd(&product, &nobody).await?;
    let crowded = moment().await?;
    drop(idle);
    // Once more, because what was stored meanwhile makes a difference as well.
    let again = moment().await?;
    product.stop().await?;
    let moments = Moments {
        alone,
        crowded,
        again,
    };
    report(&moments, before)
}

/// Everybody who listens and hears nothing.
async fn crowd(product: &Product, nobody: &Client) -> Result<Vec<TcpStream>> {
    let mut lots = Vec::new();
    for n in 0..IDLE.div_ceil(IDLE_OF_TENANT) {
        lots.push(Lot::make(nobody, &format!("Quiet {n}")).await?);
    }
    let mut idle = Vec::with_capacity(IDLE);
    for n in 0..IDLE {
        let from = u8::try_from(2 + n / FROM_ONE_ADDRESS)?;
        let lot = &lots[n / IDLE_OF_TENANT];
        idle.push(listen(&product.address, from, &lot.token, Some(&lot.site)).await?);
    }
    Ok(idle)
}

fn report(moments: &Moments, before: u64) -> Result<String> {
    let Moments {
        alone,
        crowded,
        again,
    } = moments;
    let mib = |bytes: u64| bytes / 1024 / 1024;
    let mut text = format!("Machine: {}.\n\n", machine()?);
    text.push_str("| listeners | memory, MiB | a listener, KiB | messages/s taken in meanwhile | p99 ms |\n|--:|--:|--:|--:|--:|\n");
    let each = crowded.memory.saturating_sub(before) / 1024 / u64::try_from(IDLE)?;
    for (listeners, memory, each, ingest) in [
        (1, before, String::new(), &alone.ingest),
        (IDLE, crowded.memory, each.to_string(), &crowded.ingest),
        (1, again.memory, String::new(), &again.ingest),
    ] {
        let (rate, p99) = (ingest.a_second(), ingest.within(0.99));
        let memory = mib(memory);
        writeln!(
            text,
            "| {listeners} | {memory} | {each} | {rate:.0} | {p99:.1} |"
        )?;
    }
    text.push_str("\n| from the answer to the socket | changes | p50 ms | p99 ms | most ms |\n|---|--:|--:|--:|--:|\n");
    let uplinks = format!("{} messages of devices a second", live_uplinks::PER_SECOND);
    let changes = format!("{CHANGES_PER_SECOND} changes by people a second");
    for (what, who, delays) in [
        (&changes, "one listener", &alone.changes),
        (&changes, "and the others", &crowded.changes),
        (&changes, "one again", &again.changes),
        (&uplinks, "one listener", &alone.uplinks),
        (&uplinks, "and the others", &crowded.uplinks),
        (&uplinks, "one again", &again.uplinks),
    ] {
        let [half, most, all] = [50, 99, 100].map(|part| delays.at(part).as_secs_f64() * 1_000.0);
        let count = delays.0.len();
        writeln!(
            text,
            "| {what}, {who} | {count} | {half:.1} | {most:.1} | {all:.1} |"
        )?;
    }
    Ok(text)
}

impl Lot {
    async fn make(nobody: &Client, name: &str) -> Result<Self> {
        let admin = nobody.bearing(&nobody.sign_in().await?);
        let tenant = json!({ "name": name, "tier": "enterprise" });
        let tenant = id(&admin.post("/api/v6/tenants", &tenant).await?)?;
        let token = nobody.token_in_tenant(&tenant).await?;
        let api = nobody.bearing(&token);
        let site = json!({ "name": name, "timezone": "Europe/Paris" });
        let site = id(&api.post("/api/v6/sites", &site).await?)?;
        let bay = json!({ "site_id": site, "code": "A-1" });
        let bay = id(&api.post("/api/v6/spaces", &bay).await?)?;
        Ok(Self {
            api,
            token,
            site,
            bay,
        })
    }
}

fn id(made: &Value) -> Result<String> {
    Ok(made["id"].as_str().context("an id")?.to_owned())
}

/// Opens a stream, and reads until it says that nothing is missing.
async fn listen(address: &str, from: u8, token: &str, site: Option<&str>) -> Result<TcpStream> {
    let socket = TcpSocket::new_v4()?;
    socket.bind(SocketAddr::from(([127, 0, 0, from], 0)))?;
    let mut stream = socket.connect(address.parse()?).await?;
    let query = site.map_or_else(String::new, |site| format!("?site_id={site}"));
    let request = format!(
        "GET /api/v6/live{query} HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer {token}\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).await?;
    let mut text = String::new();
    while !text.contains("event: heartbeat") {
        text.push_str(&read(&mut stream).await?);
    }
    Ok(stream)
}

/// Reads what is there, or waits for it.
pub(crate) async fn read(stream: &mut TcpStream) -> Result<String> {
    let mut bytes = [0; 4096];
    let count = timeout(PATIENCE, stream.read(&mut bytes)).await??;
    if count == 0 {
        bail!("the stream ended");
    }
    Ok(String::from_utf8_lossy(&bytes[..count]).into_owned())
}

/// Changes a bay again and again, and takes the time from each answer until the change is heard.
async fn delays(address: &str, lot: &Lot, span: Duration) -> Result<Delays> {
    let mut stream = listen(address, 1, &lot.token, Some(&lot.site)).await?;
    let mut connection = lot.api.connect().await?;
    let path = format!("/api/v6/spaces/{}/state", lot.bay);
    let mut ticks = interval(Duration::from_secs(1) / CHANGES_PER_SECOND);
    let (begun, mut delays, mut is_blocked) = (Instant::now(), Vec::new(), false);
    while begun.elapsed() < span {
        ticks.tick().await;
        is_blocked = !is_blocked;
        let body = if is_blocked {
            json!({ "state": "maintenance", "reason": "bench" })
        } else {
            json!({ "state": "automatic" })
        };
        let request = lot.api.request(Method::PUT, &path, &body.to_string())?;
        let (status, _) = connection.send(request).await?;
        if !status.is_success() {
            bail!("{path}: {status}");
        }
        let answered = Instant::now();
        let mut text = String::new();
        while !text.contains("event: changed") {
            text.push_str(&read(&mut stream).await?);
        }
        delays.push(answered.elapsed());
    }
    Ok(Delays::of(delays))
}

impl Delays {
    pub(crate) fn of(delays: impl IntoIterator<Item = Duration>) -> Self {
        let mut delays: Vec<_> = delays.into_iter().collect();
        delays.sort_unstable();
        Self(delays)
    }

    /// What this part of them, in percent, did not take longer than.
    fn at(&self, percent: usize) -> Duration {
        let at = (self.0.len() * percent).div_ceil(100).saturating_sub(1);
        self.0.get(at).copied().unwrap_or_default()
    }
}
