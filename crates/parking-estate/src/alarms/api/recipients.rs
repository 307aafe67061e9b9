//! Who is written to about alarms.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use chrono::{DateTime, Utc};
use parking_access::audit::By;
use parking_access::wire as access;
use parking_db::TenantTx;
use parking_domain::alarms::{AlarmKind, Severity};
use parking_domain::text::{Email, Language};
use parking_http::page::{List, NoFilter, PageParams};
use parking_http::{Answer, ApiError, Caller, Id, IfMatch, Json, Once, PageExtent, Tagged, Wrong};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::super::recipients::{
    Reachable, Recipient, RecipientFields, change, create, delete, test,
};
use super::super::store::recipients as store;
use crate::view::{self, View};
use crate::{Estate, wire};

/// What the list can be sorted by.
pub(super) const COLUMNS: &[(&str, &str)] = &[("created_at", "r.created_at")];

/// The most sites one can be told of by name.
const SITES_MAX: usize = 200;

/// As many as there are.
const KINDS_MAX: usize = 5;

/// Somebody who is to be written to: an address, or a member, and one of them only.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct AlarmRecipientDraft {
    #[schema(value_type = Option<access::Email>)]
    email: Option<String>,
    /// The user, who must be a member.
    user_id: Option<Uuid>,
    /// English unless said otherwise; a member reads their own.
    #[schema(value_type = Option<access::Language>)]
    language: Option<Language>,
    /// `warning` unless said otherwise.
    #[schema(value_type = Option<wire::SeverityName>)]
    severity_min: Option<Severity>,
    /// All kinds, if empty.
    #[serde(default)]
    #[schema(value_type = Vec<wire::AlarmKindName>, required = false, max_items = 5)]
    kinds: Vec<AlarmKind>,
    /// All sites, if empty.
    #[serde(default)]
    #[schema(required = false, max_items = 200)]
    site_ids: Vec<Uuid>,
}

/// What is to change about a recipient. What is absent stays as it is.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct AlarmRecipientChange {
    #[schema(value_type = Option<access::Language>)]
    language: Option<Language>,
    #[schema(value_type = Option<wire::SeverityName>)]
    severity_min: Option<Severity>,
    #[schema(value_type = Option<Vec<wire::AlarmKindName>>, max_items = 5)]
    kinds: Option<Vec<AlarmKind>>,
    #[schema(max_items = 200)]
    site_ids: Option<Vec<Uuid>>,
    is_active: Option<bool>,
}

impl AlarmRecipientDraft {
    fn read(self) -> Result<RecipientFields, ApiError> {
        let mut wrong = Wrong::default();
        let to = match (self.email, self.user_id) {
            (Some(email), None) => wrong
                .read("email", Email::parse(&email))
                .map(Reachable::Address),
            (None, Some(user)) => Some(Reachable::Member(user)),
            _ => wrong.read("email", Err("give an email or a user_id, and only one")),
        };
        let fields = to.map(|to| RecipientFields {
            to,
            language: self.language.unwrap_or_default(),
            severity_min: self.severity_min.unwrap_or(Severity::Warning),
            kinds: self.kinds,
            site_ids: self.site_ids,
            is_active: true,
        });
        let mut fields = wrong.settle(fields)?;
        tidied(&mut fields)?;
        Ok(fields)
    }
}

impl AlarmRecipientChange {
    fn onto(self, fields: &mut RecipientFields) -> Result<(), ApiError> {
        fields.language = self.language.unwrap_or(fields.language);
        fields.severity_min = self.severity_min.unwrap_or(fields.severity_min);
        fields.is_active = self.is_active.unwrap_or(fields.is_active);
        if let Some(kinds) = self.kinds {
            fields.kinds = kinds;
        }
        if let Some(sites) = self.site_ids {
            fields.site_ids = sites;
        }
        tidied(fields)
    }
}

/// Names each kind and site once, after counting what was said.
fn tidied(fields: &mut RecipientFields) -> Result<(), ApiError> {
    let mut wrong = Wrong::default();
    for (field, count, most) in [
        ("kinds", fields.kinds.len(), KINDS_MAX),
        ("site_ids", fields.site_ids.len(), SITES_MAX),
    ] {
        if count > most {
            wrong.note(field, format_args!("must be at most {most}"));
        }
    }
    fields.kinds.sort_unstable();
    fields.kinds.dedup();
    fields.site_ids.sort_unstable();
    fields.site_ids.dedup();
    wrong.settle(Some(()))
}

/// Somebody who is written to.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AlarmRecipientBody {
    id: Uuid,
    tenant_id: Uuid,
    /// The address, if it is one.
    email: Option<String>,
    /// The member, if it is one.
    user_id: Option<Uuid>,
    member_name: Option<String>,
    /// Where letters go now; nowhere, if the member is not active.
    address: Option<String>,
    #[schema(value_type = access::Language)]
    language: &'static str,
    #[schema(value_type = wire::SeverityName)]
    severity_min: Severity,
    #[schema(value_type = Vec<wire::AlarmKindName>)]
    kinds: Vec<AlarmKind>,
    site_ids: Vec<Uuid>,
    is_active: bool,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

/// A page of recipients.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AlarmRecipientPage {
    recipients: Vec<AlarmRecipientBody>,
    #[serde(flatten)]
    page: PageExtent,
}

impl AlarmRecipientBody {
    fn of(recipient: Recipient) -> Self {
        let fields = recipient.fields;
        let (email, user_id) = match fields.to {
            Reachable::Address(email) => (Some(email.to_string()), None),
            Reachable::Member(user) => (None, Some(user)),
        };
        Self {
            id: recipient.id,
            tenant_id: recipient.tenant_id,
            email,
            user_id,
            member_name: recipient.member_name,
            address: recipient.address,
            language: fields.language.code(),
            severity_min: fields.severity_min,
            kinds: fields.kinds,
            site_ids: fields.site_ids,
            is_active: fields.is_active,
            created_at: recipient.created_at,
            updated_at: recipient.updated_at,
        }
    }
}

/// Who is written to about the tenant's alarms.
#[utoipa::path(get, path = "/api/v6/alarms/recipients", params(PageParams), responses((status = 200, body = AlarmRecipientPage)))]
pub(super) async fn list_alarm_recipients(
    State(estate): State<Estate>,
    caller: Caller,
    List { page, filter: _ }: List<NoFilter>,
) -> Result<axum::Json<AlarmRecipientPage>, ApiError> {
    let order = page.order_by(COLUMNS, "r.id")?;
    let mut view = View::of(&estate.db, &caller).await?;
    let part = (page.offset, page.size);
    let (recipients, total) = store::list(view.conn(), &order, part).await?;
    let bodies = recipients.into_iter().map(AlarmRecipientBody::of);
    Ok(axum::Json(AlarmRecipientPage {
        recipients: bodies.collect(),
        page: view.extent(&page, total),
    }))
}

/// One recipient.
#[utoipa::path(get, path = "/api/v6/alarms/recipients/{id}", params(("id" = Uuid, Path)), responses((status = 200, body = AlarmRecipientBody)))]
pub(super) async fn get_alarm_recipient(
    State(estate): State<Estate>,
    caller: Caller,
    Id(id): Id,
) -> Result<Tagged<AlarmRecipientBody>, ApiError> {
    let mut view = View::of(&estate.db, &caller).await?;
    let recipient = store::find(view.conn(), id).await?;
    let recipient = recipient.ok_or_else(ApiError::not_found)?;
    Ok(Tagged(recipient.version, AlarmRecipientBody::of(recipient)))
}

/// Enters somebody who is to be written to. An `Idempotency-Key` repeats the answer of an earlier request.
#[utoipa::path(post, path = "/api/v6/alarms/recipients", request_body = AlarmRecipientDraft,
    responses((status = 201, body = AlarmRecipientBody, headers(("Location" = String, description = "Where the recipient is"))),
        (status = 409, description = "`email_taken`, `limit_reached`, `idempotency_key_reused`", body = parking_http::Problem, content_type = "application/problem+json")))]
pub(super) async fn create_alarm_recipient(
    State(estate): State<Estate>,
    caller: Caller,
    request: Once<AlarmRecipientDraft>,
) -> Result<Response, ApiError> {
    view::must_own(&caller)?;
    let (by, now) = (By::caller(&caller), estate.clock.now());
    let operate = async |tx: &mut TenantTx, draft: AlarmRecipientDraft| {
        let recipient = create(tx, &by, &draft.read()?, now).await?;
        let location = format!("/api/v6/alarms/recipients/{}", recipient.id);
        let version = recipient.version;
        Answer::created(location, version, &AlarmRecipientBody::of(recipient))
    };
    request.run(&estate.db, &caller, now, operate).await
}

/// Changes of what somebody is told.
#[utoipa::path(patch, path = "/api/v6/alarms/recipients/{id}", params(("id" = Uuid, Path)), request_body = AlarmRecipientChange,
    responses((status = 200, body = AlarmRecipientBody),
        (status = 412, description = "It was changed meanwhile", body = parking_http::Problem, content_type = "application/problem+json")))]
pub(super) async fn patch_alarm_recipient(
    State(estate): State<Estate>,
    caller: Caller,
    Id(id): Id,
    if_match: IfMatch,
    Json(wanted): Json<AlarmRecipientChange>,
) -> Result<Tagged<AlarmRecipientBody>, ApiError> {
    let mut tx = view::change(&estate.db, &caller).await?;
    let (by, now) = (By::caller(&caller), estate.clock.now());
    let onto = |fields: &mut RecipientFields| wanted.onto(fields);
    let recipient = change::<ApiError>(&mut tx, &by, (id, &if_match), onto, now).await?;
    tx.commit().await?;
    Ok(Tagged(recipient.version, AlarmRecipientBody::of(recipient)))
}

/// Strikes somebody out.
#[utoipa::path(delete, path = "/api/v6/alarms/recipients/{id}", params(("id" = Uuid, Path)),
    responses((status = 204, description = "They are not written to any more"),
        (status = 412, description = "It was changed meanwhile", body = parking_http::Problem, content_type = "application/problem+json")))]
pub(super) async fn delete_alarm_recipient(
    State(estate): State<Estate>,
    caller: Caller,
    Id(id): Id,
    if_match: IfMatch,
) -> Result<StatusCode, ApiError> {
    let mut tx = view::change(&estate.db, &caller).await?;
    let (by, now) = (By::caller(&caller), estate.clock.now());
    delete(&mut tx, &by, (id, &if_match), now).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Sends a letter that says that letters arrive; several wishes at once are one letter.
#[utoipa::path(post, path = "/api/v6/alarms/recipients/{id}/test", params(("id" = Uuid, Path)),
    responses((status = 202, description = "It is on its way")))]
pub(super) async fn test_alarm_recipient(
    State(estate): State<Estate>,
    caller: Caller,
    Id(id): Id,
) -> Result<StatusCode, ApiError> {
    let mut tx = view::change(&estate.db, &caller).await?;
    test(&mut tx, &By::caller(&caller), id, estate.clock.now()).await?;
    tx.commit().await?;
    Ok(StatusCode::ACCEPTED)
}
