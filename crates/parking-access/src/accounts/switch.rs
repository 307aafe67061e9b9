//! Moving a session from tenant to tenant.
//!
//! Members move freely. Platform admins may also enter a customer's tenant: with a reason, for an
//! hour at most, as admin, and it is told in that tenant's own log.

use std::fmt;

use chrono::{DateTime, TimeDelta, Utc};
use parking_db::{DbError, PlatformTx};
use parking_domain::access::Role;
use parking_domain::account::ACTING_MINUTES_MAX;
use parking_domain::ids::TenantId;
use parking_domain::tenancy::TenantStatus;
use parking_domain::text::{Name, TextError};
use parking_http::Caller;
use parking_http::caller::{Acting, Person};
use serde_json::json;
use thiserror::Error;

use super::people::{Homeless, TenantRef};
use super::sessions::{RefreshError, Session, SignedIn, admit};
use super::store::{sessions as store, users};
use super::{Accounts, log_of};
use crate::audit::{self, By, Entry};

/// The shortest reason that can tell anybody anything.
const REASON_LENGTH_MIN: usize = 3;

/// The longest reason.
const REASON_LENGTH_MAX: usize = 500;

/// Why a platform admin enters a customer's tenant: a line of text, 3 to 500 characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Grounds(String);

impl Grounds {
    pub(crate) fn parse(typed: &str) -> Result<Self, TextError> {
        let characters = typed.trim().chars().count();
        if characters > REASON_LENGTH_MAX {
            return Err(TextError::TooLong(REASON_LENGTH_MAX));
        }
        if characters < REASON_LENGTH_MIN {
            return Err(TextError::TooShort(REASON_LENGTH_MIN));
        }
        // Only what names may hold, so that nothing in the log pretends to be something else.
        let pieces: Vec<char> = typed.trim().chars().collect();
        for piece in pieces.chunks(Name::LENGTH_MAX) {
            let piece: String = piece.iter().collect();
            match Name::parse(&piece) {
                Ok(_) | Err(TextError::Empty) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(Self(typed.trim().to_owned()))
    }
}

impl fmt::Display for Grounds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Where somebody wants to go.
#[derive(Clone, Debug)]
pub(crate) struct Destination {
    pub(crate) tenant: TenantId,
    /// Why, which only platform admins who are no members need to say.
    pub(crate) grounds: Option<Grounds>,
    pub(crate) minutes: u32,
}

/// Why a session stays where it is.
#[derive(Debug, Error)]
pub(crate) enum SwitchError {
    /// The session has ended.
    #[error("the session has ended")]
    SessionEnded,
    /// There is no such tenant for this person.
    #[error("there is no such tenant")]
    NotFound,
    /// The tenant is suspended or about to be deleted.
    #[error("the tenant is not active")]
    NotActive,
    /// Platform admins say why.
    #[error("a reason is needed")]
    ReasonNeeded,
    /// There is no tenant to go back to, no token, or no database.
    #[error(transparent)]
    Refresh(#[from] RefreshError),
    /// The database failed.
    #[error(transparent)]
    Db(#[from] DbError),
}

/// Moves the caller's session to a tenant. A refusal of a tenant that is not theirs is recorded
/// in the transaction, which is to be committed all the same.
pub(crate) async fn switch_tenant(
    tx: &mut PlatformTx,
    accounts: &Accounts,
    caller: &Caller,
    person: Person,
    destination: &Destination,
) -> Result<SignedIn, SwitchError> {
    let now = accounts.clock.now();
    let mut session = going_on(tx, person, now).await?;
    let standing = users::standing(tx.conn(), person.id, Some(destination.tenant))
        .await?
        .ok_or(SwitchError::SessionEnded)?;
    let own = match standing.place(Some(destination.tenant)) {
        Ok(tenant) => Some(tenant.clone()),
        Err(Homeless::TenantSuspended) => return Err(SwitchError::NotActive),
        Err(Homeless::NoMembership) => None,
    };
    let foreign = match own {
        None if standing.is_platform_admin() => {
            users::tenant_ref(tx.conn(), destination.tenant, Role::Admin).await?
        }
        _ => None,
    };
    let (tenant, acting) = match (own, foreign) {
        (Some(tenant), _) => (tenant, None),
        (None, Some(tenant)) => {
            let acting = act_in(&tenant, destination, now)?;
            (tenant, Some(acting))
        }
        (None, None) => {
            record_refusal(tx, caller, destination.tenant, now).await?;
            return Err(SwitchError::NotFound);
        }
    };
    let left = session.clone();
    store::select_tenant(tx.conn(), session.id, tenant.id, acting.as_ref()).await?;
    session.tenant = Some(tenant.id);
    session.acting = acting;
    record_leaving(tx, caller, &left, now).await?;
    match &session.acting {
        Some(acting) => record_entering(tx, caller, &tenant, acting, now).await?,
        None => record_switch(tx, caller, &tenant, now).await?,
    }
    admit(accounts, &session, standing, tenant, now)
        .map_err(|error| RefreshError::from(error).into())
}

/// Leads the caller's session back to a tenant of their own.
pub(crate) async fn switch_back(
    tx: &mut PlatformTx,
    accounts: &Accounts,
    caller: &Caller,
    person: Person,
) -> Result<SignedIn, SwitchError> {
    let now = accounts.clock.now();
    let mut session = going_on(tx, person, now).await?;
    let standing = users::standing(tx.conn(), person.id, None)
        .await?
        .ok_or(SwitchError::SessionEnded)?;
    let left = session.clone();
    // Whoever acted comes from the platform; anybody else is at home wherever they belong.
    let wanted = session.acting.as_ref().map(|_| TenantId::PLATFORM);
    let tenant = standing
        .place(wanted)
        .or_else(|_| standing.place(None))
        .map_err(RefreshError::from)?
        .clone();
    store::select_tenant(tx.conn(), session.id, tenant.id, None).await?;
    session.tenant = Some(tenant.id);
    session.acting = None;
    record_leaving(tx, caller, &left, now).await?;
    admit(accounts, &session, standing, tenant, now)
        .map_err(|error| RefreshError::from(error).into())
}

async fn going_on(
    tx: &mut PlatformTx,
    person: Person,
    now: DateTime<Utc>,
) -> Result<Session, SwitchError> {
    store::lock(tx.conn(), person.session, person.id)
        .await?
        .filter(|session| !session.is_ended(now))
        .ok_or(SwitchError::SessionEnded)
}

fn act_in(
    tenant: &TenantRef,
    destination: &Destination,
    now: DateTime<Utc>,
) -> Result<Acting, SwitchError> {
    if tenant.status != TenantStatus::Active {
        return Err(SwitchError::NotActive);
    }
    let grounds = destination
        .grounds
        .as_ref()
        .ok_or(SwitchError::ReasonNeeded)?;
    let minutes = destination.minutes.clamp(1, ACTING_MINUTES_MAX);
    Ok(Acting {
        reason: grounds.to_string(),
        until: now + TimeDelta::minutes(i64::from(minutes)),
    })
}

/// A tenant's name for its log entries.
fn tenant_entry<'a>(action: &'a str, tenant: &TenantRef) -> Entry<'a> {
    Entry {
        action,
        entity_type: "tenant",
        entity_id: Some(tenant.id.to_string()),
        ..Entry::default()
    }
}

async fn record_switch(
    tx: &mut PlatformTx,
    caller: &Caller,
    tenant: &TenantRef,
    now: DateTime<Utc>,
) -> Result<(), DbError> {
    let by = By::caller_at_home(caller);
    let entry = tenant_entry("session.tenant_switched", tenant);
    audit::append(tx.conn(), tenant.id, &by, now, entry).await
}

/// Both logs tell it: the customer's, because it is their tenant, and the platform's.
async fn record_entering(
    tx: &mut PlatformTx,
    caller: &Caller,
    tenant: &TenantRef,
    acting: &Acting,
    now: DateTime<Utc>,
) -> Result<(), DbError> {
    let by = By::acting(caller);
    // The platform's log is always taken last, so that two who enter at once cannot block each
    // other for good.
    for log in [tenant.id, TenantId::PLATFORM] {
        let entry = Entry {
            new: Some(json!({ "acting_until": acting.until })),
            reason: Some(&acting.reason),
            ..tenant_entry("tenant.entered", tenant)
        };
        audit::append(tx.conn(), log, &by, now, entry).await?;
    }
    Ok(())
}

/// Tells both logs that somebody who acted left, unless their time was over anyway.
async fn record_leaving(
    tx: &mut PlatformTx,
    caller: &Caller,
    left: &Session,
    now: DateTime<Utc>,
) -> Result<(), DbError> {
    let (Some(acting), Some(tenant)) = (&left.acting, left.tenant) else {
        return Ok(());
    };
    if now >= acting.until {
        return Ok(());
    }
    let by = By::acting(caller);
    let entry = Entry {
        action: "tenant.left",
        entity_type: "tenant",
        entity_id: Some(tenant.to_string()),
        reason: Some(&acting.reason),
        ..Entry::default()
    };
    audit::append(tx.conn(), tenant, &by, now, entry.clone()).await?;
    audit::append(tx.conn(), TenantId::PLATFORM, &by, now, entry).await
}

async fn record_refusal(
    tx: &mut PlatformTx,
    caller: &Caller,
    tenant: TenantId,
    now: DateTime<Utc>,
) -> Result<(), DbError> {
    let entry = Entry {
        action: "session.tenant_refused",
        entity_type: "tenant",
        entity_id: Some(tenant.to_string()),
        ..Entry::default()
    };
    let by = By::caller(caller);
    audit::append(tx.conn(), log_of(caller), &by, now, entry).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grounds_are_a_line_of_visible_text() {
        assert_eq!(
            Grounds::parse("  support call ").unwrap().to_string(),
            "support call"
        );
        assert_eq!(Grounds::parse("  x "), Err(TextError::TooShort(3)));
        assert_eq!(
            Grounds::parse(&"x".repeat(501)),
            Err(TextError::TooLong(500))
        );
        assert!(Grounds::parse(&"x".repeat(500)).is_ok());
        assert_eq!(Grounds::parse("supp\u{200b}ort"), Err(TextError::Invisible));
    }
}
