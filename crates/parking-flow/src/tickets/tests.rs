//! Tickets through the routes, over a real database.

use axum::http::{Method, StatusCode};
use chrono::{DateTime, TimeDelta, Utc};
use parking_access::audit::By;
use parking_domain::access::Role;
use parking_domain::ids::fresh;
use parking_estate::Maker;
use parking_http::IfMatch;
use parking_testkit::{Answered, bearer};
use serde_json::{Value, json};
use uuid::Uuid;

use super::Ticket;
use crate::ingest::Lot;
use crate::reservations::{self, Wish};
use crate::tests::{seat, tenant};

const TICKET: &str = "/api/v6/ticket";

/// From noon to one o'clock of the day after the test's.
struct Stay {
    id: String,
    start: DateTime<Utc>,
    end: DateTime<Utc>,
}

impl Lot {
    async fn of_staff(
        &self,
        who: &String,
        method: Method,
        path: &str,
        body: Option<Value>,
    ) -> Answered {
        self.served.call(method, path, &[bearer(who)], body).await
    }

    async fn stay(&self, status: &str) -> Stay {
        let start = self.flow.clock.now() + TimeDelta::days(1);
        let end = start + TimeDelta::hours(1);
        let wish = json!({
            "space_id": self.bays[0], "start_time": start, "end_time": end, "status": status, "notes": "a secret of the house",
            "holder": { "name": "Ada Lovelace", "email": "ada@people.test", "plate": "AB-123" },
        });
        let path = "/api/v6/reservations";
        let made = self
            .of_staff(&self.token, Method::POST, path, Some(wish))
            .await;
        assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
        let id = made.json()["id"].as_str().expect("an id").to_owned();
        Stay { id, start, end }
    }

    async fn link(&self, method: Method, stay: &Stay) -> Answered {
        let path = format!("/api/v6/reservations/{}/ticket", stay.id);
        self.of_staff(&self.token, method, &path, None).await
    }

    /// The secret part of the link, as an operator hands it over.
    async fn hands_over(&self, stay: &Stay) -> String {
        token(&self.link(Method::GET, stay).await)
    }

    /// What somebody finds who has nothing but the link.
    async fn shows(&self, token: &str) -> Answered {
        let headers = [("x-ticket", token.to_owned())];
        self.served.call(Method::GET, TICKET, &headers, None).await
    }

    async fn guest(&self, token: &str, step: &str) -> Answered {
        let headers = [("x-ticket", token.to_owned())];
        let path = format!("{TICKET}/{step}");
        self.served.call(Method::PUT, &path, &headers, None).await
    }

    fn clock_shows(&self, at: DateTime<Utc>) {
        self.test.clock().advance(at - self.flow.clock.now());
    }

    async fn rows_of<T>(&self, query: &'static str) -> Vec<T>
    where
        T: Send + Unpin + for<'r> sqlx::Decode<'r, sqlx::Postgres> + sqlx::Type<sqlx::Postgres>,
    {
        let mut all = self.test.superuser().await;
        let rows = sqlx::query_scalar(query).fetch_all(&mut all).await;
        rows.expect("rows")
    }

    async fn is_ordained(&self, statement: &'static str) {
        let mut all = self.test.superuser().await;
        let done = sqlx::raw_sql(statement).execute(&mut all).await;
        done.expect(statement);
    }
}

fn token(answer: &Answered) -> String {
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    let url = answer.json()["url"].as_str().expect("a link").to_owned();
    let (page, token) = url.split_once('#').expect("a secret");
    assert_eq!(page, "https://parking.example/ticket");
    token.to_owned()
}

#[track_caller]
fn refused(answer: &Answered, status: u16, code: &str) {
    let told = (answer.status.as_u16(), answer.code());
    assert_eq!(told, (status, code.to_owned()), "{}", answer.text);
}

#[track_caller]
fn step(ticket: &Value, name: &str) -> Option<String> {
    let step = &ticket[name];
    let hindrance = step["hindrance"].as_str().map(str::to_owned);
    assert_eq!(step["is_open"], hindrance.is_none(), "{ticket}");
    hindrance
}

#[tokio::test]
async fn a_guest_sees_their_own_reservation_and_nothing_else() {
    let lot = Lot::open().await;
    lot.is_ordained(
        "update sites set address = '1 Quay Street', postal_code = '56100', city = 'Lorient'",
    )
    .await;
    let stay = lot.stay("confirmed").await;
    let token = lot.hands_over(&stay).await;
    let seen = lot.shows(&token).await;
    assert_eq!(seen.status, StatusCode::OK, "{}", seen.text);
    let ticket = seen.json();
    let expected = [
        ("site_name", json!("Quay")),
        ("address", json!("1 Quay Street")),
        ("city", json!("Lorient")),
        ("timezone", json!("Europe/Paris")),
        ("status", json!("confirmed")),
        ("start_time", json!(stay.start)),
        ("end_time", json!(stay.end)),
    ];
    for (field, value) in expected {
        assert_eq!(ticket[field], value, "{field}");
    }
    for secret in [
        "Ada",
        "people.test",
        "AB-123",
        "secret of the house",
        &stay.id,
    ] {
        assert!(!seen.text.contains(secret), "{secret} in {}", seen.text);
    }
    assert!(
        !seen.text.contains(&lot.bays[0].to_string())
            && !seen.text.contains(&lot.tenant.to_string()),
        "an id within: {}",
        seen.text
    );
}

#[tokio::test]
async fn a_guest_checks_in_when_the_window_opens_and_again_without_harm_and_leaves() {
    let lot = Lot::open().await;
    let stay = lot.stay("confirmed").await;
    let token = lot.hands_over(&stay).await;
    let early = lot.shows(&token).await.json();
    assert_eq!(step(&early, "check_in").as_deref(), Some("early"));
    refused(&lot.guest(&token, "check-in").await, 409, "check_in_closed");
    refused(&lot.guest(&token, "check-out").await, 409, "not_checked_in");

    lot.clock_shows(stay.start - TimeDelta::minutes(15));
    assert_eq!(step(&lot.shows(&token).await.json(), "check_in"), None);
    let (first, second) =
        tokio::join!(lot.guest(&token, "check-in"), lot.guest(&token, "check-in"));
    for come in [first, second, lot.guest(&token, "check-in").await] {
        assert_eq!(come.status, StatusCode::OK, "{}", come.text);
        let come = come.json();
        assert!(come["checked_in_at"].is_string(), "{come}");
        assert_eq!(step(&come, "check_in").as_deref(), Some("done"));
        assert_eq!(step(&come, "check_out"), None);
    }
    let left = lot.guest(&token, "check-out").await;
    assert_eq!(
        (left.status, &left.json()["status"]),
        (StatusCode::OK, &json!("completed"))
    );

    let events: Vec<String> = lot
        .rows_of("select kind from events where kind like 'reservation.%' order by id")
        .await;
    let once = [
        "reservation.created",
        "reservation.checked_in",
        "reservation.checked_out",
    ];
    assert_eq!(events, once);
    let entries: Vec<String> = lot
        .rows_of(
            "select concat_ws(' ', action, actor_type, actor_name) from audit_log
             where action like 'reservation.c%ed_%' order by seq",
        )
        .await;
    let by_guest = [
        "reservation.checked_in anonymous Guest",
        "reservation.checked_out anonymous Guest",
    ];
    assert_eq!(entries, by_guest);
}

#[tokio::test]
async fn a_guest_who_cancels_frees_the_bay_and_is_bound_by_the_notice() {
    let lot = Lot::open().await;
    let stay = lot.stay("confirmed").await;
    let token = lot.hands_over(&stay).await;
    for _ in 0..2 {
        let off = lot.guest(&token, "cancel").await;
        assert_eq!(
            (off.status, &off.json()["status"]),
            (StatusCode::OK, &json!("cancelled"))
        );
    }
    refused(&lot.guest(&token, "check-in").await, 409, "check_in_closed");

    // Others have it at once; and of theirs the terms say until when it can be given back.
    let terms = json!({ "cancel_notice_minutes": 60 });
    let path = "/api/v6/reservations/terms";
    let set = lot
        .of_staff(&lot.token, Method::PUT, path, Some(terms))
        .await;
    assert_eq!(set.status, StatusCode::OK, "{}", set.text);
    let next = lot.stay("confirmed").await;
    let token = lot.hands_over(&next).await;
    let until = next.start - TimeDelta::minutes(60);
    let seen = lot.shows(&token).await.json();
    assert_eq!(seen["cancel_until"], json!(until));
    lot.clock_shows(until + TimeDelta::seconds(1));
    let seen = lot.shows(&token).await.json();
    assert_eq!(step(&seen, "cancel").as_deref(), Some("late"));
    refused(
        &lot.guest(&token, "cancel").await,
        409,
        "cancellation_closed",
    );
}

#[tokio::test]
async fn a_hold_is_shown_as_one_and_cannot_be_checked_in() {
    let lot = Lot::open().await;
    let stay = lot.stay("pending").await;
    let token = lot.hands_over(&stay).await;
    lot.clock_shows(stay.start);
    let seen = lot.shows(&token).await.json();
    assert_eq!(seen["status"], "pending");
    assert_eq!(step(&seen, "check_in").as_deref(), Some("unconfirmed"));
    refused(&lot.guest(&token, "check-in").await, 409, "check_in_closed");
    assert_eq!(lot.guest(&token, "cancel").await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_renewed_link_is_the_only_good_one_and_that_it_was_handed_over_is_logged() {
    let lot = Lot::open().await;
    let stay = lot.stay("confirmed").await;
    let old = lot.hands_over(&stay).await;
    assert_eq!(lot.hands_over(&stay).await, old, "to look renews nothing");
    let new = token(&lot.link(Method::POST, &stay).await);
    assert_ne!(old, new);
    refused(&lot.shows(&old).await, 404, "not_found");
    refused(&lot.guest(&old, "cancel").await, 404, "not_found");
    assert_eq!(lot.shows(&new).await.status, StatusCode::OK);
    assert_eq!(lot.hands_over(&stay).await, new);
    let entries: Vec<String> = lot
        .rows_of(
            "select concat_ws(' ', action, actor_name, entity_id, old::text, new::text) from audit_log
             where action like 'reservation_ticket.%' order by seq",
        )
        .await;
    let entry = |verb| format!("reservation_ticket.{verb} Ada Lovelace {}", stay.id);
    let expected = ["shown", "shown", "renewed", "shown"].map(entry);
    assert_eq!(entries, expected);
}

#[tokio::test]
async fn whoever_gave_a_reservation_away_has_no_more_to_do_with_it() {
    let lot = Lot::open().await;
    let stay = lot.stay("confirmed").await;
    let adas = lot.hands_over(&stay).await;
    let path = format!("/api/v6/reservations/{}", stay.id);
    let becomes = async |holder: Value| {
        let change = json!({ "holder": holder });
        let changed = lot
            .of_staff(&lot.token, Method::PATCH, &path, Some(change))
            .await;
        assert_eq!(changed.status, StatusCode::OK, "{}", changed.text);
    };
    // Another name or plate of the same address is the same person.
    becomes(json!({ "name": "Ada King", "email": "Ada@people.test", "plate": "CD-456" })).await;
    assert_eq!(lot.shows(&adas).await.status, StatusCode::OK);
    becomes(json!({ "plate": "CD-456" })).await;
    refused(&lot.shows(&adas).await, 404, "not_found");
    refused(&lot.guest(&adas, "cancel").await, 404, "not_found");
    // Who is known by a plate, and now has an address, keeps the link that was handed over.
    let of_plate = lot.hands_over(&stay).await;
    becomes(json!({ "email": "grace@people.test", "plate": "cd-456" })).await;
    assert_eq!(lot.shows(&of_plate).await.status, StatusCode::OK);
    becomes(json!(null)).await;
    refused(&lot.shows(&of_plate).await, 404, "not_found");
    // Nobody had it, so that nobody loses it.
    let nobodys = lot.hands_over(&stay).await;
    becomes(json!({ "email": "ada@people.test" })).await;
    assert_eq!(lot.shows(&nobodys).await.status, StatusCode::OK);
    assert_eq!(lot.guest(&nobodys, "cancel").await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_series_that_is_given_away_has_other_links() {
    let lot = Lot::open().await;
    let start = lot.flow.clock.now() + TimeDelta::days(1);
    let wish = json!({
        "space_id": lot.bays[0], "start_time": start, "end_time": start + TimeDelta::hours(1), "rule": "FREQ=DAILY;COUNT=2",
        "holder": { "email": "ada@people.test" },
    });
    let path = "/api/v6/reservations/series";
    let made = lot
        .of_staff(&lot.token, Method::POST, path, Some(wish))
        .await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
    let series = made.json();
    let stay = Stay {
        id: series["occurrences"][1]["reservation_id"]
            .as_str()
            .expect("an id")
            .to_owned(),
        start,
        end: start,
    };
    let adas = lot.hands_over(&stay).await;
    let path = format!("{path}/{}", series["id"].as_str().expect("an id"));
    let change = json!({ "holder": { "email": "grace@people.test" } });
    let given = lot
        .of_staff(&lot.token, Method::PATCH, &path, Some(change))
        .await;
    assert_eq!(given.status, StatusCode::OK, "{}", given.text);
    refused(&lot.guest(&adas, "cancel").await, 404, "not_found");
}

#[tokio::test]
async fn links_are_for_those_who_book_in_their_own_tenant() {
    let lot = Lot::open().await;
    let stay = lot.stay("confirmed").await;
    let path = format!("/api/v6/reservations/{}/ticket", stay.id);
    let other = tenant(&lot.flow.db, &lot.flow.clock, "Elsewhere").await;
    let viewer = seat(&lot.people, lot.tenant, Role::Viewer);
    let stranger = seat(&lot.people, other, Role::Owner);
    for method in [Method::GET, Method::POST] {
        let looked = lot.of_staff(&viewer, method.clone(), &path, None).await;
        refused(&looked, 403, "forbidden");
        let looked = lot.of_staff(&stranger, method, &path, None).await;
        refused(&looked, 404, "not_found");
    }
    let numbers: Vec<i32> = lot.rows_of("select ticket_number from reservations").await;
    assert_eq!(numbers, [1], "nobody renewed it");
}

#[tokio::test]
async fn whatever_is_wrong_with_a_link_is_answered_alike() {
    let lot = Lot::open().await;
    let stay = lot.stay("confirmed").await;
    let good = lot.hands_over(&stay).await;
    let reservation: Uuid = stay.id.parse().expect("an id");
    let other = tenant(&lot.flow.db, &lot.flow.clock, "Elsewhere").await;
    let forged = |tenant, reservation, number| {
        let ticket = Ticket {
            tenant,
            reservation,
            number,
        };
        secrecy::ExposeSecret::expose_secret(&lot.flow.links.token(&ticket)).to_owned()
    };
    let unknown = lot.shows(&forged(lot.tenant, fresh(), 1)).await;
    let told = |answer: &Answered| {
        let problem = answer.json();
        (
            answer.status,
            problem["code"].clone(),
            problem["title"].clone(),
            problem["detail"].clone(),
        )
    };
    let mut altered = good.clone();
    altered.replace_range(30..31, if &good[30..31] == "A" { "B" } else { "A" });
    let wrong = [
        forged(other, reservation, 1),
        forged(lot.tenant, reservation, 2),
        altered,
        "garbage".to_owned(),
        "x".repeat(4_000),
        String::new(),
    ];
    for token in &wrong {
        assert_eq!(told(&lot.shows(token).await), told(&unknown), "{token}");
        assert_eq!(
            told(&lot.guest(token, "cancel").await),
            told(&unknown),
            "{token}"
        );
    }
    let bare = lot.served.call(Method::GET, TICKET, &[], None).await;
    assert_eq!(told(&bare), told(&unknown));
    refused(&unknown, 404, "not_found");

    lot.is_ordained("update tenants set status = 'suspended' where name = 'Harbour'")
        .await;
    assert_eq!(
        told(&lot.shows(&good).await),
        told(&unknown),
        "of a suspended tenant"
    );
    assert_eq!(told(&lot.guest(&good, "check-in").await), told(&unknown));
    lot.is_ordained("update tenants set status = 'active' where name = 'Harbour'")
        .await;
    assert_eq!(lot.shows(&good).await.status, StatusCode::OK);
    lot.clock_shows(stay.end + TimeDelta::days(30) - TimeDelta::seconds(1));
    assert_eq!(lot.shows(&good).await.status, StatusCode::OK);
    lot.clock_shows(stay.end + TimeDelta::days(30));
    assert_eq!(
        told(&lot.shows(&good).await),
        told(&unknown),
        "a month after the end"
    );
    refused(&lot.link(Method::GET, &stay).await, 409, "reservation_over");
}

#[tokio::test]
async fn a_link_that_dies_while_its_guest_waits_for_the_bay_does_nothing_any_more() {
    let lot = Lot::open().await;
    let stay = lot.stay("confirmed").await;
    let id = stay.id.parse().expect("an id");
    for step in ["cancel", "check-in"] {
        let link = lot.hands_over(&stay).await;
        let now = lot.flow.clock.now();
        let maker = Maker {
            by: By::system("test"),
            name: "test".to_owned(),
        };
        let give = |wish: &mut Wish| wish.holder.email = Some(format!("{step}@people.test"));
        let mut tx = lot.flow.db.tenant(lot.tenant).await.expect("a door");
        let which = (id, &IfMatch::default());
        let given = reservations::change(&mut tx, &maker, which, (give, true), now).await;
        given.expect("it is another's, and nobody knows yet");
        let ends = async {
            lot.until_somebody_waits().await;
            tx.commit().await.expect("a commit");
        };
        let (answer, ()) = tokio::join!(lot.guest(&link, step), ends);
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{}", answer.text);
        let path = format!("/api/v6/reservations/{id}");
        let seen = lot.served.get(&lot.token, &path).await.json();
        assert_eq!(
            (&seen["status"], &seen["checked_in_at"]),
            (&json!("confirmed"), &Value::Null)
        );
        lot.clock_shows(stay.start);
    }
}
