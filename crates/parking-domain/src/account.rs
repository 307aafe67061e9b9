//! The life of an account: passwords, sessions and the rotation of refresh tokens.

use chrono::{DateTime, TimeDelta, Utc};
use thiserror::Error;

/// How long a used refresh token may be shown again by a parallel tab.
pub const REFRESH_GRACE: TimeDelta = TimeDelta::seconds(20);

/// How long an invitation can be accepted.
pub const INVITATION_VALID_FOR: TimeDelta = TimeDelta::days(7);

/// How long a password can be reset with a mailed link.
pub const RESET_VALID_FOR: TimeDelta = TimeDelta::hours(1);

/// How long an address can be confirmed with a mailed link.
pub const VERIFICATION_VALID_FOR: TimeDelta = TimeDelta::days(3);

/// The longest a platform admin acts inside a customer's tenant at a stretch.
pub const ACTING_MINUTES_MAX: u32 = 60;

/// Why a password was refused.
#[derive(Debug, Error, PartialEq, Eq, Clone, Copy)]
pub enum PasswordError {
    /// Too easy to try out.
    #[error("must have at least 10 characters")]
    TooShort,
    /// Longer than anybody types; a bound on the work of hashing.
    #[error("must have at most 200 characters")]
    TooLong,
    /// One of the first that anybody tries.
    #[error("is among the first that an attacker tries")]
    Common,
    /// Says who it belongs to.
    #[error("must not contain the name of the account")]
    Personal,
}

/// Whether a new password is good enough: long, not notorious, not the account's own name.
///
/// Not: character classes, expiry or history. They make people choose worse ones.
pub fn check_password(password: &str, email: &str) -> Result<(), PasswordError> {
    let length = password.chars().count();
    if length < 10 {
        return Err(PasswordError::TooShort);
    }
    if length > 200 {
        return Err(PasswordError::TooLong);
    }
    let lower = password.to_lowercase();
    let stem = lower.trim_matches(|c: char| !c.is_alphabetic());
    let is_monotone = lower
        .chars()
        .collect::<std::collections::BTreeSet<_>>()
        .len()
        < 4;
    if is_monotone || COMMON.contains(&lower.as_str()) || COMMON.contains(&stem) {
        return Err(PasswordError::Common);
    }
    let local = email.split('@').next().unwrap_or_default().to_lowercase();
    if local.len() >= 4 && lower.contains(&local) && length < local.chars().count() + 8 {
        return Err(PasswordError::Personal);
    }
    Ok(())
}

/// Words and runs that head every published list of stolen passwords.
const COMMON: &[&str] = &[
    "password",
    "passwort",
    "motdepasse",
    "welcome",
    "qwertyuiop",
    "qwertzuiop",
    "azertyuiop",
    "1234567890",
    "0123456789",
    "0987654321",
    "12345678910",
    "123456789a",
    "iloveyou",
    "administrator",
    "changeme",
    "letmein",
    "parking",
    "smartparking",
    "q1w2e3r4t5",
    "1q2w3e4r5t",
    "1qaz2wsx3edc",
    "abcdefghij",
    "superman",
    "football",
    "baseball",
    "princess",
    "sunshine",
    "trustno",
    "dragon",
    "monkey",
    "master",
    "shadow",
    "michael",
    "jennifer",
];

/// What is known of a refresh token when somebody shows it.
#[derive(Clone, Copy, Debug)]
pub struct ShownToken {
    /// When it stops being good.
    pub expires_at: DateTime<Utc>,
    /// When it was first exchanged for a new one.
    pub used_at: Option<DateTime<Utc>>,
    /// Whether the session it belongs to has been ended.
    pub is_session_ended: bool,
}

/// What to do with a refresh token that was shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rotation {
    /// First use: exchange it.
    Exchange,
    /// Shown again within the grace period, as parallel tabs do: give out a sibling.
    Sibling,
    /// Shown again later: somebody has a copy, so the whole session ends.
    Reuse,
    /// Expired, or of a session that has ended.
    Refuse,
}

/// Decides what a shown refresh token is worth.
pub fn rotate(token: ShownToken, now: DateTime<Utc>) -> Rotation {
    if token.is_session_ended || now >= token.expires_at {
        return Rotation::Refuse;
    }
    match token.used_at {
        None => Rotation::Exchange,
        Some(used_at) if now - used_at <= REFRESH_GRACE => Rotation::Sibling,
        Some(_) => Rotation::Reuse,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_800_000_000 + second, 0).unwrap()
    }

    #[test]
    fn passwords_are_long_and_not_notorious() {
        assert_eq!(
            check_password("short", "a@b.c"),
            Err(PasswordError::TooShort)
        );
        assert_eq!(
            check_password(&"x9Zk".repeat(51), "a@b.c"),
            Err(PasswordError::TooLong)
        );
        assert_eq!(
            check_password("Password123!", "a@b.c"),
            Err(PasswordError::Common)
        );
        assert_eq!(
            check_password("1111111111", "a@b.c"),
            Err(PasswordError::Common)
        );
        assert_eq!(
            check_password("adalovelace1", "adalovelace@b.c"),
            Err(PasswordError::Personal)
        );
        assert_eq!(check_password("correct horse battery", "a@b.c"), Ok(()));
    }

    #[test]
    fn a_token_is_exchanged_once_then_tolerated_then_held_against_the_session() {
        let fresh = ShownToken {
            expires_at: at(1_000),
            used_at: None,
            is_session_ended: false,
        };
        let used = ShownToken {
            used_at: Some(at(0)),
            ..fresh
        };
        assert_eq!(rotate(fresh, at(0)), Rotation::Exchange);
        assert_eq!(rotate(used, at(20)), Rotation::Sibling);
        assert_eq!(rotate(used, at(21)), Rotation::Reuse);
        assert_eq!(rotate(fresh, at(1_000)), Rotation::Refuse);
        assert_eq!(
            rotate(
                ShownToken {
                    is_session_ended: true,
                    ..used
                },
                at(21)
            ),
            Rotation::Refuse
        );
    }
}
