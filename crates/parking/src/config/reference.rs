//! The reference page of all settings, generated so that it cannot be stale.

use super::names::OUR_PREFIXES;
use super::print::default_in_words;
use super::setting::{Role, Section, Spec};
use super::{BOOTSTRAP, SECTIONS};

/// The page in Markdown.
pub(crate) fn as_markdown() -> String {
    let mut page = String::from(
        "# Configuration\n\n\
         Each setting is an environment variable, or a key of a TOML file named by `--config` or\n\
         `PARKING_CONFIG`. The environment wins over the file, the file over the default. With `_FILE`\n\
         appended, a variable names a file that holds the value, as container secrets do; the same\n\
         goes for keys with `_file`. An empty variable counts as unset.\n\n\
         `parking config check` says what is wrong, `parking config print` what is in effect and who\n\
         said so. Whatever is wrong stops the start, a line each: weak or missing secrets,\n\
         contradictions, and unknown variables that begin with one of\n",
    );
    let prefixes: Vec<String> = OUR_PREFIXES
        .iter()
        .map(|prefix| format!("`{prefix}`"))
        .collect();
    page.extend(prefixes.chunks(6).map(|chunk| chunk.join(" ") + "\n"));
    page.push_str("\n| variable | meaning |\n|---|---|\n");
    page.extend(BOOTSTRAP.map(|(name, doc)| format!("| `{name}` | {doc} |\n")));
    page.extend(SECTIONS.map(chapter));
    page
}

fn chapter(section: &Section) -> String {
    let mut text = format!("\n## [{}]\n\n{}\n\n", section.name, section.doc);
    if section.specs.iter().all(|spec| spec.role == Role::NotUsed) {
        text.push_str("| variable | |\n|---|---|\n");
        let row = |spec: &&Spec| format!("| `{}` | {} |\n", spec.name, spec.doc);
        text.extend(section.specs.iter().map(row));
        return text;
    }
    text.push_str("| variable | key | value | default | meaning |\n|---|---|---|---|---|\n");
    text.extend(section.specs.iter().map(|spec| row(spec)));
    text
}

fn row(spec: &Spec) -> String {
    let names: Vec<String> = spec.names().map(|name| format!("`{name}`")).collect();
    let (form, default) = match spec.role {
        Role::Read => (spec.form, default_in_words(spec)),
        Role::NotUsed => ("", "no effect".to_owned()),
    };
    format!(
        "| {} | `{}` | {form} | {default} | {} |\n",
        names.join(", "),
        spec.key,
        spec.doc
    )
}
