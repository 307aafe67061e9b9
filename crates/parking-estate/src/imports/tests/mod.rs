//! Files of bays and devices, as people import them, through the routes and the job.

mod bad_days;
mod devices;
mod exports;
mod spaces;

use std::fmt::Write as _;

use axum::http::StatusCode;
use parking_access::audit::Witness;
use parking_db::queue::Worker;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::tests::{Person, Stage, id_of};

impl Stage {
    /// A worker that knows imports.
    pub(crate) fn import_worker(&self) -> Worker {
        let estate = &self.estate;
        let worker = Worker::new(estate.db.clone(), estate.clock.clone());
        super::jobs(worker, estate, &Witness::new(estate.db.clone()))
    }

    /// Does all the work that is due.
    pub(crate) async fn works(&self) {
        self.import_worker().drain().await.expect("no trouble");
    }
}

impl Person<'_> {
    /// Uploads a file and answers the import's id.
    async fn uploads_import(&self, query: &str, file: &str) -> Uuid {
        let path = format!("/api/v6/imports?{query}");
        let answer = self.posts_file(&path, file.as_bytes()).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text);
        id_of(&answer.json())
    }

    /// Uploads a file, has it checked, and answers the import's id.
    async fn has_checked(&self, query: &str, file: &str) -> Uuid {
        let id = self.uploads_import(query, file).await;
        self.moves(id, "check", json!(null)).await;
        id
    }

    /// Moves an import on and answers it.
    async fn moves(&self, id: Uuid, how: &str, body: Value) -> Value {
        let answer = self
            .post(&format!("/api/v6/imports/{id}/{how}"), body)
            .await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
        answer.json()
    }

    async fn import(&self, id: Uuid) -> Value {
        self.get(&format!("/api/v6/imports/{id}")).await.json()
    }

    /// The rows of an import as their lines, verdicts and codes.
    async fn verdicts(&self, id: Uuid) -> Vec<(i64, String, String)> {
        let path = format!("/api/v6/imports/{id}/rows?page_size=500");
        let rows = self.get(&path).await.json();
        let rows = rows["rows"].as_array().expect("rows");
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        rows.iter()
            .map(|row| {
                let line = row["line"].as_i64().expect("a line");
                let codes = row["messages"].as_array().expect("messages").iter();
                let codes: Vec<_> = codes.map(|message| text(&message["code"])).collect();
                (line, text(&row["verdict"]), codes.join(" "))
            })
            .collect()
    }

    /// How many there are in a list.
    async fn total(&self, path: &str) -> i64 {
        self.get(path).await.json()["total"]
            .as_i64()
            .expect("a total")
    }
}

/// What a row came to, for comparisons.
fn row(line: i64, verdict: &str, codes: &str) -> (i64, String, String) {
    (line, verdict.to_owned(), codes.to_owned())
}

/// Bays with codes from `B-00001` on, in a site.
fn many_bays(site: &str, count: usize) -> String {
    let mut file = "site,code,kind\n".to_owned();
    for number in 1..=count {
        writeln!(file, "{site},B-{number:05},general").unwrap();
    }
    file
}
