//! Whatever strangers may send, broken a thousand ways: what reads it neither panics nor takes its time.
//!
//! Each target is handed its real samples and then broken ones, more if `PARKING_TEST_FUZZ_INPUTS` says
//! so. What gives an outcome that was not seen before joins the samples, so that a run gets deeper than
//! one change. The same `PARKING_TEST_FUZZ_SEED` is the same run; a failure prints its input.
//!
//! Not by a fuzzer that watches branches: those need a nightly compiler.

mod mutation;
mod targets;

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use parking_domain::codec::Hex;
use parking_sim::chance::Chance;

use crate::harness::asked;
use targets::{TARGETS, Target};

/// Broken samples of each target in an ordinary run.
const INPUTS: u64 = 10_000;
/// Slower than this, a build that is not optimised included, nothing of a message's size may be.
const SLOW: Duration = Duration::from_millis(500);
/// The most samples that are added.
const SAMPLES_MAX: usize = 2_000;

/// Tries a target with so many broken samples, and says how many outcomes there are.
fn tried(target: &Target, seed: u64, inputs: u64) -> usize {
    let mut chance = Chance::of(seed, target.name);
    let mut samples = (target.samples)();
    assert!(!samples.is_empty(), "{} has no samples", target.name);
    let mut seen = BTreeSet::new();
    let mut whole = samples.clone().into_iter();
    let inputs = inputs + u64::try_from(samples.len()).unwrap();
    for _ in 0..inputs {
        let input = whole
            .next()
            .unwrap_or_else(|| mutation::of(&samples, target.bytes_max, &mut chance));
        let at = Instant::now();
        let outcome = catch_unwind(AssertUnwindSafe(|| (target.read)(&input)));
        let took = at.elapsed();
        let Ok(outcome) = outcome else {
            panic!("{} panics, seed {seed}: {}", target.name, Hex(input));
        };
        assert!(
            took < SLOW,
            "{} takes {took:?}, seed {seed}: {}",
            target.name,
            Hex(input)
        );
        if seen.insert(outcome) && seen.len() < SAMPLES_MAX {
            samples.push(input);
        }
    }
    seen.len()
}

#[test]
fn nothing_that_strangers_send_makes_its_reader_panic_or_dawdle() {
    let seed = asked("PARKING_TEST_FUZZ_SEED", 20_261_121);
    let inputs = asked("PARKING_TEST_FUZZ_INPUTS", INPUTS);
    for target in TARGETS {
        let outcomes = tried(target, seed, inputs);
        println!("{}: {outcomes} outcomes", target.name);
        assert!(outcomes >= 3, "{}: only {outcomes} outcomes", target.name);
    }
}

#[test]
fn a_reader_that_panics_is_found_and_its_input_printed() {
    /// Panics when a sample was cut behind its first letter.
    fn fragile(bytes: &[u8]) -> String {
        assert!(bytes != b"g", "on purpose");
        String::from_utf8_lossy(&bytes[..bytes.len().min(1)]).into_owned()
    }
    let target = Target {
        name: "fragile",
        bytes_max: 16,
        samples: || vec![b"glass".to_vec()],
        read: fragile,
    };
    let found = catch_unwind(|| tried(&target, 1, 1_000_000));
    let said = found.unwrap_err();
    let said = said.downcast_ref::<String>().unwrap();
    assert_eq!(said, "fragile panics, seed 1: 67");
}
