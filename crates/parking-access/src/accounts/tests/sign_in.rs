//! Signing in.

use parking_http::Code;

use super::*;

#[tokio::test]
async fn a_person_signs_in_and_learns_who_they_are() {
    let house = House::built().await;
    let (user, tenant) = house.member("ada@example.org", Role::Operator).await;
    let session = house.session("ada@example.org").await;
    assert_eq!(session["user"]["id"], json!(user));
    assert_eq!(session["user"]["username"], "Ada Lovelace");
    assert_eq!(session["tenant"]["id"], json!(tenant));
    assert_eq!(session["tenant"]["role"], "operator");
    assert_eq!(session["token_type"], "Bearer");
    assert_eq!(session["expires_in"], 900);
    assert_eq!(session["refresh_expires_in"], 30 * 24 * 3600);
    assert_eq!(session["user"]["last_login_at"], "2027-01-15T12:00:00Z");
    assert_eq!(session["tenants"].as_array().unwrap().len(), 1);
    assert_eq!(house.actions(tenant).await, ["login.succeeded"]);
}

#[tokio::test]
async fn the_password_form_of_oauth_is_understood() {
    let house = House::built().await;
    house.member("ada@example.org", Role::Viewer).await;
    let form = async |body: &'static str| {
        let kind = (
            "content-type",
            "application/x-www-form-urlencoded".to_owned(),
        );
        house
            .web
            .send(Method::POST, "/api/auth/login", &[kind], body)
            .await
    };
    let answered =
        form("grant_type=password&username=ada%40example.org&password=correct+horse+battery").await;
    assert_eq!(answered.status, 200, "{}", answered.text);
    assert!(answered.json()["refresh_token"].is_string());
    assert_eq!(
        form("username=ada%40example.org&password=wrong")
            .await
            .code(),
        "invalid_credentials"
    );
    assert_eq!(form("username=ada%40example.org").await.status, 422);
    assert_eq!(form("username=a&password=b&colour=red").await.status, 422);
    assert_eq!(form("username=a&password=%00").await.status, 422);
}

#[tokio::test]
async fn a_wrong_address_and_a_wrong_password_are_answered_alike() {
    let house = House::built().await;
    let (_, tenant) = house.member("ada@example.org", Role::Viewer).await;
    let wrong = house.log_in("ada@example.org", "wrong horse battery").await;
    let unknown = house.log_in("bob@example.org", PASSWORD).await;
    assert_eq!(wrong.status, 401);
    assert_eq!(wrong.status, unknown.status);
    assert_eq!(wrong.without_request(), unknown.without_request());
    let names = |answered: &Answered| -> Vec<_> { answered.headers.keys().cloned().collect() };
    assert_eq!(names(&wrong), names(&unknown));

    // The logs tell them apart, each its own, without the address.
    assert_eq!(house.actions(tenant).await, ["login.failed"]);
    assert_eq!(
        house.actions(TenantId::PLATFORM).await,
        ["tenant.created", "login.failed"]
    );
    let told = house
        .count(
            "select count(*) from audit_log where new::text like '%@%' or entity_name like '%@%'",
        )
        .await;
    assert_eq!(told, 0);
}

#[tokio::test]
async fn the_address_may_be_typed_in_any_case() {
    let house = House::built().await;
    house.member("Ada@Example.org", Role::Viewer).await;
    let session = house.session(" aDA@eXAMPLE.ORG ").await;
    assert_eq!(session["user"]["email"], "Ada@Example.org");
}

#[tokio::test]
async fn a_hash_of_the_predecessor_is_replaced_at_the_first_login() {
    let house = House::built().await;
    let (user, _) = house.member("ada@example.org", Role::Viewer).await;
    sqlx::query("update users set password_hash = $2 where id = $1")
        .bind(user)
        .bind(bcrypt::hash(PASSWORD, 4).unwrap())
        .execute(&mut house.stage.test.superuser().await)
        .await
        .unwrap();
    let wrong = house.log_in("ada@example.org", "wrong horse battery").await;
    assert_eq!(wrong.code(), "invalid_credentials");
    let outdated = "select count(*) from users where password_hash like '$2b$%'";
    assert_eq!(house.count(outdated).await, 1);
    house.session("ada@example.org").await;
    assert_eq!(house.count(outdated).await, 0);
    house.session("ada@example.org").await;
}

#[tokio::test]
async fn only_the_owner_of_the_password_learns_why_they_may_not_come_in() {
    let house = House::built().await;
    let (user, tenant) = house.member("ada@example.org", Role::Viewer).await;
    let tried = async |password| house.log_in("ada@example.org", password).await;

    house
        .execute(
            "update tenants set status = 'suspended' where id = $1",
            tenant.0,
        )
        .await;
    assert_eq!(tried(PASSWORD).await.code(), "tenant_suspended");
    assert_eq!(
        tried("wrong horse battery").await.code(),
        "invalid_credentials"
    );

    house
        .execute(
            "update memberships set is_active = false where user_id = $1",
            user,
        )
        .await;
    assert_eq!(tried(PASSWORD).await.code(), "no_membership");

    house
        .execute("update users set is_active = false where id = $1", user)
        .await;
    assert_eq!(tried(PASSWORD).await.code(), "account_disabled");
    assert_eq!(
        tried("wrong horse battery").await.code(),
        "invalid_credentials"
    );
    assert_eq!(house.count("select count(*) from sessions").await, 0);
}

#[tokio::test]
async fn attempts_are_counted_per_account_whether_it_exists_or_not() {
    let house = House::built().await;
    house.member("ada@example.org", Role::Viewer).await;
    for email in ["ada@example.org", "nobody@example.org"] {
        for _ in 0..10 {
            assert_eq!(house.log_in(email, "wrong horse battery").await.status, 401);
        }
        let eleventh = house.log_in(email, PASSWORD).await;
        assert_eq!(eleventh.code(), Code::RateLimited.name());
        assert_eq!(eleventh.headers["retry-after"], "6");
    }
    house.later(TimeDelta::seconds(6));
    assert_eq!(house.log_in("ADA@example.org", PASSWORD).await.status, 200);
}

#[tokio::test]
async fn attempts_are_counted_per_address_of_the_network() {
    let house = House::built().await;
    let mut answers = Vec::new();
    for number in 0..61 {
        let email = format!("somebody{number}@example.org");
        answers.push(house.log_in(&email, PASSWORD).await.status.as_u16());
    }
    assert_eq!(answers.pop(), Some(429));
    assert!(answers.iter().all(|status| *status == 401));
}

#[tokio::test]
async fn a_cookie_keeps_the_refresh_token_from_scripts() {
    for public_url_is_https in [true, false] {
        let options = AccountOptions {
            public_url_is_https,
            ..AccountOptions::default()
        };
        let house = House::built_with(options, |_| Vec::new()).await;
        house.member("ada@example.org", Role::Viewer).await;
        let body = json!({ "email": "ada@example.org", "password": PASSWORD, "cookie": true });
        let answered = house.post("/api/auth/login", body).await;
        assert_eq!(answered.json()["refresh_token"], Value::Null);
        let (token, whole) = cookie(&answered);
        for part in [
            "HttpOnly",
            "SameSite=Strict",
            "Path=/api/auth",
            "Max-Age=2592000",
        ] {
            assert!(whole.contains(part), "{whole}");
        }
        assert_eq!(whole.contains("Secure"), public_url_is_https);

        let sent = [("cookie", format!("other=1; parking_refresh={token}"))];
        let path = "/api/auth/refresh";
        let refreshed = house.web.call(Method::POST, path, &sent, None).await;
        assert_eq!(refreshed.status, 200, "{}", refreshed.text);
        assert_eq!(refreshed.json()["refresh_token"], Value::Null);
        assert_ne!(cookie(&refreshed).0, token);

        // A cookie that leads nowhere is taken away.
        let sent = [("cookie", "parking_refresh=unknown".to_owned())];
        let refused = house
            .web
            .call(Method::POST, path, &sent, Some(json!({})))
            .await;
        assert_eq!(refused.code(), "session_ended");
        let (value, whole) = cookie(&refused);
        assert_eq!(value, "");
        assert!(whole.contains("Max-Age=0"), "{whole}");
    }
}

#[tokio::test]
async fn people_choose_a_tenant_or_return_to_the_last_one() {
    let house = House::built().await;
    let (user, first) = house.member("ada@example.org", Role::Viewer).await;
    house.later(TimeDelta::minutes(1));
    let second = house.stage.tenant("South Quay").await;
    house.join(user, second, Role::Admin).await;
    let foreign = house.stage.tenant("East Quay").await;
    let log_in = async |tenant: Option<TenantId>| {
        let body = json!({ "email": "ada@example.org", "password": PASSWORD, "tenant_id": tenant });
        house.post("/api/auth/login", body).await
    };
    assert_eq!(log_in(None).await.json()["tenant"]["id"], json!(first));
    house.later(TimeDelta::minutes(1));
    assert_eq!(log_in(Some(second)).await.json()["tenant"]["role"], "admin");
    assert_eq!(log_in(None).await.json()["tenant"]["id"], json!(second));
    let refused = log_in(Some(foreign)).await;
    let absent = log_in(Some(TenantId(fresh()))).await;
    assert_eq!(refused.code(), "no_membership");
    assert_eq!(refused.without_request(), absent.without_request());
}

#[tokio::test]
async fn what_is_no_login_is_refused_by_field() {
    let house = House::built().await;
    let bad = [
        json!({ "email": "", "password": "x" }),
        json!({ "email": "x".repeat(255), "password": "x" }),
        json!({ "email": "a@b.ch", "password": "" }),
        json!({ "email": "a@b.ch", "password": "x".repeat(1001) }),
        json!({ "email": "a@b.ch" }),
        json!({ "email": "a@b.ch", "password": "x", "colour": "red" }),
        json!({ "email": 7, "password": "x" }),
        json!({ "email": "a@b.ch", "password": "x", "tenant_id": "no uuid" }),
    ];
    for body in bad {
        let answered = house.post("/api/auth/login", body.clone()).await;
        assert_eq!(answered.code(), "validation_failed", "{body}");
        assert!(!answered.json()["errors"].as_array().unwrap().is_empty());
    }
    for odd in ["' or 1=1 --", "%_%", "a\u{200b}@b.ch", "ä@ö.ch"] {
        assert_eq!(house.log_in(odd, PASSWORD).await.status, 401, "{odd}");
    }
}

#[tokio::test]
async fn many_logins_at_once_all_come_in_and_leave_a_bounded_number_of_sessions() {
    let house = House::built().await;
    let (user, tenant) = house.member("ada@example.org", Role::Viewer).await;
    let client = Client {
        request: crate::tests::request_from("192.0.2.1"),
        user_agent: None,
    };
    let attempts = (0..120).map(|_| {
        let attempt = super::super::sign_in::Attempt {
            email_key: "ada@example.org".to_owned(),
            password: SecretString::from(PASSWORD),
            tenant: Some(tenant),
        };
        super::super::sign_in::sign_in(&house.accounts, &client, attempt)
    });
    let all = futures_util::future::join_all(attempts).await;
    assert!(
        all.iter().all(Result::is_ok),
        "{:?}",
        all.iter().find(|one| one.is_err())
    );
    let open = "select count(*) from sessions where ended_at is null";
    let left = house.count(open).await;
    assert!(
        (100..=110).contains(&left),
        "{left} sessions of {user} are open"
    );
}

#[tokio::test]
async fn whoever_belongs_to_very_many_tenants_gets_into_each() {
    let house = House::built().await;
    let user = house.account("ada@example.org").await;
    let mut superuser = house.stage.test.superuser().await;
    sqlx::raw_sql(sqlx::AssertSqlSafe(format!(
        "insert into tenants (id, name, slug, tier, requests_per_minute, created_at, updated_at)
           select gen_random_uuid(), 'T' || n, 'many-' || lpad(n::text, 3, '0'), 'basic', 100, now(), now()
           from generate_series(1, 205) as n;
         insert into memberships (tenant_id, id, user_id, role, created_at, updated_at)
           select id, gen_random_uuid(), '{user}', 'viewer', now() + right(slug, 3)::int * interval '1 minute', now()
           from tenants where slug like 'many-%'"
    )))
    .execute(&mut superuser)
    .await
    .unwrap();
    let last: Uuid = sqlx::query_scalar("select id from tenants where slug = 'many-205'")
        .fetch_one(&mut superuser)
        .await
        .unwrap();
    let first = house.session("ada@example.org").await;
    assert_eq!(first["tenant"]["slug"], "many-001");
    let body = json!({ "email": "ada@example.org", "password": PASSWORD, "tenant_id": last });
    let there = house.post("/api/auth/login", body).await;
    assert_eq!(there.json()["tenant"]["slug"], "many-205", "{}", there.text);
    let body = json!({ "tenant_id": last });
    let switched = house
        .call(&first, Method::POST, "/api/auth/switch-tenant", Some(body))
        .await;
    assert_eq!(
        switched.json()["tenant"]["slug"],
        "many-205",
        "{}",
        switched.text
    );
}
