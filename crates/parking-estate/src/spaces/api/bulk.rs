//! Making, changing, deleting and restoring many bays at once, all of them or none.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use parking_access::audit::By;
use parking_db::TenantTx;
use parking_domain::bays::expand;
use parking_http::{Answer, ApiError, Caller, IfMatch, Json, Once};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::super::store::list as store;
use super::super::{BULK_MAX, Space, SpaceError, SpaceFields, change, create, delete, restore};
use super::bodies::SpaceBody;
use super::wire::SpaceChange;
use crate::wire::Change;
use crate::{Estate, view};

/// Bays that are to be: one for each code of a pattern, or one for each item of a list.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SpacesDraft {
    site_id: Uuid,
    /// Codes such as `A-001…A-120`, `[A-C]-[01-40]` or `P1, P2, P5`; with `template`.
    #[schema(max_length = 20_000)]
    pattern: Option<String>,
    /// What the bays of the pattern have in common.
    template: Option<SpaceChange>,
    /// Bays one by one, instead of a pattern; each needs its `code`.
    #[schema(max_items = 2_000)]
    spaces: Option<Vec<SpaceChange>>,
}

/// The same change to many bays.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SpacesChange {
    /// Which bays.
    #[schema(min_items = 1, max_items = 2_000)]
    ids: Vec<Uuid>,
    /// What is to change about each of them; a code cannot.
    change: SpaceChange,
}

/// Which bays.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SpaceIds {
    #[schema(min_items = 1, max_items = 2_000)]
    ids: Vec<Uuid>,
    /// Deletes those too that devices serve.
    #[serde(default)]
    #[schema(required = false)]
    force: bool,
}

/// Where bays lie on the plan of a level.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SpaceOutlines {
    /// The level whose plan it is; bays come onto it if they were not.
    level_id: Uuid,
    #[schema(min_items = 1, max_items = 2_000)]
    outlines: Vec<SpaceOutline>,
}

/// Where one bay lies.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SpaceOutline {
    id: Uuid,
    /// Its corners as `[x, y]`, in parts of the plan's width and height; null takes it off the plan.
    #[schema(value_type = Option<crate::wire::Outline>)]
    shape: Option<Vec<Vec<f64>>>,
    /// Where it lay when one began to draw, null if nowhere: has somebody drawn it elsewhere since,
    /// nothing is drawn. Absent: whatever was there goes.
    #[serde(default)]
    #[schema(value_type = Option<crate::wire::Outline>)]
    was: Change<Vec<Vec<f64>>>,
}

/// Bays that were made or changed.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct SpacesBody {
    spaces: Vec<SpaceBody>,
    total: usize,
}

impl SpacesDraft {
    fn read(self) -> Result<Vec<SpaceFields>, ApiError> {
        let fields = match (self.pattern, self.spaces) {
            (Some(pattern), None) => {
                let codes = expand(&pattern).map_err(|error| ApiError::field("pattern", error))?;
                let template = self.template.unwrap_or_default();
                let made = codes
                    .into_iter()
                    .map(|code| template.clone().made(Some(code)));
                made.collect::<Result<Vec<_>, _>>()?
            }
            (None, Some(spaces)) => {
                if self.template.is_some() {
                    return Err(ApiError::field("template", "goes with a pattern"));
                }
                let made = spaces
                    .into_iter()
                    .enumerate()
                    .map(|(n, space)| space.made(None).map_err(|error| at_item(error, n)));
                made.collect::<Result<Vec<_>, _>>()?
            }
            _ => {
                return Err(ApiError::field(
                    "pattern",
                    "give either a pattern or a list of spaces",
                ));
            }
        };
        bounded("spaces", fields.len())?;
        Ok(fields)
    }
}

/// Says which item of the list a field belongs to.
fn at_item(mut error: ApiError, n: usize) -> ApiError {
    for field in &mut error.errors {
        field.field = format!("spaces[{n}].{}", field.field);
    }
    error
}

fn bounded(field: &str, count: usize) -> Result<(), ApiError> {
    if (1..=BULK_MAX).contains(&count) {
        return Ok(());
    }
    Err(ApiError::field(
        field,
        format!("must be from 1 to {BULK_MAX}"),
    ))
}

/// Ids in an order, each once.
fn distinct(mut ids: Vec<Uuid>) -> Result<Vec<Uuid>, ApiError> {
    ids.sort_unstable();
    ids.dedup();
    bounded("ids", ids.len())?;
    Ok(ids)
}

async fn read_all(
    tx: &mut TenantTx,
    ids: &[Uuid],
    estate: &Estate,
) -> Result<SpacesBody, ApiError> {
    let spaces = store::by_ids(tx.conn(), ids).await?;
    let overrides = store::overrides(tx.conn(), ids, estate.clock.now()).await?;
    Ok(SpacesBody {
        total: spaces.len(),
        spaces: SpaceBody::all(spaces, overrides),
    })
}

/// Makes many bays of a site, all or none: by a pattern of codes, or one by one.
#[utoipa::path(post, path = "/api/v6/spaces/bulk", request_body = SpacesDraft,
    responses((status = 404, description = "A bay or site of the request is not there", body = parking_http::Problem, content_type = "application/problem+json"),
        (status = 200, body = SpacesBody),
        (status = 409, description = "`code_taken`, `limit_reached`, `idempotency_key_reused`", body = parking_http::Problem, content_type = "application/problem+json")))]
pub(super) async fn create_spaces(
    State(estate): State<Estate>,
    caller: Caller,
    request: Once<SpacesDraft>,
) -> Result<Response, ApiError> {
    view::must_own(&caller)?;
    let (by, now) = (By::caller(&caller), estate.clock.now());
    let operate = async |tx: &mut TenantTx, draft: SpacesDraft| {
        let site = draft.site_id;
        let ids = create(tx, &by, (site, &draft.read()?), now).await?;
        Answer::ok(&read_all(tx, &ids, &estate).await?)
    };
    request.run(&estate.db, &caller, now, operate).await
}

/// Changes many bays alike, all or none.
#[utoipa::path(patch, path = "/api/v6/spaces/bulk", request_body = SpacesChange,
    responses((status = 404, description = "A bay or site of the request is not there", body = parking_http::Problem, content_type = "application/problem+json"),
        (status = 200, body = SpacesBody),
        (status = 409, description = "`code_taken`", body = parking_http::Problem, content_type = "application/problem+json")))]
pub(super) async fn patch_spaces(
    State(estate): State<Estate>,
    caller: Caller,
    Json(wanted): Json<SpacesChange>,
) -> Result<axum::Json<SpacesBody>, ApiError> {
    if wanted.change.code.is_some() {
        return Err(ApiError::field(
            "change.code",
            "cannot be the same for many bays",
        ));
    }
    let ids = distinct(wanted.ids)?;
    let mut tx = view::change(&estate.db, &caller).await?;
    let (by, now) = (By::caller(&caller), estate.clock.now());
    let onto = |space: &mut _| wanted.change.clone().onto(space);
    change::<ApiError>(&mut tx, &by, &ids, &IfMatch::default(), onto, now).await?;
    let body = read_all(&mut tx, &ids, &estate).await?;
    tx.commit().await?;
    Ok(axum::Json(body))
}

/// Deletes many bays, all or none; they can be restored.
#[utoipa::path(post, path = "/api/v6/spaces/bulk/delete", request_body = SpaceIds,
    responses((status = 404, description = "A bay or site of the request is not there", body = parking_http::Problem, content_type = "application/problem+json"),
        (status = 204, description = "They are deleted"),
        (status = 409, description = "`in_use`: devices serve some, or they are reserved", body = parking_http::Problem, content_type = "application/problem+json")))]
pub(super) async fn delete_spaces(
    State(estate): State<Estate>,
    caller: Caller,
    Json(wanted): Json<SpaceIds>,
) -> Result<StatusCode, ApiError> {
    let ids = distinct(wanted.ids)?;
    let mut tx = view::change(&estate.db, &caller).await?;
    let (by, now) = (By::caller(&caller), estate.clock.now());
    let which = (ids.as_slice(), &IfMatch::default());
    delete(&mut tx, &by, which, wanted.force, now).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Brings many deleted bays back, all or none.
#[utoipa::path(post, path = "/api/v6/spaces/bulk/restore", request_body = SpaceIds,
    responses((status = 404, description = "A bay or site of the request is not there", body = parking_http::Problem, content_type = "application/problem+json"),
        (status = 200, body = SpacesBody),
        (status = 409, description = "`code_taken`, `limit_reached`", body = parking_http::Problem, content_type = "application/problem+json")))]
pub(super) async fn restore_spaces(
    State(estate): State<Estate>,
    caller: Caller,
    Json(wanted): Json<SpaceIds>,
) -> Result<axum::Json<SpacesBody>, ApiError> {
    let ids = distinct(wanted.ids)?;
    let mut tx = view::change(&estate.db, &caller).await?;
    restore(&mut tx, &By::caller(&caller), &ids, estate.clock.now()).await?;
    let body = read_all(&mut tx, &ids, &estate).await?;
    tx.commit().await?;
    Ok(axum::Json(body))
}

/// Draws many bays onto the plan of a level, all or none.
#[utoipa::path(put, path = "/api/v6/spaces/bulk/outlines", request_body = SpaceOutlines,
    responses((status = 404, description = "A bay or site of the request is not there", body = parking_http::Problem, content_type = "application/problem+json"),
        (status = 200, body = SpacesBody),
        (status = 412, description = "`precondition_failed`: some lie elsewhere than they `was`", body = parking_http::Problem, content_type = "application/problem+json")))]
pub(super) async fn draw_spaces(
    State(estate): State<Estate>,
    caller: Caller,
    Json(wanted): Json<SpaceOutlines>,
) -> Result<axum::Json<SpacesBody>, ApiError> {
    let ids = distinct(wanted.outlines.iter().map(|outline| outline.id).collect())?;
    if ids.len() < wanted.outlines.len() {
        return Err(ApiError::field("outlines", "must name each bay once"));
    }
    let mut tx = view::change(&estate.db, &caller).await?;
    let (by, now) = (By::caller(&caller), estate.clock.now());
    let onto = |space: &mut Space| {
        let mut all = wanted.outlines.iter();
        let outline = all.find(|outline| outline.id == space.id);
        let is_there = |outline: &SpaceOutline| lies_at(space, wanted.level_id, &outline.was);
        if !outline.is_none_or(is_there) {
            return Err(SpaceError::Stale.into());
        }
        let shape = outline.and_then(|outline| outline.shape.clone());
        SpaceChange::drawn(wanted.level_id, shape).onto(space)
    };
    change::<ApiError>(&mut tx, &by, &ids, &IfMatch::default(), onto, now).await?;
    let body = read_all(&mut tx, &ids, &estate).await?;
    tx.commit().await?;
    Ok(axum::Json(body))
}

/// Whether a bay still lies where somebody saw it.
fn lies_at(space: &Space, level: Uuid, was: &Change<Vec<Vec<f64>>>) -> bool {
    // Less than this is lost in writing numbers down.
    const HAIR: f64 = 1e-9;
    let here = space.fields.shape.as_ref();
    let here = here.filter(|_| space.fields.level_id == Some(level));
    match (was, here) {
        (Change::Keep, _) | (Change::Clear, None) => true,
        (Change::Clear, Some(_)) | (Change::Set(_), None) => false,
        (Change::Set(was), Some(here)) => {
            let was: Vec<f64> = was.iter().flatten().copied().collect();
            let pairs = was.iter().zip(here);
            was.len() == here.len() && pairs.into_iter().all(|(a, b)| (a - b).abs() < HAIR)
        }
    }
}
