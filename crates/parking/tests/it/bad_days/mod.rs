//! Bad days: the database goes, the process is killed, two servers want the same thing, somebody
//! tampers with the log.

mod bookings;
mod commands;
pub(crate) mod crashes;
mod database;
mod messages;
mod tampering;
