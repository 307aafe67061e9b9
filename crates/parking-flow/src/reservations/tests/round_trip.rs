//! Files that come back: what was exported is handed in again, and says nothing new.

use parking_domain::csv_table::{escape_cell, read_table};
use parking_domain::ids::fresh;

use super::files::{IMPORT, told, verdicts};
use super::*;

/// A file as a spreadsheet of another country writes it: cut by semicolons, each cell in quotation marks.
fn resaved(file: &str) -> String {
    let table = read_table(file.as_bytes(), 1 << 20).expect("a table");
    let rows = table.rows.iter().map(|row| &row.cells);
    let rows = std::iter::once(&table.header).chain(rows);
    let lines = rows.map(|cells| {
        let cells = cells.iter().map(|cell| {
            let cell = escape_cell(cell).replace('"', "\"\"");
            format!("\"{cell}\"")
        });
        cells.collect::<Vec<_>>().join(";")
    });
    format!("\u{feff}{}\r\n", lines.collect::<Vec<_>>().join("\r\n"))
}

/// Every row is what is so already, and nothing is written.
async fn says_nothing_new(lot: &Lot, file: &str, rows: i64) {
    let before = lot.versions().await;
    for mode in ["each", "all"] {
        let done = lot.imports(&format!("mode={mode}"), file).await;
        assert_eq!(done["same"], rows, "{mode}: {done:#}");
        assert_eq!(
            (&done["total"], &done["refused"]),
            (&json!(rows), &json!(0))
        );
    }
    assert_eq!(lot.versions().await, before);
}

impl Lot {
    /// Which reservations there are, and how often each was changed.
    async fn versions(&self) -> Vec<(Uuid, i64)> {
        let mut all = self.test.superuser().await;
        sqlx::query_as("select id, version from reservations order by id")
            .fetch_all(&mut all)
            .await
            .expect("versions")
    }

    /// Reservations of every kind: with words that look like formulas, at odd instants, held, called off,
    /// over.
    async fn reserves_all_kinds(&self) {
        let mut odd = self.wish(0, 60, 120);
        odd["start_time"] = json!(at(60) + TimeDelta::microseconds(250_001));
        odd["holder"] =
            json!({ "name": "=cmd|' /C calc'!A0", "email": "+ada@x.org", "plate": "-47" });
        odd["notes"] = json!("  \"two\"; 'lines'\r\n=1+1;@x\t+2 ");
        let mut held = self.wish(1, 60, 120);
        held["status"] = json!("pending");
        held["hold_until"] = json!(at(10));
        held["request_id"] = json!("'=7");
        for wish in [odd, held] {
            let made = self.does(Method::POST, RESERVATIONS, Some(wish)).await;
            assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
        }
        let off = self.reserves(0, 200, 260).await;
        self.cancels(&off).await;
        let file = format!(
            "request_id,space_code,start_time,end_time,name\nr1,a-2,{},{},Ada\n",
            at(300).to_rfc3339(),
            at(360).to_rfc3339()
        );
        let moved = self.imports("", &file).await["rows"][0]["reservation_id"].clone();
        let change = json!({ "start_time": at(310) });
        let answer = self.moves(&json!({ "id": moved }), change).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
        self.reserves(0, 5, 15).await;
    }
}

#[tokio::test]
async fn an_export_handed_in_again_changes_nothing_however_it_was_saved() {
    let lot = Lot::open().await;
    lot.reserves_all_kinds().await;
    for minute in [0, 30, 1_000] {
        lot.waits_until(minute).await;
        let file = lot.exports_as(&lot.token, "sort=code").await;
        says_nothing_new(&lot, &file, 5).await;
        says_nothing_new(&lot, &resaved(&file), 5).await;
    }
    let statuses = lot.exports_as(&lot.token, "").await;
    for status in [",cancelled,", ",expired,"] {
        assert!(statuses.contains(status), "{statuses}");
    }
}

#[tokio::test]
async fn an_export_tells_of_a_bay_that_is_gone_and_not_of_the_one_that_has_its_code_now() {
    let lot = Lot::open().await;
    let old = lot.reserves(1, 5, 15).await;
    lot.waits_until(1_000).await;
    let path = format!("/api/v6/spaces/{}", lot.bays[1]);
    let gone = lot.does(Method::DELETE, &path, None).await;
    assert_eq!(gone.status, StatusCode::NO_CONTENT, "{}", gone.text);
    let bay = json!({ "site_id": old["site_id"], "code": "A-2" });
    assert_eq!(
        lot.post("/api/v6/spaces", bay).await.status,
        StatusCode::CREATED
    );
    let file = lot.exports_as(&lot.token, "").await;
    says_nothing_new(&lot, &file, 1).await;
}

#[tokio::test]
async fn what_a_file_reserved_is_the_same_in_the_export_though_the_file_named_no_site() {
    let lot = Lot::open().await;
    let file = format!(
        "request_id,space_code,start_time,end_time\nr1,a-1,{},{}\n",
        at(60).to_rfc3339(),
        at(120).to_rfc3339()
    );
    assert_eq!(lot.imports("", &file).await["created"], 1);
    let export = lot.exports_as(&lot.token, "").await;
    // Without what only an export has, so that the name alone decides.
    let nameless = export.replace("id,request_id", "number,request_id");
    says_nothing_new(&lot, &nameless, 1).await;
}

#[tokio::test]
async fn an_export_of_elsewhere_reserves_what_lies_ahead_and_reaches_nothing_there() {
    let lot = Lot::open().await;
    let kept = lot.reserves(0, 60, 120).await;
    let off = lot.reserves(0, 200, 260).await;
    lot.cancels(&off).await;
    let export = lot.exports_as(&lot.token, "sort=-start_time").await;
    let elsewhere = tenant(&lot.flow.db, &lot.flow.clock, "Elsewhere").await;
    let stranger = seat(&lot.people, elsewhere, Role::Owner);
    let served = &lot.served;
    let site = json!({ "name": "Quay", "timezone": "Europe/Paris" });
    let site = served.post(&stranger, "/api/v6/sites", site).await.json();
    let bay = json!({ "site_id": site["id"], "code": "A-1" });
    served.post(&stranger, "/api/v6/spaces", bay).await;
    let headers = [bearer(&stranger), ("content-type", "text/csv".to_owned())];
    let done = served
        .send(Method::POST, IMPORT, &headers, export)
        .await
        .json();
    assert_eq!(
        verdicts(&done),
        [
            told(2, "refused", "unreadable status"),
            told(3, "created", "")
        ]
    );
    assert_ne!(done["rows"][1]["reservation_id"], kept["id"]);
    assert_eq!(lot.sees(&kept).await, kept);
}

#[tokio::test]
async fn a_row_that_says_otherwise_of_a_reservation_is_judged_as_any_other() {
    let lot = Lot::open().await;
    let made = lot.reserves(0, 60, 120).await;
    let export = lot.exports_as(&lot.token, "").await;
    let later = export.replace("T14:00:00Z", "T14:30:00Z");
    assert_ne!(later, export);
    let done = lot.imports("", &later).await;
    assert_eq!(
        verdicts(&done),
        [told(2, "refused", "slot_taken start_time")]
    );
    // Of a reservation that nobody has it is a new one.
    let id = made["id"].as_str().expect("an id");
    let unknown = export.replace(id, &fresh().to_string());
    lot.cancels(&made).await;
    assert_eq!(lot.imports("", &unknown).await["created"], 1);
}

#[tokio::test]
async fn when_the_database_gives_up_in_the_middle_what_was_reserved_before_is_told() {
    let lot = Lot::open().await;
    let mut all = lot.test.superuser().await;
    let trouble = "create function trouble() returns trigger language plpgsql as $$ begin raise exception 'trouble'; end $$;
        create trigger trouble before insert on reservations for each row when (new.holder_name = 'Trouble')
        execute function trouble()";
    sqlx::raw_sql(trouble)
        .execute(&mut all)
        .await
        .expect("trouble");
    let row = |name: &str, start: i64| {
        let (start, end) = (at(start).to_rfc3339(), at(start + 30).to_rfc3339());
        format!("A-1,{start},{end},{name}\n")
    };
    let header = "space_code,start_time,end_time,name\n";
    let file = [
        header.to_owned(),
        row("Ada", 60),
        row("Trouble", 90),
        row("Bob", 120),
    ]
    .concat();
    let done = lot.imports("mode=each", &file).await;
    assert_eq!(
        verdicts(&done),
        [
            told(2, "created", ""),
            told(3, "ready", ""),
            told(4, "ready", "")
        ]
    );
    assert_eq!(lot.versions().await.len(), 1);
}

#[tokio::test]
async fn a_plate_that_grows_in_capitals_is_a_fault_of_its_row() {
    let lot = Lot::open().await;
    let file = format!(
        "space_code,start_time,end_time,plate\nA-1,{0},{1},{2}\nA-2,{0},{1},ada@x.org\n",
        at(60).to_rfc3339(),
        at(90).to_rfc3339(),
        "ß".repeat(11)
    );
    let done = lot.imports("", &file).await;
    assert_eq!(
        verdicts(&done),
        [
            told(2, "refused", "unreadable plate"),
            told(3, "refused", "unreadable plate")
        ]
    );
}
