//! A client of the API that remembers who it is, and answers that say what was wrong with them.

use std::sync::OnceLock;
use std::time::Duration;

use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use reqwest::{Client, Method, RequestBuilder};
use serde_json::Value;

/// Somebody who sends requests: an address, and headers that go with each request.
#[derive(Clone, Debug)]
pub(crate) struct Api {
    client: Client,
    base: String,
    headers: HeaderMap,
}

/// What of an answer is the same each time.
pub(crate) type Essence = (u16, Vec<(String, Vec<u8>)>, Vec<u8>);

/// What came back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
    /// What was asked, for failures to tell.
    asked: String,
}

/// The one client of a test process; connections are kept and every wait has an end.
fn client() -> Client {
    static CLIENT: OnceLock<Client> = OnceLock::new();
    CLIENT
        .get_or_init(|| {
            Client::builder()
                .no_proxy()
                .connect_timeout(Duration::from_secs(5))
                .timeout(Duration::from_mins(1))
                .pool_idle_timeout(Duration::from_secs(20))
                .redirect(reqwest::redirect::Policy::none())
                .build()
                .expect("a client can be built")
        })
        .clone()
}

impl Api {
    /// Nobody in particular, at that address.
    pub(crate) fn at(base: &str) -> Self {
        Self {
            client: client(),
            base: base.to_owned(),
            headers: HeaderMap::new(),
        }
    }

    /// The same, with a header on every request.
    #[must_use]
    pub(crate) fn with(&self, name: &'static str, value: &str) -> Self {
        let mut other = self.clone();
        let value = HeaderValue::from_str(value).expect("a header value");
        other.headers.insert(HeaderName::from_static(name), value);
        other
    }

    /// The same, as whoever holds this access token.
    #[must_use]
    pub(crate) fn bearing(&self, token: &str) -> Self {
        self.with("authorization", &format!("Bearer {token}"))
    }

    /// The same, from another address as the server's proxy would tell it.
    #[must_use]
    pub(crate) fn coming_from(&self, address: &str) -> Self {
        self.with("x-forwarded-for", address)
    }

    /// The address of the server.
    pub(crate) fn base(&self) -> &str {
        &self.base
    }

    /// A request that is still to be finished.
    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.client
            .request(method, format!("{}{path}", self.base))
            .headers(self.headers.clone())
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        send(self.request(Method::GET, path)).await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Answer {
        send(self.request(Method::POST, path).json(body)).await
    }

    pub(crate) async fn patch(&self, path: &str, body: &Value) -> Answer {
        send(self.request(Method::PATCH, path).json(body)).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Answer {
        send(self.request(Method::DELETE, path)).await
    }
}

/// Sends a request and reads the whole answer; a connection that breaks fails the test.
pub(crate) async fn send(request: RequestBuilder) -> Answer {
    try_send(request).await.expect("the server answers")
}

/// Sends a request and reads the whole answer, if one comes.
pub(crate) async fn try_send(request: RequestBuilder) -> Result<Answer, reqwest::Error> {
    let (client, request) = request.build_split();
    let request = request?;
    let asked = format!("{} {}", request.method(), request.url().path());
    let response = client.execute(request).await?;
    Ok(Answer {
        status: response.status().as_u16(),
        headers: response.headers().clone(),
        asked,
        body: response.bytes().await?.to_vec(),
    })
}

impl Answer {
    /// The body as text.
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as JSON.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("{}: not JSON ({error}): {}", self.asked, self.text()))
    }

    /// A header as text, empty when absent.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    }

    /// Fails unless the status is this one; the body as JSON, null when there is none.
    #[track_caller]
    pub(crate) fn expect(&self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}: {}", self.asked, self.text());
        if self.body.is_empty() {
            return Value::Null;
        }
        serde_json::from_slice(&self.body).unwrap_or(Value::Null)
    }

    /// Fails unless this is a problem document with this status and code.
    #[track_caller]
    pub(crate) fn refused(&self, status: u16, code: &str) -> Value {
        let problem = self.problem();
        let found = (self.status, problem["code"].as_str().unwrap_or_default());
        assert_eq!(found, (status, code), "{}: {problem}", self.asked);
        problem
    }

    /// Fails unless this is a whole problem document, whatever its status.
    #[track_caller]
    pub(crate) fn problem(&self) -> Value {
        let kind = self.header("content-type");
        assert_eq!(
            kind,
            "application/problem+json",
            "{}: {}",
            self.asked,
            self.text()
        );
        let problem = self.json();
        assert_eq!(problem["status"], self.status, "{}", self.asked);
        for field in ["type", "title", "code", "detail", "request_id"] {
            let is_said = problem[field].as_str().is_some_and(|text| !text.is_empty());
            assert!(is_said, "{}: {field} is missing in {problem}", self.asked);
        }
        assert_eq!(
            problem["request_id"],
            self.header("x-request-id"),
            "{}",
            self.asked
        );
        problem
    }

    /// The code of a problem document, empty when it is none.
    pub(crate) fn code(&self) -> String {
        serde_json::from_slice::<Value>(&self.body)
            .ok()
            .and_then(|problem| Some(problem["code"].as_str()?.to_owned()))
            .unwrap_or_default()
    }

    /// Everything but what time and counting make different: for comparing byte by byte.
    pub(crate) fn essence(&self) -> Essence {
        let is_fleeting = |name: &HeaderName| {
            name == "date" || name.as_str().starts_with("x-ratelimit-") || name == "retry-after"
        };
        let mut headers: Vec<_> = self
            .headers
            .iter()
            .filter(|(name, _)| !is_fleeting(name))
            .map(|(name, value)| (name.to_string(), value.as_bytes().to_vec()))
            .collect();
        headers.sort();
        (self.status, headers, self.body.clone())
    }
}
