//! The `parking` binary.
fn main() {}
