//! Reading requests: strict, and with errors that name the field.

use axum::body::{Body, Bytes};
use axum::extract::{FromRequest, FromRequestParts, RawPathParams, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use serde::de::DeserializeOwned;
use serde_json::Value;
use uuid::Uuid;

use crate::{ApiError, Code, FieldError};

/// The largest body a request may have unless the server is told otherwise.
#[derive(Clone, Copy, Debug)]
pub struct BodyLimit(pub usize);

impl Default for BodyLimit {
    fn default() -> Self {
        Self(1024 * 1024)
    }
}

/// A JSON body. Unknown fields are refused where the type says `deny_unknown_fields`.
#[derive(Clone, Copy, Debug)]
pub struct Json<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Json<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, _: &S) -> Result<Self, ApiError> {
        let (parts, body) = request.into_parts();
        let bytes = json_bytes(&parts, body).await?;
        from_json(&bytes).map(Self)
    }
}

/// The body's bytes, once it is certain that they claim to be JSON.
pub(crate) async fn json_bytes(parts: &Parts, body: Body) -> Result<Bytes, ApiError> {
    if !is_json(&parts.headers) {
        return Err(ApiError::new(Code::UnsupportedMediaType));
    }
    read_body(parts, body).await
}

/// The body's bytes, up to the limit.
pub async fn read_body(parts: &Parts, body: Body) -> Result<Bytes, ApiError> {
    let BodyLimit(limit) = parts.extensions.get().copied().unwrap_or_default();
    match Limited::new(body, limit).collect().await {
        Ok(collected) => Ok(collected.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => {
            Err(ApiError::new(Code::PayloadTooLarge).detail(format!("at most {limit} bytes")))
        }
        Err(_) => Err(ApiError::new(Code::MalformedRequest).detail("the body broke off")),
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    let Some(kind) = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
    else {
        return false;
    };
    let essence = kind
        .split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase();
    essence == "application/json"
        || (essence.starts_with("application/") && essence.ends_with("+json"))
}

/// Reads a JSON document, naming the field that does not fit.
pub fn from_json<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, ApiError> {
    // serde would take the items of a list for the fields of a struct, in the order of our source.
    if bytes.trim_ascii_start().first() == Some(&b'[') {
        return Err(ApiError::field("body", "must be an object"));
    }
    let value = read(bytes).or_else(|error| read_with_whole_numbers(bytes, &error).ok_or(error))?;
    // PostgreSQL cannot hold U+0000; telling which field has it is not worth a second parse.
    if holds_nul(bytes) {
        return Err(ApiError::new(Code::ValidationFailed).detail("text must not contain U+0000"));
    }
    Ok(value)
}

/// Whether a JSON document has `\u0000` in it, and not the text of it, which is `\\u0000`.
fn holds_nul(json: &[u8]) -> bool {
    let mut rest = json;
    while let Some(at) = rest.iter().position(|byte| *byte == b'\\') {
        if rest[at..].starts_with(br"\u0000") {
            return true;
        }
        // What a backslash escapes is not the beginning of another escape.
        rest = rest.get(at + 2..).unwrap_or_default();
    }
    false
}

fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, ApiError> {
    let mut json = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut json).map_err(|error| {
        let field = error.path().to_string();
        let cause = error.into_inner();
        if cause.classify() == serde_json::error::Category::Data {
            ApiError::field(if field == "." { "body" } else { &field }, plain(&cause))
        } else {
            ApiError::new(Code::MalformedRequest).detail(format!("not JSON: {cause}"))
        }
    })?;
    json.end().map_err(|error| {
        ApiError::new(Code::MalformedRequest).detail(format!("not JSON: {error}"))
    })?;
    Ok(value)
}

/// JSON has one kind of number, and in it `41.0` is as whole as `41`; serde tells them apart. What
/// was refused for that alone is read again.
fn read_with_whole_numbers<T: DeserializeOwned>(bytes: &[u8], error: &ApiError) -> Option<T> {
    let is_about_it = |field: &FieldError| field.message.contains("floating point");
    if !error.errors.iter().any(is_about_it) {
        return None;
    }
    let mut value = serde_json::from_slice(bytes).ok()?;
    make_whole(&mut value);
    serde_json::from_value(value).ok()
}

fn make_whole(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(make_whole),
        Value::Object(fields) => fields.values_mut().for_each(make_whole),
        Value::Number(number) => {
            // What has no fraction is written without one, unless it is too large to be exact.
            let text = number.to_string();
            if let Some(whole) = text
                .strip_suffix(".0")
                .and_then(|text| text.parse::<i64>().ok())
            {
                *number = whole.into();
            }
        }
        Value::Null | Value::Bool(_) | Value::String(_) => {}
    }
}

/// Reads a form as browsers and OAuth clients send it, with the same care as a query string.
pub fn from_form<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, ApiError> {
    let text = std::str::from_utf8(bytes)
        .map_err(|error| ApiError::new(Code::MalformedRequest).detail(error))?;
    from_pairs(query_pairs(text)?)
}

/// serde's message without the position, which means nothing to whoever filled in a form.
fn plain(error: &serde_json::Error) -> String {
    let message = error.to_string();
    message
        .split(" at line ")
        .next()
        .unwrap_or(&message)
        .to_owned()
}

/// The query string. Unknown parameters are refused where the type says `deny_unknown_fields`.
#[derive(Clone, Copy, Debug)]
pub struct Query<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Query<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        from_pairs(query_pairs(parts.uri.query().unwrap_or_default())?).map(Self)
    }
}

/// The decoded pairs of a query string or form, each name at most once, no text that cannot be stored.
pub(crate) fn query_pairs(query: &str) -> Result<Vec<(String, String)>, ApiError> {
    let pairs: Vec<(String, String)> = serde_urlencoded::from_str(query)
        .map_err(|error| ApiError::new(Code::MalformedRequest).detail(error))?;
    for (index, (name, value)) in pairs.iter().enumerate() {
        if value.contains('\0') {
            return Err(ApiError::field(name, "must not contain U+0000"));
        }
        if value.contains('\u{fffd}') {
            return Err(ApiError::field(name, "must be UTF-8"));
        }
        if pairs[..index].iter().any(|(earlier, _)| earlier == name) {
            return Err(ApiError::field(name, "must be given once"));
        }
    }
    Ok(pairs)
}

/// Reads decoded pairs into a type; an empty value is as good as none.
pub(crate) fn from_pairs<T: DeserializeOwned>(pairs: Vec<(String, String)>) -> Result<T, ApiError> {
    let encoded: Vec<(String, String)> = pairs
        .into_iter()
        .filter(|(_, value)| !value.is_empty())
        .collect();
    let text = serde_urlencoded::to_string(&encoded)
        .map_err(|error| ApiError::new(Code::MalformedRequest).detail(error))?;
    let deserializer = serde_urlencoded::Deserializer::new(form_urlencoded::parse(text.as_bytes()));
    serde_path_to_error::deserialize(deserializer).map_err(|error| {
        let field = error.path().to_string();
        ApiError::field(
            if field == "." { "query" } else { &field },
            error.into_inner(),
        )
    })
}

/// The identifier in the path. One that cannot be an identifier names nothing: 404.
#[derive(Clone, Copy, Debug)]
pub struct Id(pub Uuid);

impl<S: Send + Sync> FromRequestParts<S> for Id {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let params = RawPathParams::from_request_parts(parts, state)
            .await
            .map_err(|_| ApiError::not_found())?;
        params
            .iter()
            .next()
            .and_then(|(_, value)| Uuid::parse_str(value).ok())
            .map(Self)
            .ok_or_else(ApiError::not_found)
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize, PartialEq)]
    #[serde(deny_unknown_fields)]
    struct Form {
        name: String,
        #[serde(default)]
        count: i32,
    }

    #[test]
    fn an_error_names_the_field() {
        let error = from_json::<Form>(br#"{"name":"a","count":"x"}"#).unwrap_err();
        assert_eq!(
            (error.code, error.errors[0].field.as_str()),
            (Code::ValidationFailed, "count")
        );
        let error = from_json::<Form>(br#"{"name":"a","colour":1}"#).unwrap_err();
        assert_eq!(error.errors[0].field, "colour");
        let whole = from_json::<Form>(br#"{"name":"a","count":3.0}"#).unwrap();
        assert_eq!(whole.count, 3);
        let error = from_json::<Form>(br#"{"name":"a","count":3.5}"#).unwrap_err();
        assert_eq!(error.errors[0].field, "count");
        let error = from_json::<Form>(br#" ["a", 1]"#).unwrap_err();
        assert_eq!(error.errors[0].field, "body");
        assert_eq!(
            from_json::<Form>(b"{").unwrap_err().code,
            Code::MalformedRequest
        );
        assert_eq!(
            from_json::<Form>(b"{\"name\":\"\xff\"}").unwrap_err().code,
            Code::MalformedRequest
        );
        assert_eq!(
            from_json::<Form>(br#"{"name":"a"} x"#).unwrap_err().code,
            Code::MalformedRequest
        );
        assert_eq!(
            from_json::<Form>(br#"{"name":"a\u0000b"}"#)
                .unwrap_err()
                .code,
            Code::ValidationFailed
        );
        let text = from_json::<Form>(br#"{"name":"a\\u0000b"}"#).unwrap();
        assert_eq!(text.name, r"a\u0000b");
    }

    #[test]
    fn query_numbers_are_numbers_and_strangers_are_refused() {
        let read = |query: &str| from_pairs::<Form>(query_pairs(query)?);
        assert_eq!(
            read("name=a&count=3").unwrap(),
            Form {
                name: "a".into(),
                count: 3
            }
        );
        assert_eq!(read("name=a&count=").unwrap().count, 0);
        assert!(read("name=a&colour=red").is_err());
        assert!(read("name=a&name=b").is_err());
        assert!(read("name=%00").is_err());
        assert!(read("name=%ff").is_err());
    }
}
