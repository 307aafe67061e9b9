//! Names that say nothing, and names that will be wrong next year.

use super::Finding;
use super::tree::{Source, Tree};
use crate::r#gen::is_generated;

/// Words for where something is put instead of what it is.
const EMPTY: [&str; 11] = [
    "service", "services", "manager", "managers", "helper", "helpers", "util", "utils", "impl",
    "misc", "common",
];
/// Words that only hold until the next change.
const PASSING: [&str; 8] = [
    "new",
    "old",
    "legacy",
    "enhanced",
    "improved",
    "final",
    "recovered",
    "temp",
];

/// Looks at file names and at the names of types and modules we define; what other crates call
/// their things is theirs to say.
pub(super) fn banned_words(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for source in &tree.files {
        if !is_code(&source.path) || is_generated(&source.path) {
            continue;
        }
        let stem = source.name().split('.').next().unwrap_or_default();
        if let Some(reason) = objection(stem, false) {
            findings.push(Finding::new(
                source,
                1,
                format!("file `{}`: {reason}", source.name()),
            ));
        }
        for (line, name) in definitions(source) {
            if let Some(reason) = objection(&name, true) {
                findings.push(Finding::new(source, line, format!("`{name}`: {reason}")));
            }
        }
    }
    findings
}

fn is_code(path: &str) -> bool {
    [".rs", ".ts", ".tsx"]
        .iter()
        .any(|ending| path.ends_with(ending))
}

/// What is wrong with a name, if anything.
fn objection(name: &str, is_definition: bool) -> Option<String> {
    let words = words(name);
    let last = words.last()?.as_str();
    if let Some(word) = words.iter().find(|word| EMPTY.contains(&word.as_str())) {
        return Some(format!("`{word}` says nothing; name the thing"));
    }
    if last == "handler" && words.len() > 1 && is_definition {
        return Some("`handler` says who calls it; name what it does".to_owned());
    }
    if let Some(word) = words.iter().find(|word| PASSING.contains(&word.as_str())) {
        return Some(format!("`{word}` will be wrong after the next change"));
    }
    if words.len() > 1 && is_version(last) {
        return Some("versions live in git and in URLs, not in names".to_owned());
    }
    None
}

/// `v2`, `v61`.
fn is_version(word: &str) -> bool {
    word.strip_prefix('v')
        .is_some_and(|number| !number.is_empty() && number.chars().all(|c| c.is_ascii_digit()))
}

/// The words of `snake_case`, `kebab-case` and `CamelCase` names, in lower case.
fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut was_lower = false;
    for c in name.chars() {
        if !c.is_alphanumeric() {
            words.push(String::new());
            was_lower = false;
            continue;
        }
        if (c.is_uppercase() && was_lower) || words.is_empty() {
            words.push(String::new());
        }
        was_lower = !c.is_uppercase();
        if let Some(word) = words.last_mut() {
            word.extend(c.to_lowercase());
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

/// The names of types and modules defined in a file.
fn definitions(source: &Source) -> Vec<(usize, String)> {
    let keywords: &[&str] = if source.is_rust() {
        &["struct", "enum", "trait", "union", "type", "mod"]
    } else {
        &["class", "interface", "type", "enum"]
    };
    let tokens = source.tokens();
    tokens
        .windows(2)
        .filter(|pair| keywords.contains(&pair[0].text.as_str()))
        .filter(|pair| pair[1].text.starts_with(|c: char| c.is_alphabetic()))
        .map(|pair| (pair[1].line, pair[1].text.clone()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_cut_into_words() {
        assert_eq!(words("TenantService"), ["tenant", "service"]);
        assert_eq!(words("device_service_v6"), ["device", "service", "v6"]);
        assert_eq!(words("DevEUIText"), ["dev", "euitext"]);
    }

    #[test]
    fn empty_words_versions_and_moods_are_refused() {
        for name in [
            "TenantService",
            "PolicyV2",
            "SpaceNew",
            "NewTenant",
            "utils",
            "device_v6",
        ] {
            assert!(objection(name, true).is_some(), "{name}");
        }
        assert!(objection("RequestHandler", true).is_some());
    }

    #[test]
    fn plain_nouns_pass() {
        for name in [
            "Tenant",
            "Reservation",
            "Data",
            "V5Hash",
            "Renewal",
            "Database",
            "Sha256",
        ] {
            assert!(objection(name, true).is_none(), "{name}");
        }
    }

    #[test]
    fn only_what_we_define_is_looked_at() {
        let tree = Tree::from([
            (
                "a.rs",
                "use tower::Service; fn new() {} struct Lot; impl Service for Lot {}",
            ),
            ("b/helpers.rs", "mod spaces {}"),
        ]);
        let found: Vec<_> = banned_words(&tree)
            .iter()
            .map(ToString::to_string)
            .collect();
        assert_eq!(
            found,
            ["b/helpers.rs:1: file `helpers.rs`: `helpers` says nothing; name the thing"]
        );
    }
}
