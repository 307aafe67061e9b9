//! Schemathesis against the running server's own description, with every check it has.
//!
//! Left out of a plain `cargo nextest run`, because it takes minutes and needs `.venv`: `cargo xtask
//! schemathesis` runs it, and so does CI.

use std::path::{Path, PathBuf};
use std::process::Command;

use reqwest::Method;
use serde_json::json;

use crate::harness::actors::{Member, fresh_address};
use crate::harness::{Api, Stage};

/// Calls an operation at most so often with made-up data; the boundary cases come on top.
const EXAMPLES: &str = "6";
/// The same examples each time: a failure can be run again.
const SEED: &str = "20261121";
/// Operations that end the session of whoever calls them; they are tried last.
const PARTINGS: [&str; 2] = ["/api/auth/logout", "/api/auth/logout-everywhere"];

fn repository() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors()
        .nth(2)
        .expect("crates/parking is two below the root")
        .to_owned()
}

/// Runs schemathesis; if it found something, prints all of it and returns the summary.
fn try_out(api: &Api, token: Option<&str>, selection: &[&str]) -> Option<String> {
    let root = repository();
    let mut command = Command::new(root.join(".venv/bin/st"));
    command
        // It remembers things in its working folder; what it remembers is of no use to us.
        .current_dir(std::env::temp_dir())
        .arg("--config-file")
        .arg(root.join("xtask/schemathesis.toml"))
        .args(["run", &format!("{}/openapi.json", api.base())])
        .args([
            "--checks",
            "all",
            "--max-examples",
            EXAMPLES,
            "--seed",
            SEED,
            "--workers",
            "1",
        ])
        .args([
            "--continue-on-failure",
            "--no-color",
            "--generation-database",
            "none",
        ])
        .args(["--header", &format!("X-Forwarded-For: {}", fresh_address())])
        .args(selection);
    if let Some(token) = token {
        command.args(["--header", &format!("Authorization: Bearer {token}")]);
    }
    let output = command
        .output()
        .expect(".venv/bin/st starts; `cargo xtask setup` installs it");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    if output.status.success() {
        return None;
    }
    let errors = String::from_utf8_lossy(&output.stderr);
    println!("{said}\n{errors}");
    let verdict = said.lines().filter(|line| line.contains('\u{274c}'));
    Some(verdict.collect::<Vec<_>>().join("\n"))
}

/// Tries everything as one person, who is still signed in before the partings.
fn try_as(member: &Member) -> Vec<String> {
    let token = Some(member.access_token());
    let without: Vec<&str> = PARTINGS
        .iter()
        .flat_map(|path| ["--exclude-path", path])
        .collect();
    try_out(&member.api, token, &without).into_iter().collect()
}

/// Tries the partings, each with a session of its own.
async fn try_to_part(stage: &Stage, email: &str) -> Vec<String> {
    let mut found = Vec::new();
    for path in PARTINGS {
        let member = Member::signs_in(&stage.server, email).await;
        found.extend(try_out(
            &member.api,
            Some(member.access_token()),
            &["--include-path", path],
        ));
    }
    found
}

#[tokio::test]
async fn nobody_finds_anything_undocumented() {
    let stage = Stage::set().await;
    let found = try_out(&stage.server.anonymous(), None, &[]);
    assert_eq!(found, None);
}

#[tokio::test]
async fn a_viewer_finds_nothing_undocumented() {
    let stage = Stage::set().await;
    let owner = stage.customer("Described").await;
    let viewer = stage
        .person(owner.tenant_id(), "viewer", "viewer@described.test")
        .await;
    let mut found = try_as(&viewer);
    viewer.looks_at_me().await.expect(200);
    found.extend(try_to_part(&stage, "viewer@described.test").await);
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[tokio::test]
async fn an_owner_finds_nothing_undocumented() {
    let stage = Stage::set().await;
    let owner = stage.customer("Described").await;
    // Something to find in each list.
    owner
        .invites("guest@described.test", "viewer")
        .await
        .expect(201);
    owner.makes_key("viewer", &["tenants:read"]).await;
    owner
        .api
        .post("/api/v6/webhook-secrets", &json!({}))
        .await
        .expect(201);
    let webhook =
        json!({ "name": "W", "url": "https://hook.invalid/", "event_types": ["site.created"] });
    owner
        .api
        .post("/api/v6/webhooks", &webhook)
        .await
        .expect(201);
    let mut found = try_as(&owner);
    let me = owner.api.request(Method::GET, "/api/v6/me");
    crate::harness::http::send(me).await.expect(200);
    found.extend(try_to_part(&stage, &owner.email).await);
    assert!(found.is_empty(), "{}", found.join("\n"));
}
