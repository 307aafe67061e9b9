//! What can be asked of a simulation.

use std::path::PathBuf;

use anyhow::{anyhow, bail};
use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use clap::{Args, ValueEnum};
use parking_domain::models::{self, CATALOGUE, Model};
use parking_sim::audience::{PROFILES, Profile};
use parking_sim::lot::{Faults, SPACES_MAX};
use url::Url;
use uuid::Uuid;

/// What to simulate, and whom to tell.
#[derive(Debug, Args)]
pub(in crate::cmd) struct Options {
    /// What the site is called.
    #[arg(long, default_value = "Simulated lot", value_parser = site)]
    pub(super) site: String,
    /// How many bays it has.
    #[arg(long, default_value_t = 100, value_parser = spaces)]
    pub(super) spaces: usize,
    /// How many seconds of the lot pass in one; 0 sends as fast as the receiver takes it, each message
    /// with the lot's own time.
    #[arg(long, default_value_t = 1.0, value_parser = speed)]
    pub(super) speed: f64,
    /// Where chance comes from: the same number is the same lot with the same days.
    #[arg(long, default_value_t = 1)]
    pub(super) seed: u64,
    /// The models of its devices, by slug, with commas between them: `bosch-tps110,nwave-nps405`. All
    /// that sense a bay, if absent; `all` are all of the catalogue.
    #[arg(long, value_delimiter = ',')]
    models: Vec<String>,
    /// Who comes: mixed, office, shops, station or residents.
    #[arg(long, default_value = "mixed", value_parser = profile)]
    pub(super) profile: Profile,
    /// Whose days and hours it has.
    #[arg(long, default_value = "Europe/Paris", value_parser = timezone)]
    pub(super) timezone: Tz,
    /// How much goes wrong.
    #[arg(long, value_enum, default_value_t = Wrong::Usual)]
    pub(super) faults: Wrong,
    /// A gateway that is out, when and for how long: `1@2h+30m` is the first one, after two hours, for
    /// half an hour. Can be given several times.
    #[arg(long = "outage", value_name = "GATEWAY@AFTER+FOR", value_parser = out)]
    pub(super) outages: Vec<Out>,
    /// Whom to tell: a server (another path, if it has one) or a broker
    /// (`mqtt://name:password@127.0.0.1`).
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:8000", value_parser = address)]
    pub(super) to: Url,
    /// The API key to show. Others on this machine can see it here; better use `--key-file`.
    #[arg(long, conflicts_with = "key_file")]
    pub(super) key: Option<String>,
    /// A file with the API key to show.
    #[arg(long, value_name = "FILE")]
    pub(super) key_file: Option<PathBuf>,
    /// Make what is missing of the site through the API before anything else, or end: levels with
    /// drawings, bays, gateways, devices. What is there stays as it is. Needs a key of an administrator
    /// with `admin:*`. With such a key this is done unasked.
    #[arg(long, conflicts_with = "dry_run")]
    pub(super) estate: bool,
    /// Make nothing, whatever the key is good for.
    #[arg(long, conflicts_with = "estate")]
    pub(super) no_estate: bool,
    /// The application the messages are of, by its id; one of its own, if absent.
    #[arg(long, value_name = "UUID")]
    pub(super) application: Option<Uuid>,
    /// How much of the lot's time to simulate: `90m`, `36h`, `7d`. Until it is stopped, if absent; a day
    /// with `--dry-run`.
    #[arg(long, value_parser = duration)]
    duration: Option<i64>,
    /// When the lot's time begins: `2026-11-16T06:00:00Z`. Now, if absent.
    #[arg(long, value_name = "INSTANT")]
    pub(super) start: Option<DateTime<Utc>>,
    /// Print what would be sent, a line for each event, as fast as possible. The same seed and start
    /// print the same lines.
    #[arg(long)]
    pub(super) dry_run: bool,
}

/// How much goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Wrong {
    /// Nothing.
    None,
    /// What a lot in good order has: one frame in a hundred lost, some repeated, late, out of order.
    Usual,
    /// What nobody would want: everything five to forty times as often.
    Rough,
}

/// A gateway that is out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Out {
    /// Which, from 1.
    pub(super) gateway: usize,
    pub(super) after_s: i64,
    pub(super) for_s: i64,
}

impl Wrong {
    pub(super) fn rates(self) -> Faults {
        match self {
            Self::None => Faults::NONE,
            Self::Usual => Faults::USUAL,
            Self::Rough => Faults::ROUGH,
        }
    }
}

impl Options {
    /// The models that were named.
    pub(super) fn models(&self) -> anyhow::Result<Vec<&'static Model>> {
        if self.models.is_empty() {
            return Ok(CATALOGUE.iter().filter(|model| model.can_sense()).collect());
        }
        if self.models == ["all"] {
            return Ok(CATALOGUE.iter().collect());
        }
        let mut found: Vec<&Model> = Vec::with_capacity(self.models.len());
        for slug in &self.models {
            let unknown = || anyhow!("there is no model {slug}; see parking codec list");
            let model = models::find(slug).ok_or_else(unknown)?;
            if found.contains(&model) {
                bail!("{slug} is named twice");
            }
            found.push(model);
        }
        Ok(found)
    }

    /// When the lot's time ends.
    pub(super) fn until(&self, start: DateTime<Utc>) -> Option<DateTime<Utc>> {
        const DAY_S: i64 = 86_400;
        let seconds = self.duration.or(self.dry_run.then_some(DAY_S))?;
        start.checked_add_signed(TimeDelta::seconds(seconds))
    }
}

fn site(typed: &str) -> Result<String, String> {
    const LENGTH_MAX: usize = 80;
    let name = typed.trim();
    let is_good = !name.is_empty() && name.chars().count() <= LENGTH_MAX;
    let is_good = is_good && !name.contains(char::is_control);
    is_good
        .then(|| name.to_owned())
        .ok_or_else(|| format!("must be a name of at most {LENGTH_MAX} characters"))
}

fn spaces(typed: &str) -> Result<usize, String> {
    let spaces = typed
        .parse()
        .ok()
        .filter(|spaces| (1..=SPACES_MAX).contains(spaces));
    spaces.ok_or_else(|| format!("must be a number from 1 to {SPACES_MAX}"))
}

fn speed(typed: &str) -> Result<f64, String> {
    const SPEED_MAX: f64 = 100_000.0;
    let speed = typed
        .parse()
        .ok()
        .filter(|speed| (0.0..=SPEED_MAX).contains(speed));
    speed.ok_or_else(|| format!("must be a number from 0 to {SPEED_MAX}"))
}

fn profile(typed: &str) -> Result<Profile, String> {
    let names = || {
        PROFILES
            .iter()
            .map(|profile| profile.name)
            .collect::<Vec<_>>()
    };
    Profile::find(typed)
        .copied()
        .ok_or_else(|| format!("must be one of {}", names().join(", ")))
}

fn timezone(typed: &str) -> Result<Tz, String> {
    let refusal = "must be the IANA name of a time zone, such as Europe/Paris";
    typed.parse().map_err(|_| refusal.to_owned())
}

fn address(typed: &str) -> Result<Url, String> {
    let refusal = "must be an address such as http://127.0.0.1:8000 or mqtt://127.0.0.1";
    let url: Url = typed.parse().map_err(|_| refusal.to_owned())?;
    let is_known = matches!(url.scheme(), "http" | "https" | "mqtt") && url.has_host();
    is_known.then_some(url).ok_or_else(|| refusal.to_owned())
}

/// A span in seconds, as people write it.
fn duration(typed: &str) -> Result<i64, String> {
    const SPAN_MAX_S: i64 = 366 * 86_400;
    let refusal = || "must be a span such as 45s, 90m, 36h or 7d, of at most a year".to_owned();
    let unit = match typed.chars().last() {
        Some('s') => 1,
        Some('m') => 60,
        Some('h') => 3_600,
        Some('d') => 86_400,
        _ => return Err(refusal()),
    };
    let number: i64 = typed[..typed.len() - 1].parse().map_err(|_| refusal())?;
    let seconds = number.checked_mul(unit);
    seconds
        .filter(|span| (1..=SPAN_MAX_S).contains(span))
        .ok_or_else(refusal)
}

fn out(typed: &str) -> Result<Out, String> {
    let refusal = || "must be a gateway, when and how long, such as 1@2h+30m".to_owned();
    let (gateway, when) = typed.split_once('@').ok_or_else(refusal)?;
    let (after, span) = when.split_once('+').ok_or_else(refusal)?;
    let gateway = gateway.parse().ok().filter(|gateway| *gateway > 0);
    let after_s = if matches!(after, "0" | "0s") {
        0
    } else {
        duration(after)?
    };
    Ok(Out {
        gateway: gateway.ok_or_else(refusal)?,
        after_s,
        for_s: duration(span)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_and_outages_are_read_as_people_write_them() {
        assert_eq!(duration("45s"), Ok(45));
        assert_eq!(duration("90m"), Ok(5_400));
        assert_eq!(duration("7d"), Ok(604_800));
        for wrong in [
            "",
            "h",
            "12",
            "-1h",
            "0s",
            "400d",
            "9999999999999999d",
            "1ü",
        ] {
            assert!(duration(wrong).is_err(), "{wrong}");
        }
        let first = Out {
            gateway: 1,
            after_s: 7_200,
            for_s: 1_800,
        };
        assert_eq!(out("1@2h+30m"), Ok(first));
        assert_eq!(out("2@0+1d").map(|out| out.after_s), Ok(0));
        for wrong in ["1", "1@2h", "0@1h+1h", "x@1h+1h", "1@+1h", "1@1h+"] {
            assert!(out(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn an_address_is_of_a_server_or_a_broker() {
        for good in [
            "http://127.0.0.1:8000",
            "https://parking.example/hook",
            "mqtt://a:b@[::1]:1884",
        ] {
            assert!(address(good).is_ok(), "{good}");
        }
        for wrong in [
            "",
            "127.0.0.1:8000",
            "ftp://there",
            "http:",
            "mailto:me@there",
        ] {
            assert!(address(wrong).is_err(), "{wrong}");
        }
    }
}
