//! Taking a bay out of use and putting it back.

use axum::extract::State;
use chrono::{DateTime, Utc};
use parking_access::audit::By;
use parking_domain::bay_state::OverrideKind;
use parking_domain::text::Name;
use parking_http::wire::instant;
use parking_http::{Actor, ApiError, Caller, Id, Json, Tagged, Wrong};
use serde::Deserialize;
use utoipa::ToSchema;

use super::super::OverrideDraft;
use super::super::state::{lift_overrides, put_override};
use super::bodies::SpaceBody;
use super::list::read_one;
use crate::{Estate, view};

/// What people may say about a bay's state: that it is out of use, or that its facts decide again.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SpaceStateChange {
    state: WantedState,
    /// In which way it is out of use; `out_of_service` unless said otherwise.
    #[schema(value_type = Option<crate::wire::OverrideKind>)]
    kind: Option<String>,
    /// Why; needed to take it out of use.
    #[schema(max_length = 255)]
    reason: Option<String>,
    #[schema(max_length = 2000)]
    notes: Option<String>,
    /// From when on; now, if absent.
    #[serde(default, deserialize_with = "instant")]
    starts_at: Option<DateTime<Utc>>,
    /// Until when; until somebody puts it back, if absent.
    #[serde(default, deserialize_with = "instant")]
    ends_at: Option<DateTime<Utc>>,
}

/// `maintenance` takes it out of use; `automatic` lifts whatever does, now or later.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum WantedState {
    Maintenance,
    Automatic,
}

impl SpaceStateChange {
    fn draft(&self, now: DateTime<Utc>) -> Result<OverrideDraft, ApiError> {
        let mut wrong = Wrong::default();
        let kind = match self.kind.as_deref() {
            None | Some("out_of_service") => Some(OverrideKind::OutOfService),
            Some("blocked") => Some(OverrideKind::Blocked),
            Some(_) => wrong.read("kind", Err("must be one of: blocked, out_of_service")),
        };
        let reason = wrong.read(
            "reason",
            Name::parse(self.reason.as_deref().unwrap_or_default()),
        );
        if self
            .notes
            .as_ref()
            .is_some_and(|notes| notes.chars().count() > 2_000)
        {
            wrong.note("notes", "must have at most 2000 characters");
        }
        let starts_at = self.starts_at.unwrap_or(now);
        if self.ends_at.is_some_and(|end| end <= starts_at.max(now)) {
            wrong.note("ends_at", "must lie in the future and after the start");
        }
        wrong.settle(kind.zip(reason).map(|(kind, reason)| OverrideDraft {
            kind,
            starts_at,
            ends_at: self.ends_at,
            reason: reason.as_str().to_owned(),
            notes: self.notes.clone(),
        }))
    }
}

/// Takes a bay out of use for a while, or puts it back. What a bay's state is otherwise follows from
/// its sensor and its bookings, and nobody sets it.
#[utoipa::path(put, path = "/api/v6/spaces/{id}/state", params(("id" = Uuid, Path)), request_body = SpaceStateChange,
    responses((status = 200, body = SpaceBody)))]
pub(super) async fn set_state(
    State(estate): State<Estate>,
    caller: Caller,
    Id(id): Id,
    Json(wanted): Json<SpaceStateChange>,
) -> Result<Tagged<SpaceBody>, ApiError> {
    let now = estate.clock.now();
    let (Actor::User { name, .. } | Actor::ApiKey { name, .. }) = &caller.identity.actor;
    let by = By::caller(&caller);
    let mut tx = view::change(&estate.db, &caller).await?;
    match wanted.state {
        WantedState::Maintenance => {
            let draft = wanted.draft(now)?;
            put_override(&mut tx, &by, id, (&draft, name), now).await?;
        }
        WantedState::Automatic => {
            let why = (name.as_str(), wanted.reason.as_deref());
            lift_overrides(&mut tx, &by, id, why, now).await?;
        }
    }
    let body = read_one(tx.conn(), id, now).await?;
    tx.commit().await?;
    Ok(body)
}
