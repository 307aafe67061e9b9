//! Reading, exporting and verifying the audit log.

use axum::body::Body;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use chrono::{DateTime, Utc};
use parking_db::Db;
use parking_domain::access::Permission;
use parking_domain::clock::Clock;
use parking_http::page::{List, PageParams};
use parking_http::wire::instant;
use parking_http::{Access, ApiError, Caller, Id, PageExtent, Routes, sorted_by};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::routes;
use uuid::Uuid;

use super::store::{Filter, Row};
use super::{By, chain, export, store};
use crate::exports::Exports;
use crate::secrets::hex;
use crate::wire;

/// What the audit slice works with.
#[derive(Clone, Debug)]
pub struct AuditLog {
    /// The database.
    pub db: Db,
    /// The time.
    pub clock: Clock,
    exports: Exports,
}

impl AuditLog {
    /// The log kept in a database, by a clock.
    pub fn new(db: Db, clock: Clock) -> Self {
        Self {
            db,
            clock,
            exports: Exports::default(),
        }
    }
}

/// The routes of the audit log.
pub fn routes(state: AuditLog) -> Routes {
    let access = Access::Needs(Permission::AuditRead);
    Routes::new("Audit log")
        .add(access, sorted_by(COLUMNS, routes!(list_entries)))
        .add(access, routes!(export_entries))
        .add(access, routes!(verify_chain))
        .add(access, routes!(get_entry))
        .with_state(state)
}

/// Which entries are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct EntryFilter {
    /// Who did it.
    actor_id: Option<String>,
    /// What was done: `membership.updated`, or `membership` for everything done to memberships.
    action: Option<String>,
    /// To what kind of thing.
    entity_type: Option<String>,
    /// To which one.
    entity_id: Option<String>,
    /// In which request.
    request_id: Option<String>,
    /// From this instant on.
    #[serde(default, deserialize_with = "instant")]
    from: Option<DateTime<Utc>>,
    /// Before this instant.
    #[serde(default, deserialize_with = "instant")]
    to: Option<DateTime<Utc>>,
}

impl EntryFilter {
    fn with(self, pattern: Option<String>) -> Filter {
        Filter {
            actor_id: self.actor_id,
            action: self.action,
            entity_type: self.entity_type,
            entity_id: self.entity_id,
            request_id: self.request_id,
            from: self.from,
            to: self.to,
            pattern,
            after: None,
        }
    }
}

/// One thing that was done.
#[derive(Debug, Serialize, ToSchema)]
struct AuditEntry {
    id: Uuid,
    /// Its number in the tenant's chain.
    seq: i64,
    at: DateTime<Utc>,
    actor: AuditActor,
    /// What was done, as `<entity>.<verb>`.
    action: String,
    entity: AuditEntity,
    /// What it was before.
    old: Option<Value>,
    /// What it was after.
    new: Option<Value>,
    /// Why, if somebody said.
    reason: Option<String>,
    request_id: Option<String>,
    ip: Option<String>,
    /// The SHA-256 of this entry and the one before it.
    hash: String,
}

/// Who did it.
#[derive(Debug, Serialize, ToSchema)]
struct AuditActor {
    #[serde(rename = "type")]
    #[schema(value_type = wire::ActorType)]
    kind: String,
    id: Option<String>,
    /// The name at the time.
    name: Option<String>,
}

/// What it was done to.
#[derive(Debug, Serialize, ToSchema)]
struct AuditEntity {
    #[serde(rename = "type")]
    kind: String,
    id: Option<String>,
    /// The name at the time.
    name: Option<String>,
}

/// A page of the audit log.
#[derive(Debug, Serialize, ToSchema)]
struct AuditPage {
    entries: Vec<AuditEntry>,
    #[serde(flatten)]
    page: PageExtent,
}

/// Whether the chain is whole.
#[derive(Debug, Serialize, ToSchema)]
struct ChainState {
    is_intact: bool,
    /// Entries that were looked at.
    checked: i64,
    first_fault: Option<ChainFault>,
}

/// Where the chain breaks.
#[derive(Debug, Serialize, ToSchema)]
struct ChainFault {
    /// The number of the entry at which it shows.
    seq: i64,
    #[schema(value_type = wire::FaultKind)]
    kind: String,
    message: String,
}

impl From<Row> for AuditEntry {
    fn from(row: Row) -> Self {
        let json = |text: Option<String>| text.and_then(|text| serde_json::from_str(&text).ok());
        Self {
            id: row.id,
            seq: row.seq,
            at: row.at,
            actor: AuditActor {
                kind: row.actor_type,
                id: row.actor_id,
                name: row.actor_name,
            },
            action: row.action,
            entity: AuditEntity {
                kind: row.entity_type,
                id: row.entity_id,
                name: row.entity_name,
            },
            old: json(row.old),
            new: json(row.new),
            reason: row.reason,
            request_id: row.request_id,
            ip: row.ip,
            hash: hex(&row.hash),
        }
    }
}

/// What the list can be sorted by.
const COLUMNS: &[(&str, &str)] = &[("-at", "seq")];

/// The tenant's audit log, newest first.
#[utoipa::path(get, path = "/api/v6/audit-log", params(PageParams, EntryFilter), responses((status = 200, body = AuditPage)))]
async fn list_entries(
    State(log): State<AuditLog>,
    caller: Caller,
    List { page, filter }: List<EntryFilter>,
) -> Result<axum::Json<AuditPage>, ApiError> {
    let (_, oldest_first) = page.order(COLUMNS)?;
    let filter = filter.with(page.pattern());
    let mut tx = log.db.tenant(caller.tenant()).await?;
    let total = store::count(&mut tx, &filter).await?;
    let rows = store::page(&mut tx, &filter, page.offset, page.size, oldest_first).await?;
    let entries = rows.into_iter().map(AuditEntry::from).collect();
    Ok(axum::Json(AuditPage {
        entries,
        page: PageExtent::of_tenant(&page, total, caller.tenant()),
    }))
}

/// One entry.
#[utoipa::path(get, path = "/api/v6/audit-log/{id}", params(("id" = Uuid, Path)), responses((status = 200, body = AuditEntry)))]
async fn get_entry(
    State(log): State<AuditLog>,
    caller: Caller,
    Id(id): Id,
) -> Result<axum::Json<AuditEntry>, ApiError> {
    let mut tx = log.db.tenant(caller.tenant()).await?;
    let row = store::find(&mut tx, id)
        .await?
        .ok_or_else(ApiError::not_found)?;
    Ok(axum::Json(row.into()))
}

/// The tenant's audit log as CSV, oldest first, with the filters of the list. It is sent as it is
/// read, and is itself recorded.
#[utoipa::path(get, path = "/api/v6/audit-log/export",
    params(("q" = Option<String>, Query, max_length = 200, description = "Text that must occur."), EntryFilter),
    responses((status = 200, content_type = "text/csv", body = String)))]
async fn export_entries(
    State(log): State<AuditLog>,
    caller: Caller,
    List { page, filter }: List<EntryFilter>,
) -> Result<Response, ApiError> {
    let place = log.exports.begin(caller.tenant())?;
    let by = By::caller(&caller);
    let filter = filter.with(page.pattern());
    let tx = log.db.tenant(caller.tenant()).await?;
    let lines = export::export(tx, filter, by, log.clock, place);
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
        (
            header::CONTENT_DISPOSITION,
            "attachment; filename=\"audit-log.csv\"",
        ),
    ];
    Ok((headers, Body::from_stream(lines)).into_response())
}

/// Computes the tenant's chain again and says whether it is whole.
#[utoipa::path(get, path = "/api/v6/audit-log/verify", responses((status = 200, body = ChainState)))]
async fn verify_chain(
    State(log): State<AuditLog>,
    caller: Caller,
) -> Result<axum::Json<ChainState>, ApiError> {
    let mut tx = log.db.tenant(caller.tenant()).await?;
    let found = chain::verify_tenant(tx.conn(), caller.tenant()).await?;
    Ok(axum::Json(ChainState {
        is_intact: found.fault.is_none(),
        checked: found.checked,
        first_fault: found.fault.map(|fault| ChainFault {
            seq: fault.seq,
            kind: fault.kind.name().to_owned(),
            message: fault.kind.message().to_owned(),
        }),
    }))
}
