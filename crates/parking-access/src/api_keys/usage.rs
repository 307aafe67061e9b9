//! When keys were last used, gathered in memory.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, Utc};
use parking_db::{Db, Reason, Result};
use uuid::Uuid;

use super::store;

/// The last use of each key since the last time it was written down. A crash loses half a
/// minute of it, which nobody decides anything by.
#[derive(Debug, Default)]
pub struct Usage(Mutex<HashMap<Uuid, (DateTime<Utc>, IpAddr)>>);

impl Usage {
    /// Notes that a key is being used.
    pub fn note(&self, key: Uuid, now: DateTime<Utc>, ip: IpAddr) {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(key, (now, ip));
    }

    /// Writes what was gathered down, in one statement.
    pub async fn flush(&self, db: &Db) -> Result<()> {
        let gathered = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        if gathered.is_empty() {
            return Ok(());
        }
        let mut tx = db.platform(Reason::Worker("last use of API keys")).await?;
        store::used(&mut tx, &gathered).await?;
        tx.commit().await
    }
}
