//! Callers over a real database.
