//! Who comes, when, and how long they stay.

use chrono::Weekday;

use crate::chance::Chance;

/// People who use a site alike.
#[derive(Clone, Copy, Debug)]
pub struct Audience {
    /// Visits on one bay of a site all theirs: from Monday to Friday, on Saturday, on Sunday.
    visits: [f64; 3],
    /// How the visits of a day are spread over its hours; only the proportions count.
    hours: [u8; 24],
    /// Half of them stay longer than this.
    stay_minutes: f64,
    /// How much the stays differ.
    stay_spread: f64,
}

/// A kind of site: its audiences, each with its share of the bays.
#[derive(Clone, Copy, Debug)]
pub struct Profile {
    /// The name.
    pub name: &'static str,
    audiences: &'static [(Audience, f64)],
}

/// Nobody gets in and out of a car in less.
const STAY_MINUTES_MIN: f64 = 3.0;
const STAY_MINUTES_MAX: f64 = 4.0 * 24.0 * 60.0;

const COMMUTERS: Audience = Audience {
    visits: [0.95, 0.10, 0.04],
    hours: [
        0, 0, 0, 0, 0, 1, 6, 20, 28, 16, 6, 3, 2, 4, 3, 1, 0, 0, 0, 0, 0, 0, 0, 0,
    ],
    stay_minutes: 510.0,
    stay_spread: 0.18,
};

const SHOPPERS: Audience = Audience {
    visits: [5.0, 8.0, 0.8],
    hours: [
        0, 0, 0, 0, 0, 0, 0, 1, 3, 7, 10, 10, 8, 7, 8, 9, 10, 11, 9, 5, 2, 0, 0, 0,
    ],
    stay_minutes: 48.0,
    stay_spread: 0.6,
};

const RESIDENTS: Audience = Audience {
    visits: [1.1, 1.2, 1.0],
    hours: [
        1, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 2, 3, 2, 2, 4, 8, 16, 20, 14, 8, 5, 3, 2,
    ],
    stay_minutes: 780.0,
    stay_spread: 0.3,
};

const EVENING_GUESTS: Audience = Audience {
    visits: [0.8, 1.9, 0.9],
    hours: [
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 3, 1, 0, 0, 1, 4, 10, 16, 14, 6, 2, 1,
    ],
    stay_minutes: 135.0,
    stay_spread: 0.35,
};

const TRAVELLERS: Audience = Audience {
    visits: [1.0, 0.5, 0.4],
    hours: [
        0, 0, 0, 0, 1, 8, 22, 24, 12, 5, 3, 2, 2, 2, 2, 2, 2, 2, 1, 1, 0, 0, 0, 0,
    ],
    stay_minutes: 640.0,
    stay_spread: 0.4,
};

const FETCHERS: Audience = Audience {
    visits: [26.0, 16.0, 14.0],
    hours: [
        1, 0, 0, 0, 1, 4, 9, 10, 8, 5, 4, 4, 5, 4, 4, 6, 9, 12, 11, 7, 5, 4, 3, 2,
    ],
    stay_minutes: 9.0,
    stay_spread: 0.5,
};

/// Every kind of site.
pub const PROFILES: &[Profile] = &[
    Profile {
        name: "mixed",
        audiences: &[
            (COMMUTERS, 0.40),
            (SHOPPERS, 0.30),
            (RESIDENTS, 0.20),
            (EVENING_GUESTS, 0.20),
        ],
    },
    Profile {
        name: "office",
        audiences: &[(COMMUTERS, 0.90), (FETCHERS, 0.02)],
    },
    Profile {
        name: "shops",
        audiences: &[(SHOPPERS, 0.95), (EVENING_GUESTS, 0.10)],
    },
    Profile {
        name: "station",
        audiences: &[(TRAVELLERS, 0.85), (FETCHERS, 0.08)],
    },
    Profile {
        name: "residents",
        audiences: &[(RESIDENTS, 0.95), (EVENING_GUESTS, 0.10)],
    },
];

impl Profile {
    /// The profile of this name.
    pub fn find(name: &str) -> Option<&'static Self> {
        PROFILES.iter().find(|profile| profile.name == name)
    }

    /// Arrivals an hour at a site of so many bays, and that many at its busiest.
    pub fn arrivals(&self, bays: f64, day: Weekday, hour: u32) -> f64 {
        let of = |(audience, share): &(Audience, f64)| bays * share * audience.rate(day, hour);
        self.audiences.iter().map(of).sum()
    }

    /// The most arrivals an hour at a site of so many bays.
    pub fn arrivals_max(&self, bays: f64) -> f64 {
        let days = [Weekday::Mon, Weekday::Sat, Weekday::Sun];
        days.iter()
            .flat_map(|day| (0..24).map(move |hour| self.arrivals(bays, *day, hour)))
            .fold(0.0, f64::max)
    }

    /// How many minutes somebody stays who arrives at this hour.
    pub fn stay_minutes(&self, day: Weekday, hour: u32, chance: &mut Chance) -> f64 {
        let mut at = chance.share() * self.arrivals(1.0, day, hour);
        let who = self.audiences.iter().find(|(audience, share)| {
            at -= share * audience.rate(day, hour);
            at < 0.0
        });
        let (who, _) = who
            .or(self.audiences.last())
            .copied()
            .unwrap_or((SHOPPERS, 1.0));
        let stay = who.stay_minutes * (chance.around() * who.stay_spread).exp();
        stay.clamp(STAY_MINUTES_MIN, STAY_MINUTES_MAX)
    }
}

impl Audience {
    /// Arrivals an hour and bay.
    fn rate(&self, day: Weekday, hour: u32) -> f64 {
        let visits = match day {
            Weekday::Sat => self.visits[1],
            Weekday::Sun => self.visits[2],
            _ => self.visits[0],
        };
        let all: u32 = self.hours.iter().map(|weight| u32::from(*weight)).sum();
        let hour = usize::try_from(hour).unwrap_or_default() % self.hours.len();
        visits * f64::from(self.hours[hour]) / f64::from(all.max(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_of_site_has_its_hours_and_its_stays() {
        let profile = |name| *Profile::find(name).unwrap();
        let rate = |name, day, hour| profile(name).arrivals(100.0, day, hour);
        assert!(rate("office", Weekday::Tue, 8) > 20.0);
        assert!(rate("office", Weekday::Sun, 8) < 4.0);
        assert!(rate("shops", Weekday::Sat, 15) > rate("shops", Weekday::Mon, 15));
        assert!(rate("residents", Weekday::Mon, 18) > 5.0 * rate("residents", Weekday::Mon, 9));
        for profile in PROFILES {
            let busiest = profile.arrivals_max(100.0);
            assert!(busiest >= profile.arrivals(100.0, Weekday::Wed, 17));
            assert!(busiest > 0.0, "{}", profile.name);
        }
        let mut chance = Chance::of(1, "stays");
        let mut mean = |name, day, hour| {
            let stays = (0..2_000).map(|_| profile(name).stay_minutes(day, hour, &mut chance));
            stays.sum::<f64>() / 2_000.0
        };
        assert!((30.0..90.0).contains(&mean("shops", Weekday::Mon, 11)));
        assert!((420.0..600.0).contains(&mean("office", Weekday::Mon, 8)));
        assert!(Profile::find("airport").is_none());
    }
}
