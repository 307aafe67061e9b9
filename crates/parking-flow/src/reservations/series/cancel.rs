//! Calling off what lies ahead of a series.

use chrono::{DateTime, Utc};
use parking_db::TenantTx;
use parking_domain::reservations::Status;
use parking_estate::Maker;

use super::change::{Changed, Done, Reach, end, ended, hold, judged};
use super::judge::Verdict;
use crate::reservations::ReservationError;
use crate::reservations::store;

/// Calls off what lies ahead of a series. What is too near for that stays.
pub async fn cancel(
    tx: &mut TenantTx,
    maker: &Maker,
    reach: Reach<'_>,
    reason: Option<&str>,
    now: DateTime<Utc>,
) -> Result<Changed, ReservationError> {
    let mut held = hold(tx, reach, None, now).await?;
    let before = held.series.record();
    let (mut done, mut notice) = (Done::default(), 0);
    for one in &mut held.ahead {
        let terms = held.bays.get(&one.space.0).map(|bay| &bay.terms);
        let late = terms.filter(|terms| {
            let is_agreed = one.booking.status == Status::Confirmed;
            !reach.may_be_late && is_agreed && terms.is_late_to_cancel(one.booking.slot, now)
        });
        if let Some(terms) = late {
            notice = terms.cancel_notice_minutes;
            let kept = judged(one, one.booking.slot, Verdict::TooLate);
            done.kept.push(kept);
            continue;
        }
        one.booking.status = Status::Cancelled;
        one.cancel_reason = reason.map(str::to_owned);
        store::turn(tx.conn(), one, now).await?;
        done.changed.push(one.booking.id);
    }
    if done.changed.is_empty() {
        return Err(ReservationError::LateToCancel(notice));
    }
    let series = &mut held.series;
    let (_, last) = store::series::last_before(tx.conn(), (series.id, None)).await?;
    if let Some(last) = last {
        end(series, last, reach.from);
    }
    // Of what is too near, or was checked in to before its time, something lies ahead still.
    if usize::try_from(series.ahead) == Ok(done.changed.len()) {
        series.cancelled_at = Some(now);
        series.cancel_reason = reason.map(str::to_owned);
    }
    store::series::update(tx, series, now).await?;
    ended(tx, maker, (held, done, before), ("cancelled", reason), now).await
}
