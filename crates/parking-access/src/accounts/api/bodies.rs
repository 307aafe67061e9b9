//! What answers about accounts look like, and how a session is answered.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use chrono::{DateTime, TimeDelta, Utc};
use secrecy::{ExposeSecret as _, SecretString};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::client::COOKIE;
use crate::accounts::Accounts;
use crate::accounts::people::{TenantRef, User};
use crate::accounts::sessions::SignedIn;
use crate::wire;

/// A session: what to show at requests, who is signed in, and where.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Session)]
pub(crate) struct SessionAnswer {
    /// Shown as `Authorization: Bearer …` at each request.
    access_token: String,
    /// Exchanged for the next session answer; null when a cookie keeps it, and when the one at
    /// hand stays good.
    refresh_token: Option<String>,
    /// `Bearer`.
    token_type: &'static str,
    /// Seconds for which the access token is good.
    expires_in: i64,
    /// Seconds after which the session ends unless it is refreshed.
    refresh_expires_in: i64,
    user: UserAnswer,
    tenant: TenantAnswer,
    /// The tenants the person is an active member of.
    tenants: Vec<TenantAnswer>,
}

/// A person's account.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = User)]
pub(crate) struct UserAnswer {
    id: Uuid,
    email: String,
    name: String,
    /// The name again, as the predecessor called it.
    username: String,
    #[schema(value_type = wire::Language)]
    language: &'static str,
    /// `light`, `dark` or `system`.
    #[schema(value_type = wire::Theme)]
    theme: &'static str,
    is_active: bool,
    email_verified: bool,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    last_login_at: Option<DateTime<Utc>>,
}

/// A tenant, and what the caller is there.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = TenantRef)]
pub(crate) struct TenantAnswer {
    id: Uuid,
    name: String,
    slug: String,
    /// `platform` or `customer`.
    kind: String,
    /// The caller's role there.
    #[schema(value_type = wire::Role)]
    role: &'static str,
    #[schema(value_type = wire::TenantStatus)]
    status: &'static str,
}

impl From<&User> for UserAnswer {
    fn from(user: &User) -> Self {
        Self {
            id: user.id,
            email: user.email.clone(),
            name: user.name.clone(),
            username: user.name.clone(),
            language: user.language.code(),
            theme: user.theme.name(),
            is_active: user.is_active,
            email_verified: user.email_verified,
            created_at: user.created_at,
            updated_at: user.updated_at,
            last_login_at: user.last_login_at,
        }
    }
}

impl From<&TenantRef> for TenantAnswer {
    fn from(tenant: &TenantRef) -> Self {
        Self {
            id: tenant.id.0,
            name: tenant.name.clone(),
            slug: tenant.slug.clone(),
            kind: tenant.kind.clone(),
            role: tenant.role.name(),
            status: tenant.status.name(),
        }
    }
}

/// Answers a session, with its refresh token in the body or in a cookie.
pub(crate) fn answer_session(
    status: StatusCode,
    accounts: &Accounts,
    signed_in: &SignedIn,
    in_cookie: bool,
) -> Response {
    let refresh_lasts = signed_in.refresh_expires_at - signed_in.at;
    let token = signed_in
        .refresh_token
        .as_ref()
        .map(SecretString::expose_secret);
    let body = SessionAnswer {
        access_token: signed_in.access_token.expose_secret().to_owned(),
        refresh_token: token.filter(|_| !in_cookie).map(str::to_owned),
        token_type: "Bearer",
        expires_in: (signed_in.access_expires_at - signed_in.at).num_seconds(),
        refresh_expires_in: refresh_lasts.num_seconds(),
        user: UserAnswer::from(&signed_in.standing.user),
        tenant: TenantAnswer::from(&signed_in.tenant),
        tenants: signed_in
            .standing
            .tenants
            .iter()
            .map(TenantAnswer::from)
            .collect(),
    };
    let mut response = (status, axum::Json(body)).into_response();
    if let Some(token) = token.filter(|_| in_cookie) {
        set_cookie(&mut response, accounts, token, refresh_lasts);
    }
    response
}

/// Sent to our own pages only, never readable by scripts, and only where sessions are handled.
fn set_cookie(response: &mut Response, accounts: &Accounts, token: &str, lasts: TimeDelta) {
    let secure = if accounts.options.public_url_is_https {
        "; Secure"
    } else {
        ""
    };
    let cookie = format!(
        "{COOKIE}={token}; Path=/api/auth; HttpOnly; SameSite=Strict; Max-Age={}{secure}",
        lasts.num_seconds().max(0),
    );
    if let Ok(value) = HeaderValue::from_str(&cookie) {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
}

pub(super) fn clear_cookie(accounts: &Accounts, mut response: Response) -> Response {
    set_cookie(&mut response, accounts, "", TimeDelta::zero());
    response
}
