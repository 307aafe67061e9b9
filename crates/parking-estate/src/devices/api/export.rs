//! The devices as CSV.

use axum::extract::State;
use axum::response::Response;
use chrono::{DateTime, SecondsFormat, Utc};
use parking_db::DbError;
use parking_domain::csv_table::escape_cell;
use parking_http::page::{List, PageParams};
use parking_http::{ApiError, Caller};
use sqlx::PgConnection;

use super::super::store::list::{self as store, DeviceView};
use super::list::{COLUMNS, DeviceFilter};
use crate::Estate;
use crate::csv_export::{Exported, csv_file};
use crate::view::View;

/// The devices a list would show, all its pages, as CSV. It is sent as it is read, and can be imported again.
/// Keys are not part of it.
#[utoipa::path(get, path = "/api/v6/devices/export", params(PageParams, DeviceFilter),
    responses((status = 200, content_type = "text/csv", body = String)))]
pub(super) async fn export_devices(
    State(estate): State<Estate>,
    caller: Caller,
    List { page, filter }: List<DeviceFilter>,
) -> Result<Response, ApiError> {
    let order = page.order_by(COLUMNS, "p.id")?;
    let filter = filter.read(&page, estate.clock.now())?;
    let place = estate.exports.begin(caller.tenant())?;
    let mut view = View::of(&estate.db, &caller).await?;
    store::open_export(view.conn(), &filter, &order).await?;
    Ok(csv_file::<DeviceView>(view, place, "devices.csv"))
}

impl Exported for DeviceView {
    const HEADER: &'static [&'static str] = &[
        "dev_eui",
        "name",
        "model",
        "device_type",
        "status",
        "lifecycle_state",
        "site",
        "space",
        "role",
        "assigned_at",
        "last_seen_at",
        "battery_percent",
        "rssi",
        "snr",
        "join_eui",
        "serial_number",
    ];

    async fn fetch(conn: &mut PgConnection, limit: i64) -> Result<Vec<Self>, DbError> {
        store::exported(conn, limit).await
    }

    fn cells(self) -> Vec<String> {
        record(self).into()
    }
}

fn record(device: DeviceView) -> [String; 16] {
    fn number<N: ToString>(number: Option<N>) -> String {
        number.map(|number| number.to_string()).unwrap_or_default()
    }
    let text = |text: Option<String>| escape_cell(&text.unwrap_or_default()).into_owned();
    let instant = |at: Option<DateTime<Utc>>| {
        at.map(|at| at.to_rfc3339_opts(SecondsFormat::Secs, true))
            .unwrap_or_default()
    };
    let device_type = match (device.is_sensor, device.is_display) {
        (true, _) => "sensor",
        (_, true) => "display",
        _ => "",
    };
    let serves = device.serves.as_ref();
    let status = serves.map_or("unassigned", |_| "assigned");
    [
        device.dev_eui,
        text(device.name),
        text(device.model.map(|model| model.id)),
        device_type.to_owned(),
        status.to_owned(),
        device.lifecycle,
        text(serves.map(|serves| serves.site_name.clone())),
        text(serves.map(|serves| serves.space_code.clone())),
        text(serves.map(|serves| serves.role.clone())),
        instant(serves.map(|serves| serves.assigned_at)),
        instant(device.last_seen_at),
        number(device.battery_percent),
        number(device.rssi),
        number(device.snr),
        device.join_eui.unwrap_or_default(),
        text(device.serial_number),
    ]
}
