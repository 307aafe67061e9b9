//! Tickets: a browser cannot send a header with a WebSocket, and what is in an address is written into
//! logs. So whoever is somebody asks for a ticket, which is good once and for half a minute.

use std::net::IpAddr;

use chrono::{DateTime, TimeDelta, Utc};
use parking_access::authenticate::Standing;
use parking_access::secrets::{fingerprint, random_token};
use parking_db::{Db, Reason, Result, TenantTx};
use parking_domain::ids::fresh;
use parking_http::{Actor, Caller};
use secrecy::{ExposeSecret as _, SecretString};

use super::store::{self, Holder};

/// How long a ticket is good.
const GOOD_FOR: TimeDelta = TimeDelta::seconds(30);

/// The longest text that is looked at as a ticket.
const LENGTH_MAX: usize = 100;

/// Rows that one portion of cleaning takes.
const PORTION: i64 = 1_000;

/// A ticket, shown once.
pub(super) struct Ticket {
    pub(super) secret: SecretString,
    pub(super) expires_at: DateTime<Utc>,
}

/// A ticket for a caller.
pub(super) async fn issue(
    tx: &mut TenantTx,
    caller: &Caller,
    now: DateTime<Utc>,
) -> Result<Ticket> {
    let holder = match &caller.identity.actor {
        Actor::User { session, .. } => Holder::Session(*session),
        Actor::ApiKey { id, .. } => Holder::Key(*id),
    };
    let ticket = Ticket {
        secret: random_token(),
        expires_at: now + GOOD_FOR,
    };
    let hash = fingerprint(ticket.secret.expose_secret());
    store::insert_ticket(tx, (fresh(), &hash), holder, ticket.expires_at).await?;
    Ok(ticket)
}

/// Uses a ticket up, and says whose it was.
pub(super) async fn redeem(
    db: &Db,
    ticket: &str,
    ip: IpAddr,
    now: DateTime<Utc>,
) -> Result<Option<Standing>> {
    if ticket.len() > LENGTH_MAX {
        return Ok(None);
    }
    let mut tx = db
        .platform(Reason::Worker("use a ticket of somebody who watches"))
        .await?;
    let standing = store::take_ticket(&mut tx, &fingerprint(ticket), ip, now).await?;
    tx.commit().await?;
    Ok(standing)
}

/// Forgets tickets that nobody used in time.
pub(crate) async fn forget_tickets(db: &Db, now: DateTime<Utc>) -> Result<()> {
    loop {
        let mut tx = db.platform(Reason::Worker("forget old tickets")).await?;
        let forgotten = store::delete_expired(&mut tx, now, PORTION).await?;
        tx.commit().await?;
        if forgotten < PORTION.unsigned_abs() {
            return Ok(());
        }
    }
}
