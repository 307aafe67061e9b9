//! Fingerprints of files, so that work already done is not done again.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// A fingerprint over files and words. It guards against repetition, not against malice.
#[derive(Clone, Copy)]
pub(crate) struct Fingerprint(u64);

impl Fingerprint {
    /// An empty fingerprint (FNV-1a, which unlike std's hasher is the same in every release).
    pub(crate) fn new() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }

    /// Adds a piece of text.
    #[must_use]
    pub(crate) fn text(self, text: &str) -> Self {
        // The length keeps ("ab", "c") and ("a", "bc") apart.
        self.bytes(&text.len().to_le_bytes()).bytes(text.as_bytes())
    }

    /// Adds the content of a file, or of every file below a folder.
    pub(crate) fn path(self, path: &Path) -> Result<Self> {
        let mut fingerprint = self;
        for file in files_below(path)? {
            let content = fs::read(&file).with_context(|| format!("reading {}", file.display()))?;
            fingerprint = fingerprint.text(&file.to_string_lossy());
            fingerprint = fingerprint
                .bytes(&content.len().to_le_bytes())
                .bytes(&content);
        }
        Ok(fingerprint)
    }

    fn bytes(self, bytes: &[u8]) -> Self {
        Self(bytes.iter().fold(self.0, |hash, byte| {
            (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
        }))
    }
}

impl std::fmt::Display for Fingerprint {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{:016x}", self.0)
    }
}

/// A note, kept in a file, of the fingerprint some work was last done for.
pub(crate) struct Stamp {
    file: PathBuf,
    fingerprint: String,
}

impl Stamp {
    /// The stamp kept in `file` for work that depends on `fingerprint`.
    pub(crate) fn new(file: PathBuf, fingerprint: Fingerprint) -> Self {
        Self {
            file,
            fingerprint: fingerprint.to_string(),
        }
    }

    /// Whether the work was already done for this fingerprint.
    pub(crate) fn is_current(&self) -> bool {
        fs::read_to_string(&self.file).is_ok_and(|noted| noted.trim() == self.fingerprint)
    }

    /// Notes that the work is done.
    pub(crate) fn set(&self) -> Result<()> {
        fs::write(&self.file, format!("{}\n", self.fingerprint))
            .with_context(|| format!("writing {}", self.file.display()))
    }
}

/// Every file at or below a path in a stable order; nothing when it does not exist.
pub(crate) fn files_below(path: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut pending = vec![path.to_owned()];
    while let Some(next) = pending.pop() {
        if next.is_dir() {
            let entries =
                fs::read_dir(&next).with_context(|| format!("listing {}", next.display()))?;
            for entry in entries {
                pending.push(entry?.path());
            }
        } else if next.is_file() {
            found.push(next);
        }
    }
    found.sort();
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fingerprint_keeps_its_pieces_apart() {
        let one = Fingerprint::new().text("ab").text("c").to_string();
        let other = Fingerprint::new().text("a").text("bc").to_string();
        assert_ne!(one, other);
    }

    #[test]
    fn a_stamp_is_current_until_the_fingerprint_changes() {
        let file = std::env::temp_dir().join(format!("xtask-stamp-{}", std::process::id()));
        let stamp = Stamp::new(file.clone(), Fingerprint::new().text("one"));
        assert!(!stamp.is_current());
        stamp.set().unwrap();
        assert!(stamp.is_current());
        assert!(!Stamp::new(file.clone(), Fingerprint::new().text("two")).is_current());
        fs::remove_file(file).unwrap();
    }
}
