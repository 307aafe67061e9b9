//! The paths a Rust file mentions, resolved to crate and module.

use super::lexer::Token;
use super::tree::Source;

/// A path as written, made absolute: `["parking_access", "tenants", "store"]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Mention {
    pub(super) segments: Vec<String>,
    pub(super) line: usize,
}

/// Where a file of a crate stands in the module tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    /// As in code: `parking_access`.
    pub(super) krate: String,
    /// `["tenants", "store"]`; empty for `lib.rs` and `main.rs`.
    pub(super) modules: Vec<String>,
}

/// The place of a source file below `crates/<name>/src/`.
pub(super) fn place(path: &str) -> Option<Place> {
    let (krate, file) = path.strip_prefix("crates/")?.split_once("/src/")?;
    let mut modules: Vec<String> = file
        .strip_suffix(".rs")?
        .split('/')
        .map(ToOwned::to_owned)
        .collect();
    if matches!(
        modules.last().map(String::as_str),
        Some("mod" | "lib" | "main")
    ) {
        modules.pop();
    }
    Some(Place {
        krate: krate.replace('-', "_"),
        modules,
    })
}

/// Every path of two or more segments that starts at a crate: written out, or inside a `use` group.
pub(super) fn mentions(source: &Source) -> Vec<Mention> {
    let here = place(&source.path);
    let mut reader = Reader {
        tokens: source.tokens(),
        at: 0,
        krate: here
            .as_ref()
            .map(|place| place.krate.clone())
            .unwrap_or_default(),
        modules: here.map(|place| place.modules).unwrap_or_default(),
        depth: 0,
        inline: Vec::new(),
        found: Vec::new(),
    };
    while reader.at < reader.tokens.len() {
        reader.step();
    }
    reader.found
}

struct Reader<'a> {
    tokens: &'a [Token],
    at: usize,
    krate: String,
    modules: Vec<String>,
    depth: usize,
    /// Depth of the braces of each `mod name { … }` we are in; their names are in `modules`.
    inline: Vec<usize>,
    found: Vec<Mention>,
}

impl Reader<'_> {
    fn step(&mut self) {
        match self.text(0) {
            "{" => self.depth += 1,
            "}" => {
                self.depth = self.depth.saturating_sub(1);
                if self.inline.last() == Some(&self.depth) {
                    self.inline.pop();
                    self.modules.pop();
                }
            }
            "mod" if self.text(2) == "{" => {
                self.modules.push(self.text(1).to_owned());
                self.inline.push(self.depth);
                self.depth += 1;
                self.at += 2;
            }
            word if is_name(word) && self.is_path_start() => {
                self.path(Vec::new());
                return;
            }
            _ => {}
        }
        self.at += 1;
    }

    /// A name followed by `::` and not itself behind one.
    fn is_path_start(&self) -> bool {
        self.text(1) == ":" && self.text(2) == ":" && (self.at == 0 || self.before() != ":")
    }

    /// Reads `a::b::{c, d::e}` from here on, and notes each leaf.
    fn path(&mut self, prefix: Vec<String>) {
        let line = self.tokens[self.at].line;
        let mut segments = prefix;
        loop {
            match self.text(0) {
                "{" => {
                    self.group(&segments);
                    return;
                }
                word if is_name(word) => segments.push(word.to_owned()),
                // `*`, or the `<` of a turbofish.
                _ => break,
            }
            self.at += 1;
            if self.text(0) != ":" || self.text(1) != ":" {
                break;
            }
            self.at += 2;
        }
        self.note(segments, line);
    }

    fn group(&mut self, prefix: &[String]) {
        self.at += 1;
        while self.at < self.tokens.len() && self.text(0) != "}" {
            if is_name(self.text(0)) || self.text(0) == "{" {
                self.path(prefix.to_vec());
                // `as name`
                while !matches!(self.text(0), "," | "}" | "") {
                    self.at += 1;
                }
            } else {
                self.at += 1;
            }
        }
        self.at += 1;
    }

    fn note(&mut self, segments: Vec<String>, line: usize) {
        let mut absolute = Vec::new();
        let mut rest = segments.into_iter().peekable();
        match rest.peek().map(String::as_str) {
            Some("crate") => {
                rest.next();
                absolute.push(self.krate.clone());
            }
            Some("self" | "super") => {
                let mut modules = self.modules.clone();
                while let Some(word) = rest.next_if(|word| word == "self" || word == "super") {
                    if word == "super" {
                        modules.pop();
                    }
                }
                absolute.push(self.krate.clone());
                absolute.extend(modules);
            }
            _ => {}
        }
        // The `self` of `use a::b::{self}` is `a::b`.
        absolute.extend(rest.filter(|word| word != "self"));
        self.found.push(Mention {
            segments: absolute,
            line,
        });
    }

    fn text(&self, ahead: usize) -> &str {
        self.tokens
            .get(self.at + ahead)
            .map_or("", |token| token.text.as_str())
    }

    fn before(&self) -> &str {
        self.tokens
            .get(self.at.wrapping_sub(1))
            .map_or("", |token| token.text.as_str())
    }
}

fn is_name(word: &str) -> bool {
    word.chars()
        .next()
        .is_some_and(|c| c.is_alphabetic() || c == '_')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths(path: &str, text: &str) -> Vec<String> {
        mentions(&Source::new(path, text))
            .iter()
            .map(|m| m.segments.join("::"))
            .collect()
    }

    #[test]
    fn a_file_has_a_place() {
        let place = place("crates/parking-access/src/tenants/api/create.rs").unwrap();
        assert_eq!(place.krate, "parking_access");
        assert_eq!(place.modules, ["tenants", "api", "create"]);
        assert!(super::place("xtask/src/main.rs").is_none());
    }

    #[test]
    fn groups_are_taken_apart() {
        let found = paths(
            "crates/a/src/lib.rs",
            "use b::{c, d::{self, e as f}, g::*};",
        );
        assert_eq!(found, ["b::c", "b::d", "b::d::e", "b::g"]);
    }

    #[test]
    fn relative_paths_are_made_absolute() {
        let text = "use super::store; fn f() { crate::x::y(); self::z::w() }";
        let found = paths("crates/parking-flow/src/spaces/api.rs", text);
        assert_eq!(
            found,
            [
                "parking_flow::spaces::store",
                "parking_flow::x::y",
                "parking_flow::spaces::api::z::w"
            ]
        );
    }

    #[test]
    fn an_inline_module_is_one_level_deeper() {
        let text = "mod tests { use super::super::store; } use super::jobs;";
        let found = paths("crates/a/src/spaces/api.rs", text);
        assert_eq!(found, ["a::spaces::store", "a::spaces::jobs"]);
    }

    #[test]
    fn comments_and_strings_mention_nothing() {
        assert!(paths("crates/a/src/lib.rs", "// b::c\nconst D: &str = \"e::f\";").is_empty());
    }
}
