//! One file of the built UI as an answer: type, caching, conditional requests.

use std::fmt::Write as _;

use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use rust_embed::{EmbeddedFile, RustEmbed};

/// The page every place inside the UI begins with.
pub(crate) const INDEX: &str = "index.html";

/// Vite puts the hash of a file's content into its name here, so it never changes under its name.
const HASHED: &str = "assets/";

const FOREVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
/// Kept, but asked about each time: these names stay while their contents change.
const ASK_FIRST: HeaderValue = HeaderValue::from_static("no-cache");

/// Shown by a server that was built where no UI had been built.
const NOT_BUILT: &str = include_str!("not_built.html");

/// The file at `path`, or the index for a place inside the UI.
pub(crate) fn answer<Files: RustEmbed>(path: &str, headers: &HeaderMap) -> Response {
    let name = path.trim_start_matches('/');
    if !name.is_empty()
        && let Some(file) = Files::get(name)
    {
        return found(name, file, headers);
    }
    if name.starts_with(HASHED) {
        // A page from before an upgrade asks for code that is gone. HTML instead of it would be a
        // riddle; a 404 lets the page say that it is outdated.
        return (StatusCode::NOT_FOUND, [(header::CACHE_CONTROL, ASK_FIRST)]).into_response();
    }
    match Files::get(INDEX) {
        Some(file) => found(INDEX, file, headers),
        None => (
            StatusCode::SERVICE_UNAVAILABLE,
            [(header::CACHE_CONTROL, HeaderValue::from_static("no-store"))],
            Html(NOT_BUILT),
        )
            .into_response(),
    }
}

fn found(name: &str, file: EmbeddedFile, headers: &HeaderMap) -> Response {
    let etag = etag(&file.metadata.sha256_hash());
    let caching = if name.starts_with(HASHED) {
        FOREVER
    } else {
        ASK_FIRST
    };
    let kept = [
        (header::ETAG, etag.clone()),
        (header::CACHE_CONTROL, caching),
    ];
    if is_known(headers, &etag) {
        return (StatusCode::NOT_MODIFIED, kept).into_response();
    }
    let kind = content_type(file.metadata.mimetype());
    (kept, [(header::CONTENT_TYPE, kind)], Body::from(file.data)).into_response()
}

/// Text without a named encoding is guessed at; ours is UTF-8.
fn content_type(kind: &str) -> HeaderValue {
    let is_text = kind.starts_with("text/") || kind.ends_with("json") || kind.ends_with("xml");
    let text = if is_text {
        format!("{kind}; charset=utf-8")
    } else {
        kind.to_owned()
    };
    HeaderValue::try_from(text)
        .unwrap_or_else(|_| HeaderValue::from_static("application/octet-stream"))
}

fn etag(hash: &[u8; 32]) -> HeaderValue {
    let mut tag = String::from("\"");
    // Sixteen of the bytes tell files apart; the rest would only make every answer longer.
    for byte in &hash[..16] {
        // Writing to a String cannot fail.
        write!(tag, "{byte:02x}").ok();
    }
    tag.push('"');
    HeaderValue::try_from(tag).unwrap_or_else(|_| HeaderValue::from_static("\"\""))
}

/// Compression on the way may have made the tag weak; the content is the same all the same.
fn is_known(headers: &HeaderMap, etag: &HeaderValue) -> bool {
    headers
        .get_all(header::IF_NONE_MATCH)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(|tag| tag.trim().trim_start_matches("W/"))
        .any(|tag| tag == "*" || tag.as_bytes() == etag.as_bytes())
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::body::Body;
    use axum::http::{Method, Request};
    use http_body_util::BodyExt;
    use tower::ServiceExt;

    use super::*;

    #[derive(RustEmbed)]
    #[folder = "tests/fixture"]
    struct Fixture;

    #[derive(RustEmbed)]
    #[folder = "tests/nowhere"]
    #[allow_missing = true]
    struct Nothing;

    fn get<Files: RustEmbed>(path: &str) -> Response {
        answer::<Files>(path, &HeaderMap::new())
    }

    async fn text(answer: Response) -> String {
        let bytes = answer.into_body().collect().await.unwrap().to_bytes();
        String::from_utf8(bytes.to_vec()).unwrap()
    }

    #[tokio::test]
    async fn a_deep_link_answers_the_index() {
        for path in ["/", "/users/invitations", "/tenants/a.b", "/assets"] {
            let answer = get::<Fixture>(path);
            assert_eq!(answer.status(), StatusCode::OK, "{path}");
            assert_eq!(
                answer.headers()[header::CONTENT_TYPE],
                "text/html; charset=utf-8"
            );
            assert_eq!(answer.headers()[header::CACHE_CONTROL], "no-cache");
            assert!(text(answer).await.contains("fixture"), "{path}");
        }
    }

    #[test]
    fn hashed_files_are_kept_forever_and_typed() {
        for (path, kind) in [
            ("/assets/index-a1b2c3.js", "text/javascript; charset=utf-8"),
            ("/assets/index-a1b2c3.css", "text/css; charset=utf-8"),
        ] {
            let answer = get::<Fixture>(path);
            assert_eq!(answer.headers()[header::CONTENT_TYPE], kind);
            assert_eq!(
                answer.headers()[header::CACHE_CONTROL],
                "public, max-age=31536000, immutable"
            );
        }
        let plain = get::<Fixture>("/favicon.svg");
        assert_eq!(
            plain.headers()[header::CONTENT_TYPE],
            "image/svg+xml; charset=utf-8"
        );
        assert_eq!(plain.headers()[header::CACHE_CONTROL], "no-cache");
    }

    #[test]
    fn a_file_of_an_earlier_build_is_not_found() {
        assert_eq!(
            get::<Fixture>("/assets/gone-0000.js").status(),
            StatusCode::NOT_FOUND
        );
    }

    #[test]
    fn nothing_outside_of_the_folder_is_reached() {
        for path in [
            "/../Cargo.toml",
            "/assets/../../Cargo.toml",
            "/..%2fCargo.toml",
        ] {
            let answer = get::<Fixture>(path);
            let kind = answer.headers().get(header::CONTENT_TYPE).cloned();
            let is_refused = answer.status() == StatusCode::NOT_FOUND;
            assert!(
                is_refused || kind.is_some_and(|kind| kind == "text/html; charset=utf-8"),
                "{path}"
            );
        }
    }

    #[test]
    fn what_the_browser_has_is_not_sent_again() {
        let tag = get::<Fixture>("/").headers()[header::ETAG].clone();
        for known in [
            tag.to_str().unwrap().to_owned(),
            format!("\"other\", W/{}", tag.to_str().unwrap()),
            "*".to_owned(),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::IF_NONE_MATCH, known.parse().unwrap());
            let answer = answer::<Fixture>("/users", &headers);
            assert_eq!(answer.status(), StatusCode::NOT_MODIFIED, "{known}");
            assert_eq!(answer.headers()[header::ETAG], tag);
        }
        let mut headers = HeaderMap::new();
        headers.insert(header::IF_NONE_MATCH, "\"other\"".parse().unwrap());
        assert_eq!(
            answer::<Fixture>("/users", &headers).status(),
            StatusCode::OK
        );
    }

    #[tokio::test]
    async fn head_is_answered_without_a_body() {
        let router =
            Router::new().fallback(async |headers: HeaderMap| answer::<Fixture>("/", &headers));
        let request = Request::builder()
            .method(Method::HEAD)
            .body(Body::empty())
            .unwrap();
        let answer = router.oneshot(request).await.unwrap();
        assert_eq!(answer.status(), StatusCode::OK);
        assert_eq!(
            answer.headers()[header::CONTENT_TYPE],
            "text/html; charset=utf-8"
        );
        assert_eq!(text(answer).await, "");
    }

    #[tokio::test]
    async fn a_server_without_a_built_ui_says_how_to_build_it() {
        let answer = get::<Nothing>("/users");
        assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert!(text(answer).await.contains("npm run build"));
    }
}
