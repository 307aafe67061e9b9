//! Bringing the schema up to date, as its owner.

use std::time::Duration;

use sqlx::migrate::{MigrateError, Migrator};
use sqlx::postgres::PgConnectOptions;
use sqlx::{Connection as _, PgConnection};
use thiserror::Error;

use crate::DbError;

/// Why the schema could not be brought up to date.
#[derive(Debug, Error)]
pub enum SchemaError {
    /// The database carries migrations that this program does not know.
    #[error("the database is newer than this program (migration {0}); start the newer program")]
    Newer(i64),
    /// An applied migration is not the one this program carries.
    #[error("migration {0} was applied in another form than this program carries")]
    Changed(i64),
    /// A migration failed and was undone.
    #[error("a migration failed: {0}")]
    Failed(#[source] MigrateError),
    /// The database could not be reached or did not let us in.
    #[error(transparent)]
    Db(#[from] DbError),
}

impl From<sqlx::Error> for SchemaError {
    fn from(error: sqlx::Error) -> Self {
        Self::Db(error.into())
    }
}

impl From<MigrateError> for SchemaError {
    fn from(error: MigrateError) -> Self {
        match error {
            MigrateError::VersionMissing(version) => Self::Newer(version),
            MigrateError::VersionMismatch(version) => Self::Changed(version),
            MigrateError::Execute(sqlx::Error::Io(io)) => Self::Db(sqlx::Error::Io(io).into()),
            other => Self::Failed(other),
        }
    }
}

/// Applies what is missing, as `parking_owner`. A second migration at the same time waits for
/// the first and then finds nothing to do.
pub async fn run(connect: &PgConnectOptions, migrations: &Migrator) -> Result<(), SchemaError> {
    let mut conn = PgConnection::connect_with(connect).await?;
    sqlx::query("set role parking_owner")
        .execute(&mut conn)
        .await?;
    take_turn(&mut conn).await?;
    migrations.run(&mut conn).await?;
    // So that a server which may not migrate can see whether it has to wait for one that may.
    sqlx::query("grant select on _sqlx_migrations to parking_worker")
        .execute(&mut conn)
        .await?;
    conn.close().await?;
    Ok(())
}

/// Any number will do that nothing else locks.
const TURN: i64 = 0x7061_726b_696e_6700;

/// Waits until nobody else migrates; ends with the connection.
///
/// It asks again and again, because a statement that waits has a snapshot, and `create index concurrently` waits for
/// all older snapshots: the two would wait for each other.
async fn take_turn(conn: &mut PgConnection) -> Result<(), SchemaError> {
    while !sqlx::query_scalar::<_, bool>("select pg_try_advisory_lock($1)")
        .bind(TURN)
        .fetch_one(&mut *conn)
        .await?
    {
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    Ok(())
}

/// How many of the program's migrations the database lacks; any account of ours may ask.
pub async fn pending(
    connect: &PgConnectOptions,
    migrations: &Migrator,
) -> Result<usize, SchemaError> {
    let mut conn = PgConnection::connect_with(connect).await?;
    let is_fresh: bool = sqlx::query_scalar("select to_regclass('_sqlx_migrations') is null")
        .fetch_one(&mut conn)
        .await?;
    if is_fresh {
        return Ok(migrations.iter().count());
    }
    // An account that migrates may become the owner, the login role the worker, who is let in
    // once the first migration is done.
    if sqlx::query("set role parking_owner")
        .execute(&mut conn)
        .await
        .is_err()
    {
        sqlx::query("set role parking_worker")
            .execute(&mut conn)
            .await?;
    }
    let applied: Vec<i64> =
        sqlx::query_scalar("select version from _sqlx_migrations where success order by version")
            .fetch_all(&mut conn)
            .await?;
    if let Some(unknown) = applied
        .iter()
        .find(|version| !migrations.version_exists(**version))
    {
        return Err(SchemaError::Newer(*unknown));
    }
    Ok(migrations
        .iter()
        .filter(|migration| !applied.contains(&migration.version))
        .count())
}
