//! Calendar links through the routes, over a real database.

use axum::http::{Method, StatusCode};
use parking_domain::access::Role;
use parking_domain::ids::{TenantId, fresh};
use parking_http::{Actor, Identity};
use parking_testkit::{Answered, bearer};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::ingest::Lot;
use crate::tests::tenant;

const FEEDS: &str = "/api/v6/calendar-feeds";

/// A member of a tenant: who they are, and what they show.
struct Member {
    id: Uuid,
    tenant: TenantId,
    token: String,
}

impl Lot {
    async fn member(&self, tenant: TenantId, role: Role) -> Member {
        let (id, token) = (fresh(), fresh().to_string());
        let mut all = self.test.superuser().await;
        sqlx::query(
            "with person as (insert into users (id, email, email_key, name, created_at, updated_at)
               values ($1, $1::text || '@people.test', $1::text || '@people.test', 'Ada', now(), now()) returning id)
             insert into memberships (tenant_id, id, user_id, role, created_at, updated_at)
             select $2, id, id, $3, now(), now() from person",
        )
        .bind(id)
        .bind(tenant.0)
        .bind(role.to_string())
        .execute(&mut all)
        .await
        .expect("a member");
        let actor = Actor::User {
            id,
            session: fresh(),
            name: "Ada".into(),
        };
        let identity = Identity {
            tenant,
            actor,
            role,
            scopes: None,
            acting: None,
            requests_per_minute: None,
            tenant_requests_per_minute: 1_000,
        };
        self.people.seat(&token, identity);
        Member { id, tenant, token }
    }

    async fn by(&self, who: &Member, method: Method, path: &str, body: Option<Value>) -> Answered {
        let headers = [bearer(&who.token)];
        self.served.call(method, path, &headers, body).await
    }

    async fn makes_feed(&self, who: &Member, draft: Value) -> Value {
        let answer = self.by(who, Method::POST, FEEDS, Some(draft)).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text);
        answer.json()
    }

    /// What somebody finds who has nothing but the link.
    async fn reads(&self, feed: &Value) -> Answered {
        let path = feed["path"].as_str().expect("a path");
        self.served.call(Method::GET, path, &[], None).await
    }

    async fn books(&self, bay: usize, day: u32, holder: Value) -> Value {
        let wish = json!({
            "space_id": self.bays[bay], "start_time": format!("2027-01-{day}T08:00:00Z"), "end_time": format!("2027-01-{day}T09:00:00Z"),
            "holder": holder,
        });
        let headers = [bearer(&self.token)];
        let answer = self
            .served
            .call(Method::POST, "/api/v6/reservations", &headers, Some(wish))
            .await;
        assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text);
        answer.json()["id"].clone()
    }

    async fn decrees(&self, statement: &str, who: &Member) {
        let mut all = self.test.superuser().await;
        let statement = statement.replace("$user", &format!("'{}'", who.id));
        let statement = statement.replace("$tenant", &format!("'{}'", who.tenant));
        sqlx::raw_sql(sqlx::AssertSqlSafe(statement))
            .execute(&mut all)
            .await
            .expect("a statement");
    }
}

/// The reservations of a calendar, by their names.
fn uids(answer: &Answered) -> Vec<String> {
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    let lines = answer.text.split("\r\n");
    let uids = lines.filter_map(|line| line.strip_prefix("UID:"));
    uids.map(str::to_owned).collect()
}

#[track_caller]
fn refused(answer: &Answered, status: u16, code: &str) {
    let told = (answer.status.as_u16(), answer.code());
    assert_eq!(told, (status, code.to_owned()), "{}", answer.text);
}

#[tokio::test]
async fn a_link_shows_its_site_bay_or_person_and_nothing_of_other_tenants() {
    let lot = Lot::open().await;
    let who = lot.member(lot.tenant, Role::Operator).await;
    let ada = json!({ "email": "Ada@people.test", "name": "Ada Lovelace" });
    let first = lot.books(0, 21, ada).await;
    let second = lot.books(1, 22, json!(null)).await;
    let all = lot.makes_feed(&who, json!({ "name": "all" })).await;
    let mine = lot
        .makes_feed(
            &who,
            json!({ "name": "Ada's", "person": "ADA@people.test" }),
        )
        .await;
    let bay = lot
        .makes_feed(&who, json!({ "name": "bay", "space_id": lot.bays[1] }))
        .await;
    let other = tenant(&lot.flow.db, &lot.flow.clock, "Pier").await;
    let other = lot.member(other, Role::Owner).await;
    let theirs = lot.makes_feed(&other, json!({ "name": "theirs" })).await;
    assert_eq!(json!(uids(&lot.reads(&all).await)), json!([first, second]));
    assert_eq!(json!(uids(&lot.reads(&mine).await)), json!([first]));
    assert_eq!(json!(uids(&lot.reads(&bay).await)), json!([second]));
    assert_eq!(uids(&lot.reads(&theirs).await), [""; 0]);
    let told = lot.reads(&all).await.text;
    assert!(
        !told.contains("Ada") && !told.contains("people.test"),
        "{told}"
    );
    // Another tenant's bay is none.
    let foreign = json!({ "name": "x", "space_id": lot.bays[0] });
    refused(
        &lot.by(&other, Method::POST, FEEDS, Some(foreign)).await,
        404,
        "not_found",
    );
}

#[tokio::test]
async fn a_link_ends_with_the_rights_of_whoever_made_it() {
    let lot = Lot::open().await;
    let who = lot.member(lot.tenant, Role::Operator).await;
    lot.books(0, 21, json!({ "plate": "AB-1" })).await;
    let all = lot.makes_feed(&who, json!({ "name": "all" })).await;
    let of_person = lot
        .makes_feed(&who, json!({ "name": "AB-1", "person": "ab-1" }))
        .await;
    assert_eq!(uids(&lot.reads(&of_person).await).len(), 1);
    // A viewer does not see for whom bays are reserved, by name or by asking for one.
    lot.decrees(
        "update memberships set role = 'viewer' where user_id = $user",
        &who,
    )
    .await;
    refused(&lot.reads(&of_person).await, 404, "not_found");
    assert_eq!(uids(&lot.reads(&all).await).len(), 1);
    for (off, on) in [
        (
            "update memberships set is_active = false where user_id = $user",
            "update memberships set is_active = true where user_id = $user",
        ),
        (
            "update users set is_active = false where id = $user",
            "update users set is_active = true where id = $user",
        ),
        (
            "update tenants set status = 'suspended' where id = $tenant",
            "update tenants set status = 'active' where id = $tenant",
        ),
    ] {
        lot.decrees(off, &who).await;
        refused(&lot.reads(&all).await, 404, "not_found");
        lot.decrees(on, &who).await;
        assert_eq!(uids(&lot.reads(&all).await).len(), 1, "{on}");
    }
    lot.decrees("delete from memberships where user_id = $user", &who)
        .await;
    refused(&lot.reads(&all).await, 404, "not_found");
}

#[tokio::test]
async fn people_see_and_revoke_their_own_links_and_admins_everybodys() {
    let lot = Lot::open().await;
    let viewer = lot.member(lot.tenant, Role::Viewer).await;
    let operator = lot.member(lot.tenant, Role::Operator).await;
    let admin = lot.member(lot.tenant, Role::Admin).await;
    let one = lot.makes_feed(&viewer, json!({ "name": "mine" })).await;
    let two = lot
        .makes_feed(&operator, json!({ "name": "ours", "person": "ab-1" }))
        .await;
    let of_person = json!({ "name": "x", "person": "ab-1" });
    refused(
        &lot.by(&viewer, Method::POST, FEEDS, Some(of_person)).await,
        403,
        "forbidden",
    );
    let seen = lot.by(&viewer, Method::GET, FEEDS, None).await;
    assert_eq!(
        (&seen.json()["total"], &seen.json()["calendar_feeds"][0]),
        (&json!(1), &one["calendar_feed"])
    );
    assert_eq!(
        lot.by(&admin, Method::GET, FEEDS, None).await.json()["total"],
        2
    );
    // The secret is in the first answer and nowhere else.
    let secret = one["path"]
        .as_str()
        .and_then(|path| path.split_once("token="))
        .expect("a token")
        .1;
    assert!(!seen.text.contains(secret));
    let mut all = lot.test.superuser().await;
    let kept: String = sqlx::query_scalar("select string_agg(f::text, ' ') || (select string_agg(a::text, ' ') from audit_log a) from calendar_feeds f")
        .fetch_one(&mut all)
        .await
        .expect("rows");
    assert!(!kept.contains(secret));
    let path = |made: &Value| {
        format!(
            "{FEEDS}/{}",
            made["calendar_feed"]["id"].as_str().expect("an id")
        )
    };
    refused(
        &lot.by(&viewer, Method::DELETE, &path(&two), None).await,
        404,
        "not_found",
    );
    let gone = lot.by(&admin, Method::DELETE, &path(&two), None).await;
    assert_eq!(gone.status, StatusCode::NO_CONTENT);
    refused(&lot.reads(&two).await, 404, "not_found");
    assert_eq!(
        lot.by(&viewer, Method::DELETE, &path(&one), None)
            .await
            .status,
        StatusCode::NO_CONTENT
    );
    let log: Vec<String> = sqlx::query_scalar(
        "select action from audit_log where entity_type = 'calendar_feed' order by seq",
    )
    .fetch_all(&mut all)
    .await
    .expect("rows");
    assert_eq!(
        log,
        [
            "calendar_feed.created",
            "calendar_feed.created",
            "calendar_feed.revoked",
            "calendar_feed.revoked"
        ]
    );
}

#[tokio::test]
async fn the_log_does_not_say_what_a_link_to_one_persons_reservations_is_called() {
    let lot = Lot::open().await;
    let who = lot.member(lot.tenant, Role::Operator).await;
    let of_person = json!({ "name": "Grace Hopper", "person": "grace@people.test" });
    let made = lot.makes_feed(&who, of_person).await;
    let id = made["calendar_feed"]["id"].as_str().expect("an id");
    let gone = lot
        .by(&who, Method::DELETE, &format!("{FEEDS}/{id}"), None)
        .await;
    assert_eq!(gone.status, StatusCode::NO_CONTENT);
    lot.makes_feed(&who, json!({ "name": "whole quay" })).await;
    let mut all = lot.test.superuser().await;
    let log: String = sqlx::query_scalar("select string_agg(a::text, ' ') from audit_log a")
        .fetch_one(&mut all)
        .await
        .expect("entries");
    assert!(!log.contains("Hopper") && !log.contains("grace@"), "{log}");
    assert!(log.contains(id) && log.contains("whole quay"), "{log}");
}

#[tokio::test]
async fn a_person_has_twenty_links_and_a_guest_of_the_tenant_none() {
    let lot = Lot::open().await;
    let who = lot.member(lot.tenant, Role::Viewer).await;
    for n in 0..20 {
        lot.makes_feed(&who, json!({ "name": format!("link {n}") }))
            .await;
    }
    let more = lot
        .by(
            &who,
            Method::POST,
            FEEDS,
            Some(json!({ "name": "one more" })),
        )
        .await;
    refused(&more, 409, "limit_reached");
    let headers = [bearer(&lot.token)];
    let guest = lot
        .served
        .call(Method::POST, FEEDS, &headers, Some(json!({ "name": "x" })))
        .await;
    refused(&guest, 403, "forbidden");
    let nameless = lot
        .by(&who, Method::POST, FEEDS, Some(json!({ "name": " " })))
        .await;
    refused(&nameless, 422, "validation_failed");
}

#[tokio::test]
async fn what_was_called_off_is_shown_as_such_for_a_while_and_what_is_known_is_not_sent_again() {
    let lot = Lot::open().await;
    let who = lot.member(lot.tenant, Role::Viewer).await;
    let feed = lot.makes_feed(&who, json!({ "name": "all" })).await;
    let off = lot.books(0, 21, json!(null)).await;
    let path = format!("/api/v6/reservations/{}", off.as_str().expect("an id"));
    lot.served.delete(&lot.token, &path).await;
    let read = lot.reads(&feed).await;
    assert!(
        read.text.contains("STATUS:CANCELLED\r\n") && read.text.contains("SEQUENCE:1\r\n"),
        "{}",
        read.text
    );
    let tag = read.headers["etag"].to_str().expect("a tag").to_owned();
    let path = feed["path"].as_str().expect("a path");
    for known in [tag.clone(), format!("\"x\", W/{tag}")] {
        let again = lot
            .served
            .call(Method::GET, path, &[("if-none-match", known)], None)
            .await;
        assert_eq!(
            (again.status, again.text.as_str()),
            (StatusCode::NOT_MODIFIED, "")
        );
    }
    // A reservation of a day far ahead that was called off long ago is of nobody's calendar any more.
    let statement = "update reservations set updated_at = updated_at - interval '31 days' where tenant_id = $tenant";
    lot.decrees(statement, &who).await;
    assert_eq!(uids(&lot.reads(&feed).await), [""; 0]);
}

#[tokio::test]
async fn of_a_calendar_that_is_too_long_the_past_is_left_out_first() {
    let lot = Lot::open().await;
    let who = lot.member(lot.tenant, Role::Viewer).await;
    let feed = lot.makes_feed(&who, json!({ "name": "all" })).await;
    let ahead = lot.books(0, 21, json!(null)).await;
    // So many more, of the last three weeks and a quarter of an hour each.
    lot.decrees(
        "insert into reservations (tenant_id, id, space_id, status, start_time, end_time, blocks_from, blocks_until, opens_at,
           no_show_at, created_at, updated_at)
         select r.tenant_id, gen_random_uuid(), r.space_id, 'completed', t, t + interval '15 minutes', t,
           t + interval '15 minutes', t, t, r.created_at, r.updated_at
         from reservations r, generate_series(0, 2000) n, lateral (select r.created_at - (n + 1) * interval '15 minutes' as t) w",
        &who,
    )
    .await;
    let read = uids(&lot.reads(&feed).await);
    assert_eq!(read.len(), 2_000);
    assert_eq!(json!(read.last()), ahead);
    let first = lot
        .reads(&feed)
        .await
        .text
        .lines()
        .find_map(|line| line.strip_prefix("DTSTART:").map(str::to_owned))
        .expect("a start");
    let oldest = lot.now() - chrono::TimeDelta::minutes(15 * 1_999);
    assert_eq!(first, oldest.format("%Y%m%dT%H%M%SZ").to_string());
}

#[tokio::test]
async fn another_name_of_a_bay_or_site_is_news_of_its_reservations() {
    let lot = Lot::open().await;
    let who = lot.member(lot.tenant, Role::Viewer).await;
    let feed = lot.makes_feed(&who, json!({ "name": "all" })).await;
    lot.books(0, 21, json!(null)).await;
    let field = |answer: &Answered, name: &str| {
        let mut lines = answer.text.split("\r\n");
        let found = lines.find_map(|line| line.strip_prefix(name));
        found.expect("a field").to_owned()
    };
    let mut known = lot.reads(&feed).await;
    let bay = format!("/api/v6/spaces/{}", lot.bays[0]);
    let headers = [bearer(&lot.token)];
    let site = lot.served.call(Method::GET, &bay, &headers, None).await;
    let site = site.json()["site_id"].as_str().expect("an id").to_owned();
    for (path, change) in [
        (bay, json!({ "code": "B-9" })),
        (format!("/api/v6/sites/{site}"), json!({ "name": "Pier" })),
    ] {
        lot.test.clock().advance(chrono::TimeDelta::minutes(1));
        let renamed = lot
            .served
            .call(Method::PATCH, &path, &headers, Some(change))
            .await;
        assert_eq!(renamed.status, StatusCode::OK, "{}", renamed.text);
        let read = lot.reads(&feed).await;
        assert_ne!(read.headers["etag"], known.headers["etag"]);
        let stamp = lot.now().format(":%Y%m%dT%H%M%SZ").to_string();
        assert_eq!(field(&read, "LAST-MODIFIED"), stamp);
        assert_eq!(field(&read, "DTSTAMP"), stamp);
        let sequence =
            |answer: &Answered| field(answer, "SEQUENCE:").parse::<u32>().expect("a number");
        assert!(sequence(&read) > sequence(&known), "{}", read.text);
        known = read;
    }
    assert_eq!(field(&known, "SUMMARY:"), "B-9 (Pier)");
    // Time alone is no news.
    lot.test.clock().advance(chrono::TimeDelta::days(7));
    let later = lot.reads(&feed).await;
    assert_eq!(later.headers["etag"], known.headers["etag"]);
    assert_eq!(later.text, known.text);
}

impl Lot {
    /// What the list says of a link to whoever made it.
    async fn last_used(&self, who: &Member, feed: &Value) -> Value {
        let listed = self.by(who, Method::GET, FEEDS, None).await.json();
        let feeds = listed["calendar_feeds"].as_array().expect("a list");
        let found = feeds
            .iter()
            .find(|one| one["id"] == feed["calendar_feed"]["id"]);
        found.expect("the link")["last_used_at"].clone()
    }

    /// Which writing of the link's row stands.
    async fn writing(&self) -> String {
        let mut all = self.test.superuser().await;
        sqlx::query_scalar("select string_agg(xmin::text, ' ') from calendar_feeds")
            .fetch_one(&mut all)
            .await
            .expect("a row")
    }
}

#[tokio::test]
async fn it_is_told_when_a_link_was_last_used_and_seldom_written_down() {
    let lot = Lot::open().await;
    let who = lot.member(lot.tenant, Role::Viewer).await;
    let feed = lot.makes_feed(&who, json!({ "name": "all" })).await;
    assert_eq!(feed["calendar_feed"]["last_used_at"], Value::Null);
    assert_eq!(lot.last_used(&who, &feed).await, Value::Null);
    let first = lot.now();
    let tag = lot.reads(&feed).await.headers["etag"].clone();
    assert_eq!(lot.last_used(&who, &feed).await, json!(first));
    // Calendars that look all the time write nothing.
    let written = lot.writing().await;
    lot.test.clock().advance(chrono::TimeDelta::seconds(299));
    for _ in 0..20 {
        assert_eq!(lot.reads(&feed).await.status, StatusCode::OK);
    }
    assert_eq!(lot.last_used(&who, &feed).await, json!(first));
    assert_eq!(lot.writing().await, written);
    // Who is told that nothing changed has used it as well.
    lot.test.clock().advance(chrono::TimeDelta::seconds(1));
    let path = feed["path"].as_str().expect("a path");
    let known = [("if-none-match", tag.to_str().expect("a tag").to_owned())];
    let again = lot.served.call(Method::GET, path, &known, None).await;
    assert_eq!(again.status, StatusCode::NOT_MODIFIED);
    assert_eq!(lot.last_used(&who, &feed).await, json!(lot.now()));
    // What a clock wrote that was a year fast does not stay for a year.
    let statement = "update calendar_feeds set last_used_at = last_used_at + interval '1 year'";
    lot.decrees(statement, &who).await;
    lot.reads(&feed).await;
    assert_eq!(lot.last_used(&who, &feed).await, json!(lot.now()));
}

#[tokio::test]
async fn a_link_that_shows_nothing_is_not_used_and_many_readers_at_once_are_all_answered() {
    let lot = Lot::open().await;
    let who = lot.member(lot.tenant, Role::Operator).await;
    let draft = json!({ "name": "AB-1", "person": "ab-1" });
    let of_person = lot.makes_feed(&who, draft).await;
    let all = lot.makes_feed(&who, json!({ "name": "all" })).await;
    let role = "update memberships set role = 'viewer' where user_id = $user";
    lot.decrees(role, &who).await;
    refused(&lot.reads(&of_person).await, 404, "not_found");
    assert_eq!(lot.last_used(&who, &of_person).await, Value::Null);
    let readers = (0..8).map(|_| lot.reads(&all));
    for read in futures_util::future::join_all(readers).await {
        assert_eq!(read.status, StatusCode::OK, "{}", read.text);
    }
    assert_eq!(lot.last_used(&who, &all).await, json!(lot.now()));
    // The one that was read last comes first, those that nobody reads last, either way.
    for (sort, order) in [
        ("last_used_at", ["all", "AB-1"]),
        ("-last_used_at", ["all", "AB-1"]),
    ] {
        let path = format!("{FEEDS}?sort={sort}");
        let listed = lot.by(&who, Method::GET, &path, None).await.json();
        let names = listed["calendar_feeds"].as_array().expect("a list").iter();
        let names: Vec<&Value> = names.map(|one| &one["name"]).collect();
        assert_eq!(names, order, "{sort}");
    }
}
