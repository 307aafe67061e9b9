//! Looking at messages over HTTP.

use axum::extract::State;
use chrono::{DateTime, TimeDelta, Utc};
use parking_domain::access::Permission;
use parking_domain::eui::Eui64;
use parking_http::wire::instant;
use parking_http::{Access, ApiError, Caller, Id, Query, Routes, Wrong};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::routes;
use uuid::{Timestamp, Uuid};

use super::health;
use super::store::{self, Filter, Part};
use super::wire::{self, UplinkBody, UplinkKind, UplinkOutcome, UplinkPage, UplinkSource};
use crate::Flow;

/// Messages a page unless asked otherwise, and at most.
const LIMIT: i64 = 50;
const LIMIT_MAX: i64 = 500;

/// How far back a list looks unless asked otherwise.
const AGE: TimeDelta = TimeDelta::days(31);

/// How late a message may be stored and still be seen by whoever follows what comes.
const STORED_LATE_MS: u64 = 2_000;

/// The routes of messages.
pub fn routes(flow: Flow) -> Routes {
    let reads = Access::Needs(Permission::TelemetryRead);
    Routes::new("Messages")
        .add(reads, routes!(list_uplinks))
        .add(reads, routes!(get_uplink))
        .add(reads, routes!(health::device_health))
        .with_state(flow)
}

/// Which messages are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct UplinkFilter {
    /// Messages of this device, also those from before somebody claimed it.
    device_id: Option<Uuid>,
    /// Messages of the device of this `DevEUI`, in any notation.
    #[param(max_length = 50)]
    dev_eui: Option<String>,
    /// Messages about this bay.
    space_id: Option<Uuid>,
    /// Messages about bays of this site.
    site_id: Option<Uuid>,
    #[param(inline)]
    kind: Option<UplinkKind>,
    #[param(inline)]
    outcome: Option<UplinkOutcome>,
    #[param(inline)]
    source: Option<UplinkSource>,
    /// Messages that came at this instant or later; those of the last 31 days, if absent.
    #[serde(default, deserialize_with = "instant")]
    from: Option<DateTime<Utc>>,
    /// Messages that came before this instant.
    #[serde(default, deserialize_with = "instant")]
    to: Option<DateTime<Utc>>,
    /// What came next after this message, as `after` of an earlier answer.
    after: Option<Uuid>,
    /// What came before this message, as `before` of an earlier answer.
    before: Option<Uuid>,
    /// How many; 50 unless asked otherwise.
    #[param(minimum = 1, maximum = 500)]
    limit: Option<i64>,
}

impl UplinkFilter {
    fn read(self, now: DateTime<Utc>) -> Result<(Filter, Part, i64), ApiError> {
        let mut wrong = Wrong::default();
        let dev_eui = self.dev_eui.as_deref();
        let dev_eui = dev_eui.and_then(|eui| wrong.read("dev_eui", eui.parse::<Eui64>()));
        let limit = self.limit.unwrap_or(LIMIT);
        if !(1..=LIMIT_MAX).contains(&limit) {
            wrong.note("limit", format!("must be from 1 to {LIMIT_MAX}"));
        }
        let part = match (self.after, self.before) {
            (None, None) => Part::Newest,
            (Some(id), None) => Part::After(id),
            (None, Some(id)) => Part::Before(id),
            (Some(_), Some(_)) => {
                wrong.note("before", "cannot be given with after");
                Part::Newest
            }
        };
        let filter = Filter {
            dev_eui: dev_eui.map(|eui| eui.to_string()),
            device: self.device_id,
            space: self.space_id,
            site: self.site_id,
            kind: self.kind.map(UplinkKind::name),
            outcome: self.outcome.map(UplinkOutcome::name),
            source: self.source.map(UplinkSource::name),
            from: self.from.or(now.checked_sub_signed(AGE)),
            to: self.to,
            back_to: None,
        };
        wrong.settle(Some((filter, part, limit)))
    }
}

/// The messages that came in, the newest first, garbled ones among them. With the platform's tenant
/// selected, those that belong to no customer. To follow what comes, ask with `after`; that answers
/// what came next after it, again the newest first. By `source` or `site_id` alone, twenty thousand
/// messages are looked at for an answer: it may hold few or none and still say that there is more.
#[utoipa::path(get, path = "/api/v6/uplinks", params(UplinkFilter), responses((status = 200, body = UplinkPage)))]
async fn list_uplinks(
    State(flow): State<Flow>,
    caller: Caller,
    Query(filter): Query<UplinkFilter>,
) -> Result<axum::Json<UplinkPage>, ApiError> {
    let (mut filter, part, limit) = filter.read(flow.clock.now())?;
    let mut tx = flow.db.tenant(caller.tenant()).await?;
    filter.back_to = store::horizon(tx.conn(), &filter, part).await?;
    let mut found = store::page(tx.conn(), &filter, (part, limit + 1)).await?;
    let has_more = i64::try_from(found.len()).is_ok_and(|count| count > limit);
    let looked_back_to = filter.back_to.filter(|_| !has_more);
    let is_after = matches!(part, Part::After(_));
    if has_more && is_after {
        // The newest of them is one too many: what follows is asked for next.
        found.remove(0);
    } else if has_more {
        found.pop();
    }
    let uplinks = wire::bodies(tx.conn(), found).await?;
    let newest = uplinks.first().map(|one| one.id);
    let after = match part {
        Part::After(id) if has_more => newest.or(Some(id)),
        Part::After(id) => newest
            .map(overlapping)
            .map(|newest| newest.max(id))
            .or(Some(id)),
        Part::Newest | Part::Before(_) => newest.map(overlapping),
    };
    Ok(axum::Json(UplinkPage {
        tenant_id: caller.tenant().0,
        has_more: has_more || looked_back_to.is_some(),
        after,
        before: looked_back_to.or(uplinks.last().map(|one| one.id)),
        uplinks,
    }))
}

/// One message; of a body that could not be read, the first 16 KiB.
#[utoipa::path(get, path = "/api/v6/uplinks/{id}", params(("id" = Uuid, Path)), responses((status = 200, body = UplinkBody)))]
async fn get_uplink(
    State(flow): State<Flow>,
    caller: Caller,
    Id(id): Id,
) -> Result<axum::Json<UplinkBody>, ApiError> {
    let mut tx = flow.db.tenant(caller.tenant()).await?;
    let found = store::one(tx.conn(), id).await?;
    let mut bodies = wire::bodies(tx.conn(), found.into_iter().collect()).await?;
    let body = bodies.pop().ok_or_else(ApiError::not_found)?;
    Ok(axum::Json(body))
}

/// An id a little before a message's: writers work at once, and one that began earlier may end later.
fn overlapping(id: Uuid) -> Uuid {
    let Some(made) = id.get_timestamp().as_ref().map(Timestamp::to_unix) else {
        return id;
    };
    let ms = made.0.saturating_mul(1_000) + u64::from(made.1 / 1_000_000);
    let ms = ms.saturating_sub(STORED_LATE_MS);
    Uuid::from_u128(u128::from(ms) << 80)
}
