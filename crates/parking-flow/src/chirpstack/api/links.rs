//! Which tenant is which there, for those who run the installation.

use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use parking_access::audit::By;
use parking_db::Reason;
use parking_domain::ids::TenantId;
use parking_http::{ApiError, Caller, Code, Id, Json, Query};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::chirpstack::links::{self, LinkDraft};
use crate::chirpstack::{ChirpStackError, ChirpStacks, store};

/// A tenant of ChirpStack.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ChirpStackTenant {
    id: Uuid,
    name: String,
    /// Its applications, where it alone is asked about.
    applications: Option<Vec<ChirpStackApplication>>,
}

/// An application of a tenant of ChirpStack.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ChirpStackApplication {
    id: Uuid,
    name: String,
}

/// What can be linked.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ChirpStackTenants {
    tenants: Vec<ChirpStackTenant>,
}

/// Which tenants are meant.
#[derive(Clone, Copy, Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct RemoteTenantsOf {
    /// This one alone, with its applications; all of them without, if absent.
    tenant_id: Option<Uuid>,
}

/// The tenants of ChirpStack, or one of them with its applications, asked now.
#[utoipa::path(get, path = "/api/v6/chirpstack/tenants", params(RemoteTenantsOf), responses((status = 200, body = ChirpStackTenants)))]
pub(super) async fn list_remote_tenants(
    State(state): State<ChirpStacks>,
    Query(of): Query<RemoteTenantsOf>,
) -> Result<axum::Json<ChirpStackTenants>, ApiError> {
    let client = state.client()?;
    let mut tenants = Vec::new();
    if let Some(id) = of.tenant_id {
        let there = client.tenant(id).await.map_err(ChirpStackError::from)?;
        if let Some(tenant) = there {
            let applications = client.applications(id).await;
            let applications = applications.map_err(ChirpStackError::from)?;
            let applications = applications.into_iter().map(|one| ChirpStackApplication {
                id: one.id,
                name: one.name,
            });
            tenants.push(ChirpStackTenant {
                id,
                name: tenant.name,
                applications: Some(applications.collect()),
            });
        }
    } else {
        let known = client.tenants().await.map_err(ChirpStackError::from)?;
        tenants.extend(known.into_iter().map(|tenant| ChirpStackTenant {
            id: tenant.id,
            name: tenant.name,
            applications: None,
        }));
    }
    Ok(axum::Json(ChirpStackTenants { tenants }))
}

/// A tenant with its part of ChirpStack.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ChirpStackLink {
    id: Uuid,
    tenant_id: Uuid,
    tenant_name: String,
    remote_tenant_id: Uuid,
    remote_tenant_name: String,
    application_id: Uuid,
    application_name: String,
    /// Whether the tenant gives what changes here to ChirpStack.
    gives: bool,
}

/// All tenants with a part of ChirpStack.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ChirpStackLinks {
    links: Vec<ChirpStackLink>,
}

/// Which tenant is which there.
#[utoipa::path(get, path = "/api/v6/chirpstack/links", responses((status = 200, body = ChirpStackLinks)))]
pub(super) async fn list_links(
    State(state): State<ChirpStacks>,
) -> Result<axum::Json<ChirpStackLinks>, ApiError> {
    let mut tx = state
        .db
        .platform(Reason::Platform("list the links to ChirpStack"))
        .await?;
    let links = store::links(&mut tx).await?;
    let links = links.into_iter().map(|link| ChirpStackLink {
        id: link.id,
        tenant_id: link.tenant_id,
        tenant_name: link.tenant_name,
        remote_tenant_id: link.remote_tenant_id,
        remote_tenant_name: link.remote_tenant_name,
        application_id: link.application_id,
        application_name: link.application_name,
        gives: link.gives,
    });
    Ok(axum::Json(ChirpStackLinks {
        links: links.collect(),
    }))
}

/// A tenant's part of ChirpStack that is to be.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(clippy::struct_field_names, reason = "they are ids of three things")]
pub(super) struct ChirpStackLinkDraft {
    tenant_id: Uuid,
    remote_tenant_id: Uuid,
    /// Where the devices of the tenant are and will be made; its messages are the tenant's.
    application_id: Uuid,
}

/// What was linked.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ChirpStackLinkRef {
    id: Uuid,
}

/// Links a tenant to one of ChirpStack's.
#[utoipa::path(post, path = "/api/v6/chirpstack/links", request_body = ChirpStackLinkDraft, responses((status = 201, body = ChirpStackLinkRef)))]
pub(super) async fn create_link(
    State(state): State<ChirpStacks>,
    caller: Caller,
    Json(draft): Json<ChirpStackLinkDraft>,
) -> Result<Response, ApiError> {
    let draft = LinkDraft {
        tenant: TenantId(draft.tenant_id),
        remote_tenant: draft.remote_tenant_id,
        application: draft.application_id,
    };
    let now = state.clock.now();
    let id = links::link(&state, draft, &By::caller(&caller), now).await?;
    let place = format!("/api/v6/chirpstack/links/{id}");
    let place = HeaderValue::try_from(place).map_err(|_| ApiError::new(Code::InternalError))?;
    let body = axum::Json(ChirpStackLinkRef { id });
    Ok((StatusCode::CREATED, [(header::LOCATION, place)], body).into_response())
}

/// Undoes it. What is there stays there, and what is here stays here.
#[utoipa::path(delete, path = "/api/v6/chirpstack/links/{id}", params(("id" = Uuid, Path)), responses((status = 204)))]
pub(super) async fn delete_link(
    State(state): State<ChirpStacks>,
    caller: Caller,
    Id(id): Id,
) -> Result<StatusCode, ApiError> {
    let now = state.clock.now();
    links::unlink(&state, id, &By::caller(&caller), now).await?;
    Ok(StatusCode::NO_CONTENT)
}
