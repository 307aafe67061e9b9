//! Calling off what lies ahead of a series.

use chrono::{DateTime, Utc};
use parking_db::TenantTx;
use parking_estate::Maker;

use super::change::{Changed, Done, Reach, ended, hold, judged};
use super::cut::end;
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
    done.reason = reason.map(str::to_owned);
    for mut one in std::mem::take(&mut held.ahead) {
        match held.late(&one, now).filter(|_| !reach.may_be_late) {
            Some(terms) => {
                notice = terms.cancel_notice_minutes;
                let slot = one.booking.slot;
                done.kept.push(judged(&one, slot, Verdict::TooLate));
            }
            None => done.cancel(tx, &mut one, now).await?,
        }
    }
    if done.cancelled.is_empty() {
        return Err(ReservationError::LateToCancel(notice));
    }
    let series = &mut held.series;
    let (_, last) = store::series::last_before(tx.conn(), (series.id, None)).await?;
    if let Some(last) = last {
        end(series, last, reach.from);
    }
    // Of what is too near, or was checked in to before its time, something lies ahead still.
    if usize::try_from(series.ahead) == Ok(done.cancelled.len()) {
        series.cancelled_at = Some(now);
        series.cancel_reason = reason.map(str::to_owned);
    }
    store::series::update(tx, series, now).await?;
    ended(tx, maker, (held, done, before), ("cancelled", reason), now).await
}
