//! The SQL of users, and of where they belong.

use chrono::{DateTime, Utc};
use parking_db::{DbError, Result};
use parking_domain::access::Role;
use parking_domain::ids::TenantId;
use parking_domain::tenancy::TenantStatus;
use parking_domain::text::{Language, Name};
use serde::Deserialize;
use sqlx::PgConnection;
use sqlx::types::Json;
use uuid::Uuid;

use super::super::people::{Person, ProfileChange, Standing, TenantRef, Theme, User, UserDraft};
use super::word;

/// The most tenants of one person that are ever listed.
const TENANTS_MAX: i64 = 200;

/// A membership and its tenant, as the database hands them over.
#[derive(Debug, Deserialize)]
struct Belonging {
    id: Uuid,
    name: String,
    slug: String,
    kind: String,
    status: TenantStatus,
    role: Role,
}

impl From<Belonging> for TenantRef {
    fn from(row: Belonging) -> Self {
        Self {
            id: TenantId(row.id),
            name: row.name,
            slug: row.slug,
            kind: row.kind,
            role: row.role,
            status: row.status,
        }
    }
}

struct StandingRow {
    id: Uuid,
    email: String,
    name: String,
    language: String,
    theme: String,
    is_active: bool,
    email_verified_at: Option<DateTime<Utc>>,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    last_login_at: Option<DateTime<Utc>>,
    version: i64,
    tenants: Json<Vec<Belonging>>,
    last_tenant: Option<Uuid>,
}

impl StandingRow {
    fn standing(self) -> Result<Standing> {
        let language = Language::parse(&self.language)
            .map_err(|error| DbError::from(sqlx::Error::Decode(Box::new(error))))?;
        Ok(Standing {
            user: User {
                id: self.id,
                email: self.email,
                name: self.name,
                language,
                theme: word::<Theme>(&self.theme)?,
                is_active: self.is_active,
                email_verified: self.email_verified_at.is_some(),
                created_at: self.created_at,
                updated_at: self.updated_at,
                last_login_at: self.last_login_at,
                version: self.version,
            },
            tenants: self.tenants.0.into_iter().map(TenantRef::from).collect(),
            last_tenant: self.last_tenant.map(TenantId),
        })
    }
}

/// A person, the tenants they are an active member of, and the one they were in last. Of very many
/// tenants some are left out; never the one asked for, the one they were in last, or the platform.
pub(in super::super) async fn standing(
    conn: &mut PgConnection,
    user: Uuid,
    wanted: Option<TenantId>,
) -> Result<Option<Standing>> {
    let row = sqlx::query_as!(
        StandingRow,
        r#"select u.id, u.email, u.name, u.language, u.theme, u.is_active, u.email_verified_at, u.created_at,
             u.updated_at, u.last_login_at, u.version,
             coalesce((
               select json_agg(belonging order by belonging.created_at, belonging.id)
               from (
                 select t.id, t.name, t.slug, t.kind, t.status, m.role, m.created_at
                 from memberships m join tenants t on t.id = m.tenant_id
                 where m.user_id = u.id and m.is_active
                 order by
                   coalesce(t.id <> $3, true) and coalesce(t.id <> last.tenant_id, true) and t.kind <> 'platform',
                   m.created_at, t.id
                 limit $2
               ) as belonging), '[]') as "tenants!: Json<Vec<Belonging>>",
             last.tenant_id as "last_tenant?"
           from users u
           left join lateral (
             select s.selected_tenant_id as tenant_id from sessions s where s.user_id = u.id
             order by s.last_used_at desc limit 1) as last on true
           where u.id = $1"#,
        user,
        TENANTS_MAX,
        wanted.map(|tenant| tenant.0),
    )
    .fetch_optional(conn)
    .await?;
    row.map(StandingRow::standing).transpose()
}

/// A tenant as somebody with a role in it sees it.
pub(in super::super) async fn tenant_ref(
    conn: &mut PgConnection,
    tenant: TenantId,
    role: Role,
) -> Result<Option<TenantRef>> {
    let row = sqlx::query!(
        "select id, name, slug, kind, status from tenants where id = $1",
        tenant.0
    )
    .fetch_optional(conn)
    .await?;
    row.map(|row| {
        Ok(TenantRef {
            id: TenantId(row.id),
            name: row.name,
            slug: row.slug,
            kind: row.kind,
            role,
            status: word(&row.status)?,
        })
    })
    .transpose()
}

/// The account with an address, for proving who somebody is.
pub(in super::super) async fn by_email(
    conn: &mut PgConnection,
    email_key: &str,
) -> Result<Option<Person>> {
    let person = sqlx::query_as!(
        Person,
        r#"select u.id, u.email, u.name, u.language, u.password_hash, u.is_active,
             u.email_verified_at is not null as "email_verified!",
             (select m.tenant_id from memberships m where m.user_id = u.id and m.is_active
              order by m.created_at, m.tenant_id limit 1) as home
           from users u where u.email_key = $1"#,
        email_key,
    )
    .fetch_optional(conn)
    .await?;
    Ok(person)
}

/// The same by its identity.
pub(in super::super) async fn by_id(conn: &mut PgConnection, id: Uuid) -> Result<Option<Person>> {
    let person = sqlx::query_as!(
        Person,
        r#"select u.id, u.email, u.name, u.language, u.password_hash, u.is_active,
             u.email_verified_at is not null as "email_verified!",
             (select m.tenant_id from memberships m where m.user_id = u.id and m.is_active
              order by m.created_at, m.tenant_id limit 1) as home
           from users u where u.id = $1"#,
        id,
    )
    .fetch_optional(conn)
    .await?;
    Ok(person)
}

/// Writes an account down whose owner has shown that the address is theirs.
pub(in super::super) async fn insert(
    conn: &mut PgConnection,
    new: &UserDraft,
    now: DateTime<Utc>,
) -> Result<()> {
    sqlx::query!(
        "insert into users (id, email, email_key, name, password_hash, language, email_verified_at,
           password_changed_at, created_at, updated_at)
         values ($1, $2, $3, $4, $5, $6, $7, $7, $7, $7)",
        new.id,
        new.email.as_str(),
        new.email.key(),
        new.name.as_str(),
        new.password_hash,
        new.language.code(),
        now,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Puts a password in the place of one that was just verified; false if it changed meanwhile.
pub(in super::super) async fn replace_password(
    conn: &mut PgConnection,
    id: Uuid,
    verified_hash: &str,
    hash: &str,
    now: DateTime<Utc>,
) -> Result<bool> {
    let updated = sqlx::query!(
        "update users set password_hash = $3, password_changed_at = $4, updated_at = $4, version = version + 1
         where id = $1 and password_hash = $2",
        id,
        verified_hash,
        hash,
        now,
    )
    .execute(conn)
    .await?;
    Ok(updated.rows_affected() == 1)
}

/// Gives an account a password that was chosen by a mailed link, which also proves the address.
pub(in super::super) async fn set_password(
    conn: &mut PgConnection,
    id: Uuid,
    hash: &str,
    now: DateTime<Utc>,
) -> Result<()> {
    sqlx::query!(
        "update users set password_hash = $2, password_changed_at = $3, updated_at = $3, version = version + 1,
           email_verified_at = coalesce(email_verified_at, $3)
         where id = $1",
        id,
        hash,
        now,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Notes that somebody proved their password, and keeps it in a stronger form if there is one.
/// False if the account was disabled or its password changed since it was read.
pub(in super::super) async fn stamp_login(
    conn: &mut PgConnection,
    id: Uuid,
    verified_hash: &str,
    stronger_hash: Option<&str>,
    now: DateTime<Utc>,
) -> Result<bool> {
    let stamped = sqlx::query!(
        "update users set last_login_at = $4, password_hash = coalesce($3, password_hash)
         where id = $1 and password_hash = $2 and is_active",
        id,
        verified_hash,
        stronger_hash,
        now,
    )
    .execute(conn)
    .await?;
    Ok(stamped.rows_affected() == 1)
}

/// Notes that the address is its owner's; false if that was known.
pub(in super::super) async fn verify_email(
    conn: &mut PgConnection,
    id: Uuid,
    now: DateTime<Utc>,
) -> Result<bool> {
    let updated = sqlx::query!(
        "update users set email_verified_at = $2, updated_at = $2, version = version + 1
         where id = $1 and email_verified_at is null",
        id,
        now,
    )
    .execute(conn)
    .await?;
    Ok(updated.rows_affected() == 1)
}

/// Locks an account against other changes and tells its version.
pub(in super::super) async fn lock(conn: &mut PgConnection, id: Uuid) -> Result<Option<i64>> {
    let version = sqlx::query_scalar!("select version from users where id = $1 for update", id)
        .fetch_optional(conn)
        .await?;
    Ok(version)
}

pub(in super::super) async fn update_profile(
    conn: &mut PgConnection,
    id: Uuid,
    change: &ProfileChange,
    now: DateTime<Utc>,
) -> Result<()> {
    sqlx::query!(
        "update users set name = coalesce($2, name), language = coalesce($3, language), theme = coalesce($4, theme),
           updated_at = $5, version = version + 1
         where id = $1",
        id,
        change.name.as_ref().map(Name::as_str),
        change.language.map(Language::code),
        change.theme.map(Theme::name),
        now,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Whether anybody can sign in as a platform admin.
pub(in super::super) async fn has_platform_admin(conn: &mut PgConnection) -> Result<bool> {
    let is_there = sqlx::query_scalar!(
        r#"select exists (
             select from memberships join users on users.id = memberships.user_id
             where memberships.tenant_id = $1 and memberships.role = 'platform_admin'
               and memberships.is_active and users.is_active
           ) as "is_there!""#,
        TenantId::PLATFORM.0,
    )
    .fetch_one(conn)
    .await?;
    Ok(is_there)
}

/// Makes the account of an administrator, or takes the one that has the address.
pub(in super::super) async fn upsert_administrator(
    conn: &mut PgConnection,
    new: &UserDraft,
    now: DateTime<Utc>,
) -> Result<Uuid> {
    let id = sqlx::query_scalar!(
        "insert into users (id, email, email_key, name, password_hash, language, email_verified_at,
           password_changed_at, created_at, updated_at)
         values ($1, $2, $3, $4, $5, $6, $7, $7, $7, $7)
         on conflict (email_key) do update set password_hash = excluded.password_hash, is_active = true,
           password_changed_at = $7, updated_at = $7, version = users.version + 1
         returning id",
        new.id,
        new.email.as_str(),
        new.email.key(),
        new.name.as_str(),
        new.password_hash,
        new.language.code(),
        now,
    )
    .fetch_one(conn)
    .await?;
    Ok(id)
}

/// Makes somebody an active platform admin; false if they were one.
pub(in super::super) async fn upsert_platform_admin(
    conn: &mut PgConnection,
    membership: Uuid,
    user: Uuid,
    now: DateTime<Utc>,
) -> Result<bool> {
    let written = sqlx::query!(
        "insert into memberships (tenant_id, id, user_id, role, created_at, updated_at)
         values ($1, $2, $3, 'platform_admin', $4, $4)
         on conflict (tenant_id, user_id) do update
           set role = 'platform_admin', is_active = true, updated_at = $4, version = memberships.version + 1
           where memberships.role <> 'platform_admin' or not memberships.is_active",
        TenantId::PLATFORM.0,
        membership,
        user,
        now,
    )
    .execute(conn)
    .await?;
    Ok(written.rows_affected() == 1)
}
