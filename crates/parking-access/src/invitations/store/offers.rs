//! The SQL of what open invitations offer, and of their letters.

use chrono::{DateTime, Utc};
use parking_db::{DbError, PlatformTx, Result};
use parking_domain::ids::TenantId;
use parking_domain::tenancy::TenantStatus;
use parking_domain::text::Language;
use uuid::Uuid;

use crate::invitations::Offer;

struct OfferRow {
    tenant_id: Uuid,
    id: Uuid,
    email: String,
    email_key: String,
    role: String,
    language: String,
    expires_at: DateTime<Utc>,
    inviter: Option<String>,
    tenant_name: String,
    tenant_status: String,
    account_exists: bool,
}

impl OfferRow {
    fn offer(self) -> Result<Offer> {
        let unreadable = || DbError::from(sqlx::Error::Decode("an unknown word".into()));
        Ok(Offer {
            tenant: TenantId(self.tenant_id),
            id: self.id,
            email: self.email,
            email_key: self.email_key,
            role: self.role.parse().map_err(|_| unreadable())?,
            language: Language::parse(&self.language).map_err(|_| unreadable())?,
            expires_at: self.expires_at,
            inviter: self.inviter,
            tenant_name: self.tenant_name,
            is_tenant_active: self.tenant_status == TenantStatus::Active.name(),
            account_exists: self.account_exists,
        })
    }
}

/// The open invitations of which something is true.
macro_rules! open {
    ($condition:literal, $($value:expr),+) => {
        sqlx::query_as!(
            OfferRow,
            r#"select i.tenant_id, i.id, i.email, i.email_key, i.role, i.language, i.expires_at,
             inviter.name as "inviter?", t.name as tenant_name, t.status as tenant_status,
             exists (select from users u where u.email_key = i.email_key) as "account_exists!"
           from invitations i
           join tenants t on t.id = i.tenant_id
           left join users inviter on inviter.id = i.invited_by
           where "# + $condition + r#"
             and i.accepted_at is null and i.revoked_at is null and i.closed_at is null"#,
            $($value),+
        )
    };
}

/// What an open invitation offers, by its identity.
pub(in crate::invitations) async fn offer(
    tx: &mut PlatformTx,
    tenant: TenantId,
    id: Uuid,
    now: DateTime<Utc>,
) -> Result<Option<Offer>> {
    let row = open!(
        "i.tenant_id = $1 and i.id = $2 and i.expires_at > $3",
        tenant.0,
        id,
        now
    );
    let row = row.fetch_optional(tx.conn()).await?;
    row.map(OfferRow::offer).transpose()
}

/// The same by the token of its letter.
pub(in crate::invitations) async fn offer_by_token(
    tx: &mut PlatformTx,
    hash: &[u8],
    now: DateTime<Utc>,
) -> Result<Option<Offer>> {
    let row = open!("i.token_hash = $1 and i.expires_at > $2", hash, now);
    let row = row.fetch_optional(tx.conn()).await?;
    row.map(OfferRow::offer).transpose()
}

/// Accepts an invitation; false if its token is good no longer.
pub(in crate::invitations) async fn claim(
    tx: &mut PlatformTx,
    offer: &Offer,
    hash: &[u8],
    now: DateTime<Utc>,
) -> Result<bool> {
    let claimed = sqlx::query!(
        "update invitations set accepted_at = $4, token_hash = null, version = version + 1
         where tenant_id = $1 and id = $2 and token_hash = $3 and expires_at > $4
           and accepted_at is null and revoked_at is null and closed_at is null",
        offer.tenant.0,
        offer.id,
        hash,
        now,
    )
    .execute(tx.conn())
    .await?;
    Ok(claimed.rows_affected() == 1)
}

/// Keeps the hash of the token that is about to be mailed; false if the invitation was closed.
pub(in crate::invitations) async fn set_token(
    tx: &mut PlatformTx,
    offer: &Offer,
    hash: &[u8],
) -> Result<bool> {
    let updated = sqlx::query!(
        "update invitations set token_hash = $3
         where tenant_id = $1 and id = $2
           and accepted_at is null and revoked_at is null and closed_at is null",
        offer.tenant.0,
        offer.id,
        hash,
    )
    .execute(tx.conn())
    .await?;
    Ok(updated.rows_affected() == 1)
}

pub(in crate::invitations) async fn stamp_sent(
    tx: &mut PlatformTx,
    offer: &Offer,
    now: DateTime<Utc>,
) -> Result<()> {
    sqlx::query!(
        "update invitations set last_sent_at = $3 where tenant_id = $1 and id = $2",
        offer.tenant.0,
        offer.id,
        now,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}
