//! What whoever a bay is reserved for is written, and when.
//!
//! A letter follows from what they were told last and from what is: however often one asks, nobody is told
//! the same twice, and of several changes they are told the last. Of a hold nobody is told: it becomes a
//! reservation, and that is what the first letter says, or it becomes nothing. But whoever waited for it is
//! told that it is theirs to claim, and what became of that.

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use super::{Booking, Slot, Status};

/// Something to be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Letter {
    /// A bay became free that they waited for, and is held until they claim it.
    Offer,
    /// They did not claim it in time.
    Lapse,
    /// It is held for them no more: they declined it, or somebody called it off.
    Withdrawal,
    /// A bay is reserved.
    Confirmation,
    /// It is another bay, or another time.
    Change,
    /// It begins soon.
    Reminder,
    /// It is called off.
    Cancellation,
    /// The bay was given to others, because nobody came.
    Release,
    /// The reservation is somebody else's now.
    Handover,
}

impl Letter {
    /// Every letter.
    pub const ALL: [Self; 9] = [
        Self::Offer,
        Self::Lapse,
        Self::Withdrawal,
        Self::Confirmation,
        Self::Change,
        Self::Reminder,
        Self::Cancellation,
        Self::Release,
        Self::Handover,
    ];

    /// Its name in the log.
    pub fn name(self) -> &'static str {
        match self {
            Self::Offer => "reservation_offer",
            Self::Lapse => "reservation_lapse",
            Self::Withdrawal => "reservation_withdrawal",
            Self::Confirmation => "reservation_confirmation",
            Self::Change => "reservation_change",
            Self::Reminder => "reservation_reminder",
            Self::Cancellation => "reservation_cancellation",
            Self::Release => "reservation_release",
            Self::Handover => "reservation_handover",
        }
    }

    /// Whether it says that it is no longer theirs.
    pub fn is_last(self) -> bool {
        match self {
            Self::Lapse
            | Self::Withdrawal
            | Self::Cancellation
            | Self::Release
            | Self::Handover => true,
            Self::Offer | Self::Confirmation | Self::Change | Self::Reminder => false,
        }
    }
}

/// What they were told last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Told {
    /// Of which bay.
    pub space: Uuid,
    /// From when until when.
    pub slot: Slot,
    /// Whether that it is no longer theirs.
    pub is_over: bool,
    /// Whether only that it is theirs to claim.
    pub is_offer: bool,
    /// For which start they need not be reminded any more.
    pub reminded_for: Option<DateTime<Utc>>,
}

impl Told {
    /// What whoever was told this is to be told once it is somebody else's: nothing of what is over, or was
    /// never theirs.
    pub fn parting(&self, now: DateTime<Utc>) -> Option<Letter> {
        let letter = if self.is_offer {
            Letter::Withdrawal
        } else {
            Letter::Handover
        };
        (!self.is_over && self.slot.end > now).then_some(letter)
    }
}

impl Booking {
    /// What they are to be told now, if anything. They are reminded so many minutes before the start;
    /// never, if none.
    pub fn letter(
        &self,
        (space, told): (Uuid, Option<&Told>),
        reminder_minutes: i32,
        now: DateTime<Utc>,
    ) -> Option<Letter> {
        // Whatever became of what is over, there is nothing left to be done about it.
        if self.slot.end <= now {
            return None;
        }
        let was_theirs = told.is_some_and(|told| !told.is_over);
        // Whoever confirms a hold takes its end away.
        let was_offered =
            self.hold_until.is_some() && told.is_some_and(|told| told.is_offer && !told.is_over);
        match self.status {
            Status::Confirmed => match told {
                None => Some(Letter::Confirmation),
                Some(told) if told.is_over => None,
                Some(told) if told.is_offer => Some(Letter::Confirmation),
                Some(told) if (told.space, told.slot) != (space, self.slot) => Some(Letter::Change),
                Some(told) => {
                    let at = self.remind_at(Some(told), reminder_minutes);
                    let is_due = at.is_some_and(|at| at <= now) && now < self.slot.start;
                    is_due.then_some(Letter::Reminder)
                }
            },
            Status::Cancelled if was_offered => Some(Letter::Withdrawal),
            Status::Cancelled => was_theirs.then_some(Letter::Cancellation),
            Status::NoShow => was_theirs.then_some(Letter::Release),
            Status::Expired => was_offered.then_some(Letter::Lapse),
            Status::Pending | Status::Completed => None,
        }
    }

    /// The letter to whoever waited for what this holds, while they can claim it, unless they were told.
    pub fn offer(
        &self,
        (space, told): (Uuid, Option<&Told>),
        now: DateTime<Utc>,
    ) -> Option<Letter> {
        let is_known =
            told.is_some_and(|told| told.is_over || (told.space, told.slot) == (space, self.slot));
        (self.is_claimable(now) && !is_known).then_some(Letter::Offer)
    }

    /// What they have been told once a letter has left.
    pub fn told(
        &self,
        (space, letter): (Uuid, Letter),
        reminder_minutes: i32,
        now: DateTime<Utc>,
    ) -> Told {
        // Who is told of a reservation shortly before it begins needs no reminder of it.
        let is_soon = self.slot.start - TimeDelta::minutes(reminder_minutes.into()) <= now;
        let is_reminded = letter == Letter::Reminder || is_soon;
        Told {
            space,
            slot: self.slot,
            is_over: letter.is_last(),
            is_offer: letter == Letter::Offer,
            reminded_for: is_reminded.then_some(self.slot.start),
        }
    }

    /// When they are to be reminded, if they still are.
    pub fn remind_at(&self, told: Option<&Told>, reminder_minutes: i32) -> Option<DateTime<Utc>> {
        let is_awaited = self.status == Status::Confirmed && self.checked_in_at.is_none();
        let is_reminded = told.is_some_and(|told| told.reminded_for == Some(self.slot.start));
        (reminder_minutes > 0 && is_awaited && !is_reminded)
            .then(|| self.slot.start - TimeDelta::minutes(reminder_minutes.into()))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(minute: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_800_000_000 + minute * 60, 0).unwrap()
    }

    fn booking(status: Status, start: i64) -> Booking {
        let slot = Slot {
            start: at(start),
            end: at(start + 60),
        };
        Booking {
            id: Uuid::nil(),
            status,
            slot,
            hold_until: None,
            opens_at: at(start - 15),
            no_show_at: at(start + 15),
            checked_in_at: None,
            is_contested: false,
        }
    }

    const BAY: Uuid = Uuid::nil();

    #[test]
    fn a_life_is_told_letter_by_letter() {
        let held = booking(Status::Pending, 200);
        assert_eq!(held.letter((BAY, None), 60, at(0)), None);
        let agreed = booking(Status::Confirmed, 200);
        let first = agreed.letter((BAY, None), 60, at(1));
        assert_eq!(first, Some(Letter::Confirmation));
        let told = agreed.told((BAY, Letter::Confirmation), 60, at(1));
        assert_eq!(agreed.letter((BAY, Some(&told)), 60, at(2)), None);
        assert_eq!(agreed.remind_at(Some(&told), 60), Some(at(140)));
        let moved = booking(Status::Confirmed, 300);
        let change = moved.letter((BAY, Some(&told)), 60, at(140));
        assert_eq!(
            change,
            Some(Letter::Change),
            "and no reminder of what it was"
        );
        let told = moved.told((BAY, Letter::Change), 60, at(140));
        assert_eq!(moved.letter((BAY, Some(&told)), 60, at(239)), None);
        let reminder = moved.letter((BAY, Some(&told)), 60, at(240));
        assert_eq!(reminder, Some(Letter::Reminder));
        let told = moved.told((BAY, Letter::Reminder), 60, at(240));
        assert_eq!(moved.letter((BAY, Some(&told)), 60, at(241)), None);
        assert_eq!(moved.remind_at(Some(&told), 60), None);
        for (status, letter) in [
            (Status::NoShow, Letter::Release),
            (Status::Cancelled, Letter::Cancellation),
        ] {
            let gone = booking(status, 300);
            assert_eq!(gone.letter((BAY, Some(&told)), 60, at(310)), Some(letter));
            assert_eq!(
                gone.letter((BAY, None), 60, at(310)),
                None,
                "of what was told never"
            );
            let told = gone.told((BAY, letter), 60, at(310));
            assert_eq!(gone.letter((BAY, Some(&told)), 60, at(311)), None);
        }
    }

    #[test]
    fn nobody_is_reminded_who_came_or_knows_or_is_late_or_does_not_want_it() {
        let agreed = booking(Status::Confirmed, 200);
        let long_ago = agreed.told((BAY, Letter::Confirmation), 60, at(0));
        let just_now = agreed.told((BAY, Letter::Confirmation), 60, at(150));
        let come = Booking {
            checked_in_at: Some(at(190)),
            ..agreed
        };
        assert_eq!(agreed.letter((BAY, Some(&just_now)), 60, at(160)), None);
        assert_eq!(come.letter((BAY, Some(&long_ago)), 60, at(195)), None);
        assert_eq!(agreed.letter((BAY, Some(&long_ago)), 60, at(200)), None);
        assert_eq!(agreed.letter((BAY, Some(&long_ago)), 0, at(199)), None);
        assert_eq!(agreed.letter((BAY, None), 60, at(260)), None, "it is over");
    }

    #[test]
    fn an_offer_is_told_while_it_can_be_claimed_and_then_what_became_of_it() {
        let held = |status, until: Option<i64>| Booking {
            hold_until: until.map(at),
            ..booking(status, 200)
        };
        let offered = held(Status::Pending, Some(30));
        assert_eq!(offered.offer((BAY, None), at(29)), Some(Letter::Offer));
        assert_eq!(offered.offer((BAY, None), at(30)), None, "it is too late");
        assert_eq!(offered.letter((BAY, None), 60, at(1)), None, "of any hold");
        let told = offered.told((BAY, Letter::Offer), 60, at(1));
        assert_eq!(offered.offer((BAY, Some(&told)), at(2)), None);
        let elsewhere = Uuid::from_u128(1);
        let again = offered.offer((elsewhere, Some(&told)), at(2));
        assert_eq!(again, Some(Letter::Offer), "it was moved");
        for (became, letter) in [
            (held(Status::Confirmed, None), Letter::Confirmation),
            (held(Status::Expired, Some(30)), Letter::Lapse),
            (held(Status::Cancelled, Some(30)), Letter::Withdrawal),
            // Claimed, and called off before that was told.
            (held(Status::Cancelled, None), Letter::Cancellation),
            (held(Status::NoShow, None), Letter::Release),
        ] {
            let news = became.letter((BAY, Some(&told)), 60, at(40));
            assert_eq!(news, Some(letter));
            let after = became.told((BAY, letter), 60, at(40));
            assert_eq!(became.letter((BAY, Some(&after)), 60, at(41)), None);
            assert_eq!(after.is_over, letter != Letter::Confirmation);
        }
        // Of an offer that they never heard of they are not told that it is gone.
        for status in [Status::Expired, Status::Cancelled] {
            assert_eq!(held(status, Some(30)).letter((BAY, None), 60, at(40)), None);
        }
        let nobody_came = held(Status::Expired, None);
        assert_eq!(nobody_came.letter((BAY, Some(&told)), 60, at(40)), None);
    }

    #[test]
    fn whose_it_was_is_told_that_it_is_somebody_elses_while_it_matters_to_them() {
        let agreed = booking(Status::Confirmed, 200);
        let told = agreed.told((BAY, Letter::Confirmation), 60, at(0));
        assert_eq!(told.parting(at(259)), Some(Letter::Handover));
        assert_eq!(told.parting(at(260)), None, "it is over");
        let off = agreed.told((BAY, Letter::Cancellation), 60, at(0));
        assert_eq!(off.parting(at(1)), None, "they know");
        let offered = agreed.told((BAY, Letter::Offer), 60, at(0));
        assert_eq!(offered.parting(at(1)), Some(Letter::Withdrawal));
    }

    proptest! {
        /// Whatever happens in which order, once a letter has left there is none to be written of the same.
        #[test]
        fn nothing_is_told_twice(
            steps in proptest::collection::vec((0_usize..6, 0_i64..5, 0_i64..400, 0_u128..2), 1..30),
            reminder in 0_i32..120,
        ) {
            let mut told: Option<Told> = None;
            let mut now = 0;
            for (status, start, later, bay) in steps {
                now += later % 50;
                let bay = Uuid::from_u128(bay);
                let mut one = booking(Status::ALL[status], 100 + start * 60);
                one.hold_until = (later % 2 == 0).then_some(one.slot.start);
                let news = |told: Option<&Told>| {
                    let of = (bay, told);
                    one.letter(of, reminder, at(now)).or_else(|| one.offer(of, at(now)))
                };
                if let Some(letter) = news(told.as_ref()) {
                    let after = one.told((bay, letter), reminder, at(now));
                    prop_assert_eq!(news(Some(&after)), None);
                    told = Some(after);
                }
            }
        }
    }
}
