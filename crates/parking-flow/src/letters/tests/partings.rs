//! What arrives when a reservation becomes somebody else's.

use super::*;

const BO: &str = "bo@people.test";
const SERIES: &str = "/api/v6/reservations/series";

impl Post {
    async fn gives(&self, id: Uuid, holder: Value) {
        let path = format!("{RESERVATIONS}/{id}");
        let change = json!({ "holder": holder });
        self.calls(Method::PATCH, &path, change).await;
    }

    /// What is told once what was just done has settled, and to whom.
    async fn tells(&self) -> Vec<(String, String)> {
        let before = self.mailbox.letters().len();
        self.settles().await;
        let letters = self.mailbox.letters();
        let told = letters[before..].iter();
        told.map(|letter| (letter.to.clone(), letter.text()))
            .collect()
    }

    /// The addresses that are kept of those who had something before.
    async fn kept(&self) -> Vec<String> {
        let addresses = "select email from reservation_partings order by email";
        sqlx::query_scalar(addresses)
            .fetch_all(&mut self.lot.test.superuser().await)
            .await
            .expect("addresses")
    }
}

fn email(address: &str) -> Value {
    json!({ "email": address })
}

/// Whom the letters went to.
fn whom_all(told: &[(String, String)]) -> Vec<&str> {
    told.iter().map(|(to, _)| to.as_str()).collect()
}

#[tokio::test]
async fn whose_reservation_somebody_else_has_is_told_once_without_a_link_and_before_them() {
    let post = Post::open().await;
    let start = instant("2027-01-21T08:00:00Z");
    let id = post.books(start, "confirmed").await;
    let first = calendar(only(&post.settles().await));
    // To another time and another person at once: what she knows is not hers any more.
    let path = format!("{RESERVATIONS}/{id}");
    let later = start + TimeDelta::hours(3);
    let change = json!({
        "holder": email(BO), "start_time": later, "end_time": later + TimeDelta::minutes(90),
    });
    post.calls(Method::PATCH, &path, change).await;
    let told = post.tells().await;
    assert_eq!(whom_all(&told), [ADA, BO]);
    let (adas, bos) = (&told[0].1, &told[1].1);
    for words in [
        "Your reservation of bay A-1 at Quay is somebody else's now",
        "was given to somebody else",
        "From 2027-01-21 09:00 (UTC+1) until 2027-01-21 10:30 (UTC+1), by the clocks of Europe/Paris.",
    ] {
        assert!(adas.contains(words), "{words}: {adas}");
    }
    assert!(!adas.contains("/ticket"), "no link: {adas}");
    let off = calendar(adas);
    assert_eq!(said(&off, "STATUS"), ["CANCELLED"]);
    assert_eq!(said(&off, "UID"), said(&first, "UID"));
    assert_eq!(said(&off, "DTSTART"), ["20270121T080000Z"]);
    let order =
        [&first, &off].map(|file| -> i64 { said(file, "SEQUENCE")[0].parse().expect("a number") });
    assert!(order[0] < order[1], "{order:?}");
    assert!(bos.contains("is reserved for you"), "{bos}");
    assert!(bos.contains("2027-01-21 12:00 (UTC+1)"), "{bos}");
    assert_eq!(post.kept().await, [""; 0], "the address is forgotten");
    assert_eq!(post.tells().await, [], "once");

    // Hers again: both are told, and she is as if it were new.
    post.gives(id, email("ADA@people.test")).await;
    let told = post.tells().await;
    assert_eq!(whom_all(&told), [BO, "ADA@people.test"]);
    assert!(told[0].1.contains("was given to somebody else"));
    assert!(told[1].1.contains("is reserved for you"), "{}", told[1].1);
    post.cancels(id).await;
    let told = post.tells().await;
    assert_eq!(whom_all(&told), ["ADA@people.test"], "and nobody else");
}

#[tokio::test]
async fn who_never_heard_of_it_or_has_it_again_or_was_taken_out_is_told_nothing() {
    let post = Post::open().await;
    let start = post.now() + TimeDelta::days(1);
    // Given on before anybody was told, through several hands.
    let id = post.books(start, "confirmed").await;
    post.gives(id, email("cy@people.test")).await;
    post.gives(id, email(BO)).await;
    assert_eq!(whom_all(&post.tells().await), [BO]);
    // There and back before a letter leaves.
    post.gives(id, email(ADA)).await;
    post.gives(id, email("Bo@people.test")).await;
    assert_eq!(post.tells().await, []);
    // The same person by another spelling, name and plate.
    let same = json!({ "email": "bo@PEOPLE.test", "name": "Bo", "plate": "B 1" });
    post.gives(id, same).await;
    assert_eq!(post.tells().await, []);
    // Only the address is taken out.
    post.gives(id, json!({ "name": "Bo", "plate": "B 1" }))
        .await;
    assert_eq!(post.tells().await, []);
    assert_eq!(post.kept().await, [""; 0]);

    let next = post.books(start + TimeDelta::days(1), "confirmed").await;
    post.settles().await;
    post.terms(json!({ "letters": "off" })).await;
    post.gives(next, email(BO)).await;
    assert_eq!(post.tells().await, [], "nobody is written to");
    assert_eq!(post.kept().await, [""; 0]);
}

#[tokio::test]
async fn whoever_has_it_now_and_has_no_address_keeps_nobody_from_being_told() {
    let post = Post::open().await;
    let start = post.now() + TimeDelta::days(1);
    let id = post.books(start, "confirmed").await;
    post.settles().await;
    post.terms(json!({ "letters": "fr" })).await;
    post.gives(id, json!({ "plate": "B 1" })).await;
    let told = post.tells().await;
    assert_eq!(whom_all(&told), [ADA]);
    let words = "a été donnée à quelqu’un d’autre";
    assert!(told[0].1.contains(words), "{}", told[0].1);
    assert_eq!(post.kept().await, [""; 0]);
}

#[tokio::test]
async fn of_a_series_that_somebody_else_has_there_is_one_letter() {
    let post = Post::open().await;
    let wish = json!({
        "space_id": post.lot.bays[0], "start_time": "2027-01-21T08:00:00Z", "end_time": "2027-01-21T10:00:00Z",
        "rule": "FREQ=DAILY;COUNT=4", "holder": email(ADA),
    });
    let series = post.calls(Method::POST, SERIES, wish).await;
    post.settles().await;
    let path = format!("{SERIES}/{}", series["id"].as_str().expect("an id"));
    // From the second date on, and with another time at once.
    let change =
        json!({ "from": "2027-01-22T08:00:00Z", "start_time": "10:00", "holder": email(BO) });
    let changed = post.calls(Method::PATCH, &path, change).await;
    let told = post.tells().await;
    assert_eq!(whom_all(&told), [ADA, BO]);
    let (adas, bos) = (&told[0].1, &told[1].1);
    for words in [
        "3 of your reservations of bay A-1 at Quay were given to somebody else",
        "2027-01-22 09:00 (UTC+1) until 2027-01-22 11:00 (UTC+1)",
        "2027-01-24 09:00 (UTC+1)",
    ] {
        assert!(adas.contains(words), "{words}: {adas}");
    }
    assert!(
        !adas.contains("/ticket") && !adas.contains("2027-01-21"),
        "{adas}"
    );
    assert_eq!(said(&calendar(adas), "STATUS"), ["CANCELLED"; 3]);
    assert!(bos.contains("is reserved for you 3 times"), "{bos}");

    // All of the new one to somebody without an address.
    let id = changed["series"]["id"].as_str().expect("an id");
    let change = json!({ "holder": { "plate": "C 1" } });
    post.calls(Method::PATCH, &format!("{SERIES}/{id}"), change)
        .await;
    let told = post.tells().await;
    assert_eq!(whom_all(&told), [BO]);
    assert!(
        told[0].1.contains("3 of your reservations"),
        "{}",
        told[0].1
    );
    assert_eq!((post.tells().await, post.kept().await), (vec![], vec![]));
}

#[tokio::test]
async fn who_is_being_told_that_it_is_theirs_while_somebody_else_gets_it_is_told_of_that_too() {
    let post = Post::open().await;
    let start = post.now() + TimeDelta::days(1);
    let id = post.books(start, "confirmed").await;
    let (flow, tenant, now) = (&post.lot.flow, post.lot.tenant, post.now());
    let leaving = draft(flow, tenant, Subject::One(id), now).await;
    let leaving = leaving.expect("a look").expect("a letter");
    post.gives(id, email(BO)).await;
    // Another server looks while the letter is on its way.
    let looked = write(flow, &post.mailer, tenant, Subject::One(id)).await;
    looked.expect_err("it is in other hands");
    let mut tx = flow.db.tenant(tenant).await.expect("a door");
    let whom = (whom(ADA), leaving.claimed);
    let told = store::tell(&mut tx, (&whom.0, whom.1), &leaving.told(now)).await;
    told.expect("written down");
    tx.commit().await.expect("a commit");
    assert_eq!(whom_all(&post.tells().await), [ADA, BO]);
}

#[tokio::test]
async fn a_mail_server_that_is_away_gets_it_later_and_servers_that_look_at_once_tell_it_once() {
    let post = Post::open().await;
    let start = post.now() + TimeDelta::days(1);
    let id = post.books(start, "confirmed").await;
    post.settles().await;
    post.gives(id, email(BO)).await;
    post.mailbox.refuse(Some("451 come back later"));
    assert_eq!(post.tells().await, []);
    assert_eq!(post.kept().await, [ADA], "until she is told");
    post.mailbox.refuse(None);
    let before = post.mailbox.letters().len();
    let tenant = post.lot.tenant;
    let one = || write(&post.lot.flow, &post.mailer, tenant, Subject::One(id));
    let (first, second, third) = tokio::join!(one(), one(), one());
    assert!([first, second, third].iter().any(Result::is_ok));
    post.until(post.now() + TimeDelta::minutes(1)).await;
    let letters = post.mailbox.letters();
    let told: Vec<&str> = letters[before..]
        .iter()
        .map(|one| one.to.as_str())
        .collect();
    assert_eq!(told, [ADA, BO]);
}

#[tokio::test]
async fn whoever_is_erased_meanwhile_is_told_nothing_and_no_address_is_kept_for_long() {
    let post = Post::open().await;
    let start = post.now() + TimeDelta::days(60);
    let id = post.books(start, "confirmed").await;
    post.settles().await;
    post.gives(id, email(BO)).await;
    let wish = json!({ "person": ADA, "dry_run": false });
    post.calls(Method::POST, "/api/v6/people/erase", wish).await;
    assert_eq!(post.kept().await, [""; 0]);
    assert_eq!(whom_all(&post.tells().await), [BO]);
    // Nobody can be told for a month: the address goes all the same.
    post.gives(id, email(ADA)).await;
    post.mailbox.refuse(Some("451 come back later"));
    for week in 1..=5 {
        // Something is written down now and then, or the clock would not be believed.
        post.terms(json!({ "reminder_minutes": week })).await;
        post.until(post.now() + TimeDelta::days(6)).await;
        let is_kept = post.kept().await == [BO];
        assert_eq!(is_kept, week < 5, "{week}");
    }
}

#[tokio::test]
async fn the_link_of_whoever_has_it_now_is_in_no_letter_to_whoever_had_it() {
    let post = Post::open().await;
    let id = post
        .books(post.now() + TimeDelta::days(1), "confirmed")
        .await;
    let (flow, tenant, now) = (&post.lot.flow, post.lot.tenant, post.now());
    // A letter is being written; its address was read, and its link was not. Then it becomes another's.
    let mut between = post.lot.test.superuser().await;
    sqlx::raw_sql("begin; lock table waitlist_entries in access exclusive mode")
        .execute(&mut between)
        .await
        .expect("a lock");
    let given = async {
        post.lot.until_somebody_waits().await;
        let give = "update reservations set holder_email = 'bo@people.test', holder_key = 'bo@people.test', \
                    ticket_number = ticket_number + 1, version = version + 1 where id = $1";
        let given = sqlx::query(give).bind(id).execute(&mut between).await;
        given.expect("another holder");
        let done = sqlx::raw_sql("commit").execute(&mut between).await;
        done.expect("a commit");
    };
    let looked = draft(flow, tenant, Subject::One(id), now);
    let (looked, ()) = tokio::join!(looked, given);
    assert!(looked.is_err(), "it is looked at again");
    assert_eq!(whom_all(&post.tells().await), [BO]);
}
