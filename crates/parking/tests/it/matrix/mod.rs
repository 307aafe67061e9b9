//! The access matrix: every operation the server describes × every kind of caller × their own, a
//! foreign and an absent id, against rules written down by hand.

mod cast;
mod expect;
pub(crate) mod recipes;

use std::collections::{BTreeMap, BTreeSet};

use reqwest::Method;
use serde_json::Value;
use sqlx::types::Uuid;

use crate::harness::http::send;
use crate::harness::{Answer, Api};
use cast::{Actor, Cast, Whose};
use expect::{Verdict, unpaired, verdict};
use recipes::{Recipe, Thing, recipes};

/// No mere look: whoever has the link changes things.
const GIVES_A_LINK: &str = "GET /api/v6/reservations/{id}/ticket";

/// The operations the server describes, by method and path.
async fn operations(api: &Api) -> Vec<String> {
    let described = api.get("/openapi.json").await.expect(200);
    let mut operations = Vec::new();
    for (path, methods) in described["paths"].as_object().expect("paths") {
        for (method, operation) in methods.as_object().expect("methods") {
            assert!(
                operation["x-access"].is_string(),
                "{method} {path} states no access"
            );
            operations.push(format!("{} {path}", method.to_uppercase()));
        }
    }
    operations
}

/// The recipe of each operation; every operation has one and a rule, and the other way round.
fn matrix(operations: &[String]) -> Vec<Recipe> {
    let mut faults = unpaired(operations.iter().map(String::as_str));
    let mut all = recipes();
    let is_described = |recipe: &Recipe| operations.iter().any(|name| name == recipe.operation);
    let idle = all.iter().filter(|recipe| !is_described(recipe));
    faults
        .extend(idle.map(|recipe| format!("the recipe of {} has no operation", recipe.operation)));
    let has_recipe = |name: &str| all.iter().any(|recipe| recipe.operation == name);
    let without = operations.iter().filter(|name| !has_recipe(name));
    faults.extend(without.map(|name| format!("{name} has no recipe")));
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    // Those that use a caller up come last.
    all.sort_by_key(|recipe| recipe.is_last);
    all
}

/// One cell of the matrix, and everything about it that differs from what must be.
struct Case<'a> {
    recipe: &'a Recipe,
    actor: &'a Actor,
    whose: Whose,
    id: Uuid,
}

impl Case<'_> {
    async fn call(&self, cast: &Cast) -> Answer {
        let (method, template) = self.recipe.operation.split_once(' ').expect("METHOD /path");
        let path = template.replace("{id}", &self.id.to_string()) + self.recipe.query;
        let api = if self.recipe.is_last {
            cast.sign_in_again(self.actor).await
        } else {
            self.actor.api.clone()
        };
        // The same name each time: it is in the answer, and answers are compared.
        let method = Method::from_bytes(method.as_bytes()).expect("a method");
        let request = api
            .request(method, &path)
            .header("x-request-id", "the-matrix");
        let body = cast.fill(&self.recipe.body, self.actor);
        send(match (self.recipe.file, body.is_null()) {
            ("", true) => request,
            ("", false) => request.json(&body),
            (file, _) => request.body(file),
        })
        .await
    }

    /// What is wrong with the answer, if anything is.
    fn fault(&self, answer: &Answer) -> Option<String> {
        let is_there = self.whose == Whose::Own;
        let expected = match verdict(self.recipe.operation, self.actor.shows) {
            Verdict::Refused(status, code) => {
                (answer.status, answer.code()) == (status, code.to_owned())
            }
            Verdict::Admitted if self.spans_tenants() => self.platform_expects(answer),
            Verdict::Admitted if is_there => self.recipe.done.contains(&answer.status),
            Verdict::Admitted => (answer.status, answer.code().as_str()) == (404, "not_found"),
        };
        (!expected).then(|| self.told(&format!("{} {}", answer.status, answer.text())))
    }

    /// Whether a caller who has the platform's tenant selected asks about what customers own.
    fn spans_tenants(&self) -> bool {
        self.recipe.is_estate && self.actor.tenant.is_nil()
    }

    /// The platform sees the estates of all tenants, and changes nothing in them.
    fn platform_expects(&self, answer: &Answer) -> bool {
        let operation = self.recipe.operation;
        if !operation.starts_with("GET ") || operation == GIVES_A_LINK {
            return (answer.status, answer.code().as_str()) == (403, "select_tenant");
        }
        match self.whose {
            Whose::Own | Whose::Foreign => self.recipe.done.contains(&answer.status),
            Whose::Nobodys => (answer.status, answer.code().as_str()) == (404, "not_found"),
        }
    }

    fn told(&self, what: &str) -> String {
        format!(
            "{} by {} on {:?}: {what}",
            self.recipe.operation, self.actor.name, self.whose
        )
    }
}

/// Whose things there are to try: none without an id, and the platform has no foreign tenants.
fn whose(thing: Thing) -> &'static [Whose] {
    match thing {
        Thing::Nothing => &[Whose::Own],
        Thing::Tenant | Thing::PooledDevice => &[Whose::Own, Whose::Nobodys],
        _ => &[Whose::Own, Whose::Foreign, Whose::Nobodys],
    }
}

#[tokio::test]
async fn every_operation_answers_every_caller_as_the_rules_say() {
    let cast = Cast::assemble().await;
    let matrix = matrix(&operations(&cast.stage.server.anonymous()).await);
    let mut faults = Vec::new();
    let mut cells: BTreeMap<String, usize> = BTreeMap::new();
    for recipe in &matrix {
        for actor in &cast.actors {
            for (answer, found) in try_cells(&cast, recipe, actor).await {
                *cells.entry(answer).or_default() += 1;
                faults.extend(found);
            }
        }
    }
    println!("{} operations: {cells:?}", matrix.len());
    let undescribed = cast.undescribed_events().await;
    assert!(undescribed.is_empty(), "{}", undescribed.join("\n"));
    // Every kind of answer occurs, or the matrix is not what it says it is.
    for answer in [
        "200",
        "201",
        "204",
        "401 unauthenticated",
        "403 forbidden",
        "403 person_required",
        "404 not_found",
    ] {
        assert!(
            cells.contains_key(answer),
            "no cell is answered {answer}: {cells:?}"
        );
    }
    assert!(
        faults.is_empty(),
        "{} faults:\n{}",
        faults.len(),
        faults.join("\n")
    );
}

/// One caller at one operation, with each kind of id: how each was answered, and what is wrong.
async fn try_cells(cast: &Cast, recipe: &Recipe, actor: &Actor) -> Vec<(String, Vec<String>)> {
    let mut cases = Vec::new();
    for &whose in whose(recipe.thing) {
        cast.make_ground(recipe, actor).await;
        let id = cast.id_of(recipe.thing, actor, whose).await;
        cases.push(Case {
            recipe,
            actor,
            whose,
            id,
        });
    }
    let before = cast.digest().await;
    let mut cells = Vec::new();
    let mut answers = BTreeMap::new();
    for case in &cases {
        let answer = case.call(cast).await;
        let kind = format!("{} {}", answer.status, answer.code());
        let faults: Vec<_> = case.fault(&answer).into_iter().collect();
        cells.push((kind.trim_end().to_owned(), faults));
        answers.insert(case.whose, answer);
    }
    let faults = &mut cells[0].1;
    if let (Some(foreign), Some(absent)) =
        (answers.get(&Whose::Foreign), answers.get(&Whose::Nobodys))
        && !cases[0].spans_tenants()
        && foreign.essence() != absent.essence()
    {
        faults.push(cases[0].told(&format!(
            "foreign {foreign:?} is not the bytes of absent {absent:?}"
        )));
    }
    let is_refused = verdict(recipe.operation, actor.shows) != Verdict::Admitted;
    if is_refused && cast.digest().await != before {
        faults.push(cases[0].told("refused, and yet it changed something"));
    }
    cells
}

#[tokio::test]
async fn every_operation_is_described_well_enough_to_be_used() {
    let stage = crate::harness::Stage::set().await;
    let described = stage
        .server
        .anonymous()
        .get("/openapi.json")
        .await
        .expect(200);
    let mut ids = BTreeSet::new();
    for (path, methods) in described["paths"].as_object().expect("paths") {
        for (method, operation) in methods.as_object().expect("methods") {
            let id = operation["operationId"]
                .as_str()
                .unwrap_or_default()
                .to_owned();
            assert!(
                !id.is_empty() && ids.insert(id.clone()),
                "{method} {path}: operationId {id:?} is absent or taken"
            );
            let about = operation["summary"]
                .as_str()
                .or(operation["description"].as_str());
            assert!(
                about.is_some_and(|text| !text.is_empty()),
                "{method} {path} is not described"
            );
            assert_ne!(operation["tags"], Value::Null, "{method} {path} has no tag");
        }
    }
}

/// Whether an operation answers with a list that comes in pages.
pub(crate) fn is_list(operation: &str) -> bool {
    let lists = [
        "sessions",
        "tenants",
        "users",
        "memberships",
        "invitations",
        "api-keys",
        "webhook-secrets",
        "webhooks",
        "audit-log",
    ];
    lists
        .iter()
        .any(|name| operation.ends_with(&format!("/{name}")))
}
