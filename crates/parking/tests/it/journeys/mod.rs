//! Journeys: what people set out to do, from the first request to the last, over HTTP, or at
//! the command line where no server is needed.

mod account;
mod chirpstack;
mod codecs;
mod command_paths;
mod demo;
mod discretion;
mod first_day;
mod guests;
mod keys;
mod limits;
mod live;
mod manners;
mod platform;
mod radio;
mod registration;
mod simulate;
mod simulated_day;

use serde_json::{Value, json};

use crate::harness::actors::{Member, fresh_address, text};
use crate::harness::{Answer, TestServer};

/// Accepts an invitation as somebody who has no account yet.
async fn accept(server: &TestServer, token: &str, name: &str, password: &str) -> Answer {
    let body = json!({ "token": token, "name": name, "password": password });
    let anonymous = server.anonymous().coming_from(&fresh_address());
    anonymous.post("/api/auth/invitations/accept", &body).await
}

/// Reads the invitation that came by mail and accepts it.
async fn accept_by_mail(server: &TestServer, email: &str, tenant_name: &str) -> Member {
    let letter = server.mailbox.wait_for(email, tenant_name).await;
    let token = letter.token().expect("the letter holds a link");
    let session = accept(
        server,
        &token,
        "A new colleague",
        crate::harness::server::PASSWORD,
    )
    .await;
    Member::with_session(
        &server.anonymous().coming_from(&fresh_address()),
        &session.expect(200),
    )
}

/// The items of a list answer.
pub(crate) fn items<'a>(list: &'a Value, name: &str) -> &'a [Value] {
    list[name]
        .as_array()
        .unwrap_or_else(|| panic!("no {name} in {list}"))
}

/// One field of every item.
fn each<'a>(items: &'a [Value], field: &str) -> Vec<&'a str> {
    items.iter().map(|item| text(item, field)).collect()
}
