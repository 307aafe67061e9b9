//! Reserving bays: how many a second where nobody is in anybody's way and where all want the same bay, and
//! how soon one learns when five hundred bays are free; each beside PostgreSQL alone with the same SQL, with
//! few reservations stored and with many.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use chrono::{DateTime, SubsecRound as _, TimeDelta, Utc};
use hyper::{Method, StatusCode};
use parking_domain::clock::Clock;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::USAGE;
use crate::bookings_report::{Round, Row, report};
use crate::client::Client;
use crate::database::{Overheard, Server, pgbench, script_in, scripts_in, write_script};
use crate::load::Sample;
use crate::product::{Folder, Product};
use crate::repeat::repeatable;
use crate::seed::{self, Part, made, tenant};

/// Whose the bays are.
const CUSTOMER: u32 = 1;
/// Bays of the one site.
pub(crate) const BAYS: u32 = 500;
/// Connections at the same time.
pub(crate) const CONNECTIONS: u32 = 16;
/// Reservations that are stored, first and then.
const STORED: [u32; 2] = [10_000, 5_000_000];
/// How far ahead of now nothing is reserved but what is measured.
const AHEAD: TimeDelta = TimeDelta::days(2);
/// How far ahead the slot lies that PostgreSQL is heard to reserve.
const HEARD_AHEAD: TimeDelta = TimeDelta::days(200);

const RESERVATIONS: &str = "/api/v6/reservations";
const AVAILABILITY: &str = "/api/v6/reservations/check-availability";

/// Has every bay free to be reserved, whatever else the seed says of it.
const CLEARED: &str = "delete from reservations where tenant_id = 'TENANT';
  delete from overrides where tenant_id = 'TENANT';
  update spaces set is_reservable = true, deleted_at = null where tenant_id = 'TENANT'";

/// Fills each bay with an hour after the other until a month ago, and one in fifty from half a year ahead on.
const SEED: &str = "insert into reservations (tenant_id, id, space_id, status, start_time, end_time, blocks_from, blocks_until, opens_at,
    no_show_at, due_at, holder_name, created_by, created_at, updated_at)
  select s.tenant_id, gen_random_uuid(), s.id, case when n % 50 = 0 then 'confirmed' else 'completed' end, b, b + interval '1 hour', b,
    b + interval '1 hour', b - interval '15 minutes', b + interval '15 minutes', case when n % 50 = 0 then b end, 'Person ' || n, 'Seed',
    now(), now()
  from spaces s, generate_series(FROM, UNTIL - 1) n,
    lateral (select date_trunc('hour', now()) + case when n % 50 = 0 then interval '220 days' + n / 50 * interval '1 hour'
      else interval '-30 days' - n * interval '1 hour' end as b) slot
  where s.tenant_id = 'TENANT'";

/// How many reservations are to be stored in the end.
pub(crate) fn count(words: &[&str]) -> Result<u32> {
    match words {
        [] => Ok(STORED[1]),
        [one] => Ok(one.parse().context(USAGE)?),
        _ => bail!(USAGE),
    }
}

/// Measures it, and answers a report as Markdown.
pub(crate) async fn measure(binary: &Path, span: Duration, many: u32) -> Result<String> {
    let folder = Folder::new()?;
    let product = Product::start(binary, &folder).await?;
    let server = Server::of(&folder)?;
    let part = Part {
        first: CUSTOMER,
        last: CUSTOMER,
        bays: BAYS,
        per_site: BAYS,
    };
    seed::estates(&mut server.program("psql", "postgres")?, &[part])?;
    server.sql(&CLEARED.replace("TENANT", &tenant(CUSTOMER)))?;
    let mut bench = Bench {
        nobody: Client::new(&product.address),
        first: (Clock::system().now() + AHEAD).trunc_subsecs(0),
        folder,
        span,
        taken: 0,
    };
    let mut rounds = Vec::new();
    let mut stored = 0;
    for wanted in [STORED[0], many] {
        eprintln!("bench: {wanted} reservations");
        let (from, until) = (stored / BAYS, wanted / BAYS);
        let seed = SEED.replace("FROM", &from.to_string());
        let seed = seed.replace("UNTIL", &until.to_string());
        server.sql(&seed.replace("TENANT", &tenant(CUSTOMER)))?;
        stored = wanted;
        server.settle().await?;
        rounds.push(bench.round(stored).await?);
    }
    product.stop().await?;
    report(&rounds)
}

struct Bench {
    folder: Folder,
    nobody: Client,
    span: Duration,
    /// The first slot that is reserved.
    first: DateTime<Utc>,
    /// How many hours after it are taken.
    taken: u32,
}

impl Bench {
    async fn round(&mut self, stored: u32) -> Result<Round> {
        let person = self.nobody.in_tenant(&tenant(CUSTOMER)).await?;
        let script = self.script_of_booking(&person).await?;
        let clients = CONNECTIONS as usize;
        let mut rows = Vec::new();
        // Each sender has the bays of its own number, hour after hour.
        eprintln!("bench: slots of their own");
        self.book(&person, (self.span / 5, Sender::distinct))
            .await?;
        let (http, reserved) = self.book(&person, (self.span, Sender::distinct)).await?;
        rows.push(Row {
            what: "`POST /api/v6/reservations`, each a slot of its own",
            http,
            reserved: Some(reserved),
            alone: pgbench(&self.folder, &script, clients, self.span)?,
        });
        eprintln!("bench: all the same bay");
        let (http, reserved) = self.book(&person, (self.span, Sender::contested)).await?;
        let one_bay = self.script_of_refusal(&person).await?;
        rows.push(Row {
            what: "the same, all the same slot of one bay after the other",
            http,
            reserved: Some(reserved),
            alone: pgbench(&self.folder, &one_bay, clients, self.span)?,
        });
        eprintln!("bench: when bays are free");
        let question = json!({ "site_id": made(1, CUSTOMER, 0), "from": self.first, "to": self.first + TimeDelta::days(7) });
        let ask = |span| self.ask(&person, &question, span);
        ask(self.span / 5).await?;
        let http = ask(self.span).await?;
        let script = self
            .script_of(&person, AVAILABILITY, &question, "availability")
            .await?;
        rows.push(Row {
            what: "`POST …/check-availability`, 500 bays over a week",
            http,
            reserved: None,
            alone: pgbench(&self.folder, &script, clients, self.span)?,
        });
        Ok(Round { stored, rows })
    }

    /// Everybody reserves; what was answered, and how many of it were reservations.
    async fn book(
        &mut self,
        person: &Client,
        (span, make): (Duration, MakeSender),
    ) -> Result<(Sample, usize)> {
        let first = self.first + TimeDelta::hours(self.taken.into());
        let (begun, mut tasks) = (Instant::now(), JoinSet::new());
        for number in 0..CONNECTIONS {
            let (person, sender) = (person.clone(), make(number, first));
            tasks.spawn(async move { sender.reserve(&person, (begun, span)).await });
        }
        let (mut took, mut reserved, mut hours) = (Vec::new(), 0, 0);
        for done in tasks.join_all().await {
            let done = done?;
            took.extend(done.took);
            reserved += done.reserved;
            hours = hours.max(done.hours);
        }
        self.taken += hours + 1;
        Ok((Sample::of(took, span), reserved))
    }

    async fn ask(&self, person: &Client, question: &Value, span: Duration) -> Result<Sample> {
        let (begun, mut tasks) = (Instant::now(), JoinSet::new());
        for _ in 0..CONNECTIONS {
            let request = person.request(Method::POST, AVAILABILITY, &question.to_string())?;
            let person = person.clone();
            tasks.spawn(async move {
                let mut connection = person.connect().await?;
                let mut took = Vec::new();
                while begun.elapsed() < span {
                    let asked = Instant::now();
                    let (status, said) = connection.send(request.clone()).await?;
                    if status != StatusCode::OK {
                        bail!(
                            "{AVAILABILITY}: {status}: {}",
                            String::from_utf8_lossy(&said)
                        );
                    }
                    took.push(asked.elapsed());
                }
                Ok(took)
            });
        }
        let parts: Result<Vec<Vec<Duration>>> = tasks.join_all().await.into_iter().collect();
        Ok(Sample::of(parts?.concat(), span))
    }

    /// What PostgreSQL executes when a bay is reserved, each time for another hour.
    async fn script_of_booking(&self, person: &Client) -> Result<PathBuf> {
        let start = self.first + HEARD_AHEAD + TimeDelta::hours(self.taken.into());
        let at = Clock::system().now();
        let log = self
            .heard(person, (RESERVATIONS, &wish(0, start)), StatusCode::CREATED)
            .await?;
        let script = script_that(&log, "insert into audit_log")?;
        let script = moving(&repeatable(&script, at), start);
        write_script(&self.folder, "booking", &script)
    }

    /// What PostgreSQL executes when somebody else has the bay.
    async fn script_of_refusal(&self, person: &Client) -> Result<PathBuf> {
        let at = Clock::system().now();
        let log = self
            .heard(
                person,
                (RESERVATIONS, &wish(0, self.first)),
                StatusCode::CONFLICT,
            )
            .await?;
        let script = script_that(&log, "insert into reservations")?;
        write_script(&self.folder, "refusal", &repeatable(&script, at))
    }

    async fn script_of(
        &self,
        person: &Client,
        path: &str,
        body: &Value,
        name: &str,
    ) -> Result<PathBuf> {
        let log = self.heard(person, (path, body), StatusCode::OK).await?;
        write_script(&self.folder, name, &script_in(&log, "parking_tenant")?)
    }

    /// What PostgreSQL logs while something is posted that is answered in this way.
    async fn heard(
        &self,
        person: &Client,
        (path, body): (&str, &Value),
        expected: StatusCode,
    ) -> Result<String> {
        let overheard = Overheard::begin(&self.folder)?;
        person.get("/api/v6/me").await?;
        let begun = overheard.so_far()?;
        let mut connection = person.connect().await?;
        let request = person.request(Method::POST, path, &body.to_string())?;
        let (status, said) = connection.send(request).await?;
        if status != expected {
            bail!("{path}: {status}: {}", String::from_utf8_lossy(&said));
        }
        overheard.end(begun).await
    }
}

/// The first script in a log that does something.
fn script_that(log: &str, does: &str) -> Result<String> {
    let mut scripts = scripts_in(log, "parking_tenant")?.into_iter();
    let script = scripts.find(|script| script.contains(does));
    script.with_context(|| format!("`{does}` in the log"))
}

/// Makes every instant of the slot's day in a script another one each time.
fn moving(script: &str, start: DateTime<Utc>) -> String {
    let day = format!("'{}", start.format("%Y-%m-%d "));
    let mut moving = "\\set hours random(1, 2000000000)\n".to_owned();
    let mut rest = script;
    while let Some(at) = rest.find(&day) {
        let (before, literal) = rest.split_at(at);
        let end = literal[1..].find('\'').map_or(literal.len(), |end| end + 2);
        let (literal, after) = literal.split_at(end);
        // Writing to a String cannot fail.
        let _infallible = write!(
            moving,
            "{before}({literal}::timestamptz + :hours * interval '1 hour')"
        );
        rest = after;
    }
    moving + rest
}

fn wish(bay: u32, start: DateTime<Utc>) -> Value {
    json!({ "space_id": made(4, CUSTOMER, bay), "start_time": start, "end_time": start + TimeDelta::hours(1) })
}

/// One connection that reserves.
struct Sender {
    /// The bays it reserves one after the other, each time an hour later.
    bays: Vec<u32>,
    first: DateTime<Utc>,
}

/// Makes the sender of a number, whose first slot begins then.
type MakeSender = fn(u32, DateTime<Utc>) -> Sender;

/// What it came to.
struct Outcome {
    took: Vec<Duration>,
    reserved: usize,
    hours: u32,
}

impl Sender {
    fn distinct(number: u32, first: DateTime<Utc>) -> Self {
        Self {
            bays: (0..BAYS)
                .filter(|bay| bay % CONNECTIONS == number)
                .collect(),
            first,
        }
    }

    fn contested(_number: u32, first: DateTime<Utc>) -> Self {
        Self {
            bays: vec![0],
            first,
        }
    }

    async fn reserve(self, person: &Client, (begun, span): (Instant, Duration)) -> Result<Outcome> {
        let mut connection = person.connect().await?;
        let mut all = Outcome {
            took: Vec::new(),
            reserved: 0,
            hours: 0,
        };
        loop {
            let start = self.first + TimeDelta::hours(all.hours.into());
            for bay in &self.bays {
                if begun.elapsed() >= span {
                    return Ok(all);
                }
                let request =
                    person.request(Method::POST, RESERVATIONS, &wish(*bay, start).to_string())?;
                let asked = Instant::now();
                match connection.send(request).await? {
                    (StatusCode::CREATED, _) => all.reserved += 1,
                    (StatusCode::CONFLICT, _) => {}
                    (status, said) => {
                        bail!(
                            "{RESERVATIONS}: {status}: {}",
                            String::from_utf8_lossy(&said)
                        )
                    }
                }
                all.took.push(asked.elapsed());
            }
            all.hours += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_instants_of_the_slot_move() {
        let start: DateTime<Utc> = "2027-06-01T10:00:00Z".parse().unwrap();
        let script =
            "insert into r values ('2027-06-01 10:00:00+00', '2026-06-01 10:00:00+00', 'x');";
        assert_eq!(
            moving(script, start),
            "\\set hours random(1, 2000000000)\ninsert into r values (('2027-06-01 10:00:00+00'::timestamptz + :hours * interval '1 hour'), \
             '2026-06-01 10:00:00+00', 'x');"
        );
    }
}
