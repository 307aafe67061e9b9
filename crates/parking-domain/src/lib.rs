//! Words and rules of the parking platform.
//!
//! Nothing here does I/O or knows a database, a socket or a thread. Time comes in as an argument,
//! or, where a value must be made now, from a [`clock::Clock`] handed in by the caller.

pub mod access;
pub mod account;
pub mod alarms;
pub mod app_key;
pub mod bay_state;
pub mod bays;
pub mod clock;
pub mod codec;
pub mod csv_columns;
pub mod csv_devices;
pub mod csv_import;
pub mod csv_reservations;
pub mod csv_spaces;
pub mod csv_table;
pub mod downlinks;
pub mod eui;
pub mod event_types;
pub mod icalendar;
pub mod ids;
pub mod lamps;
pub mod lifecycle;
pub mod models;
pub mod onboarding;
pub mod places;
pub mod plan_files;
pub mod plans;
pub mod radio;
pub mod recurrence;
pub mod reservations;
pub mod svg;
pub mod tenancy;
pub mod text;
pub mod webhooks;
