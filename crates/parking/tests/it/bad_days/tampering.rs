//! Somebody with the rights of a superuser tampers with the audit log: it shows.

use serde_json::json;
use sqlx::{AssertSqlSafe, ConnectOptions as _};

use crate::harness::Stage;
use crate::harness::process::{Ended, run};

#[tokio::test]
async fn changed_removed_and_reordered_entries_are_found() {
    let mut stage = Stage::set().await;
    let owner = stage.customer("Audited").await;
    let tenant = owner.tenant_id().to_owned();
    for name in ["first", "second", "third", "fourth"] {
        owner
            .api
            .patch("/api/v6/tenants/current", &json!({ "name": name }))
            .await
            .expect(200);
    }
    let intact = stage.server.command(&["audit", "verify"]).await;
    assert_eq!(intact.code(), Some(0), "{}", intact.text());
    // A database is copied when nobody uses it.
    stage.server.stop().await;

    let of_tenant = format!("tenant_id = '{tenant}'");
    let third = format!("(select max(seq) - 1 from audit_log where {of_tenant})");
    for (about, tampering) in [
        (
            "changed",
            format!(
                "update audit_log set new = '{{\"name\": \"forged\"}}' where {of_tenant} and seq = {third}"
            ),
        ),
        (
            "removed",
            format!("delete from audit_log where {of_tenant} and seq = {third}"),
        ),
        (
            "removed at the end",
            format!("delete from audit_log where {of_tenant} and seq = {third} + 1"),
        ),
        (
            "reordered",
            format!(
                "update audit_log set seq = case seq when {third} then {third} + 1 else {third} end
                 where {of_tenant} and seq in ({third}, {third} + 1)"
            ),
        ),
        (
            "given to another",
            format!(
                "update audit_log set tenant_id = '00000000-0000-0000-0000-000000000000' where {of_tenant} and seq = {third}"
            ),
        ),
    ] {
        let found = verify_copy(&stage, &tampering).await;
        assert_eq!(
            found.code(),
            Some(1),
            "{about} goes unnoticed: {}",
            found.text()
        );
        assert!(
            found.text().contains(&tenant) || about == "given to another",
            "{about}: {}",
            found.text()
        );
        assert!(
            found.text().lines().any(|line| line.starts_with("fail")),
            "{about}: {}",
            found.text()
        );
    }
    let untouched = verify_copy(&stage, "select 1").await;
    assert_eq!(untouched.code(), Some(0), "{}", untouched.text());
}

/// Runs `parking audit verify` on a copy of the database that was tampered with.
async fn verify_copy(stage: &Stage, tampering: &str) -> Ended {
    let copy = stage.server.db.copy().await;
    sqlx::raw_sql(AssertSqlSafe(tampering.to_owned()))
        .execute(&mut copy.superuser().await)
        .await
        .unwrap();
    let mut settings = stage.server.settings().clone();
    settings.push((
        "DATABASE_URL".to_owned(),
        copy.login_options().to_url_lossy().to_string(),
    ));
    run(&["audit", "verify"], &settings).await
}
