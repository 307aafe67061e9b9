//! Becoming a customer: asking, and, once the address is proven, being one.
//!
//! The answer to asking is always the same; what happens next, the letter says. Nothing is made,
//! and no password is taken, before somebody shows the token of the letter: an account that
//! strangers could prepare for an address would be theirs when its owner confirms it. The job
//! that mails the letter makes the token. Tables: `registrations`; reads `users`.
//! Not here: tenants that the people of the platform make in the browser (`tenants`).

mod api;
mod founding;
mod jobs;
mod store;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use parking_db::queue::{self, JobError};
use parking_db::{DbError, PlatformTx, Reason};
use parking_domain::access::Role;
use parking_domain::account::{PasswordError, VERIFICATION_VALID_FOR, check_password};
use parking_domain::ids::{TenantId, fresh};
use parking_domain::tenancy::{LimitOverrides, Tier};
use parking_domain::text::{Email, Language, Name, Slug, TextError};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::json;
use thiserror::Error;
use uuid::Uuid;

use crate::accounts::{self, CreateError};
use crate::accounts::{Accounts, Busy, Client, SignInError, SignedIn, UserDraft};
use crate::audit::{self, By, Entry};
use crate::mail::Letter;
use crate::members::{self, AddError};
use crate::secrets::{fingerprint, random_token};
use crate::tenants::{self, TenantDraft};

pub use api::routes;
pub use founding::{FoundError, Founder, found};
pub use jobs::{CleanRegistrations, jobs, schedules};

use jobs::SendRegistration;

/// What a customer who registers gets; more is agreed with the people who run the platform.
const TIER: Tier = Tier::Basic;

/// Somebody wants to become a customer.
#[derive(Clone, Debug)]
struct Wish {
    email: Email,
    name: Name,
    tenant_name: Name,
    tenant_slug: Option<Slug>,
    language: Language,
}

/// A wish as it is kept.
#[derive(Clone, Debug)]
struct Asked {
    id: Uuid,
    email: String,
    name: String,
    tenant_name: String,
    tenant_slug: Option<String>,
    language: String,
    has_account: bool,
}

/// Somebody shows the token of the letter.
#[derive(Debug)]
struct Completion {
    token: SecretString,
    password: SecretString,
    /// Another slug than the one wished for, which may be taken by now.
    tenant_slug: Option<Slug>,
}

/// Why nobody became a customer.
#[derive(Debug, Error)]
enum RegisterError {
    /// The token is wrong, used or expired.
    #[error("the link is wrong, used or expired")]
    TokenInvalid,
    /// The account could not be made: the address got one in the meantime.
    #[error(transparent)]
    Account(#[from] CreateError),
    /// The password is not good enough.
    #[error(transparent)]
    Password(#[from] PasswordError),
    /// What was written down cannot be read; the rules for names have changed since.
    #[error(transparent)]
    Text(#[from] TextError),
    /// The tenant could not be made.
    #[error(transparent)]
    Tenant(#[from] tenants::CreateError),
    /// Its owner could not be made.
    #[error(transparent)]
    Owner(#[from] AddError),
    /// Nobody could be signed in.
    #[error(transparent)]
    SignIn(#[from] SignInError),
    /// Too many passwords wait to be hashed.
    #[error(transparent)]
    Busy(#[from] Busy),
    /// The database failed.
    #[error(transparent)]
    Db(#[from] DbError),
}

/// Writes a wish down. Whether the address has an account is looked up by the job that writes the
/// letter, so that neither the answer nor its time can tell.
async fn ask(
    tx: &mut PlatformTx,
    client: &Client,
    wish: &Wish,
    now: DateTime<Utc>,
) -> Result<(), DbError> {
    let id = fresh();
    store::insert(tx.conn(), id, wish, now, now + VERIFICATION_VALID_FOR).await?;
    let job = SendRegistration {
        registration_id: id,
    };
    queue::enqueue(tx.conn(), TenantId::PLATFORM, &job, now).await?;
    let entry = Entry {
        action: "registration.requested",
        entity_type: "registration",
        entity_id: Some(id.to_string()),
        entity_name: Some(wish.tenant_name.as_str()),
        ..Entry::default()
    };
    let by = By::anonymous(&client.request);
    audit::append(tx.conn(), TenantId::PLATFORM, &by, now, entry).await
}

/// Writes the letter that follows: a link, or the news that there is an account already.
async fn send(accounts: &Accounts, id: Uuid) -> Result<(), JobError> {
    let mut tx = accounts
        .db
        .platform(Reason::Worker("letters of registrations"))
        .await?;
    let Some(asked) = store::find(tx.conn(), id).await? else {
        return Ok(());
    };
    let language = Language::parse(&asked.language).unwrap_or_default();
    if asked.has_account {
        let letter = Letter::AccountExists;
        accounts
            .mailer
            .send(&asked.email, language, &letter)
            .await?;
        return Ok(());
    }
    let token = random_token();
    store::set_token(tx.conn(), id, &fingerprint(token.expose_secret())).await?;
    tx.commit().await?;
    let letter = Letter::Registration {
        token: &token,
        tenant: &asked.tenant_name,
    };
    accounts
        .mailer
        .send(&asked.email, language, &letter)
        .await?;
    Ok(())
}

/// Makes the account, its tenant and the membership that joins them, and signs the owner in.
async fn complete(
    accounts: &Accounts,
    client: &Client,
    completion: Completion,
) -> Result<SignedIn, RegisterError> {
    let now = accounts.clock.now();
    let hash = fingerprint(completion.token.expose_secret());
    let asked = {
        let mut tx = accounts
            .db
            .platform(Reason::Worker("find a registration"))
            .await?;
        store::find_by_token(tx.conn(), &hash, now).await?
    };
    let asked = asked.ok_or(RegisterError::TokenInvalid)?;
    check_password(completion.password.expose_secret(), &asked.email)?;
    let password_hash = accounts.hasher.hash(&completion.password).await?;

    let owner = UserDraft {
        id: fresh(),
        email: Email::parse(&asked.email)?,
        name: Name::parse(&asked.name)?,
        password_hash,
        language: Language::parse(&asked.language)?,
    };
    let slug = match (completion.tenant_slug, &asked.tenant_slug) {
        (Some(slug), _) => Some(slug),
        (None, Some(slug)) => Some(Slug::parse(slug)?),
        (None, None) => None,
    };
    let wanted = TenantDraft {
        name: Name::parse(&asked.tenant_name)?,
        slug,
        tier: TIER,
        limit_overrides: LimitOverrides::default(),
        feature_overrides: BTreeMap::new(),
        language: owner.language,
    };
    let mut tx = accounts
        .db
        .platform(Reason::Worker("complete a registration"))
        .await?;
    if !store::complete(tx.conn(), asked.id, now).await? {
        return Err(RegisterError::TokenInvalid);
    }
    let signed_in = establish(&mut tx, accounts, client, owner, wanted).await?;
    tx.commit().await?;
    Ok(signed_in)
}

async fn establish(
    tx: &mut PlatformTx,
    accounts: &Accounts,
    client: &Client,
    owner: UserDraft,
    wanted: TenantDraft,
) -> Result<SignedIn, RegisterError> {
    let now = accounts.clock.now();
    accounts::create(tx, &owner, now).await?;
    let tenant = tenants::create(tx, now, wanted).await?;
    members::add(tx.conn(), tenant.id, owner.id, Role::Owner, now).await?;
    let signed_in = accounts::enter(tx, accounts, client, owner.id, tenant.id).await?;
    let by = By::person(owner.id, owner.name.as_str(), &client.request);
    let entry = Entry {
        action: "tenant.registered",
        entity_type: "tenant",
        entity_id: Some(tenant.id.to_string()),
        entity_name: Some(&tenant.name),
        new: Some(json!({
            "slug": tenant.slug,
            "tier": tenant.tier.name(),
            "owner": { "id": owner.id, "email": owner.email.as_str() },
        })),
        ..Entry::default()
    };
    audit::append(tx.conn(), tenant.id, &by, now, entry).await?;
    accounts::record_success(tx, client, &signed_in).await?;
    Ok(signed_in)
}

/// Rows that one portion of cleaning takes.
const PORTION: i64 = 1_000;

/// Forgets a portion of what ran out before an instant, and says whether that was all.
async fn forget_some(tx: &mut PlatformTx, before: DateTime<Utc>) -> Result<bool, DbError> {
    let deleted = store::delete_expired(tx.conn(), before, PORTION).await?;
    Ok(i64::try_from(deleted).unwrap_or(0) < PORTION)
}
