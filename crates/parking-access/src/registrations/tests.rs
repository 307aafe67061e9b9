//! Registrations over a real database.

use chrono::TimeDelta;
use futures_util::future::join_all;
use parking_domain::access::Role;
use parking_domain::ids::TenantId;
use serde_json::{Value, json};

use super::*;
use crate::accounts::AccountOptions;
use crate::accounts::tests::{House, PASSWORD};
use crate::tests::Answered;

async fn open() -> House {
    let options = AccountOptions {
        registration_enabled: true,
        ..AccountOptions::default()
    };
    let mut house = House::built_with(options, |accounts| vec![routes(accounts.clone())]).await;
    house.worker = jobs(house.worker, &house.accounts);
    house
}

fn wish(email: &str) -> Value {
    json!({ "email": email, "name": "Ada", "tenant_name": "Quai d'été", "language": "fr" })
}

async fn ask(house: &House, body: Value) -> Answered {
    house.post("/api/auth/register", body).await
}

async fn follow(house: &House, body: Value) -> Answered {
    house.post("/api/auth/register/complete", body).await
}

async fn mailed(house: &House, email: &str) -> String {
    house.work().await;
    let letter = house
        .mailbox
        .wait_for(email, "/complete-registration")
        .await;
    letter.token().unwrap()
}

#[tokio::test]
async fn nobody_registers_where_it_is_switched_off() {
    let house = House::built_with(AccountOptions::default(), |accounts| {
        vec![routes(accounts.clone())]
    })
    .await;
    assert_eq!(
        ask(&house, wish("ada@example.org")).await.code(),
        "registration_disabled"
    );
    let body = json!({ "token": "x", "password": PASSWORD });
    assert_eq!(follow(&house, body).await.code(), "registration_disabled");
}

#[tokio::test]
async fn the_answer_does_not_tell_who_has_an_account_but_the_letter_does() {
    let house = open().await;
    house.member("bob@example.org", Role::Viewer).await;
    let accounts = house.count("select count(*) from users").await;
    let unknown = ask(&house, wish("ada@example.org")).await;
    let known = ask(&house, wish("BOB@example.org")).await;
    assert_eq!(unknown.status, 202);
    assert_eq!(unknown.json(), json!({ "status": "check_mail" }));
    assert_eq!((known.status, &known.text), (unknown.status, &unknown.text));
    house.work().await;
    house
        .mailbox
        .wait_for("BOB@example.org", "forgot-password")
        .await;
    house
        .mailbox
        .wait_for("ada@example.org", "/complete-registration")
        .await;
    assert_eq!(
        house.count("select count(*) from users").await,
        accounts,
        "nothing is made yet"
    );
}

#[tokio::test]
async fn the_reader_of_the_letter_becomes_the_owner_of_a_tenant() {
    let house = open().await;
    ask(&house, wish("Ada@example.org")).await;
    let token = mailed(&house, "Ada@example.org").await;
    let weak = follow(
        &house,
        json!({ "token": token, "password": "Password123!" }),
    )
    .await;
    assert_eq!(weak.json()["errors"][0]["field"], "password");
    let body = json!({ "token": token, "password": PASSWORD });
    let completed = follow(&house, body.clone()).await;
    assert_eq!(completed.status, 201, "{}", completed.text);
    let session = completed.json();
    let tenant = &session["tenant"];
    assert_eq!(
        (&tenant["role"], &tenant["slug"], &tenant["kind"]),
        (&json!("owner"), &json!("quai-d-ete"), &json!("customer"))
    );
    assert_eq!(session["user"]["email_verified"], true);
    assert_eq!(session["user"]["language"], "fr");
    let me = house.get(&session, "/api/v6/me").await.json();
    assert_eq!(me["role"], "owner");
    assert_eq!(house.log_in("ada@example.org", PASSWORD).await.status, 200);
    assert_eq!(follow(&house, body).await.code(), "token_invalid");
    let id = TenantId(serde_json::from_value(tenant["id"].clone()).unwrap());
    assert_eq!(house.actions(id).await[0], "tenant.registered");
}

#[tokio::test]
async fn a_link_that_is_followed_many_times_at_once_makes_one_tenant() {
    let house = open().await;
    ask(&house, wish("ada@example.org")).await;
    let token = mailed(&house, "ada@example.org").await;
    let tenants = house.count("select count(*) from tenants").await;
    let body = json!({ "token": token, "password": PASSWORD });
    let answers = join_all((0..6).map(|_| follow(&house, body.clone()))).await;
    let made = answers
        .iter()
        .filter(|answered| answered.status == 201)
        .count();
    assert_eq!(made, 1);
    assert!(
        answers
            .iter()
            .all(|answered| [201, 422].contains(&answered.status.as_u16()))
    );
    assert_eq!(
        house.count("select count(*) from tenants").await,
        tenants + 1
    );
    assert_eq!(house.count("select count(*) from users").await, 1);
}

#[tokio::test]
async fn a_slug_that_was_taken_meanwhile_can_be_chosen_again() {
    let house = open().await;
    house.stage.tenant("North Quay").await;
    let mut body = wish("ada@example.org");
    body["tenant_slug"] = json!("north-quay");
    ask(&house, body).await;
    let token = mailed(&house, "ada@example.org").await;
    let taken = follow(&house, json!({ "token": token, "password": PASSWORD })).await;
    assert_eq!(taken.code(), "slug_taken");
    assert_eq!(
        house.count("select count(*) from users").await,
        0,
        "nothing is half made"
    );
    let body = json!({ "token": token, "password": PASSWORD, "tenant_slug": "south-quay" });
    assert_eq!(
        follow(&house, body).await.json()["tenant"]["slug"],
        "south-quay"
    );
}

#[tokio::test]
async fn links_run_out_and_an_address_becomes_an_account_once() {
    let house = open().await;
    ask(&house, wish("ada@example.org")).await;
    let token = mailed(&house, "ada@example.org").await;
    house.later(TimeDelta::days(3));
    let body = json!({ "token": token, "password": PASSWORD });
    assert_eq!(follow(&house, body).await.code(), "token_invalid");

    ask(&house, wish("eve@example.org")).await;
    let token = mailed(&house, "eve@example.org").await;
    house.member("EVE@example.org", Role::Viewer).await;
    let body = json!({ "token": token, "password": PASSWORD });
    assert_eq!(follow(&house, body).await.code(), "email_taken");

    let now = house.stage.now() + TimeDelta::days(11);
    house.later(TimeDelta::days(11));
    let mut tx = house.stage.worker().await;
    queue::enqueue(tx.conn(), TenantId::PLATFORM, &CleanRegistrations {}, now)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    house.work().await;
    assert_eq!(house.count("select count(*) from registrations").await, 0);
}

#[tokio::test]
async fn what_is_no_registration_is_refused_by_field() {
    let house = open().await;
    for (field, value) in [
        ("email", json!("nobody")),
        ("name", json!("\u{200b}")),
        ("tenant_name", json!("   ")),
        ("tenant_slug", json!("No Slug")),
        ("language", json!("de")),
        ("password", json!(PASSWORD)),
    ] {
        let mut body = wish("ada@example.org");
        body[field] = value;
        let refused = ask(&house, body).await;
        assert_eq!(
            refused.json()["errors"][0]["field"],
            field,
            "{}",
            refused.text
        );
    }
}
