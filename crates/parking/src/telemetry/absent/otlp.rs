//! The twin of `otlp.rs` in a build without the feature: sends nothing.

use super::{Boxed, Parting};
use crate::config::Otlp;

/// Sends nothing; the configuration has warned of that.
#[expect(clippy::unnecessary_wraps, reason = "its twin can fail")]
pub(super) fn start(_: &Otlp, _: &mut Vec<Boxed>) -> anyhow::Result<Option<Parting>> {
    Ok(None)
}
