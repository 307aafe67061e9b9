//! What others have to say: PostgreSQL, its catalogue and its clock, the mail server, the broker.

use std::time::{Duration, Instant};

use chrono::TimeDelta;
use parking_access::accounts;
use parking_chirpstack::grpc::{CallError, Client};
use parking_chirpstack::mqtt::{Settings, Source};
use parking_db::cluster::{NEWEST_MAJOR, OLDEST_MAJOR};
use parking_db::{Db, Reason, catalogue, queue};
use parking_domain::clock::Clock;
use parking_flow::ingest;

use super::Finding;
use crate::config::Config;
use crate::database::{Database, breaches_in_words, chain};
use crate::parts;

/// A token's lifetime is minutes: seconds of difference are worth a word, half a minute is wrong.
const CLOCK_WARN: TimeDelta = TimeDelta::seconds(2);
const CLOCK_FAIL: TimeDelta = TimeDelta::seconds(30);

/// A message is acted on within a second.
const UNACTED_SECONDS_MAX: i64 = 30;

/// Everything about the database, as far as it lets itself be asked.
pub(super) async fn check_database(config: &Config, database: &Database) -> Vec<Finding> {
    let db = database.pool(config);
    let mut findings = Vec::new();
    if look(&db, database, &mut findings).await.is_some() {
        findings.extend(migrations(database).await);
        findings.extend(isolation(&db).await);
        findings.extend(jobs(&db).await);
        findings.extend(messages(&db).await);
        findings.extend(administrator(&db).await);
    }
    db.close().await;
    findings
}

/// Whether it answers, what it is, and what time it has.
async fn look(db: &Db, database: &Database, findings: &mut Vec<Finding>) -> Option<()> {
    let subject = "database";
    let clock = Clock::system();
    let facts = match catalogue::facts(db).await {
        Ok(facts) => facts,
        Err(error) => {
            let text = format!("{}: {}", database.place(), chain(&error));
            findings.push(Finding::fail(
                subject,
                format!("{text}; is it running, and the login right?"),
            ));
            return None;
        }
    };
    let (major, minor) = (facts.version / 10_000, facts.version % 10_000);
    let text = format!(
        "PostgreSQL {major}.{minor}, {}, as {}",
        database.place(),
        facts.login
    );
    findings.push(match u32::try_from(major).unwrap_or_default() {
        major if major < OLDEST_MAJOR => Finding::fail(
            subject,
            format!("{text}: too old, {OLDEST_MAJOR} at least is needed"),
        ),
        major if major > NEWEST_MAJOR => Finding::warn(
            subject,
            format!("{text}: newer than {NEWEST_MAJOR}, not tried with this version"),
        ),
        _ => Finding::ok(subject, text),
    });
    let difference = (clock.now() - facts.now).abs();
    let text = format!(
        "{} ms apart from the database's",
        difference.num_milliseconds()
    );
    let advice = "keep both machines' time by NTP (chrony, systemd-timesyncd)";
    findings.push(if difference > CLOCK_FAIL {
        Finding::fail("clock", format!("{text}: {advice}"))
    } else if difference > CLOCK_WARN {
        Finding::warn("clock", format!("{text}: {advice}"))
    } else {
        Finding::ok("clock", text)
    });
    Some(())
}

async fn migrations(database: &Database) -> Vec<Finding> {
    let subject = "migrations";
    vec![match database.pending().await {
        Ok(0) => Finding::ok(subject, "all applied"),
        Ok(missing) => Finding::fail(
            subject,
            format!("{missing} are missing: run parking migrate"),
        ),
        Err(error) => Finding::fail(subject, format!("{error:#}")),
    }]
}

async fn isolation(db: &Db) -> Vec<Finding> {
    let subject = "isolation";
    match catalogue::check(db).await {
        Ok(breaches) if breaches.is_empty() => {
            vec![Finding::ok(
                subject,
                "tenants cannot see each other, by the database's catalogue",
            )]
        }
        Ok(breaches) => breaches_in_words(&breaches)
            .into_iter()
            .map(|text| Finding::fail(subject, text))
            .collect(),
        Err(error) => {
            let text = format!("cannot be told ({}): run parking migrate", chain(&error));
            vec![Finding::fail(subject, text)]
        }
    }
}

async fn jobs(db: &Db) -> Vec<Finding> {
    let subject = "jobs";
    let state = async {
        let mut tx = db.platform(Reason::Worker("doctor")).await?;
        let now = Clock::system().now();
        queue::state(&mut tx, now).await.map(|state| (state, now))
    };
    vec![match state.await {
        Err(error) => Finding::fail(subject, chain(&error)),
        Ok((state, _)) if state.failed > 0 => {
            let text = format!("{} were given up; the log says why", state.failed);
            Finding::warn(subject, text)
        }
        Ok((state, now)) => {
            let text = format!("{} waiting", state.queued);
            match state.oldest_due_at.map(|due| (now - due).num_minutes()) {
                Some(minutes @ 5..) => Finding::warn(
                    subject,
                    format!("{text}, one for {minutes} minutes: is a server running?"),
                ),
                _ => Finding::ok(subject, text),
            }
        }
    }]
}

/// Whether messages that are stored are acted on.
async fn messages(db: &Db) -> Vec<Finding> {
    let subject = "messages";
    vec![match ingest::unacted(db).await {
        Err(error) => Finding::fail(subject, chain(&error)),
        Ok((count, oldest_at)) => {
            let seconds = oldest_at.map_or(0, |at| (Clock::system().now() - at).num_seconds());
            let text = format!("{count} stored and not acted on");
            if seconds >= UNACTED_SECONDS_MAX {
                let text = format!(
                    "{text}, the oldest for {seconds} seconds: is a server running, and what does its log say?"
                );
                Finding::warn(subject, text)
            } else {
                Finding::ok(subject, text)
            }
        }
    }]
}

async fn administrator(db: &Db) -> Vec<Finding> {
    let subject = "administrator";
    let look = async {
        let mut tx = db.platform(Reason::Worker("doctor")).await?;
        accounts::has_administrator(&mut tx).await
    };
    vec![match look.await {
        Ok(true) => Finding::ok(subject, "somebody can sign in to run the installation"),
        Ok(false) => Finding::warn(
            subject,
            "there is none: parking user create-admin makes one",
        ),
        Err(error) => Finding::fail(subject, chain(&error)),
    }]
}

/// Whether the mail server answers, speaks TLS and accepts the login.
pub(super) async fn check_mail(config: &Config) -> Vec<Finding> {
    let subject = "mail";
    let Some(mail) = &config.mail else {
        let text = "no mail server (SMTP_URL): invitations and password resets reach nobody";
        return vec![Finding::warn(subject, text)];
    };
    let place = format!("{}:{} ({})", mail.host, mail.port, mail.tls.as_str());
    let mailer = match parts::mailer(config, config.server.listen.port()) {
        Ok(mailer) => mailer,
        Err(error) => return vec![Finding::fail(subject, format!("{place}: {error:#}"))],
    };
    vec![match mailer.test().await {
        Some(Ok(true)) | None => Finding::ok(subject, format!("{place} answers")),
        Some(Ok(false)) => {
            Finding::fail(subject, format!("{place} does not answer as a mail server"))
        }
        Some(Err(error)) => {
            let text = format!("{place}: {}; look at SMTP_*", chain(&error));
            Finding::fail(subject, text)
        }
    }]
}

/// How long the broker has to answer.
const BROKER_PATIENCE: Duration = Duration::from_secs(5);

/// Whether the broker lets us in and lets us subscribe. The session is another than the server's, and
/// gone when it ends: no message is taken from it.
pub(super) async fn check_broker(config: &Config) -> Vec<Finding> {
    let subject = "broker";
    let Some(own) = &config.broker else {
        let text = "no broker (MQTT_URL): messages of devices come over HTTP alone";
        return vec![Finding::ok(subject, text)];
    };
    let place = own.broker.to_string();
    let settings = Settings {
        client_id: format!("doctor-{}", std::process::id()),
        group: None,
        in_flight_max: 1,
        session_kept_for: Duration::ZERO,
        ..own.clone()
    };
    let (source, _events) = match Source::connect(settings, Clock::system()) {
        Ok(connected) => connected,
        Err(error) => return vec![Finding::fail(subject, format!("{place}: {error}"))],
    };
    let began = Instant::now();
    while !source.counts().is_connected && began.elapsed() < BROKER_PATIENCE {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let counts = source.counts();
    source.stop().await;
    vec![if counts.is_connected {
        let text = format!(
            "{place} answers and lets us subscribe; ChirpStack must publish to it with qos=1"
        );
        Finding::ok(subject, text)
    } else {
        let why = counts.last_error.unwrap_or_else(|| "no answer".to_owned());
        Finding::fail(subject, format!("{place}: {why}; look at MQTT_*"))
    }]
}

/// Whether ChirpStack's API answers and takes our key. A key of one tenant may not list tenants, and is
/// refused in the same words as a wrong one: what it may do instead cannot be asked without knowing one.
pub(super) async fn check_chirpstack(config: &Config) -> Vec<Finding> {
    let subject = "chirpstack";
    let Some(own) = &config.chirpstack else {
        let text = if config.broker.is_some() {
            "no API (CHIRPSTACK_HOST): nothing is compared, and commands to lamps go by the broker"
        } else {
            "no API (CHIRPSTACK_HOST) and no broker (MQTT_URL): ChirpStack's lamps are sent nothing, and nothing is compared"
        };
        return vec![Finding::ok(subject, text)];
    };
    let place = own.api.place();
    let client = match Client::open(&own.api) {
        Ok(client) => client,
        Err(error) => return vec![Finding::fail(subject, format!("{place}: {error}"))],
    };
    vec![match client.tenants().await {
        Ok(tenants) => {
            let text = format!("{place} answers; {} tenants there", tenants.len());
            Finding::ok(subject, text)
        }
        Err(CallError::Forbidden(_)) => Finding::warn(
            subject,
            format!("{place} answers; the key is one tenant's, or wrong: ChirpStack does not tell"),
        ),
        Err(error) => Finding::fail(subject, format!("{place}: {error}; look at CHIRPSTACK_*")),
    }]
}
