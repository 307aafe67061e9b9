//! `parking migrate`: brings roles and schema up to date, or says what somebody else must run.

use parking_db::roles::{self, RolesError};

use super::Asked;
use crate::database::Database;

/// Runs the command.
pub(super) fn run(asked: &Asked<'_>) -> anyhow::Result<()> {
    let (config, _sending) = asked.begin()?;
    let database = Database::visit(&config)?;
    let done = super::block_on(database.migrate())?;
    let missing = match done {
        Ok(missing) => missing,
        Err(error) => {
            if let Some(RolesError::NotAllowed) = error.downcast_ref() {
                say!(
                    "-- Run in the database {} by a superuser:\n",
                    database.place()
                );
                say!("{}", roles::SQL);
                say!("{}", database.statements_for_superuser());
            }
            return Err(error);
        }
    };
    match missing {
        0 => say!("nothing to do: {} is up to date", database.place()),
        1 => say!("{} is up to date; it lacked a migration", database.place()),
        _ => say!(
            "{} is up to date; it lacked {missing} migrations",
            database.place()
        ),
    }
    database.stop()
}
