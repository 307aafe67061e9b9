//! The audit log as CSV: read by its numbers, sent as it is read, recorded before its last byte.

use std::time::Instant;

use futures_util::stream::{Stream, try_unfold};
use parking_db::TenantTx;
use parking_domain::clock::Clock;
use parking_domain::csv_table::escape_cell;

use super::store::{self, Filter, Row};
use super::{By, Entry, append};
use crate::exports::{ExportPlace, TIME_MAX};
use crate::secrets::hex;

/// Entries read at a time.
const BATCH: i64 = 1_000;

/// Why an export broke off; the reader sees a document without an end.
#[derive(Debug, thiserror::Error)]
pub(super) enum ExportError {
    #[error(transparent)]
    Database(#[from] parking_db::DbError),
    #[error("an entry cannot be written as CSV")]
    Csv(#[from] csv::Error),
    #[error("the reader took more than {} minutes", TIME_MAX.as_secs() / 60)]
    TooSlow,
}

/// An export under way.
struct Export {
    tx: TenantTx,
    filter: Filter,
    by: By,
    clock: Clock,
    begun: Instant,
    written: i64,
    /// Given back when the document is read or dropped.
    _place: ExportPlace,
}

/// The document, piece by piece.
pub(super) fn export(
    tx: TenantTx,
    filter: Filter,
    by: By,
    clock: Clock,
    place: ExportPlace,
) -> impl Stream<Item = Result<Vec<u8>, ExportError>> {
    let export = Export {
        tx,
        filter,
        by,
        clock,
        begun: Instant::now(),
        written: 0,
        _place: place,
    };
    try_unfold(Some(export), async |export| match export {
        Some(export) => export.next().await.map(Some),
        None => Ok(None),
    })
}

impl Export {
    /// The next piece, and what remains after it.
    async fn next(mut self) -> Result<(Vec<u8>, Option<Self>), ExportError> {
        if self.begun.elapsed() > TIME_MAX {
            return Err(ExportError::TooSlow);
        }
        let rows = store::page(&mut self.tx, &self.filter, 0, BATCH, true).await?;
        let read = i64::try_from(rows.len()).unwrap_or(BATCH);
        let mut csv = csv::Writer::from_writer(Vec::new());
        if self.filter.after.is_none() {
            csv.write_record(HEADER)?;
        }
        self.filter.after = rows.last().map(|row| row.seq).or(self.filter.after);
        for row in rows {
            csv.write_record(record(row))?;
        }
        self.written += read;
        let bytes = csv
            .into_inner()
            .map_err(|error| csv::Error::from(error.into_error()))?;
        let rest = if read < BATCH {
            self.finish().await?;
            None
        } else {
            Some(self)
        };
        Ok((bytes, rest))
    }

    async fn finish(mut self) -> parking_db::Result<()> {
        let entry = Entry {
            action: "audit_log.exported",
            entity_type: "audit_log",
            new: Some(serde_json::json!({ "entries": self.written })),
            ..Entry::default()
        };
        let (tenant, now) = (self.tx.tenant(), self.clock.now());
        append(self.tx.conn(), tenant, &self.by, now, entry).await?;
        self.tx.commit().await
    }
}

const HEADER: [&str; 15] = [
    "seq",
    "at",
    "actor_type",
    "actor_id",
    "actor_name",
    "action",
    "entity_type",
    "entity_id",
    "entity_name",
    "old",
    "new",
    "reason",
    "request_id",
    "ip",
    "hash",
];

fn record(row: Row) -> [String; 15] {
    let text = |value: Option<String>| escape_cell(&value.unwrap_or_default()).into_owned();
    [
        row.seq.to_string(),
        row.at.to_rfc3339_opts(chrono::SecondsFormat::Micros, true),
        row.actor_type,
        text(row.actor_id),
        text(row.actor_name),
        row.action,
        row.entity_type,
        text(row.entity_id),
        text(row.entity_name),
        text(row.old),
        text(row.new),
        text(row.reason),
        text(row.request_id),
        text(row.ip),
        hex(&row.hash),
    ]
}
