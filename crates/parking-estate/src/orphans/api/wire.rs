//! What requests and answers about orphans look like.

use chrono::{DateTime, Utc};
use parking_access::secrets::hex;
use parking_http::{ApiError, PageExtent, Wrong};
use serde::{Deserialize, Serialize};
use sqlx::PgConnection;
use utoipa::ToSchema;
use uuid::Uuid;

use super::super::{BULK_MAX, Claim, Orphan};
use crate::devices::named_model;
use crate::wire::{self, REASON_MAX, a_line};

/// The longest name of a device.
const NAME_MAX: usize = 255;

/// What an orphan is to become.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ClaimDraft {
    /// The slug of a model of the catalogue, or the id of one of the tenant's own; the guessed one
    /// if absent.
    #[schema(max_length = 63)]
    model: Option<String>,
    #[schema(value_type = Option<wire::Name>)]
    name: Option<String>,
    /// The bay it is to serve at once.
    space_id: Option<Uuid>,
    #[schema(value_type = Option<wire::Name>)]
    reason: Option<String>,
}

impl ClaimDraft {
    /// What is wanted, if it can be.
    pub(super) async fn read(self, conn: &mut PgConnection) -> Result<Claim, ApiError> {
        let mut wrong = Wrong::default();
        let name = a_line(&mut wrong, "name", self.name, NAME_MAX);
        let reason = a_line(&mut wrong, "reason", self.reason, REASON_MAX);
        wrong.settle(Some(()))?;
        let model = match self.model {
            Some(model) => Some(named_model(conn, &model).await?),
            None => None,
        };
        Ok(Claim {
            model,
            name,
            space: self.space_id,
            reason,
        })
    }
}

/// Which orphans.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct OrphanIds {
    #[schema(min_items = 1, max_items = 500)]
    ids: Vec<Uuid>,
}

impl OrphanIds {
    /// Each once.
    pub(super) fn distinct(mut self) -> Result<Vec<Uuid>, ApiError> {
        self.ids.sort_unstable();
        self.ids.dedup();
        if !(1..=BULK_MAX).contains(&self.ids.len()) {
            return Err(ApiError::field(
                "ids",
                format!("must be from 1 to {BULK_MAX}"),
            ));
        }
        Ok(self.ids)
    }
}

/// What became of orphans.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct OrphansBody {
    pub(super) orphans: Vec<OrphanBody>,
    /// Those that are not as they were before.
    pub(super) changed: Vec<Uuid>,
}

/// A device heard of that nobody has claimed.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct OrphanBody {
    id: Uuid,
    tenant_id: Uuid,
    /// Whose network heard it, for lists that span tenants.
    tenant_name: String,
    dev_eui: String,
    first_seen_at: DateTime<Utc>,
    last_seen_at: DateTime<Utc>,
    /// How often it was heard.
    uplink_count: i64,
    last_f_port: Option<i32>,
    /// What it said last, in hexadecimal.
    last_payload: Option<String>,
    last_rssi: Option<i32>,
    last_snr: Option<f32>,
    last_gateway_eui: Option<String>,
    /// How its messages came in.
    source: String,
    /// The model of the catalogue it may be.
    guessed_model: Option<String>,
    dismissed_at: Option<DateTime<Utc>>,
    dismissed_by: Option<String>,
}

/// A page of orphans.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct OrphanPage {
    pub(super) orphans: Vec<OrphanBody>,
    #[serde(flatten)]
    pub(super) page: PageExtent,
}

impl OrphanBody {
    pub(super) fn of(orphan: Orphan) -> Self {
        Self {
            id: orphan.id,
            tenant_id: orphan.tenant_id,
            tenant_name: orphan.tenant_name,
            dev_eui: orphan.dev_eui,
            first_seen_at: orphan.first_seen_at,
            last_seen_at: orphan.last_seen_at,
            uplink_count: orphan.uplink_count,
            last_f_port: orphan.last_f_port,
            last_payload: orphan.last_payload.as_deref().map(hex),
            last_rssi: orphan.last_rssi,
            last_snr: orphan.last_snr,
            last_gateway_eui: orphan.last_gateway_eui,
            source: orphan.source,
            guessed_model: orphan.guessed_model,
            dismissed_at: orphan.dismissed_at,
            dismissed_by: orphan.dismissed_by,
        }
    }
}
