//! Displays that cannot be planned: found among the others, and set aside.

use chrono::{DateTime, TimeDelta, Utc};
use parking_db::{DbError, Reason};
use parking_http::error::causes;
use tracing::warn;
use uuid::Uuid;

use super::plan::{Planned, done, look_at};
use super::store::plan as store;
use crate::Flow;

/// How long is left alone what cannot be planned, sent or given back, so that it holds up no other.
pub(super) const ASIDE: TimeDelta = TimeDelta::minutes(10);

/// Plans displays in ever smaller parts, and sets those aside that cannot be planned: one of them must
/// not hold up the others for ever.
pub(super) async fn plan_in_parts(
    flow: &Flow,
    keys: &[(Uuid, Uuid)],
    now: DateTime<Utc>,
) -> Result<Planned, DbError> {
    let mut parts = vec![keys];
    let mut all = Planned::default();
    while let Some(part) = parts.pop() {
        let mut tx = flow
            .db
            .platform(Reason::Worker("plan what displays show"))
            .await?;
        store::take_marks_of(&mut tx, &part.iter().copied().unzip()).await?;
        match look_at(flow, &mut tx, part, now).await {
            Ok(planned) => {
                tx.commit().await?;
                done(flow, planned);
                all.looked += planned.looked;
                all.made += planned.made;
                all.superseded += planned.superseded;
            }
            Err(error) if error.is_of_the_moment() => return Err(error),
            Err(error) => {
                tx.roll_back().await?;
                match part {
                    [one] => set_aside(flow, *one, (&error, now)).await?,
                    several => parts.extend(several.chunks(several.len().div_ceil(2))),
                }
            }
        }
    }
    Ok(all)
}

async fn set_aside(
    flow: &Flow,
    (tenant, device): (Uuid, Uuid),
    (error, now): (&DbError, DateTime<Utc>),
) -> Result<(), DbError> {
    warn!(tenant.id = %tenant, device.id = %device, error = causes(error), "a display cannot be planned and is set aside");
    let mut tx = flow
        .db
        .platform(Reason::Worker("set a display aside"))
        .await?;
    store::take_marks_of(&mut tx, &(vec![tenant], vec![device])).await?;
    store::set_aside(&mut tx, (tenant, device), now + ASIDE).await?;
    tx.commit().await
}
