//! What comes from the distribution: PostgreSQL, Chromium, Python's venv, Mosquitto.
//!
//! Not here: the C compiler. Without it this program could not have been linked; `make` sees to it.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use super::{Mode, Purpose, announce};
use crate::repo::Repo;
use crate::shell;

/// The oldest PostgreSQL the product supports.
const POSTGRES_MAJOR_MIN: u32 = 15;

/// Chromium without windows: the same pages for a fifth less of the processor's time.
const HEADLESS: &str = "chromium-headless-shell";

/// The folder of a PostgreSQL server's programs, and its major version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PostgresBin {
    pub(crate) folder: PathBuf,
    pub(crate) major: u32,
}

/// The newest PostgreSQL server on the machine that is new enough.
pub(crate) fn postgres(repo: &Repo) -> Option<PostgresBin> {
    // Debian keeps initdb and postgres off the search path.
    postgres_below(Path::new("/usr/lib/postgresql")).or_else(|| {
        let folder = repo
            .find_program("initdb")?
            .canonicalize()
            .ok()?
            .parent()?
            .to_owned();
        let version = shell::output(Command::new(folder.join("postgres")).arg("--version")).ok()?;
        let major = major_of(&version)?;
        (major >= POSTGRES_MAJOR_MIN).then_some(PostgresBin { folder, major })
    })
}

/// A Chromium, or a Chrome, on the machine.
pub(crate) fn chromium(repo: &Repo) -> Option<PathBuf> {
    if let Some(named) = shell::var("CHROMIUM") {
        return Some(named.into());
    }
    [
        HEADLESS,
        "chromium",
        "chromium-browser",
        "google-chrome-stable",
        "google-chrome",
    ]
    .iter()
    .find_map(|name| repo.find_program(name))
}

pub(super) fn prepare(
    repo: &Repo,
    purpose: Purpose,
    mode: Mode,
    missing: &mut Vec<String>,
) -> Result<()> {
    let absent = absent(repo, purpose);
    if absent.is_empty() {
        return Ok(());
    }
    if mode == Mode::Check {
        missing.extend(absent.iter().map(|need| need.name().to_owned()));
        return Ok(());
    }
    let release = Release::of_machine();
    let line = install_line(&absent, &release)?;
    let Some(mut as_root) = privileged(&line) else {
        bail!(
            "this machine lacks {}. Run this once, then repeat what you did:\n\n  {}\n",
            absent
                .iter()
                .map(|need| need.name())
                .collect::<Vec<_>>()
                .join(", "),
            as_typed(&line),
        );
    };
    announce(&line);
    shell::run(&mut as_root)?;
    // An old release may install a package of that name and still not what is needed.
    let still_absent: Vec<_> = absent
        .into_iter()
        .filter(|need| !need.is_met(repo))
        .collect();
    if let Some(need) = still_absent.first() {
        bail!("{}", need.advice());
    }
    Ok(())
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Need {
    Postgres,
    Chromium,
    PythonVenv,
    Mosquitto,
}

impl Need {
    fn name(self) -> &'static str {
        match self {
            Self::Postgres => "PostgreSQL 15 or newer",
            Self::Chromium => "Chromium",
            Self::PythonVenv => "Python 3 with venv",
            Self::Mosquitto => "Mosquitto",
        }
    }

    fn is_met(self, repo: &Repo) -> bool {
        match self {
            Self::Postgres => postgres(repo).is_some(),
            Self::Chromium => chromium(repo).is_some(),
            // Only asked for when there is no .venv yet; then ensurepip is what Debian leaves out.
            Self::PythonVenv => {
                repo.has(".venv/bin/pip")
                    || shell::succeeds(
                        repo.command("python3")
                            .args(["-c", "import ensurepip, venv"]),
                    )
            }
            // Debian keeps it off the search path.
            Self::Mosquitto => {
                Path::new("/usr/sbin/mosquitto").exists()
                    || repo.find_program("mosquitto").is_some()
            }
        }
    }

    fn packages(self) -> &'static [&'static str] {
        match self {
            // The server package of a Debian release carries contrib and pgbench.
            Self::Postgres => &["postgresql", "postgresql-contrib"],
            Self::Chromium => &[HEADLESS, "fonts-liberation"],
            Self::PythonVenv => &["python3-venv", "python3-pip"],
            // The broker most ChirpStacks have, for the tests of the road from it.
            Self::Mosquitto => &["mosquitto"],
        }
    }

    fn advice(self) -> String {
        match self {
            Self::Postgres => format!(
                "this release's PostgreSQL is older than {POSTGRES_MAJOR_MIN}; add the packages of \
                 the PostgreSQL project (apt.postgresql.org) and install postgresql-17"
            ),
            other => format!(
                "{} is still missing after its package was installed",
                other.name()
            ),
        }
    }
}

fn absent(repo: &Repo, purpose: Purpose) -> Vec<Need> {
    let needs: &[Need] = match purpose {
        Purpose::Run => &[Need::Postgres],
        Purpose::Work => &[
            Need::Postgres,
            Need::Chromium,
            Need::PythonVenv,
            Need::Mosquitto,
        ],
    };
    needs
        .iter()
        .copied()
        .filter(|need| !need.is_met(repo))
        .collect()
}

/// What of `/etc/os-release` decides how a thing is installed.
struct Release {
    has_apt: bool,
    is_ubuntu: bool,
}

impl Release {
    fn of_machine() -> Self {
        let text = std::fs::read_to_string("/etc/os-release").unwrap_or_default();
        Self {
            has_apt: Path::new("/usr/bin/apt-get").exists(),
            is_ubuntu: is_ubuntu(&text),
        }
    }
}

fn is_ubuntu(os_release: &str) -> bool {
    os_release.lines().any(|line| line == "ID=ubuntu")
}

/// The one line that installs what is absent.
fn install_line(absent: &[Need], release: &Release) -> Result<String> {
    if !release.has_apt {
        let names: Vec<_> = absent.iter().map(|need| need.name()).collect();
        bail!(
            "this machine lacks {} and is not a Debian or Ubuntu; install it by hand",
            names.join(", ")
        );
    }
    // Ubuntu ships Chromium as a snap; its package of that name only installs the snap.
    let as_snap = |need: &Need| release.is_ubuntu && *need == Need::Chromium;
    let packages: Vec<_> = absent
        .iter()
        .filter(|need| !as_snap(need))
        .flat_map(|need| need.packages())
        .copied()
        .collect();
    let mut parts = Vec::new();
    if !packages.is_empty() {
        parts.push("apt-get update".to_owned());
        parts.push(format!(
            "DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends {}",
            packages.join(" ")
        ));
    }
    if absent.iter().any(as_snap) {
        parts.push("snap install chromium".to_owned());
    }
    Ok(parts.join(" && "))
}

/// The command that runs a line as root without asking, when there is a way.
fn privileged(line: &str) -> Option<Command> {
    let mut command = if shell::is_root() {
        Command::new("sh")
    } else if shell::succeeds(Command::new("sudo").args(["-n", "true"])) {
        let mut sudo = Command::new("sudo");
        sudo.args(["-n", "sh"]);
        sudo
    } else {
        return None;
    };
    command.args(["-c", line]);
    Some(command)
}

fn as_typed(line: &str) -> String {
    format!("sudo sh -c '{line}'")
}

/// The newest server below Debian's folder of versions.
fn postgres_below(versions: &Path) -> Option<PostgresBin> {
    let entries = std::fs::read_dir(versions).ok()?;
    entries
        .filter_map(|entry| {
            let entry = entry.ok()?;
            let major: u32 = entry.file_name().to_str()?.parse().ok()?;
            let folder = entry.path().join("bin");
            let complete = ["initdb", "postgres"]
                .iter()
                .all(|name| folder.join(name).exists());
            (complete && major >= POSTGRES_MAJOR_MIN).then_some(PostgresBin { folder, major })
        })
        .max_by_key(|found| found.major)
}

/// 15 of `postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)`.
fn major_of(version: &str) -> Option<u32> {
    let number = version
        .split_whitespace()
        .nth(2)
        .context("no version")
        .ok()?;
    number
        .split(|c: char| !c.is_ascii_digit())
        .next()?
        .parse()
        .ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const DEBIAN: Release = Release {
        has_apt: true,
        is_ubuntu: false,
    };
    const UBUNTU: Release = Release {
        has_apt: true,
        is_ubuntu: true,
    };

    #[test]
    fn debian_gets_one_line_for_everything() {
        let line = install_line(&[Need::Postgres, Need::Chromium], &DEBIAN).unwrap();
        assert_eq!(
            line,
            "apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install --yes \
             --no-install-recommends postgresql postgresql-contrib chromium-headless-shell fonts-liberation"
        );
    }

    #[test]
    fn ubuntu_gets_chromium_as_a_snap() {
        let line = install_line(&[Need::Chromium], &UBUNTU).unwrap();
        assert_eq!(line, "snap install chromium");
    }

    #[test]
    fn a_machine_without_apt_is_told_what_it_lacks() {
        let elsewhere = Release {
            has_apt: false,
            is_ubuntu: false,
        };
        let error = install_line(&[Need::PythonVenv], &elsewhere).unwrap_err();
        assert!(error.to_string().contains("Python 3"), "{error}");
    }

    #[test]
    fn ubuntu_is_told_from_its_relatives() {
        assert!(is_ubuntu("NAME=Ubuntu\nID=ubuntu\nID_LIKE=debian\n"));
        assert!(!is_ubuntu(
            "NAME=Mint\nID=linuxmint\nID_LIKE=\"ubuntu debian\"\n"
        ));
    }

    #[test]
    fn the_major_version_is_read_from_what_postgres_says() {
        assert_eq!(
            major_of("postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)"),
            Some(15)
        );
        assert_eq!(major_of("postgres (PostgreSQL) 18beta1"), Some(18));
        assert_eq!(major_of("nonsense"), None);
    }

    #[test]
    fn the_newest_complete_server_is_taken_and_old_ones_are_not() {
        let root = std::env::temp_dir().join(format!("xtask-postgres-{}", std::process::id()));
        for (version, programs) in [
            ("14", &["initdb", "postgres"][..]),
            ("16", &["initdb", "postgres"]),
            ("17", &["initdb"]),
        ] {
            let folder = root.join(version).join("bin");
            std::fs::create_dir_all(&folder).unwrap();
            for program in programs {
                std::fs::write(folder.join(program), "").unwrap();
            }
        }
        let found = postgres_below(&root).map(|found| found.major);
        std::fs::remove_dir_all(&root).unwrap();
        assert_eq!(found, Some(16));
    }
}
