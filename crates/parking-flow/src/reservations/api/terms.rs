//! The terms of reservations.

use axum::extract::State;
use axum::http::StatusCode;
use parking_estate::view::View;
use parking_estate::{Maker, view};
use parking_http::{ApiError, Caller, Json, Query};
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

use super::super::terms;
use super::bodies::{TermsBody, TermsChange};
use crate::Flow;

/// Whose terms are meant.
#[derive(Clone, Copy, Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct TermsOf {
    /// Those of a site; those for all sites without their own, if absent.
    site_id: Option<Uuid>,
}

/// The terms on which bays can be reserved, and whose they are: the site's own, the tenant's, or the
/// standard.
#[utoipa::path(get, path = "/api/v6/reservations/terms", params(TermsOf), responses((status = 200, body = TermsBody)))]
pub(super) async fn get_terms(
    State(flow): State<Flow>,
    caller: Caller,
    Query(of): Query<TermsOf>,
) -> Result<axum::Json<TermsBody>, ApiError> {
    let mut view = View::of(&flow.db, &caller).await?;
    let tenant = caller.tenant().0;
    let (held, source) = terms::effective(view.conn(), tenant, of.site_id).await?;
    Ok(axum::Json(TermsBody::of(&held, of.site_id, source)))
}

/// Sets the terms of a site, or those for all sites without their own. What is absent stays as it holds
/// now, and what is reserved already stays as it is.
#[utoipa::path(put, path = "/api/v6/reservations/terms", params(TermsOf), request_body = TermsChange,
    responses((status = 404, description = "There is no such site", body = parking_http::Problem, content_type = "application/problem+json"),
        (status = 200, body = TermsBody)))]
pub(super) async fn put_terms(
    State(flow): State<Flow>,
    caller: Caller,
    Query(of): Query<TermsOf>,
    Json(wanted): Json<TermsChange>,
) -> Result<axum::Json<TermsBody>, ApiError> {
    wanted.check(of.site_id)?;
    let mut tx = view::change(&flow.db, &caller).await?;
    let (maker, now) = (Maker::caller(&caller), flow.clock.now());
    let onto = |terms: &mut _| wanted.onto(terms);
    let set = terms::put(&mut tx, &maker, of.site_id, onto, now).await?;
    tx.commit().await?;
    let source = terms::Source::own(of.site_id);
    Ok(axum::Json(TermsBody::of(&set, of.site_id, source)))
}

/// Forgets the terms of a site, or those for all sites without their own: what holds then is as if
/// nobody had said anything.
#[utoipa::path(delete, path = "/api/v6/reservations/terms", params(TermsOf),
    responses((status = 404, description = "There are none", body = parking_http::Problem, content_type = "application/problem+json"),
        (status = 204, description = "They are forgotten")))]
pub(super) async fn delete_terms(
    State(flow): State<Flow>,
    caller: Caller,
    Query(of): Query<TermsOf>,
) -> Result<StatusCode, ApiError> {
    let mut tx = view::change(&flow.db, &caller).await?;
    let (maker, now) = (Maker::caller(&caller), flow.clock.now());
    terms::delete(&mut tx, &maker, of.site_id, now).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}
