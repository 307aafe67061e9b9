//! The built web UI as bytes: `ui/dist`, embedded in release builds and read from disk in debug
//! builds, handed out as an axum service.
//!
//! A deep link such as `/users/invitations` is a place inside the UI, so every path that is no file
//! answers `index.html`; paths that belong to the server never do ([`is_page`]).

mod files;

use axum::http::{HeaderMap, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use rust_embed::RustEmbed;

#[derive(RustEmbed)]
#[folder = "../../ui/dist"]
#[allow_missing = true]
struct Dist;

/// First segments of the server's own addresses, and whether more may follow them.
const SERVER_PATHS: [(&str, bool); 7] = [
    ("api", true),
    ("ws", true),
    ("health", true),
    ("docs", true),
    ("metrics", false),
    ("version", false),
    ("openapi.json", false),
];

/// Answers one request from the built UI.
#[expect(clippy::unused_async, reason = "handlers are asynchronous")]
pub async fn serve(method: Method, uri: Uri, headers: HeaderMap) -> Response {
    if !is_page(uri.path()) {
        return StatusCode::NOT_FOUND.into_response();
    }
    if method != Method::GET && method != Method::HEAD {
        return (
            StatusCode::METHOD_NOT_ALLOWED,
            [(header::ALLOW, "GET, HEAD")],
        )
            .into_response();
    }
    files::answer::<Dist>(uri.path(), &headers)
}

/// Whether a path may be a place inside the UI, rather than one of the server's addresses.
pub fn is_page(path: &str) -> bool {
    let path = path.trim_start_matches('/');
    let (first, rest) = path
        .split_once('/')
        .map_or((path, None), |(first, rest)| (first, Some(rest)));
    // Compared whole: `/api-keys` is a page, `/api` is not.
    !SERVER_PATHS
        .iter()
        .any(|&(name, may_continue)| first == name && (may_continue || rest.is_none()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_the_server_are_no_pages() {
        for path in [
            "/api",
            "/api/v6/nothing",
            "/ws",
            "/health/elsewhere",
            "/metrics",
            "/docs/",
            "/openapi.json",
            "/version",
        ] {
            assert!(!is_page(path), "{path}");
        }
    }

    #[test]
    fn pages_may_begin_like_addresses_of_the_server() {
        for path in [
            "/",
            "/api-keys",
            "/users/invitations",
            "/apiary",
            "/healthy",
            "/versions",
            "/tenants/api",
        ] {
            assert!(is_page(path), "{path}");
        }
    }

    #[tokio::test]
    async fn other_methods_are_refused() {
        let answer = serve(Method::POST, Uri::from_static("/users"), HeaderMap::new()).await;
        assert_eq!(answer.status(), StatusCode::METHOD_NOT_ALLOWED);
        assert_eq!(answer.headers()[header::ALLOW], "GET, HEAD");
    }

    #[tokio::test]
    async fn an_unknown_address_of_the_api_is_not_answered_with_a_page() {
        let answer = serve(
            Method::GET,
            Uri::from_static("/api/v6/nothing"),
            HeaderMap::new(),
        )
        .await;
        assert_eq!(answer.status(), StatusCode::NOT_FOUND);
    }
}
