//! Over a real PostgreSQL; as root or not.

mod crashes;
mod life;
mod refusals;

use std::{
    env, fs,
    os::unix::fs::{MetadataExt, PermissionsExt},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::atomic::{AtomicU32, Ordering},
    thread,
    time::{Duration, Instant},
};

use rustix::process::{Pid, Signal, geteuid, kill_process};
use sqlx::{Connection, PgConnection, postgres::PgConnectOptions};

use super::{pid_file::PidFile, *};

const DATA_DIR_VARIABLE: &str = "PARKING_TEST_CLUSTER_DIR";
const PATIENCE: Duration = Duration::from_mins(1);

/// A folder that is removed at the end, in a place every account may enter.
struct Scratch(PathBuf);

impl Scratch {
    fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("parking-cluster-{}-{number}", std::process::id());
        let path = env::temp_dir().join(name);
        fs::create_dir(&path).expect("a scratch folder");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("its mode");
        Self(path)
    }

    fn data(&self) -> PathBuf {
        self.0.join("data")
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        drop(fs::remove_dir_all(&self.0));
    }
}

fn options(data_dir: &Path) -> ClusterOptions {
    let volatile = [("fsync", "off"), ("full_page_writes", "off")];
    ClusterOptions {
        settings: volatile
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .to_vec(),
        ..ClusterOptions::new(data_dir)
    }
}

fn start(data_dir: &Path) -> Cluster {
    Cluster::start(&options(data_dir)).expect("the cluster starts")
}

fn refusal(data_dir: &Path) -> ClusterError {
    Cluster::start(&options(data_dir)).expect_err("the start is refused")
}

/// The first column of the first row, as the given role.
fn ask(login: &PgConnectOptions, sql: &'static str) -> Result<String, sqlx::Error> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let mut connection = PgConnection::connect_with(login).await?;
        let answer = sqlx::query_scalar(sql).fetch_one(&mut connection).await?;
        connection.close().await?;
        Ok(answer)
    })
}

fn ask_superuser(address: &Address, sql: &'static str) -> String {
    let login = address.superuser().expect("a password is kept");
    ask(&login, sql).expect("the superuser is answered")
}

fn run_superuser(address: &Address, sql: &'static str) {
    let login = address.superuser().expect("a password is kept");
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let outcome = runtime.expect("a runtime").block_on(async {
        let mut connection = PgConnection::connect_with(&login).await?;
        sqlx::raw_sql(sql).execute(&mut connection).await?;
        connection.close().await
    });
    outcome.expect("the statements run");
}

fn wait_until(what: &str, mut is_so: impl FnMut() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !is_so() {
        assert!(Instant::now() < deadline, "waited in vain until {what}");
        thread::sleep(Duration::from_millis(2));
    }
}

/// The folder in which a cluster is being made.
fn unfinished(data_dir: &Path) -> Option<PathBuf> {
    let entries = fs::read_dir(data_dir).ok()?;
    let mut paths = entries.filter_map(|entry| Some(entry.ok()?.path()));
    paths.find(|path| path.to_string_lossy().contains("postgres.unfinished"))
}

/// State and parent of a process, if there is one.
fn state(pid: u32) -> Option<(char, u32)> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let mut fields = stat.rsplit(')').next()?.split_whitespace();
    Some((fields.next()?.chars().next()?, fields.next()?.parse().ok()?))
}

/// Whether the process is there and not merely unburied.
fn is_alive(pid: u32) -> bool {
    state(pid).is_some_and(|(state, _)| state != 'Z')
}

fn kill(pid: u32) {
    let pid = i32::try_from(pid)
        .ok()
        .and_then(Pid::from_raw)
        .expect("a process id");
    kill_process(pid, Signal::KILL).expect("it is killed");
}

/// A server in a process of its own.
struct Server {
    process: Child,
    data_dir: PathBuf,
}

impl Server {
    fn spawn(data_dir: &Path) -> Self {
        let process = Command::new(env::current_exe().expect("this program"))
            .args([
                "--exact",
                "cluster::tests::a_server_for_other_tests",
                "--ignored",
            ])
            .env(DATA_DIR_VARIABLE, data_dir)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        let process = process.expect("a server process");
        Self {
            process,
            data_dir: data_dir.to_path_buf(),
        }
    }

    /// The address and the postmaster's process id, once they are those of this server.
    fn ready(&mut self) -> (Address, u32) {
        let mut found = None;
        wait_until("the server is ready", || {
            let ended = self.process.try_wait().expect("the server can be asked");
            assert_eq!(ended, None, "the server ended");
            let file = PidFile::read(&self.data_dir.join("postgres")).expect("can be read");
            let address = Address::of_running(&self.data_dir).expect("can be told");
            found = address.zip(file.map(|file| file.pid));
            // The postmaster of a server that was killed before may still be leaving.
            found
                .as_ref()
                .and_then(|(_, pid)| state(*pid))
                .map(|(_, parent)| parent)
                == Some(self.process.id())
        });
        found.expect("was waited for")
    }

    fn kill(&mut self) {
        self.process.kill().expect("the server is killed");
        self.process.wait().expect("the server is gone");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

#[test]
#[ignore = "other tests run it as a process of its own"]
fn a_server_for_other_tests() {
    #[expect(
        clippy::disallowed_methods,
        reason = "the parent test has no other way to say it"
    )]
    let Some(data_dir) = env::var_os(DATA_DIR_VARIABLE) else {
        return;
    };
    let cluster = start(Path::new(&data_dir));
    // Ends with the test that started us, or is killed by it before.
    drop(std::io::copy(&mut std::io::stdin(), &mut std::io::sink()));
    cluster.stop().expect("the cluster stops");
}
