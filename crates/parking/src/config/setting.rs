//! What a setting is: one row of the table that the loader, the printer and the reference page share.

/// How much of a value may be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Secrecy {
    /// The value may appear anywhere.
    Open,
    /// The value never leaves the process.
    Secret,
    /// The value is a URL whose password never leaves the process.
    UrlPassword,
}

/// What a setting is worth when nobody gives it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fallback {
    /// Nothing: the feature it describes is absent.
    Absent,
    /// This text, parsed like any other.
    Text(&'static str),
    /// Worked out from the surroundings, as this sentence says.
    Derived(&'static str),
}

/// Whether this version does anything with a setting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// It is read and obeyed.
    Read,
    /// A name of the specification or of a predecessor that is known and has no effect.
    NotUsed,
}

/// The part of a setting that does not depend on its type.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Spec {
    /// The environment variable; with `_FILE` appended it names a file that holds the value.
    pub(crate) name: &'static str,
    /// The key inside its section of the TOML file.
    pub(crate) key: &'static str,
    /// One sentence for the reference page and `config print`.
    pub(crate) doc: &'static str,
    /// What a value looks like, in words.
    pub(crate) form: &'static str,
    /// What it is worth when it is not given.
    pub(crate) fallback: Fallback,
    /// Other environment variables that mean the same.
    pub(crate) aliases: &'static [&'static str],
    /// How much of the value may be shown.
    pub(crate) secrecy: Secrecy,
    /// Whether it has an effect.
    pub(crate) role: Role,
}

impl Spec {
    /// The name and its aliases, the name first.
    pub(crate) fn names(&self) -> impl Iterator<Item = &'static str> {
        std::iter::once(self.name).chain(self.aliases.iter().copied())
    }
}

/// A parser answers what the value *must be*; the reader adds what it was, unless that is a secret.
pub(crate) type Parse<T> = fn(&str) -> Result<T, String>;

/// A setting of type `T`.
#[derive(Debug)]
pub(crate) struct Setting<T: 'static> {
    /// The untyped part.
    pub(crate) spec: Spec,
    /// From text to value.
    pub(crate) parse: Parse<T>,
}

impl<T> Setting<T> {
    /// A setting that is absent unless given; the other methods refine it.
    pub(crate) const fn new(
        name: &'static str,
        key: &'static str,
        form: &'static str,
        parse: Parse<T>,
        doc: &'static str,
    ) -> Self {
        let spec = Spec {
            name,
            key,
            doc,
            form,
            fallback: Fallback::Absent,
            aliases: &[],
            secrecy: Secrecy::Open,
            role: Role::Read,
        };
        Self { spec, parse }
    }

    /// The value when nobody gives one.
    pub(crate) const fn or(mut self, text: &'static str) -> Self {
        self.spec.fallback = Fallback::Text(text);
        self
    }

    /// Where the value comes from when nobody gives one.
    pub(crate) const fn derived(mut self, sentence: &'static str) -> Self {
        self.spec.fallback = Fallback::Derived(sentence);
        self
    }

    /// Other names for the same setting.
    pub(crate) const fn aliases(mut self, aliases: &'static [&'static str]) -> Self {
        self.spec.aliases = aliases;
        self
    }

    /// Marks the whole value as secret.
    pub(crate) const fn secret(mut self) -> Self {
        self.spec.secrecy = Secrecy::Secret;
        self
    }

    /// Marks the password inside a URL as secret.
    pub(crate) const fn secret_in_url(mut self) -> Self {
        self.spec.secrecy = Secrecy::UrlPassword;
        self
    }
}

impl Setting<String> {
    /// A known name that has no effect in this version; `doc` says why or what to use instead.
    pub(crate) const fn not_used(name: &'static str, key: &'static str, doc: &'static str) -> Self {
        let mut setting = Self::new(name, key, "text", super::parse::text, doc);
        setting.spec.role = Role::NotUsed;
        setting
    }
}

/// A section of the TOML file, and a chapter of the reference page.
#[derive(Debug)]
pub(crate) struct Section {
    /// The table name in the file.
    pub(crate) name: &'static str,
    /// One sentence for the heading.
    pub(crate) doc: &'static str,
    /// Its settings in the order they are shown.
    pub(crate) specs: &'static [&'static Spec],
}
