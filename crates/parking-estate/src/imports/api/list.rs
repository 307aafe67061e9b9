//! Looking at imports and their rows.

use axum::extract::State;
use axum::response::Response;
use parking_domain::csv_table::{ROWS_MAX, write_table};
use parking_http::page::{List, PageParams};
use parking_http::{ApiError, Caller, Id, Query, Tagged};
use serde::Deserialize;
use sqlx::PgConnection;
use utoipa::IntoParams;
use uuid::Uuid;

use super::super::store::list::{self as store, Filter};
use super::super::{Import, Kind, Status};
use super::wire::{
    ImportBody, ImportKind, ImportPage, ImportRowBody, ImportRowPage, ImportStatus, RowVerdict,
    VERDICTS,
};
use crate::Estate;
use crate::csv_export::csv_answer;
use crate::view::View;

/// What the list can be sorted by.
pub(super) const COLUMNS: &[(&str, &str)] = &[
    ("-created_at", "p.created_at"),
    ("file_name", "lower(p.file_name)"),
    ("status", "p.status"),
];

/// Which imports are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct ImportFilter {
    #[param(value_type = Option<ImportKind>, inline)]
    kind: Option<Kind>,
    #[param(value_type = Option<ImportStatus>, inline)]
    status: Option<Status>,
}

/// The tenant's imports, newest first; with the platform tenant selected, all tenants'.
#[utoipa::path(get, path = "/api/v6/imports", params(PageParams, ImportFilter), responses((status = 200, body = ImportPage)))]
pub(super) async fn list_imports(
    State(estate): State<Estate>,
    caller: Caller,
    List { page, filter }: List<ImportFilter>,
) -> Result<axum::Json<ImportPage>, ApiError> {
    let order = page.order_by(COLUMNS, "p.id")?;
    let filter = Filter {
        kind: filter.kind,
        status: filter.status,
        pattern: page.pattern(),
    };
    let mut view = View::of(&estate.db, &caller).await?;
    let part = (page.offset, page.size);
    let (imports, total) = store::page(view.conn(), &filter, &order, part).await?;
    Ok(axum::Json(ImportPage {
        imports: imports.into_iter().map(ImportBody::from).collect(),
        page: view.extent(&page, total),
    }))
}

/// One import: how far it has come, and what became of its rows.
#[utoipa::path(get, path = "/api/v6/imports/{id}", params(("id" = Uuid, Path)), responses((status = 200, body = ImportBody)))]
pub(super) async fn get_import(
    State(estate): State<Estate>,
    caller: Caller,
    Id(id): Id,
) -> Result<Tagged<ImportBody>, ApiError> {
    let mut view = View::of(&estate.db, &caller).await?;
    let import = found(view.conn(), id).await?;
    Ok(Tagged(import.version, import.into()))
}

async fn found(conn: &mut PgConnection, id: Uuid) -> Result<Import, ApiError> {
    let import = store::find(conn, id).await?;
    import.ok_or_else(ApiError::not_found)
}

/// Which rows are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct RowFilter {
    #[param(value_type = Option<RowVerdict>, inline)]
    verdict: Option<String>,
}

impl RowFilter {
    fn read(&self) -> Result<Option<&str>, ApiError> {
        let verdict = self.verdict.as_deref();
        if verdict.is_some_and(|verdict| !VERDICTS.contains(&verdict)) {
            let message = format!("must be one of: {}", VERDICTS.join(", "));
            return Err(ApiError::field("verdict", message));
        }
        Ok(verdict)
    }
}

/// The rows of an import in the order of the file, each with its verdict.
#[utoipa::path(get, path = "/api/v6/imports/{id}/rows", params(("id" = Uuid, Path), PageParams, RowFilter),
    responses((status = 200, body = ImportRowPage)))]
pub(super) async fn import_rows(
    State(estate): State<Estate>,
    caller: Caller,
    Id(id): Id,
    List { page, filter }: List<RowFilter>,
) -> Result<axum::Json<ImportRowPage>, ApiError> {
    let verdict = filter.read()?;
    let mut view = View::of(&estate.db, &caller).await?;
    let import = found(view.conn(), id).await?;
    let part = (page.offset, page.size);
    let (rows, total) = store::rows(view.conn(), (&import, verdict), part).await?;
    let body = |row| ImportRowBody::of(&estate.vault, &import, row);
    Ok(axum::Json(ImportRowPage {
        rows: rows.into_iter().map(body).collect(),
        page: view.extent(&page, total),
    }))
}

/// The rows of an import as CSV, with their lines, verdicts and what is wrong with them. What was in a
/// column of keys is not part of it.
#[utoipa::path(get, path = "/api/v6/imports/{id}/rows/export", params(("id" = Uuid, Path), RowFilter),
    responses((status = 200, content_type = "text/csv", body = String)))]
pub(super) async fn export_import_rows(
    State(estate): State<Estate>,
    caller: Caller,
    Id(id): Id,
    Query(filter): Query<RowFilter>,
) -> Result<Response, ApiError> {
    let verdict = filter.read()?;
    let mut view = View::of(&estate.db, &caller).await?;
    let import = found(view.conn(), id).await?;
    let all = (0, i64::try_from(ROWS_MAX).unwrap_or(i64::MAX));
    let (rows, _) = store::rows(view.conn(), (&import, verdict), all).await?;
    let width = import.header.len();
    let records = rows
        .into_iter()
        .map(|row| ImportRowBody::of(&estate.vault, &import, row).record(width));
    let mut header: Vec<&str> = import.header.iter().map(String::as_str).collect();
    header.extend(["import_line", "import_verdict", "import_messages"]);
    Ok(csv_answer(write_table(&header, records), "import-rows.csv"))
}
