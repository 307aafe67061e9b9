//! How many devices all customers have.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;

use axum::Json;
use axum::extract::State;
use parking_db::{Db, Reason};
use parking_http::ApiError;
use serde::Serialize;
use tokio::sync::Mutex;
use utoipa::ToSchema;
use uuid::Uuid;

use super::super::store::counts::{self, TenantCounts};

/// The last count. Where there is much to count it takes a while, so those who ask at the same time
/// share one; nobody is told what was counted before they asked.
#[derive(Clone, Debug)]
pub(super) struct Counting {
    db: Db,
    last: Arc<Mutex<Option<Counted>>>,
}

/// A count, and since when it was on its way.
#[derive(Debug)]
struct Counted {
    begun: Instant,
    pool: Arc<DevicePool>,
}

impl Counting {
    /// Nothing was counted yet.
    pub(super) fn new(db: Db) -> Self {
        let last = Arc::default();
        Self { db, last }
    }

    async fn count(&self) -> Result<Arc<DevicePool>, ApiError> {
        let asked = Instant::now();
        let mut last = self.last.lock().await;
        if let Some(counted) = last.as_ref().filter(|counted| counted.begun >= asked) {
            return Ok(Arc::clone(&counted.pool));
        }
        let begun = Instant::now();
        let mut tx = self
            .db
            .platform(Reason::Platform("count the devices of all tenants"))
            .await?;
        let pool = Arc::new(DevicePool::of(counts::by_tenant(&mut tx).await?));
        *last = Some(Counted {
            begun,
            pool: Arc::clone(&pool),
        });
        Ok(pool)
    }
}

/// How many devices a customer has, or all have.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(super) struct PoolCounts {
    total: i64,
    assigned: i64,
    unassigned: i64,
    by_type: TypeCounts,
}

/// How many devices can be what; `other` is those without a model, or with one that is neither.
#[derive(Clone, Copy, Debug, Default, Serialize, ToSchema)]
struct TypeCounts {
    sensor: i64,
    display: i64,
    other: i64,
}

/// How many devices one customer has.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(super) struct TenantPool {
    tenant_id: Uuid,
    name: String,
    total: i64,
    assigned: i64,
    unassigned: i64,
    by_type: TypeCounts,
}

/// How many devices the customers have.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct DevicePool {
    /// Each customer, by name.
    tenants: Vec<TenantPool>,
    /// The same, by the customer's id.
    by_tenant: BTreeMap<Uuid, TenantPool>,
    /// All of them together.
    totals: PoolCounts,
}

impl From<TenantCounts> for TenantPool {
    fn from(counts: TenantCounts) -> Self {
        Self {
            tenant_id: counts.tenant_id,
            name: counts.name,
            total: counts.total,
            assigned: counts.assigned,
            unassigned: counts.total - counts.assigned,
            by_type: TypeCounts {
                sensor: counts.sensors,
                display: counts.displays,
                other: counts.untyped,
            },
        }
    }
}

impl DevicePool {
    fn of(counts: Vec<TenantCounts>) -> Self {
        let tenants: Vec<TenantPool> = counts.into_iter().map(TenantPool::from).collect();
        let sum = |of: fn(&TenantPool) -> i64| tenants.iter().map(of).sum::<i64>();
        Self {
            totals: PoolCounts {
                total: sum(|pool| pool.total),
                assigned: sum(|pool| pool.assigned),
                unassigned: sum(|pool| pool.unassigned),
                by_type: TypeCounts {
                    sensor: sum(|pool| pool.by_type.sensor),
                    display: sum(|pool| pool.by_type.display),
                    other: sum(|pool| pool.by_type.other),
                },
            },
            by_tenant: tenants
                .iter()
                .map(|pool| (pool.tenant_id, pool.clone()))
                .collect(),
            tenants,
        }
    }
}

/// How many devices each customer has, how many of them serve a bay, and what they are.
#[utoipa::path(get, path = "/api/v6/devices/pool/stats", responses((status = 200, body = DevicePool)))]
pub(super) async fn pool_stats(
    State(counting): State<Counting>,
) -> Result<Json<Arc<DevicePool>>, ApiError> {
    counting.count().await.map(Json)
}
