//! What can go wrong with an import as a whole.

use parking_db::DbError;
use parking_domain::csv_columns::MappingError;
use thiserror::Error;

use super::{OPEN_MAX, Status};

/// Why an import was not made or moved on.
#[derive(Debug, Error)]
pub enum ImportError {
    /// There is no such import in this tenant.
    #[error("there is no such import")]
    Absent,
    /// There is no such site in this tenant.
    #[error("there is no such site")]
    NoSuchSite,
    /// The tenant has begun too many.
    #[error("at most {OPEN_MAX} imports are open at a time; start or cancel some")]
    TooMany,
    /// What somebody chose is no mapping, or not enough of one.
    #[error(transparent)]
    Mapping(#[from] MappingError),
    /// It has not come so far, or has gone further.
    #[error("the import is {}", .0.name())]
    NotNow(Status),
    /// Bad rows are in the way.
    #[error("{0} rows are refused; correct them, or have them skipped")]
    RowsRefused(i32),
    /// No row is left to do.
    #[error("there is nothing to do")]
    NothingToDo,
    /// Somebody changed it meanwhile.
    #[error("it was changed meanwhile")]
    Stale,
    /// The database refused.
    #[error(transparent)]
    Db(#[from] DbError),
}
