//! How each operation of the API is called so that somebody who may call it succeeds.
//!
//! An operation without a recipe fails the matrix, so a new route comes with a line here.

use serde_json::{Value, json};

/// What the `{id}` in an operation's path names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Thing {
    /// There is none.
    Nothing,
    /// A customer; only the platform names tenants by id.
    Tenant,
    /// An account with a membership in the tenant.
    User,
    Membership,
    Invitation,
    ApiKey,
    WebhookSecret,
    Webhook,
    /// Something that was sent to a webhook.
    Delivery,
    AuditEntry,
    /// A sign-in of the caller.
    Session,
    Site,
    Level,
    /// A level with a plan.
    DrawnLevel,
    Zone,
    Space,
    Override,
    Closure,
    DisplayPolicy,
    /// A reservation that has begun.
    Reservation,
    /// A bay that is held.
    HeldSpace,
    /// A reservation whose vehicle is there.
    Arrived,
    /// A series of which one reservation lies ahead.
    Series,
    /// Somebody who waits for a bay of a site that has none.
    Waiting,
    /// Somebody who waited and is offered a bay.
    Offered,
    /// A calendar link of the caller.
    CalendarFeed,
    Model,
    Device,
    /// A device as those see it who run the installation.
    PooledDevice,
    Gateway,
    /// A lamp that serves no bay.
    Display,
    /// A command that waits.
    Downlink,
    /// A command that was given up.
    FailedDownlink,
    Orphan,
    Uplink,
    Alarm,
    AlarmRecipient,
    /// An import nobody has checked.
    Import,
    /// One whose only row is good.
    CheckedImport,
    /// One that made something.
    DoneImport,
}

/// How one operation is called.
#[derive(Clone, Debug)]
pub(crate) struct Recipe {
    pub(crate) operation: &'static str,
    pub(crate) thing: Thing,
    /// The body; `$email` in it becomes an address nobody has, `$tenant` the caller's tenant, `$tomorrow` and
    /// `$later` instants an hour apart.
    pub(crate) body: Value,
    /// A file that is sent instead of a body.
    pub(crate) file: &'static str,
    /// What follows the path.
    pub(crate) query: &'static str,
    /// What a caller is answered whom the guard lets through.
    pub(crate) done: &'static [u16],
    /// SQL that makes the ground ready; `$tenant` becomes the caller's tenant.
    pub(crate) ground: &'static str,
    /// Whether the caller's session is of no use afterwards.
    pub(crate) is_last: bool,
    /// Whether it is about what customers own, which the platform sees of all of them and changes of none.
    pub(crate) is_estate: bool,
}

const NO_SECRET: &str = "update webhook_secrets set revoked_at = now() where tenant_id = '$tenant' and revoked_at is null";
const ONE_SECRET: &str =
    "insert into webhook_secrets (tenant_id, id, name, sealed_secret, created_at)
    values ('$tenant', gen_random_uuid(), 'W', '', now()) on conflict do nothing";
const NO_WEBHOOK: &str = "update webhooks set deleted_at = now() where tenant_id = '$tenant'";
const LINKED: &str = "insert into chirpstack_links (tenant_id, id, remote_tenant_id, remote_tenant_name, application_id,
      application_name, due_at, created_at, updated_at)
    values ('$tenant', gen_random_uuid(), '$tenant', 'T', '$tenant', 'A', now() + interval '1 year', now(), now()) on conflict do nothing";
const EXPORTED: &str = "update tenants set exported_at = now() where kind = 'customer'";

fn get(operation: &'static str) -> Recipe {
    Recipe {
        operation,
        thing: Thing::Nothing,
        body: Value::Null,
        file: "",
        query: "",
        done: &[200],
        ground: "",
        is_last: false,
        is_estate: false,
    }
}

fn post(operation: &'static str, body: Value, done: &'static [u16]) -> Recipe {
    Recipe {
        body,
        done,
        ..get(operation)
    }
}

impl Recipe {
    fn of(mut self, thing: Thing) -> Self {
        self.thing = thing;
        self
    }

    fn on(mut self, ground: &'static str) -> Self {
        self.ground = ground;
        self
    }

    fn last(mut self) -> Self {
        self.is_last = true;
        self
    }
}

/// Every recipe.
pub(crate) fn recipes() -> Vec<Recipe> {
    let mut all = open();
    all.extend(own_account());
    all.extend(live());
    all.extend(tenants());
    all.extend(members());
    all.extend(credentials());
    all.extend(webhooks());
    all.extend(audit());
    all.extend(device_pool());
    all.extend(templates());
    all.extend(ingestion());
    all.extend(network_server());
    all.extend(estate().into_iter().map(|recipe| Recipe {
        is_estate: true,
        ..recipe
    }));
    all
}

/// What anybody may call. A token nobody issued is what they show, so the handler refuses it:
/// what matters here is that the guard lets them through to it.
fn open() -> Vec<Recipe> {
    let token = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    let password = "a long enough password 77";
    vec![
        get("GET /health"),
        get("GET /health/live"),
        get("GET /health/ready"),
        get("GET /api"),
        get("GET /version"),
        Recipe {
            query: "?token=nobodys",
            done: &[404],
            ..get("GET /api/v6/calendar.ics")
        },
        Recipe {
            done: &[404],
            ..get("GET /api/v6/ticket")
        },
        post("PUT /api/v6/ticket/claim", Value::Null, &[404]),
        post("PUT /api/v6/ticket/check-in", Value::Null, &[404]),
        post("PUT /api/v6/ticket/check-out", Value::Null, &[404]),
        post("PUT /api/v6/ticket/cancel", Value::Null, &[404]),
        post(
            "POST /api/auth/login",
            json!({ "email": "$email", "password": password }),
            &[401],
        ),
        post(
            "POST /api/auth/register",
            json!({ "email": "$email", "name": "R", "tenant_name": "R" }),
            &[202],
        ),
        post(
            "POST /api/auth/register/complete",
            json!({ "token": token, "password": password }),
            &[422],
        ),
        post(
            "POST /api/auth/refresh",
            json!({ "refresh_token": token }),
            &[401],
        ),
        post(
            "POST /api/auth/forgot-password",
            json!({ "email": "$email" }),
            &[202],
        ),
        post(
            "POST /api/auth/reset-password",
            json!({ "token": token, "new_password": password }),
            &[422],
        ),
        post(
            "POST /api/auth/verify-email",
            json!({ "token": token }),
            &[422],
        ),
        post(
            "POST /api/auth/invitations/preview",
            json!({ "token": token }),
            &[422],
        ),
        post(
            "POST /api/auth/invitations/accept",
            json!({ "token": token, "name": "N", "password": password }),
            &[422],
        ),
    ]
}

fn own_account() -> Vec<Recipe> {
    let passwords = json!({
        "current_password": crate::harness::server::PASSWORD,
        "new_password": "another hill and a heron 9",
    });
    vec![
        get("GET /api/auth/me"),
        get("GET /api/v6/me"),
        post("PATCH /api/v6/me", json!({ "theme": "dark" }), &[200]),
        post("PUT /api/v6/me", json!({ "theme": "light" }), &[200]),
        get("GET /api/v6/me/limits"),
        get("GET /api/auth/sessions"),
        post("DELETE /api/auth/sessions/{id}", Value::Null, &[204]).of(Thing::Session),
        post("POST /api/auth/resend-verification", json!({}), &[202]),
        post(
            "POST /api/auth/switch-tenant",
            json!({ "tenant_id": "$tenant" }),
            &[200],
        )
        .last(),
        post("POST /api/auth/switch-back", json!({}), &[200]).last(),
        post("POST /api/auth/change-password", passwords, &[204]).last(),
        post("POST /api/auth/logout", json!({}), &[204]).last(),
        post("POST /api/auth/logout-everywhere", json!({}), &[204]).last(),
    ]
}

fn tenants() -> Vec<Recipe> {
    let change = || json!({ "features": { "displays": true } });
    vec![
        get("GET /api/v6/tenants"),
        post(
            "POST /api/v6/tenants",
            json!({ "name": "N", "tier": "basic" }),
            &[201],
        ),
        get("GET /api/v6/tenants/stats"),
        get("GET /api/v6/tenants/tiers"),
        get("GET /api/v6/tenants/current"),
        post(
            "PATCH /api/v6/tenants/current",
            json!({ "name": "N" }),
            &[200],
        ),
        post(
            "PUT /api/v6/tenants/current",
            json!({ "name": "N" }),
            &[200],
        ),
        get("GET /api/v6/tenants/current/export"),
        get("GET /api/v6/tenants/{id}").of(Thing::Tenant),
        post("PATCH /api/v6/tenants/{id}", change(), &[200]).of(Thing::Tenant),
        post("PUT /api/v6/tenants/{id}", change(), &[200]).of(Thing::Tenant),
        post(
            "POST /api/v6/tenants/{id}/suspend",
            json!({ "reason": "R" }),
            &[200],
        )
        .of(Thing::Tenant),
        post("POST /api/v6/tenants/{id}/activate", json!({}), &[200]).of(Thing::Tenant),
        get("GET /api/v6/tenants/{id}/export").of(Thing::Tenant),
        post("DELETE /api/v6/tenants/{id}", Value::Null, &[202])
            .of(Thing::Tenant)
            .on(EXPORTED),
    ]
}

fn members() -> Vec<Recipe> {
    let role = || json!({ "role": "operator" });
    let invitation = json!({ "email": "$email", "role": "viewer" });
    vec![
        get("GET /api/v6/users"),
        get("GET /api/v6/users/{id}").of(Thing::User),
        get("GET /api/v6/memberships"),
        get("GET /api/v6/memberships/{id}").of(Thing::Membership),
        post("PATCH /api/v6/memberships/{id}", role(), &[200]).of(Thing::Membership),
        post("PUT /api/v6/memberships/{id}", role(), &[200]).of(Thing::Membership),
        post("DELETE /api/v6/memberships/{id}", Value::Null, &[204]).of(Thing::Membership),
        get("GET /api/v6/invitations"),
        post("POST /api/v6/invitations", invitation, &[201]),
        get("GET /api/v6/invitations/{id}").of(Thing::Invitation),
        post("POST /api/v6/invitations/{id}/resend", json!({}), &[200]).of(Thing::Invitation),
        post("DELETE /api/v6/invitations/{id}", Value::Null, &[204]).of(Thing::Invitation),
    ]
}

fn credentials() -> Vec<Recipe> {
    let key = json!({ "name": "K", "role": "viewer", "scopes": ["tenants:read"] });
    let change = || json!({ "name": "renamed" });
    vec![
        get("GET /api/v6/api-keys"),
        post("POST /api/v6/api-keys", key, &[201]),
        get("GET /api/v6/api-keys/{id}").of(Thing::ApiKey),
        post("PATCH /api/v6/api-keys/{id}", change(), &[200]).of(Thing::ApiKey),
        post("PUT /api/v6/api-keys/{id}", change(), &[200]).of(Thing::ApiKey),
        post("DELETE /api/v6/api-keys/{id}", Value::Null, &[204]).of(Thing::ApiKey),
        get("GET /api/v6/webhook-secrets"),
        post(
            "POST /api/v6/webhook-secrets",
            json!({ "name": "W" }),
            &[201],
        )
        .on(NO_SECRET),
        get("GET /api/v6/webhook-secrets/{id}").of(Thing::WebhookSecret),
        post("POST /api/v6/webhook-secrets/rotate", json!({}), &[201]).on(ONE_SECRET),
        post("DELETE /api/v6/webhook-secrets/{id}", Value::Null, &[204]).of(Thing::WebhookSecret),
    ]
}

fn webhooks() -> Vec<Recipe> {
    let webhook = json!({ "name": "W", "url": "https://hook.invalid/", "event_types": ["tenant.limit_near"] });
    let change = || json!({ "name": "renamed" });
    let since = json!({ "since": "2026-01-01T00:00:00Z" });
    let on_one = |operation, body| post(operation, body, &[200]).of(Thing::Webhook);
    vec![
        get("GET /api/v6/webhooks/event-types"),
        get("GET /api/v6/webhooks"),
        post("POST /api/v6/webhooks", webhook, &[201]).on(NO_WEBHOOK),
        get("GET /api/v6/webhooks/{id}").of(Thing::Webhook),
        on_one("PATCH /api/v6/webhooks/{id}", change()),
        on_one("PUT /api/v6/webhooks/{id}", change()),
        on_one("POST /api/v6/webhooks/{id}/rotate", json!({})),
        on_one("POST /api/v6/webhooks/{id}/enable", Value::Null),
        on_one("POST /api/v6/webhooks/{id}/disable", Value::Null),
        on_one("POST /api/v6/webhooks/{id}/test", Value::Null),
        on_one("POST /api/v6/webhooks/{id}/replay", since),
        get("GET /api/v6/webhooks/{id}/deliveries").of(Thing::Webhook),
        get("GET /api/v6/webhooks/deliveries/{id}").of(Thing::Delivery),
        post(
            "POST /api/v6/webhooks/deliveries/{id}/replay",
            Value::Null,
            &[200],
        )
        .of(Thing::Delivery),
        post("DELETE /api/v6/webhooks/{id}", Value::Null, &[204]).of(Thing::Webhook),
    ]
}

fn audit() -> Vec<Recipe> {
    vec![
        get("GET /api/v6/audit-log"),
        get("GET /api/v6/audit-log/{id}").of(Thing::AuditEntry),
        get("GET /api/v6/audit-log/export"),
        get("GET /api/v6/audit-log/verify"),
    ]
}

/// A site and a bay that have the tenant's own id, for bodies that name one.
const ONE_SITE: &str = "insert into sites (tenant_id, id, name, slug, timezone, created_at, updated_at)
    values ('$tenant', '$tenant', 'S', 'the-one', 'UTC', now(), now()) on conflict do nothing;
    insert into levels (tenant_id, id, site_id, name, created_at, updated_at)
    values ('$tenant', '$tenant', '$tenant', 'the one', now(), now()) on conflict do nothing;
    insert into spaces (tenant_id, id, site_id, code, code_order, state_changed_at, created_at, updated_at)
    values ('$tenant', '$tenant', '$tenant', 'one', 'one', now(), now(), now())
    on conflict (tenant_id, id) do update set deleted_at = null";

/// The one bay, with nothing assigned to it.
const ONE_FREE_BAY: &str = "insert into sites (tenant_id, id, name, slug, timezone, created_at, updated_at)
    values ('$tenant', '$tenant', 'S', 'the-one', 'UTC', now(), now()) on conflict do nothing;
    insert into spaces (tenant_id, id, site_id, code, code_order, state_changed_at, created_at, updated_at)
    values ('$tenant', '$tenant', '$tenant', 'one', 'one', now(), now(), now())
    on conflict (tenant_id, id) do update set deleted_at = null;
    update device_assignments set unassigned_at = now() where tenant_id = '$tenant' and unassigned_at is null";

/// A device that has the tenant's own id.
const ONE_DEVICE: &str = "insert into devices (tenant_id, id, dev_eui, lifecycle_changed_at, created_at, updated_at)
    values ('$tenant', '$tenant', upper(right(replace('$tenant', '-', ''), 16)), now(), now(), now())
    on conflict (tenant_id, id) do update set archived_at = null";

/// With the platform's tenant selected one is told of that tenant, which has no bays.
fn live() -> Vec<Recipe> {
    vec![
        Recipe {
            query: "?follow=false",
            ..get("GET /api/v6/live")
        },
        post("POST /api/v6/live/tickets", Value::Null, &[201]),
        Recipe {
            done: &[400],
            ..get("GET /ws")
        },
    ]
}

fn estate() -> Vec<Recipe> {
    let mut all = vec![
        get("GET /api/v6/dashboard/stats"),
        get("GET /api/v6/dashboard/data"),
    ];
    all.extend(sites());
    all.extend(spaces());
    all.extend(overrides());
    all.extend(display_policies());
    all.extend(reservations());
    all.extend(waitlist());
    all.extend(files_and_people());
    all.extend(devices());
    all.extend(displays());
    all.extend(alarms());
    all.extend(imports());
    all
}

/// The one bay, which nobody has reserved.
const ONE_OPEN_BAY: &str = "insert into sites (tenant_id, id, name, slug, timezone, created_at, updated_at)
    values ('$tenant', '$tenant', 'S', 'the-one', 'UTC', now(), now()) on conflict do nothing;
    insert into spaces (tenant_id, id, site_id, code, code_order, state_changed_at, created_at, updated_at)
    values ('$tenant', '$tenant', '$tenant', 'one', 'one', now(), now(), now())
    on conflict (tenant_id, id) do update set deleted_at = null, is_reservable = true;
    update overrides set lifted_at = now() where tenant_id = '$tenant' and lifted_at is null;
    delete from reservations where tenant_id = '$tenant' and space_id = '$tenant'";

/// The one bay, which somebody has for days.
const ONE_TAKEN_BAY: &str = "insert into sites (tenant_id, id, name, slug, timezone, created_at, updated_at)
    values ('$tenant', '$tenant', 'S', 'the-one', 'UTC', now(), now()) on conflict do nothing;
    insert into spaces (tenant_id, id, site_id, code, code_order, state_changed_at, created_at, updated_at)
    values ('$tenant', '$tenant', '$tenant', 'one', 'one', now(), now(), now())
    on conflict (tenant_id, id) do update set deleted_at = null, is_reservable = true;
    delete from reservations where tenant_id = '$tenant' and space_id = '$tenant';
    insert into reservations (tenant_id, id, space_id, status, start_time, end_time, blocks_from, blocks_until, opens_at,
      no_show_at, created_at, updated_at)
    values ('$tenant', gen_random_uuid(), '$tenant', 'confirmed', now(), now() + interval '7 days', now(), now() + interval '7 days',
      now(), now() + interval '7 days', now(), now())";

/// Terms of the tenant.
const SOME_TERMS: &str = "insert into reservation_terms (tenant_id, id, duration_max_minutes, lead_max_days, buffer_before_minutes,
      buffer_after_minutes, early_minutes, grace_minutes, hold_max_minutes, cancel_notice_minutes, updated_at)
    values ('$tenant', '$tenant', 1440, 365, 0, 0, 15, 15, 15, 0, now()) on conflict do nothing";

/// What they reserve begins tomorrow, by every clock.
fn reservations() -> Vec<Recipe> {
    let ends = "$later";
    let one = json!({ "space_id": "$tenant", "start_time": "$tomorrow", "end_time": ends });
    let any = json!({ "site_id": "$tenant", "start_time": "$tomorrow", "end_time": ends });
    let asked = json!({ "site_id": "$tenant", "from": "$tomorrow", "to": ends });
    let on = |operation, thing| post(operation, Value::Null, &[200]).of(thing);
    let notes = || json!({ "notes": "another" });
    let series = || json!({ "space_id": "$tenant", "start_time": "$tomorrow", "end_time": ends, "rule": "FREQ=DAILY;COUNT=2" });
    let feed = json!({ "name": "F" });
    vec![
        get("GET /api/v6/reservations/series"),
        post("POST /api/v6/reservations/series", series(), &[201]).on(ONE_OPEN_BAY),
        post("POST /api/v6/reservations/series/preview", series(), &[200]).on(ONE_OPEN_BAY),
        get("GET /api/v6/reservations/series/{id}").of(Thing::Series),
        post("PATCH /api/v6/reservations/series/{id}", notes(), &[200]).of(Thing::Series),
        post(
            "PUT /api/v6/reservations/series/{id}/cancel",
            json!({}),
            &[200],
        )
        .of(Thing::Series),
        get("GET /api/v6/calendar-feeds"),
        // Who is inside for a while is no member, and has no links.
        post("POST /api/v6/calendar-feeds", feed, &[201, 403]),
        post("DELETE /api/v6/calendar-feeds/{id}", Value::Null, &[204]).of(Thing::CalendarFeed),
        get("GET /api/v6/reservations"),
        post("POST /api/v6/reservations", one, &[201]).on(ONE_OPEN_BAY),
        post("POST /api/v6/reservations/any", any, &[201]).on(ONE_OPEN_BAY),
        post(
            "POST /api/v6/reservations/check-availability",
            asked,
            &[200],
        )
        .on(ONE_OPEN_BAY),
        get("GET /api/v6/reservations/terms"),
        post(
            "PUT /api/v6/reservations/terms",
            json!({ "grace_minutes": 10 }),
            &[200],
        ),
        post("DELETE /api/v6/reservations/terms", Value::Null, &[204]).on(SOME_TERMS),
        get("GET /api/v6/reservations/{id}").of(Thing::Reservation),
        post("PATCH /api/v6/reservations/{id}", notes(), &[200]).of(Thing::Reservation),
        post("PUT /api/v6/reservations/{id}", notes(), &[200]).of(Thing::Reservation),
        post("DELETE /api/v6/reservations/{id}", Value::Null, &[204]).of(Thing::Reservation),
        post("PUT /api/v6/reservations/{id}/cancel", json!({}), &[200]).of(Thing::Reservation),
        on("POST /api/v6/reservations/{id}/confirm", Thing::HeldSpace),
        on(
            "POST /api/v6/reservations/{id}/check-in",
            Thing::Reservation,
        ),
        on("POST /api/v6/reservations/{id}/check-out", Thing::Arrived),
        get("GET /api/v6/reservations/{id}/history").of(Thing::Reservation),
        get("GET /api/v6/reservations/{id}/ticket").of(Thing::Reservation),
        on("POST /api/v6/reservations/{id}/ticket", Thing::Reservation),
    ]
}

/// Whoever waits, waits for a bay that somebody else has.
fn waitlist() -> Vec<Recipe> {
    let wish = json!({ "space_id": "$tenant", "start_time": "$tomorrow", "end_time": "$later" });
    let on = |operation, thing| post(operation, Value::Null, &[200]).of(thing);
    vec![
        get("GET /api/v6/reservations/waitlist"),
        post("POST /api/v6/reservations/waitlist", wish, &[201]).on(ONE_TAKEN_BAY),
        get("GET /api/v6/reservations/waitlist/{id}").of(Thing::Waiting),
        post(
            "DELETE /api/v6/reservations/waitlist/{id}",
            Value::Null,
            &[204],
        )
        .of(Thing::Waiting),
        on(
            "POST /api/v6/reservations/waitlist/{id}/claim",
            Thing::Offered,
        ),
        on(
            "POST /api/v6/reservations/waitlist/{id}/decline",
            Thing::Offered,
        ),
    ]
}

fn files_and_people() -> Vec<Recipe> {
    vec![
        get("GET /api/v6/reservations/export"),
        get("GET /api/v6/reservations/import/template"),
        Recipe {
            file: "space_code,start_time,end_time\nnone,2027-01-15T08:00:00Z,2027-01-15T09:00:00Z\n",
            ..post("POST /api/v6/reservations/import", Value::Null, &[200])
        },
        post(
            "POST /api/v6/people/export",
            json!({ "person": "$email" }),
            &[200],
        ),
        post(
            "POST /api/v6/people/erase",
            json!({ "person": "$email", "dry_run": false }),
            &[200],
        ),
    ]
}

fn sites() -> Vec<Recipe> {
    let name = || json!({ "name": "$email" });
    let part = || json!({ "site_id": "$tenant", "name": "$email" });
    vec![
        get("GET /api/v6/sites"),
        post(
            "POST /api/v6/sites",
            json!({ "name": "N", "timezone": "UTC" }),
            &[201],
        ),
        get("GET /api/v6/sites/{id}").of(Thing::Site),
        post("PATCH /api/v6/sites/{id}", name(), &[200]).of(Thing::Site),
        post("PUT /api/v6/sites/{id}", name(), &[200]).of(Thing::Site),
        post("DELETE /api/v6/sites/{id}", Value::Null, &[204]).of(Thing::Site),
        post("POST /api/v6/sites/{id}/restore", json!({}), &[200]).of(Thing::Site),
        get("GET /api/v6/sites/{id}/occupancy").of(Thing::Site),
        get("GET /api/v6/sites/occupancy/all"),
        get("GET /api/v6/levels"),
        post("POST /api/v6/levels", part(), &[201]).on(ONE_SITE),
        post("PATCH /api/v6/levels/{id}", name(), &[200]).of(Thing::Level),
        post("DELETE /api/v6/levels/{id}", Value::Null, &[204]).of(Thing::Level),
        get("GET /api/v6/levels/{id}/plan").of(Thing::DrawnLevel),
        post("DELETE /api/v6/levels/{id}/plan", Value::Null, &[204]).of(Thing::DrawnLevel),
        Recipe {
            file: "<svg xmlns='http://www.w3.org/2000/svg' width='2' height='2'/>",
            ..post("PUT /api/v6/levels/{id}/plan", Value::Null, &[200]).of(Thing::Level)
        },
        get("GET /api/v6/zones"),
        post("POST /api/v6/zones", part(), &[201]).on(ONE_SITE),
        post("PATCH /api/v6/zones/{id}", name(), &[200]).of(Thing::Zone),
        post("DELETE /api/v6/zones/{id}", Value::Null, &[204]).of(Thing::Zone),
    ]
}

fn spaces() -> Vec<Recipe> {
    let kind = || json!({ "kind": "family" });
    let ids = || json!({ "ids": ["$tenant"] });
    let change = json!({ "ids": ["$tenant"], "change": { "kind": "staff" } });
    let outlines =
        json!({ "level_id": "$tenant", "outlines": [{ "id": "$tenant", "shape": null }] });
    vec![
        get("GET /api/v6/spaces"),
        post(
            "POST /api/v6/spaces",
            json!({ "site_id": "$tenant", "code": "$email" }),
            &[201],
        )
        .on(ONE_SITE),
        get("GET /api/v6/spaces/{id}").of(Thing::Space),
        post("PATCH /api/v6/spaces/{id}", kind(), &[200]).of(Thing::Space),
        post("PUT /api/v6/spaces/{id}", kind(), &[200]).of(Thing::Space),
        post("DELETE /api/v6/spaces/{id}", Value::Null, &[204]).of(Thing::Space),
        post("POST /api/v6/spaces/{id}/restore", json!({}), &[200]).of(Thing::Space),
        post(
            "PUT /api/v6/spaces/{id}/state",
            json!({ "state": "maintenance", "reason": "R" }),
            &[200],
        )
        .of(Thing::Space),
        get("GET /api/v6/spaces/{id}/history").of(Thing::Space),
        get("GET /api/v6/spaces/{id}/evidence").of(Thing::Space),
        get("GET /api/v6/spaces/export"),
        get("GET /api/v6/spaces/stats/occupancy"),
        get("GET /api/v6/sites/{id}/occupancy/trend").of(Thing::Site),
        post(
            "POST /api/v6/spaces/bulk",
            json!({ "site_id": "$tenant", "pattern": "$email" }),
            &[200],
        )
        .on(ONE_SITE),
        post("PATCH /api/v6/spaces/bulk", change, &[200]).on(ONE_SITE),
        post("PUT /api/v6/spaces/bulk/outlines", outlines, &[200]).on(ONE_SITE),
        post("POST /api/v6/spaces/bulk/delete", ids(), &[204]).on(ONE_SITE),
        post("POST /api/v6/spaces/bulk/restore", ids(), &[200]).on(ONE_SITE),
    ]
}

/// What takes bays out of use, one by one, many at once, or as one thing for a while.
fn overrides() -> Vec<Recipe> {
    let one = json!({ "space_id": "$tenant", "kind": "blocked", "reason": "R" });
    let many = json!({ "target": { "site_id": "$tenant" }, "kind": "blocked", "reason": "R" });
    let ends_at = "2126-01-01T00:00:00Z";
    let closure = json!({ "name": "N", "site_id": "$tenant", "reason": "R", "ends_at": ends_at });
    let reason = || json!({ "reason": "another" });
    let emergency = json!({ "kind": "all_red", "reason": "R" });
    vec![
        post("PUT /api/v6/sites/{id}/emergency", emergency, &[200]).of(Thing::Site),
        post("DELETE /api/v6/sites/{id}/emergency", Value::Null, &[200]).of(Thing::Site),
        get("GET /api/v6/overrides"),
        post("POST /api/v6/overrides", one, &[201]).on(ONE_SITE),
        post("POST /api/v6/overrides/bulk", many, &[200]).on(ONE_SITE),
        post(
            "POST /api/v6/overrides/bulk/end",
            json!({ "ids": ["$tenant"] }),
            &[200],
        )
        .on(ONE_OVERRIDE),
        post(
            "POST /api/v6/overrides/bulk/resume",
            json!({ "ids": ["$tenant"] }),
            &[200],
        )
        .on(ONE_OVERRIDE),
        get("GET /api/v6/overrides/{id}").of(Thing::Override),
        post("PATCH /api/v6/overrides/{id}", reason(), &[200]).of(Thing::Override),
        post("POST /api/v6/overrides/{id}/end", Value::Null, &[200]).of(Thing::Override),
        get("GET /api/v6/closures"),
        post("POST /api/v6/closures", closure, &[201]).on(ONE_SITE),
        get("GET /api/v6/closures/{id}").of(Thing::Closure),
        post("PATCH /api/v6/closures/{id}", reason(), &[200]).of(Thing::Closure),
        post("POST /api/v6/closures/{id}/end", Value::Null, &[200]).of(Thing::Closure),
        post("POST /api/v6/closures/{id}/resume", json!({}), &[200]).of(Thing::Closure),
    ]
}

/// An override that has the tenant's own id, of a bay that has it too.
const ONE_OVERRIDE: &str = "insert into sites (tenant_id, id, name, slug, timezone, created_at, updated_at)
    values ('$tenant', '$tenant', 'S', 'the-one', 'UTC', now(), now()) on conflict do nothing;
    insert into spaces (tenant_id, id, site_id, code, code_order, state_changed_at, created_at, updated_at)
    values ('$tenant', '$tenant', '$tenant', 'one', 'one', now(), now(), now()) on conflict do nothing;
    insert into overrides (tenant_id, id, space_id, kind, starts_at, reason, created_at)
    values ('$tenant', '$tenant', '$tenant', 'blocked', now(), 'R', now()) on conflict do nothing";

fn display_policies() -> Vec<Recipe> {
    let name = || json!({ "name": "$email" });
    let on_one = |operation| post(operation, Value::Null, &[200]).of(Thing::DisplayPolicy);
    vec![
        get("GET /api/v6/display-policies"),
        // A tenant has so many, and each cell makes its own.
        post("POST /api/v6/display-policies", name(), &[201])
            .on("delete from display_policies where tenant_id = '$tenant'"),
        get("GET /api/v6/display-policies/standard"),
        post("POST /api/v6/display-policies/preview", json!({}), &[200]),
        get("GET /api/v6/display-policies/{id}").of(Thing::DisplayPolicy),
        post("PATCH /api/v6/display-policies/{id}", name(), &[200]).of(Thing::DisplayPolicy),
        on_one("POST /api/v6/display-policies/{id}/preview"),
        on_one("POST /api/v6/display-policies/{id}/activate"),
        on_one("POST /api/v6/display-policies/{id}/deactivate"),
        post("DELETE /api/v6/display-policies/{id}", Value::Null, &[204]).of(Thing::DisplayPolicy),
    ]
}

fn imports() -> Vec<Recipe> {
    let mapping = json!({ "columns": { "code": 0 } });
    vec![
        get("GET /api/v6/imports"),
        Recipe {
            file: "code\nA-1\n",
            query: "?kind=spaces",
            // So many may be open at a time, and each cell opens one.
            ..post("POST /api/v6/imports", Value::Null, &[201])
                .on("delete from imports where tenant_id = '$tenant'")
        },
        get("GET /api/v6/imports/{id}").of(Thing::Import),
        get("GET /api/v6/imports/{id}/rows").of(Thing::Import),
        get("GET /api/v6/imports/{id}/rows/export").of(Thing::Import),
        post("PUT /api/v6/imports/{id}/mapping", mapping, &[200]).of(Thing::Import),
        post("POST /api/v6/imports/{id}/check", json!({}), &[200]).of(Thing::Import),
        post("POST /api/v6/imports/{id}/start", json!({}), &[200]).of(Thing::CheckedImport),
        post("POST /api/v6/imports/{id}/cancel", json!({}), &[200]).of(Thing::Import),
        post("POST /api/v6/imports/{id}/undo", json!({}), &[200]).of(Thing::DoneImport),
    ]
}

/// A file to fill in, which is nobody's.
fn templates() -> Vec<Recipe> {
    vec![Recipe {
        query: "?kind=spaces",
        ..get("GET /api/v6/imports/template")
    }]
}

/// What those who run the installation do with the devices of all tenants.
fn device_pool() -> Vec<Recipe> {
    let transfer = json!({ "tenant_id": "$tenant", "dry_run": true, "reason": "R" });
    vec![
        get("GET /api/v6/devices/pool/stats"),
        get("GET /api/v6/platform/usage"),
        post("POST /api/v6/devices/{id}/transfer", transfer, &[200]).of(Thing::PooledDevice),
    ]
}

/// The lamp that somebody commands.
const ONE_DISPLAY: &str = "insert into devices (tenant_id, id, dev_eui, model, is_display, lifecycle_changed_at, created_at, updated_at)
    values ('$tenant', '$tenant', upper(right(replace('$tenant', '-', ''), 16)), 'plenom-busylight-omega', true, now(), now(), now())
    on conflict (tenant_id, id) do update set archived_at = null, is_display = true";

/// What lamps show, and the commands to them.
fn displays() -> Vec<Recipe> {
    let blue = json!({ "color": "0000FF" });
    let own = json!({ "device_id": "$tenant", "f_port": 15, "payload": "0903" });
    vec![
        get("GET /api/v6/displays"),
        get("GET /api/v6/displays/{id}").of(Thing::Display),
        post("POST /api/v6/displays/{id}/test", blue, &[200]).of(Thing::Display),
        get("GET /api/v6/downlinks"),
        get("GET /api/v6/downlinks/{id}").of(Thing::Downlink),
        get("GET /api/v6/downlinks/airtime"),
        get("GET /api/v6/downlinks/queue/metrics"),
        get("GET /api/v6/downlinks/queue/health"),
        post("POST /api/v6/downlinks", own, &[201]).on(ONE_DISPLAY),
        post(
            "POST /api/v6/downlinks/retry",
            json!({ "ids": ["$tenant"] }),
            &[200],
        ),
        post("POST /api/v6/downlinks/{id}/retry", Value::Null, &[200]).of(Thing::FailedDownlink),
        post("POST /api/v6/downlinks/{id}/cancel", Value::Null, &[200]).of(Thing::Downlink),
    ]
}

/// Messages are handed in by whoever they belong to, the platform too. They are of a device nobody has
/// claimed: what becomes of them is not done by the request.
/// The server of the matrix is connected to no ChirpStack: what asks it something says so.
fn network_server() -> Vec<Recipe> {
    let of_estate = |recipe: Recipe| Recipe {
        is_estate: true,
        ..recipe
    };
    let decision = json!({ "ids": ["$tenant"], "way": "ignore" });
    let link = json!({ "tenant_id": "$tenant", "remote_tenant_id": "$tenant", "application_id": "$tenant" });
    vec![
        get("GET /api/v6/chirpstack"),
        get("GET /api/v6/chirpstack/differences"),
        get("GET /api/v6/chirpstack/runs"),
        get("GET /api/v6/chirpstack/devices/{id}").of(Thing::Device),
        of_estate(post("PATCH /api/v6/chirpstack", json!({ "gives": true }), &[204]).on(LINKED)),
        of_estate(
            post(
                "POST /api/v6/chirpstack/differences/decide",
                decision,
                &[200],
            )
            .on(LINKED),
        ),
        of_estate(post("POST /api/v6/chirpstack/runs", json!({}), &[202]).on(LINKED)),
        of_estate(
            post("POST /api/v6/chirpstack/devices/{id}", Value::Null, &[409])
                .of(Thing::Device)
                .on(LINKED),
        ),
        Recipe {
            done: &[409],
            ..get("GET /api/v6/chirpstack/tenants")
        },
        get("GET /api/v6/chirpstack/links"),
        post("POST /api/v6/chirpstack/links", link, &[409]),
        post("DELETE /api/v6/chirpstack/links/{id}", Value::Null, &[404]),
    ]
}

fn ingestion() -> Vec<Recipe> {
    vec![
        get("GET /api/v6/uplinks"),
        get("GET /api/v6/uplinks/{id}").of(Thing::Uplink),
        post(
            "POST /api/v6/ingest/observations",
            json!({ "observations": [{ "dev_eui": "FEEDFEEDFEEDFEED", "state": "free" }] }),
            &[200],
        ),
        post(
            "POST /api/v6/ingest/chirpstack",
            json!({ "deviceInfo": { "devEui": "FEEDFEEDFEEDFEED" }, "data": "" }),
            &[200],
        ),
        post(
            "POST /api/v6/ingest/tts",
            json!({ "end_device_ids": { "dev_eui": "FEEDFEEDFEEDFEED" }, "uplink_message": {} }),
            &[200],
        ),
        post(
            "POST /api/v1/uplink",
            json!({ "deviceInfo": { "devEui": "FEEDFEEDFEEDFEED" }, "data": "" }),
            &[200],
        ),
    ]
}

/// An orphan that has the tenant's own id.
const ONE_ORPHAN: &str = "insert into orphan_devices (tenant_id, id, dev_eui, first_seen_at, last_seen_at, source)
    values ('$tenant', '$tenant', '70B3D5FFFFFFFFFF', now(), now(), 'chirpstack_mqtt') on conflict do nothing";

fn devices() -> Vec<Recipe> {
    let name = || json!({ "name": "$email" });
    let ids = || json!({ "ids": ["$tenant"] });
    let assign = json!({ "space_id": "$tenant", "role": "sensor", "reason": "R" });
    let model = json!({ "based_on": "milesight-ds3604", "vendor": "V", "name": "$email" });
    vec![
        get("GET /api/v6/device-models"),
        post("POST /api/v6/device-models", model, &[201]),
        get("GET /api/v6/device-models/{id}").of(Thing::Model),
        post("PATCH /api/v6/device-models/{id}", name(), &[200]).of(Thing::Model),
        post("DELETE /api/v6/device-models/{id}", Value::Null, &[204]).of(Thing::Model),
        get("GET /api/v6/devices"),
        get("GET /api/v6/devices/export"),
        post("POST /api/v6/devices", json!({ "dev_eui": "$eui" }), &[201]),
        get("GET /api/v6/devices/{id}").of(Thing::Device),
        get("GET /api/v6/devices/{id}/history").of(Thing::Device),
        get("GET /api/v6/devices/{id}/health").of(Thing::Device),
        post("PATCH /api/v6/devices/{id}", name(), &[200]).of(Thing::Device),
        post("PUT /api/v6/devices/{id}", name(), &[200]).of(Thing::Device),
        post("DELETE /api/v6/devices/{id}", Value::Null, &[204]).of(Thing::Device),
        post("POST /api/v6/devices/{id}/restore", json!({}), &[200]).of(Thing::Device),
        post(
            "POST /api/v6/devices/{id}/lifecycle",
            json!({ "to": "commissioned", "reason": "R" }),
            &[200],
        )
        .of(Thing::Device),
        post("POST /api/v6/devices/{id}/assign", assign, &[200])
            .of(Thing::Device)
            .on(ONE_FREE_BAY),
        post("POST /api/v6/devices/{id}/unassign", json!({}), &[200]).of(Thing::Device),
        post("POST /api/v6/devices/bulk/archive", ids(), &[204]).on(ONE_DEVICE),
        post("POST /api/v6/devices/bulk/restore", ids(), &[200]).on(ONE_DEVICE),
        post(
            "POST /api/v6/devices/onboard",
            json!({ "code": "$eui", "dry_run": true }),
            &[200],
        ),
        get("GET /api/v6/gateways"),
        post(
            "POST /api/v6/gateways",
            json!({ "eui": "$eui", "name": "G" }),
            &[201],
        ),
        get("GET /api/v6/gateways/{id}").of(Thing::Gateway),
        post("PATCH /api/v6/gateways/{id}", name(), &[200]).of(Thing::Gateway),
        post("PUT /api/v6/gateways/{id}", name(), &[200]).of(Thing::Gateway),
        post("DELETE /api/v6/gateways/{id}", Value::Null, &[204]).of(Thing::Gateway),
        get("GET /api/v6/orphans"),
        get("GET /api/v6/orphans/{id}").of(Thing::Orphan),
        post("POST /api/v6/orphans/{id}/claim", json!({}), &[200, 201]).of(Thing::Orphan),
        post("POST /api/v6/orphans/{id}/dismiss", json!({}), &[200]).of(Thing::Orphan),
        post("POST /api/v6/orphans/{id}/restore", json!({}), &[200]).of(Thing::Orphan),
        post("POST /api/v6/orphans/bulk/dismiss", ids(), &[200]).on(ONE_ORPHAN),
        post("POST /api/v6/orphans/bulk/restore", ids(), &[200]).on(ONE_ORPHAN),
    ]
}

/// An alarm that has the tenant's own id.
const ONE_ALARM: &str = "insert into alarms (tenant_id, id, kind, severity, subject_type, subject_id, subject_name, raised_at)
    values ('$tenant', '$tenant', 'device_silent', 'warning', 'device', '$tenant', 'D', now()) on conflict do nothing";

fn alarms() -> Vec<Recipe> {
    let ids = || json!({ "ids": ["$tenant"] });
    let mute = || json!({ "minutes": 60, "reason": "R" });
    let mute_many = json!({ "ids": ["$tenant"], "mute": mute() });
    let recipient = json!({ "email": "$email", "kinds": ["stuck"] });
    let handle = |operation, body| post(operation, body, &[200]).of(Thing::Alarm);
    let all = |operation, body| post(operation, body, &[200]).on(ONE_ALARM);
    vec![
        get("GET /api/v6/alarms"),
        get("GET /api/v6/alarms/summary"),
        get("GET /api/v6/alarms/{id}").of(Thing::Alarm),
        handle("POST /api/v6/alarms/{id}/acknowledge", Value::Null),
        handle("POST /api/v6/alarms/{id}/unacknowledge", Value::Null),
        handle("POST /api/v6/alarms/{id}/mute", mute()),
        handle("POST /api/v6/alarms/{id}/unmute", Value::Null),
        post(
            "POST /api/v6/alarms/{id}/comments",
            json!({ "text": "T" }),
            &[201],
        )
        .of(Thing::Alarm),
        all("POST /api/v6/alarms/bulk/acknowledge", ids()),
        all("POST /api/v6/alarms/bulk/unacknowledge", ids()),
        all("POST /api/v6/alarms/bulk/mute", mute_many),
        all("POST /api/v6/alarms/bulk/unmute", ids()),
        get("GET /api/v6/alarms/rules"),
        post(
            "PUT /api/v6/alarms/rules",
            json!({ "stuck_hours": null }),
            &[200],
        ),
        get("GET /api/v6/alarms/recipients"),
        post("POST /api/v6/alarms/recipients", recipient, &[201]).on(NO_RECIPIENTS),
        get("GET /api/v6/alarms/recipients/{id}").of(Thing::AlarmRecipient),
        post(
            "PATCH /api/v6/alarms/recipients/{id}",
            json!({ "is_active": false }),
            &[200],
        )
        .of(Thing::AlarmRecipient),
        post("DELETE /api/v6/alarms/recipients/{id}", Value::Null, &[204])
            .of(Thing::AlarmRecipient),
        post(
            "POST /api/v6/alarms/recipients/{id}/test",
            Value::Null,
            &[202],
        )
        .of(Thing::AlarmRecipient),
    ]
}

/// A tenant has so many recipients; each cell makes its own.
const NO_RECIPIENTS: &str = "delete from alarm_recipients where tenant_id = '$tenant'";
