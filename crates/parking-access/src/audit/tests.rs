//! The audit log over a real database.
