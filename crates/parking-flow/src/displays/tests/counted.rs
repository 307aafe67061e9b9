//! What pages ask for every few seconds.

use chrono::TimeDelta;
use serde_json::json;

use super::{LAMP, Lit};

#[tokio::test]
async fn how_many_there_are_is_known_without_counting_them() {
    let lit = Lit::open().await;
    for state in ["occupied", "free", "occupied"] {
        lit.observes(1, state).await;
        lit.runs(1).await;
        lit.transmits(LAMP).await.unwrap();
    }
    let total = async |path: &str| lit.get(path).await.json()["total"].clone();
    assert_eq!(total("/api/v6/downlinks").await, json!(3));
    assert_eq!(total("/api/v6/downlinks?kind=state").await, json!(3));
    assert_eq!(total("/api/v6/displays").await, json!(1));
    let kept = "select total from list_totals where list = 'downlinks'";
    assert_eq!(lit.scalar(kept).await, 3);
    lit.lot.test.clock().advance(TimeDelta::days(31));
    super::super::jobs::forget(&lit.flow).await.unwrap();
    assert_eq!(total("/api/v6/downlinks").await, json!(0));
    lit.is_done("delete from device_assignments; delete from devices where is_display")
        .await;
    assert_eq!(total("/api/v6/displays").await, json!(0));
}

#[tokio::test]
async fn dead_letters_of_yesterday_are_no_news_and_figures_are_counted_once_in_a_while() {
    let lit = Lit::open().await;
    lit.is_done(
        "insert into downlinks (tenant_id, id, device_id, dev_eui, kind, f_port, payload, patience_seconds, status, attempts, created_at, finished_at)
         select tenant_id, gen_random_uuid(), id, dev_eui, 'state', 15, '\\x01', 30, 'failed', 5, now() - interval '2 years', now() - interval '2 years'
         from devices, generate_series(1, 11) where is_display",
    )
    .await;
    let health = lit.get("/api/v6/downlinks/queue/health").await.json();
    assert_eq!(health["dead_letter_depth"], 0);
    let warnings = health["warnings"].as_array().unwrap();
    assert!(!warnings.contains(&json!("dead_letters")), "{warnings:?}");
    let depth = async || {
        let metrics = lit.get("/api/v6/downlinks/queue/metrics").await.json();
        metrics["queue"]["pending_depth"].clone()
    };
    lit.observes(1, "occupied").await;
    lit.plans().await;
    assert_eq!(
        depth().await,
        json!(0),
        "the figures of a moment ago are good enough"
    );
}
