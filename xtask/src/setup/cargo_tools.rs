//! cargo-nextest and cargo-deny: the machine's own when it has them, else built once into `.tools`.

use anyhow::Result;

use super::{Mode, install};
use crate::repo::Repo;

struct Tool {
    program: &'static str,
    version: &'static str,
    features: &'static [&'static str],
}

/// An own copy is pinned; a newer one on the search path is as good.
const TOOLS: [Tool; 2] = [
    Tool {
        program: "cargo-nextest",
        version: "0.9.143",
        // Without the self-updater, which brings a second HTTP client.
        features: &["--no-default-features", "--features", "default-no-update"],
    },
    Tool {
        program: "cargo-deny",
        version: "0.20.2",
        features: &[],
    },
];

pub(super) fn prepare(repo: &Repo, mode: Mode, missing: &mut Vec<String>) -> Result<()> {
    for tool in TOOLS
        .iter()
        .filter(|tool| repo.find_program(tool.program).is_none())
    {
        let mut cargo = repo.cargo();
        // A debug build takes a third of the time and is fast enough for what these do. The build
        // directory is cargo's own temporary one: nothing of it is of use to the project's.
        cargo
            .args([
                "install",
                "--quiet",
                "--locked",
                "--debug",
                "--no-track",
                "--root",
                ".tools",
            ])
            .args(["--version", tool.version])
            .args(tool.features)
            .arg(tool.program)
            .env("CARGO_PROFILE_DEV_DEBUG", "0")
            .env_remove("CARGO_TARGET_DIR");
        let what = format!(
            "{} {} into .tools (a minute or two)",
            tool.program, tool.version
        );
        install(mode, missing, &what, &mut [cargo])?;
    }
    Ok(())
}
