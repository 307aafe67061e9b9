//! Signing in: proving a password, and opening a session where the person belongs.

use chrono::{DateTime, Utc};
use parking_db::{Db, DbError, OnConstraint as _, PlatformTx, Reason};
use parking_domain::ids::TenantId;
use secrecy::SecretString;
use serde_json::json;
use thiserror::Error;
use uuid::Uuid;

use super::passwords::Busy;
use super::people::{Homeless, Person, Standing, UserDraft};
use super::sessions::{RefreshError, SignedIn, open};
use super::store::users;
use super::tokens::TokenError;
use super::{Accounts, Client};
use crate::audit::{self, By, Entry};
use crate::secrets::{fingerprint, hex};

/// Somebody says who they are.
#[derive(Debug)]
pub(crate) struct Attempt {
    /// The address in the form accounts are found by.
    pub(crate) email_key: String,
    pub(crate) password: SecretString,
    /// The tenant they want to work in, if they say so.
    pub(crate) tenant: Option<TenantId>,
}

/// Why somebody is not signed in.
#[derive(Debug, Error)]
pub(crate) enum SignInError {
    /// There is no such account, or that is not its password: nobody is told which.
    #[error("wrong address or password")]
    InvalidCredentials,
    /// The account is disabled.
    #[error("the account is disabled")]
    AccountDisabled,
    /// There is no tenant to work in.
    #[error(transparent)]
    Homeless(#[from] Homeless),
    /// Too many passwords wait to be hashed.
    #[error(transparent)]
    Busy(#[from] Busy),
    /// No token could be made.
    #[error(transparent)]
    Token(#[from] TokenError),
    /// The database failed.
    #[error(transparent)]
    Db(#[from] DbError),
}

impl From<RefreshError> for SignInError {
    fn from(error: RefreshError) -> Self {
        match error {
            // A session that is being opened cannot have ended: its account is gone.
            RefreshError::SessionEnded => Self::InvalidCredentials,
            RefreshError::AccountDisabled => Self::AccountDisabled,
            RefreshError::Homeless(error) => Self::Homeless(error),
            RefreshError::Token(error) => Self::Token(error),
            RefreshError::Db(error) => Self::Db(error),
        }
    }
}

/// What a password proved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Proof {
    /// Nothing.
    Wrong,
    /// It is the account's, and here is a stronger hash of it if the kept one is outdated.
    Right { stronger: Option<String> },
}

/// Compares a password with an account's, taking as long when there is no account.
pub(crate) async fn prove(
    accounts: &Accounts,
    person: Option<&Person>,
    password: &SecretString,
) -> Result<Proof, Busy> {
    let hash = person.and_then(|person| person.password_hash.as_deref());
    let verdict = accounts.hasher.verify(password, hash).await?;
    if !verdict.is_right {
        return Ok(Proof::Wrong);
    }
    let stronger = if verdict.is_outdated {
        // A queue that is full now will be shorter at the next login.
        accounts.hasher.hash(password).await.ok()
    } else {
        None
    };
    Ok(Proof::Right { stronger })
}

/// The account with an address. The transaction is over before anything is hashed: nobody holds
/// a connection while waiting for a thread.
pub(crate) async fn person_by_email(db: &Db, email_key: &str) -> Result<Option<Person>, DbError> {
    let mut tx = db
        .platform(Reason::Worker("find an account by its address"))
        .await?;
    users::by_email(tx.conn(), email_key).await
}

/// Signs somebody in by address and password.
pub(crate) async fn sign_in(
    accounts: &Accounts,
    client: &Client,
    attempt: Attempt,
) -> Result<SignedIn, SignInError> {
    let person = person_by_email(&accounts.db, &attempt.email_key).await?;
    let proof = prove(accounts, person.as_ref(), &attempt.password).await?;
    let admitted = match (&person, proof) {
        (Some(person), Proof::Right { stronger }) => {
            admit(accounts, client, person, stronger, attempt.tenant).await
        }
        _ => Err(SignInError::InvalidCredentials),
    };
    if let Err(error) = &admitted
        && let Some(why) = worth_recording(error)
    {
        record_failure(accounts, client, person.as_ref(), &attempt.email_key, why).await?;
    }
    admitted
}

async fn admit(
    accounts: &Accounts,
    client: &Client,
    person: &Person,
    stronger: Option<String>,
    wanted: Option<TenantId>,
) -> Result<SignedIn, SignInError> {
    let now = accounts.clock.now();
    let mut tx = accounts.db.platform(Reason::Worker("sign in")).await?;
    let standing = complete(&mut tx, person, stronger, wanted, now).await?;
    let tenant = standing.place(wanted)?.clone();
    let signed_in = open(tx.conn(), accounts, client, standing, tenant).await?;
    record_success(&mut tx, client, &signed_in).await?;
    tx.commit().await?;
    Ok(signed_in)
}

/// Takes note of a proven password. Refused if the account was disabled or its password changed
/// while the hash was computed.
pub(crate) async fn complete(
    tx: &mut PlatformTx,
    person: &Person,
    stronger: Option<String>,
    wanted: Option<TenantId>,
    now: DateTime<Utc>,
) -> Result<Standing, SignInError> {
    if !person.is_active {
        return Err(SignInError::AccountDisabled);
    }
    let verified = person.password_hash.as_deref().unwrap_or_default();
    if !users::stamp_login(tx.conn(), person.id, verified, stronger.as_deref(), now).await? {
        return Err(SignInError::InvalidCredentials);
    }
    users::standing(tx.conn(), person.id, wanted)
        .await?
        .ok_or(SignInError::InvalidCredentials)
}

/// Tells the log of the tenant where somebody signed in.
pub(crate) async fn record_success(
    tx: &mut PlatformTx,
    client: &Client,
    signed_in: &SignedIn,
) -> Result<(), DbError> {
    let user = &signed_in.standing.user;
    let entry = Entry {
        action: "login.succeeded",
        entity_type: "user",
        entity_id: Some(user.id.to_string()),
        entity_name: Some(&user.name),
        ..Entry::default()
    };
    let by = By::person(user.id, &user.name, &client.request);
    audit::append(tx.conn(), signed_in.tenant.id, &by, signed_in.at, entry).await
}

fn worth_recording(error: &SignInError) -> Option<&'static str> {
    match error {
        SignInError::InvalidCredentials => Some("wrong address or password"),
        SignInError::AccountDisabled => Some("the account is disabled"),
        SignInError::Homeless(Homeless::NoMembership) => Some("no active membership"),
        SignInError::Homeless(Homeless::TenantSuspended) => Some("the tenant is suspended"),
        SignInError::Busy(_) | SignInError::Token(_) | SignInError::Db(_) => None,
    }
}

/// Tells the log of the account's tenant, or, if there is no account, the platform's. The address
/// is told as a hash: people type passwords into the wrong field.
pub(crate) async fn record_failure(
    accounts: &Accounts,
    client: &Client,
    person: Option<&Person>,
    email_key: &str,
    why: &'static str,
) -> Result<(), DbError> {
    let mut tx = accounts
        .db
        .platform(Reason::Worker("record a failed login"))
        .await?;
    let home = person.map_or(TenantId::PLATFORM, Person::home);
    let entry = Entry {
        action: "login.failed",
        entity_type: "user",
        entity_id: person.map(|person| person.id.to_string()),
        entity_name: person.map(|person| person.name.as_str()),
        new: Some(json!({ "email_sha256": hex(&fingerprint(email_key)) })),
        reason: Some(why),
        ..Entry::default()
    };
    let by = By::anonymous(&client.request);
    audit::append(tx.conn(), home, &by, accounts.clock.now(), entry).await?;
    tx.commit().await
}

/// Why an account could not be made.
#[derive(Debug, Error)]
pub(crate) enum CreateError {
    /// The address has an account.
    #[error("the address has an account")]
    EmailTaken,
    /// The database failed.
    #[error(transparent)]
    Db(#[from] DbError),
}

/// Makes an account for somebody who has shown that the address is theirs. The caller records it.
pub(crate) async fn create(
    tx: &mut PlatformTx,
    new: &UserDraft,
    now: DateTime<Utc>,
) -> Result<(), CreateError> {
    users::insert(tx.conn(), new, now)
        .await
        .on_constraint("users_email_unique", || CreateError::EmailTaken)
}

/// Notes that the owner of an account has shown that its address is theirs.
pub(crate) async fn confirm_email(
    tx: &mut PlatformTx,
    user: Uuid,
    now: DateTime<Utc>,
) -> Result<(), DbError> {
    users::verify_email(tx.conn(), user, now).await?;
    Ok(())
}

/// Signs in somebody who has just become a member of a tenant. The caller records it.
pub(crate) async fn enter(
    tx: &mut PlatformTx,
    accounts: &Accounts,
    client: &Client,
    user: Uuid,
    tenant: TenantId,
) -> Result<SignedIn, SignInError> {
    let standing = users::standing(tx.conn(), user, Some(tenant))
        .await?
        .ok_or(SignInError::InvalidCredentials)?;
    let place = standing.place(Some(tenant))?.clone();
    Ok(open(tx.conn(), accounts, client, standing, place).await?)
}
