//! Calendar feeds over HTTP: managed by those who may see reservations, read by whoever has the link.

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use chrono::{DateTime, Utc};
use parking_domain::access::Permission;
use parking_domain::icalendar::MEDIA_TYPE;
use parking_domain::text::{self, TextError};
use parking_estate::wire::a_line;
use parking_estate::{Maker, view};
use parking_http::page::{List, NoFilter, PageParams};
use parking_http::wire::Name;
use parking_http::{
    Access, ApiError, Caller, Code, Id, Json, PageExtent, Query, Routes, Wrong, sorted_by,
};
use secrecy::ExposeSecret as _;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::routes;
use uuid::Uuid;

use super::{Feed, FeedDraft, FeedError, create, read, revoke, store};
use crate::Flow;
use crate::reservations::person_key;

/// The longest name of a link, and the longest e-mail address.
const NAME_MAX: usize = 100;
const PERSON_MAX: usize = 254;

/// The longest secret that is looked at; ours are shorter.
const SECRET_MAX: usize = 100;

/// What the list can be sorted by.
const COLUMNS: &[(&str, &str)] = &[
    ("-created_at", "f.created_at"),
    ("name", "f.name"),
    ("last_used_at", "f.last_used_at nulls last"),
];

/// The routes of calendar feeds.
pub fn routes(flow: Flow) -> Routes {
    // A link outlives a key that made it, so only people have links.
    let sees = Access::PersonWith(Permission::ReservationsRead);
    Routes::new("Calendar feeds")
        .add(sees, sorted_by(COLUMNS, routes!(list_feeds)))
        .add(sees, routes!(create_feed))
        .add(sees, routes!(revoke_feed))
        .add(Access::Public, routes!(read_calendar))
        .with_state(flow)
}

/// A link that is to be made.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct CalendarFeedDraft {
    #[schema(value_type = Name, max_length = 100)]
    name: String,
    /// Only reservations of this site.
    site_id: Option<Uuid>,
    /// Only those of this bay.
    space_id: Option<Uuid>,
    /// Only those of one person, by e-mail address or plate; needs `reservations:people`.
    #[schema(max_length = 254)]
    person: Option<String>,
}

/// A secret link by which calendars read reservations.
#[derive(Debug, Serialize, ToSchema)]
struct CalendarFeed {
    id: Uuid,
    name: String,
    /// Who made it; it shows what they may see.
    user_id: Uuid,
    user_name: String,
    site_id: Option<Uuid>,
    site_name: Option<String>,
    space_id: Option<Uuid>,
    space_code: Option<String>,
    /// Whose reservations it shows; null if all, or without `reservations:people`.
    person: Option<String>,
    created_at: DateTime<Utc>,
    /// When a calendar last read it, to within five minutes; null if none has yet.
    last_used_at: Option<DateTime<Utc>>,
}

impl CalendarFeed {
    fn of(feed: Feed, sees_people: bool) -> Self {
        let (site_id, site_name) = feed.site.unzip();
        let (space_id, space_code) = feed.space.unzip();
        Self {
            id: feed.id,
            name: feed.name,
            user_id: feed.user.0,
            user_name: feed.user.1,
            site_id,
            site_name,
            space_id,
            space_code,
            person: feed.person.filter(|_| sees_people),
            created_at: feed.created_at,
            last_used_at: feed.last_used_at,
        }
    }
}

/// A link that was made.
#[derive(Debug, Serialize, ToSchema)]
struct MadeCalendarFeed {
    calendar_feed: CalendarFeed,
    /// Where the calendar is, below the address of this server. Whoever has it can read the calendar; it is
    /// not shown again.
    path: String,
}

/// A page of links.
#[derive(Debug, Serialize, ToSchema)]
struct CalendarFeedPage {
    calendar_feeds: Vec<CalendarFeed>,
    #[serde(flatten)]
    page: PageExtent,
}

/// One's own calendar links, without their secrets; those of everybody for who may change the terms.
#[utoipa::path(get, path = "/api/v6/calendar-feeds", params(PageParams), responses((status = 200, body = CalendarFeedPage)))]
async fn list_feeds(
    State(flow): State<Flow>,
    caller: Caller,
    List {
        page,
        filter: NoFilter {},
    }: List<NoFilter>,
) -> Result<axum::Json<CalendarFeedPage>, ApiError> {
    let order = page.order_by(COLUMNS, "f.id")?;
    let manages = caller.may(Permission::ReservationsTerms);
    let user = (!manages).then_some(caller.person()?.id);
    let mut tx = flow.db.tenant(caller.tenant()).await?;
    let span = (order.as_str(), page.offset, page.size);
    let (found, total) = store::page(&mut tx, user, span).await?;
    let sees_people = caller.may(Permission::ReservationsPeople);
    let feeds = found.into_iter();
    Ok(axum::Json(CalendarFeedPage {
        calendar_feeds: feeds
            .map(|feed| CalendarFeed::of(feed, sees_people))
            .collect(),
        page: PageExtent::of_tenant(&page, total, caller.tenant()),
    }))
}

/// Makes a calendar link. Its secret is in the answer and nowhere else, so an `Idempotency-Key` is not
/// honoured: a lost answer means a lost link, to be revoked.
#[utoipa::path(post, path = "/api/v6/calendar-feeds", request_body = CalendarFeedDraft,
    responses((status = 201, body = MadeCalendarFeed),
        (status = 404, description = "There is no such site or bay", body = parking_http::Problem, content_type = "application/problem+json"),
        (status = 409, description = "`limit_reached`", body = parking_http::Problem, content_type = "application/problem+json")))]
async fn create_feed(
    State(flow): State<Flow>,
    caller: Caller,
    Json(draft): Json<CalendarFeedDraft>,
) -> Result<Response, ApiError> {
    let mut wrong = Wrong::default();
    let name = wrong.read("name", text::Name::parse(&draft.name));
    let is_long = |name: &text::Name| name.as_str().chars().count() > NAME_MAX;
    if name.as_ref().is_some_and(is_long) {
        wrong.note("name", TextError::TooLong(NAME_MAX));
    }
    let person = a_line(&mut wrong, "person", draft.person, PERSON_MAX);
    let draft = wrong.settle(name.map(|name| FeedDraft {
        name: name.as_str().to_owned(),
        site: draft.site_id,
        space: draft.space_id,
        person: person.as_deref().map(person_key),
    }))?;
    if draft.person.is_some() {
        caller.require(Permission::ReservationsPeople)?;
    }
    let maker = (&Maker::caller(&caller), caller.person()?.id);
    let mut tx = view::change(&flow.db, &caller).await?;
    let (feed, secret) = create(&mut tx, maker, &draft, flow.clock.now()).await?;
    tx.commit().await?;
    let made = MadeCalendarFeed {
        path: format!("/api/v6/calendar.ics?token={}", secret.expose_secret()),
        calendar_feed: CalendarFeed::of(feed, caller.may(Permission::ReservationsPeople)),
    };
    Ok((StatusCode::CREATED, axum::Json(made)).into_response())
}

/// Revokes a calendar link: whoever has it finds nothing any more. One's own; anybody's for who may change
/// the terms.
#[utoipa::path(delete, path = "/api/v6/calendar-feeds/{id}", params(("id" = Uuid, Path)),
    responses((status = 204, description = "It is revoked")))]
async fn revoke_feed(
    State(flow): State<Flow>,
    caller: Caller,
    Id(id): Id,
) -> Result<StatusCode, ApiError> {
    let maker = (&Maker::caller(&caller), caller.person()?.id);
    let manages = caller.may(Permission::ReservationsTerms);
    let mut tx = view::change(&flow.db, &caller).await?;
    revoke(&mut tx, maker, (id, manages), flow.clock.now()).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Which calendar is meant.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct CalendarToken {
    /// The secret of the link.
    #[param(max_length = 100)]
    token: String,
}

/// The calendar behind a link: reservations from a month ago on, of which those that were called off stay
/// as such for a month. Its `ETag` changes when it does.
#[utoipa::path(get, path = "/api/v6/calendar.ics", params(CalendarToken),
    responses((status = 200, description = "The calendar, as RFC 5545 has it", content_type = "text/calendar", body = String),
        (status = 304, description = "It is the one whose `ETag` came in `If-None-Match`"),
        (status = 404, description = "There is no such link", body = parking_http::Problem, content_type = "application/problem+json")))]
async fn read_calendar(
    State(flow): State<Flow>,
    Query(shown): Query<CalendarToken>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    if shown.token.len() > SECRET_MAX {
        return Err(ApiError::not_found());
    }
    let is_known = |tag: &str| is_known(&headers, &format!("\"{tag}\""));
    let found = read(&flow.db, &shown.token, is_known, flow.clock.now()).await?;
    let file = found.ok_or_else(ApiError::not_found)?;
    let tag = HeaderValue::from_str(&format!("\"{}\"", file.tag));
    let kept = [
        (
            header::ETAG,
            tag.unwrap_or(HeaderValue::from_static("\"\"")),
        ),
        // Nobody between keeps it, and who reads it asks whether it changed.
        (
            header::CACHE_CONTROL,
            HeaderValue::from_static("private, no-cache"),
        ),
    ];
    let Some(text) = file.text else {
        return Ok((StatusCode::NOT_MODIFIED, kept).into_response());
    };
    let said = [
        (header::CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE)),
        (
            header::CONTENT_DISPOSITION,
            HeaderValue::from_static("inline; filename=\"reservations.ics\""),
        ),
    ];
    Ok((kept, said, text).into_response())
}

/// Whether the reader says that it has this already; it may name several, and mark them as weak.
fn is_known(headers: &HeaderMap, tag: &str) -> bool {
    let known = headers.get_all(header::IF_NONE_MATCH).iter();
    let mut known = known.filter_map(|value| value.to_str().ok());
    known.any(|list| {
        let mut tags = list.split(',').map(str::trim);
        tags.any(|one| one == "*" || one.trim_start_matches("W/") == tag)
    })
}

impl From<FeedError> for ApiError {
    fn from(error: FeedError) -> Self {
        match error {
            FeedError::Absent => Self::not_found(),
            FeedError::NotMember => Self::new(Code::Forbidden).detail(error),
            FeedError::Limit => Self::new(Code::LimitReached).detail(error),
            FeedError::Db(error) => error.into(),
        }
    }
}
