//! Headers that keep browsers safe.

use axum::http::{HeaderMap, HeaderName, HeaderValue, header};

const ALWAYS: [(&str, &str); 7] = [
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    ("referrer-policy", "strict-origin-when-cross-origin"),
    (
        "permissions-policy",
        "camera=(self), geolocation=(self), microphone=()",
    ),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("x-permitted-cross-domain-policies", "none"),
];

/// Scripts only from us and never inline; styles may be inline because the component library
/// writes them at run time. Pictures also from where map tiles are served, if they are.
pub(super) fn content_security_policy(tiles_origin: Option<&HeaderValue>) -> HeaderValue {
    const BEFORE: &[u8] = b"default-src 'self'; script-src 'self'; \
        style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:";
    const BEHIND: &[u8] = b"; font-src 'self' data:; connect-src 'self'; object-src 'none'; \
        base-uri 'none'; form-action 'self'; frame-ancestors 'none'";
    let tiles = tiles_origin.map_or(Vec::new(), |origin| [b" ", origin.as_bytes()].concat());
    HeaderValue::from_bytes(&[BEFORE, &tiles, BEHIND].concat())
        .unwrap_or(HeaderValue::from_static("default-src 'self'"))
}

/// Adds the headers every answer carries.
pub(super) fn secure(headers: &mut HeaderMap, policy: &HeaderValue, is_https: bool) {
    headers
        .entry(header::CONTENT_SECURITY_POLICY)
        .or_insert(policy.clone());
    for (name, value) in ALWAYS {
        headers
            .entry(HeaderName::from_static(name))
            .or_insert(HeaderValue::from_static(value));
    }
    if is_https {
        headers.insert(
            header::STRICT_TRANSPORT_SECURITY,
            HeaderValue::from_static("max-age=31536000; includeSubDomains"),
        );
    }
    // An answer to one caller must not be kept for the next.
    headers
        .entry(header::CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("no-store"));
}
