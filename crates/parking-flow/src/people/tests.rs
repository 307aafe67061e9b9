//! What is held of persons, through the routes and the job, over a real database.

#![expect(
    clippy::disallowed_methods,
    reason = "two servers really forget at once"
)]

mod edges;

use axum::http::{Method, StatusCode};
use chrono::TimeDelta;
use parking_access::audit::Witness;
use parking_domain::access::Role;
use parking_domain::ids::{TenantId, fresh};
use parking_testkit::{Answered, bearer};
use serde_json::{Value, json};

use super::forget;
use crate::ingest::Lot;
use crate::reservations::keep;
use crate::tests::{seat, tenant};

const GRACE: &str = "grace@people.test";

impl Lot {
    async fn asks_of(&self, who: &String, path: &str, body: Value) -> Answered {
        let headers = [bearer(who)];
        self.served
            .call(Method::POST, path, &headers, Some(body))
            .await
    }

    async fn erases(&self, wish: Value) -> Answered {
        self.asks_of(&self.token, "/api/v6/people/erase", wish)
            .await
    }

    /// Reserves the second bay from so many hours from now, for two hours.
    async fn books_for(&self, hours: i64, holder: Value) -> Value {
        let start = self.now() + TimeDelta::hours(hours);
        let wish = json!({
            "space_id": self.bays[1], "start_time": start, "end_time": start + TimeDelta::hours(2), "holder": holder,
            "notes": "limps since the fall",
        });
        let headers = [
            bearer(&self.token),
            ("idempotency-key", fresh().to_string()),
        ];
        let path = "/api/v6/reservations";
        let made = self
            .served
            .call(Method::POST, path, &headers, Some(wish))
            .await;
        assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
        made.json()
    }

    /// Waits for the bay of a reservation, at its time.
    async fn waits_for(&self, taken: &Value, holder: Value) {
        let wish = json!({
            "space_id": taken["space_id"], "start_time": taken["start_time"], "end_time": taken["end_time"], "holder": holder,
            "notes": "limps since the fall",
        });
        let joined = self
            .asks_of(&self.token, "/api/v6/reservations/waitlist", wish)
            .await;
        assert_eq!(joined.status, StatusCode::CREATED, "{}", joined.text);
    }

    async fn reads_as(&self, who: &String, path: &str) -> Answered {
        let headers = [bearer(who)];
        self.served.call(Method::GET, path, &headers, None).await
    }

    async fn sees_one(&self, id: &Value) -> Value {
        let path = format!("/api/v6/reservations/{}", id.as_str().expect("an id"));
        let seen = self.reads_as(&self.token, &path).await;
        assert_eq!(seen.status, StatusCode::OK, "{}", seen.text);
        seen.json()
    }

    async fn days_pass(&self, days: i64) {
        self.test.clock().advance(TimeDelta::days(days));
        let witness = Witness::new(self.flow.db.clone());
        keep(&self.flow, &witness).await.expect("a look");
    }

    async fn forgets(&self) {
        let witness = Witness::new(self.flow.db.clone());
        forget(&self.flow, &witness).await.expect("a sweep");
    }

    async fn keeps_people_for(&self, days: Value) {
        let (path, headers) = ("/api/v6/reservations/terms", [bearer(&self.token)]);
        let body = Some(json!({ "retention_days": days }));
        let set = self.served.call(Method::PUT, path, &headers, body).await;
        assert_eq!(set.status, StatusCode::OK, "{}", set.text);
        assert_eq!(set.json()["retention_days"], days);
    }

    /// The tables, except those that nobody can erase from, of which a row says something.
    async fn tables_with(&self, needle: &str) -> Vec<String> {
        let mut all = self.test.superuser().await;
        let tables: Vec<String> = sqlx::query_scalar(
            "select c.oid::regclass::text from pg_class c
             where c.relkind = 'r' and c.relnamespace = 'public'::regnamespace order by 1",
        )
        .fetch_all(&mut all)
        .await
        .expect("tables");
        let mut found = Vec::new();
        for table in tables {
            let query = format!(
                "select exists (select from {table} t where lower(t::text) like '%' || lower($1) || '%')"
            );
            let says: bool = sqlx::query_scalar(sqlx::AssertSqlSafe(query))
                .bind(needle)
                .fetch_one(&mut all)
                .await
                .expect("an answer");
            if says {
                found.push(table);
            }
        }
        found
    }

    async fn names_grace_nowhere(&self) {
        for needle in ["Hopper", GRACE, "GH-1906"] {
            let named = self.tables_with(needle).await;
            assert_eq!(named, Vec::<String>::new(), "{needle}");
        }
    }

    async fn logged(&self, action: &str) -> Vec<(Option<String>, Value)> {
        let mut all = self.test.superuser().await;
        sqlx::query_as("select entity_id, new from audit_log where action = $1 order by seq")
            .bind(action)
            .fetch_all(&mut all)
            .await
            .expect("entries")
    }

    async fn links_of(&self, tenant: TenantId, person: &str) {
        let mut all = self.test.superuser().await;
        sqlx::query(
            "with person as (insert into users (id, email, email_key, name, created_at, updated_at)
               values (gen_random_uuid(), 'staff@people.test', 'staff@people.test', 'Staff', now(), now()) returning id),
             member as (insert into memberships (tenant_id, id, user_id, role, created_at, updated_at)
               select $1, id, id, 'operator', now(), now() from person returning user_id)
             select * from member",
        )
        .bind(tenant.0)
        .execute(&mut all)
        .await
        .expect("a member");
        sqlx::query(
            "insert into calendar_feeds (tenant_id, id, user_id, name, person, secret_hash, created_at)
             select tenant_id, gen_random_uuid(), user_id, 'theirs', $2, '\\x00', now() from memberships where tenant_id = $1",
        )
        .bind(tenant.0)
        .bind(person)
        .execute(&mut all)
        .await
        .expect("a link");
    }
}

fn grace() -> Value {
    json!({ "name": "Grace Hopper", "email": "Grace@people.test", "plate": "GH-1906" })
}

#[track_caller]
fn refused(answer: &Answered, status: u16, code: &str) {
    let told = (answer.status.as_u16(), answer.code());
    assert_eq!(told, (status, code.to_owned()), "{}", answer.text);
}

/// Only says it: one that is over, one ahead, one link and one place on the waiting list.
async fn how_much_is_held_of_grace(lot: &Lot) {
    let dry = lot
        .erases(json!({ "person": "GRACE@people.test ", "dry_run": true }))
        .await;
    assert_eq!(dry.status, StatusCode::OK, "{}", dry.text);
    let dry = dry.json();
    assert_eq!(
        (&dry["over"], &dry["ahead"], &dry["erased"]),
        (&json!(1), &json!(1), &json!(0))
    );
    assert_eq!(dry["plates"], json!(["GH-1906"]));
    assert_eq!(
        (&dry["calendar_feeds"], &dry["waitlist"], &dry["remaining"]),
        (&json!(1), &json!(1), &json!(3))
    );
}

#[tokio::test]
async fn whoever_is_erased_stands_in_no_table_any_more_and_their_reservations_stay_as_figures() {
    let lot = Lot::open().await;
    let past = lot.books_for(1, grace()).await;
    let other = lot
        .books_for(4, json!({ "name": "Bob", "email": "bob@people.test" }))
        .await;
    lot.days_pass(1).await;
    let ahead = lot.books_for(3, grace()).await;
    lot.waits_for(&ahead, grace()).await;
    lot.links_of(lot.tenant, GRACE).await;
    for needle in ["Hopper", GRACE, "GH-1906", "limps"] {
        let named = lot.tables_with(needle).await;
        for table in ["reservations", "waitlist_entries"] {
            assert!(named.contains(&table.to_owned()), "{named:?}");
        }
    }
    how_much_is_held_of_grace(&lot).await;
    let hasty = lot
        .erases(json!({ "person": GRACE, "dry_run": false }))
        .await;
    refused(&hasty, 409, "reservations_ahead");
    assert_eq!(
        lot.sees_one(&past["id"]).await["holder"]["name"],
        "Grace Hopper"
    );

    let wish = json!({ "person": GRACE, "dry_run": false, "cancel_ahead": true });
    let done = lot.erases(wish.clone()).await;
    assert_eq!(done.status, StatusCode::OK, "{}", done.text);
    let done = done.json();
    assert_eq!(
        (&done["erased"], &done["cancelled"], &done["remaining"]),
        (&json!(2), &json!(1), &json!(0))
    );
    lot.names_grace_nowhere().await;
    let seen = lot.sees_one(&past["id"]).await;
    assert_eq!(
        seen["holder"],
        json!({ "name": null, "email": null, "plate": null })
    );
    assert_eq!(seen["notes"], Value::Null);
    assert_eq!(
        (&seen["start_time"], &seen["end_time"], &seen["status"]),
        (&past["start_time"], &past["end_time"], &json!("expired"))
    );
    assert!(seen["erased_at"].is_string());
    assert_eq!(lot.sees_one(&ahead["id"]).await["status"], "cancelled");
    assert_eq!(lot.sees_one(&other["id"]).await["holder"]["name"], "Bob");
    // Said twice it stays so, and both times the log knows who by a hash alone.
    let again = lot.erases(wish).await.json();
    assert_eq!((&again["over"], &again["erased"]), (&json!(0), &json!(0)));
    let entries = lot.logged("person.erased").await;
    assert_eq!(entries.len(), 2);
    assert_eq!(entries[0].0, entries[1].0);
    assert_eq!(entries[0].0.as_ref().map(String::len), Some(64));
    assert_eq!(entries[0].1["reservations"], 2);
    assert_eq!(entries[0].1["waitlist"], 1);
}

#[tokio::test]
async fn an_answer_that_was_kept_for_a_repeated_request_forgets_the_person_too() {
    let lot = Lot::open().await;
    let made = lot.books_for(1, grace()).await;
    lot.days_pass(1).await;
    let mut all = lot.test.superuser().await;
    let body = "select body from idempotency_keys where body is not null";
    let kept: Value = sqlx::query_scalar(body)
        .fetch_one(&mut all)
        .await
        .expect("an answer");
    assert_eq!(kept["holder"]["name"], "Grace Hopper");
    lot.erases(json!({ "person": GRACE, "dry_run": false }))
        .await;
    let kept: Value = sqlx::query_scalar(body)
        .fetch_one(&mut all)
        .await
        .expect("an answer");
    assert_eq!(kept, json!({ "id": made["id"] }));
}

#[tokio::test]
async fn nobody_erases_or_exports_a_person_of_another_tenant() {
    let lot = Lot::open().await;
    let made = lot.books_for(1, grace()).await;
    lot.days_pass(1).await;
    let elsewhere = tenant(&lot.flow.db, &lot.flow.clock, "Elsewhere").await;
    let stranger = seat(&lot.people, elsewhere, Role::Owner);
    let wish = json!({ "person": GRACE, "dry_run": false, "cancel_ahead": true });
    let nothing = lot.asks_of(&stranger, "/api/v6/people/erase", wish).await;
    assert_eq!(
        (nothing.status, &nothing.json()["erased"]),
        (StatusCode::OK, &json!(0))
    );
    let question = json!({ "person": GRACE });
    let export = lot
        .asks_of(&stranger, "/api/v6/people/export", question.clone())
        .await;
    assert_eq!(export.json()["reservations"], json!([]));
    assert_eq!(
        lot.sees_one(&made["id"]).await["holder"]["name"],
        "Grace Hopper"
    );
    // Operators see people one by one, and no more.
    let operator = seat(&lot.people, lot.tenant, Role::Operator);
    let export = lot
        .asks_of(&operator, "/api/v6/people/export", question)
        .await;
    refused(&export, 403, "forbidden");
}

#[tokio::test]
async fn an_export_holds_everything_of_a_person_with_its_times() {
    let lot = Lot::open().await;
    let made = lot.books_for(1, grace()).await;
    let taken = lot
        .books_for(4, json!({ "email": "bob@people.test" }))
        .await;
    lot.waits_for(&taken, grace()).await;
    let path = format!(
        "/api/v6/reservations/{}/cancel",
        made["id"].as_str().expect("an id")
    );
    let headers = [bearer(&lot.token)];
    let reason = Some(json!({ "reason": "she fell ill" }));
    lot.served.call(Method::PUT, &path, &headers, reason).await;
    lot.links_of(lot.tenant, GRACE).await;
    let export = lot
        .asks_of(
            &lot.token,
            "/api/v6/people/export",
            json!({ "person": GRACE }),
        )
        .await;
    assert_eq!(export.status, StatusCode::OK, "{}", export.text);
    let export = export.json();
    assert_eq!(
        (&export["person"], &export["is_complete"]),
        (&json!(GRACE), &json!(true))
    );
    let all = export["reservations"].as_array().expect("reservations");
    assert_eq!(all.len(), 1);
    assert_eq!(all[0]["id"], made["id"]);
    assert_eq!(all[0]["holder"]["plate"], "GH-1906");
    assert_eq!(all[0]["notes"], "limps since the fall");
    let history = all[0]["history"].as_array().expect("a history");
    let kinds: Vec<&Value> = history.iter().map(|change| &change["kind"]).collect();
    assert_eq!(kinds, [&json!("created"), &json!("cancelled")]);
    assert_eq!(history[1]["reason"], "she fell ill");
    assert_eq!(export["calendar_feeds"][0]["name"], "theirs");
    let waited = &export["waitlist"][0];
    assert_eq!(waited["start_time"], taken["start_time"]);
    assert_eq!(
        (&waited["status"], &waited["notes"]),
        (&json!("waiting"), &json!("limps since the fall"))
    );
    let entries = lot.logged("person.exported").await;
    assert_eq!(
        entries[0].1,
        json!({ "reservations": 1, "calendar_feeds": 1, "waitlist": 1 })
    );
    for wrong in ["", "  ", &"x".repeat(255)] {
        let answer = lot
            .asks_of(
                &lot.token,
                "/api/v6/people/export",
                json!({ "person": wrong }),
            )
            .await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{wrong:?}");
        assert_eq!(answer.json()["errors"][0]["field"], "person");
    }
}

/// Names of reservations, in the order of their beginnings.
async fn names(lot: &Lot) -> Vec<Option<String>> {
    let mut all = lot.test.superuser().await;
    sqlx::query_scalar("select holder_name from reservations order by start_time")
        .fetch_all(&mut all)
        .await
        .expect("names")
}

#[tokio::test]
async fn people_are_forgotten_once_the_tenant_keeps_them_no_longer_and_not_before() {
    let lot = Lot::open().await;
    for hours in [1, 26] {
        lot.books_for(hours, grace()).await;
    }
    let named = |first: bool, second: bool| {
        let name = |is_known: bool| is_known.then(|| "Grace Hopper".to_owned());
        vec![name(first), name(second)]
    };
    lot.keeps_people_for(Value::Null).await;
    lot.days_pass(5).await;
    lot.forgets().await;
    assert_eq!(names(&lot).await, named(true, true), "kept for good");
    // The first ended 4 days and 21 hours ago, the second 3 days and 20 hours.
    lot.keeps_people_for(json!(5)).await;
    lot.forgets().await;
    assert_eq!(names(&lot).await, named(true, true), "not yet");
    lot.keeps_people_for(json!(4)).await;
    lot.forgets().await;
    assert_eq!(names(&lot).await, named(false, true));
    let entries = lot.logged("person.forgotten").await;
    assert_eq!(entries.len(), 1);
    assert_eq!(
        (&entries[0].0, &entries[0].1["reservations"]),
        (&None, &json!(1))
    );
    // There is nothing more to do, and nothing more is written.
    lot.forgets().await;
    assert_eq!(lot.logged("person.forgotten").await.len(), 1);
}

#[tokio::test]
async fn servers_that_forget_at_once_erase_each_reservation_once() {
    let lot = Lot::open().await;
    lot.keeps_people_for(json!(1)).await;
    let mut all = lot.test.superuser().await;
    sqlx::query(
        "insert into reservations (tenant_id, id, space_id, status, start_time, end_time, blocks_from, blocks_until, opens_at,
           no_show_at, holder_name, created_at, updated_at)
         select $1, gen_random_uuid(), $2, 'completed', s, s + interval '1 hour', s, s + interval '1 hour', s, s, 'Grace Hopper', s, s
         from generate_series(1, 3000) n cross join lateral (select $3::timestamptz - n * interval '2 hours' - interval '2 days' as s) t",
    )
    .bind(lot.tenant.0)
    .bind(lot.bays[1])
    .bind(lot.now())
    .execute(&mut all)
    .await
    .expect("a past");
    let sweeps: Vec<_> = (0..4)
        .map(|_| {
            let flow = lot.flow.clone();
            tokio::spawn(async move {
                let witness = Witness::new(flow.db.clone());
                forget(&flow, &witness).await
            })
        })
        .collect();
    for sweep in sweeps {
        sweep.await.expect("an end").expect("a sweep");
    }
    lot.forgets().await;
    assert_eq!(lot.tables_with("Hopper").await, Vec::<String>::new());
    let erased: i64 = lot
        .logged("person.forgotten")
        .await
        .iter()
        .filter_map(|(_, counts)| counts["reservations"].as_i64())
        .sum();
    assert_eq!(erased, 3_000);
    let versions: Vec<i64> = sqlx::query_scalar("select distinct version from reservations")
        .fetch_all(&mut all)
        .await
        .expect("versions");
    assert_eq!(versions, [2]);
}

#[tokio::test]
async fn what_a_tenant_keeps_is_said_for_all_its_sites_at_once() {
    let lot = Lot::open().await;
    lot.keeps_people_for(json!(30)).await;
    let mut all = lot.test.superuser().await;
    let site: uuid::Uuid = sqlx::query_scalar("select id from sites where tenant_id = $1")
        .bind(lot.tenant.0)
        .fetch_one(&mut all)
        .await
        .expect("a site");
    let path = format!("/api/v6/reservations/terms?site_id={site}");
    let headers = [bearer(&lot.token)];
    let put = async |body: Value| {
        let path = path.clone();
        lot.served
            .call(Method::PUT, &path, &headers, Some(body))
            .await
    };
    let own = put(json!({ "grace_minutes": 20 })).await;
    assert_eq!(own.json()["source"], "site");
    assert_eq!(own.json()["retention_days"], 30);
    let refused = put(json!({ "retention_days": 10 })).await;
    assert_eq!(refused.json()["errors"][0]["field"], "retention_days");
    // Terms of a site that were set before do not hide what the tenant says now.
    lot.keeps_people_for(json!(10)).await;
    let seen = lot.reads_as(&lot.token, &path).await.json();
    assert_eq!(
        (&seen["grace_minutes"], &seen["retention_days"]),
        (&json!(20), &json!(10))
    );
    for wrong in [0, 3_651] {
        let path = "/api/v6/reservations/terms";
        let body = Some(json!({ "retention_days": wrong }));
        let answer = lot.served.call(Method::PUT, path, &headers, body).await;
        assert_eq!(answer.json()["errors"][0]["field"], "retention_days");
    }
}

#[tokio::test]
async fn a_viewer_sees_that_a_bay_is_reserved_and_neither_for_whom_nor_what_was_noted() {
    let lot = Lot::open().await;
    let made = lot.books_for(1, grace()).await;
    let viewer = seat(&lot.people, lot.tenant, Role::Viewer);
    let path = format!(
        "/api/v6/reservations/{}",
        made["id"].as_str().expect("an id")
    );
    let seen = lot.reads_as(&viewer, &path).await.json();
    assert_eq!(
        (&seen["holder"], &seen["notes"]),
        (&Value::Null, &Value::Null)
    );
    assert_eq!(seen["status"], "confirmed");
    let found = |answer: Answered| answer.json()["total"].clone();
    let search = "/api/v6/reservations?q=limps";
    assert_eq!(found(lot.reads_as(&viewer, search).await), 0);
    let operator = seat(&lot.people, lot.tenant, Role::Operator);
    assert_eq!(found(lot.reads_as(&operator, search).await), 1);
    // Nor does what was noted go where nobody can erase it.
    assert_eq!(
        lot.tables_with("limps").await,
        ["idempotency_keys", "reservations"]
    );
}
