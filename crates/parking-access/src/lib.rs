//! Who: tenants, the people and programs in them, and the record of what they did.
//!
//! Slices, lowest first: `audit`, `tenants`, `accounts`, `members`, `invitations`, `api_keys`,
//! `webhook_secrets`. Beside them `secrets` (random tokens, sealing, signing) and `mail`.

pub mod audit;
pub mod mail;
pub mod secrets;
