//! What lamps show in an emergency, and what is believed of displays that say little.

use axum::http::{Method, StatusCode};
use chrono::TimeDelta;
use parking_testkit::{Answered, bearer};
use serde_json::{Value, json};

use super::{LAMP, Lit, RED};

/// An e-ink display, which says nothing of what it shows.
const PAPER: &str = "24E1240000000001";

impl Lit {
    async fn calls(&self, method: Method, path: &str, body: Option<Value>) -> Answered {
        let who = bearer(&self.lot.token);
        let answer = self.lot.served.call(method, path, &[who], body).await;
        assert!(answer.status.is_success(), "{path}: {}", answer.text);
        answer
    }

    /// Somebody throws the emergency switch of the site, or takes it back.
    async fn emergency(&self, kind: Option<&str>) {
        let site = self.site().await;
        let path = format!("/api/v6/sites/{}/emergency", site.as_str().unwrap());
        let thrown = kind.map(|kind| json!({ "kind": kind, "reason": "fire" }));
        let method = kind.map_or(Method::DELETE, |_| Method::PUT);
        self.calls(method, &path, thrown).await;
    }

    async fn tries_out(&self, color: &str, seconds: u32) {
        let path = format!("/api/v6/displays/{}/test", self.lamp);
        let body = json!({ "color": color, "seconds": seconds });
        self.calls(Method::POST, &path, Some(body)).await;
    }
}

#[tokio::test]
async fn an_emergency_goes_before_a_test_and_before_everything_that_waits() {
    let lit = Lit::open().await;
    lit.observes(1, "free").await;
    lit.runs(1).await;
    lit.transmits(LAMP).await.unwrap();
    // One tries the lamp out, and then there is a fire.
    lit.tries_out("0000FF", 600).await;
    lit.runs(1).await;
    assert_eq!(lit.transmits(LAMP).await.unwrap()[..3], [0, 255, 0]);
    lit.emergency(Some("all_red")).await;
    lit.plans().await;
    let urgency = "select urgency::bigint from downlinks where status = 'waiting'";
    assert_eq!(lit.scalar(urgency).await, 0, "it goes first");
    lit.sends().await;
    assert_eq!(lit.transmits(LAMP).await.as_deref(), Some(&RED[..]));
    // Nor does one who tries now get through to it.
    lit.tries_out("00FF00", 600).await;
    lit.runs(2).await;
    assert_eq!(lit.transmits(LAMP).await, None);
    assert_eq!(lit.display().await["wanted"]["why"], "emergency");
    lit.emergency(None).await;
    lit.plans().await;
    assert_eq!(
        lit.scalar(urgency).await,
        1,
        "a test is a change like others"
    );
    lit.sends().await;
    assert_eq!(lit.transmits(LAMP).await.unwrap()[..3], [0, 0, 255]);
}

#[tokio::test]
async fn all_off_is_dark_though_the_tenants_own_model_says_otherwise() {
    let lit = Lit::open().await;
    let codes =
        json!({ "unknown": "FFFFFF6400", "occupied": "FFFFFF6400", "maintenance": "FFFFFF6400" });
    let model = json!({
        "vendor": "Ours", "name": "White for whatever nobody knows", "based_on": "plenom-busylight-omega", "lamp_codes": codes,
    });
    let made = lit
        .calls(Method::POST, "/api/v6/device-models", Some(model))
        .await;
    assert_eq!(made.status, StatusCode::CREATED);
    let model = made.json()["id"].clone();
    let path = format!("/api/v6/devices/{}", lit.lamp);
    lit.calls(Method::PATCH, &path, Some(json!({ "model": model })))
        .await;
    lit.runs(1).await;
    assert_eq!(
        lit.transmits(LAMP).await.as_deref(),
        Some(&[255, 255, 255, 100, 0][..]),
        "nobody knows, and the model has a code for that"
    );
    lit.emergency(Some("all_off")).await;
    lit.runs(1).await;
    assert_eq!(lit.transmits(LAMP).await.unwrap()[..5], [0, 0, 0, 100, 0]);
    lit.emergency(Some("all_red")).await;
    lit.runs(1).await;
    assert_eq!(lit.transmits(LAMP).await.unwrap()[..5], RED[..5]);
}

#[tokio::test]
async fn a_display_that_cannot_say_what_it_shows_is_told_once_and_believed() {
    let lit = Lit::open().await;
    let bay = lit.lot.bays[0];
    let body = json!({ "dev_eui": PAPER, "model": "milesight-ds3604", "heartbeat_seconds": 3600 });
    let made = lit.calls(Method::POST, "/api/v6/devices", Some(body)).await;
    let id = made.json()["id"].as_str().unwrap().to_owned();
    let assign = json!({ "space_id": bay, "role": "display" });
    let path = format!("/api/v6/devices/{id}/assign");
    lit.calls(Method::POST, &path, Some(assign)).await;
    lit.observes(0, "occupied").await;
    lit.runs(1).await;
    assert!(lit.transmits(PAPER).await.is_some());
    for _ in 0..48 {
        lit.lot.test.clock().advance(TimeDelta::minutes(30));
        lit.plans().await;
        lit.sends().await;
        lit.watches().await;
        lit.transmits(LAMP).await;
        assert_eq!(
            lit.transmits(PAPER).await,
            None,
            "its page was painted anew"
        );
    }
    let shown = lit.get(&format!("/api/v6/displays/{id}")).await.json();
    assert_eq!(shown["status"], "in_step", "{shown}");
    let fault = "select count(*) from devices where dev_eui = '24E1240000000001' and display_fault is not null";
    assert_eq!(lit.scalar(fault).await, 0);
}
