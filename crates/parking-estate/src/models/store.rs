//! The SQL of models.

use chrono::{DateTime, Utc};
use parking_db::{DbError, Result, TenantTx};
use parking_domain::models::{self, CATALOGUE};
use serde_json::{Map, Value};
use sqlx::postgres::PgRow;
use sqlx::{AssertSqlSafe, FromRow, PgConnection, Row as _};
use uuid::Uuid;

use super::{ModelError, ModelFields, OwnModel};

/// The most models a list that spans tenants reads.
const LIST_MAX: i64 = 5_000;

const SELECT: &str = "select m.tenant_id, t.name as tenant_name, m.id, m.slug, m.vendor, m.name, m.based_on, m.heartbeat_seconds,
    m.lamp_codes, m.notes, m.version
  from device_models m join tenants t on t.id = m.tenant_id";

impl FromRow<'_, PgRow> for OwnModel {
    fn from_row(row: &PgRow) -> sqlx::Result<Self> {
        let based_on: String = row.try_get("based_on")?;
        let lamp_codes: Value = row.try_get("lamp_codes")?;
        Ok(Self {
            tenant_id: row.try_get("tenant_id")?,
            tenant_name: row.try_get("tenant_name")?,
            id: row.try_get("id")?,
            slug: row.try_get("slug")?,
            // A model that a later catalogue has dropped can still be shown, as the plainest sensor.
            base: models::find(&based_on).unwrap_or(&CATALOGUE[0]),
            fields: ModelFields {
                vendor: row.try_get("vendor")?,
                name: row.try_get("name")?,
                heartbeat_seconds: row.try_get("heartbeat_seconds")?,
                lamp_codes: match lamp_codes {
                    Value::Object(codes) => codes,
                    _ => Map::new(),
                },
                notes: row.try_get("notes")?,
            },
            version: row.try_get("version")?,
        })
    }
}

/// All own models that the transaction may see.
pub(super) async fn list(conn: &mut PgConnection) -> Result<Vec<OwnModel>> {
    let query = format!("{SELECT} order by m.tenant_id, m.id limit {LIST_MAX}");
    let models = sqlx::query_as(AssertSqlSafe(query));
    Ok(models.fetch_all(conn).await?)
}

pub(super) async fn find(conn: &mut PgConnection, id: Uuid) -> Result<Option<OwnModel>> {
    let query = format!("{SELECT} where m.id = $1");
    let model = sqlx::query_as(AssertSqlSafe(query)).bind(id);
    Ok(model.fetch_optional(conn).await?)
}

/// Holds the model until the end of the transaction.
pub(super) async fn lock(tx: &mut TenantTx, id: Uuid) -> Result<()> {
    sqlx::query!("select id from device_models where id = $1 for update", id)
        .fetch_optional(tx.conn())
        .await?;
    Ok(())
}

pub(super) async fn count(tx: &mut TenantTx) -> Result<i64> {
    let count = sqlx::query_scalar!(r#"select count(*) as "count!" from device_models"#);
    Ok(count.fetch_one(tx.conn()).await?)
}

/// Makes a model, unless its slug is taken.
pub(super) async fn insert(
    tx: &mut TenantTx,
    (id, slug): (Uuid, &str),
    based_on: &str,
    fields: &ModelFields,
    now: DateTime<Utc>,
) -> Result<bool> {
    let tenant = tx.tenant().0;
    let done = sqlx::query!(
        "insert into device_models (tenant_id, id, slug, vendor, name, based_on, heartbeat_seconds, lamp_codes, notes,
           created_at, updated_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10) on conflict (tenant_id, slug) do nothing",
        tenant,
        id,
        slug,
        fields.vendor,
        fields.name,
        based_on,
        fields.heartbeat_seconds,
        Value::Object(fields.lamp_codes.clone()),
        fields.notes,
        now,
    )
    .execute(tx.conn())
    .await?;
    Ok(done.rows_affected() == 1)
}

pub(super) async fn update(
    tx: &mut TenantTx,
    id: Uuid,
    fields: &ModelFields,
    now: DateTime<Utc>,
) -> Result<()> {
    sqlx::query!(
        "update device_models set vendor = $2, name = $3, heartbeat_seconds = $4, lamp_codes = $5, notes = $6,
           updated_at = $7, version = version + 1
         where id = $1",
        id,
        fields.vendor,
        fields.name,
        fields.heartbeat_seconds,
        Value::Object(fields.lamp_codes.clone()),
        fields.notes,
        now,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Devices of a model, archived ones too.
pub(super) async fn devices(tx: &mut TenantTx, id: Uuid) -> Result<i64> {
    let count = sqlx::query_scalar!(
        r#"select count(*) as "count!" from devices where own_model_id = $1"#,
        id
    );
    Ok(count.fetch_one(tx.conn()).await?)
}

pub(super) async fn delete(tx: &mut TenantTx, id: Uuid) -> Result<(), ModelError> {
    sqlx::query!("delete from device_models where id = $1", id)
        .execute(tx.conn())
        .await
        .map_err(|error| {
            let error = DbError::from(error);
            error.on_constraint("devices_own_model_fkey", || ModelError::InUse(1))
        })?;
    Ok(())
}
