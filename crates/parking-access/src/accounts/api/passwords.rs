//! Passwords that change or are lost, and addresses that are to be confirmed.

use axum::extract::State;
use axum::http::StatusCode;
use parking_db::Reason;
use parking_domain::text::Email;
use parking_http::{ApiError, Caller, Code, Json};
use secrecy::SecretString;
use serde::Deserialize;
use utoipa::ToSchema;

use super::client::Client;
use super::sign_in::bounded;
use crate::accounts::limits::{LETTER, LINK, PASSWORD};
use crate::accounts::recovery::{self, PasswordChangeError};
use crate::accounts::{Accounts, PASSWORD_LENGTH_MAX};
use crate::wire;

/// Another password, and the present one as proof.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PasswordChange {
    #[schema(min_length = 1, max_length = 1_000, format = "password")]
    current_password: String,
    #[schema(min_length = 10, max_length = 200, format = "password")]
    new_password: String,
}

/// Whose password is lost.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ForgottenPassword {
    #[schema(value_type = wire::Email)]
    email: String,
}

/// Another password, and a mailed link as proof.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PasswordReset {
    /// The secret part of the link.
    #[schema(min_length = 1, max_length = 200)]
    token: String,
    #[schema(min_length = 10, max_length = 200, format = "password")]
    new_password: String,
}

/// A mailed link.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct MailedToken {
    /// The secret part of the link.
    #[schema(min_length = 1, max_length = 200)]
    token: String,
}

/// Changes the caller's password and ends their other sessions.
#[utoipa::path(post, path = "/api/auth/change-password", request_body = PasswordChange,
    responses((status = 204, description = "The password is changed")))]
pub(super) async fn change_password(
    State(accounts): State<Accounts>,
    caller: Caller,
    Json(body): Json<PasswordChange>,
) -> Result<StatusCode, ApiError> {
    let person = caller.person()?;
    bounded(
        "current_password",
        &body.current_password,
        PASSWORD_LENGTH_MAX,
    )?;
    accounts.count(PASSWORD, &person.id.to_string(), caller.request.ip)?;
    let current = SecretString::from(body.current_password);
    let next = SecretString::from(body.new_password);
    recovery::change_password(&accounts, &caller, person, &current, &next).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Asks for a letter with a link to choose another password. Always accepted, whether or not the
/// address has an account.
#[utoipa::path(post, path = "/api/auth/forgot-password", request_body = ForgottenPassword,
    responses((status = 202, description = "If there is such an account, a letter is on its way")))]
pub(super) async fn forgot_password(
    State(accounts): State<Accounts>,
    client: Client,
    Json(body): Json<ForgottenPassword>,
) -> Result<StatusCode, ApiError> {
    let email = Email::parse(&body.email).map_err(|error| ApiError::field("email", error))?;
    let email_key = email.key();
    accounts.count(LETTER, &email_key, client.request.ip)?;
    let mut tx = accounts
        .db
        .platform(Reason::Worker("ask for a reset link"))
        .await?;
    recovery::ask_for_reset(&mut tx, email_key, accounts.clock.now()).await?;
    tx.commit().await?;
    Ok(StatusCode::ACCEPTED)
}

/// Chooses another password with a mailed link, which is good once, and ends all sessions.
#[utoipa::path(post, path = "/api/auth/reset-password", request_body = PasswordReset,
    responses((status = 204, description = "The password is changed")))]
pub(super) async fn reset_password(
    State(accounts): State<Accounts>,
    client: Client,
    Json(body): Json<PasswordReset>,
) -> Result<StatusCode, ApiError> {
    bounded("token", &body.token, 200)?;
    accounts.count(LINK, &body.token, client.request.ip)?;
    let token = SecretString::from(body.token);
    let next = SecretString::from(body.new_password);
    recovery::reset_password(&accounts, &client, &token, &next).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Confirms an address with a mailed link.
#[utoipa::path(post, path = "/api/auth/verify-email", request_body = MailedToken,
    responses((status = 204, description = "The address is confirmed")))]
pub(super) async fn verify_email(
    State(accounts): State<Accounts>,
    client: Client,
    Json(body): Json<MailedToken>,
) -> Result<StatusCode, ApiError> {
    bounded("token", &body.token, 200)?;
    accounts.count(LINK, &body.token, client.request.ip)?;
    let token = SecretString::from(body.token);
    let now = accounts.clock.now();
    let mut tx = accounts
        .db
        .platform(Reason::Worker("confirm an address"))
        .await?;
    if !recovery::verify_email(&mut tx, &client, &token, now).await? {
        return Err(ApiError::new(Code::TokenInvalid));
    }
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Asks for another letter that confirms the caller's address. Nothing happens if it is confirmed.
#[utoipa::path(post, path = "/api/auth/resend-verification",
    responses((status = 202, description = "A letter is on its way")))]
pub(super) async fn resend_verification(
    State(accounts): State<Accounts>,
    caller: Caller,
) -> Result<StatusCode, ApiError> {
    let person = caller.person()?;
    accounts.count(LETTER, &person.id.to_string(), caller.request.ip)?;
    let mut tx = accounts
        .db
        .platform(Reason::Worker("ask for a confirmation link"))
        .await?;
    recovery::ask_for_verification(&mut tx, person.id, accounts.clock.now()).await?;
    tx.commit().await?;
    Ok(StatusCode::ACCEPTED)
}

impl From<PasswordChangeError> for ApiError {
    fn from(error: PasswordChangeError) -> Self {
        match error {
            PasswordChangeError::WrongPassword => Self::field("current_password", error),
            PasswordChangeError::TokenInvalid => Self::new(Code::TokenInvalid),
            PasswordChangeError::Password(error) => Self::field("new_password", error),
            PasswordChangeError::Busy(error) => error.into(),
            PasswordChangeError::Db(error) => error.into(),
        }
    }
}
