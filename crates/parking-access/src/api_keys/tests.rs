//! API keys over a real database.
