//! Answers about tenants, their applications and their device profiles.

use parking_chirpstack_api::api;
use tonic::Status;

use super::{Answer, Change, absent, dangling, page, told, uuid};
use crate::server::estate::{Application, Tenant};

pub(in crate::server) fn list_tenants(
    of: &mut Change<'_>,
    asked: api::ListTenantsRequest,
) -> Answer<api::ListTenantsResponse> {
    let all = of
        .estate
        .tenants
        .iter()
        .map(|(id, tenant)| api::TenantListItem {
            id: id.to_string(),
            created_at: told(tenant.at),
            updated_at: told(tenant.at),
            name: tenant.name.clone(),
            can_have_gateways: true,
            ..api::TenantListItem::default()
        });
    let (total_count, result) = page(all, asked.limit, asked.offset);
    Ok(api::ListTenantsResponse {
        total_count,
        result,
    })
}

pub(in crate::server) fn get_tenant(
    of: &mut Change<'_>,
    asked: api::GetTenantRequest,
) -> Answer<api::GetTenantResponse> {
    let id = uuid(&asked.id)?;
    let tenant = of.estate.tenants.get(&id).ok_or_else(|| absent(id))?;
    Ok(api::GetTenantResponse {
        tenant: Some(api::Tenant {
            id: asked.id,
            name: tenant.name.clone(),
            can_have_gateways: true,
            ..api::Tenant::default()
        }),
        created_at: told(tenant.at),
        updated_at: told(tenant.at),
    })
}

pub(in crate::server) fn create_tenant(
    of: &mut Change<'_>,
    asked: api::CreateTenantRequest,
) -> Answer<api::CreateTenantResponse> {
    let tenant = asked
        .tenant
        .ok_or_else(|| Status::invalid_argument("tenant is missing"))?;
    let id = of.estate.chance.uuid();
    let kept = Tenant {
        name: tenant.name,
        at: of.now,
    };
    of.estate.tenants.insert(id, kept);
    Ok(api::CreateTenantResponse { id: id.to_string() })
}

pub(in crate::server) fn list_applications(
    of: &mut Change<'_>,
    asked: api::ListApplicationsRequest,
) -> Answer<api::ListApplicationsResponse> {
    let tenant = uuid(&asked.tenant_id)?;
    let theirs = of.estate.applications.iter();
    let all = theirs
        .filter(|(_, application)| application.tenant == tenant)
        .map(|(id, application)| api::ApplicationListItem {
            id: id.to_string(),
            created_at: told(application.at),
            updated_at: told(application.at),
            name: application.name.clone(),
            description: String::new(),
        });
    let (total_count, result) = page(all, asked.limit, asked.offset);
    Ok(api::ListApplicationsResponse {
        total_count,
        result,
    })
}

pub(in crate::server) fn create_application(
    of: &mut Change<'_>,
    asked: api::CreateApplicationRequest,
) -> Answer<api::CreateApplicationResponse> {
    let application = asked.application;
    let application =
        application.ok_or_else(|| Status::invalid_argument("application is missing"))?;
    let tenant = uuid(&application.tenant_id)?;
    if application.name.is_empty() {
        return Err(Status::invalid_argument(
            "Validation error: name is not set",
        ));
    }
    if !of.estate.tenants.contains_key(&tenant) {
        return Err(dangling("application", "application_tenant_id_fkey"));
    }
    let id = of.estate.chance.uuid();
    let kept = Application {
        tenant,
        name: application.name,
        at: of.now,
    };
    of.estate.applications.insert(id, kept);
    Ok(api::CreateApplicationResponse { id: id.to_string() })
}

pub(in crate::server) fn list_profiles(
    of: &mut Change<'_>,
    asked: api::ListDeviceProfilesRequest,
) -> Answer<api::ListDeviceProfilesResponse> {
    let tenant = uuid(&asked.tenant_id)?;
    let theirs = of.estate.profiles.iter();
    let all = theirs
        .filter(|(_, profile)| profile.tenant == tenant)
        .map(|(id, profile)| api::DeviceProfileListItem {
            id: id.to_string(),
            created_at: told(profile.at),
            updated_at: told(profile.at),
            name: profile.name.clone(),
            supports_otaa: true,
            supports_class_c: profile.is_class_c,
            ..api::DeviceProfileListItem::default()
        });
    let (total_count, result) = page(all, asked.limit, asked.offset);
    Ok(api::ListDeviceProfilesResponse {
        total_count,
        result,
    })
}
