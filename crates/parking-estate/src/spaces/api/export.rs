//! The bays as CSV.

use axum::extract::State;
use axum::response::Response;
use parking_db::DbError;
use parking_domain::csv_table::escape_cell;
use parking_http::page::{List, PageParams};
use parking_http::{ApiError, Caller};
use sqlx::PgConnection;

use super::super::store::list::{self as store, SpaceView};
use super::list::{COLUMNS, SpaceFilter};
use crate::Estate;
use crate::csv_export::{Exported, csv_file};
use crate::view::View;

/// The bays a list would show, all its pages, as CSV. It is sent as it is read, and can be imported again.
#[utoipa::path(get, path = "/api/v6/spaces/export", params(PageParams, SpaceFilter),
    responses((status = 200, content_type = "text/csv", body = String)))]
pub(super) async fn export_spaces(
    State(estate): State<Estate>,
    caller: Caller,
    List { page, filter }: List<SpaceFilter>,
) -> Result<Response, ApiError> {
    let order = page.order_by(COLUMNS, "p.id")?;
    let filter = filter.read(&page)?;
    let place = estate.exports.begin(caller.tenant())?;
    let mut view = View::of(&estate.db, &caller).await?;
    store::open_export(view.conn(), &filter, &order).await?;
    Ok(csv_file::<SpaceView>(view, place, "bays.csv"))
}

impl Exported for SpaceView {
    const HEADER: &'static [&'static str] = &[
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

    async fn fetch(conn: &mut PgConnection, limit: i64) -> Result<Vec<Self>, DbError> {
        store::exported(conn, limit).await
    }

    fn cells(self) -> Vec<String> {
        record(self).into()
    }
}

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
