//! What can go wrong between us and PostgreSQL, sorted by what the caller can do about it.

use thiserror::Error;

/// The result of talking to PostgreSQL.
pub type Result<T, E = DbError> = std::result::Result<T, E>;

/// A failed conversation with PostgreSQL.
#[derive(Debug, Error)]
pub enum DbError {
    /// Nobody answers, or no connection came free in time; trying again later may help.
    #[error("the database is not available")]
    Unavailable(#[source] sqlx::Error),
    /// Two transactions stood in each other's way; trying again at once may help.
    #[error("the transaction lost against another one")]
    Conflict(#[source] sqlx::Error),
    /// A value that PostgreSQL cannot hold, such as text with a NUL in it.
    #[error("a value cannot be stored")]
    Value(#[source] sqlx::Error),
    /// A statement failed; `DbError::constraint` tells whether a constraint refused it.
    #[error("a statement failed")]
    Statement(#[source] sqlx::Error),
}

impl DbError {
    /// Whether it may go well the next time, and says nothing of what was written.
    pub const fn is_of_the_moment(&self) -> bool {
        matches!(self, Self::Unavailable(_) | Self::Conflict(_))
    }

    /// The name of the constraint that refused the statement, if one did.
    pub fn constraint(&self) -> Option<&str> {
        match self {
            Self::Statement(sqlx::Error::Database(refusal)) => refusal.constraint(),
            _ => None,
        }
    }

    /// What the database said about the limit of a tenant that a statement would have broken.
    pub fn limit(&self) -> Option<String> {
        match self {
            Self::Statement(sqlx::Error::Database(refusal))
                if refusal
                    .constraint()
                    .is_some_and(|name| name.starts_with("tenant_limit_")) =>
            {
                Some(refusal.message().to_owned())
            }
            _ => None,
        }
    }

    /// Turns the refusal by one named constraint into the operation's own error.
    ///
    /// The database is the last word, so rules are not checked again in code: the name of the
    /// constraint says which one was broken.
    pub fn on_constraint<E: From<Self>>(self, name: &str, or: impl FnOnce() -> E) -> E {
        if self.constraint() == Some(name) {
            or()
        } else {
            self.into()
        }
    }
}

impl From<sqlx::Error> for DbError {
    fn from(error: sqlx::Error) -> Self {
        match &error {
            sqlx::Error::Io(_)
            | sqlx::Error::Tls(_)
            | sqlx::Error::PoolTimedOut
            | sqlx::Error::PoolClosed
            | sqlx::Error::WorkerCrashed
            | sqlx::Error::Protocol(_) => Self::Unavailable(error),
            sqlx::Error::Database(refusal) => match refusal.code().as_deref() {
                Some("40001" | "40P01") => Self::Conflict(error),
                // Shutting down, out of room, cancelled by a timeout: not the statement's fault.
                Some(code)
                    if code.starts_with("08")
                        || code.starts_with("53")
                        || code.starts_with("57")
                        || code == "55P03" =>
                {
                    Self::Unavailable(error)
                }
                Some(code) if code.starts_with("22") => Self::Value(error),
                _ => Self::Statement(error),
            },
            _ => Self::Statement(error),
        }
    }
}

/// Adds the mapping of constraint names to a result.
pub trait OnConstraint<T> {
    /// Turns the refusal by one named constraint into the operation's own error.
    fn on_constraint<E: From<DbError>>(self, name: &str, or: impl FnOnce() -> E) -> Result<T, E>;
}

impl<T> OnConstraint<T> for Result<T, DbError> {
    fn on_constraint<E: From<DbError>>(self, name: &str, or: impl FnOnce() -> E) -> Result<T, E> {
        self.map_err(|error| error.on_constraint(name, or))
    }
}
