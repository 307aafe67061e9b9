//! Levels and zones over HTTP.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use chrono::{DateTime, Utc};
use parking_access::audit::By;
use parking_db::TenantTx;
use parking_domain::text::Name;
use parking_http::page::{List, PageParams};
use parking_http::{Answer, ApiError, Caller, Id, IfMatch, Json, Once, PageExtent, Tagged, Wrong};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::super::parts::{Part, PartFields, PartKind, change, create, delete};
use super::super::store;
use crate::view::{self, View};
use crate::{Estate, wire};

/// The longest name of a level or zone.
const NAME_MAX: usize = 100;

/// What levels can be sorted by.
pub(super) const LEVEL_COLUMNS: &[(&str, &str)] =
    &[("ordinal", "p.ordinal"), ("name", "lower(p.name)")];

/// What zones can be sorted by.
pub(super) const ZONE_COLUMNS: &[(&str, &str)] = &[("name", "lower(p.name)")];

/// Whose parts are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct PartFilter {
    /// Those of one site.
    site_id: Option<Uuid>,
    /// Whether each comes with how many bays it has.
    #[serde(default)]
    #[param(required = false)]
    include_stats: bool,
}

/// A level that is to be.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct LevelDraft {
    site_id: Uuid,
    #[schema(value_type = wire::Name)]
    name: String,
    /// Where it stands, from the bottom up; 0 unless said otherwise.
    #[serde(default)]
    #[schema(required = false, minimum = -1000, maximum = 1000)]
    ordinal: i32,
}

/// What is to change about a level.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct LevelChange {
    #[schema(value_type = Option<wire::Name>)]
    name: Option<String>,
    #[schema(minimum = -1000, maximum = 1000)]
    ordinal: Option<i32>,
}

/// A zone that is to be.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ZoneDraft {
    site_id: Uuid,
    #[schema(value_type = wire::Name)]
    name: String,
}

/// What is to change about a zone.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ZoneChange {
    #[schema(value_type = Option<wire::Name>)]
    name: Option<String>,
}

/// A floor or deck of a site.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct LevelBody {
    id: Uuid,
    site_id: Uuid,
    name: String,
    /// Where it stands, from the bottom up.
    ordinal: i32,
    /// Bays on it; in a list where `include_stats` asks for them.
    spaces: Option<i64>,
    /// Whether it has a plan.
    has_plan: bool,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

/// A named part of a site.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ZoneBody {
    id: Uuid,
    site_id: Uuid,
    name: String,
    /// Bays in it; in a list where `include_stats` asks for them.
    spaces: Option<i64>,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

/// A page of levels.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct LevelPage {
    levels: Vec<LevelBody>,
    #[serde(flatten)]
    page: PageExtent,
}

/// A page of zones.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ZonePage {
    zones: Vec<ZoneBody>,
    #[serde(flatten)]
    page: PageExtent,
}

impl From<Part> for LevelBody {
    fn from(part: Part) -> Self {
        Self {
            id: part.id,
            site_id: part.site_id,
            name: part.name,
            ordinal: part.ordinal,
            spaces: part.spaces,
            has_plan: part.has_plan,
            created_at: part.created_at,
            updated_at: part.updated_at,
        }
    }
}

impl From<Part> for ZoneBody {
    fn from(part: Part) -> Self {
        Self {
            id: part.id,
            site_id: part.site_id,
            name: part.name,
            spaces: part.spaces,
            created_at: part.created_at,
            updated_at: part.updated_at,
        }
    }
}

/// The name and place of a part, once it is certain that they can be.
fn read(
    name: Option<&str>,
    ordinal: Option<i32>,
) -> Result<(Option<String>, Option<i32>), ApiError> {
    let mut wrong = Wrong::default();
    let name = name.and_then(|name| {
        let name = wrong.read("name", Name::parse(name))?;
        if name.as_str().chars().count() > NAME_MAX {
            wrong.note("name", format!("must have at most {NAME_MAX} characters"));
        }
        Some(name.as_str().to_owned())
    });
    if ordinal.is_some_and(|ordinal| !(-1000..=1000).contains(&ordinal)) {
        wrong.note("ordinal", "must be from -1000 to 1000");
    }
    wrong.settle(Some((name, ordinal)))
}

/// Levels, from the bottom up; with the platform tenant selected, all tenants'.
#[utoipa::path(get, path = "/api/v6/levels", params(PageParams, PartFilter), responses((status = 200, body = LevelPage)))]
pub(super) async fn list_levels(
    State(estate): State<Estate>,
    caller: Caller,
    List { page, filter }: List<PartFilter>,
) -> Result<axum::Json<LevelPage>, ApiError> {
    let order = page.order_by(LEVEL_COLUMNS, "p.id")?;
    let (mut view, pattern) = (View::of(&estate.db, &caller).await?, page.pattern());
    let wanted = (filter.site_id, pattern.as_deref());
    let (kind, span) = (
        (PartKind::Level, filter.include_stats),
        (page.offset, page.size),
    );
    let (parts, total) = store::parts::list(view.conn(), kind, wanted, &order, span).await?;
    Ok(axum::Json(LevelPage {
        levels: parts.into_iter().map(LevelBody::from).collect(),
        page: view.extent(&page, total),
    }))
}

/// Makes a level of a site.
#[utoipa::path(post, path = "/api/v6/levels", request_body = LevelDraft,
    responses((status = 404, description = "There is no such site", body = parking_http::Problem, content_type = "application/problem+json"),
        (status = 201, body = LevelBody, headers(("Location" = String, description = "Where the level is"))),
        (status = 409, description = "`name_taken`, `idempotency_key_reused`", body = parking_http::Problem, content_type = "application/problem+json")))]
pub(super) async fn create_level(
    State(estate): State<Estate>,
    caller: Caller,
    request: Once<LevelDraft>,
) -> Result<Response, ApiError> {
    view::must_own(&caller)?;
    let (by, now) = (By::caller(&caller), estate.clock.now());
    let operate = async |tx: &mut TenantTx, draft: LevelDraft| {
        let (name, _) = read(Some(&draft.name), Some(draft.ordinal))?;
        let fields = PartFields {
            name: name.unwrap_or_default(),
            ordinal: draft.ordinal,
        };
        let part = create(tx, &by, (PartKind::Level, draft.site_id), &fields, now).await?;
        let (location, version) = (format!("/api/v6/levels/{}", part.id), part.version);
        Answer::created(location, version, &LevelBody::from(part))
    };
    request.run(&estate.db, &caller, now, operate).await
}

/// Changes a level.
#[utoipa::path(patch, path = "/api/v6/levels/{id}", params(("id" = Uuid, Path)), request_body = LevelChange,
    responses((status = 200, body = LevelBody),
        (status = 409, description = "`name_taken`", body = parking_http::Problem, content_type = "application/problem+json"),
        (status = 412, description = "It was changed meanwhile", body = parking_http::Problem, content_type = "application/problem+json")))]
pub(super) async fn patch_level(
    State(estate): State<Estate>,
    caller: Caller,
    Id(id): Id,
    if_match: IfMatch,
    Json(wanted): Json<LevelChange>,
) -> Result<Tagged<LevelBody>, ApiError> {
    let fields = read(wanted.name.as_deref(), wanted.ordinal)?;
    let part = changed(&estate, &caller, (PartKind::Level, id, &if_match), fields).await?;
    Ok(Tagged(part.version, part.into()))
}

/// Deletes a level that no bay lies on, with its plan.
#[utoipa::path(delete, path = "/api/v6/levels/{id}", params(("id" = Uuid, Path)),
    responses((status = 204, description = "It is deleted"),
        (status = 409, description = "`in_use`", body = parking_http::Problem, content_type = "application/problem+json"),
        (status = 412, description = "It was changed meanwhile", body = parking_http::Problem, content_type = "application/problem+json")))]
pub(super) async fn delete_level(
    State(estate): State<Estate>,
    caller: Caller,
    Id(id): Id,
    if_match: IfMatch,
) -> Result<StatusCode, ApiError> {
    deleted(&estate, &caller, (PartKind::Level, id, &if_match)).await
}

/// Zones by name; with the platform tenant selected, all tenants'.
#[utoipa::path(get, path = "/api/v6/zones", params(PageParams, PartFilter), responses((status = 200, body = ZonePage)))]
pub(super) async fn list_zones(
    State(estate): State<Estate>,
    caller: Caller,
    List { page, filter }: List<PartFilter>,
) -> Result<axum::Json<ZonePage>, ApiError> {
    let order = page.order_by(ZONE_COLUMNS, "p.id")?;
    let (mut view, pattern) = (View::of(&estate.db, &caller).await?, page.pattern());
    let wanted = (filter.site_id, pattern.as_deref());
    let (kind, span) = (
        (PartKind::Zone, filter.include_stats),
        (page.offset, page.size),
    );
    let (parts, total) = store::parts::list(view.conn(), kind, wanted, &order, span).await?;
    Ok(axum::Json(ZonePage {
        zones: parts.into_iter().map(ZoneBody::from).collect(),
        page: view.extent(&page, total),
    }))
}

/// Makes a zone of a site.
#[utoipa::path(post, path = "/api/v6/zones", request_body = ZoneDraft,
    responses((status = 404, description = "There is no such site", body = parking_http::Problem, content_type = "application/problem+json"),
        (status = 201, body = ZoneBody, headers(("Location" = String, description = "Where the zone is"))),
        (status = 409, description = "`name_taken`, `idempotency_key_reused`", body = parking_http::Problem, content_type = "application/problem+json")))]
pub(super) async fn create_zone(
    State(estate): State<Estate>,
    caller: Caller,
    request: Once<ZoneDraft>,
) -> Result<Response, ApiError> {
    view::must_own(&caller)?;
    let (by, now) = (By::caller(&caller), estate.clock.now());
    let operate = async |tx: &mut TenantTx, draft: ZoneDraft| {
        let (name, _) = read(Some(&draft.name), None)?;
        let fields = PartFields {
            name: name.unwrap_or_default(),
            ordinal: 0,
        };
        let part = create(tx, &by, (PartKind::Zone, draft.site_id), &fields, now).await?;
        let (location, version) = (format!("/api/v6/zones/{}", part.id), part.version);
        Answer::created(location, version, &ZoneBody::from(part))
    };
    request.run(&estate.db, &caller, now, operate).await
}

/// Changes a zone.
#[utoipa::path(patch, path = "/api/v6/zones/{id}", params(("id" = Uuid, Path)), request_body = ZoneChange,
    responses((status = 200, body = ZoneBody),
        (status = 409, description = "`name_taken`", body = parking_http::Problem, content_type = "application/problem+json"),
        (status = 412, description = "It was changed meanwhile", body = parking_http::Problem, content_type = "application/problem+json")))]
pub(super) async fn patch_zone(
    State(estate): State<Estate>,
    caller: Caller,
    Id(id): Id,
    if_match: IfMatch,
    Json(wanted): Json<ZoneChange>,
) -> Result<Tagged<ZoneBody>, ApiError> {
    let fields = read(wanted.name.as_deref(), None)?;
    let part = changed(&estate, &caller, (PartKind::Zone, id, &if_match), fields).await?;
    Ok(Tagged(part.version, part.into()))
}

/// Deletes a zone that no bay lies in.
#[utoipa::path(delete, path = "/api/v6/zones/{id}", params(("id" = Uuid, Path)),
    responses((status = 204, description = "It is deleted"),
        (status = 409, description = "`in_use`", body = parking_http::Problem, content_type = "application/problem+json"),
        (status = 412, description = "It was changed meanwhile", body = parking_http::Problem, content_type = "application/problem+json")))]
pub(super) async fn delete_zone(
    State(estate): State<Estate>,
    caller: Caller,
    Id(id): Id,
    if_match: IfMatch,
) -> Result<StatusCode, ApiError> {
    deleted(&estate, &caller, (PartKind::Zone, id, &if_match)).await
}

async fn changed(
    estate: &Estate,
    caller: &Caller,
    which: (PartKind, Uuid, &IfMatch),
    fields: (Option<String>, Option<i32>),
) -> Result<Part, ApiError> {
    let mut tx = view::change(&estate.db, caller).await?;
    let now = estate.clock.now();
    let part = change(&mut tx, &By::caller(caller), which, fields, now).await?;
    tx.commit().await?;
    Ok(part)
}

async fn deleted(
    estate: &Estate,
    caller: &Caller,
    which: (PartKind, Uuid, &IfMatch),
) -> Result<StatusCode, ApiError> {
    let mut tx = view::change(&estate.db, caller).await?;
    delete(&mut tx, &By::caller(caller), which, estate.clock.now()).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}
