//! Judging one thing by its facts and a tenant's rules: the kinds of alarm that it can raise.

use chrono::{DateTime, TimeDelta, Utc};
use parking_domain::alarms::{self, AlarmKind, ClearReason, Finding, Open, Quiet, Rules, Verdict};
use parking_domain::models;
use serde_json::{Value, json};
use uuid::Uuid;

use super::store::watch::{Against, DeviceFacts, GatewayFacts, OpenAlarm, SpaceFacts};

/// Something that can raise alarms.
pub(super) enum Subject {
    Device(Box<DeviceFacts>),
    Gateway(GatewayFacts),
    Space(SpaceFacts),
}

/// What was found about one kind of alarm.
pub(super) struct Judged {
    pub(super) kind: AlarmKind,
    pub(super) finding: Finding,
    /// The outage that explains it.
    pub(super) parent_id: Option<Uuid>,
    /// What it was judged by.
    pub(super) evidence: Value,
}

impl Subject {
    /// Tenant and id.
    pub(super) fn key(&self) -> (Uuid, Uuid) {
        match self {
            Self::Device(device) => (device.tenant_id, device.id),
            Self::Gateway(gateway) => (gateway.tenant_id, gateway.id),
            Self::Space(space) => (space.tenant_id, space.id),
        }
    }

    /// What kind of thing it is.
    pub(super) fn subject_type(&self) -> &'static str {
        match self {
            Self::Device(_) => "device",
            Self::Gateway(_) => "gateway",
            Self::Space(_) => "space",
        }
    }

    /// What people know it by.
    pub(super) fn name(&self) -> &str {
        match self {
            Self::Device(device) => &device.name,
            Self::Gateway(gateway) => &gateway.name,
            Self::Space(space) => &space.code,
        }
    }

    /// The bay it is about.
    pub(super) fn space(&self) -> Option<(Uuid, String)> {
        match self {
            Self::Device(device) => device.space_id.zip(device.space_code.clone()),
            Self::Gateway(_) => None,
            Self::Space(space) => Some((space.id, space.code.clone())),
        }
    }

    /// The site it is in.
    pub(super) fn site(&self) -> Option<Uuid> {
        match self {
            Self::Device(device) => device.site_id,
            Self::Gateway(gateway) => gateway.site_id,
            Self::Space(space) => Some(space.site_id),
        }
    }
}

/// Judges everything that can be wrong with a thing.
pub(super) fn judge(
    subject: &Subject,
    rules: &Rules,
    open: &[OpenAlarm],
    at: DateTime<Utc>,
) -> Vec<Judged> {
    match subject {
        Subject::Device(device) => judge_device(device, rules, open, at),
        Subject::Gateway(gateway) => vec![judge_gateway(gateway, rules, open, at)],
        Subject::Space(space) => judge_space(space, rules, open, at),
    }
}

fn of_kind(open: &[OpenAlarm], kind: AlarmKind) -> Option<&OpenAlarm> {
    open.iter().find(|alarm| alarm.kind == kind)
}

/// Why a device is not to be watched: only one in operation at a bay is.
fn out_of_service(device: &DeviceFacts) -> Option<ClearReason> {
    match device.lifecycle.as_str() {
        _ if device.is_archived => Some(ClearReason::Archived),
        "maintenance" | "decommissioned" => Some(ClearReason::OutOfService),
        "operational" if device.space_id.is_some() => None,
        _ => Some(ClearReason::Unassigned),
    }
}

fn judge_device(
    device: &DeviceFacts,
    rules: &Rules,
    open: &[OpenAlarm],
    at: DateTime<Utc>,
) -> Vec<Judged> {
    let is_elsewhere = open.iter().any(|alarm| alarm.space_id != device.space_id);
    let is_over = out_of_service(device).or(is_elsewhere.then_some(ClearReason::Reassigned));
    if let Some(reason) = is_over {
        let is_watched = out_of_service(device).is_none();
        let clear = |alarm: &OpenAlarm| Judged {
            kind: alarm.kind,
            // At its other bay it is judged anew, at once.
            finding: Finding {
                verdict: Verdict::Clear(reason),
                look_again_at: is_watched.then_some(at),
            },
            parent_id: None,
            evidence: Value::Null,
        };
        return open.iter().map(clear).collect();
    }
    let is_low = of_kind(open, AlarmKind::BatteryLow).is_some();
    let battery = Judged {
        kind: AlarmKind::BatteryLow,
        finding: alarms::battery(rules, device.battery_percent, is_low),
        parent_id: None,
        evidence: json!({
            "dev_eui": device.dev_eui, "battery_percent": device.battery_percent, "last_seen_at": device.last_seen_at,
            "threshold_percent": rules.battery_low_percent,
        }),
    };
    let silent = of_kind(open, AlarmKind::DeviceSilent);
    let mut judged = vec![battery, judge_silence(device, rules, silent, at)];
    let faults = [
        (AlarmKind::LampUnreachable, "unreachable"),
        (AlarmKind::LampMismatch, "mismatch"),
    ];
    judged.extend(faults.map(|(kind, fault)| judge_display(device, (kind, fault), open)));
    judged
}

/// Whoever keeps displays truthful notes what is wrong with one, and waits for as long as it takes to
/// be sure.
fn judge_display(
    device: &DeviceFacts,
    (kind, fault): (AlarmKind, &str),
    open: &[OpenAlarm],
) -> Judged {
    let is_wrong = device.display_fault.as_deref() == Some(fault);
    let verdict = match (is_wrong, of_kind(open, kind)) {
        (true, None) => Verdict::Raise,
        (true, Some(_)) => Verdict::Hold(None),
        (false, Some(_)) => Verdict::Clear(ClearReason::Recovered),
        (false, None) => Verdict::Fine,
    };
    Judged {
        kind,
        finding: Finding::settled(verdict),
        parent_id: None,
        evidence: json!({
            "dev_eui": device.dev_eui, "since": device.display_fault_since, "last_seen_at": device.last_seen_at,
        }),
    }
}

/// How often a device speaks though nothing happens.
fn heartbeat(device: &DeviceFacts) -> Option<i32> {
    let of_model = || {
        let model = models::find(device.base_model.as_deref()?)?;
        i32::try_from(model.heartbeat_s?).ok()
    };
    device.heartbeat_seconds.or_else(of_model)
}

fn judge_silence(
    device: &DeviceFacts,
    rules: &Rules,
    open: Option<&OpenAlarm>,
    at: DateTime<Utc>,
) -> Judged {
    let heartbeat = heartbeat(device);
    let patience = rules.device_patience(heartbeat);
    let (Some(patience), Some(counted_from)) = (patience, device.assigned_at) else {
        // One of which nobody knows how often it speaks is never silent.
        return Judged {
            kind: AlarmKind::DeviceSilent,
            finding: Finding::settled(match open {
                Some(_) => Verdict::Clear(ClearReason::RulesChanged),
                None => Verdict::Fine,
            }),
            parent_id: None,
            evidence: Value::Null,
        };
    };
    let quiet = Quiet {
        heard_at: device.last_seen_at,
        counted_from,
        patience,
        first_patience: rules.first_patience(),
    };
    let mut finding = alarms::silence(&quiet, open.map(|alarm| alarm.open), at);
    let mut parent_id = outage(device, &quiet);
    if let Some(alarm) = open {
        (finding, parent_id) = grouped(finding, (alarm, parent_id), patience, at);
    } else if finding.verdict == Verdict::Raise
        && parent_id.is_none()
        && let Some(later) = after_the_gateway(device, rules, &quiet, at)
    {
        finding = Finding {
            verdict: Verdict::Fine,
            look_again_at: Some(later),
        };
    }
    Judged {
        kind: AlarmKind::DeviceSilent,
        finding,
        parent_id,
        evidence: json!({
            "dev_eui": device.dev_eui, "last_seen_at": device.last_seen_at, "assigned_at": device.assigned_at,
            "heartbeat_seconds": heartbeat, "expected_by": quiet.deadline(), "battery_percent": device.battery_percent,
            "rssi": device.rssi, "snr": device.snr, "gateway_eui": device.gateway_eui,
        }),
    }
}

/// The outage that explains a silence: that of the only gateway which heard the device, if the device
/// was not silent before.
fn outage(device: &DeviceFacts, quiet: &Quiet) -> Option<Uuid> {
    let seen = device.gateway_seen_at?;
    device.outage_id.filter(|_| seen < quiet.deadline())
}

/// A silence under an outage that is over hangs there until the device had time to speak.
fn grouped(
    finding: Finding,
    (alarm, parent_id): (&OpenAlarm, Option<Uuid>),
    patience: TimeDelta,
    at: DateTime<Utc>,
) -> (Finding, Option<Uuid>) {
    let over_at = alarm.parent_cleared_at.filter(|_| parent_id.is_none());
    match over_at.map(|over| over + patience) {
        Some(alone_at) if at < alone_at => {
            let next = finding
                .look_again_at
                .map_or(alone_at, |next| next.min(alone_at));
            let finding = Finding {
                look_again_at: Some(next),
                ..finding
            };
            (finding, alarm.parent_id)
        }
        _ => (finding, parent_id),
    }
}

/// When the only gateway that heard a device will be judged, if it is late too: a silence that it
/// explains is not raised before it.
fn after_the_gateway(
    device: &DeviceFacts,
    rules: &Rules,
    quiet: &Quiet,
    at: DateTime<Utc>,
) -> Option<DateTime<Utc>> {
    let (seen, heartbeat) = device.gateway_seen_at.zip(device.gateway_heartbeat)?;
    let judged_at = seen + rules.gateway_patience(heartbeat)? + TimeDelta::seconds(30);
    let is_late = at - seen > TimeDelta::milliseconds(i64::from(heartbeat) * 2_500);
    (is_late && seen < quiet.deadline() && at < judged_at).then_some(judged_at)
}

fn judge_gateway(
    gateway: &GatewayFacts,
    rules: &Rules,
    open: &[OpenAlarm],
    at: DateTime<Utc>,
) -> Judged {
    let open = of_kind(open, AlarmKind::GatewayDown).map(|alarm| alarm.open);
    let patience = rules.gateway_patience(gateway.heartbeat_seconds);
    let over = |open: Option<Open>| match open {
        Some(_) => Verdict::Clear(ClearReason::RulesChanged),
        None => Verdict::Fine,
    };
    let finding = match (patience, gateway.last_seen_at) {
        (Some(patience), Some(seen)) => {
            let quiet = Quiet {
                heard_at: Some(seen),
                counted_from: seen,
                patience,
                first_patience: patience,
            };
            alarms::silence(&quiet, open, at)
        }
        // One that was never heard is being installed.
        _ => Finding::settled(over(open)),
    };
    Judged {
        kind: AlarmKind::GatewayDown,
        finding,
        parent_id: None,
        evidence: json!({
            "eui": gateway.eui, "last_seen_at": gateway.last_seen_at, "heartbeat_seconds": gateway.heartbeat_seconds,
            "down_after_seconds": patience.map(|patience| patience.num_seconds()), "devices_heard_only_here": gateway.devices,
        }),
    }
}

fn judge_space(
    space: &SpaceFacts,
    rules: &Rules,
    open: &[OpenAlarm],
    at: DateTime<Utc>,
) -> Vec<Judged> {
    let clear = |alarm: &OpenAlarm, reason| Judged {
        kind: alarm.kind,
        finding: Finding::settled(Verdict::Clear(reason)),
        parent_id: None,
        evidence: Value::Null,
    };
    if space.is_deleted {
        let deleted = |alarm| clear(alarm, ClearReason::Deleted);
        return open.iter().map(deleted).collect();
    }
    let mut judged = if space.has_sensor {
        judge_changes(space, rules, open, at)
    } else {
        let of_sensor = [AlarmKind::Flapping, AlarmKind::Stuck];
        let of_sensor = of_sensor.into_iter().filter_map(|kind| of_kind(open, kind));
        of_sensor
            .map(|alarm| clear(alarm, ClearReason::Unassigned))
            .collect()
    };
    let against = [
        (AlarmKind::Contested, space.contested),
        (AlarmKind::Overstayed, space.overstayed),
    ];
    judged.extend(against.map(|against| judge_trespass(space, against, open)));
    judged
}

/// Judges how often the state of a bay changes.
fn judge_changes(
    space: &SpaceFacts,
    rules: &Rules,
    open: &[OpenAlarm],
    at: DateTime<Utc>,
) -> Vec<Judged> {
    let is_open = |kind| of_kind(open, kind).is_some();
    let is_steady = matches!(space.state.as_str(), "free" | "occupied");
    let steady_since = is_steady.then_some(space.state_changed_at);
    vec![
        Judged {
            kind: AlarmKind::Flapping,
            finding: alarms::flapping(rules, space.changes, is_open(AlarmKind::Flapping), at),
            parent_id: None,
            evidence: json!({
                "changes_within_the_hour": space.changes, "threshold": rules.flapping_changes_per_hour, "state": space.state,
            }),
        },
        Judged {
            kind: AlarmKind::Stuck,
            finding: alarms::stuck(rules, steady_since, is_open(AlarmKind::Stuck), at),
            parent_id: None,
            evidence: json!({
                "state": space.state, "state_changed_at": space.state_changed_at, "threshold_hours": rules.stuck_hours,
            }),
        },
    ]
}

/// Whoever keeps reservations notes that somebody stands in a bay against one.
fn judge_trespass(
    space: &SpaceFacts,
    (kind, against): (AlarmKind, Option<Against>),
    open: &[OpenAlarm],
) -> Judged {
    let over_at = against.filter(|_| kind == AlarmKind::Contested);
    let over_at = over_at.map(|against| against.slot.end);
    Judged {
        kind,
        finding: alarms::trespass(against.is_some(), over_at, of_kind(open, kind).is_some()),
        parent_id: None,
        evidence: json!({
            "state": space.state, "state_changed_at": space.state_changed_at,
            "reservation_id": against.map(|against| against.reservation_id),
            "start_time": against.map(|against| against.slot.start), "end_time": against.map(|against| against.slot.end),
        }),
    }
}
