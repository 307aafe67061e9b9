//! The ports, bound before anything else is begun: a port that is taken is the cheapest failure.

use std::io::ErrorKind;
use std::net::{SocketAddr, TcpListener};

use anyhow::Context;

use crate::config::Server;
use crate::exit::{Exit, Stop};

/// The listeners of one server.
#[derive(Debug)]
pub(super) struct Listeners {
    public: TcpListener,
    metrics: Option<TcpListener>,
}

impl Listeners {
    /// Binds what the configuration asks for.
    pub(super) fn bind(server: &Server) -> anyhow::Result<Self> {
        let public = bind(server.listen, "PARKING_LISTEN")?;
        let metrics = server
            .metrics_listen
            .map(|address| bind(address, "METRICS_LISTEN"));
        Ok(Self {
            public,
            metrics: metrics.transpose()?,
        })
    }

    /// The port that was really bound, where 0 was asked for.
    pub(super) fn port(&self) -> u16 {
        self.public.local_addr().map_or(0, |address| address.port())
    }

    /// The same listeners, for the runtime.
    pub(super) fn into_async(
        self,
    ) -> anyhow::Result<(tokio::net::TcpListener, Option<tokio::net::TcpListener>)> {
        let convert = |listener: TcpListener| {
            listener.set_nonblocking(true)?;
            tokio::net::TcpListener::from_std(listener)
        };
        let public = convert(self.public).context("the listener cannot be used")?;
        let metrics = self
            .metrics
            .map(convert)
            .transpose()
            .context("the listener for metrics")?;
        Ok((public, metrics))
    }
}

fn bind(address: SocketAddr, setting: &str) -> anyhow::Result<TcpListener> {
    TcpListener::bind(address).map_err(|error| {
        let (exit, reason) = match error.kind() {
            ErrorKind::AddrInUse => (
                Exit::Unavailable,
                format!(
                    "port {} is taken by another program: stop that one, or set {setting}",
                    address.port()
                ),
            ),
            ErrorKind::PermissionDenied => (
                Exit::Configuration,
                format!(
                    "port {} is reserved for root: set {setting} to 1024 or higher",
                    address.port()
                ),
            ),
            ErrorKind::AddrNotAvailable => (
                Exit::Configuration,
                format!(
                    "{} is no address of this machine: set {setting}",
                    address.ip()
                ),
            ),
            _ => (
                Exit::Unavailable,
                format!("cannot listen on {address}: {error}"),
            ),
        };
        Stop::new(exit, reason).into()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exit::exit_of;

    #[test]
    fn a_taken_port_says_so_and_what_to_set() {
        let taken = TcpListener::bind("127.0.0.1:0").unwrap();
        let error = bind(taken.local_addr().unwrap(), "PARKING_LISTEN").unwrap_err();
        assert_eq!(exit_of(&error), Exit::Unavailable);
        let text = error.to_string();
        assert!(
            text.contains("is taken") && text.contains("PARKING_LISTEN"),
            "{text}"
        );
        let foreign = bind("192.0.2.1:0".parse().unwrap(), "METRICS_LISTEN").unwrap_err();
        assert_eq!(exit_of(&foreign), Exit::Configuration);
    }
}
