//! Passwords that change or are lost, and addresses that are to be confirmed.

use chrono::{DateTime, TimeDelta, Utc};
use parking_db::queue::{self, JobError};
use parking_db::{DbError, PlatformTx, Reason};
use parking_domain::account::{
    PasswordError, RESET_VALID_FOR, VERIFICATION_VALID_FOR, check_password,
};
use parking_domain::ids::TenantId;
use parking_http::{Caller, caller};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::json;
use thiserror::Error;
use uuid::Uuid;

use super::jobs::{Notice, SendNotice, SendReset, SendVerification};
use super::passwords::Busy;
use super::people::Person;
use super::sessions::log_of;
use super::sign_in::{Proof, prove};
use super::store::{links, sessions, users};
use super::{Accounts, Client};
use crate::audit::{self, By, Entry};
use crate::mail::Letter;
use crate::secrets::{fingerprint, random_token};

/// What a mailed link is good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    ResetPassword,
    VerifyEmail,
}

impl Purpose {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::ResetPassword => "reset_password",
            Self::VerifyEmail => "verify_email",
        }
    }

    fn valid_for(self) -> TimeDelta {
        match self {
            Self::ResetPassword => RESET_VALID_FOR,
            Self::VerifyEmail => VERIFICATION_VALID_FOR,
        }
    }

    fn letter(self, token: &SecretString) -> Letter<'_> {
        match self {
            Self::ResetPassword => Letter::ResetPassword { token },
            Self::VerifyEmail => Letter::VerifyEmail { token },
        }
    }
}

/// Whose link it is.
#[derive(Clone, Debug)]
pub(crate) struct Link {
    pub(crate) user: Uuid,
    pub(crate) email: String,
}

/// Why a password stays what it is.
#[derive(Debug, Error)]
pub(crate) enum PasswordChangeError {
    /// That is not the present password.
    #[error("is not your present password")]
    WrongPassword,
    /// The link is wrong, used or expired.
    #[error("the link is wrong, used or expired")]
    TokenInvalid,
    /// The next password is not good enough.
    #[error(transparent)]
    Password(#[from] PasswordError),
    /// Too many passwords wait to be hashed.
    #[error(transparent)]
    Busy(#[from] Busy),
    /// The database failed.
    #[error(transparent)]
    Db(#[from] DbError),
}

/// Puts another password in the place of the caller's, and ends their other sessions.
pub(crate) async fn change_password(
    accounts: &Accounts,
    caller: &Caller,
    person: caller::Person,
    current: &SecretString,
    next: &SecretString,
) -> Result<(), PasswordChangeError> {
    let known = find(accounts, person.id)
        .await?
        .ok_or(PasswordChangeError::WrongPassword)?;
    check_password(next.expose_secret(), &known.email)?;
    if prove(accounts, Some(&known), current).await? == Proof::Wrong {
        return Err(PasswordChangeError::WrongPassword);
    }
    let hash = accounts.hasher.hash(next).await?;
    let now = accounts.clock.now();
    let mut tx = accounts
        .db
        .platform(Reason::Worker("change a password"))
        .await?;
    let verified = known.password_hash.as_deref().unwrap_or_default();
    if !users::replace_password(tx.conn(), person.id, verified, &hash, now).await? {
        return Err(PasswordChangeError::WrongPassword);
    }
    let kept = Some(person.session);
    after_change(&mut tx, person.id, kept, now).await?;
    let entry = changed(&known, None);
    audit::append(tx.conn(), log_of(caller), &By::caller(caller), now, entry).await?;
    tx.commit().await?;
    Ok(())
}

/// Gives an account the password that the reader of a letter chose, and ends its sessions.
pub(crate) async fn reset_password(
    accounts: &Accounts,
    client: &Client,
    token: &SecretString,
    next: &SecretString,
) -> Result<(), PasswordChangeError> {
    let hash = fingerprint(token.expose_secret());
    let purpose = Purpose::ResetPassword;
    let now = accounts.clock.now();
    let found = {
        let mut tx = accounts
            .db
            .platform(Reason::Worker("find a reset link"))
            .await?;
        links::find(tx.conn(), &hash, purpose, now).await?
    };
    let link = found.ok_or(PasswordChangeError::TokenInvalid)?;
    check_password(next.expose_secret(), &link.email)?;
    let password = accounts.hasher.hash(next).await?;
    let mut tx = accounts
        .db
        .platform(Reason::Worker("reset a password"))
        .await?;
    // Of two who show the link at once, one finds it used.
    if !links::claim(tx.conn(), &hash, purpose, now).await? {
        return Err(PasswordChangeError::TokenInvalid);
    }
    users::set_password(tx.conn(), link.user, &password, now).await?;
    after_change(&mut tx, link.user, None, now).await?;
    let person = users::by_id(tx.conn(), link.user)
        .await?
        .ok_or(PasswordChangeError::TokenInvalid)?;
    let by = By::person(person.id, &person.name, &client.request);
    let entry = changed(&person, Some("by a mailed link"));
    audit::append(tx.conn(), person.home(), &by, now, entry).await?;
    tx.commit().await?;
    Ok(())
}

/// What every change of a password brings: other sessions and links are over, and a letter says so.
async fn after_change(
    tx: &mut PlatformTx,
    user: Uuid,
    kept: Option<Uuid>,
    now: DateTime<Utc>,
) -> Result<(), DbError> {
    sessions::end_all(tx.conn(), user, kept, "password_changed", now).await?;
    links::retire(tx.conn(), user, Purpose::ResetPassword, now).await?;
    let notice = SendNotice {
        user_id: user,
        notice: Notice::PasswordChanged,
    };
    queue::enqueue(tx.conn(), TenantId::PLATFORM, &notice, now).await
}

fn changed<'a>(person: &'a Person, how: Option<&'a str>) -> Entry<'a> {
    Entry {
        action: "user.password_changed",
        entity_type: "user",
        entity_id: Some(person.id.to_string()),
        entity_name: Some(&person.name),
        reason: how,
        ..Entry::default()
    }
}

/// Asks for a letter with a reset link. Whether there is an account, the job finds out.
pub(crate) async fn ask_for_reset(
    tx: &mut PlatformTx,
    email_key: String,
    now: DateTime<Utc>,
) -> Result<(), DbError> {
    let job = SendReset { email_key };
    queue::enqueue(tx.conn(), TenantId::PLATFORM, &job, now).await
}

/// Asks for a letter that confirms the caller's address.
pub(crate) async fn ask_for_verification(
    tx: &mut PlatformTx,
    user: Uuid,
    now: DateTime<Utc>,
) -> Result<(), DbError> {
    let job = SendVerification { user_id: user };
    queue::enqueue(tx.conn(), TenantId::PLATFORM, &job, now).await
}

/// Notes that somebody showed the link that was mailed to their address; false if it is not good.
pub(crate) async fn verify_email(
    tx: &mut PlatformTx,
    client: &Client,
    token: &SecretString,
    now: DateTime<Utc>,
) -> Result<bool, DbError> {
    let hash = fingerprint(token.expose_secret());
    let purpose = Purpose::VerifyEmail;
    let Some(link) = links::find(tx.conn(), &hash, purpose, now).await? else {
        return Ok(false);
    };
    if !links::claim(tx.conn(), &hash, purpose, now).await? {
        return Ok(false);
    }
    users::verify_email(tx.conn(), link.user, now).await?;
    links::retire(tx.conn(), link.user, purpose, now).await?;
    let Some(person) = users::by_id(tx.conn(), link.user).await? else {
        return Ok(false);
    };
    let entry = Entry {
        action: "user.email_verified",
        entity_type: "user",
        entity_id: Some(person.id.to_string()),
        entity_name: Some(&person.name),
        new: Some(json!({ "email_verified": true })),
        ..Entry::default()
    };
    let by = By::person(person.id, &person.name, &client.request);
    audit::append(tx.conn(), person.home(), &by, now, entry).await?;
    Ok(true)
}

/// Mails the reset link that was asked for, if there is an active account to mail it to.
pub(crate) async fn send_reset(accounts: &Accounts, email_key: &str) -> Result<(), JobError> {
    let person = super::sign_in::person_by_email(&accounts.db, email_key).await?;
    let Some(person) = person.filter(|person| person.is_active) else {
        return Ok(());
    };
    send_link(accounts, &person, Purpose::ResetPassword).await?;
    Ok(record_reset_letter(accounts, &person).await?)
}

/// Recorded here and not where it was asked for: there, an entry would take its time, and tell who
/// waits for the answer that there is such an account.
async fn record_reset_letter(accounts: &Accounts, person: &Person) -> Result<(), DbError> {
    let entry = Entry {
        action: "user.reset_link_sent",
        entity_type: "user",
        entity_id: Some(person.id.to_string()),
        entity_name: Some(&person.name),
        ..Entry::default()
    };
    let (by, now) = (By::system("password reset"), accounts.clock.now());
    let mut tx = accounts
        .db
        .platform(Reason::Worker("letters with links"))
        .await?;
    audit::append(tx.conn(), person.home(), &by, now, entry).await?;
    tx.commit().await
}

/// Mails the link that confirms an address, unless it is confirmed.
pub(crate) async fn send_verification(accounts: &Accounts, user: Uuid) -> Result<(), JobError> {
    match find(accounts, user).await? {
        Some(person) if person.is_active && !person.email_verified => {
            send_link(accounts, &person, Purpose::VerifyEmail).await
        }
        _ => Ok(()),
    }
}

/// Tells somebody what happened to their account.
pub(crate) async fn send_notice(
    accounts: &Accounts,
    user: Uuid,
    letter: &Letter<'_>,
) -> Result<(), JobError> {
    if let Some(person) = find(accounts, user).await? {
        let language = person.language();
        accounts
            .mailer
            .send(&person.email, language, letter)
            .await?;
    }
    Ok(())
}

async fn send_link(accounts: &Accounts, person: &Person, purpose: Purpose) -> Result<(), JobError> {
    let now = accounts.clock.now();
    let token = random_token();
    let hash = fingerprint(token.expose_secret());
    let expires_at = now + purpose.valid_for();
    let mut tx = accounts
        .db
        .platform(Reason::Worker("letters with links"))
        .await?;
    // Of several letters the last is good: whoever reads an earlier one may be somebody else.
    links::retire(tx.conn(), person.id, purpose, now).await?;
    links::insert(tx.conn(), &hash, person.id, purpose, now, expires_at).await?;
    tx.commit().await?;
    let letter = purpose.letter(&token);
    accounts
        .mailer
        .send(&person.email, person.language(), &letter)
        .await?;
    Ok(())
}

async fn find(accounts: &Accounts, user: Uuid) -> Result<Option<Person>, DbError> {
    let mut tx = accounts
        .db
        .platform(Reason::Worker("find an account"))
        .await?;
    users::by_id(tx.conn(), user).await
}
