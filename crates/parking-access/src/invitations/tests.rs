//! Invitations over a real database.
