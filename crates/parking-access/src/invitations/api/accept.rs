//! Invitations followed by those who are invited.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use chrono::{DateTime, Utc};
use parking_domain::text::Name;
use parking_http::{ApiError, Code, Json};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::super::{AcceptError, Acceptance, Offer, accept, preview};
use crate::accounts::{
    Accounts, Client, CreateError, LINK, PASSWORD, PASSWORD_LENGTH_MAX, SessionAnswer,
    answer_session, bounded,
};
use crate::wire;

/// A link from a letter.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct InvitationToken {
    /// The secret part of the link.
    #[schema(min_length = 1, max_length = 200)]
    token: String,
}

/// What an invitation offers.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct InvitationPreview {
    email: String,
    tenant_name: String,
    #[schema(value_type = wire::Role)]
    role: &'static str,
    expires_at: DateTime<Utc>,
    /// Whether the address has an account, whose password is then asked for.
    account_exists: bool,
}

impl From<Offer> for InvitationPreview {
    fn from(offer: Offer) -> Self {
        Self {
            email: offer.email,
            tenant_name: offer.tenant_name,
            role: offer.role.name(),
            expires_at: offer.expires_at,
            account_exists: offer.account_exists,
        }
    }
}

/// The reader of the letter takes the offer.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct InvitationAcceptance {
    /// The secret part of the link.
    #[schema(min_length = 1, max_length = 200)]
    token: String,
    /// The name of the account that is made; ignored where there is one.
    #[schema(value_type = Option<wire::Name>)]
    name: Option<String>,
    /// The password of the account that is made, or, as proof, of the one that is there.
    #[schema(min_length = 1, max_length = 1_000, format = "password")]
    password: String,
    /// Whether the refresh token is kept in a cookie instead of the answer.
    #[serde(default)]
    cookie: bool,
}

/// What the link in a letter offers.
#[utoipa::path(post, path = "/api/auth/invitations/preview", request_body = InvitationToken,
    responses((status = 200, body = InvitationPreview)))]
pub(super) async fn preview_invitation(
    State(accounts): State<Accounts>,
    client: Client,
    Json(body): Json<InvitationToken>,
) -> Result<axum::Json<InvitationPreview>, ApiError> {
    bounded("token", &body.token, 200)?;
    accounts.count(LINK, &body.token, client.request.ip)?;
    let token = SecretString::from(body.token);
    let offer = preview(&accounts, &token).await?;
    let offer = offer.ok_or_else(|| ApiError::new(Code::TokenInvalid))?;
    Ok(axum::Json(offer.into()))
}

/// Takes an invitation: with the password of the account that has the address, or with a name
/// and a password for a new one. Signs in, in the tenant.
#[utoipa::path(post, path = "/api/auth/invitations/accept", request_body = InvitationAcceptance, responses(
    (status = 200, body = SessionAnswer),
    (status = 401, description = "The account exists, and that is not its password"),
    (status = 403, description = "The account is disabled, or the tenant is not active"),
    (status = 409, description = "The person is a member already, or the tenant's limit of users is reached"),
))]
pub(super) async fn accept_invitation(
    State(accounts): State<Accounts>,
    client: Client,
    Json(body): Json<InvitationAcceptance>,
) -> Result<Response, ApiError> {
    bounded("token", &body.token, 200)?;
    bounded("password", &body.password, PASSWORD_LENGTH_MAX)?;
    let name = body.name.as_deref().map(Name::parse).transpose();
    accounts.count(LINK, &body.token, client.request.ip)?;
    let acceptance = Acceptance {
        token: SecretString::from(body.token),
        name: name.map_err(|error| ApiError::field("name", error))?,
        password: SecretString::from(body.password),
    };
    let offer = preview(&accounts, &acceptance.token).await?;
    let offer = offer.ok_or(AcceptError::TokenInvalid)?;
    // Shared with the login: a link is no second way to try passwords.
    accounts.count(PASSWORD, &offer.email_key, client.request.ip)?;
    let signed_in = accept(&accounts, &client, offer, acceptance).await?;
    let status = StatusCode::OK;
    Ok(answer_session(status, &accounts, &signed_in, body.cookie))
}

impl From<AcceptError> for ApiError {
    fn from(error: AcceptError) -> Self {
        match error {
            AcceptError::TokenInvalid => Self::new(Code::TokenInvalid),
            AcceptError::TenantSuspended => Self::new(Code::TenantSuspended),
            AcceptError::NameNeeded => Self::field("name", error),
            AcceptError::Password(error) => Self::field("password", error),
            AcceptError::Text(error) => Self::new(Code::InternalError).because(error),
            AcceptError::Account(CreateError::EmailTaken) => Self::new(Code::EmailTaken),
            AcceptError::Account(CreateError::Db(error)) | AcceptError::Db(error) => error.into(),
            AcceptError::Member(error) => error.into(),
            AcceptError::SignIn(error) => error.into(),
            AcceptError::Busy(error) => error.into(),
        }
    }
}
