//! Taking over what ChirpStack has.

use chrono::{DateTime, Utc};
use parking_access::audit::By;
use parking_db::TenantTx;
use parking_estate::Maker;
use parking_estate::devices::{self, DeviceDraft, DeviceError, DeviceFields, Rework};
use parking_estate::gateways::{self, GatewayError, GatewayFields};
use parking_http::IfMatch;
use serde_json::Map;

use super::giving::Given;
use super::store::Deed;

/// How often a gateway says that it lives, unless somebody says otherwise.
const HEARTBEAT_S: i32 = 30;

/// Makes or renames a thing here as it is there; what it is for is for people to say. Whether a device
/// is in use is said by where it stands in its life, and stays as it is.
pub(super) async fn take(
    tx: &mut TenantTx,
    deed: &Deed,
    now: DateTime<Utc>,
) -> Result<Given, String> {
    let name = deed
        .there_name
        .clone()
        .filter(|name| !name.trim().is_empty());
    let given = Given {
        name: name.clone().unwrap_or_default(),
        is_disabled: false,
        key: None,
    };
    let by = By::system("chirpstack");
    let done = match deed.kind.as_str() {
        "device" => device(tx, (deed, name), by, now).await.map_err(in_words),
        _ => gateway(tx, (deed, name), &by, now)
            .await
            .map_err(in_words_too),
    };
    done.map(|()| given)
}

async fn device(
    tx: &mut TenantTx,
    (deed, name): (&Deed, Option<String>),
    by: By,
    now: DateTime<Utc>,
) -> Result<(), DeviceError> {
    let maker = Maker {
        by,
        name: "ChirpStack".to_owned(),
    };
    if let Some(id) = deed.here_id {
        let any = IfMatch::default();
        let change = move |fields: &mut DeviceFields| {
            fields.name = name;
            Ok::<(), DeviceError>(())
        };
        let rework = Rework::default();
        return devices::change(tx, &maker, (id, &any), (rework, change), now).await;
    }
    let draft = DeviceDraft {
        dev_eui: deed.eui,
        model: None,
        sealed_app_key: None,
        fields: DeviceFields {
            name,
            ..DeviceFields::default()
        },
    };
    devices::create(tx, &maker, (&draft, None), now)
        .await
        .map(drop)
}

async fn gateway(
    tx: &mut TenantTx,
    (deed, name): (&Deed, Option<String>),
    by: &By,
    now: DateTime<Utc>,
) -> Result<(), GatewayError> {
    let name = name.unwrap_or_else(|| deed.eui.to_string());
    if let Some(id) = deed.here_id {
        let any = IfMatch::default();
        let change = move |fields: &mut GatewayFields| {
            fields.name = name;
            Ok::<(), GatewayError>(())
        };
        return gateways::change(tx, by, (id, &any), change, now)
            .await
            .map(drop);
    }
    let fields = GatewayFields {
        name,
        site_id: None,
        latitude: None,
        longitude: None,
        altitude: None,
        notes: None,
        metadata: Map::new(),
        heartbeat_seconds: HEARTBEAT_S,
    };
    let made = gateways::create(tx, by, (deed.eui, &fields), now).await;
    made.map(drop)
}

fn in_words(error: DeviceError) -> String {
    match error {
        DeviceError::Taken => "a device of this DevEUI cannot be made here".to_owned(),
        DeviceError::Db(_) => "the database did not take it".to_owned(),
        other => other.to_string(),
    }
}

fn in_words_too(error: GatewayError) -> String {
    match error {
        GatewayError::Taken => "a gateway of this EUI cannot be made here".to_owned(),
        GatewayError::Db(_) => "the database did not take it".to_owned(),
        other => other.to_string(),
    }
}
