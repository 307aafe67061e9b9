//! Where `postgres` and `initdb` are.

use std::{
    path::{Path, PathBuf},
    process::Stdio,
};

use super::{
    ClusterError, ClusterOptions, NEWEST_MAJOR, OLDEST_MAJOR,
    account::Account,
    data_dir::{Content, DataDir},
};

/// Distributions keep each major version in a folder of its own, off `PATH`.
const VERSIONED_DIRS: [(&str, &str); 2] =
    [("/usr/lib/postgresql/", "/bin"), ("/usr/pgsql-", "/bin")];

/// One installed PostgreSQL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Binaries {
    dir: PathBuf,
    major: u32,
}

impl Binaries {
    /// The PostgreSQL to use: that of the cluster's major version, or the newest for a new one.
    pub(super) fn find(
        options: &ClusterOptions,
        content: &Content,
        data_dir: &DataDir,
        account: &Account,
    ) -> Result<Self, ClusterError> {
        let installed = match &options.bin_dir {
            Some(dir) => vec![Self::named(dir, account)?],
            None => Self::installed(&options.path_dirs, account),
        };
        choose(&installed, content.major())
            .cloned()
            .ok_or_else(|| match content.major() {
                Some(found) if !installed.is_empty() => ClusterError::MajorMismatch {
                    dir: data_dir.cluster(),
                    found,
                    available: in_words(&installed),
                },
                _ => ClusterError::NotInstalled,
            })
    }

    pub(super) fn dir(&self) -> &Path {
        &self.dir
    }

    pub(super) fn major(&self) -> u32 {
        self.major
    }

    pub(super) fn postgres(&self) -> PathBuf {
        self.dir.join("postgres")
    }

    pub(super) fn initdb(&self) -> PathBuf {
        self.dir.join("initdb")
    }

    fn named(dir: &Path, account: &Account) -> Result<Self, ClusterError> {
        let unusable = |reason| ClusterError::UnusableBinaries {
            dir: dir.to_path_buf(),
            reason,
        };
        for program in ["postgres", "initdb"] {
            if !dir.join(program).is_file() {
                return Err(unusable(format!("there is no {program}")));
            }
        }
        match ask_major(&dir.join("postgres"), account) {
            Some(major) if is_supported(major) => Ok(Self {
                dir: dir.to_path_buf(),
                major,
            }),
            Some(major) => Err(unusable(format!("it is version {major}"))),
            None => Err(unusable(format!(
                "its postgres does not tell its version to the account with uid {}",
                account.uid()
            ))),
        }
    }

    /// The newest first, the distribution's before those of `path_dirs`.
    fn installed(path_dirs: &[PathBuf], account: &Account) -> Vec<Self> {
        let mut installed = Vec::new();
        for major in (OLDEST_MAJOR..=NEWEST_MAJOR).rev() {
            for (before, after) in VERSIONED_DIRS {
                let dir = PathBuf::from(format!("{before}{major}{after}"));
                if dir.join("postgres").is_file() && dir.join("initdb").is_file() {
                    installed.push(Self { dir, major });
                }
            }
        }
        installed.extend(
            path_dirs
                .iter()
                .filter_map(|dir| Self::named(dir, account).ok()),
        );
        installed
    }
}

fn choose(installed: &[Binaries], major: Option<u32>) -> Option<&Binaries> {
    installed
        .iter()
        .find(|binaries| major.is_none_or(|major| binaries.major == major))
}

fn in_words(installed: &[Binaries]) -> String {
    let mut majors: Vec<String> = installed
        .iter()
        .map(|binaries| binaries.major.to_string())
        .collect();
    majors.dedup();
    majors.join(", ")
}

fn is_supported(major: u32) -> bool {
    (OLDEST_MAJOR..=NEWEST_MAJOR).contains(&major)
}

fn ask_major(postgres: &Path, account: &Account) -> Option<u32> {
    let output = account
        .command(postgres)
        .arg("--version")
        .stderr(Stdio::null())
        .output()
        .ok()?;
    parse_major(&String::from_utf8_lossy(&output.stdout))
}

/// From `postgres (PostgreSQL) 15.14 (Debian 15.14-0+deb12u1)`, or `18beta1`.
fn parse_major(text: &str) -> Option<u32> {
    let (_, version) = text.split_once("(PostgreSQL) ")?;
    let digits = version
        .split(|letter: char| !letter.is_ascii_digit())
        .next()?;
    digits.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn installed(majors: &[u32]) -> Vec<Binaries> {
        majors
            .iter()
            .map(|major| Binaries {
                dir: PathBuf::new(),
                major: *major,
            })
            .collect()
    }

    #[test]
    fn the_major_version_is_read_from_what_postgres_says() {
        let debian = "postgres (PostgreSQL) 15.14 (Debian 15.14-0+deb12u1)\n";
        assert_eq!(parse_major(debian), Some(15));
        assert_eq!(parse_major("postgres (PostgreSQL) 18beta1"), Some(18));
        assert_eq!(parse_major("bash 5.2"), None);
    }

    #[test]
    fn a_new_cluster_takes_the_first_and_an_existing_one_only_its_own_version() {
        let both = installed(&[17, 15]);
        assert_eq!(choose(&both, None).map(Binaries::major), Some(17));
        assert_eq!(choose(&both, Some(15)).map(Binaries::major), Some(15));
        assert_eq!(choose(&both, Some(16)), None);
        assert_eq!(in_words(&both), "17, 15");
    }
}
