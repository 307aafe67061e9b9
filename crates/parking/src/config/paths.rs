//! Where things lie on this machine.

use std::path::PathBuf;

use super::parse;
use super::reader::Reader;
use super::setting::{Section, Setting};
use super::source::Environment;

pub(super) static SECTION: Section = Section {
    name: "paths",
    doc: "Where things lie on this machine.",
    specs: &[&DATA_DIR.spec, &POSTGRES_BIN.spec, &POSTGRES_USER.spec],
};

static DATA_DIR: Setting<String> = Setting::new(
    "PARKING_DATA_DIR",
    "data_dir",
    "folder",
    parse::text,
    "Folder for the private PostgreSQL, generated secrets and spooled messages.",
)
.or("./data");

static POSTGRES_BIN: Setting<String> = Setting::new(
    "PARKING_POSTGRES_BIN",
    "postgres_bin",
    "folder",
    parse::text,
    "Folder with initdb and postgres for the private PostgreSQL.",
)
.aliases(&["PARKING_PG_BIN"])
.derived("the newest of 15 to 18 under /usr/lib/postgresql, else the one on PATH");

static POSTGRES_USER: Setting<String> = Setting::new(
    "PARKING_POSTGRES_USER",
    "postgres_user",
    "account name",
    parse::text,
    "Unprivileged account the private PostgreSQL runs as when the server is started by root.",
)
.derived("postgres if there is such an account, else nobody");

/// Where things lie on this machine.
#[derive(Clone, Debug)]
pub(crate) struct Paths {
    /// Everything the installation keeps on disk.
    pub(crate) data_dir: PathBuf,
    /// The folder with the PostgreSQL programs, when it is not to be searched for.
    pub(crate) postgres_bin: Option<PathBuf>,
    /// The account for PostgreSQL when started by root.
    pub(crate) postgres_user: Option<String>,
    /// `PATH`, where programs are searched for last.
    pub(crate) search_path: Option<String>,
    /// Where systemd wants to be told that the server is ready.
    pub(crate) notify_socket: Option<String>,
}

pub(super) fn read(reader: &mut Reader, environment: &Environment) -> Paths {
    Paths {
        data_dir: PathBuf::from(reader.get(&DATA_DIR)),
        postgres_bin: reader.optional(&POSTGRES_BIN).map(PathBuf::from),
        postgres_user: reader.optional(&POSTGRES_USER),
        search_path: environment.get("PATH").map(str::to_owned),
        notify_socket: environment.get("NOTIFY_SOCKET").map(str::to_owned),
    }
}
