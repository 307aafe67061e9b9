//! What cannot be planned, sent or written down holds up nothing else, and what is written has bounds.

use axum::http::StatusCode;
use chrono::TimeDelta;
use serde_json::json;

use super::{GREEN, LAMP, Lit, RED};

const SECOND: &str = "2020200000000002";

/// The database refuses whatever is planned for the first lamp.
const UNPLANNABLE: &str = "
  create function refuse() returns trigger language plpgsql as $$
  begin
    if exists (select from devices where tenant_id = new.tenant_id and id = new.id and dev_eui = '2020200000000001') then
      raise exception 'poison';
    end if;
    return new;
  end $$;
  create trigger poison before update of wanted_payload on lamps for each row execute function refuse()";

/// The database refuses to have the first lamp's command in anybody's hands.
const UNSENDABLE: &str = "
  create function refuse() returns trigger language plpgsql as $$ begin raise exception 'poison'; end $$;
  create trigger poison before update on downlinks for each row
    when (new.dev_eui = '2020200000000001' and new.status = 'sending') execute function refuse()";

/// The database refuses to have written down that the network server took the first lamp's command.
const UNWRITABLE: &str = "
  create function refuse() returns trigger language plpgsql as $$ begin raise exception 'poison'; end $$;
  create trigger poison before update on downlinks for each row
    when (new.dev_eui = '2020200000000001' and new.status = 'queued') execute function refuse()";

/// The database refuses to have the first lamp's command given back.
const UNRETURNABLE: &str = "
  create function refuse() returns trigger language plpgsql as $$ begin raise exception 'poison'; end $$;
  create trigger poison before update on downlinks for each row
    when (new.dev_eui = '2020200000000001' and old.status = 'queued' and new.status = 'waiting') execute function refuse()";

const REMEDY: &str = "drop function refuse() cascade";

impl Lit {
    /// Two lamps at occupied bays, the first of which is poison.
    async fn poisoned(poison: &'static str) -> Self {
        let lit = Self::open().await;
        lit.hangs_lamp(SECOND, lit.lot.bays[0]).await;
        lit.is_done(poison).await;
        let bays = [lit.lot.bays[0], lit.lot.bays[1]];
        let seen = json!(bays.map(|bay| json!({ "space_id": bay, "state": "occupied" })));
        assert_eq!(lit.lot.observe(seen).await.status, StatusCode::OK);
        lit.acts().await;
        lit
    }
}

#[tokio::test]
async fn a_display_that_cannot_be_planned_is_set_aside_and_the_others_follow_their_bays() {
    let lit = Lit::poisoned(UNPLANNABLE).await;
    lit.runs(1).await;
    assert_eq!(lit.scalar("select count(*) from lamp_marks").await, 0);
    assert_eq!(lit.transmits(SECOND).await.as_deref(), Some(&RED[..]));
    lit.observes(0, "free").await;
    lit.runs(1).await;
    assert_eq!(lit.transmits(SECOND).await.as_deref(), Some(&GREEN[..]));
    assert_eq!(lit.transmits(LAMP).await, None);
    // It is looked at again when whatever it was may be over.
    lit.is_done(REMEDY).await;
    lit.lot.test.clock().advance(TimeDelta::minutes(11));
    lit.runs(1).await;
    assert_eq!(lit.transmits(LAMP).await.as_deref(), Some(&RED[..]));
}

#[tokio::test]
async fn a_command_that_cannot_be_sent_is_set_aside_and_the_others_are_sent() {
    let lit = Lit::poisoned(UNSENDABLE).await;
    lit.runs(1).await;
    assert_eq!(lit.transmits(SECOND).await.as_deref(), Some(&RED[..]));
    assert_eq!(lit.transmits(LAMP).await, None);
    lit.is_done(REMEDY).await;
    lit.runs(2).await;
    assert_eq!(lit.server.asked(), 1, "it is left alone for a while");
    lit.lot.test.clock().advance(TimeDelta::minutes(11));
    lit.runs(1).await;
    assert_eq!(lit.transmits(LAMP).await.as_deref(), Some(&RED[..]));
}

#[tokio::test]
async fn what_became_of_a_command_is_written_down_though_that_of_another_cannot_be() {
    let lit = Lit::poisoned(UNWRITABLE).await;
    lit.runs(1).await;
    let queued = "select count(*) from downlinks where status = 'queued'";
    assert_eq!(lit.scalar(queued).await, 1);
    lit.is_done(REMEDY).await;
    // Its lease runs out, its queue is emptied and it is said again.
    lit.lot.test.clock().advance(TimeDelta::minutes(4));
    lit.runs(2).await;
    assert_eq!(lit.transmits(LAMP).await.as_deref(), Some(&RED[..]));
    assert_eq!(lit.server.deepest(), 1);
}

#[tokio::test]
async fn a_command_that_cannot_be_given_back_keeps_no_other_from_it() {
    let lit = Lit::poisoned(UNRETURNABLE).await;
    lit.runs(1).await;
    assert_eq!(lit.server.asked(), 2);
    lit.runs(40).await;
    let again =
        "select count(*) from downlinks where attempts = 2 and dev_eui = '2020200000000002'";
    assert_eq!(lit.scalar(again).await, 1);
    let aside = "select count(*) from downlinks where attempts = 1 and dev_eui = '2020200000000001' and status = 'queued'";
    assert_eq!(lit.scalar(aside).await, 1);
    lit.is_done(REMEDY).await;
    lit.lot.test.clock().advance(TimeDelta::minutes(11));
    lit.runs(3).await;
    assert_eq!(lit.transmits(LAMP).await.as_deref(), Some(&RED[..]));
}

#[tokio::test]
async fn a_command_that_was_tried_many_times_over_is_tried_again_and_holds_up_no_other() {
    let lit = Lit::open().await;
    let draft = json!({ "device_id": lit.lamp, "f_port": 15, "payload": "09 03" });
    let made = lit.lot.post("/api/v6/downlinks", draft).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
    lit.is_done(
        "update downlinks set status = 'failed', due_at = null, finished_at = now(), attempts = 5, queue_item = 'twenty-one',
           earlier_items = (select array_agg('item-' || n order by n desc) from generate_series(1, 20) n),
           story = (select jsonb_agg(jsonb_build_object('at', now(), 'what', 'queued', 'n', n)) from generate_series(1, 60) n)",
    )
    .await;
    let id = made.json()["id"].as_str().unwrap().to_owned();
    let path = format!("/api/v6/downlinks/{id}/retry");
    let retried = lit.lot.post(&path, json!({})).await;
    assert_eq!(retried.status, StatusCode::OK, "{}", retried.text);
    lit.hangs_lamp(SECOND, lit.lot.bays[0]).await;
    lit.observes(0, "occupied").await;
    lit.runs(1).await;
    assert_eq!(lit.transmits(SECOND).await.as_deref(), Some(&RED[..]));
    assert_eq!(lit.transmits(LAMP).await.as_deref(), Some(&[9, 3][..]));
    // Of the names the newest are remembered, of the story the newest steps.
    let names =
        "select count(*) from downlinks where kind = 'raw' and cardinality(earlier_items) = 20
        and earlier_items[1] = 'twenty-one' and earlier_items[20] = 'item-2'";
    assert_eq!(lit.scalar(names).await, 1);
    let story = lit.get(&format!("/api/v6/downlinks/{id}")).await.json()["story"].clone();
    let story = story.as_array().unwrap();
    assert_eq!(story.len(), 60);
    assert_eq!(story[59]["what"], "transmitted");
}

#[tokio::test]
async fn what_a_clock_that_was_ahead_wrote_down_is_not_waited_for() {
    let lit = Lit::open().await;
    lit.observes(1, "occupied").await;
    lit.plans().await;
    lit.is_done(
        "update downlinks set due_at = now() + interval '9 years';
         insert into downlink_budgets (key, taken_at, taken, updated_at)
           select key, array[now() + interval '9 years'], array[1000], now()
           from unnest(array['gateway:0909090909090909']) as k (key)",
    )
    .await;
    lit.runs(2).await;
    assert_eq!(lit.server.asked(), 1);
    lit.is_done(
        "update downlinks set deadline_at = now() + interval '9 years' where status = 'queued'",
    )
    .await;
    lit.runs(10).await;
    assert_eq!(lit.server.asked(), 2, "its deadline is over");
    lit.is_done(
        "update downlinks set status = 'sending', queue_item = null, deadline_at = null, leased_until = now() + interval '9 years'
         where status = 'queued'",
    )
    .await;
    lit.runs(2).await;
    assert_eq!(lit.server.asked(), 3, "nobody has it in hand");
    assert_eq!(lit.transmits(LAMP).await.as_deref(), Some(&RED[..]));
    lit.runs(1).await;

    lit.is_done("update lamps set due_at = now() + interval '9 years', drive_at = now() + interval '9 years', transmitted_at = transmitted_at - interval '1 day'").await;
    lit.runs(2).await;
    assert!(
        lit.transmits(LAMP).await.is_some(),
        "it never said what it shows, and is told again"
    );
}
