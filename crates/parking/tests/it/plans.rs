//! How PostgreSQL finds what each list shows, in an installation of many customers: by an index that
//! begins with the tenant, and never by reading a large table from end to end.
//!
//! No query is written down here. Every route that only looks is asked for with every filter and
//! every order that the description of the API has, and PostgreSQL itself says how it answered what
//! the server then asked of it in the role of a tenant: with the row-level security, the statistics
//! and the kind of plan of a server at work.

use std::collections::{BTreeMap, BTreeSet};

use parking_testkit::{Mailbox, TestDb};
use serde_json::Value;
use sqlx::types::Uuid;
use sqlx::{AssertSqlSafe, Connection as _, PgConnection};

use crate::harness::actors::PlatformAdmin;
use crate::harness::wiretap::Wiretap;
use crate::harness::{Api, Stage, TestServer};

/// What a large installation is made with.
const ESTATE: &str = include_str!("../../../parking-bench/sql/estate.sql");
const CUSTOMERS: u32 = 40;
const BAYS: u32 = 600;
const PER_SITE: u32 = 20;
/// From how many rows on a table is large.
const LARGE: f32 = 500.0;

/// Ends of the names of indexes that find by a key what is a handful at most, whosever it is, before the
/// tenant decides.
const KEYS: [&str; 4] = [
    // An account has few memberships.
    "memberships_user",
    // An EUI is one gateway's.
    "gateways_eui_unique",
    // An id is one credential's.
    "webhook_secrets_by_id",
    // Of all messages, of whichever month, those that nobody has acted on yet.
    "_shard_int4_tenant_id_id_idx",
];

/// Lets PostgreSQL tell each session how it finds what is asked for.
const TELL: &[(&str, &str)] = &[
    ("session_preload_libraries", "auto_explain"),
    ("auto_explain.log_min_duration", "0"),
    ("auto_explain.log_format", "json"),
    ("auto_explain.log_level", "notice"),
    ("auto_explain.log_nested_statements", "on"),
];

/// The id of a thing of the first customer, as the seed makes it.
fn made(kind: u32, number: u32) -> String {
    format!("00000001-{kind:04x}-7000-8000-{number:012x}")
}

async fn seeded() -> TestDb {
    let db = TestDb::new().await;
    let mut superuser = db.superuser().await;
    let estates = format!("select pg_temp.make_estates(1, {CUSTOMERS}, {BAYS}, {PER_SITE})");
    for statement in [ESTATE, &estates, "analyze"] {
        let statement = AssertSqlSafe(statement.to_owned());
        sqlx::raw_sql(statement)
            .execute(&mut superuser)
            .await
            .unwrap();
    }
    let name = db.login_options();
    let name = name.get_database().unwrap();
    for (setting, value) in TELL {
        let statement = format!("alter database {name} set {setting} = '{value}'");
        sqlx::raw_sql(AssertSqlSafe(statement))
            .execute(&mut superuser)
            .await
            .unwrap();
    }
    superuser.close().await.unwrap();
    db
}

/// The large tables, and the first column of each index on them.
struct Catalogue {
    large: BTreeSet<String>,
    owned: BTreeSet<String>,
    first_column: BTreeMap<String, String>,
}

impl Catalogue {
    async fn read(conn: &mut PgConnection) -> Self {
        let large: Vec<(String, bool)> = sqlx::query_as(
            "select c.relname::text, exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'tenant_id')
             from pg_class c join pg_namespace n on n.oid = c.relnamespace
             where n.nspname = 'public' and c.relkind = 'r' and c.reltuples >= $1",
        )
        .bind(LARGE)
        .fetch_all(&mut *conn)
        .await
        .unwrap();
        let indexes: Vec<(String, String)> = sqlx::query_as(
            "select c.relname::text, a.attname::text from pg_index i join pg_class c on c.oid = i.indexrelid
             join pg_attribute a on a.attrelid = i.indexrelid and a.attnum = 1",
        )
        .fetch_all(conn)
        .await
        .unwrap();
        let owned = large.iter().filter(|(_, is_owned)| *is_owned);
        Self {
            owned: owned.map(|(table, _)| table.clone()).collect(),
            large: large.into_iter().map(|(table, _)| table).collect(),
            first_column: indexes.into_iter().collect(),
        }
    }

    /// What is wrong with a plan.
    fn faults(&self, plan: &Value, faults: &mut Vec<String>) {
        let text = |name: &str| plan[name].as_str().unwrap_or_default();
        let (kind, index) = (text("Node Type"), text("Index Name"));
        if kind == "Seq Scan" && self.large.contains(text("Relation Name")) {
            faults.push(format!("reads all of {}", text("Relation Name")));
        }
        if !index.is_empty() {
            faults.extend(self.fault_of_index(index, text("Index Cond")));
        }
        for part in plan["Plans"].as_array().into_iter().flatten() {
            self.faults(part, faults);
        }
    }

    fn fault_of_index(&self, index: &str, condition: &str) -> Option<String> {
        let table = self.table_of(index)?;
        if KEYS.iter().any(|key| index.ends_with(key)) || !self.large.contains(table) {
            return None;
        }
        if condition.is_empty() {
            return Some(format!("walks all of {index}"));
        }
        let begins = self.first_column.get(index).map(String::as_str);
        let is_owned = self.owned.contains(table);
        let by_tenant = begins == Some("tenant_id") && condition.contains("tenant_id = ");
        (is_owned && !by_tenant).then(|| format!("finds by {index}, {condition}"))
    }

    /// Indexes are named after their tables.
    fn table_of(&self, index: &str) -> Option<&str> {
        let mut tables = self.large.iter().filter(|table| index.starts_with(*table));
        let longest = tables.by_ref().max_by_key(|table| table.len());
        longest.map(String::as_str)
    }
}

/// What a filter of a list can be set to.
fn values(path: &str, parameter: &Value, schemas: &Value) -> Vec<String> {
    let name = parameter["name"].as_str().unwrap();
    let schema = &parameter["schema"];
    let schema = match schema["$ref"].as_str() {
        Some(reference) => &schemas[reference.rsplit('/').next().unwrap()],
        None => schema,
    };
    if let Some(names) = schema["enum"].as_array() {
        let names = names.iter().filter_map(Value::as_str);
        return names.map(str::to_owned).collect();
    }
    let one = |value: String| vec![value];
    match (name, schema["type"].as_str()) {
        // Any other moment is looked at as this one is.
        ("at", _) => Vec::new(),
        ("from" | "to", _) if path.ends_with("/health") => Vec::new(),
        (_, Some("boolean")) => vec!["true".into(), "false".into()],
        _ if schema["format"] == "date-time" => one("2026-01-01T00:00:00Z".into()),
        ("gateway_eui", _) => one("A840410001000007".into()),
        ("add", _) => one("10".into()),
        ("site_id", _) => one(made(1, 3)),
        ("level_id", _) => one(made(2, 6)),
        ("zone_id", _) => one(made(3, 6)),
        ("closure_id", _) => one(made(26, 7)),
        ("device_id", _) => one(made(7, 7)),
        ("gateway_id", _) => one(made(5, 7)),
        ("space_id", _) => one(made(4, 7)),
        ("series_id", _) => one(made(51, 7)),
        // What nobody has been given.
        ("token", _) => one("7".into()),
        ("last_event_id", _) => one("1-1".into()),
        ("model", _) => vec!["browan-tbms100".into(), made(6, 0)],
        ("actor_id", _) => one(made(14, 7)),
        ("action" | "event_type", _) => one("space.updated".into()),
        ("entity_type", _) => one("space".into()),
        ("entity_id", _) => one(made(4, 70)),
        ("request_id", _) => one("request-70".into()),
        ("dev_eui", _) => one("0010000100000046".into()),
        ("person", _) => one("p7@c1.test".into()),
        ("after" | "before", _) => one(made(24, 700)),
        _ => panic!("{path}: no value for {name}"),
    }
}

/// The orders of a list: none, and each that its description names, up and down.
fn orders(parameters: &[&Value]) -> Vec<String> {
    let mut orders = vec![String::new()];
    for parameter in parameters.iter().filter(|one| one["name"] == "sort") {
        let pattern = parameter["schema"]["pattern"].as_str().unwrap_or_default();
        let names = pattern.trim_start_matches("^-?(").trim_end_matches(")$");
        for name in names.split('|').filter(|name| !name.is_empty()) {
            orders.extend([format!("sort={name}"), format!("sort=-{name}")]);
        }
    }
    orders
}

/// What stands for the id in a path.
fn thing(path: &str) -> String {
    let kinds = [
        ("/sites/", made(1, 3)),
        ("/levels/", made(2, 6)),
        ("/spaces/", made(4, 70)),
        // What nobody has seeded is found, or not found, by its key alike.
        ("/overrides/", made(25, 7)),
        ("/closures/", made(26, 7)),
        ("/display-policies/", made(27, 7)),
        ("/gateways/", made(5, 7)),
        ("/device-models/", made(6, 1)),
        ("/devices/", made(7, 70)),
        ("/displays/", made(7, 75)),
        ("/downlinks/", made(40, 75)),
        ("/orphans/", made(11, 7)),
        ("/uplinks/", made(24, 70)),
        ("/reservations/series/", made(51, 7)),
        ("/reservations/waitlist/", made(52, 7)),
        ("/reservations/", made(50, 70)),
        ("/audit-log/", made(13, 70)),
        ("/alarms/recipients/", made(23, 7)),
        ("/alarms/", made(22, 7)),
        ("/imports/", made(19, 0)),
        ("/webhooks/deliveries/", made(21, 70)),
        ("/webhooks/", made(20, 3)),
        ("/users/", made(14, 7)),
        ("/memberships/", made(15, 7)),
        ("/invitations/", made(16, 7)),
        ("/api-keys/", made(17, 7)),
        ("/webhook-secrets/", made(18, 7)),
    ];
    let kind = kinds.iter().find(|(part, _)| path.contains(part));
    kind.unwrap_or_else(|| panic!("{path}: no id")).1.clone()
}

/// Every way in which the routes that only look can be asked.
fn questions(described: &Value) -> Vec<String> {
    let schemas = &described["components"]["schemas"];
    let mut questions = Vec::new();
    for (path, methods) in described["paths"].as_object().unwrap() {
        let get = &methods["get"];
        // The platform looks at everybody's things; that is not found by a tenant.
        let is_platforms = get["x-access"]
            .as_str()
            .is_some_and(|name| name.starts_with("tenants:"));
        if get.is_null() || is_platforms || !path.starts_with("/api/v6/") {
            continue;
        }
        let parameters: Vec<&Value> = get["parameters"].as_array().into_iter().flatten().collect();
        let mut filters = vec![String::new()];
        let mut must = String::new();
        for parameter in parameters.iter().filter(|one| one["in"] == "query") {
            let name = parameter["name"].as_str().unwrap();
            match name {
                _ if parameter["required"] == true => {
                    let value = values(path, parameter, schemas).remove(0);
                    must = format!("{must}{name}={value}&");
                }
                "sort" | "limit" | "offset" | "page_size" => {}
                // What goes on for ever has no answer to look at.
                "follow" => must = format!("{must}follow=false&"),
                "page" => filters.push("page=2".into()),
                "q" => filters.extend(["q=7".into(), "q=70B3D50001000046".into()]),
                _ => {
                    let values = values(path, parameter, schemas).into_iter();
                    filters.extend(values.map(|value| format!("{name}={value}")));
                }
            }
        }
        let path = if path.contains("{id}") {
            path.replace("{id}", &thing(path))
        } else {
            path.clone()
        };
        // An export is its list on one page; once with each filter and once in each order will do.
        let filters_of = |order: &str| {
            let is_short = path.ends_with("/export") && !order.is_empty();
            if is_short {
                &filters[..1]
            } else {
                &filters[..]
            }
        };
        for order in orders(&parameters) {
            let filters = filters_of(&order).iter();
            questions.extend(filters.map(|filter| format!("{path}?{must}{filter}&{order}")));
        }
    }
    questions
}

/// Asks, and says what is wrong with how the answer was found; each statement with its faults.
async fn ask(
    api: &Api,
    wire: &Wiretap,
    catalogue: &Catalogue,
    question: &str,
) -> (usize, Vec<(String, String)>) {
    wire.take();
    let answer = api.get(question).await;
    assert!(
        [200, 404].contains(&answer.status),
        "{question}: {}",
        answer.text()
    );
    let told = wire.take();
    let mut found = Vec::new();
    for plan in told.iter().filter_map(|text| text.split_once("plan:\n")) {
        let plan: Value = serde_json::from_str(plan.1).unwrap();
        let mut faults = Vec::new();
        catalogue.faults(&plan["Plan"], &mut faults);
        let statement = plan["Query Text"].as_str().unwrap_or_default();
        let faults = faults.into_iter();
        found.extend(faults.map(|fault| (fault, statement.to_owned())));
    }
    (told.len(), found)
}

#[tokio::test]
async fn whatever_a_tenant_looks_at_is_found_by_an_index_that_begins_with_the_tenant() {
    let db = seeded().await;
    let wire = Wiretap::on(&db, "'parking_tenant'").await;
    let mailbox = Mailbox::open().await;
    let settings = [("DATABASE_URL", wire.url()), ("DB_POOL_SIZE", "4")];
    let server = TestServer::start_on(db, mailbox, &settings).await;
    let platform = PlatformAdmin::signs_in(&server).await;
    let stage = Stage { server, platform };
    let tenant = made(0, 0);
    let owner = stage.person(&tenant, "owner", "owner@plans.test").await;
    assert!(Uuid::parse_str(&tenant).is_ok());
    let catalogue = Catalogue::read(&mut stage.server.superuser().await).await;
    for table in [
        "spaces",
        "devices",
        "device_assignments",
        "gateways",
        "sites",
        "state_changes",
        "memberships",
    ] {
        assert!(catalogue.large.contains(table), "{table} is not large");
    }

    let described = stage
        .server
        .anonymous()
        .get("/openapi.json")
        .await
        .expect(200);
    let questions = questions(&described);
    let mut plans = 0;
    let mut faults: BTreeMap<(String, String), Vec<&str>> = BTreeMap::new();
    for question in &questions {
        let (told, found) = ask(&owner.api, &wire, &catalogue, question).await;
        plans += told;
        for fault in found {
            faults.entry(fault).or_default().push(question);
        }
    }
    println!("{} questions, {plans} plans", questions.len());
    assert!(
        questions.len() > 500 && plans > questions.len(),
        "nobody was listening"
    );
    let told: Vec<String> = faults
        .iter()
        .map(|((fault, statement), asked)| {
            format!(
                "{fault}\n  for {} and {} more\n  {statement}",
                asked[0],
                asked.len() - 1
            )
        })
        .collect();
    assert!(
        faults.is_empty(),
        "{} faults:\n{}",
        told.len(),
        told.join("\n")
    );
}
