//! The rules of reservations, beside oracles that count minutes.

use chrono::{DateTime, TimeDelta, Utc};
use proptest::prelude::*;
use uuid::Uuid;

use super::Hindrance::{Done, Early, Late, NotCheckedIn, Over, Unconfirmed};
use super::*;
use crate::bay_state::SensorState;

fn at(minute: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000 + minute * 60, 0).unwrap()
}

fn slot(start: i64, end: i64) -> Slot {
    Slot {
        start: at(start),
        end: at(end),
    }
}

fn terms(before: i32, after: i32) -> Terms {
    Terms {
        buffer_before_minutes: before,
        buffer_after_minutes: after,
        ..Terms::STANDARD
    }
}

/// From minute 60 to 120, by the standard, confirmed.
fn booking() -> Booking {
    let slot = slot(60, 120);
    Booking {
        id: Uuid::nil(),
        status: Status::Confirmed,
        slot,
        hold_until: None,
        opens_at: Terms::STANDARD.opens_at(slot),
        no_show_at: Terms::STANDARD.no_show_at(slot, None, at(0)),
        checked_in_at: None,
        is_contested: false,
    }
}

#[test]
fn the_standard_keeps_its_own_rules() {
    for ((name, number), (same, range)) in Terms::STANDARD.numbers().iter().zip(Terms::RANGES) {
        assert_eq!(name, same);
        assert!(range.contains(number), "{name}");
    }
    let widest = Terms::STANDARD.without_limits().numbers();
    for ((name, number), (_, range)) in widest.iter().zip(Terms::RANGES) {
        let is_limit = ["duration_max_minutes", "lead_max_days"].contains(name);
        assert_eq!(number == range.end(), is_limit, "{name}");
    }
}

#[test]
fn a_slot_must_be_one_that_somebody_can_use() {
    let check = |start, end| Terms::STANDARD.check(slot(start, end), None, at(0));
    assert_eq!(check(0, 60), Ok(()));
    assert_eq!(check(-5, 60), Ok(()));
    assert_eq!(check(-6, 60), Err(SlotError::StartsInThePast));
    assert_eq!(check(10, 10), Err(SlotError::EndsBeforeStart));
    assert_eq!(check(10, 5), Err(SlotError::EndsBeforeStart));
    assert_eq!(check(10, 14), Err(SlotError::TooShort));
    assert_eq!(check(10, 15), Ok(()));
    assert_eq!(check(10, 10 + 1_440), Ok(()));
    assert_eq!(check(10, 11 + 1_440), Err(SlotError::TooLong(1_440)));
    assert_eq!(check(-5, 0), Err(SlotError::Over));
    assert_eq!(check(365 * 1_440, 365 * 1_440 + 5), Ok(()));
    let far = check(365 * 1_440 + 1, 365 * 1_440 + 6);
    assert_eq!(far, Err(SlotError::TooFarAhead(365)));
}

#[test]
fn a_start_in_the_past_may_stay_when_the_end_moves_and_cannot_move_there() {
    let (before, now) = (Some(slot(0, 60)), at(30));
    let check = |start, end| Terms::STANDARD.check(slot(start, end), before, now);
    assert_eq!(check(0, 90), Ok(()));
    assert_eq!(check(0, 30), Err(SlotError::Over));
    assert_eq!(check(1, 90), Err(SlotError::StartsInThePast));
}

#[test]
fn the_end_of_the_calendar_is_too_far_ahead_and_breaks_nothing() {
    let end: DateTime<Utc> = "9999-12-31T23:59:59Z".parse().unwrap();
    let start = end - TimeDelta::hours(1);
    let checked = Terms::STANDARD.check(Slot { start, end }, None, at(0));
    assert_eq!(checked, Err(SlotError::TooFarAhead(365)));
    let farthest = Slot {
        start: DateTime::<Utc>::MIN_UTC,
        end: DateTime::<Utc>::MAX_UTC,
    };
    let checked = Terms::STANDARD.check(farthest, None, at(0));
    assert_eq!(checked, Err(SlotError::StartsInThePast));
}

#[test]
fn who_is_a_step_too_late_cannot_cancel() {
    let day = Terms {
        cancel_notice_minutes: 60,
        ..Terms::STANDARD
    };
    assert!(!day.is_late_to_cancel(slot(60, 90), at(0)));
    assert!(day.is_late_to_cancel(slot(60, 90), at(1)));
    assert!(!Terms::STANDARD.is_late_to_cancel(slot(60, 90), at(89)));
}

#[test]
fn what_is_history_stays_and_every_step_leads_there() {
    for status in Status::ALL {
        assert_eq!(status.next().is_empty(), !status.blocks(), "{status}");
        assert_eq!(status.name().parse(), Ok(status));
        assert!(!status.may_become(status));
    }
    assert!(Status::Pending.may_become(Status::Confirmed));
    assert!(!Status::Confirmed.may_become(Status::Pending));
    assert!(!Status::Pending.may_become(Status::NoShow));
}

#[test]
fn a_hold_runs_out_at_its_time_and_at_the_end_at_the_latest() {
    let free = SensorState::Free;
    let held = Booking {
        status: Status::Pending,
        hold_until: Some(at(10)),
        ..booking()
    };
    assert_eq!(held.step(free, at(9)), None);
    assert_eq!(held.due_after(at(9)), Some(at(10)));
    assert_eq!(held.step(free, at(10)), Some(Step::Expire));
    let open = Booking {
        hold_until: None,
        ..held
    };
    assert_eq!(open.step(free, at(119)), None);
    assert_eq!(open.due_after(at(9)), Some(at(120)));
    assert_eq!(open.step(free, at(120)), Some(Step::Expire));
}

#[test]
fn a_bay_that_stayed_free_is_released_after_the_grace_and_no_other_is() {
    let one = booking();
    assert_eq!(one.step(SensorState::Free, at(74)), None);
    let released = one.step(SensorState::Free, at(75));
    assert_eq!(released, Some(Step::Release));
    assert_eq!(one.step(SensorState::Unknown, at(75)), None);
    let taken = Booking {
        is_contested: true,
        ..one
    };
    assert_eq!(taken.step(SensorState::Free, at(75)), None);
    assert_eq!(one.due_after(at(0)), Some(at(60)));
    assert_eq!(one.due_after(at(60)), Some(at(75)));
    assert_eq!(one.due_after(at(75)), Some(at(120)));
    assert_eq!(one.due_after(at(120)), None);
    let firsts = [0, 60, 119, 120].map(|minute| one.due_first(at(minute)));
    let expected = [Some(at(60)), Some(at(60)), Some(at(119)), Some(at(120))];
    assert_eq!(firsts, expected);
}

#[test]
fn what_is_over_by_the_clock_is_so_before_anybody_looks_and_is_looked_at_at_once() {
    let one = booking();
    let came = Booking {
        checked_in_at: Some(at(61)),
        ..one
    };
    let held = Booking {
        status: Status::Pending,
        hold_until: Some(at(10)),
        ..one
    };
    for (booking, edge, becomes) in [
        (one, 120, Status::Expired),
        (came, 120, Status::Completed),
        (held, 10, Status::Expired),
    ] {
        assert_eq!(booking.over_as(at(edge - 1)), None);
        assert_eq!(booking.over_as(at(edge)), Some(becomes));
        for minute in [edge, edge + 500] {
            assert_eq!(booking.due_first(at(minute)), Some(at(minute)));
        }
        let over = Booking {
            status: becomes,
            ..booking
        };
        assert_eq!(over.over_as(at(0)), Some(becomes));
        assert_eq!(over.due_first(at(edge)), None);
        assert_eq!(over.step(SensorState::Occupied, at(edge)), None);
    }
}

#[test]
fn who_stands_there_at_the_start_and_has_not_come_is_somebody_else() {
    let (one, stands) = (booking(), SensorState::Occupied);
    assert_eq!(one.step(stands, at(59)), None);
    assert_eq!(one.step(stands, at(60)), Some(Step::Contest));
    let came = Booking {
        checked_in_at: Some(at(59)),
        ..one
    };
    assert_eq!(came.step(stands, at(60)), None);
    let told = Booking {
        is_contested: true,
        ..one
    };
    assert_eq!(told.step(stands, at(60)), None);
}

#[test]
fn the_end_completes_what_somebody_came_for_and_expires_the_rest() {
    let came = Booking {
        checked_in_at: Some(at(61)),
        ..booking()
    };
    let over = |booking: &Booking, sensed| booking.step(sensed, at(120));
    assert_eq!(
        over(&came, SensorState::Occupied),
        Some(Step::Complete { overstays: true })
    );
    assert_eq!(
        over(&came, SensorState::Free),
        Some(Step::Complete { overstays: false })
    );
    assert_eq!(over(&booking(), SensorState::Unknown), Some(Step::Expire));
    assert_eq!(came.step(SensorState::Free, at(119)), None);
    assert_eq!(came.due_after(at(61)), Some(at(120)));
}

#[test]
fn one_checks_in_while_the_window_is_open() {
    let one = booking();
    assert_eq!(one.may_check_in(at(44)), Err(CheckInError::Early(at(45))));
    assert_eq!(one.may_check_in(at(45)), Ok(()));
    assert_eq!(one.may_check_in(at(119)), Ok(()));
    assert_eq!(one.may_check_in(at(120)), Err(CheckInError::Over));
    let held = Booking {
        status: Status::Pending,
        ..one
    };
    let refused = held.may_check_in(at(60));
    assert_eq!(refused, Err(CheckInError::Status(Status::Pending)));
}

#[test]
fn a_vehicle_belongs_to_whoever_holds_the_bay_and_else_to_whoever_is_next() {
    let first = booking();
    let second = Booking {
        id: Uuid::max(),
        slot: slot(120, 180),
        opens_at: at(105),
        no_show_at: at(135),
        ..first
    };
    let who = |bookings: &[Booking], minute| arrival(bookings, at(minute)).map(|one| one.id);
    let both = [second, first];
    assert_eq!(who(&both, 44), None);
    assert_eq!(who(&both, 50), Some(first.id));
    assert_eq!(who(&both, 110), Some(first.id));
    // The first one stands there already: whatever moves, the second has not come.
    let came = Booking {
        checked_in_at: Some(at(61)),
        ..first
    };
    assert_eq!(who(&[came, second], 110), None);
    let left = Booking {
        status: Status::Completed,
        slot: slot(60, 100),
        ..came
    };
    assert_eq!(who(&[left, second], 110), Some(second.id));
    // Nor does one that came late and stays belong to the next.
    let stays = Booking {
        status: Status::Completed,
        checked_in_at: Some(at(110)),
        ..first
    };
    assert_eq!(who(&[stays, second], 110), None);
}

fn slots() -> impl Strategy<Value = Slot> {
    (0_i64..300, 1_i64..60).prop_map(|(start, length)| slot(start, start + length))
}

proptest! {
    #[test]
    fn slots_overlap_exactly_if_they_share_a_minute(a in slots(), b in slots()) {
        let minutes = |slot: Slot| (0..400).filter(move |minute| slot.contains(at(*minute)));
        let shared = minutes(a).any(|minute| b.contains(at(minute)));
        prop_assert_eq!(a.overlaps(&b), shared);
        prop_assert_eq!(a.overlaps(&b), b.overlaps(&a));
        let is_within = minutes(b).all(|minute| a.contains(at(minute)));
        prop_assert_eq!(a.encloses(&b), is_within);
    }

    /// The oracle tries every slot of whole minutes.
    #[test]
    fn what_lies_in_a_free_window_can_be_booked_and_nothing_else(
        booked in proptest::collection::vec(slots(), 0..5),
        (before, after) in (0_i32..15, 0_i32..15),
        (from, length) in (0_i64..250, 20_i64..60),
        at_least in 1_i64..20,
    ) {
        let (terms, within) = (terms(before, after), slot(from, from + length));
        let blocked: Vec<Slot> = booked.iter().map(|slot| terms.blocked(*slot)).collect();
        let windows = free_windows(&blocked, within, &terms, TimeDelta::minutes(at_least));
        for start in from..from + length {
            for end in start + at_least..=from + length {
                let wanted = slot(start, end);
                let wide = terms.blocked(wanted);
                let fits = !blocked.iter().any(|other| other.overlaps(&wide));
                let offered = windows.iter().any(|w| w.start <= wanted.start && wanted.end <= w.end);
                prop_assert_eq!(fits, offered, "{:?} in {:?}", wanted, windows);
            }
        }
        for pair in windows.windows(2) {
            prop_assert!(pair[0].end < pair[1].start);
        }
    }

    /// Whatever happens in between, a reservation takes few steps and ends as history, and nobody who
    /// wakes only when one is due misses any.
    #[test]
    fn every_reservation_ends_and_the_boundaries_miss_no_step(
        sensed in proptest::collection::vec(0_usize..3, 200),
        is_held in any::<bool>(),
        hold in proptest::option::of(0_i64..150),
        came in proptest::option::of(45_i64..120),
        touched in proptest::option::of(0_i64..200),
    ) {
        let status = if is_held { Status::Pending } else { Status::Confirmed };
        let first = Booking { status, hold_until: hold.filter(|_| is_held).map(at), ..booking() };
        let live = |watched: bool| {
            let (mut one, mut due, mut steps) = (first, first.due_after(at(-1)), Vec::new());
            for (minute, says) in sensed.iter().enumerate() {
                let now = at(i64::try_from(minute).unwrap());
                if came == i64::try_from(minute).ok() && one.may_check_in(now).is_ok() {
                    one.checked_in_at = Some(now);
                    due = one.due_after(now);
                }
                // Somebody changes what is said of it, before anybody has looked.
                if touched == i64::try_from(minute).ok() {
                    due = one.due_first(now);
                }
                // A sensor that never said anything but unknown, so that only time decides.
                let says = if watched { SensorState::Unknown } else { SensorState::ALL[*says] };
                if watched && due.is_none_or(|due| due > now) {
                    continue;
                }
                let step = one.step(says, now);
                match step {
                    Some(Step::Expire) => one.status = Status::Expired,
                    Some(Step::Release) => one.status = Status::NoShow,
                    Some(Step::Complete { .. }) => one.status = Status::Completed,
                    Some(Step::Contest) => one.is_contested = true,
                    None => {}
                }
                steps.extend(step.map(|step| (minute, step)));
                due = one.due_after(now);
            }
            (one, steps)
        };
        for watched in [false, true] {
            let (one, steps) = live(watched);
            prop_assert!(!one.status.blocks(), "{:?}", one);
            prop_assert!(steps.len() <= 2, "{:?}", steps);
        }
        // Asked at every minute or only at the boundaries, it is the same.
        let often = {
            let mut one = first;
            let mut steps = Vec::new();
            for minute in 0..200 {
                let now = at(minute);
                if came == Some(minute) && one.may_check_in(now).is_ok() {
                    one.checked_in_at = Some(now);
                }
                let step = one.step(SensorState::Unknown, now);
                match step {
                    Some(Step::Expire) => one.status = Status::Expired,
                    Some(Step::Complete { .. }) => one.status = Status::Completed,
                    _ => {}
                }
                steps.extend(step.map(|step| (usize::try_from(minute).unwrap(), step)));
            }
            steps
        };
        prop_assert_eq!(live(true).1, often);
    }
}

#[test]
fn what_a_holder_may_do_follows_from_the_clock_the_terms_and_what_was_done() {
    let strict = Terms {
        cancel_notice_minutes: 30,
        ..Terms::STANDARD
    };
    let told = |booking: Booking, minute| {
        let steps = booking.steps(&strict, false, at(minute));
        (steps.check_in, steps.check_out, steps.cancel)
    };
    let open = booking();
    assert_eq!(told(open, 0), (Some(Early), Some(NotCheckedIn), None));
    assert_eq!(told(open, 30), (Some(Early), Some(NotCheckedIn), None));
    assert_eq!(
        told(open, 31),
        (Some(Early), Some(NotCheckedIn), Some(Late))
    );
    assert_eq!(told(open, 45), (None, Some(NotCheckedIn), Some(Late)));
    assert_eq!(
        told(open, 120),
        (Some(Over), Some(NotCheckedIn), Some(Over))
    );
    let come = Booking {
        checked_in_at: Some(at(50)),
        ..open
    };
    assert_eq!(told(come, 70), (Some(Done), None, Some(Late)));
    let of = |status| Booking { status, ..open };
    let held = of(Status::Pending);
    assert_eq!(
        told(held, 50),
        (Some(Unconfirmed), Some(NotCheckedIn), None)
    );
    let over = (Some(Over), Some(Over), Some(Over));
    assert_eq!(told(of(Status::Expired), 50), over);
    assert_eq!(told(of(Status::NoShow), 50), over);
    assert_eq!(
        told(of(Status::Completed), 50),
        (Some(Over), Some(Done), Some(Over))
    );
    assert_eq!(
        told(of(Status::Cancelled), 50),
        (Some(Over), Some(Over), Some(Done))
    );
    let lenient = open.steps(&Terms::STANDARD, false, at(119));
    assert_eq!(lenient.cancel, None, "no notice binds until the end");
    assert_eq!(
        open.steps(&strict, false, at(0)).claim,
        Some(Hindrance::NotOffered)
    );
}

#[test]
fn what_was_offered_can_be_claimed_once_while_it_is_held() {
    let offered = |status, hold_until: Option<i64>| Booking {
        status,
        hold_until: hold_until.map(at),
        ..booking()
    };
    let claim = |booking: Booking, minute| booking.steps(&Terms::STANDARD, true, at(minute)).claim;
    let held = offered(Status::Pending, Some(30));
    assert_eq!(claim(held, 29), None);
    assert_eq!(claim(held, 30), Some(Late));
    assert_eq!(claim(offered(Status::Confirmed, None), 10), Some(Done));
    assert_eq!(claim(offered(Status::Cancelled, None), 10), Some(Done));
    assert_eq!(claim(offered(Status::Expired, Some(30)), 31), Some(Over));
    assert_eq!(claim(offered(Status::Cancelled, Some(30)), 10), Some(Over));
}
