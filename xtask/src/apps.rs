//! The product, started for a person: `run`, `serve` and `dev`; and the two builds everything else uses.

use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::repo::Repo;
use crate::setup::{self, Mode, Purpose};
use crate::shell;
use crate::stamp::{Fingerprint, Stamp};

/// What the built UI is made of. `src` and `public` are folders; the rest may be absent.
const UI_SOURCES: [&str; 7] = [
    "ui/src",
    "ui/public",
    "ui/index.html",
    "ui/package.json",
    "ui/package-lock.json",
    "ui/vite.config.ts",
    "ui/tsconfig.json",
];

/// `cargo xtask run` and `cargo xtask serve`: builds what is out of date and becomes that command.
pub(crate) fn run(repo: &Repo, command: &str, arguments: &[String]) -> Result<()> {
    setup::prepare(repo, Purpose::Run, Mode::Install)?;
    let mut server = start(repo, build_release(repo)?, command);
    server.args(arguments);
    // This process becomes the server, so a Ctrl-C reaches it once and its exit code is ours.
    Err(server.exec()).context("starting target/release/parking")
}

/// Builds what is shipped, the UI in it, and says where it is.
pub(crate) fn build_release(repo: &Repo) -> Result<PathBuf> {
    build_ui(repo)?;
    // By the binary's name: a crate below `moka` is called parking too. Traces and Sentry are for
    // those who run it; developers compile without them.
    shell::run(repo.cargo().args([
        "build",
        "--release",
        "--locked",
        "--bin",
        "parking",
        "--features",
        "telemetry",
    ]))?;
    Ok(repo.target().join("release/parking"))
}

/// Keeps the UI's server running beside ours. A Ctrl-C reaches both; ours may take its time to end.
const BESIDE: &str = r#"
npm --prefix ui run dev &
ui=$!
trap : INT TERM
"$@"
status=$?
kill $ui 2>/dev/null
wait $ui
exit $status
"#;

/// `cargo xtask dev`: a debug server, and the UI served with hot reload in front of it.
pub(crate) fn dev(repo: &Repo) -> Result<()> {
    setup::prepare(repo, Purpose::Run, Mode::Install)?;
    let binary = build_binary(repo)?;
    let mut shell = repo.command("sh");
    shell.args(["-c", BESIDE, "dev"]).arg(binary).arg("serve");
    keep_data_in_reach(repo, &mut shell);
    Err(shell.exec()).context("starting the shell that keeps both")
}

/// Builds the UI unless nothing it is made of has changed.
pub(crate) fn build_ui(repo: &Repo) -> Result<()> {
    if !repo.has("ui/package.json") {
        bail!("ui/package.json does not exist: there is no UI to build");
    }
    let sources = UI_SOURCES
        .iter()
        .try_fold(Fingerprint::new(), |all, source| {
            let file = repo.path(source);
            if file.exists() {
                all.path(&file)
            } else {
                Ok(all)
            }
        })?;
    let stamp = Stamp::new(repo.notes()?.join("ui"), sources);
    if stamp.is_current() && repo.has("ui/dist/index.html") {
        println!("ui: unchanged since its last build");
        return Ok(());
    }
    shell::run(repo.npm("ui").args(["run", "build"]))?;
    stamp.set()
}

/// Builds the debug binary exactly as the tests do, and says where it is.
///
/// Naming the integration test makes cargo unite features as `cargo nextest run --workspace` does;
/// without it the same crates would be compiled a second time with fewer features.
pub(crate) fn build_binary(repo: &Repo) -> Result<PathBuf> {
    let mut cargo = repo.cargo();
    cargo.args([
        "build",
        "--quiet",
        "--locked",
        "--workspace",
        "--bin",
        "parking",
    ]);
    if repo.has("crates/parking/tests/it") {
        cargo.args(["--test", "it"]);
    }
    shell::run(&mut cargo)?;
    Ok(repo.target().join("debug/parking"))
}

fn start(repo: &Repo, binary: PathBuf, command: &str) -> Command {
    let mut server = Command::new(binary);
    server.current_dir(repo.path("")).arg(command);
    keep_data_in_reach(repo, &mut server);
    server
}

/// Where root's data is when the clone is in a folder that only root may enter.
const ROOTS_DATA: &str = "/var/lib/parking";

/// PostgreSQL refuses to run as root, and its account cannot enter `/root`: then the data cannot
/// be beside the code, and a first look at the product should not begin with a refusal.
fn keep_data_in_reach(repo: &Repo, server: &mut Command) {
    const CHOSEN: [&str; 3] = ["PARKING_DATA_DIR", "PARKING_DATA_DIR_FILE", "DATABASE_URL"];
    let is_chosen = CHOSEN.iter().any(|name| shell::var(name).is_some());
    if is_chosen || !shell::is_root() {
        return;
    }
    if let Some(closed) = shell::closed_to_others(&repo.path("")) {
        println!(
            "data: in {ROOTS_DATA}, as only root may enter {} and PostgreSQL does not run as root",
            closed.display()
        );
        server.env("PARKING_DATA_DIR", ROOTS_DATA);
    }
}
