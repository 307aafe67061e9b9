//! The roles the product runs as, and how a new installation gets them.

use secrecy::{ExposeSecret as _, SecretString};
use sqlx::{AssertSqlSafe, Connection as _, PgConnection, postgres::PgConnectOptions};
use thiserror::Error;

use crate::DbError;

/// The statements that make the roles, for people whose account may not run them.
pub const SQL: &str = include_str!("../sql/roles.sql");

/// Why the roles could not be made.
#[derive(Debug, Error)]
pub enum RolesError {
    /// The account may neither create roles nor use those that are there.
    #[error("this account may not create the roles of the platform")]
    NotAllowed,
    /// Anything else.
    #[error(transparent)]
    Db(#[from] DbError),
}

impl From<sqlx::Error> for RolesError {
    fn from(error: sqlx::Error) -> Self {
        Self::Db(error.into())
    }
}

/// Makes sure that the roles exist and that `login` may take them, if this account can.
///
/// `login` is created when it is missing; its password is set when one is given.
pub async fn ensure(
    connect: &PgConnectOptions,
    login: &str,
    password: Option<&SecretString>,
) -> Result<(), RolesError> {
    let mut conn = PgConnection::connect_with(connect).await?;
    if is_ready(&mut conn, login).await? && password.is_none() {
        return Ok(());
    }
    if !may_create_roles(&mut conn).await? {
        return Err(RolesError::NotAllowed);
    }
    // Two installations that start at once wait for each other here.
    let mut tx = conn.begin().await?;
    sqlx::query("select pg_advisory_xact_lock(7275742)")
        .execute(&mut *tx)
        .await?;
    sqlx::raw_sql(SQL).execute(&mut *tx).await?;
    let login = quote_identifier(login);
    let set_password = password.map_or_else(String::new, |password| {
        format!(
            "alter role {login} password {};",
            quote_literal(password.expose_secret())
        )
    });
    let statements = format!(
        "do $$ begin create role {login} login noinherit; exception when duplicate_object then null; end $$;
         grant parking_tenant, parking_platform, parking_worker to {login};
         do $$ begin execute format('grant parking_owner to %I', current_user); end $$;
         {set_password}"
    );
    sqlx::raw_sql(AssertSqlSafe(statements))
        .execute(&mut *tx)
        .await?;
    tx.commit().await?;
    Ok(())
}

/// Whether every role exists, the login may take the three it needs, we may act as the owner, and what the
/// owner may not make is there.
async fn is_ready(conn: &mut PgConnection, login: &str) -> Result<bool, sqlx::Error> {
    let roles: i64 = sqlx::query_scalar("select count(*) from pg_roles where rolname = any($1)")
        .bind([
            "parking_owner",
            "parking_tenant",
            "parking_platform",
            "parking_worker",
            login,
        ])
        .fetch_one(&mut *conn)
        .await?;
    if roles < 5 {
        return Ok(false);
    }
    sqlx::query_scalar(
        "select pg_has_role($1, 'parking_tenant', 'member')
            and pg_has_role($1, 'parking_platform', 'member')
            and pg_has_role($1, 'parking_worker', 'member')
            and pg_has_role(current_user, 'parking_owner', 'member')
            and has_schema_privilege('parking_owner', 'public', 'create')
            and exists (select from pg_extension where extname = 'btree_gist')",
    )
    .bind(login)
    .fetch_one(conn)
    .await
}

async fn may_create_roles(conn: &mut PgConnection) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar(
        "select rolsuper or rolcreaterole from pg_roles where rolname = current_user",
    )
    .fetch_one(conn)
    .await
}

fn quote_identifier(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

fn quote_literal(text: &str) -> String {
    format!("E'{}'", text.replace('\\', "\\\\").replace('\'', "\\'"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quoting_leaves_no_way_out() {
        assert_eq!(quote_identifier(r#"a"b"#), r#""a""b""#);
        assert_eq!(quote_literal(r"it's \ here"), r"E'it\'s \\ here'");
    }
}
