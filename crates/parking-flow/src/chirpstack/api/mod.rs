//! ChirpStack over HTTP.

mod differences;
mod links;
mod wire;

use axum::extract::State;
use axum::http::StatusCode;
use parking_access::audit::By;
use parking_domain::access::Permission;
use parking_domain::ids::TenantId;
use parking_http::error::causes;
use parking_http::page::{List, NoFilter, PageParams};
use parking_http::{
    Access, Actor, ApiError, Caller, Code, Id, IfMatch, Json, PageExtent, Routes, Tagged, sorted_by,
};
use tracing::warn;
use utoipa_axum::routes;

use super::{ChirpStackError, ChirpStacks, ask, readiness, settle, store};
use wire::{
    ChirpStackBody, ChirpStackReadiness, ChirpStackRun, ChirpStackRunDraft, ChirpStackRunPage,
    ChirpStackRunRef, ChirpStackWishes,
};

/// The routes of ChirpStack.
pub fn routes(state: ChirpStacks) -> Routes {
    let [reads, manages, sees_all, links] = [
        Permission::DevicesRead,
        Permission::DevicesManage,
        Permission::TenantsRead,
        Permission::TenantsManage,
    ]
    .map(Access::Needs);
    Routes::new("ChirpStack")
        .add(reads, routes!(get_chirpstack))
        .add(manages, routes!(patch_chirpstack))
        .add(
            reads,
            sorted_by(differences::COLUMNS, routes!(differences::list_differences)),
        )
        .add(manages, routes!(differences::decide_differences))
        .add(reads, sorted_by(RUN_COLUMNS, routes!(list_runs)))
        .add(manages, routes!(create_run))
        .add(reads, routes!(get_readiness))
        .add(manages, routes!(give_device))
        .add(sees_all, routes!(links::list_remote_tenants))
        .add(sees_all, routes!(links::list_links))
        .add(links, routes!(links::create_link))
        .add(links, routes!(links::delete_link))
        .with_state(state)
}

/// How the connection to ChirpStack fares, which part of it is the tenant's, and how both sides compare.
#[utoipa::path(get, path = "/api/v6/chirpstack", responses((status = 200, body = ChirpStackBody)))]
async fn get_chirpstack(
    State(state): State<ChirpStacks>,
    caller: Caller,
) -> Result<Tagged<ChirpStackBody>, ApiError> {
    let mut tx = state.db.tenant(caller.tenant()).await?;
    let link = store::link(tx.conn()).await?;
    let counts = store::counts(tx.conn()).await?;
    let (runs, _) = store::runs(tx.conn(), (0, 1)).await?;
    let version = link.as_ref().map_or(0, |link| link.version);
    let last = runs.into_iter().next();
    let remote = (state.remote.as_ref(), caller.tenant().is_platform());
    let body = ChirpStackBody::of(remote, link, &counts, last);
    Ok(Tagged(version, body))
}

/// Changes what the tenant wants of its part of ChirpStack.
#[utoipa::path(patch, path = "/api/v6/chirpstack", request_body = ChirpStackWishes,
    responses((status = 204), (status = 409, description = "`chirpstack_unlinked`", body = parking_http::Problem, content_type = "application/problem+json")))]
async fn patch_chirpstack(
    State(state): State<ChirpStacks>,
    caller: Caller,
    seen: IfMatch,
    Json(wishes): Json<ChirpStackWishes>,
) -> Result<StatusCode, ApiError> {
    let mut tx = state.db.tenant(own(&caller)?).await?;
    let by = By::caller(&caller);
    settle(&mut tx, &by, (wishes.read(), &seen), state.clock.now()).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Comparisons come in the order of time, and in no other.
const RUN_COLUMNS: &[(&str, &str)] = &[("-asked_at", "asked_at")];

/// How comparing went, the newest first.
#[utoipa::path(get, path = "/api/v6/chirpstack/runs", params(PageParams), responses((status = 200, body = ChirpStackRunPage)))]
async fn list_runs(
    State(state): State<ChirpStacks>,
    caller: Caller,
    List { page, .. }: List<NoFilter>,
) -> Result<axum::Json<ChirpStackRunPage>, ApiError> {
    page.order_by(RUN_COLUMNS, "id")?;
    let mut tx = state.db.tenant(caller.tenant()).await?;
    let (runs, total) = store::runs(tx.conn(), (page.offset, page.size)).await?;
    Ok(axum::Json(ChirpStackRunPage {
        runs: runs.into_iter().map(ChirpStackRun::from).collect(),
        page: PageExtent::of_tenant(&page, total, caller.tenant()),
    }))
}

/// Compares both sides now; a dry run changes nothing on either. The answer comes before it is done.
#[utoipa::path(post, path = "/api/v6/chirpstack/runs", request_body = ChirpStackRunDraft,
    responses((status = 202, body = ChirpStackRunRef), (status = 409, description = "`chirpstack_unlinked`", body = parking_http::Problem, content_type = "application/problem+json")))]
async fn create_run(
    State(state): State<ChirpStacks>,
    caller: Caller,
    Json(draft): Json<ChirpStackRunDraft>,
) -> Result<(StatusCode, axum::Json<ChirpStackRunRef>), ApiError> {
    let mut tx = state.db.tenant(own(&caller)?).await?;
    let (Actor::User { name, .. } | Actor::ApiKey { name, .. }) = &caller.identity.actor;
    let (wanted, by) = ((draft.is_dry(), name.as_str()), By::caller(&caller));
    let id = ask(&mut tx, &by, wanted, state.clock.now()).await?;
    tx.commit().await?;
    Ok((StatusCode::ACCEPTED, axum::Json(ChirpStackRunRef { id })))
}

/// Whether a device can be reached, as ChirpStack says now: whether it is there and enabled, listens at
/// all times, has our key, has joined and spoken since; and how long it took until a gateway sent it the first
/// command in its session, which nothing else proves.
#[utoipa::path(get, path = "/api/v6/chirpstack/devices/{id}", params(("id" = Uuid, Path)), responses((status = 200, body = ChirpStackReadiness)))]
async fn get_readiness(
    State(state): State<ChirpStacks>,
    caller: Caller,
    Id(id): Id,
) -> Result<axum::Json<ChirpStackReadiness>, ApiError> {
    let _question = state
        .asking
        .begin(caller.tenant())
        .map_err(ChirpStackError::from)?;
    let readiness = readiness::check(&state, caller.tenant(), id).await?;
    Ok(axum::Json(readiness.into()))
}

/// Makes a device in ChirpStack with its key, or brings it up to date there, now.
#[utoipa::path(post, path = "/api/v6/chirpstack/devices/{id}", params(("id" = Uuid, Path)),
    responses((status = 204), (status = 409, description = "`chirpstack_unlinked`", body = parking_http::Problem, content_type = "application/problem+json")))]
async fn give_device(
    State(state): State<ChirpStacks>,
    caller: Caller,
    Id(id): Id,
) -> Result<StatusCode, ApiError> {
    let tenant = own(&caller)?;
    let _question = state.asking.begin(tenant).map_err(ChirpStackError::from)?;
    readiness::give_now(&state, (tenant, id), &By::caller(&caller)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The caller's tenant, in which something is to be changed: the platform's has nothing there.
fn own(caller: &Caller) -> Result<TenantId, ApiError> {
    if caller.tenant().is_platform() {
        return Err(ApiError::new(Code::SelectTenant));
    }
    Ok(caller.tenant())
}

impl From<ChirpStackError> for ApiError {
    fn from(error: ChirpStackError) -> Self {
        if matches!(error, ChirpStackError::Remote(_)) {
            warn!(
                error = causes(&error),
                "ChirpStack did not do what was asked"
            );
        }
        let told = error.told();
        match error {
            ChirpStackError::Nowhere => Self::new(Code::ChirpStackAbsent),
            ChirpStackError::Unlinked => Self::new(Code::ChirpStackUnlinked),
            ChirpStackError::Absent => Self::not_found(),
            ChirpStackError::Linked => Self::new(Code::ChirpStackLinked),
            ChirpStackError::Stale => Self::new(Code::PreconditionFailed),
            ChirpStackError::Remote(error) if error.is_passing() => {
                Self::new(Code::ChirpStackAway).detail(told)
            }
            ChirpStackError::NotThere(_) | ChirpStackError::Remote(_) => {
                Self::new(Code::ChirpStackRefused).detail(told)
            }
            ChirpStackError::Db(error) => error.into(),
        }
    }
}
