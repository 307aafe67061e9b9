//! A server with people on it, for tests whose story begins later than the first sign-in.

use parking_domain::ids::fresh;
use serde_json::json;
use sqlx::PgConnection;
use sqlx::types::Uuid;

use super::TestServer;
use super::actors::{Member, Owner, PlatformAdmin, text};
use super::server::ADMIN_EMAIL;

/// A server, and who runs it.
pub(crate) struct Stage {
    pub(crate) server: TestServer,
    pub(crate) platform: PlatformAdmin,
}

impl Stage {
    /// A server whose administrator has signed in.
    pub(crate) async fn set() -> Self {
        Self::set_with(&[]).await
    }

    /// The same with settings of the test's own.
    pub(crate) async fn set_with(own: &[(&str, &str)]) -> Self {
        let server = TestServer::start_with(own).await;
        let platform = PlatformAdmin::signs_in(&server).await;
        Self { server, platform }
    }

    /// A customer with room for many people, and its owner.
    pub(crate) async fn customer(&self, name: &str) -> Owner {
        self.customer_of_tier(name, "enterprise").await
    }

    /// A customer of a tier, and its owner.
    pub(crate) async fn customer_of_tier(&self, name: &str, tier: &str) -> Owner {
        let request = json!({ "name": name, "tier": tier });
        let tenant = self.platform.creates_tenant(&request).await;
        let owner = format!("owner@{}.test", text(&tenant, "slug"));
        Owner(self.person(text(&tenant, "id"), "owner", &owner).await)
    }

    /// A new person with a role in a tenant, signed in.
    pub(crate) async fn person(&self, tenant: &str, role: &str, email: &str) -> Member {
        self.enrols(tenant, role, email).await;
        Member::signs_in(&self.server, email).await
    }

    /// Writes a person down as if they had accepted an invitation long ago. Their password is the
    /// administrator's, so that no test waits for another hash.
    pub(crate) async fn enrols(&self, tenant: &str, role: &str, email: &str) -> Uuid {
        let (tenant, user) = (Uuid::parse_str(tenant).unwrap(), fresh());
        let mut admin = self.server.superuser().await;
        sqlx::query(
            "with person as (
               insert into users (id, email, email_key, name, password_hash, email_verified_at, created_at, updated_at)
               select $1, $2, lower($2), 'Somebody', password_hash, now(), now(), now() from users where email_key = $3
               returning id)
             insert into memberships (tenant_id, id, user_id, role, created_at, updated_at)
             select $4, gen_random_uuid(), $1, $5, now(), now() from person",
        )
        .bind(user)
        .bind(email)
        .bind(ADMIN_EMAIL)
        .bind(tenant)
        .bind(role)
        .execute(&mut admin)
        .await
        .unwrap();
        user
    }
}

/// A fingerprint of everything that a refused request must leave alone.
pub(crate) async fn digest(admin: &mut PgConnection) -> String {
    sqlx::query_scalar(DIGEST).fetch_one(admin).await.unwrap()
}

/// What changes by being looked at (last use, sign-ins) and what the server does beside requests
/// (jobs, audit, a stranger's messages becoming an orphan) is not part of it. That a lamp is tried out ends
/// by itself; that it was stays in the log.
const DIGEST: &str = "select concat_ws(' ',
    (select sum(hashtext(t::text)) from tenants t),
    (select sum(hashtext(u::text)) from tenant_usage u),
    (select sum(hashtext((u.name, u.theme, u.is_active, u.password_hash)::text)) from users u),
    (select sum(hashtext(m::text)) from memberships m),
    (select sum(hashtext((i.id, i.role, i.accepted_at, i.revoked_at)::text)) from invitations i),
    (select sum(hashtext((k.id, k.name, k.role, k.scopes, k.revoked_at)::text)) from api_keys k),
    (select sum(hashtext(s::text)) from sites s),
    (select sum(hashtext(l::text)) from levels l),
    (select sum(hashtext(z::text)) from zones z),
    (select sum(hashtext(b::text)) from spaces b),
    (select sum(hashtext(o::text)) from overrides o),
    (select sum(hashtext(c::text)) from closures c),
    (select sum(hashtext(y::text)) from display_policies y),
    (select sum(hashtext((v.id, v.version, v.ticket_number)::text)) from reservations v),
    (select sum(hashtext(m::text)) from reservation_terms m),
    (select sum(hashtext(s::text)) from reservation_series s),
    (select sum(hashtext((w.id, w.version)::text)) from waitlist_entries w),
    (select sum(hashtext((to_jsonb(f) - 'last_used_at')::text)) from calendar_feeds f),
    (select sum(hashtext(d::text)) from devices d),
    (select sum(hashtext(a::text)) from device_assignments a),
    (select sum(hashtext(n::text)) from device_models n),
    (select sum(hashtext(g::text)) from gateways g),
    (select count(*) from audit_log l where l.action = 'display.tested'),
    (select sum(hashtext((k.id, k.kind, k.created_by)::text)) from downlinks k where k.kind = 'raw'),
    (select sum(hashtext((c.tenant_id, c.gives, c.version)::text)) from chirpstack_links c),
    (select sum(hashtext((c.id, c.wanted, c.ignored_at)::text)) from chirpstack_items c),
    (select sum(hashtext(p::text)) from orphan_devices p where p.dev_eui <> 'FEEDFEEDFEEDFEED'),
    (select sum(hashtext((r.id, r.acknowledged_at, r.muted_until)::text)) from alarms r),
    (select sum(hashtext(c::text)) from alarm_comments c),
    (select sum(hashtext(h::text)) from alarm_rules h),
    (select sum(hashtext(q::text)) from alarm_recipients q),
    (select sum(hashtext((f.id, f.mapping, f.started_at)::text)) from imports f),
    (select sum(hashtext((r.id, r.acknowledged_at, r.muted_until)::text)) from alarms r),
    (select sum(hashtext(c::text)) from alarm_comments c),
    (select sum(hashtext(h::text)) from alarm_rules h),
    (select sum(hashtext(q::text)) from alarm_recipients q),
    (select sum(hashtext((w.id, w.expires_at, w.revoked_at)::text)) from webhook_secrets w),
    (select sum(hashtext((h.id, h.version, h.deleted_at)::text)) from webhooks h),
    (select sum(hashtext((s.id, s.ended_at)::text)) from sessions s where s.ended_at is not null))";
