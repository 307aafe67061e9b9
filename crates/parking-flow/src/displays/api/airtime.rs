//! How much of the air is used and how long commands would wait; how the queue fares.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use chrono::{DateTime, TimeDelta, Utc};
use moka::future::Cache;
use parking_db::Reason;
use parking_domain::ids::TenantId;
use parking_estate::view::View;
use parking_http::{ApiError, Caller, Query};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::super::purse::{budget_of, keys_of};
use super::super::store::budgets;
use super::super::store::list::{self as store, Figures, Load};
use super::wire::QueueStatus;
use crate::Flow;

/// Gateways that are shown at most.
const GATEWAYS_MAX: i64 = 500;

/// How far back the figures of the queue look.
const RECENT: TimeDelta = TimeDelta::hours(24);

/// Displays that somebody thinks of adding.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct AirtimeParams {
    /// How many lamps more each gateway is to reach.
    #[param(minimum = 0, maximum = 10_000)]
    add: Option<u32>,
}

/// A gateway's minute.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct GatewayAirtime {
    /// Null for displays of which nobody knows yet who hears them.
    gateway_eui: Option<String>,
    gateway_id: Option<Uuid>,
    gateway_name: Option<String>,
    /// Commands that may be sent within a minute.
    allowed: u32,
    /// Commands of the last minute, also those of other tenants.
    used: u32,
    /// Displays it hears best.
    lamps: i64,
    /// Displays of those that a command waits for.
    waiting: i64,
    /// Commands it sent within the last hour.
    sent_last_hour: i64,
    /// For how long the next command will wait.
    next_wait_seconds: i64,
    /// For how long the last of all would wait, if every display had to be told now.
    all_wait_seconds: i64,
    /// The same with the displays that somebody thinks of adding.
    all_wait_seconds_with_more: i64,
}

/// How much of the air is used.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AirtimeBody {
    tenant_id: Uuid,
    as_of: DateTime<Utc>,
    /// Commands that may be sent for the tenant within a minute.
    tenant_allowed: u32,
    /// Commands of the last minute.
    tenant_used: u32,
    /// How many displays more each gateway is thought to reach.
    add: u32,
    gateways: Vec<GatewayAirtime>,
}

/// How much of the air each gateway uses, and how long commands would wait.
#[utoipa::path(get, path = "/api/v6/downlinks/airtime", params(AirtimeParams), responses((status = 200, body = AirtimeBody)))]
pub(super) async fn downlink_airtime(
    State(flow): State<Flow>,
    caller: Caller,
    Query(params): Query<AirtimeParams>,
) -> Result<axum::Json<AirtimeBody>, ApiError> {
    let add = params.add.unwrap_or(0);
    if add > 10_000 {
        return Err(ApiError::field("add", "must be from 0 to 10000"));
    }
    let (tenant, now) = (caller.tenant(), flow.clock.now());
    let mut tx = flow.db.tenant(tenant).await?;
    let loads = store::loads(tx.conn(), (GATEWAYS_MAX, now)).await?;
    drop(tx);
    let keys: Vec<String> = loads
        .iter()
        .flat_map(|load| keys_of(tenant.0, load.gateway()))
        .chain(keys_of(tenant.0, None))
        .collect();
    // A gateway is a thing of the air: what it sends for others counts too.
    let mut tx = flow
        .db
        .platform(Reason::Worker("see how much of the air is used"))
        .await?;
    let kept = budgets::read_budgets(&mut tx, &keys).await?;
    drop(tx);
    let budget = |key: &str| {
        kept.iter()
            .find(|kept| kept.key == key)
            .map(budget_of)
            .unwrap_or_default()
    };
    let settings = &flow.displays.settings;
    let [_, of_tenant] = keys_of(tenant.0, None);
    let of_tenant = budget(&of_tenant);
    let gateway = |load: Load| {
        let [key, _] = keys_of(tenant.0, load.gateway());
        let (budget, allowed) = (budget(&key), settings.gateway_per_minute);
        // A command waits for both budgets.
        let wait = |nth: i64| {
            let nth = u32::try_from(nth).unwrap_or(u32::MAX);
            let of_gateway = budget.free_at(nth, allowed, now);
            let of_tenant = of_tenant.free_at(nth, settings.tenant_per_minute, now);
            if nth == 0 {
                0
            } else {
                (of_gateway.max(of_tenant) - now).num_seconds()
            }
        };
        GatewayAirtime {
            allowed,
            used: budget.used(now),
            next_wait_seconds: wait(load.waiting + 1),
            all_wait_seconds: wait(load.lamps),
            all_wait_seconds_with_more: wait(load.lamps + i64::from(add)),
            gateway_eui: load.gateway_eui,
            gateway_id: load.gateway_id,
            gateway_name: load.gateway_name,
            lamps: load.lamps,
            waiting: load.waiting,
            sent_last_hour: load.within_the_hour,
        }
    };
    Ok(axum::Json(AirtimeBody {
        tenant_id: tenant.0,
        as_of: now,
        tenant_allowed: settings.tenant_per_minute,
        tenant_used: of_tenant.used(now),
        add,
        gateways: loads.into_iter().map(gateway).collect(),
    }))
}

/// How deep the queue is.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct QueueDepth {
    /// Commands that wait for their turn.
    pending_depth: i64,
    /// Commands that are on their way.
    in_flight: i64,
    /// Commands that were given up within the last day.
    dead_letter_depth: i64,
    /// Since when the oldest waits.
    oldest_pending_at: Option<DateTime<Utc>>,
}

/// How many commands there were within the last day.
#[derive(Debug, Serialize, ToSchema)]
#[expect(clippy::struct_field_names, reason = "they are called so in V5")]
pub(super) struct QueueThroughput {
    total_enqueued: i64,
    /// Those that a gateway sent.
    total_succeeded: i64,
    /// Those that took more than one attempt.
    total_retried: i64,
    total_dead_lettered: i64,
    /// Those that a newer one took the place of.
    total_coalesced: i64,
}

/// How fast the queue is.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct QueuePerformance {
    /// Of those that came to an end.
    success_rate_percent: Option<f64>,
    /// From making a command until the network server took it.
    latency_p50_ms: Option<f64>,
    latency_p99_ms: Option<f64>,
}

/// How many displays there are, and how they stand.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct QueueDisplays {
    total: i64,
    /// Not certain to show what they should.
    behind: i64,
    /// Saying that they show something else.
    mismatched: i64,
}

/// How the queue of commands fares.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct QueueMetricsBody {
    queue: QueueDepth,
    throughput: QueueThroughput,
    performance: QueuePerformance,
    displays: QueueDisplays,
}

/// Whether the queue of commands fares well.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct QueueHealthBody {
    #[schema(value_type = QueueStatus)]
    status: &'static str,
    queue_depth: i64,
    dead_letter_depth: i64,
    success_rate_percent: Option<f64>,
    /// Whether there is a network server that takes commands.
    is_connected: bool,
    /// Whether it is left alone because it did not answer.
    is_breaker_open: bool,
    /// What is not well, as codes.
    warnings: Vec<&'static str>,
}

impl QueueMetricsBody {
    fn of(figures: &Figures) -> Self {
        Self {
            queue: QueueDepth {
                pending_depth: figures.waiting,
                in_flight: figures.on_the_way,
                dead_letter_depth: figures.failed,
                oldest_pending_at: figures.oldest_waiting_at,
            },
            throughput: QueueThroughput {
                total_enqueued: figures.made,
                total_succeeded: figures.transmitted,
                total_retried: figures.repeated,
                total_dead_lettered: figures.given_up,
                total_coalesced: figures.superseded,
            },
            performance: QueuePerformance {
                success_rate_percent: success(figures),
                latency_p50_ms: figures.p50_ms,
                latency_p99_ms: figures.p99_ms,
            },
            displays: QueueDisplays {
                total: figures.lamps,
                behind: figures.behind,
                mismatched: figures.mismatched,
            },
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "a percentage for people")]
fn success(figures: &Figures) -> Option<f64> {
    let ended = figures.transmitted + figures.given_up;
    (ended > 0).then(|| figures.transmitted as f64 * 100.0 / ended as f64)
}

/// For how long the figures of the queue are good: pages ask for them every few seconds.
const FIGURES_GOOD_FOR: Duration = Duration::from_secs(10);

/// Tenants whose figures are kept at hand.
const FIGURES_MAX: u64 = 1_000;

/// The figures of tenants as of a moment ago; clones are the same ones.
#[derive(Clone, Debug)]
pub(in crate::displays) struct FiguresAtHand(Cache<TenantId, Arc<Figures>>);

impl Default for FiguresAtHand {
    fn default() -> Self {
        let kept = Cache::builder()
            .max_capacity(FIGURES_MAX)
            .time_to_live(FIGURES_GOOD_FOR);
        Self(kept.build())
    }
}

/// The figures of whom the caller looks at. However many look, they are counted once in a while.
async fn figures(flow: &Flow, caller: &Caller) -> Result<Arc<Figures>, ApiError> {
    let mut view = View::of(&flow.db, caller).await?;
    let FiguresAtHand(kept) = &flow.displays.figures;
    if let Some(figures) = kept.get(&caller.tenant()).await {
        return Ok(figures);
    }
    let since = flow.clock.now() - RECENT;
    let figures = Arc::new(store::figures(view.conn(), since).await?);
    kept.insert(caller.tenant(), Arc::clone(&figures)).await;
    Ok(figures)
}

/// How the queue of commands fared within the last day.
#[utoipa::path(get, path = "/api/v6/downlinks/queue/metrics", responses((status = 200, body = QueueMetricsBody)))]
pub(super) async fn downlink_queue_metrics(
    State(flow): State<Flow>,
    caller: Caller,
) -> Result<axum::Json<QueueMetricsBody>, ApiError> {
    let figures = figures(&flow, &caller).await?;
    Ok(axum::Json(QueueMetricsBody::of(&figures)))
}

/// Whether the queue of commands fares well.
#[utoipa::path(get, path = "/api/v6/downlinks/queue/health", responses((status = 200, body = QueueHealthBody)))]
pub(super) async fn downlink_queue_health(
    State(flow): State<Flow>,
    caller: Caller,
) -> Result<axum::Json<QueueHealthBody>, ApiError> {
    let figures = figures(&flow, &caller).await?;
    let is_connected = flow.displays.paths.chirpstack.is_some();
    let is_breaker_open = flow.displays.is_open();
    let success = success(&figures);
    let checks = [
        (!is_connected, "no_network_server"),
        (is_breaker_open, "network_server_away"),
        (figures.waiting > 500, "queue_very_deep"),
        ((101..=500).contains(&figures.waiting), "queue_deep"),
        (figures.failed > 10, "dead_letters"),
        (
            figures.made > 10 && success.is_some_and(|percent| percent < 90.0),
            "many_failures",
        ),
        (figures.mismatched > 0, "displays_mismatched"),
    ];
    let warnings: Vec<_> = checks
        .iter()
        .filter(|(is, _)| *is)
        .map(|(_, code)| *code)
        .collect();
    let status = if figures.waiting > 500 || is_breaker_open {
        QueueStatus::Unhealthy
    } else if warnings.is_empty() {
        QueueStatus::Healthy
    } else {
        QueueStatus::Degraded
    };
    Ok(axum::Json(QueueHealthBody {
        status: status.name(),
        queue_depth: figures.waiting,
        dead_letter_depth: figures.failed,
        success_rate_percent: success,
        is_connected,
        is_breaker_open,
        warnings,
    }))
}
