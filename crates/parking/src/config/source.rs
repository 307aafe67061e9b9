//! Where values come from: the environment, files it names, and one TOML file underneath.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

use super::names;
use super::setting::Spec;
use super::{Problem, SECTIONS};

/// A file named by a `…_FILE` variable holds one value, not a disk image.
const VALUE_FILE_BYTES_MAX: u64 = 64 * 1024;
/// A configuration file beyond this is a mistake.
const CONFIG_FILE_BYTES_MAX: u64 = 1024 * 1024;

/// The variables of a process, passed on as a value so that tests need no process of their own.
#[derive(Clone, Debug, Default)]
pub(crate) struct Environment {
    variables: BTreeMap<String, String>,
}

impl Environment {
    /// The variables this process was started with; the only place that looks at them.
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place that reads the environment"
    )]
    pub(crate) fn of_process() -> Self {
        let text = |(name, value): (std::ffi::OsString, std::ffi::OsString)| {
            Some((
                name.into_string().ok()?,
                value.to_string_lossy().into_owned(),
            ))
        };
        Self {
            variables: std::env::vars_os().filter_map(text).collect(),
        }
    }

    /// A variable's value; an empty one counts as not given, as `${X:-}` in compose files means.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.variables
            .get(name)
            .map(|value| value.trim())
            .filter(|value| !value.is_empty())
    }

    fn names(&self) -> impl Iterator<Item = &str> {
        self.variables
            .keys()
            .map(String::as_str)
            .filter(|name| self.get(name).is_some())
    }
}

impl<const N: usize> From<[(&str, &str); N]> for Environment {
    fn from(pairs: [(&str, &str); N]) -> Self {
        let owned = pairs.map(|(name, value)| (name.to_owned(), value.to_owned()));
        Self {
            variables: owned.into_iter().collect(),
        }
    }
}

/// Who gave a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    /// An environment variable.
    Environment(String),
    /// A file, and the variable or key that named it.
    ValueFile(String, PathBuf),
    /// The configuration file.
    ConfigFile(PathBuf),
    /// Nobody: the built-in default.
    Default,
    /// Nobody: worked out as the sentence says.
    Derived(&'static str),
    /// Nobody, and there is no default.
    Unset,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Environment(name) => write!(f, "environment {name}"),
            Self::ValueFile(name, path) => write!(f, "file {} named by {name}", path.display()),
            Self::ConfigFile(path) => write!(f, "{}", path.display()),
            Self::Default => f.write_str("default"),
            Self::Derived(sentence) => f.write_str(sentence),
            Self::Unset => f.write_str("not set"),
        }
    }
}

/// A value as it was written. Not `Debug`: it may be a secret.
pub(super) struct Raw {
    pub(super) text: String,
    pub(super) origin: Origin,
}

/// What was found, before anything is parsed.
#[derive(Default)]
pub(super) struct Gathered {
    pub(super) values: BTreeMap<&'static str, Raw>,
    pub(super) problems: Vec<Problem>,
    pub(super) warnings: Vec<String>,
}

/// Every setting: the table behind the loader, the printer and the reference page.
pub(crate) fn specs() -> impl Iterator<Item = &'static Spec> {
    SECTIONS
        .iter()
        .flat_map(|section| section.specs.iter().copied())
}

/// Reads the file first and lets the environment override it.
pub(super) fn gather(environment: &Environment, file: Option<&Path>) -> Gathered {
    let mut gathered = Gathered::default();
    if let Some(path) = file {
        match read_bounded(path, CONFIG_FILE_BYTES_MAX) {
            Ok(text) => read_toml(path, &text, &mut gathered),
            Err(reason) => gathered.problems.push(Problem::new(path.display(), reason)),
        }
    }
    for spec in specs() {
        if let Some(raw) = from_environment(environment, spec, &mut gathered.problems) {
            gathered.values.insert(spec.name, raw);
        }
    }
    let verdicts = names::judge(environment.names().map(|name| {
        let value = environment.get(name).unwrap_or_default();
        (name, value)
    }));
    gathered.problems.extend(verdicts.problems);
    gathered.warnings.extend(verdicts.warnings);
    gathered
}

fn from_environment(
    environment: &Environment,
    spec: &Spec,
    problems: &mut Vec<Problem>,
) -> Option<Raw> {
    let mut found: Option<(String, Raw)> = None;
    for name in spec.names() {
        let file_name = format!("{name}_FILE");
        // A container platform may define `<SERVICE>_PORT=tcp://…` for a service of that name.
        let direct = environment
            .get(name)
            .filter(|value| !names::is_service_link(name, value));
        let raw = match (direct, environment.get(&file_name)) {
            (Some(_), Some(_)) => {
                problems.push(Problem::new(
                    name,
                    format!("{name} and {file_name} are both set; keep one"),
                ));
                continue;
            }
            (Some(value), None) => Raw {
                text: value.to_owned(),
                origin: Origin::Environment(name.to_owned()),
            },
            (None, Some(path)) => match from_value_file(&file_name, Path::new(path)) {
                Ok(raw) => raw,
                Err(problem) => {
                    problems.push(problem);
                    continue;
                }
            },
            (None, None) => continue,
        };
        match &found {
            Some((first, earlier)) if earlier.text != raw.text => problems.push(Problem::new(
                name,
                format!(
                    "{first} and {name} are two names for one setting and differ; keep {first}"
                ),
            )),
            Some(_) => {}
            None => found = Some((name.to_owned(), raw)),
        }
    }
    found.map(|(_, raw)| raw)
}

fn from_value_file(named_by: &str, path: &Path) -> Result<Raw, Problem> {
    let text = read_bounded(path, VALUE_FILE_BYTES_MAX)
        .map_err(|reason| Problem::new(named_by, format!("{}: {reason}", path.display())))?;
    let text = text.trim().to_owned();
    if text.is_empty() {
        return Err(Problem::new(
            named_by,
            format!("{} is empty", path.display()),
        ));
    }
    Ok(Raw {
        text,
        origin: Origin::ValueFile(named_by.to_owned(), path.to_owned()),
    })
}

fn read_bounded(path: &Path, bytes_max: u64) -> Result<String, String> {
    let size = std::fs::metadata(path)
        .map_err(|error| format!("cannot be read: {error}"))?
        .len();
    if size > bytes_max {
        return Err(format!("is larger than {bytes_max} bytes"));
    }
    std::fs::read_to_string(path).map_err(|error| format!("cannot be read: {error}"))
}

fn read_toml(path: &Path, text: &str, gathered: &mut Gathered) {
    let table = match toml::from_str::<toml::Table>(text) {
        Ok(table) => table,
        Err(error) => {
            let line = error
                .span()
                .map_or(1, |span| 1 + text[..span.start].matches('\n').count());
            let subject = format!("{} line {line}", path.display());
            gathered
                .problems
                .push(Problem::new(subject, error.message().replace('\n', " ")));
            return;
        }
    };
    for (section_name, content) in &table {
        let Some(section) = SECTIONS.iter().find(|section| section.name == section_name) else {
            let known = SECTIONS.iter().map(|section| section.name);
            let hint = names::did_you_mean(section_name, known);
            gathered.problems.push(Problem::new(
                path.display(),
                format!("there is no section [{section_name}]{hint}"),
            ));
            continue;
        };
        let Some(entries) = content.as_table() else {
            gathered.problems.push(Problem::new(
                path.display(),
                format!("{section_name} must be a section: [{section_name}]"),
            ));
            continue;
        };
        for (key, value) in entries {
            read_entry(path, section, key, value, gathered);
        }
    }
}

fn read_entry(
    path: &Path,
    section: &super::Section,
    key: &str,
    value: &toml::Value,
    gathered: &mut Gathered,
) {
    let subject = format!("{}: {}.{key}", path.display(), section.name);
    let by_key = |key: &str| section.specs.iter().find(|spec| spec.key == key);
    let by_file = key.strip_suffix("_file").and_then(by_key);
    let (Some(spec), Some(text)) = (by_key(key).or(by_file), scalar(value)) else {
        let reason = if by_key(key).or(by_file).is_some() {
            "must be a text, a number, true, false, or a list of these".to_owned()
        } else {
            let keys = section.specs.iter().map(|spec| spec.key);
            format!("there is no such setting{}", names::did_you_mean(key, keys))
        };
        gathered.problems.push(Problem::new(subject, reason));
        return;
    };
    let raw = if by_key(key).is_some() {
        Raw {
            text: text.trim().to_owned(),
            origin: Origin::ConfigFile(path.to_owned()),
        }
    } else {
        match from_value_file(&subject, Path::new(&text)) {
            Ok(raw) => raw,
            Err(problem) => return gathered.problems.push(problem),
        }
    };
    if raw.text.is_empty() {
        return;
    }
    if gathered.values.insert(spec.name, raw).is_some() {
        let both = format!(
            "{} and {}_file are both given; keep one",
            spec.key, spec.key
        );
        gathered.problems.push(Problem::new(subject, both));
    }
}

/// The text of a TOML value, so that file and environment share one parser.
fn scalar(value: &toml::Value) -> Option<String> {
    match value {
        toml::Value::String(text) => Some(text.clone()),
        toml::Value::Integer(number) => Some(number.to_string()),
        toml::Value::Float(number) => Some(number.to_string()),
        toml::Value::Boolean(flag) => Some(flag.to_string()),
        toml::Value::Array(items) => {
            let items: Option<Vec<String>> = items.iter().map(scalar).collect();
            items.map(|items| items.join(","))
        }
        toml::Value::Datetime(_) | toml::Value::Table(_) => None,
    }
}
