//! The SQL of ChirpStack's part. Rows are those of the tenant the transaction is bound to.

mod deeds;
mod items;
mod links;
mod shown;

pub(super) use deeds::*;
pub(super) use items::*;
pub(super) use links::*;
pub(super) use shown::*;
