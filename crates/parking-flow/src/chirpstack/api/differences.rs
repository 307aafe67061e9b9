//! Looking at differences, and deciding about them.

use axum::extract::State;
use parking_access::audit::By;
use parking_http::page::{List, PageParams};
use parking_http::{ApiError, Caller, Json, PageExtent};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::own;
use super::wire::{ChirpStackDifference, ChirpStackDifferencePage};
use crate::chirpstack::store::{self, Wanted};
use crate::chirpstack::{ChirpStacks, DECIDED_MAX, Way, decide};

/// What the list can be sorted by.
pub(super) const COLUMNS: &[(&str, &str)] = &[
    ("eui", "eui"),
    ("state", "state"),
    ("changed_at", "changed_at"),
];

/// What kind of thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum ChirpStackKind {
    Device,
    Gateway,
}

/// Which side has it: only ours, only ChirpStack's, or both and they differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum ChirpStackState {
    Here,
    There,
    Differs,
}

/// Which differences are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct DifferenceFilter {
    #[param(inline)]
    kind: Option<ChirpStackKind>,
    #[param(inline)]
    state: Option<ChirpStackState>,
    /// True for those that somebody set aside, instead of the others.
    is_ignored: Option<bool>,
    /// Whether the last attempt to mend it failed.
    has_error: Option<bool>,
}

/// What differs between the tenant and its part of ChirpStack, as of the last run. `q` looks in both
/// names and in the EUI. No more than ten thousand are counted.
#[utoipa::path(get, path = "/api/v6/chirpstack/differences", params(PageParams, DifferenceFilter), responses((status = 200, body = ChirpStackDifferencePage)))]
pub(super) async fn list_differences(
    State(state): State<ChirpStacks>,
    caller: Caller,
    List { page, filter }: List<DifferenceFilter>,
) -> Result<axum::Json<ChirpStackDifferencePage>, ApiError> {
    let order = page.order_by(COLUMNS, "id")?;
    let wanted = Wanted {
        kind: filter.kind.map(|kind| match kind {
            ChirpStackKind::Device => "device",
            ChirpStackKind::Gateway => "gateway",
        }),
        state: filter.state.map(|state| match state {
            ChirpStackState::Here => "here",
            ChirpStackState::There => "there",
            ChirpStackState::Differs => "differs",
        }),
        is_ignored: filter.is_ignored.unwrap_or_default(),
        has_error: filter.has_error,
        pattern: page.pattern(),
    };
    let mut tx = state.db.tenant(caller.tenant()).await?;
    let part = (page.offset, page.size);
    let (found, total) = store::drift(tx.conn(), &wanted, &order, part).await?;
    let differences = found.into_iter().map(ChirpStackDifference::from);
    Ok(axum::Json(ChirpStackDifferencePage {
        differences: differences.collect(),
        page: PageExtent::of_tenant(&page, total, caller.tenant()),
    }))
}

/// What is to become of differences.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum ChirpStackWay {
    /// ChirpStack is to have what is here.
    Give,
    /// What ChirpStack has is to be here.
    Take,
    /// It is left as it is, and not shown any more.
    Ignore,
    /// It is shown again.
    Regard,
}

/// A decision about differences.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ChirpStackDecision {
    /// Which ones.
    #[schema(min_items = 1, max_items = 500)]
    ids: Vec<Uuid>,
    way: ChirpStackWay,
}

/// How many differences were decided about.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ChirpStackDecided {
    /// Those that are there and can be mended in this way.
    decided: u64,
}

/// Decides about differences: what is to change is done soon after, and each says what came of it.
#[utoipa::path(post, path = "/api/v6/chirpstack/differences/decide", request_body = ChirpStackDecision,
    responses((status = 200, body = ChirpStackDecided), (status = 409, description = "`chirpstack_unlinked`", body = parking_http::Problem, content_type = "application/problem+json")))]
pub(super) async fn decide_differences(
    State(state): State<ChirpStacks>,
    caller: Caller,
    Json(decision): Json<ChirpStackDecision>,
) -> Result<axum::Json<ChirpStackDecided>, ApiError> {
    if !(1..=DECIDED_MAX).contains(&decision.ids.len()) {
        let text = format!("must have from 1 to {DECIDED_MAX} items");
        return Err(ApiError::field("ids", text));
    }
    let way = match decision.way {
        ChirpStackWay::Give => Way::Give,
        ChirpStackWay::Take => Way::Take,
        ChirpStackWay::Ignore => Way::Ignore,
        ChirpStackWay::Regard => Way::Regard,
    };
    let mut tx = state.db.tenant(own(&caller)?).await?;
    let (by, now) = (By::caller(&caller), state.clock.now());
    let decided = decide(&mut tx, &by, (&decision.ids, way), now).await?;
    tx.commit().await?;
    Ok(axum::Json(ChirpStackDecided { decided }))
}
