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
use crate::product::{Folder, Product, raise_file_limit};
use crate::report::machine;

/// Those who listen and hear nothing, and how many of them one tenant has.
const IDLE: usize = 5_000;
const IDLE_OF_TENANT: usize = 1_250;
/// As many connections as the server is told to take, and how many of them come from one address: it
/// may hold an eighth.
const CONNECTIONS_MAX: &str = "8192";
const FROM_ONE_ADDRESS: usize = 900;
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

/// How long changes took.
struct Delays(Vec<Duration>);

/// Measures it, and answers a report as Markdown.
pub(crate) async fn measure(binary: &Path, span: Duration) -> Result<String> {
    let folder = Folder::new()?;
    raise_file_limit()?;
    let settings = [("PARKING_MAX_CONNECTIONS", CONNECTIONS_MAX)];
    let product = Product::start_with(binary, &folder, &settings).await?;
    let nobody = Client::new(&product.address);
    let busy = Lot::make(&nobody, "Busy").await?;
    let alone = delays(&product.address, &busy, span).await?;

    eprintln!("bench: {IDLE} listen");
    let mut lots = Vec::new();
    for n in 0..IDLE.div_ceil(IDLE_OF_TENANT) {
        lots.push(Lot::make(&nobody, &format!("Quiet {n}")).await?);
    }
    let before = product.memory()?;
    let mut idle = Vec::with_capacity(IDLE);
    for n in 0..IDLE {
        let from = u8::try_from(2 + n / FROM_ONE_ADDRESS)?;
        let lot = &lots[n / IDLE_OF_TENANT];
        idle.push(listen(&product.address, from, &lot.token, &lot.site).await?);
    }
    let after = product.memory()?;
    let crowded = delays(&product.address, &busy, span).await?;
    let end = product.memory()?;
    drop(idle);
    product.stop().await?;

    let mib = |bytes: u64| bytes / 1024 / 1024;
    let mut text = format!(
        "Machine: {}. {CHANGES_PER_SECOND} changes a second.\n\n",
        machine()?
    );
    text.push_str("| listeners | memory, MiB | a listener, KiB |\n|--:|--:|--:|\n");
    writeln!(text, "| 0 | {} | |", mib(before))?;
    let each = after.saturating_sub(before) / 1024 / u64::try_from(IDLE)?;
    writeln!(text, "| {IDLE} | {} | {each} |", mib(after))?;
    writeln!(text, "| {IDLE}, after changes | {} | |\n", mib(end))?;
    text.push_str("| from the answer to the socket | changes | p50 ms | p99 ms | most ms |\n|---|--:|--:|--:|--:|\n");
    for (what, mut delays) in [("one listener", alone), ("and the others", crowded)] {
        let ms = |part| delays.at(part).as_secs_f64() * 1_000.0;
        let row = [50, 99, 100].map(ms);
        let count = delays.0.len();
        writeln!(
            text,
            "| {what} | {count} | {:.1} | {:.1} | {:.1} |",
            row[0], row[1], row[2]
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
async fn listen(address: &str, from: u8, token: &str, site: &str) -> Result<TcpStream> {
    let socket = TcpSocket::new_v4()?;
    socket.bind(SocketAddr::from(([127, 0, 0, from], 0)))?;
    let mut stream = socket.connect(address.parse()?).await?;
    let request = format!(
        "GET /api/v6/live?site_id={site} HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer {token}\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).await?;
    let mut text = String::new();
    while !text.contains("event: heartbeat") {
        text.push_str(&read(&mut stream).await?);
    }
    Ok(stream)
}

async fn read(stream: &mut TcpStream) -> Result<String> {
    let mut bytes = [0; 4096];
    let count = timeout(PATIENCE, stream.read(&mut bytes)).await??;
    if count == 0 {
        bail!("the stream ended");
    }
    Ok(String::from_utf8_lossy(&bytes[..count]).into_owned())
}

/// Changes a bay again and again, and takes the time from each answer until the change is heard.
async fn delays(address: &str, lot: &Lot, span: Duration) -> Result<Delays> {
    let mut stream = listen(address, 1, &lot.token, &lot.site).await?;
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
    Ok(Delays(delays))
}

impl Delays {
    /// What this part of them, in percent, did not take longer than.
    fn at(&mut self, percent: usize) -> Duration {
        self.0.sort_unstable();
        let at = (self.0.len() * percent).div_ceil(100).saturating_sub(1);
        self.0.get(at).copied().unwrap_or_default()
    }
}
