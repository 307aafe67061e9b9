//! What goes over the wire.

use chrono::{DateTime, Utc};
use parking_http::PageExtent;
use parking_http::wire::Change;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::chirpstack::readiness::Readiness;
use crate::chirpstack::store::{Drift, Link, Profile, Run};
use crate::chirpstack::{ChirpStack, Wishes};

/// ChirpStack, as the tenant sees it.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ChirpStackBody {
    /// Whether there is a ChirpStack at all.
    is_configured: bool,
    /// Whether it answers; none before anybody asked it something.
    is_answering: Option<bool>,
    /// Whether it is given a rest, because it did not answer several times.
    is_resting: bool,
    /// For how many seconds it has been so.
    for_seconds: Option<u64>,
    last_answer_ms: Option<u64>,
    /// What went wrong last, for those who run the installation.
    last_error: Option<String>,
    /// How often both sides are compared, in seconds.
    sync_interval_seconds: Option<u64>,
    /// The tenant's part, if it has one.
    part: Option<ChirpStackPart>,
    /// How many devices and gateways are in which state; without those set aside.
    counts: ChirpStackCounts,
    last_run: Option<ChirpStackRun>,
}

/// A tenant's part of ChirpStack.
#[derive(Debug, Serialize, ToSchema)]
struct ChirpStackPart {
    tenant_id: Uuid,
    tenant_name: String,
    application_id: Uuid,
    application_name: String,
    /// Whether what is made, renamed, re-keyed or put out of use here is so there too.
    gives: bool,
    /// The profile of devices made there that listen after they spoke.
    profile_a: Option<Uuid>,
    /// The profile of devices made there that listen at all times.
    profile_c: Option<Uuid>,
    profiles: Vec<Profile>,
}

/// How many things are in which state.
#[derive(Debug, Default, Serialize, ToSchema)]
struct ChirpStackCounts {
    same: i64,
    here: i64,
    there: i64,
    differs: i64,
}

impl ChirpStackBody {
    pub(super) fn of(
        (remote, sees_errors): (Option<&ChirpStack>, bool),
        link: Option<Link>,
        counts: &[(String, String, i64)],
        last: Option<Run>,
    ) -> Self {
        let health = remote
            .map(|remote| remote.client.health())
            .unwrap_or_default();
        let of = |wanted: &str| {
            let counted = counts.iter().filter(|(_, state, _)| state == wanted);
            counted.map(|(.., count)| count).sum()
        };
        let millis =
            |took: std::time::Duration| u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
        Self {
            is_configured: remote.is_some(),
            is_answering: health.is_answering,
            is_resting: health.is_open,
            for_seconds: health.since.map(|since| since.as_secs()),
            last_answer_ms: health.last_answer_after.map(millis),
            last_error: health.last_error.filter(|_| sees_errors),
            sync_interval_seconds: remote.map(|remote| remote.every.as_secs()),
            part: link.map(ChirpStackPart::from),
            counts: ChirpStackCounts {
                same: of("same"),
                here: of("here"),
                there: of("there"),
                differs: of("differs"),
            },
            last_run: last.map(ChirpStackRun::from),
        }
    }
}

impl From<Link> for ChirpStackPart {
    fn from(link: Link) -> Self {
        Self {
            tenant_id: link.remote_tenant_id,
            tenant_name: link.remote_tenant_name,
            application_id: link.application_id,
            application_name: link.application_name,
            gives: link.gives,
            profile_a: link.profile_a,
            profile_c: link.profile_c,
            profiles: link.profiles,
        }
    }
}

/// What the tenant wants; what is not said stays, and `null` means that the first that fits is taken.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ChirpStackWishes {
    gives: Option<bool>,
    #[serde(default)]
    #[schema(value_type = Option<Uuid>)]
    profile_a: Change<Uuid>,
    #[serde(default)]
    #[schema(value_type = Option<Uuid>)]
    profile_c: Change<Uuid>,
}

impl ChirpStackWishes {
    pub(super) fn read(&self) -> Wishes {
        Wishes {
            gives: self.gives,
            profile_a: self.profile_a,
            profile_c: self.profile_c,
        }
    }
}

/// A time when both sides were compared.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ChirpStackRun {
    id: Uuid,
    /// `schedule` or `demand`.
    cause: String,
    /// Whether nothing was changed.
    is_dry: bool,
    asked_by: Option<String>,
    asked_at: DateTime<Utc>,
    began_at: Option<DateTime<Utc>>,
    ended_at: Option<DateTime<Utc>>,
    /// `devices` and `gateways` there; how many are only `here`, only `there`, or `differs`; of how many
    /// ChirpStack did not say enough (`unknown`); how many were `done`, and how many `failed`.
    #[schema(value_type = Object)]
    counts: Value,
    /// Why it did not come to its end.
    error: Option<String>,
}

impl From<Run> for ChirpStackRun {
    fn from(run: Run) -> Self {
        Self {
            id: run.id,
            cause: run.cause,
            is_dry: run.is_dry,
            asked_by: run.asked_by,
            asked_at: run.asked_at,
            began_at: run.began_at,
            ended_at: run.ended_at,
            counts: run.counts,
            error: run.error,
        }
    }
}

/// A page of runs.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ChirpStackRunPage {
    pub(super) runs: Vec<ChirpStackRun>,
    #[serde(flatten)]
    pub(super) page: PageExtent,
}

/// How to compare.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ChirpStackRunDraft {
    /// Whether nothing is to be changed on either side.
    is_dry: Option<bool>,
}

impl ChirpStackRunDraft {
    pub(super) fn is_dry(&self) -> bool {
        self.is_dry.unwrap_or_default()
    }
}

/// The run that was asked for.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ChirpStackRunRef {
    pub(super) id: Uuid,
}

/// A device or gateway that both sides do not have alike.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ChirpStackDifference {
    id: Uuid,
    /// `device` or `gateway`.
    kind: String,
    eui: String,
    /// `here`: only ours; `there`: only ChirpStack's; `differs`: both, and not alike.
    state: String,
    /// `name`, `disabled`, `key`.
    differs: Vec<String>,
    /// `here` or `there`, if that side alone changed since both were alike.
    changed_side: Option<String>,
    here_id: Option<Uuid>,
    here_name: Option<String>,
    here_disabled: Option<bool>,
    there_name: Option<String>,
    there_disabled: Option<bool>,
    /// `give` or `take`, while that is still to be done.
    wanted: Option<String>,
    is_ignored: bool,
    /// Why the last attempt came to nothing.
    error: Option<String>,
    tried_at: Option<DateTime<Utc>>,
    changed_at: DateTime<Utc>,
}

impl From<Drift> for ChirpStackDifference {
    fn from(drift: Drift) -> Self {
        Self {
            id: drift.id,
            kind: drift.kind,
            eui: drift.eui,
            state: drift.state,
            differs: drift.differs,
            changed_side: drift.changed_side,
            here_id: drift.here_id,
            here_name: drift.here_name,
            here_disabled: drift.here_disabled,
            there_name: drift.there_name,
            there_disabled: drift.there_disabled,
            wanted: drift.wanted,
            is_ignored: drift.ignored_at.is_some(),
            error: drift.error,
            tried_at: drift.tried_at,
            changed_at: drift.changed_at,
        }
    }
}

/// A page of differences.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ChirpStackDifferencePage {
    pub(super) differences: Vec<ChirpStackDifference>,
    #[serde(flatten)]
    pub(super) page: PageExtent,
}

/// Whether a device can be reached, as ChirpStack says.
#[derive(Debug, Serialize, ToSchema)]
#[expect(clippy::struct_excessive_bools, reason = "each is asked by itself")]
pub(super) struct ChirpStackReadiness {
    /// Whether the tenant has a part of a ChirpStack; nothing else is told where it has none.
    is_connected: bool,
    /// Whether ChirpStack has it, in the tenant's application.
    is_known: bool,
    is_disabled: bool,
    profile_name: Option<String>,
    /// Whether its profile says that it listens at all times.
    supports_class_c: Option<bool>,
    /// Whether it has the key that is here; none where one of both has none.
    has_our_key: Option<bool>,
    has_joined: bool,
    /// Whether it spoke since it joined: before, nothing can be sent to it.
    has_spoken: bool,
    last_seen_at: Option<DateTime<Utc>>,
    /// When a gateway sent it a command for the first time since it joined; none before.
    first_txack_at: Option<DateTime<Utc>>,
    /// How many milliseconds that took from when ChirpStack had the command: about a second, for a device that
    /// listens at all times.
    first_txack_ms: Option<i64>,
    /// Since when ChirpStack has a command for it that no gateway has sent.
    command_waits_since: Option<DateTime<Utc>>,
}

impl From<Readiness> for ChirpStackReadiness {
    fn from(readiness: Readiness) -> Self {
        Self {
            is_connected: readiness.is_connected,
            is_known: readiness.is_known,
            is_disabled: readiness.is_disabled,
            profile_name: readiness.profile_name,
            supports_class_c: readiness.supports_class_c,
            has_our_key: readiness.has_our_key,
            has_joined: readiness.has_joined,
            has_spoken: readiness.has_spoken,
            last_seen_at: readiness.last_seen_at,
            first_txack_at: readiness.first_txack_at,
            first_txack_ms: readiness
                .first_txack_after
                .map(|took| took.num_milliseconds()),
            command_waits_since: readiness.command_waits_since,
        }
    }
}
