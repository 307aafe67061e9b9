//! `config print`: the effective configuration as a commented file that can be loaded again.

use url::Url;

use super::setting::{Fallback, Role, Secrecy, Spec};
use super::{Effective, Origin, SECTIONS};

/// What stands where a secret was.
const MASK: &str = "***";

/// Every setting with its sentence, its origin and its value; secrets are masked and commented out.
pub(crate) fn as_toml(effective: &[Effective]) -> String {
    let mut out = String::from(
        "# The effective configuration. The environment overrides what a file says.\n\
         # Lines whose value is secret, absent or worked out are comments.\n",
    );
    for section in SECTIONS {
        let entries: Vec<&Effective> = effective
            .iter()
            .filter(|entry| {
                section
                    .specs
                    .iter()
                    .any(|spec| spec.name == entry.spec.name)
            })
            // A setting without effect is worth a line only to somebody who set it.
            .filter(|entry| entry.spec.role == Role::Read || entry.origin != Origin::Unset)
            .collect();
        if entries.is_empty() {
            continue;
        }
        out.extend(["\n# ", section.doc, "\n[", section.name, "]\n"]);
        out.extend(entries.into_iter().map(lines));
    }
    out
}

fn lines(entry: &Effective) -> String {
    let Effective {
        spec,
        shown,
        origin,
    } = entry;
    if spec.role == Role::NotUsed {
        return format!("\n# {}: {}\n# from: {origin}\n", spec.name, spec.doc);
    }
    let names: Vec<&str> = spec.names().collect();
    let head = format!(
        "\n# {}\n# {}: {}\n# from: {origin}\n",
        spec.doc,
        names.join(", "),
        spec.form
    );
    let value = match shown {
        None => return format!("{head}# {} =\n", spec.key),
        Some(text) => format!("{} = {}\n", spec.key, literal(text)),
    };
    let is_comment = spec.secrecy == Secrecy::Secret
        || matches!(origin, Origin::Derived(_))
        || value.contains(MASK);
    if is_comment {
        format!("{head}# {value}")
    } else {
        format!("{head}{value}")
    }
}

/// A value as TOML: numbers and flags bare, everything else quoted.
fn literal(text: &str) -> String {
    let is_number = !text.is_empty()
        && text.len() < 18
        && text.bytes().all(|b| b.is_ascii_digit())
        && (text == "0" || !text.starts_with('0'));
    if is_number || matches!(text, "true" | "false") {
        return text.to_owned();
    }
    let quoted: String = text
        .chars()
        .map(|c| match c {
            '"' => "\\\"".to_owned(),
            '\\' => "\\\\".to_owned(),
            c if c.is_control() => format!("\\u{:04X}", u32::from(c)),
            c => c.to_string(),
        })
        .collect();
    format!("\"{quoted}\"")
}

/// A value as it may be shown.
pub(super) fn masked(spec: &Spec, text: &str) -> String {
    match spec.secrecy {
        Secrecy::Open => text.to_owned(),
        Secrecy::Secret => MASK.to_owned(),
        Secrecy::UrlPassword => masked_url(text),
    }
}

fn masked_url(text: &str) -> String {
    // Drivers take passwords as parameters too; what cannot be understood is not shown at all.
    match Url::parse(text) {
        Ok(url) if url.query_pairs().any(|(key, _)| key.contains("pass")) => MASK.to_owned(),
        Ok(mut url) => {
            if url.password().is_some() && url.set_password(Some(MASK)).is_err() {
                return MASK.to_owned();
            }
            url.to_string()
        }
        Err(_) => MASK.to_owned(),
    }
}

/// The default in words, for the reference page.
pub(super) fn default_in_words(spec: &Spec) -> String {
    match spec.fallback {
        Fallback::Absent => "not set".to_owned(),
        Fallback::Text("") => "empty".to_owned(),
        Fallback::Text(text) => format!("`{text}`"),
        Fallback::Derived(sentence) => sentence.to_owned(),
    }
}
