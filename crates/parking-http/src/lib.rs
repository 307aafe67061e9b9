//! The edge kernel: how a request becomes a caller with rights, and an answer becomes a response.
//!
//! It knows no slice of the product. A slice hands it [`Routes`], each with the [`Access`] it
//! needs; there is no way to register a route without saying so.

pub mod caller;
pub mod code;
pub mod edge;
pub mod error;
pub mod etag;
pub mod extract;
pub mod idempotency;
pub mod limits;
pub mod metrics;
pub mod page;
pub mod routes;
pub mod wire;

pub use caller::{Actor, Authenticate, Caller, Credentials, Identity, Signed};
pub use code::Code;
pub use error::{ApiError, BookingInTheWay, FieldError, Problem, TakenSlot, WhyInTheWay, Wrong};
pub use etag::{IfMatch, Tagged};
pub use extract::{Id, Json, Query};
pub use idempotency::{Answer, Once};
pub use page::{Page, PageExtent};
pub use routes::{Access, Routes, sorted_by};
