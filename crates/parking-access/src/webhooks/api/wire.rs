//! What requests and answers about webhooks look like.

use chrono::{DateTime, Utc};
use parking_domain::text::Name;
use parking_domain::webhooks::Wanted;
use parking_http::wire::instant;
use parking_http::{ApiError, PageExtent, Wrong};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use super::super::store::deliveries::{Delivery, WholeDelivery};
use super::super::target::Target;
use super::super::{Fields, Webhook};
use crate::wire;

/// The most wishes a webhook has.
const EVENT_TYPES_MAX: usize = 100;

/// A webhook to be made.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct WebhookDraft {
    #[schema(value_type = wire::Name)]
    name: String,
    /// Where messages go: an `https://` address on the public internet.
    #[schema(max_length = 2000)]
    url: String,
    /// The events it wants: types, all of a subject as `space.*`, or `*`.
    #[schema(value_type = Vec<wire::WantedEvents>, min_items = 1, max_items = 100)]
    event_types: Vec<String>,
}

/// What is to change about a webhook. What is absent stays as it is.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct WebhookChange {
    #[schema(value_type = Option<wire::Name>)]
    name: Option<String>,
    #[schema(max_length = 2000)]
    url: Option<String>,
    #[schema(value_type = Option<Vec<wire::WantedEvents>>, min_items = 1, max_items = 100)]
    event_types: Option<Vec<String>>,
}

/// How to rotate a webhook's secret.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct WebhookRotation {
    /// How long the secret before signs too: 24 unless asked otherwise.
    #[schema(minimum = 0, maximum = 168)]
    pub(super) overlap_hours: Option<u32>,
}

/// Since when to repeat.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct WebhookReplay {
    /// What failed or expired since then is sent again.
    #[serde(deserialize_with = "instant")]
    pub(super) since: DateTime<Utc>,
}

/// What is sent again.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct WebhookReplayed {
    /// How many deliveries are in the queue again.
    pub(super) deliveries: u64,
}

impl WebhookDraft {
    /// What is wanted, once it is certain that all of it can be.
    pub(super) fn read(self, allows_private: bool) -> Result<Fields, ApiError> {
        checked(&self.name, &self.url, &self.event_types, allows_private)
    }
}

impl WebhookChange {
    /// What the webhook is to be, if that can be.
    pub(super) fn onto(self, old: &Webhook, allows_private: bool) -> Result<Fields, ApiError> {
        let name = self.name.as_ref().unwrap_or(&old.name);
        let url = self.url.as_ref().unwrap_or(&old.url);
        let event_types = self.event_types.as_ref().unwrap_or(&old.event_types);
        checked(name, url, event_types, allows_private)
    }
}

fn checked(
    name: &str,
    url: &str,
    event_types: &[String],
    allows_private: bool,
) -> Result<Fields, ApiError> {
    let mut wrong = Wrong::default();
    let name = wrong.read("name", Name::parse(name));
    let url = wrong.read("url", Target::parse(url, allows_private));
    let (given, mut wanted) = (event_types.len(), Vec::with_capacity(event_types.len()));
    for (place, typed) in event_types.iter().enumerate().take(EVENT_TYPES_MAX) {
        wanted.extend(wrong.read(&format!("event_types[{place}]"), Wanted::parse(typed)));
    }
    wanted.sort();
    wanted.dedup();
    if given == 0 || given > EVENT_TYPES_MAX {
        wrong.note("event_types", "must have from 1 to 100 items");
    }
    let fields = name.zip(url).map(|(name, url)| Fields {
        name,
        url,
        event_types: wanted,
    });
    wrong.settle(fields)
}

/// How a webhook is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum WebhookStatus {
    /// Nothing was sent yet.
    Untried,
    /// The last message was taken.
    Healthy,
    /// The last message was not taken.
    Failing,
    /// So many messages in a row were not taken that it is left alone for a while.
    Paused,
    /// Nothing is sent.
    Disabled,
}

/// Where messages go, and how that works out.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct WebhookBody {
    id: Uuid,
    name: String,
    url: String,
    event_types: Vec<String>,
    status: WebhookStatus,
    /// Why it is disabled: `person`, `gone` (the receiver answered 410) or `failing` (for five days).
    disabled_reason: Option<String>,
    disabled_at: Option<DateTime<Utc>>,
    /// Messages in a row that were not taken.
    consecutive_failures: i32,
    /// When the first of them was not.
    failing_since: Option<DateTime<Utc>>,
    /// Until when it is left alone.
    paused_until: Option<DateTime<Utc>>,
    last_success_at: Option<DateTime<Utc>>,
    last_failure_at: Option<DateTime<Utc>>,
    /// What went wrong last: `refused` (another status than 2xx), `redirected`, `gone`, `timeout`,
    /// `not_connected`, `name_unknown`, `address_refused`, `tls_failed`, `broken_answer` or `secret_lost`.
    last_error: Option<String>,
    /// Messages that wait to be sent.
    waiting: i64,
    /// Until when the secret before signs too.
    previous_secret_until: Option<DateTime<Utc>>,
    created_by: Option<WebhookMaker>,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

/// Who made a webhook.
#[derive(Debug, Serialize, ToSchema)]
struct WebhookMaker {
    id: Uuid,
    name: Option<String>,
}

/// A webhook with its secret, the only time that is shown.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct MadeWebhook {
    #[serde(flatten)]
    pub(super) webhook: WebhookBody,
    /// The secret its messages are signed with: `whsec_` and the key in base64. Keep it; it cannot be
    /// shown again.
    pub(super) secret: String,
}

/// A page of webhooks.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct WebhookPage {
    pub(super) webhooks: Vec<WebhookBody>,
    #[serde(flatten)]
    pub(super) page: PageExtent,
}

impl WebhookBody {
    pub(super) fn of(webhook: Webhook, now: DateTime<Utc>) -> Self {
        let health = webhook.health;
        let status = if webhook.disabled_at.is_some() {
            WebhookStatus::Disabled
        } else if health.paused_until.is_some() {
            WebhookStatus::Paused
        } else if health.consecutive_failures > 0 {
            WebhookStatus::Failing
        } else if webhook.last_success_at.is_some() {
            WebhookStatus::Healthy
        } else {
            WebhookStatus::Untried
        };
        Self {
            id: webhook.id,
            name: webhook.name,
            url: webhook.url,
            event_types: webhook.event_types,
            status,
            disabled_reason: webhook.disabled_why,
            disabled_at: webhook.disabled_at,
            consecutive_failures: health.consecutive_failures,
            failing_since: health.failing_since,
            paused_until: health.paused_until,
            last_success_at: webhook.last_success_at,
            last_failure_at: webhook.last_failure_at,
            last_error: webhook.last_error,
            waiting: webhook.waiting,
            previous_secret_until: webhook.previous_until.filter(|until| *until > now),
            created_by: webhook.created_by.map(|id| WebhookMaker {
                id,
                name: webhook.created_by_name,
            }),
            created_at: webhook.created_at,
            updated_at: webhook.updated_at,
        }
    }
}

/// One event on its way to one receiver.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct WebhookDelivery {
    id: Uuid,
    webhook_id: Uuid,
    /// The name by which the receiver knows it, in `webhook-id`.
    message_id: String,
    event_type: String,
    #[schema(value_type = wire::DeliveryStatus)]
    status: String,
    /// Attempts since it was last put into the queue.
    attempt_count: i32,
    /// When it is tried next; later while the webhook is paused.
    next_attempt_at: Option<DateTime<Utc>>,
    /// What the receiver answered last, if it did.
    response_status: Option<i32>,
    /// What went wrong last.
    error: Option<String>,
    /// How long the last attempt took.
    duration_ms: Option<i32>,
    created_at: DateTime<Utc>,
    finished_at: Option<DateTime<Utc>>,
}

/// One event on its way to one receiver, with what is sent and what was answered.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct WholeWebhookDelivery {
    #[serde(flatten)]
    delivery: WebhookDelivery,
    /// The body that is sent, as it is signed.
    body: String,
    /// The last attempts, oldest first; at most twenty.
    attempts: Vec<WebhookAttempt>,
}

/// One attempt to deliver.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
struct WebhookAttempt {
    at: DateTime<Utc>,
    /// What the receiver answered, if it did.
    response_status: Option<i32>,
    /// What went wrong.
    error: Option<String>,
    duration_ms: i32,
    /// The beginning of what the receiver said.
    response: String,
}

/// A page of deliveries.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct WebhookDeliveryPage {
    pub(super) deliveries: Vec<WebhookDelivery>,
    #[serde(flatten)]
    pub(super) page: PageExtent,
}

impl From<Delivery> for WebhookDelivery {
    fn from(delivery: Delivery) -> Self {
        Self {
            id: delivery.id,
            webhook_id: delivery.webhook_id,
            message_id: format!("msg_{}", delivery.id.simple()),
            event_type: delivery.event_type,
            status: delivery.status,
            attempt_count: delivery.attempt_count,
            next_attempt_at: delivery.next_attempt_at,
            response_status: delivery.response_status,
            error: delivery.error,
            duration_ms: delivery.duration_ms,
            created_at: delivery.created_at,
            finished_at: delivery.finished_at,
        }
    }
}

impl From<WholeDelivery> for WholeWebhookDelivery {
    fn from(whole: WholeDelivery) -> Self {
        let attempts = match whole.attempts {
            Value::Array(attempts) => attempts,
            _ => Vec::new(),
        };
        Self {
            delivery: whole.delivery.into(),
            body: whole.body,
            attempts: attempts
                .into_iter()
                .filter_map(|attempt| serde_json::from_value(attempt).ok())
                .collect(),
        }
    }
}
