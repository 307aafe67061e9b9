//! `parking uplinks`: what came in over the radio.

use chrono::{DateTime, FixedOffset, Utc};
use clap::{Args, Subcommand};
use parking_access::audit::{self, By, Entry};
use parking_db::{Db, Reason};
use parking_domain::clock::Clock;
use parking_domain::ids::TenantId;
use parking_flow::{applications, ingest};
use serde_json::json;

use super::Asked;
use crate::database::Database;
use crate::exit::{Exit, Stop};

/// What to do with messages.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Act again on messages that came to nothing: of devices nobody had claimed, that had no bay, or
    /// that could not be read. What they did once they do not do again.
    Replay(Replay),
}

/// Which messages.
#[derive(Debug, Args)]
pub(super) struct Replay {
    /// Those that came since this instant: 2026-11-20T06:00:00Z.
    #[arg(long)]
    since: DateTime<FixedOffset>,
    /// Those of this tenant alone, by its slug.
    #[arg(long)]
    tenant: Option<String>,
}

/// Runs the command.
pub(super) fn run(command: &Command, asked: &Asked<'_>) -> anyhow::Result<()> {
    let Command::Replay(wanted) = command;
    let (config, _sending) = asked.begin()?;
    let database = Database::visit(&config)?;
    super::block_on(async {
        let db = database.pool(&config);
        let done = replay(&db, wanted).await;
        db.close().await;
        done
    })??;
    database.stop()
}

async fn replay(db: &Db, wanted: &Replay) -> anyhow::Result<()> {
    let since = wanted.since.with_timezone(&Utc);
    let tenant = match &wanted.tenant {
        Some(slug) => Some(named(db, slug).await?),
        None => None,
    };
    // Written first: whatever ends it in the middle, it stands there that somebody began.
    let mut tx = db.platform(Reason::Worker("record a replay")).await?;
    let entry = Entry {
        action: "uplinks.replayed",
        entity_type: "uplink",
        new: Some(json!({ "since": since, "tenant_id": tenant.map(|tenant| tenant.0) })),
        ..Entry::default()
    };
    let (by, now) = (By::system("parking uplinks replay"), Clock::system().now());
    let log = tenant.unwrap_or(TenantId::PLATFORM);
    audit::append(tx.conn(), log, &by, now, entry).await?;
    tx.commit().await?;
    let count = ingest::replay(db, tenant, since).await?;
    say!("{count} messages wait to be acted on again; a running server does so within seconds");
    Ok(())
}

async fn named(db: &Db, slug: &str) -> anyhow::Result<TenantId> {
    let tenant = applications::tenant(db, slug).await?;
    let absent = || Stop::new(Exit::Failed, format!("there is no tenant {slug}"));
    Ok(tenant.ok_or_else(absent)?)
}
