//! What happens, over HTTP: as a stream of events, and over a WebSocket.

mod socket;
mod stream;
mod tickets;

use std::sync::Arc;

use parking_domain::access::Permission;
use parking_http::{Access, Routes};
use utoipa_axum::routes;

use super::Live;

/// The routes by which one is told what happens.
pub(crate) fn routes(state: Arc<Live>) -> Routes {
    let reads = Access::Needs(Permission::SpacesRead);
    Routes::new("Live")
        .add(reads, routes!(stream::live))
        .add(reads, routes!(tickets::create_live_ticket))
        // Who asks is in the address, where only the handler looks.
        .add(Access::Public, routes!(socket::live_socket))
        .with_state(state)
}
