//! Who: tenants, the people and programs in them, and the record of what they did.
//!
//! Slices, lowest first: `audit`, `tenants`, `accounts`, `members`, `registrations`,
//! `invitations`, `api_keys`, `webhook_secrets`, `webhooks`. Beside them `secrets` (random tokens, sealing, signing) and `mail`.

pub mod accounts;
pub mod api_keys;
pub mod audit;
pub mod authenticate;
pub mod exports;
pub mod invitations;
pub mod mail;
pub mod members;
pub mod registrations;
pub mod secrets;
pub mod tenants;
#[cfg(test)]
mod tests;
pub mod webhook_secrets;
pub mod webhooks;
pub mod wire;
