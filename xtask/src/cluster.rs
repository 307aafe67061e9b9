//! A throw-away PostgreSQL: a private server on a unix socket in a temporary folder, gone with the
//! value that holds it. It serves the checked queries, the schema dump and `cargo xtask db`.
//!
//! Not the product's own cluster manager: that one keeps data and lives in `parking-db`.

use std::fs;
use std::os::unix::fs::{PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result, bail};

use crate::repo::Repo;
use crate::setup::{self, PostgresBin};
use crate::shell;

/// The database that holds the migrated schema.
pub(crate) const DATABASE: &str = "parking";
const OWNER: &str = "parking_owner";
const ROLES: &str = "crates/parking-db/sql/roles.sql";
const START_SECONDS_MAX: u64 = 30;

/// A file system in memory, where there is one: each test makes and drops a thousand files.
const MEMORY: &str = "/dev/shm";
/// What several databases, their log and the largest test take, and as much again.
const ROOM_MIB_MIN: u64 = 4096;

/// Keeps the server for as long as our end of its standard input is open, which it is until we end,
/// in whatever way. Then it stops the server and removes the data. A Ctrl-C is for us: we end by it.
const KEEPER: &str = r#"
trap '' INT TERM HUP
folder=$0
exec 3<&0
"$@" >"$folder/log" 2>&1 </dev/null &
server=$!
(cat <&3 >/dev/null; kill -INT $server 2>/dev/null) &
wait $server
status=$?
[ $status = 0 ] || cat "$folder/log" >&2
rm -rf "$folder"
exit $status
"#;

/// A running throw-away server with one database. Dropping it stops it and removes its data.
pub(crate) struct Cluster {
    bin: PostgresBin,
    folder: PathBuf,
    keeper: Option<Child>,
}

/// `cargo xtask db`: a migrated database for development, until Ctrl-C.
pub(crate) fn task(repo: &Repo) -> Result<()> {
    let mut cluster = Cluster::start(repo)?;
    cluster.migrate(repo)?;
    println!("export DATABASE_URL='{}'", cluster.url());
    eprintln!(
        "db: PostgreSQL {} is ready; Ctrl-C ends it",
        cluster.major()
    );
    cluster.wait()
}

impl Cluster {
    /// Starts an empty server.
    pub(crate) fn start(repo: &Repo) -> Result<Self> {
        let bin = setup::postgres(repo).context(
            "no PostgreSQL server of version 15 or newer; `cargo xtask setup` installs it",
        )?;
        let account = shell::is_root().then(unprivileged).transpose()?;
        let folder = private_folder(account)?;
        let mut cluster = Self {
            bin,
            folder,
            keeper: None,
        };
        cluster.initialize(account)?;
        cluster.launch(account)?;
        cluster.wait_until_ready()?;
        Ok(cluster)
    }

    /// Creates the roles and the database, then applies every migration as the owner.
    pub(crate) fn migrate(&self, repo: &Repo) -> Result<()> {
        let roles = repo.path(ROLES);
        if !roles.exists() {
            bail!("{ROLES} does not exist: without roles no migration can be applied");
        }
        let migrations = migrations(repo)?;
        if migrations.is_empty() {
            bail!("migrations/ holds no .sql file");
        }
        self.psql("postgres", &["-f", &roles.to_string_lossy()])?;
        self.psql(
            "postgres",
            &["-c", &format!("create database {DATABASE} owner {OWNER}")],
        )?;
        // Again for what it grants inside a database.
        self.psql(DATABASE, &["-f", &roles.to_string_lossy()])?;
        for file in migrations {
            let text = fs::read_to_string(&file)?;
            let role = format!("set role {OWNER}");
            let path = file.to_string_lossy().into_owned();
            let mut arguments = vec!["-c", &role, "-f", &path];
            // The mark sqlx knows for what cannot run inside a transaction.
            if !text.starts_with("-- no-transaction") {
                arguments.push("--single-transaction");
            }
            self.psql(DATABASE, &arguments)
                .with_context(|| format!("applying {path}"))?;
        }
        Ok(())
    }

    /// The address of the database, as its superuser: what checks queries must see every column.
    pub(crate) fn url(&self) -> String {
        let socket = self.folder.to_string_lossy().replace('/', "%2F");
        format!("postgres://postgres@{socket}/{DATABASE}")
    }

    /// The server's major version.
    pub(crate) fn major(&self) -> u32 {
        self.bin.major
    }

    /// One of PostgreSQL's own client programs, pointed at this server.
    pub(crate) fn client(&self, program: &str) -> Command {
        // pg_dump and psql are in the server's folder on Debian, on the path elsewhere.
        let beside = self.bin.folder.join(program);
        let mut command = Command::new(if beside.exists() {
            beside
        } else {
            program.into()
        });
        command.args([
            "--host",
            &self.folder.to_string_lossy(),
            "--username",
            "postgres",
        ]);
        command.env("PGOPTIONS", "-c client_min_messages=warning");
        command
    }

    fn psql(&self, database: &str, arguments: &[&str]) -> Result<()> {
        let mut command = self.client("psql");
        command.args(["--no-psqlrc", "--quiet", "--set", "ON_ERROR_STOP=1"]);
        command
            .args(["--dbname", database])
            .args(arguments)
            .stdout(Stdio::null());
        shell::run(&mut command)
    }

    fn initialize(&self, account: Option<Account>) -> Result<()> {
        let mut initdb = as_account(Command::new(self.bin.folder.join("initdb")), account);
        initdb.args(["--no-sync", "--auth", "trust", "--username", "postgres"]);
        initdb
            .args(["--encoding", "UTF8", "--locale", "C.UTF-8", "--pgdata"])
            .arg(self.data());
        shell::run(initdb.stdout(Stdio::null()))
    }

    fn launch(&mut self, account: Option<Account>) -> Result<()> {
        let mut keeper = as_account(Command::new("sh"), account);
        keeper
            .args(["-c", KEEPER])
            .arg(&self.folder)
            .arg(self.bin.folder.join("postgres"));
        keeper
            .arg("-D")
            .arg(self.data())
            .arg("-k")
            .arg(&self.folder);
        // Nothing here outlives the process, so nothing needs to reach the disk.
        for setting in [
            "listen_addresses=",
            "fsync=off",
            "synchronous_commit=off",
            "full_page_writes=off",
            "jit=off",
            // Every test has a database and a pool of its own.
            "max_connections=200",
        ] {
            keeper.args(["-c", setting]);
        }
        self.keeper = Some(
            keeper
                .stdin(Stdio::piped())
                .spawn()
                .context("starting postgres")?,
        );
        Ok(())
    }

    fn wait_until_ready(&mut self) -> Result<()> {
        let deadline = Instant::now() + Duration::from_secs(START_SECONDS_MAX);
        let pid_file = self.data().join("postmaster.pid");
        while Instant::now() < deadline {
            let text = fs::read_to_string(&pid_file).unwrap_or_default();
            if text
                .lines()
                .nth(7)
                .is_some_and(|line| line.trim() == "ready")
            {
                return Ok(());
            }
            if let Some(status) = self
                .keeper
                .as_mut()
                .and_then(|child| child.try_wait().ok()?)
            {
                bail!("postgres ended at its start ({status})");
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        bail!("postgres was not ready within {START_SECONDS_MAX} seconds")
    }

    /// Waits for the end of the server, which the terminal's Ctrl-C brings about.
    fn wait(&mut self) -> Result<()> {
        if let Some(keeper) = self.keeper.as_mut() {
            // Not `wait`, which would close the pipe.
            while keeper.try_wait().context("waiting for postgres")?.is_none() {
                std::thread::sleep(Duration::from_millis(200));
            }
        }
        Ok(())
    }

    fn data(&self) -> PathBuf {
        self.folder.join("data")
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        if let Some(mut keeper) = self.keeper.take() {
            drop(keeper.stdin.take());
            keeper.wait().ok();
        }
        // The keeper removed it already unless the server never came to start.
        fs::remove_dir_all(&self.folder).ok();
    }
}

/// The files of `migrations/`, oldest first.
pub(crate) fn migrations(repo: &Repo) -> Result<Vec<PathBuf>> {
    let folder = repo.path("migrations");
    let mut files: Vec<PathBuf> = fs::read_dir(&folder)
        .with_context(|| format!("listing {}", folder.display()))?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|extension| extension == "sql"))
        .collect();
    files.sort();
    Ok(files)
}

/// Whom the server runs as when we are root, which it refuses to be.
#[derive(Clone, Copy)]
struct Account {
    user: u32,
    group: u32,
}

/// A program of PostgreSQL's, as that account and without our environment's opinions.
fn as_account(mut command: Command, account: Option<Account>) -> Command {
    command.current_dir("/").env("LC_ALL", "C.UTF-8");
    if let Some(account) = account {
        command.uid(account.user).gid(account.group);
    }
    command
}

fn unprivileged() -> Result<Account> {
    let accounts = fs::read_to_string("/etc/passwd").context("reading /etc/passwd")?;
    ["postgres", "nobody"]
        .iter()
        .find_map(|name| account_of(&accounts, name))
        .context("no account `postgres` or `nobody` to run PostgreSQL as")
}

fn account_of(passwd: &str, name: &str) -> Option<Account> {
    let line = passwd
        .lines()
        .find(|line| line.split(':').next() == Some(name))?;
    let mut fields = line.split(':').skip(2);
    Some(Account {
        user: fields.next()?.parse().ok()?,
        group: fields.next()?.parse().ok()?,
    })
}

/// A new folder only the server's account may enter. Its path stays far below the 107 bytes a
/// socket's name may have.
fn private_folder(account: Option<Account>) -> Result<PathBuf> {
    let nanos = now().subsec_nanos();
    let below = Path::new(if has_room(MEMORY) { MEMORY } else { "/tmp" });
    let folder = below.join(format!("parking-{}-{nanos:x}", std::process::id()));
    fs::create_dir(&folder).with_context(|| format!("creating {}", folder.display()))?;
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o700))?;
    if let Some(account) = account {
        chown(&folder, Some(account.user), Some(account.group))?;
    }
    Ok(folder)
}

/// Whether the databases of the tests have room below a folder.
fn has_room(folder: &str) -> bool {
    let mut df = Command::new("df");
    let told = shell::output(df.args(["--output=avail", "--block-size=1M", folder]));
    let free = told
        .ok()
        .and_then(|text| text.lines().last()?.trim().parse().ok());
    free.is_some_and(|free: u64| free >= ROOM_MIB_MIN)
}

#[expect(
    clippy::disallowed_methods,
    reason = "for a name nobody else has, not for a decision"
)]
fn now() -> Duration {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_is_read_from_passwd() {
        let passwd =
            "root:x:0:0::/root:/bin/sh\npostgres:x:104:112:,,,:/var/lib/postgresql:/bin/sh\n";
        let account = account_of(passwd, "postgres").unwrap();
        assert_eq!((account.user, account.group), (104, 112));
        assert!(account_of(passwd, "nobody").is_none());
    }

    #[test]
    fn a_server_starts_answers_and_leaves_nothing_behind() {
        let repo = Repo::find().unwrap();
        let cluster = Cluster::start(&repo).unwrap();
        cluster.psql("postgres", &["-c", "select 1"]).unwrap();
        assert!(
            cluster
                .psql("postgres", &["-c", "select nonsense"])
                .is_err()
        );
        let folder = cluster.folder.clone();
        drop(cluster);
        assert!(!folder.exists());
    }
}
