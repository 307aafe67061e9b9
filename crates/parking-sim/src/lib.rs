//! A lot without steel: simulated bays, sensors and the network server behind them.
//!
//! * [`audience`] says who comes when, [`lot`] lets them park, lets the sensors notice, and lets the
//!   radio carry what they say, with everything that goes wrong on the way. It does no I/O and draws
//!   its chance from a seed: the same lot twice is the same twice.
//! * [`payload`] writes what a sensor of each model sends.
//! * [`chirpstack`] tells it as ChirpStack would.
//! * [`server`] is a ChirpStack with an API, queues, and lamps that hear what is queued.
//! * [`sink`] hands it over, by HTTP or MQTT, and [`drive`] does so in time.
//! * [`estate`] makes through the public API what the lot consists of, so that the server knows it.
//!
//! The crate plays the other side: it shares no code with what reads these messages.

pub mod audience;
pub mod chance;
pub mod chirpstack;
pub mod drive;
pub mod estate;
pub mod ground;
pub mod lot;
pub mod payload;
pub mod server;
pub mod sink;
mod wire;
