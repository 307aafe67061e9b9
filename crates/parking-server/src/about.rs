//! What the server says of itself.

use axum::extract::State;
use parking_http::{Access, Routes};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::routes;

use crate::options::Build;

/// What there is to say.
#[derive(Clone, Debug)]
pub(crate) struct About {
    pub(crate) app_name: String,
    pub(crate) build: Build,
    pub(crate) is_registration_enabled: bool,
    pub(crate) is_mail_configured: bool,
    pub(crate) public_url: String,
    pub(crate) map_tiles: Option<MapTiles>,
}

/// Pictures of the ground under the map of sites.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct MapTiles {
    /// Where a tile is, with `{z}`, `{x}` and `{y}` in the place of its numbers.
    pub url: String,
    /// Whom to thank for them, in words.
    pub attribution: Option<String>,
}

/// Where the API begins.
#[derive(Debug, Serialize, ToSchema)]
struct ApiIndex {
    name: String,
    version: &'static str,
    versions: [ApiVersion; 1],
    /// The documentation, for people.
    documentation: &'static str,
    /// The description, for programs.
    openapi: &'static str,
    /// Whether new customers can register themselves.
    registration_enabled: bool,
    /// Whether letters (invitations, password links) reach anybody.
    mail_configured: bool,
    /// Where people reach the installation: what is printed and sent begins with it.
    public_url: String,
    /// What the map of sites is drawn on; null: on nothing.
    map_tiles: Option<MapTiles>,
}

/// A version of the API.
#[derive(Debug, Serialize, ToSchema)]
struct ApiVersion {
    name: &'static str,
    base: &'static str,
}

/// Which program this is.
#[derive(Debug, Serialize, ToSchema)]
#[expect(clippy::struct_field_names, reason = "the names are the API's")]
struct Version {
    version: &'static str,
    /// The commit it was built from, in release builds.
    commit: Option<&'static str>,
    /// The versions of the API it speaks.
    api: [&'static str; 1],
}

pub(crate) fn routes(about: About) -> Routes {
    Routes::new("About")
        .add(Access::Public, routes!(index))
        .add(Access::Public, routes!(version))
        .with_state(about)
}

/// Where the API begins.
#[utoipa::path(get, path = "/api", responses((status = 200, body = ApiIndex)))]
async fn index(State(about): State<About>) -> axum::Json<ApiIndex> {
    axum::Json(ApiIndex {
        name: about.app_name,
        version: about.build.version,
        versions: [ApiVersion {
            name: "v6",
            base: "/api/v6",
        }],
        documentation: "/docs",
        openapi: "/openapi.json",
        registration_enabled: about.is_registration_enabled,
        mail_configured: about.is_mail_configured,
        public_url: about.public_url,
        map_tiles: about.map_tiles,
    })
}

/// Which program this is. The web UI asks now and then, to notice that the server is newer.
#[utoipa::path(get, path = "/version", responses((status = 200, body = Version)))]
async fn version(State(about): State<About>) -> axum::Json<Version> {
    axum::Json(Version {
        version: about.build.version,
        commit: about.build.commit,
        api: ["v6"],
    })
}
