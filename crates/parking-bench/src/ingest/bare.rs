//! The group commit without us: the statement that the server was heard to store a message with, driven by
//! pgbench with batches as large as the server's could be.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};

use crate::client::Client;
use crate::database::{Overheard, executed, pgbench, write_script};
use crate::product::Folder;

/// So many store at the same time, as in the server.
pub(super) const WRITERS: usize = 2;

/// What the statement begins with.
const BEGINS: &str = "with w as materialized";

/// Listens to one message being stored, and answers the statement with its places for values.
pub(super) async fn statement(
    folder: &Folder,
    client: &Client,
    path: &str,
    body: &serde_json::Value,
) -> Result<String> {
    let overheard = Overheard::begin(folder)?;
    let begun = overheard.so_far()?;
    client.post(path, body).await?;
    let log = overheard.end(begun).await?;
    executed(&log, BEGINS).context("the statement that stores messages was not heard")
}

/// Messages a second that PostgreSQL alone stores in batches of this size.
pub(super) fn measure(
    folder: &Folder,
    (statement, tenant): (&str, &str),
    batch: usize,
    span: Duration,
) -> Result<f64> {
    let script = script(folder, statement, tenant, batch)?;
    let transactions = pgbench(folder, &script, WRITERS, span)?;
    #[expect(clippy::cast_precision_loss, reason = "hundreds")]
    let batch = batch as f64;
    Ok(transactions * batch)
}

fn script(folder: &Folder, statement: &str, tenant: &str, batch: usize) -> Result<PathBuf> {
    let mut script = String::from(
        "begin;\nselect set_config('role', 'parking_worker', true), set_config('app.current_tenant_id', '', true);\n",
    );
    writeln!(script, "{};\ncommit;", filled(statement, tenant, batch)?)?;
    write_script(folder, "store", &script)
}

/// The statement with values in place, each an array of as many as the batch has messages.
fn filled(statement: &str, tenant: &str, batch: usize) -> Result<String> {
    let values = [
        format!("'{tenant}'"),
        "gen_random_uuid()".to_owned(),
        "gen_random_uuid()".to_owned(),
        "now()".to_owned(),
        "now()".to_owned(),
        "'chirpstack_http'".to_owned(),
        "'up'".to_owned(),
        "upper('70b3d50001' || lpad(to_hex(n), 6, '0'))".to_owned(),
        "1".to_owned(),
        "n".to_owned(),
        "'\\x01'".to_owned(),
        "'[{ \"gateway\": \"0016C001F1500001\", \"rssi\": -57, \"snr\": 9.5 }]'".to_owned(),
        "'{ \"dev_addr\": \"01000003\", \"application\": \"bench\", \"device_name\": null }'"
            .to_owned(),
        "null".to_owned(),
        // No part that the server acts on.
        "4 + n % 4".to_owned(),
    ];
    let mut filled = statement.to_owned();
    for (place, value) in values.iter().enumerate().rev() {
        let place = format!("${}::", place + 1);
        let Some((before, after)) = filled.split_once(&place) else {
            bail!("the statement has no place {place}: {statement}");
        };
        // The type of an array is written behind its place: that of one value is the same without brackets.
        let (kind, rest) = after.split_once("[]").context("an array")?;
        filled = format!(
            "{before}(select array_agg(({value})::{kind}) from generate_series(1, {batch}) n){rest}"
        );
    }
    Ok(filled)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_place_becomes_an_array_of_its_type() {
        let kinds = [
            "uuid",
            "uuid",
            "uuid",
            "timestamptz",
            "timestamptz",
            "text",
            "text",
            "text",
            "smallint",
            "bigint",
            "bytea",
            "jsonb",
            "jsonb",
            "uuid",
            "smallint",
        ];
        let places = kinds.iter().enumerate();
        let places: Vec<_> = places
            .map(|(at, kind)| format!("${}::{kind}[]", at + 1))
            .collect();
        let statement = format!("select * from unnest({})", places.join(", "));
        let filled = filled(&statement, "t", 7).unwrap();
        assert!(!filled.contains('$'), "{filled}");
        let first = "unnest((select array_agg(('t')::uuid) from generate_series(1, 7) n),";
        assert!(filled.contains(first), "{filled}");
        assert!(
            filled.contains("array_agg((4 + n % 4)::smallint)"),
            "{filled}"
        );
    }
}
