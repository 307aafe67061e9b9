//! Series over HTTP.

use axum::Extension;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use chrono::{DateTime, Utc};
use parking_db::TenantTx;
use parking_domain::access::Permission;
use parking_domain::recurrence::RuleError;
use parking_estate::view::View;
use parking_estate::{Maker, view};
use parking_http::limits::Weight;
use parking_http::page::{List, PageParams};
use parking_http::{Answer, ApiError, Caller, Id, IfMatch, Json, Once, Tagged};
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

use super::super::series::{self, Changed, Reach, SeriesChange};
use super::super::{ReservationError, store};
use super::change::TRIES;
use super::series_bodies::{PreviewBody, SeriesBody, SeriesChangedBody, SeriesDetail, SeriesPage};
use super::series_wire::{SeriesCancelWish, SeriesChangeWish, SeriesWish};
use crate::Flow;

/// What the list can be sorted by.
pub(super) const COLUMNS: &[(&str, &str)] =
    &[("-start_time", "m.start_time"), ("code", "s.code_order")];

/// Which series are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct SeriesFilter {
    site_id: Option<Uuid>,
    space_id: Option<Uuid>,
}

/// Series, the one that begins last first; with the platform tenant selected, all tenants'.
#[utoipa::path(get, path = "/api/v6/reservations/series", params(PageParams, SeriesFilter), responses((status = 200, body = SeriesPage)))]
pub(super) async fn list_series(
    State(flow): State<Flow>,
    caller: Caller,
    List { page, filter }: List<SeriesFilter>,
) -> Result<axum::Json<SeriesPage>, ApiError> {
    let order = page.order_by(COLUMNS, "m.id")?;
    let mut view = View::of(&flow.db, &caller).await?;
    let (of, span) = (
        (filter.site_id, filter.space_id),
        (order.as_str(), page.offset, page.size),
    );
    let now = flow.clock.now();
    let (found, total) = store::series::page(view.conn(), of, span, now).await?;
    Ok(axum::Json(SeriesPage {
        series: found.into_iter().map(SeriesBody::from).collect(),
        page: view.extent(&page, total),
    }))
}

/// One series with its reservations.
#[utoipa::path(get, path = "/api/v6/reservations/series/{id}", params(("id" = Uuid, Path)), responses((status = 200, body = SeriesDetail)))]
pub(super) async fn get_series(
    State(flow): State<Flow>,
    caller: Caller,
    Id(id): Id,
) -> Result<Tagged<SeriesDetail>, ApiError> {
    let mut view = View::of(&flow.db, &caller).await?;
    let found = series::detail(view.conn(), id, flow.clock.now()).await?;
    Ok(Tagged(found.0.version, SeriesDetail::of(found)))
}

/// What a series would be: every occurrence, and whether it can be had or why not. Nothing is reserved,
/// so somebody may be quicker.
#[utoipa::path(post, path = "/api/v6/reservations/series/preview", request_body = SeriesWish,
    responses((status = 404, description = "There is no such bay", body = parking_http::Problem, content_type = "application/problem+json"),
        (status = 200, body = PreviewBody),
        (status = 409, description = "`not_reservable`", body = parking_http::Problem, content_type = "application/problem+json")))]
pub(super) async fn preview_series(
    State(flow): State<Flow>,
    caller: Caller,
    Json(wish): Json<SeriesWish>,
) -> Result<axum::Json<PreviewBody>, ApiError> {
    let draft = wish.read()?;
    let mut tx = view::change(&flow.db, &caller).await?;
    let preview = series::preview(&mut tx, &draft, flow.clock.now()).await?;
    Ok(axum::Json(preview.into()))
}

/// Reserves a bay again and again, all occurrences or none; with `on_clash: skip` those that can be had. An
/// `Idempotency-Key` repeats the answer of an earlier request.
#[utoipa::path(post, path = "/api/v6/reservations/series", request_body = SeriesWish,
    responses((status = 404, description = "There is no such bay", body = parking_http::Problem, content_type = "application/problem+json"),
        (status = 201, body = SeriesDetail, headers(("Location" = String, description = "Where the series is"))),
        (status = 409, description = "`series_clashes`, with the occurrences that cannot be had; `not_reservable`, `idempotency_key_reused`", body = parking_http::Problem, content_type = "application/problem+json")))]
pub(super) async fn create_series(
    State(flow): State<Flow>,
    caller: Caller,
    request: Once<SeriesWish>,
) -> Result<Response, ApiError> {
    view::must_own(&caller)?;
    let (maker, now) = (Maker::caller(&caller), flow.clock.now());
    let operate = async |tx: &mut TenantTx, wish: SeriesWish| {
        let draft = wish.read()?;
        let made = series::create(tx, &maker, &draft, now).await?;
        let location = format!("/api/v6/reservations/series/{}", made.0.id);
        let weight = weight(made.1.len());
        let answer = Answer::created(location, made.0.version, &SeriesDetail::of(made))?;
        Ok(answer.weighing(weight))
    };
    request.run(&flow.db, &caller, now, operate).await
}

/// So many reservations of a series count as one change.
const A_CHANGE: usize = 10;

/// How many changes it is to write so many reservations of a series, beside the one it was asked for by.
pub(super) fn weight(written: usize) -> Weight {
    let weight = written.saturating_sub(1) / A_CHANGE;
    Weight(u32::try_from(weight).unwrap_or(u32::MAX))
}

/// What somebody wants of a series.
enum Wanted {
    Change { change: SeriesChange, is_dry: bool },
    Cancel { reason: Option<String> },
}

impl Wanted {
    async fn be_done(
        &self,
        tx: &mut TenantTx,
        maker: &Maker,
        reach: Reach<'_>,
        now: DateTime<Utc>,
    ) -> Result<Changed, ReservationError> {
        match self {
            Self::Change { change, .. } => series::change(tx, maker, reach, change, now).await,
            Self::Cancel { reason } => {
                series::cancel(tx, maker, reach, reason.as_deref(), now).await
            }
        }
    }
}

type Answered = Result<Response, ApiError>;

/// Does in the caller's tenant what is wanted of a series, and commits it; again, if it lost against
/// another change.
async fn done(flow: &Flow, caller: &Caller, reach: Reach<'_>, wanted: Wanted) -> Answered {
    let (maker, now) = (Maker::caller(caller), flow.clock.now());
    let is_dry = matches!(wanted, Wanted::Change { is_dry: true, .. });
    let mut tried = 1;
    loop {
        let mut tx = view::change(&flow.db, caller).await?;
        let ended = match wanted.be_done(&mut tx, &maker, reach, now).await {
            Ok(changed) if is_dry => Ok(changed),
            Ok(changed) => match tx.commit().await {
                Ok(()) => Ok(changed),
                Err(error) => Err(ReservationError::from(error)),
            },
            Err(error) => Err(error),
        };
        match ended {
            Err(error) if error.is_of_the_moment() && tried < TRIES => tried += 1,
            Err(error) => return Err(refused(error)),
            Ok(changed) => {
                let (version, weight) = (changed.series.version, weight(changed.changed));
                let body = SeriesChangedBody::from(changed);
                // A version that nobody wrote down is none.
                return Ok(if is_dry {
                    axum::Json(body).into_response()
                } else {
                    (Extension(weight), Tagged(version, body)).into_response()
                });
            }
        }
    }
}

/// What is said of an end is said of the field by which it was asked for.
fn refused(error: ReservationError) -> ApiError {
    match error {
        ReservationError::Slot(why) if why.field() == "end_time" => {
            ApiError::field("duration_minutes", why)
        }
        ReservationError::Rule(why @ RuleError::Length) => ApiError::field("duration_minutes", why),
        error => error.into(),
    }
}

/// Changes what lies ahead of a series, all of it or from one occurrence on; earlier occurrences then stay
/// in the old series, and the answer is a new one. One occurrence is changed as a reservation, and stays
/// where it was put. By another `rule` those on days of both rules keep their reservations, those on days that it
/// does not have are called off, and those on other days are reserved; the series stays one if the rule tells
/// what came before as well. With `on_clash: skip` those that cannot be moved or called off stay as they are,
/// and those that cannot be reserved are left out.
#[utoipa::path(patch, path = "/api/v6/reservations/series/{id}", params(("id" = Uuid, Path)), request_body = SeriesChangeWish,
    responses((status = 200, body = SeriesChangedBody),
        (status = 409, description = "`series_clashes`, with the occurrences that cannot be had, or not called off any more; `reservation_over`: nothing of it lies ahead; `not_reservable`, `person_limit_reached`", body = parking_http::Problem, content_type = "application/problem+json"),
        (status = 412, description = "It was changed meanwhile", body = parking_http::Problem, content_type = "application/problem+json")))]
pub(super) async fn patch_series(
    State(flow): State<Flow>,
    caller: Caller,
    Id(id): Id,
    if_match: IfMatch,
    Json(wish): Json<SeriesChangeWish>,
) -> Answered {
    let read = wish.read()?;
    let reach = Reach {
        series: id,
        seen: &if_match,
        from: read.from,
        may_be_late: caller.may(Permission::ReservationsTerms),
    };
    let wanted = Wanted::Change {
        change: read.change,
        is_dry: read.is_dry,
    };
    done(&flow, &caller, reach, wanted).await
}

/// Calls off what lies ahead of a series, all of it or from one occurrence on. What has begun, and what is
/// too near for the notice that the terms ask for, stays.
#[utoipa::path(put, path = "/api/v6/reservations/series/{id}/cancel", params(("id" = Uuid, Path)), request_body = SeriesCancelWish,
    responses((status = 200, body = SeriesChangedBody),
        (status = 409, description = "`reservation_over`: nothing of it lies ahead; `cancellation_closed`", body = parking_http::Problem, content_type = "application/problem+json"),
        (status = 412, description = "It was changed meanwhile", body = parking_http::Problem, content_type = "application/problem+json")))]
pub(super) async fn cancel_series(
    State(flow): State<Flow>,
    caller: Caller,
    Id(id): Id,
    if_match: IfMatch,
    Json(wish): Json<SeriesCancelWish>,
) -> Answered {
    let reach = Reach {
        series: id,
        seen: &if_match,
        from: wish.from,
        may_be_late: caller.may(Permission::ReservationsTerms),
    };
    let reason = wish.reason()?;
    done(&flow, &caller, reach, Wanted::Cancel { reason }).await
}
