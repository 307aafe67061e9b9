//! `parking simulate`: a lot without steel. Sensors that are not there tell a server that is, as
//! ChirpStack would, what happens on a site that is not there either.

mod options;
mod report;

use std::io::{IsTerminal as _, stderr};
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, bail};
use chrono::{DateTime, TimeDelta, Utc};
use parking_domain::clock::Clock;
use parking_sim::chirpstack::{Event, Network};
use parking_sim::drive::{Progress, Timeline, drive, progress};
use parking_sim::estate::{self, EstateError};
use parking_sim::lot::{Lot, LotDraft, Outage};
use parking_sim::sink::Sink;
use tokio_util::sync::CancellationToken;
use url::Url;

use crate::lifecycle::Wishes;
use report::Reporter;

pub(super) use options::Options;

/// How long what is on its way may take when it ends.
const PATIENCE: Duration = Duration::from_secs(10);

/// A key is read from a file as it was pasted.
const KEY_LENGTH_MAX: usize = 1_024;

/// Runs the command.
pub(super) fn run(options: &Options) -> anyhow::Result<()> {
    let clock = Clock::system();
    let now = clock.now();
    let lot = Lot::of(draft(options, now)?);
    let gateways = lot.gateways().len();
    if let Some(outage) = options
        .outages
        .iter()
        .find(|outage| outage.gateway > gateways)
    {
        let number = outage.gateway;
        bail!("there is no gateway {number}: a site of this size has {gateways}");
    }
    let key = key(options)?;
    if key.is_none() && wants_key(options) {
        bail!(
            "{} takes messages from whom it knows: give an API key with --key-file (role operator, scope webhook:ingest; \
             role admin, scope admin:* to have the site made), or see with --dry-run what would be sent",
            options.to
        );
    }
    super::block_on(async {
        let sink = if options.dry_run {
            Sink::Lines(Box::new(print))
        } else {
            Sink::open(&options.to, key.as_deref())?
        };
        if let Some((url, key)) = where_to_make(options, key.as_deref())? {
            make_estate(&lot, url, key, options.estate).await?;
        }
        simulate(lot, sink, options, &clock).await
    })?
}

async fn simulate(
    mut lot: Lot,
    sink: Sink,
    options: &Options,
    clock: &Clock,
) -> anyhow::Result<()> {
    let network = Network::of(&lot, options.application);
    let start = lot.draft().start;
    let speed = if options.dry_run { 0.0 } else { options.speed };
    let timeline = Timeline::at_speed(start, clock.now(), speed);
    let until = options.until(start);
    let reporter = Reporter::new(stderr().is_terminal() && !options.dry_run);
    if !options.dry_run {
        report::begins(&lot, &network, speed);
    }
    let stop = CancellationToken::new();
    let mut wishes = Wishes::listen().context("signals cannot be listened to")?;
    // What it borrows is given back before the report.
    {
        let tell = |progress: &Progress| reporter.tell(progress);
        let driving = drive(
            &mut lot,
            (&network, &sink),
            timeline,
            until,
            (clock, &stop),
            tell,
        );
        tokio::pin!(driving);
        tokio::select! {
            () = &mut driving => {}
            _ = wishes.next() => {
                stop.cancel();
                driving.as_mut().await;
            }
        }
    }
    let reached = lot.next_at().unwrap_or(start);
    let last = progress(&lot, &sink, reached);
    // A second wish does not wait for what is on its way.
    let handed = tokio::select! {
        handed = sink.close(PATIENCE) => handed,
        _ = wishes.next() => last.handed.clone(),
    };
    if options.dry_run {
        return Ok(());
    }
    let last = Progress { handed, ..last };
    reporter.ends(&last);
    if last.handed.accepted == 0 && last.handed.trouble.is_some() {
        bail!("nothing was taken");
    }
    Ok(())
}

/// Whom to ask for the estate: a server one has a key of, unless it is not wanted.
fn where_to_make<'a>(
    options: &'a Options,
    key: Option<&'a str>,
) -> anyhow::Result<Option<(&'a Url, &'a str)>> {
    let server = Some(&options.to).filter(|url| matches!(url.scheme(), "http" | "https"));
    match server.zip(key) {
        _ if options.no_estate || options.dry_run => Ok(None),
        Some(server) => Ok(Some(server)),
        None if !options.estate => Ok(None),
        None if server.is_some() => bail!("--estate needs --key or --key-file"),
        None => bail!("the estate is made through the API: --estate needs --to with http://"),
    }
}

/// Makes the estate. Whoever did not ask for it may have a key that is good for messages alone.
async fn make_estate(lot: &Lot, url: &Url, key: &str, is_asked_for: bool) -> anyhow::Result<()> {
    const FORBIDDEN: u16 = 403;
    match estate::prepare(lot, url, key).await {
        Ok(made) => report::estate(&made),
        Err(EstateError::Refused {
            status: FORBIDDEN, ..
        }) if !is_asked_for => eprintln!(
            "parking: warning: the key is not good for making a site; what is there is told of"
        ),
        Err(error) => return Err(error.into()),
    }
    Ok(())
}

fn draft(options: &Options, now: DateTime<Utc>) -> anyhow::Result<LotDraft> {
    let start = options.start.unwrap_or(now);
    let outages = options.outages.iter();
    Ok(LotDraft {
        site: options.site.clone(),
        spaces: options.spaces,
        seed: options.seed,
        // A second run is another one, or its messages would be taken for those of the first.
        run: if options.dry_run {
            0
        } else {
            u64::try_from(now.timestamp_millis()).unwrap_or_default()
        },
        models: options.models()?,
        profile: options.profile,
        timezone: options.timezone,
        start,
        faults: options.faults.rates(),
        outages: outages
            .map(|outage| Outage {
                gateway: outage.gateway - 1,
                from: start + TimeDelta::seconds(outage.after_s),
                until: start + TimeDelta::seconds(outage.after_s + outage.for_s),
            })
            .collect(),
    })
}

/// Whether a server of ours is told. Of a broker, or of what answers at a path of its own, nobody here
/// knows what it wants.
fn wants_key(options: &Options) -> bool {
    let is_server = matches!(options.to.scheme(), "http" | "https") && options.to.path() == "/";
    is_server && !options.dry_run
}

/// The key, from the command line or better from a file.
fn key(options: &Options) -> anyhow::Result<Option<String>> {
    let Some(path) = &options.key_file else {
        return Ok(options.key.clone());
    };
    read_key(path).map(Some)
}

fn read_key(path: &Path) -> anyhow::Result<String> {
    let text = std::fs::read_to_string(path)
        .with_context(|| format!("{} cannot be read", path.display()))?;
    let key = text.trim();
    if key.is_empty() || key.len() > KEY_LENGTH_MAX || key.contains(char::is_whitespace) {
        bail!("{} holds no key", path.display());
    }
    Ok(key.to_owned())
}

/// One event, one line.
fn print(event: &Event) {
    say!(
        "{{\"event\":\"{}\",\"topic\":\"{}\",\"body\":{}}}",
        event.kind,
        event.topic(),
        event.body
    );
}
