//! Becoming a customer by oneself.

use serde_json::{Value, json};

use crate::harness::actors::{Member, Owner, fresh_address};
use crate::harness::server::PASSWORD;
use crate::harness::{Stage, TestServer};

fn wish(email: &str) -> Value {
    json!({ "email": email, "name": "Nora", "tenant_name": "Nora's Yard", "language": "en" })
}

#[tokio::test]
async fn a_stranger_registers_and_proves_the_address_before_anything_is_made() {
    let stage = Stage::set_with(&[("REGISTRATION_ENABLED", "true")]).await;
    let anonymous = stage.server.anonymous().coming_from(&fresh_address());
    let register = "/api/auth/register";
    let fresh = anonymous.post(register, &wish("nora@yard.test")).await;
    let known = anonymous
        .post(register, &wish(crate::harness::server::ADMIN_EMAIL))
        .await;
    assert_eq!(
        (fresh.status, &fresh.body),
        (known.status, &known.body),
        "an address is given away"
    );
    fresh.expect(202);
    let before = stage.platform.api.get("/api/v6/tenants").await.expect(200);
    assert!(
        !before.to_string().contains("Nora"),
        "made before it was proven: {before}"
    );

    let letter = stage
        .server
        .mailbox
        .wait_for("nora@yard.test", "#token=")
        .await;
    let token = letter.token().expect("the letter holds a link");
    let complete = json!({ "token": token, "password": PASSWORD });
    let answer = anonymous
        .post("/api/auth/register/complete", &complete)
        .await;
    let owner = Owner(Member::with_session(&anonymous, &answer.expect(201)));
    let me = owner.looks_at_me().await.expect(200);
    assert_eq!(
        (&me["role"], &me["tenant"]["slug"]),
        (&json!("owner"), &json!("nora-s-yard"))
    );
    anonymous
        .post("/api/auth/register/complete", &complete)
        .await
        .refused(422, "token_invalid");
}

#[tokio::test]
async fn where_registration_is_closed_strangers_are_told_so() {
    let server = TestServer::start_with(&[("REGISTRATION_ENABLED", "false")]).await;
    let anonymous = server.anonymous();
    let refused = anonymous
        .post("/api/auth/register", &wish("nora@yard.test"))
        .await;
    refused.refused(403, "registration_disabled");
    let index = anonymous.get("/api").await.expect(200);
    assert_eq!(index["registration_enabled"], false);
}

#[tokio::test]
async fn the_map_may_load_tiles_from_the_configured_host_and_no_other() {
    let url = "https://tiles.example.org/{z}/{x}/{y}.png";
    let settings = [
        ("MAP_TILES_URL", url),
        ("MAP_TILES_ATTRIBUTION", "The survey"),
    ];
    let server = TestServer::start_with(&settings).await;
    let answer = server.anonymous().get("/api").await;
    let policy = answer.header("content-security-policy").to_owned();
    assert!(
        policy.contains("img-src 'self' data: blob: https://tiles.example.org;"),
        "{policy}"
    );
    let index = answer.expect(200);
    assert_eq!(index["map_tiles"]["url"], url);
    assert_eq!(index["map_tiles"]["attribution"], "The survey");
}
