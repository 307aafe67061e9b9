//! Registering over HTTP.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use parking_db::Reason;
use parking_domain::text::{Email, Language, Name, Slug};
use parking_http::{Access, ApiError, Code, Json, Routes};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::routes;

use super::{Completion, RegisterError, Wish, ask, complete};
use crate::accounts::{
    Accounts, Client, CreateError, LETTER, LINK, SessionAnswer, answer_session, bounded,
};
use crate::wire;

/// The routes of registration.
pub fn routes(accounts: Accounts) -> Routes {
    Routes::new("Registration")
        .add(Access::Public, routes!(register))
        .add(Access::Public, routes!(complete_registration))
        .with_state(accounts)
}

/// Somebody wants to become a customer.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Registration {
    /// Where the letter goes.
    #[schema(value_type = wire::Email)]
    email: String,
    /// The name of the person.
    #[schema(value_type = wire::Name)]
    name: String,
    /// The name of the customer.
    #[schema(value_type = wire::Name)]
    tenant_name: String,
    /// The customer's name in addresses; made from the name if left out.
    #[schema(value_type = Option<wire::Slug>)]
    tenant_slug: Option<String>,
    /// The language of the letter and of the account; English if left out.
    #[schema(value_type = Option<wire::Language>)]
    language: Option<String>,
}

/// What happens next.
#[derive(Debug, Serialize, ToSchema)]
struct RegistrationAnswer {
    /// Always `check_mail`: the letter says how to go on.
    #[schema(pattern = "^check_mail$")]
    status: &'static str,
}

/// The reader of the letter goes on.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct RegistrationCompletion {
    /// The secret part of the link in the letter.
    #[schema(min_length = 1, max_length = 200)]
    token: String,
    /// The password of the account that is made.
    #[schema(min_length = 10, max_length = 200, format = "password")]
    password: String,
    /// Another slug, if the one wished for is taken by now.
    #[schema(value_type = Option<wire::Slug>)]
    tenant_slug: Option<String>,
    /// Whether the refresh token is kept in a cookie instead of the answer.
    #[serde(default)]
    cookie: bool,
}

/// Asks to become a customer. The answer is the same whether or not the address has an account;
/// a letter to it says how to go on. Nothing is made before its link is followed.
#[utoipa::path(post, path = "/api/auth/register", request_body = Registration, responses(
    (status = 202, body = RegistrationAnswer),
    (status = 403, description = "Strangers cannot register themselves here"),
))]
async fn register(
    State(accounts): State<Accounts>,
    client: Client,
    Json(body): Json<Registration>,
) -> Result<(StatusCode, axum::Json<RegistrationAnswer>), ApiError> {
    if !accounts.options.registration_enabled {
        return Err(ApiError::new(Code::RegistrationDisabled));
    }
    let wish = Wish {
        email: Email::parse(&body.email).map_err(|error| ApiError::field("email", error))?,
        name: Name::parse(&body.name).map_err(|error| ApiError::field("name", error))?,
        tenant_name: Name::parse(&body.tenant_name)
            .map_err(|error| ApiError::field("tenant_name", error))?,
        tenant_slug: slug(body.tenant_slug.as_deref())?,
        language: match body.language.as_deref() {
            Some(code) => {
                Language::parse(code).map_err(|error| ApiError::field("language", error))?
            }
            None => Language::default(),
        },
    };
    accounts.count(LETTER, &wish.email.key(), client.request.ip)?;
    let mut tx = accounts
        .db
        .platform(Reason::Worker("ask to become a customer"))
        .await?;
    ask(&mut tx, &client, &wish, accounts.clock.now()).await?;
    tx.commit().await?;
    let status = "check_mail";
    Ok((
        StatusCode::ACCEPTED,
        axum::Json(RegistrationAnswer { status }),
    ))
}

fn slug(typed: Option<&str>) -> Result<Option<Slug>, ApiError> {
    typed
        .map(Slug::parse)
        .transpose()
        .map_err(|error| ApiError::field("tenant_slug", error))
}

/// Follows the link of the letter: makes the account and its tenant, and signs the owner in.
#[utoipa::path(post, path = "/api/auth/register/complete", request_body = RegistrationCompletion, responses(
    (status = 201, body = SessionAnswer),
    (status = 403, description = "Strangers cannot register themselves here"),
    (status = 409, description = "The slug is taken, or the address has got an account meanwhile"),
))]
async fn complete_registration(
    State(accounts): State<Accounts>,
    client: Client,
    Json(body): Json<RegistrationCompletion>,
) -> Result<Response, ApiError> {
    if !accounts.options.registration_enabled {
        return Err(ApiError::new(Code::RegistrationDisabled));
    }
    bounded("token", &body.token, 200)?;
    accounts.count(LINK, &body.token, client.request.ip)?;
    let completion = Completion {
        token: SecretString::from(body.token),
        password: SecretString::from(body.password),
        tenant_slug: slug(body.tenant_slug.as_deref())?,
    };
    let signed_in = complete(&accounts, &client, completion).await?;
    Ok(answer_session(
        StatusCode::CREATED,
        &accounts,
        &signed_in,
        body.cookie,
    ))
}

impl From<RegisterError> for ApiError {
    fn from(error: RegisterError) -> Self {
        match error {
            RegisterError::TokenInvalid => Self::new(Code::TokenInvalid),
            RegisterError::Account(CreateError::EmailTaken) => Self::new(Code::EmailTaken),
            RegisterError::Account(CreateError::Db(error)) | RegisterError::Db(error) => {
                error.into()
            }
            RegisterError::Password(error) => Self::field("password", error),
            RegisterError::Text(error) => Self::new(Code::InternalError).because(error),
            RegisterError::Tenant(error) => error.into(),
            RegisterError::Owner(error) => error.into(),
            RegisterError::SignIn(error) => error.into(),
            RegisterError::Busy(error) => error.into(),
        }
    }
}
