//! What tests stand on: a real PostgreSQL database each, a mailbox, a clock in their own hand.
//!
//! Dev only; no crate of the product depends on it outside its tests.

mod database;
mod desk;
mod mailbox;

pub use database::{MIGRATIONS, PASSWORD, TestDb};
pub use desk::{Answered, People, Served, bearer};
pub use mailbox::{Mailbox, Received};
