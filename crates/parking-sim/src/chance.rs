//! Chance that repeats: the same seed gives the same day.
//!
//! Not the generator of a crate: those promise no two versions alike, and the seed in a report must
//! mean the same lot next year. This is `SplitMix64`, which is public domain.

use uuid::{Builder, Uuid};

/// A source of chance.
#[derive(Clone, Debug)]
pub struct Chance(u64);

impl Chance {
    /// The source of a seed for one purpose: what is drawn for one does not shift the others.
    pub fn of(seed: u64, purpose: &str) -> Self {
        // FNV-1a.
        let hash = purpose
            .bytes()
            .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
                (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
            });
        let mut chance = Self(seed ^ hash.rotate_left(17));
        // Neighbouring seeds begin alike.
        chance.draw();
        chance
    }

    /// Any number.
    pub fn draw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// Any number of 32 bits.
    pub fn word(&mut self) -> u32 {
        u32::try_from(self.draw() >> 32).unwrap_or_default()
    }

    /// Any byte.
    pub fn byte(&mut self) -> u8 {
        self.draw().to_be_bytes()[0]
    }

    /// From 0 up to, and without, 1.
    pub fn share(&mut self) -> f64 {
        f64::from(self.word()) / 4_294_967_296.0
    }

    /// Whether something of this probability happens.
    pub fn happens(&mut self, rate: f64) -> bool {
        self.share() < rate
    }

    /// From `low` up to `high`.
    pub fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.share()
    }

    /// One of so many, from 0; 0 of none.
    pub fn below(&mut self, count: usize) -> usize {
        let count = u64::try_from(count).unwrap_or(u64::MAX).max(1);
        usize::try_from(self.draw() % count).unwrap_or_default()
    }

    /// Around 0, two thirds of it within 1: the sum of twelve, which is bounded by 6.
    pub fn around(&mut self) -> f64 {
        (0..12).map(|_| self.share()).sum::<f64>() - 6.0
    }

    /// How long until something that happens now and then, `mean` apart.
    pub fn wait(&mut self, mean: f64) -> f64 {
        -(1.0 - self.share()).ln() * mean
    }

    /// An identifier.
    pub fn uuid(&mut self) -> Uuid {
        let (high, low) = (u128::from(self.draw()), u128::from(self.draw()));
        Builder::from_random_bytes((high << 64 | low).to_be_bytes()).into_uuid()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_repeats_and_purposes_do_not() {
        let drawn = |seed, purpose| {
            let mut chance = Chance::of(seed, purpose);
            [(); 4].map(|()| chance.draw())
        };
        assert_eq!(drawn(1, "cars"), drawn(1, "cars"));
        assert_ne!(drawn(1, "cars"), drawn(2, "cars"));
        assert_ne!(drawn(1, "cars"), drawn(1, "radio"));
    }

    #[test]
    fn what_is_drawn_is_spread_as_promised() {
        let mut chance = Chance::of(7, "spread");
        let mean = |of: &mut dyn FnMut() -> f64| (0..20_000).map(|_| of()).sum::<f64>() / 20_000.0;
        assert!((mean(&mut || chance.share()) - 0.5).abs() < 0.01);
        assert!(mean(&mut || chance.around()).abs() < 0.03);
        assert!((mean(&mut || chance.wait(3.0)) - 3.0).abs() < 0.1);
        assert!((mean(&mut || f64::from(u8::from(chance.happens(0.1)))) - 0.1).abs() < 0.01);
        assert!((0..1_000).all(|_| chance.below(7) < 7));
        assert_eq!(chance.below(0), 0);
    }
}
