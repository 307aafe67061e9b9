//! Reservations that come from files, and go into them.

use std::fmt::Write as _;

use super::*;

pub(super) const IMPORT: &str = "/api/v6/reservations/import";
const EXPORT: &str = "/api/v6/reservations/export";

impl Lot {
    async fn hands_in(&self, query: &str, file: impl Into<Vec<u8>>) -> Answered {
        let headers = [bearer(&self.token), ("content-type", "text/csv".to_owned())];
        let path = format!("{IMPORT}?{query}");
        self.served
            .send(Method::POST, &path, &headers, file.into())
            .await
    }

    pub(super) async fn imports(&self, query: &str, file: &str) -> Value {
        let answer = self.hands_in(query, file).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
        answer.json()
    }

    pub(super) async fn exports_as(&self, who: &String, query: &str) -> String {
        let path = format!("{EXPORT}?{query}");
        let answer = self.asks_as(who, Method::GET, &path, None).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
        answer.text
    }

    async fn count_of(&self, query: &'static str) -> i64 {
        let mut all = self.test.superuser().await;
        sqlx::query_scalar(query)
            .fetch_one(&mut all)
            .await
            .expect("a count")
    }

    async fn reserved(&self) -> i64 {
        self.count_of("select count(*) from reservations").await
    }
}

/// What became of the rows: line, verdict, and the first reason with its column.
pub(super) fn verdicts(done: &Value) -> Vec<(i64, String, String)> {
    let rows = done["rows"].as_array().expect("rows");
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let told = rows.iter().map(|row| {
        let message = &row["messages"][0];
        let why = format!("{} {}", text(&message["code"]), text(&message["field"]));
        let line = row["line"].as_i64().expect("a line");
        (line, text(&row["verdict"]), why.trim().to_owned())
    });
    told.collect()
}

pub(super) fn told(line: i64, verdict: &str, why: &str) -> (i64, String, String) {
    (line, verdict.to_owned(), why.to_owned())
}

/// A row of the first bay by minutes from noon.
fn row(id: &str, code: &str, start: i64, end: i64) -> String {
    let at = |minute| at(minute).to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
    format!("{id},{code},{},{}\n", at(start), at(end))
}

const HEADER: &str = "request_id,space_code,start_time,end_time\n";

#[tokio::test]
async fn each_row_of_a_file_gets_its_verdict_and_a_file_sent_again_reserves_nothing_twice() {
    let lot = Lot::open().await;
    lot.reserves(0, 300, 360).await;
    let mut file = HEADER.to_owned();
    file += &row("one", "a-1", 60, 120);
    file += &row("two", "A-2", 60, 120);
    file += &row("three", "A-1", 90, 150);
    file += &row("four", "A-9", 60, 120);
    file += &row("five", "A-1", 330, 390);
    file += "six,A-1,2027-01-15T20:00:00,2027-01-15T21:00:00Z\n";
    file += &row("seven", "A-2", 200, 202);
    file += &row("one", "A-1", 60, 120);
    file += &row("one", "A-2", 500, 560);
    let before = lot.reserved().await;
    let tried = lot.imports("dry_run=true", &file).await;
    assert_eq!(
        lot.reserved().await,
        before,
        "nothing is reserved by trying"
    );
    let wrong = [
        told(4, "refused", "slot_taken start_time"),
        told(5, "refused", "no_such_space space_code"),
        told(6, "refused", "slot_taken start_time"),
        told(7, "refused", "unreadable start_time"),
        told(8, "refused", "not_allowed end_time"),
    ];
    let expected = |good: &str, again: &str| {
        let mut all = vec![told(2, good, ""), told(3, good, "")];
        all.extend(wrong.clone());
        all.push(told(9, again, ""));
        all.push(told(10, "refused", "request_id_reused request_id"));
        all
    };
    assert_eq!(verdicts(&tried), expected("ready", "ready"));
    assert_eq!((&tried["ready"], &tried["refused"]), (&json!(3), &json!(6)));
    // The interval that is in the way is named.
    let clash = json!([{ "start_time": at(300), "end_time": at(360) }]);
    assert_eq!(tried["rows"][4]["conflicts"], clash);

    let done = lot.imports("mode=each", &file).await;
    assert_eq!(verdicts(&done), expected("created", "same"));
    assert_eq!((&done["created"], &done["same"]), (&json!(2), &json!(1)));
    assert_eq!(lot.reserved().await, before + 2);
    let again = lot.imports("mode=each", &file).await;
    assert_eq!(verdicts(&again), expected("same", "same"));
    assert_eq!(
        again["rows"][0]["reservation_id"],
        done["rows"][0]["reservation_id"]
    );
    assert_eq!(lot.reserved().await, before + 2);
    assert_eq!(lot.overlaps().await, 0);
    // Each has its history, its event and its entry in the log.
    let logged = "select count(*) from audit_log where action = 'reservation.created'";
    assert_eq!(lot.count_of(logged).await, before + 2);
}

#[tokio::test]
async fn all_rows_of_a_file_are_reserved_or_none() {
    let lot = Lot::open().await;
    let mut file = HEADER.to_owned();
    file += &row("", "A-2", 60, 120);
    file += &row("", "A-1", 60, 120);
    let bad = format!("{file}{}", row("", "A-1", 100, 130));
    let none = lot.imports("mode=all", &bad).await;
    assert_eq!((&none["created"], &none["ready"]), (&json!(0), &json!(2)));
    assert_eq!(lot.reserved().await, 0);
    assert_eq!(lot.events().await, Vec::<String>::new());
    let all = lot.imports("mode=all", &file).await;
    assert_eq!(all["created"], 2);
    assert_eq!(lot.reserved().await, 2);
    assert_eq!(lot.events().await, ["reservation.created"; 2]);
    // Without names of their own, rows that come again are in their own way.
    let again = lot.imports("mode=all", &file).await;
    assert_eq!(again["refused"], 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_that_is_sent_many_times_at_once_is_reserved_once() {
    let lot = Lot::open().await;
    let mut file = HEADER.to_owned();
    for n in 0..20 {
        let code = if n % 2 == 0 { "A-1" } else { "A-2" };
        file += &row(&format!("r{n}"), code, 60 + n * 30, 90 + n * 30);
    }
    let senders: Vec<_> = (0..6)
        .map(|n| {
            let (served, token, file) = (lot.served.clone(), lot.token.clone(), file.clone());
            let mode = if n % 2 == 0 { "each" } else { "all" };
            tokio::spawn(async move {
                let headers = [bearer(&token), ("content-type", "text/csv".to_owned())];
                let path = format!("{IMPORT}?mode={mode}");
                served.send(Method::POST, &path, &headers, file).await
            })
        })
        .collect();
    let mut created = 0;
    for sender in senders {
        let answer = sender.await.expect("no panic");
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
        let done = answer.json();
        assert_eq!(done["refused"], 0, "{}", answer.text);
        created += done["created"].as_i64().expect("a number");
    }
    assert_eq!((created, lot.reserved().await), (20, 20));
}

#[tokio::test]
async fn a_file_comes_as_spreadsheets_write_it_and_what_is_no_file_is_refused_as_a_whole() {
    let lot = Lot::open().await;
    let odd = "\u{feff}sep=;\r\nPlace;Début;Fin;Nom;Remarque;Courriel\r\n\r\n\
        A-1;2027-01-16T09:00:00+01:00;2027-01-16T10:00:00+01:00;\"Lovelace; Ada\";\"two\r\nlines \"\"quoted\"\"\";ada@x.org\r\n";
    let done = lot.imports("", odd).await;
    assert_eq!(verdicts(&done), [told(4, "created", "")]);
    let id = &done["rows"][0]["reservation_id"];
    let seen = lot.sees(&json!({ "id": id })).await;
    assert_eq!(seen["start_time"], "2027-01-16T08:00:00Z");
    assert_eq!(seen["holder"]["name"], "Lovelace; Ada");
    assert_eq!(seen["notes"], "two\r\nlines \"quoted\"");
    let mut long = HEADER.to_owned();
    for n in 0..10_000 {
        writeln!(long, "r{n},A-1,2027-01-16T09:00:00Z,2027-01-16T09:05:00Z").expect("memory");
    }
    let bad: [(&str, Vec<u8>); 7] = [
        ("nothing", Vec::new()),
        ("no rows", HEADER.into()),
        ("ten thousand rows", long.into()),
        (
            "no bay",
            "start_time,end_time\n2027-01-16T09:00:00Z,2027-01-16T09:05:00Z\n".into(),
        ),
        (
            "an open quote",
            "space_code,start_time,end_time\n\"A-1,a\nb,c\n".into(),
        ),
        ("no text", b"PK\x03\x04\0\0\0\0".to_vec()),
        (
            "a long cell",
            format!("space_code,start_time,end_time\n{},,\n", "x".repeat(2_001)).into(),
        ),
    ];
    for (what, file) in bad {
        let answer = lot.hands_in("", file).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{what}");
        assert_eq!(answer.json()["errors"][0]["field"], "body", "{what}");
    }
    let large = lot.hands_in("", "x".repeat(1024 * 1024 + 1)).await;
    refused(&large, 413, "payload_too_large");
    let json = lot
        .does(Method::POST, IMPORT, Some(json!({ "space_code": "A-1" })))
        .await;
    refused(&json, 415, "unsupported_media_type");
    let unknown = lot.hands_in("mode=some", odd).await;
    assert_eq!(unknown.status.as_u16(), 422);
    assert_eq!(lot.reserved().await, 1);
}

#[tokio::test]
async fn bays_of_another_tenant_are_absent_and_bays_of_several_sites_want_their_site() {
    let lot = Lot::open().await;
    let elsewhere = tenant(&lot.flow.db, &lot.flow.clock, "Elsewhere").await;
    let stranger = seat(&lot.people, elsewhere, Role::Owner);
    let file = format!("{HEADER}{}", row("x", "A-1", 60, 120));
    let headers = [bearer(&stranger), ("content-type", "text/csv".to_owned())];
    let answer = lot
        .served
        .send(Method::POST, IMPORT, &headers, file.clone())
        .await;
    assert_eq!(
        verdicts(&answer.json()),
        [told(2, "refused", "no_such_space space_code")]
    );
    let operator = seat(&lot.people, lot.tenant, Role::Operator);
    let headers = [bearer(&operator), ("content-type", "text/csv".to_owned())];
    let answer = lot
        .served
        .send(Method::POST, IMPORT, &headers, file.clone())
        .await;
    refused(&answer, 403, "forbidden");
    let site = json!({ "name": "Hill", "timezone": "America/New_York" });
    let site = lot.post("/api/v6/sites", site).await.json()["id"].clone();
    let bay = json!({ "site_id": site, "code": "A-1" });
    lot.post("/api/v6/spaces", bay).await;
    let both = lot.imports("", &file).await;
    assert_eq!(
        verdicts(&both),
        [told(2, "refused", "several_spaces space_code")]
    );
    let hill = site.as_str().expect("an id");
    let chosen = lot.imports(&format!("site_id={hill}"), &file).await;
    assert_eq!(verdicts(&chosen), [told(2, "created", "")]);
    let named = "site,space_code,start_time,end_time\n\
        quay,A-1,2027-01-16T09:00:00Z,2027-01-16T10:00:00Z\n\
        Moon,A-1,2027-01-16T09:00:00Z,2027-01-16T10:00:00Z\n";
    let named = lot.imports("", named).await;
    assert_eq!(
        verdicts(&named),
        [
            told(2, "created", ""),
            told(3, "refused", "no_such_space space_code")
        ]
    );
}

#[tokio::test]
async fn an_export_has_no_formula_tells_the_time_twice_and_names_people_to_those_who_may_see_them()
{
    let lot = Lot::open().await;
    let mut wish = lot.wish(0, 60, 120);
    wish["holder"] = json!({ "name": "=cmd|' /C calc'!A0", "email": "ada@x.org", "plate": "AB-1" });
    wish["notes"] = json!("+1, \"quoted\"");
    let made = lot.does(Method::POST, RESERVATIONS, Some(wish)).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
    lot.reserves(1, 60, 120).await;
    let file = lot.exports_as(&lot.token, "sort=code").await;
    let lines: Vec<&str> = file
        .trim_start_matches('\u{feff}')
        .trim_end()
        .split("\r\n")
        .collect();
    assert_eq!(
        lines[0],
        "id,request_id,site,space_code,status,start_time,end_time,timezone,start_local,end_local,hold_until,checked_in_at,\
         checked_out_at,created_at,name,email,plate,notes"
    );
    assert_eq!(lines.len(), 3, "{file}");
    assert!(
        lines[1].contains(
            ",Quay,A-1,confirmed,2027-01-15T13:00:00Z,2027-01-15T14:00:00Z,Europe/Paris,2027-01-15 14:00,2027-01-15 15:00,"
        ),
        "{file}"
    );
    assert!(lines[1].contains(",'=cmd|' /C calc'!A0,"), "{file}");
    assert!(lines[1].ends_with("\"'+1, \"\"quoted\"\"\""), "{file}");
    let viewer = seat(&lot.people, lot.tenant, Role::Viewer);
    let hidden = lot.exports_as(&viewer, "sort=code").await;
    for name in ["ada@x.org", "AB-1", "quoted", "email", "notes"] {
        assert!(!hidden.contains(name), "{name}: {hidden}");
    }
    assert_eq!(hidden.lines().count(), 3);
    // The filters are those of the list.
    let bay = lot.bays[1];
    let one = lot.exports_as(&lot.token, &format!("space_id={bay}")).await;
    assert_eq!(one.lines().count(), 2);
    let path = format!("{EXPORT}?person=ada@x.org");
    let asked = lot.asks_as(&viewer, Method::GET, &path, None).await;
    refused(&asked, 403, "forbidden");
    let elsewhere = tenant(&lot.flow.db, &lot.flow.clock, "Elsewhere").await;
    let stranger = seat(&lot.people, elsewhere, Role::Owner);
    assert_eq!(lot.exports_as(&stranger, "").await.lines().count(), 1);
}

#[tokio::test]
async fn what_was_exported_can_be_imported_once_it_was_cancelled() {
    let lot = Lot::open().await;
    let mut wish = lot.wish(0, 60, 120);
    wish["holder"] = json!({ "name": "-Ada", "email": "ada@x.org" });
    let made = lot
        .does(Method::POST, RESERVATIONS, Some(wish))
        .await
        .json();
    let file = lot.exports_as(&lot.token, "").await;
    lot.cancels(&made).await;
    let done = lot.imports("mode=all", &file).await;
    assert_eq!(verdicts(&done), [told(2, "created", "")]);
    let id = &done["rows"][0]["reservation_id"];
    let seen = lot.sees(&json!({ "id": id })).await;
    for fact in ["space_id", "start_time", "end_time", "holder"] {
        assert_eq!(seen[fact], made[fact]);
    }
}
