//! Invitations over a real database.

use axum::http::Method;
use chrono::TimeDelta;
use futures_util::future::join_all;
use serde_json::{Value, json};

use super::*;
use crate::accounts::AccountOptions;
use crate::accounts::tests::{House, PASSWORD};
use crate::tests::Answered;

const PATH: &str = "/api/v6/invitations";

/// A house with a tenant, and the session of its owner.
struct Open {
    house: House,
    tenant: TenantId,
    owner: Value,
}

async fn open() -> Open {
    let mut house = House::built_with(AccountOptions::default(), |accounts| {
        vec![routes(accounts.clone())]
    })
    .await;
    house.worker = jobs(house.worker, &house.accounts);
    let (_, tenant) = house.member("owner@example.org", Role::Owner).await;
    let owner = house.session("owner@example.org").await;
    Open {
        house,
        tenant,
        owner,
    }
}

impl Open {
    async fn invite(&self, email: &str, role: &str) -> Answered {
        self.invite_as(&self.owner, email, role).await
    }

    async fn invite_as(&self, who: &Value, email: &str, role: &str) -> Answered {
        let body = json!({ "email": email, "role": role });
        self.house.call(who, Method::POST, PATH, Some(body)).await
    }

    /// The token of the letter that was mailed last.
    async fn mailed(&self, email: &str) -> String {
        self.house.work().await;
        let letter = self
            .house
            .mailbox
            .wait_for(email, "/accept-invitation")
            .await;
        letter.token().unwrap()
    }

    async fn accept(&self, token: &str, password: &str) -> Answered {
        let body = json!({ "token": token, "name": "Bob", "password": password });
        self.house.post("/api/auth/invitations/accept", body).await
    }

    async fn preview(&self, token: &str) -> Answered {
        let body = json!({ "token": token });
        self.house.post("/api/auth/invitations/preview", body).await
    }

    async fn on(&self, method: Method, invitation: &Value, then: &str) -> Answered {
        let path = format!("{PATH}/{}{then}", invitation["id"].as_str().unwrap());
        self.house.call(&self.owner, method, &path, None).await
    }

    async fn status(&self, invitation: &Value) -> Value {
        self.on(Method::GET, invitation, "").await.json()["status"].clone()
    }

    /// Lets days pass; the owner has been away and signs in again.
    async fn days_later(&mut self, days: i64) {
        self.house.later(TimeDelta::days(days));
        self.owner = self.house.session("owner@example.org").await;
    }

    /// Somebody else in the tenant.
    async fn colleague(&self, email: &str, role: Role) -> Value {
        let user = self.house.account(email).await;
        self.house.join(user, self.tenant, role).await;
        self.house.session(email).await
    }
}

#[tokio::test]
async fn a_stranger_is_invited_and_joins_with_a_fresh_account() {
    let open = open().await;
    let made = open.invite("Bob@Example.org", "operator").await;
    assert_eq!(made.status, 201, "{}", made.text);
    let invitation = made.json();
    let location = format!("{PATH}/{}", invitation["id"].as_str().unwrap());
    assert_eq!(made.headers["location"], location.as_str());
    assert_eq!(invitation["status"], "pending");
    assert_eq!(invitation["invited_by"]["name"], "Ada Lovelace");
    assert_eq!(invitation["last_sent_at"], Value::Null);
    assert!(!made.text.contains("token"));

    let token = open.mailed("Bob@Example.org").await;
    let sent = open.on(Method::GET, &invitation, "").await.json();
    assert_eq!(sent["last_sent_at"], "2027-01-15T12:00:00Z");
    let offer = open.preview(&token).await.json();
    assert_eq!(offer["tenant_name"], "North Quay");
    assert_eq!(
        (&offer["email"], &offer["account_exists"]),
        (&json!("Bob@Example.org"), &json!(false))
    );

    let nameless = json!({ "token": token, "password": PASSWORD });
    let refused = open
        .house
        .post("/api/auth/invitations/accept", nameless)
        .await;
    assert_eq!(refused.json()["errors"][0]["field"], "name");
    let weak = open.accept(&token, "Password123!").await;
    assert_eq!(weak.json()["errors"][0]["field"], "password");

    let joined = open.accept(&token, PASSWORD).await;
    assert_eq!(joined.status, 200, "{}", joined.text);
    let session = joined.json();
    assert_eq!(
        (&session["tenant"]["id"], &session["tenant"]["role"]),
        (&json!(open.tenant), &json!("operator"))
    );
    assert_eq!(session["user"]["email_verified"], true);
    assert_eq!(
        open.house.get(&session, "/api/v6/me").await.json()["role"],
        "operator"
    );
    assert_eq!(open.status(&invitation).await, "accepted");
    let actions = open.house.actions(open.tenant).await;
    assert_eq!(
        actions[1..],
        [
            "invitation.created",
            "invitation.accepted",
            "membership.created",
            "login.succeeded"
        ]
    );
    // The link is used up.
    assert_eq!(open.accept(&token, PASSWORD).await.code(), "token_invalid");
    assert_eq!(open.preview(&token).await.code(), "token_invalid");
}

#[tokio::test]
async fn somebody_with_an_account_joins_with_its_password_and_no_other() {
    let open = open().await;
    let (bob, elsewhere) = open.house.member("bob@example.org", Role::Viewer).await;
    open.house
        .execute(
            "update users set email_verified_at = null where id = $1",
            bob,
        )
        .await;
    open.invite("BOB@example.org", "admin").await;
    let token = open.mailed("BOB@example.org").await;
    assert_eq!(open.preview(&token).await.json()["account_exists"], true);
    assert_eq!(
        open.accept(&token, "wrong horse battery").await.code(),
        "invalid_credentials"
    );
    assert_eq!(open.house.actions(elsewhere).await, ["login.failed"]);
    let joined = open.accept(&token, PASSWORD).await.json();
    assert_eq!(joined["user"]["id"], json!(bob));
    assert_eq!(
        joined["user"]["name"], "Ada Lovelace",
        "an account keeps its name"
    );
    assert_eq!(
        joined["user"]["email_verified"], true,
        "the letter proved the address"
    );
    assert_eq!(joined["tenants"].as_array().unwrap().len(), 2);
    assert_eq!(
        open.house
            .count("select count(*) from users where email_key = 'bob@example.org'")
            .await,
        1
    );
}

#[tokio::test]
async fn a_disabled_account_does_not_come_in_by_an_invitation() {
    let open = open().await;
    let (bob, _) = open.house.member("bob@example.org", Role::Viewer).await;
    open.house
        .execute("update users set is_active = false where id = $1", bob)
        .await;
    open.invite("bob@example.org", "viewer").await;
    let token = open.mailed("bob@example.org").await;
    assert_eq!(
        open.accept(&token, PASSWORD).await.code(),
        "account_disabled"
    );
}

#[tokio::test]
async fn an_invitation_accepted_many_times_at_once_makes_one_member() {
    let open = open().await;
    open.invite("bob@example.org", "viewer").await;
    let token = open.mailed("bob@example.org").await;
    let answers = join_all((0..8).map(|_| open.accept(&token, PASSWORD))).await;
    let joined = answers
        .iter()
        .filter(|answered| answered.status == 200)
        .count();
    assert_eq!(joined, 1, "{answers:?}");
    for answered in answers.iter().filter(|answered| answered.status != 200) {
        assert!(
            ["token_invalid", "email_taken"].contains(&answered.code().as_str()),
            "{}",
            answered.text
        );
    }
    assert_eq!(
        open.house.count("select count(*) from memberships").await,
        2
    );
    assert_eq!(open.house.count("select count(*) from users").await, 2);
    assert_eq!(
        open.house
            .count("select used::bigint from tenant_usage where resource = 'users' and used > 0")
            .await,
        2
    );
}

#[tokio::test]
async fn an_invitation_that_is_revoked_while_it_is_accepted_takes_nobody_in() {
    let open = open().await;
    open.invite("bob@example.org", "viewer").await;
    let token = open.mailed("bob@example.org").await;
    let mut revoking = open.house.stage.test.superuser().await;
    sqlx::raw_sql("begin; update invitations set revoked_at = created_at, token_hash = null")
        .execute(&mut revoking)
        .await
        .unwrap();
    let waiting = "select count(*) from pg_stat_activity
                   where datname = current_database() and wait_event_type = 'Lock'";
    let commit = async {
        while open.house.count(waiting).await == 0 {
            tokio::task::yield_now().await;
        }
        sqlx::raw_sql("commit")
            .execute(&mut revoking)
            .await
            .unwrap();
    };
    let (refused, ()) = futures_util::future::join(open.accept(&token, PASSWORD), commit).await;
    assert_eq!(refused.code(), "token_invalid");
    assert_eq!(open.house.count("select count(*) from users").await, 1);
}

#[tokio::test]
async fn nobody_is_invited_twice_nor_if_they_are_in_whatever_the_case() {
    let open = open().await;
    assert_eq!(open.invite("bob@example.org", "viewer").await.status, 201);
    assert_eq!(
        open.invite("BOB@example.org", "admin").await.code(),
        "already_invited"
    );
    assert_eq!(
        open.invite("OWNER@example.org", "viewer").await.code(),
        "already_member"
    );
    assert_eq!(
        open.house.count("select count(*) from invitations").await,
        1
    );

    let parallel = join_all((0..6).map(|n| {
        let email = if n % 2 == 0 {
            "eve@example.org"
        } else {
            "EVE@example.org"
        };
        open.invite(email, "viewer")
    }))
    .await;
    let made = parallel
        .iter()
        .filter(|answered| answered.status == 201)
        .count();
    let refused = parallel
        .iter()
        .filter(|answered| answered.code() == "already_invited")
        .count();
    assert_eq!((made, refused), (1, 5));
}

#[tokio::test]
async fn nobody_invites_above_themselves_or_handles_what_is_above_them() {
    let open = open().await;
    let admin = open.colleague("admin@example.org", Role::Admin).await;
    let operator = open.colleague("operator@example.org", Role::Operator).await;
    assert_eq!(
        open.invite_as(&admin, "a@example.org", "admin")
            .await
            .status,
        201
    );
    assert_eq!(
        open.invite_as(&admin, "b@example.org", "owner")
            .await
            .code(),
        "role_too_high"
    );
    assert_eq!(
        open.invite("b@example.org", "platform_admin").await.code(),
        "role_too_high"
    );
    assert_eq!(
        open.invite_as(&operator, "b@example.org", "viewer")
            .await
            .code(),
        "forbidden"
    );
    assert_eq!(open.house.get(&operator, PATH).await.code(), "forbidden");

    let owners = open.invite("c@example.org", "owner").await.json();
    let path = format!("{PATH}/{}", owners["id"].as_str().unwrap());
    let resend = format!("{path}/resend");
    for (method, path) in [(Method::DELETE, &path), (Method::POST, &resend)] {
        let refused = open.house.call(&admin, method, path, None).await;
        assert_eq!(refused.code(), "role_too_high");
    }
    assert_eq!(open.status(&owners).await, "pending");
}

#[tokio::test]
async fn members_and_open_invitations_share_the_limit() {
    let open = open().await;
    // A basic tenant holds five, one of whom is the owner.
    let answers = join_all((0..8).map(|n| {
        let open = &open;
        async move { open.invite(&format!("p{n}@example.org"), "viewer").await }
    }))
    .await;
    let made: Vec<Value> = answers
        .iter()
        .filter(|answered| answered.status == 201)
        .map(Answered::json)
        .collect();
    let refused = answers
        .iter()
        .filter(|answered| answered.code() == "limit_reached")
        .count();
    assert_eq!((made.len(), refused), (4, 4));
    // One that is taken back makes room for another.
    assert_eq!(open.on(Method::DELETE, &made[0], "").await.status, 204);
    assert_eq!(open.invite("q@example.org", "viewer").await.status, 201);
}

#[tokio::test]
async fn a_tenant_that_filled_up_meanwhile_takes_nobody_in() {
    let open = open().await;
    open.invite("bob@example.org", "viewer").await;
    let token = open.mailed("bob@example.org").await;
    open.house
        .execute(
            "update tenant_usage set max = 1 where resource = 'users' and tenant_id = $1",
            open.tenant.0,
        )
        .await;
    let refused = open.accept(&token, PASSWORD).await;
    assert_eq!(
        (refused.status.as_u16(), refused.code()),
        (409, "limit_reached".into())
    );
    assert_eq!(
        open.house.count("select count(*) from users").await,
        1,
        "nothing is half made"
    );
    open.house
        .execute(
            "update tenant_usage set max = 2 where resource = 'users' and tenant_id = $1",
            open.tenant.0,
        )
        .await;
    assert_eq!(open.accept(&token, PASSWORD).await.status, 200);
}

#[tokio::test]
async fn sending_again_replaces_the_link_and_revoking_ends_it() {
    let mut open = open().await;
    let invitation = open.invite("bob@example.org", "viewer").await.json();
    let first = open.mailed("bob@example.org").await;
    open.days_later(5).await;
    let again = open.on(Method::POST, &invitation, "/resend").await;
    assert_eq!(again.status, 200, "{}", again.text);
    assert_eq!(again.etag(), "\"v2\"");
    let second = open.mailed("bob@example.org").await;
    assert_ne!(first, second);
    assert_eq!(open.preview(&first).await.code(), "token_invalid");
    open.days_later(6).await;
    assert_eq!(
        open.preview(&second).await.status,
        200,
        "it has another week"
    );

    let stale = [
        ("if-match", "\"v1\"".to_owned()),
        ("authorization", crate::accounts::tests::bearer(&open.owner)),
    ];
    let path = format!("{PATH}/{}", invitation["id"].as_str().unwrap());
    let refused = open
        .house
        .web
        .call(Method::DELETE, &path, &stale, None)
        .await;
    assert_eq!(refused.code(), "precondition_failed");
    assert_eq!(open.on(Method::DELETE, &invitation, "").await.status, 204);
    assert_eq!(open.status(&invitation).await, "revoked");
    assert_eq!(open.accept(&second, PASSWORD).await.code(), "token_invalid");
    for (method, then) in [(Method::DELETE, ""), (Method::POST, "/resend")] {
        assert_eq!(
            open.on(method, &invitation, then).await.code(),
            "invitation_closed"
        );
    }
    assert_eq!(open.invite("bob@example.org", "viewer").await.status, 201);
}

#[tokio::test]
async fn an_invitation_runs_out_and_then_stands_in_nobodys_way() {
    let open = open().await;
    let first = open.invite("bob@example.org", "viewer").await.json();
    let other = open.invite("eve@example.org", "viewer").await.json();
    let token = open.mailed("bob@example.org").await;
    open.house.later(TimeDelta::days(7));
    let owner = open.house.session("owner@example.org").await;
    assert_eq!(open.accept(&token, PASSWORD).await.code(), "token_invalid");
    let body = json!({ "email": "bob@example.org", "role": "viewer" });
    assert_eq!(
        open.house
            .call(&owner, Method::POST, PATH, Some(body))
            .await
            .status,
        201
    );

    let now = open.house.stage.now();
    let mut tx = open.house.stage.worker().await;
    queue::enqueue(tx.conn(), TenantId::PLATFORM, &CloseInvitations {}, now)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    open.house.work().await;
    assert_eq!(
        open.house
            .count("select count(*) from invitations where closed_at is not null")
            .await,
        2
    );
    let actions = open.house.actions(open.tenant).await;
    assert_eq!(
        actions
            .iter()
            .filter(|action| *action == "invitation.expired")
            .count(),
        1
    );
    let list = async |query: &str| {
        open.house
            .get(&owner, &format!("{PATH}?{query}"))
            .await
            .json()
    };
    assert_eq!(
        list("status=expired&sort=email").await["invitations"][0]["id"],
        first["id"]
    );
    assert_eq!(
        list("status=expired&sort=-email").await["invitations"][0]["id"],
        other["id"]
    );
    assert_eq!(list("status=pending").await["total"], 1);
    assert_eq!(list("q=EVE").await["total"], 1);
    assert_eq!(list("status=lost").await["code"], "validation_failed");
}

#[tokio::test]
async fn another_tenants_invitation_is_as_absent_as_none() {
    let open = open().await;
    let invitation = open.invite("bob@example.org", "viewer").await.json();
    open.house.member("other@example.org", Role::Owner).await;
    let other = open.house.session("other@example.org").await;
    let path = |id: Value, then: &str| format!("{PATH}/{}{then}", id.as_str().unwrap());
    for (method, then) in [
        (Method::GET, ""),
        (Method::DELETE, ""),
        (Method::POST, "/resend"),
    ] {
        let foreign = path(invitation["id"].clone(), then);
        let absent = path(json!(fresh()), then);
        let foreign = open
            .house
            .call(&other, method.clone(), &foreign, None)
            .await;
        let absent = open.house.call(&other, method, &absent, None).await;
        assert_eq!(foreign.status, 404);
        assert_eq!(foreign.without_request(), absent.without_request());
    }
    assert_eq!(open.house.get(&other, PATH).await.json()["total"], 0);
    // The same address may be invited by many.
    let body = json!({ "email": "bob@example.org", "role": "viewer" });
    assert_eq!(
        open.house
            .call(&other, Method::POST, PATH, Some(body))
            .await
            .status,
        201
    );
}

#[tokio::test]
async fn asking_twice_with_one_key_invites_once() {
    let open = open().await;
    let headers = [
        ("authorization", crate::accounts::tests::bearer(&open.owner)),
        ("idempotency-key", "once".to_owned()),
    ];
    let body = json!({ "email": "bob@example.org", "role": "viewer" });
    let ask = async || {
        open.house
            .web
            .call(Method::POST, PATH, &headers, Some(body.clone()))
            .await
    };
    let (first, second) = (ask().await, ask().await);
    assert_eq!((first.status, &first.text), (second.status, &second.text));
    open.house.work().await;
    assert_eq!(open.house.mailbox.letters().len(), 1);
}

#[tokio::test]
async fn a_suspended_tenant_takes_nobody_in_and_the_platform_makes_its_own() {
    let open = open().await;
    open.invite("bob@example.org", "viewer").await;
    let token = open.mailed("bob@example.org").await;
    open.house
        .execute(
            "update tenants set status = 'suspended' where id = $1",
            open.tenant.0,
        )
        .await;
    assert_eq!(
        open.accept(&token, PASSWORD).await.code(),
        "tenant_suspended"
    );

    open.house.platform_admin("root@example.org").await;
    let root = open.house.session("root@example.org").await;
    assert_eq!(
        open.invite_as(&root, "second@example.org", "platform_admin")
            .await
            .status,
        201
    );
    let token = open.mailed("second@example.org").await;
    assert_eq!(
        open.accept(&token, PASSWORD).await.json()["tenant"]["role"],
        "platform_admin"
    );
}

#[tokio::test]
async fn the_first_owner_of_a_tenant_is_invited_once() {
    let open = open().await;
    let tenant = open.house.stage.tenant("South Quay").await;
    let wish = InviteOwner {
        email: "First@example.org".to_owned(),
        language: Language::Fr,
        invited_by: None,
    };
    for _ in 0..2 {
        let mut tx = open.house.stage.worker().await;
        let now = open.house.stage.now();
        queue::enqueue(tx.conn(), tenant, &wish, now).await.unwrap();
        tx.commit().await.unwrap();
    }
    let token = open.mailed("First@example.org").await;
    assert_eq!(open.house.mailbox.letters().len(), 1);
    let joined = open.accept(&token, PASSWORD).await.json();
    assert_eq!(joined["tenant"]["id"], json!(tenant));
    assert_eq!(
        (&joined["tenant"]["role"], &joined["user"]["language"]),
        (&json!("owner"), &json!("fr"))
    );
    assert_eq!(open.house.count("select count(*) from jobs").await, 0);
}

#[tokio::test]
async fn what_is_no_invitation_is_refused_by_field() {
    let open = open().await;
    for (body, field) in [
        (json!({ "email": "nobody", "role": "viewer" }), "email"),
        (json!({ "email": "a@b.ch", "role": "king" }), "role"),
        (
            json!({ "email": "a@b.ch", "role": "viewer", "language": "de" }),
            "language",
        ),
        (
            json!({ "email": "a@b.ch", "role": "viewer", "token": "x" }),
            "token",
        ),
    ] {
        let refused = open
            .house
            .call(&open.owner, Method::POST, PATH, Some(body.clone()))
            .await;
        assert_eq!(refused.json()["errors"][0]["field"], field, "{body}");
    }
    for token in ["x", "' or 1=1 --"] {
        assert_eq!(open.preview(token).await.code(), "token_invalid");
        assert_eq!(open.accept(token, PASSWORD).await.code(), "token_invalid");
    }
    let invisible = json!({ "token": "x", "name": "\u{200b}", "password": PASSWORD });
    let refused = open
        .house
        .post("/api/auth/invitations/accept", invisible)
        .await;
    assert_eq!(refused.json()["errors"][0]["field"], "name");
}

#[tokio::test]
async fn who_lost_against_another_transaction_is_served_at_the_second_attempt() {
    let open = open().await;
    // The first insert of each address is a deadlock's victim; a sequence forgets nothing.
    sqlx::raw_sql(
        "create sequence attempts;
         create function lose_at_first() returns trigger language plpgsql security definer as $$
         begin
           if nextval('attempts') = 1 then raise exception 'lost' using errcode = '40P01'; end if;
           return new;
         end $$;
         create trigger lose_at_first before insert on invitations for each row execute function lose_at_first()",
    )
    .execute(&mut open.house.stage.test.superuser().await)
    .await
    .unwrap();
    let invited = open.invite("bob@example.org", "viewer").await;
    assert_eq!(invited.status, 201, "{}", invited.text);
    let count = open.house.count("select count(*) from invitations").await;
    let entries = "select count(*) from audit_log where action = 'invitation.created'";
    assert_eq!((count, open.house.count(entries).await), (1, 1));
}
