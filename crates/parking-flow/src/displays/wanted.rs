//! What displays should show: by a test that runs, or by the facts of the bay they serve.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use parking_db::{DbError, PlatformTx};
use parking_domain::downlinks::Command;
use parking_domain::lamps::{LampModel, Look, Rule, frame, shown};
use parking_domain::models;
use serde_json::{Value, json};
use uuid::Uuid;

use super::store::plan::Lamp;
use crate::display_policies::{self, Effective};

/// What a display should show, and until when that is certain.
#[derive(Clone, Debug, Default)]
pub(super) struct Wanted {
    /// How it is told; `None` if nobody can say.
    pub(super) command: Option<Command>,
    /// How it looks then, for people.
    pub(super) look: Option<Value>,
    /// Why, as a word.
    pub(super) why: Option<String>,
    /// Whether it is a test.
    pub(super) is_test: bool,
    /// Whether it is what the whole site shows in an emergency.
    pub(super) is_emergency: bool,
    /// When time alone changes it.
    pub(super) until: Option<DateTime<Utc>>,
}

/// What each of these displays should show.
pub(super) async fn wanted(
    tx: &mut PlatformTx,
    lamps: &[Lamp],
    now: DateTime<Utc>,
) -> Result<HashMap<(Uuid, Uuid), Wanted>, DbError> {
    let bays: Vec<(Uuid, Uuid)> = lamps
        .iter()
        .filter_map(|lamp| Some((lamp.tenant_id, lamp.space_id?)))
        .collect();
    let effective = display_policies::effective(tx.conn(), &bays, now).await?;
    let by_space: HashMap<(Uuid, Uuid), &Effective> = effective
        .iter()
        .map(|one| ((one.tenant_id, one.space_id), one))
        .collect();
    let wanted = lamps.iter().map(|lamp| {
        let space = lamp.space_id.map(|space| (lamp.tenant_id, space));
        let bay = space.and_then(|space| by_space.get(&space).copied());
        // What keeps people away from danger is not put off for a trial.
        let is_emergency = bay.is_some_and(|bay| bay.facts.emergency.is_some());
        let test = tested(lamp, now).filter(|_| !is_emergency);
        let wish = test.unwrap_or_else(|| by_bay(lamp, bay, now));
        ((lamp.tenant_id, lamp.id), wish)
    });
    Ok(wanted.collect())
}

/// No test lasts longer: a later time is from a clock that was wrong.
const TEST_MAX: TimeDelta = TimeDelta::hours(1);

/// What somebody tries out, for as long as that lasts.
fn tested(lamp: &Lamp, now: DateTime<Utc>) -> Option<Wanted> {
    let until = lamp.test_until;
    let until = until.filter(|until| *until > now && *until <= now + TEST_MAX)?;
    Some(Wanted {
        command: Some(Command {
            f_port: u8::try_from(lamp.test_f_port?).ok()?,
            payload: lamp.test_payload.clone()?,
        }),
        look: lamp.test_look.clone(),
        why: Some("test".to_owned()),
        is_test: true,
        is_emergency: false,
        until: Some(until),
    })
}

/// What follows from the facts of its bay; nothing for a display that serves none, or that nobody has
/// said what it is.
fn by_bay(lamp: &Lamp, bay: Option<&Effective>, now: DateTime<Utc>) -> Wanted {
    let (Some(bay), Some(base)) = (bay, lamp.model.as_deref().and_then(models::find)) else {
        return Wanted::default();
    };
    let shown = shown(&bay.facts, &bay.policy, now);
    let id = lamp
        .own_model_id
        .map_or_else(|| base.slug.to_owned(), |id| id.to_string());
    let own_codes = lamp
        .own_codes
        .clone()
        .and_then(|codes| serde_json::from_value(codes).ok());
    let model = LampModel {
        id: &id,
        base,
        own_codes: own_codes.unwrap_or_default(),
    };
    // A display that says what it shows is asked to.
    let told = frame(&shown.look, &model, &bay.policy, base.is_light_reported);
    Wanted {
        command: told.ok().map(|frame| Command {
            f_port: frame.port,
            payload: frame.bytes,
        }),
        look: Some(look(shown.look)),
        why: Some(shown.rule.name().to_owned()),
        is_test: false,
        is_emergency: shown.rule == Rule::Emergency,
        until: shown.until,
    }
}

/// A look as it is kept and answered.
pub(super) fn look(look: Look) -> Value {
    json!({ "state": look.state, "color": look.color.to_string(), "blink_ms": look.blink_ms })
}
