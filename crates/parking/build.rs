//! Tells the binary which commit it was built from, in release builds only: a changing revision
//! would relink every development build.

use std::path::Path;
use std::process::Command;

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    // Cargo learns of a changed migration by itself, and of a new one only here.
    println!("cargo:rerun-if-changed=../../migrations");
    println!("cargo:rerun-if-env-changed=PARKING_COMMIT");
    let version = variable("CARGO_PKG_VERSION").unwrap_or_default();
    let is_release = variable("PROFILE").is_some_and(|profile| profile == "release");
    // A container build has no repository and is told instead.
    let commit = variable("PARKING_COMMIT").or_else(|| is_release.then(commit_of_worktree)?);
    match commit {
        Some(commit) => {
            println!("cargo:rustc-env=PARKING_COMMIT={commit}");
            println!("cargo:rustc-env=PARKING_VERSION={version} ({commit})");
        }
        None => println!("cargo:rustc-env=PARKING_VERSION={version}"),
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "this is how cargo talks to a build script"
)]
fn variable(name: &str) -> Option<String> {
    std::env::var_os(name)?
        .into_string()
        .ok()
        .filter(|value| !value.is_empty())
}

fn commit_of_worktree() -> Option<String> {
    // The log of HEAD grows with every commit, checkout and reset.
    let log = git(&[
        "rev-parse",
        "--path-format=absolute",
        "--git-path",
        "logs/HEAD",
    ])?;
    if Path::new(&log).exists() {
        println!("cargo:rerun-if-changed={log}");
    }
    git(&["rev-parse", "--short=12", "HEAD"])
}

fn git(arguments: &[&str]) -> Option<String> {
    let output = Command::new("git").args(arguments).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| text.trim().to_owned())
}
