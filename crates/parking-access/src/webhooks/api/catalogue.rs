//! What can be told: the types of events, for those who write a receiver.

use parking_domain::event_types::{EVENT_TYPES, EventType};
use serde::Serialize;
use serde_json::{Map, Value, json};
use utoipa::ToSchema;

/// The instant of the examples.
const EXAMPLE_AT: &str = "2026-11-21T09:30:00.125Z";

/// The id in the examples.
const EXAMPLE_ID: &str = "019ab1ef-6c0e-7f41-a3f2-8a3d7c5e1b90";

/// One type of event.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct EventTypeBody {
    /// Its name, as webhooks want it and messages carry it.
    name: &'static str,
    /// What it happened to.
    subject_type: &'static str,
    /// What happened.
    description: &'static str,
    /// What `data` holds besides `subject_type` and `subject_id`; each of them may be missing.
    fields: Vec<EventFieldBody>,
    /// A whole message.
    example: Value,
}

/// One fact that a message carries.
#[derive(Debug, Serialize, ToSchema)]
struct EventFieldBody {
    name: &'static str,
    description: &'static str,
}

/// Every type of event.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct EventTypeList {
    event_types: Vec<EventTypeBody>,
}

impl EventTypeBody {
    fn of(known: &EventType) -> Self {
        let mut data = Map::new();
        for field in known.facts() {
            let value = serde_json::from_str(field.example).unwrap_or_default();
            data.insert(field.name.to_owned(), value);
        }
        data.insert("subject_id".to_owned(), EXAMPLE_ID.into());
        data.insert("subject_type".to_owned(), known.subject().into());
        Self {
            name: known.name,
            subject_type: known.subject(),
            description: known.about,
            fields: known
                .facts()
                .map(|field| EventFieldBody {
                    name: field.name,
                    description: field.about,
                })
                .collect(),
            example: json!({
                "type": known.name, "timestamp": EXAMPLE_AT, "tenant_id": "019ab1ee-0001-7d10-8f00-4f1e7a2b9c33", "data": data,
            }),
        }
    }
}

/// Every type of event that can be told, with an example.
#[utoipa::path(get, path = "/api/v6/webhooks/event-types", responses((status = 200, body = EventTypeList)))]
pub(super) async fn list_event_types() -> axum::Json<EventTypeList> {
    let event_types = EVENT_TYPES.iter().map(EventTypeBody::of).collect();
    axum::Json(EventTypeList { event_types })
}
