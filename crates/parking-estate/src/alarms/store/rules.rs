//! The SQL of rules.

use chrono::{DateTime, Utc};
use parking_db::{Result, TenantTx};
use parking_domain::alarms::Rules;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::alarms::TenantRules;

/// Lets those who change the rules of a tenant wait for each other.
pub(in crate::alarms) async fn hold(tx: &mut TenantTx) -> Result<()> {
    let tenant = tx.tenant().to_string();
    sqlx::query!(
        "select pg_advisory_xact_lock(hashtextextended('alarm rules of ' || $1, 0))",
        tenant
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// A tenant's rules; the usual ones, if it has none of its own.
pub(in crate::alarms) async fn find(conn: &mut PgConnection, tenant: Uuid) -> Result<TenantRules> {
    let row = sqlx::query!(
        "select silent_factor, never_seen_hours, battery_low_percent, battery_clear_percent, gateway_down_minutes,
           flapping_changes_per_hour, stuck_hours, updated_at, version
         from alarm_rules where tenant_id = $1",
        tenant
    )
    .fetch_optional(conn)
    .await?;
    Ok(match row {
        None => TenantRules {
            rules: Rules::default(),
            updated_at: None,
            version: 0,
        },
        Some(row) => TenantRules {
            rules: Rules {
                silent_factor: row.silent_factor,
                never_seen_hours: row.never_seen_hours,
                battery_low_percent: row.battery_low_percent,
                battery_clear_percent: row.battery_clear_percent,
                gateway_down_minutes: row.gateway_down_minutes,
                flapping_changes_per_hour: row.flapping_changes_per_hour,
                stuck_hours: row.stuck_hours,
            },
            updated_at: Some(row.updated_at),
            version: row.version,
        },
    })
}

pub(in crate::alarms) async fn write(
    tx: &mut TenantTx,
    rules: &Rules,
    now: DateTime<Utc>,
) -> Result<TenantRules> {
    let tenant = tx.tenant().0;
    let version = sqlx::query_scalar!(
        "insert into alarm_rules (tenant_id, silent_factor, never_seen_hours, battery_low_percent, battery_clear_percent,
           gateway_down_minutes, flapping_changes_per_hour, stuck_hours, updated_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
         on conflict (tenant_id) do update set silent_factor = $2, never_seen_hours = $3, battery_low_percent = $4,
           battery_clear_percent = $5, gateway_down_minutes = $6, flapping_changes_per_hour = $7, stuck_hours = $8,
           updated_at = $9, version = alarm_rules.version + 1
         returning version",
        tenant,
        rules.silent_factor,
        rules.never_seen_hours,
        rules.battery_low_percent,
        rules.battery_clear_percent,
        rules.gateway_down_minutes,
        rules.flapping_changes_per_hour,
        rules.stuck_hours,
        now
    )
    .fetch_one(tx.conn())
    .await?;
    Ok(TenantRules {
        rules: *rules,
        updated_at: Some(now),
        version,
    })
}
