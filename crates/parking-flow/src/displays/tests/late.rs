//! Words that come late, and hands that let go late.

use parking_db::Reason;
use parking_domain::downlinks::Trouble;
use serde_json::json;

use super::{LAMP, Lit, RED, status, transmitted};
use crate::displays::store::turn::{self as store, Lost, Taken};
use parking_domain::radio::Content;

impl Lit {
    async fn raw(&self, payload: &str, is_confirmed: bool) -> uuid::Uuid {
        let draft = json!({ "device_id": self.lamp, "f_port": 15, "payload": payload, "confirmed": is_confirmed });
        let made = self.lot.post("/api/v6/downlinks", draft).await;
        let made = made.json();
        made["id"]
            .as_str()
            .unwrap_or_else(|| panic!("{made}"))
            .parse()
            .unwrap()
    }

    async fn of(&self, id: uuid::Uuid, what: &str) -> serde_json::Value {
        self.get(&format!("/api/v6/downlinks/{id}")).await.json()[what].clone()
    }
}

#[tokio::test]
async fn a_late_word_of_a_confirmed_command_does_not_stand_in_the_way_of_the_one_behind_it() {
    let lit = Lit::open().await;
    let raw = lit.raw("09 03", true).await;
    lit.sends().await;
    let item = lit.server.sends(LAMP.parse().unwrap()).unwrap();
    lit.is_done("update downlinks set status = 'failed', attempts = 5, deadline_at = null, finished_at = now() where kind = 'raw'").await;
    lit.observes(1, "occupied").await;
    lit.plans().await;
    lit.sends().await;
    lit.hears(LAMP, transmitted(&item.id)).await;
    assert_eq!(lit.of(raw, "status").await, "transmitted");
    let on_its_way = "select count(*) from downlinks where status = 'queued' and kind = 'state'";
    assert_eq!(lit.scalar(on_its_way).await, 1);
    assert_eq!(
        lit.scalar("select count(*) from uplinks where outcome = 'failed'")
            .await,
        0
    );
    assert_eq!(lit.transmits(LAMP).await.as_deref(), Some(&RED[..]));

    // Where nothing is behind it, its acknowledgement is awaited.
    let raw = lit.raw("09 04", true).await;
    lit.sends().await;
    lit.transmits(LAMP).await.unwrap();
    assert_eq!(lit.of(raw, "status").await, "awaiting_ack");
}

#[tokio::test]
async fn a_word_under_an_unknown_name_is_of_one_command_and_rather_of_the_one_in_hand() {
    let lit = Lit::open().await;
    lit.observes(1, "occupied").await;
    lit.plans().await;
    lit.sends().await;
    lit.is_done(
        "update downlinks set status = 'sending', queue_item = null, deadline_at = null, leased_until = now() + interval '1 hour'
           where status = 'queued';
         insert into downlinks (tenant_id, id, device_id, dev_eui, kind, f_port, payload, patience_seconds, status, attempts,
             is_left_behind, created_at, finished_at)
           select tenant_id, gen_random_uuid(), id, dev_eui, 'state', 15, '\\x01', 30, 'failed', 5, true, now() + n * interval '1 s', now()
           from devices, generate_series(1, 2) n where is_display",
    )
    .await;
    lit.hears(LAMP, transmitted("nobody-knows-it")).await;
    let count =
        "select count(*) from downlinks where transmitted_at is not null and kind = 'state'";
    assert_eq!(lit.scalar(count).await, 1);
    assert_eq!(
        lit.display().await["transmitted"]["payload"],
        "ff0000640001"
    );
    // Another unknown one is of the newest that was left behind, and of that alone.
    lit.hears(LAMP, transmitted("nor-this")).await;
    assert_eq!(lit.scalar(count).await, 2);
    let older = "select count(*) from downlinks where is_left_behind and created_at < (select max(created_at) from downlinks)";
    assert_eq!(lit.scalar(older).await, 1);
}

#[tokio::test]
async fn a_word_under_the_name_of_an_earlier_attempt_forgets_no_other_name() {
    let lit = Lit::open().await;
    lit.observes(1, "occupied").await;
    lit.plans().await;
    lit.sends().await;
    lit.is_done("update downlinks set earlier_items = array['first'], queue_item = 'second' where status = 'queued'").await;
    lit.hears(LAMP, transmitted("first")).await;
    lit.lot.test.clock().advance(chrono::TimeDelta::seconds(1));
    lit.hears(LAMP, transmitted("second")).await;
    let both = "select count(*) from downlinks where queue_item = 'first' and 'second' = any (earlier_items)";
    assert_eq!(lit.scalar(both).await, 1);
    assert_eq!(
        lit.scalar("select count(*) from downlinks where transmitted_at is not null")
            .await,
        1
    );
}

#[tokio::test]
async fn who_lets_go_of_a_command_late_touches_nothing_of_the_next_attempt() {
    let lit = Lit::open().await;
    lit.observes(1, "occupied").await;
    lit.plans().await;
    // Somebody has it in hand for the second time.
    lit.is_done("update downlinks set status = 'sending', attempts = 2, due_at = null, leased_until = now() + interval '1 hour' where status = 'waiting'").await;
    let mut admin = lit.lot.test.superuser().await;
    let id: uuid::Uuid = sqlx::query_scalar("select id from downlinks where status = 'sending'")
        .fetch_one(&mut admin)
        .await
        .unwrap();
    let now = lit.now();
    let lost = |attempts, status: &str| Lost {
        tenant_id: lit.lot.tenant.0,
        id,
        device_id: lit.lamp,
        attempts,
        status: status.to_owned(),
        trouble: Trouble::Unanswered.name(),
        detail: None,
        is_attempt: true,
        is_left_behind: true,
        due_at: now,
    };
    let mut tx = lit.flow.db.platform(Reason::Worker("test")).await.unwrap();
    for seen in [lost(1, "sending"), lost(2, "queued")] {
        let ended = store::give_back(&mut tx, &[seen], 5, now).await.unwrap();
        assert!(ended.is_empty(), "{ended:?}");
    }
    let taken = Taken {
        tenant_id: lit.lot.tenant.0,
        id,
        attempts: 1,
        queue_item: "of-the-first".to_owned(),
    };
    store::queued(&mut tx, &[taken], now).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(lit.of(id, "status").await, "sending");
    assert_eq!(lit.of(id, "queue_item").await, json!(null));
    // What comes of the first attempt is known all the same.
    lit.hears(LAMP, transmitted("of-the-first")).await;
    assert_eq!(lit.of(id, "status").await, "transmitted");
}

#[tokio::test]
async fn two_servers_do_not_look_after_the_same_interrupted_command() {
    let lit = Lit::open().await;
    lit.observes(1, "occupied").await;
    lit.plans().await;
    lit.is_done("update downlinks set status = 'sending', due_at = null, leased_until = now() - interval '9 years' where status = 'waiting'").await;
    let now = lit.now();
    let lease = chrono::TimeDelta::minutes(2);
    let look = async || {
        let mut tx = lit.flow.db.platform(Reason::Worker("test")).await.unwrap();
        let found = crate::displays::store::deadlines::interrupted(&mut tx, 10, (now, lease))
            .await
            .unwrap();
        tx.commit().await.unwrap();
        found.len()
    };
    assert_eq!((look().await, look().await), (1, 0));
}

#[tokio::test]
async fn every_command_that_a_lamp_says_to_show_is_confirmed_also_the_same_again() {
    let lit = Lit::open().await;
    lit.observes(1, "occupied").await;
    for _ in 0..2 {
        lit.runs(1).await;
        lit.transmits(LAMP).await.unwrap();
        lit.lot.test.clock().advance(chrono::TimeDelta::seconds(2));
        lit.hears(LAMP, Content::Uplink(status([255, 0, 0, 100, 0])))
            .await;
        lit.runs(1).await;
        lit.lot.test.clock().advance(chrono::TimeDelta::seconds(60));
        lit.hears(LAMP, Content::Join { dev_addr: None }).await;
    }
    assert_eq!(lit.statuses().await, ["confirmed", "confirmed"]);
}

#[tokio::test]
async fn what_the_radio_says_of_commands_is_counted() {
    let lit = Lit::open().await;
    lit.raw("09 03", true).await;
    lit.sends().await;
    let item = lit.server.sends(LAMP.parse().unwrap()).unwrap();
    lit.hears(LAMP, transmitted(&item.id)).await;
    let refused = Content::Acknowledged {
        queue_item: item.id,
        is_acknowledged: false,
        f_cnt_down: None,
    };
    lit.hears(LAMP, refused).await;
    let mut registry = prometheus_client::registry::Registry::default();
    lit.flow.displays.metrics.register(&mut registry);
    let mut text = String::new();
    prometheus_client::encoding::text::encode(&mut text, &registry).unwrap();
    for line in [
        "downlink_troubles_total{trouble=\"not_acknowledged\"} 1",
        "downlink_given_back_total{status=\"waiting\"} 1",
    ] {
        assert!(text.contains(line), "{line} is not in {text}");
    }
}
