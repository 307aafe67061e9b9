//! The built web UI as bytes.

/// Stands in until the UI is merged.
pub fn router() -> axum::Router {
    axum::Router::new()
}
