//! The SQL of alarms.

pub(super) mod list;
pub(super) mod marks;
pub(super) mod news;
pub(super) mod recipients;
pub(super) mod rules;
pub(super) mod watch;
pub(super) mod write;
