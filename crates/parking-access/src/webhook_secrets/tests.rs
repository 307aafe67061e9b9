//! Webhook credentials over a real database.
