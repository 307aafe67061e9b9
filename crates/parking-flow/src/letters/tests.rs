//! What arrives in the mailbox of whoever a bay is reserved for.

use axum::http::{Method, StatusCode};
use chrono::{DateTime, TimeDelta, Utc};
use parking_access::audit::Witness;
use parking_access::mail::{Mailer, SmtpOptions, SmtpSecurity};
use parking_db::queue::{Worker, enqueue};
use parking_testkit::{Mailbox, bearer};
use serde_json::{Value, json};
use uuid::Uuid;

mod offers;
mod partings;
mod series;
mod suspended;

use super::draft::{Subject, draft, whom};
use super::jobs::jobs;
use super::{look, store, write};
use crate::ingest::Lot;
use crate::reservations::WriteToHolder;

const RESERVATIONS: &str = "/api/v6/reservations";
const ADA: &str = "ada@people.test";

/// A lot whose letters go to a mailbox.
struct Post {
    lot: Lot,
    mailbox: Mailbox,
    mailer: Mailer,
    worker: Worker,
}

impl Post {
    async fn open() -> Self {
        let (lot, mailbox) = (Lot::open().await, Mailbox::open().await);
        let options = SmtpOptions {
            host: "127.0.0.1".into(),
            port: mailbox.address().port(),
            security: SmtpSecurity::None,
            credentials: None,
            from: "Parking <noreply@example.org>".parse().expect("an address"),
        };
        let mailer = Mailer::smtp(options, "Parking", "https://parking.example").expect("a mailer");
        let (db, clock) = (lot.flow.db.clone(), lot.flow.clock.clone());
        let witness = Witness::new(db.clone());
        let worker = jobs(Worker::new(db, clock), &lot.flow, (&mailer, &witness));
        Self {
            lot,
            mailbox,
            mailer,
            worker,
        }
    }

    fn now(&self) -> DateTime<Utc> {
        self.lot.flow.clock.now()
    }

    async fn calls(&self, method: Method, path: &str, body: Value) -> Value {
        let headers = [bearer(&self.lot.token)];
        let answer = self
            .lot
            .served
            .call(method, path, &headers, Some(body))
            .await;
        assert!(answer.status.is_success(), "{}", answer.text);
        answer.json()
    }

    async fn terms(&self, terms: Value) {
        let path = format!("{RESERVATIONS}/terms");
        self.calls(Method::PUT, &path, terms).await;
    }

    /// Ada's reservation of the first bay, from a moment on for an hour and a half.
    async fn books(&self, start: DateTime<Utc>, status: &str) -> Uuid {
        let wish = json!({
            "space_id": self.lot.bays[0], "start_time": start, "end_time": start + TimeDelta::minutes(90),
            "status": status, "holder": { "email": ADA, "name": "Ada" },
        });
        let made = self.calls(Method::POST, RESERVATIONS, wish).await;
        made["id"].as_str().expect("an id").parse().expect("an id")
    }

    async fn moves(&self, id: Uuid, start: DateTime<Utc>) {
        let slot = json!({ "start_time": start, "end_time": start + TimeDelta::minutes(90) });
        let path = format!("{RESERVATIONS}/{id}");
        self.calls(Method::PATCH, &path, slot).await;
    }

    async fn cancels(&self, id: Uuid) {
        let path = format!("{RESERVATIONS}/{id}/cancel");
        self.calls(Method::PUT, &path, json!({})).await;
    }

    /// The clock goes on to a moment, and what is due is done: the letters that arrive meanwhile.
    async fn until(&self, at: DateTime<Utc>) -> Vec<String> {
        let before = self.mailbox.letters().len();
        self.lot.test.clock().advance(at - self.now());
        let witness = Witness::new(self.lot.flow.db.clone());
        look(&self.lot.flow, &witness).await.expect("a look");
        self.worker.drain().await.expect("jobs");
        let letters = self.mailbox.letters();
        letters
            .iter()
            .skip(before)
            .map(parking_testkit::Received::text)
            .collect()
    }

    /// The same once what was just done has settled.
    async fn settles(&self) -> Vec<String> {
        self.until(self.now() + TimeDelta::seconds(10)).await
    }
}

#[track_caller]
fn only(letters: &[String]) -> &str {
    assert_eq!(letters.len(), 1, "{letters:#?}");
    &letters[0]
}

fn instant(text: &str) -> DateTime<Utc> {
    text.parse().expect("an instant")
}

/// The secret part of the link of a letter.
#[track_caller]
fn token(letter: &str) -> String {
    let link = letter.split_once("https://parking.example/ticket#");
    let (_, link) = link.expect("a link");
    let is_of_it = |c: &char| c.is_ascii_alphanumeric() || "-_".contains(*c);
    link.chars().take_while(is_of_it).collect()
}

#[tokio::test]
async fn a_letter_says_where_and_when_by_the_clocks_of_the_site_and_its_link_works() {
    let post = Post::open().await;
    // Over the night on which the clocks of Paris go forward.
    post.books(instant("2027-03-28T00:30:00Z"), "confirmed")
        .await;
    let letters = post.settles().await;
    let letter = only(&letters);
    let span = "From 2027-03-28 01:30 (UTC+1) until 2027-03-28 04:00 (UTC+2), by the clocks of Europe/Paris.";
    assert!(letter.contains(span) && letter.contains("Quay"), "{letter}");
    let token = token(letter);
    let headers = [("x-ticket", token)];
    let served = &post.lot.served;
    let off = served
        .call(Method::PUT, "/api/v6/ticket/cancel", &headers, None)
        .await;
    assert_eq!(
        (off.status, &off.json()["status"]),
        (StatusCode::OK, &json!("cancelled"))
    );
    let told = post.settles().await;
    assert!(only(&told).contains("is cancelled"), "{told:?}");

    post.terms(json!({ "letters": "fr" })).await;
    post.books(instant("2027-03-28T00:30:00Z"), "confirmed")
        .await;
    let letters = post.settles().await;
    let span =
        "Du 28.03.2027 à 01:30 (UTC+1) au 28.03.2027 à 04:00 (UTC+2), à l’heure de Europe/Paris.";
    assert!(only(&letters).contains(span), "{letters:?}");
}

#[tokio::test]
async fn of_many_changes_the_last_is_told_and_nothing_twice() {
    let post = Post::open().await;
    let start = post.now() + TimeDelta::days(2);
    let id = post.books(start, "confirmed").await;
    for hour in 1..20 {
        post.moves(id, start + TimeDelta::hours(hour)).await;
    }
    assert!(
        only(&post.settles().await).contains("is reserved for you"),
        "what it is at last"
    );
    post.moves(id, start).await;
    post.moves(id, start + TimeDelta::hours(19)).await;
    assert_eq!(post.settles().await, [""; 0], "it was taken back");
    post.moves(id, start).await;
    let letters = post.settles().await;
    assert!(
        only(&letters).contains("Your reservation has changed"),
        "{letters:?}"
    );

    // The same job again, from however many servers.
    let tenant = post.lot.tenant;
    post.moves(id, start + TimeDelta::hours(3)).await;
    let before = post.mailbox.letters().len();
    let one = || write(&post.lot.flow, &post.mailer, tenant, Subject::One(id));
    let (first, second, third) = tokio::join!(one(), one(), one());
    assert!([first, second, third].iter().any(Result::is_ok));
    one().await.expect("nothing to do");
    let mut tx = post.lot.flow.db.tenant(tenant).await.expect("a door");
    let job = WriteToHolder { reservation_id: id };
    enqueue(tx.conn(), tenant, &job, post.now())
        .await
        .expect("a job");
    tx.commit().await.expect("a commit");
    post.settles().await;
    assert_eq!(post.mailbox.letters().len(), before + 1);
}

#[tokio::test]
async fn a_reminder_comes_once_and_moves_with_the_reservation() {
    let post = Post::open().await;
    let (day, hour) = (TimeDelta::days(1), TimeDelta::hours(1));
    let start = post.now() + day;
    let id = post.books(start, "confirmed").await;
    post.settles().await;
    post.moves(id, start + hour).await;
    post.settles().await;
    assert_eq!(
        post.until(start - hour).await,
        [""; 0],
        "it begins later now"
    );
    let letters = post.until(start).await;
    assert!(only(&letters).contains("begins soon"), "{letters:?}");
    assert_eq!(post.until(start + TimeDelta::minutes(30)).await, [""; 0]);

    let next = start + day;
    let off = post.books(next, "confirmed").await;
    post.settles().await;
    post.cancels(off).await;
    assert!(only(&post.settles().await).contains("is cancelled"));
    assert_eq!(
        post.until(next).await,
        [""; 0],
        "nobody is reminded of what is called off"
    );

    post.terms(json!({ "reminder_minutes": 0 })).await;
    let next = next + day;
    post.books(next, "confirmed").await;
    post.settles().await;
    assert_eq!(
        post.until(next - TimeDelta::minutes(5)).await,
        [""; 0],
        "nobody wants it"
    );
}

#[tokio::test]
async fn a_hold_is_no_news_until_it_is_confirmed_and_nobody_is_told_who_does_not_want_it() {
    let post = Post::open().await;
    let start = post.now() + TimeDelta::days(1);
    let held = post.books(start, "pending").await;
    assert_eq!(post.settles().await, [""; 0]);
    post.cancels(held).await;
    assert_eq!(post.settles().await, [""; 0], "nor that it was given back");
    let held = post.books(start, "pending").await;
    let path = format!("{RESERVATIONS}/{held}/confirm");
    post.calls(Method::POST, &path, json!({})).await;
    assert!(only(&post.settles().await).contains("is reserved for you"));
    post.terms(json!({ "letters": "off" })).await;
    post.cancels(held).await;
    assert_eq!(post.settles().await, [""; 0]);
}

#[tokio::test]
async fn letters_wait_for_the_mail_server_and_what_cannot_be_delivered_is_tried_once() {
    let post = Post::open().await;
    let start = post.now() + TimeDelta::days(1);
    post.mailbox.refuse(Some("451 come back later"));
    let id = post.books(start, "confirmed").await;
    assert_eq!(post.settles().await, [""; 0]);
    post.mailbox.refuse(None);
    let letters = post.until(post.now() + TimeDelta::minutes(1)).await;
    assert!(only(&letters).contains("is reserved for you"));

    post.mailbox.refuse(Some("550 nobody here"));
    post.moves(id, start + TimeDelta::hours(1)).await;
    assert_eq!(post.settles().await, [""; 0]);
    post.mailbox.refuse(None);
    assert_eq!(post.until(post.now() + TimeDelta::hours(1)).await, [""; 0]);
}

/// The calendar that goes with a letter, line by line.
#[track_caller]
fn calendar(letter: &str) -> Vec<String> {
    assert!(
        letter.contains("text/calendar; charset=utf-8; method=PUBLISH"),
        "{letter}"
    );
    let (_, file) = letter.split_once("BEGIN:VCALENDAR").expect("a calendar");
    let (file, _) = file.split_once("END:VCALENDAR").expect("its end");
    let unfolded = file.replace("\r\n ", "").replace("\n ", "");
    unfolded.lines().map(str::to_owned).collect()
}

/// What the lines of a calendar say of something.
fn said<'a>(calendar: &'a [String], name: &str) -> Vec<&'a str> {
    let lines = calendar.iter().filter_map(|line| line.split_once(':'));
    lines
        .filter(|(key, _)| *key == name)
        .map(|(_, value)| value)
        .collect()
}

#[tokio::test]
async fn the_calendar_of_a_letter_knows_the_reservation_again_and_takes_it_out_when_it_is_called_off()
 {
    let post = Post::open().await;
    let start = post.now() + TimeDelta::days(2);
    let id = post.books(start, "confirmed").await;
    let letters = post.settles().await;
    let first = calendar(only(&letters));
    let utc = |at: DateTime<Utc>| at.format("%Y%m%dT%H%M%SZ").to_string();
    assert_eq!(said(&first, "METHOD"), ["PUBLISH"]);
    assert_eq!(said(&first, "UID"), [id.to_string()]);
    assert_eq!(said(&first, "DTSTART"), [utc(start)]);
    assert_eq!(said(&first, "DTEND"), [utc(start + TimeDelta::minutes(90))]);
    assert_eq!(said(&first, "LOCATION"), ["Quay\\, A-1"]);
    assert_eq!(said(&first, "STATUS"), ["CONFIRMED"]);

    post.moves(id, start + TimeDelta::hours(1)).await;
    let letters = post.settles().await;
    let moved = calendar(only(&letters));
    post.cancels(id).await;
    let letters = post.settles().await;
    let off = calendar(only(&letters));
    assert_eq!(said(&moved, "DTSTART"), [utc(start + TimeDelta::hours(1))]);
    assert_eq!(said(&off, "STATUS"), ["CANCELLED"]);
    let ids = [&first, &moved, &off].map(|file| said(file, "UID")[0].to_owned());
    assert!(ids.iter().all(|one| *one == ids[0]), "{ids:?}");
    let order = [&first, &moved, &off]
        .map(|file| -> i64 { said(file, "SEQUENCE")[0].parse().expect("a number") });
    assert!(order.is_sorted_by(|one, next| one < next), "{order:?}");

    let soon = post.books(start, "confirmed").await;
    post.settles().await;
    let reminder = post.until(start - TimeDelta::minutes(30)).await;
    assert!(only(&reminder).contains("begins soon"));
    assert!(
        !only(&reminder).contains("VCALENDAR"),
        "it changes nothing: {soon}"
    );
}

#[tokio::test]
async fn a_letter_says_what_is_when_it_leaves() {
    let post = Post::open().await;
    let start = post.now() + TimeDelta::days(1);
    let id = post.books(start, "confirmed").await;
    post.cancels(id).await;
    assert_eq!(post.settles().await, [""; 0], "it came and went");

    // Moved while the mail server is away, and then called off: of the move nobody is told.
    let id = post.books(start, "confirmed").await;
    post.settles().await;
    post.mailbox.refuse(Some("451 come back later"));
    post.moves(id, start + TimeDelta::hours(2)).await;
    assert_eq!(post.settles().await, [""; 0]);
    post.cancels(id).await;
    post.mailbox.refuse(None);
    let letters = post.until(post.now() + TimeDelta::minutes(5)).await;
    assert!(only(&letters).contains("is cancelled"), "{letters:?}");

    // Nobody is written to whose address was taken out meanwhile, and who was told is forgotten.
    let id = post.books(start, "confirmed").await;
    post.settles().await;
    post.moves(id, start + TimeDelta::hours(1)).await;
    let path = format!("{RESERVATIONS}/{id}");
    post.calls(Method::PATCH, &path, json!({ "holder": null }))
        .await;
    assert_eq!(post.settles().await, [""; 0]);
    let told: i64 = sqlx::query_scalar(
        "select count(*) from reservation_letters where reservation_id = $1 and told_to is not null",
    )
    .bind(id)
    .fetch_one(&mut post.lot.test.superuser().await)
    .await
    .expect("a count");
    assert_eq!(told, 0);
    post.cancels(id).await;
    assert_eq!(post.settles().await, [""; 0]);
}

#[tokio::test]
async fn the_link_of_a_letter_leads_nowhere_once_the_reservation_is_somebody_elses() {
    let post = Post::open().await;
    let start = post.now() + TimeDelta::days(1);
    let id = post.books(start, "confirmed").await;
    let path = format!("{RESERVATIONS}/{id}");
    let looks = async |token: String| {
        let headers = [("x-ticket", token)];
        let (served, path) = (&post.lot.served, "/api/v6/ticket");
        served.call(Method::GET, path, &headers, None).await.status
    };
    let adas = token(only(&post.settles().await));
    // The same person, whatever else is changed.
    let same = json!({ "holder": { "email": "Ada@people.test", "name": "Ada L." } });
    post.calls(Method::PATCH, &path, same).await;
    assert_eq!(post.settles().await, [""; 0]);
    assert_eq!(looks(adas.clone()).await, StatusCode::OK);
    let other = json!({ "holder": { "email": "bo@people.test" } });
    post.calls(Method::PATCH, &path, other).await;
    assert_eq!(looks(adas).await, StatusCode::NOT_FOUND);
    let letters = post.settles().await;
    let [_, bos] = letters.as_slice() else {
        panic!("{letters:?}")
    };
    assert_eq!(looks(token(bos)).await, StatusCode::OK);
}

#[tokio::test]
async fn whose_address_is_taken_out_while_a_letter_leaves_is_not_remembered_afterwards() {
    let post = Post::open().await;
    let start = post.now() + TimeDelta::days(1);
    let id = post.books(start, "confirmed").await;
    let (flow, tenant, now) = (&post.lot.flow, post.lot.tenant, post.now());
    let leaving = draft(flow, tenant, Subject::One(id), now).await;
    let leaving = leaving.expect("a look").expect("a letter");
    let path = format!("{RESERVATIONS}/{id}");
    post.calls(Method::PATCH, &path, json!({ "holder": null }))
        .await;
    let looked = write(flow, &post.mailer, tenant, Subject::One(id)).await;
    looked.expect("nothing to say");
    let mut tx = flow.db.tenant(tenant).await.expect("a door");
    let whom = (whom(ADA), leaving.claimed);
    let told = store::tell(&mut tx, (&whom.0, whom.1), &leaving.told(now)).await;
    told.expect("nothing to write down");
    tx.commit().await.expect("a commit");
    let known: i64 = sqlx::query_scalar(
        "select count(*) from reservation_letters where reservation_id = $1 and told_to is not null",
    )
    .bind(id)
    .fetch_one(&mut post.lot.test.superuser().await)
    .await
    .expect("a count");
    assert_eq!(known, 0);
}

#[tokio::test]
async fn the_link_of_a_letter_is_written_down_nowhere() {
    let post = Post::open().await;
    let start = post.now() + TimeDelta::days(1);
    let id = post.books(start, "confirmed").await;
    let letters = post.settles().await;
    let token = token(only(&letters));
    post.mailbox.refuse(Some("550 nobody of that name"));
    post.moves(id, start + TimeDelta::hours(1)).await;
    post.settles().await;
    let mut all = post.lot.test.superuser().await;
    let tables = "audit_log events jobs reservation_letters reservation_changes reservations";
    for table in tables.split(' ') {
        let query = format!("select coalesce(string_agg(t::text, ' '), '') from {table} t");
        let rows: String = sqlx::query_scalar(sqlx::AssertSqlSafe(query))
            .fetch_one(&mut all)
            .await
            .expect("rows");
        assert!(!rows.is_empty(), "{table}: nothing to look at");
        assert!(!rows.contains(&token), "{table}");
    }
}
