//! Imports go downhill: between crates, between slices, and inside a slice.

use super::Finding;
use super::declared::{CRATES, CRATES_AT_THE_TOP, DISTRICTS, FENCES, PRIVATE_PARTS};
use super::lexer::Token;
use super::paths::{Mention, Place, mentions, place};
use super::tree::{Source, Tree};

/// The slices of all districts, lowest first.
pub(super) fn slices() -> impl Iterator<Item = &'static str> {
    DISTRICTS
        .iter()
        .flat_map(|district| district.slices)
        .copied()
}

/// Cargo refuses circles; this refuses the shortcuts that lead there.
pub(super) fn crates_depend_downhill(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (krate, manifest) in manifests(tree) {
        if CRATES_AT_THE_TOP.contains(&krate) {
            continue;
        }
        let Some((_, allowed)) = CRATES.iter().find(|(known, _)| *known == krate) else {
            let text =
                format!("{krate} has no place in the order of crates (xtask/src/tidy/declared.rs)");
            findings.push(Finding::new(manifest, 1, text));
            continue;
        };
        for (line, name) in dependencies(manifest) {
            if name.starts_with("parking") && name != "parking_lot" && !allowed.contains(&name) {
                let text = format!("{krate} may not depend on {name}: imports go downhill only");
                findings.push(Finding::new(manifest, line, text));
            }
        }
    }
    findings
}

/// A crate exists to fence something; this is the fence.
pub(super) fn dependencies_stay_in_their_crates(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (krate, manifest) in manifests(tree) {
        for (line, name) in dependencies(manifest) {
            let fence = FENCES.iter().find(|(fenced, _)| *fenced == name);
            if let Some((_, allowed)) = fence.filter(|(_, allowed)| !allowed.contains(&krate)) {
                let text = format!("{name} belongs to {}, not to {krate}", allowed.join(", "));
                findings.push(Finding::new(manifest, line, text));
            }
        }
    }
    findings
}

/// A folder with routes or SQL of its own is a slice, and a slice has a place.
pub(super) fn slices_are_declared(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (source, here) in sources_of_districts(tree) {
        let [slice, part] = here.modules.as_slice() else {
            continue;
        };
        if ["api", "store"].contains(&part.as_str()) && rank(slice).is_none() {
            let text = format!(
                "`{slice}` has no place in the order of slices (xtask/src/tidy/declared.rs)"
            );
            findings.push(Finding::new(source, 1, text));
        }
    }
    findings
}

/// A slice calls the public face of a lower slice: never a higher one, never what is behind it.
/// Its tests look from outside and may know whom they like.
pub(super) fn slices_import_downhill(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (source, here) in sources_of_districts(tree) {
        let own = here.modules.first().map(String::as_str).unwrap_or_default();
        for mention in mentions(source) {
            let Some(slice) = slice_of(&mention).filter(|slice| *slice != own) else {
                continue;
            };
            if source.is_test() || mention.line > source.tests_begin() {
                continue;
            }
            // A crate's own frame, such as its lib.rs, is above all of its slices.
            if rank(own).is_some_and(|mine| rank(slice).is_some_and(|theirs| theirs > mine)) {
                let text = format!("`{own}` is below `{slice}` and may not know it");
                findings.push(Finding::new(source, mention.line, text));
            }
            let part = mention
                .segments
                .get(2)
                .map(String::as_str)
                .unwrap_or_default();
            if is_private_part(tree, &mention, part) {
                let text = format!("`{slice}::{part}` is private; call what its mod.rs offers");
                findings.push(Finding::new(source, mention.line, text));
            }
        }
    }
    findings
}

/// Inside a slice `api` and `jobs` stand beside each other, above `mod`, above `store`. A plain read
/// may go from `api` to `store` at once; nothing goes up or sideways.
pub(super) fn layers_of_a_slice(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (source, here) in sources_of_districts(tree) {
        let [own, layer, ..] = here.modules.as_slice() else {
            continue;
        };
        let forbidden: &[&str] = match layer.as_str() {
            "api" => &["jobs"],
            "jobs" => &["api"],
            "store" => &["api", "jobs"],
            _ => continue,
        };
        if rank(own).is_none() || source.is_test() {
            continue;
        }
        for mention in mentions(source) {
            let part = mention
                .segments
                .get(2)
                .map(String::as_str)
                .unwrap_or_default();
            let is_own = mention.segments.first() == Some(&here.krate)
                && mention.segments.get(1) == Some(own);
            if is_own && forbidden.contains(&part) && is_private_part(tree, &mention, part) {
                let text = format!("`{layer}` may not use `{part}`: api and jobs → mod → store");
                findings.push(Finding::new(source, mention.line, text));
            }
        }
    }
    findings
}

fn rank(slice: &str) -> Option<usize> {
    slices().position(|known| known == slice)
}

/// The slice a path leads to, if it leads to one.
fn slice_of(mention: &Mention) -> Option<&str> {
    let krate = mention.segments.first()?;
    let module = mention.segments.get(1)?.as_str();
    let district = DISTRICTS.iter().find(|district| district.krate == krate)?;
    district.slices.contains(&module).then_some(module)
}

/// Whether a segment is one of a slice's private parts and not a function of that name.
fn is_private_part(tree: &Tree, mention: &Mention, part: &str) -> bool {
    let [krate, slice, ..] = mention.segments.as_slice() else {
        return false;
    };
    let base = format!("crates/{}/src/{slice}/{part}", krate.replace('_', "-"));
    PRIVATE_PARTS.contains(&part) && (tree.exists(&format!("{base}.rs")) || tree.exists(&base))
}

fn sources_of_districts(tree: &Tree) -> impl Iterator<Item = (&Source, Place)> {
    tree.rust().filter_map(|source| {
        let here = place(&source.path)?;
        let is_district = DISTRICTS
            .iter()
            .any(|district| district.krate == here.krate);
        is_district.then_some((source, here))
    })
}

/// The manifests of our crates, by the name of their folder.
fn manifests(tree: &Tree) -> impl Iterator<Item = (&str, &Source)> {
    tree.ending("Cargo.toml").filter_map(|manifest| {
        let folder = manifest.path.strip_suffix("/Cargo.toml")?;
        Some((folder.strip_prefix("crates/").unwrap_or(folder), manifest))
    })
}

/// What a manifest names in `[dependencies]` and `[build-dependencies]`; tests may use more.
fn dependencies(manifest: &Source) -> Vec<(usize, &str)> {
    let mut is_inside = false;
    let mut found = Vec::new();
    for (number, line) in manifest.lines() {
        if line.starts_with('[') {
            is_inside = line == "[dependencies]" || line == "[build-dependencies]";
        } else if is_inside {
            let name = line.split(['.', '=', ' ']).next().unwrap_or_default();
            if !name.is_empty() && !name.starts_with('#') {
                found.push((number, name));
            }
        }
    }
    found
}

/// Whether these tokens begin with the given ones.
pub(super) fn begins_with(tokens: &[Token], expected: &[&str]) -> bool {
    tokens.len() >= expected.len()
        && tokens
            .iter()
            .zip(expected)
            .all(|(token, text)| token.text == *text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(findings: &[Finding]) -> Vec<&str> {
        findings
            .iter()
            .map(|finding| finding.text.as_str())
            .collect()
    }

    #[test]
    fn a_crate_may_not_depend_uphill() {
        let tree = Tree::from([(
            "crates/parking-db/Cargo.toml",
            "[dependencies]\nparking-http.workspace = true\nparking-domain.workspace = true\n\
             [dev-dependencies]\nparking-testkit.workspace = true\n",
        )]);
        let found = crates_depend_downhill(&tree);
        assert_eq!(
            texts(&found),
            ["parking-db may not depend on parking-http: imports go downhill only"]
        );
        assert_eq!(found[0].line, 2);
    }

    #[test]
    fn a_fenced_dependency_stays_where_it_belongs() {
        let tree = Tree::from([
            (
                "crates/parking-domain/Cargo.toml",
                "[dependencies]\naxum = \"0.8\"\n",
            ),
            (
                "crates/parking-http/Cargo.toml",
                "[dependencies]\naxum.workspace = true\n",
            ),
        ]);
        assert_eq!(dependencies_stay_in_their_crates(&tree).len(), 1);
    }

    #[test]
    fn a_slice_without_a_place_is_found() {
        let tree = Tree::from([
            ("crates/parking-access/src/tenants/store.rs", ""),
            ("crates/parking-access/src/visitors/store.rs", ""),
            ("crates/parking-access/src/mail/letters.rs", ""),
        ]);
        assert_eq!(slices_are_declared(&tree).len(), 1);
    }

    #[test]
    fn a_lower_slice_may_not_know_a_higher_one() {
        let tree = Tree::from([
            (
                "crates/parking-access/src/audit/mod.rs",
                "use crate::tenants::Tenant;",
            ),
            (
                "crates/parking-access/src/accounts/mod.rs",
                "use crate::tenants::Tenant;",
            ),
            (
                "crates/parking-estate/src/sites/mod.rs",
                "use parking_access::accounts::User;",
            ),
        ]);
        let found = slices_import_downhill(&tree);
        assert_eq!(
            texts(&found),
            ["`audit` is below `tenants` and may not know it"]
        );
    }

    #[test]
    fn the_store_of_another_slice_is_out_of_reach() {
        let tree = Tree::from([
            ("crates/parking-access/src/tenants/store.rs", ""),
            (
                "crates/parking-access/src/accounts/mod.rs",
                "use crate::tenants::{self, store::Row};",
            ),
            (
                "crates/parking-access/src/lib.rs",
                "fn f() { crate::tenants::store::x() }",
            ),
            (
                "crates/parking-access/src/accounts/tests.rs",
                "use crate::tenants::store::Row;",
            ),
        ]);
        let found = slices_import_downhill(&tree);
        assert_eq!(found.len(), 2, "{found:?}");
    }

    #[test]
    fn a_function_that_happens_to_be_called_jobs_is_fine() {
        let tree = Tree::from([
            (
                "crates/parking-access/src/tenants/mod.rs",
                "pub fn jobs() {}",
            ),
            (
                "crates/parking-access/src/accounts/mod.rs",
                "fn f() { crate::tenants::jobs() }",
            ),
        ]);
        assert!(slices_import_downhill(&tree).is_empty());
    }

    #[test]
    fn the_layers_of_a_slice_are_kept() {
        let tree = Tree::from([
            (
                "crates/parking-access/src/tenants/store.rs",
                "use super::api::Create;",
            ),
            (
                "crates/parking-access/src/tenants/api/create.rs",
                "use super::super::jobs::Purge;",
            ),
            (
                "crates/parking-access/src/tenants/jobs.rs",
                "use super::purge;",
            ),
            (
                "crates/parking-access/src/tenants/mod.rs",
                "use store::Row; pub use api::routes;",
            ),
        ]);
        assert_eq!(layers_of_a_slice(&tree).len(), 2);
    }
}
