//! How to reach a private cluster.

use std::path::{Path, PathBuf};

use sqlx::postgres::{PgConnectOptions, PgSslMode};

use super::{
    ClusterError, DATABASE, PORT, SUPERUSER, data_dir,
    pid_file::{PidFile, serves},
    secrets::Secrets,
};

/// Where a cluster listens, and with which passwords.
#[derive(Debug, Clone)]
pub struct Address {
    socket_dir: PathBuf,
    secrets: Secrets,
}

impl Address {
    pub(super) fn new(socket_dir: PathBuf, secrets: Secrets) -> Self {
        Self {
            socket_dir,
            secrets,
        }
    }

    /// The address of the cluster that another process runs in `data_dir`, or `None` if none
    /// accepts connections there; for commands given beside a running server.
    pub fn of_running(data_dir: &Path) -> Result<Option<Self>, ClusterError> {
        let cluster = data_dir::cluster_in(data_dir);
        let Some(file) = PidFile::read(&cluster)? else {
            return Ok(None);
        };
        if !file.is_ready || !serves(file.pid, &cluster) {
            return Ok(None);
        }
        let secrets = Secrets::new(data_dir::secrets_in(data_dir));
        Ok(file
            .socket_dir
            .map(|socket_dir| Self::new(socket_dir, secrets)))
    }

    /// The directory of the unix socket.
    pub fn socket_dir(&self) -> &Path {
        &self.socket_dir
    }

    /// The number in the socket's name.
    pub fn port(&self) -> u16 {
        PORT
    }

    /// How to connect to the database [`DATABASE`] as [`SUPERUSER`].
    pub fn superuser(&self) -> Result<PgConnectOptions, ClusterError> {
        self.login(SUPERUSER)
    }

    /// How to connect to the database [`DATABASE`] as `role`, with the password that
    /// [`Address::password`] keeps for it.
    pub fn login(&self, role: &str) -> Result<PgConnectOptions, ClusterError> {
        Ok(PgConnectOptions::new_without_pgpass()
            .socket(&self.socket_dir)
            .port(PORT)
            .username(role)
            .password(&self.password(role)?)
            .database(DATABASE)
            // A unix socket has nothing to encrypt, and asking costs a round trip.
            .ssl_mode(PgSslMode::Disable))
    }

    /// The password kept for `role`; generated and kept when asked for the first time, so that
    /// whoever creates the role can set it.
    pub fn password(&self, role: &str) -> Result<String, ClusterError> {
        self.secrets.load_or_create(role)
    }
}
