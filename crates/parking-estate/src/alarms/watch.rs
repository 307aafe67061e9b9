//! Looking at what is due: judging it by its facts, and writing what follows.
//!
//! A look takes a batch of what is due from the database, leaves to other servers what they are at,
//! and writes alarms, events, the jobs that tell people, and the next deadlines in one transaction.
//! It dies between two batches without harm.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, TimeDelta, Utc};
use parking_db::queue::enqueue;
use parking_db::{Db, DbError, PlatformTx, Reason};
use parking_domain::alarms::{AlarmKind, ClearReason, Finding, Rules, Verdict};
use parking_domain::ids::{TenantId, fresh};
use serde_json::Value;
use uuid::Uuid;

use super::judge::{self, Judged, Subject};
use super::news::GatherNews;
use super::store::watch::{self as store, Due, OpenAlarm, OpenAlarms};
use super::store::write::{self, News, Raised};

/// Things looked at in one transaction.
const BATCH: i64 = 500;

/// Batches of one look; what is left is looked at by the next.
const BATCHES_MAX: usize = 100;

/// How long the things of a tenant are left alone that is not active.
const INACTIVE_LOOK: TimeDelta = TimeDelta::minutes(10);

/// How soon people are told of what is critical, and of the first of other things: what comes until
/// then is told with it.
const TOLD_AFTER: TimeDelta = TimeDelta::minutes(1);

/// How far apart letters are about things that are not critical.
const TOLD_EVERY: TimeDelta = TimeDelta::minutes(15);

/// Looks at everything that is due, of all tenants, and says how many things that were.
pub async fn look(db: &Db, now: DateTime<Utc>) -> Result<usize, DbError> {
    let mut tx = begin(db).await?;
    let at = store::tick(&mut tx, now).await?;
    tx.commit().await?;
    let mut looked = 0;
    for _ in 0..BATCHES_MAX {
        let mut tx = begin(db).await?;
        let due = store::take_due(&mut tx, at, BATCH).await?;
        let found = judged(&mut tx, &due, at).await?;
        found.write(&mut tx, (at, now)).await?;
        tx.commit().await?;
        looked += due.len();
        if i64::try_from(due.len()).unwrap_or(BATCH) < BATCH {
            break;
        }
    }
    Ok(looked)
}

async fn begin(db: &Db) -> Result<PlatformTx, DbError> {
    db.platform(Reason::Worker("look for alarms")).await
}

/// Tenants and ids, as statements take them.
type Keys = (Vec<Uuid>, Vec<Uuid>);

fn keys<'a>(due: impl Iterator<Item = &'a Due>) -> Keys {
    due.map(|due| (due.tenant_id, due.subject_id)).unzip()
}

async fn judged(tx: &mut PlatformTx, due: &[Due], at: DateTime<Utc>) -> Result<Found, DbError> {
    let of = |kind: &'static str| keys(due.iter().filter(move |due| due.subject_type == kind));
    let (devices, gateways, spaces) = (of("device"), of("gateway"), of("space"));
    let all = keys(due.iter());
    let rules = store::rules(tx, &all.0).await?;
    let open = store::open(tx, (&all.0, &all.1)).await?;
    let mut subjects = Vec::new();
    if !devices.0.is_empty() {
        let facts = store::devices(tx, (&devices.0, &devices.1)).await?;
        subjects.extend(facts.into_iter().map(Box::new).map(Subject::Device));
    }
    if !gateways.0.is_empty() {
        let facts = store::gateways(tx, (&gateways.0, &gateways.1)).await?;
        subjects.extend(facts.into_iter().map(Subject::Gateway));
    }
    if !spaces.0.is_empty() {
        let facts = store::spaces(tx, (&spaces.0, &spaces.1), at).await?;
        subjects.extend(facts.into_iter().map(Subject::Space));
    }
    let mut found = Found::default();
    let subjects: HashMap<_, _> = subjects.into_iter().map(|one| (one.key(), one)).collect();
    for due in due {
        let key = (due.tenant_id, due.subject_id);
        let Some(rules) = rules.get(&due.tenant_id) else {
            found.looks.push((key.0, key.1, Some(at + INACTIVE_LOOK)));
            continue;
        };
        match subjects.get(&key) {
            Some(subject) => found.judge(subject, rules, &open, at),
            None => found.forget(key, &open),
        }
    }
    Ok(found)
}

/// What a batch of looks has found.
#[derive(Default)]
struct Found {
    raised: Vec<Raised>,
    cleared: Vec<(Uuid, Uuid, ClearReason)>,
    recovering: Vec<(Uuid, Uuid, Option<DateTime<Utc>>)>,
    grouped: Vec<(Uuid, Uuid, Option<Uuid>)>,
    looks: Vec<(Uuid, Uuid, Option<DateTime<Utc>>)>,
    /// Gateways that went down, whose devices' silences are explained by it.
    down: Keys,
    /// Outages that are over.
    over: Keys,
}

impl Found {
    /// There is no such thing any more.
    fn forget(&mut self, (tenant, subject): (Uuid, Uuid), open: &OpenAlarms) {
        for alarm in open.get(&(tenant, subject)).into_iter().flatten() {
            self.clear(tenant, alarm, ClearReason::Deleted);
        }
        self.looks.push((tenant, subject, None));
    }

    fn judge(&mut self, subject: &Subject, rules: &Rules, open: &OpenAlarms, at: DateTime<Utc>) {
        let (tenant, id) = subject.key();
        let open = open.get(&(tenant, id)).map_or(&[][..], Vec::as_slice);
        let mut next: Option<DateTime<Utc>> = None;
        for judged in judge::judge(subject, rules, open, at) {
            let alarm = open.iter().find(|alarm| alarm.kind == judged.kind);
            self.settle(subject, &judged, alarm);
            let again = judged.finding.look_again_at;
            next = next.into_iter().chain(again).min();
        }
        self.looks.push((tenant, id, next));
    }

    fn settle(&mut self, subject: &Subject, judged: &Judged, alarm: Option<&OpenAlarm>) {
        let (tenant, id) = subject.key();
        let Finding { verdict, .. } = judged.finding;
        match (verdict, alarm) {
            (Verdict::Raise, _) => {
                if judged.kind == AlarmKind::GatewayDown {
                    self.down.0.push(tenant);
                    self.down.1.push(id);
                }
                self.raised.push(raised(subject, judged));
            }
            (Verdict::Clear(reason), Some(alarm)) => self.clear(tenant, alarm, reason),
            (Verdict::Hold(since), Some(alarm)) => {
                if alarm.open.recovering_since != since {
                    self.recovering.push((tenant, alarm.id, since));
                }
                // One that is getting better needs no attention of its own.
                let is_alone_again = judged.parent_id.is_none() && since.is_some();
                if alarm.parent_id != judged.parent_id && !is_alone_again {
                    self.grouped.push((tenant, alarm.id, judged.parent_id));
                }
            }
            _ => {}
        }
    }

    fn clear(&mut self, tenant: Uuid, alarm: &OpenAlarm, reason: ClearReason) {
        if alarm.kind == AlarmKind::GatewayDown {
            self.over.0.push(tenant);
            self.over.1.push(alarm.id);
        }
        self.cleared.push((tenant, alarm.id, reason));
    }

    /// Locks whatever will be written before any of it is.
    async fn hold(&self, tx: &mut PlatformTx) -> Result<(), DbError> {
        let cleared = self.cleared.iter().map(|(tenant, id, _)| (*tenant, *id));
        let recovering = self.recovering.iter().map(|(tenant, id, _)| (*tenant, *id));
        let grouped = self.grouped.iter().map(|(tenant, id, _)| (*tenant, *id));
        let (tenants, ids): Keys = cleared.chain(recovering).chain(grouped).unzip();
        if ids.is_empty() && self.down.1.is_empty() {
            return Ok(());
        }
        write::hold(tx, (&tenants, &ids), (&self.down.0, &self.down.1)).await
    }

    async fn write(
        &self,
        tx: &mut PlatformTx,
        (at, now): (DateTime<Utc>, DateTime<Utc>),
    ) -> Result<(), DbError> {
        self.hold(tx).await?;
        let mut news = Vec::new();
        if !self.raised.is_empty() {
            news.extend(write::raise(tx, &self.raised, now).await?);
        }
        if !self.cleared.is_empty() {
            news.extend(write::clear(tx, &self.cleared, now).await?);
        }
        if !self.recovering.is_empty() {
            write::note_recovery(tx, &self.recovering).await?;
        }
        if !self.grouped.is_empty() {
            news.extend(write::regroup(tx, &self.grouped, now).await?);
        }
        if !self.down.0.is_empty() {
            write::adopt(tx, (&self.down.0, &self.down.1)).await?;
        }
        if !self.looks.is_empty() {
            write::look_again(tx, &self.looks).await?;
        }
        if !self.over.0.is_empty() {
            write::look_at_children(tx, (&self.over.0, &self.over.1), at).await?;
        }
        tell(tx, &news, now).await
    }
}

fn raised(subject: &Subject, judged: &Judged) -> Raised {
    let (tenant_id, subject_id) = subject.key();
    Raised {
        tenant_id,
        id: fresh(),
        kind: judged.kind,
        subject_type: subject.subject_type(),
        subject_id,
        subject_name: subject.name().to_owned(),
        space: subject.space(),
        site_id: subject.site(),
        parent_id: judged.parent_id,
        evidence: Value::clone(&judged.evidence),
    }
}

/// Enqueues the jobs that tell people: soon what is critical, and other things not too often.
async fn tell(tx: &mut PlatformTx, news: &[News], now: DateTime<Utc>) -> Result<(), DbError> {
    // In one order, because two servers that enqueue the same wait for each other.
    let mut tenants: BTreeMap<Uuid, bool> = BTreeMap::new();
    for one in news {
        *tenants.entry(one.tenant_id).or_default() |= one.is_critical;
    }
    for (tenant, is_urgent) in tenants {
        let mut run_at = now + TOLD_AFTER;
        if !is_urgent && let Some(last) = write::last_told(tx, tenant).await? {
            // A clock that was ahead may have written when it was.
            run_at = run_at.max(last.min(now) + TOLD_EVERY);
        }
        let job = GatherNews { is_urgent };
        enqueue(tx.conn(), TenantId(tenant), &job, run_at).await?;
    }
    Ok(())
}
