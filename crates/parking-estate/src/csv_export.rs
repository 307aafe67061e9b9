//! A list as a file: read by a cursor, so that all of it is of one instant, and sent as it is read,
//! so that it needs no memory of its size.

use std::time::Instant;

use axum::body::Body;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse as _, Response};
use futures_util::stream::{Stream, try_unfold};
use parking_access::exports::{ExportPlace, TIME_MAX};
use parking_db::DbError;
use sqlx::PgConnection;
use thiserror::Error;

use crate::view::View;

/// Rows read at a time.
const BATCH: i64 = 1_000;

/// Without it, spreadsheets take the accents of a file for something else.
const BYTE_ORDER_MARK: &str = "\u{feff}";

/// What a list consists of, once its cursor is open.
pub trait Exported: Sized + Send + 'static {
    /// The names of the columns.
    const HEADER: &'static [&'static str];

    /// The next rows of the cursor.
    fn fetch(
        conn: &mut PgConnection,
        limit: i64,
    ) -> impl Future<Output = Result<Vec<Self>, DbError>> + Send;

    /// A row's cells, of which none is a formula.
    fn cells(self) -> Vec<String>;
}

/// Why an export broke off; the reader sees a document without an end.
#[derive(Debug, Error)]
enum ExportError {
    #[error(transparent)]
    Database(#[from] DbError),
    #[error("a row cannot be written as CSV")]
    Csv(#[from] csv::Error),
    #[error("the reader took more than {} minutes", TIME_MAX.as_secs() / 60)]
    TooSlow,
}

/// An export under way.
struct Export {
    view: View,
    begun: Instant,
    has_header: bool,
    /// Given back when the document is read or dropped.
    _place: ExportPlace,
}

/// The document: all rows of the cursor that is open in the view.
pub fn csv_file<R: Exported>(view: View, place: ExportPlace, name: &str) -> Response {
    csv_answer(Body::from_stream(pieces::<R>(view, place)), name)
}

/// A CSV file as an answer.
pub fn csv_answer(file: impl Into<Body>, name: &str) -> Response {
    let disposition = HeaderValue::from_str(&format!("attachment; filename=\"{name}\""));
    let headers = [
        (
            header::CONTENT_TYPE,
            HeaderValue::from_static("text/csv; charset=utf-8"),
        ),
        (
            header::CONTENT_DISPOSITION,
            disposition.unwrap_or(HeaderValue::from_static("attachment")),
        ),
    ];
    (headers, file.into()).into_response()
}

fn pieces<R: Exported>(
    view: View,
    place: ExportPlace,
) -> impl Stream<Item = Result<Vec<u8>, ExportError>> {
    let export = Export {
        view,
        begun: Instant::now(),
        has_header: false,
        _place: place,
    };
    try_unfold(Some(export), async |export| match export {
        Some(export) => export.next::<R>().await.map(Some),
        None => Ok(None),
    })
}

impl Export {
    /// The next piece, and what remains after it.
    async fn next<R: Exported>(mut self) -> Result<(Vec<u8>, Option<Self>), ExportError> {
        if self.begun.elapsed() > TIME_MAX {
            return Err(ExportError::TooSlow);
        }
        let rows = R::fetch(self.view.conn(), BATCH).await?;
        let is_last = i64::try_from(rows.len()).unwrap_or(BATCH) < BATCH;
        let begin = if self.has_header { "" } else { BYTE_ORDER_MARK };
        let mut csv = csv::WriterBuilder::new()
            .terminator(csv::Terminator::CRLF)
            .from_writer(begin.as_bytes().to_vec());
        if !self.has_header {
            csv.write_record(R::HEADER)?;
            self.has_header = true;
        }
        for row in rows {
            csv.write_record(row.cells())?;
        }
        let bytes = csv
            .into_inner()
            .map_err(|error| csv::Error::from(error.into_error()))?;
        Ok((bytes, (!is_last).then_some(self)))
    }
}
