//! Reservations from a file.

use axum::Extension;
use axum::extract::{Request, State};
use axum::response::Response;
use parking_domain::csv_columns::{ReservationColumn, template};
use parking_domain::csv_import::Message;
use parking_estate::csv_body::csv_body;
use parking_estate::csv_export::csv_answer;
use parking_estate::wire::RowRefusal;
use parking_estate::{Maker, view};
use parking_http::limits::Weight;
use parking_http::{ApiError, Caller, Query, TakenSlot};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::super::import::{How, ImportError, Judged, Verdict, import};
use super::series::weight;
use crate::Flow;

/// The largest file, in bytes.
const FILE_BYTES_MAX: usize = 1024 * 1024;

/// Whether one row that is refused is in the way of the others.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ReservationImportMode)]
pub(super) enum Mode {
    /// Each row is carried out by itself.
    #[default]
    Each,
    /// All rows are carried out, or none.
    All,
}

/// How a file is to be carried out.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct ImportWanted {
    /// Only to say what would become of each row; nothing is reserved.
    #[serde(default)]
    dry_run: bool,
    #[serde(default)]
    #[param(inline)]
    mode: Mode,
    /// The site of bays whose rows name none.
    site_id: Option<Uuid>,
}

/// What became of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum ReservationRowVerdict {
    /// It can be reserved, and was not: the file was only tried out, another row was in the way, there was no
    /// time left, or the database gave up after it had reserved others.
    Ready,
    /// It was reserved before, or says of the reservation in its `id` what is so.
    Same,
    /// It was reserved.
    Created,
    /// It cannot be reserved.
    Refused,
}

/// What there is to say about a row.
#[derive(Debug, Serialize, ToSchema)]
struct ReservationRowMessage {
    #[schema(value_type = RowRefusal)]
    code: &'static str,
    /// The name of the column; null for the whole row.
    field: Option<&'static str>,
    message: String,
}

impl From<Message> for ReservationRowMessage {
    fn from(message: Message) -> Self {
        Self {
            code: message.code,
            field: message.field,
            message: message.message,
        }
    }
}

/// A row of a file, and what became of it.
#[derive(Debug, Serialize, ToSchema)]
struct ReservationImportRow {
    /// The line of the file it begins on, counted from 1.
    line: u64,
    verdict: ReservationRowVerdict,
    /// Which reservation it is, or was before.
    reservation_id: Option<Uuid>,
    messages: Vec<ReservationRowMessage>,
    /// When the bay is reserved instead, if that is in the way.
    conflicts: Vec<TakenSlot>,
}

impl From<Judged> for ReservationImportRow {
    fn from(judged: Judged) -> Self {
        use ReservationRowVerdict as V;
        let (verdict, reservation_id, messages, slots) = match judged.verdict {
            Verdict::Ready => (V::Ready, None, Vec::new(), Vec::new()),
            Verdict::Same(id) => (V::Same, Some(id), Vec::new(), Vec::new()),
            Verdict::Created(id) => (V::Created, Some(id), Vec::new(), Vec::new()),
            Verdict::Refused(messages, slots) => (V::Refused, None, messages, slots),
        };
        let conflicts = slots.into_iter().map(|slot| TakenSlot {
            start_time: slot.start,
            end_time: slot.end,
        });
        Self {
            line: judged.line,
            verdict,
            reservation_id,
            messages: messages.into_iter().map(Into::into).collect(),
            conflicts: conflicts.collect(),
        }
    }
}

/// What became of the rows of a file.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ReservationImport {
    /// Whether nothing was to be reserved.
    dry_run: bool,
    mode: Mode,
    total: usize,
    ready: usize,
    same: usize,
    created: usize,
    refused: usize,
    /// In the order of the file.
    rows: Vec<ReservationImportRow>,
}

impl ReservationImport {
    fn of(wanted: &ImportWanted, judged: Vec<Judged>) -> Self {
        let rows: Vec<ReservationImportRow> = judged.into_iter().map(Into::into).collect();
        let count = |verdict| rows.iter().filter(|row| row.verdict == verdict).count();
        Self {
            dry_run: wanted.dry_run,
            mode: wanted.mode,
            total: rows.len(),
            ready: count(ReservationRowVerdict::Ready),
            same: count(ReservationRowVerdict::Same),
            created: count(ReservationRowVerdict::Created),
            refused: count(ReservationRowVerdict::Refused),
            rows,
        }
    }
}

impl From<ImportError> for ApiError {
    fn from(error: ImportError) -> Self {
        match error {
            ImportError::TooManyRows | ImportError::Mapping(_) => Self::field("body", error),
            ImportError::Db(error) => error.into(),
        }
    }
}

/// An empty file with the names of the columns, to be filled in.
#[utoipa::path(get, path = "/api/v6/reservations/import/template",
    responses((status = 200, content_type = "text/csv", body = String)))]
pub(super) async fn reservation_template() -> Response {
    csv_answer(template::<ReservationColumn>(), "reservations-template.csv")
}

/// Reserves bays from a CSV file: at most 1 MiB and 1000 rows behind a header, in UTF-8, UTF-16 or Windows-1252,
/// cut by commas, semicolons or tabs. Each row gets a verdict. A row whose `request_id` was carried out before is
/// left as it is, so a file can be sent again; so is one that says of the reservation in its `id` what is so, as
/// rows of an export do.
#[utoipa::path(post, path = "/api/v6/reservations/import", params(ImportWanted),
    request_body(content = String, content_type = "text/csv"),
    responses((status = 200, body = ReservationImport)))]
pub(super) async fn import_reservations(
    State(flow): State<Flow>,
    caller: Caller,
    Query(wanted): Query<ImportWanted>,
    request: Request,
) -> Result<(Extension<Weight>, axum::Json<ReservationImport>), ApiError> {
    view::must_own(&caller)?;
    let table = csv_body(request, FILE_BYTES_MAX).await?;
    let how = match wanted.mode {
        _ if wanted.dry_run => How::Try,
        Mode::Each => How::Each,
        Mode::All => How::All,
    };
    let by = (caller.tenant(), &Maker::caller(&caller));
    let judged = import(&flow, by, (&table, wanted.site_id), how).await?;
    let done = ReservationImport::of(&wanted, judged);
    Ok((Extension(weight(done.created)), axum::Json(done)))
}
