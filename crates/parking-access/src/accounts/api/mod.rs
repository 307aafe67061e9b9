//! Accounts over HTTP.

mod bodies;
mod client;
mod me;
mod passwords;
mod sessions;
mod sign_in;
mod switch;

use parking_http::{Access, Routes, sorted_by};
use utoipa_axum::routes;

use super::Accounts;

pub(crate) use bodies::{SessionAnswer, answer_session};
pub(crate) use client::Client;
pub(crate) use sign_in::bounded;

/// The routes of the accounts.
pub fn routes(accounts: Accounts) -> Routes {
    let (public, person) = (Access::Public, Access::Person);
    Routes::new("Accounts")
        .add(public, routes!(sign_in::login))
        .add(public, routes!(sign_in::refresh))
        .add(public, routes!(sign_in::logout))
        .add(person, routes!(sign_in::logout_everywhere))
        .add(
            person,
            sorted_by(sessions::COLUMNS, routes!(sessions::list_sessions)),
        )
        .add(person, routes!(sessions::end_session))
        .add(person, routes!(passwords::change_password))
        .add(public, routes!(passwords::forgot_password))
        .add(public, routes!(passwords::reset_password))
        .add(public, routes!(passwords::verify_email))
        .add(person, routes!(passwords::resend_verification))
        .add(person, routes!(switch::switch_tenant))
        .add(person, routes!(switch::switch_back))
        .add(Access::Authenticated, routes!(me::get_current_caller))
        .add(Access::Authenticated, routes!(me::get_me))
        .add(person, routes!(me::update_me, me::replace_me))
        .add(Access::Authenticated, routes!(me::get_limits))
        .with_state(accounts)
}
