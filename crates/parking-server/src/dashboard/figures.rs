//! What the dashboard shows, as the database says it and as it is answered.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use parking_domain::alarms::{AlarmKind, Severity};
use parking_estate::devices::attention::AttentionKind;
use parking_estate::wire;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// Everything there is to show of one tenant, or of all.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = DashboardFigures)]
pub(super) struct Figures {
    /// How many there are of each limited thing: users, sites, spaces, devices, gateways.
    pub(super) counts: BTreeMap<String, i64>,
    pub(super) occupancy: Occupancy,
    /// How full each site is, by name; the hundred largest where there are more.
    pub(super) sites: Vec<SiteFigures>,
    pub(super) devices: DeviceFigures,
    /// What somebody should look at, by kind; kinds that nothing is wrong with are absent.
    pub(super) attention: Vec<Attention>,
    pub(super) alarms: AlarmFigures,
    pub(super) gateways: GatewayFigures,
    /// Gateways that are not heard, the longest silence first; the first few where there are more.
    pub(super) unheard_gateways: Vec<UnheardGateway>,
    /// What happened in the last month, newest first, but for bays changing their state; what one
    /// change did to many things of a kind is one line.
    pub(super) recent: Vec<Happened>,
}

/// How many bays are in which state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = BayCounts)]
pub(super) struct Occupancy {
    pub(super) total: i64,
    pub(super) free: i64,
    pub(super) occupied: i64,
    pub(super) reserved: i64,
    pub(super) maintenance: i64,
    pub(super) unknown: i64,
}

/// How full a site is.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub(super) struct SiteFigures {
    pub(super) tenant_id: Uuid,
    pub(super) tenant_name: String,
    pub(super) id: Uuid,
    pub(super) name: String,
    pub(super) timezone: String,
    pub(super) occupancy: Occupancy,
}

/// Devices in use, by number.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
pub(super) struct DeviceFigures {
    pub(super) total: i64,
    /// Those that serve a bay.
    pub(super) assigned: i64,
    pub(super) unassigned: i64,
    pub(super) sensors: Serving,
    pub(super) displays: Serving,
}

/// Devices of one type, by number; one that can do both is counted in both.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = ServingCounts)]
pub(super) struct Serving {
    pub(super) total: i64,
    pub(super) assigned: i64,
    pub(super) unassigned: i64,
}

/// Devices that somebody should look at; decommissioned ones are left in peace.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = DevicesNeedingAttention)]
pub(super) struct Attention {
    #[schema(inline)]
    pub(super) kind: AttentionKind,
    /// How many there are.
    pub(super) count: i64,
    /// The first few of them, the longest in this state first.
    pub(super) devices: Vec<AttentionDevice>,
}

/// A device that somebody should look at.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub(super) struct AttentionDevice {
    pub(super) tenant_id: Uuid,
    pub(super) id: Uuid,
    pub(super) dev_eui: String,
    pub(super) name: Option<String>,
    pub(super) last_seen_at: Option<DateTime<Utc>>,
    pub(super) battery_percent: Option<f32>,
    pub(super) created_at: DateTime<Utc>,
}

/// Alarms that are open.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = DashboardAlarms)]
pub(super) struct AlarmFigures {
    /// How many there are.
    pub(super) open: i64,
    /// How many nobody has taken on or put aside, and no open outage explains.
    pub(super) waiting: i64,
    /// The same by kind, the worst first.
    pub(super) counts: Vec<AlarmCount>,
    /// The newest few of those that no open outage explains.
    pub(super) newest: Vec<NewestAlarm>,
}

/// Open alarms of a kind, by number.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = DashboardAlarmCount)]
pub(super) struct AlarmCount {
    #[schema(value_type = wire::AlarmKindName)]
    pub(super) kind: AlarmKind,
    #[schema(value_type = wire::SeverityName)]
    pub(super) severity: Severity,
    pub(super) open: i64,
    pub(super) waiting: i64,
}

/// An open alarm.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = DashboardAlarm)]
pub(super) struct NewestAlarm {
    pub(super) tenant_id: Uuid,
    pub(super) tenant_name: String,
    pub(super) id: Uuid,
    #[schema(value_type = wire::AlarmKindName)]
    pub(super) kind: AlarmKind,
    #[schema(value_type = wire::SeverityName)]
    pub(super) severity: Severity,
    #[schema(value_type = wire::AlarmSubjectType)]
    pub(super) subject_type: String,
    /// What it was known by when the alarm was raised.
    pub(super) subject_name: String,
    /// The site it is at, as that is called now.
    pub(super) site_name: Option<String>,
    pub(super) raised_at: DateTime<Utc>,
}

/// Gateways, by whether they are heard.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
pub(super) struct GatewayFigures {
    pub(super) total: i64,
    pub(super) online: i64,
    pub(super) offline: i64,
    pub(super) never_seen: i64,
}

/// A gateway that is not heard.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub(super) struct UnheardGateway {
    pub(super) tenant_id: Uuid,
    pub(super) id: Uuid,
    pub(super) eui: String,
    pub(super) name: String,
    /// Never, if absent.
    pub(super) last_seen_at: Option<DateTime<Utc>>,
}

/// Something that happened.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub(super) struct Happened {
    pub(super) tenant_id: Uuid,
    pub(super) at: DateTime<Utc>,
    /// As in the audit log: `<subject>.<verb>`.
    pub(super) kind: String,
    /// To how many things at once.
    pub(super) count: i64,
    /// What kind of thing it happened to.
    pub(super) subject_type: String,
    /// The thing, or the first of them.
    pub(super) subject_id: String,
    /// Its name then.
    pub(super) name: Option<String>,
    /// The site it belongs to, as that is called now.
    pub(super) site_name: Option<String>,
    /// The same in a sentence.
    pub(super) text: String,
}
