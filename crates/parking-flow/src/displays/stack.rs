//! The Things Stack: where it takes commands to a display, and how it is asked to.
//!
//! Each message of its webhooks says where commands to the device go and which key opens that door. Both are kept
//! with the display, sealed, and written once. They are believed from whoever shows an API key of the tenant with
//! them, and lead only where webhooks of ours may: https, and a host of the public internet.
//! Commands always take the place of what is queued there, so where they would come last is not kept.

use std::fmt;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use chrono::{DateTime, Utc};
use moka::future::Cache;
use parking_access::secrets::Vault;
use parking_access::webhooks::{Courier, PostError};
use parking_chirpstack::downlinks::{DoorError, Downlink};
use parking_chirpstack::tts;
use parking_db::{Db, DbError, Reason};
use parking_domain::downlinks::Breaker;
use parking_domain::eui::Eui64;
use parking_domain::ids::{TenantId, fresh};
use secrecy::{ExposeSecret as _, SecretString};
use sha2::{Digest as _, Sha256};
use tracing::{info, warn};
use uuid::Uuid;

use super::paths::Recipient;
use super::store::stack as store;

/// How long it has to answer: a batch of commands must not outlast the lease on them.
const ANSWER_TIME_MAX: Duration = Duration::from_secs(5);

/// Tenants whose Things Stacks are remembered to be away.
const TENANTS_MAX: u64 = 1_000;

/// Devices of which it is remembered what was written.
const DEVICES_MAX: u64 = 20_000;

/// How long that is believed: a display may have been made from a device that was none.
const WRITTEN_FOR: Duration = Duration::from_mins(1);

/// The longest key there is.
const KEY_CHARS_MAX: usize = 1_000;

/// What commands are called: nothing of The Things Stack's own begins so.
const NAME: &str = "parking";

/// Where The Things Stack takes commands to a device, as one of its messages said.
#[derive(Clone)]
pub struct StackAddress {
    replace: String,
    key: SecretString,
}

impl StackAddress {
    /// The place where a queue is replaced, and the key; none if either is none.
    pub fn of(replace: &str, key: &str) -> Option<Self> {
        let is_key =
            (1..=KEY_CHARS_MAX).contains(&key.len()) && key.bytes().all(|c| c.is_ascii_graphic());
        (is_key && !replace.contains('\n')).then(|| Self {
            replace: replace.to_owned(),
            key: key.into(),
        })
    }

    /// As it is sealed: the key has no line breaks.
    fn written(&self) -> SecretString {
        format!("{}\n{}", self.key.expose_secret(), self.replace).into()
    }

    fn read(written: &SecretString) -> Option<Self> {
        let (key, replace) = written.expose_secret().split_once('\n')?;
        Self::of(replace, key)
    }
}

impl fmt::Debug for StackAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("StackAddress")
    }
}

/// The Things Stack, of whichever tenant.
#[derive(Clone, Debug)]
pub struct Stack {
    courier: Courier,
    vault: Vault,
    breakers: Cache<Uuid, Arc<Mutex<Breaker>>>,
    written: Cache<(Uuid, Eui64), [u8; 32]>,
}

impl Stack {
    /// Commands go by this courier; addresses are sealed in this vault.
    pub fn new(courier: &Courier, vault: Vault) -> Self {
        Self {
            courier: courier.clone().waiting(ANSWER_TIME_MAX),
            vault,
            breakers: Cache::builder().max_capacity(TENANTS_MAX).build(),
            written: Cache::builder()
                .max_capacity(DEVICES_MAX)
                .time_to_live(WRITTEN_FOR)
                .build(),
        }
    }

    /// Writes down where commands to a display go, if that is news. Says whether it may be written to.
    pub async fn learn(
        &self,
        db: &Db,
        (tenant, dev_eui): (TenantId, Eui64),
        address: &StackAddress,
        now: DateTime<Utc>,
    ) -> Result<bool, DbError> {
        if !self.courier.accepts(&address.replace) {
            if self.vault.is_first_trouble_with(tenant.0) {
                warn!(tenant.id = %tenant.0, "The Things Stack names an address for commands that may not be written to");
            }
            return Ok(false);
        }
        let written = address.written();
        let digest: [u8; 32] = Sha256::digest(written.expose_secret()).into();
        let whose = (tenant.0, dev_eui);
        if self.written.get(&whose).await == Some(digest) {
            return Ok(true);
        }
        let eui = dev_eui.to_string();
        let sealed = self.vault.seal(&written, &place(tenant.0, &eui));
        let mut tx = db
            .platform(Reason::Worker("learn where commands to displays go"))
            .await?;
        if store::learn(&mut tx, (tenant.0, &eui), (&sealed, &digest), now).await? {
            info!(tenant.id = %tenant.0, device.dev_eui = eui, "The Things Stack says where it takes commands to a display");
        }
        tx.commit().await?;
        self.written.insert(whose, digest).await;
        Ok(true)
    }

    pub(super) async fn breaker(&self, tenant: Uuid) -> Arc<Mutex<Breaker>> {
        let breaker = self.breakers.entry(tenant).or_default().await;
        breaker.into_value()
    }

    /// Has a device's queue hold this command alone; the name by which news of it will come.
    pub(super) async fn replace(
        &self,
        to: &Recipient,
        downlink: &Downlink,
    ) -> Result<String, DoorError> {
        let name = format!("{NAME}:{}", fresh());
        self.post(to, &tts::queue_of(downlink, &name)).await?;
        Ok(name)
    }

    /// Has a device's queue hold nothing.
    pub(super) async fn clear(&self, to: &Recipient) -> Result<(), DoorError> {
        self.post(to, tts::NOTHING).await
    }

    async fn post(&self, to: &Recipient, body: &str) -> Result<(), DoorError> {
        let refused = |why: &str| DoorError::Refused(why.to_owned());
        let unknown = "The Things Stack has not said where it takes commands: its webhook needs a downlink API key";
        let sealed = to.stack_address.as_ref().ok_or_else(|| refused(unknown))?;
        let lost = "where The Things Stack takes commands was sealed with another key";
        let opened = self.vault.open(sealed, &place(to.tenant_id, &to.dev_eui));
        let address = opened.ok().and_then(|opened| StackAddress::read(&opened));
        let address = address.ok_or_else(|| refused(lost))?;
        let posted = self
            .courier
            .post(&address.replace, &address.key, body)
            .await;
        posted.map_err(|error| fate(&error))
    }
}

/// What an answer means for a command.
fn fate(error: &PostError) -> DoorError {
    let said = error.to_string();
    match error {
        PostError::Forbidden => DoorError::Refused(said),
        PostError::Unreached(_) => DoorError::Away(said),
        PostError::Unanswered(_) => DoorError::Unanswered(said),
        PostError::Status { status, .. } => match status {
            // It takes nothing now, and says so.
            429 | 503 => DoorError::Away(said),
            500.. => DoorError::Unanswered(said),
            // A key that is not good any more, too: the next message of the device brings another.
            _ => DoorError::Refused(said),
        },
    }
}

/// Where an address may be opened again.
fn place(tenant: Uuid, dev_eui: &str) -> String {
    format!("stack address of {dev_eui} of {tenant}")
}
