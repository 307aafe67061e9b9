//! The SQL of displays and of the commands to them.

pub(super) mod budgets;
pub(super) mod change;
pub(super) mod commands;
pub(super) mod deadlines;
pub(super) mod failures;
pub(super) mod list;
pub(super) mod news;
pub(super) mod plan;
pub(super) mod stack;
pub(super) mod turn;
