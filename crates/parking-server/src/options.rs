//! What a server is made from, and how it behaves.

use std::path::PathBuf;

use parking_access::accounts::Accounts;
use parking_access::secrets::Vault;
use parking_access::webhooks::Courier;
use parking_chirpstack::mqtt;
use parking_flow::chirpstack::ChirpStack;
use parking_flow::displays::{self, CommandPath};
use parking_flow::ingest::Spool;
use parking_http::edge::EdgeOptions;

use crate::about::MapTiles;

/// Which program this is.
#[derive(Clone, Copy, Debug)]
pub struct Build {
    /// The version of the product.
    pub version: &'static str,
    /// The commit it was built from, in release builds.
    pub commit: Option<&'static str>,
}

/// How the server behaves.
#[derive(Clone, Debug)]
pub struct ServerOptions {
    /// What the product calls itself.
    pub app_name: String,
    /// Which program this is.
    pub build: Build,
    /// How the edge behaves.
    pub edge: EdgeOptions,
    /// Where things are kept on this machine, if they are.
    pub data_dir: Option<PathBuf>,
    /// Whether `/metrics` is on the public listener.
    pub shows_metrics: bool,
    /// Whether new customers can register themselves.
    pub is_registration_enabled: bool,
    /// Whether letters reach anybody.
    pub is_mail_configured: bool,
    /// Where people reach the installation.
    pub public_url: String,
    /// What the map of sites is drawn on.
    pub map_tiles: Option<MapTiles>,
    /// The broker of the network server, if messages come from one.
    pub broker: Option<mqtt::Settings>,
    /// By which path commands reach ChirpStack, if by any.
    pub commands: Option<CommandPath>,
    /// The API of the network server, if there is one.
    pub chirpstack: Option<ChirpStack>,
    /// How commands to displays are sent.
    pub displays: displays::Settings,
}

/// What the server is made from.
pub struct Parts {
    /// People and their sign-ins; their database and clock are the server's.
    pub accounts: Accounts,
    /// Where secrets are sealed.
    pub vault: Vault,
    /// What carries events to programs elsewhere.
    pub courier: Courier,
    /// Where messages wait while the database is away, if they can.
    pub spool: Option<Spool>,
}
