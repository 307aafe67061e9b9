//! What The Things Stack is asked to have in a device's queue.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use crate::downlinks::Downlink;

/// A queue without commands.
pub const NOTHING: &str = r#"{"downlinks":[]}"#;

/// A queue of one command. The name comes back with what becomes of the command, which nothing else there does.
pub fn queue_of(downlink: &Downlink, name: &str) -> String {
    let command = json!({
        "f_port": downlink.f_port,
        "frm_payload": STANDARD.encode(&downlink.payload),
        "priority": "NORMAL",
        "confirmed": downlink.is_confirmed,
        "correlation_ids": [name],
    });
    json!({ "downlinks": [command] }).to_string()
}
