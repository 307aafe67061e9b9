//! Keeps the private PostgreSQL running.

use std::time::Duration;

use parking_db::cluster::ClusterError;
use tokio::time::MissedTickBehavior;
use tracing::{error, info, warn};

use crate::config::Config;
use crate::database::Database;
use crate::lifecycle::Lifecycle;

/// How often the cluster is looked at, which costs one system call.
const PERIOD: Duration = Duration::from_secs(1);
/// How often its log may be moved aside.
const TICKS_PER_ROTATION: u64 = 600;

/// Starts the private cluster again when it ends by itself, and keeps its log bounded. Returns only
/// when it cannot be started again; until then, and for somebody else's database, it waits.
pub(super) async fn keep_running(database: &mut Database, config: &Config, lifecycle: &Lifecycle) {
    if database.cluster().is_none() {
        return std::future::pending().await;
    }
    let mut ticks = tokio::time::interval(PERIOD);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    for tick in 1_u64.. {
        ticks.tick().await;
        // Never while stopping: the drain is short, and the end stops it anyway.
        if !database.is_running() && !lifecycle.soft().is_cancelled() {
            error!("the private PostgreSQL has ended; starting it again");
            if let Err(error) = database.revive(config).await {
                error!(
                    error = format!("{error:#}"),
                    "the private PostgreSQL cannot be started again"
                );
                lifecycle.fail();
                return;
            }
            info!("the private PostgreSQL runs again");
        }
        if tick % TICKS_PER_ROTATION == 0 {
            rotate_log(database);
        }
    }
}

fn rotate_log(database: &Database) {
    let rotated = database
        .cluster()
        .map_or(Ok(()), parking_db::cluster::Cluster::rotate_log);
    if let Err(error) = rotated {
        let error: ClusterError = error;
        warn!(%error, "the log of PostgreSQL could not be moved aside");
    }
}
