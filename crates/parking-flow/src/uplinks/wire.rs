//! What answers about messages look like.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use parking_access::secrets::hex;
use parking_db::DbError;
use parking_domain::radio::Reception;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sqlx::PgConnection;
use utoipa::ToSchema;
use uuid::Uuid;

use super::store::{self, Gateway, Uplink};

/// Words of the database that are words of the API. Each is taken as it stands (`tt`): what describes
/// the API does not see a renaming by a `literal`.
macro_rules! words {
    ($($(#[$doc:meta])* $name:ident { $($variant:ident = $word:tt),+ $(,)? })+) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
        pub(super) enum $name { $(#[serde(rename = $word)] $variant),+ }

        impl $name {
            /// Its word.
            pub(super) const fn name(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }
        }
    )+};
}

words! {
    /// What kind of message it is.
    UplinkKind {
        Up = "up", Join = "join", Status = "status", Transmitted = "txack", Acknowledged = "ack", Notice = "log",
        Location = "location", Observation = "observation", Garbled = "garbled",
    }
    /// What came of it.
    UplinkOutcome {
        Waiting = "waiting", Read = "read", Heard = "heard", Unreadable = "unreadable", Orphan = "orphan",
        NoBay = "no_bay", Superseded = "superseded", Failed = "failed",
    }
    /// How it came in.
    UplinkSource {
        ChirpStackMqtt = "chirpstack_mqtt", ChirpStackHttp = "chirpstack_http", Tts = "tts", Observation = "observation",
    }
}

/// A message of the radio, or an observation, and what was made of it.
#[derive(Debug, Serialize, ToSchema)]
pub struct UplinkBody {
    /// Its identity; later ones are greater.
    pub(crate) id: Uuid,
    tenant_id: Uuid,
    /// When it was received, as far as the source's clocks can be believed; when it counts.
    received_at: DateTime<Utc>,
    /// When it came to us.
    arrived_at: DateTime<Utc>,
    #[schema(value_type = UplinkSource)]
    source: String,
    #[schema(value_type = UplinkKind)]
    kind: String,
    dev_eui: Option<String>,
    /// The device, once somebody has claimed it.
    device: Option<UplinkDevice>,
    /// The bay it says something of.
    space: Option<UplinkSpace>,
    f_port: Option<i16>,
    f_cnt: Option<i64>,
    /// What it carries, in hexadecimal; of a long body only the beginning.
    payload: Option<String>,
    /// How many bytes it carries.
    payload_bytes: Option<i32>,
    /// Which gateways heard it, the strongest first.
    receptions: Vec<ReceptionBody>,
    /// What was read from it.
    reading: Option<Value>,
    /// What else it says, by its kind.
    content: Value,
    /// When it was acted on.
    acted_at: Option<DateTime<Utc>>,
    #[schema(value_type = UplinkOutcome)]
    outcome: String,
    /// Why nothing could be read from it, as a code.
    problem: Option<String>,
    /// How often somebody had it acted on again.
    replays: i32,
}

/// The device a message is of.
#[derive(Debug, Serialize, ToSchema)]
struct UplinkDevice {
    id: Uuid,
    name: Option<String>,
}

/// The bay a message is about.
#[derive(Debug, Serialize, ToSchema)]
struct UplinkSpace {
    id: Uuid,
    code: String,
    site_id: Uuid,
}

/// A gateway that heard a message.
#[derive(Debug, Serialize, ToSchema)]
struct ReceptionBody {
    gateway_eui: String,
    /// The gateway, if the tenant has it.
    gateway_id: Option<Uuid>,
    gateway_name: Option<String>,
    /// How strong, in dBm.
    rssi: Option<i32>,
    /// How far above the noise, in dB.
    snr: Option<f32>,
}

/// Messages in the order they came, the newest first.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct UplinkPage {
    pub(super) uplinks: Vec<UplinkBody>,
    pub(super) tenant_id: Uuid,
    /// Whether there is more in the direction that was asked for.
    pub(super) has_more: bool,
    /// What to ask for next as `after`, to follow what comes. Messages of the last two seconds may
    /// come again then, because not all are stored in the order they came: know them by their ids.
    pub(super) after: Option<Uuid>,
    /// What to ask for next as `before`, to look further back.
    pub(super) before: Option<Uuid>,
}

/// Messages as they are answered, with the names of the gateways that heard them.
pub(super) async fn bodies(
    conn: &mut PgConnection,
    uplinks: Vec<Uplink>,
) -> Result<Vec<UplinkBody>, DbError> {
    let heard: Vec<Vec<Reception>> = uplinks
        .iter()
        .map(|one| serde_json::from_value(one.receptions.clone()).unwrap_or_default())
        .collect();
    let tenants: BTreeSet<Uuid> = uplinks.iter().map(|one| one.tenant_id).collect();
    let euis: BTreeSet<String> = heard
        .iter()
        .flatten()
        .map(|one| one.gateway.to_string())
        .collect();
    let (tenants, euis): (Vec<_>, Vec<_>) =
        (tenants.into_iter().collect(), euis.into_iter().collect());
    let known = if euis.is_empty() {
        Vec::new()
    } else {
        store::gateways(conn, &tenants, &euis).await?
    };
    let known: BTreeMap<(Uuid, &str), &Gateway> = known
        .iter()
        .map(|gateway| ((gateway.tenant_id, gateway.eui.as_str()), gateway))
        .collect();
    let bodies = uplinks.into_iter().zip(heard).map(|(uplink, heard)| {
        let receptions = heard.iter().map(|one| {
            let eui = one.gateway.to_string();
            let gateway = known.get(&(uplink.tenant_id, eui.as_str()));
            ReceptionBody {
                gateway_id: gateway.map(|gateway| gateway.id),
                gateway_name: gateway.map(|gateway| gateway.name.clone()),
                gateway_eui: eui,
                rssi: one.rssi,
                snr: one.snr,
            }
        });
        let mut receptions: Vec<ReceptionBody> = receptions.collect();
        receptions.sort_by_key(|one| std::cmp::Reverse(one.rssi));
        UplinkBody::of(uplink, receptions)
    });
    Ok(bodies.collect())
}

impl UplinkBody {
    fn of(uplink: Uplink, receptions: Vec<ReceptionBody>) -> Self {
        let space = uplink.space_id.zip(uplink.space_code).zip(uplink.site_id);
        Self {
            id: uplink.id,
            tenant_id: uplink.tenant_id,
            received_at: uplink.received_at,
            arrived_at: uplink.at,
            source: uplink.source,
            kind: uplink.kind,
            dev_eui: uplink.dev_eui,
            device: uplink.device_id.map(|id| UplinkDevice {
                id,
                name: uplink.device_name,
            }),
            space: space.map(|((id, code), site_id)| UplinkSpace { id, code, site_id }),
            f_port: uplink.f_port,
            f_cnt: uplink.f_cnt,
            payload: uplink.payload.as_deref().map(hex),
            payload_bytes: uplink.payload_bytes,
            receptions,
            reading: uplink.reading,
            content: uplink.content,
            acted_at: uplink.acted_at,
            outcome: uplink
                .outcome
                .unwrap_or_else(|| UplinkOutcome::Waiting.name().to_owned()),
            problem: uplink.problem,
            replays: uplink.replays,
        }
    }
}
