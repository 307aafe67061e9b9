//! The database kernel over a real PostgreSQL, from the outside.

mod events;
mod isolation;
mod queue;
