//! Measures the release binary from outside: how fast, how steady, how large, and what of that is
//! PostgreSQL. Run by `cargo xtask bench`; prints Markdown.
//!
//! It knows nothing of the product's crates but the simulator, which plays the network server that lamps
//! hang on: it starts the program, signs in, asks, and reads what the operating system says of the process. Load is closed-loop over kept connections: each
//! connection sends its next request when it has the last answer. Generator, server and PostgreSQL
//! share the machine, so the figures are those of the whole, not of the server alone.
#![expect(clippy::print_stdout, reason = "the report is this program's output")]
#![expect(clippy::print_stderr, reason = "and so is its progress")]

mod bookings;
mod bookings_report;
mod client;
mod database;
mod estate;
mod estate_report;
mod ingest;
mod lamps;
mod live;
mod live_uplinks;
mod load;
mod product;
mod repeat;
mod report;
mod seed;

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};

use client::{CROWD, Client};
use load::{Load, Sample, logins};
use product::{Folder, Product};
use report::Report;
use seed::Size;

const USAGE: &str = "usage: parking-bench BINARY [SECONDS A MEASUREMENT]
       parking-bench bookings BINARY [SECONDS A MEASUREMENT [RESERVATIONS]]
       parking-bench estate BINARY [SECONDS A MEASUREMENT [CUSTOMERS BAYS-EACH]]
       parking-bench ingest BINARY [SECONDS A MEASUREMENT [DEVICES MESSAGES]]
       parking-bench lamps BINARY [LAMPS]
       parking-bench live BINARY [SECONDS A MEASUREMENT]
       parking-bench seed DATABASE-URL [CUSTOMERS BAYS-EACH]";

/// Connections at the same time.
const CONNECTIONS: [usize; 3] = [1, 16, 64];
/// How many people sign in at the same moment.
const BURST: usize = 64;
/// Things that exist, so that a list has more than a page.
const THINGS: usize = 200;
/// The list that is asked for.
const LIST: &str = "/api/v6/audit-log";
/// Who is asking.
const ME: &str = "/api/v6/me";

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    match words.as_slice() {
        ["seed", url, size @ ..] => seed::into_url(url, Size::read(size)?),
        ["bookings", binary, rest @ ..] => {
            let (span, many) = rest.split_at(rest.len().min(1));
            let (binary, span) = (PathBuf::from(binary), seconds(span)?);
            let many = bookings::count(many)?;
            println!(
                "{}",
                runtime.block_on(bookings::measure(&binary, span, many))?
            );
            Ok(())
        }
        ["estate", binary, rest @ ..] => {
            let (span, size) = rest.split_at(rest.len().min(1));
            let (binary, span) = (PathBuf::from(binary), seconds(span)?);
            let report = runtime.block_on(estate::measure(&binary, span, Size::read(size)?))?;
            println!("{}", report.markdown());
            Ok(())
        }
        ["ingest", binary, rest @ ..] => {
            let (span, extent) = rest.split_at(rest.len().min(1));
            let (binary, span) = (PathBuf::from(binary), seconds(span)?);
            let extent = ingest::Extent::read(extent)?;
            println!(
                "{}",
                runtime.block_on(ingest::measure(&binary, span, extent))?
            );
            Ok(())
        }
        ["lamps", binary, count @ ..] => {
            let count = lamps::count(count)?;
            println!(
                "{}",
                runtime.block_on(lamps::measure(&PathBuf::from(binary), count))?
            );
            Ok(())
        }
        ["live", binary, span @ ..] => {
            let span = seconds(span)?;
            println!(
                "{}",
                runtime.block_on(live::measure(&PathBuf::from(binary), span))?
            );
            Ok(())
        }
        [binary, span @ ..] => {
            let (binary, span) = (PathBuf::from(binary), seconds(span)?);
            let report = runtime.block_on(measure(&binary, span))?;
            println!("{}", report.markdown());
            Ok(())
        }
        [] => bail!(USAGE),
    }
}

fn seconds(words: &[&str]) -> Result<Duration> {
    match words {
        [] => Ok(Duration::from_secs(5)),
        [one] => Ok(Duration::from_secs(one.parse().context(USAGE)?)),
        _ => bail!(USAGE),
    }
}

/// The whole of it, in one installation that is gone afterwards.
async fn measure(binary: &std::path::Path, span: Duration) -> Result<Report> {
    let folder = Folder::new()?;
    let mut report = Report::about(binary)?;
    eprintln!("bench: first and second start");
    let first = Product::start(binary, &folder).await?;
    report.first_start = first.started_after;
    first.stop().await?;
    // An account keeps its last hundred sessions: the crowd must not push out the one that is asked about.
    product::add_account(binary, &folder, CROWD)?;
    let product = Product::start(binary, &folder).await?;
    report.second_start = product.started_after;
    report.memory_idle = product.memory()?;

    let nobody = Client::new(&product.address);
    let token = nobody.sign_in().await?;
    let person = nobody.bearing(&token);
    for n in 0..THINGS {
        person.make_key(&format!("key {n}")).await?;
    }
    let program = nobody.with_key(&person.make_key("the bench").await?);
    let script = database::script_of(&folder, &person, LIST).await?;

    for connections in CONNECTIONS {
        eprintln!("bench: {connections} connections");
        let me = run(&product, &person, ME, connections, span).await?;
        let me_by_key = run(&product, &program, ME, connections, span).await?;
        let list = run(&product, &person, LIST, connections, span).await?;
        let alone = database::pgbench(&folder, &script, connections, span)?;
        report.rows.push(report::Row {
            connections,
            me,
            me_by_key,
            list,
            alone,
        });
    }
    report.memory_loaded = product.memory()?;
    eprintln!("bench: logins");
    report.logins_a_second = logins(&nobody, 2, span).await?.a_second();
    burst(&product, &nobody, &person, span, &mut report).await?;
    report.memory_peak = product.memory_peak()?;
    product.stop().await?;
    Ok(report)
}

async fn run(
    product: &Product,
    client: &Client,
    path: &str,
    connections: usize,
    span: Duration,
) -> Result<Sample> {
    let load = Load { connections, span };
    // Connections, caches and plans are warm in whatever is compared.
    load.warm_up().ask(client, path).await?;
    let before = product.processor_time()?;
    let mut sample = load.ask(client, path).await?;
    sample.processor = product.processor_time()?.saturating_sub(before);
    Ok(sample)
}

/// What everybody signing in at once does to somebody who is at work already.
async fn burst(
    product: &Product,
    nobody: &Client,
    person: &Client,
    span: Duration,
    report: &mut Report,
) -> Result<()> {
    let poll = Load {
        connections: 1,
        span,
    };
    report.others_alone = poll.ask(person, ME).await?;
    let before = product.memory()?;
    let (others, burst) = tokio::join!(poll.ask(person, ME), logins(nobody, BURST, span));
    report.others_in_burst = others?;
    report.burst = burst?;
    report.burst_memory = product.memory()?.saturating_sub(before);
    Ok(())
}
