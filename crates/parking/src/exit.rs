//! How a command ends: one line on standard error, and a code that a supervisor can act on.

use std::fmt;
use std::process::ExitCode;

use clap::ValueEnum;

/// Why a command ended without success; the codes are those of `sysexits.h` where it has one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Exit {
    /// Something went wrong, or a check found something wrong.
    Failed = 1,
    /// The database, or a port, is not to be had now; trying again later may help.
    Unavailable = 69,
    /// The data folder cannot be used: not writable, full, foreign, or in use.
    DataFolder = 73,
    /// Tenants could see each other, or the database refuses what is needed.
    Refused = 77,
    /// The configuration is wrong; trying again will not help.
    Configuration = 78,
}

impl Exit {
    /// What the code means, for the reference page.
    pub(crate) fn meaning(self) -> &'static str {
        match self {
            Self::Failed => "something went wrong, or a check found something wrong",
            Self::Unavailable => "the database or a port is not to be had now; try again later",
            Self::DataFolder => "the data folder is not writable, full, foreign or in use",
            Self::Refused => "tenants could see each other, or the database refuses what is needed",
            Self::Configuration => "the configuration is wrong; trying again will not help",
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// An error that knows how the process should end.
#[derive(Debug)]
pub(crate) struct Stop {
    exit: Exit,
    message: String,
}

impl Stop {
    /// Ends with `exit` after printing `message`.
    pub(crate) fn new(exit: Exit, message: impl fmt::Display) -> Self {
        Self {
            exit,
            message: message.to_string(),
        }
    }
}

impl fmt::Display for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Stop {}

/// The code an error ends with: its own, or that of the nearest cause that has one.
pub(crate) fn exit_of(error: &anyhow::Error) -> Exit {
    let own = error.downcast_ref::<Stop>();
    let cause = || error.chain().find_map(|cause| cause.downcast_ref::<Stop>());
    own.or_else(cause).map_or(Exit::Failed, |stop| stop.exit)
}

#[cfg(test)]
mod tests {
    use anyhow::Context;

    use super::*;

    #[test]
    fn context_does_not_hide_the_code() {
        let stop = || anyhow::Error::new(Stop::new(Exit::Refused, "no"));
        assert_eq!(exit_of(&stop()), Exit::Refused);
        let wrapped = Err::<(), _>(stop()).context("while starting").unwrap_err();
        assert_eq!(exit_of(&wrapped), Exit::Refused);
        assert_eq!(exit_of(&anyhow::anyhow!("other")), Exit::Failed);
    }
}
