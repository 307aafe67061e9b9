//! `parking jobs`: what was given up, and letting it begin anew.

use anyhow::Context;
use chrono::SecondsFormat;
use clap::{Args, Subcommand};
use parking_access::audit::{self, By, Entry};
use parking_db::queue::{self, FailedJob, Which};
use parking_db::{Db, Reason};
use parking_domain::clock::Clock;
use parking_domain::ids::TenantId;
use serde_json::json;
use uuid::Uuid;

use super::Asked;
use crate::database::Database;
use crate::exit::{Exit, Stop};

/// What to do with jobs that were given up.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// List the jobs that were given up, the latest first.
    ListFailed(ListFailed),
    /// Let jobs that were given up begin anew; a running server takes them within seconds.
    Retry(Retry),
}

/// How much to list.
#[derive(Debug, Args)]
pub(super) struct ListFailed {
    /// How many to list.
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(i64).range(1..=1_000))]
    limit: i64,
}

/// Which jobs.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub(super) struct Retry {
    /// The job with this id, as `list-failed` shows it.
    id: Option<Uuid>,
    /// All of this kind: `send_invitation_letter`.
    #[arg(long)]
    kind: Option<String>,
}

/// Runs the command.
pub(super) fn run(command: &Command, asked: &Asked<'_>) -> anyhow::Result<()> {
    let (config, _sending) = asked.begin()?;
    let database = Database::visit(&config)?;
    super::block_on(async {
        let db = database.pool(&config);
        let done = match command {
            Command::ListFailed(wanted) => list(&db, wanted.limit).await,
            Command::Retry(wanted) => retry(&db, wanted).await,
        };
        db.close().await;
        done
    })??;
    database.stop()
}

async fn list(db: &Db, limit: i64) -> anyhow::Result<()> {
    let mut tx = db.platform(Reason::Worker("list failed jobs")).await?;
    let failed = queue::failed(&mut tx, limit)
        .await
        .context("the queue cannot be read")?;
    for job in &failed {
        say!("{}", line(job));
    }
    say!("{} jobs were given up", failed.len());
    Ok(())
}

fn line(job: &FailedJob) -> String {
    let at = job.failed_at.map_or_else(String::new, |at| {
        at.to_rfc3339_opts(SecondsFormat::Secs, true)
    });
    let (id, kind, tenant) = (job.id, &job.kind, job.tenant_id);
    let why = job.last_error.as_deref().unwrap_or("-").replace('\n', " ");
    format!(
        "{at}  {id}  {kind}  tenant {tenant}  {} attempts  {why}",
        job.attempts
    )
}

async fn retry(db: &Db, wanted: &Retry) -> anyhow::Result<()> {
    let which = match (wanted.id, &wanted.kind) {
        (Some(id), _) => Which::Id(id),
        (None, Some(kind)) => Which::Kind(kind.clone()),
        (None, None) => return Ok(()),
    };
    let now = Clock::system().now();
    let mut tx = db.platform(Reason::Worker("retry failed jobs")).await?;
    let count = queue::retry(&mut tx, &which, now)
        .await
        .context("the jobs cannot be retried")?;
    if count == 0 {
        let text = "no such job was given up, or one that does the same waits already";
        return Err(Stop::new(Exit::Failed, text).into());
    }
    let entry = Entry {
        action: "job.retried",
        entity_type: "job",
        entity_id: wanted.id.map(|id| id.to_string()),
        entity_name: wanted.kind.as_deref(),
        new: Some(json!({ "count": count })),
        ..Entry::default()
    };
    let by = By::system("parking jobs retry");
    audit::append(tx.conn(), TenantId::PLATFORM, &by, now, entry).await?;
    tx.commit().await?;
    say!("{count} jobs begin anew");
    Ok(())
}
