//! What those see who run the installation: how much each tenant uses of what it may use. The counts
//! are the database's own, kept by its triggers. No table is its own.

mod api;
mod store;
#[cfg(test)]
mod tests;

pub(crate) use api::routes;
