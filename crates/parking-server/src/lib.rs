//! How it is served: the router, what the server says of itself, and what runs beside requests.
//!
//! Slices, lowest first: `live`, `dashboard`, `platform`. They look at what all the others keep.
//!
//! [`Server::new`] puts the slices together. The binary gives it a database, a clock and options,
//! listens with [`serve`], and runs [`Server::background`] beside it.

mod about;
mod background;
mod clean_up;
mod crowd;
mod dashboard;
mod docs;
mod health;
mod linger;
mod listener;
mod live;
mod metrics;
mod options;
mod platform;
mod readiness;
mod router;
#[cfg(test)]
mod tests;
mod unread;

pub use about::MapTiles;
pub use background::Background;
pub use listener::{ServeOptions, serve};
pub use options::{Build, Parts, ServerOptions};
pub use readiness::{Readiness, Stage};
pub use router::Server;
