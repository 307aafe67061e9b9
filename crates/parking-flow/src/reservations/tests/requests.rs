//! Asking again under the same name.

use std::collections::BTreeSet;
use std::sync::Arc;

use parking_db::{Db, DbOptions};
use parking_http::Authenticate;
use parking_testkit::Served;

use super::*;
use crate::Flow;

impl Lot {
    fn named(&self, request_id: &str, bay: usize, start: i64) -> Value {
        let mut wish = self.wish(bay, start, start + 60);
        wish["request_id"] = json!(request_id);
        wish["holder"] = json!({ "name": "Ada", "email": "ada@x.org" });
        wish["notes"] = json!("wide");
        wish
    }

    async fn asks_named(&self, wish: &Value) -> Answered {
        self.does(Method::POST, RESERVATIONS, Some(wish.clone()))
            .await
    }

    async fn rows(&self) -> i64 {
        let mut all = self.test.superuser().await;
        sqlx::query_scalar("select count(*) from reservations")
            .fetch_one(&mut all)
            .await
            .expect("a count")
    }

    /// A second server on the same database, with connections of its own.
    fn replica(&self) -> Served {
        let flow = Flow {
            db: Db::lazy(&DbOptions::new(self.test.login_options())),
            ..self.flow.clone()
        };
        let callers = Arc::clone(&self.people) as Arc<dyn Authenticate>;
        Served::new(crate::routes(flow), &self.test.clock(), callers)
    }
}

fn is_replayed(answer: &Answered) -> bool {
    answer.headers.get("idempotency-replayed").is_some()
}

#[tokio::test]
async fn what_is_asked_for_again_under_its_name_is_the_same_reservation_as_it_stands_now() {
    let lot = Lot::open().await;
    lot.sets_terms(json!({ "per_person_max": 1 })).await;
    let wish = lot.named("desk-1", 0, 60);
    let first = lot.asks_named(&wish).await;
    assert_eq!(first.status, StatusCode::CREATED, "{}", first.text);
    assert!(!is_replayed(&first));
    assert_eq!(first.json()["request_id"], "desk-1");
    let again = lot.asks_named(&wish).await;
    assert_eq!(again.status, StatusCode::CREATED, "{}", again.text);
    assert!(is_replayed(&again));
    assert_eq!(again.json(), first.json());
    for header in ["location", "etag"] {
        assert_eq!(again.headers[header], first.headers[header], "{header}");
    }
    // What became of it is told, and it is not made anew.
    lot.cancels(&first.json()).await;
    let after = lot.asks_named(&wish).await;
    assert_eq!(after.status, StatusCode::CREATED, "{}", after.text);
    assert_eq!(
        (&after.json()["id"], &after.json()["status"]),
        (&first.json()["id"], &json!("cancelled"))
    );
    // An hour later its time is over, and it is what was asked for all the same.
    lot.waits_until(300).await;
    assert_eq!(lot.asks_named(&wish).await.json()["id"], first.json()["id"]);
    assert_eq!(lot.rows().await, 1);
    let created = lot.events().await;
    assert_eq!(created, ["reservation.created", "reservation.cancelled"]);
}

#[tokio::test]
async fn a_name_that_stands_for_something_else_is_refused_and_of_other_tenants_means_nothing() {
    let lot = Lot::open().await;
    let wish = lot.named("desk-1", 0, 60);
    lot.asks_named(&wish).await;
    let others: [(&str, Value); 6] = [
        ("space_id", json!(lot.bays[1])),
        ("start_time", json!(at(65))),
        ("end_time", json!(at(115))),
        ("status", json!("pending")),
        ("holder", json!({ "name": "Ada" })),
        ("notes", json!("narrow")),
    ];
    for (field, value) in others {
        let mut other = wish.clone();
        other[field] = value;
        refused(&lot.asks_named(&other).await, 409, "request_id_reused");
    }
    // Nothing of another kind came of it, and without a name each is a wish of its own.
    assert_eq!(lot.rows().await, 1);
    for nameless in [json!(null), json!("  ")] {
        let mut other = wish.clone();
        other["request_id"] = nameless;
        refused(&lot.asks_named(&other).await, 409, "slot_taken");
    }
    let mut long = wish.clone();
    long["request_id"] = json!("x".repeat(101));
    wrong(&lot.asks_named(&long).await, "request_id");
    let elsewhere = tenant(&lot.flow.db, &lot.flow.clock, "Elsewhere").await;
    let stranger = seat(&lot.people, elsewhere, Role::Owner);
    let answer = lot.served.post(&stranger, RESERVATIONS, wish).await;
    refused(&answer, 404, "not_found");
}

#[tokio::test]
async fn a_file_and_a_program_mean_the_same_by_a_name() {
    let lot = Lot::open().await;
    let made = lot.asks_named(&lot.named("desk-1", 0, 60)).await.json();
    let moment = |minute| at(minute).to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
    let file = format!(
        "request_id,space_code,start_time,end_time,name,email,notes\n\
         desk-1,a-1,{},{},Ada,ada@x.org,wide\n\
         desk-2,a-1,{},{},Ada,ada@x.org,wide\n",
        moment(60),
        moment(120),
        moment(180),
        moment(240),
    );
    let headers = [bearer(&lot.token), ("content-type", "text/csv".to_owned())];
    let path = format!("{RESERVATIONS}/import");
    let done = lot
        .served
        .send(Method::POST, &path, &headers, file)
        .await
        .json();
    let rows = &done["rows"];
    assert_eq!(
        (&rows[0]["verdict"], &rows[0]["reservation_id"]),
        (&json!("same"), &made["id"])
    );
    assert_eq!(rows[1]["verdict"], "created");
    let again = lot.asks_named(&lot.named("desk-2", 0, 180)).await;
    assert_eq!(
        again.json()["id"],
        rows[1]["reservation_id"],
        "{}",
        again.text
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_who_ask_two_servers_at_once_under_one_name_are_told_of_one_reservation() {
    let lot = Lot::open().await;
    // One reservation a person, so that who comes second is also one too many.
    lot.sets_terms(json!({ "per_person_max": 1 })).await;
    let servers = [lot.served.clone(), lot.replica()];
    for round in 0..10 {
        let start = 60 + round * 60;
        let name = format!("desk-{round}");
        let mut wish = lot.named(&name, 0, start);
        let mut other = lot.named(&name, 1, start);
        for (wish, n) in [(&mut wish, round), (&mut other, round + 100)] {
            wish["holder"] = json!({ "email": format!("ada{n}@x.org") });
        }
        let asking = (0..16_usize).map(|n| {
            let wish = if n % 8 == 7 {
                other.clone()
            } else {
                wish.clone()
            };
            let (served, token) = (servers[n % 2].clone(), lot.token.clone());
            tokio::spawn(async move { served.post(&token, RESERVATIONS, wish).await })
        });
        let asking: Vec<_> = asking.collect();
        let mut made = BTreeSet::new();
        let mut fresh = 0;
        for one in asking {
            let answer = one.await.expect("no panic");
            if answer.status == StatusCode::CREATED {
                fresh += i32::from(!is_replayed(&answer));
                made.insert(answer.json()["id"].to_string());
            } else {
                refused(&answer, 409, "request_id_reused");
            }
        }
        assert_eq!((made.len(), fresh), (1, 1), "round {round}");
    }
    assert_eq!(lot.rows().await, 10);
}
