//! The bays as CSV.

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use parking_domain::csv_table::escape_cell;
use parking_http::page::{List, PageParams};
use parking_http::{ApiError, Caller, Code};

use super::super::store::list::{self as store, SpaceView};
use super::list::{COLUMNS, SpaceFilter};
use crate::Estate;
use crate::view::View;

/// The most bays an export holds; more than the largest tier may have.
const EXPORT_MAX: i64 = 100_000;

/// The bays a list would show, all its pages, as CSV.
#[utoipa::path(get, path = "/api/v6/spaces/export", params(PageParams, SpaceFilter),
    responses((status = 200, content_type = "text/csv", body = String)))]
pub(super) async fn export_spaces(
    State(estate): State<Estate>,
    caller: Caller,
    List { page, filter }: List<SpaceFilter>,
) -> Result<Response, ApiError> {
    let order = page.order_by(COLUMNS, "p.id")?;
    let filter = filter.read(&page)?;
    let mut view = View::of(&estate.db, &caller).await?;
    let spaces = store::page(view.conn(), &filter, &order, (0, EXPORT_MAX)).await?;
    let failed = |error: csv::Error| ApiError::new(Code::InternalError).because(error);
    let mut csv = csv::Writer::from_writer(Vec::new());
    csv.write_record(HEADER).map_err(failed)?;
    for space in spaces {
        csv.write_record(record(space)).map_err(failed)?;
    }
    let bytes = csv
        .into_inner()
        .map_err(|error| failed(error.into_error().into()))?;
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
        (
            header::CONTENT_DISPOSITION,
            "attachment; filename=\"bays.csv\"",
        ),
    ];
    Ok((headers, bytes).into_response())
}

const HEADER: [&str; 14] = [
    "site",
    "code",
    "name",
    "level",
    "zone",
    "kind",
    "latitude",
    "longitude",
    "is_reservable",
    "auto_release_minutes",
    "state",
    "state_changed_at",
    "sensor",
    "display",
];

fn record(space: SpaceView) -> [String; 14] {
    let text = |text: Option<String>| escape_cell(&text.unwrap_or_default()).into_owned();
    let number = |number: Option<f64>| number.map(|number| number.to_string()).unwrap_or_default();
    [
        escape_cell(&space.site_name).into_owned(),
        escape_cell(&space.code).into_owned(),
        text(space.name),
        text(space.level.map(|(_, name)| name)),
        text(space.zone.map(|(_, name)| name)),
        space.kind,
        number(space.latitude),
        number(space.longitude),
        space.is_reservable.to_string(),
        space
            .auto_release_minutes
            .map(|minutes| minutes.to_string())
            .unwrap_or_default(),
        space.state,
        space
            .state_changed_at
            .to_rfc3339_opts(chrono::SecondsFormat::Secs, true),
        space
            .sensor
            .map(|sensor| sensor.dev_eui)
            .unwrap_or_default(),
        space
            .display
            .map(|display| display.dev_eui)
            .unwrap_or_default(),
    ]
}
