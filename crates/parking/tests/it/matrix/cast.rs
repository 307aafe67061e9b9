//! Who calls, and the things they call for.

use std::cell::Cell;

use chrono::{SecondsFormat, TimeDelta, Utc};
use parking_domain::ids::fresh;
use serde_json::{Value, json};
use sqlx::types::Uuid;
use sqlx::{AssertSqlSafe, PgConnection};
use tokio::sync::Mutex;

use super::expect::Shows;
use super::recipes::{Recipe, Thing};
use crate::harness::actors::{Member, Owner, PlatformAdmin};
use crate::harness::stage::digest;
use crate::harness::{Api, Stage};

/// Whose the thing is that an id names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Whose {
    Own,
    Foreign,
    Nobodys,
}

/// A kind of caller.
pub(super) struct Actor {
    pub(super) name: &'static str,
    pub(super) api: Api,
    pub(super) shows: Shows,
    /// The tenant they are in, or would be.
    pub(super) tenant: Uuid,
    /// The account, where there is one.
    pub(super) user: Option<Uuid>,
}

/// Everybody, and a connection that sees everything.
pub(super) struct Cast {
    pub(super) stage: Stage,
    pub(super) actors: Vec<Actor>,
    /// Two customers.
    tenants: [Uuid; 2],
    admin: Mutex<PgConnection>,
    fresh_emails: Cell<u32>,
}

fn id(text: &str) -> Uuid {
    Uuid::parse_str(text).expect("an id")
}

fn person(name: &'static str, role: &'static str, member: &Member) -> Actor {
    Actor {
        name,
        api: member.api.clone(),
        shows: Shows::Session(role),
        tenant: id(member.tenant_id()),
        user: Some(id(member.id())),
    }
}

impl Cast {
    /// Two customers with everybody in them.
    pub(super) async fn assemble() -> Self {
        let stage = Stage::set_with(&[("REGISTRATION_ENABLED", "true")]).await;
        let (ours, theirs) = (stage.customer("Ours").await, stage.customer("Theirs").await);
        // Each cell makes its own thing, and things are limited.
        let room = json!({ "limits": { "users": 10_000 } });
        for tenant in [ours.tenant_id(), theirs.tenant_id()] {
            let path = format!("/api/v6/tenants/{tenant}");
            stage.platform.api.patch(&path, &room).await.expect(200);
        }
        let tenants = [id(ours.tenant_id()), id(theirs.tenant_id())];
        let mut actors = strangers(&stage, tenants[0]);
        for role in ["viewer", "operator", "admin"] {
            let email = format!("{role}@ours.test");
            let member = stage.person(ours.tenant_id(), role, &email).await;
            actors.push(person(role, role, &member));
        }
        actors.push(person("owner", "owner", &ours));
        actors.push(person("owner of another tenant", "owner", &theirs));
        actors.push(person("platform admin", "platform_admin", &stage.platform));
        actors.push(acting(&stage, &ours).await);
        actors.extend(keys(&stage, &ours).await);
        let mut admin = stage.server.superuser().await;
        // What is tried here is who may, not how many.
        sqlx::raw_sql("update tenant_usage set max = 1000000")
            .execute(&mut admin)
            .await
            .unwrap();
        Self {
            admin: Mutex::new(admin),
            stage,
            actors,
            tenants,
            fresh_emails: Cell::new(0),
        }
    }

    /// The caller with a session that may be used up. For those who have none, as they are.
    pub(super) async fn sign_in_again(&self, actor: &Actor) -> Api {
        let Shows::Session(role) = actor.shows else {
            return actor.api.clone();
        };
        let email = self.fresh_email();
        let tenant = actor.tenant.to_string();
        self.stage.person(&tenant, role, &email).await.api
    }

    /// Events in the log that no integrator could know: their types and facts are API.
    pub(super) async fn undescribed_events(&self) -> Vec<String> {
        let found: Vec<(String, Option<Value>)> = sqlx::query_as(
            "select kind, jsonb_object_agg(fact, true) filter (where fact is not null) from (
               select distinct kind, fact from events left join lateral jsonb_object_keys(payload) as fact on true) as facts
             group by kind",
        )
        .fetch_all(&mut *self.admin.lock().await)
        .await
        .unwrap();
        assert!(found.len() > 25, "{found:?}");
        let is_described = |kind: &str, facts: &Option<Value>| {
            let facts = facts
                .as_ref()
                .and_then(Value::as_object)
                .into_iter()
                .flat_map(|facts| facts.keys());
            parking_domain::event_types::describes(kind, facts)
        };
        let strange = found
            .into_iter()
            .filter(|(kind, facts)| !is_described(kind, facts));
        strange
            .map(|(kind, facts)| format!("{kind} {facts:?}"))
            .collect()
    }

    /// The body of a recipe for a caller.
    pub(super) fn fill(&self, body: &Value, actor: &Actor) -> Value {
        if body.is_null() {
            return Value::Null;
        }
        let text = body
            .to_string()
            .replace("$email", &self.fresh_email())
            .replace("$later", &instant(25))
            .replace("$tomorrow", &instant(24))
            .replace("$eui", &an_eui())
            .replace("$tenant", &actor.tenant.to_string());
        serde_json::from_str(&text).expect("still JSON")
    }

    /// Makes the ground ready for a recipe.
    pub(super) async fn make_ground(&self, recipe: &Recipe, actor: &Actor) {
        let sql = recipe.ground.replace("$tenant", &actor.tenant.to_string());
        let mut admin = self.admin.lock().await;
        sqlx::raw_sql(AssertSqlSafe(sql))
            .execute(&mut *admin)
            .await
            .unwrap();
    }

    /// The id of a thing, made for this one call.
    pub(super) async fn id_of(&self, thing: Thing, actor: &Actor, whose: Whose) -> Uuid {
        let elsewhere = self.tenants[usize::from(actor.tenant == self.tenants[0])];
        let tenant = match (whose, thing) {
            _ if thing == Thing::Nothing => return Uuid::nil(),
            (Whose::Nobodys, _) => return fresh(),
            (Whose::Own, Thing::Tenant) => fresh(),
            (Whose::Own, _) => actor.tenant,
            (Whose::Foreign, _) => elsewhere,
        };
        let user = actor.user.unwrap_or_else(Uuid::nil);
        let whose = if whose == Whose::Own { "=" } else { "<>" };
        let sql = making(thing)
            .replace("$id", &format!("'{}'", fresh()))
            .replace("$eui", &format!("'{}'", an_eui()))
            .replace("$tenant", &format!("'{tenant}'"))
            .replace("$whose", &format!("{whose} '{user}'"));
        let mut admin = self.admin.lock().await;
        let made = sqlx::query_scalar(AssertSqlSafe(sql))
            .fetch_optional(&mut *admin)
            .await;
        // A caller without an account has no session of its own.
        made.unwrap().unwrap_or_else(fresh)
    }

    /// A fingerprint of everything that a refused call must leave alone.
    pub(super) async fn digest(&self) -> String {
        digest(&mut *self.admin.lock().await).await
    }

    fn fresh_email(&self) -> String {
        self.fresh_emails.set(self.fresh_emails.get() + 1);
        format!("fresh{}@people.test", self.fresh_emails.get())
    }
}

/// Those who show nothing, or nothing good.
fn strangers(stage: &Stage, tenant: Uuid) -> Vec<Actor> {
    let anonymous = stage.server.anonymous();
    let forged =
        "eyJhbGciOiJub25lIn0.eyJzdWIiOiIwMDAwMDAwMC0wMDAwLTAwMDAtMDAwMC0wMDAwMDAwMDAwMDAifQ.";
    let stranger = |name, api, shows| Actor {
        name,
        api,
        shows,
        tenant,
        user: None,
    };
    vec![
        stranger("nobody", anonymous.clone(), Shows::Nothing),
        stranger(
            "a forged token",
            anonymous.bearing(forged),
            Shows::NothingGood,
        ),
        stranger(
            "nonsense",
            anonymous.with("authorization", "Basic cm9vdA=="),
            Shows::NothingGood,
        ),
    ]
}

/// A platform admin who has gone into a customer's tenant, where they are an admin.
async fn acting(stage: &Stage, owner: &Owner) -> Actor {
    let platform = PlatformAdmin::signs_in(&stage.server).await;
    let inside = platform.steps_into(owner.tenant_id(), "a look").await;
    let inside = Member::with_session(&platform.api, &inside.expect(200));
    person("platform admin inside", "admin", &inside)
}

/// Keys of a tenant: as weak, as narrow, as strong and as dead as they come.
#[rustfmt::skip]
const KEYS: &[(&str, &str, &[&str], Option<&str>)] = &[
    // A scope is needed to make a key; this one opens nothing that exists yet.
    ("a key without scopes", "owner", &["webhook:ingest"], None),
    ("a key with all scopes", "owner", &["admin:*"], None),
    ("a key that reads users", "owner", &["users:read"], None),
    ("a key that changes the tenant", "owner", &["tenants:write"], None),
    ("an operator's key that changes bays", "operator", &["spaces:write"], None),
    ("a viewer's key that reads sites", "viewer", &["sites:read"], None),
    ("a viewer's key with all scopes", "viewer", &["admin:*"], None),
    ("an admin's key with all scopes", "admin", &["admin:*"], None),
    ("an admin's key that changes the tenant", "admin", &["tenants:write"], None),
    ("an expired key", "owner", &["admin:*"], Some("expires_at = now() - interval '1 hour'")),
    ("a revoked key", "owner", &["admin:*"], Some("revoked_at = now()")),
];

async fn keys(stage: &Stage, owner: &Owner) -> Vec<Actor> {
    let mut admin = stage.server.superuser().await;
    let tenant = id(owner.tenant_id());
    let mut actors = Vec::new();
    for (name, role, scopes, end) in KEYS {
        let key = owner.makes_key(role, scopes).await;
        let shows = match end {
            None => Shows::Key(role, scopes),
            Some(end) => {
                let sql = format!("update api_keys set {end} where id = '{}'", key.id);
                sqlx::raw_sql(AssertSqlSafe(sql))
                    .execute(&mut admin)
                    .await
                    .unwrap();
                Shows::NothingGood
            }
        };
        actors.push(Actor {
            name,
            api: key.api,
            shows,
            tenant,
            user: None,
        });
    }
    actors
}

/// The instant so many hours from now, as requests carry it.
fn instant(hours: i64) -> String {
    #[expect(
        clippy::disallowed_methods,
        reason = "the server under test goes by the clock of the machine"
    )]
    let at = Utc::now() + TimeDelta::hours(hours);
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// How a thing is written down. `$whose` compares an account with the caller's.
fn making(thing: Thing) -> &'static str {
    match thing {
        Thing::Nothing => "select $id::uuid",
        Thing::Tenant => {
            "insert into tenants (id, name, slug, tier, requests_per_minute, created_at, updated_at)
             values ($id, 'T', $id, 'basic', 100, now(), now()) returning id"
        }
        Thing::User | Thing::Membership => {
            "with person as (insert into users (id, email, email_key, name, created_at, updated_at)
               values ($id, $id || '@people.test', $id || '@people.test', 'P', now(), now()) returning id)
             insert into memberships (tenant_id, id, user_id, role, created_at, updated_at)
             select $tenant, id, id, 'viewer', now(), now() from person returning id"
        }
        Thing::Invitation => {
            "insert into invitations (tenant_id, id, email, email_key, role, language, created_at, expires_at)
             values ($tenant, $id, $id || '@people.test', $id || '@people.test', 'viewer', 'en', now(),
               now() + interval '1 day') returning id"
        }
        Thing::ApiKey => {
            "insert into api_keys (tenant_id, id, public_id, secret_hash, name, role, scopes, created_at, updated_at)
             values ($tenant, $id, $id, '', 'K', 'viewer', '{tenants:read}', now(), now()) returning id"
        }
        Thing::WebhookSecret => {
            "insert into webhook_secrets (tenant_id, id, name, sealed_secret, created_at, expires_at)
             values ($tenant, $id, 'W', '', now(), now() + interval '1 day') returning id"
        }
        Thing::Webhook => {
            "insert into webhooks (tenant_id, id, name, url, event_types, sealed_secret, created_at, updated_at)
             values ($tenant, $id, 'W', 'https://hook.invalid/', '{tenant.limit_near}', '', now(), now()) returning id"
        }
        Thing::Delivery => {
            "with hook as (insert into webhooks (tenant_id, id, name, url, event_types, sealed_secret, created_at, updated_at)
               values ($tenant, $id, 'W', 'https://hook.invalid/', '{tenant.limit_near}', '', now(), now()) returning id)
             insert into webhook_deliveries (tenant_id, id, webhook_id, event_type, body, status, created_at)
             select $tenant, id, id, 'site.created', '{}', 'failed', now() from hook returning id"
        }
        Thing::AuditEntry => {
            "insert into audit_log (tenant_id, id, seq, at, actor_type, action, entity_type, prev_hash, hash)
             values ($tenant, $id, 0, now(), 'system', 'tenant.updated', 'tenant', '', '') returning id"
        }
        Thing::Session => {
            "insert into sessions (id, user_id, created_at, last_used_at, expires_at)
             select $id::uuid, id, now(), now(), now() + interval '1 day' from users where id $whose limit 1
             returning id"
        }
        thing => making_of_estate(thing),
    }
}

/// The same for what customers own.
fn making_of_estate(thing: Thing) -> &'static str {
    match thing {
        Thing::Level => {
            "with site as (insert into sites (tenant_id, id, name, slug, timezone, created_at, updated_at)
               values ($tenant, $id, 'S', $id, 'UTC', now(), now()) returning id)
             insert into levels (tenant_id, id, site_id, name, created_at, updated_at)
             select $tenant, id, id, 'L', now(), now() from site returning id"
        }
        Thing::DrawnLevel => {
            "with site as (insert into sites (tenant_id, id, name, slug, timezone, created_at, updated_at)
               values ($tenant, $id, 'S', $id, 'UTC', now(), now()) returning id),
             level as (insert into levels (tenant_id, id, site_id, name, created_at, updated_at)
               select $tenant, id, id, 'L', now(), now() from site returning id)
             insert into plans (tenant_id, level_id, media_type, width, height, image, sha256, uploaded_at)
             select $tenant, id, 'image/png', 1, 1, '', '', now() from level returning level_id"
        }
        Thing::Zone => {
            "with site as (insert into sites (tenant_id, id, name, slug, timezone, created_at, updated_at)
               values ($tenant, $id, 'S', $id, 'UTC', now(), now()) returning id)
             insert into zones (tenant_id, id, site_id, name, created_at, updated_at)
             select $tenant, id, id, 'Z', now(), now() from site returning id"
        }
        Thing::Space => {
            "with site as (insert into sites (tenant_id, id, name, slug, timezone, created_at, updated_at)
               values ($tenant, $id, 'S', $id, 'UTC', now(), now()) returning id)
             insert into spaces (tenant_id, id, site_id, code, code_order, state_changed_at, created_at, updated_at)
             select $tenant, id, id, 'B', 'B', now(), now(), now() from site returning id"
        }
        Thing::CalendarFeed | Thing::Series => making_of_calendar(thing),
        Thing::Waiting | Thing::Offered => making_of_waitlist(thing),
        Thing::Reservation | Thing::HeldSpace | Thing::Arrived => making_of_reservation(thing),
        Thing::Model => {
            "insert into device_models (tenant_id, id, slug, vendor, name, based_on, created_at, updated_at)
             values ($tenant, $id, $id, 'V', 'M', 'milesight-ds3604', now(), now()) returning id"
        }
        Thing::Device | Thing::PooledDevice => {
            "insert into devices (tenant_id, id, dev_eui, is_sensor, lifecycle_changed_at, created_at, updated_at)
             values ($tenant, $id, $eui, true, now(), now(), now()) returning id"
        }
        Thing::Display | Thing::Downlink | Thing::FailedDownlink => making_of_display(thing),
        Thing::Gateway => {
            "insert into gateways (tenant_id, id, eui, name, created_at, updated_at)
             values ($tenant, $id, $eui, 'G', now(), now()) returning id"
        }
        Thing::Alarm => {
            "insert into alarms (tenant_id, id, kind, severity, subject_type, subject_id, subject_name, raised_at)
             values ($tenant, $id, 'device_silent', 'warning', 'device', $id, 'D', now()) returning id"
        }
        Thing::AlarmRecipient => {
            "insert into alarm_recipients (tenant_id, id, email, language, severity_min, created_at, updated_at)
             values ($tenant, $id, $id || '@people.test', 'en', 'warning', now(), now()) returning id"
        }
        Thing::Orphan => {
            "insert into orphan_devices (tenant_id, id, dev_eui, first_seen_at, last_seen_at, source)
             values ($tenant, $id, $eui, now(), now(), 'test') returning id"
        }
        Thing::Uplink => {
            "insert into uplinks (tenant_id, id, at, received_at, source, kind, dev_eui, shard, acted_at, outcome)
             values ($tenant, $id, now(), now(), 'observation', 'observation', $eui, 0, now(), 'orphan') returning id"
        }
        Thing::Override | Thing::Closure | Thing::DisplayPolicy => making_of_lamps(thing),
        Thing::Import | Thing::CheckedImport | Thing::DoneImport => making_of_import(thing),
        _ => {
            "insert into sites (tenant_id, id, name, slug, timezone, created_at, updated_at)
             values ($tenant, $id, 'S', $id, 'UTC', now(), now()) returning id"
        }
    }
}

/// The same for what recurs, and for a link by which a calendar reads it.
fn making_of_calendar(thing: Thing) -> &'static str {
    if thing == Thing::CalendarFeed {
        "insert into calendar_feeds (tenant_id, id, user_id, name, secret_hash, created_at)
             select $tenant, $id, m.user_id, 'F', convert_to($id, 'UTF8'), now() from memberships m where m.tenant_id = $tenant
             order by m.user_id $whose desc limit 1 returning id"
    } else {
        "with site as (insert into sites (tenant_id, id, name, slug, timezone, created_at, updated_at)
               values ($tenant, $id, 'S', $id, 'UTC', now(), now()) returning id),
             space as (insert into spaces (tenant_id, id, site_id, code, code_order, state_changed_at, created_at, updated_at)
               select $tenant, id, id, 'B', 'B', now(), now(), now() from site returning id),
             series as (insert into reservation_series (tenant_id, id, space_id, rule, timezone, start_time, end_time, created_at, updated_at)
               select $tenant, id, id, 'FREQ=DAILY;COUNT=1', 'UTC', now() + interval '1 day', now() + interval '25 hours', now(), now()
               from space returning id)
             insert into reservations (tenant_id, id, space_id, series_id, recurs_at, status, start_time, end_time, blocks_from,
               blocks_until, opens_at, no_show_at, created_at, updated_at)
             select $tenant, id, id, id, now() + interval '1 day', 'confirmed', now() + interval '1 day', now() + interval '25 hours',
               now() + interval '1 day', now() + interval '25 hours', now(), now() + interval '25 hours', now(), now()
             from series returning id"
    }
}

/// The same for those who wait: one for a bay of a site that has none, and one who is offered a bay.
fn making_of_waitlist(thing: Thing) -> &'static str {
    if thing == Thing::Waiting {
        "with site as (insert into sites (tenant_id, id, name, slug, timezone, created_at, updated_at)
               values ($tenant, $id, 'S', $id, 'UTC', now(), now()) returning id)
             insert into waitlist_entries (tenant_id, id, site_id, start_time, end_time, status, created_at, updated_at)
             select $tenant, id, id, now() + interval '1 day', now() + interval '25 hours', 'waiting', now(), now() from site
             returning id"
    } else {
        "with site as (insert into sites (tenant_id, id, name, slug, timezone, created_at, updated_at)
               values ($tenant, $id, 'S', $id, 'UTC', now(), now()) returning id),
             space as (insert into spaces (tenant_id, id, site_id, code, code_order, state_changed_at, created_at, updated_at)
               select $tenant, id, id, 'B', 'B', now(), now(), now() from site returning id),
             hold as (insert into reservations (tenant_id, id, space_id, status, hold_until, start_time, end_time, blocks_from,
                 blocks_until, opens_at, no_show_at, created_at, updated_at)
               select $tenant, id, id, 'pending', now() + interval '12 hours', now() + interval '1 day', now() + interval '25 hours',
                 now() + interval '1 day', now() + interval '25 hours', now(), now() + interval '25 hours', now(), now()
               from space returning id)
             insert into waitlist_entries (tenant_id, id, site_id, start_time, end_time, status, reservation_id, claim_until,
               created_at, updated_at)
             select $tenant, id, id, now() + interval '1 day', now() + interval '25 hours', 'offered', id,
               now() + interval '12 hours', now(), now() from hold returning id"
    }
}

/// The same for reservations: one that has begun, one that is held, and one whose vehicle is there.
fn making_of_reservation(thing: Thing) -> &'static str {
    macro_rules! reservation {
        ($columns:literal, $status:literal, $values:literal) => {
            concat!(
                "with site as (insert into sites (tenant_id, id, name, slug, timezone, created_at, updated_at)
                   values ($tenant, $id, 'S', $id, 'UTC', now(), now()) returning id),
                 space as (insert into spaces (tenant_id, id, site_id, code, code_order, state_changed_at, created_at, updated_at)
                   select $tenant, id, id, 'B', 'B', now(), now(), now() from site returning id)
                 insert into reservations (tenant_id, id, space_id, start_time, end_time, blocks_from, blocks_until, opens_at,
                   no_show_at, created_at, updated_at, status",
                $columns,
                ") select $tenant, id, id, now(), now() + interval '1 hour', now(), now() + interval '1 hour', now(),
                   now() + interval '1 hour', now(), now(), '",
                $status,
                "'",
                $values,
                " from space returning id"
            )
        };
    }
    match thing {
        Thing::HeldSpace => reservation!("", "pending", ""),
        Thing::Arrived => reservation!(
            ", checked_in_at, checked_in_by",
            "confirmed",
            ", now(), 'person'"
        ),
        _ => reservation!("", "confirmed", ""),
    }
}

/// The same for lamps and commands to them.
fn making_of_display(thing: Thing) -> &'static str {
    match thing {
        Thing::FailedDownlink => {
            "with device as (insert into devices (tenant_id, id, dev_eui, model, is_display, lifecycle_changed_at, created_at, updated_at)
               values ($tenant, $id, $eui, 'plenom-busylight-omega', true, now(), now(), now()) returning id, dev_eui),
             lamp as (insert into lamps (tenant_id, id, due_at) select $tenant, id, now() + interval '1 day' from device returning id)
             insert into downlinks (tenant_id, id, device_id, dev_eui, kind, f_port, payload, patience_seconds, status, created_at, finished_at)
             select $tenant, id, id, dev_eui, 'state', 15, '\\x01', 30, 'failed', now(), now() from device returning id"
        }
        _ => {
            "with device as (insert into devices (tenant_id, id, dev_eui, model, is_display, lifecycle_changed_at, created_at, updated_at)
               values ($tenant, $id, $eui, 'plenom-busylight-omega', true, now(), now(), now()) returning id, dev_eui),
             lamp as (insert into lamps (tenant_id, id, due_at) select $tenant, id, now() + interval '1 day' from device returning id)
             insert into downlinks (tenant_id, id, device_id, dev_eui, kind, f_port, payload, patience_seconds, status, created_at, due_at)
             select $tenant, id, id, dev_eui, 'state', 15, '\\x01', 30, 'waiting', now(), now() + interval '1 day' from device returning id"
        }
    }
}

/// The same for what decides what lamps show.
fn making_of_lamps(thing: Thing) -> &'static str {
    match thing {
        Thing::Override => {
            "with site as (insert into sites (tenant_id, id, name, slug, timezone, created_at, updated_at)
               values ($tenant, $id, 'S', $id, 'UTC', now(), now()) returning id),
             space as (insert into spaces (tenant_id, id, site_id, code, code_order, state_changed_at, created_at, updated_at)
               select $tenant, id, id, 'B', 'B', now(), now(), now() from site returning id)
             insert into overrides (tenant_id, id, space_id, kind, starts_at, reason, created_at)
             select $tenant, id, id, 'blocked', now(), 'R', now() from space returning id"
        }
        Thing::Closure => {
            "with site as (insert into sites (tenant_id, id, name, slug, timezone, created_at, updated_at)
               values ($tenant, $id, 'S', $id, 'UTC', now(), now()) returning id)
             insert into closures (tenant_id, id, site_id, name, kind, starts_at, ends_at, reason, created_at, updated_at)
             select $tenant, id, id, 'C', 'blocked', now(), now() + interval '1 year', 'R', now(), now() from site returning id"
        }
        _ => {
            "insert into display_policies (tenant_id, id, name, reserved_soon_threshold_sec, sensor_unknown_timeout_sec, free_color,
               occupied_color, reserved_color, reserved_soon_color, blocked_color, out_of_service_color, unknown_color,
               blink_reserved_soon, blink_pattern_ms, allow_sensor_override, offline_rule, default_state, created_at, updated_at)
             values ($tenant, $id, $id, 900, 60, '00FF00', 'FF0000', 'FFA500', 'FFFF00', '808080', '800080', 'FFFFFF', false, 500,
               true, 'unknown', 'unknown', now(), now()) returning id"
        }
    }
}

/// The same for files of what customers own.
fn making_of_import(thing: Thing) -> &'static str {
    match thing {
        Thing::CheckedImport => {
            "with import as (insert into imports (tenant_id, id, kind, file_name, header, mapping, rows_total, rows_ready, status,
                 created_by, created_at, updated_at)
               values ($tenant, $id, 'spaces', 'f', '{code}', '{\"code\": 0}', 1, 1, 'checked', 'c', now(), now()) returning id)
             insert into import_rows (tenant_id, import_id, line, sealed_cells, verdict)
             select $tenant, id, 2, '', 'ready' from import returning import_id"
        }
        Thing::DoneImport => {
            "with import as (insert into imports (tenant_id, id, kind, file_name, header, mapping, rows_total, rows_created, status,
                 created_by, created_at, updated_at)
               values ($tenant, $id, 'spaces', 'f', '{code}', '{\"code\": 0}', 1, 1, 'done', 'c', now(), now()) returning id)
             insert into import_rows (tenant_id, import_id, line, sealed_cells, verdict, target_id)
             select $tenant, id, 2, '', 'created', id from import returning import_id"
        }
        _ => {
            "insert into imports (tenant_id, id, kind, file_name, header, mapping, rows_total, created_by, created_at, updated_at)
             values ($tenant, $id, 'spaces', 'f', '{code}', '{\"code\": 0}', 1, 'c', now(), now()) returning id"
        }
    }
}

/// An EUI-64 nobody has.
fn an_eui() -> String {
    fresh().simple().to_string()[16..].to_uppercase()
}
