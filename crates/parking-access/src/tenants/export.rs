//! Everything a tenant holds, as one JSON document.
//!
//! The document is written from one cursor over all tables at once, so every row is of the same
//! instant, and sent as it is read, so it needs no memory of its size. Which tables and columns
//! there are is asked of the catalogue under the tenant's own role: a new table is exported the
//! moment it exists. [`SECRETS`] names what is left out although the role may read it.
//! That the tenant was exported is written down, and committed, before the last byte is sent: a
//! copy that broke off does not count.

use std::collections::VecDeque;
use std::time::Instant;

use chrono::{DateTime, SecondsFormat, Utc};
use futures_util::stream::{Stream, try_unfold};
use parking_db::{Db, DbError, TenantTx};
use parking_domain::ids::TenantId;

use super::store::{self, ExportedRow};
use super::{Tenant, entry, find};
use crate::audit::{self, By};
use crate::exports::{ExportPlace, TIME_MAX};

/// Columns that never leave, by table: what proves who somebody is, answers that may hold it, and
/// what tells how people use their accounts in other tenants.
pub(super) const SECRETS: &[(&str, &str)] = &[
    ("account_tokens", "hash"),
    ("api_keys", "secret_hash"),
    ("calendar_feeds", "secret_hash"),
    ("chirpstack_items", "key_given"),
    ("devices", "sealed_app_key"),
    ("idempotency_keys", "body"),
    ("idempotency_keys", "fingerprint"),
    ("import_rows", "sealed_cells"),
    ("invitations", "token_hash"),
    ("lamps", "stack_address"),
    ("lamps", "stack_digest"),
    ("live_tickets", "hash"),
    ("refresh_tokens", "hash"),
    ("refresh_tokens", "parent_hash"),
    ("registrations", "token_hash"),
    ("users", "last_login_at"),
    ("users", "password_hash"),
    ("users", "theme"),
    ("users", "updated_at"),
    ("users", "version"),
    ("webhook_secrets", "sealed_secret"),
    ("webhooks", "sealed_previous"),
    ("webhooks", "sealed_secret"),
];

/// Rows read at a time.
const BATCH: i64 = 500;

/// Why an export broke off; the reader sees a document without an end.
#[derive(Debug, thiserror::Error)]
pub(super) enum ExportError {
    #[error(transparent)]
    Database(#[from] DbError),
    #[error("the reader took more than {} minutes", TIME_MAX.as_secs() / 60)]
    TooSlow,
}

/// An export under way.
struct Export {
    tx: TenantTx,
    tenant: Tenant,
    /// Tables not begun yet, in the order of the cursor.
    coming: VecDeque<String>,
    /// The table whose rows are being written.
    open: Option<String>,
    by: By,
    now: DateTime<Utc>,
    begun: Instant,
    /// Given back when the document is read or dropped.
    _place: ExportPlace,
}

/// What comes next in the document.
enum Stage {
    Head(Box<Export>),
    Rows(Box<Export>),
    End,
}

/// Begins the export of a tenant, if there is one: its slug, and the document piece by piece.
pub(super) async fn export(
    db: &Db,
    id: TenantId,
    by: By,
    now: DateTime<Utc>,
    place: ExportPlace,
) -> Result<
    Option<(
        String,
        impl Stream<Item = Result<String, ExportError>> + use<>,
    )>,
    DbError,
> {
    let mut tx = db.tenant(id).await?;
    let Some(tenant) = find(tx.conn(), id).await? else {
        return Ok(None);
    };
    let coming = store::open_export(&mut tx, SECRETS).await?.into();
    let slug = tenant.slug.clone();
    let export = Export {
        tx,
        tenant,
        coming,
        open: None,
        by,
        now,
        begun: Instant::now(),
        _place: place,
    };
    Ok(Some((
        slug,
        try_unfold(Stage::Head(Box::new(export)), Stage::next),
    )))
}

impl Stage {
    /// Writes the next piece of the document.
    async fn next(self) -> Result<Option<(String, Self)>, ExportError> {
        match self {
            Self::Head(mut export) => {
                let head = export.head().await?;
                Ok(Some((head, Self::Rows(export))))
            }
            Self::Rows(export) if export.begun.elapsed() > TIME_MAX => Err(ExportError::TooSlow),
            Self::Rows(mut export) => {
                let rows = store::exported_rows(&mut export.tx, BATCH).await?;
                if rows.is_empty() {
                    Ok(Some((export.finish().await?, Self::End)))
                } else {
                    Ok(Some((export.rows(rows), Self::Rows(export))))
                }
            }
            Self::End => Ok(None),
        }
    }
}

impl Export {
    /// The cursor begins with the tenant itself.
    async fn head(&mut self) -> Result<String, DbError> {
        let tenant: String = store::exported_rows(&mut self.tx, 1)
            .await?
            .into_iter()
            .map(|row| row.json)
            .collect();
        let at = self.now.to_rfc3339_opts(SecondsFormat::Micros, true);
        Ok(format!(
            "{{\"tenant\":{tenant},\"exported_at\":\"{at}\",\"tables\":{{"
        ))
    }

    fn rows(&mut self, rows: Vec<ExportedRow>) -> String {
        let mut text = String::new();
        for row in rows {
            if self.open.as_ref() == Some(&row.table) {
                text.push(',');
            } else {
                self.open_until(Some(&row.table), &mut text);
            }
            text.push_str(&row.json);
        }
        text
    }

    /// Closes the table that is open, writes those that turned out empty, and opens the wanted one.
    fn open_until(&mut self, wanted: Option<&str>, text: &mut String) {
        if self.open.take().is_some() {
            text.push_str(self.after_table());
        }
        while let Some(table) = self.coming.pop_front() {
            text.extend(["\"", table.as_str(), "\":["]);
            if wanted == Some(table.as_str()) {
                self.open = Some(table);
                return;
            }
            text.push_str(self.after_table());
        }
    }

    fn after_table(&self) -> &'static str {
        if self.coming.is_empty() { "]" } else { "]," }
    }

    /// Closes the document and writes down that it was whole.
    async fn finish(mut self) -> Result<String, DbError> {
        let mut tail = String::new();
        self.open_until(None, &mut tail);
        tail.push_str("}}");
        store::stamp_export(&mut self.tx, self.now).await?;
        let entry = entry("tenant.exported", &self.tenant);
        audit::append(self.tx.conn(), self.tenant.id, &self.by, self.now, entry).await?;
        self.tx.commit().await?;
        Ok(tail)
    }
}
