//! Tells systemd that the server is ready, or stopping, where systemd asked to be told.
//!
//! The protocol is a datagram of `KEY=value` lines; it needs no library.

use std::os::linux::net::SocketAddrExt;
use std::os::unix::net::{SocketAddr, UnixDatagram};

use tracing::debug;

/// Sends a state such as `READY=1` to the socket systemd named; without one it does nothing.
pub(crate) fn notify(socket: Option<&str>, state: &str) {
    let Some(name) = socket else { return };
    // Not an error of ours: the server serves whether or not somebody counts it as started.
    if let Err(error) = send(name, state) {
        debug!(%error, "systemd could not be told");
    }
}

fn send(name: &str, state: &str) -> std::io::Result<()> {
    let address = match name.strip_prefix('@') {
        Some(name) => SocketAddr::from_abstract_name(name)?,
        None => SocketAddr::from_pathname(name)?,
    };
    UnixDatagram::unbound()?.send_to_addr(state.as_bytes(), &address)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_state_arrives() {
        let name = format!("parking-notify-{}", std::process::id());
        let address = SocketAddr::from_abstract_name(&name).unwrap();
        let socket = UnixDatagram::bind_addr(&address).unwrap();
        notify(Some(&format!("@{name}")), "READY=1");
        let mut buffer = [0; 16];
        let length = socket.recv(&mut buffer).unwrap();
        assert_eq!(&buffer[..length], b"READY=1");
        notify(None, "READY=1");
    }
}
