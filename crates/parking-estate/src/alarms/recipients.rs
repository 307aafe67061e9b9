//! Who is written to about alarms.

use chrono::{DateTime, Utc};
use parking_access::audit::{self, By, Entry};
use parking_db::events::{self, EventDraft};
use parking_db::queue::enqueue;
use parking_db::{DbError, TenantTx};
use parking_domain::alarms::{AlarmKind, Severity};
use parking_domain::ids::fresh;
use parking_domain::text::{Email, Language};
use parking_http::IfMatch;
use serde_json::{Value, json};
use thiserror::Error;
use uuid::Uuid;

use super::news::MailTest;
use super::store::recipients as store;

/// The most recipients of a tenant.
pub(super) const RECIPIENTS_MAX: i64 = 50;

/// Who is written to, and of what.
#[derive(Clone, Debug, PartialEq)]
pub struct RecipientFields {
    /// An address, or a member.
    pub to: Reachable,
    /// The language of letters; a member's own goes before it.
    pub language: Language,
    /// Of what is at least this bad.
    pub severity_min: Severity,
    /// Of these kinds; of all, if there are none.
    pub kinds: Vec<AlarmKind>,
    /// In these sites; in all, if there are none.
    pub site_ids: Vec<Uuid>,
    /// Whether they are written to at all.
    pub is_active: bool,
}

/// Somebody who can be written to.
#[derive(Clone, Debug, PartialEq)]
pub enum Reachable {
    /// Whoever reads there.
    Address(Email),
    /// A member, wherever they read.
    Member(Uuid),
}

/// Somebody who is written to.
#[derive(Clone, Debug)]
pub struct Recipient {
    /// Whose they are.
    pub tenant_id: Uuid,
    /// Their identity.
    pub id: Uuid,
    /// Who, and of what.
    pub fields: RecipientFields,
    /// The member's name.
    pub member_name: Option<String>,
    /// Where letters go now.
    pub address: Option<String>,
    /// When they were entered.
    pub created_at: DateTime<Utc>,
    /// When they were changed.
    pub updated_at: DateTime<Utc>,
    /// How often.
    pub version: i64,
}

impl Recipient {
    /// What people know them by.
    fn title(&self) -> &str {
        let name = self.member_name.as_deref();
        name.or(self.address.as_deref()).unwrap_or_default()
    }

    /// The recipient for the audit log.
    fn record(&self) -> Value {
        let fields = &self.fields;
        let (email, user_id) = match &fields.to {
            Reachable::Address(email) => (Some(email.to_string()), None),
            Reachable::Member(user) => (None, Some(user)),
        };
        json!({
            "email": email, "user_id": user_id, "language": fields.language.code(), "severity_min": fields.severity_min,
            "kinds": fields.kinds, "site_ids": fields.site_ids, "is_active": fields.is_active,
        })
    }
}

/// Why a recipient was not made or changed.
#[derive(Debug, Error)]
pub enum RecipientError {
    /// There is no such recipient in this tenant.
    #[error("there is no such recipient")]
    Absent,
    /// There is no such member in this tenant.
    #[error("must be a member of this tenant")]
    NoSuchMember,
    /// One of the sites is not there.
    #[error("must be sites of this tenant")]
    NoSuchSite,
    /// They are a recipient already.
    #[error("they are a recipient already")]
    Taken,
    /// There are as many as may be.
    #[error("a tenant has at most {RECIPIENTS_MAX} recipients")]
    TooMany,
    /// Somebody changed it meanwhile.
    #[error("it was changed meanwhile")]
    Stale,
    /// The database refused.
    #[error(transparent)]
    Db(#[from] DbError),
}

/// Enters somebody.
pub(super) async fn create(
    tx: &mut TenantTx,
    by: &By,
    fields: &RecipientFields,
    now: DateTime<Utc>,
) -> Result<Recipient, RecipientError> {
    // Those who enter somebody wait for each other, so that the count holds.
    store::hold(tx).await?;
    if store::count(tx).await? >= RECIPIENTS_MAX {
        return Err(RecipientError::TooMany);
    }
    has_sites(tx, fields).await?;
    let id = fresh();
    store::insert(tx, (id, fields), now).await?;
    let made = found(tx, id).await?;
    let values = (None, Some(made.record()));
    changed(tx, by, now, ("created", &made), values).await?;
    Ok(made)
}

/// Changes a recipient: the fields become what `change` makes of them.
pub(super) async fn change<E: From<RecipientError>>(
    tx: &mut TenantTx,
    by: &By,
    (id, seen): (Uuid, &IfMatch),
    change: impl FnOnce(&mut RecipientFields) -> Result<(), E>,
    now: DateTime<Utc>,
) -> Result<Recipient, E> {
    let old = held(tx, id, seen).await?;
    let mut fields = old.fields.clone();
    change(&mut fields)?;
    has_sites(tx, &fields).await?;
    store::update(tx, (id, &fields), now).await?;
    let new = found(tx, id).await?;
    let values = audit::difference(&old.record(), &new.record());
    changed(tx, by, now, ("updated", &new), values).await?;
    Ok(new)
}

/// Strikes somebody out.
pub(super) async fn delete(
    tx: &mut TenantTx,
    by: &By,
    (id, seen): (Uuid, &IfMatch),
    now: DateTime<Utc>,
) -> Result<(), RecipientError> {
    let old = held(tx, id, seen).await?;
    store::delete(tx, id).await?;
    let values = (Some(old.record()), None);
    changed(tx, by, now, ("deleted", &old), values).await
}

/// Sends them a letter that says that letters arrive; several wishes at once are one letter.
pub(super) async fn test(
    tx: &mut TenantTx,
    by: &By,
    id: Uuid,
    now: DateTime<Utc>,
) -> Result<(), RecipientError> {
    let recipient = held(tx, id, &IfMatch::default()).await?;
    let tenant = tx.tenant();
    let job = MailTest { recipient_id: id };
    enqueue(tx.conn(), tenant, &job, now).await?;
    changed(tx, by, now, ("tested", &recipient), (None, None)).await
}

async fn has_sites(tx: &mut TenantTx, fields: &RecipientFields) -> Result<(), RecipientError> {
    if store::count_sites(tx, &fields.site_ids).await? < fields.site_ids.len() {
        return Err(RecipientError::NoSuchSite);
    }
    Ok(())
}

async fn held(tx: &mut TenantTx, id: Uuid, seen: &IfMatch) -> Result<Recipient, RecipientError> {
    store::lock(tx, id).await?;
    let recipient = found(tx, id).await?;
    seen.check(recipient.version)
        .map_err(|_| RecipientError::Stale)?;
    Ok(recipient)
}

async fn found(tx: &mut TenantTx, id: Uuid) -> Result<Recipient, RecipientError> {
    let recipient = store::find(tx.conn(), id).await?;
    recipient.ok_or(RecipientError::Absent)
}

async fn changed(
    tx: &mut TenantTx,
    by: &By,
    now: DateTime<Utc>,
    (verb, recipient): (&str, &Recipient),
    values: (Option<Value>, Option<Value>),
) -> Result<(), RecipientError> {
    let (tenant, id) = (tx.tenant(), recipient.id.to_string());
    let kind = format!("alarm_recipient.{verb}");
    // Events go to more people than may see whom letters go to: no address is in them.
    let event = EventDraft {
        kind: &kind,
        subject_type: "alarm_recipient",
        subject_id: &id,
        payload: &json!({ "site_id": null, "name": recipient.member_name }),
    };
    events::append(tx.conn(), tenant, now, event).await?;
    let (old, new) = values;
    let entry = Entry {
        action: &kind,
        entity_type: "alarm_recipient",
        entity_id: Some(id),
        entity_name: Some(recipient.title()),
        old,
        new,
        reason: None,
    };
    Ok(audit::append(tx.conn(), tenant, by, now, entry).await?)
}
