//! What can be told without asking anybody: the data folder, the disk, the secrets, the addresses.

use std::path::{Path, PathBuf};

use rustix::fs::{Access, access, statvfs};

use super::Finding;
use crate::config::{Config, Mode};

/// Room for a few segments of the write-ahead log, and no more.
const DISK_FREE_FAIL: u64 = 128 << 20;
/// What `/health` worries about too.
const DISK_FREE_WARN: u64 = 512 << 20;

/// All local checks.
pub(super) fn check(config: &Config) -> Vec<Finding> {
    let mut findings = vec![data_folder(config), disk(config)];
    findings.extend(secrets(config));
    findings.extend(addresses(config));
    findings
}

fn data_folder(config: &Config) -> Finding {
    let subject = "data folder";
    let path = &config.paths.data_dir;
    let shown = absolute(path);
    let shown = shown.display();
    if !path.exists() {
        return Finding::warn(
            subject,
            format!("{shown} does not exist yet; parking serve makes it"),
        );
    }
    match access(path, Access::READ_OK | Access::WRITE_OK | Access::EXEC_OK) {
        Ok(()) => Finding::ok(subject, shown.to_string()),
        Err(error) => Finding::fail(
            subject,
            format!(
                "{shown} cannot be used ({error}): start as its owner, or set PARKING_DATA_DIR"
            ),
        ),
    }
}

fn disk(config: &Config) -> Finding {
    let subject = "disk";
    // A folder that does not exist yet will be made where its nearest ancestor is.
    let path = absolute(&config.paths.data_dir);
    let Some(existing) = path.ancestors().find(|folder| folder.exists()) else {
        return Finding::fail(subject, format!("{} is nowhere", path.display()));
    };
    let free = match statvfs(existing) {
        Ok(stat) => stat.f_bavail.saturating_mul(stat.f_frsize),
        Err(error) => return Finding::fail(subject, format!("{}: {error}", existing.display())),
    };
    let text = format!("{} free at {}", in_words(free), existing.display());
    match free {
        ..DISK_FREE_FAIL => {
            Finding::fail(subject, format!("{text}: PostgreSQL may stop; make room"))
        }
        DISK_FREE_FAIL..DISK_FREE_WARN => Finding::warn(subject, format!("{text}: make room soon")),
        _ => Finding::ok(subject, text),
    }
}

fn secrets(config: &Config) -> Vec<Finding> {
    let subject = "secrets";
    let faults = config.secret_faults();
    if !faults.is_empty() {
        return faults
            .into_iter()
            .map(|fault| Finding::fail(subject, fault))
            .collect();
    }
    let is_private = config.database.url.is_none();
    let text = match (is_private, &config.auth.encryption_key) {
        (true, _) => format!("kept in {}", absolute(&config.secrets_dir()).display()),
        (false, Some(_)) => "given".to_owned(),
        (false, None) => {
            let text = "SECRET_KEY also encrypts: set PARKING_ENCRYPTION_KEY to the same value \
                        before SECRET_KEY is ever changed";
            return vec![Finding::warn(subject, text)];
        }
    };
    vec![Finding::ok(subject, text)]
}

fn addresses(config: &Config) -> Vec<Finding> {
    let subject = "addresses";
    let server = &config.server;
    let listen = server.listen;
    let Some(url) = &server.public_url else {
        if listen.ip().is_loopback() {
            return vec![Finding::ok(
                subject,
                format!("{listen}, for this machine only"),
            )];
        }
        let text =
            format!("{listen}; set PUBLIC_URL, or links and cookies assume http://localhost");
        return vec![Finding::warn(subject, text)];
    };
    let is_plain =
        url.scheme() == "http" && !matches!(url.host_str(), Some("localhost" | "127.0.0.1"));
    if is_plain && server.mode == Mode::Production {
        let text = format!("{url} is not https: whoever is on the way can read passwords");
        return vec![Finding::warn(subject, text)];
    }
    if url.scheme() == "https" && server.trusted_proxies.is_empty() {
        let text = format!(
            "{url} is served through a proxy, but TRUSTED_PROXIES is empty: all callers seem to be \
             the proxy and share its limits"
        );
        return vec![Finding::warn(subject, text)];
    }
    vec![Finding::ok(subject, format!("{listen}, reached as {url}"))]
}

fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
}

fn in_words(bytes: u64) -> String {
    match bytes {
        0..1_048_576 => format!("{} KiB", bytes >> 10),
        1_048_576..10_737_418_240 => format!("{} MiB", bytes >> 20),
        _ => format!("{} GiB", bytes >> 30),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cmd::doctor::Verdict;
    use crate::config::{Environment, load};

    fn config<const N: usize>(pairs: [(&str, &str); N]) -> Config {
        load(&Environment::from(pairs), None).unwrap().config
    }

    #[test]
    fn the_disk_is_found_before_the_folder_is_made() {
        let later = config([("PARKING_DATA_DIR", "/a/b")]);
        assert!(disk(&later).text.ends_with("free at /"));
    }

    #[test]
    fn what_is_reached_from_afar_needs_an_address_and_https() {
        let verdict = |config: Config| addresses(&config)[0].verdict;
        assert_eq!(verdict(config([])), Verdict::Ok);
        assert_eq!(verdict(config([("API_HOST", "0.0.0.0")])), Verdict::Warn);
        assert_eq!(
            verdict(config([("PUBLIC_URL", "http://p.example.org")])),
            Verdict::Warn
        );
        assert_eq!(
            verdict(config([("PUBLIC_URL", "https://p.example.org")])),
            Verdict::Warn
        );
        let behind_proxy = config([
            ("PUBLIC_URL", "https://p.example.org"),
            ("TRUSTED_PROXIES", "10.0.0.1"),
        ]);
        assert_eq!(verdict(behind_proxy), Verdict::Ok);
    }
}
