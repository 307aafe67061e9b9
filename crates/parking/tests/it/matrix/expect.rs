//! What must happen, written down by hand.
//!
//! Nothing here is asked of the product: a mistake in its permission table, or a route that states
//! the wrong access, must not move the oracle along with it. A new operation needs a line in
//! [`RULES`].

use Rule::{Authenticated, Needs, Person, PersonWith, Public};

/// Who is let through to an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rule {
    /// Anybody.
    Public,
    /// Anybody with good credentials.
    Authenticated,
    /// Any signed-in person.
    Person,
    /// Whoever has at least the role; a key needs the scope too.
    Needs(&'static str, &'static str),
    /// A signed-in person who has at least the role.
    PersonWith(&'static str),
}

/// What a caller shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shows {
    /// Nothing.
    Nothing,
    /// Something that is not, or no longer, good.
    NothingGood,
    /// A session in which one has this role.
    Session(&'static str),
    /// An API key with this role and these scopes.
    Key(&'static str, &'static [&'static str]),
}

/// How the guard must answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    Admitted,
    Refused(u16, &'static str),
}

/// Roles, lowest first.
const ROLES: [&str; 5] = ["viewer", "operator", "admin", "owner", "platform_admin"];

/// The scope that opens everything the role may do.
const ALL: &str = "admin:*";

/// Every operation and who may call it.
#[rustfmt::skip]
const RULES: &[(&str, Rule)] = &[
    ("GET /health", Public),
    ("GET /health/live", Public),
    ("GET /health/ready", Public),
    ("GET /version", Public),
    ("GET /api", Public),
    ("POST /api/auth/login", Public),
    ("POST /api/auth/logout", Public),
    ("POST /api/auth/refresh", Public),
    ("POST /api/auth/register", Public),
    ("POST /api/auth/register/complete", Public),
    ("POST /api/auth/forgot-password", Public),
    ("POST /api/auth/reset-password", Public),
    ("POST /api/auth/verify-email", Public),
    ("POST /api/auth/invitations/preview", Public),
    ("POST /api/auth/invitations/accept", Public),
    ("GET /api/auth/me", Authenticated),
    ("GET /api/v6/me", Authenticated),
    ("GET /api/v6/me/limits", Authenticated),
    ("PATCH /api/v6/me", Person),
    ("PUT /api/v6/me", Person),
    ("POST /api/auth/change-password", Person),
    ("POST /api/auth/resend-verification", Person),
    ("POST /api/auth/switch-tenant", Person),
    ("POST /api/auth/switch-back", Person),
    ("POST /api/auth/logout-everywhere", Person),
    ("GET /api/auth/sessions", Person),
    ("DELETE /api/auth/sessions/{id}", Person),
    ("GET /api/v6/tenants", Needs("platform_admin", "tenants:read")),
    ("POST /api/v6/tenants", Needs("platform_admin", "tenants:write")),
    ("GET /api/v6/tenants/stats", Needs("platform_admin", "tenants:read")),
    ("GET /api/v6/tenants/tiers", Needs("platform_admin", "tenants:read")),
    ("GET /api/v6/tenants/current", Needs("viewer", "tenants:read")),
    ("PATCH /api/v6/tenants/current", Needs("owner", "tenants:write")),
    ("PUT /api/v6/tenants/current", Needs("owner", "tenants:write")),
    ("GET /api/v6/tenants/current/export", Needs("owner", ALL)),
    ("GET /api/v6/tenants/{id}", Needs("platform_admin", "tenants:read")),
    ("PATCH /api/v6/tenants/{id}", Needs("platform_admin", "tenants:write")),
    ("PUT /api/v6/tenants/{id}", Needs("platform_admin", "tenants:write")),
    ("DELETE /api/v6/tenants/{id}", Needs("platform_admin", "tenants:write")),
    ("POST /api/v6/tenants/{id}/suspend", Needs("platform_admin", "tenants:write")),
    ("POST /api/v6/tenants/{id}/activate", Needs("platform_admin", "tenants:write")),
    ("GET /api/v6/tenants/{id}/export", Needs("platform_admin", "tenants:write")),
    ("GET /api/v6/users", Needs("admin", "users:read")),
    ("GET /api/v6/users/{id}", Needs("admin", "users:read")),
    ("GET /api/v6/memberships", Needs("admin", "users:read")),
    ("GET /api/v6/memberships/{id}", Needs("admin", "users:read")),
    ("PATCH /api/v6/memberships/{id}", Needs("admin", ALL)),
    ("PUT /api/v6/memberships/{id}", Needs("admin", ALL)),
    ("DELETE /api/v6/memberships/{id}", Needs("admin", ALL)),
    ("GET /api/v6/invitations", Needs("admin", "users:read")),
    ("POST /api/v6/invitations", Needs("admin", ALL)),
    ("GET /api/v6/invitations/{id}", Needs("admin", "users:read")),
    ("POST /api/v6/invitations/{id}/resend", Needs("admin", ALL)),
    ("DELETE /api/v6/invitations/{id}", Needs("admin", ALL)),
    ("GET /api/v6/api-keys", Needs("owner", ALL)),
    ("POST /api/v6/api-keys", PersonWith("owner")),
    ("GET /api/v6/api-keys/{id}", Needs("owner", ALL)),
    ("PATCH /api/v6/api-keys/{id}", PersonWith("owner")),
    ("PUT /api/v6/api-keys/{id}", PersonWith("owner")),
    ("DELETE /api/v6/api-keys/{id}", Needs("owner", ALL)),
    ("GET /api/v6/webhook-secrets", Needs("owner", ALL)),
    ("POST /api/v6/webhook-secrets", PersonWith("owner")),
    ("GET /api/v6/webhook-secrets/{id}", Needs("owner", ALL)),
    ("POST /api/v6/webhook-secrets/rotate", PersonWith("owner")),
    ("DELETE /api/v6/webhook-secrets/{id}", Needs("owner", ALL)),
    ("GET /api/v6/live", Needs("viewer", "spaces:read")),
    ("POST /api/v6/live/tickets", Needs("viewer", "spaces:read")),
    // Who asks is said in the address; without an upgrade nobody is asked.
    ("GET /ws", Public),
    ("GET /api/v6/dashboard/stats", Needs("viewer", ALL)),
    ("GET /api/v6/dashboard/data", Needs("viewer", ALL)),
    ("GET /api/v6/platform/usage", Needs("platform_admin", "tenants:read")),
    ("GET /api/v6/webhooks/event-types", Authenticated),
    ("GET /api/v6/webhooks", Needs("owner", ALL)),
    ("POST /api/v6/webhooks", PersonWith("owner")),
    ("GET /api/v6/webhooks/{id}", Needs("owner", ALL)),
    ("PATCH /api/v6/webhooks/{id}", PersonWith("owner")),
    ("PUT /api/v6/webhooks/{id}", PersonWith("owner")),
    ("DELETE /api/v6/webhooks/{id}", Needs("owner", ALL)),
    ("POST /api/v6/webhooks/{id}/rotate", PersonWith("owner")),
    ("POST /api/v6/webhooks/{id}/enable", Needs("owner", ALL)),
    ("POST /api/v6/webhooks/{id}/disable", Needs("owner", ALL)),
    ("POST /api/v6/webhooks/{id}/test", Needs("owner", ALL)),
    ("POST /api/v6/webhooks/{id}/replay", Needs("owner", ALL)),
    ("GET /api/v6/webhooks/{id}/deliveries", Needs("owner", ALL)),
    ("GET /api/v6/webhooks/deliveries/{id}", Needs("owner", ALL)),
    ("POST /api/v6/webhooks/deliveries/{id}/replay", Needs("owner", ALL)),
    ("GET /api/v6/sites", Needs("viewer", "sites:read")),
    ("POST /api/v6/sites", Needs("admin", "sites:write")),
    ("GET /api/v6/sites/{id}", Needs("viewer", "sites:read")),
    ("PATCH /api/v6/sites/{id}", Needs("admin", "sites:write")),
    ("PUT /api/v6/sites/{id}", Needs("admin", "sites:write")),
    ("DELETE /api/v6/sites/{id}", Needs("admin", "sites:write")),
    ("POST /api/v6/sites/{id}/restore", Needs("admin", "sites:write")),
    ("GET /api/v6/sites/{id}/occupancy", Needs("viewer", "sites:read")),
    ("GET /api/v6/sites/occupancy/all", Needs("viewer", "sites:read")),
    ("GET /api/v6/levels", Needs("viewer", "sites:read")),
    ("POST /api/v6/levels", Needs("admin", "sites:write")),
    ("PATCH /api/v6/levels/{id}", Needs("admin", "sites:write")),
    ("DELETE /api/v6/levels/{id}", Needs("admin", "sites:write")),
    ("GET /api/v6/levels/{id}/plan", Needs("viewer", "sites:read")),
    ("PUT /api/v6/levels/{id}/plan", Needs("admin", "sites:write")),
    ("DELETE /api/v6/levels/{id}/plan", Needs("admin", "sites:write")),
    ("GET /api/v6/zones", Needs("viewer", "sites:read")),
    ("POST /api/v6/zones", Needs("admin", "sites:write")),
    ("PATCH /api/v6/zones/{id}", Needs("admin", "sites:write")),
    ("DELETE /api/v6/zones/{id}", Needs("admin", "sites:write")),
    ("GET /api/v6/spaces", Needs("viewer", "spaces:read")),
    ("POST /api/v6/spaces", Needs("admin", "spaces:write")),
    ("GET /api/v6/spaces/export", Needs("viewer", "spaces:read")),
    ("GET /api/v6/spaces/stats/occupancy", Needs("viewer", "spaces:read")),
    ("GET /api/v6/sites/{id}/occupancy/trend", Needs("viewer", "spaces:read")),
    ("POST /api/v6/spaces/bulk", Needs("admin", "spaces:write")),
    ("PATCH /api/v6/spaces/bulk", Needs("admin", "spaces:write")),
    ("PUT /api/v6/spaces/bulk/outlines", Needs("admin", "spaces:write")),
    ("POST /api/v6/spaces/bulk/delete", Needs("admin", "spaces:write")),
    ("POST /api/v6/spaces/bulk/restore", Needs("admin", "spaces:write")),
    ("GET /api/v6/spaces/{id}", Needs("viewer", "spaces:read")),
    ("PATCH /api/v6/spaces/{id}", Needs("admin", "spaces:write")),
    ("PUT /api/v6/spaces/{id}", Needs("admin", "spaces:write")),
    ("DELETE /api/v6/spaces/{id}", Needs("admin", "spaces:write")),
    ("GET /api/v6/spaces/{id}/history", Needs("viewer", "spaces:read")),
    ("GET /api/v6/spaces/{id}/evidence", Needs("viewer", "spaces:read")),
    ("GET /api/v6/devices/{id}/health", Needs("viewer", "telemetry:read")),
    ("GET /api/v6/displays", Needs("viewer", "displays:read")),
    ("GET /api/v6/displays/{id}", Needs("viewer", "displays:read")),
    ("POST /api/v6/displays/{id}/test", Needs("operator", "displays:write")),
    ("GET /api/v6/downlinks", Needs("viewer", "displays:read")),
    ("GET /api/v6/downlinks/{id}", Needs("viewer", "displays:read")),
    ("GET /api/v6/downlinks/airtime", Needs("viewer", "displays:read")),
    ("GET /api/v6/downlinks/queue/metrics", Needs("viewer", "displays:read")),
    ("GET /api/v6/downlinks/queue/health", Needs("viewer", "displays:read")),
    ("POST /api/v6/downlinks", Needs("admin", "displays:write")),
    ("POST /api/v6/downlinks/retry", Needs("operator", "displays:write")),
    ("POST /api/v6/downlinks/{id}/retry", Needs("operator", "displays:write")),
    ("POST /api/v6/downlinks/{id}/cancel", Needs("operator", "displays:write")),
    ("GET /api/v6/uplinks", Needs("viewer", "telemetry:read")),
    ("GET /api/v6/uplinks/{id}", Needs("viewer", "telemetry:read")),
    ("POST /api/v6/spaces/{id}/restore", Needs("admin", "spaces:write")),
    ("PUT /api/v6/spaces/{id}/state", Needs("operator", "spaces:write")),
    ("PUT /api/v6/sites/{id}/emergency", Needs("operator", "spaces:write")),
    ("DELETE /api/v6/sites/{id}/emergency", Needs("operator", "spaces:write")),
    ("GET /api/v6/overrides", Needs("viewer", "spaces:read")),
    ("POST /api/v6/overrides", Needs("operator", "spaces:write")),
    ("POST /api/v6/overrides/bulk", Needs("operator", "spaces:write")),
    ("POST /api/v6/overrides/bulk/end", Needs("operator", "spaces:write")),
    ("POST /api/v6/overrides/bulk/resume", Needs("operator", "spaces:write")),
    ("GET /api/v6/overrides/{id}", Needs("viewer", "spaces:read")),
    ("PATCH /api/v6/overrides/{id}", Needs("operator", "spaces:write")),
    ("POST /api/v6/overrides/{id}/end", Needs("operator", "spaces:write")),
    ("GET /api/v6/closures", Needs("viewer", "spaces:read")),
    ("POST /api/v6/closures", Needs("operator", "spaces:write")),
    ("GET /api/v6/closures/{id}", Needs("viewer", "spaces:read")),
    ("PATCH /api/v6/closures/{id}", Needs("operator", "spaces:write")),
    ("POST /api/v6/closures/{id}/end", Needs("operator", "spaces:write")),
    ("POST /api/v6/closures/{id}/resume", Needs("operator", "spaces:write")),
    ("GET /api/v6/display-policies", Needs("viewer", "displays:read")),
    ("POST /api/v6/display-policies", Needs("admin", "displays:write")),
    ("GET /api/v6/display-policies/standard", Needs("viewer", "displays:read")),
    ("POST /api/v6/display-policies/preview", Needs("viewer", "displays:read")),
    ("GET /api/v6/display-policies/{id}", Needs("viewer", "displays:read")),
    ("PATCH /api/v6/display-policies/{id}", Needs("admin", "displays:write")),
    ("DELETE /api/v6/display-policies/{id}", Needs("admin", "displays:write")),
    ("POST /api/v6/display-policies/{id}/preview", Needs("viewer", "displays:read")),
    ("POST /api/v6/display-policies/{id}/activate", Needs("admin", "displays:write")),
    ("POST /api/v6/display-policies/{id}/deactivate", Needs("admin", "displays:write")),
    ("GET /api/v6/device-models", Needs("viewer", "devices:read")),
    ("GET /api/v6/device-models/{id}", Needs("viewer", "devices:read")),
    ("GET /api/v6/reservations", Needs("viewer", "reservations:read")),
    ("POST /api/v6/reservations", Needs("operator", "reservations:write")),
    ("POST /api/v6/reservations/any", Needs("operator", "reservations:write")),
    ("POST /api/v6/reservations/check-availability", Needs("viewer", "reservations:read")),
    ("GET /api/v6/reservations/series", Needs("viewer", "reservations:read")),
    ("POST /api/v6/reservations/series", Needs("operator", "reservations:write")),
    ("POST /api/v6/reservations/series/preview", Needs("operator", "reservations:write")),
    ("GET /api/v6/reservations/series/{id}", Needs("viewer", "reservations:read")),
    ("PATCH /api/v6/reservations/series/{id}", Needs("operator", "reservations:write")),
    ("PUT /api/v6/reservations/series/{id}/cancel", Needs("operator", "reservations:write")),
    ("GET /api/v6/reservations/waitlist", Needs("viewer", "reservations:read")),
    ("POST /api/v6/reservations/waitlist", Needs("operator", "reservations:write")),
    ("GET /api/v6/reservations/waitlist/{id}", Needs("viewer", "reservations:read")),
    ("DELETE /api/v6/reservations/waitlist/{id}", Needs("operator", "reservations:write")),
    ("POST /api/v6/reservations/waitlist/{id}/claim", Needs("operator", "reservations:write")),
    ("POST /api/v6/reservations/waitlist/{id}/decline", Needs("operator", "reservations:write")),
    ("GET /api/v6/calendar-feeds", PersonWith("viewer")),
    ("POST /api/v6/calendar-feeds", PersonWith("viewer")),
    ("DELETE /api/v6/calendar-feeds/{id}", PersonWith("viewer")),
    ("GET /api/v6/calendar.ics", Public),
    ("GET /api/v6/reservations/{id}/ticket", Needs("operator", "reservations:write")),
    ("POST /api/v6/reservations/{id}/ticket", Needs("operator", "reservations:write")),
    ("GET /api/v6/ticket", Public),
    ("PUT /api/v6/ticket/cancel", Public),
    ("PUT /api/v6/ticket/claim", Public),
    ("PUT /api/v6/ticket/check-in", Public),
    ("PUT /api/v6/ticket/check-out", Public),
    ("GET /api/v6/reservations/terms", Needs("viewer", "reservations:read")),
    ("PUT /api/v6/reservations/terms", Needs("admin", "reservations:write")),
    ("DELETE /api/v6/reservations/terms", Needs("admin", "reservations:write")),
    ("GET /api/v6/reservations/export", Needs("viewer", "reservations:read")),
    ("GET /api/v6/reservations/import/template", Needs("admin", "reservations:write")),
    ("POST /api/v6/reservations/import", Needs("admin", "reservations:write")),
    ("POST /api/v6/people/export", Needs("admin", ALL)),
    ("POST /api/v6/people/erase", Needs("admin", ALL)),
    ("GET /api/v6/reservations/{id}", Needs("viewer", "reservations:read")),
    ("PATCH /api/v6/reservations/{id}", Needs("operator", "reservations:write")),
    ("PUT /api/v6/reservations/{id}", Needs("operator", "reservations:write")),
    ("DELETE /api/v6/reservations/{id}", Needs("operator", "reservations:write")),
    ("PUT /api/v6/reservations/{id}/cancel", Needs("operator", "reservations:write")),
    ("POST /api/v6/reservations/{id}/confirm", Needs("operator", "reservations:write")),
    ("POST /api/v6/reservations/{id}/check-in", Needs("operator", "reservations:write")),
    ("POST /api/v6/reservations/{id}/check-out", Needs("operator", "reservations:write")),
    ("GET /api/v6/reservations/{id}/history", Needs("viewer", "reservations:read")),
    ("GET /api/v6/devices", Needs("viewer", "devices:read")),
    ("GET /api/v6/devices/export", Needs("viewer", "devices:read")),
    ("GET /api/v6/devices/{id}", Needs("viewer", "devices:read")),
    ("GET /api/v6/devices/{id}/history", Needs("viewer", "devices:read")),
    ("GET /api/v6/gateways", Needs("viewer", "devices:read")),
    ("GET /api/v6/gateways/{id}", Needs("viewer", "devices:read")),
    ("GET /api/v6/chirpstack", Needs("viewer", "devices:read")),
    ("PATCH /api/v6/chirpstack", Needs("admin", "devices:write")),
    ("GET /api/v6/chirpstack/differences", Needs("viewer", "devices:read")),
    ("POST /api/v6/chirpstack/differences/decide", Needs("admin", "devices:write")),
    ("GET /api/v6/chirpstack/runs", Needs("viewer", "devices:read")),
    ("POST /api/v6/chirpstack/runs", Needs("admin", "devices:write")),
    ("GET /api/v6/chirpstack/devices/{id}", Needs("viewer", "devices:read")),
    ("POST /api/v6/chirpstack/devices/{id}", Needs("admin", "devices:write")),
    ("GET /api/v6/chirpstack/tenants", Needs("platform_admin", "tenants:read")),
    ("GET /api/v6/chirpstack/links", Needs("platform_admin", "tenants:read")),
    ("POST /api/v6/chirpstack/links", Needs("platform_admin", "tenants:write")),
    ("DELETE /api/v6/chirpstack/links/{id}", Needs("platform_admin", "tenants:write")),
    ("POST /api/v6/ingest/observations", Needs("operator", "webhook:ingest")),
    ("POST /api/v6/ingest/chirpstack", Needs("operator", "webhook:ingest")),
    ("POST /api/v6/ingest/tts", Needs("operator", "webhook:ingest")),
    ("POST /api/v1/uplink", Needs("operator", "webhook:ingest")),
    ("GET /api/v6/orphans", Needs("viewer", "devices:read")),
    ("GET /api/v6/orphans/{id}", Needs("viewer", "devices:read")),
    ("POST /api/v6/device-models", Needs("admin", "devices:write")),
    ("PATCH /api/v6/device-models/{id}", Needs("admin", "devices:write")),
    ("DELETE /api/v6/device-models/{id}", Needs("admin", "devices:write")),
    ("POST /api/v6/devices", Needs("admin", "devices:write")),
    ("PATCH /api/v6/devices/{id}", Needs("admin", "devices:write")),
    ("PUT /api/v6/devices/{id}", Needs("admin", "devices:write")),
    ("DELETE /api/v6/devices/{id}", Needs("admin", "devices:write")),
    ("POST /api/v6/devices/{id}/restore", Needs("admin", "devices:write")),
    ("POST /api/v6/devices/{id}/lifecycle", Needs("admin", "devices:write")),
    ("POST /api/v6/devices/bulk/archive", Needs("admin", "devices:write")),
    ("POST /api/v6/devices/bulk/restore", Needs("admin", "devices:write")),
    ("POST /api/v6/devices/onboard", Needs("admin", "devices:write")),
    ("POST /api/v6/gateways", Needs("admin", "devices:write")),
    ("PATCH /api/v6/gateways/{id}", Needs("admin", "devices:write")),
    ("PUT /api/v6/gateways/{id}", Needs("admin", "devices:write")),
    ("DELETE /api/v6/gateways/{id}", Needs("admin", "devices:write")),
    ("POST /api/v6/devices/{id}/assign", Needs("operator", "devices:write")),
    ("POST /api/v6/devices/{id}/unassign", Needs("operator", "devices:write")),
    ("POST /api/v6/orphans/{id}/claim", Needs("operator", "devices:write")),
    ("POST /api/v6/orphans/{id}/dismiss", Needs("operator", "devices:write")),
    ("POST /api/v6/orphans/{id}/restore", Needs("operator", "devices:write")),
    ("POST /api/v6/orphans/bulk/dismiss", Needs("operator", "devices:write")),
    ("POST /api/v6/orphans/bulk/restore", Needs("operator", "devices:write")),
    ("GET /api/v6/devices/pool/stats", Needs("platform_admin", "tenants:read")),
    ("POST /api/v6/devices/{id}/transfer", Needs("platform_admin", "tenants:write")),
    ("GET /api/v6/alarms", Needs("viewer", "devices:read")),
    ("GET /api/v6/alarms/summary", Needs("viewer", "devices:read")),
    ("GET /api/v6/alarms/{id}", Needs("viewer", "devices:read")),
    ("GET /api/v6/alarms/rules", Needs("viewer", "devices:read")),
    ("POST /api/v6/alarms/{id}/acknowledge", Needs("operator", "devices:write")),
    ("POST /api/v6/alarms/{id}/unacknowledge", Needs("operator", "devices:write")),
    ("POST /api/v6/alarms/{id}/mute", Needs("operator", "devices:write")),
    ("POST /api/v6/alarms/{id}/unmute", Needs("operator", "devices:write")),
    ("POST /api/v6/alarms/{id}/comments", Needs("operator", "devices:write")),
    ("POST /api/v6/alarms/bulk/acknowledge", Needs("operator", "devices:write")),
    ("POST /api/v6/alarms/bulk/unacknowledge", Needs("operator", "devices:write")),
    ("POST /api/v6/alarms/bulk/mute", Needs("operator", "devices:write")),
    ("POST /api/v6/alarms/bulk/unmute", Needs("operator", "devices:write")),
    ("PUT /api/v6/alarms/rules", Needs("admin", "devices:write")),
    ("GET /api/v6/alarms/recipients", Needs("admin", "devices:write")),
    ("POST /api/v6/alarms/recipients", Needs("admin", "devices:write")),
    ("GET /api/v6/alarms/recipients/{id}", Needs("admin", "devices:write")),
    ("PATCH /api/v6/alarms/recipients/{id}", Needs("admin", "devices:write")),
    ("DELETE /api/v6/alarms/recipients/{id}", Needs("admin", "devices:write")),
    ("POST /api/v6/alarms/recipients/{id}/test", Needs("admin", "devices:write")),
    ("GET /api/v6/imports", Needs("admin", ALL)),
    ("POST /api/v6/imports", Needs("admin", ALL)),
    ("GET /api/v6/imports/template", Needs("admin", ALL)),
    ("GET /api/v6/imports/{id}", Needs("admin", ALL)),
    ("GET /api/v6/imports/{id}/rows", Needs("admin", ALL)),
    ("GET /api/v6/imports/{id}/rows/export", Needs("admin", ALL)),
    ("PUT /api/v6/imports/{id}/mapping", Needs("admin", ALL)),
    ("POST /api/v6/imports/{id}/check", Needs("admin", ALL)),
    ("POST /api/v6/imports/{id}/start", Needs("admin", ALL)),
    ("POST /api/v6/imports/{id}/cancel", Needs("admin", ALL)),
    ("POST /api/v6/imports/{id}/undo", Needs("admin", ALL)),
    ("GET /api/v6/audit-log", Needs("admin", ALL)),
    ("GET /api/v6/audit-log/{id}", Needs("admin", ALL)),
    ("GET /api/v6/audit-log/export", Needs("admin", ALL)),
    ("GET /api/v6/audit-log/verify", Needs("admin", ALL)),

];

/// Operations the server describes and nobody wrote a rule for, and rules without an operation.
pub(super) fn unpaired<'a>(operations: impl Iterator<Item = &'a str>) -> Vec<String> {
    let described: Vec<&str> = operations.collect();
    let without = described.iter().filter(|name| rule(name).is_none());
    let idle = RULES.iter().map(|(name, _)| name);
    let idle = idle.filter(|name| !described.contains(name));
    without
        .map(|name| format!("{name} has no rule"))
        .chain(idle.map(|name| format!("the rule of {name} has no operation")))
        .collect()
}

fn rule(operation: &str) -> Option<Rule> {
    let found = RULES.iter().find(|(name, _)| *name == operation);
    found.map(|(_, rule)| *rule)
}

/// The verdict on a caller at an operation.
pub(super) fn verdict(operation: &str, caller: Shows) -> Verdict {
    let rule = rule(operation).unwrap_or_else(|| panic!("{operation} has no rule"));
    let (role, scopes) = match caller {
        _ if rule == Public => return Verdict::Admitted,
        // One code for both, or a thief could tell a key that once was good.
        Shows::Nothing | Shows::NothingGood => return Verdict::Refused(401, "unauthenticated"),
        Shows::Session(role) => (role, None),
        Shows::Key(role, scopes) => (role, Some(scopes)),
    };
    let reaches = |lowest| {
        if rank(role) >= rank(lowest) {
            Verdict::Admitted
        } else {
            FORBIDDEN
        }
    };
    match (rule, scopes) {
        (Public | Authenticated, _) | (Person, None) => Verdict::Admitted,
        (Person | PersonWith(_), Some(_)) => Verdict::Refused(403, "person_required"),
        (Needs(_, scope), Some(held)) if !opens(held, scope) => FORBIDDEN,
        (PersonWith(lowest), None) | (Needs(lowest, _), _) => reaches(lowest),
    }
}

const FORBIDDEN: Verdict = Verdict::Refused(403, "forbidden");

fn rank(role: &str) -> usize {
    let found = ROLES.iter().position(|name| *name == role);
    found.unwrap_or_else(|| panic!("{role} is no role"))
}

/// Whether one of the scopes is the wanted one, its writing form, or everything.
fn opens(held: &[&str], wanted: &str) -> bool {
    let writing = wanted.replace(":read", ":write");
    held.iter()
        .any(|scope| *scope == wanted || *scope == writing || *scope == ALL)
}
