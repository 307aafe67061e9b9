//! A tenant's rules of alarms.

use std::ops::RangeInclusive;

use axum::extract::State;
use chrono::{DateTime, Utc};
use parking_access::audit::By;
use parking_domain::alarms::Rules;
use parking_http::{ApiError, Caller, IfMatch, Json, Tagged, Wrong};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::super::TenantRules;
use super::super::rules::change;
use super::super::store::rules as store;
use crate::Estate;
use crate::view::{self, View};
use crate::wire::Change;

/// From when on something is wrong. A threshold that is null is never reached.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AlarmRulesBody {
    /// How many of its heartbeats a device may stay silent.
    silent_factor: Option<f64>,
    /// How many hours a device may take, after it was assigned, to be heard for the first time.
    never_seen_hours: i32,
    /// The charge at which a battery is low.
    battery_low_percent: Option<i32>,
    /// The charge at which it is low no longer.
    battery_clear_percent: i32,
    /// How many minutes a gateway may stay silent, and never less than two and a half heartbeats.
    gateway_down_minutes: Option<i32>,
    /// From how many changes within an hour on a bay flaps; it has ceased at half as many.
    flapping_changes_per_hour: Option<i32>,
    /// How many hours a bay may be free, or occupied, without a change.
    stuck_hours: Option<i32>,
    /// When somebody changed them; never, if these are the usual ones.
    updated_at: Option<DateTime<Utc>>,
}

/// What is to change about the rules. What is absent stays as it is; `null` switches a kind off.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct AlarmRulesChange {
    #[serde(default)]
    #[schema(value_type = Option<f64>, minimum = 1.5, maximum = 100)]
    silent_factor: Change<f64>,
    #[schema(minimum = 1, maximum = 720)]
    never_seen_hours: Option<i32>,
    /// Below `battery_clear_percent`.
    #[serde(default)]
    #[schema(value_type = Option<i32>, minimum = 1, maximum = 90)]
    battery_low_percent: Change<i32>,
    #[schema(minimum = 2, maximum = 100)]
    battery_clear_percent: Option<i32>,
    #[serde(default)]
    #[schema(value_type = Option<i32>, minimum = 1, maximum = 1440)]
    gateway_down_minutes: Change<i32>,
    #[serde(default)]
    #[schema(value_type = Option<i32>, minimum = 4, maximum = 600)]
    flapping_changes_per_hour: Change<i32>,
    #[serde(default)]
    #[schema(value_type = Option<i32>, minimum = 1, maximum = 8760)]
    stuck_hours: Change<i32>,
}

impl AlarmRulesChange {
    /// Makes the changes, if the outcome can be.
    fn onto(self, rules: &mut Rules) -> Result<(), ApiError> {
        let old = *rules;
        *rules = Rules {
            silent_factor: self.silent_factor.onto(old.silent_factor),
            never_seen_hours: self.never_seen_hours.unwrap_or(old.never_seen_hours),
            battery_low_percent: self.battery_low_percent.onto(old.battery_low_percent),
            battery_clear_percent: self
                .battery_clear_percent
                .unwrap_or(old.battery_clear_percent),
            gateway_down_minutes: self.gateway_down_minutes.onto(old.gateway_down_minutes),
            flapping_changes_per_hour: self
                .flapping_changes_per_hour
                .onto(old.flapping_changes_per_hour),
            stuck_hours: self.stuck_hours.onto(old.stuck_hours),
        };
        checked(rules)
    }
}

fn checked(rules: &Rules) -> Result<(), ApiError> {
    let mut wrong = Wrong::default();
    let mut bound = |field: &str, value: Option<i32>, range: RangeInclusive<i32>| {
        if value.is_some_and(|value| !range.contains(&value)) {
            let message = format!("must be from {} to {}", range.start(), range.end());
            wrong.note(field, message);
        }
    };
    bound("never_seen_hours", Some(rules.never_seen_hours), 1..=720);
    bound("battery_low_percent", rules.battery_low_percent, 1..=90);
    let clear = rules.battery_clear_percent;
    bound("battery_clear_percent", Some(clear), 2..=100);
    bound(
        "gateway_down_minutes",
        rules.gateway_down_minutes,
        1..=1_440,
    );
    let flapping = rules.flapping_changes_per_hour;
    bound("flapping_changes_per_hour", flapping, 4..=600);
    bound("stuck_hours", rules.stuck_hours, 1..=8_760);
    let is_factor = |factor| (1.5..=100.0).contains(&factor);
    if !rules.silent_factor.is_none_or(is_factor) {
        wrong.note("silent_factor", "must be from 1.5 to 100");
    }
    if rules.battery_low_percent.is_some_and(|low| low >= clear) {
        wrong.note(
            "battery_low_percent",
            "must be less than battery_clear_percent",
        );
    }
    wrong.settle(Some(()))
}

impl AlarmRulesBody {
    fn of(rules: &TenantRules) -> Tagged<Self> {
        let TenantRules {
            rules,
            updated_at,
            version,
        } = *rules;
        Tagged(
            version,
            Self {
                silent_factor: rules.silent_factor,
                never_seen_hours: rules.never_seen_hours,
                battery_low_percent: rules.battery_low_percent,
                battery_clear_percent: rules.battery_clear_percent,
                gateway_down_minutes: rules.gateway_down_minutes,
                flapping_changes_per_hour: rules.flapping_changes_per_hour,
                stuck_hours: rules.stuck_hours,
                updated_at,
            },
        )
    }
}

/// From when on something is wrong, as the tenant sees it.
#[utoipa::path(get, path = "/api/v6/alarms/rules", responses((status = 200, body = AlarmRulesBody)))]
pub(super) async fn get_alarm_rules(
    State(estate): State<Estate>,
    caller: Caller,
) -> Result<Tagged<AlarmRulesBody>, ApiError> {
    let mut view = View::of(&estate.db, &caller).await?;
    let rules = store::find(view.conn(), caller.tenant().0).await?;
    Ok(AlarmRulesBody::of(&rules))
}

/// Changes the rules. Everything is judged by them within a minute or so.
#[utoipa::path(put, path = "/api/v6/alarms/rules", request_body = AlarmRulesChange,
    responses((status = 200, body = AlarmRulesBody),
        (status = 412, description = "They were changed meanwhile", body = parking_http::Problem, content_type = "application/problem+json")))]
pub(super) async fn put_alarm_rules(
    State(estate): State<Estate>,
    caller: Caller,
    if_match: IfMatch,
    Json(wanted): Json<AlarmRulesChange>,
) -> Result<Tagged<AlarmRulesBody>, ApiError> {
    let mut tx = view::change(&estate.db, &caller).await?;
    let (by, now) = (By::caller(&caller), estate.clock.now());
    let onto = |rules: &mut Rules| wanted.onto(rules);
    let rules = change::<ApiError>(&mut tx, &by, &if_match, onto, now).await?;
    tx.commit().await?;
    Ok(AlarmRulesBody::of(&rules))
}
