//! What a program with a key may do, and what it may never do with it.

use serde_json::json;

use crate::harness::Stage;

#[tokio::test]
async fn a_key_never_becomes_or_makes_more_than_itself() {
    let stage = Stage::set().await;
    let owner = stage.customer("Bounded").await;
    let bounded = json!({
        "name": "bounded",
        "role": "owner",
        "scopes": ["admin:*"],
        "expires_at": "2999-01-01T00:00:00Z",
        "allowed_ips": ["10.0.0.0/8"],
        "requests_per_minute": 10,
    });
    let made = owner
        .api
        .post("/api/v6/api-keys", &bounded)
        .await
        .expect(201);
    let program = stage
        .server
        .anonymous()
        .coming_from("10.255.0.1")
        .with("x-api-key", made["key"].as_str().expect("a key"));
    let own = format!("/api/v6/api-keys/{}", made["id"].as_str().expect("an id"));
    let before = program.get(&own).await;
    before.expect(200);

    let unbound = json!({ "expires_at": null, "allowed_ips": [], "requests_per_minute": null });
    let child = json!({ "name": "child", "role": "owner", "scopes": ["admin:*"] });
    for refused in [
        program.patch(&own, &unbound).await,
        program.post("/api/v6/api-keys", &child).await,
        program.post("/api/v6/webhook-secrets", &json!({})).await,
        program
            .post("/api/v6/webhook-secrets/rotate", &json!({}))
            .await,
    ] {
        refused.refused(403, "person_required");
    }
    let after = program.get(&own).await;
    assert_eq!(after.header("etag"), before.header("etag"));
    let all = program.get("/api/v6/api-keys").await.expect(200);
    assert_eq!(all["total"], 1, "{all}");
    // To end itself is no more than it is.
    program.delete(&own).await.expect(204);
}
