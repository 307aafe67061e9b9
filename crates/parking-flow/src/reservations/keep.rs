//! What time and sensors make of reservations: holds run out, vehicles come or do not, reservations end.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use parking_access::audit::{By, Witness};
use parking_db::{DbError, PlatformTx, Reason};
use parking_domain::bay_state::SensorState;
use parking_domain::reservations::{Booking, Slot, Status, Step, arrival};
use parking_estate::spaces::{self, Watched};
use serde_json::{Value, json};
use uuid::Uuid;

use super::store::{self, Overdue};
use super::{News, Reservation, log, tell};
use crate::Flow;

/// Reservations or bays looked for in one transaction.
const BATCH: i64 = 200;

/// What was done in one look.
#[derive(Default)]
struct Looked {
    turned: Vec<Turned>,
    /// Bays that were named to those who found theirs taken: each to one only.
    named: Vec<Uuid>,
}

/// One page more of a reservation's life, still to be written into the log.
struct Turned {
    reservation: Reservation,
    verb: &'static str,
    values: (Option<Value>, Option<Value>),
}

/// Takes every reservation whose time has come a step further, and looks whether those who are awaited
/// came. Any number of servers may do so at once, and none waits for whoever is at a bay. A step cannot be
/// taken back, so a clock that nobody confirms takes none.
pub async fn keep(flow: &Flow, witness: &Witness) -> Result<(), DbError> {
    // What is due is put off or ends, so that the next look finds the rest.
    while look(flow, witness, &mut Looking::Due).await? {}
    // Of a bay at which somebody is awaited nothing may become, so each is visited once.
    let mut awaited = Looking::Awaited(Overdue::default());
    while look(flow, witness, &mut awaited).await? {}
    Ok(())
}

/// What is looked for.
enum Looking {
    /// Reservations of which something is due.
    Due,
    /// Bays after this one at which somebody is awaited.
    Awaited(Overdue),
}

/// Looks after some bays, and says whether there are more.
async fn look(flow: &Flow, witness: &Witness, looking: &mut Looking) -> Result<bool, DbError> {
    let now = flow.clock.now();
    if !witness.confirms(now).await? {
        return Ok(false);
    }
    let mut tx = flow
        .db
        .platform(Reason::Worker("look after reservations"))
        .await?;
    let mut bays = match looking {
        Looking::Due => store::overdue(&mut tx, now, BATCH).await?,
        Looking::Awaited(after) => store::awaited(&mut tx, *after, now, BATCH).await?,
    };
    let has_more = i64::try_from(bays.len()).is_ok_and(|count| count >= BATCH);
    if let (Looking::Awaited(after), Some(last)) = (looking, bays.last()) {
        *after = *last;
        bays = store::idle(&mut tx, &bays).await?;
    }
    bays.sort_unstable();
    bays.dedup();
    keep_bays(&mut tx, &bays, now).await?;
    tx.commit().await?;
    Ok(has_more)
}

/// The same of some bays.
async fn keep_bays(
    tx: &mut PlatformTx,
    bays: &[Overdue],
    now: DateTime<Utc>,
) -> Result<(), DbError> {
    if bays.is_empty() {
        return Ok(());
    }
    // Whoever changes a reservation holds its bay, so what is read after this stays true.
    let watched = spaces::watched(tx.conn(), bays, now).await?;
    let mut of_bay: BTreeMap<(Uuid, Uuid), Vec<Reservation>> = BTreeMap::new();
    for one in store::of_bays(tx, bays, now).await? {
        let bay = (one.tenant_id, one.space.0);
        of_bay.entry(bay).or_default().push(one);
    }
    let mut looked = Looked::default();
    for (bay, mut reservations) in of_bay {
        let known = watched.iter().find(|one| (one.tenant_id, one.id) == bay);
        keep_bay(tx, known, &mut reservations, (&mut looked, now)).await?;
    }
    spaces::settle_across(tx.conn(), bays, now).await?;
    // The log is the last that anybody waits for, and of several tenants' in one order.
    let by = By::system("reservations");
    for one in &looked.turned {
        let news = News {
            verb: one.verb,
            values: one.values.clone(),
            reason: None,
            evidence: None,
        };
        log(tx.conn(), &by, (&one.reservation, news), now).await?;
    }
    Ok(())
}

async fn keep_bay(
    tx: &mut PlatformTx,
    known: Option<&Watched>,
    reservations: &mut [Reservation],
    (looked, now): (&mut Looked, DateTime<Utc>),
) -> Result<(), DbError> {
    let sensed = known.map_or(SensorState::Unknown, |bay| bay.sensed);
    let evidence =
        json!({ "sensor": sensed.name(), "uplink_id": known.and_then(|bay| bay.uplink_id) });
    if let Some(at) = known.and_then(|bay| bay.taken_at) {
        let bookings: Vec<Booking> = reservations.iter().map(as_it_was).collect();
        let come = arrival(&bookings, at).map(|booking| booking.id);
        let come = reservations
            .iter_mut()
            .find(|one| Some(one.booking.id) == come);
        if let Some(one) = come {
            let old = one.clone();
            one.booking.checked_in_at = Some(at);
            one.checked_in_by = Some("sensor".to_owned());
            write(tx, (&old, one), ("checked_in", &evidence), (looked, now)).await?;
        }
    }
    for one in reservations.iter_mut() {
        if !one.booking.status.blocks() {
            continue;
        }
        let is_due = one.booking.step(sensed, now);
        let Some(step) = is_due else {
            store::put_off(tx.conn(), one, now).await?;
            continue;
        };
        let old = one.clone();
        let (verb, why) = take(one, step, now);
        let mut evidence = evidence.clone();
        evidence["because"] = json!(why);
        if step == Step::Contest {
            let rest = |slot: Slot| Slot { start: now, ..slot };
            let slots = (rest(old.booking.slot), rest(old.blocked));
            let offer = store::instead_of(tx, old.space.0, slots, &looked.named).await?;
            looked.named.extend(offer.as_ref().map(|(id, _)| *id));
            evidence["instead"] =
                json!(offer.map(|(id, code)| json!({ "space_id": id, "space_code": code })));
        }
        write(tx, (&old, one), (verb, &evidence), (looked, now)).await?;
        if step == (Step::Complete { overstays: true }) {
            let overstays = News {
                verb: "overstayed",
                values: (None, None),
                reason: None,
                evidence: Some(evidence),
            };
            tell(tx.conn(), None, one, &overstays, now).await?;
        }
    }
    Ok(())
}

/// What a step makes of a reservation: the verb for it, and why.
fn take(one: &mut Reservation, step: Step, now: DateTime<Utc>) -> (&'static str, &'static str) {
    let status = &mut one.booking.status;
    match step {
        Step::Expire => {
            let was_held = *status == Status::Pending;
            *status = Status::Expired;
            let why = if was_held {
                "not_confirmed"
            } else {
                "nobody_came"
            };
            ("expired", why)
        }
        Step::Release => {
            *status = Status::NoShow;
            ("no_show", "stayed_free")
        }
        Step::Complete { overstays } => {
            *status = Status::Completed;
            one.overstayed_at = overstays.then_some(now);
            ("completed", "over")
        }
        Step::Contest => {
            one.booking.is_contested = true;
            one.contested_at = Some(now);
            ("contested", "taken_by_others")
        }
    }
}

async fn write(
    tx: &mut PlatformTx,
    (old, new): (&Reservation, &Reservation),
    (verb, evidence): (&'static str, &Value),
    (looked, now): (&mut Looked, DateTime<Utc>),
) -> Result<(), DbError> {
    store::turn(tx.conn(), new, now).await?;
    let news = News {
        evidence: Some(evidence.clone()),
        ..News::of(verb, old, new)
    };
    tell(tx.conn(), None, new, &news, now).await?;
    looked.turned.push(Turned {
        reservation: new.clone(),
        verb,
        values: news.values,
    });
    Ok(())
}

/// What decides over a reservation; of one that is completed the slot ends when its vehicle left.
fn as_it_was(one: &Reservation) -> Booking {
    let slot = one.booking.slot;
    let end = one.checked_out_at.map_or(slot.end, |at| at.min(slot.end));
    Booking {
        slot: Slot { end, ..slot },
        ..one.booking
    }
}
