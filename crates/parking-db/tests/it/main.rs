//! The database kernel over a real PostgreSQL, from the outside.
#![expect(clippy::unwrap_used, reason = "a test stops at its first surprise")]

mod events;
mod isolation;
mod queue;
