//! Persons where something else goes on: offers that were answered elsewhere, others who want the same bays,
//! plates in other scripts, tenants in trouble.

use std::time::Duration;

use parking_testkit::TestDb;
use sqlx::{Connection as _, PgConnection};

use super::*;
use crate::waitlist;

impl Lot {
    async fn offers(&self) {
        let witness = Witness::new(self.flow.db.clone());
        waitlist::keep(&self.flow, &witness).await.expect("a look");
    }

    async fn cancels_one(&self, made: &Value) {
        let path = format!(
            "/api/v6/reservations/{}",
            made["id"].as_str().expect("an id")
        );
        let gone = self.served.delete(&self.token, &path).await;
        assert_eq!(gone.status, StatusCode::NO_CONTENT, "{}", gone.text);
    }

    async fn standing(&self) -> Vec<String> {
        let mut all = self.test.superuser().await;
        sqlx::query_scalar("select status from waitlist_entries order by created_at")
            .fetch_all(&mut all)
            .await
            .expect("entries")
    }

    /// Has Grace wait for a bay and be offered it, and answers the hold.
    async fn offers_grace_a_bay(&self) -> Value {
        let bob = json!({ "email": "bob@people.test" });
        let taken = self.books_for(4, bob).await;
        self.waits_for(&taken, grace()).await;
        self.cancels_one(&taken).await;
        self.offers().await;
        let list = self
            .reads_as(&self.token, "/api/v6/reservations/waitlist")
            .await;
        list.json()["waitlist"][0]["reservation_id"].clone()
    }

    async fn erases_grace_from_the_list(&self) {
        // No server has looked at the list since.
        assert_eq!(self.standing().await, ["offered"]);
        let wish = json!({ "person": GRACE, "dry_run": false, "cancel_ahead": true });
        let done = self.erases(wish).await;
        assert_eq!(done.status, StatusCode::OK, "{}", done.text);
        assert_eq!(done.json()["remaining"], 0);
        self.names_grace_nowhere().await;
    }
}

#[tokio::test]
async fn whoever_answered_an_offer_elsewhere_is_erased_from_the_list_at_once() {
    let lot = Lot::open().await;
    let hold = lot.offers_grace_a_bay().await;
    let path = format!(
        "/api/v6/reservations/{}/confirm",
        hold.as_str().expect("a hold")
    );
    let confirmed = lot.asks_of(&lot.token, &path, json!({})).await;
    assert_eq!(confirmed.status, StatusCode::OK, "{}", confirmed.text);
    lot.erases_grace_from_the_list().await;
    assert_eq!(lot.standing().await, ["claimed"]);
    assert_eq!(lot.sees_one(&hold).await["status"], "cancelled");
}

#[tokio::test]
async fn whoever_let_an_offer_lapse_is_erased_from_the_list_at_once() {
    let lot = Lot::open().await;
    let hold = lot.offers_grace_a_bay().await;
    lot.test.clock().advance(TimeDelta::minutes(31));
    let witness = Witness::new(lot.flow.db.clone());
    keep(&lot.flow, &witness).await.expect("a look");
    assert_eq!(lot.sees_one(&hold).await["status"], "expired");
    lot.erases_grace_from_the_list().await;
    assert_eq!(lot.standing().await, ["lapsed"]);
}

/// Waits until somebody waits for a lock in the database.
async fn somebody_waits(test: &TestDb) {
    let mut all = test.superuser().await;
    for _ in 0..500 {
        let waits: bool = sqlx::query_scalar(
            "select exists (select from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database())",
        )
        .fetch_one(&mut all)
        .await
        .expect("an answer");
        if waits {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("nobody waits");
}

#[tokio::test]
async fn whoever_is_erased_keeps_nobody_from_the_log_while_a_bay_of_theirs_is_in_other_hands() {
    let lot = Lot::open().await;
    let taken = lot
        .books_for(4, json!({ "email": "bob@people.test" }))
        .await;
    lot.waits_for(&taken, grace()).await;
    lot.books_for(8, grace()).await;
    // Somebody holds the bay, as whoever books does, and comes to the log last.
    let options = lot.test.superuser_options();
    let mut other = PgConnection::connect_with(&options)
        .await
        .expect("a connection");
    let mut held = other.begin().await.expect("a transaction");
    sqlx::query("select from spaces where id = $1 for no key update")
        .bind(lot.bays[1])
        .execute(&mut *held)
        .await
        .expect("the bay");
    let (served, token) = (lot.served.clone(), lot.token.clone());
    let erasing = tokio::spawn(async move {
        let wish = json!({ "person": GRACE, "dry_run": false, "cancel_ahead": true });
        served.post(&token, "/api/v6/people/erase", wish).await
    });
    somebody_waits(&lot.test).await;
    sqlx::query("set local lock_timeout = '300ms'")
        .execute(&mut *held)
        .await
        .expect("a setting");
    sqlx::query("select from audit_heads where tenant_id = $1 for update")
        .bind(lot.tenant.0)
        .execute(&mut *held)
        .await
        .expect("the log is free for whoever holds a bay already");
    held.commit().await.expect("a commit");
    let done = erasing.await.expect("no panic");
    assert_eq!(done.status, StatusCode::OK, "{}", done.text);
    assert_eq!(done.json()["remaining"], 0);
}

#[tokio::test]
async fn a_person_known_by_a_plate_in_another_script_is_erased_from_kept_answers_too() {
    let lot = Lot::open().await;
    // The small form of its second letter depends on where in the word one thinks it is.
    let plate = "ΑΣ-1906";
    let made = lot
        .books_for(1, json!({ "name": "Grace Hopper", "plate": plate }))
        .await;
    lot.days_pass(1).await;
    let done = lot
        .erases(json!({ "person": "ας-1906", "dry_run": false }))
        .await;
    assert_eq!(done.json()["erased"], 1, "{}", done.text);
    let mut all = lot.test.superuser().await;
    let kept: Value =
        sqlx::query_scalar("select body from idempotency_keys where body is not null")
            .fetch_one(&mut all)
            .await
            .expect("an answer");
    assert_eq!(kept, json!({ "id": made["id"] }));
}

#[tokio::test]
async fn a_plate_that_is_none_is_refused_and_one_that_grows_in_capitals_is_counted_so() {
    let lot = Lot::open().await;
    let start = lot.now() + TimeDelta::hours(1);
    for plate in ["ada@x.org", &"ß".repeat(11), &"x".repeat(21)] {
        let wish = json!({
            "space_id": lot.bays[0], "start_time": start, "end_time": start + TimeDelta::hours(1), "holder": { "plate": plate },
        });
        let answer = lot.asks_of(&lot.token, "/api/v6/reservations", wish).await;
        refused(&answer, 422, "validation_failed");
        assert_eq!(
            answer.json()["errors"][0]["field"],
            "holder.plate",
            "{plate}"
        );
    }
}

#[tokio::test]
async fn what_goes_wrong_in_one_tenant_keeps_nobody_known_in_another() {
    let lot = Lot::open().await;
    let second = tenant(&lot.flow.db, &lot.flow.clock, "Second").await;
    let mut all = lot.test.superuser().await;
    for tenant in [lot.tenant, second] {
        sqlx::query(
            "insert into sites (tenant_id, id, name, slug, timezone, created_at, updated_at)
             values ($1, $1, 'S', 'the-one', 'UTC', $2, $2)",
        )
        .bind(tenant.0)
        .bind(lot.now())
        .execute(&mut all)
        .await
        .expect("a site");
        sqlx::query(
            "insert into spaces (tenant_id, id, site_id, code, code_order, state_changed_at, created_at, updated_at)
             values ($1, $1, $1, 'one', 'one', $2, $2, $2)",
        )
        .bind(tenant.0)
        .bind(lot.now())
        .execute(&mut all)
        .await
        .expect("a bay");
        sqlx::query(
            "insert into reservations (tenant_id, id, space_id, status, start_time, end_time, blocks_from, blocks_until,
               opens_at, no_show_at, holder_name, created_at, updated_at)
             select $1, gen_random_uuid(), $1, 'completed', s, s + interval '1 hour', s, s + interval '1 hour', s, s,
               'Grace Hopper', s, s from (select $2::timestamptz - interval '500 days' as s) t",
        )
        .bind(tenant.0)
        .bind(lot.now())
        .execute(&mut all)
        .await
        .expect("a past");
    }
    // Whichever is looked at first is in trouble.
    let first = lot.tenant.0.min(second.0);
    let trouble = format!(
        "create function trouble() returns trigger language plpgsql as $$ begin raise exception 'trouble'; end $$;
         create trigger trouble before update on reservations for each row when (old.tenant_id = '{first}')
         execute function trouble()"
    );
    sqlx::raw_sql(sqlx::AssertSqlSafe(trouble))
        .execute(&mut all)
        .await
        .expect("trouble");
    let witness = Witness::new(lot.flow.db.clone());
    let ended = forget(&lot.flow, &witness).await;
    assert!(ended.is_err(), "that something went wrong is told");
    let known: Vec<uuid::Uuid> =
        sqlx::query_scalar("select tenant_id from reservations where holder_name is not null")
            .fetch_all(&mut all)
            .await
            .expect("tenants");
    assert_eq!(known, [first]);
}

#[tokio::test]
async fn an_export_that_leaves_places_on_the_list_out_says_so() {
    let lot = Lot::open().await;
    let mut all = lot.test.superuser().await;
    sqlx::query(
        "insert into waitlist_entries (tenant_id, id, site_id, start_time, end_time, holder_email, holder_key, status, created_at,
           updated_at)
         select $1, gen_random_uuid(), i.id, $2, $2 + interval '1 hour', $3, $3, 'expired', $2, $2
         from generate_series(1, 5001) n, sites i where i.tenant_id = $1",
    )
    .bind(lot.tenant.0)
    .bind(lot.now())
    .bind(GRACE)
    .execute(&mut all)
    .await
    .expect("many places");
    let question = json!({ "person": GRACE });
    let export = lot
        .asks_of(&lot.token, "/api/v6/people/export", question)
        .await
        .json();
    let held = export["waitlist"].as_array().map(Vec::len);
    assert_eq!((held, &export["is_complete"]), (Some(5_000), &json!(false)));
}
