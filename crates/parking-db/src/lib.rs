//! Stub.

pub mod cluster;
