//! Versions of single resources: `ETag` out, `If-Match` in.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use crate::{ApiError, Code};

/// A resource with the version it has now.
#[derive(Clone, Copy, Debug)]
pub struct Tagged<T>(pub i64, pub T);

impl<T: Serialize> IntoResponse for Tagged<T> {
    fn into_response(self) -> Response {
        let mut response = (StatusCode::OK, axum::Json(self.1)).into_response();
        response.headers_mut().insert(header::ETAG, tag(self.0));
        response
    }
}

/// The header value of a version.
pub(crate) fn tag(version: i64) -> HeaderValue {
    HeaderValue::from_str(&format!("\"v{version}\"")).unwrap_or(HeaderValue::from_static("\"v0\""))
}

/// The version the caller last saw, if it cares.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct IfMatch(Option<Vec<String>>);

impl IfMatch {
    /// Refuses when the caller cares and the version has moved on.
    pub fn check(&self, version: i64) -> Result<(), ApiError> {
        let current = format!("\"v{version}\"");
        match &self.0 {
            Some(tags) if !tags.iter().any(|tag| tag == "*" || *tag == current) => {
                Err(ApiError::new(Code::PreconditionFailed))
            }
            _ => Ok(()),
        }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for IfMatch {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        let Some(value) = parts.headers.get(header::IF_MATCH) else {
            return Ok(Self(None));
        };
        let text = value
            .to_str()
            .map_err(|_| ApiError::new(Code::PreconditionFailed))?;
        // Proxies that compress mark the tag as weak; it still names the same version.
        let tags = text
            .split(',')
            .map(|tag| tag.trim().trim_start_matches("W/").to_owned())
            .collect();
        Ok(Self(Some(tags)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stale_version_is_refused_and_silence_is_not() {
        assert!(IfMatch(None).check(3).is_ok());
        assert!(IfMatch(Some(vec!["\"v3\"".into()])).check(3).is_ok());
        assert!(IfMatch(Some(vec!["*".into()])).check(3).is_ok());
        assert_eq!(
            IfMatch(Some(vec!["\"v2\"".into()]))
                .check(3)
                .unwrap_err()
                .code,
            Code::PreconditionFailed
        );
    }
}
