//! Signing in, going on, and leaving.

use axum::extract::{FromRequest, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use parking_db::Reason;
use parking_domain::ids::TenantId;
use parking_http::extract::{from_form, read_body};
use parking_http::{ApiError, Caller, Code, Json};
use secrecy::SecretString;
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::bodies::{SessionAnswer, answer_session, clear_cookie};
use super::client::{Client, OptionalJson, RefreshCookie};
use crate::accounts::limits::{PASSWORD, REFRESH};
use crate::accounts::people::Homeless;
use crate::accounts::sessions::{self, Leaving, RefreshError};
use crate::accounts::sign_in::{Attempt, SignInError, sign_in};
use crate::accounts::{Accounts, PASSWORD_LENGTH_MAX};

/// Somebody says who they are.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Login {
    /// The address of the account, in any case.
    #[schema(min_length = 1, max_length = 254)]
    email: String,
    /// Its password.
    #[schema(min_length = 1, max_length = 1_000, format = "password")]
    password: String,
    /// The tenant to work in; the one worked in last if left out.
    tenant_id: Option<Uuid>,
    /// Whether the refresh token is kept in a cookie instead of the answer.
    #[serde(default)]
    cookie: bool,
}

/// The same as the password form of OAuth 2 has it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(
    dead_code,
    reason = "OAuth 2 clients send them, and nothing depends on them here"
)]
pub(super) struct LoginForm {
    /// The address of the account, in any case.
    #[schema(min_length = 1, max_length = 254)]
    username: String,
    /// Its password.
    #[schema(min_length = 1, max_length = 1_000, format = "password")]
    password: String,
    /// The tenant to work in; the one worked in last if left out.
    #[schema(nullable = false)]
    tenant_id: Option<Uuid>,
    /// Accepted and without meaning here.
    #[schema(nullable = false)]
    grant_type: Option<String>,
    /// Accepted and without meaning here.
    #[schema(nullable = false)]
    scope: Option<String>,
    /// Accepted and without meaning here.
    #[schema(nullable = false)]
    client_id: Option<String>,
    /// Accepted and without meaning here.
    #[schema(nullable = false)]
    client_secret: Option<String>,
}

impl<S: Send + Sync> FromRequest<S> for Login {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        if !is_form(request.headers()) {
            let Json(login) = Json::<Self>::from_request(request, state).await?;
            return Ok(login);
        }
        let (parts, body) = request.into_parts();
        let form: LoginForm = from_form(&read_body(&parts, body).await?)?;
        Ok(Self {
            email: form.username,
            password: form.password,
            tenant_id: form.tenant_id,
            cookie: false,
        })
    }
}

fn is_form(headers: &HeaderMap) -> bool {
    headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|kind| kind.starts_with("application/x-www-form-urlencoded"))
}

/// Shows a refresh token.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Refresh {
    /// The token; if left out, the one in the cookie.
    #[schema(min_length = 1, max_length = 200)]
    refresh_token: Option<String>,
}

/// Signs in with an address and a password, as JSON or as an OAuth 2 password form. A wrong
/// address and a wrong password are answered alike.
#[utoipa::path(post, path = "/api/auth/login",
    request_body(content((Login = "application/json"), (LoginForm = "application/x-www-form-urlencoded"))),
    responses(
        (status = 200, body = SessionAnswer),
        (status = 401, description = "The address or the password is wrong"),
        (status = 403, description = "The account is disabled, or belongs to no tenant that is active"),
    ))]
pub(super) async fn login(
    State(accounts): State<Accounts>,
    client: Client,
    body: Login,
) -> Result<Response, ApiError> {
    let email = bounded("email", &body.email, 254)?;
    bounded("password", &body.password, PASSWORD_LENGTH_MAX)?;
    let email_key = email.trim().to_ascii_lowercase();
    accounts.count(PASSWORD, &email_key, client.request.ip)?;
    let attempt = Attempt {
        email_key,
        password: SecretString::from(body.password),
        tenant: body.tenant_id.map(TenantId),
    };
    let signed_in = sign_in(&accounts, &client, attempt).await?;
    let status = StatusCode::OK;
    Ok(answer_session(status, &accounts, &signed_in, body.cookie))
}

/// Refuses text that is missing or longer than anybody means.
pub(crate) fn bounded<'a>(field: &str, text: &'a str, max: usize) -> Result<&'a str, ApiError> {
    match text.chars().count() {
        0 => Err(ApiError::field(field, "must not be empty")),
        length if length > max => Err(ApiError::field(
            field,
            format!("must have at most {max} characters"),
        )),
        _ => Ok(text),
    }
}

/// Exchanges a refresh token, from the body or from the cookie, for the next session answer. Each
/// is good once; parallel tabs have 20 seconds in which it still is. Used after that, it ends
/// the session, because somebody has a copy.
#[utoipa::path(post, path = "/api/auth/refresh", request_body = Option<Refresh>, responses(
    (status = 200, body = SessionAnswer),
    (status = 401, description = "The session has ended"),
    (status = 403, description = "The account is disabled, or belongs to no tenant that is active"),
))]
pub(super) async fn refresh(
    State(accounts): State<Accounts>,
    client: Client,
    RefreshCookie(cookie): RefreshCookie,
    OptionalJson(body): OptionalJson<Option<Refresh>>,
) -> Result<Response, ApiError> {
    let shown = body.and_then(|body| body.refresh_token);
    let in_cookie = shown.is_none();
    let Some(token) = shown.or(cookie) else {
        return Err(ApiError::new(Code::SessionEnded).detail("no refresh token was shown"));
    };
    bounded("refresh_token", &token, 200)?;
    accounts.count(REFRESH, &token, client.request.ip)?;
    match sessions::refresh(&accounts, &client, &token).await {
        Ok(signed_in) => Ok(answer_session(
            StatusCode::OK,
            &accounts,
            &signed_in,
            in_cookie,
        )),
        Err(RefreshError::SessionEnded) if in_cookie => {
            let error = ApiError::from(RefreshError::SessionEnded);
            Ok(clear_cookie(&accounts, error.into_response()))
        }
        Err(error) => Err(error.into()),
    }
}

/// Ends the session of the access token, or, when that has expired, of the refresh token in the
/// body or the cookie. Public, because whoever wants to leave must not be asked to sign in first.
#[utoipa::path(post, path = "/api/auth/logout", request_body = Option<Refresh>,
    responses((status = 204, description = "The session has ended, or there was none")))]
pub(super) async fn logout(
    State(accounts): State<Accounts>,
    client: Client,
    RefreshCookie(cookie): RefreshCookie,
    caller: Result<Caller, ApiError>,
    OptionalJson(body): OptionalJson<Option<Refresh>>,
) -> Result<Response, ApiError> {
    let person = match caller {
        Ok(caller) => caller.person().ok(),
        // Nobody is told that a session has ended that nobody could look for.
        Err(error) if error.code.status().is_server_error() => return Err(error),
        Err(_) => None,
    };
    let shown = body.and_then(|body| body.refresh_token).or(cookie);
    if let Some(token) = &shown {
        bounded("refresh_token", token, 200)?;
    }
    let leaving = match (person, &shown) {
        (Some(person), _) => Some(Leaving::Caller(person)),
        (None, Some(token)) => Some(Leaving::Token(token)),
        (None, None) => None,
    };
    if let Some(leaving) = leaving {
        let mut tx = accounts.db.platform(Reason::Worker("log out")).await?;
        sessions::log_out(&mut tx, &client, leaving, accounts.clock.now()).await?;
        tx.commit().await?;
    }
    let response = StatusCode::NO_CONTENT.into_response();
    Ok(clear_cookie(&accounts, response))
}

/// Ends all sessions of the caller, this one included.
#[utoipa::path(post, path = "/api/auth/logout-everywhere", responses((status = 204, description = "All sessions have ended")))]
pub(super) async fn logout_everywhere(
    State(accounts): State<Accounts>,
    caller: Caller,
) -> Result<Response, ApiError> {
    let person = caller.person()?;
    let mut tx = accounts
        .db
        .platform(Reason::Worker("log out everywhere"))
        .await?;
    sessions::log_out_everywhere(&mut tx, &caller, person, accounts.clock.now()).await?;
    tx.commit().await?;
    let response = StatusCode::NO_CONTENT.into_response();
    Ok(clear_cookie(&accounts, response))
}

impl From<Homeless> for ApiError {
    fn from(error: Homeless) -> Self {
        Self::new(match error {
            Homeless::NoMembership => Code::NoMembership,
            Homeless::TenantSuspended => Code::TenantSuspended,
        })
    }
}

impl From<SignInError> for ApiError {
    fn from(error: SignInError) -> Self {
        match error {
            SignInError::InvalidCredentials => Self::new(Code::InvalidCredentials),
            SignInError::AccountDisabled => Self::new(Code::AccountDisabled),
            SignInError::Homeless(error) => error.into(),
            SignInError::Busy(error) => error.into(),
            SignInError::Token(error) => Self::new(Code::InternalError).because(error),
            SignInError::Db(error) => error.into(),
        }
    }
}

impl From<RefreshError> for ApiError {
    fn from(error: RefreshError) -> Self {
        match error {
            RefreshError::SessionEnded => Self::new(Code::SessionEnded),
            RefreshError::AccountDisabled => Self::new(Code::AccountDisabled),
            RefreshError::Homeless(error) => error.into(),
            RefreshError::Token(error) => Self::new(Code::InternalError).because(error),
            RefreshError::Db(error) => error.into(),
        }
    }
}
