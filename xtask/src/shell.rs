//! Starting programs and looking around on the machine.

use std::ffi::OsStr;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

/// An environment variable, absent when unset or empty.
#[expect(
    clippy::disallowed_methods,
    reason = "xtask has no configuration but its environment"
)]
pub(crate) fn var(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// The names of what `cargo run` sets to describe the package it runs.
#[expect(
    clippy::disallowed_methods,
    reason = "names only, to keep them from our children"
)]
pub(crate) fn variables_of_this_package() -> impl Iterator<Item = String> {
    let prefixes = [
        "CARGO_PKG_",
        "CARGO_MANIFEST_",
        "CARGO_BIN_",
        "CARGO_CRATE_",
        "CARGO_PRIMARY_",
    ];
    std::env::vars_os()
        .filter_map(|(name, _)| name.into_string().ok())
        .filter(move |name| prefixes.iter().any(|prefix| name.starts_with(prefix)))
}

/// Runs a program to its end with our terminal as its terminal.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let status = command
        .status()
        .with_context(|| format!("starting {}", spoken(command)))?;
    if !status.success() {
        bail!("`{}` failed ({status})", spoken(command));
    }
    Ok(())
}

/// Runs a program to its end and returns what it printed; its errors stay visible.
pub(crate) fn output(command: &mut Command) -> Result<String> {
    let output = command
        .stderr(Stdio::inherit())
        .output()
        .with_context(|| format!("starting {}", spoken(command)))?;
    if !output.status.success() {
        bail!("`{}` failed ({})", spoken(command), output.status);
    }
    String::from_utf8(output.stdout).with_context(|| format!("reading {}", spoken(command)))
}

/// Whether a program starts and ends well; what it prints is of no interest.
pub(crate) fn succeeds(command: &mut Command) -> bool {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

/// The first executable of that name in a search path.
pub(crate) fn find_in(search_path: &OsStr, name: &str) -> Option<PathBuf> {
    std::env::split_paths(search_path)
        .map(|folder| folder.join(name))
        .find(|file| executable(file))
}

/// Whether this process may do everything.
pub(crate) fn is_root() -> bool {
    // The owner of our own entry in /proc is the effective user; std offers no geteuid.
    Path::new("/proc/self")
        .metadata()
        .is_ok_and(|entry| entry.uid() == 0)
}

/// The first folder on the way to here that accounts without rights in it may not pass.
pub(crate) fn closed_to_others(folder: &Path) -> Option<&Path> {
    let mut way: Vec<&Path> = folder.ancestors().collect();
    way.reverse();
    way.into_iter().find(|step| {
        step.metadata()
            .is_ok_and(|entry| entry.permissions().mode() & 0o001 == 0)
    })
}

/// A command as one would type it.
pub(crate) fn spoken(command: &Command) -> String {
    let program = Path::new(command.get_program());
    let name = program
        .file_name()
        .unwrap_or(program.as_os_str())
        .to_string_lossy()
        .into_owned();
    command.get_args().fold(name, |line, argument| {
        format!("{line} {}", argument.to_string_lossy())
    })
}

fn executable(file: &Path) -> bool {
    file.metadata()
        .is_ok_and(|entry| entry.is_file() && entry.permissions().mode() & 0o111 != 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_is_found_on_the_path_and_only_there() {
        assert!(find_in(OsStr::new("/nowhere:/bin:/usr/bin"), "sh").is_some());
        assert!(find_in(OsStr::new("/nowhere"), "sh").is_none());
    }

    #[test]
    fn a_folder_that_others_may_not_pass_is_named() {
        let open = std::env::temp_dir().join(format!("xtask-way-{}", std::process::id()));
        let closed = open.join("closed");
        std::fs::create_dir_all(closed.join("inside")).expect("folders in the temporary one");
        for (folder, mode) in [(&open, 0o755), (&closed, 0o700)] {
            std::fs::set_permissions(folder, std::fs::Permissions::from_mode(mode))
                .expect("our own folder");
        }
        let found = closed_to_others(&closed.join("inside")).map(Path::to_path_buf);
        let passable = closed_to_others(&open).is_none();
        std::fs::remove_dir_all(&open).expect("our own folder");
        assert_eq!(found, Some(closed));
        assert!(passable);
    }

    #[test]
    fn a_failing_program_is_an_error_that_names_it() {
        let error = run(Command::new("sh").args(["-c", "exit 3"])).expect_err("must fail");
        assert!(error.to_string().contains("sh -c exit 3"), "{error}");
    }
}
