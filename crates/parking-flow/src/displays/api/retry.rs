//! Trying many commands again that were given up.

use axum::extract::State;
use parking_domain::access::Permission;
use parking_estate::{Maker, view};
use parking_http::{ApiError, Caller, Json, Wrong};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::super::change::{RETRIED_MAX, Verdict, Which, retry_many};
use crate::Flow;

/// Which commands are to be tried again: a list of them, or those that were given up, of a site, of a
/// display or of all; at most 500 at once, the newest first.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct DownlinkRetries {
    /// These, instead of a filter.
    #[schema(min_items = 1, max_items = 500)]
    ids: Option<Vec<Uuid>>,
    /// Those that were given up.
    filter: Option<GivenUp>,
}

/// Of those that were given up, which.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct GivenUp {
    site_id: Option<Uuid>,
    device_id: Option<Uuid>,
}

impl DownlinkRetries {
    fn read(self) -> Result<Which, ApiError> {
        let mut wrong = Wrong::default();
        let which = match (self.ids, self.filter) {
            (Some(ids), None) => {
                if !(1..=RETRIED_MAX).contains(&ids.len()) {
                    wrong.note("ids", format!("must be from 1 to {RETRIED_MAX}"));
                }
                Some(Which::These(ids))
            }
            (None, Some(filter)) => Some(Which::GivenUp {
                site: filter.site_id,
                device: filter.device_id,
            }),
            _ => {
                wrong.note("ids", "give either a list of commands or a filter");
                None
            }
        };
        wrong.settle(which)
    }
}

/// What became of a command that was to be tried again: it waits; its display has been told something
/// newer, or will be; it was not given up; its device is archived, or only whoever may command may send
/// it; it is not there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum RetryVerdict {
    Retried,
    Overtaken,
    NotGivenUp,
    Refused,
    Absent,
}

/// What became of one command.
#[derive(Debug, Serialize, ToSchema)]
struct DownlinkRetry {
    id: Uuid,
    verdict: RetryVerdict,
}

/// What became of the commands.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct DownlinkRetried {
    /// In the order of the request; of a filter, the newest first.
    downlinks: Vec<DownlinkRetry>,
    /// How many wait again.
    retried: usize,
    /// How many more of the filter were given up.
    left: i64,
}

/// Has many commands tried again that were given up, of each display the newest one, and says of each what
/// became of it. A display that has been told something newer since is left as it is.
#[utoipa::path(post, path = "/api/v6/downlinks/retry", request_body = DownlinkRetries,
    responses((status = 200, body = DownlinkRetried)))]
pub(super) async fn retry_downlinks(
    State(flow): State<Flow>,
    caller: Caller,
    Json(wanted): Json<DownlinkRetries>,
) -> Result<axum::Json<DownlinkRetried>, ApiError> {
    let which = wanted.read()?;
    let mut tx = view::change(&flow.db, &caller).await?;
    let (maker, now) = (Maker::caller(&caller), flow.clock.now());
    let may_command = caller.may(Permission::DisplaysCommand);
    let (verdicts, left) = retry_many(&mut tx, (&maker, may_command), &which, now).await?;
    tx.commit().await?;
    flow.displays.wake_senders();
    let downlinks: Vec<DownlinkRetry> = verdicts
        .into_iter()
        .map(|(id, verdict)| DownlinkRetry {
            id,
            verdict: match verdict {
                Verdict::Retried => RetryVerdict::Retried,
                Verdict::Overtaken => RetryVerdict::Overtaken,
                Verdict::NotGivenUp => RetryVerdict::NotGivenUp,
                Verdict::Refused => RetryVerdict::Refused,
                Verdict::Absent => RetryVerdict::Absent,
            },
        })
        .collect();
    let retried = downlinks
        .iter()
        .filter(|one| one.verdict == RetryVerdict::Retried);
    Ok(axum::Json(DownlinkRetried {
        retried: retried.count(),
        downlinks,
        left,
    }))
}
