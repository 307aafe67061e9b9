//! The gateways of a tenant.

use chrono::{DateTime, Utc};
use parking_chirpstack_api::api::{self, gateway_service};
use parking_chirpstack_api::common::Location;
use parking_domain::eui::Eui64;
use uuid::Uuid;

use super::devices::eui;
use super::inventory::{PAGE, instant, whole};
use super::queues::written;
use super::{CallError, Client};

/// What a gateway that nobody prefers has; 4.19 refuses zero.
const DOWNLINK_PRIORITY: u32 = 10;

/// How often a gateway is expected to tell of itself, in seconds; ChirpStack's own default.
const STATS_INTERVAL_S: u32 = 30;

/// A gateway as a list tells of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RemoteGateway {
    /// Which one.
    pub eui: Eui64,
    /// Its name there.
    pub name: String,
    /// When it was last changed there.
    pub updated_at: Option<DateTime<Utc>>,
    /// When it last told of itself.
    pub last_seen_at: Option<DateTime<Utc>>,
}

/// What a gateway is to be.
#[derive(Clone, Debug, PartialEq)]
pub struct GatewayDraft {
    /// Which one.
    pub eui: Eui64,
    /// Its name.
    pub name: String,
    /// Its tenant.
    pub tenant: Uuid,
    /// Latitude, longitude and altitude, if they are known.
    pub place: Option<(f64, f64, f64)>,
}

impl Client {
    /// The gateways of a tenant.
    pub async fn gateways(&self, tenant: Uuid) -> Result<Vec<RemoteGateway>, CallError> {
        let page = async |offset| {
            let request = api::ListGatewaysRequest {
                limit: PAGE,
                offset,
                tenant_id: tenant.to_string(),
                order_by: api::list_gateways_request::OrderBy::GatewayId.into(),
                ..api::ListGatewaysRequest::default()
            };
            let answer = self.call(gateway_service::LIST, request).await?;
            let gateways = answer.result.into_iter().map(|gateway| {
                Ok(RemoteGateway {
                    eui: eui(&gateway.gateway_id)?,
                    name: gateway.name,
                    updated_at: instant(gateway.updated_at),
                    last_seen_at: instant(gateway.last_seen_at),
                })
            });
            Ok((answer.total_count, gateways.collect()))
        };
        whole(page, |gateway: &RemoteGateway| gateway.eui).await
    }

    /// Makes a gateway.
    pub async fn create_gateway(&self, draft: &GatewayDraft) -> Result<(), CallError> {
        let gateway = drafted(draft, api::Gateway::default());
        let request = api::CreateGatewayRequest {
            gateway: Some(gateway),
        };
        self.call(gateway_service::CREATE, request).await
    }

    /// Changes a gateway; what the draft does not speak of stays as it is there. One of another tenant
    /// counts as somebody else's.
    pub async fn update_gateway(&self, draft: &GatewayDraft) -> Result<(), CallError> {
        let request = api::GetGatewayRequest {
            gateway_id: written(draft.eui),
        };
        let told = self.call(gateway_service::GET, request).await?;
        let there = told.gateway.unwrap_or_default();
        if there.tenant_id != draft.tenant.to_string() {
            let said = "it is another tenant's there".to_owned();
            return Err(CallError::Taken(said));
        }
        let gateway = drafted(draft, there);
        let request = api::UpdateGatewayRequest {
            gateway: Some(gateway),
        };
        self.call(gateway_service::UPDATE, request).await
    }

    /// Takes a gateway away.
    pub async fn delete_gateway(&self, eui: Eui64) -> Result<(), CallError> {
        let request = api::DeleteGatewayRequest {
            gateway_id: written(eui),
        };
        match self.call(gateway_service::DELETE, request).await {
            Err(CallError::Absent(_)) => Ok(()),
            answer => answer,
        }
    }
}

fn drafted(draft: &GatewayDraft, there: api::Gateway) -> api::Gateway {
    let place = draft.place.map(|(latitude, longitude, altitude)| Location {
        latitude,
        longitude,
        altitude,
        ..Location::default()
    });
    api::Gateway {
        gateway_id: written(draft.eui),
        name: draft.name.clone(),
        tenant_id: draft.tenant.to_string(),
        location: place.or(there.location),
        stats_interval: match there.stats_interval {
            0 => STATS_INTERVAL_S,
            kept => kept,
        },
        downlink_priority: match there.downlink_priority {
            0 => DOWNLINK_PRIORITY,
            kept => kept,
        },
        ..there
    }
}
