//! Written by `../../generate`.

pub mod api;
pub mod common;
