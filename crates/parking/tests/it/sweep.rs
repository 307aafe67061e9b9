//! What the source text promises, held against the source text and the database.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use parking_testkit::TestDb;

/// A Rust file of the product, its tests aside.
struct Source {
    /// From `crates/` on.
    path: String,
    text: String,
}

fn sources() -> Vec<Source> {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mut folders: Vec<PathBuf> = fs::read_dir(crates)
        .unwrap()
        .map(|entry| entry.unwrap().path().join("src"))
        .filter(|path| path.is_dir() && !path.starts_with(crates.join("parking-testkit")))
        .collect();
    let mut sources = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy();
            if path.is_dir() && name != "tests" {
                folders.push(path);
            } else if name.ends_with(".rs") && name != "tests.rs" {
                let text = fs::read_to_string(&path).unwrap();
                let product = text.split("\n#[cfg(test)]\nmod tests {").next().unwrap();
                sources.push(Source {
                    path: path.strip_prefix(crates).unwrap().display().to_string(),
                    text: product.to_owned(),
                });
            }
        }
    }
    sources.sort_by(|a, b| a.path.cmp(&b.path));
    sources
}

/// What stands in the parentheses after each occurrence of `call`, up to the first comma or end.
fn first_arguments<'a>(text: &'a str, call: &'a str) -> impl Iterator<Item = &'a str> {
    text.match_indices(call).map(move |(at, _)| {
        let rest = &text[at + call.len()..];
        let end = rest.find([',', ')']).unwrap_or(rest.len());
        rest[..end].trim()
    })
}

#[test]
fn every_place_that_crosses_tenants_is_known() {
    let mut places: BTreeMap<String, usize> = BTreeMap::new();
    for source in sources() {
        for kind in ["Worker", "Platform"] {
            for reason in first_arguments(&source.text, &format!("Reason::{kind}(")) {
                // `(_)` and `(why)` take a reason apart; they give none.
                if reason.starts_with('"') {
                    *places
                        .entry(format!("{kind:<8} {reason} in {}", source.path))
                        .or_default() += 1;
                }
            }
        }
    }
    let mut list = String::new();
    for (place, times) in places {
        writeln!(list, "{times}x {place}").unwrap();
    }
    insta::assert_snapshot!("places_that_cross_tenants", list);
}

#[test]
fn a_reason_for_crossing_tenants_is_written_where_it_is_given() {
    // A reason that arrives as an argument would escape the list above.
    for source in sources() {
        for door in first_arguments(&source.text, ".platform(") {
            let is_spelled =
                door.starts_with("Reason::Worker(\"") || door.starts_with("Reason::Platform(\"");
            assert!(
                is_spelled || source.path.starts_with("parking-db/"),
                "{}: platform({door}…) does not spell its reason",
                source.path
            );
        }
    }
}

/// Names of constraints the code asks for: those given to `on_constraint`, and literals that look
/// like one in files that take a refusal apart themselves.
fn names_in_code(tables: &[String]) -> BTreeMap<String, String> {
    let mut names = BTreeMap::new();
    for source in sources() {
        let literal =
            |argument: &str| Some(argument.strip_prefix('"')?.strip_suffix('"')?.to_owned());
        let mut found: Vec<String> = first_arguments(&source.text, "on_constraint(")
            .filter_map(literal)
            .collect();
        if source.text.contains(".constraint()") {
            let words = source.text.split('"').skip(1).step_by(2);
            let is_name = |word: &&str| {
                word.bytes().all(|b| b.is_ascii_lowercase() || b == b'_')
                    && tables
                        .iter()
                        .any(|table| word.starts_with(&format!("{table}_")))
            };
            found.extend(words.filter(is_name).map(str::to_owned));
        }
        names.extend(found.into_iter().map(|name| (name, source.path.clone())));
    }
    names
}

#[tokio::test]
async fn every_constraint_the_code_asks_for_exists() {
    let test = TestDb::new().await;
    let mut admin = test.superuser().await;
    let tables: Vec<String> = sqlx::query_scalar(
        "select relname::text from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')",
    )
    .fetch_all(&mut admin)
    .await
    .unwrap();
    let known: Vec<String> = sqlx::query_scalar(
        "select conname::text from pg_constraint where connamespace = 'public'::regnamespace
         union select c.relname::text from pg_index i join pg_class c on c.oid = i.indexrelid
           where i.indisunique and c.relnamespace = 'public'::regnamespace
         union select m[1] from pg_proc, regexp_matches(prosrc, 'constraint = ''(\\w+)''', 'g') m
           where pronamespace = 'public'::regnamespace",
    )
    .fetch_all(&mut admin)
    .await
    .unwrap();
    let known: BTreeSet<String> = known.into_iter().collect();
    let asked = names_in_code(&tables);
    let unknown: Vec<_> = asked
        .iter()
        .filter(|(name, _)| !known.contains(*name))
        .collect();
    assert!(unknown.is_empty(), "no such constraint: {unknown:?}");
    // Were there none, the search would have stopped finding them.
    assert!(asked.len() >= 5, "only {asked:?}");
}
