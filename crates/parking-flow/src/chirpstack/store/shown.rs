//! The SQL of what is shown: differences and runs.

use chrono::{DateTime, TimeDelta, Utc};
use parking_db::{PlatformTx, Result};
use parking_domain::ids::TenantId;
use serde_json::Value;
use sqlx::{FromRow, PgConnection, Postgres, QueryBuilder};
use uuid::Uuid;

/// A difference as it is shown.
#[derive(Clone, Debug, FromRow)]
pub(in crate::chirpstack) struct Drift {
    pub(in crate::chirpstack) id: Uuid,
    pub(in crate::chirpstack) kind: String,
    pub(in crate::chirpstack) eui: String,
    pub(in crate::chirpstack) state: String,
    pub(in crate::chirpstack) differs: Vec<String>,
    pub(in crate::chirpstack) changed_side: Option<String>,
    pub(in crate::chirpstack) here_id: Option<Uuid>,
    pub(in crate::chirpstack) here_name: Option<String>,
    pub(in crate::chirpstack) here_disabled: Option<bool>,
    pub(in crate::chirpstack) there_name: Option<String>,
    pub(in crate::chirpstack) there_disabled: Option<bool>,
    pub(in crate::chirpstack) wanted: Option<String>,
    pub(in crate::chirpstack) ignored_at: Option<DateTime<Utc>>,
    pub(in crate::chirpstack) error: Option<String>,
    pub(in crate::chirpstack) tried_at: Option<DateTime<Utc>>,
    pub(in crate::chirpstack) changed_at: DateTime<Utc>,
}

/// Which differences are wanted.
#[derive(Clone, Debug, Default)]
pub(in crate::chirpstack) struct Wanted {
    pub(in crate::chirpstack) kind: Option<&'static str>,
    pub(in crate::chirpstack) state: Option<&'static str>,
    pub(in crate::chirpstack) is_ignored: bool,
    pub(in crate::chirpstack) has_error: Option<bool>,
    pub(in crate::chirpstack) pattern: Option<String>,
}

fn conditions(query: &mut QueryBuilder<Postgres>, wanted: &Wanted) {
    query.push(" where state <> 'same' and ignored_at is ");
    query.push(if wanted.is_ignored {
        "not null"
    } else {
        "null"
    });
    if let Some(kind) = wanted.kind {
        query.push(" and kind = ").push_bind(kind);
    }
    if let Some(state) = wanted.state {
        query.push(" and state = ").push_bind(state);
    }
    if let Some(has_error) = wanted.has_error {
        query.push(if has_error {
            " and error is not null"
        } else {
            " and error is null"
        });
    }
    if let Some(pattern) = &wanted.pattern {
        query
            .push(" and (here_name ilike ")
            .push_bind(pattern.clone());
        query
            .push(" or there_name ilike ")
            .push_bind(pattern.clone());
        query.push(" or eui ilike ").push_bind(pattern.clone());
        query.push(")");
    }
}

/// A page of differences, and how many there are.
pub(in crate::chirpstack) async fn drift(
    conn: &mut PgConnection,
    wanted: &Wanted,
    order: &str,
    (offset, limit): (i64, i64),
) -> Result<(Vec<Drift>, i64)> {
    // `order` is made of literals by `Page::order_by`; everything else is bound.
    let mut query = QueryBuilder::new(
        "select id, kind, eui, state, differs, changed_side, here_id, here_name, here_disabled, there_name, there_disabled,
           wanted, ignored_at, error, tried_at, changed_at from chirpstack_items",
    );
    conditions(&mut query, wanted);
    query
        .push(format!(" order by {order} offset "))
        .push_bind(offset);
    query.push(" limit ").push_bind(limit);
    let found = query.build_query_as().fetch_all(&mut *conn).await?;
    let mut query = QueryBuilder::new("select count(*) from chirpstack_items");
    conditions(&mut query, wanted);
    let total = query.build_query_scalar().fetch_one(conn).await?;
    Ok((found, total))
}

/// How many things are in which state, and how many of them wait for something to be done.
pub(in crate::chirpstack) async fn counts(
    conn: &mut PgConnection,
) -> Result<Vec<(String, String, i64)>> {
    let sql = "select kind, state, count(*) from chirpstack_items where ignored_at is null group by kind, state";
    Ok(sqlx::query_as(sql).fetch_all(conn).await?)
}

/// A run as it is shown.
#[derive(Clone, Debug, FromRow)]
pub(in crate::chirpstack) struct Run {
    pub(in crate::chirpstack) id: Uuid,
    pub(in crate::chirpstack) cause: String,
    pub(in crate::chirpstack) is_dry: bool,
    pub(in crate::chirpstack) asked_by: Option<String>,
    pub(in crate::chirpstack) asked_at: DateTime<Utc>,
    pub(in crate::chirpstack) began_at: Option<DateTime<Utc>>,
    pub(in crate::chirpstack) ended_at: Option<DateTime<Utc>>,
    pub(in crate::chirpstack) counts: Value,
    pub(in crate::chirpstack) error: Option<String>,
}

/// For how long a run that was asked for waits for its turn at most.
const WAITS_MAX: TimeDelta = TimeDelta::days(1);

/// The run that was asked for and is still to be made or under way, if there is one. Whoever asks holds
/// the tenant's part.
pub(in crate::chirpstack) async fn open_run(
    conn: &mut PgConnection,
    tenant: TenantId,
    is_dry: bool,
) -> Result<Option<Uuid>> {
    Ok(sqlx::query_scalar!(
        "select id from chirpstack_runs where tenant_id = $1 and is_dry = $2 and ended_at is null order by id limit 1",
        tenant.0,
        is_dry
    )
    .fetch_optional(conn)
    .await?)
}

pub(in crate::chirpstack) async fn ask(
    conn: &mut PgConnection,
    (tenant, id): (TenantId, Uuid),
    (is_dry, asked_by): (bool, Option<&str>),
    now: DateTime<Utc>,
) -> Result<()> {
    let cause = if asked_by.is_some() {
        "demand"
    } else {
        "schedule"
    };
    sqlx::query!(
        "insert into chirpstack_runs (tenant_id, id, cause, is_dry, asked_by, asked_at) values ($1, $2, $3, $4, left($5, 255), $6)",
        tenant.0,
        id,
        cause,
        is_dry,
        asked_by,
        now
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Ends runs that nobody will: those whose server died, or whose turn never came. Says how many.
pub(in crate::chirpstack) async fn end_lost(
    tx: &mut PlatformTx,
    time_max: TimeDelta,
    now: DateTime<Utc>,
) -> Result<u64> {
    let ended = sqlx::query!(
        "update chirpstack_runs set ended_at = $1, error = 'it did not come to its end'
         where ended_at is null and (began_at < $2 or asked_at < $3 or asked_at > $4)",
        now,
        now - time_max,
        now - WAITS_MAX,
        now + WAITS_MAX
    )
    .execute(tx.conn())
    .await?;
    Ok(ended.rows_affected())
}

/// Notes that a run begins, if it is still to be made; says whether it is dry.
pub(in crate::chirpstack) async fn begin(
    conn: &mut PgConnection,
    run: Uuid,
    now: DateTime<Utc>,
) -> Result<Option<bool>> {
    Ok(sqlx::query_scalar!(
        "update chirpstack_runs set began_at = $2 where id = $1 and ended_at is null returning is_dry",
        run,
        now
    )
    .fetch_optional(conn)
    .await?)
}

pub(in crate::chirpstack) async fn end(
    conn: &mut PgConnection,
    run: Uuid,
    (counts, error): (&Value, Option<&str>),
    now: DateTime<Utc>,
) -> Result<()> {
    sqlx::query!(
        "update chirpstack_runs set ended_at = $2, counts = $3, error = left($4, 500) where id = $1 and ended_at is null",
        run,
        now,
        counts,
        error
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// A page of runs, the newest first, and how many there are.
pub(in crate::chirpstack) async fn runs(
    conn: &mut PgConnection,
    (offset, limit): (i64, i64),
) -> Result<(Vec<Run>, i64)> {
    let found = sqlx::query_as!(
        Run,
        "select id, cause, is_dry, asked_by, asked_at, began_at, ended_at, counts, error from chirpstack_runs
         order by id desc offset $1 limit $2",
        offset,
        limit
    )
    .fetch_all(&mut *conn)
    .await?;
    let total = sqlx::query_scalar!(r#"select count(*) as "count!" from chirpstack_runs"#)
        .fetch_one(conn)
        .await?;
    Ok((found, total))
}

/// Forgets some of the runs from before an instant, and says how many.
pub(in crate::chirpstack) async fn forget_runs(
    tx: &mut PlatformTx,
    before: DateTime<Utc>,
    limit: i64,
) -> Result<u64> {
    let forgotten = sqlx::query!(
        "delete from chirpstack_runs where (tenant_id, id) in (
           select tenant_id, id from chirpstack_runs where asked_at < $1 order by asked_at limit $2)",
        before,
        limit
    )
    .execute(tx.conn())
    .await?;
    Ok(forgotten.rows_affected())
}
