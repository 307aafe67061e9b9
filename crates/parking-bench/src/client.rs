//! Somebody who asks, over connections that are kept.

use anyhow::{Context as _, Result, bail};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Bytes;
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper::{Method, Request, StatusCode};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio::task::AbortHandle;

/// The first administrator, as the server is configured to make it.
pub(crate) const EMAIL: &str = "root@bench.test";
/// Who signs in over and over.
pub(crate) const CROWD: &str = "crowd@bench.test";
/// The administrator's password.
pub(crate) const PASSWORD: &str = "a kettle on the hob 31";

/// Where to ask, and as whom.
#[derive(Clone, Debug)]
pub(crate) struct Client {
    address: String,
    credential: Option<(&'static str, String)>,
}

/// One open connection.
pub(crate) struct Connection {
    sender: SendRequest<Full<Bytes>>,
    driver: AbortHandle,
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.driver.abort();
    }
}

impl Client {
    /// Nobody in particular.
    pub(crate) fn new(address: &str) -> Self {
        Self {
            address: address.to_owned(),
            credential: None,
        }
    }

    /// Whoever holds this access token.
    pub(crate) fn bearing(&self, token: &str) -> Self {
        self.showing("authorization", format!("Bearer {token}"))
    }

    /// A program with this API key.
    pub(crate) fn with_key(&self, key: &str) -> Self {
        self.showing("x-api-key", key.to_owned())
    }

    fn showing(&self, header: &'static str, value: String) -> Self {
        Self {
            credential: Some((header, value)),
            ..self.clone()
        }
    }

    /// Opens a connection.
    #[expect(
        clippy::disallowed_methods,
        reason = "the connection's own task, ended with it"
    )]
    pub(crate) async fn connect(&self) -> Result<Connection> {
        let stream = TcpStream::connect(&self.address).await?;
        stream.set_nodelay(true)?;
        let (sender, connection) = handshake(TokioIo::new(stream)).await?;
        let driver = tokio::spawn(async move { drop(connection.await) }).abort_handle();
        Ok(Connection { sender, driver })
    }

    /// A request, ready to be sent.
    pub(crate) fn request(
        &self,
        method: Method,
        path: &str,
        body: &str,
    ) -> Result<Request<Full<Bytes>>> {
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header("host", &self.address);
        if let Some((header, value)) = &self.credential {
            request = request.header(*header, value);
        }
        if !body.is_empty() {
            request = request.header("content-type", "application/json");
        }
        Ok(request.body(Full::new(Bytes::from(body.to_owned())))?)
    }

    /// Posts something and expects it to be done.
    pub(crate) async fn post(&self, path: &str, body: &Value) -> Result<Value> {
        let mut connection = self.connect().await?;
        let request = self.request(Method::POST, path, &body.to_string())?;
        let (status, bytes) = connection.send(request).await?;
        if !status.is_success() {
            bail!("{path}: {status}: {}", String::from_utf8_lossy(&bytes));
        }
        Ok(serde_json::from_slice(&bytes)?)
    }

    /// Signs in as the administrator and answers the access token.
    pub(crate) async fn sign_in(&self) -> Result<String> {
        let answer = self.post("/api/auth/login", &credentials(EMAIL)).await?;
        let token = answer["access_token"].as_str().context("an access token")?;
        Ok(token.to_owned())
    }

    /// Reads something.
    pub(crate) async fn get(&self, path: &str) -> Result<Value> {
        let mut connection = self.connect().await?;
        let request = self.request(Method::GET, path, "")?;
        let (status, bytes) = connection.send(request).await?;
        if !status.is_success() {
            bail!("{path}: {status}: {}", String::from_utf8_lossy(&bytes));
        }
        Ok(serde_json::from_slice(&bytes)?)
    }

    /// The administrator, gone into a tenant with a session of its own.
    pub(crate) async fn in_tenant(&self, tenant: &str) -> Result<Self> {
        Ok(self.bearing(&self.token_in_tenant(tenant).await?))
    }

    /// The access token of an administrator who has gone into a tenant.
    pub(crate) async fn token_in_tenant(&self, tenant: &str) -> Result<String> {
        let person = self.bearing(&self.sign_in().await?);
        let body = json!({ "tenant_id": tenant, "reason": "The benchmark", "minutes": 60 });
        let answer = person.post("/api/auth/switch-tenant", &body).await?;
        let token = answer["access_token"].as_str().context("an access token")?;
        Ok(token.to_owned())
    }

    /// Makes an API key that may do everything and answers it.
    pub(crate) async fn make_key(&self, name: &str) -> Result<String> {
        let body = json!({ "name": name, "role": "owner", "scopes": ["admin:*"] });
        let answer = self.post("/api/v6/api-keys", &body).await?;
        Ok(answer["key"].as_str().context("a key")?.to_owned())
    }
}

/// What the administrator signs in with.
pub(crate) fn credentials(email: &str) -> Value {
    json!({ "email": email, "password": PASSWORD })
}

impl Connection {
    /// Sends a request and reads the whole answer.
    pub(crate) async fn send(
        &mut self,
        request: Request<Full<Bytes>>,
    ) -> Result<(StatusCode, Bytes)> {
        self.sender.ready().await?;
        let response = self.sender.send_request(request).await?;
        let status = response.status();
        let bytes = response.into_body().collect().await?.to_bytes();
        Ok((status, bytes))
    }
}
