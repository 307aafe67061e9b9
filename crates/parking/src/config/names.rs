//! Names: which variables are ours, which are strangers, and what a misspelt one was meant to be.

use super::setting::Spec;
use super::source::specs;
use super::{BOOTSTRAP, Problem};

/// A variable that begins like this and is no setting stops the start.
pub(crate) const OUR_PREFIXES: [&str; 19] = [
    "PARKING_",
    "DB_",
    "DATABASE_",
    "REDIS_",
    "JWT_",
    "ACCESS_TOKEN_",
    "REFRESH_TOKEN_",
    "CHIRPSTACK_",
    "MQTT_",
    "DOWNLINK_",
    "WEBHOOK_",
    "RATE_LIMIT_",
    "SMTP_",
    "CORS_",
    "SENTRY_",
    "JAEGER_",
    "PLATFORM_TENANT_",
    "TRUSTED_PROX",
    "MAP_TILES_",
];

/// Variables of our own development tools; the server ignores them.
const TOOL_PREFIXES: [&str; 3] = ["PARKING_TEST_", "PARKING_E2E_", "PARKING_BENCH_"];

/// What the names alone say.
#[derive(Default)]
pub(super) struct Verdicts {
    pub(super) problems: Vec<Problem>,
    pub(super) warnings: Vec<String>,
}

/// Finds variables that look like ours and are not.
pub(super) fn judge<'a>(variables: impl Iterator<Item = (&'a str, &'a str)>) -> Verdicts {
    let mut verdicts = Verdicts::default();
    for (name, value) in variables {
        let is_foreign = is_known(name)
            || is_service_link(name, value)
            || TOOL_PREFIXES.iter().any(|prefix| name.starts_with(prefix));
        if is_foreign {
            continue;
        }
        if OUR_PREFIXES.iter().any(|prefix| name.starts_with(prefix)) {
            let hint = did_you_mean(name, all_names());
            verdicts.problems.push(Problem::new(
                name,
                format!("there is no such setting{hint}"),
            ));
        } else if let Some(near) = all_names().find(|known| is_slip(name, known)) {
            verdicts.warnings.push(format!(
                "{name} is not a setting and is ignored; did you mean {near}?"
            ));
        }
    }
    verdicts
}

/// Every name a value may be given under, without the `_FILE` forms.
pub(super) fn all_names() -> impl Iterator<Item = &'static str> {
    specs()
        .flat_map(Spec::names)
        .chain(BOOTSTRAP.iter().map(|(name, _)| *name))
}

fn is_known(name: &str) -> bool {
    let base = name.strip_suffix("_FILE").unwrap_or(name);
    all_names().any(|known| known == name || known == base)
}

/// Kubernetes and old Docker describe neighbouring services in variables that begin with the
/// service's name: `PARKING_SERVICE_HOST`, `REDIS_PORT=tcp://…`, `DB_PORT_5432_TCP_ADDR`.
pub(super) fn is_service_link(name: &str, value: &str) -> bool {
    let is_url = value.starts_with("tcp://") || value.starts_with("udp://");
    name.ends_with("_SERVICE_HOST")
        || name.contains("_SERVICE_PORT")
        || (name.ends_with("_PORT") && is_url)
        || name.split_once("_PORT_").is_some_and(|(_, rest)| {
            let mut parts = rest.split('_');
            let number = parts.next().unwrap_or_default();
            number.bytes().all(|b| b.is_ascii_digit())
                && parts
                    .next()
                    .is_some_and(|protocol| matches!(protocol, "TCP" | "UDP"))
        })
}

/// The clause that suggests the nearest known name, or nothing.
pub(super) fn did_you_mean<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> String {
    let nearest = known
        .map(|candidate| (distance(name, candidate), candidate))
        .min();
    match nearest {
        Some((steps, candidate)) if steps <= 2.max(name.len() / 4) => {
            format!("; did you mean {candidate}?")
        }
        _ => String::new(),
    }
}

/// One slip of the finger on a name long enough for that to be no accident.
fn is_slip(name: &str, known: &str) -> bool {
    known.len() >= 8 && name.len().abs_diff(known.len()) <= 1 && distance(name, known) == 1
}

/// Edit distance with neighbours swapped counted once (optimal string alignment).
fn distance(a: &str, b: &str) -> usize {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    let mut before: Vec<usize> = Vec::new();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut next = vec![i];
        for j in 1..=b.len() {
            let differs = usize::from(a[i - 1] != b[j - 1]);
            let mut best = (row[j] + 1).min(next[j - 1] + 1).min(row[j - 1] + differs);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                best = best.min(before[j - 2] + 1);
            }
            next.push(best);
        }
        before = std::mem::replace(&mut row, next);
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn swapped_neighbours_count_once() {
        assert_eq!(distance("DATABSAE_URL", "DATABASE_URL"), 1);
        assert_eq!(distance("", "abc"), 3);
        assert_eq!(distance("same", "same"), 0);
    }

    #[test]
    fn variables_of_neighbouring_services_are_not_ours() {
        for (name, value) in [
            ("PARKING_SERVICE_HOST", "10.0.0.1"),
            ("PARKING_SERVICE_PORT_HTTP", "80"),
            ("REDIS_PORT", "tcp://10.0.0.2:6379"),
            ("DB_PORT_5432_TCP_ADDR", "10.0.0.3"),
            ("MQTT_PORT_1883_TCP", "tcp://10.0.0.4:1883"),
        ] {
            assert!(is_service_link(name, value), "{name}");
        }
        assert!(!is_service_link("CHIRPSTACK_PORT", "8080"));
    }
}
