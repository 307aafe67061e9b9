//! Everything about PostgreSQL that is not about parking.
//!
//! A [`Db`] has two doors and no others: [`Db::tenant`] and [`Db::platform`]. Each opens a
//! transaction and, in the same round trip, takes the role and names the tenant that row-level
//! security goes by. The login role behind the pool owns nothing and may read nothing, so code
//! that forgets the door gets a permission error and not data.

pub mod catalogue;
pub mod cluster;
mod doors;
mod error;
pub mod events;
pub mod freshness;
pub mod listen;
pub mod migrate;
pub mod queue;
pub mod reconcile;
pub mod roles;
mod timing;
mod totals;

pub use doors::{Db, DbOptions, PlatformTx, Reason, TenantTx};
pub use error::{DbError, OnConstraint, Result};
pub use totals::{COUNTED_MAX, list_total};
