//! Doing a thing once, however often it is asked for.
//!
//! A client that lost the answer sends the request again with the same `Idempotency-Key`. The
//! answer is stored in the transaction of the change, so both exist or neither does, and a
//! second request that arrives meanwhile waits for the first one's commit.

mod store;

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};
use parking_db::{Db, DbError, PlatformTx, TenantTx};
use parking_domain::ids::TenantId;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use sqlx::PgConnection;

use crate::extract::{from_json, json_bytes};
use crate::limits::Weight;
use crate::{ApiError, Caller, Code, etag};

pub use store::{empty_answers, forget_before};

/// Marks an answer that was given before.
const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");

/// How often an operation is tried whose transaction others stand in the way of.
const TRIES: usize = 4;

/// A JSON body that may carry an `Idempotency-Key`.
#[derive(Debug)]
pub struct Once<T> {
    /// The body.
    pub body: T,
    /// What it was read from, for the case that it must be read again.
    bytes: Bytes,
    key: Option<String>,
    fingerprint: [u8; 32],
}

/// What an operation answers, in a form that can be kept.
#[derive(Clone, Debug)]
pub struct Answer {
    status: StatusCode,
    location: Option<String>,
    version: Option<i64>,
    body: Value,
    weight: Option<Weight>,
    is_again: bool,
}

impl Answer {
    /// Something was created, and lives at `location`.
    pub fn created(
        location: String,
        version: i64,
        body: &impl Serialize,
    ) -> Result<Self, ApiError> {
        Ok(Self {
            status: StatusCode::CREATED,
            location: Some(location),
            version: Some(version),
            body: to_value(body)?,
            weight: None,
            is_again: false,
        })
    }

    /// The same answer, to what was done before.
    #[must_use]
    pub fn again(self) -> Self {
        Self {
            is_again: true,
            ..self
        }
    }

    /// The same answer, that stands for more changes than one. Repeated it stands for none.
    #[must_use]
    pub fn weighing(self, weight: Weight) -> Self {
        let weight = Some(weight);
        Self { weight, ..self }
    }

    /// Something was done.
    pub fn ok(body: &impl Serialize) -> Result<Self, ApiError> {
        Ok(Self {
            status: StatusCode::OK,
            location: None,
            version: None,
            body: to_value(body)?,
            weight: None,
            is_again: false,
        })
    }
}

fn to_value(body: &impl Serialize) -> Result<Value, ApiError> {
    serde_json::to_value(body).map_err(|error| ApiError::new(Code::InternalError).because(error))
}

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        let mut response = (self.status, axum::Json(self.body)).into_response();
        let headers = response.headers_mut();
        if let Some(location) = self.location.and_then(|at| HeaderValue::from_str(&at).ok()) {
            headers.insert(header::LOCATION, location);
        }
        if let Some(version) = self.version {
            headers.insert(header::ETAG, etag::tag(version));
        }
        if self.is_again {
            headers.insert(REPLAYED, HeaderValue::from_static("true"));
        }
        if let Some(weight) = self.weight {
            response.extensions_mut().insert(weight);
        }
        response
    }
}

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Once<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, _: &S) -> Result<Self, ApiError> {
        let (parts, body) = request.into_parts();
        let key = match parts
            .headers
            .get("idempotency-key")
            .map(|value| value.to_str())
        {
            None => None,
            Some(Ok(key)) if (1..=255).contains(&key.len()) => Some(key.to_owned()),
            Some(_) => {
                return Err(ApiError::field(
                    "Idempotency-Key",
                    "must be 1 to 255 visible ASCII characters",
                ));
            }
        };
        let bytes = json_bytes(&parts, body).await?;
        let mut hash = Sha256::new();
        hash.update(parts.method.as_str());
        hash.update(parts.uri.path());
        hash.update(&bytes);
        Ok(Self {
            body: from_json(&bytes)?,
            bytes,
            key,
            fingerprint: hash.finalize().into(),
        })
    }
}

impl<T: DeserializeOwned> Once<T> {
    /// Runs an operation in the caller's tenant and commits it, or repeats the answer it gave. It
    /// is run again if its transaction lost against another one.
    pub async fn run(
        self,
        db: &Db,
        caller: &Caller,
        now: DateTime<Utc>,
        operate: impl AsyncFnOnce(&mut TenantTx, T) -> Result<Answer, ApiError> + Clone,
    ) -> Result<Response, ApiError> {
        let claim = self
            .key
            .map(|key| Claim::new(caller, key, self.fingerprint));
        let (mut body, mut tried) = (self.body, 1);
        loop {
            let tx = db.tenant(caller.tenant()).await?;
            match attempt(tx, claim.as_ref(), now, body, operate.clone()).await {
                // Nothing of it was kept, and the one it lost against has got what it wanted.
                Err(error) if tried < TRIES && is_conflict(&error) => {
                    body = from_json(&self.bytes)?;
                    tried += 1;
                }
                ended => return ended,
            }
        }
    }
}

/// Runs an operation in a transaction and commits it, or repeats the answer it gave.
async fn attempt<T>(
    mut tx: TenantTx,
    claim: Option<&Claim>,
    now: DateTime<Utc>,
    body: T,
    operate: impl AsyncFnOnce(&mut TenantTx, T) -> Result<Answer, ApiError>,
) -> Result<Response, ApiError> {
    if let Some(claim) = claim
        && let Some(given) = claim.make(tx.conn(), now).await?
    {
        return Ok(given);
    }
    let answer = operate(&mut tx, body).await?;
    if let Some(claim) = claim {
        claim.keep(tx.conn(), &answer).await?;
    }
    tx.commit().await?;
    Ok(answer.into_response())
}

/// Whether two transactions stood in each other's way.
fn is_conflict(error: &ApiError) -> bool {
    let cause = error.cause.as_deref();
    matches!(
        cause.and_then(|cause| cause.downcast_ref()),
        Some(DbError::Conflict(_))
    )
}

impl<T> Once<T> {
    /// Runs an operation across tenants and commits it, or repeats the answer it gave.
    pub async fn run_across(
        self,
        mut tx: PlatformTx,
        caller: &Caller,
        now: DateTime<Utc>,
        operate: impl AsyncFnOnce(&mut PlatformTx, T) -> Result<Answer, ApiError>,
    ) -> Result<Response, ApiError> {
        let claimed = match self.key {
            None => None,
            Some(key) => {
                let claim = Claim::new(caller, key, self.fingerprint);
                match claim.make(tx.conn(), now).await? {
                    None => Some(claim),
                    Some(given) => return Ok(given),
                }
            }
        };
        let answer = operate(&mut tx, self.body).await?;
        if let Some(claim) = claimed {
            claim.keep(tx.conn(), &answer).await?;
        }
        tx.commit().await?;
        Ok(answer.into_response())
    }
}

/// A key in the hands of the request that showed it first.
struct Claim {
    tenant: TenantId,
    credential: String,
    key: String,
    fingerprint: [u8; 32],
}

impl Claim {
    fn new(caller: &Caller, key: String, fingerprint: [u8; 32]) -> Self {
        Self {
            tenant: caller.tenant(),
            credential: caller.credential(),
            key,
            fingerprint,
        }
    }

    /// Takes the key, or returns the answer that was given under it.
    async fn make(
        &self,
        conn: &mut PgConnection,
        now: DateTime<Utc>,
    ) -> Result<Option<Response>, ApiError> {
        if store::claim(conn, self, now).await? {
            return Ok(None);
        }
        match store::answer(conn, self).await? {
            Some(stored) if stored.fingerprint == self.fingerprint => Ok(Some(replay(stored))),
            _ => Err(ApiError::new(Code::IdempotencyKeyReused)),
        }
    }

    async fn keep(&self, conn: &mut PgConnection, answer: &Answer) -> Result<(), ApiError> {
        Ok(store::keep(conn, self, answer).await?)
    }
}

fn replay(stored: store::Stored) -> Response {
    let answer = Answer {
        status: u16::try_from(stored.status)
            .ok()
            .and_then(|s| StatusCode::from_u16(s).ok())
            .unwrap_or(StatusCode::OK),
        location: stored.location,
        version: stored.version,
        body: stored.body,
        weight: None,
        is_again: true,
    };
    answer.into_response()
}
