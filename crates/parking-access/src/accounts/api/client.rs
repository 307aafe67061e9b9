//! What a request tells about the program it comes from.

use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use parking_http::extract::read_body;
use parking_http::{ApiError, Json, caller};
use serde::de::DeserializeOwned;

/// The name of the cookie that keeps a refresh token.
pub(super) const COOKIE: &str = "parking_refresh";

/// The longest program name that is kept, in characters.
const USER_AGENT_LENGTH_MAX: usize = 300;

/// Where a request comes from.
#[derive(Clone, Debug)]
pub(crate) struct Client {
    pub(crate) request: caller::Request,
    pub(crate) user_agent: Option<String>,
}

impl<S: Send + Sync> FromRequestParts<S> for Client {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let request = caller::Request::from_request_parts(parts, state).await?;
        let user_agent = parts
            .headers
            .get(header::USER_AGENT)
            .and_then(|value| value.to_str().ok())
            .map(|name| name.chars().take(USER_AGENT_LENGTH_MAX).collect());
        Ok(Self {
            request,
            user_agent,
        })
    }
}

/// The refresh token that the browser keeps for us.
#[derive(Clone, Debug)]
pub(super) struct RefreshCookie(pub(super) Option<String>);

impl<S: Send + Sync> FromRequestParts<S> for RefreshCookie {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        Ok(Self(cookie(&parts.headers)))
    }
}

fn cookie(headers: &HeaderMap) -> Option<String> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(name, value)| *name == COOKIE && !value.is_empty())
        .map(|(_, value)| value.to_owned())
}

/// A JSON body that may be left out altogether.
#[derive(Clone, Copy, Debug)]
pub(super) struct OptionalJson<T>(pub(super) T);

impl<S: Send + Sync, T: DeserializeOwned + Default> FromRequest<S> for OptionalJson<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let (parts, body) = request.into_parts();
        let bytes = read_body(&parts, body).await?;
        if bytes.is_empty() {
            return Ok(Self(T::default()));
        }
        let request = Request::from_parts(parts, bytes.into());
        let Json(body) = Json::from_request(request, state).await?;
        Ok(Self(body))
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn the_cookie_is_found_among_others() {
        let read = |value: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::COOKIE, HeaderValue::from_static(value));
            cookie(&headers)
        };
        assert_eq!(
            read("a=b; parking_refresh=abc; c=d").as_deref(),
            Some("abc")
        );
        assert_eq!(read("xparking_refresh=abc"), None);
        assert_eq!(read("parking_refresh="), None);
        assert_eq!(read("parking_refresh"), None);
    }
}
