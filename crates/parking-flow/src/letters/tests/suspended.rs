//! What arrives in the name of a tenant that is suspended: nothing, until it is active again.

use super::*;
use crate::{reservations, waitlist};

const WAITLIST: &str = "/api/v6/reservations/waitlist";

impl Post {
    async fn becomes(&self, status: &str) {
        sqlx::query("update tenants set status = $2 where id = $1")
            .bind(self.lot.tenant.0)
            .bind(status)
            .execute(&mut self.lot.test.superuser().await)
            .await
            .expect("a tenant");
    }

    async fn keeps_all(&self) {
        let witness = Witness::new(self.lot.flow.db.clone());
        let kept = reservations::keep(&self.lot.flow, &witness).await;
        kept.expect("reservations are looked after");
        let again = waitlist::look_again(&self.lot.flow).await;
        again.expect("every list is looked at");
        let offered = waitlist::keep(&self.lot.flow, &witness).await;
        offered.expect("the waiting list is looked after");
    }
}

#[tokio::test]
async fn what_was_to_be_told_when_a_tenant_was_suspended_is_told_when_it_is_active_again() {
    let post = Post::open().await;
    let (day, hour) = (TimeDelta::days(1), TimeDelta::hours(1));
    let soon = post.now() + day;
    post.books(soon, "confirmed").await;
    let moved = post.books(soon + day * 3, "confirmed").await;
    let given = post.books(soon + day * 6, "confirmed").await;
    assert_eq!(post.settles().await.len(), 3);
    post.moves(moved, soon + day * 4).await;
    let other = json!({ "holder": { "email": "bo@people.test" } });
    let path = format!("{RESERVATIONS}/{given}");
    post.calls(Method::PATCH, &path, other).await;
    post.books(soon + day * 8, "confirmed").await;
    post.becomes("suspended").await;
    assert_eq!(post.settles().await, [""; 0]);
    // Beyond a reminder, and beyond the patience of any job.
    assert_eq!(post.until(soon - hour / 2).await, [""; 0]);
    post.becomes("active").await;
    let letters = post.until(post.now() + TimeDelta::minutes(10)).await;
    for (words, count) in [
        ("begins soon", 1),
        ("Your reservation has changed", 1),
        ("was given to somebody else", 1),
        ("is reserved for you", 2),
    ] {
        let told = letters.iter().filter(|one| one.contains(words));
        assert_eq!(told.count(), count, "{words}: {letters:#?}");
    }
    assert_eq!(letters.len(), 5);
    assert_eq!(post.until(post.now() + hour / 4).await, [""; 0], "once");
}

#[tokio::test]
async fn nobody_is_offered_a_bay_in_a_tenant_that_nobody_may_come_into() {
    let post = Post::open().await;
    let start = post.now() + TimeDelta::days(1);
    let slot = json!({
        "space_id": post.lot.bays[0], "start_time": start, "end_time": start + TimeDelta::minutes(90),
    });
    let taken = post.calls(Method::POST, RESERVATIONS, slot.clone()).await;
    let taken: Uuid = serde_json::from_value(taken["id"].clone()).expect("an id");
    let mut entries = Vec::new();
    for address in [ADA, "bo@people.test", "cy@people.test"] {
        let mut wish = slot.clone();
        wish["holder"] = json!({ "email": address });
        let entry = post.calls(Method::POST, WAITLIST, wish).await;
        entries.push(format!(
            "{WAITLIST}/{}",
            entry["id"].as_str().expect("an id")
        ));
    }
    let standings = async || {
        let mut all = Vec::new();
        for path in &entries {
            let seen = post.lot.served.get(&post.lot.token, path).await.json();
            all.push(seen["status"].as_str().expect("a status").to_owned());
        }
        all
    };
    post.cancels(taken).await;
    post.becomes("suspended").await;
    // As many claim windows as people wait: each would have been offered it, and have let it lapse.
    for _ in 0..4 {
        post.lot.test.clock().advance(TimeDelta::minutes(31));
        post.keeps_all().await;
    }
    assert_eq!(standings().await, ["waiting"; 3]);
    post.becomes("active").await;
    post.keeps_all().await;
    assert_eq!(standings().await, ["offered", "waiting", "waiting"]);
    assert!(only(&post.settles().await).contains("is offered to you"));
}
