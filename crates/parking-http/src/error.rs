//! Errors at the edge: a problem document for the caller, the cause for the log.

use std::error::Error;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};
use parking_db::DbError;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::Code;

/// An error as an answer. It becomes a problem document when the request id is known.
#[derive(Clone, Debug)]
pub struct ApiError {
    /// The code, and with it the status.
    pub code: Code,
    /// What went wrong this time, if the code does not say it all.
    pub detail: Option<String>,
    /// Which fields are not right.
    pub errors: Vec<FieldError>,
    /// When what was wanted is somebody else's already.
    pub conflicts: Box<[TakenSlot]>,
    /// Which reservations are in the way.
    pub bookings: Box<[BookingInTheWay]>,
    /// When it is worth trying again.
    pub retry_after: Option<Duration>,
    /// Why, for the log and never for the caller.
    pub cause: Option<Arc<dyn Error + Send + Sync>>,
}

/// One field that is not right.
#[derive(Clone, Debug, Serialize, Deserialize, PartialEq, Eq, ToSchema)]
pub struct FieldError {
    /// Where it is, as a path: `limits.users`.
    pub field: String,
    /// What is wrong with it.
    pub message: String,
}

/// A time that is taken, and nothing about by whom.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, PartialEq, Eq, ToSchema)]
pub struct TakenSlot {
    /// From when on.
    pub start_time: DateTime<Utc>,
    /// Until just before when.
    pub end_time: DateTime<Utc>,
}

/// A reservation that is in the way, and nothing about whose it is.
#[derive(Clone, Debug, Serialize, Deserialize, PartialEq, Eq, ToSchema)]
pub struct BookingInTheWay {
    /// Which.
    pub id: Uuid,
    /// Of which bay.
    pub space_id: Uuid,
    /// What is painted on that.
    pub space_code: String,
    /// From when on.
    pub start_time: DateTime<Utc>,
    /// Until just before when.
    pub end_time: DateTime<Utc>,
    /// Why it stays there.
    pub why: WhyInTheWay,
}

/// Why a reservation stays in the way: nothing was to become of it; no bay of its site and kind is free
/// then; its vehicle stands there.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, PartialEq, Eq, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum WhyInTheWay {
    /// Nothing was to become of it.
    Refused,
    /// No bay of its site and kind is free then.
    NoSpaceFree,
    /// Its vehicle stands there.
    CheckedIn,
}

/// Collects what is wrong with a form, so that all of it is said at once.
#[derive(Clone, Debug, Default)]
pub struct Wrong(Vec<FieldError>);

impl Wrong {
    /// Keeps what was read, or notes why it could not be.
    pub fn read<T, E: fmt::Display>(&mut self, field: &str, read: Result<T, E>) -> Option<T> {
        read.map_err(|error| self.note(field, error)).ok()
    }

    /// Notes that a field is not right.
    pub fn note(&mut self, field: &str, message: impl fmt::Display) {
        self.0.push(FieldError {
            field: field.to_owned(),
            message: message.to_string(),
        });
    }

    /// What was read, if nothing is wrong.
    pub fn settle<T>(self, read: Option<T>) -> Result<T, ApiError> {
        match read {
            Some(read) if self.0.is_empty() => Ok(read),
            _ => Err(ApiError::fields(self.0)),
        }
    }
}

/// A problem document (RFC 9457), the body of every error.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct Problem {
    /// Where the code is explained.
    #[serde(rename = "type")]
    pub kind: String,
    /// What the code means.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// The code, for programs.
    pub code: String,
    /// What went wrong this time.
    pub detail: String,
    /// The request, as the log names it.
    pub request_id: String,
    /// Which fields are not right.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldError>,
    /// When what was wanted is taken.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub conflicts: Vec<TakenSlot>,
    /// Which reservations are in the way, the first of them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub bookings: Vec<BookingInTheWay>,
}

impl ApiError {
    /// An error that its code describes fully.
    pub fn new(code: Code) -> Self {
        Self {
            code,
            detail: None,
            errors: Vec::new(),
            conflicts: Box::default(),
            bookings: Box::default(),
            retry_after: None,
            cause: None,
        }
    }

    /// Says more about what went wrong this time.
    #[must_use]
    pub fn detail(mut self, detail: impl fmt::Display) -> Self {
        self.detail = Some(detail.to_string());
        self
    }

    /// Says when what was wanted is taken.
    #[must_use]
    pub fn conflicts(mut self, conflicts: Vec<TakenSlot>) -> Self {
        self.conflicts = conflicts.into();
        self
    }

    /// Says which reservations are in the way.
    #[must_use]
    pub fn bookings(mut self, bookings: Vec<BookingInTheWay>) -> Self {
        self.bookings = bookings.into();
        self
    }

    /// Keeps the cause for the log.
    #[must_use]
    pub fn because(mut self, cause: impl Error + Send + Sync + 'static) -> Self {
        self.cause = Some(Arc::new(cause));
        self
    }

    /// Says when to try again.
    #[must_use]
    pub fn retry_after(mut self, wait: Duration) -> Self {
        self.retry_after = Some(wait);
        self
    }

    /// One field is not right.
    pub fn field(field: impl fmt::Display, message: impl fmt::Display) -> Self {
        Self::fields(vec![FieldError {
            field: field.to_string(),
            message: message.to_string(),
        }])
    }

    /// Some fields are not right.
    pub fn fields(errors: Vec<FieldError>) -> Self {
        Self {
            errors,
            ..Self::new(Code::ValidationFailed)
        }
    }

    /// There is no such thing, or it is another tenant's: the caller cannot tell which.
    pub fn not_found() -> Self {
        Self::new(Code::NotFound)
    }

    /// The problem document, once the request has a name.
    pub fn problem(&self, request_id: &str) -> Problem {
        Problem {
            kind: format!("/docs/errors#{}", self.code.name()),
            title: self.code.title().to_owned(),
            status: self.code.status().as_u16(),
            code: self.code.name().to_owned(),
            detail: self
                .detail
                .clone()
                .unwrap_or_else(|| self.code.title().to_owned()),
            request_id: request_id.to_owned(),
            errors: self.errors.clone(),
            conflicts: self.conflicts.to_vec(),
            bookings: self.bookings.to_vec(),
        }
    }

    /// The response, with the problem document in it.
    pub fn respond(&self, request_id: &str) -> Response {
        let body = serde_json::to_vec(&self.problem(request_id)).unwrap_or_default();
        let mut response = (self.code.status(), body).into_response();
        let headers = response.headers_mut();
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/problem+json"),
        );
        if let Some(wait) = self.retry_after {
            let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds.max(1)));
        }
        if self.code.status() == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}

/// Carries the error to the outermost layer, which knows the request id and writes the log line.
impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let mut response = self.code.status().into_response();
        response.extensions_mut().insert(Arc::new(self));
        response
    }
}

impl From<DbError> for ApiError {
    fn from(error: DbError) -> Self {
        let limit = error
            .constraint()
            .and_then(|name| name.strip_prefix("tenant_limit_"))
            .map(str::to_owned);
        if let Some(resource) = limit {
            return Self::new(Code::LimitReached)
                .detail(format!("the tenant's limit of {resource} is reached"));
        }
        match &error {
            DbError::Unavailable(_) | DbError::Conflict(_) => Self::new(Code::Unavailable)
                .retry_after(Duration::from_secs(1))
                .because(error),
            DbError::Value(_) => Self::new(Code::ValidationFailed)
                .detail("a value holds a character or a number that cannot be stored")
                .because(error),
            DbError::Statement(_) => Self::new(Code::InternalError).because(error),
        }
    }
}

/// The chain of causes in one line, for the log.
pub fn causes(error: &(dyn Error + 'static)) -> String {
    let mut line = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        line.push_str(": ");
        line.push_str(&cause.to_string());
        next = cause.source();
    }
    line
}
