//! The template, and taking a file.

use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use parking_domain::csv_columns::{DeviceColumn, SpaceColumn, template};
use parking_domain::text::Name;
use parking_http::{ApiError, Caller, Query, Tagged};
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

use super::super::{FILE_BYTES_MAX, ImportDraft, Kind, upload};
use super::wire::{ImportBody, ImportKind};
use crate::csv_body::csv_body;
use crate::csv_export::csv_answer;
use crate::{Estate, Maker, view, wire};

/// What a file is called whose name nobody says.
const NAMELESS: &str = "import.csv";

/// Which template is wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct TemplateWanted {
    #[param(value_type = ImportKind, inline)]
    kind: Kind,
}

/// An empty file with the names of the columns, to be filled in.
#[utoipa::path(get, path = "/api/v6/imports/template", params(TemplateWanted),
    responses((status = 200, content_type = "text/csv", body = String)))]
pub(super) async fn import_template(Query(wanted): Query<TemplateWanted>) -> Response {
    let (bytes, name) = match wanted.kind {
        Kind::Spaces => (template::<SpaceColumn>(), "bays-template.csv"),
        Kind::Devices => (template::<DeviceColumn>(), "devices-template.csv"),
    };
    csv_answer(bytes, name)
}

/// What is said about a file beside it.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct FileWanted {
    #[param(value_type = ImportKind, inline)]
    kind: Kind,
    /// What the file is called.
    #[param(value_type = Option<wire::Name>, inline)]
    file_name: Option<String>,
    /// The site of bays whose rows name none.
    site_id: Option<Uuid>,
}

/// Takes a CSV file of bays or devices: at most 8 MiB and 10 000 rows behind a header, in UTF-8, UTF-16
/// or Windows-1252, cut by commas, semicolons or tabs. Its columns are guessed from the header. Nothing
/// is made yet.
#[utoipa::path(post, path = "/api/v6/imports", params(FileWanted),
    request_body(content = String, content_type = "text/csv"),
    responses((status = 201, body = ImportBody, headers(("Location" = String, description = "Where the import is"))),
        (status = 409, description = "`limit_reached`: too many imports are open", body = parking_http::Problem, content_type = "application/problem+json")))]
pub(super) async fn create_import(
    State(estate): State<Estate>,
    caller: Caller,
    Query(wanted): Query<FileWanted>,
    request: Request,
) -> Result<Response, ApiError> {
    view::must_own(&caller)?;
    let file_name = Name::parse(wanted.file_name.as_deref().unwrap_or(NAMELESS))
        .map_err(|error| ApiError::field("file_name", error))?;
    let table = csv_body(request, FILE_BYTES_MAX).await?;
    let draft = ImportDraft {
        kind: wanted.kind,
        file_name: file_name.as_str().to_owned(),
        site_id: wanted.site_id,
        table,
    };
    let mut tx = view::change(&estate.db, &caller).await?;
    let (maker, now) = (Maker::caller(&caller), estate.clock.now());
    let import = upload(&mut tx, (&estate.vault, &maker), draft, now).await?;
    tx.commit().await?;
    let location = format!("/api/v6/imports/{}", import.id);
    let body = Tagged(import.version, ImportBody::from(import));
    Ok((StatusCode::CREATED, [(header::LOCATION, location)], body).into_response())
}
