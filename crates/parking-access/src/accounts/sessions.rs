//! Sessions: a sign-in and all refresh tokens that descend from it.

use chrono::{DateTime, Utc};
use parking_db::{DbError, PlatformTx, Reason, queue};
use parking_domain::access::Role;
use parking_domain::account::{Rotation, ShownToken, rotate};
use parking_domain::ids::{TenantId, fresh};
use parking_domain::tenancy::TenantStatus;
use parking_http::caller::{Acting, Person};
use parking_http::{Caller, Page};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::json;
use sqlx::PgConnection;
use thiserror::Error;
use uuid::Uuid;

use super::jobs::{Notice, SendNotice};
use super::people::{Homeless, Standing, TenantRef};
use super::store::{sessions as store, users};
use super::tokens::{Claims, TokenError};
use super::{Accounts, Client};
use crate::audit::{self, By, Entry};
use crate::secrets::{fingerprint, random_token};

/// Sessions one person may have at a time; the one left alone longest makes room.
const SESSIONS_MAX: i64 = 100;

/// A session that is to be.
#[derive(Debug)]
pub(crate) struct SessionDraft<'a> {
    pub(crate) id: Uuid,
    pub(crate) user: Uuid,
    pub(crate) tenant: TenantId,
    pub(crate) ip: &'a str,
    pub(crate) user_agent: Option<&'a str>,
    pub(crate) expires_at: DateTime<Utc>,
}

/// A session as it is kept.
#[derive(Clone, Debug)]
pub(crate) struct Session {
    pub(crate) id: Uuid,
    pub(crate) user: Uuid,
    pub(crate) tenant: Option<TenantId>,
    pub(crate) acting: Option<Acting>,
    pub(crate) ended_at: Option<DateTime<Utc>>,
    pub(crate) expires_at: DateTime<Utc>,
}

impl Session {
    pub(crate) fn is_ended(&self, now: DateTime<Utc>) -> bool {
        self.ended_at.is_some() || now >= self.expires_at
    }
}

/// A refresh token that was shown and is one of ours.
#[derive(Clone, Debug)]
pub(crate) struct KnownToken {
    pub(crate) expires_at: DateTime<Utc>,
    pub(crate) used_at: Option<DateTime<Utc>>,
    pub(crate) session: Session,
}

/// A session as its owner sees it in a list.
#[derive(Clone, Debug, sqlx::FromRow)]
pub(crate) struct ListedSession {
    pub(crate) id: Uuid,
    pub(crate) created_at: DateTime<Utc>,
    pub(crate) last_used_at: DateTime<Utc>,
    pub(crate) expires_at: DateTime<Utc>,
    pub(crate) ip: Option<String>,
    pub(crate) user_agent: Option<String>,
}

/// What somebody gets who is signed in.
#[derive(Debug)]
pub(crate) struct SignedIn {
    pub(crate) standing: Standing,
    pub(crate) tenant: TenantRef,
    pub(crate) access_token: SecretString,
    pub(crate) access_expires_at: DateTime<Utc>,
    /// The next refresh token; none when the one at hand stays good.
    pub(crate) refresh_token: Option<SecretString>,
    pub(crate) refresh_expires_at: DateTime<Utc>,
    pub(crate) at: DateTime<Utc>,
}

/// Why there is no session to go on with.
#[derive(Debug, Error)]
pub(crate) enum RefreshError {
    /// The token is wrong, used or expired, or its session has ended.
    #[error("the session has ended")]
    SessionEnded,
    /// The account is disabled.
    #[error("the account is disabled")]
    AccountDisabled,
    /// There is no tenant to go on in.
    #[error(transparent)]
    Homeless(#[from] Homeless),
    /// No token could be made.
    #[error(transparent)]
    Token(#[from] TokenError),
    /// The database failed.
    #[error(transparent)]
    Db(#[from] DbError),
}

/// Opens a session for somebody who proved who they are.
pub(crate) async fn open(
    conn: &mut PgConnection,
    accounts: &Accounts,
    client: &Client,
    standing: Standing,
    tenant: TenantRef,
) -> Result<SignedIn, RefreshError> {
    let now = accounts.clock.now();
    let expires_at = now + accounts.options.session_ttl;
    let (id, user) = (fresh(), standing.user.id);
    let ip = client.request.ip.to_string();
    store::end_surplus(conn, user, SESSIONS_MAX - 1, now).await?;
    let session = SessionDraft {
        id,
        user,
        tenant: tenant.id,
        ip: &ip,
        user_agent: client.user_agent.as_deref(),
        expires_at,
    };
    store::insert(conn, &session, now).await?;
    let token = random_token();
    let hash = fingerprint(token.expose_secret());
    store::insert_token(conn, &hash, id, now, expires_at).await?;
    let going_on = Session {
        id,
        user,
        tenant: Some(tenant.id),
        acting: None,
        ended_at: None,
        expires_at,
    };
    let mut signed_in = admit(accounts, &going_on, standing, tenant, now)?;
    signed_in.refresh_token = Some(token);
    Ok(signed_in)
}

/// Makes the access token of a session in a tenant.
pub(crate) fn admit(
    accounts: &Accounts,
    session: &Session,
    standing: Standing,
    tenant: TenantRef,
    now: DateTime<Utc>,
) -> Result<SignedIn, TokenError> {
    let lasting = now + accounts.options.access_ttl;
    let expires_at = match &session.acting {
        Some(acting) => lasting.min(acting.until),
        None => lasting,
    };
    let access_token = accounts.tokens.sign(&Claims {
        user: session.user,
        session: session.id,
        tenant: tenant.id,
        issued_at: now,
        expires_at,
    })?;
    Ok(SignedIn {
        standing,
        tenant,
        access_token,
        access_expires_at: expires_at,
        refresh_token: None,
        refresh_expires_at: session.expires_at,
        at: now,
    })
}

/// Exchanges a refresh token for the next one.
pub(crate) async fn refresh(
    accounts: &Accounts,
    client: &Client,
    shown: &str,
) -> Result<SignedIn, RefreshError> {
    let now = accounts.clock.now();
    let hash = fingerprint(shown);
    let mut tx = accounts.db.platform(Reason::Worker("refresh")).await?;
    // The lock makes the exchange one atomic claim: of fifty tabs that show the same token at
    // once, one exchanges it and the others see that it was used a moment ago.
    let known = store::lock_token(tx.conn(), &hash)
        .await?
        .ok_or(RefreshError::SessionEnded)?;
    let token = ShownToken {
        expires_at: known.expires_at,
        used_at: known.used_at,
        is_session_ended: known.session.is_ended(now),
    };
    match rotate(token, now) {
        Rotation::Refuse => return Err(RefreshError::SessionEnded),
        Rotation::Reuse => {
            end_stolen(tx, client, &known.session, now).await?;
            return Err(RefreshError::SessionEnded);
        }
        Rotation::Exchange => store::use_token(tx.conn(), &hash, now).await?,
        Rotation::Sibling => {}
    }
    let mut session = known.session;
    let (standing, tenant) = whereabouts(tx.conn(), &mut session, now).await?;
    session.expires_at = now + accounts.options.session_ttl;
    let ip = client.request.ip.to_string();
    store::touch(tx.conn(), session.id, &ip, now, session.expires_at).await?;
    let next = random_token();
    let next_hash = fingerprint(next.expose_secret());
    store::insert_token(tx.conn(), &next_hash, session.id, now, session.expires_at).await?;
    let mut signed_in = admit(accounts, &session, standing, tenant, now)?;
    signed_in.refresh_token = Some(next);
    tx.commit().await?;
    Ok(signed_in)
}

/// Where a session goes on: where it was, or, if that is closed or the time there is over, home.
pub(crate) async fn whereabouts(
    conn: &mut PgConnection,
    session: &mut Session,
    now: DateTime<Utc>,
) -> Result<(Standing, TenantRef), RefreshError> {
    let mut standing = users::standing(conn, session.user, session.tenant)
        .await?
        .ok_or(RefreshError::SessionEnded)?;
    if !standing.user.is_active {
        return Err(RefreshError::AccountDisabled);
    }
    if let (Some(acting), Some(tenant)) = (&session.acting, session.tenant)
        && now < acting.until
        && standing.is_platform_admin()
    {
        let foreign = users::tenant_ref(conn, tenant, Role::Admin).await?;
        if let Some(foreign) = foreign.filter(|tenant| tenant.status == TenantStatus::Active) {
            return Ok((standing, foreign));
        }
    }
    standing.last_tenant = session.tenant;
    let tenant = standing.place(None)?.clone();
    if session.acting.is_some() || session.tenant != Some(tenant.id) {
        store::select_tenant(conn, session.id, tenant.id, None).await?;
        session.tenant = Some(tenant.id);
        session.acting = None;
    }
    Ok((standing, tenant))
}

/// A used token was shown again: somebody has a copy, and nobody can tell who is who.
async fn end_stolen(
    mut tx: PlatformTx,
    client: &Client,
    session: &Session,
    now: DateTime<Utc>,
) -> Result<(), DbError> {
    store::end(tx.conn(), session.id, session.user, "reuse", now).await?;
    let notice = SendNotice {
        user_id: session.user,
        notice: Notice::SessionStolen,
    };
    queue::enqueue(tx.conn(), TenantId::PLATFORM, &notice, now).await?;
    let home = users::by_id(tx.conn(), session.user)
        .await?
        .map_or(TenantId::PLATFORM, |person| person.home());
    let entry = Entry {
        action: "session.ended",
        entity_type: "session",
        entity_id: Some(session.id.to_string()),
        new: Some(json!({ "user_id": session.user, "ended_reason": "reuse" })),
        reason: Some("a refresh token was used again after it had been exchanged"),
        ..Entry::default()
    };
    let by = By::anonymous(&client.request);
    audit::append(tx.conn(), home, &by, now, entry).await?;
    tx.commit().await
}

/// Which session somebody wants to leave.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Leaving<'a> {
    /// The one whose access token they showed.
    Caller(Person),
    /// The one whose refresh token they showed.
    Token(&'a str),
}

/// Ends the session somebody is in. There being none is as good.
pub(crate) async fn log_out(
    tx: &mut PlatformTx,
    client: &Client,
    leaving: Leaving<'_>,
    now: DateTime<Utc>,
) -> Result<(), DbError> {
    let (session, user) = match leaving {
        Leaving::Caller(person) => (person.session, person.id),
        Leaving::Token(shown) => match store::lock_token(tx.conn(), &fingerprint(shown)).await? {
            Some(known) => (known.session.id, known.session.user),
            None => return Ok(()),
        },
    };
    if !store::end(tx.conn(), session, user, "logout", now).await? {
        return Ok(());
    }
    let Some(person) = users::by_id(tx.conn(), user).await? else {
        return Ok(());
    };
    let by = By::person(user, &person.name, &client.request);
    let entry = ended(Some(session), "logout", None);
    audit::append(tx.conn(), person.home(), &by, now, entry).await
}

/// Ends all of the caller's sessions.
pub(crate) async fn log_out_everywhere(
    tx: &mut PlatformTx,
    caller: &Caller,
    person: Person,
    now: DateTime<Utc>,
) -> Result<(), DbError> {
    let count = store::end_all(tx.conn(), person.id, None, "logout_everywhere", now).await?;
    let entry = ended(None, "logout_everywhere", Some(count));
    audit::append(tx.conn(), log_of(caller), &By::caller(caller), now, entry).await
}

/// Ends one of the caller's sessions; false if it is not theirs or over.
pub(crate) async fn end(
    tx: &mut PlatformTx,
    caller: &Caller,
    person: Person,
    session: Uuid,
    now: DateTime<Utc>,
) -> Result<bool, DbError> {
    if !store::end(tx.conn(), session, person.id, "ended_by_user", now).await? {
        return Ok(false);
    }
    let entry = ended(Some(session), "ended_by_user", None);
    audit::append(tx.conn(), log_of(caller), &By::caller(caller), now, entry).await?;
    Ok(true)
}

fn ended(session: Option<Uuid>, why: &str, count: Option<u64>) -> Entry<'_> {
    Entry {
        action: "session.ended",
        entity_type: "session",
        entity_id: session.map(|id| id.to_string()),
        new: Some(match count {
            Some(count) => json!({ "ended_reason": why, "sessions": count }),
            None => json!({ "ended_reason": why }),
        }),
        ..Entry::default()
    }
}

/// The log in which a person's own affairs are told: never that of a tenant they only act in.
pub(crate) fn log_of(caller: &Caller) -> TenantId {
    match caller.identity.acting {
        Some(_) => TenantId::PLATFORM,
        None => caller.tenant(),
    }
}

/// A page of somebody's sessions that are going on, and how many there are.
pub(crate) async fn list(
    tx: &mut PlatformTx,
    person: Person,
    page: &Page,
    order: &str,
    now: DateTime<Utc>,
) -> Result<(Vec<ListedSession>, i64), DbError> {
    let total = store::count(tx.conn(), person.id, now).await?;
    let sessions = store::page(tx.conn(), person.id, now, order, (page.offset, page.size)).await?;
    Ok((sessions, total))
}
