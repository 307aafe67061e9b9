//! Invitations over HTTP: managed by those who invite, followed by those who are invited.

mod accept;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use chrono::{DateTime, Utc};
use parking_domain::access::{Permission, Role};
use parking_domain::text::{Email, Language};
use parking_http::page::{List, PageParams};
use parking_http::{
    Access, Actor, Answer, ApiError, Caller, Id, IfMatch, Once, PageExtent, Routes, Tagged,
    sorted_by,
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::routes;
use uuid::Uuid;

use super::{Filter, Handling, Invite, Status, find, invite, list, resend, revoke};
use crate::accounts::Accounts;
use crate::audit::By;
use crate::wire;

/// The routes of invitations.
pub fn routes(accounts: Accounts) -> Routes {
    let reads = Access::Needs(Permission::UsersRead);
    let manages = Access::Needs(Permission::UsersManage);
    Routes::new("Invitations")
        .add(reads, sorted_by(COLUMNS, routes!(list_invitations)))
        .add(manages, routes!(create_invitation))
        .add(reads, routes!(get_invitation))
        .add(manages, routes!(revoke_invitation))
        .add(manages, routes!(resend_invitation))
        .add(Access::Public, routes!(accept::preview_invitation))
        .add(Access::Public, routes!(accept::accept_invitation))
        .with_state(accounts)
}

/// Somebody is to be invited.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct InvitationDraft {
    #[schema(value_type = wire::Email)]
    email: String,
    /// At most one's own.
    #[schema(value_type = wire::Role)]
    role: String,
    /// The language of the letter; English if left out.
    #[schema(value_type = Option<wire::Language>)]
    language: Option<String>,
}

/// An invitation.
#[derive(Debug, Serialize, ToSchema)]
struct Invitation {
    id: Uuid,
    email: String,
    #[schema(value_type = wire::Role)]
    role: String,
    /// `pending`, `accepted`, `revoked` or `expired`.
    status: String,
    #[schema(value_type = wire::Language)]
    language: String,
    /// The person who invites; null if it was not a person, or they left.
    invited_by: Option<Inviter>,
    created_at: DateTime<Utc>,
    expires_at: DateTime<Utc>,
    accepted_at: Option<DateTime<Utc>>,
    revoked_at: Option<DateTime<Utc>>,
    /// When the letter left last.
    last_sent_at: Option<DateTime<Utc>>,
}

/// Who invites.
#[derive(Debug, Serialize, ToSchema)]
struct Inviter {
    id: Uuid,
    name: String,
}

/// A page of invitations.
#[derive(Debug, Serialize, ToSchema)]
struct InvitationPage {
    invitations: Vec<Invitation>,
    #[serde(flatten)]
    page: PageExtent,
}

/// Which invitations are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct InvitationFilter {
    #[param(inline)]
    status: Option<InvitationStatus>,
}

/// Where an invitation stands.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum InvitationStatus {
    Pending,
    Accepted,
    Revoked,
    Expired,
}

impl From<InvitationStatus> for Status {
    fn from(status: InvitationStatus) -> Self {
        match status {
            InvitationStatus::Pending => Self::Pending,
            InvitationStatus::Accepted => Self::Accepted,
            InvitationStatus::Revoked => Self::Revoked,
            InvitationStatus::Expired => Self::Expired,
        }
    }
}

impl From<super::Invitation> for Invitation {
    fn from(row: super::Invitation) -> Self {
        let inviter = row.invited_by.zip(row.invited_by_name);
        Self {
            id: row.id,
            email: row.email,
            role: row.role,
            status: row.status,
            language: row.language,
            invited_by: inviter.map(|(id, name)| Inviter { id, name }),
            created_at: row.created_at,
            expires_at: row.expires_at,
            accepted_at: row.accepted_at,
            revoked_at: row.revoked_at,
            last_sent_at: row.last_sent_at,
        }
    }
}

impl InvitationDraft {
    fn parse(&self, caller: &Caller) -> Result<Invite, ApiError> {
        let language = self.language.as_deref().map(Language::parse).transpose();
        let role = || "must be one of: viewer, operator, admin, owner, platform_admin";
        Ok(Invite {
            email: Email::parse(&self.email).map_err(|error| ApiError::field("email", error))?,
            role: self
                .role
                .parse::<Role>()
                .map_err(|_| ApiError::field("role", role()))?,
            giver: caller.role(),
            language: language
                .map_err(|error| ApiError::field("language", error))?
                .unwrap_or_default(),
            invited_by: match caller.identity.actor {
                Actor::User { id, .. } => Some(id),
                Actor::ApiKey { .. } => None,
            },
        })
    }
}

/// What the list can be sorted by.
const COLUMNS: &[(&str, &str)] = &[
    ("-created_at", "created_at"),
    ("email", "lower(email)"),
    ("expires_at", "expires_at"),
    ("role", "role"),
    ("status", "status"),
];

/// The tenant's invitations, the newest first.
#[utoipa::path(get, path = "/api/v6/invitations", params(PageParams, InvitationFilter), responses((status = 200, body = InvitationPage)))]
async fn list_invitations(
    State(accounts): State<Accounts>,
    caller: Caller,
    List { page, filter }: List<InvitationFilter>,
) -> Result<axum::Json<InvitationPage>, ApiError> {
    let order = page.order_by(COLUMNS, "id")?;
    let filter = Filter {
        status: filter.status.map(|status| Status::from(status).name()),
        pattern: page.pattern(),
        now: accounts.clock.now(),
    };
    let mut tx = accounts.db.tenant(caller.tenant()).await?;
    let (found, total) = list(&mut tx, &filter, &order, &page).await?;
    Ok(axum::Json(InvitationPage {
        invitations: found.into_iter().map(Invitation::from).collect(),
        page: PageExtent::of_tenant(&page, total, caller.tenant()),
    }))
}

/// Invites somebody by mail. Nobody invites to a role above their own.
#[utoipa::path(post, path = "/api/v6/invitations", request_body = InvitationDraft, responses(
    (status = 201, body = Invitation),
    (status = 409, description = "They are a member or invited already, or the limit of users is reached"),
))]
async fn create_invitation(
    State(accounts): State<Accounts>,
    caller: Caller,
    body: Once<InvitationDraft>,
) -> Result<Response, ApiError> {
    let now = accounts.clock.now();
    let made = body.run(&accounts.db, &caller, now, async |tx, body| {
        let wanted = body.parse(&caller)?;
        let by = By::caller(&caller);
        let id = invite(tx.conn(), caller.tenant(), &wanted, &by, now).await?;
        let found = find(tx, id, now).await?.ok_or_else(ApiError::not_found)?;
        let (version, at) = (found.version, format!("/api/v6/invitations/{id}"));
        Answer::created(at, version, &Invitation::from(found))
    });
    made.await
}

/// One invitation.
#[utoipa::path(get, path = "/api/v6/invitations/{id}", params(("id" = Uuid, Path)), responses((status = 200, body = Invitation)))]
async fn get_invitation(
    State(accounts): State<Accounts>,
    caller: Caller,
    Id(id): Id,
) -> Result<Tagged<Invitation>, ApiError> {
    let mut tx = accounts.db.tenant(caller.tenant()).await?;
    let found = find(&mut tx, id, accounts.clock.now()).await?;
    let found = found.ok_or_else(ApiError::not_found)?;
    Ok(Tagged(found.version, found.into()))
}

/// Mails an open invitation again and gives it another week. The link mailed before is good no
/// longer.
#[utoipa::path(post, path = "/api/v6/invitations/{id}/resend", params(("id" = Uuid, Path)), responses(
    (status = 200, body = Invitation),
    (status = 409, description = "It was accepted, revoked or has expired"),
    (status = 412, description = "It was changed meanwhile"),
))]
async fn resend_invitation(
    State(accounts): State<Accounts>,
    caller: Caller,
    if_match: IfMatch,
    Id(id): Id,
) -> Result<Tagged<Invitation>, ApiError> {
    let now = accounts.clock.now();
    let by = By::caller(&caller);
    let handling = Handling {
        id,
        giver: caller.role(),
        by: &by,
        now,
    };
    let is_current = |version| if_match.check(version).is_ok();
    let mut tx = accounts.db.tenant(caller.tenant()).await?;
    resend(&mut tx, handling, is_current).await?;
    let found = find(&mut tx, id, now).await?;
    let found = found.ok_or_else(ApiError::not_found)?;
    tx.commit().await?;
    Ok(Tagged(found.version, found.into()))
}

/// Takes an open invitation back.
#[utoipa::path(delete, path = "/api/v6/invitations/{id}", params(("id" = Uuid, Path)), responses(
    (status = 204, description = "It is revoked"),
    (status = 409, description = "It was accepted, revoked or has expired"),
    (status = 412, description = "It was changed meanwhile"),
))]
async fn revoke_invitation(
    State(accounts): State<Accounts>,
    caller: Caller,
    if_match: IfMatch,
    Id(id): Id,
) -> Result<StatusCode, ApiError> {
    let by = By::caller(&caller);
    let handling = Handling {
        id,
        giver: caller.role(),
        by: &by,
        now: accounts.clock.now(),
    };
    let is_current = |version| if_match.check(version).is_ok();
    let mut tx = accounts.db.tenant(caller.tenant()).await?;
    revoke(&mut tx, handling, is_current).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}
