//! Following an invitation: seeing what it offers, and taking it.

use chrono::{DateTime, Utc};
use parking_db::events::{self, EventDraft};
use parking_db::queue::JobError;
use parking_db::{DbError, PlatformTx, Reason};
use parking_domain::access::Role;
use parking_domain::account::{PasswordError, check_password};
use parking_domain::ids::{TenantId, fresh};
use parking_domain::text::{Email, Language, Name, TextError};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::json;
use thiserror::Error;
use uuid::Uuid;

use super::store::offers;
use super::{entry, store, tell};
use crate::accounts::{
    self, Accounts, Busy, Client, CreateError, Person, Proof, SignInError, SignedIn, UserDraft,
};
use crate::audit::{self, By, Entry};
use crate::mail::Letter;
use crate::members::{self, AddError};
use crate::secrets::{fingerprint, random_token};

/// What an open invitation offers.
#[derive(Clone, Debug)]
pub(super) struct Offer {
    pub(super) tenant: TenantId,
    pub(super) id: Uuid,
    pub(super) email: String,
    pub(super) email_key: String,
    pub(super) role: Role,
    pub(super) language: Language,
    pub(super) expires_at: DateTime<Utc>,
    pub(super) inviter: Option<String>,
    pub(super) tenant_name: String,
    pub(super) is_tenant_active: bool,
    pub(super) account_exists: bool,
}

/// Somebody takes an offer.
#[derive(Debug)]
pub(super) struct Acceptance {
    pub(super) token: SecretString,
    /// The name of the account that is made; none where there is one.
    pub(super) name: Option<Name>,
    /// The password of the account that is made, or, as proof, of the one that is there.
    pub(super) password: SecretString,
}

/// Why an offer is not taken.
#[derive(Debug, Error)]
pub(super) enum AcceptError {
    /// The token is wrong, used or expired.
    #[error("the link is wrong, used or expired")]
    TokenInvalid,
    /// The tenant is suspended or about to be deleted.
    #[error("the tenant is not active")]
    TenantSuspended,
    /// An account that is made needs a name.
    #[error("is needed for a new account")]
    NameNeeded,
    /// The password is not good enough.
    #[error(transparent)]
    Password(#[from] PasswordError),
    /// The address was written down by other rules than today's.
    #[error(transparent)]
    Text(#[from] TextError),
    /// The account could not be made.
    #[error(transparent)]
    Account(#[from] CreateError),
    /// The membership could not be made.
    #[error(transparent)]
    Member(#[from] AddError),
    /// The password is wrong, or nobody could be signed in.
    #[error(transparent)]
    SignIn(#[from] SignInError),
    /// Too many passwords wait to be hashed.
    #[error(transparent)]
    Busy(#[from] Busy),
    /// The database failed.
    #[error(transparent)]
    Db(#[from] DbError),
}

/// What the token of a letter offers.
pub(super) async fn preview(
    accounts: &Accounts,
    token: &SecretString,
) -> Result<Option<Offer>, DbError> {
    let hash = fingerprint(token.expose_secret());
    let mut tx = accounts
        .db
        .platform(Reason::Worker("find an invitation"))
        .await?;
    offers::offer_by_token(&mut tx, &hash, accounts.clock.now()).await
}

/// Who takes an offer, once it is certain that they may.
enum Taker {
    /// Somebody with an account, who proved its password.
    Known(Person, Option<String>),
    /// Somebody whose account is made.
    Fresh(UserDraft),
}

/// Makes the reader of the letter a member, with the account they have or a fresh one, and signs
/// them in there. The letter proved the address.
pub(super) async fn accept(
    accounts: &Accounts,
    client: &Client,
    offer: Offer,
    acceptance: Acceptance,
) -> Result<SignedIn, AcceptError> {
    if !offer.is_tenant_active {
        return Err(AcceptError::TenantSuspended);
    }
    let taker = taker(accounts, client, &offer, &acceptance).await?;
    let hash = fingerprint(acceptance.token.expose_secret());
    let now = accounts.clock.now();
    let mut tx = accounts
        .db
        .platform(Reason::Worker("accept an invitation"))
        .await?;
    // The limit before the invitation, in the order in which those take them who invite.
    store::lock_limit(tx.conn(), offer.tenant).await?;
    if !offers::claim(&mut tx, &offer, &hash, now).await? {
        return Err(AcceptError::TokenInvalid);
    }
    let user = admit(&mut tx, taker, now).await?;
    let (tenant, role) = (offer.tenant, offer.role);
    let membership = members::add(tx.conn(), tenant, user, role, now).await?;
    let signed_in = accounts::enter(&mut tx, accounts, client, user, tenant).await?;
    record(&mut tx, client, &offer, membership, &signed_in).await?;
    tx.commit().await?;
    Ok(signed_in)
}

async fn taker(
    accounts: &Accounts,
    client: &Client,
    offer: &Offer,
    acceptance: &Acceptance,
) -> Result<Taker, AcceptError> {
    let person = accounts::person_by_email(&accounts.db, &offer.email_key).await?;
    let Some(person) = person else {
        let name = acceptance.name.clone().ok_or(AcceptError::NameNeeded)?;
        check_password(acceptance.password.expose_secret(), &offer.email)?;
        return Ok(Taker::Fresh(UserDraft {
            id: fresh(),
            email: Email::parse(&offer.email)?,
            name,
            password_hash: accounts.hasher.hash(&acceptance.password).await?,
            language: offer.language,
        }));
    };
    match accounts::prove(accounts, Some(&person), &acceptance.password).await? {
        Proof::Right { stronger } => Ok(Taker::Known(person, stronger)),
        Proof::Wrong => {
            let (person, key) = (Some(&person), &offer.email_key);
            accounts::record_failure(accounts, client, person, key, "wrong password").await?;
            Err(SignInError::InvalidCredentials.into())
        }
    }
}

async fn admit(tx: &mut PlatformTx, taker: Taker, now: DateTime<Utc>) -> Result<Uuid, AcceptError> {
    match taker {
        Taker::Known(person, stronger) => {
            accounts::complete(tx, &person, stronger, None, now).await?;
            accounts::confirm_email(tx, person.id, now).await?;
            Ok(person.id)
        }
        Taker::Fresh(user) => {
            accounts::create(tx, &user, now).await?;
            Ok(user.id)
        }
    }
}

async fn record(
    tx: &mut PlatformTx,
    client: &Client,
    offer: &Offer,
    membership: Uuid,
    signed_in: &SignedIn,
) -> Result<(), DbError> {
    let (user, now) = (&signed_in.standing.user, signed_in.at);
    tell(
        tx.conn(),
        offer.tenant,
        "invitation.accepted",
        offer.id,
        now,
    )
    .await?;
    let joined = EventDraft {
        kind: "membership.created",
        subject_type: "membership",
        subject_id: &membership.to_string(),
        payload: &json!({}),
    };
    events::append(tx.conn(), offer.tenant, now, joined).await?;
    let by = By::person(user.id, &user.name, &client.request);
    let accepted = entry("invitation.accepted", offer.id, &offer.email);
    audit::append(tx.conn(), offer.tenant, &by, now, accepted).await?;
    let joined = Entry {
        action: "membership.created",
        entity_type: "membership",
        entity_id: Some(membership.to_string()),
        entity_name: Some(&user.name),
        new: Some(json!({ "user_id": user.id, "role": offer.role.name() })),
        ..Entry::default()
    };
    audit::append(tx.conn(), offer.tenant, &by, now, joined).await?;
    accounts::record_success(tx, client, signed_in).await
}

/// Mails an invitation, with a token that is made now and takes the place of an earlier one.
pub(super) async fn send(accounts: &Accounts, tenant: TenantId, id: Uuid) -> Result<(), JobError> {
    let mut tx = accounts
        .db
        .platform(Reason::Worker("letters of invitations"))
        .await?;
    let Some(offer) = offers::offer(&mut tx, tenant, id, accounts.clock.now()).await? else {
        return Ok(());
    };
    let token = random_token();
    if !offers::set_token(&mut tx, &offer, &fingerprint(token.expose_secret())).await? {
        return Ok(());
    }
    tx.commit().await?;
    let letter = Letter::Invitation {
        token: &token,
        tenant: &offer.tenant_name,
        inviter: offer.inviter.as_deref(),
        expires_at: offer.expires_at,
    };
    accounts
        .mailer
        .send(&offer.email, offer.language, &letter)
        .await?;
    let mut tx = accounts
        .db
        .platform(Reason::Worker("letters of invitations"))
        .await?;
    offers::stamp_sent(&mut tx, &offer, accounts.clock.now()).await?;
    tx.commit().await?;
    Ok(())
}

/// Invitations that one portion of closing takes.
const PORTION: i64 = 200;

/// Closes a portion of the invitations whose time is up, records each in its tenant's log, and
/// says whether that was all.
pub(super) async fn close_some(tx: &mut PlatformTx, now: DateTime<Utc>) -> Result<bool, DbError> {
    let closed = store::close_some(tx, now, PORTION).await?;
    let by = By::system("expired invitations");
    for invitation in &closed {
        let entry = entry("invitation.expired", invitation.id, &invitation.email);
        let tenant = TenantId(invitation.tenant_id);
        audit::append(tx.conn(), tenant, &by, now, entry).await?;
    }
    Ok(i64::try_from(closed.len()).unwrap_or(0) < PORTION)
}
