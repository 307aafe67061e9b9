//! Commands and the emptying of queues go to a tenant's own living devices only, though the network
//! server would take them for any.

use axum::http::StatusCode;
use parking_domain::access::Role;
use parking_domain::radio::{Content, Message, Reception};
use parking_testkit::bearer;
use serde_json::json;

use super::{GATEWAY, LAMP, Lit, status};
use crate::ingest::{Arrival, Source, Told};
use crate::tests::{seat, tenant};

#[tokio::test]
async fn a_device_in_somebody_elses_application_is_neither_told_anything_nor_is_its_queue_emptied()
{
    let lit = Lit::open().await;
    let other = "0f9f0e2c-5c1e-4d2a-9f0a-000000000002";
    let theirs = tenant(&lit.flow.db, &lit.flow.clock, "Quarry").await;
    lit.is_given(other, theirs).await;
    lit.server.moves(LAMP, Some(other));
    lit.observes(1, "occupied").await;
    lit.runs(70).await;
    assert_eq!((lit.server.asked(), lit.server.flushed()), (0, 0));
    let failed = lit.get("/api/v6/downlinks?status=failed").await.json();
    let told = failed["downlinks"][0]["error"].clone();
    assert_eq!(
        told,
        "there is no such device in an application of this tenant"
    );

    // Of one that is nowhere nothing else is said, nor of one in an application that was given to nobody.
    for nowhere in [None, Some("0f9f0e2c-5c1e-4d2a-9f0a-000000000003")] {
        lit.server.moves(LAMP, nowhere);
        let id = failed["downlinks"][0]["id"].as_str().unwrap();
        let path = format!("/api/v6/downlinks/{id}/retry");
        let retried = lit.lot.post(&path, json!({})).await;
        assert_eq!(retried.status, StatusCode::OK, "{}", retried.text);
        lit.runs(70).await;
        let again = lit.get(&format!("/api/v6/downlinks/{id}")).await.json();
        assert_eq!(
            (&again["status"], &again["error"]),
            (&json!("failed"), &told)
        );
    }
    assert_eq!((lit.server.asked(), lit.server.flushed()), (0, 0));
}

#[tokio::test]
async fn the_queue_of_a_device_that_went_elsewhere_meanwhile_is_not_emptied() {
    let lit = Lit::open().await;
    lit.observes(1, "occupied").await;
    lit.plans().await;
    lit.sends().await;
    assert_eq!(lit.server.asked(), 1);
    lit.server.moves(LAMP, None);
    // Where it was a moment ago is forgotten with the server that knew it.
    let other = lit.replica();
    lit.lot.test.clock().advance(chrono::TimeDelta::seconds(31));
    while super::watch(&other).await.expect("a watch") {}
    assert_eq!(lit.server.flushed(), 0);
    assert_eq!(lit.statuses().await.last().unwrap(), "waiting");
}

#[tokio::test]
async fn what_waits_for_an_archived_device_is_called_off_and_never_sent() {
    let lit = Lit::open().await;
    lit.observes(1, "occupied").await;
    lit.plans().await;
    let draft = json!({ "device_id": lit.lamp, "f_port": 15, "payload": "09 03" });
    let made = lit.lot.post("/api/v6/downlinks", draft).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
    lit.is_done(
        "insert into downlinks (tenant_id, id, device_id, dev_eui, kind, f_port, payload, patience_seconds, status, attempts, created_at, finished_at)
         select tenant_id, gen_random_uuid(), id, dev_eui, 'state', 15, '\\x01', 30, 'failed', 5, now(), now() from devices where is_display;
         update device_assignments set unassigned_at = assigned_at + interval '1 s' where role = 'display';
         update devices set archived_at = now() where is_display",
    )
    .await;
    lit.sends().await;
    assert_eq!(lit.server.asked(), 0);
    lit.runs(2).await;
    let mut statuses = lit.statuses().await;
    statuses.sort();
    assert_eq!(statuses, ["cancelled", "cancelled", "failed"]);
    assert_eq!((lit.server.asked(), lit.server.flushed()), (0, 0));
    let failed = lit.get("/api/v6/downlinks?status=failed").await.json();
    let id = failed["downlinks"][0]["id"].as_str().unwrap();
    let path = format!("/api/v6/downlinks/{id}/retry");
    let refused = lit.lot.post(&path, json!({})).await;
    assert_eq!(refused.status, StatusCode::CONFLICT, "{}", refused.text);
}

#[tokio::test]
async fn the_queue_of_an_archived_device_is_left_alone() {
    let lit = Lit::open().await;
    lit.observes(1, "occupied").await;
    lit.runs(1).await;
    assert_eq!(lit.server.asked(), 1);
    lit.is_done("update devices set archived_at = now() where is_display")
        .await;
    lit.runs(60).await;
    assert_eq!((lit.server.asked(), lit.server.flushed()), (1, 0));
    assert_eq!(lit.statuses().await.last().unwrap(), "cancelled");
}

#[tokio::test]
async fn a_raw_command_is_tried_again_only_by_whoever_may_send_one() {
    let lit = Lit::open().await;
    let draft = json!({ "device_id": lit.lamp, "f_port": 15, "payload": "09 03" });
    let made = lit.lot.post("/api/v6/downlinks", draft).await;
    let id = made.json()["id"].as_str().unwrap().to_owned();
    let failed =
        "update downlinks set status = 'failed', attempts = 5, due_at = null, finished_at = now()";
    lit.is_done(failed).await;
    let operator = seat(&lit.lot.people, lit.lot.tenant, Role::Operator);
    let path = format!("/api/v6/downlinks/{id}/retry");
    let retry = async || {
        let who = [bearer(&operator)];
        lit.lot
            .served
            .call(axum::http::Method::POST, &path, &who, Some(json!({})))
            .await
    };
    let refused = retry().await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN, "{}", refused.text);
    lit.is_done("update downlinks set kind = 'state'").await;
    assert_eq!(retry().await.status, StatusCode::OK);
    lit.is_done(
        "update downlinks set kind = 'raw', status = 'failed', due_at = null, finished_at = now()",
    )
    .await;
    assert_eq!(lit.lot.post(&path, json!({})).await.status, StatusCode::OK);
}

impl Lit {
    /// A message that came with the tenant's credential, of a lamp that this gateway is said to hear.
    async fn is_told(&self, eui: &str, gateway: [u8; 8]) {
        let arrival = Arrival {
            tenant: self.lot.tenant,
            source: Source::ChirpStackHttp,
            at: self.now(),
            told: Told::Message(Box::new(Message {
                dev_eui: eui.parse().unwrap(),
                application: None,
                device_name: None,
                received_at: self.now(),
                receptions: vec![Reception {
                    gateway: parking_domain::eui::Eui64::from_bytes(gateway),
                    rssi: Some(-20),
                    snr: Some(12.0),
                }],
                content: Content::Uplink(status([0, 0, 0, 0, 0])),
            })),
        };
        assert_eq!(self.flow.intake.store(&arrival).await, Ok(true));
        self.acts().await;
    }
}

#[tokio::test]
async fn receptions_that_could_be_made_up_use_up_nobody_elses_budget() {
    let lit = Lit::open().await;
    // That this one hears the lamp came by our own road, and stays so.
    let gateway =
        "select count(*) from lamps where gateway_eui = '0909090909090909' and is_gateway_vouched";
    assert_eq!(lit.scalar(gateway).await, 1);
    lit.is_told(LAMP, [7; 8]).await;
    assert_eq!(lit.scalar(gateway).await, 1);

    // Of another lamp all is hearsay.
    let second = "2020200000000002";
    lit.is_done("update lamps set heard_at = null, gateway_eui = null, is_gateway_vouched = false")
        .await;
    lit.hangs_lamp(second, lit.lot.bays[0]).await;
    lit.is_done("update lamps set gateway_eui = null, is_gateway_vouched = false")
        .await;
    lit.is_told(second, GATEWAY).await;
    lit.runs(1).await;
    assert!(lit.server.asked() >= 1);
    let shared = "select count(*) from downlink_budgets where key = 'gateway:0909090909090909'";
    let own = "select count(*) from downlink_budgets where key like 'gateway:0909090909090909:%'";
    assert_eq!((lit.scalar(shared).await, lit.scalar(own).await), (0, 1));
    let airtime = lit.get("/api/v6/downlinks/airtime").await.json();
    let used = airtime["gateways"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["used"].as_i64().unwrap());
    assert!(used.max() >= Some(1), "{airtime}");
    // As one of the tenant's own it is believed.
    let body = json!({ "eui": "0909090909090909", "name": "Roof" });
    let made = lit.lot.post("/api/v6/gateways", body).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
    lit.is_told(second, GATEWAY).await;
    let vouched = "select count(*) from lamps where is_gateway_vouched";
    assert_eq!(lit.scalar(vouched).await, 1);
}
