//! Registrations over a real database.
