//! `parking serve`: the whole product in one process.
//!
//! In this order, so that each failure is told before anything depends on it: configuration, log,
//! ports, data folder and private PostgreSQL, secrets. Then the runtime: the listener answers at
//! once (503 until ready), roles and schema are brought up to date, isolation is proven, and
//! jobs begin.

mod announce;
mod listeners;
mod start;
mod watch;

use std::time::{Duration, Instant};

use anyhow::Context;
use parking_server::{ServeOptions, Server, Stage, serve};
use tracing::{info, warn};

use super::Asked;
use super::demo::{self, Demo};
use crate::config::{Config, Keys};
use crate::database::Database;
use crate::exit::{Exit, Stop};
use crate::lifecycle::{Ending, Lifecycle, Wishes};
use crate::{parts, systemd, telemetry};
use listeners::Listeners;

/// How long threads that do not end by themselves may hold up the exit.
const THREADS_END_FOR: Duration = Duration::from_secs(1);

/// What runs in the process besides the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Beside {
    /// Nothing.
    Nothing,
    /// Customers who are not there.
    Demo,
}

/// Runs the command.
pub(super) fn run(asked: &Asked<'_>, beside: Beside) -> anyhow::Result<()> {
    let began = Instant::now();
    let loaded = asked.load()?;
    let mut config = loaded.config;
    if beside == Beside::Demo {
        demo::check(&config)?;
    }
    let _sending = telemetry::start(&config.telemetry, config.server.mode)?;
    for warning in &loaded.warnings {
        warn!("{warning}");
    }
    let environment = config.server.mode.as_str();
    info!(
        version = parts::BUILD.version,
        commit = parts::BUILD.commit,
        environment,
        "starting"
    );
    raise_file_limit(config.server.max_connections);
    let listeners = Listeners::bind(&config.server)?;
    let mut database = Database::own(&config)?;
    let keys = config.keys()?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("the runtime cannot be started")?;
    let served = runtime.block_on(async {
        let demo = match beside {
            Beside::Demo => Some(Demo::open(&mut config).await?),
            Beside::Nothing => None,
        };
        let served = (listeners, &keys, demo);
        live(&config, &mut database, served, began).await
    });
    runtime.shutdown_timeout(THREADS_END_FOR);
    let stopped = database.stop();
    match served? {
        Ending::Drained => stopped,
        Ending::CutShort => Err(Stop::new(Exit::Failed, "stopped before all was finished").into()),
        Ending::Failed => Err(Stop::new(Exit::Failed, "a part of the server failed").into()),
    }
}

/// From the first connection to the last.
async fn live(
    config: &Config,
    database: &mut Database,
    (listeners, keys, demo): (Listeners, &Keys, Option<Demo>),
    began: Instant,
) -> anyhow::Result<Ending> {
    let mut wishes = Wishes::listen().context("signals cannot be listened to")?;
    let lifecycle = Lifecycle::default();
    let db = database.pool(config);
    let port = listeners.port();
    let hasher = parts::hasher(config)?;
    let outside = (port, parts::spool(config));
    let server = parts::server(config, db.clone(), keys, hasher.clone(), outside)?;
    listen(config, listeners, &server, &lifecycle)?;
    announce_the_end(config, &server, &lifecycle);

    let started = tokio::select! {
        started = start::start(config, database, (&db, &hasher), &server, &lifecycle) => {
            started.and_then(|administrator| {
                announce::ready(config, database, port, administrator.as_ref(), began.elapsed());
                let chirpstacks = server.chirpstacks();
                let beside = (&db, &hasher, &chirpstacks);
                let begin = |demo: Demo| demo.begin(config, beside, port, &lifecycle);
                demo.map_or(Ok(()), begin)
            })
        }
        _ = wishes.next() => {
            lifecycle.soft().cancel();
            Ok(())
        }
        // A listener failed; the log says why.
        () = lifecycle.until_stopping() => Ok(()),
    };
    if started.is_err() {
        lifecycle.fail();
    }
    let ending = tokio::select! {
        ending = lifecycle.clone().run(wishes, config.server.shutdown_timeout) => ending,
        () = watch::keep_running(database, config, &lifecycle) => Ending::Failed,
    };
    db.close().await;
    started.map(|()| ending)
}

/// Serves the public listener, and the one for metrics where there is one.
fn listen(
    config: &Config,
    listeners: Listeners,
    server: &Server,
    lifecycle: &Lifecycle,
) -> anyhow::Result<()> {
    let options = ServeOptions {
        connections_max: config.server.max_connections,
        trusted_proxies: config.server.trusted_proxies.clone(),
        ..ServeOptions::default()
    };
    let (public, metrics) = listeners.into_async()?;
    // With PUBLIC_URL set, nothing else tells which port was taken where any would do.
    let address = public.local_addr().context("the listener has no address")?;
    info!(server.address = %address, "listening");
    let (router, stop) = (server.router(), lifecycle.soft());
    let bounds = options.clone();
    lifecycle.spawn("http", async move {
        Ok(serve(public, router, bounds, stop).await?)
    });
    if let Some(metrics) = metrics {
        let (router, stop) = (server.metrics_router(), lifecycle.soft());
        lifecycle.spawn("metrics", async move {
            Ok(serve(metrics, router, options, stop).await?)
        });
    }
    Ok(())
}

/// Tells load balancers and systemd when the drain begins.
fn announce_the_end(config: &Config, server: &Server, lifecycle: &Lifecycle) {
    let (readiness, stop) = (server.readiness(), lifecycle.soft());
    let socket = config.paths.notify_socket.clone();
    lifecycle.spawn("the end", async move {
        stop.cancelled().await;
        readiness.enter(Stage::Draining);
        systemd::notify(socket.as_deref(), "STOPPING=1");
        Ok(())
    });
}

/// Files besides connections: the database, the log, the listeners, the runtime's own.
const FILES_BESIDES: u64 = 128;

/// Each connection is a file; the usual soft limit of 1024 is for programs that use `select`.
fn raise_file_limit(connections_max: usize) {
    use rustix::process::{Resource, getrlimit, setrlimit};
    let mut limit = getrlimit(Resource::Nofile);
    limit.current = limit.maximum;
    if let Err(error) = setrlimit(Resource::Nofile, limit) {
        warn!(%error, "the limit of open files stays as it is");
    }
    let wanted = u64::try_from(connections_max)
        .unwrap_or(u64::MAX)
        .saturating_add(FILES_BESIDES);
    if let Some(files) = limit.current.filter(|files| *files < wanted) {
        warn!(
            files,
            wanted, "fewer files may be open than PARKING_MAX_CONNECTIONS needs"
        );
    }
}
