//! Answers about gateways.

use parking_chirpstack_api::api;
use parking_domain::eui::Eui64;
use tonic::Status;

use super::{Answer, Change, absent, dangling, eui, page, seen, taken, told, uuid};
use crate::server::estate::Gateway;

pub(in crate::server) fn list(
    of: &mut Change<'_>,
    asked: api::ListGatewaysRequest,
) -> Answer<api::ListGatewaysResponse> {
    let tenant = match asked.tenant_id.as_str() {
        "" => None,
        said => Some(uuid(said)?.to_string()),
    };
    let theirs = of.estate.gateways.values();
    let all = theirs
        .filter(|gateway| {
            tenant
                .as_ref()
                .is_none_or(|id| gateway.told.tenant_id == *id)
        })
        .map(|gateway| api::GatewayListItem {
            tenant_id: gateway.told.tenant_id.clone(),
            gateway_id: gateway.told.gateway_id.clone(),
            name: gateway.told.name.clone(),
            location: gateway.told.location,
            created_at: told(gateway.created_at),
            updated_at: told(gateway.updated_at),
            ..api::GatewayListItem::default()
        });
    let (total_count, result) = page(all, asked.limit, asked.offset);
    Ok(api::ListGatewaysResponse {
        total_count,
        result,
    })
}

pub(in crate::server) fn get(
    of: &mut Change<'_>,
    asked: api::GetGatewayRequest,
) -> Answer<api::GetGatewayResponse> {
    let id = seen(of.estate, &asked.gateway_id)?;
    let gateway = of.estate.gateways.get(&id);
    let gateway = gateway.ok_or_else(|| absent(&asked.gateway_id))?;
    Ok(api::GetGatewayResponse {
        gateway: Some(gateway.told.clone()),
        created_at: told(gateway.created_at),
        updated_at: told(gateway.updated_at),
        last_seen_at: None,
    })
}

fn offered(gateway: Option<api::Gateway>) -> Answer<(Eui64, api::Gateway)> {
    let gateway = gateway.ok_or_else(|| Status::invalid_argument("gateway is missing"))?;
    if gateway.downlink_priority == 0 {
        let said = "Validation error: downlink_priority must be > 0";
        return Err(Status::invalid_argument(said));
    }
    Ok((eui(&gateway.gateway_id)?, gateway))
}

pub(in crate::server) fn create(
    of: &mut Change<'_>,
    asked: api::CreateGatewayRequest,
) -> Answer<()> {
    let (id, gateway) = offered(asked.gateway)?;
    let tenant = uuid(&gateway.tenant_id)?;
    if !of.estate.tenants.contains_key(&tenant) {
        return Err(dangling("gateway", "gateway_tenant_id_fkey"));
    }
    if of.estate.gateways.contains_key(&id) {
        return Err(taken("gateway_pkey"));
    }
    let kept = Gateway {
        told: gateway,
        created_at: of.now,
        updated_at: of.now,
    };
    of.estate.gateways.insert(id, kept);
    Ok(())
}

pub(in crate::server) fn update(
    of: &mut Change<'_>,
    asked: api::UpdateGatewayRequest,
) -> Answer<()> {
    let (id, gateway) = offered(asked.gateway)?;
    let now = of.now;
    let kept = of.estate.gateways.get_mut(&id).ok_or_else(|| absent(id))?;
    kept.told = gateway;
    kept.updated_at = now;
    Ok(())
}

pub(in crate::server) fn delete(
    of: &mut Change<'_>,
    asked: api::DeleteGatewayRequest,
) -> Answer<()> {
    let id = eui(&asked.gateway_id)?;
    let gone = of.estate.gateways.remove(&id);
    gone.map(drop).ok_or_else(|| absent(&asked.gateway_id))
}
