//! Looking at bays.

use axum::extract::State;
use chrono::{DateTime, Utc};
use parking_domain::access::Permission;
use parking_domain::bay_state::BayState;
use parking_domain::bays::BayKind;
use parking_http::page::{List, NoFilter, PageParams};
use parking_http::{ApiError, Caller, Code, Id, Page, PageExtent, Query, Tagged};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::super::lamps;
use super::super::store::list::{self as store, Filter};
use super::bodies::{SpaceBody, SpacePage};
use crate::view::View;
use crate::{Estate, wire};

/// What the list can be sorted by.
pub(super) const COLUMNS: &[(&str, &str)] = &[
    ("code", "p.code_order"),
    ("state_changed_at", "p.state_changed_at"),
    ("created_at", "p.created_at"),
    ("updated_at", "p.updated_at"),
    ("state", "p.state"),
    ("kind", "p.kind"),
];

/// Which bays are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct SpaceFilter {
    site_id: Option<Uuid>,
    level_id: Option<Uuid>,
    zone_id: Option<Uuid>,
    #[param(value_type = Option<wire::SpaceState>, inline)]
    state: Option<StateName>,
    #[param(value_type = Option<wire::BayKind>, inline)]
    kind: Option<String>,
    is_reservable: Option<bool>,
    /// Whether a sensor watches it.
    has_sensor: Option<bool>,
    /// Whether a lamp stands at it.
    has_display: Option<bool>,
    /// Deleted bays instead of living ones.
    #[serde(default)]
    #[param(required = false)]
    deleted: bool,
    /// Whether the list tells of each bay what its lamp should show, was told, and says it shows; needs
    /// `displays:read`. A file does not.
    #[serde(default)]
    #[param(required = false)]
    include_lamps: bool,
}

/// A state by its name.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(transparent)]
pub(super) struct StateName(BayState);

impl SpaceFilter {
    pub(super) fn read(self, page: &Page) -> Result<Filter, ApiError> {
        let kind = self.kind.map(|kind| kind.parse::<BayKind>()).transpose();
        let kind = kind.map_err(|_| ApiError::field("kind", "is not a kind of bay"))?;
        Ok(Filter {
            site: self.site_id,
            level: self.level_id,
            zone: self.zone_id,
            state: self.state.map(|StateName(state)| state.name()),
            kind: kind.map(BayKind::name),
            is_reservable: self.is_reservable,
            has_sensor: self.has_sensor,
            has_display: self.has_display,
            is_deleted: self.deleted,
            pattern: page.pattern(),
        })
    }
}

/// The tenant's bays in the order people count; with the platform tenant selected, all tenants'. `q`
/// looks in code and name.
#[utoipa::path(get, path = "/api/v6/spaces", params(PageParams, SpaceFilter), responses((status = 200, body = SpacePage)))]
pub(super) async fn list_spaces(
    State(estate): State<Estate>,
    caller: Caller,
    List { page, filter }: List<SpaceFilter>,
) -> Result<axum::Json<SpacePage>, ApiError> {
    let order = page.order_by(COLUMNS, "p.id")?;
    let includes_lamps = filter.include_lamps;
    if includes_lamps && !caller.may(Permission::DisplaysRead) {
        return Err(ApiError::new(Code::Forbidden));
    }
    let filter = filter.read(&page)?;
    let mut view = View::of(&estate.db, &caller).await?;
    let spaces = store::page(view.conn(), &filter, &order, (page.offset, page.size)).await?;
    let total = store::count(view.conn(), &filter).await?;
    let devices = spaces.iter().filter(|_| includes_lamps);
    let devices = devices.filter_map(|one| Some((one.tenant_id, one.display.as_ref()?.device_id)));
    let lamps = lamps(view.conn(), &devices.collect::<Vec<_>>()).await?;
    let ids: Vec<Uuid> = spaces.iter().map(|space| space.id).collect();
    let overrides = store::overrides(view.conn(), &ids, estate.clock.now()).await?;
    Ok(axum::Json(SpacePage {
        spaces: SpaceBody::all(spaces, overrides)
            .into_iter()
            .map(|space| space.with_lamp(&lamps))
            .collect(),
        page: view.extent(&page, total),
    }))
}

/// One bay, deleted or not.
#[utoipa::path(get, path = "/api/v6/spaces/{id}", params(("id" = Uuid, Path)), responses((status = 200, body = SpaceBody)))]
pub(super) async fn get_space(
    State(estate): State<Estate>,
    caller: Caller,
    Id(id): Id,
) -> Result<Tagged<SpaceBody>, ApiError> {
    let mut view = View::of(&estate.db, &caller).await?;
    read_one(view.conn(), id, estate.clock.now()).await
}

/// One bay as it is answered, with its version.
pub(super) async fn read_one(
    conn: &mut sqlx::PgConnection,
    id: Uuid,
    now: DateTime<Utc>,
) -> Result<Tagged<SpaceBody>, ApiError> {
    let spaces = store::by_ids(conn, &[id]).await?;
    let version = spaces.first().ok_or_else(ApiError::not_found)?.version;
    let overrides = store::overrides(conn, &[id], now).await?;
    let body = SpaceBody::all(spaces, overrides).pop();
    Ok(Tagged(version, body.ok_or_else(ApiError::not_found)?))
}

/// Which bays are counted.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct CountFilter {
    /// Those of one site.
    site_id: Option<Uuid>,
}

/// How many bays are in which state.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct SpaceCounts {
    total: i64,
    free: i64,
    occupied: i64,
    reserved: i64,
    maintenance: i64,
    unknown: i64,
    /// Occupied bays in percent of those whose state is known and that are in service; null if
    /// there are none.
    occupancy_rate: Option<f64>,
}

/// How many bays are in which state, in one site or in all.
#[utoipa::path(get, path = "/api/v6/spaces/stats/occupancy", params(CountFilter), responses((status = 200, body = SpaceCounts)))]
pub(super) async fn space_counts(
    State(estate): State<Estate>,
    caller: Caller,
    Query(filter): Query<CountFilter>,
) -> Result<axum::Json<SpaceCounts>, ApiError> {
    let mut view = View::of(&estate.db, &caller).await?;
    let counts = store::states(view.conn(), filter.site_id).await?;
    let of = |state: BayState| {
        let mut found = counts.iter().filter(|(name, _)| name == state.name());
        found.next().map_or(0, |(_, count)| *count)
    };
    let (free, occupied, reserved) = (
        of(BayState::Free),
        of(BayState::Occupied),
        of(BayState::Reserved),
    );
    Ok(axum::Json(SpaceCounts {
        total: counts.iter().map(|(_, count)| count).sum(),
        free,
        occupied,
        reserved,
        maintenance: of(BayState::Maintenance),
        unknown: of(BayState::Unknown),
        occupancy_rate: crate::percent(occupied, free + occupied + reserved),
    }))
}

/// A change of a bay's state.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct StateChangeBody {
    id: Uuid,
    at: DateTime<Utc>,
    #[schema(value_type = wire::SpaceState)]
    from: String,
    #[schema(value_type = wire::SpaceState)]
    to: String,
    /// Which fact decided.
    cause: String,
    /// The facts as they were.
    evidence: Value,
}

/// A page of state changes.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct StateChangePage {
    state_changes: Vec<StateChangeBody>,
    #[serde(flatten)]
    page: PageExtent,
}

/// How a bay's state changed, newest first, and why.
#[utoipa::path(get, path = "/api/v6/spaces/{id}/history", params(("id" = Uuid, Path), PageParams), responses((status = 200, body = StateChangePage)))]
pub(super) async fn space_history(
    State(estate): State<Estate>,
    caller: Caller,
    Id(id): Id,
    List { page, .. }: List<NoFilter>,
) -> Result<axum::Json<StateChangePage>, ApiError> {
    let mut view = View::of(&estate.db, &caller).await?;
    if store::by_ids(view.conn(), &[id]).await?.is_empty() {
        return Err(ApiError::not_found());
    }
    let (changes, total) = store::history(view.conn(), id, (page.offset, page.size)).await?;
    let bodies = changes.into_iter().map(|change| StateChangeBody {
        id: change.id,
        at: change.at,
        from: change.from_state,
        to: change.to_state,
        cause: change.cause,
        evidence: change.evidence,
    });
    Ok(axum::Json(StateChangePage {
        state_changes: bodies.collect(),
        page: view.extent(&page, total),
    }))
}
