//! What the server tells of requests to those who run it: never whom they were about.
//!
//! Lines, traces and reports of errors are made of the same spans and events, so what no line holds at the
//! most talkative level is told to nobody.

use crate::harness::actors::{Owner, text};
use crate::harness::{Stage, eventually};

/// How a person may stand in a query: an address, as it is and escaped, and a number plate.
const TRACES: [&str; 3] = ["ada.lovelace", "ADA.LOVELACE", "QX-1815-LV"];

/// Asks while what is asked about is gone from the database.
async fn fails(stage: &Stage, owner: &Owner, path: &str) {
    let mut all = stage.server.superuser().await;
    for (from, to) in [("reservations", "gone"), ("gone", "reservations")] {
        let rename = format!("alter table {from} rename to {to}");
        sqlx::query(sqlx::AssertSqlSafe(rename))
            .execute(&mut all)
            .await
            .unwrap();
        if to == "gone" {
            owner.api.get(path).await.refused(500, "internal_error");
        }
    }
}

#[tokio::test]
async fn whom_a_request_asks_about_stands_in_no_line_no_figure_and_no_record() {
    let mut stage = Stage::set_with(&[("LOG_LEVEL", "trace")]).await;
    // One request meets a table that is gone, and is told of as an error.
    stage.server.may_log_errors = true;
    let owner = stage.customer("Discreet").await;
    let list = "/api/v6/reservations";
    let person = "person=ada.lovelace%40example.org";
    let long = format!("person={}", "ada.lovelace%40example.org".repeat(20));
    let asked = [
        (format!("{list}?{person}"), 200),
        (format!("{list}?person=QX-1815-LV"), 200),
        (format!("{list}?page=1&{person}&sort=-start_time"), 200),
        (format!("{list}/export?{person}"), 200),
        (format!("{list}?{person}&bogus=1"), 422),
        (format!("{list}?ada.lovelace=1"), 422),
        (format!("{list}?{long}"), 422),
        (format!("{list}?{person}&{person}"), 422),
        (format!("{list}?{person}%FF"), 422),
        (
            "/api/v6/memberships?q=ada.lovelace%40example.org".to_owned(),
            200,
        ),
        ("/api/v6/calendar.ics?token=ada.lovelace".to_owned(), 404),
        (format!("/api/v6/nowhere?{person}"), 404),
        (format!("{list}/ada.lovelace@example.org?{person}"), 404),
        (format!("{list}/QX-1815-LV"), 404),
    ];
    for (path, status) in &asked {
        assert_eq!(owner.api.get(path).await.status, *status, "{path}");
    }
    let anonymous = stage.server.anonymous();
    let refused = anonymous.get(&format!("{list}?{person}")).await;
    assert_eq!(refused.status, 401);
    fails(&stage, &owner, &format!("{list}?{person}")).await;
    // It was asked last, and each has its line before the next.
    let failure = eventually("every request has its line", async || {
        let log = stage.server.process().log();
        log.into_iter()
            .find(|line| line["message"] == "request failed")
    })
    .await;
    let cause = text(&failure, "error.cause");
    assert!(cause.contains("does not exist"), "{cause}");

    let figures = anonymous.get("/metrics").await.text();
    let recorded: String = sqlx::query_scalar(
        "select coalesce(string_agg(e::text, ' '), '') from (
           select to_jsonb(a) from audit_log a union all select to_jsonb(e) from events e) e",
    )
    .fetch_one(&mut stage.server.superuser().await)
    .await
    .unwrap();
    assert!(recorded.contains("access.refused"), "misses are recorded");
    let lines = stage.server.process().lines();
    for trace in TRACES {
        let told = lines.iter().find(|line| line.contains(trace));
        assert_eq!(told, None, "{trace}");
        assert!(!figures.contains(trace), "{trace}: {figures}");
        assert!(!recorded.contains(trace), "{trace}: {recorded}");
    }
}
