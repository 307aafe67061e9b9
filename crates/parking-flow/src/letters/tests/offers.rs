//! What whoever waited for a bay is told when it is held for them, and what became of that.

use parking_domain::places::TimeZone;
use parking_testkit::Answered;

use super::*;
use crate::{reservations, waitlist};

const WAITLIST: &str = "/api/v6/reservations/waitlist";

impl Post {
    /// What time makes of reservations and of the waiting list is done.
    async fn keeps(&self) {
        let witness = Witness::new(self.lot.flow.db.clone());
        let kept = reservations::keep(&self.lot.flow, &witness).await;
        kept.expect("reservations are looked after");
        let offered = waitlist::keep(&self.lot.flow, &witness).await;
        offered.expect("the waiting list is looked after");
    }

    /// Somebody has the first bay, Ada waits for it, and it is given back and offered to her: her place on the
    /// list, and the hold.
    async fn offers(&self, start: DateTime<Utc>) -> (Uuid, Uuid) {
        let slot = json!({
            "space_id": self.lot.bays[0], "start_time": start, "end_time": start + TimeDelta::minutes(90),
        });
        let taken = self.calls(Method::POST, RESERVATIONS, slot.clone()).await;
        let mut wish = slot;
        wish["holder"] = json!({ "email": ADA, "name": "Ada" });
        let entry = self.calls(Method::POST, WAITLIST, wish).await;
        self.cancels(id(&taken["id"])).await;
        self.keeps().await;
        let entry = id(&entry["id"]);
        let seen = self.sees(entry).await;
        assert_eq!(seen["status"], "offered");
        (entry, id(&seen["reservation_id"]))
    }

    async fn sees(&self, entry: Uuid) -> Value {
        let path = format!("{WAITLIST}/{entry}");
        self.lot.served.get(&self.lot.token, &path).await.json()
    }

    async fn guest(&self, method: Method, token: &str, step: &str) -> Answered {
        let headers = [("x-ticket", token.to_owned())];
        let path = format!("/api/v6/ticket{step}");
        self.lot.served.call(method, &path, &headers, None).await
    }

    /// The clock goes on, what is due is done, and what that leaves to be told is told.
    async fn passes(&self, minutes: i64) -> Vec<String> {
        self.lot.test.clock().advance(TimeDelta::minutes(minutes));
        self.keeps().await;
        self.settles().await
    }
}

fn id(value: &Value) -> Uuid {
    value.as_str().expect("an id").parse().expect("an id")
}

#[tokio::test]
async fn whoever_is_offered_a_bay_is_told_once_and_claims_it_by_the_link_alone() {
    let post = Post::open().await;
    let (entry, hold) = post.offers(post.now() + TimeDelta::days(1)).await;
    let until = post.now() + TimeDelta::minutes(30);
    let one = || {
        write(
            &post.lot.flow,
            &post.mailer,
            post.lot.tenant,
            Subject::One(hold),
        )
    };
    let (first, second, third) = tokio::join!(one(), one(), one());
    assert!([first, second, third].iter().any(Result::is_ok));
    assert_eq!(post.settles().await, [""; 0], "servers told it once");
    let letters = post.mailbox.letters();
    let letters: Vec<String> = letters
        .iter()
        .map(parking_testkit::Received::text)
        .collect();
    let letter = only(&letters);
    let zone: TimeZone = "Europe/Paris".parse().expect("a zone");
    let until = until.with_timezone(&zone.tz()).format("%Y-%m-%d %H:%M");
    for words in [
        "Bay A-1 at Quay has become free, and is held for you.",
        &format!("Claim it before {until} (UTC+"),
        "by the clocks of Europe/Paris.",
        "Claim or decline the bay:",
    ] {
        assert!(letter.contains(words), "{words}: {letter}");
    }
    assert!(!letter.contains("VCALENDAR"), "nothing is agreed");

    let token = token(letter);
    let seen = post.guest(Method::GET, &token, "").await.json();
    assert_eq!(seen["claim"], json!({ "is_open": true, "hindrance": null }));
    // Looking claims nothing: programs look through letters.
    assert_eq!(post.sees(entry).await["status"], "offered");
    for _ in 0..2 {
        let claimed = post.guest(Method::PUT, &token, "/claim").await;
        assert_eq!(claimed.status, StatusCode::OK, "{}", claimed.text);
        let claimed = claimed.json();
        assert_eq!(
            (&claimed["status"], &claimed["claim"]["hindrance"]),
            (&json!("confirmed"), &json!("done"))
        );
    }
    assert_eq!(post.sees(entry).await["status"], "claimed");
    let by: String =
        sqlx::query_scalar("select actor_name from audit_log where action = 'waitlist.claimed'")
            .fetch_one(&mut post.lot.test.superuser().await)
            .await
            .expect("one entry");
    assert_eq!(by, "Guest");
    let letters = post.settles().await;
    assert!(
        only(&letters).contains("is reserved for you"),
        "{letters:?}"
    );
    assert!(only(&letters).contains("VCALENDAR"));
    assert_eq!(post.passes(45).await, [""; 0]);
}

#[tokio::test]
async fn whose_offer_lapsed_or_was_declined_is_told_so_once() {
    let post = Post::open().await;
    let day = post.now() + TimeDelta::days(1);
    let (entry, _) = post.offers(day).await;
    let token = token(only(&post.settles().await));
    assert_eq!(post.passes(29).await, [""; 0]);
    let letters = post.passes(1).await;
    let letter = only(&letters);
    assert!(
        letter.contains("Nobody claimed bay A-1 at Quay in time"),
        "{letter}"
    );
    assert!(
        letter.contains("not on the waiting list any more"),
        "{letter}"
    );
    assert_eq!(post.sees(entry).await["status"], "lapsed");
    let late = post.guest(Method::PUT, &token, "/claim").await;
    assert_eq!(
        (late.status, late.code().as_str()),
        (StatusCode::CONFLICT, "waitlist_entry_over")
    );
    let seen = post.guest(Method::GET, &token, "").await.json();
    assert_eq!(seen["claim"]["hindrance"], "over");
    assert_eq!(post.passes(5).await, [""; 0]);

    let (entry, _) = post.offers(day).await;
    let token = super::token(only(&post.settles().await));
    for _ in 0..2 {
        let declined = post.guest(Method::PUT, &token, "/cancel").await;
        assert_eq!(declined.status, StatusCode::OK, "{}", declined.text);
    }
    // The list knows at once, and not when somebody looks.
    assert_eq!(post.sees(entry).await["status"], "lapsed");
    let letters = post.settles().await;
    assert!(
        only(&letters).contains("declined or withdrawn"),
        "{letters:?}"
    );
    let kinds: Vec<String> =
        sqlx::query_scalar("select kind from events where kind like 'waitlist.%' order by id")
            .fetch_all(&mut post.lot.test.superuser().await)
            .await
            .expect("rows");
    let told = [
        "joined", "offered", "lapsed", "joined", "offered", "declined",
    ];
    assert_eq!(kinds, told.map(|verb| format!("waitlist.{verb}")));
}

#[tokio::test]
async fn an_offer_that_is_over_before_its_letter_leaves_is_not_told() {
    let post = Post::open().await;
    let day = TimeDelta::days(1);
    let start = post.now() + day;
    let answers = async |entry: Uuid, deed: &str| {
        let path = format!("{WAITLIST}/{entry}/{deed}");
        post.calls(Method::POST, &path, json!({})).await;
    };
    let (entry, _) = post.offers(start).await;
    answers(entry, "decline").await;
    assert_eq!(post.settles().await, [""; 0], "it came and went");
    let (entry, _) = post.offers(start).await;
    answers(entry, "claim").await;
    let letters = post.settles().await;
    assert!(
        only(&letters).contains("is reserved for you"),
        "{letters:?}"
    );

    post.mailbox.refuse(Some("451 come back later"));
    post.offers(start + day).await;
    assert_eq!(post.passes(31).await, [""; 0]);
    post.mailbox.refuse(None);
    let later = post.now() + TimeDelta::hours(1);
    assert_eq!(post.until(later).await, [""; 0], "nobody can claim it");

    // As the site has it: not at all, or in French.
    post.terms(json!({ "letters": "off" })).await;
    post.offers(start + day).await;
    assert_eq!(post.settles().await, [""; 0]);
    assert_eq!(post.passes(31).await, [""; 0]);
    post.terms(json!({ "letters": "fr", "claim_minutes": 10 }))
        .await;
    post.offers(start + day).await;
    let letters = post.settles().await;
    assert!(
        only(&letters).contains("La place A-1 à Quay s’est libérée et est retenue pour vous."),
        "{letters:?}"
    );
    let letters = post.passes(10).await;
    assert!(
        only(&letters).contains("n’a pas été acceptée à temps"),
        "{letters:?}"
    );
}

#[tokio::test]
async fn of_a_hold_that_nobody_waited_for_a_guest_is_told_nothing_and_claims_nothing() {
    let post = Post::open().await;
    let start = post.now() + TimeDelta::days(1);
    let held = post.books(start, "pending").await;
    assert_eq!(post.settles().await, [""; 0]);
    let path = format!("{RESERVATIONS}/{held}/ticket");
    let link = post.lot.served.get(&post.lot.token, &path).await.json();
    let link = link["url"].as_str().expect("a link").to_owned();
    let (_, token) = link.split_once('#').expect("a secret");
    let seen = post.guest(Method::GET, token, "").await.json();
    assert_eq!(seen["claim"]["hindrance"], "not_offered");
    let claimed = post.guest(Method::PUT, token, "/claim").await;
    assert_eq!(
        (claimed.status, claimed.code().as_str()),
        (StatusCode::CONFLICT, "not_offered")
    );
    let seen = post.guest(Method::GET, token, "").await.json();
    assert_eq!(seen["status"], "pending");
}
