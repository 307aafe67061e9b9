//! Reads typed settings out of what was gathered and collects every complaint instead of the first.

use std::collections::BTreeMap;
use std::fmt::Display;

use super::setting::{Fallback, Role, Secrecy, Setting, Spec};
use super::source::{Gathered, Origin, Raw, specs};
use super::{Effective, Problem};

/// The one pass over all settings.
pub(super) struct Reader {
    values: BTreeMap<&'static str, Raw>,
    derived: BTreeMap<&'static str, String>,
    read: Vec<&'static str>,
    pub(super) problems: Vec<Problem>,
    pub(super) warnings: Vec<String>,
}

impl Reader {
    pub(super) fn new(gathered: Gathered) -> Self {
        let Gathered {
            values,
            problems,
            mut warnings,
        } = gathered;
        for spec in specs().filter(|spec| spec.role == Role::NotUsed) {
            if let Some(raw) = values.get(spec.name) {
                warnings.push(format!(
                    "{} ({}) has no effect: {}",
                    spec.name, raw.origin, spec.doc
                ));
            }
        }
        Self {
            values,
            derived: BTreeMap::new(),
            read: Vec::new(),
            problems,
            warnings,
        }
    }

    /// The value of a setting that has a default.
    pub(super) fn get<T>(&mut self, setting: &'static Setting<T>) -> T {
        let given = self.optional(setting);
        given.unwrap_or_else(|| {
            let Fallback::Text(text) = setting.spec.fallback else {
                unreachable!("{} has no default; read it as optional", setting.spec.name)
            };
            (setting.parse)(text).expect("defaults parse, as a test proves")
        })
    }

    /// The value of a setting, if somebody gave one that can be understood.
    pub(super) fn optional<T>(&mut self, setting: &'static Setting<T>) -> Option<T> {
        let spec = &setting.spec;
        self.read.push(spec.name);
        let raw = self.values.get(spec.name)?;
        match (setting.parse)(&raw.text) {
            Ok(value) => Some(value),
            Err(must_be) => {
                let was = match spec.secrecy {
                    Secrecy::Open => format!(", not \"{}\"", raw.text.escape_debug()),
                    Secrecy::Secret | Secrecy::UrlPassword => String::new(),
                };
                let from = match &raw.origin {
                    Origin::Environment(name) if name == spec.name => String::new(),
                    origin => format!(" (from {origin})"),
                };
                self.problem(spec, format!("must be {must_be}{was}{from}"));
                None
            }
        }
    }

    /// Whether anybody gave this setting, understandable or not.
    pub(super) fn is_given(&self, spec: &Spec) -> bool {
        self.values.contains_key(spec.name)
    }

    /// Notes what a derived setting came to, for `config print`.
    pub(super) fn derive(&mut self, spec: &Spec, value: impl Display) {
        self.derived.insert(spec.name, value.to_string());
    }

    /// Notes a reason not to start.
    pub(super) fn problem(&mut self, spec: &Spec, reason: impl Into<String>) {
        self.problems.push(Problem::new(spec.name, reason));
    }

    /// Notes something an operator should know.
    pub(super) fn warn(&mut self, warning: impl Into<String>) {
        self.warnings.push(warning.into());
    }

    /// Settings that were asked for, in order.
    #[cfg(test)]
    pub(super) fn read(&self) -> &[&'static str] {
        &self.read
    }

    /// Every setting with its value, masked, and who gave it.
    pub(super) fn effective(&self) -> Vec<Effective> {
        specs().map(|spec| self.effective_of(spec)).collect()
    }

    fn effective_of(&self, spec: &'static Spec) -> Effective {
        let (text, origin) = match (self.values.get(spec.name), spec.fallback) {
            (Some(raw), _) => (Some(raw.text.as_str()), raw.origin.clone()),
            (None, Fallback::Text(text)) => (Some(text), Origin::Default),
            (None, Fallback::Derived(sentence)) => (
                self.derived.get(spec.name).map(String::as_str),
                Origin::Derived(sentence),
            ),
            (None, Fallback::Absent) => (None, Origin::Unset),
        };
        let shown = text.map(|text| super::print::masked(spec, text));
        Effective {
            spec,
            shown,
            origin,
        }
    }
}
