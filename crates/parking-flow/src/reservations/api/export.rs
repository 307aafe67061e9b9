//! Reservations as CSV.

use axum::extract::State;
use axum::response::Response;
use chrono::{DateTime, SecondsFormat, Utc};
use parking_db::DbError;
use parking_domain::access::Permission;
use parking_domain::csv_table::escape_cell;
use parking_estate::csv_export::{Exported, csv_file};
use parking_estate::view::View;
use parking_http::page::{List, PageParams};
use parking_http::{ApiError, Caller};
use sqlx::PgConnection;

use super::super::store::import as store;
use super::list::{COLUMNS, ReservationFilter, wanted};
use crate::Flow;

/// The reservations a list would show, all its pages, as CSV. It is sent as it is read. For whom they are and what was
/// noted stands in it for those who may see people.
#[utoipa::path(get, path = "/api/v6/reservations/export", params(PageParams, ReservationFilter),
    responses((status = 200, content_type = "text/csv", body = String)))]
pub(super) async fn export_reservations(
    State(flow): State<Flow>,
    caller: Caller,
    List { page, filter }: List<ReservationFilter>,
) -> Result<Response, ApiError> {
    let order = page.order_by(COLUMNS, "r.id")?;
    let filter = wanted(&caller, &page, filter)?;
    let place = flow.exports.begin(caller.tenant())?;
    let mut view = View::of(&flow.db, &caller).await?;
    store::open_export(view.conn(), &filter, &order).await?;
    let name = "reservations.csv";
    Ok(if caller.may(Permission::ReservationsPeople) {
        csv_file::<Whole>(view, place, name)
    } else {
        csv_file::<Nameless>(view, place, name)
    })
}

/// A row for those who may see people.
struct Whole(store::Exported);

/// A row for those who may not.
struct Nameless(store::Exported);

impl Exported for Whole {
    const HEADER: &'static [&'static str] = &[
        "id",
        "request_id",
        "site",
        "space_code",
        "status",
        "start_time",
        "end_time",
        "timezone",
        "start_local",
        "end_local",
        "hold_until",
        "checked_in_at",
        "checked_out_at",
        "created_at",
        "name",
        "email",
        "plate",
        "notes",
    ];

    async fn fetch(conn: &mut PgConnection, limit: i64) -> Result<Vec<Self>, DbError> {
        let rows = store::exported(conn, limit).await?;
        Ok(rows.into_iter().map(Self).collect())
    }

    fn cells(self) -> Vec<String> {
        let one = &self.0.reservation;
        let personal = [
            text(one.holder.name.as_deref()),
            text(one.holder.email.as_deref()),
            text(one.holder.plate.as_deref()),
            text(one.notes.as_deref()),
        ];
        cells(&self.0).into_iter().chain(personal).collect()
    }
}

impl Exported for Nameless {
    // The columns of a `Whole`, but for the last four.
    const HEADER: &'static [&'static str] = match Whole::HEADER.split_last_chunk::<4>() {
        Some((impersonal, _)) => impersonal,
        None => &[],
    };

    async fn fetch(conn: &mut PgConnection, limit: i64) -> Result<Vec<Self>, DbError> {
        let rows = store::exported(conn, limit).await?;
        Ok(rows.into_iter().map(Self).collect())
    }

    fn cells(self) -> Vec<String> {
        cells(&self.0).into()
    }
}

/// What everybody may see.
fn cells(row: &store::Exported) -> [String; 14] {
    let (one, booking) = (&row.reservation, &row.reservation.booking);
    [
        booking.id.to_string(),
        text(one.request_id.as_deref()),
        text(Some(&one.site.1)),
        text(Some(&one.space.1)),
        booking.status.name().to_owned(),
        at(Some(booking.slot.start)),
        at(Some(booking.slot.end)),
        text(Some(&one.timezone)),
        row.start_local.clone(),
        row.end_local.clone(),
        at(booking.hold_until),
        at(booking.checked_in_at),
        at(one.checked_out_at),
        at(Some(one.created_at)),
    ]
}

fn text(text: Option<&str>) -> String {
    escape_cell(text.unwrap_or_default()).into_owned()
}

fn at(at: Option<DateTime<Utc>>) -> String {
    at.map(|at| at.to_rfc3339_opts(SecondsFormat::AutoSi, true))
        .unwrap_or_default()
}
