//! The product from its outer edge: the real binary with a real database, driven over HTTP.
#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot go on says where and stops"
)]
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "what a failed test saw is for whoever reads its output"
)]

mod bad_days;
mod bad_input;
mod calendars;
mod fuzz;
mod harness;
mod journeys;
mod matrix;
mod network_server;
mod plans;
mod schemathesis;
mod sessions;
mod storm;
mod sweep;
