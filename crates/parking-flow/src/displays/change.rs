//! What people do about displays: try one out, command one, call a command off, have it tried again.

use chrono::{DateTime, TimeDelta, Utc};
use parking_access::audit::{self, Entry};
use parking_db::events::{self, EventDraft};
use parking_db::{DbError, TenantTx};
use parking_domain::codec;
use parking_domain::downlinks;
use parking_domain::ids::fresh;
use parking_domain::lamps::{self, Rgb, Unshowable};
use parking_domain::models;
use parking_estate::Maker;
use serde_json::{Value, json};
use uuid::Uuid;

use super::store::change::{self as store, Held, Target};

/// Why nothing was done.
#[derive(Debug, thiserror::Error)]
pub enum CommandError {
    /// There is no such device or command.
    #[error("there is no such device or command")]
    Absent,
    /// The device shows nothing.
    #[error("the device shows nothing")]
    NotADisplay,
    /// Its model cannot shine in that colour.
    #[error(transparent)]
    Unshowable(#[from] Unshowable),
    /// The caller may not send such a command.
    #[error("a command of somebody's own is sent again by whoever may send one")]
    Forbidden,
    /// It is not where that can be done.
    #[error("the command is {0}")]
    NotNow(String),
    /// The database.
    #[error(transparent)]
    Db(#[from] DbError),
}

/// A colour that somebody tries out.
#[derive(Clone, Copy, Debug)]
pub(super) struct Test {
    pub(super) color: Rgb,
    pub(super) blink_ms: Option<u16>,
    pub(super) lasts: TimeDelta,
}

/// A command that somebody wrote themselves.
#[derive(Clone, Debug)]
pub(super) struct Raw {
    pub(super) f_port: u8,
    pub(super) payload: Vec<u8>,
    pub(super) is_confirmed: bool,
}

async fn display(tx: &mut TenantTx, device: Uuid) -> Result<Target, CommandError> {
    let target = store::target(tx, device)
        .await?
        .ok_or(CommandError::Absent)?;
    if target.is_display {
        Ok(target)
    } else {
        Err(CommandError::NotADisplay)
    }
}

/// Has a lamp show a colour for a while; afterwards it shows again what it should.
pub(super) async fn test(
    tx: &mut TenantTx,
    maker: &Maker,
    (device, test): (Uuid, Test),
    now: DateTime<Utc>,
) -> Result<(), CommandError> {
    let target = display(tx, device).await?;
    let model = target.model.as_deref().and_then(models::find);
    let model = model.ok_or(Unshowable::NoColors)?;
    let light = (test.color, test.blink_ms);
    let frame = lamps::light(model, light, model.is_light_reported)?;
    let look = json!({ "state": null, "color": test.color.to_string(), "blink_ms": test.blink_ms });
    store::touch(tx, device, now).await?;
    let until = now + test.lasts;
    store::set_test(
        tx,
        device,
        (i16::from(frame.port), &frame.bytes, &look),
        until,
    )
    .await?;
    let entry = Entry {
        action: "display.tested",
        entity_type: "display",
        entity_id: Some(device.to_string()),
        entity_name: Some(target.name.as_deref().unwrap_or(&target.dev_eui)),
        new: Some(json!({ "look": look, "until": until })),
        ..Entry::default()
    };
    told(
        tx,
        now,
        ("display.changed", "display", device),
        (target.site_id, target.space_id, None),
    )
    .await?;
    let tenant = tx.tenant();
    Ok(audit::append(tx.conn(), tenant, &maker.by, now, entry).await?)
}

/// Makes a command of somebody's own, and says how it is called.
pub(super) async fn command(
    tx: &mut TenantTx,
    maker: &Maker,
    (device, raw, patience): (Uuid, &Raw, TimeDelta),
    now: DateTime<Utc>,
) -> Result<Uuid, CommandError> {
    let target = display(tx, device).await?;
    let model = target.model.as_deref().and_then(models::find);
    let patience = downlinks::patience(model.map(|model| model.class), patience);
    let patience = i32::try_from(patience.num_seconds()).unwrap_or(30);
    let id = fresh();
    store::touch(tx, device, now).await?;
    let what = (
        i16::from(raw.f_port),
        raw.payload.as_slice(),
        raw.is_confirmed,
        patience,
    );
    store::insert_raw(tx, (id, &target, &maker.name), what, now).await?;
    told(
        tx,
        now,
        ("downlink.created", "downlink", id),
        (target.site_id, target.space_id, Some(device)),
    )
    .await?;
    let new = json!({
        "dev_eui": target.dev_eui, "f_port": raw.f_port, "payload": codec::Hex(raw.payload.clone()).to_string(),
        "confirmed": raw.is_confirmed,
    });
    note(
        tx,
        maker,
        ("downlink.created", id, &target.dev_eui),
        Some(new),
        now,
    )
    .await?;
    Ok(id)
}

/// Calls off a command that has not been sent.
pub(super) async fn cancel(
    tx: &mut TenantTx,
    maker: &Maker,
    id: Uuid,
    now: DateTime<Utc>,
) -> Result<(), CommandError> {
    let held = store::hold(tx, id).await?.ok_or(CommandError::Absent)?;
    if held.status != "waiting" {
        return Err(CommandError::NotNow(held.status));
    }
    store::cancel(tx, (id, &maker.name), now).await?;
    changed(tx, maker, (&held, "downlink.cancelled"), now).await
}

/// Has a command tried again that was given up; one of somebody's own only by whoever may command.
pub(super) async fn retry(
    tx: &mut TenantTx,
    (maker, may_command): (&Maker, bool),
    id: Uuid,
    now: DateTime<Utc>,
) -> Result<(), CommandError> {
    let held = store::hold(tx, id).await?.ok_or(CommandError::Absent)?;
    if held.kind == "raw" && !may_command {
        return Err(CommandError::Forbidden);
    }
    if !held.is_living {
        return Err(CommandError::NotNow("to an archived device".to_owned()));
    }
    if held.status != "failed" {
        return Err(CommandError::NotNow(held.status));
    }
    if !store::retry(tx, (id, &maker.name), now).await? {
        return Err(CommandError::NotNow("overtaken by a newer one".to_owned()));
    }
    changed(tx, maker, (&held, "downlink.retried"), now).await
}

/// The most commands that are tried again at once.
pub(super) const RETRIED_MAX: usize = 500;

/// Which commands are to be tried again.
#[derive(Clone, Debug)]
pub(super) enum Which {
    /// These.
    These(Vec<Uuid>),
    /// Those of a site, of a display, or all that were given up.
    GivenUp {
        site: Option<Uuid>,
        device: Option<Uuid>,
    },
}

/// What became of a command that was to be tried again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It waits for its turn.
    Retried,
    /// Its display has been told something newer, or will be.
    Overtaken,
    /// It was not given up.
    NotGivenUp,
    /// Its device is archived, or it is somebody's own command, which the caller may not send.
    Refused,
    /// It is not there.
    Absent,
}

/// Has commands tried again that were given up, of each display the newest, and says of each what became
/// of it; and how many more there are that were given up.
pub(super) async fn retry_many(
    tx: &mut TenantTx,
    (maker, may_command): (&Maker, bool),
    which: &Which,
    now: DateTime<Utc>,
) -> Result<(Vec<(Uuid, Verdict)>, i64), CommandError> {
    let limit = i64::try_from(RETRIED_MAX).unwrap_or(i64::MAX);
    let (ids, left) = match which {
        Which::These(ids) => (ids.clone(), 0),
        Which::GivenUp { site, device } => {
            let ids = store::given_up(tx, (*site, *device), limit).await?;
            let all = store::count_given_up(tx, (*site, *device)).await?;
            let taken = i64::try_from(ids.len()).unwrap_or(limit);
            (ids, (all - taken).max(0))
        }
    };
    let held = store::hold_many(tx, &ids).await?;
    let may = |one: &Held| one.is_living && (may_command || one.kind != "raw");
    let theirs: Vec<Uuid> = held
        .iter()
        .filter(|one| may(one))
        .map(|one| one.id)
        .collect();
    let retried = store::retry_many(tx, (&theirs, &maker.name), now).await?;
    let verdict = |id: &Uuid| match held.iter().find(|one| one.id == *id) {
        None => Verdict::Absent,
        Some(one) if one.status != "failed" => Verdict::NotGivenUp,
        Some(one) if !may(one) => Verdict::Refused,
        Some(one) if retried.contains(&one.id) => Verdict::Retried,
        Some(_) => Verdict::Overtaken,
    };
    let mut verdicts: Vec<(Uuid, Verdict)> = Vec::new();
    for id in &ids {
        if !verdicts.iter().any(|(known, _)| known == id) {
            verdicts.push((*id, verdict(id)));
        }
    }
    many_retried(tx, maker, (&held, &retried), now).await?;
    Ok((verdicts, left))
}

/// An event of each command that waits again, and one entry for all of them.
async fn many_retried(
    tx: &mut TenantTx,
    maker: &Maker,
    (held, retried): (&[Held], &[Uuid]),
    now: DateTime<Utc>,
) -> Result<(), CommandError> {
    let again: Vec<&Held> = held
        .iter()
        .filter(|one| retried.contains(&one.id))
        .collect();
    if again.is_empty() {
        return Ok(());
    }
    let subjects: Vec<(String, Value)> = again
        .iter()
        .map(|one| {
            let places = json!({
                "site_id": one.site_id, "space_id": one.space_id, "device_id": one.device_id,
            });
            (one.id.to_string(), places)
        })
        .collect();
    let tenant = tx.tenant();
    let kind = ("downlink.retried", "downlink");
    events::append_many(tx.conn(), tenant, now, kind, &subjects).await?;
    let euis: Vec<&str> = again.iter().map(|one| one.dev_eui.as_str()).collect();
    let entry = Entry {
        action: "downlinks.retried",
        entity_type: "downlink",
        entity_name: Some(&format!("{} commands", again.len())),
        new: Some(json!({ "dev_euis": euis })),
        ..Entry::default()
    };
    Ok(audit::append(tx.conn(), tenant, &maker.by, now, entry).await?)
}

async fn changed(
    tx: &mut TenantTx,
    maker: &Maker,
    (held, kind): (&Held, &str),
    now: DateTime<Utc>,
) -> Result<(), CommandError> {
    let places = (held.site_id, held.space_id, Some(held.device_id));
    told(tx, now, (kind, "downlink", held.id), places).await?;
    let old = json!({ "kind": held.kind, "status": held.status });
    note(tx, maker, (kind, held.id, &held.dev_eui), Some(old), now).await
}

async fn told(
    tx: &mut TenantTx,
    now: DateTime<Utc>,
    (kind, subject_type, id): (&str, &str, Uuid),
    (site, space, device): (Option<Uuid>, Option<Uuid>, Option<Uuid>),
) -> Result<(), CommandError> {
    let mut payload = json!({ "site_id": site, "space_id": space });
    if let Some(device) = device {
        payload["device_id"] = json!(device);
    }
    let event = EventDraft {
        kind,
        subject_type,
        subject_id: &id.to_string(),
        payload: &payload,
    };
    let tenant = tx.tenant();
    Ok(events::append(tx.conn(), tenant, now, event).await?)
}

async fn note(
    tx: &mut TenantTx,
    maker: &Maker,
    (action, id, name): (&str, Uuid, &str),
    new: Option<Value>,
    now: DateTime<Utc>,
) -> Result<(), CommandError> {
    let entry = Entry {
        action,
        entity_type: "downlink",
        entity_id: Some(id.to_string()),
        entity_name: Some(name),
        new,
        ..Entry::default()
    };
    let tenant = tx.tenant();
    Ok(audit::append(tx.conn(), tenant, &maker.by, now, entry).await?)
}
