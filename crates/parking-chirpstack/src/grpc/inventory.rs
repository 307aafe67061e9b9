//! What ChirpStack is divided into: tenants, their applications, and profiles of devices.

use std::collections::BTreeSet;
use std::future::Future;
use std::ops::RangeInclusive;

use chrono::{DateTime, Datelike as _, Utc};
use parking_chirpstack_api::Timestamp;
use parking_chirpstack_api::api::{
    self, application_service, device_profile_service, tenant_service,
};
use tracing::warn;
use uuid::Uuid;

use super::{CallError, Client};

/// How many things one answer lists.
pub(super) const PAGE: u32 = 500;

/// How many things of one kind are listed at all.
const LISTED_MAX: u32 = 200_000;

/// The years that are believed.
const YEARS: RangeInclusive<i32> = 1970..=9998;

/// How often a list is begun again that changed under our hands.
const ATTEMPTS: u32 = 3;

/// A tenant of ChirpStack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RemoteTenant {
    /// Its identity there.
    pub id: Uuid,
    /// Its name there; several may have the same.
    pub name: String,
}

/// An application of a tenant of ChirpStack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RemoteApplication {
    /// Its identity there.
    pub id: Uuid,
    /// Its name there.
    pub name: String,
}

/// What several devices have in common.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RemoteProfile {
    /// Its identity there.
    pub id: Uuid,
    /// Its name there.
    pub name: String,
    /// Whether its devices join.
    pub supports_otaa: bool,
    /// Whether its devices listen at all times.
    pub supports_class_c: bool,
}

impl Client {
    /// All tenants; for an administrator's key alone.
    pub async fn tenants(&self) -> Result<Vec<RemoteTenant>, CallError> {
        let page = async |offset| {
            let request = api::ListTenantsRequest {
                limit: PAGE,
                offset,
                ..api::ListTenantsRequest::default()
            };
            let answer = self.call(tenant_service::LIST, request).await?;
            let tenants = answer.result.into_iter().map(|tenant| {
                Ok(RemoteTenant {
                    id: id(&tenant.id)?,
                    name: tenant.name,
                })
            });
            Ok((answer.total_count, tenants.collect()))
        };
        whole(page, |tenant: &RemoteTenant| tenant.id).await
    }

    /// A tenant, if there is one of this identity that we may see.
    pub async fn tenant(&self, tenant: Uuid) -> Result<Option<RemoteTenant>, CallError> {
        let request = api::GetTenantRequest {
            id: tenant.to_string(),
        };
        let answer = match self.call(tenant_service::GET, request).await {
            Err(CallError::Absent(_)) => return Ok(None),
            answer => answer?,
        };
        let name = answer.tenant.map(|tenant| tenant.name);
        Ok(name.map(|name| RemoteTenant { id: tenant, name }))
    }

    /// The applications of a tenant.
    pub async fn applications(&self, tenant: Uuid) -> Result<Vec<RemoteApplication>, CallError> {
        let page = async |offset| {
            let request = api::ListApplicationsRequest {
                limit: PAGE,
                offset,
                tenant_id: tenant.to_string(),
                ..api::ListApplicationsRequest::default()
            };
            let answer = self.call(application_service::LIST, request).await?;
            let applications = answer.result.into_iter().map(|application| {
                Ok(RemoteApplication {
                    id: id(&application.id)?,
                    name: application.name,
                })
            });
            Ok((answer.total_count, applications.collect()))
        };
        whole(page, |application: &RemoteApplication| application.id).await
    }

    /// The profiles that devices of a tenant may have.
    pub async fn profiles(&self, tenant: Uuid) -> Result<Vec<RemoteProfile>, CallError> {
        let page = async |offset| {
            let request = api::ListDeviceProfilesRequest {
                limit: PAGE,
                offset,
                tenant_id: tenant.to_string(),
                ..api::ListDeviceProfilesRequest::default()
            };
            let answer = self.call(device_profile_service::LIST, request).await?;
            let profiles = answer.result.into_iter().map(|profile| {
                Ok(RemoteProfile {
                    id: id(&profile.id)?,
                    name: profile.name,
                    supports_otaa: profile.supports_otaa,
                    supports_class_c: profile.supports_class_c,
                })
            });
            Ok((answer.total_count, profiles.collect()))
        };
        whole(page, |profile: &RemoteProfile| profile.id).await
    }
}

/// How many things there are by its own count, and a page of them, of which some may make no sense.
type Part<T> = Result<(u32, Vec<Result<T, CallError>>), CallError>;

/// All pages of a list. Things come and go while it is read, and an offset then skips one: what is
/// short of its own count is read again, so that nothing seems to be gone that is there. What makes no
/// sense is none of ours; it is left out, and the log says how many that were.
pub(super) async fn whole<T, K, P, F>(page: P, key: impl Fn(&T) -> K) -> Result<Vec<T>, CallError>
where
    K: Ord,
    P: Fn(u32) -> F,
    F: Future<Output = Part<T>>,
{
    for _ in 0..ATTEMPTS {
        let mut seen = BTreeSet::new();
        let mut items: Vec<T> = Vec::new();
        let mut strange = BTreeSet::new();
        let mut offset = 0;
        let total = loop {
            let (total, read) = page(offset).await?;
            let is_last = read.is_empty();
            for item in read {
                match item {
                    Ok(item) if seen.insert(key(&item)) => items.push(item),
                    Ok(_) => {}
                    Err(error) => {
                        strange.insert(error.to_string());
                    }
                }
            }
            offset += PAGE;
            if is_last || offset >= total || offset >= LISTED_MAX {
                break total;
            }
        };
        if items.len() + strange.len() < usize::try_from(total).unwrap_or(usize::MAX) {
            continue;
        }
        if let Some(first) = strange.first() {
            let count = strange.len();
            warn!(
                strange.count = count,
                error = first,
                "ChirpStack lists what makes no sense, and it is left out"
            );
        }
        return Ok(items);
    }
    Err(CallError::Strange(
        "a list that never is as long as it says".to_owned(),
    ))
}

/// An identifier that ChirpStack gave.
pub(super) fn id(said: &str) -> Result<Uuid, CallError> {
    said.parse()
        .map_err(|_| CallError::Strange(format!("{:?} is no identifier", shortened(said))))
}

/// An instant that ChirpStack gave; none, if it lies in no year that can be kept.
pub(super) fn instant(said: Option<Timestamp>) -> Option<DateTime<Utc>> {
    let said = said?;
    let nanos = u32::try_from(said.nanos).ok()?;
    DateTime::from_timestamp(said.seconds, nanos).filter(|at| YEARS.contains(&at.year()))
}

pub(super) fn shortened(said: &str) -> String {
    said.chars().take(40).collect()
}
