//! What arrives when a bay is reserved again and again.

use super::*;

const SERIES: &str = "/api/v6/reservations/series";

impl Post {
    /// Ada's series of the first bay: from nine until eleven in Paris, from a Thursday in January on.
    async fn books_all(&self, rule: &str) -> Value {
        let wish = json!({
            "space_id": self.lot.bays[0], "start_time": "2027-01-21T08:00:00Z", "end_time": "2027-01-21T10:00:00Z",
            "rule": rule, "holder": { "email": ADA },
        });
        self.calls(Method::POST, SERIES, wish).await
    }

    async fn changes_all(&self, series: &Value, change: Value) -> Value {
        let path = format!("{SERIES}/{}", series["id"].as_str().expect("an id"));
        let changed = self.calls(Method::PATCH, &path, change).await;
        changed["series"].clone()
    }

    async fn cancels_all(&self, series: &Value, wish: Value) {
        let path = format!("{SERIES}/{}/cancel", series["id"].as_str().expect("an id"));
        self.calls(Method::PUT, &path, wish).await;
    }

    /// The reservations of a series.
    async fn occurrences(&self, series: &Value) -> Vec<Uuid> {
        let path = format!("{SERIES}/{}", series["id"].as_str().expect("an id"));
        let detail = self.calls(Method::GET, &path, Value::Null).await;
        let all = detail["occurrences"].as_array().expect("a list").iter();
        all.map(|one| {
            one["reservation_id"]
                .as_str()
                .expect("an id")
                .parse()
                .expect("an id")
        })
        .collect()
    }
}

#[tokio::test]
async fn a_series_is_told_in_one_letter_and_so_is_all_that_becomes_of_it() {
    let post = Post::open().await;
    let series = post
        .books_all("FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR;COUNT=5")
        .await;
    let letters = post.settles().await;
    let letter = only(&letters);
    for line in [
        "Bay A-1 at Quay is reserved for you 5 times.",
        "By the clocks of Europe/Paris:",
        "2027-01-21 09:00 (UTC+1) until 2027-01-21 11:00 (UTC+1)",
        "2027-01-27 09:00 (UTC+1) until 2027-01-27 11:00 (UTC+1)",
    ] {
        assert!(letter.contains(line), "{line}: {letter}");
    }
    let file = calendar(letter);
    let ids = post.occurrences(&series).await;
    let told: Vec<Uuid> = said(&file, "UID")
        .iter()
        .map(|uid| uid.parse().expect("an id"))
        .collect();
    assert_eq!(told, ids, "each is an event of its own");

    // One of them by itself, then the later ones, then all: a letter each.
    post.moves(ids[0], instant("2027-01-21T12:00:00Z")).await;
    let letters = post.settles().await;
    let letter = only(&letters);
    assert!(letter.contains("Your reservation has changed"), "{letter}");
    assert_eq!(said(&calendar(letter), "UID"), [ids[0].to_string()]);
    let later = json!({ "from": "2027-01-25T08:00:00Z", "start_time": "10:00" });
    let rest = post.changes_all(&series, later).await;
    let letters = post.settles().await;
    let letter = only(&letters);
    assert!(
        letter.contains("3 of your reservations have changed"),
        "{letter}"
    );
    assert!(letter.contains("2027-01-25 10:00 (UTC+1)"), "{letter}");
    assert!(
        !letter.contains("2027-01-22"),
        "what stays is no news: {letter}"
    );
    post.cancels_all(&rest, json!({ "from": "2027-01-26T09:00:00Z" }))
        .await;
    let letters = post.settles().await;
    let letter = only(&letters);
    assert!(
        letter.contains("2 of your reservations of bay A-1 at Quay are cancelled"),
        "{letter}"
    );
    assert_eq!(said(&calendar(letter), "STATUS"), ["CANCELLED"; 2]);
    post.cancels_all(&series, json!({})).await;
    let letters = post.settles().await;
    assert!(
        only(&letters).contains("2 of your reservations"),
        "{letters:?}"
    );
    post.cancels_all(&rest, json!({})).await;
    let letters = post.settles().await;
    assert!(
        only(&letters).contains("Your reservation of bay A-1 at Quay is cancelled"),
        "of one it is the letter of one: {letters:?}"
    );
    assert_eq!(post.until(instant("2027-02-01T00:00:00Z")).await, [""; 0]);
}

#[tokio::test]
async fn another_rule_is_told_in_one_letter_whatever_it_takes_away_and_adds() {
    let post = Post::open().await;
    let series = post.books_all("FREQ=DAILY;COUNT=4").await;
    let told = post.settles().await;
    let ids = post.occurrences(&series).await;
    let change = json!({ "rule": "FREQ=DAILY;INTERVAL=2;COUNT=3" });
    let series = post.changes_all(&series, change).await;
    let letters = post.settles().await;
    let letter = only(&letters);
    assert!(
        letter.contains("have changed: 1 new, 2 cancelled"),
        "{letter}"
    );
    let (theirs, gone) = letter
        .split_once("Cancelled, and no longer yours:")
        .expect("both");
    assert!(theirs.contains("Reserved for you:"), "{letter}");
    for (part, line) in [
        (theirs, "2027-01-25 09:00 (UTC+1) until"),
        (gone, "2027-01-22 09:00 (UTC+1) until"),
        (gone, "2027-01-24 09:00 (UTC+1) until"),
    ] {
        assert!(part.contains(line), "{line}: {letter}");
    }
    for stays in ["2027-01-21", "2027-01-23"] {
        assert!(!letter.contains(stays), "what stays is no news: {letter}");
    }
    let file = calendar(letter);
    let mut uids = said(&file, "UID");
    let new = post.occurrences(&series).await;
    let new = new.iter().find(|id| !ids.contains(id)).expect("a new one");
    let mut expected = [new, &ids[1], &ids[3]].map(Uuid::to_string);
    uids.sort_unstable();
    expected.sort_unstable();
    assert_eq!(uids, expected);
    let mut states = said(&file, "STATUS");
    states.sort_unstable();
    assert_eq!(states, ["CANCELLED", "CANCELLED", "CONFIRMED"]);
    assert_ne!(token(letter), token(only(&told)), "it leads to what is new");
    assert_eq!(post.settles().await, [""; 0], "and is told once");
}

#[tokio::test]
async fn each_of_a_series_is_reminded_of_by_itself_and_its_link_is_its_own() {
    let post = Post::open().await;
    let series = post.books_all("FREQ=DAILY;COUNT=3").await;
    let told = post.settles().await;
    assert!(
        only(&told).contains("Before each of them you are reminded"),
        "{told:?}"
    );
    let ids = post.occurrences(&series).await;
    post.cancels(ids[1]).await;
    assert!(only(&post.settles().await).contains("is cancelled"));
    let mut links = vec![token(only(&told))];
    for (day, is_awaited) in [(21, true), (22, false), (23, true)] {
        let letters = post
            .until(instant(&format!("2027-01-{day}T07:30:00Z")))
            .await;
        if !is_awaited {
            assert_eq!(letters, [""; 0], "nobody is reminded of what is called off");
            continue;
        }
        let letter = only(&letters);
        assert!(letter.contains("begins soon"), "{letter}");
        assert!(
            letter.contains(&format!("2027-01-{day} 09:00 (UTC+1)")),
            "{letter}"
        );
        links.push(token(letter));
    }
    assert_eq!(links[0], links[1], "the letter of all leads to the first");
    assert_ne!(links[1], links[2]);
}

#[tokio::test]
async fn whoever_has_some_of_a_series_is_told_of_those() {
    let post = Post::open().await;
    let series = post.books_all("FREQ=DAILY;COUNT=4").await;
    post.settles().await;
    let ids = post.occurrences(&series).await;
    let bo = json!({ "holder": { "email": "bo@people.test" } });
    for id in &ids[2..] {
        let path = format!("{RESERVATIONS}/{id}");
        post.calls(Method::PATCH, &path, bo.clone()).await;
    }
    let letters = post.settles().await;
    let [adas, bos] = letters.as_slice() else {
        panic!("{letters:?}")
    };
    assert!(
        adas.contains("2 of your reservations of bay A-1 at Quay were given to somebody else"),
        "{adas}"
    );
    assert!(bos.contains("reserved for you 2 times"), "{bos}");
    let before = post.mailbox.letters().len();
    post.changes_all(&series, json!({ "start_time": "10:00" }))
        .await;
    post.settles().await;
    let letters = post.mailbox.letters();
    let mut told: Vec<(&str, bool)> = letters[before..]
        .iter()
        .map(|letter| {
            let is_of_two = letter
                .text()
                .contains("2 of your reservations have changed");
            (letter.to.as_str(), is_of_two)
        })
        .collect();
    told.sort_unstable();
    assert_eq!(told, [(ADA, true), ("bo@people.test", true)]);
}

#[tokio::test]
async fn a_series_made_and_called_off_at_once_is_no_news_and_of_one_replayed_nothing_is_told_twice()
{
    let post = Post::open().await;
    let series = post.books_all("FREQ=DAILY;COUNT=3").await;
    post.cancels_all(&series, json!({})).await;
    assert_eq!(post.settles().await, [""; 0]);
    let series = post.books_all("FREQ=DAILY;COUNT=3").await;
    let id: Uuid = series["id"]
        .as_str()
        .expect("an id")
        .parse()
        .expect("an id");
    let (tenant, before) = (post.lot.tenant, post.mailbox.letters().len());
    let one = || write(&post.lot.flow, &post.mailer, tenant, Subject::Series(id));
    let (first, second, third) = tokio::join!(one(), one(), one());
    assert!([first, second, third].iter().any(Result::is_ok));
    one().await.expect("nothing to do");
    post.settles().await;
    assert_eq!(post.mailbox.letters().len(), before + 1);
    post.mailbox.refuse(Some("451 come back later"));
    post.changes_all(&series, json!({ "start_time": "11:00" }))
        .await;
    post.settles().await;
    post.mailbox.refuse(None);
    let letters = post.until(post.now() + TimeDelta::minutes(2)).await;
    assert!(
        only(&letters).contains("3 of your reservations have changed"),
        "{letters:?}"
    );
}
