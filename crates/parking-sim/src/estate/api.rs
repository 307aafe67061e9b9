//! Asking the public API, with the patience its limits ask for.

use std::time::Duration;

use hyper::Method;
use hyper::body::Bytes;
use serde_json::Value;
use tokio::time::sleep;
use url::Url;

use super::EstateError;
use crate::wire::{Answer, Ask, Wire, tls};

const JSON: &str = "application/json";
const PAGE: usize = 500;
const PAGES_MAX: usize = 200;
const ATTEMPTS_MAX: u32 = 20;
const WAIT: Duration = Duration::from_secs(1);
const WAIT_MAX: Duration = Duration::from_mins(1);
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// The API, as seen by whoever holds a key.
pub(super) struct Api(Wire);

impl Api {
    pub(super) fn at(url: &Url, key: &str) -> Result<Self, EstateError> {
        Ok(Self(Wire::to(url.clone(), Some(key.to_owned()), tls()?)))
    }

    /// All pages of a list.
    pub(super) async fn list(
        &mut self,
        path: &str,
        name: &str,
        query: &str,
    ) -> Result<Vec<Value>, EstateError> {
        let mut all = Vec::new();
        for page in 1..=PAGES_MAX {
            let path = format!("{path}?{query}&page_size={PAGE}&page={page}");
            let answer = self
                .ask(name, Method::GET, &path, JSON, Bytes::new())
                .await?;
            let items = answer[name].as_array();
            let items = items.ok_or_else(|| EstateError::Strange(name.to_owned()))?;
            all.extend(items.iter().cloned());
            if items.len() < PAGE {
                break;
            }
        }
        Ok(all)
    }

    /// Posts something, which makes something.
    pub(super) async fn make(
        &mut self,
        what: &str,
        path: &str,
        draft: &Value,
    ) -> Result<Value, EstateError> {
        let body = match draft {
            Value::Null => Bytes::new(),
            draft => Bytes::from(draft.to_string()),
        };
        self.ask(what, Method::POST, path, JSON, body).await
    }

    /// Gives a level its drawing.
    pub(super) async fn draw(&mut self, path: &str, svg: String) -> Result<Value, EstateError> {
        let kind = "application/octet-stream";
        self.ask("a drawing", Method::PUT, path, kind, svg.into())
            .await
    }

    /// Uploads a table of devices.
    pub(super) async fn upload(&mut self, table: Vec<u8>) -> Result<Value, EstateError> {
        let path = "/api/v6/imports?kind=devices&file_name=simulated.csv";
        self.ask("the import", Method::POST, path, "text/csv", table.into())
            .await
    }

    /// Waits until an import is done.
    pub(super) async fn done(&mut self, path: &str) -> Result<Value, EstateError> {
        loop {
            let import = self
                .ask("the import", Method::GET, path, JSON, Bytes::new())
                .await?;
            match import["status"].as_str() {
                Some("done") => return Ok(import),
                Some("running") => sleep(LOOK_EVERY).await,
                _ => return Err(EstateError::Stuck),
            }
        }
    }

    /// Asks until there is an answer that is not *later*.
    async fn ask(
        &mut self,
        what: &str,
        method: Method,
        path: &str,
        content_type: &'static str,
        body: Bytes,
    ) -> Result<Value, EstateError> {
        let ask = Ask {
            method,
            path,
            content_type,
            body,
        };
        let mut attempt = 0;
        let answer = loop {
            attempt += 1;
            let answer = self.0.ask(&ask).await;
            let wait = match &answer {
                Ok(answer) if matches!(answer.status, 429 | 503) => answer.retry_after,
                // A request that changed something may have been carried out: it is not repeated.
                Err(_) if ask.method == Method::GET => None,
                _ => break answer?,
            };
            if attempt == ATTEMPTS_MAX {
                break answer?;
            }
            sleep(wait.unwrap_or(WAIT).min(WAIT_MAX)).await;
        };
        read(what, &answer)
    }
}

fn read(what: &str, answer: &Answer) -> Result<Value, EstateError> {
    if !(200..300).contains(&answer.status) {
        return Err(EstateError::Refused {
            what: what.to_owned(),
            status: answer.status,
            said: said(answer),
        });
    }
    if answer.body.is_empty() {
        return Ok(Value::Null);
    }
    serde_json::from_slice(&answer.body).map_err(|_| EstateError::Strange(what.to_owned()))
}

/// What a problem says in words, else what is there.
fn said(answer: &Answer) -> String {
    let problem: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    let detail = problem["detail"].as_str().map(str::to_owned);
    match (detail, problem.get("errors")) {
        (Some(detail), Some(errors)) => format!("{detail} {errors}"),
        (Some(detail), None) => detail,
        (None, _) => answer.excerpt(),
    }
}
