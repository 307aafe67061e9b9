//! The passwords of the cluster's roles: generated once, kept in files only we may read.

use std::{
    fs::{self, DirBuilder, File, OpenOptions},
    io::{self, Write},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::{Path, PathBuf},
};

use super::ClusterError;

/// Five bits a letter, 160 in all.
const PASSWORD_LETTERS: usize = 32;
const LETTERS: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";

/// The folder of password files.
#[derive(Debug, Clone)]
pub(super) struct Secrets {
    dir: PathBuf,
}

impl Secrets {
    pub(super) fn new(dir: PathBuf) -> Self {
        Self { dir }
    }

    /// The password kept for `role`, if there is one.
    pub(super) fn load(&self, role: &str) -> Result<Option<String>, ClusterError> {
        let path = self.file_of(role)?;
        match fs::read_to_string(&path) {
            // An empty file holds no password; better a new one than a login without.
            Ok(text) => Ok(Some(text.trim().to_owned()).filter(|text| !text.is_empty())),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(ClusterError::io("read the password file", &path)(error)),
        }
    }

    /// The password kept for `role`; generated and kept if there is none.
    pub(super) fn load_or_create(&self, role: &str) -> Result<String, ClusterError> {
        if let Some(password) = self.load(role)? {
            return Ok(password);
        }
        let password = generate()?;
        self.save(role, &password)?;
        Ok(password)
    }

    /// Keeps `password` for `role`; readers see the old file or the new one, never a part.
    pub(super) fn save(&self, role: &str, password: &str) -> Result<(), ClusterError> {
        let path = self.file_of(role)?;
        let unfinished = path.with_extension("unfinished");
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(&self.dir)
            .map_err(ClusterError::io("create", &self.dir))?;
        write_private(&unfinished, password)
            .and_then(|()| fs::rename(&unfinished, &path))
            .and_then(|()| File::open(&self.dir)?.sync_all())
            .map_err(ClusterError::io("write the password file", &path))
    }

    fn file_of(&self, role: &str) -> Result<PathBuf, ClusterError> {
        let is_name = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
        if role.is_empty() || role.len() > 63 || !role.bytes().all(is_name) {
            return Err(ClusterError::RoleName {
                name: role.to_owned(),
            });
        }
        Ok(self.dir.join(format!("postgres-{role}.password")))
    }
}

/// Random letters and digits; they need no quoting anywhere.
pub(super) fn generate() -> Result<String, ClusterError> {
    let mut bytes = [0_u8; PASSWORD_LETTERS];
    getrandom::fill(&mut bytes).map_err(|error| {
        ClusterError::io("draw random bytes from", Path::new("the system"))(io::Error::other(error))
    })?;
    Ok(bytes
        .iter()
        .map(|byte| char::from(LETTERS[usize::from(byte % 32)]))
        .collect())
}

/// Writes `text` to a file that is ours alone from its first byte on.
pub(super) fn write_private(path: &Path, text: &str) -> io::Result<()> {
    let mut file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(path)?;
    writeln!(file, "{text}")?;
    file.sync_all()
}
