//! `parking applications`: whose the applications of the network server are.

use anyhow::anyhow;
use clap::{Args, Subcommand};
use parking_access::audit::By;
use parking_db::Db;
use parking_domain::clock::Clock;
use parking_flow::applications::{self, ApplicationError};

use super::Asked;
use crate::database::Database;
use crate::exit::{Exit, Stop};

/// What to do with applications.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// List the applications that were given to tenants.
    List,
    /// Give an application to a tenant; messages of its devices that come by the broker, or with a key
    /// of the platform, are the tenant's from now on.
    Give(Give),
    /// Take an application away from its tenant; its messages are the platform's from now on.
    TakeAway(TakeAway),
}

/// What to whom.
#[derive(Debug, Args)]
pub(super) struct Give {
    /// The application's identifier, as ChirpStack shows it.
    application: String,
    /// The slug of the tenant.
    #[arg(long)]
    tenant: String,
}

/// What.
#[derive(Debug, Args)]
pub(super) struct TakeAway {
    /// The application's identifier.
    application: String,
}

/// Runs the command.
pub(super) fn run(command: &Command, asked: &Asked<'_>) -> anyhow::Result<()> {
    let (config, _sending) = asked.begin()?;
    let database = Database::visit(&config)?;
    super::block_on(async {
        let db = database.pool(&config);
        let done = match command {
            Command::List => list(&db).await,
            Command::Give(wanted) => give(&db, wanted).await,
            Command::TakeAway(wanted) => take_away(&db, &wanted.application).await,
        };
        db.close().await;
        done
    })??;
    database.stop()
}

async fn list(db: &Db) -> anyhow::Result<()> {
    let all = applications::list(db).await?;
    for one in &all {
        say!("{}  {}", one.application, one.tenant_slug);
    }
    say!("{} applications were given to tenants", all.len());
    Ok(())
}

async fn give(db: &Db, wanted: &Give) -> anyhow::Result<()> {
    let by = By::system("parking applications give");
    let what = (wanted.application.as_str(), wanted.tenant.as_str());
    let given = applications::give(db, what, &by, Clock::system().now()).await;
    given.map_err(refusal)?;
    say!("{} is {}'s", wanted.application, wanted.tenant);
    Ok(())
}

async fn take_away(db: &Db, application: &str) -> anyhow::Result<()> {
    let by = By::system("parking applications take-away");
    let taken = applications::take_away(db, application, &by, Clock::system().now()).await;
    taken.map_err(refusal)?;
    say!("{application} is the platform's");
    Ok(())
}

fn refusal(error: ApplicationError) -> anyhow::Error {
    match error {
        ApplicationError::Db(error) => anyhow!(error),
        refused => Stop::new(Exit::Failed, refused.to_string()).into(),
    }
}
