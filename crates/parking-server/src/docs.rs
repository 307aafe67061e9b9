//! The description of the API, and the pages that show it.

use std::sync::Arc;

use axum::Router;
use axum::http::header;
use axum::response::Html;
use axum::routing::get;
use parking_http::{Code, FieldError, Problem};
use utoipa::OpenApi as _;
use utoipa::openapi::OpenApi;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa_swagger_ui::{Config, SwaggerUi};

/// What every operation of the API shares.
#[derive(utoipa::OpenApi)]
#[openapi(
    info(
        title = "Smart Parking Platform",
        description = "Sign in at `/api/auth/login` for a bearer token, or send an API key in `X-API-Key`. \
            Errors are problem documents (RFC 9457) whose `code` is part of the API; see `/docs/errors`. \
            Lists come in pages. Creates take an `Idempotency-Key`, except those that show a secret once; single resources carry an `ETag` and \
            honour `If-Match`. Instants are RFC 3339 in UTC.",
        license(name = "AGPL-3.0-only", identifier = "AGPL-3.0-only")
    ),
    components(schemas(Problem, FieldError))
)]
struct Shared;

/// Completes the description that the routes add up to.
pub(crate) fn complete(mut api: OpenApi, version: &str) -> OpenApi {
    let shared = Shared::openapi();
    api.info = shared.info;
    version.clone_into(&mut api.info.version);
    let mut components = shared.components.unwrap_or_default();
    if let Some(own) = api.components.take() {
        components.schemas.extend(own.schemas);
    }
    let bearer = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .bearer_format("JWT")
        .build();
    components.add_security_scheme("bearer", SecurityScheme::Http(bearer));
    let key = ApiKey::Header(ApiKeyValue::new("X-API-Key"));
    components.add_security_scheme("api_key", SecurityScheme::ApiKey(key));
    let signature = ApiKey::Header(ApiKeyValue::with_description(
        "X-Webhook-Signature",
        "HMAC-SHA256 of the raw body in hex, with the secret of the webhook credential that X-Webhook-Credential names; docs/integrators/signing.md has an example.",
    ));
    components.add_security_scheme("signature", SecurityScheme::ApiKey(signature));
    api.components = Some(components);
    api
}

/// The description as it is served and committed: pretty, and the same at every build.
pub(crate) fn to_json(api: &OpenApi) -> String {
    // By way of a `Value`, whose objects are sorted, because extensions are kept in hash order.
    let mut value = serde_json::to_value(api).unwrap_or_default();
    allow_empty_values(&mut value);
    let mut text = serde_json::to_string_pretty(&value).unwrap_or_default();
    text.push('\n');
    text
}

/// In a query an empty value is as good as none, which our library has no word for. Where none will
/// not do, neither will an empty one.
fn allow_empty_values(api: &mut serde_json::Value) {
    let methods = api["paths"]
        .as_object_mut()
        .into_iter()
        .flat_map(|paths| paths.values_mut())
        .filter_map(serde_json::Value::as_object_mut)
        .flat_map(|item| item.values_mut());
    let parameters = methods
        .filter_map(|operation| operation.get_mut("parameters")?.as_array_mut())
        .flatten();
    for parameter in parameters.filter(|parameter| parameter["in"] == "query") {
        if parameter["required"] == true {
            continue;
        }
        parameter["allowEmptyValue"] = true.into();
    }
}

/// The routes of the documentation.
pub(crate) fn router(api: &OpenApi) -> Router {
    let json: Arc<str> = to_json(api).into();
    let errors: Arc<str> = error_page().into();
    let viewer =
        SwaggerUi::new("/docs").config(Config::from("/openapi.json").persist_authorization(true));
    Router::new()
        .route(
            "/openapi.json",
            get(async move || {
                (
                    [(header::CONTENT_TYPE, "application/json")],
                    json.to_string(),
                )
            }),
        )
        .route("/docs/errors", get(async move || Html(errors.to_string())))
        .merge(viewer)
}

fn error_page() -> String {
    let row = |code: &Code| {
        let (name, status, title) = (code.name(), code.status().as_u16(), code.title());
        format!(
            "<tr id=\"{name}\"><td><code>{name}</code></td><td>{status}</td><td>{title}</td></tr>"
        )
    };
    let rows: String = Code::ALL.iter().map(row).collect();
    format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>Error codes</title>\
         <meta name=\"viewport\" content=\"width=device-width\"><style>body{{font-family:sans-serif;max-width:60em;\
         margin:2em auto;padding:0 1em;color-scheme:light dark}}td,th{{text-align:left;padding:.3em 1em .3em 0;\
         border-bottom:1px solid #8884}}tr:target{{background:#fd04}}</style></head><body><main><h1>Error codes</h1>\
         <p>Every error is a problem document (RFC 9457). <code>code</code> never changes its meaning.</p>\
         <table><thead><tr><th>Code</th><th>Status</th><th>Meaning</th></tr></thead><tbody>{rows}</tbody></table>\
         </main></body></html>"
    )
}
