//! How a device fares over time, counted from its messages in equal steps.

use axum::extract::State;
use chrono::{DateTime, TimeDelta, Utc};
use parking_estate::view::View;
use parking_http::wire::instant;
use parking_http::{ApiError, Caller, Id, Query, Wrong};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::store::{self, Step};
use crate::Flow;

/// The longest time that is looked at.
const SPAN_MAX: TimeDelta = TimeDelta::days(31);

/// The time that is looked at unless asked otherwise.
const SPAN: TimeDelta = TimeDelta::days(1);

/// The most steps of an answer, but for one that is cut.
const STEPS_MAX: i64 = 120;

/// How long a step may be, in seconds: whole parts of a day, so that midnight is between two.
const STEPS: [i64; 9] = [60, 300, 900, 1_800, 3_600, 7_200, 10_800, 21_600, 43_200];

/// Of which time.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct HealthSpan {
    /// From when on; a day before `to`, if absent.
    #[serde(default, deserialize_with = "instant")]
    from: Option<DateTime<Utc>>,
    /// Until when; now, if absent. At most 31 days after `from`.
    #[serde(default, deserialize_with = "instant")]
    to: Option<DateTime<Utc>>,
}

impl HealthSpan {
    fn read(&self, now: DateTime<Utc>) -> Result<(DateTime<Utc>, DateTime<Utc>), ApiError> {
        let mut wrong = Wrong::default();
        let to = self.to.unwrap_or(now);
        let from = self.from.or(to.checked_sub_signed(SPAN)).unwrap_or(to);
        if from >= to || to - from > SPAN_MAX {
            wrong.note("from", "must lie before to, by at most 31 days");
        }
        wrong.settle(Some((from, to)))
    }
}

/// How a device fared, step by step. Times are those at which messages were received.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct DeviceHealthBody {
    device_id: Uuid,
    /// When the first step begins.
    from: DateTime<Utc>,
    to: DateTime<Utc>,
    /// How long each step is; the last one may be cut.
    step_seconds: i64,
    /// Messages it sent.
    messages: i64,
    /// Messages it sent that nobody heard, by the gaps in their numbers.
    lost: i64,
    /// Every step, also those in which nothing was heard.
    steps: Vec<HealthStep>,
}

/// How a device fared in one step. What nobody said is null.
#[derive(Debug, Serialize, ToSchema)]
struct HealthStep {
    /// When it begins.
    at: DateTime<Utc>,
    messages: i64,
    lost: i64,
    /// How strong it was heard by its best gateway on average, in dBm.
    rssi: Option<f64>,
    /// How weak at worst.
    rssi_min: Option<i32>,
    /// How far above the noise on average, in dB.
    snr: Option<f64>,
    /// What it said of its battery last, in percent.
    battery_percent: Option<f64>,
    /// What it said of its battery last, in volts.
    battery_volts: Option<f64>,
}

/// How a device fared: battery, signal, messages and those that were lost, in at most 121 steps. An
/// API key needs `telemetry:read`.
#[utoipa::path(get, path = "/api/v6/devices/{id}/health", params(("id" = Uuid, Path), HealthSpan), responses((status = 200, body = DeviceHealthBody)))]
pub(super) async fn device_health(
    State(flow): State<Flow>,
    caller: Caller,
    Id(id): Id,
    Query(span): Query<HealthSpan>,
) -> Result<axum::Json<DeviceHealthBody>, ApiError> {
    let (from, to) = span.read(flow.clock.now())?;
    let mut view = View::of(&flow.db, &caller).await?;
    let device = store::heard(view.conn(), id).await?;
    let device = device.ok_or_else(ApiError::not_found)?;
    let step_seconds = step_of(to - from);
    let from = begun(from, step_seconds);
    let step = TimeDelta::seconds(step_seconds);
    let mut told = store::steps(view.conn(), &device, (from, to), step).await?;
    carry(&mut told);
    Ok(axum::Json(DeviceHealthBody {
        device_id: id,
        from,
        to,
        step_seconds,
        messages: told.iter().map(|step| step.messages).sum(),
        lost: told.iter().map(|step| step.lost).sum(),
        steps: filled(told, (from, to), step_seconds),
    }))
}

/// Takes what came late off the steps that counted it as lost: those next to where it belongs.
fn carry(steps: &mut [Step]) {
    let mut back = 0;
    for step in steps {
        let lost = step.lost + back;
        step.lost = lost.max(0);
        back = lost.min(0);
    }
}

/// The shortest step of which so long a time has not too many.
fn step_of(span: TimeDelta) -> i64 {
    let fits = |step: &&i64| span.num_seconds() <= **step * STEPS_MAX;
    let longest = STEPS[STEPS.len() - 1];
    STEPS.iter().find(fits).copied().unwrap_or(longest)
}

/// When the step began in which an instant lies.
fn begun(at: DateTime<Utc>, step_seconds: i64) -> DateTime<Utc> {
    let seconds = at.timestamp().div_euclid(step_seconds) * step_seconds;
    DateTime::from_timestamp(seconds, 0).unwrap_or(at)
}

/// All steps of a time, with those that are told in their places.
fn filled(
    told: Vec<Step>,
    (from, to): (DateTime<Utc>, DateTime<Utc>),
    step_seconds: i64,
) -> Vec<HealthStep> {
    let mut told = told.into_iter().peekable();
    let mut steps = Vec::new();
    let mut at = from;
    while at < to {
        let step = told.next_if(|step| step.at == at);
        steps.push(step.map_or_else(|| HealthStep::silent(at), HealthStep::from));
        at += TimeDelta::seconds(step_seconds);
    }
    steps
}

impl HealthStep {
    const fn silent(at: DateTime<Utc>) -> Self {
        Self {
            at,
            messages: 0,
            lost: 0,
            rssi: None,
            rssi_min: None,
            snr: None,
            battery_percent: None,
            battery_volts: None,
        }
    }
}

impl From<Step> for HealthStep {
    fn from(step: Step) -> Self {
        Self {
            at: step.at,
            messages: step.messages,
            lost: step.lost,
            rssi: step.rssi,
            rssi_min: step.rssi_min,
            snr: step.snr,
            battery_percent: step.battery_percent,
            battery_volts: step.battery_volts,
        }
    }
}
