//! The SQL of imports and exports of reservations.

use parking_db::{Result, TenantTx};
use sqlx::postgres::PgRow;
use sqlx::{AssertSqlSafe, FromRow, PgConnection, QueryBuilder, Row as _};
use uuid::Uuid;

use super::{FROM, Filter, SELECT};
use crate::reservations::Reservation;

/// A bay as a row of a file may name it.
#[derive(Clone, Debug)]
pub(in crate::reservations) struct NamedBay {
    pub(in crate::reservations) id: Uuid,
    pub(in crate::reservations) code: String,
    pub(in crate::reservations) site_id: Uuid,
    pub(in crate::reservations) site_name: String,
    pub(in crate::reservations) site_slug: String,
}

/// The living bays that have one of these codes, in whichever case.
pub(in crate::reservations) async fn named_bays(
    tx: &mut TenantTx,
    codes: &[String],
) -> Result<Vec<NamedBay>> {
    let bays = sqlx::query_as!(
        NamedBay,
        r#"select s.id, s.code, s.site_id, i.name as site_name, i.slug as site_slug
           from spaces s join sites i on i.tenant_id = s.tenant_id and i.id = s.site_id
           where lower(s.code) = any(array(select lower(c) from unnest($1::text[]) c)) and s.deleted_at is null
             and i.deleted_at is null and i.is_active
           order by s.id"#,
        codes
    );
    Ok(bays.fetch_all(tx.conn()).await?)
}

/// The bays of reservations, living or not, each with its reservation.
pub(in crate::reservations) async fn bays_of(
    tx: &mut TenantTx,
    reservations: &[Uuid],
) -> Result<Vec<(Uuid, NamedBay)>> {
    let rows = sqlx::query!(
        "select r.id as reservation_id, s.id, s.code, s.site_id, i.name as site_name, i.slug as site_slug
         from reservations r join spaces s on s.tenant_id = r.tenant_id and s.id = r.space_id
         join sites i on i.tenant_id = s.tenant_id and i.id = s.site_id
         where r.id = any($1)",
        reservations
    )
    .fetch_all(tx.conn())
    .await?;
    let bays = rows.into_iter().map(|row| {
        let bay = NamedBay {
            id: row.id,
            code: row.code,
            site_id: row.site_id,
            site_name: row.site_name,
            site_slug: row.site_slug,
        };
        (row.reservation_id, bay)
    });
    Ok(bays.collect())
}

/// A reservation as a file has it.
#[derive(Debug)]
pub(in crate::reservations) struct Exported {
    pub(in crate::reservations) reservation: Reservation,
    /// By the clocks of the site.
    pub(in crate::reservations) start_local: String,
    pub(in crate::reservations) end_local: String,
}

impl FromRow<'_, PgRow> for Exported {
    fn from_row(row: &PgRow) -> sqlx::Result<Self> {
        Ok(Self {
            reservation: Reservation::from_row(row)?,
            start_local: row.try_get("start_local")?,
            end_local: row.try_get("end_local")?,
        })
    }
}

/// Opens a cursor over the reservations of a filter.
pub(in crate::reservations) async fn open_export(
    conn: &mut PgConnection,
    filter: &Filter,
    order: &str,
) -> Result<()> {
    // `order` is made of literals by `Page::order_by`; everything else is bound.
    let mut query = QueryBuilder::new(format!(
        "declare export no scroll cursor for {SELECT},
           to_char(r.start_time at time zone i.timezone, 'YYYY-MM-DD HH24:MI') as start_local,
           to_char(r.end_time at time zone i.timezone, 'YYYY-MM-DD HH24:MI') as end_local{FROM}"
    ));
    filter.push_onto(&mut query);
    query.push(format!(" order by {order}"));
    query.build().persistent(false).execute(conn).await?;
    Ok(())
}

/// The next reservations of the cursor.
pub(in crate::reservations) async fn exported(
    conn: &mut PgConnection,
    limit: i64,
) -> Result<Vec<Exported>> {
    let fetch = sqlx::query_as(AssertSqlSafe(format!("fetch {limit} from export")));
    Ok(fetch.persistent(false).fetch_all(conn).await?)
}
