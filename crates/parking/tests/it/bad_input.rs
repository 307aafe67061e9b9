//! Input that nobody should send: always a problem document with a code, never a 5xx, and nothing
//! half-written.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use reqwest::Method;
use serde_json::{Value, json};
use sqlx::PgConnection;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::harness::actors::{Member, Owner, fresh_address, log_in};
use crate::harness::http::{send, try_send};
use crate::harness::stage::digest;
use crate::harness::{Answer, Api, Stage};
use crate::matrix::recipes::{Recipe, Thing, recipes};

/// Somebody may do all of it: the owner, or for the platform's own operations its admin.
struct Desk {
    stage: Stage,
    owner: Owner,
    admin: PgConnection,
}

impl Desk {
    async fn open() -> Self {
        let stage = Stage::set().await;
        let owner = stage.customer("Target").await;
        let admin = stage.server.superuser().await;
        Self {
            stage,
            owner,
            admin,
        }
    }

    /// Whoever may call it, from an address without a history, and with a session of its own where
    /// success would end it.
    async fn caller(&self, recipe: &Recipe) -> Api {
        if recipe.is_last {
            return Member::signs_in(&self.stage.server, &self.owner.email)
                .await
                .api;
        }
        let of_platform = matches!(recipe.thing, Thing::Tenant | Thing::PooledDevice)
            || recipe.operation.ends_with(" /api/v6/tenants")
            || recipe.operation.ends_with(" /api/v6/chirpstack/links");
        let api = if of_platform {
            &self.stage.platform.api
        } else {
            &self.owner.api
        };
        api.coming_from(&fresh_address())
    }

    /// The operations that read a body; the others never look at what is sent along.
    async fn operations_with_a_body(&self) -> BTreeSet<String> {
        let api = self.stage.server.anonymous();
        let described = api.get("/openapi.json").await.expect(200);
        let paths = described["paths"].as_object().expect("paths").iter();
        paths
            .flat_map(|(path, methods)| {
                let methods = methods.as_object().expect("methods").iter();
                methods
                    .filter(|(_, operation)| !operation["requestBody"].is_null())
                    .map(move |(method, _)| format!("{} {path}", method.to_uppercase()))
            })
            .collect()
    }

    /// Method and path, with an id that exists where the path has one.
    fn target(&self, recipe: &Recipe) -> (Method, String) {
        let (method, path) = recipe.operation.split_once(' ').expect("METHOD /path");
        let path = path.replace("{id}", self.owner.tenant_id());
        (
            Method::from_bytes(method.as_bytes()).expect("a method"),
            path,
        )
    }
}

/// What is wrong with the answer to bad input, if anything is.
fn fault(about: &str, answer: &Answer) -> Option<String> {
    let code = answer.code();
    let is_right = (400..500).contains(&answer.status) && !code.is_empty();
    (!is_right).then(|| format!("{about}: {} {}", answer.status, shortened(&answer.text())))
}

fn shortened(text: &str) -> String {
    text.chars().take(300).collect()
}

/// Where a network server tells: what it says of the type of its body is often wrong.
const NETWORK_SERVERS: [&str; 3] = [
    "POST /api/v6/ingest/chirpstack",
    "POST /api/v6/ingest/tts",
    "POST /api/v1/uplink",
];

/// Bodies that no operation can want.
fn unreadable() -> Vec<(&'static str, Vec<u8>)> {
    vec![
        ("nothing", Vec::new()),
        ("half an object", b"{\"name\": \"a".to_vec()),
        ("malformed UTF-8", b"{\"name\": \"\xff\xfe\"}".to_vec()),
        ("half a surrogate pair", br#"{"name": "\ud800"}"#.to_vec()),
        ("an array", b"[]".to_vec()),
        ("a string", b"\"name\"".to_vec()),
        ("null", b"null".to_vec()),
        (
            "a field nobody knows",
            br#"{"colour_of_the_sky": "blue"}"#.to_vec(),
        ),
        (
            "a number beyond all numbers",
            br#"{"minutes": 1e999}"#.to_vec(),
        ),
        ("two documents", b"{} {}".to_vec()),
        (
            "very deep",
            [vec![b'['; 100_000], vec![b']'; 100_000]].concat(),
        ),
        (
            "deep in a field",
            [
                b"{\"name\":".to_vec(),
                vec![b'['; 50_000],
                vec![b']'; 50_000],
                b"}".to_vec(),
            ]
            .concat(),
        ),
        (
            "ten megabytes",
            [
                b"{\"name\":\"".to_vec(),
                vec![b'a'; 10 << 20],
                b"\"}".to_vec(),
            ]
            .concat(),
        ),
    ]
}

#[tokio::test]
async fn a_body_that_cannot_be_read_is_refused_by_every_operation() {
    let mut desk = Desk::open().await;
    let before = digest(&mut desk.admin).await;
    let mut faults = Vec::new();
    let bodies = unreadable();
    let take_bodies = desk.operations_with_a_body().await;
    for recipe in recipes()
        .iter()
        .filter(|recipe| take_bodies.contains(recipe.operation))
    {
        let (method, path) = desk.target(recipe);
        let api = desk.caller(recipe).await;
        for (about, body) in &bodies {
            // Whoever leaves may say nothing at all.
            if recipe.operation == "POST /api/auth/logout" && ["nothing", "null"].contains(about) {
                continue;
            }
            let request = api
                .request(method.clone(), &path)
                .header("content-type", "application/json");
            let about = format!("{} with {about}", recipe.operation);
            match try_send(request.body(body.clone())).await {
                Ok(answer) => faults.extend(fault(&about, &answer)),
                Err(error) => faults.push(format!("{about}: no answer: {error:?}")),
            }
        }
        // A file is known by its content, whatever it is said to be.
        if !recipe.file.is_empty() || NETWORK_SERVERS.contains(&recipe.operation) {
            continue;
        }
        for kind in [
            "",
            "text/plain",
            "application/xml",
            "multipart/form-data; boundary=x",
        ] {
            let request = api
                .request(method.clone(), &path)
                .header("content-type", kind);
            let answer = send(request.body(recipe.body.to_string())).await;
            if answer.status != 415 || answer.code() != "unsupported_media_type" {
                faults.push(format!(
                    "{} as {kind:?}: {} {}",
                    recipe.operation,
                    answer.status,
                    answer.text()
                ));
            }
        }
    }
    assert!(
        faults.is_empty(),
        "{} faults:\n{}",
        faults.len(),
        faults.join("\n")
    );
    assert_eq!(
        digest(&mut desk.admin).await,
        before,
        "something was written"
    );
}

/// Values that a field may not want, with whether any field at all could accept them.
fn odd_values() -> Vec<Value> {
    vec![
        json!(null),
        json!(true),
        json!(-1),
        json!(0.5),
        json!(i64::MAX),
        json!(1e300),
        json!([]),
        json!({}),
        json!({ "a": { "b": [1, null, "c"] } }),
        json!(""),
        json!("   "),
        json!("\u{200b}\u{200d}\u{feff}"),
        json!("\u{202e}desrever"),
        json!("line\nbreak\ttab\u{7}bell"),
        json!("nul\u{0}nul"),
        json!("'; drop table users; --"),
        json!("' or '1'='1"),
        json!("$$; select pg_sleep(10); $$"),
        json!("{{7*7}} ${jndi:ldap://x} <script>alert(1)</script>"),
        json!("../../../../etc/passwd"),
        json!("\u{1f697}".repeat(300)),
        json!("a".repeat(100_000)),
        json!("2026-02-30T25:61:61Z"),
        json!("+275760-09-13T00:00:00Z"),
        json!("00000000-0000-0000-0000-000000000000"),
    ]
}

#[tokio::test]
async fn an_odd_value_in_any_field_is_refused_or_harmless() {
    let mut desk = Desk::open().await;
    let mut faults = Vec::new();
    for recipe in recipes() {
        // Those would end the caller's session or lock the tenant when they succeed.
        let fields = recipe.body.as_object().filter(|_| !recipe.is_last);
        let Some(fields) = fields.filter(|_| recipe.thing != Thing::Tenant) else {
            continue;
        };
        let (method, path) = desk.target(&recipe);
        for field in fields.keys() {
            for value in odd_values() {
                let mut body = recipe.body.clone();
                body[field] = value.clone();
                let api = desk.caller(&recipe).await;
                let before = digest(&mut desk.admin).await;
                let answer = send(api.request(method.clone(), &path).json(&body)).await;
                let about = format!(
                    "{} with {field} = {}",
                    recipe.operation,
                    shortened(&value.to_string())
                );
                if answer.status >= 400 {
                    faults.extend(fault(&about, &answer));
                    if digest(&mut desk.admin).await != before {
                        faults.push(format!("{about}: refused, and yet something was written"));
                    }
                }
            }
        }
    }
    assert!(
        faults.is_empty(),
        "{} faults:\n{}",
        faults.len(),
        faults.join("\n")
    );
    desk.owner.looks_at_me().await.expect(200);
}

/// Where instants stand in what fits a schema, as pointers into it.
fn instants(described: &Value, schema: &Value, at: &str) -> Vec<String> {
    if let Some(name) = schema["$ref"].as_str() {
        let whole = described.pointer(name.trim_start_matches('#'));
        return instants(described, whole.expect("what is named"), at);
    }
    if schema["format"] == "date-time" {
        return vec![at.to_owned()];
    }
    let choices = ["oneOf", "anyOf", "allOf"].map(|word| schema[word].as_array());
    let choices = choices.into_iter().flatten().flatten();
    let mut found: Vec<String> = choices
        .flat_map(|choice| instants(described, choice, at))
        .collect();
    for (name, field) in schema["properties"].as_object().into_iter().flatten() {
        found.extend(instants(described, field, &format!("{at}/{name}")));
    }
    if !schema["items"].is_null() {
        found.extend(instants(described, &schema["items"], &format!("{at}/0")));
    }
    found
}

/// A body like this one, with something else at a place in it.
fn with(body: &Value, pointer: &str, value: &str) -> Value {
    let mut body = body.clone();
    let (parent, name) = pointer.rsplit_once('/').expect("a pointer");
    let parent = body.pointer_mut(parent).expect("a parent");
    parent[name] = json!(value);
    body
}

/// Each begins where arithmetic with a calendar ends, or what is written down in four digits.
const FAR_OFF: [&str; 4] = [
    "+262142-12-31T23:59:59Z",
    "9999-12-31T23:59:59-12:00",
    "9999-12-31T23:59:59Z",
    "0001-01-01T00:00:00+12:00",
];

/// A body whose placeholders are something that can be read, so that nothing but one field is wrong with it.
fn filled(body: &Value, id: &str) -> Value {
    let text = body.to_string();
    let text = text
        .replace("$tenant", id)
        .replace("$tomorrow", "2030-01-01T00:00:00Z")
        .replace("$later", "2030-01-01T01:00:00Z");
    serde_json::from_str(&text).expect("JSON")
}

#[tokio::test]
async fn an_instant_nobody_can_reckon_with_is_refused_wherever_one_is_read() {
    let desk = Desk::open().await;
    let api = desk.stage.server.anonymous();
    let described = api.get("/openapi.json").await.expect(200);
    let (mut asked, mut faults) = (0, Vec::new());
    for recipe in recipes() {
        let (method, path) = desk.target(&recipe);
        let (_, template) = recipe.operation.split_once(' ').expect("METHOD /path");
        let operation = &described["paths"][template][method.as_str().to_lowercase()];
        let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
        let api = desk.caller(&recipe).await;
        let parameters = operation["parameters"].as_array().into_iter().flatten();
        let in_query =
            parameters.filter(|one| !instants(&described, &one["schema"], "").is_empty());
        let names = in_query.map(|one| one["name"].as_str().expect("a name").to_owned());
        let places = instants(&described, schema, "").into_iter();
        let places: Vec<(String, bool)> = names
            .map(|name| (name, true))
            .chain(places.map(|place| (place, false)))
            .collect();
        for (place, is_in_query) in places {
            asked += 1;
            for far in FAR_OFF {
                let answer = send(if is_in_query {
                    let query = format!("{place}={}", far.replace('+', "%2B"));
                    api.request(method.clone(), &format!("{path}?{query}"))
                } else {
                    let body = filled(&recipe.body, desk.owner.tenant_id());
                    let body = with(&body, &place, far);
                    api.request(method.clone(), &path).json(&body)
                })
                .await;
                let is_refused =
                    answer.status == 422 && answer.text().contains("in the years 1 to 9998");
                if !is_refused {
                    let text = shortened(&answer.text());
                    faults.push(format!("{} with {place} = {far}: {text}", recipe.operation));
                }
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    assert!(asked >= 43, "{asked} places");
}

#[tokio::test]
async fn odd_addresses_and_queries_are_refused_by_every_operation() {
    let desk = Desk::open().await;
    let mut faults = Vec::new();
    let queries = [
        "page=x",
        "page=-1",
        "page=99999999999999999999",
        "page_size=0",
        "limit=1e3",
        "offset=-0.5",
        "sort=%27%3B%20drop%20table%20users",
        "sort=-",
        "q=%00",
        "q=%ff%fe",
        "q=a&q=b",
        "nobody_knows_this=1",
    ];
    for recipe in recipes() {
        let (method, path) = desk.target(&recipe);
        let api = desk.caller(&recipe).await;
        if recipe.thing != Thing::Nothing {
            let (_, template) = recipe.operation.split_once(' ').expect("METHOD /path");
            for id in ["x", "%00", "%ff", "..%2f..", "0", "'--", &"9".repeat(5_000)] {
                let request = api.request(method.clone(), &template.replace("{id}", id));
                let answer = send(request.json(&recipe.body)).await;
                let is_not_found = (answer.status, answer.code().as_str()) == (404, "not_found");
                if !is_not_found {
                    faults.push(format!(
                        "{} for {}: {} {}",
                        recipe.operation,
                        shortened(id),
                        answer.status,
                        shortened(&answer.text())
                    ));
                }
            }
        } else if method == Method::GET && crate::matrix::is_list(recipe.operation) {
            for query in queries {
                let answer = api.get(&format!("{path}?{query}")).await;
                faults.extend(fault(&format!("{path}?{query}"), &answer));
            }
            let long = format!("{path}?q={}", "a".repeat(1_000));
            faults.extend(fault("a long q", &api.get(&long).await));
        }
    }
    assert!(
        faults.is_empty(),
        "{} faults:\n{}",
        faults.len(),
        faults.join("\n")
    );
}

#[tokio::test]
async fn odd_credentials_and_headers_are_refused_before_they_cost_anything() {
    let desk = Desk::open().await;
    let anonymous = desk.stage.server.anonymous();
    let me = "/api/v6/me";
    let good = desk.owner.access_token().to_owned();
    let (head, tail) = good.split_at(good.len() - 4);
    let mut claims: Vec<&str> = good.split('.').collect();
    claims[1] = "eyJzdWIiOiIwMDAwIn0";
    for token in [
        "",
        " ",
        "a",
        "a.b.c",
        "pk_",
        "pk__",
        "pk_x_y",
        &format!("{head}AAAA"),
        &claims.join("."),
        &"x".repeat(20_000),
        &tail.repeat(3),
        &format!("pk_{}_{}", "a".repeat(5_000), "b".repeat(5_000)),
    ] {
        for api in [anonymous.bearing(token), anonymous.with("x-api-key", token)] {
            let refused = api.get(me).await;
            refused.refused(401, "unauthenticated");
        }
    }
    let not_text = anonymous
        .request(Method::GET, me)
        .header("authorization", &b"Bearer \xff\xfe"[..]);
    send(not_text).await.refused(401, "unauthenticated");
    let tags = desk
        .owner
        .api
        .request(Method::PATCH, me)
        .header("if-match", &b"\xff"[..]);
    let refused = send(tags.json(&json!({ "theme": "dark" }))).await;
    assert!(refused.status < 500, "{}", refused.text());
    for email in ["ROOT@PLATFORM.TEST", " root@platform.test "] {
        log_in(
            &anonymous.coming_from(&fresh_address()),
            email,
            "wrong password 1",
        )
        .await
        .refused(401, "invalid_credentials");
    }
}

/// Writes bytes as they are and reads the status line, empty when the connection is closed without.
async fn raw(address: &str, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    // The server may hang up before it has read all of it; what it said still arrives.
    drop(stream.write_all(bytes).await);
    let mut answer = vec![0; 4096];
    let read = stream.read(&mut answer);
    let count = tokio::time::timeout(std::time::Duration::from_secs(10), read)
        .await
        .expect("an answer or the end of the connection")
        .unwrap_or(0);
    let text = String::from_utf8_lossy(&answer[..count]).into_owned();
    text.lines().next().unwrap_or_default().to_owned()
}

#[tokio::test]
async fn requests_that_are_no_http_never_reach_a_handler_and_hurt_nobody() {
    let desk = Desk::open().await;
    let address = desk.stage.server.address().to_owned();
    let mut many_headers = String::from("GET /api HTTP/1.1\r\nhost: x\r\n");
    for n in 0..5_000 {
        write!(many_headers, "x-{n}: y\r\n").unwrap();
    }
    let long = "a".repeat(200_000);
    for (about, bytes) in [
        ("noise", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n".to_vec()),
        ("a long path", format!("GET /{long} HTTP/1.1\r\nhost: x\r\n\r\n").into_bytes()),
        ("a long header", format!("GET /api HTTP/1.1\r\nhost: x\r\nx-long: {long}\r\n\r\n").into_bytes()),
        ("many headers", format!("{many_headers}\r\n").into_bytes()),
        ("two lengths", b"POST /api/auth/login HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n{}".to_vec()),
        ("a length and chunks", b"POST /api/auth/login HTTP/1.1\r\nhost: x\r\ncontent-length: 4\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\nGET /api HTTP/1.1\r\n".to_vec()),
        ("a bad chunk", b"POST /api/auth/login HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\nZZ\r\n".to_vec()),
    ] {
        let status = raw(&address, &bytes).await;
        let is_refused = status.is_empty() || status.starts_with("HTTP/1.1 4");
        assert!(is_refused, "{about}: {status}");
    }
    desk.owner.looks_at_me().await.expect(200);
}

#[tokio::test]
async fn a_refusal_arrives_although_nobody_read_what_was_sent() {
    let desk = Desk::open().await;
    let anonymous = desk.stage.server.anonymous();
    let body = vec![b'a'; 10 << 20];
    for (method, path, status) in [
        (Method::PATCH, "/api/v6/me", 401),
        (Method::POST, "/api/v6/nothing-here", 404),
        (Method::POST, "/api/v6/me", 405),
        (Method::POST, "/api/auth/login", 415),
    ] {
        for _ in 0..5 {
            let request = anonymous.request(method.clone(), path).body(body.clone());
            let answer = try_send(request).await;
            let status_got = answer.as_ref().map(|answer| answer.status).ok();
            assert_eq!(status_got, Some(status), "{method} {path}: {answer:?}");
        }
    }
}
