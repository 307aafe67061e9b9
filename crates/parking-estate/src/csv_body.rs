//! A CSV file that somebody sends as the body of a request.

use axum::extract::Request;
use axum::http::{HeaderMap, header};
use parking_domain::csv_table::{Table, read_table};
use parking_http::extract::{BodyLimit, read_body};
use parking_http::{ApiError, Code};

/// What browsers and programs call a CSV file.
const MEDIA_TYPES: [&str; 5] = [
    "text/csv",
    "text/plain",
    "application/csv",
    "application/octet-stream",
    "application/vnd.ms-excel",
];

/// The table of so many bytes at most that a request brings.
pub async fn csv_body(request: Request, bytes_max: usize) -> Result<Table, ApiError> {
    let (mut parts, body) = request.into_parts();
    must_be_text(&parts.headers)?;
    parts.extensions.insert(BodyLimit(bytes_max));
    let bytes = read_body(&parts, body).await?;
    read_table(&bytes, bytes_max).map_err(|error| ApiError::field("body", error))
}

/// Refuses what says of itself that it is no CSV file.
fn must_be_text(headers: &HeaderMap) -> Result<(), ApiError> {
    let said = headers.get(header::CONTENT_TYPE);
    let said = said.map(|value| value.to_str().unwrap_or_default());
    let essence = said.and_then(|said| said.split(';').next());
    let is_text = |essence: &str| MEDIA_TYPES.contains(&essence.trim().to_lowercase().as_str());
    if essence.is_none_or(is_text) {
        return Ok(());
    }
    Err(ApiError::new(Code::UnsupportedMediaType)
        .detail("send the file itself as the body, as text/csv"))
}
