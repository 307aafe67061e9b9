//! ChirpStack's API, over gRPC: one connection that everybody shares.
//!
//! Every call has a deadline, and no more than a few are under way at once: ChirpStack is somebody
//! else's machine, and carries the messages of the lamps besides. Some of those turns are for commands
//! alone, so that whoever compares keeps no lamp waiting. Where several in a row found nobody,
//! the next ones are refused here for a while (the circuit is open), and then one tries again.
//!
//! What was observed of ChirpStack 4.19 and is relied upon here: a list without a limit is a count; a
//! duplicate is answered with `INTERNAL`; what one may not see and what a wrong token asks are both
//! `UNAUTHENTICATED`; a port above 255 wraps around, so ours are bytes; a gateway needs a downlink
//! priority above zero. Deliberately absent: its database.

mod breaker;
mod connection;
mod devices;
mod error;
mod gateways;
mod inventory;
mod queues;
#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::Duration;

use parking_chirpstack_api::Method;
use prost::Message;
use secrecy::SecretString;
use tokio::sync::Semaphore;
use tokio::time::{Instant, timeout_at};
use tonic::client::Grpc;
use tonic::codegen::http::uri::PathAndQuery;
use tonic::metadata::{Ascii, MetadataValue};
use tonic::transport::Channel;
use tonic_prost::ProstCodec;

use breaker::Breaker;

pub use breaker::Health;
pub use connection::SettingsError;
pub use devices::{Activation, DeviceDraft, DeviceKeys, RemoteDevice, RemoteDeviceDetails};
pub use error::CallError;
pub use gateways::{GatewayDraft, RemoteGateway};
pub use inventory::{RemoteApplication, RemoteProfile, RemoteTenant};

/// The most that is read of one answer.
const ANSWER_BYTES_MAX: usize = 8 * 1024 * 1024;

/// Where ChirpStack is, and how it is treated.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Its name or address.
    pub host: String,
    /// The port of its API.
    pub port: u16,
    /// Whether the connection is encrypted.
    pub is_encrypted: bool,
    /// Certificates to trust besides the public ones, in PEM.
    pub authority_pem: Option<Vec<u8>>,
    /// What it knows us by: an API key, of its administrator or of one of its tenants.
    pub token: SecretString,
    /// How long connecting may take.
    pub connect_time_max: Duration,
    /// How long a call may take, waiting for its turn included.
    pub call_time_max: Duration,
    /// How many calls may be under way at once; at least 1.
    pub in_flight_max: usize,
}

impl Settings {
    /// With the bounds that suit most.
    pub fn of(host: impl Into<String>, port: u16, token: SecretString) -> Self {
        Self {
            host: host.into(),
            port,
            is_encrypted: false,
            authority_pem: None,
            token,
            connect_time_max: Duration::from_secs(3),
            call_time_max: Duration::from_secs(5),
            in_flight_max: 16,
        }
    }

    /// Where it is, in words.
    pub fn place(&self) -> String {
        let scheme = if self.is_encrypted { "https" } else { "http" };
        if self.host.contains(':') {
            format!("{scheme}://[{}]:{}", self.host, self.port)
        } else {
            format!("{scheme}://{}:{}", self.host, self.port)
        }
    }
}

/// ChirpStack, as whoever asks it something holds it; copies share the connection.
#[derive(Clone)]
pub struct Client {
    channel: Channel,
    authorization: MetadataValue<Ascii>,
    place: Arc<str>,
    call_time_max: Duration,
    turns: Arc<Semaphore>,
    /// For whatever is no command: fewer than there are turns.
    leisure: Arc<Semaphore>,
    breaker: Arc<Breaker>,
}

impl Client {
    /// Connects with the first call; ChirpStack need not be there yet. Needs a runtime around it.
    pub fn open(settings: &Settings) -> Result<Self, SettingsError> {
        Ok(Self {
            channel: connection::channel(settings)?,
            authorization: connection::authorization(&settings.token)?,
            place: settings.place().into(),
            call_time_max: settings.call_time_max,
            turns: Arc::new(Semaphore::new(settings.in_flight_max.max(1))),
            leisure: Arc::new(Semaphore::new(leisure(settings.in_flight_max))),
            breaker: Arc::default(),
        })
    }

    /// Where it is, in words.
    pub fn place(&self) -> &str {
        &self.place
    }

    /// How it fared lately.
    pub fn health(&self) -> Health {
        self.breaker.health()
    }

    /// Calls a method and waits its turn, all within one deadline.
    pub(crate) async fn call<Request, Response>(
        &self,
        method: Method<Request, Response>,
        request: Request,
    ) -> Result<Response, CallError>
    where
        Request: Message + Send + Sync + 'static,
        Response: Message + Default + Send + Sync + 'static,
    {
        let began = Instant::now();
        let turn = timeout_at(began + self.call_time_max, self.leisure.acquire()).await;
        let Ok(Ok(_turn)) = turn else {
            return Err(CallError::Crowded);
        };
        self.command(method, request, began).await
    }

    /// The same of what belongs to a command, which waits for commands alone.
    pub(crate) async fn command<Request, Response>(
        &self,
        method: Method<Request, Response>,
        request: Request,
        began: Instant,
    ) -> Result<Response, CallError>
    where
        Request: Message + Send + Sync + 'static,
        Response: Message + Default + Send + Sync + 'static,
    {
        let deadline = began + self.call_time_max;
        let turn = timeout_at(deadline, self.turns.acquire()).await;
        let Ok(Ok(_turn)) = turn else {
            return Err(CallError::Crowded);
        };
        let attempt = self.breaker.attempt().map_err(CallError::Away)?;
        let sent = timeout_at(deadline, self.send(method, request, deadline)).await;
        let outcome = sent.unwrap_or_else(|_| {
            let waited = self.call_time_max.as_secs_f32();
            Err(CallError::Unanswered(format!("not within {waited} s")))
        });
        attempt.ended(outcome.as_ref().err(), began.elapsed());
        outcome
    }

    async fn send<Request, Response>(
        &self,
        method: Method<Request, Response>,
        message: Request,
        deadline: Instant,
    ) -> Result<Response, CallError>
    where
        Request: Message + Send + Sync + 'static,
        Response: Message + Default + Send + Sync + 'static,
    {
        let mut grpc = Grpc::new(self.channel.clone()).max_decoding_message_size(ANSWER_BYTES_MAX);
        grpc.ready()
            .await
            .map_err(|error| CallError::away(&error))?;
        let mut request = tonic::Request::new(message);
        // ChirpStack gives up what nobody waits for any more.
        request.set_timeout(deadline.saturating_duration_since(Instant::now()));
        let metadata = request.metadata_mut();
        metadata.insert("authorization", self.authorization.clone());
        let codec = ProstCodec::<Request, Response>::default();
        let path = PathAndQuery::from_static(method.path());
        let answer = grpc.unary(request, path, codec).await;
        answer
            .map(tonic::Response::into_inner)
            .map_err(|status| CallError::of(&status))
    }
}

/// Of so many turns, those that are not for commands alone; a third is.
fn leisure(turns: usize) -> usize {
    (turns - turns / 3).max(1)
}

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Client").field(&self.place).finish()
    }
}
