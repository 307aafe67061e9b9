//! Colleagues on their way in: a membership offered by mail.
//!
//! An invitation is open until it is accepted, revoked, or its time is up; a tenant has at most
//! one open invitation to an address, in whatever case it is typed. Open ones count towards the
//! limit of users when more are made, and the database has the last word when one is accepted.
//! The token exists only in the letter: the job that mails it makes it. Tables: `invitations`;
//! reads `users`, `memberships`, `tenants`, `tenant_usage`.
//! Not here: members who are in already (`members`).

mod accept;
mod api;
mod jobs;
mod store;
#[cfg(test)]
mod tests;

use chrono::{DateTime, Utc};
use parking_db::events::{self, EventDraft};
use parking_db::queue::{self, JobError};
use parking_db::{DbError, OnConstraint as _, Reason, TenantTx};
use parking_domain::access::Role;
use parking_domain::account::INVITATION_VALID_FOR;
use parking_domain::ids::{TenantId, fresh};
use parking_domain::text::{Email, Language};
use parking_http::{ApiError, Code, Page};
use serde_json::json;
use sqlx::PgConnection;
use thiserror::Error;
use uuid::Uuid;

use crate::accounts::Accounts;
use crate::audit::{self, By, Entry};
use crate::tenants::InviteOwner;

pub use api::routes;
pub use jobs::{CloseInvitations, jobs, schedules};

use accept::{AcceptError, Acceptance, Offer, accept, preview};
use jobs::SendInvitation;
use store::{Filter, Invitation, Status};

/// Somebody is to be invited.
#[derive(Clone, Debug)]
pub struct Invite {
    /// Whom to write to.
    pub email: Email,
    /// What they are to become.
    pub role: Role,
    /// The role of whoever invites, which no invitation exceeds.
    pub giver: Role,
    /// The language of the letter.
    pub language: Language,
    /// The person who invites, if it is one.
    pub invited_by: Option<Uuid>,
}

/// Why an invitation is not made, sent again or taken back.
#[derive(Debug, Error)]
pub enum InviteError {
    /// There is no such invitation here.
    #[error("there is no such invitation")]
    NotFound,
    /// Nobody gives or takes a role above their own.
    #[error("the role is above one's own")]
    RoleTooHigh,
    /// Only the platform's own tenant has platform admins.
    #[error("the role exists in the platform tenant only")]
    NotInThisTenant,
    /// They are in already.
    #[error("is a member already")]
    AlreadyMember,
    /// An invitation to the address is open.
    #[error("is invited already")]
    AlreadyInvited,
    /// Members and open invitations fill the tenant.
    #[error("the limit of users is reached")]
    LimitReached,
    /// It was accepted, revoked or has expired.
    #[error("the invitation is not open any more")]
    Closed,
    /// Somebody changed it meanwhile.
    #[error("it was changed meanwhile")]
    Stale,
    /// The database failed.
    #[error(transparent)]
    Db(#[from] DbError),
}

impl From<InviteError> for ApiError {
    fn from(error: InviteError) -> Self {
        match error {
            InviteError::NotFound => Self::not_found(),
            InviteError::RoleTooHigh => Self::new(Code::RoleTooHigh),
            InviteError::NotInThisTenant => Self::field("role", error),
            InviteError::AlreadyMember => Self::new(Code::AlreadyMember),
            InviteError::AlreadyInvited => Self::new(Code::AlreadyInvited),
            InviteError::LimitReached => Self::new(Code::LimitReached)
                .detail("the tenant's limit of users is reached, counting open invitations"),
            InviteError::Closed => Self::new(Code::InvitationClosed),
            InviteError::Stale => Self::new(Code::PreconditionFailed),
            InviteError::Db(error) => error.into(),
        }
    }
}

/// Invites somebody to a tenant, records it, and returns the invitation's identity. `conn` is a
/// transaction in the tenant, or a worker's.
pub async fn invite(
    conn: &mut PgConnection,
    tenant: TenantId,
    invite: &Invite,
    by: &By,
    now: DateTime<Utc>,
) -> Result<Uuid, InviteError> {
    if !invite.giver.may_manage(invite.role) {
        return Err(InviteError::RoleTooHigh);
    }
    let email_key = invite.email.key();
    if store::is_member(conn, tenant, &email_key).await? {
        return Err(InviteError::AlreadyMember);
    }
    // One that ran out no longer stands in the way, even if the job that closes it has not run.
    store::close_expired(conn, tenant, &email_key, now).await?;
    let id = fresh();
    // The lock on the limit makes "one more" exact among those who invite at the same moment.
    let max = store::lock_limit(conn, tenant).await?;
    let expires_at = now + INVITATION_VALID_FOR;
    store::insert(conn, (tenant, id), invite, now, expires_at)
        .await
        .map_err(refused)?;
    if store::count_taken(conn, tenant, now).await? > max {
        return Err(InviteError::LimitReached);
    }
    queue::enqueue(conn, tenant, &SendInvitation { invitation_id: id }, now).await?;
    tell(conn, tenant, "invitation.created", id, now).await?;
    let entry = Entry {
        new: Some(json!({
            "email": invite.email.as_str(),
            "role": invite.role.name(),
            "expires_at": expires_at,
        })),
        ..entry("invitation.created", id, invite.email.as_str())
    };
    audit::append(conn, tenant, by, now, entry).await?;
    Ok(id)
}

/// Invites the first owner of a new tenant, as whoever created it wished. Done twice, it is done
/// once: an invitation or a membership that is there already is what was wanted.
async fn invite_owner(
    accounts: &Accounts,
    tenant: TenantId,
    wish: &InviteOwner,
) -> Result<(), JobError> {
    let owner = Invite {
        email: Email::parse(&wish.email).map_err(JobError::fail)?,
        role: Role::Owner,
        giver: Role::PlatformAdmin,
        language: wish.language,
        invited_by: wish.invited_by,
    };
    let by = By::system("founding of the tenant");
    let mut tx = accounts
        .db
        .platform(Reason::Worker("invite the first owner"))
        .await?;
    match invite(tx.conn(), tenant, &owner, &by, accounts.clock.now()).await {
        Ok(_) => Ok(tx.commit().await?),
        Err(InviteError::AlreadyInvited | InviteError::AlreadyMember) => Ok(()),
        Err(InviteError::Db(error)) => Err(error.into()),
        Err(error) => Err(JobError::fail(error)),
    }
}

fn refused(error: DbError) -> InviteError {
    let refused: Result<(), InviteError> =
        Err(error).on_constraint("invitations_one_open", || InviteError::AlreadyInvited);
    match refused {
        Err(InviteError::Db(error)) => error
            .on_constraint("invitations_platform_admin_in_platform", || {
                InviteError::NotInThisTenant
            }),
        Err(error) => error,
        Ok(()) => InviteError::Closed,
    }
}

/// Somebody handles an invitation that exists.
#[derive(Clone, Copy, Debug)]
struct Handling<'a> {
    id: Uuid,
    /// The role of whoever handles it.
    giver: Role,
    by: &'a By,
    now: DateTime<Utc>,
}

/// Mails an open invitation again, with another link; the earlier one is good no longer.
async fn resend(
    tx: &mut TenantTx,
    handling: Handling<'_>,
    is_current: impl FnOnce(i64) -> bool,
) -> Result<(), InviteError> {
    let Handling { id, by, now, .. } = handling;
    let (tenant, invitation) = (tx.tenant(), open(tx, handling, is_current).await?);
    let expires_at = now + INVITATION_VALID_FOR;
    store::renew(tx.conn(), id, expires_at).await?;
    let job = SendInvitation { invitation_id: id };
    queue::enqueue(tx.conn(), tenant, &job, now).await?;
    let entry = Entry {
        old: Some(json!({ "expires_at": invitation.expires_at })),
        new: Some(json!({ "expires_at": expires_at })),
        ..entry("invitation.resent", id, &invitation.email)
    };
    Ok(audit::append(tx.conn(), tenant, by, now, entry).await?)
}

/// Takes an open invitation back.
async fn revoke(
    tx: &mut TenantTx,
    handling: Handling<'_>,
    is_current: impl FnOnce(i64) -> bool,
) -> Result<(), InviteError> {
    let Handling { id, by, now, .. } = handling;
    let (tenant, invitation) = (tx.tenant(), open(tx, handling, is_current).await?);
    store::revoke(tx.conn(), id, now).await?;
    tell(tx.conn(), tenant, "invitation.revoked", id, now).await?;
    let entry = Entry {
        old: Some(json!({ "email": invitation.email, "role": invitation.role })),
        ..entry("invitation.revoked", id, &invitation.email)
    };
    Ok(audit::append(tx.conn(), tenant, by, now, entry).await?)
}

/// An invitation that is still open and within one's reach, held until the end of the transaction.
async fn open(
    tx: &mut TenantTx,
    handling: Handling<'_>,
    is_current: impl FnOnce(i64) -> bool,
) -> Result<Invitation, InviteError> {
    let Handling { id, giver, now, .. } = handling;
    store::lock(tx.conn(), id).await?;
    let found = store::find(tx.conn(), id, now).await?;
    let invitation = found.ok_or(InviteError::NotFound)?;
    if !is_current(invitation.version) {
        return Err(InviteError::Stale);
    }
    if invitation.status != Status::Pending.name() {
        return Err(InviteError::Closed);
    }
    let is_in_reach = invitation
        .role
        .parse()
        .is_ok_and(|role: Role| giver.may_manage(role));
    if is_in_reach {
        Ok(invitation)
    } else {
        Err(InviteError::RoleTooHigh)
    }
}

fn entry<'a>(action: &'a str, id: Uuid, email: &'a str) -> Entry<'a> {
    Entry {
        action,
        entity_type: "invitation",
        entity_id: Some(id.to_string()),
        entity_name: Some(email),
        ..Entry::default()
    }
}

async fn tell(
    conn: &mut PgConnection,
    tenant: TenantId,
    kind: &str,
    id: Uuid,
    now: DateTime<Utc>,
) -> Result<(), DbError> {
    let event = EventDraft {
        kind,
        subject_type: "invitation",
        subject_id: &id.to_string(),
        payload: &json!({}),
    };
    events::append(conn, tenant, now, event).await
}

/// One of the tenant's invitations.
async fn find(
    tx: &mut TenantTx,
    id: Uuid,
    now: DateTime<Utc>,
) -> Result<Option<Invitation>, DbError> {
    store::find(tx.conn(), id, now).await
}

/// A page of the tenant's invitations, and how many there are.
async fn list(
    tx: &mut TenantTx,
    filter: &Filter,
    order: &str,
    page: &Page,
) -> Result<(Vec<Invitation>, i64), DbError> {
    let total = store::count(tx, filter).await?;
    let found = store::page(tx, filter, order, (page.offset, page.size)).await?;
    Ok((found, total))
}
