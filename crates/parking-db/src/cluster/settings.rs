//! How `postgres` is configured: on its command line, so that nothing in the data directory can
//! undo it and an upgrade of the server changes it.

use std::{
    ffi::{OsStr, OsString},
    fs,
    os::unix::ffi::{OsStrExt, OsStringExt},
    path::Path,
};

use super::PORT;

const MIB: u64 = 1024 * 1024;

/// What memory is assumed where it cannot be told.
const MEMORY_BYTES_ASSUMED: u64 = 1024 * MIB;

/// What suits a server that shares a small machine with its application.
const DEFAULTS: [(&str, &str); 21] = [
    ("cluster_name", "parking"),
    // The pools of one server take 8 to 16; the rest is for operators, dumps and tests.
    ("max_connections", "50"),
    ("work_mem", "8MB"),
    ("maintenance_work_mem", "64MB"),
    // Short statements by the thousand: compiling them never pays.
    ("jit", "off"),
    // Flash storage; the default assumes a spinning disk.
    ("random_page_cost", "1.1"),
    ("effective_io_concurrency", "64"),
    ("wal_compression", "on"),
    ("checkpoint_timeout", "15min"),
    ("max_wal_size", "1GB"),
    ("timezone", "UTC"),
    ("log_timezone", "UTC"),
    ("log_destination", "stderr"),
    // One file that we bound, not a collector process with files of its own.
    ("logging_collector", "off"),
    ("log_line_prefix", "%m [%p] %q%u@%d "),
    ("log_checkpoints", "off"),
    ("log_min_duration_statement", "1s"),
    // Parameters are people's data; a log is no place for them.
    ("log_parameter_max_length", "0"),
    ("log_parameter_max_length_on_error", "0"),
    ("log_lock_waits", "on"),
    ("password_encryption", "scram-sha-256"),
];

/// The arguments after the data directory: defaults, then `overrides`, then what keeps the
/// cluster private, which is not up for choice. PostgreSQL takes the last of each name.
pub(super) fn arguments(overrides: &[(String, String)], socket_dir: &Path) -> Vec<OsString> {
    let memory = memory_settings(memory_bytes());
    let defaults = DEFAULTS.iter().map(|(name, value)| (*name, *value));
    let sized = memory.iter().map(|(name, value)| (*name, value.as_str()));
    let given = overrides
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()));
    let port = PORT.to_string();
    let fixed = [
        ("listen_addresses", ""),
        ("unix_socket_permissions", "0700"),
        ("port", port.as_str()),
    ];

    let mut arguments = Vec::new();
    for (name, value) in defaults.chain(sized).chain(given).chain(fixed) {
        arguments.extend([
            OsString::from("-c"),
            OsString::from(format!("{name}={value}")),
        ]);
    }
    let mut sockets = OsString::from("unix_socket_directories=");
    sockets.push(quoted(socket_dir.as_os_str()));
    arguments.extend([OsString::from("-c"), sockets]);
    arguments
}

/// Whether the overrides trade durability for speed, as tests do.
pub(super) fn is_volatile(overrides: &[(String, String)]) -> bool {
    overrides
        .iter()
        .any(|(name, value)| name == "fsync" && value == "off")
}

/// The setting is a list; quoted, a folder's commas and blanks are its own.
fn quoted(dir: &OsStr) -> OsString {
    let mut bytes = vec![b'"'];
    for byte in dir.as_bytes() {
        if *byte == b'"' {
            bytes.push(b'"');
        }
        bytes.push(*byte);
    }
    bytes.push(b'"');
    OsString::from_vec(bytes)
}

/// An eighth of the memory for the buffers, which are touched only when used; the application
/// and the page cache want the rest.
fn memory_settings(memory_bytes: u64) -> [(&'static str, String); 2] {
    let buffers = (memory_bytes / 8 / MIB).clamp(64, 1024);
    let cache = (memory_bytes / 2 / MIB).max(128);
    [
        ("shared_buffers", format!("{buffers}MB")),
        ("effective_cache_size", format!("{cache}MB")),
    ]
}

/// The memory we may use: the machine's, or less in a container.
fn memory_bytes() -> u64 {
    let machine = fs::read_to_string("/proc/meminfo")
        .ok()
        .and_then(|text| parse_meminfo(&text));
    let limit = fs::read_to_string("/proc/self/cgroup")
        .ok()
        .and_then(|text| {
            let group = text
                .lines()
                .find_map(|line| line.strip_prefix("0::/"))?
                .to_owned();
            let file = Path::new("/sys/fs/cgroup").join(group).join("memory.max");
            fs::read_to_string(file).ok()?.trim().parse().ok()
        });
    let known: [Option<u64>; 2] = [machine, limit];
    known
        .into_iter()
        .flatten()
        .min()
        .unwrap_or(MEMORY_BYTES_ASSUMED)
}

fn parse_meminfo(text: &str) -> Option<u64> {
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix("MemTotal:"))?;
    let kib: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kib * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_given_setting_beats_the_default_but_not_what_keeps_the_cluster_private() {
        let given = [
            ("jit".to_owned(), "on".to_owned()),
            ("listen_addresses".to_owned(), "*".to_owned()),
        ];
        let arguments = arguments(&given, Path::new("/data/run"));
        let last = |name: &str| {
            let values = arguments.iter().filter_map(|argument| argument.to_str());
            values
                .filter_map(|argument| argument.strip_prefix(name))
                .next_back()
        };
        assert_eq!(last("jit="), Some("on"));
        assert_eq!(last("listen_addresses="), Some(""));
        assert_eq!(last("unix_socket_directories="), Some("\"/data/run\""));
    }

    #[test]
    fn buffers_grow_with_memory_between_bounds() {
        let buffers = |mib: u64| memory_settings(mib * MIB)[0].1.clone();
        assert_eq!(buffers(256), "64MB");
        assert_eq!(buffers(4096), "512MB");
        assert_eq!(buffers(65536), "1024MB");
    }

    #[test]
    fn the_machine_tells_its_memory_in_kibibytes() {
        assert_eq!(
            parse_meminfo("MemTotal:       2048 kB\nMemFree: 1 kB\n"),
            Some(2 * MIB)
        );
        assert_eq!(parse_meminfo("nothing"), None);
    }

    #[test]
    fn a_folder_with_quotes_and_commas_stays_one_folder() {
        assert_eq!(
            quoted(OsStr::new("/a, \"b\"")),
            OsString::from("\"/a, \"\"b\"\"\"")
        );
    }
}
