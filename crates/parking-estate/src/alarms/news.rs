//! Telling people what was raised and cleared.
//!
//! What is news is written with the change. One job gathers the news of a tenant after a while and
//! writes down what each recipient is to read, another sends it; so however much happens at once is
//! one letter, and a server that dies in between sends it later. What somebody has acknowledged or
//! muted by then, or what hangs under an outage, is no news.

use parking_access::mail::{self, AlarmLine, AlarmNews, Letter, Mailer};
use parking_db::queue::{Job, JobError, enqueue};
use parking_domain::alarms::{AlarmKind, Severity};
use parking_domain::ids::TenantId;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::store::news::{self as store, Item, Reader};
use crate::Estate;

/// Alarms that one gathering takes; what is left is for the next.
const ITEMS_MAX: i64 = 20_000;

/// Lines of each list in a letter.
const LINES_MAX: usize = 25;

/// Gathers what is news of a tenant, and enqueues a letter to each whom it concerns.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(super) struct GatherNews {
    /// Whether it waits for nothing else.
    pub(super) is_urgent: bool,
}

impl Job for GatherNews {
    const KIND: &'static str = "gather_alarm_news";

    fn unique_key(&self) -> Option<String> {
        let key = if self.is_urgent { "urgent" } else { "usual" };
        Some(key.to_owned())
    }
}

/// Sends one recipient what was gathered for them.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct MailNews {
    recipient_id: Uuid,
    news: AlarmNews,
}

impl Job for MailNews {
    const KIND: &'static str = "mail_alarm_news";
    const ATTEMPTS_MAX: i32 = mail::ATTEMPTS_MAX;
}

/// Sends one recipient a letter that says that letters arrive.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct MailTest {
    pub(super) recipient_id: Uuid,
}

impl Job for MailTest {
    const KIND: &'static str = "mail_alarm_test";
    const ATTEMPTS_MAX: i32 = 5;

    fn unique_key(&self) -> Option<String> {
        Some(self.recipient_id.to_string())
    }
}

/// Gathers the news of a tenant. Of one that is suspended, they wait until it is not.
pub(super) async fn gather(
    estate: &Estate,
    tenant: TenantId,
    job: GatherNews,
) -> Result<(), JobError> {
    let now = estate.clock.now();
    let mut tx = estate.db.tenant(tenant).await?;
    let Some(called) = store::active_tenant(&mut tx).await? else {
        return Ok(());
    };
    let items = store::take(&mut tx, now, ITEMS_MAX).await?;
    for reader in store::readers(&mut tx).await? {
        if let Some(news) = news_for(&reader, &called, &items) {
            let recipient_id = reader.recipient_id;
            let letter = MailNews { recipient_id, news };
            enqueue(tx.conn(), tenant, &letter, now).await?;
        }
    }
    if i64::try_from(items.len()).unwrap_or(ITEMS_MAX) == ITEMS_MAX {
        enqueue(tx.conn(), tenant, &job, now).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// Whether somebody wants to read of an alarm.
fn concerns(reader: &Reader, item: &Item) -> bool {
    let severity = |name: &str| name.parse().unwrap_or(Severity::Critical);
    let in_site = |site: Uuid| reader.site_ids.contains(&site);
    severity(&item.severity) >= severity(&reader.severity_min)
        && (reader.kinds.is_empty() || reader.kinds.contains(&item.kind))
        && (reader.site_ids.is_empty() || item.site_id.is_some_and(in_site))
}

fn news_for(reader: &Reader, tenant: &str, items: &[Item]) -> Option<AlarmNews> {
    let mut mine: Vec<&Item> = items.iter().filter(|item| concerns(reader, item)).collect();
    mine.sort_by_key(|item| {
        let severity = item.severity.parse().unwrap_or(Severity::Info);
        let kind = item.kind.parse().unwrap_or(AlarmKind::Stuck);
        (std::cmp::Reverse(severity), kind, item.at, item.id)
    });
    let (cleared, raised): (Vec<_>, Vec<_>) = mine.into_iter().partition(|item| item.is_cleared);
    if raised.is_empty() && cleared.is_empty() {
        return None;
    }
    let lines = |items: &[&Item]| {
        items
            .iter()
            .take(LINES_MAX)
            .map(|item| line(item))
            .collect()
    };
    Some(AlarmNews {
        tenant: tenant.to_owned(),
        raised: lines(&raised),
        raised_total: raised.len(),
        cleared: lines(&cleared),
        cleared_total: cleared.len(),
    })
}

fn line(item: &Item) -> AlarmLine {
    AlarmLine {
        kind: item.kind.clone(),
        subject: item.subject_name.clone(),
        space: item.space_code.clone(),
        site: item.site_name.clone(),
        at: item.at,
        explained: item.explained,
    }
}

/// Sends a letter, unless its reader, or the tenant, has gone meanwhile.
pub(super) async fn mail(
    estate: &Estate,
    mailer: &Mailer,
    tenant: TenantId,
    job: MailNews,
) -> Result<(), JobError> {
    let mut tx = estate.db.tenant(tenant).await?;
    let found = store::address(&mut tx, job.recipient_id).await?;
    drop(tx);
    if let Some(found) = found {
        let letter = Letter::AlarmNews(&job.news);
        mailer.send(&found.email, found.language, &letter).await?;
    }
    Ok(())
}

/// Sends the letter that says that letters arrive.
pub(super) async fn mail_test(
    estate: &Estate,
    mailer: &Mailer,
    tenant: TenantId,
    job: MailTest,
) -> Result<(), JobError> {
    let mut tx = estate.db.tenant(tenant).await?;
    let found = store::address(&mut tx, job.recipient_id).await?;
    drop(tx);
    if let Some(found) = found {
        let letter = Letter::AlarmTest {
            tenant: &found.tenant,
        };
        mailer.send(&found.email, found.language, &letter).await?;
    }
    Ok(())
}
