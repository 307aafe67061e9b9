//! `parking audit`: proves that nobody changed, removed or reordered what was recorded.

use anyhow::Context;
use clap::Subcommand;
use parking_access::audit::{self, Verification};

use super::Asked;
use crate::database::Database;
use crate::exit::{Exit, Stop};

/// What to do with the audit log.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Compute every tenant's chain again and compare; exit code 1 if one is broken.
    Verify,
}

/// Runs the command.
pub(super) fn run(command: &Command, asked: &Asked<'_>) -> anyhow::Result<()> {
    let Command::Verify = command;
    let (config, _sending) = asked.begin()?;
    let database = Database::visit(&config)?;
    let chains = super::block_on(async {
        let db = database.pool(&config);
        let chains = audit::verify(&db).await;
        db.close().await;
        chains
    })?
    .context("the audit log cannot be read")?;
    let broken = chains.iter().filter(|chain| chain.fault.is_some()).count();
    for chain in &chains {
        say!("{}", line(chain));
    }
    database.stop()?;
    if broken == 0 {
        say!("{} chains are intact", chains.len());
        return Ok(());
    }
    Err(Stop::new(
        Exit::Failed,
        format!("{broken} of {} chains are broken", chains.len()),
    )
    .into())
}

fn line(chain: &Verification) -> String {
    match chain.fault {
        None => format!("ok    {}  {} entries", chain.tenant, chain.checked),
        Some(fault) => format!(
            "fail  {}  entry {}: {} ({})",
            chain.tenant,
            fault.seq,
            fault.kind.message(),
            fault.kind.name()
        ),
    }
}
