//! What it costs to take a message in: durable messages a second over HTTP and MQTT, beside the statement
//! that stores them driven directly; and whether that depends on how many devices and messages there are.

mod bare;
mod mqtt;
mod uplinks;

use std::fmt::Write as _;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use tokio::net::TcpListener;

use crate::client::Client;
use crate::database::Server;
use crate::load::{Load, Sample};
use crate::product::{Folder, Product, command};
use crate::report::machine;
use crate::seed::{self, Part, tenant};
use mqtt::Subscriber;
pub(crate) use uplinks::Uplinks;
use uplinks::application;

/// Who sends at the same time.
const SENDERS: [usize; 2] = [64, 512];
/// Devices of the customer that is asked first, and bays of a site.
const FEW: u32 = 1_000;
const PER_SITE: u32 = 200;
/// Longer than messages wait until they are acted on.
const ACTED_WITHIN: Duration = Duration::from_mins(10);

/// Where messages are handed in.
pub(crate) const PATH: &str = "/api/v6/ingest/chirpstack?event=up";

/// How much there is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Extent {
    /// Known devices.
    devices: u32,
    /// Stored messages.
    stored: u64,
}

impl Extent {
    /// What the command line says, or a million of each.
    pub(crate) fn read(words: &[&str]) -> Result<Self> {
        match words {
            [] => Ok(Self {
                devices: 1_000_000,
                stored: 1_000_000,
            }),
            [devices, stored] => Ok(Self {
                devices: devices.parse()?,
                stored: stored.parse()?,
            }),
            _ => bail!(crate::USAGE),
        }
    }
}

/// One road with so many senders.
struct Road {
    name: &'static str,
    senders: usize,
    sample: Sample,
    /// Messages a second of the statement alone.
    bare: f64,
}

/// The same load where there is more.
struct Growth {
    devices: u32,
    stored: u64,
    sample: Sample,
    /// How long the last of them waited until it was acted on.
    acted: Duration,
}

struct Bench<'a> {
    binary: &'a Path,
    folder: Folder,
    product: Product,
    /// Where the server looks for its broker, which is there while messages go that way.
    broker: TcpListener,
    span: Duration,
}

/// Measures it, and answers a report as Markdown.
pub(crate) async fn measure(binary: &Path, span: Duration, extent: Extent) -> Result<String> {
    let folder = Folder::new()?;
    let broker = TcpListener::bind("127.0.0.1:0").await?;
    let address = format!("mqtt://{}", broker.local_addr()?);
    let settings = [("MQTT_URL", address.as_str())];
    let product = Product::start_with(binary, &folder, &settings).await?;
    let bench = Bench {
        binary,
        folder,
        product,
        broker,
        span,
    };
    let few = customer(binary, &bench.folder, 1, FEW)?;
    let client = network_server(&bench.product).await?;
    let roads = bench.roads(&client, few).await?;
    let growth = bench.growth(&client, extent).await?;
    bench.product.stop().await?;
    report(span, &roads, &growth)
}

/// Makes a customer with so many devices, each with a bay, whose messages come by an application of
/// their own.
pub(crate) fn customer(
    binary: &Path,
    folder: &Folder,
    number: u32,
    devices: u32,
) -> Result<Uplinks> {
    eprintln!("bench: {devices} devices");
    let mut psql = Server::of(folder)?.program("psql", "postgres")?;
    let part = Part {
        first: number,
        last: number,
        bays: devices,
        per_site: PER_SITE,
    };
    seed::estates(&mut psql, &[part])?;
    let (application, slug) = (application(number), format!("customer-{number}"));
    let given = command(binary, folder)
        .args(["applications", "give", &application, "--tenant", &slug])
        .output()?;
    if !given.status.success() {
        bail!("{}", String::from_utf8_lossy(&given.stderr));
    }
    Ok(Uplinks::of(number, devices))
}

/// Whoever hands in messages of all customers.
pub(crate) async fn network_server(product: &Product) -> Result<Client> {
    let nobody = Client::new(&product.address);
    let admin = nobody.bearing(&nobody.sign_in().await?);
    Ok(nobody.with_key(&admin.make_key("the network server").await?))
}

/// The load of so many senders over HTTP.
pub(crate) async fn post(client: &Client, load: Load, uplinks: &mut Uplinks) -> Result<Sample> {
    let senders = uplinks.dealt(load.connections).into_iter();
    let senders = senders.map(|mut sender| move || sender.next().1).collect();
    load.post(client, PATH, senders).await
}

impl Bench<'_> {
    /// Both roads with few and with many senders, and the statement alone.
    async fn roads(&self, client: &Client, mut uplinks: Uplinks) -> Result<Vec<Road>> {
        let body = serde_json::from_str(&uplinks.next().1)?;
        let statement = bare::statement(&self.folder, client, PATH, &body).await?;
        let mut roads = Vec::new();
        for senders in SENDERS {
            eprintln!("bench: {senders} senders");
            self.over_http(client, senders, self.span / 5, &mut uplinks)
                .await?;
            let sample = self
                .over_http(client, senders, self.span, &mut uplinks)
                .await?;
            self.acted().await?;
            let batch = senders / bare::WRITERS;
            let owner = tenant(1);
            let bare = bare::measure(&self.folder, (&statement, &owner), batch, self.span)?;
            self.forget_bare()?;
            roads.push(Road {
                name: "HTTP",
                senders,
                sample,
                bare,
            });
            let sample = self.over_mqtt(senders, &mut uplinks).await?;
            self.acted().await?;
            roads.push(Road {
                name: "MQTT",
                senders,
                sample,
                bare,
            });
        }
        Ok(roads)
    }

    async fn over_http(
        &self,
        client: &Client,
        connections: usize,
        span: Duration,
        uplinks: &mut Uplinks,
    ) -> Result<Sample> {
        let load = Load { connections, span };
        let before = self.product.processor_time()?;
        let mut sample = post(client, load, uplinks).await?;
        sample.processor = self.product.processor_time()?.saturating_sub(before);
        Ok(sample)
    }

    async fn over_mqtt(&self, senders: usize, uplinks: &mut Uplinks) -> Result<Sample> {
        let mut sender = uplinks.dealt(1).remove(0);
        let mut subscriber = Subscriber::accept(&self.broker).await?;
        let before = self.product.processor_time()?;
        let sample = subscriber.deliver(senders, self.span, || sender.next());
        let mut sample = sample.await?;
        sample.processor = self.product.processor_time()?.saturating_sub(before);
        Ok(sample)
    }

    /// The same load with few devices, with many, and with many messages stored.
    async fn growth(&self, client: &Client, extent: Extent) -> Result<Vec<Growth>> {
        self.sql("truncate uplinks, uplink_keys cascade")?;
        let mut growth = Vec::new();
        let mut few = Uplinks::of(1, FEW).again(1);
        growth.push(self.grown(client, FEW, 0, &mut few).await?);
        let mut many = customer(self.binary, &self.folder, 2, extent.devices)?;
        growth.push(self.grown(client, extent.devices, 0, &mut many).await?);
        eprintln!("bench: {} messages", extent.stored);
        self.store(extent)?;
        growth.push(
            self.grown(client, extent.devices, extent.stored, &mut many)
                .await?,
        );
        Ok(growth)
    }

    async fn grown(
        &self,
        client: &Client,
        devices: u32,
        stored: u64,
        uplinks: &mut Uplinks,
    ) -> Result<Growth> {
        let senders = SENDERS[0];
        self.over_http(client, senders, self.span / 5, uplinks)
            .await?;
        self.acted().await?;
        let sample = self.over_http(client, senders, self.span, uplinks).await?;
        let acted = self.acted().await?;
        Ok(Growth {
            devices,
            stored,
            sample,
            acted,
        })
    }

    /// Waits until every message is acted on, and says how long that took.
    async fn acted(&self) -> Result<Duration> {
        let begun = Instant::now();
        while self.sql("select exists (select from uplinks where acted_at is null)")? != "f" {
            if begun.elapsed() > ACTED_WITHIN {
                bail!("messages are not acted on");
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        Ok(begun.elapsed())
    }

    /// Nobody acts on what pgbench stored.
    fn forget_bare(&self) -> Result<()> {
        self.sql("delete from uplinks where shard > 3").map(drop)
    }

    /// Stores messages that were acted on, spread over the last hours.
    fn store(&self, extent: Extent) -> Result<()> {
        let Extent { devices, stored } = extent;
        let owner = tenant(2);
        self.sql(&format!(
            "insert into uplinks (tenant_id, id, at, received_at, source, kind, dev_eui, f_port, f_cnt, payload, receptions,
               content, shard, acted_at, outcome, reading)
             select '{owner}', gen_random_uuid(), now() - n * interval '1 ms', now() - n * interval '1 ms', 'chirpstack_http',
               'up', upper('70b3d50002' || lpad(to_hex(n % {devices}), 6, '0')), 1, n, '\\x01',
               '[{{\"gateway\": \"0016C001F1500001\", \"rssi\": -57, \"snr\": 9.5}}]',
               '{{\"dev_addr\": \"01000003\", \"application\": \"bench\", \"device_name\": null}}', n % 4, now(), 'read',
               '{{\"occupancy\": \"occupied\"}}'
             from generate_series(1, {stored}) n"
        ))?;
        self.sql(&format!(
            "insert into uplink_keys (tenant_id, key, at)
             select '{owner}', gen_random_uuid(), now() from generate_series(1, {stored}) n"
        ))?;
        self.sql("vacuum analyze uplinks, uplink_keys").map(drop)
    }

    fn sql(&self, statement: &str) -> Result<String> {
        Server::of(&self.folder)?.sql(statement)
    }
}

fn report(span: Duration, roads: &[Road], growth: &[Growth]) -> Result<String> {
    let mut text = format!("Machine: {}. {} s each.\n\n", machine()?, span.as_secs());
    text.push_str("| road | senders | durable messages/s | p50 ms | p99 ms | server CPU µs/message | the statement alone, messages/s | ratio |\n");
    text.push_str("|---|--:|--:|--:|--:|--:|--:|--:|\n");
    for Road {
        name,
        senders,
        sample,
        bare,
    } in roads
    {
        writeln!(
            text,
            "| {name} | {senders} | {:.0} | {:.1} | {:.1} | {:.0} | {bare:.0} | {:.2} |",
            sample.a_second(),
            sample.within(0.5),
            sample.within(0.99),
            sample.cost(),
            sample.a_second() / bare
        )?;
    }
    text.push_str("\n| known devices | stored messages | durable messages/s over HTTP | p99 ms | server CPU µs/message | until the last is acted on, s |\n");
    text.push_str("|--:|--:|--:|--:|--:|--:|\n");
    for Growth {
        devices,
        stored,
        sample,
        acted,
    } in growth
    {
        writeln!(
            text,
            "| {devices} | {stored} | {:.0} | {:.1} | {:.0} | {:.1} |",
            sample.a_second(),
            sample.within(0.99),
            sample.cost(),
            acted.as_secs_f64()
        )?;
    }
    Ok(text)
}
