//! Creating a cluster, and mending its superuser's password.
//!
//! A cluster is made in a folder beside its place, finished there with its database, and renamed
//! into place as the last step. Whatever interrupts that leaves a folder that the next start
//! throws away.

use std::{
    fs::{self, DirBuilder, File, Permissions},
    io::{self, Seek, Write},
    os::unix::{
        ffi::OsStrExt,
        fs::{DirBuilderExt, PermissionsExt},
    },
    path::Path,
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use super::{
    ClusterError, ClusterOptions, DATABASE, SUPERUSER,
    account::Account,
    binaries::Binaries,
    command::{self, POLL_INTERVAL},
    data_dir::{Content, DataDir},
    log::Log,
    secrets::{self, Secrets},
    settings,
};

/// How the folder begins in which a cluster is made.
const UNFINISHED: &str = "postgres.unfinished-";

/// How long an orphan of a killed `initdb` may go on writing into the folder we remove.
const REMOVE_TIMEOUT: Duration = Duration::from_secs(10);

/// Everything that working on a stopped cluster needs.
pub(super) struct Workshop<'a> {
    pub(super) data_dir: &'a DataDir,
    pub(super) account: &'a Account,
    pub(super) binaries: &'a Binaries,
    pub(super) secrets: &'a Secrets,
    pub(super) log: &'a Log,
    pub(super) options: &'a ClusterOptions,
}

impl Workshop<'_> {
    /// Brings the data directory to a cluster that can be started and entered.
    pub(super) fn prepare(&self, content: &Content) -> Result<(), ClusterError> {
        self.clear_away()?;
        match content {
            Content::Nothing => self.create(),
            Content::Cluster { .. } if self.secrets.load(SUPERUSER)?.is_none() => {
                self.replace_password()
            }
            Content::Cluster { .. } => Ok(()),
        }
    }

    /// Removes what interrupted creations left.
    fn clear_away(&self) -> Result<(), ClusterError> {
        let root = self.data_dir.path();
        for entry in fs::read_dir(root).map_err(ClusterError::io("list", root))? {
            let entry = entry.map_err(ClusterError::io("list", root))?;
            if entry
                .file_name()
                .as_bytes()
                .starts_with(UNFINISHED.as_bytes())
            {
                remove_tree(&entry.path())?;
            }
        }
        Ok(())
    }

    fn create(&self) -> Result<(), ClusterError> {
        if self.data_dir.is_full() {
            return Err(self.disk_full());
        }
        tracing::info!(
            postgres.major = self.binaries.major(),
            data.dir = %self.data_dir.path().display(),
            "creating the PostgreSQL cluster"
        );
        // A name of its own each time: the `initdb` of a server that was killed may still be busy
        // removing what it made, by name.
        let name = format!("{UNFINISHED}{}", secrets::generate()?);
        let workshop = self.data_dir.path().join(name);
        let unfinished = workshop.join("cluster");
        let password_file = workshop.join("password");
        // Kept before the cluster exists: the other way round a crash would lock us out.
        let password = self.secrets.load_or_create(SUPERUSER)?;
        make_dir(&workshop, 0o711)?;
        make_dir(&unfinished, 0o700)?;
        self.account.own(&unfinished)?;
        secrets::write_private(&password_file, &password)
            .map_err(ClusterError::io("write", &password_file))?;
        self.account.own(&password_file)?;

        self.run("initdb", self.initdb(&unfinished, &password_file), None)?;
        let sql = format!("create database {DATABASE};\n");
        self.run(
            "postgres --single",
            self.single_user(&unfinished),
            Some(&sql),
        )?;

        let place = self.data_dir.cluster();
        fs::rename(&unfinished, &place)
            .and_then(|()| File::open(self.data_dir.path())?.sync_all())
            .map_err(ClusterError::io("put the new cluster into", &place))?;
        remove_tree(&workshop)
    }

    /// For a cluster whose password file is lost. Owning the files is owning the cluster, so
    /// there is nothing to ask.
    fn replace_password(&self) -> Result<(), ClusterError> {
        tracing::warn!("the PostgreSQL superuser's password is lost; a new one is set");
        let password = secrets::generate()?;
        let sql = format!("alter role {SUPERUSER} password '{password}';\n");
        self.run(
            "postgres --single",
            self.single_user(&self.data_dir.cluster()),
            Some(&sql),
        )?;
        self.secrets.save(SUPERUSER, &password)
    }

    fn initdb(&self, dir: &Path, password_file: &Path) -> Command {
        let mut command = self.account.command(&self.binaries.initdb());
        command
            .arg("--pgdata")
            .arg(dir)
            .arg("--pwfile")
            .arg(password_file)
            .args(["--username", SUPERUSER, "--auth", "scram-sha-256"])
            // Sorting by code point does not change under indexes when the C library does.
            .args(["--encoding", "UTF8", "--locale", "C.UTF-8"])
            .args(["--data-checksums", "--no-instructions"]);
        if settings::is_volatile(&self.options.settings) {
            command.arg("--no-sync");
        }
        command
    }

    fn single_user(&self, dir: &Path) -> Command {
        let mut command = self.account.command(&self.binaries.postgres());
        command.arg("--single").arg("-D").arg(dir);
        for setting in [
            "exit_on_error=on",
            // A failed statement is not quoted in the log; it may hold a password.
            "log_min_error_statement=panic",
        ] {
            command.args(["-c", setting]);
        }
        if settings::is_volatile(&self.options.settings) {
            command.args(["-c", "fsync=off"]);
        }
        command.arg("postgres");
        command
    }

    /// Runs a program to its end, feeding it `input`, with its words in the log.
    fn run(
        &self,
        name: &str,
        mut command: Command,
        input: Option<&str>,
    ) -> Result<(), ClusterError> {
        let start = self.log.len();
        command.stderr(self.log.open()?);
        if let Some(input) = input {
            let file = self.input_file(input)?;
            command.stdin(file).stdout(Stdio::null());
        } else {
            command.stdout(self.log.open()?);
        }
        let status = command::run(command, self.options.start_timeout)
            .map_err(ClusterError::io("run", &self.binaries.dir().join(name)))?;
        if status.is_some_and(|status| status.success()) {
            return Ok(());
        }
        let tail = self.log.tail_since(start);
        if self.data_dir.is_full() || tail.contains("No space left on device") {
            return Err(self.disk_full());
        }
        let outcome = status.map_or_else(
            || format!("{name}: still at it after {:?}", self.options.start_timeout),
            |status| format!("{name}: {status}"),
        );
        Err(ClusterError::CreateFailed { outcome, tail })
    }

    /// A nameless file: a pipe would have to be fed while we watch the clock.
    fn input_file(&self, input: &str) -> Result<File, ClusterError> {
        let path = self.data_dir.path().join("postgres.input");
        let write = || -> io::Result<File> {
            let mut file = File::options()
                .read(true)
                .write(true)
                .create(true)
                .truncate(true)
                .open(&path)?;
            fs::remove_file(&path)?;
            file.write_all(input.as_bytes())?;
            file.rewind()?;
            Ok(file)
        };
        write().map_err(ClusterError::io("write", &path))
    }

    fn disk_full(&self) -> ClusterError {
        ClusterError::DiskFull {
            dir: self.data_dir.path().to_path_buf(),
        }
    }
}

/// Creates `dir` with exactly this mode, whatever the umask.
fn make_dir(dir: &Path, mode: u32) -> Result<(), ClusterError> {
    DirBuilder::new()
        .mode(mode)
        .create(dir)
        .and_then(|()| fs::set_permissions(dir, Permissions::from_mode(mode)))
        .map_err(ClusterError::io("create", dir))
}

/// Removes what an interrupted creation left. Its programs die with their server, but may write
/// one more file meanwhile, so a tree that fills up again is tried again.
fn remove_tree(dir: &Path) -> Result<(), ClusterError> {
    let deadline = Instant::now() + REMOVE_TIMEOUT;
    loop {
        match fs::remove_dir_all(dir) {
            Ok(()) => return Ok(()),
            Err(error) if error.kind() == io::ErrorKind::NotFound && !dir.exists() => {
                return Ok(());
            }
            Err(error) if Instant::now() >= deadline => {
                return Err(ClusterError::io("remove the unfinished cluster in", dir)(
                    error,
                ));
            }
            Err(_) => thread::sleep(POLL_INTERVAL),
        }
    }
}
